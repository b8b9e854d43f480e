//! Words that several outputs share: the order of gates, their key numbers, what a green needed, the counts.
//!
//! All text comes out raw; the output that uses it neutralises it.

use std::collections::BTreeMap;

use crate::model::{
    Cause, ConditionVerdict, Decision, Enforce, Finding, FindingState, GateRun, GateVerdict,
    Measure, Outcome, Reason, Verdict,
};

/// A gate with how it went.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// What was decided.
    pub(super) gate: &'a GateVerdict,
    /// How it went.
    pub(super) run: Option<&'a GateRun>,
}

/// All gates, worst first, and as the file has them among equals.
pub(super) fn rows(outcome: &Outcome) -> Vec<Row<'_>> {
    let runs: BTreeMap<&str, (usize, &GateRun)> = outcome
        .run
        .gates
        .iter()
        .enumerate()
        .map(|(index, run)| (run.id.as_str(), (index, run)))
        .collect();
    let mut rows: Vec<(u8, usize, Row<'_>)> = outcome
        .verdict
        .gates
        .iter()
        .map(|gate| {
            let found = runs.get(gate.id.as_str());
            let at = found.map_or(usize::MAX, |(at, _)| *at);
            let run = found.map(|(_, run)| *run);
            (rank(gate), at, Row { gate, run })
        })
        .collect();
    rows.sort_by_key(|(rank, at, _)| (*rank, *at));
    rows.into_iter().map(|(_, _, row)| row).collect()
}

fn rank(gate: &GateVerdict) -> u8 {
    match (gate.verdict, gate.blocks()) {
        (Verdict::Fail, true) => 0,
        (Verdict::Inconclusive, true) => 1,
        (Verdict::Cancelled, true) => 2,
        (Verdict::Fail | Verdict::Inconclusive | Verdict::Cancelled, false) => 3,
        (Verdict::Waived, _) => 4,
        (Verdict::Pass, _) if !is_clean(gate) => 5,
        (Verdict::Pass, _) => 6,
        (Verdict::NotApplicable, _) => 7,
    }
}

/// Whether a gate holds and nothing need be said of it.
pub(super) fn is_clean(gate: &GateVerdict) -> bool {
    gate.verdict == Verdict::Pass && remarks(gate).is_empty()
}

/// The verdict with what qualifies it: `fail (warn)`, `pass, flaky`.
pub(super) fn verdict_words(gate: &GateVerdict) -> String {
    let mut words = match gate.verdict {
        Verdict::NotApplicable => "not applicable".to_owned(),
        verdict => verdict.word().to_owned(),
    };
    if gate.flaky {
        words.push_str(", flaky");
    }
    if gate.enforce != Enforce::Block {
        words.push_str(&format!(" ({})", gate.enforce.word()));
    }
    words
}

/// Why it is inconclusive, in a word for people.
pub(super) fn cause_words(cause: Cause) -> &'static str {
    match cause {
        Cause::Evidence => "no usable evidence",
        Cause::Environment => "it could not be carried out",
        Cause::Judgement => "a person decides",
    }
}

/// A fact's name below its gate.
pub(super) fn below<'a>(gate: &GateVerdict, fact: &'a str) -> &'a str {
    fact.strip_prefix(gate.id.as_str())
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(fact)
}

/// What a condition found and wanted, in short.
pub(super) fn found_wanted(gate: &GateVerdict, condition: &ConditionVerdict) -> String {
    let fact = below(gate, &condition.fact);
    let measured = condition.measured.as_deref().unwrap_or("nothing");
    format!("{fact} {measured}, wanted {}", condition.bound)
}

/// Conditions that do not hold, worst first.
pub(super) fn unmet(gate: &GateVerdict) -> Vec<&ConditionVerdict> {
    let mut unmet: Vec<_> = gate
        .conditions
        .iter()
        .filter(|c| c.verdict < Verdict::Waived)
        .collect();
    unmet.sort_by_key(|condition| condition.verdict);
    unmet
}

/// Reasons that keep the gate from passing, worst first.
pub(super) fn against(gate: &GateVerdict) -> Vec<&Reason> {
    let mut against: Vec<_> = gate
        .reasons
        .iter()
        .filter(|r| r.verdict < Verdict::Waived)
        .collect();
    against.sort_by_key(|reason| reason.verdict);
    against
}

/// The reasons to tell before the conditions, and those after: what could not be decided beside a failure comes last.
pub(super) fn around<'a>(
    against: &[&'a Reason],
    unmet: &[&ConditionVerdict],
) -> (Vec<&'a Reason>, Vec<&'a Reason>) {
    let worst = unmet.first().map(|condition| condition.verdict);
    against
        .iter()
        .partition(|reason| worst.is_none_or(|worst| reason.verdict <= worst))
}

/// A reason's message with its detail.
pub(super) fn reason_words(reason: &Reason) -> String {
    detailed(&reason.message, reason.detail.as_deref())
}

fn detailed(message: &str, detail: Option<&str>) -> String {
    match detail {
        Some(detail) => format!("{message} ({detail})"),
        None => message.to_owned(),
    }
}

/// One line on a gate: why it does not pass, else its key numbers.
pub(super) fn gist(row: Row<'_>) -> String {
    let gate = row.gate;
    if !matches!(gate.verdict, Verdict::Pass | Verdict::Waived) {
        // What fails comes before what could not be decided beside it.
        let condition = unmet(gate).first().copied();
        let reason = gate.reasons.iter().min_by_key(|reason| reason.verdict);
        let worse = |reason: &&Reason| condition.is_none_or(|c| reason.verdict <= c.verdict);
        if let Some(reason) = reason.filter(worse) {
            return reason_words(reason);
        }
        if let Some(condition) = condition {
            return found_wanted(gate, condition);
        }
        if let Some(note) = gate.notes.first() {
            return note.message.clone();
        }
    }
    let numbers = numbers(gate);
    match row.run.and_then(|run| run.ended.as_ref()) {
        Some(ended) if numbers.is_empty() => ended.to_string(),
        _ => numbers,
    }
}

/// What follows a decision when an output of it was lost.
pub(super) const UNWRITTEN: &str = ", but an output was not written";

/// The processes that had to be ended with a gate, in words.
pub(super) fn ended(row: Row<'_>) -> Option<String> {
    let stopped = &row.run?.stopped;
    (!stopped.is_empty()).then(|| format!("ended: {}", stopped.join(", ")))
}

/// The numbers that a person looks for first.
pub(super) fn numbers(gate: &GateVerdict) -> String {
    let fact = |name: &str| gate.facts.get(&format!("{}.{name}", gate.id));
    let mut parts = Vec::new();
    if let Some(passed) = fact("tests.passed") {
        parts.push(format!("{passed} passed"));
        for word in [
            "failed",
            "errored",
            "skipped",
            "flaky",
            "waived",
            "quarantined",
        ] {
            match fact(&format!("tests.{word}")) {
                None | Some(Measure::Count(0)) => {}
                Some(count) => parts.push(format!("{count} {word}")),
            }
        }
    }
    for word in ["lines", "branches", "functions"] {
        if let Some(share) = fact(&format!("coverage.{word}")) {
            parts.push(format!("{word} {share}"));
        }
    }
    if let Some(total) = fact("findings.total") {
        parts.push(finding_numbers(total, &fact));
    }
    if parts.is_empty() {
        parts = gate
            .facts
            .iter()
            .filter(|(name, _)| below(gate, name) != "exit")
            .take(3)
            .map(|(name, value)| {
                let name = below(gate, name);
                format!(
                    "{} {value}",
                    name.split_once('.').map_or(name, |(_, fact)| fact)
                )
            })
            .collect();
    }
    parts.join(", ")
}

fn finding_numbers<'a>(total: &Measure, fact: &impl Fn(&str) -> Option<&'a Measure>) -> String {
    let mut parts = Vec::new();
    for word in ["critical", "high", "medium", "low", "info"] {
        match fact(&format!("findings.{word}")) {
            None | Some(Measure::Count(0)) => {}
            Some(count) => parts.push(format!("{count} {word}")),
        }
    }
    if parts.is_empty() {
        parts.push(match total {
            Measure::Count(0) => "no findings".to_owned(),
            Measure::Count(1) => "1 finding".to_owned(),
            total => format!("{total} findings"),
        });
    }
    for word in ["suppressed", "waived"] {
        match fact(&format!("findings.{word}")) {
            None | Some(Measure::Count(0)) => {}
            Some(count) => parts.push(format!("{count} {word}")),
        }
    }
    parts.join(", ")
}

/// Odd things of one report that are told without being asked for.
const ODD: usize = 3;

/// What is to be known of a gate: its notes, and what was odd in its reports. Who relies on a report that may have been
/// cut must see that.
pub(super) fn notes(gate: &GateVerdict) -> Vec<String> {
    let told = gate.notes.iter();
    let told = told.map(|note| detailed(&note.message, note.detail.as_deref()));
    let mut notes: Vec<String> = told.collect();
    for report in &gate.reports {
        // What is broken is a reason already.
        let odd = report.warnings.iter().filter(|one| one.code != "broken");
        let odd: Vec<String> = odd
            .map(|one| format!("{}: {}", report.path, one.message))
            .collect();
        let more = odd.len().saturating_sub(ODD);
        for one in odd.into_iter().take(ODD) {
            // Two judges of a gate may read the same report.
            if !notes.contains(&one) {
                notes.push(one);
            }
        }
        if more > 0 {
            notes.push(format!(
                "{}: and {}, which `tollgate inspect` shows",
                report.path,
                many(more as u64, "more odd thing")
            ));
        }
    }
    notes
}

/// What has to be said of a gate although it does not keep from going on: a tolerance that decided, a waiver,
/// a declared absence, a second attempt, a note.
pub(super) fn remarks(gate: &GateVerdict) -> Vec<String> {
    let mut remarks = Vec::new();
    if gate.flaky {
        remarks.push("flaky: it passed only on a later attempt".to_owned());
    }
    for condition in &gate.conditions {
        let fact = below(gate, &condition.fact);
        match (condition.verdict, &condition.note) {
            (Verdict::Waived, Some(note)) => {
                remarks.push(format!("waived: {}: {note}", found_wanted(gate, condition)));
            }
            (Verdict::Waived, None) => {
                remarks.push(format!("waived: {}", found_wanted(gate, condition)))
            }
            (Verdict::Pass, Some(note)) => remarks.push(format!("{fact} {note}")),
            _ => {}
        }
    }
    for reason in gate
        .reasons
        .iter()
        .filter(|reason| reason.verdict == Verdict::Waived)
    {
        remarks.push(format!("waived: {}", reason_words(reason)));
    }
    remarks.extend(notes(gate));
    remarks
}

/// What a finding is against the baseline, where that tells the new ones from others.
pub(super) fn mark(finding: &Finding) -> &'static str {
    match finding.state {
        Some(FindingState::New) => "new",
        Some(FindingState::Existing) | None => "",
    }
}

/// What is to be said of waivers apart from what they accept: expired, unused, without end …
pub(super) fn waiver_remarks(outcome: &Outcome) -> Vec<String> {
    let told = outcome.verdict.waivers.iter().filter_map(|waiver| {
        let message = waiver.message.as_ref()?;
        Some(format!(
            "waiver {} ({}, owner {}): {message}",
            waiver.written, waiver.scope, waiver.owner
        ))
    });
    told.collect()
}

/// `readiness 80%`, where something has a weight.
pub(super) fn readiness(outcome: &Outcome) -> Option<String> {
    let readiness = outcome.verdict.readiness.as_ref()?;
    Some(format!("readiness {readiness}"))
}

/// `1 failed`, `2 inconclusive` … of all gates; what only warns and does not pass is counted apart.
pub(super) fn counts(outcome: &Outcome) -> Vec<String> {
    let mut blocking: BTreeMap<Verdict, usize> = BTreeMap::new();
    let mut warning = 0;
    let mut flaky = 0;
    for gate in &outcome.verdict.gates {
        if gate.verdict < Verdict::Waived && !gate.blocks() {
            warning += 1;
        } else {
            *blocking.entry(gate.verdict).or_default() += 1;
        }
        flaky += usize::from(gate.flaky);
    }
    let mut counts: Vec<String> = blocking
        .into_iter()
        .map(|(verdict, count)| format!("{count} {}", done_word(verdict)))
        .collect();
    match outcome.run.due.len() {
        0 => {}
        1 => counts.insert(0, "1 lien is due and not kept".to_owned()),
        many => counts.insert(0, format!("{many} liens are due and not kept")),
    }
    if warning > 0 {
        counts.push(format!("{warning} not enforced"));
    }
    if flaky > 0 {
        counts.push(format!("{flaky} flaky"));
    }
    counts
}

fn done_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "failed",
        Verdict::Inconclusive => "inconclusive",
        Verdict::Cancelled => "cancelled",
        Verdict::Waived => "waived",
        Verdict::Pass => "passed",
        Verdict::NotApplicable => "not applicable",
    }
}

/// The verdict that stands for a decision: its sign and colour.
pub(super) fn like(decision: Decision) -> Verdict {
    match decision {
        Decision::Go => Verdict::Pass,
        Decision::ConditionalGo => Verdict::Waived,
        Decision::Hold => Verdict::Inconclusive,
        Decision::Recycle | Decision::NoGo => Verdict::Fail,
    }
}

/// Said first: that this run is the first to have a policy, or that no gate concerned it.
pub(super) fn said_first(outcome: &Outcome) -> Vec<String> {
    introduced(outcome)
        .into_iter()
        .chain(nothing_applies(outcome))
        .collect()
}

fn introduced(outcome: &Outcome) -> Option<String> {
    let notes = outcome.verdict.gates.iter().flat_map(|gate| &gate.notes);
    let mut introduced = notes.filter(|note| note.code == "policy-introduced");
    introduced.next().map(|note| note.message.clone())
}

fn nothing_applies(outcome: &Outcome) -> Option<String> {
    let built_in = |gate: &&GateVerdict| gate.kinds == ["policy"];
    let gates: Vec<_> = outcome
        .verdict
        .gates
        .iter()
        .filter(|gate| !built_in(gate))
        .collect();
    let none = !gates.is_empty()
        && gates
            .iter()
            .all(|gate| gate.verdict == Verdict::NotApplicable);
    none.then(|| match gates.len() {
        1 => "the one gate is not applicable here: nothing was judged".to_owned(),
        count => format!("all {count} gates are not applicable here: nothing was judged"),
    })
}

/// Milliseconds as people say them.
pub(super) fn time(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// So many of a thing: `1 failed test`, `2 failed tests`.
pub(super) fn many(count: u64, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}

/// The last lines of what the command printed, and whether more came before them.
pub(super) fn last_output(run: &GateRun, most: usize) -> (Vec<String>, bool) {
    let gap = run.output_bytes > (run.head.len() + run.tail.len()) as u64;
    let text = match (run.tail.is_empty(), gap) {
        (true, _) => run.head.clone(),
        (false, true) => run.tail.clone(),
        (false, false) => format!("{}{}", run.head, run.tail),
    };
    let lines: Vec<String> = super::neutral::block(&text)
        .lines()
        .map(|line| line.trim_end().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    let cut = lines.len().saturating_sub(most);
    (lines[cut..].to_vec(), gap || cut > 0)
}

/// Whether what the command printed is the only thing that tells why: nothing else points anywhere.
pub(super) fn output_tells(gate: &GateVerdict) -> bool {
    let listed = !gate.failures.is_empty() || !gate.findings.is_empty();
    let unable = gate.cause == Some(Cause::Environment);
    let pointed = unmet(gate)
        .iter()
        .any(|condition| !condition.evidence.is_empty());
    (!listed || unable) && (!pointed || !against(gate).is_empty())
}
