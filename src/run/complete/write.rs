//! Puts one record into the ledger: who says what of which content, signed where there is a key.

use std::ffi::OsString;
use std::path::Path;

use jiff::Timestamp;

use super::Ground;
use crate::ledger::Signer;
use crate::model::{Entry, Record, Says};

/// What a record is about, beside what it says.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// The phase.
    pub phase: &'a str,
    /// The content: a tree that git knows.
    pub tree: &'a str,
    /// When.
    pub now: Timestamp,
}

/// A signature as it is asked for.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// The key that was named; else that which git signs with.
    pub key: Option<std::path::PathBuf>,
    /// A program that asks for passphrases.
    pub askpass: Option<OsString>,
    /// Without a signature the record is worth nothing: then none is written.
    pub needed: bool,
}

/// A record that was written, and why it is unsigned when somebody might wonder.
#[derive(Clone, Debug)]
pub struct Written {
    /// The record.
    pub entry: Entry,
    /// Things to know.
    pub notes: Vec<String>,
}

impl Ground {
    /// Appends a record.
    pub fn append(
        &mut self,
        about: &About<'_>,
        says: Says,
        keys: &Keys,
        here: &Path,
    ) -> Result<Written, String> {
        let record = Record {
            parents: Vec::new(),
            at: about.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            who: self.who.clone(),
            phase: about.phase.to_owned(),
            tree: about.tree.to_owned(),
            commit: self.commit().map(str::to_owned),
            policy: self.plan.digest.clone(),
            project: self.project(),
            tollgate: env!("CARGO_PKG_VERSION").to_owned(),
            says,
        };
        let mut notes = Vec::new();
        let signer = self.signer(keys, here, &mut notes)?;
        let people = self.people.clone();
        if let Some(signer) = signer {
            match self.ledger.append(record.clone(), Some((&signer, &people))) {
                Ok(entry) => return Ok(Written { entry, notes }),
                Err(error) if keys.needed || keys.key.is_some() => return Err(error.to_string()),
                Err(error) => notes.push(format!("it is not signed: {error}")),
            }
        }
        let entry = self
            .ledger
            .append(record, None)
            .map_err(|error| error.to_string())?;
        Ok(Written { entry, notes })
    }

    /// Who signs, if anybody. Without people nobody could be found behind a signature.
    fn signer(
        &self,
        keys: &Keys,
        here: &Path,
        notes: &mut Vec<String>,
    ) -> Result<Option<Signer>, String> {
        let signer = match &keys.key {
            Some(key) => Some(Signer::file(key, here)),
            None if self.people.is_empty() && !keys.needed => None,
            None => Signer::of_git(&self.repository)?,
        };
        if signer.is_none() && keys.needed {
            return Err("there is no key to sign with: name one with `--key FILE`, or let git sign with SSH (`git config gpg.format ssh`, `git config user.signingkey FILE`)".to_owned());
        }
        if signer.is_none() && !self.people.is_empty() {
            notes.push("it is not signed: no key is named, and git signs with none".to_owned());
        }
        Ok(signer.map(|signer| signer.askpass(keys.askpass.clone())))
    }
}
