//! The order of records: parents first, by depth, then by digest. Times order nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

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
        let mut by_digest: BTreeMap<String, Arc<Entry>> = BTreeMap::new();
        for entry in entries {
            by_digest.entry(entry.digest.clone()).or_insert(entry);
        }
        let order = order(&by_digest);
        let places: HashMap<&str, usize> = order
            .iter()
            .enumerate()
            .map(|(place, digest)| (digest.as_str(), place))
            .collect();
        let parents = order
            .iter()
            .map(|digest| {
                let named = by_digest[digest].record.parents.iter();
                named
                    .filter_map(|one| places.get(one.as_str()).copied())
                    .collect()
            })
            .collect();
        let entries: Vec<Arc<Entry>> = order
            .iter()
            .filter_map(|digest| by_digest.remove(digest))
            .collect();
        Self {
            entries,
            parents,
            circular: by_digest.into_keys().collect(),
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

/// Digests by depth, then by name; those in or above a circle are left out.
fn order(entries: &BTreeMap<String, Arc<Entry>>) -> Vec<String> {
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut depth: HashMap<&str, usize> = HashMap::new();
    let mut ready: BTreeSet<(usize, &str)> = BTreeSet::new();
    for (digest, entry) in entries {
        let named: BTreeSet<&str> = entry.record.parents.iter().map(String::as_str).collect();
        let here: Vec<&str> = named
            .into_iter()
            .filter(|one| entries.contains_key(*one))
            .collect();
        if here.is_empty() {
            ready.insert((0, digest));
        }
        open.insert(digest, here.len());
        for parent in here {
            children.entry(parent).or_default().push(digest);
        }
    }
    let mut order = Vec::with_capacity(entries.len());
    while let Some((level, digest)) = ready.pop_first() {
        order.push(digest.to_owned());
        for &child in children.get(digest).into_iter().flatten() {
            let deepest = depth.entry(child).or_default();
            *deepest = (*deepest).max(level + 1);
            let left = open.get_mut(child).expect("every record was counted");
            *left -= 1;
            if *left == 0 {
                ready.insert((*deepest, child));
            }
        }
    }
    order
}
