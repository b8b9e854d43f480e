//! One tree over another: for `extends`, where the later file may tighten and never loosen, and for gates
//! over their presets, where anything may be overridden.

use crate::policy::Condition;
use crate::problem::{Code, Problem, Problems};
use crate::source::{Node, Value};

/// `over` on top of `under`, key by key; lists and scalars are replaced.
pub(super) fn overlay(under: &Node, over: &Node) -> Node {
    merge(under, over, &mut |_, _, _| {}, &mut Vec::new())
}

/// As [`overlay`], reporting each place where `over` demands less than `under`.
pub(super) fn tighten(under: &Node, over: &Node, problems: &mut Problems) -> Node {
    merge(
        under,
        over,
        &mut |path, old, new| problems.extend(loosened(path, old, new)),
        &mut Vec::new(),
    )
}

type Compare<'a> = dyn FnMut(&[String], &Node, &Node) + 'a;

fn merge(under: &Node, over: &Node, compare: &mut Compare<'_>, path: &mut Vec<String>) -> Node {
    let (Value::Map(old), Value::Map(new)) = (&under.value, &over.value) else {
        compare(path, under, over);
        return over.clone();
    };
    let mut entries = Vec::with_capacity(old.len() + new.len());
    for (key, node) in old {
        match new.iter().find(|(other, _)| other.name == key.name) {
            Some((newer, replaced)) => {
                path.push(key.name.clone());
                entries.push((newer.clone(), merge(node, replaced, compare, path)));
                path.pop();
            }
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

/// Keys of a gate whose change makes evidence in another way.
const PRODUCERS: &[&str] = &["run", "shell", "dir", "exit", "when", "uses"];

fn loosened(path: &[String], old: &Node, new: &Node) -> Option<Problem> {
    let [top, gate, rest @ ..] = path else {
        return None;
    };
    if top != "gates" || rest.is_empty() || old.value == new.value {
        return None;
    }
    let what = match rest
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["enforce"] => (enforcement(new) < enforcement(old)).then(|| "blocks less".to_owned()),
        ["absent", ..] | ["default"] => Some("demands less".to_owned()),
        [key, ..] if PRODUCERS.contains(key) => {
            Some("makes its evidence in another way".to_owned())
        }
        [
            _,
            ..,
            "reports" | "format" | "expect" | "produced" | "include" | "exclude",
        ] => Some("reads other evidence".to_owned()),
        _ => {
            let (old, new) = (Condition::guess(old)?, Condition::guess(new)?);
            new.is_looser_than(&old)
                .then(|| format!("`{new}` is looser than `{old}`"))
        }
    }?;
    let dotted = rest.join(".");
    Some(
        Problem::new(
            Code::LOOSENED,
            &new.at,
            format!("gate `{gate}`: `{dotted}` {what}"),
        )
        .label("later file")
        .also(&old.at, "what it extends")
        .help("a file may tighten what it extends; change the file that it extends instead"),
    )
}

fn enforcement(node: &Node) -> u8 {
    match node.scalar().as_deref() {
        Some("monitor") => 0,
        Some("warn") => 1,
        _ => 2,
    }
}
