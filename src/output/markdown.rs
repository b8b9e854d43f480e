//! Markdown for a pull-request comment or a step summary: the decision, a line for every gate, and behind
//! `<details>` what keeps from going on.
//!
//! Everything from outside is prose without any sign, or stands in a code span or a fence (`neutral.rs`). The
//! length is bounded, because forges refuse long comments; what was left out is said.

use std::io;

use super::neutral::{fence, line, markdown};
use super::words::{self, Row};
use super::{Output, Style};
use crate::model::{Decision, GateVerdict, Outcome, Verdict};

/// Bytes of the whole; GitHub takes 65,536 characters.
const LONGEST: usize = 60_000;
/// Bytes of the table.
const TABLE: usize = 24_000;
/// Bytes of one gate's block.
const BLOCK: usize = 8_000;
/// Failures and findings quoted of one gate.
const QUOTED: usize = 10;

/// The output `markdown`.
pub struct Markdown;

impl Output for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "for a pull-request comment or a step summary"
    }

    fn render(&self, outcome: &Outcome, _style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
        let rows = words::rows(outcome);
        let mut page = headline(outcome);
        page.push_str(&table(&rows));
        let told: Vec<_> = rows.iter().filter(|row| told(row)).collect();
        let mut left_out = told.len() as u64;
        for row in &told {
            let block = block(**row);
            // The worst come first: after one that has no room, none is drawn.
            if page.len() + block.len() + 200 > LONGEST {
                break;
            }
            page.push_str(&block);
            left_out -= 1;
        }
        if left_out > 0 {
            let gates = words::many(left_out, "more gate");
            page.push_str(&format!(
                "\nLeft out to keep this short: the details of {gates}.\n"
            ));
        }
        to.write_all(page.as_bytes())
    }
}

fn told(row: &Row<'_>) -> bool {
    matches!(row.gate.verdict, Verdict::Fail | Verdict::Inconclusive)
}

/// The sign of a gate: the red one is kept for what blocks.
fn sign_of(gate: &GateVerdict) -> &'static str {
    match gate.verdict {
        Verdict::Fail | Verdict::Inconclusive if !gate.blocks() => sign(Verdict::Waived),
        verdict => sign(verdict),
    }
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "❌",
        Verdict::Inconclusive => "❓",
        Verdict::Cancelled => "🚫",
        Verdict::Waived => "⚠️",
        Verdict::Pass => "✅",
        Verdict::NotApplicable => "➖",
    }
}

fn headline(outcome: &Outcome) -> String {
    let decision = outcome.verdict.decision;
    let words = match decision {
        Decision::NoGo => "No go",
        Decision::Go => "Go",
        Decision::ConditionalGo => "Conditional go",
        Decision::Hold => "Hold",
        Decision::Recycle => "Recycle",
    };
    let unwritten = match outcome.run.unwritten {
        true => words::UNWRITTEN,
        false => "",
    };
    let mut page = format!("## {} {words}{unwritten}\n\n", sign(words::like(decision)));
    for said in words::said_first(outcome) {
        page.push_str(&format!("{said}\n\n"));
    }
    if let Some(signal) = outcome.run.interrupted {
        page.push_str(&format!("Interrupted by {signal}.\n\n"));
    }
    let counts = words::counts(outcome).join(", ");
    let counts = if counts.is_empty() {
        "no gate was judged".to_owned()
    } else {
        counts
    };
    let readiness = words::readiness(outcome)
        .map(|words| format!(" · {words}"))
        .unwrap_or_default();
    page.push_str(&format!(
        "{counts}{readiness} · {}\n",
        words::time(outcome.run.duration_ms)
    ));
    for one in outcome.run.due.iter().take(20) {
        page.push_str(&format!(
            "\n- {} **lien**: {}\n",
            sign(Verdict::Fail),
            short(one, 500)
        ));
    }
    let remarks = words::waiver_remarks(outcome);
    for note in outcome
        .run
        .notes
        .iter()
        .take(10)
        .chain(remarks.iter().take(20))
    {
        page.push_str(&format!("\n> {}\n", short(note, 500)));
    }
    if remarks.len() > 20 {
        page.push_str(&format!(
            "\n> and {} on waivers\n",
            words::many(remarks.len() as u64 - 20, "more remark")
        ));
    }
    page
}

/// Text from outside of a bounded length.
fn short(text: &str, most: usize) -> String {
    // Cut first, so that a huge text costs nothing; escapes take room that is given back.
    markdown(&clipped(&line(&clipped(text, 8 * most)), most))
}

fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn table(rows: &[Row<'_>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut table = String::from("\n| | gate | verdict | |\n| --- | --- | --- | --- |\n");
    let mut left = rows.len();
    for row in rows {
        let gate = row.gate;
        let mut told = vec![short(&words::gist(*row), 160)];
        if !matches!(
            gate.verdict,
            Verdict::Fail | Verdict::Inconclusive | Verdict::NotApplicable
        ) {
            told.extend(
                words::remarks(gate)
                    .iter()
                    .take(4)
                    .map(|remark| short(remark, 300)),
            );
        }
        if gate.verdict == Verdict::Cancelled {
            told.extend(words::ended(*row).map(|ended| short(&ended, 300)));
        }
        told.retain(|part| !part.is_empty());
        let line = format!(
            "| {} | {} | {} | {} |\n",
            sign_of(gate),
            short(&gate.id, 100),
            words::verdict_words(gate),
            told.join("<br>")
        );
        if table.len() + line.len() > TABLE {
            break;
        }
        table.push_str(&line);
        left -= 1;
    }
    if left > 0 {
        let clean = rows[rows.len() - left..]
            .iter()
            .filter(|row| words::is_clean(row.gate))
            .count();
        let gates = words::many(left as u64, "more gate");
        table.push_str(&format!(
            "\nLeft out of the table: {gates}, of which {clean} passed.\n"
        ));
    }
    table
}

/// What keeps one gate from passing.
fn block(row: Row<'_>) -> String {
    let gate = row.gate;
    let mut block = format!(
        "\n<details>\n<summary>{} <code>{}</code> {}</summary>\n",
        sign_of(gate),
        html(&clipped(&gate.id, 100)),
        words::verdict_words(gate)
    );
    let mut items = Vec::new();
    for reason in words::against(gate) {
        items.push(format!(
            "{}: {}",
            reason.code,
            short(&words::reason_words(reason), 600)
        ));
        items.extend(
            reason
                .evidence
                .iter()
                .take(3)
                .map(|place| format!("  - evidence {}", short(&place.to_string(), 200))),
        );
        items.extend(
            reason
                .help
                .iter()
                .map(|help| format!("  - help: {}", short(help, 400))),
        );
    }
    for condition in words::unmet(gate) {
        let fact = short(words::below(gate, &condition.fact), 200);
        let measured = short(condition.measured.as_deref().unwrap_or("nothing"), 100);
        let written = condition
            .written
            .as_ref()
            .map_or("built in".to_owned(), |place| {
                short(&place.to_string(), 200)
            });
        items.push(format!(
            "{fact}: found **{measured}**, wanted {} ({written})",
            short(&condition.bound, 200)
        ));
        items.extend(
            condition
                .evidence
                .iter()
                .take(3)
                .map(|place| format!("  - evidence {}", short(&place.to_string(), 200))),
        );
        items.extend(
            condition
                .note
                .iter()
                .map(|note| format!("  - {}", short(note, 200))),
        );
    }
    push_items(&mut block, items);
    push_items(&mut block, listed(row));
    if let Some(run) = row.run.filter(|_| words::output_tells(gate)) {
        let (output, _) = words::last_output(run, 20);
        let output: Vec<String> = output.iter().map(|line| clipped(line, 200)).collect();
        if !output.is_empty() {
            block.push_str(&format!("\n{}", fence(&output.join("\n"))));
        }
    }
    push_items(&mut block, advice(row));
    block.push_str("\n</details>\n");
    block
}

fn push_items(block: &mut String, items: Vec<String>) {
    if items.is_empty() {
        return;
    }
    block.push('\n');
    let mut left = items.len();
    for item in &items {
        if block.len() + item.len() > BLOCK {
            break;
        }
        let bullet = if item.starts_with("  - ") { "" } else { "- " };
        block.push_str(&format!("{bullet}{item}\n"));
        left -= 1;
    }
    if left > 0 {
        block.push_str(&format!("- and {left} more\n"));
    }
}

/// Failed tests and findings.
fn listed(row: Row<'_>) -> Vec<String> {
    let gate = row.gate;
    let style = Style::default();
    let place = |file: &Option<String>, line, column| {
        let place = super::detail::place_of(file.as_deref(), line, column, &style);
        if place.is_empty() {
            place
        } else {
            format!(" at {}", short(&place, 200))
        }
    };
    let mut items = Vec::new();
    for failure in gate.failures.iter().take(QUOTED) {
        let at = place(&failure.file, failure.line, None);
        items.push(format!("failed test {}{at}", short(&failure.id, 300)));
        let said = failure.message.lines().find(|line| !line.trim().is_empty());
        items.extend(said.map(|said| format!("  - {}", short(said.trim(), 300))));
    }
    for finding in gate.findings.iter().take(QUOTED) {
        let at = place(&finding.file, finding.line, finding.column);
        let rule = finding
            .rule
            .as_deref()
            .map(|rule| format!(" {}", short(rule, 100)))
            .unwrap_or_default();
        let mark = match words::mark(finding) {
            "" => String::new(),
            mark => format!("**{mark}** "),
        };
        items.push(format!(
            "{mark}{}{rule}{at}: {}",
            short(&finding.severity, 50),
            short(&finding.message, 300)
        ));
    }
    let failures = gate.failures_cut + gate.failures.len().saturating_sub(QUOTED) as u64;
    let findings = gate.findings_cut + gate.findings.len().saturating_sub(QUOTED) as u64;
    for (count, one) in [(failures, "more failed test"), (findings, "more finding")] {
        if count > 0 {
            items.push(format!("and {}", words::many(count, one)));
        }
    }
    items
}

fn advice(row: Row<'_>) -> Vec<String> {
    let gate = row.gate;
    let again = row
        .run
        .map(|run| run.again.clone())
        .filter(|again| !again.is_empty());
    let mut items: Vec<String> = [
        ("why", &gate.why),
        ("fix", &gate.fix),
        ("owner", &gate.owner),
        ("see it again", &again),
    ]
    .into_iter()
    .filter_map(|(label, text)| Some(format!("{label}: {}", short(text.as_ref()?, 400))))
    .collect();
    items.extend(words::ended(row).map(|ended| short(&ended, 400)));
    items.extend(
        words::notes(gate)
            .iter()
            .take(10)
            .map(|note| format!("note: {}", short(note, 400))),
    );
    items
}

/// Text within an HTML element: the summary line takes no Markdown.
fn html(text: &str) -> String {
    super::neutral::xml(text)
}
