//! Lines of a text report: decoded, without their ends, one at a time and mostly without a copy.

use std::borrow::Cow;
use std::io::BufRead;

use super::xml::Source;
use super::{Input, Limits, ReportError, Sink};

/// Reads lines. Keeps count of them.
pub(super) struct Lines<'i> {
    source: Source<'i>,
    line: Vec<u8>,
    /// Bytes shown and not yet consumed.
    shown: usize,
    number: u64,
    ended: bool,
}

impl<'i> Lines<'i> {
    pub(super) fn new(input: &'i mut Input) -> Result<Self, ReportError> {
        Ok(Self {
            source: Source::new(input)?.0,
            line: Vec::new(),
            shown: 0,
            number: 0,
            ended: true,
        })
    }

    /// Number of the last line, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the last line had a line feed: a file that was cut has none.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// The next line, without line feed and carriage return.
    pub(super) fn next(&mut self) -> Result<Option<&str>, ReportError> {
        self.next_bytes()?.map(text).transpose()
    }

    /// The same as bytes, which are text: for a format of many short lines.
    pub(super) fn next_bytes(&mut self) -> Result<Option<&[u8]>, ReportError> {
        self.source.consume(std::mem::take(&mut self.shown));
        self.source.begin_token();
        self.line.clear();
        loop {
            let block = self.source.fill_buf()?;
            let end = memchr::memchr(b'\n', block);
            if block.is_empty() && self.line.is_empty() {
                return Ok(None);
            }
            if let (Some(end), true) = (end, self.line.is_empty()) {
                self.shown = end + 1;
                break;
            }
            let used = end.unwrap_or(block.len());
            self.line.extend_from_slice(&block[..used]);
            let last = block.is_empty();
            self.source.consume(used + usize::from(end.is_some()));
            if self.line.len() > Limits::DEFAULT.token {
                let message = "a line is longer than 256 MiB";
                return Err(ReportError::malformed("line-too-long", message));
            }
            if end.is_some() || last {
                self.ended = !last;
                self.number += 1;
                return Ok(Some(without_return(&self.line)));
            }
        }
        self.ended = true;
        self.number += 1;
        let shown = self.shown - 1;
        Ok(Some(without_return(&self.source.fill_buf()?[..shown])))
    }

    /// Tells what was odd in the bytes.
    pub(super) fn finish(&self, sink: &mut dyn Sink) {
        if self.source.replaced() {
            let message = "bytes that are no text in the file's encoding were replaced";
            sink.warn("invalid-encoding", message.to_owned());
        }
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The decoder hands out whole characters, so a line is always text.
pub(super) fn text(line: &[u8]) -> Result<&str, ReportError> {
    std::str::from_utf8(line)
        .map_err(|_| ReportError::malformed("invalid-encoding", "the file is not text"))
}

/// The text without terminal sequences (CSI and OSC). Borrowed where there are none.
pub(super) fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some('[') => {
                while characters
                    .next()
                    .is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c))
                {}
            }
            Some(']') => {
                while let Some(c) = characters.next() {
                    if c == '\u{7}' || (c == '\u{1b}' && characters.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> (Vec<String>, bool) {
        let mut input = Input::from_bytes(bytes, "x");
        let mut lines = Lines::new(&mut input).unwrap();
        let mut got = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            got.push(line.to_owned());
        }
        (got, lines.ended())
    }

    #[test]
    fn line_ends_are_cut_and_a_missing_one_is_known() {
        assert_eq!(
            all(b"a\r\n\nb"),
            (vec!["a".into(), String::new(), "b".into()], false)
        );
        assert_eq!(all(b"a\n"), (vec!["a".into()], true));
        assert_eq!(all(b""), (vec![], true));
    }

    #[test]
    fn a_line_across_blocks_is_one_line() {
        let long = "\u{e9}".repeat(200_001);
        let text = format!("x{long}\ny\n");
        assert_eq!(
            all(text.as_bytes()).0,
            vec![format!("x{long}"), "y".to_owned()]
        );
    }

    #[test]
    fn colours_and_links_are_taken_out() {
        assert_eq!(plain("\u{1b}[32mok\u{1b}[0m"), "ok");
        assert_eq!(plain("a\u{1b}]8;;http://x\u{1b}\\b\u{1b}]8;;\u{7}c"), "abc");
    }
}
