//! package.json, and the package manager that the lock file names.

use serde_json::Value;

use crate::init::site::Site;
use crate::init::tree::{Tree, join};

const DEPENDENCIES: &[&str] = &[
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
];

/// A package.json.
#[derive(Clone, Debug, Default)]
pub struct Package {
    json: Value,
}

impl Package {
    /// Reads the one of a folder; none if it is not there or no JSON object.
    pub fn read(tree: &Tree, dir: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(&tree.text(&join(dir, "package.json"))?).ok()?;
        json.is_object().then_some(Self { json })
    }

    /// Whether it only sets the type of modules.
    pub fn is_bare(&self) -> bool {
        self.json.get("scripts").is_none()
            && !self.has_dependencies()
            && self.json.get("workspaces").is_none()
    }

    /// Whether something must be installed.
    pub fn has_dependencies(&self) -> bool {
        DEPENDENCIES[..2].iter().any(|key| {
            self.json
                .get(key)
                .and_then(Value::as_object)
                .is_some_and(|map| !map.is_empty())
        })
    }

    /// Whether it depends on another package in any way.
    pub fn depends(&self, name: &str) -> bool {
        DEPENDENCIES.iter().any(|key| {
            self.json
                .get(key)
                .is_some_and(|map| map.get(name).is_some())
        })
    }

    /// A script. The one that `npm init` writes for tests is none.
    pub fn script(&self, name: &str) -> Option<&str> {
        let script = self.json.get("scripts")?.get(name)?.as_str()?.trim();
        (!script.is_empty() && !script.contains("no test specified")).then_some(script)
    }

    /// Whether it holds settings of a tool.
    pub fn has(&self, key: &str) -> bool {
        self.json.get(key).is_some()
    }

    /// The manager that it asks for, as Corepack reads it.
    fn manager(&self) -> Option<&str> {
        self.json.get("packageManager")?.as_str()?.split('@').next()
    }

    /// Patterns of the members of its workspace, without those that begin with `!`.
    pub fn workspaces(&self, tree: &Tree, dir: &str) -> Vec<String> {
        let value = self.json.get("workspaces");
        let list = value
            .and_then(|value| value.get("packages").or(Some(value)))
            .and_then(Value::as_array);
        let mut patterns: Vec<String> = list
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect();
        let pnpm = tree
            .text(&join(dir, "pnpm-workspace.yaml"))
            .unwrap_or_default();
        let items = pnpm
            .lines()
            .skip_while(|line| !line.starts_with("packages:"))
            .skip(1)
            .take_while(|line| line.starts_with([' ', '-']) || line.trim().is_empty());
        patterns.extend(items.filter_map(|line| {
            let item = line.trim().strip_prefix("- ")?;
            Some(item.trim().trim_matches(['"', '\'']).to_owned())
        }));
        patterns.retain(|pattern| !pattern.starts_with('!'));
        patterns
    }
}

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manager {
    /// Its program.
    pub name: &'static str,
}

/// Lock files and whose they are.
const LOCKS: &[(&str, &str)] = &[
    ("pnpm-lock.yaml", "pnpm"),
    ("pnpm-workspace.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
];

impl Manager {
    /// By the lock file, then by what package.json asks for.
    pub fn of(site: &Site<'_>, top: &str, package: &Package) -> Self {
        let asked = package.manager().and_then(|name| {
            ["npm", "pnpm", "yarn", "bun"]
                .into_iter()
                .find(|known| *known == name)
        });
        let locked = LOCKS
            .iter()
            .find(|(file, _)| site.tree.has(&join(top, file)))
            .map(|(_, name)| *name);
        Self {
            name: asked.or(locked).unwrap_or("npm"),
        }
    }

    /// What installs exactly what the lock file says.
    pub fn install(self, site: &Site<'_>, top: &str) -> &'static str {
        let has = |file: &str| site.tree.has(&join(top, file));
        match self.name {
            "pnpm" => "pnpm install --frozen-lockfile",
            "yarn" if has(".yarnrc.yml") => "yarn install --immutable",
            "yarn" => "yarn install --frozen-lockfile",
            "bun" => "bun install --frozen-lockfile",
            _ if has("package-lock.json") || has("npm-shrinkwrap.json") => "npm ci",
            _ => "npm install",
        }
    }

    /// The file that an installation leaves; npm has a better question.
    pub fn marker(self, site: &Site<'_>, top: &str) -> Option<&'static str> {
        match self.name {
            "pnpm" => Some("node_modules/.modules.yaml"),
            "yarn" if is_plug_and_play(site, top) => Some(".pnp.cjs"),
            "yarn" if site.tree.has(&join(top, ".yarnrc.yml")) => {
                Some("node_modules/.yarn-state.yml")
            }
            "yarn" => Some("node_modules/.yarn-integrity"),
            _ => None,
        }
    }

    /// What starts a tool of the project and fetches nothing.
    pub fn exec(self, site: &Site<'_>, top: &str) -> &'static str {
        match self.name {
            "pnpm" if site.installed("pnpm") => "pnpm exec",
            "yarn" if is_plug_and_play(site, top) => "yarn run",
            _ => "npx --no-install",
        }
    }

    /// What runs a script of the project.
    pub fn runner(self, site: &Site<'_>) -> &'static str {
        if self.name != "bun" && site.installed(self.name) {
            return self.name;
        }
        "npm"
    }
}

fn is_plug_and_play(site: &Site<'_>, top: &str) -> bool {
    let settings = site.tree.text(&join(top, ".yarnrc.yml"));
    site.tree.has(&join(top, ".pnp.cjs"))
        || settings.is_some_and(|text| {
            !text.contains("nodeLinker: node-modules") && !text.contains("nodeLinker: pnpm")
        })
}
