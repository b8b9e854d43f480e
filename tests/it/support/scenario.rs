//! An example under `examples/` in a copy, taken step by step by its own script.

use std::path::Path;

use super::Project;

/// A copy of an example with a repository, a remote and keys of its own, blocked as it is shipped.
pub struct Scenario {
    /// The copy.
    pub project: Project,
    order: Vec<[String; 3]>,
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
            order: order(&project, &shipped),
            project,
        };
        let root = scenario.project.root.display().to_string();
        scenario.go(&shipped, &["copy", &root]);
        scenario
    }

    /// The names of all steps, in their order.
    pub fn names(&self) -> Vec<&str> {
        self.order.iter().map(|step| step[0].as_str()).collect()
    }

    /// Takes the next step: sees the refusal, applies it, and completes what is complete then.
    pub fn next(&self) -> Step {
        let taken = std::fs::read_to_string(self.project.root.join(".git/step"));
        let number: usize = taken.map_or(0, |text| text.trim().parse().unwrap());
        let [name, phase, completes] = &self.order[number];
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

    /// Takes every step that is left. Each is refused for its reason, which no later refusal of that phase names.
    pub fn walk(&self, reasons: &[(&str, &[&str])]) {
        let names: Vec<&str> = reasons.iter().map(|(name, _)| *name).collect();
        let left = &self.names()[self.names().len() - names.len()..];
        assert_eq!(left, names, "the steps and the reasons of the test");
        let mut lifted: Vec<(String, &str)> = Vec::new();
        for (name, reasons) in reasons {
            let step = self.next();
            assert_eq!(step.name, *name);
            for reason in *reasons {
                assert!(
                    step.refused.contains(reason),
                    "{name}: `{reason}` is not named\n{}",
                    step.refused
                );
            }
            for (phase, reason) in &lifted {
                let again = *phase == step.phase && step.refused.contains(reason);
                assert!(
                    !again,
                    "{name}: `{reason}` is still named\n{}",
                    step.refused
                );
            }
            lifted.extend(reasons.iter().map(|reason| (step.phase.clone(), *reason)));
            for phase in &step.completed {
                assert_eq!(self.project.state(phase), "complete", "{name}");
            }
        }
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
fn order(project: &Project, shipped: &Path) -> Vec<[String; 3]> {
    let text = std::fs::read_to_string(shipped.join("steps/order"))
        .unwrap_or_else(|error| panic!("{}: {error}", project.root.display()));
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
