//! From text to nodes. The only file that names the YAML crate.
//!
//! The crate does syntax, anchors, merge keys, duplicate keys and the budget against hostile files; its
//! error is the one problem of a file that cannot be parsed. Meaning is read above, from nodes.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Location, Spanned};

use crate::problem::{Code, Problem};
use crate::source::{At, Key, Node, Source, Value};

/// Parses a source text into a node.
pub fn parse(source: &Source) -> Result<Node, Box<Problem>> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        with_snippet: false,
        budget: serde_yaml::budget! {
            max_nodes: 75_000,
            max_events: 200_000,
            max_aliases: 2_000,
            max_anchors: 2_000,
            max_depth: 64,
            max_documents: 1,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: 50_000,
            max_replay_stack_depth: 16,
        },
    };
    let parsed: Spanned<Raw> = serde_yaml::from_str_with_options(&source.text, options)
        .map_err(|error| Box::new(problem(source, &error)))?;
    Ok(Convert { source }.node(parsed))
}

fn problem(source: &Source, error: &serde_yaml::Error) -> Problem {
    let at = error
        .location()
        .map_or_else(|| At::start_of(source.name.clone()), |at| place(source, at));
    let words = error
        .without_snippet()
        .render_with_formatter(&serde_yaml::UserMessageFormatter);
    let words = strip_place(words.lines().next().unwrap_or("it cannot be parsed"));
    let hostile = [
        "budget",
        "limit",
        "depth",
        "too many",
        "exceed",
        "too large",
        "too complex",
        "nest",
    ]
    .iter()
    .any(|word| words.contains(word));
    if hostile {
        return Problem::new(
            Code::HOSTILE,
            &at,
            format!("the file nests or repeats too much: {words}"),
        )
        .label("gave up here")
        .help("a tollgate file is small and shallow; remove the nesting or the aliases");
    }
    let problem = Problem::new(Code::SYNTAX, &at, words.clone()).label("here");
    if words.contains("tab") {
        return problem.help("indent with spaces");
    }
    if words.starts_with("duplicate mapping key: ") {
        let key = words
            .trim_start_matches("duplicate mapping key: ")
            .trim_end_matches(" not allowed here");
        return Problem::new(
            Code::SYNTAX,
            &at,
            format!("the key `{key}` is written twice"),
        )
        .label("again here")
        .help("write each key once");
    }
    problem.help("look at brackets, quotes and indentation at this place and just before it")
}

/// The crate appends ` at line 3, column 4`, which the excerpt shows better.
fn strip_place(words: &str) -> String {
    let end = words.find(" at line ").unwrap_or(words.len());
    let words = words[..end].trim();
    let mut chars = words.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

fn place(source: &Source, location: Location) -> At {
    let span = location.span();
    let start = span.byte_offset().and_then(|at| usize::try_from(at).ok());
    let len = span
        .byte_len()
        .and_then(|len| usize::try_from(len).ok())
        .unwrap_or(0);
    let line = u32::try_from(location.line()).unwrap_or(1).max(1);
    let column = u32::try_from(location.column()).unwrap_or(1).max(1);
    let start = start.unwrap_or_else(|| offset_of(&source.text, line, column));
    At {
        file: Arc::clone(&source.name),
        line,
        column,
        start,
        len,
    }
}

fn offset_of(text: &str, line: u32, column: u32) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line as usize - 1)
        .map(str::len)
        .sum();
    let rest = text.get(start..).unwrap_or("");
    start
        + rest
            .chars()
            .take(column as usize - 1)
            .map(char::len_utf8)
            .sum::<usize>()
}

/// A node as the YAML crate gives it.
enum Raw {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Raw, D::Error> {
        Raw::deserialize(from)
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(truth))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Raw, E> {
        Ok(Raw::Number(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Number(number.to_string()))
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<Raw, E> {
        Ok(Raw::Number(number.to_string()))
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Raw, E> {
        Ok(Raw::Number(number.to_string()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Number(number.to_string()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Raw>>()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry::<Spanned<String>, Spanned<Raw>>()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

struct Convert<'a> {
    source: &'a Source,
}

impl Convert<'_> {
    fn node(&self, raw: Spanned<Raw>) -> Node {
        let at = place(self.source, raw.defined);
        let value = match raw.value {
            Raw::Null => Value::Null,
            Raw::Bool(truth) => Value::Bool(truth),
            Raw::Number(number) => Value::Number(self.spelling(&at).unwrap_or(number)),
            Raw::Text(text) => Value::Text(text),
            Raw::List(items) => {
                Value::List(items.into_iter().map(|item| self.node(item)).collect())
            }
            Raw::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (self.key(key), self.node(value)))
                    .collect(),
            ),
        };
        Node { at, value }
    }

    fn key(&self, key: Spanned<String>) -> Key {
        Key {
            at: place(self.source, key.defined),
            name: key.value,
        }
    }

    /// The author's own spelling of a number: the parser would turn `80.10` into `80.1`.
    fn spelling(&self, at: &At) -> Option<String> {
        let text = self.source.text.get(at.start..at.start + at.len)?.trim();
        text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
            .then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source {
            name: "tollgate.yaml".into(),
            text: text.into(),
        }
    }

    #[test]
    fn every_scalar_knows_its_place_and_spelling() {
        let node = parse(&source("a:\n  b: 80.10\n  c: [x, 012]\n")).expect("parses");
        let b = node.get("a").and_then(|a| a.get("b")).expect("a.b");
        assert_eq!(
            (b.at.line, b.at.column, &b.value),
            (2, 6, &Value::Number("80.10".to_owned()))
        );
        let Value::List(items) = &node.get("a").and_then(|a| a.get("c")).expect("a.c").value else {
            panic!("list")
        };
        assert_eq!(items[1].scalar().as_deref(), Some("012"));
    }

    #[test]
    fn anchors_merge_and_keep_the_place_where_they_were_written() {
        let node = parse(&source(
            "x-a: &a { timeout: 1m }\ng:\n  <<: *a\n  run: yes\n",
        ))
        .expect("parses");
        let g = node.get("g").expect("g");
        assert_eq!(g.get("timeout").map(|n| n.at.line), Some(1));
        assert_eq!(g.get("run").and_then(Node::scalar).as_deref(), Some("yes"));
    }

    #[test]
    fn duplicate_keys_are_refused() {
        let problem = parse(&source("a: 1\na: 2\n")).expect_err("duplicate");
        assert_eq!(problem.code, Code::SYNTAX);
        assert_eq!(problem.at.map(|at| at.line), Some(2));
    }

    #[test]
    fn alias_bomb_and_deep_nesting_are_refused_as_hostile() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..9 {
            let last = level - 1;
            bomb += &format!(
                "a{level}: &a{level} [*a{last},*a{last},*a{last},*a{last},*a{last},*a{last},*a{last},*a{last},*a{last}]\n"
            );
        }
        assert_eq!(parse(&source(&bomb)).expect_err("bomb").code, Code::HOSTILE);
        let deep = "[".repeat(5_000);
        let deep = parse(&source(&deep)).expect_err("deep");
        assert_eq!(deep.code, Code::HOSTILE, "{}", deep.message);
    }
}
