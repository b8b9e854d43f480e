//! `require`: CEL expressions over the facts of the gates that this one needs.
//!
//! What can be told before evaluation is told when the file is read: syntax, functions, gates and facts that are not
//! there, macros and lists beyond their caps (the language has no cost limit). An error in evaluation is inconclusive.
//! Numbers are decimals (see `value.rs`), and each verdict shows what its parts came to.

mod call;
mod eval;
mod idle;
mod names;
mod probes;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod words;

use std::collections::BTreeSet;

use cel::common::ast::IdedExpr;
use cel::{ParseErrors, Program};
use serde_json::Value as Json;

use super::{Context, Facts, Gate, GateKind, Probe};
use crate::model::{Cause, ConditionVerdict, Judgement, Verdict};
use crate::policy::Weight;
use crate::problem::{Code, Many, Problem, Problems, Shape, Text, nearest};
use crate::source::{Located, Node, Place};
use eval::{Evaluation, Trace};
use names::Found;
use value::{Value, nested};

/// Macros (`all`, `exists`, `filter`, `map`) may nest this deep.
const NESTING: usize = 2;
/// Bytes of an expression.
const LONGEST: usize = 4_000;
/// Stack for the parser, taken only as far as it is used.
const STACK: usize = 64 << 20;
/// How deep brackets, calls and operators may nest.
const DEEPEST: usize = 48;
/// Entries of a list or map that is written out.
const ENTRIES: usize = 500;
/// Characters of a trace that are shown.
const TRACE: usize = 600;

/// The kind `require`.
pub struct Require;

#[derive(Debug)]
struct RequireGate {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    text: Text,
    expression: IdedExpr,
    mentions: BTreeSet<String>,
    paths: BTreeSet<Vec<String>>,
}

impl GateKind for Require {
    fn name(&self) -> &'static str {
        "require"
    }

    fn about(&self) -> &'static str {
        "CEL expressions over the facts of the gates it needs"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let Many(texts) = <Many<Text> as Shape>::read(node, problems)?;
        if texts.is_empty() {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &node.at, "`require` asks for nothing")
                    .help("add an expression such as `unit.tests.failed == 0`"),
            );
        }
        let rules = texts
            .into_iter()
            .filter_map(|text| rule(text, problems))
            .collect();
        Some(Box::new(RequireGate { rules }))
    }

    fn schema(&self) -> Json {
        <Many<Text> as Shape>::schema()
    }

    fn weighs(&self, key: &str) -> Option<Weight> {
        key.is_empty().then_some(Weight::Demands)
    }
}

/// An expression that can be evaluated and asks something.
fn rule(text: Text, problems: &mut Problems) -> Option<Rule> {
    let rule = read(text, problems)?;
    if let Some((message, label, help)) = idle::told(&rule.expression) {
        let problem = Problem::new(Code::EXPRESSION, &rule.text.at, message);
        problems.push(problem.label(label).help(help));
        return None;
    }
    Some(rule)
}

/// An expression that can be evaluated.
fn read(text: Text, problems: &mut Problems) -> Option<Rule> {
    let refused = |message: String, label: &str, help: String| {
        Problem::new(Code::EXPRESSION, &text.at, message)
            .label(label)
            .help(help)
    };
    if text.value.len() > LONGEST {
        let message = format!("the expression is longer than {LONGEST} characters");
        problems.push(refused(
            message,
            "too long",
            "split it into several".to_owned(),
        ));
        return None;
    }
    if let Some(message) = words::too_deep(&text.value) {
        problems.push(refused(
            message,
            "too deep",
            "split it into several".to_owned(),
        ));
        return None;
    }
    let expression = match parsed(&text.value) {
        Ok(expression) => expression,
        Err(errors) => {
            let (message, help) = words::of_parser(&text.value, &errors);
            problems.push(refused(message, "cannot be parsed", help));
            return None;
        }
    };
    let found = Found::of(&expression);
    for (one, most, what) in [
        (found.macros, NESTING, "macros nest"),
        (found.depth, DEEPEST, "brackets and operators nest"),
    ] {
        if one > most {
            let message = format!("{what} {one} deep, {most} are allowed");
            problems.push(refused(
                message,
                "too deep",
                "split the expression".to_owned(),
            ));
            return None;
        }
    }
    if found.longest > ENTRIES {
        let message = format!("a list of {} entries, {ENTRIES} are allowed", found.longest);
        problems.push(refused(
            message,
            "too long",
            "split the expression".to_owned(),
        ));
        return None;
    }
    for (name, count) in &found.calls {
        if let Some((message, help)) = words::of_call(name, *count) {
            problems.push(refused(message, "cannot be called", help));
            return None;
        }
    }
    Some(Rule {
        text,
        expression,
        mentions: found.roots,
        paths: found.paths,
    })
}

/// Parses on a thread of its own, because the parser needs much stack for each bracket.
fn parsed(text: &str) -> Result<IdedExpr, ParseErrors> {
    let parse = || Program::compile(text).map(|program| program.expression().clone());
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        match builder.spawn_scoped(scope, parse) {
            Ok(thread) => thread
                .join()
                .unwrap_or_else(|_| Err(ParseErrors { errors: Vec::new() })),
            Err(_) => Err(ParseErrors { errors: Vec::new() }),
        }
    })
}

impl Rule {
    fn judge(&self, gate: &str, index: usize, facts: &Facts) -> ConditionVerdict {
        let (answer, trace) = self.evaluate(facts);
        let shown = |list: &[(String, String)], sign: &str| {
            let list: Vec<String> = list
                .iter()
                .map(|(name, value)| format!("{name}{sign}{value}"))
                .collect();
            bounded(&list)
        };
        let mut measured = shown(&trace.facts, " = ");
        let parts = trace.parts.into_iter();
        let parts: Vec<(String, String)> = parts
            .map(|(name, value)| (format!("`{name}`"), value))
            .collect();
        let parts = shown(&parts, " is ");
        let (verdict, cause, note) = match answer {
            Ok(true) => {
                let both = [measured, parts];
                measured = both
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join("; ");
                (Verdict::Pass, None, None)
            }
            Ok(false) => (
                Verdict::Fail,
                None,
                Some(parts).filter(|parts| !parts.is_empty()),
            ),
            Err(words) => (Verdict::Inconclusive, Some(Cause::Evidence), Some(words)),
        };
        ConditionVerdict {
            fact: format!("{gate}.require[{index}]"),
            verdict,
            cause,
            measured: Some(measured).filter(|text| !text.is_empty()),
            bound: self.text.value.clone(),
            written: Some(self.text.at.place()),
            evidence: Vec::<Place>::new(),
            note,
            volatile: self.is_volatile(facts),
            asked: None,
        }
    }

    /// Whether it speaks of a value that differs between equal runs.
    fn is_volatile(&self, facts: &Facts) -> bool {
        facts.iter().any(|(gate, _, list)| {
            let times = list.iter().filter(|fact| fact.volatile);
            let mut names = times.map(|fact| fact.name.as_str());
            names.any(|name| {
                let short = name.split_once('.').map_or(name, |(_, short)| short);
                self.paths.iter().any(|path| {
                    let spoken = path[1..].join(".");
                    path[0] == gate && (spoken.starts_with(name) || spoken.starts_with(short))
                })
            })
        })
    }

    fn evaluate(&self, facts: &Facts) -> (Result<bool, String>, Trace) {
        let facts = nested(facts);
        let mut evaluation = Evaluation::new(&facts);
        let answer = match evaluation.value(&self.expression) {
            Ok(Value::Bool(truth)) => Ok(truth),
            Ok(other) => Err(format!("it gives {}, not true or false", other.what())),
            Err(words) => Err(words),
        };
        let mut trace = evaluation.trace;
        // The whole expression is the condition itself: its value is the verdict.
        let whole = text::text(&self.expression);
        trace.parts.retain(|(name, _)| *name != whole);
        (answer, trace)
    }
}

/// The list in one line, cut where it gets too long.
fn bounded(list: &[String]) -> String {
    let mut text = String::new();
    for (index, item) in list.iter().enumerate() {
        if text.len() + item.len() > TRACE {
            text.push_str(&format!(" and {} more", list.len() - index));
            break;
        }
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(item);
    }
    text
}

impl Gate for RequireGate {
    fn kind(&self) -> &'static str {
        "require"
    }

    fn mentions(&self) -> Vec<Located<String>> {
        let of = |rule: &Rule| {
            let at = rule.text.at.clone();
            rule.mentions
                .iter()
                .map(move |name| Located::new(name.clone(), at.clone()))
                .collect::<Vec<_>>()
        };
        self.rules.iter().flat_map(of).collect()
    }

    fn references(&self) -> Vec<Located<Vec<String>>> {
        let of = |rule: &Rule| {
            let at = rule.text.at.clone();
            let paths = rule.paths.iter();
            paths
                .map(move |path| Located::new(path.clone(), at.clone()))
                .collect::<Vec<_>>()
        };
        self.rules.iter().flat_map(of).collect()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("require");
        for (index, rule) in self.rules.iter().enumerate() {
            let verdict = rule.judge(context.gate, index, context.facts);
            judging.out().conditions.push(verdict);
        }
        judging.done()
    }
}
