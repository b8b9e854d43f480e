//! Criteria that nobody can meet, and the gates of a plan as phases see them.

use super::*;
use crate::model::{Person, PublicKey};
use crate::phase::{GateNow, Liens};
use crate::problem::Shape;

fn node(text: &str) -> Node {
    let source = crate::source::Source {
        name: "tollgate.yaml".into(),
        text: text.into(),
    };
    super::super::yaml::parse(&source).expect("it is YAML")
}

fn key(before: Option<&str>) -> PublicKey {
    PublicKey {
        algorithm: "ssh-ed25519".to_owned(),
        base64: "AAAA".to_owned(),
        after: None,
        before: before.map(|day| day.parse().expect("a moment")),
    }
}

fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().expect("a moment")
}

fn people() -> People {
    let person = |name: &str, roles: &[&str]| {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        (
            name.to_owned(),
            Person {
                roles,
                keys: vec![key(None)],
                ..Person::default()
            },
        )
    };
    People {
        by_name: [
            person("ada", &["leads"]),
            person("bo", &["leads"]),
            person("cy", &[]),
        ]
        .into(),
    }
}

fn found(change: impl FnOnce(&mut PlannedPhase)) -> Vec<String> {
    let mut phase = PlannedPhase::bare("beta", At::start_of("tollgate.yaml"));
    change(&mut phase);
    let mut problems = Problems::default();
    unmeetable(&[phase], &people(), now(), &mut problems);
    problems
        .iter()
        .map(|problem| problem.message.clone())
        .collect()
}

fn sign_offs(text: &str) -> Option<SignOffs> {
    SignOffs::read(&node(text), &mut Problems::default())
}

#[test]
fn sign_offs_that_nobody_can_give_are_refused() {
    let cases = [
        ("3", None),
        (
            "4",
            Some("4 sign-offs are asked, and people.yaml has 3 who may give one"),
        ),
        ("{ count: 2, from: [leads] }", None),
        (
            "{ count: 3, from: [leads] }",
            Some("3 sign-offs from leads are asked, and people.yaml has 2 who may give one"),
        ),
        (
            "{ count: 1, from: [lead] }",
            Some("there is no role in people.yaml `lead`"),
        ),
        ("{ count: 9, unsigned: true }", None),
        (
            "{ count: 3, from: [leads], unsigned: true }",
            Some("3 sign-offs from leads are asked, and people.yaml has 2 who may give one"),
        ),
    ];
    for (text, wanted) in cases {
        let at_end = found(|phase| phase.sign_offs = sign_offs(text));
        assert_eq!(at_end.first().map(String::as_str), wanted, "{text}");
        let entry = crate::phase::EntryCriteria::read(
            &node(&format!("sign-offs: {text}")),
            &mut Problems::default(),
        );
        let at_start = found(|phase| phase.entry = entry);
        assert_eq!(at_start, at_end, "{text}");
    }
}

#[test]
fn who_has_no_key_that_counts_can_give_no_signature() {
    let mut people = people();
    let keys = |people: &mut People, name: &str, keys: Vec<PublicKey>| {
        people.by_name.get_mut(name).expect("there").keys = keys;
    };
    keys(&mut people, "ada", Vec::new());
    keys(&mut people, "bo", vec![key(Some("2026-05-31T00:00:00Z"))]);
    let check = |people: &People, text: &str| {
        let mut phase = PlannedPhase::bare("beta", At::start_of("tollgate.yaml"));
        phase.sign_offs = sign_offs(text);
        let mut problems = Problems::default();
        unmeetable(&[phase], people, now(), &mut problems);
        problems.iter().count()
    };
    assert_eq!(check(&people, "{ count: 1, from: [leads] }"), 1);
    assert_eq!(
        check(&people, "{ count: 1, from: [leads], unsigned: true }"),
        0
    );
    keys(&mut people, "bo", vec![key(Some("2026-06-02T00:00:00Z"))]);
    assert_eq!(check(&people, "{ count: 1, from: [leads] }"), 0);
}

#[test]
fn sign_offs_that_leave_no_room_for_an_author_are_warned_of() {
    let found = |text: &str| {
        let mut phase = PlannedPhase::bare("beta", At::start_of("tollgate.yaml"));
        phase.sign_offs = sign_offs(text);
        let mut problems = Problems::default();
        tight(&[phase], &people(), now(), &mut problems);
        assert!(!problems.refuse());
        problems.iter().count()
    };
    assert_eq!(found("{ count: 2, from: [leads], not: author }"), 1);
    assert_eq!(found("{ count: 1, from: [leads], not: author }"), 0);
    assert_eq!(found("{ count: 2, from: [leads] }"), 0);
}

#[test]
fn liens_that_nobody_can_accept_are_refused() {
    let liens = |text: &str| Liens::read(&node(text), &mut Problems::default());
    assert!(found(|phase| phase.liens = liens("from: [leads]")).is_empty());
    let wrong = found(|phase| phase.liens = liens("from: [leeds]"));
    assert_eq!(wrong, ["there is no role in people.yaml `leeds`"]);
}

/// The gate `unit` of this file, as phases see it.
fn unit(text: &str, today: &str) -> GateNow {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tollgate.yaml");
    std::fs::write(&path, text).expect("written");
    let loaded = crate::config::load(&path, "tollgate.yaml");
    let plan = loaded
        .plan
        .unwrap_or_else(|| panic!("{:?}", loaded.problems));
    let mut gates = crate::config::gates_now(&plan, today.parse().expect("a day"));
    gates.remove("unit").expect("a gate")
}

#[test]
fn bounds_of_a_gate_are_named_as_its_facts_are() {
    let yaml = "version: 1
gates:
  unit:
    run: x
    owner: ada
    weight: 3
    duration: '<2m'
    tests: { reports: r.xml, passed: '>=38', pass-rate: { is: '>=99%', tolerance: '1%' } }
    metrics: { reports: m.json, values: { p95: { path: '$.p95', is: '<2000' } } }
";
    let unit = unit(yaml, "2026-03-10");
    let bound = |fact: &str| {
        let mut all = unit.bounds.iter();
        all.find(|(name, _)| name == fact)
            .map(|(_, text)| text.as_str())
    };
    assert_eq!(bound("unit.tests.passed"), Some(">=38"));
    assert_eq!(bound("unit.tests.pass-rate"), Some(">=99%"));
    assert_eq!(bound("unit.tests.failed"), Some("0"), "implied");
    assert_eq!(bound("unit.metrics.p95"), Some("<2000"));
    assert_eq!(bound("unit.exit.duration"), Some("<2m"));
    assert!(unit.texts.contains(">=38"));
    assert_eq!((unit.weight, unit.owner.as_deref()), (3, Some("ada")));
}

#[test]
fn a_gate_that_blocks_from_a_later_day_only_warns_until_then() {
    let yaml = "version: 1\ngates: { unit: { run: x, enforce-from: 2026-03-10 } }\n";
    assert_eq!(unit(yaml, "2026-03-09").enforce, Enforce::Warn);
    assert_eq!(unit(yaml, "2026-03-10").enforce, Enforce::Block);
}
