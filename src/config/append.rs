//! Adds a waiver to the text of its file and leaves the rest as it was: comments, order, blank lines.
//!
//! It works on lines, so what it made is read again: where that does not give the old waivers and the new one, the
//! layout is one that it refuses to touch.

use super::show::scalar;
use super::{WAIVERS, parse_waivers, yaml};
use crate::model::Waiver;
use crate::source::{Node, Source, Value};

const HEAD: &str =
    "# Accepted exceptions: what, why, who answers for it, until when. `tollgate waive` adds one.
version: 1
waivers:
";

/// The text with a waiver of these keys added, and the entry alone; else why it cannot be added, and the entry.
pub fn append_waiver(
    text: Option<&str>,
    keys: &[(&str, String)],
) -> Result<(String, String), (String, String)> {
    let blank = |text: &&str| !text.trim().is_empty();
    let Some(text) = text.filter(blank) else {
        let entry = entry(keys, "  ");
        return Ok((format!("{HEAD}{entry}"), entry));
    };
    let refuse = |why: &str| Err((why.to_owned(), entry(keys, "  ")));
    let Ok(node) = yaml::parse(&source(text)) else {
        return refuse("the file is not well-formed");
    };
    let Some((whole, entry)) = inserted(text, &node, keys) else {
        return refuse("its list of waivers is not written one below the other");
    };
    if keeps_all(text, &whole) {
        Ok((whole, entry))
    } else {
        refuse("its layout leaves no place that is certain")
    }
}

fn source(text: &str) -> Source {
    Source {
        name: WAIVERS.into(),
        text: text.into(),
    }
}

/// One entry of the list. Dates and words that YAML cannot misread stay plain.
fn entry(keys: &[(&str, String)], indent: &str) -> String {
    let mut text = String::new();
    for (index, (key, value)) in keys.iter().enumerate() {
        let dash = if index == 0 { "- " } else { "  " };
        let plain = matches!(*key, "opened" | "until" | "quarantine");
        let value = if plain { value.clone() } else { scalar(value) };
        text.push_str(&format!("{indent}{dash}{key}: {value}\n"));
    }
    text
}

fn inserted(text: &str, node: &Node, keys: &[(&str, String)]) -> Option<(String, String)> {
    let ended = |text: &str| {
        let gap = if text.ends_with('\n') { "" } else { "\n" };
        format!("{text}{gap}")
    };
    let Some(list) = node.get("waivers") else {
        let entry = entry(keys, "  ");
        // A file of comments alone says nothing yet.
        let head = match node.value {
            Value::Null => "version: 1\n",
            _ => "",
        };
        let before = ended(text);
        return Some((format!("{before}{head}waivers:\n{entry}"), entry));
    };
    match &list.value {
        Value::List(items) if items.is_empty() => {
            let entry = entry(keys, "  ");
            let (before, after) = (
                text.get(..list.at.start)?,
                text.get(list.at.start..)?.strip_prefix("[]")?,
            );
            let after = after.strip_prefix('\n').unwrap_or(after);
            Some((
                format!("{}\n{entry}{after}", before.trim_end_matches(' ')),
                entry,
            ))
        }
        Value::List(items) => {
            let last = items.last()?;
            let (indent, end) = end_of(text, last.at.start)?;
            let entry = entry(keys, &indent);
            let (before, after) = (text.get(..end)?, text.get(end..)?);
            Some((format!("{}{entry}{after}", ended(before)), entry))
        }
        _ => None,
    }
}

/// How far the dash of a list item is indented, and where the last line of the item ends.
fn end_of(text: &str, start: usize) -> Option<(String, usize)> {
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let before = text.get(line_start..start)?;
    let indent = before.trim_end().strip_suffix('-')?;
    if !indent.chars().all(|c| c == ' ') {
        return None;
    }
    let mut end = line_start;
    let mut at = line_start;
    for (index, line) in text.get(line_start..)?.split_inclusive('\n').enumerate() {
        let inner = line.trim_start_matches(' ');
        let depth = line.len() - inner.len();
        let says = !inner.trim().is_empty() && !inner.starts_with('#');
        if index > 0 && says && depth <= indent.len() {
            break;
        }
        at += line.len();
        if says {
            end = at;
        }
    }
    Some((indent.to_owned(), end))
}

/// Whether the new text holds the old waivers as they were, and one more.
fn keeps_all(old: &str, new: &str) -> bool {
    let read = |text: &str| -> Vec<Waiver> { parse_waivers(&source(text)).unwrap_or_default() };
    let (old, new) = (read(old), read(new));
    new.len() == old.len() + 1 && new[..old.len()] == old[..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<(&'static str, String)> {
        [
            ("gate", "scan"),
            ("rule", "no: eval"),
            ("why", "it's \"known\""),
            ("owner", "ada@example.org"),
            ("opened", "2026-06-01"),
            ("until", "2026-07-01"),
        ]
        .map(|(key, value)| (key, value.to_owned()))
        .to_vec()
    }

    const ENTRY: &str = "- gate: scan
    rule: \"no: eval\"
    why: \"it's \\\"known\\\"\"
    owner: \"ada@example.org\"
    opened: 2026-06-01
    until: 2026-07-01
";

    #[test]
    fn the_first_waiver_makes_the_file() {
        let (text, entry) = append_waiver(None, &keys()).expect("made");
        assert_eq!(entry, format!("  {ENTRY}"));
        assert_eq!(text, format!("{HEAD}{entry}"));
        assert_eq!(
            parse_waivers(&source(&text)).map(|list| list.len()),
            Some(1)
        );
    }

    #[test]
    fn comments_and_order_stay_as_they_were() {
        let old = "version: 1 # head
waivers: # all of them
  # first
  - gate: a
    why: |
      two lines

      of words
    owner: ada
    opened: 2026-06-01
    until: 2026-06-02 # soon
  # the end

# the very end
";
        let (text, _) = append_waiver(Some(old), &keys()).expect("added");
        let before = old.find("  # the end").expect("there");
        assert_eq!(
            text,
            format!("{}  {ENTRY}{}", &old[..before], &old[before..])
        );
    }

    #[test]
    fn every_usual_layout_takes_one_more() {
        let one = "gate: a, why: x, owner: ada, opened: 2026-06-01, until: 2026-06-02";
        for old in [
            "version: 1\n".to_owned(),
            "# version: 1\n".to_owned(),
            "version: 1\nwaivers: []\n".to_owned(),
            "waivers: []\nversion: 1\n".to_owned(),
            format!("version: 1\nwaivers:\n- {{ {one} }}"),
            format!("waivers:\n    - {{ {one} }}\nversion: 1\n"),
        ] {
            let (text, _) = append_waiver(Some(&old), &keys()).expect("added");
            assert!(keeps_all(&old, &text), "{text}");
            let version = text.lines().any(|line| line == "version: 1");
            assert!(version, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_file_holds_it_is_kept_or_left_alone(
            lines in proptest::collection::vec(
                proptest::sample::select(vec![
                    "version: 1", "waivers:", "waivers: []", "- gate: a", "  - gate: a", "    why: x",
                    "    owner: ada", "    opened: 2026-06-01", "    until: 2026-06-02", "# words", "",
                    "  - { gate: b, why: y, owner: z, opened: 2026-06-01, until: never, why-never: n }",
                    "    why: |", "      # no comment", "\u{e9}\t- [", "&a *a", "...", "---",
                ]),
                0..14,
            ),
        ) {
            let old = lines.join("\n");
            if let Ok((new, entry)) = append_waiver(Some(&old), &keys()) {
                proptest::prop_assert!(new.contains(&entry));
                proptest::prop_assert!(old.trim().is_empty() || keeps_all(&old, &new));
                for line in old.lines().filter(|line| !line.trim().is_empty() && !line.contains("[]")) {
                    proptest::prop_assert!(new.contains(line), "{line}");
                }
            }
        }
    }

    #[test]
    fn a_layout_without_a_certain_place_is_left_alone() {
        let one = "gate: a, why: x, owner: ada, opened: 2026-06-01, until: 2026-06-02";
        for old in [
            format!("version: 1\nwaivers: [{{ {one} }}]\n"),
            "version: 1\nwaivers: {{\n".to_owned(),
        ] {
            let (_, entry) = append_waiver(Some(&old), &keys()).expect_err("refused");
            assert_eq!(entry, format!("  {ENTRY}"));
        }
    }
}
