//! What gates see of the environment: everything but what steers a forge (RULES 10).

use crate::support::Project;

fn seen(yaml: &str, arguments: &[&str], file: &str) -> String {
    let project = Project::new(yaml)
        .env("GITHUB_OUTPUT", "/x")
        .env("GITHUB_ENV", "/x")
        .env("GITHUB_PATH", "/x")
        .env("GITHUB_STATE", "/x")
        .env("GITHUB_STEP_SUMMARY", "/x")
        .env("ACTIONS_RUNTIME_URL", "x")
        .env("GITHUB_TOKEN", "some-token-value")
        .env("CI_JOB_TOKEN", "other-token-value")
        .env("MY_TOKEN", "third-token-value")
        .env("GITHUB_SHA", "abc");
    project.run(arguments).exits(0);
    project.read(file)
}

const YAML: &str = "gates:\n  a: { run: env > env.txt }\n";
const STEERING: &[&str] = &[
    "GITHUB_OUTPUT=",
    "GITHUB_ENV=",
    "GITHUB_PATH=",
    "GITHUB_STATE=",
    "GITHUB_STEP_SUMMARY=",
    "ACTIONS_RUNTIME_URL=",
];
const TOKENS: &[&str] = &["GITHUB_TOKEN=", "CI_JOB_TOKEN="];

#[test]
fn what_steers_a_workflow_is_always_withheld() {
    for arguments in [&[][..], &["--ci", "github"]] {
        let env = seen(YAML, arguments, "env.txt");
        for name in STEERING {
            assert!(!env.contains(name), "{name} {arguments:?}");
        }
        assert!(
            env.contains("MY_TOKEN=") && env.contains("GITHUB_SHA=abc"),
            "{env}"
        );
    }
}

#[test]
fn tokens_of_the_forge_are_withheld_in_ci_only() {
    let laptop = seen(YAML, &[], "env.txt");
    let ci = seen(YAML, &["--ci", "gitlab"], "env.txt");
    for name in TOKENS {
        assert!(laptop.contains(name) && !ci.contains(name), "{name}");
    }
}

#[test]
fn the_variable_ci_says_what_the_option_can_say_better() {
    let yaml = "gates:\n  a: { run: env > env.txt }\n";
    let run = |value: &str, arguments: &[&str]| {
        let project = Project::new(yaml)
            .env("CI", value)
            .env("GITHUB_TOKEN", "some-token-value");
        project.run(arguments).exits(0);
        project.read("env.txt").contains("GITHUB_TOKEN=")
    };
    assert!(!run("true", &[]) && !run("1", &[]));
    assert!(run("false", &[]) && run("0", &[]) && run("", &[]));
    assert!(run("true", &["--ci", "none"]));
}

#[test]
fn env_pass_lets_a_withheld_name_through_to_that_gate_only() {
    let yaml = "gates:
  a: { run: env > a.txt, env: { pass: [GITHUB_OUTPUT, GITHUB_TOKEN] } }
  b: { run: env > b.txt }
";
    let passed = seen(yaml, &["--ci", "github"], "a.txt");
    assert!(
        passed.contains("GITHUB_OUTPUT=/x") && passed.contains("GITHUB_TOKEN="),
        "{passed}"
    );
    assert!(!passed.contains("GITHUB_ENV="), "{passed}");
    let other = seen(yaml, &["--ci", "github"], "b.txt");
    assert!(!other.contains("GITHUB_OUTPUT="), "{other}");
}

#[test]
fn a_service_does_not_get_what_is_withheld_either() {
    let yaml = "services:
  s: { run: 'env > env.txt; touch up; exec sleep 300', ready: test -e up }
gates:
  a: { run: 'true', service: s }
";
    let env = seen(yaml, &["--ci", "github"], "env.txt");
    assert!(
        !env.contains("GITHUB_OUTPUT=") && !env.contains("GITHUB_TOKEN="),
        "{env}"
    );
}

#[test]
fn a_gate_sets_its_own_variables_and_folder() {
    let yaml = "gates:
  a: { run: 'test \"$NAME\" = \"a b\" && test \"$(basename \"$PWD\")\" = sub', env: { NAME: a b }, dir: sub }
";
    Project::new(yaml).file("sub/x", "").run(&[]).exits(0);
}

#[test]
fn no_home_is_no_trouble() {
    let project = Project::new("gates:\n  a: { run: 'true' }\n")
        .committed()
        .without("HOME");
    let ran = project.run(&[]).exits(0);
    assert_eq!(ran.verdict()["subject"]["state"], "clean");
}
