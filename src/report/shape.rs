//! The outline of a JSON text from its first bytes: which keys, and of what sort, for sniffing.
//!
//! It reads as far as the bytes go and keeps what it saw, so a head that is cut off still has an outline.
//! It judges nothing: whether the text is valid JSON is found out by the format that reads it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Keys of the root object, or of the first object in a root array.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The root is an array.
    pub list: bool,
    /// The root is an array or object with nothing in it.
    pub empty: bool,
    keys: Vec<(String, Seen)>,
}

/// What was seen of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Seen {
    /// A number, a boolean, null, or nothing before the bytes ended.
    #[default]
    Other,
    Text(String),
    Object(Vec<String>),
    /// With the keys of its first element, where that is an object.
    List(Vec<String>),
}

impl Shape {
    /// The outline of a text that begins with JSON; `None` when it begins with something else.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let list = text.starts_with('[');
        if !list && !text.starts_with('{') {
            return None;
        }
        let mut root = Root::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        let whole = Outline { root: &mut root }.deserialize(&mut reader).is_ok();
        let empty = whole && root.keys.is_empty() && !root.filled;
        Some(Self {
            list,
            empty,
            keys: root.keys,
        })
    }

    /// Whether any key was seen: text that begins with a bracket has none.
    pub fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Whether there is such a key.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether all these keys are there.
    pub fn has_all(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.has(key))
    }

    /// The value of a key that is text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Seen::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether the value of a key is an array.
    pub fn is_list(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Seen::List(_)))
    }

    /// Whether the object under a key, or the first object of the array under it, has this inner key.
    pub fn inside(&self, key: &str, inner: &str) -> bool {
        match self.get(key) {
            Some(Seen::Object(keys) | Seen::List(keys)) => keys.iter().any(|seen| seen == inner),
            _ => false,
        }
    }

    fn get(&self, key: &str) -> Option<&Seen> {
        self.keys
            .iter()
            .find(|(seen, _)| seen == key)
            .map(|(_, value)| value)
    }
}

#[derive(Default)]
struct Root {
    keys: Vec<(String, Seen)>,
    filled: bool,
}

/// Records the keys of one object with what their values are.
struct Outline<'a> {
    root: &'a mut Root,
}

impl<'de> DeserializeSeed<'de> for Outline<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Outline<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.root.keys.push((key, Seen::Other));
            if let Some((_, seen)) = self.root.keys.last_mut() {
                map.next_value_seed(Value { seen })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.root.filled = list
            .next_element_seed(Outline { root: self.root })?
            .is_some();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Records what one value is, one level down.
struct Value<'a> {
    seen: &'a mut Seen,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        *self.seen = Seen::Object(Vec::new());
        names(self.seen, map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        *self.seen = Seen::List(Vec::new());
        list.next_element_seed(Names { into: self.seen })?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.seen = Seen::Text(text.to_owned());
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Records the keys of the first element of an array.
struct Names<'a> {
    into: &'a mut Seen,
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        names(self.into, map)
    }
}

fn names<'de, A: MapAccess<'de>>(into: &mut Seen, mut map: A) -> Result<(), A::Error> {
    while let Some(key) = map.next_key::<String>()? {
        if let Seen::Object(keys) | Seen::List(keys) = into {
            keys.push(key);
        }
        map.next_value::<IgnoredAny>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Shape;

    #[test]
    fn outline_of_a_cut_text_has_what_came_before_the_cut() {
        let shape = Shape::of(r#" {"version":"2.1.0","runs":[{"tool":{"a":1},"results":[{"x"#);
        let shape = shape.unwrap();
        assert_eq!(shape.text("version"), Some("2.1.0"));
        assert!(shape.is_list("runs") && shape.inside("runs", "tool"));
        assert!(shape.inside("runs", "results") && !shape.inside("runs", "x"));
    }

    #[test]
    fn outline_of_an_array_is_that_of_its_first_object() {
        let shape = Shape::of(r#"[{"a":{"b":1},"c":null}, 7]"#).unwrap();
        assert!(shape.list && shape.has_all(&["a", "c"]) && shape.inside("a", "b"));
    }

    #[test]
    fn emptiness_is_told_from_a_cut_and_from_plain_elements() {
        assert!(Shape::of("[]").unwrap().empty && Shape::of(" {}").unwrap().empty);
        assert!(!Shape::of("[").unwrap().empty && !Shape::of("[1]").unwrap().empty);
        assert!(Shape::of("text").is_none());
    }
}
