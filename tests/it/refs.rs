//! Several revisions side by side: work trees of their own, one table, one budget, nothing left behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{People, Project, Ran, Started, set_mode, wait_for};

/// A project whose temporary folders are its own, so that what is left there is seen.
fn project(yaml: &str) -> Project {
    let project = Project::new(yaml);
    let temporary = project.beside().join("tmp");
    fs::create_dir(&temporary).unwrap();
    project.env("TMPDIR", temporary)
}

impl Project {
    /// A branch off another one, with this file in it.
    fn branch(&self, name: &str, from: &str, path: &str, text: &str) {
        self.git(&["checkout", "-q", "-b", name, from]);
        self.write(path, text);
        self.commit();
        self.git(&["checkout", "-q", "main"]);
    }

    /// Judges revisions, drawn for people and as JSON for the test, which is held against its schema.
    fn refs(&self, arguments: &[&str]) -> (Ran, Value) {
        let json = self.beside().join("refs.json");
        let output = format!("json={}", json.display());
        let mut all = vec!["run", "-o", "terminal", "-o", &output];
        all.extend(arguments);
        let ran = self.call(&all);
        let table = table(&fs::read(json).unwrap_or_else(|error| panic!("{error}\n{ran}")));
        (ran, table)
    }

    /// What is left of work trees, anywhere.
    fn left(&self) -> Vec<PathBuf> {
        let entries = |path: PathBuf| {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).collect::<Vec<_>>()
        };
        let mut left = entries(self.beside().join("tmp"));
        left.extend(entries(self.root.join(".git/worktrees")));
        left.extend(entries(self.root.join(".git/tollgate/worktrees")));
        left
    }
}

fn table(bytes: &[u8]) -> Value {
    let table: Value = serde_json::from_slice(bytes).unwrap();
    let schema = serde_json::from_str(tollgate::output::refs::REFS_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&table)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{table:#}");
    table
}

/// Each row as `name → into`, its exit code and what keeps it from going on.
fn rows(table: &Value) -> Vec<(String, i64, String)> {
    let rows = table["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let name = row["ref"].as_str().unwrap();
        let shown = match row["merged_into"].as_str() {
            Some(into) => format!("{name} → {into}"),
            None => name.to_owned(),
        };
        let against: Vec<&str> = match row["trouble"]["code"].as_str() {
            Some(code) => vec![code],
            None => {
                let gates = row["against"].as_array().unwrap().iter();
                gates.map(|gate| gate.as_str().unwrap()).collect()
            }
        };
        (shown, row["exit"].as_i64().unwrap(), against.join(","))
    })
    .collect()
}

fn row<'a>(table: &'a Value, name: &str, into: Option<&str>) -> &'a Value {
    let mut rows = table["rows"].as_array().unwrap().iter();
    let found = rows.find(|row| row["ref"] == name && row["merged_into"].as_str() == into);
    found.unwrap_or_else(|| panic!("no row {name} {into:?}\n{table:#}"))
}

/// Bytes and last change of every file of the work tree, and of the index.
fn files(root: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let meta = entry.metadata().unwrap();
            if meta.is_dir() && path != root.join(".git") {
                todo.push(path);
            } else if meta.is_file() {
                let changed = meta.modified().unwrap();
                found.insert(path.clone(), (fs::read(path).unwrap(), changed));
            }
        }
    }
    let index = root.join(".git/index");
    let changed = fs::metadata(&index).unwrap().modified().unwrap();
    found.insert(index.clone(), (fs::read(index).unwrap(), changed));
    found
}

const UNIT: &str = "gates:
  unit: { run: grep -q ok state }
  lint: { run: '! grep -rn TODO src' }
";

/// Nine branches: three fail, one of them only when merged, one conflicts.
fn nine() -> Project {
    let project = project(UNIT)
        .file("state", "ok\n")
        .file("src/a", "a\n")
        .file("list", "one\n")
        .committed();
    for (name, path, text) in [
        ("feature/login", "src/login", "x\n"),
        ("feature/größe", "src/größe", "x\n"),
        ("fix/unit", "state", "bad\n"),
        ("fix/lint", "src/b", "TODO\n"),
        ("chore-1", "c1", "x\n"),
        ("chore-2", "c2", "x\n"),
        ("user/a+b@c", "c3", "x\n"),
        ("conflicts", "list", "two\n"),
        ("stale", "c4", "x\n"),
    ] {
        project.branch(name, "main", path, text);
    }
    // What main has meanwhile: a line that conflicts, and a rule that `stale` breaks only in the merge.
    project.write("list", "three\n");
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{UNIT}  clean: {{ run: '! ls c4' }}\n"),
    );
    project.commit();
    project
}

const NINE: &[&str] = &[
    "--ref",
    "feature/login",
    "--ref",
    "feature/größe",
    "--ref",
    "fix/unit",
    "--ref",
    "fix/lint",
    "--ref",
    "chore-1",
    "--ref",
    "chore-2",
    "--ref",
    "user/a+b@c",
    "--ref",
    "conflicts",
    "--ref",
    "stale",
];

#[test]
fn nine_branches_have_one_verdict_each_and_the_worst_is_the_exit_code() {
    let project = nine();
    // Nothing of the dirty work tree is touched or judged.
    project.write("state", "bad, and not committed\n");
    project.write("untracked", "x\n");
    let (files_before, branches) = (files(&project.root), project.git(&["branch", "-v"]));
    let (ran, table) = project.refs(NINE);
    let ran = ran.exits(1);
    let expected = [
        ("feature/login", 0, ""),
        ("feature/größe", 0, ""),
        ("fix/unit", 1, "unit"),
        ("fix/lint", 1, "lint"),
        ("chore-1", 0, ""),
        ("chore-2", 0, ""),
        ("user/a+b@c", 0, ""),
        ("conflicts", 0, ""),
        ("stale", 0, ""),
    ];
    let expected =
        expected.map(|(name, exit, against)| (name.to_owned(), exit, against.to_owned()));
    assert_eq!(rows(&table), expected);
    // The subject is the tree of the branch, as git names it.
    for row in table["rows"].as_array().unwrap() {
        let name = row["ref"].as_str().unwrap();
        let tree = project.git(&["rev-parse", &format!("{name}^{{tree}}")]);
        let subject = &row["outcome"]["verdict"]["subject"];
        assert_eq!(
            *subject,
            serde_json::json!({ "id": tree, "state": "clean" }),
            "{name}"
        );
        assert_eq!(row["commit"], project.git(&["rev-parse", name]), "{name}");
        assert_eq!(row["outcome"]["run"]["ref"], name);
    }
    ran.says("9 revisions: 2 no go, 7 go")
        .says("tollgate run unit --ref fix/unit");
    assert_eq!(files(&project.root), files_before);
    assert_eq!(project.git(&["branch", "-v"]), branches);
    assert!(project.left().is_empty(), "{:?}", project.left());
}

#[test]
fn a_merge_is_judged_apart_from_the_branch_and_a_conflict_is_no_go_with_its_files() {
    let project = nine();
    let branches = project.git(&["for-each-ref"]);
    let objects = project.git(&["rev-parse", "main"]);
    let arguments = [
        "--merged-into",
        "main",
        "--ref",
        "chore-1",
        "--ref",
        "conflicts",
        "--ref",
        "stale",
    ];
    let (ran, first) = project.refs(&arguments);
    let ran = ran.exits(1);
    let expected = [
        ("chore-1", 0, ""),
        ("chore-1 → main", 0, ""),
        ("conflicts", 0, ""),
        ("conflicts → main", 1, "merge-conflict"),
        ("stale", 0, ""),
        ("stale → main", 1, "clean"),
    ];
    let expected =
        expected.map(|(name, exit, against)| (name.to_owned(), exit, against.to_owned()));
    assert_eq!(rows(&first), expected);
    let conflict = row(&first, "conflicts", Some("main"));
    assert_eq!(conflict["trouble"]["files"], serde_json::json!(["list"]));
    ran.says("conflict: list");
    // The merge is the one that git makes, and no ref names it.
    let merge = row(&first, "chore-1", Some("main"));
    let commit = merge["commit"].as_str().unwrap();
    let tree = project.git(&["merge-tree", "--write-tree", "main", "chore-1"]);
    assert_eq!(
        project.git(&["rev-parse", &format!("{commit}^{{tree}}")]),
        tree
    );
    assert_eq!(merge["outcome"]["verdict"]["subject"]["id"], tree);
    let parents = project.git(&["show", "-s", "--format=%P", commit]);
    assert_eq!(
        parents,
        format!("{objects} {}", project.git(&["rev-parse", "chore-1"]))
    );
    assert_eq!(project.git(&["for-each-ref"]), branches);
    // The same two sides give the same commit and the same bytes of the verdict.
    let (_, second) = project.refs(&arguments);
    for table in [&first, &second] {
        assert_eq!(row(table, "chore-1", Some("main"))["commit"], commit);
    }
    let digest = |table: &Value| row(table, "chore-1", Some("main"))["outcome"]["digest"].clone();
    assert_eq!(digest(&first), digest(&second));
    assert!(project.left().is_empty(), "{:?}", project.left());
}

#[test]
fn one_content_is_judged_once_and_shown_for_every_name() {
    let project =
        project("gates:\n  unit: { run: ./count }\n").script("count", "echo x >> \"$COUNT\"");
    let count = project.beside().join("count");
    let project = project.env("COUNT", &count).committed();
    for name in ["one", "two"] {
        project.git(&["branch", name]);
    }
    let (ran, table) = project.refs(&[
        "--ref",
        "one",
        "--ref",
        "two",
        "--ref",
        "one",
        "--ref",
        "HEAD",
        "--merged-into",
        "main",
    ]);
    let ran = ran.exits(0);
    assert_eq!(fs::read_to_string(&count).unwrap(), "x\n", "{ran}");
    assert_eq!(
        rows(&table).len(),
        6,
        "a name that is typed twice is one row"
    );
    for row in table["rows"].as_array().unwrap().iter().skip(1) {
        assert_eq!(row["same_as"], "one");
        assert_eq!(row["decision"], "go");
    }
    // Where the name matters to a gate, each name is judged.
    let yaml = "version: 1\ngates:\n  unit: { run: ./count, when: { branch: [two] } }\n  all: { run: 'true' }\n";
    project.write("tollgate.yaml", yaml);
    project.commit();
    for name in ["one", "two"] {
        project.git(&["branch", "-f", name]);
    }
    let (_, table) = project.refs(&["--ref", "one", "--ref", "two"]);
    let verdict = |name: &str| {
        let gates = row(&table, name, None)["outcome"]["verdict"]["gates"]
            .as_array()
            .unwrap();
        let unit = gates.iter().find(|gate| gate["id"] == "unit").unwrap();
        unit["verdict"].clone()
    };
    assert_eq!(
        (verdict("one"), verdict("two")),
        ("not-applicable".into(), "pass".into())
    );
}

#[test]
fn jobs_are_one_budget_over_all_revisions() {
    // Each gate takes one of two places and fails where there is none: so many run at once, and no more.
    let take = "for place in 1 2; do
  if mkdir \"$PLACES/$place\" 2>/dev/null; then
    [ -e \"$PLACES/2\" ] && : > \"$PLACES/both\"
    sleep 0.2; rmdir \"$PLACES/$place\"; exit 0
  fi
done
exit 9";
    let project =
        project("gates:\n  a: { run: ./take }\n  b: { run: ./take }\n  c: { run: ./take }\n")
            .script("take", take);
    let places = project.beside().join("places");
    fs::create_dir(&places).unwrap();
    let project = project.env("PLACES", &places).committed();
    for number in ["1", "2", "3", "4"] {
        project.branch(number, "main", "number", number);
    }
    let refs = ["--ref", "1", "--ref", "2", "--ref", "3", "--ref", "4"];
    let (ran, _) = project.refs(&[&refs[..], &["-j", "2"]].concat());
    ran.exits(0).says("4 revisions: 4 go");
    assert!(places.join("both").exists(), "two ran at once");
    fs::create_dir(places.join("1")).unwrap();
    let (ran, _) = project.refs(&[&refs[..], &["-j", "1"]].concat());
    ran.exits(0);
    let (ran, table) = project.refs(&[&refs[..], &["-j", "2"]].concat());
    ran.exits(1);
    assert!(
        rows(&table).iter().any(|(_, exit, _)| *exit == 1),
        "a second one found no place"
    );
}

#[test]
fn resources_hold_across_revisions() {
    let yaml = "resources: { database: 1 }
gates:
  a: { run: ./use, resource: database }
  b: { run: ./use, resource: database }
";
    let project = project(yaml).script(
        "use",
        "mkdir \"$TAKEN\" || exit 9; sleep 0.1; rmdir \"$TAKEN\"",
    );
    let taken = project.beside().join("taken");
    let project = project.env("TAKEN", &taken).committed();
    for number in ["1", "2", "3"] {
        project.branch(number, "main", "number", number);
    }
    let (ran, _) = project.refs(&["--ref", "1", "--ref", "2", "--ref", "3", "-j", "4"]);
    ran.exits(0).says("waits for `database`");
}

/// A project whose gate says that it is up and goes on for ever, on three branches.
fn endless() -> (Project, PathBuf) {
    let project = project("gates:\n  long: { run: ./long }\n").script(
        "long",
        "sleep 1000 & echo $! $$ >> \"$UP\"; mkdir -p cache && chmod 500 cache; wait",
    );
    let up = project.beside().join("up");
    let project = project.env("UP", &up).committed();
    for number in ["1", "2", "3"] {
        project.branch(number, "main", "number", number);
    }
    (project, up)
}

fn start(project: &Project, up: &Path) -> Started {
    let _ = fs::remove_file(up);
    let arguments = ["run", "-j", "2", "--ref", "1", "--ref", "2", "--ref", "3"];
    let started = Started::new(project.tollgate(&arguments), None);
    wait_for("two gates", || {
        let said = fs::read_to_string(up).unwrap_or_default();
        (said.lines().count() == 2).then_some(())
    });
    started
}

fn pids(up: &Path) -> Vec<i32> {
    let said = fs::read_to_string(up).unwrap();
    said.split_whitespace()
        .map(|pid| pid.parse().unwrap())
        .collect()
}

fn wait_for_the_end_of(pids: &[i32]) {
    wait_for("the end of all processes", || {
        let alive = |pid: &&i32| {
            let raw = rustix::process::Pid::from_raw(**pid).unwrap();
            // Whoever inherits a dead one may take its time to bury it.
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            !stat.contains(") Z ") && rustix::process::test_kill_process(raw).is_ok()
        };
        pids.iter().find(alive).is_none().then_some(())
    });
}

#[test]
fn an_interrupt_leaves_no_work_tree_and_no_process() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let (project, up) = endless();
        let started = start(&project, &up);
        started.signal(signal);
        let ran = started.end().exits(code);
        ran.says("interrupted").says("3 revisions: 3 interrupted");
        wait_for_the_end_of(&pids(&up));
        assert!(project.left().is_empty(), "{:?}", project.left());
        assert_eq!(project.git(&["worktree", "list"]).lines().count(), 1);
    }
}

#[test]
fn an_interrupt_while_work_trees_are_made_leaves_nothing_either() {
    let yaml = "worktree: { run: ./long }\ngates: { unit: { run: 'true' } }\n";
    let project = project(yaml).script("long", "sleep 1000 & echo $! $$ >> \"$UP\"; wait");
    let up = project.beside().join("up");
    let project = project.env("UP", &up).committed();
    for number in ["1", "2", "3"] {
        project.branch(number, "main", "number", number);
    }
    let started = start(&project, &up);
    started.signal(Signal::TERM);
    started.end().exits(143).says("3 revisions: 3 interrupted");
    wait_for_the_end_of(&pids(&up));
    assert!(project.left().is_empty(), "{:?}", project.left());
}

/// Whether a run has its guard: a process that outlives it.
fn guard_of(run: i32) -> bool {
    let listed = Command::new("ps")
        .args(["-A", "-o", "ppid=,args="])
        .output()
        .unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let own =
        |line: &&str| line.trim_start().starts_with(&format!("{run} ")) && line.ends_with(" guard");
    listed.lines().any(|line| own(&line))
}

#[test]
fn what_a_killed_run_leaves_is_removed_by_the_next_one() {
    let (project, up) = endless();
    // A work tree of somebody else that is gone for now, as on a disk that is not there, is not ours to forget.
    let other = project.beside().join("other");
    project.git(&["worktree", "add", "-q", "--detach", other.to_str().unwrap()]);
    fs::rename(&other, project.beside().join("elsewhere")).unwrap();
    let started = start(&project, &up);
    // It is started for commands that live on for a while.
    wait_for("the guard", || guard_of(started.pid()).then_some(()));
    // The second gate is put under guard a moment later.
    std::thread::sleep(Duration::from_secs(1));
    started.signal(Signal::KILL);
    started.end();
    wait_for_the_end_of(&pids(&up));
    assert!(project.left().len() > 2, "{:?}", project.left());
    project.write(
        "tollgate.yaml",
        "version: 1\ngates: { quick: { run: 'true' } }\n",
    );
    project.commit();
    let (ran, _) = project.refs(&["--ref", "main"]);
    ran.exits(0);
    assert_eq!(project.left(), [project.root.join(".git/worktrees/other")]);
}

#[test]
fn a_revision_that_is_not_here_says_how_to_fetch_it_and_the_others_are_judged() {
    let project = nine();
    let (ran, _) = project.refs(&["--ref", "gone"]);
    let ran = ran.exits(3).says("there is no remote `origin`");
    assert!(!ran.to_string().contains("git fetch"), "{ran}");
    project.git(&["remote", "add", "origin", "/nowhere"]);
    let (ran, table) = project.refs(&["--ref", "gone", "--ref", "chore-1"]);
    ran.exits(3).says("git fetch origin gone:gone");
    assert_eq!(
        rows(&table)[0],
        ("gone".to_owned(), 3, "ref-missing".to_owned())
    );
    assert_eq!(rows(&table)[1].1, 0);
    // A no is worse than not knowing.
    let (ran, _) = project.refs(&["--ref", "gone", "--ref", "fix/unit"]);
    ran.exits(1);
    let (ran, table) = project.refs(&["--ref", "chore-1", "--merged-into", "origin/gone"]);
    ran.exits(3)
        .says("git fetch origin +refs/heads/gone:refs/remotes/origin/gone");
    assert_eq!(rows(&table)[0].1, 0, "alone it can be judged");
    assert!(project.left().is_empty(), "{:?}", project.left());
}

#[test]
fn branches_of_a_clone_are_found_at_origin() {
    let project = nine();
    let clone = project.beside().join("clone");
    project.git(&[
        "clone",
        "-q",
        project.root.to_str().unwrap(),
        clone.to_str().unwrap(),
    ]);
    let arguments = [
        "-C",
        clone.to_str().unwrap(),
        "run",
        "--ref",
        "fix/unit",
        "--ref",
        "origin/chore-1",
    ];
    let ran = project.call(&arguments).exits(1);
    ran.says("`origin/fix/unit` was taken")
        .says("2 revisions: 1 no go, 1 go");
}

#[test]
fn a_revision_without_a_file_is_undecided_unless_a_policy_is_named() {
    let project = project("gates:\n  unit: { run: grep -q ok state }\n").file("state", "ok\n");
    let project = project.committed();
    project.git(&["checkout", "-q", "--orphan", "old"]);
    project.git(&["rm", "-q", "-f", "tollgate.yaml"]);
    project.commit();
    project.branch(
        "broken",
        "main",
        "tollgate.yaml",
        "version: 1\ngates: { unit: { rnu: x } }\n",
    );
    let (ran, table) = project.refs(&["--ref", "old"]);
    ran.exits(3)
        .says("there is no `tollgate.yaml` at that revision");
    assert_eq!(rows(&table)[0].2, "no-file");
    let (ran, table) = project.refs(&["--ref", "old", "--policy-ref", "main"]);
    ran.exits(0);
    let gates = row(&table, "old", None)["outcome"]["verdict"]["gates"].to_string();
    assert!(gates.contains("\"unit\""), "{gates}");
    let (ran, table) = project.refs(&["--ref", "broken", "--ref", "main"]);
    ran.exits(2).says("did you mean `run`?");
    assert_eq!(rows(&table)[0].2, "file-refused");
    assert_eq!(rows(&table)[1].1, 0);
    let (ran, table) = project.refs(&["unti", "--ref", "main"]);
    ran.exits(2).says("did you mean `unit`?");
    assert_eq!(rows(&table)[0].2, "selection");
}

#[test]
fn a_trusted_policy_judges_every_revision() {
    let project = project("gates:\n  unit: { run: grep -q ok state }\n").file("state", "bad\n");
    let project = project.committed();
    project.branch(
        "bent",
        "main",
        "tollgate.yaml",
        "version: 1\ngates: { unit: { run: 'true' } }\n",
    );
    let (ran, _) = project.refs(&["--ref", "bent"]);
    ran.exits(0);
    for policy in ["main", "HEAD"] {
        let (ran, table) = project.refs(&["--ref", "bent", "--policy-ref", policy]);
        ran.exits(1);
        assert_eq!(rows(&table)[0].2, "unit", "{policy}");
    }
}

#[test]
fn a_gate_that_moves_its_tree_is_undecided() {
    let project = project("gates:\n  unit: { run: 'echo x > state' }\n").file("state", "ok\n");
    let project = project.committed();
    let (ran, table) = project.refs(&["--ref", "main"]);
    ran.exits(3).says("the tree moved while the gates ran");
    assert_eq!(rows(&table)[0].1, 3);
    assert_eq!(project.read("state"), "ok\n");
}

#[test]
fn variables_of_a_hook_point_no_gate_at_the_other_work_tree() {
    let project =
        project("gates:\n  unit: { run: 'git add -A && git ls-files --error-unmatch new' }\n")
            .committed();
    project.branch("topic", "main", "new", "x\n");
    let git = project.root.join(".git");
    let project = project
        .env("GIT_DIR", &git)
        .env("GIT_INDEX_FILE", git.join("index"))
        .env("GIT_WORK_TREE", project_root(&git));
    project.write("untracked", "x");
    let before = files(&project.root);
    let (ran, _) = project.refs(&["--ref", "topic"]);
    ran.exits(0);
    assert_eq!(files(&project.root), before);
}

fn project_root(git: &Path) -> PathBuf {
    git.parent().unwrap().to_path_buf()
}

#[test]
fn known_folders_are_linked_when_their_lock_file_is_the_same() {
    let project = project("gates:\n  unit: { run: 'test -e node_modules/tool/index.js' }\n")
        .file(".gitignore", "node_modules/\n")
        .file("package-lock.json", "{}")
        .file("node_modules/tool/index.js", "x")
        .committed();
    project.branch("same", "main", "src", "x");
    project.branch("newer", "main", "package-lock.json", "{ }");
    let before = files(&project.root);
    let (ran, table) = project.refs(&["--ref", "same", "--ref", "newer"]);
    ran.exits(1).says("`package-lock.json` differs there");
    assert_eq!(rows(&table)[0].1, 0);
    assert_eq!(
        row(&table, "same", None)["outcome"]["verdict"]["subject"]["state"],
        "clean"
    );
    assert_eq!(rows(&table)[1].2, "unit");
    assert_eq!(files(&project.root), before);
}

#[test]
fn what_leads_back_to_the_work_tree_is_never_linked() {
    let workspace = "gates:\n  unit: { run: 'grep -q ok node_modules/app/code' }\n";
    let project = project(workspace)
        .file(".gitignore", "node_modules\n")
        .file("yarn.lock", "x")
        .file("packages/app/code", "ok")
        .file("node_modules/tool", "x")
        .committed();
    std::os::unix::fs::symlink("../packages/app", project.root.join("node_modules/app")).unwrap();
    project.branch("bad", "main", "packages/app/code", "bad");
    // Linked, the gate would read the good code of the work tree and pass.
    let (ran, _) = project.refs(&["--ref", "bad"]);
    ran.exits(1)
        .says("`node_modules/app` leads to `packages/app`");
    let declared = |what: &str| {
        let yaml = format!("version: 1\nworktree: {{ {what}: [node_modules] }}\n{workspace}");
        project.git(&["checkout", "-q", "bad"]);
        project.write("tollgate.yaml", yaml);
        project.commit();
        project.git(&["checkout", "-q", "main"]);
    };
    declared("link");
    let (ran, table) = project.refs(&["--ref", "bad"]);
    ran.exits(3);
    assert_eq!(rows(&table)[0].2, "worktree-leads-back");
    // A copy leads to the code beside it.
    declared("copy");
    let (ran, table) = project.refs(&["--ref", "bad"]);
    ran.exits(1);
    assert_eq!(rows(&table)[0].2, "unit");
}

#[test]
fn what_is_copied_stays_apart_and_what_is_linked_tells_of_writing() {
    let yaml = |what: &str| {
        format!("worktree: {what}\ngates:\n  unit: {{ run: 'cat env/test && echo x > env/new' }}\n")
    };
    let project = project(&yaml("{ copy: [env, loose] }"))
        .file(".gitignore", "env\n")
        .file("env/test", "x")
        .committed();
    project.branch(
        "linked",
        "main",
        "tollgate.yaml",
        &format!("version: 1\n{}", yaml("{ link: env }")),
    );
    project.branch(
        "gone",
        "main",
        "tollgate.yaml",
        &format!("version: 1\n{}", yaml("{ copy: [envi] }")),
    );
    // Neither committed nor ignored: it is no part of the content there either.
    project.write("loose/a", "x");
    let (ran, table) = project.refs(&["--ref", "main"]);
    ran.exits(0);
    assert_eq!(
        row(&table, "main", None)["outcome"]["verdict"]["subject"]["state"],
        "clean"
    );
    assert!(!project.has("env/new"));
    let (ran, _) = project.refs(&["--ref", "linked"]);
    ran.exits(0)
        .says("`env` is a link to the one of your work tree, and that changed");
    assert!(project.has("env/new"), "a link is a link");
    assert!(project.has("env/test"), "and is removed, not followed");
    let (ran, table) = project.refs(&["--ref", "gone"]);
    ran.exits(3)
        .says("`envi` of `worktree.copy` is not in your work tree");
    assert_eq!(rows(&table)[0].2, "worktree-missing");
}

#[test]
fn a_command_makes_the_rest_and_its_failure_is_no_verdict() {
    let yaml = |run: &str| {
        format!(
            "version: 1\nworktree: {{ run: '{run}' }}\ngates: {{ unit: {{ run: grep x node_modules/made }} }}\n"
        )
    };
    let project = project("gates: { a: { run: 'true' } }\n")
        .file(".gitignore", "node_modules\n")
        .file("yarn.lock", "x")
        .file("node_modules/tool", "x")
        .committed();
    // With a command, nothing is linked by itself: it could empty the original.
    let make = "rm -rf node_modules/* && mkdir node_modules && echo x > node_modules/made";
    project.branch("good", "main", "tollgate.yaml", &yaml(make));
    project.branch(
        "bad",
        "main",
        "tollgate.yaml",
        &yaml("echo no such package >&2; exit 7"),
    );
    let (ran, table) = project.refs(&["--ref", "good", "--ref", "bad"]);
    ran.exits(3).says("ended with exit 7: no such package");
    assert_eq!(rows(&table)[0].1, 0);
    assert_eq!(rows(&table)[1].2, "worktree-run");
    assert!(project.has("node_modules/tool") && !project.has("node_modules/made"));
}

#[test]
fn a_command_that_furnishes_a_work_tree_has_a_longest_time() {
    let yaml = |timeout: &str| {
        format!("worktree: {{ run: sleep 1000{timeout} }}\ngates: {{ unit: {{ run: 'true' }} }}\n")
    };
    let project = project(&yaml(", timeout: 200ms")).committed();
    let (ran, table) = project.refs(&["--ref", "main"]);
    ran.exits(3)
        .says("took longer than 200 ms")
        .says("`worktree.timeout`");
    assert_eq!(rows(&table)[0].2, "worktree-run");
    let idle = Project::new("worktree: { timeout: 5m }\ngates: { unit: { run: 'true' } }\n");
    idle.call(&["config", "check"])
        .exits(2)
        .complains("there is none");
}

#[test]
fn a_committed_link_leads_no_copy_out_of_the_work_tree() {
    let yaml = "worktree: { copy: [conf/env] }\ngates: { unit: { run: 'true' } }\n";
    let project = project(yaml)
        .file(".gitignore", "env\n")
        .file("conf/env", "secret")
        .file("conf/kept", "x");
    let project = project.committed();
    let outside = project.beside().join("outside");
    fs::create_dir(&outside).unwrap();
    project.git(&["checkout", "-q", "-b", "sly"]);
    project.git(&["rm", "-q", "conf/kept"]);
    fs::rename(project.root.join("conf"), project.beside().join("conf")).unwrap();
    std::os::unix::fs::symlink(&outside, project.root.join("conf")).unwrap();
    project.commit();
    project.git(&["checkout", "-q", "main"]);
    fs::copy(
        project.beside().join("conf/env"),
        project.root.join("conf/env"),
    )
    .unwrap();
    let (ran, table) = project.refs(&["--ref", "sly"]);
    ran.exits(3);
    assert_eq!(rows(&table)[0].2, "worktree-leads-out");
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn submodules_are_checked_out_as_each_revision_wants_them() {
    let project = project("gates:\n  unit: { run: grep -q two lib/deep/version }\n");
    let deep = project.beside().join("deep");
    fs::create_dir(&deep).unwrap();
    let git = |dir: &Path, arguments: &[&str]| {
        let said = project
            .command("git", dir)
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            said.status.success(),
            "{arguments:?} {}",
            String::from_utf8_lossy(&said.stderr)
        );
    };
    let commit = |dir: &Path| {
        git(dir, &["add", "-A"]);
        git(dir, &["commit", "-q", "-m", "x"]);
    };
    let version = |text: &str| fs::write(deep.join("version"), text).unwrap();
    let lib = project.beside().join("lib");
    git(&project.beside(), &["init", "-q", "-b", "main", "lib"]);
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q"];
    git(&deep, &["init", "-q", "-b", "main"]);
    version("one");
    commit(&deep);
    git(&lib, &[&add[..], &[deep.to_str().unwrap()]].concat());
    commit(&lib);
    project.git(&["init", "-q", "-b", "main"]);
    project.commit();
    let in_project = |arguments: &[&str]| project.git(arguments);
    in_project(&[&add[..], &[lib.to_str().unwrap()]].concat());
    in_project(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "update",
        "-q",
        "--init",
        "--recursive",
    ]);
    project.commit();
    in_project(&["branch", "one"]);
    let inner = project.root.join("lib/deep");
    fs::write(inner.join("version"), "two").unwrap();
    commit(&inner);
    commit(&project.root.join("lib"));
    project.commit();
    let status = in_project(&["status", "--porcelain"]);
    let (ran, table) = project.refs(&["--ref", "one", "--ref", "main"]);
    let ran = ran.exits(1);
    let found: Vec<(i64, String)> = rows(&table)
        .into_iter()
        .map(|(_, exit, against)| (exit, against))
        .collect();
    assert_eq!(found, [(1, "unit".to_owned()), (0, String::new())], "{ran}");
    assert_eq!(
        row(&table, "main", None)["outcome"]["verdict"]["subject"]["state"],
        "clean"
    );
    assert_eq!(in_project(&["status", "--porcelain"]), status);
    assert!(project.left().is_empty(), "{:?}", project.left());
}

#[test]
fn changes_of_a_merge_are_counted_from_what_it_goes_into() {
    let yaml =
        "gates:\n  docs: { run: 'true', when: { changed: ['docs/**'] } }\n  all: { run: 'true' }\n";
    let project = project(yaml).committed();
    project.branch("docs", "main", "docs/a", "x");
    project.branch("code", "main", "src/a", "x");
    let (ran, table) = project.refs(&["--ref", "docs", "--ref", "code", "--merged-into", "main"]);
    ran.exits(0);
    let verdict = |name: &str| {
        let row = row(&table, name, Some("main"));
        let gates = row["outcome"]["verdict"]["gates"].as_array().unwrap();
        gates.iter().find(|gate| gate["id"] == "docs").unwrap()["verdict"].clone()
    };
    assert_eq!(
        (verdict("docs"), verdict("code")),
        ("pass".into(), "not-applicable".into())
    );
}

#[test]
fn hooks_of_the_project_are_not_run() {
    let project = nine();
    for hook in [
        "post-checkout",
        "post-merge",
        "pre-merge-commit",
        "commit-msg",
        "reference-transaction",
    ] {
        let path = project.root.join(".git/hooks").join(hook);
        project.write(
            &format!(".git/hooks/{hook}"),
            "#!/bin/sh\ntouch \"$RAN\"\nexit 1\n",
        );
        set_mode(&path, 0o755);
    }
    let ran_file = project.beside().join("ran");
    let project = project.env("RAN", &ran_file);
    let (ran, _) = project.refs(&["--ref", "chore-1", "--merged-into", "main"]);
    ran.exits(0);
    assert!(!ran_file.exists());
}

#[test]
fn records_are_kept_for_each_revision_and_pass_for_none_of_the_work_tree() {
    let project = nine();
    project.call(&["run", "unit"]).exits(0);
    let (_, table) = project.refs(&["--ref", "fix/unit", "--ref", "chore-1"]);
    let id = |name: &str| {
        row(&table, name, None)["outcome"]["run"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_ne!(id("fix/unit"), id("chore-1"));
    for name in ["fix/unit", "chore-1"] {
        let record = project.read(&format!(".git/tollgate/runs/{}/outcome.json", id(name)));
        let record: Value = serde_json::from_str(&record).unwrap();
        assert_eq!(record["run"]["ref"], name);
    }
    // The last one failed, and is not what became of the work tree.
    project.refs(&["--ref", "fix/unit"]).0.exits(1);
    project.call(&["explain", "unit"]).exits(0).says("✓ pass");
    project
        .call(&["explain", "unit", "--run", &id("fix/unit")])
        .exits(0)
        .says("✗ fail");
}

#[test]
fn a_project_below_the_top_is_judged_there() {
    let project = nine();
    project.write(
        "web/tollgate.yaml",
        "version: 1\ngates: { here: { run: 'test -e tollgate.yaml && test -e ../state' } }\n",
    );
    project.commit();
    let ran = project.call(&["-C", "web", "run", "--ref", "main", "--ref", "chore-1"]);
    ran.exits(3)
        .says("there is no `tollgate.yaml` at that revision")
        .says("1 undecided, 1 go");
}

#[test]
fn other_forms_of_the_table_and_what_cannot_be_asked() {
    let project = nine();
    let ran = project
        .call(&["run", "-q", "--ref", "fix/unit", "-o", "markdown"])
        .exits(1);
    ran.says("| ❌ | fix/unit |").says("| no go | unit |");
    project
        .call(&["run", "--ref", "main", "-o", "junit"])
        .exits(2)
        .complains("there is no output `junit` of several revisions");
    project
        .call(&["run", "--merged-into", "main"])
        .exits(2)
        .complains("--ref");
    project
        .call(&["run", "--ref", "main", "--dry-run"])
        .exits(2);
    project.call(&["run", "--ref", "main", "-j", "0"]).exits(2);
    let inside = project.root.join("tmp");
    fs::create_dir(&inside).unwrap();
    project
        .env("TMPDIR", &inside)
        .call(&["run", "--ref", "main"])
        .exits(2)
        .complains("lies in the repository");
    Project::new(UNIT)
        .call(&["run", "--ref", "main"])
        .exits(2)
        .complains("needs git");
}

#[test]
fn a_phase_is_decided_on_each_revision() {
    let yaml = "gates:
  unit: { run: grep -q ok state }
phases:
  alpha: { gates: [unit] }
  beta: { gates: [unit], sign-offs: { count: 1, from: [leads] } }
";
    let project = project(yaml).file("state", "ok\n");
    let _people = People::of(&project);
    let project = project.committed();
    project.branch("bad", "main", "state", "bad\n");
    project.branch("more", "main", "more", "x\n");
    let decide = |phase: &str| {
        let ran = project.call(&[
            "phase",
            "decide",
            phase,
            "--json",
            "--ref",
            "main",
            "--ref",
            "bad",
            "--ref",
            "more",
            "--merged-into",
            "main",
        ]);
        (ran.code, table(ran.stdout.as_bytes()))
    };
    let (code, decided) = decide("alpha");
    assert_eq!(code, 1);
    let found: Vec<(String, i64)> = rows(&decided)
        .into_iter()
        .map(|(name, exit, _)| (name, exit))
        .collect();
    let expected = [
        ("main", 0),
        ("main → main", 0),
        ("bad", 1),
        ("bad → main", 1),
        ("more", 0),
        ("more → main", 0),
    ];
    assert_eq!(found, expected.map(|(name, exit)| (name.to_owned(), exit)));
    assert_eq!(decided["phase"], "alpha");
    assert_eq!(row(&decided, "bad", None)["decided"]["decision"], "no-go");
    let (code, decided) = decide("beta");
    assert_eq!(code, 1);
    assert_eq!(
        rows(&decided)[0],
        ("main".to_owned(), 4, "sign-offs".to_owned())
    );
    assert_eq!(rows(&decided)[2].2, "unit,sign-offs");
    project
        .call(&["phase", "decide", "gamma", "--ref", "main"])
        .exits(2)
        .says("there is no phase `gamma`");
    assert!(project.recorded().is_empty(), "deciding writes nothing");
    assert!(project.left().is_empty(), "{:?}", project.left());
}
