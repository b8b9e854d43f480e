//! `findings`: what scanners, linters, type checkers and audits may still report.

mod compare;
mod part;
mod probes;
#[cfg(test)]
mod table;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value as Json, json};

use self::compare::{Changes, Seen};
use self::part::{Part, SHOWN, fixed_words};
use super::bounds::no_step;
use super::known::{self, Missing};
use super::place::in_repository;
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Judging, Probe, Reports};
use crate::model::{
    Evidence, EvidenceKind, Finding, FindingReport, ITEMS_KEPT, Judgement, Level, Measure, Wants,
};
use crate::policy::{Bound, Condition, Glob, Pieces};
use crate::problem::{Code, Fields, Problem, Problems, object, options};
use crate::source::{Key, Node};

options! {
    /// Conditions on numbers of findings.
    pub struct CountOptions {
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
        /// Findings that the baseline does not know, by fingerprint.
        new("new"): Bound<Pieces>,
        /// Findings of the baseline that are not there any more.
        fixed("fixed"): Bound<Pieces>,
    }
}

options! {
    /// Conditions on findings beside the numbers of all.
    pub struct FindingOptions {
        /// Bounds by the report's own words for severity.
        severities("severities"): Vec<(Key, Bound<Pieces>)>,
        /// Bounds by rule.
        rules("rules"): Vec<(Key, Bound<Pieces>)>,
        /// Bounds on the findings of the files that a glob selects.
        paths("paths"): Vec<(Key, CountOptions)>,
    }
}

impl CountOptions {
    fn bounds(&self) -> Vec<(&'static str, &Condition)> {
        let given = [
            ("critical", &self.critical),
            ("high", &self.high),
            ("medium", &self.medium),
            ("low", &self.low),
            ("info", &self.info),
            ("total", &self.total),
            ("suppressed", &self.suppressed),
            ("waived", &self.waived),
            ("new", &self.new),
            ("fixed", &self.fixed),
        ];
        given
            .into_iter()
            .filter_map(|(name, bound)| Some((name, &bound.as_ref()?.condition)))
            .collect()
    }

    /// What is counted against the baseline cannot be bound relative to it once more.
    fn check(&self, problems: &mut Problems) {
        for (name, bound) in [("new", &self.new), ("fixed", &self.fixed)] {
            if let Some(bound) = bound {
                no_step(name, &bound.condition, problems);
            }
        }
    }

    fn wants_baseline(&self) -> bool {
        let relative = |(_, condition): &(&str, &Condition)| condition.is_relative();
        self.new.is_some() || self.fixed.is_some() || self.bounds().iter().any(relative)
    }
}

/// The kind `findings`.
pub struct Findings;

#[derive(Debug)]
struct FindingGate {
    reports: Reports,
    counts: CountOptions,
    options: FindingOptions,
    paths: Vec<(Key, Glob, CountOptions)>,
}

impl GateKind for Findings {
    fn name(&self) -> &'static str {
        "findings"
    }

    fn about(&self) -> &'static str {
        "scanners, linters, type checkers: critical, high, medium, low, info, total, suppressed, waived; new and fixed against \
         the baseline; severities, rules, paths"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Findings, problems);
        let counts = CountOptions::take(&mut fields, problems);
        let options = FindingOptions::take(&mut fields, problems);
        fields.rest(problems);
        counts.check(problems);
        let paths: Vec<_> = options
            .paths
            .iter()
            .flatten()
            .filter_map(|(key, counts)| scope(key, counts, node, problems))
            .collect();
        let mut gate = FindingGate {
            reports: reports?,
            counts,
            options,
            paths,
        };
        gate.reports.choice.whole = gate.wants_baseline() || !gate.paths.is_empty();
        Some(Box::new(gate))
    }

    fn schema(&self) -> Json {
        let mut properties = super::reports::ReportOptions::properties();
        properties.extend(CountOptions::properties());
        properties.extend(FindingOptions::properties());
        let mut schema = object(properties);
        schema["required"] = json!(["reports"]);
        schema
    }
}

/// An entry of `paths`. Whether it asks for anything is asked of what is written: a bound that is refused is a
/// question all the same, and one mistake is one problem.
fn scope(
    key: &Key,
    counts: &CountOptions,
    node: &Node,
    problems: &mut Problems,
) -> Option<(Key, Glob, CountOptions)> {
    let asks = node
        .get("paths")
        .and_then(|paths| paths.get(&key.name))
        .is_some_and(|scope| {
            CountOptions::KEYS
                .iter()
                .any(|key| scope.get(key).is_some())
        });
    if !asks {
        let message = format!("`{}` asks for nothing", key.name);
        problems.push(
            Problem::new(Code::EMPTY_GATE, &key.at, message)
                .label("nothing is bound")
                .help("add a bound such as `total: 0`"),
        );
    }
    counts.check(problems);
    let glob = Glob::read(&key.name, &key.at, problems)?;
    Some((key.clone(), glob, counts.clone()))
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
            "new",
            "fixed",
        ];
        names.map(str::to_owned).to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn implied(&self) -> Vec<(&'static str, Condition)> {
        let total = self.asks_for_no_number();
        let total = total.then(|| ("total", Condition::zero(&self.reports.at)));
        total.into_iter().collect()
    }

    fn wants(&self) -> Wants {
        Wants::baseline_if(self.wants_baseline())
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("findings");
        if context.reports.is_empty() {
            return judging.done();
        }
        let mut all = self.merged(context);
        let mut paths = Paths::new(context);
        let live = std::mem::take(&mut all.items);
        let mut seen = self.seen(live, false, &mut paths);
        let waived = std::mem::take(&mut all.waived.items);
        seen.extend(self.seen(waived, true, &mut paths));
        if !all.broken.is_empty() {
            let message = format!(
                "the tool says that its scan did not succeed: {}",
                few(&all.broken, 3)
            );
            let help = "mend the scan; a failed one is no proof of absence";
            judging.undecided("scan-failed", message, help);
        }
        let changes = self.compare(context, &mut seen, &all);
        self.accept(&mut judging, &seen, &all);
        let (waived, seen): (Vec<Seen>, Vec<Seen>) = seen.into_iter().partition(|one| one.waived);
        facts(&mut judging, &all, &seen, changes.as_ref());
        let whole = Part {
            all: &all,
            seen: seen.iter().collect(),
            waived: waived.iter().collect(),
            suppressed: all.suppressed + all.hidden,
            changes: changes.as_ref(),
            glob: None,
        };
        for (name, condition) in self.counts.bounds() {
            whole.judge(&mut judging, "", name, condition);
        }
        if self.asks_for_no_number() {
            whole.judge(
                &mut judging,
                "",
                "total",
                &Condition::zero(&self.reports.at),
            );
        }
        self.judge_words(&mut judging, &all);
        for (key, glob, counts) in &self.paths {
            let quiet = all.suppressed_items.iter();
            let quiet = quiet.filter(|one| glob.is_match(paths.of(one.file.as_deref())));
            let part = whole.of_paths(glob, quiet.count() as u64);
            for (name, condition) in counts.bounds() {
                part.judge(
                    &mut judging,
                    &format!("paths[{}].", key.name),
                    name,
                    condition,
                );
            }
        }
        judging.out().waived = std::mem::take(&mut all.waived.by_waiver);
        list(&mut judging, seen, all.items_cut);
        judging.done()
    }
}

impl FindingGate {
    /// Whether anything is held against the baseline. All findings are recorded then, also where a number alone is
    /// compared: a baseline that holds a part would make the rest look new.
    fn wants_baseline(&self) -> bool {
        let keyed = [&self.options.severities, &self.options.rules];
        let mut keyed = keyed.into_iter().flatten().flatten();
        self.counts.wants_baseline()
            || self
                .paths
                .iter()
                .any(|(_, _, counts)| counts.wants_baseline())
            || keyed.any(|(_, bound)| bound.condition.is_relative())
    }

    /// Whether nothing bounds what is live: then nothing may be.
    fn asks_for_no_number(&self) -> bool {
        let others = self.options.severities.iter().flatten().count()
            + self.options.rules.iter().flatten().count()
            + self.options.paths.iter().flatten().count();
        let idle = |name: &str| matches!(name, "suppressed" | "waived" | "fixed");
        others == 0 && self.counts.bounds().iter().all(|(name, _)| idle(name))
    }

    /// Each finding with its path, which only what looks at paths has to know.
    fn seen(&self, items: Vec<Finding>, waived: bool, paths: &mut Paths<'_>) -> Vec<Seen> {
        let placed = self.reports.choice.whole;
        let seen = items.into_iter().map(|finding| {
            let file = finding.file.as_deref().filter(|_| placed);
            let path = paths.of(file);
            Seen {
                waived,
                ..Seen::new(finding, path)
            }
        });
        seen.collect()
    }

    fn merged(&self, context: &Context<'_>) -> FindingReport {
        let most = if self.reports.choice.whole {
            usize::MAX
        } else {
            ITEMS_KEPT
        };
        let mut all = FindingReport::default();
        for evidence in context.evidence() {
            if let Evidence::Findings(findings) = evidence {
                all.merge(findings.clone(), most);
            }
        }
        all
    }

    /// What became of the baseline's findings; `None` where nobody asked.
    fn compare(
        &self,
        context: &Context<'_>,
        seen: &mut [Seen],
        all: &FindingReport,
    ) -> Option<Result<Changes, Missing>> {
        if !self.wants_baseline() {
            return None;
        }
        let given = context.given;
        let gone = |path: &str| !context.root.join(path).exists();
        let suppressed = &all.suppressed_items;
        let changes = known::named(given)
            .map(|before| compare::compare(&before.findings, seen, suppressed, &gone));
        let judged = known::baseline(given, context.gate);
        Some(judged.map(|_| changes.unwrap_or_default()))
    }

    /// What a baseline would hold now.
    fn accept(&self, judging: &mut Judging, seen: &[Seen], all: &FindingReport) {
        if !self.wants_baseline() || !all.broken.is_empty() {
            return;
        }
        judging.out().accepted.findings = compare::known(seen);
    }

    fn judge_words(&self, judging: &mut Judging, all: &FindingReport) {
        let waived = &all.waived;
        let severities = self.options.severities.iter().flatten();
        let severities = severities.map(|(key, bound)| {
            let numbers = (&all.by_severity, &waived.by_severity);
            ("severities", key, bound, numbers)
        });
        let rules = self.options.rules.iter().flatten();
        let rules =
            rules.map(|(key, bound)| ("rules", key, bound, (&all.by_rule, &waived.by_rule)));
        for (what, key, bound, (live, waived)) in severities.chain(rules) {
            let of = |counts: &BTreeMap<String, u64>| counts.get(&key.name).copied().unwrap_or(0);
            let (number, waived) = (of(live), of(waived));
            let value = Some((Measure::Count(number), false));
            judging.measured(&format!("{what}.{}", key.name), &bound.condition, value, "");
            judging.unless_waived(&bound.condition, Measure::Count(number + waived), waived);
        }
    }
}

/// Paths of reports as paths of the repository, each looked for once.
struct Paths<'a> {
    context: &'a Context<'a>,
    found: HashMap<String, String>,
}

impl<'a> Paths<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            found: HashMap::new(),
        }
    }

    fn of(&mut self, file: Option<&str>) -> String {
        let Some(file) = file else {
            return String::new();
        };
        if let Some(known) = self.found.get(file) {
            return known.clone();
        }
        let path = in_repository(file, self.context.root, self.context.dir);
        self.found.insert(file.to_owned(), path.clone());
        path
    }
}

fn facts(
    judging: &mut Judging,
    all: &FindingReport,
    seen: &[Seen],
    changes: Option<&Result<Changes, Missing>>,
) {
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
    let Some(Ok(changes)) = changes else {
        return;
    };
    let new = seen.iter().filter(|one| one.is_new());
    judging.fact("new", Measure::Count(new.count() as u64));
    let fixed = changes.fixed.iter().map(|one| one.count).sum();
    judging.fact("fixed", Measure::Count(fixed));
    if fixed > 0 {
        let words: Vec<String> = changes.fixed.iter().map(fixed_words).collect();
        judging.note(
            "findings-fixed",
            format!("{fixed} fixed: {}", few(&words, SHOWN)),
        );
    }
    if changes.suppressed > 0 {
        let findings = count(changes.suppressed, "finding");
        let message = format!("{findings} of the baseline marked as accepted, which mends nothing");
        judging.note("findings-suppressed", message);
    }
    if !changes.moved.is_empty() {
        let pairs = changes
            .moved
            .iter()
            .map(|(from, to)| format!("{from} → {to}"));
        let message = format!(
            "findings that a renamed file took along: {}",
            few(&pairs.collect::<Vec<_>>(), SHOWN)
        );
        judging.note("findings-moved", message);
    }
}

/// The findings for people: new ones first, then the worst.
fn list(judging: &mut Judging, seen: Vec<Seen>, cut: u64) {
    let mut findings: Vec<_> = seen.into_iter().map(|one| one.finding).collect();
    findings.sort_by(|a, b| {
        (a.state, a.level, &a.file, a.line, a.column)
            .cmp(&(b.state, b.level, &b.file, b.line, b.column))
    });
    let out = judging.out();
    out.findings_cut = cut + findings.len().saturating_sub(ITEMS_KEPT) as u64;
    findings.truncate(ITEMS_KEPT);
    out.findings = findings;
}
