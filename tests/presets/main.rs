//! The catalogue: every preset is registered, documented and proven by a passing and a failing case.
//!
//! A case is what a real run left behind: status, output, reports. It is replayed in place of the preset's
//! own command and judged by the real binary, from the file to the verdict.
#![cfg(unix)]

mod cases;
mod catalogue;
mod traps;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;
use tollgate::config::{PRESETS, Preset};

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

/// The preset of that name.
fn preset(name: &str) -> &'static Preset {
    let found = PRESETS.iter().find(|preset| preset.name == name);
    found.unwrap_or_else(|| panic!("no preset `{name}`"))
}

/// A project in which what lies in a folder is replayed in place of the preset's command. A preset without a
/// command reads what a gate before it wrote.
fn replayed(preset: &Preset, case: &Value, folder: &Path) -> TempDir {
    let run = format!("sh replay.sh '{}' {}", folder.display(), case["exit"]);
    let mut gate = json!({ "uses": preset.name });
    if let Some(with) = case.get("with") {
        gate["with"] = with.clone();
    }
    let mut file = one_gate(&gate);
    if yaml(preset.text)["gate"].get("run").is_some() {
        file["gates"]["case"]["run"] = json!(run);
    } else {
        file["gates"]["case"]["needs"] = json!("tool");
        file["gates"]["tool"] = json!({ "run": run, "exit": { "ok": ["0-255"] } });
    }
    project(&file)
}

/// The gate `case` of a run as the outcome has it, and all that was printed.
fn judged(project: &Path) -> (Value, Output) {
    let output = tollgate(project, &["run", "--output", "json=out.json"]);
    let text = fs::read_to_string(project.join("out.json"))
        .unwrap_or_else(|_| panic!("no outcome: {}", words(&output)));
    let outcome: Value = serde_json::from_str(&text).unwrap();
    let gates = outcome["verdict"]["gates"].as_array().unwrap();
    let gate = gates.iter().find(|gate| gate["id"] == "case").unwrap();
    (gate.clone(), output)
}
