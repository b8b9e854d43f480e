//! `trace`: ids that documents name, and whether a passing test carries each of them in its name.
//!
//! An id counts once, however often it is named. A test carries an id as a whole word, as it is written (`AP-1`) or as
//! part of a name in code (`test_ap_1_of_many`); `AP-12` carries no `AP-1`. A test that failed or was skipped covers
//! nothing. No id and no test decide nothing.

mod finder;
mod probes;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Value as Json, json};

use super::context::Judging;
use super::tree::{Pattern, Tree, line_of, patterns, regex};
use super::wording::few;
use super::{Context, Gate, GateKind, Probe, Reports};
use crate::model::{
    Evidence, EvidenceKind, Judgement, ListedTest, Measure, TestOutcome, Verdict, Wants,
};
use crate::policy::{Bound, Condition, Percent, Pieces};
use crate::problem::{Code, Fields, Flag, Many, Problem, Problems, Shape, Text, object, options};
use crate::source::{Node, Place, Value};
use finder::Finder;

/// So many ids or tests are named.
const SHOWN: usize = 8;

options! {
    /// Documents that name ids.
    pub struct IdOptions {
        /// Paths or globs of the documents; each must match a file.
        files("files"): Many<Text>,
        /// Paths or globs that are left out.
        exclude("exclude"): Many<Text>,
        /// Regular expression of an id; its first group, if it has one, else all of it.
        pattern("pattern"): Text,
        /// Ids that need no test.
        except("except"): Many<Text>,
        /// Whether an id that is named twice is a mistake of the documents.
        unique("unique"): Flag,
    }
}

options! {
    /// Conditions on ids and the tests that carry them.
    pub struct TraceOptions {
        /// The ids: a list of them, or the documents that name them.
        ids("ids"): Ids,
        /// Ids that a passing test carries.
        covered("covered"): Bound<Pieces>,
        /// Ids that no passing test carries; 0 unless something is bound.
        missing("missing"): Bound<Pieces>,
        /// Covered ids as a share of all.
        share("share"): Bound<Percent>,
        /// All ids.
        total("total"): Bound<Pieces>,
    }
}

/// Ids as written.
#[derive(Clone, Debug)]
pub enum Ids {
    /// One by one.
    Listed(Vec<Text>),
    /// By the documents that name them.
    Named(Box<IdOptions>),
}

impl Shape for Ids {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Map(_) => IdOptions::read(node, problems).map(|one| Self::Named(Box::new(one))),
            _ => Many::<Text>::read(node, problems).map(|many| Self::Listed(many.0)),
        }
    }

    fn schema() -> Json {
        json!({ "anyOf": [Many::<Text>::schema(), IdOptions::schema()] })
    }
}

/// The kind `trace`.
pub struct Trace;

#[derive(Debug)]
struct TraceGate {
    reports: Reports,
    source: From,
    bounds: Vec<(&'static str, Condition)>,
}

#[derive(Debug)]
enum From {
    Listed(BTreeMap<String, Place>),
    Named {
        files: Vec<Pattern>,
        exclude: Vec<Pattern>,
        pattern: Regex,
        except: BTreeSet<String>,
        unique: bool,
    },
}

/// What is known of an id.
#[derive(Debug, Default)]
struct Known {
    /// Where it is named.
    places: Vec<Place>,
    passed: u64,
    failed: Vec<String>,
    skipped: Vec<String>,
}

impl GateKind for Trace {
    fn name(&self) -> &'static str {
        "trace"
    }

    fn about(&self) -> &'static str {
        "ids of documents in the names of passing tests: covered, missing, share, total"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Tests, problems);
        let options = TraceOptions::take(&mut fields, problems);
        fields.rest(problems);
        let source = match options.ids {
            Some(Ids::Listed(ids)) => listed(&ids, problems),
            Some(Ids::Named(ids)) => named(*ids, problems),
            None => {
                problems.push(
                    Problem::new(
                        Code::MISSING_KEY,
                        &options.at,
                        "`trace` does not say which ids",
                    )
                    .help("such as `ids: { files: docs/rules.md, pattern: 'AP-\\d+' }`"),
                );
                None
            }
        };
        let mut bounds: Vec<(&'static str, Condition)> = Vec::new();
        bounds.extend(options.covered.map(|bound| ("covered", bound.condition)));
        bounds.extend(options.missing.map(|bound| ("missing", bound.condition)));
        bounds.extend(options.share.map(|bound| ("share", bound.condition)));
        bounds.extend(options.total.map(|bound| ("total", bound.condition)));
        if bounds.is_empty() {
            bounds.push(("missing", Condition::zero(&options.at)));
        }
        let mut reports = reports?;
        reports.choice.whole = true;
        Some(Box::new(TraceGate {
            reports,
            source: source?,
            bounds,
        }))
    }

    fn schema(&self) -> Json {
        let mut properties = super::reports::ReportOptions::properties();
        properties.extend(TraceOptions::properties());
        let mut schema = object(properties);
        schema["required"] = json!(["reports", "ids"]);
        schema
    }
}

fn listed(ids: &[Text], problems: &mut Problems) -> Option<From> {
    let mut all = BTreeMap::new();
    for text in ids {
        if !is_id(&text.value) {
            problems.push(
                Problem::new(
                    Code::BAD_NAME,
                    &text.at,
                    format!("`{}` is no id", text.value),
                )
                .help("an id has a letter or digit and stands on one line"),
            );
        } else if all.insert(text.value.clone(), text.at.place()).is_some() {
            problems.push(
                Problem::new(
                    Code::WRONG_VALUE,
                    &text.at,
                    format!("`{}` is listed twice", text.value),
                )
                .help("remove one"),
            );
        }
    }
    if ids.is_empty() {
        return None;
    }
    Some(From::Listed(all))
}

fn named(options: IdOptions, problems: &mut Problems) -> Option<From> {
    let (Some(files), Some(text)) = (&options.files, &options.pattern) else {
        problems.push(
            Problem::new(
                Code::MISSING_KEY,
                &options.at,
                "`ids` needs `files` and `pattern`",
            )
            .help("such as `ids: { files: docs/rules.md, pattern: 'AP-\\d+' }`"),
        );
        return None;
    };
    let files = patterns(&Some(files.clone()), problems);
    let pattern = regex(text, problems)?.value;
    if pattern.is_match("") {
        problems.push(
            Problem::new(
                Code::PATTERN,
                &text.at,
                format!(
                    "`{}` matches nothing at all, which is everywhere",
                    text.value
                ),
            )
            .help("write an expression that needs at least one character"),
        );
        return None;
    }
    let except = options.except.unwrap_or_default().0;
    Some(From::Named {
        files,
        exclude: patterns(&options.exclude, problems),
        pattern,
        except: except.into_iter().map(|text| text.value).collect(),
        unique: options.unique.is_some_and(|flag| flag.value),
    })
}

fn is_id(text: &str) -> bool {
    text.contains(char::is_alphanumeric) && !text.contains(char::is_control)
}

/// The id that a match stands for.
fn id_of<'t>(hit: &regex::Captures<'t>) -> Option<regex::Match<'t>> {
    hit.get(1)
        .or_else(|| hit.get(0))
        .filter(|id| is_id(id.as_str()))
}

impl TraceGate {
    /// The ids with the places that name them; says what is missing.
    fn ids(&self, context: &Context<'_>, judging: &mut Judging) -> BTreeMap<String, Known> {
        let mut known: BTreeMap<String, Known> = BTreeMap::new();
        let (files, exclude, pattern, except, unique) = match &self.source {
            From::Listed(ids) => {
                for (id, place) in ids {
                    known
                        .entry(id.clone())
                        .or_default()
                        .places
                        .push(place.clone());
                }
                return known;
            }
            From::Named {
                files,
                exclude,
                pattern,
                except,
                unique,
            } => (files, exclude, pattern, except, *unique),
        };
        let tree = Tree::walk(context.root, &context.given.tracked);
        tree.confess(judging);
        for one in files {
            if tree.select(std::slice::from_ref(one), exclude).is_empty() {
                let message = format!("no file matches `{}` ({})", one.text, one.at.place());
                judging.undecided("no-file", message, "write the document, or correct `files`");
            }
        }
        for path in tree.select(files, exclude) {
            match tree.text(&path) {
                Err(words) => judging.undecided("file-unreadable", words, "make it readable"),
                Ok(text) => {
                    for hit in pattern.captures_iter(&text) {
                        let Some(id) = id_of(&hit) else { continue };
                        if !except.contains(id.as_str()) {
                            let place = Place::line(path.clone(), Some(line_of(&text, id.start())));
                            let entry = known.entry(id.as_str().to_owned()).or_default();
                            entry.places.push(place);
                        }
                    }
                }
            }
        }
        if known.is_empty() && judging.out().reasons.is_empty() {
            let message = format!("the documents name no id that `{pattern}` matches");
            judging.undecided("no-ids", message, "correct `pattern`, or `files`");
        }
        if unique {
            twice(&known, judging);
        }
        known
    }

    /// Tests that carry something like an id which the documents do not name.
    fn strangers(
        &self,
        known: &BTreeMap<String, Known>,
        tests: &[ListedTest],
        judging: &mut Judging,
    ) {
        let From::Named {
            pattern, except, ..
        } = &self.source
        else {
            return;
        };
        let mut unknown = BTreeSet::new();
        for hit in tests
            .iter()
            .flat_map(|test| pattern.captures_iter(&test.id))
        {
            let id = id_of(&hit).map(|id| id.as_str());
            unknown.extend(id.filter(|id| !known.contains_key(*id) && !except.contains(*id)));
        }
        if !unknown.is_empty() {
            let names: Vec<String> = unknown.into_iter().map(str::to_owned).collect();
            let message = format!(
                "tests carry ids that no document names: {}",
                few(&names, SHOWN)
            );
            judging.note("unknown-id", message);
        }
    }
}

fn twice(known: &BTreeMap<String, Known>, judging: &mut Judging) {
    for (id, one) in known.iter().filter(|(_, one)| one.places.len() > 1) {
        let places: Vec<String> = one.places.iter().map(ToString::to_string).collect();
        let message = format!("{id} is named more than once: {}", few(&places, SHOWN));
        judging.undecided(
            "id-twice",
            message,
            "give each its own id, or drop `unique`",
        );
        if let Some(reason) = judging.out().reasons.last_mut() {
            reason.evidence = one.places.iter().take(SHOWN).cloned().collect();
        }
    }
}

/// Notes for each id what became of the tests that carry it.
fn follow(known: &mut BTreeMap<String, Known>, tests: &[ListedTest]) {
    let ids: Vec<String> = known.keys().cloned().collect();
    let Some(finder) = Finder::new(&ids) else {
        return;
    };
    for test in tests {
        for index in finder.carried(&test.id) {
            let Some(one) = known.get_mut(&ids[index]) else {
                continue;
            };
            match test.outcome {
                TestOutcome::Passed => one.passed += 1,
                TestOutcome::Failed | TestOutcome::Errored => one.failed.push(test.id.clone()),
                TestOutcome::Skipped => one.skipped.push(test.id.clone()),
            }
        }
    }
}

/// Why an id is not covered.
fn why(id: &str, one: &Known) -> String {
    match (one.failed.first(), one.skipped.first()) {
        (Some(test), _) => format!("{id} (its test failed: {test})"),
        (None, Some(test)) => format!("{id} (its test is skipped: {test})"),
        (None, None) => format!("{id} (no test)"),
    }
}

impl Gate for TraceGate {
    fn kind(&self) -> &'static str {
        "trace"
    }

    fn facts(&self) -> Vec<String> {
        ["tests-failed", "total", "covered", "missing", "share"]
            .map(str::to_owned)
            .to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn reports(&self) -> Option<&Reports> {
        Some(&self.reports)
    }

    fn implied(&self) -> Vec<(&'static str, Condition)> {
        self.bounds.clone()
    }

    fn wants(&self) -> Wants {
        let mut bounds = self.bounds.iter();
        Wants {
            tracked: matches!(self.source, From::Named { .. }),
            ..Wants::baseline_if(bounds.any(|(_, condition)| condition.is_relative()))
        }
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("trace");
        if context.reports.is_empty() {
            return judging.done();
        }
        let mut known = self.ids(context, &mut judging);
        let mut tests: Vec<ListedTest> = Vec::new();
        let (mut ran, mut against) = (0, 0);
        for evidence in context.evidence() {
            if let Evidence::Tests(report) = evidence {
                tests.extend(report.inventory.iter().cloned());
                ran += report.total();
                against += report.failed + report.errored + report.broken.len() as u64;
            }
        }
        // Reports come in any order; what is said of them does not depend on it.
        tests.sort();
        judging.fact("tests-failed", Measure::Count(against));
        if ran == 0 {
            judging.undecided(
                "no-tests",
                "no test ran: the reports hold none".to_owned(),
                "check that the command finds its tests",
            );
        }
        follow(&mut known, &tests);
        let missing: Vec<(&String, &Known)> =
            known.iter().filter(|(_, one)| one.passed == 0).collect();
        let (whole, lacking) = (known.len() as u64, missing.len() as u64);
        let part = whole - lacking;
        judging.fact("total", Measure::Count(whole));
        judging.fact("covered", Measure::Count(part));
        judging.fact("missing", Measure::Count(lacking));
        judging.fact("share", Measure::Share { part, whole });
        let words: Vec<String> = missing.iter().map(|(id, one)| why(id, one)).collect();
        let places: Vec<Place> = missing
            .iter()
            .filter_map(|(_, one)| one.places.first().cloned())
            .collect();
        for (name, condition) in &self.bounds {
            judging.condition(name, condition, "there is no id");
            let fails = judging
                .out()
                .conditions
                .last()
                .is_some_and(|one| one.verdict != Verdict::Pass);
            if fails && *name != "total" && !words.is_empty() {
                let note = format!("not covered: {}", few(&words, SHOWN));
                judging.evidence_of_last(places.clone(), Some(note));
            }
        }
        let partly = known
            .iter()
            .filter(|(_, one)| one.passed > 0 && !one.failed.is_empty());
        let partly: Vec<String> = partly
            .map(|(id, one)| format!("{id} ({})", one.failed[0]))
            .collect();
        if !partly.is_empty() {
            let message = format!(
                "covered, though another of its tests failed: {}",
                few(&partly, SHOWN)
            );
            judging.note("partly-failing", message);
        }
        self.strangers(&known, &tests, &mut judging);
        judging.done()
    }
}

#[cfg(test)]
mod tests;
