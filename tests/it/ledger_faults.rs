//! What can befall a ledger, each told in its own words: signatures that do not count, records that are gone.

use std::fs;
use std::process::Command;

use tollgate::ledger::{LEDGER, Ledger};
use tollgate::model::{Entry, People, Record};

use crate::support::{Key, Project, Ran, appended, sign_off};

fn project() -> Project {
    Project::new("gates: { a: { run: 'true' } }\n").committed()
}

fn people(people: &[(&str, &Key)]) -> People {
    let pair = |(name, key): &(&str, &Key)| ((*name).to_owned(), key.person());
    People {
        by_name: people.iter().map(pair).collect(),
    }
}

fn signed(project: &Project, record: Record, key: &Key, people: &People) -> Entry {
    let mut ledger = Ledger::read(&project.root).unwrap();
    ledger
        .append(record, Some((&key.signer(), people)))
        .unwrap()
}

/// `verify` with a people.yaml of these lines.
fn verify(project: &Project, lines: &str) -> Ran {
    let yaml = format!("version: 1\npeople:\n{lines}");
    project.write(".tollgate/people.yaml", yaml);
    project.call(&["verify", "-v"])
}

#[test]
fn a_key_of_nobody_does_not_count() {
    let project = project();
    let ada = Key::new(&project, "ada", "");
    signed(&project, sign_off("x"), &ada, &people(&[("ada", &ada)]));
    verify(&project, "  ada: {}\n")
        .exits(1)
        .says("the signature of ada does not count: its key is of nobody in .tollgate/people.yaml (SHA256:");
}

#[test]
fn a_key_of_nobody_signs_nothing() {
    let project = project();
    let (ada, bo) = (Key::new(&project, "ada", ""), Key::new(&project, "bo", ""));
    let mut ledger = Ledger::read(&project.root).unwrap();
    let people = people(&[("ada", &ada)]);
    let refused = ledger.append(sign_off("x"), Some((&bo.signer(), &people)));
    let words = refused.unwrap_err().to_string();
    assert!(
        words.contains("is a key of nobody in .tollgate/people.yaml"),
        "{words}"
    );
    assert!(
        Ledger::read(&project.root).unwrap().is_empty(),
        "nothing is written"
    );
}

#[test]
fn a_key_counts_in_its_time_only() {
    let project = project();
    let ada = Key::new(&project, "ada", "");
    // The record says that it is of 2026-01-01T12:00:00Z.
    signed(&project, sign_off("x"), &ada, &people(&[("ada", &ada)]));
    let with = |bound: &str| {
        let line = &ada.line;
        verify(
            &project,
            &format!("  ada: {{ keys: [{{ key: {line}, {bound} }}] }}\n"),
        )
    };
    with("valid-before: 2026-01-01").exits(1).says(
        "its key did not count when the record was written: it expired on 2026-01-01T00:00:00Z",
    );
    with("valid-after: 2026-01-02")
        .exits(1)
        .says("it counts only from 2026-01-02T00:00:00Z");
    with("valid-before: 2026-01-02").exits(0);
    with("valid-after: 2026-01-01T11:59:59Z, valid-before: 2026-01-01T12:00:01Z").exits(0);
}

#[test]
fn a_signature_over_another_record_does_not_count() {
    let project = project();
    let ada = Key::new(&project, "ada", "");
    let known = people(&[("ada", &ada)]);
    let one = signed(&project, sign_off("one"), &ada, &known);
    let two = appended(&project, sign_off("two"));
    let name = |entry: &Entry| format!("{LEDGER}/{}.ada.sig", entry.digest);
    project.write(&name(&two), project.read(&name(&one)));
    let lines = format!("  ada: {{ keys: [{}] }}\n", ada.line);
    verify(&project, &lines)
        .exits(1)
        .says(&two.digest)
        .says("the signature of ada does not count: it is not over this record");
}

#[test]
fn a_signature_for_another_tree_does_not_count() {
    let project = project();
    let ada = Key::new(&project, "ada", "");
    let known = people(&[("ada", &ada)]);
    let of_tree = |tree: &str| Record {
        tree: tree.repeat(40),
        ..sign_off("same words")
    };
    let one = signed(&project, of_tree("a"), &ada, &known);
    let mut other = Ledger::default();
    // The same words on another tree, in a ledger of its own.
    let elsewhere = Project::empty("elsewhere");
    other.clone_from(&Ledger::read(&elsewhere.root).unwrap());
    let two = other.append(of_tree("b"), None).unwrap();
    let from = project.read(&format!("{LEDGER}/{}.ada.sig", one.digest));
    elsewhere.write(&format!("{LEDGER}/{}.ada.sig", two.digest), from);
    verify(&elsewhere, &format!("  ada: {{ keys: [{}] }}\n", ada.line))
        .exits(1)
        .says("it is not over this record");
}

#[test]
fn a_signature_counts_for_whom_its_key_belongs_to() {
    let project = project();
    let (ada, bo) = (Key::new(&project, "ada", ""), Key::new(&project, "bo", ""));
    let entry = signed(&project, sign_off("x"), &ada, &people(&[("ada", &ada)]));
    let folder = project.root.join(LEDGER);
    let name = |person: &str| folder.join(format!("{}.{person}.sig", entry.digest));
    fs::rename(name("ada"), name("bo")).unwrap();
    let lines = format!(
        "  ada: {{ keys: [{}] }}\n  bo: {{ keys: [{}] }}\n",
        ada.line, bo.line
    );
    verify(&project, &lines)
        .exits(1)
        .says("the signature of bo does not count: its key is that of ada, not of bo");
}

#[test]
fn a_record_that_is_signed_by_another_than_it_says_is_reported() {
    let project = project();
    let bo = Key::new(&project, "bo", "");
    signed(&project, sign_off("x"), &bo, &people(&[("bo", &bo)]));
    verify(&project, &format!("  bo: {{ keys: [{}] }}\n", bo.line))
        .exits(0)
        .says("it says that it is by ada, and is signed by bo");
}

#[test]
fn a_signature_for_something_else_and_what_is_none_do_not_count() {
    let project = project();
    let ada = Key::new(&project, "ada", "");
    let entry = appended(&project, sign_off("x"));
    let file = project
        .root
        .join(LEDGER)
        .join(format!("{}.json", entry.digest));
    let made = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "git", "-f"])
        .args([&ada.file, &file])
        .output()
        .unwrap();
    assert!(made.status.success());
    let name = format!("{LEDGER}/{}.ada.sig", entry.digest);
    let foreign = fs::read(file.with_extension("json.sig")).unwrap();
    fs::remove_file(file.with_extension("json.sig")).unwrap();
    project.write(&name, foreign);
    let lines = format!("  ada: {{ keys: [{}] }}\n", ada.line);
    verify(&project, &lines)
        .exits(1)
        .says("it was made for `git`, not for `tollgate`");
    project.write(&name, "good, trust me\n");
    verify(&project, &lines).exits(1).says("no SSH signature");
    project.write(&name, "");
    verify(&project, &lines).exits(1).says("no SSH signature");
}

#[test]
fn people_who_cannot_be_read_leave_signatures_unchecked() {
    let project = project();
    let ada = Key::new(&project, "ada", "");
    signed(&project, sign_off("x"), &ada, &people(&[("ada", &ada)]));
    verify(&project, "  ada: { mail: x }\n")
        .exits(3)
        .complains("unknown key `mail`")
        .says("the signature of ada was not checked");
}

#[test]
fn a_record_that_history_held_and_the_tree_lacks_is_broken() {
    let project = project();
    let one = appended(&project, sign_off("one"));
    project.commit();
    fs::remove_file(
        project
            .root
            .join(LEDGER)
            .join(format!("{}.json", one.digest)),
    )
    .unwrap();
    project.commit();
    let words = "it is in the history of this branch and not in the tree: restore it from git";
    project
        .call(&["verify"])
        .exits(1)
        .says(&one.digest)
        .says(words);
    // A whole folder that is gone is no project without a ledger.
    fs::remove_dir_all(project.root.join(LEDGER)).unwrap();
    project.commit();
    project.call(&["verify"]).exits(1).says(words);
}

#[test]
fn a_record_that_a_merge_dropped_is_broken() {
    let project = project();
    project.git(&["checkout", "-q", "-b", "side"]);
    let lost = appended(&project, sign_off("side"));
    project.commit();
    project.git(&["checkout", "-q", "main"]);
    appended(&project, sign_off("main"));
    project.commit();
    project.git(&["merge", "-q", "--no-edit", "-s", "ours", "side"]);
    project.call(&["verify"]).exits(1).says(&lost.digest);
}

#[test]
fn a_record_whose_commit_is_gone_stands() {
    let project = project();
    let record = Record {
        commit: Some("c".repeat(40)),
        ..sign_off("x")
    };
    appended(&project, record);
    let held = Record {
        commit: Some(project.git(&["rev-parse", "HEAD"])),
        ..sign_off("y")
    };
    appended(&project, held);
    let ran = project.call(&["verify", "-v"]).exits(0);
    let notes = ran
        .stdout
        .matches("any more; the record is about its tree, and stands")
        .count();
    assert_eq!(notes, 1, "{ran}");
}

#[test]
fn a_clock_that_was_set_back_is_reported() {
    let project = project();
    appended(&project, sign_off("x"));
    let back = Record {
        at: "2026-01-01T11:00:00Z".to_owned(),
        ..sign_off("y")
    };
    appended(&project, back);
    project
        .call(&["verify"])
        .exits(0)
        .says("a clock was set back");
}

#[test]
fn hostile_words_of_a_record_do_not_reach_the_terminal() {
    let project = project();
    let hostile = Record {
        phase: "\u{1b}[2Jbeta\n::error::x".to_owned(),
        ..sign_off("x")
    };
    appended(&project, hostile);
    let ran = project.call(&["verify", "-v"]).exits(0);
    assert!(
        !ran.stdout.contains('\u{1b}') && !ran.stdout.contains("\n::error"),
        "{ran}"
    );
}
