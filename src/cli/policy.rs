//! `tollgate policy diff`, and the trusted policy of `run --policy-ref`.

use std::path::PathBuf;

use serde_json::Value as Json;

use super::args::{Global, PolicyDiffArgs};
use super::exit::Exit;
use super::project;
use super::screen::Screen;
use crate::config::{Origin, Plan};
use crate::model::PolicyDiff;
use crate::output;
use crate::problem::{Code, Problem, nearest};
use crate::run::{self, POLICY_GATE, PolicyCheck, PolicyFile, PolicyTrouble};

/// Shows how the policy of one revision differs from that of another.
pub fn diff(global: &Global, args: &PolicyDiffArgs, screen: &Screen) -> anyhow::Result<Exit> {
    let Some(targets) = targets(&args.output, screen) else {
        return Ok(Exit::Usage);
    };
    let Some(file) = project::policy_file(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let between = match between(&args.range) {
        Ok(between) => between,
        Err(words) => {
            screen.error(words);
            return Ok(Exit::Usage);
        }
    };
    let diff = match compared(&file, &between) {
        Ok(diff) => diff,
        Err(trouble) => return Ok(refused(&trouble, screen)),
    };
    for (kind, path) in targets {
        let mut bytes = Vec::new();
        match path {
            None => {
                output::policy_diff(kind, &diff, &screen.style(), &mut bytes)?;
                screen.print(&String::from_utf8_lossy(&bytes))?;
            }
            Some(path) => {
                output::policy_diff(kind, &diff, &screen.file_style(), &mut bytes)?;
                std::fs::write(&path, bytes)
                    .map_err(|error| anyhow::anyhow!("writing {}: {error}", path.display()))?;
            }
        }
    }
    Ok(if diff.weakenings.is_empty() {
        Exit::Go
    } else {
        Exit::NoGo
    })
}

/// What was typed: `A..B`, `A...B` (from where B left A), or `A` (to the work tree).
struct Between<'a> {
    from: &'a str,
    to: Option<&'a str>,
    since_it_left: bool,
}

fn between(range: &str) -> Result<Between<'_>, &'static str> {
    let (from, to, since_it_left) = match range.split_once("...") {
        Some((from, to)) => (from, Some(to), true),
        None => match range.split_once("..") {
            Some((from, to)) => (from, Some(to), false),
            None => (range, None, false),
        },
    };
    if from.trim().is_empty() || to.is_some_and(|to| to.contains("..")) {
        return Err("name two revisions, `A..B`, or one, `A`, to compare it with the work tree");
    }
    // `A..` is to the work tree, as `A` is.
    let to = to.filter(|to| !to.trim().is_empty());
    Ok(Between {
        from,
        to,
        since_it_left,
    })
}

fn compared(file: &PolicyFile, between: &Between<'_>) -> Result<PolicyDiff, PolicyTrouble> {
    let to = match between.to {
        Some(to) => file.at(to)?,
        None => file.here()?,
    };
    let from = if between.since_it_left {
        let revision = file.revision(between.from)?;
        let left = revision
            .meets(between.to.unwrap_or("HEAD"))
            .map_err(|trouble| PolicyTrouble::Git(trouble.to_string()))?
            .ok_or_else(|| {
                PolicyTrouble::Git(format!("`{}` has no common ancestor here", between.from))
            })?;
        file.at(&left.commit)?
    } else {
        file.at(between.from)?
    };
    let (diff, _) = run::policy_diff(&from, &to).map_err(PolicyTrouble::Git)?;
    Ok(diff)
}

pub(super) fn refused(trouble: &PolicyTrouble, screen: &Screen) -> Exit {
    match trouble {
        PolicyTrouble::Refused(name, problems, sources) => {
            screen.problems(problems, sources);
            screen.error(&format!(
                "the policy of {name} is refused; nothing was compared"
            ));
        }
        other => screen.error(&words(other)),
    }
    Exit::Usage
}

pub(super) fn words(trouble: &PolicyTrouble) -> String {
    match trouble {
        PolicyTrouble::NoGit => {
            "there is no git repository here, so no revision to read a policy from".to_owned()
        }
        PolicyTrouble::Missing(fetch) => {
            format!("the revision is not in this clone: run `{fetch}`")
        }
        PolicyTrouble::Refused(_, problems, _) => {
            let first = problems.iter().find(|problem| !problem.warning);
            let told = first.map(|problem| {
                let place = problem.at.as_ref().map(|at| format!(" ({})", at.place()));
                format!("{}{}", problem.message, place.unwrap_or_default())
            });
            format!(
                "its file is refused: {}",
                told.unwrap_or_else(|| "no plan came of it".to_owned())
            )
        }
        PolicyTrouble::Git(words) => words.clone(),
    }
}

/// `--output KIND[=PATH]` for a difference.
fn targets(written: &[String], screen: &Screen) -> Option<Vec<(&'static str, Option<PathBuf>)>> {
    let known = output::POLICY_OUTPUTS;
    let mut targets = Vec::new();
    for text in written {
        let (kind, path) = text
            .split_once('=')
            .map_or((text.as_str(), None), |(kind, path)| (kind, Some(path)));
        let Some(kind) = known.iter().copied().find(|name| *name == kind) else {
            let near = nearest(kind, known.iter().copied());
            let help = near.map_or_else(
                || format!("outputs: {}", known.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            screen.error(&format!("a policy is not drawn as `{kind}`: {help}"));
            return None;
        };
        targets.push((
            kind,
            path.filter(|path| !matches!(*path, "-" | ""))
                .map(PathBuf::from),
        ));
    }
    if targets.is_empty() {
        targets.push(("terminal", None));
    }
    Some(targets)
}

/// What a run is judged by.
pub struct JudgedBy {
    /// The policy.
    pub plan: Plan,
    /// The built-in gate's evidence, under a trusted policy.
    pub check: Option<PolicyCheck>,
    /// Where what lies beside the policy is read from.
    pub origin: Origin,
}

/// The policy of the head, or of the revision that is trusted. `None` when something is wrong, which was said.
pub fn judged_by(
    global: &Global,
    named: Option<&str>,
    head: Plan,
    env: &[(String, String)],
    screen: &Screen,
) -> anyhow::Result<Option<JudgedBy>> {
    let Some(candidates) = candidates(global, named, env) else {
        return Ok(Some(by_itself(head, None)));
    };
    let Some(file) = project::policy_file(global, screen)? else {
        return Ok(None);
    };
    let judged = match judged_at(&file, &candidates, named.is_some(), Some(head)) {
        Ok(judged) => judged,
        Err(words) => {
            screen.error(&words);
            return Ok(None);
        }
    };
    if let Some(problem) = name_is_taken(&judged.plan) {
        screen.problems(&[problem], &judged.plan.sources);
        return Ok(None);
    }
    Ok(Some(judged))
}

/// The revisions that may be trusted: the one that was named, or those of the event.
pub fn candidates(
    global: &Global,
    named: Option<&str>,
    env: &[(String, String)],
) -> Option<Vec<String>> {
    match named {
        Some(named) => Some(vec![named.to_owned()]),
        None => of_event(global, env),
    }
}

/// The policy by which the project of a file is judged. A head without a file of its own is judged by the trusted one.
pub fn judged_at(
    file: &PolicyFile,
    candidates: &[String],
    typed: bool,
    head: Option<Plan>,
) -> Result<JudgedBy, String> {
    let check = match first_there(file, candidates) {
        Ok(Ok(judged)) => return Ok(judged),
        Ok(Err(check)) => check,
        // Nobody typed it: without git the base of the event is as unknown as one that was not fetched.
        Err(trouble) if !typed => {
            let help = "check the project out with git, or say `--ci none`".to_owned();
            unknown("policy-ref-missing", words(&trouble), help)
        }
        Err(trouble) => return Err(format!("`--policy-ref`: {}", words(&trouble))),
    };
    let told = match &check {
        PolicyCheck::Unknown { message, .. } => message.clone(),
        PolicyCheck::Compared { .. } => String::new(),
    };
    head.map(|head| by_itself(head, Some(check)))
        .ok_or_else(|| format!("there is no policy at all: {told}"))
}

/// A gate of the file that has the name of the built-in one.
pub fn name_is_taken(plan: &Plan) -> Option<Problem> {
    let own = plan.gates.iter().find(|gate| gate.id == POLICY_GATE)?;
    Some(
        Problem::new(
            Code::BAD_NAME,
            &own.at,
            format!("a gate `{POLICY_GATE}` is built in under `--policy-ref`"),
        )
        .label("that name is taken")
        .help("give the gate another name"),
    )
}

pub(super) fn by_itself(plan: Plan, check: Option<PolicyCheck>) -> JudgedBy {
    JudgedBy {
        origin: Origin::Disk(plan.root.clone()),
        plan,
        check,
    }
}

/// The policy of the first revision that the clone holds. When it holds none, or the policy there is refused, what the
/// built-in gate says of that: the head is then run to be shown, and nothing is decided.
fn first_there(
    file: &PolicyFile,
    candidates: &[String],
) -> Result<Result<JudgedBy, PolicyCheck>, PolicyTrouble> {
    let mut missing = None;
    for name in candidates {
        let (code, help, trouble) = match run::trusted(file, name) {
            Ok(trusted) => {
                return Ok(Ok(JudgedBy {
                    plan: trusted.plan,
                    check: Some(PolicyCheck::Compared {
                        diff: Box::new(trusted.diff),
                        rule: trusted.rule,
                        introduced: trusted.introduced,
                        commit: trusted.commit,
                        acceptance: trusted.acceptance,
                    }),
                    origin: trusted.origin,
                }));
            }
            Err(trouble @ PolicyTrouble::NoGit) => return Err(trouble),
            Err(PolicyTrouble::Missing(fetch)) => {
                let message =
                    format!("`{name}` is not in this clone, so there is no trusted policy");
                missing.get_or_insert(("policy-ref-missing", format!("run `{fetch}`"), message));
                continue;
            }
            Err(trouble) => (
                "policy-ref-unreadable",
                "name a revision whose policy this version of tollgate reads".to_owned(),
                format!("the policy of `{name}`: {}", words(&trouble)),
            ),
        };
        return Ok(Err(unknown(code, trouble, help)));
    }
    let (code, help, message) = missing.unwrap_or_else(|| {
        (
            "policy-ref-missing",
            "name one with `--policy-ref`".to_owned(),
            "the event of this CI job names no base, so there is no trusted policy".to_owned(),
        )
    });
    Ok(Err(unknown(code, message, help)))
}

fn unknown(code: &'static str, message: String, help: String) -> PolicyCheck {
    PolicyCheck::Unknown {
        code,
        message,
        help,
    }
}

/// The largest event that is read.
const MOST_EVENT: u64 = 16 << 20;

/// The base of the event of a GitHub job on a pull request or a merge group: its commit, then its branch. Any other
/// run has no default.
fn of_event(global: &Global, env: &[(String, String)]) -> Option<Vec<String>> {
    let value = |name: &str| {
        let found = env
            .iter()
            .find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    };
    let here = match global.ci.as_deref() {
        Some(name) => name == "github",
        None => value("GITHUB_ACTIONS") == Some("true"),
    };
    let event = value("GITHUB_EVENT_NAME").filter(|_| here)?;
    let path: [&[&str]; 2] = match event {
        "pull_request" => [
            &["pull_request", "base", "sha"],
            &["pull_request", "base", "ref"],
        ],
        "merge_group" => [&["merge_group", "base_sha"], &["merge_group", "base_ref"]],
        _ => return None,
    };
    let told = value("GITHUB_EVENT_PATH").and_then(|path| {
        let folder = Origin::Disk(PathBuf::new());
        let bytes = folder.read(std::path::Path::new(path), MOST_EVENT).ok()?;
        serde_json::from_slice::<Json>(&bytes).ok()
    });
    let asked = |keys: &[&str]| -> Option<String> {
        let mut at = told.as_ref()?;
        for key in keys {
            at = at.get(key)?;
        }
        at.as_str().map(str::to_owned)
    };
    let branch = value("GITHUB_BASE_REF")
        .map(str::to_owned)
        .or_else(|| asked(path[1]));
    let branch = branch.map(|name| {
        let name = name.strip_prefix("refs/heads/").unwrap_or(&name);
        format!("origin/{name}")
    });
    Some(asked(path[0]).into_iter().chain(branch).collect())
}
