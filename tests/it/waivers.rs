//! Waivers from their file to the decision: what they accept, what they never do, and what is said of them.

use jiff::{ToSpan, Zoned, tz::TimeZone};

use crate::support::{Project, Ran, junit, sarif};

/// A day so many days from today.
fn day(offset: i64) -> String {
    let today = Zoned::now().with_time_zone(TimeZone::UTC).date();
    today.checked_add(offset.days()).unwrap().to_string()
}

/// A waiver that counts today.
fn waiver(scope: &str) -> String {
    entry(scope, -3, &day(20))
}

fn entry(scope: &str, opened: i64, until: &str) -> String {
    let opened = day(opened);
    format!("  - {{ {scope}, why: known, owner: ada, opened: {opened}, until: {until} }}\n")
}

fn file(entries: &[String]) -> String {
    format!("version: 1\nwaivers:\n{}", entries.concat())
}

const SCAN: &str = "gates:
  scan: { run: sh scan.sh, findings: { reports: out.sarif, high: 0 } }
";

const UNIT: &str = "gates:
  unit: { run: sh unit.sh, tests: { reports: out.xml } }
";

/// A scan that reports these messages and exits 1.
fn scan(yaml: &str, messages: &[&str], entries: &[String]) -> Project {
    Project::new(yaml)
        .file("given.sarif", sarif(messages, &[]))
        .file("scan.sh", "cp given.sarif out.sarif; exit 1\n")
        .file(".tollgate/waivers.yaml", file(entries))
}

/// Tests of which these passed and failed; exits 1 if one failed.
fn unit(yaml: &str, passed: &[&str], failed: &[&str], entries: &[String]) -> Project {
    let status = u8::from(!failed.is_empty());
    Project::new(yaml)
        .file("given.xml", junit(passed, failed))
        .file("unit.sh", format!("cp given.xml out.xml; exit {status}\n"))
        .file(".tollgate/waivers.yaml", file(entries))
}

fn state(ran: &Ran, index: usize) -> (String, serde_json::Value) {
    let waiver = &ran.verdict()["waivers"][index];
    (
        waiver["state"].as_str().unwrap().to_owned(),
        waiver["used"].clone(),
    )
}

#[test]
fn a_waived_finding_is_a_conditional_go_and_named_everywhere() {
    let project = scan(
        SCAN,
        &["eval"],
        &[waiver("gate: scan, rule: R1, path: src/**")],
    );
    let ran = project.run(&[]).exits(0);
    ran.gate("scan")
        .is("waived")
        .notes(&["waived"])
        .fact("scan.findings.high", 0)
        .fact("scan.findings.waived", 1)
        .says("R1 src/lib.c:3: known (owner ada, until");
    assert_eq!(ran.verdict()["decision"], "conditional-go");
    assert_eq!(state(&ran, 0), ("active".to_owned(), true.into()));
    let applied = &ran.gate("scan").verdict["waived"][0];
    assert_eq!(applied["count"], 1);
    assert_eq!(applied["written"]["line"], 3);
    ran.says("conditional go")
        .says("1 waived")
        .says(".tollgate/waivers.yaml:3");
    project.run(&["--strict"]).exits(1);
    for output in ["markdown", "junit"] {
        project
            .call(&["run", "-o", output])
            .exits(0)
            .says("owner ada");
    }
}

#[test]
fn only_what_is_named_comes_off_the_counts() {
    let ran = scan(
        SCAN,
        &["eval", "exec"],
        &[waiver("gate: scan, finding: ev*")],
    )
    .run(&[])
    .exits(1);
    ran.gate("scan")
        .is("fail")
        .fact("scan.findings.high", 1)
        .fact("scan.findings.waived", 1)
        .fact("scan.findings.severities.error", 1);
    ran.says("1 more waived");
}

#[test]
fn waived_findings_come_off_before_lists_are_cut() {
    let messages: Vec<String> = (0..1_500)
        .map(|n| format!("m{}", "x".repeat(n % 700)) + if n % 3 == 0 { "a" } else { "b" })
        .collect();
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    let ran = scan(SCAN, &messages, &[waiver("finding: '*b'")])
        .run(&[])
        .exits(1);
    ran.gate("scan")
        .fact("scan.findings.high", 500)
        .fact("scan.findings.waived", 1_000);
    scan(
        SCAN,
        &messages,
        &[waiver("finding: '*b'"), waiver("finding: '*a'")],
    )
    .run(&[])
    .exits(0)
    .gate("scan")
    .is("waived");
}

#[test]
fn a_fingerprint_is_the_one_that_is_shown() {
    let project = scan(SCAN, &["eval", "exec"], &[]);
    project.write(".tollgate/waivers.yaml", "");
    let root = project.root.display().to_string();
    let absolute = sarif(&["eval", "exec"], &[]).replace("src/lib.c", &format!("{root}/src/lib.c"));
    project.write("given.sarif", absolute);
    let ran = project.run(&[]).exits(1);
    let shown = ran.gate("scan").verdict["findings"].clone();
    let entries: Vec<String> = (0..2)
        .map(|n| waiver(&format!("fingerprint: {}", shown[n]["fingerprint"])))
        .collect();
    project.write(".tollgate/waivers.yaml", file(&entries[..1]));
    project
        .run(&[])
        .exits(1)
        .gate("scan")
        .fact("scan.findings.high", 1);
    project.write(".tollgate/waivers.yaml", file(&entries));
    project.run(&[]).exits(0).gate("scan").is("waived");
}

#[test]
fn expired_waiver_does_not_apply_and_is_named() {
    for scope in ["gate: scan", "rule: R1", "condition: scan.findings.high"] {
        let ran = scan(SCAN, &["eval"], &[entry(scope, -40, &day(-2))])
            .run(&[])
            .exits(1);
        ran.gate("scan")
            .is("fail")
            .notes(&["waiver-expired"])
            .fact("scan.findings.high", 1)
            .says("the waiver by ada expired on");
        assert_eq!(state(&ran, 0).0, "expired");
        ran.says(".tollgate/waivers.yaml:3").says("expired on");
    }
}

#[test]
fn a_waiver_with_a_wrong_date_does_not_apply_and_is_named() {
    for (opened, until, words) in [
        (-3, "2026-02-30".to_owned(), "is not a date"),
        (-3, "soon".to_owned(), "is not a date"),
        (4, day(20), "still to come"),
        (-3, day(-5), "before it was opened"),
        (-3, day(300), "the policy allows 90"),
    ] {
        let project = scan(SCAN, &["eval"], &[entry("rule: R1", opened, &until)]);
        let ran = project.run(&[]).exits(1);
        ran.gate("scan").is("fail").notes(&["waiver-bad-date"]);
        assert_eq!(state(&ran, 0).0, "bad-date", "{until}");
        let ran = ran.says(words);
        assert_eq!(ran.gate("scan").verdict["waived"], serde_json::Value::Null);
        project
            .call(&["config", "check"])
            .exits(2)
            .says("is not applied");
    }
}

#[test]
fn the_longest_time_is_the_policys_to_say() {
    let policy = |longest: &str| format!("policy: {{ waivers: {{ longest: {longest} }} }}\n{SCAN}");
    let until = day(100);
    let with = |longest: &str| {
        scan(
            &policy(longest),
            &["eval"],
            &[entry("rule: R1", -3, &until)],
        )
        .run(&[])
    };
    with("120d").exits(0);
    with("103d").exits(0);
    with("102d").exits(1);
    scan(
        SCAN,
        &["eval"],
        &[entry("rule: R1, longest: 400d", -3, &until)],
    )
    .run(&[])
    .exits(2)
    .complains("unknown key `longest`");
}

#[test]
fn never_needs_a_reason_and_is_counted() {
    scan(SCAN, &["eval"], &[entry("rule: R1", -3, "never")])
        .run(&[])
        .exits(2)
        .complains("`until: never` needs a reason");
    let project = scan(
        SCAN,
        &["eval"],
        &[entry(
            "rule: R1, why-never: the vendor is gone",
            -3,
            "never",
        )],
    );
    let ran = project.run(&[]).exits(0);
    ran.gate("scan")
        .is("waived")
        .says("without end: the vendor is gone");
    ran.says("never ends: the vendor is gone");
    project
        .call(&["waive", "list"])
        .exits(0)
        .says("1 count on")
        .says("1 without end");
}

#[test]
fn beyond_the_budget_the_newest_do_not_count() {
    let yaml = format!("policy: {{ waivers: {{ most: 1 }} }}\n{SCAN}");
    let ran = scan(
        &yaml,
        &["eval", "exec"],
        &[
            entry("finding: eval", -2, &day(20)),
            entry("finding: exec", -9, &day(20)),
        ],
    )
    .run(&[])
    .exits(1);
    ran.gate("scan")
        .is("fail")
        .fact("scan.findings.high", 1)
        .notes(&["waiver-over-budget", "waived"]);
    assert_eq!(state(&ran, 0).0, "over-budget");
    assert_eq!(state(&ran, 1).0, "active");
    ran.says("the policy allows 1");
}

#[test]
fn a_waiver_of_a_criterion_that_no_phase_has_is_reported() {
    let yaml = format!("{SCAN}phases: {{ beta: {{ gates: [scan] }} }}\n");
    let project = scan(
        &yaml,
        &["eval"],
        &[
            waiver("phase: beta, criterion: soaks"),
            waiver("phase: beta, criterion: rulings"),
            waiver("phase: beta, criterion: readiness"),
        ],
    );
    let checked = project.call(&["config", "check"]);
    for words in [
        "phases have no criterion `soaks`",
        "did you mean `soak`?",
        "`rulings` cannot be waived",
    ] {
        assert!(checked.stderr.contains(words), "{words}\n{checked}");
    }
    assert!(
        !checked.stderr.contains("criterion: readiness"),
        "{checked}"
    );
}

#[test]
fn waivers_that_accept_nothing_name_nothing_or_end_soon_are_reported() {
    let project = scan(
        SCAN,
        &["eval"],
        &[
            entry("rule: R1", -3, &day(5)),
            waiver("rule: R2"),
            waiver("gate: scna, rule: R1"),
            waiver("test: a"),
            waiver("phase: beta, criterion: soak"),
            waiver("condition: scna.findings.high"),
        ],
    );
    let ran = project.run(&[]).exits(0);
    let states: Vec<String> = (0..6).map(|index| state(&ran, index).0).collect();
    assert_eq!(
        states,
        [
            "expiring",
            "active",
            "unmatched",
            "unmatched",
            "unmatched",
            "unmatched"
        ]
    );
    assert_eq!(state(&ran, 0).1, true);
    assert_eq!(state(&ran, 1).1, false);
    let said = ran.verdict()["waivers"].to_string();
    for words in [
        "there is no gate `scna`",
        "no gate judges tests",
        "there is no phase `beta`",
    ] {
        assert!(said.contains(words), "{words}\n{ran}");
    }
    ran.says("ends in 5 days")
        .says("accepted nothing: remove it")
        .says("matches nothing")
        .complains("did you mean `scan`?");
}

#[test]
fn a_waiver_is_unused_only_if_what_it_speaks_of_was_judged() {
    let yaml = format!("{SCAN}  other: {{ run: 'true' }}\n");
    let ran = scan(&yaml, &["eval"], &[waiver("rule: R2")])
        .run(&["other"])
        .exits(0);
    assert_eq!(
        state(&ran, 0),
        ("active".to_owned(), serde_json::Value::Null)
    );
    let nothing = scan(&yaml, &[], &[waiver("gate: scan")]);
    nothing.write("scan.sh", "cp given.sarif out.sarif\n");
    let ran = nothing.run(&[]).exits(0);
    ran.gate("scan").is("pass").notes(&[]);
    assert_eq!(state(&ran, 0), ("active".to_owned(), false.into()));
}

#[test]
fn conditions_reasons_and_whole_gates_can_be_waived() {
    let yaml = "gates:
  lint: { run: 'false' }
  unit: { run: sh unit.sh, tests: { reports: out.xml, passed: \">=5\", skipped: \">=1\" } }
";
    for (scope, lint, tests) in [
        ("gate: lint", "waived", "fail"),
        ("gate: lint, reason: exit-status", "waived", "fail"),
        ("gate: lint, reason: crash", "fail", "fail"),
        ("condition: unit.tests.passed", "fail", "fail"),
        ("gate: unit", "fail", "waived"),
    ] {
        let ran = unit(yaml, &["a"], &[], &[waiver(scope)]).run(&[]).exits(1);
        ran.gate("lint").is(lint);
        ran.gate("unit").is(tests);
    }
    let both = [
        waiver("condition: unit.passed"),
        waiver("gate: unit, condition: tests.skipped"),
        waiver("gate: lint"),
    ];
    let ran = unit(yaml, &["a"], &[], &both).run(&[]).exits(0);
    ran.gate("unit").is("waived");
    ran.says("tests.passed 1, wanted >=5: known (owner ada");
}

#[test]
fn a_waiver_never_stands_in_for_evidence() {
    let yaml = "gates:
  unit: { run: 'true', tests: { reports: out.xml } }
  gone: { run: no-such-tool }
  broken: { run: cp half.xml other.xml, tests: { reports: other.xml } }
";
    for scope in ["gate: unit", "gate: gone", "gate: broken"] {
        let ran = unit(yaml, &[], &[], &[waiver(scope)])
            .file("half.xml", "<testsuite><testcase name='a'>")
            .run(&[])
            .exits(3);
        let gate = &scope[6..];
        ran.gate(gate)
            .is("inconclusive")
            .notes(&["waiver-no-evidence"])
            .says("could not be decided");
    }
    let named = [
        waiver("gate: unit, reason: report-absent"),
        waiver("condition: unit.tests.failed"),
        waiver("test: '*'"),
    ];
    unit(yaml, &[], &[], &named)
        .run(&["unit"])
        .exits(3)
        .gate("unit")
        .is("inconclusive");
}

#[test]
fn a_broken_report_is_not_made_whole_by_a_waiver_for_its_findings() {
    let project = scan(SCAN, &["eval"], &[waiver("rule: R1")]);
    let whole = sarif(&["eval"], &[]);
    project.write("given.sarif", &whole[..whole.len() - 4]);
    project.run(&[]).exits(3).gate("scan").is("inconclusive");
    let project = scan(SCAN, &[], &[waiver("rule: R1")]);
    project
        .run(&[])
        .exits(3)
        .gate("scan")
        .reasons(&["exit-without-cause"]);
}

#[test]
fn a_waived_test_failure_is_counted_apart_and_others_still_fail() {
    let one = unit(UNIT, &["a"], &["b"], &[waiver("test: 'case::b'")]);
    one.run(&[])
        .exits(0)
        .gate("unit")
        .is("waived")
        .fact("unit.tests.failed", 0)
        .fact("unit.tests.waived", 1)
        .fact("unit.tests.total", 2)
        .notes(&["waived"]);
    unit(UNIT, &["a"], &["b", "c"], &[waiver("test: 'case::b'")])
        .run(&[])
        .exits(1)
        .gate("unit")
        .is("fail")
        .fact("unit.tests.failed", 1)
        .fact("unit.tests.waived", 1);
    // One that passes needs no waiver, and that is said.
    let ran = unit(UNIT, &["a", "b"], &[], &[waiver("test: 'case::b'")])
        .run(&[])
        .exits(0);
    ran.gate("unit").is("pass").fact("unit.tests.passed", 2);
    assert_eq!(state(&ran, 0).1, false);
}

#[test]
fn a_test_in_quarantine_runs_is_shown_and_fails_nothing() {
    let quarantine = [waiver("test: 'case::b*', quarantine: true")];
    let ran = unit(UNIT, &["a"], &["b1", "b2"], &quarantine)
        .run(&[])
        .exits(0);
    ran.gate("unit")
        .is("waived")
        .fact("unit.tests.passed", 1)
        .fact("unit.tests.failed", 0)
        .fact("unit.tests.quarantined", 2)
        .fact("unit.tests.quarantined-failed", 2)
        .says("in quarantine: case::b1 failed, case::b2 failed: known");
    ran.says("1 passed, 2 quarantined");
    let ran = unit(UNIT, &["a", "b1"], &[], &quarantine).run(&[]).exits(0);
    ran.gate("unit")
        .is("pass")
        .fact("unit.tests.passed", 1)
        .says("case::b1 passed");
    // What is not in quarantine fails as ever, and a failing exit needs a cause of its own.
    unit(UNIT, &["a"], &["b1", "c"], &quarantine)
        .run(&[])
        .exits(1);
    let silent = unit(UNIT, &["a", "b1"], &[], &quarantine);
    silent.write("unit.sh", "cp given.xml out.xml; exit 1\n");
    silent
        .run(&[])
        .exits(3)
        .gate("unit")
        .reasons(&["exit-without-cause"]);
}

#[test]
fn a_gate_whose_every_test_is_in_quarantine_proves_nothing() {
    let all = [waiver("test: '*', quarantine: true")];
    unit(UNIT, &["a", "b"], &[], &all)
        .run(&[])
        .exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["only-quarantined"]);
}

#[test]
fn a_bound_holds_how_many_may_be_waived_or_in_quarantine() {
    let yaml = "gates:
  unit: { run: sh unit.sh, tests: { reports: out.xml, quarantined: \"<=1\", waived: 0 } }
";
    let quarantine = [waiver("test: 'case::b*', quarantine: true")];
    unit(yaml, &["a"], &["b1"], &quarantine).run(&[]).exits(0);
    unit(yaml, &["a"], &["b1", "b2"], &quarantine)
        .run(&[])
        .exits(1)
        .gate("unit")
        .is("fail");
    unit(yaml, &["a"], &["b1"], &[waiver("test: 'case::b1'")])
        .run(&[])
        .exits(1);
    let none = unit(yaml, &["a"], &[], &quarantine);
    none.write("unit.sh", "true\n");
    none.run(&[]).exits(3).gate("unit").is("inconclusive");
    let yaml = "gates:
  scan: { run: sh scan.sh, findings: { reports: out.sarif, waived: 0 } }
";
    scan(yaml, &["eval"], &[waiver("rule: R1")])
        .run(&[])
        .exits(1)
        .gate("scan")
        .fact("scan.findings.total", 0);
}

#[test]
fn expired_quarantine_lets_the_test_fail_again() {
    let expired = [entry("test: 'case::b', quarantine: true", -40, &day(-2))];
    unit(UNIT, &["a"], &["b"], &expired)
        .run(&[])
        .exits(1)
        .gate("unit")
        .is("fail")
        .notes(&["waiver-expired"]);
}

#[test]
fn a_test_that_goes_on_passing_could_leave_quarantine() {
    let yaml = format!("policy: {{ waivers: {{ passes: 3 }} }}\n{UNIT}");
    let quarantine = [waiver("test: 'case::b', quarantine: true")];
    let project = unit(&yaml, &["a", "b"], &[], &quarantine);
    let mut digests = Vec::new();
    for round in 1..=3 {
        let ran = project.run(&[]).exits(0);
        assert_eq!(ran.notes().contains("could leave quarantine"), round == 3);
        digests.push(ran.outcome()["digest"].clone());
    }
    // What was before is no part of the verdict.
    assert_eq!(digests[0], digests[2]);
    project.write("given.xml", junit(&["a"], &["b"]));
    project.write("unit.sh", "cp given.xml out.xml; exit 1\n");
    let ran = project.run(&[]).exits(0);
    assert!(!ran.notes().contains("could leave quarantine"));
}

#[test]
fn every_mistake_of_the_file_is_shown_in_one_pass() {
    let entries = [
        "  - { gate: scan, why: '', owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { gate: scan, why: x, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { why: x, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { rule: R1, test: a, why: x, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { rule: R1, quarantine: true, why: x, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { reason: crash, why: x, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { phase: beta, why: x, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { path: 'src/[', why: x, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
        "  - { gate: scan, ruel: R1, why: x, owner: ada, opened: 2026-01-01 }\n",
        "  - { gate: scan, why: x, owner: ada, opened: 2026-01-01, until: 2026-02-01, why-never: y }\n",
    ]
    .map(str::to_owned);
    let ran = scan(SCAN, &[], &entries)
        .call(&["config", "check"])
        .exits(2);
    for words in [
        "the waiver has no `why`",
        "the waiver has no `owner`",
        "the waiver does not say what it accepts",
        "one kind of thing, not `test` and `rule`",
        "only a test can be in quarantine",
        "`reason` needs the gate",
        "`phase` and `criterion` go together",
        "is not a glob",
        "did you mean `rule`?",
        "the waiver has no `until`",
        "`why-never` has no effect",
    ] {
        assert!(ran.stderr.contains(words), "{words}\n{ran}");
    }
    assert!(ran.stderr.contains(".tollgate/waivers.yaml:12"), "{ran}");
}

#[test]
fn a_hostile_or_foreign_file_of_waivers_is_refused() {
    for (text, words) in [
        ("- gate: scan\n".to_owned(), "wanted a mapping"),
        (
            "version: 2\nwaivers: []\n".to_owned(),
            "does not say a known version",
        ),
        ("version: 1\nwaivers: [\n".to_owned(), "error[syntax]"),
        (
            format!("version: 1\nwaivers: {}\n", "[".repeat(5_000)),
            "error[hostile]",
        ),
        ("x".repeat(5 << 20), "larger than 4 MiB"),
        (
            "version: 1\nwaivers: []\nwaivers: []\n".to_owned(),
            "written twice",
        ),
    ] {
        let project = scan(SCAN, &["eval"], &[]);
        project.write(".tollgate/waivers.yaml", text);
        let ran = project.run(&[]).exits(2).complains(words);
        ran.complains("problem in `.tollgate/waivers.yaml`; nothing was run");
    }
}

#[test]
fn the_policy_of_waivers_may_only_tighten_and_is_read_from_the_file_alone() {
    let with = |base: &str, own: &str| {
        Project::new(&format!("extends: base.yaml\n{own}gates: {{}}\n"))
            .file(
                "base.yaml",
                format!("version: 1\n{base}gates: {{ a: {{ run: 'true' }} }}\n"),
            )
            .call(&["config", "check"])
    };
    let policy = |words: &str| format!("policy: {{ waivers: {{ {words} }} }}\n");
    let base = policy("longest: 60d, most: 5");
    for (base, own, code) in [
        (base.as_str(), "longest: 30d, most: 2, renewals: 1", 0),
        (&base, "longest: 61d", 2),
        (&base, "most: 6", 2),
        (&base, "renewals: 3", 2),
        ("", "longest: 90d, most: 50", 0),
        ("", "longest: 13w", 2),
        ("", "renewals: 3", 2),
    ] {
        let ran = with(base, &policy(own));
        assert_eq!(ran.code, code, "{base}{own}{ran}");
    }
    Project::new("waivers: []\ngates: { a: { run: 'true' } }\n")
        .call(&["config", "check"])
        .exits(2)
        .complains("waivers have a file of their own");
}

#[test]
fn waivers_are_part_of_the_policy_that_a_verdict_names() {
    let project = scan(SCAN, &["eval"], &[waiver("rule: R1")]);
    let one = project.run(&[]).verdict()["policy"].clone();
    project.write(".tollgate/waivers.yaml", file(&[waiver("rule: R2")]));
    let other = project.run(&[]).verdict()["policy"].clone();
    assert_ne!(one, other);
}

#[test]
fn an_agent_that_adds_a_waiver_for_itself_is_seen() {
    let project = scan(SCAN, &["eval"], &[waiver("rule: R2")]).committed();
    project.run(&[]).exits(1);
    project
        .call(&[
            "waive",
            "--gate",
            "scan",
            "--rule",
            "R1",
            "--why",
            "it is fine",
            "--owner",
            "agent",
            "--for",
            "30d",
        ])
        .exits(0);
    let ran = project.run(&[]).exits(0);
    assert_eq!(ran.verdict()["decision"], "conditional-go");
    ran.gate("scan")
        .is("waived")
        .says("it is fine (owner agent");
    assert!(
        ran.notes()
            .contains("owner agent) is not committed as it stands here"),
        "{ran}"
    );
    ran.says("is not committed").says("conditional go");
    project.run(&["--strict"]).exits(1);
    project.commit();
    let ran = project.run(&[]).exits(0);
    assert!(!ran.notes().contains("is not committed"), "{ran}");
    ran.gate("scan").is("waived").says("owner agent");
}

#[test]
fn renewals_are_counted_from_history() {
    let project = scan(SCAN, &["eval"], &[entry("rule: R1", -3, &day(10))]).committed();
    for (round, until) in [20, 30, 40].into_iter().enumerate() {
        let ran = project.run(&[]).exits(0);
        assert!(!ran.notes().contains("renewed"), "round {round}\n{ran}");
        project.write(
            ".tollgate/waivers.yaml",
            file(&[entry("rule: R1", -3, &day(until))]),
        );
        project.commit();
    }
    let ran = project.run(&[]).exits(0);
    assert!(ran.notes().contains("was renewed 3 times"), "{ran}");
    project
        .call(&["waive", "list"])
        .exits(0)
        .says("was renewed 3 times");
    project
        .call(&["config", "check"])
        .exits(0)
        .says("was renewed 3 times");
}

#[test]
fn a_long_list_of_fingerprints_is_looked_up_and_kept_short_in_what_is_said() {
    let messages: Vec<String> = (0..300).map(|n| format!("m{}", "x".repeat(n))).collect();
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    let project = scan(SCAN, &messages, &[]);
    project.write(".tollgate/waivers.yaml", "");
    let project = project.committed();
    let ran = project.run(&[]).exits(1);
    let findings = ran.gate("scan").verdict["findings"].clone();
    let entries: Vec<String> = findings
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            waiver(&format!(
                "gate: scan, fingerprint: {}",
                finding["fingerprint"]
            ))
        })
        .collect();
    assert_eq!(entries.len(), 300);
    project.write(".tollgate/waivers.yaml", file(&entries[1..]));
    let ran = project.run(&[]).exits(1);
    ran.gate("scan")
        .fact("scan.findings.high", 1)
        .fact("scan.findings.waived", 299);
    assert!(
        ran.notes().contains("294 more waivers are not committed"),
        "{ran}"
    );
}

#[test]
fn without_git_it_is_said_that_renewals_cannot_be_counted() {
    let ran = scan(SCAN, &["eval"], &[waiver("rule: R1")])
        .run(&[])
        .exits(0);
    assert!(
        ran.notes()
            .contains("renewals of waivers cannot be counted")
    );
    let none = Project::new(SCAN)
        .file("given.sarif", sarif(&[], &[]))
        .file("scan.sh", "cp given.sarif out.sarif\n");
    let ran = none.run(&[]).exits(0);
    assert_eq!(ran.notes(), "[]");
    assert_eq!(ran.verdict()["waivers"], serde_json::Value::Null);
}

#[test]
fn waive_writes_what_then_counts_and_keeps_the_rest() {
    let project = scan(SCAN, &["eval"], &[]).committed();
    project.git(&["config", "user.email", "grace@example.org"]);
    let old = format!(
        "# ours\nversion: 1\nwaivers:\n  # first\n{}  # last\n",
        waiver("rule: R2")
    );
    project.write(".tollgate/waivers.yaml", &old);
    project.run(&[]).exits(1);
    let ran = project
        .call(&[
            "waive",
            "--rule",
            "R1",
            "--path",
            "src/*.c",
            "--why",
            "a: \"b\"",
            "--until",
            &day(9),
        ])
        .exits(0);
    let ran = ran.says(".tollgate/waivers.yaml:").says("rule: R1");
    assert!(!ran.stderr.contains("warning"), "{ran}");
    let text = project.read(".tollgate/waivers.yaml");
    assert!(
        text.starts_with(old.trim_end_matches("  # last\n")),
        "{text}"
    );
    assert!(text.ends_with("  # last\n"), "{text}");
    // The owner is git's user, when none is named.
    assert!(text.contains("owner: \"grace@example.org\"\n"), "{text}");
    project.run(&[]).exits(0).gate("scan").is("waived");
}

#[test]
fn waive_makes_the_file_and_refuses_what_would_not_count() {
    let project = scan(SCAN, &["eval"], &[]);
    std::fs::remove_dir_all(project.root.join(".tollgate")).unwrap();
    let base = ["waive", "--owner", "ada"];
    let call = |more: &[&str]| {
        let all: Vec<&str> = base.iter().chain(more).copied().collect();
        project.call(&all)
    };
    for (more, words) in [
        (&["--why", "x", "--for", "9d"][..], "nothing is named"),
        (&["--rule", "R1", "--for", "9d"], "`--why`"),
        (&["--rule", "R1", "--why", "x"], "--until DATE"),
        (
            &["--rule", "R1", "--why", "x", "--for", "91d"],
            "the policy allows 90",
        ),
        (
            &["--rule", "R1", "--why", "x", "--until", "2020-01-01"],
            "before it was opened",
        ),
        (
            &["--rule", "R1", "--test", "a", "--why", "x", "--for", "9d"],
            "one kind of thing",
        ),
        (
            &["--gate", "scna", "--why", "x", "--for", "9d"],
            "did you mean `scan`?",
        ),
        (
            &["--rule", "R1", "--quarantine", "--why", "x", "--for", "9d"],
            "only a test",
        ),
        (&["--rule", "R1", "--why", "x", "--for", "9"], "30d"),
        (
            &["--rule", "R1", "--why", "x", "--until", "soon"],
            "year-month-day",
        ),
        (
            &[
                "--rule",
                "R1",
                "--why",
                "x",
                "--until",
                "2026-01-01",
                "--for",
                "3d",
            ],
            "cannot be used with",
        ),
    ] {
        let ran = call(more).exits(2);
        assert!(ran.stderr.contains(words), "{more:?}: {words}\n{ran}");
    }
    assert!(!project.has(".tollgate/waivers.yaml"));
    call(&["--rule", "R1", "--why", "x", "--for", "90d"]).exits(0);
    assert!(project.has(".tollgate/waivers.yaml"));
    call(&["--rule", "R1", "--why", "x", "--for", "9d"])
        .exits(2)
        .complains("accepts this already");
    call(&[
        "--gate", "scan", "--reason", "crash", "--why", "x", "--never", "no end",
    ])
    .exits(0);
    project.run(&[]).exits(0).gate("scan").is("waived");
    let ran = call(&["--rule", "R9", "--why", "x", "--for", "9d"]).exits(0);
    ran.complains("nothing that failed in the last run");
}

#[test]
fn waive_refuses_one_beyond_the_budget() {
    let yaml = format!("policy: {{ waivers: {{ most: 1 }} }}\n{SCAN}");
    let project = scan(&yaml, &["eval"], &[waiver("rule: R1")]);
    project
        .call(&[
            "waive", "--rule", "R2", "--why", "x", "--owner", "ada", "--for", "9d",
        ])
        .exits(2)
        .complains("the policy allows 1");
}

#[test]
fn the_list_is_for_people_and_machines() {
    let project = scan(
        SCAN,
        &["eval"],
        &[waiver("rule: R1"), entry("rule: R2", -40, &day(-2))],
    );
    project.run(&[]).exits(0);
    let ran = project.call(&["waive", "list"]).exits(0);
    ran.says("rule R1").says("expired").says("1 count on");
    let ran = project.call(&["waive", "list", "--json"]).exits(0);
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let first = &list["waivers"][0];
    assert_eq!(
        (
            &first["state"],
            &first["days_left"],
            &first["used"],
            &first["owner"]
        ),
        (&"active".into(), &20.into(), &true.into(), &"ada".into())
    );
    assert_eq!(list["waivers"][1]["counts"], false);
    let later = project.call(&["waive", "list", "--at", &day(21)]).exits(0);
    later.says("0 count on");
    Project::new(SCAN)
        .call(&["waive", "list"])
        .exits(0)
        .says("no waivers");
}

#[test]
fn what_changes_by_itself_is_shown_and_only_by_commands_that_write_nothing() {
    let yaml = format!(
        "gates:
  late: {{ run: 'false', enforce-from: {} }}
  lax: {{ run: 'true', tests: {{ reports: a.xml }}, absent: {{ allow: true, why: x, until: {} }} }}
{}",
        day(10),
        day(11),
        &SCAN[7..]
    );
    let project = scan(&yaml, &["eval"], &[waiver("rule: R1")]);
    let at = day(30);
    for arguments in [
        &["run", "--dry-run", "--at", &at][..],
        &["config", "check", "--at", &at],
    ] {
        let ran = project.call(arguments).exits(0);
        ran.says("gate `late` begins to block")
            .says("missing evidence of `lax` is no longer accepted")
            .says("the waiver of ada no longer counts: rule R1");
    }
    project
        .call(&["config", "check", "--at", &day(5)])
        .exits(0)
        .says("nothing changes by itself until");
    let ran = project.call(&["explain", "late", "--at", &at]).exits(0);
    ran.says("begins to block").says("block, since");
    project
        .call(&["explain", "late"])
        .exits(0)
        .says("warns until");
    project
        .call(&["run", "--at", &at])
        .exits(2)
        .complains("--dry-run");
    project
        .call(&["run", "--dry-run", "--at", "2027-1-1"])
        .exits(2)
        .complains("year-month-day");
}

#[test]
fn readiness_is_the_weight_of_what_passes_by_itself() {
    let yaml = format!(
        "{SCAN}  heavy: {{ run: 'true', weight: 5 }}
  light: {{ run: 'false' }}
  watch: {{ run: 'false', enforce: warn, weight: 50 }}
  none: {{ run: 'true', when: {{ env: NO_SUCH_NAME }}, weight: 50 }}
"
    );
    let ran = scan(&yaml, &["eval"], &[waiver("rule: R1")])
        .run(&[])
        .exits(1);
    // heavy 5 of heavy 5, scan 1 (waived), light 1 (failed).
    let readiness = &ran.verdict()["readiness"];
    assert_eq!(
        (&readiness["part"], &readiness["whole"]),
        (&5.into(), &7.into())
    );
    ran.says("readiness 71.43%");
    Project::new("gates: { a: { run: 'true', weight: 99999999 } }\n")
        .call(&["config", "check"])
        .exits(2)
        .complains("beyond measure");
}
