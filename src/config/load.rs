//! Reads the file and what it extends from disk, refusing hostile ones before they are parsed.

use std::fs::File as DiskFile;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::file::not_a_mapping;
use super::{Plan, check, merge, preset, yaml};
use crate::problem::{Code, Many, Problem, Problems, Shape, Text};
use crate::source::{At, Node, Source, Sources, Value};

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
    let mut reading = Reading {
        root: path.parent().unwrap_or(Path::new(".")).to_path_buf(),
        ..Reading::default()
    };
    let node = reading.file(path, name, &mut Vec::new());
    let Reading {
        root,
        mut sources,
        mut problems,
        ..
    } = reading;
    // Reading further would only repeat what broken syntax causes.
    let plan = match &node {
        Some(node) => check::check(node, root, &mut sources, &mut problems),
        None => None,
    };
    let refused = problems.refuse();
    let plan = plan.filter(|_| !refused).map(|plan| Plan {
        digest: digest(&sources),
        sources: sources.clone(),
        ..plan
    });
    Loaded {
        plan,
        node,
        problems: problems.sorted(),
        sources,
    }
}

#[derive(Default)]
struct Reading {
    root: PathBuf,
    sources: Sources,
    problems: Problems,
}

impl Reading {
    /// Reads one file with all it extends, merged.
    fn file(&mut self, path: &Path, name: &str, above: &mut Vec<PathBuf>) -> Option<Node> {
        let text = match read_text(path, name) {
            Ok(text) => text,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        let source = Source {
            name: name.into(),
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
        above.push(path.to_path_buf());
        let merged = self.extend(node, path, above);
        above.pop();
        merged
    }

    fn extend(&mut self, node: Node, path: &Path, above: &mut Vec<PathBuf>) -> Option<Node> {
        let Some(list) = node.get("extends") else {
            return Some(node);
        };
        let Many(bases) = <Many<Text> as Shape>::read(list, &mut self.problems)?;
        let mut whole: Option<Node> = None;
        for base in bases {
            let there = self.base_path(&base, path, above)?;
            let name = there
                .strip_prefix(&self.root)
                .unwrap_or(&there)
                .to_string_lossy()
                .into_owned();
            let node = self.file(&there, &name, above)?;
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

    fn base_path(&mut self, base: &Text, from: &Path, above: &[PathBuf]) -> Option<PathBuf> {
        let written = base.value.trim();
        let refuse =
            |code, message: String, help: &str| Problem::new(code, &base.at, message).help(help);
        if written.contains("://") || written.contains('@') || written.starts_with("git:") {
            self.problems.push(refuse(
                Code::NOT_IN_THIS_VERSION,
                format!("`extends: {written}`: a git ref is not in this version"),
                "extend a file of this project by its path",
            ));
            return None;
        }
        let folder = from.parent().unwrap_or(Path::new("."));
        let there = plain(&folder.join(written));
        if Path::new(written).is_absolute() || !there.starts_with(plain(&self.root)) {
            self.problems.push(refuse(
                Code::PATTERN,
                format!("`{written}` leaves the project"),
                "extend a file below the project",
            ));
            return None;
        }
        if above.contains(&there) || above.len() > DEEPEST {
            self.problems.push(refuse(
                Code::CYCLE,
                format!("`{written}` extends itself in a circle"),
                "remove one of the `extends`",
            ));
            return None;
        }
        Some(there)
    }
}

/// The path without `.` and `..`, not following links.
fn plain(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}

/// The text of a file, or why it cannot be one of ours. Decided from a bounded number of bytes.
pub(super) fn read_text(path: &Path, name: &str) -> Result<String, Box<Problem>> {
    let at = At::start_of(name);
    let refuse =
        |code, message: String, help: &str| Box::new(Problem::new(code, &at, message).help(help));
    let unreadable = |error: std::io::Error| {
        refuse(
            Code::UNREADABLE,
            format!("`{name}` cannot be read: {error}"),
            "correct the path or the permissions",
        )
    };
    // Asked before it is opened: opening a pipe waits for somebody to write.
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(refuse(
            Code::UNREADABLE,
            format!("`{name}` is not a file"),
            "name a file",
        ));
    }
    let too_large = || {
        let help = "a tollgate file is a few kilobytes; is this the right file?";
        refuse(
            Code::TOO_LARGE,
            format!("`{name}` is larger than 4 MiB"),
            help,
        )
    };
    if meta.len() > MOST_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let file = DiskFile::open(path).map_err(unreadable)?;
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large());
    }
    decode(bytes, name, &at)
}

fn decode(bytes: Vec<u8>, name: &str, at: &At) -> Result<String, Box<Problem>> {
    let refuse = |message: String, help: &str| {
        Box::new(Problem::new(Code::NOT_TEXT, at, message).help(help))
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Err(refuse(format!("`{name}` is UTF-16"), "save it as UTF-8"));
        }
        _ => {}
    }
    if let Some(zero) = memchr::memchr(0, &bytes) {
        return Err(refuse(
            format!("`{name}` holds a NUL byte at byte {zero}"),
            "save it as UTF-8 text",
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        refuse(
            format!("`{name}` is not UTF-8: byte {at} begins no character"),
            "save it as UTF-8",
        )
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

fn digest(sources: &Sources) -> String {
    let mut hash = Sha256::new();
    for source in sources.iter() {
        hash.update(source.name.as_bytes());
        hash.update([0]);
        hash.update(source.text.as_bytes());
        hash.update([0]);
    }
    crate::model::hex(&hash.finalize())
}
