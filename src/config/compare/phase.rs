//! What a change of one phase means, key by key.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

use crate::model::WeakeningCode;
use crate::policy::{Changes, Side, Weight, parse_duration};
use crate::source::{Node, Value};

/// Largest gap between two observations of a soak that does not say it.
const EVERY: Duration = Duration::from_secs(24 * 3600);

/// Compares a phase that both sides have.
pub(super) fn compare(phase: &Side<'_>, changes: &mut Changes) {
    for key in phase.keys() {
        let side = phase.get(key);
        if !side.is_same() {
            changes.at(key, |changes| entry(key, &side, changes));
        }
    }
}

fn entry(key: &str, side: &Side<'_>, changes: &mut Changes) {
    let criterion = WeakeningCode::PhaseCriterionRemoved;
    match key {
        "title" | "due" => changes.neutral(side, "says something else"),
        "gates" => changes.weigh(Weight::Demands, side, WeakeningCode::PhaseGateRemoved),
        "keep" | "after" => changes.weigh(Weight::Demands, side, criterion),
        "may-skip" => changes.weigh(Weight::Exceptions, side, WeakeningCode::LiensWider),
        "targets" => targets(side, changes),
        "readiness" => bound(side, changes),
        "entry" => entry_criteria(side, changes),
        "sign-offs" => sign_offs(side, changes),
        "soak" => soak(side, changes),
        "liens" => liens(side, changes),
        "parent" if side.old.is_none() => changes.tighter(side, "is new"),
        "parent" => changes.weaker(criterion, side, "is another phase, or none"),
        _ => changes.other(side),
    }
}

fn targets(side: &Side<'_>, changes: &mut Changes) {
    for key in side.keys() {
        let side = side.get(key);
        if !side.is_same() {
            changes.at(key, |changes| bound(&side, changes));
        }
    }
}

fn bound(side: &Side<'_>, changes: &mut Changes) {
    if side.new.is_none() {
        changes.weaker(
            WeakeningCode::PhaseCriterionRemoved,
            side,
            "is not asked any more",
        );
    } else {
        changes.bound(side, false);
    }
}

fn entry_criteria(side: &Side<'_>, changes: &mut Changes) {
    for key in side.keys() {
        let side = side.get(key);
        if side.is_same() {
            continue;
        }
        let holds = |node: Option<&Node>| node.is_some_and(|node| node.value == Value::Bool(true));
        changes.at(key, |changes| match key {
            "sign-offs" => sign_offs(&side, changes),
            "committed" if holds(side.old) => changes.weaker(
                WeakeningCode::PhaseCriterionRemoved,
                &side,
                "is not asked any more",
            ),
            "committed" if holds(side.new) => changes.tighter(&side, "is asked too"),
            "committed" => changes.neutral(&side, "says the same in another way"),
            _ => changes.other(&side),
        });
    }
}

/// `2`, or a mapping.
fn count_of(node: Option<&Node>) -> u64 {
    let Some(node) = node else { return 0 };
    let count = match &node.value {
        Value::Map(_) => node.get("count").map_or(Some("1".to_owned()), Node::scalar),
        _ => node.scalar(),
    };
    count.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn sign_offs(side: &Side<'_>, changes: &mut Changes) {
    let before = changes.len();
    let (old, new) = (count_of(side.old), count_of(side.new));
    let said = format!("was {old}, is {new}");
    if new < old {
        return changes.weaker(WeakeningCode::SignOffsLowered, side, said);
    }
    let code = WeakeningCode::SignOffsLowered;
    for (key, weight) in [("from", Weight::Exceptions), ("not", Weight::Demands)] {
        let part = side.get(key);
        if part.is_same() || side.old.is_none() {
            continue;
        }
        changes.at(key, |changes| {
            // Without roles anybody may sign: a first role narrows, and the last one that goes widens.
            match (key, part.old, part.new) {
                ("from", Some(_), None) => changes.weaker(code, &part, "is anybody now"),
                ("from", None, Some(_)) => changes.tighter(&part, "is not anybody any more"),
                _ => changes.weigh(weight, &part, code),
            }
        });
    }
    for (key, demands) in [("evidence", true), ("unsigned", false)] {
        let part = side.get(key);
        let holds = |node: Option<&Node>| node.is_some_and(|node| node.value == Value::Bool(true));
        let (was, is) = (holds(part.old), holds(part.new));
        if side.old.is_some() && was != is {
            changes.at(key, |changes| match is == demands {
                true => changes.tighter(&part, "asks more of a sign-off"),
                false => changes.weaker(code, &part, "asks less of a sign-off"),
            });
        }
    }
    if new > old {
        changes.tighter(side, said);
    }
    changes.as_one_since(before, side, "asks more of those who sign");
}

fn soak(side: &Side<'_>, changes: &mut Changes) {
    let span = |node: Option<&Node>, key: &str| {
        let node = node?;
        let text = match &node.value {
            Value::Map(_) => node.get(key)?.scalar(),
            _ if key == "for" => node.scalar(),
            _ => None,
        };
        parse_duration(&text?)
    };
    let (old, new) = (span(side.old, "for"), span(side.new, "for"));
    let gap = |node| span(node, "every").unwrap_or(EVERY);
    let (old_gap, new_gap) = (gap(side.old), gap(side.new));
    if new < old || (old.is_some() && new_gap > old_gap) {
        changes.weaker(
            WeakeningCode::SoakShorter,
            side,
            "is shorter, or has larger gaps",
        );
    } else if new > old || new_gap < old_gap {
        changes.tighter(side, "is longer, or has smaller gaps");
    } else {
        changes.neutral(side, "says the same in another way");
    }
}

fn liens(side: &Side<'_>, changes: &mut Changes) {
    let code = WeakeningCode::LiensWider;
    if side.old.is_none() {
        return changes.weaker(code, side, "is new: promises are accepted");
    }
    if side.new.is_none() {
        return changes.tighter(side, "is gone: no promise is accepted");
    }
    for key in side.keys() {
        let part = side.get(key);
        if part.is_same() {
            continue;
        }
        let length = |node: Option<&Node>| -> Option<Span> {
            node.and_then(Node::scalar)?.trim().parse().ok()
        };
        let shorter = |new: Span, old: Span| {
            let days = SpanRelativeTo::days_are_24_hours();
            new.compare((old, days))
                .is_ok_and(std::cmp::Ordering::is_lt)
        };
        changes.at(key, |changes| match key {
            "from" => changes.weigh(Weight::Exceptions, &part, code),
            "longest" => match (length(part.old), length(part.new)) {
                (None, Some(_)) => changes.tighter(&part, "is new"),
                (Some(old), Some(new)) if shorter(new, old) => changes.tighter(&part, "is shorter"),
                _ => changes.weaker(code, &part, "is longer"),
            },
            "most" if part.new.is_none() => changes.weaker(code, &part, "is without end"),
            "most" => {
                let before = changes.len();
                changes.bound(&part, false);
                changes.recode_since(before, code);
            }
            _ => changes.other(&part),
        });
    }
}
