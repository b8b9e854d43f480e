//! One file per gate kind: its options, its judging, its wording.
//!
//! A gate kind turns evidence into a judgement. It reads no file but the tree it is asked about, starts no
//! process, and never sees baseline, ledger or store. What it cannot decide it says to be inconclusive.

mod bounds;
mod checklist;
mod compare;
mod context;
mod coverage;
mod drop;
mod exit;
mod files;
mod findings;
mod git;
mod http;
mod known;
mod metrics;
mod place;
mod probe;
mod ratchet;
mod reports;
mod require;
mod sample;
#[cfg(test)]
mod scene;
mod tests;
mod trace;
mod tree;
#[cfg(test)]
mod trial;
mod wording;

pub use bounds::bound_words;
pub(crate) use bounds::{Bounds, Question};
pub use context::{Context, Facts, Judging};
pub use exit::{Ended, ExitOptions, ExitRule};
pub use probe::{Against, Content, Force, Probe, refused};
pub use reports::{Elsewhere, Reports};

use std::fmt::Debug;

use serde_json::Value as Json;

use crate::model::{Judgement, Wants};
use crate::policy::{Changes, Condition, Side, Weight};
use crate::problem::Problems;
use crate::source::{Located, Node};

/// A kind of gate: the code that reads one key of a gate and builds its judge.
pub trait GateKind: Sync {
    /// The key in the file.
    fn name(&self) -> &'static str;
    /// One line for people.
    fn about(&self) -> &'static str;
    /// Reads the value of the key.
    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>>;
    /// JSON Schema of the value.
    fn schema(&self) -> Json;
    /// What more or fewer entries of a key mean, where its entries stand for themselves; the empty key is the whole
    /// value. Bounds need no word here: the schema shows them. All else that changes makes evidence in another way.
    fn weighs(&self, key: &str) -> Option<Weight> {
        compare::shared(key)
    }
    /// Writes a short form of the value out in full, so that policies are compared in one form.
    fn unfold(&self, _judge: &mut Node) {}
    /// Says what a change of the value means for the policy.
    fn compare(&self, side: &Side<'_>, changes: &mut Changes) {
        compare::by_schema(&self.schema(), &|key| self.weighs(key), side, changes);
    }
}

/// A built judge: a question to evidence.
pub trait Gate: Debug + Send + Sync {
    /// The key in the file.
    fn kind(&self) -> &'static str;
    /// The reports it reads, if it reads reports.
    fn reports(&self) -> Option<&Reports> {
        None
    }
    /// What it wants to know beside its reports.
    fn wants(&self) -> Wants {
        Wants::default()
    }
    /// Names of the facts that it may record, below its kind; `*` stands for one part. Empty where that is not known: then
    /// nobody's expression is checked against them.
    fn facts(&self) -> Vec<String> {
        Vec::new()
    }
    /// Conditions that it judges, by key, also those that are implied and written nowhere. What is implied must be
    /// named here, or writing another bound beside it could do away with it unseen.
    fn implied(&self) -> Vec<(&'static str, Condition)> {
        Vec::new()
    }
    /// Conditions that it puts under names and in words of its own, exactly as it puts them: a record is held against
    /// them on a later day.
    fn stated(&self) -> Vec<(String, String)> {
        Vec::new()
    }
    /// The services that it asks, beside those of its gate.
    fn services(&self) -> Vec<Located<String>> {
        Vec::new()
    }
    /// Whether it is left out of a plain run: what it wants holds in one phase only.
    fn by_name_only(&self) -> bool {
        false
    }
    /// The gate, or the phase, whose recorded red tests it wants to pass.
    fn green_list(&self) -> Option<&Located<String>> {
        None
    }
    /// The gates whose facts it speaks of.
    fn mentions(&self) -> Vec<Located<String>> {
        Vec::new()
    }
    /// The facts that it speaks of, as paths that begin with a gate.
    fn references(&self) -> Vec<Located<Vec<String>>> {
        Vec::new()
    }
    /// Evidence of its own kind that it must not pass on, made from its own bounds: for each bound a value just beyond it
    /// ([`Probe::beyond`]), and whatever else must never pass. `config prove` feeds each to the judge as a run would, and
    /// names what stays green. A judge without probes is shown as not proven. What is missing, stale, empty or broken needs
    /// no probe here: every gate that reads reports is asked that.
    fn bad_evidence(&self) -> Vec<Probe> {
        Vec::new()
    }
    /// Judges the evidence.
    fn judge(&self, context: &Context<'_>) -> Judgement;
}

/// Every kind of gate.
pub static KINDS: &[&dyn GateKind] = &[
    &tests::Tests,
    &coverage::Coverage,
    &findings::Findings,
    &metrics::Metrics,
    &files::Files,
    &ratchet::Ratchet,
    &checklist::Checklist,
    &trace::Trace,
    &git::Git,
    &http::Http,
    &require::Require,
];

/// Kinds that are specified and not built yet: refused by name.
pub static LATER: &[&str] = &["migrations", "sign-off"];

/// The kind of that key.
pub fn find(name: &str) -> Option<&'static dyn GateKind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}
