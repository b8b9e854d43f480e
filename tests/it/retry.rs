//! `retry` (RULES 4): the last attempt decides, an earlier failing one makes it flaky.

use crate::support::{Project, junit};

/// A gate with one more attempt; the script counts its attempts in the file `n`.
fn retried(first: &str, second: &str) -> Project {
    let yaml = "gates:
  unit:
    run: ./make
    retry: { attempts: 1 }
    tests: { reports: unit.xml }
";
    let script = format!("if [ -e n ]; then {second}; else touch n; {first}; fi");
    Project::new(yaml)
        .script("make", &script)
        .file("good.xml", junit(&["a", "b"], &[]))
        .file("bad.xml", junit(&["a"], &["b"]))
}

#[test]
fn a_pass_on_the_second_attempt_is_flaky_and_said() {
    let ran = retried("cp bad.xml unit.xml; exit 1", "cp good.xml unit.xml")
        .run(&[])
        .exits(0);
    let gate = ran.gate("unit").is("pass").notes(&["flaky"]);
    assert_eq!(gate.verdict["flaky"], true);
    assert_eq!(gate.run["attempts"], 2);
    ran.says("flaky");
}

#[test]
fn a_pass_on_the_first_attempt_is_not_repeated() {
    let ran = retried("cp good.xml unit.xml", "exit 1").run(&[]).exits(0);
    let gate = ran.gate("unit").is("pass").notes(&[]);
    assert_eq!(gate.verdict["flaky"], false);
    assert_eq!(gate.run["attempts"], 1);
}

#[test]
fn the_report_of_an_earlier_attempt_never_counts() {
    let ran = retried("cp good.xml unit.xml; exit 1", "exit 0")
        .run(&[])
        .exits(3);
    let gate = ran
        .gate("unit")
        .is("inconclusive")
        .reasons(&["report-stale"])
        .reports(&[]);
    assert_eq!(gate.verdict["flaky"], false);
}

#[test]
fn a_gate_that_fails_every_attempt_fails() {
    let bad = "cp bad.xml unit.xml; exit 1";
    let ran = retried(bad, bad).run(&[]).exits(1);
    let gate = ran.gate("unit").is("fail").fact("unit.tests.failed", 1);
    assert_eq!(gate.verdict["flaky"], false);
    assert_eq!(gate.run["attempts"], 2);
}

#[test]
fn what_an_earlier_attempt_printed_is_no_report() {
    let yaml = "gates:
  tap:
    run: 'if [ -e n ]; then exit 0; else touch n; printf \"1..1\\nok 1 - a\\n\"; exit 1; fi'
    retry: { attempts: 1 }
    tests: { reports: stdout, format: tap }
";
    let ran = Project::new(yaml).run(&[]).exits(3);
    ran.gate("tap").is("inconclusive").reports(&[]);
}

#[test]
fn defaults_give_attempts_to_every_gate() {
    let yaml = "defaults: { retry: { attempts: 2 } }
gates:
  a: { run: 'echo x >> n; test $(wc -l < n) -ge 3' }
  b: { run: 'echo x >> m; exit 1', retry: { attempts: 0 } }
";
    let project = Project::new(yaml);
    let ran = project.run(&[]).exits(1);
    assert_eq!(ran.gate("a").is("pass").run["attempts"], 3);
    assert_eq!(ran.gate("b").is("fail").run["attempts"], 1);
    assert_eq!(project.read("m"), "x\n");
}
