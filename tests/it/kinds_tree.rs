//! Kinds that look at the tree: env parity, ratchets, checklists, as people meet them.

use crate::support::Project;

#[test]
fn env_example_must_name_what_the_code_reads() {
    let yaml = "gates: { env: { files: { env: .env.example } } }\n";
    let project = Project::new(yaml)
        .file(
            "src/app.ts",
            "const a = process.env.DB_URL;\nconst { API_KEY: key } = process.env;\n",
        )
        .file("jobs/run.py", "import os\nos.environ[\"QUEUE\"]\n")
        .file(".env.example", "DB_URL=\nOLD=1\n")
        .committed();
    let ran = project.run(&[]).exits(1);
    ran.gate("env")
        .is("fail")
        .reasons(&["env-undeclared"])
        .notes(&["env-unused"])
        .says("does not name API_KEY, QUEUE")
        .fact("env.files.env-missing", 2);
    ran.says("src/app.ts:2");
    project.write(".env.example", "DB_URL=\nAPI_KEY=\nQUEUE=\n");
    project.run(&[]).exits(0).gate("env").is("pass").notes(&[]);
}

#[test]
fn forbidden_pattern_cannot_hide_behind_an_ignore_file() {
    let yaml = "gates: { stubs: { files: { forbid: { 'src/**': '501' } } } }\n";
    let project = Project::new(yaml)
        .file("src/a.ts", "status(501)\n")
        .committed();
    project.run(&[]).exits(1);
    project.write(".gitignore", "src/a.ts\n");
    project.run(&[]).exits(1);
    project.write(".ignore", "src/a.ts\n");
    project.run(&[]).exits(1);
}

#[test]
fn git_that_does_not_answer_is_no_git_that_tracks_nothing() {
    let yaml = "gates:
  stubs: { files: { forbid: { 'src/**': '501' } } }
  debt: { ratchet: { patterns: { todo: TODO }, max: 0 } }
";
    let project = Project::new(yaml)
        .file("src/a.ts", "fine\n")
        .file("src/gen/b.ts", "status(501) TODO\n")
        .committed();
    project.write(".gitignore", "src/gen/\n");
    let ran = project.run(&[]).exits(1);
    ran.gate("stubs").is("fail");
    ran.gate("debt").is("fail");
    project.write(".git/index", "garbage");
    let ran = project.run(&[]).exits(3);
    for gate in ["stubs", "debt"] {
        ran.gate(gate)
            .is("inconclusive")
            .reasons(&["tree-unreadable"])
            .says("which files git tracks cannot be told");
    }
    // Outside git only ignore files tell.
    let outside = Project::new(yaml)
        .file("src/a.ts", "fine\n")
        .file("src/gen/b.ts", "status(501) TODO\n")
        .file(".gitignore", "src/gen/\n");
    outside.run(&[]).exits(0);
}

#[test]
fn forbidden_pattern_that_was_not_looked_for_is_undecided() {
    let gate = |path: &str, regex: &str| {
        format!("gates: {{ stubs: {{ files: {{ forbid: {{ '{path}': '{regex}' }} }} }} }}\n")
    };
    let project = Project::new(&gate("srcc/**", "SECRET"))
        .file("src/a.txt", "nothing\n")
        .file("out/b.txt", "SECRET\n")
        .file(".gitignore", "out/\n")
        .committed();
    for (path, regex) in [
        ("srcc/**", "SECRET"),
        ("out/**", "SECRET"),
        ("gone.txt", "SECRET"),
    ] {
        project.write(
            "tollgate.yaml",
            format!("version: 1\n{}", gate(path, regex)),
        );
        let ran = project.run(&[]).exits(3);
        ran.gate("stubs")
            .is("inconclusive")
            .reasons(&["nothing-searched"])
            .says(path);
    }
    // A path that is written out is looked at even where git ignores it.
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{}", gate("out/b.txt", "SECRET")),
    );
    project.run(&[]).exits(1);
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{}", gate("src/**", "SECRET|é")),
    );
    for (bytes, exit, code) in [
        (
            [vec![0xff, 0xfe], utf16("a SECRET\n")].concat(),
            1,
            "pattern-forbidden",
        ),
        (utf16("a SECRET\n"), 1, "pattern-forbidden"),
        (
            b"\xfe\xff\0S\0E\0C\0R\0E\0T".to_vec(),
            1,
            "pattern-forbidden",
        ),
        (
            [vec![0xff, 0xfe], utf16("a SECRET"), vec![0]].concat(),
            3,
            "file-unreadable",
        ),
        (b"\xff\xfe\0\0S\0\0\0".to_vec(), 3, "file-unreadable"),
        (b"caf\xe9".to_vec(), 3, "file-unreadable"),
        (b"\x7fELF\0\0\x01SECRET\0".to_vec(), 1, "pattern-forbidden"),
    ] {
        project.write("src/a.txt", &bytes);
        let ran = project.run(&[]).exits(exit);
        ran.gate("stubs").reasons(&[code]).says("src/a.txt");
    }
    project.write("src/a.txt", "nothing\n");
    project.run(&[]).exits(0);
}

#[test]
fn every_glob_sees_what_git_tracks_though_it_is_ignored() {
    let project = Project::new(
        "gates:\n  absent: { files: { absent: ['keys/**'] } }\n  exist: { files: { exist: ['keys/*.pem'] } }\n  \
         size: { files: { size: { 'keys/*': '<=1B' } } }\n  contain: { files: { contain: { 'keys/*': 'no' } } }\n",
    )
    .file("keys/id.pem", "secret\n")
    .committed();
    project.write(".gitignore", "keys/\n");
    project.write("keys/mine.pem", "never added\n");
    let ran = project.run(&[]).exits(1);
    ran.gate("absent")
        .is("fail")
        .reasons(&["file-unwanted"])
        .fact("absent.files.unwanted", 1);
    ran.gate("exist").is("pass");
    ran.gate("size").is("fail");
    let ran = ran.says("keys/id.pem 7 B");
    ran.gate("contain").is("fail").says("keys/id.pem");
}

#[test]
fn every_file_is_held_to_the_bound_on_size_from_either_side() {
    let gate = |bound: &str| {
        format!("version: 1\ngates: {{ size: {{ files: {{ size: {{ 'd/*': '{bound}' }} }} }} }}\n")
    };
    let project = Project::new("")
        .file("d/big", [0; 100])
        .file("d/mid", [0; 50])
        .file("d/small", "ab")
        .file("d/less", "a")
        .committed();
    for (bound, exit, value, named) in [
        (">=10B", 1, 1, "d/less 1 B, d/small 2 B"),
        ("<=40B", 1, 100, "d/big 100 B, d/mid 50 B"),
        (">=3B, <=99B", 1, 1, "d/less 1 B, d/big 100 B, d/small 2 B"),
        (">=1B, <=100B", 0, 100, "\"pass\""),
    ] {
        project.write("tollgate.yaml", gate(bound));
        let ran = project.run(&[]).exits(exit);
        let fact = serde_json::json!({ "bytes": value });
        let size = ran.gate("size").fact("size.files.size[d/*]", fact);
        let said = size.verdict.to_string();
        assert!(said.contains(named), "{bound}: {said}");
    }
}

#[test]
fn no_file_grows_past_the_largest_of_the_baseline() {
    let yaml = "gates: { size: { files: { size: { 'd/*': '>=2B, <=+10%' } } } }\n";
    let project = Project::new(yaml)
        .file("d/a", [0; 100])
        .file("d/b", [0; 10])
        .committed();
    project.call(&["baseline", "record"]).exits(0);
    project.write("d/b", [0; 110]);
    project.write("d/new", [0; 3]);
    let ran = project.run(&["--ci", "generic"]).exits(0);
    ran.gate("size").is("pass").notes(&[]);
    project.write("d/b", [0; 111]);
    let ran = project.run(&[]).exits(1).says("d/b 111 B");
    ran.gate("size").is("fail");
    project.write("d/b", [0; 10]);
    project.write("d/new", [0; 1]);
    let ran = project.run(&[]).exits(1).says("d/new 1 B");
    ran.gate("size").is("fail");
}

const RATCHET: &str =
    "gates: { quiet: { ratchet: { patterns: [suppressions, coverage-pragmas] } } }\n";

#[test]
fn a_file_that_is_not_measured_or_not_read_is_undecided() {
    let project = Project::new(
        "gates:\n  size: { files: { size: { 'dist/**': '<= 1KB' } } }\n  folder: { files: { size: { dist: '<= 1MB' } } }\n  \
         word: { files: { contain: { 'dist/a.js': 'é' } } }\n",
    )
    .file("dist/a.js", b"caf\xe9")
    .committed();
    let ran = project.run(&[]).exits(3);
    ran.gate("size").is("pass");
    for (gate, words) in [
        ("folder", "dist is not a file"),
        ("word", "dist/a.js is not UTF-8"),
    ] {
        ran.gate(gate)
            .is("inconclusive")
            .reasons(&["file-unreadable"])
            .says(words);
    }
    project.write("dist/a.js", "é".repeat(600));
    let ran = project.run(&[]).exits(1);
    ran.gate("size").is("fail");
    ran.gate("word").is("pass");
    // Where a link leads, and how long it is there, nobody knows.
    project.write("dist/a.js", "é");
    std::os::unix::fs::symlink("/etc/hostname", project.root.join("dist/b.js")).unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("size")
        .is("inconclusive")
        .reasons(&["file-unreadable"])
        .says("dist/b.js");
}

#[test]
fn suppression_above_the_baseline_is_no_go() {
    let project = Project::new(RATCHET)
        .file("src/a.py", "import os  # noqa: F401\n")
        .file("src/b.rs", "#[allow(dead_code)]\nfn a() {}\n")
        .committed();
    let first = project.run(&[]).exits(0);
    let waived = first.gate("quiet").is("waived").verdict["conditions"].to_string();
    assert!(
        waived.contains("tollgate baseline record quiet"),
        "{waived}"
    );
    project.run(&["--ci", "github"]).exits(3);
    project.call(&["baseline", "record"]).exits(0);
    let recorded = project.read(".tollgate/baseline/quiet.txt");
    assert!(
        recorded.contains("count\tnoqa\tsrc/a.py\t1\n"),
        "{recorded}"
    );
    project.commit();
    project
        .run(&["--ci", "github"])
        .exits(0)
        .gate("quiet")
        .is("pass");
    project.write("src/a.py", "import os\n");
    let better = project.run(&[]).exits(0);
    better.gate("quiet").is("pass").notes(&["better"]);
    project.write("src/a.py", "import os  # noqa: F401\n");
    project.write("src/c.py", "x = f()  # type: ignore\n");
    project.write("src/d.ts", "/* c8 ignore next */\n");
    let worse = project.run(&[]).exits(1);
    worse
        .gate("quiet")
        .is("fail")
        .fact("quiet.ratchet.suppressions", 3)
        .fact("quiet.ratchet.coverage-pragmas", 1);
    worse.says("src/c.py:1").says("<=0 (baseline)");
}

#[test]
fn absolute_ratchet_needs_no_baseline_anywhere() {
    let yaml = "gates: { only: { ratchet: { patterns: [js-only, { todo: 'TODO' }], max: 0 } } }\n";
    let project = Project::new(yaml)
        .file("test/a.test.js", "it('a', () => {});\n")
        .committed();
    project
        .run(&["--ci", "github"])
        .exits(0)
        .gate("only")
        .is("pass");
    project.write("test/a.test.js", "it.only('a', () => {}); // TODO\n");
    project
        .run(&[])
        .exits(1)
        .gate("only")
        .fact("only.ratchet.total", 2);
}

#[test]
fn counts_are_those_of_grep() {
    let yaml = "gates: { x: { ratchet: { patterns: [rust-allow, nosemgrep], max: 1000, files: 'src/**' } } }\n";
    let project = Project::new(yaml).committed();
    let mut allow = 0;
    for number in 0..40 {
        let times = number % 4;
        allow += times;
        let text = "#[allow(unused)]\nfn x() { let _ = \"allow\"; }\n".repeat(times);
        project.write(&format!("src/f{number}.rs"), text + "// nosemgrep\n");
    }
    let output = project
        .command("sh", &project.root)
        .args(["-c", "cat src/*.rs | grep -oF '#[allow(' | wc -l"])
        .output()
        .unwrap();
    let grep: usize = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .unwrap();
    assert_eq!(grep, allow);
    let ran = project.run(&[]).exits(0);
    ran.gate("x")
        .fact("x.ratchet.rust-allow", grep)
        .fact("x.ratchet.nosemgrep", 40);
}

#[test]
fn open_box_of_an_acceptance_list_is_no_go_until_it_is_ticked() {
    let yaml = "gates:
  accept: { checklist: { files: 'tasks/*.md', section: Acceptance Criteria, open: 0 } }
  review: { checklist: { files: review.md, tags: { P0: 0 }, done: '>=66%' } }
";
    let task =
        "# Task\n\n- [ ] not asked for\n\n## Acceptance Criteria\n\n- [x] a\n- [ ] seeds load\n";
    let review = "## P0\n- [x] authorisation\n- [x] audit\n## P2\n- [ ] words\n";
    let project = Project::new(yaml)
        .file("tasks/1.md", task)
        .file("review.md", review)
        .committed();
    let ran = project.run(&[]).exits(1);
    ran.gate("accept")
        .is("fail")
        .fact("accept.checklist.open", 1);
    ran.gate("review")
        .is("pass")
        .fact("review.checklist.open", 1);
    let ran = ran.says("seeds load").says("tasks/1.md:8");
    assert!(!ran.stdout.contains("not asked for"), "{ran}");
    project.write("tasks/1.md", task.replace("- [ ] seeds", "- [x] seeds"));
    project.run(&[]).exits(0);
    project.write("review.md", review.replace("[x] audit", "[ ] audit"));
    project.run(&[]).exits(1).says("review.md:3");
    project.write("tasks/2.md", "# Task without criteria\n");
    project
        .run(&["accept"])
        .exits(3)
        .gate("accept")
        .reasons(&["no-section"]);
}

#[test]
fn open_boxes_that_are_allowed_are_no_cause_of_an_exit_status() {
    let yaml = "gates:
  a: { run: 'exit 1', exit: { ok: [0], findings: [1] }, checklist: { files: a.md, open: '<=5' } }
";
    let project = Project::new(yaml).file("a.md", "- [ ] later\n");
    assert_ne!(project.run(&[]).code, 0);
}
