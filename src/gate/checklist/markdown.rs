//! Boxes of GitHub Markdown: task list items below their headings.
//!
//! [GFM, task list items](https://github.github.com/gfm/#task-list-items-extension-): a list item that begins with
//! `[ ]`, `[x]` or `[X]`. What stands in code blocks and HTML comments is no box. What cannot be told apart for
//! certain (a fence or comment that is never closed, a box with another sign) is handed on as doubt, not dropped.

mod lines;

use std::collections::VecDeque;

use lines::{
    Sign, begins, begins_html, comment_start, fence, goes_on, heading, indent, is_rule, marker,
    sign, underline, unquoted,
};

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
    /// In a block of HTML, which goes on to the next blank line: no fence and no heading begins in it.
    html: bool,
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
            self.html = false;
            return;
        }
        // A line further left goes on with the paragraph of an item, unless it begins something.
        let deep = columns >= self.offset_at(columns) + 4 && marker(rest).is_none();
        let lazy = self.paragraph.is_some() && (deep || !begins(rest));
        while !lazy && self.items.last().is_some_and(|item| columns < item.offset) {
            self.items.pop();
            self.paragraph = None;
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

    /// Where the content of the item begins that a line of that indentation belongs to.
    fn offset_at(&self, columns: usize) -> usize {
        let mut offsets = self.items.iter().rev().map(|item| item.offset);
        offsets.find(|offset| columns >= *offset).unwrap_or(0)
    }

    /// Whether the line is code by its indentation.
    fn is_code(&self, columns: usize, rest: &str) -> bool {
        let deep = columns >= self.offset_at(columns) + 4;
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
                    .take_while(|line| block || goes_on(line))
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
        let offset = self.items.last().map_or(0, |item| item.offset);
        // So deep within a paragraph nothing begins; a box that is written there all the same is meant as one.
        let deep = self.paragraph.is_some() && columns >= self.offset_at(columns) + 4;
        self.html |= begins_html(rest, self.paragraph.is_some());
        if (deep || self.html) && marker(rest).is_none() {
            return self.text(rest);
        }
        if self.opens_fence(number, rest, offset) {
            return;
        }
        let level = underline(rest).filter(|_| self.items.is_empty());
        if let (Some(level), Some(text)) = (level, self.paragraph.take_if(|_| level.is_some())) {
            self.open_heading(level, &text);
            return;
        }
        if is_rule(rest) {
            self.paragraph = None;
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
        self.text(rest);
    }

    /// A line of a paragraph.
    fn text(&mut self, rest: &str) {
        let more = match self.paragraph.take() {
            Some(text) => format!("{text} {}", rest.trim_end()),
            None => rest.trim_end().to_owned(),
        };
        self.paragraph = Some(more);
    }

    fn opens_fence(&mut self, line: u32, rest: &str, offset: usize) -> bool {
        let Some((sign, length, _)) = fence(rest) else {
            return false;
        };
        self.fence = Some(Fence {
            line,
            sign,
            length,
            offset,
            quotes: self.quotes,
            boxes: 0,
        });
        self.paragraph = None;
        true
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
            if is_rule(rest) {
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
            if blanks < 4 && self.opens_fence(number, inner, offset) {
                return true;
            }
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

#[cfg(test)]
mod tests;
