//! An accepted state against a newer one, entry by entry: what is better, what is worse, what is new.
//!
//! A ratchet turns one way: better entries may replace accepted ones at any time, worse ones only when somebody says
//! so and why. An entry that was fixed leaves a mark, so that a merge with an older branch does not accept it again.

use std::cmp::Ordering;

use super::text::Recorded;
use crate::model::{Baseline, Better, KnownValue, Measure};

/// Which way an entry moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The new state accepts more: a lower floor, a vanished test, a further finding.
    Looser,
    /// The new state accepts less.
    Tighter,
    /// Nothing was recorded of it before.
    New,
    /// Nobody asks for it any more.
    Unused,
}

/// One entry that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Which way.
    pub way: Way,
    /// What: a dotted name, a test, a finding, a pattern with its path.
    pub what: String,
    /// From what to what, for people.
    pub words: String,
}

fn change(way: Way, what: impl Into<String>, words: impl Into<String>) -> Change {
    Change {
        way,
        what: what.into(),
        words: words.into(),
    }
}

/// How a new state differs from an accepted one; loosenings first.
pub fn changes(old: &Baseline, new: &Baseline) -> Vec<Change> {
    let mut list = Vec::new();
    for kind in new.holds.difference(&old.holds) {
        list.push(change(Way::New, kind, "recorded for the first time"));
    }
    for kind in old.holds.difference(&new.holds) {
        list.push(change(
            Way::Unused,
            kind,
            "no judge of the gate asks for it",
        ));
    }
    values(old, new, &mut list);
    tests(old, new, &mut list);
    findings(old, new, &mut list);
    counts(old, new, &mut list);
    list.sort();
    list
}

fn values(old: &Baseline, new: &Baseline, list: &mut Vec<Change>) {
    for (name, now) in &new.values {
        let Some(was) = old.values.get(name) else {
            list.push(change(Way::New, name, now.value.to_string()));
            continue;
        };
        if let Some(way) = moved(was, now) {
            list.push(change(way, name, from_to(&was.value, &now.value)));
        }
    }
    for (name, was) in &old.values {
        if !new.values.contains_key(name) {
            list.push(change(Way::Unused, name, was.value.to_string()));
        }
    }
}

/// Both values with so many digits that they read differently when they differ.
fn from_to(was: &Measure, now: &Measure) -> String {
    format!(
        "{} → {}",
        was.beside(now.number()),
        now.beside(was.number())
    )
}

/// Which way a value moved; `None` when it did not. A fixed point that moves at all is a loosening, and so is another
/// unit: nobody can say that it is none.
fn moved(was: &KnownValue, now: &KnownValue) -> Option<Way> {
    match (now.value.compare(&was.value), now.better) {
        (Some(Ordering::Equal), _) => None,
        (Some(Ordering::Greater), Better::Higher) | (Some(Ordering::Less), Better::Lower) => {
            Some(Way::Tighter)
        }
        _ => Some(Way::Looser),
    }
}

fn tests(old: &Baseline, new: &Baseline, list: &mut Vec<Change>) {
    for (id, now) in &new.tests {
        match old.tests.get(id) {
            None => list.push(change(Way::New, id, "test added")),
            Some(was) if now.skipped && !was.skipped => {
                list.push(change(Way::Looser, id, "test now skipped"));
            }
            Some(was) if was.skipped && !now.skipped => {
                list.push(change(Way::Tighter, id, "test no longer skipped"));
            }
            Some(_) => {}
        }
    }
    for id in old.tests.keys().filter(|id| !new.tests.contains_key(*id)) {
        let known = new.holds.contains("tests");
        let way = if known { Way::Looser } else { Way::Unused };
        list.push(change(way, id, "test removed"));
    }
}

fn findings(old: &Baseline, new: &Baseline, list: &mut Vec<Change>) {
    let first = !old.holds.contains("findings");
    for (print, now) in &new.findings {
        let was = old.findings.get(print).map_or(0, |one| one.count);
        let what = format!("{} in {}", now.rule, now.path);
        let way = match now.count.cmp(&was) {
            Ordering::Equal => continue,
            Ordering::Less => Way::Tighter,
            Ordering::Greater if first && was == 0 => Way::New,
            Ordering::Greater => Way::Looser,
        };
        list.push(change(way, what, format!("finding {was} → {}", now.count)));
    }
    for (print, was) in &old.findings {
        if !new.findings.contains_key(print) {
            let known = new.holds.contains("findings");
            let way = if known { Way::Tighter } else { Way::Unused };
            let what = format!("{} in {}", was.rule, was.path);
            list.push(change(way, what, format!("finding {} → 0", was.count)));
        }
    }
}

fn counts(old: &Baseline, new: &Baseline, list: &mut Vec<Change>) {
    let known = |side: &Baseline, pattern: &str| {
        let first = (pattern.to_owned(), String::new());
        let mut from = side.counts.range(first..);
        from.next().is_some_and(|((found, _), _)| found == pattern)
    };
    for ((pattern, path), now) in &new.counts {
        let was = old
            .counts
            .get(&(pattern.clone(), path.clone()))
            .copied()
            .unwrap_or(0);
        let way = match now.cmp(&was) {
            Ordering::Equal => continue,
            Ordering::Less => Way::Tighter,
            Ordering::Greater if !old.holds.contains("ratchet") && !known(old, pattern) => Way::New,
            Ordering::Greater => Way::Looser,
        };
        list.push(change(
            way,
            format!("{pattern} in {path}"),
            format!("{was} → {now}"),
        ));
    }
    for ((pattern, path), was) in &old.counts {
        if !new.counts.contains_key(&(pattern.clone(), path.clone())) {
            let way = if new.holds.contains("ratchet") {
                Way::Tighter
            } else {
                Way::Unused
            };
            list.push(change(
                way,
                format!("{pattern} in {path}"),
                format!("{was} → 0"),
            ));
        }
    }
}

/// The accepted state with all that got better and nothing that got worse. Times are left as they are: the fastest
/// run that ever was is no fair bound.
pub fn tighten(old: &Recorded, new: &Baseline) -> Recorded {
    let mut kept = old.clone();
    let known = &mut kept.baseline;
    for (name, was) in &mut known.values {
        let Some(now) = new.values.get(name) else {
            continue;
        };
        let steady = !matches!(now.value, Measure::Duration(_));
        if steady && moved(was, now) == Some(Way::Tighter) && !within_spread(was, now) {
            *was = *now;
        }
    }
    if new.holds.contains("tests") && known.holds.contains("tests") {
        for (id, now) in &new.tests {
            let was = known.tests.entry(id.clone()).or_insert_with(|| now.clone());
            was.skipped &= now.skipped;
            was.file.clone_from(&now.file);
        }
    }
    if new.holds.contains("findings") {
        known.findings.retain(|print, was| {
            let now = new.findings.get(print).map_or(0, |one| one.count);
            was.count = was.count.min(now);
            was.count > 0
        });
    }
    if new.holds.contains("ratchet") {
        known.counts.retain(|key, was| {
            *was = new.counts.get(key).copied().unwrap_or(0).min(*was);
            *was > 0
        });
    }
    marked(old, kept)
}

/// Better by no more than the samples lie apart anyway.
fn within_spread(was: &KnownValue, now: &KnownValue) -> bool {
    let spread = was.spread.max(now.spread).unwrap_or_default();
    match (was.value.number(), now.value.number()) {
        (Some(was), Some(now)) => was
            .checked_sub(now)
            .is_some_and(|apart| !spread.is_zero() && apart.abs() <= spread),
        _ => false,
    }
}

impl Recorded {
    /// A state that takes the place of this one, with the marks of what was fixed and of what was loosened.
    #[must_use]
    pub fn replaced_by(&self, new: Baseline) -> Recorded {
        let next = Recorded {
            baseline: new,
            ..self.clone()
        };
        marked(self, next)
    }
}

/// Keeps a mark of each finding and count that was accepted and no longer is.
fn marked(old: &Recorded, mut new: Recorded) -> Recorded {
    for (print, one) in &old.baseline.findings {
        new.fixed
            .entry(print.clone())
            .or_insert_with(|| one.clone())
            .count = 0;
    }
    new.cleared.extend(old.baseline.counts.keys().cloned());
    let known = &new.baseline;
    new.fixed
        .retain(|print, _| !known.findings.contains_key(print));
    new.cleared.retain(|key| !known.counts.contains_key(key));
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::parse;

    fn of(lines: &str) -> Recorded {
        parse(format!("# tollgate baseline 1\n{lines}").as_bytes(), "b").expect("reads")
    }

    fn ways(old: &str, new: &str) -> Vec<(Way, String)> {
        let list = changes(&of(old).baseline, &of(new).baseline);
        list.into_iter().map(|one| (one.way, one.what)).collect()
    }

    #[test]
    fn each_entry_moves_its_own_way() {
        let value = |way: &str, amount: &str| format!("value\tv\t{way}\t{amount}\n");
        for (old, new, way) in [
            (
                value("higher", "share 80/100"),
                value("higher", "share 4/5"),
                None,
            ),
            (
                value("higher", "share 80/100"),
                value("higher", "share 81/100"),
                Some(Way::Tighter),
            ),
            (
                value("higher", "share 80/100"),
                value("higher", "share 79/100"),
                Some(Way::Looser),
            ),
            (
                value("lower", "seconds 2"),
                value("lower", "seconds 1"),
                Some(Way::Tighter),
            ),
            (
                value("lower", "bytes 2"),
                value("lower", "bytes 3"),
                Some(Way::Looser),
            ),
            (
                value("point", "number 2"),
                value("point", "number 1"),
                Some(Way::Looser),
            ),
            (
                value("lower", "number 2"),
                value("lower", "count 1"),
                Some(Way::Looser),
            ),
            (String::new(), value("lower", "count 1"), Some(Way::New)),
            (value("lower", "count 1"), String::new(), Some(Way::Unused)),
            (
                "holds\ttests\ntest\tt\trun\t-\n".into(),
                "holds\ttests\n".into(),
                Some(Way::Looser),
            ),
            (
                "holds\ttests\n".into(),
                "holds\ttests\ntest\tt\trun\t-\n".into(),
                Some(Way::New),
            ),
            (
                "test\tt\trun\t-\n".into(),
                "test\tt\tskipped\t-\n".into(),
                Some(Way::Looser),
            ),
            (
                "test\tt\tskipped\t-\n".into(),
                "test\tt\trun\t-\n".into(),
                Some(Way::Tighter),
            ),
            (
                "holds\tfindings\n".into(),
                "holds\tfindings\nfinding\tf\t1\tr\tp\n".into(),
                Some(Way::Looser),
            ),
            (
                "holds\tfindings\nfinding\tf\t1\tr\tp\n".into(),
                "holds\tfindings\n".into(),
                Some(Way::Tighter),
            ),
            (
                "finding\tf\t1\tr\tp\n".into(),
                "finding\tf\t2\tr\tp\n".into(),
                Some(Way::Looser),
            ),
            (
                "count\ta\tp\t1\n".into(),
                "count\ta\tp\t1\ncount\ta\tq\t1\n".into(),
                Some(Way::Looser),
            ),
            (
                "count\ta\tp\t1\n".into(),
                "count\ta\tp\t1\ncount\tb\tq\t1\n".into(),
                Some(Way::New),
            ),
        ] {
            let found: Vec<Way> = ways(&old, &new).into_iter().map(|(way, _)| way).collect();
            assert_eq!(found, way.into_iter().collect::<Vec<_>>(), "{old} {new}");
        }
    }

    #[test]
    fn tightening_takes_the_better_and_marks_what_is_fixed() {
        let old = of(
            "holds\tfindings\nholds\ttests\nvalue\ta\thigher\tshare 80/100\nvalue\tb\tlower\tcount 5\n\
            value\tc\tpoint\tnumber 1\nvalue\td\tlower\tseconds 9\nvalue\te\tlower\tnumber 100\tspread 5\n\
            test\tt\tskipped\t-\nfinding\tf\t2\tr\tp\nfinding\tg\t1\tr\tp\n",
        );
        let new = of(
            "holds\tfindings\nholds\ttests\nvalue\ta\thigher\tshare 90/100\nvalue\tb\tlower\tcount 6\n\
            value\tc\tpoint\tnumber 0\nvalue\td\tlower\tseconds 1\nvalue\te\tlower\tnumber 96\tspread 1\n\
            test\tt\trun\t-\ntest\tu\trun\t-\nfinding\tf\t1\tr\tp\nfinding\th\t1\tr\tp\n",
        );
        let tight = tighten(&old, &new.baseline);
        let wanted = of(
            "holds\tfindings\nholds\ttests\nvalue\ta\thigher\tshare 90/100\nvalue\tb\tlower\tcount 5\n\
            value\tc\tpoint\tnumber 1\nvalue\td\tlower\tseconds 9\nvalue\te\tlower\tnumber 100\tspread 5\n\
            test\tt\trun\t-\ntest\tu\trun\t-\nfinding\tf\t1\tr\tp\nfinding\tg\t0\tr\tp\n",
        );
        assert_eq!(tight, wanted);
        assert_eq!(tighten(&tight, &new.baseline), tight, "it is tight now");
        let looser = changes(&old.baseline, &tight.baseline);
        assert!(
            looser.iter().all(|one| one.way != Way::Looser),
            "{looser:?}"
        );
    }
}
