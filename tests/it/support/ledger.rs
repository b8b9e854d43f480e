//! Ledgers for tests: records made through the library, keys made by `ssh-keygen`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use tollgate::ledger::{Ledger, Signer};
use tollgate::model::{
    Asked, Completion, ConditionRecord, Criterion, Entry, Exact, GateRecord, Measure, Person,
    PublicKey, Record, Says, Who,
};

use super::Project;

/// The tree that all records here are about: the empty one.
pub const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// A key of somebody, beside the project.
pub struct Key {
    /// The private key.
    pub file: PathBuf,
    /// The line of the `.pub` file, without the comment.
    pub line: String,
}

impl Key {
    /// A new one.
    pub fn new(project: &Project, name: &str, passphrase: &str) -> Self {
        let file = project.beside().join(format!("key-{name}"));
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-C", name, "-N", passphrase, "-f"])
            .arg(&file)
            .status()
            .unwrap();
        assert!(made.success());
        let text = std::fs::read_to_string(file.with_extension("pub")).unwrap();
        let words: Vec<&str> = text.split_whitespace().take(2).collect();
        Self {
            file,
            line: words.join(" "),
        }
    }

    /// Signs with it.
    pub fn signer(&self) -> Signer {
        Signer::file(&self.file, self.file.parent().unwrap())
    }

    /// As people.yaml has it.
    pub fn public(&self) -> PublicKey {
        let (algorithm, base64) = self.line.split_once(' ').unwrap();
        PublicKey {
            algorithm: algorithm.to_owned(),
            base64: base64.to_owned(),
            after: None,
            before: None,
        }
    }

    /// Somebody with this key alone.
    pub fn person(&self) -> Person {
        Person {
            keys: vec![self.public()],
            ..Person::default()
        }
    }
}

/// A record of the phase `beta`.
pub fn record(says: Says) -> Record {
    Record {
        parents: Vec::new(),
        at: "2026-01-01T12:00:00Z".to_owned(),
        who: Who {
            name: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
        },
        phase: "beta".to_owned(),
        tree: TREE.to_owned(),
        commit: None,
        policy: "0".repeat(64),
        project: None,
        tollgate: "0.1.0".to_owned(),
        says,
    }
}

/// A sign-off, with words that keep it apart from others.
pub fn sign_off(why: &str) -> Record {
    record(Says::SignOff {
        why: Some(why.to_owned()),
        evidence: Vec::new(),
        entry: false,
        weakenings: None,
        asks: Default::default(),
    })
}

/// A completion that follows from its facts and rests on these sign-offs.
pub fn completion(sign_offs: &[&str]) -> Record {
    let value = Exact(Measure::Share {
        part: 90,
        whole: 100,
    });
    let condition = ConditionRecord {
        fact: "unit.coverage.lines".to_owned(),
        bound: ">=85%".to_owned(),
        written: "tollgate.yaml:7".to_owned(),
        measured: "90%".to_owned(),
        verdict: "pass".to_owned(),
        asked: Some(Asked {
            is: ">=85%".to_owned(),
            fail: None,
            tolerance: None,
            drop: false,
            value: Some(value),
            baseline: None,
            spread: None,
        }),
    };
    let gate = GateRecord {
        verdict: "pass".to_owned(),
        enforce: "block".to_owned(),
        facts: BTreeMap::from([(condition.fact.clone(), value)]),
        conditions: vec![condition],
        ..GateRecord::default()
    };
    let answer = |rule: &str, asks: &[(&str, &str)]| Criterion {
        rule: rule.to_owned(),
        holds: true,
        asks: (asks.iter())
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        ..Criterion::default()
    };
    record(Says::Completion(Box::new(Completion {
        criteria: vec![answer("tree", &[]), answer("gates", &[("gates", "unit")])],
        decision: "go".to_owned(),
        as_of: "2026-01-01".to_owned(),
        gates: BTreeMap::from([("unit".to_owned(), gate)]),
        sign_offs: sign_offs.iter().map(|one| (*one).to_owned()).collect(),
        verdict: "1".repeat(64),
        ..Completion::default()
    })))
}

/// Appends a record to the ledger of a project, unsigned.
pub fn appended(project: &Project, record: Record) -> Entry {
    let mut ledger = Ledger::read(&project.root).unwrap();
    ledger.append(record, None).unwrap()
}

/// What the script says of a ledger that knows the documented form and nothing of us.
pub fn independent(project: &Project) -> serde_json::Value {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledger_verify.py");
    let output = Command::new("python3")
        .arg(file)
        .arg(&project.root)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"))
}

/// Whether every record that is named as a parent is there.
pub fn parents_are_there(ledger: &Ledger) -> bool {
    let mut parents = ledger.entries().flat_map(|entry| &entry.record.parents);
    parents.all(|parent| ledger.entry(parent).is_some())
}
