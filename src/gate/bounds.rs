//! A condition put to a measured value, with the baseline where it asks for one. Every kind and the bound on a gate's
//! duration judge through here, so that a missing baseline means the same everywhere.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::known::{self, Missing};
use super::wording::few;
use crate::model::{
    Asked, Better, Cause, ConditionVerdict, Exact, Given, KnownValue, Measure, Note, Reason,
    Verdict,
};
use crate::policy::{Condition, Keeps, step_words};
use crate::problem::{Code, Problem, Problems};
use crate::source::Place;

/// A measured value, of one observation or the median of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// The value.
    pub value: Measure,
    /// It differs between runs of the same tree.
    pub volatile: bool,
    /// How far the observations lie apart.
    pub spread: Option<Decimal>,
}

impl From<(Measure, bool)> for Sample {
    fn from((value, volatile): (Measure, bool)) -> Self {
        Self {
            value,
            volatile,
            spread: None,
        }
    }
}

/// A condition and what it is put to.
pub(crate) struct Question<'a> {
    /// Name below the gate, `coverage.drop`.
    pub name: String,
    /// Name of the value in the baseline, `coverage.lines`.
    pub key: String,
    /// The condition.
    pub condition: &'a Condition,
    /// What was measured.
    pub sample: Option<Sample>,
    /// What is said when nothing was.
    pub missing: &'a str,
    /// Where the evidence is.
    pub evidence: Vec<Place>,
}

/// Refuses a step from the baseline where the number itself is counted against the baseline.
pub(super) fn no_step(name: &str, condition: &Condition, problems: &mut Problems) {
    if condition.is_relative() {
        let message = format!("`{name}` is counted against the baseline already");
        problems.push(
            Problem::new(Code::WRONG_VALUE, condition.at(), message)
                .label("a step from the baseline")
                .help("write a plain number, such as `0`"),
        );
    }
}

/// The values of a gate's baseline, and those that a new one would hold.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    gate: String,
    known: Result<BTreeMap<String, KnownValue>, Missing>,
    never: Missing,
    accepted: BTreeMap<String, KnownValue>,
    headroom: Vec<String>,
    /// Values that had no baseline to be held against.
    without: Vec<String>,
}

/// What is to be said beside the conditions.
pub(crate) struct Said {
    /// What a new baseline would hold.
    pub accepted: BTreeMap<String, KnownValue>,
    /// Why some value had no baseline.
    pub reasons: Vec<Reason>,
    /// What is better than the baseline.
    pub notes: Vec<Note>,
}

impl Bounds {
    /// What a gate was given.
    pub fn of(gate: &str, given: &Given) -> Self {
        Self {
            gate: gate.to_owned(),
            known: known::baseline(given, gate).map(|baseline| baseline.values.clone()),
            never: known::never(given, gate, "not in the baseline yet"),
            accepted: BTreeMap::new(),
            headroom: Vec::new(),
            without: Vec::new(),
        }
    }

    /// The gate that is judged.
    pub fn gate(&self) -> &str {
        &self.gate
    }

    /// Whether there is a baseline that lacks this value.
    pub fn lacks(&self, key: &str) -> bool {
        self.known
            .as_ref()
            .is_ok_and(|values| !values.contains_key(key))
    }

    /// Judges.
    pub fn judge(&mut self, question: Question<'_>) -> ConditionVerdict {
        let Question {
            name,
            key,
            condition,
            sample,
            missing,
            evidence,
        } = question;
        let mut verdict = ConditionVerdict {
            fact: format!("{}.{name}", self.gate),
            verdict: Verdict::Inconclusive,
            cause: Some(Cause::Evidence),
            measured: sample.map(|sample| sample.value.beside(condition.bound())),
            bound: condition.text().to_owned(),
            written: Some(condition.at().place()),
            evidence,
            note: Some(missing.to_owned()),
            volatile: sample.is_some_and(|sample| sample.volatile),
            asked: Some(Box::new(Asked {
                value: sample.map(|sample| Exact(sample.value)),
                ..condition.asked()
            })),
        };
        let Some(sample) = sample.filter(|sample| sample.value.number().is_some()) else {
            return verdict;
        };
        if condition.is_relative() {
            self.relative(&key, condition, sample, &mut verdict);
        } else {
            decide(condition.keeps(&sample.value), missing, &mut verdict);
        }
        verdict
    }

    fn relative(
        &mut self,
        name: &str,
        condition: &Condition,
        sample: Sample,
        verdict: &mut ConditionVerdict,
    ) {
        // Of many values under one name the first is that of the baseline, and speaks for all.
        let first = self.accept(name, condition.better(), sample);
        let known = match &self.known {
            Ok(values) => values.get(name).copied().ok_or(&self.never),
            Err(missing) => Err(missing),
        };
        let known = match known {
            Ok(known) => known,
            Err(missing) => {
                without(condition, sample, missing, verdict);
                if first {
                    self.without.push(name.to_owned());
                }
                return;
            }
        };
        let met = match condition.against(&known.value) {
            Ok(met) => met,
            Err(words) => {
                verdict.note = Some(format!(
                    "{words}; `tollgate baseline show {}` shows it",
                    self.gate
                ));
                return;
            }
        };
        let spread = known.spread.max(sample.spread).unwrap_or_default();
        if let Some(asked) = &mut verdict.asked {
            asked.baseline = Some(Exact(known.value));
            asked.spread = (!spread.is_zero()).then(|| spread.normalize().to_string());
        }
        decide(met.keeps_with(&sample.value, spread), "", verdict);
        if verdict.cause == Some(Cause::Judgement) && verdict.note.is_none() {
            verdict.note = Some(format!(
                "past the bound by no more than the spread of the samples, {}: a person decides",
                sample.value.another(spread, None)
            ));
        }
        let step = step_words(&sample.value, &known.value);
        let step = step.map(|step| format!(" ({step})")).unwrap_or_default();
        verdict.measured = Some(format!("{}{step}", sample.value.beside(met.bound())));
        verdict.bound = bound_words(condition, &met, &known, &sample.value, sample.volatile);
        if first {
            self.headroom(name, sample, &known, spread);
        }
    }

    /// Notes what a new baseline would hold, and says whether this is the first value of its name. Two conditions that
    /// pull one value both ways make it a fixed point.
    pub fn accept(&mut self, name: &str, better: Better, sample: Sample) -> bool {
        let first = !self.accepted.contains_key(name);
        let one = KnownValue {
            value: sample.value,
            better,
            spread: sample.spread.filter(|spread| !spread.is_zero()),
        };
        let old = self.accepted.entry(name.to_owned()).or_insert(one);
        if old.better != better {
            old.better = Better::Point;
        }
        first
    }

    fn headroom(&mut self, name: &str, sample: Sample, known: &KnownValue, spread: Decimal) {
        let order = sample.value.compare(&known.value);
        let better = match known.better {
            Better::Higher => order.is_some_and(|order| order.is_gt()),
            Better::Lower => order.is_some_and(|order| order.is_lt()),
            Better::Point => false,
        };
        let apart = sample.value.number().zip(known.value.number());
        let apart = apart.and_then(|(now, was)| now.checked_sub(was));
        let clear = spread.is_zero() || apart.is_some_and(|apart| apart.abs() > spread);
        if better && clear && !sample.volatile {
            let was = known.value.beside(sample.value.number());
            let now = sample.value.beside(known.value.number());
            self.headroom.push(format!("{name} {was} → {now}"));
        }
    }

    /// What is left to say.
    pub fn done(self) -> Said {
        let reason = (!self.without.is_empty()).then(|| match &self.known {
            Err(missing) => missing.reason(),
            Ok(_) => Missing {
                message: format!("{}: {}", few(&self.without, 3), self.never.message),
                ..self.never.clone()
            }
            .reason(),
        });
        let note = (!self.headroom.is_empty()).then(|| Note {
            code: "headroom",
            message: format!(
                "better than the baseline, which could be tightened: {}; `tollgate baseline tighten {}`",
                few(&self.headroom, 3),
                self.gate
            ), detail: None });
        Said {
            accepted: self.accepted,
            reasons: reason.into_iter().collect(),
            notes: note.into_iter().collect(),
        }
    }
}

/// A relative bound as it is shown beside a value: as written, and what follows from the baseline that it has met.
pub fn bound_words(
    condition: &Condition,
    met: &Condition,
    known: &KnownValue,
    value: &Measure,
    volatile: bool,
) -> String {
    // A value that differs between equal runs must not choose the digits of what is no such value.
    let beside = value.number().filter(|_| !volatile);
    let apart = known
        .spread
        .map(|spread| format!(" ± {}", known.value.another(spread, None)));
    format!(
        "{} (baseline {}{} → {})",
        condition.text(),
        known.value.beside(beside),
        apart.unwrap_or_default(),
        met.wanted(value, beside)
    )
}

/// Without a baseline the absolute bounds still hold or do not.
fn without(
    condition: &Condition,
    sample: Sample,
    missing: &Missing,
    verdict: &mut ConditionVerdict,
) {
    verdict.note = None;
    (verdict.verdict, verdict.cause) = (missing.verdict, missing.cause);
    let absolute = condition.absolute_part();
    if let Some(Keeps::No) = absolute.map(|absolute| absolute.keeps(&sample.value)) {
        (verdict.verdict, verdict.cause) = (Verdict::Fail, None);
    }
}

fn decide(keeps: Keeps, missing: &str, verdict: &mut ConditionVerdict) {
    let (word, cause, note) = match keeps {
        Keeps::Yes => (Verdict::Pass, None, None),
        Keeps::Tolerated(words) => (
            Verdict::Pass,
            None,
            Some(format!("tolerance decided: {words}")),
        ),
        Keeps::Band => {
            let words = "it lies between pass and fail: a person decides".to_owned();
            (Verdict::Inconclusive, Some(Cause::Judgement), Some(words))
        }
        Keeps::Noise => (Verdict::Inconclusive, Some(Cause::Judgement), None),
        Keeps::No => (Verdict::Fail, None, None),
        Keeps::Nothing => (
            Verdict::Inconclusive,
            Some(Cause::Evidence),
            Some(missing.to_owned()),
        ),
    };
    (verdict.verdict, verdict.cause, verdict.note) = (word, cause, note);
}
