//! Expressions that can never say no, and those that never say yes or no: told when the file is read.
//!
//! Told are those without a fact, those that are true whatever the facts are, and those whose type is known and is not
//! true or false. What only some facts make true is looked for by `config prove`.

use std::collections::BTreeMap;

use cel::common::ast::{Expr, IdedExpr, LiteralValue};

use super::eval::Evaluation;
use super::names::{Found, path_of};
use super::text::text;
use super::value::Value;

const HELP: &str = "compare a fact with a bound, such as `unit.tests.failed == 0`";

/// What is wrong with an expression that asks nothing: message, label, help.
pub(super) fn told(node: &IdedExpr) -> Option<(String, &'static str, String)> {
    let found = Found::of(node);
    let told = |message: String, label| Some((message, label, HELP.to_owned()));
    if !found.speaks {
        let message = "the expression speaks of no gate: it says the same whatever they find";
        return told(message.to_owned(), "asks nothing");
    }
    if let Some(what) = kind(node) {
        let message = format!("`{}` is {what}, not true or false", text(node));
        return told(message, "says neither yes nor no");
    }
    // Without facts each of them is an error: who is true nevertheless does not depend on them.
    let nothing = BTreeMap::new();
    let always = !found.all && Evaluation::new(&nothing).value(node) == Ok(Value::Bool(true));
    if always {
        let message = "the expression is true whatever the gates find";
        return told(message.to_owned(), "asks nothing");
    }
    None
}

/// What an expression gives, where that is known and is not true or false.
fn kind(node: &IdedExpr) -> Option<&'static str> {
    if let Expr::Select(select) = &node.expr
        && select.test
    {
        return None;
    }
    if let Some(path) = path_of(node) {
        return Some(match path.last().map(String::as_str) {
            Some("verdict") => "text",
            _ => "what was measured",
        });
    }
    match &node.expr {
        Expr::Call(call) => match call.func_name.as_str() {
            "_-_" | "_*_" | "_/_" | "_%_" | "-_" | "size" | "int" | "double" => Some("a number"),
            "_+_" => Some("a sum"),
            "min" | "max" => Some("one of its values"),
            "string" => Some("text"),
            _ => None,
        },
        Expr::List(_) => Some("a list"),
        Expr::Map(_) => Some("a map"),
        Expr::Literal(LiteralValue::Boolean(_)) => None,
        Expr::Literal(_) => Some("a constant"),
        _ => None,
    }
}
