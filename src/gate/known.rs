//! The baseline as judges meet it: there, or one clause that says why it is not and what to do (RULES 6).

use crate::model::{Baseline, BaselineState, Cause, Given, Reason, Verdict};

/// Why there is no baseline to judge by, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Stable name of the reason.
    pub code: &'static str,
    /// What follows.
    pub verdict: Verdict,
    /// Why it is inconclusive, when it is.
    pub cause: Option<Cause>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Missing {
    /// The clause that says so once, whatever many conditions wanted it.
    pub fn reason(&self) -> Reason {
        // A waived clause is one remark, so what to do stands in it.
        let waived = self.verdict == Verdict::Waived;
        let message = if waived {
            format!("{}: {}", self.message, self.help)
        } else {
            self.message.clone()
        };
        Reason {
            code: self.code,
            verdict: self.verdict,
            cause: self.cause,
            message,
            detail: None,
            help: (!waived).then(|| self.help.clone()),
            evidence: Vec::new(),
        }
    }
}

/// The baseline of a gate, or what is said in its place.
pub(crate) fn baseline<'a>(given: &'a Given, gate: &str) -> Result<&'a Baseline, Missing> {
    of(&given.baseline, given, gate)
}

/// The baseline whose names a new one keeps: the one that is judged by, or the one that is recorded anew.
pub(crate) fn named(given: &Given) -> Option<&Baseline> {
    match &given.baseline {
        BaselineState::Here(baseline) => Some(baseline),
        _ => given.recorded.as_deref(),
    }
}

/// The baseline in that state. `gate` names the gate, or the gates, that it is recorded of.
pub(crate) fn of<'a>(
    state: &'a BaselineState,
    given: &Given,
    gate: &str,
) -> Result<&'a Baseline, Missing> {
    match state {
        BaselineState::Here(baseline) => Ok(baseline),
        BaselineState::Never => Err(never(given, gate, "no baseline yet")),
        BaselineState::NoRun(how) => Err(Missing {
            help: how.clone(),
            ..never(given, gate, "no run to compare with yet")
        }),
        BaselineState::Gone(words) => Err(Missing {
            code: "baseline-gone",
            verdict: Verdict::Fail,
            cause: None,
            message: format!("the baseline is gone: {words}"),
            help: format!(
                "restore the file from git; to begin anew: `tollgate baseline record {gate} --loosen --why \"…\"`"
            ),
        }),
        BaselineState::Broken(words) => Err(Missing {
            code: "baseline-broken",
            verdict: Verdict::Inconclusive,
            cause: Some(Cause::Evidence),
            message: format!("the baseline cannot be used: {words}"),
            help: format!("`tollgate baseline check --files {gate}` shows it again"),
        }),
    }
}

/// Nothing was ever recorded of it: a note on a laptop, no decision in CI.
pub(crate) fn never(given: &Given, gate: &str, message: &str) -> Missing {
    let (verdict, cause) = if given.baseline_must_exist && given.first_run.is_none() {
        (Verdict::Inconclusive, Some(Cause::Evidence))
    } else {
        (Verdict::Waived, None)
    };
    let declared = given.first_run.as_ref();
    let declared = declared.map(|why| format!(", which is declared: {why}"));
    Missing {
        code: "no-baseline",
        verdict,
        cause,
        message: format!("{message}{}", declared.unwrap_or_default()),
        help: format!("`tollgate baseline record {gate}` records one; commit the file"),
    }
}
