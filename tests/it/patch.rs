//! Patch coverage: the lines that changed since the base, in repositories made here, held against diff-cover.
//!
//! `tests/patch` holds the trees, the reports of real tools, and what diff-cover said of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::support::{Project, Ran};

/// One recorded repository.
struct Case {
    folder: PathBuf,
    told: Value,
}

impl Case {
    fn all() -> Vec<Self> {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patch");
        let mut cases: Vec<Self> = fs::read_dir(top)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|folder| folder.is_dir())
            .map(|folder| {
                let told = fs::read(folder.join("case.json")).unwrap();
                let told = serde_json::from_slice(&told).unwrap();
                Self { folder, told }
            })
            .collect();
        cases.sort_by(|a, b| a.folder.cmp(&b.folder));
        cases
    }

    fn is(&self, key: &str) -> bool {
        self.told[key] == true
    }

    /// `base` on main, `head` on a branch; the same steps as those of scripts/compare-diff-cover.
    fn build(&self) -> Project {
        let project = Project::empty("project");
        project.git(&["init", "-q", "-b", "main"]);
        self.lay("base", &project);
        if self.is("submodule") {
            let other = project.beside().join("sub");
            let other = other.to_str().unwrap();
            project.git(&["init", "-q", "-b", "main", other]);
            project.git(&["-C", other, "commit", "-q", "--allow-empty", "-m", "one"]);
            let allow = "protocol.file.allow=always";
            project.git(&["-c", allow, "submodule", "--quiet", "add", other, "sub"]);
        }
        project.commit();
        project.git(&["checkout", "-q", "-b", "work"]);
        for path in project.git(&["ls-files", "-z"]).split('\0') {
            if !path.is_empty() && path != "sub" && path != ".gitmodules" {
                fs::remove_file(project.root.join(path)).unwrap();
            }
        }
        self.lay("head", &project);
        if self.is("submodule") {
            project.git(&["-C", "sub", "commit", "-q", "--allow-empty", "-m", "two"]);
        }
        if !self.is("uncommitted") {
            project.commit();
        }
        if self.folder.join("main").exists() {
            project.git(&["checkout", "-q", "main"]);
            self.lay("main", &project);
            project.commit();
            project.git(&["checkout", "-q", "work"]);
            project.git(&["merge", "-q", "--no-edit", "main"]);
        }
        project
    }

    fn lay(&self, tree: &str, project: &Project) {
        let from = self.folder.join(tree);
        let mut folders = vec![from.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&from).unwrap().to_str().unwrap();
                    project.write(name, fs::read(&path).unwrap());
                }
            }
        }
    }

    fn run(&self) -> Ran {
        let project = self.build();
        let folder = self.told["folder"].as_str().unwrap_or("");
        let yaml = format!(
            "version: 1\ngates:\n  cov:\n    run: cp {}/* .\n    coverage: {{ reports: {}, patch: \"=100%\" }}\n",
            self.folder.join("reports").display(),
            self.told["reports"]
        );
        let file = Path::new(folder).join("tollgate.yaml");
        project.write(file.to_str().unwrap(), yaml);
        project
            .start_in(&project.root.join(folder), &["--base", "main"])
            .end()
    }

    /// Total, covered and uncovered lines, as diff-cover said or as the case says that we differ.
    fn expected(&self) -> Value {
        if let Some(ours) = self.told.get("tollgate-says") {
            assert!(
                self.told["differs"].is_string(),
                "a difference has a reason"
            );
            return ours.clone();
        }
        let (mut covered, mut missed) = (0, BTreeMap::new());
        let folder = self.told["folder"]
            .as_str()
            .map(|folder| format!("{folder}/"));
        for (path, lines) in self.told["diff-cover-said"].as_object().unwrap() {
            let path = path
                .strip_prefix(folder.as_deref().unwrap_or(""))
                .unwrap_or(path);
            covered += lines["covered"].as_array().unwrap().len();
            let uncovered = lines["uncovered"].as_array().unwrap().clone();
            if !uncovered.is_empty() {
                missed.insert(path.to_owned(), uncovered);
            }
        }
        let total = covered + missed.values().map(Vec::len).sum::<usize>();
        json!({ "total": total, "covered": covered, "uncovered": missed })
    }
}

/// What the outcome says of the changed lines, in the same form.
fn found(ran: &Ran) -> Value {
    let gate = ran.gate("cov");
    let share = &gate.verdict["facts"]["cov.coverage.patch.lines"];
    let mut missed: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let said = note(ran, "cov.coverage.patch.lines");
    let list = said
        .split_once("not covered: ")
        .map_or("", |(_, list)| list);
    for item in list.split("; ").filter(|item| !item.is_empty()) {
        let (path, ranges) = item.rsplit_once(':').unwrap();
        for range in ranges.split(", ") {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let lines = first.parse::<u64>().unwrap()..=last.parse().unwrap();
            missed.entry(path.to_owned()).or_default().extend(lines);
        }
    }
    json!({ "total": share["whole"], "covered": share["part"], "uncovered": missed })
}

fn note(ran: &Ran, fact: &str) -> String {
    let gate = ran.gate("cov");
    let conditions = gate.verdict["conditions"].as_array().unwrap();
    let condition = conditions
        .iter()
        .find(|condition| condition["fact"] == fact);
    let condition = condition.unwrap_or_else(|| panic!("no {fact}\n{ran}"));
    condition["note"].as_str().unwrap_or("").to_owned()
}

#[test]
fn the_lines_are_those_that_diff_cover_finds() {
    let cases = Case::all();
    let mut wrong = Vec::new();
    for case in &cases {
        let ran = case.run();
        let (ours, theirs) = (found(&ran), case.expected());
        if ours != theirs {
            let name = case.folder.file_name().unwrap().to_string_lossy();
            wrong.push(format!("{name}: {ours}, wanted {theirs}\n{ran}"));
        }
    }
    assert!(cases.len() >= 12, "{} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A project whose gate `cov` reads an LCOV file that lies ready, with a remote that has its first state.
fn project(coverage: &str) -> Project {
    let yaml = format!(
        "gates:\n  cov:\n    run: cp ../report.info cov.info\n    coverage: {{ reports: cov.info, {coverage} }}\n"
    );
    let project = Project::new(&yaml)
        .file("src/a.c", "one\ntwo\nthree\n")
        .file(".gitignore", "cov.info\n")
        .committed();
    let origin = project.beside().join("origin");
    let origin = origin.to_str().unwrap();
    project.git(&["clone", "-q", "--bare", ".", origin]);
    project.git(&["remote", "add", "origin", &format!("file://{origin}")]);
    project.git(&["fetch", "-q", "origin"]);
    project.git(&["checkout", "-q", "-b", "work"]);
    project
}

/// Writes the report: each file with its lines and how often they ran.
fn report(project: &Project, files: &[(&str, &[(u32, u32)])]) {
    let mut text = String::from("TN:\n");
    for (path, lines) in files {
        text.push_str(&format!("SF:{path}\n"));
        for (line, hits) in *lines {
            text.push_str(&format!("DA:{line},{hits}\n"));
        }
        text.push_str("end_of_record\n");
    }
    project.write("../report.info", text);
}

const SIX: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";
const SOME: &[(u32, u32)] = &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 0), (6, 0)];

#[test]
fn changed_lines_that_did_not_run_fail_and_are_listed_as_ranges() {
    let project = project("patch: \">=90%\"");
    project.write("src/a.c", format!("{SIX}7\n8\n"));
    report(
        &project,
        &[("src/a.c", &[(1, 0), (4, 1), (5, 0), (6, 0), (8, 0)])],
    );
    let ran = project
        .run(&[])
        .exits(1)
        .says("not covered: src/a.c:5-6, 8")
        .says("src/a.c:5 and 1 more");
    ran.gate("cov").is("fail");
    assert_eq!(
        note(&ran, "cov.coverage.patch.lines"),
        "not covered: src/a.c:5-6, 8"
    );
    assert_eq!(found(&ran)["covered"], 1);
}

#[test]
fn committed_staged_and_unstaged_edits_count_once_and_where_they_are_now() {
    let project = project("patch: \">=50%\"");
    project.write("src/a.c", "one\ntwo\nthree\nfour\n");
    project.commit();
    project.write("src/a.c", "zero\none\ntwo\nthree\nfour\n");
    project.git(&["add", "-A"]);
    project.write("src/a.c", "zero\none\nthree\nfour\nfive\n");
    report(
        &project,
        &[("src/a.c", &[(1, 1), (2, 0), (3, 0), (4, 1), (5, 0)])],
    );
    let ran = project.run(&[]).exits(0);
    assert_eq!(
        found(&ran),
        json!({ "total": 3, "covered": 2, "uncovered": { "src/a.c": [5] } })
    );
}

#[test]
fn few_changed_lines_are_not_judged_and_that_is_shown() {
    let project = project("patch: { lines: \">=90%\", ignore-below: 4 }");
    project.write("src/a.c", SIX);
    report(&project, &[("src/a.c", SOME)]);
    let ran = project
        .run(&[])
        .exits(0)
        .says("not judged: 3 lines that can run changed since")
        .says("(`ignore-below`)");
    ran.gate("cov").is("pass").notes(&[]);
    project.write("src/a.c", format!("{SIX}seven\n"));
    report(&project, &[("src/a.c", &[SOME, &[(7, 1)]].concat())]);
    project.run(&[]).exits(1).gate("cov").is("fail");
}

#[test]
fn a_change_without_a_line_that_can_run_passes_and_says_so() {
    let project = project("patch: \">=90%\"");
    project.write("README", "text\n");
    report(&project, &[("src/a.c", SOME)]);
    let ran = project
        .run(&[])
        .exits(0)
        .says("no line that can run changed since");
    ran.gate("cov").is("pass").notes(&[]);
}

#[test]
fn a_changed_source_file_that_no_report_knows_is_inconclusive() {
    let project = project("patch: \">=90%\"");
    project.write("src/new.c", "int f(void) { return 1; }\n");
    project.write("src/only.c", "// words\n");
    project.write("tests/a.c", "int t;\n");
    project.write("tools/t.c", "int t;\n");
    report(&project, &[("src/a.c", SOME)]);
    let ran = project.run(&[]).exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["patch-unmeasured"])
        .notes(&["patch-elsewhere"])
        .says("1 changed source file in no report: src/new.c")
        .says("know nothing: tools/t.c");
}

#[test]
fn unmeasured_files_may_be_bounded_or_excluded() {
    let bounded = project("patch: { lines: \">=90%\", unmeasured: \"<=1\" }");
    bounded.write("src/new.c", "int f;\n");
    report(&bounded, &[("src/a.c", SOME)]);
    bounded
        .run(&[])
        .exits(0)
        .gate("cov")
        .is("pass")
        .fact("cov.coverage.patch.unmeasured", 1);
    bounded.write("src/newer.c", "int f;\n");
    bounded
        .run(&[])
        .exits(1)
        .says("src/new.c, src/newer.c")
        .gate("cov")
        .is("fail");
    let excluded = project("patch: \">=90%\", exclude: [\"src/new*.c\"]");
    excluded.write("src/new.c", "int f;\n");
    report(&excluded, &[("src/a.c", SOME)]);
    excluded.run(&[]).exits(0).gate("cov").is("pass");
}

#[test]
fn marks_that_the_change_adds_are_counted_and_bounded() {
    let told = project("patch: \">=90%\"");
    let text = format!("{SIX}abort(); // LCOV_EXCL_LINE\n");
    told.write("src/a.c", &text);
    report(&told, &[("src/a.c", &[(4, 1)])]);
    let ran = told
        .run(&[])
        .exits(0)
        .says("adds 1 mark that keeps code out of coverage: src/a.c:7");
    ran.gate("cov")
        .notes(&["patch-pragmas"])
        .fact("cov.coverage.patch.pragmas", 1);
    let bounded = project("patch: { lines: \">=90%\", pragmas: 0 }");
    bounded.write("src/a.c", &text);
    report(&bounded, &[("src/a.c", &[(4, 1)])]);
    bounded.run(&[]).exits(1).gate("cov").is("fail");
    // One that was there before is not added by moving it.
    bounded.git(&["add", "-A"]);
    bounded.commit();
    bounded.git(&["push", "-q", "origin", "work:main"]);
    bounded.git(&["fetch", "-q"]);
    bounded.write("src/a.c", format!("abort(); // LCOV_EXCL_LINE\n{SIX}"));
    bounded
        .run(&[])
        .exits(0)
        .gate("cov")
        .is("pass")
        .fact("cov.coverage.patch.pragmas", 0);
}

#[test]
fn branches_of_changed_lines_are_judged() {
    let project = project("patch: { branches: \">=75%\" }");
    project.write("src/a.c", SIX);
    let lines = "SF:src/a.c\nDA:1,1\nBRDA:1,0,0,0\nBRDA:1,0,1,0\nDA:4,1\nBRDA:4,0,0,1\nBRDA:4,0,1,0\nend_of_record\n";
    project.write("../report.info", format!("TN:\n{lines}"));
    let ran = project
        .run(&[])
        .exits(1)
        .says("not all taken: src/a.c:4 (1 of 2)");
    ran.gate("cov").is("fail");
    project.write(
        "../report.info",
        format!("TN:\n{}", lines.replace("4,0,1,0", "4,0,1,2")),
    );
    project.run(&[]).exits(0).gate("cov").is("pass");
    // Without branches in any report there is nothing to judge by.
    report(&project, &[("src/a.c", SOME)]);
    project.run(&[]).exits(3).gate("cov").is("inconclusive");
}

#[test]
fn without_a_base_nothing_is_decided() {
    let outside = Project::new(
        "gates:\n  cov: { run: cp ../report.info r, coverage: { reports: r, patch: \">=90%\" } }\n",
    );
    report(&outside, &[("src/a.c", SOME)]);
    let ran = outside.run(&[]).exits(3).says("no git repository");
    ran.gate("cov").is("inconclusive").reasons(&["no-base"]);

    let alone = outside.committed();
    let ran = alone.run(&[]).exits(3).says("name one with `--base REF`");
    ran.gate("cov").is("inconclusive").reasons(&["no-base"]);
    let ran = alone.run(&["--base", "release"]).exits(3);
    ran.gate("cov")
        .says("`release` is not in this clone")
        .says("git fetch origin release");
    alone
        .run(&["--base=--output=x"])
        .exits(3)
        .gate("cov")
        .reasons(&["no-base"]);
    assert!(!alone.has("x"));
}

#[test]
fn before_the_first_commit_nothing_is_decided() {
    let project = Project::new(
        "gates:\n  cov: { run: cp ../report.info r, coverage: { reports: r, patch: \">=90%\" } }\n",
    );
    project.git(&["init", "-q"]);
    report(&project, &[("src/a.c", SOME)]);
    let ran = project.run(&[]).exits(3);
    ran.gate("cov")
        .reasons(&["no-base"])
        .says("there is no commit yet");
}

#[test]
fn a_shallow_clone_says_the_line_that_fetches_what_is_missing() {
    let project = project("patch: \">=90%\"");
    project.write("src/a.c", SIX);
    project.commit();
    project.git(&["push", "-q", "origin", "work"]);
    report(&project, &[("src/a.c", SOME)]);
    let origin = format!("file://{}", project.beside().join("origin").display());
    let clone = project.beside().join("clone");
    let clone = clone.to_str().unwrap();
    project.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        "--no-single-branch",
        "-b",
        "work",
        &origin,
        clone,
    ]);
    let ran = project.start_in(Path::new(clone), &[]).end().exits(3);
    let gate = ran.gate("cov").is("inconclusive").reasons(&["no-base"]);
    let line = "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main";
    gate.says("this clone is shallow").says(line);
    let mut words: Vec<&str> = vec!["-C", clone];
    words.extend(line.split(' ').skip(1));
    project.git(&words);
    // The line that was told is all that was missing.
    let ran = project.start_in(Path::new(clone), &[]).end().exits(1);
    assert_eq!(found(&ran)["uncovered"], json!({ "src/a.c": [5, 6] }));
}

#[test]
fn the_ci_event_names_the_base_and_one_that_is_missing_is_not_replaced() {
    let project = project("patch: \">=90%\"");
    project.git(&["push", "-q", "origin", "main:release"]);
    project.write("src/a.c", SIX);
    project.commit();
    report(&project, &[("src/a.c", SOME)]);
    let project = project.env("GITHUB_BASE_REF", "release").env("CI", "true");
    let line = "git fetch origin +refs/heads/release:refs/remotes/origin/release";
    project.git(&["update-ref", "-d", "refs/remotes/origin/release"]);
    project
        .run(&[])
        .exits(3)
        .gate("cov")
        .reasons(&["no-base"])
        .says(line);
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    project.git(&words);
    project.run(&[]).exits(1).gate("cov").is("fail");
    // A laptop has no event, whatever its environment holds.
    project.git(&["update-ref", "-d", "refs/remotes/origin/release"]);
    project
        .run(&["--ci", "none"])
        .exits(1)
        .gate("cov")
        .is("fail");
}

#[test]
fn a_clone_that_knows_no_default_branch_says_the_lines_that_fetch_it() {
    let project = project("patch: \">=90%\"");
    project.write("src/a.c", SIX);
    project.commit();
    project.git(&["push", "-q", "origin", "work"]);
    report(&project, &[("src/a.c", SOME)]);
    let origin = format!("file://{}", project.beside().join("origin").display());
    let clone = project.beside().join("clone");
    let text = clone.to_str().unwrap();
    project.git(&["clone", "-q", "--depth", "1", "-b", "work", &origin, text]);
    // As a job's checkout leaves it.
    project.git(&["-C", text, "remote", "set-head", "origin", "--delete"]);
    let ran = project.start_in(&clone, &[]).end().exits(3);
    let line = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*' && git remote set-head origin --auto";
    ran.gate("cov").reasons(&["no-base"]).says(line);
    let mut fetch = project.command("sh", &clone);
    assert!(fetch.args(["-c", line]).status().unwrap().success());
    let ran = project.start_in(&clone, &[]).end().exits(1);
    assert_eq!(found(&ran)["uncovered"], json!({ "src/a.c": [5, 6] }));
}

#[test]
fn on_the_default_branch_only_what_is_not_committed_has_changed() {
    let project = project("patch: \">=90%\"");
    project.git(&["checkout", "-q", "main"]);
    project.write("src/a.c", "one\ntwo\nthree\nfour\n");
    project.commit();
    report(&project, &[("src/a.c", SOME)]);
    let ran = project
        .run(&[])
        .exits(0)
        .says("because this is the default branch");
    ran.gate("cov").is("pass").notes(&[]);
    project.write("src/a.c", SIX);
    assert_eq!(
        found(&project.run(&[]).exits(1))["uncovered"],
        json!({ "src/a.c": [5, 6] })
    );
}

#[test]
fn git_that_fails_is_never_nothing_changed() {
    let project = project("patch: \">=90%\"");
    project.write("src/a.c", SIX);
    report(&project, &[("src/a.c", SOME)]);
    // The content that the base has is gone.
    let blob = project.git(&["rev-parse", "HEAD:src/a.c"]);
    let (folder, name) = blob.split_at(2);
    fs::remove_file(project.root.join(format!(".git/objects/{folder}/{name}"))).unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .reasons(&["no-base"])
        .says("what changed cannot be told");
}

#[test]
fn neither_attributes_nor_settings_of_git_change_what_changed() {
    let project = project("patch: \">=90%\"");
    project.write(".gitattributes", "*.c -diff\n*.c diff=odd\n*.h binary\n");
    project.write("src/a.c", "zero\none\ntwo\nthree\nfour\nfive\n");
    project.commit();
    for (key, value) in [
        ("diff.interHunkContext", "9"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.odd.command", "false"),
        ("diff.odd.textconv", "false"),
        ("diff.relative", "true"),
        ("diff.algorithm", "patience"),
        ("color.diff", "always"),
        ("core.quotePath", "true"),
    ] {
        project.git(&["config", key, value]);
    }
    report(
        &project,
        &[("src/a.c", &[(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0)])],
    );
    let project = project
        .env("GIT_EXTERNAL_DIFF", "false")
        .env("GIT_DIFF_OPTS", "-u9");
    assert_eq!(
        found(&project.run(&[]).exits(1))["uncovered"],
        json!({ "src/a.c": [1, 5, 6] })
    );
}

#[test]
fn any_name_and_any_content_is_read() {
    let project = project("patch: \">=90%\"");
    let quoted = "src/a \"b\"\tc\\d.c";
    project.write(quoted, "x\n");
    project.write("src/line\nbreak.c", "x\n");
    project.write(
        "src/b",
        [
            0, 1, b'\n', 0xff, b'\n', b'+', b'+', b'+', b' ', b'b', b'/', b'x',
        ],
    );
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"src/\xff.c");
    fs::write(project.root.join(odd), "x\n").unwrap();
    std::os::unix::fs::symlink("nowhere", project.root.join("src/link.c")).unwrap();
    report(&project, &[("src/a.c", SOME), (quoted, &[(1, 0)])]);
    let files = ["src/line\nbreak.c", "src/\\xff.c"];
    for _ in 0..2 {
        let ran = project.run(&[]).exits(1);
        let said = note(&ran, "cov.coverage.patch.lines");
        assert_eq!(said, format!("not covered: {quoted}:1"));
        let reasons = ran.gate("cov").reasons(&["patch-unmeasured"]).verdict["reasons"].clone();
        let message = reasons[0]["message"].as_str().unwrap();
        assert!(files.iter().all(|file| message.contains(file)), "{message}");
        // Once untracked, once committed.
        project.commit();
    }
}

#[test]
fn a_path_that_may_be_two_files_is_not_guessed() {
    let project = project("patch: \">=90%\"");
    project.write("a.c", "one\n");
    report(&project, &[("/app/src/a.c", &[(1, 1)])]);
    let ran = project.run(&[]).exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .reasons(&["patch-ambiguous"])
        .notes(&["path-ambiguous"])
        .says("`/app/src/a.c`, for a.c, src/a.c");
    let yaml = project
        .read("tollgate.yaml")
        .replace("cov.info, ", "cov.info, map: { /app: . }, ");
    project.write("tollgate.yaml", yaml);
    project
        .run(&[])
        .exits(0)
        .gate("cov")
        .is("pass")
        .notes(&["patch-elsewhere"]);
}

#[test]
fn totals_without_lines_decide_nothing() {
    let project = project("patch: \">=90%\"");
    project.write("src/a.c", SIX);
    project.write(
        "../report.info",
        "TN:\nSF:src/a.c\nLF:6\nLH:6\nend_of_record\n",
    );
    let ran = project.run(&[]).exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .reasons(&["patch-without-lines"]);
}

#[test]
fn files_of_the_repository_beside_the_project_count_where_reports_know_them() {
    let project = Project::empty("top")
        .file(
            "part/tollgate.yaml",
            "version: 1\ngates:\n  cov: { run: cp ../../report.info r, coverage: { reports: r, patch: \">=90%\" } }\n",
        )
        .file("shared/s.c", "one\n")
        .file("part/a.c", "one\n")
        .committed();
    project.git(&["checkout", "-q", "-b", "work"]);
    project.write("shared/s.c", "one\ntwo\n");
    project.write("part/a.c", "one\ntwo\n");
    let lines: &[(u32, u32)] = &[(1, 1), (2, 0)];
    report(&project, &[("../shared/s.c", lines), ("a.c", lines)]);
    let ran = project.run(&["-C", "part", "--base", "main"]).exits(1);
    let again = "tollgate run cov --base main";
    assert_eq!(ran.gate("cov").run["again"], again, "{ran}");
    let missed = json!({ "../shared/s.c": [2], "a.c": [2] });
    assert_eq!(found(&ran)["uncovered"], missed);
}

#[test]
fn what_patch_asks_is_checked_before_anything_runs() {
    for (patch, code) in [
        ("{}", "empty-gate"),
        ("{ ignore-below: 5 }", "empty-gate"),
        ("{ lines: \">=90%\", ignore-below: 1 }", "no-effect"),
        ("{ lines: \">=90\" }", "unit"),
        ("{ line: \">=90%\" }", "unknown-key"),
        ("\">=0%\"", "pointless-condition"),
    ] {
        let yaml = format!(
            "gates:\n  cov: {{ run: 'true', coverage: {{ reports: r, patch: {patch} }} }}\n"
        );
        let ran = Project::new(&yaml).call(&["config", "check"]).exits(2);
        assert!(
            ran.stderr.contains(code) || ran.stdout.contains(code),
            "{patch}: {ran}"
        );
    }
    for patch in [
        "\">=90%\"",
        "{ is: \">=90%\", tolerance: \"1%\" }",
        "{ pass: \">=90%\", fail: \"<80%\" }",
        "{ pragmas: 0 }",
    ] {
        let yaml = format!(
            "gates:\n  cov: {{ run: 'true', coverage: {{ reports: r, patch: {patch} }} }}\n"
        );
        Project::new(&yaml).call(&["config", "check"]).exits(0);
    }
}

#[test]
fn a_later_file_cannot_loosen_patch_coverage() {
    let base = "patch: { lines: \">=90%\", ignore-below: 3 }";
    for (under, over, refused) in [
        (base, "patch: { lines: \">=80%\" }", true),
        (base, "patch: { ignore-below: 9 }", true),
        (base, "patch: { ignore-below: 2 }", false),
        (base, "patch: { unmeasured: \"<=3\" }", true),
        (base, "patch: { pragmas: 0 }", false),
        (base, "map: { /app: . }", true),
        (base, "patch: \">=80%\"", true),
        (base, "patch: \">=95%\"", false),
        ("patch: \">=90%\"", "patch: { lines: \">=95%\" }", false),
        ("patch: \">=90%\"", "patch: { lines: \">=80%\" }", true),
        ("patch: \">=90%\"", "patch: { pragmas: 0 }", true),
        (
            "patch: \">=90%\"",
            "patch: { lines: \">=90%\", ignore-below: 5 }",
            true,
        ),
        (
            "lines: \">=50%\"",
            "patch: { lines: \">=90%\", ignore-below: 5 }",
            false,
        ),
    ] {
        let gate = |keys: &str| format!("gates:\n  cov: {{ coverage: {{ {keys} }} }}\n");
        let first =
            gate(under).replace("{ coverage: { ", "{ run: 'true', coverage: { reports: r, ");
        let project = Project::new(&format!("extends: [base.yaml]\n{}", gate(over)))
            .file("base.yaml", format!("version: 1\n{first}"));
        let ran = project.call(&["config", "check"]);
        assert_eq!(
            ran.code,
            if refused { 2 } else { 0 },
            "{under} / {over}\n{ran}"
        );
    }
}

#[test]
fn a_step_from_the_baseline_is_judged_on_changed_lines_too() {
    let project = project("patch: \">=-10%\"");
    project.write("src/a.c", SIX);
    report(&project, &[("src/a.c", SOME)]);
    // Of three changed lines one ran.
    project.call(&["baseline", "record"]).exits(0);
    project
        .run(&["--ci", "generic"])
        .exits(0)
        .gate("cov")
        .is("pass");
    let none: &[(u32, u32)] = &[(4, 0), (5, 0), (6, 0)];
    report(&project, &[("src/a.c", none)]);
    project
        .run(&["--ci", "generic"])
        .exits(1)
        .gate("cov")
        .is("fail");
}
