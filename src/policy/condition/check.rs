//! Conditions that are refused when they are read: such as can never hold or never fail, and bands without a gap.

use rust_decimal::Decimal;

use super::clause::{Clause, Target, sets, with};
use super::{Condition, Op};
use crate::policy::Unit;
use crate::policy::interval::Interval;
use crate::problem::{Code, Problem, Problems};

impl Condition {
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Some(words) = self.pointless() {
            problems.push(
                Problem::new(
                    Code::POINTLESS_CONDITION,
                    &self.at,
                    format!("`{}` {words}", self.text),
                )
                .label(words)
                .help("write a bound that separates good from bad, or remove the condition"),
            );
            return;
        }
        self.check_band(problems);
        self.check_exact(problems);
    }

    fn pointless(&self) -> Option<&'static str> {
        let all = sets(self.unit, &[], Decimal::ZERO);
        let accepts = self.accepts();
        if accepts.iter().any(|set| set.is_empty()) {
            Some("can never hold")
        } else if all.iter().zip(&accepts).all(|(all, set)| all.within(set)) {
            Some("can never fail")
        } else {
            None
        }
    }

    fn check_band(&self, problems: &mut Problems) {
        if self.fail.is_empty() {
            return;
        }
        let fails = sets(self.unit, &self.fail, Decimal::ZERO);
        // With the tolerance: what it lets pass must not be a declared fail either.
        let both = with(self.accepts(), &self.fail);
        let empty = |sets: &[Interval]| sets.iter().any(Interval::is_empty);
        if empty(&fails) || !empty(&both) {
            problems.push(
                Problem::new(
                    Code::POINTLESS_CONDITION,
                    &self.at,
                    format!("`{}`: pass and fail overlap", self.text),
                )
                .help(
                    "leave a band between them, such as `{ pass: \">=85%\", fail: \"<80%\" }` or \
                     `{ pass: \"<=+5%\", fail: \">+10%\" }`",
                ),
            );
        }
    }

    fn check_exact(&self, problems: &mut Problems) {
        let [
            Clause {
                op: Op::Equal,
                target: Target::Fixed(bound),
            },
        ] = self.pass.as_slice()
        else {
            return;
        };
        let plain = self.text.starts_with(|c: char| c.is_ascii_digit());
        if self.unit == Unit::Count && !bound.is_zero() && plain {
            let message = format!("`{}` demands exactly {bound}: fewer fail too", self.text);
            problems.push(
                Problem::new(Code::EXACT_BOUND, &self.at, message)
                    .label("exactly this many")
                    .help(format!("write `\"<={bound}\"` or `\">={bound}\"` for a limit, `\"={bound}\"` if you mean it"))
                    .as_warning(),
            );
        }
    }
}
