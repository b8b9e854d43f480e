//! Whether the parts of one gate fit together: keys that have no effect, reports that nobody writes, commands that no
//! shell could read. It changes nothing.

use super::super::file;
use super::super::plan::{PlannedCommand, PlannedGate};
use crate::exec;
use crate::gate::Reports;
use crate::model::Whom;
use crate::problem::{Code, Problem, Problems};

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
pub(super) fn check(gate: &PlannedGate, written: &file::Gate, problems: &mut Problems) {
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
pub(in super::super) fn readable(command: &PlannedCommand, problems: &mut Problems) {
    if let Err(trouble) = exec::parse(&command.text, command.shell.as_deref()) {
        problems.push(
            Problem::new(Code::COMMAND, &command.at, trouble.to_string())
                .label("no command can be read from it")
                .help("write it as for a shell, every quote closed; what a shell must do goes under `shell: sh`"),
        );
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
