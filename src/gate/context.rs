//! What a judge sees, and the pen it writes its judgement with.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::{
    Cause, ConditionVerdict, Evidence, Fact, Given, Judgement, Measure, Note, Reason,
    ReportEvidence, Verdict,
};
use crate::policy::{Condition, Keeps};
use crate::source::Place;

/// Measured values of gates that were judged before, by gate and dotted name below the gate.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    gates: BTreeMap<String, (Verdict, Vec<Fact>)>,
}

impl Facts {
    /// Keeps the facts of a gate.
    pub fn add(&mut self, gate: &str, verdict: Verdict, facts: Vec<Fact>) {
        self.gates.insert(gate.to_owned(), (verdict, facts));
    }

    /// Every gate with verdict and facts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Verdict, &[Fact])> {
        self.gates
            .iter()
            .map(|(gate, (verdict, facts))| (gate.as_str(), *verdict, facts.as_slice()))
    }

    /// The facts of the gates that pass the test.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self {
            gates: self
                .gates
                .iter()
                .filter(|(gate, _)| keep(gate))
                .map(|(g, f)| (g.clone(), f.clone()))
                .collect(),
        }
    }
}

/// What a judge sees.
pub struct Context<'a> {
    /// Name of the gate.
    pub gate: &'a str,
    /// Root of the project.
    pub root: &'a Path,
    /// Folder that the command runs in, relative to the root: paths in reports often begin there.
    pub dir: &'a Path,
    /// The fresh reports of this judge, read to their ends.
    pub reports: &'a [ReportEvidence],
    /// Facts of the gates that this one needs.
    pub facts: &'a Facts,
    /// What it wanted to know beside its reports.
    pub given: &'a Given,
}

impl Context<'_> {
    /// Starts a judgement of that kind.
    pub fn judging(&self, kind: &'static str) -> Judging {
        let evidence = self
            .reports
            .iter()
            .map(|report| Place::file(report.path.clone()))
            .collect();
        Judging {
            gate: self.gate.to_owned(),
            kind,
            evidence,
            judgement: Judgement::default(),
        }
    }

    /// The evidence of every report.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.reports.iter().map(|report| &report.evidence)
    }
}

/// Writes a judgement: facts, conditions, reasons and notes under their dotted names.
pub struct Judging {
    gate: String,
    kind: &'static str,
    evidence: Vec<Place>,
    judgement: Judgement,
}

impl Judging {
    /// Records a measured value.
    pub fn fact(&mut self, name: &str, value: Measure) {
        self.record(name, value, false);
    }

    /// Records a measured value that differs between equal runs.
    pub fn volatile(&mut self, name: &str, value: Measure) {
        self.record(name, value, true);
    }

    fn record(&mut self, name: &str, value: Measure, volatile: bool) {
        self.judgement.facts.push(Fact {
            name: format!("{}.{name}", self.kind),
            value,
            volatile,
        });
    }

    /// The value recorded under a name.
    fn value(&self, name: &str) -> Option<(Measure, bool)> {
        let full = format!("{}.{name}", self.kind);
        self.judgement
            .facts
            .iter()
            .find(|fact| fact.name == full)
            .map(|fact| (fact.value, fact.volatile))
    }

    /// Judges a condition on a value recorded before. A value that is missing is inconclusive, with the words given.
    pub fn condition(&mut self, name: &str, condition: &Condition, missing: &str) {
        let value = self.value(name);
        self.measured(name, condition, value, missing);
    }

    /// Judges a condition on a value that is no fact yet: it becomes one, for every measured value has a name.
    pub fn measured(
        &mut self,
        name: &str,
        condition: &Condition,
        value: Option<(Measure, bool)>,
        missing: &str,
    ) {
        if let (Some((value, volatile)), None) = (value, self.value(name)) {
            self.record(name, value, volatile);
        }
        let (verdict, cause, note) = match value.map(|(value, _)| condition.keeps(&value)) {
            None | Some(Keeps::Nothing) => (
                Verdict::Inconclusive,
                Some(Cause::Evidence),
                Some(missing.to_owned()),
            ),
            Some(Keeps::Yes) => (Verdict::Pass, None, None),
            Some(Keeps::Tolerated(words)) => (
                Verdict::Pass,
                None,
                Some(format!("tolerance decided: {words}")),
            ),
            Some(Keeps::Band) => {
                let words = "it lies between pass and fail: a person decides".to_owned();
                (Verdict::Inconclusive, Some(Cause::Judgement), Some(words))
            }
            Some(Keeps::No) => (Verdict::Fail, None, None),
        };
        self.judgement.conditions.push(ConditionVerdict {
            fact: format!("{}.{}.{name}", self.gate, self.kind),
            verdict,
            cause,
            measured: value.map(|(value, _)| value.beside(condition.bound())),
            bound: condition.text().to_owned(),
            written: Some(condition.at().place()),
            evidence: self.evidence.clone(),
            note,
            volatile: value.is_some_and(|(_, volatile)| volatile),
        });
    }

    /// Says of the condition judged last where exactly the evidence is.
    pub fn evidence_of_last(&mut self, places: Vec<Place>, note: Option<String>) {
        if let Some(last) = self.judgement.conditions.last_mut() {
            if !places.is_empty() {
                last.evidence = places;
            }
            if note.is_some() {
                last.note = note;
            }
        }
    }

    /// A clause beside the conditions.
    pub fn reason(
        &mut self,
        code: &'static str,
        verdict: Verdict,
        cause: Option<Cause>,
        message: String,
        help: Option<&str>,
    ) {
        let evidence = self.evidence.clone();
        let help = help.map(str::to_owned);
        self.judgement.reasons.push(Reason {
            code,
            verdict,
            cause,
            message,
            help,
            evidence,
            detail: None,
        });
    }

    /// Evidence is missing or cannot be used.
    pub fn undecided(&mut self, code: &'static str, message: String, help: &str) {
        self.reason(
            code,
            Verdict::Inconclusive,
            Some(Cause::Evidence),
            message,
            Some(help),
        );
    }

    /// Something to know.
    pub fn note(&mut self, code: &'static str, message: String) {
        self.judgement.notes.push(Note { code, message });
    }

    /// The judgement, for adding lists to it.
    pub fn out(&mut self) -> &mut Judgement {
        &mut self.judgement
    }

    /// The judgement.
    pub fn done(self) -> Judgement {
        self.judgement
    }
}
