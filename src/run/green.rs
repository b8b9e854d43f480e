//! The red tests that a green list means: of a phase those in the record of its completion, of a gate those of its
//! baseline.
//!
//! The record is what was decided; a baseline stands in only where a phase was not completed, or its record is older
//! than the names in records. Under a trusted policy a record counts only if the trusted revision holds it too.

use std::collections::BTreeMap;

use super::complete::Owed;
use super::gate::Shared;
use super::given::{TESTS, known, of_kind};
use super::names;
use crate::config::{Origin, PlannedGate, red_gates};
use crate::ledger::{self, Against, Extent, LEDGER, Ledger};
use crate::model::{
    Baseline, BaselineState, Completion, Entry, GreenList, KnownTest, Says, TestOutcome, Unknown,
};
use crate::phase::{History, PlannedPhase};
use crate::store::Bundles;

/// The list of that name.
pub(super) fn list(shared: &Shared, name: &str) -> GreenList {
    let gates = red_gates(&shared.plan.gates, &shared.plan.phases, name);
    let is_gate = shared.plan.gates.iter().any(|gate| gate.id == name);
    let phase = shared.plan.phases.iter().find(|phase| phase.id == name);
    match phase.filter(|_| !is_gate) {
        None => of_baselines(shared, &gates),
        Some(phase) => match of_completion(shared, phase, &gates) {
            Ok(list) => list,
            Err((recorded, unknown)) => {
                let list = of_baselines(shared, &gates);
                let unknown = Some(unknown).filter(|_| list.state == BaselineState::Never);
                GreenList {
                    unknown,
                    recorded,
                    ..list
                }
            }
        },
    }
}

/// What the gates recorded as their baselines. What one of them lacks, the whole list lacks.
fn of_baselines(shared: &Shared, gates: &[&PlannedGate]) -> GreenList {
    let mut list = GreenList {
        state: BaselineState::Here(Box::default()),
        ..GreenList::default()
    };
    for gate in gates {
        match (of_kind(known(shared, gate), TESTS), &mut list.state) {
            (BaselineState::Here(one), BaselineState::Here(all)) => all.merge(*one),
            (BaselineState::Here(_), _) => continue,
            (worse, BaselineState::Here(_)) => {
                list.gates.clear();
                list.state = worse;
            }
            (BaselineState::Never, BaselineState::Never) => {}
            (BaselineState::Never, _) => continue,
            (worse, _) => list.state = worse,
        }
        list.gates.push(gate.id.clone());
    }
    list
}

/// What the record of the phase's completion holds; else why it cannot be used, and whether there is anything recorded.
fn of_completion(
    shared: &Shared,
    phase: &PlannedPhase,
    gates: &[&PlannedGate],
) -> Result<GreenList, (bool, Unknown)> {
    let id = &phase.id;
    let history = history(shared).map_err(|unknown| (true, unknown))?;
    let entry = history.phase(id).completion();
    let found = entry.and_then(|entry| match &entry.record.says {
        Says::Completion(done) => Some((entry, done)),
        _ => None,
    });
    let Some((entry, done)) = found else {
        let why = format!("phase `{id}` is not complete, so no test is recorded as red");
        let names: Vec<&str> = gates.iter().map(|gate| gate.id.as_str()).collect();
        let help = format!(
            "complete it: `tollgate phase complete {id}`; until then a baseline stands in: `tollgate baseline record {}`",
            names.join(" ")
        );
        return Err((false, Unknown::new(why, help)));
    };
    if let Some(fault) = history.fault(&entry.digest) {
        let why = format!("the completion of `{id}` does not verify: {fault}");
        let help = format!(
            "`tollgate verify` shows all; complete it again: `tollgate phase complete {id}`"
        );
        return Err((true, Unknown::new(why, help)));
    }
    if !is_trusted(shared, entry) {
        let why =
            format!("the revision that the policy is read from holds no completion of `{id}`");
        let help = "merge the completion first, or run without `--policy-ref`";
        return Err((true, Unknown::new(why, help)));
    }
    let mut baseline = Baseline::default();
    baseline.holds.insert(TESTS.to_owned());
    for gate in gates {
        let tests = red(shared, gate, done);
        let tests = tests.map_err(|why| (true, unnamed(entry, &gate.id, &why)))?;
        baseline.tests.extend(tests);
    }
    Ok(GreenList {
        gates: gates.iter().map(|gate| gate.id.clone()).collect(),
        state: BaselineState::Here(Box::new(baseline)),
        unknown: None,
        recorded: true,
    })
}

/// The record is there, and does not name the tests.
fn unnamed(entry: &Entry, gate: &str, why: &str) -> Unknown {
    let (digest, record) = (&entry.digest, &entry.record);
    let (phase, by) = (&record.phase, &record.tollgate);
    let short = digest.get(..12).unwrap_or_default();
    Unknown::new(
        format!(
            "the completion of `{phase}` ({short}, by tollgate {by}) does not name the red tests: {why}"
        ),
        format!(
            "complete it again (`tollgate phase reopen {phase} --why …`, `tollgate phase complete {phase}`), \
             or record a baseline: `tollgate baseline record {gate}`"
        ),
    )
}

/// The tests that failed in a gate when the phase was completed.
fn red(
    shared: &Shared,
    gate: &PlannedGate,
    done: &Completion,
) -> Result<BTreeMap<String, KnownTest>, String> {
    let record = done.gates.get(&gate.id);
    let record = record.ok_or_else(|| format!("it did not judge gate `{}`", gate.id))?;
    let tests = record.tests.as_ref();
    let tests = tests.ok_or_else(|| format!("it keeps no names of the tests of `{}`", gate.id))?;
    let mut names = names::of_record(tests, &Bundles::of(&shared.store))?;
    let failed = names.remove(&TestOutcome::Failed).unwrap_or_default();
    let each = failed.into_iter().map(|name| (name, KnownTest::default()));
    Ok(each.collect())
}

/// All records of the project.
fn history(shared: &Shared) -> Result<History, Unknown> {
    let verify = "`tollgate verify` shows all that is wrong";
    let read = Ledger::read(&shared.plan.root);
    let ledger = read
        .map_err(|trouble| Unknown::new(format!("the ledger cannot be read: {trouble}"), verify))?;
    let owed = Owed::to(&shared.plan);
    let against = Against {
        people: None,
        git: None,
        evidence: &|_| Ok(false),
        owed: &|entry, done| owed.lacks(entry, done),
    };
    let faults = ledger::faults(&ledger, &ledger.chain(), &against, Extent::Whole);
    if let Some(remark) = faults.whole.first() {
        let file = remark.file.as_deref().unwrap_or_default();
        return Err(Unknown::new(
            format!("{LEDGER}/{file}: {}", remark.why),
            verify,
        ));
    }
    Ok(History::of(ledger.shared(), faults.records, &[]))
}

/// Whether the one who is judged could not have written the record: its name is the digest of its bytes.
fn is_trusted(shared: &Shared, entry: &Entry) -> bool {
    let path = format!("{LEDGER}/{}.json", entry.digest);
    match &shared.origin {
        Origin::Disk(_) => true,
        origin @ Origin::Rev(_) => matches!(origin.find(&path, u64::MAX), Ok(Some(_))),
    }
}
