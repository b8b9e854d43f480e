//! Lines of a known width: measured as terminals draw them, wrapped or cut, never longer than allowed.
//!
//! It takes neutral text without colours, and colours it last.

use std::collections::BTreeSet;
use std::io;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::Style;
use super::style::Ink;

/// Columns that text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

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

/// The longest start that takes at most so many columns, and the rest.
fn split(text: &str, columns: usize) -> (&str, &str) {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += c.width().unwrap_or(0);
        if taken > columns {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// Text in lines of at most so many columns, broken between words, within a word only where it must be.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    for word in text.split(' ') {
        let mut word = word;
        let gap = usize::from(!line.is_empty());
        if taken + gap + width(word) <= columns {
            line.push_str(if gap == 1 { " " } else { "" });
            line.push_str(word);
            taken += gap + width(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while width(word) > columns {
            let at = break_of(word, columns);
            if at == 0 {
                break;
            }
            lines.push(word[..at].to_owned());
            word = &word[at..];
        }
        line.push_str(word);
        taken = width(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Where to break a word that is too long. What follows must not begin with a colon: `::` at the start of a
/// line is a command to some runners.
fn break_of(word: &str, columns: usize) -> usize {
    let most = split(word, columns).0.len();
    word[..most]
        .char_indices()
        .map(|(at, _)| at)
        .chain([most])
        .rfind(|at| *at > 0 && !word[*at..].starts_with(':'))
        .unwrap_or(most)
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
