//! Projects with phases and people for tests, and documents of phases held against their schema.

use serde_json::Value;

use super::{Key, Project, Ran};

/// The people of a test: ada writes and leads, bo leads, cy operates.
pub struct People {
    /// Key of ada, who writes everything.
    pub ada: Key,
    /// Key of bo.
    pub bo: Key,
    /// Key of cy.
    pub cy: Key,
}

impl People {
    /// Makes their keys and the file that names them.
    pub fn of(project: &Project) -> Self {
        let key = |name| Key::new(project, name, "");
        let people = Self {
            ada: key("ada"),
            bo: key("bo"),
            cy: key("cy"),
        };
        let mut text = "version: 1\npeople:\n".to_owned();
        for (name, key, role) in [
            ("ada", &people.ada, "leads"),
            ("bo", &people.bo, "leads"),
            ("cy", &people.cy, "ops"),
        ] {
            text += &format!(
                "  {name}: {{ email: {name}@example.org, keys: [{}], roles: [{role}] }}\n",
                key.line
            );
        }
        project.write(".tollgate/people.yaml", text);
        people
    }
}

impl Project {
    /// `tollgate phase` with these arguments.
    pub fn phase(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["phase"];
        all.extend(arguments);
        self.call(&all)
    }

    /// `tollgate phase … --json`, held against the schema.
    pub fn phase_json(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = arguments.to_vec();
        all.push("--json");
        let ran = self.phase(&all);
        let document: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{ran}"));
        let schema: Value = serde_json::from_str(tollgate::output::phase::SCHEMA).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
        (ran.code, document)
    }

    /// The rules that a decision names as outstanding, in its order.
    pub fn outstanding(&self, phase: &str) -> Vec<String> {
        let (_, document) = self.phase_json(&["decide", phase]);
        let list = document["outcome"]["outstanding"]
            .as_array()
            .unwrap()
            .iter();
        list.map(|one| one["rule"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The state of a phase on the board.
    pub fn state(&self, phase: &str) -> String {
        let (_, document) = self.phase_json(&["status"]);
        let phases = document["board"]["phases"].as_array().unwrap();
        let found = phases.iter().find(|one| one["phase"] == phase).unwrap();
        found["state"].as_str().unwrap().to_owned()
    }

    /// The kinds of all records, parents before children.
    pub fn recorded(&self) -> Vec<String> {
        let (_, document) = self.phase_json(&["history"]);
        let records = document["records"].as_array().unwrap().iter();
        records
            .map(|one| one["record"]["says"]["kind"].as_str().unwrap().to_owned())
            .collect()
    }
}
