//! Presets: gates that come with tollgate, written in the same language, and their parameters.
//!
//! A preset is one YAML file below `gates/` and one line in [`PRESETS`]. It holds a `preset:` block (title,
//! why, docs, needs, params, fix) and a `gate:` block in which `{{ name }}` stands for a parameter. A key whose
//! whole value is an optional parameter, or a bound with one, drops out when that is empty.

mod fill;

use super::file::word;
use super::merge;
use super::yaml;
use crate::policy::Unit;
use crate::problem::{Code, Fields, Many, Problem, Problems, Shape, Text, nearest, options};
use crate::source::{Key, Located, Node, Source, Sources, Value};
use fill::{fill, is_empty, spelt};

/// A preset that comes with tollgate.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Name in `uses:`.
    pub name: &'static str,
    /// Its YAML text.
    pub text: &'static str,
}

macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        /// Every preset, by name.
        pub static PRESETS: &[Preset] = &[$(Preset {
            name: $name,
            text: include_str!(concat!("../../gates/", $name, ".yaml")),
        }),+];
    };
}

presets! {
    "coverage/cobertura",
    "coverage/lcov",
    "generic/junit",
    "generic/sarif",
    "generic/tap",
    "go/gofmt",
    "go/golangci-lint",
    "go/govulncheck",
    "go/staticcheck",
    "go/test",
    "go/vet",
    "java/checkstyle",
    "java/gradle-test",
    "java/maven-test",
    "java/spotbugs",
    "node/c8",
    "node/coverage",
    "node/eslint",
    "node/install",
    "node/jest",
    "node/mocha",
    "node/npm-audit",
    "node/prettier",
    "node/test",
    "node/tsc",
    "node/vitest",
    "php/lint",
    "php/phpstan",
    "php/phpunit",
    "php/phpunit-coverage",
    "php/psalm",
    "python/bandit",
    "python/black",
    "python/coverage",
    "python/mypy",
    "python/pip-audit",
    "python/pyright",
    "python/pytest",
    "python/ruff",
    "python/ruff-format",
    "python/unittest",
    "ruby/bundle-audit",
    "ruby/minitest",
    "ruby/rspec",
    "ruby/rubocop",
    "rust/audit",
    "rust/check",
    "rust/clippy",
    "rust/deny",
    "rust/doc",
    "rust/fmt",
    "rust/llvm-cov",
    "rust/nextest",
    "rust/test",
    "security/gitleaks",
    "security/osv-scanner",
    "security/semgrep",
    "security/trivy",
    "shell/bats",
    "shell/shellcheck",
    "shell/shfmt",
}

options! {
    /// What a preset says of itself.
    pub struct About {
        /// What people call it.
        title("title"): Text,
        /// Why one would want it.
        why("why"): Text,
        /// The tool's own page.
        docs("docs"): Text,
        /// Programs that must be installed.
        needs("needs"): Many<Text>,
        /// Parameters.
        params("params"): Vec<(Key, Parameter)>,
        /// What mends a failure.
        fix("fix"): Text,
    }
}

options! {
    /// A parameter of a preset.
    pub struct Parameter {
        /// `text`, `count`, `share`, `duration`, `size`, `flag`, `list`, `path` or `choice`.
        kind("type"): Text,
        /// Its value when none is given; required without one.
        default("default"): Node,
        /// What it means.
        doc("doc"): Text,
        /// Words of a choice.
        choices("choices"): Many<Text>,
    }
}

/// Types of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Count,
    Share,
    Duration,
    Size,
    Flag,
    List,
    Path,
    Choice,
}

const KINDS: &[(&str, Kind)] = &[
    ("text", Kind::Text),
    ("count", Kind::Count),
    ("share", Kind::Share),
    ("duration", Kind::Duration),
    ("size", Kind::Size),
    ("flag", Kind::Flag),
    ("list", Kind::List),
    ("path", Kind::Path),
    ("choice", Kind::Choice),
];

/// The preset of that name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

impl Preset {
    /// The name under which problems quote it.
    fn source(&self) -> Source {
        Source {
            name: format!("gates/{}.yaml", self.name).into(),
            text: self.text.into(),
        }
    }

    /// What it says of itself, and its gate as written.
    pub fn read(&self, problems: &mut Problems) -> Option<(About, Node)> {
        let node = yaml::parse(&self.source())
            .map_err(|problem| problems.push(*problem))
            .ok()?;
        let mut fields = Fields::of(&node, problems)?;
        let about = fields.opt::<About>("preset", problems);
        let gate = fields.node("gate").cloned();
        fields.rest(problems);
        about.zip(gate)
    }

    /// Programs that must be installed.
    pub fn needs(&self) -> Vec<String> {
        let read = self.read(&mut Problems::default());
        let list = read
            .and_then(|(about, _)| about.needs)
            .map(|many| many.0)
            .unwrap_or_default();
        list.into_iter().map(|text| text.value).collect()
    }
}

/// A gate that `uses:` a preset as the gate it stands for: the preset's own keys, with parameters filled in,
/// under the keys that the gate adds or overrides.
pub(super) fn expand(gate: Node, sources: &mut Sources, problems: &mut Problems) -> Option<Node> {
    if gate.get("uses").is_none() {
        return Some(without_with(gate, problems));
    }
    let (Value::Map(entries), Some(uses)) = (&gate.value, gate.get("uses")) else {
        return Some(gate);
    };
    let name = Text::read(uses, problems)?;
    let Some(preset) = find(name.value.trim()) else {
        problems.push(unknown(&name));
        return None;
    };
    if sources.get(&preset.source().name).is_none() {
        sources.add(preset.source());
    }
    let (about, body) = preset.read(problems)?;
    let values = arguments(&about, gate.get("with"), &name, problems)?;
    let mut body = fill(&body, &values, false);
    for (key, text) in [("why", &about.why), ("fix", &about.fix)] {
        if let (Some(text), Value::Map(entries)) = (text, &mut body.value) {
            let node = fill(
                &Node {
                    at: text.at.clone(),
                    value: Value::Text(text.value.clone()),
                },
                &values,
                key == "fix",
            );
            entries.push((
                Key {
                    at: text.at.clone(),
                    name: key.to_owned(),
                },
                node,
            ));
        }
    }
    let own = entries
        .iter()
        .filter(|(key, _)| !matches!(key.name.as_str(), "uses" | "with"))
        .cloned()
        .collect();
    Some(merge::overlay(
        &body,
        &Node {
            at: gate.at.clone(),
            value: Value::Map(own),
        },
    ))
}

/// A gate of its own: parameters have nobody to go to, which is told here and not again as an unknown key.
fn without_with(mut gate: Node, problems: &mut Problems) -> Node {
    if let Value::Map(entries) = &mut gate.value {
        entries.retain(|(key, _)| {
            let is_with = key.name == "with";
            if is_with {
                let message = "`with` has an effect only beside `uses`";
                problems.push(
                    Problem::new(Code::NO_EFFECT, &key.at, message)
                        .label("nothing takes these")
                        .help("add `uses:` with the preset that they are for, or remove it"),
                );
            }
            !is_with
        });
    }
    gate
}

fn unknown(name: &Text) -> Problem {
    let problem = Problem::new(
        Code::PRESET,
        &name.at,
        format!("unknown preset `{}`", name.value),
    )
    .label("no such preset");
    let stack = name.value.split('/').next().unwrap_or("");
    let same: Vec<&str> = PRESETS
        .iter()
        .map(|p| p.name)
        .filter(|n| n.split('/').next() == Some(stack))
        .collect();
    match nearest(&name.value, PRESETS.iter().map(|preset| preset.name)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None if !same.is_empty() => {
            problem.help(format!("presets of `{stack}`: {}", same.join(", ")))
        }
        None => problem.help("gates/README.md lists them all; `tollgate explain` shows one"),
    }
}

/// The value of each parameter: given, or its default.
fn arguments(
    about: &About,
    with: Option<&Node>,
    name: &Text,
    problems: &mut Problems,
) -> Option<Vec<(String, Kind, Node)>> {
    let params = about.params.as_deref().unwrap_or_default();
    let given: &[(Key, Node)] = match with.map(|with| &with.value) {
        Some(Value::Map(entries)) => entries,
        None | Some(Value::Null) => &[],
        Some(_) => {
            problems.push(super::file::not_a_mapping(with.expect("matched above")));
            return None;
        }
    };
    for (key, _) in given
        .iter()
        .filter(|(key, _)| !params.iter().any(|(param, _)| param.name == key.name))
    {
        let known = || params.iter().map(|(param, _)| param.name.as_str());
        let problem = Problem::new(
            Code::PRESET,
            &key.at,
            format!("preset `{}` has no parameter `{}`", name.value, key.name),
        );
        problems.push(match nearest(&key.name, known()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!(
                "its parameters: {}",
                known().collect::<Vec<_>>().join(", ")
            )),
        });
    }
    let mut values = Vec::new();
    for (key, param) in params {
        let kind = param
            .kind
            .as_ref()
            .and_then(|text| word(text, KINDS, problems))
            .unwrap_or(Kind::Text);
        let own = given
            .iter()
            .find(|(given, _)| given.name == key.name)
            .map(|(_, node)| node);
        let Some(value) = own.or(param.default.as_ref()) else {
            problems.push(
                Problem::new(
                    Code::PRESET,
                    &name.at,
                    format!("preset `{}` needs the parameter `{}`", name.value, key.name),
                )
                .help(format!("add `with: {{ {}: … }}`", key.name)),
            );
            continue;
        };
        let wanted = mismatch(kind, value, param);
        if let Some(wanted) = &wanted {
            problems.push(
                Problem::new(
                    Code::PRESET,
                    &value.at,
                    format!("parameter `{}` wants {wanted}", key.name),
                )
                .label(format!("this is {}", value.what()))
                .help(format!("write {wanted}")),
            );
        }
        // With the default instead, a wrong value is the only thing that is wrong.
        let value = param
            .default
            .as_ref()
            .filter(|_| wanted.is_some())
            .unwrap_or(value);
        values.push((key.name.clone(), kind, value.clone()));
    }
    Some(values)
}

fn mismatch(kind: Kind, value: &Node, param: &Parameter) -> Option<String> {
    let text = value.scalar();
    // A parameter is optional when its default is empty.
    if is_empty(value) && param.default.as_ref().is_some_and(is_empty) {
        return None;
    }
    let unit = |unit: Unit, words: &str| {
        let good = text
            .as_deref()
            .is_some_and(|text| unit.parse(text).is_some());
        (!good).then(|| words.to_owned())
    };
    match kind {
        Kind::Text | Kind::Path => text.is_none().then(|| "text".to_owned()),
        Kind::Count => unit(Unit::Count, "a whole number from 0"),
        Kind::Share => unit(Unit::Share, "a share such as `80%`"),
        Kind::Duration => unit(Unit::Duration, "a duration such as `2m`"),
        Kind::Size => unit(Unit::Size, "a size such as `10MB`"),
        Kind::Flag => {
            (!matches!(value.value, Value::Bool(_))).then(|| "`true` or `false`".to_owned())
        }
        Kind::List => match &value.value {
            Value::List(items) if items.iter().all(|item| item.scalar().is_some()) => None,
            Value::Text(_) | Value::Number(_) => None,
            _ => Some("a list".to_owned()),
        },
        Kind::Choice => {
            let choices: Vec<&str> = param
                .choices
                .iter()
                .flat_map(|many| &many.0)
                .map(|t| t.value.as_str())
                .collect();
            let good = text.as_deref().is_some_and(|text| choices.contains(&text));
            (!good).then(|| format!("one of {}", choices.join(", ")))
        }
    }
}

/// The words of a preset for `explain`: each parameter with its default and meaning.
pub fn parameters(preset: &Preset) -> Vec<(String, String, String)> {
    let Some((about, _)) = preset.read(&mut Problems::default()) else {
        return Vec::new();
    };
    let list = about.params.unwrap_or_default();
    list.into_iter()
        .map(|(key, param)| {
            let default = param
                .default
                .map(|node| spelt(Kind::Text, &node, false))
                .unwrap_or_else(|| "required".to_owned());
            (
                key.name,
                default,
                param
                    .doc
                    .map(|doc: Located<String>| doc.value)
                    .unwrap_or_default(),
            )
        })
        .collect()
}
