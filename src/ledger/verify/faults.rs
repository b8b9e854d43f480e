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

/// Which records are looked at.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'a> {
    /// All.
    Whole,
    /// Those of these digests.
    These(&'a HashSet<&'a str>),
}

/// Checks the records that are asked for, and of all of them that their parents are here. Nothing is asked of git but
/// where the project lies.
pub fn faults(ledger: &Ledger, chain: &Chain, against: &Against<'_>, extent: Extent<'_>) -> Faults {
    let mut found = Faults {
        whole: ledger.broken().iter().map(unreadable).collect(),
        ..Faults::default()
    };
    let strictly = matches!(extent, Extent::Whole);
    let mut check = Check::of(ledger, against, chain);
    let all = chain.entries().iter().enumerate();
    // Ten thousand records are looked at in a moment for this: no text is compared.
    let orphans =
        all.filter(|(place, entry)| chain.parents(*place).len() < entry.record.parents.len());
    found
        .whole
        .extend(orphans.filter_map(|(_, entry)| lost(ledger, entry)));
    let mut one = |entry| found.add(&mut check, entry, strictly);
    match extent {
        Extent::Whole => chain.entries().iter().for_each(|entry| one(entry)),
        Extent::These(digests) => {
            let mut places: Vec<usize> =
                digests.iter().filter_map(|one| chain.place(one)).collect();
            places.sort_unstable();
            places
                .iter()
                .for_each(|&place| one(&chain.entries()[place]));
        }
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
    fn add<'a>(&mut self, check: &mut Check<'a>, entry: &'a Entry, strictly: bool) {
        let here = |digest: &String| check.ledger.entry(digest).is_some();
        // Those without a parent were told.
        if entry.record.parents.iter().all(here) {
            self.whole.extend(lost(check.ledger, entry));
        }
        check.record(entry);
        let mut faults = std::mem::take(&mut check.found.faults).into_iter();
        let why = faults.next().map(|remark| remark.why);
        // Writing a record again costs more than all else, and the board is to be quick.
        let again = || statement::digest(&statement::render(&entry.record)) == entry.digest;
        let otherwise = || (strictly && !again()).then(|| statement::OTHERWISE.to_owned());
        let why = why.or_else(otherwise);
        self.records
            .extend(why.map(|why| (entry.digest.clone(), why)));
    }

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
