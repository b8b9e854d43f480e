//! One gate, from what was written to what is valid: its command, judges and options, with names resolved.
//!
//! It does not ask whether the parts of a gate fit together: that is `coherence`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::super::file::{self, plain, word};
use super::super::names::{Names, name, resolve};
use super::super::plan::{Absent, PlannedCommand, PlannedGate, When};
use super::super::preset;
use super::{Defaults, ENFORCE, MOST_WEIGHT, attempts, coherence, dir, passed, set, texts};
use crate::gate::{self, ExitRule};
use crate::policy::Glob;
use crate::problem::{Code, Count, Fields, Many, Problem, Problems, Text};
use crate::source::{Key, Node, Sources, Value};

/// What a gate may refer to.
pub(super) struct Scope<'a> {
    pub(super) names: Names<'a>,
    pub(super) services: Names<'a>,
    pub(super) resources: &'a BTreeMap<String, u64>,
    pub(super) defaults: Defaults,
}

pub(super) fn planned(
    key: &Key,
    node: Node,
    scope: &Scope<'_>,
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<PlannedGate> {
    let before = problems.len();
    name(key, problems);
    let uses = node.get("uses").and_then(Node::scalar);
    let node = preset::expand(node, sources, problems)?;
    let mut fields = Fields::of(&node, problems)?;
    let written = file::Gate::take(&mut fields, problems);
    let judges = judges(&mut fields, dir_of(&node).as_deref(), problems);
    fields.also_known(["uses", "with"]);
    fields.also_known(gate::KINDS.iter().map(|kind| kind.name()));
    fields.rest(problems);
    let defaults = &scope.defaults;
    let grace = written
        .grace
        .as_ref()
        .map_or(defaults.grace, |span| span.value);
    let command = written.run.as_ref().map(|run| PlannedCommand {
        text: run.value.trim().to_owned(),
        at: run.at.clone(),
        shell: plain(&written.shell),
        dir: dir(&written.dir, problems),
        env: set(&written.env),
        pass: passed(&written.env),
        grace,
    });
    let resources = Names::of(scope.resources.keys().map(String::as_str));
    let held = resolve(&written.resource, &resources, "resource", problems);
    let by_name_only = judges.iter().any(|judge| judge.by_name_only());
    let planned = PlannedGate {
        id: key.name.clone(),
        at: key.at.clone(),
        preset: uses,
        why: plain(&written.why),
        fix: plain(&written.fix),
        owner: plain(&written.owner),
        command,
        dir: PathBuf::from(dir_of(&node).unwrap_or_default()),
        inputs: written.inputs.as_ref().map(texts).unwrap_or_default(),
        secrets: written.secrets.as_ref().map(texts).unwrap_or_default(),
        needs: resolve(&written.needs, &scope.names, "gate", problems),
        resources: held
            .into_iter()
            .map(|index| resources.list[index].to_owned())
            .collect(),
        services: services_of_gate(&written.service, &judges, &scope.services, problems),
        timeout: written
            .timeout
            .as_ref()
            .map(|span| span.value)
            .or(defaults.timeout),
        retry: attempts(written.retry.as_ref(), problems).unwrap_or(defaults.retry),
        when: written.when.as_ref().map(|when| self::when(when, problems)),
        enforce: written
            .enforce
            .as_ref()
            .and_then(|text| word(text, ENFORCE, problems))
            .unwrap_or(defaults.enforce),
        enforce_from: written.enforce_from.clone(),
        default: !by_name_only && written.default.as_ref().is_none_or(|flag| flag.value),
        weight: weight(written.weight.as_ref(), problems),
        exit: ExitRule::check(written.exit.as_ref(), problems),
        absent: written
            .absent
            .as_ref()
            .and_then(|absent| self::absent("absent", absent, problems)),
        added: false,
        baseline_ref: written
            .baseline
            .as_ref()
            .and_then(|baseline| plain(&baseline.reference)),
        baseline_run: stored_run(written.baseline.as_ref(), problems),
        first_run: written
            .first_run
            .as_ref()
            .and_then(|absent| self::absent("first-run", absent, problems)),
        duration: written
            .duration
            .as_ref()
            .map(|bound| bound.condition.clone()),
        judges,
        node,
    };
    // What follows from a mistake that was told above needs no words of its own.
    if problems.len() == before {
        coherence::check(&planned, &written, problems);
    }
    Some(planned)
}

/// The services of a gate: those it names, and those that its judges ask.
fn services_of_gate(
    written: &Option<Many<Text>>,
    judges: &[Box<dyn gate::Gate>],
    known: &Names<'_>,
    problems: &mut Problems,
) -> Vec<usize> {
    let mut found = resolve(written, known, "service", problems);
    for judge in judges {
        let asked = Some(Many(judge.services()));
        for index in resolve(&asked, known, "service", problems) {
            if !found.contains(&index) {
                found.push(index);
            }
        }
    }
    found
}

/// Each key that is the name of a kind, built by that kind. Kinds that come later are refused by name.
fn judges(
    fields: &mut Fields<'_>,
    dir: Option<&str>,
    problems: &mut Problems,
) -> Vec<Box<dyn gate::Gate>> {
    fields.reserved(gate::LATER, problems);
    let found = fields.take_where(|key| gate::find(key).is_some());
    let mut built: Vec<(usize, Box<dyn gate::Gate>)> = Vec::new();
    for (key, node) in found {
        let position = gate::KINDS.iter().position(|kind| kind.name() == key.name);
        if let (Some(position), Some(kind)) = (position, gate::find(&key.name)) {
            let built_gate = match dir {
                Some(dir) => kind.build(&below(dir, node), problems),
                None => kind.build(node, problems),
            };
            built.extend(built_gate.map(|gate| (position, gate)));
        }
    }
    built.sort_by_key(|(position, _)| *position);
    built.into_iter().map(|(_, gate)| gate).collect()
}

/// The folder that the command of a gate runs in, if that is not the top.
fn dir_of(node: &Node) -> Option<String> {
    let dir = node.get("dir")?.scalar()?;
    let dir = dir.trim().trim_start_matches("./").trim_end_matches('/');
    (!dir.is_empty() && dir != ".").then(|| dir.to_owned())
}

/// A judge whose `reports` are named from the folder that the command runs in, with them named from the top.
fn below(dir: &str, judge: &Node) -> Node {
    let moved = |node: &Node| match &node.value {
        Value::Text(path)
            if !matches!(path.as_str(), "stdout" | "stderr") && !path.starts_with('/') =>
        {
            Node {
                at: node.at.clone(),
                value: Value::Text(format!(
                    "{}/{}",
                    Glob::escaped(dir),
                    path.trim_start_matches("./")
                )),
            }
        }
        _ => node.clone(),
    };
    let Value::Map(entries) = &judge.value else {
        return judge.clone();
    };
    let entries = entries.iter().map(|(key, node)| {
        let node = match &node.value {
            _ if key.name != "reports" => node.clone(),
            Value::List(items) => Node {
                at: node.at.clone(),
                value: Value::List(items.iter().map(moved).collect()),
            },
            _ => moved(node),
        };
        (key.clone(), node)
    });
    Node {
        at: judge.at.clone(),
        value: Value::Map(entries.collect()),
    }
}

fn weight(written: Option<&Count>, problems: &mut Problems) -> u64 {
    let Some(weight) = written else { return 1 };
    if weight.value > MOST_WEIGHT {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &weight.at,
                format!("a weight of {} is beyond measure", weight.value),
            )
            .help(format!("write a number from 0 to {MOST_WEIGHT}")),
        );
    }
    weight.value
}

fn when(written: &file::WhenOptions, problems: &mut Problems) -> When {
    let list = |many: &Option<Many<Text>>| many.as_ref().map(texts).unwrap_or_default();
    let globs = |many: &Option<Many<Text>>, problems: &mut Problems| {
        Glob::read_all(many.iter().flat_map(|many| &many.0), problems)
    };
    When {
        changed: globs(&written.changed, problems),
        branch: globs(&written.branch, problems),
        env: list(&written.env),
        at: Some(written.at.clone()),
    }
}

fn absent(key: &str, written: &file::AbsentOptions, problems: &mut Problems) -> Option<Absent> {
    let allowed = written.allow.as_ref().is_some_and(|flag| flag.value);
    let why = plain(&written.why);
    if !allowed || why.is_none() {
        problems.push(
            Problem::new(Code::MISSING_KEY, &written.at, format!("`{key}` needs `allow: true` and a `why`"))
                .help(format!("such as `{key}: {{ allow: true, why: no scanner for this platform yet, until: 2026-12-31 }}`")),
        );
    }
    Some(Absent {
        why: why?,
        until: written.until.clone(),
        at: written.at.clone(),
    })
}

/// Whether a baseline is that of a stored run, which only a ref has.
fn stored_run(baseline: Option<&file::BaselineOptions>, problems: &mut Problems) -> bool {
    let Some(run) = baseline.and_then(|baseline| baseline.run.as_ref()) else {
        return false;
    };
    if run.value && baseline.is_some_and(|baseline| baseline.reference.is_none()) {
        let problem = Problem::new(Code::MISSING_KEY, &run.at, "a stored run of what?");
        problems.push(
            problem
                .label("no `ref` beside it")
                .help("name it: `baseline: { ref: origin/main, run: true }`"),
        );
    }
    run.value
}
