//! Reads XML for the formats that are written in it: one pass, constant memory, no recursion.
//!
//! `quick-xml` reads the markup; plain tags, and character data that nobody asked for, are read where they lie. Only a
//! whole document is accepted: one root, everything closed, nothing before or behind it. Entities of a
//! document's own are never expanded and no other file is ever opened. Nesting, tokens and attributes are
//! capped. Specification: <https://www.w3.org/TR/xml/>.

mod attributes;
mod names;
mod plain;
mod refusal;
mod source;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::io::BufRead;

use memchr::memmem::Finder;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Input, Limits, ReportError, Sink};
pub(crate) use attributes::Tag;
use attributes::{Reference, References, Span, names_an_entity, reference, scan, values};
use names::Names;
use plain::keep;
use refusal::{closes, ill_formed, outside_root, own_entity, short, trouble};
pub(super) use source::Source;

/// What a format makes of the elements.
pub(crate) trait Visitor {
    /// An element opens. True asks for its character data.
    fn open(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) -> Result<bool, ReportError>;
    /// The character data that was asked for, cut to a bounded length; comes just before `close`.
    fn text(&mut self, _text: &str) {}
    /// The element that opened last and is open closes.
    fn close(&mut self, sink: &mut dyn Sink) -> Result<(), ReportError>;
}

/// Reads a whole document, or says why it is none.
pub(crate) fn walk(
    input: &mut Input,
    visitor: &mut impl Visitor,
    sink: &mut dyn Sink,
) -> Result<(), ReportError> {
    let (source, declared) = Source::new(input)?;
    let mut walker = Walker::new(source);
    if let Some(label) = declared.doubtful {
        sink.warn(
            "unknown-encoding",
            format!("the encoding `{label}` is unknown or wrong here; read as UTF-8"),
        );
    }
    loop {
        match walker.step(visitor, sink) {
            Ok(true) => {}
            Ok(false) => return walker.finish(sink),
            Err(error) => return Err(walker.located(error)),
        }
    }
}

struct Walker<'i> {
    reader: Reader<Source<'i>>,
    buffer: Vec<u8>,
    spans: Vec<Span>,
    names: Names,
    depth: usize,
    /// Anything but white space came already.
    begun: bool,
    white_first: bool,
    root_seen: bool,
    /// The last event was text, so the reader may stand inside a token.
    inside: bool,
    entities: bool,
    /// Depth of the element whose character data is collected.
    collecting: Option<usize>,
    collected: Vec<u8>,
    odd: Cell<References>,
    cdata_end: Finder<'static>,
    comment_end: Finder<'static>,
}

impl<'i> Walker<'i> {
    fn new(source: Source<'i>) -> Self {
        let mut reader = Reader::from_reader(source);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        // It does not see the tags that are read where they lie: their names are compared here.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Self {
            reader,
            buffer: Vec::new(),
            spans: Vec::new(),
            names: Names::default(),
            depth: 0,
            begun: false,
            white_first: false,
            root_seen: false,
            inside: false,
            entities: false,
            collecting: None,
            collected: Vec::new(),
            odd: Cell::new(References::default()),
            cdata_end: Finder::new("]]>"),
            comment_end: Finder::new("-->"),
        }
    }

    /// Reads one event. False at the end of a complete document.
    fn step(
        &mut self,
        visitor: &mut impl Visitor,
        sink: &mut dyn Sink,
    ) -> Result<bool, ReportError> {
        if !self.inside {
            self.pass_plain(visitor, sink)?;
        }
        self.reader.get_mut().begin_token();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let event = self.reader.read_event_into(&mut buffer);
        self.inside = matches!(event, Ok(Event::Text(_)));
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                let at_end = self.reader.get_mut().fill_buf()?.is_empty();
                return Err(trouble(error, at_end));
            }
        };
        match event {
            Event::Start(tag) => self.open(&tag, visitor, sink)?,
            Event::Empty(tag) => {
                self.open(&tag, visitor, sink)?;
                self.close(visitor, sink)?;
            }
            Event::End(tag) => {
                closes(tag.name().0, self.names.last())?;
                self.close(visitor, sink)?;
            }
            Event::Text(text) => self.text(&text)?,
            Event::CData(text) if self.depth > 0 => self.collect(text.as_bytes()),
            Event::GeneralRef(reference) => self.reference(&reference)?,
            Event::CData(_) => return Err(outside_root(self.root_seen)),
            Event::DocType(doctype) => self.doctype(&doctype, sink)?,
            Event::Decl(_) => self.declaration(sink)?,
            Event::Comment(_) | Event::PI(_) => self.begun = true,
            Event::Eof => return self.end().map(|()| false),
        }
        self.buffer = buffer;
        Ok(true)
    }

    fn open(
        &mut self,
        tag: &BytesStart<'_>,
        visitor: &mut impl Visitor,
        sink: &mut dyn Sink,
    ) -> Result<(), ReportError> {
        self.begun = true;
        let name = tag.name().0;
        if !name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':')) {
            return Err(ill_formed(format!("`<{}` begins no element", short(name))));
        }
        if self.depth == 0 && std::mem::replace(&mut self.root_seen, true) {
            return Err(ReportError::malformed(
                "second-root",
                "a second document or root element follows the first; write one report a file",
            ));
        }
        self.depth += 1;
        if self.depth > Limits::DEFAULT.depth {
            let message = format!("elements are nested deeper than {}", Limits::DEFAULT.depth);
            return Err(ReportError::malformed("too-deep", message));
        }
        self.names.push(name);
        let raw = tag.attributes_raw();
        scan(raw, &mut self.spans).map_err(ill_formed)?;
        if self.entities && values(raw, &self.spans).any(names_an_entity) {
            return Err(own_entity());
        }
        let tag = Tag::new(name, raw, &self.spans, &self.odd);
        if visitor.open(&tag, sink)? && self.collecting.is_none() {
            self.collecting = Some(self.depth);
            self.collected.clear();
        }
        Ok(())
    }

    fn close(
        &mut self,
        visitor: &mut impl Visitor,
        sink: &mut dyn Sink,
    ) -> Result<(), ReportError> {
        if self.collecting == Some(self.depth) {
            self.collecting = None;
            // Only a text that was cut within a character is not whole.
            match std::str::from_utf8(&self.collected) {
                Ok(text) => visitor.text(text),
                Err(_) => visitor.text(&String::from_utf8_lossy(&self.collected)),
            }
        }
        self.depth -= 1;
        self.names.pop();
        visitor.close(sink)
    }

    fn text(&mut self, text: &str) -> Result<(), ReportError> {
        if self.depth > 0 {
            // The reader itself gives text here only when it met a bare `&`.
            self.note(|odd| odd.bare = true);
            self.collect(text.as_bytes());
            return Ok(());
        }
        self.white_first |= !self.begun;
        if text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
            return Ok(());
        }
        Err(outside_root(self.root_seen))
    }

    fn reference(&mut self, name: &BytesRef<'_>) -> Result<(), ReportError> {
        if self.depth == 0 {
            return Err(outside_root(self.root_seen));
        }
        let mut utf8 = [0; 4];
        match reference(name) {
            Reference::Is(character) => self.collect(character.encode_utf8(&mut utf8).as_bytes()),
            Reference::Forbidden => {
                self.note(|odd| odd.forbidden = true);
                self.collect("\u{fffd}".as_bytes());
            }
            Reference::Unknown if self.entities => return Err(own_entity()),
            other => {
                self.note(|odd| {
                    odd.unknown |= other == Reference::Unknown;
                    odd.bare |= other == Reference::None;
                });
                self.collect(b"&");
                self.collect(name.as_bytes());
                self.collect(b";");
            }
        }
        Ok(())
    }

    fn doctype(&mut self, doctype: &str, sink: &mut dyn Sink) -> Result<(), ReportError> {
        self.begun = true;
        if self.root_seen {
            return Err(ill_formed(
                "a document type follows the root element".to_owned(),
            ));
        }
        if doctype.contains("<!ENTITY") {
            self.entities = true;
            let message = "the document declares entities; they are never expanded";
            sink.warn("entities-declared", message.to_owned());
        }
        Ok(())
    }

    fn declaration(&mut self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        if self.begun {
            return Err(ReportError::malformed(
                "second-root",
                "a second document follows the first; write one report a file",
            ));
        }
        self.begun = true;
        if self.white_first {
            let message = "white space stands before the XML declaration";
            sink.warn("late-declaration", message.to_owned());
        }
        Ok(())
    }

    fn end(&self) -> Result<(), ReportError> {
        if self.depth > 0 {
            let message = format!(
                "the file ends inside the document: {} elements are not closed",
                self.depth
            );
            return Err(ReportError::malformed("truncated", message));
        }
        if !self.root_seen {
            return Err(ReportError::malformed(
                "truncated",
                "the file has no root element",
            ));
        }
        Ok(())
    }

    fn finish(&self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let source = self.reader.get_ref();
        if source.nul {
            return Err(ReportError::malformed(
                "nul",
                "the file holds NUL bytes, which XML forbids",
            ));
        }
        let odd = self.odd.get();
        let told = [
            (
                source.odd.replaced,
                "invalid-encoding",
                "bytes that are no text in the file's encoding were replaced",
            ),
            (
                source.odd.control,
                "control-character",
                "the file holds control characters, which XML forbids",
            ),
            (
                source.odd.no_mark,
                "no-byte-order-mark",
                "UTF-16 without a byte order mark",
            ),
            (
                odd.forbidden,
                "forbidden-reference",
                "numeric references to characters that XML forbids were replaced",
            ),
            (
                odd.unknown,
                "unknown-entity",
                "references to unknown entities were left as they are",
            ),
            (
                odd.bare,
                "bare-ampersand",
                "`&` that begins no reference was taken literally",
            ),
        ];
        for (_, code, message) in told.into_iter().filter(|(is, ..)| *is) {
            sink.warn(code, message.to_owned());
        }
        Ok(())
    }

    /// Gives an error the place where reading stopped.
    fn located(&self, error: ReportError) -> ReportError {
        match error {
            ReportError::Malformed {
                code,
                message,
                line: None,
                ..
            } => {
                let (line, column) = self.reader.get_ref().place();
                ReportError::malformed_at(code, message, line, Some(column))
            }
            other => other,
        }
    }

    fn note(&self, change: impl FnOnce(&mut References)) {
        let mut odd = self.odd.get();
        change(&mut odd);
        self.odd.set(odd);
    }

    fn collect(&mut self, bytes: &[u8]) {
        if self.collecting.is_some() {
            keep(&mut self.collected, bytes);
        }
    }
}
