//! Records of the ledger: what was decided, signed, promised or observed of a phase, on one tree under one policy.
//!
//! Plain data. Its bytes, signatures and files belong to the ledger; what follows from a record, to the phase rules.
//! Everything that a decision rests on is in the record itself, so that it can be decided again from the folder alone.
//! The version of this form is in the type of the predicate that holds it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::says::Written;
use super::{Asked, Exact, TestOutcome, Verdicts};

/// One record, as its predicate holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Record {
    /// Digests of all records that no other record named when this one was written, sorted.
    pub parents: Vec<String>,
    /// When it was written, RFC 3339 in UTC. It orders nothing.
    pub at: String,
    /// Who wrote it.
    pub who: Who,
    /// The phase.
    pub phase: String,
    /// Git tree id of the content, with the ledger left out. The statement has it as the digest of its subject.
    #[serde(skip)]
    pub tree: String,
    /// The commit that was checked out: a hint, which may be gone later.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
    /// SHA-256 of the policy.
    pub policy: String,
    /// Folder of the project from the top of the repository; left out at the top.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub project: Option<String>,
    /// Version of tollgate.
    pub tollgate: String,
    /// What it says.
    pub says: Says,
}

/// A person, as git or people.yaml names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Who {
    /// Name of the person in people.yaml, where it is there; else the name that git has.
    pub name: String,
    /// Address that git has.
    pub email: String,
}

impl std::fmt::Display for Who {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} <{}>", self.name, self.email)
    }
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "kind",
    try_from = "Written"
)]
pub enum Says {
    /// The phase is complete.
    Completion(Box<Completion>),
    /// Somebody signs for the phase.
    SignOff {
        /// What they looked at, in their words.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        why: Option<String>,
        /// Links to evidence that no report holds.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        evidence: Vec<String>,
        /// It is for entering the phase, not for completing it.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        entry: bool,
        /// Digest of a list of weakenings, when it is that which is signed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        weakenings: Option<String>,
        /// For entering: what the phase asked of it then. It lapses when that changes.
        #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
        asks: BTreeMap<String, String>,
    },
    /// Somebody answers for a gate or criterion that does not hold yet.
    Lien {
        /// The gate, or the name of the criterion.
        on: String,
        /// Who answers for it.
        owner: String,
        /// Why it may wait.
        why: String,
        /// ISO date, or name of a phase, at which it is due.
        due: String,
    },
    /// The gates of the phase were run while it soaks.
    Observation {
        /// `pass`, `fail` or `inconclusive`.
        verdict: String,
        /// Each gate with its verdict.
        gates: Verdicts,
    },
    /// A completion does not hold any more.
    Reopen {
        /// Digest of the completion.
        completion: String,
        /// Why.
        why: String,
    },
    /// A person holds, sends back or ends the phase.
    Ruling {
        /// `hold`, `recycle` or `kill`.
        ruling: String,
        /// Why.
        why: String,
        /// The phase that work goes back to.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        to: Option<String>,
    },
}

/// What a completion rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Completion {
    /// `go` or `conditional-go`.
    pub decision: String,
    /// The day that dates were compared with, ISO.
    pub as_of: String,
    /// Digests of the completions that it comes after, by phase.
    pub after: BTreeMap<String, String>,
    /// Each gate that was judged.
    pub gates: BTreeMap<String, GateRecord>,
    /// Digests of the sign-offs that counted.
    pub sign_offs: Vec<String>,
    /// The policy lets sign-offs count that nobody signed.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub unsigned: bool,
    /// Digests of the liens that it stands under.
    pub liens: Vec<String>,
    /// Digests of the observations that the soak rests on.
    pub observations: Vec<String>,
    /// Rules of the phase, each with what was asked and found.
    pub criteria: Vec<Criterion>,
    /// SHA-256 of the canonical verdict document.
    pub verdict: String,
}

/// A gate in a completion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GateRecord {
    /// Its verdict.
    pub verdict: String,
    /// Why it is inconclusive, when it is: `evidence`, `environment` or `judgement`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<String>,
    /// `block`, `warn` or `monitor`.
    pub enforce: String,
    /// It passed only on a later attempt.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub flaky: bool,
    /// Each condition.
    pub conditions: Vec<ConditionRecord>,
    /// Clauses beside the conditions.
    pub reasons: Vec<ReasonRecord>,
    /// Measured values by dotted name.
    pub facts: BTreeMap<String, Exact>,
    /// What was waived, in words with owner and end. Never empty where something is waived.
    pub waivers: Vec<String>,
    /// Reports that took part.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reports: Vec<ReportRecord>,
    /// Tests that it saw, which later phases may ask for by name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tests: Option<TestsRecord>,
    /// Digest of the normalised evidence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evidence: Option<String>,
}

/// The tests that a gate saw: by name in the record, or, where they are too many for one, in a list beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TestsRecord {
    /// How many.
    pub count: u64,
    /// SHA-256 of the list, under which the local store may hold it. Only where the names are not here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<String>,
    /// The names by what became of the tests; each list sorted.
    #[serde(skip_serializing_if = "TestNames::is_empty", default)]
    pub names: TestNames,
}

/// Names of tests by what became of them.
pub type TestNames = BTreeMap<TestOutcome, Vec<String>>;

/// A clause beside the conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReasonRecord {
    /// Stable name.
    pub code: String,
    /// What follows.
    pub verdict: String,
    /// What was found.
    pub words: String,
}

/// A report that took part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReportRecord {
    /// Path below the project, or `stdout`/`stderr`.
    pub path: String,
    /// Format that read it.
    pub format: String,
    /// SHA-256 of its bytes, under which the local store may hold it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<String>,
}

/// A condition in a completion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConditionRecord {
    /// Dotted name.
    pub fact: String,
    /// The bound as written.
    pub bound: String,
    /// `file:line` where it is written; empty for a built-in one.
    pub written: String,
    /// What was measured, as shown.
    pub measured: String,
    /// What followed.
    pub verdict: String,
    /// Bound and value as exact as they were compared; `None` where no bound on a number was put.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked: Option<Asked>,
}

/// One rule of a phase, asked and answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Criterion {
    /// Name of the rule: `after`, `sign-offs`, `soak` …
    pub rule: String,
    /// What was asked.
    pub wanted: String,
    /// What was found.
    pub found: String,
    /// Whether it held.
    pub holds: bool,
    /// The waiver under which it did not need to, in words with owner and end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub waived: Option<String>,
    /// What was asked, for programs. `sign-offs`: `count`, `from`, `not`; `soak`: `for`, `every`; `readiness`: `is`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub asks: BTreeMap<String, String>,
}

/// A record as the ledger has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// SHA-256 of its bytes: its name.
    pub digest: String,
    /// What it says.
    pub record: Record,
    /// Who signed it, and whether that was found good.
    pub signatures: Vec<Signature>,
}

/// A signature beside a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Person of people.yaml, as the name of the file says.
    pub person: String,
    /// What was found of it.
    pub state: SignatureState,
}

/// What is known of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureState {
    /// Nobody looked.
    Unread,
    /// It is that of the person, over exactly this record, with a key that held at the time.
    Good,
    /// It fits the record; there is no list of people to say whose it is.
    Unknown,
    /// It does not count: in words.
    Bad(String),
    /// It could not be looked at: in words.
    Unchecked(String),
}

impl Signature {
    /// Whether it counts.
    pub fn is_good(&self) -> bool {
        self.state == SignatureState::Good
    }
}

impl Entry {
    /// People whose signatures count, each once, sorted.
    pub fn signers(&self) -> Vec<&str> {
        let good = self.signatures.iter().filter(|one| one.is_good());
        let mut names: Vec<&str> = good.map(|one| one.person.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Says {
    /// The word for its kind, as the record has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Says::Completion(_) => "completion",
            Says::SignOff { .. } => "sign-off",
            Says::Lien { .. } => "lien",
            Says::Observation { .. } => "observation",
            Says::Reopen { .. } => "reopen",
            Says::Ruling { .. } => "ruling",
        }
    }
}
