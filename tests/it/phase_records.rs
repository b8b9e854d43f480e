//! What people record beside sign-offs, how records are shown, and the document that hands phases over.

use crate::support::{People, Project};

const FILE: &str = "\
gates:
  a: { run: 'true' }
  size: { files: { size: { tollgate.yaml: '<=10kB' } } }
phases:
  alpha: { title: Validation, gates: [a, size] }
  beta: { title: Hardening, after: alpha, gates: [a], due: 2026-12-31 }
";

#[test]
fn a_person_holds_sends_back_or_ends_a_phase_and_reopening_lifts_it() {
    let project = Project::new(FILE).committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project
        .phase(&["hold", "beta", "--why", "the customer is away"])
        .exits(0);
    project
        .phase(&["complete", "beta"])
        .exits(4)
        .says("the customer is away");
    project
        .phase(&["reopen", "beta", "--why", "back again"])
        .exits(0);
    project.phase(&["decide", "beta"]).exits(0);
    project
        .phase(&["kill", "beta", "--why", "not needed"])
        .exits(0);
    project
        .phase(&["complete", "beta"])
        .exits(1)
        .says("not needed");
    project
        .phase(&["reopen", "beta", "--why", "needed"])
        .exits(0);
    project
        .phase(&["recycle", "beta", "--to", "alpha", "--why", "wrong data"])
        .exits(0);
    assert_eq!(project.state("alpha"), "stale");
    project.phase(&["complete", "beta"]).exits(1);
    project
        .phase(&["recycle", "alpha", "--to", "beta", "--why", "x"])
        .exits(2)
        .complains("does not come before");
    assert_eq!(
        project.recorded(),
        [
            "completion",
            "ruling",
            "reopen",
            "ruling",
            "reopen",
            "ruling"
        ]
    );
}

#[test]
fn history_shows_who_said_what_and_who_signed_it() {
    let project = Project::new(FILE);
    let people = People::of(&project);
    let project = project.committed();
    let key = people.ada.file.to_str().unwrap();
    project
        .phase(&[
            "sign",
            "beta",
            "--key",
            key,
            "--why",
            "read the plan",
            "--evidence",
            "https://example.org/plan",
        ])
        .exits(0)
        .complains("asks for no sign-off");
    project.phase(&["complete", "alpha", "--key", key]).exits(0);
    let ran = project.phase(&["history"]).exits(0);
    let ran = ran
        .says("read the plan")
        .says("https://example.org/plan")
        .says("by ada <ada@example.org>, signed by ada")
        .says("completion");
    let [newest, oldest] = ["completion", "sign-off"].map(|kind| ran.stdout.find(kind).unwrap());
    assert!(newest < oldest, "{ran}");
    assert!(
        ran.stdout.lines().all(|line| line.chars().count() <= 110),
        "{ran}"
    );
    // A signature that does not fit its record is told as such.
    let name = project.git(&["ls-files", "-o", ".tollgate/ledger/*.sig"]);
    let signature = name.lines().next().unwrap();
    project.write(
        signature,
        project
            .read(signature)
            .replace("SSH SIGNATURE", "SSH SIGNATURES"),
    );
    project.phase(&["history"]).exits(0).says("does not count");
}

#[test]
fn a_key_of_nobody_signs_nothing() {
    let project = Project::new(FILE);
    let _people = People::of(&project);
    let project = project.committed();
    let stranger = crate::support::Key::new(&project, "stranger", "");
    project
        .phase(&["sign", "beta", "--key", stranger.file.to_str().unwrap()])
        .exits(3)
        .complains("a key of nobody")
        .complains("nothing was recorded");
    assert!(project.recorded().is_empty());
}

#[test]
fn the_report_hands_over_what_was_done_and_what_is_next() {
    let project = Project::new(FILE).committed();
    project.phase(&["complete", "alpha"]).exits(0);
    let ran = project.phase(&["report", "alpha"]).exits(0);
    for part in [
        "# Hand-off: alpha — Validation",
        "State: **complete**",
        "## What was done",
        "## Numbers",
        "size.files.size",
        "## Decisions",
        "## Liens",
        "## Waivers",
        "## What is next",
        "beta — Hardening is",
    ] {
        assert!(ran.stdout.contains(part), "{part}\n{ran}");
    }
    project.phase(&["report", "--out", "hand-off.md"]).exits(0);
    let whole = project.read("hand-off.md");
    assert!(
        whole.starts_with("# Hand-off\n") && whole.contains("due `2026-12-31`"),
        "{whole}"
    );
    // Nobody's words can begin a line of their own.
    assert!(!whole.contains('\x1b'));
}

#[test]
fn the_board_fits_80_columns_whatever_the_file_holds() {
    let mut file = "gates:\n".to_owned();
    for gate in 0..40 {
        file += &format!("  gate-{gate:02}: {{ run: 'true' }}\n");
    }
    file += "phases:\n";
    for phase in 0..30 {
        let gates: Vec<String> = (0..40)
            .filter(|gate| (gate * 7 + phase * 3) % 5 < 2)
            .map(|gate| format!("gate-{gate:02}"))
            .collect();
        let after = if phase == 0 {
            String::new()
        } else {
            format!("after: phase-{:02}, ", phase - 1)
        };
        file += &format!(
            "  phase-{phase:02}: {{ {after}gates: [{}] }}\n",
            gates.join(", ")
        );
    }
    let project = Project::new(&file).committed().env("COLUMNS", "80");
    project.phase(&["complete", "phase-00"]).exits(0);
    for width in [80, 60] {
        let mut command = project.tollgate(&["phase", "status"]);
        command.env("COLUMNS", width.to_string());
        let ran = crate::support::Started::new(command, None).end().exits(0);
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        assert!(ran.stdout.contains("30 phases: 1 complete"), "{ran}");
        assert!(ran.stdout.contains("Longest chain: 29 phases"), "{ran}");
    }
    let one = project.phase(&["status", "phase-01"]).exits(0);
    assert!(!one.stdout.contains("phase-02 "), "{one}");
}
