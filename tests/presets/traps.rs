//! What tools leave behind when they saw nothing, broke off or hid something: no preset lets it pass.
//!
//! The texts are cut from real runs where the tool could be run, else they are as it documents them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use tollgate::config::{PRESETS, Preset};

use super::{for_each, judged, preset, replayed, words, yaml};

/// What a tool left behind: with which status, in which file, and what must come of it.
struct Trap {
    preset: &'static str,
    exit: u8,
    /// `stdout`, or a path below the project.
    file: &'static str,
    text: &'static str,
    verdict: &'static str,
    /// The reason that must be among those given; none where a condition decides.
    reason: &'static str,
}

const BANDIT_COULD_NOT_PARSE: &str = r#"{"errors":[{"filename":"src/bad.py",
    "reason":"syntax error while parsing AST from file"}],"generated_at":"2026-11-20T22:39:06Z",
    "metrics":{"_totals":{"loc":2,"nosec":0,"skipped_tests":0}},"results":[]}"#;

const BANDIT_SAW_NOTHING: &str = r#"{"errors":[],"generated_at":"2026-11-20T22:39:06Z",
    "metrics":{"_totals":{"loc":0,"nosec":0,"skipped_tests":0}},"results":[]}"#;

const LIBTEST_ENDED_EARLY: &str = "
running 2 tests

running 1 test
test nothing_costs_nothing ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

";

const SEMGREP_RULES_BROKEN: &str = r#"{"version":"2.1.0","runs":[{"invocations":[{"executionSuccessful":true,
    "toolExecutionNotifications":[{"descriptor":{"id":"SemgrepError"},"level":"error",
    "message":{"text":"invalid configuration file found (1 configs were invalid)"}}]}],
    "results":[],"tool":{"driver":{"name":"Semgrep OSS","rules":[]}}}]}"#;

const NPM_REGISTRY_DOWN: &str = r#"{"message":"request to the registry failed","error":{"code":"ENOTFOUND",
    "summary":"","detail":""}}"#;

const RUSTSEC_EMPTY: &str = r#"{"database":{"advisory-count":0},"lockfile":{"dependency-count":14},
    "vulnerabilities":{"found":false,"count":0,"list":[]},"warnings":{}}"#;

const PYRIGHT_NO_FILE: &str = r#"{"version":"1.1.414","generalDiagnostics":[],
    "summary":{"filesAnalyzed":0,"errorCount":0,"warningCount":0,"informationCount":0}}"#;

const PYTEST_COLLECTION: &str = r#"<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="0"
    skipped="0" tests="1"><testcase classname="" name="test_b" time="0.000"><error message="collection failure">
    ModuleNotFoundError: No module named 'nothere'</error></testcase></testsuite></testsuites>"#;

const PYTEST_INTERRUPTED: &str = r#"<testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="0"
    skipped="0" tests="1"><testcase classname="test_a" name="test_a" time="0.000" /><testcase time="0.000" />
    </testsuite></testsuites>"#;

const RSPEC_DID_NOT_LOAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
    <testsuite name="rspec" tests="0" skipped="0" failures="0" errors="0" time="0.000012"></testsuite>"#;

const TSC_CUT: &str = "Files:              64\nLines:           56146\nIdentifiers:     480";

const LCOV_WHOLE: &str =
    "SF:src/a.js\nDA:1,1\nLF:1\nLH:1\nBRF:1\nBRH:1\nBRDA:1,0,0,1\nend_of_record\n";

const GO_PACKAGE_ENDED_EARLY: &str = r#"{"Time":"2026-11-20T22:39:06Z","Action":"output","Package":"shop","Output":"exit status 3\n"}
{"Time":"2026-11-20T22:39:06Z","Action":"fail","Package":"shop","Elapsed":0.003}
"#;

#[rustfmt::skip]
const TRAPS: &[Trap] = &[
    Trap { preset: "python/bandit", exit: 0, file: "stdout", text: BANDIT_COULD_NOT_PARSE, verdict: "inconclusive", reason: "scan-failed" },
    Trap { preset: "python/bandit", exit: 0, file: "stdout", text: BANDIT_SAW_NOTHING, verdict: "fail", reason: "" },
    Trap { preset: "rust/test", exit: 0, file: "stdout", text: LIBTEST_ENDED_EARLY, verdict: "fail", reason: "broken-suite" },
    Trap { preset: "rust/test", exit: 101, file: "stdout", text: "", verdict: "inconclusive", reason: "report-empty" },
    Trap { preset: "rust/clippy", exit: 101, file: "stdout", text: "", verdict: "inconclusive", reason: "report-empty" },
    Trap { preset: "security/semgrep", exit: 7, file: "reports/semgrep.sarif", text: SEMGREP_RULES_BROKEN, verdict: "inconclusive", reason: "crash" },
    Trap { preset: "node/npm-audit", exit: 1, file: "stdout", text: NPM_REGISTRY_DOWN, verdict: "inconclusive", reason: "" },
    Trap { preset: "rust/audit", exit: 0, file: "stdout", text: RUSTSEC_EMPTY, verdict: "fail", reason: "" },
    Trap { preset: "python/pyright", exit: 0, file: "stdout", text: PYRIGHT_NO_FILE, verdict: "fail", reason: "" },
    Trap { preset: "python/pytest", exit: 2, file: "reports/pytest.xml", text: PYTEST_COLLECTION, verdict: "fail", reason: "" },
    Trap { preset: "python/pytest", exit: 2, file: "reports/pytest.xml", text: PYTEST_INTERRUPTED, verdict: "inconclusive", reason: "exit-without-cause" },
    Trap { preset: "ruby/rspec", exit: 1, file: "reports/rspec.xml", text: RSPEC_DID_NOT_LOAD, verdict: "inconclusive", reason: "no-tests" },
    Trap { preset: "shell/bats", exit: 0, file: "stdout", text: "1..0\n", verdict: "inconclusive", reason: "no-tests" },
    Trap { preset: "node/tsc", exit: 0, file: "stdout", text: TSC_CUT, verdict: "inconclusive", reason: "scan-failed" },
    Trap { preset: "node/tsc", exit: 1, file: "stdout", text: "", verdict: "inconclusive", reason: "exit-without-cause" },
    Trap { preset: "node/coverage", exit: 1, file: "coverage/lcov.info", text: LCOV_WHOLE, verdict: "inconclusive", reason: "crash" },
    Trap { preset: "node/coverage", exit: 0, file: "coverage/lcov.info", text: LCOV_WHOLE, verdict: "pass", reason: "" },
    Trap { preset: "go/test", exit: 1, file: "stdout", text: GO_PACKAGE_ENDED_EARLY, verdict: "fail", reason: "broken-suite" },
];

/// What lies in the folder of a case.
fn case_of(file: &str, text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = match file {
        "stdout" => folder.path().join(file),
        _ => folder.path().join("tree").join(file),
    };
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    folder
}

fn reasons(gate: &Value) -> Vec<&str> {
    let list = gate["reasons"].as_array().into_iter().flatten();
    list.filter_map(|reason| reason["code"].as_str()).collect()
}

#[test]
fn no_trap_lets_a_gate_pass() {
    for_each(TRAPS, |trap| {
        let folder = case_of(trap.file, trap.text);
        let case = json!({ "exit": trap.exit });
        let project = replayed(preset(trap.preset), &case, folder.path());
        let (gate, output) = judged(project.path());
        let said = trap.reason.is_empty() || reasons(&gate).contains(&trap.reason);
        if gate["verdict"] == trap.verdict && said {
            return Vec::new();
        }
        let wanted = format!("{} {}", trap.verdict, trap.reason);
        vec![format!(
            "{}: wanted {wanted}\n{}",
            trap.preset,
            words(&output)
        )]
    });
}

/// Whether the preset reads what its command leaves behind. tsc alone is silent when all is well.
fn reads_a_report(preset: &Preset) -> bool {
    let gate = &yaml(preset.text)["gate"];
    let kinds = ["tests", "coverage", "findings", "metrics"];
    preset.name != "node/tsc" && kinds.iter().any(|kind| gate.get(kind).is_some())
}

#[test]
fn command_that_does_nothing_proves_nothing() {
    let presets: Vec<&Preset> = PRESETS.iter().filter(|p| reads_a_report(p)).collect();
    for_each(&presets, |preset| {
        let project = replayed(preset, &json!({ "exit": 0 }), Path::new("/nowhere"));
        let (gate, output) = judged(project.path());
        if gate["verdict"] == "inconclusive" && gate["cause"] == "evidence" {
            Vec::new()
        } else {
            vec![format!("{}: {}", preset.name, words(&output))]
        }
    });
}

/// The verdict of a coverage gate with these parameters.
fn covered(with: &Value) -> Value {
    let folder = case_of(
        "coverage/lcov.info",
        "SF:a.js\nDA:1,1\nDA:2,0\nend_of_record\n",
    );
    let case = json!({ "exit": 0, "with": with });
    let project = replayed(preset("coverage/lcov"), &case, folder.path());
    judged(project.path()).0["verdict"].clone()
}

#[test]
fn optional_bound_counts_only_when_it_is_given() {
    assert_eq!(covered(&json!({ "lines": "50%" })), "pass");
    assert_eq!(covered(&json!({ "lines": "51%" })), "fail");
    // The report says nothing of branches.
    let asked = json!({ "lines": "50%", "branches": "1%" });
    assert_eq!(covered(&asked), "inconclusive");
}

#[test]
fn command_in_a_folder_of_its_own_is_judged_by_its_report_there() {
    let folder = case_of("reports/pytest.xml", PYTEST_COLLECTION);
    let run = format!("sh ../replay.sh '{}' 2", folder.path().display());
    let gate = json!({ "uses": "python/pytest", "dir": "backend", "run": run });
    let project = super::project(&super::one_gate(&gate));
    fs::create_dir(project.path().join("backend")).unwrap();
    let (gate, output) = judged(project.path());
    assert_eq!(gate["verdict"], "fail", "{}", words(&output));
    assert_eq!(gate["facts"]["case.tests.errored"], 1);
}
