//! The tests of gates when a phase began: from the records of the phases before it, else from the baseline in the commit
//! that it began with. What neither knows is said, and is no empty list.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{Beginning, names};
use super::View;
use super::hands::NoStart;
use crate::ledger;
use crate::model::{
    BaselineState, KnownTest, KnownTests, TestOutcome, TestsRecord, TestsThen, Unknown,
};
use crate::phase::{PlannedPhase, SINCE, Standings, gates_of, tests_at_start};
use crate::store::Bundles;

impl View<'_> {
    /// The tests that there were when the phase began, of each gate for which the gate or the phase asks.
    pub fn tests_then(&self, phase: &PlannedPhase) -> Beginning {
        Beginning {
            phase: Some(phase.id.clone()),
            tests: self.tests_by_gate(phase),
        }
    }

    fn tests_by_gate(&self, phase: &PlannedPhase) -> BTreeMap<String, TestsThen> {
        let plan = &self.ground.plan;
        let selected = gates_of(phase, &plan.phases);
        let asks = |gate: &&crate::config::PlannedGate| {
            let mut targets = phase.targets.iter();
            gate.judges.iter().any(|judge| judge.wants().began)
                || targets.any(|target| target.fact == format!("{}{SINCE}", gate.id))
        };
        let gates: Vec<&str> = (plan.gates.iter())
            .filter(|gate| selected.contains(&gate.id))
            .filter(asks)
            .map(|gate| gate.id.as_str())
            .collect();
        if gates.is_empty() {
            return BTreeMap::new();
        }
        let standings = Standings::of(&self.world(), &self.verdicts(None));
        let then = |gate: &str| self.tests_of(phase, &standings, gate);
        gates
            .into_iter()
            .map(|gate| (gate.to_owned(), then(gate)))
            .collect()
    }

    fn tests_of(&self, phase: &PlannedPhase, standings: &Standings, gate: &str) -> TestsThen {
        let phases = &self.ground.plan.phases;
        let known = tests_at_start(phase, phases, self.history(), standings, gate);
        let recorded = known.and_then(|records| self.of_records(&records));
        recorded.or_else(|why| {
            let help = format!(
                "give `{}` a phase before it (`after`) that judges `{gate}`, and complete that; or commit a baseline of `{gate}` before it begins",
                phase.id
            );
            let baseline = self.of_baseline(phase, standings, gate);
            baseline.map_err(|also| Unknown::new(format!("{why}, and {also}"), help))
        })
    }

    fn of_records(&self, records: &[(&str, &TestsRecord)]) -> TestsOr {
        let bundles = Bundles::of(&self.ground.store);
        let mut tests = BTreeMap::new();
        for (phase, record) in records {
            let names = names::of_record(record, &bundles);
            let names = names.map_err(|why| format!("the completion of `{phase}`: {why}"))?;
            for (outcome, list) in names {
                let skipped = outcome == TestOutcome::Skipped;
                let known = KnownTest {
                    skipped,
                    file: None,
                };
                tests.extend(list.into_iter().map(|name| (name, known.clone())));
            }
        }
        let phases: Vec<String> = records.iter().map(|(id, _)| format!("`{id}`")).collect();
        let since = format!("{} was completed", phases.join(" and "));
        Ok(Arc::new(KnownTests { since, tests }))
    }

    fn of_baseline(&self, phase: &PlannedPhase, standings: &Standings, gate: &str) -> TestsOr {
        let start = self.asked.start(self.ground, phase, standings);
        let start = start.map_err(|no| match no {
            NoStart::Silent(words) | NoStart::Unknown(words) => words,
        })?;
        let commit = start.commit.get(..12).unwrap_or(&start.commit);
        let (repository, root) = (&self.ground.repository, &self.ground.plan.root);
        match ledger::state_at(repository, root, &start.commit, gate) {
            BaselineState::Here(baseline) if !baseline.tests.is_empty() => {
                Ok(Arc::new(KnownTests {
                    since: format!("the baseline of commit {commit}"),
                    tests: baseline.tests,
                }))
            }
            BaselineState::Broken(words) => Err(words),
            _ => Err(format!(
                "commit {commit}, with which it began, holds no baseline of its tests"
            )),
        }
    }
}

type TestsOr = Result<Arc<KnownTests>, String>;
