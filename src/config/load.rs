//! Reads the file and what it extends, refusing hostile ones before they are parsed.

use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::extends::Base;
use super::file::not_a_mapping;
use super::origin::{Origin, Unread};
use super::text::decode;
use super::{Plan, WAIVERS, check, merge, preset, read_waivers, yaml};
use crate::model::Waiver;
use crate::problem::{Code, Many, Problem, Problems, Shape};
use crate::source::{At, Node, Source, Sources, Value};
use crate::vcs::{Repository, RevisionTrouble};

/// Larger files are not read.
const MOST_BYTES: u64 = 4 << 20;
/// Files may extend files this deep.
const DEEPEST: usize = 8;

/// What came of reading a file: a plan when nothing is refused, and all that is to be said.
#[derive(Debug)]
pub struct Loaded {
    /// The plan, if nothing is refused.
    pub plan: Option<Plan>,
    /// The merged tree, if all files could be parsed.
    pub node: Option<Node>,
    /// Every complaint, in the order of the places.
    pub problems: Vec<Problem>,
    /// The texts that the complaints point into.
    pub sources: Sources,
}

/// Reads and checks the file at `path`. `name` is how people know it.
pub fn load(path: &Path, name: &str) -> Loaded {
    let root = path.parent().unwrap_or(Path::new(".")).to_path_buf();
    let file = path.file_name().map(Path::new).unwrap_or(path);
    load_from(&Origin::Disk(root.clone()), &root, file, name, "")
}

/// Reads and checks a file of an origin. `root` is the folder that the plan is for, `mark` goes before the name of
/// each file that is read, to tell it from one of the same name elsewhere.
pub fn load_from(origin: &Origin, root: &Path, file: &Path, name: &str, mark: &str) -> Loaded {
    let mut reading = Reading {
        root,
        mark,
        sources: Sources::default(),
        problems: Problems::default(),
        bases: Vec::new(),
    };
    let from = From {
        origin,
        path: file.to_path_buf(),
        pin: None,
        name: format!("{mark}{name}"),
        nested: false,
    };
    let node = reading.file(&from, &mut Vec::new());
    let Reading {
        mut sources,
        mut problems,
        bases,
        ..
    } = reading;
    // Reading further would only repeat what broken syntax causes.
    let mut plan = match &node {
        Some(node) => check::check(node, root.to_path_buf(), &mut sources, &mut problems),
        None => None,
    };
    if let Some(plan) = &mut plan {
        plan.waivers = waivers(origin, mark, plan, &mut sources, &mut problems);
    }
    let refused = problems.refuse();
    let plan = plan.filter(|_| !refused).map(|plan| Plan {
        digest: digest(&sources, mark),
        sources: sources.clone(),
        bases,
        ..plan
    });
    Loaded {
        plan,
        node,
        problems: problems.sorted(),
        sources,
    }
}

/// The waivers beside the file, if there are any.
fn waivers(
    origin: &Origin,
    mark: &str,
    plan: &Plan,
    sources: &mut Sources,
    problems: &mut Problems,
) -> Vec<Waiver> {
    // What is there and cannot be read is told below: it must not pass for a project without waivers.
    if matches!(origin.find(WAIVERS, MOST_BYTES), Ok(None)) {
        return Vec::new();
    }
    let from = From {
        origin,
        path: PathBuf::from(WAIVERS),
        pin: None,
        name: format!("{mark}{WAIVERS}"),
        nested: false,
    };
    let source = match read_text(&from) {
        Ok(text) => Source {
            name: from.name.as_str().into(),
            text: text.into(),
        },
        Err(problem) => {
            problems.push(*problem);
            return Vec::new();
        }
    };
    sources.add(source.clone());
    read_waivers(&source, &plan.gates, &plan.phases, problems).unwrap_or_default()
}

struct Reading<'a> {
    root: &'a Path,
    mark: &'a str,
    sources: Sources,
    problems: Problems,
    /// Files of the project that are extended.
    bases: Vec<String>,
}

/// A file that is about to be read.
struct From<'a> {
    origin: &'a Origin,
    /// Relative to the folder of the origin.
    path: PathBuf,
    /// The entry that asks for it.
    pin: Option<Base>,
    /// How people know it.
    name: String,
    /// It comes from a pinned file: what it extends must be pinned too.
    nested: bool,
}

impl Reading<'_> {
    /// Reads one file with all it extends, merged.
    fn file(&mut self, from: &From<'_>, above: &mut Vec<String>) -> Option<Node> {
        let text = match read_text(from) {
            Ok(text) => text,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        let source = Source {
            name: from.name.as_str().into(),
            text: text.into(),
        };
        self.sources.add(source.clone());
        let node = match yaml::parse(&source) {
            Ok(node) => node,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        if !matches!(node.value, Value::Map(_)) {
            self.problems
                .push(not_a_mapping(&node).help("a tollgate file begins with `version: 1`"));
            return None;
        }
        above.push(from.name.clone());
        let merged = self.extend(node, from, above);
        above.pop();
        merged
    }

    fn extend(&mut self, node: Node, from: &From<'_>, above: &mut Vec<String>) -> Option<Node> {
        let Some(list) = node.get("extends") else {
            return Some(node);
        };
        let Many(bases) = <Many<Base> as Shape>::read(list, &mut self.problems)?;
        let mut whole: Option<Node> = None;
        for base in bases {
            let node = self.base(base, from, above)?;
            whole = Some(match whole {
                Some(lower) => merge::tighten(&self.filled(lower), &node, &mut self.problems),
                None => node,
            });
        }
        Some(match whole {
            Some(lower) => merge::tighten(&self.filled(lower), &node, &mut self.problems),
            None => node,
        })
    }

    /// A base with its presets filled in, so that what they demand counts as demanded by it.
    fn filled(&mut self, base: Node) -> Node {
        let Value::Map(mut entries) = base.value else {
            return base;
        };
        for (_, gates) in entries.iter_mut().filter(|(key, _)| key.name == "gates") {
            let Value::Map(gates) = &mut gates.value else {
                continue;
            };
            for (_, gate) in gates
                .iter_mut()
                .filter(|(_, gate)| gate.get("uses").is_some())
            {
                // A preset that cannot be filled in is told once, when the merged file is checked.
                let whole =
                    preset::expand(gate.clone(), &mut self.sources, &mut Problems::default());
                let Some(Node {
                    value: Value::Map(mut whole),
                    at,
                }) = whole
                else {
                    continue;
                };
                if let Value::Map(own) = &gate.value {
                    let kept = own
                        .iter()
                        .filter(|(key, _)| matches!(key.name.as_str(), "uses" | "with"));
                    whole.extend(kept.cloned());
                }
                *gate = Node {
                    at,
                    value: Value::Map(whole),
                };
            }
        }
        Node {
            at: base.at,
            value: Value::Map(entries),
        }
    }

    /// Reads a file that another one extends.
    fn base(&mut self, base: Base, from: &From<'_>, above: &mut Vec<String>) -> Option<Node> {
        let path = self.base_path(&base, from)?;
        let shown = path.to_string_lossy().replace('\\', "/");
        let name = match &base.git {
            Some(git) => format!("{shown}@{git}"),
            None if from.nested => {
                format!("{shown}@{}", from.name.rsplit('@').next().unwrap_or(""))
            }
            None => format!("{}{shown}", self.mark),
        };
        if above.contains(&name) || above.len() > DEEPEST {
            let message = format!("`{}` extends itself in a circle", base.path);
            self.problems.push(
                Problem::new(Code::CYCLE, &base.at, message).help("remove one of the `extends`"),
            );
            return None;
        }
        if from.nested && base.sha256.is_none() {
            let message = format!(
                "`{}` is extended by a pinned file and is not pinned itself",
                base.path
            );
            self.problems.push(
                Problem::new(Code::MISSING_KEY, &base.at, message)
                    .label("not pinned")
                    .help("add its `sha256`: a pinned policy must not hang on what is not"),
            );
            return None;
        }
        let revision;
        let origin = match &base.git {
            Some(git) => {
                revision = self.revision(git, &base)?;
                &revision
            }
            None => from.origin,
        };
        if base.git.is_none() && !from.nested {
            self.bases.push(shown);
        }
        let nested = from.nested || base.git.is_some();
        let next = From {
            origin,
            path,
            pin: Some(base),
            name,
            nested,
        };
        self.file(&next, above)
    }

    fn revision(&mut self, git: &str, base: &Base) -> Option<Origin> {
        let refuse = |message: String, help: String| {
            Problem::new(Code::UNREADABLE, &base.at, message).help(help)
        };
        let Some(repository) = Repository::find(self.root) else {
            self.problems.push(refuse(
                format!("`{git}` cannot be read: there is no git repository here"),
                "extend a file of this project by its path".to_owned(),
            ));
            return None;
        };
        match repository.revision(git, self.root) {
            Ok(revision) => Some(Origin::Rev(revision)),
            Err(RevisionTrouble::Missing) => {
                self.problems.push(refuse(
                    format!("`{git}` is not in this clone"),
                    format!("run `git fetch origin {git}`"),
                ));
                None
            }
            Err(RevisionTrouble::Git(trouble)) => {
                self.problems.push(refuse(
                    format!("`{git}` cannot be read: {trouble}"),
                    "see whether `git` works here".to_owned(),
                ));
                None
            }
        }
    }

    /// Where a base lies: beside the file that extends it; in a revision, from the top of the project.
    fn base_path(&mut self, base: &Base, from: &From<'_>) -> Option<PathBuf> {
        let written = base.path.as_str();
        let mut refuse = |code, message: String, help: &str| {
            self.problems
                .push(Problem::new(code, &base.at, message).help(help));
            None
        };
        if written.contains("://") || written.starts_with("git:") {
            return refuse(
                Code::PATTERN,
                format!("`{written}` is no path"),
                "extend a file of this project, or `{ git: REF, path: …, sha256: … }` of this repository",
            );
        }
        let folder = match base.git {
            Some(_) => Path::new(""),
            None => from.path.parent().unwrap_or(Path::new("")),
        };
        match plain(&folder.join(written)) {
            Some(path) if !Path::new(written).is_absolute() => Some(path),
            _ => refuse(
                Code::PATTERN,
                format!("`{written}` leaves the project"),
                "extend a file below the project",
            ),
        }
    }
}

/// The path without `.` and `..`, not following links; `None` when it leads out.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !parts.pop() {
                    return None;
                }
            }
            other => parts.push(other),
        }
    }
    Some(parts)
}

/// The text of a file of the work tree, or why it cannot be one of ours.
pub(super) fn read_here(root: &Path, file: &str) -> Result<String, Box<Problem>> {
    read_text(&From {
        origin: &Origin::Disk(root.to_path_buf()),
        path: PathBuf::from(file),
        pin: None,
        name: file.to_owned(),
        nested: false,
    })
}

/// The text of a file, or why it cannot be one of ours. Decided from a bounded number of bytes.
fn read_text(from: &From<'_>) -> Result<String, Box<Problem>> {
    let name = from.name.as_str();
    let at = At::start_of(name);
    let refuse =
        |code, message: String, help: &str| Box::new(Problem::new(code, &at, message).help(help));
    let bytes = from
        .origin
        .read(&from.path, MOST_BYTES)
        .map_err(|trouble| match trouble {
            Unread::Trouble(words) => refuse(
                Code::UNREADABLE,
                format!("`{name}` cannot be read: {words}"),
                "correct the path or the permissions",
            ),
            Unread::NotAFile => refuse(
                Code::UNREADABLE,
                format!("`{name}` is not a file"),
                "name a file",
            ),
            Unread::TooLarge => refuse(
                Code::TOO_LARGE,
                format!("`{name}` is larger than 4 MiB"),
                "a tollgate file is a few kilobytes; is this the right file?",
            ),
        })?;
    if let Some(base) = &from.pin
        && let Some(wanted) = &base.sha256
    {
        let found = crate::model::sha256_hex(&bytes);
        if found != *wanted {
            let message = format!("`{name}` is not the file that is pinned: its digest is {found}");
            return Err(Box::new(
                Problem::new(Code::PIN, &base.at, message)
                    .label("pinned here")
                    .help("see what changed in it, and pin the new digest if that is meant"),
            ));
        }
    }
    decode(bytes, name, &at)
}

/// Of the names and texts of all files and presets read; the mark is no part of a name.
fn digest(sources: &Sources, mark: &str) -> String {
    let mut hash = Sha256::new();
    for source in sources.iter() {
        let name = source.name.strip_prefix(mark).unwrap_or(&source.name);
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(source.text.as_bytes());
        hash.update([0]);
    }
    crate::model::hex(&hash.finalize())
}

#[cfg(test)]
mod tests;
