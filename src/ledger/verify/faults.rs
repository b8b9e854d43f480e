//! What commands that decide have to know of a ledger: which records prove nothing, and why nothing can be decided at
//! all. The same checks as `verify`, of all records or of those that a decision rests on; signatures as they are known.

use std::collections::{BTreeMap, HashSet};

use super::{Against, CIRCULAR, Check, Remark, on, short, unreadable};
use crate::ledger::statement;
use crate::ledger::store::Ledger;
use crate::model::{Chain, Entry, Says};

/// What is wrong with a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Records that do not verify, by digest, with the first reason: they prove nothing.
    pub records: BTreeMap<String, String>,
    /// What is wrong with no record that can be read: one is damaged, or another names one that is not here. What it
    /// said is not known, so nothing can be decided.
    pub whole: Vec<Remark>,
}

/// Checks the records that are asked for, and of all of them that their parents are here. Nothing is asked of git but
/// where the project lies.
pub fn faults(
    ledger: &Ledger,
    chain: &Chain,
    against: &Against<'_>,
    which: impl Fn(&Entry) -> bool,
) -> Faults {
    let mut found = Faults {
        whole: ledger.broken().iter().map(unreadable).collect(),
        ..Faults::default()
    };
    let mut check = Check::of(ledger, against, chain);
    for (place, entry) in chain.entries().iter().enumerate() {
        let orphan = chain.parents(place).len() < entry.record.parents.len();
        if orphan {
            found.whole.extend(lost(ledger, entry));
        }
        if !which(entry) {
            continue;
        }
        if !orphan {
            found.whole.extend(lost(ledger, entry));
        }
        check.record(entry);
        let again = || statement::digest(&statement::render(&entry.record)) == entry.digest;
        let faults = std::mem::take(&mut check.found.faults).into_iter();
        let mut faults = faults.map(|remark| remark.why);
        let why = faults.next();
        let why = why.or_else(|| (!again()).then(|| statement::OTHERWISE.to_owned()));
        found
            .records
            .extend(why.map(|why| (entry.digest.clone(), why)));
    }
    for entry in chain.circular() {
        found
            .records
            .insert(entry.digest.clone(), CIRCULAR.to_owned());
    }
    found
}

/// The first record that another one names and that is not here.
fn lost(ledger: &Ledger, entry: &Entry) -> Option<Remark> {
    let parents = entry.record.parents.iter().map(|one| ("its parent", one));
    let rests = rests_on(&entry.record.says);
    let rests = rests.into_iter().map(|one| ("it rests on", one));
    let mut named = parents.chain(rests);
    let (how, digest) = named.find(|(_, digest)| ledger.entry(digest).is_none())?;
    let is_broken = ledger
        .broken()
        .iter()
        .any(|one| one.file.starts_with(digest.as_str()));
    // Then its own file says more.
    (!is_broken).then(|| {
        let which = if how == "its parent" { "" } else { ", which" };
        on(
            entry,
            format!(
                "{how} {}{which} is not here: fetch it from where it was written",
                short(digest)
            ),
        )
    })
}

/// The records that one rests on.
fn rests_on(says: &Says) -> Vec<&String> {
    match says {
        Says::Completion(done) => {
            let lists = [&done.sign_offs, &done.liens, &done.observations];
            done.after
                .values()
                .chain(lists.into_iter().flatten())
                .collect()
        }
        Says::Reopen { completion, .. } => vec![completion],
        _ => Vec::new(),
    }
}

impl Faults {
    /// Records that a completion names, itself or through the completions before it.
    pub fn beneath<'a>(
        shown: impl IntoIterator<Item = &'a Entry>,
        find: impl Fn(&str) -> Option<&'a Entry>,
    ) -> HashSet<&'a str> {
        let mut todo: Vec<&Entry> = shown.into_iter().collect();
        let mut seen = HashSet::new();
        while let Some(entry) = todo.pop() {
            if seen.insert(entry.digest.as_str()) {
                todo.extend(
                    rests_on(&entry.record.says)
                        .into_iter()
                        .filter_map(|one| find(one)),
                );
            }
        }
        seen
    }
}
