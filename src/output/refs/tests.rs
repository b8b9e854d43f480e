//! The table of revisions in each form.

use std::sync::Arc;

use super::super::{Style, fixtures};
use super::*;
use crate::model::RefTrouble;

fn row(name: &str, exit: u8) -> RefRow {
    RefRow {
        name: name.to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        exit,
        duration_ms: 1_200,
        ..RefRow::default()
    }
}

fn table() -> RefTable {
    let failed = RefRow {
        decision: Some(Decision::NoGo),
        against: vec!["unit".to_owned(), "lint".to_owned()],
        outcome: Some(Arc::new(fixtures::named("no_go"))),
        ..row("feature/größe", 1)
    };
    let conflict = RefRow {
        merged_into: Some("main".to_owned()),
        trouble: Some(RefTrouble {
            code: "merge-conflict",
            why: "`feature/größe` and `main` conflict".to_owned(),
            help: "merge `main` into `feature/größe` and settle them".to_owned(),
            files: vec!["src/a.rs".to_owned(), "\u{1b}[31m::error::b".to_owned()],
        }),
        ..row("feature/größe", 1)
    };
    let missing = RefRow {
        commit: None,
        trouble: Some(RefTrouble {
            code: "ref-missing",
            why: "`gone` is not in this clone".to_owned(),
            help: "run `git fetch origin gone:gone`".to_owned(),
            files: Vec::new(),
        }),
        ..row("gone", 3)
    };
    let same = RefRow {
        decision: Some(Decision::Go),
        same_as: Some("topic".to_owned()),
        ..row("v1|x", 0)
    };
    let topic = RefRow {
        decision: Some(Decision::Go),
        ..row("topic", 0)
    };
    RefTable {
        rows: vec![failed, conflict, missing, topic, same],
        jobs: 2,
        duration_ms: 4_000,
        exit: 1,
        notes: vec!["a note".to_owned()],
        ..RefTable::default()
    }
}

#[test]
fn the_table_for_people() {
    let mut text = Vec::new();
    let style = Style {
        quiet: true,
        ..Style::default()
    };
    refs(&table(), &style, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains('\u{1b}'), "{text}");
    let rows: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("  revision"))
        .collect();
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn the_table_for_a_forge() {
    let mut text = Vec::new();
    refs_markdown(&table(), &mut text).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap());
}

#[test]
fn the_document_is_as_its_schema_says_and_holds_each_outcome_once() {
    let mut text = Vec::new();
    refs_json(&table(), &mut text).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let schema: serde_json::Value = serde_json::from_str(REFS_SCHEMA).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let rows = document["rows"].as_array().unwrap();
    assert_eq!(rows[0]["outcome"]["schema"], "tollgate/outcome/1");
    assert!(rows[4].get("outcome").is_none());
    assert_eq!(rows[4]["same_as"], "topic");
}
