//! What the tests of the stacks share: a folder with files, a machine, and the proof that what is written is valid.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Machine, Survey, Tree, survey, write};

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("folders");
        fs::write(path, text).expect("file");
    }
    folder
}

/// A machine where everything is installed but what is named.
pub struct Here {
    missing: Vec<&'static str>,
}

impl Here {
    /// Everything is installed.
    pub fn all() -> Self {
        Self {
            missing: Vec::new(),
        }
    }

    /// A program, or a module of Python, or whatever a probe names, is missing.
    pub fn without(mut self, word: &'static str) -> Self {
        self.missing.push(word);
        self
    }

    fn has(&self, program: &str) -> bool {
        !self.missing.contains(&program)
    }

    fn answers(&self, words: &[&str]) -> bool {
        !words.iter().any(|word| {
            self.missing
                .iter()
                .any(|missing| word == missing || word.contains(&format!("'{missing}'")))
        })
    }
}

/// What is found in these files.
pub fn look(files: &[(&str, &str)], here: &Here) -> Survey {
    let folder = folder(files);
    let has = |program: &str| here.has(program);
    let answers = |_: &Path, words: &[&str]| here.answers(words);
    let machine = Machine {
        has: &has,
        answers: &answers,
    };
    survey(&Tree::read(folder.path()), machine)
}

/// The file that is written for these files; it is read without any problem.
pub fn check(files: &[(&str, &str)], here: &Here) -> String {
    let survey = look(files, here);
    let text = write(&survey);
    assert!(survey.active().next().is_some(), "no gate runs:\n{text}");
    let folder = folder(&[("tollgate.yaml", &text)]);
    let loaded = crate::config::load(&folder.path().join("tollgate.yaml"), "tollgate.yaml");
    let problems: Vec<&str> = loaded
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert!(problems.is_empty(), "{problems:?} in\n{text}");
    let plan = loaded.plan.expect("no problem, so a plan");
    assert_eq!(plan.gates.len(), survey.active().count(), "{text}");
    text
}
