//! An example under `examples/` in a copy, walked by its own script, and what was decided before and after each step.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Project;

/// A copy of an example with a repository and keys of its own.
pub struct Scenario {
    /// The copy.
    pub project: Project,
    shipped: PathBuf,
    said: String,
}

/// All that was decided on the way from no go to go.
pub struct Walk {
    /// What the script said.
    pub said: String,
    steps: Vec<String>,
    decisions: Vec<Decision>,
    documents: BTreeMap<String, Value>,
}

/// What was decided of a phase before a step, or after it.
struct Decision {
    step: String,
    phase: String,
    goes: bool,
    /// What was shown, and what is outstanding, on one line.
    words: String,
    json: Value,
}

impl Scenario {
    /// The copy alone, blocked as the example is shipped.
    pub fn copy(example: &str) -> Self {
        let mut scenario = Self::of(example);
        let (from, to) = (scenario.shipped.clone(), scenario.project.root.clone());
        scenario.go(&from, &["copy", to.to_str().unwrap()]);
        scenario
    }

    /// A copy in which the script has taken all steps.
    pub fn whole(example: &str) -> Self {
        let mut scenario = Self::of(example);
        let from = scenario.shipped.clone();
        scenario.go(&from, &[]);
        let mut lines = scenario.said.lines();
        let copy = lines.find_map(|line| line.strip_prefix("== a copy lies in "));
        scenario.project.root = PathBuf::from(copy.expect("a copy"));
        scenario
    }

    fn of(example: &str) -> Self {
        let project = Project::empty(example).env("TOLLGATE", env!("CARGO_BIN_EXE_tollgate"));
        let temporary = project.beside().join("tmp");
        fs::create_dir(&temporary).unwrap();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        Self {
            project: project.env("TMPDIR", &temporary),
            shipped: examples.join(example),
            said: String::new(),
        }
    }

    /// Takes the next steps.
    pub fn take(&mut self, steps: usize) {
        let copy = self.project.root.clone();
        for _ in 0..steps {
            self.go(&copy, &["next"]);
        }
    }

    /// The script, not bounded by how long one tollgate may take: every gate in it has a time-out of its own.
    fn go(&mut self, folder: &Path, arguments: &[&str]) {
        let mut command = self.project.command(folder.join("go"), folder);
        let output = command.args(arguments).output().unwrap();
        self.said += &String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}\n{complained}", self.said);
    }

    /// Asserts that no step is left and every phase complete, and that the records say so.
    pub fn end(mut self) -> Walk {
        self.take(1);
        assert!(self.said.ends_with("== all steps are taken\n"));
        let (_, status) = self.project.phase_json(&["status"]);
        for phase in status["board"]["phases"].as_array().unwrap() {
            assert_eq!(phase["state"], "complete", "{phase:#}");
        }
        let verified = self.project.call(&["verify"]).exits(0);
        verified.says("the ledger is good").says(" 0 unsigned");
        Walk::of(self)
    }
}

impl Walk {
    /// Through the whole example of this name.
    pub fn through(example: &str) -> Self {
        Scenario::whole(example).end()
    }

    fn of(scenario: Scenario) -> Self {
        let documents = documents(&scenario.project.root.join(".git/decisions"));
        let decisions = decisions(&scenario.said, &documents);
        for one in &decisions {
            let (step, phase, json) = (&one.step, &one.phase, &one.json);
            let goes = [
                json["exit"] == 0,
                json["wrote"] == true,
                outstanding(json).is_empty(),
            ];
            assert_eq!(goes, [one.goes; 3], "{step}, {phase}: {json:#}");
        }
        Self {
            steps: steps(&scenario.shipped),
            said: scenario.said,
            decisions,
            documents,
        }
    }

    /// Asserts of each step, all of them in order: these reasons block before it, and do not in the next decision of that phase.
    #[track_caller]
    pub fn lifts(&self, rows: &[(&str, &[&str])]) {
        let named: Vec<&str> = rows.iter().map(|(step, _)| *step).collect();
        assert_eq!(named, self.steps);
        for (step, reasons) in rows {
            let refusals = self.refusals(step);
            assert!(!refusals.is_empty(), "{step} was needed for nothing");
            for reason in *reasons {
                let mut blocks = refusals
                    .iter()
                    .filter(|one| self.decisions[**one].words.contains(reason));
                let place = *blocks.next().unwrap_or_else(|| {
                    panic!("{step}: `{reason}` is not named: {:#?}", self.told(step))
                });
                let after = self.next_of(place);
                assert!(
                    !after.words.contains(reason),
                    "{step}: `{reason}` blocks still"
                );
            }
        }
    }

    /// The refusal just before a step, of the first phase that it names.
    #[track_caller]
    pub fn before(&self, step: &str) -> &Value {
        let first = self.refusals(step).into_iter().next();
        &self.decisions[first.unwrap_or_else(|| panic!("no step `{step}`"))].json
    }

    /// The next decision of that phase after the step.
    #[track_caller]
    pub fn after(&self, step: &str) -> &Value {
        let first = self.refusals(step).into_iter().next();
        let place = first.unwrap_or_else(|| panic!("no step `{step}`"));
        &self.next_of(place).json
    }

    /// What is outstanding before a step.
    #[track_caller]
    pub fn told(&self, step: &str) -> Vec<String> {
        let refusals = self.refusals(step).into_iter();
        refusals
            .flat_map(|one| outstanding(&self.decisions[one].json))
            .collect()
    }

    /// The board before a step.
    #[track_caller]
    pub fn board(&self, step: &str) -> &Value {
        &self.document(&format!("{step}.board"))["board"]
    }

    /// A document that a step left by this name.
    #[track_caller]
    pub fn document(&self, name: &str) -> &Value {
        let found = self.documents.get(name);
        found.unwrap_or_else(|| panic!("no `{name}`\n{}", self.said))
    }

    fn refusals(&self, step: &str) -> Vec<usize> {
        let all = self.decisions.iter().enumerate();
        let refused = all.filter(|(_, one)| one.step == step && !one.goes);
        refused.map(|(place, _)| place).collect()
    }

    #[track_caller]
    fn next_of(&self, place: usize) -> &Decision {
        let phase = &self.decisions[place].phase;
        let mut later = self.decisions[place + 1..].iter();
        later
            .find(|one| one.phase == *phase)
            .expect("every phase is completed")
    }
}

/// The steps of an example, by the names of their files.
pub fn steps(shipped: &Path) -> Vec<String> {
    let files = fs::read_dir(shipped.join("steps")).unwrap();
    let names = files.map(|one| {
        one.unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    });
    let mut steps: Vec<String> = names
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    steps.sort();
    steps
}

/// All decisions in the order in which they were shown: refusals before the step that they belong to, completions after it.
fn decisions(said: &str, documents: &BTreeMap<String, Value>) -> Vec<Decision> {
    let mut all: Vec<Decision> = Vec::new();
    let mut step = String::new();
    let mut refused = 0;
    for section in said.split("\n== ") {
        let (head, shown) = section.split_once('\n').unwrap_or((section, ""));
        if let Some((name, _)) = head
            .strip_prefix("step ")
            .and_then(|head| head.split_once(':'))
        {
            name.clone_into(&mut step);
            let last = all.len() - refused;
            all[last..]
                .iter_mut()
                .for_each(|one| one.step.clone_from(&step));
            refused = 0;
            continue;
        }
        let (phase, goes) = match (head.strip_suffix(" is refused"), head.strip_suffix(" goes")) {
            (Some(phase), _) => (phase, false),
            (_, Some(phase)) => (phase, true),
            _ => continue,
        };
        refused += usize::from(!goes);
        all.push(Decision {
            step: step.clone(),
            phase: phase.to_owned(),
            goes,
            words: shown.split_whitespace().collect::<Vec<_>>().join(" "),
            json: Value::Null,
        });
    }
    for one in &mut all {
        let how = if one.goes { "completed" } else { "refused" };
        let name = format!("{}.{how}.{}", one.step, one.phase);
        one.json = documents
            .get(&name)
            .unwrap_or_else(|| panic!("no {name}"))
            .clone();
        one.words += &outstanding(&one.json).join(" ");
    }
    all
}

/// All JSON in a folder, by the names of the files.
fn documents(folder: &Path) -> BTreeMap<String, Value> {
    let files = fs::read_dir(folder).unwrap();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let value = serde_json::from_slice(&fs::read(&path).unwrap());
        let value = value.unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, value)
    };
    files.map(|one| read(one.unwrap().path())).collect()
}

/// What a decision names as outstanding: each rule with what was wanted and found.
fn outstanding(decision: &Value) -> Vec<String> {
    let list = decision["outcome"]["outstanding"].as_array();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let words = |one: &Value| format!("{}: {}", text(one, "rule"), text(one, "found"));
    list.into_iter().flatten().map(words).collect()
}

/// A gate in the verdict that a decision rests on.
#[track_caller]
pub fn gate<'a>(decision: &'a Value, id: &str) -> &'a Value {
    let gates = decision["outcome"]["verdict"]["gates"].as_array();
    let found = gates.into_iter().flatten().find(|one| one["id"] == id);
    found.unwrap_or_else(|| panic!("no gate `{id}`: {decision:#}"))
}

/// A measured value of a gate, in the verdict that a decision rests on.
#[track_caller]
pub fn fact<'a>(decision: &'a Value, name: &str) -> &'a Value {
    let gate = gate(decision, name.split('.').next().unwrap_or_default());
    let fact = gate["facts"].get(name);
    fact.unwrap_or_else(|| panic!("`{name}` was not measured: {gate:#}"))
}
