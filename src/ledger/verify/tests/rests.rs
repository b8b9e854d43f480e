//! What a completion rests on: sign-offs, liens, observations, predecessors.

use super::*;

/// The faults of a completion that rests on a record.
fn resting(other: Record, how: impl Fn(&str) -> Completion) -> Vec<String> {
    let root = tempfile::tempdir().expect("folder");
    let digest = append(root.path(), other);
    append(root.path(), at(1, Says::Completion(Box::new(how(&digest)))));
    let found = check(root.path());
    whys(&found.faults).into_iter().map(str::to_owned).collect()
}

#[test]
fn sign_offs_speak_of_the_same_phase_tree_and_policy() {
    let how = |digest: &str| Completion {
        sign_offs: vec![digest.to_owned()],
        unsigned: true,
        ..done()
    };
    assert!(resting(at(0, sign_off()), how).is_empty());
    let tree = "5".repeat(40);
    for (other, wanted) in [
        (
            Record {
                tree,
                ..at(0, sign_off())
            },
            "which is about another tree, 555555555555",
        ),
        (
            Record {
                policy: "f".repeat(64),
                ..at(0, sign_off())
            },
            "which is about another policy",
        ),
        (
            Record {
                phase: "alpha".to_owned(),
                ..at(0, sign_off())
            },
            "which is of the phase `alpha`",
        ),
        (
            at(0, Says::Completion(Box::new(done()))),
            "which is a completion",
        ),
    ] {
        let faults = resting(other, how);
        assert!(faults.iter().any(|why| why.contains(wanted)), "{faults:?}");
    }
    let missing = faults_of(how(&"e".repeat(64)));
    assert_eq!(
        missing,
        ["it rests on the sign-off eeeeeeeeeeee, which is not here"]
    );
}

#[test]
fn a_sign_off_that_nobody_signed_bears_only_where_the_policy_says_so() {
    let faults = resting(at(0, sign_off()), |digest| Completion {
        sign_offs: vec![digest.to_owned()],
        ..done()
    });
    assert!(faults[0].ends_with("which nobody signed"), "{faults:?}");
}

#[test]
fn sign_offs_are_counted_by_person() {
    let root = tempfile::tempdir().expect("folder");
    let one = append(root.path(), at(0, sign_off()));
    let two = append(root.path(), at(1, sign_off()));
    let completion = |count: &str| Completion {
        sign_offs: vec![one.clone(), two.clone()],
        unsigned: true,
        criteria: answers(&[Criterion {
            rule: "sign-offs".to_owned(),
            holds: true,
            asks: BTreeMap::from([("count".to_owned(), count.to_owned())]),
            ..Criterion::default()
        }]),
        ..done()
    };
    append(
        root.path(),
        at(2, Says::Completion(Box::new(completion("1")))),
    );
    assert_eq!(check(root.path()).faults, []);
    append(
        root.path(),
        at(3, Says::Completion(Box::new(completion("2")))),
    );
    assert_eq!(
        whys(&check(root.path()).faults),
        ["`sign-offs` is recorded as held, and it is not: wanted 2 people, found 1"]
    );
}

#[test]
fn a_sign_off_without_evidence_does_not_bear_where_evidence_was_asked() {
    let root = tempfile::tempdir().expect("folder");
    let bare = append(root.path(), at(0, sign_off()));
    let linked = append(
        root.path(),
        at(
            1,
            Says::SignOff {
                why: None,
                evidence: vec!["https://example.org/7".to_owned()],
                entry: false,
                weakenings: None,
                asks: Default::default(),
            },
        ),
    );
    let completion = |digest: &str| Completion {
        sign_offs: vec![digest.to_owned()],
        unsigned: true,
        criteria: answers(&[Criterion {
            rule: "sign-offs".to_owned(),
            holds: true,
            asks: [("count", "1"), ("evidence", "required")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            ..Criterion::default()
        }]),
        ..done()
    };
    let says = |digest: &str| Says::Completion(Box::new(completion(digest)));
    append(root.path(), at(2, says(&linked)));
    assert_eq!(check(root.path()).faults, []);
    append(root.path(), at(3, says(&bare)));
    assert_eq!(
        whys(&check(root.path()).faults),
        ["`sign-offs` is recorded as held, and it is not: wanted 1 people, found 0"]
    );
}

/// A completion after a soak of 48 h with observations at these hours.
fn soak(hours: &[u32], verdict: &str, end: u32) -> Vec<String> {
    let root = tempfile::tempdir().expect("folder");
    let mut observations = Vec::new();
    for hour in hours {
        let says = Says::Observation {
            verdict: verdict.to_owned(),
            gates: [("unit", verdict)].into_iter().collect(),
        };
        observations.push(append(root.path(), at(*hour, says)));
    }
    let asks = [("for", "48h"), ("every", "24h")];
    let completion = Completion {
        observations,
        criteria: answers(&[Criterion {
            rule: "soak".to_owned(),
            holds: true,
            asks: asks
                .map(|(key, text)| (key.to_owned(), text.to_owned()))
                .into(),
            ..Criterion::default()
        }]),
        ..done()
    };
    append(root.path(), at(end, Says::Completion(Box::new(completion))));
    let found = check(root.path());
    whys(&found.faults).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_soak_is_counted_again_from_its_observations() {
    assert!(soak(&[0, 24, 48], "pass", 60).is_empty());
    let one = |hours: &[u32], verdict: &str, end: u32| {
        let faults = soak(hours, verdict, end);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults[0].clone()
    };
    assert!(one(&[0, 20, 40], "pass", 41).contains("wanted 48h"));
    assert!(one(&[0, 25, 48], "pass", 49).contains("lies more than 24h"));
    assert!(one(&[0, 24, 48], "pass", 73).contains("lies more than 24h"));
    assert!(one(&[0, 24, 48], "fail", 49).contains("is `fail`"));
    assert!(one(&[], "pass", 49).contains("no observation"));
}

fn seen(verdict: &str) -> Says {
    Says::Observation {
        verdict: verdict.to_owned(),
        gates: [("unit", verdict)].into_iter().collect(),
    }
}

/// A completion after a soak of 48 h with observations at 0, 24 and 48 h, and a record that the last two do not come
/// after; `above` they do.
fn soak_beside(other: Record, above: bool) -> Vec<String> {
    let root = tempfile::tempdir().expect("folder");
    let first = append(root.path(), at(0, seen("pass")));
    let other = append(root.path(), other);
    let file = root.path().join(LEDGER).join(format!("{other}.json"));
    let aside = root.path().join("aside");
    if !above {
        std::fs::rename(&file, &aside).expect("moves");
    }
    let second = append(root.path(), at(24, seen("pass")));
    let third = append(root.path(), at(48, seen("pass")));
    if !above {
        std::fs::rename(&aside, &file).expect("moves");
    }
    let asks = [("for", "48h"), ("every", "24h")];
    let completion = Completion {
        observations: vec![first, second, third],
        criteria: answers(&[answer("soak", &asks)]),
        ..done()
    };
    append(root.path(), at(49, Says::Completion(Box::new(completion))));
    let found = check(root.path());
    whys(&found.faults).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_fail_that_a_completion_does_not_name_breaks_its_soak_wherever_it_was_seen() {
    for (hour, above) in [(1, true), (1, false), (30, false), (48, false)] {
        let faults = soak_beside(at(hour, seen("fail")), above);
        assert_eq!(faults.len(), 1, "{hour}, {above}: {faults:?}");
        assert!(faults[0].contains("breaks it, and "), "{faults:?}");
    }
    let elsewhere = Record {
        tree: "5".repeat(40),
        ..at(1, seen("fail"))
    };
    assert_eq!(soak_beside(elsewhere, false), [""; 0]);
    let another = Record {
        phase: "alpha".to_owned(),
        ..at(1, seen("fail"))
    };
    assert_eq!(soak_beside(another, false), [""; 0]);
    assert_eq!(soak_beside(at(1, seen("pass")), false), [""; 0]);
}

#[test]
fn predecessors_are_here_of_their_phase_and_not_reopened() {
    let root = tempfile::tempdir().expect("folder");
    let alpha = Record {
        phase: "alpha".to_owned(),
        ..at(0, Says::Completion(Box::new(done())))
    };
    let alpha = append(root.path(), alpha);
    let after = |phase: &str| Completion {
        after: BTreeMap::from([(phase.to_owned(), alpha.clone())]),
        ..done()
    };
    append(
        root.path(),
        at(1, Says::Completion(Box::new(after("alpha")))),
    );
    assert_eq!(check(root.path()).faults, []);
    let reopen = Says::Reopen {
        completion: alpha.clone(),
        why: "a defect".to_owned(),
    };
    let reopen = Record {
        phase: "alpha".to_owned(),
        ..at(2, reopen)
    };
    append(root.path(), reopen);
    assert_eq!(
        check(root.path()).faults,
        [],
        "what was complete before stands"
    );
    append(
        root.path(),
        at(3, Says::Completion(Box::new(after("alpha")))),
    );
    append(
        root.path(),
        at(4, Says::Completion(Box::new(after("gamma")))),
    );
    let found = check(root.path());
    let whys = whys(&found.faults);
    assert!(whys[0].contains("had reopened before"), "{whys:?}");
    assert!(whys[1].contains("which is one of `alpha`"), "{whys:?}");
}

#[test]
fn a_lien_must_be_signed_and_stand_on_something() {
    let lien = |on: &str| Says::Lien {
        on: on.to_owned(),
        owner: "bo".to_owned(),
        why: "the vendor".to_owned(),
        due: "2026-06-01".to_owned(),
    };
    let failing = gate("fail", vec![condition(">=85%", 84, "fail")]);
    let how = |digest: &str| Completion {
        decision: "conditional-go".to_owned(),
        liens: vec![digest.to_owned()],
        gates: BTreeMap::from([("unit".to_owned(), failing.clone())]),
        ..done()
    };
    let faults = resting(at(0, lien("unit")), how);
    assert!(faults[0].ends_with("which nobody signed"), "{faults:?}");
    assert!(faults[1].contains("gate `unit` is `fail`"), "{faults:?}");
}
