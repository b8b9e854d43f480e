//! What a suite says of itself: its name, and counters that are only a check.

/// Tests and failures, as counted or as claimed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub tests: u64,
    pub bad: u64,
}

/// What the attributes of a suite claim.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Claim {
    pub tests: Option<u64>,
    pub failures: Option<u64>,
    pub errors: Option<u64>,
    pub skipped: Option<u64>,
}

impl Claim {
    /// Failures and errors together.
    pub fn bad(self) -> Option<u64> {
        match (self.failures, self.errors) {
            (None, None) => None,
            (failures, errors) => Some(failures.unwrap_or(0).saturating_add(errors.unwrap_or(0))),
        }
    }

    pub fn add(&mut self, other: Claim) {
        let join = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        self.tests = join(self.tests, other.tests);
        self.failures = join(self.failures, other.failures);
        self.errors = join(self.errors, other.errors);
        self.skipped = join(self.skipped, other.skipped);
    }
}

/// A suite (or the root) that is open.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub name: String,
    pub file: String,
    pub claim: Claim,
    /// Totals of the report when it opened.
    pub before: Counts,
    /// Failed elements of any sort, and claims already reported, when it opened.
    pub accounted: u64,
}

impl Suite {
    /// The suite in words.
    pub fn called(&self) -> String {
        match self.name.as_str() {
            "" => "a suite without a name".to_owned(),
            name => format!("suite `{name}`"),
        }
    }
}
