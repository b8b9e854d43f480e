//! A file in the form in which policies are compared: extended, presets filled in, defaults in the gates that they
//! hold for, and implied conditions written out. What means the same then reads the same.

use std::collections::BTreeMap;

use crate::config::preset;
use crate::gate;
use crate::problem::Problems;
use crate::source::{At, Key, Node, Sources, Value};

/// A file in its normal form.
#[derive(Clone, Debug)]
pub struct Normal {
    /// The tree.
    pub node: Node,
    /// Where each gate names its preset: a value of the preset counts as written there.
    pub uses: BTreeMap<String, At>,
}

/// Entries of `defaults:`, and whether they say something to gates without a command.
const DEFAULTS: [(&str, bool); 4] = [
    ("timeout", false),
    ("grace", false),
    ("retry", false),
    ("enforce", true),
];

impl Normal {
    /// Of a merged tree. What is wrong in it is told where it is checked, not here.
    pub fn of(node: &Node) -> Self {
        let mut uses = BTreeMap::new();
        let defaults = node.get("defaults");
        let Value::Map(entries) = &node.value else {
            return Self {
                node: node.clone(),
                uses,
            };
        };
        let kept = entries.iter().filter(|(key, _)| {
            !matches!(key.name.as_str(), "version" | "extends" | "defaults")
                && !key.name.starts_with("x-")
        });
        let entries = kept
            .map(|(key, value)| {
                let value = match &value.value {
                    Value::Map(gates) if key.name == "gates" => {
                        let gates = gates
                            .iter()
                            .map(|(key, gate)| {
                                if let Some(named) = gate.get("uses") {
                                    uses.insert(key.name.clone(), named.at.clone());
                                }
                                (key.clone(), whole(gate, defaults))
                            })
                            .collect();
                        Node {
                            at: value.at.clone(),
                            value: Value::Map(gates),
                        }
                    }
                    _ => value.clone(),
                };
                (key.clone(), value)
            })
            .collect();
        Self {
            node: Node {
                at: node.at.clone(),
                value: Value::Map(entries),
            },
            uses,
        }
    }

    /// A section of the file.
    pub fn section(&self, key: &str) -> Option<&Node> {
        self.node.get(key)
    }
}

/// A gate with all that holds for it.
fn whole(gate: &Node, defaults: Option<&Node>) -> Node {
    let mut quiet = Problems::default();
    let gate = preset::expand(gate.clone(), &mut Sources::default(), &mut quiet)
        .unwrap_or_else(|| gate.clone());
    let Value::Map(mut entries) = gate.value else {
        return gate;
    };
    let has = |entries: &[(Key, Node)], name: &str| entries.iter().any(|(key, _)| key.name == name);
    let runs = has(&entries, "run");
    for (name, always) in DEFAULTS {
        if let Some(value) = defaults.and_then(|defaults| defaults.get(name))
            && (always || runs)
            && !has(&entries, name)
        {
            entries.push((key(name, &value.at), value.clone()));
        }
    }
    for (name, judge) in &mut entries {
        if let Some(kind) = gate::find(&name.name) {
            write_implied(kind, judge);
            kind.unfold(judge);
        }
    }
    Node {
        at: gate.at,
        value: Value::Map(entries),
    }
}

fn key(name: &str, at: &At) -> Key {
    Key {
        at: at.clone(),
        name: name.to_owned(),
    }
}

fn write_implied(kind: &dyn gate::GateKind, judge: &mut Node) {
    let built = kind.build(judge, &mut Problems::default());
    let at = judge.at.clone();
    let Value::Map(entries) = &mut judge.value else {
        return;
    };
    for (name, condition) in built.iter().flat_map(|gate| gate.implied()) {
        if !entries.iter().any(|(key, _)| key.name == name) {
            let value = Value::Text(condition.text().to_owned());
            entries.push((
                key(name, &at),
                Node {
                    at: at.clone(),
                    value,
                },
            ));
        }
    }
}
