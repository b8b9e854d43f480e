//! From what was written to what is valid: names resolved, kinds built, contradictions found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file::{self, File, plain, word};
use super::names::{Names, name, resolve};
use super::plan::{Absent, Plan, PlannedCommand, PlannedGate, PlannedService, Ready, When};
use super::{phases, preset, relations, waivers, worktree};
use crate::exec;
use crate::gate::{self, ExitRule, Reports};
use crate::model::{Enforce, WeakeningRule, Whom};
use crate::problem::{Code, Count, Fields, Many, Problem, Problems, Text};
use crate::source::{Key, Node, Sources, Value};

const ENFORCE: &[(&str, Enforce)] = &[
    ("block", Enforce::Block),
    ("warn", Enforce::Warn),
    ("monitor", Enforce::Monitor),
];
const WEAKENING: &[(&str, WeakeningRule)] = &[
    ("sign-off", WeakeningRule::SignOff),
    ("block", WeakeningRule::Block),
    ("warn", WeakeningRule::Warn),
];
pub(super) const GRACE: Duration = Duration::from_secs(5);
const WITHIN: Duration = Duration::from_secs(30);
const MOST_ATTEMPTS: u64 = 10;
const MOST_WEIGHT: u64 = 1_000_000;

/// Checks a merged tree. The plan is whole only if nothing was refused.
pub(super) fn check(
    node: &Node,
    root: PathBuf,
    sources: &mut Sources,
    problems: &mut Problems,
) -> Option<Plan> {
    let mut fields = Fields::of(node, problems)?;
    let file = File::take(&mut fields, problems);
    if let Some((key, _)) = fields.entry("waivers") {
        problems.push(
            Problem::new(
                Code::UNKNOWN_KEY,
                &key.at,
                "waivers have a file of their own",
            )
            .label("not here")
            .help(format!(
                "write them to `{}`; what is allowed of them is `policy.waivers`",
                super::WAIVERS
            )),
        );
    }
    // `x-…` keys are free: a place for anchors.
    let _ = fields.take_where(|key| key.starts_with("x-"));
    fields.rest(problems);
    version(&file, problems);
    let resources = resources(&file, problems);
    let services = services(&file, &resources, problems);
    let defaults = Defaults::of(&file, problems);
    let weakening = file
        .policy
        .as_ref()
        .and_then(|policy| policy.weakening.as_ref());
    let weakening = weakening.and_then(|text| word(text, WEAKENING, problems));
    globs(file.protected.iter().flat_map(|many| &many.0), problems);
    let protected = file.protected.as_ref().map(texts).unwrap_or_default();
    let entries = file.gates.unwrap_or_default();
    let names: Vec<String> = entries.iter().map(|(key, _)| key.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let scope = Scope {
        names: Names::of(names.iter().copied()),
        services: Names::of(services.iter().map(|service| service.id.as_str())),
        resources: &resources,
        defaults,
    };
    let gates: Vec<PlannedGate> = entries
        .into_iter()
        .filter_map(|(key, node)| planned(&key, node, &scope, sources, problems))
        .collect();
    if names.is_empty() {
        problems.push(
            Problem::new(Code::EMPTY_GATE, &node.at, "no gate is declared")
                .help("add a gate under `gates:`, or let `tollgate init` write a first file"),
        );
    }
    let phases = phases::check(file.phases.unwrap_or_default(), &names, &gates, problems);
    // Indices speak of `entries`: a gate that was refused would shift them, and then there is no plan anyway.
    if gates.len() == names.len() {
        relations::check(&gates, problems);
        relations::green_lists(&gates, &phases, problems);
    }
    let secrets = file.secrets.map(|many| texts(&many)).unwrap_or_default();
    let worktree = worktree::check(file.worktree.as_ref(), problems);
    let waiver_rules = waivers::rules(file.policy.as_ref().and_then(|p| p.waivers.as_ref()));
    Some(Plan {
        // They lie beside the file: whoever reads it knows where from.
        waivers: Vec::new(),
        waiver_rules,
        root,
        sources: Sources::default(),
        digest: String::new(),
        gates,
        services,
        resources,
        secrets,
        phases,
        bases: Vec::new(),
        weakening,
        protected,
        worktree,
    })
}

fn version(file: &File, problems: &mut Problems) {
    match &file.version {
        Some(version) if version.value == 1 => {}
        Some(version) => problems.push(
            Problem::new(
                Code::VERSION,
                &version.at,
                format!("version {} is not known", version.value),
            )
            .help("this tollgate reads `version: 1`"),
        ),
        None => problems.push(
            Problem::new(Code::VERSION, &file.at, "the file does not say its version")
                .help("begin it with `version: 1`"),
        ),
    }
}

fn texts(many: &Many<Text>) -> Vec<String> {
    many.0.iter().map(|text| text.value.clone()).collect()
}

fn resources(file: &File, problems: &mut Problems) -> BTreeMap<String, u64> {
    let mut map = BTreeMap::new();
    for (key, count) in file.resources.iter().flatten() {
        name(key, problems);
        if count.value == 0 {
            problems.push(
                Problem::new(
                    Code::WRONG_VALUE,
                    &count.at,
                    format!("resource `{}` has no unit", key.name),
                )
                .help("write 1 or more"),
            );
        }
        map.insert(key.name.clone(), count.value);
    }
    map
}

fn services(
    file: &File,
    resources: &BTreeMap<String, u64>,
    problems: &mut Problems,
) -> Vec<PlannedService> {
    let _ = resources;
    let mut list = Vec::new();
    for (key, written) in file.services.iter().flatten() {
        name(key, problems);
        let Some(run) = &written.run else {
            problems.push(Problem::new(
                Code::MISSING_KEY,
                &key.at,
                format!("service `{}` has no `run`", key.name),
            ));
            continue;
        };
        let ready = match plain(&written.ready).as_deref() {
            None | Some("tcp") => Ready::Tcp,
            Some(url) if url.starts_with("http://") => Ready::Http(url.to_owned()),
            Some(url) if url.starts_with("https://") => {
                let at = &written.ready.as_ref().expect("matched above").at;
                problems.push(
                    Problem::new(Code::WRONG_VALUE, at, "a readiness check cannot use https")
                        .help("use `http://`, `tcp` or a command"),
                );
                continue;
            }
            Some(command) => Ready::Command(command.to_owned()),
        };
        let replicas = written.replicas.as_ref().map_or(1, |count| count.value);
        if !(1..=64).contains(&replicas) {
            problems.push(Problem::new(
                Code::WRONG_VALUE,
                &key.at,
                "`replicas` is a number from 1 to 64",
            ));
        }
        let command = PlannedCommand {
            text: run.value.clone(),
            at: run.at.clone(),
            shell: plain(&written.shell),
            dir: dir(&written.dir, problems),
            env: set(&written.env),
            pass: passed(&written.env),
            grace: written.grace.as_ref().map_or(GRACE, |span| span.value),
        };
        readable(&command, problems);
        list.push(PlannedService {
            id: key.name.clone(),
            at: key.at.clone(),
            command,
            ready,
            within: written.within.as_ref().map_or(WITHIN, |span| span.value),
            replicas: u32::try_from(replicas).unwrap_or(1),
        });
    }
    list
}

fn set(env: &Option<file::Environment>) -> Vec<(String, String)> {
    env.iter()
        .flat_map(|env| &env.set)
        .map(|(key, text)| (key.name.clone(), text.value.clone()))
        .collect()
}

fn passed(env: &Option<file::Environment>) -> Vec<String> {
    env.iter()
        .flat_map(|env| &env.pass)
        .map(|text| text.value.clone())
        .collect()
}

fn dir(text: &Option<Text>, problems: &mut Problems) -> PathBuf {
    let Some(text) = text else {
        return PathBuf::new();
    };
    let path = Path::new(text.value.trim());
    if path.is_absolute() || path.components().any(|part| part.as_os_str() == "..") {
        problems.push(
            Problem::new(
                Code::PATTERN,
                &text.at,
                format!("`{}` leaves the project", text.value),
            )
            .help("write a folder below the one of tollgate.yaml"),
        );
    }
    path.to_path_buf()
}

/// Values for gates that do not set them.
struct Defaults {
    timeout: Option<Duration>,
    grace: Duration,
    retry: u32,
    enforce: Enforce,
}

impl Defaults {
    fn of(file: &File, problems: &mut Problems) -> Self {
        let written = file.defaults.as_ref();
        Self {
            timeout: written
                .and_then(|d| d.timeout.as_ref())
                .map(|span| span.value),
            grace: written
                .and_then(|d| d.grace.as_ref())
                .map_or(GRACE, |span| span.value),
            retry: attempts(written.and_then(|d| d.retry.as_ref()), problems).unwrap_or(0),
            enforce: written
                .and_then(|d| d.enforce.as_ref())
                .and_then(|text| word(text, ENFORCE, problems))
                .unwrap_or_default(),
        }
    }
}

fn attempts(retry: Option<&file::Retry>, problems: &mut Problems) -> Option<u32> {
    let count = retry?.attempts.as_ref()?;
    if count.value > MOST_ATTEMPTS {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &count.at,
                format!("{} attempts hide what is broken", count.value),
            )
            .help(format!("at most {MOST_ATTEMPTS}")),
        );
    }
    u32::try_from(count.value).ok()
}

/// What a gate may refer to.
struct Scope<'a> {
    names: Names<'a>,
    services: Names<'a>,
    resources: &'a BTreeMap<String, u64>,
    defaults: Defaults,
}

fn planned(
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
        coherence(&planned, &written, problems);
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
                    globset::escape(dir),
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

fn globs<'a>(texts: impl Iterator<Item = &'a Text>, problems: &mut Problems) {
    for text in texts {
        if let Err(error) = globset::Glob::new(&text.value) {
            problems.push(Problem::new(
                Code::PATTERN,
                &text.at,
                format!("`{}` is not a glob: {}", text.value, error.kind()),
            ));
        }
    }
}

fn when(written: &file::WhenOptions, problems: &mut Problems) -> When {
    let list = |many: &Option<Many<Text>>| many.as_ref().map(texts).unwrap_or_default();
    let patterns = written.changed.iter().chain(&written.branch);
    globs(patterns.flat_map(|many| &many.0), problems);
    When {
        changed: list(&written.changed),
        branch: list(&written.branch),
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

/// Keys that speak of a baseline that nothing looks at.
fn without_baseline(gate: &PlannedGate, written: &file::Gate, problems: &mut Problems) {
    let keys = [
        ("baseline", written.baseline.as_ref().map(|value| &value.at)),
        (
            "first-run",
            written.first_run.as_ref().map(|value| &value.at),
        ),
    ];
    for (key, at) in keys {
        if let (Some(at), false) = (at, gate.wants_baseline()) {
            problems.push(
                Problem::new(
                    Code::NO_EFFECT,
                    at,
                    format!("`{key}` has no effect: nothing in the gate looks at a baseline"),
                )
                .help("add a bound such as `drop: \"<=0.1%\"` or `\"<=+5%\"`, or remove it"),
            );
        }
    }
}

/// Keys of one gate that contradict or cannot work together.
fn coherence(gate: &PlannedGate, written: &file::Gate, problems: &mut Problems) {
    if gate.command.is_none() && gate.judges.is_empty() {
        problems.push(
            Problem::new(
                Code::EMPTY_GATE,
                &gate.at,
                format!("gate `{}` asks nothing", gate.id),
            )
            .label("no command and no judge")
            .help("add `run:`, or a judge such as `tests:`, `findings:` or `files:`"),
        );
    }
    without_baseline(gate, written, problems);
    let of_gate = gate
        .judges
        .iter()
        .filter_map(|judge| judge.wants().http.map(|wants| wants.whom))
        .any(|whom| whom == Whom::OfGate);
    if of_gate && gate.services.len() != 1 {
        problems.push(
            Problem::new(
                Code::MISSING_KEY,
                &gate.at,
                format!("`http` of gate `{}` does not say whom it asks", gate.id),
            )
            .help("add `service:` or `url:` to `http`"),
        );
    }
    if let Some(command) = &gate.command {
        return readable(command, problems);
    }
    let useless: [(&str, Option<&crate::source::At>); 5] = [
        ("timeout", written.timeout.as_ref().map(|value| &value.at)),
        ("retry", written.retry.as_ref().map(|value| &value.at)),
        ("exit", written.exit.as_ref().map(|value| &value.at)),
        (
            "duration",
            written.duration.as_ref().map(|value| value.condition.at()),
        ),
        ("shell", written.shell.as_ref().map(|value| &value.at)),
    ];
    for (key, at) in useless {
        if let Some(at) = at {
            problems.push(
                Problem::new(
                    Code::NO_EFFECT,
                    at,
                    format!("`{key}` has no effect: the gate has no command"),
                )
                .help("add `run:`, or remove it"),
            );
        }
    }
    for reports in gate.judges.iter().filter_map(|judge| judge.reports()) {
        no_producer(gate, reports, problems);
    }
}

/// A command that no shell could read either is refused before anything runs.
pub(super) fn readable(command: &PlannedCommand, problems: &mut Problems) {
    if let Err(trouble) = exec::parse(&command.text, command.shell.as_deref()) {
        problems.push(Problem::new(
            Code::COMMAND,
            &command.at,
            trouble.to_string(),
        ));
    }
}

fn no_producer(gate: &PlannedGate, reports: &Reports, problems: &mut Problems) {
    for stream in ["stdout", "stderr"] {
        if reports.reads_stream(stream) {
            let message = format!(
                "gate `{}` reads `{stream}` and has no command that prints it",
                gate.id
            );
            problems.push(Problem::new(Code::MISSING_KEY, &reports.at, message).help("add `run:`"));
        }
    }
    if gate.needs.is_empty() && reports.elsewhere.is_none() {
        problems.push(
            Problem::new(Code::MISSING_KEY, &reports.at, format!("nothing writes the reports of gate `{}`", gate.id))
                .label("only reports written in this run count")
                .help("add `run:`, or `needs:` with the gate that writes them, or `produced: elsewhere` with `max-age:`"),
        );
    }
}
