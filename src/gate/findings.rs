//! `findings`: what scanners, linters, type checkers and audits may still report.

mod probes;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::wording::few;
use super::{Context, Gate, GateKind, Probe, Reports};
use crate::model::{Evidence, EvidenceKind, FindingReport, Judgement, Level, Measure, Wants};
use crate::policy::{Bound, Condition, Pieces};
use crate::problem::{Fields, Problems, object, options};
use crate::source::{Key, Node};

options! {
    /// Conditions on findings.
    pub struct FindingOptions {
        /// Critical findings.
        critical("critical"): Bound<Pieces>,
        /// High findings; errors of linters and type checkers.
        high("high"): Bound<Pieces>,
        /// Medium findings; warnings.
        medium("medium"): Bound<Pieces>,
        /// Low findings; notes and style.
        low("low"): Bound<Pieces>,
        /// Information.
        info("info"): Bound<Pieces>,
        /// All live findings; 0 when nothing is bound.
        total("total"): Bound<Pieces>,
        /// Findings that the tool or the source marks as accepted.
        suppressed("suppressed"): Bound<Pieces>,
        /// Findings that waivers accept; they are in no other count.
        waived("waived"): Bound<Pieces>,
        /// Bounds by the report's own words for severity.
        severities("severities"): Vec<(Key, Bound<Pieces>)>,
        /// Bounds by rule.
        rules("rules"): Vec<(Key, Bound<Pieces>)>,
    }
    reserved ["new", "fixed"]
}

/// The kind `findings`.
pub struct Findings;

#[derive(Debug)]
struct FindingGate {
    reports: Reports,
    options: FindingOptions,
}

impl GateKind for Findings {
    fn name(&self) -> &'static str {
        "findings"
    }

    fn about(&self) -> &'static str {
        "scanners, linters, type checkers: critical, high, medium, low, info, total, suppressed, waived, severities, rules"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Findings, problems);
        let options = FindingOptions::take(&mut fields, problems);
        fields.rest(problems);
        Some(Box::new(FindingGate {
            reports: reports?,
            options,
        }))
    }

    fn schema(&self) -> Json {
        let mut properties = super::reports::ReportOptions::properties();
        properties.extend(FindingOptions::properties());
        let mut schema = object(properties);
        schema["required"] = json!(["reports"]);
        schema
    }
}

impl FindingGate {
    fn bounds(&self) -> Vec<(&'static str, Condition)> {
        let o = &self.options;
        let given = [
            ("critical", &o.critical),
            ("high", &o.high),
            ("medium", &o.medium),
            ("low", &o.low),
            ("info", &o.info),
            ("total", &o.total),
            ("suppressed", &o.suppressed),
            ("waived", &o.waived),
        ];
        let mut bounds: Vec<_> = given
            .into_iter()
            .filter_map(|(name, bound)| Some((name, bound.as_ref()?.condition.clone())))
            .collect();
        let named = o.severities.iter().flatten().count() + o.rules.iter().flatten().count();
        if named == 0
            && bounds
                .iter()
                .all(|(name, _)| matches!(*name, "suppressed" | "waived"))
        {
            bounds.push(("total", Condition::zero(&self.reports.at)));
        }
        bounds
    }
}

impl Gate for FindingGate {
    fn kind(&self) -> &'static str {
        "findings"
    }

    fn reports(&self) -> Option<&Reports> {
        Some(&self.reports)
    }

    fn facts(&self) -> Vec<String> {
        let names = [
            "critical",
            "high",
            "medium",
            "low",
            "info",
            "total",
            "suppressed",
            "waived",
            "severities.*",
            "rules.*",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        let named = self.bounds();
        let named = named.iter().map(|(_, condition)| condition);
        let keyed = [&self.options.severities, &self.options.rules];
        let keyed = keyed.into_iter().flatten().flatten();
        let mut all = named.chain(keyed.map(|(_, bound)| &bound.condition));
        Wants::baseline_if(all.any(Condition::is_relative))
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut all = FindingReport::default();
        for evidence in context.evidence() {
            if let Evidence::Findings(findings) = evidence {
                all.merge(findings.clone());
            }
        }
        let mut judging = context.judging("findings");
        if context.reports.is_empty() {
            return judging.done();
        }
        for level in Level::ALL {
            judging.fact(level.word(), Measure::Count(all.at(level)));
        }
        judging.fact("total", Measure::Count(all.total));
        // What marks in the source hide is suppressed, whether or not the tool lists it.
        judging.fact("suppressed", Measure::Count(all.suppressed + all.hidden));
        judging.fact("waived", Measure::Count(all.waived.total));
        for (word, number) in &all.by_severity {
            judging.fact(&format!("severities.{word}"), Measure::Count(*number));
        }
        if !all.broken.is_empty() {
            let message = format!(
                "the tool says that its scan did not succeed: {}",
                few(&all.broken, 3)
            );
            judging.undecided(
                "scan-failed",
                message,
                "mend the scan; a failed one is no proof of absence",
            );
        }
        for (name, condition) in self.bounds() {
            judging.condition(name, &condition, "the reports do not say");
            let level = Level::ALL.into_iter().find(|level| level.word() == name);
            let (live, waived) = match level {
                Some(level) => (all.at(level), of(&all.waived.by_level, &level)),
                None if name == "total" => (all.total, all.waived.total),
                None => continue,
            };
            judging.unless_waived(&condition, Measure::Count(live + waived), waived);
        }
        for (key, bound) in self.options.severities.iter().flatten() {
            let number = of(&all.by_severity, &key.name);
            let waived = of(&all.waived.by_severity, &key.name);
            let value = Some((Measure::Count(number), false));
            judging.measured(
                &format!("severities.{}", key.name),
                &bound.condition,
                value,
                "",
            );
            judging.unless_waived(&bound.condition, Measure::Count(number + waived), waived);
        }
        for (key, bound) in self.options.rules.iter().flatten() {
            let number = of(&all.by_rule, &key.name);
            let waived = of(&all.waived.by_rule, &key.name);
            judging.measured(
                &format!("rules.{}", key.name),
                &bound.condition,
                Some((Measure::Count(number), false)),
                "",
            );
            judging.unless_waived(&bound.condition, Measure::Count(number + waived), waived);
        }
        let out = judging.out();
        out.findings = all.items;
        out.findings.sort_by(|a, b| {
            (a.level, &a.file, a.line, a.column).cmp(&(b.level, &b.file, b.line, b.column))
        });
        out.findings_cut = all.items_cut;
        out.waived = all.waived.by_waiver;
        judging.done()
    }
}

fn of<K: Ord>(counts: &BTreeMap<K, u64>, key: &K) -> u64 {
    counts.get(key).copied().unwrap_or(0)
}
