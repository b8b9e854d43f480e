//! `drop` of `coverage`: how far a share may fall below the baseline, in percentage points. A share that rises never
//! fails it.

use serde_json::{Value as Json, json};

use super::Judging;
use crate::model::Measure;
use crate::policy::{Bound, Condition, Percent};
use crate::problem::{Problems, Shape, object, options};
use crate::source::{Node, Value};

options! {
    /// How far each share may fall.
    pub struct DropOptions {
        /// Lines.
        lines("lines"): Bound<Percent>,
        /// Branches.
        branches("branches"): Bound<Percent>,
        /// Functions.
        functions("functions"): Bound<Percent>,
    }
}

/// How far shares may fall: one bound is that of lines.
#[derive(Clone, Debug)]
pub struct Drops {
    /// Share, name of the condition, and the bound as a step from the baseline.
    bounds: Vec<(&'static str, String, Condition)>,
}

impl Shape for Drops {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let by_share = |entries: &[(crate::source::Key, Node)]| {
            let mut keys = entries.iter().map(|(key, _)| key.name.as_str());
            keys.any(|key| DropOptions::KEYS.contains(&key))
        };
        let written = match &node.value {
            Value::Map(entries) if by_share(entries) => {
                let options = DropOptions::read(node, problems)?;
                let shares = [
                    ("lines", options.lines),
                    ("branches", options.branches),
                    ("functions", options.functions),
                ];
                let given = shares
                    .into_iter()
                    .filter_map(|(share, bound)| Some((share, format!("drop.{share}"), bound?)));
                given.collect()
            }
            _ => vec![(
                "lines",
                "drop".to_owned(),
                <Bound<Percent> as Shape>::read(node, problems)?,
            )],
        };
        let mut bounds = Vec::new();
        for (share, name, bound) in written {
            match bound.condition.as_drop() {
                Ok(condition) => bounds.push((share, name, condition)),
                Err(problem) => problems.push(*problem),
            }
        }
        Some(Self { bounds })
    }

    fn schema() -> Json {
        let one = <Bound<Percent> as Shape>::schema();
        json!({ "anyOf": [one, object(DropOptions::properties())] })
    }
}

/// A fall without an operator is the largest that is allowed: written out, so that two of them can be compared.
pub(super) fn as_limits(drops: &mut Node) {
    let Value::Map(entries) = &mut drops.value else {
        return;
    };
    for (_, node) in entries {
        let bare = node.scalar().filter(|text| {
            let first = text.trim().bytes().next();
            first.is_some_and(|byte| byte.is_ascii_digit())
        });
        if let Some(text) = bare {
            node.value = Value::Text(format!("<={}", text.trim()));
        }
    }
}

impl Drops {
    /// Each bound: the share, its name, and the step from the baseline.
    pub(super) fn bounds(&self) -> impl Iterator<Item = (&'static str, &str, &Condition)> {
        let bounds = self.bounds.iter();
        bounds.map(|(share, name, condition)| (*share, name.as_str(), condition))
    }

    /// Whether a bound looks at this share.
    pub(super) fn asks_of(&self, share: &str) -> bool {
        self.bounds.iter().any(|(known, ..)| *known == share)
    }

    /// Judges each share that is bound; those that no report speaks of are inconclusive.
    pub(super) fn judge(
        &self,
        judging: &mut Judging,
        shares: [(&'static str, Option<Measure>); 3],
    ) {
        for (share, name, condition) in &self.bounds {
            let found = shares.iter().find(|(known, _)| known == share);
            let value = found.and_then(|(_, value)| *value);
            let missing = match value {
                Some(_) => format!("no {share} to cover"),
                None => format!("the reports say nothing of {share}"),
            };
            let sample = value.map(|value| (value, false).into());
            judging.compared(name, share, condition, sample, &missing);
        }
    }
}
