//! The tree of the project as gates see it: the files that git would not ignore, and patterns that select them.
//!
//! Only files that git would not ignore are looked at by globs; a literal path is looked at as it is.
//! Nothing outside the project is ever read: links that lead out do not count as being there.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use regex::Regex;

use super::Judging;
use crate::model::{Measure, Unknown};
use crate::policy::Glob;
use crate::problem::{Code, Many, Problem, Problems, Text};
use crate::source::{At, Located};

/// Files larger than this are not searched for patterns; they are named instead.
const SEARCHED: u64 = 16 << 20;

/// How much of a file is looked at to tell text from bytes, as git does.
const SNIFFED: usize = 8_000;

/// A path or glob of the file, compiled.
#[derive(Debug)]
pub(super) struct Pattern {
    /// As written, without a leading `./`.
    pub text: String,
    /// Where it is written.
    pub at: At,
    /// What it matches.
    pub glob: Glob,
    literal: bool,
}

impl Pattern {
    /// Whether it names one path.
    pub fn is_literal(&self) -> bool {
        self.literal
    }

    /// Whether it selects that path: itself, or anything below a folder that is named literally.
    pub fn selects(&self, path: &str) -> bool {
        self.glob.is_match(path)
            || (self.literal
                && path
                    .strip_prefix(&self.text)
                    .is_some_and(|rest| rest.starts_with('/')))
    }
}

/// Reads patterns, one by one.
pub(super) fn patterns(many: &Option<Many<Text>>, problems: &mut Problems) -> Vec<Pattern> {
    let list = many.iter().flat_map(|many| &many.0);
    list.filter_map(|text| pattern(&text.value, &text.at, problems))
        .collect()
}

/// Reads a path or glob. One that leaves the project is a problem.
pub(super) fn pattern(text: &str, at: &At, problems: &mut Problems) -> Option<Pattern> {
    if text.starts_with('/') || text.split('/').any(|part| part == "..") || text.is_empty() {
        problems.push(
            Problem::new(Code::PATTERN, at, format!("`{text}` leaves the project"))
                .help("write a path below the folder of tollgate.yaml, without `..`"),
        );
        return None;
    }
    let plain = text
        .strip_prefix("./")
        .unwrap_or(text)
        .trim_end_matches('/');
    Some(Pattern {
        text: plain.to_owned(),
        at: at.clone(),
        glob: Glob::read(plain, at, problems)?,
        literal: !plain.contains(['*', '?', '[', '{']),
    })
}

/// Reads a regular expression in which `^` and `$` mean lines.
pub(super) fn regex(text: &Text, problems: &mut Problems) -> Option<Located<Regex>> {
    match regex::RegexBuilder::new(&text.value)
        .multi_line(true)
        .size_limit(4 << 20)
        .build()
    {
        Ok(regex) => Some(Located::new(regex, text.at.clone())),
        Err(error) => {
            let words = error.to_string();
            let last = words
                .lines()
                .last()
                .unwrap_or("it cannot be read")
                .trim_start_matches("error: ");
            let message = format!("not a regular expression: {last}");
            problems.push(
                Problem::new(Code::PATTERN, &text.at, message)
                    .label("cannot be searched for")
                    .help("put `\\` before a sign that stands for itself: `\\.`, `\\(`, `\\[`; there is no look-around"),
            );
            None
        }
    }
}

/// The files of the project that git would not ignore, by path with `/`.
pub(super) struct Tree<'a> {
    root: &'a Path,
    /// Every file and link, sorted.
    pub files: Vec<String>,
    /// What could not be listed, in words.
    unlisted: Vec<Unknown>,
}

/// What a file holds, for searching.
pub(super) enum Content {
    /// Text; bytes that are no UTF-8 are replaced.
    Text(String),
    /// Bytes, as git would call them.
    Binary,
    /// More than is searched: its size.
    Huge(u64),
}

impl<'a> Tree<'a> {
    /// Lists the files. `tracked` are paths that git tracks, which count even where an ignore file names them; where
    /// git does not answer, the list is not whole.
    pub fn walk(root: &'a Path, tracked: &Option<Result<Vec<String>, Unknown>>) -> Self {
        let (tracked, silent) = match tracked {
            Some(Ok(paths)) => (paths.as_slice(), None),
            Some(Err(unknown)) => (&[][..], Some(unknown.clone())),
            None => (&[][..], None),
        };
        let mut files: Vec<String> = tracked
            .iter()
            .filter(|path| {
                fs::symlink_metadata(root.join(path)).is_ok_and(|meta| !meta.file_type().is_dir())
            })
            .cloned()
            .collect();
        let mut unlisted: Vec<String> = Vec::new();
        let skip_git = |entry: &ignore::DirEntry| entry.file_name() != ".git";
        for entry in WalkBuilder::new(root)
            .hidden(false)
            // What is no file of git must not hide anything from a gate.
            .ignore(false)
            .require_git(false)
            .filter_entry(skip_git)
            .build()
        {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    unlisted.push(error.to_string());
                    continue;
                }
            };
            let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
            if let (false, Ok(path)) = (is_dir, entry.path().strip_prefix(root)) {
                files.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
        files.sort();
        files.dedup();
        unlisted.sort();
        let told = unlisted.into_iter().map(|words| {
            let why = format!("a part of the tree cannot be listed: {words}");
            Unknown::new(why, "make it readable for this user")
        });
        Self {
            root,
            files,
            unlisted: silent.into_iter().chain(told).collect(),
        }
    }

    /// Says what could not be listed: what is not seen is not judged.
    pub fn confess(&self, judging: &mut Judging) {
        for unknown in &self.unlisted {
            judging.undecided("tree-unreadable", unknown.why.clone(), &unknown.help);
        }
    }

    /// What a pattern matches. A literal path may also be a folder, and may be ignored by git.
    pub fn matches(&self, pattern: &Pattern) -> Vec<String> {
        if pattern.literal {
            return self
                .real(&pattern.text)
                .map(|_| pattern.text.clone())
                .into_iter()
                .collect();
        }
        self.files
            .iter()
            .filter(|path| pattern.glob.is_match(path))
            .cloned()
            .collect()
    }

    /// The files that one of the patterns selects and none of `except` does; no pattern means all files. A literal
    /// path that git ignores counts as well, a folder means what is below it.
    pub fn select(&self, patterns: &[Pattern], except: &[Pattern]) -> Vec<String> {
        let mut found: Vec<String> = self
            .files
            .iter()
            .filter(|path| patterns.is_empty() || patterns.iter().any(|one| one.selects(path)))
            .cloned()
            .collect();
        let named = patterns.iter().filter(|pattern| pattern.literal);
        found.extend(
            named
                .filter(|pattern| self.real(&pattern.text).is_some_and(|real| real.is_file()))
                .map(|pattern| pattern.text.clone()),
        );
        found.retain(|path| !except.iter().any(|one| one.selects(path)));
        found.sort();
        found.dedup();
        found
    }

    /// Whether the path is a link.
    pub fn is_link(&self, path: &str) -> bool {
        fs::symlink_metadata(self.root.join(path)).is_ok_and(|meta| meta.is_symlink())
    }

    /// The real path, if it is there and stays below the root.
    pub fn real(&self, path: &str) -> Option<PathBuf> {
        let real = fs::canonicalize(self.root.join(path)).ok()?;
        real.starts_with(fs::canonicalize(self.root).ok()?)
            .then_some(real)
    }

    /// How many bytes a file has.
    pub fn size(&self, path: &str) -> Result<u64, String> {
        Ok(self.found(path)?.1.len())
    }

    /// The real path of a file that is there.
    fn found(&self, path: &str) -> Result<(PathBuf, fs::Metadata), String> {
        let real = self
            .real(path)
            .ok_or_else(|| format!("{path} is not there, or leads out of the project"))?;
        let meta = fs::metadata(&real).map_err(|error| format!("{path}: {error}"))?;
        if !meta.is_file() {
            return Err(format!("{path} is not a file"));
        }
        Ok((real, meta))
    }

    /// What a file holds.
    pub fn content(&self, path: &str) -> Result<Content, String> {
        let (real, meta) = self.found(path)?;
        if meta.len() > SEARCHED {
            return Ok(Content::Huge(meta.len()));
        }
        let bytes = fs::read(&real).map_err(|error| format!("{path}: {error}"))?;
        if let Some(text) = utf16(&bytes) {
            let text = text
                .ok_or_else(|| format!("{path} is UTF-16 that cannot be read; keep it as UTF-8"))?;
            return Ok(Content::Text(text));
        }
        let head = &bytes[..bytes.len().min(SNIFFED)];
        Ok(if memchr::memchr(0, head).is_some() {
            Content::Binary
        } else {
            Content::Text(String::from_utf8_lossy(&bytes).into_owned())
        })
    }

    /// The text of a file, also of one that git would call binary.
    pub fn text(&self, path: &str) -> Result<String, String> {
        match self.content(path)? {
            Content::Text(text) => Ok(text),
            Content::Huge(size) => Err(format!(
                "{path} is too large to search ({})",
                Measure::Size(size)
            )),
            Content::Binary => {
                let real = self
                    .real(path)
                    .ok_or_else(|| format!("{path} is not there any more"))?;
                fs::read(&real)
                    .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                    .map_err(|error| format!("{path}: {error}"))
            }
        }
    }
}

/// The text of a file that is UTF-16: by its mark, or by every other byte being zero. `Some(None)`: not to be read.
fn utf16(bytes: &[u8]) -> Option<Option<String>> {
    let marked = encoding_rs::Encoding::for_bom(bytes)
        .filter(|(encoding, _)| *encoding != encoding_rs::UTF_8)
        .map(|(encoding, mark)| (encoding, &bytes[mark..]));
    let (encoding, rest) = marked.or_else(|| {
        let head = &bytes[..bytes.len().min(SNIFFED)];
        let pairs = head.chunks_exact(2);
        let zeros = |at: usize| pairs.clone().filter(|pair| pair[at] == 0).count();
        // Letters of one script and now and then another sign; compiled code has zeros on both sides.
        let most = |many: usize, few: usize| few == 0 && many > 0 && many * 2 >= head.len() / 2;
        let (first, second) = (zeros(0), zeros(1));
        match () {
            () if most(second, first) => Some((encoding_rs::UTF_16LE, bytes)),
            () if most(first, second) => Some((encoding_rs::UTF_16BE, bytes)),
            () => None,
        }
    })?;
    let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
    // A text has no zeros: with them it is UTF-32, or no text at all.
    Some(
        text.filter(|text| !text.contains('\0'))
            .map(|text| text.into_owned()),
    )
}

/// The line of a byte offset, from 1.
pub(super) fn line_of(text: &str, at: usize) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count())
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

/// The whole line around a byte offset.
pub(super) fn line_around(text: &str, at: usize) -> &str {
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |before| before + 1);
    let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |after| at + after);
    &text[start..end]
}
