//! Trees that a `files` gate must not pass on.

use regex::Regex;

use super::env::{Env, Look};
use super::{FileGate, Pattern, readers};
use crate::gate::probe::{path_for, refused, short};
use crate::gate::sample::found_by;
use crate::gate::{Content, Probe};
use crate::model::Measure;
use crate::policy::Condition;

impl FileGate {
    /// A tree that breaks each demand: a file that is not there, one that must not be, content that is missing or forbidden,
    /// a file just too large.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        for pattern in &self.exist {
            let probe = Probe::new(format!("no file `{}`", short(&pattern.text)));
            probes.push(probe.reason("file-missing", &pattern.text));
        }
        for pattern in &self.absent {
            probes.push(with_file(pattern, |path| {
                let probe = Probe::new(format!("a file `{}`", short(path)));
                Some(probe.file(path, bytes("")).reason("file-unwanted", path))
            }));
        }
        for (pattern, wanted) in &self.contain {
            let probe = Probe::new(format!("no file `{}`", short(&pattern.text)));
            probes.push(probe.reason("file-missing", &pattern.text));
            probes.extend(wanted.iter().map(|regex| without(pattern, &regex.value)));
        }
        for (pattern, unwanted) in &self.forbid {
            probes.extend(
                unwanted
                    .iter()
                    .map(|regex| forbidden(pattern, &regex.value)),
            );
        }
        for (pattern, bound) in &self.size {
            probes.extend(sizes(pattern, &bound.condition));
        }
        probes.extend(self.env.iter().flat_map(parity));
        probes
    }
}

fn bytes(text: &str) -> Content {
    Content::Bytes(text.as_bytes().to_vec())
}

/// A probe on a file that the pattern selects, or the word that none is known.
fn with_file(pattern: &Pattern, make: impl FnOnce(&str) -> Option<Probe>) -> Probe {
    let unknown = || Probe::unproven(short(&pattern.text), "no path is known that it selects");
    match path_for(&pattern.text) {
        Some(path) => make(&path).unwrap_or_else(unknown),
        None => unknown(),
    }
}

fn without(pattern: &Pattern, regex: &Regex) -> Probe {
    let title = format!(
        "a `{}` without `{}`",
        short(&pattern.text),
        short(regex.as_str())
    );
    let mut texts = ["", "\u{1}\n", "x\n"].into_iter();
    let Some(text) = texts.find(|text| !regex.is_match(text)) else {
        return Probe::unproven(title, "every file contains it");
    };
    with_file(pattern, |path| {
        let says = format!("`{regex}`");
        Some(
            Probe::new(title)
                .file(path, bytes(text))
                .reason("pattern-missing", says),
        )
    })
}

fn forbidden(pattern: &Pattern, regex: &Regex) -> Probe {
    let title = format!(
        "a `{}` with `{}`",
        short(&pattern.text),
        short(regex.as_str())
    );
    let Some(text) = found_by(regex) else {
        return Probe::unproven(title, "no text is known that it finds");
    };
    with_file(pattern, |path| {
        let says = format!("`{regex}`");
        Some(
            Probe::new(title)
                .file(path, bytes(&text))
                .reason("pattern-forbidden", says),
        )
    })
}

fn sizes(pattern: &Pattern, condition: &Condition) -> Vec<Probe> {
    let fact = format!("files.size[{}]", pattern.text);
    let Some(path) = path_for(&pattern.text) else {
        return vec![Probe::unproven(fact, "no path is known that it selects")];
    };
    let made = refused(&fact, &fact, condition)
        .into_iter()
        .filter_map(|bad| match bad.value {
            Measure::Size(size) => {
                let probe = Probe::new(bad.title).bound(&fact, condition);
                let probe = probe.file(&path, Content::Size(size));
                Some(probe.given(bad.given))
            }
            _ => None,
        });
    let mut probes: Vec<Probe> = made.collect();
    if probes.is_empty() {
        probes.push(Probe::unproven(&fact, "no size is known that it refuses"));
    }
    let missing = Probe::new(format!("no file `{}`", short(&pattern.text)));
    probes.push(missing.bound(&fact, condition));
    probes
}

fn parity(env: &Env) -> Vec<Probe> {
    let example = &env.example.value;
    let mut probes = vec![
        Probe::new(format!("no file `{}`", short(example))).reason("file-missing", example),
        Probe::new("no file that reads variables")
            .file(example, bytes("A=1\n"))
            .reason("nothing-searched", ""),
    ];
    let undeclared = |probe: Probe, path: &str, text: &str| {
        let probe = probe.file(example, bytes("")).file(path, bytes(text));
        probe.reason("env-undeclared", "")
    };
    let declared = match &env.look {
        Look::Ready(files) => {
            let title = "a variable that code reads and nobody declares";
            probes.push(match ready(env, files) {
                Some((path, text)) => undeclared(Probe::new(title), &path, text),
                None => Probe::unproven(title, "no file is known that it looks into"),
            });
            return probes;
        }
        Look::Declared(list) => list,
    };
    for (pattern, regex) in declared
        .iter()
        .flat_map(|(pattern, all)| all.iter().map(move |regex| (pattern, regex)))
    {
        let title = format!(
            "a variable that `{}` reads and nobody declares",
            short(&pattern.text)
        );
        let text = found_by(regex);
        let named = text.as_deref().and_then(|text| {
            let name = regex.captures(text)?.get(1)?.as_str();
            (!env.is_excepted(name)).then_some(text)
        });
        probes.push(match named {
            Some(text) => with_file(pattern, |path| {
                let kept = !env.exclude.iter().any(|one| one.selects(path));
                kept.then(|| undeclared(Probe::new(title), path, text))
            }),
            None => Probe::unproven(title, "no text is known that its expression finds"),
        });
    }
    probes
}

/// Code in a file that is looked into, which reads a variable that nobody declares.
fn ready(env: &Env, files: &[Pattern]) -> Option<(String, &'static str)> {
    let codes = [
        ("probe.py", "import os\nos.environ[\"TOLLGATE_PROBE\"]\n"),
        ("probe.js", "process.env.TOLLGATE_PROBE\n"),
        (
            "probe.rs",
            "fn f() { std::env::var(\"TOLLGATE_PROBE\"); }\n",
        ),
        ("probe.go", "os.Getenv(\"TOLLGATE_PROBE\")\n"),
    ];
    let paths: Vec<String> = files.iter().filter_map(|one| path_for(&one.text)).collect();
    let tries = codes.into_iter().flat_map(|(usual, text)| {
        let own = paths.iter().cloned();
        let usual = files.is_empty().then(|| usual.to_owned());
        own.chain(usual).map(move |path| (path, text))
    });
    tries.into_iter().find(|(path, text)| {
        let kept = !env.exclude.iter().any(|one| one.selects(path));
        let read = readers::read(path, text);
        kept && readers::is_known(path) && read.keys().any(|name| !env.is_excepted(name))
    })
}
