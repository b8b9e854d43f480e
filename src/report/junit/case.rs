//! What is known of one test while its element is open, and what it comes to.
//!
//! Children decide; attributes are asked only where no child could. Of two attributes that disagree the worse one
//! counts, whichever stands first.

use super::Tag;
use crate::model::TestOutcome;

/// A test that is open. Kept and used again, so that a passing test allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Case {
    pub classname: String,
    pub name: String,
    pub file: String,
    pub line: Option<u32>,
    pub seconds: Option<f64>,
    /// The worst that an attribute says of it.
    pub status: Status,
    pub failed: bool,
    pub errored: bool,
    pub skipped: bool,
    pub todo: bool,
    pub flaky: bool,
    pub rerun: bool,
    pub message: String,
    /// The message is that of an `error` or a `warning`.
    pub message_of_error: bool,
}

impl Case {
    /// As new, but with the room that the texts have.
    pub fn clear(&mut self) {
        self.classname.clear();
        self.name.clear();
        self.file.clear();
        self.message.clear();
        self.line = None;
        self.seconds = None;
        self.status = Status::Good;
        self.failed = false;
        self.errored = false;
        self.skipped = false;
        self.todo = false;
        self.flaky = false;
        self.rerun = false;
        self.message_of_error = false;
    }

    /// Children decide; then, where there is none that could, the status attribute.
    pub fn outcome(&self) -> TestOutcome {
        if self.skipped && self.todo {
            TestOutcome::Skipped
        } else if self.errored {
            TestOutcome::Errored
        } else if self.failed {
            TestOutcome::Failed
        } else if self.skipped {
            TestOutcome::Skipped
        } else if self.status == Status::Failed {
            TestOutcome::Failed
        } else if self.flaky {
            TestOutcome::Passed
        } else if self.rerun {
            // Failed attempts and no word of a good one.
            TestOutcome::Failed
        } else if self.status == Status::Skipped {
            TestOutcome::Skipped
        } else {
            TestOutcome::Passed
        }
    }
}

/// Whether this is a file of Node's test runner that did not load, or ended before its tests did. Node reports it as a
/// test that is called like the file and failed: as if it had got as far as an assertion.
pub(super) fn is_node_file(case: &Case, tag: &Tag<'_>) -> bool {
    let ending = case.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let says = (tag.get("type"), tag.get("message"));
    case.classname == "test"
        && says == (Some("testCodeFailure"), Some("test failed"))
        && ["js", "cjs", "mjs", "ts", "cts", "mts"].contains(&ending)
}

/// What a `status` or `result` attribute says, from good to bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    #[default]
    Good,
    /// A word that is none of the known ones.
    Odd,
    Skipped,
    Failed,
}

impl Status {
    /// Reads a word. `Not run`, `not_run` and `notrun` are the same.
    pub fn of(word: &str) -> Self {
        let is = |known: &&str| {
            let letters = word
                .bytes()
                .filter(|byte| !matches!(byte, b'_' | b'-') && !byte.is_ascii_whitespace());
            letters
                .map(|byte| byte.to_ascii_lowercase())
                .eq(known.bytes())
        };
        if GOOD.iter().any(is) {
            Self::Good
        } else if SKIPPED.iter().any(is) {
            Self::Skipped
        } else if FAILED.iter().any(is) {
            Self::Failed
        } else {
            Self::Odd
        }
    }
}

const GOOD: &[&str] = &[
    "",
    "run",
    "completed",
    "passed",
    "pass",
    "success",
    "ok",
    "complete",
    "done",
    "executed",
    "finished",
    "succeeded",
    "successful",
    "expected",
    "flaky",
];

const SKIPPED: &[&str] = &[
    "notrun",
    "notexecuted",
    "notrunnable",
    "disabled",
    "skipped",
    "skip",
    "ignored",
    "pending",
    "suppressed",
    "todo",
    "inconclusive",
];

/// Also how a runner says that a test was ended before it could fail.
const FAILED: &[&str] = &[
    "failed",
    "fail",
    "failure",
    "error",
    "errored",
    "timeout",
    "timedout",
    "aborted",
    "abort",
    "broken",
    "crashed",
    "crash",
    "interrupted",
    "killed",
    "terminated",
    "cancelled",
    "canceled",
    "unexpected",
];
