//! Probes: evidence that a judge must not pass on, made from its own bounds, for `config prove`.
//!
//! A judge says in [`Gate::bad_evidence`](super::Gate::bad_evidence) what would be bad for it: for each bound a value just
//! beyond it, and whatever else must never pass. What is missing, empty or broken is not its business: that is asked of
//! every gate that reads reports. Probes are judged as a run is; nothing here decides.

use super::Facts;
use crate::model::{Baseline, BaselineState, Evidence, Given, KnownValue, Measure};
use crate::policy::{Condition, Glob, literal};

/// A file of a probe's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// So many bytes, whatever they are: the file is sparse.
    Size(u64),
}

/// What a probe must change.
#[derive(Clone, Debug)]
pub enum Against {
    /// Nothing in particular: the gate as a whole must not pass.
    Gate,
    /// The condition on this fact, named below the gate (`tests.failed`), must not pass.
    Condition(String, Box<Condition>),
    /// A condition that is no bound, such as an expression, by the name of its fact below the gate.
    Clause(String),
    /// A reason of this code must be given whose message holds this text.
    Reason(&'static str, String),
}

/// How much a probe that stays green says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// The gate has no teeth.
    Must,
    /// It is open at one side, which may be meant: a warning.
    May,
}

/// One piece of bad evidence.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What is fed, for people: `1 failed test`.
    pub title: String,
    /// What it must change.
    pub against: Against,
    /// What follows if it stays green.
    pub force: Force,
    /// One report for each, read already.
    pub evidence: Vec<Evidence>,
    /// The tree, by path below the root; everything else is not there.
    pub tree: Vec<(String, Content)>,
    /// Facts of the gates that it needs.
    pub facts: Facts,
    /// What it is given beside its reports.
    pub given: Given,
    /// No evidence could be made, for this reason: then the gate is not proven.
    pub unproven: Option<String>,
}

impl Probe {
    /// Evidence on which the gate as a whole must not pass.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            against: Against::Gate,
            force: Force::Must,
            evidence: Vec::new(),
            tree: Vec::new(),
            facts: Facts::default(),
            given: Given {
                baseline_must_exist: true,
                ..Given::default()
            },
            unproven: None,
        }
    }

    /// A bound for which no bad evidence can be made, and why: `config prove` then says that the gate is not proven.
    pub fn unproven(title: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            unproven: Some(why.into()),
            ..Self::new(title)
        }
    }

    /// One probe for each value just beyond the bounds of a condition; `make` turns a value into evidence. A condition that
    /// refuses no value that can be told here gives one unproven probe, so that it is never silently skipped.
    pub fn beyond(
        fact: &str,
        condition: &Condition,
        make: impl Fn(&Measure) -> Option<Evidence>,
    ) -> Vec<Self> {
        Self::beyond_known(fact, fact, condition, make)
    }

    /// The same for a value that the baseline holds under another name.
    pub fn beyond_known(
        fact: &str,
        key: &str,
        condition: &Condition,
        make: impl Fn(&Measure) -> Option<Evidence>,
    ) -> Vec<Self> {
        Self::beyond_filled(fact, key, condition, |probe, value| {
            Some(probe.evidence(make(value)?))
        })
    }

    /// The same where more than one report, or none, is made of a value.
    pub fn beyond_filled(
        fact: &str,
        key: &str,
        condition: &Condition,
        fill: impl Fn(Self, &Measure) -> Option<Self>,
    ) -> Vec<Self> {
        let made = refused(fact, key, condition).into_iter().filter_map(|bad| {
            let probe = Self::new(bad.title).bound(fact, condition).given(bad.given);
            fill(probe, &bad.value)
        });
        let made: Vec<Self> = made.collect();
        if made.is_empty() {
            let why = format!("no value is known that `{}` refuses", condition.text());
            return vec![Self::unproven(fact, why).bound(fact, condition)];
        }
        made
    }

    /// The condition on this fact must not pass.
    #[must_use]
    pub fn bound(self, fact: &str, condition: &Condition) -> Self {
        let against = Against::Condition(fact.to_owned(), Box::new(condition.clone()));
        Self { against, ..self }
    }

    /// The clause of this name must not pass.
    #[must_use]
    pub fn clause(self, name: &str) -> Self {
        let against = Against::Clause(name.to_owned());
        Self { against, ..self }
    }

    /// A reason of this code must be given whose message holds this text.
    #[must_use]
    pub fn reason(self, code: &'static str, says: impl Into<String>) -> Self {
        let against = Against::Reason(code, says.into());
        Self { against, ..self }
    }

    /// Staying green is a warning, not a lack of teeth.
    #[must_use]
    pub fn may(self) -> Self {
        let force = Force::May;
        Self { force, ..self }
    }

    /// Adds a report.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// What it is given beside its reports.
    #[must_use]
    pub fn given(self, given: Given) -> Self {
        Self { given, ..self }
    }

    /// Adds a file to the tree.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, content: Content) -> Self {
        self.tree.push((path.into(), content));
        self
    }
}

/// A value that a condition must not accept.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The value.
    pub value: Measure,
    /// The fact and the value, for people.
    pub title: String,
    /// What it is refused beside: the baseline of a relative condition.
    pub given: Given,
}

/// Values just beyond the bounds of a condition. One that looks at the baseline, which holds its value as `key`, is
/// given one; and once none, which in CI decides nothing.
pub fn refused(fact: &str, key: &str, condition: &Condition) -> Vec<Refused> {
    let strict = Given {
        baseline_must_exist: true,
        ..Given::default()
    };
    let one = |value: Measure, known: Option<(Measure, &Condition)>| Refused {
        value,
        title: match known {
            None => format!("{fact} {}", value.beside(condition.bound())),
            Some((known, met)) => format!(
                "{fact} {} (baseline {})",
                value.beside(met.bound()),
                known.beside(value.number())
            ),
        },
        given: Given {
            baseline: known.map_or(BaselineState::Never, |(known, _)| {
                baseline(key, known, condition)
            }),
            ..strict.clone()
        },
    };
    if !condition.is_relative() {
        let values = condition.refused().into_iter();
        return values.map(|value| one(value, None)).collect();
    }
    let Some((known, met)) = condition.beside_some() else {
        return Vec::new();
    };
    let values = met.refused().into_iter();
    let mut all: Vec<Refused> = values
        .map(|value| one(value, Some((known, &met))))
        .collect();
    all.push(Refused {
        title: format!("{fact} {known} and no baseline"),
        ..one(known, None)
    });
    all
}

/// Shares of so many that an absolute condition must not accept.
pub(super) fn refused_of(fact: &str, condition: &Condition, whole: u64) -> Vec<Refused> {
    if condition.is_relative() {
        return Vec::new();
    }
    let values = condition.refused_of(whole).into_iter();
    let values = values.map(|value| Refused {
        title: format!("{fact} {value}"),
        value,
        given: Given {
            baseline_must_exist: true,
            ..Given::default()
        },
    });
    values.collect()
}

fn baseline(key: &str, known: Measure, condition: &Condition) -> BaselineState {
    let mut baseline = Baseline::default();
    let kind = key.split('.').next().unwrap_or(key);
    baseline.holds.insert(kind.to_owned());
    let value = KnownValue {
        value: known,
        better: condition.better(),
        spread: None,
    };
    baseline.values.insert(key.to_owned(), value);
    BaselineState::Here(Box::new(baseline))
}

/// A path that a glob matches, as short as one can be told; `None` where none can.
pub(super) fn path_for(pattern: &str) -> Option<String> {
    if let Some(path) = literal(pattern) {
        return Some(path);
    }
    let glob = Glob::new(pattern).ok()?;
    let mut tries = Vec::new();
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' if rest.starts_with("*/") => rest = &rest[2..],
            '*' => {
                rest = rest.trim_start_matches('*');
                text.push('x');
            }
            '?' => text.push('x'),
            '[' => {
                let (inside, after) = rest.split_once(']')?;
                text.push(inside.chars().find(|c| !matches!(c, '!' | '^'))?);
                rest = after;
            }
            '{' => {
                let (inside, after) = rest.split_once('}')?;
                text.push_str(
                    &inside
                        .split(',')
                        .next()?
                        .replace("**/", "")
                        .replace('*', "x"),
                );
                rest = after;
            }
            '\\' => {
                let next = rest.chars().next()?;
                text.push(next);
                rest = &rest[next.len_utf8()..];
            }
            c => text.push(c),
        }
    }
    tries.push(format!("x/{text}"));
    tries.insert(0, text);
    tries.into_iter().find(|path| {
        let plain =
            !path.contains(['*', '?', '{', '[']) && !path.is_empty() && !path.ends_with('/');
        plain && glob.is_match(path)
    })
}

/// The start of something to be told by, for the titles of probes.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::path_for;

    #[test]
    fn a_path_is_found_for_every_usual_glob() {
        for pattern in [
            "src/**",
            "**/*.rs",
            "src/**/*.ts",
            "a/b.xml",
            "server/routes/**",
            "{scripts,.ci}/*",
            "dist/*.js",
            "a/[bc]?.txt",
            "**",
            "[[]x[]].txt",
        ] {
            let path = path_for(pattern).unwrap_or_else(|| panic!("{pattern}"));
            assert!(
                crate::policy::Glob::new(pattern).unwrap().is_match(&path),
                "{pattern}: {path}"
            );
        }
    }
}
