//! Whether a fact that an expression speaks of can ever be measured by the gate it names.

use super::plan::PlannedGate;
use crate::problem::{Code, Problem, Problems, nearest};
use crate::source::Located;

/// What a share can be asked for.
const OF_SHARE: &[&str] = &["percent", "part", "whole"];

/// Complains of a path that no judge of the gate can fill. Where a judge does not say what it measures, nothing is said.
pub(super) fn check(gate: &PlannedGate, path: &Located<Vec<String>>, problems: &mut Problems) {
    let rest = &path.value[1..];
    let Some(first) = rest.first() else { return };
    let known = known(gate);
    if first == "verdict" || known.is_none() {
        return;
    }
    let known = known.unwrap_or_default();
    let spoken = rest.join(".");
    let there = |name: &String| {
        let short = name.split_once('.').map_or("", |(_, short)| short);
        [name.as_str(), short]
            .into_iter()
            .any(|name| !name.is_empty() && fits(rest, name))
    };
    if known.iter().any(there) {
        return;
    }
    let message = format!("gate `{}` measures no `{spoken}`", gate.id);
    // People leave the kind out: the short names are as good.
    let names = known.iter().flat_map(|name| {
        let short = name.split_once('.').map(|(_, short)| short);
        [Some(name.as_str()), short].into_iter().flatten()
    });
    let names: Vec<&str> = names.collect();
    // `unit.pass-rate` is a subtraction: the name has to be quoted.
    let hyphen = format!("{spoken}-");
    let quoted = names.iter().copied().find(|name| name.starts_with(&hyphen));
    let part = rest
        .last()
        .and_then(|last| nearest(last, OF_SHARE.iter().copied()));
    let share = part.filter(|_| fits_all_but_last(rest, &known));
    let help = match quoted.or_else(|| nearest(&spoken, names.iter().copied())) {
        _ if share.is_some() => {
            let so_far = written(&gate.id, &rest[..rest.len() - 1].join("."));
            format!("did you mean `{so_far}.{}`?", share.unwrap_or_default())
        }
        Some(near) => format!("did you mean `{}`?", written(&gate.id, near)),
        None => format!(
            "it measures {}",
            known
                .iter()
                .take(16)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    let problem = Problem::new(Code::EXPRESSION, &path.at, message);
    problems.push(problem.label("no such fact").help(help));
}

fn fits_all_but_last(path: &[String], known: &[String]) -> bool {
    let path = &path[..path.len() - 1];
    !path.is_empty()
        && known.iter().any(|name| {
            let short = name.split_once('.').map_or("", |(_, short)| short);
            path.join(".") == *name || path.join(".") == short
        })
}

/// Every fact of a gate with its kind, or `None` where one of its judges does not say.
fn known(gate: &PlannedGate) -> Option<Vec<String>> {
    let mut names = vec!["exit.duration".to_owned()];
    for judge in &gate.judges {
        let facts = judge.facts();
        if facts.is_empty() && judge.kind() != "require" {
            return None;
        }
        names.extend(facts.iter().map(|fact| format!("{}.{fact}", judge.kind())));
    }
    Some(names)
}

/// Whether a path is a fact, a part of a share, or a map on the way to it.
fn fits(path: &[String], name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    let same = path
        .iter()
        .zip(&parts)
        .all(|(spoken, part)| *part == "*" || spoken == part);
    let further = path.get(parts.len()..).unwrap_or_default();
    same && match further {
        [] => true,
        [last] => OF_SHARE.contains(&last.as_str()),
        _ => false,
    }
}

/// A path as the language writes it.
fn written(gate: &str, fact: &str) -> String {
    let mut text = if gate.contains('-') {
        format!("gates['{gate}']")
    } else {
        gate.to_owned()
    };
    for part in fact.split('.') {
        if part.contains('-') {
            text.push_str(&format!("['{part}']"));
        } else {
            text.push_str(&format!(".{part}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_shares_and_maps_on_the_way_fit() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        for (spoken, name, fit) in [
            ("tests.failed", "tests.failed", true),
            ("tests", "tests.failed", true),
            ("tests.faild", "tests.failed", false),
            ("coverage.lines.percent", "coverage.lines", true),
            ("coverage.lines.percents", "coverage.lines", false),
            ("findings.severities.ERROR", "findings.severities.*", true),
            ("findings.severities", "findings.severities.*", true),
            ("tests.failed.percent.x", "tests.failed", false),
        ] {
            assert_eq!(fits(&path(spoken), name), fit, "{spoken} {name}");
        }
        assert_eq!(
            written("a-b", "tests.pass-rate"),
            "gates['a-b'].tests['pass-rate']"
        );
    }
}
