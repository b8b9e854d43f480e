//! Waivers: whether one counts today, and whether it speaks of a thing. The day is passed in.
//!
//! It refuses to guess: a waiver whose dates cannot be read, lie in the future, run backwards or reach too far is not
//! applied, and neither is one beyond the budget.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::glob::{Glob, NoGlob};
use crate::model::{Finding, Target, Until, Waiver};

/// What the policy allows of waivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverRules {
    /// Most days from `opened` to `until`.
    pub longest: u32,
    /// How many may count at once.
    pub most: Option<u64>,
    /// So many days before its end a waiver is said to expire soon.
    pub warn: u32,
    /// How often the end of a waiver may be moved until that is said.
    pub renewals: u64,
    /// After so many passes in a row a test could leave quarantine.
    pub passes: u64,
}

impl Default for WaiverRules {
    fn default() -> Self {
        Self {
            longest: 90,
            most: None,
            warn: 7,
            renewals: 2,
            passes: 10,
        }
    }
}

/// How a waiver stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It counts; so many days are left, if it ends.
    Active(Option<i64>),
    /// It counts, and ends in so many days.
    Expiring(i64),
    /// It ended on this day.
    Expired(Date),
    /// Its dates are wrong, in words: it does not count.
    BadDate(String),
    /// More waivers than the policy allows were opened before it: it does not count.
    OverBudget(u64),
}

impl Standing {
    /// Whether the waiver counts.
    pub fn applies(&self) -> bool {
        matches!(self, Standing::Active(_) | Standing::Expiring(_))
    }

    /// The word in files and outputs.
    pub fn word(&self) -> &'static str {
        match self {
            Standing::Active(_) => "active",
            Standing::Expiring(_) => "expiring",
            Standing::Expired(_) => "expired",
            Standing::BadDate(_) => "bad-date",
            Standing::OverBudget(_) => "over-budget",
        }
    }

    /// What is to be said of it; nothing of one that simply counts.
    pub fn words(&self) -> Option<String> {
        match self {
            Standing::Active(_) => None,
            Standing::Expiring(0) => Some("ends today".to_owned()),
            Standing::Expiring(1) => Some("ends tomorrow".to_owned()),
            Standing::Expiring(left) => Some(format!("ends in {left} days")),
            Standing::Expired(day) => Some(format!("expired on {day}")),
            Standing::BadDate(words) => Some(format!("is not applied: {words}")),
            Standing::OverBudget(most) => Some(format!(
                "is not applied: the policy allows {most}, and as many were opened before it"
            )),
        }
    }
}

/// How each waiver stands on that day. Beyond the budget the newest do not count: by `opened`, then as written. One that
/// is not applied for its dates takes its place in the budget all the same: a stricter policy must not make room.
pub fn standings(waivers: &[Waiver], rules: &WaiverRules, today: Date) -> Vec<Standing> {
    let mut standings: Vec<Standing> = waivers
        .iter()
        .map(|waiver| standing(waiver, rules, today))
        .collect();
    let Some(most) = rules.most else {
        return standings;
    };
    let mut counting: Vec<(Option<Date>, usize)> = waivers
        .iter()
        .enumerate()
        .filter(|(index, _)| !matches!(standings[*index], Standing::Expired(_)))
        .map(|(index, waiver)| (waiver.opened.as_ref().ok().copied(), index))
        .collect();
    counting.sort();
    let allowed = usize::try_from(most).unwrap_or(usize::MAX);
    for (_, index) in counting.into_iter().skip(allowed) {
        if standings[index].applies() {
            standings[index] = Standing::OverBudget(most);
        }
    }
    standings
}

/// How one waiver stands on that day, the budget aside.
pub fn standing(waiver: &Waiver, rules: &WaiverRules, today: Date) -> Standing {
    let opened = match &waiver.opened {
        Ok(day) if *day > today => {
            return Standing::BadDate(format!("it was opened on {day}, which is still to come"));
        }
        Ok(day) => *day,
        Err(words) => return Standing::BadDate(format!("`opened`: {words}")),
    };
    let until = match &waiver.until {
        Ok(Until::Day(day)) => *day,
        Ok(Until::Never(_)) => return Standing::Active(None),
        Err(words) => return Standing::BadDate(format!("`until`: {words}")),
    };
    if until < opened {
        return Standing::BadDate(format!("it ends on {until}, before it was opened"));
    }
    let (length, longest) = (days(opened, until), i64::from(rules.longest));
    if length > longest {
        return Standing::BadDate(format!(
            "it runs for {length} days, and the policy allows {longest}"
        ));
    }
    match days(today, until) {
        left if left < 0 => Standing::Expired(until),
        left if left <= i64::from(rules.warn) => Standing::Expiring(left),
        left => Standing::Active(Some(left)),
    }
}

/// How often the end of each waiver was moved to a later day, by its scope in words. `versions` are the waivers of the
/// file as it was over time. One that went and came back with a later end was renewed too.
pub fn renewals(versions: &[Vec<Waiver>]) -> BTreeMap<String, u64> {
    let mut ends: BTreeMap<String, (Date, u64)> = BTreeMap::new();
    for waiver in versions.iter().flatten() {
        let end = match &waiver.until {
            Ok(Until::Day(day)) => *day,
            Ok(Until::Never(_)) => Date::MAX,
            Err(_) => continue,
        };
        let (latest, times) = ends.entry(waiver.scope.to_string()).or_insert((end, 0));
        // Versions of branches that ran side by side may come in any order: only what is later than all counts.
        if end > *latest {
            *latest = end;
            *times += 1;
        }
    }
    ends.into_iter()
        .map(|(scope, (_, times))| (scope, times))
        .collect()
}

/// Days from one day to another.
pub fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// Whether a text is one that the pattern means; `*` stands for anything.
pub fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A waiver that can be asked whether it speaks of a thing.
#[derive(Clone, Debug)]
pub struct Covers {
    target: Target,
    /// Where; of one that cannot be read nothing is known, and nothing is covered.
    path: Option<Result<Glob, NoGlob>>,
}

impl Covers {
    /// Makes ready what a waiver says.
    pub fn of(waiver: &Waiver) -> Self {
        let target = waiver.scope.target.clone();
        let written = match &target {
            Target::Finding { path, .. } | Target::Test { path, .. } => path.clone(),
            _ => None,
        };
        Self {
            path: written.map(|text| Glob::new(&text)),
            target,
        }
    }

    /// Whether it speaks of this finding.
    pub fn finding(&self, finding: &Finding) -> bool {
        let Target::Finding {
            rule,
            fingerprint,
            message,
            ..
        } = &self.target
        else {
            return false;
        };
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.is_none() || wanted.as_deref() == found
        };
        same(rule, finding.rule.as_deref())
            && same(fingerprint, Some(&finding.fingerprint))
            && message
                .as_ref()
                .is_none_or(|pattern| is_like(finding.message.trim(), pattern))
            && self.is_in(finding.file.as_deref())
    }

    /// Whether it speaks of the test of this id in this file.
    pub fn test(&self, id: &str, file: Option<&str>) -> bool {
        match &self.target {
            Target::Test { id: pattern, .. } => is_like(id, pattern) && self.is_in(file),
            _ => false,
        }
    }

    fn is_in(&self, file: Option<&str>) -> bool {
        let glob = match &self.path {
            None => return true,
            Some(Err(_)) => return false,
            Some(Ok(glob)) => glob,
        };
        let Some(file) = file else { return false };
        let file = file.replace('\\', "/");
        let file = file.trim_start_matches("./");
        // A folder may be called `[id]`, which a glob would read as a choice.
        file == glob.text() || glob.is_match(file)
    }
}

/// Whether a condition's dotted fact is the one that a waiver names: in full, without its gate where the waiver names
/// that, without the kind where the gate has one judge.
pub fn is_fact(written: &str, fact: &str, gate: &str, kinds: usize) -> bool {
    let Some(below) = fact
        .strip_prefix(gate)
        .and_then(|rest| rest.strip_prefix('.'))
    else {
        return false;
    };
    let written = written
        .strip_prefix(gate)
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(written);
    let short = below.split_once('.').map(|(_, fact)| fact);
    written == below || (kinds <= 1 && short == Some(written))
}

#[cfg(test)]
mod tests;
