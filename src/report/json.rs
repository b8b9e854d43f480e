//! Shared room of the JSON formats: bytes to typed values, in constant memory, with errors people can act on.
//!
//! Big arrays are streamed with [`Each`], big objects with [`Object`]; neither builds a tree. Refused by name:
//! UTF-16, text after the end, `NaN`, a key given twice where it is read, and nesting beyond what `serde_json`
//! takes. <https://www.rfc-editor.org/rfc/rfc8259>

use std::fmt;
use std::io::{BufRead, BufReader};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Input, ReportError};
use crate::model::Level;

/// Reads one document to its end with a seed.
pub(super) fn read<S, T>(input: &mut Input, seed: S) -> Result<T, ReportError>
where
    S: for<'de> DeserializeSeed<'de, Value = T>,
{
    start(input)?;
    // `BufReader` because the standard library reads its single bytes fast; a plain `Read` is twice as slow.
    let mut reader = serde_json::Deserializer::from_reader(BufReader::new(input));
    let value = seed.deserialize(&mut reader).map_err(refuse)?;
    reader.end().map_err(refuse)?;
    Ok(value)
}

/// Passes over a byte order mark; refuses UTF-16.
pub(super) fn start(input: &mut Input) -> Result<(), ReportError> {
    let marked = match input.head()? {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..] => {
            return Err(ReportError::malformed_at(
                "utf-16",
                "is UTF-16, but has to be UTF-8; in PowerShell write it with `-Encoding utf8`",
                1,
                Some(1),
            ));
        }
        head => head.starts_with(b"\xef\xbb\xbf"),
    };
    if marked {
        input.consume(3);
    }
    Ok(())
}

/// A fault of `serde_json` as a refusal with a code, a place and words.
pub(super) fn refuse(error: serde_json::Error) -> ReportError {
    use serde_json::error::Category;
    let (line, column) = (error.line() as u64, error.column() as u64);
    if error.is_io() {
        return ReportError::Io(error.into());
    }
    let whole = error.to_string();
    let place = format!(" at line {line} column {column}");
    let words = whole.strip_suffix(&place).unwrap_or(&whole);
    let (code, message) = match error.classify() {
        Category::Eof => (
            "truncated",
            format!("ends in the middle ({words}); let the tool write it again"),
        ),
        Category::Data if words.starts_with("duplicate") => {
            ("duplicate-key", format!("is ambiguous: {words}"))
        }
        Category::Data => {
            let words = plain_words(words);
            ("wrong-shape", format!("has an unexpected value: {words}"))
        }
        _ if words.starts_with("recursion") => {
            ("too-deep", "is nested too deeply for a report".to_owned())
        }
        _ if words.starts_with("trailing characters") => (
            "trailing-data",
            "goes on after the end of its JSON; one document a file".to_owned(),
        ),
        _ => ("not-well-formed", format!("is not JSON: {words}")),
    };
    ReportError::malformed_at(code, message, line.max(1), Some(column))
}

/// What was expected and found, in words of JSON: the parser speaks of types of our source.
fn plain_words(words: &str) -> String {
    let (found, expected) = words.rsplit_once(", expected ").unwrap_or((words, ""));
    let found =
        found
            .strip_prefix("invalid type: ")
            .map_or(found.to_owned(), |found| match found {
                "sequence" => "an array".to_owned(),
                "map" => "an object".to_owned(),
                "unit value" => "null".to_owned(),
                found => found.to_owned(),
            });
    let expected = match expected {
        "" => return found,
        "a sequence" => "an array",
        "a map" => "an object",
        "i64" | "u64" | "i32" | "u32" | "u16" | "u8" => "a whole number",
        name if name.starts_with("struct ") => "an object",
        name if name.starts_with("tuple ") => "an array",
        words => words,
    };
    format!("{found} where {expected} was expected")
}

/// Hands each element of an array to a function as it is read. Gives the count, `None` for null.
pub(super) struct Each<S, F>(F, S);

impl<T, F: FnMut(T)> Each<PhantomData<T>, F> {
    /// With the function that takes the elements.
    pub(super) fn new(take: F) -> Self {
        Self(take, PhantomData)
    }
}

impl<S, F> Each<S, F> {
    /// With a seed that reads each element.
    pub(super) fn with(seed: S, take: F) -> Self {
        Self(take, seed)
    }
}

impl<'de, S: DeserializeSeed<'de> + Clone, F: FnMut(S::Value)> DeserializeSeed<'de> for Each<S, F> {
    type Value = Option<u64>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<u64>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Clone, F: FnMut(S::Value)> Visitor<'de> for Each<S, F> {
    type Value = Option<u64>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Option<u64>, A::Error> {
        let mut count = 0;
        while let Some(element) = list.next_element_seed(self.1.clone())? {
            (self.0)(element);
            count += 1;
        }
        Ok(Some(count))
    }

    fn visit_unit<E>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }
}

/// The fields of an object that is read without being built.
pub(super) trait Fields {
    /// What the object is, for the message when something else is there.
    const WHAT: &'static str;
    /// Takes the value of a key with `map.next_value…`; false leaves it to be passed over.
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// Reads an object into something that knows its fields.
pub(super) struct Object<'a, T>(pub(super) &'a mut T);

impl<'de, T: Fields> DeserializeSeed<'de> for Object<'_, T> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, T: Fields> Visitor<'de> for Object<'_, T> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(T::WHAT)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut key = String::new();
        while map.next_key_seed(Key(&mut key))?.is_some() {
            if !self.0.field(&key, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Reads a key into a buffer that is used again.
struct Key<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();
    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(key);
        Ok(())
    }
}

/// Refuses a key that was there before.
pub(super) fn once<E: Error>(seen: &mut bool, key: &'static str) -> Result<(), E> {
    if std::mem::replace(seen, true) {
        return Err(E::duplicate_field(key));
    }
    Ok(())
}

/// The first element of an array; the others are passed over. Null and an empty array are `None`.
#[derive(Clone, Debug)]
pub(super) struct First<T>(pub(super) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for First<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Taker<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Taker<T> {
            type Value = First<T>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<First<T>, A::Error> {
                let first = list.next_element()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(First(first))
            }
        }
        from.deserialize_seq(Taker(PhantomData))
    }
}

/// A whole number as tools write it: also `1.0`, `"1"` or null. Anything else is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Int(pub(super) Option<i64>);

impl Int {
    /// A line or column: from 1, else unknown.
    pub(super) fn place(self) -> Option<u32> {
        self.0
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| *n > 0)
    }

    /// An index: from 0, else absent.
    pub(super) fn index(self) -> Option<usize> {
        self.0.and_then(|n| usize::try_from(n).ok())
    }
}

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Scalar::deserialize(from)?.0;
        let number = text.as_deref().and_then(|text| {
            let whole = text.strip_suffix(".0").unwrap_or(text);
            whole.trim().parse().ok()
        });
        Ok(Self(number))
    }
}

/// A string, number or boolean as text; null, arrays and objects are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scalar(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }
    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(Some(text.to_owned())))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar(Some(value.to_string())))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar(Some(value.to_string())))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar(Some(value.to_string())))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar(Some(format!("{value:?}"))))
    }
    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar(None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar(None))
    }
}

/// The common level of a word that many tools use; `None` for other words.
pub(super) fn level(word: &str) -> Option<Level> {
    Some(match word.to_ascii_lowercase().as_str() {
        "critical" | "fatal" | "blocker" => Level::Critical,
        "error" | "high" | "major" => Level::High,
        "warning" | "warn" | "medium" | "moderate" => Level::Medium,
        "note" | "help" | "low" | "minor" => Level::Low,
        "info" | "information" | "none" => Level::Info,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_any(text: &[u8]) -> Result<Option<u64>, ReportError> {
        let mut input = Input::from_bytes(text, "r");
        read(&mut input, Each::new(|_: serde_json::Value| ()))
    }

    fn code(text: &[u8]) -> &'static str {
        read_any(text).map_or_else(|error| error.code(), |_| "ok")
    }

    #[test]
    fn faults_have_their_own_codes() {
        assert_eq!(code(b"\xef\xbb\xbf[]\n"), "ok");
        assert_eq!(code(b"\xff\xfe{\0}\0"), "utf-16");
        assert_eq!(code(b"{\0}\0"), "utf-16");
        assert_eq!(code(b"[1,2"), "truncated");
        assert_eq!(code(b"[1] x"), "trailing-data");
        assert_eq!(code(b"[NaN]"), "not-well-formed");
    }

    #[test]
    fn fault_names_line_and_column() {
        let refusal = read_any(b"[\n {\"a\": x}]").unwrap_err().refusal("r");
        assert_eq!((refusal.line, refusal.column), (Some(2), Some(8)));
        assert!(!refusal.message.contains("line 2"), "{}", refusal.message);
    }

    #[test]
    fn refusals_speak_of_json_and_not_of_our_types() {
        #[derive(Deserialize)]
        struct Inner {}
        #[derive(Deserialize)]
        struct Outer {
            inner: Option<Inner>,
            list: Option<Vec<u8>>,
        }
        let words = |text: &str| {
            let mut input = Input::from_bytes(text.as_bytes(), "r");
            let read = read(
                &mut input,
                Each::new(|one: Outer| drop((one.inner, one.list))),
            );
            read.unwrap_err().to_string()
        };
        let start = "has an unexpected value: ";
        assert_eq!(
            words(r#"[{"inner":"x"}]"#),
            format!("{start}string \"x\" where an object was expected")
        );
        assert_eq!(
            words(r#"[{"list":{}}]"#),
            format!("{start}an object where an array was expected")
        );
        assert_eq!(
            words(r#"[{"list":["x"]}]"#),
            format!("{start}string \"x\" where a whole number was expected")
        );
    }

    #[test]
    fn typed_nesting_beyond_the_limit_is_refused() {
        assert_eq!(code("[".repeat(5000).as_bytes()), "too-deep");
    }

    #[test]
    fn numbers_are_read_as_tools_write_them() {
        let read: Vec<Int> = serde_json::from_str(r#"[3, "4", 5.0, -1, null, {"a":[1]}]"#).unwrap();
        let places: Vec<_> = read.iter().map(|n| n.place()).collect();
        assert_eq!(places, [Some(3), Some(4), Some(5), None, None, None]);
    }
}
