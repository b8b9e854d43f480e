//! Every exit code, and the one match that draws it from an outcome.

use crate::model::{Cause, Decision, Enforce, Outcome, PhaseOutcome, Sort, SubjectState, Verdict};
use crate::phase::worst;

/// How tollgate leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Go, also a conditional one.
    Go,
    /// No go: a blocking gate failed.
    NoGo,
    /// The file or the command line is wrong.
    Usage,
    /// It could not be decided.
    Undecided,
    /// Only people or time are outstanding.
    Hold,
    /// Interrupted by SIGINT.
    Interrupted,
    /// Ended by SIGTERM or SIGHUP.
    Terminated,
}

impl Exit {
    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Go => 0,
            Exit::NoGo => 1,
            Exit::Usage => 2,
            Exit::Undecided => 3,
            Exit::Hold => 4,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }

    /// The code of several outcomes together: that of the worst.
    pub fn worse(self, other: Self) -> Self {
        let rank = |exit: Self| match exit {
            Exit::Interrupted | Exit::Terminated => 5,
            Exit::Usage => 4,
            Exit::NoGo => 3,
            Exit::Undecided => 2,
            Exit::Hold => 1,
            Exit::Go => 0,
        };
        if rank(other) > rank(self) {
            other
        } else {
            self
        }
    }

    /// The code when outputs were drawn: one that is lost changes no decision; it only keeps a go from passing for a whole
    /// success. Said apart from the decision, which may have been drawn before or not at all.
    pub fn with_outputs(self, lost: bool, screen: &super::screen::Screen) -> Self {
        if !lost || self != Exit::Go {
            return self;
        }
        screen.error("it is a go, but an output was not written: exit code 3");
        Exit::Undecided
    }

    /// The code of a run that a signal ended.
    pub fn of_signal(signal: &str) -> Self {
        match signal {
            "SIGINT" => Exit::Interrupted,
            _ => Exit::Terminated,
        }
    }

    /// The code of a decision on a phase; the first that applies.
    pub fn of_phase(outcome: &PhaseOutcome, strict: bool) -> Self {
        match (worst(&outcome.outstanding), outcome.decision) {
            (Some(Sort::Fails), _) => Exit::NoGo,
            (Some(Sort::Undecided), _) => Exit::Undecided,
            // A person sent it back, or gave it up.
            (_, Decision::Recycle | Decision::NoGo) => Exit::NoGo,
            (Some(Sort::People | Sort::Time), _) | (None, Decision::Hold) => Exit::Hold,
            (None, Decision::ConditionalGo) if strict => Exit::NoGo,
            (None, Decision::Go | Decision::ConditionalGo) => Exit::Go,
        }
    }

    /// The code of an outcome; the first that applies. `strict`: a conditional go is a no.
    pub fn of(outcome: &Outcome, strict: bool) -> Self {
        let blocking = || {
            outcome
                .verdict
                .gates
                .iter()
                .filter(|gate| gate.enforce == Enforce::Block)
        };
        let has = |verdict: Verdict| blocking().any(|gate| gate.verdict == verdict);
        let undecided = blocking().any(|gate| {
            gate.verdict == Verdict::Inconclusive && gate.cause != Some(Cause::Judgement)
        });
        let moved = outcome.verdict.subject.state == SubjectState::Moved
            && outcome.verdict.decision == Decision::NoGo;
        match outcome.run.interrupted {
            Some("SIGINT") => return Exit::Interrupted,
            Some(_) => return Exit::Terminated,
            None => {}
        }
        match outcome.verdict.decision {
            // A promise that is due is a no, whatever else is not known.
            _ if has(Verdict::Fail) || !outcome.run.due.is_empty() => Exit::NoGo,
            _ if undecided || moved || has(Verdict::Cancelled) => Exit::Undecided,
            Decision::Recycle => Exit::NoGo,
            Decision::NoGo => Exit::Undecided,
            Decision::Hold => Exit::Hold,
            Decision::ConditionalGo if strict => Exit::NoGo,
            Decision::ConditionalGo | Decision::Go => Exit::Go,
        }
    }
}
