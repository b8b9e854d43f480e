//! What is read where it lies, without an event of the reader: plain tags, and character data with the references that everybody knows.
//!
//! It judges nothing to be wrong: whatever is not plainly one of these is left to the reader.

use std::io::{self, BufRead};

use memchr::memmem::Finder;

use super::attributes::{Reference, Tag, end_of_reference, reference, scan};
use super::{Limits, ReportError, Sink, Source, Visitor, Walker};

impl Walker<'_> {
    /// Reads what lies between here and the next thing that is for the reader.
    pub(super) fn pass_plain(
        &mut self,
        visitor: &mut impl Visitor,
        sink: &mut dyn Sink,
    ) -> Result<(), ReportError> {
        while self.depth > 0 {
            self.pass_character_data()?;
            if self.entities || !self.plain_tag(visitor, sink)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads a plain tag where it lies. The reader need not see it: it keeps no names here. Anything that is not
    /// plainly a tag below the root, whole in this block and closing what is open, is left to it.
    fn plain_tag(
        &mut self,
        visitor: &mut impl Visitor,
        sink: &mut dyn Sink,
    ) -> Result<bool, ReportError> {
        let block = self.reader.get_mut().fill_buf()?;
        let (Some(b'<'), Some(first)) = (block.first(), block.get(1)) else {
            return Ok(false);
        };
        let Some(end) = memchr::memchr(b'>', block) else {
            return Ok(false);
        };
        if *first == b'/' {
            if self.names.last().map(str::as_bytes) != Some(&block[2..end]) {
                return Ok(false);
            }
            self.reader.get_mut().consume(end + 1);
            self.close(visitor, sink)?;
            return Ok(true);
        }
        if self.depth == Limits::DEFAULT.depth || !first.is_ascii_alphabetic() {
            return Ok(false);
        }
        let empty = block[end - 1] == b'/';
        let Ok(tag) = std::str::from_utf8(&block[1..end - usize::from(empty)]) else {
            return Ok(false);
        };
        let name = tag
            .bytes()
            .position(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
            .unwrap_or(tag.len());
        let (name, raw) = tag.split_at(name);
        if scan(raw, &mut self.spans).is_err() {
            return Ok(false);
        }
        let wants_text = visitor.open(&Tag::new(name, raw, &self.spans, &self.odd), sink)?;
        if empty {
            visitor.close(sink)?;
        } else {
            self.names.push(name);
            self.depth += 1;
            if wants_text && self.collecting.is_none() {
                self.collecting = Some(self.depth);
                self.collected.clear();
            }
        }
        self.reader.get_mut().consume(end + 1);
        Ok(true)
    }

    /// Consumes text, CDATA and comments up to the next tag, reference or instruction.
    fn pass_character_data(&mut self) -> io::Result<()> {
        loop {
            let source = self.reader.get_mut();
            source.begin_token();
            let block = source.fill_buf()?;
            if matches!(block, [b'<', next, ..] if *next != b'!') {
                return Ok(());
            }
            let text = memchr::memchr2(b'<', b'&', block).unwrap_or(block.len());
            if text > 0 {
                if self.collecting.is_some() {
                    keep(&mut self.collected, &block[..text]);
                }
                source.consume(text);
            } else if block.starts_with(b"<![CDATA[") {
                source.consume(b"<![CDATA[".len());
                let into = self.collecting.is_some().then_some(&mut self.collected);
                pass_until(source, &self.cdata_end, b']', into)?;
            } else if block.starts_with(b"<!--") {
                source.consume(b"<!--".len());
                pass_until(source, &self.comment_end, b'-', None)?;
            } else if let Some((character, length)) = predefined(block)
                && !self.entities
            {
                source.consume(length);
                if self.collecting.is_some() {
                    let mut utf8 = [0; 4];
                    keep(
                        &mut self.collected,
                        character.encode_utf8(&mut utf8).as_bytes(),
                    );
                }
            } else {
                return Ok(());
            }
        }
    }
}

/// The reference that a block begins with, if it stands for a character of its own, and its length.
fn predefined(block: &[u8]) -> Option<(char, usize)> {
    let end = end_of_reference(block.strip_prefix(b"&")?)? + 1;
    match reference(std::str::from_utf8(&block[1..end]).ok()?) {
        Reference::Is(character) => Some((character, end + 1)),
        _ => None,
    }
}

/// Consumes up to and with an end of the form `xx>`, which may lie across blocks.
fn pass_until(
    source: &mut Source<'_>,
    end: &Finder<'_>,
    twice: u8,
    mut into: Option<&mut Vec<u8>>,
) -> io::Result<()> {
    let mut run = 0usize;
    loop {
        source.begin_token();
        let block = source.fill_buf()?;
        if block.is_empty() {
            return Ok(());
        }
        let split = match (run, block) {
            (2.., [b'>', ..]) => Some(1),
            (1.., [first, b'>', ..]) if *first == twice => Some(2),
            _ => None,
        };
        if let Some(used) = split {
            source.consume(used);
            return Ok(());
        }
        let found = end.find(block);
        let content = found.unwrap_or(block.len());
        if let Some(into) = into.as_deref_mut() {
            keep(into, &block[..content]);
        }
        let tail = block
            .iter()
            .rev()
            .take_while(|byte| **byte == twice)
            .count();
        run = if tail == block.len() {
            run + tail
        } else {
            tail
        };
        source.consume(found.map_or(content, |at| at + 3));
        if found.is_some() {
            return Ok(());
        }
    }
}

/// Appends up to the length that is kept of a text.
pub(super) fn keep(into: &mut Vec<u8>, bytes: &[u8]) {
    let room = (Limits::DEFAULT.text + 8).saturating_sub(into.len());
    into.extend_from_slice(&bytes[..bytes.len().min(room)]);
}
