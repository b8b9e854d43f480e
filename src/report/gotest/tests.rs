//! `go test -json` as the versions of Go write it, whole, cut and damaged.

use super::super::testing;
use super::*;

fn event(action: &str, test: &str) -> String {
    let test = match test {
        "" => String::new(),
        test => format!(r#","Test":"{test}""#),
    };
    format!(r#"{{"Time":"t","Action":"{action}","Package":"ex.com/p"{test},"Elapsed":0.5}}"#) + "\n"
}

fn output(test: &str, text: &str) -> String {
    format!(r#"{{"Action":"output","Package":"ex.com/p","Test":"{test}","Output":"{text}\n"}}"#)
        + "\n"
}

fn join(events: &[(&str, &str)]) -> String {
    events
        .iter()
        .map(|(action, test)| event(action, test))
        .collect()
}

#[test]
fn parents_and_subtests_count_each() {
    let text = join(&[
        ("run", "A"),
        ("run", "A/x"),
        ("run", "A/y"),
        ("pass", "A/x"),
        ("skip", "A/y"),
        ("pass", "A"),
        ("pass", ""),
    ]);
    let (found, warnings) = testing::tests(&GoTest, &text);
    assert_eq!((found.passed, found.skipped, warnings.as_str()), (2, 1, ""));
    assert!((found.seconds - 1.5).abs() < 1e-9 && found.broken.is_empty());
}

#[test]
fn failure_has_its_output_and_place() {
    let text = join(&[("run", "A")])
        + &output("A", "=== RUN   A")
        + &output("A", "    a_test.go:21: got 1")
        + &output("A", "--- FAIL: A (0.00s)")
        + &join(&[("fail", "A"), ("fail", "")]);
    let (found, _) = testing::tests(&GoTest, &text);
    let failure = &found.failures[0];
    assert_eq!(
        (failure.id.as_str(), failure.line),
        ("ex.com/p.A", Some(21))
    );
    assert_eq!(failure.message, "a_test.go:21: got 1");
    assert_eq!(failure.file.as_deref(), Some("a_test.go"));
    assert!(found.broken.is_empty());
}

#[test]
fn test_without_verdict_is_errored() {
    let text = join(&[("run", "A"), ("fail", "")]);
    let (found, _) = testing::tests(&GoTest, &text);
    assert_eq!((found.errored, found.failures[0].errored), (1, true));
}

#[test]
fn package_that_fails_without_a_failing_test_is_broken() {
    let (found, _) = testing::tests(&GoTest, &join(&[("run", "A"), ("pass", "A"), ("fail", "")]));
    assert_eq!((found.passed, found.broken.len()), (1, 1));
}

#[test]
fn package_that_does_not_build_is_broken_as_text_and_as_event() {
    let text = format!(
        "# ex.com/q\n./x.go:1: syntax\nFAIL\tex.com/q [build failed]\n{}",
        event("pass", "")
    );
    let (found, warnings) = testing::tests(&GoTest, &text);
    assert_eq!(found.broken, ["package `ex.com/q` did not build"]);
    assert!(warnings.contains("foreign-lines"));
    let text = r#"{"ImportPath":"ex.com/q","Action":"build-output","Output":"./x.go:1: bad\n"}
{"ImportPath":"ex.com/q","Action":"build-fail"}
{"Action":"start","Package":"ex.com/q"}
{"Action":"fail","Package":"ex.com/q","Elapsed":0,"FailedBuild":"ex.com/q"}
"#;
    let (found, _) = testing::tests(&GoTest, text);
    assert_eq!(
        found.broken,
        ["package `ex.com/q` did not build: ./x.go:1: bad"]
    );
}

#[test]
fn a_failed_build_that_no_package_tells_of_is_broken() {
    let text = r#"{"ImportPath":"ex.com/q","Action":"build-output","Output":"./x.go:1: bad\n"}
{"ImportPath":"ex.com/q","Action":"build-fail"}
{"Action":"start","Package":"ex.com/p"}
{"Action":"run","Package":"ex.com/p","Test":"A"}
{"Action":"pass","Package":"ex.com/p","Test":"A","Elapsed":0}
{"Action":"pass","Package":"ex.com/p","Elapsed":0}
"#;
    let (found, _) = testing::tests(&GoTest, text);
    assert_eq!(found.broken, ["`ex.com/q` did not build: ./x.go:1: bad"]);
}

#[test]
fn package_that_never_ended_is_broken() {
    let (found, _) = testing::tests(&GoTest, &join(&[("run", "A"), ("pass", "A")]));
    assert_eq!((found.passed, found.broken.len()), (1, 1));
}

#[test]
fn any_failure_of_one_run_wins() {
    let text = join(&[
        ("run", "A"),
        ("fail", "A"),
        ("run", "A"),
        ("pass", "A"),
        ("fail", ""),
    ]);
    let (found, _) = testing::tests(&GoTest, &text);
    assert_eq!((found.failed, found.total(), found.flaky), (1, 1, 0));
}

#[test]
fn last_run_of_a_package_wins_and_a_late_pass_is_flaky() {
    let first = [
        ("run", "A"),
        ("fail", "A"),
        ("run", "B"),
        ("pass", "B"),
        ("fail", ""),
    ];
    let again = [("start", ""), ("run", "A"), ("pass", "A"), ("pass", "")];
    let (found, _) = testing::tests(&GoTest, &(join(&first) + &join(&again)));
    assert_eq!((found.passed, found.failed, found.flaky), (2, 0, 1));
    assert!(found.broken.is_empty());
}

#[test]
fn sniff_takes_events_behind_other_lines() {
    assert_eq!(
        testing::sniffed(&format!("FAIL x\n{}", event("run", "A"))),
        ["gotest"]
    );
    assert!(testing::sniffed("{\"Action\":\"run\"}\n{\"Action\":\"x\",\"Test\":1}").is_empty());
}

#[test]
fn cut_lines_are_refused_and_mutated_ones_survived() {
    let one = event("pass", "");
    testing::cuts_are_refused(&GoTest, &one);
    let text = join(&[("run", "A"), ("pass", "A"), ("pass", "")]);
    testing::survives_mutation(&GoTest, &text);
    assert_eq!(
        testing::refused(&GoTest, &text[..text.len() - 4]),
        "truncated"
    );
}
