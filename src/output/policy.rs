//! How one policy differs from another: for people, for machines (by `policy.schema.json`), and as Markdown for a
//! review. What demands less comes first and names both places.

use std::io;

use serde_json::json;

use super::layout::{Page, wrap};
use super::style::Ink;
use super::words::many;
use super::{Style, neutral};
use crate::model::{PolicyChange, PolicyDiff, canonical};
use crate::source::Place;

/// The JSON Schema of the difference.
pub const SCHEMA: &str = include_str!("policy.schema.json");

/// Name of the format and its version; it only grows within one version.
const FORMAT: &str = "tollgate/policy-diff/1";

/// The ways in which it can be drawn.
pub static POLICY_OUTPUTS: &[&str] = &["terminal", "json", "markdown"];

/// Draws a difference in one of [`POLICY_OUTPUTS`].
pub fn policy_diff(
    kind: &str,
    diff: &PolicyDiff,
    style: &Style,
    to: &mut dyn io::Write,
) -> io::Result<()> {
    match kind {
        "json" => machine(diff, to),
        "markdown" => markdown(diff, to),
        _ => people(diff, &mut Page { style, to }),
    }
}

/// The sides in the order in which they are told, each with its heading.
fn sides(diff: &PolicyDiff) -> [(&'static str, &[PolicyChange]); 3] {
    [
        ("weakening", &diff.weakenings),
        ("tightening", &diff.tightenings),
        ("neutral change", &diff.neutral),
    ]
}

fn machine(diff: &PolicyDiff, to: &mut dyn io::Write) -> io::Result<()> {
    let mut whole = serde_json::to_value(diff).unwrap_or_default();
    if let Some(object) = whole.as_object_mut() {
        object.insert("schema".to_owned(), json!(FORMAT));
        object.insert("digest".to_owned(), json!(diff.weakening_digest()));
    }
    let text = canonical(&whole);
    writeln!(to, "{}", neutral::json(&String::from_utf8_lossy(&text)))
}

/// `main:tollgate.yaml:4`, as git writes a file of a revision.
fn place(side: &str, place: Option<&Place>) -> String {
    match place {
        Some(place) => format!("{side}:{place}"),
        None => format!("nowhere in {side}"),
    }
}

fn places(diff: &PolicyDiff, change: &PolicyChange, arrow: &str) -> String {
    format!(
        "{} {arrow} {}",
        place(&diff.from, change.old.as_ref()),
        place(&diff.to, change.new.as_ref())
    )
}

fn summary(diff: &PolicyDiff) -> String {
    let counts: Vec<String> = sides(diff)
        .iter()
        .map(|(what, list)| many(list.len() as u64, what))
        .collect();
    format!("{} from {} to {}", counts.join(", "), diff.from, diff.to)
}

fn people(diff: &PolicyDiff, page: &mut Page<'_>) -> io::Result<()> {
    let style = page.style;
    for note in &diff.notes {
        page.line(&[(Ink::Care, &style.line(note))])?;
    }
    for (what, list) in sides(diff) {
        let ink = match what {
            "weakening" => Ink::Bad,
            "tightening" => Ink::Good,
            _ => Ink::Faint,
        };
        for change in list {
            let code = change.code.map_or(what, |code| code.word());
            let columns = style.width.saturating_sub(4);
            page.line(&[(ink, code)])?;
            for line in wrap(&style.line(&change.message), columns) {
                page.line(&[(Ink::Plain, "    "), (Ink::Plain, &line)])?;
            }
            let places = places(diff, change, style.pick("→", "->"));
            for line in wrap(&style.line(&places), columns) {
                page.line(&[(Ink::Plain, "    "), (Ink::Faint, &line)])?;
            }
        }
    }
    page.line(&[(Ink::Strong, &style.line(&summary(diff)))])?;
    if style.verbose > 0 && !diff.weakenings.is_empty() {
        let subject = format!("a sign-off would be of {}", diff.weakening_digest());
        page.line(&[(Ink::Faint, &subject)])?;
    }
    let version = format!("presets of tollgate {} on both sides", diff.tollgate);
    page.line(&[(Ink::Faint, &version)])
}

fn markdown(diff: &PolicyDiff, to: &mut dyn io::Write) -> io::Result<()> {
    writeln!(to, "## Policy: {}\n", neutral::markdown(&summary(diff)))?;
    for note in &diff.notes {
        writeln!(to, "{}\n", neutral::markdown(note))?;
    }
    for (what, list) in sides(diff) {
        if list.is_empty() {
            continue;
        }
        writeln!(to, "### {}\n", heading(what))?;
        writeln!(to, "| code | what | where |\n| --- | --- | --- |")?;
        for change in list {
            let code = change.code.map_or("", |code| code.word());
            writeln!(
                to,
                "| {code} | {} | {} |",
                neutral::markdown(&change.message),
                neutral::markdown(&places(diff, change, "→"))
            )?;
        }
        writeln!(to)?;
    }
    writeln!(
        to,
        "Presets of tollgate {} on both sides.",
        neutral::markdown(&diff.tollgate)
    )
}

fn heading(what: &str) -> &'static str {
    match what {
        "weakening" => "Weakenings",
        "tightening" => "Tightenings",
        _ => "Neutral changes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WeakeningCode;

    fn diff() -> PolicyDiff {
        let change = |code, message: &str| PolicyChange {
            code,
            path: "gates.unit.tests.passed".to_owned(),
            message: message.to_owned(),
            old: Some(Place::line("tollgate.yaml", Some(4))),
            new: None,
            content: None,
        };
        PolicyDiff {
            from: "main".to_owned(),
            to: "the work tree".to_owned(),
            tollgate: "0.1.0".to_owned(),
            weakenings: vec![change(
                Some(WeakeningCode::BoundLooser),
                "`gates.unit.tests.passed` was `>=2`, is `>=1 | ::error::\u{1b}[2J<b>`",
            )],
            tightenings: vec![change(None, "`gates.lint` is new")],
            ..PolicyDiff::default()
        }
    }

    fn drawn(kind: &str) -> String {
        let mut bytes = Vec::new();
        policy_diff(kind, &diff(), &Style::default(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn every_form_names_code_and_both_places_and_is_harmless() {
        for kind in POLICY_OUTPUTS {
            let text = drawn(kind);
            assert!(text.contains("bound-looser"), "{text}");
            assert!(text.contains("tollgate.yaml"), "{text}");
            assert!(text.contains("the work tree"), "{text}");
            assert!(!text.contains('\u{1b}'), "{text}");
        }
        assert!(drawn("terminal").contains("main:tollgate.yaml:4"));
        // Within a code span nothing is read as HTML, mention or command.
        assert!(drawn("markdown").contains("| `` `gates.unit.tests.passed`"));
    }

    #[test]
    fn json_is_as_its_schema_says() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let document: serde_json::Value = serde_json::from_str(&drawn("json")).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(document["weakenings"][0]["code"], "bound-looser");
    }
}
