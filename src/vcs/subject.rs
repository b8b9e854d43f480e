//! The subject of a verdict: the tree id of a clean work tree, or a digest of what differs (RULES 1).

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{GitTrouble, Repository, tree};
use crate::model::{Subject, SubjectState, hex};

/// Reads this much of a changed file at a time.
const BLOCK: usize = 64 << 10;

/// Settings under which git looks at each file itself, and at all that tells whether it was written.
const CLOSELY: [&str; 4] = [
    "core.fsmonitor=false",
    "core.trustctime=true",
    "core.checkStat=default",
    "core.attributesFile=/dev/null",
];

/// A file that differs between HEAD, index and work tree, or that git does not know and does not ignore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Path from the top of the work tree; bytes that are no text as `\xff`.
    pub path: String,
    /// The path as it is.
    pub file: PathBuf,
    /// Git does not know it.
    pub untracked: bool,
}

/// What git says of the work tree at one moment.
#[derive(Clone, Debug)]
pub struct State {
    /// Commit of HEAD; `None` before the first.
    pub commit: Option<String>,
    /// Branch; `None` when detached.
    pub branch: Option<String>,
    /// Everything that differs.
    pub changes: Vec<Change>,
}

/// The question what differs.
pub(super) fn status(closely: bool) -> Vec<&'static str> {
    let mut arguments = Vec::new();
    if closely {
        arguments.extend(CLOSELY.iter().flat_map(|setting| ["-c", setting]));
    }
    arguments.extend([
        "status",
        "--porcelain=v2",
        "--branch",
        "--untracked-files=all",
        "--no-renames",
        "--ignore-submodules=none",
        "-z",
    ]);
    arguments
}

impl Repository {
    /// What differs now. One git process. `closely`: whatever this clone is set up to take on trust.
    pub fn state(&self, closely: bool) -> Result<State, GitTrouble> {
        parse(&self.ask(&status(closely))?)
    }

    /// Tree id of HEAD without the ledger of a project (its folder from the top, with a slash) and of the folders around
    /// it. One git process; none before the first commit.
    pub fn head_tree(&self, state: &State, prefix: &str) -> Result<String, GitTrouble> {
        if state.commit.is_none() {
            return tree::without_ledger(b"", prefix);
        }
        let listed = tree::listed(prefix);
        let mut arguments = vec!["ls-tree", "-z", "--full-tree", "HEAD", "--"];
        arguments.extend(listed.iter().map(String::as_str));
        tree::without_ledger(&self.ask(&arguments)?, prefix)
    }

    /// The subject of a state, given the tree id of its HEAD. `ours` says which paths do not count: the
    /// ledger, declared reports, files that this run writes.
    pub fn subject(&self, state: &State, head_tree: &str, ours: impl Fn(&str) -> bool) -> Content {
        let counted = state.changes.iter().filter(|change| !ours(&change.path));
        let files: BTreeMap<String, String> = counted
            .map(|change| (change.path.clone(), content(&self.top.join(&change.file))))
            .collect();
        Content::of(state, head_tree, files)
    }

    /// A subject in which these paths count as well.
    pub fn with(
        &self,
        subject: &Content,
        paths: &[String],
        state: &State,
        head_tree: &str,
    ) -> Content {
        let mut files = subject.files.clone();
        let more = state.changes.iter();
        let more = more.filter(|change| paths.contains(&change.path));
        files.extend(
            more.map(|change| (change.path.clone(), content(&self.top.join(&change.file)))),
        );
        Content::of(state, head_tree, files)
    }
}

impl Content {
    /// The subject of a state in which these files differ.
    fn of(state: &State, head_tree: &str, files: BTreeMap<String, String>) -> Self {
        if files.is_empty() && state.commit.is_some() {
            let subject = Subject {
                id: head_tree.to_owned(),
                state: SubjectState::Clean,
            };
            return Self { subject, files };
        }
        let mut hash = Sha256::new();
        hash.update(head_tree);
        for (path, digest) in &files {
            hash.update([0]);
            hash.update(path);
            hash.update([0]);
            hash.update(digest);
        }
        let id = format!("dirty:{}", hex(&hash.finalize()));
        Self {
            subject: Subject {
                id,
                state: SubjectState::Dirty,
            },
            files,
        }
    }
}

/// A subject with the digest of each file that differs from HEAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The subject.
    pub subject: Subject,
    /// Digests by path from the top of the work tree.
    pub files: BTreeMap<String, String>,
}

impl Content {
    /// The files whose content differs between two moments.
    pub fn moved(&self, later: &Content) -> Vec<String> {
        let differs = |path: &&String| self.files.get(*path) != later.files.get(*path);
        let mut paths: Vec<String> = self
            .files
            .keys()
            .chain(later.files.keys())
            .filter(differs)
            .cloned()
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

/// Mode and digest of the content of a file, or that it is gone.
fn content(path: &Path) -> String {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return "gone".to_owned();
    };
    let mut hash = Sha256::new();
    if meta.is_symlink() {
        hash.update(
            fs::read_link(path)
                .unwrap_or_default()
                .as_os_str()
                .as_encoded_bytes(),
        );
        return format!("120000 {}", hex(&hash.finalize()));
    }
    if !meta.is_file() {
        // Opening a pipe would wait for a writer; a folder (a submodule) has no content of its own.
        return "no file".to_owned();
    }
    let mut block = vec![0; BLOCK];
    let Ok(mut file) = fs::File::open(path) else {
        return "unreadable".to_owned();
    };
    while let Ok(got @ 1..) = file.read(&mut block) {
        hash.update(&block[..got]);
    }
    format!("{} {}", mode(&meta), hex(&hash.finalize()))
}

#[cfg(unix)]
fn mode(meta: &fs::Metadata) -> &'static str {
    use std::os::unix::fs::PermissionsExt;
    if meta.permissions().mode() & 0o111 == 0 {
        "100644"
    } else {
        "100755"
    }
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> &'static str {
    "100644"
}

pub(super) fn parse(answer: &[u8]) -> Result<State, GitTrouble> {
    let mut state = State {
        commit: None,
        branch: None,
        changes: Vec::new(),
    };
    for record in answer
        .split(|byte| *byte == 0)
        .filter(|record| !record.is_empty())
    {
        let (kind, rest) = word(record);
        let path = match kind {
            b"#" => {
                header(&String::from_utf8_lossy(rest), &mut state);
                continue;
            }
            b"1" => rest.splitn(8, |byte| *byte == b' ').nth(7),
            b"u" => rest.splitn(10, |byte| *byte == b' ').nth(9),
            b"?" => Some(rest),
            b"!" => continue,
            _ => None,
        };
        let path = path
            .ok_or_else(|| GitTrouble("`git status` gave a line that cannot be read".to_owned()))?;
        state.changes.push(Change {
            path: text(path),
            file: file(path),
            untracked: kind == b"?",
        });
    }
    Ok(state)
}

/// The first word of a record, and what follows it.
fn word(record: &[u8]) -> (&[u8], &[u8]) {
    let end = record.iter().position(|byte| *byte == b' ');
    end.map_or((record, &[]), |end| (&record[..end], &record[end + 1..]))
}

/// A path as text. Names that are no UTF-8 stay different from each other.
pub fn text(path: &[u8]) -> String {
    let mut text = String::new();
    for chunk in path.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

#[cfg(unix)]
pub(super) fn file(path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path).into()
}

#[cfg(not(unix))]
pub(super) fn file(path: &[u8]) -> PathBuf {
    text(path).into()
}

fn header(rest: &str, state: &mut State) {
    if let Some(commit) = rest.strip_prefix("branch.oid ") {
        state.commit = (commit != "(initial)").then(|| commit.to_owned());
    } else if let Some(branch) = rest.strip_prefix("branch.head ") {
        state.branch = (branch != "(detached)").then(|| branch.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_read_with_spaces_and_newlines_in_paths() {
        let answer = b"# branch.oid abc\0# branch.head main\x001 .M N... 100644 100644 100644 h h a b\nc\0? new file\0";
        let state = parse(answer).expect("reads");
        assert_eq!(state.commit.as_deref(), Some("abc"));
        assert_eq!(state.branch.as_deref(), Some("main"));
        let paths: Vec<(&str, bool)> = state
            .changes
            .iter()
            .map(|c| (c.path.as_str(), c.untracked))
            .collect();
        assert_eq!(paths, [("a b\nc", false), ("new file", true)]);
    }
}
