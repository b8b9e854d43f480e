//! Which report files this run wrote (RULES 4).
//!
//! Before a command starts, each match of a watched pattern is noted by device, inode, size, modification
//! and change time. Afterwards a match is fresh if it is new or any of the five differs. No wall clock takes
//! part: a report from yesterday stays stale however the clock is set. A folder that cannot be listed is never one in
//! which nothing lies.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io;
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
    /// What could not be looked at then, by pattern: whether something there is new cannot be told.
    unseen: HashMap<String, Vec<Unseen>>,
}

/// A path that could not be looked at, so that nobody knows whether a pattern matches there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unseen {
    /// Path relative to the project, as it is written in what is said of it.
    pub path: String,
    /// Why not.
    pub why: String,
}

/// What a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The matches, sorted.
    pub matches: Vec<T>,
    /// Where it could not be told, sorted.
    pub unseen: Vec<Unseen>,
}

impl<T> Found<T> {
    fn none() -> Self {
        Self {
            matches: Vec::new(),
            unseen: Vec::new(),
        }
    }

    /// The same with something else for each match.
    pub fn map<U>(self, of: impl FnMut(T) -> U) -> Found<U> {
        Found {
            matches: self.matches.into_iter().map(of).collect(),
            unseen: self.unseen,
        }
    }
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
    let mut before = Before::default();
    for pattern in patterns {
        let found = matches(root, pattern);
        for path in found.matches {
            if let Some(mark) = mark_behind(&root.join(&path)) {
                before.marks.insert(path, mark);
            }
        }
        before
            .unseen
            .insert(pattern.text().to_owned(), found.unseen);
    }
    before
}

/// The state of what a path leads to. A link that leads nowhere stands for itself: a command may have made it.
fn mark_behind(path: &Path) -> Option<Mark> {
    let meta = fs::metadata(path).or_else(|_| fs::symlink_metadata(path));
    meta.ok().map(|meta| mark(&meta))
}

impl Before {
    /// The matches of a pattern now, sorted, each with whether it is fresh.
    pub fn compare(&self, root: &Path, pattern: &Glob) -> Found<Match> {
        let mut now = matches(root, pattern).map(|path| {
            let mark = mark_behind(&root.join(&path));
            let fresh = mark.is_some() && mark.as_ref() != self.marks.get(&path);
            Match { path, fresh }
        });
        let then = self.unseen.get(pattern.text()).into_iter().flatten();
        now.unseen.extend(then.cloned());
        now.unseen.sort();
        now.unseen.dedup();
        now
    }
}

/// Paths below the root that a pattern matches, sorted. A literal path matches itself if it is there.
pub fn matches(root: &Path, glob: &Glob) -> Found<PathBuf> {
    let mut found = Found::none();
    if let Some(path) = glob.literal() {
        match fs::symlink_metadata(root.join(path)) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => found.matches.push(path.into()),
            Err(error) => found.unseen.extend(unseen(Path::new(path), &error)),
        }
        return found;
    }
    let pattern = glob.plain();
    let below = |path: &Path| path.strip_prefix(root).map(Path::to_path_buf).ok();
    for entry in walk(root, pattern) {
        match entry {
            Ok(entry) if entry.file_type().is_none_or(|kind| kind.is_dir()) => {}
            Ok(entry) => {
                let path = below(entry.path()).filter(|path| glob.is_match(path));
                found.matches.extend(path);
            }
            Err(error) => {
                let path = path_of(&error).and_then(below).unwrap_or_default();
                let why = error.into_io_error();
                let why = why.unwrap_or_else(|| io::Error::other("it cannot be listed"));
                found.unseen.extend(unseen(&path, &why));
            }
        }
    }
    found.matches.sort();
    found.unseen.sort();
    found.unseen.dedup();
    found
}

/// What is not there was seen, and seen to be not there: a gate beside this one may have removed it just now.
fn unseen(path: &Path, error: &io::Error) -> Option<Unseen> {
    let gone = matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    );
    let path = Some(spelt(path)).filter(|path| !path.is_empty());
    (!gone).then(|| Unseen {
        path: path.unwrap_or_else(|| ".".to_owned()),
        why: error.to_string(),
    })
}

/// The path that the trouble of a walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => path_of(err),
        _ => None,
    }
}

/// The folders before the first wildcard.
pub(super) fn fixed_part(pattern: &str) -> PathBuf {
    let folders = pattern.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').map_while(literal).collect()
}

/// What lies where a pattern may match. Installed packages hold many files and no report of ours, unless they are named.
fn walk(root: &Path, pattern: &str) -> ignore::Walk {
    let fixed = fixed_part(pattern);
    let depth = pattern.split('/').count() - fixed.iter().count();
    let skip: Vec<&'static str> = [".git", "node_modules"]
        .into_iter()
        .filter(|name| !pattern.contains(name))
        .collect();
    WalkBuilder::new(root.join(fixed))
        .standard_filters(false)
        // No deeper than a match may lie: what is further down, and not to be read, concerns nobody.
        .max_depth((!pattern.contains("**")).then_some(depth))
        .filter_entry(move |entry| !skip.iter().any(|name| entry.file_name() == *name))
        .build()
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
            .matches
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
        let found = matches(folder.path(), &Glob::new("*.xml").expect("glob")).matches;
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
        let fresh: Vec<bool> = found.matches.iter().map(|found| found.fresh).collect();
        assert_eq!(fresh, [true, false]);
    }
}
