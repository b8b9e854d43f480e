//! Baselines: what is accepted, how it turns one way only, and what becomes of it in git.

use crate::support::{Project, junit, lcov};

/// Coverage that may not fall, in a repository.
fn coverage() -> Project {
    let yaml = "gates:
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, drop: \"<=0.1%\" }
";
    Project::new(yaml)
        .file("given.info", lcov(80, 100))
        .file(".gitignore", "cov.info\nload.json\n")
        .committed()
}

const COV: &str = ".tollgate/baseline/cov.txt";

fn recorded() -> Project {
    let project = coverage();
    project.call(&["baseline", "record"]).exits(0);
    project.commit();
    project
}

#[test]
fn without_a_baseline_a_laptop_waives_and_ci_cannot_decide() {
    let project = coverage();
    let ran = project.run(&[]).exits(0);
    ran.gate("cov").is("waived").reasons(&["no-baseline"]);
    let gate = ran.gate("cov").says("tollgate baseline record cov");
    gate.fact(
        "cov.coverage.lines",
        serde_json::json!({ "part": 80, "whole": 100, "percent": 80 }),
    );
    project.run(&["--strict"]).exits(1);
    let ran = project.run(&["--ci", "generic"]).exits(3);
    let gate = ran.gate("cov").is("inconclusive").cause("evidence");
    gate.reasons(&["no-baseline"])
        .says("tollgate baseline record cov");
}

#[test]
fn first_run_is_declared_and_ends() {
    let with = |until: &str| {
        let project = coverage();
        let yaml = project.read("tollgate.yaml").replace(
            "    coverage:",
            &format!("    first-run: {{ allow: true, why: the gate is new, until: {until} }}\n    coverage:"),
        );
        project.write("tollgate.yaml", yaml);
        project
    };
    let project = with("2999-12-31");
    let ran = project.run(&["--ci", "generic"]).exits(0);
    ran.gate("cov").is("waived").says("the gate is new");
    project.call(&["baseline", "record"]).exits(0);
    let ran = project.run(&["--ci", "generic"]).exits(0);
    ran.gate("cov").is("pass").notes(&["unused-first-run"]);
    let ran = with("2020-01-01").run(&["--ci", "generic"]).exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .notes(&["expired-first-run"]);
}

#[test]
fn recorded_baseline_is_a_ratchet() {
    let project = recorded();
    assert_eq!(
        project.read(COV),
        "# tollgate baseline 1\nholds\tcoverage\nvalue\tcoverage.lines\thigher\tshare 80/100\n"
    );
    project
        .run(&["--ci", "generic"])
        .exits(0)
        .gate("cov")
        .is("pass")
        .notes(&[]);
    // 0.1 points of 80 % are 79.9 %: 799 of 1000 hold, 798 do not.
    project.write("given.info", lcov(799, 1000));
    project.run(&[]).exits(0).gate("cov").is("pass");
    project.write("given.info", lcov(798, 1000));
    let ran = project
        .run(&[])
        .exits(1)
        .says("wanted  <=0.1% (baseline 80% → >= 79.9%)");
    ran.gate("cov").is("fail");
    // Never red for better, and it says that there is room.
    project.write("given.info", lcov(90, 100));
    let ran = project.run(&[]).exits(0);
    let gate = ran.gate("cov").is("pass").notes(&["headroom"]);
    gate.says("coverage.lines 80% → 90%")
        .says("tollgate baseline tighten cov");
}

#[test]
fn absolute_floor_needs_no_baseline() {
    let yaml = "gates:
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, lines: \">=85%, >=-0.1%\" }
";
    let project = Project::new(yaml).file("given.info", lcov(80, 100));
    project.run(&[]).exits(1).gate("cov").is("fail");
    project.write("given.info", lcov(90, 100));
    project.run(&[]).exits(0).gate("cov").is("waived");
    project.call(&["baseline", "record"]).exits(0);
    project
        .run(&["--ci", "generic"])
        .exits(0)
        .gate("cov")
        .is("pass");
    project.write("given.info", lcov(86, 100));
    project.run(&[]).exits(1).gate("cov").is("fail");
}

#[test]
fn baseline_that_history_held_is_gone() {
    let project = recorded();
    std::fs::remove_file(project.root.join(COV)).unwrap();
    let ran = project.run(&[]).exits(1);
    ran.gate("cov").is("fail").reasons(&["baseline-gone"]);
    // Committing the deletion makes it no better.
    project.commit();
    let ran = project.run(&["--ci", "generic"]).exits(1);
    ran.gate("cov").is("fail").reasons(&["baseline-gone"]);
    project
        .call(&["baseline", "check", "--files"])
        .exits(1)
        .says("in the history and not in the tree");
    project
        .call(&["baseline", "record"])
        .exits(1)
        .says("it is in the history and was removed");
    assert!(!project.has(COV));
    let why = [
        "baseline",
        "record",
        "--loosen",
        "--why",
        "a new tool counts lines anew",
    ];
    project.call(&why).exits(0);
    assert!(project.read(COV).contains("a new tool counts lines anew"));
    project.run(&[]).exits(0).gate("cov").is("pass");
}

#[test]
fn baseline_below_the_top_of_the_repository_is_found_gone_too() {
    let project = Project::empty("project")
        .file("part/tollgate.yaml", "version: 1\ngates:\n  cov:\n    run: cp given.info cov.info\n    coverage: { reports: cov.info, drop: 0% }\n")
        .file("part/given.info", lcov(8, 10))
        .committed();
    let part = project.root.join("part");
    let run = || project.start_in(&part, &[]).end();
    run().exits(0).gate("cov").is("waived");
    project.call(&["-C", "part", "baseline", "record"]).exits(0);
    project.commit();
    run().exits(0).gate("cov").is("pass");
    std::fs::remove_file(part.join(COV)).unwrap();
    run()
        .exits(1)
        .gate("cov")
        .is("fail")
        .reasons(&["baseline-gone"]);
}

#[test]
fn broken_baseline_decides_nothing_and_is_named_with_its_line() {
    for (text, words) in [
        (
            "# tollgate baseline 1\n<<<<<<< HEAD\n",
            "cov.txt:2: a conflict marker",
        ),
        (
            "# tollgate baseline 1\nvalue\tcoverage.lines\thigher\tshare 900/100\n",
            "cov.txt:2: `share 900/100` is no value",
        ),
        (
            "# tollgate baseline 1\nvalues\n",
            "cov.txt:2: `values` is no entry",
        ),
        ("", "cov.txt:1: it does not begin with"),
        ("# tollgate baseline 9\n", "another version"),
    ] {
        let project = recorded();
        project.write(COV, text);
        let ran = project.run(&[]).exits(3);
        let gate = ran.gate("cov").is("inconclusive").cause("evidence");
        gate.reasons(&["baseline-broken"]).says(words);
        for command in [
            &["baseline", "record"][..],
            &["baseline", "check"],
            &["baseline", "check", "--files"],
            &["baseline", "show"],
        ] {
            project.call(command).exits(2);
        }
        assert_eq!(project.read(COV), text, "nothing writes over it");
    }
    let project = recorded();
    project.write(COV, b"# tollgate baseline 1\ntest\t\xff\trun\t-\n");
    project
        .run(&[])
        .exits(3)
        .gate("cov")
        .says("cov.txt:2: not UTF-8 text");
}

#[test]
fn record_accepts_no_less_than_before_unless_somebody_says_why() {
    let project = recorded();
    let before = project.read(COV);
    project.write("given.info", lcov(70, 100));
    let ran = project.call(&["baseline", "record", "cov"]).exits(1);
    ran.says("looser: coverage.lines (80% → 70%)")
        .says("--loosen --why");
    assert_eq!(project.read(COV), before);
    project.call(&["baseline", "record", "--loosen"]).exits(2);
    project
        .call(&["baseline", "record", "--loosen", "--why", " "])
        .exits(2);
    let why = [
        "baseline",
        "record",
        "cov",
        "--loosen",
        "--why",
        "the parser\tmoved out",
    ];
    project
        .call(&why)
        .exits(0)
        .says("looser: coverage.lines (80% → 70%)");
    let after = project.read(COV);
    assert!(
        after.contains("share 70/100") && after.contains("the parser\\tmoved out"),
        "{after}"
    );
    project.run(&[]).exits(0).gate("cov").is("pass");
    project
        .call(&["baseline", "show"])
        .exits(0)
        .says("the parser");
}

#[test]
fn nothing_is_recorded_from_evidence_that_is_missing() {
    let project = coverage();
    std::fs::remove_file(project.root.join("given.info")).unwrap();
    project
        .call(&["baseline", "record"])
        .exits(3)
        .says("undecided cov");
    assert!(!project.has(".tollgate"));
    let project = recorded();
    project.write("given.info", "TN:\nSF:a.c\nDA:1,");
    for command in ["record", "tighten", "check"] {
        project.call(&["baseline", command]).exits(3);
    }
}

#[test]
fn tighten_takes_what_got_better_and_nothing_else() {
    let yaml = "gates:
  unit:
    run: cp given.xml unit.xml
    tests: { reports: unit.xml, passed: \">=baseline\", skipped: \"<=baseline\", total: \">=-1\" }
";
    let suite = |passed: u32, skipped: u32| {
        let case =
            |n, inner: &str| format!("<testcase classname=\"c\" name=\"t{n}\">{inner}</testcase>");
        let passed = (0..passed).map(|n| case(n, ""));
        let skipped = (100..100 + skipped).map(|n| case(n, "<skipped/>"));
        format!(
            "<testsuite name=\"s\">{}</testsuite>",
            passed.chain(skipped).collect::<String>()
        )
    };
    let project = Project::new(yaml).file("given.xml", suite(5, 3));
    project
        .call(&["baseline", "tighten"])
        .exits(1)
        .says("no baseline yet");
    project
        .call(&["baseline", "check"])
        .exits(1)
        .says("no baseline yet");
    project.call(&["baseline", "record"]).exits(0);
    project.call(&["baseline", "check"]).exits(0);
    // More pass, more are skipped: only the floor moves.
    project.write("given.xml", suite(7, 4));
    project
        .call(&["baseline", "check"])
        .exits(1)
        .says("could be tighter");
    project
        .call(&["baseline", "tighten"])
        .exits(0)
        .says("tests.passed (5 → 7)");
    let file = project.read(".tollgate/baseline/unit.txt");
    assert!(
        file.contains("value\ttests.passed\thigher\tcount 7\n"),
        "{file}"
    );
    assert!(
        file.contains("value\ttests.skipped\tlower\tcount 3\n"),
        "{file}"
    );
    project.call(&["baseline", "check"]).exits(0);
    project.run(&[]).exits(1).gate("unit").is("fail");
    // Tight and unchanged: the bytes stay as they are.
    project
        .call(&["baseline", "tighten"])
        .exits(0)
        .says("as it was");
    assert_eq!(project.read(".tollgate/baseline/unit.txt"), file);
}

#[test]
fn goal_is_measured_from_a_point_that_stays() {
    let yaml = "gates:
  load:
    run: cp given.json load.json
    metrics: { reports: load.json, values: { size: { path: $.size, is: \"-30%\" } } }
";
    let project = Project::new(yaml).file("given.json", r#"{"size": 1000}"#);
    project.call(&["baseline", "record"]).exits(0);
    project
        .run(&[])
        .exits(1)
        .says("-30% (baseline 1000 → <= 700)")
        .gate("load")
        .is("fail");
    project.write("given.json", r#"{"size": 700}"#);
    project.run(&[]).exits(0).gate("load").is("pass").notes(&[]);
    for command in ["record", "tighten", "check"] {
        project.call(&["baseline", command]).exits(0);
    }
    project.run(&[]).exits(0).gate("load").is("pass");
}

#[test]
fn samples_are_judged_by_median_and_noise_is_for_a_person() {
    let yaml = "gates:
  load:
    run: cp given.json load.json
    metrics: { reports: load.json, values: { p95: { path: \"$.p95[*]\", is: \"<=+5%\", samples: 5 } } }
";
    let project = Project::new(yaml).file("given.json", r#"{"p95": [100, 103, 99, 101, 98]}"#);
    project.call(&["baseline", "record"]).exits(0);
    let file = project.read(".tollgate/baseline/load.txt");
    // Median 100; the deviations 0 3 1 1 2 have the median 1.
    assert!(file.contains("number 100\tspread 1.4826\n"), "{file}");
    for (samples, code, verdict) in [
        ("[104, 105, 105, 106, 90]", 0, "pass"),
        ("[106, 106, 107, 105, 106]", 4, "inconclusive"),
        ("[107, 107, 107, 107, 107]", 1, "fail"),
        ("[105, 109, 101, 113, 113]", 4, "inconclusive"),
        ("[90, 90]", 3, "inconclusive"),
        ("[]", 3, "inconclusive"),
    ] {
        project.write("given.json", format!("{{\"p95\": {samples}}}"));
        project.run(&[]).exits(code).gate("load").is(verdict);
    }
    project.write("given.json", r#"{"p95": [106, 106, 107, 105, 106]}"#);
    let ran = project
        .run(&[])
        .says("no more than the spread of the samples, 1.4826");
    ran.gate("load").cause("judgement");
}

#[test]
fn each_file_has_a_ratchet_of_its_own() {
    let report = |files: &[(&str, u32)]| {
        let file = |(name, hit): &(&str, u32)| lcov(*hit, 10).replace("src/lib.c", name);
        files.iter().map(file).collect::<String>()
    };
    let yaml = "gates:
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, each-file: { lines: \">=baseline\" } }
";
    let project = Project::new(yaml).file("given.info", report(&[("a.c", 9), ("b.c", 2)]));
    project
        .run(&["--ci", "generic"])
        .exits(3)
        .gate("cov")
        .is("inconclusive");
    project.call(&["baseline", "record"]).exits(0);
    project
        .run(&["--ci", "generic"])
        .exits(0)
        .gate("cov")
        .is("pass");
    // A new file has nothing to fall from; one that fell is named, although others are lower.
    project.write(
        "given.info",
        report(&[("a.c", 8), ("b.c", 2), ("new.c", 0)]),
    );
    let ran = project.run(&[]).exits(1).says("a.c 80% (-10 points)");
    ran.gate("cov").is("fail");
    project.write(
        "given.info",
        report(&[("a.c", 9), ("b.c", 2), ("new.c", 0)]),
    );
    project
        .run(&["--ci", "generic"])
        .exits(0)
        .gate("cov")
        .is("pass");
}

#[test]
fn every_file_is_held_to_a_share_from_either_side() {
    let report = |files: &[(&str, u32)]| {
        let file = |(name, hit): &(&str, u32)| lcov(*hit, 10).replace("src/lib.c", name);
        files.iter().map(file).collect::<String>()
    };
    let files = [("a.c", 5), ("b.c", 10), ("c.c", 7), ("d.c", 3)];
    let project = Project::new("").file("given.info", report(&files));
    for (bound, exit, part, named) in [
        ("<=60%", 1, 10, "b.c 100%, c.c 70%"),
        (">=55%", 1, 3, "d.c 30%, a.c 50%"),
        (">=35%, <=69%", 1, 10, "b.c 100%, d.c 30%, c.c 70%"),
        (">=30%, <=100%", 0, 10, "\"pass\""),
    ] {
        let yaml = format!(
            "version: 1\ngates:\n  cov:\n    run: cp given.info cov.info\n    \
             coverage: {{ reports: cov.info, each-file: {{ lines: \"{bound}\" }} }}\n"
        );
        project.write("tollgate.yaml", yaml);
        let ran = project.run(&[]).exits(exit);
        let fact = serde_json::json!({ "part": part, "whole": 10, "percent": part * 10 });
        let gate = ran.gate("cov").fact("cov.coverage.each-file.lines", fact);
        let said = gate.verdict.to_string();
        assert!(said.contains(named), "{bound}: {said}");
    }
}

#[test]
fn a_condition_on_files_that_are_all_new_is_shown_and_says_so() {
    let yaml = "gates:
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, each-file: { lines: \">=baseline\" } }
";
    let project = Project::new(yaml).file("given.info", lcov(8, 10));
    project.call(&["baseline", "record"]).exits(0);
    // The folder moved: the baseline knows none of its files.
    let moved = lcov(1, 10).replace("src/lib.c", "lib/lib.c");
    project.write("given.info", moved);
    let ran = project.run(&["--ci", "generic"]).exits(0);
    let gate = ran.gate("cov").is("pass");
    let shown = gate.verdict["conditions"].as_array().unwrap();
    let shown: Vec<_> = shown.iter().map(|one| &one["fact"]).collect();
    assert_eq!(shown, ["cov.coverage.each-file.lines"], "{ran}");
    ran.says("every file is new, so none is compared: lib/lib.c");
}

#[test]
fn sizes_findings_and_durations_take_steps_too() {
    let yaml = "gates:
  tree:
    files: { size: { app.js: \"<=+10%\" } }
  slow:
    run: 'true'
    duration: \"<=+1h\"
";
    let project = Project::new(yaml).file("app.js", "x".repeat(1000));
    project.call(&["baseline", "record"]).exits(0);
    project
        .run(&["--ci", "generic"])
        .exits(0)
        .gate("slow")
        .is("pass");
    project.write("app.js", "x".repeat(1101));
    let ran = project
        .run(&[])
        .exits(1)
        .says("<=+10% (baseline 1 kB → <= 1100 B)")
        .says("1101 B (+10.1%)");
    ran.gate("tree").is("fail");
    // A fast run is luck: times are left as they are.
    project
        .call(&["baseline", "tighten", "slow"])
        .exits(0)
        .says("as it was");
}

#[test]
fn wrong_steps_are_refused_before_anything_runs() {
    for (bound, words) in [
        ("drop: \">=1%\"", "is no bound on a fall"),
        ("drop: \"<=1\"", "has the wrong unit"),
        ("drop: { lines: \"<=1%\", brunches: \"<=1%\" }", "brunches"),
        ("lines: \">+100%\"", "can never hold"),
        ("lines: \">=-100%\"", "can never fail"),
        ("lines: \"<=+20ms\"", "has the wrong unit"),
    ] {
        let yaml =
            format!("gates: {{ cov: {{ run: x, coverage: {{ reports: c.info, {bound} }} }} }}\n");
        Project::new(&yaml)
            .call(&["config", "check"])
            .exits(2)
            .complains(words);
    }
    let yaml = "gates: { load: { run: x, metrics: { reports: l.json, values: { a: { is: \"<=+5%\", samples: 1 } } } } }\n";
    Project::new(yaml)
        .call(&["config", "check"])
        .exits(2)
        .complains("`samples` is 2 or more");
    for key in [
        "baseline: { ref: main }",
        "first-run: { allow: true, why: new }",
    ] {
        let yaml = format!("gates: {{ a: {{ run: x, {key} }} }}\n");
        let project = Project::new(&yaml);
        project
            .call(&["config", "check"])
            .exits(2)
            .complains("looks at a baseline");
    }
    let yaml = "gates: { a: { run: x } }\n";
    let project = Project::new(yaml);
    project
        .call(&["baseline", "record"])
        .exits(2)
        .complains("no gate asks for a baseline");
    project
        .call(&["baseline", "record", "a"])
        .exits(2)
        .complains("asks for no baseline");
    project
        .call(&["baseline", "show", "b"])
        .exits(2)
        .complains("no gate `b`");
}

#[test]
fn show_reads_another_commit_and_orphans_are_named() {
    let project = recorded();
    project.write("given.info", lcov(90, 100));
    project.call(&["baseline", "tighten"]).exits(0);
    project
        .call(&["baseline", "show"])
        .exits(0)
        .says("90%, higher is better");
    project
        .call(&["baseline", "show", "--ref", "HEAD"])
        .exits(0)
        .says("80%, higher is better");
    project
        .call(&["baseline", "show", "--ref", "no-such"])
        .exits(2);
    project.write(".tollgate/baseline/old.txt", "# tollgate baseline 1\n");
    let ran = project.call(&["baseline", "check", "--files"]).exits(1);
    ran.says("old.txt").says("no gate asks for this baseline");
}

/// A repository whose baseline knows findings-like entries, two branches of it, and their merge.
fn merged(base: &str, ours: &str, theirs: &str) -> (Project, String) {
    const FILE: &str = ".tollgate/baseline/unit.txt";
    let project = Project::new(
        "gates: { unit: { run: x, tests: { reports: u.xml, failed: \"<=baseline\" } } }\n",
    )
    .file(
        ".tollgate/baseline/.gitattributes",
        "* merge=union text eol=lf\n",
    );
    let text = |lines: &str| {
        let mut lines: Vec<&str> = lines.split(' ').filter(|line| !line.is_empty()).collect();
        lines.sort_unstable();
        let lines: String = lines
            .iter()
            .map(|line| format!("{}\n", line.replace('~', "\t")))
            .collect();
        format!("# tollgate baseline 1\n{lines}")
    };
    let project = if base.is_empty() {
        project
    } else {
        project.file(FILE, text(base))
    };
    let project = project.committed();
    project.git(&["checkout", "-q", "-b", "theirs"]);
    project.write(FILE, text(theirs));
    project.commit();
    project.git(&["checkout", "-q", "main"]);
    project.write(FILE, text(ours));
    project.commit();
    project.git(&["merge", "-q", "--no-edit", "theirs"]);
    let file = project.read(FILE);
    assert!(!file.contains("<<<<"), "{file}");
    (project, file)
}

#[test]
fn branches_that_add_entries_merge_without_a_conflict() {
    for (base, ours, theirs, shown) in [
        // In the same place, at the end of the file, and in a file that both begin.
        (
            "test~a~run~- test~z~run~-",
            "test~a~run~- test~m~run~- test~z~run~-",
            "test~a~run~- test~n~run~- test~z~run~-",
            "4 tests",
        ),
        (
            "test~a~run~-",
            "test~a~run~- test~b~run~-",
            "test~a~run~- test~c~run~-",
            "3 tests",
        ),
        (
            "",
            "holds~tests test~a~run~-",
            "holds~tests test~b~run~-",
            "2 tests",
        ),
        // The same entry twice is one.
        (
            "test~a~run~-",
            "test~a~run~- test~b~run~-",
            "test~a~run~- test~b~run~- test~c~run~-",
            "3 tests",
        ),
    ] {
        let (project, file) = merged(base, ours, theirs);
        project.call(&["baseline", "show"]).exits(0).says(shown);
        assert!(file.lines().count() >= 3, "{file}");
    }
}

#[test]
fn merge_never_loosens() {
    for (base, ours, theirs, says, never) in [
        // One side mends a finding, the other adds one beside it.
        (
            "finding~f1~1~r~a.js finding~f3~1~r~c.js",
            "finding~f1~0~r~a.js finding~f3~1~r~c.js",
            "finding~f1~1~r~a.js finding~f2~1~r~b.js finding~f3~1~r~c.js",
            "r in b.js (1)",
            "r in a.js",
        ),
        // Both move one value, each a different way and beside a new line.
        (
            "value~tests.failed~lower~count?9",
            "value~tests.failed~lower~count?4",
            "value~tests.failed~lower~count?6 value~tests.passed~higher~count?5",
            "tests.failed: 4",
            "tests.failed: 6",
        ),
        // One side stops skipping a test, the other adds a test.
        (
            "test~a~skipped~- test~c~run~-",
            "test~a~run~- test~c~run~-",
            "test~a~skipped~- test~b~run~- test~c~run~-",
            "3 tests",
            "skipped test",
        ),
        (
            "count~ignore~a.ts~4",
            "count~ignore~a.ts~0",
            "count~ignore~a.ts~4 count~ignore~b.ts~1",
            "ignore in b.ts: 1",
            "ignore in a.ts",
        ),
    ] {
        let turned = |text: &str| text.replace('?', "\u{a0}");
        let (project, _) = merged(&turned(base), &turned(ours), &turned(theirs));
        let file = project
            .read(".tollgate/baseline/unit.txt")
            .replace('\u{a0}', " ");
        project.write(".tollgate/baseline/unit.txt", file);
        let ran = project.call(&["baseline", "show", "-v"]).exits(0);
        assert!(!ran.stdout.contains(never), "{never}\n{ran}");
        ran.says(says);
    }
}

#[test]
fn record_writes_the_attributes_that_git_merges_by() {
    let project = recorded();
    let said = project.git(&["check-attr", "merge", "eol", "--", COV]);
    assert!(
        said.contains("merge: union") && said.contains("eol: lf"),
        "{said}"
    );
    // Two branches that record anew through the program itself.
    project.git(&["checkout", "-q", "-b", "side"]);
    project.write("given.info", lcov(85, 100));
    project.call(&["baseline", "tighten"]).exits(0);
    project.commit();
    project.git(&["checkout", "-q", "main"]);
    project.write("given.info", lcov(90, 100));
    project.call(&["baseline", "tighten"]).exits(0);
    project.commit();
    project.git(&["merge", "-q", "--no-edit", "-X", "ours", "side"]);
    project.git(&["checkout", "-q", "HEAD", "--", "."]);
    project
        .call(&["baseline", "show"])
        .exits(0)
        .says("90%, higher is better");
    // What the merge left out of order is put in order.
    project.write("given.info", lcov(90, 100));
    project.call(&["baseline", "tighten"]).exits(0);
    project.call(&["baseline", "check"]).exits(0);
    assert_eq!(project.read(COV).lines().count(), 3);
}

#[test]
fn failed_test_beside_a_baseline_is_still_a_fail() {
    let yaml = "gates:
  unit:
    run: cp given.xml unit.xml
    tests: { reports: unit.xml, passed: \">=baseline\" }
";
    let project = Project::new(yaml).file("given.xml", junit(&["a", "b"], &[]));
    project.call(&["baseline", "record"]).exits(0);
    project.write("given.xml", junit(&["a", "b"], &["c"]));
    project.run(&[]).exits(1).gate("unit").is("fail");
    project.write("given.xml", junit(&["a"], &[]));
    project
        .run(&[])
        .exits(1)
        .says(">=baseline (baseline 2 → >= 2)")
        .gate("unit")
        .is("fail");
}

#[test]
fn names_that_hold_a_secret_are_never_committed() {
    let yaml = "gates:
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, each-file: { lines: \">=baseline\" } }
";
    let report = lcov(8, 10).replace("src/lib.c", "src/hunter2hunter2.c");
    let project = Project::new(yaml)
        .file("given.info", report)
        .env("API_TOKEN", "hunter2hunter2");
    let ran = project.call(&["baseline", "record"]).exits(3);
    let ran = ran.says("holds the value of a secret");
    assert!(
        !ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"),
        "{ran}"
    );
    assert!(!project.has(COV));
}

#[test]
fn gates_that_run_by_name_only_are_recorded_by_name_only() {
    let project = coverage();
    let yaml = project.read("tollgate.yaml") + "    default: false\n";
    project.write("tollgate.yaml", yaml);
    project
        .call(&["baseline", "record"])
        .exits(2)
        .complains("no gate asks for a baseline");
    project.call(&["baseline", "record", "cov"]).exits(0);
    project
        .call(&["baseline", "check", "--files"])
        .exits(0)
        .says("1 value");
}

#[test]
fn baseline_of_a_failing_gate_is_recorded_and_says_so() {
    let yaml = "gates:
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, drop: 0%, lines: \">=90%\" }
";
    let project = Project::new(yaml).file("given.info", lcov(80, 100));
    project
        .call(&["baseline", "record"])
        .exits(0)
        .says("the gate fails now");
    project.run(&[]).exits(1).gate("cov").is("fail");
}

#[test]
fn runs_that_record_leave_no_verdict_behind() {
    let project = recorded();
    let runs = project.root.join(".git/tollgate/runs");
    let mut records = walk(&runs).into_iter();
    assert!(
        records.all(|name| !name.ends_with(".json")),
        "a run that judged nothing is no verdict"
    );
    project.run(&[]).exits(0);
    assert!(walk(&runs).iter().any(|name| name.ends_with(".json")));
}

fn walk(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let below = |entry: std::fs::DirEntry| {
        let path = entry.path();
        if path.is_dir() {
            walk(&path)
        } else {
            vec![path.display().to_string()]
        }
    };
    entries.flat_map(below).collect()
}

#[test]
fn verdict_on_a_time_has_the_same_bytes_in_every_run() {
    let yaml = "gates:
  slow:
    run: sleep 0.01
    duration: \"<=+1h\"
";
    let project = Project::new(yaml);
    project.call(&["baseline", "record"]).exits(0);
    let digest = || project.run(&[]).exits(0).outcome()["digest"].clone();
    let first = digest();
    for _ in 0..3 {
        assert_eq!(digest(), first);
    }
}

#[test]
fn baseline_of_a_ref_is_out_of_reach_of_the_change_it_judges() {
    let project = recorded();
    let yaml = project.read("tollgate.yaml") + "    baseline: { ref: main }\n";
    project.write("tollgate.yaml", yaml);
    project.commit();
    project.git(&["checkout", "-q", "-b", "change"]);
    project.write("given.info", lcov(50, 100));
    project.write(COV, project.read(COV).replace("80/100", "50/100"));
    project.commit();
    let ran = project.run(&[]).exits(1).says("(baseline 80% → >= 79.9%)");
    ran.gate("cov").is("fail");
    std::fs::remove_file(project.root.join(COV)).unwrap();
    project.run(&[]).exits(1).says("(baseline 80% → >= 79.9%)");
    // A ref that the clone lacks decides nothing.
    let yaml = project
        .read("tollgate.yaml")
        .replace("ref: main", "ref: origin/main");
    project.write("tollgate.yaml", yaml);
    let ran = project.run(&[]).exits(3);
    let gate = ran
        .gate("cov")
        .is("inconclusive")
        .reasons(&["baseline-broken"]);
    gate.says("git fetch origin main");
    // One that has no baseline yet is as a tree without one.
    project.git(&["checkout", "-q", "--orphan", "bare"]);
    project.git(&["rm", "-rqf", "--cached", "."]);
    project.git(&["commit", "-q", "--allow-empty", "-m", "bare"]);
    let yaml = project
        .read("tollgate.yaml")
        .replace("ref: origin/main", "ref: bare");
    project.write("tollgate.yaml", yaml);
    project.run(&[]).exits(0).gate("cov").is("waived");
    project
        .run(&["--ci", "generic"])
        .exits(3)
        .gate("cov")
        .is("inconclusive");
}

#[test]
fn baseline_that_the_history_of_its_ref_held_is_gone_there_too() {
    let project = recorded();
    project.commit();
    let gone = |reference: &str| {
        let ran = project.run(&[]).exits(1);
        ran.gate("cov")
            .is("fail")
            .reasons(&["baseline-gone"])
            .says(&format!(
                "in the history of {reference} and not in its tree"
            ));
    };
    std::fs::remove_file(project.root.join(COV)).unwrap();
    project.commit();
    gone("this branch");
    let yaml = project.read("tollgate.yaml") + "    baseline: { ref: main }\n";
    project.write("tollgate.yaml", yaml);
    project.commit();
    gone("`main`");
}

#[test]
fn git_that_does_not_answer_for_a_ref_is_no_ref_that_is_missing() {
    let yaml = |more: &str| {
        format!(
            "version: 1
gates:
  cov:
    run: cp given.info cov.info
    baseline: {{ ref: trunk{more} }}
    coverage: {{ reports: cov.info, drop: '<=1%' }}
"
        )
    };
    let project = Project::empty("project")
        .file("given.info", lcov(80, 100))
        .file("tollgate.yaml", yaml(""))
        .committed();
    // No git can read this.
    project.write(".git/config", "[core\n");
    for more in ["", ", run: true"] {
        project.write("tollgate.yaml", yaml(more));
        let ran = project.run(&[]).exits(3);
        let gate = ran
            .gate("cov")
            .is("inconclusive")
            .reasons(&["baseline-broken"]);
        gate.says("`trunk` cannot be looked up");
    }
}

#[test]
fn a_stored_run_of_a_revision_is_a_baseline_of_values() {
    let yaml = "gates:
  cov:
    run: cp given.info cov.info
    baseline: { ref: trunk, run: true }
    coverage: { reports: cov.info, drop: '<=1%' }
";
    let project = Project::new(yaml)
        .file("given.info", lcov(80, 100))
        .file(".gitignore", "cov.info\n")
        .committed();
    project.git(&["branch", "trunk"]);
    // Without a run to compare with: as without a baseline.
    let ran = project.run(&["--ci", "generic"]).exits(3);
    ran.gate("cov")
        .reasons(&["no-baseline"])
        .says("check `trunk` out");
    let ran = project.run(&[]).exits(0);
    ran.gate("cov").is("waived").says("check `trunk` out");

    let covered = |hit: u32| {
        project.write("given.info", lcov(hit, 100));
        project.commit();
    };
    covered(78);
    let ran = project.run(&["--ci", "generic"]).exits(1);
    let conditions = ran.gate("cov").is("fail").verdict["conditions"].to_string();
    assert!(conditions.contains("baseline 80%"), "{ran}");
    // What failed is no baseline, and a dirty tree is not that of the revision.
    project.git(&["branch", "-f", "trunk"]);
    let ran = project.run(&["--ci", "generic"]).exits(3);
    ran.gate("cov").says("did not pass");
    covered(79);
    project.git(&["branch", "-f", "trunk"]);
    project.write("given.info", lcov(99, 100));
    project.run(&[]).exits(0);
    let ran = project.run(&["--ci", "generic"]).exits(3);
    ran.gate("cov").reasons(&["no-baseline"]);
}

#[test]
fn a_stored_run_is_no_baseline_of_names() {
    let project = Project::new(
        "gates: { unit: { run: 'true', baseline: { ref: HEAD, run: true }, ratchet: { patterns: [rust-allow] } } }\n",
    )
    .committed();
    let ran = project.run(&[]).exits(3);
    ran.gate("unit").is("inconclusive");
    let conditions = ran.gate("unit").verdict["conditions"].to_string();
    assert!(conditions.contains("compares by name"), "{ran}");
    let alone = Project::new(
        "gates: { unit: { run: 'true', baseline: { run: true }, metrics: { reports: m.json, values: { a: { path: '$.a', is: '<=+1' } } } } }\n",
    );
    alone
        .call(&["config", "check"])
        .exits(2)
        .complains("a stored run of what?");
}
