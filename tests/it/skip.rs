//! `TOLLGATE_SKIP`: a gate skipped by hand, with a reason, on a laptop only.

use crate::support::Project;

const TWO: &str = "gates:
  unit: { run: 'false' }
  lint: { run: 'true', needs: unit }
";

fn skipping(words: &str) -> Project {
    Project::new(TWO).env("TOLLGATE_SKIP", words)
}

#[test]
fn a_skipped_gate_is_waived_with_its_reason_and_recorded() {
    let project = skipping("unit: the test rig is down");
    let ran = project.run(&[]).exits(0);
    ran.gate("unit")
        .is("waived")
        .reasons(&["skipped"])
        .says("the test rig is down");
    ran.gate("lint").is("pass");
    assert_eq!(ran.verdict()["decision"], "conditional-go");
    assert_eq!(ran.gate("unit").run["what"], "not run");
    ran.says("skipped by `TOLLGATE_SKIP`: the test rig is down");
    project.run(&["--strict"]).exits(1);
}

#[test]
fn several_gates_may_be_skipped_for_one_reason_or_several() {
    let yaml = "gates:
  a: { run: 'false' }
  b: { run: 'false' }
  c: { run: 'false' }
";
    let ran = Project::new(yaml)
        .env("TOLLGATE_SKIP", "a, b: one\nc: it: other")
        .run(&[])
        .exits(0);
    ran.gate("b").says(": one");
    ran.gate("c").says(": it: other");
}

#[test]
fn a_skip_without_a_reason_or_a_gate_is_refused() {
    for (words, said) in [
        ("unit", "gives no reason"),
        ("unit:", "gives no reason"),
        ("unit:  ", "gives no reason"),
        ("untit: x", "did you mean `unit`?"),
        (": x", "names no gate"),
    ] {
        skipping(words).run(&[]).exits(2).complains(said);
    }
    skipping("").run(&[]).exits(1);
}

#[test]
fn nothing_is_skipped_in_ci() {
    let project = skipping("unit: the test rig is down");
    project
        .run(&["--ci", "github"])
        .exits(2)
        .complains("is refused in CI");
    skipping("unit: x").env("CI", "true").run(&[]).exits(2);
}

#[test]
fn a_skip_is_not_handed_on_to_gates() {
    let yaml = "gates:
  unit: { run: 'false' }
  env: { run: 'test -z \"$TOLLGATE_SKIP\"' }
";
    Project::new(yaml)
        .env("TOLLGATE_SKIP", "unit: x")
        .run(&[])
        .exits(0)
        .gate("env")
        .is("pass");
}
