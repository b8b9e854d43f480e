//! Helpers of the tests of the formats: read a text with one format, and prove what holds for all of them.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{FORMATS, Head, ReportFormat, read_bytes};
use crate::model::{Evidence, FindingReport, MetricReport, TestReport, Warning};

/// The findings of a text, its warnings' codes joined by commas.
pub(super) fn findings(format: &'static dyn ReportFormat, text: &str) -> (FindingReport, String) {
    let report = read_bytes(text.as_bytes(), "r", Some(format)).unwrap();
    match report.evidence {
        Evidence::Findings(found) => (found, codes(&report.warnings)),
        other => panic!("not findings: {other:?}"),
    }
}

/// The tests of a text, its warnings' codes joined by commas.
pub(super) fn tests(format: &'static dyn ReportFormat, text: &str) -> (TestReport, String) {
    let report = read_bytes(text.as_bytes(), "r", Some(format)).unwrap();
    match report.evidence {
        Evidence::Tests(found) => (found, codes(&report.warnings)),
        other => panic!("not tests: {other:?}"),
    }
}

/// The metrics of a text, its warnings' codes joined by commas.
pub(super) fn metrics(format: &'static dyn ReportFormat, text: &str) -> (MetricReport, String) {
    let report = read_bytes(text.as_bytes(), "r", Some(format)).unwrap();
    match report.evidence {
        Evidence::Metrics(found) => (found, codes(&report.warnings)),
        other => panic!("not metrics: {other:?}"),
    }
}

fn codes(warnings: &[Warning]) -> String {
    let codes: Vec<_> = warnings.iter().map(|warning| warning.code).collect();
    codes.join(",")
}

/// The code with which a text is refused; `ok` when it is not.
pub(super) fn refused(format: &'static dyn ReportFormat, text: &str) -> &'static str {
    read_bytes(text.as_bytes(), "r", Some(format)).map_or_else(|error| error.code(), |_| "ok")
}

/// The names of the formats that take a text for theirs.
pub(super) fn sniffed(text: &str) -> Vec<&'static str> {
    let head = Head::new(text.as_bytes());
    let takers = FORMATS.iter().filter(|format| format.sniff(&head));
    takers.map(|format| format.name()).collect()
}

/// A report cut off anywhere but in the white space at its end is refused.
pub(super) fn cuts_are_refused(format: &'static dyn ReportFormat, text: &str) {
    let whole = text.trim_end().len();
    for end in (0..whole).filter(|end| text.is_char_boundary(*end)) {
        let cut = &text[..end];
        assert_ne!(refused(format, cut), "ok", "cut at {end}: {cut}");
    }
}

/// Whatever bytes are changed, put in or taken out, reading ends without a panic.
pub(super) fn survives_mutation(format: &'static dyn ReportFormat, text: &str) {
    let mutation = (any::<prop::sample::Index>(), any::<u8>(), 0..4u8);
    let mutations = prop::collection::vec(mutation, 1..12);
    let config = Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&mutations, |mutations| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte, how) in mutations {
            let at = at.index(bytes.len().max(1));
            match how {
                0 if at < bytes.len() => bytes[at] = byte,
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at.min(bytes.len()), b"\"{}[]:,0-\\"[usize::from(byte) % 10]),
            }
        }
        let _ = read_bytes(&bytes, "r", Some(format));
        let _ = read_bytes(&bytes, "r", None);
        Ok(())
    });
    outcome.unwrap();
}
