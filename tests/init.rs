//! `tollgate init` followed by `tollgate run` on fresh projects: the file that is written runs, and is green.
//!
//! The tools are real. One that is missing fails its test: `scripts/test` fetches what the tests need.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const NODE: &str = r#"{
  "name": "fresh",
  "version": "1.0.0",
  "scripts": { "test": "echo \"Error: no test specified\" && exit 1" }
}
"#;
const NODE_TEST: &str = "const test = require('node:test');\nconst assert = require('node:assert');\n\
                         test('adds', () => assert.strictEqual(1 + 1, 2));\n";
const CARGO: &str = "[package]\nname = \"fresh\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const RUST_LIB: &str = "pub fn add(left: u64, right: u64) -> u64 {\n    left + right\n}\n\n#[cfg(test)]\nmod tests {\n    \
                        use super::*;\n\n    #[test]\n    fn it_works() {\n        assert_eq!(add(2, 2), 4);\n    }\n}\n";
const PYPROJECT: &str = "[project]\nname = \"fresh\"\nversion = \"0.1.0\"\n";
const PYTEST: &str = "def test_it():\n    assert 1 + 1 == 2\n";
const UNITTEST: &str = "import unittest\n\nfrom fresh import ONE\n\n\nclass Test(unittest.TestCase):\n    \
                        def test_one(self):\n        self.assertEqual(ONE, 1)\n";
const GO: &str = "package main\n\nfunc main() {}\n";
const GO_TEST: &str = "package main\n\nimport \"testing\"\n\nfunc TestIt(t *testing.T) {}\n";
const SCRIPT: &str = "#!/bin/sh\necho \"hello $1\"\n";
const BATS: &str =
    "@test \"greets\" {\n  run sh greet.sh you\n  [ \"$output\" = \"hello you\" ]\n}\n";

/// A fresh project.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("below the folder")).expect("folders");
            fs::write(path, text).expect("file");
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self) -> String {
        fs::read_to_string(self.path().join("tollgate.yaml")).expect("the file that init writes")
    }

    fn tollgate(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(words)
            .current_dir(self.path())
            .env_remove("CI")
            .env_remove("CARGO_TARGET_DIR")
            .env("COLUMNS", "80")
            .output()
            .expect("tollgate starts")
    }

    /// `init`, `config check` and `run`, each with exit code 0. Returns what `run` says.
    fn is_green(&self) -> String {
        let mut last = String::new();
        for words in [&["init"][..], &["config", "check"], &["run"]] {
            let output = self.tollgate(words);
            last = shown(&output);
            assert_eq!(
                output.status.code(),
                Some(0),
                "{words:?}: {last}\n{}",
                self.written()
            );
        }
        last
    }

    fn written(&self) -> String {
        fs::read_to_string(self.path().join("tollgate.yaml")).unwrap_or_default()
    }
}

fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Fails the test if a tool is not there.
fn wants(words: &[&str]) {
    let there = Command::new(words[0])
        .args(&words[1..])
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        there,
        "`{}` does not work here: run `scripts/test`, which fetches what the tests need",
        words.join(" ")
    );
}

#[test]
fn a_fresh_rust_program_is_green_without_a_tests_gate() {
    wants(&["cargo", "clippy", "--version"]);
    let project = Project::new(&[
        ("Cargo.toml", CARGO),
        (
            "src/main.rs",
            "fn main() {\n    println!(\"Hello, world!\");\n}\n",
        ),
    ]);
    project.is_green();
    assert!(!project.file().contains("rust/test"));
}

#[test]
fn a_fresh_rust_library_is_green_with_its_test() {
    wants(&["cargo", "fmt", "--version"]);
    let project = Project::new(&[("Cargo.toml", CARGO), ("src/lib.rs", RUST_LIB)]);
    let said = project.is_green();
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn a_fresh_node_package_is_green_without_a_tests_gate() {
    wants(&["npm", "--version"]);
    let project = Project::new(&[("package.json", NODE)]);
    project.is_green();
    assert!(!project.file().contains("test:"));
}

#[test]
fn a_node_package_with_a_test_is_green() {
    wants(&["node", "--version"]);
    let project = Project::new(&[("package.json", NODE), ("sum.test.js", NODE_TEST)]);
    let said = project.is_green();
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn missing_packages_are_named_once_with_the_remedy() {
    wants(&["npm", "--version"]);
    let package = r#"{ "name": "x", "version": "1.0.0", "devDependencies": { "nowhere-to-be-found": "1.0.0" } }"#;
    let project = Project::new(&[("package.json", package), ("sum.test.js", NODE_TEST)]);
    let init = project.tollgate(&["init"]);
    assert!(
        shown(&init).contains("Next: npm install && tollgate run"),
        "{}",
        shown(&init)
    );
    let run = project.tollgate(&["run"]);
    assert_eq!(run.status.code(), Some(1), "{}", shown(&run));
    assert!(
        shown(&run).contains("fix     npm install"),
        "{}",
        shown(&run)
    );
}

#[test]
fn a_pytest_project_is_green() {
    wants(&["python3", "-c", "import pytest"]);
    let project = Project::new(&[
        ("pyproject.toml", PYPROJECT),
        ("src/fresh/__init__.py", "ONE = 1\n"),
        ("tests/test_it.py", PYTEST),
        (
            "tests/test_import.py",
            "from fresh import ONE\n\n\ndef test_one():\n    assert ONE == 1\n",
        ),
    ]);
    let said = project.is_green();
    assert!(said.contains("2 passed"), "{said}");
}

#[test]
fn a_bare_package_with_unittest_is_green() {
    wants(&["python3", "--version"]);
    let project = Project::new(&[
        ("fresh/__init__.py", "ONE = 1\n"),
        ("tests/test_it.py", UNITTEST),
    ]);
    project.is_green();
    assert!(project.file().contains("unittest"));
}

#[test]
fn a_unittest_gate_is_red_without_a_test_that_ran() {
    wants(&["python3", "--version"]);
    let project = Project::new(&[
        ("fresh/__init__.py", "ONE = 1\n"),
        ("tests/test_it.py", UNITTEST),
    ]);
    project.is_green();
    for left in [
        "import unittest\n",
        "import unittest\n\n\n@unittest.skip(\"later\")\nclass Test(unittest.TestCase):\n    \
         def test_one(self):\n        pass\n",
    ] {
        fs::write(project.path().join("tests/test_it.py"), left).unwrap();
        let run = project.tollgate(&["run", "test"]);
        assert_eq!(run.status.code(), Some(1), "{}", shown(&run));
        assert!(shown(&run).contains("no test was run"), "{}", shown(&run));
    }
}

#[test]
fn a_fresh_go_module_is_green() {
    wants(&["go", "version"]);
    let project = Project::new(&[
        ("go.mod", "module example.com/fresh\n\ngo 1.19\n"),
        ("main.go", GO),
        ("main_test.go", GO_TEST),
    ]);
    let said = project.is_green();
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn scripts_with_bats_are_green() {
    wants(&["bats", "--version"]);
    let project = Project::new(&[("greet.sh", SCRIPT), ("test/greet.bats", BATS)]);
    let said = project.is_green();
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn several_stacks_in_one_repository_are_green() {
    wants(&["cargo", "clippy", "--version"]);
    wants(&["node", "--version"]);
    wants(&["python3", "-c", "import pytest"]);
    let project = Project::new(&[
        ("Cargo.toml", CARGO),
        ("src/lib.rs", RUST_LIB),
        ("package.json", NODE),
        ("sum.test.js", NODE_TEST),
        (
            "frontend/package.json",
            "{ \"name\": \"f\", \"scripts\": { \"test\": \"node --test\" } }",
        ),
        ("frontend/sum.test.js", NODE_TEST),
        ("backend/pyproject.toml", PYPROJECT),
        ("backend/tests/test_it.py", PYTEST),
    ]);
    project.is_green();
    let file = project.file();
    for gate in [
        "rust-test:",
        "node-test:",
        "frontend-test:",
        "backend-test:",
    ] {
        assert!(file.contains(&format!("\n  {gate}")), "{gate} in\n{file}");
    }
}

#[test]
fn members_of_an_npm_workspace_are_green() {
    wants(&["npm", "--version"]);
    let project = Project::new(&[
        (
            "package.json",
            "{ \"name\": \"w\", \"private\": true, \"workspaces\": [\"packages/*\"] }",
        ),
        (
            "packages/a/package.json",
            "{ \"name\": \"a\", \"version\": \"1.0.0\", \"scripts\": { \"test\": \"node --test\" } }",
        ),
        ("packages/a/sum.test.js", NODE_TEST),
    ]);
    let said = project.is_green();
    assert!(said.contains("1 passed"), "{said}");
    assert!(project.file().contains("dir: packages/a"));
}

#[test]
fn folders_with_odd_names_are_green() {
    wants(&["node", "--version"]);
    let project = Project::new(&[
        (
            "my: app, [x]/package.json",
            "{ \"name\": \"f\", \"scripts\": { \"test\": \"node --test\" } }",
        ),
        ("my: app, [x]/sum.test.js", NODE_TEST),
    ]);
    project.is_green();
}

#[test]
fn a_folder_without_anything_known_gets_no_file() {
    let project = Project::new(&[("notes.txt", "nothing\n")]);
    let output = project.tollgate(&["init"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(shown(&output).contains("Cargo.toml"), "{}", shown(&output));
    assert!(!project.path().join("tollgate.yaml").exists());
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let project = Project::new(&[
        ("tollgate.yaml", "mine\n"),
        ("go.mod", "module x\n"),
        ("main.go", GO),
    ]);
    let output = project.tollgate(&["init"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        shown(&output).contains("never overwrites"),
        "{}",
        shown(&output)
    );
    assert_eq!(project.file(), "mine\n");
}

#[test]
fn a_dangling_link_is_not_written_through() {
    let project = Project::new(&[("go.mod", "module x\n"), ("main.go", GO)]);
    let there = project.path().join("elsewhere.yaml");
    std::os::unix::fs::symlink(&there, project.path().join("tollgate.yaml")).expect("link");
    assert_eq!(project.tollgate(&["init"]).status.code(), Some(2));
    assert!(!there.exists());
}

#[test]
fn print_shows_the_file_and_writes_none() {
    wants(&["go", "version"]);
    let project = Project::new(&[
        ("go.mod", "module x\n"),
        ("main.go", GO),
        ("main_test.go", GO_TEST),
    ]);
    let output = project.tollgate(&["init", "--print"]);
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8(output.stdout).expect("text");
    assert!(!project.path().join("tollgate.yaml").exists());
    assert_eq!(project.tollgate(&["init"]).status.code(), Some(0));
    assert_eq!(project.file(), printed);
}

#[test]
fn without_any_tool_nothing_is_written() {
    let project = Project::new(&[("Cargo.toml", CARGO), ("src/lib.rs", RUST_LIB)]);
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .arg("init")
        .current_dir(project.path())
        .env("PATH", "/nowhere")
        .output()
        .expect("tollgate starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        shown(&output).contains("`cargo` is not installed here"),
        "{}",
        shown(&output)
    );
    assert!(!project.path().join("tollgate.yaml").exists());
}
