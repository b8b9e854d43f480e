//! The catalogue: every preset is registered, documented and proven by a passing and a failing case.
//!
//! A case is what a real run left behind: status, output, reports. It is replayed in place of the preset's
//! own command and judged by the real binary, from the file to the verdict.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;
use tollgate::config::{PRESETS, Preset, parameters};

/// Copies what a recorded run left behind, prints what it printed, and ends as it ended.
const REPLAY: &str = r#"
if [ -d "$1/tree" ]; then cp -R "$1/tree/." .; fi
if [ -f "$1/stdout" ]; then cat "$1/stdout"; fi
if [ -f "$1/stderr" ]; then cat "$1/stderr" >&2; fi
exit "$2"
"#;

fn gates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("gates")
}

/// Folder of a case: `gates/<stack>/cases/<name>/<which>`.
fn case_folder(preset: &str, which: &str) -> PathBuf {
    let (stack, name) = preset
        .split_once('/')
        .expect("presets are named stack/name");
    gates().join(stack).join("cases").join(name).join(which)
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn read_yaml(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    yaml(&text)
}

/// A project with that `tollgate.yaml`; YAML takes JSON as it is.
fn project(file: &Value) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("tollgate.yaml"), file.to_string()).unwrap();
    fs::write(folder.path().join("replay.sh"), REPLAY).unwrap();
    folder
}

fn one_gate(gate: &Value) -> Value {
    json!({ "version": 1, "gates": { "case": gate } })
}

fn tollgate(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tollgate"));
    command
        .current_dir(folder)
        .args(["--ci", "none"])
        .args(args);
    command.output().unwrap()
}

fn words(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Does something for each, several at once, and fails with all that was wrong.
fn for_each<T: Sync>(all: &[T], what: impl Fn(&T) -> Vec<String> + Sync) {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = what(one);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    nothing(wrong.into_inner().unwrap());
}

fn nothing(mut wrong: Vec<String>) {
    wrong.sort();
    assert!(wrong.is_empty(), "{}\n", wrong.join("\n"));
}

/// The gate of a case. A preset without a command reads what a gate before it wrote.
fn replayed(preset: &Preset, case: &Value, folder: &Path) -> Value {
    let run = format!("sh replay.sh '{}' {}", folder.display(), case["exit"]);
    let mut gate = json!({ "uses": preset.name });
    if let Some(with) = case.get("with") {
        gate["with"] = with.clone();
    }
    if yaml(preset.text)["gate"].get("run").is_some() {
        gate["run"] = json!(run);
        return one_gate(&gate);
    }
    gate["needs"] = json!("tool");
    let tool = json!({ "run": run, "exit": { "ok": ["0-255"] } });
    json!({ "version": 1, "gates": { "tool": tool, "case": gate } })
}

/// A fact by its dotted name below the gate; the parts of a share have names of their own.
fn fact<'a>(facts: &'a Value, name: &str) -> Option<&'a Value> {
    let whole = format!("case.{name}");
    facts.get(&whole).or_else(|| {
        let (share, part) = whole.rsplit_once('.')?;
        facts.get(share)?.get(part)
    })
}

fn judge_case((preset, which): &(&Preset, &str)) -> Vec<String> {
    let folder = case_folder(preset.name, which);
    let case = read_yaml(&folder.join("case.yaml"));
    let project = project(&replayed(preset, &case, &folder));
    let output = tollgate(project.path(), &["run", "--output", "json=out.json"]);
    let name = format!("{} {which}", preset.name);
    let Ok(text) = fs::read_to_string(project.path().join("out.json")) else {
        return vec![format!("{name}: no outcome\n{}", words(&output))];
    };
    let outcome: Value = serde_json::from_str(&text).unwrap();
    let gates = outcome["verdict"]["gates"].as_array().unwrap();
    let gate = gates.iter().find(|gate| gate["id"] == "case").unwrap();
    let mut wrong = Vec::new();
    let code = if *which == "pass" { 0 } else { 1 };
    if gate["verdict"] != case["verdict"] || output.status.code() != Some(code) {
        wrong.push(format!(
            "{name}: is {}, exit {:?}\n{}",
            gate["verdict"],
            output.status.code(),
            words(&output)
        ));
    }
    for (key, wanted) in case["facts"].as_object().into_iter().flatten() {
        let got = fact(&gate["facts"], key);
        if got != Some(wanted) {
            wrong.push(format!("{name}: {key} is {got:?}, not {wanted}"));
        }
    }
    wrong
}

#[test]
fn every_case_comes_out_as_recorded() {
    let both = |preset| [(preset, "pass"), (preset, "fail")];
    let cases: Vec<(&Preset, &str)> = PRESETS.iter().flat_map(both).collect();
    for_each(&cases, judge_case);
}

/// Parameters that have no default, with a value that fits.
fn required(preset: &Value) -> Value {
    let params = preset["preset"]["params"].as_object().into_iter().flatten();
    params
        .filter(|(_, param)| param.get("default").is_none())
        .map(|(name, param)| {
            let value = match param["type"].as_str() {
                Some("count") => json!(0),
                Some("share") => json!("80%"),
                Some("duration") => json!("1m"),
                Some("size") => json!("1MB"),
                Some("flag") => json!(true),
                Some("choice") => param["choices"][0].clone(),
                _ => json!("some"),
            };
            (name.clone(), value)
        })
        .collect()
}

#[test]
fn a_gate_that_only_uses_a_preset_is_clean() {
    let presets: Vec<&Preset> = PRESETS.iter().collect();
    for_each(&presets, |preset| {
        let text = yaml(preset.text);
        let mut gate = json!({ "uses": preset.name });
        let with = required(&text);
        if with != json!({}) {
            gate["with"] = with;
        }
        let mut file = one_gate(&gate);
        if text["gate"].get("run").is_none() {
            file["gates"]["case"]["needs"] = json!("tool");
            file["gates"]["tool"] = json!({ "run": "make" });
        }
        let output = tollgate(project(&file).path(), &["config", "check"]);
        let clean = output.status.success() && output.stderr.is_empty();
        if clean {
            Vec::new()
        } else {
            vec![format!("{}: {}", preset.name, words(&output))]
        }
    });
}

#[test]
fn every_preset_says_all_that_people_ask() {
    let mut wrong = Vec::new();
    for preset in PRESETS {
        let mut no = |words: String| wrong.push(format!("{}: {words}", preset.name));
        let text = yaml(preset.text);
        let about = &text["preset"];
        for key in ["title", "why", "docs"] {
            if about[key].as_str().is_none_or(str::is_empty) {
                no(format!("no `{key}`"));
            }
        }
        if !about["needs"].is_array() {
            no("no `needs`".to_owned());
        }
        if about["docs"]
            .as_str()
            .is_some_and(|docs| !docs.starts_with("https://"))
        {
            no("`docs` is no address".to_owned());
        }
        if !preset.text.starts_with("# ") || !asks(preset).ends_with('?') {
            no("the first line is not the question that it asks".to_owned());
        }
        let params = about["params"].as_object().cloned().unwrap_or_default();
        for (name, param) in &params {
            if param["doc"].as_str().is_none_or(str::is_empty) || param["type"].is_null() {
                no(format!("`{name}` needs `type` and `doc`"));
            }
        }
        let declared: BTreeSet<&str> = params.keys().map(String::as_str).collect();
        let used = placeholders(preset.text);
        if used != declared {
            no(format!("declares {declared:?}, uses {used:?}"));
        }
    }
    nothing(wrong);
}

/// The question in the first line.
fn asks(preset: &Preset) -> &str {
    let first = preset.text.lines().next().unwrap_or_default();
    first.trim_start_matches("# ")
}

/// Names between double braces in the YAML itself, comments left out.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    lines
        .flat_map(|line| line.split("{{").skip(1))
        .filter_map(|rest| Some(rest.split_once("}}")?.0.trim()))
        .collect()
}

#[test]
fn every_status_means_one_thing() {
    let mut wrong = Vec::new();
    for preset in PRESETS {
        let gate = &yaml(preset.text)["gate"];
        if gate.get("run").is_none() {
            continue;
        }
        let mut meanings: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
        for (meaning, list) in gate["exit"].as_object().into_iter().flatten() {
            for status in list.as_array().unwrap().iter().flat_map(statuses) {
                meanings.entry(status).or_default().push(meaning);
            }
        }
        for status in 0..=255 {
            let meaning = meanings.get(&status).map_or(&[][..], Vec::as_slice);
            if meaning.len() != 1 {
                wrong.push(format!("{}: {status} means {meaning:?}", preset.name));
            }
        }
    }
    nothing(wrong);
}

fn statuses(node: &Value) -> std::ops::RangeInclusive<u8> {
    let text = node
        .as_str()
        .map_or_else(|| node.to_string(), str::to_owned);
    let (low, high) = text.split_once('-').unwrap_or((&text, &text));
    low.parse().unwrap()..=high.parse().unwrap()
}

/// Every file below a folder, as a path below it.
fn files(top: &Path) -> Vec<String> {
    let walk = ignore::WalkBuilder::new(top)
        .standard_filters(false)
        .build();
    let entries = walk
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file());
    let below = |path: &Path| path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
    entries.map(|entry| below(entry.path())).collect()
}

#[test]
fn every_file_of_the_catalogue_belongs_to_a_registered_preset() {
    let wrong = files(&gates()).into_iter().filter(|path| {
        let parts: Vec<&str> = path.split('/').collect();
        let known =
            |stack: &str, name: &str| PRESETS.iter().any(|p| p.name == format!("{stack}/{name}"));
        let good = match parts.as_slice() {
            ["README.md"] => true,
            [stack, file] => file
                .strip_suffix(".yaml")
                .is_some_and(|name| known(stack, name)),
            [
                stack,
                "cases",
                name,
                "pass" | "fail",
                "case.yaml" | "stdout" | "stderr",
            ] => known(stack, name),
            [stack, "cases", name, "pass" | "fail", "tree", ..] => known(stack, name),
            _ => false,
        };
        !good
    });
    nothing(wrong.collect());
}

#[test]
fn every_case_says_where_it_comes_from() {
    let keys = ["exit", "verdict", "tool", "made", "source", "facts", "with"];
    let mut wrong = Vec::new();
    for (preset, which) in PRESETS.iter().flat_map(|p| [(p, "pass"), (p, "fail")]) {
        let case = read_yaml(&case_folder(preset.name, which).join("case.yaml"));
        let mut no = |words: &str| wrong.push(format!("{} {which}: {words}", preset.name));
        if case
            .as_object()
            .unwrap()
            .keys()
            .any(|key| !keys.contains(&key.as_str()))
        {
            no("a key that means nothing");
        }
        if case["verdict"] != *which || !case["exit"].is_u64() || !case["tool"].is_string() {
            no("`exit`, `verdict` and `tool` are needed, and the verdict is the folder's");
        }
        if case["made"].as_bool() != Some(case.get("source").is_some()) {
            no("what was made names its `source`, what was recorded has none");
        }
        let judged = ["tests", "coverage", "findings", "metrics"];
        let gate = &yaml(preset.text)["gate"];
        if judged.iter().any(|kind| gate.get(kind).is_some()) && case.get("facts").is_none() {
            no("no `facts`");
        }
    }
    nothing(wrong);
}

#[test]
fn nothing_in_the_catalogue_tells_of_the_machine_it_was_made_on() {
    let mut wrong = Vec::new();
    for path in files(&gates()) {
        let text = fs::read_to_string(gates().join(&path)).unwrap();
        for root in [
            "/home/",
            "/root/",
            "/tmp/",
            "/Users/",
            "/work/",
            "/var/folders/",
            "C:\\",
        ] {
            let foreign = |(at, _): &(usize, &str)| !text[*at..].starts_with("/home/user/project");
            wrong.extend(text.match_indices(root).filter(foreign).map(|(at, _)| {
                let line = text[..at].lines().count();
                format!("{path}:{line}: {root}")
            }));
        }
        let hosts = text.split("hostname=\"").skip(1);
        wrong.extend(
            hosts
                .filter(|rest| !rest.starts_with("host\""))
                .map(|_| format!("{path}: host name")),
        );
    }
    nothing(wrong);
}

/// The row of a preset in gates/README.md, from the preset itself.
fn row(preset: &Preset) -> String {
    let params = parameters(preset).into_iter().map(|(name, default, _)| {
        if default.is_empty() {
            format!("`{name}`")
        } else {
            format!("`{name}` (`{default}`)")
        }
    });
    let needs = Some(preset.needs().join(", ")).filter(|needs| !needs.is_empty());
    format!(
        "| [`{0}`]({0}.yaml) | {1} | {2} | {3} |",
        preset.name,
        asks(preset),
        needs.as_deref().unwrap_or("–"),
        params.collect::<Vec<_>>().join(", ")
    )
}

#[test]
fn the_tables_of_the_readme_are_what_the_presets_say() {
    let readme = fs::read_to_string(gates().join("README.md")).unwrap();
    let rows: BTreeSet<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| [`"))
        .collect();
    let wanted: Vec<String> = PRESETS.iter().map(row).collect();
    let missing = wanted.iter().filter(|row| !rows.contains(row.as_str()));
    let mut wrong: Vec<String> = missing.map(|row| format!("missing: {row}")).collect();
    let surplus = rows
        .iter()
        .filter(|row| !wanted.iter().any(|one| one == *row));
    wrong.extend(surplus.map(|row| format!("not so:  {row}")));
    nothing(wrong);
}
