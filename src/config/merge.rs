//! One tree over another: for `extends`, where the later file may tighten and never loosen, and for gates
//! over their presets, where anything may be overridden.

use crate::policy::{Condition, Days, WaiverRules};
use crate::problem::{Code, Problem, Problems};
use crate::source::{At, Node, Value};

/// `over` on top of `under`, key by key; lists and scalars are replaced.
pub(super) fn overlay(under: &Node, over: &Node) -> Node {
    merge(under, over, &mut |_, _, _, _| {}, &mut Vec::new())
}

/// As [`overlay`], reporting each place where `over` demands less than `under`.
pub(super) fn tighten(under: &Node, over: &Node, problems: &mut Problems) -> Node {
    merge(
        under,
        over,
        &mut |path, old, around, new| {
            problems.extend(match old {
                Some(old) => loosened(path, old, new),
                None => loosened_by_adding(path, around, new),
            });
        },
        &mut Vec::new(),
    )
}

/// Gets the path of a value, the older value or `None` where there is none, what is around it, and the newer value.
type Compare<'a> = dyn FnMut(&[String], Option<&Node>, &Node, &Node) + 'a;

fn merge(under: &Node, over: &Node, compare: &mut Compare<'_>, path: &mut Vec<String>) -> Node {
    let (Value::Map(old), Value::Map(new)) = (&under.value, &over.value) else {
        compare(path, Some(under), under, over);
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
    for (key, node) in added {
        path.push(key.name.clone());
        compare(path, None, under, node);
        path.pop();
        entries.push((key.clone(), node.clone()));
    }
    Node {
        at: over.at.clone(),
        value: Value::Map(entries),
    }
}

const CHANGE_BELOW: &str =
    "a file may tighten what it extends; change the file that it extends instead";

/// Keys of a gate whose change makes evidence in another way.
const PRODUCERS: &[&str] = &["run", "shell", "dir", "exit", "when", "uses"];

fn loosened(path: &[String], old: &Node, new: &Node) -> Option<Problem> {
    let [top, gate, rest @ ..] = path else {
        return None;
    };
    if top == "defaults" && old.value != new.value {
        return loosened_defaults(gate, old, new);
    }
    if let ("policy", "waivers", [key]) = (top.as_str(), gate.as_str(), rest) {
        return loosened_waivers(key, Some(old), &old.at, new);
    }
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
        ["absent" | "first-run", ..] | ["default"] | ["enforce-from"] => {
            Some("demands less".to_owned())
        }
        ["baseline", ..] => Some("compares with another baseline".to_owned()),
        ["retry", ..] => Some("forgives failures".to_owned()),
        ["tests", "renames", ..] => Some("allows what was not allowed".to_owned()),
        ["with", ..] => Some("makes its evidence in another way".to_owned()),
        [key, ..] if PRODUCERS.contains(key) => {
            Some("makes its evidence in another way".to_owned())
        }
        [
            _,
            ..,
            "reports" | "format" | "expect" | "produced" | "include" | "exclude",
        ]
        | ["tests", "outcome" | "green-list"]
        | ["coverage", "map", ..] => Some("reads other evidence".to_owned()),
        ["coverage", "patch"] => loosened_patch(old, new),
        ["coverage", "patch", "ignore-below"] => {
            (count(new) > count(old)).then(|| "demands less".to_owned())
        }
        _ => looser(old, new),
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
        .help(CHANGE_BELOW),
    )
}

fn looser(old: &Node, new: &Node) -> Option<String> {
    let (old, new) = (Condition::guess(old)?, Condition::guess(new)?);
    new.is_looser_than(&old)
        .then(|| format!("`{new}` is looser than `{old}`"))
}

/// `patch: ">=90%"` over a mapping, or the other way round: the one replaces the other as a whole.
fn loosened_patch(old: &Node, new: &Node) -> Option<String> {
    let lines = |node: &Node| node.get("lines").cloned();
    let (before, after) = match (&old.value, &new.value) {
        (_, Value::Map(_)) => (Some(old.clone()), lines(new)),
        (Value::Map(_), _) => (lines(old), Some(new.clone())),
        _ => (Some(old.clone()), Some(new.clone())),
    };
    let has = |node: &Node, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    let lost = has(old, &["branches", "pragmas"]) || has(new, &["ignore-below", "unmeasured"]);
    match (before, after) {
        (Some(before), Some(after)) if !lost => looser(&before, &after),
        (None, _) if !lost => None,
        _ => Some("demands less".to_owned()),
    }
}

fn count(node: &Node) -> Option<u64> {
    node.scalar()?.parse().ok()
}

/// An entry of `defaults:` holds for every gate that does not set it.
fn loosened_defaults(key: &str, old: &Node, new: &Node) -> Option<Problem> {
    let what = match key {
        "enforce" if enforcement(new) < enforcement(old) => "blocks less",
        "retry" => "forgives failures",
        _ => return None,
    };
    let problem = Problem::new(Code::LOOSENED, &new.at, format!("`defaults.{key}` {what}"));
    Some(
        problem
            .label("later file")
            .also(&old.at, "what it extends")
            .help(CHANGE_BELOW),
    )
}

/// What is allowed of waivers: larger is looser. `old` is none where the file below leaves it at what holds unsaid.
fn loosened_waivers(key: &str, old: Option<&Node>, around: &At, new: &Node) -> Option<Problem> {
    let unsaid = WaiverRules::default();
    let days = |node: &Node| Some(u64::from(node.scalar()?.parse::<Days>().ok()?.0));
    let count = |node: &Node| node.scalar()?.parse::<u64>().ok();
    let (before, after) = match key {
        "longest" => (
            old.map_or(Some(u64::from(unsaid.longest)), days)?,
            days(new)?,
        ),
        "renewals" => (old.map_or(Some(unsaid.renewals), count)?, count(new)?),
        "most" => (old.and_then(count)?, count(new)?),
        _ => return None,
    };
    (after > before).then(|| {
        let message = format!("`policy.waivers.{key}` allows {after}, not {before}");
        Problem::new(Code::LOOSENED, &new.at, message)
            .label("later file")
            .also(around, "what it extends")
            .help(CHANGE_BELOW)
    })
}

/// A whole `policy:` or `policy.waivers:` that was added: each of its entries counts as one.
fn added_policy(path: &[&str], around: &Node, new: &Node) -> Option<Problem> {
    let Value::Map(entries) = &new.value else {
        return match path {
            ["policy", "waivers", key] => loosened_waivers(key, None, &around.at, new),
            _ => None,
        };
    };
    entries.iter().find_map(|(key, node)| {
        let below: Vec<&str> = path.iter().copied().chain([key.name.as_str()]).collect();
        added_policy(&below, around, node)
    })
}

/// Keys that demand less by being there at all: what they change was not written below, and still held.
fn loosened_by_adding(path: &[String], around: &Node, new: &Node) -> Option<Problem> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    if parts.first() == Some(&"policy") {
        return added_policy(&parts, around, new);
    }
    let what = match parts.as_slice() {
        ["defaults", "enforce"] | ["gates", _, "enforce"] => {
            (enforcement(new) < BLOCKS).then_some("blocks less")
        }
        ["defaults", "retry"] | ["gates", _, "retry"] => Some("forgives failures"),
        ["defaults"] => return default_entries(around, new),
        ["gates", _, "default"] => {
            (new.scalar().as_deref() == Some("false")).then_some("demands less")
        }
        [
            "gates",
            _,
            "coverage",
            "patch",
            "ignore-below" | "unmeasured",
        ] => Some("demands less"),
        ["gates", _, "coverage", "map"] | ["gates", _, "coverage", "map", _] => {
            Some("reads other evidence")
        }
        ["gates", _, "absent" | "first-run" | "enforce-from"] => Some("demands less"),
        ["gates", _, "baseline"] => Some("compares with another baseline"),
        ["gates", _, "with"] => Some("makes its evidence in another way"),
        ["gates", _, key] if PRODUCERS.contains(key) => Some("makes its evidence in another way"),
        ["gates", _, _, .., "include" | "exclude" | "produced"] => Some("reads other evidence"),
        ["gates", _, "tests", "outcome" | "renames"] => Some("allows what was not allowed"),
        ["gates", _, "tests", "renames", _] => Some("allows what was not allowed"),
        ["gates", _, "tests", "failed" | "errored"] => {
            (new.scalar().as_deref() != Some("0")).then_some("allows what was not allowed")
        }
        _ => None,
    }?;
    let dotted = parts
        .iter()
        .skip(usize::from(parts[0] == "gates"))
        .copied()
        .collect::<Vec<_>>()
        .join(".");
    Some(
        Problem::new(Code::LOOSENED, &new.at, format!("`{dotted}` {what}"))
            .label("later file")
            .also(&around.at, "what it extends")
            .help(CHANGE_BELOW),
    )
}

/// A whole `defaults:` that was added: each of its entries counts as one.
fn default_entries(around: &Node, new: &Node) -> Option<Problem> {
    let Value::Map(entries) = &new.value else {
        return None;
    };
    entries.iter().find_map(|(key, node)| {
        loosened_by_adding(&["defaults".to_owned(), key.name.clone()], around, node)
    })
}

/// How a gate that does not say it is enforced.
const BLOCKS: u8 = 2;

fn enforcement(node: &Node) -> u8 {
    match node.scalar().as_deref() {
        Some("monitor") => 0,
        Some("warn") => 1,
        _ => BLOCKS,
    }
}
