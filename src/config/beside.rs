//! The files beside tollgate.yaml that are part of a policy: waivers, people, and whatever else is protected.

use super::{Plan, WAIVERS, yaml};
use crate::model::WeakeningCode;
use crate::policy::{Change, Changes, Glob, Side, same};
use crate::source::{At, Key, Node, Source, Value};

/// The file of people.
pub const PEOPLE: &str = ".tollgate/people.yaml";
/// The folder of baselines.
pub const BASELINE: &str = ".tollgate/baseline/";

/// Folders below `.tollgate/` that are no policy: records of what was decided, and what stays on this machine.
const NO_POLICY: [&str; 2] = [".tollgate/ledger/", ".tollgate/local/"];

/// What of a waiver says which thing it is about is everything but this.
const OF_ITS_TIME: [&str; 5] = ["why", "why-never", "owner", "opened", "until"];

/// Whether a file of people names somebody.
pub fn names_somebody(text: &[u8]) -> bool {
    let Some(node) = read(text, PEOPLE) else {
        return false;
    };
    match &node.value {
        Value::Map(entries) => entries
            .iter()
            .filter(|(key, _)| key.name != "version")
            .any(|(_, node)| says_something(node)),
        _ => says_something(&node),
    }
}

fn says_something(node: &Node) -> bool {
    match &node.value {
        Value::Null => false,
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        _ => true,
    }
}

fn read(text: &[u8], name: &str) -> Option<Node> {
    let text = std::str::from_utf8(text).ok()?;
    yaml::parse(&Source {
        name: name.into(),
        text: text.into(),
    })
    .ok()
}

/// Which of the changed paths count as another way of making evidence. The file itself, what it extends, waivers and
/// baseline are compared by meaning instead, unless the policy names them.
pub fn protected<'a>(plan: &Plan, changed: &'a [String]) -> Vec<&'a str> {
    changed
        .iter()
        .map(String::as_str)
        .filter(|path| {
            let kept = path.starts_with(".tollgate/")
                && !NO_POLICY.iter().any(|folder| path.starts_with(folder))
                && *path != WAIVERS
                && !path.starts_with(BASELINE);
            kept || Glob::any(&plan.protected, path)
        })
        .collect()
}

/// Compares two files of waivers.
pub fn compare_waivers(old: Option<&[u8]>, new: Option<&[u8]>) -> Vec<Change> {
    let mut changes = Changes::default();
    let empty = || Node {
        at: At::start_of(WAIVERS),
        value: Value::Map(Vec::new()),
    };
    let parse = |text: Option<&[u8]>| match text {
        Some(text) => read(text, WAIVERS),
        None => Some(empty()),
    };
    changes.at("waivers", |changes| match (parse(old), parse(new)) {
        (Some(old), Some(new)) => lists(&old, &new, changes),
        (_, new) => {
            let (old, new) = (empty(), new.unwrap_or_else(empty));
            let words = "cannot be read: what is waived is unknown";
            changes.weaker(WeakeningCode::WaiverAdded, &Side::both(&old, &new), words);
        }
    });
    changes.done()
}

fn list_of(node: &Node) -> &[Node] {
    match node.get("waivers").map(|list| &list.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

fn lists(old: &Node, new: &Node, changes: &mut Changes) {
    for one in list_of(new) {
        let side = |known: Option<&'_ Node>| known.map(subject);
        let known = list_of(old)
            .iter()
            .filter(|known| same(&subject(known), &subject(one)))
            .max_by_key(|known| lasts(known));
        let of = side(known).map_or_else(|| shown(&subject(one)), |node| shown(&node));
        changes.at(&of, |changes| match known {
            Some(known) => dates(known, one, changes),
            None => {
                let side = Side {
                    old: None,
                    new: Some(one),
                    around_old: &old.at,
                    around_new: &new.at,
                    keys: [None, None],
                };
                changes.weaker(WeakeningCode::WaiverAdded, &side, "is new");
            }
        });
    }
    for gone in list_of(old) {
        let kept = list_of(new)
            .iter()
            .any(|one| same(&subject(one), &subject(gone)));
        if !kept {
            let side = Side {
                old: Some(gone),
                new: None,
                around_old: &old.at,
                around_new: &new.at,
                keys: [None, None],
            };
            let of = shown(&subject(gone));
            changes.at(&of, |changes| changes.tighter_by(&side, "is gone", None));
        }
    }
}

fn dates(old: &Node, new: &Node, changes: &mut Changes) {
    let side = Side::both(old, new);
    let until = |node: &Node| node.get("until").and_then(Node::scalar).unwrap_or_default();
    let said = format!("was until `{}`, is until `{}`", until(old), until(new));
    let opened = |node: &Node| node.get("opened").and_then(Node::scalar);
    // How long one may last is counted from that day: moving it can make one count that did not.
    if opened(old) != opened(new) && lasts(new) == lasts(old) {
        return changes.weaker(
            WeakeningCode::WaiverLonger,
            &side,
            "was opened on another day",
        );
    }
    match lasts(new).cmp(&lasts(old)) {
        std::cmp::Ordering::Greater => changes.weaker(WeakeningCode::WaiverLonger, &side, said),
        std::cmp::Ordering::Less => changes.tighter_by(&side, said, None),
        std::cmp::Ordering::Equal if !same(old, new) => {
            changes.neutral(&side, "gives other reasons");
        }
        std::cmp::Ordering::Equal => {}
    }
}

/// The last day of a waiver; what is no date lasts for ever, as far as anybody can tell.
fn lasts(waiver: &Node) -> jiff::civil::Date {
    let until = waiver.get("until").and_then(Node::scalar);
    until
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(jiff::civil::Date::MAX)
}

/// A waiver without reasons and dates.
fn subject(waiver: &Node) -> Node {
    let entries: Vec<(Key, Node)> = match &waiver.value {
        Value::Map(entries) => entries
            .iter()
            .filter(|(key, _)| !OF_ITS_TIME.contains(&key.name.as_str()))
            .cloned()
            .collect(),
        _ => return waiver.clone(),
    };
    Node {
        at: waiver.at.clone(),
        value: Value::Map(entries),
    }
}

fn shown(subject: &Node) -> String {
    match &subject.value {
        Value::Map(entries) => {
            let parts: Vec<String> = entries
                .iter()
                .map(|(key, node)| format!("{} {}", key.name, node.scalar().unwrap_or_default()))
                .collect();
            parts.join(", ")
        }
        _ => subject.scalar().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Effect;

    fn codes(old: &str, new: &str) -> Vec<WeakeningCode> {
        let text = |text: &str| format!("version: 1\nwaivers:\n{text}");
        let changes = compare_waivers(Some(text(old).as_bytes()), Some(text(new).as_bytes()));
        let effects = changes.iter().map(|change| change.effect);
        effects
            .filter_map(|effect| match effect {
                Effect::Weakening(code) => Some(code),
                _ => None,
            })
            .collect()
    }

    const ONE: &str =
        "- { gate: scan, rule: x, why: w, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n";

    #[test]
    fn a_waiver_more_is_a_weakening_and_one_fewer_is_none() {
        let two =
            format!("{ONE}- {{ gate: scan, rule: y, why: w, owner: ada, until: 2026-02-01 }}\n");
        assert_eq!(codes(ONE, &two), [WeakeningCode::WaiverAdded]);
        assert_eq!(codes(&two, ONE), []);
        assert_eq!(codes(ONE, ONE), []);
        assert_eq!(codes("[]", ONE), [WeakeningCode::WaiverAdded]);
    }

    #[test]
    fn a_waiver_that_lasts_longer_is_a_weakening_and_a_new_reason_is_none() {
        let longer = ONE.replace("2026-02-01", "2026-03-01");
        assert_eq!(codes(ONE, &longer), [WeakeningCode::WaiverLonger]);
        assert_eq!(codes(&longer, ONE), []);
        assert_eq!(
            codes(ONE, &ONE.replace("2026-02-01", "never")),
            [WeakeningCode::WaiverLonger]
        );
        assert_eq!(codes(ONE, &ONE.replace("why: w", "why: v")), []);
        assert_eq!(
            codes(ONE, &ONE.replace("2026-01-01", "2026-01-09")),
            [WeakeningCode::WaiverLonger]
        );
    }

    #[test]
    fn a_waiver_for_something_else_is_new() {
        let other = ONE.replace("rule: x", "rule: z");
        assert_eq!(codes(ONE, &other), [WeakeningCode::WaiverAdded]);
    }

    #[test]
    fn waivers_that_cannot_be_read_are_a_weakening() {
        let changes = compare_waivers(Some(ONE.as_bytes()), Some(b"{{"));
        assert_eq!(changes.len(), 1);
        assert!(matches!(changes[0].effect, Effect::Weakening(_)));
    }

    #[test]
    fn people_are_somebody_only_when_named() {
        assert!(names_somebody(b"people:\n  ada: { email: a@b }\n"));
        assert!(names_somebody(b"version: 1\nada: { email: a@b }\n"));
        for nobody in [
            "version: 1\n",
            "people: {}\n",
            "people: []\n",
            "people:\n",
            "",
            "{{",
        ] {
            assert!(!names_somebody(nobody.as_bytes()), "{nobody}");
        }
    }
}
