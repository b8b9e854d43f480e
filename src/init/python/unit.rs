//! The tests of a project: by pytest, by unittest, or by Django.

use super::interpreter::Interpreter;
use super::is_test_file;
use super::linters::missing;
use super::settings::Settings;
use crate::init::draft::{Draft, not_installed};
use crate::init::site::{Site, has_extension};
use crate::init::tree::{folder_of, is_below, name_of};

/// What `-m unittest` does, but that a run without a test is no success: before 3.12 it is one, and one that skips all
/// tests still is. Skipped parts of a test do not make it a skipped test.
const UNITTEST: &str = r#"
import sys, unittest
done = unittest.main(None, exit=False).result
skipped = [one for one, _ in done.skipped if isinstance(one, unittest.TestCase) and not hasattr(one, "test_case")]
good = done.wasSuccessful()
sys.exit(0 if good and done.testsRun > len(skipped) else "no test was run" if good else 1)
"#;

/// The gate, if there are tests.
pub fn gate(site: &Site<'_>, python: &Interpreter, settings: &Settings) -> Option<Draft> {
    let tests = Tests::of(site);
    if tests.files.is_empty() {
        return None;
    }
    let off = || not_installed("python3");
    if site.has("manage.py") && !settings.requires("pytest-django") && tests.django {
        let says = "Do all tests of the Django project pass? (By the exit status alone.)";
        let draft = Draft::runs("test", format!("{} manage.py test", python.program), says);
        let there = python.has(site, settings, "django");
        return Some(
            draft
                .only_if(python.there, off)
                .only_if(there, || missing(python, "django")),
        );
    }
    let asked = settings.requires("pytest")
        || settings.pyproject.has("tool.pytest")
        || settings.ini.has("tool:pytest")
        || settings.ini.has("pytest")
        || site.has("pytest.ini")
        || site.files().any(|path| name_of(path) == "conftest.py");
    let pytest = python.has(site, settings, "pytest");
    let draft = if tests.plain || (asked && pytest) {
        with_pytest(site, python, settings).only_if(pytest, || missing(python, "pytest"))
    } else {
        with_unittest(site, python, settings, &tests)
    };
    Some(draft.only_if(python.there, off))
}

fn with_pytest(site: &Site<'_>, python: &Interpreter, settings: &Settings) -> Draft {
    let mut draft = Draft::uses("test", "python/pytest", "Do all tests pass?");
    let exec = python.exec();
    if exec != "python3 -m" {
        draft = draft.with("exec", exec);
    }
    let inner = site
        .projects
        .iter()
        .any(|other| other.dir != site.dir() && is_below(&other.dir, site.dir()));
    if inner {
        // Projects inside this one have gates of their own.
        let mut folders: Vec<&str> = site
            .files()
            .filter(|path| is_test_file(name_of(path)))
            .map(folder_of)
            .collect();
        folders.retain(|folder| !folder.is_empty());
        folders.dedup();
        draft = draft.with_text("args", &shell_words::join(folders));
    }
    with_sources(site, python, settings, draft)
}

/// Puts `src` on the path of imports where the package in it is not installed.
fn with_sources(site: &Site<'_>, python: &Interpreter, settings: &Settings, draft: Draft) -> Draft {
    let package =
        site.files().find_map(
            |path| match path.split('/').collect::<Vec<_>>().as_slice() {
                ["src", package, "__init__.py"] => Some((*package).to_owned()),
                ["src", module] => module.strip_suffix(".py").map(str::to_owned),
                _ => None,
            },
        );
    let Some(package) = package else {
        return draft;
    };
    let set = settings
        .pyproject
        .sets("tool.pytest.ini_options", "pythonpath")
        || settings.ini.sets("tool:pytest", "pythonpath")
        || site
            .text("pytest.ini")
            .is_some_and(|text| text.contains("pythonpath"));
    // Tests that say `from src.package` need the folder above.
    let above = site.any(
        |path| is_test_file(name_of(path)),
        |text| text.contains("from src") || text.contains("import src"),
    );
    let name = package
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_');
    if set || above || !name || python.manager.is_some() || python.finds(site, &package) {
        return draft;
    }
    draft.env("PYTHONPATH", "src")
}

fn with_unittest(
    site: &Site<'_>,
    python: &Interpreter,
    settings: &Settings,
    tests: &Tests<'_>,
) -> Draft {
    let (start, top) = tests.start(site);
    let pattern = if tests
        .files
        .iter()
        .all(|path| name_of(path).ends_with("_test.py"))
    {
        " -p '*_test.py'"
    } else {
        ""
    };
    let top = if top { " -t ." } else { "" };
    let draft = if python.has(site, settings, "xmlrunner") {
        let draft = Draft::uses("test", "python/unittest", "Do all tests pass?");
        let exec = python.module();
        let draft = if exec == "python3 -m" {
            draft
        } else {
            draft.with("exec", exec)
        };
        let draft = if start == "." {
            draft
        } else {
            draft.with("start", start)
        };
        draft.with_text("args", format!("{top}{pattern}").trim())
    } else {
        let says = "Do all tests pass, and is there one? (By the exit status alone. With the package \
                    unittest-xml-reporting, `uses: python/unittest` reads a report.)";
        let start = if start == "." {
            String::new()
        } else {
            format!(" -s {}", shell_words::quote(&start))
        };
        let command = format!(
            "{} -c '{UNITTEST}' discover{start}{top}{pattern}",
            python.program
        );
        Draft::runs("test", command, says)
    };
    with_sources(site, python, settings, draft)
}

/// The test files of a project.
struct Tests<'a> {
    files: Vec<&'a str>,
    /// Some test is a plain function or class, which only pytest runs.
    plain: bool,
    /// Some test is one of Django's.
    django: bool,
}

impl<'a> Tests<'a> {
    fn of(site: &Site<'a>) -> Self {
        let mut tests = Self {
            files: Vec::new(),
            plain: false,
            django: false,
        };
        for path in site.files().filter(|path| has_extension(path, &["py"])) {
            let name = name_of(path);
            let django = name == "tests.py" && site.has("manage.py");
            if !is_test_file(name) && !django {
                continue;
            }
            let text = site.text(path).unwrap_or_default();
            let defines = |start: &str| {
                text.lines()
                    .any(|line| line.trim_start().starts_with(start))
            };
            if !defines("def test") && !defines("async def test") {
                continue;
            }
            let plain = text
                .lines()
                .any(|line| line.starts_with("def test") || line.starts_with("async def test"));
            let classes = text.contains("TestCase");
            tests.plain |= plain || !classes || text.contains("import pytest");
            tests.django |= text.contains("django");
            tests.files.push(path);
        }
        tests
    }

    /// Where unittest begins to look, and whether the top must be named.
    fn start(&self, site: &Site<'_>) -> (String, bool) {
        let mut folders: Vec<&str> = self
            .files
            .iter()
            .map(|path| path.split_once('/').map_or("", |(first, _)| first))
            .collect();
        folders.dedup();
        match folders.as_slice() {
            [one] if !one.is_empty() => {
                let package = site.has(&format!("{one}/__init__.py"));
                ((*one).to_owned(), package)
            }
            _ => (".".to_owned(), false),
        }
    }
}
