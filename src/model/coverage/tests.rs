//! Joining what two reports say of one file.

use super::{CoverageReport, FileCoverage, Tally};

fn tally(total: u64, covered: u64) -> Tally {
    Tally { total, covered }
}

fn stated(lines: Tally) -> CoverageReport {
    let mut report = CoverageReport::default();
    let none = Tally::default();
    report.add("a".to_owned(), FileCoverage::stated(lines, none, none));
    report
}

fn lines(hits: &[u64]) -> CoverageReport {
    let mut file = FileCoverage::default();
    for (line, hits) in (1..).zip(hits) {
        file.lines.entry(line).or_default().hits = *hits;
    }
    file.settle();
    let mut report = CoverageReport::default();
    report.add("a".to_owned(), file);
    report
}

fn both(mut one: CoverageReport, other: CoverageReport) -> (Tally, bool) {
    one.merge(other);
    (one.lines(), one.files["a"].unsure()[0])
}

#[test]
fn totals_alone_never_come_out_better_by_joining() {
    let pairs = [
        (tally(100, 4), tally(5, 5), tally(100, 5), true),
        (tally(10, 5), tally(10, 7), tally(10, 7), false),
        (tally(0, 0), tally(10, 7), tally(10, 7), false),
    ];
    for (one, other, sum, unsure) in pairs {
        assert_eq!(both(stated(one), stated(other)), (sum, unsure));
        assert_eq!(both(stated(other), stated(one)), (sum, unsure));
    }
}

#[test]
fn lines_stand_before_totals_and_more_lines_than_are_known_are_in_doubt() {
    assert_eq!(
        both(lines(&[1, 0]), stated(tally(2, 2))),
        (tally(2, 1), false)
    );
    assert_eq!(
        both(stated(tally(9, 1)), lines(&[1, 1])),
        (tally(2, 2), true)
    );
}
