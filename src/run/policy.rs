//! The built-in gate `policy`: what the head demands less than the trusted policy, as a gate among the others.
//!
//! It only says what was found and what the trusted policy wants done about it. The old bounds judge in any case.

use super::accepted::Acceptance;
use super::conclude::evidence_digest;
use crate::exec::Mask;
use crate::model::{
    Cause, ConditionVerdict, Enforce, Finding, GateRun, GateVerdict, ITEMS_KEPT, Level, Measure,
    Note, PolicyChange, PolicyDiff, Reason, Verdict, WeakeningRule, sha256_hex,
};
use crate::source::Place;

/// Name of the gate; no other may carry it while it judges.
pub const POLICY_GATE: &str = "policy";

/// What is known of the head's policy.
#[derive(Clone, Debug)]
pub enum PolicyCheck {
    /// It was compared with the trusted one.
    Compared {
        /// How they differ.
        diff: Box<PolicyDiff>,
        /// What becomes of a weakening.
        rule: WeakeningRule,
        /// There was none before.
        introduced: bool,
        /// Commit of the trusted revision.
        commit: String,
        /// Who accepted the weakenings.
        acceptance: Acceptance,
    },
    /// It could not be compared.
    Unknown {
        /// Stable name of the trouble.
        code: &'static str,
        /// What is the matter.
        message: String,
        /// What to do.
        help: String,
    },
}

/// Whose policy the run is judged by, for people.
pub(super) fn judged_by(check: &PolicyCheck) -> Option<String> {
    match check {
        PolicyCheck::Compared {
            diff,
            introduced: false,
            commit,
            acceptance,
            ..
        } if acceptance.is_given() => Some(format!(
            "judged by its own policy; {} accepted what it demands less than {} ({commit})",
            acceptance.by.join(", "),
            diff.from
        )),
        PolicyCheck::Compared {
            diff,
            introduced: false,
            commit,
            ..
        } => Some(format!("judged by the policy of {} ({commit})", diff.from)),
        _ => None,
    }
}

/// The verdict of the gate, and how it went. What the file says may hold a secret that somebody wrote into it.
pub(super) fn judge(
    check: &PolicyCheck,
    file: &str,
    again: String,
    mask: &Mask,
) -> (GateVerdict, GateRun) {
    let run = GateRun {
        id: POLICY_GATE.to_owned(),
        what: "judged",
        attempts: 1,
        again,
        ..GateRun::default()
    };
    let mut gate = blank(file);
    match check {
        PolicyCheck::Compared {
            diff,
            rule,
            introduced,
            acceptance,
            commit: _,
        } => {
            let mut diff = diff.clone();
            for change in &mut diff.weakenings {
                change.message = mask.text(&change.message).into_owned();
            }
            compared(&mut gate, &diff, *rule, *introduced, acceptance);
        }
        PolicyCheck::Unknown {
            code,
            message,
            help,
        } => {
            gate.verdict = Verdict::Inconclusive;
            gate.cause = Some(Cause::Evidence);
            gate.reasons.push(Reason {
                code,
                verdict: Verdict::Inconclusive,
                cause: Some(Cause::Evidence),
                message: message.clone(),
                detail: None,
                help: Some(help.clone()),
                evidence: Vec::new(),
            });
        }
    }
    gate.evidence_digest = evidence_digest(&gate);
    (gate, run)
}

fn blank(file: &str) -> GateVerdict {
    GateVerdict {
        id: POLICY_GATE.to_owned(),
        verdict: Verdict::Pass,
        cause: None,
        enforce: Enforce::Block,
        flaky: false,
        kinds: vec![POLICY_GATE.to_owned()],
        needs: Vec::new(),
        written: Place::file(file),
        why: Some("The judged cannot bend the judge".to_owned()),
        fix: None,
        owner: None,
        conditions: Vec::new(),
        reasons: Vec::new(),
        notes: Vec::new(),
        facts: std::collections::BTreeMap::new(),
        waived: Vec::new(),
        failures: Vec::new(),
        failures_cut: 0,
        findings: Vec::new(),
        findings_cut: 0,
        reports: Vec::new(),
        evidence_digest: None,
    }
}

fn compared(
    gate: &mut GateVerdict,
    diff: &PolicyDiff,
    rule: WeakeningRule,
    introduced: bool,
    acceptance: &Acceptance,
) {
    let count = diff.weakenings.len();
    for (name, number) in [
        ("weakenings", count),
        ("tightenings", diff.tightenings.len()),
    ] {
        let name = format!("{POLICY_GATE}.{POLICY_GATE}.{name}");
        gate.facts.insert(name, Measure::Count(number as u64));
    }
    for note in &diff.notes {
        let code = if introduced {
            "policy-introduced"
        } else {
            "policy-differs"
        };
        gate.notes.push(Note {
            code,
            message: note.clone(),
            detail: None,
        });
    }
    let (verdict, cause, enforce) = match rule {
        WeakeningRule::SignOff => (
            Verdict::Inconclusive,
            Some(Cause::Judgement),
            Enforce::Block,
        ),
        WeakeningRule::Block => (Verdict::Fail, None, Enforce::Block),
        WeakeningRule::Warn => (Verdict::Fail, None, Enforce::Warn),
    };
    let accepted = rule == WeakeningRule::SignOff && acceptance.is_given();
    let (verdict, cause, enforce) = if count == 0 || accepted {
        (Verdict::Pass, None, Enforce::Block)
    } else {
        (verdict, cause, enforce)
    };
    gate.enforce = enforce;
    gate.verdict = verdict;
    gate.cause = cause;
    let places = diff.weakenings.iter().filter_map(|one| one.new.clone());
    gate.conditions.push(ConditionVerdict {
        fact: format!("{POLICY_GATE}.{POLICY_GATE}.weakenings"),
        verdict,
        cause,
        measured: Some(count.to_string()),
        bound: "0".to_owned(),
        written: None,
        evidence: places.take(ITEMS_KEPT).collect(),
        note: accepted.then(|| format!("accepted by {}", acceptance.by.join(", "))),
        volatile: false,
        asked: None,
    });
    if count > 0 && rule == WeakeningRule::SignOff && !accepted {
        gate.reasons.push(outstanding(diff, acceptance));
    }
    let kept = diff.weakenings.iter().take(ITEMS_KEPT);
    gate.findings = kept.map(finding).collect();
    gate.findings_cut = count.saturating_sub(ITEMS_KEPT) as u64;
}

fn outstanding(diff: &PolicyDiff, acceptance: &Acceptance) -> Reason {
    let count = diff.weakenings.len();
    let many = if count == 1 {
        "1 weakening of the policy needs".to_owned()
    } else {
        format!("{count} weakenings of the policy need")
    };
    Reason {
        code: "sign-off-outstanding",
        verdict: Verdict::Inconclusive,
        cause: Some(Cause::Judgement),
        message: format!("{many} a sign-off, of {}", diff.weakening_digest()),
        detail: (!acceptance.not.is_empty()).then(|| acceptance.not.join("\n")),
        help: Some(format!(
            "take them back, or let somebody whom .tollgate/people.yaml of {from} names run `tollgate policy accept {from} --why …`; until then the old policy judges",
            from = diff.from
        )),
        evidence: Vec::new(),
    }
}

fn finding(change: &PolicyChange) -> Finding {
    let code = change.code.map(|code| code.word()).unwrap_or_default();
    let place = |place: &Option<Place>| {
        place
            .as_ref()
            .map_or_else(|| "nowhere".to_owned(), ToString::to_string)
    };
    let at = change.new.as_ref().or(change.old.as_ref());
    Finding {
        rule: Some(code.to_owned()),
        severity: "weakening".to_owned(),
        level: Level::High,
        message: format!(
            "{} (trusted {}, head {})",
            change.message,
            place(&change.old),
            place(&change.new)
        ),
        file: at.map(|at| at.file.clone()),
        line: at.and_then(|at| at.line),
        column: None,
        fingerprint: sha256_hex(format!("{code}\0{}\0{}", change.path, change.message).as_bytes()),
        suppressed: false,
        state: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::WeakeningCode;

    fn check(rule: WeakeningRule, weakenings: usize) -> PolicyCheck {
        let one = PolicyChange {
            code: Some(WeakeningCode::BoundLooser),
            path: "gates.a.tests.passed".to_owned(),
            message: "`gates.a.tests.passed` was `>=2`, is `>=1`".to_owned(),
            old: Some(Place::line("tollgate.yaml", Some(3))),
            new: Some(Place::line("tollgate.yaml", Some(4))),
            content: None,
        };
        PolicyCheck::Compared {
            diff: Box::new(PolicyDiff {
                weakenings: vec![one; weakenings],
                ..PolicyDiff::default()
            }),
            rule,
            introduced: false,
            commit: String::new(),
            acceptance: Acceptance::default(),
        }
    }

    fn verdict(check: &PolicyCheck) -> (Verdict, Option<Cause>, Enforce) {
        let (gate, _) = judge(check, "tollgate.yaml", String::new(), &Mask::none());
        (gate.verdict, gate.cause, gate.enforce)
    }

    #[test]
    fn each_rule_has_its_verdict_and_none_passes_a_weakening() {
        let judgement = Some(Cause::Judgement);
        assert_eq!(
            verdict(&check(WeakeningRule::SignOff, 1)),
            (Verdict::Inconclusive, judgement, Enforce::Block)
        );
        assert_eq!(
            verdict(&check(WeakeningRule::Block, 1)),
            (Verdict::Fail, None, Enforce::Block)
        );
        assert_eq!(
            verdict(&check(WeakeningRule::Warn, 1)),
            (Verdict::Fail, None, Enforce::Warn)
        );
        assert_eq!(verdict(&check(WeakeningRule::Block, 0)).0, Verdict::Pass);
    }

    #[test]
    fn a_policy_that_cannot_be_compared_is_inconclusive() {
        let unknown = PolicyCheck::Unknown {
            code: "policy-ref-missing",
            message: "`x` is not in this clone".to_owned(),
            help: "run `git fetch origin x:x`".to_owned(),
        };
        assert_eq!(
            verdict(&unknown),
            (Verdict::Inconclusive, Some(Cause::Evidence), Enforce::Block)
        );
    }

    #[test]
    fn a_weakening_names_both_places() {
        let (gate, _) = judge(
            &check(WeakeningRule::Block, 1),
            "tollgate.yaml",
            String::new(),
            &Mask::none(),
        );
        let finding = &gate.findings[0];
        assert_eq!(finding.rule.as_deref(), Some("bound-looser"));
        assert!(finding.message.contains("tollgate.yaml:3"), "{finding:?}");
        assert!(finding.message.contains("tollgate.yaml:4"), "{finding:?}");
    }
}
