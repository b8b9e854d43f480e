//! Gates that a person skips on their own machine, for a reason that is shown and recorded.
//!
//! A skipped gate is waived, never passed: the decision is a conditional go at best. In CI nothing is skipped.

use crate::config::Plan;
use crate::model::{Reason, Verdict};
use crate::problem::nearest;

/// The variable that says which gates are skipped: `unit, lint: why`, one line for each reason.
pub const SKIP: &str = "TOLLGATE_SKIP";

/// A gate that is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// The gate.
    pub gate: String,
    /// Why.
    pub why: String,
}

/// What the variable says, or what is wrong with it.
pub fn skips(text: &str, plan: &Plan, ci: bool) -> Result<Vec<Skip>, String> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if ci && !lines.is_empty() {
        return Err(format!(
            "`{SKIP}` is refused in CI: a waiver with an owner and an end is the way to accept something there"
        ));
    }
    let mut skips = Vec::new();
    for line in lines {
        let (names, why) = line.split_once(':').unwrap_or((line, ""));
        let why = why.trim();
        if why.is_empty() {
            return Err(format!(
                "`{SKIP}` gives no reason: write it as `{}: why`",
                names.trim()
            ));
        }
        for name in names.split(',').map(str::trim) {
            if !plan.gates.iter().any(|gate| gate.id == name) {
                let known = plan.gates.iter().map(|gate| gate.id.as_str());
                let help = nearest(name, known)
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                return Err(format!("`{SKIP}` names no gate with `{name}`{help}"));
            }
            skips.push(Skip {
                gate: name.to_owned(),
                why: why.to_owned(),
            });
        }
    }
    Ok(skips)
}

/// Code of the reason of a skipped gate.
pub(super) const SKIPPED: &str = "skipped";

/// The reason of a skipped gate.
pub(super) fn reason(why: &str) -> Reason {
    Reason {
        code: SKIPPED,
        verdict: Verdict::Waived,
        cause: None,
        message: format!("skipped by `{SKIP}`: {why}"),
        help: None,
        evidence: Vec::new(),
        detail: None,
    }
}
