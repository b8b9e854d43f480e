//! Go: go.mod. Formatting, vet and tests come with Go; linters need their own file.

use super::Stack;
use super::draft::{Draft, Proposal, Yaml, not_installed};
use super::site::{Project, Site, has_extension};
use super::tree::{Tree, name_of};

/// The stack.
pub struct Go;

/// Where golangci-lint is configured.
const GOLANGCI: &[&str] = &[
    ".golangci.yml",
    ".golangci.yaml",
    ".golangci.toml",
    ".golangci.json",
];

impl Stack for Go {
    fn name(&self) -> &'static str {
        "Go"
    }

    fn slug(&self) -> &'static str {
        "go"
    }

    fn about(&self) -> &'static str {
        "go.mod"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        tree.manifests(&["go.mod"])
            .into_iter()
            .map(Project::headed)
            .collect()
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        let mut proposal = Proposal::default();
        let gates = &mut proposal.gates;
        let go = site.installed("go");
        let format = Draft::uses(
            "format",
            "go/gofmt",
            "Is every file laid out as gofmt would do it?",
        );
        gates.push(
            own_files(site)
                .into_iter()
                .fold(format, |format, paths| format.with("paths", paths))
                .only_if(site.installed("gofmt"), || not_installed("gofmt")),
        );
        if !site.files().any(is_source) {
            proposal
                .notes
                .push("no Go file yet; with the first one add `vet: { uses: go/vet }`".to_owned());
            return proposal;
        }
        let vet = Draft::uses(
            "vet",
            "go/vet",
            "Does everything compile, and does go vet accept it?",
        );
        gates.push(vet.only_if(go, || not_installed("go")));
        if let Some(file) = site.first(GOLANGCI) {
            let says = format!("Do the linters of {file} accept every package?");
            let lint = Draft::uses("lint", "go/golangci-lint", &says);
            gates.push(lint.only_if(site.installed("golangci-lint"), || {
                not_installed("golangci-lint")
            }));
        }
        if site.has("staticcheck.conf") {
            let check = Draft::uses(
                "staticcheck",
                "go/staticcheck",
                "Does staticcheck accept every package?",
            );
            gates.push(check.only_if(site.installed("staticcheck"), || {
                not_installed("staticcheck")
            }));
        }
        if site.any(|path| name_of(path).ends_with("_test.go"), has_test) {
            let test = Draft::uses("test", "go/test", "Do all tests pass?");
            gates.push(test.only_if(go, || not_installed("go")));
        } else {
            proposal
                .notes
                .push("no test found; with the first one add `test: { uses: go/test }`".to_owned());
        }
        proposal
    }
}

/// What gofmt may look at, where the folder also holds code of others.
fn own_files(site: &Site<'_>) -> Option<Vec<Yaml>> {
    let inner = site
        .projects
        .iter()
        .any(|other| other.dir != site.dir() && super::tree::is_below(&other.dir, site.dir()));
    let foreign = ["vendor", "node_modules", "third_party"]
        .iter()
        .any(|name| site.has(name))
        || inner;
    let places = site.places("go");
    (foreign && !places.is_empty()).then(|| places.into_iter().map(Yaml::Text).collect())
}

fn is_source(path: &str) -> bool {
    has_extension(path, &["go"])
}

/// A test that plain `go test` runs: one behind a build tag does not.
fn has_test(text: &str) -> bool {
    let tagged = text
        .lines()
        .take_while(|line| !line.starts_with("package "))
        .any(|line| line.starts_with("//go:build"));
    let test = |line: &str| {
        ["func Test", "func Example", "func Fuzz"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    !tagged
        && text
            .lines()
            .any(|line| test(line) && !line.starts_with("func TestMain("))
}

#[cfg(test)]
mod tests {
    use crate::init::testing::{Here, check};

    const MAIN: (&str, &str) = ("main.go", "package main\n\nfunc main() {}\n");
    const TEST: (&str, &str) = (
        "main_test.go",
        "package main\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) {}\n",
    );
    const MOD: (&str, &str) = ("go.mod", "module x\n\ngo 1.19\n");

    #[test]
    fn a_module_gets_what_comes_with_go() {
        let text = check(&[MOD, MAIN, TEST], &Here::all());
        for gate in [
            "format: { uses: go/gofmt }",
            "vet: { uses: go/vet }",
            "test: { uses: go/test }",
        ] {
            assert!(text.contains(gate), "{text}");
        }
    }

    #[test]
    fn tests_behind_a_tag_do_not_count() {
        let text = check(
            &[
                MOD,
                MAIN,
                (
                    "a_test.go",
                    "//go:build slow\n\npackage main\n\nfunc TestIt() {}\n",
                ),
            ],
            &Here::all(),
        );
        assert!(!text.contains("go/test"), "{text}");
    }

    #[test]
    fn an_empty_module_gets_no_gate_that_needs_files() {
        let text = check(&[MOD], &Here::all());
        assert_eq!(text.matches("uses:").count(), 1, "{text}");
    }

    #[test]
    fn code_of_others_is_not_formatted() {
        let text = check(
            &[
                MOD,
                MAIN,
                ("vendor/x/y.go", ""),
                ("internal/z.go", "package internal\n"),
            ],
            &Here::all(),
        );
        assert!(text.contains("paths: [internal, main.go]"), "{text}");
    }

    #[test]
    fn a_linter_that_is_missing_is_written_as_a_comment() {
        let files = [MOD, MAIN, (".golangci.yml", "version: \"2\"\n")];
        let text = check(&files, &Here::all().without("golangci-lint"));
        assert!(
            text.contains("# Not active: `golangci-lint` is not installed here."),
            "{text}"
        );
        assert!(
            text.contains("# lint: { uses: go/golangci-lint }"),
            "{text}"
        );
    }
}
