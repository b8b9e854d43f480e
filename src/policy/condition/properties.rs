//! What must hold of all conditions and values: a tighter bound forgives nothing, a worse value gains nothing.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Condition, Keeps};
use crate::model::Measure;
use crate::policy::Unit;
use crate::problem::Problems;
use crate::source::{At, Node, Value};

fn read(text: &str, unit: Unit) -> Option<Condition> {
    let node = Node {
        at: At::start_of("t"),
        value: Value::Text(text.to_owned()),
    };
    let mut problems = Problems::default();
    Condition::read(&node, unit, &mut problems).filter(|_| !problems.refuse())
}

/// From the best: passes, a person decides, fails.
fn rank(keeps: &Keeps) -> u8 {
    match keeps {
        Keeps::Yes => 0,
        Keeps::Tolerated(_) => 1,
        Keeps::Band | Keeps::Noise => 2,
        Keeps::No => 3,
        Keeps::Nothing => 4,
    }
}

fn tenths(number: i64) -> String {
    Decimal::new(number, 1).to_string()
}

/// A text for a step of so many tenths of a percent.
fn step(op: &str, number: i64) -> String {
    let sign = if number < 0 { '-' } else { '+' };
    format!("{op}{sign}{}%", tenths(number.abs()))
}

fn judged(text: &str, unit: Unit, baseline: Measure, value: Measure, spread: u32) -> Option<u8> {
    let met = read(text, unit)?.against(&baseline).ok()?;
    Some(rank(&met.keeps_with(&value, Decimal::from(spread))))
}

proptest! {
    #[test]
    fn tightening_never_turns_red_to_green(
        a in -500_i64..500, b in -500_i64..500, base in 1_u64..5000, value in 0_u64..9000, spread in 0_u32..50,
    ) {
        let (loose, tight) = (a.max(b), a.min(b));
        let ceiling = |limit| judged(&step("<=", limit), Unit::Count, Measure::Count(base), Measure::Count(value), spread);
        if let (Some(loose), Some(tight)) = (ceiling(loose), ceiling(tight)) {
            prop_assert!(tight >= loose);
        }
        let floor = |limit| judged(&step(">=", limit), Unit::Count, Measure::Count(base), Measure::Count(value), spread);
        if let (Some(loose), Some(tight)) = (floor(tight), floor(loose)) {
            prop_assert!(tight >= loose);
        }
    }

    #[test]
    fn tighter_baseline_never_turns_red_to_green(
        limit in 0_i64..300, one in 0_u64..=1000, other in 0_u64..=1000, value in 0_u64..=1000,
    ) {
        let share = |part| Measure::Share { part, whole: 1000 };
        let with = |base| judged(&step(">=", -limit), Unit::Share, share(base), share(value), 0);
        if let (Some(low), Some(high)) = (with(one.min(other)), with(one.max(other))) {
            prop_assert!(high >= low);
        }
    }

    #[test]
    fn worse_value_never_turns_red_to_green(
        limit in -300_i64..300, base in 1_u64..1000, value in 0_u64..2000, worse in 0_u64..500, spread in 0_u32..20,
    ) {
        let of = |value| judged(&step("<=", limit), Unit::Count, Measure::Count(base), Measure::Count(value), spread);
        if let (Some(good), Some(bad)) = (of(value), of(value + worse)) {
            prop_assert!(bad >= good);
        }
    }

    #[test]
    fn ratchet_is_never_red_for_better(limit in 0_i64..900, part in 0_u64..=5000, more in 0_u64..=5000, whole in 5000_u64..9000) {
        let base = Measure::Share { part, whole };
        let better = Measure::Share { part: (part + more).min(whole), whole };
        if let Some(rank) = judged(&step(">=", -limit), Unit::Share, base, better, 0) {
            prop_assert_eq!(rank, 0);
        }
    }

    #[test]
    fn shares_agree_with_whole_numbers(part in 0_u64..400, whole in 1_u64..400, base in 0_u64..400, of in 1_u64..400, limit in 0_i64..400) {
        let (part, base) = (part.min(whole), base.min(of));
        let text = step(">=", -limit);
        let found = judged(&text, Unit::Share, Measure::Share { part: base, whole: of }, Measure::Share { part, whole }, 0);
        // part/whole >= base/of - limit/1000, multiplied by whole · of · 1000.
        let (part, whole, base, of) = (i128::from(part), i128::from(whole), i128::from(base), i128::from(of));
        let holds = part * of * 1000 >= base * whole * 1000 - i128::from(limit) * whole * of;
        if let Some(found) = found {
            prop_assert_eq!(found == 0, holds);
        }
    }

    #[test]
    fn no_text_ends_it(text in ".{0,24}", baseline in "[<>=!]{0,2} ?(baseline)? ?[-+]? ?[0-9.]{0,31}[a-zA-Z%]{0,3}") {
        for unit in [Unit::Count, Unit::Share, Unit::Duration, Unit::Size, Unit::Number] {
            for text in [&text, &baseline] {
                let Some(condition) = read(text, unit) else { continue };
                for base in [Measure::Count(7), Measure::Number(Decimal::MAX), Measure::Number(Decimal::MIN), Measure::Share { part: u64::MAX, whole: u64::MAX }, Measure::Duration(Decimal::ONE)] {
                    if let Ok(met) = condition.against(&base) {
                        met.keeps_with(&base, Decimal::MAX);
                        met.wanted(&base, base.number());
                    }
                }
            }
        }
    }
}
