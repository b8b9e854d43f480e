//! Boxes of GitHub Markdown: task list items below their headings.
//!
//! [GFM, task list items](https://github.github.com/gfm/#task-list-items-extension-): a list item that begins with
//! `[ ]`, `[x]` or `[X]`. What stands in code blocks and HTML comments is no box. What cannot be told apart for
//! certain (a fence or comment that is never closed, a box with another sign) is handed on as doubt, not dropped.

use std::collections::VecDeque;

/// A box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    /// Line, from 1.
    pub line: u32,
    /// Whether it is ticked.
    pub done: bool,
    /// The text beside it.
    pub text: String,
    /// The headings it stands below, by index, outermost first.
    pub headings: Vec<usize>,
    /// The texts of the list items it stands below.
    pub above: Vec<String>,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    /// Its text as written.
    pub text: String,
    level: usize,
}

/// What a document holds.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Boxes in order.
    pub boxes: Vec<Tick>,
    /// What may hide a box: line and words.
    pub doubts: Vec<(u32, String)>,
}

/// A code block between fences.
struct Fence {
    line: u32,
    sign: char,
    length: usize,
    /// Columns of the item it stands in: text further left ends it.
    offset: usize,
    quotes: usize,
    /// Boxes seen inside.
    boxes: usize,
}

/// A list item that may still go on.
struct Item {
    /// Columns at which its content begins.
    offset: usize,
    text: String,
}

#[derive(Default)]
struct Reader {
    document: Document,
    items: Vec<Item>,
    fence: Option<Fence>,
    /// Line at which a comment began that is not closed yet, and the boxes seen in it.
    comment: Option<(u32, usize)>,
    /// Text of a paragraph that goes on.
    paragraph: Option<String>,
    path: Vec<usize>,
    quotes: usize,
}

/// Reads a document.
pub(super) fn read(text: &str) -> Document {
    let mut reader = Reader::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines: VecDeque<&str> = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    let mut number = 0;
    while let Some(line) = lines.pop_front() {
        number += 1;
        reader.line(number, line, &lines);
    }
    if let Some(fence) = reader.fence.take().filter(|fence| fence.boxes > 0) {
        let words = format!("the code block is never closed and hides {}", fence.boxes);
        reader.document.doubts.push((fence.line, words));
    }
    if let Some((line, boxes)) = reader.comment.filter(|(_, boxes)| *boxes > 0) {
        let words = format!("the comment is never closed and hides {boxes}");
        reader.document.doubts.push((line, words));
    }
    reader.document
}

/// Columns of the leading blanks, tabs to the next of four, and what follows.
fn indent(line: &str) -> (usize, &str) {
    let mut columns = 0;
    for (at, c) in line.char_indices() {
        match c {
            ' ' => columns += 1,
            '\t' => columns += 4 - columns % 4,
            _ => return (columns, &line[at..]),
        }
    }
    (columns, "")
}

/// Takes the signs of block quotes away, and says how many there were.
fn unquoted(mut line: &str) -> (usize, &str) {
    let mut depth = 0;
    loop {
        let (columns, rest) = indent(line);
        match rest.strip_prefix('>') {
            Some(inner) if columns < 4 => {
                depth += 1;
                line = inner.strip_prefix(' ').unwrap_or(inner);
            }
            _ => return (depth, line),
        }
    }
}

/// The sign and length of a fence, and what follows it.
fn fence(rest: &str) -> Option<(char, usize, &str)> {
    let sign = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let after = rest.trim_start_matches(sign);
    let length = rest.len() - after.len();
    // Backticks with a backtick behind them are a code span.
    let span = sign == '`' && after.contains('`');
    (length >= 3 && !span).then_some((sign, length, after))
}

/// The width of a list marker with one blank, and what follows it.
fn marker(rest: &str) -> Option<(usize, &str)> {
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = match digits {
        0 => rest.strip_prefix(['-', '*', '+'])?,
        1..=9 => rest[digits..].strip_prefix(['.', ')'])?,
        _ => return None,
    };
    let width = rest.len() - after.len();
    if after.is_empty() {
        return Some((width + 1, ""));
    }
    let content = after.strip_prefix([' ', '\t'])?;
    Some((width + 1, content))
}

/// What a list item begins with.
enum Sign<'a> {
    Box(bool, &'a str),
    Odd(&'a str),
}

/// The box that the content of a list item begins with.
fn sign(content: &str) -> Option<Sign<'_>> {
    let rest = content.trim_start().strip_prefix('[')?;
    let (inside, after) = rest.split_once(']')?;
    if !(after.is_empty() || after.starts_with([' ', '\t'])) {
        return None;
    }
    match inside {
        " " | "\u{a0}" => Some(Sign::Box(false, after.trim())),
        "x" | "X" => Some(Sign::Box(true, after.trim())),
        // A letter, digit or word in brackets is a link or a footnote.
        _ if inside.chars().all(|c| !c.is_alphanumeric()) && inside.chars().count() <= 3 => {
            Some(Sign::Odd(inside))
        }
        _ => None,
    }
}

/// The level and text of a heading with `#`.
fn heading(rest: &str) -> Option<(usize, &str)> {
    let after = rest.trim_start_matches('#');
    let level = rest.len() - after.len();
    let is_one = (1..=6).contains(&level) && (after.is_empty() || after.starts_with([' ', '\t']));
    is_one.then(|| {
        let text = after.trim();
        let bare = text.trim_end_matches('#');
        let closed = bare.is_empty() || bare.ends_with([' ', '\t']);
        (level, if closed { bare.trim_end() } else { text })
    })
}

/// The level of a line that makes the paragraph above it a heading.
fn underline(rest: &str) -> Option<usize> {
    let text = rest.trim_end();
    let all = |sign: char| !text.is_empty() && text.chars().all(|c| c == sign);
    match () {
        () if all('=') => Some(1),
        () if all('-') => Some(2),
        () => None,
    }
}

impl Reader {
    fn line(&mut self, number: u32, line: &str, following: &VecDeque<&str>) {
        let (quotes, line) = unquoted(line);
        if quotes != self.quotes {
            // Another block: what was open in the quote ends with it.
            if self
                .fence
                .as_ref()
                .is_some_and(|fence| fence.quotes > quotes)
            {
                self.fence = None;
            }
            if self.fence.is_none() {
                self.items.clear();
                self.paragraph = None;
            }
            self.quotes = quotes;
        }
        let (columns, rest) = indent(line);
        if self.in_fence(columns, rest) {
            return;
        }
        let code = self.fence.is_none() && self.is_code(columns, rest);
        let line = if code {
            line.to_owned()
        } else {
            self.without_comments(number, line, following)
        };
        let (columns, rest) = indent(&line);
        if rest.is_empty() {
            self.paragraph = None;
            return;
        }
        while self.items.last().is_some_and(|item| columns < item.offset) {
            // A lazy line goes on with the paragraph, unless it begins something.
            self.items.pop();
        }
        if code {
            return;
        }
        self.block(number, columns, rest);
    }

    /// Whether the line belongs to an open code block; the block may end here.
    fn in_fence(&mut self, columns: usize, rest: &str) -> bool {
        let Some(open) = &mut self.fence else {
            return false;
        };
        if !rest.is_empty() && columns < open.offset {
            // The list item that held the block is over, and the block with it.
            self.fence = None;
            return false;
        }
        let closes = fence(rest).is_some_and(|(sign, length, after)| {
            sign == open.sign && length >= open.length && after.trim().is_empty()
        });
        if closes && columns < open.offset + 4 {
            self.fence = None;
        } else if marker(rest).is_some_and(|(_, content)| sign(content).is_some()) {
            open.boxes += 1;
        }
        true
    }

    /// Whether the line is code by its indentation.
    fn is_code(&self, columns: usize, rest: &str) -> bool {
        let offset = self
            .items
            .iter()
            .rev()
            .map(|item| item.offset)
            .find(|offset| columns >= *offset);
        let deep = columns >= offset.unwrap_or(0) + 4;
        deep && self.paragraph.is_none() && self.comment.is_none() && !rest.is_empty()
    }

    /// The line without what stands in HTML comments.
    fn without_comments(&mut self, number: u32, line: &str, following: &VecDeque<&str>) -> String {
        let mut left = String::new();
        let mut rest = line;
        loop {
            if let Some((_, boxes)) = &mut self.comment {
                match rest.split_once("-->") {
                    Some((_, after)) => {
                        self.comment = None;
                        rest = after;
                    }
                    None => {
                        let (_, text) = indent(rest);
                        let hidden = marker(text).is_some_and(|(_, c)| sign(c).is_some());
                        *boxes += usize::from(hidden);
                        return left;
                    }
                }
            }
            let Some(start) = comment_start(rest) else {
                left.push_str(rest);
                return left;
            };
            let (before, inside) = (&rest[..start], &rest[start + 4..]);
            let block = left.trim().is_empty() && before.trim().is_empty();
            let ends = inside.contains("-->")
                || following
                    .iter()
                    .take_while(|line| block || !line.trim().is_empty())
                    .any(|line| line.contains("-->"));
            if !ends && !block {
                // Within a text this is no comment but four characters.
                left.push_str(rest);
                return left;
            }
            left.push_str(before);
            self.comment = Some((number, 0));
            rest = inside;
        }
    }

    /// A line that is neither code nor comment.
    fn block(&mut self, number: u32, columns: usize, rest: &str) {
        if let Some((sign, length, _)) = fence(rest) {
            let offset = self.items.last().map_or(0, |item| item.offset);
            self.fence = Some(Fence {
                line: number,
                sign,
                length,
                offset,
                quotes: self.quotes,
                boxes: 0,
            });
            self.paragraph = None;
            return;
        }
        let level = underline(rest).filter(|_| self.items.is_empty());
        if let (Some(level), Some(text)) = (level, self.paragraph.take_if(|_| level.is_some())) {
            self.open_heading(level, &text);
            return;
        }
        if let Some((level, text)) = heading(rest) {
            self.items.clear();
            self.paragraph = None;
            self.open_heading(level, text);
            return;
        }
        if self.list_item(number, columns, rest) {
            return;
        }
        let more = match self.paragraph.take() {
            Some(text) => format!("{text} {}", rest.trim_end()),
            None => rest.trim_end().to_owned(),
        };
        self.paragraph = Some(more);
    }

    fn open_heading(&mut self, level: usize, text: &str) {
        let headings = &self.document.headings;
        self.path.retain(|index| headings[*index].level < level);
        self.path.push(headings.len());
        self.document.headings.push(Heading {
            text: text.to_owned(),
            level,
        });
    }

    /// Whether the line is a list item; one may hold another: `- 1. [ ] text`.
    fn list_item(&mut self, number: u32, mut columns: usize, mut rest: &str) -> bool {
        let mut found = false;
        while let Some((width, content)) = marker(rest) {
            // `* * *` and `- - -` are rules.
            let rule = rest.chars().all(|c| matches!(c, '-' | '*' | ' ' | '\t'));
            if rule && rest.chars().filter(|c| matches!(c, '-' | '*')).count() >= 3 {
                return found;
            }
            found = true;
            let (blanks, inner) = indent(content);
            let offset = columns + width + if blanks < 4 { blanks } else { 0 };
            let above: Vec<String> = self.items.iter().map(|item| item.text.clone()).collect();
            self.items.push(Item {
                offset,
                text: inner.trim().to_owned(),
            });
            self.paragraph = (!inner.is_empty()).then(|| inner.to_owned());
            match sign(content).filter(|_| blanks < 4) {
                Some(Sign::Box(done, text)) => {
                    self.document.boxes.push(Tick {
                        line: number,
                        done,
                        text: text.to_owned(),
                        headings: self.path.clone(),
                        above,
                    });
                    return true;
                }
                Some(Sign::Odd(inside)) => {
                    let words = format!("`[{inside}]` is no box: write `[ ]` or `[x]`, found");
                    self.document.doubts.push((number, words));
                    return true;
                }
                None => {}
            }
            (columns, rest) = (offset, inner);
            if rest.is_empty() || blanks >= 4 {
                break;
            }
        }
        found
    }
}

/// Where a comment begins that is not within a code span.
fn comment_start(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find("<!--") {
        let at = from + found;
        let before = text[..at].matches('`').count();
        if before % 2 == 0 || !text[at..].contains('`') {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

#[cfg(test)]
mod tests;
