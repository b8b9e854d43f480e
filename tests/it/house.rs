//! The house itself: floors, tables, heads of files, sizes. Reads the sources; knows no file by heart that it need not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// The rooms by floor. Imports go down only; neighbours on one floor do not import each other.
const FLOORS: &[&[&str]] = &[
    &["source"],
    &["problem"],
    &["model"],
    &["exec"],
    &["policy", "vcs"],
    &["report", "migrate"],
    &["gate", "phase"],
    &["config", "ledger", "store"],
    &["run", "output", "publish"],
    &["hook", "agent", "init"],
    &["cli"],
];

/// What an output may see: everything that it can draw is a type of the model.
const SEEN_BY_OUTPUT: &[&str] = &["output", "model", "problem", "source"];

/// Files of more than [`LONGEST`] lines, each with its reason.
const LARGE: &[(&str, &str)] = &[];
const LONGEST: usize = 500;

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that git does not ignore, below a folder of the repository, with its path from the top.
fn files(below: &str) -> Vec<(String, PathBuf)> {
    let walk = ignore::WalkBuilder::new(top().join(below))
        .hidden(false)
        .require_git(false)
        .build();
    let mut files: Vec<(String, PathBuf)> = walk
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(|entry| entry.into_path())
        .map(|path| {
            (
                path.strip_prefix(top())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned(),
                path,
            )
        })
        .filter(|(name, _)| name != ".git" && !name.starts_with(".git/"))
        .collect();
    files.sort();
    assert!(
        !files.is_empty() || !top().join(below).exists(),
        "{below} holds no file"
    );
    files
}

fn sources(below: &str) -> Vec<(String, String)> {
    let rust = files(below)
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs"));
    rust.map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The lines of a source that are no comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_start()));
    lines.filter(|(_, line)| !line.starts_with("//"))
}

#[test]
fn imports_go_down_only() {
    let path = Regex::new(r"\$?\bcrate::(\{|\w+)").unwrap();
    let mut wrong = Vec::new();
    for (name, text) in sources("src") {
        let Some((room, _)) = name.trim_start_matches("src/").split_once('/') else {
            continue;
        };
        let own = floor(room).unwrap_or_else(|| panic!("{room} stands on no floor"));
        for (number, line) in code(&text) {
            for found in path.captures_iter(line) {
                let other = &found[1];
                // A macro of the problem room is used by its bare name; a brace would hide what is imported.
                let Some(there) = floor(other) else {
                    wrong.push(format!("{name}:{number}: `crate::{other}` names no room"));
                    continue;
                };
                let seen = room != "output" || SEEN_BY_OUTPUT.contains(&other);
                if other != room && (there >= own || !seen) {
                    wrong.push(format!("{name}:{number}: {room} imports {other}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn globs_are_read_in_one_file() {
    for (name, text) in sources("src") {
        let named = code(&text).any(|(_, line)| line.contains("globset"));
        assert!(
            !named || name == "src/policy/glob.rs",
            "{name} reads globs by itself: use `policy::Glob`"
        );
    }
}

#[test]
fn every_room_stands_on_a_floor_and_is_in_the_map() {
    let map = fs::read_to_string(top().join("src/lib.rs")).unwrap();
    for (name, _) in sources("src") {
        if let Some((room, _)) = name.trim_start_matches("src/").split_once('/') {
            assert!(floor(room).is_some(), "{room} stands on no floor");
            assert!(
                map.lines()
                    .any(|line| line.trim_start_matches("pub ") == format!("mod {room};")),
                "{room} is not in lib.rs"
            );
            assert!(
                map.contains(&format!("`{room}`")),
                "{room} is not in the map of the house"
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut silent = Vec::new();
    for (name, text) in sources("src")
        .into_iter()
        .chain(sources("tests"))
        .chain(sources("benches"))
    {
        let head = text.lines().next().unwrap_or("");
        if !head.starts_with("//! ") || head.len() < 12 {
            silent.push(format!("{name}: {head}"));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn files_are_short_or_say_why_not() {
    let mut long = Vec::new();
    for (name, text) in sources("src") {
        let lines = text.lines().count();
        if lines > LONGEST && !LARGE.iter().any(|(known, _)| *known == name) {
            long.push(format!("{name}: {lines} lines"));
        }
    }
    assert!(
        long.is_empty(),
        "split them, or list them with a reason:\n{}",
        long.join("\n")
    );
    for (name, reason) in LARGE {
        assert!(
            top().join(name).exists() && !reason.is_empty(),
            "{name} is listed and not there"
        );
    }
}

/// Each file below `folder` that implements `what` has its type in the table of `folder/mod.rs`.
fn registered(folder: &str, what: &str, table: &str) {
    let room = fs::read_to_string(top().join(folder).join("mod.rs")).unwrap();
    let start = room
        .find(table)
        .unwrap_or_else(|| panic!("{folder}/mod.rs has no {table}"));
    let entries = &room[start..start + room[start..].find("];").unwrap()];
    let implements = Regex::new(&format!(r"impl (?:\w+::)?{what} for (\w+)")).unwrap();
    let mut known = BTreeSet::new();
    for (name, text) in sources(folder) {
        // Below its tests a file may have kinds that are none.
        let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
        for found in implements.captures_iter(body) {
            let entry = Regex::new(&format!(r"\b{}\b", &found[1])).unwrap();
            assert!(
                entry.is_match(entries),
                "{name}: `{}` is not in {table}",
                &found[1]
            );
            known.insert(found[1].to_owned());
        }
    }
    assert!(
        known.len() > 2,
        "{folder}: {what} is implemented by {known:?} only"
    );
    let listed = entries
        .lines()
        .filter(|line| line.trim_start().starts_with('&'))
        .count();
    assert_eq!(listed, known.len(), "{entries}");
}

#[test]
fn every_format_kind_and_output_is_in_its_table() {
    registered("src/report", "ReportFormat", "pub static FORMATS");
    registered("src/gate", "GateKind", "pub static KINDS");
    registered("src/output", "Output", "pub static OUTPUTS");
    registered("src/phase", "PhaseRule", "pub static RULES");
}

/// What a new implementation must say stands in the recipe: the methods of the trait that have no default.
#[test]
fn every_recipe_names_what_its_trait_demands() {
    let recipes = fs::read_to_string(top().join("CONTRIBUTING.md")).unwrap();
    let method = Regex::new(r"(?m)^    fn (\w+)[^{;]*;").unwrap();
    for (room, head, recipe) in [
        ("report", "pub trait ReportFormat", "### A report format"),
        ("gate", "pub trait GateKind", "### A gate kind"),
        ("phase", "pub trait PhaseRule", "### A rule of a phase"),
        ("output", "pub trait Output", "### An output"),
        ("init", "pub trait Stack", "### A stack of `init`"),
    ] {
        let text = fs::read_to_string(top().join(format!("src/{room}/mod.rs"))).unwrap();
        let told = text
            .split_once(head)
            .map(|(_, rest)| rest.split_once("\n}\n").unwrap().0);
        let told = told.unwrap_or_else(|| panic!("src/{room}/mod.rs has no `{head}`"));
        let recipe = recipes
            .split_once(recipe)
            .unwrap()
            .1
            .split("\n### ")
            .next()
            .unwrap();
        let demanded: Vec<&str> = method
            .captures_iter(told)
            .map(|found| found.get(1).unwrap().as_str())
            .collect();
        assert!(demanded.len() > 2, "{head}: {demanded:?}");
        for name in demanded {
            assert!(
                recipe.contains(&format!("`{name}`")),
                "{head}: the recipe does not name `{name}`"
            );
        }
    }
}

/// What is fuzzed beside the formats of reports: other bytes that come from outside.
const FUZZED: &[&str] = &["baseline", "config", "record"];

#[test]
fn every_format_has_a_fuzz_target_and_every_target_is_built() {
    let wanted: BTreeSet<String> = tollgate::report::FORMATS
        .iter()
        .map(|format| format.name())
        .chain(FUZZED.iter().copied())
        .map(|name| format!("fuzz/targets/{name}.rs"))
        .collect();
    let there: BTreeSet<String> = sources("fuzz")
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("fuzz/src/"))
        .collect();
    assert_eq!(
        there, wanted,
        "files below fuzz/, and formats with what else is fuzzed"
    );
    let manifest = fs::read_to_string(top().join("fuzz/Cargo.toml")).unwrap();
    let path = Regex::new(r#"(?m)^name = "(\w+)"\npath = "(targets/\w+\.rs)"$"#).unwrap();
    let built: BTreeSet<String> = path
        .captures_iter(&manifest)
        .filter(|found| found[2] == format!("targets/{}.rs", &found[1]))
        .map(|found| format!("fuzz/{}", &found[2]))
        .collect();
    assert_eq!(built, wanted, "the targets of fuzz/Cargo.toml");
    for (name, text) in sources("fuzz/targets") {
        let own = name
            .trim_start_matches("fuzz/targets/")
            .trim_end_matches(".rs");
        let format = !FUZZED.contains(&own);
        assert!(
            !format || text.contains(&format!("report(\"{own}\", bytes)")),
            "{name} fuzzes something else"
        );
    }
}

#[test]
fn every_detector_of_a_stack_is_in_its_table() {
    let text = fs::read_to_string(top().join("src/init/mod.rs")).unwrap();
    for (name, _) in sources("src/init") {
        // A stack that needs more than a file has a folder of its own, whose `mod.rs` names the rest.
        let below = name.trim_start_matches("src/init/");
        let module = below.split(['/', '.']).next().unwrap();
        assert!(
            module == "mod" || text.contains(&format!("mod {module};")),
            "{name} is not named in src/init/mod.rs"
        );
    }
}

#[test]
fn every_preset_is_in_the_table_in_the_index_and_has_its_cases() {
    let index = fs::read_to_string(top().join("gates/README.md")).unwrap();
    let mut names = BTreeSet::new();
    for (file, _) in files("gates") {
        let parts: Vec<&str> = file.split('/').collect();
        let [_, stack, preset] = parts.as_slice() else {
            continue;
        };
        let name = format!("{stack}/{}", preset.trim_end_matches(".yaml"));
        assert!(
            index.contains(&format!("[`{name}`]({stack}/{preset})")),
            "{name} is not in gates/README.md"
        );
        for case in ["pass", "fail"] {
            let folder = top().join(format!(
                "gates/{stack}/cases/{}/{case}",
                name.split_once('/').unwrap().1
            ));
            assert!(
                folder.join("case.yaml").exists(),
                "{name} has no case `{case}`"
            );
        }
        names.insert(name);
    }
    let known: BTreeSet<String> = tollgate::config::PRESETS
        .iter()
        .map(|preset| preset.name.to_owned())
        .collect();
    assert_eq!(names, known, "files below gates/ and the table of presets");
}

#[test]
fn every_file_of_these_tests_is_run() {
    let main = fs::read_to_string(top().join("tests/it/main.rs")).unwrap();
    for (name, _) in sources("tests/it") {
        let parts: Vec<&str> = name.split('/').collect();
        if let [_, _, file] = parts.as_slice() {
            let module = file.trim_end_matches(".rs");
            assert!(
                module == "main" || main.contains(&format!("mod {module};")),
                "{name}"
            );
        }
    }
}

/// Names of people's folders that are nobody's.
const NOBODY: &[&str] = &["user", "runner", "me", "dev", "node"];

#[test]
fn no_tracked_file_names_a_folder_of_a_machine() {
    let people =
        Regex::new(r"(?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2})([A-Za-z][\w.-]*)").unwrap();
    let root = Regex::new(r"(?:^|[^\w.\]*])/(?:root)/\w").unwrap();
    let own = top().to_str().unwrap();
    let mut wrong = Vec::new();
    for (name, path) in files("") {
        if name.starts_with("target/") || name == "tests/it/house.rs" {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        for (number, line) in text.lines().enumerate() {
            let somebody = people
                .captures_iter(line)
                .any(|found| !NOBODY.contains(&&found[1]));
            if somebody || root.is_match(line) || line.contains(own) {
                wrong.push(format!(
                    "{name}:{}: {}",
                    number + 1,
                    line.chars().take(120).collect::<String>()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
