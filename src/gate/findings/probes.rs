//! Findings that a `findings` gate must not pass on.

use super::FindingGate;
use crate::gate::Probe;
use crate::model::{Evidence, Finding, FindingReport, Level, Measure};

impl FindingGate {
    /// One finding more than each bound allows, a scan that failed, and levels that nothing bounds although a lesser one is
    /// bound.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        let bounds = self.bounds();
        for (name, condition) in &bounds {
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

    /// Levels worse than one that is bound, which must not be open while that one is closed.
    fn open_levels(&self) -> impl Iterator<Item = Probe> {
        let bounds = self.bounds();
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
