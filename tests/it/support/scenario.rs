//! An example under `examples/` in a copy, taken step by step by its own script.

use std::path::Path;

use super::Project;

/// A copy of an example with a repository, a remote and keys of its own, blocked as it is shipped.
pub struct Scenario {
    /// The copy.
    pub project: Project,
    order: Vec<[String; 3]>,
    /// Phases with what they were refused for once.
    lifted: Vec<(String, String)>,
}

/// A step, and what was said on the way.
pub struct Step {
    /// Its name, as that of its file.
    pub name: String,
    /// The phase that was refused until then.
    pub phase: String,
    /// What `phase complete` said before the step, on one line.
    pub refused: String,
    /// The phases that were completed after it.
    pub completed: Vec<String>,
}

impl Scenario {
    /// Makes the copy.
    pub fn of(example: &str) -> Self {
        let project = Project::empty(example).env("TOLLGATE", env!("CARGO_BIN_EXE_tollgate"));
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(example);
        let scenario = Self {
            order: order(&shipped),
            lifted: Vec::new(),
            project,
        };
        let root = scenario.project.root.display().to_string();
        scenario.go(&shipped, &["copy", &root]);
        for command in ["check", "prove"] {
            scenario.project.call(&["config", command]).exits(0);
        }
        scenario
    }

    /// Takes the next step: sees the refusal, applies it, and completes what is complete then.
    pub fn next(&self) -> Step {
        let [name, phase, completes] = &self.order[self.taken()];
        let said = self.go(&self.project.root, &["next"]);
        let (refused, _) = said
            .split_once(&format!("== step {name}: "))
            .unwrap_or_else(|| panic!("no step {name}\n{said}"));
        let words: Vec<&str> = refused.split_whitespace().collect();
        Step {
            name: name.clone(),
            phase: phase.clone(),
            refused: words.join(" "),
            completed: completes
                .split(' ')
                .filter(|one| *one != "-")
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Takes the next steps. Each phase is refused for these reasons, which no later refusal of it names.
    pub fn walk(&mut self, steps: &[(&str, &[&str])]) {
        for (name, reasons) in steps {
            let step = self.next();
            assert_eq!(step.name, *name);
            for reason in *reasons {
                let named = step.refused.contains(reason);
                assert!(named, "{name}: `{reason}` is not named\n{}", step.refused);
            }
            for (phase, reason) in &self.lifted {
                let again = *phase == step.phase && step.refused.contains(reason);
                assert!(
                    !again,
                    "{name}: `{reason}` is named again\n{}",
                    step.refused
                );
            }
            let reasons = reasons.iter().map(|reason| (*reason).to_owned());
            self.lifted
                .extend(reasons.map(|reason| (step.phase.clone(), reason)));
            for phase in &step.completed {
                assert_eq!(self.project.state(phase), "complete", "{name}");
            }
        }
    }

    /// Asserts that no step is left, that every phase is complete, and that the records say so.
    pub fn ends(&self) {
        assert_eq!(self.taken(), self.order.len());
        let (_, document) = self.project.phase_json(&["status"]);
        for phase in document["board"]["phases"].as_array().unwrap() {
            assert_eq!(phase["state"], "complete", "{phase:#}");
        }
        self.project
            .call(&["verify"])
            .exits(0)
            .says("the ledger is good");
    }

    /// How many steps are taken.
    fn taken(&self) -> usize {
        let number = std::fs::read_to_string(self.project.root.join(".git/step"));
        number.map_or(0, |text| text.trim().parse().unwrap())
    }

    fn go(&self, dir: &Path, arguments: &[&str]) -> String {
        let output = self
            .project
            .command("./go", dir)
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}\n{complained}");
        said
    }
}

/// Name, refused phase and completed phases of each step.
fn order(shipped: &Path) -> Vec<[String; 3]> {
    let text = std::fs::read_to_string(shipped.join("steps/order")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            [
                words[0].to_owned(),
                words[1].to_owned(),
                words[2..].join(" "),
            ]
        })
        .collect()
}
