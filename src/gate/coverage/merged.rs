//! All reports of a gate as one, with paths of the project, and what of it is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::paths::{Places, Stands};
use crate::gate::Context;
use crate::model::{CoverageReport, Evidence, Measure, Tally};
use crate::policy::Glob;

/// The reports of a gate, joined.
pub(super) struct Merged<'g> {
    pub(super) report: CoverageReport,
    /// Files that `exclude` leaves out.
    pub(super) excluded: Vec<String>,
    /// Paths that may stand for more than one file, each with those files.
    pub(super) ambiguous: BTreeMap<String, Vec<String>>,
    /// Files under names of their own, as nobody knows whether they are those that another report calls so: the name
    /// and the path.
    pub(super) apart: BTreeMap<String, String>,
    /// Paths of one report that may be several files, of which it says one thing.
    pub(super) blended: Vec<String>,
    /// Which report, or which folder of reports, names each path that is not of the project.
    strangers: BTreeMap<String, String>,
    parts: Vec<Part>,
    exclude: &'g [Glob],
}

/// What one report speaks of: its files, and the totals of lines and of branches that no file of it carries.
struct Part {
    names: BTreeSet<String>,
    unplaced: [Tally; 2],
    /// Whether it says anything of lines, and of branches.
    says: [bool; 2],
}

impl Part {
    /// Whether totals of this report may hold what the other one counts, so that their sum may be too good.
    fn may_share(&self, other: &Part, at: usize) -> bool {
        let same = self.names == other.names && self.unplaced[at].total == other.unplaced[at].total;
        let apart = !self.names.is_empty()
            && !other.names.is_empty()
            && self.names.is_disjoint(&other.names);
        self.unplaced[at].total > 0 && other.says[at] && !apart && !same
    }
}

impl<'g> Merged<'g> {
    /// Joins the reports. `map` says which prefix of a report stands for which folder of the project.
    pub(super) fn of<'m>(
        context: &Context<'_>,
        map: impl Iterator<Item = (&'m str, &'m str)>,
        exclude: &'g [Glob],
    ) -> Self {
        let changes = context.given.changes.as_ref();
        let changes = changes.and_then(|changes| changes.as_ref().ok());
        let beside = |path: &str| changes.is_some_and(|changes| changes.files.contains_key(path));
        let map: Vec<_> = map.collect();
        let places = Places::new(context.root, context.dir, map.into_iter(), &beside);
        let mut all = Self {
            report: CoverageReport::default(),
            excluded: Vec::new(),
            ambiguous: BTreeMap::new(),
            apart: BTreeMap::new(),
            blended: Vec::new(),
            strangers: BTreeMap::new(),
            parts: Vec::new(),
            exclude,
        };
        for report in context.reports {
            if let Evidence::Coverage(coverage) = &report.evidence {
                all.add(coverage, &report.path, &places);
            }
        }
        let names = all.report.files.keys();
        all.excluded = names
            .filter(|name| all.is_excluded(all.path(name)))
            .cloned()
            .collect();
        for path in &all.excluded {
            all.report.files.remove(path);
        }
        all
    }

    /// Whether `exclude` leaves a path out.
    pub(super) fn is_excluded(&self, path: &str) -> bool {
        Glob::any(self.exclude, path)
    }

    /// Whether reports state totals of lines, or of branches, as a whole that may be of the same files.
    pub(super) fn overlaps(&self) -> [bool; 2] {
        [0, 1].map(|at| {
            let parts = self.parts.iter().enumerate();
            let pairs = parts
                .flat_map(|(n, one)| self.parts[n + 1..].iter().map(move |other| (one, other)));
            pairs
                .into_iter()
                .any(|(one, other)| one.may_share(other, at) || other.may_share(one, at))
        })
    }

    /// The path that a file goes by in its report.
    pub(super) fn path<'n>(&'n self, name: &'n String) -> &'n String {
        self.apart.get(name).unwrap_or(name)
    }

    fn add(&mut self, coverage: &CoverageReport, report: &str, places: &Places<'_>) {
        let all = &mut self.report;
        all.has_branches |= coverage.has_branches;
        all.has_functions |= coverage.has_functions;
        all.unplaced_lines.add(coverage.unplaced_lines);
        all.unplaced_branches.add(coverage.unplaced_branches);
        all.broken.extend(coverage.broken.iter().cloned());
        let mut names = BTreeSet::new();
        let paths = coverage.files.keys().map(String::as_str);
        let from = report.rsplit_once('/').map_or("", |(folder, _)| folder);
        let stands = places.locate(paths, &coverage.roots, from);
        for (path, file) in &coverage.files {
            let name = match &stands[path.as_str()] {
                Stands::For(path) => path.clone(),
                Stands::ForOneOf(files) => {
                    self.ambiguous.insert(path.clone(), files.clone());
                    if coverage.roots.len() > 1 && file.line_tally.total > 0 {
                        self.blended.push(path.clone());
                    }
                    self.stranger(path, report, places)
                }
                // What lies on this machine is one file, whoever names it.
                Stands::Outside if Path::new(path).is_absolute() && Path::new(path).is_file() => {
                    path.replace('\\', "/")
                }
                // Named from one folder, it is one file.
                Stands::Outside => self.stranger(path, from, places),
            };
            names.insert(name.clone());
            self.report.add(name, file.clone());
        }
        self.parts.push(Part {
            names,
            unplaced: [coverage.unplaced_lines, coverage.unplaced_branches],
            says: [coverage.lines().total > 0, coverage.has_branches],
        });
    }

    /// The name of a path that is no file of the project for sure: two reports may mean two files by it.
    fn stranger(&mut self, path: &str, by: &str, places: &Places<'_>) -> String {
        let plain = path.replace('\\', "/");
        let first = self.strangers.entry(plain.clone());
        if first.or_insert_with(|| by.to_owned()) == by && !places.is_file(&plain) {
            return plain;
        }
        let name = format!("{plain} ({})", if by.is_empty() { "." } else { by });
        self.apart.insert(name.clone(), plain);
        name
    }
}

/// A tally as a share.
pub(super) fn share(tally: Tally) -> Measure {
    Measure::Share {
        part: tally.covered,
        whole: tally.total,
    }
}
