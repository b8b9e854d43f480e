//! Changes that `patch` must not pass on.

use std::sync::Arc;

use super::Patch;
use crate::gate::{Content, Probe};
use crate::model::{
    ChangedFile, ChangedLines, ChangesUnknown, CoverageReport, Evidence, FileCoverage, Given,
    LineCoverage, Measure,
};

/// Changed lines of a probe, if no more are needed to be judged at all.
const LINES: u64 = 1_000;
/// More lines, marks or files than this are not made up.
const MOST: u64 = 100_000;

/// A change of one file, and what the report says of it.
#[derive(Default)]
struct Change {
    lines: u64,
    covered: u64,
    /// Branches on the first line, all and taken.
    branches: (u64, u64),
    marks: u64,
    /// Other changed files, which no report knows.
    unmeasured: u64,
}

impl Patch {
    /// A change just beyond each bound, one that cannot be told, and new code that no report knows.
    pub(in super::super) fn probes(&self, path: &str, counts: &dyn Fn(&str) -> bool) -> Vec<Probe> {
        let options = &self.0;
        let least = options.ignore_below.as_ref().map_or(0, |below| below.value);
        let lines = LINES.max(least);
        let fed = |probe: Probe, change: &Change| with(probe, path, change, counts);
        let mut probes = Vec::new();
        let shares = [("lines", &options.lines), ("branches", &options.branches)];
        for (name, bound) in shares {
            let Some(bound) = bound else { continue };
            let values = if lines <= MOST {
                bound.condition.refused_of(lines)
            } else {
                Vec::new()
            };
            let made = values.into_iter().filter_map(|value| {
                let Measure::Share { part, .. } = value else {
                    return None;
                };
                let change = match name {
                    "lines" => Change {
                        lines,
                        covered: part,
                        ..Change::default()
                    },
                    _ => Change {
                        lines,
                        covered: lines,
                        branches: (lines, part),
                        ..Change::default()
                    },
                };
                Some((value, change))
            });
            let fact = format!("coverage.patch.{name}");
            let condition = &bound.condition;
            probes.extend(against(&fact, condition, made, &fed));
        }
        let counted = [
            ("pragmas", &options.pragmas),
            ("unmeasured", &options.unmeasured),
        ];
        for (name, bound) in counted {
            let Some(bound) = bound else { continue };
            let values = bound.condition.refused().into_iter();
            let made = values.filter_map(|value| {
                let Measure::Count(count) = value else {
                    return None;
                };
                let mut change = Change {
                    lines,
                    covered: lines,
                    ..Change::default()
                };
                match name {
                    "pragmas" => change.marks = count,
                    _ => change.unmeasured = count,
                }
                (count.max(lines) <= MOST).then_some((value, change))
            });
            let fact = format!("coverage.patch.{name}");
            probes.extend(against(&fact, &bound.condition, made, &fed));
        }
        probes.push(unknown(path));
        if options.unmeasured.is_none() {
            let change = Change {
                lines: LINES,
                covered: LINES,
                unmeasured: 1,
                ..Change::default()
            };
            let probe = Probe::new("a changed source file in no report");
            probes.push(fed(probe.reason("patch-unmeasured", ""), &change));
        }
        probes
    }
}

/// Probes against one bound, or the word that none could be made.
fn against(
    fact: &str,
    condition: &crate::policy::Condition,
    made: impl Iterator<Item = (Measure, Change)>,
    fed: &dyn Fn(Probe, &Change) -> Probe,
) -> Vec<Probe> {
    let made = made.map(|(value, change)| {
        let probe = Probe::new(format!("{fact} {}", value.beside(condition.bound())));
        fed(probe.bound(fact, condition), &change)
    });
    let made: Vec<Probe> = made.collect();
    if made.is_empty() {
        let why = format!("no change is known that `{}` refuses", condition.text());
        return vec![Probe::unproven(fact, why).bound(fact, condition)];
    }
    made
}

/// A full report, and no word on what changed.
fn unknown(path: &str) -> Probe {
    let change = Change {
        lines: LINES,
        covered: LINES,
        ..Change::default()
    };
    let probe = Probe::new("a base that cannot be told").reason("no-base", "");
    let changes = Err(ChangesUnknown {
        message: "no base".to_owned(),
        help: String::new(),
    });
    probe.evidence(report(path, &change)).given(given(changes))
}

fn given(changes: Result<Arc<ChangedLines>, ChangesUnknown>) -> Given {
    Given {
        baseline_must_exist: true,
        changes: Some(changes),
        ..Given::default()
    }
}

/// The probe with the report on a change, and with the change.
fn with(probe: Probe, path: &str, change: &Change, counts: &dyn Fn(&str) -> bool) -> Probe {
    let mut changes = ChangedLines {
        base: "the base".to_owned(),
        ..ChangedLines::default()
    };
    let mut file = ChangedFile::default();
    let last = change.lines.max(change.marks).max(1);
    file.push(1, u32::try_from(last).unwrap_or(u32::MAX));
    file.pragmas = (1..).zip(0..change.marks).map(|(line, _)| line).collect();
    changes.files.insert(path.to_owned(), file);
    let (stem, ending) = path.rsplit_once('.').unwrap_or((path, "x"));
    let others = (0..)
        .map(|number: u64| format!("{stem}-{number}.{ending}"))
        .take(10 * MOST as usize)
        .filter(|other| counts(other));
    let mut probe = probe.evidence(report(path, change));
    for other in others.take(usize::try_from(change.unmeasured).unwrap_or(0)) {
        let mut file = ChangedFile::default();
        file.push(1, 1);
        changes.files.insert(other.clone(), file);
        probe = probe.file(other, Content::Bytes(b"x\n".to_vec()));
    }
    probe.given(given(Ok(Arc::new(changes))))
}

fn report(path: &str, change: &Change) -> Evidence {
    let lines = (1_u32..).zip(0..change.lines);
    let mut file = FileCoverage::default();
    file.lines.extend(lines.map(|(line, before)| {
        let hits = u64::from(before < change.covered);
        let (branches, taken) = if before == 0 { change.branches } else { (0, 0) };
        let coverage = LineCoverage {
            hits,
            branches: u32::try_from(branches).unwrap_or(u32::MAX),
            taken: u32::try_from(taken).unwrap_or(u32::MAX),
        };
        (line, coverage)
    }));
    file.settle();
    let mut report = CoverageReport {
        has_branches: true,
        ..CoverageReport::default()
    };
    report.add(path.to_owned(), file);
    Evidence::Coverage(report)
}
