//! From what was written to what is valid: names resolved, kinds built, contradictions found.

mod coherence;
mod of_gate;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) use coherence::readable;
use of_gate::{Scope, planned};

use super::file::{self, File, plain, word};
use super::names::{Names, name};
use super::plan::{Plan, PlannedCommand, PlannedGate, PlannedService, Ready};
use super::{phases, relations, waivers, worktree};
use crate::model::{Enforce, WeakeningRule};
use crate::policy::Glob;
use crate::problem::{Code, Count, Fields, Many, Problem, Problems, Text};
use crate::source::{Node, Sources};

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
const MOST_REPLICAS: u64 = 64;
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
    let protected = file.protected.iter().flat_map(|many| &many.0);
    // A folder stands for all that is in it.
    let protected = Glob::read_all_with_below(protected, problems);
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

/// How many of a service run side by side.
fn replicas(written: Option<&Count>, problems: &mut Problems) -> u64 {
    let Some(count) = written else { return 1 };
    if !(1..=MOST_REPLICAS).contains(&count.value) {
        let message = format!("a service cannot run {} times side by side", count.value);
        problems.push(
            Problem::new(Code::WRONG_VALUE, &count.at, message)
                .label(format!("wanted 1 to {MOST_REPLICAS}"))
                .help("write how many of it are to run, or leave `replicas` out for one"),
        );
    }
    count.value
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
            let message = format!("service `{}` has no `run`", key.name);
            problems.push(
                Problem::new(Code::MISSING_KEY, &key.at, message)
                    .label("nothing would be started")
                    .help("add the command that starts it: `run: node server.js --port $PORT`"),
            );
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
        let replicas = replicas(written.replicas.as_ref(), problems);
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
