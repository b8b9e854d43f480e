//! What a phase can be decided from: records that do not verify prove nothing, and where one is missing nothing is
//! decided at all.

use std::fs;

use serde_json::Value;
use tollgate::ledger::{LEDGER, Ledger};
use tollgate::model::{Entry, Record, Says, sha256_hex};

use crate::support::{People, Project, appended, independent};

const FILE: &str = "\
gates: { g: { run: grep -q good f.txt } }
phases:
  alpha: { gates: [g] }
  beta: { after: alpha, gates: [g], sign-offs: { count: 1, from: [leads] } }
";

/// `alpha` is complete, and that is committed.
fn project() -> (Project, People) {
    let project = Project::new(FILE).file("f.txt", "good");
    let people = People::of(&project);
    let project = project.committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project.commit();
    (project, people)
}

fn only(project: &Project) -> Entry {
    let ledger = Ledger::read(&project.root).unwrap();
    ledger.entries().next().expect("a record").clone()
}

/// Appends a record like another one, changed as somebody would who writes it by hand.
fn forged(project: &Project, entry: &Entry, change: impl FnOnce(&mut Record)) -> String {
    let mut record = entry.record.clone();
    change(&mut record);
    appended(project, record).digest
}

fn done(record: &mut Record) -> &mut tollgate::model::Completion {
    match &mut record.says {
        Says::Completion(done) => done,
        _ => panic!("a completion"),
    }
}

fn sign(project: &Project, key: &std::path::Path) -> crate::support::Ran {
    project.phase(&["sign", "beta", "--key", key.to_str().unwrap()])
}

/// What the board says below it.
fn doubts(project: &Project, arguments: &[&str]) -> String {
    project.phase_json(arguments).1["board"]["notes"].to_string()
}

fn remove(project: &Project, digest: &str) {
    let folder = project.root.join(LEDGER);
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        if file.file_name().to_str().unwrap().starts_with(digest) {
            fs::remove_file(file.path()).unwrap();
        }
    }
    project.commit();
}

#[test]
fn a_completion_whose_facts_speak_against_it_is_stale() {
    let (project, _people) = project();
    let alpha = only(&project);
    forged(&project, &alpha, |record| {
        let gate = done(record).gates.get_mut("g").unwrap();
        gate.verdict = "fail".to_owned();
    });
    project.call(&["verify"]).exits(1);
    assert_eq!(project.state("alpha"), "stale");
    project
        .phase(&["complete", "beta"])
        .exits(1)
        .says("its record does not verify: gate `g` is recorded as `fail`");
}

#[test]
fn a_completion_without_answers_counts_for_nothing() {
    let project =
        Project::new("gates: { g: { run: 'false' } }\nphases: { alpha: { gates: [g] } }\n")
            .committed();
    let passing =
        Project::new("gates: { g: { run: 'true' } }\nphases: { alpha: { gates: [g] } }\n")
            .committed();
    passing.phase(&["complete", "alpha"]).exits(0);
    forged(&project, &only(&passing), |record| {
        done(record).gates.clear();
        done(record).criteria.clear();
    });
    project
        .call(&["verify"])
        .exits(1)
        .says("it does not say whether `tree` held");
    assert_ne!(independent(&project)["faults"], serde_json::json!([]));
    assert_eq!(project.state("alpha"), "stale");
    project.phase(&["complete", "alpha"]).exits(1);
}

#[test]
fn a_gate_that_was_asked_for_is_held() {
    let (project, _people) = project();
    forged(&project, &only(&project), |record| {
        done(record).gates.clear();
    });
    project
        .call(&["verify"])
        .exits(1)
        .says("gate `g` was asked for, and it does not hold it");
    assert!(
        independent(&project)["faults"]
            .to_string()
            .contains("was asked for")
    );
}

#[test]
fn the_completion_of_one_phase_is_none_of_another() {
    let (project, _people) = project();
    forged(&project, &only(&project), |record| {
        record.phase = "beta".to_owned();
    });
    let ran = project.call(&["verify", "-v"]).exits(1);
    let ran = ran.says("asks `sign-offs` of its phase, and it holds no answer");
    ran.says("it comes after `alpha`, and names no completion of it");
    assert_eq!(project.state("beta"), "stale");
    project
        .phase(&["complete", "beta"])
        .exits(4)
        .says("sign-offs");
}

#[test]
fn the_record_of_another_project_in_the_repository_is_none() {
    let yaml = "version: 1\ngates: { g: { run: test -e ok } }\nphases: { alpha: { gates: [g] } }\n";
    let project = Project::new("gates: { a: { run: 'true' } }\n")
        .file("p1/tollgate.yaml", yaml)
        .file("p2/tollgate.yaml", yaml)
        .file("p1/ok", "")
        .committed();
    let at = |folder: &str, arguments: &[&str]| {
        let mut all = vec!["-C", folder];
        all.extend(arguments);
        project.call(&all)
    };
    at("p1", &["phase", "complete", "alpha"]).exits(0);
    at("p1", &["verify"]).exits(0);
    fs::create_dir_all(project.root.join("p2/.tollgate")).unwrap();
    let (from, to) = (format!("p1/{LEDGER}"), format!("p2/{LEDGER}"));
    fs::create_dir(project.root.join(&to)).unwrap();
    for file in fs::read_dir(project.root.join(&from)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), project.root.join(&to).join(file.file_name())).unwrap();
    }
    let words = "it is of the project in `p1`, and not of this one";
    at("p2", &["verify"]).exits(1).says(words);
    at("p2", &["phase", "complete", "alpha"]).exits(1);
    // Moved as a whole it is the same project.
    fs::remove_dir_all(project.root.join("p2")).unwrap();
    fs::rename(project.root.join("p1"), project.root.join("p2")).unwrap();
    project.commit();
    at("p2", &["verify", "-v"])
        .exits(0)
        .says("it was written for the project in `p1`, which is not there any more");
}

#[test]
fn a_record_that_another_names_and_nobody_has_stops_everything() {
    let (project, people) = project();
    sign(&project, &people.bo.file).exits(0);
    let signed = Ledger::read(&project.root).unwrap();
    let signed = signed
        .entries()
        .find(|one| one.record.says.kind() == "sign-off");
    let signed = signed.expect("a sign-off").digest.clone();
    project.phase(&["complete", "beta"]).exits(0);
    remove(&project, &signed);
    let why = format!("its parent {} is not here", &signed[..12]);
    for arguments in [
        &["complete", "beta"][..],
        &["decide", "alpha"],
        &["observe", "alpha"],
    ] {
        project.phase(arguments).exits(3).complains(&why);
    }
    project
        .phase(&["hold", "beta", "--why", "x"])
        .exits(3)
        .complains(&why);
    sign(&project, &people.ada.file).exits(3).complains(&why);
    assert!(doubts(&project, &["status", "beta"]).contains(&why));
    assert_eq!(project.state("beta"), "stale");
}

#[test]
fn a_reopening_that_was_committed_cannot_be_taken_away() {
    let (project, people) = project();
    project
        .phase(&["reopen", "alpha", "--why", "data loss"])
        .exits(0);
    project.commit();
    let ledger = Ledger::read(&project.root).unwrap();
    let reopen = ledger
        .entries()
        .find(|one| one.record.says.kind() == "reopen");
    let reopen = reopen.expect("a reopening").digest.clone();
    let file = format!("{LEDGER}/{reopen}.json");
    fs::remove_file(project.root.join(&file)).unwrap();
    // Not committed yet: the board sees it in what git says anyway.
    let why = format!("{file}: it is in the history of this branch and not in the tree");
    assert!(doubts(&project, &["status"]).contains(&why));
    project.commit();
    sign(&project, &people.bo.file).exits(3).complains(&why);
    project
        .phase(&["complete", "beta"])
        .exits(3)
        .complains(&why);
    project.git(&["checkout", "-q", "HEAD~1", "--", &file]);
    project
        .phase(&["complete", "beta"])
        .exits(1)
        .says("data loss");
}

#[test]
fn whether_a_promise_is_due_is_not_known_without_its_record() {
    let yaml = "gates:\n  h: { run: 'false' }\n  t: { run: 'true' }\nphases:\n  \
                a: { gates: [h], liens: { from: [leads] } }\n  beta: { gates: [t] }\n";
    let project = Project::new(yaml);
    let people = People::of(&project);
    let project = project.committed();
    let key = people.bo.file.to_str().unwrap().to_owned();
    let promise = [
        "lien", "a", "--on", "h", "--owner", "ada", "--why", "x", "--due", "beta",
    ];
    project
        .phase(&[&promise[..], &["--key", &key]].concat())
        .exits(0);
    project.commit();
    project.run(&["t"]).exits(0);
    let lien = only(&project).digest;
    let known = project.read(".tollgate/people.yaml");
    project.write(".tollgate/people.yaml", format!("{known}oops: [\n"));
    let unknown = "whether a promise of a phase is due is not known";
    project.run(&["t"]).exits(3).says(unknown);
    project.write(".tollgate/people.yaml", known);
    project.run(&["t"]).exits(0);
    remove(&project, &lien);
    project.run(&["t"]).exits(3).says(unknown);
    project.phase(&["complete", "beta"]).exits(3);
    fs::remove_dir_all(project.root.join(".tollgate/ledger")).unwrap();
    project.run(&["t"]).exits(3).says(unknown);
    project.commit();
    project.run(&["t"]).exits(3).says(unknown);
}

#[test]
fn a_failed_observation_cannot_be_taken_away() {
    let yaml =
        "gates: { g: { run: test ! -e flag } }\nphases: { alpha: { gates: [g], soak: 2s } }\n";
    let project = Project::new(yaml).file(".gitignore", "flag\n").committed();
    project.write("flag", "");
    project.phase(&["observe", "alpha"]).exits(1);
    project.commit();
    fs::remove_file(project.root.join("flag")).unwrap();
    remove(&project, &only(&project).digest);
    project
        .phase(&["observe", "alpha"])
        .exits(3)
        .complains("in the history of this branch and not in the tree");
}

#[test]
fn a_key_that_does_not_count_today_signs_nothing() {
    let (project, people) = project();
    let key = people.bo.line.clone();
    let text = project.read(".tollgate/people.yaml");
    let dated = |bound: &str| text.replace(&key, &format!("{{ key: {key}, {bound} }}"));
    for (bound, words) in [
        (
            "valid-before: 2026-01-31",
            "it expired on 2026-01-31T00:00:00Z",
        ),
        (
            "valid-after: 2100-01-01",
            "it counts only from 2100-01-01T00:00:00Z",
        ),
    ] {
        project.write(".tollgate/people.yaml", dated(bound));
        project.commit();
        sign(&project, &people.bo.file).exits(3).complains(words);
    }
    assert_eq!(project.recorded(), ["completion"]);
    project.call(&["verify"]).exits(0);
}

#[test]
fn nothing_is_decided_before_the_newest_record_until_somebody_takes_it_back() {
    let (project, people) = project();
    let late = forged(&project, &only(&project), |record| {
        record.at = "2100-01-01T00:00:00Z".to_owned();
    });
    let words = format!(
        "{LEDGER}/{late}.json (completion of alpha) says that it was written at 2100-01-01T00:00:00Z"
    );
    for arguments in [
        &["complete", "beta"][..],
        &["decide", "beta"],
        &["observe", "alpha"],
    ] {
        project.phase(arguments).exits(3).complains(&words);
    }
    sign(&project, &people.bo.file).exits(3).complains(&words);
    project
        .phase(&["status"])
        .exits(0)
        .says("2100-01-01T00:00:00Z");
    let reopen = ["reopen", "alpha", "--why", "that clock was wrong"];
    project
        .phase(&reopen)
        .exits(3)
        .complains("no key to sign with");
    let key = people.bo.file.to_str().unwrap();
    project
        .phase(&[&reopen[..], &["--key", key]].concat())
        .exits(0);
    project.phase(&["complete", "alpha"]).exits(0);
    project
        .call(&["verify"])
        .exits(0)
        .says("a clock was set back");
}

#[test]
fn what_somebody_signed_is_lifted_by_a_signature_only() {
    let (project, people) = project();
    let key = people.bo.file.to_str().unwrap().to_owned();
    project
        .phase(&["kill", "beta", "--why", "dead", "--key", &key])
        .exits(0);
    let reopen = ["reopen", "beta", "--why", "alive"];
    project
        .phase(&reopen)
        .exits(3)
        .complains("no key to sign with");
    // Written by hand it lifts nothing either.
    let ledger = Ledger::read(&project.root).unwrap();
    let kill = ledger
        .entries()
        .find(|one| one.record.says.kind() == "ruling");
    let kill = kill.expect("a ruling").clone();
    forged(&project, &kill, |record| {
        record.says = Says::Reopen {
            completion: kill.digest.clone(),
            why: "alive".to_owned(),
        };
    });
    project.phase(&["decide", "beta"]).exits(1).says("dead");
    project
        .phase(&[&reopen[..], &["--key", &key]].concat())
        .exits(0);
    project.phase(&["decide", "beta"]).exits(4);
    project.call(&["verify"]).exits(0);
}

#[test]
fn a_policy_of_words_without_keys_lets_words_lift_too() {
    let yaml = FILE.replace("from: [leads]", "unsigned: true");
    let project = Project::new(&yaml).file("f.txt", "good");
    let people = People::of(&project);
    let project = project.committed();
    project.phase(&["complete", "alpha"]).exits(0);
    let key = people.bo.file.to_str().unwrap();
    project
        .phase(&["kill", "beta", "--why", "dead", "--key", key])
        .exits(0);
    project
        .phase(&["reopen", "beta", "--why", "alive"])
        .exits(0);
    project.phase(&["decide", "beta"]).exits(4);
}

#[test]
fn a_signature_that_is_no_plain_file_is_broken_and_never_waited_for() {
    let (project, _people) = project();
    let name = format!("{LEDGER}/{}.bo.sig", only(&project).digest);
    let path = project.root.join(&name);
    for target in ["/dev/zero", "/dev/stdin", "nowhere"] {
        std::os::unix::fs::symlink(target, &path).unwrap();
        let broken = format!("broken: {name}: not a regular file");
        project.call(&["verify"]).exits(1).says(&broken);
        project
            .phase(&["decide", "alpha"])
            .exits(3)
            .complains("not a regular file");
        fs::remove_file(&path).unwrap();
    }
    project
        .command("mkfifo", &project.root)
        .arg(&name)
        .status()
        .unwrap();
    project
        .call(&["verify"])
        .exits(1)
        .says("not a regular file");
    fs::remove_file(&path).unwrap();
    fs::write(&path, vec![b'x'; (64 << 10) + 1]).unwrap();
    project
        .call(&["verify"])
        .exits(1)
        .says("larger than 64 KiB");
    assert!(
        independent(&project)["faults"]
            .to_string()
            .contains("64 KiB")
    );
}

#[test]
fn a_ledger_behind_a_link_is_refused() {
    let (project, _people) = project();
    for folder in [LEDGER, ".tollgate"] {
        let (path, real) = (project.root.join(folder), project.beside().join("real"));
        fs::rename(&path, &real).unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        let words = format!("`{folder}` is a symbolic link");
        project.call(&["verify"]).exits(3).complains(&words);
        project
            .phase(&["decide", "alpha"])
            .exits(3)
            .complains(&words);
        fs::remove_file(&path).unwrap();
        fs::rename(&real, &path).unwrap();
    }
    project.call(&["verify"]).exits(0);
}

#[test]
fn a_shallow_clone_is_called_shallow() {
    let (project, _people) = project();
    let url = format!("file://{}", project.root.display());
    let clone = project.beside().join("clone");
    project.git(&["clone", "-q", "--depth", "1", &url, clone.to_str().unwrap()]);
    let ran = project.call(&["-C", clone.to_str().unwrap(), "verify", "-v"]);
    let ran = ran.exits(0).says("this clone is shallow");
    assert!(!ran.stdout.contains("no branch holds"), "{ran}");
}

#[test]
fn the_key_of_a_colleague_is_nothing_to_warn_of() {
    let (project, people) = project();
    sign(&project, &people.bo.file).exits(0);
    let (code, found) = {
        let ran = project.call(&["verify", "--json"]);
        let found: Value = serde_json::from_str(&ran.stdout).unwrap();
        (ran.code, found)
    };
    assert_eq!(code, 0);
    assert_eq!(found["warnings"], serde_json::json!([]), "{found:#}");
    assert!(found["notes"].to_string().contains("is signed by bo"));
}

#[test]
fn the_name_of_a_record_holds_its_project() {
    let project = Project::new("gates: { a: { run: 'true' } }\n")
        .file(
            "sub/tollgate.yaml",
            "version: 1\ngates: { g: { run: 'true' } }\nphases: { alpha: { gates: [g] } }\n",
        )
        .committed();
    project
        .call(&["-C", "sub", "phase", "complete", "alpha"])
        .exits(0);
    let entry = {
        let ledger = Ledger::read(&project.root.join("sub")).unwrap();
        ledger.entries().next().expect("a record").clone()
    };
    assert_eq!(entry.record.project.as_deref(), Some("sub"));
    let bytes = fs::read(
        project
            .root
            .join(format!("sub/{LEDGER}/{}.json", entry.digest)),
    )
    .unwrap();
    assert_eq!(sha256_hex(&bytes), entry.digest);
}

#[test]
fn the_board_sees_a_key_that_does_not_count_any_more_and_completions_that_nobody_signed() {
    let (project, people) = project();
    sign(&project, &people.bo.file).exits(0);
    project.phase(&["complete", "beta"]).exits(0);
    project.commit();
    let unsigned = "the completions of `alpha`, `beta` are unsigned";
    assert!(doubts(&project, &["status"]).contains(unsigned));
    project
        .phase(&["complete", "alpha"])
        .exits(0)
        .says("and nobody signed that");
    assert_eq!(project.state("beta"), "complete");
    let key = people.bo.line.clone();
    let text = project.read(".tollgate/people.yaml");
    let gone = format!("{{ key: {key}, valid-before: 2026-01-31 }}");
    project.write(".tollgate/people.yaml", text.replace(&key, &gone));
    project.commit();
    assert_eq!(project.state("beta"), "stale");
}

#[test]
fn another_file_beside_that_of_the_project_decides_no_phase() {
    let (project, _) = project();
    let lax = "version: 1\ngates: { g: { run: 'true' } }\nphases: { beta: { gates: [g] } }\n";
    project.write("lax.yaml", lax);
    project.commit();
    for command in ["status", "decide", "complete", "observe"] {
        let phase = if command == "status" {
            &[][..]
        } else {
            &["beta"]
        };
        let all = [&["--config", "lax.yaml", "phase", command], phase].concat();
        project
            .call(&all)
            .exits(2)
            .complains("nothing of them is decided by `lax.yaml` beside it");
    }
    assert_eq!(project.recorded(), ["completion"]);
}
