//! The file as it is understood: extended, presets filled in, written back as YAML.

use std::fmt::Write as _;

use super::Plan;
use crate::source::{Node, Value};

/// The merged tree as YAML; each gate as it is after its preset was filled in.
pub fn show(plan: &Plan, node: &Node) -> String {
    let mut text = String::new();
    let Value::Map(entries) = &node.value else {
        return text;
    };
    for (key, value) in entries.iter().filter(|(key, _)| key.name != "extends") {
        if key.name == "gates" {
            text.push_str("gates:\n");
            for gate in &plan.gates {
                let from = gate
                    .preset
                    .as_ref()
                    .map(|name| format!(" (uses {name})"))
                    .unwrap_or_default();
                let _ = writeln!(text, "  {}: # {}{from}", scalar(&gate.id), gate.at.place());
                write_entries(&gate.node, 2, &mut text);
            }
        } else {
            write_entry(&key.name, value, 0, &mut text);
        }
    }
    text
}

/// One gate as it is understood.
pub fn show_gate(gate: &super::PlannedGate) -> String {
    let mut text = String::new();
    write_entries(&gate.node, 1, &mut text);
    text
}

fn write_entries(node: &Node, depth: usize, text: &mut String) {
    if let Value::Map(entries) = &node.value {
        for (key, value) in entries {
            write_entry(&key.name, value, depth, text);
        }
    }
}

fn write_entry(key: &str, value: &Node, depth: usize, text: &mut String) {
    let _ = write!(text, "{}{}:", "  ".repeat(depth), scalar(key));
    match &value.value {
        Value::Map(entries) if !entries.is_empty() => {
            text.push('\n');
            write_entries(value, depth + 1, text);
        }
        Value::List(items) if items.iter().any(|item| item.scalar().is_none()) => {
            text.push('\n');
            for item in items {
                let _ = writeln!(text, "{}- {}", "  ".repeat(depth + 1), flow(item));
            }
        }
        _ => {
            let _ = writeln!(text, " {}", flow(value));
        }
    }
}

fn flow(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.clone(),
        Value::Text(words) => scalar(words),
        Value::List(items) => format!(
            "[{}]",
            items.iter().map(flow).collect::<Vec<_>>().join(", ")
        ),
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(&key.name), flow(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// Plain where YAML cannot misread it, else as JSON, which is YAML too.
pub(super) fn scalar(text: &str) -> String {
    let safe = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ' | '*'))
        && !text.ends_with(' ')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if safe {
        text.to_owned()
    } else {
        serde_json::Value::String(text.to_owned()).to_string()
    }
}
