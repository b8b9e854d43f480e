//! Facts that a `require` gate must not pass on: none at all, and the first found that make an expression false.
//!
//! What makes an expression false is searched for: each fact it speaks of gets the usual values and those beside the
//! numbers that are written in it. An expression that nothing makes false asks nothing.

use std::collections::BTreeMap;

use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{RequireGate, Rule};
use crate::gate::probe::short;
use crate::gate::{Facts, Probe};
use crate::model::{Fact, Measure, Verdict};

/// Tries for one expression.
const TRIES: usize = 20_000;

impl RequireGate {
    /// No facts, and facts that make each expression false.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let each = self.rules.iter().enumerate();
        each.flat_map(|(index, rule)| {
            let name = format!("require[{index}]");
            let text = short(&rule.text.value);
            let none = Probe::new(format!("no facts for `{text}`")).clause(&name);
            let bad = match rule.refuted() {
                Some((facts, words)) => {
                    let mut probe = Probe::new(words).clause(&name);
                    probe.facts = facts;
                    probe
                }
                None => Probe::unproven(
                    format!("`{text}`"),
                    "no facts were found that make it false",
                ),
            };
            [none, bad]
        })
        .collect()
    }
}

/// What a path is tried with.
#[derive(Clone)]
enum Try {
    Value(Measure),
    Verdict(Verdict),
}

impl Rule {
    /// Facts that make it false, and those facts in words.
    fn refuted(&self) -> Option<(Facts, String)> {
        let mut numbers = Vec::new();
        literals(&self.expression, &mut numbers);
        let paths: Vec<&[String]> = self.paths.iter().map(Vec::as_slice).collect();
        let choices: Vec<Vec<Try>> = paths.iter().map(|path| tries(path, &numbers)).collect();
        let mut at = vec![0; choices.len()];
        for _ in 0..TRIES {
            let chosen = || paths.iter().zip(&at).enumerate();
            let pairs: Vec<(&[String], &Try)> = chosen()
                .map(|(index, (path, at))| (*path, &choices[index][*at]))
                .collect();
            let facts = facts(
                &self.mentions.iter().map(String::as_str).collect::<Vec<_>>(),
                &pairs,
            );
            if self.evaluate(&facts).0 == Ok(false) {
                return Some((facts, words(&pairs)));
            }
            // The next combination, like the digits of a number.
            let place = (0..at.len()).find(|&place| at[place] + 1 < choices[place].len())?;
            at[place] += 1;
            at[..place].fill(0);
        }
        None
    }
}

fn literals(node: &IdedExpr, to: &mut Vec<Decimal>) {
    let number = match &node.expr {
        Expr::Literal(LiteralValue::Int(number)) => Some(Decimal::from(*number.inner())),
        Expr::Literal(LiteralValue::UInt(number)) => Some(Decimal::from(*number.inner())),
        Expr::Literal(LiteralValue::Double(number)) => number.inner().to_string().parse().ok(),
        _ => None,
    };
    to.extend(number);
    match &node.expr {
        Expr::Call(call) => {
            let nodes = call.target.iter().map(|target| &**target).chain(&call.args);
            nodes.for_each(|child| literals(child, to));
        }
        Expr::Select(select) => literals(&select.operand, to),
        Expr::List(list) => list.elements.iter().for_each(|child| literals(child, to)),
        Expr::Comprehension(inner) => {
            for child in [&inner.iter_range, &inner.loop_step, &inner.result] {
                literals(child, to);
            }
        }
        _ => {}
    }
    to.truncate(24);
}

/// The values that a path is tried with: zero, much, and what lies beside each number of the expression.
fn tries(path: &[String], numbers: &[Decimal]) -> Vec<Try> {
    let last = path.last().map_or("", String::as_str);
    if path.len() == 2 && last == "verdict" {
        let verdicts = [Verdict::Fail, Verdict::Inconclusive, Verdict::Pass];
        return verdicts.map(Try::Verdict).to_vec();
    }
    let mut values: Vec<Decimal> = numbers
        .iter()
        .flat_map(|number| [number - Decimal::ONE, *number, number + Decimal::ONE])
        .collect();
    let share = matches!(last, "percent" | "part" | "whole");
    let decimal = numbers.iter().any(|number| number.scale() > 0);
    let edges = if share { [0, 100] } else { [0, 1_000_000] };
    values.splice(0..0, edges.map(Decimal::from));
    let most = if share {
        Decimal::ONE_HUNDRED
    } else {
        Decimal::MAX
    };
    values.retain(|value| !value.is_sign_negative() && *value <= most);
    let mut seen = Vec::new();
    values.retain(|value| {
        !seen.contains(value) && {
            seen.push(*value);
            true
        }
    });
    let measures = values.iter().flat_map(|value| {
        let count = value.to_u64().filter(|_| value.fract().is_zero());
        let whole = count.map(Measure::Count);
        let part = count.map(|part| Measure::Share { part, whole: 100 });
        let number = Some(Measure::Number(*value));
        match (share, decimal) {
            (true, _) => [part, None],
            (false, true) => [number, whole],
            (false, false) => [whole, number],
        }
    });
    measures.flatten().map(Try::Value).collect()
}

/// Facts in which each path has its value. Other facts of the gates are not there.
fn facts(gates: &[&str], pairs: &[(&[String], &Try)]) -> Facts {
    let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
    let mut lists: BTreeMap<&str, Vec<Fact>> = BTreeMap::new();
    for gate in gates {
        lists.entry(gate).or_default();
    }
    for (path, value) in pairs {
        let gate = path[0].as_str();
        match value {
            Try::Verdict(verdict) => {
                verdicts.insert(gate, *verdict);
            }
            Try::Value(value) => {
                let list = lists.entry(gate).or_default();
                list.push(fact(&path[1..], *value));
            }
        }
    }
    let mut facts = Facts::default();
    for (gate, list) in lists {
        let verdict = verdicts.get(gate).copied().unwrap_or(Verdict::Pass);
        facts.add(gate, verdict, list);
    }
    facts
}

fn fact(path: &[String], value: Measure) -> Fact {
    let share = matches!(value, Measure::Share { .. }) && path.len() > 1;
    let name = &path[..path.len() - usize::from(share)];
    Fact {
        name: name.join("."),
        value,
        volatile: false,
    }
}

fn words(pairs: &[(&[String], &Try)]) -> String {
    let one = |(path, value): &(&[String], &Try)| match value {
        Try::Verdict(verdict) => format!("{} {}", path.join("."), verdict.word()),
        Try::Value(value) => format!("{} {value}", path.join(".")),
    };
    let all: Vec<String> = pairs.iter().map(one).collect();
    if all.is_empty() {
        "no facts".to_owned()
    } else {
        short(&all.join(", "))
    }
}
