//! What a completion rests on that people or earlier phases said: sign-offs, liens, predecessors. Each must be here, be
//! what it is taken for, and speak of the same thing.

use std::collections::BTreeSet;

use super::decision::counts;
use super::{Check, short};
use crate::model::{Completion, Entry, Says};

/// What the liens of a completion stand on.
pub(super) struct Promises(BTreeSet<String>);

impl Promises {
    pub(super) fn stand_on(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// Why a record that is rested on does not bear.
type Refusal = Result<(), String>;

impl<'a> Check<'a> {
    pub(super) fn promises(
        &self,
        entry: &Entry,
        done: &Completion,
        wrong: &mut Vec<String>,
    ) -> Promises {
        let mut stands = BTreeSet::new();
        for digest in &done.liens {
            let lien = match self.rested(digest, "lien") {
                Ok(lien) => lien,
                Err(why) => {
                    wrong.push(why);
                    continue;
                }
            };
            if let Err(why) = self.promise(entry, done, lien) {
                wrong.push(format!("it rests on the lien {}, {why}", short(digest)));
                continue;
            }
            if let Says::Lien { on, .. } = &lien.record.says {
                stands.insert(on.clone());
            }
        }
        Promises(stands)
    }

    fn promise(&self, entry: &Entry, done: &Completion, lien: &Entry) -> Refusal {
        same_phase(entry, lien)?;
        signed(lien)?;
        let Says::Lien { on, due, .. } = &lien.record.says else {
            return Ok(());
        };
        let asked = done.gates.contains_key(on) || done.criteria.iter().any(|one| one.rule == *on);
        if !asked {
            return Err(format!(
                "which stands on `{on}`, and nothing of it is called so"
            ));
        }
        let due: Option<jiff::civil::Date> = due.parse().ok();
        let as_of: Option<jiff::civil::Date> = done.as_of.parse().ok();
        match due.zip(as_of) {
            Some((due, as_of)) if due <= as_of => Err(format!("which was due on {due}")),
            _ => Ok(()),
        }
    }

    pub(super) fn rests_on(&self, entry: &Entry, done: &Completion) -> Vec<String> {
        let mut wrong = Vec::new();
        for digest in &done.sign_offs {
            let checked = self.rested(digest, "sign-off").and_then(|other| {
                let words =
                    |why: String| format!("it rests on the sign-off {}, {why}", short(digest));
                self.sign_off(entry, done, other).map_err(words)
            });
            wrong.extend(checked.err());
        }
        for digest in &done.observations {
            let checked = self.rested(digest, "observation").and_then(|other| {
                let words =
                    |why: String| format!("it rests on the observation {}, {why}", short(digest));
                same_phase(entry, other)
                    .and_then(|()| same_thing(entry, other))
                    .map_err(words)
            });
            wrong.extend(checked.err());
        }
        for (phase, digest) in &done.after {
            let checked = self
                .rested(digest, "completion")
                .and_then(|other| self.predecessor(entry, phase, other));
            wrong.extend(checked.err());
        }
        wrong
    }

    fn sign_off(&self, entry: &Entry, done: &Completion, other: &Entry) -> Refusal {
        if !done.unsigned {
            signed(other)?;
        } else if let Some(bad) = other.signatures.iter().find(|one| !counts(&one.state)) {
            return Err(format!("whose signature by {} does not count", bad.person));
        }
        match &other.record.says {
            // It speaks of a list of weakenings, which outlives changes of the tree.
            Says::SignOff {
                weakenings: Some(_),
                ..
            } => Ok(()),
            // It was given before the work began.
            Says::SignOff { entry: true, .. } => same_phase(entry, other),
            _ => same_phase(entry, other).and_then(|()| same_thing(entry, other)),
        }
    }

    fn predecessor(&self, entry: &Entry, phase: &str, other: &Entry) -> Refusal {
        let name = short(&other.digest);
        if other.record.phase != phase {
            return Err(format!(
                "it rests on the completion {name} of `{phase}`, which is one of `{}`",
                other.record.phase
            ));
        }
        let reopened = self.reopened.get(other.digest.as_str());
        let mut reopened = reopened.into_iter().flatten();
        let before = reopened.find(|reopening| self.reaches(&reopening.digest, &entry.digest));
        match before {
            Some(reopening) => Err(format!(
                "it rests on the completion {name} of `{phase}`, which {} had reopened before",
                short(&reopening.digest)
            )),
            None => Ok(()),
        }
    }

    /// The record of a digest, if it is of that kind.
    pub(super) fn rested(&self, digest: &str, kind: &str) -> Result<&'a Entry, String> {
        let name = short(digest);
        match self.ledger.entry(digest) {
            None => Err(format!("it rests on the {kind} {name}, which is not here")),
            Some(other) if other.record.says.kind() != kind => Err(format!(
                "it rests on the {kind} {name}, which is a {}",
                other.record.says.kind()
            )),
            Some(other) => Ok(other),
        }
    }
}

fn same_phase(entry: &Entry, other: &Entry) -> Refusal {
    if other.record.phase == entry.record.phase {
        return Ok(());
    }
    Err(format!("which is of the phase `{}`", other.record.phase))
}

fn same_thing(entry: &Entry, other: &Entry) -> Refusal {
    if other.record.tree != entry.record.tree {
        return Err(format!(
            "which is about another tree, {}",
            short(&other.record.tree)
        ));
    }
    if other.record.policy != entry.record.policy {
        return Err("which is about another policy".to_owned());
    }
    Ok(())
}

fn signed(other: &Entry) -> Refusal {
    if other.signatures.is_empty() {
        return Err("which nobody signed".to_owned());
    }
    if other.signatures.iter().any(|one| counts(&one.state)) {
        return Ok(());
    }
    Err("whose signatures do not count".to_owned())
}
