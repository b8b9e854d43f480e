//! A bound on findings: on all, or on those of some files.

use super::compare::{Changes, Fixed, Seen};
use crate::gate::Judging;
use crate::gate::known::Missing;
use crate::gate::wording::few;
use crate::model::{FindingReport, Level, Measure};
use crate::policy::{Condition, Glob};
use crate::source::Place;

/// The findings that a bound speaks of: all, or those of some files.
pub(super) struct Part<'a> {
    pub(super) all: &'a FindingReport,
    pub(super) seen: Vec<&'a Seen>,
    pub(super) waived: Vec<&'a Seen>,
    pub(super) suppressed: u64,
    pub(super) changes: Option<&'a Result<Changes, Missing>>,
    pub(super) glob: Option<&'a Glob>,
}

/// Places shown of a list.
pub(super) const SHOWN: usize = 10;

impl<'a> Part<'a> {
    /// Those of the files that a glob selects.
    pub(super) fn of_paths(&self, glob: &'a Glob, suppressed: u64) -> Part<'a> {
        let here = |list: &[&'a Seen]| {
            let list = list.iter().copied();
            list.filter(|one| glob.is_match(&one.path)).collect()
        };
        Part {
            all: self.all,
            seen: here(&self.seen),
            waived: here(&self.waived),
            suppressed,
            changes: self.changes,
            glob: Some(glob),
        }
    }

    /// Judges one bound.
    pub(super) fn judge(
        &self,
        judging: &mut Judging,
        under: &str,
        name: &str,
        condition: &Condition,
    ) {
        let fact = format!("{under}{name}");
        let number = match (name, self.changes) {
            ("new" | "fixed", Some(Err(missing))) => {
                return judging.missing(&fact, (condition.text(), condition.at()), missing);
            }
            ("fixed", Some(Ok(changes))) => self.fixed(changes).0,
            _ => self.number(name),
        };
        judging.measured(&fact, condition, Some((Measure::Count(number), false)), "");
        let waived = self.waived(name);
        judging.unless_waived(condition, Measure::Count(number + waived), waived);
        if number == 0 {
            return;
        }
        match (name, self.changes) {
            ("new", _) => {
                let (words, places) = self.newcomers();
                judging.evidence_of_last(places, Some(words));
            }
            ("fixed", Some(Ok(changes))) => {
                judging.evidence_of_last(Vec::new(), Some(self.fixed(changes).1));
            }
            _ => {}
        }
    }

    fn number(&self, name: &str) -> u64 {
        let is_new = |one: &&&Seen| one.is_new();
        let level = Level::ALL.into_iter().find(|level| level.word() == name);
        match (name, level) {
            ("suppressed", _) => self.suppressed,
            ("waived", _) if self.glob.is_none() => self.all.waived.total,
            ("waived", _) => self.waived.len() as u64,
            ("new", _) => self.seen.iter().filter(is_new).count() as u64,
            (_, Some(level)) if self.glob.is_none() => self.all.at(level),
            (_, Some(level)) => {
                let of_level = self.seen.iter().filter(|one| one.finding.level == level);
                of_level.count() as u64
            }
            _ if self.glob.is_none() => self.all.total,
            _ => self.seen.len() as u64,
        }
    }

    /// How many more there would be if no waiver accepted any.
    fn waived(&self, name: &str) -> u64 {
        let level = Level::ALL.into_iter().find(|level| level.word() == name);
        let here = |keep: &dyn Fn(&Seen) -> bool| {
            let kept = self.waived.iter().filter(|one| keep(one));
            kept.count() as u64
        };
        match (name, level) {
            ("new", _) => here(&Seen::is_new),
            (_, Some(level)) if self.glob.is_none() => {
                let of_level = self.all.waived.by_level.get(&level);
                of_level.copied().unwrap_or(0)
            }
            (_, Some(level)) => here(&|one| one.finding.level == level),
            ("total", _) if self.glob.is_none() => self.all.waived.total,
            ("total", _) => here(&|_| true),
            _ => 0,
        }
    }

    /// The new ones in words, and where they are.
    fn newcomers(&self) -> (String, Vec<Place>) {
        let is_new = |one: &&&Seen| one.is_new();
        let new: Vec<&&Seen> = self.seen.iter().filter(is_new).collect();
        let place = |one: &Seen| Place::line(one.path.clone(), one.finding.line);
        let words: Vec<String> = new
            .iter()
            .map(|one| match one.finding.rule.as_deref() {
                Some(rule) => format!("{rule} in {}", place(one)),
                None => place(one).to_string(),
            })
            .collect();
        let placed = new.iter().filter(|one| !one.path.is_empty());
        let places = placed.take(SHOWN).map(|one| place(one)).collect();
        (few(&words, SHOWN), places)
    }

    /// How many are fixed, and which.
    fn fixed(&self, changes: &Changes) -> (u64, String) {
        let here = |path: &str| self.glob.is_none_or(|glob| glob.is_match(path));
        let fixed: Vec<_> = changes.fixed.iter().filter(|one| here(&one.path)).collect();
        let words: Vec<String> = fixed.iter().map(|one| fixed_words(one)).collect();
        let number = fixed.iter().map(|one| one.count).sum();
        (number, few(&words, SHOWN))
    }
}

/// A fixed finding in words.
pub(super) fn fixed_words(one: &Fixed) -> String {
    let times = match one.count {
        1 => String::new(),
        count => format!(" ({count} times)"),
    };
    match one.rule.as_str() {
        "" => format!("{}{times}", one.path),
        rule => format!("{rule} in {}{times}", one.path),
    }
}
