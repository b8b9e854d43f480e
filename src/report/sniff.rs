//! What a report is, from its first bytes alone: never from its file name.

/// The first bytes of a report, prepared for sniffing.
pub struct Head<'a> {
    /// Raw bytes from the start (at most 64 KiB), a UTF-8 byte order mark removed.
    pub bytes: &'a [u8],
    /// The same as text, invalid bytes replaced; UTF-16 with or without mark decoded.
    pub text: String,
    /// Local name of the first element, when the text is XML.
    pub root: Option<String>,
    /// Outline of the text, when it begins with JSON.
    pub json: Option<super::Shape>,
}

impl<'a> Head<'a> {
    /// Prepares the first bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = decode(bytes, plain);
        let root = root_element(&text);
        let json = super::Shape::of(&text);
        Self {
            bytes: plain,
            text,
            root,
            json,
        }
    }

    /// Whether the first thing that is not white space is this character.
    pub fn starts_with(&self, first: char) -> bool {
        self.text.trim_start().starts_with(first)
    }

    /// Whether it is neither XML nor a JSON document, so that its lines may be looked at: reports quote other
    /// tools' lines.
    pub fn is_text(&self) -> bool {
        !self.starts_with('<') && !self.json.as_ref().is_some_and(super::Shape::has_keys)
    }

    /// The lines of the head that are complete, or all when the head is the whole input.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines()
    }

    /// Says in words what an unknown input looks like, to help the reader of the refusal.
    pub fn looks_like(&self) -> Option<&'static str> {
        let bytes = self.bytes;
        if bytes.is_empty() {
            return Some("an empty file");
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Some("a ZIP archive");
        }
        if bytes.starts_with(&[0x1f, 0x8b]) {
            return Some("a gzip file");
        }
        let start = self.text.trim_start();
        if start.is_empty() {
            return Some("white space only");
        }
        let lower: String = start
            .chars()
            .take(200)
            .collect::<String>()
            .to_ascii_lowercase();
        if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
            return Some("an HTML page");
        }
        if start.starts_with('{') || start.starts_with('[') {
            return Some("JSON of no known report format");
        }
        if self.root.is_some() {
            return Some("XML of no known report format");
        }
        if bytes.iter().take(1024).any(|byte| *byte == 0) {
            return Some("binary data");
        }
        None
    }
}

fn decode(bytes: &[u8], plain: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, ..] | [b'<' | b'{' | b'[', 0, ..] => {
            encoding_rs::UTF_16LE.decode(bytes).0.into_owned()
        }
        [0xfe, 0xff, ..] | [0, b'<' | b'{' | b'[', ..] => {
            encoding_rs::UTF_16BE.decode(bytes).0.into_owned()
        }
        _ => String::from_utf8_lossy(plain).into_owned(),
    }
}

/// The local name of the first element, skipping declaration, comments and doctype. Leading text before
/// the first `<` is passed over: a report with log lines before it is still named for what it is.
fn root_element(text: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('<')?..];
        if let Some(after) = rest.strip_prefix("<?") {
            rest = &after[after.find("?>")?..];
        } else if let Some(after) = rest.strip_prefix("<!--") {
            rest = &after[after.find("-->")?..];
        } else if let Some(after) = rest.strip_prefix("<!") {
            rest = skip_declaration(after)?;
        } else {
            let name: String = rest[1..]
                .chars()
                .take_while(|c| !c.is_whitespace() && !matches!(c, '>' | '/'))
                .collect();
            let local = name.rsplit(':').next().unwrap_or(&name).to_owned();
            let known = !local.is_empty()
                && local.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            return known.then_some(local);
        }
    }
}

/// Passes over `<!DOCTYPE …>` with its internal subset.
fn skip_declaration(text: &str) -> Option<&str> {
    let mut depth = 0usize;
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '>' if depth == 0 => return Some(&text[at + 1..]),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn root_is_found_behind_declaration_doctype_and_comment() {
        let head = Head::new(b"<?xml version='1.0'?><!-- a <b> --><!DOCTYPE x [<!ENTITY a '>'>]>\n<p:testsuite a='1'/>");
        assert_eq!(head.root.as_deref(), Some("testsuite"));
    }

    #[test]
    fn utf16_without_mark_is_decoded() {
        let bytes: Vec<u8> = "<?xml?><coverage/>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(Head::new(&bytes).root.as_deref(), Some("coverage"));
    }

    #[test]
    fn unknown_input_is_described() {
        assert_eq!(Head::new(b"").looks_like(), Some("an empty file"));
        assert_eq!(Head::new(b" \n").looks_like(), Some("white space only"));
        assert_eq!(
            Head::new(b"PK\x03\x04..").looks_like(),
            Some("a ZIP archive")
        );
        assert_eq!(
            Head::new(b"<!DOCTYPE HTML><p>").looks_like(),
            Some("an HTML page")
        );
        assert_eq!(
            Head::new(b"{}").looks_like(),
            Some("JSON of no known report format")
        );
    }
}
