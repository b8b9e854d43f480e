//! Which report files this run wrote (RULES 4).
//!
//! Before a command starts, each match of a watched pattern is noted by device, inode, size, modification
//! and change time. Afterwards a match is fresh if it is new or any of the five differs. No wall clock takes
//! part: a report from yesterday stays stale however the clock is set.

use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;

use crate::gate::literal;

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
    marks: HashMap<String, Mark>,
}

/// A file that matches a pattern now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Path relative to the project, with `/`.
    pub path: String,
    /// New or changed since.
    pub fresh: bool,
}

/// Notes every match of the patterns.
pub fn before(root: &Path, patterns: &[String]) -> Before {
    let mut marks = HashMap::new();
    for path in patterns.iter().flat_map(|pattern| matches(root, pattern)) {
        // Both the link and what it leads to: replacing either is a change.
        if let Ok(meta) = fs::metadata(root.join(&path)) {
            marks.insert(path, mark(&meta));
        }
    }
    Before { marks }
}

impl Before {
    /// The matches of a pattern now, sorted, each with whether it is fresh.
    pub fn compare(&self, root: &Path, pattern: &str) -> Vec<Match> {
        let now = matches(root, pattern);
        now.into_iter()
            .map(|path| {
                let meta = fs::metadata(root.join(&path)).ok().map(|meta| mark(&meta));
                let fresh = meta.is_some() && meta.as_ref() != self.marks.get(&path);
                Match { path, fresh }
            })
            .collect()
    }
}

/// Paths below the root that a pattern matches, sorted. A literal path matches itself if it is there.
pub fn matches(root: &Path, pattern: &str) -> Vec<String> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if let Some(path) = literal(pattern) {
        let there = fs::symlink_metadata(root.join(&path)).is_ok_and(|meta| !meta.is_dir());
        return there.then_some(path).into_iter().collect();
    }
    let Some(glob) = matcher(pattern) else {
        return Vec::new();
    };
    let fixed = fixed_part(pattern);
    let mut found: Vec<String> = walk(&root.join(&fixed), pattern)
        .filter_map(|path| {
            Some(
                path.strip_prefix(root)
                    .ok()?
                    .to_string_lossy()
                    .replace('\\', "/"),
            )
        })
        .filter(|path| glob.is_match(path))
        .collect();
    found.sort();
    found
}

fn matcher(pattern: &str) -> Option<GlobMatcher> {
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .ok()
        .map(|glob| glob.compile_matcher())
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
        let patterns = ["reports/*.xml".to_owned()];
        let before = before(root, &patterns);
        fs::write(root.join("reports/old.xml"), "a").expect("write");
        fs::write(root.join("reports/new.xml"), "c").expect("write");
        let found = before.compare(root, &patterns[0]);
        let fresh: Vec<(&str, bool)> = found.iter().map(|m| (m.path.as_str(), m.fresh)).collect();
        assert_eq!(
            fresh,
            [
                ("reports/new.xml", true),
                ("reports/old.xml", true),
                ("reports/same.xml", false)
            ]
        );
    }
}
