//! `files`: what the tree must and must not hold.
//!
//! Only files that git would not ignore are looked at by globs; a literal path is looked at as it is. What cannot be
//! looked at is never a pass.
//! Nothing outside the project is ever read: links that lead out do not count as being there.

mod env;
mod probes;
mod readers;

use regex::Regex;
use serde_json::Value as Json;

use super::tree::{Pattern, Tree, line_of, pattern, patterns, regex};
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Judging, Probe};
use crate::model::{Judgement, Measure, Verdict, Wants};
use crate::policy::{Bound, Bytes, Weight};
use crate::problem::{Code, Fields, Many, Problem, Problems, Text, object, options};
use crate::source::{Key, Located, Node, Place};
use env::{Env, EnvParity};

options! {
    /// Conditions on the tree.
    pub struct FileOptions {
        /// Paths or globs: each must match at least one file.
        exist("exist"): Many<Text>,
        /// Paths or globs: none may match a file.
        absent("absent"): Many<Text>,
        /// Path or glob → regular expression that each matching file must contain (and at least one must match).
        contain("contain"): Vec<(Key, Many<Text>)>,
        /// Path or glob → regular expression that no matching file may contain (and at least one must match).
        forbid("forbid"): Vec<(Key, Many<Text>)>,
        /// Path or glob → bound on the size of each matching file.
        size("size"): Vec<(Key, Bound<Bytes>)>,
        /// The example of the environment names every variable that the code reads.
        env("env"): EnvParity,
    }
}

/// The kind `files`.
pub struct Files;

#[derive(Debug)]
struct FileGate {
    exist: Vec<Pattern>,
    absent: Vec<Pattern>,
    contain: Vec<(Pattern, Vec<Located<Regex>>)>,
    forbid: Vec<(Pattern, Vec<Located<Regex>>)>,
    size: Vec<(Pattern, Bound<Bytes>)>,
    env: Option<Env>,
}

impl GateKind for Files {
    fn name(&self) -> &'static str {
        "files"
    }

    fn about(&self) -> &'static str {
        "the tree: exist, absent, contain, forbid, size, env"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        let options = FileOptions::take(&mut fields, problems);
        fields.rest(problems);
        let searches = |list: &Option<Vec<(Key, Many<Text>)>>, problems: &mut Problems| {
            let entries = list.iter().flatten();
            entries
                .filter_map(|(key, texts)| {
                    let pattern = pattern(&key.name, &key.at, problems)?;
                    Some((
                        pattern,
                        texts
                            .0
                            .iter()
                            .filter_map(|text| regex(text, problems))
                            .collect(),
                    ))
                })
                .collect()
        };
        let gate = FileGate {
            exist: patterns(&options.exist, problems),
            absent: patterns(&options.absent, problems),
            contain: searches(&options.contain, problems),
            forbid: searches(&options.forbid, problems),
            size: options
                .size
                .into_iter()
                .flatten()
                .filter_map(|(key, bound)| Some((pattern(&key.name, &key.at, problems)?, bound)))
                .collect(),
            env: options.env.and_then(|env| Env::build(env, problems)),
        };
        if gate.is_empty() && problems.len() == before {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &options.at, "`files` asks for nothing")
                    .help("add `exist:`, `absent:`, `contain:`, `forbid:`, `size:` or `env:`"),
            );
        }
        Some(Box::new(gate))
    }

    fn schema(&self) -> Json {
        object(FileOptions::properties())
    }

    fn weighs(&self, key: &str) -> Option<Weight> {
        match key {
            "exist" | "absent" | "contain" | "forbid" | "reads" => Some(Weight::Demands),
            "except" => Some(Weight::Exceptions),
            _ => None,
        }
    }
}

/// What to do about a file that cannot be searched.
const NARROW: &str = "make it readable, or narrow the pattern";

impl FileGate {
    fn is_empty(&self) -> bool {
        self.exist.is_empty()
            && self.absent.is_empty()
            && self.contain.is_empty()
            && self.forbid.is_empty()
            && self.size.is_empty()
            && self.env.is_none()
    }

    fn existence(&self, tree: &Tree<'_>, judging: &mut Judging) {
        let missing: Vec<&Pattern> = self
            .exist
            .iter()
            .filter(|pattern| tree.matches(pattern).is_empty())
            .collect();
        judging.fact("missing", Measure::Count(missing.len() as u64));
        for pattern in missing {
            let message = format!(
                "`{}` does not exist (wanted by {})",
                pattern.text,
                pattern.at.place()
            );
            judging.reason(
                "file-missing",
                Verdict::Fail,
                None,
                message,
                Some("create it, or correct the path"),
            );
        }
        let mut unwanted = 0;
        for pattern in &self.absent {
            let found = tree.matches(pattern);
            unwanted += found.len() as u64;
            if !found.is_empty() {
                let message = format!("{} must not exist ({})", few(&found, 3), pattern.at.place());
                judging.reason(
                    "file-unwanted",
                    Verdict::Fail,
                    None,
                    message,
                    Some("remove it"),
                );
            }
        }
        judging.fact("unwanted", Measure::Count(unwanted));
    }

    fn content(&self, tree: &Tree<'_>, judging: &mut Judging) {
        for (pattern, wanted) in &self.contain {
            let files = tree.matches(pattern);
            if files.is_empty() {
                let message = format!(
                    "nothing matches `{}`, so nothing contains the pattern ({})",
                    pattern.text,
                    pattern.at.place()
                );
                judging.reason(
                    "file-missing",
                    Verdict::Fail,
                    None,
                    message,
                    Some("create the file, or correct the path"),
                );
            }
            for (path, regex) in files
                .iter()
                .flat_map(|path| wanted.iter().map(move |regex| (path, regex)))
            {
                match tree.text(path) {
                    Err(words) => judging.undecided("file-unreadable", words, NARROW),
                    Ok(text) if regex.value.is_match(&text) => {}
                    Ok(text) if is_blind(&text, &regex.value) => {
                        let words = format!(
                            "{path} is not UTF-8, so `{}` may be in it unseen",
                            regex.value
                        );
                        judging.undecided("file-unreadable", words, NARROW);
                    }
                    Ok(_) => {
                        let message = format!(
                            "{path} does not contain `{}` ({})",
                            regex.value,
                            regex.at.place()
                        );
                        judging.reason("pattern-missing", Verdict::Fail, None, message, None);
                    }
                }
            }
        }
    }

    /// What was not looked at may hold anything: no file, or one that is no text, is never a pass.
    fn absence(&self, tree: &Tree<'_>, judging: &mut Judging) {
        let mut forbidden = 0;
        for (pattern, unwanted) in &self.forbid {
            let files = tree.matches(pattern);
            if files.is_empty() {
                let message = format!(
                    "nothing matches `{}`, so nothing was searched ({})",
                    pattern.text,
                    pattern.at.place()
                );
                let help = "correct the path, or leave the pattern out; a glob passes over what git ignores";
                judging.undecided("nothing-searched", message, help);
            }
            for path in &files {
                let text = match tree.text(path) {
                    Ok(text) => text,
                    Err(words) => {
                        judging.undecided("file-unreadable", words, NARROW);
                        continue;
                    }
                };
                for regex in unwanted {
                    let found = Self::report_forbidden(path, regex, &text, judging);
                    forbidden += found;
                    if found == 0 && is_blind(&text, &regex.value) {
                        let words =
                            format!("{path} is not UTF-8, so `{}` may hide in it", regex.value);
                        judging.undecided("file-unreadable", words, NARROW);
                    }
                }
            }
        }
        judging.fact("forbidden", Measure::Count(forbidden));
    }

    fn report_forbidden(
        path: &str,
        regex: &Located<Regex>,
        text: &str,
        judging: &mut Judging,
    ) -> u64 {
        let lines: Vec<u32> = regex
            .value
            .find_iter(text)
            .map(|hit| line_of(text, hit.start()))
            .collect();
        if !lines.is_empty() {
            let number = count(lines.len() as u64, "place");
            let message = format!(
                "{path} contains `{}` in {number} (forbidden by {})",
                regex.value,
                regex.at.place()
            );
            judging.reason(
                "pattern-forbidden",
                Verdict::Fail,
                None,
                message,
                Some("remove it"),
            );
            if let Some(reason) = judging.out().reasons.last_mut() {
                reason.evidence = lines
                    .iter()
                    .take(5)
                    .map(|line| Place::line(path, Some(*line)))
                    .collect();
            }
        }
        lines.len() as u64
    }

    fn sizes(&self, tree: &Tree<'_>, judging: &mut Judging) {
        for (pattern, bound) in &self.size {
            let files = tree.matches(pattern);
            let mut values = Vec::new();
            for path in &files {
                match tree.size(path) {
                    Ok(size) => values.push((path.as_str(), Measure::Size(size))),
                    Err(words) => judging.undecided(
                        "file-unreadable",
                        words,
                        "correct the path: `dist/**` means each file below a folder",
                    ),
                }
            }
            let missing = format!("nothing matches `{}`", pattern.text);
            let name = format!("size[{}]", pattern.text);
            judging.all(&name, &bound.condition, values, &missing);
        }
    }
}

/// Whether a text that was no UTF-8 may hold a match that is not seen: what is lost are letters that are not ASCII.
fn is_blind(text: &str, regex: &Regex) -> bool {
    text.contains('\u{fffd}') && !regex.as_str().is_ascii()
}

impl Gate for FileGate {
    fn kind(&self) -> &'static str {
        "files"
    }

    fn facts(&self) -> Vec<String> {
        let names = [
            "missing",
            "unwanted",
            "forbidden",
            "env-missing",
            "env-declared",
            "env-read",
            "env-unused",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        let mut sizes = self.size.iter();
        let searched = self.contain.iter().chain(&self.forbid);
        let sized = self.size.iter().map(|(pattern, _)| pattern);
        let mut patterns = (self.exist.iter().chain(&self.absent))
            .chain(searched.map(|(pattern, _)| pattern))
            .chain(sized);
        Wants {
            // A file that git tracks is judged even where an ignore file names it; what is named is looked at anyway.
            tracked: self.env.is_some() || patterns.any(|pattern| !pattern.is_literal()),
            ..Wants::baseline_if(sizes.any(|(_, bound)| bound.condition.is_relative()))
        }
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("files");
        let tree = Tree::walk(context.root, &context.given.tracked);
        tree.confess(&mut judging);
        self.existence(&tree, &mut judging);
        self.content(&tree, &mut judging);
        self.absence(&tree, &mut judging);
        self.sizes(&tree, &mut judging);
        if let Some(env) = &self.env {
            env.judge(&tree, &mut judging);
        }
        judging.done()
    }
}
