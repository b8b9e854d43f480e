//! The bytes of an XML report as UTF-8: byte order marks, UTF-16, declared encodings, damaged bytes.
//!
//! UTF-8 is checked in place and handed on without a copy; anything else goes through `encoding_rs`. It
//! counts lines for messages and notices characters that XML forbids. It refuses NUL.
//! Encodings: <https://www.w3.org/TR/xml/#charencoding>, <https://encoding.spec.whatwg.org/>.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::super::{Input, Limits};

/// Bytes decoded at once.
const STEP: usize = 32 << 10;

/// What was odd in the bytes; told once, when the report has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::report) struct Oddities {
    /// Bytes that are not text in the encoding were replaced.
    pub replaced: bool,
    /// Control characters that XML 1.0 forbids.
    pub control: bool,
    /// UTF-16 without a byte order mark.
    pub no_mark: bool,
}

/// A buffered reader that gives UTF-8.
pub(in crate::report) struct Source<'i> {
    input: &'i mut Input,
    /// `None` while the input's own bytes are handed on.
    decoder: Option<Decoder>,
    decoded: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// Line feeds before the current block.
    lines: u64,
    /// Characters of the line that the current block begins in, before it.
    column: u64,
    pub(in crate::report) odd: Oddities,
    pub(in crate::report) nul: bool,
    /// Bytes seen since the current token began.
    token: usize,
}

/// What the head of the input says of its encoding.
pub(in crate::report) struct Declared {
    pub encoding: &'static Encoding,
    /// A label that is unknown or that the bytes contradict.
    pub doubtful: Option<String>,
}

impl<'i> Source<'i> {
    /// Chooses the decoder by byte order mark, by the first bytes, and by the declaration, in this order.
    pub(in crate::report) fn new(input: &'i mut Input) -> io::Result<(Self, Declared)> {
        let head = input.head()?;
        let (declared, mark, no_mark) = match head {
            [0xef, 0xbb, 0xbf, ..] => (declared_in(head), 3, false),
            [0xff, 0xfe, ..] => (certain(UTF_16LE), 2, false),
            [0xfe, 0xff, ..] => (certain(UTF_16BE), 2, false),
            [b'<', 0, ..] => (certain(UTF_16LE), 0, true),
            [0, b'<', ..] => (certain(UTF_16BE), 0, true),
            _ => (declared_in(head), 0, false),
        };
        let utf8 = declared.encoding == UTF_8 || mark == 3;
        input.consume(mark);
        let source = Self {
            input,
            decoder: (!utf8).then(|| declared.encoding.new_decoder_without_bom_handling()),
            decoded: Vec::new(),
            start: 0,
            end: 0,
            ended: false,
            lines: 0,
            column: 0,
            odd: Oddities {
                no_mark,
                ..Oddities::default()
            },
            nul: false,
            token: 0,
        };
        Ok((source, declared))
    }

    /// Whether damaged bytes were replaced.
    pub(in crate::report) fn replaced(&self) -> bool {
        self.odd.replaced
    }

    /// A new token begins: its length is capped.
    pub(in crate::report) fn begin_token(&mut self) {
        self.token = 0;
    }

    /// Line and column (from 1) of the next byte to be consumed.
    pub(in crate::report) fn place(&self) -> (u64, u64) {
        let (lines, column) = advance(&self.block()[..self.start], self.lines, self.column);
        (lines + 1, column + 1)
    }

    /// The block that `start` and `end` point into.
    fn block(&self) -> &[u8] {
        if self.decoder.is_some() {
            &self.decoded
        } else {
            self.input.window()
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.token += self.end;
        if self.token > Limits::DEFAULT.token {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "one token is longer than 256 MiB",
            ));
        }
        let (lines, column) = advance(&self.block()[..self.end], self.lines, self.column);
        (self.lines, self.column) = (lines, column);
        if self.decoder.is_none() {
            let used = self.end;
            self.input.consume(used);
            (self.start, self.end) = (0, 0);
            if self.next_plain()? {
                return Ok(());
            }
        }
        self.next_decoded()
    }

    /// Looks at the next bytes where they lie. False when they need the decoder.
    fn next_plain(&mut self) -> io::Result<bool> {
        // Four bytes and more can only be what sniffing has read already.
        let at_end = self.input.window().len() < 4 && !self.input.more()?;
        let bytes = self.input.window();
        let look = Look::at(bytes);
        let valid = if look.ascii {
            bytes.len()
        } else {
            match std::str::from_utf8(bytes) {
                Ok(_) => bytes.len(),
                Err(error) if error.error_len().is_none() && !at_end => error.valid_up_to(),
                Err(_) => {
                    self.decoder = Some(UTF_8.new_decoder_without_bom_handling());
                    return Ok(false);
                }
            }
        };
        self.note(look);
        self.end = valid;
        // A block of nothing but the start of one character: there is room for the rest of it.
        if valid == 0 && !at_end {
            return self.next_plain();
        }
        Ok(true)
    }

    fn next_decoded(&mut self) -> io::Result<()> {
        self.decoded.resize(STEP * 3 + 16, 0);
        (self.start, self.end) = (0, 0);
        while self.end == 0 && !self.ended {
            if self.input.window().is_empty() {
                self.input.more()?;
            }
            let bytes = self.input.window();
            let bytes = &bytes[..bytes.len().min(STEP)];
            let Some(decoder) = self.decoder.as_mut() else {
                return Ok(());
            };
            let last = bytes.is_empty();
            let (result, used, written, replaced) =
                decoder.decode_to_utf8(bytes, &mut self.decoded, last);
            self.ended = last && result == CoderResult::InputEmpty;
            self.input.consume(used);
            self.odd.replaced |= replaced;
            self.end = written;
        }
        let look = Look::at(&self.decoded[..self.end]);
        self.note(look);
        Ok(())
    }

    fn note(&mut self, look: Look) {
        self.odd.control |= look.control;
        self.nul |= look.nul;
    }
}

impl Read for Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let have = self.fill_buf()?;
        let take = have.len().min(into.len());
        into[..take].copy_from_slice(&have[..take]);
        self.consume(take);
        Ok(take)
    }
}

impl BufRead for Source<'_> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.refill()?;
        }
        let (start, end) = (self.start, self.end);
        Ok(&self.block()[start..end])
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.start += count;
    }
}

/// What one pass over a block tells.
struct Look {
    ascii: bool,
    control: bool,
    nul: bool,
}

impl Look {
    /// Branchless, so that the compiler looks at many bytes at once.
    fn at(bytes: &[u8]) -> Self {
        let (mut high, mut control) = (0u8, 0u8);
        for part in bytes.chunks(4096) {
            let mut low = 0u8;
            for &byte in part {
                high |= byte;
                let white =
                    u8::from(byte == b'\t') | u8::from(byte == b'\n') | u8::from(byte == b'\r');
                low |= u8::from(byte < b' ') & !white;
            }
            control |= low;
        }
        Self {
            ascii: high < 0x80,
            control: control & 1 == 1,
            nul: control & 1 == 1 && memchr::memchr(0, bytes).is_some(),
        }
    }
}

/// Moves a place over bytes: line feeds, and characters since the last one.
fn advance(bytes: &[u8], lines: u64, column: u64) -> (u64, u64) {
    let characters =
        |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64;
    match memchr::memrchr(b'\n', bytes) {
        None => (lines, column + characters(bytes)),
        Some(last) => {
            let found = memchr::memchr_iter(b'\n', &bytes[..=last]).count() as u64;
            (lines + found, characters(&bytes[last + 1..]))
        }
    }
}

fn certain(encoding: &'static Encoding) -> Declared {
    Declared {
        encoding,
        doubtful: None,
    }
}

/// The encoding that the XML declaration names. UTF-16 that can be read as ASCII is not UTF-16: .NET writes
/// that label into UTF-8 files.
fn declared_in(head: &[u8]) -> Declared {
    let Some(label) = label(head) else {
        return certain(UTF_8);
    };
    match Encoding::for_label_no_replacement(label) {
        Some(encoding) if encoding != UTF_16LE && encoding != UTF_16BE => certain(encoding),
        _ => Declared {
            encoding: UTF_8,
            doubtful: Some(String::from_utf8_lossy(label).into_owned()),
        },
    }
}

fn label(head: &[u8]) -> Option<&[u8]> {
    let head = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    let declaration = head.strip_prefix(b"<?xml")?;
    let declaration = &declaration[..memchr::memchr(b'>', declaration)?];
    let at = memchr::memmem::find(declaration, b"encoding")?;
    let value = declaration[at + b"encoding".len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=")?.trim_ascii_start();
    let (quote, rest) = value.split_first()?;
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    Some(&rest[..memchr::memchr(*quote, rest)?])
}
