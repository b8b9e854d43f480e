//! The last verdict on a gate, from the record of its run: each condition, and the nearest change that would turn it.
//!
//! The record is what was said then. What the file says now is held against it: where a bound was changed since, the
//! bound of the run counts here, and the change is told.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::config::{Plan, PlannedGate};
use crate::gate::{Against, bound_words};
use crate::ledger;
use crate::model::{
    EXPLANATION, ExplainedCondition, ExplainedReason, Explanation, KnownValue, LastVerdict,
    Measure, Subject,
};
use crate::policy::{Condition, Keeps};
use crate::store::Record;

/// What is there now, to be held against a record.
pub struct Now<'a> {
    pub plan: &'a Plan,
    pub moment: jiff::Timestamp,
    /// The subject, where git can tell it.
    pub subject: Option<&'a Subject>,
}

/// Explains a gate by a record of a run that had it.
pub fn explanation(gate: &PlannedGate, record: Option<&Record>, now: &Now<'_>) -> Explanation {
    Explanation {
        schema: EXPLANATION,
        gate: gate.id.clone(),
        written: gate.at.place(),
        last: record.and_then(|record| last(gate, record, now)),
    }
}

fn last(gate: &PlannedGate, record: &Record, now: &Now<'_>) -> Option<LastVerdict> {
    let outcome = &record.outcome;
    let verdict = record.gate(&gate.id)?;
    let run = find(&outcome["run"]["gates"], &gate.id);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let started = text(&outcome["run"]["started"]).unwrap_or_default();
    let bounds = Bounds::of(gate, now.plan);
    let conditions = list(&verdict["conditions"])
        .map(|condition| explained(gate, condition, verdict, run, &bounds))
        .collect();
    let reasons = list(&verdict["reasons"]).map(|reason| ExplainedReason {
        code: text(&reason["code"]).unwrap_or_default(),
        verdict: text(&reason["verdict"]).unwrap_or_default(),
        message: text(&reason["message"]).unwrap_or_default(),
        turn: text(&reason["help"]),
    });
    let same_policy = outcome["verdict"]["policy"].as_str() == Some(now.plan.digest.as_str());
    Some(LastVerdict {
        run: record.id.clone(),
        age: age(&started, now.moment),
        started,
        subject: outcome["verdict"]["subject"].clone(),
        tree: tree(&outcome["verdict"]["subject"], now.subject),
        policy: if same_policy { "same" } else { "changed" },
        verdict: text(&verdict["verdict"]).unwrap_or_default(),
        cause: text(&verdict["cause"]),
        ended: run.and_then(ended),
        conditions,
        reasons: reasons.collect(),
        notes: list(&verdict["notes"])
            .filter_map(|note| text(&note["message"]))
            .collect(),
        log: run.and_then(|run| text(&run["log"])),
    })
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn find<'a>(gates: &'a Value, id: &str) -> Option<&'a Value> {
    list(gates).find(|gate| gate["id"] == id)
}

/// Whether the tree is still the one that was judged.
fn tree(then: &Value, now: Option<&Subject>) -> &'static str {
    match (then["id"].as_str().filter(|id| !id.is_empty()), now) {
        (Some(_), Some(_)) if then["state"] == "moved" => "changed",
        (Some(then), Some(now)) if then == now.id => "same",
        (Some(_), Some(now)) if !now.id.is_empty() => "changed",
        _ => "unknown",
    }
}

fn ended(run: &Value) -> Option<String> {
    let how = match &run["ended"] {
        Value::Object(map) => {
            let (word, value) = map.iter().next()?;
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{} {value}", word.replace('-', " "))
        }
        Value::String(word) => word.replace('-', " "),
        _ => return None,
    };
    let milliseconds = run["duration_ms"].as_u64().unwrap_or(0);
    let time = Measure::Duration(Decimal::new(i64::try_from(milliseconds).ok()?, 3));
    Some(format!("{how} after {time}"))
}

/// How long ago, in the largest unit that is whole.
fn age(started: &str, now: jiff::Timestamp) -> String {
    let Ok(then) = started.parse::<jiff::Timestamp>() else {
        return "some time ago".to_owned();
    };
    let seconds = now.duration_since(then).as_secs();
    let units = [
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    match units.into_iter().find(|(unit, _)| seconds >= *unit) {
        Some((unit, word)) => {
            let count = seconds / unit;
            let plural = if count == 1 { "" } else { "s" };
            format!("{count} {word}{plural} ago")
        }
        None if seconds < 0 => "in the future".to_owned(),
        None => "just now".to_owned(),
    }
}

/// What the gate asks now.
struct Bounds {
    /// Its conditions as the file has them, by name of their facts below the gate.
    written: Vec<(String, Condition)>,
    /// What was accepted of it.
    accepted: BTreeMap<String, KnownValue>,
}

impl Bounds {
    fn of(gate: &PlannedGate, plan: &Plan) -> Self {
        let recorded = ledger::read(&plan.root, &gate.id).ok().flatten();
        Self {
            written: written(gate),
            accepted: recorded.map_or_else(BTreeMap::new, |recorded| recorded.baseline.values),
        }
    }

    /// The condition that a verdict was said by, if it is still the same; a relative one with its steps taken from the
    /// baseline, if that is still the one that is told beside it.
    fn condition(
        &self,
        fact: &str,
        bound: &str,
        number: &Value,
        volatile: bool,
    ) -> Option<Condition> {
        let mut written = self.written.iter().filter(|(name, _)| name == fact);
        written.find_map(|(_, condition)| {
            if condition.text() == bound {
                return Some(condition.clone());
            }
            let known = self.accepted.get(fact)?;
            let met = condition.against(&known.value).ok()?;
            let value = measure(number, Some(condition))?;
            (bound_words(condition, &met, known, &value, volatile) == bound).then_some(met)
        })
    }
}

fn written(gate: &PlannedGate) -> Vec<(String, Condition)> {
    let probes = gate.judges.iter().flat_map(|judge| judge.bad_evidence());
    let mut bounds: Vec<(String, Condition)> = probes
        .filter_map(|probe| match probe.against {
            Against::Condition(fact, condition) => Some((fact, *condition)),
            _ => None,
        })
        .collect();
    bounds.extend(
        gate.duration
            .clone()
            .map(|bound| ("exit.duration".to_owned(), bound)),
    );
    bounds
}

fn explained(
    gate: &PlannedGate,
    condition: &Value,
    verdict: &Value,
    run: Option<&Value>,
    bounds: &Bounds,
) -> ExplainedCondition {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let full = text(&condition["fact"]).unwrap_or_default();
    let prefix = format!("{}.", gate.id);
    let fact = full.strip_prefix(&prefix).unwrap_or(&full).to_owned();
    // What differs between equal runs stands in the run's part of the record.
    let varying = run.and_then(|run| list(&run["conditions"]).find(|other| other["fact"] == full));
    let told = |key: &str| {
        let there = varying.and_then(|varying| text(&varying[key]));
        there.or_else(|| text(&condition[key]))
    };
    let bound = text(&condition["bound"]).unwrap_or_default();
    let stable = verdict["facts"].get(&full);
    let number = stable.or_else(|| run?["facts"].get(&full));
    let was = text(&condition["verdict"]).unwrap_or_default();
    let turn = number
        .and_then(|number| {
            let known = bounds.condition(&fact, &bound, number, stable.is_none());
            turn(&fact, number, known.as_ref(), &bound)
        })
        .map(|(keeps, words)| {
            let then = if keeps { "fails" } else { "passes" };
            format!("{then} with {words}")
        });
    ExplainedCondition {
        turn,
        measured: told("measured"),
        note: told("note"),
        written: place(&condition["written"]),
        evidence: list(&condition["evidence"]).filter_map(place).collect(),
        verdict: was,
        fact,
        bound,
    }
}

fn place(value: &Value) -> Option<String> {
    let file = value["file"].as_str()?;
    Some(match value["line"].as_u64() {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    })
}

/// The nearest change that turns a condition, in words, and whether the value keeps it as it is.
fn turn(
    fact: &str,
    number: &Value,
    known: Option<&Condition>,
    bound: &str,
) -> Option<(bool, String)> {
    let value = measure(number, known)?;
    let condition = match known {
        Some(known) => known.clone(),
        None => Condition::of_text(bound, &value)?,
    };
    let turn = condition.turn(&value)?;
    let more = if turn.up { "more" } else { "fewer" };
    let keeps = matches!(condition.keeps(&value), Keeps::Yes | Keeps::Tolerated(_));
    let words = match (turn.by, turn.to) {
        (Some(by), Measure::Share { part, whole }) => {
            let (singular, plural) = of_share(fact);
            let noun = if by == 1 { singular } else { plural };
            let percent = Measure::Share { part, whole }.beside(condition.bound());
            format!(
                "{} {more} {noun} of {} ({percent})",
                grouped(by),
                grouped(whole)
            )
        }
        (Some(by), Measure::Count(to)) => {
            let noun = of_count(fact, by);
            format!("{} {more} {noun} ({})", grouped(by), grouped(to))
        }
        (Some(by), to) => format!(
            "{} bytes {} ({to})",
            grouped(by),
            if turn.up { "more" } else { "less" }
        ),
        (None, to) => {
            let apart = (to.number()? - value.number()?).abs();
            let apart = match to {
                Measure::Duration(_) => Measure::Duration(apart).to_string(),
                _ => apart.normalize().to_string(),
            };
            let way = if turn.up { "more" } else { "less" };
            format!("{apart} {way} ({})", to.beside(condition.bound()))
        }
    };
    Some((keeps, words))
}

/// A fact of the record as a value again. A bare number is a count, unless its bound says otherwise.
fn measure(number: &Value, known: Option<&Condition>) -> Option<Measure> {
    let decimal = |value: &Value| -> Option<Decimal> {
        let text = value.as_number()?.to_string();
        text.parse()
            .ok()
            .or_else(|| Decimal::from_scientific(&text).ok())
    };
    match number {
        Value::Number(_) => {
            let plain = known.is_some_and(|known| known.unit() == crate::policy::Unit::Number);
            match number.as_u64().filter(|_| !plain) {
                Some(count) => Some(Measure::Count(count)),
                None => decimal(number).map(Measure::Number),
            }
        }
        _ if number.get("seconds").is_some() => decimal(&number["seconds"]).map(Measure::Duration),
        _ if number.get("bytes").is_some() => number["bytes"].as_u64().map(Measure::Size),
        _ => Some(Measure::Share {
            part: number["part"].as_u64()?,
            whole: number["whole"].as_u64()?,
        }),
    }
}

/// What a share counts, one and many.
fn of_share(fact: &str) -> (&'static str, &'static str) {
    match fact.rsplit('.').next().unwrap_or(fact) {
        "lines" => ("covered line", "covered lines"),
        "branches" => ("covered branch", "covered branches"),
        "functions" => ("covered function", "covered functions"),
        "pass-rate" => ("passed test", "passed tests"),
        _ => ("part", "parts"),
    }
}

/// What a count counts.
fn of_count(fact: &str, count: u64) -> String {
    let plural = if count == 1 { "" } else { "s" };
    let (kind, name) = fact.split_once('.').unwrap_or(("", fact));
    match (kind, name) {
        ("tests", "total") => format!("test{plural}"),
        ("tests", "all-skipped") => format!("report{plural} in which all is skipped"),
        ("tests", name) => format!("{name} test{plural}"),
        ("findings", "total") => format!("finding{plural}"),
        ("findings", name) => match name.split_once('.') {
            Some(("rules", rule)) => format!("finding{plural} of `{rule}`"),
            Some((_, word)) => format!("`{word}` finding{plural}"),
            None => format!("{name} finding{plural}"),
        },
        (_, name) => name.to_owned(),
    }
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nearest_change_is_told_in_things() {
        for (fact, number, bound, words) in [
            (
                "tests.passed",
                json!(35),
                ">=38",
                "3 more passed tests (38)",
            ),
            ("tests.failed", json!(1), "0", "1 fewer failed test (0)"),
            ("findings.high", json!(2), "0", "2 fewer high findings (0)"),
            (
                "findings.rules.R1",
                json!(0),
                "<=2",
                "3 more findings of `R1` (3)",
            ),
            (
                "findings.severities.ERROR",
                json!(1),
                "0",
                "1 fewer `ERROR` finding (0)",
            ),
            (
                "coverage.lines",
                json!({ "part": 9984, "whole": 11760, "percent": 84.897_959 }),
                ">=85%",
                "12 more covered lines of 11,760 (85%)",
            ),
            (
                "coverage.paths[src/**].branches",
                json!({ "part": 19, "whole": 20 }),
                ">=95%",
                "1 fewer covered branch of 20 (90%)",
            ),
            (
                "coverage.lines",
                json!({ "part": 82, "whole": 100 }),
                ">=85% (fails <80%)",
                "3 more covered lines of 100 (85%)",
            ),
            (
                "tests.slowest",
                json!({ "seconds": 2.5 }),
                "<2s",
                "501 ms less (1.999 s)",
            ),
            (
                "files.size[a]",
                json!({ "bytes": 10_001 }),
                "<=10kB",
                "1 bytes less (10 kB)",
            ),
            ("metrics.p95", json!(0.25), "<=0.2", "0.05 less (0.2)"),
            (
                "metrics.score",
                json!(0.95),
                ">=0.9",
                "0.0501 less (0.8999)",
            ),
        ] {
            assert_eq!(
                turn(fact, &number, None, bound)
                    .map(|(_, words)| words)
                    .as_deref(),
                Some(words),
                "{fact}"
            );
        }
    }

    #[test]
    fn what_cannot_turn_says_nothing() {
        assert_eq!(
            turn(
                "coverage.lines",
                &json!({ "part": 0, "whole": 0 }),
                None,
                ">=85%"
            ),
            None
        );
        assert_eq!(turn("g", &json!(3), None, "unit.failed == 0"), None);
    }

    #[test]
    fn age_is_told_in_the_largest_whole_unit() {
        let now: jiff::Timestamp = "2026-11-26T12:00:00Z".parse().unwrap();
        for (started, words) in [
            ("2026-11-26T12:00:00Z", "just now"),
            ("2026-11-26T11:59:59Z", "1 second ago"),
            ("2026-11-26T11:30:01Z", "29 minutes ago"),
            ("2026-11-26T01:00:00Z", "11 hours ago"),
            ("2026-11-20T12:00:00Z", "6 days ago"),
            ("2026-11-26T12:00:09Z", "in the future"),
            ("yesterday", "some time ago"),
        ] {
            assert_eq!(age(started, now), words);
        }
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
    }
}
