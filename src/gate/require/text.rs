//! An expression as text again: what a trace names its parts by.

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};

/// The infix sign of an operator of the language.
fn infix(name: &str) -> Option<&str> {
    match name {
        "@in" => Some("in"),
        _ => name
            .strip_prefix('_')
            .and_then(|name| name.strip_suffix('_'))
            .filter(|sign| !sign.is_empty() && !sign.contains(['[', '?', '.'])),
    }
}

/// How tightly an operator binds; operands that bind less are put in brackets.
fn strength(node: &IdedExpr) -> u8 {
    let Expr::Call(call) = &node.expr else {
        return 9;
    };
    match call.func_name.as_str() {
        "_?_:_" => 0,
        "_||_" => 1,
        "_&&_" => 2,
        "_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_" | "@in" => 3,
        "_+_" | "_-_" => 4,
        "_*_" | "_/_" | "_%_" => 5,
        "!_" | "-_" => 6,
        _ => 9,
    }
}

/// The expression as it could be written.
pub(super) fn text(node: &IdedExpr) -> String {
    match &node.expr {
        Expr::Ident(name) => name.clone(),
        Expr::Literal(value) => literal(value),
        Expr::Select(select) if select.test => {
            format!("has({}.{})", text(&select.operand), select.field)
        }
        Expr::Select(select) => format!("{}.{}", text(&select.operand), select.field),
        Expr::List(list) => format!("[{}]", joined(&list.elements)),
        Expr::Map(map) => {
            let entries = map.entries.iter().map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    format!("{}: {}", text(&entry.key), text(&entry.value))
                }
                EntryExpr::StructField(field) => format!("{}: {}", field.field, text(&field.value)),
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Expr::Call(_) => call(node),
        Expr::Comprehension(inner) => {
            format!("{}.…({}, …)", text(&inner.iter_range), inner.iter_var)
        }
        Expr::Struct(_) | Expr::Unspecified => "…".to_owned(),
    }
}

fn joined(list: &[IdedExpr]) -> String {
    list.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn call(node: &IdedExpr) -> String {
    let Expr::Call(call) = &node.expr else {
        return String::new();
    };
    let own = strength(node);
    let side = |side: &IdedExpr, least: u8| {
        if strength(side) < least {
            format!("({})", text(side))
        } else {
            text(side)
        }
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        ("_[_]", [of, key]) => format!("{}[{}]", text(of), text(key)),
        ("_?_:_", [test, yes, no]) => {
            format!("{} ? {} : {}", side(test, 1), side(yes, 1), side(no, 0))
        }
        ("!_", [one]) => format!("!{}", side(one, 6)),
        ("-_", [one]) => format!("-{}", side(one, 6)),
        (name, [left, right]) if infix(name).is_some() => format!(
            "{} {} {}",
            side(left, own),
            infix(name).unwrap_or_default(),
            side(right, own + 1)
        ),
        (name, arguments) => {
            let target = call
                .target
                .as_ref()
                .map(|target| format!("{}.", text(target)));
            format!(
                "{}{name}({})",
                target.unwrap_or_default(),
                joined(arguments)
            )
        }
    }
}

fn literal(value: &LiteralValue) -> String {
    match value {
        LiteralValue::Boolean(truth) => truth.inner().to_string(),
        LiteralValue::Int(number) => number.inner().to_string(),
        LiteralValue::UInt(number) => number.inner().to_string(),
        // `{:?}` keeps the `.0` that makes it a decimal.
        LiteralValue::Double(number) => format!("{:?}", number.inner()),
        LiteralValue::String(text) => format!("'{}'", text.inner()),
        LiteralValue::Bytes(_) => "b'…'".to_owned(),
        LiteralValue::Null => "null".to_owned(),
    }
}
