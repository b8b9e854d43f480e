//! A stored run of a revision as the baseline of a gate: what it measured there, without a file that anybody committed.
//!
//! It holds values alone. Names of tests, findings and counts of patterns are not in the record of a run, and an empty
//! list of them would let everything pass: a gate that compares by name gets words instead.

use std::path::Path;

use serde_json::Value;

use super::complete::values_of;
use super::given::EXIT;
use crate::model::{Baseline, BaselineState, Better, KnownValue};
use crate::store::Record;
use crate::vcs::Repository;

/// Kinds whose baselines are values and nothing else.
const BY_VALUE: [&str; 4] = ["coverage", "http", "metrics", EXIT];

/// What the newest stored run of a commit measured of a gate.
pub(super) fn baseline(
    repository: &Repository,
    store: &Path,
    reference: &str,
    (gate, kind): (&str, &str),
) -> BaselineState {
    if BY_VALUE.contains(&kind) {
        found(repository, store, reference, gate).unwrap_or_else(BaselineState::Broken)
    } else {
        BaselineState::Broken(format!(
            "a stored run holds values, and `{kind}` compares by name: leave `run: true` away, and record a baseline in `{reference}`"
        ))
    }
}

fn found(
    repository: &Repository,
    store: &Path,
    reference: &str,
    gate: &str,
) -> Result<BaselineState, String> {
    let commit = repository
        .commit(reference)
        .map_err(|trouble| trouble.words(reference))?;
    let decided = |gate: &Value| gate["verdict"] != "inconclusive";
    let of_it = |record: &Record| {
        let outcome = &record.outcome;
        outcome["run"]["commit"] == commit.as_str()
            && outcome["verdict"]["subject"]["state"] == "clean"
            && record.gate(gate).is_some_and(decided)
    };
    let Some(record) = Record::newest(store, of_it) else {
        return Ok(BaselineState::NoRun(format!(
            "check `{reference}` out and run `tollgate run {gate}`"
        )));
    };
    // A run that had nothing to compare with itself is where it begins.
    let accepted = |gate: &&Value| gate["verdict"] == "pass" || gate["verdict"] == "waived";
    let Some(verdict) = record.gate(gate).filter(accepted) else {
        return Err(format!(
            "the gate did not pass in the stored run {} of `{reference}`",
            record.id
        ));
    };
    Ok(BaselineState::Here(Box::new(of_record(
        &record, verdict, gate,
    ))))
}

fn of_record(record: &Record, verdict: &Value, gate: &str) -> Baseline {
    let runs = record.outcome["run"]["gates"].as_array();
    let run = runs.into_iter().flatten().find(|run| run["id"] == gate);
    let mut facts = values_of(&verdict["facts"]);
    facts.extend(run.map(|run| values_of(&run["facts"])).unwrap_or_default());
    let below = format!("{gate}.");
    let values = facts.into_iter().filter_map(|(name, value)| {
        let known = KnownValue {
            value,
            better: Better::Point,
            spread: None,
        };
        Some((name.strip_prefix(&below)?.to_owned(), known))
    });
    let kinds = verdict["kinds"].as_array().into_iter().flatten();
    Baseline {
        holds: kinds
            .filter_map(|kind| kind.as_str().map(str::to_owned))
            .collect(),
        values: values.collect(),
        ..Baseline::default()
    }
}
