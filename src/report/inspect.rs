//! What `inspect --json` prints of one report: one JSON object, the same for every format of a kind.
//!
//! It shows all that was read and judges nothing.

use serde_json::{Map, Value, json};

use super::ReportError;
use crate::model::{
    CoverageReport, Evidence, FindingReport, Level, MetricReport, ReportEvidence, Tally,
    TestReport, Warning,
};

/// The line of one file.
pub fn inspect_line(file: &str, result: &Result<ReportEvidence, ReportError>) -> Value {
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            let refusal = error.refusal(file);
            return json!({
                "file": file,
                "error": {
                    "code": refusal.code,
                    "message": refusal.message,
                    "line": refusal.line,
                    "column": refusal.column,
                },
            });
        }
    };
    let mut line = Map::new();
    let kind = report.evidence.kind().word();
    line.insert("file".to_owned(), json!(file));
    line.insert("format".to_owned(), json!(report.format));
    line.insert("kind".to_owned(), json!(kind));
    let (broken, content, cut) = match &report.evidence {
        Evidence::Tests(tests) => (tests.broken.as_slice(), of_tests(tests), tests.failures_cut),
        Evidence::Coverage(coverage) => (&[][..], of_coverage(coverage), 0),
        Evidence::Findings(findings) => (
            findings.broken.as_slice(),
            of_findings(findings),
            findings.items_cut,
        ),
        Evidence::Metrics(metrics) => (&[][..], of_metrics(metrics), 0),
    };
    line.insert("warnings".to_owned(), warnings(&report.warnings, broken));
    line.insert(kind.to_owned(), content);
    line.insert("items_cut".to_owned(), json!(cut));
    Value::Object(line)
}

/// Warnings, and what the report says is broken: that must be seen too.
fn warnings(warnings: &[Warning], broken: &[String]) -> Value {
    let told = |message: &str| {
        warnings
            .iter()
            .any(|w| w.code == "broken" && w.message == message)
    };
    let broken = broken
        .iter()
        .filter(|message| !told(message))
        .map(|message| json!({"code": "broken", "message": message}));
    let warnings = warnings
        .iter()
        .map(|warning| json!({"code": warning.code, "message": warning.message}));
    broken.chain(warnings).collect()
}

fn of_tests(tests: &TestReport) -> Value {
    let mut value = json!({
        "total": tests.total(),
        "passed": tests.passed,
        "failed": tests.failed,
        "errored": tests.errored,
        "skipped": tests.skipped,
        "flaky": tests.flaky,
        "time_s": (tests.seconds * 1e6).round() / 1e6,
        "failures": tests.failures,
    });
    if !tests.broken.is_empty() {
        value["broken"] = json!(tests.broken);
    }
    value
}

fn of_coverage(coverage: &CoverageReport) -> Value {
    let by_file: Vec<Value> = coverage
        .files
        .iter()
        .map(|(path, file)| {
            let branches: Option<Tally> = coverage.has_branches.then_some(file.branch_tally);
            json!({"path": path, "lines": file.line_tally, "branches": branches})
        })
        .collect();
    json!({
        "files": coverage.files.len(),
        "lines": coverage.lines(),
        "branches": coverage.branches(),
        "functions": coverage.functions(),
        "by_file": by_file,
    })
}

fn of_findings(findings: &FindingReport) -> Value {
    let by_level: Map<String, Value> = Level::ALL
        .iter()
        .map(|level| (level.word().to_owned(), json!(findings.at(*level))))
        .collect();
    let mut value = json!({
        "total": findings.total,
        "suppressed": findings.suppressed,
        "by_severity": findings.by_severity,
        "by_level": by_level,
        "by_rule": findings.by_rule,
        "items": findings.items,
    });
    if !findings.broken.is_empty() {
        value["broken"] = json!(findings.broken);
    }
    value
}

fn of_metrics(metrics: &MetricReport) -> Value {
    let values: Map<String, Value> = metrics
        .values
        .iter()
        .map(|(name, value)| {
            // The decimal's own spelling is JSON, and a JSON number cannot be asked for more than that.
            let number =
                serde_json::from_str(&value.normalize().to_string()).unwrap_or(Value::Null);
            (name.clone(), number)
        })
        .collect();
    let thresholds = metrics
        .thresholds
        .map(|(total, failed)| json!({"total": total, "failed": failed}));
    json!({"values": values, "thresholds": thresholds})
}
