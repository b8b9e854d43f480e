//! Whether bytes are canonical JSON ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)), told in one pass and without
//! building anything: what is not is refused with the place, so that one record has one name.

use crate::model::canonical;

/// Deeper nesting is refused: no record has it, and reading recurses.
const DEEPEST: usize = 64;

/// Why bytes are not canonical, and from which byte on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCanonical {
    /// The byte, from 0.
    pub at: usize,
    /// What is wrong there.
    pub why: &'static str,
}

impl std::fmt::Display for NotCanonical {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} at byte {}", self.why, self.at)
    }
}

/// The text that bytes are, or why they are not the canonical form of a JSON value.
pub fn check(bytes: &[u8]) -> Result<&str, NotCanonical> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let at = bytes
            .utf8_chunks()
            .next()
            .map_or(0, |chunk| chunk.valid().len());
        return Err(NotCanonical {
            at,
            why: "no UTF-8",
        });
    };
    let mut scan = Scan {
        text,
        at: 0,
        controls: bytes.iter().fold(false, |some, byte| some | (*byte < 0x20)),
    };
    scan.value(0)?;
    if scan.at < bytes.len() {
        return scan.refuse("something after the value");
    }
    Ok(text)
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Whether there is a control character anywhere: canonical bytes have none.
    controls: bool,
}

impl<'a> Scan<'a> {
    fn refuse<T>(&self, why: &'static str) -> Result<T, NotCanonical> {
        let white = matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r'));
        let why = match self.peek() {
            None => "it ends too early",
            _ if white => "white space",
            _ => why,
        };
        Err(NotCanonical { at: self.at, why })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8, why: &'static str) -> Result<(), NotCanonical> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        self.refuse(why)
    }

    fn value(&mut self, depth: usize) -> Result<(), NotCanonical> {
        if depth > DEEPEST {
            return self.refuse("nested too deep");
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(|_| ()),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.refuse("no JSON value"),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), NotCanonical> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        self.refuse("no JSON value")
    }

    fn object(&mut self, depth: usize) -> Result<(), NotCanonical> {
        self.at += 1;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut last: Option<Named<'a>> = None;
        loop {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return self.refuse("no key");
            }
            let key = Named::of(self.string()?);
            if last.is_some_and(|last| !last.is_before(key)) {
                self.at = start;
                return self.refuse("a key out of order");
            }
            last = Some(key);
            self.take(b':', "no colon after a key")?;
            self.value(depth + 1)?;
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(());
            }
            self.take(b',', "no comma between entries")?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), NotCanonical> {
        self.at += 1;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(());
            }
            self.take(b',', "no comma between items")?;
        }
    }

    /// The text between the quotes, as it stands. Equal texts stand equal, because each has one spelling.
    fn string(&mut self) -> Result<&'a str, NotCanonical> {
        self.at += 1;
        let start = self.at;
        loop {
            self.at += self.plain();
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => self.escape()?,
                Some(_) => {
                    return Err(NotCanonical {
                        at: self.at,
                        why: "a control character in text",
                    });
                }
                None => return self.refuse(""),
            }
        }
    }

    /// How many bytes stand in a text as they are.
    fn plain(&self) -> usize {
        let rest = &self.text.as_bytes()[self.at..];
        let end = if self.controls {
            rest.iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))
        } else {
            memchr::memchr2(b'"', b'\\', rest)
        };
        end.unwrap_or(rest.len())
    }

    fn escape(&mut self) -> Result<(), NotCanonical> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        match rest.first() {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') if rest.len() > 4 => {
                let hex = &rest[1..5];
                let lower = hex
                    .iter()
                    .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
                let code = std::str::from_utf8(hex)
                    .ok()
                    .and_then(|hex| u32::from_str_radix(hex, 16).ok());
                // Those with a short spelling have only that one.
                let needed = code.is_some_and(|code| {
                    code < 0x20 && !matches!(code, 0x08 | 0x09 | 0x0a | 0x0c | 0x0d)
                });
                if !lower || !needed {
                    return self.refuse("a character escaped without need");
                }
                self.at += 6;
                Ok(())
            }
            None => {
                self.at = self.text.len();
                self.refuse("")
            }
            _ => self.refuse("a character escaped without need"),
        }
    }

    fn number(&mut self) -> Result<(), NotCanonical> {
        let rest = &self.text.as_bytes()[self.at..];
        let end = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let written = &rest[..end];
        let plain = written.len() < 16
            && written.iter().all(u8::is_ascii_digit)
            && (written.len() == 1 || written[0] != b'0');
        if !plain {
            let parsed: Option<serde_json::Number> = serde_json::from_slice(written).ok();
            if parsed.is_none_or(|number| canonical(&number) != written) {
                return self.refuse("a number spelt in another way");
            }
        }
        self.at += end;
        Ok(())
    }
}

/// A key as it stands.
#[derive(Clone, Copy)]
struct Named<'a> {
    key: &'a str,
    /// Neither escaped nor beyond ASCII: then the order of bytes is that of what they mean.
    plain: bool,
}

impl<'a> Named<'a> {
    fn of(key: &'a str) -> Self {
        let other = |byte: u8| !byte.is_ascii() || byte == b'\\';
        Self {
            plain: !key.bytes().fold(false, |some, byte| some | other(byte)),
            key,
        }
    }

    /// Whether one comes before another, by UTF-16 units of what they mean.
    fn is_before(self, other: Named<'_>) -> bool {
        if self.plain && other.plain {
            return self.key < other.key;
        }
        units(self.key).lt(units(other.key))
    }
}

fn units(key: &str) -> impl Iterator<Item = u16> {
    let plain: String = serde_json::from_str(&format!("\"{key}\"")).unwrap_or_default();
    plain.encode_utf16().collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    fn why(text: &str) -> String {
        check(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_not_canonical_is_told_with_its_place() {
        for (text, wanted) in [
            ("{\"b\":1,\"a\":2}", "a key out of order at byte 7"),
            ("{\"a\":1,\"a\":2}", "a key out of order at byte 7"),
            ("{\"a\": 1}", "white space at byte 5"),
            ("{\"a\":1}\n", "white space at byte 7"),
            ("{\"a\":1", "it ends too early at byte 6"),
            ("{\"a\":\"x", "it ends too early at byte 7"),
            ("{\"a\":\"\\", "it ends too early at byte 7"),
            (
                "{\"a\":\"\\/\"}",
                "a character escaped without need at byte 6",
            ),
            ("\"\\u0041\"", "a character escaped without need at byte 1"),
            ("\"\\u000A\"", "a character escaped without need at byte 1"),
            ("1.0", "a number spelt in another way at byte 0"),
            ("01", "a number spelt in another way at byte 0"),
            ("1E3", "a number spelt in another way at byte 0"),
            ("-", "a number spelt in another way at byte 0"),
            ("\"\t\"", "a control character in text at byte 1"),
            ("", "it ends too early at byte 0"),
            ("{\"a\":tru}", "no JSON value at byte 5"),
        ] {
            assert_eq!(why(text), wanted, "{text}");
        }
        assert!(why(&"[".repeat(1000)).starts_with("nested too deep"));
        assert_eq!(check(b"\"\xff\"").unwrap_err().why, "no UTF-8");
    }

    #[test]
    fn keys_are_held_to_utf_16_order() {
        assert!(check("{\"a\":1,\"\u{10000}\":2,\"\u{ffff}\":3}".as_bytes()).is_ok());
        assert!(check("{\"a\":1,\"\u{ffff}\":2,\"\u{10000}\":3}".as_bytes()).is_err());
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_bytes_are_accepted_and_any_other_spelling_is_not(value in json()) {
            let bytes = canonical(&value);
            prop_assert!(check(&bytes).is_ok());
            let pretty = serde_json::to_vec_pretty(&value).unwrap();
            if pretty != bytes {
                prop_assert!(check(&pretty).is_err());
            }
        }

        #[test]
        fn no_bytes_make_it_panic_and_none_but_canonical_ones_pass(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if check(&bytes).is_ok() {
                let value: Value = serde_json::from_slice(&bytes).unwrap();
                prop_assert_eq!(canonical(&value), bytes);
            }
        }
    }
}
