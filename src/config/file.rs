//! What can be written in the file, key by key. Reading only; what it means is `check.rs`.

use serde_json::{Value as Json, json};

use super::extends::Base;
use crate::gate::ExitOptions;
use crate::phase::{EntryCriteria, Liens, SignOffs, Soak};
use crate::policy::{Bound, Condition, Date, Days, Percent, Seconds, Span, Unit};
use crate::problem::{
    Code, Count, Fields, Flag, Many, Problem, Problems, Shape, Text, options, wrong_kind,
};
use crate::source::{Key, Located, Node};

options! {
    /// The whole file.
    pub struct File {
        /// Version of the file format: 1.
        version("version"): Count,
        /// Files that this one adds to and tightens.
        #[expect(dead_code, reason = "`load.rs` has followed it by then")]
        extends("extends"): Many<Base>,
        /// Values for gates that do not set them.
        defaults("defaults"): Defaults,
        /// Named semaphores, shared by all work trees of the repository.
        resources("resources"): Vec<(Key, Count)>,
        /// Background processes that gates need.
        services("services"): Vec<(Key, Service)>,
        /// Environment variables whose values are masked in all that is written.
        secrets("secrets"): Many<Text>,
        /// The gates.
        gates("gates"): Vec<(Key, Node)>,
        /// The phases.
        phases("phases"): Vec<(Key, Phase)>,
        /// What the judged may do about their judging.
        policy("policy"): Policy,
        /// Globs of further files whose change is a weakening, under `--policy-ref`.
        protected("protected"): Many<Text>,
        /// What a work tree gets that tollgate makes for another revision, beside what is committed there.
        worktree("worktree"): Worktree,
    }
    reserved ["hooks", "people"]
}

options! {
    /// What a work tree gets that tollgate makes for another revision, beside what is committed there.
    pub struct Worktree {
        /// Paths that are links to those of the work tree that tollgate is called in. What a gate writes there, it writes
        /// into the original. When not set: `node_modules`, `.venv` and `vendor`, where they fit; `[]`: none.
        link("link"): Many<Text>,
        /// Paths that are copied from there.
        copy("copy"): Many<Text>,
        /// A command that makes the rest, such as `npm ci`; it runs last, and nothing is then linked that `link` does not
        /// name.
        run("run"): Text,
        /// Longest time of that command; 15m when not set.
        timeout("timeout"): Span,
    }
}

options! {
    /// What the judged may do about their judging.
    pub struct Policy {
        /// What becomes of a weakening of this file, under `--policy-ref`: `sign-off`, `block` or `warn`. When not set:
        /// `sign-off` where `.tollgate/people.yaml` names somebody, else `warn`.
        weakening("weakening"): Text,
        /// What is allowed of the waivers in `.tollgate/waivers.yaml`.
        waivers("waivers"): WaiverPolicy,
    }
}

options! {
    /// What is allowed of waivers.
    pub struct WaiverPolicy {
        /// Most days from `opened` to `until`; 90d when not set.
        longest("longest"): Located<Days>,
        /// How many may count at once; the newest beyond it do not.
        most("most"): Count,
        /// So long before its end a waiver is said to end soon; 7d when not set.
        warn("warn"): Located<Days>,
        /// How often the end of one waiver may be moved until that is said; 2 when not set.
        renewals("renewals"): Count,
        /// After so many passes in a row a test is said to be fit to leave quarantine; 10 when not set.
        passes("passes"): Count,
    }
}

options! {
    /// Values for gates that do not set them.
    pub struct Defaults {
        /// Longest time of a command.
        timeout("timeout"): Span,
        /// Time between TERM and KILL.
        grace("grace"): Span,
        /// Attempts after a failure.
        retry("retry"): Retry,
        /// `block`, `warn` or `monitor`.
        enforce("enforce"): Text,
    }
}

options! {
    /// Attempts after a failure.
    pub struct Retry {
        /// How many more attempts a failed gate gets; a pass on one of them is marked flaky.
        attempts("attempts"): Count,
    }
}

options! {
    /// A background process that gates need.
    pub struct Service {
        /// The command; `$PORT` is a free port.
        run("run"): Text,
        /// Shell for the command instead of direct execution.
        shell("shell"): Text,
        /// Working folder, below the project.
        dir("dir"): Text,
        /// Environment of the process.
        env("env"): Environment,
        /// `http://…` that must answer, `tcp`, or a command that must exit 0.
        ready("ready"): Text,
        /// Longest time until it is ready; 30s when not set.
        within("within"): Span,
        /// How many of them.
        replicas("replicas"): Count,
        /// Time between TERM and KILL.
        grace("grace"): Span,
    }
}

options! {
    /// A gate: an optional command and one or more judges of its evidence.
    pub struct Gate {
        /// Why the gate exists.
        why("why"): Text,
        /// A command or advice that mends a failure.
        fix("fix"): Text,
        /// Who answers for it.
        owner("owner"): Text,
        /// The command. Run directly when it has no shell syntax, else by `sh -c`.
        run("run"): Text,
        /// Shell for the command, such as `bash`.
        shell("shell"): Text,
        /// Working folder, below the project; the gate's `reports` are named from it.
        dir("dir"): Text,
        /// Environment of the command; `pass` lets withheld names through.
        env("env"): Environment,
        /// Environment variables whose values are masked.
        secrets("secrets"): Many<Text>,
        /// Files that the evidence depends on.
        inputs("inputs"): Many<Text>,
        /// Gates that must pass before.
        needs("needs"): Many<Text>,
        /// Resources that it holds while it runs.
        resource("resource"): Many<Text>,
        /// Services that it needs.
        service("service"): Many<Text>,
        /// Longest time of the command.
        timeout("timeout"): Span,
        /// Time between TERM and KILL.
        grace("grace"): Span,
        /// Attempts after a failure.
        retry("retry"): Retry,
        /// When the gate concerns a run at all.
        when("when"): WhenOptions,
        /// `block`, `warn` or `monitor`.
        enforce("enforce"): Text,
        /// Day from which the gate blocks; it warns before.
        enforce_from("enforce-from"): Date,
        /// `false`: runs only by name or for its phase.
        default("default"): Flag,
        /// Weight in the readiness score.
        weight("weight"): Count,
        /// What the exit status means.
        exit("exit"): ExitOptions,
        /// Declares that missing evidence is accepted.
        absent("absent"): AbsentOptions,
        /// Where the accepted state is read from.
        baseline("baseline"): BaselineOptions,
        /// Declares that the gate has no baseline yet.
        first_run("first-run"): AbsentOptions,
        /// Bound on the time of the command.
        duration("duration"): Bound<Seconds>,
    }
}

options! {
    /// When a gate concerns a run. All keys must hold; a list means any of it.
    pub struct WhenOptions {
        /// Globs of files, one of which differs from the base.
        changed("changed"): Many<Text>,
        /// Branches, globs allowed.
        branch("branch"): Many<Text>,
        /// Environment: `NAME` is set and not empty, or `NAME=value`.
        env("env"): Many<Text>,
    }
}

options! {
    /// Where the accepted state is read from; the work tree when not set.
    pub struct BaselineOptions {
        /// A ref, such as `origin/main`: the file of its tree counts, whatever the work tree holds.
        reference("ref"): Text,
        /// What the newest run of that ref measured here is the baseline, not a file: values only, on this machine only.
        run("run"): Flag,
    }
}

options! {
    /// A declared absence, of evidence or of a baseline.
    pub struct AbsentOptions {
        /// Must be true.
        allow("allow"): Flag,
        /// The reason.
        why("why"): Text,
        /// Last day on which it counts.
        until("until"): Date,
    }
}

options! {
    /// A phase of the project.
    pub struct Phase {
        /// What people call it.
        title("title"): Text,
        /// Phases that must be complete before.
        after("after"): Many<Text>,
        /// Phase that this one is a part of.
        parent("parent"): Text,
        /// What must hold before work begins.
        entry("entry"): EntryCriteria,
        /// Gates that must pass.
        gates("gates"): Many<Text>,
        /// Bounds that facts must keep in this phase, by dotted name.
        targets("targets"): Vec<(Key, Target)>,
        /// Gates that every later phase must keep passing.
        keep("keep"): Many<Text>,
        /// Gates whose unmet `branch` or `env` does not block.
        may_skip("may-skip"): Many<Text>,
        /// People who must sign.
        sign_offs("sign-offs"): SignOffs,
        /// Who may promise, and for how long.
        liens("liens"): Liens,
        /// How long the gates must have held.
        soak("soak"): Soak,
        /// Day it is due: shown, never a failure.
        due("due"): Date,
        /// Bound on the readiness score.
        readiness("readiness"): Bound<Percent>,
    }
}

/// A target of a phase: a bound whose unit is that of the fact, known only when the fact is.
#[derive(Clone, Debug)]
pub struct Target(pub Node);

impl Shape for Target {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if Condition::guess(node).is_none() {
            problems.push(pointless(node).unwrap_or_else(|| {
                Problem::new(
                    Code::CONDITION,
                    &node.at,
                    "a target is a condition in the unit of its fact",
                )
                .help("such as `\">=100%\"` or `\">=55, <=69\"`")
            }));
            return None;
        }
        Some(Self(node.clone()))
    }

    fn schema() -> Json {
        Bound::<Percent>::schema()
    }
}

/// Why a bound that can be read in some unit is none: it can never hold, or never fail.
fn pointless(node: &Node) -> Option<Problem> {
    let units = [
        Unit::Count,
        Unit::Share,
        Unit::Duration,
        Unit::Size,
        Unit::Number,
    ];
    units.into_iter().find_map(|unit| {
        let mut tried = Problems::default();
        let _ = Condition::read(node, unit, &mut tried);
        let mut found = tried.iter();
        found
            .find(|one| one.code == Code::POINTLESS_CONDITION)
            .cloned()
    })
}

/// `NAME: value`, and `pass: [NAME]`.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Variables that are set.
    pub set: Vec<(Key, Text)>,
    /// Withheld names that are let through.
    pub pass: Vec<Text>,
}

impl Shape for Environment {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let pass = fields
            .opt::<Many<Text>>("pass", problems)
            .map(|many| many.0)
            .unwrap_or_default();
        let mut set = Vec::new();
        for (key, value) in fields.take_where(|_| true) {
            let bad = key.name.is_empty() || key.name.contains(['=', '\0']);
            if bad {
                let message = format!("`{}` cannot name a variable", key.name);
                problems.push(
                    Problem::new(Code::BAD_NAME, &key.at, message)
                        .label("no such name")
                        .help("write `NAME: value`, with a name that is not empty and has no `=` in it"),
                );
            } else if let Some(text) = Text::read(value, problems) {
                set.push((key.clone(), text));
            }
        }
        Some(Self { set, pass })
    }

    fn schema() -> Json {
        json!({
            "type": "object",
            "properties": { "pass": <Many<Text> as Shape>::schema() },
            "additionalProperties": Text::schema(),
        })
    }
}

/// Reads one of a fixed set of words.
pub(super) fn word<T: Copy>(
    text: &Text,
    words: &[(&'static str, T)],
    problems: &mut Problems,
) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == text.value);
    if found.is_none() {
        let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &text.at,
                format!("`{}` is not one of the words allowed here", text.value),
            )
            .help(format!("write {}", known.join(", "))),
        );
    }
    found.map(|(_, value)| *value)
}

/// A mapping was wanted.
pub(super) fn not_a_mapping(node: &Node) -> Problem {
    wrong_kind(node, "a mapping")
}

/// A located copy of text.
pub(super) fn plain(text: &Option<Text>) -> Option<String> {
    text.as_ref()
        .map(|text: &Located<String>| text.value.trim().to_owned())
        .filter(|text| !text.is_empty())
}
