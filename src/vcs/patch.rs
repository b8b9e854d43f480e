//! Reads what `git diff-index -p -U0` prints, as it comes: which lines of which files are new.
//!
//! Only names and hunk headers are trusted, and a header is one only where the hunk before it is complete: what
//! lines of files look like never matters. A line that cannot be placed ends the reading with words; half an
//! answer is never taken for a small one. Memory does not grow with the patch.

use std::collections::BTreeMap;

use super::GitTrouble;
use super::subject::text;
use crate::model::ChangedFile;

/// More of a line is not kept: no name and no mark of interest is longer.
const KEPT: usize = 64 << 10;

/// Says whether a line of a file carries a mark that is of interest.
pub type Marks<'m> = &'m dyn Fn(&[u8]) -> bool;

/// A line with a mark, without the blanks around it.
type Marked = (u32, Vec<u8>);

/// Reads a patch piece by piece.
pub(super) struct PatchReader<'m> {
    marks: Marks<'m>,
    line: Vec<u8>,
    /// Whether `line` has begun.
    begun: bool,
    state: Reading,
    path: Option<String>,
    pub(super) found: Found,
    trouble: Option<GitTrouble>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: BTreeMap<String, ChangedFile>,
    /// Lines with a mark that are in no hunk with a removed one, by file.
    added: BTreeMap<String, Vec<Marked>>,
    /// Texts of removed lines with a mark that are in no hunk with an added one.
    removed: BTreeMap<Vec<u8>, u64>,
}

enum Reading {
    /// Before the first file.
    Start,
    /// Between `diff --git` and the first hunk.
    Head,
    Hunk(Hunk),
    /// A hunk is complete: another one, another file or the end follows.
    Done,
}

#[derive(Default)]
struct Hunk {
    old: u32,
    new: u32,
    next: u32,
    added: Vec<Marked>,
    removed: Vec<Vec<u8>>,
}

impl<'m> PatchReader<'m> {
    pub(super) fn new(marks: Marks<'m>) -> Self {
        Self {
            marks,
            line: Vec::new(),
            begun: false,
            state: Reading::Start,
            path: None,
            found: Found::default(),
            trouble: None,
        }
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() && self.trouble.is_none() {
            let end = piece.iter().position(|byte| *byte == b'\n');
            let part = &piece[..end.unwrap_or(piece.len())];
            self.begun = true;
            let room = KEPT.saturating_sub(self.line.len()).min(part.len());
            self.line.extend_from_slice(&part[..room]);
            let Some(end) = end else { return };
            piece = &piece[end + 1..];
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.begun = false;
        if self.take(&line).is_none() {
            let shown = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
            self.trouble = Some(GitTrouble(format!(
                "`git diff-index` gave a line that cannot be read: `{shown}`"
            )));
        }
        self.line = line;
        self.line.clear();
    }

    /// Takes a line. `None` where it has no place here.
    fn take(&mut self, line: &[u8]) -> Option<()> {
        if let Reading::Hunk(hunk) = &mut self.state {
            hunk.take(line, self.marks)?;
            if hunk.old == 0 && hunk.new == 0 {
                self.close_hunk()?;
            }
            return Some(());
        }
        if line.starts_with(b"diff --git ") {
            self.state = Reading::Head;
            self.path = None;
            return Some(());
        }
        match self.state {
            Reading::Start => line.starts_with(b"* Unmerged path ").then_some(()),
            Reading::Done if line.starts_with(b"\\ ") || line.starts_with(b"* Unmerged path ") => {
                Some(())
            }
            _ if line.starts_with(b"@@ ") => self.open_hunk(line),
            Reading::Head => {
                if let Some(name) = line.strip_prefix(b"+++ ") {
                    self.path = name_of(name)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    fn open_hunk(&mut self, line: &[u8]) -> Option<()> {
        let rest = std::str::from_utf8(line.split(|byte| *byte == b'@').nth(2)?).ok()?;
        let (old, new) = rest.trim().split_once(' ')?;
        let (_, old) = span(old.strip_prefix('-')?)?;
        let (first, new) = span(new.strip_prefix('+')?)?;
        if new > 0 {
            let last = first.checked_add(new - 1)?;
            let path = self.path.clone()?;
            let file = self.found.files.entry(path).or_default();
            if file.lines.last().is_some_and(|range| range.last >= first) {
                return None;
            }
            file.push(first, last);
        }
        self.state = Reading::Hunk(Hunk {
            old,
            new,
            next: first,
            ..Hunk::default()
        });
        (old > 0 || new > 0).then_some(())
    }

    fn close_hunk(&mut self) -> Option<()> {
        let Reading::Hunk(hunk) = std::mem::replace(&mut self.state, Reading::Done) else {
            return Some(());
        };
        // An edited line that had a mark before has none added, whatever else of it is new.
        let same = hunk.added.len().min(hunk.removed.len());
        if hunk.added.len() > same {
            let file = self.found.added.entry(self.path.clone()?).or_default();
            file.extend(hunk.added.into_iter().skip(same));
        }
        for text in hunk.removed.into_iter().skip(same) {
            *self.found.removed.entry(text).or_default() += 1;
        }
        Some(())
    }

    /// What was found, or why it cannot be told.
    pub(super) fn finish(mut self) -> Result<Found, GitTrouble> {
        if self.begun && self.trouble.is_none() {
            self.end_line();
        }
        match (self.trouble, self.state) {
            (Some(trouble), _) => Err(trouble),
            (None, Reading::Hunk(_)) => Err(GitTrouble(
                "`git diff-index` ended in the middle of a hunk".to_owned(),
            )),
            (None, _) => Ok(self.found),
        }
    }
}

impl Hunk {
    fn take(&mut self, line: &[u8], marks: Marks<'_>) -> Option<()> {
        let trimmed = || line[1..].trim_ascii().to_vec();
        match line.first() {
            Some(b'-') => {
                self.old = self.old.checked_sub(1)?;
                if marks(&line[1..]) {
                    self.removed.push(trimmed());
                }
            }
            Some(b'+') => {
                self.new = self.new.checked_sub(1)?;
                if marks(&line[1..]) {
                    self.added.push((self.next, trimmed()));
                }
                self.next = self.next.saturating_add(1);
            }
            // "No newline at end of file".
            Some(b'\\') => {}
            _ => return None,
        }
        Some(())
    }
}

impl Found {
    /// A file that git does not know is wholly new.
    pub(super) fn add_whole(&mut self, path: String, lines: u32, marked: Vec<Marked>) {
        if lines > 0 {
            self.files.entry(path.clone()).or_default().push(1, lines);
        }
        if !marked.is_empty() {
            self.added.entry(path).or_default().extend(marked);
        }
    }

    /// The files, each with the marks that were added: one that went away elsewhere in the same words was moved.
    pub(super) fn settle(mut self) -> BTreeMap<String, ChangedFile> {
        for (path, marked) in self.added {
            let file = self.files.entry(path).or_default();
            for (line, text) in marked {
                match self.removed.get_mut(&text) {
                    Some(left) if *left > 0 => *left -= 1,
                    _ => file.pragmas.push(line),
                }
            }
        }
        self.files
    }
}

/// `7` or `7,3` as first line and number of lines.
fn span(text: &str) -> Option<(u32, u32)> {
    match text.split_once(',') {
        Some((first, count)) => Some((first.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// The name after `+++ `: `b/name`, with a tab behind it where it holds blanks, or quoted as in C. `Some(None)`
/// where the file is gone.
fn name_of(name: &[u8]) -> Option<Option<String>> {
    let name = name.strip_suffix(b"\t").unwrap_or(name);
    if name == b"/dev/null" {
        return Some(None);
    }
    let bytes = match name.strip_prefix(b"\"") {
        Some(rest) => unquote(rest.strip_suffix(b"\"")?)?,
        None => name.to_vec(),
    };
    Some(Some(text(bytes.strip_prefix(b"b/")?)))
}

fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            first @ b'0'..=b'3' => {
                let mut value = first - b'0';
                for _ in 0..2 {
                    let digit = rest.next().filter(|digit| (b'0'..=b'7').contains(digit))?;
                    value = value << 3 | (digit - b'0');
                }
                value
            }
            plain @ (b'"' | b'\\') => plain,
            _ => return None,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(patch: &[u8]) -> Result<BTreeMap<String, ChangedFile>, GitTrouble> {
        let marks = |line: &[u8]| line.windows(4).any(|part| part == b"MARK");
        let mut whole = PatchReader::new(&marks);
        whole.push(patch);
        let mut bytewise = PatchReader::new(&marks);
        patch.iter().for_each(|byte| bytewise.push(&[*byte]));
        let whole = whole.finish().map(Found::settle);
        let bytewise = bytewise.finish().map(Found::settle);
        assert_eq!(whole.as_ref().ok(), bytewise.as_ref().ok());
        whole
    }

    fn shown(patch: &str) -> Vec<String> {
        let files = read(patch.as_bytes()).unwrap();
        let ranges = |file: &ChangedFile| {
            file.lines
                .iter()
                .map(|range| format!(" {range}"))
                .collect::<String>()
        };
        files
            .iter()
            .map(|(path, file)| format!("{path}:{} {:?}", ranges(file), file.pragmas))
            .collect()
    }

    const HEAD: &str =
        "diff --git a/a.c b/a.c\nindex 1..2 100644\n--- a/a.c\n+++ b/a.c\n@@ -1 +1,2 @@ f()\n";

    #[test]
    fn content_that_looks_like_headers_is_content() {
        let patch =
            format!("{HEAD}--- a/other.c\n+++ b/other.c\n+@@ -1 +1 @@\n@@ -9,0 +12 @@\n+diff\n");
        assert_eq!(shown(&patch), ["a.c: 1-2 12 []"]);
    }

    #[test]
    fn deletions_modes_binaries_and_missing_newlines_add_no_line() {
        let patch = "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n\
            diff --git a/i.png b/i.png\nindex 1..2\nBinary files a/i.png and b/i.png differ\n\
            diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n\
            diff --git a/n b/n\n--- a/n\n+++ b/n\n@@ -3 +3 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n";
        assert_eq!(shown(patch), ["n: 3 []"]);
    }

    #[test]
    fn names_are_read_as_git_quotes_them() {
        let of = |name: &str| name_of(name.as_bytes());
        assert_eq!(of("b/a b\t"), Some(Some("a b".to_owned())));
        assert_eq!(
            of("\"b/a\\n\\\"\\303\\244\""),
            Some(Some("a\n\"ä".to_owned()))
        );
        assert_eq!(of("/dev/null"), Some(None));
        assert_eq!(of("c/a"), None);
        assert_eq!(of("\"b/a\\q\""), None);
    }

    #[test]
    fn a_mark_counts_where_it_is_new_not_where_it_is_edited_or_moved() {
        let patch = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-x MARK\n+y MARK\n+z MARK\n@@ -7 +8 @@\n- m MARK\n+m\n\
            diff --git a/b b/b\n--- a/b\n+++ b/b\n@@ -0,0 +1,2 @@\n+m MARK\n+n MARK\n";
        assert_eq!(shown(patch), ["a: 1-2 8 [2]", "b: 1-2 [2]"]);
    }

    #[test]
    fn what_cannot_be_read_is_trouble_and_never_nothing() {
        for patch in [
            "fatal: oh\n".to_owned(),
            HEAD.to_owned(),
            format!("{HEAD}-a\n+b\n"),
            format!("{HEAD}-a\n-b\n"),
            format!("{HEAD}-a\n+b\n+c\nodd\n"),
            HEAD.replace("+1,2", "+1,x"),
            HEAD.replace("+1,2", "+4294967295,2"),
            HEAD.replace("-1 +1,2", "-0,0 +0,0"),
            HEAD.replace("+++ b/a.c\n", ""),
        ] {
            assert!(read(patch.as_bytes()).is_err(), "{patch}");
        }
        assert!(read(b"").is_ok_and(|files| files.is_empty()));
    }

    #[test]
    fn any_bytes_end_without_a_panic() {
        let patch = format!("{HEAD}-a\n+b\n+c MARK\n\\ No newline\n");
        for at in 0..patch.len() {
            for byte in [0, b'\n', b'-', b'+', b'@', b'9', 0xff] {
                let mut bytes = patch.clone().into_bytes();
                bytes[at] = byte;
                let _ = read(&bytes);
                bytes.truncate(at);
                let _ = read(&bytes);
            }
        }
    }
}
