//! Evaluates an expression over facts, step by step, and keeps what each part came to.
//!
//! The language is CEL; its parser is a library's, its arithmetic is ours, because that of the language is in floats.
//! What cannot be said is an error in words, never a value: a name that is not there, whole numbers mixed with
//! decimals, a division by zero, a number too large. Steps, lists and texts are capped: the language has no limit.

use std::collections::BTreeMap;

use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::call;
use super::names::path_of;
use super::text::text;
use super::value::Value;
use crate::problem::nearest;

/// Parts that may be evaluated; two nested macros over a thousand entries each reach it.
const STEPS: u64 = 200_000;
/// Entries of a list, characters of a text that an expression may make.
pub(super) const LARGEST: usize = 2_000;
/// Parts that a trace keeps.
const TRACED: usize = 24;

/// A value, or why there is none.
pub(super) type Outcome = Result<Value, String>;

/// What the parts of an expression came to.
#[derive(Default)]
pub(super) struct Trace {
    /// Facts by path, as text.
    pub facts: Vec<(String, String)>,
    /// Comparisons and calls, as text.
    pub parts: Vec<(String, String)>,
}

impl Trace {
    fn keep(list: &mut Vec<(String, String)>, name: String, value: &Value) {
        if list.len() < TRACED && !list.iter().any(|(known, _)| *known == name) {
            list.push((name, value.to_string()));
        }
    }
}

/// One evaluation.
pub(super) struct Evaluation<'a> {
    facts: &'a BTreeMap<String, Value>,
    scope: Vec<(String, Value)>,
    steps: u64,
    /// What was seen on the way.
    pub trace: Trace,
    /// Depth of macros: what happens in them is not traced, it happens many times.
    inside: u32,
}

impl<'a> Evaluation<'a> {
    pub fn new(facts: &'a BTreeMap<String, Value>) -> Self {
        Self {
            facts,
            scope: Vec::new(),
            steps: 0,
            trace: Trace::default(),
            inside: 0,
        }
    }

    /// The value of an expression.
    pub fn value(&mut self, node: &IdedExpr) -> Outcome {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(format!("it takes more than {STEPS} steps: make it simpler"));
        }
        if let Some(path) = path_of(node).filter(|path| self.local(&path[0]).is_none()) {
            return self.fact(node, &path);
        }
        let value = match &node.expr {
            Expr::Literal(value) => return literal(value),
            Expr::Ident(name) => return self.local(name).cloned().ok_or_else(|| missing(name)),
            Expr::Select(select) => self.select(select)?,
            Expr::Call(call) => self.call(call)?,
            Expr::List(list) => {
                let items = list.elements.iter().map(|item| self.value(item));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Expr::Map(map) => self.map(&map.entries)?,
            Expr::Comprehension(inner) => self.comprehension(inner)?,
            Expr::Struct(_) | Expr::Unspecified => {
                return Err("messages are not known here".to_owned());
            }
        };
        self.note(node, &value);
        Ok(value)
    }

    fn note(&mut self, node: &IdedExpr, value: &Value) {
        if self.inside == 0 && matches!(node.expr, Expr::Call(_) | Expr::Comprehension(_)) {
            Trace::keep(&mut self.trace.parts, text(node), value);
        }
    }

    /// A variable of a macro.
    fn local(&self, name: &str) -> Option<&Value> {
        let mut scope = self.scope.iter().rev();
        scope
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    /// The fact at a path, whose first part is no variable. Followed by reference: a gate may have a thousand facts.
    fn fact(&mut self, node: &IdedExpr, path: &[String]) -> Outcome {
        let asked = matches!(&node.expr, Expr::Select(select) if select.test);
        let names = if path[0] == "gates" { &path[1..] } else { path };
        let Some((gate, rest)) = names.split_first() else {
            return Ok(Value::Map(self.facts.clone()));
        };
        let Some(mut at) = self.facts.get(gate) else {
            return Err(missing(gate));
        };
        for (index, name) in rest.iter().enumerate() {
            let last = index + 1 == rest.len();
            at = match at {
                Value::Map(map) if asked && last => {
                    let there = Value::Bool(map.contains_key(name));
                    Trace::keep(&mut self.trace.parts, text(node), &there);
                    return Ok(there);
                }
                Value::Map(map) if map.contains_key(name) => &map[name],
                other => return entry(other, name, || names[..=index].join(".")),
            };
        }
        // Only the ends of paths: the maps on the way say nothing.
        if !matches!(at, Value::Map(map) if !map.contains_key("percent")) {
            Trace::keep(&mut self.trace.facts, names.join("."), at);
        }
        Ok(at.clone())
    }

    fn select(&mut self, select: &SelectExpr) -> Outcome {
        let of = self.value(&select.operand)?;
        if select.test {
            let there = matches!(&of, Value::Map(map) if map.contains_key(&select.field));
            return Ok(Value::Bool(there));
        }
        entry(&of, &select.field, || text(&select.operand))
    }

    fn map(&mut self, entries: &[cel::common::ast::IdedEntryExpr]) -> Outcome {
        let mut map = BTreeMap::new();
        for entry in entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                return Err("messages are not known here".to_owned());
            };
            match self.value(&entry.key)? {
                Value::Text(key) => map.insert(key, self.value(&entry.value)?),
                other => return Err(format!("a key of a map is text here, not {}", other.what())),
            };
        }
        Ok(Value::Map(map))
    }

    fn call(&mut self, call: &CallExpr) -> Outcome {
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("_&&_", [left, right]) => self.logic(left, right, false),
            ("_||_", [left, right]) => self.logic(left, right, true),
            ("_?_:_", [test, yes, no]) => match self.value(test)? {
                Value::Bool(true) => self.value(yes),
                Value::Bool(false) => self.value(no),
                other => Err(format!(
                    "`{}` is {}, not true or false",
                    text(test),
                    other.what()
                )),
            },
            ("@not_strictly_false", [one]) => Ok(Value::Bool(!matches!(
                self.value(one),
                Ok(Value::Bool(false))
            ))),
            ("_[_]", [of, key]) => {
                let (owner, key) = (self.value(of)?, self.value(key)?);
                call::index(&owner, &key, || text(of))
            }
            (name, arguments) => {
                let mut values = Vec::with_capacity(arguments.len() + 1);
                for node in call.target.iter().map(|target| &**target).chain(arguments) {
                    values.push(self.value(node)?);
                }
                call::apply(name, &values).map_err(|words| {
                    let nodes: Vec<String> = arguments.iter().map(text).collect();
                    call::explained(name, &nodes, &values, words)
                })
            }
        }
    }

    /// `&&` (decided by false) and `||` (decided by true): either side may decide although the other has no value. Both are
    /// evaluated, so that a trace shows both.
    fn logic(&mut self, left: &IdedExpr, right: &IdedExpr, decides: bool) -> Outcome {
        let (one, two) = (self.value(left), self.value(right));
        let mut trouble = None;
        for (side, value) in [(left, one), (right, two)] {
            match value {
                Ok(Value::Bool(truth)) if truth == decides => return Ok(Value::Bool(decides)),
                Ok(Value::Bool(_)) => {}
                Ok(other) => {
                    let words = format!("`{}` is {}, not true or false", text(side), other.what());
                    trouble.get_or_insert(words);
                }
                Err(words) => {
                    trouble.get_or_insert(words);
                }
            }
        }
        trouble.map_or(Ok(Value::Bool(!decides)), Err)
    }

    /// `all`, `exists`, `exists_one`, `filter` and `map`, as the parser spells them out.
    fn comprehension(&mut self, inner: &ComprehensionExpr) -> Outcome {
        let items = match self.value(&inner.iter_range)? {
            Value::List(items) => items,
            Value::Map(map) => map.into_keys().map(Value::Text).collect(),
            other => {
                return Err(format!(
                    "`{}` is {}, not a list",
                    text(&inner.iter_range),
                    other.what()
                ));
            }
        };
        let start = self.value(&inner.accu_init)?;
        self.inside += 1;
        let depth = self.scope.len();
        self.scope.push((inner.accu_var.clone(), start));
        let done = self.each(inner, items, depth);
        let result = done.and_then(|()| self.value(&inner.result));
        self.scope.truncate(depth);
        self.inside -= 1;
        result
    }

    fn each(
        &mut self,
        inner: &ComprehensionExpr,
        items: Vec<Value>,
        depth: usize,
    ) -> Result<(), String> {
        // One entry without an answer does not hide another that decides; without one it is the answer.
        let mut trouble = None;
        for item in items {
            if self.value(&inner.loop_cond)? == Value::Bool(false) {
                return Ok(());
            }
            self.scope.push((inner.iter_var.clone(), item));
            let next = self.value(&inner.loop_step);
            self.scope.truncate(depth + 1);
            match next {
                Ok(value) => self.scope[depth].1 = value,
                Err(words) => {
                    trouble.get_or_insert(words);
                }
            }
        }
        match (trouble, &self.scope[depth].1, &inner.accu_init.expr) {
            (None, ..) => Ok(()),
            // `all` found a false one, `exists` a true one.
            (Some(_), Value::Bool(now), Expr::Literal(LiteralValue::Boolean(start)))
                if now != start.inner() =>
            {
                Ok(())
            }
            (Some(words), ..) => Err(words),
        }
    }
}

fn missing(name: &str) -> String {
    format!("`{name}` is not there: no gate of that name was judged")
}

/// The entry of a map under a name.
pub(super) fn entry(of: &Value, name: &str, said: impl Fn() -> String) -> Outcome {
    let Value::Map(map) = of else {
        return Err(format!("`{}` is {}, it has no `{name}`", said(), of.what()));
    };
    if let Some(value) = map.get(name) {
        return Ok(value.clone());
    }
    if name == "percent" && map.contains_key("whole") {
        return Err(format!(
            "`{}` is a share of nothing: it has no percentage",
            said()
        ));
    }
    let known = || map.keys().map(String::as_str);
    let hint = match nearest(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", known().take(12).collect::<Vec<_>>().join(", ")),
    };
    Err(format!(
        "`{}` has no `{name}`: no gate it needs measured that; {hint}",
        said()
    ))
}

fn literal(value: &LiteralValue) -> Outcome {
    Ok(match value {
        LiteralValue::Boolean(truth) => Value::Bool(*truth.inner()),
        LiteralValue::Int(number) => Value::int(*number.inner()),
        LiteralValue::UInt(number) => Value::int(*number.inner()),
        LiteralValue::String(text) => Value::text(text.inner()),
        LiteralValue::Null => Value::Null,
        LiteralValue::Bytes(_) => return Err("bytes are not known here".to_owned()),
        LiteralValue::Double(number) => Value::double(decimal(*number.inner())?),
    })
}

/// A literal as its author wrote it: the shortest text that gives this float, which has up to 17 digits.
fn decimal(number: f64) -> Result<Decimal, String> {
    let text = format!("{number}");
    text.parse().map_err(|_| format!("{text} is too large"))
}

/// A whole number within the bounds of the language.
pub(super) fn whole(value: Decimal) -> Outcome {
    match value.to_i64() {
        Some(_) => Ok(Value::int(value)),
        None => Err("a whole number became too large".to_owned()),
    }
}
