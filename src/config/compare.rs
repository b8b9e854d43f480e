//! What one file demands less, more or otherwise than another.
//!
//! The one answer to "does this loosen?": `extends` refuses what is a weakening here, `policy diff` shows it, and
//! `--policy-ref` judges by it. Gate kinds compare their own options; what nobody explains counts as a weakening.

mod gate;
mod normal;
mod phase;
#[cfg(test)]
mod tests;

pub use normal::Normal;

use super::file::File;
use crate::model::{Effect, PolicyChange, PolicyDiff, WeakeningCode};
use crate::policy::{Change, Changes, Days, Side, WaiverRules, Weight};
use crate::source::{At, Node, Place};

/// Every change from an older file to a newer one, in the order of the older one.
pub fn compare(old: &Normal, new: &Normal) -> Vec<Change> {
    let mut changes = Changes::default();
    let side = Side::both(&old.node, &new.node);
    for key in side
        .keys()
        .into_iter()
        .filter(|key| File::KEYS.contains(key))
    {
        let side = side.get(key);
        if !side.is_same() {
            changes.at(key, |changes| section(key, &side, changes));
        }
    }
    changes.done()
}

/// Every change of `defaults:` itself: it also holds for gates that only the newer file has.
pub(super) fn compare_defaults(old: &Node, new: &Node) -> Vec<Change> {
    let mut changes = Changes::default();
    let side = Side::both(old, new).get("defaults");
    if side.old.is_some() {
        changes.at("defaults", |changes| gate::compare(&side, changes));
    }
    changes.done()
}

fn section(key: &str, side: &Side<'_>, changes: &mut Changes) {
    match key {
        "gates" => each(side, changes, gate::compare, WeakeningCode::GateRemoved),
        "phases" => each(side, changes, phase::compare, WeakeningCode::PhaseRemoved),
        "services" => each(
            side,
            changes,
            |side, changes| changes.other(side),
            WeakeningCode::ChangedProducer,
        ),
        "resources" => resources(side, changes),
        "secrets" => secrets(side, changes),
        "policy" => policy(side, changes),
        "protected" => changes.weigh(Weight::Demands, side, WeakeningCode::PolicyEased),
        // Never taken over from the head under a trusted policy; and who extends a file knows what its own trees need.
        "worktree" if side.old.is_none() => changes.neutral(side, "is said now"),
        _ => changes.other(side),
    }
}

/// Semaphores only order commands; the newer side's are taken over with the gates that hold them.
fn resources(side: &Side<'_>, changes: &mut Changes) {
    let kept = |key: &&str| side.get(key).new.is_some();
    if side.new.is_some() && side.keys().iter().all(kept) {
        changes.tighter(side, "are other semaphores, none fewer");
    } else {
        changes.neutral(side, "are other semaphores");
    }
}

/// Named things: one that is gone, one that is new, one that differs.
fn each(
    side: &Side<'_>,
    changes: &mut Changes,
    differ: impl Fn(&Side<'_>, &mut Changes),
    gone: WeakeningCode,
) {
    for key in side.keys() {
        let side = side.get(key);
        if side.is_same() {
            continue;
        }
        changes.at(key, |changes| match (side.old, side.new) {
            (Some(_), None) => changes.weaker(gone, &side, "is gone"),
            (None, Some(_)) => changes.tighter(&side, "is new"),
            _ => differ(&side, changes),
        });
    }
}

/// Names whose values are masked.
fn secrets(side: &Side<'_>, changes: &mut Changes) {
    changes.weigh(Weight::Demands, side, WeakeningCode::SecretsFewer);
}

fn policy(side: &Side<'_>, changes: &mut Changes) {
    for key in side.keys() {
        let side = side.get(key);
        if side.is_same() {
            continue;
        }
        changes.at(key, |changes| match key {
            "weakening" => weakening_rule(&side, changes),
            "waivers" => {
                for key in side.keys() {
                    let side = side.get(key);
                    if !side.is_same() {
                        changes.at(key, |changes| waiver_rule(key, &side, changes));
                    }
                }
            }
            _ => changes.other(&side),
        });
    }
}

fn weakening_rule(side: &Side<'_>, changes: &mut Changes) {
    let rank = |node: Option<&Node>| match node.and_then(Node::scalar).as_deref() {
        Some("warn") => 0,
        Some("block") => 2,
        _ => 1,
    };
    let (old, new) = (rank(side.old), rank(side.new));
    match new {
        _ if new < old => {
            changes.weaker(WeakeningCode::PolicyEased, side, "asks less of weakenings");
        }
        _ if new > old => changes.tighter_by(side, "asks more of weakenings", None),
        _ => changes.neutral(side, "says the same in another way"),
    }
}

/// How long waivers may last, how many count and how often one is renewed: less is more. `None` is without end.
fn waiver_rule(key: &str, side: &Side<'_>, changes: &mut Changes) {
    let unsaid = WaiverRules::default();
    let unsaid = match key {
        "longest" => Some(u64::from(unsaid.longest)),
        "renewals" => Some(unsaid.renewals),
        "most" => unsaid.most,
        // When it is said that something ends soon, or could end.
        "warn" | "passes" => return changes.neutral(side, "says something else"),
        _ => return changes.other(side),
    };
    let number = |node: Option<&Node>| -> Option<u64> {
        let Some(node) = node else { return unsaid };
        let text = node.scalar()?;
        match key {
            "longest" => Some(u64::from(text.parse::<Days>().ok()?.0)),
            _ => text.trim().parse().ok(),
        }
    };
    match (number(side.old), number(side.new)) {
        (old, new) if old == new => changes.neutral(side, "says the same in another way"),
        (Some(old), Some(new)) if new < old => changes.tighter(side, "is less"),
        (None, Some(_)) => changes.tighter(side, "is bounded now"),
        _ => changes.weaker(WeakeningCode::PolicyEased, side, "allows more of waivers"),
    }
}

/// The changes as outputs see them, sorted into what weakens, what tightens, and the rest.
pub fn told(changes: &[Change], old: &Normal, new: &Normal, diff: &mut PolicyDiff) {
    for change in changes {
        let gate = change.path.get(1).filter(|_| change.path[0] == "gates");
        let place = |at: &At, side: &Normal| -> Place {
            let uses = gate.and_then(|gate| side.uses.get(gate));
            match uses {
                Some(uses) if at.file.starts_with("gates/") => uses.place(),
                _ => at.place(),
            }
        };
        let (list, code) = match change.effect {
            Effect::Weakening(code) => (&mut diff.weakenings, Some(code)),
            Effect::Tightening => (&mut diff.tightenings, None),
            Effect::Neutral => (&mut diff.neutral, None),
        };
        list.push(PolicyChange {
            code,
            path: change.path.join("."),
            message: change.message.clone(),
            old: Some(place(&change.old, old)),
            new: Some(place(&change.new, new)),
            content: None,
        });
    }
}
