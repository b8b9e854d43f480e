//! Expressions over facts: what they come to, what is refused, and what is said.

use super::*;
use crate::model::{Fact, Measure};
use crate::source::At;

fn facts() -> Facts {
    let fact = |name: &str, value| Fact {
        name: name.to_owned(),
        value,
        volatile: name.ends_with("duration"),
    };
    let share = |part, whole| Measure::Share { part, whole };
    let mut facts = Facts::default();
    facts.add(
        "unit",
        Verdict::Pass,
        vec![
            fact("tests.failed", Measure::Count(2)),
            fact("tests.total", Measure::Count(1)),
            fact("tests.pass-rate", share(0, 0)),
            fact("tests.duration", Measure::seconds(1.5)),
        ],
    );
    // 84.9999999 %, which a float would still tell from 85, and a third, which none holds.
    let values = vec![
        fact("coverage.lines", share(849_999_999, 1_000_000_000)),
        fact("coverage.branches", share(1, 3)),
        fact("coverage.functions", share(3, 10)),
    ];
    facts.add("cov-a", Verdict::Fail, values);
    let number = |text: &str| Measure::Number(text.parse().unwrap());
    facts.add(
        "load",
        Verdict::Pass,
        vec![
            fact("metrics.p95", number("0.3")),
            fact("metrics.p50", number("0.1")),
        ],
    );
    facts
}

/// As it is read, with what a file may not ask: the arithmetic is tested by itself.
fn read(expression: &str) -> Result<Rule, Box<Problem>> {
    read_by(super::read, expression)
}

fn read_by(
    by: impl Fn(Text, &mut Problems) -> Option<Rule>,
    expression: &str,
) -> Result<Rule, Box<Problem>> {
    let mut problems = Problems::default();
    let text = Located::new(expression.to_owned(), At::start_of("t"));
    let read = by(text, &mut problems);
    read.ok_or_else(|| Box::new(problems.iter().next().unwrap().clone()))
}

fn judged(expression: &str) -> ConditionVerdict {
    let rule =
        read(expression).unwrap_or_else(|problem| panic!("{expression}: {}", problem.message));
    rule.judge("g", 0, &facts())
}

fn words(expression: &str) -> String {
    let verdict = judged(expression);
    assert_eq!(verdict.verdict, Verdict::Inconclusive, "{expression}");
    assert_eq!(verdict.cause, Some(Cause::Evidence));
    verdict.note.unwrap()
}

#[test]
fn facts_are_seen_with_and_without_their_kind() {
    for holds in [
        "unit.tests.failed == 2 && unit.failed == 2",
        "gates['cov-a'].lines.percent < 85.0",
        "unit.total - unit.failed == -1",
        "unit.verdict == 'pass' && gates['cov-a'].verdict == 'fail'",
        "has(unit.tests.failed) && !has(unit.tests.skipped)",
        "unit.tests['pass-rate'].whole == 0",
    ] {
        assert_eq!(judged(holds).verdict, Verdict::Pass, "{holds}");
    }
    assert_eq!(judged("unit.verdict == 'fail'").verdict, Verdict::Fail);
}

#[test]
fn operators_functions_and_macros_do_what_the_language_says() {
    for holds in [
        "1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 / 2 == 3 && -7 / 2 == -3 && 7 % 4 == 3",
        "7.0 / 2.0 == 3.5 && 2 < 2.5 && 2 == 2.0 && !(2 != 2.0)",
        "'ab' + 'c' == 'abc' && 'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')",
        "'v1.2'.matches('^v[0-9]+') && size('äb') == 2 && size([1, 2]) == 2",
        "2 in [1, 2] && 'failed' in unit.tests && !('x' in ['y'])",
        "[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2].exists_one(x, x == 2)",
        "[1, 2, 3].filter(x, x > 1) == [2, 3] && [1, 2].map(x, x * 2) == [2, 4]",
        "gates.all(g, gates[g].verdict in ['pass', 'fail'])",
        "(unit.failed > 1 ? 'many' : 'few') == 'many'",
        "min(3, 1, 2) == 1 && max([1, 5, 2]) == 5 && int('7') == 7 && int(7.9) == 7 && string(7) == '7'",
        "double(unit.failed) / 4.0 == 0.5 && double('1.5') == 1.5",
        "{'a': 1}['a'] == 1 && [4, 5][1] == 5 && 3u == 3",
    ] {
        assert_eq!(
            judged(holds).verdict,
            Verdict::Pass,
            "{holds}: {:?}",
            judged(holds).note
        );
    }
}

#[test]
fn numbers_do_not_drift() {
    for holds in [
        // 0.1 + 0.2 is 0.30000000000000004 in floats.
        "load.p50 + 0.2 == load.p95 && 0.1 + 0.2 == 0.3 && load.p95 - 0.1 == 0.2",
        "gates['cov-a'].lines.percent == 84.9999999 && gates['cov-a'].functions.percent == 30.0",
        "gates['cov-a'].branches.percent > 33.3333333333333 && gates['cov-a'].branches.percent < 33.3333333333334",
        "9007199254740993 - 9007199254740992 == 1",
    ] {
        assert_eq!(
            judged(holds).verdict,
            Verdict::Pass,
            "{holds}: {:?}",
            judged(holds)
        );
    }
    let below = judged("gates['cov-a'].coverage.lines.percent >= 85.0");
    assert_eq!(below.verdict, Verdict::Fail);
    assert_eq!(
        below.measured.as_deref(),
        Some("cov-a.coverage.lines.percent = 84.9999999")
    );
}

#[test]
fn failure_shows_the_value_of_each_part() {
    let simple = judged("unit.tests.failed == 0");
    assert_eq!(simple.measured.as_deref(), Some("unit.tests.failed = 2"));
    assert_eq!(simple.note, None, "there is no part beside the whole");
    let both = judged("unit.failed == 0 && gates['cov-a'].branches.percent >= 30.0");
    assert_eq!(both.verdict, Verdict::Fail);
    assert_eq!(
        both.measured.as_deref(),
        Some("unit.failed = 2, cov-a.branches.percent = 33.3333333333…")
    );
    assert_eq!(
        both.note.as_deref(),
        Some("`unit.failed == 0` is false, `gates['cov-a'].branches.percent >= 30.0` is true")
    );
    let deep = judged("(unit.total - unit.failed) * 2 > 0 || !(unit.failed < 3)");
    let note = deep.note.unwrap();
    for part in [
        "`unit.total - unit.failed` is -1",
        "`(unit.total - unit.failed) * 2` is -2",
        "`(unit.total - unit.failed) * 2 > 0` is false",
        "`unit.failed < 3` is true",
        "`!(unit.failed < 3)` is false",
    ] {
        assert!(note.contains(part), "{part}: {note}");
    }
}

#[test]
fn success_shows_the_parts_beside_the_facts_and_needs_no_note() {
    let passed = judged("unit.failed == 2 && unit.total == 1");
    assert_eq!((passed.verdict, passed.note), (Verdict::Pass, None));
    let shown = passed.measured.unwrap();
    assert_eq!(
        shown,
        "unit.failed = 2, unit.total = 1; `unit.failed == 2` is true, `unit.total == 1` is true"
    );
}

#[test]
fn trace_is_bounded() {
    let part = "unit.tests.failed + 1 == 1";
    let text = vec![part; 30].join(" || ");
    let many: Vec<String> = (0..30).map(|n| format!("unit.failed + {n} < 0")).collect();
    for expression in [text, many.join(" || ")] {
        let verdict = judged(&expression);
        let length = verdict.note.unwrap_or_default().len() + verdict.measured.unwrap().len();
        assert!(length < 2 * TRACE + 100, "{length}");
    }
}

#[test]
fn what_cannot_be_computed_is_inconclusive_and_explained() {
    for (expression, said) in [
        (
            "unit.tests.nothing == 0",
            "`unit.tests` has no `nothing`: no gate it needs measured that; it has",
        ),
        ("unit.tests.faild == 0", "did you mean `failed`?"),
        (
            "unit.tests.failed * 1.5 > 2.0",
            "use `double(unit.tests.failed)`",
        ),
        (
            "unit.tests['pass-rate'].percent >= 90.0",
            "is a share of nothing: it has no percentage",
        ),
        (
            "unit.tests.failed",
            "it gives a whole number, not true or false",
        ),
        (
            "unit.failed && true",
            "`unit.failed` is a whole number, not true or false",
        ),
        ("'a' < 1", "`<` cannot be used on text and a whole number"),
        ("unit.failed / 0 == 1", "it divides by zero"),
        (
            "9223372036854775807 + 1 > 0",
            "a whole number became too large",
        ),
        ("1e28 * 1e28 > 0.0", "a number became too large"),
        ("nobody.failed == 0", "`nobody` is not there"),
        (
            "unit.failed.percent > 1.0",
            "`unit.failed` is a whole number, it has no `percent`",
        ),
        ("[1, 2][5] == 1", "has 2 entries, no entry 5"),
        ("'a'.matches('(') ", "the regular expression cannot be read"),
        ("[1].all(x, x.y > 0)", "it has no `y`"),
    ] {
        let words = words(expression);
        assert!(words.contains(said), "{expression}: {words}");
    }
}

#[test]
fn one_side_that_decides_needs_no_other() {
    for (expression, verdict) in [
        ("unit.failed == 2 || unit.nothing == 1", Verdict::Pass),
        ("unit.nothing == 1 || unit.failed == 2", Verdict::Pass),
        ("unit.nothing == 1 && unit.failed == 0", Verdict::Fail),
        (
            "unit.nothing == 1 && unit.failed == 2",
            Verdict::Inconclusive,
        ),
        ("has(unit.nothing) && unit.nothing == 1", Verdict::Fail),
        ("[0, 1].exists(x, 1 / x == 1)", Verdict::Pass),
        ("[0, 1].all(x, 1 / x > 5)", Verdict::Fail),
        ("[0, 1].all(x, 1 / x == 1)", Verdict::Inconclusive),
    ] {
        assert_eq!(judged(expression).verdict, verdict, "{expression}");
    }
}

#[test]
fn mistakes_are_told_when_the_file_is_read() {
    for (text, said, help) in [
        (
            "unit.failed ==",
            "at character 15: it ends too early",
            "write a comparison",
        ),
        (
            "unit.failed = 0",
            "`=` cannot stand here",
            "compare with `==`",
        ),
        ("a and b", "`and` cannot stand here", "`&&`"),
        (
            "a.b >= 85%",
            "it ends too early",
            "a share is a number here",
        ),
        ("`a-b`.c == 1", "cannot stand here", "gates['a-b']"),
        ("(a", "`)` is missing", "write a comparison"),
        ("", "it is empty", "write a comparison"),
        ("a == 'x", "cannot stand here", "close the text"),
        ("a ? b", "`? :` has no second branch", "write a comparison"),
        ("f(1)", "there is no function `f`", "there are size"),
        (
            "siz('a') == 1",
            "there is no function `siz`",
            "did you mean `size`?",
        ),
        (
            "'a'.contains() ",
            "`contains` is given 1 values",
            "text.contains('part')",
        ),
        ("[1].map(x)", "`map` is a macro", "such as"),
        (
            "[1].all(a, [1].all(b, [1].all(c, true)))",
            "macros nest 3 deep, 2 are allowed",
            "split",
        ),
    ] {
        let problem = read(text).unwrap_err();
        assert_eq!(problem.code, Code::EXPRESSION);
        assert!(
            problem.message.contains(said),
            "{text}: {}",
            problem.message
        );
        let given = problem.help.clone().unwrap_or_default();
        assert!(given.contains(help), "{text}: {given}");
        assert!(!problem.message.contains("EOF") && !problem.message.contains("IDENTIFIER"));
    }
}

#[test]
fn size_of_an_expression_is_capped() {
    let long = vec!["1 == 1"; 700].join(" && ");
    let list = format!("1 in [{}]", vec!["1"; 501].join(","));
    let deep = format!("{}true", "!".repeat(60)).replace("!!", "!(!") + &")".repeat(30);
    let brackets = format!("{}1{} == 1", "(".repeat(400), ")".repeat(400));
    let sum = format!("{} == 1", vec!["1"; 290].join("+"));
    assert!(words(&format!("a{}", ".b".repeat(290))).contains("`a` is not there"));
    for text in [long, list, deep, brackets, sum] {
        assert!(read(&text).is_err(), "{}", &text[..40]);
    }
}

#[test]
fn text_of_any_shape_ends_without_a_panic() {
    let brackets = format!("{}1{} == 1", "(".repeat(24), ")".repeat(24));
    assert!(read(&brackets).is_ok());
    let alphabet = [
        "(", ")", "[", "]", "{", "}", "!", "-", "?", ":", "'", "\"", ".", "a", "1", "&&", "||",
        "==", " ", "r'", "\\", "%", "é",
    ];
    let config = proptest::test_runner::Config {
        cases: 400,
        failure_persistence: None,
        ..Default::default()
    };
    let words = proptest::collection::vec(proptest::sample::select(alphabet.to_vec()), 0..60);
    let outcome = proptest::test_runner::TestRunner::new(config).run(&words, |words| {
        if let Ok(rule) = read(&words.concat()) {
            rule.judge("g", 0, &facts());
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn work_of_an_evaluation_is_capped() {
    let list = format!("[{}]", vec!["1"; 490].join(","));
    let words = words(&format!("{list}.all(a, {list}.all(b, a + b > 0))"));
    assert!(words.contains("steps"), "{words}");
}

#[test]
fn times_are_volatile_and_counts_are_not() {
    assert!(judged("unit.tests.duration > 5.0").volatile);
    assert!(judged("unit.duration > 5.0").volatile);
    assert!(!judged("unit.failed > 5").volatile);
}

#[test]
fn expression_that_can_never_fail_is_refused() {
    for (expression, said) in [
        ("1 == 1", "speaks of no gate"),
        ("true", "speaks of no gate"),
        ("[1,2,3].all(x, x > 0)", "speaks of no gate"),
        ("size('aaa') == 3", "speaks of no gate"),
        ("unit.tests.failed == 0 || true", "true whatever"),
        ("true || unit.tests.failed == 0", "true whatever"),
        ("unit.tests.failed == 0 || 1 < 2", "true whatever"),
        (
            "unit.tests.failed",
            "is what was measured, not true or false",
        ),
        ("unit.verdict", "is text, not true or false"),
        ("gates['cov-a'].lines.percent", "is what was measured"),
        ("unit.total - unit.failed", "is a number"),
    ] {
        let problem = read_by(rule, expression)
            .err()
            .unwrap_or_else(|| panic!("{expression}"));
        assert!(
            problem.message.contains(said),
            "{expression}: {}",
            problem.message
        );
    }
    for good in [
        "gates.all(g, gates[g].verdict == 'pass')",
        "has(unit.tests.failed)",
        "unit.tests.failed == 0 || unit.tests.total > 1",
        "unit.tests.failed > 3 ? false : true",
    ] {
        assert!(read_by(rule, good).is_ok(), "{good}");
    }
}

#[test]
fn several_facts_are_not_one() {
    for (expression, said) in [
        (
            "unit.tests == 0",
            "`unit.tests` is no single fact: it has duration, failed",
        ),
        ("unit.tests != 0", "`unit.tests` is no single fact"),
        ("0 < unit.tests", "`unit.tests` is no single fact"),
        (
            "gates['cov-a'].lines >= 80.0",
            "it has part, percent, whole",
        ),
    ] {
        let words = words(expression);
        assert!(words.contains(said), "{expression}: {words}");
    }
}

#[test]
fn what_is_of_another_kind_is_neither_equal_nor_different() {
    for (expression, said) in [
        (
            "unit.tests.failed != '0'",
            "`!=` cannot be used on a whole number and text",
        ),
        ("!(unit.tests.failed == '7')", "text"),
        ("unit.verdict != 0", "text and a whole number"),
        ("unit.tests.failed != true", "true or false"),
        ("!(unit.tests.failed in ['7', '8'])", "`in` cannot be used"),
    ] {
        let words = words(expression);
        assert!(words.contains(said), "{expression}: {words}");
    }
}
