//! SARIF logs: levels, suppressions, places, broken ones.

use super::super::testing;
use super::Sarif;
use crate::model::{FindingReport, Level};

/// A log with one run: its tool and other parts, then the results.
fn log(parts: &str, results: &str) -> String {
    format!(r#"{{"version":"2.1.0","runs":[{{{parts},"results":[{results}]}}]}}"#)
}

fn read(parts: &str, results: &str) -> (FindingReport, String) {
    testing::findings(&Sarif, &log(parts, results))
}

/// The severity words of the live findings in their order.
fn words(parts: &str, results: &str) -> String {
    let (found, _) = read(parts, results);
    let words: Vec<_> = found.items.into_iter().map(|item| item.severity).collect();
    words.join(" ")
}

const TOOL: &str = r#""tool":{"driver":{"name":"t","rules":[
    {"id":"E","defaultConfiguration":{"level":"error"}},{"id":"N","defaultConfiguration":{"level":"note"}}]},
    "extensions":[{"name":"x","rules":[{"id":"X","defaultConfiguration":{"level":"none"}}]}]}"#;

#[test]
fn level_is_that_of_the_result_then_the_rule_then_warning() {
    let results = r#"{"ruleId":"E","level":"note"},{"ruleId":"E"},{"ruleIndex":1},{"rule":{"index":1}},
        {"rule":{"id":"X","index":0,"toolComponent":{"index":0}}},{"rule":{"id":"X"}},{"ruleId":"?"},{},{"ruleId":"E","level":""}"#;
    assert_eq!(
        words(TOOL, results),
        "note error note note none none warning warning error"
    );
}

#[test]
fn component_is_meant_by_its_name_or_guid_too() {
    let tool = r#""tool":{"driver":{"name":"d","guid":"00-D","rules":[{"id":"A","defaultConfiguration":{"level":"note"}}]},
        "extensions":[{"name":"e","guid":"00-e","rules":[{"id":"A","defaultConfiguration":{"level":"error"}}]}]}"#;
    let of = |component: &str| {
        let rule = format!(r#"{{"rule":{{"id":"A","index":0,"toolComponent":{component}}}}}"#);
        words(tool, &rule)
    };
    assert_eq!(of(r#"{"name":"e"}"#), "error");
    assert_eq!(of(r#"{"guid":"00-E"}"#), "error");
    assert_eq!(of(r#"{"guid":"00-d"}"#), "note");
    assert_eq!(of(r#"{"index":0,"name":"d"}"#), "error");
    assert_eq!(of("{}"), "note");
    // Without an index the rule is that of the component which is meant.
    assert_eq!(
        words(tool, r#"{"rule":{"id":"A","toolComponent":{"name":"e"}}}"#),
        "error"
    );
}

#[test]
fn index_of_a_rule_with_another_name_does_not_win() {
    let (found, warnings) = read(TOOL, r#"{"ruleId":"E","ruleIndex":1}"#);
    assert_eq!(
        (found.items[0].severity.as_str(), warnings.as_str()),
        ("error", "unknown-rule")
    );
    assert_eq!(
        words(
            TOOL,
            r#"{"ruleId":"E/sub","ruleIndex":0},{"ruleId":"N2","ruleIndex":1}"#
        ),
        "error note"
    );
}

#[test]
fn security_severity_that_is_given_twice_is_refused() {
    let result = |second: &str| {
        log(
            TOOL,
            &format!(
                r#"{{"ruleId":"E","properties":{{"security-severity":"9.9","security-severity":"{second}"}}}}"#
            ),
        )
    };
    assert_eq!(testing::refused(&Sarif, &result("1.0")), "duplicate-key");
    assert_eq!(testing::refused(&Sarif, &result("9.9")), "ok");
}

#[test]
fn long_artifacts_before_all_else_do_not_hide_sarif() {
    let uri = "a".repeat(70_000);
    let text = format!(
        r#"{{"runs":[{{"artifacts":[{{"location":{{"uri":"{uri}"}}}}],"results":[],"tool":{{"driver":{{"name":"t"}}}}}}],"version":"2.1.0"}}"#
    );
    assert_eq!(testing::sniffed(&text), ["sarif"]);
}

#[test]
fn rule_is_found_by_the_name_of_its_parent() {
    let results = r#"{"ruleId":"E/a/b"},{"ruleId":"Ea"}"#;
    assert_eq!(words(TOOL, results), "error warning");
}

#[test]
fn rules_after_the_results_count_as_well() {
    let text = r#"{"runs":[{"results":[{"ruleId":"E"}],"invocations":[{"executionSuccessful":true}],
        "tool":{"driver":{"name":"t","rules":[{"id":"E","defaultConfiguration":{"level":"error"}}]}}}],"version":"2.1.0"}"#;
    let (found, warnings) = testing::findings(&Sarif, text);
    assert_eq!((found.at(Level::High), warnings.as_str()), (1, ""));
}

#[test]
fn invocation_overrides_the_rule_but_not_the_result() {
    let parts = format!(
        r#"{TOOL},"invocations":[{{"executionSuccessful":true,"ruleConfigurationOverrides":[
        {{"descriptor":{{"id":"E"}},"configuration":{{"level":"none"}}}},
        {{"descriptor":{{"index":1}},"configuration":{{"level":"error"}}}}]}}]"#
    );
    let results = r#"{"ruleId":"E"},{"ruleIndex":1},{"ruleId":"E","level":"note"},
        {"ruleId":"E","provenance":{"invocationIndex":0}},{"ruleId":"E","provenance":{"invocationIndex":1}}"#;
    assert_eq!(words(&parts, results), "none error note none error");
}

#[test]
fn kinds_that_are_no_failure_do_not_count_or_have_no_level() {
    let results = r#"{"kind":"pass"},{"kind":"notApplicable"},{"kind":"informational"},{"kind":"review","ruleId":"E"},
        {"kind":"open"},{"kind":"open","level":"error"},{"kind":"FAIL","ruleId":"E"},{"kind":null}"#;
    assert_eq!(words(TOOL, results), "none none error error warning");
}

#[test]
fn suppression_needs_every_status_accepted_or_absent() {
    let results = r#"{"suppressions":[]},{"suppressions":null},{"suppressions":[{"kind":"inSource"}]},
        {"suppressions":[{"status":"accepted"},{"status":"underReview"}]},{"suppressions":[{"status":"rejected"}]}"#;
    let (found, _) = read(TOOL, results);
    assert_eq!((found.total, found.suppressed), (4, 1));
}

#[test]
fn what_the_baseline_says_has_gone_does_not_count() {
    let results =
        r#"{"baselineState":"absent"},{"baselineState":"unchanged"},{"baselineState":"new"}"#;
    assert_eq!(read(TOOL, results).0.total, 2);
}

#[test]
fn security_severity_sets_the_common_level_and_leaves_the_word() {
    let rule = |score: &str| {
        format!(r#"{{"id":"{score}","properties":{{"security-severity":"{score}"}}}}"#)
    };
    let all = ["9.0", "8.9", "4.0", "0.1", "0.0", "high"]
        .map(rule)
        .join(",");
    let parts = format!(r#""tool":{{"driver":{{"name":"t","rules":[{all}]}}}}"#);
    let results = r#"{"ruleIndex":0},{"ruleIndex":1},{"ruleIndex":2},{"ruleIndex":3},{"ruleIndex":4},{"ruleIndex":5},
        {"properties":{"security-severity":9.8},"level":"note"}"#;
    let (found, _) = read(&parts, results);
    let levels: Vec<_> = found.items.iter().map(|item| item.level.word()).collect();
    assert_eq!(
        levels.join(" "),
        "critical high medium low medium medium critical"
    );
    assert_eq!(
        (found.by_severity["warning"], found.by_severity["note"]),
        (6, 1)
    );
}

#[test]
fn unknown_level_is_kept_as_high_and_told() {
    let (found, warnings) = read(TOOL, r#"{"level":"critical"},{"level":"Error"}"#);
    assert_eq!(found.at(Level::High), 2);
    assert_eq!(
        (found.by_severity["critical"], found.by_severity["error"]),
        (1, 1)
    );
    assert_eq!(warnings, "unknown-level");
}

#[test]
fn rule_index_that_leads_nowhere_is_told() {
    let (found, warnings) = read(TOOL, r#"{"ruleIndex":7},{"ruleIndex":-1,"ruleId":"E"}"#);
    assert_eq!((found.total, warnings.as_str()), (2, "unknown-rule"));
}

#[test]
fn run_that_failed_is_broken_even_without_results() {
    let parts = r#""invocations":[{"executionSuccessful":false,"exitCode":2,
        "toolExecutionNotifications":[{"level":"error","message":{"text":"crash"}}]}]"#;
    let (found, warnings) = read(parts, "");
    assert_eq!(
        found.broken,
        ["`the tool` says that its scan did not succeed: crash; exit code 2"]
    );
    assert_eq!(warnings, "broken");
}

#[test]
fn error_notification_of_a_run_that_succeeded_is_told() {
    let parts = r#""invocations":[{"executionSuccessful":true,"toolConfigurationNotifications":null,
        "toolExecutionNotifications":[{"level":"error","message":{"text":"a.py not read"}}]}]"#;
    let (found, warnings) = read(parts, "");
    assert_eq!((found.broken.len(), warnings.as_str()), (0, "tool-error"));
}

#[test]
fn absent_results_are_told_and_no_runs_at_all_are_broken() {
    let absent =
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t"}}},{"results":null}]}"#;
    assert_eq!(testing::findings(&Sarif, absent).1, "no-results,no-results");
    let none = testing::findings(&Sarif, r#"{"version":"2.1.0","runs":[]}"#);
    assert_eq!(none.0.broken.len(), 1);
    assert_eq!(
        testing::refused(&Sarif, r#"{"version":"2.1.0"}"#),
        "no-runs"
    );
    assert_eq!(
        testing::refused(&Sarif, r#"{"version":"2.1.0","runs":null}"#),
        "no-runs"
    );
}

#[test]
fn results_in_other_files_are_broken_evidence() {
    let text = r#"{"version":"2.1.0","runs":[{"externalPropertyFileReferences":{"results":[{"location":{"uri":"r"}}]}}]}"#;
    assert_eq!(testing::findings(&Sarif, text).0.broken.len(), 1);
    let text = r#"{"version":"2.1.0","runs":[{"results":[]}],"inlineExternalProperties":[{"results":[{}]}]}"#;
    assert_eq!(testing::findings(&Sarif, text).0.broken.len(), 1);
}

#[test]
fn other_versions_and_double_keys_are_refused() {
    let old = r#"{"version":"1.0.0","runs":[{"results":[{"ruleId":"A","message":"m"}]}]}"#;
    assert_eq!(testing::refused(&Sarif, old), "unsupported-version");
    let old = r#"{"runs":[{"results":[]}],"version":"2.0.0-csd.2.beta.2019-01-24"}"#;
    assert_eq!(testing::refused(&Sarif, old), "unsupported-version");
    let twice = r#"{"version":"2.1.0","runs":[],"runs":[{"results":[]}]}"#;
    assert_eq!(testing::refused(&Sarif, twice), "duplicate-key");
}

#[test]
fn message_may_be_named_and_have_arguments() {
    let parts = r#""tool":{"driver":{"name":"t","globalMessageStrings":{"g":{"text":"all {1}"}},
        "rules":[{"id":"E","messageStrings":{"d":{"text":"use {0}, not {1}"}}}]}}"#;
    let results = r#"{"ruleId":"E","message":{"id":"d","arguments":["a","b"]}},{"message":{"id":"g","arguments":["a","b"]}},
        {"message":{"text":"plain {0}","arguments":["a"]}},{"message":{"markdown":"**m**"}},{"message":{"id":"lost"}}"#;
    let (found, _) = read(parts, results);
    let messages: Vec<_> = found.items.into_iter().map(|item| item.message).collect();
    assert_eq!(messages.join("|"), "use a, not b|all b|plain a|**m**|lost");
}

#[test]
fn file_is_a_path_even_when_written_as_uri_or_index() {
    let place = |location: &str| {
        format!(
            r#"{{"locations":[{{"physicalLocation":{{"artifactLocation":{location},"region":{{"startLine":0,"startColumn":2.0}}}}}}]}}"#
        )
    };
    let results = [
        r#"{"uri":"src/a%20b.py"}"#,
        r#"{"uri":"file:///C:/x/a.cs"}"#,
        r#"{"uri":"file:///builds/a.c"}"#,
        r#"{"uri":"100%.txt"}"#,
        r#"{"index":1}"#,
        r#"{"uri":""}"#,
    ]
    .map(place)
    .join(",");
    let parts = r#""artifacts":[{"location":{"uri":"z"}},{"location":{"uri":"b.py"}}]"#;
    let (found, _) = read(parts, &results);
    let files: Vec<_> = found
        .items
        .iter()
        .map(|item| item.file.as_deref())
        .collect();
    assert_eq!(
        files,
        [
            Some("src/a b.py"),
            Some("C:/x/a.cs"),
            Some("/builds/a.c"),
            Some("100%.txt"),
            Some("b.py"),
            None
        ]
    );
    assert_eq!(
        (found.items[0].line, found.items[0].column),
        (None, Some(2))
    );
}

#[test]
fn fingerprint_of_the_tool_is_the_identity_where_it_is_one() {
    let result = |line: u32, rest: &str| {
        format!(
            r#"{{"ruleId":"E","message":{{"text":"m{line}x"}},"locations":[{{"physicalLocation":
            {{"artifactLocation":{{"uri":"a"}},"region":{{"startLine":{line}}}}}}}],{rest}}}"#
        )
    };
    let hash = |column: u32| {
        format!(
            r#""partialFingerprints":{{"primaryLocationLineHash":"abc:1","primaryLocationStartColumnFingerprint":"{column}"}}"#
        )
    };
    let print = |results: String| read(TOOL, &results).0.items[0].fingerprint.clone();
    assert_eq!(print(result(1, &hash(3))), print(result(9, &hash(7))));
    let semgrep = r#""fingerprints":{"matchBasedId/v1":"requires login"}"#;
    let plain = print(result(1, r#""fingerprints":null"#));
    assert_eq!(print(result(1, semgrep)), plain);
    assert_ne!(print(result(1, r#""fingerprints":{"f":"1"}"#)), plain);
}

#[test]
fn renamed_file_keeps_the_content_of_a_fingerprint_and_all_of_one_that_is_the_tools_own() {
    let result = |path: &str, rest: &str| {
        format!(
            r#"{{"ruleId":"E","message":{{"text":"m"}},"locations":[{{"physicalLocation":
            {{"artifactLocation":{{"uri":"{path}"}}}}}}],{rest}}}"#
        )
    };
    let print = |path: &str, rest: &str| {
        let (found, _) = read(TOOL, &result(path, rest));
        found.items[0].fingerprint.clone()
    };
    for ours in [
        r#""fingerprints":null"#,
        r#""partialFingerprints":{"primaryLocationLineHash":"abc:1"}"#,
    ] {
        let (old, new) = (print("old.c", ours), print("new.c", ours));
        assert_ne!(old, new);
        let content = crate::report::content(&old);
        assert!(content.is_some() && content == crate::report::content(&new));
    }
    let own = r#""fingerprints":{"f":"1"}"#;
    assert_eq!(print("old.c", own), print("new.c", own));
    assert_eq!(crate::report::content(&print("old.c", own)), None);
}

#[test]
fn results_beyond_those_kept_are_counted_all_the_same() {
    let one = r#"{"ruleId":"E"}"#;
    let many = vec![one; 1500].join(",");
    let (found, _) = read(TOOL, &many);
    assert_eq!(
        (found.total, found.items.len(), found.items_cut),
        (1500, 1000, 500)
    );
    assert_eq!((found.by_rule["E"], found.at(Level::High)), (1500, 1500));
}

#[test]
fn runs_add_up() {
    let run = r#"{"tool":{"driver":{"name":"a"}},"results":[{"ruleId":"A"}]}"#;
    let text = format!(r#"{{"version":"2.1.0","runs":[{run},{run}]}}"#);
    assert_eq!(testing::findings(&Sarif, &text).0.by_rule["A"], 2);
}

#[test]
fn sniff_takes_sarif_and_no_other_object_with_runs() {
    assert_eq!(
        testing::sniffed(r#"{"version":"2.1.0","runs":[]}"#),
        ["sarif"]
    );
    assert_eq!(
        testing::sniffed(r#"{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","#),
        ["sarif"]
    );
    assert!(testing::sniffed(r#"{"runs":[1,2],"version":3}"#).is_empty());
    assert!(testing::sniffed(r#"{"version":"2.1.0","results":[]}"#).is_empty());
}

#[test]
fn cut_reports_are_refused_and_mutated_ones_survived() {
    let text = log(
        TOOL,
        r#"{"ruleId":"E","message":{"text":"m"},"fingerprints":{"f":"1"}}"#,
    );
    testing::cuts_are_refused(&Sarif, &text);
    testing::survives_mutation(&Sarif, &text);
}
