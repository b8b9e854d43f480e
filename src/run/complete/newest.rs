//! The newest verdicts that are known without running anything: from the records of runs on the same content under the
//! same policy, gate by gate; and the values of the run before, for their trend.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::model::{
    Cause, ConditionVerdict, Decision, Enforce, GateVerdict, Measure, Reason, Subject, Verdict,
    VerdictDocument,
};
use crate::phase::SINCE;
use crate::source::Place;
use crate::store::run_records;

/// Runs that are looked at, the newest first.
const RUNS: usize = 30;
/// Larger records are not read: the board is to be quick.
const LARGEST: u64 = 32 << 20;

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Each gate with its newest verdict on this content.
    pub gates: BTreeMap<String, GateVerdict>,
    /// Values of those verdicts that are equal in equal runs, and those that are not.
    pub facts: BTreeMap<String, Measure>,
    /// Values that differ between equal runs.
    pub volatile: BTreeMap<String, Measure>,
    /// Values of the run before.
    pub before: BTreeMap<String, Measure>,
    /// Values on this content that were measured for a phase, by phase and name.
    pub of_phase: BTreeMap<(String, String), Measure>,
}

impl Known {
    /// Reads the newest records of a store.
    pub fn read(store: &Path, subject: &Subject, policy: &str) -> Self {
        let mut known = Self::default();
        for path in run_records(store).into_iter().take(RUNS) {
            let small = std::fs::metadata(&path).is_ok_and(|meta| meta.len() <= LARGEST);
            let bytes = small.then(|| std::fs::read(&path).ok()).flatten();
            let record: Option<Value> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            if let Some(record) = record {
                known.add(&record, subject, policy);
            }
        }
        known
    }

    /// Adds what an older run knows.
    fn add(&mut self, record: &Value, subject: &Subject, policy: &str) {
        let verdict = &record["verdict"];
        let same = verdict["subject"]["id"] == subject.id.as_str()
            && verdict["subject"]["state"] != "moved"
            && !subject.id.is_empty()
            && verdict["policy"] == policy;
        // A revision that was judged apart is no step on the way of this one.
        if !same && record["run"]["ref"].is_string() {
            return;
        }
        let phase = record["run"]["phase"].as_str();
        let runs: BTreeMap<&str, &Value> = list(&record["run"]["gates"])
            .filter_map(|run| Some((run["id"].as_str()?, run)))
            .collect();
        for gate in list(&verdict["gates"]) {
            let Some(mut read) = gate_of(gate) else {
                continue;
            };
            let since = format!("{}{SINCE}", read.id);
            if let (Some(value), Some(phase)) = (read.facts.remove(&since), phase)
                && same
            {
                let own = (phase.to_owned(), since);
                self.of_phase.entry(own).or_insert(value);
            }
            let run = runs.get(read.id.as_str());
            let volatile = run.map(|run| values(&run["facts"])).unwrap_or_default();
            let first = same && !self.gates.contains_key(&read.id);
            if first {
                self.facts.extend(read.facts.clone());
                self.facts.extend(volatile.clone());
                self.volatile.extend(volatile);
                self.gates.insert(read.id.clone(), read);
                continue;
            }
            for (name, value) in read.facts.into_iter().chain(volatile) {
                self.before.entry(name).or_insert(value);
            }
        }
    }

    /// What the gates say of their conditions, by full dotted name and bound.
    pub fn conditions(&self) -> BTreeMap<(&str, &str), &ConditionVerdict> {
        let all = self.gates.values().flat_map(|gate| &gate.conditions);
        all.map(|one| ((one.fact.as_str(), one.bound.as_str()), one))
            .collect()
    }

    /// The verdicts as a document on gates of a phase: `None` where none of them is known.
    pub fn document(
        &self,
        phase: &str,
        gates: &[String],
        subject: &Subject,
        policy: &str,
        as_of: &str,
    ) -> Option<VerdictDocument> {
        let known = |gate: &String| {
            let mut verdict = self.gates.get(gate)?.clone();
            let own = (phase.to_owned(), format!("{gate}{SINCE}"));
            if let Some(value) = self.of_phase.get(&own) {
                verdict.facts.insert(own.1, *value);
            }
            Some(verdict)
        };
        let found: Vec<GateVerdict> = gates.iter().filter_map(known).collect();
        (!found.is_empty()).then(|| VerdictDocument {
            decision: Decision::Go,
            subject: subject.clone(),
            policy: policy.to_owned(),
            tollgate: env!("CARGO_PKG_VERSION").to_owned(),
            as_of: as_of.to_owned(),
            readiness: None,
            waivers: Vec::new(),
            gates: found,
        })
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Measured values of a record, by dotted name.
pub(in super::super) fn values(facts: &Value) -> BTreeMap<String, Measure> {
    let facts = facts.as_object().into_iter().flatten();
    facts
        .filter_map(|(name, value)| Some((name.clone(), Measure::of_json(name, value)?)))
        .collect()
}

fn gate_of(gate: &Value) -> Option<GateVerdict> {
    Some(GateVerdict {
        id: text(&gate["id"])?,
        verdict: Verdict::of(gate["verdict"].as_str()?)?,
        cause: cause(&gate["cause"]),
        enforce: match gate["enforce"].as_str()? {
            "warn" => Enforce::Warn,
            "monitor" => Enforce::Monitor,
            _ => Enforce::Block,
        },
        flaky: gate["flaky"].as_bool().unwrap_or(false),
        kinds: list(&gate["kinds"]).filter_map(text).collect(),
        needs: list(&gate["needs"]).filter_map(text).collect(),
        written: place(&gate["written"])?,
        why: text(&gate["why"]),
        fix: text(&gate["fix"]),
        owner: text(&gate["owner"]),
        conditions: list(&gate["conditions"]).filter_map(condition).collect(),
        reasons: list(&gate["reasons"]).filter_map(reason).collect(),
        notes: Vec::new(),
        facts: values(&gate["facts"]),
        failures: Vec::new(),
        failures_cut: 0,
        findings: Vec::new(),
        findings_cut: 0,
        waived: Vec::new(),
        reports: Vec::new(),
        evidence_digest: text(&gate["evidence_digest"]),
    })
}

fn cause(value: &Value) -> Option<Cause> {
    let all = [Cause::Evidence, Cause::Environment, Cause::Judgement];
    all.into_iter().find(|cause| *value == cause.word())
}

fn place(value: &Value) -> Option<Place> {
    let line = value["line"]
        .as_u64()
        .and_then(|line| u32::try_from(line).ok());
    Some(Place {
        file: text(&value["file"])?,
        line,
    })
}

fn condition(value: &Value) -> Option<ConditionVerdict> {
    Some(ConditionVerdict {
        fact: text(&value["fact"])?,
        verdict: Verdict::of(value["verdict"].as_str()?)?,
        cause: cause(&value["cause"]),
        measured: text(&value["measured"]),
        bound: text(&value["bound"])?,
        written: place(&value["written"]),
        evidence: Vec::new(),
        note: text(&value["note"]),
        volatile: value["volatile"].as_bool().unwrap_or(false),
        asked: None,
    })
}

/// A clause as it was recorded; its code stays in the record.
fn reason(value: &Value) -> Option<Reason> {
    Some(Reason {
        code: "recorded",
        verdict: Verdict::of(value["verdict"].as_str()?)?,
        cause: cause(&value["cause"]),
        message: text(&value["message"])?,
        detail: None,
        help: text(&value["help"]),
        evidence: Vec::new(),
    })
}
