//! Every state of a waiver, and what each kind of scope speaks of.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::model::{Level, Scope};
use crate::source::Place;

fn waiver(opened: &str, until: &str) -> Waiver {
    Waiver {
        scope: Scope {
            gate: Some("scan".to_owned()),
            target: Target::Gate,
        },
        why: "known".to_owned(),
        owner: "ada".to_owned(),
        opened: opened
            .parse()
            .map_err(|_| format!("`{opened}` is not a date")),
        until: match until {
            "never" => Ok(Until::Never("the vendor is gone".to_owned())),
            text => text
                .parse()
                .map(Until::Day)
                .map_err(|_| format!("`{text}` is not a date")),
        },
        quarantine: false,
        written: Place::line(".tollgate/waivers.yaml", Some(3)),
        unknown: None,
    }
}

#[test]
fn a_waiver_counts_from_its_first_to_its_last_day_and_never_on_a_wrong_one() {
    let today = date(2026, 6, 15);
    let bad = |words: &str| Standing::BadDate(words.to_owned());
    for (opened, until, wanted) in [
        ("2026-06-01", "2026-08-01", Standing::Active(Some(47))),
        ("2026-06-15", "2026-06-15", Standing::Expiring(0)),
        ("2026-06-01", "2026-06-22", Standing::Expiring(7)),
        ("2026-06-01", "2026-06-23", Standing::Active(Some(8))),
        (
            "2026-06-01",
            "2026-06-14",
            Standing::Expired(date(2026, 6, 14)),
        ),
        ("2026-06-01", "never", Standing::Active(None)),
        (
            "2026-06-16",
            "2026-07-01",
            bad("it was opened on 2026-06-16, which is still to come"),
        ),
        (
            "2026-06-10",
            "2026-06-09",
            bad("it ends on 2026-06-09, before it was opened"),
        ),
        ("2026-04-01", "2026-06-30", Standing::Active(Some(15))),
        (
            "2026-04-01",
            "2026-07-01",
            bad("it runs for 91 days, and the policy allows 90"),
        ),
        (
            "2026-06-01",
            "2026-02-30",
            bad("`until`: `2026-02-30` is not a date"),
        ),
        ("soon", "2026-07-01", bad("`opened`: `soon` is not a date")),
    ] {
        let found = standing(&waiver(opened, until), &WaiverRules::default(), today);
        assert_eq!(found, wanted, "{opened} to {until}");
        assert_eq!(
            found.applies(),
            matches!(wanted, Standing::Active(_) | Standing::Expiring(_))
        );
    }
}

#[test]
fn beyond_the_budget_the_newest_do_not_count() {
    let rules = WaiverRules {
        most: Some(2),
        ..WaiverRules::default()
    };
    let list = [
        waiver("2026-06-10", "2026-07-20"),
        waiver("2026-06-01", "2026-07-20"),
        waiver("2026-01-01", "2026-01-20"),
        waiver("2026-06-05", "2026-07-20"),
        waiver("2026-06-05", "never"),
    ];
    let words: Vec<&str> = standings(&list, &rules, date(2026, 6, 15))
        .iter()
        .map(Standing::word)
        .collect();
    assert_eq!(
        words,
        ["over-budget", "active", "expired", "active", "over-budget"]
    );
    let none = WaiverRules {
        most: Some(0),
        ..rules
    };
    let standings = standings(&list, &none, date(2026, 6, 15));
    assert!(standings.iter().all(|standing| !standing.applies()));
}

#[test]
fn a_star_stands_for_anything_and_nothing_else_does() {
    for (text, pattern, wanted) in [
        ("cart::adds", "cart::adds", true),
        ("cart::adds_tax", "cart::adds", false),
        ("cart::adds_tax", "cart::*", true),
        ("a[1]", "a[1]", true),
        ("abcabc", "a*c", true),
        ("ab", "a*b*b", false),
        ("ab", "ab*", true),
        ("ab", "*", true),
        ("", "*", true),
        ("aXbYb", "a*b", true),
        ("anything", "", false),
        ("a.c", "a?c", false),
    ] {
        assert_eq!(is_like(text, pattern), wanted, "{text} {pattern}");
    }
}

fn finding() -> Finding {
    Finding {
        rule: Some("no-eval".to_owned()),
        severity: "error".to_owned(),
        level: Level::High,
        message: "eval is evil".to_owned(),
        file: Some("src\\app\\[id]\\a.js".to_owned()),
        line: Some(3),
        column: None,
        fingerprint: "f00".to_owned(),
        suppressed: false,
        state: None,
    }
}

#[test]
fn every_part_of_a_scope_must_agree() {
    let covers =
        |rule: Option<&str>, print: Option<&str>, said: Option<&str>, path: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let mut waiver = waiver("2026-06-01", "2026-06-20");
            waiver.scope.target = Target::Finding {
                rule: own(rule),
                fingerprint: own(print),
                message: own(said),
                path: own(path),
            };
            Covers::of(&waiver).finding(&finding())
        };
    assert!(covers(Some("no-eval"), None, None, None));
    assert!(!covers(Some("no-eva"), None, None, None));
    assert!(covers(None, Some("f00"), None, None));
    assert!(!covers(None, Some("f0"), None, None));
    assert!(covers(None, None, Some("*evil"), None));
    assert!(covers(None, None, None, Some("src/**")));
    assert!(covers(None, None, None, Some("src/app/[id]/a.js")));
    assert!(!covers(None, None, None, Some("src/*")));
    assert!(!covers(None, None, None, Some("src/[")));
    assert!(!covers(Some("no-eval"), Some("f00"), None, Some("lib/**")));
}

#[test]
fn a_waiver_for_tests_speaks_of_no_finding_and_the_other_way_round() {
    let mut tests = waiver("2026-06-01", "2026-06-20");
    tests.scope.target = Target::Test {
        id: "cart::*".to_owned(),
        path: Some("tests/**".to_owned()),
    };
    let covers = Covers::of(&tests);
    assert!(covers.test("cart::adds", Some("tests/a.py")));
    assert!(!covers.test("cart::adds", None));
    assert!(!covers.test("shop::adds", Some("tests/a.py")));
    assert!(!covers.finding(&finding()));
    assert!(!Covers::of(&waiver("2026-06-01", "2026-06-20")).test("cart::adds", None));
}

#[test]
fn a_fact_may_be_named_in_full_or_below_its_gate() {
    let fact = "unit.tests.skipped";
    assert!(is_fact("unit.tests.skipped", fact, "unit", 2));
    assert!(is_fact("tests.skipped", fact, "unit", 2));
    assert!(is_fact("unit.skipped", fact, "unit", 1));
    assert!(!is_fact("unit.skipped", fact, "unit", 2));
    assert!(!is_fact("unit.tests.skip", fact, "unit", 1));
    assert!(!is_fact("unit.tests.skipped", fact, "uni", 1));
}

#[test]
fn only_an_end_later_than_all_before_is_a_renewal() {
    let version = |until: &str| vec![waiver("2026-01-01", until)];
    let times = |list: &[Vec<Waiver>]| renewals(list).get("gate scan").copied();
    assert_eq!(times(&[]), None);
    assert_eq!(times(&[version("2026-02-01")]), Some(0));
    let list = [
        version("2026-02-01"),
        version("2026-03-01"),
        version("2026-02-01"),
        version("2026-03-01"),
        version("no day"),
        Vec::new(),
        version("2026-04-01"),
        version("never"),
    ];
    assert_eq!(times(&list), Some(3));
}

#[test]
fn a_waiver_with_a_wrong_date_takes_its_place_in_the_budget() {
    let rules = WaiverRules {
        most: Some(1),
        ..WaiverRules::default()
    };
    let list = [
        waiver("2026-01-01", "2026-12-31"),
        waiver("2026-06-10", "2026-07-20"),
    ];
    let words: Vec<&str> = standings(&list, &rules, date(2026, 6, 15))
        .iter()
        .map(Standing::word)
        .collect();
    assert_eq!(words, ["bad-date", "over-budget"]);
}

proptest! {
    #[test]
    fn a_stricter_policy_never_lets_a_waiver_count_that_did_not(
        list in prop::collection::vec((0_i8..28, 0_i16..200), 0..8),
        longest in (1_u32..200, 0_u32..200),
        most in (0_u64..8, 0_u64..8),
    ) {
        let today = date(2026, 6, 15);
        let list: Vec<Waiver> = list
            .into_iter()
            .map(|(opened, length)| {
                let opened = date(2026, 6, 1 + opened);
                let until = opened.checked_add(jiff::Span::new().days(length)).unwrap();
                waiver(&opened.to_string(), &until.to_string())
            })
            .collect();
        let loose = WaiverRules { longest: longest.0, most: Some(most.0), ..WaiverRules::default() };
        let strict = WaiverRules {
            longest: longest.0.min(longest.1),
            most: Some(most.0.min(most.1)),
            ..WaiverRules::default()
        };
        let both = standings(&list, &loose, today)
            .into_iter()
            .zip(standings(&list, &strict, today));
        for (loose, strict) in both {
            prop_assert!(loose.applies() || !strict.applies(), "{loose:?} {strict:?}");
        }
    }
}
