//! As much of TOML and of requirement lists as tells which tools a project uses. Not a parser: what it does not
//! understand it passes over.

/// A TOML file as lines in tables.
#[derive(Clone, Debug, Default)]
pub struct Toml {
    lines: Vec<(String, String)>,
}

impl Toml {
    /// Splits a text into its tables.
    pub fn read(text: &str) -> Self {
        let mut table = String::new();
        let mut lines = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let header = line
                .strip_prefix('[')
                .map(|rest| rest.trim_start_matches('['))
                .and_then(|rest| rest.split_once(']'))
                .map(|(name, _)| name)
                .filter(|name| !name.contains(['"', '\'', ',', '{']) || name.contains('.'))
                .filter(|_| {
                    !lines
                        .last()
                        .is_some_and(|(_, last): &(String, String)| last.ends_with(['[', ',']))
                });
            match header {
                Some(name) => table = name.replace(' ', ""),
                None => {
                    lines.push((table.clone(), line.to_owned()));
                    continue;
                }
            }
            lines.push((table.clone(), String::new()));
        }
        Self { lines }
    }

    /// Whether there is that table, or one below it.
    pub fn has(&self, table: &str) -> bool {
        self.lines.iter().any(|(name, _)| {
            name.strip_prefix(table)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Whether a table sets a key.
    pub fn sets(&self, table: &str, key: &str) -> bool {
        self.lines
            .iter()
            .filter(|(name, _)| name == table)
            .any(|(_, line)| {
                line.split('=')
                    .next()
                    .is_some_and(|name| name.trim() == key)
                    && line.contains('=')
            })
    }

    /// Whether a Python package is named as a dependency of any kind.
    pub fn requires(&self, package: &str) -> bool {
        self.lines.iter().any(|(table, line)| {
            let key = line.split('=').next().unwrap_or("").trim();
            if table.ends_with("dependencies") && key.eq_ignore_ascii_case(package) {
                return true;
            }
            let listed = table == "project"
                || table.starts_with("project.")
                || table.starts_with("dependency-groups")
                || table.starts_with("tool.uv")
                || table.starts_with("tool.pdm")
                || table.starts_with("tool.hatch")
                || table.ends_with("packages");
            listed
                && line
                    .split(['"', '\''])
                    .skip(1)
                    .step_by(2)
                    .any(|text| is_requirement(text, package))
                || table.ends_with("packages") && key.eq_ignore_ascii_case(package)
        })
    }
}

/// Whether a line of a requirements file asks for a package.
pub fn is_requirement(line: &str, package: &str) -> bool {
    let name: String = line
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        .collect();
    name.replace('_', "-").eq_ignore_ascii_case(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_keys_and_dependencies_are_found() {
        let toml = Toml::read(
            "[project]\nname = \"x\" # [tool.no]\ndependencies = [\n  \"requests>=2\",\n]\n\
             [project.optional-dependencies]\ndev = [\"pytest>=8\", \"ruff\"]\n\
             [tool.poetry.group.dev.dependencies]\nmypy = \"^1\"\n# [tool.black]\n\
             [tool.ruff.lint]\nselect = [\"E\"]\n",
        );
        assert!(toml.has("tool.ruff"));
        assert!(!toml.has("tool.black") && !toml.has("tool.no") && !toml.has("tool.r"));
        assert!(toml.sets("tool.ruff.lint", "select") && !toml.sets("tool.ruff", "select"));
        for package in ["requests", "pytest", "ruff", "mypy"] {
            assert!(toml.requires(package), "{package}");
        }
        assert!(!toml.requires("black") && !toml.requires("req"));
    }

    #[test]
    fn lists_of_lists_are_no_tables() {
        let toml = Toml::read("[tool.x]\na = [\n  [\"b.c\", \"d\"],\n  [\"e\"],\n]\nf = 1\n");
        assert!(toml.sets("tool.x", "f"));
    }

    #[test]
    fn a_requirement_is_a_name_with_anything_behind_it() {
        for line in [
            "pytest",
            "pytest==8.1",
            "pytest[x]>=1 ; python_version > '3'",
            "PyTest ~= 8",
        ] {
            assert!(is_requirement(line, "pytest"), "{line}");
        }
        for line in ["pytest-cov", "# pytest", "-r pytest.txt"] {
            assert!(!is_requirement(line, "pytest"), "{line}");
        }
    }
}
