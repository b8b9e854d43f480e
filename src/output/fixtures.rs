//! Outcomes that every output draws in its tests.

mod hostile;
mod parts;
mod waived;

use rust_decimal::Decimal;

use crate::model::*;
use crate::source::Place;
use hostile::{hostile, many};
use parts::*;
use waived::waivers;

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
