//! `git`: what the repository must be: clean, up to date, pushed, linear, with messages of a form.
//!
//! Each answer was gathered before. What git cannot tell (no repository, no upstream, a clone that is cut) decides
//! nothing. Signatures are not judged: whether one is good depends on the keys of the machine that looks.

mod probes;

use regex::Regex;
use serde_json::Value as Json;

use super::context::{Judging, Stated};
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Probe};
use crate::model::{Commit, GitGiven, GitWants, Judgement, Measure, Unknown, Verdict, Wants};
use crate::policy::Weight;
use crate::problem::{Code, Fields, Flag, Many, Problem, Problems, Text, object, options};
use crate::source::{At, Located, Node, Place};

/// So many paths or commits are shown.
const SHOWN: usize = 5;

options! {
    /// Conditions on the repository.
    pub struct GitOptions {
        /// Nothing differs from HEAD, beside declared reports and files of the run.
        clean("clean"): Flag,
        /// HEAD holds every commit of this branch or ref, here and at `origin`.
        up_to_date("up-to-date"): Many<Text>,
        /// The commits of HEAD are on its upstream, or without one on some branch of a remote.
        pushed("pushed"): Flag,
        /// No commit since the base joins branches.
        linear("linear"): Flag,
        /// Regular expressions, each of which the subject of every commit since the base matches; merges are left out.
        messages("messages"): Many<Text>,
        /// Ref that commits are counted from, in place of the base of the run.
        since("since"): Text,
    }
}

/// The kind `git`.
pub struct Git;

#[derive(Debug)]
struct GitGate {
    clean: Option<At>,
    up_to_date: Vec<Text>,
    pushed: Option<At>,
    linear: Option<At>,
    messages: Vec<Located<Regex>>,
    since: Option<String>,
}

impl GateKind for Git {
    fn name(&self) -> &'static str {
        "git"
    }

    fn about(&self) -> &'static str {
        "the repository: clean, up-to-date, pushed, linear, messages"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        let options = GitOptions::take(&mut fields, problems);
        fields.rest(problems);
        let asked = |flag: Option<Flag>| flag.filter(|flag| flag.value).map(|flag| flag.at);
        let texts = options.messages.iter().flat_map(|many| &many.0);
        let messages: Vec<Located<Regex>> = texts
            .filter_map(|text| super::tree::regex(text, problems))
            .collect();
        let refs = options.up_to_date.iter().flat_map(|many| &many.0);
        for text in refs.chain(&options.since) {
            if !is_ref(&text.value) {
                problems.push(
                    Problem::new(
                        Code::WRONG_VALUE,
                        &text.at,
                        format!("`{}` is no name of a branch, tag or commit", text.value),
                    )
                    .help("such as `main`, `origin/main` or `v1.2`"),
                );
            }
        }
        let gate = GitGate {
            clean: asked(options.clean),
            up_to_date: options.up_to_date.unwrap_or_default().0,
            pushed: asked(options.pushed),
            linear: asked(options.linear),
            messages,
            since: options.since.as_ref().map(|text| text.value.clone()),
        };
        if let Some(since) = options.since.filter(|_| !gate.wants_commits()) {
            problems.push(
                Problem::new(
                    Code::NO_EFFECT,
                    &since.at,
                    "`since` has an effect only with `linear` or `messages`",
                )
                .help("add one of them, or remove it"),
            );
        }
        let nothing = gate.clean.is_none()
            && gate.pushed.is_none()
            && gate.up_to_date.is_empty()
            && !gate.wants_commits();
        if nothing && problems.len() == before {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &options.at, "`git` asks for nothing").help(
                    "add `clean: true`, `up-to-date: main`, `pushed: true`, `linear: true` or `messages:`",
                ),
            );
        }
        Some(Box::new(gate))
    }

    fn schema(&self) -> Json {
        object(GitOptions::properties())
    }

    fn weighs(&self, key: &str) -> Option<Weight> {
        matches!(key, "messages" | "up-to-date").then_some(Weight::Demands)
    }
}

/// Whether git could take it for a name and for nothing else.
fn is_ref(name: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    !name.is_empty() && !name.starts_with('-') && !name.contains("..") && !name.contains(odd)
}

impl GitGate {
    fn wants_commits(&self) -> bool {
        self.linear.is_some() || !self.messages.is_empty()
    }

    fn cleanness(&self, at: &At, given: &GitGiven, judging: &mut Judging) {
        let Some(paths) = known("clean", given.changes.as_ref(), judging) else {
            return;
        };
        judging.fact("changed", Measure::Count(paths.len() as u64));
        let differs = (!paths.is_empty()).then(|| {
            let verb = if paths.len() == 1 {
                "differs"
            } else {
                "differ"
            };
            format!("{} {verb} from HEAD", count(paths.len() as u64, "path"))
        });
        stated(judging, "clean", at, "clean", differs.ok_or("clean"));
        let places = paths
            .iter()
            .take(SHOWN)
            .map(|path| Place::file(path.clone()));
        judging.evidence_of_last(places.collect(), None);
    }

    fn up_to_date(&self, given: &GitGiven, judging: &mut Judging) {
        let mut lacking = 0;
        for text in &self.up_to_date {
            let answer = given.behind.iter().find(|(name, _)| *name == text.value);
            let Some(behind) = known("up-to-date", answer.map(|(_, answer)| answer), judging)
            else {
                continue;
            };
            lacking += behind;
            let found = (*behind > 0).then(|| format!("lacks {} of it", count(*behind, "commit")));
            let (name, wanted) = self.contains(text);
            stated(
                judging,
                &name,
                &text.at,
                &wanted,
                found.ok_or("it has them"),
            );
        }
        if given.behind.iter().any(|(_, answer)| answer.is_ok()) {
            judging.fact("behind", Measure::Count(lacking));
        }
    }

    /// Name and words of a condition on the commits of a ref.
    fn contains(&self, text: &Text) -> (String, String) {
        let name = match self.up_to_date.len() {
            1 => "up-to-date".to_owned(),
            _ => format!("up-to-date[{}]", text.value),
        };
        (name, format!("all commits of {}", text.value))
    }

    /// Name and words of a condition on messages.
    fn matches(&self, index: usize, regex: &Located<Regex>) -> (String, String) {
        let name = match self.messages.len() {
            1 => "messages".to_owned(),
            _ => format!("messages[{}]", index + 1),
        };
        (name, format!("every subject matches {}", regex.value))
    }

    fn pushedness(&self, at: &At, given: &GitGiven, judging: &mut Judging) {
        let Some(&unpushed) = known("pushed", given.unpushed.as_ref(), judging) else {
            return;
        };
        judging.fact("unpushed", Measure::Count(unpushed));
        let found =
            (unpushed > 0).then(|| format!("{} not on the remote", count(unpushed, "commit")));
        stated(judging, "pushed", at, "pushed", found.ok_or("pushed"));
    }

    fn commits(&self, given: &GitGiven, judging: &mut Judging) {
        let Some(commits) = known("commits", given.commits.as_ref(), judging) else {
            return;
        };
        judging.fact("commits", Measure::Count(commits.len() as u64));
        if commits.is_empty() {
            judging.note("no-commits", "there is no commit since the base".to_owned());
        }
        if let Some(at) = &self.linear {
            let merges: Vec<&Commit> = commits.iter().filter(|one| one.is_merge()).collect();
            judging.fact("merges", Measure::Count(merges.len() as u64));
            let found = (!merges.is_empty()).then(|| count(merges.len() as u64, "merge"));
            stated(judging, "linear", at, "no merge", found.ok_or("no merge"));
            judging.evidence_of_last(Vec::new(), lines(&merges));
        }
        let mut bad_ones = 0;
        for (index, regex) in self.messages.iter().enumerate() {
            let judged = commits.iter().filter(|one| !one.is_merge());
            let bad: Vec<&Commit> = judged
                .filter(|one| !regex.value.is_match(&one.subject))
                .collect();
            bad_ones += bad.len() as u64;
            let found = (!bad.is_empty())
                .then(|| format!("{} do not match", count(bad.len() as u64, "subject")));
            let (name, wanted) = self.matches(index, regex);
            stated(judging, &name, &regex.at, &wanted, found.ok_or("all match"));
            judging.evidence_of_last(Vec::new(), lines(&bad));
        }
        if !self.messages.is_empty() {
            judging.fact("bad-messages", Measure::Count(bad_ones));
        }
    }
}

/// The first commits of a list, for a note.
fn lines(commits: &[&Commit]) -> Option<String> {
    let lines: Vec<String> = commits.iter().map(|commit| commit.line()).collect();
    (!lines.is_empty()).then(|| few(&lines, SHOWN))
}

/// The answer, or that there is none and what helps.
fn known<'a, T>(
    what: &str,
    answer: Option<&'a Result<T, Unknown>>,
    judging: &mut Judging,
) -> Option<&'a T> {
    match answer {
        Some(Ok(value)) => Some(value),
        Some(Err(unknown)) => {
            let message = format!("`{what}` cannot be told: {}", unknown.why);
            judging.undecided("git-unknown", message, &unknown.help);
            None
        }
        None => {
            let message = format!("`{what}` cannot be told: git was not asked");
            judging.undecided("git-unknown", message, "run the gate itself");
            None
        }
    }
}

/// A condition in words: what was found against it, or the words that it holds.
fn stated(judging: &mut Judging, name: &str, at: &At, wanted: &str, found: Result<String, &str>) {
    let (verdict, measured) = match found {
        Ok(against) => (Verdict::Fail, against),
        Err(fine) => (Verdict::Pass, fine.to_owned()),
    };
    judging.put(Stated {
        name,
        verdict,
        cause: None,
        measured: Some(measured),
        bound: wanted.to_owned(),
        at,
        evidence: Vec::new(),
        note: None,
        volatile: false,
    });
}

impl Gate for GitGate {
    fn kind(&self) -> &'static str {
        "git"
    }

    fn facts(&self) -> Vec<String> {
        [
            "changed",
            "behind",
            "unpushed",
            "commits",
            "merges",
            "bad-messages",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn stated(&self) -> Vec<(String, String)> {
        let refs = self.up_to_date.iter().map(|text| self.contains(text));
        let messages = self.messages.iter().enumerate();
        refs.chain(messages.map(|(index, regex)| self.matches(index, regex)))
            .collect()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        Wants {
            git: Some(GitWants {
                changes: self.clean.is_some(),
                contains: self
                    .up_to_date
                    .iter()
                    .map(|text| text.value.clone())
                    .collect(),
                pushed: self.pushed.is_some(),
                commits: self.wants_commits(),
                since: self.since.clone(),
            }),
            ..Wants::default()
        }
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("git");
        let nothing = GitGiven::default();
        let given = context.given.git.as_ref().unwrap_or(&nothing);
        if let Some(at) = &self.clean {
            self.cleanness(at, given, &mut judging);
        }
        self.up_to_date(given, &mut judging);
        if let Some(at) = &self.pushed {
            self.pushedness(at, given, &mut judging);
        }
        if self.wants_commits() {
            self.commits(given, &mut judging);
        }
        judging.done()
    }
}

#[cfg(test)]
mod tests;
