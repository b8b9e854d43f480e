//! How a file is read, what it extends, and the mistakes that are told.

use super::*;

fn sources(texts: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in texts {
        sources.add(Source {
            name: (*name).into(),
            text: (*text).into(),
        });
    }
    sources
}

#[test]
fn the_digest_covers_each_file_and_preset_and_no_mark() {
    let own = ("tollgate.yaml", "version: 1");
    let base = digest(&sources(&[own, ("gates/a/b.yaml", "x")]), "");
    for other in [
        vec![own],
        vec![own, ("gates/a/b.yaml", "y")],
        vec![own, ("gates/a/c.yaml", "x")],
        vec![("tollgate.yaml", "version: 2"), ("gates/a/b.yaml", "x")],
    ] {
        assert_ne!(digest(&sources(&other), ""), base, "{other:?}");
    }
    let marked = [
        ("base:tollgate.yaml", "version: 1"),
        ("gates/a/b.yaml", "x"),
    ];
    assert_eq!(digest(&sources(&marked), "base:"), base);
}

#[test]
fn a_preset_that_is_used_is_among_what_the_digest_covers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tollgate.yaml");
    std::fs::write(&file, "version: 1\ngates: { a: { uses: rust/fmt } }\n").unwrap();
    let plan = load(&file, "tollgate.yaml").plan.unwrap();
    assert!(plan.sources.get("gates/rust/fmt.yaml").is_some());
    assert_eq!(plan.digest, digest(&plan.sources, ""));
}
