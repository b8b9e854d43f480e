//! The file `.tollgate/waivers.yaml`: read, checked and added to.
//!
//! A mistake of form refuses the file, as one in tollgate.yaml does. A date that is none keeps only its own waiver from
//! counting. Whether a waiver counts today is not asked here: that needs the day.

use super::file::{WaiverPolicy, not_a_mapping, plain};
use super::plan::PlannedGate;
use super::{unmatched, yaml};
use crate::model::{Scope, Target, Until, Waiver};
use crate::phase::PlannedPhase;
use crate::policy::{Glob, WaiverRules};
use crate::problem::{Code, Count, Fields, Flag, Many, Problem, Problems, Text, options};
use crate::source::{At, Source, Value};

/// Where waivers are kept, below the project.
pub const WAIVERS: &str = ".tollgate/waivers.yaml";

options! {
    /// The file of waivers.
    pub struct WaiverFile {
        /// Version of the file format: 1.
        version("version"): Count,
        /// The waivers.
        waivers("waivers"): Many<WaiverOptions>,
    }
}

options! {
    /// An accepted exception. All keys that say what is accepted must agree.
    pub struct WaiverOptions {
        /// Only in this gate; alone, whatever fails in it.
        gate("gate"): Text,
        /// A condition by its dotted fact, such as `unit.tests.skipped`.
        condition("condition"): Text,
        /// A clause beside the conditions by its code, such as `exit-status`; needs `gate`.
        reason("reason"): Text,
        /// Findings of this rule.
        rule("rule"): Text,
        /// The finding of this identity, as the JSON output shows it.
        fingerprint("fingerprint"): Text,
        /// Findings whose message is this; `*` stands for anything.
        finding("finding"): Text,
        /// Failures of tests whose id (`classname::name`) is this; `*` stands for anything.
        test("test"): Text,
        /// Findings, or with `test` tests, in files that this glob matches.
        path("path"): Text,
        /// A phase; needs `criterion`.
        phase("phase"): Text,
        /// A criterion of the phase.
        criterion("criterion"): Text,
        /// The test is known to be flaky: it runs, is shown, and is counted apart.
        quarantine("quarantine"): Flag,
        /// Why it is accepted.
        why("why"): Text,
        /// Who answers for it.
        owner("owner"): Text,
        /// Day on which it was written.
        opened("opened"): Text,
        /// Last day on which it counts, or `never`.
        until("until"): Text,
        /// Why it never ends; needed with `until: never`.
        why_never("why-never"): Text,
    }
}

/// What the policy allows, as far as the file says.
pub(super) fn rules(written: Option<&WaiverPolicy>) -> WaiverRules {
    let mut rules = WaiverRules::default();
    let Some(written) = written else { return rules };
    if let Some(longest) = &written.longest {
        rules.longest = longest.value.0;
    }
    if let Some(warn) = &written.warn {
        rules.warn = warn.value.0;
    }
    if let Some(renewals) = &written.renewals {
        rules.renewals = renewals.value;
    }
    if let Some(passes) = &written.passes {
        rules.passes = passes.value;
    }
    rules.most = written.most.as_ref().map(|most| most.value);
    rules
}

/// The waivers of a text, with every mistake and every name that is not declared.
pub fn read_waivers(
    source: &Source,
    gates: &[PlannedGate],
    phases: &[PlannedPhase],
    problems: &mut Problems,
) -> Option<Vec<Waiver>> {
    let mut written = read(source, problems)?;
    for (waiver, places) in &mut written {
        unmatched::find(waiver, places, gates, phases, problems);
    }
    Some(written.into_iter().map(|(waiver, _)| waiver).collect())
}

/// The waivers of a text, as far as they can be read; nothing when it is no such file at all.
pub fn parse_waivers(source: &Source) -> Option<Vec<Waiver>> {
    let read = read(source, &mut Problems::default())?;
    Some(read.into_iter().map(|(waiver, _)| waiver).collect())
}

/// Where the names stand that a waiver gives.
pub(super) struct Places {
    /// Its gate, or what it accepts where it names none.
    pub gate: At,
    /// What it accepts.
    pub target: At,
}

fn read(source: &Source, problems: &mut Problems) -> Option<Vec<(Waiver, Places)>> {
    let node = match yaml::parse(source) {
        Ok(node) => node,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    if node.value == Value::Null {
        return Some(Vec::new());
    }
    if !matches!(node.value, Value::Map(_)) {
        problems.push(
            not_a_mapping(&node).help("it begins with `version: 1`, and its list is `waivers:`"),
        );
        return None;
    }
    let mut fields = Fields::of(&node, problems)?;
    let file = WaiverFile::take(&mut fields, problems);
    fields.rest(problems);
    match &file.version {
        Some(version) if version.value == 1 => {}
        written => {
            let at = written.as_ref().map_or(&file.at, |version| &version.at);
            problems.push(
                Problem::new(
                    Code::VERSION,
                    at,
                    "the file of waivers does not say a known version",
                )
                .help("begin it with `version: 1`"),
            );
        }
    }
    let list = file.waivers.map(|many| many.0).unwrap_or_default();
    Some(
        list.iter()
            .filter_map(|written| check(written, problems))
            .collect(),
    )
}

/// From what was written to a waiver.
fn check(written: &WaiverOptions, problems: &mut Problems) -> Option<(Waiver, Places)> {
    let target = target(written, problems);
    let needed = |key: &str, text: &Option<Text>, problems: &mut Problems| {
        let found = plain(text);
        if found.is_none() {
            let at = text.as_ref().map_or(&written.at, |text| &text.at);
            problems.push(missing(at, format!("the waiver has no `{key}`")));
        }
        found
    };
    let why = needed("why", &written.why, problems);
    let owner = needed("owner", &written.owner, problems);
    let opened = needed("opened", &written.opened, problems).map(|_| opened(written, problems));
    let until = needed("until", &written.until, problems).and_then(|_| until(written, problems));
    let quarantine = written.quarantine.as_ref().is_some_and(|flag| flag.value);
    let (target, at) = target?;
    if let (true, Some(flag)) = (quarantine, &written.quarantine)
        && !matches!(target, Target::Test { .. })
    {
        problems.push(
            Problem::new(
                Code::NO_EFFECT,
                &flag.at,
                "only a test can be in quarantine",
            )
            .help("name it: `test: classname::name`"),
        );
    }
    let places = Places {
        gate: written.gate.as_ref().map_or(&at, |gate| &gate.at).clone(),
        target: at,
    };
    let waiver = Waiver {
        scope: Scope {
            gate: plain(&written.gate),
            target,
        },
        why: why?,
        owner: owner?,
        opened: opened?,
        until: until?,
        quarantine,
        written: written.at.place(),
        unknown: None,
    };
    Some((waiver, places))
}

fn missing(at: &At, message: String) -> Problem {
    Problem::new(Code::MISSING_KEY, at, message)
        .label("in this waiver")
        .help("a waiver says `why`, `owner`, `opened` and `until`; `tollgate waive` writes a whole one")
}

/// A day, or the words of the mistake; the waiver then does not count, and that is shown.
fn day(text: &Text, problems: &mut Problems) -> Result<jiff::civil::Date, String> {
    let value = text.value.trim();
    let date = (value.len() == 10).then(|| value.parse().ok()).flatten();
    date.ok_or_else(|| {
        problems.push(
            Problem::new(
                Code::DATE,
                &text.at,
                format!("wanted a date, found `{value}`: this waiver is not applied"),
            )
            .label("not a date")
            .help("write it as year-month-day, such as `2026-12-31`")
            .as_warning(),
        );
        format!("`{value}` is not a date")
    })
}

fn opened(written: &WaiverOptions, problems: &mut Problems) -> Result<jiff::civil::Date, String> {
    match &written.opened {
        Some(text) => day(text, problems),
        None => Err("it is missing".to_owned()),
    }
}

fn until(written: &WaiverOptions, problems: &mut Problems) -> Option<Result<Until, String>> {
    let text = written.until.as_ref()?;
    let never = text.value.trim() == "never";
    match (never, plain(&written.why_never)) {
        (true, Some(why)) => Some(Ok(Until::Never(why))),
        (true, None) => {
            problems.push(
                Problem::new(Code::MISSING_KEY, &text.at, "`until: never` needs a reason")
                    .label("never ends")
                    .help("add `why-never:`, or write a date"),
            );
            None
        }
        (false, _) => {
            if let Some(why) = &written.why_never {
                problems.push(
                    Problem::new(
                        Code::NO_EFFECT,
                        &why.at,
                        "`why-never` has no effect: the waiver ends",
                    )
                    .help("remove it, or write `until: never`"),
                );
            }
            Some(day(text, problems).map(Until::Day))
        }
    }
}

/// What is accepted: exactly one kind of thing.
fn target(written: &WaiverOptions, problems: &mut Problems) -> Option<(Target, At)> {
    let kinds: [(&str, Option<&Text>); 6] = [
        ("condition", written.condition.as_ref()),
        ("reason", written.reason.as_ref()),
        ("test", written.test.as_ref()),
        (
            "rule",
            written
                .rule
                .as_ref()
                .or(written.fingerprint.as_ref())
                .or(written.finding.as_ref()),
        ),
        (
            "phase",
            written.phase.as_ref().or(written.criterion.as_ref()),
        ),
        (
            "path",
            written.path.as_ref().filter(|_| written.test.is_none()),
        ),
    ];
    let before = problems.len();
    let mut given = kinds
        .iter()
        .filter_map(|(kind, text)| Some((*kind, (*text)?)))
        // A path narrows findings.
        .filter(|(kind, _)| *kind != "path" || kinds[3].1.is_none());
    let first = given.next();
    if let (Some((one, text)), Some((other, also))) = (first, given.next()) {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &also.at,
                format!("a waiver accepts one kind of thing, not `{one}` and `{other}`"),
            )
            .label(other)
            .also(&text.at, one)
            .help("write two waivers"),
        );
    }
    for text in every_scope(written).filter(|text| text.value.trim().is_empty()) {
        problems.push(
            Problem::new(Code::WRONG_VALUE, &text.at, "this names nothing")
                .help("name what is accepted, or remove the key"),
        );
    }
    if let Some(path) = &written.path {
        // Kept as written in the plain data of a waiver; it is made ready where waivers are.
        let _ = Glob::read(&path.value, &path.at, problems);
    }
    let found = match first {
        Some((kind, text)) => Some((of_kind(kind, written, problems)?, text.at.clone())),
        None => whole_gate(written, problems),
    };
    (problems.len() == before).then_some(found).flatten()
}

fn every_scope(written: &WaiverOptions) -> impl Iterator<Item = &Text> {
    [
        &written.gate,
        &written.condition,
        &written.reason,
        &written.rule,
        &written.fingerprint,
        &written.finding,
        &written.test,
        &written.path,
        &written.phase,
        &written.criterion,
    ]
    .into_iter()
    .flatten()
}

fn whole_gate(written: &WaiverOptions, problems: &mut Problems) -> Option<(Target, At)> {
    if let Some(gate) = &written.gate {
        return Some((Target::Gate, gate.at.clone()));
    }
    problems.push(
        Problem::new(
            Code::MISSING_KEY,
            &written.at,
            "the waiver does not say what it accepts",
        )
        .label("in this waiver")
        .help("name a `gate`, `condition`, `reason`, `rule`, `fingerprint`, `finding`, `test` or `path`"),
    );
    None
}

fn of_kind(kind: &str, written: &WaiverOptions, problems: &mut Problems) -> Option<Target> {
    let own = |text: &Option<Text>| text.as_ref().map(|text| text.value.trim().to_owned());
    let mut wanting = |at: &At, message: &str, help: &str| {
        problems.push(Problem::new(Code::MISSING_KEY, at, message).help(help));
        None
    };
    match kind {
        "condition" => own(&written.condition).map(Target::Condition),
        "reason" => match (&written.gate, &written.reason) {
            (None, Some(reason)) => wanting(
                &reason.at,
                "`reason` needs the gate that gives it",
                "add `gate:`",
            ),
            _ => own(&written.reason).map(Target::Reason),
        },
        "test" => Some(Target::Test {
            id: own(&written.test)?,
            path: own(&written.path),
        }),
        "phase" => match (own(&written.phase), own(&written.criterion)) {
            (Some(phase), Some(criterion)) => Some(Target::Criterion { phase, criterion }),
            _ => wanting(
                &written.at,
                "`phase` and `criterion` go together",
                "name both",
            ),
        },
        _ => Some(Target::Finding {
            rule: own(&written.rule),
            fingerprint: own(&written.fingerprint),
            message: own(&written.finding),
            path: own(&written.path),
        }),
    }
}
