//! Phases as written, checked: names, circles, and criteria that can never be met.

use super::file::{Liens, Phase, SignOffs, plain};
use super::names::{name, unknown_name};
use super::plan::PlannedPhase;
use crate::problem::{Code, Many, Problem, Problems, Text};
use crate::source::Key;

/// Checks all phases.
pub(super) fn check(
    phases: Vec<(Key, Phase)>,
    gates: &[&str],
    problems: &mut Problems,
) -> Vec<PlannedPhase> {
    let names: Vec<String> = phases.iter().map(|(key, _)| key.name.clone()).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    for (key, phase) in &phases {
        name(key, problems);
        names_exist(phase, gates, &known, problems);
        criteria(key, phase, problems);
        targets(phase, gates, problems);
    }
    circles(&phases, &known, problems);
    phases
        .into_iter()
        .map(|(key, phase)| planned(key, &phase))
        .collect()
}

fn planned(key: Key, phase: &Phase) -> PlannedPhase {
    PlannedPhase {
        id: key.name,
        title: plain(&phase.title),
        after: values(&phase.after),
        parent: plain(&phase.parent),
        gates: values(&phase.gates),
    }
}

fn values(many: &Option<Many<Text>>) -> Vec<String> {
    many.iter()
        .flat_map(|many| &many.0)
        .map(|text| text.value.clone())
        .collect()
}

fn names_exist(phase: &Phase, gates: &[&str], known: &[&str], problems: &mut Problems) {
    for text in [&phase.gates, &phase.keep, &phase.may_skip]
        .into_iter()
        .flatten()
        .flat_map(|many| &many.0)
    {
        if !gates.contains(&text.value.as_str()) {
            problems.push(unknown_name(text, gates.iter().copied(), "gate"));
        }
    }
    for text in phase
        .after
        .iter()
        .flat_map(|many| &many.0)
        .chain(&phase.parent)
    {
        if !known.contains(&text.value.as_str()) {
            problems.push(unknown_name(text, known.iter().copied(), "phase"));
        }
    }
}

fn criteria(key: &Key, phase: &Phase, problems: &mut Problems) {
    let nothing = phase.gates.is_none()
        && phase.entry.is_none()
        && phase.sign_offs.is_none()
        && phase.targets.is_none();
    if nothing {
        problems.push(
            Problem::new(
                Code::EMPTY_GATE,
                &key.at,
                format!("phase `{}` asks nothing", key.name),
            )
            .help("list its `gates:`")
            .as_warning(),
        );
    }
    for sign_offs in phase
        .sign_offs
        .iter()
        .chain(phase.entry.iter().flat_map(|entry| &entry.sign_offs))
    {
        sign_off(sign_offs, problems);
    }
    if let Some(liens) = &phase.liens {
        promises(liens, problems);
    }
    if let Some(soak) = &phase.soak
        && let Some(every) = &soak.every
        && every.value > soak.lasts.value
    {
        problems.push(
            Problem::new(
                Code::POINTLESS_CONDITION,
                &every.at,
                "the gap between observations is longer than the soak itself",
            )
            .help("make `every` shorter than `for`"),
        );
    }
}

fn promises(liens: &Liens, problems: &mut Problems) {
    if liens.from.as_ref().is_none_or(|many| many.0.is_empty()) {
        problems.push(
            Problem::new(
                Code::MISSING_KEY,
                &liens.at,
                "`liens` names no role that may accept one",
            )
            .help("add `from: [leads]`, or remove `liens`: without it none is accepted"),
        );
    }
    if let Some(longest) = &liens.longest
        && age(&longest.value).is_none()
    {
        problems.push(
            Problem::new(
                Code::UNIT,
                &longest.at,
                format!("`{}` is not a length of time", longest.value),
            )
            .help("write it as `30d` or `72h`"),
        );
    }
}

/// A length of time in days, weeks or less.
fn age(text: &str) -> Option<jiff::Span> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let calendar = span.get_years() != 0 || span.get_months() != 0;
    (span.is_positive() && !calendar && !text.contains(['P', 'p'])).then_some(span)
}

fn sign_off(sign_offs: &SignOffs, problems: &mut Problems) {
    if sign_offs.count == 0 {
        problems.push(
            Problem::new(
                Code::POINTLESS_CONDITION,
                &sign_offs.at,
                "no sign-off is asked for",
            )
            .help("write 1 or more, or remove it"),
        );
    }
    for text in sign_offs.not.iter().filter(|text| text.value != "author") {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &text.at,
                format!("`not: {}` means nothing", text.value),
            )
            .help("write `not: author`"),
        );
    }
}

fn targets(phase: &Phase, gates: &[&str], problems: &mut Problems) {
    for (key, _) in phase.targets.iter().flatten() {
        let gate = key.name.split('.').next().unwrap_or("");
        if !gates.contains(&gate) || !key.name.contains('.') {
            let text = Text::new(gate.to_owned(), key.at.clone());
            problems.push(
                unknown_name(&text, gates.iter().copied(), "gate")
                    .help("a target is `gate.kind.fact`, such as `unit.tests.pass-rate`"),
            );
        }
    }
}

/// A phase that waits for itself, through `after` or `parent`.
fn circles(phases: &[(Key, Phase)], known: &[&str], problems: &mut Problems) {
    let index = |name: &str| known.iter().position(|other| *other == name);
    let next: Vec<Vec<usize>> = phases
        .iter()
        .map(|(_, phase)| {
            let names = phase
                .after
                .iter()
                .flat_map(|many| &many.0)
                .chain(&phase.parent);
            names.filter_map(|text| index(&text.value)).collect()
        })
        .collect();
    for (start, (key, _)) in phases.iter().enumerate() {
        let mut seen = vec![false; phases.len()];
        let mut todo = next[start].clone();
        while let Some(at) = todo.pop() {
            if at == start {
                problems.push(
                    Problem::new(
                        Code::CYCLE,
                        &key.at,
                        format!("phase `{}` waits for itself", key.name),
                    )
                    .help("remove one of its `after` or `parent`"),
                );
                break;
            }
            if !std::mem::replace(&mut seen[at], true) {
                todo.extend(&next[at]);
            }
        }
    }
}
