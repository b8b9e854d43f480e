//! One tree over another: for `extends`, where the later file may tighten and never loosen, and for gates
//! over their presets, where anything may be overridden.

use super::compare::{Normal, compare, compare_defaults};
use crate::model::{Effect, WeakeningCode};
use crate::problem::{Code, Problem, Problems};
use crate::source::{At, Node, Value};

/// `over` on top of `under`, key by key; lists and scalars are replaced.
pub(super) fn overlay(under: &Node, over: &Node) -> Node {
    let (Value::Map(old), Value::Map(new)) = (&under.value, &over.value) else {
        return over.clone();
    };
    let mut entries = Vec::with_capacity(old.len() + new.len());
    for (key, node) in old {
        match new.iter().find(|(other, _)| other.name == key.name) {
            Some((newer, replaced)) => entries.push((newer.clone(), overlay(node, replaced))),
            None => entries.push((key.clone(), node.clone())),
        }
    }
    let added = new
        .iter()
        .filter(|(key, _)| !old.iter().any(|(other, _)| other.name == key.name));
    entries.extend(added.cloned());
    Node {
        at: over.at.clone(),
        value: Value::Map(entries),
    }
}

/// As [`overlay`], reporting each place where the merged file demands less than `under` alone.
pub(super) fn tighten(under: &Node, over: &Node, problems: &mut Problems) -> Node {
    let merged = overlay(under, over);
    let mut changes = compare_defaults(under, &merged);
    changes.extend(compare(&Normal::of(under), &Normal::of(&merged)));
    let mut told: Vec<At> = Vec::new();
    for change in changes {
        let Effect::Weakening(code) = change.effect else {
            continue;
        };
        // What the lower file leaves open, the later one may say. What is allowed of waivers is never left open.
        let left_open = || {
            under
                .get("policy")
                .and_then(|policy| policy.get("weakening"))
                .is_none()
        };
        if change.path == ["policy", "weakening"] && left_open() {
            continue;
        }
        // A default that loosens does so for every gate: it is told once.
        if !told.contains(&change.new) {
            told.push(change.new.clone());
            problems.push(loosened(&change.message, code, &change.old, &change.new));
        }
    }
    for (gate, under) in gates(under) {
        let over = over.get("gates").and_then(|gates| gates.get(gate));
        for key in ["uses", "with"] {
            if let Some(new) = over.and_then(|over| over.get(key)) {
                let words = format!("`gates.{gate}.{key}` begins from another preset or parameter");
                problems.push(loosened(
                    &words,
                    WeakeningCode::ChangedProducer,
                    &under.at,
                    &new.at,
                ));
            }
        }
    }
    merged
}

fn gates(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let entries = match node.get("gates").map(|gates| &gates.value) {
        Some(Value::Map(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, gate)| (key.name.as_str(), gate))
}

fn loosened(words: &str, code: WeakeningCode, old: &At, new: &At) -> Problem {
    Problem::new(Code::LOOSENED, new, format!("{words} ({})", code.word()))
        .label("later file")
        .also(old, "what it extends")
        .help("a file may tighten what it extends; change the file that it extends instead")
}
