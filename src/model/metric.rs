//! Metrics: named numbers of a report.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

/// Named numbers, exact as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricReport {
    /// Values by dotted name.
    pub values: BTreeMap<String, Decimal>,
    /// Numbers that cannot be compared, by dotted name.
    pub unread: BTreeMap<String, Unread>,
    /// Thresholds that the tool itself judged: all and failed. `None` where the format has no such thing.
    pub thresholds: Option<(u64, u64)>,
    /// The document itself, where a JSON path may be asked of it.
    pub document: Option<serde_json::Value>,
    /// The numbers that the document holds otherwise than they are written (it rounds), by JSON pointer.
    pub written: BTreeMap<String, Result<Decimal, Unread>>,
}

impl MetricReport {
    /// Takes in what is said of a name. What is said twice counts where both say the same. No more than `most` names.
    pub fn say(&mut self, name: String, said: Result<Decimal, Unread>, most: usize) {
        let before = match self.values.get(&name) {
            Some(value) => Some(Ok(*value)),
            None => self.unread.get(&name).map(|why| Err(*why)),
        };
        let said = match before {
            Some(before) if before == said => return,
            Some(_) => {
                self.values.remove(&name);
                Err(Unread::Twice)
            }
            None if self.values.len() + self.unread.len() >= most => return,
            None => said,
        };
        match said {
            Ok(value) => drop(self.values.insert(name, value)),
            Err(why) => drop(self.unread.insert(name, why)),
        }
    }
}

/// Why a number cannot be compared with a bound: what stands there is not rounded to something that could.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// More than a decimal of 28 digits holds.
    TooLarge,
    /// Not zero, but nothing else with 28 digits behind the point.
    TooSmall,
    /// The report says two things of it, and nobody knows which one holds.
    Twice,
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Unread::TooLarge => "too large to be compared exactly",
            Unread::TooSmall => "too small to be compared exactly",
            Unread::Twice => "given twice, with different values",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_full_of_contradiction_has_no_value() {
        let mut report = MetricReport::default();
        let mut say = |name: &str, said| report.say(name.to_owned(), said, 2);
        say("same", Ok(1.into()));
        say("same", Ok(1.into()));
        say("p95", Ok(900.into()));
        // No room for more names does not hide that one of them is said twice.
        say("more", Ok(1.into()));
        say("p95", Ok(100.into()));
        say("p95", Ok(900.into()));
        assert_eq!(report.values.keys().collect::<Vec<_>>(), ["same"]);
        assert_eq!(report.unread["p95"], Unread::Twice);
        assert_eq!(report.unread.len(), 1);
    }
}
