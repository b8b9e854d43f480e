//! Parity of the example of an environment with the variables that the code reads, in both directions.
//!
//! A variable that is read and not in the example is a fail; one that is there and read by nobody is a note, since
//! code can compute names. Values are never looked at.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Value as Json, json};

use super::super::Judging;
use super::super::tree::{Content, Pattern, Tree, line_of, pattern, patterns, regex};
use super::super::wording::{count, few};
use super::readers::{self, SET_BY_OTHERS};
use crate::model::{Measure, Verdict};
use crate::problem::{Code, Many, Problem, Problems, Shape, Text, options};
use crate::source::{Key, Node, Place, Value};

options! {
    /// Parity of an example of the environment with what the code reads.
    pub struct EnvOptions {
        /// File that names every variable, such as `.env.example`.
        example("example"): Text,
        /// Path or glob → regular expressions whose first group is the name of a variable; in place of the ready ones.
        reads("reads"): Vec<(Key, Many<Text>)>,
        /// Paths or globs of the files in which the ready expressions look; all files of known languages when not given.
        files("files"): Many<Text>,
        /// Paths or globs that are left out.
        exclude("exclude"): Many<Text>,
        /// Names that need not be in the example; `*` at the end stands for anything.
        except("except"): Many<Text>,
    }
}

/// What is written: the options, or the example alone.
#[derive(Clone, Debug)]
pub struct EnvParity(pub EnvOptions);

impl Shape for EnvParity {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Map(_) = node.value {
            return EnvOptions::read(node, problems).map(Self);
        }
        let example = Text::read(node, problems)?;
        Some(Self(EnvOptions {
            at: node.at.clone(),
            example: Some(example),
            reads: None,
            files: None,
            exclude: None,
            except: None,
        }))
    }

    fn schema() -> Json {
        json!({ "anyOf": [{ "type": "string" }, EnvOptions::schema()] })
    }
}

/// The built question.
#[derive(Debug)]
pub(super) struct Env {
    pub(super) example: Text,
    pub(super) look: Look,
    pub(super) exclude: Vec<Pattern>,
    except: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Look {
    /// With the expressions of the known languages, in these files or all.
    Ready(Vec<Pattern>),
    /// With declared expressions.
    Declared(Vec<(Pattern, Vec<Regex>)>),
}

/// What the files say.
#[derive(Default)]
struct Read {
    /// Where each variable is read first.
    names: BTreeMap<String, Place>,
    searched: u64,
    trouble: Vec<String>,
}

impl Env {
    /// Checks what is written.
    pub fn build(EnvParity(options): EnvParity, problems: &mut Problems) -> Option<Self> {
        let Some(example) = options.example else {
            problems.push(
                Problem::new(Code::MISSING_KEY, &options.at, "`env` needs `example`")
                    .help("such as `env: .env.example`"),
            );
            return None;
        };
        pattern(&example.value, &example.at, problems)?;
        let files = patterns(&options.files, problems);
        let look = match options.reads {
            None => Look::Ready(files),
            Some(reads) => {
                if let Some(first) = files.first() {
                    problems.push(
                        Problem::new(
                            Code::NO_EFFECT,
                            &first.at,
                            "`files` has no effect beside `reads`, which names its files itself",
                        )
                        .help("keep one of the two"),
                    );
                }
                Look::Declared(declared(&reads, problems))
            }
        };
        let names = options.except.iter().flat_map(|many| &many.0);
        Some(Self {
            example,
            look,
            exclude: patterns(&options.exclude, problems),
            except: names.map(|text| text.value.clone()).collect(),
        })
    }

    /// Whether the example need not name it.
    pub(super) fn is_excepted(&self, name: &str) -> bool {
        let ready = matches!(self.look, Look::Ready(_));
        let set = SET_BY_OTHERS.iter().copied().filter(|_| ready);
        let mut all = self.except.iter().map(String::as_str).chain(set);
        all.any(|one| match one.strip_suffix('*') {
            Some(head) => name.starts_with(head),
            None => one == name,
        })
    }

    fn read(&self, tree: &Tree<'_>) -> Read {
        let mut read = Read::default();
        let mut search =
            |path: &str, find: &dyn Fn(&str) -> BTreeMap<String, usize>| match tree.content(path) {
                Ok(Content::Text(text)) => {
                    read.searched += 1;
                    for (name, at) in find(&text) {
                        let place = || Place::line(path, Some(line_of(&text, at)));
                        read.names.entry(name).or_insert_with(place);
                    }
                }
                Ok(Content::Binary) => {}
                Ok(Content::Huge(size)) => read.trouble.push(format!(
                    "{path} is too large to search ({})",
                    Measure::Size(size)
                )),
                Err(words) => read.trouble.push(words),
            };
        match &self.look {
            Look::Ready(files) => {
                let mut paths = tree.select(files, &self.exclude);
                paths.retain(|path| readers::is_known(path) && !tree.is_link(path));
                for path in &paths {
                    search(path, &|text| readers::read(path, text));
                }
            }
            Look::Declared(list) => {
                for (pattern, regexes) in list {
                    let paths = tree.matches(pattern);
                    let kept = |path: &&String| !self.exclude.iter().any(|one| one.selects(path));
                    for path in paths.iter().filter(kept) {
                        search(path, &|text| named(regexes, text));
                    }
                }
            }
        }
        read
    }

    /// Compares the two.
    pub fn judge(&self, tree: &Tree<'_>, judging: &mut Judging) {
        let example = &self.example.value;
        let text = match tree.text(example) {
            Ok(text) => text,
            Err(words) => {
                let help = Some("create the example of the environment");
                judging.reason("file-missing", Verdict::Fail, None, words, help);
                return;
            }
        };
        let declared: BTreeSet<&str> = text.lines().filter_map(declared_name).collect();
        let read = self.read(tree);
        judging.fact("env-declared", Measure::Count(declared.len() as u64));
        judging.fact("env-read", Measure::Count(read.names.len() as u64));
        if read.searched == 0 {
            judging.undecided(
                "nothing-searched",
                format!("no file was searched for variables that {example} must name"),
                "correct the globs of `env`, or declare `reads`",
            );
        }
        for words in read.trouble {
            judging.undecided(
                "file-unreadable",
                words,
                "make it readable, or leave it out by `exclude`",
            );
        }
        let missing: Vec<(&String, &Place)> = read
            .names
            .iter()
            .filter(|(name, _)| !declared.contains(name.as_str()) && !self.is_excepted(name))
            .collect();
        judging.fact("env-missing", Measure::Count(missing.len() as u64));
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|(name, _)| (*name).clone()).collect();
            let message = format!(
                "{example} does not name {}, which the code reads",
                few(&names, 5)
            );
            let help = Some("add them to the example, or list them under `except`");
            judging.reason("env-undeclared", Verdict::Fail, None, message, help);
            if let Some(reason) = judging.out().reasons.last_mut() {
                reason.evidence = missing
                    .iter()
                    .take(5)
                    .map(|(_, place)| (*place).clone())
                    .collect();
            }
        }
        let unused: Vec<String> = declared
            .iter()
            .filter(|name| !read.names.contains_key(**name))
            .map(|name| (*name).to_owned())
            .collect();
        judging.fact("env-unused", Measure::Count(unused.len() as u64));
        if !unused.is_empty() && read.searched > 0 {
            let number = count(unused.len() as u64, "variable");
            let message = format!(
                "{example} names {number} that no searched file reads: {}",
                few(&unused, 5)
            );
            judging.note("env-unused", message);
        }
    }
}

fn declared(reads: &[(Key, Many<Text>)], problems: &mut Problems) -> Vec<(Pattern, Vec<Regex>)> {
    let mut list = Vec::new();
    for (key, texts) in reads {
        let Some(pattern) = pattern(&key.name, &key.at, problems) else {
            continue;
        };
        let mut regexes = Vec::new();
        for text in &texts.0 {
            let Some(regex) = regex(text, problems) else {
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
            regexes.push(regex.value);
        }
        list.push((pattern, regexes));
    }
    list
}

/// The first group of each match, with the place of its first one.
fn named(regexes: &[Regex], text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for hit in regexes.iter().flat_map(|regex| regex.captures_iter(text)) {
        if let Some(name) = hit.get(1) {
            found
                .entry(name.as_str().to_owned())
                .or_insert(name.start());
        }
    }
    found
}

/// The name that a line of an example declares: `NAME=`, `export NAME=`, or `# NAME=` for an optional one.
fn declared_name(line: &str) -> Option<&str> {
    let line = line.trim().trim_start_matches('#').trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = line.split_once('=')?.0.trim();
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::scene::{Scene, build};
    use super::super::Files;
    use crate::model::Verdict;

    const CODE: (&str, &str) = (
        "src/app.ts",
        "// starts\nconst port = process.env.PORT;\nconst { API_KEY } = process.env;\nif (process.env.NODE_ENV) {}\n",
    );

    #[test]
    fn variable_that_the_example_lacks_is_a_fail_with_its_place() {
        let scene = Scene::new(&[CODE, (".env.example", "PORT=3000\n")]);
        let said = scene
            .judge(&Files, json!({ "env": ".env.example" }))
            .is(Verdict::Fail)
            .says(".env.example does not name API_KEY")
            .fact("files.env-missing", "1")
            .fact("files.env-read", "3");
        assert_eq!(said.places(), ["src/app.ts:3"]);
    }

    #[test]
    fn variable_that_nobody_reads_is_a_note() {
        let example = "PORT=\n# API_KEY=\nexport OLD_NAME=1\n";
        let scene = Scene::new(&[CODE, (".env.example", example)]);
        scene
            .judge(&Files, json!({ "env": ".env.example" }))
            .is(Verdict::Pass)
            .says("1 variable that no searched file reads: OLD_NAME")
            .fact("files.env-unused", "1");
    }

    #[test]
    fn nothing_to_search_is_no_parity() {
        let scene = Scene::new(&[("notes.txt", "process.env.A"), (".env.example", "A=1\n")]);
        scene
            .judge(&Files, json!({ "env": ".env.example" }))
            .is(Verdict::Inconclusive)
            .says("nothing-searched");
    }

    #[test]
    fn example_that_is_missing_is_a_fail() {
        Scene::new(&[CODE])
            .judge(&Files, json!({ "env": ".env.example" }))
            .is(Verdict::Fail)
            .says("file-missing");
    }

    #[test]
    fn ignored_files_links_and_exceptions_do_not_count() {
        let files = [
            CODE,
            (".env.example", "PORT=\n"),
            (".gitignore", "dist/\n"),
            ("dist/app.js", "process.env.BUILT"),
            ("test/app.test.js", "process.env.ONLY_TEST"),
        ];
        let scene = Scene::new(&files);
        let env = json!({ "example": ".env.example", "exclude": "test", "except": "API_*" });
        scene.judge(&Files, json!({ "env": env })).is(Verdict::Pass);
    }

    #[test]
    fn tracked_file_counts_though_an_ignore_file_names_it() {
        let files = [
            (".env.example", "PORT=\n"),
            (".gitignore", "src/\n"),
            CODE,
            ("main.py", "os.environ['PORT']"),
        ];
        let mut scene = Scene::new(&files);
        scene
            .judge(&Files, json!({ "env": ".env.example" }))
            .is(Verdict::Pass);
        scene.given.tracked = Some(Ok(vec![CODE.0.to_owned()]));
        scene
            .judge(&Files, json!({ "env": ".env.example" }))
            .is(Verdict::Fail);
    }

    #[test]
    fn declared_expressions_stand_in_place_of_the_ready_ones() {
        let scene = Scene::new(&[CODE, ("a.conf", "need(X)\n"), (".env.example", "Y=\n")]);
        let env = json!({ "example": ".env.example", "reads": { "*.conf": ["need\\((\\w+)\\)"] } });
        scene
            .judge(&Files, json!({ "env": env }))
            .is(Verdict::Fail)
            .says("does not name X,");
        let two = json!({ "env": { "example": "e", "reads": { "*": "(a)" }, "files": "x" } });
        assert!(build(&Files, &two).is_err());
        assert!(build(&Files, &json!({ "env": { "reads": { "*": "(a)" } } })).is_err());
    }
}
