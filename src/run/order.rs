//! Which ready gate starts first: the one with the longest chain of expected time behind it.
//!
//! Longest processing time first along the critical path (Graham 1969, "Bounds on multiprocessing timing
//! anomalies"). Where nothing is known of a gate's time, hops count; of equals the one that needs more gates
//! goes first, because what joins much (integration, end to end) tends to take longer than what needs nothing.

use super::Selection;
use crate::config::Plan;
use crate::store::Durations;

/// Seconds that a gate counts for when nothing is known of any gate: makes the order one of hops.
const UNKNOWN: f64 = 1.0;

/// Of two equal ranks, each need of a gate outweighs nothing but a tie.
const TIE: f64 = 1e-6;

/// The rank of each gate of the plan: seconds from its start to the end of the longest chain behind it.
pub fn ranks(plan: &Plan, selection: &Selection, durations: &Durations) -> Vec<f64> {
    let known: Vec<f64> = selection
        .gates
        .iter()
        .filter_map(|&g| durations.expected(&plan.gates[g].id))
        .collect();
    // A gate without history counts as an average one, so that it is neither first nor last by accident.
    let usual = if known.is_empty() {
        UNKNOWN
    } else {
        known.iter().sum::<f64>() / known.len() as f64
    };
    let own = |index: usize| {
        let gate = &plan.gates[index];
        let judged_only = if gate.command.is_none() { 0.0 } else { usual };
        durations.expected(&gate.id).unwrap_or(judged_only)
    };
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); plan.gates.len()];
    let mut open: Vec<usize> = vec![0; plan.gates.len()];
    for &index in &selection.gates {
        for &need in &plan.gates[index].needs {
            behind[need].push(index);
            open[need] += 1;
        }
    }
    let mut ranks = vec![0.0_f64; plan.gates.len()];
    let mut todo: Vec<usize> = selection
        .gates
        .iter()
        .copied()
        .filter(|&index| open[index] == 0)
        .collect();
    while let Some(index) = todo.pop() {
        let longest = behind[index]
            .iter()
            .map(|&next| ranks[next])
            .fold(0.0, f64::max);
        ranks[index] = own(index) + longest;
        for &need in &plan.gates[index].needs {
            open[need] -= 1;
            if open[need] == 0 {
                todo.push(need);
            }
        }
    }
    for &index in &selection.gates {
        ranks[index] += TIE * plan.gates[index].needs.len() as f64;
    }
    ranks
}

/// The gates in the order they would start with one job: for `--dry-run`.
pub fn schedule(plan: &Plan, selection: &Selection, durations: &Durations) -> Vec<usize> {
    let ranks = ranks(plan, selection, durations);
    let mut done = vec![false; plan.gates.len()];
    let mut order = Vec::new();
    while order.len() < selection.gates.len() {
        let ready = selection.gates.iter().copied().filter(|&index| {
            !done[index] && plan.gates[index].needs.iter().all(|&need| done[need])
        });
        let Some(next) = ready.max_by(|&a, &b| ranks[a].total_cmp(&ranks[b]).then(b.cmp(&a)))
        else {
            break;
        };
        done[next] = true;
        order.push(next);
    }
    order
}
