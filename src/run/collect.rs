//! From the reports of a judge to evidence: finds them, refuses stale, foreign and broken ones, reads the rest.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::fresh::{self, Found, Match, Unseen};
use crate::gate::{Elsewhere, Reports};
use crate::model::{
    Began, Cause, EvidenceKind, Measure, Note, PhaseBegan, Reason, ReportEvidence, ReportRefusal,
    Verdict,
};
use crate::policy::Glob;
use crate::report::{self, Counting, Sieve};
use crate::source::Place;

/// Where a judge may find its reports.
pub(super) struct Sources<'a> {
    pub root: &'a Path,
    /// Files captured from the command, by reserved name.
    pub streams: &'a [(&'static str, PathBuf)],
    /// Matches of each file pattern with whether they are fresh.
    pub matches: &'a dyn Fn(&Glob) -> Found<Match>,
    /// The moment the run began.
    pub now: SystemTime,
    /// Commit of HEAD.
    pub commit: Option<&'a str>,
    pub env: &'a [(String, String)],
    /// The command ended in a way that explains missing reports.
    pub explained: bool,
    /// Takes out of the reports what waivers accept.
    pub sieve: Option<Arc<dyn Sieve>>,
    /// When the phase that is judged began; `None` where none is.
    pub phase_began: Option<&'a PhaseBegan>,
    /// The names of all tests are kept.
    pub names: bool,
}

/// What came of the reports of a judge.
#[derive(Default)]
pub(super) struct Collected {
    pub reports: Vec<ReportEvidence>,
    pub reasons: Vec<Reason>,
    pub notes: Vec<Note>,
}

/// Reads the reports of one judge.
pub(super) fn collect(reports: &Reports, from: &Sources<'_>) -> Collected {
    let mut collected = Collected::default();
    let mut stale: Vec<PathBuf> = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for (stream, file) in from
        .streams
        .iter()
        .filter(|(stream, _)| reports.reads_stream(stream))
    {
        collected.read(reports, file, stream, from);
    }
    for pattern in reports.file_patterns() {
        let matched = (from.matches)(pattern);
        collected.unseen(&matched.unseen);
        for candidate in matched.matches {
            if found.contains(&candidate.path) || stale.contains(&candidate.path) {
                continue;
            }
            let list = if candidate.fresh || reports.elsewhere.is_some() {
                &mut found
            } else {
                &mut stale
            };
            list.push(candidate.path);
        }
    }
    for path in &found {
        collected.file(reports, path, from);
    }
    collected.say_what_is_missing(reports, &stale, from);
    collected
}

impl Collected {
    /// Reads one file of the tree, unless it leads out of it or is not of this state.
    fn file(&mut self, reports: &Reports, file: &Path, from: &Sources<'_>) {
        let full = from.root.join(file);
        let path = &*fresh::spelt(file);
        let real =
            fs::canonicalize(&full).and_then(|real| Ok((real, fs::canonicalize(from.root)?)));
        match real {
            Ok((real, root)) if real.starts_with(&root) => {}
            Ok(_) => {
                let message = format!("{path} leads out of the project");
                self.refuse(
                    "report-outside",
                    message,
                    "write the report below the project",
                    path,
                );
                return;
            }
            Err(error) => {
                let why = match error.kind() {
                    io::ErrorKind::NotFound => "a link that leads nowhere".to_owned(),
                    _ => error.to_string(),
                };
                let message = format!("{path} cannot be followed: {why}");
                self.refuse(
                    "report-broken",
                    message,
                    "write the report itself, not a link",
                    path,
                );
                return;
            }
        }
        if let Some(elsewhere) = &reports.elsewhere
            && let Err(foreign) = belongs(elsewhere, &full, path, from)
        {
            self.refuse("report-stale", foreign.message, &foreign.help, path);
            self.detail(foreign.detail);
            return;
        }
        // Reading a pipe could wait for ever, and a device has no end.
        if !fs::metadata(&full).is_ok_and(|meta| meta.is_file()) {
            let message = format!("{path} is not a file");
            self.refuse("report-broken", message, "write the report to a file", path);
            return;
        }
        self.read(reports, &full, path, from);
    }

    fn read(&mut self, reports: &Reports, file: &Path, name: &str, from: &Sources<'_>) {
        let mut choice = reports.choice.clone();
        choice.whole |= from.names && reports.kind == EvidenceKind::Tests;
        let counting = Counting {
            choice,
            sieve: from.sieve.clone(),
        };
        match report::read_counting(file, name, reports.format_of(name), &counting) {
            Ok(evidence) if is_nameless(&evidence) => {
                let message =
                    format!("{name} is an empty list, which does not say which tool found nothing");
                let help = "add `format:` beside `reports:`, such as `format: ruff`";
                self.refuse("report-broken", message, help, name);
            }
            Ok(evidence) if evidence.evidence.kind() == reports.kind => self.reports.push(evidence),
            Ok(evidence) => {
                let (found, wanted) = (evidence.evidence.kind().word(), reports.kind.word());
                let message = format!("{name} holds {found} ({}), not {wanted}", evidence.format);
                self.refuse("report-broken", message, "correct `reports:`", name);
            }
            Err(error) => self.refuse_broken(&error.refusal(name)),
        }
    }

    fn refuse_broken(&mut self, refusal: &ReportRefusal) {
        let place = match refusal.line {
            Some(line) => format!(" (line {line})"),
            None => String::new(),
        };
        let message = format!("{} {}{place}", refusal.path, refusal.message);
        let code = if refusal.code == "empty" {
            "report-empty"
        } else {
            "report-broken"
        };
        self.refuse(
            code,
            message,
            "see whether the command wrote it to its end; `tollgate inspect` shows more",
            &refusal.path,
        );
        if let Some(reason) = self.reasons.last_mut() {
            reason.evidence = vec![Place::line(
                refusal.path.clone(),
                refusal.line.and_then(|l| u32::try_from(l).ok()),
            )];
        }
    }

    /// Where nobody could look, a report may lie that says the worst.
    fn unseen(&mut self, unseen: &[Unseen]) {
        let Some(Unseen { path, why }) = unseen.first() else {
            return;
        };
        let more = match unseen.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("whether a report lies in {path}{more} cannot be told: {why}");
        let help = "make it readable for this user, or let `reports:` not lead there";
        self.refuse("report-broken", message, help, path);
    }

    fn refuse(&mut self, code: &'static str, message: String, help: &str, path: &str) {
        self.reasons.push(Reason {
            code,
            verdict: Verdict::Inconclusive,
            cause: Some(Cause::Evidence),
            message,
            help: Some(help.to_owned()),
            evidence: vec![Place::file(path)],
            detail: None,
        });
    }

    /// What else there is to say of the last refusal: it differs between equal runs, so it is no part of the verdict.
    fn detail(&mut self, detail: Option<String>) {
        if let Some(reason) = self.reasons.last_mut() {
            reason.detail = detail;
        }
    }

    fn say_what_is_missing(&mut self, reports: &Reports, stale: &[PathBuf], from: &Sources<'_>) {
        let wanted = || {
            reports
                .patterns
                .iter()
                .map(|p| format!("`{}`", p.value))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let number = self.reports.len() as u64;
        if let Some(expect) = &reports.expect
            && number != expect.value
            && self.reasons.is_empty()
            && !(from.explained && number == 0)
        {
            let message = format!(
                "{number} of {} reports are there ({})",
                expect.value,
                wanted()
            );
            self.refuse(
                "reports-missing",
                message,
                "see which part of the run wrote none, or correct `expect:`",
                "",
            );
            self.without_evidence();
        }
        if let Some(file) = stale.first() {
            let path = &*fresh::spelt(file);
            let age = age(&from.root.join(file), from.now);
            let (more, was) = match stale.len() - 1 {
                0 => (String::new(), "was"),
                more => (format!(" and {more} more"), "were"),
            };
            let message = format!("{path}{more} {was} not written by this run");
            if number == 0 && self.reasons.is_empty() && !from.explained {
                self.refuse(
                    "report-stale",
                    message,
                    "make the command write it, or delete it first (`clear: true`)",
                    path,
                );
                self.detail(age.map(|age| format!("written {age} before it")));
            } else {
                // Nobody may believe that it did count. Another gate may have written it in this run.
                let (is, does) = match stale.len() {
                    1 => ("is", "does"),
                    _ => ("are", "do"),
                };
                self.notes.push(Note {
                    code: "stale",
                    message: format!(
                        "{path}{more} {is} stale and {does} not count, as this gate did not write it now; \
                         delete old reports first (`clear: true`)"
                    ),
                    detail: age.map(|age| format!("written {age} before this run")),
                });
            }
            return;
        }
        if number == 0 && self.reasons.is_empty() && !from.explained {
            let message = format!("no report: nothing matches {}", wanted());
            self.refuse(
                "report-absent",
                message,
                "make the command write it, or correct `reports:`",
                "",
            );
            self.without_evidence();
        }
    }

    fn without_evidence(&mut self) {
        if let Some(reason) = self.reasons.last_mut() {
            reason.evidence.clear();
        }
    }
}

/// Why a report of an earlier step does not belong to this state.
struct Foreign {
    message: String,
    detail: Option<String>,
    help: String,
}

impl Foreign {
    fn new(message: String, help: impl Into<String>) -> Self {
        Self {
            message,
            detail: None,
            help: help.into(),
        }
    }

    fn with(self, detail: String) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }
}

/// Whether a report of an earlier step belongs to this state.
fn belongs(
    elsewhere: &Elsewhere,
    file: &Path,
    name: &str,
    from: &Sources<'_>,
) -> Result<(), Foreign> {
    match elsewhere {
        Elsewhere::MaxAge(most) => young_enough(*most, file, name, from.now),
        Elsewhere::Phase => match from.phase_began {
            Some(Ok(began)) => of_this_phase(began, file, name, from.now),
            Some(Err(unknown)) => {
                let message = format!("when the phase began is not known: {}", unknown.why);
                Err(Foreign::new(message, unknown.help.clone()))
            }
            None => Err(Foreign::new(
                format!("no phase is judged, so nothing says how old {name} may be"),
                "tollgate phase decide PHASE",
            )),
        },
        Elsewhere::Commit(written) => of_this_commit(written, name, from),
    }
}

fn young_enough(most: Duration, file: &Path, name: &str, now: SystemTime) -> Result<(), Foreign> {
    let age = now.duration_since(written(file, name, now)?);
    match age {
        Ok(age) if age > most => {
            let message = format!("{name} is older than {}", words(most));
            let foreign = Foreign::new(message, "run the step that writes it again");
            Err(foreign.with(format!("it is {} old", words(age))))
        }
        _ => Ok(()),
    }
}

fn of_this_phase(began: &Began, file: &Path, name: &str, now: SystemTime) -> Result<(), Foreign> {
    match began.at.duration_since(written(file, name, now)?) {
        Ok(before) if !before.is_zero() => {
            let message = format!(
                "{name} is older than the phase, which began when {}",
                began.since
            );
            let foreign = Foreign::new(message, "run the step that writes it again");
            Err(foreign.with(format!("written {} before", words(before))))
        }
        _ => Ok(()),
    }
}

/// When a report was written. The future is refused, but for clocks that differ a little.
fn written(file: &Path, name: &str, now: SystemTime) -> Result<SystemTime, Foreign> {
    let Ok(written) = fs::metadata(file).and_then(|meta| meta.modified()) else {
        let message = format!("the age of {name} cannot be told");
        return Err(Foreign::new(message, "use `commit:` instead of `max-age:`"));
    };
    match written.duration_since(now) {
        Ok(ahead) if ahead > Duration::from_secs(300) => {
            let message = format!("{name} was written in the future");
            let foreign = Foreign::new(message, "set the clocks right");
            Err(foreign.with(format!("{} ahead", words(ahead))))
        }
        _ => Ok(written),
    }
}

fn of_this_commit(written: &str, name: &str, from: &Sources<'_>) -> Result<(), Foreign> {
    let value = match written.strip_prefix('$') {
        Some(variable) => {
            let variable = variable.trim_matches(['{', '}']);
            let found = from.env.iter().find(|(key, _)| key == variable);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        }
        None => written.to_owned(),
    };
    match from.commit {
        None => Err(Foreign::new(
            "there is no commit to compare with".to_owned(),
            "run inside the repository",
        )),
        Some(head) if value.len() >= 7 && head.starts_with(&value) => Ok(()),
        Some(head) => {
            let value = if value.is_empty() {
                "no commit"
            } else {
                &value
            };
            let message = format!(
                "{name} belongs to {value}, this is {}",
                &head[..head.len().min(12)]
            );
            Err(Foreign::new(
                message,
                "run the step that writes it for this commit",
            ))
        }
    }
}

fn age(file: &Path, now: SystemTime) -> Option<String> {
    let written = fs::metadata(file).and_then(|meta| meta.modified()).ok()?;
    now.duration_since(written).ok().map(words)
}

fn words(age: Duration) -> String {
    let hours = age.as_secs() / 3600;
    if hours >= 48 {
        format!("{} days", hours / 24)
    } else {
        Measure::seconds(age.as_secs_f64().round()).to_string()
    }
}

/// Deletes matches that git does not track, before a command starts. Tracked files are never deleted.
pub(super) fn clear(
    root: &Path,
    patterns: &[Glob],
    tracked: &dyn Fn(&[PathBuf]) -> Option<Vec<PathBuf>>,
) -> Result<(), String> {
    let mut found: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        let matched = fresh::matches(root, pattern);
        if let Some(Unseen { path, why }) = matched.unseen.first() {
            return Err(format!("{path} cannot be looked through: {why}"));
        }
        found.extend(matched.matches);
    }
    if found.is_empty() {
        return Ok(());
    }
    let kept = tracked(&found).ok_or("`clear` cannot tell which reports git tracks")?;
    for path in found.iter().filter(|path| !kept.contains(path)) {
        fs::remove_file(root.join(path))
            .map_err(|error| format!("{} cannot be deleted: {error}", fresh::spelt(path)))?;
    }
    Ok(())
}

fn is_nameless(evidence: &ReportEvidence) -> bool {
    evidence
        .warnings
        .iter()
        .any(|warning| warning.code == report::NAMELESS)
}
