//! Weakenings that a person accepted: a signed record about exactly this list and both policies (RULES 7).
//!
//! Who may sign is whom the trusted revision names, never whom the head names. It accepts nothing itself.

use std::path::Path;

use crate::config::{Origin, PEOPLE, parse_people};
use crate::ledger::Ledger;
use crate::model::{Entry, People, Says, SignatureState};
use crate::problem::Problems;
use crate::source::Source;

/// What is known of an acceptance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// Who accepted, each once, sorted. Nobody: it is outstanding.
    pub by: Vec<String>,
    /// Digests of the records that count.
    pub records: Vec<String>,
    /// Records about this list that do not count, and why, in words.
    pub not: Vec<String>,
}

impl Acceptance {
    /// Whether somebody accepted.
    pub fn is_given(&self) -> bool {
        !self.by.is_empty()
    }

    /// What the records below `root` say of a list of weakenings.
    pub(super) fn of(root: &Path, people: &Result<People, String>, list: &str) -> Self {
        Self::read(root, people, list).unwrap_or_else(|words| Self {
            not: vec![words],
            ..Self::default()
        })
    }

    fn read(root: &Path, people: &Result<People, String>, list: &str) -> Result<Self, String> {
        let about = |entry: &Entry| matches!(&entry.record.says, Says::SignOff { weakenings: Some(of), .. } if of == list);
        let mut ledger = Ledger::read(root).map_err(|error| format!("the ledger: {error}"))?;
        if !ledger.entries().any(about) {
            return Ok(Self::default());
        }
        if let Some(broken) = ledger.broken().first() {
            return Err(format!(
                "a record of the ledger is broken ({}: {}): `tollgate verify` shows all",
                broken.file, broken.why
            ));
        }
        let people = people.as_ref().map_err(Clone::clone)?;
        ledger
            .check_signatures(people, about)
            .map_err(|error| format!("signatures cannot be checked: {error}"))?;
        let mut found = Self::default();
        for entry in ledger.entries().filter(|entry| about(entry)) {
            found.add(entry);
        }
        found.by.sort();
        found.by.dedup();
        Ok(found)
    }

    fn add(&mut self, entry: &Entry) {
        let short = entry.digest.get(..12).unwrap_or(&entry.digest);
        let signers = entry.signers();
        if !signers.is_empty() {
            self.by.extend(signers.into_iter().map(str::to_owned));
            self.records.push(entry.digest.clone());
        } else if entry.signatures.is_empty() {
            self.not.push(format!("record {short} is not signed"));
        }
        for signature in &entry.signatures {
            let why = match &signature.state {
                SignatureState::Good => continue,
                SignatureState::Bad(why) | SignatureState::Unchecked(why) => why.as_str(),
                SignatureState::Unread | SignatureState::Unknown => "nobody knows whose it is",
            };
            self.not.push(format!(
                "the signature of {} under record {short} does not count: {why}",
                signature.person
            ));
        }
    }
}

/// The people that a place names.
pub(super) fn people_at(origin: &Origin, most: u64) -> Result<People, String> {
    let trouble = |words: &str| format!("{PEOPLE} of the trusted revision {words}");
    let bytes = match origin.find(PEOPLE, most) {
        Ok(None) => return Ok(People::default()),
        Ok(Some(bytes)) => bytes,
        Err(_) => return Err(trouble("cannot be read")),
    };
    let text = String::from_utf8(bytes).map_err(|_| trouble("is not UTF-8"))?;
    let source = Source {
        name: PEOPLE.into(),
        text: text.into(),
    };
    parse_people(&source, &mut Problems::default()).ok_or_else(|| trouble("has mistakes"))
}
