//! `ratchet`: how often patterns occur in the tree, and that it never becomes more.
//!
//! Counts are compared with the baseline pattern by pattern, so one sort cannot be swapped for another. Fewer is
//! never red. An absolute bound (`max`, `paths`) needs no baseline. What cannot be read decides nothing.

mod judge;
mod options;
mod probes;
mod sets;

use regex::Regex as TextRegex;
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde_json::{Value as Json, json};

use super::tree::{Pattern, patterns};
use super::{Context, Gate, GateKind, Probe};
use crate::model::{Judgement, Wants};
use crate::policy::{Changes, Condition, Side};
use crate::problem::{Code, Fields, Problem, Problems, Text, nearest, object};
use crate::source::{At, Key, Located, Node};
use options::{PatternList, RatchetOptions, Written};

/// The kind `ratchet`.
pub struct Ratchet;

/// One pattern that is counted.
#[derive(Debug)]
struct Counted {
    name: String,
    set: Option<&'static str>,
    /// Where it was asked for.
    at: At,
    /// Endings of the names of files that it is looked for in; none means all that are no prose.
    endings: Option<&'static [&'static str]>,
    regexes: Vec<Regex>,
}

/// An absolute bound on the sum of some patterns.
#[derive(Debug)]
struct Max {
    /// Pattern or set; everything without it.
    of: Option<String>,
    condition: Condition,
}

#[derive(Debug)]
struct RatchetGate {
    at: At,
    counted: Vec<Counted>,
    /// All expressions of the table at once, and whose each is.
    all: RegexSet,
    owner: Vec<usize>,
    files: Vec<Pattern>,
    exclude: Vec<Pattern>,
    max: Vec<Max>,
    paths: Vec<(Pattern, Condition)>,
}

impl GateKind for Ratchet {
    fn name(&self) -> &'static str {
        "ratchet"
    }

    fn about(&self) -> &'static str {
        "pattern counts in the tree, never above the baseline: patterns, max, paths"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        let options = RatchetOptions::take(&mut fields, problems);
        fields.rest(problems);
        let counted = counted(options.patterns.unwrap_or_default(), problems);
        if counted.is_empty() && problems.len() == before {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &options.at, "`ratchet` counts nothing").help(
                    format!(
                        "add `patterns:` with a set ({}), a pattern of one, or `{{ name: expression }}`",
                        sets::SETS.join(", ")
                    ),
                ),
            );
        }
        let mut max = Vec::new();
        for (of, condition) in options.max.map(|max| max.0).unwrap_or_default() {
            let known = |name: &str| {
                counted
                    .iter()
                    .any(|one| one.name == name || one.set == Some(name))
            };
            match of {
                Some(key) if !known(&key.name) => problems.push(
                    Problem::new(
                        Code::UNKNOWN_NAME,
                        &key.at,
                        format!("`{}` is not counted here", key.name),
                    )
                    .help("name a pattern or a set that `patterns` lists"),
                ),
                of => max.push(Max {
                    of: of.map(|key| key.name),
                    condition,
                }),
            }
        }
        let paths = options.paths.unwrap_or_default().into_iter();
        let paths = paths.filter_map(|(key, most)| {
            Some((super::tree::pattern(&key.name, &key.at, problems)?, most.0))
        });
        let paths = paths.collect();
        let (all, owner) = at_once(&counted, &options.at, problems)?;
        Some(Box::new(RatchetGate {
            at: options.at,
            counted,
            all,
            owner,
            files: patterns(&options.files, problems),
            exclude: patterns(&options.exclude, problems),
            max,
            paths,
        }))
    }

    fn schema(&self) -> Json {
        object(RatchetOptions::properties())
    }

    fn compare(&self, side: &Side<'_>, changes: &mut Changes) {
        // A limit takes the place of the baseline: to add one may loosen, and so may to take one away.
        let mut schema = self.schema();
        for key in ["max", "paths"] {
            schema["properties"][key] = json!({});
        }
        super::compare::by_schema(&schema, &|key| self.weighs(key), side, changes);
    }
}

/// The patterns that are asked for, each once.
fn counted(list: PatternList, problems: &mut Problems) -> Vec<Counted> {
    let mut all: Vec<Counted> = Vec::new();
    for written in list.0 {
        let found = match written {
            Written::Known(text) => known(&text, problems),
            Written::Own(key, texts) => own(key, &texts.0, problems).into_iter().collect(),
        };
        for one in found {
            if let Some(first) = all.iter().find(|other| other.name == one.name) {
                problems.push(
                    Problem::new(
                        Code::WRONG_VALUE,
                        &one.at,
                        format!("`{}` is counted twice", one.name),
                    )
                    .also(&first.at, "first here")
                    .help("remove one, or give it another name"),
                );
                continue;
            }
            all.push(one);
        }
    }
    all
}

/// What a name of the table stands for: a whole set, or one pattern.
fn known(text: &Text, problems: &mut Problems) -> Vec<Counted> {
    let name = text.value.as_str();
    let asked = sets::PATTERNS
        .iter()
        .filter(|one| one.set == name || one.name == name);
    let found: Vec<Counted> = asked
        .map(|one| Counted {
            name: one.name.to_owned(),
            set: Some(one.set),
            at: text.at.clone(),
            endings: Some(one.files),
            // What switches a tool off is written in ASCII, and is found much faster when nothing else is looked at.
            regexes: compile(one.regex, false).into_iter().collect(),
        })
        .collect();
    if found.is_empty() {
        let names = sets::PATTERNS.iter().map(|one| one.name);
        let help = match nearest(name, sets::SETS.iter().copied().chain(names)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "sets: {}; or write `{{ name: expression }}`",
                sets::SETS.join(", ")
            ),
        };
        problems.push(
            Problem::new(
                Code::UNKNOWN_NAME,
                &text.at,
                format!("unknown pattern `{name}`"),
            )
            .help(help),
        );
    }
    found
}

fn own(key: Key, texts: &[Text], problems: &mut Problems) -> Option<Counted> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let taken = sets::SETS.contains(&key.name.as_str())
        || sets::PATTERNS.iter().any(|one| one.name == key.name)
        || matches!(key.name.as_str(), "total" | "files" | "skipped");
    if key.name.is_empty() || !key.name.chars().all(plain) || taken {
        let why = if taken {
            "it is taken"
        } else {
            "letters, digits, `-` and `_` only"
        };
        problems.push(
            Problem::new(
                Code::BAD_NAME,
                &key.at,
                format!("`{}` cannot be the name of a pattern: {why}", key.name),
            )
            .help("choose another name, such as `todo`"),
        );
        return None;
    }
    let read = |text: &Text, problems: &mut Problems| -> Option<Regex> {
        let found: Located<TextRegex> = super::tree::regex(text, problems)?;
        if found.value.is_match("") {
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
        compile(found.value.as_str(), true)
    };
    let regexes: Vec<Regex> = texts
        .iter()
        .filter_map(|text| read(text, problems))
        .collect();
    (!regexes.is_empty()).then_some(Counted {
        name: key.name,
        set: None,
        at: key.at,
        endings: None,
        regexes,
    })
}

fn compile(text: &str, unicode: bool) -> Option<Regex> {
    let mut builder = RegexBuilder::new(text);
    builder.multi_line(true).unicode(unicode).build().ok()
}

/// One automaton for all expressions of the table: which of them occur in a file at all.
fn at_once(
    counted: &[Counted],
    at: &At,
    problems: &mut Problems,
) -> Option<(RegexSet, Vec<usize>)> {
    let mut texts = Vec::new();
    let mut owner = Vec::new();
    for (index, one) in counted.iter().enumerate() {
        for regex in one.regexes.iter().filter(|_| one.set.is_some()) {
            texts.push(regex.as_str());
            owner.push(index);
        }
    }
    let built = RegexSetBuilder::new(texts)
        .multi_line(true)
        .unicode(false)
        .size_limit(32 << 20)
        .dfa_size_limit(16 << 20)
        .build();
    match built {
        Ok(all) => Some((all, owner)),
        Err(error) => {
            problems.push(
                Problem::new(
                    Code::PATTERN,
                    at,
                    format!("the patterns together are too large: {error}"),
                )
                .help("split them into several gates"),
            );
            None
        }
    }
}

impl Counted {
    fn is_for(&self, path: &str) -> bool {
        self.endings
            .is_none_or(|endings| sets::is_for(endings, path))
    }
}

impl Gate for RatchetGate {
    fn kind(&self) -> &'static str {
        "ratchet"
    }

    fn facts(&self) -> Vec<String> {
        self.names()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        Wants {
            baseline: true,
            // A file that git tracks is counted even where an ignore file names it.
            tracked: true,
            ..Wants::default()
        }
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        self.judged(context)
    }
}
