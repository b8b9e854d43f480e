//! The keys that all report-reading kinds share: which reports, how many, and how fresh.

use std::time::Duration;

use crate::model::EvidenceKind;
use crate::policy::{Glob, Span};
use crate::problem::{Code, Count, Fields, Flag, Many, Problem, Problems, Text, nearest, options};
use crate::report::{self, Choice, ReportFormat};
use crate::source::{At, Located};

options! {
    /// Which reports a gate reads.
    pub struct ReportOptions {
        /// Path, glob or list of them, below the project; `stdout` and `stderr` mean what the command prints.
        reports("reports"): Many<Text>,
        /// Format of the reports; recognised from their content when not given.
        format("format"): Text,
        /// Exactly this many reports must be there.
        expect("expect"): Count,
        /// Delete old matches that git does not track before the command starts.
        clear("clear"): Flag,
        /// `elsewhere`: an earlier step wrote the reports; needs `max-age` or `commit`.
        produced("produced"): Text,
        /// Oldest age of a report produced elsewhere; `phase`: it was written since the phase began.
        max_age("max-age"): Text,
        /// Commit that reports produced elsewhere belong to: its id, or `$NAME` of an environment variable.
        commit("commit"): Text,
    }
}

/// Which reports a judge reads, checked.
#[derive(Clone, Debug)]
pub struct Reports {
    /// Paths and globs as written; `stdout` and `stderr` are reserved.
    pub patterns: Vec<Located<String>>,
    /// Those that name files.
    globs: Vec<Glob>,
    /// Declared format.
    pub format: Option<&'static str>,
    /// What kind of evidence they must hold.
    pub kind: EvidenceKind,
    /// Exactly this many.
    pub expect: Option<Count>,
    /// Delete untracked matches first.
    pub clear: bool,
    /// They come from an earlier step.
    pub elsewhere: Option<Elsewhere>,
    /// Where the block stands.
    pub at: At,
    /// What of them is wanted: which tests, and whether every item.
    pub choice: Choice,
}

/// How reports of an earlier step prove that they belong to this state.
#[derive(Clone, Debug)]
pub enum Elsewhere {
    /// Not older than this.
    MaxAge(Duration),
    /// Not older than the phase that is judged.
    Phase,
    /// Written for this commit (an id, or `$NAME`).
    Commit(String),
}

impl Reports {
    /// Takes the shared keys of a kind's mapping.
    pub fn take(
        fields: &mut Fields<'_>,
        kind: EvidenceKind,
        problems: &mut Problems,
    ) -> Option<Self> {
        let written = ReportOptions::take(fields, problems);
        let Some(Many(patterns)) = written.reports.clone() else {
            problems.push(
                Problem::new(
                    Code::MISSING_KEY,
                    &written.at,
                    format!("`{}` does not say which reports it reads", kind.word()),
                )
                .help("add `reports:` with a path, a glob, or `stdout`"),
            );
            return None;
        };
        let globs = check_patterns(&patterns, &written.at, problems);
        let format = written
            .format
            .as_ref()
            .and_then(|name| check_format(name, kind, problems));
        let elsewhere = check_elsewhere(&written, problems);
        check_expect(written.expect.as_ref(), problems);
        Some(Self {
            patterns,
            globs,
            format,
            kind,
            expect: written.expect,
            clear: written.clear.is_some_and(|flag| flag.value),
            elsewhere,
            at: written.at,
            choice: Choice::default(),
        })
    }

    /// Whether it reads what the command prints.
    pub fn reads_stream(&self, stream: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.value == stream)
    }

    /// The patterns that name files.
    pub fn file_patterns(&self) -> &[Glob] {
        &self.globs
    }

    /// The format of a report of that name: the declared one, or for numbers the one its ending stands for.
    pub fn format_of(&self, name: &str) -> Option<&'static dyn ReportFormat> {
        let numbers = self.kind == EvidenceKind::Metrics;
        let by_ending = || report::by_ending(name).filter(|_| numbers);
        self.declared().or_else(by_ending)
    }

    /// The declared format.
    pub fn declared(&self) -> Option<&'static dyn ReportFormat> {
        self.format.and_then(report::find)
    }
}

/// Reads the patterns that name files.
fn check_patterns(patterns: &[Text], at: &At, problems: &mut Problems) -> Vec<Glob> {
    if patterns.is_empty() {
        problems.push(
            Problem::new(Code::MISSING_KEY, at, "`reports` is empty")
                .help("name at least one report"),
        );
    }
    let mut globs = Vec::new();
    for pattern in patterns {
        let path = pattern.value.as_str();
        let outside = path.starts_with('/') || path.split(['/', '\\']).any(|part| part == "..");
        if outside || path.trim().is_empty() {
            problems.push(
                Problem::new(
                    Code::PATTERN,
                    &pattern.at,
                    format!("`{path}` leaves the project"),
                )
                .label("reports lie below the project")
                .help("write a path relative to the folder of tollgate.yaml, without `..`"),
            );
        } else if !matches!(path, "stdout" | "stderr") {
            globs.extend(Glob::read(path, &pattern.at, problems));
        }
    }
    globs
}

/// Without a report there is no evidence, and without evidence no pass.
fn check_expect(expect: Option<&Count>, problems: &mut Problems) {
    if let Some(expect) = expect.filter(|expect| expect.value == 0) {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &expect.at,
                "`expect: 0` can never pass: without a report nothing is known",
            )
            .label("at least 1")
            .help("write how many reports there must be, or leave `expect` out for any number"),
        );
    }
}

fn check_format(name: &Text, kind: EvidenceKind, problems: &mut Problems) -> Option<&'static str> {
    let of_kind = || {
        report::FORMATS
            .iter()
            .filter(|format| format.kind() == kind)
            .map(|format| format.name())
    };
    let found = report::find(&name.value);
    if let Some(format) = found
        && format.kind() == kind
    {
        return Some(format.name());
    }
    let message = match found {
        Some(format) => format!(
            "`{}` holds {}, not {}",
            name.value,
            format.kind().word(),
            kind.word()
        ),
        None => format!("unknown format `{}`", name.value),
    };
    let help = match nearest(&name.value, of_kind()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "formats of {}: {}",
            kind.word(),
            of_kind().collect::<Vec<_>>().join(", ")
        ),
    };
    problems.push(
        Problem::new(Code::UNKNOWN_NAME, &name.at, message)
            .label("no such format here")
            .help(help),
    );
    None
}

fn check_elsewhere(written: &ReportOptions, problems: &mut Problems) -> Option<Elsewhere> {
    let only_with = |text: &Option<Text>, key: &str, problems: &mut Problems| {
        if let Some(text) = text {
            problems.push(
                Problem::new(
                    Code::NO_EFFECT,
                    &text.at,
                    format!("`{key}` has an effect only with `produced: elsewhere`"),
                )
                .help("add `produced: elsewhere`, or remove it"),
            );
        }
    };
    let Some(produced) = &written.produced else {
        only_with(&written.max_age, "max-age", problems);
        only_with(&written.commit, "commit", problems);
        return None;
    };
    if produced.value != "elsewhere" {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &produced.at,
                format!("`produced: {}` means nothing", produced.value),
            )
            .help("write `produced: elsewhere` for reports of an earlier step, or remove it"),
        );
        return None;
    }
    match (&written.max_age, &written.commit) {
        (Some(age), None) if age.value == "phase" => Some(Elsewhere::Phase),
        (Some(age), None) => {
            let node = crate::source::Node {
                at: age.at.clone(),
                value: crate::source::Value::Text(age.value.clone()),
            };
            <Span as crate::problem::Shape>::read(&node, problems)
                .map(|span| Elsewhere::MaxAge(span.value))
        }
        (None, Some(commit)) => Some(Elsewhere::Commit(commit.value.clone())),
        _ => {
            problems.push(
                Problem::new(Code::MISSING_KEY, &produced.at, "`produced: elsewhere` needs either `max-age` or `commit`")
                    .help("say how a report proves that it is not an old one: `max-age: 2h` or `commit: $GITHUB_SHA`"),
            );
            None
        }
    }
}
