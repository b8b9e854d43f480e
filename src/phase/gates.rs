//! `gates`: every gate of the phase, and every gate that an earlier phase keeps, passes on this content.
//!
//! Targets of the phase join the conditions of their gates. A gate that does not apply here blocks unless the phase lets
//! it be skipped; one that fails may wait under a lien; missing evidence may not.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::liens::covering;
use super::targets::apply;
use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, earlier, gates_of};
use crate::model::{
    Cause, ConditionVerdict, Enforce, GateVerdict, Reason, Sort, Verdict, VerdictDocument,
};
use crate::source::Place;

/// How many conditions and reasons are told of one gate.
const TOLD: usize = 3;

/// The rule `gates`.
pub struct Gates;

impl PhaseRule for Gates {
    fn name(&self) -> &'static str {
        "gates"
    }

    fn asks(&self, phase: &PlannedPhase, phases: &[PlannedPhase]) -> Option<Asks> {
        let gates = gates_of(phase, phases).join(" ");
        (!gates.is_empty()).then(|| [("gates".to_owned(), gates)].into())
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let asked = asked(situation);
        if asked.is_empty() {
            return None;
        }
        let wanted = match asked.len() {
            1 => "1 gate to pass".to_owned(),
            many => format!("{many} gates to pass"),
        };
        let mut asking = Asking::new(self.name(), wanted, Some(situation.phase.written("gates")));
        asking.asks(self.asks(situation.phase, situation.world.phases));
        let mut tally = Tally::default();
        match usable(situation) {
            Err((found, help)) => {
                asking.lacks(Sort::Undecided, "a verdict on its gates", found, help);
            }
            Ok(document) => {
                let needed = needed(&asked, document);
                for one in asked.iter().chain(&needed) {
                    judge(&mut asking, &mut tally, situation, document, one);
                }
            }
        }
        Some(asking.done(tally.words()))
    }
}

/// How each gate that keeps the phase from nothing stands.
#[derive(Debug, Default)]
struct Tally {
    /// Pass by themselves.
    pass: usize,
    /// Are excused, with by what: how they stand, and under what.
    excused: BTreeMap<String, usize>,
    /// Do not apply here.
    elsewhere: usize,
    /// Count for nothing, in words.
    warn: Vec<String>,
}

impl Tally {
    /// `all pass`, only where that is so.
    fn words(&self) -> String {
        let all = self.excused.is_empty() && self.elsewhere == 0 && self.warn.is_empty();
        if all {
            return "all pass".to_owned();
        }
        let mut said = Vec::new();
        match self.pass {
            0 => {}
            1 => said.push("1 passes".to_owned()),
            many => said.push(format!("{many} pass")),
        }
        said.extend(
            self.excused
                .iter()
                .map(|(how, count)| format!("{count} {how}")),
        );
        match self.elsewhere {
            0 => {}
            1 => said.push("1 does not apply here".to_owned()),
            many => said.push(format!("{many} do not apply here")),
        }
        let told = joined(self.warn.clone());
        match self.warn.len() {
            0 => {}
            1 => said.push(format!("1 only warns: {told}")),
            many => said.push(format!("{many} only warn: {told}")),
        }
        if self.pass == 0 && self.excused.is_empty() {
            said.insert(0, "nothing that blocks was judged".to_owned());
        }
        said.join(", ")
    }

    fn excuse(&mut self, how: String) {
        *self.excused.entry(how).or_default() += 1;
    }
}

/// A gate that has to pass, and who says so.
struct Asked<'a> {
    gate: &'a str,
    by: By<'a>,
}

/// Who asks for a gate.
enum By<'a> {
    /// The phase itself.
    Itself,
    /// An earlier phase, which keeps it.
    Keeps(&'a PlannedPhase),
    /// A gate that needs it.
    Needs(&'a str),
}

impl Asked<'_> {
    fn words(&self) -> String {
        match self.by {
            By::Itself => format!("gate `{}` passes", self.gate),
            By::Keeps(phase) => format!(
                "gate `{}` passes, which phase `{}` keeps",
                self.gate, phase.id
            ),
            By::Needs(gate) => format!("gate `{}` passes, which `{gate}` needs", self.gate),
        }
    }

    /// Whether it may be left out where its `when:` does not hold.
    fn may_skip(&self, phase: &PlannedPhase) -> bool {
        let skips = |phase: &PlannedPhase| phase.may_skip.iter().any(|gate| gate == self.gate);
        skips(phase)
            || match self.by {
                By::Itself => false,
                By::Keeps(earlier) => skips(earlier),
                By::Needs(_) => true,
            }
    }
}

/// The gates of the phase, and those that earlier ones keep. Each once.
fn asked<'a>(situation: &Situation<'a>) -> Vec<Asked<'a>> {
    let phase = situation.phase;
    let own = phase.gates.iter().chain(&phase.keep);
    let own = own.map(|gate| Asked {
        gate,
        by: By::Itself,
    });
    let before = earlier(phase, situation.world.phases).into_iter();
    let kept = before.flat_map(|one| {
        let gates = one.keep.iter();
        gates.map(move |gate| Asked {
            gate,
            by: By::Keeps(one),
        })
    });
    let mut seen = BTreeSet::new();
    own.chain(kept)
        .filter(|one| seen.insert(one.gate))
        .collect()
}

/// What those need, also through others.
fn needed<'a>(asked: &[Asked<'a>], document: &'a VerdictDocument) -> Vec<Asked<'a>> {
    let by_id: BTreeMap<&str, &GateVerdict> = document
        .gates
        .iter()
        .map(|gate| (gate.id.as_str(), gate))
        .collect();
    let mut seen: BTreeSet<&str> = asked.iter().map(|one| one.gate).collect();
    let mut todo: Vec<&str> = asked.iter().rev().map(|one| one.gate).collect();
    let mut found = Vec::new();
    while let Some(id) = todo.pop() {
        let Some(gate) = by_id.get(id).copied() else {
            continue;
        };
        for need in gate
            .needs
            .iter()
            .filter(|need| by_id.contains_key(need.as_str()))
        {
            if seen.insert(need) {
                todo.push(need);
                found.push(Asked {
                    gate: need,
                    by: By::Needs(&gate.id),
                });
            }
        }
    }
    found
}

/// The verdict, if it is about this content and this policy.
fn usable<'a>(situation: &Situation<'a>) -> Result<&'a VerdictDocument, (String, String)> {
    let again = format!("tollgate phase decide {}", situation.phase.id);
    let world = situation.world;
    match situation.verdict {
        None => Err(("its gates were not run on this tree".to_owned(), again)),
        Some(document) if document.subject.id != world.subject.id => {
            Err(("the verdict is about another tree".to_owned(), again))
        }
        Some(document) if document.policy != world.policy => {
            Err(("the verdict is about another policy".to_owned(), again))
        }
        Some(document) => Ok(document),
    }
}

fn judge(
    asking: &mut Asking,
    tally: &mut Tally,
    situation: &Situation<'_>,
    document: &VerdictDocument,
    asked: &Asked<'_>,
) {
    let id = asked.gate;
    let Some(found) = document.gates.iter().find(|gate| gate.id == id) else {
        let found = format!("gate `{id}` was not run");
        asking.lacks(
            Sort::Undecided,
            asked.words(),
            found,
            format!("tollgate run {id}"),
        );
        return;
    };
    let mut gate = Cow::Borrowed(found);
    let mut targets = situation.phase.targets.iter();
    for target in targets
        .by_ref()
        .filter(|target| target.gate == id && target.applied(found).is_none())
    {
        apply(target, gate.to_mut(), situation.volatile);
    }
    if gate.enforce != Enforce::Block {
        let words = gate.enforce.word();
        asking.note(format!(
            "gate `{id}` does not block (enforce: {words}): it counts for nothing"
        ));
        let how = self::words(gate.verdict, gate.cause);
        return tally.warn.push(format!("{id} {how}"));
    }
    if gate.flaky {
        asking.note(format!(
            "gate `{id}` is flaky: it passed only on a later attempt"
        ));
    }
    let Some(sort) = sort(situation, asked, &gate) else {
        match gate.verdict {
            Verdict::Waived => {
                let told = told(&gate, Verdict::Waived);
                asking.under(format!("gate `{id}` is waived: {told}"));
                tally.excuse("under a waiver".to_owned());
            }
            Verdict::NotApplicable => tally.elsewhere += 1,
            _ => tally.pass += 1,
        }
        return;
    };
    let band = gate.verdict == Verdict::Inconclusive && gate.cause == Some(Cause::Judgement);
    if (gate.verdict == Verdict::Fail || band)
        && let Some(lien) = covering(situation, id)
    {
        asking.basis().liens.push(lien.digest().to_owned());
        asking.under(format!("gate {}", lien.words()));
        let how = words(gate.verdict, gate.cause);
        return tally.excuse(format!("{how} {}", lien.brief()));
    }
    let who = gate.owner.clone().filter(|_| sort != Sort::Undecided);
    let help = help_of(&gate, situation);
    let lacks = asking.lacks(sort, asked.words(), found_of(&gate), help);
    lacks.written = Some(written(&gate));
    lacks.who.extend(who);
}

/// Of what sort it is that the gate lacks; `None` where it lacks nothing.
fn sort(situation: &Situation<'_>, asked: &Asked<'_>, gate: &GateVerdict) -> Option<Sort> {
    match gate.verdict {
        Verdict::Pass | Verdict::Waived => None,
        Verdict::NotApplicable => (!asked.may_skip(situation.phase)).then_some(Sort::Undecided),
        Verdict::Fail => Some(Sort::Fails),
        Verdict::Inconclusive if gate.cause == Some(Cause::Judgement) => Some(Sort::People),
        Verdict::Inconclusive | Verdict::Cancelled => Some(Sort::Undecided),
    }
}

fn found_of(gate: &GateVerdict) -> String {
    match gate.verdict {
        Verdict::NotApplicable => {
            let why = gate
                .notes
                .first()
                .map_or("its `when:` does not hold here", |note| {
                    note.message.as_str()
                });
            format!("gate `{}` does not apply here: {why}", gate.id)
        }
        verdict => {
            let told = told(gate, verdict);
            let colon = if told.is_empty() { "" } else { ": " };
            format!(
                "gate `{}` {}{colon}{told}",
                gate.id,
                words(verdict, gate.cause)
            )
        }
    }
}

fn words(verdict: Verdict, cause: Option<Cause>) -> &'static str {
    match (verdict, cause) {
        (Verdict::Fail, _) => "fails",
        (Verdict::Inconclusive, Some(Cause::Judgement)) => "needs a person's judgement",
        (Verdict::Inconclusive, _) => "is inconclusive",
        (Verdict::Cancelled, _) => "was cancelled",
        (Verdict::Pass, _) => "passes",
        (Verdict::Waived, _) => "is waived",
        (Verdict::NotApplicable, _) => "does not apply here",
    }
}

/// The first conditions and reasons of that verdict; of a fail also what could not be decided beside it.
fn told(gate: &GateVerdict, verdict: Verdict) -> String {
    let mut text = joined(of_verdict(gate, verdict));
    let undecided = of_verdict(gate, Verdict::Inconclusive);
    if verdict == Verdict::Fail && !undecided.is_empty() {
        text += &format!("; not decided: {}", joined(undecided));
    }
    text
}

fn joined(all: Vec<String>) -> String {
    let more = all.len().saturating_sub(TOLD);
    let mut text = all.into_iter().take(TOLD).collect::<Vec<_>>().join("; ");
    if more > 0 {
        text += &format!("; and {more} more");
    }
    text
}

fn of_verdict(gate: &GateVerdict, verdict: Verdict) -> Vec<String> {
    let conditions = gate.conditions.iter().filter(|one| one.verdict == verdict);
    let reasons = gate.reasons.iter().filter(|one| one.verdict == verdict);
    conditions
        .map(condition)
        .chain(reasons.map(|one: &Reason| one.message.clone()))
        .collect()
}

fn condition(one: &ConditionVerdict) -> String {
    let measured = one.measured.as_deref().unwrap_or("not measured");
    let note = one
        .note
        .as_ref()
        .map_or_else(String::new, |note| format!(" ({note})"));
    format!("{} is {measured}, wanted {}{note}", one.fact, one.bound)
}

/// Where the first bound that does not hold is written; else the gate.
fn written(gate: &GateVerdict) -> Place {
    let first = gate
        .conditions
        .iter()
        .find(|one| one.verdict == gate.verdict);
    first
        .and_then(|one| one.written.clone())
        .unwrap_or_else(|| gate.written.clone())
}

fn help_of(gate: &GateVerdict, situation: &Situation<'_>) -> String {
    let reason = gate.reasons.iter().find(|one| one.verdict == gate.verdict);
    match (
        gate.verdict,
        &gate.fix,
        reason.and_then(|one| one.help.clone()),
    ) {
        (Verdict::NotApplicable, ..) => format!(
            "run it where its `when:` holds, or list it under `may-skip:` of `{}`",
            situation.phase.id
        ),
        (_, Some(fix), _) => fix.clone(),
        (_, None, Some(help)) => help,
        (Verdict::Inconclusive, ..) if gate.cause == Some(Cause::Judgement) => {
            format!(
                "decide it: waive it, or promise it with tollgate phase lien {} --on {}",
                situation.phase.id, gate.id
            )
        }
        _ => format!("tollgate run {}", gate.id),
    }
}

#[cfg(test)]
mod tests;
