//! One case a weakening, and beside each a change that looks like it and is none.

use std::collections::BTreeSet;

use super::{Normal, compare};
use crate::config::yaml;
use crate::model::{Effect, WeakeningCode};
use crate::source::{Node, Source};

fn parse(text: &str) -> Node {
    let text = format!("version: 1\n{text}");
    yaml::parse(&Source {
        name: "t.yaml".into(),
        text: text.into(),
    })
    .unwrap()
}

/// The codes of all weakenings, and whether anything else changed.
fn found(old: &str, new: &str) -> (Vec<WeakeningCode>, usize) {
    let changes = compare(&Normal::of(&parse(old)), &Normal::of(&parse(new)));
    let mut codes = Vec::new();
    for change in &changes {
        if let Effect::Weakening(code) = change.effect {
            codes.push(code);
        }
    }
    (codes, changes.len())
}

#[test]
fn work_trees_of_which_nothing_was_said_may_be_spoken_of() {
    let old = "gates: { a: { run: x } }";
    let changes = compare(
        &Normal::of(&parse(old)),
        &Normal::of(&parse(&format!("{old}\nworktree: {{ copy: [a] }}"))),
    );
    let effects: Vec<Effect> = changes.iter().map(|change| change.effect).collect();
    assert_eq!(effects, [Effect::Neutral]);
    assert!(changes.iter().all(|change| change.adopt.is_none()));
}

struct Case {
    code: WeakeningCode,
    old: &'static str,
    new: &'static str,
    /// Another change of the old one that is no weakening.
    near: &'static str,
}

macro_rules! cases {
    ($($code:ident: $old:literal => $new:literal, not $near:literal;)+) => {
        &[$(Case { code: WeakeningCode::$code, old: $old, new: $new, near: $near }),+]
    };
}

static CASES: &[Case] = cases! {
    GateRemoved: "gates: { a: { run: x }, b: { run: y } }" => "gates: { a: { run: x } }",
        not "gates: { b: { run: y }, a: { run: x }, c: { run: z } }";
    GateRemoved: "gates: { a: { run: x } }" => "gates: { renamed: { run: x } }",
        not "gates: { a: { run: x, why: renamed } }";
    ChangedProducer: "gates: { a: { run: x } }\nworktree: { run: make }" => "gates: { a: { run: x } }\nworktree: { run: 'true' }",
        not "gates: { a: { run: x }, b: { run: y } }\nworktree: { run: make }";
    ChangedProducer: "gates: { a: { run: x } }\nworktree: { link: [] }" => "gates: { a: { run: x } }",
        not "gates: { a: { run: x, why: y } }\nworktree: { link: [] }";
    GateNotDefault: "gates: { a: { run: x } }" => "gates: { a: { run: x, default: false } }",
        not "gates: { a: { run: x, default: true } }";
    EnforceLowered: "gates: { a: { run: x } }" => "gates: { a: { run: x, enforce: warn } }",
        not "gates: { a: { run: x, enforce: block } }";
    EnforceLowered: "gates: { a: { run: x, enforce: warn } }" => "gates: { a: { run: x, enforce: monitor } }",
        not "gates: { a: { run: x } }";
    EnforceLowered: "gates: { a: { run: x } }" => "defaults: { enforce: warn }\ngates: { a: { run: x } }",
        not "defaults: { enforce: warn }\ngates: { a: { run: x, enforce: block } }";
    EnforceLater: "gates: { a: { run: x, enforce-from: 2026-01-02 } }"
        => "gates: { a: { run: x, enforce-from: 2026-01-03 } }",
        not "gates: { a: { run: x, enforce-from: 2026-01-01 } }";
    EnforceLater: "gates: { a: { run: x } }" => "gates: { a: { run: x, enforce-from: 2026-01-03 } }",
        not "gates: { a: { run: x, weight: 3 } }";
    BoundLooser: "gates: { a: { run: x, coverage: { reports: c, lines: '>=85%' } } }"
        => "gates: { a: { run: x, coverage: { reports: c, lines: '>=80%' } } }",
        not "gates: { a: { run: x, coverage: { reports: c, lines: '>= 85.0%' } } }";
    BoundLooser: "gates: { a: { run: x, duration: '<2m' } }" => "gates: { a: { run: x, duration: '<3m' } }",
        not "gates: { a: { run: x, duration: '<120s' } }";
    BoundLooser: "gates: { a: { run: x, metrics: { reports: m.json, values: { p: { name: p, is: '<5' } } } } }"
        => "gates: { a: { run: x, metrics: { reports: m.json, values: { p: { name: p, is: '<5.5' } } } } }",
        not "gates: { a: { run: x, metrics: { reports: m.json, values: { p: { name: p, is: '<4.5' } } } } }";
    BoundLooser: "gates: { a: { run: x, tests: { reports: t } } }"
        => "gates: { a: { run: x, tests: { reports: t, failed: '<=3' } } }",
        not "gates: { a: { run: x, tests: { reports: t, failed: 0 } } }";
    SkipBudgetBigger: "gates: { a: { run: x, tests: { reports: t, skipped: '<=29' } } }"
        => "gates: { a: { run: x, tests: { reports: t, skipped: '<=30' } } }",
        not "gates: { a: { run: x, tests: { reports: t, skipped: '<30' } } }";
    ToleranceWider: "gates: { a: { run: x, coverage: { reports: c, lines: '>=85%' } } }"
        => "gates: { a: { run: x, coverage: { reports: c, lines: { is: '>=85%', tolerance: '0.5%' } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, lines: { is: '>=86%', tolerance: '0.5%' } } } }";
    BandWider: "gates: { a: { run: x, coverage: { reports: c, lines: { pass: '>=85%', fail: '<80%' } } } }"
        => "gates: { a: { run: x, coverage: { reports: c, lines: { pass: '>=85%', fail: '<70%' } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, lines: { pass: '>=85%', fail: '<84%' } } } }";
    BandWider: "gates: { a: { run: x, coverage: { reports: c, lines: '>=85%' } } }"
        => "gates: { a: { run: x, coverage: { reports: c, lines: { pass: '>=85%', fail: '<80%' } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, lines: { is: '>=85%' } } } }";
    ConditionRemoved: "gates: { a: { run: x, tests: { reports: t, passed: '>=3' } } }"
        => "gates: { a: { run: x, tests: { reports: t } } }",
        not "gates: { a: { run: x, tests: { reports: t, passed: '>=3', flaky: 0 } } }";
    ConditionRemoved: "gates: { a: { run: x, findings: { reports: f } } }"
        => "gates: { a: { run: x, findings: { reports: f, critical: 0 } } }",
        not "gates: { a: { run: x, findings: { reports: f, total: 0 } } }";
    ConditionRemoved: "gates: { a: { files: { exist: [a, b] } } }" => "gates: { a: { files: { exist: [a] } } }",
        not "gates: { a: { files: { exist: [b, a, c] } } }";
    ConditionRemoved: "gates: { b: { run: x }, a: { needs: b, require: ['1 == 1', '2 == 2'] } }"
        => "gates: { b: { run: x }, a: { needs: b, require: ['2 == 2'] } }",
        not "gates: { b: { run: x }, a: { needs: b, require: ['2 == 2', '1 == 1'] } }";
    ConditionRemoved: "gates: { a: { run: x, duration: '<2m' } }" => "gates: { a: { run: x } }",
        not "gates: { a: { run: x, duration: '<1m' } }";
    JudgeRemoved: "gates: { a: { run: x, files: { exist: f }, tests: { reports: t } } }"
        => "gates: { a: { run: x, tests: { reports: t } } }",
        not "gates: { a: { tests: { reports: t }, run: x, files: { exist: [f] } } }";
    ExcludeWider: "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%', exclude: [a] } } }"
        => "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%', exclude: [a, b] } } }",
        not "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%' } } }";
    ExcludeWider: "gates: { a: { run: x, tests: { reports: t } } }"
        => "gates: { a: { run: x, tests: { reports: t, include: [a] } } }",
        not "gates: { a: { run: x, tests: { reports: [t] } } }";
    ExcludeWider: "gates: { a: { run: x, tests: { reports: t, include: [a, b] } } }"
        => "gates: { a: { run: x, tests: { reports: t, include: [a] } } }",
        not "gates: { a: { run: x, tests: { reports: t, include: [a, b, c] } } }";
    ExcludeWider: "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%', paths: { s: { lines: '>=2%' } } } } }"
        => "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%', paths: {} } } }",
        not "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%', paths: { s: { lines: '>=2%' }, t: { lines: '>=2%' } } } } }";
    ExcludeWider: "gates: { a: { run: x, coverage: { reports: c, patch: '>=90%' } } }"
        => "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', unmeasured: '<=2' } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', pragmas: 0 } } } }";
    ExcludeWider: "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', unmeasured: '<=2' } } } }"
        => "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', unmeasured: '<=2', ignore-below: 1 } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', unmeasured: '<=1' } } } }";
    ExcludeWider: "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', ignore-below: 5 } } } }"
        => "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', ignore-below: 6 } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%', ignore-below: 4 } } } }";
    ConditionRemoved: "gates: { a: { run: x, coverage: { reports: c, patch: '>=90%' } } }"
        => "gates: { a: { run: x, coverage: { reports: c, patch: { branches: '>=90%' } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=95%', branches: '>=90%' } } } }";
    BoundLooser: "gates: { a: { run: x, coverage: { reports: c, patch: { lines: '>=90%' } } } }"
        => "gates: { a: { run: x, coverage: { reports: c, patch: '>=80%' } } }",
        not "gates: { a: { run: x, coverage: { reports: c, patch: '>=95%' } } }";
    BoundLooser: "gates: { a: { run: x, coverage: { reports: c, drop: '0.5%' } } }"
        => "gates: { a: { run: x, coverage: { reports: c, drop: { lines: '<=1%' } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, drop: { lines: '0.1%', branches: '1%' } } } }";
    BoundLooser: "gates: { a: { run: x, duration: '<=+10%' } }" => "gates: { a: { run: x, duration: '<=+20%' } }",
        not "gates: { a: { run: x, duration: '<=+5%' } }";
    BoundLooser: "gates: { a: { run: x, duration: '<=+10%' } }" => "gates: { a: { run: x, duration: '<=10s' } }",
        not "gates: { a: { run: x, duration: '<=+10%, <=10s' } }";
    ChangedProducer: "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%' } } }"
        => "gates: { a: { run: x, coverage: { reports: c, lines: '>=1%', map: { /ci: src } } } }",
        not "gates: { a: { run: x, coverage: { reports: c, lines: '>=2%' } } }";
    ExcludeWider: "gates: { a: { run: x, tests: { reports: t, removed: 0 } } }"
        => "gates: { a: { run: x, tests: { reports: t, removed: 0, renames: { a: b } } } }",
        not "gates: { a: { run: x, tests: { reports: t, removed: 0, newly-skipped: 0 } } }";
    ConditionRemoved: "gates: { a: { run: x, tests: { reports: t } }, r: { run: x, tests: { reports: t, outcome: failing } } }"
        => "gates: { a: { run: x, tests: { reports: t, outcome: failing } }, r: { run: x, tests: { reports: t, outcome: failing } } }",
        not "gates: { a: { run: x, tests: { reports: t, green-list: r } }, r: { run: x, tests: { reports: t, outcome: failing } } }";
    ConditionRemoved: "gates: { a: { run: x, findings: { reports: f } } }"
        => "gates: { a: { run: x, findings: { reports: f, new: 0 } } }",
        not "gates: { a: { run: x, findings: { reports: f, total: 0, new: 0 } } }";
    ConditionRemoved: "gates: { a: { checklist: { files: f } } }" => "gates: { a: { checklist: { files: f, total: '>=1' } } }",
        not "gates: { a: { checklist: { files: f, open: 0, total: '>=1' } } }";
    ChangedProducer: "gates: { a: { ratchet: { patterns: [suppressions] } } }"
        => "gates: { a: { ratchet: { patterns: [suppressions], max: 5 } } }",
        not "gates: { a: { ratchet: { patterns: suppressions } } }";
    ConditionRemoved: "gates: { a: { git: { messages: [a, b] } } }" => "gates: { a: { git: { messages: [a] } } }",
        not "gates: { a: { git: { messages: [a, b, c] } } }";
    AbsenceDeclared: "gates: { a: { run: x, duration: '<=+10%' } }"
        => "gates: { a: { run: x, duration: '<=+10%', first-run: { allow: true, why: w } } }",
        not "gates: { a: { run: x, duration: '<=+10%', why: w } }";
    AbsenceLonger: "gates: { a: { run: x, first-run: { allow: true, why: w, until: 2026-01-02 } } }"
        => "gates: { a: { run: x, first-run: { allow: true, why: w, until: 2026-01-03 } } }",
        not "gates: { a: { run: x, first-run: { allow: true, why: v, until: 2026-01-01 } } }";
    PolicyEased: "policy: { waivers: { longest: 4w } }\ngates: { a: { run: x } }"
        => "policy: { waivers: { longest: 29d } }\ngates: { a: { run: x } }",
        not "policy: { waivers: { longest: 28d, warn: 3d, most: 4 } }\ngates: { a: { run: x } }";
    ExcludeWider: "gates: { a: { run: x, tests: { reports: [t, u] } } }"
        => "gates: { a: { run: x, tests: { reports: [t] } } }",
        not "gates: { a: { run: x, tests: { reports: [t, u] }, owner: me } }";
    AbsenceDeclared: "gates: { a: { run: x } }" => "gates: { a: { run: x, absent: { allow: true, why: w } } }",
        not "gates: { a: { run: x, why: w } }";
    AbsenceLonger: "gates: { a: { run: x, absent: { allow: true, why: w, until: 2026-05-01 } } }"
        => "gates: { a: { run: x, absent: { allow: true, why: w, until: 2026-06-01 } } }",
        not "gates: { a: { run: x, absent: { allow: true, why: v, until: 2026-05-01 } } }";
    AbsenceLonger: "gates: { a: { run: x, absent: { allow: true, why: w, until: 2026-05-01 } } }"
        => "gates: { a: { run: x, absent: { allow: true, why: w } } }",
        not "gates: { a: { run: x } }";
    RetryRaised: "gates: { a: { run: x, retry: { attempts: 1 } } }"
        => "gates: { a: { run: x, retry: { attempts: 2 } } }",
        not "gates: { a: { run: x } }";
    RetryRaised: "gates: { a: { run: x } }" => "defaults: { retry: { attempts: 1 } }\ngates: { a: { run: x } }",
        not "defaults: { retry: { attempts: 0 } }\ngates: { a: { run: x } }";
    TimeoutRaised: "gates: { a: { run: x, timeout: 5m } }" => "gates: { a: { run: x } }",
        not "gates: { a: { run: x, timeout: 300s } }";
    WhenNarrower: "gates: { a: { run: x, when: { branch: [a, b] } } }"
        => "gates: { a: { run: x, when: { branch: [a] } } }",
        not "gates: { a: { run: x, when: { branch: [a, b, c] } } }";
    WhenNarrower: "gates: { a: { run: x } }" => "gates: { a: { run: x, when: { env: CI } } }",
        not "gates: { a: { run: x, fix: y } }";
    NeedRemoved: "gates: { b: { run: y }, a: { run: x, needs: b } }" => "gates: { b: { run: y }, a: { run: x } }",
        not "gates: { b: { run: y }, c: { run: z }, a: { run: x, needs: [b, c] } }";
    ExitLooser: "gates: { a: { run: x } }" => "gates: { a: { run: x, exit: { ok: [0, 1] } } }",
        not "gates: { a: { run: x, exit: { ok: [0] } } }";
    ExitLooser: "gates: { a: { run: x } }"
        => "gates: { a: { run: x, findings: { reports: f, total: '<=1000' } } }",
        not "gates: { a: { run: x, files: { exist: f } } }";
    ExpectLowered: "gates: { a: { run: x, tests: { reports: t, expect: 2 } } }"
        => "gates: { a: { run: x, tests: { reports: t, expect: 1 } } }",
        not "gates: { a: { run: x, tests: { reports: t, expect: 2 }, owner: me } }";
    ExpectLowered: "gates: { a: { run: x, tests: { reports: t, expect: 2 } } }"
        => "gates: { a: { run: x, tests: { reports: t } } }",
        not "gates: { a: { run: x, tests: { reports: t, expect: '2' } } }";
    MaxAgeLonger: "gates: { a: { tests: { reports: t, produced: elsewhere, max-age: 2h } } }"
        => "gates: { a: { tests: { reports: t, produced: elsewhere, max-age: 3h } } }",
        not "gates: { a: { tests: { reports: t, produced: elsewhere, max-age: 1h } } }";
    SecretsFewer: "secrets: [A, B]\ngates: { a: { run: x } }" => "secrets: [A]\ngates: { a: { run: x } }",
        not "secrets: [B, A, C]\ngates: { a: { run: x } }";
    SecretsFewer: "gates: { a: { run: x, secrets: A } }" => "gates: { a: { run: x } }",
        not "gates: { a: { run: x, secrets: [A, B] } }";
    EnvPassWider: "gates: { a: { run: x, env: { pass: [A] } } }"
        => "gates: { a: { run: x, env: { pass: [A, GITHUB_TOKEN] } } }",
        not "gates: { a: { run: x, env: { pass: [] } } }";
    PhaseRemoved: "gates: { a: { run: x } }\nphases: { p: { gates: a } }" => "gates: { a: { run: x } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, title: P }, q: { gates: a } }";
    PhaseGateRemoved: "gates: { a: { run: x }, b: { run: y } }\nphases: { p: { gates: [a, b] } }"
        => "gates: { a: { run: x }, b: { run: y } }\nphases: { p: { gates: [a] } }",
        not "gates: { a: { run: x }, b: { run: y } }\nphases: { p: { gates: [b, a] } }";
    PhaseCriterionRemoved: "gates: { a: { run: x } }\nphases: { p: { gates: a, entry: { committed: true } } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, entry: { committed: true, sign-offs: 1 } } }";
    PhaseCriterionRemoved: "gates: { a: { run: x } }\nphases: { p: { gates: a, keep: a } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, keep: [a] } }";
    PhaseCriterionRemoved: "gates: { a: { run: x } }\nphases: { p: { targets: { a.exit.duration: '<5s' } } }"
        => "gates: { a: { run: x } }\nphases: { p: { targets: {} } }",
        not "gates: { a: { run: x } }\nphases: { p: { targets: { a.exit.duration: '<4s' } } }";
    SignOffsLowered: "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: 2 } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: 1 } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 2, not: author } } }";
    SignOffsLowered: "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 1, evidence: true } } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 1 } } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 2, evidence: true } } }";
    SignOffsLowered: "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 1 } } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 1, unsigned: true } } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 1, evidence: true } } }";
    SignOffsLowered: "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 1, from: [leads] } } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 1, from: [leads, all] } } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, sign-offs: { count: 2, from: [leads] } } }";
    SoakShorter: "gates: { a: { run: x } }\nphases: { p: { gates: a, soak: 72h } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, soak: 24h } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, soak: { for: 72h, every: 24h } } }";
    LiensWider: "gates: { a: { run: x } }\nphases: { p: { gates: a } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, liens: { from: [leads] } } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, due: 2026-01-01 } }";
    LiensWider: "gates: { a: { run: x } }\nphases: { p: { gates: a, liens: { from: [l], longest: 30d } } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, liens: { from: [l], longest: 60d } } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, liens: { from: [l], longest: 29d } } }";
    LiensWider: "gates: { a: { run: x } }\nphases: { p: { gates: a } }"
        => "gates: { a: { run: x } }\nphases: { p: { gates: a, may-skip: a } }",
        not "gates: { a: { run: x } }\nphases: { p: { gates: a, after: q }, q: { gates: a } }";
    PolicyEased: "policy: { weakening: block }\ngates: { a: { run: x } }"
        => "policy: { weakening: warn }\ngates: { a: { run: x } }",
        not "policy: { weakening: 'block' }\ngates: { a: { run: x } }";
    PolicyEased: "protected: [s/**]\ngates: { a: { run: x } }" => "gates: { a: { run: x } }",
        not "protected: [s/**, t]\ngates: { a: { run: x } }";
    ChangedProducer: "gates: { a: { run: x } }" => "gates: { a: { run: 'x || true' } }",
        not "gates: { a: { run: 'x ' } }";
    ChangedProducer: "gates: { a: { run: x } }" => "gates: { a: { run: x, shell: bash } }",
        not "gates: { a: { run: x, grace: 3s } }";
    ChangedProducer: "gates: { a: { run: x, env: { A: '1' } } }" => "gates: { a: { run: x, env: { A: '2' } } }",
        not "gates: { a: { run: x, env: { A: 1 } } }";
    ChangedProducer: "gates: { a: { run: x, dir: d } }" => "gates: { a: { run: x } }",
        not "gates: { a: { run: x, dir: d, fix: f } }";
    ChangedProducer: "gates: { a: { run: x, inputs: [s] } }" => "gates: { a: { run: x } }",
        not "gates: { a: { run: x, inputs: [s], why: w } }";
    ChangedProducer: "gates: { a: { run: x, tests: { reports: t } } }"
        => "gates: { a: { run: x, tests: { reports: other } } }",
        not "gates: { a: { run: x, tests: { reports: t, clear: true } } }";
    ChangedProducer: "gates: { a: { run: x, tests: { reports: t } } }"
        => "gates: { a: { run: x, tests: { reports: t, format: tap } } }",
        not "gates: { a: { run: x, tests: { reports: t }, resource: r } }";
    ChangedProducer: "services: { s: { run: y } }\ngates: { a: { run: x, service: s } }"
        => "services: { s: { run: z } }\ngates: { a: { run: x, service: s } }",
        not "services: { s: { run: y }, t: { run: z } }\ngates: { a: { run: x, service: s } }";
    ChangedProducer: "services: { s: { run: y } }\ngates: { a: { run: x, service: s } }"
        => "services: { s: { run: y } }\ngates: { a: { run: x } }",
        not "services: { s: { run: y } }\ngates: { a: { run: x, service: [s], owner: me } }";
    ChangedProducer: "gates: { a: { uses: rust/fmt } }" => "gates: { a: { uses: shell/shfmt } }",
        not "gates: { a: { uses: rust/fmt, why: w } }";
    ChangedProducer: "gates: { b: { run: y }, c: { run: z }, a: { needs: b, tests: { reports: t } } }"
        => "gates: { b: { run: y }, c: { run: z }, a: { needs: [b, c], tests: { reports: t } } }",
        not "gates: { b: { run: y }, c: { run: z }, a: { needs: [b], tests: { reports: t } } }";
};

/// Weakenings of files beside the policy itself: their tests are where those files are compared.
const ELSEWHERE: [WeakeningCode; 3] = [
    WeakeningCode::WaiverAdded,
    WeakeningCode::WaiverLonger,
    WeakeningCode::BaselineLoosened,
];

#[test]
fn every_weakening_is_found_and_its_near_miss_is_not() {
    for case in CASES {
        let (codes, _) = found(case.old, case.new);
        let named: BTreeSet<_> = codes.iter().collect();
        assert!(
            named.contains(&case.code),
            "{:?} {}\n{}\n{codes:?}",
            case.code,
            case.old,
            case.new
        );
        let (codes, _) = found(case.old, case.near);
        assert!(codes.is_empty(), "{}\n{}\n{codes:?}", case.old, case.near);
        assert_eq!(found(case.new, case.new), (Vec::new(), 0), "{}", case.new);
    }
}

#[test]
fn every_code_has_a_case() {
    for code in WeakeningCode::ALL {
        let has = CASES.iter().any(|case| case.code == *code) || ELSEWHERE.contains(code);
        assert!(has, "{} has no case", code.word());
    }
}

/// Whatever the head changes, what is taken over from it asks nothing less, and asks what is tighter.
#[test]
fn what_is_adopted_never_weakens() {
    use crate::config::{Party, adopt, load};
    let folder = tempfile::tempdir().unwrap();
    let read = |text: &str| {
        let file = folder.path().join("tollgate.yaml");
        std::fs::write(&file, format!("version: 1\n{text}\n")).unwrap();
        load(&file, "tollgate.yaml")
    };
    let mut joined = 0;
    for case in CASES {
        for (old, new) in [
            (case.old, case.new),
            (case.new, case.old),
            (case.old, case.near),
        ] {
            let (old, new) = (read(old), read(new));
            let (Some(a), Some(b)) = (&old.plan, &new.plan) else {
                continue;
            };
            let normal = |node: &Option<Node>| Normal::of(node.as_ref().unwrap());
            let (before, after) = (normal(&old.node), normal(&new.node));
            let trusted = Party {
                loaded: &old,
                plan: a,
                normal: &before,
            };
            let head = Party {
                loaded: &new,
                plan: b,
                normal: &after,
            };
            let changes = compare(&before, &after);
            let adopted = adopt(&trusted, &head, &changes, folder.path()).unwrap();
            let ids = |plan: &crate::config::Plan| -> BTreeSet<String> {
                plan.gates.iter().map(|gate| gate.id.clone()).collect()
            };
            assert!(ids(&adopted.plan).is_superset(&ids(a)), "{}", case.old);
            assert!(ids(&adopted.plan).is_superset(&ids(b)), "{}", case.new);
            assert!(adopted.left_out.is_empty(), "{:?}", adopted.left_out);
            joined += 1;
        }
    }
    assert!(joined > CASES.len(), "{joined}");
}

#[test]
fn the_readme_lists_every_code_and_no_other() {
    let readme = include_str!("../../../README.md");
    let section = readme.split("\n### Weakenings\n").nth(1).unwrap();
    let table = section.split("\n#").next().unwrap();
    let rows: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let words: Vec<&str> = WeakeningCode::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(rows, words);
}

#[test]
fn an_option_that_no_rule_knows_is_another_way_of_making_evidence() {
    let old = "gates: { a: { run: x, metrics: { reports: m.json, values: { p: { name: p, is: '<5' } } } } }";
    let new = "gates: { a: { run: x, metrics: { reports: m.json, values: { p: { name: q, is: '<5' } } } } }";
    assert_eq!(found(old, new).0, [WeakeningCode::ChangedProducer]);
}

#[test]
fn a_name_that_the_user_chose_has_no_meaning_of_its_own() {
    let old = "gates: { a: { run: x, metrics: { reports: m.json, values: { expect: { name: p, is: '<5' } } } } }";
    let new = "gates: { a: { run: x, metrics: { reports: m.json, values: { expect: { name: p, is: '<6' } } } } }";
    assert_eq!(found(old, new).0, [WeakeningCode::BoundLooser]);
}

#[test]
fn both_places_are_told() {
    let old = "gates:\n  a:\n    run: x\n    duration: '<2m'";
    let new = "gates:\n  b: { run: y }\n  a:\n    run: x\n    duration: '<3m'";
    let changes = compare(&Normal::of(&parse(old)), &Normal::of(&parse(new)));
    let change = changes
        .iter()
        .find(|change| matches!(change.effect, Effect::Weakening(_)))
        .unwrap();
    assert_eq!((change.old.line, change.new.line), (5, 6));
    assert_eq!(change.message, "`gates.a.duration` was `<2m`, is `<3m`");
}
