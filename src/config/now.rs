//! The gates of a plan as phases ask for them: whether they block, what they weigh, and which bounds they put.
//!
//! Bounds are named as facts are: by the keys that lead to them, or as the judge states them. Others are found by their
//! words.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, PlannedGate};
use crate::model::Enforce;
use crate::phase::GateNow;
use crate::policy::{Condition, Date};
use crate::source::{Node, Value};

/// Every gate by name, as it is on that day.
pub fn gates_now(plan: &Plan, today: jiff::civil::Date) -> BTreeMap<String, GateNow> {
    let gates = plan.gates.iter();
    gates
        .map(|gate| (gate.id.clone(), now(gate, today)))
        .collect()
}

fn now(gate: &PlannedGate, today: jiff::civil::Date) -> GateNow {
    let later = |from: &Date| from.value > today;
    let warns = gate.enforce_from.as_ref().is_some_and(later);
    let mut bounds = Vec::new();
    for judge in &gate.judges {
        let mut path = vec![gate.id.clone(), judge.kind().to_owned()];
        let own = gate.node.get(judge.kind());
        own.into_iter()
            .for_each(|node| walk(node, &mut path, &mut bounds));
        for (name, words) in judge.stated() {
            bounds.push((format!("{}.{}.{name}", gate.id, judge.kind()), words));
        }
        for (key, condition) in judge.implied() {
            let fact = format!("{}.{}.{key}", gate.id, judge.kind());
            if !bounds.iter().any(|(known, _)| *known == fact) {
                bounds.push((fact, condition.text().to_owned()));
            }
        }
    }
    if let Some(duration) = &gate.duration {
        bounds.push((
            format!("{}.exit.duration", gate.id),
            duration.text().to_owned(),
        ));
    }
    let mut texts = BTreeSet::new();
    scalars(&gate.node, &mut texts);
    GateNow {
        enforce: match gate.enforce {
            Enforce::Block if warns => Enforce::Warn,
            other => other,
        },
        weight: gate.weight,
        owner: gate.owner.clone(),
        written: Some(gate.at.place()),
        bounds,
        texts,
    }
}

/// Keys below which a bound is written and that no fact has in its name.
const SILENT: &[&str] = &["values"];

fn walk(node: &Node, path: &mut Vec<String>, bounds: &mut Vec<(String, String)>) {
    let Value::Map(entries) = &node.value else {
        return;
    };
    for (key, value) in entries {
        if let Some(condition) = Condition::guess(value) {
            let whole = ["is", "pass"].contains(&key.name.as_str());
            let name = if whole {
                path.join(".")
            } else {
                format!("{}.{}", path.join("."), key.name)
            };
            bounds.push((name, condition.text().to_owned()));
            continue;
        }
        let silent = SILENT.contains(&key.name.as_str());
        if !silent {
            path.push(key.name.clone());
        }
        walk(value, path, bounds);
        if !silent {
            path.pop();
        }
    }
}

fn scalars(node: &Node, texts: &mut BTreeSet<String>) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|(_, value)| scalars(value, texts)),
        Value::List(items) => {
            let all: Vec<String> = items.iter().filter_map(Node::scalar).collect();
            // A list of bounds is shown as one.
            texts.insert(all.join(", "));
            items.iter().for_each(|item| scalars(item, texts));
        }
        _ => texts.extend(node.scalar()),
    }
}
