//! The Python of a project: that of a manager, of an environment, or of the machine.

use super::settings::Settings;
use crate::init::site::Site;
use crate::init::tree::join;

const ENVIRONMENTS: &[&str] = &[".venv", "venv"];
/// Lock file, program, and how it starts a tool of the project.
const MANAGERS: &[(&str, &str, &str)] = &[
    ("uv.lock", "uv", "uv run"),
    ("poetry.lock", "poetry", "poetry run"),
    ("pdm.lock", "pdm", "pdm run"),
    ("Pipfile.lock", "pipenv", "pipenv run"),
];

/// What runs Python.
pub struct Interpreter {
    /// The program: `python3`, or that of an environment.
    pub program: String,
    /// A manager that starts tools of the project, such as `uv run`.
    pub manager: Option<&'static str>,
    /// Whether it is there.
    pub there: bool,
}

impl Interpreter {
    pub fn of(site: &Site<'_>) -> Self {
        let upwards = site.upwards();
        for (folder, _) in &upwards {
            for (lock, program, run) in MANAGERS {
                if site.tree.has(&join(folder, lock)) && site.installed(program) {
                    return Self {
                        program: format!("{run} python"),
                        manager: Some(run),
                        there: true,
                    };
                }
            }
        }
        for (folder, way) in &upwards {
            for environment in ENVIRONMENTS {
                let program = format!("{environment}/bin/python");
                if site.tree.has(&join(folder, &program)) {
                    return Self {
                        program: format!("{way}{program}"),
                        manager: None,
                        there: true,
                    };
                }
            }
        }
        let program = if site.installed("python3") {
            "python3"
        } else {
            "python"
        };
        Self {
            program: program.to_owned(),
            manager: None,
            there: site.installed(program),
        }
    }

    /// What starts a module.
    pub fn module(&self) -> String {
        format!("{} -m", self.program)
    }

    /// What starts a tool: the `exec` of presets.
    pub fn exec(&self) -> String {
        self.manager.map_or_else(|| self.module(), str::to_owned)
    }

    pub fn shown(&self) -> String {
        self.manager
            .map_or_else(|| self.program.clone(), str::to_owned)
    }

    /// Whether a module can be imported. A manager is believed: it installs what the project asks for.
    pub fn has(&self, site: &Site<'_>, settings: &Settings, module: &str) -> bool {
        if self.manager.is_some() {
            return settings.requires(&module.replace('_', "-"));
        }
        self.there && self.finds(site, module)
    }

    pub fn finds(&self, site: &Site<'_>, module: &str) -> bool {
        let question = format!(
            "import importlib.util as u; raise SystemExit(u.find_spec('{module}') is None)"
        );
        site.answers(&[&self.program, "-c", &question])
    }
}
