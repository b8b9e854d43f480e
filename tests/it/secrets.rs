//! Secrets are masked in everything that is written; what steers a forge is withheld from gates.

use std::path::Path;

use crate::support::{Project, junit};

const SECRET: &str = "s3cr3t-Value.1234";

/// No file below the folder holds the secret.
fn assert_nowhere(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            assert_nowhere(&path);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(
                !text.contains(SECRET),
                "{} holds the secret:\n{text}",
                path.display()
            );
        }
    }
}

/// Runs with every output there is, and looks for the secret in all that was written.
fn assert_masked(project: &Project, arguments: &[&str], told: &str) {
    let mut all = vec!["-o", "markdown=../out.md", "-o", "junit=../out.xml"];
    all.extend(arguments);
    let ran = project.run(&all);
    assert!(
        !ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET),
        "{ran}"
    );
    assert!(!ran.outcome().to_string().contains(SECRET), "{ran}");
    assert!(ran.stdout.contains(told), "{ran}");
    for file in ["out.md", "out.xml"] {
        let text = std::fs::read_to_string(project.beside().join(file)).unwrap();
        assert!(!text.contains(SECRET), "{file}:\n{text}");
    }
    assert_nowhere(&project.root.join(".tollgate"));
}

#[test]
fn what_a_gate_prints_is_masked() {
    let yaml = "gates:\n  a: { run: 'echo \"the key is $MY_API_KEY.\"; echo \"$MY_API_KEY\" >&2; exit 1' }\n";
    let project = Project::new(yaml).env("MY_API_KEY", SECRET);
    for arguments in [&["--stream"][..], &["-q"], &["-v"]] {
        assert_masked(&project, arguments, "***");
    }
}

#[test]
fn declared_names_are_secret_whatever_they_look_like() {
    let yaml = "secrets: [PLAIN]
gates:
  a: { run: 'echo \"$PLAIN $ALSO\"; exit 1', secrets: [ALSO] }
";
    let project = Project::new(yaml).env("PLAIN", SECRET).env("ALSO", "abc");
    assert_masked(&project, &[], "*** ***");
}

#[test]
fn a_captured_report_is_masked_before_it_is_kept() {
    let yaml = "gates:
  tap:
    run: 'printf \"1..1\\nnot ok 1 - login with %s\\n\" \"$DB_PASSWORD\"'
    tests: { reports: stdout, format: tap }
";
    let project = Project::new(yaml).env("DB_PASSWORD", SECRET);
    assert_masked(&project, &[], "login with ***");
}

#[test]
fn a_secret_in_a_report_file_is_masked_in_all_that_is_written() {
    let yaml = "gates:
  unit: { run: cp given.xml unit.xml, tests: { reports: unit.xml } }
  scan: { run: cp given.sarif scan.sarif, findings: { reports: scan.sarif, total: 0 } }
";
    let report = junit(&[], &[&format!("login with {SECRET}")]).replace("wanted 2", SECRET);
    let project = Project::new(yaml)
        .file("given.xml", report)
        .file(
            "given.sarif",
            crate::support::sarif(&[&format!("key {SECRET} in code")], &[]),
        )
        .env("DEPLOY_TOKEN", SECRET);
    assert_masked(&project, &[], "login with ***");
}

#[test]
fn a_secret_in_the_words_of_a_service_is_masked() {
    let yaml = "services:
  api: { run: 'echo \"bad key $MY_API_KEY\"; exit 7', ready: 'false', within: 50s }
gates:
  a: { run: 'true', service: api }
";
    let project = Project::new(yaml).env("MY_API_KEY", SECRET);
    assert_masked(&project, &[], "***");
}

#[test]
fn a_secret_that_a_command_holds_is_masked() {
    let yaml = format!("secrets: [PLAIN]\ngates:\n  a: {{ run: 'test {SECRET} = x' }}\n");
    let project = Project::new(&yaml).env("PLAIN", SECRET);
    let ran = project.run(&["-v"]).exits(1);
    assert!(!ran.stdout.contains(SECRET), "{ran}");
    assert!(!ran.outcome().to_string().contains(SECRET), "{ran}");
    assert_nowhere(&project.root.join(".tollgate"));
}

#[test]
fn short_numeric_and_path_values_are_no_secrets() {
    let yaml = "gates:\n  a: { run: 'echo $A_TOKEN $B_SECRET $C_KEY; exit 1' }\n";
    let project = Project::new(yaml)
        .env("A_TOKEN", "short")
        .env("B_SECRET", "123456789")
        .env("C_KEY", "/home/user/key.pem");
    project
        .run(&[])
        .exits(1)
        .says("short 123456789 /home/user/key.pem");
}
