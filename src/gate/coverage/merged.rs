//! All reports of a gate as one, with paths of the project, and what of it is left out.

use std::collections::BTreeMap;

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
    exclude: &'g [Glob],
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
            exclude,
        };
        for evidence in context.evidence() {
            if let Evidence::Coverage(coverage) = evidence {
                all.add(coverage, &places);
            }
        }
        let paths = all.report.files.keys();
        all.excluded = paths
            .filter(|path| all.is_excluded(path))
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

    fn add(&mut self, coverage: &CoverageReport, places: &Places<'_>) {
        let all = &mut self.report;
        all.has_branches |= coverage.has_branches;
        all.has_functions |= coverage.has_functions;
        all.unplaced_lines.add(coverage.unplaced_lines);
        all.unplaced_branches.add(coverage.unplaced_branches);
        all.broken.extend(coverage.broken.iter().cloned());
        let stands = places.locate(coverage.files.keys().map(String::as_str), &coverage.roots);
        for (path, file) in &coverage.files {
            let path = match &stands[path.as_str()] {
                Stands::For(path) => path.clone(),
                Stands::ForOneOf(files) => {
                    self.ambiguous.insert(path.clone(), files.clone());
                    path.replace('\\', "/")
                }
                Stands::Outside => path.replace('\\', "/"),
            };
            all.add(path, file.clone());
        }
    }
}

/// A tally as a share.
pub(super) fn share(tally: Tally) -> Measure {
    Measure::Share {
        part: tally.covered,
        whole: tally.total,
    }
}
