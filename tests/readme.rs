//! What the documentation shows, is: its YAML is accepted, its commands exist, its links lead somewhere, and
//! its tables name all that can be written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use serde_json::Value;
use tollgate::{config, gate, output, report};

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page for people, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let named = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "gates/README.md",
        "docs/ledger.md",
    ];
    let mut paths: Vec<PathBuf> = named.iter().map(|name| top().join(name)).collect();
    for entry in fs::read_dir(top().join("examples")).expect("the examples") {
        paths.push(entry.expect("an entry").path().join("README.md"));
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

fn readme() -> String {
    fs::read_to_string(top().join("README.md")).expect("the README")
}

/// The fenced blocks of a language, each with the line that it begins in.
fn blocks(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some(_) if line.trim_end() == "```" => found.extend(open.take()),
            Some((_, block)) => *block += &format!("{line}\n"),
            None if line.trim_end() == format!("```{language}") => {
                open = Some((number + 2, String::new()));
            }
            None => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

/// What stands in backticks, outside of fenced blocks.
fn code_words(text: &str) -> BTreeSet<String> {
    let fence = Regex::new(r"(?s)```.*?```").expect("a pattern");
    let code = Regex::new(r"`([^`]+)`").expect("a pattern");
    let text = fence.replace_all(text, "");
    let spans = code.captures_iter(&text).map(|found| found[1].to_owned());
    spans
        .flat_map(|span| {
            let words: Vec<String> = span.split_whitespace().map(str::to_owned).collect();
            words.into_iter().chain([span])
        })
        .collect()
}

/// Gates that waivers on the page speak of.
const GATES: &str = "version: 1
gates:
  scan: { run: make scan, findings: { reports: scan.sarif } }
  unit: { run: make test, tests: { reports: unit.xml } }
";

#[test]
fn yaml_that_is_shown_is_accepted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut seen = 0;
    for (page, text) in pages() {
        for (line, block) in blocks(&text, "yaml") {
            // A page may show the gates alone.
            let whole = block.contains("version:");
            let block = if whole {
                block
            } else {
                format!("version: 1\n{block}")
            };
            let file = folder.path().join("tollgate.yaml");
            let waivers = folder.path().join(config::WAIVERS);
            fs::create_dir_all(waivers.parent().expect("a folder")).expect("a made folder");
            let (text, accepted) = if block.contains("\nwaivers:\n") {
                (GATES.to_owned(), block)
            } else {
                (block, String::new())
            };
            fs::write(&file, text).expect("a written file");
            fs::write(&waivers, accepted).expect("a written file");
            let loaded = config::load(&file, "tollgate.yaml");
            let said: Vec<String> = loaded
                .problems
                .iter()
                .map(|problem| format!("{:?} {}", problem.at, problem.message))
                .collect();
            let clean = loaded.plan.is_some() && said.is_empty();
            assert!(clean, "{}:{line}: {}", page.display(), said.join("\n"));
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} blocks found");
}

#[test]
fn people_that_are_shown_are_accepted() {
    let shown = blocks(&readme(), "yaml people");
    assert_eq!(shown.len(), 1);
    for (line, block) in shown {
        let source = tollgate::source::Source {
            name: "people.yaml".into(),
            text: block.into(),
        };
        let mut problems = tollgate::problem::Problems::default();
        let people = config::parse_people(&source, &mut problems);
        assert!(people.is_some(), "README.md:{line}: {problems:?}");
        assert!(problems.is_empty(), "README.md:{line}: {problems:?}");
    }
}

#[test]
fn commands_that_are_shown_exist() {
    let command = Regex::new(r"tollgate((?: -C [\w/]+)?(?: [a-z]+)+)").expect("a pattern");
    let comment = Regex::new(r"#.*").expect("a pattern");
    let mut shown: BTreeSet<Vec<String>> = BTreeSet::new();
    for (_, text) in pages() {
        let inline = code_words(&text);

        let lines = blocks(&text, "sh").into_iter();
        let lines = lines.map(|(_, block)| comment.replace_all(&block, "").into_owned());
        for line in lines.chain(
            inline
                .into_iter()
                .filter(|word| word.starts_with("tollgate ")),
        ) {
            for found in command.captures_iter(&line) {
                let words = found[1].split_whitespace().map(str::to_owned);
                let words: Vec<String> = words.filter(|word| word != "-C").collect();
                let deep = if words.first().is_some_and(|word| word == "config") {
                    2
                } else {
                    1
                };
                shown.insert(words.into_iter().take(deep).collect());
            }
        }
    }
    assert!(shown.len() >= 9, "only {shown:?}");
    for words in shown {
        let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(&words)
            .arg("--help")
            .output()
            .expect("the binary");
        assert!(
            output.status.success(),
            "`tollgate {}` is not there",
            words.join(" ")
        );
    }
}

#[test]
fn options_that_are_shown_exist() {
    let page = readme();
    let section = page.split("## Commands").nth(1).expect("the commands");
    let section = section.split("\n## ").next().expect("a section");
    let help: String = [
        &["--help"][..],
        &["run", "--help"],
        &["inspect", "--help"],
        &["init", "--help"],
        &["explain", "--help"],
        &["config", "prove", "--help"],
        &["waive", "--help"],
        &["waive", "list", "--help"],
        &["config", "schema", "--help"],
        &["baseline", "record", "--help"],
        &["baseline", "check", "--help"],
        &["baseline", "show", "--help"],
        &["verify", "--help"],
        &["ledger", "export", "--help"],
        &["ledger", "prune", "--help"],
        &["phase", "status", "--help"],
        &["phase", "decide", "--help"],
        &["phase", "complete", "--help"],
        &["phase", "observe", "--help"],
        &["phase", "reopen", "--help"],
        &["phase", "sign", "--help"],
        &["phase", "lien", "--help"],
        &["phase", "hold", "--help"],
        &["phase", "recycle", "--help"],
        &["phase", "kill", "--help"],
        &["phase", "history", "--help"],
        &["phase", "report", "--help"],
    ]
    .iter()
    .map(|arguments| {
        let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(*arguments)
            .output();
        String::from_utf8(output.expect("the binary").stdout).expect("text")
    })
    .collect();
    let options = code_words(section)
        .into_iter()
        .filter(|word| word.starts_with('-'));
    let options: Vec<String> = options.filter(|word| !word.contains(' ')).collect();
    assert!(options.len() >= 12, "only {options:?}");
    for option in options {
        assert!(help.contains(&option), "{option} is in no help");
    }
}

#[test]
fn the_readme_names_all_that_can_be_written() {
    let words = code_words(&readme());
    let has = |word: &str| words.contains(word) || words.contains(word.trim_end_matches(','));
    let mut missing: Vec<String> = Vec::new();
    let mut want = |what: &str, word: &str| {
        if !has(word) && !has(&format!("{word}:")) {
            missing.push(format!("{what} `{word}`"));
        }
    };
    report::FORMATS
        .iter()
        .for_each(|format| want("format", format.name()));
    gate::KINDS
        .iter()
        .for_each(|kind| want("kind", kind.name()));
    gate::LATER.iter().for_each(|kind| want("later kind", kind));
    output::OUTPUTS
        .iter()
        .for_each(|output| want("output", output.name()));
    let schema = config::schema();
    let keys = |of: &Value| -> Vec<String> {
        of["properties"]
            .as_object()
            .expect("keys")
            .keys()
            .cloned()
            .collect()
    };
    keys(&schema)
        .iter()
        .for_each(|key| want("top-level key", key));
    let gate_schema = &schema["$defs"]["gate"];
    keys(gate_schema)
        .iter()
        .for_each(|key| want("key of a gate", key));
    for kind in gate::KINDS {
        let schema = kind.schema();
        if schema["properties"].is_object() {
            keys(&schema).iter().for_each(|key| want(kind.name(), key));
        }
    }
    assert!(
        missing.is_empty(),
        "not in README.md: {}",
        missing.join(", ")
    );
}

#[test]
fn links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    for (page, text) in pages() {
        for found in link.captures_iter(&text) {
            let target = found[1].split('#').next().unwrap_or("");
            if target.contains("://") || target.is_empty() {
                continue;
            }
            let there = page.parent().expect("a folder").join(target);
            assert!(there.exists(), "{}: {target} is not there", page.display());
        }
    }
}
