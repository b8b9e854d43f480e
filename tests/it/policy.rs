//! Policy that the judged cannot bend: `policy diff`, `run --policy-ref`, and files pinned by their digest.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Key, Project, Ran, lcov};

const BASE: &str = "\
extends: policy/base.yaml
protected: [scripts]
gates:
  unit:
    run: sh scripts/unit.sh
    tests:
      reports: unit.tap
      passed: '>=2'
      skipped: '<=1'
  lint:
    run: 'true'
";

const LOWER: &str = "version: 1\ngates:\n  docs: { files: { exist: [README.md] } }\n";

/// Two tests pass, one is skipped.
const UNIT: &str = "printf '1..3\\nok 1 a\\nok 2 b\\nok 3 c # SKIP\\n' > unit.tap\n";

/// A project whose `base` is tagged.
fn project() -> Project {
    let project = Project::new(BASE)
        .file("policy/base.yaml", LOWER)
        .file("scripts/unit.sh", UNIT)
        .file("README.md", "x\n")
        .file(".gitignore", "unit.tap\n")
        .committed();
    project.git(&["tag", "base"]);
    project
}

/// The same with people, so that weakenings want a sign-off.
fn with_people() -> Project {
    let project = Project::new(BASE)
        .file("policy/base.yaml", LOWER)
        .file("scripts/unit.sh", UNIT)
        .file("README.md", "x\n")
        .file(".gitignore", "unit.tap\n")
        .file(
            ".tollgate/people.yaml",
            "people: { ada: { email: ada@example.org } }\n",
        )
        .committed();
    project.git(&["tag", "base"]);
    project
}

fn head(project: &Project, yaml: &str) {
    project.write("tollgate.yaml", format!("version: 1\n{yaml}"));
    project.commit();
}

fn codes(ran: &Ran) -> Vec<String> {
    let gate = ran.gate("policy");
    let list = gate.verdict["findings"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    list.iter()
        .filter_map(|finding| finding["rule"].as_str().map(str::to_owned))
        .collect()
}

fn messages(ran: &Ran) -> String {
    ran.gate("policy").verdict["findings"].to_string()
}

fn diff(project: &Project, range: &str) -> (Ran, Value) {
    let ran = project.call(&["policy", "diff", range, "--output", "json"]);
    let json = serde_json::from_str(&ran.stdout).unwrap_or_default();
    (ran, json)
}

/// Each way to cheat in the file: what is done, the code that names it, and the two lines.
#[test]
fn each_way_to_ask_less_is_named_with_both_places_and_the_old_policy_judges() {
    for (from, to, code, places) in [
        (
            "passed: '>=2'",
            "passed: '>=1'",
            "bound-looser",
            ["tollgate.yaml:9", "tollgate.yaml:9"],
        ),
        (
            "skipped: '<=1'",
            "skipped: '<=9'",
            "skip-budget-bigger",
            ["tollgate.yaml:10", "tollgate.yaml:10"],
        ),
        (
            "  lint:\n    run: 'true'\n",
            "",
            "gate-removed",
            ["tollgate.yaml:11", "tollgate.yaml:4"],
        ),
        (
            "  lint:\n",
            "  style:\n",
            "gate-removed",
            ["tollgate.yaml:11", "tollgate.yaml:4"],
        ),
        (
            "run: 'true'\n",
            "run: 'true'\n    enforce: warn\n",
            "enforce-lowered",
            ["tollgate.yaml:11", "tollgate.yaml:13"],
        ),
        (
            "run: 'true'",
            "run: 'true || true'",
            "changed-producer",
            ["tollgate.yaml:12", "tollgate.yaml:12"],
        ),
        (
            "sh scripts/unit.sh",
            "sh scripts/unit.sh || true",
            "changed-producer",
            ["tollgate.yaml:6", "tollgate.yaml:6"],
        ),
        (
            "      passed:",
            "      include: [a]\n      passed:",
            "exclude-wider",
            ["tollgate.yaml:7", "tollgate.yaml:9"],
        ),
        (
            "run: 'true'\n",
            "run: 'true'\n    absent: { allow: true, why: later }\n",
            "absence-declared",
            ["tollgate.yaml:11", "tollgate.yaml:13"],
        ),
        (
            "run: 'true'\n",
            "run: 'true'\n    retry: { attempts: 3 }\n",
            "retry-raised",
            ["tollgate.yaml:11", "tollgate.yaml:13"],
        ),
        (
            "extends: policy/base.yaml\n",
            "",
            "gate-removed",
            ["policy/base.yaml:3", "tollgate.yaml:3"],
        ),
    ] {
        let project = with_people();
        let changed = BASE.replacen(from, to, 1);
        assert_ne!(changed, BASE);
        head(&project, &changed);
        let (ran, json) = diff(&project, "base..HEAD");
        assert_eq!(ran.code, 1, "{to}{ran}");
        let list = json["weakenings"].as_array().unwrap();
        let found = list.iter().find(|change| change["code"] == code);
        let found = found.unwrap_or_else(|| panic!("{to}: no {code}{ran}"));
        let place = |side: &str| {
            format!(
                "{}:{}",
                found[side]["file"].as_str().unwrap(),
                found[side]["line"]
            )
        };
        assert_eq!([place("old"), place("new")], places, "{to}{ran}");

        let ran = project.run(&["--policy-ref", "base"]).exits(4);
        assert!(codes(&ran).contains(&code.to_owned()), "{to}{ran}");
        ran.gate("policy")
            .is("inconclusive")
            .cause("judgement")
            .reasons(&["sign-off-outstanding"]);
        for place in places {
            assert!(messages(&ran).contains(place), "{place} {to}{ran}");
        }
        // What was asked before is asked still.
        for gate in ["unit", "lint", "docs"] {
            ran.gate(gate).is("pass");
        }
    }
}

#[test]
fn the_old_bound_fails_whatever_the_head_says() {
    let project = with_people();
    project.write("scripts/unit.sh", "printf '1..1\\nok 1 a\\n' > unit.tap\n");
    head(&project, &BASE.replace("passed: '>=2'", "passed: '>=1'"));
    project.run(&[]).exits(0);
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("unit").is("fail");
    let condition = &ran.gate("unit").verdict["conditions"];
    assert!(condition.to_string().contains(">=2"), "{ran}");
    // The file of the base differs from the one in the tree, and says so.
    assert!(
        condition.to_string().contains("base:tollgate.yaml"),
        "{ran}"
    );
}

#[test]
fn a_removed_or_renamed_gate_still_judges() {
    let project = Project::new("gates: { a: { run: 'false' }, b: { run: 'true' } }\n").committed();
    project.git(&["tag", "base"]);
    head(
        &project,
        "gates: { b: { run: 'true' }, renamed: { run: 'true' } }\n",
    );
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("a").is("fail");
    ran.gate("renamed").is("pass");
    assert_eq!(codes(&ran), ["gate-removed"]);
}

#[test]
fn an_exit_status_is_not_explained_away_by_a_report_that_the_head_adds() {
    let project = Project::new("gates: { a: { run: 'echo > f.json; exit 1' } }\n").committed();
    project.git(&["tag", "base"]);
    head(
        &project,
        "gates: { a: { run: 'echo > f.json; exit 1', findings: { reports: f.json, total: '<=1000' } } }\n",
    );
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("a").is("fail");
    assert_eq!(codes(&ran), ["exit-looser"]);
}

#[test]
fn what_the_head_adds_and_tightens_is_judged_too() {
    let project = project();
    let tighter = BASE.replace("passed: '>=2'", "passed: '>=3'\n      flaky: 0")
        + "  extra: { run: 'false' }\n";
    head(&project, &tighter);
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("policy")
        .is("pass")
        .fact("policy.policy.weakenings", 0);
    ran.gate("unit").is("fail");
    ran.gate("extra").is("fail");
    let (diffed, json) = diff(&project, "base..HEAD");
    assert_eq!(diffed.code, 0, "{diffed}");
    assert_eq!(json["tightenings"].as_array().unwrap().len(), 3, "{diffed}");
}

#[test]
fn a_head_that_only_says_it_otherwise_is_judged_as_before() {
    let project = project();
    let before = project.run(&[]).exits(0);
    let unchanged = project.run(&["--policy-ref", "base"]).exits(0);
    assert_eq!(before.verdict()["policy"], unchanged.verdict()["policy"]);
    assert_eq!(
        before.verdict()["gates"][1],
        unchanged.verdict()["gates"][1]
    );
    head(
        &project,
        &format!("# a comment\n{}", BASE.replace("'>=2'", "'>= 2'")),
    );
    let ran = project.run(&["--policy-ref", "base"]).exits(0);
    ran.gate("policy").is("pass");
    assert_eq!(diff(&project, "base..HEAD").0.code, 0);
}

#[test]
fn a_rule_of_the_base_says_what_becomes_of_a_weakening() {
    for (rule, code) in [("block", 1), ("warn", 0), ("sign-off", 4)] {
        let base = format!("policy: {{ weakening: {rule} }}\n{BASE}");
        let project = Project::new(&base)
            .file("policy/base.yaml", LOWER)
            .file("scripts/unit.sh", UNIT)
            .file("README.md", "x\n")
            .file(".gitignore", "unit.tap\n")
            .committed();
        project.git(&["tag", "base"]);
        // The head's own rule is not asked.
        let own = base.replace(rule, "warn").replace("'>=2'", "'>=1'");
        head(&project, &own);
        let ran = project.run(&["--policy-ref", "base"]).exits(code);
        assert!(codes(&ran).contains(&"bound-looser".to_owned()), "{ran}");
    }
    // Nobody is named and nothing is said: it warns.
    let project = project();
    head(&project, &BASE.replace("'>=2'", "'>=1'"));
    let ran = project.run(&["--policy-ref", "base"]).exits(0);
    assert_eq!(ran.gate("policy").verdict["enforce"], "warn");
}

#[test]
fn a_protected_file_is_a_producer() {
    for (path, text) in [
        (
            "scripts/unit.sh",
            Some("printf '1..2\\nok 1 a\\nok 2 b\\n' > unit.tap\n"),
        ),
        (
            ".tollgate/people.yaml",
            Some("people: { eve: { email: eve@example.org } }\n"),
        ),
        (".tollgate/people.yaml", None),
    ] {
        let project = with_people();
        match text {
            Some(text) => project.write(path, text),
            None => std::fs::remove_file(project.root.join(path)).unwrap(),
        }
        project.commit();
        let ran = project.run(&["--policy-ref", "base"]).exits(4);
        assert_eq!(codes(&ran), ["changed-producer"], "{ran}");
        assert!(messages(&ran).contains(path), "{ran}");
        // Also before it is committed.
        let project = with_people();
        project.write("scripts/new.sh", "true\n");
        let ran = project.run(&["--policy-ref", "base"]).exits(4);
        assert!(messages(&ran).contains("scripts/new.sh"), "{ran}");
    }
    // The ledger, and what nobody protects, may change.
    let project = with_people();
    project.write(".tollgate/ledger/a.json", "{}\n");
    project.write("src.txt", "x\n");
    project.commit();
    project.run(&["--policy-ref", "base"]).exits(0);
}

#[test]
fn waivers_and_baseline_of_the_head_are_seen() {
    let project = with_people();
    project.write(
        ".tollgate/waivers.yaml",
        "version: 1\nwaivers:\n- { gate: lint, why: w, owner: ada, opened: 2026-01-01, until: 2026-02-01 }\n",
    );
    let (ran, json) = diff(&project, "base");
    assert_eq!(ran.code, 1, "{ran}");
    assert_eq!(json["weakenings"][0]["code"], "waiver-added", "{ran}");
    let first = project.commit();
    let value = |part: u64| format!("# tollgate baseline 1\nvalue\ta\thigher\tshare {part}/10\n");
    for (text, weakenings, tightenings) in [
        (Some(value(8)), 0, 1),
        (Some(value(6)), 1, 0),
        (Some(value(7).replace("\ta\t", "\tb\t")), 1, 0),
        (Some(value(7).replace("share", "<<<<<<<")), 1, 0),
        (None, 1, 0),
    ] {
        project.write(".tollgate/baseline/unit.txt", value(7));
        // The first recording accepts nothing that was refused.
        let before = project.commit();
        let (_, json) = diff(&project, &format!("{first}..{before}"));
        assert_eq!(json["weakenings"].as_array().unwrap().len(), 0, "{json}");
        match &text {
            Some(text) => project.write(".tollgate/baseline/unit.txt", text),
            None => std::fs::remove_file(project.root.join(".tollgate/baseline/unit.txt")).unwrap(),
        }
        project.commit();
        let (_, json) = diff(&project, &format!("{before}..HEAD"));
        let found = ["weakenings", "tightenings"].map(|list| json[list].as_array().unwrap().len());
        assert_eq!(found, [weakenings, tightenings], "{text:?} {json}");
        if weakenings > 0 {
            assert_eq!(json["weakenings"][0]["code"], "baseline-loosened", "{json}");
        }
    }
}

const WAIVED: &str = "version: 1
waivers:
  - { gate: lint, reason: exit-status, why: w, owner: ada, opened: 2026-01-01, until: never, why-never: x }
";

#[test]
fn a_waiver_of_the_head_does_not_count_and_one_of_the_trusted_policy_does() {
    let project = Project::new("gates:\n  lint: { run: 'false' }\n").committed();
    project.git(&["tag", "base"]);
    project.write(".tollgate/waivers.yaml", WAIVED);
    project.commit();
    project.run(&[]).exits(0).gate("lint").is("waived");
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("lint").is("fail");
    assert_eq!(codes(&ran), ["waiver-added"], "{ran}");
    assert!(ran.verdict()["waivers"].is_null(), "{ran}");
    // Also where the head adds to the policy, so that the two are joined.
    head(
        &project,
        "gates:\n  lint: { run: 'false' }\n  more: { run: 'true' }\n",
    );
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("lint").is("fail");
    ran.gate("more").is("pass");

    project.git(&["tag", "--force", "base"]);
    head(
        &project,
        "gates:\n  lint: { run: 'false' }\n  more: { run: 'true' }\n  last: { run: 'true' }\n",
    );
    std::fs::remove_file(project.root.join(".tollgate/waivers.yaml")).unwrap();
    project.commit();
    project.run(&[]).exits(1).gate("lint").is("fail");
    let ran = project.run(&["--policy-ref", "base"]).exits(0);
    ran.gate("lint").is("waived");
    ran.gate("last").is("pass");
    let written = &ran.verdict()["waivers"][0]["written"]["file"];
    assert_eq!(written, "base:.tollgate/waivers.yaml", "{ran}");
}

const COVERED: &str = "gates:
  cov:
    run: cp given.info cov.info
    coverage: { reports: cov.info, drop: \"<=0.1%\" }
";

#[test]
fn a_baseline_that_the_head_loosened_does_not_count() {
    let project = Project::new(COVERED)
        .file("given.info", lcov(80, 100))
        .file(".gitignore", "*.info\n!given.info\n")
        .committed();
    project.git(&["tag", "empty"]);
    project.call(&["baseline", "record"]).exits(0);
    project.commit();
    project.git(&["tag", "base"]);
    // What the trusted tree does not hold is not there, whatever the head recorded.
    let ran = project.run(&["--policy-ref", "empty", "--ci", "generic"]);
    ran.exits(3).gate("cov").reasons(&["no-baseline"]);

    project.write("given.info", lcov(70, 100));
    project
        .call(&["baseline", "record", "--loosen", "--why", "less is tested"])
        .exits(0);
    project.commit();
    project.run(&[]).exits(0).gate("cov").is("pass");
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("cov").is("fail");
    assert_eq!(codes(&ran), ["baseline-loosened"], "{ran}");
    assert!(messages(&ran).contains("80% → 70%"), "{ran}");

    // Nor does it help to remove it.
    std::fs::remove_file(project.root.join(".tollgate/baseline/cov.txt")).unwrap();
    project.commit();
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("cov").is("fail");
    assert_eq!(codes(&ran), ["baseline-loosened"], "{ran}");
}

#[test]
fn a_gate_that_only_the_head_has_is_held_to_the_baseline_of_the_head() {
    let project = Project::new("gates:\n  lint: { run: 'true' }\n")
        .file("given.info", lcov(80, 100))
        .file(".gitignore", "*.info\n!given.info\n")
        .committed();
    project.git(&["tag", "base"]);
    head(
        &project,
        &COVERED.replace("gates:", "gates:\n  lint: { run: 'true' }"),
    );
    project.call(&["baseline", "record"]).exits(0);
    project.commit();
    let arguments = ["--policy-ref", "base", "--ci", "generic"];
    project.run(&arguments).exits(0).gate("cov").is("pass");
    project.write("given.info", lcov(70, 100));
    project.commit();
    project.run(&arguments).exits(1).gate("cov").is("fail");
}

#[test]
fn a_revision_without_a_file_introduces_the_policy() {
    let project = Project::empty("project").file("a", "x\n").committed();
    project.git(&["tag", "base"]);
    head(&project, "gates: { a: { run: 'true' } }\n");
    let ran = project.run(&["--policy-ref", "base"]).exits(0);
    ran.gate("policy").is("pass").notes(&["policy-introduced"]);
    let json = project
        .call(&["run", "--policy-ref", "base", "-q"])
        .exits(0);
    assert!(json.stdout.starts_with("policy introduced here"), "{json}");
}

#[test]
fn a_revision_that_is_not_in_the_clone_is_inconclusive_and_says_how_to_fetch_it() {
    let project = project();
    for (name, fetch) in [
        (
            "origin/main",
            "git fetch origin +refs/heads/main:refs/remotes/origin/main",
        ),
        ("v9", "git fetch origin v9:v9"),
        ("base~9", "git fetch --unshallow origin"),
        ("-x", "git fetch"),
    ] {
        let argument = format!("--policy-ref={name}");
        let ran = project.run(&[&argument]).exits(3);
        ran.gate("policy")
            .is("inconclusive")
            .cause("evidence")
            .reasons(&["policy-ref-missing"])
            .says(fetch);
    }
    project
        .call(&["policy", "diff", "no-such..HEAD"])
        .exits(2)
        .complains("git fetch");
}

#[test]
fn every_output_shows_the_built_in_gate() {
    let project = with_people();
    head(&project, &BASE.replace("'>=2'", "'>=1'"));
    for output in ["terminal", "json", "junit", "markdown"] {
        let ran = project
            .call(&["run", "--policy-ref", "base", "-o", output])
            .exits(4);
        assert!(ran.stdout.contains("policy"), "{ran}");
        assert!(ran.stdout.contains("weakening"), "{ran}");
    }
    let ran = project.call(&["run", "--policy-ref", "base"]).exits(4);
    let text = project.redact(&ran.stdout);
    let mut lines: Vec<&str> = text.split('\n').collect();
    // Gates are shown as they end.
    lines[..4].sort_unstable();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_renamed_gate_that_writes_the_same_report_is_left_out_and_the_old_one_judges() {
    let project = with_people();
    head(&project, &BASE.replace("  unit:\n", "  checks:\n"));
    let ran = project.run(&["--policy-ref", "base"]).exits(4);
    assert_eq!(codes(&ran), ["gate-removed"]);
    ran.gate("unit").is("pass");
    ran.gate("policy").notes(&["policy-differs"]).says("checks");
}

#[test]
fn a_weakening_that_blocks_ends_a_run_that_fails_fast() {
    let base = "policy: { weakening: block }\ngates: { a: { run: 'true' }, b: { run: 'true' } }\n";
    let project = Project::new(base).committed();
    project.git(&["tag", "base"]);
    head(
        &project,
        "policy: { weakening: block }\ngates: { a: { run: 'true' } }\n",
    );
    let ran = project
        .run(&["--policy-ref", "base", "--fail-fast"])
        .exits(1);
    ran.gate("a").is("cancelled");
}

#[test]
fn a_wider_look_at_the_evidence_does_not_lift_a_share() {
    let gates = |exclude: &str| {
        format!(
            "gates: {{ a: {{ run: sh c.sh, coverage: {{ reports: c.info, lines: '>=80%'{exclude} }} }} }}\n"
        )
    };
    let lcov = "printf 'SF:a\\nDA:1,1\\nDA:2,0\\nend_of_record\\nSF:gen/b\\nDA:1,1\\nDA:2,1\\nDA:3,1\\nDA:4,1\\nend_of_record\\n' > c.info\n";
    let project = Project::new(&gates(", exclude: ['gen/**']"))
        .file("c.sh", lcov)
        .file(".gitignore", "c.info\n")
        .committed();
    project.git(&["tag", "base"]);
    head(&project, &gates(""));
    project.run(&[]).exits(0);
    let ran = project.run(&["--policy-ref", "base"]).exits(1);
    ran.gate("a").is("fail");
    ran.gate("policy").is("pass");
}

#[test]
fn a_tag_that_is_called_like_a_branch_of_the_remote_does_not_choose_the_policy() {
    let project = Project::new("gates: { a: { run: 'false' } }\n").committed();
    project.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    head(&project, "gates: { a: { run: 'true' } }\n");
    project.git(&["tag", "origin/main"]);
    let ran = project.run(&["--policy-ref", "origin/main"]).exits(1);
    ran.gate("a").is("fail");
}

#[test]
fn an_uncommitted_weakening_is_seen_and_a_secret_in_it_is_masked() {
    let project = Project::new("secrets: [KEY]\ngates: { a: { run: 'true' } }\n")
        .env("KEY", "hunter2hunter2")
        .committed();
    project.write(
        "tollgate.yaml",
        "version: 1\nsecrets: [KEY]\ngates: { a: { run: 'echo hunter2hunter2' } }\n",
    );
    let ran = project.run(&["--policy-ref", "HEAD"]).exits(0);
    assert_eq!(codes(&ran), ["changed-producer"]);
    assert!(
        !ran.outcome().to_string().contains("hunter2hunter2"),
        "{ran}"
    );
}

#[test]
fn what_a_signature_is_about_moves_with_the_content_and_not_with_lines() {
    let digest = |project: &Project| diff(project, "base").1["digest"].clone();
    let project = with_people();
    project.write("scripts/unit.sh", "true\n");
    let first = digest(&project);
    assert_eq!(digest(&project), first);
    project.write("scripts/unit.sh", "false\n");
    assert_ne!(digest(&project), first);
}

#[test]
fn a_policy_that_cannot_be_read_is_inconclusive() {
    let project = Project::new("gates: { a: { rnu: 'true' } }\n").committed();
    project.git(&["tag", "base"]);
    head(&project, "gates: { a: { run: 'true' } }\n");
    let ran = project.run(&["--policy-ref", "base"]).exits(3);
    ran.gate("policy")
        .is("inconclusive")
        .reasons(&["policy-ref-unreadable"]);
    project
        .call(&["policy", "diff", "base"])
        .exits(2)
        .complains("the policy of base is refused");
}

#[test]
fn outside_git_there_is_no_revision() {
    let project = Project::new("gates: { a: { run: 'true' } }\n");
    project
        .call(&["run", "--policy-ref", "main"])
        .exits(2)
        .complains("git repository");
    project.call(&["policy", "diff", "main"]).exits(2);
}

#[test]
fn a_gate_may_not_take_the_name_of_the_built_in_one() {
    let project = Project::new("gates: { policy: { run: 'true' } }\n").committed();
    project.run(&[]).exits(0);
    project
        .call(&["run", "--policy-ref", "HEAD"])
        .exits(2)
        .complains("built in");
}

#[test]
fn a_pull_request_is_judged_by_its_base() {
    let event = |project: Project, name: &str, json: String| -> Project {
        let path = project.beside().join("event.json");
        std::fs::write(&path, json).unwrap();
        project
            .env("GITHUB_ACTIONS", "true")
            .env("CI", "true")
            .env("GITHUB_EVENT_NAME", name)
            .env("GITHUB_EVENT_PATH", path.to_str().unwrap())
    };
    let changed = BASE.replace("'>=2'", "'>=1'");
    for (name, shape) in [
        (
            "pull_request",
            r#"{"pull_request":{"base":{"sha":"SHA","ref":"main"}}}"#,
        ),
        (
            "merge_group",
            r#"{"merge_group":{"base_sha":"SHA","base_ref":"refs/heads/main"}}"#,
        ),
    ] {
        let project = project();
        let sha = project.git(&["rev-parse", "base"]);
        head(&project, &changed);
        let project = event(project, name, shape.replace("SHA", &sha));
        let ran = project.run(&[]).exits(0);
        assert_eq!(codes(&ran), ["bound-looser"]);
        // A laptop has no default.
        let ran = project.run(&["--ci", "none"]).exits(0);
        assert!(!ran.verdict().to_string().contains("bound-looser"), "{ran}");
    }
    // What the clone lacks is no reason to believe the head.
    let gone = "0123456789012345678901234567890123456789";
    let shape = format!(r#"{{"pull_request":{{"base":{{"sha":"{gone}","ref":"main"}}}}}}"#);
    let ran = event(project(), "pull_request", shape).run(&[]).exits(3);
    ran.gate("policy").says(&format!("git fetch origin {gone}"));
    let ran = event(project(), "pull_request", "{}".to_owned())
        .run(&[])
        .exits(3);
    ran.gate("policy").reasons(&["policy-ref-missing"]);
    // A push has none either.
    let ran = event(project(), "push", "{}".to_owned()).run(&[]).exits(0);
    assert!(
        !ran.verdict().to_string().contains("policy.policy"),
        "{ran}"
    );
}

#[test]
fn what_the_base_demands_since_is_no_fault_of_the_branch() {
    let project = project();
    project.git(&["checkout", "-q", "-b", "topic"]);
    project.write("topic.txt", "x\n");
    project.commit();
    project.git(&["checkout", "-q", "main"]);
    head(&project, &BASE.replace("skipped: '<=1'", "skipped: 0"));
    project.git(&["checkout", "-q", "topic"]);
    let ran = project.run(&["--policy-ref", "main"]).exits(1);
    ran.gate("policy").is("pass").notes(&["policy-differs"]);
    // The newer policy of the base judges all the same.
    ran.gate("unit").is("fail");
    assert_eq!(diff(&project, "main..topic").0.code, 1);
    assert_eq!(diff(&project, "main...topic").0.code, 0);
}

#[test]
fn the_difference_is_drawn_for_people_and_for_reviews() {
    let project = project();
    head(
        &project,
        &(BASE.replace("'>=2'", "'>=1'") + "  extra: { run: 'true' }\n"),
    );
    let ran = project.call(&["policy", "diff", "base..HEAD"]).exits(1);
    insta::assert_snapshot!("policy_diff_terminal", ran.stdout);
    let ran = project
        .call(&["policy", "diff", "base..HEAD", "-o", "markdown"])
        .exits(1);
    insta::assert_snapshot!("policy_diff_markdown", ran.stdout);
    project
        .call(&["policy", "diff", "base..HEAD", "-o", "junit"])
        .exits(2);
    project.call(&["policy", "diff", "..HEAD"]).exits(2);
    project.call(&["policy", "diff", "HEAD"]).exits(0);
}

#[test]
fn a_project_below_the_top_of_the_repository_is_found_in_a_revision() {
    let project = Project::empty("project")
        .file(
            "sub/tollgate.yaml",
            "version: 1\nextends: more.yaml\ngates: { a: { run: 'true' } }\n",
        )
        .file("sub/more.yaml", "gates: { b: { run: 'true' } }\n")
        .committed();
    project.git(&["tag", "base"]);
    project.write("sub/more.yaml", "gates: {}\n");
    let ran = project
        .call(&["-C", "sub", "policy", "diff", "base"])
        .exits(1);
    assert!(ran.stdout.contains("gates.b"), "{ran}");
}

fn sha256(path: &Path) -> String {
    let digest = Sha256::digest(std::fs::read(path).unwrap());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_file_of_a_revision_is_extended_by_its_digest() {
    let project = Project::new("gates: { a: { run: 'true' } }\n")
        .file("policy/base.yaml", LOWER)
        .file("README.md", "x\n")
        .committed();
    project.git(&["tag", "v1"]);
    let digest = sha256(&project.root.join("policy/base.yaml"));
    std::fs::remove_file(project.root.join("policy/base.yaml")).unwrap();
    let own = "gates: { a: { run: 'true' } }\n";
    for entry in [
        format!("extends: [ {{ git: v1, path: policy/base.yaml, sha256: {digest} }} ]\n"),
        format!("extends: policy/base.yaml@v1#sha256={digest}\n"),
    ] {
        head(&project, &format!("{entry}{own}"));
        let ran = project.run(&[]).exits(0);
        ran.gate("docs").is("pass");
        let wrong = entry.replace(&digest, &"0".repeat(64));
        head(&project, &format!("{wrong}{own}"));
        project
            .call(&["config", "check"])
            .exits(2)
            .complains(&digest);
    }
    for (entry, words) in [
        ("extends: policy/base.yaml@v1\n".to_owned(), "digest"),
        (
            "extends: { git: v1, path: policy/base.yaml }\n".to_owned(),
            "digest",
        ),
        (
            format!("extends: policy/base.yaml@v9#sha256={digest}\n"),
            "git fetch origin v9",
        ),
        (format!("extends: no.yaml@v1#sha256={digest}\n"), "no.yaml"),
        (
            format!("extends: ../up.yaml@v1#sha256={digest}\n"),
            "leaves the project",
        ),
        (
            "extends: { git: v1, path: p, sha256: abc }\n".to_owned(),
            "64",
        ),
        (
            "extends: https://example.org/x.yaml\n".to_owned(),
            "no path",
        ),
    ] {
        head(&project, &format!("{entry}{own}"));
        project.call(&["config", "check"]).exits(2).complains(words);
    }
}

#[test]
fn a_pinned_file_may_extend_only_what_is_pinned() {
    let project = Project::new("gates: { a: { run: 'true' } }\n")
        .file("policy/base.yaml", format!("extends: lower.yaml\n{LOWER}"))
        .file("policy/lower.yaml", LOWER)
        .file("README.md", "x\n")
        .committed();
    project.git(&["tag", "v1"]);
    let digest = sha256(&project.root.join("policy/base.yaml"));
    head(
        &project,
        &format!(
            "extends: policy/base.yaml@v1#sha256={digest}\ngates: {{ a: {{ run: 'true' }} }}\n"
        ),
    );
    project
        .call(&["config", "check"])
        .exits(2)
        .complains("not pinned");
}

#[test]
fn the_digest_of_the_policy_covers_what_it_extends_and_its_presets() {
    let digest = |project: &Project| project.run(&[]).verdict()["policy"].clone();
    let project = project();
    let before = digest(&project);
    assert_eq!(digest(&project), before);
    project.write("policy/base.yaml", format!("# more\n{LOWER}"));
    let extended = digest(&project);
    assert_ne!(extended, before);
    let with = |preset: &str| {
        let text =
            format!("gates: {{ a: {{ uses: {preset}, default: false }}, b: {{ run: 'true' }} }}\n");
        digest(&Project::new(&text))
    };
    assert_ne!(with("shell/shfmt"), with("shell/shellcheck"));
}

#[test]
fn the_verdict_names_the_tool_that_judged() {
    let ran = project().run(&[]).exits(0);
    assert_eq!(ran.verdict()["tollgate"], env!("CARGO_PKG_VERSION"));
}

/// People with a key of their own in the trusted revision, and a head that demands less.
fn with_a_weaker_head(named: &str) -> (Project, Key) {
    let project = Project::new(BASE)
        .file("policy/base.yaml", LOWER)
        .file("scripts/unit.sh", UNIT)
        .file("README.md", "x\n")
        .file(".gitignore", "unit.tap\n");
    let key = Key::new(&project, named, "");
    let people = format!(
        "version: 1\npeople: {{ {named}: {{ keys: ['{}'] }} }}\n",
        key.line
    );
    let project = project.file(".tollgate/people.yaml", people).committed();
    project.git(&["tag", "base"]);
    head(&project, &BASE.replace("passed: '>=2'", "passed: '>=1'"));
    (project, key)
}

fn accept(project: &Project, key: &Key) -> Ran {
    let key = key.file.display().to_string();
    project.call(&[
        "policy",
        "accept",
        "base",
        "--why",
        "one test is gone",
        "--key",
        &key,
    ])
}

#[test]
fn weakenings_that_a_named_person_accepted_let_the_heads_policy_judge() {
    let (project, key) = with_a_weaker_head("ada");
    project.write("scripts/unit.sh", "printf '1..1\\nok 1 a\\n' > unit.tap\n");
    project.commit();
    project.run(&["--policy-ref", "base"]).exits(1);
    accept(&project, &key).exits(0).says("bound-looser");
    project.commit();
    let ran = project.run(&["--policy-ref", "base"]);
    // The script is protected and changed too: that was in the list which was signed.
    let ran = ran.exits(0);
    ran.gate("policy").is("pass");
    ran.gate("unit").is("pass");
    let condition = ran.gate("policy").verdict["conditions"][0].to_string();
    assert!(condition.contains("accepted by ada"), "{ran}");
    assert_eq!(codes(&ran), ["bound-looser", "changed-producer"]);
    project.call(&["verify"]).exits(0);
}

#[test]
fn an_acceptance_holds_for_its_list_alone() {
    let (project, key) = with_a_weaker_head("ada");
    accept(&project, &key).exits(0);
    project.commit();
    project.run(&["--policy-ref", "base"]).exits(0);
    // Another commit with the same policy: a rebase does not take the signature away.
    project.write("README.md", "y\n");
    project.commit();
    project.run(&["--policy-ref", "base"]).exits(0);
    // One weakening more.
    let less = BASE.replace("passed: '>=2'", "passed: '>=1'");
    head(&project, &less.replace("skipped: '<=1'", "skipped: '<=2'"));
    let ran = project.run(&["--policy-ref", "base"]).exits(4);
    ran.gate("policy").reasons(&["sign-off-outstanding"]);
}

#[test]
fn only_whom_the_trusted_revision_names_can_accept() {
    let (project, _) = with_a_weaker_head("ada");
    // The head names somebody itself: that is a weakening, and no way to sign.
    let eve = Key::new(&project, "eve", "");
    project.write(
        ".tollgate/people.yaml",
        format!(
            "version: 1\npeople: {{ eve: {{ keys: ['{}'] }} }}\n",
            eve.line
        ),
    );
    project.commit();
    accept(&project, &eve).exits(3).complains("key of nobody");
    project.run(&["--policy-ref", "base"]).exits(4);
}

#[test]
fn a_forged_acceptance_is_named_and_does_not_count() {
    let (project, key) = with_a_weaker_head("ada");
    accept(&project, &key).exits(0);
    let folder = project.root.join(".tollgate/ledger");
    let mut forged = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "sig") {
            let other = Key::new(&project, "other", "");
            let record = path.with_extension("").with_extension("json");
            std::fs::remove_file(&path).unwrap();
            let signed = std::process::Command::new("ssh-keygen")
                .args(["-q", "-Y", "sign", "-n", "tollgate", "-f"])
                .args([&other.file, &record])
                .status()
                .unwrap();
            assert!(signed.success());
            let made = format!("{}.sig", record.display());
            std::fs::rename(made, &path).unwrap();
            forged += 1;
        }
    }
    assert_eq!(forged, 1);
    project.commit();
    let ran = project.run(&["--policy-ref", "base"]).exits(4);
    ran.says("does not count").gate("policy").is("inconclusive");
}

#[test]
fn nobody_can_accept_what_the_trusted_policy_blocks() {
    let (project, key) = with_a_weaker_head("ada");
    let base = format!("version: 1\npolicy: {{ weakening: block }}\n{BASE}");
    project.git(&["checkout", "-q", "-b", "strict", "base"]);
    project.write("tollgate.yaml", &base);
    project.commit();
    project.git(&["tag", "-f", "base"]);
    project.write(
        "tollgate.yaml",
        base.replace("passed: '>=2'", "passed: '>=1'"),
    );
    project.commit();
    accept(&project, &key)
        .exits(1)
        .complains("nobody can accept");
    project.run(&["--policy-ref", "base"]).exits(1);
}
