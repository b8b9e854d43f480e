//! Reports that say two things, or that do not say of which tool they are.

use crate::support::Project;

/// A gate of this kind on one report, which its command copies.
fn gate(judge: &str, report: &str, text: &str) -> Project {
    let yaml = format!("gates:\n  g:\n    run: cp given/{report} {report}\n    {judge}\n");
    Project::new(&yaml).file(&format!("given/{report}"), text)
}

fn metric(report: &str, of: &str, text: &str) -> Project {
    let judge = format!("metrics: {{ reports: \"*\", values: {{ v: {{ {of}, is: \"<200\" }} }} }}");
    gate(&judge, report, text)
}

#[test]
fn a_number_that_is_said_twice_proves_nothing() {
    for (report, of, text) in [
        ("m.json", "path: \"$.p95\"", r#"{"p95":900,"p95":100}"#),
        ("m.json", "name: a.b", r#"{"a.b":900,"a":{"b":100}}"#),
        (
            "m.csv",
            "name: login.p95",
            "name,p95\nlogin,900\nlogin,100\n",
        ),
        ("m.prom", "name: x", "# TYPE x gauge\nx 900\nx 100\n# EOF\n"),
    ] {
        let project = metric(report, of, text);
        project
            .run(&[])
            .exits(3)
            .gate("g")
            .is("inconclusive")
            .cause("evidence");
    }
}

#[test]
fn the_ending_of_each_file_says_how_numbers_are_read() {
    for (report, text) in [
        ("m.JSON", r#"{"v":100}"#),
        ("m.Csv", "v,w\n100,1\n"),
        ("m.prom", "v 100\n"),
    ] {
        metric(report, "name: v", text)
            .run(&[])
            .exits(0)
            .gate("g")
            .is("pass");
    }
    // What no format knows may be the error of a tool, which has numbers, too: `inspect` shows them when it is told to.
    let text = r#"{"message":"503 Service Unavailable","statusCode":503}"#;
    let other = Project::empty("project").file("m.json", text);
    let bare = other.call(&["inspect", "--json", "m.json"]);
    bare.exits(3).says("unknown-format");
    let named = other.call(&["inspect", "--json", "--format", "json", "m.json"]);
    named.exits(0).says("statusCode");
}

#[test]
fn an_empty_list_is_clean_only_where_its_tool_is_named() {
    let bare = gate("findings: { reports: r.json, total: 0 }", "r.json", "[]");
    let ran = bare.run(&[]).exits(3);
    ran.gate("g")
        .is("inconclusive")
        .reasons(&["report-broken"])
        .says("which tool found nothing");
    let named = "findings: { reports: r.json, total: 0, format: ruff }";
    gate(named, "r.json", "[]").run(&[]).exits(0);
    let named = "findings: { reports: r.json, total: 0, format: eslint }";
    gate(named, "r.json", "[]").run(&[]).exits(3);
}

#[test]
fn what_a_tool_did_not_look_at_is_not_clean() {
    for (bound, text) in [
        (
            "total: \"<=5\"",
            r#"[{"code":"E902","message":"No such file","filename":"gone","location":{"row":1,"column":1}}]"#,
        ),
        (
            "total: 0",
            r#"[{"filePath":"a","messages":[],"errorCount":0,"fatalErrorCount":1,"warningCount":3}]"#,
        ),
        (
            "total: \"<=2\"",
            "a.ts:1:7 - error TS2322: Type.\n\n1 const a\n",
        ),
    ] {
        let judge = format!("findings: {{ reports: r.txt, {bound} }}");
        gate(&judge, "r.txt", text)
            .run(&[])
            .exits(3)
            .gate("g")
            .is("inconclusive");
    }
}

#[test]
fn a_rule_is_that_of_the_component_which_is_named() {
    let tool = r#""tool":{"driver":{"name":"d","rules":[{"id":"X","defaultConfiguration":{"level":"note"}}]},
        "extensions":[{"name":"e","rules":[{"id":"A","defaultConfiguration":{"level":"error"}}]}]}"#;
    let result = r#"{"ruleId":"A","message":{"text":"m"},"rule":{"id":"A","index":0,"toolComponent":{"name":"e"}}}"#;
    let log = format!(r#"{{"version":"2.1.0","runs":[{{{tool},"results":[{result}]}}]}}"#);
    gate("findings: { reports: r.sarif, high: 0 }", "r.sarif", &log)
        .run(&[])
        .exits(1);
}
