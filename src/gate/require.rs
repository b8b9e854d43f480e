//! `require`: CEL expressions over the facts of the gates that this one needs.
//!
//! Names are checked when the file is read: an expression may speak only of gates it needs. Macros may nest
//! twice at most, because the language has no cost limit. An error in evaluation is inconclusive.

use std::collections::{BTreeSet, HashMap};

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::objects::Key;
use cel::{Program, Value};
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value as Json, json};

use super::{Context, Facts, Gate, GateKind};
use crate::model::{Cause, ConditionVerdict, Judgement, Measure, Verdict};
use crate::policy::Weight;
use crate::problem::{Code, Many, Problem, Problems, Shape, Text};
use crate::source::{Located, Node, Place};

/// Macros (`all`, `exists`, `filter`, `map`) may nest this deep.
const NESTING: usize = 2;

/// The kind `require`.
pub struct Require;

#[derive(Debug)]
struct RequireGate {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    text: Text,
    mentions: BTreeSet<String>,
    paths: BTreeSet<String>,
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

fn rule(text: Text, problems: &mut Problems) -> Option<Rule> {
    let program = match Program::compile(&text.value) {
        Ok(program) => program,
        Err(errors) => {
            let first = errors.errors.first();
            let place = first
                .map(|error| format!(" at character {}", error.pos.1.max(0)))
                .unwrap_or_default();
            let words = first
                .map(|error| plain_words(&error.msg))
                .unwrap_or_default();
            problems.push(
                Problem::new(Code::EXPRESSION, &text.at, format!("not a CEL expression{place}: {words}"))
                    .label("cannot be parsed")
                    .help("write a comparison such as `unit.tests.failed == 0 && coverage.lines.percent >= 85.0`"),
            );
            return None;
        }
    };
    let mut found = Found::default();
    found.walk(program.expression(), &mut Vec::new(), 0);
    if found.deepest > NESTING {
        problems.push(
            Problem::new(
                Code::EXPRESSION,
                &text.at,
                format!("macros nest {} deep, {NESTING} are allowed", found.deepest),
            )
            .help("split the expression"),
        );
        return None;
    }
    Some(Rule {
        text,
        mentions: found.roots,
        paths: found.paths,
    })
}

/// The parser's own words speak of its grammar; people need less.
fn plain_words(message: &str) -> String {
    let message = message.trim_start_matches("Syntax error: ");
    let end = message.find(" expecting ").unwrap_or(message.len());
    message[..end].to_owned()
}

/// What an expression speaks of.
#[derive(Default)]
struct Found {
    roots: BTreeSet<String>,
    paths: BTreeSet<String>,
    deepest: usize,
}

impl Found {
    fn walk(&mut self, node: &IdedExpr, bound: &mut Vec<String>, depth: usize) {
        if let Some(path) = path_of(node) {
            self.add(&path, bound);
            return;
        }
        match &node.expr {
            Expr::Call(call) => {
                for child in call.target.iter().map(|target| &**target).chain(&call.args) {
                    self.walk(child, bound, depth);
                }
            }
            Expr::Comprehension(inner) => {
                self.deepest = self.deepest.max(depth + 1);
                self.walk(&inner.iter_range, bound, depth);
                let before = bound.len();
                bound.extend([inner.iter_var.clone(), inner.accu_var.clone()]);
                bound.extend(inner.iter_var2.clone());
                for child in [
                    &inner.accu_init,
                    &inner.loop_cond,
                    &inner.loop_step,
                    &inner.result,
                ] {
                    self.walk(child, bound, depth + 1);
                }
                bound.truncate(before);
            }
            Expr::List(list) => list
                .elements
                .iter()
                .for_each(|child| self.walk(child, bound, depth)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.walk(&entry.key, bound, depth);
                        self.walk(&entry.value, bound, depth);
                    }
                }
            }
            Expr::Select(select) => self.walk(&select.operand, bound, depth),
            Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn add(&mut self, path: &[String], bound: &[String]) {
        let Some(root) = path.first().filter(|root| !bound.contains(root)) else {
            return;
        };
        let gate = if root == "gates" {
            path.get(1)
        } else {
            Some(root)
        };
        self.roots.extend(gate.cloned());
        let shown = if root == "gates" { &path[1..] } else { path };
        if shown.len() > 1 {
            self.paths.insert(shown.join("."));
        }
    }
}

/// `a.b.c` and `gates['a-b'].c` as a path.
fn path_of(node: &IdedExpr) -> Option<Vec<String>> {
    match &node.expr {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Select(select) => {
            let mut path = path_of(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        Expr::Call(call) if call.func_name == "_[_]" => {
            let [operand, index] = call.args.as_slice() else {
                return None;
            };
            let Expr::Literal(LiteralValue::String(text)) = &index.expr else {
                return None;
            };
            let mut path = path_of(operand)?;
            path.push(text.inner().to_owned());
            Some(path)
        }
        _ => None,
    }
}

/// The facts as nested JSON: `{gate: {verdict, kind: {fact: value}, fact: value}}`.
fn nested(facts: &Facts) -> Json {
    let mut gates = serde_json::Map::new();
    for (gate, verdict, list) in facts.iter() {
        let mut tree = json!({ "verdict": verdict.word() });
        let mut kinds: Vec<&str> = list
            .iter()
            .filter_map(|fact| fact.name.split('.').next())
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.retain(|kind| *kind != "exit");
        for fact in list {
            insert(&mut tree, &fact.name, json_of(&fact.value));
            // The kind may be left out when the gate has one judge.
            if let (1, Some((kind, rest))) = (kinds.len(), fact.name.split_once('.'))
                && (kind != "exit" && rest != "verdict")
            {
                insert(&mut tree, rest, json_of(&fact.value));
            }
        }
        gates.insert(gate.to_owned(), tree);
    }
    Json::Object(gates)
}

fn insert(tree: &mut Json, path: &str, value: Json) {
    let mut at = tree;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let Json::Object(map) = at else { return };
        if parts.peek().is_none() {
            map.insert(part.to_owned(), value);
            return;
        }
        at = map.entry(part).or_insert_with(|| json!({}));
    }
}

fn json_of(value: &Measure) -> Json {
    let float = |measure: &Measure| measure.number().and_then(|number| number.to_f64());
    match value {
        Measure::Count(count) | Measure::Size(count) => json!(count),
        Measure::Share { part, whole } => {
            json!({ "percent": float(value), "part": part, "whole": whole })
        }
        Measure::Duration(_) | Measure::Number(_) => json!(float(value)),
    }
}

/// Whole numbers enter the language as int: its own conversion makes them unsigned, where `a - b` overflows.
fn cel_of(value: &Json) -> Value {
    match value {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::Int(int),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(cel_of).collect::<Vec<Value>>()),
        Json::Object(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| (Key::from(key.as_str()), cel_of(value)));
            Value::from(entries.collect::<HashMap<Key, Value>>())
        }
    }
}

impl Rule {
    fn judge(&self, gate: &str, index: usize, facts: &Json) -> ConditionVerdict {
        let trace: Vec<String> = self
            .paths
            .iter()
            .filter_map(|path| shown(facts, path))
            .collect();
        let (verdict, cause, note) = match self.evaluate(facts) {
            Ok(true) => (Verdict::Pass, None, None),
            Ok(false) => (Verdict::Fail, None, None),
            Err(words) => (Verdict::Inconclusive, Some(Cause::Evidence), Some(words)),
        };
        ConditionVerdict {
            fact: format!("{gate}.require[{index}]"),
            verdict,
            cause,
            measured: (!trace.is_empty()).then(|| trace.join(", ")),
            bound: self.text.value.clone(),
            written: Some(self.text.at.place()),
            evidence: Vec::<Place>::new(),
            note,
            volatile: self
                .paths
                .iter()
                .any(|path| path.ends_with("duration") || path.ends_with("slowest")),
            asked: None,
        }
    }

    fn evaluate(&self, facts: &Json) -> Result<bool, String> {
        let program =
            Program::compile(&self.text.value).map_err(|_| "it cannot be parsed".to_owned())?;
        let mut context = cel::Context::default();
        let Json::Object(gates) = facts else {
            return Err("there are no facts".to_owned());
        };
        for (gate, tree) in gates {
            context.add_variable_from_value(gate.as_str(), cel_of(tree));
        }
        context.add_variable_from_value("gates", cel_of(facts));
        match program.execute(&context) {
            Ok(Value::Bool(truth)) => Ok(truth),
            Ok(other) => Err(format!("it gives {}, not true or false", kind_of(&other))),
            Err(error) => Err(error_words(&error)),
        }
    }
}

fn error_words(error: &cel::ExecutionError) -> String {
    let words = error.to_string();
    if words.contains("No such key") {
        format!("{}: no gate it needs measured that", words.to_lowercase())
    } else if words.contains("overload") || words.contains("Unsupported binary") {
        format!("{words}; whole numbers and decimals do not mix: write `85.0`, or `double(x)`")
    } else {
        words
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Int(_) | Value::UInt(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::String(_) => "text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        _ => "something else",
    }
}

fn shown(facts: &Json, path: &str) -> Option<String> {
    let mut at = facts;
    for part in path.split('.') {
        at = at.get(part)?;
    }
    match at {
        Json::Object(map) => Some(format!("{path} = {}%", map.get("percent")?)),
        other => Some(format!("{path} = {other}")),
    }
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

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("require");
        let facts = nested(context.facts);
        for (index, rule) in self.rules.iter().enumerate() {
            let verdict = rule.judge(context.gate, index, &facts);
            judging.out().conditions.push(verdict);
        }
        judging.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fact;
    use crate::source::At;

    fn judged(expression: &str) -> (Verdict, String) {
        let mut facts = Facts::default();
        let fact = |name: &str, value| Fact {
            name: name.to_owned(),
            value,
            volatile: false,
        };
        facts.add(
            "unit",
            Verdict::Pass,
            vec![
                fact("tests.failed", Measure::Count(2)),
                fact("tests.total", Measure::Count(1)),
            ],
        );
        facts.add(
            "cov-a",
            Verdict::Fail,
            vec![fact(
                "coverage.lines",
                Measure::Share {
                    part: 85,
                    whole: 100,
                },
            )],
        );
        let mut problems = Problems::default();
        let text = Located::new(expression.to_owned(), At::start_of("t"));
        let rule = rule(text, &mut problems).expect("compiles");
        let verdict = rule.judge("g", 0, &nested(&facts));
        (
            verdict.verdict,
            verdict.measured.unwrap_or_default() + &verdict.note.unwrap_or_default(),
        )
    }

    #[test]
    fn facts_are_seen_with_and_without_their_kind() {
        assert_eq!(
            judged("unit.tests.failed == 2 && unit.failed == 2").0,
            Verdict::Pass
        );
        assert_eq!(
            judged("gates['cov-a'].lines.percent >= 85.0").0,
            Verdict::Pass
        );
        assert_eq!(judged("unit.total - unit.failed == -1").0, Verdict::Pass);
        assert_eq!(judged("unit.verdict == 'fail'").0, Verdict::Fail);
    }

    #[test]
    fn failure_shows_the_measured_values() {
        let (verdict, words) = judged("unit.tests.failed == 0");
        assert_eq!(verdict, Verdict::Fail);
        assert_eq!(words, "unit.tests.failed = 2");
    }

    #[test]
    fn unknown_facts_and_mixed_numbers_are_inconclusive() {
        assert_eq!(judged("unit.tests.nothing == 0").0, Verdict::Inconclusive);
        assert_eq!(
            judged("unit.tests.failed * 1.5 > 2.0").0,
            Verdict::Inconclusive
        );
        assert_eq!(judged("unit.tests.failed").0, Verdict::Inconclusive);
    }

    #[test]
    fn syntax_and_deep_macros_are_refused() {
        for text in ["unit.failed ==", "[1].all(a, [1].all(b, [1].all(c, true)))"] {
            let mut problems = Problems::default();
            assert!(
                rule(
                    Located::new(text.to_owned(), At::start_of("t")),
                    &mut problems
                )
                .is_none()
            );
            assert_eq!(
                problems.iter().next().map(|p| p.code),
                Some(Code::EXPRESSION)
            );
        }
    }
}
