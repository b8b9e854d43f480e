//! Every unit with every comparator, below, at and above its bound; and every condition that asks nothing.

use super::{Condition, Keeps, Unit};
use crate::model::Measure;
use crate::problem::{Code, Problems};
use crate::source::{At, Key, Node, Value};

fn node(value: Value) -> Node {
    Node {
        at: At::start_of("t"),
        value,
    }
}

fn text(text: &str) -> Node {
    node(Value::Text(text.to_owned()))
}

/// `key value` pairs as a mapping.
fn map(entries: &[(&str, &str)]) -> Node {
    let entry = |(key, value): &(&str, &str)| {
        let at = At::start_of("t");
        let name = (*key).to_owned();
        (Key { at, name }, text(value))
    };
    node(Value::Map(entries.iter().map(entry).collect()))
}

fn read(node: &Node, unit: Unit) -> Result<Condition, Code> {
    let mut problems = Problems::default();
    let condition = Condition::read(node, unit, &mut problems);
    match problems.iter().find(|problem| !problem.warning) {
        Some(problem) => Err(problem.code),
        None => Ok(condition.expect("read without a problem")),
    }
}

/// For each unit: a bound as text, and values just below, at and just above it.
fn units() -> Vec<(Unit, &'static str, [Measure; 3])> {
    let share = |part| Measure::Share {
        part,
        whole: 1_000_000_000,
    };
    let duration = |text: &str| Measure::Duration(text.parse().unwrap());
    let number = |text: &str| Measure::Number(text.parse().unwrap());
    vec![
        (
            Unit::Count,
            "5",
            [Measure::Count(4), Measure::Count(5), Measure::Count(6)],
        ),
        (
            Unit::Share,
            "85%",
            [share(849_999_999), share(850_000_000), share(850_000_001)],
        ),
        (
            Unit::Duration,
            "1m 30s",
            [duration("89.999999"), duration("90"), duration("90.000001")],
        ),
        (
            Unit::Size,
            "10kB",
            [
                Measure::Size(9_999),
                Measure::Size(10_000),
                Measure::Size(10_001),
            ],
        ),
        (
            Unit::Number,
            "0.3",
            [
                number("0.29999999999999999"),
                number("0.3"),
                number("0.30000000000000001"),
            ],
        ),
    ]
}

#[test]
fn every_comparator_holds_on_its_side_in_every_unit() {
    for (unit, bound, values) in units() {
        for (sign, holds) in [
            ("<", [true, false, false]),
            ("<=", [true, true, false]),
            (">", [false, false, true]),
            (">=", [false, true, true]),
            ("=", [false, true, false]),
            ("==", [false, true, false]),
            ("", [false, true, false]),
            ("!=", [true, false, true]),
        ] {
            let written = format!("{sign}{bound}");
            let condition =
                read(&text(&written), unit).unwrap_or_else(|code| panic!("{written}: {code:?}"));
            for (value, holds) in values.iter().zip(holds) {
                let wanted = if holds { Keeps::Yes } else { Keeps::No };
                assert_eq!(condition.keeps(value), wanted, "{value:?} {written}");
            }
        }
    }
}

#[test]
fn tolerance_decides_up_to_its_edge_in_every_unit_and_is_spelt_out() {
    let share = |part| Measure::Share { part, whole: 1_000 };
    let number = |text: &str| Measure::Number(text.parse().unwrap());
    for (unit, bound, tolerance, decided, beyond) in [
        (
            Unit::Count,
            "<=5",
            "2",
            Measure::Count(7),
            Measure::Count(8),
        ),
        (Unit::Share, ">=80%", "0.5%", share(795), share(794)),
        (
            Unit::Duration,
            "<2s",
            "500ms",
            Measure::seconds(2.4),
            Measure::seconds(2.5),
        ),
        (
            Unit::Size,
            "<=10kB",
            "1kB",
            Measure::Size(11_000),
            Measure::Size(11_001),
        ),
        (
            Unit::Number,
            ">=0.9",
            "0.05",
            number("0.85"),
            number("0.8499"),
        ),
    ] {
        let condition = read(&map(&[("is", bound), ("tolerance", tolerance)]), unit).unwrap();
        assert!(
            matches!(condition.keeps(&decided), Keeps::Tolerated(words) if !words.is_empty()),
            "{bound}"
        );
        assert_eq!(condition.keeps(&beyond), Keeps::No, "{bound}");
    }
}

#[test]
fn band_is_for_a_person_in_every_unit() {
    let share = |part| Measure::Share { part, whole: 100 };
    let number = |text: &str| Measure::Number(text.parse().unwrap());
    for (unit, pass, fail, values) in [
        (
            Unit::Count,
            "<=5",
            ">10",
            [Measure::Count(5), Measure::Count(6), Measure::Count(11)],
        ),
        (
            Unit::Share,
            ">=85%",
            "<80%",
            [share(85), share(80), share(79)],
        ),
        (
            Unit::Duration,
            "<2s",
            ">3s",
            [
                Measure::seconds(1.9),
                Measure::seconds(3.0),
                Measure::seconds(3.1),
            ],
        ),
        (
            Unit::Size,
            "<=1kB",
            ">2kB",
            [
                Measure::Size(1_000),
                Measure::Size(2_000),
                Measure::Size(2_001),
            ],
        ),
        (
            Unit::Number,
            ">=0.9",
            "<0.5",
            [number("0.9"), number("0.5"), number("0.49")],
        ),
    ] {
        let condition = read(&map(&[("pass", pass), ("fail", fail)]), unit).unwrap();
        let kept = values.map(|value| condition.keeps(&value));
        assert_eq!(kept, [Keeps::Yes, Keeps::Band, Keeps::No], "{pass} {fail}");
    }
}

#[test]
fn conditions_that_ask_nothing_or_contradict_themselves_are_refused() {
    let pointless = Err(Code::POINTLESS_CONDITION);
    for (written, unit) in [
        // Never false.
        (">=0", Unit::Count),
        ("!=150%", Unit::Share),
        ("<=100%", Unit::Share),
        (">=0%", Unit::Share),
        (">=0s", Unit::Duration),
        (">=0B", Unit::Size),
        // Never true.
        ("<0", Unit::Count),
        (">100%", Unit::Share),
        ("120%", Unit::Share),
        ("<0s", Unit::Duration),
        ("<0kB", Unit::Size),
        (">5, <3", Unit::Count),
        (">5, <6", Unit::Count),
        ("=1, !=1", Unit::Count),
        (">=1, <=2, !=1, !=2", Unit::Count),
        (">1.5, <1.5", Unit::Number),
        (">=2s, <1s", Unit::Duration),
        ("5%, 6%", Unit::Share),
    ] {
        assert_eq!(
            read(&text(written), unit).map(|_| ()),
            pointless,
            "{written}"
        );
    }
    for (entries, unit, code) in [
        // A band the wrong way round, without a fail, or eaten by the tolerance.
        (
            &[("pass", ">=80%"), ("fail", "<85%")][..],
            Unit::Share,
            Code::POINTLESS_CONDITION,
        ),
        (
            &[("pass", ">=80%"), ("fail", ">90%")],
            Unit::Share,
            Code::POINTLESS_CONDITION,
        ),
        (
            &[("pass", "<=5"), ("fail", ">=0")],
            Unit::Count,
            Code::POINTLESS_CONDITION,
        ),
        (
            &[("pass", ">=85%"), ("fail", "<0%")],
            Unit::Share,
            Code::POINTLESS_CONDITION,
        ),
        (
            &[("pass", ">=85%"), ("fail", "<80%"), ("tolerance", "10%")],
            Unit::Share,
            Code::POINTLESS_CONDITION,
        ),
        // A tolerance that makes it hold always, or that changes nothing.
        (
            &[("is", ">=0.3%"), ("tolerance", "0.5%")],
            Unit::Share,
            Code::POINTLESS_CONDITION,
        ),
        (
            &[("is", ">=2"), ("tolerance", "2")],
            Unit::Count,
            Code::POINTLESS_CONDITION,
        ),
        (
            &[("is", "=100%"), ("tolerance", "1%")],
            Unit::Share,
            Code::NO_EFFECT,
        ),
        (
            &[("is", "!=0"), ("tolerance", "1")],
            Unit::Count,
            Code::NO_EFFECT,
        ),
        (
            &[("is", ">=80%"), ("tolerance", "0%")],
            Unit::Share,
            Code::UNIT,
        ),
        (
            &[("is", ">=80%"), ("tolerance", "-1%")],
            Unit::Share,
            Code::UNIT,
        ),
        (
            &[("is", ">=80%"), ("tolerance", "1")],
            Unit::Share,
            Code::UNIT,
        ),
        (
            &[("is", ">=80%"), ("pass", ">=80%")],
            Unit::Share,
            Code::NO_EFFECT,
        ),
        (&[("fail", "<80%")], Unit::Share, Code::CONDITION),
    ] {
        assert_eq!(
            read(&map(entries), unit).map(|_| ()),
            Err(code),
            "{entries:?}"
        );
    }
    for (written, unit, code) in [
        ("!=0.5", Unit::Count, Code::CONDITION),
        ("<=1.5", Unit::Count, Code::CONDITION),
        (">=85", Unit::Share, Code::UNIT),
        ("<2", Unit::Duration, Code::UNIT),
        ("<2", Unit::Size, Code::UNIT),
        ("=>5", Unit::Count, Code::CONDITION),
        ("", Unit::Count, Code::WRONG_KIND),
    ] {
        let found = read(&text(written), unit).map(|_| ());
        assert!(found.is_err(), "{written}: {code:?}");
    }
}
