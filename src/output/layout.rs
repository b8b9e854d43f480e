//! Lines of a known width: measured as terminals draw them, wrapped or cut, never longer than allowed.
//!
//! It takes neutral text without colours, and colours it last.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::Style;
use super::style::Ink;
use crate::problem::split;
pub(crate) use crate::problem::{width, wrap};

/// Text filled up with blanks.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// Text cut to so many columns, with a mark where it was cut.
pub(super) fn cut(text: &str, columns: usize, style: &Style) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mark = style.pick("…", "..");
    let (kept, _) = split(text, columns.saturating_sub(width(mark)));
    format!("{}{mark}", kept.trim_end())
}

/// Names in so many columns. Names are alike at their beginning, or differ at their end only: what is cut out is the
/// middle, or where they stay apart from each other.
pub(super) fn apart(names: &[String], most: usize, style: &Style) -> Vec<String> {
    let room = most.saturating_sub(width(style.pick("…", "..")));
    let cut_at = |end: usize| -> Vec<String> {
        let each = names.iter();
        each.map(|name| cut_inside(name, most, end, style))
            .collect()
    };
    let count = |names: &[String]| names.iter().collect::<BTreeSet<_>>().len();
    // The same name may stand there twice.
    let all = count(names);
    let differ = |names: &Vec<String>| count(names) == all;
    let middle = room / 2;
    let mut ends: Vec<usize> = (0..=room).collect();
    ends.sort_by_key(|end| end.abs_diff(middle));
    let mut found = ends.into_iter().map(cut_at);
    let fallback = cut_at(middle);
    found.find(differ).unwrap_or(fallback)
}

/// Names of gates in so many columns. Where a revision stands before a gate, the gate stays whole as long as some of the
/// revision has room beside it: of one gate in many revisions and many gates in one, each can be told.
pub(super) fn labels(names: &[String], most: usize, style: &Style) -> Vec<String> {
    let mut shown = apart(names, most, style);
    let parts = names.iter().map(|name| name.rsplit_once(' '));
    // Names that leave the same room are cut the same way.
    let mut by_room: BTreeMap<usize, Vec<(usize, &str, &str)>> = BTreeMap::new();
    for (place, part) in parts.enumerate() {
        if let Some((of, gate)) = part
            && width(&names[place]) > most
        {
            let room = most.saturating_sub(width(gate) + 1);
            by_room.entry(room).or_default().push((place, of, gate));
        }
    }
    for (room, list) in by_room.into_iter().filter(|(room, _)| *room >= LEAST) {
        let all: Vec<String> = list.iter().map(|(_, of, _)| (*of).to_owned()).collect();
        for ((place, _, gate), of) in list.iter().zip(apart(&all, room, style)) {
            shown[*place] = format!("{of} {gate}");
        }
    }
    shown
}

/// Columns of a revision that say something.
const LEAST: usize = 8;

/// A name in so many columns, with the last `end` of them from its end.
fn cut_inside(name: &str, most: usize, end: usize, style: &Style) -> String {
    if width(name) <= most {
        return name.to_owned();
    }
    let mut tail = String::new();
    for letter in name.chars().rev() {
        let longer = format!("{letter}{tail}");
        if width(&longer) > end {
            break;
        }
        tail = longer;
    }
    let head = cut(name, most.saturating_sub(width(&tail)), style);
    format!("{head}{tail}")
}

/// Writes lines of coloured pieces, none longer than the terminal is wide.
pub(super) struct Page<'a> {
    /// How it may look.
    pub(super) style: &'a Style,
    /// Where it goes.
    pub(super) to: &'a mut dyn io::Write,
}

impl Page<'_> {
    /// One line.
    pub(super) fn line(&mut self, pieces: &[(Ink, &str)]) -> io::Result<()> {
        writeln!(self.to, "{}", one_line(pieces, self.style))
    }

    /// An empty line.
    pub(super) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.to)
    }
}

/// A line of coloured pieces, cut to the width.
pub(super) fn one_line(pieces: &[(Ink, &str)], style: &Style) -> String {
    let mut room = style.width.max(20);
    let mut line = String::new();
    let last = pieces
        .iter()
        .rposition(|(_, text)| !text.trim().is_empty())
        .map_or(0, |last| last + 1);
    for (index, (ink, text)) in pieces[..last].iter().enumerate() {
        let text = if index + 1 == last {
            text.trim_end()
        } else {
            text
        };
        let text = cut(text, room, style);
        room -= width(&text).min(room);
        line.push_str(&style.paint(*ink, &text));
        if room == 0 {
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        let style = Style::default();
        assert_eq!(width("漢字"), 4);
        assert_eq!(cut("漢字漢字", 5, &style), "漢字…");
        assert_eq!(pad("漢", 4), "漢  ");
        assert_eq!(wrap("漢字漢字漢字", 8), ["漢字漢字", "漢字"]);
    }

    #[test]
    fn words_stay_whole_where_they_can() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("", 8), [""]);
    }

    fn cut_to(names: &[&str], most: usize) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let style = Style {
            unicode: true,
            ..Style::default()
        };
        apart(&names, most, &style)
    }

    #[test]
    fn a_gate_stays_whole_beside_a_revision_that_is_cut() {
        let style = Style {
            unicode: true,
            ..Style::default()
        };
        let of = [
            "feature/a-very-long-name-of-a-branch",
            "feature/a-very-long-name-of-a-twig",
        ];
        let gates = ["unit", "documents-of-all"];
        let each = of
            .iter()
            .flat_map(|of| gates.iter().map(move |gate| format!("{of} → main {gate}")));
        let names: Vec<String> = each.collect();
        let shown = labels(&names, 30, &style);
        for (name, gate) in shown.iter().zip(gates.iter().cycle()) {
            assert!(
                width(name) <= 30 && name.ends_with(&format!(" {gate}")),
                "{shown:?}"
            );
        }
        let distinct: BTreeSet<_> = shown.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{shown:?}");
        // Where there is no room for both, they stay apart all the same.
        let tight = labels(&names, 18, &style);
        assert!(tight.iter().all(|name| width(name) <= 18), "{tight:?}");
        assert_eq!(labels(&["unit".to_owned()], 30, &style), ["unit"]);
    }

    #[test]
    fn names_that_must_be_cut_stay_apart() {
        let cases: [(&[&str], usize); 4] = [
            (&["phase-with-long-name-1", "phase-with-long-name-2"], 12),
            (&["a-release-of-many-parts", "b-release-of-many-parts"], 10),
            (
                &["same-start-x-same-end-of-it", "same-start-y-same-end-of-it"],
                20,
            ),
            (
                &[
                    "日本語の長い名前のフェーズ一",
                    "日本語の長い名前のフェーズ二",
                ],
                12,
            ),
        ];
        for (names, most) in cases {
            let cut = cut_to(names, most);
            assert!(cut.iter().all(|name| width(name) <= most), "{cut:?}");
            assert_ne!(cut[0], cut[1], "{cut:?}");
            assert!(cut[0].contains('…'), "{cut:?}");
        }
        assert_eq!(cut_to(&["short", "other"], 12), ["short", "other"]);
        // What cannot be told apart in so little is cut all the same.
        let hard = ["xx1xxxxxxxxx", "xxxxxxxxx1xx", "xxxxx1xxxxxx"];
        assert!(cut_to(&hard, 4).iter().all(|name| width(name) <= 4));
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_or_begins_with_a_command(text in "[a-z:漢 ]{0,60}", columns in 8usize..40) {
            let text = super::super::neutral::line(&text);
            for line in wrap(&text, columns) {
                prop_assert!(width(&line) <= columns, "{line:?}");
                prop_assert!(!line.trim_start().starts_with("::"), "{line:?} of {text:?}");
            }
        }

        #[test]
        fn a_page_never_leaves_its_width(text in "[a-z漢é ]{0,200}", columns in 20usize..90) {
            let style = Style { width: columns, ..Style::default() };
            let line = one_line(&[(Ink::Plain, &text), (Ink::Bad, &text)], &style);
            prop_assert!(width(&line) <= columns);
        }
    }
}
