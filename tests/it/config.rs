//! The file: what is wrong with it is said before anything runs, with the place and the nearest right spelling.

use crate::support::{Project, Ran};

fn check(yaml: &str) -> Ran {
    Project::new(yaml).call(&["config", "check"])
}

/// Refused, with each of these words.
#[track_caller]
fn refused(yaml: &str, words: &[&str]) {
    let ran = check(yaml).exits(2);
    for word in words {
        assert!(ran.stderr.contains(word), "`{word}` is not said\n{ran}");
    }
}

#[test]
fn a_good_file_is_counted() {
    let yaml = "x-free: { any: thing }
services: { db: { run: sleep 300 } }
gates:
  a: { run: 'true', service: db }
  b: { needs: a, files: { exist: README.md } }
phases: { alpha: { gates: [a, b] } }
";
    check(yaml)
        .exits(0)
        .says("2 gates, 1 service, 1 phase read, nothing wrong");
}

#[test]
fn a_file_with_warnings_is_not_called_faultless() {
    let yaml = "gates: { a: { run: 'true', tests: { reports: r.xml, passed: 3 } } }\n";
    let ran = check(yaml).exits(0).says("1 gate read, 1 warning");
    assert!(!ran.to_string().contains("nothing wrong"), "{ran}");
}

#[test]
fn problems_are_shown_with_their_place() {
    let yaml = "gates:
  unit:
    rnu: npm test
    timeout: 5
    needs: unti
    tests: { reports: r/*.xml, passed: \">=85%\" }
  cover: { coverage: { reports: c.info, lines: \">=85\" } }
";
    let ran = check(yaml).exits(2);
    insta::assert_snapshot!(ran.stderr);
}

/// What is said of each is followed by what to do: the support of these tests asks that of every problem.
#[test]
fn whatever_is_wrong_is_told_with_what_to_do() {
    let gate = "gates: { a: { run: 'true' } }\n";
    for (yaml, words) in [
        (
            format!("services: {{ db: {{ ready: tcp }} }}\n{gate}"),
            "add the command that starts it",
        ),
        (
            format!("services: {{ db: {{ run: x, env: {{ 'A=B': c }} }} }}\n{gate}"),
            "has no `=` in it",
        ),
        (
            "gates: { a: { run: 'true', with: { x: 1 } } }\n".to_owned(),
            "add `uses:`",
        ),
        (
            "gates: { a: { uses: rust/clippy, with: { timeout: long } } }\n".to_owned(),
            "help: ",
        ),
        (
            "gates: { a: { run: \"echo 'x\" } }\n".to_owned(),
            "every quote closed",
        ),
        (
            "gates: { a: { files: { forbid: { x: '(' } } } }\n".to_owned(),
            "before a sign that stands for itself",
        ),
        (
            "gates: { a: { files: { exist: '[' } } }\n".to_owned(),
            "write `[*]` for the sign itself",
        ),
        (
            "gates: { a: { run: x, exit: { ok: [0], crash: [0] } } }\n".to_owned(),
            "name each status once",
        ),
        ("gates: [a]\n".to_owned(), "write a mapping here"),
        (
            "gates: { a: { run: 'true' }\n".to_owned(),
            "look at brackets",
        ),
    ] {
        refused(&yaml, &[words]);
    }
    let ran = check(&format!(
        "services:\n  db:\n    run: x\n    replicas: 65\n{gate}"
    ))
    .exits(2);
    ran.complains("cannot run 65 times")
        .complains("tollgate.yaml:5:")
        .complains("wanted 1 to 64");
}

#[test]
fn unknown_keys_come_with_the_nearest_right_one() {
    refused(
        "gats: {}\ngates: { a: { run: 'true' } }\n",
        &["`gats`", "did you mean `gates`?"],
    );
    refused(
        "gates: { a: { run: 'true', timout: 5m } }\n",
        &["did you mean `timeout`?"],
    );
    refused(
        "gates: { a: { run: 'true', test: { reports: x.xml } } }\n",
        &["did you mean `tests`?"],
    );
    refused(
        "gates: { a: { run: 'true', tests: { reports: x.xml, pased: 1 } } }\n",
        &["did you mean `passed`?"],
    );
    refused(
        "gates: { a: { run: 'true', exit: { okay: [0] } } }\n",
        &["`okay`"],
    );
    refused(
        "gates: { a: { run: 'true', findings: { reports: stdout, format: sarf, total: 0 } } }\n",
        &["did you mean `sarif`?"],
    );
    refused(
        "gates: { a: { run: 'true', tests: { reports: x, format: lcov } } }\n",
        &["`lcov` holds coverage, not tests"],
    );
}

#[test]
fn units_are_told_apart() {
    refused(
        "gates: { a: { run: 'true', timeout: 5 } }\n",
        &["not a length of time", "90s"],
    );
    refused(
        "gates: { a: { run: 'true', coverage: { reports: c, lines: \">=85\" } } }\n",
        &["%"],
    );
    refused(
        "gates: { a: { run: 'true', tests: { reports: c, failed: \"5%\" } } }\n",
        &["count"],
    );
    refused(
        "gates: { a: { run: 'true', duration: \"<2\" } }\n",
        &["duration"],
    );
    refused(
        "gates: { a: { run: 'true', enforce-from: tomorrow } }\n",
        &["wanted a date"],
    );
    refused(
        "gates: { a: { run: 'true', enforce: maybe } }\n",
        &["`block`, `warn`, `monitor`"],
    );
}

#[test]
fn conditions_that_can_never_hold_or_never_fail_are_refused() {
    refused(
        "gates: { a: { run: 'true', coverage: { reports: c, lines: \">=185%\" } } }\n",
        &["never"],
    );
    refused(
        "gates: { a: { run: 'true', tests: { reports: c, failed: \">=0\" } } }\n",
        &["never"],
    );
}

#[test]
fn circles_are_drawn() {
    let yaml = "gates:
  a: { run: 'true', needs: c }
  b: { run: 'true', needs: a }
  c: { run: 'true', needs: b }
  self: { run: 'true', needs: self }
";
    refused(yaml, &["a → c → b → a", "self → self"]);
    refused(
        "gates: { a: { run: 'true' } }\nphases: { p: { after: q, gates: a }, q: { after: p, gates: a } }\n",
        &["phase `p` waits for itself"],
    );
}

#[test]
fn names_must_exist() {
    let yaml = "services: { db: { run: x } }
gates:
  unit: { run: 'true', service: bd }
  b: { run: 'true', needs: unti }
phases:
  alpha: { gates: [unitt] }
  beta: { after: alhpa, gates: [unit] }
";
    refused(
        yaml,
        &[
            "there is no service `bd`",
            "there is no gate `unti`",
            "there is no gate `unitt`",
            "did you mean `alpha`?",
        ],
    );
}

/// A file with one gate on tests, one that warns, one of several judges, and this phase.
fn phase(keys: &str) -> String {
    format!(
        "gates:
  unit: {{ run: 'true', tests: {{ reports: x.xml }} }}
  soft: {{ run: 'true', enforce: warn }}
  both: {{ run: 'true', tests: {{ reports: y.xml }}, coverage: {{ reports: c.info, lines: '>=80%' }} }}
phases:
  alpha: {{ gates: [unit], {keys} }}
"
    )
}

#[test]
fn criteria_of_a_phase_that_can_never_be_met_are_refused() {
    for (keys, words) in [
        ("soak: 500ms", "shorter than a second"),
        (
            "soak: { for: 1h, every: 2h }",
            "longer than the soak itself",
        ),
        ("soak: { every: 2h }", "`soak` needs `for`"),
        ("due: soon", "wanted a date"),
        ("due: 2026-02-30", "wanted a date"),
        ("sign-offs: 0", "no sign-off is asked for"),
        (
            "sign-offs: { count: 1, not: ada }",
            "`not: ada` means nothing",
        ),
        ("liens: { longest: 30d }", "names no role"),
        (
            "liens: { from: leads, longest: P30D }",
            "not a length of time",
        ),
        ("readiness: \">=185%\"", "can never hold"),
        ("entry: { sign-offs: 0 }", "no sign-off is asked for"),
        ("keep: [unti]", "there is no gate `unti`"),
    ] {
        refused(&phase(keys), &[words]);
    }
    refused(
        "gates: { a: { run: 'true', weight: 0 } }\nphases: { p: { gates: a, readiness: \">=50%\" } }\n",
        &["has no gate that blocks and weighs"],
    );
}

#[test]
fn a_target_is_a_bound_in_the_unit_of_its_fact() {
    for (target, words) in [
        ("unit.tests.pass-rate: \">=100\"", "wrong unit"),
        ("unit.pass-rate: \">=100\"", "wrong unit"),
        ("unit.tests.passed: \">=100%\"", "wrong unit"),
        ("unit.tests.pass-rate: \">=101%\"", "can never hold"),
        ("unti.tests.passed: 1", "there is no gate `unti`"),
        ("unit: 1", "names no fact"),
        ("soft.passed: 1", "does not say of which judge"),
        ("both.passed: 1", "does not say of which judge"),
        ("both.coverage.lines: \">=80\"", "wrong unit"),
        (
            "unit.tests.passed: many",
            "condition in the unit of its fact",
        ),
    ] {
        refused(&phase(&format!("targets: {{ {target} }}")), &[words]);
    }
    let fine = "targets: { unit.pass-rate: \">=100%\", both.tests.passed: \">=9\", both.coverage.lines: \">=85%\" }";
    Project::new(&phase(fine))
        .call(&["config", "check"])
        .exits(0);
}

#[test]
fn a_phase_that_lists_what_counts_for_nothing_is_warned_of() {
    for (yaml, words) in [
        (phase("keep: [soft]"), "gate `soft` does not block"),
        (phase("may-skip: [unit]"), "gate `unit` always applies"),
    ] {
        Project::new(&yaml)
            .call(&["config", "check"])
            .exits(0)
            .complains(words);
    }
}

#[test]
fn what_comes_in_a_later_version_is_refused_by_name() {
    for key in ["migrations", "sign-off"] {
        refused(
            &format!("gates: {{ a: {{ run: 'true', {key}: {{}} }} }}\n"),
            &[key, "not in this version"],
        );
    }
    for key in ["hooks", "people"] {
        refused(
            &format!("{key}: {{}}\ngates: {{ a: {{ run: 'true' }} }}\n"),
            &[key, "not in this version"],
        );
    }
    refused(
        "extends: git:main\ngates: { a: { run: 'true' } }\n",
        &["no path"],
    );
}

#[test]
fn gates_that_ask_nothing_and_files_without_gates_are_refused() {
    refused(
        "gates: { a: { why: no reason } }\n",
        &["gate `a` asks nothing"],
    );
    refused("gates: {}\n", &["no gate is declared"]);
    refused("", &["no gate is declared"]);
    let project =
        Project::empty("project").file("tollgate.yaml", "gates: { a: { run: 'true' } }\n");
    project
        .call(&["config", "check"])
        .exits(2)
        .complains("version: 1");
    let project = Project::empty("project").file(
        "tollgate.yaml",
        "version: 2\ngates: { a: { run: 'true' } }\n",
    );
    project
        .call(&["config", "check"])
        .exits(2)
        .complains("version 2 is not known");
}

#[test]
fn keys_that_cannot_work_together_are_refused() {
    refused(
        "gates: { a: { timeout: 5m, files: { exist: x } } }\n",
        &["`timeout` has no effect"],
    );
    refused(
        "gates: { a: { tests: { reports: x.xml } } }\n",
        &["nothing writes the reports of gate `a`"],
    );
    refused(
        "gates: { a: { tests: { reports: stdout } } }\n",
        &["reads `stdout` and has no command"],
    );
    refused(
        "gates: { a: { run: 'true', tests: { reports: /etc/x.xml } } }\n",
        &["leaves the project"],
    );
    refused(
        "gates: { a: { run: 'true', tests: { reports: ../x.xml } } }\n",
        &["leaves the project"],
    );
    refused(
        "gates: { a: { run: 'true', dir: .. } }\n",
        &["leaves the project"],
    );
    refused(
        "gates: { a: { run: 'true', exit: { ok: [0, 1], crash: [\"1-5\"] } } }\n",
        &["both `ok` and `crash`"],
    );
    refused(
        "gates:\n  a: { run: x, tests: { reports: r/u.xml } }\n  b: { run: y, tests: { reports: r/u.xml } }\n",
        &["gates `a` and `b` both write `r/u.xml`", "first writer"],
    );
}

#[test]
fn a_command_that_is_no_command_is_refused_before_anything_runs() {
    for run in ["\"\"", "\"  \"", "'echo \"open'"] {
        let project = Project::new(&format!(
            "gates:\n  a: {{ run: {run} }}\n  b: {{ run: touch ran }}\n"
        ));
        project.run(&[]).exits(2);
        assert!(!project.has("ran"), "{run}");
    }
}

#[test]
fn expressions_speak_only_of_gates_that_are_needed() {
    let yaml = "gates:
  unit: { run: x, tests: { reports: x.xml } }
  other: { run: 'true' }
  a: { needs: unit, require: [\"other.exit == 0\"] }
";
    refused(
        yaml,
        &[
            "`other`, which gate `a` does not need",
            "add `other` to `needs:`",
        ],
    );
    refused(
        "gates: { a: { run: 'true', require: [\"1 +\"] } }\n",
        &["expression"],
    );
}

fn extended(base: &str, own: &str) -> Project {
    Project::new(&format!("extends: policy/base.yaml\n{own}"))
        .file("policy/base.yaml", format!("version: 1\n{base}"))
}

const BASE: &str = "gates:
  unit: { run: ./make, tests: { reports: unit.xml, passed: \">=10\", skipped: \"<=5\" } }
";

#[test]
fn a_later_file_may_tighten_and_add() {
    let own = "gates:
  unit: { tests: { passed: \">=20\", skipped: \"<=1\" }, timeout: 1m }
  more: { run: 'true' }
";
    let project = extended(BASE, own);
    project.call(&["config", "check"]).exits(0).says("2 gates");
    let shown = project.call(&["config", "show"]).exits(0);
    assert!(
        shown.stdout.contains(">=20") && !shown.stdout.contains(">=10"),
        "{shown}"
    );
}

#[test]
fn a_later_file_that_loosens_is_refused_with_both_places() {
    let own = "gates:\n  unit: { tests: { passed: \">=5\" } }\n";
    let ran = extended(BASE, own).call(&["config", "check"]).exits(2);
    insta::assert_snapshot!(ran.stderr);
    for own in [
        "gates: { unit: { enforce: warn } }\n",
        "gates: { unit: { default: false } }\n",
        "gates: { unit: { tests: { skipped: \"<=6\" } } }\n",
        "gates: { unit: { run: 'true' } }\n",
        "gates: { unit: { tests: { reports: other.xml } } }\n",
        "gates: { unit: { when: { branch: main } } }\n",
        "gates: { unit: { absent: { allow: true, why: x } } }\n",
        "gates: { unit: { tests: { include: [a] } } }\n",
        "gates: { unit: { tests: { failed: \"<=3\" } } }\n",
        "gates: { unit: { enforce-from: 2999-01-01 } }\n",
        "gates: { unit: { exit: { ok: [0, 1] } } }\n",
        "gates: { unit: { retry: { attempts: 5 } } }\n",
        "defaults: { enforce: warn }\ngates: {}\n",
    ] {
        let ran = extended(BASE, own).call(&["config", "check"]);
        assert_eq!(ran.code, 2, "{own}{ran}");
        assert!(
            ran.stderr.contains("unit") || ran.stderr.contains("enforce"),
            "{own}{ran}"
        );
    }
}

#[test]
fn files_that_extend_themselves_or_what_is_not_there_are_refused() {
    let project = extended(
        "extends: ../tollgate.yaml\ngates: {}\n",
        "gates: { a: { run: 'true' } }\n",
    );
    project
        .call(&["config", "check"])
        .exits(2)
        .complains("circle");
    refused(
        "extends: no-such.yaml\ngates: { a: { run: 'true' } }\n",
        &["no-such.yaml"],
    );
    refused(
        "extends: ../outside.yaml\ngates: { a: { run: 'true' } }\n",
        &["leaves the project"],
    );
}

#[test]
fn presets_fill_in_and_refuse_what_they_do_not_know() {
    let good = Project::new(
        "gates:\n  unit: { uses: generic/junit, run: ./make, with: { report: r/u.xml } }\n",
    );
    let ran = good.call(&["config", "check"]);
    assert!(ran.code == 0 || ran.stderr.contains("parameter"), "{ran}");
    refused(
        "gates: { a: { uses: rust/clipy } }\n",
        &["did you mean `rust/clippy`?"],
    );
    refused(
        "gates: { a: { uses: rust/clippy, with: { totl: 3 } } }\n",
        &["has no parameter `totl`", "did you mean `total`?"],
    );
    refused(
        "gates: { a: { uses: rust/clippy, with: { total: many } } }\n",
        &["total"],
    );
    refused(
        "gates: { a: { run: 'true', with: { total: 1 } } }\n",
        &["with"],
    );
}

#[test]
fn explain_shows_a_gate_and_a_preset() {
    let yaml = "gates:\n  lint: { uses: rust/clippy, with: { total: 3 }, owner: core }\n";
    let project = Project::new(yaml);
    project
        .call(&["explain", "lint"])
        .exits(0)
        .says("uses rust/clippy")
        .says("<=3")
        .says("core");
    project
        .call(&["explain", "rust/clippy"])
        .exits(0)
        .says("args");
}

#[test]
fn doctor_names_what_is_missing() {
    let yaml = "gates:\n  a: { run: no-such-program-anywhere --all }\n  b: { run: ls }\n";
    let ran = Project::new(yaml).call(&["doctor"]).exits(3);
    ran.says("no-such-program-anywhere").says("1 missing");
    Project::new("gates:\n  b: { run: ls }\n")
        .call(&["doctor"])
        .exits(0)
        .says("nothing is missing");
}

#[test]
fn anchors_and_merge_keys_work() {
    let yaml = "x-common: &common { timeout: 1m, owner: core }
gates:
  a: { <<: *common, run: 'true' }
";
    let ran = Project::new(yaml).run(&[]).exits(0);
    assert_eq!(ran.gate("a").is("pass").verdict["owner"], "core");
}

#[test]
fn a_later_file_may_not_loosen_what_a_preset_of_the_base_demands() {
    let base = "gates: { lint: { uses: rust/clippy } }\n";
    let own = "gates: { lint: { findings: { total: \"<=100\" } } }\n";
    let ran = extended(base, own).call(&["config", "check"]);
    assert_eq!(ran.code, 2, "{ran}");
}

#[test]
fn one_mistake_is_told_once() {
    let wrong_key = check("gates: { a: { rnu: x, tests: { reports: a.xml } } }\n").exits(2);
    wrong_key.complains("1 problem in");
    let wrong_unit =
        check("gates: { a: { run: x, coverage: { reports: c, lines: \">=85\" } } }\n").exits(2);
    wrong_unit.complains("1 problem in");
}

#[test]
fn an_expectation_of_no_report_is_refused() {
    for reads in ["tests: { reports: r.xml", "findings: { reports: s.json"] {
        let yaml = format!("gates: {{ a: {{ run: x, {reads}, expect: 0 }} }} }}\n");
        let ran = check(&yaml).exits(2);
        ran.complains("`expect: 0` can never pass")
            .complains("1 problem in");
    }
}

#[test]
fn parameters_without_a_preset_are_told_once() {
    let ran = check("gates: { a: { with: { total: 1 }, run: 'true' } }\n").exits(2);
    let ran = ran.complains("`with` has an effect only beside `uses`");
    assert!(!ran.stderr.contains("unknown key"), "{ran}");
    assert!(ran.stderr.contains("1 problem in"), "{ran}");
}

#[test]
fn expression_that_asks_nothing_is_refused() {
    for (expression, said) in [
        ("1 == 1", "speaks of no gate"),
        ("u.verdict", "not true or false"),
        ("u.tests.failed == 0 || true", "true whatever"),
    ] {
        let yaml = format!(
            "gates:\n  u: {{ run: 'true', tests: {{ reports: r.xml }} }}\n  q: {{ needs: u, require: ['{expression}'] }}\n"
        );
        refused(&yaml, &[said]);
    }
}
