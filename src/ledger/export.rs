//! Records in the forms that other tools read: a DSSE envelope, an in-toto test result, a SLSA verification summary.
//!
//! What is exported says no more than the record. The record itself and the signatures beside it stay what counts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::sign::Signed;
use super::sshsig;
use super::statement::{self, STATEMENT_TYPE, SUBJECT};
use crate::model::{Entry, Record, Says, Verdict, canonical};

/// `payloadType` of an in-toto statement in an envelope.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";
const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";
/// Who drew the conclusion of a verification summary.
const VERIFIER: &str = "urn:tollgate";

/// A form that records can be exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [DSSE](https://github.com/secure-systems-lab/dsse/blob/master/protocol.md) around the record as it is.
    Dsse,
    /// An in-toto [test result](https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md).
    TestResult,
    /// A SLSA [verification summary](https://slsa.dev/spec/v1.1/verification_summary).
    Vsa,
}

impl Format {
    /// Every format with its word on the command line.
    pub const ALL: [(&'static str, Format); 3] = [
        ("dsse", Format::Dsse),
        ("test-result", Format::TestResult),
        ("vsa", Format::Vsa),
    ];

    /// Whether a record of that kind can be exported so.
    pub fn takes(self, says: &Says) -> bool {
        match self {
            Format::Dsse => true,
            Format::TestResult => {
                matches!(says, Says::Completion(_) | Says::Observation { .. })
            }
            Format::Vsa => matches!(says, Says::Completion(_)),
        }
    }
}

/// The record in that form, without signatures: canonical JSON. `None` where its kind has nothing to say in it.
pub fn export(entry: &Entry, format: Format) -> Option<Vec<u8>> {
    let record = &entry.record;
    match format {
        Format::Dsse => Some(statement::render(record)),
        Format::TestResult => test_result(record).map(|value| canonical(&value)),
        Format::Vsa => summary(entry).map(|value| canonical(&value)),
    }
}

/// What is signed of a payload in an envelope: its pre-authentication encoding.
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let head = format!(
        "DSSEv1 {} {PAYLOAD_TYPE} {} ",
        PAYLOAD_TYPE.len(),
        payload.len()
    );
    [head.as_bytes(), payload].concat()
}

/// The envelope of a payload, with signatures over its [`pae`]. In it a signature is the SSHSIG blob without armour, its
/// `keyid` the fingerprint of the key.
pub fn envelope(payload: &[u8], signatures: &[Signed]) -> Result<Vec<u8>, String> {
    let mut list = Vec::new();
    for signed in signatures {
        let read = sshsig::parse(&signed.text)?;
        let lines = signed.text.lines().map(str::trim);
        let blob: String = lines.filter(|line| !line.starts_with("-----")).collect();
        list.push(json!({ "keyid": sshsig::fingerprint(&read.key), "sig": blob }));
    }
    Ok(canonical(&json!({
        "payloadType": PAYLOAD_TYPE,
        "payload": STANDARD.encode(payload),
        "signatures": list,
    })))
}

fn statement(record: &Record, predicate_type: &str, predicate: Value) -> Value {
    json!({
        "_type": STATEMENT_TYPE,
        "subject": [{ "name": SUBJECT, "digest": { "gitTree": record.tree } }],
        "predicateType": predicate_type,
        "predicate": predicate,
    })
}

/// Each gate is a test. One that only warns, or stands under a waiver or lien, is a warned one.
fn test_result(record: &Record) -> Option<Value> {
    let mut passed = Vec::new();
    let mut warned = Vec::new();
    let mut failed = Vec::new();
    let mut sort = |name: &str, verdict: &str, blocks: bool| match Verdict::of(verdict) {
        Some(Verdict::Pass) => passed.push(name.to_owned()),
        Some(Verdict::NotApplicable) => {}
        Some(Verdict::Waived) => warned.push(name.to_owned()),
        _ if !blocks => warned.push(name.to_owned()),
        _ => failed.push(name.to_owned()),
    };
    let result = match &record.says {
        Says::Completion(done) => {
            // What does not pass in a completion stands under a lien.
            for (name, gate) in &done.gates {
                sort(name, &gate.verdict, false);
            }
            if done.decision == "go" {
                "PASSED"
            } else {
                "WARNED"
            }
        }
        Says::Observation { verdict, gates } => {
            let holds = verdict == Verdict::Pass.word();
            for (name, verdict) in gates.iter() {
                sort(name, verdict, !holds);
            }
            if holds { "PASSED" } else { "FAILED" }
        }
        _ => return None,
    };
    let predicate = json!({
        "result": result,
        "configuration": [{ "name": "tollgate.yaml", "digest": { "sha256": record.policy } }],
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": failed,
    });
    Some(statement(record, TEST_RESULT, predicate))
}

/// The mapping that `docs/ledger.md` gives.
fn summary(entry: &Entry) -> Option<Value> {
    let record = &entry.record;
    let Says::Completion(done) = &record.says else {
        return None;
    };
    let algorithm = if record.tree.len() == 40 {
        "sha1"
    } else {
        "sha256"
    };
    let rests = done
        .after
        .values()
        .chain(&done.sign_offs)
        .chain(&done.liens)
        .chain(&done.observations);
    let inputs = std::iter::once(&entry.digest).chain(rests).map(|digest| {
        json!({
            "uri": format!("{}/{digest}.json", super::LEDGER),
            "digest": { "sha256": digest },
        })
    });
    let predicate = json!({
        "verifier": { "id": VERIFIER, "version": { "tollgate": record.tollgate } },
        "timeVerified": record.at,
        "resourceUri": format!("gitoid:tree:{algorithm}:{}", record.tree),
        "policy": { "uri": "tollgate.yaml", "digest": { "sha256": record.policy } },
        "inputAttestations": inputs.collect::<Vec<_>>(),
        "verificationResult": "PASSED",
        "verifiedLevels": [format!("TOLLGATE_PHASE_{}", record.phase)],
        "slsaVersion": "1.1",
    });
    Some(statement(record, SUMMARY, predicate))
}
