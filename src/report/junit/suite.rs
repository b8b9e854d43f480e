//! What a suite says of itself: its name, and counters that are only a check.
//!
//! It counts nothing; it says in words what the counters claim and the elements do not show.

use super::super::count::{of, total};
use super::super::limits::cut;
use super::time::in_thousands;

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
    /// Tests with a warning, which PHPUnit up to 9 counts apart.
    pub warnings: Option<u64>,
}

impl Claim {
    /// Failures and errors together.
    pub fn bad(self) -> Option<u64> {
        match (self.failures, self.errors) {
            (None, None) => None,
            (failures, errors) => Some(failures.unwrap_or(0).saturating_add(errors.unwrap_or(0))),
        }
    }

    /// Of two claims on the same tests, number by number the larger.
    pub fn at_least(self, other: Claim) -> Claim {
        Claim {
            tests: self.tests.max(other.tests),
            failures: self.failures.max(other.failures),
            errors: self.errors.max(other.errors),
            skipped: self.skipped.max(other.skipped),
            warnings: self.warnings.max(other.warnings),
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
        self.warnings = join(self.warnings, other.warnings);
    }
}

/// A suite (or the root) that is open.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub name: String,
    pub file: String,
    pub claim: Claim,
    /// What the suites within claim.
    pub inner: Claim,
    /// The first counter of failures or errors that is no number.
    pub unread: Option<String>,
    /// The same of tests.
    pub unread_tests: Option<String>,
    /// Totals of the report when it opened.
    pub before: Counts,
    /// Failed elements of any sort, and claims already reported, when it opened.
    pub accounted: u64,
}

impl Suite {
    /// Takes an attribute that is a counter. False where it is one and cannot be read.
    pub fn counter(&mut self, name: &str, value: &str) -> bool {
        let into = match name {
            "tests" => &mut self.claim.tests,
            "failures" => &mut self.claim.failures,
            "errors" => &mut self.claim.errors,
            "skipped" | "skips" | "ignored" => &mut self.claim.skipped,
            "warnings" => &mut self.claim.warnings,
            _ => return true,
        };
        *into = counter(value);
        if into.is_some() || value.trim().is_empty() {
            return true;
        }
        let unread = match name {
            "tests" => &mut self.unread_tests,
            "failures" | "errors" => &mut self.unread,
            _ => return false,
        };
        unread.get_or_insert_with(|| format!("{name}=\"{}\"", cut(value, 40)));
        false
    }

    /// What the counters say otherwise than the elements.
    pub fn mismatch(&self, seen: Counts) -> Option<String> {
        let claim = self.claim;
        let warned = claim.warnings.unwrap_or(0);
        let same = |claimed: u64| claimed == seen.bad || claimed.saturating_add(warned) == seen.bad;
        if claim.tests.is_none_or(|claimed| claimed == seen.tests) && claim.bad().is_none_or(same) {
            return None;
        }
        let tests = claim.tests.map(|count| of(count, "test"));
        let bad = claim.bad().map(|count| of(count, "failure"));
        let claimed: Vec<String> = tests.into_iter().chain(bad).collect();
        Some(format!(
            "{} claims {}; its elements show {} and {}",
            self.called(),
            claimed.join(" and "),
            seen.tests,
            seen.bad
        ))
    }

    /// A counter that might be any number, where no element tells: nobody knows that it is zero.
    pub fn unreadable(&self, seen: Counts, accounted: u64) -> Option<String> {
        let failures = self.unread.as_ref().filter(|_| accounted == 0);
        let tests = self.unread_tests.as_ref().filter(|_| seen.tests == 0);
        let (unread, what) = match (failures, tests) {
            (Some(unread), _) => (unread, "failure"),
            (None, Some(unread)) => (unread, "test"),
            (None, None) => return None,
        };
        let name = self.called();
        Some(format!(
            "{name} has a counter that cannot be read, `{unread}`, and no element that shows a {what}"
        ))
    }

    /// Failures that only the counters claim, in words.
    pub fn unseen(&self, count: u64) -> String {
        let what = match count {
            1 => "1 failure or error".to_owned(),
            _ => format!("{count} failures or errors"),
        };
        format!("{} claims {what} that no element shows", self.called())
    }

    /// The suite in words.
    pub fn called(&self) -> String {
        match self.name.as_str() {
            "" => "a suite without a name".to_owned(),
            name => format!("suite `{name}`"),
        }
    }
}

/// A counter as tools write it: `3`, also `3.0` and `1,000`.
fn counter(text: &str) -> Option<u64> {
    let text = text.trim();
    total(text).or_else(|| {
        in_thousands(text)
            .then(|| total(&text.replace(',', "")))
            .flatten()
    })
}
