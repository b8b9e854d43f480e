//! Gates that warn, that only watch, and that block from a day on.

use crate::support::Project;

#[test]
fn a_gate_that_warns_or_watches_counts_for_nothing() {
    let yaml = "gates:
  a: { run: 'false', enforce: warn }
  b: { run: 'false', enforce: monitor }
  c: { run: no-such-tool, enforce: warn }
  d: { run: 'true' }
";
    let ran = Project::new(yaml).run(&[]).exits(0);
    ran.gate("a").is("fail");
    ran.gate("b").is("fail");
    ran.gate("c").is("inconclusive");
    assert_eq!(ran.verdict()["decision"], "go");
    ran.says("fail (warn)");
}

#[test]
fn a_need_that_only_warns_is_met() {
    let yaml = "gates:
  a: { run: 'false', enforce: warn }
  b: { run: 'true', needs: a }
";
    Project::new(yaml).run(&[]).exits(0).gate("b").is("pass");
}

#[test]
fn a_gate_blocks_from_its_day_on() {
    let from = |day: &str| {
        Project::new(&format!(
            "gates:\n  a: {{ run: 'false', enforce-from: {day} }}\n"
        ))
        .run(&[])
    };
    let later = from("2999-01-01").exits(0);
    later
        .gate("a")
        .is("fail")
        .notes(&["enforce-from"])
        .says("2999-01-01");
    from("2020-01-01").exits(1).gate("a").is("fail").notes(&[]);
}

#[test]
fn defaults_say_how_gates_are_enforced() {
    let yaml = "defaults: { enforce: warn }
gates:
  a: { run: 'false' }
  b: { run: 'true', enforce: block }
";
    Project::new(yaml).run(&[]).exits(0).gate("a").is("fail");
}

#[test]
fn a_band_that_decides_leaves_it_to_people() {
    let yaml = "gates:
  a: { run: cp given.info cov.info, coverage: { reports: cov.info, lines: { pass: \">=85%\", fail: \"<80%\" } } }
";
    let with = |hit: u32| {
        Project::new(yaml)
            .file("given.info", crate::support::lcov(hit, 100))
            .run(&[])
    };
    with(90).exits(0).gate("a").is("pass");
    let band = with(82).exits(4);
    band.gate("a").is("inconclusive").cause("judgement");
    assert_eq!(band.verdict()["decision"], "hold");
    with(79).exits(1).gate("a").is("fail");
}

#[test]
fn a_tolerance_that_decides_is_said() {
    let yaml = "gates:
  a: { run: cp given.info cov.info, coverage: { reports: cov.info, lines: { is: \">=80%\", tolerance: \"0.5%\" } } }
";
    let with = |hit: u32| {
        Project::new(yaml)
            .file("given.info", crate::support::lcov(hit, 1000))
            .run(&[])
    };
    let ran = with(796).exits(0);
    assert!(
        ran.gate("a").is("pass").verdict["conditions"]
            .to_string()
            .contains("tolerance"),
        "{ran}"
    );
    ran.says("79.6");
    with(794).exits(1).gate("a").is("fail");
}
