//! What the files of a project say about the tools that it uses.

use crate::init::manifest::{Toml, is_requirement};
use crate::init::site::{Site, has_extension};
use crate::init::tree::name_of;

/// What the files of the project say about its tools.
pub struct Settings {
    /// pyproject.toml.
    pub pyproject: Toml,
    /// setup.cfg, tox.ini and Pipfile.
    pub ini: Toml,
    requirements: Vec<String>,
}

impl Settings {
    pub fn of(site: &Site<'_>) -> Self {
        let toml = |path: &str| Toml::read(&site.text(path).unwrap_or_default());
        let ini = site.text("setup.cfg").unwrap_or_default()
            + "\n"
            + &site.text("tox.ini").unwrap_or_default();
        let lists = |path: &&str| {
            let name = name_of(path);
            has_extension(path, &["txt", "in"])
                && (name.starts_with("requirements") || path.starts_with("requirements/"))
        };
        Self {
            pyproject: toml("pyproject.toml"),
            ini: Toml::read(&(ini + "\n" + &site.text("Pipfile").unwrap_or_default())),
            requirements: site
                .files()
                .filter(lists)
                .filter_map(|path| site.text(path))
                .collect(),
        }
    }

    pub fn requires(&self, package: &str) -> bool {
        self.pyproject.requires(package)
            || self.ini.requires(package)
            || self
                .requirements
                .iter()
                .flat_map(|text| text.lines())
                .any(|line| is_requirement(line, package))
    }

    /// Whether a tool has a table of its own.
    pub fn table(&self, tool: &str) -> bool {
        self.pyproject.has(&format!("tool.{tool}")) || self.ini.has(tool)
    }
}
