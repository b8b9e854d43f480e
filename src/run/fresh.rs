//! Which report files this run wrote (RULES 4).
//!
//! Before a command starts, each match of a watched pattern is noted by device, inode, size, modification
//! and change time. Afterwards a match is fresh if it is new or any of the five differs. No wall clock takes
//! part: a report from yesterday stays stale however the clock is set.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::policy::{Glob, literal};
use crate::vcs::path_text;

/// Identity of the state of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    device: u64,
    inode: u64,
    size: u64,
    modified: i128,
    changed: i128,
}

#[cfg(unix)]
fn mark(meta: &Metadata) -> Mark {
    use std::os::unix::fs::MetadataExt;
    let nanos = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    Mark {
        device: meta.dev(),
        inode: meta.ino(),
        size: meta.size(),
        modified: nanos(meta.mtime(), meta.mtime_nsec()),
        changed: nanos(meta.ctime(), meta.ctime_nsec()),
    }
}

#[cfg(not(unix))]
fn mark(meta: &Metadata) -> Mark {
    let modified = meta
        .modified()
        .ok()
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    Mark {
        device: 0,
        inode: 0,
        size: meta.len(),
        modified: modified.map_or(0, |d| d.as_nanos() as i128),
        changed: 0,
    }
}

/// The state of what is at a path, itself and not what it leads to; `None` where nothing is.
pub(super) fn mark_of(path: &Path) -> Option<Mark> {
    fs::symlink_metadata(path).ok().as_ref().map(mark)
}

/// What matched before a command started.
#[derive(Clone, Debug, Default)]
pub struct Before {
    marks: HashMap<PathBuf, Mark>,
}

/// A file that matches a pattern now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Path relative to the project: bytes, as the system has it.
    pub path: PathBuf,
    /// New or changed since.
    pub fresh: bool,
}

/// A path as it is written in what is said of it: with `/`, and each byte that is no text as `\xff`, so that two
/// files never share a name.
pub(super) fn spelt(path: &Path) -> String {
    let spelt = path_text(path.as_os_str().as_encoded_bytes());
    if cfg!(windows) {
        spelt.replace('\\', "/")
    } else {
        spelt
    }
}

/// Notes every match of the patterns.
pub fn before(root: &Path, patterns: &[Glob]) -> Before {
    let mut marks = HashMap::new();
    for path in patterns.iter().flat_map(|pattern| matches(root, pattern)) {
        if let Some(mark) = mark_behind(&root.join(&path)) {
            marks.insert(path, mark);
        }
    }
    Before { marks }
}

/// The state of what a path leads to. A link that leads nowhere stands for itself: a command may have made it.
fn mark_behind(path: &Path) -> Option<Mark> {
    let meta = fs::metadata(path).or_else(|_| fs::symlink_metadata(path));
    meta.ok().map(|meta| mark(&meta))
}

impl Before {
    /// The matches of a pattern now, sorted, each with whether it is fresh.
    pub fn compare(&self, root: &Path, pattern: &Glob) -> Vec<Match> {
        let now = matches(root, pattern);
        now.into_iter()
            .map(|path| {
                let mark = mark_behind(&root.join(&path));
                let fresh = mark.is_some() && mark.as_ref() != self.marks.get(&path);
                Match { path, fresh }
            })
            .collect()
    }
}

/// Paths below the root that a pattern matches, sorted. A literal path matches itself if it is there.
pub fn matches(root: &Path, glob: &Glob) -> Vec<PathBuf> {
    if let Some(path) = glob.literal() {
        let there = fs::symlink_metadata(root.join(path)).is_ok_and(|meta| !meta.is_dir());
        return there.then(|| path.into()).into_iter().collect();
    }
    let pattern = glob.plain();
    let fixed = fixed_part(pattern);
    let mut found: Vec<PathBuf> = walk(&root.join(&fixed), pattern)
        .filter_map(|path| Some(path.strip_prefix(root).ok()?.to_path_buf()))
        .filter(|path| glob.is_match(path))
        .collect();
    found.sort();
    found
}

/// The folders before the first wildcard.
pub(super) fn fixed_part(pattern: &str) -> PathBuf {
    let folders = pattern.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').map_while(literal).collect()
}

/// Files below a folder. Installed packages hold many files and no report of ours, unless they are named.
fn walk(folder: &Path, pattern: &str) -> impl Iterator<Item = PathBuf> {
    let skip: Vec<&'static str> = [".git", "node_modules"]
        .into_iter()
        .filter(|name| !pattern.contains(name))
        .collect();
    WalkBuilder::new(folder)
        .standard_filters(false)
        .max_depth((!pattern.contains("**")).then(|| pattern.split('/').count()))
        .filter_entry(move |entry| !skip.iter().any(|name| entry.file_name() == *name))
        .build()
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
        .map(ignore::DirEntry::into_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewritten_and_new_files_are_fresh_and_untouched_ones_are_not() {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path();
        fs::create_dir(root.join("reports")).expect("folder");
        fs::write(root.join("reports/old.xml"), "a").expect("write");
        fs::write(root.join("reports/same.xml"), "b").expect("write");
        let patterns = [Glob::new("reports/*.xml").expect("glob")];
        let before = before(root, &patterns);
        fs::write(root.join("reports/old.xml"), "a").expect("write");
        fs::write(root.join("reports/new.xml"), "c").expect("write");
        let found = before.compare(root, &patterns[0]);
        let fresh: Vec<(&str, bool)> = found
            .iter()
            .map(|m| (m.path.to_str().expect("text"), m.fresh))
            .collect();
        assert_eq!(
            fresh,
            [
                ("reports/new.xml", true),
                ("reports/old.xml", true),
                ("reports/same.xml", false)
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_found_and_spelt_apart() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().expect("folder");
        for name in [&b"r\xfe.xml"[..], b"r\xff.xml", b"r\\b.xml"] {
            fs::write(folder.path().join(OsStr::from_bytes(name)), "a").expect("write");
        }
        let found = matches(folder.path(), &Glob::new("*.xml").expect("glob"));
        assert!(found.iter().all(|path| folder.path().join(path).is_file()));
        let spelt: Vec<String> = found.iter().map(|path| spelt(path)).collect();
        assert_eq!(spelt, ["r\\b.xml", "r\\xfe.xml", "r\\xff.xml"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nowhere_is_fresh_when_it_was_made_and_not_when_it_was_there() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path();
        symlink("nowhere", root.join("old.xml")).expect("link");
        let patterns = [Glob::new("*.xml").expect("glob")];
        let before = before(root, &patterns);
        symlink("nowhere", root.join("new.xml")).expect("link");
        let found = before.compare(root, &patterns[0]);
        let fresh: Vec<bool> = found.iter().map(|found| found.fresh).collect();
        assert_eq!(fresh, [true, false]);
    }
}
