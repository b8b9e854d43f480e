//! A gate's verdict as a completion records it: conditions with bound and value as exact as they were compared, so that
//! anybody can judge again.

use std::collections::BTreeMap;

use crate::model::{
    ConditionRecord, Exact, GateRecord, GateRun, GateVerdict, ReasonRecord, ReportRecord, Verdict,
};

/// Notes that name an exception.
const EXCEPTIONS: [&str; 2] = ["declared-absence", "waived"];

/// The record of a gate. `run` has the values that differ between runs; digests of raw reports are added by whoever
/// kept them ([`ReportRecord::digest`]), names of tests by whoever needs them later.
pub fn gate_record(verdict: &GateVerdict, run: Option<&GateRun>) -> GateRecord {
    let volatile = run.map(|run| run.facts.clone()).unwrap_or_default();
    let facts: BTreeMap<String, Exact> = volatile
        .into_iter()
        .chain(verdict.facts.clone())
        .map(|(name, value)| (name, Exact(value)))
        .collect();
    GateRecord {
        verdict: verdict.verdict.word().to_owned(),
        cause: verdict.cause.map(|cause| cause.word().to_owned()),
        enforce: verdict.enforce.word().to_owned(),
        flaky: verdict.flaky,
        conditions: conditions(verdict),
        reasons: reasons(verdict),
        facts,
        waivers: exceptions(verdict),
        reports: reports(verdict),
        tests: None,
        evidence: verdict.evidence_digest.clone(),
    }
}

fn conditions(verdict: &GateVerdict) -> Vec<ConditionRecord> {
    let each = verdict.conditions.iter().map(|condition| ConditionRecord {
        fact: condition.fact.clone(),
        bound: condition.bound.clone(),
        written: condition
            .written
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        measured: condition.measured.clone().unwrap_or_default(),
        verdict: condition.verdict.word().to_owned(),
        asked: condition.asked.as_deref().cloned(),
    });
    each.collect()
}

fn reasons(verdict: &GateVerdict) -> Vec<ReasonRecord> {
    let each = verdict.reasons.iter().map(|reason| ReasonRecord {
        code: reason.code.to_owned(),
        verdict: reason.verdict.word().to_owned(),
        words: reason.message.clone(),
    });
    each.collect()
}

fn reports(verdict: &GateVerdict) -> Vec<ReportRecord> {
    let each = verdict.reports.iter().map(|report| ReportRecord {
        path: report.path.clone(),
        format: report.format.clone(),
        digest: None,
    });
    each.collect()
}

/// What was waived, in words. Where something is waived this is never empty.
fn exceptions(verdict: &GateVerdict) -> Vec<String> {
    let notes = verdict.notes.iter();
    let mut words: Vec<String> = notes
        .filter(|note| EXCEPTIONS.contains(&note.code))
        .map(|note| note.message.clone())
        .collect();
    if !words.is_empty() {
        return words;
    }
    for condition in &verdict.conditions {
        if condition.verdict == Verdict::Waived {
            let note = condition.note.clone();
            words.push(note.unwrap_or_else(|| format!("{} {}", condition.fact, condition.bound)));
        }
    }
    let reasons = verdict.reasons.iter();
    let waived = reasons.filter(|reason| reason.verdict == Verdict::Waived);
    words.extend(waived.map(|reason| reason.message.clone()));
    words
}
