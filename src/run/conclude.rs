//! From what judges and the exit status say to the verdict of a gate. Adds nothing of its own but the
//! declared absence, waivers, the bound on duration and the date from which a gate blocks.

use std::time::Duration;

use jiff::civil::Date;

use super::skip::SKIPPED;
use super::waivers::Waivers;
use crate::config::PlannedGate;
use crate::gate::{Bounds, Question};
use crate::model::{
    Baseline, Cause, Enforce, Fact, GateVerdict, Given, Judgement, Measure, Note, Reason,
    ReportUsed, Verdict,
};
use crate::policy::Condition;

/// Reasons that a declared absence covers.
const ABSENCE: &[&str] = &[
    "report-absent",
    "report-stale",
    "reports-missing",
    "no-tests",
    "nothing-covered",
    "not-found",
];

/// What is known of a gate when it is to be concluded.
pub(super) struct Found<'a> {
    pub gate: &'a PlannedGate,
    pub needs: Vec<String>,
    pub judgement: Judgement,
    /// The kinds whose own reports are missing: a declared absence covers what they could not judge, and no more.
    pub lacking: Vec<&'a str>,
    pub reports: Vec<ReportUsed>,
    pub duration: Option<Duration>,
    /// What the bound on the duration is judged by.
    pub given: &'a Given,
    pub today: Date,
    pub waivers: &'a Waivers,
}

/// What is concluded of a gate.
pub(super) struct Concluded {
    /// The verdict.
    pub verdict: GateVerdict,
    /// Every value that was measured on the way.
    pub facts: Vec<Fact>,
    /// What a baseline would hold now; `None` where it would hold a secret.
    pub accepted: Option<Baseline>,
}

/// The verdict of a gate, and what was measured on the way.
pub(super) fn conclude(found: Found<'_>) -> Concluded {
    let Found {
        gate,
        needs,
        mut judgement,
        lacking,
        reports,
        duration,
        given,
        today,
        waivers,
    } = found;
    if let (Some(condition), Some(duration)) = (&gate.duration, duration) {
        time(gate, condition, duration, given, &mut judgement);
    }
    if let Some(duration) = duration {
        let value = Measure::seconds(duration.as_secs_f64());
        judgement.facts.push(Fact {
            name: "exit.duration".to_owned(),
            value,
            volatile: true,
        });
    }
    let read = !reports.is_empty() || gate.judges.iter().all(|judge| judge.reports().is_none());
    declared_absence(gate, today, read, &lacking, &mut judgement);
    let waived = waivers.apply(gate, &mut judgement);
    let (verdict, cause) = worst(&judgement);
    let enforce = enforcement(gate, today, &mut judgement.notes);
    let measured = std::mem::take(&mut judgement.facts);
    let stable = measured.iter().filter(|fact| !fact.volatile);
    let facts = stable
        .map(|fact| (format!("{}.{}", gate.id, fact.name), fact.value))
        .collect();
    let kinds: Vec<String> = gate
        .judges
        .iter()
        .map(|judge| judge.kind().to_owned())
        .collect();
    let mut verdict = GateVerdict {
        id: gate.id.clone(),
        verdict,
        cause,
        enforce,
        flaky: false,
        kinds: if kinds.is_empty() {
            vec!["exit".to_owned()]
        } else {
            kinds
        },
        needs,
        written: gate.at.place(),
        why: gate.why.clone(),
        fix: gate.fix.clone(),
        owner: gate.owner.clone(),
        conditions: judgement.conditions,
        reasons: judgement.reasons,
        notes: judgement.notes,
        facts,
        failures: judgement.failures,
        failures_cut: judgement.failures_cut,
        findings: judgement.findings,
        findings_cut: judgement.findings_cut,
        waived,
        reports,
        evidence_digest: None,
    };
    verdict.evidence_digest = evidence_digest(&verdict);
    Concluded {
        verdict,
        facts: measured,
        accepted: Some(judgement.accepted),
    }
}

/// The bound on the time of the command, put to it.
fn time(
    gate: &PlannedGate,
    condition: &Condition,
    duration: Duration,
    given: &Given,
    judgement: &mut Judgement,
) {
    let mut bounds = Bounds::of(&gate.id, given);
    judgement.conditions.push(bounds.judge(Question {
        name: "exit.duration".to_owned(),
        key: "exit.duration".to_owned(),
        condition,
        sample: Some((Measure::seconds(duration.as_secs_f64()), true).into()),
        missing: "it was not measured",
        evidence: Vec::new(),
    }));
    if condition.is_relative() {
        judgement
            .accepted
            .holds
            .insert(super::given::EXIT.to_owned());
    }
    let said = bounds.done();
    judgement.accepted.values.extend(said.accepted);
    for reason in said.reasons {
        if !judgement.reasons.contains(&reason) {
            judgement.reasons.push(reason);
        }
    }
}

/// The worst of all clauses, and why it is inconclusive when it is. Evidence and environment outweigh judgement.
fn worst(judgement: &Judgement) -> (Verdict, Option<Cause>) {
    let clauses = judgement
        .conditions
        .iter()
        .map(|condition| (condition.verdict, condition.cause))
        .chain(
            judgement
                .reasons
                .iter()
                .map(|reason| (reason.verdict, reason.cause)),
        );
    let worst = clauses.reduce(|(worst, cause), (verdict, other)| {
        let both = verdict == worst;
        (
            worst.and(verdict),
            if verdict < worst {
                other
            } else if both {
                cause.min(other).or(cause).or(other)
            } else {
                cause
            },
        )
    });
    // Nothing was said against it. The fold must not begin with a pass: a gate of which only its `when` speaks
    // does not apply, and that is no pass.
    worst.unwrap_or((Verdict::Pass, None))
}

/// Whether a reason is that evidence is missing, as it may be declared.
pub(super) fn is_absence(reason: &Reason) -> bool {
    ABSENCE.contains(&reason.code) && reason.verdict == Verdict::Inconclusive
}

/// Covers what is missing where that is declared. `read`: what the gate reads was there.
fn declared_absence(
    gate: &PlannedGate,
    today: Date,
    read: bool,
    lacking: &[&str],
    judgement: &mut Judgement,
) {
    let Some(absent) = &gate.absent else { return };
    let not_run = |reason: &Reason| {
        reason.code == SKIPPED
            || matches!(reason.verdict, Verdict::NotApplicable | Verdict::Cancelled)
    };
    if judgement.reasons.iter().any(not_run) {
        return;
    }
    if !judgement.reasons.iter().any(is_absence) {
        if !read || undecided(judgement) {
            return;
        }
        let message = "absence is declared, and the evidence is there: remove `absent`".to_owned();
        judgement.notes.push(Note {
            code: "unused-absence",
            message,
            detail: None,
        });
        return;
    }
    if let Some(until) = absent.until.as_ref().filter(|until| until.value < today) {
        let message = format!(
            "the declared absence ended on {} ({})",
            until.value,
            absent.at.place()
        );
        judgement.notes.push(Note {
            code: "expired-absence",
            message,
            detail: None,
        });
        return;
    }
    let until = absent
        .until
        .as_ref()
        .map(|until| format!(", until {}", until.value))
        .unwrap_or_default();
    let message = format!(
        "absence is declared: {} ({}{until})",
        absent.why,
        absent.at.place()
    );
    judgement.notes.push(Note {
        code: "declared-absence",
        message,
        detail: None,
    });
    for reason in judgement
        .reasons
        .iter_mut()
        .filter(|reason| is_absence(reason))
    {
        reason.verdict = Verdict::Waived;
        reason.cause = None;
    }
    // A condition that could not be judged for want of the evidence is covered with it; what is wrong with the
    // evidence of another kind is not.
    let of_kind = |fact: &str, kind: &str| {
        let below = fact.strip_prefix(gate.id.as_str());
        let below = below.and_then(|rest| rest.strip_prefix('.')?.strip_prefix(kind));
        below.is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    for condition in judgement.conditions.iter_mut().filter(|one| {
        one.cause == Some(Cause::Evidence) && lacking.iter().any(|kind| of_kind(&one.fact, kind))
    }) {
        condition.verdict = Verdict::Waived;
        condition.cause = None;
    }
}

/// Whether something could not be decided for want of whole evidence.
fn undecided(judgement: &Judgement) -> bool {
    let conditions = judgement.conditions.iter().map(|one| one.cause);
    let mut causes = conditions.chain(judgement.reasons.iter().map(|one| one.cause));
    causes.any(|cause| matches!(cause, Some(Cause::Evidence | Cause::Environment)))
}

fn enforcement(gate: &PlannedGate, today: Date, notes: &mut Vec<Note>) -> Enforce {
    match &gate.enforce_from {
        Some(from) if today < from.value && gate.enforce == Enforce::Block => {
            let message = format!("blocks from {} ({})", from.value, from.at.place());
            notes.push(Note {
                code: "enforce-from",
                message,
                detail: None,
            });
            Enforce::Warn
        }
        _ => gate.enforce,
    }
}

/// Digest of what the evidence says, whatever the reports' bytes: none where there is no evidence.
pub(super) fn evidence_digest(verdict: &GateVerdict) -> Option<String> {
    if verdict.facts.is_empty() {
        return None;
    }
    let tests: Vec<&str> = verdict
        .failures
        .iter()
        .map(|failure| failure.id.as_str())
        .collect();
    let findings: Vec<&str> = verdict
        .findings
        .iter()
        .map(|finding| finding.fingerprint.as_str())
        .collect();
    let whole =
        serde_json::json!({ "facts": verdict.facts, "failures": tests, "findings": findings });
    Some(crate::model::sha256_hex(&crate::model::canonical(&whole)))
}
