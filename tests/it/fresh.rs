//! Only reports that this run wrote count (RULES 4).

use std::os::unix::fs::symlink;

use crate::support::{Project, junit};

const READS: &str = "gates:
  unit:
    run: ./make
    tests: { reports: r/*.xml }
";

/// A gate on r/*.xml whose command is `script`, with a good report at hand.
fn reading(script: &str) -> Project {
    Project::new(READS)
        .script("make", script)
        .file("given.xml", junit(&["a"], &[]))
}

#[test]
fn a_report_from_before_is_stale_and_named() {
    let project = reading("true").file("r/old.xml", junit(&["a"], &[]));
    let ran = project.run(&[]).exits(3);
    let gate = ran
        .gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-stale"]);
    gate.says("r/old.xml").says("clear: true").reports(&[]);
}

#[test]
fn a_rewritten_report_is_fresh_also_with_the_same_content() {
    let project = reading("cp given.xml r/unit.xml").file("r/unit.xml", junit(&["a"], &[]));
    project
        .run(&[])
        .exits(0)
        .gate("unit")
        .is("pass")
        .reports(&["r/unit.xml"]);
}

#[test]
fn clocks_are_not_compared() {
    let given = junit(&["a"], &[]);
    let old = reading("cp given.xml r/unit.xml; touch -d 2001-01-01 r/unit.xml");
    old.run(&[]).exits(0).gate("unit").is("pass");
    let ahead = reading("true").file("r/unit.xml", given);
    ahead
        .command("touch", &ahead.root)
        .args(["-d", "2099-01-01", "r/unit.xml"])
        .status()
        .unwrap();
    ahead
        .run(&[])
        .exits(3)
        .gate("unit")
        .reasons(&["report-stale"]);
}

#[test]
fn a_stale_report_beside_a_fresh_one_does_not_count() {
    let project = reading("cp given.xml r/new.xml").file("r/old.xml", junit(&["x", "y"], &["z"]));
    let ran = project.run(&[]).exits(0);
    ran.gate("unit")
        .is("pass")
        .reports(&["r/new.xml"])
        .fact("unit.tests.total", 1)
        .notes(&["stale"])
        .says("r/old.xml is stale")
        .says("clear: true");
    assert!(ran.stdout.contains("r/old.xml is stale"), "{ran}");
    let told = &ran.outcome()["run"]["gates"][0]["details"][0];
    assert_eq!(told["code"], "stale", "{told}");
    let age = told["detail"].as_str().unwrap();
    assert!(
        age.starts_with("written ") && age.ends_with(" before this run"),
        "{age}"
    );
}

#[test]
fn a_report_whose_real_path_leaves_the_project_is_refused() {
    let project = reading("ln -s ../../outside.xml r/unit.xml");
    std::fs::write(project.beside().join("outside.xml"), junit(&["a"], &[])).unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reasons(&["report-outside"])
        .reports(&[]);
}

#[test]
fn a_report_through_a_linked_folder_outside_is_refused() {
    let project = reading("cp given.xml r/unit.xml");
    let outside = project.beside().join("elsewhere");
    std::fs::create_dir(&outside).unwrap();
    symlink(&outside, project.root.join("r")).unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .cause("evidence")
        .reports(&[]);
}

#[test]
fn a_link_within_the_project_may_be_a_report() {
    let ran = reading("cp given.xml real.xml; ln -s ../real.xml r/unit.xml")
        .run(&[])
        .exits(0);
    ran.gate("unit").is("pass").reports(&["r/unit.xml"]);
}

#[test]
fn a_link_that_leads_nowhere_is_broken_evidence() {
    for pattern in ["r/*.xml", "r/unit.xml"] {
        let project = reading("ln -s nowhere.xml r/unit.xml");
        project.write(
            "tollgate.yaml",
            format!("version: 1\n{}", READS.replace("r/*.xml", pattern)),
        );
        let ran = project.run(&[]).exits(3);
        ran.gate("unit")
            .is("inconclusive")
            .cause("evidence")
            .reasons(&["report-broken"])
            .says("a link that leads nowhere")
            .reports(&[]);
    }
}

#[test]
fn a_link_to_nowhere_from_before_is_stale() {
    let project = reading("true");
    std::fs::create_dir(project.root.join("r")).unwrap();
    symlink("nowhere.xml", project.root.join("r/unit.xml")).unwrap();
    let ran = project.run(&[]).exits(3);
    ran.gate("unit").reasons(&["report-stale"]);
}

#[test]
fn reports_whose_names_are_no_text_are_read_each_by_itself() {
    let script =
        "cp given.xml \"$(printf 'r/a\\376.xml')\"; cp bad.xml \"$(printf 'r/a\\377.xml')\"";
    let project = reading(script).file("bad.xml", junit(&[], &["z"]));
    let ran = project.run(&[]).exits(1);
    ran.gate("unit")
        .is("fail")
        .fact("unit.tests.total", 2)
        .fact("unit.tests.failed", 1)
        .reports(&["r/a\\xfe.xml", "r/a\\xff.xml"]);
}

#[test]
fn clear_deletes_reports_whose_names_are_no_text_and_keeps_tracked_ones() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let yaml = READS.replace("r/*.xml }", "r/*.xml, clear: true }");
    let project = Project::new(&yaml)
        .script("make", "cp given.xml r/new.xml")
        .file("given.xml", junit(&["a"], &[]));
    let named = |name: &[u8]| project.root.join("r").join(OsStr::from_bytes(name));
    std::fs::create_dir(project.root.join("r")).unwrap();
    let (tracked, old) = (named(b"t\xff.xml"), named(b"o\xff.xml"));
    std::fs::write(&tracked, junit(&["t"], &[])).unwrap();
    let project = project.committed();
    std::fs::write(&old, junit(&["o"], &[])).unwrap();
    project
        .run(&[])
        .exits(0)
        .gate("unit")
        .reports(&["r/new.xml"]);
    assert!(tracked.exists() && !old.exists());
}

#[test]
fn clear_deletes_what_git_does_not_track_and_nothing_else() {
    let yaml = READS.replace("r/*.xml }", "r/*.xml, clear: true }");
    let project = Project::new(&yaml)
        .script("make", "ls r; cp given.xml r/new.xml")
        .file("given.xml", junit(&["a"], &[]))
        .file("r/tracked.xml", junit(&["t"], &[]))
        .file("r/deep/other.xml", "kept: the pattern does not match it")
        .file("r/notes.txt", "kept")
        .committed();
    project.write("r/old.xml", junit(&["o"], &[]));
    let ran = project.run(&[]).exits(0);
    ran.gate("unit").is("pass").reports(&["r/new.xml"]);
    assert!(!project.has("r/old.xml"));
    for kept in [
        "r/tracked.xml",
        "r/deep/other.xml",
        "r/notes.txt",
        "r/new.xml",
    ] {
        assert!(project.has(kept), "{kept}");
    }
}

#[test]
fn clear_deletes_a_link_and_not_what_it_leads_to() {
    let yaml = READS.replace("r/*.xml }", "r/*.xml, clear: true }");
    let project = Project::new(&yaml)
        .script("make", "cp given.xml r/new.xml")
        .file("given.xml", junit(&["a"], &[]))
        .file("precious.xml", junit(&["a"], &[]));
    std::fs::create_dir(project.root.join("r")).unwrap();
    symlink("../precious.xml", project.root.join("r/old.xml")).unwrap();
    project.run(&[]).exits(0).gate("unit").is("pass");
    assert!(project.has("precious.xml") && !project.has("r/old.xml"));
}

#[test]
fn clear_keeps_a_tracked_link() {
    let yaml = READS.replace("r/*.xml }", "r/*.xml, clear: true }");
    let project = Project::new(&yaml)
        .script("make", "cp given.xml r/new.xml")
        .file("given.xml", junit(&["a"], &[]))
        .file("kept/real.xml", junit(&["a"], &[]));
    std::fs::create_dir(project.root.join("r")).unwrap();
    symlink("../kept/real.xml", project.root.join("r/link.xml")).unwrap();
    let project = project.committed();
    project.run(&[]).exits(0).gate("unit").is("pass");
    assert!(project.has("r/link.xml"), "a tracked file was deleted");
}

#[test]
fn expect_wants_exactly_that_many() {
    let expect = |number: u32, script: &str| {
        let yaml = READS.replace("r/*.xml }", &format!("r/*.xml, expect: {number} }}"));
        let given = junit(&["a"], &[]);
        Project::new(&yaml)
            .script("make", script)
            .file("given.xml", given)
            .run(&[])
    };
    let two = "cp given.xml r/1.xml; cp given.xml r/2.xml";
    expect(2, two)
        .exits(0)
        .gate("unit")
        .is("pass")
        .fact("unit.tests.total", 2);
    for number in [1, 3] {
        let ran = expect(number, two).exits(3);
        ran.gate("unit")
            .is("inconclusive")
            .cause("evidence")
            .reasons(&["reports-missing"]);
    }
}

#[test]
fn a_stale_report_does_not_make_up_the_number() {
    let yaml = READS.replace("r/*.xml }", "r/*.xml, expect: 2 }");
    let project = Project::new(&yaml)
        .script("make", "cp given.xml r/1.xml")
        .file("given.xml", junit(&["a"], &[]))
        .file("r/2.xml", junit(&["a"], &[]));
    project
        .run(&[])
        .exits(3)
        .gate("unit")
        .is("inconclusive")
        .reasons(&["reports-missing"]);
}

/// `makes` runs a script, `reads` judges r/*.xml and needs it.
fn handed_on(script: &str) -> Project {
    let yaml = "gates:
  makes: { run: ./make }
  reads: { needs: makes, tests: { reports: r/*.xml } }
  after: { needs: [reads], run: 'true' }
";
    Project::new(yaml)
        .script("make", script)
        .file("given.xml", junit(&["a"], &[]))
}

#[test]
fn a_gate_without_command_reads_only_what_its_needs_wrote() {
    let script = "mkdir -p r; cp given.xml r/new.xml";
    let project = handed_on(script).file("r/old.xml", junit(&["x"], &["y"]));
    let ran = project.run(&[]).exits(0);
    ran.gate("reads").is("pass").reports(&["r/new.xml"]);
    let stale = handed_on("true")
        .file("r/old.xml", junit(&["x"], &[]))
        .run(&[])
        .exits(3);
    stale
        .gate("reads")
        .is("inconclusive")
        .reasons(&["report-stale"]);
}

#[test]
fn what_another_gate_wrote_counts_only_for_those_that_need_it() {
    let yaml = "gates:
  stranger: { run: 'mkdir -p r; cp given.xml r/a.xml' }
  makes: { run: 'test -e r/a.xml', needs: stranger }
  other: { run: 'true' }
  reads: { needs: other, tests: { reports: r/a.xml } }
  reads-through: { needs: makes, tests: { reports: r/a.xml } }
";
    let project = Project::new(yaml).file("given.xml", junit(&["a"], &[]));
    let ran = project.run(&["--jobs", "1"]).exits(3);
    ran.gate("reads").is("inconclusive");
    ran.gate("reads-through").is("pass").reports(&["r/a.xml"]);
}

#[test]
fn a_report_of_a_need_that_failed_is_judged() {
    let ran = handed_on("mkdir -p r; cp given.xml r/a.xml; exit 1")
        .run(&[])
        .exits(1);
    ran.gate("makes").is("fail");
    ran.gate("reads").is("pass").reports(&["r/a.xml"]);
    ran.gate("after").is("pass");
}

#[test]
fn without_a_report_a_gate_whose_need_failed_is_cancelled() {
    let project = handed_on("exit 1").file("r/old.xml", junit(&["a"], &[]));
    let ran = project.run(&[]).exits(1);
    ran.gate("reads").is("cancelled").reasons(&["need-not-met"]);
    ran.gate("after").is("cancelled").reasons(&["need-not-met"]);
}

#[test]
fn the_captured_stream_is_a_report_of_its_own() {
    let yaml = "gates:
  tap:
    run: printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n'; echo noise >&2; exit 1
    tests: { reports: stdout, format: tap }
  err:
    run: printf '1..1\\nok 1 - a\\n' >&2; echo noise
    tests: { reports: stderr, format: tap }
";
    let ran = Project::new(yaml).run(&[]).exits(1);
    ran.gate("tap")
        .is("fail")
        .reports(&["stdout"])
        .fact("tap.tests.failed", 1);
    ran.gate("err")
        .is("pass")
        .reports(&["stderr"])
        .fact("err.tests.passed", 1);
}

/// Makes folders so deep that their path cannot be named, with a failing test at the end: that cannot be read even by
/// a user who may read everything.
const DEEP: &str = "rm -rf r; mkdir -p r/a && cp good.xml r/a/x.xml
[ -e shallow ] && exit
name=$(printf 'd%.0s' $(seq 200))
mkdir t && cp bad.xml t/x.xml
for i in $(seq 24); do mkdir w && mv t w/$name && mv w t; done
mv t r/
";

#[test]
fn a_folder_that_cannot_be_listed_is_none_without_reports() {
    let yaml = "gates:
  unit: { run: ./make, tests: { reports: 'r/**/*.xml' } }
  near: { needs: unit, tests: { reports: 'r/*/x.xml' } }
";
    let project = Project::new(yaml)
        .file("good.xml", junit(&["a"], &[]))
        .file("bad.xml", junit(&[], &["b"]))
        .script("make", DEEP);
    let ran = project.run(&[]).exits(3);
    ran.gate("unit")
        .is("inconclusive")
        .reasons(&["report-broken"])
        .says("whether a report lies in")
        .says("cannot be told");
    // Nothing that its pattern matches can lie there.
    ran.gate("near").is("pass");
    // What could not be listed before a command may hold old reports, whatever is to be seen afterwards.
    project.write("shallow", "");
    let ran = project.run(&["unit"]).exits(3);
    ran.gate("unit").reasons(&["report-broken"]);
    project.run(&[]).exits(0);
}
