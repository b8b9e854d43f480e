//! JavaScript and TypeScript: package.json. Which tools a package has is read from its dependencies and settings,
//! how its tests are run from its `test` script.

mod package;
mod script;
#[cfg(test)]
mod tests;
mod tools;
mod unit;

use super::Stack;
use super::draft::{Draft, Proposal};
use super::site::{Project, Site};
use super::tree::{Tree, folder_of, is_below, join, pattern};
use crate::policy::{Glob, NoGlob};
use package::{Manager, Package};

/// The stack.
pub struct Node;

/// The name of the gate that asks for installed packages.
const PACKAGES: &str = "packages";

impl Stack for Node {
    fn name(&self) -> &'static str {
        "Node"
    }

    fn slug(&self) -> &'static str {
        "node"
    }

    fn about(&self) -> &'static str {
        "package.json"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        let mut projects: Vec<Project> = Vec::new();
        let mut workspaces: Vec<(String, Vec<Glob>)> = Vec::new();
        for path in tree.manifests(&["package.json"]) {
            let Some(package) = Package::read(tree, folder_of(path)) else {
                // One that cannot be read is worth a word.
                projects.push(Project::headed(path));
                continue;
            };
            let mut project = Project::headed(path);
            project.workspace = workspaces
                .iter()
                .find(|(top, members)| {
                    is_below(path, top)
                        && members
                            .iter()
                            .any(|glob| glob.is_match(relative(&project.dir, top)))
                })
                .map(|(top, _)| top.clone());
            // `{ "type": "module" }` in a folder makes no project.
            if !project.dir.is_empty() && package.is_bare() && project.workspace.is_none() {
                continue;
            }
            let members = package.workspaces(tree, &project.dir);
            if !members.is_empty() {
                workspaces.push((
                    project.dir.clone(),
                    members
                        .iter()
                        .filter_map(|one| members_glob(one).ok())
                        .collect(),
                ));
            }
            projects.push(project);
        }
        projects
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        let Some(package) = Package::read(site.tree, site.dir()) else {
            return Proposal {
                notes: vec!["it is not valid JSON, so it gets no gate".to_owned()],
                ..Proposal::default()
            };
        };
        let top_dir = site.project.workspace.as_deref().unwrap_or(site.dir());
        let top = Package::read(site.tree, top_dir).unwrap_or_default();
        let member = site.project.workspace.is_some();
        let manager = Manager::of(site, top_dir, &top);
        let view = View {
            site,
            package: &package,
            top: &top,
            top_dir,
            member,
            manager,
        };
        let mut proposal = view.propose();
        let members = package.workspaces(site.tree, site.dir());
        proposal.notes.extend(unread(&members));
        proposal
    }
}

/// A folder below another, as its workspace patterns see it.
fn relative<'a>(dir: &'a str, top: &str) -> &'a str {
    if top.is_empty() {
        dir
    } else {
        dir.get(top.len() + 1..).unwrap_or(dir)
    }
}

/// A pattern of workspaces.
fn members_glob(pattern: &str) -> Result<Glob, NoGlob> {
    Glob::new(pattern.trim_start_matches("./").trim_end_matches('/'))
}

/// The patterns of workspaces that are no globs, in words.
fn unread(members: &[String]) -> impl Iterator<Item = String> {
    let wrong = members.iter().filter_map(|one| members_glob(one).err());
    wrong.map(|trouble| format!("{trouble}: its packages are taken for projects of their own"))
}

/// A package, the top of its workspace, and what installs both.
struct View<'a> {
    site: &'a Site<'a>,
    package: &'a Package,
    top: &'a Package,
    top_dir: &'a str,
    member: bool,
    manager: Manager,
}

impl View<'_> {
    fn propose(&self) -> Proposal {
        let site = self.site;
        let mut proposal = Proposal::default();
        if self.has_dependencies() {
            proposal.leaves.push("node_modules/x");
        }
        let mut gates = tools::gates(self);
        let unit = unit::gate(self, &mut proposal);
        gates.extend(unit);
        if !self.member {
            proposal.made_with.push(self.manager.name.to_owned());
            // Where nothing is to be installed it only proves that package.json can be read.
            let wanted = self.has_dependencies() || (gates.is_empty() && !self.has_members());
            if let Some(packages) = self.packages().filter(|_| wanted) {
                if self.has_dependencies() && !self.is_installed() {
                    proposal.first = Some(self.manager.install(site, self.top_dir).to_owned());
                }
                proposal.gates.push(self.manager_there(packages));
            }
        }
        let needed = self.has_dependencies();
        for gate in gates {
            proposal.gates.push(if needed {
                gate.needs(self.top_dir, PACKAGES)
            } else {
                gate
            });
        }
        if self.member && proposal.gates.is_empty() {
            // The top of the workspace speaks for it.
            return Proposal::default();
        }
        proposal
    }

    /// Whether anything must be installed for the workspace.
    fn has_dependencies(&self) -> bool {
        self.top.has_dependencies()
            || self.package.has_dependencies()
            || self.site.projects.iter().any(|other| {
                other.workspace.as_deref() == Some(self.top_dir)
                    && Package::read(self.site.tree, &other.dir)
                        .is_some_and(|package| package.has_dependencies())
            })
    }

    fn has_members(&self) -> bool {
        let dir = self.site.dir();
        self.site
            .projects
            .iter()
            .any(|other| other.workspace.as_deref() == Some(dir))
    }

    fn is_installed(&self) -> bool {
        ["node_modules", ".pnp.cjs"]
            .iter()
            .any(|name| self.site.tree.has(&join(self.top_dir, name)))
    }

    /// The gate that says in one line what a missing `npm ci` would make every other gate say.
    fn packages(&self) -> Option<Draft> {
        let says = "Are the packages installed that package.json asks for?";
        let fix = self.manager.install(self.site, self.top_dir);
        let looks = |file: &str| {
            let exist = [("exist", vec![pattern(self.top_dir, file)].into())];
            Draft::looks(PACKAGES, &exist, says).key("fix", fix)
        };
        match self.manager.marker(self.site, self.top_dir) {
            Some(file) => Some(looks(file)),
            None if self.manager.name == "npm" => {
                Some(Draft::runs(PACKAGES, "npm ls", says).key("fix", fix))
            }
            None => None,
        }
    }

    fn manager_there(&self, draft: Draft) -> Draft {
        let asks = draft.run.is_some();
        draft.only_if(!asks || self.site.installed("npm"), || {
            super::draft::not_installed("npm")
        })
    }

    /// Whether the package, or the top of its workspace, depends on another.
    fn depends(&self, name: &str) -> bool {
        self.package.depends(name) || self.top.depends(name)
    }

    /// A gate of a tool of the project, with what starts it.
    fn tool(&self, preset: &str, name: &str, says: &str) -> Draft {
        let draft = self.here(Draft::uses(name, preset, says));
        match self.manager.exec(self.site, self.top_dir) {
            "npx --no-install" => draft,
            exec => draft.with("exec", exec),
        }
    }

    /// A gate with a command of its own.
    fn command(&self, name: &str, words: &str, says: &str) -> Draft {
        let exec = self.manager.exec(self.site, self.top_dir);
        self.here(Draft::runs(name, format!("{exec} {words}"), says))
    }

    /// A script of the package.
    fn script(&self, name: &str, script: &str, says: &str) -> Draft {
        let manager = self.manager.runner(self.site);
        let command = if script == "test" {
            format!("{manager} test")
        } else {
            format!("{manager} run {script}")
        };
        self.here(Draft::runs(name, command, says))
    }

    fn here(&self, draft: Draft) -> Draft {
        draft.only_if(self.site.installed("node"), || {
            super::draft::not_installed("node")
        })
    }
}
