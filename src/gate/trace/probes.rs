//! Documents and tests that a `trace` gate must not pass on.

use super::{From, TraceGate, id_of};
use crate::gate::probe::{path_for, refused, refused_of, short};
use crate::gate::sample::found_by;
use crate::gate::{Content, Probe};
use crate::model::{Evidence, ListedTest, Measure, TestOutcome, TestReport};
use crate::policy::Condition;

/// More ids are not written.
const MOST: u64 = 20_000;
/// So many ids stand for a whole where they can be chosen.
const SOME: u64 = 100;

impl TraceGate {
    /// Ids without a passing test, just beyond each bound; no test, no document, no id, an id twice.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes: Vec<Probe> = self
            .bounds
            .iter()
            .flat_map(|(name, condition)| self.beyond(name, condition))
            .collect();
        let none = Evidence::Tests(TestReport::default());
        let no_test = Probe::new("a report without a test").reason("no-tests", "");
        probes.push(no_test.evidence(none));
        let From::Named { files, unique, .. } = &self.source else {
            return probes;
        };
        for pattern in files {
            let probe = Probe::new(format!("no document `{}`", short(&pattern.text)));
            let probe = probe.reason("no-file", format!("`{}`", pattern.text));
            probes.push(probe.evidence(tests(&[], 0)));
        }
        let made = |title: &str, code: &'static str, lines: &[String]| {
            let probe = Probe::new(title).reason(code, "").evidence(tests(&[], 0));
            let unknown = || Probe::unproven(title, "no such document is known");
            self.documents(probe, lines).unwrap_or_else(unknown)
        };
        probes.push(made("documents without an id", "no-ids", &[]));
        if *unique {
            let title = "an id that is named twice";
            probes.push(match self.chosen(1) {
                Some((_, lines)) => made(title, "id-twice", &[lines.clone(), lines].concat()),
                None => Probe::unproven(title, "no id is known that `pattern` matches"),
            });
        }
        probes
    }

    fn beyond(&self, name: &str, condition: &Condition) -> Vec<Probe> {
        let fact = format!("trace.{name}");
        let mut values = refused(&fact, &fact, condition);
        if name == "share" {
            let whole = self.listed().unwrap_or(SOME);
            values.extend(refused_of(&fact, condition, whole));
        }
        let made = values.into_iter().filter_map(|bad| {
            let (covered, whole) = self.numbers(name, &bad.value)?;
            let (ids, lines) = self.chosen(whole)?;
            let probe = Probe::new(bad.title)
                .bound(&fact, condition)
                .given(bad.given);
            let probe = probe.evidence(tests(&ids, usize::try_from(covered).ok()?));
            self.documents(probe, &lines)
        });
        let made: Vec<Probe> = made.collect();
        if made.is_empty() {
            let why = format!("no ids are known that `{}` refuses", condition.text());
            return vec![Probe::unproven(&fact, why).bound(&fact, condition)];
        }
        made
    }

    /// How many ids are covered, of how many, to come to that value.
    fn numbers(&self, name: &str, value: &Measure) -> Option<(u64, u64)> {
        let listed = self.listed();
        let (covered, whole) = match (name, *value) {
            ("covered", Measure::Count(covered)) => {
                (covered, listed.unwrap_or(covered.checked_add(1)?))
            }
            ("missing", Measure::Count(missing)) => {
                let whole = listed.unwrap_or(missing.checked_add(1)?);
                (whole.checked_sub(missing)?, whole)
            }
            ("total", Measure::Count(total)) => (total, total),
            ("share", Measure::Share { part, whole }) => (part, whole),
            _ => return None,
        };
        let fits = covered <= whole && whole <= MOST && listed.is_none_or(|all| all == whole);
        fits.then_some((covered, whole))
    }

    fn listed(&self) -> Option<u64> {
        match &self.source {
            From::Listed(ids) => u64::try_from(ids.len()).ok(),
            From::Named { .. } => None,
        }
    }

    /// So many ids, and for each a line that names it.
    fn chosen(&self, whole: u64) -> Option<(Vec<String>, Vec<String>)> {
        let (pattern, except) = match &self.source {
            From::Listed(ids) => return Some((ids.keys().cloned().collect(), Vec::new())),
            From::Named {
                pattern, except, ..
            } => (pattern, except),
        };
        let text = found_by(pattern)?;
        let text = text.trim_matches('\n');
        let captures = pattern.captures(text)?;
        let id = id_of(&captures)?;
        let digit = |c: char| c.is_ascii_digit();
        // The first number of the id is counted up; one without a number is the only one.
        let numbered = id.as_str().find(digit).map(|start| {
            let rest = &id.as_str()[start..];
            let length = rest.find(|c| !digit(c)).unwrap_or(rest.len());
            (start, length)
        });
        let (mut ids, mut lines) = (Vec::new(), Vec::new());
        let mut number = 0_u64;
        while (ids.len() as u64) < whole {
            number += 1;
            let name = match numbered {
                Some((start, length)) => {
                    let (before, after) = (&id.as_str()[..start], &id.as_str()[start + length..]);
                    format!("{before}{number:0length$}{after}")
                }
                None if ids.is_empty() && number == 1 => id.as_str().to_owned(),
                None => return None,
            };
            let line = format!("{}{name}{}", &text[..id.start()], &text[id.end()..]);
            let said = pattern.captures(&line)?;
            if id_of(&said)?.as_str() != name {
                return None;
            }
            if !except.contains(&name) {
                ids.push(name);
                lines.push(line);
            }
        }
        Some((ids, lines))
    }

    /// Puts documents with these lines into the tree.
    fn documents(&self, probe: Probe, lines: &[String]) -> Option<Probe> {
        let From::Named { files, exclude, .. } = &self.source else {
            return Some(probe);
        };
        let text = lines.join("\n") + "\n";
        let mut probe = probe;
        for (index, pattern) in files.iter().enumerate() {
            let path = path_for(&pattern.text)?;
            if exclude.iter().any(|one| one.selects(&path)) {
                return None;
            }
            let text = if index == 0 { text.as_str() } else { "" };
            probe = probe.file(path, Content::Bytes(text.as_bytes().to_vec()));
        }
        Some(probe)
    }
}

/// A report in which the first of these ids pass, every other of the rest fails, and one test carries none.
fn tests(ids: &[String], covered: usize) -> Evidence {
    let one = |id: &str, outcome| ListedTest {
        id: id.to_owned(),
        outcome,
        file: None,
        line: None,
    };
    let carried = ids.iter().enumerate().filter_map(|(index, id)| {
        let outcome = match index {
            index if index < covered => TestOutcome::Passed,
            index if index % 2 == 0 => TestOutcome::Failed,
            _ => return None,
        };
        Some(one(&format!("{id} holds"), outcome))
    });
    let mut inventory: Vec<ListedTest> = carried.collect();
    inventory.push(one("probe", TestOutcome::Passed));
    let of = |outcome| inventory.iter().filter(move |test| test.outcome == outcome);
    let passed = of(TestOutcome::Passed).count() as u64;
    let failed = of(TestOutcome::Failed).count() as u64;
    Evidence::Tests(TestReport {
        passed,
        failed,
        inventory,
        ..TestReport::default()
    })
}
