//! The text of the file: small, commented, in the layout that formatters of YAML leave alone.

use super::draft::{Draft, Yaml};
use super::survey::{Found, Survey};

/// Lines are not longer where that can be helped.
const WIDTH: usize = 80;

const HEAD: &str = "\
# What must hold before this project goes on. `tollgate run` finds out and says
# go or no go; `tollgate explain NAME` shows what a gate asks and how to set it.
version: 1

gates:
";

/// The file for what was found.
pub fn write(survey: &Survey) -> String {
    let mut text = HEAD.to_owned();
    let mut first = true;
    for found in survey
        .found
        .iter()
        .filter(|found| !found.proposal.gates.is_empty())
    {
        if !first {
            text.push('\n');
        }
        first = false;
        comment(
            &mut text,
            &format!("{} ({})", found.stack, found.project.evidence),
        );
        for draft in &found.proposal.gates {
            text.push('\n');
            gate(&mut text, draft, found);
        }
    }
    text
}

fn comment(text: &mut String, words: &str) {
    let mut line = String::new();
    // A name of a file may hold anything; a comment ends at the line.
    for word in words.split_whitespace() {
        if !line.is_empty() && line.len() + word.len() + 5 > WIDTH {
            text.push_str(&format!("  # {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control()));
    }
    text.push_str(&format!("  # {line}\n"));
}

fn gate(text: &mut String, draft: &Draft, found: &Found) {
    comment(text, &draft.says);
    if let Some(reason) = &draft.off {
        comment(text, &format!("Not active: {reason}."));
    }
    let entry = entry(&draft.name, &Yaml::Map(body(draft, found)), 2);
    for line in entry.lines() {
        match draft.off {
            Some(_) => text.push_str(&format!(
                "  # {}\n",
                line.strip_prefix("  ").unwrap_or(line)
            )),
            None => text.push_str(&format!("{line}\n")),
        }
    }
}

fn body(draft: &Draft, found: &Found) -> Vec<(String, Yaml)> {
    let dir = &found.project.dir;
    let mut body: Vec<(String, Yaml)> = Vec::new();
    let mut add = |key: &str, value: Yaml| body.push((key.to_owned(), value));
    if let Some(preset) = &draft.uses {
        add("uses", preset.as_str().into());
    }
    if let Some(command) = &draft.run {
        add("run", command.as_str().into());
    }
    if !dir.is_empty() && (draft.uses.is_some() || draft.run.is_some()) {
        add("dir", dir.as_str().into());
    }
    match draft.needs.as_slice() {
        [] => {}
        [(_, one)] => add("needs", one.as_str().into()),
        many => add(
            "needs",
            many.iter()
                .map(|(_, name)| name.as_str())
                .collect::<Vec<_>>()
                .into(),
        ),
    }
    for (key, entries) in [("env", &draft.env), ("with", &draft.with)] {
        if !entries.is_empty() {
            add(key, Yaml::Map(entries.clone()));
        }
    }
    for (key, value) in &draft.keys {
        add(key, value.clone());
    }
    body
}

/// `key: value`, on one line where it is short.
fn entry(key: &str, value: &Yaml, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let line = format!("{pad}{key}: {}", flow(value, false));
    let short = line.chars().count() <= WIDTH;
    match value {
        Yaml::Text(text) if is_block(text) => {
            let lines = text.lines().map(|line| match line {
                "" => String::from("\n"),
                line => format!("\n{pad}  {line}"),
            });
            format!("{pad}{key}: |{}", lines.collect::<String>())
        }
        Yaml::Map(entries) if !(short && small(entries)) => {
            let mut text = format!("{pad}{key}:");
            for (key, value) in entries {
                text.push('\n');
                text.push_str(&entry(key, value, indent + 2));
            }
            text
        }
        Yaml::List(items) if !short => {
            let mut text = format!("{pad}{key}:");
            for item in items {
                text.push_str(&format!("\n{pad}  - {}", flow(item, false)));
            }
            text
        }
        _ => line,
    }
}

/// Whether it is text of several lines that a block shows as it is.
fn is_block(text: &str) -> bool {
    let odd = |c: char| c != '\n' && (c.is_control() || c == '\u{feff}');
    text.contains('\n') && !text.starts_with([' ', '\n']) && !text.contains(odd)
}

/// Whether a mapping reads well on one line.
fn small(entries: &[(String, Yaml)]) -> bool {
    let plain = |value: &Yaml| match value {
        Yaml::Map(inner) => inner.len() == 1 && !matches!(inner[0].1, Yaml::Map(_)),
        _ => true,
    };
    !entries.iter().any(|(key, _)| key == "run")
        && entries.len() <= 3
        && entries.iter().all(|(_, value)| plain(value))
}

fn flow(value: &Yaml, inside: bool) -> String {
    match value {
        Yaml::Text(text) => scalar(text, inside),
        Yaml::Number(number) => number.to_string(),
        Yaml::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Yaml::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", scalar(key, true), flow(value, true)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// Text, bare where every reader of YAML takes it for text.
fn scalar(text: &str, inside: bool) -> String {
    let starts_well =
        text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '$'));
    let word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text
            .chars()
            .all(|c| c.is_ascii_hexdigit() || "._+-xobe:".contains(c))
        && text != ".";
    let breaks = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']);
    let flow_sign = inside && text.contains([',', '[', ']', '{', '}', '"', '\'', ':']);
    let control = text.chars().any(|c| c.is_control() || c == '\u{feff}');
    if starts_well && !word && !number && !breaks && !flow_sign && !control {
        return text.to_owned();
    }
    if control || !text.contains(['"', '\\']) {
        return quoted(text);
    }
    format!("'{}'", text.replace('\'', "''"))
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || c == '\u{feff}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_only_where_it_must_be() {
        let bare = [
            "rust/fmt",
            ".",
            "npx --no-install",
            "python3 -m",
            "npm test && x",
            "a 'b' c",
            "v1.2.3",
        ];
        for text in bare {
            assert_eq!(scalar(text, false), text);
        }
        let cases = [
            ("80%", "80%"),
            ("yes", "\"yes\""),
            ("12", "\"12\""),
            ("1e3", "\"1e3\""),
            ("", "\"\""),
            ("a: b", "\"a: b\""),
            ("./*", "./*"),
            ("*.sh", "\"*.sh\""),
            ("-x", "\"-x\""),
            ("\"a\"", "'\"a\"'"),
            ("a\nb", "\"a\\nb\""),
        ];
        for (text, expected) in cases {
            assert_eq!(scalar(text, false), expected);
        }
        assert_eq!(scalar("a, b", true), "\"a, b\"");
    }
}
