//! Small reports, written by hand from their documented formats.

use std::fmt::Write as _;

/// A JUnit report with these tests; `failed` ones failed.
pub fn junit(passed: &[&str], failed: &[&str]) -> String {
    let mut text = format!(
        "<testsuite name=\"suite\" tests=\"{}\" failures=\"{}\">\n",
        passed.len() + failed.len(),
        failed.len()
    );
    for name in passed {
        let _ = writeln!(text, "  <testcase classname=\"case\" name=\"{name}\"/>");
    }
    for name in failed {
        let _ = writeln!(
            text,
            "  <testcase classname=\"case\" name=\"{name}\"><failure message=\"wanted 2, found 3\"/></testcase>"
        );
    }
    text + "</testsuite>\n"
}

/// An LCOV report on one file of `total` lines, of which `hit` were run.
pub fn lcov(hit: u32, total: u32) -> String {
    let mut text = "TN:\nSF:src/lib.c\n".to_owned();
    for line in 1..=total {
        let _ = writeln!(text, "DA:{line},{}", u32::from(line <= hit));
    }
    let _ = writeln!(text, "LF:{total}\nLH:{hit}\nend_of_record");
    text
}

/// A SARIF report with one finding for each message; those of `suppressed` are suppressed.
pub fn sarif(live: &[&str], suppressed: &[&str]) -> String {
    let result = |message: &&str, suppressions: serde_json::Value| {
        serde_json::json!({
            "ruleId": "R1",
            "level": "error",
            "message": { "text": message },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": "src/lib.c" },
                "region": { "startLine": 3 }
            } }],
            "suppressions": suppressions,
        })
    };
    let live = live
        .iter()
        .map(|message| result(message, serde_json::json!([])));
    let quiet = serde_json::json!([{ "kind": "inSource" }]);
    let suppressed = suppressed
        .iter()
        .map(|message| result(message, quiet.clone()));
    let results: Vec<serde_json::Value> = live.chain(suppressed).collect();
    serde_json::json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{ "tool": { "driver": { "name": "scan" } }, "results": results }],
    })
    .to_string()
}
