//! Cobertura reports: real ones, broken ones, hostile ones.

use crate::model::{CoverageReport, Evidence, Tally};
use crate::report::{ReportError, find, read_bytes};

fn read(root: &str, classes: &str) -> Result<(CoverageReport, Vec<&'static str>), ReportError> {
    let xml = format!(
        "<coverage {root}><packages><package><classes>{classes}</classes></package></packages></coverage>"
    );
    let read = read_bytes(xml.as_bytes(), "x.xml", find("cobertura"))?;
    let codes = read.warnings.iter().map(|warning| warning.code).collect();
    let Evidence::Coverage(coverage) = read.evidence else {
        unreachable!("cobertura gives coverage")
    };
    Ok((coverage, codes))
}

fn good(classes: &str) -> CoverageReport {
    read("line-rate='1'", classes).unwrap().0
}

fn tally(total: u64, covered: u64) -> Tally {
    Tally { total, covered }
}

#[test]
fn classes_of_one_file_are_merged_per_line() {
    let got = good(
        "<class filename='a'><lines><line number='1' hits='0'/><line number='2' hits='1' branch='true' condition-coverage='50% (1/2)'/></lines></class>\
         <class filename='a'><lines><line number='1' hits='3'/><line number='2' hits='1' branch='True' condition-coverage='100% (2/2)'/></lines></class>",
    );
    assert_eq!(
        (got.files.len(), got.lines(), got.branches()),
        (1, tally(2, 2), Some(tally(2, 2)))
    );
}

#[test]
fn methods_count_only_where_the_class_has_no_lines() {
    let methods = "<methods><method><lines><line number='9' hits='1'/></lines></method></methods>";
    let got = good(&format!(
        "<class filename='a'>{methods}<lines><line number='1' hits='0'/></lines></class>"
    ));
    assert_eq!(got.lines(), tally(1, 0));
    assert_eq!(
        good(&format!("<class filename='a'>{methods}<lines/></class>")).lines(),
        tally(1, 1)
    );
}

#[test]
fn no_branch_anywhere_is_no_branch_share() {
    assert_eq!(
        good("<class filename='a'><lines><line number='1' hits='1'/></lines></class>").branches(),
        None
    );
}

#[test]
fn odd_counts_and_numbers_are_bent_and_told() {
    let lines = "<line number='0' hits='1'/><line number='x' hits='1'/><line number='3' hits='-3'/><line number='4' hits='18446744073709551616'/>";
    let (got, codes) = read(
        "line-rate='1'",
        &format!("<class filename='a'><lines>{lines}</lines></class>"),
    )
    .unwrap();
    assert_eq!(got.lines(), tally(3, 2));
    assert_eq!(codes, ["broken", "odd-hits", "odd-hits"]);
}

#[test]
fn head_totals_stand_in_only_where_nothing_else_does() {
    let line = "<class filename='a'><lines><line number='1' hits='1'/></lines></class>";
    let (got, codes) = read(
        "lines-valid='9' lines-covered='3' branches-valid='2.0' branches-covered='1.0'",
        line,
    )
    .unwrap();
    assert_eq!(
        (got.lines(), got.branches()),
        (tally(1, 1), Some(tally(2, 1)))
    );
    assert_eq!(codes, ["declared-differs", "declared-totals"]);
}

#[test]
fn a_rate_alone_invents_no_lines() {
    let (got, codes) = read("line-rate='0.83'", "").unwrap();
    assert_eq!((got.lines(), codes), (tally(0, 0), vec!["no-files"]));
}

#[test]
fn more_conditions_taken_than_there_are_count_as_none() {
    let classes = "<class filename='a'><lines><line number='1' hits='1' branch='true' condition-coverage='100% (5/2)'/></lines></class>";
    let (got, codes) = read("line-rate='1'", classes).unwrap();
    assert_eq!(
        (got.branches(), codes),
        (Some(tally(2, 0)), vec!["odd-conditions"])
    );
}

#[test]
fn elements_with_a_prefix_are_known() {
    let xml = "<c:coverage xmlns:c='urn:c' line-rate='1'><c:packages><c:package><c:classes>\
        <c:class filename='a'><c:lines><c:line number='1' hits='1'/></c:lines></c:class>\
        </c:classes></c:package></c:packages></c:coverage>";
    let read = read_bytes(xml.as_bytes(), "x.xml", None).unwrap();
    assert_eq!(read.format, "cobertura");
    let Evidence::Coverage(coverage) = read.evidence else {
        unreachable!("cobertura gives coverage")
    };
    assert_eq!(coverage.lines(), tally(1, 1));
}
