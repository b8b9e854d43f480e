//! The ledger: what is signed and chained here, stock OpenSSH and a script of another hand find good as well.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tollgate::ledger::{LEDGER, Ledger, Signer, allowed_signers};
use tollgate::model::{Exact, Measure, People, Record, Says};
use tollgate::vcs::Repository;

use crate::support::{Key, Project, TREE, appended, completion, sign_off, wait_for};

/// A project whose people.yaml names ada with this key.
fn with_ada(key: impl Fn(&Project) -> Key) -> (Project, Key, People) {
    let project = Project::new("gates: { a: { run: 'true' } }\n").committed();
    let ada = key(&project);
    let yaml = format!(
        "version: 1\npeople:\n  ada: {{ email: ada@example.org, keys: [{}], roles: [leads] }}\n",
        ada.line
    );
    project.write(".tollgate/people.yaml", yaml);
    let by_name = [("ada".to_owned(), ada.person())].into();
    (project, ada, People { by_name })
}

fn plain(project: &Project) -> Key {
    Key::new(project, "ada", "")
}

/// A signed sign-off, and a completion that rests on it.
fn chain(project: &Project, ada: &Key, people: &People) -> [String; 2] {
    let mut ledger = Ledger::read(&project.root).unwrap();
    let signed = ledger
        .append(sign_off("read it"), Some((&ada.signer(), people)))
        .unwrap();
    assert_eq!(signed.signers(), ["ada"]);
    let done = ledger.append(completion(&[&signed.digest]), None).unwrap();
    [signed.digest, done.digest]
}

/// The script that knows the documented form and nothing of us.
fn script(project: &Project, signers: Option<&Path>) -> (Option<i32>, Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledger_verify.py");
    let output = Command::new("python3")
        .arg(file)
        .arg(&project.root)
        .args(signers)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    (output.status.code(), json)
}

fn list(project: &Project, people: &People) -> PathBuf {
    let file = project.beside().join("allowed_signers");
    fs::write(&file, allowed_signers(people)).unwrap();
    file
}

fn openssh(list: &Path, signature: &Path, message: &Path) -> Output {
    Command::new("ssh-keygen")
        .args(["-Y", "verify", "-n", "tollgate", "-I", "ada", "-f"])
        .arg(list)
        .arg("-s")
        .arg(signature)
        .stdin(Stdio::from(fs::File::open(message).unwrap()))
        .output()
        .unwrap()
}

#[test]
fn what_we_sign_and_chain_is_good_to_openssh_and_to_a_script_of_another_hand() {
    let (project, ada, people) = with_ada(plain);
    let [signed, done] = chain(&project, &ada, &people);
    project
        .call(&["verify"])
        .exits(0)
        .says("the ledger is good: 2 records, 1 good signature, 1 unsigned");
    let folder = project.root.join(LEDGER);
    let record = folder.join(format!("{signed}.json"));
    let signature = folder.join(format!("{signed}.ada.sig"));
    let allowed = list(&project, &people);
    let output = openssh(&allowed, &signature, &record);
    assert!(output.status.success(), "{output:?}");
    let (code, found) = script(&project, Some(&allowed));
    assert_eq!(code, Some(0), "{found}");
    assert_eq!(found["records"], 2);
    assert_eq!(found["signatures"], 1);
    assert_eq!(found["depth"], 1);
    assert_eq!(found["heads"], serde_json::json!([done]));
    // Stock tools come to the same name.
    let sum = Command::new("sha256sum").arg(&record).output().unwrap();
    assert!(String::from_utf8_lossy(&sum.stdout).starts_with(&signed));
}

#[test]
fn both_see_that_a_record_was_changed() {
    let (project, ada, people) = with_ada(plain);
    let [_, done] = chain(&project, &ada, &people);
    let path = format!("{LEDGER}/{done}.json");
    project.write(
        &path,
        project.read(&path).replace("\"part\":90", "\"part\":99"),
    );
    project
        .call(&["verify"])
        .exits(1)
        .says(&format!("broken: {path}: its bytes are not those"));
    assert_eq!(script(&project, None).0, Some(1));
}

#[test]
fn both_draw_the_decision_again_whatever_the_name_says() {
    let project = Project::new("gates: { a: { run: 'true' } }\n").committed();
    let mut lie = completion(&[]);
    let tollgate::model::Says::Completion(done) = &mut lie.says else {
        panic!("a completion");
    };
    let gate = done.gates.get_mut("unit").unwrap();
    let less = Exact(Measure::Share {
        part: 70,
        whole: 100,
    });
    gate.conditions[0].asked.as_mut().unwrap().value = Some(less);
    gate.facts.insert("unit.coverage.lines".to_owned(), less);
    appended(&project, lie);
    project
        .call(&["verify"])
        .exits(1)
        .says("`unit.coverage.lines` is recorded as `pass`, and from `70%` against `>=85%` follows `fail`");
    let (code, found) = script(&project, None);
    assert_eq!(code, Some(1));
    assert!(
        found["faults"]
            .to_string()
            .contains("pass recorded, fail follows"),
        "{found}"
    );
}

#[test]
fn a_failing_gate_stands_under_a_signed_lien_until_it_is_due() {
    let (project, ada, people) = with_ada(plain);
    let lien = |due: &str| {
        let says = tollgate::model::Says::Lien {
            on: "unit".to_owned(),
            owner: "bo".to_owned(),
            why: "the vendor mends it".to_owned(),
            due: due.to_owned(),
        };
        tollgate::model::Record {
            says,
            ..sign_off("")
        }
    };
    let under = |lien: &str, decision: &str| {
        let mut record = completion(&[]);
        if let tollgate::model::Says::Completion(done) = &mut record.says {
            done.decision = decision.to_owned();
            done.liens = vec![lien.to_owned()];
            let gate = done.gates.get_mut("unit").unwrap();
            gate.verdict = "fail".to_owned();
            gate.conditions[0].verdict = "fail".to_owned();
            let less = Measure::Share {
                part: 80,
                whole: 100,
            };
            gate.conditions[0].asked.as_mut().unwrap().value = Some(Exact(less));
            gate.facts
                .insert("unit.coverage.lines".to_owned(), Exact(less));
        }
        record
    };
    let mut ledger = Ledger::read(&project.root).unwrap();
    let mut signed = |due: &str| {
        let signer = ada.signer();
        let entry = ledger.append(lien(due), Some((&signer, &people)));
        entry.unwrap().digest
    };
    let (later, past) = (signed("2026-06-01"), signed("2026-01-01"));
    appended(&project, under(&later, "conditional-go"));
    project.call(&["verify"]).exits(0);
    assert_eq!(script(&project, None).0, Some(0));
    appended(&project, under(&later, "go"));
    project
        .call(&["verify"])
        .exits(1)
        .says("recorded as `go`, and from what it holds follows `conditional-go`");
    appended(&project, under(&past, "conditional-go"));
    let ran = project.call(&["verify", "-v"]).exits(1);
    ran.says("which was due on 2026-01-01");
}

#[test]
fn json_says_what_people_are_told() {
    let (project, ada, people) = with_ada(plain);
    chain(&project, &ada, &people);
    let ran = project.call(&["verify", "--json"]).exits(0);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["schema"], "tollgate/verify/1");
    assert_eq!(json["result"], "good");
    assert_eq!(json["counts"]["decisions"], 1);
    assert_eq!(json["faults"], serde_json::json!([]));
}

#[test]
fn where_there_is_no_record_there_is_nothing_to_verify() {
    let project = Project::new("gates: { a: { run: 'true' } }\n");
    project
        .call(&["verify"])
        .exits(2)
        .complains("nothing to verify");
    project
        .call(&["ledger", "export", "--format", "dsse"])
        .exits(2)
        .complains("nothing to export");
}

#[test]
fn the_folder_alone_is_enough() {
    let (project, ada, people) = with_ada(plain);
    chain(&project, &ada, &people);
    let copy = project.beside().join("copy");
    fs::create_dir_all(copy.join(LEDGER)).unwrap();
    for entry in fs::read_dir(project.root.join(LEDGER)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.join(LEDGER).join(entry.file_name())).unwrap();
    }
    project
        .call(&["-C", copy.to_str().unwrap(), "verify"])
        .exits(0)
        .says("1 signature of nobody known (there is no .tollgate/people.yaml)");
}

#[test]
fn without_ssh_keygen_signatures_are_not_checked_and_that_is_no_good() {
    let (project, ada, people) = with_ada(plain);
    chain(&project, &ada, &people);
    let bin = project.beside().join("bin");
    fs::create_dir(&bin).unwrap();
    let git = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|file| file.is_file())
        .unwrap();
    std::os::unix::fs::symlink(git, bin.join("git")).unwrap();
    let project = project.env("PATH", &bin);
    project
        .call(&["verify"])
        .exits(3)
        .says("the signature of ada was not checked: `ssh-keygen` is not installed");
}

#[test]
fn branches_that_both_append_merge_without_conflict() {
    let project = Project::new("gates: { a: { run: 'true' } }\n").committed();
    let base = appended(&project, sign_off("base"));
    project.commit();
    let mut tips = Vec::new();
    for branch in ["left", "right"] {
        project.git(&["checkout", "-q", "-b", branch, "main"]);
        appended(&project, sign_off(branch));
        tips.push(appended(&project, sign_off(&format!("{branch} again"))).digest);
        project.commit();
    }
    project.git(&["checkout", "-q", "main"]);
    project.git(&["merge", "-q", "--no-edit", "left"]);
    project.git(&["merge", "-q", "--no-edit", "right"]);
    let ledger = Ledger::read(&project.root).unwrap();
    tips.sort();
    assert_eq!((ledger.len(), ledger.heads()), (5, tips.clone()));
    let joined = appended(&project, sign_off("both"));
    assert_eq!(joined.record.parents, tips);
    let chain = ledger.chain();
    let place = |digest: &str| chain.place(digest).unwrap();
    assert!(chain.comes_after(place(&tips[0]), place(&base.digest)));
    project.call(&["verify"]).exits(0);
}

#[test]
fn the_subject_does_not_change_when_records_are_committed() {
    let project = Project::new("gates: { a: { run: 'true' } }\n").committed();
    let subject = |project: &Project| project.run(&[]).exits(0).verdict()["subject"]["id"].clone();
    let before = subject(&project);
    appended(&project, sign_off("one"));
    assert_eq!(subject(&project), before, "not committed yet");
    project.commit();
    assert_eq!(subject(&project), before);
    assert_ne!(before, TREE);
}

#[test]
fn the_key_that_git_signs_with_signs_records() {
    let (project, ada, people) = with_ada(plain);
    project.git(&["config", "user.signingkey", ada.file.to_str().unwrap()]);
    let repository = Repository::find(&project.root).unwrap();
    assert!(
        Signer::of_git(&repository).unwrap().is_none(),
        "git signs with OpenPGP"
    );
    project.git(&["config", "gpg.format", "ssh"]);
    let signer = Signer::of_git(&repository).unwrap().unwrap();
    let mut ledger = Ledger::read(&project.root).unwrap();
    let entry = ledger
        .append(sign_off("x"), Some((&signer, &people)))
        .unwrap();
    assert_eq!(entry.signers(), ["ada"]);
    project.call(&["verify"]).exits(0).says("1 good signature");
}

#[test]
fn an_agent_signs_for_a_key_that_is_written_out() {
    let (project, ada, people) = with_ada(plain);
    chain(&project, &ada, &people);
    let socket = project.beside().join("agent");
    let agent = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(Stdio::null())
        .spawn();
    let mut agent = agent.unwrap();
    wait_for("the agent", || socket.exists().then_some(()));
    let project = project.env("SSH_AUTH_SOCK", &socket);
    let added = project
        .command("ssh-add", &project.root)
        .arg("-q")
        .arg(&ada.file)
        .status();
    assert!(added.unwrap().success());
    fs::remove_file(&ada.file).unwrap();
    project.git(&["config", "gpg.format", "ssh"]);
    project.git(&["config", "user.signingkey", &format!("key::{}", ada.line)]);
    let ran = project.call(&["ledger", "export", "--format", "dsse"]);
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert!(!ran.stdout.contains("\"signatures\":[]"), "{ran}");
    ran.exits(0);
}

#[test]
fn a_key_with_a_passphrase_is_refused_at_once_where_nobody_can_be_asked() {
    let (project, ada, people) = with_ada(plain);
    chain(&project, &ada, &people);
    let locked = Key::new(&project, "locked", "a long passphrase");
    let key = locked.file.to_str().unwrap();
    project
        .call(&["ledger", "export", "--format", "dsse", "--key", key])
        .exits(3)
        .complains("a key with a passphrase belongs into an agent");
}

#[test]
fn an_envelope_is_signed_over_its_encoding() {
    let (project, ada, people) = with_ada(plain);
    let [signed, _] = chain(&project, &ada, &people);
    let out = project.beside().join("out");
    let key = ada.file.to_str().unwrap();
    let folder = out.to_str().unwrap();
    project
        .call(&[
            "ledger", "export", "--format", "dsse", "--key", key, "--out", folder,
        ])
        .exits(0)
        .says("2 records written");
    let text = fs::read(out.join(format!("{signed}.dsse.json"))).unwrap();
    let envelope: Value = serde_json::from_slice(&text).unwrap();
    let payload = project.beside().join("payload");
    fs::write(&payload, decoded(envelope["payload"].as_str().unwrap())).unwrap();
    let record = fs::read(project.root.join(LEDGER).join(format!("{signed}.json"))).unwrap();
    assert_eq!(fs::read(&payload).unwrap(), record);
    let head = format!("DSSEv1 28 application/vnd.in-toto+json {} ", record.len());
    let encoded = project.beside().join("encoded");
    fs::write(&encoded, [head.as_bytes(), &record].concat()).unwrap();
    let armoured = project.beside().join("armoured");
    let blob = envelope["signatures"][0]["sig"].as_str().unwrap();
    let text = format!("-----BEGIN SSH SIGNATURE-----\n{blob}\n-----END SSH SIGNATURE-----\n");
    fs::write(&armoured, text).unwrap();
    let output = openssh(&list(&project, &people), &armoured, &encoded);
    assert!(output.status.success(), "{output:?}");
}

fn decoded(base64: &str) -> Vec<u8> {
    let script = "import base64,sys; sys.stdout.buffer.write(base64.b64decode(sys.argv[1]))";
    let output = Command::new("python3")
        .args(["-c", script, base64])
        .output();
    output.unwrap().stdout
}

#[test]
fn test_results_and_summaries_say_what_the_record_says() {
    let (project, ada, people) = with_ada(plain);
    let [signed, done] = chain(&project, &ada, &people);
    let one = |format: &str| -> Value {
        let ran = project.call(&["ledger", "export", &done[..10], "--format", format]);
        serde_json::from_str(&ran.exits(0).stdout).unwrap()
    };
    let result = one("test-result");
    assert_eq!(
        result["predicateType"],
        "https://in-toto.io/attestation/test-result/v0.1"
    );
    assert_eq!(result["predicate"]["result"], "PASSED");
    assert_eq!(
        result["predicate"]["passedTests"],
        serde_json::json!(["unit"])
    );
    assert_eq!(result["subject"][0]["digest"]["gitTree"], TREE);
    let summary = one("vsa");
    assert_eq!(
        summary["predicateType"],
        "https://slsa.dev/verification_summary/v1"
    );
    assert_eq!(summary["predicate"]["verificationResult"], "PASSED");
    assert_eq!(
        summary["predicate"]["resourceUri"],
        format!("gitoid:tree:sha1:{TREE}")
    );
    assert_eq!(
        summary["predicate"]["inputAttestations"][1]["digest"]["sha256"],
        signed
    );
    let reopen = Record {
        says: Says::Reopen {
            completion: done.clone(),
            why: "data loss".to_owned(),
        },
        ..completion(&[])
    };
    appended(&project, reopen);
    project
        .call(&["ledger", "export", &done[..10], "--format", "vsa"])
        .exits(1)
        .complains("was taken back");
    let all = project.call(&["ledger", "export", "--format", "vsa"]);
    assert_eq!(all.exits(0).stdout, "");
    let wrong = Record {
        says: Says::Completion(Box::default()),
        ..completion(&[])
    };
    let wrong = appended(&project, wrong).digest;
    for format in ["vsa", "dsse", "test-result"] {
        project
            .call(&["ledger", "export", &wrong[..10], "--format", format])
            .exits(1)
            .complains("does not verify, and is not handed on");
    }
    project
        .call(&["ledger", "export", &signed[..10], "--format", "vsa"])
        .exits(2)
        .complains("is a sign-off, which has nothing to say as `vsa`");
    project
        .call(&["ledger", "export", "--format", "vas"])
        .exits(2)
        .complains("did you mean `vsa`?");
}
