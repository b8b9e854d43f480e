//! The functions of one record: where they begin and whether they ran is said apart, by name or by index.
//!
//! Names are no identity: two classes may both have `run`. The n-th `FNDA` of a name is that of its n-th `FN`.

use crate::model::Marks;
use crate::report::count;

/// The functions of the open record.
#[derive(Default)]
pub(super) struct Functions {
    /// `FN`: name and line.
    begin: Vec<(u64, u32)>,
    /// `FNDA`: name, and whether it was entered.
    entered: Vec<(u64, bool)>,
    /// `FNL`: index and line.
    indexed: Vec<(u64, u32)>,
    /// `FNA`: index, and for one of its names whether it was entered.
    aliases: Vec<(u64, bool, u64)>,
}

impl Functions {
    /// Takes a record. `None` where it cannot be read.
    pub(super) fn take(&mut self, word: &str, rest: &str) -> Option<()> {
        let (first, rest) = rest.split_once(',')?;
        match word {
            // `FN:line[,end],name`; a line that is no number leaves the name.
            "FN" => {
                let name = match rest.split_once(',') {
                    Some((end, name)) if end.parse::<u32>().is_ok() => name,
                    _ => rest,
                };
                let line = first.trim().parse().unwrap_or(0);
                self.begin.push((Marks::name(name), line));
            }
            // `FNDA:hits,name`.
            "FNDA" => {
                let hits = count::hits(first)?.0;
                self.entered.push((Marks::name(rest), hits > 0));
            }
            // `FNL:index,line[,end]`.
            "FNL" => {
                let line = rest.split_once(',').map_or(rest, |(line, _)| line);
                let index = first.trim().parse().ok()?;
                self.indexed.push((index, line.trim().parse().ok()?));
            }
            // `FNA:index,hits,name`.
            _ => {
                let (hits, name) = rest.split_once(',')?;
                let (index, hits) = (first.trim().parse().ok()?, count::hits(hits)?.0);
                self.aliases.push((index, hits > 0, Marks::name(name)));
            }
        }
        Some(())
    }

    /// Brings the halves together, at the end of a record.
    pub(super) fn settle(&mut self, into: &mut Marks) {
        self.by_name(into);
        self.by_index(into);
        into.settle();
    }

    fn by_name(&mut self, into: &mut Marks) {
        // Stable: the order of equal names is what tells them apart.
        self.begin.sort_by_key(|(name, _)| *name);
        self.entered.sort_by_key(|(name, _)| *name);
        let mut entered = self.entered.as_slice();
        for same in self.begin.chunk_by(|a, b| a.0 == b.0) {
            let name = same[0].0;
            entered = without_begin(entered, name, into);
            let end = entered.partition_point(|(other, _)| *other <= name);
            for (at, (_, line)) in same.iter().enumerate() {
                let mine = at..if at + 1 == same.len() { end } else { at + 1 };
                let ran = |(_, ran): &(u64, bool)| *ran;
                let ran = entered[..end].get(mine).is_some_and(|e| e.iter().any(ran));
                into.function(*line, name, ran);
            }
            entered = &entered[end..];
        }
        without_begin(entered, u64::MAX, into);
        self.begin.clear();
        self.entered.clear();
    }

    fn by_index(&mut self, into: &mut Marks) {
        self.indexed.sort_unstable();
        for (_, line) in &self.indexed {
            into.function_at(*line, false);
        }
        for (index, ran, name) in &self.aliases {
            match self
                .indexed
                .binary_search_by_key(index, |(index, _)| *index)
            {
                Ok(at) => into.function_at(self.indexed[at].1, *ran),
                Err(_) => into.function(0, *name, *ran),
            }
        }
        self.indexed.clear();
        self.aliases.clear();
    }
}

/// Passes over names before this one, which have no line.
fn without_begin<'e>(
    entered: &'e [(u64, bool)],
    before: u64,
    into: &mut Marks,
) -> &'e [(u64, bool)] {
    let at = entered.partition_point(|(name, _)| *name < before);
    for (name, ran) in &entered[..at] {
        into.function(0, *name, *ran);
    }
    &entered[at..]
}
