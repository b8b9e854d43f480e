//! Every kind is proven by evidence of its own, and one that makes none is not.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::config::{self, Plan};
use crate::gate::{Context, Facts, KINDS};
use crate::model::{Judgement, ReportEvidence};

/// A small gate `g` of each kind, with every key that its probes are made from. A new kind needs an entry here.
const SAMPLES: &[(&str, &str)] = &[
    (
        "tests",
        "run: make, duration: '<5m, <=+10%', tests: { reports: r.xml, format: junit, passed: '>=3, >=baseline', skipped: '<=1', waived: '<=2', quarantined: 0, removed: 0, newly-skipped: '<=1', added: '<=5', total: '>=3', flaky: 0, pass-rate: '>=90%', duration: '<2m', slowest: '<1s', all-skipped: 0 }",
    ),
    (
        "coverage",
        "run: make, coverage: { reports: c.info, lines: '>=80%', drop: { lines: '<=0.1%', functions: '0%' }, patch: { lines: '>=90%', branches: { pass: '>=80%', fail: '<60%' }, ignore-below: 5, pragmas: 0, unmeasured: '<=1' }, branches: { pass: '>=70%', fail: '<60%' }, functions: { is: '>=70%', tolerance: '0.5%' }, each-file: { lines: '>=10%', branches: '>=-1%' }, paths: { 'src/**': { lines: '>=90%', functions: '>=baseline' } }, exclude: 'gen/**' }",
    ),
    (
        "findings",
        "run: make, findings: { reports: s.json, format: sarif, critical: 0, high: 0, medium: '<=2', low: '<=-30%', total: '<=9', suppressed: '<=1', waived: '<=3', new: 0, fixed: '<=7', paths: { 'src/**': { high: 0, suppressed: 0, new: '<=1', total: '<=+10%' } }, severities: { error: 0 }, rules: { R2: 0, R3: '<=baseline+2' } }",
    ),
    (
        "metrics",
        "run: make, metrics: { reports: m.json, values: { p95: { path: \"$.http['p(95)']\", is: '<200' }, score: { is: '>=0.9' }, ms: { is: { pass: '<=+5%', fail: '>+10%' }, samples: 5 } } }",
    ),
    (
        "files",
        "files: { exist: [a.md, 'docs/*.md'], absent: '**/*.orig', contain: { a.md: '^# ' }, forbid: { 'src/**': 'TODO' }, size: { 'dist/*.js': '<=10kB', 'dist/*.css': '<=+5%' }, env: { example: .env.example, reads: { 'src/**': 'env\\.(\\w+)' } } }",
    ),
    (
        "ratchet",
        "ratchet: { patterns: [suppressions, coverage-pragmas, skipped-tests, { todo: 'TODO', fix: ['FIXME', 'XXX\\b'] }], exclude: 'gen/**', max: { noqa: 3, suppressions: 9, todo: 0 }, paths: { 'src/**': 4 } }",
    ),
    (
        "checklist",
        "checklist: { files: ['tasks/*.md', TODO.md], exclude: 'old/**', section: ['Acceptance *', Done], open: '<=2', done: '>=96%', total: '>=3, >=baseline', tags: { P0: 0, P1: '<=3' } }",
    ),
    (
        "trace",
        "run: make, trace: { reports: r.xml, format: junit, ids: { files: ['docs/*.md', rules.md], pattern: '^- (AP-\\d+):', except: AP-2, unique: true }, covered: '>=3', missing: '<=2', share: '>=90%', total: '>=5, >=baseline' }",
    ),
    (
        "git",
        "git: { clean: true, up-to-date: [main, v1], pushed: true, linear: true, messages: ['^(feat|fix): ', '[a-z]'] }",
    ),
    (
        "http",
        "http: { url: 'http://localhost:8080', checks: [{ get: /a, status: [200, 201], header: { Content-Type: json$, etag: . }, no-header: server, body: ok, no-body: [error, panic], values: { $.status: ok, $.a.b: '3' }, within: 1s }, { post: /b, json: { a: 1 } }] }",
    ),
    (
        "require",
        "needs: u, require: [\"u.failed == 0 && u['pass-rate'].percent >= 85.0\"]",
    ),
];

fn plan(gate: &str) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tollgate.yaml");
    let unit = "u: { run: make u, tests: { reports: u.xml } }";
    fs::write(
        &file,
        format!("version: 1\ngates:\n  {unit}\n  g: {{ {gate} }}\n"),
    )
    .unwrap();
    let loaded = config::load(&file, "tollgate.yaml");
    let said: Vec<&String> = loaded
        .problems
        .iter()
        .map(|problem| &problem.message)
        .collect();
    loaded.plan.unwrap_or_else(|| panic!("{gate}: {said:?}"))
}

fn proved(plan: &Plan) -> GateProof {
    let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
    let today = jiff::civil::date(2027, 1, 15);
    let proof = prove(plan, &["g".to_owned()], now, today).unwrap();
    proof.gates.into_iter().next().unwrap()
}

#[test]
fn every_kind_has_a_sample_that_is_proven_by_bad_evidence_of_its_own() {
    let mut failed: Vec<String> = Vec::new();
    for kind in KINDS {
        let sample = SAMPLES.iter().find(|(name, _)| *name == kind.name());
        let (_, gate) = sample.unwrap_or_else(|| {
            panic!(
                "`{}` has no sample: add one, and `bad_evidence` to its gate",
                kind.name()
            )
        });
        let proof = proved(&plan(gate));
        let wrong: Vec<&Proving> = proof
            .probes
            .iter()
            .filter(|probe| !matches!(probe.tooth, Tooth::Held | Tooth::Allowed))
            .collect();
        if !proof.proven || !wrong.is_empty() {
            failed.push(format!("{}: {wrong:#?}", kind.name()));
        }
        let bad = proof
            .of(Tooth::Held)
            .filter(|probe| probe.feed == Feed::Bad && probe.kind == kind.name());
        assert!(bad.count() >= 2, "{} is fed nothing bad", kind.name());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn each_bound_is_asked_by_itself() {
    let proof = proved(&plan(SAMPLES[0].1));
    let asked: BTreeSet<&str> = proof
        .probes
        .iter()
        .filter_map(|probe| probe.against.as_deref())
        .collect();
    assert!(asked.contains("g.exit.duration"));
    for name in [
        "passed",
        "failed",
        "errored",
        "skipped",
        "pass-rate",
        "slowest",
    ] {
        assert!(
            asked.contains(format!("g.tests.{name}").as_str()),
            "{name}: {asked:?}"
        );
    }
    assert_eq!(proof.conditions.len(), asked.len());
}

#[test]
fn every_feed_is_given_to_who_reads_reports() {
    let proof = proved(&plan(SAMPLES[0].1));
    for feed in [
        Feed::Missing,
        Feed::Stale,
        Feed::Empty,
        Feed::Broken,
        Feed::Zero,
        Feed::Bad,
    ] {
        assert!(
            proof.of(Tooth::Held).any(|probe| probe.feed == feed),
            "{feed:?}"
        );
    }
}

/// A judge that says yes to everything and gives no probes.
#[derive(Debug)]
struct Yes;

impl Gate for Yes {
    fn kind(&self) -> &'static str {
        "yes"
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        context.judging("yes").done()
    }
}

#[test]
fn a_kind_without_probes_is_not_proven() {
    let mut plan = plan("files: { exist: a.md }");
    plan.gates[1].judges.push(Box::new(Yes));
    let proof = proved(&plan);
    assert!(!proof.proven);
    let untold: Vec<&Proving> = proof.of(Tooth::Unproven).collect();
    assert_eq!((untold.len(), untold[0].kind.as_str()), (1, "yes"));
}

#[test]
fn facts_that_judges_record_are_those_that_they_declare() {
    for (kind, gate) in SAMPLES {
        let plan = plan(gate);
        for judge in &plan.gates[1].judges {
            let declared = judge.facts();
            for probe in judge.bad_evidence() {
                let reports = probe.evidence.iter().map(|evidence| ReportEvidence {
                    path: "r".to_owned(),
                    format: "probe",
                    evidence: evidence.clone(),
                    warnings: Vec::new(),
                });
                let reports: Vec<ReportEvidence> = reports.collect();
                let context = Context {
                    gate: "g",
                    root: Path::new("nowhere"),
                    dir: Path::new(""),
                    reports: &reports,
                    facts: &Facts::default(),
                    given: &probe.given,
                };
                let facts = judge.judge(&context).facts;
                for fact in facts.iter().filter(|fact| !fact.name.contains('[')) {
                    let name = fact.name.split_once('.').map_or("", |(_, name)| name);
                    let fits = |known: &String| {
                        known == name
                            || known
                                .strip_suffix('*')
                                .is_some_and(|start| name.starts_with(start))
                    };
                    assert!(
                        declared.iter().any(fits),
                        "{kind}: `{name}` is not declared in `facts`"
                    );
                }
            }
        }
    }
}
