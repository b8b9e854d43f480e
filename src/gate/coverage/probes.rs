//! Coverage that a `coverage` gate must not pass on.

use super::{CoverageGate, Drops, ShareOptions};
use crate::gate::Probe;
use crate::gate::probe::path_for;
use crate::model::{CoverageReport, Evidence, FileCoverage, Measure, Tally};

/// Lines of a file that is not covered at all.
const LINES: u64 = 100;
/// What the names of conditions on each file begin with.
const EACH_FILE: &str = "coverage.each-file.";

impl CoverageGate {
    /// A share just below each bound, and nothing covered at all.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let usual = ["src/probe.x", "probe.x", "lib/a/probe.x", "x"];
        let counts = |path: &str| !self.exclude.iter().any(|glob| glob.is_match(path));
        let Some(path) = usual.into_iter().find(|path| counts(path)) else {
            let why = "`exclude` leaves no file whose coverage could be judged";
            return vec![Probe::unproven("any coverage", why)];
        };
        let mut probes = shares("coverage.", &self.whole, path);
        if let Some(each) = &self.options.each_file {
            probes.extend(shares(EACH_FILE, each, path));
        }
        for (key, glob, bounds) in &self.paths {
            let path = path_for(&key.name).filter(|path| glob.is_match(path) && counts(path));
            match path {
                Some(path) => {
                    let under = format!("coverage.paths[{}].", key.name);
                    probes.extend(shares(&under, bounds, &path));
                }
                None => {
                    let why = "no path is known that it selects and `exclude` leaves";
                    probes.push(Probe::unproven(format!("paths[{}]", key.name), why));
                }
            }
        }
        probes.extend(self.drops(path));
        if let Some(patch) = &self.options.patch {
            let counts = |path: &str| !self.exclude.iter().any(|glob| glob.is_match(path));
            probes.extend(patch.probes(path, &counts));
        }
        let nothing = report(
            path,
            Tally {
                total: LINES,
                covered: 0,
            },
            "lines",
        );
        probes.push(Probe::new("0 % of all lines").evidence(nothing));
        let empty = Evidence::Coverage(CoverageReport::default());
        probes.push(Probe::new("no line at all").evidence(empty));
        probes
    }
}

impl CoverageGate {
    /// A share that fell too far.
    fn drops(&self, path: &str) -> Vec<Probe> {
        let bounds = self.options.drop.iter().flat_map(Drops::bounds);
        let probes = bounds.flat_map(|(share, name, condition)| {
            let (fact, key) = (format!("coverage.{name}"), format!("coverage.{share}"));
            Probe::beyond_known(&fact, &key, condition, |value| of(path, value, share))
        });
        probes.collect()
    }
}

/// A report with this share; none for what is no share.
fn of(path: &str, value: &Measure, name: &str) -> Option<Evidence> {
    match *value {
        Measure::Share { part, whole } => {
            let tally = Tally {
                total: whole,
                covered: part,
            };
            Some(report(path, tally, name))
        }
        _ => None,
    }
}

fn shares(under: &str, bounds: &ShareOptions, path: &str) -> Vec<Probe> {
    let bounds = [
        ("lines", &bounds.lines),
        ("branches", &bounds.branches),
        ("functions", &bounds.functions),
    ];
    let probes = bounds.into_iter().filter_map(|(name, bound)| {
        let condition = &bound.as_ref()?.condition;
        let fact = format!("{under}{name}");
        // Of each file the baseline holds a value of its own.
        let key = if under == EACH_FILE {
            format!("{fact}[{path}]")
        } else {
            fact.clone()
        };
        let make = |value: &Measure| of(path, value, name);
        Some(Probe::beyond_known(&fact, &key, condition, make))
    });
    probes.flatten().collect()
}

/// A report on one file with this share of lines, branches or functions, and all of the others covered.
fn report(path: &str, tally: Tally, of: &str) -> Evidence {
    let full = Tally {
        total: tally.total,
        covered: tally.total,
    };
    let mine = |name: &str| if name == of { tally } else { full };
    let file = FileCoverage::stated(mine("lines"), mine("branches"), mine("functions"));
    let mut report = CoverageReport {
        has_branches: true,
        has_functions: true,
        ..CoverageReport::default()
    };
    report.add(path.to_owned(), file);
    Evidence::Coverage(report)
}
