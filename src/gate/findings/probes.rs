//! Findings that a `findings` gate must not pass on.

use super::FindingGate;
use crate::gate::Probe;
use crate::gate::probe::path_for;
use crate::model::{
    Baseline, BaselineState, Evidence, Finding, FindingReport, Given, KnownFinding, Level, Measure,
};
use crate::policy::Condition;

impl FindingGate {
    /// One finding more than each bound allows, a scan that failed, and levels that nothing bounds although a lesser one is
    /// bound.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        let implied = Condition::zero(&self.reports.at);
        let mut bounds = self.counts.bounds();
        if self.asks_for_no_number() {
            bounds.push(("total", &implied));
        }
        for (name, condition) in &bounds {
            if matches!(*name, "new" | "fixed") {
                let fact = format!("findings.{name}");
                probes.extend(against_known(&fact, name, "src/probe.x", condition));
                continue;
            }
            probes.extend(Probe::beyond(
                &format!("findings.{name}"),
                condition,
                |value| {
                    let Measure::Count(count) = *value else {
                        return None;
                    };
                    level(name, count)
                },
            ));
        }
        probes.extend(self.in_paths());
        for (key, bound) in self.options.severities.iter().flatten() {
            let fact = format!("findings.severities.{}", key.name);
            probes.extend(Probe::beyond(&fact, &bound.condition, |value| {
                let Measure::Count(count) = *value else {
                    return None;
                };
                Some(found(Level::High, &key.name, "R1", count))
            }));
        }
        for (key, bound) in self.options.rules.iter().flatten() {
            let fact = format!("findings.rules.{}", key.name);
            probes.extend(Probe::beyond(&fact, &bound.condition, |value| {
                let Measure::Count(count) = *value else {
                    return None;
                };
                Some(found(Level::High, "high", &key.name, count))
            }));
        }
        let failed = FindingReport {
            broken: vec!["it could not read a file".to_owned()],
            ..FindingReport::default()
        };
        let failed = Probe::new("a scan that says it failed").evidence(Evidence::Findings(failed));
        probes.push(failed.reason("scan-failed", ""));
        probes.extend(self.open_levels());
        probes
    }

    /// The bounds on files that a glob selects.
    fn in_paths(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        for (key, glob, counts) in &self.paths {
            let path = path_for(&key.name).filter(|path| glob.is_match(path));
            let Some(path) = path else {
                let why = "no path is known that it selects";
                probes.push(Probe::unproven(format!("paths[{}]", key.name), why));
                continue;
            };
            for (name, condition) in counts.bounds() {
                let fact = format!("findings.paths[{}].{name}", key.name);
                if matches!(name, "new" | "fixed") {
                    probes.extend(against_known(&fact, name, &path, condition));
                    continue;
                }
                probes.extend(Probe::beyond(&fact, condition, |value| match *value {
                    Measure::Count(count) => listed(name, &path, count),
                    _ => None,
                }));
            }
        }
        probes
    }

    /// Levels worse than one that is bound, which must not be open while that one is closed.
    fn open_levels(&self) -> impl Iterator<Item = Probe> {
        let bounds = self.counts.bounds();
        let bound = |level: &Level| bounds.iter().any(|(name, _)| *name == level.word());
        let least = Level::ALL.into_iter().rev().find(bound);
        let open = Level::ALL
            .into_iter()
            .filter(move |level| least.is_some_and(|least| *level < least));
        open.map(|level| {
            let word = level.word();
            let title = format!("1 {word} finding: bind `{word}` too");
            Probe::new(title)
                .evidence(found(level, word, "R1", 1))
                .may()
        })
    }
}

/// More findings than this are not made up.
const MOST: u64 = 10_000;

/// Findings that a baseline knows or does not know, just beyond a bound on them; and no baseline.
fn against_known(fact: &str, name: &str, path: &str, condition: &Condition) -> Vec<Probe> {
    let with = |count: u64| {
        let mut baseline = Baseline::default();
        baseline.holds.insert("findings".to_owned());
        if name == "fixed" && count > 0 {
            let known = KnownFinding {
                rule: "R1".to_owned(),
                path: path.to_owned(),
                count,
            };
            baseline.findings.insert("probe".to_owned(), known);
        }
        Given {
            baseline_must_exist: true,
            baseline: BaselineState::Here(Box::new(baseline)),
            ..Given::default()
        }
    };
    let counts = condition.refused().into_iter();
    let made = counts.filter_map(|value| match value {
        Measure::Count(count) if count <= MOST => {
            let evidence = listed("high", path, if name == "new" { count } else { 0 })?;
            let probe = Probe::new(format!("{fact} {count}")).bound(fact, condition);
            Some(probe.evidence(evidence).given(with(count)))
        }
        _ => None,
    });
    let mut probes: Vec<Probe> = made.collect();
    if probes.is_empty() {
        let why = format!("no findings are known that `{}` refuses", condition.text());
        probes.push(Probe::unproven(fact, why).bound(fact, condition));
    }
    let none = Probe::new(format!("{fact} and no baseline")).bound(fact, condition);
    probes.push(none.evidence(found(Level::Info, "info", "R1", 0)));
    probes
}

/// A report that lists so many findings of one file.
fn listed(name: &str, path: &str, count: u64) -> Option<Evidence> {
    if count > MOST {
        return None;
    }
    let level = Level::ALL.into_iter().find(|level| level.word() == name);
    let level = level.unwrap_or(Level::High);
    let Evidence::Findings(mut report) = found(level, level.word(), "R1", count.max(1)) else {
        return None;
    };
    let one = report.items.pop()?;
    let one = Finding {
        file: Some(path.to_owned()),
        ..one
    };
    let items = (0..count).map(|_| one.clone()).collect();
    report = FindingReport::default();
    match name {
        "suppressed" => {
            report.suppressed = count;
            report.suppressed_items = items;
        }
        "waived" => {
            report.waived.total = count;
            report.waived.items = items;
        }
        _ => {
            report.total = count;
            report.by_level.insert(level, count);
            report.items = items;
        }
    }
    Some(Evidence::Findings(report))
}

/// A report in which one count has this value; `None` for one that no report alone can carry.
fn level(name: &str, count: u64) -> Option<Evidence> {
    if name == "suppressed" {
        let report = FindingReport {
            suppressed: count,
            ..FindingReport::default()
        };
        return Some(Evidence::Findings(report));
    }
    if name == "waived" {
        let mut report = FindingReport::default();
        report.waived.total = count;
        return Some(Evidence::Findings(report));
    }
    let worst = (name == "total").then_some(Level::Critical);
    let level = worst.or_else(|| Level::ALL.into_iter().find(|level| level.word() == name))?;
    Some(found(level, level.word(), "R1", count))
}

/// So many findings of one level, severity and rule.
fn found(level: Level, severity: &str, rule: &str, count: u64) -> Evidence {
    let one = Finding {
        rule: Some(rule.to_owned()),
        severity: severity.to_owned(),
        level,
        message: "bad".to_owned(),
        file: Some("src/probe.x".to_owned()),
        line: Some(1),
        column: None,
        fingerprint: "probe".to_owned(),
        suppressed: false,
        state: None,
    };
    let mut report = FindingReport {
        total: count,
        items: if count > 0 { vec![one] } else { Vec::new() },
        items_cut: count.saturating_sub(1),
        ..FindingReport::default()
    };
    report.by_level.insert(level, count);
    report.by_severity.insert(severity.to_owned(), count);
    report.by_rule.insert(rule.to_owned(), count);
    Evidence::Findings(report)
}
