//! `.tollgate/people.yaml` in `config check`: every mistake with its place, and sign-offs that nobody can give.

use crate::support::{Key, Project};

const FILE: &str = "gates: { a: { run: 'true' } }
phases:
  beta: { gates: [a], sign-offs: { count: 2, from: [leads], not: author } }
";

/// People with keys of their own; `roles` as in the file.
fn with_people(people: &[(&str, &str)]) -> Project {
    let project = Project::new(FILE);
    let mut text = "version: 1\npeople:\n".to_owned();
    for (name, roles) in people {
        let key = Key::new(&project, name, "");
        text += &format!("  {name}: {{ keys: [{}], roles: [{roles}] }}\n", key.line);
    }
    project.file(".tollgate/people.yaml", text)
}

#[test]
fn people_who_can_give_what_is_asked_are_counted() {
    let project = with_people(&[("ada", "leads"), ("bo", "leads"), ("cy", "leads")]);
    let ran = project.call(&["config", "check"]).exits(0);
    let ran = ran.says("1 gate, 1 phase, 3 people read, nothing wrong");
    assert_eq!(ran.stderr, "");
}

#[test]
fn every_mistake_of_people_is_told_with_its_place() {
    let project = with_people(&[("ada", "leads"), ("bo", "leads")]);
    let text = "version: 1\npeople:\n  ada: { keys: [ssh-ed25519 xyz], rolls: [leads] }\n  bo: { email: [a@b], keys: [{ key: ssh-ed25519, valid-before: soon }] }\n";
    project.write(".tollgate/people.yaml", text);
    project
        .call(&["config", "check"])
        .exits(2)
        .complains(".tollgate/people.yaml:3:")
        .complains("`rolls`")
        .complains("its second word is not base64")
        .complains(".tollgate/people.yaml:4:");
    // Both files are read, whichever is wrong.
    project.write("tollgate.yaml", "version: 1\ngates: { a: { rum: x } }\n");
    project
        .call(&["config", "check"])
        .exits(2)
        .complains("`rum`")
        .complains("its second word is not base64");
}

#[test]
fn sign_offs_that_nobody_can_give_are_refused_by_check() {
    let cases: [(&[(&str, &str)], &str); 2] = [
        (
            &[("ada", "leads"), ("bo", "ops")],
            "people.yaml has 1 who may give one",
        ),
        (
            &[("ada", "leeds"), ("bo", "leeds")],
            "there is no role in people.yaml `leads`",
        ),
    ];
    for (people, words) in cases {
        let project = with_people(people);
        let ran = project.call(&["config", "check"]).exits(2);
        ran.complains(words).complains("tollgate.yaml:4:");
    }
    let none = Project::new(FILE);
    none.call(&["config", "check"])
        .exits(2)
        .complains("people.yaml has 0");
}

#[test]
fn sign_offs_that_an_author_makes_impossible_are_warned_of() {
    let project = with_people(&[("ada", "leads"), ("bo", "leads")]);
    project
        .call(&["config", "check"])
        .exits(0)
        .complains("as soon as one of them is an author, it cannot be met");
}

#[test]
fn schema_of_people_takes_what_is_read_and_refuses_what_is_not() {
    let project = with_people(&[("ada", "leads")]);
    let ran = project.call(&["config", "schema", "--people"]).exits(0);
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["title"], ".tollgate/people.yaml");
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let good = serde_json::json!({ "version": 1, "roles": ["leads"], "people": {
        "ada": { "email": "a@b", "keys": ["ssh-ed25519 A", { "key": "x", "valid-before": "2027-01-01" }], "roles": ["leads"] }
    } });
    assert!(validator.is_valid(&good));
    assert!(!validator.is_valid(&serde_json::json!({ "people": {} })));
    let unknown = serde_json::json!({ "version": 1, "people": { "ada": { "rolls": [] } } });
    assert!(!validator.is_valid(&unknown));
}
