//! Writes canonical JSON straight from what is serialised. The keys of an object are put in order once it is whole, and
//! only where they do not stand so already; nothing else is held back.

use std::borrow::Cow;
use std::fmt::{Error, Write as _};
use std::ops::Range;

use serde::ser::{self, Serialize, Serializer};
use serde_json::{Number, Value};

/// Writes one value at the end of a text.
pub(super) struct Writer<'t>(pub(super) &'t mut String);

impl Writer<'_> {
    fn literal(self, text: &str) -> Result<(), Error> {
        self.0.push_str(text);
        Ok(())
    }

    fn number(self, number: Option<Number>) -> Result<(), Error> {
        match number {
            Some(number) => write_number(&number, self.0),
            // As JSON has no other word for what is no number.
            None => self.0.push_str("null"),
        }
        Ok(())
    }
}

macro_rules! whole_numbers {
    ($($method:ident: $number:ty),+ $(,)?) => {
        $(fn $method(self, number: $number) -> Result<(), Error> {
            self.number(Some(number.into()))
        })+
    };
}

impl<'t> Serializer for Writer<'t> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'t>;
    type SerializeTuple = Items<'t>;
    type SerializeTupleStruct = Items<'t>;
    type SerializeTupleVariant = Items<'t>;
    type SerializeMap = Entries<'t>;
    type SerializeStruct = Entries<'t>;
    type SerializeStructVariant = Entries<'t>;

    fn serialize_bool(self, truth: bool) -> Result<(), Error> {
        self.literal(if truth { "true" } else { "false" })
    }

    whole_numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
    }

    fn serialize_f32(self, number: f32) -> Result<(), Error> {
        self.number(Number::from_f64(number.into()))
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        self.number(Number::from_f64(number))
    }

    fn serialize_char(self, c: char) -> Result<(), Error> {
        self.serialize_str(c.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        write_text(text, self.0);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Error> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.literal("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.literal("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.literal("null")
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        open_variant(self.0, name);
        value.serialize(Writer(self.0))?;
        self.literal("}")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'t>, Error> {
        Ok(Items::new(self.0, "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'t>, Error> {
        Ok(Items::new(self.0, "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'t>, Error> {
        Ok(Items::new(self.0, "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Items<'t>, Error> {
        open_variant(self.0, name);
        Ok(Items::new(self.0, "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'t>, Error> {
        Ok(Entries::new(self.0, "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'t>, Error> {
        Ok(Entries::new(self.0, "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Entries<'t>, Error> {
        open_variant(self.0, name);
        Ok(Entries::new(self.0, "}}"))
    }
}

/// The beginning of the object that a variant with something in it is.
fn open_variant(to: &mut String, name: &str) {
    to.push('{');
    write_text(name, to);
    to.push(':');
}

/// The items of an array, as they come.
pub(super) struct Items<'t> {
    to: &'t mut String,
    end: &'static str,
    first: bool,
}

impl<'t> Items<'t> {
    fn new(to: &'t mut String, end: &'static str) -> Self {
        to.push('[');
        Self {
            to,
            end,
            first: true,
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        if !std::mem::take(&mut self.first) {
            self.to.push(',');
        }
        item.serialize(Writer(self.to))
    }

    fn close(self) -> Result<(), Error> {
        self.to.push_str(self.end);
        Ok(())
    }
}

macro_rules! items {
    ($($kind:ident: $method:ident),+ $(,)?) => {
        $(impl ser::$kind for Items<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
                self.item(item)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })+
    };
}

items! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

/// The entries of an object, put in order at its end.
pub(super) struct Entries<'t> {
    to: &'t mut String,
    end: &'static str,
    /// Each key with where its entry stands, without the comma before it.
    all: Vec<(Cow<'static, str>, Range<usize>)>,
    /// Whether each key came after the one before it.
    sorted: bool,
}

impl<'t> Entries<'t> {
    fn new(to: &'t mut String, end: &'static str) -> Self {
        to.push('{');
        Self {
            to,
            end,
            all: Vec::new(),
            sorted: true,
        }
    }

    fn open(&mut self, key: Cow<'static, str>) {
        if let Some((last, _)) = self.all.last() {
            self.sorted &= order(last, &key).is_lt();
            self.to.push(',');
        }
        let start = self.to.len();
        write_text(&key, self.to);
        self.to.push(':');
        self.all.push((key, start..start));
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Writer(self.to))?;
        let (_, place) = self.all.last_mut().ok_or(Error)?;
        place.end = self.to.len();
        Ok(())
    }

    fn close(mut self) -> Result<(), Error> {
        if !self.sorted {
            self.put_in_order();
        }
        self.to.push_str(self.end);
        Ok(())
    }

    /// Of a key that is there twice, the last entry stays.
    fn put_in_order(&mut self) {
        let first = self
            .all
            .first()
            .map_or(self.to.len(), |(_, place)| place.start);
        self.all.sort_by(|(one, _), (other, _)| order(one, other));
        let mut text = String::with_capacity(self.to.len() - first);
        for (index, (key, place)) in self.all.iter().enumerate() {
            if self.all.get(index + 1).is_some_and(|(next, _)| next == key) {
                continue;
            }
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&self.to[place.clone()]);
        }
        self.to.truncate(first);
        self.to.push_str(&text);
    }
}

/// By UTF-16 units, as the standard has it.
fn order(one: &str, other: &str) -> std::cmp::Ordering {
    if one.is_ascii() && other.is_ascii() {
        return one.cmp(other);
    }
    one.encode_utf16().cmp(other.encode_utf16())
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        // As any JSON writer takes keys: texts, and numbers and truths as texts.
        let key = match serde_json::to_value(key).map_err(|_| Error)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            _ => return Err(Error),
        };
        self.open(Cow::Owned(key));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

macro_rules! fields {
    ($($kind:ident),+) => {
        $(impl ser::$kind for Entries<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.open(Cow::Borrowed(key));
                self.value(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })+
    };
}

fields! { SerializeStruct, SerializeStructVariant }

fn write_text(text: &str, to: &mut String) {
    to.push('"');
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let special = byte < b' ' || matches!(byte, b'"' | b'\\');
        if !special {
            continue;
        }
        to.push_str(&text[done..at]);
        done = at + 1;
        match byte {
            b'"' => to.push_str("\\\""),
            b'\\' => to.push_str("\\\\"),
            8 => to.push_str("\\b"),
            b'\t' => to.push_str("\\t"),
            b'\n' => to.push_str("\\n"),
            12 => to.push_str("\\f"),
            b'\r' => to.push_str("\\r"),
            _ => {
                let _ = write!(to, "\\u{byte:04x}");
            }
        }
    }
    to.push_str(&text[done..]);
    to.push('"');
}

/// Numbers are doubles in RFC 8785, printed as ECMAScript prints them.
fn write_number(number: &Number, to: &mut String) {
    const EXACT: u64 = 1 << 53;
    let whole = number
        .as_u64()
        .filter(|n| *n <= EXACT)
        .map(|n| n.to_string());
    let below = number
        .as_i64()
        .filter(|n| n.unsigned_abs() <= EXACT)
        .map(|n| n.to_string());
    match whole.or(below) {
        Some(digits) => to.push_str(&digits),
        None => write_double(number.as_f64().unwrap_or_default(), to),
    }
}

fn write_double(number: f64, to: &mut String) {
    if number == 0.0 {
        to.push('0');
        return;
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let digits: String = digits.chars().filter(|c| *c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let count = digits.len() as i32;
    let point = exponent + 1;
    to.push_str(sign);
    if (1..=21).contains(&point) {
        if count <= point {
            let _ = write!(to, "{digits}{}", "0".repeat((point - count) as usize));
        } else {
            let (whole, part) = digits.split_at(point as usize);
            let _ = write!(to, "{whole}.{part}");
        }
    } else if (-5..=0).contains(&point) {
        let _ = write!(to, "0.{}{digits}", "0".repeat(-point as usize));
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let plus = if exponent > 0 { "+" } else { "" };
        let _ = write!(to, "{first}{dot}{rest}e{plus}{exponent}");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Serialize;

    use super::*;

    #[derive(Serialize, Debug)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Unit,
        New(i64),
        Pair(u8, Option<f64>),
        Named { z: char, a: bool },
    }

    #[derive(Serialize, Debug)]
    struct Outer {
        zeta: Vec<Kind>,
        alpha: BTreeMap<u32, ()>,
        #[serde(flatten)]
        more: BTreeMap<String, String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        none: Option<u8>,
    }

    fn written(what: &impl Serialize) -> String {
        let mut text = String::new();
        what.serialize(Writer(&mut text)).unwrap();
        text
    }

    proptest! {
        #[test]
        fn every_shape_is_written_as_its_json_value_would_be(
            number in any::<i64>(), part in any::<f64>(), c in any::<char>(), keys in prop::collection::btree_map(any::<u32>(), Just(()), 0..4),
            more in prop::collection::btree_map("[a-z\u{e000}-\u{10ffff}\"\\\\\u{0}-\u{1f}]{0,3}", any::<String>(), 0..5),
        ) {
            let zeta = vec![Kind::Unit, Kind::New(number), Kind::Pair(7, Some(part)), Kind::Pair(0, None), Kind::Named { z: c, a: true }];
            let outer = Outer { zeta, alpha: keys, more, none: None };
            let value = serde_json::to_value(&outer).unwrap();
            prop_assert_eq!(written(&outer), written(&value));
            let read: serde_json::Value = serde_json::from_str(&written(&outer)).unwrap();
            prop_assert_eq!(written(&read), written(&outer));
        }
    }

    #[test]
    fn the_last_of_two_entries_of_a_key_stays_and_odd_keys_are_refused() {
        struct Twice;
        impl Serialize for Twice {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_map([("b", 1), ("a", 2), ("b", 3)])
            }
        }
        assert_eq!(written(&Twice), r#"{"a":2,"b":3}"#);
        assert_eq!(written(&f64::NAN), "null");
        let odd = BTreeMap::from([(vec![1], 1)]);
        assert!(odd.serialize(Writer(&mut String::new())).is_err());
    }
}
