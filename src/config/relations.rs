//! What concerns several gates at once: circles of needs, facts out of reach, reports written twice.

use std::collections::BTreeMap;

use super::facts;
use super::plan::PlannedGate;
use crate::phase::PlannedPhase;
use crate::policy::Glob;
use crate::problem::{Code, Problem, Problems, nearest};
use crate::source::Located;

/// What concerns several gates: circles, facts out of reach, reports written twice.
pub(super) fn check(gates: &[PlannedGate], problems: &mut Problems) {
    if cycles(gates, problems) {
        return;
    }
    for (index, gate) in gates.iter().enumerate() {
        let mentions: Vec<Located<String>> = gate
            .judges
            .iter()
            .flat_map(|judge| judge.mentions())
            .collect();
        if mentions.is_empty() {
            continue;
        }
        let reach = reach(gates, index);
        for reference in gate.judges.iter().flat_map(|judge| judge.references()) {
            let named = |index: &&usize| gates[**index].id == reference.value[0];
            if let Some(&of) = reach.iter().find(named) {
                facts::check(&gates[of], &reference, problems);
            }
        }
        for mention in mentions {
            if !reach.iter().any(|&index| gates[index].id == mention.value) {
                problems.push(unreachable(gates, gate, &mention, &reach));
            }
        }
    }
    shared_reports(gates, problems);
}

fn unreachable(
    gates: &[PlannedGate],
    gate: &PlannedGate,
    mention: &Located<String>,
    reach: &[usize],
) -> Problem {
    let message = format!(
        "the expression speaks of `{}`, which gate `{}` does not need",
        mention.value, gate.id
    );
    let problem = Problem::new(Code::EXPRESSION, &mention.at, message);
    if gates.iter().any(|other| other.id == mention.value) {
        return problem
            .label("not among its needs")
            .help(format!("add `{}` to `needs:`", mention.value));
    }
    match nearest(
        &mention.value,
        reach.iter().map(|&index| gates[index].id.as_str()),
    ) {
        Some(near) => problem.label("no such gate").help(format!(
            "did you mean `{near}`? An id with a hyphen is written `gates['a-b']`"
        )),
        None => problem
            .label("no such gate")
            .help("name a gate among its `needs:`; an id with a hyphen is written `gates['a-b']`"),
    }
}

/// The gates whose red tests a green list means: the gate of that name, else those of the phase of that name.
pub(crate) fn red_gates<'a>(
    gates: &'a [PlannedGate],
    phases: &[PlannedPhase],
    name: &str,
) -> Vec<&'a PlannedGate> {
    let of_phase = phases.iter().find(|phase| phase.id == name);
    let is_gate = gates.iter().any(|gate| gate.id == name);
    let meant = gates.iter().filter(|gate| match of_phase {
        Some(phase) if !is_gate => phase.gates.contains(&gate.id),
        _ => gate.id == name,
    });
    meant
        .filter(|gate| gate.judges.iter().any(|judge| judge.by_name_only()))
        .collect()
}

/// A green list names a gate or a phase that records red tests.
pub(super) fn green_lists(gates: &[PlannedGate], phases: &[PlannedPhase], problems: &mut Problems) {
    let lists = gates.iter().flat_map(|gate| &gate.judges);
    for list in lists.filter_map(|judge| judge.green_list()) {
        if !red_gates(gates, phases, &list.value).is_empty() {
            continue;
        }
        let known = || {
            let names = gates.iter().map(|gate| gate.id.as_str());
            names.chain(phases.iter().map(|phase| phase.id.as_str()))
        };
        problems.push(if known().any(|name| name == list.value) {
            let message = format!("`{}` records no red tests", list.value);
            Problem::new(Code::UNKNOWN_NAME, &list.at, message)
                .label("no gate of it wants its tests to fail")
                .help("name a gate with `tests: { outcome: failing }`, or a phase of such gates")
        } else {
            let red = known().filter(|name| !red_gates(gates, phases, name).is_empty());
            super::names::unknown_name(list, red, "gate or phase with red tests")
        });
    }
}

/// Everything that a gate needs, also through others.
pub(crate) fn reach(gates: &[PlannedGate], from: usize) -> Vec<usize> {
    let mut seen = vec![false; gates.len()];
    let mut todo = gates[from].needs.clone();
    while let Some(index) = todo.pop() {
        if !std::mem::replace(&mut seen[index], true) {
            todo.extend(&gates[index].needs);
        }
    }
    seen.iter()
        .enumerate()
        .filter(|(_, seen)| **seen)
        .map(|(index, _)| index)
        .collect()
}

/// Reports every circle of needs once; true if there is one.
fn cycles(gates: &[PlannedGate], problems: &mut Problems) -> bool {
    let mut state = vec![0u8; gates.len()];
    let mut found = false;
    for start in 0..gates.len() {
        // An explicit stack: two thousand gates in a row must not overflow the real one.
        let mut path: Vec<(usize, usize)> = Vec::new();
        if state[start] == 0 {
            state[start] = 1;
            path.push((start, 0));
        }
        while let Some((index, next)) = path.last().copied() {
            let Some(&need) = gates[index].needs.get(next) else {
                state[index] = 2;
                path.pop();
                continue;
            };
            path.last_mut().expect("not empty").1 += 1;
            match state[need] {
                0 => {
                    state[need] = 1;
                    path.push((need, 0));
                }
                1 => {
                    found = true;
                    problems.push(circle(gates, &path, need));
                }
                _ => {}
            }
        }
    }
    found
}

fn circle(gates: &[PlannedGate], path: &[(usize, usize)], back_to: usize) -> Problem {
    let start = path
        .iter()
        .position(|(index, _)| *index == back_to)
        .unwrap_or(0);
    let mut names: Vec<&str> = path[start..]
        .iter()
        .map(|(index, _)| gates[*index].id.as_str())
        .collect();
    names.push(&gates[back_to].id);
    Problem::new(
        Code::CYCLE,
        &gates[back_to].at,
        format!("gates need each other in a circle: {}", names.join(" → ")),
    )
    .label("the circle begins here")
    .help("remove one of the `needs:`")
}

/// Two commands that write the same file would race, and one would be judged by the other's report.
fn shared_reports(gates: &[PlannedGate], problems: &mut Problems) {
    let mut seen: BTreeMap<&str, &PlannedGate> = BTreeMap::new();
    for gate in gates.iter().filter(|gate| gate.command.is_some()) {
        let mut own: Vec<&str> = Vec::new();
        for reports in gate
            .judges
            .iter()
            .filter_map(|judge| judge.reports())
            .filter(|r| r.elsewhere.is_none())
        {
            own.extend(reports.file_patterns().iter().filter_map(Glob::literal));
        }
        own.sort_unstable();
        own.dedup();
        for path in own {
            if let Some(other) = seen.insert(path, gate) {
                problems.push(
                    Problem::new(
                        Code::SHARED_REPORT,
                        &gate.at,
                        format!("gates `{}` and `{}` both write `{path}`", other.id, gate.id),
                    )
                    .label("second writer")
                    .also(&other.at, "first writer")
                    .help("give each its own report; a gate that only reads needs no `run:`"),
                );
            }
        }
    }
}
