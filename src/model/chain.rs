//! The order of records: parents first, by depth, then by digest. Times order nothing, and what a record says is not
//! asked. A record in or above a circle has no place: it was forged.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::Entry;

/// Records in order: a parent always stands before what names it.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    entries: Vec<Arc<Entry>>,
    /// For each place, the places of the parents that are there.
    parents: Lists,
    /// For each place, the length of the longest way down.
    depths: Vec<usize>,
    circular: Vec<Arc<Entry>>,
    /// Places in the order of digests.
    by_digest: Vec<usize>,
}

/// Many short lists in one piece: ten thousand small ones cost more than what is in them.
#[derive(Clone, Debug, Default)]
struct Lists {
    ends: Vec<usize>,
    items: Vec<usize>,
}

impl Lists {
    fn push(&mut self, items: impl Iterator<Item = usize>) {
        self.items.extend(items);
        self.ends.push(self.items.len());
    }

    fn of(&self, index: usize) -> &[usize] {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start..self.ends[index]]
    }
}

impl Chain {
    /// Orders records; their own order is irrelevant, and one that is given twice counts once.
    pub fn of(entries: impl Iterator<Item = Arc<Entry>>) -> Self {
        let mut all: Vec<Arc<Entry>> = entries.collect();
        all.sort_by(|one, other| one.digest.cmp(&other.digest));
        all.dedup_by(|again, first| again.digest == first.digest);
        let named = named(&all);
        let order = order(&named);
        let mut places: Vec<Option<usize>> = vec![None; all.len()];
        for (place, &(number, _)) in order.iter().enumerate() {
            places[number] = Some(place);
        }
        let mut parents = Lists::default();
        for &(number, _) in &order {
            let mut here: Vec<usize> = named
                .of(number)
                .iter()
                .filter_map(|&up| places[up])
                .collect();
            here.sort_unstable();
            parents.push(here.into_iter());
        }
        let circular = all.iter().zip(&places).filter(|(_, place)| place.is_none());
        Self {
            parents,
            depths: order.iter().map(|&(_, depth)| depth).collect(),
            circular: circular.map(|(entry, _)| Arc::clone(entry)).collect(),
            by_digest: places.iter().copied().flatten().collect(),
            entries: order
                .iter()
                .map(|&(number, _)| Arc::clone(&all[number]))
                .collect(),
        }
    }

    /// The records, each after its parents.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// Records that stand in or above a circle, by digest.
    pub fn circular(&self) -> &[Arc<Entry>] {
        &self.circular
    }

    /// The place of the record of a digest.
    pub fn place(&self, digest: &str) -> Option<usize> {
        let found = self
            .by_digest
            .binary_search_by(|&place| self.entries[place].digest.as_str().cmp(digest));
        found.ok().map(|index| self.by_digest[index])
    }

    /// The places of its parents that are there, in order.
    pub fn parents(&self, place: usize) -> &[usize] {
        self.parents.of(place)
    }

    /// The places of the records that no other one names.
    pub fn heads(&self) -> Vec<usize> {
        let mut named = vec![false; self.entries.len()];
        self.parents.items.iter().for_each(|&up| named[up] = true);
        (0..named.len()).filter(|&place| !named[place]).collect()
    }

    /// Whether one record is reached from a later one by parents. A record does not come after itself.
    pub fn comes_after(&self, later: usize, earlier: usize) -> bool {
        let (lowest, level) = (earlier, self.depths[earlier]);
        // Parents stand before their children, and lie less deep: nothing below leads to it.
        let mut seen = vec![false; later.saturating_sub(lowest) + 1];
        let mut todo = vec![later];
        while let Some(place) = todo.pop() {
            for &up in self.parents(place) {
                if up == earlier {
                    return true;
                }
                if self.depths[up] > level && !std::mem::replace(&mut seen[up - lowest], true) {
                    todo.push(up);
                }
            }
        }
        false
    }

    /// For each place whether its record comes after every one of `marks`.
    pub fn after_all(&self, marks: &[usize]) -> Vec<bool> {
        let mut marks = marks.to_vec();
        marks.sort_unstable();
        marks.dedup();
        let mut all = vec![true; self.entries.len()];
        self.after(&marks, |block, before| {
            let wanted = u64::MAX >> (64 - block.len());
            for (all, bits) in all.iter_mut().zip(before) {
                *all &= *bits == wanted;
            }
        });
        all
    }

    /// For each place whether the record at `place` comes after its record.
    pub fn before(&self, place: usize) -> Vec<bool> {
        let mut before = vec![false; self.entries.len()];
        let mut todo = vec![place];
        while let Some(place) = todo.pop() {
            for &up in self.parents(place) {
                if !std::mem::replace(&mut before[up], true) {
                    todo.push(up);
                }
            }
        }
        before
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
                let all = self.parents(place).iter();
                before[place] = all.fold(0, |bits, &up| bits | before[up] | bit(up));
            }
            visit(block, &before);
        }
    }
}

/// For each record, by its number in the order of digests, the numbers of its parents that are there.
fn named(all: &[Arc<Entry>]) -> Lists {
    let numbers: HashMap<&str, usize, RandomState> = all
        .iter()
        .enumerate()
        .map(|(number, entry)| (entry.digest.as_str(), number))
        .collect();
    let mut named = Lists::default();
    let mut here = Vec::new();
    for entry in all {
        let parents = entry.record.parents.iter();
        here.extend(parents.filter_map(|one| numbers.get(one.as_str()).copied()));
        here.sort_unstable();
        here.dedup();
        named.push(here.drain(..));
    }
    named
}

/// Records, by number, with their depth: by depth, then by number; those in or above a circle are left out.
fn order(named: &Lists) -> Vec<(usize, usize)> {
    let count = named.ends.len();
    let mut open: Vec<usize> = (0..count).map(|number| named.of(number).len()).collect();
    let children = turned(named);
    let mut depth = vec![0; count];
    let free = (0..count).filter(|&number| open[number] == 0);
    let mut ready: BTreeSet<(usize, usize)> = free.map(|number| (0, number)).collect();
    let mut order = Vec::with_capacity(count);
    while let Some((level, number)) = ready.pop_first() {
        order.push((number, level));
        for &child in children.of(number) {
            depth[child] = depth[child].max(level + 1);
            open[child] -= 1;
            if open[child] == 0 {
                ready.insert((depth[child], child));
            }
        }
    }
    order
}

/// Who names each, from who is named by each.
fn turned(named: &Lists) -> Lists {
    let count = named.ends.len();
    let mut pairs: Vec<(usize, usize)> = (0..count)
        .flat_map(|child| named.of(child).iter().map(move |&parent| (parent, child)))
        .collect();
    pairs.sort_unstable();
    let mut pairs = pairs.into_iter().peekable();
    let mut children = Lists::default();
    for parent in 0..count {
        children.push(std::iter::from_fn(|| {
            Some(pairs.next_if(|(one, _)| *one == parent)?.1)
        }));
    }
    children
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Record, Says, Who};

    fn chain(edges: &[(&str, &[&str])]) -> Chain {
        let entry = |(digest, parents): &(&str, &[&str])| {
            let record = Record {
                parents: parents.iter().map(|name| (*name).to_owned()).collect(),
                at: String::new(),
                who: Who::default(),
                phase: String::new(),
                tree: String::new(),
                commit: None,
                policy: String::new(),
                project: None,
                tollgate: String::new(),
                says: Says::Reopen {
                    completion: String::new(),
                    why: String::new(),
                },
            };
            Arc::new(Entry {
                digest: (*digest).to_owned(),
                record,
                signatures: Vec::new(),
            })
        };
        Chain::of(edges.iter().map(entry))
    }

    fn digests(entries: &[Arc<Entry>]) -> Vec<&str> {
        entries.iter().map(|entry| entry.digest.as_str()).collect()
    }

    #[test]
    fn depth_is_the_longest_way_down() {
        let chain = chain(&[
            ("z", &[]),
            ("b", &["z"]),
            ("c", &["b", "z", "b"]),
            ("a", &["gone"]),
            ("z", &[]),
        ]);
        assert_eq!(digests(chain.entries()), ["a", "z", "b", "c"]);
        assert_eq!(chain.depths, [0, 0, 1, 2]);
        assert_eq!((chain.parents(0), chain.parents(3)), (&[][..], &[1, 2][..]));
        assert_eq!((chain.place("c"), chain.place("gone")), (Some(3), None));
        assert_eq!(chain.heads(), [0, 3]);
    }

    #[test]
    fn what_comes_after_is_reached_by_parents_alone() {
        let chain = chain(&[
            ("a", &[]),
            ("b", &["a"]),
            ("c", &["a"]),
            ("d", &["b", "c"]),
            ("e", &["c"]),
        ]);
        let place = |digest| chain.place(digest).expect("there");
        let after = |later, earlier| chain.comes_after(place(later), place(earlier));
        assert!(after("d", "a") && after("d", "b") && after("e", "c"));
        assert!(!after("e", "b") && !after("a", "d") && !after("a", "a") && !after("c", "b"));
        let mut bits = Vec::new();
        chain.after(&[place("b"), place("c")], |_, before| {
            bits = before.to_vec()
        });
        let of = |digest| bits[place(digest)];
        assert_eq!((of("d"), of("e"), of("b")), (0b11, 0b10, 0));
    }

    #[test]
    fn circles_are_found_and_do_not_hang() {
        let chain = chain(&[("a", &["b"]), ("b", &["a"]), ("c", &["b"]), ("d", &[])]);
        assert_eq!(digests(chain.entries()), ["d"]);
        assert_eq!(digests(chain.circular()), ["a", "b", "c"]);
        assert_eq!(chain.place("a"), None);
        assert!(digests(Chain::of(std::iter::empty()).entries()).is_empty());
    }
}
