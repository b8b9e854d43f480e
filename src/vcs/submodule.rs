//! Submodules of a work tree, filled from what the clone holds already: nothing is fetched.

use std::fs;
use std::path::{Path, PathBuf};

use super::repository::accepted;
use super::worktree::WORDS;
use super::{GitTrouble, Repository};
use crate::exec::{Stop, query};

/// Submodules within submodules are filled so deep.
const DEEPEST: usize = 8;

impl Repository {
    /// Checks out each submodule that the clone has initialised, as the commit wants it. `common` holds its objects.
    pub(super) fn fill_submodules(&self, common: &Path, stop: &Stop) -> Result<(), GitTrouble> {
        fill(self, &self.top, common, 0, stop)
    }
}

fn fill(
    repository: &Repository,
    top: &Path,
    holds: &Path,
    depth: usize,
    stop: &Stop,
) -> Result<(), GitTrouble> {
    if depth > DEEPEST || !top.join(".gitmodules").is_file() {
        return Ok(());
    }
    let within = Repository {
        top: top.to_path_buf(),
        common: repository.common.clone(),
    };
    let names = named(&within)?;
    for (path, commit) in links(&within)? {
        let name = names.iter().find(|(known, _)| *known == path);
        let Some(source) = name.map(|(_, name)| holds.join("modules").join(name)) else {
            continue;
        };
        // As in the work tree of whoever calls: what is not initialised there is empty here.
        if !source.join("HEAD").is_file() {
            continue;
        }
        let folder = top.join(&path);
        check_out(&within, &source, &folder, &path, &commit, stop)?;
        fill(&within, &folder, &source, depth + 1, stop)?;
    }
    Ok(())
}

fn check_out(
    within: &Repository,
    source: &Path,
    folder: &Path,
    path: &Path,
    commit: &str,
    stop: &Stop,
) -> Result<(), GitTrouble> {
    let (from, to) = (source.to_string_lossy(), folder.to_string_lossy());
    if !folder.join(".git").exists() {
        // Shares the objects, whatever there are of them.
        let clone = [
            "-c",
            "core.hooksPath=/dev/null",
            "clone",
            "--quiet",
            "--shared",
            "--no-checkout",
            "--no-tags",
            "--",
            &from,
            &to,
        ];
        let mut command = within.command(&clone);
        // A clone makes the work tree that it is told of, and refuses one that is there.
        command.env.retain(|(name, _)| name != "GIT_WORK_TREE");
        command.env_remove.push("GIT_WORK_TREE".into());
        command.timeout = None;
        accepted(query(&command, WORDS, stop), "clone")?;
    }
    let inside = Repository {
        top: folder.to_path_buf(),
        common: within.common.clone(),
    };
    let checkout = [
        "-c",
        "core.hooksPath=/dev/null",
        "checkout",
        "--quiet",
        "--detach",
        commit,
    ];
    accepted(inside.write(&checkout, &[], stop), "checkout").map_err(|trouble| {
        GitTrouble(format!(
            "submodule `{}` cannot be checked out at {}: {trouble}; `git submodule update --init --recursive` on that revision brings it",
            path.display(),
            commit.get(..12).unwrap_or(commit),
        ))
    })?;
    Ok(())
}

/// Path and name of each submodule that `.gitmodules` tells of.
fn named(within: &Repository) -> Result<Vec<(PathBuf, String)>, GitTrouble> {
    let pattern = r"^submodule\..*\.path$";
    let asked = [
        "config",
        "--file",
        ".gitmodules",
        "-z",
        "--get-regexp",
        pattern,
    ];
    let answer = within.ask_or_no(&asked)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&answer).into_owned();
    let entries = text.split('\0').filter_map(|entry| entry.split_once('\n'));
    let named = entries.filter_map(|(key, path)| {
        let name = key.strip_prefix("submodule.")?.strip_suffix(".path")?;
        // Names become folders: one that leads elsewhere is none.
        let plain = !name.split('/').any(|part| part == ".." || part.is_empty());
        plain.then(|| (PathBuf::from(path), name.to_owned()))
    });
    Ok(named.collect())
}

/// Path and commit of each submodule in the index.
fn links(within: &Repository) -> Result<Vec<(PathBuf, String)>, GitTrouble> {
    let answer = within.ask(&["ls-files", "--stage", "-z"])?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let entries = text.split('\0').filter_map(|entry| {
        let (head, path) = entry.split_once('\t')?;
        let mut words = head.split(' ');
        let (mode, commit) = (words.next()?, words.next()?);
        (mode == "160000").then(|| (PathBuf::from(path), commit.to_owned()))
    });
    let inside = |(path, _): &(PathBuf, String)| {
        let real = fs::canonicalize(within.top.join(path.parent().unwrap_or(Path::new(""))));
        let top = fs::canonicalize(&within.top);
        matches!((real, top), (Ok(real), Ok(top)) if real.starts_with(&top))
    };
    Ok(entries.filter(inside).collect())
}
