//! What follows when a judge asks for a baseline and there is none (RULES 6). Reads none itself.

use crate::model::{Baseline, BaselineState, Cause, Verdict};

/// Why nothing can be compared, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) verdict: Verdict,
    pub(super) cause: Option<Cause>,
    /// What, and what to do.
    pub(super) words: String,
}

/// The baseline, or what follows without one. `recorder` names the gate, or the gates, that one is recorded of.
pub(super) fn known<'a>(
    state: &'a BaselineState,
    strict: bool,
    recorder: &str,
) -> Result<&'a Baseline, Missing> {
    match state {
        BaselineState::Here(baseline) => Ok(baseline),
        BaselineState::Never => Err(never(strict, recorder)),
        BaselineState::Gone(words) => Err(Missing {
            verdict: Verdict::Fail,
            cause: None,
            words: words.clone(),
        }),
        BaselineState::Broken(words) => Err(Missing {
            verdict: Verdict::Inconclusive,
            cause: Some(Cause::Evidence),
            words: words.clone(),
        }),
    }
}

/// Nothing was ever recorded: a laptop may go on and is told how to record; whoever decides for others may not.
pub(super) fn never(strict: bool, recorder: &str) -> Missing {
    let words =
        format!("no baseline yet: record one with `tollgate baseline record {recorder}`");
    let (verdict, cause) = if strict {
        (Verdict::Inconclusive, Some(Cause::Evidence))
    } else {
        (Verdict::Waived, None)
    };
    Missing {
        verdict,
        cause,
        words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_that_never_was_is_waived_on_a_laptop_only() {
        let lax = known(&BaselineState::Never, false, "unit").unwrap_err();
        assert_eq!((lax.verdict, lax.cause), (Verdict::Waived, None));
        assert!(lax.words.contains("tollgate baseline record unit"));
        let strict = known(&BaselineState::Never, true, "unit").unwrap_err();
        assert_eq!(strict.verdict, Verdict::Inconclusive);
        assert_eq!(strict.cause, Some(Cause::Evidence));
    }

    #[test]
    fn a_baseline_that_is_gone_fails_and_one_that_is_broken_decides_nothing() {
        for strict in [false, true] {
            let gone = BaselineState::Gone("deleted".to_owned());
            assert_eq!(known(&gone, strict, "a").unwrap_err().verdict, Verdict::Fail);
            let broken = BaselineState::Broken("a conflict marker".to_owned());
            let missing = known(&broken, strict, "a").unwrap_err();
            assert_eq!(missing.verdict, Verdict::Inconclusive);
        }
    }
}
