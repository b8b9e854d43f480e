//! What one policy demands less than another: the closed list of weakenings, and the difference that outputs draw.
//!
//! Plain data. Which change is a weakening is decided where policies are compared; a change that nobody
//! understands is [`WeakeningCode::ChangedProducer`], never silence.

use serde::{Serialize, Serializer};

use crate::source::Place;

macro_rules! weakenings {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal;)+) => {
        /// The ways in which a policy can demand less. The list is closed: each has its row in the README and a test.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum WeakeningCode {
            $($(#[doc = $doc])+ $name,)+
        }

        impl WeakeningCode {
            /// All of them.
            pub const ALL: &'static [WeakeningCode] = &[$(WeakeningCode::$name),+];

            /// The word in files and outputs.
            pub fn word(self) -> &'static str {
                match self {
                    $(WeakeningCode::$name => $word,)+
                }
            }
        }
    };
}

weakenings! {
    /// A gate is gone. A renamed one is removed, and another added.
    GateRemoved = "gate-removed";
    /// A gate is no longer part of a plain run.
    GateNotDefault = "gate-not-default";
    /// A gate blocks less: block, warn, monitor.
    EnforceLowered = "enforce-lowered";
    /// A gate blocks from a later day, or from a day instead of always.
    EnforceLater = "enforce-later";
    /// A bound accepts a value that it refused.
    BoundLooser = "bound-looser";
    /// More tests may be skipped.
    SkipBudgetBigger = "skip-budget-bigger";
    /// A tolerance lets through what the bound alone refuses.
    ToleranceWider = "tolerance-wider";
    /// A band makes inconclusive what was a fail.
    BandWider = "band-wider";
    /// A condition is gone.
    ConditionRemoved = "condition-removed";
    /// A gate lost one of its judges.
    JudgeRemoved = "judge-removed";
    /// Less is looked at: an exclusion more, an inclusion, path scope or report fewer.
    ExcludeWider = "exclude-wider";
    /// Missing evidence is accepted.
    AbsenceDeclared = "absence-declared";
    /// Missing evidence is accepted for longer.
    AbsenceLonger = "absence-longer";
    /// A failure gets more attempts.
    RetryRaised = "retry-raised";
    /// A command may take longer.
    TimeoutRaised = "timeout-raised";
    /// A gate concerns fewer runs.
    WhenNarrower = "when-narrower";
    /// A gate no longer waits for another.
    NeedRemoved = "need-removed";
    /// An exit status means less trouble than it did, or no longer decides alone.
    ExitLooser = "exit-looser";
    /// Fewer reports are expected, or any number of them.
    ExpectLowered = "expect-lowered";
    /// A report of an earlier step may be older.
    MaxAgeLonger = "max-age-longer";
    /// A value is no longer masked.
    SecretsFewer = "secrets-fewer";
    /// A withheld variable is let through.
    EnvPassWider = "env-pass-wider";
    /// A phase is gone.
    PhaseRemoved = "phase-removed";
    /// A phase asks one gate fewer.
    PhaseGateRemoved = "phase-gate-removed";
    /// A phase lost a criterion: entry, predecessor, target, kept gate, readiness.
    PhaseCriterionRemoved = "phase-criterion-removed";
    /// Fewer people must sign, or more may.
    SignOffsLowered = "sign-offs-lowered";
    /// Gates must hold for a shorter time, or with larger gaps.
    SoakShorter = "soak-shorter";
    /// A phase accepts more promises, longer ones, or from more roles; or more of its gates may be skipped.
    LiensWider = "liens-wider";
    /// A waiver is new.
    WaiverAdded = "waiver-added";
    /// A waiver holds for longer, or for more.
    WaiverLonger = "waiver-longer";
    /// The recorded baseline accepts more, or holds less to compare with.
    BaselineLoosened = "baseline-loosened";
    /// The policy on weakenings itself asks less, or protects fewer files.
    PolicyEased = "policy-eased";
    /// Evidence is made in another way: command, shell, folder, environment, service, inputs, reports, format,
    /// an option that no rule knows, or a protected file.
    ChangedProducer = "changed-producer";
}

impl Serialize for WeakeningCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}

/// What becomes of a weakening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeakeningRule {
    /// A person must sign it; until then the run is on hold.
    SignOff,
    /// It fails.
    Block,
    /// It is shown and counts for nothing.
    Warn,
}

/// What a change of the policy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It demands less.
    Weakening(WeakeningCode),
    /// It demands more.
    Tightening,
    /// It demands the same.
    Neutral,
}

/// One difference between two policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyChange {
    /// What kind of weakening, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<WeakeningCode>,
    /// Dotted path of what changed: `gates.unit.tests.passed`.
    pub path: String,
    /// In words: what, what it was, what it is.
    pub message: String,
    /// Where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Place>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Place>,
    /// SHA-256 of the newer content, where a whole file is compared by its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// How one policy differs from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// The older side, as people name it.
    pub from: String,
    /// The newer side, as people name it.
    pub to: String,
    /// SHA-256 of the older policy; none where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_policy: Option<String>,
    /// SHA-256 of the newer policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_policy: Option<String>,
    /// Version of tollgate, whose built-in presets both sides use.
    pub tollgate: String,
    /// What demands less.
    pub weakenings: Vec<PolicyChange>,
    /// What demands more.
    pub tightenings: Vec<PolicyChange>,
    /// What changed and demands the same.
    pub neutral: Vec<PolicyChange>,
    /// Things to know.
    pub notes: Vec<String>,
}

impl PolicyDiff {
    /// What a sign-off on these weakenings is about: the list and both policies. Places and the names of the two
    /// sides are no part of it, so that neither a rebase nor a moved line makes it lapse.
    pub fn weakening_digest(&self) -> String {
        let list: Vec<_> = self
            .weakenings
            .iter()
            .map(|change| (change.code, &change.path, &change.message, &change.content))
            .collect();
        let whole = serde_json::json!({
            "from": self.from_policy,
            "to": self.to_policy,
            "weakenings": list,
        });
        super::sha256_hex(&super::canonical(&whole))
    }
}
