//! Helpers of the tests of the kinds: builds a judge from its keys, and shows it reports and a baseline.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::{Context, Facts, Gate, find};
use crate::model::{
    Baseline, BaselineState, ConditionVerdict, Finding, Given, Judgement, TestCase, Verdict,
};
use crate::problem::Problems;
use crate::report::{self, Counting, Sieve, Taken};
use crate::source::{At, Key, Node, Value};

/// A waiver of all findings of a rule.
struct Waiver(&'static str);

impl Sieve for Waiver {
    fn takes_findings(&self) -> bool {
        true
    }

    fn takes_tests(&self) -> bool {
        false
    }

    fn finding(&self, finding: &Finding) -> Option<Taken> {
        let taken = Taken {
            by: 0,
            name: self.0.to_owned(),
            quarantine: false,
        };
        (finding.rule.as_deref() == Some(self.0)).then_some(taken)
    }

    fn test(&self, _: &TestCase<'_>) -> Option<Taken> {
        None
    }
}

/// A judge under trial.
pub(super) struct Trial {
    /// The judge itself.
    pub(super) gate: Box<dyn Gate>,
    /// What it is given.
    pub(super) given: Given,
    /// Findings with this rule are waived.
    pub(super) waived: Option<&'static str>,
    /// The tree it looks at.
    pub(super) root: std::path::PathBuf,
}

fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(map) => Value::Map(
            map.iter()
                .map(|(name, value)| {
                    let (at, name) = (At::start_of("tollgate.yaml"), name.clone());
                    (Key { at, name }, node(value))
                })
                .collect(),
        ),
    };
    let at = At::start_of("tollgate.yaml");
    Node { at, value }
}

/// The codes of the problems of these keys.
pub(super) fn problems(kind: &str, keys: &Json) -> Vec<&'static str> {
    let mut problems = Problems::default();
    find(kind).unwrap().build(&node(keys), &mut problems);
    problems.iter().map(|problem| problem.code.0).collect()
}

impl Trial {
    /// A judge of that kind with these keys, on a laptop and without a baseline.
    pub(super) fn new(kind: &str, keys: &Json) -> Self {
        let mut problems = Problems::default();
        let gate = find(kind).unwrap().build(&node(keys), &mut problems);
        assert_eq!(problems.len(), 0, "{keys}");
        Self {
            gate: gate.unwrap(),
            given: Given::default(),
            waived: None,
            root: std::path::PathBuf::from("/nowhere/at/all"),
        }
    }

    /// The same in CI.
    pub(super) fn strict(mut self) -> Self {
        self.given.baseline_must_exist = true;
        self
    }

    /// The same with a baseline.
    pub(super) fn baseline(mut self, baseline: Baseline) -> Self {
        self.given.baseline = BaselineState::Here(Box::new(baseline));
        self
    }

    /// What it says of these reports.
    pub(super) fn judge(&self, texts: &[&str]) -> Judgement {
        let reports = self.gate.reports().unwrap();
        let read = |(number, text): (usize, &&str)| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            let name = format!("r{number}");
            let counting = Counting {
                choice: reports.choice.clone(),
                sieve: self
                    .waived
                    .map(|rule| Arc::new(Waiver(rule)) as Arc<dyn Sieve>),
            };
            report::read_counting(file.path(), &name, reports.declared(), &counting).unwrap()
        };
        let reports: Vec<_> = texts.iter().enumerate().map(read).collect();
        self.gate.judge(&Context {
            gate: "unit",
            root: &self.root,
            dir: Path::new(""),
            reports: &reports,
            facts: &Facts::default(),
            given: &self.given,
        })
    }
}

/// The condition of that name below gate and kind.
#[track_caller]
pub(super) fn condition<'a>(judgement: &'a Judgement, name: &str) -> &'a ConditionVerdict {
    let mut all = judgement.conditions.iter();
    let found = all.find(|condition| {
        let below = condition.fact.splitn(3, '.').nth(2);
        below == Some(name)
    });
    found.unwrap_or_else(|| panic!("no condition {name}: {judgement:#?}"))
}

/// Its verdict, what was measured and what was noted.
#[track_caller]
pub(super) fn told<'a>(judgement: &'a Judgement, name: &str) -> (Verdict, &'a str, &'a str) {
    let found = condition(judgement, name);
    let text = |text: &'a Option<String>| text.as_deref().unwrap_or("");
    (found.verdict, text(&found.measured), text(&found.note))
}

/// The codes of reasons, then of notes.
pub(super) fn codes(judgement: &Judgement) -> Vec<&'static str> {
    let reasons = judgement.reasons.iter().map(|reason| reason.code);
    reasons
        .chain(judgement.notes.iter().map(|note| note.code))
        .collect()
}
