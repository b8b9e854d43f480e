//! Counts, and compares with what was accepted before.

use std::collections::BTreeMap;

use super::super::context::{Judging, Stated};
use super::super::known;
use super::super::tree::{Content, Tree, line_of};
use super::super::wording::{count, few};
use super::{Context, Counted, RatchetGate};
use crate::model::{Baseline, BaselineState, Cause, Judgement, Measure, Verdict};
use crate::source::Place;

/// The policy, the baseline and what we keep: they name patterns, which is no use of them.
const OWN: &str = ".tollgate/";
/// What is wanted where there is no number to name.
const BOUND: &str = "no more than the baseline";
/// So many places are shown.
const SHOWN: usize = 5;

/// What was found, by pattern and path: the line of each place.
#[derive(Default)]
struct Found {
    places: BTreeMap<(usize, String), Vec<u32>>,
    searched: u64,
    binary: Vec<String>,
    trouble: Vec<String>,
}

impl Found {
    fn of(&self, index: usize) -> impl Iterator<Item = (&String, &Vec<u32>)> {
        self.places
            .iter()
            .filter(move |((owner, _), _)| *owner == index)
            .map(|((_, path), lines)| (path, lines))
    }

    fn sum(&self, index: usize) -> u64 {
        self.of(index).map(|(_, lines)| lines.len() as u64).sum()
    }
}

impl RatchetGate {
    pub(super) fn judged(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("ratchet");
        let tree = Tree::walk(context.root, &context.given.tracked);
        tree.confess(&mut judging);
        let found = self.search(&tree);
        self.state(&found, &mut judging);
        self.absolute(&found, &mut judging);
        self.relative(&found, context, &mut judging);
        for ((index, path), lines) in &found.places {
            let key = (self.counted[*index].name.clone(), path.clone());
            judging
                .out()
                .accepted
                .counts
                .insert(key, lines.len() as u64);
        }
        judging.done()
    }

    /// Whether the gate looks at that path.
    pub(super) fn looks_at(&self, path: &str) -> bool {
        let own = path.starts_with(OWN) || path == &*self.at.file;
        let named = self.files.iter().any(|one| one.text == path);
        let selected = self.files.is_empty() || self.files.iter().any(|one| one.selects(path));
        (named || (selected && !own)) && !self.exclude.iter().any(|one| one.selects(path))
    }

    fn search(&self, tree: &Tree<'_>) -> Found {
        let mut found = Found::default();
        for path in tree.select(&self.files, &self.exclude) {
            let meant = self.counted.iter().any(|one| one.is_for(&path));
            if !self.looks_at(&path) || tree.is_link(&path) || !meant {
                continue;
            }
            match tree.content(&path) {
                Ok(Content::Text(text)) => {
                    found.searched += 1;
                    self.count_in(&path, &text, &mut found);
                }
                Ok(Content::Binary) => found.binary.push(path),
                Ok(Content::Huge(size)) => found.trouble.push(format!(
                    "{path} is too large to search ({})",
                    Measure::Size(size)
                )),
                Err(words) => found.trouble.push(words),
            }
        }
        found
    }

    fn count_in(&self, path: &str, text: &str, found: &mut Found) {
        let of_table = self.all.matches(text.as_bytes()).into_iter();
        let own = self.counted.iter().enumerate();
        let own = own.filter(|(_, one)| one.set.is_none());
        let meant = of_table
            .map(|hit| self.owner[hit])
            .chain(own.map(|(index, _)| index));
        for index in meant {
            let one = &self.counted[index];
            if !one.is_for(path) {
                continue;
            }
            let matches = one.regexes.iter();
            let matches = matches.flat_map(|regex| regex.find_iter(text.as_bytes()));
            // A place that two expressions of one name find is one place.
            let mut starts: Vec<usize> = matches.map(|hit| hit.start()).collect();
            starts.sort_unstable();
            starts.dedup();
            if !starts.is_empty() {
                let lines = starts
                    .into_iter()
                    .map(|start| line_of(text, start))
                    .collect();
                found.places.insert((index, path.to_owned()), lines);
            }
        }
    }

    /// Records what was measured, and says what could not be.
    fn state(&self, found: &Found, judging: &mut Judging) {
        let mut total = 0;
        let mut sets: BTreeMap<&str, u64> = BTreeMap::new();
        for (index, one) in self.counted.iter().enumerate() {
            let sum = found.sum(index);
            total += sum;
            if let Some(set) = one.set {
                *sets.entry(set).or_default() += sum;
            }
            if sum > 0 || one.set.is_none() {
                judging.fact(&one.name, Measure::Count(sum));
            }
        }
        for (set, sum) in sets {
            judging.fact(set, Measure::Count(sum));
        }
        judging.fact("total", Measure::Count(total));
        judging.fact("files", Measure::Count(found.searched));
        judging.fact("skipped", Measure::Count(found.binary.len() as u64));
        if !found.binary.is_empty() {
            let number = count(found.binary.len() as u64, "file");
            let names = few(&found.binary, 3);
            judging.note(
                "not-searched",
                format!("{number} of bytes, not text, left out: {names}"),
            );
        }
        for words in &found.trouble {
            let help = "make it readable, or leave it out by `exclude`";
            judging.undecided("file-unreadable", words.clone(), help);
        }
        if found.searched == 0 {
            judging.undecided(
                "nothing-searched",
                "no file was searched: `files` selects none in which these patterns mean anything"
                    .to_owned(),
                "correct `files`, `exclude` or `patterns`",
            );
        }
    }

    fn absolute(&self, found: &Found, judging: &mut Judging) {
        let measured = |keep: &dyn Fn(&Counted, &str) -> bool| {
            let mut places = Vec::new();
            let mut sum = 0;
            for ((index, path), lines) in &found.places {
                if keep(&self.counted[*index], path) {
                    sum += lines.len() as u64;
                    places.extend(lines.iter().map(|line| Place::line(path, Some(*line))));
                }
            }
            places.sort();
            places.truncate(SHOWN);
            (sum, places)
        };
        for max in &self.max {
            let of = max.of.as_deref();
            let (sum, places) =
                measured(&|one, _| of.is_none_or(|name| one.name == name || one.set == Some(name)));
            let value = Some((Measure::Count(sum), false));
            judging.measured(of.unwrap_or("total"), &max.condition, value, "");
            judging.evidence_of_last(places, None);
        }
        for (pattern, condition) in &self.paths {
            let (sum, places) = measured(&|_, path| pattern.selects(path));
            let value = Some((Measure::Count(sum), false));
            judging.measured(&format!("paths[{}]", pattern.text), condition, value, "");
            judging.evidence_of_last(places, None);
        }
    }

    fn relative(&self, found: &Found, context: &Context<'_>, judging: &mut Judging) {
        // An absolute bound on everything says enough where nothing was ever recorded.
        let bound = self.max.iter().any(|max| max.of.is_none());
        if bound && context.given.baseline == BaselineState::Never {
            return;
        }
        match known::baseline(context.given, context.gate) {
            Ok(baseline) => self.compare(found, baseline, judging),
            Err(missing) => judging.missing("total", (BOUND, &self.at), &missing),
        }
    }

    fn compare(&self, found: &Found, baseline: &Baseline, judging: &mut Judging) {
        let mut fewer = Vec::new();
        let mut judged = false;
        for (index, one) in self.counted.iter().enumerate() {
            let before: BTreeMap<&str, u64> = baseline
                .counts
                .iter()
                .filter(|((name, path), _)| *name == one.name && self.looks_at(path))
                .map(|((_, path), number)| (path.as_str(), *number))
                .collect();
            let was: u64 = before
                .values()
                .fold(0, |sum, number| sum.saturating_add(*number));
            let now = found.sum(index);
            if was == 0 && now == 0 {
                continue;
            }
            judged = true;
            if now < was {
                fewer.push(format!("{} {was} → {now}", one.name));
            }
            self.condition(one, (was, now), &risen(found, index, &before), judging);
        }
        if !judged {
            judging.put(Stated {
                name: "total",
                verdict: Verdict::Pass,
                cause: None,
                measured: Some("0".to_owned()),
                bound: BOUND.to_owned(),
                at: &self.at,
                evidence: Vec::new(),
                note: None,
                volatile: false,
            });
        }
        if !fewer.is_empty() {
            let message = format!(
                "fewer than the baseline: {}; `tollgate baseline tighten` keeps it so",
                few(&fewer, 5)
            );
            judging.note("better", message);
        }
    }

    fn condition(
        &self,
        one: &Counted,
        (was, now): (u64, u64),
        risen: &[(String, u64, Vec<u32>)],
        judging: &mut Judging,
    ) {
        let worse = now > was;
        let places = risen.iter().filter(|_| worse).flat_map(|(path, _, lines)| {
            lines
                .iter()
                .map(|line| Place::line(path.clone(), Some(*line)))
        });
        let words: Vec<String> = risen
            .iter()
            .map(|(path, before, lines)| format!("{path} {before} → {}", lines.len()))
            .collect();
        judging.put(Stated {
            name: &one.name,
            verdict: if worse { Verdict::Fail } else { Verdict::Pass },
            cause: None::<Cause>,
            measured: Some(now.to_string()),
            bound: format!("<={was} (baseline)"),
            at: &one.at,
            evidence: places.take(SHOWN).collect(),
            note: worse.then(|| format!("more in {}", few(&words, SHOWN))),
            volatile: false,
        });
    }
}

/// The paths that hold more of a pattern than before, with the number before and the lines now.
fn risen(
    found: &Found,
    index: usize,
    before: &BTreeMap<&str, u64>,
) -> Vec<(String, u64, Vec<u32>)> {
    let with_before = |(path, lines): (&String, &Vec<u32>)| {
        let was = before.get(path.as_str()).copied().unwrap_or(0);
        (path.clone(), was, lines.clone())
    };
    let all = found.of(index).map(with_before);
    all.filter(|(_, was, lines)| lines.len() as u64 > *was)
        .collect()
}

#[cfg(test)]
mod tests;
