//! What a `git` gate says of repositories that are as wanted, otherwise, or unknown.

use serde_json::json;

use super::super::scene::{Said, Scene, build};
use super::*;

fn commit(id: &str, parents: usize, subject: &str) -> Commit {
    Commit {
        id: id.to_owned(),
        parents,
        subject: subject.to_owned(),
    }
}

fn judged(options: Json, given: Option<GitGiven>) -> Said {
    let mut scene = Scene::new(&[]);
    scene.given.git = given;
    scene.judge(&Git, options)
}

fn every() -> Json {
    json!({ "clean": true, "up-to-date": "main", "pushed": true, "linear": true, "messages": "^(feat|fix): " })
}

fn fine() -> GitGiven {
    GitGiven {
        changes: Some(Ok(Vec::new())),
        behind: vec![("main".to_owned(), Ok(0))],
        unpushed: Some(Ok(0)),
        commits: Some(Ok(vec![
            commit("a", 1, "fix: b"),
            commit("b", 1, "feat: c"),
        ])),
    }
}

#[test]
fn repository_as_wanted_passes() {
    judged(every(), Some(fine()))
        .is(Verdict::Pass)
        .fact("git.commits", "2");
}

#[test]
fn each_condition_fails_by_itself() {
    let merged = vec![
        commit("0123456789", 2, "Merge x"),
        commit("b", 1, "feat: c"),
    ];
    let cases: [(GitGiven, &str); 5] = [
        (
            GitGiven {
                changes: Some(Ok(vec!["a.txt".to_owned()])),
                ..fine()
            },
            "1 path differs from HEAD",
        ),
        (
            GitGiven {
                behind: vec![("main".to_owned(), Ok(2))],
                ..fine()
            },
            "lacks 2 commits of it",
        ),
        (
            GitGiven {
                unpushed: Some(Ok(1)),
                ..fine()
            },
            "1 commit not on the remote",
        ),
        (
            GitGiven {
                commits: Some(Ok(merged)),
                ..fine()
            },
            "01234567 Merge x",
        ),
        (
            GitGiven {
                commits: Some(Ok(vec![commit("abc", 1, "wip")])),
                ..fine()
            },
            "abc wip",
        ),
    ];
    for (given, says) in cases {
        let said = judged(every(), Some(given)).is(Verdict::Fail).says(says);
        let failed = said
            .0
            .conditions
            .iter()
            .filter(|one| one.verdict == Verdict::Fail);
        assert_eq!(failed.count(), 1, "{says}");
    }
}

#[test]
fn what_git_cannot_tell_decides_nothing() {
    let unknown = || Unknown::new("the clone is shallow", "run `git fetch --unshallow`");
    let cases = [
        GitGiven {
            changes: Some(Err(unknown())),
            ..fine()
        },
        GitGiven {
            behind: vec![("main".to_owned(), Err(unknown()))],
            ..fine()
        },
        GitGiven {
            unpushed: Some(Err(unknown())),
            ..fine()
        },
        GitGiven {
            commits: Some(Err(unknown())),
            ..fine()
        },
    ];
    for given in cases {
        judged(every(), Some(given))
            .is(Verdict::Inconclusive)
            .says("git fetch --unshallow");
    }
    judged(every(), None)
        .is(Verdict::Inconclusive)
        .says("git was not asked");
}

#[test]
fn merges_need_no_message_of_the_form() {
    let given = GitGiven {
        commits: Some(Ok(vec![commit("a", 2, "Merge main")])),
        ..fine()
    };
    judged(json!({ "messages": "^fix" }), Some(given)).is(Verdict::Pass);
    let none = GitGiven {
        commits: Some(Ok(Vec::new())),
        ..fine()
    };
    judged(json!({ "messages": "^fix" }), Some(none))
        .is(Verdict::Pass)
        .says("no-commits");
}

#[test]
fn only_what_is_asked_for_is_wanted() {
    let wants = build(&Git, &json!({ "clean": true })).unwrap().wants();
    let asked = GitWants {
        changes: true,
        ..GitWants::default()
    };
    assert_eq!(wants.git, Some(asked));
}

#[test]
fn mistakes_are_problems() {
    for (options, says) in [
        (json!({}), "asks for nothing"),
        (json!({ "clean": false }), "asks for nothing"),
        (json!({ "up-to-date": "--all" }), "is no name"),
        (json!({ "up-to-date": "a..b" }), "is no name"),
        (json!({ "messages": "(" }), "not a regular expression"),
        (
            json!({ "clean": true, "since": "v1" }),
            "has an effect only",
        ),
        (json!({ "signed": true }), "unknown key"),
    ] {
        let said = build(&Git, &options).map(|_| ()).unwrap_err().join("\n");
        assert!(said.contains(says), "{options}: {said}");
    }
}
