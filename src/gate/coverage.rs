//! `coverage`: which share of lines, branches and functions must have run, in all and by path.

mod doubt;
mod merged;
mod patch;
mod paths;
mod probes;
mod sources;

use serde_json::{Value as Json, json};

use super::drop::Drops;
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Judging, Probe, Reports};
use crate::model::{CoverageReport, EvidenceKind, FileCoverage, Judgement, Measure, Tally, Wants};
use crate::policy::{Bound, Condition, Glob, Percent, Weight};
use crate::problem::{Code, Fields, Many, Problem, Problems, Text, object, options};
use crate::source::{Key, Node, Value};
use merged::{Merged, share};
use patch::Patch;

options! {
    /// Shares that must be covered.
    pub struct ShareOptions {
        /// Lines that ran, of all that can run.
        lines("lines"): Bound<Percent>,
        /// Branches taken, of all.
        branches("branches"): Bound<Percent>,
        /// Functions entered, of all.
        functions("functions"): Bound<Percent>,
    }
}

options! {
    /// Conditions on coverage beside the shares of the whole.
    pub struct CoverageOptions {
        /// Shares that each single file must keep.
        each_file("each-file"): ShareOptions,
        /// Shares of the files that a glob selects.
        paths("paths"): Vec<(Key, ShareOptions)>,
        /// Globs of files that do not count; how many that are is shown.
        exclude("exclude"): Many<Text>,
        /// Share of the lines that changed since the base.
        patch("patch"): Patch,
        /// Prefix of paths in reports → folder of the project that it stands for.
        map("map"): Vec<(Key, Text)>,
        /// How far shares may fall below the baseline, in percentage points.
        drop("drop"): Drops,
    }
}

/// The kind `coverage`.
pub struct Coverage;

#[derive(Debug)]
struct CoverageGate {
    reports: Reports,
    whole: ShareOptions,
    options: CoverageOptions,
    exclude: Vec<Glob>,
    paths: Vec<(Key, Glob, ShareOptions)>,
}

impl GateKind for Coverage {
    fn name(&self) -> &'static str {
        "coverage"
    }

    fn about(&self) -> &'static str {
        "coverage reports: lines, branches, functions; each-file, paths, patch, exclude, drop"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Coverage, problems);
        let whole = ShareOptions::take(&mut fields, problems);
        let options = CoverageOptions::take(&mut fields, problems);
        fields.rest(problems);
        let exclude = options.exclude.iter().flat_map(|many| &many.0);
        let exclude = Glob::read_all(exclude, problems);
        let paths = options.paths.iter().flatten();
        let paths: Vec<_> = paths
            .filter_map(|(key, shares)| {
                Some((
                    key.clone(),
                    Glob::read(&key.name, &key.at, problems)?,
                    shares.clone(),
                ))
            })
            .collect();
        if !asks(node) {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &whole.at, "`coverage` asks for nothing")
                    .label("no share is bound")
                    .help("add a bound such as `lines: \">=80%\"`"),
            );
        }
        Some(Box::new(CoverageGate {
            reports: reports?,
            whole,
            options,
            exclude,
            paths,
        }))
    }

    fn schema(&self) -> Json {
        let mut properties = super::reports::ReportOptions::properties();
        properties.extend(ShareOptions::properties());
        properties.extend(CoverageOptions::properties());
        let mut schema = object(properties);
        schema["required"] = json!(["reports"]);
        schema
    }

    fn weighs(&self, key: &str) -> Option<Weight> {
        match key {
            // Without it every changed line is judged, and a changed file that no report knows leaves it undecided.
            "ignore-below" | "unmeasured" => Some(Weight::Allowance),
            key => super::compare::shared(key),
        }
    }

    fn unfold(&self, judge: &mut Node) {
        let Value::Map(entries) = &mut judge.value else {
            return;
        };
        for (key, node) in entries {
            match key.name.as_str() {
                "patch" => by_lines(node, patch::PatchOptions::KEYS),
                "drop" => {
                    by_lines(node, super::drop::DropOptions::KEYS);
                    super::drop::as_limits(node);
                }
                _ => {}
            }
        }
    }
}

/// One bound is that of lines.
fn by_lines(node: &mut Node, keys: &[&str]) {
    if keys.iter().any(|key| node.get(key).is_some()) {
        return;
    }
    let lines = Key {
        at: node.at.clone(),
        name: "lines".to_owned(),
    };
    node.value = Value::Map(vec![(lines, node.clone())]);
}

/// Whether any share is bound. Asked of what is written: a bound that is refused is a question all the same, and
/// one mistake is one problem.
fn asks(node: &Node) -> bool {
    let bound = |shares: &Node| {
        ["lines", "branches", "functions"]
            .iter()
            .any(|key| shares.get(key).is_some())
    };
    let paths = node.get("paths").map(|paths| &paths.value);
    bound(node)
        || node.get("patch").is_some()
        || node.get("drop").is_some()
        || node.get("each-file").is_some_and(bound)
        || matches!(paths, Some(Value::Map(entries)) if entries.iter().any(|(_, shares)| bound(shares)))
}

impl ShareOptions {
    fn asks_of(&self, share: &str) -> bool {
        match share {
            "lines" => self.lines.is_some(),
            "branches" => self.branches.is_some(),
            _ => self.functions.is_some(),
        }
    }

    fn is_relative(&self) -> bool {
        let bounds = [&self.lines, &self.branches, &self.functions];
        let mut bounds = bounds.into_iter().flatten();
        bounds.any(|bound| bound.condition.is_relative())
    }
}

/// The three shares of a set of files.
#[derive(Default)]
struct Sums {
    lines: Tally,
    branches: Tally,
    functions: Tally,
}

impl Sums {
    fn of<'a>(files: impl Iterator<Item = &'a FileCoverage>) -> Self {
        let mut sums = Self::default();
        for file in files {
            sums.lines.add(file.line_tally);
            sums.branches.add(file.branch_tally);
            sums.functions.add(file.function_tally);
        }
        sums
    }

    /// Those that the reports speak of.
    fn known(&self, report: &CoverageReport) -> [(&'static str, Option<Measure>); 3] {
        let branches = report.has_branches.then(|| share(self.branches));
        let functions = report.has_functions.then(|| share(self.functions));
        [
            ("lines", Some(share(self.lines))),
            ("branches", branches),
            ("functions", functions),
        ]
    }
}

impl CoverageGate {
    fn judge_shares(
        judging: &mut Judging,
        under: &str,
        shares: &ShareOptions,
        sums: &Sums,
        report: &CoverageReport,
    ) {
        let bounds: [(&str, &Option<Bound<Percent>>, Tally, bool); 3] = [
            ("lines", &shares.lines, sums.lines, true),
            (
                "branches",
                &shares.branches,
                sums.branches,
                report.has_branches,
            ),
            (
                "functions",
                &shares.functions,
                sums.functions,
                report.has_functions,
            ),
        ];
        for (name, bound, tally, known) in bounds {
            if let Some(bound) = bound {
                let value = known.then_some((share(tally), false));
                let missing = if known {
                    format!("no {name} to cover")
                } else {
                    format!("the reports say nothing of {name}")
                };
                judging.measured(&format!("{under}{name}"), &bound.condition, value, &missing);
            }
        }
    }

    fn judge_each_file(&self, judging: &mut Judging, report: &CoverageReport) {
        let Some(shares) = &self.options.each_file else {
            return;
        };
        type Of = fn(&FileCoverage) -> Tally;
        let bounds: [(&str, &Option<Bound<Percent>>, Of, bool); 3] = [
            ("lines", &shares.lines, |file| file.line_tally, true),
            (
                "branches",
                &shares.branches,
                |file| file.branch_tally,
                report.has_branches,
            ),
            (
                "functions",
                &shares.functions,
                |file| file.function_tally,
                report.has_functions,
            ),
        ];
        for (name, bound, of, known) in bounds {
            if let Some(bound) = bound {
                each_file(judging, name, &bound.condition, report, of, known);
            }
        }
    }

    fn judge_paths(&self, judging: &mut Judging, merged: &Merged<'_>) {
        let report = &merged.report;
        for (key, glob, shares) in &self.paths {
            doubt::selected(judging, merged, &format!("`{}`", key.name), glob);
            let chosen: Vec<&FileCoverage> = report
                .files
                .iter()
                .filter(|(name, _)| glob.is_match(merged.path(name)))
                .map(|(_, file)| file)
                .collect();
            if chosen.is_empty() {
                let message = format!("no file in the reports matches `{}`", key.name);
                let help = "correct the glob, or measure those files";
                judging.undecided("path-unmatched", message, help);
                continue;
            }
            let sums = Sums::of(chosen.into_iter());
            let under = format!("paths[{}].", key.name);
            Self::judge_shares(judging, &under, shares, &sums, report);
        }
    }
}

/// One condition for all files: it shows the worst, and names all that do not keep it.
fn each_file(
    judging: &mut Judging,
    name: &str,
    condition: &Condition,
    report: &CoverageReport,
    of: fn(&FileCoverage) -> Tally,
    known: bool,
) {
    let files = report.files.iter().filter(|_| known);
    let values: Vec<(&str, Measure)> = files
        .map(|(path, file)| (path.as_str(), of(file)))
        .filter(|(_, tally)| tally.total > 0)
        .map(|(path, tally)| (path, share(tally)))
        .collect();
    let missing = if known {
        format!("no {name} to cover")
    } else {
        format!("the reports say nothing of {name}")
    };
    judging.each(&format!("each-file.{name}"), condition, values, &missing);
}

impl CoverageGate {
    /// Whether any condition looks at this share.
    fn asks_of(&self, share: &str) -> bool {
        let paths = self.paths.iter().map(|(_, _, shares)| shares);
        let drops = &self.options.drop;
        drops.as_ref().is_some_and(|drops| drops.asks_of(share))
            || std::iter::once(&self.whole)
                .chain(&self.options.each_file)
                .chain(paths)
                .any(|shares| shares.asks_of(share))
    }
}

impl Gate for CoverageGate {
    fn kind(&self) -> &'static str {
        "coverage"
    }

    fn reports(&self) -> Option<&Reports> {
        Some(&self.reports)
    }

    fn facts(&self) -> Vec<String> {
        let names = [
            "files",
            "excluded",
            "lines",
            "branches",
            "functions",
            "each-file.lines",
            "each-file.branches",
            "each-file.functions",
            "patch.lines",
            "patch.branches",
            "patch.pragmas",
            "patch.unmeasured",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        let paths = self.paths.iter().map(|(_, _, shares)| shares);
        let mut shares = std::iter::once(&self.whole)
            .chain(&self.options.each_file)
            .chain(paths);
        Wants {
            changes: self.options.patch.is_some(),
            baseline: self.options.drop.is_some()
                || self.options.patch.as_ref().is_some_and(Patch::is_relative)
                || shares.any(ShareOptions::is_relative),
            ..Wants::default()
        }
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("coverage");
        if context.reports.is_empty() {
            return judging.done();
        }
        let map = self.options.map.iter().flatten();
        let map = map.map(|(from, to)| (from.name.as_str(), to.value.as_str()));
        let merged = Merged::of(context, map, &self.exclude);
        let sums = measure(&mut judging, &merged);
        let report = &merged.report;
        if !report.broken.is_empty() {
            let message = format!("a report is damaged: {}", few(&report.broken, 3));
            let help = "write it anew; what is lost may be what did not run";
            judging.undecided("report-damaged", message, help);
        }
        doubt::judge(&mut judging, &merged, |share| self.asks_of(share));
        for glob in &self.exclude {
            doubt::selected(&mut judging, &merged, "`exclude`", glob);
        }
        Self::judge_shares(&mut judging, "", &self.whole, &sums, report);
        if let Some(drops) = &self.options.drop {
            drops.judge(&mut judging, sums.known(report));
        }
        self.judge_each_file(&mut judging, report);
        self.judge_paths(&mut judging, &merged);
        if let Some(patch) = &self.options.patch {
            patch::judge(patch, &mut judging, context, &merged);
        }
        judging.done()
    }
}

/// Records the facts of the whole, and what was left out of it.
fn measure(judging: &mut Judging, merged: &Merged<'_>) -> Sums {
    let (report, excluded) = (&merged.report, &merged.excluded);
    let mut sums = Sums::of(report.files.values());
    // Totals that a report states as a whole and no file carries.
    sums.lines.add(report.unplaced_lines);
    sums.branches.add(report.unplaced_branches);
    judging.fact("files", Measure::Count(report.files.len() as u64));
    judging.fact("excluded", Measure::Count(excluded.len() as u64));
    judging.fact("lines", share(sums.lines));
    if report.has_branches {
        judging.fact("branches", share(sums.branches));
    }
    if report.has_functions {
        judging.fact("functions", share(sums.functions));
    }
    if !excluded.is_empty() {
        let files = count(excluded.len() as u64, "file");
        let message = format!("{files} excluded: {}", few(excluded, 3));
        judging.note("excluded", message);
    }
    doubt::note(judging, merged);
    if sums.lines.total == 0 {
        let help = "check that the tool measures the right folders";
        let message = "the reports hold no line that can run".to_owned();
        judging.undecided("nothing-covered", message, help);
    }
    sums
}
