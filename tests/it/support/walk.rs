//! An example taken from no go to go by its own script, and what was decided before and after each step.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Project, Ran};

/// An example that was walked through.
pub struct Walk {
    /// What the script said, and how it ended.
    pub ran: Ran,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    decisions: BTreeMap<String, Value>,
    boards: BTreeMap<String, Value>,
}

/// A step, as its first lines tell of it.
pub struct Step {
    /// File name without its ending.
    pub name: String,
    /// The phase that it belongs to; empty where it only makes ready.
    pub phase: String,
    /// The criterion that it lifts.
    pub lifts: Option<String>,
    /// A criterion that is unmet still.
    pub leaves: Option<String>,
}

impl Walk {
    /// Walks through the example of this name in a temporary folder, which is gone when this returns.
    pub fn through(name: &str) -> Self {
        let example = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        let project = Project::empty("walk").env("TOLLGATE", env!("CARGO_BIN_EXE_tollgate"));
        let log = project.beside().join("log");
        let project = project.env("LOG", &log).env("TMPDIR", project_tmp(&log));
        let mut command = project.command(example.join("go"), &project.root);
        command.arg(project.beside().join(name));
        // Not bounded by how long one tollgate may take: every gate in it has a time-out of its own.
        let output = command.output().unwrap();
        let ran = Ran::new(output.status, output.stdout, output.stderr, None);
        let read = |path: PathBuf| -> (String, Value) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let value = serde_json::from_slice(&fs::read(&path).unwrap());
            let value = value.unwrap_or_else(|error| panic!("{name}: {error}\n{ran}"));
            (name.trim_end_matches(".json").to_owned(), value)
        };
        let files = fs::read_dir(&log).unwrap_or_else(|error| panic!("{error}\n{ran}"));
        let all: BTreeMap<String, Value> = files.map(|entry| read(entry.unwrap().path())).collect();
        let (boards, decisions) = all
            .into_iter()
            .partition(|(name, _)| name.ends_with(".board"));
        Self {
            steps: steps(&example.join("steps")),
            ran,
            decisions,
            boards,
        }
    }

    /// The decision when a step was made.
    #[track_caller]
    pub fn after(&self, step: &str) -> &Value {
        self.found(&self.decisions, &format!("{step}.after"))
    }

    /// The decision just before a step: that after the step before it in the same phase, or the first of the phase.
    #[track_caller]
    pub fn before(&self, step: &str) -> &Value {
        let place = self.steps.iter().position(|one| one.name == step);
        let place = place.unwrap_or_else(|| panic!("no step `{step}`"));
        let phase = &self.steps[place].phase;
        let earlier = self.steps[..place].iter().rev();
        match earlier
            .filter(|one| one.phase == *phase)
            .map(|one| &one.name)
            .next()
        {
            Some(name) => self.after(name),
            None => self.found(&self.decisions, &format!("{step}.before")),
        }
    }

    /// A document that a step left by this name.
    #[track_caller]
    pub fn document(&self, name: &str) -> &Value {
        self.found(&self.decisions, name)
    }

    /// The board after a decision: `01-x.before`, `01-x.after`.
    #[track_caller]
    pub fn board(&self, decision: &str) -> &Value {
        self.found(&self.boards, &format!("{decision}.board"))
    }

    #[track_caller]
    fn found<'a>(&self, all: &'a BTreeMap<String, Value>, name: &str) -> &'a Value {
        all.get(name)
            .unwrap_or_else(|| panic!("no `{name}`\n{}", self.ran))
    }

    /// What is outstanding before a step that names its criterion.
    #[track_caller]
    pub fn blocks(&self, step: &str) -> String {
        let lifts = self.steps.iter().find(|one| one.name == step);
        let lifts = lifts.and_then(|one| one.lifts.clone());
        let lifts = lifts.unwrap_or_else(|| panic!("no step `{step}` that lifts something"));
        let before = outstanding(self.before(step));
        let found = before.into_iter().find(|one| is_about(one, &lifts));
        found.unwrap_or_else(|| panic!("`{lifts}` is not outstanding before {step}\n{}", self.ran))
    }

    /// Asserts what holds of every walk: each step lifts its criterion, which blocked until then; a decision is a no
    /// as long as anything is outstanding, and then a go; every phase is complete in the end.
    #[track_caller]
    pub fn lifts_one_criterion_a_step(&self) {
        let ran = &self.ran;
        assert_eq!(ran.code, 0, "{ran}");
        for step in self.steps.iter().filter(|step| !step.phase.is_empty()) {
            let (before, after) = (self.before(&step.name), self.after(&step.name));
            let name = &step.name;
            assert_ne!(
                before["exit"], 0,
                "{name} was needed for nothing: {before:#}"
            );
            let (was, is) = (outstanding(before), outstanding(after));
            let among =
                |list: &[String], criterion: &str| list.iter().any(|one| is_about(one, criterion));
            if let Some(lifts) = &step.lifts {
                assert!(
                    among(&was, lifts),
                    "{name}: `{lifts}` did not block: {was:#?}"
                );
                assert!(
                    !among(&is, lifts),
                    "{name}: `{lifts}` blocks still: {is:#?}"
                );
                assert!(is.len() <= was.len(), "{name}: {was:#?}, {is:#?}");
            }
            if let Some(leaves) = &step.leaves {
                assert!(
                    among(&is, leaves),
                    "{name}: `{leaves}` does not block: {is:#?}"
                );
            }
            assert!(
                step.lifts.is_some() || step.leaves.is_some(),
                "{name} says nothing of itself"
            );
            assert_eq!(after["exit"] == 0, is.is_empty(), "{name}: {after:#}");
            assert_eq!(after["wrote"], after["exit"] == 0, "{name}: {after:#}");
        }
        let last = self.steps.last().expect("steps");
        let phases = self.board(&format!("{}.after", last.name))["board"]["phases"].as_array();
        let open = phases
            .into_iter()
            .flatten()
            .filter(|phase| phase["state"] != "complete");
        assert_eq!(open.count(), 0, "{ran}");
    }
}

/// A folder for temporary files below the one that goes away.
fn project_tmp(log: &Path) -> PathBuf {
    let folder = log.with_file_name("tmp");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn steps(folder: &Path) -> Vec<Step> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let step = |name: &String| {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let said = |key: &str| {
            let lines = text.lines().take_while(|line| !line.starts_with("diff "));
            let mut lines = lines.map(|line| line.trim_start_matches(['#', ' ']));
            lines.find_map(|line| Some(line.strip_prefix(key)?.strip_prefix(": ")?.to_owned()))
        };
        Step {
            name: Path::new(name)
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned(),
            phase: said("Phase").unwrap_or_default(),
            lifts: said("Lifts"),
            leaves: said("Leaves"),
        }
    };
    names.iter().map(step).collect()
}

/// What a decision names as outstanding: each rule with what was found.
pub fn outstanding(decision: &Value) -> Vec<String> {
    let list = decision["outcome"]["outstanding"].as_array();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let words = |one: &Value| format!("{}: {}", text(one, "rule"), text(one, "found"));
    list.into_iter().flatten().map(words).collect()
}

fn is_about(outstanding: &str, criterion: &str) -> bool {
    let (rule, found) = outstanding.split_once(": ").unwrap_or((outstanding, ""));
    rule == criterion || found.contains(criterion)
}

/// A measured value of a gate, in the verdict that a decision rests on.
#[track_caller]
pub fn fact<'a>(decision: &'a Value, name: &str) -> &'a Value {
    let gate = name.split('.').next().unwrap_or_default();
    let gates = decision["outcome"]["verdict"]["gates"].as_array();
    let found = gates.into_iter().flatten().find(|one| one["id"] == gate);
    let fact = found.and_then(|one| one["facts"].get(name));
    fact.unwrap_or_else(|| panic!("`{name}` was not measured: {:#}", found.unwrap_or(decision)))
}
