//! What history once held: files of a folder that some commit added, and commits that are still there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{GitTrouble, Repository};

impl Repository {
    /// Paths (from the top) below a folder that any commit in HEAD's history added. One git process.
    pub fn ever_added(&self, folder: &str) -> Result<BTreeSet<String>, GitTrouble> {
        let limit = format!(":(top,literal){folder}");
        let asked = self.ask(&[
            "log",
            "--full-history",
            "-m",
            "--no-renames",
            "--diff-filter=A",
            "--name-only",
            "--format=",
            "-z",
            "HEAD",
            "--",
            &limit,
        ]);
        let answer = match asked {
            Ok(answer) => answer,
            Err(_) if self.is_unborn() => return Ok(BTreeSet::new()),
            Err(trouble) => return Err(trouble),
        };
        let names = answer.split(|byte| matches!(byte, 0 | b'\n'));
        let names = names.filter(|name| !name.is_empty());
        Ok(names
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect())
    }

    /// Every commit that a branch, a tag or HEAD still reaches. One git process.
    pub fn reachable_commits(&self) -> Result<BTreeSet<String>, GitTrouble> {
        let asked = self.ask(&["rev-list", "--all", "HEAD"]);
        let answer = match asked {
            Ok(answer) => answer,
            Err(_) if self.is_unborn() => return Ok(BTreeSet::new()),
            Err(trouble) => return Err(trouble),
        };
        let text = String::from_utf8_lossy(&answer).into_owned();
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The bytes of every file of a folder (from the top) with this ending that any branch, tag or HEAD ever held. Two
    /// git processes.
    pub fn ever_kept(&self, folder: &str, ending: &str) -> Result<Vec<Vec<u8>>, GitTrouble> {
        let limit = format!(":(top,literal){folder}");
        let asked = self.ask(&["rev-list", "--all", "HEAD", "--objects", "--", &limit]);
        let answer = match asked {
            Ok(answer) => answer,
            Err(_) if self.is_unborn() => return Ok(Vec::new()),
            Err(trouble) => return Err(trouble),
        };
        let text = String::from_utf8_lossy(&answer).into_owned();
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        let ours = |path: &str| path.starts_with(folder) && path.ends_with(ending);
        let ids: Vec<String> = lines
            .filter(|(_, path)| ours(path))
            .map(|(id, _)| id.to_owned())
            .collect();
        Ok(self.objects(&ids, "blob")?.into_values().collect())
    }

    /// The tops of all work trees that still are there. Starts no process.
    pub fn work_trees(&self) -> Vec<PathBuf> {
        let linked = fs::read_dir(self.common.join("worktrees"));
        let linked = linked.into_iter().flatten().flatten();
        let git_files =
            linked.filter_map(|entry| fs::read_to_string(entry.path().join("gitdir")).ok());
        let tops = git_files.filter_map(|text| Path::new(text.trim()).parent().map(PathBuf::from));
        let main = self.common.parent().map(PathBuf::from);
        let mut tops: Vec<PathBuf> = tops
            .chain(main)
            .chain([self.top.clone()])
            .filter(|top| top.is_dir())
            .collect();
        tops.sort();
        tops.dedup();
        tops
    }
}
