//! From collected reports and the end of a command to the verdict of a gate: judges, exit status, conclusion.
//!
//! The one way to a verdict: a run goes it with what it found, `config prove` with what it made up.

use std::path::Path;
use std::time::Duration;

use super::collect::Collected;
use super::conclude::{Concluded, Found, conclude, is_absence};
use super::plain::Plain;
use super::waivers::Waivers;
use crate::config::PlannedGate;
use crate::gate::{Context, Ended, Facts, Gate};
use crate::model::{
    BaselineState, Given, Judgement, Note, Reason, ReportUsed, Termination, TestNames,
};

/// One judge with what it may see.
pub(super) struct Part<'a> {
    pub judge: &'a dyn Gate,
    pub collected: Collected,
    pub given: Given,
}

/// What is asked, and what is known beside the reports.
pub(super) struct Asked<'a> {
    /// All gates of the plan, for the names of its needs.
    pub gates: &'a [PlannedGate],
    pub gate: &'a PlannedGate,
    pub root: &'a Path,
    pub facts: &'a Facts,
    /// How its command ended, if it has one and that was started.
    pub how: Option<&'a Termination>,
    pub duration: Option<Duration>,
    /// Why the command could not be tried, or what it tried proves nothing.
    pub refused: Option<&'a Reason>,
    /// A need that was not met: only what was written before counts.
    pub unmet: Option<&'a str>,
    /// What the bound on the duration is judged by.
    pub given: &'a Given,
    pub today: jiff::civil::Date,
    pub waivers: &'a Waivers,
    pub plain: &'a Plain,
}

/// What came of it.
pub(super) struct Weighed {
    pub concluded: Concluded,
    /// Tests in quarantine, and whether each held.
    pub quarantine: Vec<(String, bool)>,
    /// Every test by name, where they are kept.
    pub tests: Option<TestNames>,
}

/// Lets the judges judge, joins the exit status, and concludes.
pub(super) fn weigh(asked: &Asked<'_>, parts: Vec<Part<'_>>, notes: Vec<Note>) -> Weighed {
    let gate = asked.gate;
    let mut whole = Judgement::default();
    let mut used: Vec<ReportUsed> = Vec::new();
    let mut lacking: Vec<&str> = Vec::new();
    let mut reported = false;
    for mut part in parts {
        let found = part.collected.reports.iter_mut();
        found.for_each(|report| asked.plain.evidence_of(report));
        let reports = &part.collected.reports;
        reported |= !reports.is_empty();
        let context = Context {
            gate: &gate.id,
            root: asked.root,
            dir: &gate.dir,
            reports,
            facts: asked.facts,
            given: &part.given,
        };
        let mut judgement = part.judge.judge(&context);
        if part.judge.wants().baseline {
            let holds = &mut judgement.accepted.holds;
            holds.insert(part.judge.kind().to_owned());
        }
        if lacks(&part, &judgement) {
            lacking.push(part.judge.kind());
        }
        used.extend(reports.iter().map(|report| ReportUsed {
            path: report.path.clone(),
            format: report.format.to_owned(),
            warnings: report.warnings.clone(),
        }));
        judgement.notes.extend(part.collected.notes);
        join(&mut whole, judgement, part.collected.reasons);
    }
    if let Some(how) = asked.how {
        let judged = gate.judges.iter().any(|judge| judge.reports().is_some());
        let ended = Ended {
            how,
            judged,
            reported,
        };
        gate.exit.judge(ended, &mut whole);
    }
    whole.notes.extend(notes);
    whole.reasons.extend(asked.refused.cloned());
    if let (Some(need), false) = (asked.unmet, reported) {
        whole = Judgement::default();
        whole.reasons.push(super::scheduler::unmet(need));
    }
    whole.reasons.dedup();
    asked.plain.judgement(&mut whole, &mut used);
    let quarantine = std::mem::take(&mut whole.quarantine);
    let tests = whole.tests.take();
    let secret = asked.plain.accepted(&mut whole.accepted);
    let needs = gate.needs.iter();
    let concluded = conclude(Found {
        gate,
        needs: needs.map(|&need| asked.gates[need].id.clone()).collect(),
        judgement: whole,
        lacking,
        reports: used,
        duration: asked.duration,
        given: asked.given,
        today: asked.today,
        waivers: asked.waivers,
    });
    let concluded = Concluded {
        // A name that holds a secret can neither be committed nor be changed: it would never be found again.
        accepted: concluded.accepted.filter(|_| !secret),
        ..concluded
    };
    Weighed {
        concluded,
        quarantine,
        tests,
    }
}

/// Whether the reports of a judge are missing, and nothing else keeps it from judging: a baseline that cannot be used
/// is no missing report.
fn lacks(part: &Part<'_>, judgement: &Judgement) -> bool {
    let broken = |state: &BaselineState| matches!(state, BaselineState::Broken(_));
    if part.judge.reports().is_none()
        || broken(&part.given.baseline)
        || broken(&part.given.green_list.state)
    {
        return false;
    }
    let mut reasons = part.collected.reasons.iter().chain(&judgement.reasons);
    part.collected.reports.is_empty() || reasons.any(is_absence)
}

fn join(whole: &mut Judgement, one: Judgement, reasons: Vec<Reason>) {
    whole.conditions.extend(one.conditions);
    whole.reasons.extend(reasons);
    whole.reasons.extend(one.reasons);
    whole.notes.extend(one.notes);
    whole.facts.extend(one.facts);
    whole.failures.extend(one.failures);
    whole.failures_cut += one.failures_cut;
    whole.findings.extend(one.findings);
    whole.findings_cut += one.findings_cut;
    whole.accepted.merge(one.accepted);
    for (waiver, waived) in one.waived {
        whole
            .waived
            .entry(waiver)
            .or_default()
            .add(waived.count, waived.first);
    }
    whole.quarantine.extend(one.quarantine);
    if let Some(tests) = one.tests {
        whole.tests = Some(tests);
    }
}
