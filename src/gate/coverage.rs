//! `coverage`: which share of lines, branches and functions must have run, in all and by path.

mod probes;

use std::path::Path;

use globset::GlobMatcher;
use serde_json::{Value as Json, json};

use super::reports::glob;
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Judging, Probe, Reports};
use crate::model::{
    CoverageReport, Evidence, EvidenceKind, FileCoverage, Judgement, Measure, Tally,
};
use crate::policy::{Bound, Condition, Percent};
use crate::problem::{Code, Fields, Many, Problem, Problems, Text, object, options};
use crate::source::{At, Key, Node, Place, Value};

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
    }
    reserved ["patch", "drop"]
}

/// The kind `coverage`.
pub struct Coverage;

#[derive(Debug)]
struct CoverageGate {
    reports: Reports,
    whole: ShareOptions,
    options: CoverageOptions,
    exclude: Vec<GlobMatcher>,
    paths: Vec<(Key, GlobMatcher, ShareOptions)>,
}

impl GateKind for Coverage {
    fn name(&self) -> &'static str {
        "coverage"
    }

    fn about(&self) -> &'static str {
        "coverage reports: lines, branches, functions; each-file, paths, exclude"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Coverage, problems);
        let whole = ShareOptions::take(&mut fields, problems);
        let options = CoverageOptions::take(&mut fields, problems);
        fields.rest(problems);
        let exclude = options.exclude.iter().flat_map(|many| &many.0);
        let exclude = exclude
            .filter_map(|text| matcher(&text.value, &text.at, problems))
            .collect();
        let paths = options.paths.iter().flatten();
        let paths: Vec<_> = paths
            .filter_map(|(key, shares)| {
                Some((
                    key.clone(),
                    matcher(&key.name, &key.at, problems)?,
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
        || node.get("each-file").is_some_and(bound)
        || matches!(paths, Some(Value::Map(entries)) if entries.iter().any(|(_, shares)| bound(shares)))
}

fn matcher(pattern: &str, at: &At, problems: &mut Problems) -> Option<GlobMatcher> {
    match glob(pattern) {
        Ok(glob) => Some(glob),
        Err(error) => {
            problems.push(Problem::new(
                Code::PATTERN,
                at,
                format!("`{pattern}` is not a glob: {}", error.kind()),
            ));
            None
        }
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
}

fn share(tally: Tally) -> Measure {
    Measure::Share {
        part: tally.covered,
        whole: tally.total,
    }
}

impl CoverageGate {
    fn merged(&self, context: &Context<'_>) -> (CoverageReport, Vec<String>) {
        let mut all = CoverageReport::default();
        for evidence in context.evidence() {
            if let Evidence::Coverage(coverage) = evidence {
                all.has_branches |= coverage.has_branches;
                all.has_functions |= coverage.has_functions;
                all.unplaced_lines.add(coverage.unplaced_lines);
                all.unplaced_branches.add(coverage.unplaced_branches);
                for (path, file) in &coverage.files {
                    all.add(in_repository(path, context.root, context.dir), file.clone());
                }
            }
        }
        let excluded: Vec<String> = all
            .files
            .keys()
            .filter(|path| self.exclude.iter().any(|glob| glob.is_match(path)))
            .cloned()
            .collect();
        for path in &excluded {
            all.files.remove(path);
        }
        (all, excluded)
    }

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
}

/// One condition for all files: it shows the worst, and names the others below the bound.
fn each_file(
    judging: &mut Judging,
    name: &str,
    condition: &Condition,
    report: &CoverageReport,
    of: fn(&FileCoverage) -> Tally,
    known: bool,
) {
    let mut files: Vec<(&str, Tally)> = report
        .files
        .iter()
        .map(|(path, file)| (path.as_str(), of(file)))
        .filter(|(_, tally)| tally.total > 0)
        .collect();
    files.sort_by_key(|(path, tally)| (share(*tally).number(), *path));
    let worst = files
        .first()
        .filter(|_| known)
        .map(|(_, tally)| (share(*tally), false));
    judging.measured(
        &format!("each-file.{name}"),
        condition,
        worst,
        &format!("the reports say nothing of {name}"),
    );
    let below: Vec<(&str, Tally)> = files
        .into_iter()
        .filter(|(_, tally)| condition.keeps(&share(*tally)) == crate::policy::Keeps::No)
        .collect();
    if !below.is_empty() {
        let words: Vec<String> = below
            .iter()
            .map(|(path, tally)| format!("{path} {}", share(*tally).beside(condition.bound())))
            .collect();
        let places = below
            .iter()
            .take(5)
            .map(|(path, _)| Place::file(*path))
            .collect();
        judging.evidence_of_last(places, Some(few(&words, 5)));
    }
}

/// The path of a report as a path of the repository: below the root it loses the root; a path from another
/// machine loses leading folders until a file of that name is there; otherwise it stays as it is.
fn in_repository(path: &str, root: &Path, dir: &Path) -> String {
    let plain = path.replace('\\', "/");
    let plain = plain.strip_prefix("./").unwrap_or(&plain);
    let below = Path::new(plain)
        .strip_prefix(root)
        .ok()
        .and_then(Path::to_str);
    if let Some(below) = below {
        return below.to_owned();
    }
    if !dir.as_os_str().is_empty() && root.join(dir).join(plain).is_file() {
        return dir.join(plain).to_string_lossy().replace('\\', "/");
    }
    if !Path::new(plain).is_absolute() && root.join(plain).is_file() {
        return plain.to_owned();
    }
    let mut rest = plain;
    while let Some((_, shorter)) = rest.split_once('/') {
        rest = shorter;
        if !rest.is_empty() && !rest.starts_with("..") && root.join(rest).is_file() {
            return rest.to_owned();
        }
    }
    plain.to_owned()
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
            "drop.lines",
            "drop.branches",
            "drop.functions",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("coverage");
        if context.reports.is_empty() {
            return judging.done();
        }
        let (report, excluded) = self.merged(context);
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
            judging.note(
                "excluded",
                format!(
                    "{} excluded: {}",
                    count(excluded.len() as u64, "file"),
                    few(&excluded, 3)
                ),
            );
        }
        if sums.lines.total == 0 {
            let help = "check that the tool measures the right folders";
            judging.undecided(
                "nothing-covered",
                "the reports hold no line that can run".to_owned(),
                help,
            );
        }
        Self::judge_shares(&mut judging, "", &self.whole, &sums, &report);
        self.judge_each_file(&mut judging, &report);
        for (key, glob, shares) in &self.paths {
            let chosen: Vec<&FileCoverage> = report
                .files
                .iter()
                .filter(|(path, _)| glob.is_match(path))
                .map(|(_, file)| file)
                .collect();
            if chosen.is_empty() {
                let message = format!("no file in the reports matches `{}`", key.name);
                judging.undecided(
                    "path-unmatched",
                    message,
                    "correct the glob, or measure those files",
                );
                continue;
            }
            let sums = Sums::of(chosen.into_iter());
            Self::judge_shares(
                &mut judging,
                &format!("paths[{}].", key.name),
                shares,
                &sums,
                &report,
            );
        }
        judging.done()
    }
}
