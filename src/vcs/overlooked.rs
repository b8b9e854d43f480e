//! What git was told to overlook: tracked files flagged assume-unchanged or skip-worktree, of which `git status` says
//! nothing whatever is in them. Each is compared with what the index holds of it. Nothing is unflagged.

use std::borrow::Cow;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use memchr::memchr;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::subject::{file, text};
use super::{Change, GitTrouble, Repository};
use crate::model::hex;

/// Files that one question names.
const AT_ONCE: usize = 200;

/// The mode of a submodule.
const SUBMODULE: &str = "160000";

/// Everything that git tracks, as the index has it.
#[derive(Clone, Debug, Default)]
pub struct Tracked {
    answer: Vec<u8>,
}

/// One line of it.
struct Line<'a> {
    /// The flags, as one letter.
    tag: u8,
    mode: &'a str,
    id: &'a str,
    path: &'a [u8],
}

/// What became of the files that git overlooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlooked {
    /// Those that differ all the same.
    pub changes: Vec<Change>,
    /// Those that a sparse checkout leaves out: they are not there.
    pub left_out: Vec<String>,
}

/// A file whose content git must be asked for.
struct Doubt<'a> {
    file: PathBuf,
    line: Line<'a>,
}

impl Tracked {
    /// Paths from the top of the work tree.
    pub fn paths(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let known = |path| std::str::from_utf8(path).map_or_else(|_| text(path).into(), Cow::from);
        self.lines().map(move |line| known(line.path))
    }

    /// Submodules: each path as text, and as it is.
    pub(super) fn submodules(&self) -> impl Iterator<Item = (String, PathBuf)> {
        let lines = self.lines().filter(|line| line.mode == SUBMODULE);
        lines.map(|line| (text(line.path), file(line.path)))
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut rest = self.answer.as_slice();
        let lines = std::iter::from_fn(move || {
            let end = memchr(0, rest)?;
            let line = &rest[..end];
            rest = &rest[end + 1..];
            Some(line)
        });
        lines.filter_map(|line| {
            let (head, path) = line.split_at(memchr(b'\t', line)?);
            let mut words = std::str::from_utf8(head).ok()?.split(' ');
            Some(Line {
                tag: *words.next()?.as_bytes().first()?,
                mode: words.next()?,
                id: words.next()?,
                path: &path[1..],
            })
        })
    }
}

impl Line<'_> {
    fn is_skipped(&self) -> bool {
        self.tag.eq_ignore_ascii_case(&b'S')
    }

    fn is_overlooked(&self) -> bool {
        self.is_skipped() || self.tag.is_ascii_lowercase()
    }

    fn change(&self) -> Change {
        Change {
            path: text(self.path),
            file: file(self.path),
            untracked: false,
        }
    }
}

impl Repository {
    /// Everything that git tracks. One git process.
    pub fn index(&self) -> Result<Tracked, GitTrouble> {
        let answer = self.ask(&["ls-files", "--stage", "-v", "-z"])?;
        Ok(Tracked { answer })
    }

    /// What is in the files that git overlooks. No git process where there are none.
    pub fn overlooked(&self, tracked: &Tracked) -> Result<Overlooked, GitTrouble> {
        let mut found = Overlooked::default();
        let mut doubts = Vec::new();
        // Without a sparse checkout a file that is gone was deleted, whatever its flag.
        let mut sparse = None;
        for line in tracked.lines().filter(Line::is_overlooked) {
            let path = file(line.path);
            let full = self.top.join(&path);
            let meta = fs::symlink_metadata(&full).ok();
            match &meta {
                _ if line.mode == SUBMODULE => {
                    // What a submodule holds is git's to say, and git was told to say nothing.
                    if fs::read_dir(&full).is_ok_and(|mut inside| inside.next().is_some()) {
                        found.changes.push(line.change());
                    }
                }
                None if line.is_skipped() && *sparse.get_or_insert_with(|| self.is_sparse()) => {
                    found.left_out.push(text(line.path));
                }
                Some(meta) if self.may_be_equal(&line, &full, meta) => {
                    if meta.is_file() {
                        doubts.push(Doubt { file: path, line });
                    }
                }
                _ => found.changes.push(line.change()),
            }
        }
        for some in doubts.chunks(AT_ONCE) {
            found.changes.extend(self.really_differ(some)?);
        }
        Ok(found)
    }

    /// Whether a sparse checkout is on.
    fn is_sparse(&self) -> bool {
        self.is_on("core.sparseCheckout") == Some(true)
    }

    fn is_on(&self, setting: &str) -> Option<bool> {
        let answer = self
            .ask(&["config", "--type=bool", "--get", setting])
            .ok()?;
        Some(String::from_utf8_lossy(&answer).trim() == "true")
    }

    /// Whether mode, and the target of a link, are those of the index.
    fn may_be_equal(&self, line: &Line<'_>, full: &Path, meta: &Metadata) -> bool {
        if line.mode == "120000" && meta.is_symlink() {
            let target = fs::read_link(full).unwrap_or_default();
            return blob(target.as_os_str().as_encoded_bytes(), line.id.len()) == line.id;
        }
        if line.mode == "120000" || !meta.is_file() {
            return false;
        }
        is_executable(meta) == (line.mode == "100755") || self.is_on("core.fileMode") == Some(false)
    }

    /// Those whose content, as git would store it, is not that of the index.
    fn really_differ(&self, doubts: &[Doubt<'_>]) -> Result<Vec<Change>, GitTrouble> {
        let files: Vec<String> = doubts
            .iter()
            .map(|doubt| doubt.file.to_string_lossy().into_owned())
            .collect();
        let mut arguments = vec!["hash-object", "--"];
        arguments.extend(files.iter().map(String::as_str));
        // A file that cannot be read, or whose name is no text, is not known to be equal.
        let answer = self.ask(&arguments).unwrap_or_default();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let mut ids = answer.lines();
        let differ = |doubt: &&Doubt<'_>| ids.next() != Some(doubt.line.id);
        let differ: Vec<&Doubt<'_>> = doubts.iter().filter(differ).collect();
        Ok(differ.iter().map(|doubt| doubt.line.change()).collect())
    }
}

/// The id of a blob of these bytes, in a repository whose ids are so long.
fn blob(bytes: &[u8], digits: usize) -> String {
    let head = format!("blob {}\0", bytes.len());
    if digits == 64 {
        let mut hash = Sha256::new();
        hash.update(head);
        hash.update(bytes);
        return hex(&hash.finalize());
    }
    let mut hash = Sha1::new();
    hash.update(head);
    hash.update(bytes);
    hex(&hash.finalize())
}

#[cfg(unix)]
fn is_executable(meta: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_is_told_from_its_letter() {
        let answer = b"H 100644 a 0\tplain\0S 100644 b 0\tskipped\0h 100644 c 0\tassumed\0s 120000 d 0\ta\tb\n\0";
        let tracked = Tracked {
            answer: answer.to_vec(),
        };
        let flags: Vec<(bool, bool)> = tracked
            .lines()
            .map(|line| (line.is_overlooked(), line.is_skipped()))
            .collect();
        assert_eq!(
            flags,
            [(false, false), (true, true), (true, false), (true, true)]
        );
        let paths: Vec<Cow<'_, str>> = tracked.paths().collect();
        assert_eq!(paths, ["plain", "skipped", "assumed", "a\tb\n"]);
    }

    #[test]
    fn a_blob_has_the_id_that_git_gives_it() {
        // `printf a | git hash-object --stdin`, in a repository of either kind.
        assert_eq!(blob(b"a", 40), "2e65efe2a145dda7ee51d1741299f848e5bf752e");
        assert_eq!(
            blob(b"a", 64),
            "eb337bcee2061c5313c9a1392116b6c76039e9e30d71467ae359b36277e17dc7"
        );
    }
}
