//! Attributes of one tag, scanned once, and references in character data.
//!
//! Refuses what is not well formed: an attribute twice, a missing quote, `<` in a value. Only the five
//! predefined and the numeric references are resolved (<https://www.w3.org/TR/xml/#sec-references>).

use std::cell::Cell;

/// Attributes that one tag may have.
const MOST: usize = 256;

/// Where name and value of an attribute lie in the tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    name: (usize, usize),
    /// Where the name begins behind its prefix.
    local: usize,
    value: (usize, usize),
}

/// What was odd in references, noted while they are resolved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct References {
    /// A numeric reference to a character that XML forbids.
    pub forbidden: bool,
    /// A name that is none of the predefined five.
    pub unknown: bool,
    /// `&` that begins no reference.
    pub bare: bool,
}

impl References {
    pub(super) fn any(self) -> bool {
        self.forbidden || self.unknown || self.bare
    }
}

/// An element as it opens.
pub(crate) struct Tag<'a> {
    /// Name without namespace prefix.
    pub name: &'a str,
    prefix: &'a str,
    raw: &'a str,
    spans: &'a [Span],
    odd: &'a Cell<References>,
}

impl<'a> Tag<'a> {
    pub(super) fn new(
        name: &'a str,
        raw: &'a str,
        spans: &'a [Span],
        odd: &'a Cell<References>,
    ) -> Self {
        let (prefix, name) = parted(name);
        Self {
            name,
            prefix,
            raw,
            spans,
            odd,
        }
    }

    /// Every attribute: its name, and the value as written. The name is without prefix where that is the prefix of the
    /// element; an attribute of another namespace keeps it and so is none that a format knows.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.spans.iter().map(|span| {
            let own = span.local == span.name.0
                || self.raw[span.name.0..span.local].strip_suffix(':') == Some(self.prefix);
            let start = if own { span.local } else { span.name.0 };
            let name = &self.raw[start..span.name.1];
            (name, &self.raw[span.value.0..span.value.1])
        })
    }

    /// The value of an attribute as written: for numbers and words of a fixed list.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.attributes()
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// Puts a value with its references resolved into `into`.
    pub(crate) fn put(&self, raw: &str, into: &mut String) {
        into.clear();
        let odd = resolve(raw, into);
        if odd.any() {
            let mut all = self.odd.get();
            all.forbidden |= odd.forbidden;
            all.unknown |= odd.unknown;
            all.bare |= odd.bare;
            self.odd.set(all);
        }
    }
}

/// A name in two: prefix and local name.
fn parted(name: &str) -> (&str, &str) {
    match name.bytes().position(|byte| byte == b':') {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => ("", name),
    }
}

/// Finds the attributes in what follows a tag's name.
pub(super) fn scan(raw: &str, spans: &mut Vec<Span>) -> Result<(), String> {
    spans.clear();
    let bytes = raw.as_bytes();
    let mut at = 0;
    loop {
        let before = at;
        at = skip_white(bytes, at);
        if at == bytes.len() {
            return Ok(());
        }
        if at == before {
            return Err("attributes must be separated by white space".to_owned());
        }
        let span = one(raw, at)?;
        at = span.value.1 + 1;
        // Names that begin alike are few: most pairs need no call to compare them.
        let twice = spans.iter().any(|other| {
            bytes[other.name.0] == bytes[span.name.0]
                && bytes[other.name.0..other.name.1] == bytes[span.name.0..span.name.1]
        });
        if twice {
            let name = &raw[span.name.0..span.name.1];
            return Err(format!("attribute `{name}` occurs twice in one tag"));
        }
        if spans.len() == MOST {
            return Err(format!("a tag has more than {MOST} attributes"));
        }
        spans.push(span);
    }
}

fn one(raw: &str, start: usize) -> Result<Span, String> {
    let bytes = raw.as_bytes();
    let (mut at, mut local) = (start, start);
    while at < bytes.len() && bytes[at] != b'=' && !is_white(bytes[at]) {
        if matches!(bytes[at], b'"' | b'\'' | b'<' | b'&' | b'/') {
            return Err("a tag holds something that is no attribute".to_owned());
        }
        if bytes[at] == b':' {
            local = at + 1;
        }
        at += 1;
    }
    let name = (start, at);
    at = skip_white(bytes, at);
    if at == start || bytes.get(at) != Some(&b'=') {
        return Err(format!("attribute `{}` has no value", &raw[name.0..name.1]));
    }
    at = skip_white(bytes, at + 1);
    let quote = match bytes.get(at) {
        Some(quote @ (b'"' | b'\'')) => *quote,
        _ => {
            return Err(format!(
                "attribute `{}` has no quotes",
                &raw[name.0..name.1]
            ));
        }
    };
    let value = at + 1;
    match memchr::memchr2(quote, b'<', &bytes[value..]) {
        Some(end) if bytes[value + end] == quote => Ok(Span {
            name,
            local,
            value: (value, value + end),
        }),
        Some(_) => Err(format!("attribute `{}` holds `<`", &raw[name.0..name.1])),
        None => Err(format!(
            "attribute `{}` is not closed",
            &raw[name.0..name.1]
        )),
    }
}

fn skip_white(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && is_white(bytes[at]) {
        at += 1;
    }
    at
}

fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Appends an attribute value: references resolved, white space as blanks (XML 3.3.3).
fn resolve(raw: &str, into: &mut String) -> References {
    let mut odd = References::default();
    if is_literal(raw.as_bytes()) {
        into.push_str(raw);
        return odd;
    }
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        push_blanked(&rest[..at], into);
        rest = &rest[at..];
        match end_of_reference(rest.as_bytes()).map(|end| (end, reference(&rest[1..end]))) {
            Some((end, Reference::Is(character))) => {
                into.push(character);
                rest = &rest[end + 1..];
            }
            Some((end, Reference::Forbidden)) => {
                odd.forbidden = true;
                into.push(char::REPLACEMENT_CHARACTER);
                rest = &rest[end + 1..];
            }
            other => {
                odd.unknown |= matches!(other, Some((_, Reference::Unknown)));
                odd.bare |= !matches!(other, Some((_, Reference::Unknown)));
                into.push('&');
                rest = &rest[1..];
            }
        }
    }
    push_blanked(rest, into);
    odd
}

/// Whether a value stands for itself. Without early end, so that many bytes are looked at together.
fn is_literal(bytes: &[u8]) -> bool {
    let special = |bytes: &[u8]| {
        let all = bytes
            .iter()
            .map(|byte| u8::from(*byte == b'&') | u8::from(*byte < b' '));
        all.fold(0, |any, this| any | this) != 0
    };
    match bytes.last_chunk::<16>() {
        // The last sixteen bytes overlap those before.
        Some(last) => {
            let (chunks, _) = bytes.as_chunks::<16>();
            !chunks.iter().any(|chunk| special(chunk)) && !special(last)
        }
        None => !special(bytes),
    }
}

/// Appends text with white space as blanks; the two characters that end a line on Windows are one.
fn push_blanked(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr::memchr3(b'\t', b'\n', b'\r', rest.as_bytes()) {
        into.push_str(&rest[..at]);
        into.push(' ');
        let white = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = &rest[at + white..];
    }
    into.push_str(rest);
}

/// What stands between `&` and `;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// A character.
    Is(char),
    /// A numeric reference to what is no XML character.
    Forbidden,
    /// A name that is not predefined.
    Unknown,
    /// No reference at all.
    None,
}

pub(super) fn reference(name: &str) -> Reference {
    match name {
        "lt" => return Reference::Is('<'),
        "gt" => return Reference::Is('>'),
        "amp" => return Reference::Is('&'),
        "quot" => return Reference::Is('"'),
        "apos" => return Reference::Is('\''),
        _ => {}
    }
    let number = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) if !hex.starts_with('+') => u32::from_str_radix(hex, 16),
            None if !number.starts_with('+') => number.parse(),
            _ => return Reference::None,
        },
        None if is_name(name) => return Reference::Unknown,
        None => return Reference::None,
    };
    match number.ok().and_then(char::from_u32) {
        Some(c) if is_character(c) => Reference::Is(c),
        _ => Reference::Forbidden,
    }
}

fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    let starts = |c: char| c.is_alphabetic() || matches!(c, '_' | ':');
    characters.next().is_some_and(starts)
        && characters.all(|c| starts(c) || c.is_numeric() || matches!(c, '-' | '.'))
}

/// Where the reference that begins here ends. Looks a bounded way, so that many `&` cost no more than few.
pub(super) fn end_of_reference(bytes: &[u8]) -> Option<usize> {
    memchr::memchr(b';', &bytes[..bytes.len().min(64)])
}

/// Whether a value refers to anything that is neither predefined nor numeric.
pub(super) fn names_an_entity(raw: &str) -> bool {
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        rest = &rest[at..];
        let named = end_of_reference(rest.as_bytes())
            .is_some_and(|end| reference(&rest[1..end]) == Reference::Unknown);
        if named {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// Every attribute value of the tag as written.
pub(super) fn values<'a>(raw: &'a str, spans: &'a [Span]) -> impl Iterator<Item = &'a str> {
    spans.iter().map(|span| &raw[span.value.0..span.value.1])
}
