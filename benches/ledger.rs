//! What the ledger costs above reading its bytes: `cargo bench --bench ledger [-- RECORDS]`.
//!
//! Makes a ledger of 10,000 records in a temporary folder: observations, and a completion in each hundred. Then, best of
//! five: a bare loop that reads and hashes every file, `Ledger::read`, and `verify` without git. `… -- keep 10000 DIR`
//! makes the ledger in a folder that stays, for timing the program itself.
#![allow(clippy::print_stdout, reason = "a benchmark reports on its output")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tollgate::ledger::{Against, LEDGER, Ledger, render_record, verify};
use tollgate::model::{
    Asked, Completion, ConditionRecord, Criterion, Exact, GateRecord, Measure, People, Record,
    Says, Who,
};

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let keep = words.first().is_some_and(|word| word == "keep");
    let count = words.get(usize::from(keep));
    let count: usize = count.map_or(10_000, |word| word.parse().expect("a number"));
    if keep {
        make(Path::new(&words[2]), count);
        return;
    }
    let root = tempfile::tempdir().expect("a folder");
    make(root.path(), count);
    let bytes = bare(root.path());
    let best = |what: &dyn Fn()| {
        let time = |_| {
            let began = Instant::now();
            what();
            began.elapsed()
        };
        (0..5).map(time).min().unwrap_or(Duration::MAX)
    };
    let plain = best(&|| {
        bare(root.path());
    });
    let read = best(&|| {
        Ledger::read(root.path()).expect("reads");
    });
    let verified = best(&|| {
        let people = People::default();
        let mut ledger = Ledger::read_strictly(root.path()).expect("reads");
        let against = Against {
            people: Some(&people),
            git: None,
            evidence: &|_| Ok(false),
            owed: &|_, _| Vec::new(),
        };
        let found = verify(&mut ledger, &against).expect("verifies");
        assert!(found.faults.is_empty(), "{:?}", found.faults.first());
    });
    println!(
        "{count} records, {bytes} bytes, best of 5: read and hash {plain:.0?}, Ledger::read {read:.0?}, verify {verified:.0?}"
    );
}

fn bare(root: &Path) -> usize {
    let mut bytes = 0;
    for entry in fs::read_dir(root.join(LEDGER)).expect("lists") {
        let read = fs::read(entry.expect("an entry").path()).expect("reads");
        bytes += read.len();
        std::hint::black_box(Sha256::digest(&read));
    }
    bytes
}

/// Written without syncing, which would take minutes and is not what is measured.
fn make(root: &Path, count: usize) {
    let folder = root.join(LEDGER);
    fs::create_dir_all(&folder).expect("makes");
    let mut parents = Vec::new();
    for number in 0..count {
        let says = if number % 100 == 99 {
            completion()
        } else {
            Says::Observation {
                verdict: "pass".to_owned(),
                gates: (0..10)
                    .map(|gate| (format!("gate-{gate}"), "pass".to_owned()))
                    .collect(),
            }
        };
        let at = jiff::Timestamp::from_second(1_767_225_600 + number as i64 * 3600);
        let record = Record {
            parents: std::mem::take(&mut parents),
            at: at.expect("a time").to_string(),
            who: Who {
                name: "ci".to_owned(),
                email: "ci@example.org".to_owned(),
            },
            phase: format!("phase-{}", number / 100 % 30),
            tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(),
            commit: None,
            policy: "0".repeat(64),
            project: None,
            tollgate: "0.1.0".to_owned(),
            says,
        };
        let bytes = render_record(&record);
        let digest = tollgate::model::sha256_hex(&bytes);
        fs::write(folder.join(format!("{digest}.json")), bytes).expect("writes");
        parents.push(digest);
    }
}

/// Forty gates with five conditions each.
fn completion() -> Says {
    let value = Exact(Measure::Share {
        part: 90,
        whole: 100,
    });
    let gate = |gate: usize| {
        let conditions: Vec<ConditionRecord> = (0..5)
            .map(|number| ConditionRecord {
                fact: format!("gate-{gate}.coverage.path-{number}"),
                bound: ">=85%".to_owned(),
                written: "tollgate.yaml:7".to_owned(),
                measured: "90%".to_owned(),
                verdict: "pass".to_owned(),
                asked: Some(Asked {
                    is: ">=85%".to_owned(),
                    fail: None,
                    tolerance: None,
                    drop: false,
                    value: Some(value),
                    baseline: None,
                    spread: None,
                }),
            })
            .collect();
        let facts = conditions.iter().map(|one| (one.fact.clone(), value));
        let record = GateRecord {
            verdict: "pass".to_owned(),
            enforce: "block".to_owned(),
            facts: facts.collect(),
            conditions,
            ..GateRecord::default()
        };
        (format!("gate-{gate}"), record)
    };
    let gates: BTreeMap<String, GateRecord> = (0..40).map(gate).collect();
    let list: Vec<&str> = gates.keys().map(String::as_str).collect();
    let criterion = |rule: &str, asks: BTreeMap<String, String>| Criterion {
        rule: rule.to_owned(),
        holds: true,
        asks,
        ..Criterion::default()
    };
    let asked = BTreeMap::from([("gates".to_owned(), list.join(" "))]);
    Says::Completion(Box::new(Completion {
        criteria: vec![
            criterion("tree", BTreeMap::new()),
            criterion("gates", asked),
        ],
        decision: "go".to_owned(),
        as_of: "2026-01-01".to_owned(),
        gates,
        verdict: "1".repeat(64),
        ..Completion::default()
    }))
}
