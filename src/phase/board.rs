//! The board of all phases: where each stands, which gates pass, what blocks what, who must act next.

use std::collections::{BTreeMap, BTreeSet};

use super::{PlannedPhase, SINCE, Target, World, gates_of};
use crate::model::{
    Board, BoardMetric, BoardPhase, Completion, ConditionVerdict, Measure, Outstanding,
    PhaseOutcome, PhaseState, Says, Sort, Verdict,
};
use crate::policy::Keeps;

/// The newest that is known of the content that is judged, and of the run before it.
#[derive(Clone, Copy, Debug)]
pub struct Newest<'a> {
    /// Newest verdict of each gate on this content under this policy.
    pub verdicts: &'a BTreeMap<String, Verdict>,
    /// Measured values of those verdicts, volatile ones too, by full dotted name.
    pub facts: &'a BTreeMap<String, Measure>,
    /// Measured values of the run before.
    pub before: &'a BTreeMap<String, Measure>,
    /// What those verdicts say of each condition, by full dotted name and the bound as written: what is no number has
    /// its value only there.
    pub conditions: &'a BTreeMap<(&'a str, &'a str), &'a ConditionVerdict>,
    /// Values that were measured for a phase and for no other, by phase and name ([`SINCE`]).
    pub of_phase: &'a BTreeMap<(String, String), Measure>,
}

/// Draws the board. `outcomes` are the decisions on all phases, in the order of the file.
pub fn board(world: &World<'_>, outcomes: &[PhaseOutcome], newest: Newest<'_>) -> Board {
    let by_id: BTreeMap<&str, &PhaseOutcome> = outcomes
        .iter()
        .map(|outcome| (outcome.phase.as_str(), outcome))
        .collect();
    let phases = world.phases.iter();
    Board {
        phases: phases
            .filter_map(|phase| Some(row(world, phase, by_id.get(phase.id.as_str())?, newest)))
            .collect(),
        metrics: metrics(world, &by_id, newest),
        chain: chain(world, &by_id),
        next: next(world, &by_id),
        notes: notes(world),
    }
}

fn row(
    world: &World<'_>,
    phase: &PlannedPhase,
    outcome: &PhaseOutcome,
    newest: Newest<'_>,
) -> BoardPhase {
    let gates = gates_of(phase, world.phases).into_iter();
    let complete = outcome.state == PhaseState::Complete;
    let recorded = Recorded::of(world, phase).filter(|_| complete);
    let verdict = |id: &String| {
        let verdict = match &recorded {
            Some(recorded) => recorded.verdict(id),
            None => in_phase(phase, id, newest),
        };
        verdict.map(Verdict::word)
    };
    let ended = outcome.state == PhaseState::Ended;
    // Of what is ended nothing else is asked any more.
    let counts = |one: &&Outstanding| !complete && (!ended || one.rule == "rulings");
    let blocked_by = outcome.outstanding.iter().filter(counts);
    BoardPhase {
        phase: phase.id.clone(),
        title: phase.title.clone(),
        parent: phase.parent.clone(),
        after: phase.after.clone(),
        state: outcome.state,
        // What a phase was completed with does not change with what is worked on since, and its record has no score.
        readiness: outcome.readiness.filter(|_| !complete),
        gates: gates.map(|id| (id.clone(), verdict(&id))).collect(),
        blocked_by: blocked_by.map(Outstanding::brief).collect(),
        due: phase.due.as_ref().map(|due| due.value.to_string()),
        said: said(world, phase, outcome),
        liens: super::liens::told(world, phase),
    }
}

/// What a phase was completed with.
struct Recorded<'a> {
    done: &'a Completion,
    /// Gates that it promised.
    promised: BTreeSet<&'a str>,
}

impl<'a> Recorded<'a> {
    fn of(world: &World<'a>, phase: &PlannedPhase) -> Option<Self> {
        let entry = world.history.phase(&phase.id).completion()?;
        let done = super::standing::completion(entry)?;
        let liens = done.liens.iter();
        let promised = liens.filter_map(|digest| match &world.history.entry(digest)?.record.says {
            Says::Lien { on, .. } => Some(on.as_str()),
            _ => None,
        });
        Some(Self {
            done,
            promised: promised.collect(),
        })
    }

    /// The verdict of a gate: one that stands under a promise is excused.
    fn verdict(&self, gate: &str) -> Option<Verdict> {
        let verdict = Verdict::of(&self.done.gates.get(gate)?.verdict)?;
        let excused = self.promised.contains(gate) && verdict < Verdict::Waived;
        Some(if excused { Verdict::Waived } else { verdict })
    }
}

/// The newest verdict of a gate as this phase takes it: under its targets.
fn in_phase(phase: &PlannedPhase, gate: &str, newest: Newest<'_>) -> Option<Verdict> {
    let verdict = *newest.verdicts.get(gate)?;
    if matches!(verdict, Verdict::NotApplicable | Verdict::Cancelled) {
        return Some(verdict);
    }
    let own = phase.targets.iter().filter(|target| target.gate == gate);
    Some(own.fold(verdict, |worst, target| {
        worst.and(target.judge(value_of(phase, target, newest), false).verdict)
    }))
}

/// The newest value of what a target of a phase asks.
fn value_of<'a>(phase: &PlannedPhase, target: &Target, newest: Newest<'a>) -> Option<&'a Measure> {
    let own = (phase.id.clone(), target.fact.clone());
    match target.fact.ends_with(SINCE) {
        true => newest.of_phase.get(&own),
        false => newest.facts.get(&target.fact),
    }
}

/// The newest ruling, else why it is stale, else its decision.
fn said(world: &World<'_>, phase: &PlannedPhase, outcome: &PhaseOutcome) -> Option<String> {
    let mut newest = outcome.outstanding.iter().rev();
    if let Some(ruling) = newest.find(|one| one.rule == "rulings") {
        return Some(ruling.found.clone());
    }
    if outcome.state == PhaseState::Stale {
        let stale = outcome.criteria.iter().find(|one| one.rule == "stale");
        return stale.map(|one| one.found.clone());
    }
    let entry = world.history.phase(&phase.id).completion()?;
    let record = &entry.record;
    let decision = super::standing::completion(entry)?
        .decision
        .replace('-', " ");
    let day = record.at.get(..10)?;
    Some(format!("{decision} by {} on {day}", record.who.name))
}

/// Every bound that a phase that is not over puts to a fact: of its gates, and its targets.
fn metrics(
    world: &World<'_>,
    outcomes: &BTreeMap<&str, &PhaseOutcome>,
    newest: Newest<'_>,
) -> Vec<BoardMetric> {
    let mut list = Vec::new();
    let mut seen = BTreeSet::new();
    for phase in world.phases {
        let outcome = outcomes.get(phase.id.as_str());
        if outcome.is_some_and(|one| is_over(one)) {
            continue;
        }
        for target in &phase.targets {
            seen.insert((target.fact.clone(), target.text()));
            list.push(target_metric(phase, target, newest));
        }
        for gate in gates_of(phase, world.phases) {
            let bounds = world
                .gates
                .get(&gate)
                .into_iter()
                .flat_map(|now| &now.bounds);
            for (fact, text) in bounds {
                // A gate of several phases is told once, with the first that waits for it.
                if seen.insert((fact.clone(), text.clone())) {
                    let target = Target::of_bound(fact, &gate, text);
                    list.push(target_metric(phase, &target, newest));
                }
            }
        }
    }
    list
}

/// Whether nothing is to be done for it any more.
fn is_over(outcome: &PhaseOutcome) -> bool {
    matches!(outcome.state, PhaseState::Complete | PhaseState::Ended)
}

fn target_metric(phase: &PlannedPhase, target: &Target, newest: Newest<'_>) -> BoardMetric {
    let text = target.text();
    let (current, holds) = match value_of(phase, target, newest) {
        Some(value) => measured(target, value),
        None => stated(target, &text, newest),
    };
    let before = newest.before.get(&target.fact);
    BoardMetric {
        fact: target.fact.clone(),
        phase: phase.id.clone(),
        current,
        holds,
        trend: value_of(phase, target, newest)
            .zip(before)
            .and_then(|(value, before)| trend(value, before, &text)),
        target: text,
    }
}

/// A measured value as it is shown beside its bound, and whether it keeps it.
fn measured(target: &Target, value: &Measure) -> (Option<String>, Option<bool>) {
    let condition = target.condition(value).ok();
    let bound = condition.as_ref().and_then(|one| one.bound());
    let holds = condition.as_ref().and_then(|one| match one.keeps(value) {
        Keeps::Yes | Keeps::Tolerated(_) => Some(true),
        Keeps::No => Some(false),
        _ => None,
    });
    (Some(value.beside(bound)), holds)
}

/// What the gate said of what is no number.
fn stated(target: &Target, text: &str, newest: Newest<'_>) -> (Option<String>, Option<bool>) {
    let known = newest.conditions.get(&(target.fact.as_str(), text));
    let holds = known.and_then(|one| match one.verdict {
        Verdict::Pass => Some(true),
        Verdict::Fail => Some(false),
        _ => None,
    });
    (known.and_then(|one| one.measured.clone()), holds)
}

/// Which way a value went, seen from its bound: towards what it asks is better. Between two values that both lie on the
/// same side of an exact bound nothing can be said.
fn trend(value: &Measure, before: &Measure, bound: &str) -> Option<i8> {
    let (now, then) = (value.number()?, before.number()?);
    if now == then {
        return Some(0);
    }
    let low = bound.trim_start().starts_with(['<']) || bound.trim() == "0" || bound.trim() == "=0";
    let high = bound.trim_start().starts_with('>');
    match (low, high) {
        (true, _) => Some(if now < then { 1 } else { -1 }),
        (_, true) => Some(if now > then { 1 } else { -1 }),
        _ => None,
    }
}

/// The longest chain of phases that are not over, first to last; the first in the file of two that are equally long.
fn chain(world: &World<'_>, outcomes: &BTreeMap<&str, &PhaseOutcome>) -> Vec<String> {
    let open: Vec<&PlannedPhase> = world
        .phases
        .iter()
        .filter(|phase| {
            let outcome = outcomes.get(phase.id.as_str());
            outcome.is_some_and(|one| !is_over(one))
        })
        .collect();
    let places: BTreeMap<&str, usize> = open
        .iter()
        .enumerate()
        .map(|(place, phase)| (phase.id.as_str(), place))
        .collect();
    let mut before: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); open.len()];
    for (place, phase) in open.iter().enumerate() {
        // A part opens with its whole, and so after what that comes after.
        for one in wholes(world, phase).chain([*phase]) {
            before[place].extend(one.after.iter().filter_map(|id| places.get(id.as_str())));
        }
        // The whole completes after its parts.
        if let Some(&whole) = phase.parent.as_deref().and_then(|id| places.get(id)) {
            before[whole].insert(place);
        }
    }
    longest(&before)
        .into_iter()
        .map(|place| open[place].id.clone())
        .collect()
}

/// The phases that one is a part of, the nearest first.
fn wholes<'a>(
    world: &World<'a>,
    phase: &'a PlannedPhase,
) -> impl Iterator<Item = &'a PlannedPhase> {
    let up = |one: &&'a PlannedPhase| super::plan::find(world.phases, one.parent.as_deref()?);
    // Circles are refused at load; a bound costs nothing.
    std::iter::successors(Some(phase), move |one| up(one))
        .skip(1)
        .take(world.phases.len())
}

/// The longest way through a graph without circles, by what comes before each node.
fn longest(before: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    let mut open: Vec<usize> = before.iter().map(BTreeSet::len).collect();
    for (place, list) in before.iter().enumerate() {
        for &up in list {
            behind[up].push(place);
        }
    }
    let mut ready: BTreeSet<usize> = (0..before.len())
        .filter(|&place| open[place] == 0)
        .collect();
    let mut length = vec![1_usize; before.len()];
    let mut from: Vec<Option<usize>> = vec![None; before.len()];
    while let Some(place) = ready.pop_first() {
        for &next in &behind[place] {
            let longer = length[place] + 1;
            let first = longer == length[next] && from[next].is_some_and(|known| place < known);
            if longer > length[next] || first {
                (length[next], from[next]) = (longer, Some(place));
            }
            open[next] -= 1;
            if open[next] == 0 {
                ready.insert(next);
            }
        }
    }
    let last = (0..before.len()).max_by_key(|&place| (length[place], std::cmp::Reverse(place)));
    let mut way: Vec<usize> = std::iter::successors(last, |&place| from[place])
        .take(before.len())
        .collect();
    way.reverse();
    way
}

/// Who must act next, and with what: people by name, and what only anybody can do.
fn next(world: &World<'_>, outcomes: &BTreeMap<&str, &PhaseOutcome>) -> Vec<(String, String)> {
    let mut list: Vec<(String, String)> = Vec::new();
    for phase in world.phases {
        let Some(outcome) = outcomes.get(phase.id.as_str()) else {
            continue;
        };
        let Some(tasks) = tasks(world, phase, outcome, outcomes) else {
            continue;
        };
        for (who, what) in tasks {
            let entry = (who, format!("{}: {what}", phase.id));
            if !list.contains(&entry) {
                list.push(entry);
            }
        }
    }
    list
}

/// What is to be done for a phase; `None` where it is not its turn.
fn tasks(
    world: &World<'_>,
    phase: &PlannedPhase,
    outcome: &PhaseOutcome,
    outcomes: &BTreeMap<&str, &PhaseOutcome>,
) -> Option<Vec<(String, String)>> {
    let shut = |one: &PlannedPhase| {
        let outcome = outcomes.get(one.id.as_str());
        outcome.is_some_and(|one| matches!(one.state, PhaseState::Blocked | PhaseState::Ended))
    };
    let waits = outcome.outstanding.iter().any(|one| one.rule == "after");
    let over = is_over(outcome);
    // A stale phase after one that is stale itself waits as one does that never began.
    if over || waits || wholes(world, phase).any(shut) {
        return None;
    }
    let blocked = outcome.state == PhaseState::Blocked;
    let now = outcome.outstanding.iter().filter(|one| match one.rule {
        // Its parts have lines of their own.
        "parent" => false,
        // First what opens it.
        rule => !blocked || rule == "entry",
    });
    let mut tasks: Vec<(String, String)> = now.map(task).collect();
    if outcome.outstanding.is_empty() {
        let left = match outcome.state {
            PhaseState::Stale => "nothing else is outstanding",
            _ => "nothing is outstanding",
        };
        let what = format!("{left}; do: tollgate phase complete {}", phase.id);
        tasks.push((ANYBODY.to_owned(), what));
    }
    Some(tasks)
}

const ANYBODY: &str = "anybody";

/// Who is to do something, and what: with the command, where there is one.
fn task(one: &Outstanding) -> (String, String) {
    let who = match (one.who.as_slice(), one.sort) {
        ([], Sort::Time) => "time".to_owned(),
        ([], _) => ANYBODY.to_owned(),
        // An entry that nobody signed is a no, and any of them can give it.
        (names, sort) if sort == Sort::People || one.rule == "entry" => names.join(" or "),
        (names, _) => names.join(", "),
    };
    let brief = one.brief();
    let command = one.help.contains("tollgate ");
    let what = match command && !brief.contains(&one.help) {
        true => format!("{brief}; do: {}", one.help),
        false => brief,
    };
    (who, what)
}

fn notes(world: &World<'_>) -> Vec<String> {
    let unknown = world.history.unknown_phases(world.phases).into_iter();
    let mut notes: Vec<String> = unknown
        .map(|id| {
            format!("records speak of phase `{id}`, which the file does not have: was it renamed?")
        })
        .collect();
    if !world.history.circular().is_empty() {
        let count = world.history.circular().len();
        notes.push(format!(
            "{count} records name each other in a circle and count for nothing"
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
