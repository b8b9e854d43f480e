//! Sets a scene for a kind of gate in tests: options as JSON, a folder with files, and what the judge says of them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use tempfile::TempDir;

use super::{Context, Facts, Gate, GateKind};
use crate::model::{Given, Judgement, ReportEvidence, Verdict};
use crate::problem::Problems;
use crate::source::{At, Key, Node, Value};

/// A folder with files, and what a judge is given.
pub(super) struct Scene {
    folder: TempDir,
    pub given: Given,
    pub reports: Vec<ReportEvidence>,
}

/// What a judge said.
#[derive(Debug)]
pub(super) struct Said(pub Judgement);

impl Scene {
    /// A folder with these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let scene = Self {
            folder: TempDir::with_prefix("tollgate-gate-").unwrap(),
            given: Given::default(),
            reports: Vec::new(),
        };
        for (path, text) in files {
            scene.write(path, text.as_bytes());
        }
        scene
    }

    /// Writes a file.
    pub fn write(&self, path: &str, bytes: &[u8]) {
        let full = self.folder.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, bytes).unwrap();
    }

    /// Builds the kind from its options and lets it judge.
    #[track_caller]
    pub fn judge(&self, kind: &dyn GateKind, options: Json) -> Said {
        let gate = build(kind, &options).unwrap_or_else(|problems| panic!("{problems:?}"));
        let facts = Facts::default();
        Said(gate.judge(&Context {
            gate: "g",
            root: self.folder.path(),
            dir: Path::new(""),
            reports: &self.reports,
            facts: &facts,
            given: &self.given,
        }))
    }
}

/// Builds a kind from its options, or tells its problems.
pub(super) fn build(kind: &dyn GateKind, options: &Json) -> Result<Box<dyn Gate>, Vec<String>> {
    let mut problems = Problems::default();
    let gate = kind.build(&node(options), &mut problems);
    let said: Vec<String> = problems
        .iter()
        .map(|problem| problem.message.clone())
        .collect();
    match gate {
        Some(gate) if said.is_empty() => Ok(gate),
        _ => Err(said),
    }
}

/// A document as the reader of the file would give it.
pub(super) fn node(json: &Json) -> Node {
    let at = At::start_of(Arc::from("tollgate.yaml"));
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => Value::Number(number.to_string()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(entries) => Value::Map(
            entries
                .iter()
                .map(|(name, value)| {
                    let key = Key {
                        at: at.clone(),
                        name: name.clone(),
                    };
                    (key, node(value))
                })
                .collect(),
        ),
    };
    Node { at, value }
}

impl Said {
    /// The worst of conditions and reasons; pass when there is none.
    pub fn verdict(&self) -> Verdict {
        let conditions = self.0.conditions.iter().map(|condition| condition.verdict);
        let reasons = self.0.reasons.iter().map(|reason| reason.verdict);
        conditions.chain(reasons).fold(Verdict::Pass, Verdict::and)
    }

    /// Asserts the verdict.
    #[track_caller]
    pub fn is(self, verdict: Verdict) -> Self {
        assert_eq!(self.verdict(), verdict, "{self:#?}");
        self
    }

    /// Asserts a measured value by its dotted name below the gate.
    #[track_caller]
    pub fn fact(self, name: &str, value: &str) -> Self {
        let found = self.0.facts.iter().find(|fact| fact.name == name);
        let found = found.map(|fact| fact.value.to_string());
        assert_eq!(found.as_deref(), Some(value), "{name} of {self:#?}");
        self
    }

    /// Asserts that a condition, reason or note says this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let conditions = self.0.conditions.iter().flat_map(|condition| {
            [
                Some(condition.fact.clone()),
                condition.measured.clone(),
                condition.note.clone(),
            ]
        });
        let reasons = self.0.reasons.iter().flat_map(|reason| {
            [
                Some(reason.code.to_owned()),
                Some(reason.message.clone()),
                reason.help.clone(),
                reason.detail.clone(),
            ]
        });
        let notes = self.0.notes.iter();
        let notes = notes.flat_map(|note| [Some(note.code.to_owned()), Some(note.message.clone())]);
        let mut said = conditions.chain(reasons).chain(notes).flatten();
        assert!(
            said.any(|one| one.contains(text)),
            "`{text}` is not in {self:#?}"
        );
        self
    }

    /// Every place that is shown as evidence, as `file:line`.
    pub fn places(&self) -> Vec<String> {
        let conditions = self.0.conditions.iter().flat_map(|one| &one.evidence);
        let reasons = self.0.reasons.iter().flat_map(|one| &one.evidence);
        conditions.chain(reasons).map(ToString::to_string).collect()
    }
}
