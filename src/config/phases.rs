//! Phases as written, checked: names, circles, and criteria that can never be met.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::file::{self, Phase, plain};
use super::names::{name, unknown_name};
use super::plan::PlannedGate;
use crate::gate;
use crate::model::{Enforce, People, Person};
use crate::phase::{PlannedPhase, SignOffs, Target};
use crate::problem::{Code, Many, Problem, Problems, Text};
use crate::source::{At, Key, Node, Value};

/// Checks all phases. `gates` are those that could be read.
pub(super) fn check(
    phases: Vec<(Key, Phase)>,
    names: &[&str],
    gates: &[PlannedGate],
    problems: &mut Problems,
) -> Vec<PlannedPhase> {
    let known: Vec<String> = phases.iter().map(|(key, _)| key.name.clone()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    for (key, phase) in &phases {
        name(key, problems);
        names_exist(phase, names, &known, problems);
        criteria(key, phase, problems);
        no_effect(key, phase, gates, problems);
    }
    circles(&phases, &known, problems);
    phases
        .into_iter()
        .map(|(key, phase)| planned(key, phase, names, gates, problems))
        .collect()
}

fn planned(
    key: Key,
    phase: Phase,
    names: &[&str],
    gates: &[PlannedGate],
    problems: &mut Problems,
) -> PlannedPhase {
    let written = phase.targets.iter().flatten();
    let targets: Vec<Target> = written
        .filter_map(|(key, bound)| target(key, bound, names, gates, problems))
        .collect();
    PlannedPhase {
        keys: places(&phase),
        title: plain(&phase.title),
        after: values(&phase.after),
        parent: plain(&phase.parent),
        gates: values(&phase.gates),
        targets,
        keep: values(&phase.keep),
        may_skip: values(&phase.may_skip),
        entry: phase.entry,
        sign_offs: phase.sign_offs,
        liens: phase.liens,
        soak: phase.soak,
        due: phase.due,
        readiness: phase.readiness.map(|bound| bound.condition),
        ..PlannedPhase::bare(&key.name, key.at)
    }
}

/// Where the keys are written that rules point at.
fn places(phase: &Phase) -> BTreeMap<String, At> {
    let first = |many: &Option<Many<Text>>| many.as_ref()?.0.first().map(|text| text.at.clone());
    let found = [
        ("after", first(&phase.after)),
        ("parent", phase.parent.as_ref().map(|text| text.at.clone())),
        ("gates", first(&phase.gates)),
        ("keep", first(&phase.keep)),
        ("may-skip", first(&phase.may_skip)),
        ("liens", phase.liens.as_ref().map(|liens| liens.at.clone())),
    ];
    let found = found.into_iter();
    found
        .filter_map(|(key, at)| Some((key.to_owned(), at?)))
        .collect()
}

fn values(many: &Option<Many<Text>>) -> Vec<String> {
    many.iter()
        .flat_map(|many| &many.0)
        .map(|text| text.value.clone())
        .collect()
}

fn names_exist(phase: &Phase, gates: &[&str], known: &[&str], problems: &mut Problems) {
    for text in [&phase.gates, &phase.keep, &phase.may_skip]
        .into_iter()
        .flatten()
        .flat_map(|many| &many.0)
    {
        if !gates.contains(&text.value.as_str()) {
            problems.push(unknown_name(text, gates.iter().copied(), "gate"));
        }
    }
    for text in phase
        .after
        .iter()
        .flat_map(|many| &many.0)
        .chain(&phase.parent)
    {
        if !known.contains(&text.value.as_str()) {
            problems.push(unknown_name(text, known.iter().copied(), "phase"));
        }
    }
}

fn criteria(key: &Key, phase: &Phase, problems: &mut Problems) {
    let nothing = phase.gates.is_none()
        && phase.entry.is_none()
        && phase.sign_offs.is_none()
        && phase.targets.is_none()
        && phase.keep.is_none();
    if nothing {
        problems.push(
            Problem::new(
                Code::EMPTY_GATE,
                &key.at,
                format!("phase `{}` asks nothing", key.name),
            )
            .help("list its `gates:`")
            .as_warning(),
        );
    }
    let entry = phase.entry.iter().flat_map(|entry| &entry.sign_offs);
    phase
        .sign_offs
        .iter()
        .chain(entry)
        .for_each(|one| one.check(problems));
    phase.soak.iter().for_each(|soak| soak.check(problems));
}

/// What is written and changes nothing, or can never be met.
fn no_effect(key: &Key, phase: &Phase, gates: &[PlannedGate], problems: &mut Problems) {
    let find = |id: &str| gates.iter().find(|gate| gate.id == id);
    let listed = |list: &'static str, many: &Option<Many<Text>>| -> Vec<(&'static str, Text)> {
        many.iter()
            .flat_map(|many| &many.0)
            .map(|text| (list, text.clone()))
            .collect()
    };
    let asked = [listed("gates", &phase.gates), listed("keep", &phase.keep)].concat();
    for (list, text) in &asked {
        let Some(gate) = find(&text.value).filter(|gate| gate.enforce != Enforce::Block) else {
            continue;
        };
        let message = format!(
            "gate `{}` does not block, so it counts for nothing here",
            text.value
        );
        problems.push(
            Problem::new(Code::NO_EFFECT, &text.at, message)
                .label(format!("listed under `{list}`"))
                .also(&gate.at, format!("`enforce: {}`", gate.enforce.word()))
                .help("let the gate block, or take it out of the phase")
                .as_warning(),
        );
    }
    for (_, text) in listed("may-skip", &phase.may_skip) {
        let conditional = |gate: &PlannedGate| {
            gate.when
                .as_ref()
                .is_some_and(|when| !when.branch.is_empty() || !when.env.is_empty())
        };
        if find(&text.value).is_some_and(|gate| !conditional(gate)) {
            let message = format!(
                "gate `{}` always applies: it has no `when:` with `branch` or `env`",
                text.value
            );
            problems.push(
                Problem::new(Code::NO_EFFECT, &text.at, message)
                    .help("take it out of `may-skip`")
                    .as_warning(),
            );
        }
    }
    if let Some(readiness) = &phase.readiness {
        let weighs = |gate: &PlannedGate| gate.enforce == Enforce::Block && gate.weight > 0;
        let read = asked.iter().all(|(_, text)| find(&text.value).is_some());
        if read
            && !asked
                .iter()
                .any(|(_, text)| find(&text.value).is_some_and(weighs))
        {
            let message = format!(
                "phase `{}` has no gate that blocks and weighs, so it has no readiness",
                key.name
            );
            problems.push(
                Problem::new(Code::POINTLESS_CONDITION, readiness.condition.at(), message)
                    .label("can never be met")
                    .help("list a gate with a `weight` above 0, or remove `readiness`"),
            );
        }
    }
}

/// A target with its full name. The unit is that of its fact: where a key of the judge bounds the same fact, the judge
/// itself is asked whether it could read the bound.
fn target(
    key: &Key,
    bound: &file::Target,
    names: &[&str],
    gates: &[PlannedGate],
    problems: &mut Problems,
) -> Option<Target> {
    let mut parts = key.name.split('.');
    let id = parts.next().unwrap_or("");
    let rest: Vec<&str> = parts.collect();
    if !names.contains(&id) || rest.is_empty() || rest.iter().any(|part| part.is_empty()) {
        let text = Text::new(id.to_owned(), key.at.clone());
        let problem = if names.contains(&id) {
            let message = format!("`{}` names no fact", key.name);
            Problem::new(Code::UNKNOWN_NAME, &key.at, message)
        } else {
            unknown_name(&text, names.iter().copied(), "gate")
        };
        problems.push(problem.help("a target is `gate.kind.fact`, such as `unit.tests.pass-rate`"));
        return None;
    }
    // A gate that could not be read has said so.
    let gate = gates.iter().find(|gate| gate.id == id)?;
    let kinds: Vec<&str> = gate.judges.iter().map(|judge| judge.kind()).collect();
    let (kind, fact) = match (kinds.as_slice(), rest.as_slice()) {
        (kinds, [kind, fact @ ..]) if kinds.contains(kind) && !fact.is_empty() => (*kind, fact),
        ([only], fact) => (*only, fact),
        _ => {
            let message = format!(
                "`{}` does not say of which judge of `{id}` it speaks",
                key.name
            );
            let help = if kinds.is_empty() {
                format!("gate `{id}` measures nothing; give it a judge such as `tests:`")
            } else {
                format!(
                    "write `{id}.<judge>.<fact>` with one of: {}",
                    kinds.join(", ")
                )
            };
            problems.push(Problem::new(Code::UNKNOWN_NAME, &key.at, message).help(help));
            return None;
        }
    };
    unit(gate, kind, fact, &bound.0, problems);
    Some(Target {
        fact: format!("{id}.{kind}.{}", fact.join(".")),
        gate: id.to_owned(),
        node: bound.0.clone(),
    })
}

/// Lets the judge of the gate read the target in place of its own bound, and passes on what it says of it.
fn unit(gate: &PlannedGate, kind: &str, fact: &[&str], bound: &Node, problems: &mut Problems) {
    let (Some(own), Some(judge)) = (gate.node.get(kind), gate::find(kind)) else {
        return;
    };
    let mut tried = Problems::default();
    let _ = judge.build(&with(own, fact, bound), &mut tried);
    let about = tried.iter().filter(|problem| {
        let wrong = [
            Code::UNIT,
            Code::CONDITION,
            Code::WRONG_KIND,
            Code::POINTLESS_CONDITION,
        ];
        problem.at.as_ref() == Some(&bound.at) && wrong.contains(&problem.code)
    });
    problems.extend(about.cloned());
}

/// The node with a value at the end of a path of keys.
fn with(node: &Node, path: &[&str], value: &Node) -> Node {
    let [first, rest @ ..] = path else {
        return value.clone();
    };
    let mut entries = match &node.value {
        Value::Map(entries) => entries.clone(),
        _ => Vec::new(),
    };
    let found = entries.iter().position(|(key, _)| key.name == *first);
    let empty = Node {
        at: value.at.clone(),
        value: Value::Null,
    };
    let inner = with(found.map_or(&empty, |place| &entries[place].1), rest, value);
    match found {
        Some(place) => entries[place].1 = inner,
        None => entries.push((
            Key {
                name: (*first).to_owned(),
                at: value.at.clone(),
            },
            inner,
        )),
    }
    Node {
        at: node.at.clone(),
        value: Value::Map(entries),
    }
}

/// Sign-offs and liens that nobody can give, once it is known who there is and which keys count.
pub fn unmeetable(
    phases: &[PlannedPhase],
    people: &People,
    now: Timestamp,
    problems: &mut Problems,
) {
    for phase in phases {
        for wanted in asked(phase) {
            roles(&wanted.from, people, problems);
            too_many(wanted, people, now, problems);
        }
        if let Some(liens) = &phase.liens {
            roles(&liens.from, people, problems);
        }
    }
}

fn roles(from: &[Text], people: &People, problems: &mut Problems) {
    let mut known: Vec<&str> = people
        .by_name
        .values()
        .flat_map(|person| person.roles.iter().map(String::as_str))
        .collect();
    known.sort_unstable();
    known.dedup();
    for role in from
        .iter()
        .filter(|role| !known.contains(&role.value.as_str()))
    {
        problems.push(unknown_name(
            role,
            known.iter().copied(),
            "role in people.yaml",
        ));
    }
}

/// Warns of sign-offs that can be given only as long as nobody who may give one writes anything.
pub fn tight(phases: &[PlannedPhase], people: &People, now: Timestamp, problems: &mut Problems) {
    for wanted in phases.iter().flat_map(asked) {
        let there = givers(wanted, people, now);
        if wanted.not_author() && there.len() as u64 == wanted.count {
            let names = there.join(", ");
            let message = format!(
                "{} are all who may give one ({names}): as soon as one of them is an author, it cannot be met",
                wanted.words()
            );
            let problem = Problem::new(Code::POINTLESS_CONDITION, &wanted.at, message);
            problems.push(
                problem
                    .as_warning()
                    .help("add somebody to `.tollgate/people.yaml`, or ask for fewer"),
            );
        }
    }
}

/// The sign-offs that a phase asks for.
fn asked(phase: &PlannedPhase) -> impl Iterator<Item = &SignOffs> {
    let entry = phase.entry.iter().flat_map(|entry| &entry.sign_offs);
    phase.sign_offs.iter().chain(entry)
}

/// Who may give a sign-off: has a role that is asked, and a key that still counts unless none is needed.
fn givers<'a>(wanted: &SignOffs, people: &'a People, now: Timestamp) -> Vec<&'a str> {
    let fits = |name: &str| {
        let mut roles = wanted.from.iter();
        wanted.from.is_empty() || roles.any(|role| people.has_role(name, &role.value))
    };
    let signs = |person: &Person| {
        let mut keys = person.keys.iter();
        wanted.unsigned || keys.any(|key| key.before.is_none_or(|before| now < before))
    };
    let people = people.by_name.iter();
    people
        .filter(|(name, person)| fits(name) && signs(person))
        .map(|(name, _)| name.as_str())
        .collect()
}

/// More people than there are. Who wrote the change is known only when it is judged.
fn too_many(wanted: &SignOffs, people: &People, now: Timestamp, problems: &mut Problems) {
    let there = givers(wanted, people, now).len() as u64;
    // Without a key anybody may sign who needs no role.
    let anybody = wanted.unsigned && wanted.from.is_empty();
    if there < wanted.count && !anybody {
        let message = format!(
            "{} {} asked, and people.yaml has {there} who may give one",
            wanted.words(),
            if wanted.count == 1 { "is" } else { "are" }
        );
        let key = if wanted.unsigned {
            ""
        } else {
            ", with a key that still counts,"
        };
        let help = format!("add people or roles{key} to `.tollgate/people.yaml`, or ask for fewer");
        problems.push(
            Problem::new(Code::POINTLESS_CONDITION, &wanted.at, message)
                .label("can never be met")
                .help(help),
        );
    }
}

/// A phase that waits for itself, through `after` or `parent`.
fn circles(phases: &[(Key, Phase)], known: &[&str], problems: &mut Problems) {
    let index = |name: &str| known.iter().position(|other| *other == name);
    let next: Vec<Vec<usize>> = phases
        .iter()
        .map(|(_, phase)| {
            let names = phase
                .after
                .iter()
                .flat_map(|many| &many.0)
                .chain(&phase.parent);
            names.filter_map(|text| index(&text.value)).collect()
        })
        .collect();
    for (start, (key, _)) in phases.iter().enumerate() {
        let mut seen = vec![false; phases.len()];
        let mut todo = next[start].clone();
        while let Some(at) = todo.pop() {
            if at == start {
                problems.push(
                    Problem::new(
                        Code::CYCLE,
                        &key.at,
                        format!("phase `{}` waits for itself", key.name),
                    )
                    .help("remove one of its `after` or `parent`"),
                );
                break;
            }
            if !std::mem::replace(&mut seen[at], true) {
                todo.extend(&next[at]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
