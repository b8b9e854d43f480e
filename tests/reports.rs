//! Every report in `tests/reports/<format>/` gives exactly the evidence in its snapshot.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::Value;
use tollgate::model::Evidence;
use tollgate::report::{self, inspect_line};

/// The formats whose cut and mutated reports are tried here; the others are in the tests beside their code.
const FORMATS: [&str; 5] = ["junit", "cobertura", "lcov", "tap", "libtest"];

fn reports(format: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reports")
        .join(format);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a fixture folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name().is_some_and(|name| name != "README.md"))
        .filter(|path| !path.to_string_lossy().ends_with(".expected.json"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_fixture_is_sniffed_and_gives_its_snapshot() {
    let write = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    for known in report::FORMATS {
        let format = known.name();
        let files = reports(format);
        assert!(!files.is_empty(), "no fixture of {format}");
        // Any JSON may hold metrics and any text may be a table: these are declared, never sniffed.
        let declared = ["json", "csv"].contains(&format).then_some(*known);
        for file in files {
            let name = format!("{format}/{}", file.file_name().unwrap().to_string_lossy());
            let line = inspect_line(
                &name,
                &report::read_file(&file, &name, declared, &Default::default()),
            );
            assert_eq!(line["format"], format, "{line}");
            let snapshot = file.with_extension("expected.json");
            if write {
                let text = serde_json::to_string_pretty(&line).unwrap() + "\n";
                std::fs::write(&snapshot, text).unwrap();
            }
            let text = std::fs::read_to_string(&snapshot).expect("a snapshot");
            let wanted: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(line, wanted, "{name}");
        }
    }
}

#[test]
fn every_format_is_fuzzed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for format in report::FORMATS.iter().map(|format| format.name()) {
        let target = std::fs::read_to_string(folder.join(format!("targets/{format}.rs")));
        let target = target.unwrap_or_else(|_| panic!("fuzz/targets/{format}.rs is not there"));
        assert!(target.contains(&format!("report(\"{format}\"")), "{target}");
        assert!(manifest.contains(&format!("path = \"targets/{format}.rs\"")));
    }
}

#[test]
fn every_fixture_is_named_in_the_readme_of_its_folder() {
    for format in FORMATS {
        for file in reports(format) {
            let readme = std::fs::read_to_string(file.with_file_name("README.md")).unwrap();
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            assert!(readme.contains(&format!("`{name}`")), "{format}/{name}");
        }
    }
}

/// How much a report says, and whether it says that something is wrong.
fn weight(bytes: &[u8], format: &str) -> Option<(u64, bool)> {
    let read = report::read_bytes(bytes, "x", report::find(format)).ok()?;
    Some(match read.evidence {
        Evidence::Tests(tests) => {
            let wrong = !tests.broken.is_empty() || !read.warnings.is_empty();
            (tests.total(), wrong)
        }
        Evidence::Coverage(coverage) => (coverage.lines().total, !read.warnings.is_empty()),
        _ => unreachable!("tests or coverage"),
    })
}

#[test]
fn a_cut_report_is_refused_or_says_so() {
    for format in FORMATS {
        for file in reports(format) {
            let bytes = std::fs::read(&file).unwrap();
            let (whole, _) = weight(&bytes, format).unwrap();
            for end in 0..bytes.len() {
                let Some((part, wrong)) = weight(&bytes[..end], format) else {
                    continue;
                };
                // A text format has nothing behind its last complete record that could be missed.
                let complete = match format {
                    "lcov" => bytes[..end].trim_ascii_end().ends_with(b"end_of_record"),
                    "libtest" => {
                        let text = String::from_utf8_lossy(&bytes[..end]);
                        let last = text.trim_end().lines().next_back().unwrap_or("");
                        text.ends_with('\n')
                            && (last.starts_with("test result:") || last.starts_with("error:"))
                    }
                    _ => false,
                };
                assert!(
                    part >= whole || wrong || complete,
                    "{} cut at {end}",
                    file.display()
                );
            }
        }
    }
}

fn mutated() -> impl Strategy<Value = (usize, Vec<u8>)> {
    let all: Vec<(usize, Vec<u8>)> = FORMATS
        .iter()
        .enumerate()
        .flat_map(|(at, format)| {
            reports(format)
                .into_iter()
                .map(move |file| (at, std::fs::read(file).unwrap()))
        })
        .collect();
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<u8>()), 1..12);
    (prop::sample::select(all), edits).prop_map(|((format, mut bytes), edits)| {
        for (at, how, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, *b"<>&\"'/=#,:\n0-9e".get(byte as usize % 15).unwrap()),
                2 => {
                    bytes.remove(at);
                }
                _ => bytes.truncate(at),
            }
        }
        (format, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_input_panics_and_totals_agree((format, bytes) in mutated()) {
        let read = report::read_bytes(&bytes, "x", report::find(FORMATS[format]));
        match read.map(|read| read.evidence) {
            Ok(Evidence::Tests(tests)) => {
                prop_assert_eq!(
                    tests.failures.len() as u64 + tests.failures_cut <= tests.failed + tests.errored,
                    true
                );
                prop_assert!(tests.seconds.is_finite());
            }
            Ok(Evidence::Coverage(coverage)) => {
                prop_assert!(coverage.lines().covered <= coverage.lines().total);
                for file in coverage.files.values() {
                    prop_assert!(file.branch_tally.covered <= file.branch_tally.total);
                }
            }
            _ => {}
        }
    }
}
