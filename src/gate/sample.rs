//! Texts that a regular expression finds, for probes: short ones, made from what it says.
//!
//! Nothing is guessed: each text is tried, and where none is known there is none.

use regex::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A text in which the expression finds something.
pub(super) fn found_by(regex: &Regex) -> Option<String> {
    found_where(regex.as_str(), |text| regex.is_match(text))
}

/// A text that the expression describes and that holds up to a test.
pub(super) fn found_where(regex: &str, holds: impl Fn(&str) -> bool) -> Option<String> {
    let hir = ParserBuilder::new()
        .multi_line(true)
        .build()
        .parse(regex)
        .ok()?;
    let mut text = String::new();
    sample(&hir, &mut text)?;
    // What the expression asks of the neighbourhood is tried out.
    let tries = [
        text.clone(),
        format!(" {text} "),
        format!("\n{text}\n"),
        format!("x{text}x"),
    ];
    tries.into_iter().find(|text| holds(text))
}

/// One of the shortest texts that the expression describes.
fn sample(hir: &Hir, to: &mut String) -> Option<()> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => to.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => to.push(one_of(class)?),
        HirKind::Capture(capture) => sample(&capture.sub, to)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| sample(part, to))?,
        HirKind::Alternation(parts) => sample(parts.first()?, to)?,
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.min(1_000) {
                sample(&repetition.sub, to)?;
            }
        }
    }
    Some(())
}

fn one_of(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class
            .iter()
            .map(|range| (range.start(), range.end()))
            .collect(),
        Class::Bytes(class) => {
            let ascii = class.iter().filter(|range| range.start() < 128);
            ascii
                .map(|range| (range.start() as char, range.end().min(127) as char))
                .collect()
        }
    };
    let usual = ['X', 'x', '1', ' '].into_iter();
    let has = |c: &char| ranges.iter().any(|(low, high)| low <= c && c <= high);
    usual
        .clone()
        .find(has)
        .or_else(|| ranges.first().map(|(low, _)| *low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_for_usual_expressions() {
        for pattern in [
            r"status\(501\)",
            r"//.*\b(LATER|SOON|MEND)\b",
            r"process\.env\.(\w+)",
            r"^unsafe_code",
            r"^\s*#\[ignore\]$",
            r"[^a-z]{3,}",
            r"(?i)password\s*=",
            r"\bfoo\b",
            r"é+",
        ] {
            let regex = regex::RegexBuilder::new(pattern)
                .multi_line(true)
                .build()
                .unwrap();
            assert!(
                regex.is_match(&found_by(&regex).unwrap_or_default()),
                "{pattern}"
            );
        }
        assert_eq!(found_by(&Regex::new("a[^\\s\\S]").unwrap()), None);
    }
}
