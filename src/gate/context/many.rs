//! One condition put to many values: every one is judged, the worst stands for all, and those that break it are named.

use std::cmp::Reverse;

use super::Judging;
use crate::gate::bounds::Question;
use crate::gate::wording::few;
use crate::model::{Cause, ConditionVerdict, Measure, Verdict};
use crate::policy::Condition;
use crate::source::Place;

/// How many files are named.
const NAMED: usize = 5;

/// Values of files, the worst first, and what was said of them.
struct Many<'a> {
    values: Vec<(&'a str, Measure)>,
    /// Those that do not keep the condition, and the worst that does.
    judged: Vec<(&'a str, ConditionVerdict)>,
}

impl<'a> Many<'a> {
    fn of(condition: &Condition, mut values: Vec<(&'a str, Measure)>) -> Self {
        values.sort_by_cached_key(|(path, value)| (Reverse(condition.excess(value)), *path));
        Self {
            values,
            judged: Vec::new(),
        }
    }

    fn keep(&mut self, path: &'a str, one: ConditionVerdict) {
        let passes = |one: &ConditionVerdict| one.verdict >= Verdict::Pass;
        if !passes(&one) || !self.judged.iter().any(|(_, one)| passes(one)) {
            self.judged.push((path, one));
        }
    }
}

impl Judging {
    /// Judges one condition on many values, each against its own in the baseline. Values that a baseline does not hold
    /// yet are held to the absolute bounds only.
    pub(in crate::gate) fn each(
        &mut self,
        name: &str,
        condition: &Condition,
        values: Vec<(&str, Measure)>,
        missing: &str,
    ) {
        let mut many = Many::of(condition, values);
        for (path, value) in many.values.clone() {
            let key = format!("{name}[{path}]");
            let full = format!("{}.{key}", self.kind);
            if !condition.is_relative() || !self.bounds.lacks(&full) {
                many.keep(path, self.held(name, &key, condition, value));
                continue;
            }
            self.bounds
                .accept(&full, condition.better(), (value, false).into());
            if let Some(absolute) = condition.absolute_part() {
                many.keep(path, self.held(name, &key, &absolute, value));
            }
        }
        self.worst_of(name, condition, many, missing);
    }

    /// Judges one condition on many values; a bound that hangs on the baseline is that of the worst value there.
    pub(in crate::gate) fn all(
        &mut self,
        name: &str,
        condition: &Condition,
        values: Vec<(&str, Measure)>,
        missing: &str,
    ) {
        let mut many = Many::of(condition, values);
        for (path, value) in many.values.clone() {
            many.keep(path, self.held(name, name, condition, value));
        }
        self.worst_of(name, condition, many, missing);
    }

    fn held(
        &mut self,
        name: &str,
        key: &str,
        condition: &Condition,
        value: Measure,
    ) -> ConditionVerdict {
        self.bounds.judge(Question {
            name: format!("{}.{name}", self.kind),
            key: format!("{}.{key}", self.kind),
            condition,
            sample: Some((value, false).into()),
            missing: "",
            evidence: Vec::new(),
        })
    }

    /// The worst stands for all and its value is the fact; where none could be compared the condition says so.
    fn worst_of(&mut self, name: &str, condition: &Condition, mut many: Many<'_>, missing: &str) {
        let Some((_, first)) = many.values.first().copied() else {
            return self.compared(name, name, condition, None, missing);
        };
        many.judged.sort_by_key(|(_, one)| one.verdict);
        let worst = many.judged.first().map(|(path, _)| *path);
        let value = many.values.iter().find(|(path, _)| Some(*path) == worst);
        if self.value(name).is_none() {
            self.record(name, value.map_or(first, |(_, value)| *value), false);
        }
        if worst.is_some() {
            return self.tell_of_many(&many.judged);
        }
        let files = many.values.iter().map(|(path, _)| (*path).to_owned());
        let files = few(&files.collect::<Vec<_>>(), NAMED);
        let new = format!("every file is new, so none is compared: {files}");
        self.relieved(name, condition, &new);
    }

    /// One condition for all that were judged, the worst first; all that do not keep it are named.
    fn tell_of_many(&mut self, judged: &[(&str, ConditionVerdict)]) {
        let Some((path, worst)) = judged.first() else {
            return;
        };
        let bad = judged.iter().filter(|(_, one)| one.verdict < Verdict::Pass);
        let mut places: Vec<Place> = bad
            .clone()
            .take(NAMED)
            .map(|(at, _)| Place::file(*at))
            .collect();
        if places.is_empty() && self.evidence.is_empty() {
            places.push(Place::file(*path));
        }
        let words: Vec<String> = bad
            .filter(|(_, one)| one.verdict == worst.verdict)
            .map(|(path, one)| format!("{path} {}", one.measured.as_deref().unwrap_or("")))
            .collect();
        // Without any baseline one line says so for all.
        let told = worst.cause != Some(Cause::Evidence) && worst.verdict < Verdict::Waived;
        self.judgement.conditions.push(ConditionVerdict {
            evidence: self.evidence.clone(),
            ..worst.clone()
        });
        self.evidence_of_last(places, told.then(|| few(&words, NAMED)));
    }
}
