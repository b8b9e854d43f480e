//! The tests of a package: which tool runs them, and where that is known.

use super::View;
use super::script::{Simple, simple};
use crate::init::draft::{Draft, Proposal, Yaml};
use crate::init::site::{Site, has_extension};
use crate::init::tree::{folder_of, name_of};

const CODE: &[&str] = &["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];
const SAYS: &str = "Do all tests pass?";
/// Words of scripts that hand over to the members of a workspace.
const HANDED_ON: &[&str] = &[
    "--workspaces",
    "-ws",
    "--workspace",
    "-r",
    "--recursive",
    "turbo",
    "nx",
    "lerna",
    "wsrun",
];
/// More files are not named one by one.
const MOST_NAMED: usize = 5;

/// The gate, if there are tests. What keeps it from being written becomes a note.
pub fn gate(view: &View<'_>, proposal: &mut Proposal) -> Option<Draft> {
    if view.member && is_spoken_for(view) {
        return None;
    }
    let script = view.package.script("test");
    let members = view.has_members();
    if members
        && script.is_some_and(|text| {
            text.split_whitespace()
                .any(|word| HANDED_ON.contains(&word))
        })
    {
        return None;
    }
    // Their tests are theirs unless the script at the top starts a tool for all of them.
    let files = test_files(view, members && is_spoken_for(view));
    let read = script.and_then(simple);
    if let Some(draft) = read.as_ref().and_then(|read| known(view, read, &files)) {
        return Some(draft);
    }
    let written = match script {
        Some(text) => by_script(view, text, &files, proposal),
        None => by_dependency(view, &files, proposal),
    };
    if written.is_none() && !members && !view.member && proposal.notes.is_empty() {
        let words = "no test found; with the first one add `test: { uses: node/test }`, or see `node/vitest` and `node/jest`";
        proposal.notes.push(words.to_owned());
    }
    written
}

/// Whether the tests of the workspace are run at its top.
fn is_spoken_for(view: &View<'_>) -> bool {
    let top = view.top.script("test").and_then(simple);
    top.is_some_and(|script| {
        matches!(
            script.tool.as_str(),
            "vitest" | "jest" | "mocha" | "node" | "ava"
        )
    })
}

/// A tool that the `test` script starts directly.
fn known(view: &View<'_>, script: &Simple, files: &Files<'_>) -> Option<Draft> {
    if files.all.is_empty() {
        return None;
    }
    let watch = ["--watch", "--watchAll", "-w"];
    match script.tool.as_str() {
        "vitest" if view.depends("vitest") => {
            let drop = [
                "run",
                "watch",
                "dev",
                "--run",
                "--reporter",
                "--outputFile",
                "--passWithNoTests",
                watch[0],
                watch[2],
            ];
            Some(vitest(view, &script.without(&drop)))
        }
        "jest" if view.depends("jest") => {
            let drop = [
                "--ci",
                "--reporters",
                "--json",
                "--outputFile",
                "--passWithNoTests",
                watch[0],
                watch[1],
            ];
            Some(jest(view, &script.without(&drop)))
        }
        "mocha" if view.depends("mocha") && !script.has("--reporter") && !script.has("-R") => {
            Some(mocha(view, &script.without(&watch)))
        }
        "node"
            if script.has("--test")
                && !script
                    .words
                    .iter()
                    .any(|word| word.starts_with("--test-reporter")) =>
        {
            let args = script.without(&["--test", "--watch"]);
            Some(view.here(Draft::uses("test", "node/test", SAYS).with_text("args", &args)))
        }
        "ava" if view.depends("ava") => {
            let args = script.without(&["--tap", "--watch", "-w"]);
            let command = format!("ava --tap {args}");
            Some(tap(view, command.trim()))
        }
        "tape" if view.depends("tape") => Some(tap(view, &format!("tape {}", script.without(&[])))),
        _ => None,
    }
}

/// A script that only a shell or its own tool understands: its exit status decides.
fn by_script(
    view: &View<'_>,
    script: &str,
    files: &Files<'_>,
    proposal: &mut Proposal,
) -> Option<Draft> {
    let says = "Do all tests pass? (By the exit status of the `test` script alone.)";
    let draft = view.script("test", "test", says);
    let word = script.split_whitespace().next().unwrap_or("");
    if word == "ng" || word == "karma" {
        return Some(draft.only_if(false, || {
            format!("`{script}` needs a browser and watches files; name a headless one")
        }));
    }
    if files.all.is_empty() {
        proposal.notes.push(format!(
            "there is a `test` script (`{script}`), but no test was found for it"
        ));
        return None;
    }
    // Such tools wait for changes unless this says that nobody is there.
    Some(
        if script.contains("react-scripts") || script.contains("vitest") {
            draft.env("CI", "true")
        } else {
            draft
        },
    )
}

/// A tool that the package depends on, or Node's own runner.
fn by_dependency(view: &View<'_>, files: &Files<'_>, proposal: &mut Proposal) -> Option<Draft> {
    if files.all.is_empty() {
        return None;
    }
    let depends = |name: &str| view.package.depends(name);
    if !files.own.is_empty() {
        return own_runner(view, files, proposal);
    }
    if depends("vitest") {
        return Some(vitest(view, ""));
    }
    if depends("jest") {
        return Some(jest(view, ""));
    }
    if depends("mocha") && files.all.iter().any(|path| folder_of(path) == "test") {
        return Some(mocha(view, ""));
    }
    None
}

fn own_runner(view: &View<'_>, files: &Files<'_>, proposal: &mut Proposal) -> Option<Draft> {
    let draft = view.here(Draft::uses("test", "node/test", SAYS));
    let plain = |path: &&&str| has_extension(path, &["js", "mjs", "cjs"]);
    if files
        .own
        .iter()
        .filter(plain)
        .any(|path| is_found_by_node(path))
    {
        return Some(draft);
    }
    let named: Vec<&str> = files.own.iter().filter(plain).copied().collect();
    if named.is_empty() || named.len() > MOST_NAMED {
        proposal.notes.push(
            "tests of Node's own runner were found, but `node --test` would not: see `node/test`"
                .to_owned(),
        );
        return None;
    }
    Some(draft.with("args", shell_words::join(named)))
}

fn vitest(view: &View<'_>, args: &str) -> Draft {
    view.tool("node/vitest", "test", SAYS)
        .with_text("args", args)
}

fn jest(view: &View<'_>, args: &str) -> Draft {
    if view.depends("jest-junit") {
        return view.tool("node/jest", "test", SAYS).with_text("args", args);
    }
    // Without jest-junit Jest's own JSON has the numbers.
    let command = format!("jest --ci --json --outputFile=reports/jest.json {args}");
    let value = |path: &str, is: Yaml| Yaml::from([("path", path.into()), ("is", is)]);
    let values = Yaml::Map(vec![
        ("tests".to_owned(), value("$.numTotalTests", ">0".into())),
        ("failed".to_owned(), value("$.numFailedTests", 0.into())),
        (
            "broken-files".to_owned(),
            value("$.numFailedTestSuites", 0.into()),
        ),
    ]);
    let report = "reports/jest.json";
    let says = "Do all tests pass? (With the package jest-junit, `uses: node/jest` names the failed ones.)";
    let metrics = Yaml::Map(vec![
        ("reports".to_owned(), report.into()),
        ("values".to_owned(), values),
    ]);
    view.command("test", command.trim_end(), says)
        .key("metrics", metrics)
}

fn mocha(view: &View<'_>, args: &str) -> Draft {
    view.tool("node/mocha", "test", SAYS)
        .with_text("args", args)
}

fn tap(view: &View<'_>, command: &str) -> Draft {
    let tests = [("reports", "stdout"), ("format", "tap")];
    view.command("test", command, SAYS).key("tests", tests)
}

/// The test files of a package.
struct Files<'a> {
    all: Vec<&'a str>,
    /// Those for Node's own runner.
    own: Vec<&'a str>,
}

fn test_files<'a>(view: &View<'a>, with_members: bool) -> Files<'a> {
    let site: &Site<'a> = view.site;
    let paths: Vec<&'a str> = if with_members {
        site.all_files().collect()
    } else {
        site.files().collect()
    };
    let all: Vec<&str> = paths
        .into_iter()
        .filter(|path| is_test_file(path))
        .collect();
    let own = |path: &&str| {
        site.text(path)
            .is_some_and(|text| text.contains("node:test") || text.contains("require('test')"))
    };
    let own = all.iter().copied().filter(own).collect();
    Files { all, own }
}

fn is_test_file(path: &str) -> bool {
    if !has_extension(path, CODE) || path.ends_with(".d.ts") {
        return false;
    }
    let name = name_of(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let marked = [".test", ".spec", "_test", "-test", ".cy"]
        .iter()
        .any(|end| stem.ends_with(end));
    let begins = stem == "test" || stem.starts_with("test-");
    let in_folder = folder_of(path)
        .split('/')
        .any(|part| matches!(part, "test" | "tests" | "__tests__" | "spec"));
    let setting = stem.contains("config") || stem.contains("setup") || stem.contains("helper");
    (marked && !stem.ends_with(".cy")) || begins || (in_folder && !setting)
}

/// Whether `node --test` finds a file by itself (https://nodejs.org/api/test.html).
fn is_found_by_node(path: &str) -> bool {
    let name = name_of(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let marked = [".test", "-test", "_test"]
        .iter()
        .any(|end| stem.ends_with(end));
    marked
        || stem == "test"
        || stem.starts_with("test-")
        || folder_of(path).split('/').any(|part| part == "test")
}
