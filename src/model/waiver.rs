//! Waivers: who accepts what, why, and until when. Plain data; whether one counts today is the policy's to say.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::source::Place;

/// How many of the things that a waiver accepts are listed; the rest is counted.
pub const WAIVED_KEPT: usize = 20;

/// An accepted exception, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// What it accepts.
    pub scope: Scope,
    /// The reason.
    pub why: String,
    /// Who answers for it.
    pub owner: String,
    /// Day on which it was written; the words of the mistake when that is no date.
    pub opened: Result<Date, String>,
    /// When it ends; the words of the mistake when that is no date.
    pub until: Result<Until, String>,
    /// The test goes on running, is shown and counted apart.
    pub quarantine: bool,
    /// Where it is written.
    pub written: Place,
    /// Why it can match nothing: it names what the file does not declare.
    pub unknown: Option<String>,
}

/// When a waiver ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Until {
    /// After this day.
    Day(Date),
    /// Not at all, for this reason.
    Never(String),
}

/// What a waiver accepts: all parts that are given must agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Only in this gate.
    pub gate: Option<String>,
    /// What of it.
    pub target: Target,
}

/// The kind of thing that a waiver accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Whatever fails in the gate.
    Gate,
    /// A condition, by its dotted fact.
    Condition(String),
    /// A clause beside the conditions, by its code.
    Reason(String),
    /// Findings.
    Finding {
        /// Of this rule.
        rule: Option<String>,
        /// With this identity.
        fingerprint: Option<String>,
        /// Whose message is this; `*` stands for anything.
        message: Option<String>,
        /// In files that this glob matches.
        path: Option<String>,
    },
    /// Failed tests.
    Test {
        /// Id `classname::name`; `*` stands for anything.
        id: String,
        /// In files that this glob matches.
        path: Option<String>,
    },
    /// A criterion of a phase.
    Criterion {
        /// The phase.
        phase: String,
        /// The criterion.
        criterion: String,
    },
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |key: &'static str, value: &Option<String>| {
            value.as_ref().map(|value| format!("{key} {value}"))
        };
        let one = |key: &str, value: &str| Some(format!("{key} {value}"));
        let mut parts = vec![some("gate", &self.gate)];
        match &self.target {
            Target::Gate => {}
            Target::Condition(fact) => parts.push(one("condition", fact)),
            Target::Reason(code) => parts.push(one("reason", code)),
            Target::Finding {
                rule,
                fingerprint,
                message,
                path,
            } => parts.extend([
                some("rule", rule),
                some("fingerprint", fingerprint),
                some("finding", message),
                some("path", path),
            ]),
            Target::Test { id, path } => parts.extend([one("test", id), some("path", path)]),
            Target::Criterion { phase, criterion } => {
                parts.extend([one("phase", phase), one("criterion", criterion)]);
            }
        }
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        out.write_str(&parts.join(", "))
    }
}

impl Waiver {
    /// Its last day as people read it: a date, `never`, or what stands there instead of one.
    pub fn until_words(&self) -> String {
        match &self.until {
            Ok(Until::Day(day)) => day.to_string(),
            Ok(Until::Never(_)) => "never".to_owned(),
            Err(_) => "no date".to_owned(),
        }
    }

    /// Who and until when, and where that is written: `owner ada, until 2026-12-31, .tollgate/waivers.yaml:3`.
    pub fn signature(&self) -> String {
        let until = match &self.until {
            Ok(Until::Never(why)) => format!("without end: {why}"),
            _ => format!("until {}", self.until_words()),
        };
        format!("owner {}, {until}, {}", self.owner, self.written)
    }
}

/// What one waiver took out of the counts of a gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waived {
    /// How many.
    pub count: u64,
    /// The first of them, at most [`WAIVED_KEPT`], for people.
    pub first: Vec<String>,
}

impl Waived {
    /// Adds so many, of which the first are named.
    pub fn add(&mut self, count: u64, names: impl IntoIterator<Item = String>) {
        self.count += count;
        let room = WAIVED_KEPT.saturating_sub(self.first.len());
        self.first.extend(names.into_iter().take(room));
    }
}

/// A waiver at work in a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedWaiver {
    /// Its place in the list of all waivers.
    #[serde(skip)]
    pub index: usize,
    /// Where it is written.
    pub written: Place,
    /// What it accepts, in words.
    pub scope: String,
    /// The reason.
    pub why: String,
    /// Who answers for it.
    pub owner: String,
    /// Its last day, or `never`.
    pub until: String,
    /// A test in quarantine.
    pub quarantine: bool,
    /// How many things of this gate it accepted.
    pub count: u64,
    /// The first of them.
    pub items: Vec<String>,
}

/// How a waiver stands on the day of the verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaiverState {
    /// Where it is written.
    pub written: Place,
    /// What it accepts, in words.
    pub scope: String,
    /// Who answers for it.
    pub owner: String,
    /// Its last day, or `never`.
    pub until: String,
    /// `active`, `expiring`, `expired`, `bad-date`, `over-budget` or `unmatched`.
    pub state: &'static str,
    /// Whether it accepted something in this run; nothing when what it speaks of was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<bool>,
    /// What people should know of it; nothing when it is active and used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
