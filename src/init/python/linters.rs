//! Gates of linters and type checkers that a project configures.

use super::interpreter::Interpreter;
use super::is_test_file;
use super::settings::Settings;
use crate::init::draft::Draft;
use crate::init::manifest::Toml;
use crate::init::site::Site;

/// The gates, fast ones first.
pub fn gates(site: &Site<'_>, python: &Interpreter, settings: &Settings) -> Vec<Draft> {
    let file = |names: &[&'static str]| site.first(names).is_some();
    let places = || site.places("py");
    let mut list = Vec::new();
    let mut add =
        |tool: &'static str, draft: Draft| list.push(started(site, python, settings, tool, draft));
    let formats = settings.pyproject.has("tool.ruff.format")
        || site
            .text(".pre-commit-config.yaml")
            .is_some_and(|text| text.contains("ruff-format"));
    if formats {
        add(
            "ruff",
            Draft::uses(
                "format",
                "python/ruff-format",
                "Is every file laid out as ruff would do it?",
            ),
        );
    } else if settings.table("black") {
        add(
            "black",
            Draft::uses(
                "format",
                "python/black",
                "Is every file laid out as Black would do it?",
            ),
        );
    }
    if settings.table("ruff") || file(&["ruff.toml", ".ruff.toml"]) || settings.requires("ruff") {
        add(
            "ruff",
            Draft::uses("lint", "python/ruff", "Has ruff nothing to say?"),
        );
    } else if file(&[".flake8"]) || settings.ini.has("flake8") {
        add(
            "flake8",
            Draft::runs("lint", "flake8", "Has flake8 nothing to say?"),
        );
    }
    if settings.table("mypy") || file(&["mypy.ini", ".mypy.ini"]) {
        let chosen = settings.pyproject.sets("tool.mypy", "files")
            || settings.pyproject.sets("tool.mypy", "packages")
            || settings.ini.sets("mypy", "files")
            || site
                .text("mypy.ini")
                .is_some_and(|text| Toml::read(&text).sets("mypy", "files"));
        let paths = if chosen { Vec::new() } else { places() };
        add(
            "mypy",
            Draft::uses("types", "python/mypy", "Does mypy accept the types?").with("paths", paths),
        );
    } else if settings.table("pyright") || file(&["pyrightconfig.json"]) {
        add(
            "pyright",
            Draft::uses("types", "python/pyright", "Does pyright accept the types?"),
        );
    }
    if settings.table("bandit") {
        let draft = Draft::uses(
            "security",
            "python/bandit",
            "Does bandit find no risky construct?",
        );
        let code = places()
            .into_iter()
            .filter(|place| !is_test_folder(place))
            .collect::<Vec<_>>();
        add(
            "bandit",
            draft.with("paths", code).with("args", "-c pyproject.toml"),
        );
    }
    list
}

/// A gate with what starts its tool: the project's Python where the tool is in it, else the PATH.
fn started(
    site: &Site<'_>,
    python: &Interpreter,
    settings: &Settings,
    tool: &str,
    draft: Draft,
) -> Draft {
    let inside = python.has(site, settings, tool);
    if !inside && python.manager.is_none() && site.answers(&[tool, "--version"]) {
        return draft;
    }
    let exec = python.exec();
    let draft = match draft.run.clone() {
        Some(run) => Draft {
            run: Some(format!("{exec} {run}")),
            ..draft
        },
        None => {
            let mut draft = draft;
            draft.with.insert(0, ("exec".to_owned(), exec.into()));
            draft
        }
    };
    draft.only_if(inside, || missing(python, tool))
}

/// Why a tool cannot run here.
pub fn missing(python: &Interpreter, tool: &str) -> String {
    match python.manager {
        Some(run) => format!("`{tool}` is not among the dependencies that `{run}` installs"),
        None => format!(
            "`{tool}` is not installed: `{} pip install {tool}`",
            python.module()
        ),
    }
}

fn is_test_folder(place: &str) -> bool {
    matches!(place, "test" | "tests") || is_test_file(place)
}
