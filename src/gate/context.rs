//! What a judge sees, and the pen it writes its judgement with.

mod many;

use std::collections::BTreeMap;
use std::path::Path;

use super::bounds::{Bounds, Question, Sample};
use super::known::Missing;
use crate::model::{
    Cause, ConditionVerdict, Evidence, Fact, Given, Judgement, Measure, Note, Reason,
    ReportEvidence, Verdict,
};
use crate::policy::{Condition, Keeps};
use crate::source::{At, Place};

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
            kind,
            evidence,
            bounds: Bounds::of(self.gate, self.given),
            judgement: Judgement::default(),
        }
    }

    /// The evidence of every report.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.reports.iter().map(|report| &report.evidence)
    }
}

/// A condition whose keeping a judge found out by itself.
pub(super) struct Stated<'a> {
    /// Name below the kind.
    pub name: &'a str,
    pub verdict: Verdict,
    pub cause: Option<Cause>,
    /// What was found.
    pub measured: Option<String>,
    /// What was wanted.
    pub bound: String,
    /// Where that is written.
    pub at: &'a At,
    pub evidence: Vec<Place>,
    pub note: Option<String>,
    /// What was found is a time and so differs between equal runs.
    pub volatile: bool,
}

/// Writes a judgement: facts, conditions, reasons and notes under their dotted names.
pub struct Judging {
    kind: &'static str,
    evidence: Vec<Place>,
    bounds: Bounds,
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
        self.sampled(name, condition, value.map(Sample::from), missing);
    }

    /// Judges a condition on the median of several observations.
    pub(super) fn sampled(
        &mut self,
        name: &str,
        condition: &Condition,
        sample: Option<Sample>,
        missing: &str,
    ) {
        if let (Some(sample), None) = (sample, self.value(name)) {
            self.record(name, sample.value, sample.volatile);
        }
        self.compared(name, name, condition, sample, missing);
    }

    /// Judges a condition on a value that the baseline holds under another name.
    pub(super) fn compared(
        &mut self,
        name: &str,
        key: &str,
        condition: &Condition,
        sample: Option<Sample>,
        missing: &str,
    ) {
        let verdict = self.bounds.judge(Question {
            name: format!("{}.{name}", self.kind),
            key: format!("{}.{key}", self.kind),
            condition,
            sample,
            missing,
            evidence: self.evidence.clone(),
        });
        self.judgement.conditions.push(verdict);
    }

    /// A condition that is no bound on a number, or one that follows from more than what is written.
    pub(super) fn put(&mut self, stated: Stated<'_>) {
        self.judgement.conditions.push(ConditionVerdict {
            fact: format!("{}.{}.{}", self.bounds.gate(), self.kind, stated.name),
            verdict: stated.verdict,
            cause: stated.cause,
            measured: stated.measured,
            bound: stated.bound,
            written: Some(stated.at.place()),
            evidence: stated.evidence,
            note: stated.note,
            volatile: stated.volatile,
            asked: None,
        });
    }

    /// Judges a condition that nothing can be compared for.
    pub(super) fn missing(&mut self, name: &str, bound: (&str, &At), missing: &Missing) {
        self.stated(name, bound, missing.verdict, missing.cause, None);
        let words = format!("{}: {}", missing.message, missing.help);
        self.evidence_of_last(Vec::new(), Some(words));
    }

    /// A condition that is no comparison of numbers, judged elsewhere: with its bound and where that is written.
    pub(super) fn stated(
        &mut self,
        name: &str,
        bound: (&str, &At),
        verdict: Verdict,
        cause: Option<Cause>,
        measured: Option<String>,
    ) {
        self.judgement.conditions.push(ConditionVerdict {
            fact: format!("{}.{}.{name}", self.bounds.gate(), self.kind),
            verdict,
            cause,
            measured,
            bound: bound.0.to_owned(),
            written: Some(bound.1.place()),
            evidence: self.evidence.clone(),
            note: None,
            volatile: false,
            asked: None,
        });
    }

    /// Says of the condition judged last that it holds only because waived things are not counted: with them the value
    /// would be `strict`. One that holds either way, or does not hold, is told how many there are.
    pub fn unless_waived(&mut self, condition: &Condition, strict: Measure, waived: u64) {
        let Some(last) = self.judgement.conditions.last_mut().filter(|_| waived > 0) else {
            return;
        };
        let words = format!("{waived} more waived");
        // Whether a step from the baseline would be kept is not asked again: then it is the waivers that are told.
        let kept = !condition.is_relative()
            && matches!(condition.keeps(&strict), Keeps::Yes | Keeps::Tolerated(_));
        if last.verdict == Verdict::Pass && !kept {
            last.verdict = Verdict::Waived;
        }
        last.note = Some(match last.note.take() {
            Some(note) => format!("{note}; {words}"),
            None => words,
        });
    }

    /// Says of the condition judged last where exactly the evidence is.
    pub fn evidence_of_last(&mut self, places: Vec<Place>, note: Option<String>) {
        if let Some(last) = self.judgement.conditions.last_mut() {
            if !places.is_empty() {
                last.evidence = places;
            }
            last.note = match (last.note.take(), note) {
                (Some(said), Some(note)) => Some(format!("{said}; {note}")),
                (said, note) => said.or(note),
            };
        }
    }

    /// A condition that is not judged, for a reason that is shown: it passes.
    pub fn relieved(&mut self, name: &str, condition: &Condition, why: &str) {
        let value = self.value(name);
        self.judgement.conditions.push(ConditionVerdict {
            fact: format!("{}.{}.{name}", self.bounds.gate(), self.kind),
            verdict: Verdict::Pass,
            cause: None,
            measured: value
                .filter(|(value, _)| value.number().is_some())
                .map(|(value, _)| value.beside(condition.bound())),
            bound: condition.text().to_owned(),
            written: Some(condition.at().place()),
            evidence: self.evidence.clone(),
            note: Some(why.to_owned()),
            volatile: false,
            asked: None,
        });
    }

    /// Says of the condition judged last where the evidence is, and adds to what is said of it.
    pub fn tell_of_last(&mut self, places: Vec<Place>, words: &str) {
        if let Some(last) = self.judgement.conditions.last_mut() {
            last.evidence = places;
            last.note = Some(match last.note.take() {
                Some(note) => format!("{note}; {words}"),
                None => words.to_owned(),
            });
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
        self.judgement.notes.push(Note {
            code,
            message,
            detail: None,
        });
    }

    /// The judgement, for adding lists to it.
    pub fn out(&mut self) -> &mut Judgement {
        &mut self.judgement
    }

    /// The judgement.
    pub fn done(mut self) -> Judgement {
        let said = self.bounds.done();
        self.judgement.accepted.values.extend(said.accepted);
        self.judgement.reasons.extend(said.reasons);
        self.judgement.notes.extend(said.notes);
        self.judgement
    }
}
