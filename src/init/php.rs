//! PHP: composer.json, or PHP files at the top. `php -l` comes with PHP; tools of the project lie in vendor/bin.

use super::Stack;
use super::draft::{Draft, Proposal, not_installed};
use super::site::{Project, Site, has_extension};
use super::tree::{Tree, name_of, pattern};

/// The stack.
pub struct Php;

const PHPUNIT: &[&str] = &["phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml"];
const PHPSTAN: &[&str] = &["phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon"];
const PSALM: &[&str] = &["psalm.xml", "psalm.xml.dist"];
const INSTALL: &str = "composer install";

impl Stack for Php {
    fn name(&self) -> &'static str {
        "PHP"
    }

    fn slug(&self) -> &'static str {
        "php"
    }

    fn about(&self) -> &'static str {
        "composer.json, *.php"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        let headed: Vec<Project> = tree
            .manifests(&["composer.json"])
            .into_iter()
            .map(Project::headed)
            .collect();
        if !headed.is_empty() {
            return headed;
        }
        let bare = |path: &&str| has_extension(path, &["php"]) && path.matches('/').count() <= 1;
        let top = tree.files().find(bare).map(|path| Project {
            dir: String::new(),
            ..Project::headed(path)
        });
        top.into_iter().collect()
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        let mut proposal = Proposal::default();
        let php = site.installed("php");
        let off = || not_installed("php");
        if site.files().any(|path| has_extension(path, &["php"])) {
            let syntax = Draft::uses("syntax", "php/lint", "Does every file parse?");
            proposal.gates.push(syntax.only_if(php, off));
        }
        let tools = tools(site);
        if tools.iter().any(|(_, packaged)| *packaged) {
            let says = "Are the packages of composer.json installed?";
            let exist = [(
                "exist",
                vec![pattern(site.dir(), "vendor/autoload.php")].into(),
            )];
            let gate = Draft::looks("dependencies", &exist, says).key("fix", INSTALL);
            proposal.gates.push(gate);
            if !site.has("vendor/autoload.php") {
                proposal.first = Some(INSTALL.to_owned());
            }
        }
        for (draft, packaged) in tools {
            let draft = draft.only_if(php, off);
            proposal.gates.push(if packaged {
                draft.needs(site.dir(), "dependencies")
            } else {
                draft
            });
        }
        if !proposal.gates.iter().any(|gate| gate.name == "test") {
            let words =
                "no PHPUnit test found; with the first one add `test: { uses: php/phpunit }`";
            proposal.notes.push(words.to_owned());
        }
        proposal
    }
}

/// Gates of tools that the project chose, and whether they come with its packages.
fn tools(site: &Site<'_>) -> Vec<(Draft, bool)> {
    let mut tools = Vec::new();
    if let Some(file) = site.first(PHPSTAN) {
        let says = format!("Does PHPStan accept the code at the level of {file}?");
        let draft = Draft::uses("types", "php/phpstan", &says);
        tools.push(started(site, draft, "phpstan", "phpstan"));
    }
    if let Some(file) = site.first(PSALM) {
        let says = format!("Does Psalm accept the code at the level of {file}?");
        let draft = Draft::uses("psalm", "php/psalm", &says);
        tools.push(started(site, draft, "psalm", "psalm"));
    }
    if site.any(is_test_file, has_test) {
        let pest = composer(site).contains("\"pestphp/pest\"");
        let name = if pest { "pest" } else { "phpunit" };
        let draft = Draft::uses("test", "php/phpunit", "Do all tests pass?");
        let (mut draft, packaged) = started(site, draft, name, "phpunit");
        if site.first(PHPUNIT).is_none() && !pest {
            let autoload = packaged || site.has("vendor/autoload.php");
            let bootstrap = if autoload {
                "--bootstrap vendor/autoload.php "
            } else {
                ""
            };
            draft = draft.with("args", format!("{bootstrap}{}", folders_of_tests(site)));
        }
        tools.push((draft, packaged));
    }
    tools
}

fn composer(site: &Site<'_>) -> String {
    site.text("composer.json").unwrap_or_default()
}

/// The gate with what starts its tool: vendor/bin where the project asks for it or has it, else the PATH.
fn started(site: &Site<'_>, draft: Draft, tool: &str, standard: &str) -> (Draft, bool) {
    let vendored = format!("vendor/bin/{tool}");
    let declared = composer(site).contains(&format!("/{tool}\""));
    if declared || site.has(&vendored) {
        let draft = if tool == standard {
            draft
        } else {
            draft.with("exec", vendored)
        };
        return (draft, true);
    }
    let draft = draft.with("exec", tool);
    (
        draft.only_if(site.installed(tool), || not_installed(tool)),
        false,
    )
}

fn is_test_file(path: &str) -> bool {
    has_extension(path, &["php"])
        && (name_of(path).ends_with("Test.php") || path.contains("tests/"))
}

fn has_test(text: &str) -> bool {
    let method = ["function test", "@test", "#[Test]"]
        .iter()
        .any(|sign| text.contains(sign));
    let pest = |line: &str| line.starts_with("test(") || line.starts_with("it(");
    (method && text.contains("extends ")) || text.lines().any(pest)
}

/// What is directly below the project and holds tests.
fn folders_of_tests(site: &Site<'_>) -> String {
    let mut list: Vec<&str> = site
        .files()
        .filter(|path| name_of(path).ends_with("Test.php"))
        .map(|path| path.split('/').next().unwrap_or(path))
        .collect();
    list.dedup();
    shell_words::join(list)
}

#[cfg(test)]
mod tests {
    use crate::init::testing::{Here, check};

    const TEST: (&str, &str) = (
        "tests/SumTest.php",
        "<?php\nclass SumTest extends PHPUnit\\Framework\\TestCase { public function testIt(): void {} }\n",
    );
    const CODE: (&str, &str) = ("src/Sum.php", "<?php\n");

    #[test]
    fn packages_of_composer_are_a_gate_of_their_own() {
        let composer = (
            "composer.json",
            "{\"require-dev\":{\"phpunit/phpunit\":\"^9\"}}",
        );
        let text = check(
            &[composer, CODE, TEST, ("phpunit.xml", "<phpunit/>")],
            &Here::all(),
        );
        assert!(text.contains("exist: [vendor/autoload.php]"), "{text}");
        assert!(
            text.contains("test: { uses: php/phpunit, needs: dependencies }"),
            "{text}"
        );
    }

    #[test]
    fn a_folder_of_scripts_is_checked_for_syntax() {
        let text = check(&[("index.php", "<?php\n")], &Here::all());
        assert!(text.contains("syntax: { uses: php/lint }"), "{text}");
        assert!(!text.contains("phpunit"), "{text}");
    }

    #[test]
    fn a_phpunit_of_the_machine_serves_a_project_without_packages() {
        let text = check(&[CODE, TEST], &Here::all());
        assert!(
            text.contains("with: { exec: phpunit, args: tests }"),
            "{text}"
        );
        let text = check(&[CODE, TEST], &Here::all().without("phpunit"));
        assert!(text.contains("# test:"), "{text}");
    }

    #[test]
    fn tools_run_where_they_are_configured() {
        let composer = (
            "composer.json",
            "{\"require-dev\":{\"phpstan/phpstan\":\"^1\",\"vimeo/psalm\":\"^5\",\"pestphp/pest\":\"^2\"}}",
        );
        let files = [
            composer,
            CODE,
            ("phpstan.neon", ""),
            ("psalm.xml", ""),
            (
                "tests/Unit/SumTest.php",
                "<?php\ntest('x', function () {});\n",
            ),
        ];
        let text = check(&files, &Here::all());
        for part in [
            "uses: php/phpstan",
            "uses: php/psalm",
            "exec: vendor/bin/pest",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
