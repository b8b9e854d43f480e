//! A soak of 72 hours: held, and each way in which it is not.

use super::super::testing::{Scene, phase, read};
use super::*;

fn scene(soak: Soak) -> Scene {
    let mut beta = phase("beta");
    beta.soak = Some(soak);
    Scene::new(vec![beta])
}

fn three_days() -> Scene {
    scene(Soak {
        lasts: read("72h"),
        every: Some(read("24h")),
    })
}

fn hours(scene: &mut Scene, hours: i64) {
    scene.now = scene
        .now
        .checked_add(SignedDuration::from_hours(hours))
        .expect("in range");
}

fn judge(scene: &Scene) -> Answer {
    scene.judge("beta", &SoakRule).expect("asked")
}

/// Waits so many hours and observes, again and again.
fn observed(steps: &[(i64, &str)]) -> Scene {
    let mut scene = three_days();
    for (wait, verdict) in steps {
        hours(&mut scene, *wait);
        scene.observe("beta", verdict);
    }
    scene
}

const PASS: &str = "pass";

#[test]
fn seventy_two_hours_are_held_by_an_unbroken_run_of_passes_only() {
    // What was observed (hours waited before, verdict), hours since the last, whether it holds, what is said.
    type Case = (&'static [(i64, &'static str)], i64, bool, &'static str);
    let cases: &[Case] = &[
        (
            &[(0, PASS), (24, PASS), (24, PASS), (24, PASS)],
            0,
            true,
            "held for 72h",
        ),
        (
            &[(0, PASS), (24, PASS), (24, PASS), (24, PASS)],
            24,
            true,
            "held for 72h",
        ),
        (
            &[(0, PASS), (24, PASS), (24, PASS), (23, PASS)],
            0,
            false,
            "held for 71h of 72h",
        ),
        (&[], 0, false, "held for 0s of 72h"),
        (&[(0, PASS)], 23, false, "held for 0s of 72h"),
        (
            &[(0, PASS), (25, PASS), (24, PASS), (24, PASS)],
            0,
            false,
            "a gap of 25h, more than 24h",
        ),
        (
            &[(0, PASS), (24, PASS), (24, PASS), (24, PASS)],
            25,
            false,
            "the last observation is 25h old, more than 24h",
        ),
        (
            &[(0, PASS), (24, PASS), (12, "fail"), (12, PASS), (24, PASS)],
            0,
            false,
            "held for 24h of 72h (broken by fail on",
        ),
        (
            &[(0, PASS), (24, PASS), (24, PASS), (24, "inconclusive")],
            0,
            false,
            "held for 0s of 72h (broken by inconclusive",
        ),
        (
            &[(0, "fail"), (1, PASS), (24, PASS), (24, PASS), (24, PASS)],
            0,
            true,
            "held for 72h",
        ),
        (
            &[(0, PASS), (12, PASS), (24, PASS), (24, PASS), (24, PASS)],
            0,
            true,
            "held for 84h",
        ),
    ];
    for (steps, wait, holds, words) in cases {
        let mut scene = observed(steps);
        hours(&mut scene, *wait);
        let answer = judge(&scene);
        assert_eq!(
            answer.criterion.holds, *holds,
            "{steps:?} then {wait}h: {answer:?}"
        );
        assert!(
            answer.criterion.found.contains(words),
            "{steps:?}: {}",
            answer.criterion.found
        );
        if !holds {
            assert_eq!(answer.outstanding[0].sort, Sort::Time);
            assert!(answer.basis.observations.is_empty());
        }
    }
}

#[test]
fn missing_time_says_when_it_can_be_met() {
    let scene = observed(&[(0, PASS), (24, PASS)]);
    let help = &judge(&scene).outstanding[0].help;
    assert!(
        help.contains("can be met on 2026-03-13T12:00:00Z"),
        "{help}"
    );
    let nothing = three_days();
    let help = &judge(&nothing).outstanding[0].help;
    assert!(
        help.contains("can be met on 2026-03-13T12:00:00Z"),
        "{help}"
    );
}

#[test]
fn only_observations_of_this_tree_and_policy_count() {
    for change in ["tree", "policy"] {
        let mut scene = observed(&[(0, PASS), (24, PASS), (24, PASS), (24, PASS)]);
        if change == "tree" {
            scene.subject.id = "tree2".to_owned();
        } else {
            scene.policy = "policy2".to_owned();
        }
        assert!(!judge(&scene).criterion.holds, "{change}");
    }
}

#[test]
fn a_clock_that_was_set_back_breaks_it() {
    let mut scene = observed(&[(0, PASS), (24, PASS), (24, PASS), (24, PASS)]);
    hours(&mut scene, -48);
    scene.observe("beta", PASS);
    hours(&mut scene, 48);
    let answer = judge(&scene);
    assert!(!answer.criterion.holds);
    assert!(
        answer
            .criterion
            .found
            .contains("dated before a record that it names"),
        "{answer:?}"
    );
}

/// Observations of two branches that went apart after the first pass: one saw a fail at this hour, the other only passes.
fn parted(fails_at: i64, swap: bool) -> Scene {
    let mut scene = three_days();
    let root = scene.observe("beta", PASS);
    let start = scene.now;
    let fail = |scene: &mut Scene| {
        scene.parents = Some(vec![root.clone()]);
        scene.now = start;
        hours(scene, fails_at);
        let digest = scene.observe("beta", "fail");
        scene.now = start;
        digest
    };
    let mut fails = Vec::new();
    if swap {
        fails.push(fail(&mut scene));
    }
    let mut head = root.clone();
    for _ in 0..4 {
        hours(&mut scene, 20);
        scene.parents = Some(vec![head]);
        head = scene.observe("beta", PASS);
    }
    let now = scene.now;
    if !swap {
        fails.push(fail(&mut scene));
    }
    scene.now = now;
    fails.push(head);
    scene.parents = Some(fails);
    scene
}

#[test]
fn a_fail_on_a_parallel_branch_breaks_it_whatever_its_time_and_digest() {
    for fails_at in [1, 19, 41, 79] {
        for swap in [false, true] {
            let mut scene = parted(fails_at, swap);
            let answer = judge(&scene);
            assert!(!answer.criterion.holds, "{fails_at}, {swap}: {answer:?}");
            let found = &answer.criterion.found;
            assert!(
                found.contains("held for 0s of 72h (broken by fail"),
                "{found}"
            );
            // What comes after both branches begins anew.
            for wait in [0, 24, 24, 24] {
                hours(&mut scene, wait);
                let digest = scene.observe("beta", PASS);
                scene.parents = Some(vec![digest]);
            }
            let answer = judge(&scene);
            assert_eq!(answer.criterion.found, "held for 72h", "{fails_at}, {swap}");
            assert_eq!(answer.basis.observations.len(), 4);
        }
    }
}

#[test]
fn a_fail_of_other_content_or_policy_on_a_parallel_branch_breaks_nothing() {
    let mut scene = observed(&[(0, PASS)]);
    let root = scene.entries[0].digest.clone();
    for change in ["tree2", "policy2"] {
        let (tree, policy) = (scene.subject.id.clone(), scene.policy.clone());
        match change {
            "tree2" => scene.subject.id = change.to_owned(),
            _ => scene.policy = change.to_owned(),
        }
        scene.parents = Some(vec![root.clone()]);
        scene.observe("beta", "fail");
        (scene.subject.id, scene.policy) = (tree, policy);
    }
    let mut head = root;
    for _ in 0..3 {
        hours(&mut scene, 24);
        scene.parents = Some(vec![head]);
        head = scene.observe("beta", PASS);
    }
    assert!(judge(&scene).criterion.holds);
}

#[test]
fn an_observation_of_the_future_breaks_it() {
    let mut scene = observed(&[(0, PASS), (24, PASS), (24, PASS), (24, PASS)]);
    hours(&mut scene, -1);
    assert!(judge(&scene).criterion.found.contains("later than now"));
}

#[test]
fn a_record_that_does_not_verify_breaks_it() {
    let mut scene = observed(&[(0, PASS), (24, PASS), (24, PASS), (24, PASS)]);
    let digest = scene.entries[1].digest.clone();
    scene.broken.insert(digest, "cut short".to_owned());
    assert!(judge(&scene).criterion.found.contains("cut short"));
}

#[test]
fn a_soak_of_seconds_needs_two_observations_so_far_apart() {
    let mut scene = scene(Soak {
        lasts: read("2s"),
        every: None,
    });
    scene.observe("beta", PASS);
    assert!(!judge(&scene).criterion.holds);
    scene.now = scene
        .now
        .checked_add(SignedDuration::from_secs(2))
        .expect("in range");
    scene.observe("beta", PASS);
    let answer = judge(&scene);
    assert!(answer.criterion.holds);
    assert_eq!(answer.basis.observations.len(), 2);
    assert_eq!(
        answer.criterion.asks.get("for").map(String::as_str),
        Some("2s")
    );
}

#[test]
fn lengths_of_time_are_written_as_people_do() {
    for (seconds, wanted) in [(0, "0s"), (45, "45s"), (5_400, "1h 30m"), (259_200, "72h")] {
        assert_eq!(words(SignedDuration::from_secs(seconds)), wanted);
    }
}

#[test]
fn observations_that_nobody_signed_are_told_where_somebody_could_have() {
    let mut scene = observed(&[(0, PASS), (24, PASS), (24, PASS), (24, PASS)]);
    assert!(judge(&scene).notes.is_empty(), "nobody has a key");
    let ada = scene.people.by_name.get_mut("ada").expect("known");
    ada.keys.push(crate::model::PublicKey {
        algorithm: "ssh-ed25519".to_owned(),
        base64: "AAAA".to_owned(),
        after: None,
        before: None,
    });
    let notes = judge(&scene).notes.join("; ");
    let said = "of the 4 observations that count for the soak nobody signed 4";
    assert!(notes.contains(said), "{notes}");
}
