//! Conditions on the values that they judge, and those that are refused before they judge any.

use super::*;
use crate::problem::{Code, Problems};
use crate::source::{At, Node, Value};
use rust_decimal::Decimal;

fn node(text: &str) -> Node {
    Node {
        at: At::start_of("t"),
        value: Value::Text(text.to_owned()),
    }
}

fn read(text: &str, unit: Unit) -> Result<Condition, Code> {
    let mut problems = Problems::default();
    let condition = Condition::read(&node(text), unit, &mut problems);
    match problems.iter().next() {
        Some(problem) => Err(problem.code),
        None => Ok(condition.expect("read without a problem")),
    }
}

#[test]
fn shares_are_compared_exactly() {
    let condition = read(">=85%", Unit::Share).expect("reads");
    assert_eq!(
        condition.keeps(&Measure::Share {
            part: 84_999,
            whole: 100_000
        }),
        Keeps::No
    );
    assert_eq!(
        condition.keeps(&Measure::Share {
            part: 17,
            whole: 20
        }),
        Keeps::Yes
    );
    assert_eq!(
        condition.keeps(&Measure::Share { part: 0, whole: 0 }),
        Keeps::Nothing
    );
    let third = read(">=33.4%", Unit::Share).expect("reads");
    assert_eq!(
        third.keeps(&Measure::Share { part: 1, whole: 3 }),
        Keeps::No
    );
}

#[test]
fn all_clauses_must_hold() {
    let condition = read(">=55, <=69", Unit::Count).expect("reads");
    assert_eq!(condition.keeps(&Measure::Count(69)), Keeps::Yes);
    assert_eq!(condition.keeps(&Measure::Count(70)), Keeps::No);
    assert_eq!(condition.keeps(&Measure::Count(54)), Keeps::No);
}

#[test]
fn pointless_conditions_are_refused() {
    for (text, unit) in [
        (">=0", Unit::Count),
        ("<0", Unit::Count),
        (">100%", Unit::Share),
        ("<=100%", Unit::Share),
        (">=5, <=4", Unit::Count),
        (">3, <4", Unit::Count),
    ] {
        assert_eq!(read(text, unit), Err(Code::POINTLESS_CONDITION), "{text}");
    }
}

#[test]
fn wrong_units_and_words_are_told_apart() {
    assert_eq!(read(">=85", Unit::Share), Err(Code::UNIT));
    assert_eq!(read("<2s", Unit::Count), Err(Code::UNIT));
    assert_eq!(read("many", Unit::Count), Err(Code::CONDITION));
    assert_eq!(read(">=", Unit::Count), Err(Code::CONDITION));
    assert_eq!(read("3", Unit::Count), Err(Code::EXACT_BOUND));
}

fn map(entries: &[(&str, &str)]) -> Node {
    let at = At::start_of("t");
    let entries = entries
        .iter()
        .map(|(key, text)| {
            (
                crate::source::Key {
                    at: at.clone(),
                    name: (*key).to_owned(),
                },
                node(text),
            )
        })
        .collect();
    Node {
        at,
        value: Value::Map(entries),
    }
}

#[test]
fn tolerance_that_decided_is_spelt_out() {
    let mut problems = Problems::default();
    let condition = Condition::read(
        &map(&[("is", ">=80%"), ("tolerance", "0.5%")]),
        Unit::Share,
        &mut problems,
    )
    .expect("reads");
    let found = condition.keeps(&Measure::Share {
        part: 796,
        whole: 1000,
    });
    assert_eq!(found, Keeps::Tolerated("79.6% ≥ 80 − 0.5".to_owned()));
    assert_eq!(
        condition.keeps(&Measure::Share {
            part: 794,
            whole: 1000
        }),
        Keeps::No
    );
}

#[test]
fn band_between_pass_and_fail_is_for_a_person() {
    let mut problems = Problems::default();
    let condition = Condition::read(
        &map(&[("pass", ">=85%"), ("fail", "<80%")]),
        Unit::Share,
        &mut problems,
    )
    .expect("reads");
    assert_eq!(
        condition.keeps(&Measure::Share {
            part: 82,
            whole: 100
        }),
        Keeps::Band
    );
    assert_eq!(
        condition.keeps(&Measure::Share {
            part: 79,
            whole: 100
        }),
        Keeps::No
    );
    Condition::read(
        &map(&[("pass", ">=80%"), ("fail", "<85%")]),
        Unit::Share,
        &mut problems,
    );
    assert_eq!(
        problems.iter().next().map(|p| p.code),
        Some(Code::POINTLESS_CONDITION)
    );
}

#[test]
fn looser_is_seen() {
    let old = read(">=85%", Unit::Share).expect("reads");
    assert!(
        read(">=80%", Unit::Share)
            .expect("reads")
            .is_looser_than(&old)
    );
    assert!(
        !read(">=90%", Unit::Share)
            .expect("reads")
            .is_looser_than(&old)
    );
    assert!(
        !read(">=85%, <=99%", Unit::Share)
            .expect("reads")
            .is_looser_than(&old)
    );
}

fn measure(unit: Unit, text: &str) -> Measure {
    match unit {
        Unit::Share => {
            let (part, whole) = text.split_once('/').expect("share");
            Measure::Share {
                part: part.parse().expect("part"),
                whole: whole.parse().expect("whole"),
            }
        }
        Unit::Count => Measure::Count(text.parse().expect("count")),
        Unit::Size => Measure::Size(text.parse().expect("size")),
        Unit::Duration => Measure::Duration(text.parse().expect("seconds")),
        Unit::Number => Measure::Number(text.parse().expect("number")),
    }
}

/// What a step from a baseline accepts and refuses, at its edge, in each unit.
#[test]
fn steps_from_the_baseline_are_exact_in_every_unit() {
    use Unit::{Count, Duration, Number, Share, Size};
    for (text, unit, baseline, good, bad) in [
        // Alone: at least that much more, at least that much less.
        ("+30%", Count, "10", "13", "12"),
        ("-30%", Count, "10", "7", "8"),
        ("-30%", Duration, "0.12", "0.084", "0.0841"),
        ("-12.0%", Duration, "0.120", "0.1056", "0.10560001"),
        ("+30%", Number, "-10", "-7", "-7.1"),
        ("-30%", Number, "-10", "-13", "-12.9"),
        ("-30%", Size, "1000", "700", "701"),
        // With a comparator: what may change.
        ("<=+5%", Count, "10", "10", "11"),
        ("<=+5%", Count, "20", "21", "22"),
        ("<+5%", Count, "20", "20", "21"),
        (">=-5%", Number, "2", "1.9", "1.89"),
        ("<=+20ms", Duration, "1", "1.02", "1.021"),
        ("<=+1m 30s", Duration, "10", "100", "100.1"),
        ("<=+5", Count, "3", "8", "9"),
        (">=-5", Count, "30", "25", "24"),
        ("<=+10kB", Size, "1000", "11000", "11001"),
        ("<= baseline + 0.5", Number, "-1", "-0.5", "-0.4"),
        (">=baseline-0.5", Number, "1", "0.5", "0.4"),
        ("<=baseline", Size, "7", "7", "8"),
        ("baseline", Count, "7", "7", "8"),
        // Of a share: percentage points.
        (">=-0.1%", Share, "2/3", "1997/3000", "19969/30000"),
        (">=-0.1%", Share, "800/1000", "799/1000", "798/1000"),
        ("<=+5%", Share, "1/3", "23/60", "231/600"),
        ("+2%", Share, "80/100", "82/100", "8199/10000"),
        (">=baseline", Share, "1/3", "2/6", "333333333/1000000000"),
        // Beside an absolute bound.
        (
            ">=85%, >=-0.1%",
            Share,
            "90/100",
            "8990/10000",
            "8989/10000",
        ),
        (">=85%, >=-0.1%", Share, "85/100", "85/100", "8499/10000"),
    ] {
        let condition = read(text, unit).unwrap_or_else(|code| panic!("{text}: {code}"));
        assert!(condition.is_relative(), "{text}");
        let base = measure(unit, baseline);
        let met = condition
            .against(&base)
            .unwrap_or_else(|words| panic!("{text}: {words}"));
        assert_eq!(
            met.keeps(&measure(unit, good)),
            Keeps::Yes,
            "{text} of {baseline}: {good}"
        );
        assert_eq!(
            met.keeps(&measure(unit, bad)),
            Keeps::No,
            "{text} of {baseline}: {bad}"
        );
        // Without its baseline it decides nothing.
        assert_eq!(
            condition.keeps(&measure(unit, good)),
            Keeps::Nothing,
            "{text}"
        );
    }
}

#[test]
fn steps_that_say_nothing_are_refused() {
    use Unit::{Count, Duration, Number, Share, Size};
    for (text, unit, code) in [
        (">=-100%", Count, Code::POINTLESS_CONDITION),
        ("<-100%", Duration, Code::POINTLESS_CONDITION),
        ("-130%", Size, Code::POINTLESS_CONDITION),
        ("<=+100%", Share, Code::POINTLESS_CONDITION),
        (">+100%", Share, Code::POINTLESS_CONDITION),
        (">=+5, <=+4", Count, Code::POINTLESS_CONDITION),
        (">=+5%, <=-5%", Number, Code::POINTLESS_CONDITION),
        ("<=+20ms", Count, Code::UNIT),
        ("<=+5", Share, Code::UNIT),
        ("<=+5", Duration, Code::UNIT),
        ("<=+5MB", Duration, Code::UNIT),
        ("<=+5", Number, Code::CONDITION),
        ("+5", Number, Code::CONDITION),
        ("<=+", Count, Code::CONDITION),
        ("<=+-5", Count, Code::CONDITION),
        ("<=+many", Count, Code::CONDITION),
        ("<=baselines", Count, Code::CONDITION),
        ("<=baseline 5", Count, Code::CONDITION),
    ] {
        assert_eq!(read(text, unit), Err(code), "{text}");
    }
    // Below zero is a number like any other.
    assert!(!read(">=-5", Unit::Number).expect("reads").is_relative());
    assert!(read("-130%", Unit::Number).is_ok());
}

#[test]
fn baseline_that_gives_no_bound_is_told() {
    let against = |text, unit, base| {
        let condition = read(text, unit).unwrap_or_else(|code| panic!("{text}: {code}"));
        condition.against(&base).map(|met| met.bound())
    };
    let said = against("+30%", Unit::Count, Measure::Count(0)).expect_err("nothing");
    assert!(said.contains("write the step as an amount"), "{said}");
    assert!(against("-30%", Unit::Count, Measure::Count(0)).is_ok());
    assert!(against("-30%", Unit::Number, Measure::Number(Decimal::ZERO)).is_err());
    let said = against("<=+5%", Unit::Share, Measure::Count(3)).expect_err("unit");
    assert_eq!(said, "the baseline holds a count, not a share");
    let nothing = Measure::Share { part: 0, whole: 0 };
    assert!(against("<=+5%", Unit::Share, nothing).is_err());
    let most = Measure::Number(Decimal::MAX);
    assert!(against("<=+5%", Unit::Number, most).is_err());
    assert!(against("<=baseline+5", Unit::Number, most).is_err());
}

#[test]
fn better_is_told_from_the_comparator() {
    use crate::model::Better;
    for (text, better) in [
        ("<=+5%", Better::Lower),
        ("<+5", Better::Lower),
        (">=-5%", Better::Higher),
        ("<=baseline", Better::Lower),
        (">=3, >=-5%", Better::Higher),
        // Progress is measured from a point that stays.
        ("-30%", Better::Point),
        ("+30%", Better::Point),
        ("<baseline", Better::Point),
        ("=baseline", Better::Point),
        (">=-5%, <=+5%", Better::Point),
    ] {
        assert_eq!(
            read(text, Unit::Count).expect(text).better(),
            better,
            "{text}"
        );
    }
}

#[test]
fn drop_is_a_step_down_and_never_more_than_a_limit() {
    let share = |part| Measure::Share { part, whole: 1000 };
    for (text, good, bad) in [
        ("<=0.1%", 799, 798),
        ("<0.2%", 799, 798),
        ("0%", 800, 799),
        ("0.1%", 799, 798),
    ] {
        let drop = read(text, Unit::Share).expect(text).as_drop().expect(text);
        assert_eq!(drop.better(), crate::model::Better::Higher, "{text}");
        let met = drop.against(&share(800)).expect(text);
        assert_eq!(met.keeps(&share(good)), Keeps::Yes, "{text}");
        assert_eq!(
            met.keeps(&share(1000)),
            Keeps::Yes,
            "{text}: better is never refused"
        );
        assert_eq!(met.keeps(&share(bad)), Keeps::No, "{text}");
    }
    for text in [">=1%", "!=0%", ">1%, <5%", ">=-1%"] {
        assert!(
            read(text, Unit::Share).expect(text).as_drop().is_err(),
            "{text}"
        );
    }
}

#[test]
fn tolerance_and_band_hold_for_steps_too() {
    let mut problems = Problems::default();
    let entries = [("is", "<=+5%"), ("tolerance", "2")];
    let eased = Condition::read(&map(&entries), Unit::Count, &mut problems).expect("reads");
    let met = eased.against(&Measure::Count(100)).expect("meets");
    assert_eq!(
        met.keeps(&Measure::Count(107)),
        Keeps::Tolerated("107 ≤ 105 + 2".to_owned())
    );
    assert_eq!(met.keeps(&Measure::Count(108)), Keeps::No);
    let entries = [("pass", "<=+5%"), ("fail", ">+10%")];
    let band = Condition::read(&map(&entries), Unit::Count, &mut problems).expect("reads");
    let met = band.against(&Measure::Count(100)).expect("meets");
    assert_eq!(met.keeps(&Measure::Count(105)), Keeps::Yes);
    assert_eq!(met.keeps(&Measure::Count(110)), Keeps::Band);
    assert_eq!(met.keeps(&Measure::Count(111)), Keeps::No);
    assert_eq!(problems.len(), 0);
    Condition::read(
        &map(&[("pass", "<=+5%"), ("fail", ">+4%")]),
        Unit::Count,
        &mut problems,
    );
    Condition::read(
        &map(&[("pass", "<=+5%"), ("fail", ">+10")]),
        Unit::Count,
        &mut problems,
    );
    assert_eq!(problems.len(), 2, "overlapping, and not comparable");
}

#[test]
fn spread_excuses_steps_and_nothing_else() {
    let met = |text| {
        let condition = read(text, Unit::Number).expect(text);
        condition
            .against(&Measure::Number(Decimal::from(100)))
            .expect(text)
    };
    let number = |value: i64| Measure::Number(Decimal::from(value));
    let spread = Decimal::from(3);
    assert_eq!(met("<=+5%").keeps_with(&number(105), spread), Keeps::Yes);
    assert_eq!(met("<=+5%").keeps_with(&number(108), spread), Keeps::Noise);
    assert_eq!(met("<=+5%").keeps_with(&number(109), spread), Keeps::No);
    assert_eq!(met("-30%").keeps_with(&number(73), spread), Keeps::Noise);
    assert_eq!(met("-30%").keeps_with(&number(99), spread), Keeps::No);
    assert_eq!(
        met("<=104, <=+5%").keeps_with(&number(106), spread),
        Keeps::No
    );
}

#[test]
fn looser_steps_are_seen_and_lost_ones_too() {
    let looser = |new: &str, old: &str| {
        let of = |text| Condition::guess(&node(text)).expect("reads");
        of(new).is_looser_than(&of(old))
    };
    for (new, old) in [
        ("<=+6%", "<=+5%"),
        ("<=+5", "<=+5%"),
        (">=85%", ">=85%, >=-0.1%"),
        ("<=9", "<=baseline"),
    ] {
        assert!(looser(new, old), "{new} after {old}");
    }
    for (new, old) in [
        ("<=+4%", "<=+5%"),
        ("<=baseline", "<=+5"),
        (">=85%, >=-1%", ">=85%"),
    ] {
        assert!(!looser(new, old), "{new} after {old}");
    }
}

#[test]
fn steps_are_shown_with_the_numbers_that_decide() {
    let ms = |text: &str| Measure::Duration(text.parse().expect("seconds"));
    let condition = read("-30%", Unit::Duration).expect("reads");
    let met = condition.against(&ms("0.12")).expect("meets");
    assert_eq!(met.wanted(&ms("0.1056"), ms("0.1056").number()), "<= 84 ms");
    assert_eq!(
        step_words(&ms("0.1056"), &ms("0.12")).as_deref(),
        Some("-12%")
    );
    assert_eq!(
        step_words(&ms("0.12"), &ms("0.12")).as_deref(),
        Some("as the baseline")
    );
    assert_eq!(
        step_words(&Measure::Count(3), &Measure::Count(0)).as_deref(),
        Some("+3")
    );
    let share = |part, whole| Measure::Share { part, whole };
    let condition = read(">=-0.1%", Unit::Share).expect("reads");
    let met = condition.against(&share(2, 3)).expect("meets");
    assert_eq!(
        met.wanted(&share(66, 100), share(66, 100).number()),
        ">= 66.57%"
    );
    assert_eq!(
        met.wanted(&share(66_566, 100_000), share(66_566, 100_000).number()),
        ">= 66.57%"
    );
    assert_eq!(
        step_words(&share(2, 3), &share(1, 2)).as_deref(),
        Some("+16.67 points")
    );
}

#[test]
fn what_lies_farthest_past_a_bound_is_the_worst() {
    let worst = |text: &str, values: [u64; 4]| {
        let condition = read(text, Unit::Count).unwrap();
        let of = |value: &u64| condition.excess(&Measure::Count(*value));
        values.into_iter().max_by_key(of).unwrap()
    };
    for (text, values, expected) in [
        (">=10", [2, 1, 100, 9], 1),
        ("<=10", [2, 1, 100, 9], 100),
        (">=10, <=90", [2, 95, 50, 9], 2),
        (">=10, <=90", [9, 95, 50, 10], 95),
        ("=50", [49, 52, 50, 51], 52),
        ("!=3", [1, 3, 5, 9], 3),
        ("<=+5%", [1, 3, 5, 4], 5),
        (">=-5%", [3, 1, 5, 4], 1),
    ] {
        assert_eq!(worst(text, values), expected, "{text}");
    }
}
