//! Shell: Bats tests, a .shellcheckrc, or scripts where there is nothing else.

use super::Stack;
use super::draft::{Draft, Proposal, not_installed};
use super::site::{Project, Site, has_extension};
use super::tree::{Tree, folder_of};

/// The stack.
pub struct Shell;

const SCRIPTS: &[&str] = &["sh", "bash"];
/// Where projects keep a Bats of their own.
const BATS: &[&str] = &[
    "test/bats/bin/bats",
    "tests/bats/bin/bats",
    "node_modules/.bin/bats",
];
/// More files are found by a pattern, not listed.
const MOST_LISTED: usize = 6;

impl Stack for Shell {
    fn name(&self) -> &'static str {
        "Shell"
    }

    fn slug(&self) -> &'static str {
        "shell"
    }

    fn about(&self) -> &'static str {
        "*.bats, .shellcheckrc, *.sh"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        let bats = tree
            .files()
            .find(|path| has_extension(path, &["bats"]) && !is_vendored(tree, path));
        let settings = tree.has(".shellcheckrc").then_some(".shellcheckrc");
        let script = || tree.files().find(|path| has_extension(path, SCRIPTS));
        bats.or(settings)
            .or_else(script)
            .map(|evidence| Project {
                dir: String::new(),
                ..Project::headed(evidence)
            })
            .into_iter()
            .collect()
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        let bats: Vec<&str> = site
            .files()
            .filter(|path| has_extension(path, &["bats"]) && !is_vendored(site.tree, path))
            .collect();
        let settings = site.has(".shellcheckrc");
        // A few scripts beside a program are no reason for gates.
        if bats.is_empty() && !settings && !site.alone {
            return Proposal::default();
        }
        let scripts: Vec<&str> = site
            .files()
            .filter(|path| has_extension(path, SCRIPTS) && !is_vendored(site.tree, path))
            .collect();
        let mut proposal = Proposal::default();
        let directive = || {
            scripts.iter().any(|path| {
                site.text(path)
                    .is_some_and(|text| text.contains("# shellcheck "))
            })
        };
        if !scripts.is_empty() {
            proposal.gates.push(syntax(site, &scripts));
            if settings || directive() {
                proposal.gates.push(shellcheck(site, &scripts));
            } else {
                let words =
                    "the scripts do not mention ShellCheck; `uses: shell/shellcheck` would ask it";
                proposal.notes.push(words.to_owned());
            }
        }
        if bats
            .iter()
            .any(|path| site.text(path).is_some_and(|text| text.contains("@test")))
        {
            proposal.gates.push(tests(site, &bats));
        }
        proposal
    }
}

fn syntax(site: &Site<'_>, scripts: &[&str]) -> Draft {
    let bash = |path: &&str| {
        has_extension(path, &["bash"])
            || site.text(path).is_some_and(|text| {
                text.lines()
                    .next()
                    .is_some_and(|line| line.starts_with("#!") && line.contains("bash"))
            })
    };
    let shell = if scripts.iter().any(bash) {
        "bash"
    } else {
        "sh"
    };
    let command = if let [one] = scripts {
        format!("{shell} -n {}", shell_words::quote(one))
    } else {
        let body = format!("for file do {shell} -n \"$file\" || exit 1; done");
        over(scripts, &format!("sh -c {} sh", shell_words::quote(&body)))
    };
    Draft::runs("syntax", command, "Does every script parse?")
        .only_if(site.installed(shell), || not_installed(shell))
}

/// A command over all the scripts, found anew each time.
fn over(scripts: &[&str], command: &str) -> String {
    let mut places: Vec<&str> = scripts
        .iter()
        .map(|path| path.split('/').next().unwrap_or(path))
        .collect();
    places.dedup();
    let places = shell_words::join(places);
    format!("find {places} -type f \\( -name '*.sh' -o -name '*.bash' \\) -exec {command} {{}} +")
}

fn shellcheck(site: &Site<'_>, scripts: &[&str]) -> Draft {
    let says = "Does ShellCheck accept every script?";
    let mut words = vec!["git", "ls-files", "--error-unmatch", "--"];
    words.extend(scripts);
    // The preset asks git for the scripts; those that git does not know yet it would not see.
    let draft = if site.answers(&words) {
        Draft::uses("lint", "shell/shellcheck", says)
    } else if scripts.len() <= MOST_LISTED {
        Draft::runs(
            "lint",
            format!("shellcheck {}", shell_words::join(scripts)),
            says,
        )
    } else {
        Draft::runs("lint", over(scripts, "shellcheck"), says)
    };
    draft.only_if(site.installed("shellcheck"), || not_installed("shellcheck"))
}

fn tests(site: &Site<'_>, bats: &[&str]) -> Draft {
    let mut places: Vec<&str> = bats.iter().map(|path| folder_of(path)).collect();
    places.sort_unstable();
    places.dedup();
    // Folders, and files where they lie at the top.
    let places: Vec<String> = if places.contains(&"") {
        bats.iter().map(|path| (*path).to_owned()).collect()
    } else {
        places.into_iter().map(str::to_owned).collect()
    };
    let draft = Draft::uses("test", "shell/bats", "Do all Bats tests pass?");
    let own = site.first(BATS);
    let draft = match own {
        Some(program) => Draft {
            run: Some(format!(
                "{program} --formatter tap {}",
                shell_words::join(&places)
            )),
            ..draft
        },
        // Below a folder named once nothing else may hide: each is named, none is searched.
        None if places == ["test"] => draft,
        None => draft.with("paths", places).with("args", ""),
    };
    draft.only_if(own.is_some() || site.installed("bats"), || {
        not_installed("bats")
    })
}

/// Bats itself and its libraries, kept beside the tests.
fn is_vendored(tree: &Tree, path: &str) -> bool {
    let own = |folder: &str| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        name.starts_with("bats-") || (name == "bats" && tree.has(&format!("{folder}/bin/bats")))
    };
    path.match_indices('/').any(|(at, _)| own(&path[..at]))
}

#[cfg(test)]
mod tests_of_stack {
    use crate::init::testing::{Here, check, look};

    const SCRIPT: (&str, &str) = ("bin/greet.sh", "#!/bin/sh\necho hello\n");
    const TEST: (&str, &str) = (
        "test/greet.bats",
        "@test \"greets\" {\n  run sh bin/greet.sh\n}\n",
    );

    #[test]
    fn scripts_with_bats_are_parsed_and_tested() {
        let text = check(&[SCRIPT, TEST], &Here::all());
        assert!(text.contains("run: sh -n bin/greet.sh"), "{text}");
        assert!(text.contains("test: { uses: shell/bats }"), "{text}");
        assert!(!text.contains("shellcheck"), "{text}");
    }

    #[test]
    fn shellcheck_runs_where_the_project_mentions_it() {
        let text = check(&[SCRIPT, (".shellcheckrc", "")], &Here::all());
        assert!(text.contains("lint: { uses: shell/shellcheck }"), "{text}");
        let text = check(
            &[SCRIPT, (".shellcheckrc", "")],
            &Here::all().without("git"),
        );
        assert!(text.contains("run: shellcheck bin/greet.sh"), "{text}");
    }

    #[test]
    fn a_bats_of_the_project_is_used_and_not_tested() {
        let files = [
            SCRIPT,
            TEST,
            ("test/bats/bin/bats", ""),
            ("test/bats/test/own.bats", "@test \"x\" {\n}\n"),
        ];
        let text = check(&files, &Here::all().without("bats"));
        assert!(
            text.contains("run: test/bats/bin/bats --formatter tap test\n"),
            "{text}"
        );
    }

    #[test]
    fn a_script_beside_a_program_is_no_stack() {
        let files = [SCRIPT, ("go.mod", "module x\n"), ("a.go", "package a\n")];
        let survey = look(&files, &Here::all());
        assert!(survey.found.iter().all(|found| found.stack == "Go"));
        assert!(survey.active().all(|draft| !draft.name.contains('-')));
    }

    #[test]
    fn many_scripts_are_found_by_their_names() {
        let files = [SCRIPT, ("run me.sh", "#!/bin/bash\n")];
        let text = check(&files, &Here::all());
        assert!(text.contains("find bin 'run me.sh' -type f"), "{text}");
        assert!(text.contains("bash -n"), "{text}");
    }
}
