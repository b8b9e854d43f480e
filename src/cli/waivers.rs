//! What the commands say of waivers and of what changes with the date. Words only; nothing is written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use crate::config::{Plan, PlannedGate, WAIVERS, changes, parse_waivers};
use crate::model::{Finding, Level, Target, Until, Waiver};
use crate::output::neutral;
use crate::policy::{Covers, Standing, days, is_fact, renewals, standings};
use crate::run::{self, By};
use crate::source::Source;
use crate::store::{Record, place};
use crate::vcs::Repository;

/// A waiver as it stands on a day.
pub struct Seen<'a> {
    /// The waiver.
    pub waiver: &'a Waiver,
    /// How it stands.
    pub standing: Standing,
    /// Days until it ends; nothing where it never does or its date is none.
    pub left: Option<i64>,
    /// How often its end was moved; nothing where git does not say.
    pub renewed: Option<u64>,
    allowed: u64,
}

/// Every waiver as it stands on a day, with what git says of renewals.
pub fn seen(plan: &Plan, day: Date) -> Vec<Seen<'_>> {
    let renewed = renewed(plan);
    let standings = standings(&plan.waivers, &plan.waiver_rules, day);
    let both = plan.waivers.iter().zip(standings);
    both.map(|(waiver, standing)| Seen {
        left: match &waiver.until {
            Ok(Until::Day(until)) => Some(days(day, *until)),
            _ => None,
        },
        renewed: renewed
            .as_ref()
            .map(|times| times.get(&waiver.scope.to_string()).copied().unwrap_or(0)),
        allowed: plan.waiver_rules.renewals,
        waiver,
        standing,
    })
    .collect()
}

fn renewed(plan: &Plan) -> Option<BTreeMap<String, u64>> {
    if plan.waivers.is_empty() {
        return None;
    }
    let versions = Repository::find(&plan.root)?
        .versions(&plan.root.join(WAIVERS))
        .ok()?;
    let mut past: Vec<Vec<Waiver>> = versions
        .texts
        .iter()
        .map(|text| {
            let source = Source {
                name: WAIVERS.into(),
                text: text.as_str().into(),
            };
            parse_waivers(&source).unwrap_or_default()
        })
        .collect();
    past.push(plan.waivers.clone());
    Some(renewals(&past))
}

impl Seen<'_> {
    /// `.tollgate/waivers.yaml:3 (gate scan, owner ada, until 2026-12-31)`.
    pub fn title(&self) -> String {
        neutral::line(&format!(
            "{} ({}, owner {}, until {})",
            self.waiver.written,
            self.waiver.scope,
            self.waiver.owner,
            self.waiver.until_words()
        ))
    }

    /// Whether it says something wrong: it names what is not there, or it can never count as it is written.
    pub fn is_wrong(&self) -> bool {
        matches!(
            self.standing,
            Standing::BadDate(_) | Standing::OverBudget(_)
        )
    }

    /// Whether it counts.
    pub fn counts(&self) -> bool {
        self.standing.applies() && self.waiver.unknown.is_none()
    }

    /// The word for how it stands.
    pub fn word(&self) -> &'static str {
        match &self.waiver.unknown {
            Some(_) => "unmatched",
            None => self.standing.word(),
        }
    }

    /// Whether it may speak of this gate.
    pub fn is_for(&self, gate: &PlannedGate) -> bool {
        let judges = |kind: &str| gate.judges.iter().any(|judge| judge.kind() == kind);
        match (&self.waiver.scope.gate, &self.waiver.scope.target) {
            (Some(named), _) => *named == gate.id,
            (None, Target::Condition(fact)) => fact.split('.').next() == Some(gate.id.as_str()),
            (None, Target::Finding { .. }) => judges("findings"),
            (None, Target::Test { .. }) => judges("tests"),
            (None, _) => false,
        }
    }

    /// All that is to be said of it.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(words) = &self.waiver.unknown {
            remarks.push(format!("matches nothing: {words}"));
        }
        remarks.extend(self.standing.words());
        if let Ok(Until::Never(why)) = &self.waiver.until {
            remarks.push(format!("never ends: {}", neutral::line(why)));
        }
        if let Some(times) = self.renewed.filter(|times| *times > self.allowed) {
            remarks.push(format!("was renewed {times} times"));
        }
        remarks
    }
}

/// What changes by itself until a day, for people; of one gate, or of all.
pub fn ahead(plan: &Arc<Plan>, today: Date, at: Date, gate: Option<&str>) -> String {
    let mut changes = changes(plan, today, at);
    let by = By::itself(Arc::clone(plan));
    let unknown = match run::promises_ahead(by, super::world::now(), today, at) {
        Ok(promises) => {
            changes.extend(promises);
            changes.sort();
            String::new()
        }
        Err(why) => {
            neutral::line(&format!(
                "whether a promise of a phase will be due is not known: {why}"
            )) + "\n"
        }
    };
    changes
        .retain(|change| gate.is_none() || change.gate.is_none() || change.gate.as_deref() == gate);
    if changes.is_empty() {
        return match unknown.is_empty() {
            true => format!("nothing changes by itself until {at}\n"),
            false => unknown,
        };
    }
    let mut text = format!("until {at}:\n");
    for change in changes {
        let words = neutral::line(&format!("{} ({})", change.words, change.written));
        let _ = writeln!(text, "  {}  {words}", change.day);
    }
    text + &unknown
}

/// The verdict of the last run, as its record has it.
pub struct LastRun {
    verdict: Value,
}

impl LastRun {
    /// Reads it, if there is one.
    pub fn read(plan: &Plan) -> Option<Self> {
        let repository = Repository::find(&plan.root);
        let store = place(&plan.root, repository.as_ref().map(|r| r.common.as_path()));
        let mut record = Record::newest(&store, Record::is_in_place)?.outcome;
        Some(Self {
            verdict: record.get_mut("verdict")?.take(),
        })
    }

    /// Whether a waiver accepted something in it; nothing where it does not say.
    pub fn used(&self, waiver: &Waiver) -> Option<bool> {
        let scope = waiver.scope.to_string();
        let states = self.verdict.get("waivers")?.as_array()?;
        let same = |state: &&Value| {
            state["scope"] == scope.as_str() && state["until"] == waiver.until_words().as_str()
        };
        states.iter().find(same)?.get("used")?.as_bool()
    }

    /// Whether something in it is what a waiver speaks of and does not pass.
    pub fn speaks_of(&self, waiver: &Waiver) -> bool {
        let covers = Covers::of(waiver);
        let named = waiver.scope.gate.as_deref();
        let gates = list(&self.verdict, "gates");
        gates
            .filter(|gate| named.is_none_or(|named| gate["id"] == named))
            .any(|gate| is_in(gate, waiver, &covers))
    }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn is_in(gate: &Value, waiver: &Waiver, covers: &Covers) -> bool {
    let text = |value: &Value, key: &str| value[key].as_str().map(str::to_owned);
    let failed = |value: &&Value| value["verdict"] == "fail";
    let id = gate["id"].as_str().unwrap_or("");
    let kinds = list(gate, "kinds").count();
    match &waiver.scope.target {
        Target::Gate => failed(&gate),
        Target::Condition(fact) => list(gate, "conditions")
            .filter(failed)
            .any(|condition| is_fact(fact, condition["fact"].as_str().unwrap_or(""), id, kinds)),
        Target::Reason(code) => list(gate, "reasons")
            .filter(failed)
            .any(|reason| reason["code"] == code.as_str()),
        Target::Test { .. } => list(gate, "failures")
            .any(|test| covers.test(test["id"].as_str().unwrap_or(""), test["file"].as_str())),
        Target::Finding { .. } => list(gate, "findings").any(|one| {
            covers.finding(&Finding {
                rule: text(one, "rule"),
                severity: String::new(),
                level: Level::Info,
                message: text(one, "message").unwrap_or_default(),
                file: text(one, "file"),
                line: None,
                column: None,
                fingerprint: text(one, "fingerprint").unwrap_or_default(),
                suppressed: false,
                state: None,
            })
        }),
        Target::Criterion { .. } => true,
    }
}
