//! Sign-offs that count, and each way in which one does not.

use super::super::testing::{Scene, phase, sign_offs, text};
use super::*;
use crate::model::Who;

fn scene(change: impl FnOnce(&mut SignOffs)) -> Scene {
    let mut beta = phase("beta");
    let mut wanted = sign_offs(2);
    change(&mut wanted);
    beta.sign_offs = Some(wanted);
    Scene::new(vec![beta])
}

fn leads(wanted: &mut SignOffs) {
    wanted.from = vec![text("leads")];
}

fn not_author(wanted: &mut SignOffs) {
    wanted.not = vec![text("author")];
}

fn judge(scene: &mut Scene) -> Answer {
    scene.judge("beta", &SignOffRule).expect("asked")
}

#[test]
fn two_people_who_sign_for_this_tree_and_policy_hold() {
    let mut scene = scene(|_| {});
    scene.sign("beta", "ada", false);
    let answer = judge(&mut scene);
    assert_eq!(answer.outstanding[0].sort, Sort::People);
    assert_eq!(answer.outstanding[0].who, ["bo", "cy"]);
    scene.sign("beta", "bo", false);
    let answer = judge(&mut scene);
    assert!(answer.criterion.holds);
    assert_eq!(answer.basis.sign_offs.len(), 2);
}

#[test]
fn one_person_counts_once() {
    let mut scene = scene(|_| {});
    scene.sign("beta", "ada", false);
    scene.sign("beta", "ada", false);
    assert!(!judge(&mut scene).criterion.holds);
}

#[test]
fn a_sign_off_lapses_with_the_tree_and_with_the_policy() {
    for (change, words) in [("tree", "another tree"), ("policy", "another policy")] {
        let mut scene = scene(|_| {});
        scene.sign("beta", "ada", false);
        scene.sign("beta", "bo", false);
        if change == "tree" {
            scene.subject.id = "tree2".to_owned();
        } else {
            scene.policy = "policy2".to_owned();
        }
        let answer = judge(&mut scene);
        let found = &answer.outstanding[0].found;
        assert!(found.contains(words), "{found}");
        assert!(answer.basis.sign_offs.is_empty());
    }
}

#[test]
fn only_the_roles_that_are_asked_count() {
    let mut scene = scene(leads);
    scene.sign("beta", "ada", false);
    scene.sign("beta", "cy", false);
    let answer = judge(&mut scene);
    let missing = &answer.outstanding[0];
    assert!(
        missing.found.contains("cy is not in leads"),
        "{}",
        missing.found
    );
    assert_eq!(missing.who, ["bo"]);
}

#[test]
fn authors_do_not_count_and_unknown_authors_leave_it_open() {
    let mut scene = scene(not_author);
    scene.authors = Ok(vec![scene.git("bo")]);
    scene.sign("beta", "ada", false);
    scene.sign("beta", "bo", false);
    let answer = judge(&mut scene);
    assert!(answer.outstanding[0].found.contains("bo is an author"));
    assert_eq!(answer.outstanding[0].who, ["cy"]);
    scene.authors = Err("the clone is shallow".to_owned());
    let answer = judge(&mut scene);
    assert_eq!(answer.outstanding[0].sort, Sort::Undecided);
    assert!(answer.outstanding[0].found.contains("shallow"));
}

#[test]
fn too_few_sign_offs_are_a_wait_even_where_authors_are_unknown() {
    let mut scene = scene(not_author);
    scene.authors = Err("the clone is shallow".to_owned());
    scene.sign("beta", "ada", false);
    assert_eq!(judge(&mut scene).outstanding[0].sort, Sort::People);
}

#[test]
fn unsigned_ones_count_only_where_the_file_says_so_and_are_named() {
    let mut refused = scene(|_| {});
    refused.sign_without_key("beta", "ada");
    let answer = judge(&mut refused);
    assert!(
        answer.outstanding[0].found.contains("without a key"),
        "{answer:?}"
    );
    let mut allowed = scene(|wanted| {
        wanted.unsigned = true;
        wanted.count = 1;
    });
    allowed.sign_without_key("beta", "ada");
    let answer = judge(&mut allowed);
    assert!(answer.criterion.holds);
    assert!(answer.notes[0].contains("without a key"));
}

#[test]
fn an_author_unknown_to_people_is_told_by_the_address() {
    let mut scene = scene(|wanted| {
        wanted.unsigned = true;
        wanted.count = 1;
        not_author(wanted);
    });
    scene.sign_without_key("beta", "zed");
    scene.authors = Ok(vec![scene.git("zed")]);
    assert!(!judge(&mut scene).criterion.holds);
}

fn who(name: &str, email: &str) -> Who {
    Who {
        name: name.to_owned(),
        email: email.to_owned(),
    }
}

#[test]
fn an_author_is_known_by_any_name_or_address_of_theirs() {
    for (name, email) in [
        ("Ada", "home@example.org"),
        (" ADA ", "home@example.org"),
        ("A. L.", "Ada@Example.ORG"),
    ] {
        let mut scene = scene(|wanted| {
            wanted.count = 1;
            not_author(wanted);
        });
        scene.sign("beta", "ada", false);
        scene.authors = Ok(vec![who(name, email)]);
        let answer = judge(&mut scene);
        let missing = &answer.outstanding[0];
        assert!(
            missing.found.contains("ada is an author"),
            "{name}: {missing:?}"
        );
        assert!(
            !missing.who.contains(&"ada".to_owned()),
            "{name}: {missing:?}"
        );
        assert!(answer.notes.is_empty(), "{name}");
    }
}

#[test]
fn authors_whom_nobody_knows_are_named_and_whoever_signs_as_one_does_not_count() {
    let mut scene = scene(|wanted| {
        wanted.count = 1;
        not_author(wanted);
    });
    scene.sign("beta", "ada", false);
    let eve = |number: usize| who(&format!("Eve {number}"), &format!("e{number}@example.org"));
    scene.authors = Ok((0..5).map(eve).collect());
    let answer = judge(&mut scene);
    assert!(answer.criterion.holds);
    let note = &answer.notes[0];
    assert!(
        note.contains("Eve 0 <e0@example.org>, Eve 1") && note.contains("and 2 more"),
        "{note}"
    );
    for (name, email) in [("ada", "E1@example.org"), ("eve 1", "ada@work.example.org")] {
        let mut scene = scene.clone();
        scene.entries.last_mut().expect("signed").record.who = who(name, email);
        let answer = judge(&mut scene);
        let found = &answer.outstanding[0].found;
        assert!(
            found.contains("ada cannot be told apart from the author Eve 1"),
            "{found}"
        );
    }
    scene
        .phase("beta")
        .sign_offs
        .as_mut()
        .expect("asked")
        .not
        .clear();
    assert!(
        judge(&mut scene).notes.is_empty(),
        "where authors may sign nobody asks"
    );
}

#[test]
fn a_record_that_does_not_verify_signs_nothing() {
    let mut scene = scene(|wanted| wanted.count = 1);
    let digest = scene.sign("beta", "ada", false);
    scene
        .broken
        .insert(digest, "its bytes have another digest".to_owned());
    assert!(!judge(&mut scene).criterion.holds);
}

#[test]
fn nobody_who_can_sign_is_said() {
    let mut scene = scene(|wanted| {
        leads(wanted);
        wanted.count = 3;
    });
    assert!(judge(&mut scene).outstanding[0].help.contains("only 2"));
}

#[test]
fn where_evidence_is_asked_a_sign_off_without_a_link_does_not_count() {
    let mut scene = scene(|wanted| {
        wanted.count = 1;
        wanted.evidence = true;
    });
    scene.sign("beta", "ada", false);
    scene.sign_with_evidence("beta", "bo", "  ");
    let answer = judge(&mut scene);
    let missing = &answer.outstanding[0];
    assert!(
        missing.found.contains("ada names no evidence"),
        "{}",
        missing.found
    );
    assert!(
        missing.found.contains("bo names no evidence"),
        "{}",
        missing.found
    );
    assert_eq!(missing.help, "tollgate phase sign beta --evidence URL");
    scene.sign_with_evidence("beta", "cy", "https://example.org/release/7");
    let answer = judge(&mut scene);
    assert!(answer.criterion.holds);
    assert!(
        answer.criterion.found.contains("cy"),
        "{}",
        answer.criterion.found
    );
    assert_eq!(answer.basis.sign_offs.len(), 1);
}
