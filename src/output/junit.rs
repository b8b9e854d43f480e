//! A JUnit report of the gates, for CI systems that draw test results: one suite a run, one case a gate.
//!
//! A gate that blocks is a `failure`, one that could not be decided an `error`; one that was not run, does not
//! concern the run, is waived or does not block is `skipped` and says so: the counts then agree with the
//! decision. Facts are properties of the suite, because not every reader knows properties of a case.
//! The dialect is what [Jenkins](https://github.com/jenkinsci/xunit-plugin) and
//! [GitLab](https://docs.gitlab.com/ci/testing/unit_test_reports/) read.

use std::io;

use super::neutral::xml;
use super::words::{self, Row};
use super::{Output, Style};
use crate::model::{GateVerdict, Outcome, Verdict};

/// Failures and findings quoted of one gate.
const QUOTED: usize = 50;

/// The output `junit`.
pub struct Junit;

impl Output for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn about(&self) -> &'static str {
        "for CI systems that show test results: each gate as a test case"
    }

    fn render(&self, outcome: &Outcome, _style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
        let rows = words::rows(outcome);
        let due = &outcome.run.due;
        let count = |what: Became| {
            rows.iter()
                .filter(|row| Became::of(row.gate) == what)
                .count()
        };
        let counts = format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"",
            rows.len() + due.len(),
            count(Became::Failure) + due.len(),
            count(Became::Error),
            count(Became::Skipped),
            seconds(outcome.run.duration_ms)
        );
        writeln!(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(to, "<testsuites name=\"tollgate\" {counts}>")?;
        // Readers of the oldest dialect refuse a time with a zone.
        let started = outcome.run.started.get(..19).unwrap_or_default();
        let started = match started {
            "" => String::new(),
            at => format!(" timestamp=\"{}\"", xml(at)),
        };
        writeln!(to, "  <testsuite name=\"tollgate\" {counts}{started}>")?;
        properties(outcome, to)?;
        for row in &rows {
            case(*row, to)?;
        }
        // A promise that is due makes a no of gates that pass.
        for (index, one) in due.iter().enumerate() {
            writeln!(
                to,
                "    <testcase classname=\"tollgate\" name=\"lien {}\" time=\"0.000\">\n      <failure message=\"{}\"/>\n    </testcase>",
                index + 1,
                xml(one)
            )?;
        }
        writeln!(to, "  </testsuite>\n</testsuites>")
    }
}

/// What a gate becomes in a report that knows only tests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Became {
    Passed,
    Failure,
    Error,
    Skipped,
}

impl Became {
    fn of(gate: &GateVerdict) -> Self {
        match gate.verdict {
            Verdict::Pass => Became::Passed,
            Verdict::Fail if gate.blocks() => Became::Failure,
            Verdict::Inconclusive if gate.blocks() => Became::Error,
            _ => Became::Skipped,
        }
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}

fn properties(outcome: &Outcome, to: &mut dyn io::Write) -> io::Result<()> {
    let mut properties = vec![
        (
            "tollgate.decision".to_owned(),
            outcome.verdict.decision.words().to_owned(),
        ),
        (
            "tollgate.subject".to_owned(),
            outcome.verdict.subject.id.clone(),
        ),
        ("tollgate.verdict".to_owned(), outcome.digest.clone()),
    ];
    for gate in &outcome.verdict.gates {
        properties.extend(
            gate.facts
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string())),
        );
    }
    properties
        .extend(words::readiness(outcome).map(|words| ("tollgate.readiness".to_owned(), words)));
    properties.extend(
        words::waiver_remarks(outcome)
            .into_iter()
            .map(|words| ("tollgate.waiver".to_owned(), words)),
    );
    writeln!(to, "    <properties>")?;
    for (name, value) in properties {
        writeln!(
            to,
            "      <property name=\"{}\" value=\"{}\"/>",
            xml(&name),
            xml(&value)
        )?;
    }
    writeln!(to, "    </properties>")
}

fn case(row: Row<'_>, to: &mut dyn io::Write) -> io::Result<()> {
    let gate = row.gate;
    let time = seconds(row.run.map_or(0, |run| run.duration_ms));
    write!(
        to,
        "    <testcase classname=\"tollgate\" name=\"{}\" file=\"{}\" time=\"{time}\"",
        xml(&gate.id),
        xml(&gate.written.file)
    )?;
    let short = format!("{}: {}", words::verdict_words(gate), words::gist(row));
    let element = match Became::of(gate) {
        Became::Failure => "failure",
        Became::Error => "error",
        Became::Skipped => {
            let mut parts = vec![short.clone()];
            let remarks = words::remarks(gate);
            parts.extend(
                remarks
                    .into_iter()
                    .filter(|remark| !short.ends_with(remark)),
            );
            parts.extend(words::ended(row));
            return writeln!(
                to,
                ">\n      <skipped message=\"{}\"/>\n    </testcase>",
                xml(&parts.join("; "))
            );
        }
        Became::Passed => {
            let remarks = words::remarks(gate).join("\n");
            return match remarks.as_str() {
                "" => writeln!(to, "/>"),
                told => writeln!(
                    to,
                    ">\n      <system-out>{}</system-out>\n    </testcase>",
                    text(told)
                ),
            };
        }
    };
    let kind = gate.cause.map_or(gate.verdict.word(), |cause| cause.word());
    writeln!(
        to,
        ">\n      <{element} message=\"{}\" type=\"{kind}\">{}</{element}>\n    </testcase>",
        xml(&short),
        text(&story(row))
    )
}

/// Text of an element, with its line breaks.
fn text(raw: &str) -> String {
    xml(raw).replace("&#10;", "\n")
}

/// All that keeps the gate from passing, as lines.
fn story(row: Row<'_>) -> String {
    let gate = row.gate;
    let mut lines = Vec::new();
    for reason in words::against(gate) {
        lines.push(format!("{}: {}", reason.code, words::reason_words(reason)));
        lines.extend(
            reason
                .evidence
                .iter()
                .map(|place| format!("  evidence {place}")),
        );
        lines.extend(reason.help.iter().map(|help| format!("  help: {help}")));
    }
    for condition in words::unmet(gate) {
        lines.push(words::found_wanted(gate, condition));
        lines.extend(
            condition
                .written
                .iter()
                .map(|place| format!("  written at {place}")),
        );
        lines.extend(
            condition
                .evidence
                .iter()
                .map(|place| format!("  evidence {place}")),
        );
        lines.extend(condition.note.iter().map(|note| format!("  note: {note}")));
    }
    for failure in gate.failures.iter().take(QUOTED) {
        let style = Style::default();
        let place = super::detail::place_of(failure.file.as_deref(), failure.line, None, &style);
        lines.push(format!("failed test {} {place}", failure.id));
        lines.extend(failure.message.lines().map(|line| format!("  {line}")));
    }
    for finding in gate.findings.iter().take(QUOTED) {
        let style = Style::default();
        let place = super::detail::place_of(
            finding.file.as_deref(),
            finding.line,
            finding.column,
            &style,
        );
        let rule = finding.rule.as_deref().unwrap_or_default();
        let mark = match words::mark(finding) {
            "" => String::new(),
            mark => format!("{mark} "),
        };
        lines.push(format!(
            "{mark}{} {rule} {place}: {}",
            finding.severity, finding.message
        ));
    }
    let more = gate.failures_cut + gate.failures.len().saturating_sub(QUOTED) as u64;
    let more_findings = gate.findings_cut + gate.findings.len().saturating_sub(QUOTED) as u64;
    for (count, one) in [(more, "more failed test"), (more_findings, "more finding")] {
        if count > 0 {
            lines.push(format!("and {}", words::many(count, one)));
        }
    }
    lines.extend(words::ended(row));
    let notes = words::notes(gate).into_iter();
    lines.extend(notes.map(|note| format!("note: {note}")));
    if let Some(run) = row.run {
        if words::output_tells(gate) {
            let (output, _) = words::last_output(run, 30);
            lines.extend(output.into_iter().map(|line| format!("| {line}")));
        }
        lines.push(format!("see it again: {}", run.again));
    }
    lines.join("\n")
}
