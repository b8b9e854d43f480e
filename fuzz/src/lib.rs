//! What every fuzz target asserts: no panic, and numbers that agree with themselves.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use tempfile::TempDir;
use tollgate::model::Evidence;
use tollgate::{config, ledger, report};

/// Reads bytes as a report of a format.
///
/// # Panics
/// When what is read contradicts itself.
pub fn report(format: &str, bytes: &[u8]) {
    let format = report::find(format).expect("a registered format");
    let Ok(read) = report::read_bytes(bytes, "report", Some(format)) else {
        return;
    };
    match read.evidence {
        Evidence::Tests(tests) => {
            let bad = tests.failed + tests.errored;
            assert!(tests.failures.len() as u64 + tests.failures_cut <= bad);
            assert!(tests.seconds.is_finite());
        }
        Evidence::Coverage(coverage) => {
            assert!(coverage.lines().covered <= coverage.lines().total);
            for file in coverage.files.values() {
                assert!(file.branch_tally.covered <= file.branch_tally.total);
            }
        }
        Evidence::Findings(findings) => {
            assert!(findings.by_rule.values().sum::<u64>() <= findings.total);
        }
        Evidence::Metrics(_) => {}
    }
}

/// Reads bytes as the file of a baseline.
///
/// # Panics
/// When what is written of what was read is not read as the same.
pub fn baseline(bytes: &[u8]) {
    if let Ok(recorded) = ledger::parse(bytes, "baseline") {
        let text = ledger::render(&recorded);
        assert_eq!(ledger::parse(text.as_bytes(), "baseline"), Ok(recorded));
    }
}

/// Reads bytes as a record of the ledger.
///
/// # Panics
/// When a record that was accepted is written in another way.
pub fn record(bytes: &[u8]) {
    if let Ok(record) = ledger::parse_record(bytes) {
        assert_eq!(ledger::render_record(&record), bytes);
    }
}

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a temporary folder"));

/// Reads bytes as a `tollgate.yaml`.
///
/// # Panics
/// When a file is neither accepted nor refused.
pub fn config(bytes: &[u8]) {
    let file: PathBuf = FOLDER.path().join(config::FILE_NAME);
    fs::write(&file, bytes).expect("a written file");
    let loaded = config::load(&file, config::FILE_NAME);
    let refused = loaded.problems.iter().any(|problem| !problem.warning);
    assert_eq!(loaded.plan.is_none(), refused);
}
