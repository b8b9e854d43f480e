//! `files`: what the tree must and must not hold.
//!
//! Only files that git would not ignore are looked at by globs; a literal path is looked at as it is.
//! Nothing outside the project is ever read: links that lead out do not count as being there.

mod probes;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use ignore::WalkBuilder;
use regex::Regex;
use serde_json::Value as Json;

use super::reports::glob;
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Judging, Probe};
use crate::model::{Judgement, Measure, Verdict, Wants};
use crate::policy::{Bound, Bytes};
use crate::problem::{Code, Fields, Many, Problem, Problems, Text, object, options};
use crate::source::{At, Key, Located, Node, Place};

/// Files larger than this are not searched for patterns; they are named instead.
const SEARCHED: u64 = 16 << 20;

options! {
    /// Parity of an example of the environment with what the code reads.
    pub struct EnvOptions {
        /// File that names every variable, such as `.env.example`.
        example("example"): Text,
        /// Glob → regular expression whose first group is the name of a variable.
        reads("reads"): Vec<(Key, Text)>,
        /// Names that need not be in the example.
        except("except"): Many<Text>,
    }
}

options! {
    /// Conditions on the tree.
    pub struct FileOptions {
        /// Paths or globs: each must match at least one file.
        exist("exist"): Many<Text>,
        /// Paths or globs: none may match a file.
        absent("absent"): Many<Text>,
        /// Path or glob → regular expression that each matching file must contain (and at least one must match).
        contain("contain"): Vec<(Key, Many<Text>)>,
        /// Path or glob → regular expression that no matching file may contain.
        forbid("forbid"): Vec<(Key, Many<Text>)>,
        /// Path or glob → bound on the size of each matching file.
        size("size"): Vec<(Key, Bound<Bytes>)>,
        /// The example of the environment names every variable that the code reads.
        env("env"): EnvOptions,
    }
}

/// The kind `files`.
pub struct Files;

/// A path or glob of the file, compiled.
#[derive(Debug)]
struct Pattern {
    text: String,
    at: At,
    glob: GlobMatcher,
    literal: bool,
}

#[derive(Debug)]
struct FileGate {
    exist: Vec<Pattern>,
    absent: Vec<Pattern>,
    contain: Vec<(Pattern, Vec<Located<Regex>>)>,
    forbid: Vec<(Pattern, Vec<Located<Regex>>)>,
    size: Vec<(Pattern, Bound<Bytes>)>,
    env: Option<Env>,
}

#[derive(Debug)]
struct Env {
    example: Text,
    reads: Vec<(Pattern, Regex)>,
    except: BTreeSet<String>,
}

impl GateKind for Files {
    fn name(&self) -> &'static str {
        "files"
    }

    fn about(&self) -> &'static str {
        "the tree: exist, absent, contain, forbid, size, env"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        let options = FileOptions::take(&mut fields, problems);
        fields.rest(problems);
        let patterns = |many: &Option<Many<Text>>, problems: &mut Problems| -> Vec<Pattern> {
            let list = many.iter().flat_map(|many| &many.0);
            list.filter_map(|text| pattern(&text.value, &text.at, problems))
                .collect()
        };
        let searches = |list: &Option<Vec<(Key, Many<Text>)>>, problems: &mut Problems| {
            let entries = list.iter().flatten();
            entries
                .filter_map(|(key, texts)| {
                    let pattern = pattern(&key.name, &key.at, problems)?;
                    Some((
                        pattern,
                        texts
                            .0
                            .iter()
                            .filter_map(|text| regex(text, problems))
                            .collect(),
                    ))
                })
                .collect()
        };
        let gate = FileGate {
            exist: patterns(&options.exist, problems),
            absent: patterns(&options.absent, problems),
            contain: searches(&options.contain, problems),
            forbid: searches(&options.forbid, problems),
            size: options
                .size
                .into_iter()
                .flatten()
                .filter_map(|(key, bound)| Some((pattern(&key.name, &key.at, problems)?, bound)))
                .collect(),
            env: options.env.and_then(|env| env_parity(env, problems)),
        };
        if gate.is_empty() && problems.len() == before {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &options.at, "`files` asks for nothing")
                    .help("add `exist:`, `absent:`, `contain:`, `forbid:`, `size:` or `env:`"),
            );
        }
        Some(Box::new(gate))
    }

    fn schema(&self) -> Json {
        object(FileOptions::properties())
    }
}

fn pattern(text: &str, at: &At, problems: &mut Problems) -> Option<Pattern> {
    if text.starts_with('/') || text.split('/').any(|part| part == "..") || text.is_empty() {
        problems.push(
            Problem::new(Code::PATTERN, at, format!("`{text}` leaves the project"))
                .help("write a path below the folder of tollgate.yaml, without `..`"),
        );
        return None;
    }
    let plain = text
        .strip_prefix("./")
        .unwrap_or(text)
        .trim_end_matches('/');
    match glob(plain) {
        Ok(glob) => {
            let literal = !plain.contains(['*', '?', '[', '{']);
            Some(Pattern {
                text: plain.to_owned(),
                at: at.clone(),
                glob,
                literal,
            })
        }
        Err(error) => {
            problems.push(Problem::new(
                Code::PATTERN,
                at,
                format!("`{text}` is not a glob: {}", error.kind()),
            ));
            None
        }
    }
}

fn regex(text: &Text, problems: &mut Problems) -> Option<Located<Regex>> {
    match regex::RegexBuilder::new(&text.value)
        .multi_line(true)
        .size_limit(4 << 20)
        .build()
    {
        Ok(regex) => Some(Located::new(regex, text.at.clone())),
        Err(error) => {
            let words = error.to_string();
            let last = words
                .lines()
                .last()
                .unwrap_or("it cannot be read")
                .trim_start_matches("error: ");
            problems.push(Problem::new(
                Code::PATTERN,
                &text.at,
                format!("not a regular expression: {last}"),
            ));
            None
        }
    }
}

fn env_parity(options: EnvOptions, problems: &mut Problems) -> Option<Env> {
    let (Some(example), Some(reads)) = (options.example, options.reads) else {
        problems.push(
            Problem::new(Code::MISSING_KEY, &options.at, "`env` needs `example` and `reads`")
                .help("such as `{ example: .env.example, reads: { \"src/**\": 'process\\.env\\.(\\w+)' } }`"),
        );
        return None;
    };
    let mut list = Vec::new();
    for (key, text) in &reads {
        let (Some(pattern), Some(regex)) =
            (pattern(&key.name, &key.at, problems), regex(text, problems))
        else {
            continue;
        };
        if regex.value.captures_len() < 2 {
            problems.push(
                Problem::new(
                    Code::PATTERN,
                    &text.at,
                    "the expression has no group that is the name of the variable",
                )
                .help("put the name in brackets, such as `getenv\\(\"(\\w+)\"\\)`"),
            );
            continue;
        }
        list.push((pattern, regex.value));
    }
    let except = options
        .except
        .iter()
        .flat_map(|many| &many.0)
        .map(|text| text.value.clone())
        .collect();
    Some(Env {
        example,
        reads: list,
        except,
    })
}

/// The files of the project that git would not ignore, by path with `/`.
struct Tree<'a> {
    root: &'a Path,
    files: Vec<String>,
}

impl<'a> Tree<'a> {
    fn walk(root: &'a Path) -> Self {
        let mut files = Vec::new();
        let skip_git = |entry: &ignore::DirEntry| entry.file_name() != ".git";
        for entry in WalkBuilder::new(root)
            .hidden(false)
            .require_git(false)
            .filter_entry(skip_git)
            .build()
            .flatten()
        {
            let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
            if let (false, Ok(path)) = (is_dir, entry.path().strip_prefix(root)) {
                files.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
        files.sort();
        Self { root, files }
    }

    /// What a pattern matches. A literal path may also be a folder, and may be ignored by git.
    fn matches(&self, pattern: &Pattern) -> Vec<String> {
        if pattern.literal {
            return self
                .real(&pattern.text)
                .map(|_| pattern.text.clone())
                .into_iter()
                .collect();
        }
        self.files
            .iter()
            .filter(|path| pattern.glob.is_match(path))
            .cloned()
            .collect()
    }

    /// The real path, if it is there and stays below the root.
    fn real(&self, path: &str) -> Option<PathBuf> {
        let real = fs::canonicalize(self.root.join(path)).ok()?;
        real.starts_with(fs::canonicalize(self.root).ok()?)
            .then_some(real)
    }

    fn text(&self, path: &str) -> Result<String, String> {
        let real = self
            .real(path)
            .ok_or_else(|| format!("{path} leads out of the project"))?;
        let meta = fs::metadata(&real).map_err(|error| format!("{path}: {error}"))?;
        if !meta.is_file() {
            return Err(format!("{path} is not a file"));
        }
        if meta.len() > SEARCHED {
            return Err(format!(
                "{path} is too large to search ({})",
                Measure::Size(meta.len())
            ));
        }
        fs::read(&real)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .map_err(|error| format!("{path}: {error}"))
    }
}

fn line_of(text: &str, at: usize) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count())
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

impl FileGate {
    fn is_empty(&self) -> bool {
        self.exist.is_empty()
            && self.absent.is_empty()
            && self.contain.is_empty()
            && self.forbid.is_empty()
            && self.size.is_empty()
            && self.env.is_none()
    }

    fn existence(&self, tree: &Tree<'_>, judging: &mut Judging) {
        let missing: Vec<&Pattern> = self
            .exist
            .iter()
            .filter(|pattern| tree.matches(pattern).is_empty())
            .collect();
        judging.fact("missing", Measure::Count(missing.len() as u64));
        for pattern in missing {
            let message = format!(
                "`{}` does not exist (wanted by {})",
                pattern.text,
                pattern.at.place()
            );
            judging.reason(
                "file-missing",
                Verdict::Fail,
                None,
                message,
                Some("create it, or correct the path"),
            );
        }
        let mut unwanted = 0;
        for pattern in &self.absent {
            let found = tree.matches(pattern);
            unwanted += found.len() as u64;
            if !found.is_empty() {
                let message = format!("{} must not exist ({})", few(&found, 3), pattern.at.place());
                judging.reason(
                    "file-unwanted",
                    Verdict::Fail,
                    None,
                    message,
                    Some("remove it"),
                );
            }
        }
        judging.fact("unwanted", Measure::Count(unwanted));
    }

    fn content(&self, tree: &Tree<'_>, judging: &mut Judging) {
        for (pattern, wanted) in &self.contain {
            let files = tree.matches(pattern);
            if files.is_empty() {
                let message = format!(
                    "nothing matches `{}`, so nothing contains the pattern ({})",
                    pattern.text,
                    pattern.at.place()
                );
                judging.reason(
                    "file-missing",
                    Verdict::Fail,
                    None,
                    message,
                    Some("create the file, or correct the path"),
                );
            }
            for (path, regex) in files
                .iter()
                .flat_map(|path| wanted.iter().map(move |regex| (path, regex)))
            {
                match tree.text(path) {
                    Err(words) => judging.undecided(
                        "file-unreadable",
                        words,
                        "make it readable, or narrow the pattern",
                    ),
                    Ok(text) if regex.value.is_match(&text) => {}
                    Ok(_) => {
                        let message = format!(
                            "{path} does not contain `{}` ({})",
                            regex.value,
                            regex.at.place()
                        );
                        judging.reason("pattern-missing", Verdict::Fail, None, message, None);
                    }
                }
            }
        }
        let mut forbidden = 0;
        for (pattern, unwanted) in &self.forbid {
            for (path, regex) in tree
                .matches(pattern)
                .iter()
                .flat_map(|p| unwanted.iter().map(move |r| (p, r)))
            {
                match tree.text(path) {
                    Err(words) => judging.undecided(
                        "file-unreadable",
                        words,
                        "make it readable, or narrow the pattern",
                    ),
                    Ok(text) => forbidden += Self::report_forbidden(path, regex, &text, judging),
                }
            }
        }
        judging.fact("forbidden", Measure::Count(forbidden));
    }

    fn report_forbidden(
        path: &str,
        regex: &Located<Regex>,
        text: &str,
        judging: &mut Judging,
    ) -> u64 {
        let lines: Vec<u32> = regex
            .value
            .find_iter(text)
            .map(|hit| line_of(text, hit.start()))
            .collect();
        if !lines.is_empty() {
            let number = count(lines.len() as u64, "place");
            let message = format!(
                "{path} contains `{}` in {number} (forbidden by {})",
                regex.value,
                regex.at.place()
            );
            judging.reason(
                "pattern-forbidden",
                Verdict::Fail,
                None,
                message,
                Some("remove it"),
            );
            if let Some(reason) = judging.out().reasons.last_mut() {
                reason.evidence = lines
                    .iter()
                    .take(5)
                    .map(|line| Place::line(path, Some(*line)))
                    .collect();
            }
        }
        lines.len() as u64
    }

    fn sizes(&self, tree: &Tree<'_>, judging: &mut Judging) {
        for (pattern, bound) in &self.size {
            let mut largest: Option<(u64, String)> = None;
            for path in tree.matches(pattern) {
                let size = tree
                    .real(&path)
                    .and_then(|real| fs::metadata(real).ok())
                    .map_or(0, |meta| meta.len());
                if largest.as_ref().is_none_or(|(most, _)| size > *most) {
                    largest = Some((size, path));
                }
            }
            let value = largest
                .as_ref()
                .map(|(size, _)| (Measure::Size(*size), false));
            let missing = format!("nothing matches `{}`", pattern.text);
            judging.measured(
                &format!("size[{}]", pattern.text),
                &bound.condition,
                value,
                &missing,
            );
            if let Some((_, path)) = largest {
                judging.evidence_of_last(vec![Place::file(path)], None);
            }
        }
    }

    fn parity(&self, tree: &Tree<'_>, judging: &mut Judging) {
        let Some(env) = &self.env else { return };
        let declared = match tree.text(&env.example.value) {
            Ok(text) => text
                .lines()
                .filter_map(declared_name)
                .map(str::to_owned)
                .collect::<BTreeSet<String>>(),
            Err(words) => {
                judging.reason(
                    "file-missing",
                    Verdict::Fail,
                    None,
                    words,
                    Some("create the example of the environment"),
                );
                return;
            }
        };
        let mut missing: BTreeMap<String, Place> = BTreeMap::new();
        let mut searched = 0;
        for (pattern, regex) in &env.reads {
            for path in tree.matches(pattern) {
                let Ok(text) = tree.text(&path) else { continue };
                searched += 1;
                for hit in regex.captures_iter(&text) {
                    let Some(name) = hit.get(1) else { continue };
                    if !declared.contains(name.as_str()) && !env.except.contains(name.as_str()) {
                        let place = Place::line(path.clone(), Some(line_of(&text, name.start())));
                        missing.entry(name.as_str().to_owned()).or_insert(place);
                    }
                }
            }
        }
        judging.fact("env-missing", Measure::Count(missing.len() as u64));
        if searched == 0 {
            judging.undecided(
                "nothing-searched",
                "no file matches `env.reads`".to_owned(),
                "correct the globs",
            );
        }
        if !missing.is_empty() {
            let names: Vec<String> = missing.keys().cloned().collect();
            let message = format!(
                "{} does not name {}, which the code reads",
                env.example.value,
                few(&names, 5)
            );
            judging.reason(
                "env-undeclared",
                Verdict::Fail,
                None,
                message,
                Some("add them to the example"),
            );
            if let Some(reason) = judging.out().reasons.last_mut() {
                reason.evidence = missing.into_values().take(5).collect();
            }
        }
    }
}

/// The name that a line of an example declares: `NAME=`, `export NAME=`, or `# NAME=` for an optional one.
fn declared_name(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches('#').trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = line.split_once('=')?.0.trim();
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .then_some(name)
}

impl Gate for FileGate {
    fn kind(&self) -> &'static str {
        "files"
    }

    fn facts(&self) -> Vec<String> {
        let names = ["missing", "unwanted", "forbidden", "env-missing"];
        names.map(str::to_owned).to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        let mut sizes = self.size.iter();
        Wants::baseline_if(sizes.any(|(_, bound)| bound.condition.is_relative()))
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("files");
        let tree = Tree::walk(context.root);
        self.existence(&tree, &mut judging);
        self.content(&tree, &mut judging);
        self.sizes(&tree, &mut judging);
        self.parity(&tree, &mut judging);
        judging.done()
    }
}
