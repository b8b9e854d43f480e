//! `patch`: coverage of the lines that changed since the base.
//!
//! A changed line counts where the reports say that it can run; it is covered where any of them says that it ran.
//! What is missing is never taken for covered: without a base, without lines in the reports, or with changed source
//! files that no report knows, nothing is decided.

mod probes;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::merged::{Merged, share};
use super::sources::Sources;
use crate::gate::wording::{count, few};
use crate::gate::{Context, Judging};
use crate::model::{ChangedFile, ChangedLines, Measure, Tally};
use crate::policy::{Bound, Condition, Percent, Pieces};
use crate::problem::{Code, Count, Problem, Problems, Shape, options};
use crate::source::{Node, Place, Value};

/// Places that a condition shows as evidence.
const PLACES: usize = 50;
/// Files, and ranges of one file, that a note lists.
const LISTED: usize = 5;
const RANGES: usize = 8;

options! {
    /// Conditions on the lines that changed since the base.
    pub struct PatchOptions {
        /// Changed lines that ran, of all changed lines that can run.
        lines("lines"): Bound<Percent>,
        /// Branches taken, of all that start on changed lines.
        branches("branches"): Bound<Percent>,
        /// With fewer changed lines that can run, the shares are not judged; that is shown.
        ignore_below("ignore-below"): Count,
        /// Marks that keep code out of coverage, such as `# pragma: no cover`, which the change adds.
        pragmas("pragmas"): Bound<Pieces>,
        /// Changed source files that no report knows; without a bound one of them leaves it undecided.
        unmeasured("unmeasured"): Bound<Pieces>,
    }
}

/// `patch: ">=90%"` means its lines; else a mapping.
#[derive(Clone, Debug)]
pub struct Patch(PatchOptions);

impl Shape for Patch {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let bound = ["is", "pass", "fail", "tolerance"]
            .iter()
            .any(|key| node.get(key).is_some());
        if let (Value::Map(_), false) = (&node.value, bound) {
            return Self::read_map(node, problems);
        }
        let lines = Bound::<Percent>::read(node, problems)?;
        Some(Self(PatchOptions {
            at: node.at.clone(),
            lines: Some(lines),
            branches: None,
            ignore_below: None,
            pragmas: None,
            unmeasured: None,
        }))
    }

    fn schema() -> Json {
        json!({ "anyOf": [Bound::<Percent>::schema(), PatchOptions::schema()] })
    }
}

impl Patch {
    /// Whether a bound looks at the baseline.
    pub(super) fn is_relative(&self) -> bool {
        let shares = [&self.0.lines, &self.0.branches].into_iter().flatten();
        let counts = [&self.0.pragmas, &self.0.unmeasured].into_iter().flatten();
        shares
            .map(|bound| &bound.condition)
            .chain(counts.map(|bound| &bound.condition))
            .any(Condition::is_relative)
    }

    fn read_map(node: &Node, problems: &mut Problems) -> Option<Self> {
        let options = PatchOptions::read(node, problems)?;
        let shares = ["lines", "branches"]
            .iter()
            .any(|key| node.get(key).is_some());
        let asks = ["pragmas", "unmeasured"]
            .iter()
            .any(|key| node.get(key).is_some());
        if !shares && !asks {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &node.at, "`patch` asks for nothing")
                    .label("no share is bound")
                    .help("add a bound such as `lines: \">=90%\"`"),
            );
        }
        if let Some(below) = options
            .ignore_below
            .as_ref()
            .filter(|below| below.value < 2 || !shares)
        {
            problems.push(
                Problem::new(Code::NO_EFFECT, &below.at, "`ignore-below` has no effect")
                    .label("nothing is left out by this")
                    .help("give a number from 2 beside `lines` or `branches`, or remove it"),
            );
        }
        Some(Self(options))
    }
}

/// What the changed lines come to.
#[derive(Default)]
struct Found {
    lines: Tally,
    branches: Tally,
    /// Changed lines that can run and did not.
    uncovered: BTreeMap<String, Vec<u32>>,
    /// Changed lines from which a branch was not taken, with taken and all.
    untaken: Vec<(Place, Tally)>,
    /// Changed files of which the reports give totals only.
    without_lines: Vec<String>,
    /// Changed files that a path of the reports may stand for.
    ambiguous: Vec<String>,
    /// Changed source files that no report knows, where reports know their like.
    unmeasured: Vec<String>,
    /// The same, in folders of which the reports know nothing.
    elsewhere: Vec<String>,
    pragmas: Vec<Place>,
}

/// Judges what changed.
pub(super) fn judge(patch: &Patch, judging: &mut Judging, context: &Context<'_>, merged: &Merged) {
    let changes = match &context.given.changes {
        Some(Ok(changes)) => changes,
        Some(Err(unknown)) => {
            return judging.undecided("no-base", unknown.message.clone(), &unknown.help);
        }
        None => {
            let message = "what changed was not asked of git".to_owned();
            return judging.undecided("no-base", message, "report this as a defect of tollgate");
        }
    };
    let found = find(context, merged, changes);
    judging.fact("patch.lines", share(found.lines));
    if merged.report.has_branches {
        judging.fact("patch.branches", share(found.branches));
    }
    for (name, list) in [
        ("patch.pragmas", found.pragmas.len()),
        ("patch.unmeasured", found.unmeasured.len()),
    ] {
        judging.fact(name, Measure::Count(list as u64));
    }
    missing(&patch.0, judging, &found);
    let relief = relief(&patch.0, &found, &changes.base);
    shares(&patch.0, judging, merged, &found, relief.as_deref());
    pragmas(&patch.0, judging, &found);
}

fn find(context: &Context<'_>, merged: &Merged, changes: &ChangedLines) -> Found {
    let mut found = Found::default();
    let sources = Sources::of(merged.report.files.keys());
    let ambiguous: BTreeSet<&String> = merged.ambiguous.values().flatten().collect();
    for (path, changed) in &changes.files {
        if merged.is_excluded(path) {
            continue;
        }
        let known = merged.report.files.get(path);
        if known.is_some() || sources.has_kind_of(path) {
            let places = changed.pragmas.iter();
            let places = places.map(|line| Place::line(path.as_str(), Some(*line)));
            found.pragmas.extend(places);
        }
        match known {
            Some(file) if file.lines.is_empty() && file.line_tally.total > 0 => {
                found.without_lines.push(path.clone());
            }
            Some(file) => found.add(path, changed, file),
            None if ambiguous.contains(path) => found.ambiguous.push(path.clone()),
            None if !sources.should_know(path)
                || !sources.holds_code(context.root, path, changed) => {}
            None if sources.knows_folder_of(path) => found.unmeasured.push(path.clone()),
            None => found.elsewhere.push(path.clone()),
        }
    }
    // Totals that no file carries say nothing of any line.
    if merged.report.unplaced_lines.total > 0 && !changes.files.is_empty() {
        found.without_lines.push("some files".to_owned());
    }
    found
}

impl Found {
    fn add(&mut self, path: &str, changed: &ChangedFile, file: &crate::model::FileCoverage) {
        for range in &changed.lines {
            for (line, coverage) in file.lines.range(range.first..=range.last) {
                self.lines.total += 1;
                let branches = Tally {
                    total: u64::from(coverage.branches),
                    covered: u64::from(coverage.taken),
                };
                self.branches.add(branches);
                if branches.covered < branches.total {
                    self.untaken
                        .push((Place::line(path, Some(*line)), branches));
                }
                if coverage.hits > 0 {
                    self.lines.covered += 1;
                } else {
                    self.uncovered
                        .entry(path.to_owned())
                        .or_default()
                        .push(*line);
                }
            }
        }
    }

    /// Each uncovered range with its file.
    fn ranges(&self) -> impl Iterator<Item = (&str, ChangedFile)> {
        self.uncovered.iter().map(|(path, lines)| {
            let mut file = ChangedFile::default();
            lines.iter().for_each(|line| file.push(*line, *line));
            (path.as_str(), file)
        })
    }

    /// `not covered: src/a.rs:10-14, 20; src/b.rs:3`.
    fn words(&self) -> Option<String> {
        let files: Vec<String> = self
            .ranges()
            .take(LISTED)
            .map(|(path, file)| {
                let ranges: Vec<String> = file.lines.iter().map(ToString::to_string).collect();
                format!("{path}:{}", few(&ranges, RANGES))
            })
            .collect();
        let more = self.uncovered.len().saturating_sub(LISTED) as u64;
        let more = match more {
            0 => String::new(),
            more => format!("; and {}", count(more, "more file")),
        };
        (!files.is_empty()).then(|| format!("not covered: {}{more}", files.join("; ")))
    }

    fn places(&self) -> Vec<Place> {
        self.ranges()
            .flat_map(|(path, file)| {
                let lines = file.lines.into_iter();
                lines.map(move |range| Place::line(path, Some(range.first)))
            })
            .take(PLACES)
            .collect()
    }
}

/// Evidence that is missing for what changed.
fn missing(options: &PatchOptions, judging: &mut Judging, found: &Found) {
    if !found.without_lines.is_empty() {
        let files = few(&found.without_lines, LISTED);
        judging.undecided(
            "patch-without-lines",
            format!("the reports give totals and no lines of {files}"),
            "write a report that holds each line, such as LCOV or Cobertura",
        );
    }
    if !found.ambiguous.is_empty() {
        let files = few(&found.ambiguous, LISTED);
        judging.undecided(
            "patch-ambiguous",
            format!("paths of the reports may or may not stand for what changed: {files}"),
            "say with `map:` what their prefix stands for, such as `map: { /app: services/web }`",
        );
    }
    let files = || few(&found.unmeasured, LISTED);
    if let Some(bound) = &options.unmeasured {
        judging.condition("patch.unmeasured", &bound.condition, "nothing was counted");
        if !found.unmeasured.is_empty() {
            let places = found
                .unmeasured
                .iter()
                .map(|path| Place::file(path.as_str()));
            judging.tell_of_last(places.take(PLACES).collect(), &files());
        }
    } else if !found.unmeasured.is_empty() {
        let number = count(found.unmeasured.len() as u64, "changed source file");
        judging.undecided(
            "patch-unmeasured",
            format!("{number} in no report: {}", files()),
            "let the tool measure files that no test loads, or name them under `exclude`",
        );
    }
    if !found.elsewhere.is_empty() {
        let number = count(found.elsewhere.len() as u64, "changed source file");
        let files = few(&found.elsewhere, LISTED);
        let message = format!("{number} in folders of which the reports know nothing: {files}");
        judging.note("patch-elsewhere", message);
    }
}

/// Why the shares are not judged, if so.
fn relief(options: &PatchOptions, found: &Found, base: &str) -> Option<String> {
    if found.lines.total == 0 {
        return Some(format!("no line that can run changed since {base}"));
    }
    let below = options.ignore_below.as_ref()?.value;
    (found.lines.total < below).then(|| {
        let number = count(found.lines.total, "line");
        format!(
            "not judged: {number} that can run changed since {base}, fewer than {below} (`ignore-below`)"
        )
    })
}

fn shares(
    options: &PatchOptions,
    judging: &mut Judging,
    merged: &Merged,
    found: &Found,
    relief: Option<&str>,
) {
    if let Some(bound) = &options.lines {
        match relief {
            Some(words) => judging.relieved("patch.lines", &bound.condition, words),
            None => {
                judging.condition("patch.lines", &bound.condition, "");
                if let Some(words) = found.words() {
                    judging.tell_of_last(found.places(), &words);
                }
            }
        }
    }
    if let Some(bound) = &options.branches {
        branches(&bound.condition, judging, merged, found, relief);
    }
}

fn branches(
    condition: &Condition,
    judging: &mut Judging,
    merged: &Merged,
    found: &Found,
    relief: Option<&str>,
) {
    let none = "no branch starts on a line that changed";
    match relief {
        Some(words) => judging.relieved("patch.branches", condition, words),
        None if merged.report.has_branches && found.branches.total == 0 => {
            judging.relieved("patch.branches", condition, none);
        }
        None => {
            let missing = "the reports say nothing of branches";
            judging.condition("patch.branches", condition, missing);
            let words: Vec<String> = found.untaken.iter().map(taken).collect();
            if !words.is_empty() {
                let places = found.untaken.iter().map(|(place, _)| place.clone());
                let words = format!("not all taken: {}", few(&words, RANGES));
                judging.tell_of_last(places.take(PLACES).collect(), &words);
            }
        }
    }
}

/// `src/a.rs:3 (1 of 2)`.
fn taken((place, tally): &(Place, Tally)) -> String {
    format!("{place} ({} of {})", tally.covered, tally.total)
}

/// What the change keeps out of coverage. Without a bound it is told.
fn pragmas(options: &PatchOptions, judging: &mut Judging, found: &Found) {
    let list: Vec<String> = found.pragmas.iter().map(ToString::to_string).collect();
    if let Some(bound) = &options.pragmas {
        judging.condition("patch.pragmas", &bound.condition, "nothing was counted");
        if !list.is_empty() {
            let places = found.pragmas.iter().take(PLACES).cloned().collect();
            judging.tell_of_last(places, &few(&list, LISTED));
        }
    }
    if options.pragmas.is_none() && !list.is_empty() {
        let (marks, keep) = (
            count(list.len() as u64, "mark"),
            if list.len() == 1 { "keeps" } else { "keep" },
        );
        let places = few(&list, LISTED);
        let message = format!("the change adds {marks} that {keep} code out of coverage: {places}");
        judging.note("patch-pragmas", message);
    }
}
