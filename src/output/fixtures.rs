//! Outcomes that every output draws in its tests.

use rust_decimal::Decimal;

use crate::model::*;
use crate::source::Place;

/// All fixtures by name.
pub(super) fn all() -> Vec<(&'static str, Outcome)> {
    vec![
        ("green", green()),
        ("no_go", no_go()),
        ("needs", needs()),
        ("environment", environment()),
        ("exceptions", exceptions()),
        ("waivers", waivers()),
        ("not_applicable", not_applicable()),
        ("judgement", judgement()),
        ("hostile", hostile()),
        ("many", many()),
        ("empty", outcome(vec![])),
    ]
}

/// The outcome of that name.
pub(super) fn named(name: &str) -> Outcome {
    all()
        .into_iter()
        .find(|(n, _)| *n == name)
        .expect("a fixture of that name")
        .1
}

type Gate = (GateVerdict, GateRun);

fn outcome(gates: Vec<Gate>) -> Outcome {
    let (mut verdicts, runs): (Vec<_>, Vec<_>) = gates.into_iter().unzip();
    verdicts.sort_by(|a, b| a.id.cmp(&b.id));
    let blocks = |verdict| {
        verdicts
            .iter()
            .any(|gate| gate.blocks() && gate.verdict == verdict)
    };
    let all_judgement = verdicts
        .iter()
        .filter(|gate| gate.blocks())
        .all(|gate| gate.cause == Some(Cause::Judgement));
    let decision = if verdicts.is_empty() || blocks(Verdict::Fail) || blocks(Verdict::Cancelled) {
        Decision::NoGo
    } else if blocks(Verdict::Inconclusive) {
        if all_judgement {
            Decision::Hold
        } else {
            Decision::NoGo
        }
    } else if verdicts.iter().any(|gate| gate.verdict == Verdict::Waived) {
        Decision::ConditionalGo
    } else {
        Decision::Go
    };
    let verdict = VerdictDocument {
        decision,
        subject: Subject {
            id: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(),
            state: SubjectState::Clean,
        },
        tollgate: "0.1.0".to_owned(),
        policy: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        as_of: "2026-11-20".to_owned(),
        readiness: None,
        waivers: vec![],
        gates: verdicts,
    };
    Outcome {
        digest: digest(&verdict),
        verdict,
        run: RunRecord {
            id: "20261120-221500-4f2a".to_owned(),
            started: "2026-11-20T22:15:00Z".to_owned(),
            duration_ms: 14_230,
            jobs: 4,
            tollgate: "0.1.0".to_owned(),
            machine: "linux x86_64".to_owned(),
            commit: Some("0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c".to_owned()),
            gates: runs,
            ..RunRecord::default()
        },
    }
}

fn gate(id: &str, kind: &str, line: u32, ms: u64) -> Gate {
    let verdict = GateVerdict {
        id: id.to_owned(),
        verdict: Verdict::Pass,
        cause: None,
        enforce: Enforce::Block,
        flaky: false,
        kinds: vec![kind.to_owned()],
        needs: vec![],
        written: written(line),
        why: None,
        fix: None,
        owner: None,
        conditions: vec![],
        reasons: vec![],
        notes: vec![],
        facts: Default::default(),
        failures: vec![],
        failures_cut: 0,
        findings: vec![],
        findings_cut: 0,
        waived: vec![],
        reports: vec![],
        evidence_digest: None,
    };
    let run = GateRun {
        id: id.to_owned(),
        what: "ran",
        command: Some(format!("npm run {id}")),
        ended: Some(Termination::Exit(0)),
        attempts: 1,
        started_ms: 10,
        duration_ms: ms,
        log: Some(format!(".git/tollgate/runs/20261120-221500-4f2a/{id}.log")),
        again: format!("tollgate run {id}"),
        ..GateRun::default()
    };
    (verdict, run)
}

fn written(line: u32) -> Place {
    Place::line("tollgate.yaml", Some(line))
}

fn condition(
    fact: &str,
    verdict: Verdict,
    measured: &str,
    bound: &str,
    line: u32,
    evidence: &str,
) -> ConditionVerdict {
    ConditionVerdict {
        fact: fact.to_owned(),
        verdict,
        cause: None,
        measured: (!measured.is_empty()).then(|| measured.to_owned()),
        bound: bound.to_owned(),
        written: (line > 0).then(|| written(line)),
        evidence: if evidence.is_empty() {
            vec![]
        } else {
            vec![Place::file(evidence)]
        },
        note: None,
        volatile: false,
        asked: None,
    }
}

fn reason(
    code: &'static str,
    verdict: Verdict,
    cause: Option<Cause>,
    message: &str,
    help: &str,
) -> Reason {
    Reason {
        code,
        verdict,
        cause,
        message: message.to_owned(),
        detail: None,
        help: (!help.is_empty()).then(|| help.to_owned()),
        evidence: vec![],
    }
}

fn fact(gate: &mut Gate, name: &str, value: Measure) {
    let name = format!("{}.{name}", gate.0.id);
    gate.0.facts.insert(name, value);
}

fn tests(gate: &mut Gate, passed: u64, failed: u64, skipped: u64) {
    for (word, count) in [
        ("passed", passed),
        ("failed", failed),
        ("errored", 0),
        ("skipped", skipped),
    ] {
        fact(gate, &format!("tests.{word}"), Measure::Count(count));
    }
}

fn failure(id: &str, file: &str, line: u32, message: &str) -> TestFailure {
    TestFailure {
        id: id.to_owned(),
        name: id.rsplit("::").next().unwrap_or(id).to_owned(),
        suite: None,
        file: (!file.is_empty()).then(|| file.to_owned()),
        line: (line > 0).then_some(line),
        message: message.to_owned(),
        errored: false,
    }
}

fn finding(level: Level, rule: &str, file: &str, line: u32, message: &str) -> Finding {
    Finding {
        rule: (!rule.is_empty()).then(|| rule.to_owned()),
        severity: level.word().to_owned(),
        level,
        message: message.to_owned(),
        file: Some(file.to_owned()),
        line: Some(line),
        column: Some(5),
        fingerprint: format!("{rule}:{file}"),
        suppressed: false,
        state: None,
    }
}

fn output(gate: &mut Gate, text: &str) {
    gate.1.output_bytes = text.len() as u64;
    gate.1.head = text.to_owned();
}

fn types() -> Gate {
    let mut types = gate("types", "findings", 6, 3_420);
    fact(&mut types, "findings.total", Measure::Count(0));
    types.0.conditions.push(condition(
        "types.findings.total",
        Verdict::Pass,
        "0",
        "0",
        8,
        "stdout",
    ));
    types.0.reports.push(ReportUsed {
        path: "stdout".to_owned(),
        format: "tsc".to_owned(),
        warnings: vec![],
    });
    types
}

fn unit() -> Gate {
    let mut unit = gate("unit", "tests", 9, 12_410);
    tests(&mut unit, 412, 0, 3);
    unit.0.conditions.push(condition(
        "unit.tests.passed",
        Verdict::Pass,
        "412",
        ">=38",
        19,
        "reports/unit.xml",
    ));
    unit.1
        .facts
        .insert("unit.tests.duration".to_owned(), Measure::seconds(11.2));
    let mut slow = condition("unit.duration", Verdict::Pass, "12.41 s", "<2m", 20, "");
    slow.volatile = true;
    unit.0.conditions.push(slow);
    unit
}

fn green() -> Outcome {
    let mut coverage = gate("coverage", "coverage", 24, 310);
    coverage.1.command = None;
    coverage.1.ended = None;
    coverage.1.what = "judged";
    fact(
        &mut coverage,
        "coverage.lines",
        Measure::Share {
            part: 8_731,
            whole: 10_000,
        },
    );
    fact(
        &mut coverage,
        "coverage.branches",
        Measure::Share {
            part: 71,
            whole: 100,
        },
    );
    outcome(vec![
        types(),
        unit(),
        coverage,
        gate("build", "exit", 40, 840),
    ])
}

/// Failed tests, coverage just below its bound, findings, an exit that the report does not explain.
fn no_go() -> Outcome {
    let mut unit = unit();
    tests(&mut unit, 410, 5, 3);
    unit.0.verdict = Verdict::Fail;
    unit.0.why = Some("The services behave as agreed".to_owned());
    unit.0.fix = Some("npx vitest run".to_owned());
    unit.0.owner = Some("backend".to_owned());
    unit.1.ended = Some(Termination::Exit(1));
    unit.0.conditions.insert(
        0,
        condition(
            "unit.tests.failed",
            Verdict::Fail,
            "5",
            "0",
            18,
            "reports/unit.xml",
        ),
    );
    let mut first = failure(
        "cart::adds_tax",
        "tests/cart.test.ts",
        18,
        "expected 19.99 to be 20\n    at tests/cart.test.ts:18:5",
    );
    unit.0.failures.push(first.clone());
    first.id = "session::expires".to_owned();
    first.errored = true;
    first.message = "TypeError: cannot read properties of undefined (reading 'id') while the session was being closed by the other side".to_owned();
    unit.0.failures.push(first);
    for n in 3..=5 {
        unit.0.failures.push(failure(
            &format!("orders::case_{n}"),
            "tests/orders.test.ts",
            n * 10,
            "AssertionError",
        ));
    }
    let mut coverage = gate("coverage", "coverage", 24, 310);
    coverage.0.verdict = Verdict::Fail;
    coverage.0.needs.push("unit".to_owned());
    fact(
        &mut coverage,
        "coverage.lines",
        Measure::Share {
            part: 796,
            whole: 1_000,
        },
    );
    fact(
        &mut coverage,
        "coverage.branches",
        Measure::Share {
            part: 72,
            whole: 100,
        },
    );
    coverage.0.conditions = vec![
        condition(
            "coverage.coverage.branches",
            Verdict::Pass,
            "72%",
            ">=70%",
            28,
            "coverage/lcov.info",
        ),
        condition(
            "coverage.coverage.lines",
            Verdict::Fail,
            "79.6%",
            ">=80%",
            27,
            "coverage/lcov.info",
        ),
        condition(
            "coverage.coverage.paths.src/security/**.lines",
            Verdict::Fail,
            "93.99%",
            ">=95%",
            30,
            "coverage/lcov.info",
        ),
    ];
    let mut security = gate("security", "findings", 32, 5_100);
    security.0.verdict = Verdict::Fail;
    security.1.ended = Some(Termination::Exit(1));
    for (word, count) in [("total", 3), ("high", 1), ("medium", 2), ("suppressed", 1)] {
        fact(
            &mut security,
            &format!("findings.{word}"),
            Measure::Count(count),
        );
    }
    security.0.conditions.push(condition(
        "security.findings.high",
        Verdict::Fail,
        "1",
        "0",
        34,
        "reports/semgrep.sarif",
    ));
    security.0.findings = vec![
        finding(
            Level::Medium,
            "js.weak-hash",
            "src/auth/token.ts",
            12,
            "MD5 is not a hash for secrets",
        ),
        finding(
            Level::High,
            "js.sql-injection",
            "src/db/query.ts",
            88,
            "a value from the request is joined into a statement; use a parameter instead",
        ),
        finding(Level::Medium, "", "src/app.ts", 3, "helmet is missing"),
    ];
    let mut lint = gate("lint", "findings", 50, 2_100);
    lint.0.verdict = Verdict::Fail;
    lint.0.enforce = Enforce::Warn;
    fact(&mut lint, "findings.total", Measure::Count(12));
    lint.0.conditions.push(condition(
        "lint.findings.total",
        Verdict::Fail,
        "12",
        "<=10",
        52,
        "stdout",
    ));
    let mut trend = gate("bundle", "metrics", 60, 90);
    trend.0.verdict = Verdict::Fail;
    trend.0.enforce = Enforce::Monitor;
    fact(&mut trend, "metrics.size", Measure::Size(1_240_000));
    trend.0.conditions.push(condition(
        "bundle.metrics.size",
        Verdict::Fail,
        "1.2 MB",
        "<=1MB",
        62,
        "dist/stats.json",
    ));
    outcome(vec![types(), unit, coverage, security, lint, trend])
}

/// One failure and what hangs on it.
fn needs() -> Outcome {
    let mut build = gate("build", "exit", 4, 840);
    build.0.verdict = Verdict::Fail;
    build.0.fix = Some("cargo build".to_owned());
    build.0.reasons.push(reason(
        "exit",
        Verdict::Fail,
        None,
        "`cargo build` ended with exit 101, wanted 0",
        "",
    ));
    build.1.ended = Some(Termination::Exit(101));
    output(
        &mut build,
        "   Compiling shop v0.1.0\n\u{1b}[31merror[E0425]\u{1b}[0m: cannot find value `totl`\n --> src/lib.rs:4:5\n  |\n4 |     totl\n  |     ^^^^ help: a local variable with a similar name exists: `total`\n\nerror: could not compile `shop` (lib) due to 1 previous error\n",
    );
    let cancelled = |id: &str, need: &str| {
        let mut gate = gate(id, "tests", 9, 0);
        gate.0.verdict = Verdict::Cancelled;
        gate.0.needs.push(need.to_owned());
        gate.0.reasons.push(reason(
            "need-not-met",
            Verdict::Cancelled,
            None,
            &format!("needs `{need}`, which did not pass"),
            "",
        ));
        gate.1.ended = None;
        gate.1.what = "not run";
        gate.1.attempts = 0;
        gate.1.log = None;
        gate
    };
    let mut outcome = outcome(vec![
        types(),
        build,
        cancelled("unit", "build"),
        cancelled("e2e", "unit"),
    ]);
    outcome.run.interrupted = None;
    outcome
}

/// What is inconclusive: a missing tool, a stale report, a time-out, a contradiction.
fn environment() -> Outcome {
    let mut load = gate("load", "metrics", 30, 4);
    load.0.verdict = Verdict::Inconclusive;
    load.0.cause = Some(Cause::Environment);
    load.1.ended = Some(Termination::Exit(127));
    load.0.reasons.push(reason(
        "tool-not-found",
        Verdict::Inconclusive,
        Some(Cause::Environment),
        "`k6` was not found (exit 127)",
        "install `k6`, or add its folder to `PATH`",
    ));
    output(&mut load, "sh: 1: k6: not found\n");
    let mut unit = gate("unit", "tests", 9, 2_000);
    unit.0.verdict = Verdict::Inconclusive;
    unit.0.cause = Some(Cause::Evidence);
    let mut stale = reason(
        "stale",
        Verdict::Inconclusive,
        Some(Cause::Evidence),
        "`reports/unit.xml` was not written by this run",
        "let the command write it, or set `clear: true` so that an old one cannot be mistaken",
    );
    stale.detail = Some("3 d old".to_owned());
    stale.evidence.push(Place::file("reports/unit.xml"));
    unit.0.reasons.push(stale);
    let mut e2e = gate("e2e", "exit", 44, 600_010);
    e2e.0.verdict = Verdict::Inconclusive;
    e2e.0.cause = Some(Cause::Environment);
    e2e.1.ended = Some(Termination::TimedOut);
    e2e.1.attempts = 2;
    e2e.1.stopped = vec![
        "node (pid 812, TERM)".to_owned(),
        "chrome (pid 830, KILL)".to_owned(),
    ];
    e2e.1.output_bytes = 90_000;
    e2e.1.head = "starting\n".to_owned();
    e2e.1.tail = (1..=30)
        .map(|n| format!("waiting for the page, attempt {n}\n"))
        .collect();
    e2e.0.reasons.push(reason(
        "timed-out",
        Verdict::Inconclusive,
        Some(Cause::Environment),
        "the command did not end within its `timeout` of 10m",
        "",
    ));
    let mut lint = gate("lint", "findings", 50, 1_200);
    lint.0.verdict = Verdict::Inconclusive;
    lint.0.cause = Some(Cause::Evidence);
    lint.1.ended = Some(Termination::Exit(1));
    fact(&mut lint, "findings.total", Measure::Count(0));
    lint.0.conditions.push(condition(
        "lint.findings.total",
        Verdict::Pass,
        "0",
        "0",
        52,
        "stdout",
    ));
    lint.0.reasons.push(reason(
        "exit-without-cause",
        Verdict::Inconclusive,
        Some(Cause::Evidence),
        "the command ended with exit 1, which means findings, but its report holds none",
        "see its output; `exit:` says what each status means",
    ));
    let mut outcome = outcome(vec![load, unit, e2e, lint, types()]);
    outcome
        .run
        .notes
        .push("outside git: nothing is known of the content that was judged".to_owned());
    outcome.verdict.subject = Subject {
        id: String::new(),
        state: SubjectState::NoGit,
    };
    outcome.digest = digest(&outcome.verdict);
    outcome
}

/// Greens that needed something, and one that is waived.
fn exceptions() -> Outcome {
    let mut unit = unit();
    unit.0.flaky = true;
    unit.1.attempts = 2;
    let mut coverage = gate("coverage", "coverage", 24, 310);
    fact(
        &mut coverage,
        "coverage.lines",
        Measure::Share {
            part: 796,
            whole: 1_000,
        },
    );
    let mut lines = condition(
        "coverage.coverage.lines",
        Verdict::Pass,
        "79.6%",
        ">=80%",
        27,
        "coverage/lcov.info",
    );
    lines.note = Some("79.6 ≥ 80 − 0.5".to_owned());
    coverage.0.conditions.push(lines);
    let mut load = gate("load", "metrics", 30, 4);
    load.0.verdict = Verdict::Waived;
    load.0.reasons.push(reason(
        "declared-absence",
        Verdict::Waived,
        None,
        "no report matches `reports/k6.json`; allowed until 2026-12-31: the load rig moves house",
        "",
    ));
    let mut e2e = gate("e2e", "tests", 44, 8_000);
    tests(&mut e2e, 20, 1, 0);
    e2e.0.notes.push(Note {
        code: "exit-hides-failure",
        message: "the command ended with exit 0 although 1 test failed".to_owned(),
        detail: None,
    });
    e2e.0.enforce = Enforce::Warn;
    e2e.0.verdict = Verdict::Fail;
    e2e.0.conditions.push(condition(
        "e2e.tests.failed",
        Verdict::Fail,
        "1",
        "0",
        0,
        "reports/e2e.xml",
    ));
    e2e.0
        .failures
        .push(failure("checkout shows the total", "", 0, ""));
    outcome(vec![types(), unit, coverage, load, e2e])
}

fn waivers() -> Outcome {
    let by = |line: u32| Place::line(".tollgate/waivers.yaml", Some(line));
    let mut scan = gate("scan", "findings", 20, 900);
    scan.0.verdict = Verdict::Waived;
    scan.1.ended = Some(Termination::Exit(1));
    for (word, count) in [("total", 0), ("high", 0), ("waived", 2)] {
        fact(
            &mut scan,
            &format!("findings.{word}"),
            Measure::Count(count),
        );
    }
    let mut high = condition(
        "scan.findings.high",
        Verdict::Waived,
        "0",
        "0",
        22,
        "reports/semgrep.sarif",
    );
    high.note = Some("2 more waived".to_owned());
    scan.0.conditions.push(high);
    scan.0.notes.push(Note {
        code: "waived",
        message: "accepted: no-eval src/a.js:3, no-eval src/b.js:9: the vendor mends it (owner ada, until 2026-11-24, .tollgate/waivers.yaml:3)".to_owned(), detail: None });
    scan.0.waived.push(AppliedWaiver {
        index: 0,
        written: by(3),
        scope: "gate scan, rule no-eval".to_owned(),
        why: "the vendor mends it".to_owned(),
        owner: "ada".to_owned(),
        until: "2026-11-24".to_owned(),
        quarantine: false,
        count: 2,
        items: vec![
            "no-eval src/a.js:3".to_owned(),
            "no-eval src/b.js:9".to_owned(),
        ],
    });
    let mut lint = gate("lint", "exit", 30, 12);
    lint.0.verdict = Verdict::Fail;
    lint.1.ended = Some(Termination::Exit(1));
    lint.0.reasons.push(reason(
        "exit-status",
        Verdict::Fail,
        None,
        "exit 1, wanted 0",
        "",
    ));
    lint.0.notes.push(Note {
        code: "waiver-expired",
        message: "the waiver by bob expired on 2026-11-01 (.tollgate/waivers.yaml:9): gate lint"
            .to_owned(),
        detail: None,
    });
    let state = |line, scope: &str, state, used, message: Option<&str>| WaiverState {
        written: by(line),
        scope: scope.to_owned(),
        owner: if line == 3 { "ada" } else { "bob" }.to_owned(),
        until: "2026-11-24".to_owned(),
        state,
        used,
        message: message.map(str::to_owned),
    };
    let mut outcome = outcome(vec![types(), scan, lint]);
    outcome.verdict.readiness = Some(Measure::Share { part: 1, whole: 3 });
    outcome.verdict.waivers = vec![
        state(
            3,
            "gate scan, rule no-eval",
            "expiring",
            Some(true),
            Some("ends in 4 days"),
        ),
        state(
            9,
            "gate lint",
            "expired",
            None,
            Some("expired on 2026-11-01: remove it, or let its owner renew it"),
        ),
        state(15, "test cart::*", "active", None, None),
    ];
    outcome.digest = digest(&outcome.verdict);
    outcome
}

fn not_applicable() -> Outcome {
    let not = |id: &str| {
        let mut gate = gate(id, "files", 70, 0);
        gate.0.verdict = Verdict::NotApplicable;
        gate.0.notes.push(Note {
            code: "when",
            message: "`when: changed` names docs/**, and nothing there changed".to_owned(),
            detail: None,
        });
        gate.1.ended = None;
        gate.1.what = "not applicable";
        gate.1.log = None;
        gate
    };
    outcome(vec![not("docs"), not("links")])
}

fn judgement() -> Outcome {
    let mut load = gate("load", "metrics", 30, 64_000);
    load.0.verdict = Verdict::Inconclusive;
    load.0.cause = Some(Cause::Judgement);
    fact(
        &mut load,
        "metrics.p95",
        Measure::Number(Decimal::new(18_305, 1)),
    );
    let mut p95 = condition(
        "load.metrics.p95",
        Verdict::Inconclusive,
        "1830.5",
        "pass <1500, fail >=2000",
        33,
        "reports/k6.json",
    );
    p95.cause = Some(Cause::Judgement);
    load.0.conditions.push(p95);
    outcome(vec![types(), load])
}

/// Text that wants to do harm, in every place that takes text from outside.
const HARM: &str = "::error::x ##[error]y ##vso[z] \u{1b}[2J\u{1b}]0;t\u{7}\u{202e}\u{200b}\u{0} @team <img src=x onerror=y> | `code` ``` https://evil.example [a](b) #1 漢字";

fn hostile() -> Outcome {
    let mut unit = gate("unit", "tests", 9, 2_000);
    tests(&mut unit, 1, 1, 0);
    let harm = || Some(HARM.to_owned());
    unit.0.verdict = Verdict::Fail;
    unit.0.why = harm();
    unit.0.fix = harm();
    unit.0.owner = harm();
    unit.0.written = Place::line(HARM, Some(3));
    let mut bound = condition(
        &format!("unit.tests.{HARM}"),
        Verdict::Fail,
        HARM,
        HARM,
        0,
        HARM,
    );
    bound.written = Some(Place::line(HARM, Some(3)));
    bound.note = harm();
    unit.0.conditions.push(bound);
    let mut broken = reason("report-broken", Verdict::Fail, None, HARM, HARM);
    broken.detail = harm();
    broken.evidence.push(Place::file(HARM));
    unit.0.reasons.push(broken);
    unit.0.notes.push(Note {
        code: "note",
        message: HARM.to_owned(),
        detail: None,
    });
    let mut failed = failure(
        HARM,
        HARM,
        1,
        &format!("{HARM}\n::group::\n\t```\r{HARM}\n</details>"),
    );
    failed.suite = harm();
    unit.0.failures.push(failed);
    unit.0
        .findings
        .push(finding(Level::High, HARM, HARM, 1, HARM));
    unit.0.findings[0].severity = HARM.to_owned();
    unit.0.reports.push(ReportUsed {
        path: HARM.to_owned(),
        format: "junit".to_owned(),
        warnings: vec![Warning {
            code: "odd",
            message: HARM.to_owned(),
        }],
    });
    unit.1.command = harm();
    unit.1.again = HARM.to_owned();
    unit.1.log = harm();
    unit.1.stopped.push(HARM.to_owned());
    let mut crash = gate("crash", "exit", 9, 2_000);
    crash.0.verdict = Verdict::Inconclusive;
    crash.0.cause = Some(Cause::Environment);
    crash.1.ended = Some(Termination::NotFound(HARM.to_owned()));
    output(
        &mut crash,
        &format!("{HARM}\n::set-output name=a::b\n]]>\n</details>\n`````\n{HARM}\n"),
    );
    let mut outcome = outcome(vec![unit, crash]);
    outcome.run.notes.push(HARM.to_owned());
    outcome
}

fn many() -> Outcome {
    outcome(
        (0..1_000)
            .map(|n| {
                let mut one = gate(&format!("shard-{n:04}"), "tests", 9 + n, 100 + u64::from(n));
                tests(&mut one, 10, u64::from(n % 40 == 7), 0);
                if n % 40 == 7 {
                    one.0.verdict = Verdict::Fail;
                    let fact = format!("shard-{n:04}.tests.failed");
                    one.0.conditions.push(condition(
                        &fact,
                        Verdict::Fail,
                        "1",
                        "0",
                        9 + n,
                        "reports/junit.xml",
                    ));
                    one.0
                        .failures
                        .push(failure("a::b", "tests/a.rs", 3, "assertion failed"));
                }
                one
            })
            .collect(),
    )
}
