//! What a record says of a run: a completion with everything that its decision rests on, or an observation.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::{Finished, POLICY_GATE, names};
use super::{Ground, Judged};
use crate::ledger::gate_record;
use crate::model::{
    Completion, Decision, Enforce, GateRecord, GateVerdict, Outcome, ReasonRecord, ReportRecord,
    Says, Verdict,
};
use crate::phase::PlannedPhase;
use crate::store::{Bundles, RunFolder, Skipped};

/// Code of what changed lines were counted from.
const BASE: &str = "base";
/// Code of what was skipped by hand before the phase was decided.
const SKIPPED: &str = "skipped-before";
/// A larger report is not kept; its record names it without a digest.
const LARGEST: u64 = 64 << 20;

/// The completion of a phase, with raw reports kept in the store as far as that can be done.
pub fn completion(
    ground: &Ground,
    phase: &PlannedPhase,
    judged: &Judged,
    finished: &Finished,
) -> Says {
    let run = &finished.outcome;
    let folder = finished.folder.as_ref();
    let mut room = names::ROOM;
    let runs = run.runs();
    let bundles = Bundles::of(&ground.store);
    let gates: BTreeMap<String, GateRecord> = run
        .verdict
        .gates
        .iter()
        // What the built-in gate found is the criterion `policy`; no phase of any file lists it.
        .filter(|gate| gate.id != POLICY_GATE)
        .map(|gate| {
            let mut record = gate_record(gate, runs.get(gate.id.as_str()).copied());
            for report in &mut record.reports {
                report.digest = keep(&bundles, &ground.plan.root, folder, gate, report);
            }
            record
                .reasons
                .extend(asides(ground, gate, finished, &judged.skipped));
            let tests = finished.tests.get(&gate.id).cloned();
            record.tests = tests.map(|tests| names::keep(tests, &bundles, &mut room));
            (gate.id.clone(), record)
        })
        .collect();
    let decision = match judged.outcome.decision {
        Decision::ConditionalGo => "conditional-go",
        _ => "go",
    };
    let unsigned = |asked: &crate::phase::SignOffs| asked.unsigned;
    let entry = phase
        .entry
        .as_ref()
        .and_then(|entry| entry.sign_offs.as_ref());
    Says::Completion(Box::new(Completion {
        decision: decision.to_owned(),
        as_of: run.verdict.as_of.clone(),
        after: judged.basis.after.clone(),
        gates,
        sign_offs: judged.basis.sign_offs.clone(),
        unsigned: phase.sign_offs.as_ref().is_some_and(unsigned) || entry.is_some_and(unsigned),
        liens: judged.basis.liens.clone(),
        observations: judged.basis.observations.clone(),
        criteria: judged.outcome.criteria.clone(),
        verdict: run.digest.clone(),
    }))
}

/// What is to be known later of how a gate was judged, and decides nothing: what changed lines were counted from, and
/// who skipped it by hand before.
fn asides(
    ground: &Ground,
    gate: &GateVerdict,
    finished: &Finished,
    skipped: &[Skipped],
) -> Vec<ReasonRecord> {
    let aside = |code: &str, words: String| ReasonRecord {
        code: code.to_owned(),
        verdict: Verdict::Pass.word().to_owned(),
        words,
    };
    let mut planned = ground.plan.gates.iter().filter(|one| one.id == gate.id);
    let asked = planned.any(|one| one.judges.iter().any(|judge| judge.wants().changes));
    let counted = finished.counted.iter().filter(|_| asked);
    let counted = counted.map(|words| aside(BASE, words.clone()));
    let skipped = skipped.iter().filter(|one| one.gate == gate.id);
    counted
        .chain(skipped.map(|one| aside(SKIPPED, one.words())))
        .collect()
}

/// Keeps the bytes of a report. What cannot be kept costs the raw report, never the record.
fn keep(
    bundles: &Bundles,
    root: &Path,
    folder: Option<&RunFolder>,
    gate: &GateVerdict,
    report: &ReportRecord,
) -> Option<String> {
    let path = match report.path.as_str() {
        stream @ ("stdout" | "stderr") => folder?.stream(&gate.id, stream),
        path => root.join(path),
    };
    let size = std::fs::metadata(&path).ok()?.len();
    let bytes = (size <= LARGEST)
        .then(|| std::fs::read(path).ok())
        .flatten()?;
    bundles.keep(&bytes).ok()
}

/// What was seen of a phase while it soaks.
pub fn observation(run: &Outcome) -> (Verdict, Says) {
    let blocking = run
        .verdict
        .gates
        .iter()
        .filter(|gate| gate.enforce == Enforce::Block);
    let worst = blocking
        .map(|gate| gate.verdict)
        .min()
        .unwrap_or(Verdict::Pass);
    let verdict = match worst {
        Verdict::Fail => Verdict::Fail,
        Verdict::Inconclusive | Verdict::Cancelled => Verdict::Inconclusive,
        _ => Verdict::Pass,
    };
    let gates = run.verdict.gates.iter();
    let says = Says::Observation {
        verdict: verdict.word().to_owned(),
        gates: gates.map(|gate| (&gate.id, gate.verdict.word())).collect(),
    };
    (verdict, says)
}
