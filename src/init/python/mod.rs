//! Python: pyproject.toml and its older brothers, or plain packages. Tools run in the environment of the project.

mod interpreter;
mod linters;
mod settings;
#[cfg(test)]
mod tests;
mod unit;

use super::Stack;
use super::draft::{Draft, Proposal, not_installed};
use super::site::{Project, Site, has_extension};
use super::tree::{Tree, folder_of, is_below, name_of};
use interpreter::Interpreter;
use settings::Settings;

/// The stack.
pub struct Python;

/// Files that head a project, the most telling first.
const HEADS: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "requirements.txt",
    "manage.py",
    "pytest.ini",
    "tox.ini",
];
impl Stack for Python {
    fn name(&self) -> &'static str {
        "Python"
    }

    fn slug(&self) -> &'static str {
        "python"
    }

    fn about(&self) -> &'static str {
        "pyproject.toml, setup.py, requirements.txt, packages and tests of *.py files"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        let mut projects: Vec<Project> = Vec::new();
        for path in tree.manifests(HEADS) {
            let dir = folder_of(path);
            let has_code = tree
                .files()
                .any(|file| has_extension(file, &["py"]) && is_below(file, dir));
            // A list of requirements inside a project belongs to it.
            let inside = projects.iter().any(|outer| is_below(path, &outer.dir));
            let strong = matches!(name_of(path), "pyproject.toml" | "setup.py");
            if has_code && !projects.iter().any(|other| other.dir == dir) && (strong || !inside) {
                projects.push(Project::headed(path));
            }
        }
        if projects.is_empty() {
            projects.extend(bare(tree));
        }
        projects
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        if !site.files().any(|path| has_extension(path, &["py"])) {
            return Proposal::default();
        }
        let python = Interpreter::of(site);
        let settings = Settings::of(site);
        let mut proposal = Proposal {
            made_with: vec![python.shown()],
            leaves: vec!["__pycache__/x.pyc"],
            ..Proposal::default()
        };
        let linters = linters::gates(site, &python, &settings);
        if !linters.iter().any(Draft::is_on) {
            let says = "Does every file compile?";
            let places = shell_words::join(site.places("py"));
            let compile = Draft::runs(
                "compile",
                format!("{} compileall -q {places}", python.module()),
                says,
            );
            proposal
                .gates
                .push(compile.only_if(python.there, || not_installed("python3")));
        }
        proposal.gates.extend(linters);
        match unit::gate(site, &python, &settings) {
            Some(test) => proposal.gates.push(test),
            None => {
                let words = "no test found; with the first one add `test: { uses: python/pytest }`";
                proposal.notes.push(words.to_owned());
            }
        }
        proposal
    }
}

/// A package or a test at the top, without any file that heads a project.
fn bare(tree: &Tree) -> Option<Project> {
    let sign = |path: &&str| {
        has_extension(path, &["py"])
            && match path.split('/').collect::<Vec<_>>().as_slice() {
                [_] => true,
                [_, file] => *file == "__init__.py" || is_test_file(file),
                _ => false,
            }
    };
    let evidence = tree.files().find(sign)?;
    Some(Project {
        dir: String::new(),
        ..Project::headed(evidence)
    })
}

fn is_test_file(name: &str) -> bool {
    has_extension(name, &["py"])
        && (name.starts_with("test_") || name.ends_with("_test.py") || name == "test.py")
}
