//! What content a verdict is about (RULES 1), and that equal runs give equal bytes (RULES 10).

use std::os::unix::ffi::OsStrExt;

use serde_json::Value;

use crate::support::{Project, Ran, junit};

fn subject(ran: &Ran) -> (String, String) {
    let text = |key: &str| ran.verdict()["subject"][key].as_str().unwrap().to_owned();
    (text("state"), text("id"))
}

/// `when` on the branch makes the run ask git before the first gate, not beside it: these tests are about what is
/// seen, not about who is first.
const PLAIN: &str = "gates:\n  a: { run: ./run, when: { branch: main } }\n";

/// A committed project with one gate that runs this.
fn committed(script: &str) -> Project {
    Project::new(PLAIN)
        .script("run", script)
        .file("src/a.c", "a")
        .committed()
}

#[test]
fn a_clean_tree_is_named_by_its_git_id() {
    let project = committed("true");
    let ran = project.run(&[]).exits(0);
    let tree = project.git(&["rev-parse", "HEAD^{tree}"]);
    assert_eq!(subject(&ran), ("clean".to_owned(), tree));
}

/// A name that a record may have.
fn record() -> String {
    format!(".tollgate/ledger/{}.json", "0".repeat(64))
}

#[test]
fn ledger_records_change_no_subject() {
    let project = committed("true");
    let before = project.git(&["rev-parse", "HEAD^{tree}"]);
    project.write(&record(), "{}");
    assert_eq!(
        subject(&project.run(&[]).exits(0)),
        ("clean".to_owned(), before.clone())
    );
    project.commit();
    assert_ne!(project.git(&["rev-parse", "HEAD^{tree}"]), before);
    assert_eq!(
        subject(&project.run(&[]).exits(0)),
        ("clean".to_owned(), before)
    );
}

#[test]
fn what_else_lies_beside_the_ledger_is_part_of_the_subject() {
    let project = committed("true");
    project.write(".tollgate/waivers.yaml", "");
    project.commit();
    let with = project.git(&["rev-parse", "HEAD^{tree}"]);
    project.write(&record(), "{}");
    project.commit();
    assert_eq!(
        subject(&project.run(&[]).exits(0)),
        ("clean".to_owned(), with)
    );
}

#[test]
fn a_dirty_tree_is_named_by_what_differs() {
    let project = committed("true");
    let dirty = |path: &str, text: &str| {
        project.write(path, text);
        let (state, id) = subject(&project.run(&[]).exits(0));
        assert_eq!(state, "dirty", "{path}");
        assert!(id.starts_with("dirty:"), "{id}");
        id
    };
    let one = dirty("src/a.c", "b");
    let other = dirty("src/a.c", "c");
    assert_ne!(one, other);
    assert_eq!(one, dirty("src/a.c", "b"), "same content, same name");
    assert_ne!(one, dirty("src/new.c", "b"), "an untracked file counts");
    std::fs::remove_file(project.root.join("src/new.c")).unwrap();
    project.write("src/a.c", "a");
    assert_eq!(subject(&project.run(&[]).exits(0)).0, "clean");
    std::fs::remove_file(project.root.join("src/a.c")).unwrap();
    assert_eq!(subject(&project.run(&[]).exits(0)).0, "dirty");
}

#[test]
fn staged_changes_and_modes_count() {
    let project = committed("true");
    project.write("src/a.c", "b");
    let unstaged = subject(&project.run(&[]).exits(0));
    project.git(&["add", "src/a.c"]);
    let staged = subject(&project.run(&[]).exits(0));
    assert_eq!(
        unstaged, staged,
        "where a change stands in git changes no content"
    );
    project.commit();
    let command = project
        .command("chmod", &project.root)
        .args(["+x", "src/a.c"])
        .status();
    assert!(command.unwrap().success());
    assert_eq!(subject(&project.run(&[]).exits(0)).0, "dirty");
}

#[test]
fn a_change_in_the_index_that_the_work_tree_took_back_is_no_clean_tree() {
    let project = committed("true");
    project.write("src/a.c", "b");
    project.git(&["add", "src/a.c"]);
    project.write("src/a.c", "a");
    assert_eq!(subject(&project.run(&[]).exits(0)).0, "dirty");
}

#[test]
fn ignored_files_reports_and_own_outputs_make_no_tree_dirty() {
    let yaml = "gates:\n  a: { run: cp given.xml r/unit.xml, tests: { reports: r/*.xml } }\n";
    let project = Project::new(yaml)
        .file("given.xml", junit(&["a"], &[]))
        .file(".gitignore", "ignored\n")
        .file("ignored", "x")
        .committed();
    for _ in 0..2 {
        let ran = project
            .run(&["-o", "json=out/outcome.json", "-o", "junit=junit.xml"])
            .exits(0);
        assert_eq!(subject(&ran).0, "clean", "{ran}");
    }
}

#[test]
fn a_tree_that_moves_is_a_warning_on_a_laptop_and_undecided_in_ci() {
    let project = committed("echo moved >> src/a.c");
    let ran = project.run(&[]).exits(0);
    assert_eq!(subject(&ran).0, "moved");
    assert!(ran.notes().contains("src/a.c"), "{ran}");
    ran.says("src/a.c");
    project.git(&["checkout", "-q", "."]);
    let ran = project.run(&["--ci", "x"]).exits(3);
    assert_eq!(ran.verdict()["decision"], "no-go");
    ran.says("the tree moved");
}

#[test]
fn a_tree_moves_also_by_new_files_deleted_files_and_commits() {
    for script in [
        "touch src/new.c",
        "rm src/a.c",
        "git commit -q --allow-empty -m x",
        "chmod +x src/a.c",
        "ln -sf elsewhere src/a.c",
    ] {
        let project = committed(script);
        let ran = project.run(&[]).exits(0);
        assert_eq!(subject(&ran).0, "moved", "{script}\n{ran}");
    }
}

#[test]
fn a_gate_that_is_faster_than_git_moves_the_tree_too() {
    let yaml = "gates:\n  a: { run: touch src/new.c }\n";
    let project = Project::new(yaml).file("src/a.c", "a").committed();
    for _ in 0..20 {
        let ran = project.run(&[]).exits(0);
        assert_eq!(subject(&ran).0, "moved");
        std::fs::remove_file(project.root.join("src/new.c")).unwrap();
    }
}

#[test]
fn a_dirty_tree_that_moves_has_moved() {
    let project = committed("echo more >> src/a.c");
    project.write("src/a.c", "b");
    assert_eq!(subject(&project.run(&[]).exits(0)).0, "moved");
}

#[test]
fn a_file_that_becomes_a_pipe_is_not_read() {
    let project = committed("true");
    std::fs::remove_file(project.root.join("src/a.c")).unwrap();
    let made = project
        .command("mkfifo", &project.root)
        .arg("src/a.c")
        .status();
    assert!(made.unwrap().success());
    assert_eq!(subject(&project.run(&[]).exits(0)).0, "dirty");
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_that_are_no_utf8_are_part_of_the_content() {
    let project = committed("true");
    let name = std::ffi::OsStr::from_bytes(b"src/\xff.c");
    let digest = |text: &str| {
        std::fs::write(project.root.join(name), text).unwrap();
        subject(&project.run(&[]).exits(0))
    };
    let one = digest("a");
    assert_eq!(one.0, "dirty");
    assert_ne!(one, digest("b"));
    let moves = committed("printf more >> \"$(printf 'src/\\377.c')\"");
    std::fs::write(moves.root.join(name), "a").unwrap();
    moves.commit();
    assert_eq!(subject(&moves.run(&[]).exits(0)).0, "moved");
}

#[test]
fn outside_git_there_is_no_subject_and_it_is_said() {
    let ran = Project::new("gates:\n  a: { run: 'true' }\n")
        .run(&[])
        .exits(0);
    assert_eq!(subject(&ran), ("no-git".to_owned(), String::new()));
}

#[test]
fn before_the_first_commit_the_tree_is_dirty() {
    let project = Project::new("gates:\n  a: { run: 'true' }\n");
    project.git(&["init", "-q"]);
    assert_eq!(subject(&project.run(&[]).exits(0)).0, "dirty");
}

#[test]
fn git_that_is_not_installed_leaves_the_subject_unknown_and_says_so() {
    let project = Project::new("gates:\n  a: { run: 'true' }\n").committed();
    let bin = project.beside().join("bin");
    std::fs::create_dir(&bin).unwrap();
    for tool in ["sh", "true"] {
        let real = ["/bin", "/usr/bin"].map(|dir| std::path::Path::new(dir).join(tool));
        let real = real.iter().find(|path| path.exists()).unwrap();
        std::os::unix::fs::symlink(real, bin.join(tool)).unwrap();
    }
    let project = project.env("PATH", &bin);
    let ran = project.run(&[]).exits(0);
    assert_eq!(subject(&ran).0, "dirty");
    assert!(ran.notes().contains("`git` is not installed"), "{ran}");
}

#[test]
fn variables_that_point_git_elsewhere_are_not_followed() {
    let other = Project::new(PLAIN).committed();
    let project = committed("true").env("GIT_DIR", other.root.join(".git"));
    let ran = project.run(&[]).exits(0);
    let project = project.without("GIT_DIR");
    assert_eq!(subject(&ran).1, project.git(&["rev-parse", "HEAD^{tree}"]));
}

/// Every way of a verdict to be not a pass, in one file.
const MANY: &str = "services:
  down: { run: exit 7, ready: \"http://127.0.0.1:${PORT}/\", within: 200ms }
gates:
  good: { run: cp given.xml good.xml, tests: { reports: good.xml, slowest: \"<1h\" }, duration: \"<1h\" }
  bad: { run: cp bad.xml bad-out.xml, tests: { reports: bad-out.xml } }
  stale: { run: 'true', tests: { reports: old.xml } }
  aged: { tests: { reports: old.xml, produced: elsewhere, max-age: 1s } }
  slow: { run: sleep 300, timeout: 50ms }
  missing: { run: ./no-such-tool }
  nowhere: { run: ls, dir: no-such-folder }
  script: { run: ./script }
  forks: { run: 'sleep 300 & exit 0' }
  served: { run: 'true', service: down }
  killed: { run: kill -9 $$ }
  prints: { run: 'date; pwd; echo $$; exit 1' }
  broken: { run: 'echo \"<testsuite>\" > half.xml', tests: { reports: half.xml } }
";

fn many(folder: &str) -> Project {
    let project = Project::named(folder, MANY)
        .file("given.xml", junit(&["a"], &[]))
        .file("bad.xml", junit(&["a"], &["b"]))
        .file("old.xml", junit(&["a"], &[]))
        .file("script", "#!/no/such/interpreter\n")
        .file(".gitignore", "/good.xml\n/bad-out.xml\n/half.xml\n")
        .committed();
    let command = project
        .command("chmod", &project.root)
        .args(["+x", "script"])
        .status();
    assert!(command.unwrap().success());
    project.commit();
    project
}

#[test]
fn equal_runs_in_different_folders_give_the_same_bytes() {
    let (one, two) = (many("one"), many("another folder"));
    assert_eq!(
        one.git(&["rev-parse", "HEAD"]),
        two.git(&["rev-parse", "HEAD"])
    );
    let touched = two
        .command("touch", &two.root)
        .args(["-d", "2001-01-01", "old.xml"])
        .status();
    assert!(touched.unwrap().success());
    let touched = one
        .command("touch", &one.root)
        .args(["-d", "2011-01-01", "old.xml"])
        .status();
    assert!(touched.unwrap().success());
    let (a, b) = (
        one.run(&["-j", "1"]).exits(1),
        two.run(&["-j", "4", "--stream"]).exits(1),
    );
    for (left, right) in gates(&a).iter().zip(gates(&b)) {
        assert_eq!(left, &right);
    }
    assert_eq!(a.verdict(), b.verdict());
    assert_eq!(a.outcome()["digest"], b.outcome()["digest"]);
    for (project, ran) in [(&one, &a), (&two, &b)] {
        let verdict = ran.verdict().to_string();
        let base = project.beside();
        assert!(!verdict.contains(base.to_str().unwrap()), "{verdict}");
        assert!(!verdict.contains("pid "), "{verdict}");
    }
}

fn gates(ran: &Ran) -> Vec<Value> {
    ran.verdict()["gates"].as_array().unwrap().clone()
}

#[test]
fn the_digest_names_the_bytes_of_the_verdict() {
    let ran = committed("true").run(&[]).exits(0);
    let bytes = tollgate::model::canonical(ran.verdict());
    assert_eq!(tollgate::model::sha256_hex(&bytes), ran.outcome()["digest"]);
}

#[test]
fn a_changed_policy_is_another_verdict() {
    let project = committed("true");
    let one = project.run(&[]).exits(0);
    project.write("tollgate.yaml", format!("version: 1\n# changed\n{PLAIN}"));
    let two = project.run(&[]).exits(0);
    assert_ne!(one.verdict()["policy"], two.verdict()["policy"]);
}

/// A linter that names files by their absolute path, as ESLint does.
fn absolute(folder: &str) -> Project {
    let yaml = "gates:\n  lint: { run: ./lint, findings: { reports: stdout, format: eslint, total: 0 } }\n";
    let script = "printf '[{\"filePath\":\"%s/src/a.js\",\"messages\":[{\"ruleId\":\"eqeqeq\",\"severity\":2,\
                  \"message\":\"see %s/src/b.js\",\"line\":3,\"column\":1}],\"errorCount\":1,\"warningCount\":0}]' \"$PWD\" \"$PWD\"; exit 1";
    Project::named(folder, yaml)
        .script("lint", script)
        .committed()
}

#[test]
fn paths_of_reports_below_the_project_are_told_from_there() {
    let project = absolute("one");
    let ran = project.run(&[]).exits(1);
    let gate = ran.gate("lint").is("fail");
    let finding = &gate.verdict["findings"][0];
    assert_eq!(finding["file"], "src/a.js", "{ran}");
    assert_eq!(finding["message"], "see src/b.js", "{ran}");
    let base = project.beside();
    assert!(
        !ran.verdict().to_string().contains(base.to_str().unwrap()),
        "{ran}"
    );
}

#[test]
fn the_fingerprint_of_a_finding_does_not_hold_the_folder_of_the_project() {
    let fingerprint = |project: &Project| {
        let ran = project.run(&[]).exits(1);
        ran.gate("lint").verdict["findings"][0]["fingerprint"].clone()
    };
    assert_eq!(fingerprint(&absolute("one")), fingerprint(&absolute("two")));
}
