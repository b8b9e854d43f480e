//! What a change of one gate means, key by key. The options of its judges are compared by their kinds.

use jiff::civil::Date;

use crate::config::file::Gate;
use crate::gate::{self, ExitOptions, ExitRule};
use crate::model::{EvidenceKind, WeakeningCode};
use crate::policy::{Adopt, Changes, Side, Weight, parse_duration};
use crate::problem::{Problems, Shape};
use crate::source::Node;

/// Compares a gate that both sides have.
pub(super) fn compare(gate: &Side<'_>, changes: &mut Changes) {
    for key in gate.keys() {
        let side = gate.get(key);
        let command = |node: Option<&Node>| scalar(node).map(|text| text.trim().to_owned());
        let same_command = key == "run" && command(side.old) == command(side.new);
        if side.is_same() || same_command {
            continue;
        }
        changes.at(key, |changes| match gate::find(key) {
            Some(kind) => judge(kind, gate, &side, changes),
            // A key that is none is told where the file is checked.
            None if Gate::KEYS.contains(&key) => entry(key, gate, &side, changes),
            None => {}
        });
    }
}

fn entry(key: &str, gate: &Side<'_>, side: &Side<'_>, changes: &mut Changes) {
    match key {
        "why" | "fix" | "owner" | "weight" | "grace" | "resource" => {
            changes.neutral(side, "says something else");
        }
        "env" => env(side, changes),
        "secrets" => changes.weigh(Weight::Demands, side, WeakeningCode::SecretsFewer),
        "needs" => needs(gate, side, changes),
        "timeout" => timeout(side, changes),
        "retry" => retry(side, changes),
        "when" => when(side, changes),
        "enforce" => enforce(side, changes),
        "enforce-from" => enforce_from(side, changes),
        "default" => default(side, changes),
        "absent" => absent("evidence", side, changes),
        "first-run" => absent("baseline", side, changes),
        "exit" => exit(gate, side, changes),
        "duration" => changes.bound(side, false),
        // `run`, `shell`, `dir`, `inputs`, `service`, and whatever key there will be.
        _ => changes.other(side),
    }
}

fn scalar(node: Option<&Node>) -> Option<String> {
    node.and_then(Node::scalar)
}

fn words(side: &Side<'_>, nothing: &str) -> String {
    let shown = |node| scalar(node).map_or_else(|| nothing.to_owned(), |text| format!("`{text}`"));
    format!("was {}, is {}", shown(side.old), shown(side.new))
}

/// A judge that is gone, one that is new, or one that asks something else.
fn judge(kind: &dyn gate::GateKind, gate: &Side<'_>, side: &Side<'_>, changes: &mut Changes) {
    match (side.old, side.new) {
        (Some(_), None) => changes.weaker(WeakeningCode::JudgeRemoved, side, "is gone"),
        (None, Some(node)) => new_judge(kind, node, gate, side, changes),
        _ => kind.compare(side, changes),
    }
}

/// A new judge asks more; but the first report that is read takes the last word from the exit status, and failed
/// tests or findings give a cause to one that had none.
fn new_judge(
    kind: &dyn gate::GateKind,
    node: &Node,
    gate: &Side<'_>,
    side: &Side<'_>,
    changes: &mut Changes,
) {
    let evidence = evidence_of(kind, node);
    let runs = gate.old.is_some_and(|gate| gate.get("run").is_some());
    let explains = matches!(evidence, Some(EvidenceKind::Tests | EvidenceKind::Findings));
    if runs && evidence.is_some() && (explains || !reads_reports(gate.old)) {
        let words = "is new: a report may now explain an exit status that failed by itself";
        changes.weaker(WeakeningCode::ExitLooser, side, words);
    } else {
        changes.tighter(side, "is new");
    }
}

fn evidence_of(kind: &dyn gate::GateKind, node: &Node) -> Option<EvidenceKind> {
    let built = kind.build(node, &mut Problems::default())?;
    built.reports().map(|reports| reports.kind)
}

/// Whether a gate has a judge of reports, so that its exit status does not decide alone.
fn reads_reports(gate: Option<&Node>) -> bool {
    let judges = gate::KINDS
        .iter()
        .filter_map(|kind| Some((kind, gate?.get(kind.name())?)));
    judges
        .into_iter()
        .any(|(kind, node)| evidence_of(*kind, node).is_some())
}

fn env(side: &Side<'_>, changes: &mut Changes) {
    for key in side.keys() {
        let side = side.get(key);
        if side.is_same() {
            continue;
        }
        changes.at(key, |changes| {
            if key == "pass" {
                changes.weigh(Weight::Exceptions, &side, WeakeningCode::EnvPassWider);
            } else {
                changes.other(&side);
            }
        });
    }
}

/// A need more only adds a reason not to run; but a gate without a command reads what its needs write.
fn needs(gate: &Side<'_>, side: &Side<'_>, changes: &mut Changes) {
    let before = changes.len();
    changes.weigh(Weight::Demands, side, WeakeningCode::NeedRemoved);
    let judges_only = gate.old.is_some_and(|gate| gate.get("run").is_none());
    if judges_only {
        changes.only_weaker_since(before, side);
    }
}

fn timeout(side: &Side<'_>, changes: &mut Changes) {
    let span = |node| scalar(node).and_then(|text| parse_duration(&text));
    let said = words(side, "without end");
    match (span(side.old), span(side.new)) {
        (None, Some(_)) => changes.tighter(side, said),
        (Some(old), Some(new)) if new < old => changes.tighter(side, said),
        (Some(old), Some(new)) if new == old => changes.neutral(side, said),
        _ => changes.weaker(WeakeningCode::TimeoutRaised, side, said),
    }
}

fn retry(side: &Side<'_>, changes: &mut Changes) {
    let attempts = |node: Option<&Node>| {
        let text = node.and_then(|node| node.get("attempts")?.scalar());
        text.map_or(Some(0), |text| text.parse::<u64>().ok())
    };
    let (old, new) = (attempts(side.old), attempts(side.new));
    let shown = |count: Option<u64>| count.unwrap_or_default();
    let said = format!("was {}, is {}", shown(old), shown(new));
    match (old, new) {
        (Some(old), Some(new)) if new < old => changes.tighter(side, said),
        (Some(old), Some(new)) if new == old => changes.neutral(side, said),
        _ => changes.weaker(WeakeningCode::RetryRaised, side, said),
    }
}

/// All keys must hold, and any entry of a list: a key more narrows, an entry more widens.
fn when(side: &Side<'_>, changes: &mut Changes) {
    let before = changes.len();
    let mut wider = false;
    for key in ["changed", "branch", "env"] {
        let part = side.get(key);
        if part.is_same() {
            continue;
        }
        let list = |node: Option<&Node>| -> Vec<String> {
            match node.map(|node| &node.value) {
                Some(crate::source::Value::List(items)) => {
                    items.iter().filter_map(Node::scalar).collect()
                }
                _ => scalar(node).into_iter().collect(),
            }
        };
        let (old, new) = (list(part.old), list(part.new));
        let narrower =
            !new.is_empty() && (old.is_empty() || old.iter().any(|entry| !new.contains(entry)));
        changes.at(key, |changes| {
            if narrower {
                let said = format!("was [{}], is [{}]", old.join(", "), new.join(", "));
                changes.weaker(WeakeningCode::WhenNarrower, &part, said);
            }
        });
        wider |= !narrower;
    }
    if wider && !changes.weaker_since(before) {
        changes.tighter(side, "concerns more runs");
    }
}

fn enforce(side: &Side<'_>, changes: &mut Changes) {
    let rank = |node| match scalar(node).as_deref() {
        Some("monitor") => 0,
        Some("warn") => 1,
        _ => 2,
    };
    let said = words(side, "`block`");
    let (old, new) = (rank(side.old), rank(side.new));
    match new {
        _ if new < old => changes.weaker(WeakeningCode::EnforceLowered, side, said),
        _ if new > old => changes.tighter(side, said),
        _ => changes.neutral(side, said),
    }
}

fn enforce_from(side: &Side<'_>, changes: &mut Changes) {
    let day = |node| scalar(node).and_then(|text| text.parse::<Date>().ok());
    let said = words(side, "always");
    match (day(side.old), day(side.new)) {
        (Some(_), None) if side.new.is_none() => changes.tighter(side, said),
        (Some(old), Some(new)) if new < old => changes.tighter(side, said),
        (Some(old), Some(new)) if new == old => changes.neutral(side, said),
        _ => changes.weaker(WeakeningCode::EnforceLater, side, said),
    }
}

fn default(side: &Side<'_>, changes: &mut Changes) {
    let part = |node| scalar(node).as_deref() != Some("false");
    let said = words(side, "`true`");
    match (part(side.old), part(side.new)) {
        (true, false) => changes.weaker(WeakeningCode::GateNotDefault, side, said),
        (false, true) => changes.tighter(side, said),
        _ => changes.neutral(side, said),
    }
}

/// A declared absence of something that is otherwise wanted.
fn absent(what: &str, side: &Side<'_>, changes: &mut Changes) {
    let (Some(old), Some(new)) = (side.old, side.new) else {
        return match side.new {
            Some(_) => changes.weaker(
                WeakeningCode::AbsenceDeclared,
                side,
                format!("is new: a missing {what} is accepted"),
            ),
            None => changes.tighter(
                side,
                format!("is gone: a missing {what} is not accepted any more"),
            ),
        };
    };
    let until = |node: &Node| scalar(node.get("until"));
    let (before, after) = (until(old), until(new));
    if before == after {
        return changes.neutral(side, "gives another reason");
    }
    let day = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Date>().ok());
    let part = side.get("until");
    changes.at("until", |changes| {
        let said = words(&part, "without end");
        match (day(&before), day(&after)) {
            (None, Some(_)) if before.is_none() => changes.tighter(&part, said),
            (Some(old), Some(new)) if new < old => changes.tighter(&part, said),
            _ => changes.weaker(WeakeningCode::AbsenceLonger, &part, said),
        }
    });
}

fn exit(gate: &Side<'_>, side: &Side<'_>, changes: &mut Changes) {
    let rule = |node: Option<&Node>| {
        let mut quiet = Problems::default();
        let options = node.and_then(|node| ExitOptions::read(node, &mut quiet));
        ExitRule::check(options.as_ref(), &mut quiet)
    };
    let judged = reads_reports(gate.old);
    let (old, new) = (rule(side.old), rule(side.new));
    if let Some(status) = new.looser_than(&old, judged) {
        let said = format!("lets exit status {status} mean less trouble than it did");
        changes.weaker(WeakeningCode::ExitLooser, side, said);
    } else if old.looser_than(&new, judged).is_some() {
        let adopt = side
            .new
            .map_or(Adopt::Remove, |node| Adopt::Set(node.clone()));
        changes.tighter_by(side, "means more trouble than it did", Some(adopt));
    } else {
        changes.neutral(side, "says the same in another way");
    }
}
