//! Which gates a run takes.

use crate::config::Plan;
use crate::problem::{Code, Problem, nearest};

/// The gates of a run, by index into the plan, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Indices.
    pub gates: Vec<usize>,
}

/// Exactly these gates, with everything that they need; none where none is named. Names that the file does not have are
/// passed over: whoever names gates here took them from it.
pub fn select_exactly(plan: &Plan, names: &[String]) -> Selection {
    if names.is_empty() {
        return Selection::default();
    }
    let known = |name: &&String| plan.gates.iter().any(|gate| gate.id == **name);
    let names: Vec<String> = names.iter().filter(known).cloned().collect();
    select(plan, &names).unwrap_or_default()
}

/// The gates named, or all of a plain run (not `default: false`, not `outcome: failing`); with everything that they need.
pub fn select(plan: &Plan, names: &[String]) -> Result<Selection, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut todo: Vec<usize> = Vec::new();
    if names.is_empty() {
        todo.extend(
            plan.gates
                .iter()
                .enumerate()
                .filter(|(_, gate)| gate.default)
                .map(|(index, _)| index),
        );
    }
    for name in names {
        match plan.gates.iter().position(|gate| gate.id == *name) {
            Some(index) => todo.push(index),
            None => problems.push(unknown(plan, name)),
        }
    }
    if todo.is_empty() && problems.is_empty() {
        let message =
            "no gate is selected: every gate is `default: false` or wants its tests to fail";
        problems.push(Problem::nowhere(Code::SELECTION, message).help("name the gates to run"));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut chosen = vec![false; plan.gates.len()];
    while let Some(index) = todo.pop() {
        if !std::mem::replace(&mut chosen[index], true) {
            todo.extend(&plan.gates[index].needs);
        }
    }
    let gates = chosen
        .iter()
        .enumerate()
        .filter(|(_, taken)| **taken)
        .map(|(index, _)| index)
        .collect();
    Ok(Selection { gates })
}

pub(super) fn unknown(plan: &Plan, name: &str) -> Problem {
    let known = || plan.gates.iter().map(|gate| gate.id.as_str());
    let problem = Problem::nowhere(Code::SELECTION, format!("there is no gate `{name}`"));
    match nearest(name, known()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!(
            "gates of this file: {}",
            known().take(20).collect::<Vec<_>>().join(", ")
        )),
    }
}
