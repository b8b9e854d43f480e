//! Rust: Cargo.toml. Formatting, clippy and tests come with the toolchain; other tools need their own file.

use super::Stack;
use super::draft::{Draft, Proposal, not_installed};
use super::manifest::Toml;
use super::site::{Project, Site, has_extension};
use super::tree::{Tree, is_below, join};

/// The stack.
pub struct Rust;

impl Stack for Rust {
    fn name(&self) -> &'static str {
        "Rust"
    }

    fn slug(&self) -> &'static str {
        "rust"
    }

    fn about(&self) -> &'static str {
        "Cargo.toml"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        let mut projects: Vec<Project> = Vec::new();
        let mut workspaces: Vec<String> = Vec::new();
        for path in tree.manifests(&["Cargo.toml"]) {
            let project = Project::headed(path);
            // One command at the top of a workspace speaks for all its members.
            if workspaces.iter().any(|top| is_below(path, top)) {
                continue;
            }
            if tree
                .text(path)
                .is_some_and(|text| Toml::read(&text).has("workspace"))
            {
                workspaces.push(project.dir.clone());
            }
            projects.push(project);
        }
        projects
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        let mut proposal = Proposal {
            leaves: vec!["target/x"],
            ..Proposal::default()
        };
        let gates = &mut proposal.gates;
        let cargo = site.installed("cargo");
        let component = |words: &[&str], program: &str, name: &str| {
            let there = cargo && site.installed(program) && site.answers(words);
            let reason = if cargo {
                format!("{name} is missing: `rustup component add {name}`")
            } else {
                not_installed("cargo")
            };
            (there, reason)
        };
        let (fmt, no_fmt) = component(&["cargo", "fmt", "--version"], "cargo-fmt", "rustfmt");
        let says = "Is every file laid out as rustfmt would do it?";
        gates.push(Draft::uses("format", "rust/fmt", says).only_if(fmt, || no_fmt));
        let (clippy, no_clippy) =
            component(&["cargo", "clippy", "--version"], "cargo-clippy", "clippy");
        let says = "Does everything compile, and has clippy nothing to say?";
        gates.push(Draft::uses("lint", "rust/clippy", says).only_if(clippy, || no_clippy));
        if cargo && !clippy {
            gates.push(Draft::uses(
                "check",
                "rust/check",
                "Does everything compile without a warning?",
            ));
        }
        if site.has("deny.toml") {
            let says = "Do the dependencies keep the rules of deny.toml?";
            let deny = Draft::uses("dependencies", "rust/deny", says);
            gates.push(deny.only_if(site.installed("cargo-deny"), || not_installed("cargo-deny")));
        }
        if site.files().any(|path| is_test(site, path)) {
            gates.extend(tests(site, cargo));
        } else {
            proposal.notes.push(
                "no test found; with the first one add `test: { uses: rust/test }`".to_owned(),
            );
        }
        let locked = site
            .upwards()
            .iter()
            .any(|(folder, _)| site.tree.has(&join(folder, "Cargo.lock")));
        if cargo && !locked {
            let words =
                "there is no Cargo.lock yet: the first run writes one, to be committed or ignored";
            proposal.notes.push(words.to_owned());
        }
        proposal
    }
}

fn tests(site: &Site<'_>, cargo: bool) -> Vec<Draft> {
    let plain = Draft::uses(
        "test",
        "rust/test",
        "Do all tests pass: unit, integration, documentation?",
    )
    .only_if(cargo, || not_installed("cargo"));
    if !site.has(".config/nextest.toml") || !is_tested_by_harness(site) {
        return vec![plain];
    }
    let next = Draft::uses(
        "test",
        "rust/nextest",
        "Do all tests pass, each in a process of its own?",
    );
    if cargo && site.installed("cargo-nextest") {
        return vec![next];
    }
    let off = Draft {
        name: "nextest".to_owned(),
        ..next.only_if(false, || not_installed("cargo-nextest"))
    };
    vec![plain, off]
}

fn is_tested_by_harness(site: &Site<'_>) -> bool {
    site.any(|path| has_extension(path, &["rs"]), has_test_function)
}

fn is_test(site: &Site<'_>, path: &str) -> bool {
    has_extension(path, &["rs"])
        && site.text(path).is_some_and(|text| {
            has_test_function(&text) || (in_library(site, path) && has_doc_test(&text))
        })
}

fn has_test_function(text: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| {
        let name = line
            .strip_prefix("#[")
            .and_then(|rest| rest.split([']', '(', ' ']).next())
            .and_then(|path| path.rsplit("::").next());
        matches!(name, Some("test" | "rstest" | "test_case" | "quickcheck"))
            || line.starts_with("proptest!")
    })
}

/// Documentation tests are run for libraries only.
fn in_library(site: &Site<'_>, path: &str) -> bool {
    path.rsplit_once("src/")
        .is_some_and(|(package, _)| site.has(&format!("{package}src/lib.rs")))
}

fn has_doc_test(text: &str) -> bool {
    let mut open = false;
    for line in text.lines().map(str::trim_start) {
        let Some(doc) = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"))
        else {
            open = false;
            continue;
        };
        let Some(words) = doc.trim().strip_prefix("```") else {
            continue;
        };
        let runs = |word: &str| {
            matches!(
                word,
                "" | "rust" | "no_run" | "should_panic" | "compile_fail"
            )
        };
        if !open && words.split(',').all(|word| runs(word.trim())) {
            return true;
        }
        open = !open;
    }
    false
}

#[cfg(test)]
mod tests_of_stack {
    use super::*;
    use crate::init::testing::{Here, check};

    const MANIFEST: &str = "[package]\nname = \"x\"\nedition = \"2021\"\n";

    #[test]
    fn a_library_with_a_test_gets_three_gates() {
        let text = check(
            &[
                ("Cargo.toml", MANIFEST),
                ("src/lib.rs", "#[test]\nfn it() {}\n"),
            ],
            &Here::all(),
        );
        assert!(text.contains("format: { uses: rust/fmt }"), "{text}");
        assert!(text.contains("lint: { uses: rust/clippy }"), "{text}");
        assert!(text.contains("test: { uses: rust/test }"), "{text}");
    }

    #[test]
    fn a_program_without_tests_gets_no_tests_gate() {
        let main = "fn main() { let test = \"#[test]\"; }\n// #[test]\n";
        let text = check(
            &[("Cargo.toml", MANIFEST), ("src/main.rs", main)],
            &Here::all(),
        );
        assert!(!text.contains("rust/test"), "{text}");
    }

    #[test]
    fn documentation_tests_count_in_libraries_only() {
        let doc = "/// ```\n/// assert!(true);\n/// ```\npub fn f() {}\n";
        let text = check(
            &[("Cargo.toml", MANIFEST), ("src/lib.rs", doc)],
            &Here::all(),
        );
        assert!(text.contains("rust/test"), "{text}");
        let text = check(
            &[("Cargo.toml", MANIFEST), ("src/main.rs", doc)],
            &Here::all(),
        );
        assert!(!text.contains("rust/test"), "{text}");
        assert!(!has_doc_test("/// ```text\n/// x\n/// ```\nfn f() {}\n"));
    }

    #[test]
    fn attributes_of_other_test_crates_count() {
        for line in [
            "#[tokio::test]",
            "    #[rstest]",
            "#[test_case(1)]",
            "#[tokio::test(flavor = \"x\")]",
        ] {
            assert!(has_test_function(line), "{line}");
        }
        assert!(!has_test_function("#[cfg(test)]\nmod tests {}\n"));
    }

    #[test]
    fn members_of_a_workspace_are_spoken_for_by_its_top() {
        let files = [
            ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
            ("a/Cargo.toml", MANIFEST),
            ("a/src/lib.rs", "#[test]\nfn it() {}\n"),
        ];
        let text = check(&files, &Here::all());
        assert_eq!(text.matches("uses:").count(), 3, "{text}");
        assert!(!text.contains("dir:"), "{text}");
    }

    #[test]
    fn crates_beside_each_other_get_their_own_gates() {
        let files = [
            ("a/Cargo.toml", MANIFEST),
            ("a/src/lib.rs", "#[test]\nfn it() {}\n"),
            ("b/Cargo.toml", MANIFEST),
            ("b/src/main.rs", "fn main() {}\n"),
        ];
        let text = check(&files, &Here::all());
        assert!(
            text.contains("a-test: { uses: rust/test, dir: a }"),
            "{text}"
        );
        assert!(
            text.contains("b-lint: { uses: rust/clippy, dir: b }"),
            "{text}"
        );
        assert!(!text.contains("b-test"), "{text}");
    }

    #[test]
    fn a_missing_component_is_written_as_a_comment() {
        let text = check(
            &[("Cargo.toml", MANIFEST), ("src/main.rs", "fn main() {}\n")],
            &Here::all().without("cargo-clippy"),
        );
        assert!(text.contains("# lint: { uses: rust/clippy }"), "{text}");
        assert!(text.contains("rustup component add clippy"), "{text}");
        assert!(text.contains("\n  check: { uses: rust/check }"), "{text}");
    }

    #[test]
    fn nextest_is_used_where_the_project_configures_it() {
        let files = [
            ("Cargo.toml", MANIFEST),
            (".config/nextest.toml", ""),
            ("src/lib.rs", "#[test]\nfn it() {}\n"),
        ];
        assert!(check(&files, &Here::all()).contains("test: { uses: rust/nextest }"));
        let text = check(&files, &Here::all().without("cargo-nextest"));
        assert!(text.contains("\n  test: { uses: rust/test }"), "{text}");
        assert!(text.contains("# nextest: { uses: rust/nextest }"), "{text}");
    }
}
