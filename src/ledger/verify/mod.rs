//! Checks a whole ledger from its folder alone: names and digests, form, parents, signatures, and that each decision
//! follows from the facts that its record holds. With git also that nothing was removed that history held.
//!
//! Everything is looked at, whatever was found before; the first broken record is the one nearest to the root. It mends
//! nothing, and takes nothing on trust that it can compute.

mod criteria;
mod decision;
mod faults;
mod history;
mod people;
mod whole;

pub use faults::{Extent, Faults, faults};
pub use history::{absent, missing};

use std::collections::BTreeMap;

use serde::Serialize;

use super::statement::is_digest;
use super::store::{Broken, LEDGER, Ledger, LedgerTrouble};
use crate::model::{Chain, Completion, Entry, People, Says, SignatureState, Verdicts};
use crate::policy::Answers;
use crate::vcs::Repository;

/// A record may be older than its parent by so much: clocks differ.
pub(super) const SLACK_SECONDS: i64 = 5 * 60;
/// A folder with this file is a project.
const PROJECT: &str = "tollgate.yaml";
const CIRCULAR: &str = "it is its own ancestor";

/// One thing to say of a record, or of the ledger where none is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// File of the record, in the folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its phase, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// What it says, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// What was found.
    pub why: String,
}

/// How many of what were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records.
    pub records: usize,
    /// Signatures that are good.
    pub good_signatures: usize,
    /// Signatures that fit their record, of whom nobody knows.
    pub unknown_signatures: usize,
    /// Records that nobody signed.
    pub unsigned: usize,
    /// Completions whose decision was drawn again.
    pub decisions: usize,
    /// Conditions that were judged again.
    pub conditions: usize,
    /// Conditions that put no bound on a number, and stand as recorded.
    pub as_recorded: usize,
    /// Pieces of raw evidence that are here and fit their digest.
    pub evidence: usize,
    /// Pieces of raw evidence that are not here.
    pub evidence_absent: usize,
}

/// What was found in a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many of what were looked at.
    pub counts: Counts,
    /// What is broken, the first record first.
    pub faults: Vec<Remark>,
    /// What could not be looked at.
    pub unchecked: Vec<Remark>,
    /// What is suspicious and breaks nothing.
    pub warnings: Vec<Remark>,
    /// Things to know.
    pub notes: Vec<Remark>,
}

/// What a ledger is checked against, beside itself.
pub struct Against<'a> {
    /// Who may sign; `None` where the list cannot be read.
    pub people: Option<&'a People>,
    /// The repository and the project in it.
    pub git: Option<(&'a Repository, &'a std::path::Path)>,
    /// Whether raw evidence of that digest is here; words where it is and is damaged.
    pub evidence: &'a dyn Fn(&str) -> Result<bool, String>,
    /// What a completion lacks of what the file as it is asks of it, in words; of records of other policies nothing.
    pub owed: &'a dyn Fn(&Entry, &Completion) -> Vec<String>,
}

/// Checks everything.
pub fn verify(ledger: &mut Ledger, against: &Against<'_>) -> Result<Verified, LedgerTrouble> {
    let mut found = Verified::default();
    if let Some(people) = against.people {
        ledger.check_signatures(people, |_| true)?;
    }
    let ledger = &*ledger;
    found.faults.extend(ledger.broken().iter().map(unreadable));
    let records = ledger.broken().iter();
    let records = records.filter(|one| one.file.ends_with(".json"));
    found.counts.records = ledger.len() + records.count();
    let chain = ledger.chain();
    let mut check = Check::of(ledger, against, &chain);
    check.found = found;
    for entry in chain.entries().iter().chain(chain.circular()) {
        check.record(entry);
    }
    for entry in chain.circular() {
        check.fault(entry, CIRCULAR.to_owned());
    }
    check.parallel();
    check.strays();
    check.history();
    Ok(check.found)
}

/// Reopenings by the completion that they undo.
fn reopened(ledger: &Ledger) -> BTreeMap<&str, Vec<&Entry>> {
    let mut by_completion: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in ledger.entries() {
        if let Says::Reopen { completion, .. } = &entry.record.says {
            by_completion.entry(completion).or_default().push(entry);
        }
    }
    by_completion
}

struct Check<'a> {
    ledger: &'a Ledger,
    against: &'a Against<'a>,
    chain: &'a Chain,
    reopened: BTreeMap<&'a str, Vec<&'a Entry>>,
    /// The folder of the project from the top, where git knows it.
    project: Option<String>,
    answers: Answers,
    found: Verified,
}

/// A remark on a file that is no record.
fn unreadable(broken: &Broken) -> Remark {
    Remark {
        file: Some(broken.file.clone()),
        ..on_all(broken.why.clone())
    }
}

/// A remark on a record.
fn on(entry: &Entry, why: String) -> Remark {
    Remark {
        file: Some(format!("{}.json", entry.digest)),
        phase: Some(entry.record.phase.clone()),
        kind: Some(entry.record.says.kind()),
        why,
    }
}

/// A remark on the ledger.
fn on_all(why: String) -> Remark {
    Remark {
        file: None,
        phase: None,
        kind: None,
        why,
    }
}

/// A digest as people read it.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

impl<'a> Check<'a> {
    fn of(ledger: &'a Ledger, against: &'a Against<'a>, chain: &'a Chain) -> Self {
        Self {
            ledger,
            against,
            chain,
            reopened: reopened(ledger),
            project: against.git.and_then(|(repository, root)| {
                let folder = repository.from_top(root, "")?;
                Some(folder.trim_end_matches('/').to_owned())
            }),
            answers: Answers::default(),
            found: Verified::default(),
        }
    }

    fn fault(&mut self, entry: &Entry, why: String) {
        self.found.faults.push(on(entry, why));
    }

    fn record(&mut self, entry: &'a Entry) {
        self.project(entry);
        self.parents(entry);
        self.signatures(entry);
        let wrong = match &entry.record.says {
            Says::Completion(completion) => {
                self.found.counts.decisions += 1;
                self.completion(entry, completion)
            }
            Says::Reopen { completion, .. } => self.reopening(entry, completion),
            Says::Observation { verdict, gates } => observation(verdict, gates),
            Says::Ruling { ruling, .. } => {
                let known = ["hold", "recycle", "kill"].contains(&ruling.as_str());
                let words = format!("there is no ruling `{ruling}`");
                if known { Vec::new() } else { vec![words] }
            }
            Says::SignOff { .. } | Says::Lien { .. } => Vec::new(),
        };
        for why in wrong {
            self.fault(entry, why);
        }
    }

    /// Whether it is of another project of the repository, which is there. One whose folder is gone was moved here.
    fn project(&mut self, entry: &Entry) {
        let (Some((repository, _)), Some(own)) = (self.against.git, &self.project) else {
            return;
        };
        let named = entry.record.project.as_deref().unwrap_or_default();
        if named == own {
            return;
        }
        let of = match named {
            "" => "the project at the top of the repository".to_owned(),
            folder => format!("the project in `{folder}`"),
        };
        if repository.top.join(named).join(PROJECT).is_file() {
            self.fault(entry, format!("it is of {of}, and not of this one"));
        } else {
            let words = format!("it was written for {of}, which is not there any more");
            self.found.notes.push(on(entry, words));
        }
    }

    fn parents(&mut self, entry: &Entry) {
        let at: Option<jiff::Timestamp> = entry.record.at.parse().ok();
        for parent in &entry.record.parents {
            let Some(other) = self.ledger.entry(parent) else {
                let file = format!("{parent}.json");
                let broken = self.ledger.broken().iter().any(|one| one.file == file);
                let what = if broken { "is broken" } else { "is not here" };
                self.fault(entry, format!("its parent {} {what}", short(parent)));
                continue;
            };
            let before: Option<jiff::Timestamp> = other.record.at.parse().ok();
            let late = at
                .zip(before)
                .map(|(at, before)| before.as_second() - at.as_second());
            if late.is_some_and(|late| late > SLACK_SECONDS) {
                let words = format!(
                    "it says {}, and its parent {} says {}: a clock was set back, or a time is not true",
                    entry.record.at,
                    short(parent),
                    other.record.at
                );
                self.found.warnings.push(on(entry, words));
            }
        }
    }

    fn signatures(&mut self, entry: &Entry) {
        if entry.signatures.is_empty() {
            self.found.counts.unsigned += 1;
            if matches!(entry.record.says, Says::SignOff { .. } | Says::Lien { .. }) {
                let who = &entry.record.who.name;
                let words = format!("nobody signed it; it says that it is by {who}");
                self.found.notes.push(on(entry, words));
            }
        }
        let spoken = matches!(
            entry.record.says,
            Says::SignOff { .. } | Says::Lien { .. } | Says::Ruling { .. }
        );
        let (who, signers) = (&entry.record.who.name, entry.signers());
        if spoken && !signers.is_empty() && !signers.contains(&who.as_str()) {
            // Somebody's key on another's machine: it counts for whose key it is.
            let words = format!(
                "it says that it is by {who}, and is signed by {}",
                signers.join(", ")
            );
            self.found.notes.push(on(entry, words));
        }
        for signature in &entry.signatures {
            let person = &signature.person;
            match &signature.state {
                SignatureState::Good => self.found.counts.good_signatures += 1,
                SignatureState::Unknown => self.found.counts.unknown_signatures += 1,
                SignatureState::Bad(why) => {
                    self.fault(
                        entry,
                        format!("the signature of {person} does not count: {why}"),
                    );
                }
                SignatureState::Unchecked(why) => {
                    let words = format!("the signature of {person} was not checked: {why}");
                    self.found.unchecked.push(on(entry, words));
                }
                SignatureState::Unread => {
                    let words = format!("the signature of {person} was not checked");
                    self.found.unchecked.push(on(entry, words));
                }
            }
        }
    }

    fn reopening(&self, entry: &Entry, completion: &str) -> Vec<String> {
        let name = short(completion);
        match self.ledger.entry(completion) {
            None => vec![format!("it reopens {name}, which is not here")],
            Some(other)
                if !matches!(other.record.says, Says::Completion(_) | Says::Ruling { .. }) =>
            {
                vec![format!(
                    "it reopens {name}, which is no completion and no ruling but a {}",
                    other.record.says.kind()
                )]
            }
            Some(other) if other.record.phase != entry.record.phase => {
                vec![format!(
                    "it reopens {name}, which is of the phase `{}`",
                    other.record.phase
                )]
            }
            Some(_) => Vec::new(),
        }
    }

    /// Whether one is reached from the other.
    fn reaches(&self, ancestor: &str, of: &str) -> bool {
        let (later, earlier) = (self.chain.place(of), self.chain.place(ancestor));
        matches!((later, earlier), (Some(later), Some(earlier)) if self.chain.comes_after(later, earlier))
    }

    fn related(&self, one: &str, other: &str) -> bool {
        self.reaches(one, other) || self.reaches(other, one)
    }

    /// What was written side by side: two completions of a phase, a completion and a reopening.
    fn parallel(&mut self) {
        let mut completions: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in self.ledger.in_order() {
            if matches!(entry.record.says, Says::Completion(_)) {
                completions
                    .entry(&entry.record.phase)
                    .or_default()
                    .push(entry);
            }
        }
        let mut notes = Vec::new();
        for list in completions.values() {
            for pair in list.windows(2) {
                let [one, other] = pair else { continue };
                if !self.related(&one.digest, &other.digest) {
                    notes.push(on(
                        other,
                        format!(
                            "two completions side by side: both stand, this one is shown; the other is {}",
                            short(&one.digest)
                        ),
                    ));
                }
            }
            for reopening in self.reopened.values().flatten() {
                let aside = |done: &&&Entry| {
                    done.record.phase == reopening.record.phase
                        && !self.related(&done.digest, &reopening.digest)
                };
                for done in list.iter().filter(aside) {
                    let words = format!(
                        "reopened by {}, which was written side by side with it",
                        short(&reopening.digest)
                    );
                    notes.push(on(done, words));
                }
            }
        }
        self.found.notes.extend(notes);
    }

    fn strays(&mut self) {
        let strays = self.ledger.strays().iter();
        let (lost, other): (Vec<&String>, Vec<&String>) =
            strays.partition(|name| name.get(..64).is_some_and(is_digest));
        for name in lost {
            let why = "a signature, or the like, without its record: nothing looks at it";
            self.found.warnings.push(Remark {
                file: Some(name.clone()),
                ..on_all(why.to_owned())
            });
        }
        if !other.is_empty() {
            let count = other.len();
            let first = other[0];
            let words =
                format!("{count} other files in {LEDGER}, which nothing looks at: {first} …");
            self.found.notes.push(on_all(words));
        }
    }
}

fn observation(verdict: &str, gates: &Verdicts) -> Vec<String> {
    let known = |word: &str| crate::model::Verdict::of(word).is_some();
    let words = gates.iter().map(|(_, word)| word).chain([verdict]);
    words
        .filter(|word| !known(word))
        .map(|word| format!("there is no verdict `{word}`"))
        .collect()
}

#[cfg(test)]
mod tests;
