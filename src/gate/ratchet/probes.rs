//! Trees that a `ratchet` gate must not pass on.

use std::collections::BTreeSet;

use super::{Counted, RatchetGate};
use crate::gate::probe::{path_for, short};
use crate::gate::sample::found_where;
use crate::gate::{Content, Probe};
use crate::model::{Baseline, BaselineState, Given, Measure};

/// More places are not written.
const MOST: u64 = 100_000;

impl RatchetGate {
    /// The names of all facts.
    pub(super) fn names(&self) -> Vec<String> {
        let fixed = ["total", "files", "skipped"].map(str::to_owned);
        let mut names = BTreeSet::from(fixed);
        for one in &self.counted {
            names.insert(one.name.clone());
            names.extend(one.set.map(str::to_owned));
        }
        names.into_iter().collect()
    }

    /// One place more than the baseline for each pattern, one more than each bound; no baseline, and no file.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes: Vec<Probe> = self.counted.iter().map(|one| self.risen(one)).collect();
        for max in &self.max {
            let of = max.of.as_deref();
            let fact = format!("ratchet.{}", of.unwrap_or("total"));
            let meant =
                |one: &&Counted| of.is_none_or(|name| one.name == name || one.set == Some(name));
            let place = self.counted.iter().filter(meant).find_map(|one| {
                let path = self.path(one, None)?;
                Some((one, path))
            });
            probes.extend(Probe::beyond_filled(
                &fact,
                &fact,
                &max.condition,
                |probe, value| {
                    let (one, path) = place.as_ref()?;
                    holding(probe, one, path, value)
                },
            ));
        }
        for (pattern, condition) in &self.paths {
            let fact = format!("ratchet.paths[{}]", pattern.text);
            let place = self.counted.iter().find_map(|one| {
                let path = self.path(one, Some(&pattern.text))?;
                pattern.selects(&path).then_some((one, path))
            });
            probes.extend(Probe::beyond_filled(
                &fact,
                &fact,
                condition,
                |probe, value| {
                    let (one, path) = place.as_ref()?;
                    holding(probe, one, path, value)
                },
            ));
        }
        if self.max.iter().all(|max| max.of.is_some()) {
            probes.push(Probe::new("no baseline").clause("ratchet.total"));
        }
        probes.push(Probe::new("no file to search").reason("nothing-searched", ""));
        probes
    }

    fn risen(&self, one: &Counted) -> Probe {
        let title = format!("1 `{}` and none in the baseline", short(&one.name));
        let mut baseline = Baseline::default();
        baseline.holds.insert("ratchet".to_owned());
        let given = Given {
            baseline_must_exist: true,
            baseline: BaselineState::Here(Box::new(baseline)),
            ..Given::default()
        };
        let Some(path) = self.path(one, None) else {
            return Probe::unproven(title, "no path is known in which it is looked for");
        };
        let probe = Probe::new(&title).given(given);
        let bounded = |max: &super::Max| max.of.as_deref() == Some(&one.name);
        // Where the pattern has a bound as well, two conditions carry its name.
        let probe = if self.max.iter().any(bounded) {
            probe
        } else {
            probe.clause(&format!("ratchet.{}", one.name))
        };
        let unknown = || Probe::unproven(title, "no text is known that its expression finds");
        holding(probe, one, &path, &Measure::Count(1)).unwrap_or_else(unknown)
    }

    /// A path in which the pattern is looked for, below the glob if one is given.
    fn path(&self, one: &Counted, glob: Option<&str>) -> Option<String> {
        one.text()?;
        let globs: Vec<&str> = match glob {
            Some(glob) => vec![glob],
            None => self.files.iter().map(|file| file.text.as_str()).collect(),
        };
        let mut starts: Vec<String> = globs.into_iter().filter_map(path_for).collect();
        if starts.is_empty() {
            starts.push("src/probe".to_owned());
        }
        let endings = one.endings.unwrap_or_default();
        let ends = [""].iter().chain(endings);
        let tries = ends.flat_map(|end| {
            starts
                .iter()
                .flat_map(move |start| [format!("{start}{end}"), format!("{start}/{end}")])
        });
        tries
            .filter(|path| !path.ends_with('/'))
            .find(|path| self.looks_at(path) && one.is_for(path))
    }
}

impl Counted {
    /// A line in which the pattern is found once.
    fn text(&self) -> Option<String> {
        self.regexes.iter().find_map(|regex| {
            found_where(regex.as_str(), |text| {
                self.occurs(text) == 1 && self.occurs(&format!("{text}\n{text}\n")) == 2
            })
        })
    }

    fn occurs(&self, text: &str) -> usize {
        let found = self.regexes.iter();
        let found = found.flat_map(|regex| regex.find_iter(text.as_bytes()));
        found.map(|hit| hit.start()).collect::<BTreeSet<_>>().len()
    }
}

/// A file in which the pattern is found so often.
fn holding(probe: Probe, one: &Counted, path: &str, value: &Measure) -> Option<Probe> {
    let Measure::Count(number) = *value else {
        return None;
    };
    let number = usize::try_from(number).ok().filter(|_| number <= MOST)?;
    let text = format!("{}\n", one.text()?).repeat(number);
    Some(probe.file(path, Content::Bytes(text.into_bytes())))
}
