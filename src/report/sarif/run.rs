//! One run: read in any order of its parts, settled when it ends.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess};

use super::super::fingerprint;
use super::super::json::{Each, Fields, Int, Object, once};
use super::result::{Artifact, Message, Pending, Shown, Sort, Written};
use super::rules::{Override, Rules, Settled, Tool};
use crate::model::Finding;
use crate::report::Sink;

/// Files that results may name by number; what real repositories have stays far below.
const ARTIFACTS: usize = 200_000;

/// A run while it is read.
#[derive(Default)]
pub(super) struct Run {
    tool: Option<Tool>,
    invocations: Vec<Invocation>,
    artifacts: Vec<Option<String>>,
    pending: Pending,
    results: Option<u64>,
    outside: bool,
    seen: [bool; 4],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: Option<bool>,
    exit_code: Option<Int>,
    exit_code_description: Option<String>,
    process_start_failure_message: Option<String>,
    tool_execution_notifications: Option<Vec<Notification>>,
    tool_configuration_notifications: Option<Vec<Notification>>,
    rule_configuration_overrides: Option<Vec<Override>>,
}

#[derive(Deserialize)]
struct Notification {
    level: Option<String>,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct ArtifactEntry {
    location: Option<Artifact>,
}

#[derive(Deserialize)]
struct Outside {
    results: Option<IgnoredAny>,
}

/// What of each run is kept until it ends.
#[derive(Clone, Copy, Default)]
pub(super) struct Keep {
    /// So many results.
    pub(super) items: usize,
    /// Those that are suppressed too.
    pub(super) suppressed: bool,
}

impl Keep {
    /// As much as the sink wants.
    pub(super) fn of(sink: &dyn Sink) -> Self {
        Self {
            items: sink.wanted(),
            suppressed: sink.wants_suppressed(),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Keep {
    type Value = Run;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Run, D::Error> {
        let mut run = Run {
            pending: Pending::new(self),
            ..Run::default()
        };
        Object(&mut run).deserialize(from)?;
        Ok(run)
    }
}

impl Fields for Run {
    const WHAT: &'static str = "a run, an object";

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "tool" => {
                once(&mut self.seen[0], "tool")?;
                self.tool = map.next_value()?;
            }
            "invocations" => {
                once(&mut self.seen[1], "invocations")?;
                self.invocations = map.next_value::<Option<_>>()?.unwrap_or_default();
            }
            "results" => {
                once(&mut self.seen[2], "results")?;
                let pending = &mut self.pending;
                let take = Each::new(|result: Written| pending.take(result));
                self.results = map.next_value_seed(take)?;
            }
            "artifacts" => {
                once(&mut self.seen[3], "artifacts")?;
                let artifacts = &mut self.artifacts;
                map.next_value_seed(Each::new(|entry: ArtifactEntry| {
                    if artifacts.len() < ARTIFACTS {
                        artifacts.push(entry.location.and_then(|location| location.uri));
                    }
                }))?;
            }
            "externalPropertyFileReferences" | "externalPropertyFiles" => {
                let parts: Option<Outside> = map.next_value()?;
                self.outside |= parts.is_some_and(|parts| parts.results.is_some());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Run {
    /// Hands on what the run found, now that all of it is known.
    pub(super) fn settle(self, sink: &mut dyn Sink) {
        let overrides = self.invocations.iter().enumerate().flat_map(|(at, one)| {
            let all = one.rule_configuration_overrides.iter().flatten();
            all.map(move |change| (at, change))
        });
        let rules = Rules::new(self.tool.unwrap_or_default(), overrides);
        for invocation in &self.invocations {
            invocation.complain(rules.tool(), sink);
        }
        if self.outside {
            sink.broken(
                "the results are in other files, which are not read; let the tool write them into the report",
            );
        } else if self.results.is_none() {
            let tool = rules.tool();
            // By SARIF 2.1.0 §3.14.23 no scan was made; but govulncheck leaves an empty list out.
            let message = format!("a run of `{tool}` has no `results`: it says nothing, not clean");
            sink.warn("no-results", message);
        }
        let mut odd = Oddities::default();
        for (sort, shown) in self.pending.items {
            let settled = rules.settle(&sort);
            odd.note(&settled, &sort, 1);
            sink.finding(show(&rules, &sort, settled, shown, &self.artifacts));
        }
        for (sort, count) in self.pending.more {
            let settled = rules.settle(&sort);
            odd.note(&settled, &sort, count);
            sink.more_findings(&plain(settled, sort.suppressed), count);
        }
        odd.tell(sink);
    }
}

impl Invocation {
    fn complain(&self, tool: &str, sink: &mut dyn Sink) {
        let sources = [
            &self.tool_execution_notifications,
            &self.tool_configuration_notifications,
        ];
        let errors = sources
            .into_iter()
            .flat_map(|list| list.iter().flatten())
            .filter(|one| one.level.as_deref() == Some("error"))
            .map(|one| one.message.as_ref().and_then(|m| m.text.as_deref()))
            .map(|text| text.unwrap_or("no message"));
        if self.execution_successful != Some(false) {
            for error in errors {
                sink.warn("tool-error", format!("`{tool}` reports: {error}"));
            }
            return;
        }
        let code = self.exit_code.and_then(|code| code.0);
        let why: Vec<String> = errors
            .take(3)
            .map(str::to_owned)
            .chain(self.process_start_failure_message.clone())
            .chain(self.exit_code_description.clone())
            .chain(code.map(|code| format!("exit code {code}")))
            .filter(|text| !text.trim().is_empty())
            .collect();
        let mut message = format!("`{tool}` says that its scan did not succeed");
        if !why.is_empty() {
            message = format!("{message}: {}", why.join("; "));
        }
        sink.broken(&message);
    }
}

/// A finding without the parts that are only shown.
fn plain(settled: Settled, suppressed: bool) -> Finding {
    Finding {
        rule: settled.rule,
        severity: settled.severity,
        level: settled.level,
        message: String::new(),
        file: None,
        line: None,
        column: None,
        fingerprint: String::new(),
        suppressed,
        state: None,
    }
}

fn show(
    rules: &Rules,
    sort: &Sort,
    settled: Settled,
    shown: Shown,
    artifacts: &[Option<String>],
) -> Finding {
    let uri = shown
        .uri
        .or_else(|| artifacts.get(shown.artifact?)?.clone());
    let file = uri.map(|uri| path(&uri)).filter(|path| !path.is_empty());
    let mut finding = plain(settled, sort.suppressed);
    if !shown.fingerprints.is_empty() {
        let place = file.as_deref().filter(|_| !shown.stable);
        let rule = [finding.rule.as_deref().unwrap_or("")];
        let parts = shown.fingerprints.iter().map(String::as_str);
        finding.fingerprint = fingerprint::of_parts(rule.into_iter().chain(parts), place);
    }
    finding.message = rules.message(sort, shown.message);
    finding.file = file;
    finding.line = shown.line;
    finding.column = shown.column;
    finding
}

/// The path that a URI names: percent signs resolved, `file:` taken off. What is no URI stays as it is.
fn path(uri: &str) -> String {
    let plain = match uri.strip_prefix("file://") {
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => uri.strip_prefix("file:").unwrap_or(uri),
    };
    let drive = plain.as_bytes();
    let plain = match drive {
        [b'/', letter, b':', ..] if letter.is_ascii_alphabetic() => &plain[1..],
        _ => plain,
    };
    decoded(plain).unwrap_or_else(|| plain.to_owned())
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(rest.next())? * 16 + digit(rest.next())?;
        bytes.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains(char::is_control))
}

/// What was odd about the results, told once for each sort of oddity.
#[derive(Default)]
struct Oddities {
    foreign: BTreeMap<String, u64>,
    lost: u64,
}

impl Oddities {
    fn note(&mut self, settled: &Settled, sort: &Sort, count: u64) {
        if settled.foreign {
            *self.foreign.entry(settled.severity.clone()).or_default() += count;
        }
        // An index that leads nowhere matters only when nothing else says what the rule is.
        if settled.lost && sort.level.is_none() {
            self.lost += count;
        }
    }

    fn tell(self, sink: &mut dyn Sink) {
        for (word, count) in self.foreign {
            let message =
                format!("level `{word}` of {count} results is none of SARIF's; taken as `error`");
            sink.warn("unknown-level", message);
        }
        if self.lost > 0 {
            let message = format!(
                "{} results point at a rule that is not there, or has another name",
                self.lost
            );
            sink.warn("unknown-rule", message);
        }
    }
}
