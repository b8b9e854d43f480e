//! The order of records: parents first, by depth, then by digest. Times order nothing.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::model::Entry;

/// Records in order: a parent always stands before what names it.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// The records.
    pub entries: Vec<Arc<Entry>>,
    /// For each, its parents that are there.
    pub parents: Vec<Vec<usize>>,
    /// Digests of records that stand in or above a circle: such records were forged, and count for nothing.
    pub circular: Vec<String>,
}

impl Chain {
    /// Orders records; their own order is irrelevant, and one that is given twice counts once.
    pub fn of(entries: impl Iterator<Item = Arc<Entry>>) -> Self {
        let mut all: Vec<Arc<Entry>> = entries.collect();
        all.sort_by(|one, other| one.digest.cmp(&other.digest));
        all.dedup_by(|again, first| again.digest == first.digest);
        let numbers: HashMap<&str, usize, RandomState> = all
            .iter()
            .enumerate()
            .map(|(number, entry)| (entry.digest.as_str(), number))
            .collect();
        let named: Vec<Vec<usize>> = all
            .iter()
            .map(|entry| {
                let named = entry.record.parents.iter();
                let mut here: Vec<usize> = named
                    .filter_map(|one| numbers.get(one.as_str()).copied())
                    .collect();
                here.sort_unstable();
                here.dedup();
                here
            })
            .collect();
        let order = order(&named);
        let mut places: Vec<Option<usize>> = vec![None; all.len()];
        for (place, &number) in order.iter().enumerate() {
            places[number] = Some(place);
        }
        let of = |number: usize| named[number].iter().filter_map(|&up| places[up]).collect();
        let circular = all.iter().zip(&places).filter(|(_, place)| place.is_none());
        Self {
            parents: order.iter().map(|&number| of(number)).collect(),
            circular: circular.map(|(entry, _)| entry.digest.clone()).collect(),
            entries: order
                .iter()
                .map(|&number| Arc::clone(&all[number]))
                .collect(),
        }
    }

    /// Tells of some records which other records come after them: `visit` gets up to 64 of `marks` at a time, and for
    /// every record the bits of those that are its ancestors.
    pub fn after(&self, marks: &[usize], mut visit: impl FnMut(&[usize], &[u64])) {
        let mut before = vec![0_u64; self.entries.len()];
        for block in marks.chunks(64) {
            before.fill(0);
            let bit = |place: usize| {
                let found = block.binary_search(&place);
                found.map_or(0, |bit| 1_u64 << bit)
            };
            for place in 0..self.entries.len() {
                let all = self.parents[place].iter();
                before[place] = all.fold(0, |bits, &up| bits | before[up] | bit(up));
            }
            visit(block, &before);
        }
    }
}

/// Records, by their number in the order of names, by depth, then by number; those in or above a circle are left out.
fn order(named: &[Vec<usize>]) -> Vec<usize> {
    let mut open: Vec<usize> = named.iter().map(Vec::len).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); named.len()];
    for (number, parents) in named.iter().enumerate() {
        for &parent in parents {
            children[parent].push(number);
        }
    }
    let mut depth = vec![0; named.len()];
    let free = (0..named.len()).filter(|&number| open[number] == 0);
    let mut ready: BTreeSet<(usize, usize)> = free.map(|number| (0, number)).collect();
    let mut order = Vec::with_capacity(named.len());
    while let Some((level, number)) = ready.pop_first() {
        order.push(number);
        for &child in &children[number] {
            depth[child] = depth[child].max(level + 1);
            open[child] -= 1;
            if open[child] == 0 {
                ready.insert((depth[child], child));
            }
        }
    }
    order
}
