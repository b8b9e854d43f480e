//! Parameters take the place of `{{ name }}` in the gate of a preset.
//!
//! A whole text keeps the parameter's own type. A key whose whole value is an empty parameter, or a bound with
//! one, drops out. Only parameters whose default is empty can be empty, so no bound is lost by accident.

use super::Kind;
use crate::source::{At, Key, Node, Value};

/// Fills parameters into every text of a tree. In commands, paths and lists are quoted for the shell.
pub(super) fn fill(node: &Node, values: &[(String, Kind, Node)], command: bool) -> Node {
    let value = match &node.value {
        Value::Text(text) => return fill_text(text, &node.at, values, command),
        Value::List(items) => Value::List(
            items
                .iter()
                .map(|item| fill(item, values, command))
                .collect(),
        ),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .filter(|(key, node)| key.name == "run" || !drops_out(node, values))
                .map(|(key, node)| {
                    let name = fill_text(&key.name, &key.at, values, false)
                        .scalar()
                        .unwrap_or_default();
                    (
                        Key {
                            at: key.at.clone(),
                            name,
                        },
                        fill(node, values, key.name == "run"),
                    )
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        at: node.at.clone(),
        value,
    }
}

/// Whether a value is an empty text parameter alone, or behind the sign of a bound (`">={{ branches }}"`).
fn drops_out(node: &Node, values: &[(String, Kind, Node)]) -> bool {
    let Value::Text(text) = &node.value else {
        return false;
    };
    let name = text
        .trim_start_matches(['<', '>', '=', ' '])
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .map(str::trim);
    values
        .iter()
        .any(|(known, _, value)| name == Some(known) && is_empty(value))
}

/// Whether a value says nothing: the default of an optional parameter.
pub(super) fn is_empty(value: &Node) -> bool {
    matches!(&value.value, Value::Text(text) if text.is_empty())
}

fn fill_text(text: &str, at: &At, values: &[(String, Kind, Node)], command: bool) -> Node {
    let whole = text
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .map(str::trim);
    if let Some((_, _, value)) = values.iter().find(|(name, _, _)| whole == Some(name))
        && !command
    {
        return value.clone();
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, tail)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _, _)| known == name.trim()) {
            Some((_, kind, value)) => filled.push_str(&spelt(*kind, value, command)),
            None => filled.push_str(&format!("{{{{{name}}}}}")),
        }
        // What is left empty leaves no second blank.
        let blank = filled.is_empty() || filled.ends_with(' ');
        rest = tail.strip_prefix(' ').filter(|_| blank).unwrap_or(tail);
    }
    filled.push_str(rest);
    Node {
        at: at.clone(),
        value: Value::Text(if command {
            filled.trim().to_owned()
        } else {
            filled
        }),
    }
}

/// A parameter as part of a longer text. In commands, what is no free text is quoted.
pub(super) fn spelt(kind: Kind, value: &Node, command: bool) -> String {
    let quoted = |text: String| {
        if command && kind != Kind::Text {
            shell_words::quote(&text).into_owned()
        } else {
            text
        }
    };
    match &value.value {
        Value::List(items) => items
            .iter()
            .filter_map(Node::scalar)
            .map(quoted)
            .collect::<Vec<_>>()
            .join(" "),
        _ if kind == Kind::List => value.scalar().unwrap_or_default(),
        _ => value
            .scalar()
            .filter(|text| !text.is_empty())
            .map(quoted)
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{About, arguments};
    use super::*;
    use crate::config::yaml;
    use crate::problem::{Fields, Problems};
    use crate::source::{Located, Source};

    const BODY: &str = r#"
run: "{{ args }} tool --min={{ lines }} {{ args }}"
env: { FLAGS: "{{ args }}", KEPT: "a {{ args }} b" }
coverage: { lines: ">={{ lines }}", branches: ">={{ branches }}", functions: "{{ branches }}" }
"#;

    fn node(text: &str) -> Node {
        yaml::parse(&Source {
            name: "t".into(),
            text: text.into(),
        })
        .unwrap()
    }

    fn about(params: &str) -> About {
        let text = format!("params: {params}");
        let (node, mut problems) = (node(&text), Problems::default());
        About::take(
            &mut Fields::of(&node, &mut problems).unwrap(),
            &mut problems,
        )
    }

    /// The body with those parameters, as text, and what was wrong with them.
    fn filled(with: &str) -> (Node, usize) {
        let about = about(
            "{ args: { type: text, default: \"\" }, lines: { type: share, default: 80% }, \
             branches: { type: share, default: \"\" } }",
        );
        let (with, mut problems) = (node(with), Problems::default());
        let name = Located::new("a/b".to_owned(), with.at.clone());
        let values = arguments(&about, Some(&with), &name, &mut problems).unwrap();
        (fill(&node(BODY), &values, false), problems.len())
    }

    fn text(node: &Node, path: &[&str]) -> Option<String> {
        let found = path.iter().try_fold(node, |node, key| node.get(key));
        found.and_then(Node::scalar)
    }

    #[test]
    fn key_of_an_empty_parameter_drops_out() {
        let (body, wrong) = filled("{}");
        assert_eq!(wrong, 0);
        assert_eq!(text(&body, &["run"]).as_deref(), Some("tool --min='80%'"));
        assert_eq!(text(&body, &["env", "FLAGS"]), None);
        assert_eq!(text(&body, &["env", "KEPT"]).as_deref(), Some("a b"));
        assert_eq!(
            text(&body, &["coverage", "lines"]).as_deref(),
            Some(">=80%")
        );
        assert_eq!(text(&body, &["coverage", "branches"]), None);
        assert_eq!(text(&body, &["coverage", "functions"]), None);
    }

    #[test]
    fn given_parameter_stays() {
        let (body, wrong) = filled("{ branches: 70%, args: -v }");
        assert_eq!(wrong, 0);
        assert_eq!(
            text(&body, &["run"]).as_deref(),
            Some("-v tool --min='80%' -v")
        );
        assert_eq!(text(&body, &["env", "FLAGS"]).as_deref(), Some("-v"));
        assert_eq!(
            text(&body, &["coverage", "branches"]).as_deref(),
            Some(">=70%")
        );
    }

    #[test]
    fn parameter_with_a_default_cannot_be_emptied() {
        let (body, wrong) = filled("{ lines: \"\" }");
        assert_eq!(wrong, 1);
        assert_eq!(
            text(&body, &["coverage", "lines"]).as_deref(),
            Some(">=80%")
        );
        assert_eq!(filled("{ branches: much }").1, 1);
        assert_eq!(filled("{ branches: \"\" }").1, 0);
    }
}
