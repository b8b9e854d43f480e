//! What is detected and written for Node, layout by layout; every written file is checked.

use crate::init::testing::{Here, check, look};

const OWN: (&str, &str) = (
    "sum.test.js",
    "const test = require('node:test');\ntest('x', () => {});\n",
);
const FRESH: &str = r#"{"name":"x","version":"1.0.0","scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#;

fn package(scripts: &str, packages: &[&str]) -> String {
    let list: Vec<String> = packages
        .iter()
        .map(|name| format!("\"{name}\":\"1\""))
        .collect();
    format!(
        "{{\"name\":\"x\",\"scripts\":{{{scripts}}},\"devDependencies\":{{{}}}}}",
        list.join(",")
    )
}

#[test]
fn a_fresh_package_gets_no_tests_gate() {
    let text = check(&[("package.json", FRESH)], &Here::all());
    assert!(
        text.contains("run: npm ls") && !text.contains("test:"),
        "{text}"
    );
}

#[test]
fn tests_of_nodes_own_runner_are_found_without_a_script() {
    let text = check(&[("package.json", FRESH), OWN], &Here::all());
    assert!(text.contains("test: { uses: node/test }"), "{text}");
    assert!(!text.contains("npm"), "{text}");
    let odd = ("tests/a.js", "import test from 'node:test';\n");
    let text = check(&[("package.json", FRESH), odd], &Here::all());
    assert!(text.contains("args: tests/a.js"), "{text}");
}

#[test]
fn the_test_script_says_how_its_tool_is_started() {
    let cases = [
        ("vitest", "vitest --dir unit", "args: \"--dir unit\""),
        ("vitest", "vitest run --coverage", "args: \"--coverage\""),
        ("mocha", "mocha 'test/**/*.js'", "args: \"'test/**/*.js'\""),
        ("x", "node --import tsx --test", "args: \"--import tsx\""),
        ("jest", "jest", "--outputFile=reports/jest.json"),
        ("ava", "ava", "run: npx --no-install ava --tap"),
        ("x", "tsc && node --test", "run: npm test"),
    ];
    for (tool, script, expected) in cases {
        let package = package(&format!("\"test\":\"{script}\""), &[tool]);
        let text = check(
            &[("package.json", &package), ("test/a.test.js", "")],
            &Here::all(),
        );
        assert!(text.contains(expected), "{script}: {text}");
        assert!(text.contains("needs: packages"), "{text}");
    }
}

#[test]
fn a_script_without_tests_is_a_note() {
    let package = package("\"test\":\"vitest\"", &["vitest"]);
    let survey = look(&[("package.json", &package)], &Here::all());
    assert!(survey.active().all(|draft| draft.name == "packages"));
    assert!(survey.found[0].proposal.notes[0].contains("no test was found"));
}

#[test]
fn the_lock_file_names_the_manager() {
    let cases = [
        ("package-lock.json", "fix: npm ci"),
        ("pnpm-lock.yaml", "exec: pnpm exec"),
        ("yarn.lock", "exist: [node_modules/.yarn-integrity]"),
    ];
    for (lock, expected) in cases {
        let package = package("", &["vitest"]);
        let files = [
            ("package.json", package.as_str()),
            (lock, ""),
            ("a.test.ts", ""),
        ];
        let text = check(&files, &Here::all());
        assert!(text.contains(expected), "{lock}: {text}");
    }
}

#[test]
fn tools_run_where_they_are_configured_and_installed() {
    let all = package(
        "\"lint\":\"eslint src --ext .ts --max-warnings 3\"",
        &["eslint", "prettier", "typescript"],
    );
    let files = [
        ("package.json", all.as_str()),
        ("eslint.config.js", ""),
        (".prettierrc", ""),
        ("tsconfig.json", "{}"),
        ("src/a.ts", ""),
    ];
    let text = check(&files, &Here::all());
    for part in [
        "uses: node/prettier",
        "uses: node/eslint",
        "max-warnings: 3",
        "args: src --ext .ts",
        "uses: node/tsc",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let none = package("", &["x"]);
    let files = [
        ("package.json", none.as_str()),
        ("tsconfig.json", "{}"),
        ("src/a.ts", ""),
        (".eslintrc", ""),
    ];
    assert!(!check(&files, &Here::all()).contains("uses:"));
}

#[test]
fn a_tsconfig_that_only_refers_is_followed() {
    let package = package("", &["typescript"]);
    let files = [
        ("package.json", package.as_str()),
        (
            "tsconfig.json",
            "{\n \"files\": [],\n \"references\": [{ \"path\": \"./tsconfig.app.json\" }]\n}",
        ),
        ("tsconfig.app.json", "{}"),
        ("src/a.ts", ""),
    ];
    let text = check(&files, &Here::all());
    assert!(
        text.contains("types-app:") && text.contains("project: tsconfig.app.json"),
        "{text}"
    );
}

#[test]
fn members_of_a_workspace_need_the_packages_of_its_top() {
    let member = package("\"test\":\"vitest run\"", &["vitest"]);
    let files = [
        (
            "package.json",
            r#"{"workspaces":["packages/*"],"scripts":{"test":"npm test --workspaces"}}"#,
        ),
        ("packages/a/package.json", member.as_str()),
        ("packages/a/a.test.js", ""),
        ("packages/b/package.json", r#"{"name":"b"}"#),
    ];
    let text = check(&files, &Here::all());
    assert!(text.contains("node-packages:"), "{text}");
    assert!(
        text.contains("packages-a-test:") && text.contains("needs: node-packages"),
        "{text}"
    );
    assert!(text.contains("dir: packages/a"), "{text}");
    assert!(!text.contains("packages-b"), "{text}");
}

#[test]
fn the_top_of_a_workspace_may_speak_for_its_members() {
    let top = r#"{"workspaces":["packages/*"],"scripts":{"test":"vitest"},"devDependencies":{"vitest":"1"}}"#;
    let files = [
        ("package.json", top),
        ("packages/a/package.json", r#"{"name":"a"}"#),
        ("packages/a/a.test.js", ""),
    ];
    let text = check(&files, &Here::all());
    assert!(
        text.contains("\n  test:") && !text.contains("dir:"),
        "{text}"
    );
}

#[test]
fn a_broken_manifest_gets_a_note_and_no_gate() {
    let survey = look(&[("package.json", "{")], &Here::all());
    assert_eq!(survey.active().count(), 0);
    assert!(survey.found[0].proposal.notes[0].contains("not valid JSON"));
}
