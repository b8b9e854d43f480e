//! The smallest reports of a format: what `config prove` feeds to a gate, and what shows that a format is understood.
//!
//! A format gives two texts: one that is whole and holds nothing, and one that speaks of something bad. Nothing here
//! is read from disk, and no text comes from a real project.

/// The smallest reports of a format.
#[derive(Clone, Copy, Debug)]
pub struct Examples {
    /// A whole report in which there is nothing.
    pub empty: Empty,
    /// A whole report of something bad: a failed test, a line that did not run, a finding of the highest level that the
    /// format has, a number.
    pub bad: &'static str,
}

/// What a report that holds nothing says.
#[derive(Clone, Copy, Debug)]
pub enum Empty {
    /// Nothing was looked at: no test, no line, no scan. A gate must not pass on it.
    Nothing(&'static str),
    /// Nothing was found: what a clean run of the tool leaves. A gate may pass on it.
    Clean(&'static str),
}

impl Empty {
    /// The text of the report.
    pub fn text(&self) -> &'static str {
        match self {
            Empty::Nothing(text) | Empty::Clean(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FORMATS, read_bytes};
    use super::*;
    use crate::model::{Evidence, EvidenceKind};

    /// Whether evidence holds nothing at all.
    fn holds_nothing(evidence: &Evidence) -> bool {
        match evidence {
            Evidence::Tests(tests) => tests.total() == 0,
            Evidence::Coverage(coverage) => coverage.lines().total == 0,
            Evidence::Findings(found) => found.total == 0,
            Evidence::Metrics(metrics) => metrics.values.is_empty(),
        }
    }

    fn is_bad(evidence: &Evidence) -> bool {
        match evidence {
            Evidence::Tests(tests) => tests.failed == 1 && tests.total() == 1,
            Evidence::Coverage(coverage) => {
                let lines = coverage.lines();
                lines.covered == 0 && lines.total > 0
            }
            Evidence::Findings(found) => found.total == 1 && found.broken.is_empty(),
            Evidence::Metrics(metrics) => metrics.values.len() == 1,
        }
    }

    #[test]
    fn every_format_gives_a_whole_empty_and_a_whole_bad_report() {
        for format in FORMATS {
            let Examples { empty, bad } = format.examples();
            let read = |text: &str| {
                let read = read_bytes(text.as_bytes(), "r", Some(*format));
                read.unwrap_or_else(|error| panic!("{}: {error}", format.name()))
            };
            assert!(is_bad(&read(bad).evidence), "{}", format.name());
            // A format that refuses a report without content says so in its own words: that is as good as nothing.
            if let Ok(report) = read_bytes(empty.text().as_bytes(), "r", Some(*format)) {
                assert!(holds_nothing(&report.evidence), "{}", format.name());
                let told = matches!(empty, Empty::Clean(_));
                let findings = format.kind() == EvidenceKind::Findings;
                let broken =
                    matches!(&report.evidence, Evidence::Findings(f) if !f.broken.is_empty());
                assert!(!findings || told != broken, "{}", format.name());
            } else {
                assert!(matches!(empty, Empty::Nothing(_)), "{}", format.name());
            }
        }
    }

    #[test]
    fn only_formats_of_findings_can_be_clean_with_nothing_in_them() {
        for format in FORMATS {
            let clean = matches!(format.examples().empty, Empty::Clean(_));
            assert!(
                !clean || format.kind() == EvidenceKind::Findings,
                "{}",
                format.name()
            );
        }
    }

    #[test]
    fn what_can_be_recognised_is_recognised() {
        for format in FORMATS.iter().filter(|f| f.kind() != EvidenceKind::Metrics) {
            let bad = format.examples().bad;
            let read = read_bytes(bad.as_bytes(), "r", None);
            let name = read.map(|report| report.format).unwrap_or("none");
            assert_eq!(name, format.name());
        }
    }
}
