//! Waivers at work: what they take out of reports, which verdicts they change, and how each stands at the end.
//!
//! A waiver accepts what fails. It never stands in for evidence: what is inconclusive stays so, whoever signs for it
//! (`absent` in the gate declares that evidence may be missing).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::plain::Plain;
use super::skip::SKIPPED;
use crate::config::{Plan, PlannedGate};
use crate::model::{
    AppliedWaiver, Finding, GateVerdict, Judgement, Note, Target, TestCase, Verdict, Waived,
    Waiver, WaiverState,
};
use crate::policy::{Covers, Standing, is_fact, standings};
use crate::report::{Sieve, Taken};
use crate::source::Place;

/// The waivers of a run, as they stand on its day.
#[derive(Default)]
pub(super) struct Waivers {
    list: Arc<Vec<Entry>>,
}

struct Entry {
    waiver: Waiver,
    standing: Standing,
    covers: Covers,
}

impl Entry {
    fn applies(&self) -> bool {
        self.standing.applies() && self.waiver.unknown.is_none()
    }

    fn is_for(&self, gate: &str) -> bool {
        let named = self.waiver.scope.gate.as_deref();
        named.is_none_or(|named| named == gate)
    }
}

impl Waivers {
    /// All waivers of a plan, on that day.
    pub fn new(plan: &Plan, today: jiff::civil::Date) -> Self {
        let standings = standings(&plan.waivers, &plan.waiver_rules, today);
        let entries = plan.waivers.iter().zip(standings);
        let list = entries
            .map(|(waiver, standing)| Entry {
                covers: Covers::of(waiver),
                waiver: waiver.clone(),
                standing,
            })
            .collect();
        Self {
            list: Arc::new(list),
        }
    }

    /// What takes accepted findings and tests out of the reports of a gate; none where no waiver speaks of them.
    pub fn sieve(&self, gate: &str, plain: &Arc<Plain>) -> Option<Arc<dyn Sieve>> {
        let chosen = |wanted: fn(&Target) -> bool| -> Vec<usize> {
            let entries = self.list.iter().enumerate();
            entries
                .filter(|(_, entry)| entry.applies() && entry.is_for(gate))
                .filter(|(_, entry)| wanted(&entry.waiver.scope.target))
                .map(|(index, _)| index)
                .collect()
        };
        let mut findings = chosen(|target| matches!(target, Target::Finding { .. }));
        let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        findings.retain(|&index| match &self.list[index].waiver.scope.target {
            Target::Finding {
                fingerprint: Some(print),
                ..
            } => {
                named.entry(print.clone()).or_default().push(index);
                false
            }
            _ => true,
        });
        let mut tests = chosen(|target| matches!(target, Target::Test { .. }));
        // Quarantine first: what two waivers speak of is then at least not counted as clean.
        tests.sort_by_key(|index| !self.list[*index].waiver.quarantine);
        if findings.is_empty() && named.is_empty() && tests.is_empty() {
            return None;
        }
        Some(Arc::new(GateSieve {
            list: Arc::clone(&self.list),
            named,
            findings,
            tests,
            plain: Arc::clone(plain),
        }))
    }

    /// Changes the verdicts that waivers accept, and tells which waivers did so and which would have.
    pub fn apply(&self, gate: &PlannedGate, judgement: &mut Judgement) -> Vec<AppliedWaiver> {
        let mut applied = Vec::new();
        for (index, entry) in self.list.iter().enumerate() {
            if !entry.is_for(&gate.id) {
                continue;
            }
            let found = match judgement.waived.get(&index) {
                Some(waived) => waived.clone(),
                None => clauses(entry, gate, judgement),
            };
            if found.count > 0 && entry.applies() {
                judgement.notes.push(Note {
                    code: "waived",
                    message: told(&entry.waiver, &found),
                    detail: None,
                });
                applied.push(applied_by(index, &entry.waiver, found));
            } else if found.count > 0 || speaks_of_live(entry, judgement) {
                judgement.notes.extend(not_applied(entry));
            } else if speaks_of_undecided(entry, gate, judgement) {
                judgement.notes.push(Note {
                    code: "waiver-no-evidence",
                    message: format!(
                        "the waiver at {} does not help: a waiver accepts what fails, and this could not be decided",
                        entry.waiver.written
                    ), detail: None });
            }
        }
        applied
    }

    /// How every waiver stands, given what became of all gates.
    pub fn states(&self, plan: &Plan, gates: &[GateVerdict]) -> Vec<WaiverState> {
        let asked = Asked::of(plan, gates);
        let entries = self.list.iter().enumerate();
        entries
            .map(|(index, entry)| state(entry, asked.used(index, entry)))
            .collect()
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The conditions and reasons of which a waiver speaks: those that fail become waived if it applies. Their number and
/// names.
fn clauses(entry: &Entry, gate: &PlannedGate, judgement: &mut Judgement) -> Waived {
    let mut found = Waived::default();
    let applies = entry.applies();
    let target = &entry.waiver.scope.target;
    for condition in &mut judgement.conditions {
        let meant = is_condition(target, &condition.fact, gate);
        if !meant || condition.verdict != Verdict::Fail {
            continue;
        }
        let measured = condition.measured.as_deref().unwrap_or("nothing");
        let name = format!("{} {measured}, wanted {}", condition.fact, condition.bound);
        // A value that differs between equal runs must not get into the bytes of the verdict.
        let name = if condition.volatile {
            condition.fact.clone()
        } else {
            name
        };
        found.add(1, [name]);
        if applies {
            condition.verdict = Verdict::Waived;
            condition.note = Some(accepted(&entry.waiver, condition.note.take()));
        }
    }
    for reason in &mut judgement.reasons {
        let meant = match target {
            Target::Gate => true,
            Target::Reason(code) => reason.code == code,
            _ => false,
        };
        if meant && reason.verdict == Verdict::Fail {
            found.add(1, [reason.code.to_owned()]);
            if applies {
                reason.verdict = Verdict::Waived;
            }
        }
    }
    found
}

fn is_condition(target: &Target, fact: &str, gate: &PlannedGate) -> bool {
    match target {
        Target::Gate => true,
        Target::Condition(written) => is_fact(written, fact, &gate.id, gate.judges.len()),
        _ => false,
    }
}

fn accepted(waiver: &Waiver, note: Option<String>) -> String {
    let words = format!("{} ({})", waiver.why, waiver.signature());
    match note {
        Some(note) => format!("{note}; {words}"),
        None => words,
    }
}

/// `accepted: no-eval src/a.js:3 and 2 more: the vendor mends it (owner ada, until 2026-12-31, …)`.
fn told(waiver: &Waiver, found: &Waived) -> String {
    const SHOWN: usize = 3;
    let mut names = found.first.iter().take(SHOWN).cloned().collect::<Vec<_>>();
    let more = found.count - names.len() as u64;
    if more > 0 {
        let last = names.pop().unwrap_or_default();
        names.push(format!("{last} and {more} more"));
    }
    let what = if waiver.quarantine {
        "in quarantine"
    } else {
        "accepted"
    };
    format!(
        "{what}: {}: {} ({})",
        names.join(", "),
        waiver.why,
        waiver.signature()
    )
}

fn applied_by(index: usize, waiver: &Waiver, found: Waived) -> AppliedWaiver {
    AppliedWaiver {
        index,
        written: waiver.written.clone(),
        scope: waiver.scope.to_string(),
        why: waiver.why.clone(),
        owner: waiver.owner.clone(),
        until: waiver.until_words(),
        quarantine: waiver.quarantine,
        count: found.count,
        items: found.first,
    }
}

/// Why a waiver that speaks of what failed does not count.
fn not_applied(entry: &Entry) -> Option<Note> {
    let waiver = &entry.waiver;
    let words = entry.standing.words()?;
    let code = match &entry.standing {
        Standing::Active(_) | Standing::Expiring(_) => return None,
        Standing::Expired(_) => "waiver-expired",
        Standing::BadDate(_) => "waiver-bad-date",
        Standing::OverBudget(_) => "waiver-over-budget",
    };
    let message = format!(
        "the waiver by {} {words} ({}): {}",
        waiver.owner, waiver.written, waiver.scope
    );
    Some(Note {
        code,
        message,
        detail: None,
    })
}

/// Whether a waiver that does not count speaks of a finding or test that is listed.
fn speaks_of_live(entry: &Entry, judgement: &Judgement) -> bool {
    if entry.applies() {
        return false;
    }
    let findings = judgement
        .findings
        .iter()
        .any(|finding| entry.covers.finding(finding));
    findings
        || judgement
            .failures
            .iter()
            .any(|test| entry.covers.test(&test.id, test.file.as_deref()))
}

/// Whether a waiver speaks of something that could not be decided.
fn speaks_of_undecided(entry: &Entry, gate: &PlannedGate, judgement: &Judgement) -> bool {
    let target = &entry.waiver.scope.target;
    let conditions = judgement.conditions.iter().any(|condition| {
        condition.verdict == Verdict::Inconclusive && is_condition(target, &condition.fact, gate)
    });
    conditions
        || judgement.reasons.iter().any(|reason| {
            reason.verdict == Verdict::Inconclusive
                && match target {
                    Target::Gate => true,
                    Target::Reason(code) => reason.code == code,
                    _ => false,
                }
        })
}

fn state(entry: &Entry, used: Option<bool>) -> WaiverState {
    let waiver = &entry.waiver;
    let word = match &waiver.unknown {
        Some(_) => "unmatched",
        None => entry.standing.word(),
    };
    let remark = match (&waiver.unknown, entry.standing.words(), used) {
        (Some(words), Some(also), _) if !entry.standing.applies() => {
            Some(format!("matches nothing: {words}; it {also}"))
        }
        (Some(words), _, _) => Some(format!("matches nothing: {words}")),
        (None, Some(words), Some(false)) if entry.standing.applies() => {
            Some(format!("{words}, and accepted nothing: remove it"))
        }
        (None, Some(words), _) if matches!(entry.standing, Standing::Expired(_)) => {
            Some(format!("{words}: remove it, or let its owner renew it"))
        }
        (None, Some(words), _) => Some(words),
        (None, None, Some(false)) => Some("accepted nothing: remove it".to_owned()),
        (None, None, _) => never(waiver),
    };
    WaiverState {
        written: waiver.written.clone(),
        scope: waiver.scope.to_string(),
        owner: waiver.owner.clone(),
        until: waiver.until_words(),
        state: word,
        used,
        message: remark,
    }
}

fn never(waiver: &Waiver) -> Option<String> {
    match &waiver.until {
        Ok(crate::model::Until::Never(why)) => Some(format!("never ends: {why}")),
        _ => None,
    }
}

/// What became of the gates, for asking which waivers were used.
struct Asked<'a> {
    /// Waivers that accepted something.
    at_work: BTreeSet<usize>,
    /// Gates whose evidence was judged.
    judged: Vec<&'a GateVerdict>,
    /// Gates that were not, with the kinds of their judges.
    others: Vec<(&'a str, Vec<&'static str>)>,
}

impl<'a> Asked<'a> {
    fn of(plan: &'a Plan, gates: &'a [GateVerdict]) -> Self {
        let judged: Vec<&GateVerdict> = gates.iter().filter(|gate| was_judged(gate)).collect();
        let ids: BTreeSet<&str> = judged.iter().map(|gate| gate.id.as_str()).collect();
        let others = plan
            .gates
            .iter()
            .filter(|gate| !ids.contains(gate.id.as_str()));
        Self {
            at_work: gates
                .iter()
                .flat_map(|gate| gate.waived.iter().map(|applied| applied.index))
                .collect(),
            others: others
                .map(|gate| {
                    let kinds = gate.judges.iter().map(|judge| judge.kind()).collect();
                    (gate.id.as_str(), kinds)
                })
                .collect(),
            judged,
        }
    }

    /// Whether a waiver accepted something; nothing when it does not count, or when not every gate that it speaks of was
    /// judged: what it accepts may be in the others.
    fn used(&self, index: usize, entry: &Entry) -> Option<bool> {
        if !entry.applies() || matches!(entry.waiver.scope.target, Target::Criterion { .. }) {
            return None;
        }
        if self.at_work.contains(&index) {
            return Some(true);
        }
        let asked = self.judged.iter().any(|gate| speaks_of_gate(entry, gate));
        let elsewhere = self
            .others
            .iter()
            .any(|(id, kinds)| speaks_of(entry, id, kinds));
        (asked && !elsewhere).then_some(false)
    }
}

fn was_judged(gate: &GateVerdict) -> bool {
    let verdict = matches!(
        gate.verdict,
        Verdict::Pass | Verdict::Fail | Verdict::Waived
    );
    verdict && gate.reasons.iter().all(|reason| reason.code != SKIPPED)
}

fn speaks_of_gate(entry: &Entry, gate: &GateVerdict) -> bool {
    let kinds: Vec<&str> = gate.kinds.iter().map(String::as_str).collect();
    speaks_of(entry, &gate.id, &kinds)
}

fn speaks_of(entry: &Entry, gate: &str, kinds: &[&str]) -> bool {
    entry.is_for(gate)
        && match &entry.waiver.scope.target {
            Target::Gate | Target::Reason(_) => true,
            Target::Condition(fact) => {
                entry.waiver.scope.gate.is_some() || fact.split('.').next() == Some(gate)
            }
            Target::Finding { .. } => kinds.contains(&"findings"),
            Target::Test { .. } => kinds.contains(&"tests"),
            Target::Criterion { .. } => false,
        }
}

/// Takes out of the reports of one gate what its waivers accept. It compares what people are shown: paths without the
/// folder of the project, secrets masked.
struct GateSieve {
    list: Arc<Vec<Entry>>,
    /// Those that name a finding by its fingerprint: a long list of them must not cost for each finding.
    named: BTreeMap<String, Vec<usize>>,
    findings: Vec<usize>,
    tests: Vec<usize>,
    plain: Arc<Plain>,
}

impl Sieve for GateSieve {
    fn takes_findings(&self) -> bool {
        !self.findings.is_empty() || !self.named.is_empty()
    }

    fn takes_tests(&self) -> bool {
        !self.tests.is_empty()
    }

    fn finding(&self, finding: &Finding) -> Option<Taken> {
        let mut shown = finding.clone();
        self.plain.finding(&mut shown);
        let covers = |index: &usize| self.list[*index].covers.finding(&shown);
        let named = self.named.get(&shown.fingerprint).into_iter().flatten();
        let by = named
            .chain(&self.findings)
            .copied()
            .find(|index| covers(index))?;
        Some(Taken {
            by,
            name: name_of(&shown),
            quarantine: false,
        })
    }

    fn test(&self, test: &TestCase<'_>) -> Option<Taken> {
        let mut id = test.id();
        let mut file = (!test.file.is_empty()).then(|| test.file.to_owned());
        self.plain.text(&mut id);
        if let Some(file) = &mut file {
            self.plain.text(file);
        }
        let by = self
            .tests
            .iter()
            .copied()
            .find(|&index| self.list[index].covers.test(&id, file.as_deref()))?;
        Some(Taken {
            by,
            name: id,
            quarantine: self.list[by].waiver.quarantine,
        })
    }
}

/// `no-eval src/a.js:3`, or the message where neither is known.
fn name_of(finding: &Finding) -> String {
    let place = finding
        .file
        .as_ref()
        .map(|file| Place::line(file.clone(), finding.line).to_string());
    let parts: Vec<String> = finding.rule.clone().into_iter().chain(place).collect();
    if parts.is_empty() {
        finding.message.clone()
    } else {
        parts.join(" ")
    }
}
