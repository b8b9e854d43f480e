//! Text in lines of a known width, measured as terminals draw it. It knows no colours: those come last.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns that text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// The longest start that takes at most so many columns, and the rest.
pub(crate) fn split(text: &str, columns: usize) -> (&str, &str) {
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

/// The same below a lead that stands before the first line: the others begin where its text does.
pub(crate) fn wrap_below(lead: &str, text: &str, columns: usize) -> Vec<String> {
    // A lead that leaves no room has no column of its own.
    let left = match width(lead) {
        wide if wide * 2 <= columns => wide,
        _ => 0,
    };
    let blank = " ".repeat(left);
    let whole = match left {
        0 => format!("{lead}{text}"),
        _ => text.to_owned(),
    };
    let lines = wrap(&whole, columns.saturating_sub(left)).into_iter();
    lines
        .enumerate()
        .map(|(index, line)| match (index, left) {
            (_, 0) => line,
            (0, _) => format!("{lead}{line}"),
            _ => format!("{blank}{line}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_below_a_lead_stays_in_its_columns() {
        let lines = wrap_below("error: ", "one two three four", 16);
        assert_eq!(lines, ["error: one two", "       three", "       four"]);
        let lines = wrap_below("a-very-long-lead: ", "one two", 20);
        assert_eq!(lines, ["a-very-long-lead:", "one two"]);
        assert_eq!(wrap_below("help: ", "short", 80), ["help: short"]);
    }
}
