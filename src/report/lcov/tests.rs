//! LCOV reports: merging, marks, broken and hostile ones.

use crate::model::{CoverageReport, Evidence, Tally};
use crate::report::{ReportError, find, read_bytes};

fn read(text: &str) -> Result<(CoverageReport, Vec<&'static str>), ReportError> {
    let read = read_bytes(text.as_bytes(), "x.info", find("lcov"))?;
    let codes = read.warnings.iter().map(|warning| warning.code).collect();
    let Evidence::Coverage(coverage) = read.evidence else {
        unreachable!("lcov gives coverage")
    };
    Ok((coverage, codes))
}

fn tally(total: u64, covered: u64) -> Tally {
    Tally { total, covered }
}

#[test]
fn records_of_one_file_are_added_per_line_and_branch() {
    let (got, codes) = read(
        "SF:a\nDA:1,0\nDA:1,2\nDA:2,0\nBRDA:1,0,0,-\nBRDA:1,0,1,0\nend_of_record\n\
         TN:other\nSF:a\nDA:2,1\nBRDA:1,0,0,4\nBRDA:1,0,1,-\nend_of_record\n",
    )
    .unwrap();
    assert_eq!(
        (got.files.len(), got.lines(), got.branches()),
        (1, tally(2, 2), Some(tally(2, 1)))
    );
    assert_eq!(got.files["a"].lines[&1].hits, 2);
    assert_eq!(codes, Vec::<&str>::new());
}

#[test]
fn branches_may_be_named_by_text_and_be_exceptions() {
    let (got, _) = read("SF:a\nDA:1,1\nBRDA:1,0,jump to line 23, or not,1\nBRDA:1,0,jump to line 24,-\nBRDA:1,e0,0,-\nend_of_record\n").unwrap();
    assert_eq!(got.branches(), Some(tally(3, 1)));
}

#[test]
fn a_branch_without_a_statement_makes_no_line() {
    let (got, _) = read("SF:a\nDA:1,1\nBRDA:2,0,0,1\nend_of_record\n").unwrap();
    assert_eq!(
        (got.lines(), got.branches()),
        (tally(1, 1), Some(tally(1, 1)))
    );
}

#[test]
fn summaries_stand_only_where_there_is_nothing_to_add() {
    let (got, codes) = read(
        "SF:a\nLF:4\nLH:3\nBRF:2\nBRH:1\nend_of_record\nSF:b\nDA:1,1\nLF:9\nLH:9\nend_of_record\n",
    )
    .unwrap();
    assert_eq!(
        (got.lines(), got.branches()),
        (tally(5, 4), Some(tally(2, 1)))
    );
    assert_eq!(codes, ["declared-differs"]);
    let (got, _) = read("SF:a\nDA:1,1\nBRF:0\nBRH:0\nend_of_record\n").unwrap();
    assert_eq!(got.branches(), None);
}

#[test]
fn counts_may_have_checksums_and_exponents_and_be_negative() {
    let (got, codes) =
        read("SF:a\r\nDA:1,1,abc==\r\nDA:2,1e3\r\nDA:3,-1\r\nend_of_record\r\n").unwrap();
    assert_eq!((got.lines(), codes), (tally(3, 2), vec!["odd-hits"]));
}

fn functions(text: &str) -> (u64, u64) {
    let (got, _) = read(&format!("SF:a\nDA:1,1\n{text}end_of_record\n")).unwrap();
    let tally = got.functions().unwrap();
    (tally.total, tally.covered)
}

#[test]
fn functions_are_told_apart_by_name_and_line() {
    let commas = "FN:1,f\nFN:2,9,g,with,commas\nFNDA:3,f\nFNDA:0,g,with,commas\n";
    assert_eq!(functions(commas), (2, 1));
    // Two classes that both have `run`, as c8 writes it.
    let two = "FN:2,run\nFN:3,run\nFN:3,B\nFNDA:1,run\nFNDA:0,run\nFNDA:0,B\n";
    assert_eq!(functions(two), (3, 1));
    assert_eq!(
        functions("FN:2,run\nFN:3,run\nFNDA:0,run\nFNDA:1,run\n"),
        (2, 1)
    );
    assert_eq!(functions("FN:2,run\nFN:3,run\nFNDA:1,run\n"), (2, 1));
    assert_eq!(functions("FNDA:0,f\nFN:1,f\nFNDA:2,f\n"), (1, 1));
    assert_eq!(functions("FNDA:0,f\nFNDA:2,g\n"), (2, 1));
}

#[test]
fn aliases_are_one_function() {
    let text = "FNL:0,3,9\nFNA:0,0,f<int>\nFNA:0,2,f<char>\nFNL:1,12\nFNA:1,0,g\nFNL:2,20\n";
    assert_eq!(functions(text), (3, 1));
    assert_eq!(functions("FNA:0,0,f\nFNA:0,2,g\n"), (2, 1));
    let (got, codes) = read("SF:a\nDA:1,1\nFNL:x,1\nend_of_record\n").unwrap();
    assert_eq!((got.broken.len(), codes), (1, vec!["broken"]));
}

#[test]
fn two_files_come_to_what_one_with_the_records_of_both_does() {
    let records = [
        "SF:a\nDA:1,1\nDA:2,1\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nend_of_record\n",
        "SF:a\nDA:1,1\nDA:2,1\nBRDA:1,0,0,0\nBRDA:1,0,1,1\nend_of_record\n",
        "SF:a\nDA:1,1\nBRDA:2,0,0,1\nBRDA:2,0,1,0\nBRDA:8,0,0,0\nBRDA:7,0,1,0\nend_of_record\n",
        "SF:a\nDA:1,1\nBRDA:8,0,0,1\nBRDA:8,0,1,1\nend_of_record\n",
        "SF:a\nFN:1,f\nFN:2,g\nFN:9,f\nFNDA:0,f\nFNDA:1,g\nFNDA:0,f\nDA:1,1\nend_of_record\n",
        "SF:a\nFN:1,f\nFNDA:1,f\nDA:1,1\nend_of_record\n",
        "SF:a\nFNDA:1,f\nFNDA:1,h\nDA:1,1\nend_of_record\n",
        "SF:a\nFNL:0,9\nFNA:0,1,f\nFNA:0,0,k\nDA:1,1\nend_of_record\n",
        "SF:a\nLF:100\nLH:4\nBRF:3\nBRH:1\nend_of_record\n",
        "SF:a\nLF:5\nLH:5\nFNF:4\nFNH:1\nend_of_record\n",
    ];
    let sums = |got: &CoverageReport| (got.lines(), got.branches(), got.functions());
    for one in records {
        for other in records {
            let mut merged = read(one).unwrap().0;
            merged.merge(read(other).unwrap().0);
            let whole = read(&format!("{one}{other}")).unwrap().0;
            assert_eq!(sums(&merged), sums(&whole), "{one}{other}");
        }
    }
}

#[test]
fn a_cut_or_damaged_file_is_told_and_other_text_refused() {
    for (text, broken) in [
        ("SF:a\nDA:1,1\nDA:2,", 2),
        ("SF:a\nDA:1,1\nDA:2,1", 1),
        ("SF:a\nDA:1,1\nSF:b\nDA:1,0\nend_of_record\n", 1),
        ("SF:a\nDA:1,1\nDA:x,0\nend_of_record\n", 1),
        ("SF:a\nDA:1,1\nBRDA:1,0\nend_of_record\n", 1),
        ("SF:a\nDA:1,1\nend_of_record\n\0\0\0", 1),
        ("SF:a\nDA:1,1\nend_of_record\nDA:2,0\n", 1),
    ] {
        let (got, codes) = read(text).unwrap();
        assert_eq!(got.broken.len(), broken, "{text:?}");
        assert!(codes.contains(&"broken"), "{text:?}");
    }
    let (got, codes) =
        read("VER:1\nSF:a\nDA:1,1\nDB:2,0\nMCDC:1,2,t,1,0,a\nend_of_record").unwrap();
    assert_eq!((got.lines(), codes), (tally(1, 1), vec!["unknown-record"]));
    assert_eq!(read("<html>\n").unwrap_err().code(), "not-lcov");
    assert_eq!(read("TN:\n").unwrap().1, ["no-files"]);
}
