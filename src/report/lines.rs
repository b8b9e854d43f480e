//! Shared room of the formats that are read line by line: text and JSON lines.
//!
//! A line is cut at LF or CRLF and given as text with invalid UTF-8 replaced. UTF-16 is refused by name, and so is
//! a line so long that it is no report.

use std::borrow::Cow;
use std::io::{BufRead, Read};

use super::limits::Limits;
use super::{Input, ReportError, json};

/// The lines of a report.
pub(super) struct Lines<'a> {
    input: &'a mut Input,
    line: Vec<u8>,
    text: String,
    number: u64,
}

impl<'a> Lines<'a> {
    /// From the start of a report.
    pub(super) fn new(input: &'a mut Input) -> Result<Self, ReportError> {
        json::start(input)?;
        Ok(Self {
            input,
            line: Vec::new(),
            text: String::new(),
            number: 0,
        })
    }

    /// The number of the last line, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line without its end, and whether it had one.
    pub(super) fn next(&mut self) -> Result<Option<(&str, bool)>, ReportError> {
        self.line.clear();
        let most = Limits::DEFAULT.token as u64;
        let got = (&mut *self.input)
            .take(most)
            .read_until(b'\n', &mut self.line)?;
        if got == 0 {
            return Ok(None);
        }
        self.number += 1;
        let ended = self.line.ends_with(b"\n");
        if !ended && got as u64 == most {
            return Err(ReportError::malformed_at(
                "line-too-long",
                "has a line of more than 256 MiB, which no report has",
                self.number,
                None,
            ));
        }
        if ended {
            self.line.pop();
            if self.line.ends_with(b"\r") {
                self.line.pop();
            }
        }
        self.text.clear();
        self.text.push_str(&String::from_utf8_lossy(&self.line));
        Ok(Some((&self.text, ended)))
    }
}

/// A last line that is the beginning of a JSON object: the writer was cut off.
pub(super) fn cut_off(error: &serde_json::Error, line: u64) -> ReportError {
    let message = format!("ends in the middle of a line ({error}); let the tool write it again");
    ReportError::malformed_at("truncated", message, line, None)
}

/// The text without terminal sequences (colours, links, clear screen). Borrowed when there are none.
pub(super) fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains('\x1b') {
        return line.into();
    }
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\x1b') {
        text.push_str(&rest[..at]);
        rest = after_sequence(&rest[at + 1..]);
    }
    text.push_str(rest);
    text.into()
}

/// What follows one escape sequence: CSI up to its final letter, OSC up to its end, `ESC ( B` and its like.
fn after_sequence(text: &str) -> &str {
    let mut letters = text.char_indices();
    match letters.next() {
        Some((_, '[')) => {
            let end = letters.find(|(_, c)| matches!(c, '\x40'..='\x7e'));
            end.map_or("", |(at, c)| &text[at + c.len_utf8()..])
        }
        Some((_, ']')) => match (text.find('\x07'), text.find("\x1b\\")) {
            (Some(bell), None) => &text[bell + 1..],
            (Some(bell), Some(end)) if bell < end => &text[bell + 1..],
            (_, Some(end)) => &text[end + 2..],
            (None, None) => "",
        },
        Some((_, ' '..='/')) => {
            let end = letters.find(|(_, c)| !matches!(c, ' '..='/'));
            end.map_or("", |(at, c)| &text[at + c.len_utf8()..])
        }
        Some((_, first)) => &text[first.len_utf8()..],
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_their_ends_and_know_whether_they_had_one() {
        let mut input = Input::from_bytes(b"\xef\xbb\xbfa\r\nb\xff\nc", "r");
        let mut lines = Lines::new(&mut input).unwrap();
        assert_eq!(lines.next().unwrap(), Some(("a", true)));
        assert_eq!(lines.next().unwrap(), Some(("b\u{fffd}", true)));
        assert_eq!(lines.next().unwrap(), Some(("c", false)));
        assert_eq!(lines.number(), 3);
        assert_eq!(lines.next().unwrap(), None);
    }

    #[test]
    fn terminal_sequences_are_taken_out() {
        assert_eq!(plain("\x1b[91merror\x1b(B\x1b[m"), "error");
        assert_eq!(plain("\x1bcx\x1b"), "x");
        assert_eq!(plain("a\x1b]8;;http://x\x1b\\b\x1b]8;;\x07c\x1b[3"), "abc");
    }
}
