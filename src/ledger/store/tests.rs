//! The folder of the ledger, with every fault that a file in it can have.

use std::fs;
use std::path::Path;

use super::*;
use crate::model::{Says, Who};

const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn record(phase: &str) -> Record {
    Record {
        parents: Vec::new(),
        at: "2026-01-01T00:00:00Z".to_owned(),
        who: Who {
            name: "ada".to_owned(),
            email: "ada@example.org".to_owned(),
        },
        phase: phase.to_owned(),
        tree: TREE.to_owned(),
        commit: None,
        policy: "0".repeat(64),
        project: None,
        tollgate: "0.1.0".to_owned(),
        says: Says::Ruling {
            ruling: "hold".to_owned(),
            why: "vacation".to_owned(),
            to: None,
        },
    }
}

fn append(root: &Path, phase: &str) -> Entry {
    let mut ledger = Ledger::read(root).expect("reads");
    ledger.append(record(phase), None).expect("appends")
}

/// What is said of the one broken file after its bytes were changed so.
fn after(change: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let root = tempfile::tempdir().expect("folder");
    let digest = append(root.path(), "alpha").digest;
    let file = root.path().join(LEDGER).join(format!("{digest}.json"));
    fs::write(&file, change(&fs::read(&file).expect("reads"))).expect("writes");
    broken(root.path())
}

fn broken(root: &Path) -> String {
    let ledger = Ledger::read_strictly(root).expect("reads");
    let [one] = ledger.broken() else {
        panic!("{:?}", ledger.broken());
    };
    one.why.clone()
}

#[test]
fn records_name_all_heads_as_their_parents() {
    let root = tempfile::tempdir().expect("folder");
    let one = append(root.path(), "alpha");
    let two = append(root.path(), "beta");
    assert!(one.record.parents.is_empty());
    assert_eq!(two.record.parents, [one.digest.as_str()]);
    let ledger = Ledger::read(root.path()).expect("reads");
    assert_eq!(ledger.heads(), [two.digest.as_str()]);
    assert_eq!(ledger.of_phase("beta").count(), 1);
    assert_eq!(ledger.entry(&two.digest), Some(&two));
    assert_eq!(ledger.find(&two.digest[..12]), Ok(&two));
    assert!(ledger.find("").is_err() && ledger.find("zz").is_err());
}

#[test]
fn writers_side_by_side_fork_and_the_next_record_joins() {
    let root = tempfile::tempdir().expect("folder");
    append(root.path(), "alpha");
    let other = tempfile::tempdir().expect("folder");
    fs::create_dir_all(other.path().join(LEDGER)).expect("makes");
    let copy = |from: &Path, to: &Path| {
        for entry in fs::read_dir(from.join(LEDGER)).expect("lists") {
            let entry = entry.expect("entry");
            fs::copy(entry.path(), to.join(LEDGER).join(entry.file_name())).expect("copies");
        }
    };
    copy(root.path(), other.path());
    append(root.path(), "beta");
    append(other.path(), "gamma");
    copy(other.path(), root.path());
    let heads = Ledger::read(root.path()).expect("reads").heads();
    assert_eq!(heads.len(), 2);
    assert_eq!(append(root.path(), "delta").record.parents, heads);
}

#[test]
fn where_there_is_no_folder_there_are_no_records() {
    let root = tempfile::tempdir().expect("folder");
    let ledger = Ledger::read(root.path()).expect("reads");
    assert!(ledger.is_empty() && ledger.heads().is_empty() && ledger.broken().is_empty());
}

#[test]
fn changed_bytes_are_broken_each_in_its_own_words() {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let cut = after(|bytes| bytes[..bytes.len() / 2].to_vec());
    assert!(cut.contains("it ends too early"), "{cut}");
    let empty = after(|_| Vec::new());
    assert!(empty.contains("it ends too early at byte 0"), "{empty}");
    let edited = after(|bytes| text(bytes).replace("vacation", "holidays").into_bytes());
    assert!(edited.contains("they changed since"), "{edited}");
    let flipped = after(|bytes| {
        let mut bytes = bytes.to_vec();
        bytes[40] ^= 0x80;
        bytes
    });
    assert!(flipped.contains("no UTF-8"), "{flipped}");
    let white = after(|bytes| [bytes, b"\n"].concat());
    assert!(white.contains("white space"), "{white}");
}

/// What is said of these bytes under their own digest.
fn under_its_own_name(bytes: &[u8]) -> String {
    let root = tempfile::tempdir().expect("folder");
    let folder = root.path().join(LEDGER);
    fs::create_dir_all(&folder).expect("makes");
    let name = format!("{}.json", statement::digest(bytes));
    fs::write(folder.join(name), bytes).expect("writes");
    broken(root.path())
}

#[test]
fn a_right_name_does_not_make_a_record() {
    let good = String::from_utf8(statement::render(&record("alpha"))).expect("text");
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{good}");
        under_its_own_name(good.replace(from, to).as_bytes())
    };
    for (why, wanted) in [
        (
            under_its_own_name(b"{\"name\":\"x\",\"version\":1}"),
            "no record of tollgate: it has no `_type`",
        ),
        (under_its_own_name(b"[1,2]"), "no record of tollgate"),
        (
            with("urn:tollgate:record:1", "https://slsa.dev/provenance/v1"),
            "its `predicateType` is `https://slsa.dev/provenance/v1`",
        ),
        (
            with("urn:tollgate:record:1", "urn:tollgate:record:2"),
            "version `2`",
        ),
        (
            with("Statement/v1", "Statement/v9"),
            "its `_type` is `https://in-toto.io/Statement/v9`",
        ),
        (
            with("\"phase\":", "\"phaze\":1,\"phase\":"),
            "a key out of order",
        ),
        (
            with("\"phase\":", "\"parts\":1,\"phase\":"),
            "unknown field `parts`",
        ),
        (
            with("\"kind\":\"ruling\"", "\"kind\":\"rulings\""),
            "there is no kind `rulings`",
        ),
        (
            with("\"kind\":\"ruling\"", "\"extra\":1,\"kind\":\"ruling\""),
            "unknown field `extra`",
        ),
        (with("4b825dc6", "4B825dc6"), "is no id of a git tree"),
        (with("T00:00:00Z", "T00:00:00"), "is no time in UTC"),
        (
            with("\"parents\":[]", "\"parents\":[\"x\"]"),
            "is no digest of a parent",
        ),
        (
            with("\"name\":\"tree\"", "\"name\":\"file\""),
            "its subject is `file`",
        ),
        (
            with(
                "\"kind\":\"ruling\",\"ruling\":\"hold\"",
                "\"kind\":\"ruling\",\"ruling\":\"hold\",\"to\":null",
            ),
            "not the one way to write this record",
        ),
    ] {
        assert!(why.contains(wanted), "wanted `{wanted}`, found `{why}`");
    }
}

#[test]
fn a_copy_under_another_name_is_told_as_one() {
    let root = tempfile::tempdir().expect("folder");
    let digest = append(root.path(), "alpha").digest;
    let folder = root.path().join(LEDGER);
    let (from, to) = (format!("{digest}.json"), format!("{}.json", "a".repeat(64)));
    fs::copy(folder.join(from), folder.join(to)).expect("copies");
    assert_eq!(
        broken(root.path()),
        format!("a copy of the record {digest} under another name")
    );
}

#[test]
fn nothing_is_added_to_a_broken_ledger() {
    let root = tempfile::tempdir().expect("folder");
    let folder = root.path().join(LEDGER);
    fs::create_dir_all(&folder).expect("makes");
    fs::write(folder.join(format!("{}.json", "b".repeat(64))), b"{}").expect("writes");
    let mut ledger = Ledger::read(root.path()).expect("reads");
    let refused = ledger.append(record("alpha"), None).unwrap_err();
    assert!(refused.0.contains("nothing is added"), "{refused}");
}

#[test]
fn links_and_folders_are_no_records() {
    let root = tempfile::tempdir().expect("folder");
    let folder = root.path().join(LEDGER);
    fs::create_dir_all(folder.join(format!("{}.json", "c".repeat(64)))).expect("makes");
    assert_eq!(broken(root.path()), "not a regular file");
}

#[test]
fn leftovers_and_other_files_are_not_looked_at_and_leftovers_go() {
    let root = tempfile::tempdir().expect("folder");
    append(root.path(), "alpha");
    let folder = root.path().join(LEDGER);
    for name in [
        ".unfinished-1-0",
        "README.md",
        "notes.json",
        ".unfinished-2-7",
    ] {
        fs::write(folder.join(name), b"half a rec").expect("writes");
    }
    let ledger = Ledger::read(root.path()).expect("reads");
    assert_eq!((ledger.len(), ledger.broken().len()), (1, 0));
    assert_eq!(ledger.strays(), ["README.md", "notes.json"]);
    append(root.path(), "beta");
    assert!(!folder.join(".unfinished-1-0").exists());
    assert!(folder.join("README.md").exists());
}

#[test]
fn a_leftover_of_a_living_writer_stays() {
    let root = tempfile::tempdir().expect("folder");
    append(root.path(), "alpha");
    let folder = root.path().join(LEDGER);
    let living = Staged::write(&folder, b"soon a record").expect("writes");
    append(root.path(), "beta");
    assert!(living.path.exists());
    living.publish("x").expect("publishes");
    assert_eq!(fs::read(folder.join("x")).expect("reads"), b"soon a record");
}

#[test]
fn a_record_that_could_not_be_read_again_is_not_written() {
    let root = tempfile::tempdir().expect("folder");
    let mut ledger = Ledger::read(root.path()).expect("reads");
    for wrong in [
        Record {
            at: "yesterday".to_owned(),
            ..record("alpha")
        },
        Record {
            tree: "dirty:1".to_owned(),
            ..record("alpha")
        },
    ] {
        assert!(ledger.append(wrong, None).is_err());
    }
    assert!(!root.path().join(LEDGER).exists());
}
