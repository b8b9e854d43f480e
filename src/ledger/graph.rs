//! How records stand to each other: parents, heads, depth, ancestors. Digests only; what a record says is not asked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Records by digest with their parents. A parent that is not there is kept as a name.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    parents: BTreeMap<String, Vec<String>>,
}

impl Graph {
    /// The graph of these records.
    pub fn of<'a>(records: impl Iterator<Item = (&'a str, &'a [String])>) -> Self {
        Self {
            parents: records
                .map(|(digest, parents)| (digest.to_owned(), parents.to_vec()))
                .collect(),
        }
    }

    /// Adds a record.
    pub fn add(&mut self, digest: &str, parents: &[String]) {
        self.parents.insert(digest.to_owned(), parents.to_vec());
    }

    /// Whether the record is there.
    pub fn holds(&self, digest: &str) -> bool {
        self.parents.contains_key(digest)
    }

    /// The parents of a record.
    pub fn parents(&self, digest: &str) -> &[String] {
        self.parents.get(digest).map_or(&[], Vec::as_slice)
    }

    /// Records that no other record names, sorted: the parents of the next one.
    pub fn heads(&self) -> Vec<String> {
        let named: HashSet<&str> = self
            .parents
            .values()
            .flatten()
            .map(String::as_str)
            .collect();
        let heads = self.parents.keys();
        heads
            .filter(|digest| !named.contains(digest.as_str()))
            .cloned()
            .collect()
    }

    /// Parents that are named and not there, with who names them, sorted.
    pub fn missing(&self) -> Vec<(&str, &str)> {
        let pairs = self.parents.iter().flat_map(|(digest, parents)| {
            parents
                .iter()
                .map(move |parent| (digest.as_str(), parent.as_str()))
        });
        pairs.filter(|(_, parent)| !self.holds(parent)).collect()
    }

    /// Each record with the length of its longest way down, parents first and ties by digest; and the records that
    /// stand in or above a circle, which have none.
    pub fn depths(&self) -> (Vec<(&str, usize)>, Vec<&str>) {
        let mut open: HashMap<&str, usize> = HashMap::new();
        let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
        for (digest, parents) in &self.parents {
            let here: BTreeSet<&str> = parents.iter().map(String::as_str).collect();
            let here: Vec<&str> = here.into_iter().filter(|name| self.holds(name)).collect();
            open.insert(digest, here.len());
            for parent in here {
                children.entry(parent).or_default().push(digest);
            }
        }
        let free = self.parents.keys().map(String::as_str);
        let mut ready: BTreeSet<(usize, &str)> = free
            .filter(|digest| open[digest] == 0)
            .map(|digest| (0, digest))
            .collect();
        let mut depth: HashMap<&str, usize> = HashMap::new();
        let mut order = Vec::new();
        while let Some((level, digest)) = ready.pop_first() {
            order.push((digest, level));
            for child in children.get(digest).into_iter().flatten() {
                let deepest = depth.entry(child).or_default();
                *deepest = (*deepest).max(level + 1);
                if let Some(left) = open.get_mut(child) {
                    *left -= 1;
                    if *left == 0 {
                        ready.insert((*deepest, child));
                    }
                }
            }
        }
        let done: HashSet<&str> = order.iter().map(|(digest, _)| *digest).collect();
        let circle = self.parents.keys().map(String::as_str);
        let circle = circle.filter(|digest| !done.contains(digest)).collect();
        (order, circle)
    }

    /// Whether one record is reached from the other by parents. A record is no ancestor of itself.
    pub fn is_ancestor(&self, ancestor: &str, of: &str) -> bool {
        let mut seen = HashSet::new();
        let mut todo: Vec<&str> = self.parents(of).iter().map(String::as_str).collect();
        while let Some(digest) = todo.pop() {
            if digest == ancestor {
                return true;
            }
            if seen.insert(digest) {
                todo.extend(self.parents(digest).iter().map(String::as_str));
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> Graph {
        let mut graph = Graph::default();
        for (digest, parents) in edges {
            let parents: Vec<String> = parents.iter().map(|name| (*name).to_owned()).collect();
            graph.add(digest, &parents);
        }
        graph
    }

    #[test]
    fn heads_are_what_nobody_names() {
        let diamond = graph(&[("a", &[]), ("b", &["a"]), ("c", &["a"])]);
        assert_eq!(diamond.heads(), ["b", "c"]);
        let closed = graph(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b", "c"])]);
        assert_eq!(closed.heads(), ["d"]);
        assert!(graph(&[]).heads().is_empty());
    }

    #[test]
    fn depth_is_the_longest_way_down() {
        let graph = graph(&[
            ("z", &[]),
            ("b", &["z"]),
            ("c", &["b", "z"]),
            ("a", &["gone"]),
        ]);
        let (order, circle) = graph.depths();
        assert_eq!(order, [("a", 0), ("z", 0), ("b", 1), ("c", 2)]);
        assert!(circle.is_empty());
        assert_eq!(graph.missing(), [("a", "gone")]);
    }

    #[test]
    fn circles_are_found_and_do_not_hang() {
        let graph = graph(&[("a", &["b"]), ("b", &["a"]), ("c", &["b"]), ("d", &[])]);
        let (order, circle) = graph.depths();
        assert_eq!(order, [("d", 0)]);
        assert_eq!(circle, ["a", "b", "c"]);
        assert!(graph.is_ancestor("a", "c") && !graph.is_ancestor("d", "c"));
    }
}
