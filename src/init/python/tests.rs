//! What is detected and written for Python, layout by layout; every written file is checked.

use crate::init::testing::{Here, check, look};

const PROJECT: (&str, &str) = ("pyproject.toml", "[project]\nname = \"x\"\n");
const PYTEST: (&str, &str) = ("tests/test_x.py", "def test_it():\n    assert True\n");
const UNITTEST: (&str, &str) = (
    "tests/test_x.py",
    "import unittest\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        pass\n",
);

#[test]
fn plain_test_functions_are_run_by_pytest() {
    let text = check(&[PROJECT, PYTEST], &Here::all());
    assert!(text.contains("test: { uses: python/pytest }"), "{text}");
    assert!(
        text.contains("run: python3 -m compileall -q tests"),
        "{text}"
    );
}

#[test]
fn without_pytest_its_gate_is_a_comment() {
    let text = check(&[PROJECT, PYTEST], &Here::all().without("pytest"));
    assert!(text.contains("# test: { uses: python/pytest }"), "{text}");
    assert!(text.contains("python3 -m pip install pytest"), "{text}");
}

#[test]
fn unittest_needs_nothing_but_python() {
    let here = Here::all().without("pytest").without("xmlrunner");
    let text = check(&[("pkg/__init__.py", ""), UNITTEST], &here);
    assert!(
        text.contains("    run: |\n      python3 -c '\n      import sys, unittest\n"),
        "{text}"
    );
    assert!(text.contains("      ' discover -s tests\n"), "{text}");
    let text = check(&[("tests/__init__.py", ""), UNITTEST], &here);
    assert!(text.contains("discover -s tests -t .\n"), "{text}");
    let text = check(&[UNITTEST], &Here::all());
    assert!(text.contains("uses: python/unittest"), "{text}");
}

#[test]
fn the_environment_of_the_project_is_used() {
    let venv = (".venv/bin/python", "");
    let text = check(&[PROJECT, PYTEST, venv], &Here::all());
    assert!(text.contains("exec: .venv/bin/python -m"), "{text}");
    let text = check(
        &[
            ("api/pyproject.toml", ""),
            ("api/test_x.py", "def test_it(): pass\n"),
            venv,
        ],
        &Here::all(),
    );
    assert!(text.contains("exec: ../.venv/bin/python -m"), "{text}");
    let locked = (
        "pyproject.toml",
        "[dependency-groups]\ndev = [\"pytest>=8\"]\n",
    );
    let text = check(&[locked, PYTEST, ("uv.lock", "")], &Here::all());
    assert!(text.contains("exec: uv run"), "{text}");
}

#[test]
fn tools_run_where_they_are_configured() {
    let settings = "[tool.ruff]\n[tool.ruff.format]\n[tool.mypy]\nstrict = true\n[tool.bandit]\n";
    let text = check(
        &[("pyproject.toml", settings), ("src/x.py", ""), PYTEST],
        &Here::all(),
    );
    for part in [
        "python/ruff-format",
        "lint: { uses: python/ruff, with: { exec: python3 -m } }",
        "paths: [src, tests]",
        "python/bandit",
        "paths: [src]",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("compileall"), "{text}");
    let text = check(
        &[("pyproject.toml", settings), ("src/x.py", "")],
        &Here::all().without("mypy"),
    );
    assert!(
        text.contains("# types:") && text.contains("pip install mypy"),
        "{text}"
    );
}

#[test]
fn sources_that_are_not_installed_are_put_on_the_path() {
    let files = [PROJECT, PYTEST, ("src/pkg/__init__.py", "")];
    let text = check(&files, &Here::all().without("pkg"));
    assert!(text.contains("PYTHONPATH: src"), "{text}");
    assert!(!check(&files, &Here::all()).contains("PYTHONPATH"));
}

#[test]
fn a_manifest_without_code_is_no_project() {
    assert!(look(&[PROJECT], &Here::all()).found.is_empty());
}

#[test]
fn django_tests_are_run_by_manage() {
    let files = [
        ("manage.py", ""),
        ("requirements.txt", "Django==5\n"),
        (
            "app/tests.py",
            "from django.test import TestCase\n\nclass T(TestCase):\n    def test_it(self): pass\n",
        ),
    ];
    assert!(check(&files, &Here::all()).contains("run: python3 manage.py test"));
}
