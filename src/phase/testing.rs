//! A small project with its records, for the tests of the rules.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::*;
use crate::model::{
    Completion, Decision, Enforce, Entry, GateRecord, GateVerdict, Measure, Outstanding, People,
    Person, PhaseOutcome, Record, Says, Signature, SignatureState, Subject, SubjectState, Verdict,
    VerdictDocument, Who,
};
use crate::policy::{Condition, Unit};
use crate::problem::{Flag, Problems, Shape, Text};
use crate::source::{At, Located, Node, Place, Value};

pub(super) fn at() -> At {
    At::start_of("tollgate.yaml")
}

pub(super) fn text(words: &str) -> Text {
    Located::new(words.to_owned(), at())
}

pub(super) fn flag(truth: bool) -> Flag {
    Located::new(truth, at())
}

pub(super) fn node(words: &str) -> Node {
    Node {
        at: at(),
        value: Value::Text(words.to_owned()),
    }
}

pub(super) fn read<T: Shape>(words: &str) -> T {
    T::read(&node(words), &mut Problems::default()).expect("it can be read")
}

pub(super) fn bound(words: &str) -> Condition {
    Condition::read(&node(words), Unit::Share, &mut Problems::default()).expect("it can be read")
}

pub(super) fn phase(id: &str) -> PlannedPhase {
    PlannedPhase::bare(id, at())
}

pub(super) fn sign_offs(count: u64) -> SignOffs {
    SignOffs {
        at: at(),
        count,
        from: Vec::new(),
        not: Vec::new(),
        unsigned: false,
        evidence: false,
    }
}

pub(super) fn target(fact: &str, words: &str) -> Target {
    Target {
        fact: fact.to_owned(),
        gate: fact.split('.').next().unwrap_or("").to_owned(),
        node: node(words),
    }
}

pub(super) fn gate(id: &str, verdict: Verdict) -> GateVerdict {
    GateVerdict {
        id: id.to_owned(),
        verdict,
        cause: (verdict == Verdict::Inconclusive).then_some(crate::model::Cause::Evidence),
        enforce: Enforce::Block,
        flaky: false,
        kinds: vec!["exit".to_owned()],
        needs: Vec::new(),
        written: Place::line("tollgate.yaml", Some(1)),
        why: None,
        fix: None,
        owner: None,
        conditions: Vec::new(),
        reasons: Vec::new(),
        notes: Vec::new(),
        facts: BTreeMap::new(),
        failures: Vec::new(),
        failures_cut: 0,
        findings: Vec::new(),
        findings_cut: 0,
        waived: Vec::new(),
        reports: Vec::new(),
        evidence_digest: None,
    }
}

pub(super) fn verdict(gates: Vec<GateVerdict>) -> VerdictDocument {
    VerdictDocument {
        decision: Decision::Go,
        subject: subject(),
        policy: "policy".to_owned(),
        tollgate: "0.0.0".to_owned(),
        as_of: "2026-03-10".to_owned(),
        readiness: None,
        waivers: Vec::new(),
        gates,
    }
}

fn subject() -> Subject {
    Subject {
        id: "tree".to_owned(),
        state: SubjectState::Clean,
    }
}

/// A project: its phases, its records in a chain, and what is judged.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub phases: Vec<PlannedPhase>,
    pub gates: BTreeMap<String, GateNow>,
    pub entries: Vec<Entry>,
    pub broken: BTreeMap<String, String>,
    pub subject: Subject,
    pub differs: Vec<String>,
    pub astray: Vec<String>,
    pub left_out: Vec<String>,
    pub trusted: Option<super::TrustedPolicy>,
    pub policy: String,
    pub now: Timestamp,
    pub people: People,
    pub verdict: Option<VerdictDocument>,
    pub authors: Result<Vec<Who>, String>,
    pub work: Work,
    pub waived: BTreeMap<String, String>,
    /// Parents of the next record; the last one where none are set.
    pub parents: Option<Vec<String>>,
}

impl Scene {
    /// The phases, with ada and bo as leads and cy as nothing, at noon of 2026-03-10.
    pub fn new(phases: Vec<PlannedPhase>) -> Self {
        let person = |name: &str, roles: &[&str]| {
            let person = Person {
                name: name.to_owned(),
                emails: vec![format!("{name}@example.org")],
                keys: Vec::new(),
                roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            };
            (name.to_owned(), person)
        };
        let people = [
            person("ada", &["leads"]),
            person("bo", &["leads"]),
            person("cy", &[]),
        ];
        let mut scene = Self {
            phases,
            gates: BTreeMap::new(),
            entries: Vec::new(),
            broken: BTreeMap::new(),
            subject: subject(),
            differs: Vec::new(),
            astray: Vec::new(),
            left_out: Vec::new(),
            trusted: None,
            policy: "policy".to_owned(),
            now: "2026-03-10T12:00:00Z".parse().expect("a time"),
            people: People {
                by_name: people.into(),
            },
            verdict: None,
            authors: Ok(Vec::new()),
            work: Work::NONE,
            waived: BTreeMap::new(),
            parents: None,
        };
        let named: Vec<String> = scene
            .phases
            .iter()
            .flat_map(|one| one.gates.iter().chain(&one.keep).cloned())
            .collect();
        for gate in named {
            scene.gate(&gate);
        }
        scene
    }

    /// The gate as the file has it.
    pub fn gate(&mut self, id: &str) -> &mut GateNow {
        let new = || GateNow {
            weight: 1,
            ..GateNow::default()
        };
        self.gates.entry(id.to_owned()).or_insert_with(new)
    }

    pub fn phase(&mut self, id: &str) -> &mut PlannedPhase {
        self.phases
            .iter_mut()
            .find(|phase| phase.id == id)
            .expect("a phase of the scene")
    }

    pub fn git(&self, name: &str) -> Who {
        Who {
            name: name.to_owned(),
            email: format!("{name}@example.org"),
        }
    }

    pub fn tomorrow(&mut self, days: i64) {
        self.now = self
            .now
            .checked_add(jiff::SignedDuration::from_hours(24 * days))
            .expect("in range");
    }

    fn at(&self) -> String {
        self.now.to_string()
    }

    /// Writes a record, as somebody, on the tree and under the policy of now.
    pub fn record(&mut self, phase: &str, who: &str, says: Says) -> String {
        let last = self.entries.last().map(|entry| entry.digest.clone());
        let digest = format!("{:04}-{phase}", self.entries.len());
        let record = Record {
            parents: self
                .parents
                .clone()
                .unwrap_or_else(|| last.into_iter().collect()),
            at: self.at(),
            who: self.git(who),
            phase: phase.to_owned(),
            tree: self.subject.id.clone(),
            commit: None,
            policy: self.policy.clone(),
            project: None,
            tollgate: "0".to_owned(),
            says,
        };
        self.entries.push(Entry {
            digest: digest.clone(),
            record,
            signatures: Vec::new(),
        });
        digest
    }

    fn signed(&mut self, person: &str, state: SignatureState) {
        let entry = self.entries.last_mut().expect("a record was written");
        entry.signatures.push(Signature {
            person: person.to_owned(),
            state,
        });
    }

    /// A completion with these gates, which pass.
    pub fn complete(&mut self, phase: &str, gates: &[&str]) -> String {
        let gates: Vec<String> = gates.iter().map(|gate| (*gate).to_owned()).collect();
        self.complete_with(phase, |completion| {
            for gate in gates {
                let record = GateRecord {
                    verdict: "pass".to_owned(),
                    enforce: "block".to_owned(),
                    ..GateRecord::default()
                };
                completion.gates.insert(gate, record);
            }
        })
    }

    /// A completion that rests on those of the phases before it and of its parts.
    pub fn complete_with(&mut self, phase: &str, change: impl FnOnce(&mut Completion)) -> String {
        let this = self
            .phases
            .iter()
            .find(|one| one.id == phase)
            .expect("a phase of the scene");
        let parts = self
            .phases
            .iter()
            .filter(|one| one.parent.as_deref() == Some(phase));
        let before: Vec<String> = this
            .after
            .iter()
            .cloned()
            .chain(parts.map(|one| one.id.clone()))
            .collect();
        let history = History::of(self.entries.clone(), BTreeMap::new(), &[]);
        let mut completion = Completion {
            decision: "go".to_owned(),
            as_of: "2026-03-10".to_owned(),
            ..Completion::default()
        };
        for id in before {
            if let Some(entry) = history.phase(&id).completion() {
                completion.after.insert(id, entry.digest.clone());
            }
        }
        change(&mut completion);
        self.record(phase, "ada", Says::Completion(Box::new(completion)))
    }

    pub fn sign(&mut self, phase: &str, who: &str, entry: bool) -> String {
        let digest = self.sign_off(phase, who, entry);
        self.signed(who, SignatureState::Good);
        digest
    }

    pub fn sign_with_evidence(&mut self, phase: &str, who: &str, link: &str) -> String {
        let says = Says::SignOff {
            why: None,
            evidence: vec![link.to_owned()],
            entry: false,
            weakenings: None,
            asks: Default::default(),
        };
        let digest = self.record(phase, who, says);
        self.signed(who, SignatureState::Good);
        digest
    }

    pub fn sign_without_key(&mut self, phase: &str, who: &str) -> String {
        self.sign_off(phase, who, false)
    }

    fn sign_off(&mut self, phase: &str, who: &str, entry: bool) -> String {
        let asked = plan::find(&self.phases, phase).and_then(|one| one.entry.as_ref());
        let asks = match asked.filter(|_| entry) {
            Some(asked) => asked.asked(),
            None => BTreeMap::new(),
        };
        let says = Says::SignOff {
            why: None,
            evidence: Vec::new(),
            entry,
            weakenings: None,
            asks,
        };
        self.record(phase, who, says)
    }

    pub fn lien(&mut self, phase: &str, on: &str, due: &str, signer: &str) -> String {
        let says = Says::Lien {
            on: on.to_owned(),
            owner: "cy".to_owned(),
            why: "the vendor is late".to_owned(),
            due: due.to_owned(),
        };
        let digest = self.record(phase, "cy", says);
        self.signed(signer, SignatureState::Good);
        digest
    }

    pub fn observe(&mut self, phase: &str, verdict: &str) -> String {
        let gates = self
            .phases
            .iter()
            .filter(|one| one.id == phase)
            .flat_map(|one| one.gates.clone());
        let says = Says::Observation {
            verdict: verdict.to_owned(),
            gates: gates.map(|gate| (gate, verdict)).collect(),
        };
        self.record(phase, "ci", says)
    }

    pub fn reopen(&mut self, phase: &str, digest: &str) -> String {
        let says = Says::Reopen {
            completion: digest.to_owned(),
            why: "a fault was found".to_owned(),
        };
        self.record(phase, "bo", says)
    }

    pub fn rule(&mut self, phase: &str, ruling: &str, to: Option<&str>) -> String {
        let says = Says::Ruling {
            ruling: ruling.to_owned(),
            why: "the market moved".to_owned(),
            to: to.map(str::to_owned),
        };
        self.record(phase, "bo", says)
    }

    fn verdicts(&self) -> BTreeMap<String, Verdict> {
        let gates = self.verdict.iter().flat_map(|document| &document.gates);
        gates.map(|gate| (gate.id.clone(), gate.verdict)).collect()
    }

    /// Hands the world and the standings to something.
    pub fn with<T>(&self, see: impl FnOnce(&World<'_>, &Standings) -> T) -> T {
        let history = History::of(self.entries.clone(), self.broken.clone(), &[]);
        let world = World {
            phases: &self.phases,
            gates: &self.gates,
            history: &history,
            subject: &self.subject,
            differs: &self.differs,
            astray: &self.astray,
            left_out: &self.left_out,
            trusted: self.trusted.as_ref(),
            policy: &self.policy,
            now: self.now,
            today: self.now.to_zoned(jiff::tz::TimeZone::UTC).date(),
            people: &self.people,
        };
        let standings = Standings::of(&world, &self.verdicts());
        see(&world, &standings)
    }

    fn situated<T>(&self, id: &str, see: impl FnOnce(&Situation<'_>) -> T) -> T {
        let volatile: BTreeMap<String, Measure> = BTreeMap::new();
        let of_all = Work {
            authors: self.authors.clone(),
            ..self.work.clone()
        };
        let phases = self.phases.iter();
        let work = phases
            .map(|phase| (phase.id.clone(), of_all.clone()))
            .collect();
        self.with(|world, standings| {
            see(&Situation {
                world,
                standings,
                phase: plan::find(&self.phases, id).expect("a phase of the scene"),
                verdict: self.verdict.as_ref(),
                volatile: &volatile,
                work: &work,
                waived: &self.waived,
            })
        })
    }

    pub fn judge(&self, id: &str, rule: &dyn PhaseRule) -> Option<Answer> {
        self.situated(id, |situation| rule.judge(situation))
    }

    pub fn decide(&self, id: &str) -> (PhaseOutcome, Basis) {
        self.situated(id, decide)
    }

    pub fn standing(&self, id: &str) -> Standing {
        self.with(|_, standings| standings.phase(id).clone())
    }

    pub fn due(&self) -> Vec<Outstanding> {
        self.with(|world, _| due_liens(world, None, self.verdict.as_ref()))
    }
}
