//! What the screens of phases say, and that they say what is so.

use crate::support::{People, Project};

/// A day so many days from today.
fn in_days(days: i64) -> String {
    use jiff::ToSpan as _;
    let today = jiff::Zoned::now()
        .with_time_zone(jiff::tz::TimeZone::UTC)
        .date();
    today.checked_add(days.days()).unwrap().to_string()
}

const LIENS: &str = "\
gates: { a: { run: 'true' }, perf: { run: test -e fast } }
phases:
  alpha: { gates: [a, perf], liens: { from: [leads], longest: 30d } }
  beta: { after: alpha, gates: [a] }
";

fn lien(project: &Project, key: &crate::support::Key, due: &str) {
    let key = key.file.to_str().unwrap();
    let ran = project.phase(&[
        "lien",
        "alpha",
        "--on",
        "perf",
        "--owner",
        "cy",
        "--why",
        "new disks",
        "--due",
        due,
        "--key",
        key,
    ]);
    ran.exits(0);
}

#[test]
fn a_conditional_go_says_what_fails_and_under_whose_promise() {
    let project = Project::new(LIENS);
    let people = People::of(&project);
    let project = project.committed();
    let (soon, later) = (in_days(3), in_days(20));
    lien(&project, &people.cy, &later);
    lien(&project, &people.bo, &soon);
    let last = in_days(2);
    let due = format!("due {soon} (good through {last})");
    let found = format!("1 passes, 1 fails under the lien of cy, {due}");
    let ran = project.phase(&["complete", "alpha"]).exits(0);
    // It is wrapped at 80 columns.
    let words: Vec<&str> = ran.stdout.split_whitespace().collect();
    assert!(words.join(" ").contains(&found), "{ran}");
    assert!(!ran.stdout.contains("all pass"), "{ran}");
    let (_, records) = project.phase_json(&["history", "alpha"]);
    assert!(records.to_string().contains(&found), "{records}");

    let report = project.phase(&["report", "alpha"]).exits(0);
    let next = report.stdout.split("## What is next").nth(1).unwrap();
    assert!(next.contains("- cy: make perf of alpha hold."), "{report}");
    assert!(next.contains(&soon) && !next.contains(&later), "{report}");
    let refused = report.stdout.split("## Promises that do not count").nth(1);
    assert!(
        refused.unwrap().contains("nobody in leads signed it"),
        "{report}"
    );

    // The board shows what the phase was completed with.
    let (_, board) = project.phase_json(&["status"]);
    let alpha = &board["board"]["phases"][0];
    assert_eq!(
        alpha["gates"],
        serde_json::json!([["a", "pass"], ["perf", "waived"]])
    );
    assert_eq!(alpha["readiness"], serde_json::Value::Null);
    assert_eq!(alpha["liens"][1]["state"], "open");
    assert_eq!(alpha["liens"][0]["state"], "refused");
    let shown = project.phase(&["status"]).exits(0);
    let row = shown
        .stdout
        .lines()
        .find(|line| line.contains("alpha"))
        .unwrap();
    assert!(!row.contains('%') && !row.contains('✗'), "{shown}");
}

#[test]
fn a_report_is_one_document() {
    let project = Project::new(LIENS);
    People::of(&project);
    let project = project.committed();
    let (code, document) = project.phase_json(&["report", "beta"]);
    assert_eq!(code, 0);
    assert_eq!(document["schema"], "tollgate/handoff/1");
    assert_eq!(document["phases"], serde_json::json!(["beta"]));
    assert_eq!(document["records"], serde_json::json!([]));
    let ran = project.phase(&["report", "--json"]).exits(0);
    assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
}

#[test]
fn a_promise_that_is_due_is_told_as_what_makes_a_run_no_go() {
    let project = Project::new(LIENS);
    let people = People::of(&project);
    let project = project.committed();
    lien(&project, &people.bo, "beta");
    project.run(&["a"]).exits(0);
    // The phase that it waits for is not in the file any more.
    project.write(
        "tollgate.yaml",
        format!("version: 1\n{}", LIENS.replace("beta", "gamma")),
    );
    let ran = project.run(&["a"]).exits(1);
    assert!(
        ran.stdout.contains("✗ lien  due and not kept: `perf`"),
        "{ran}"
    );
    assert!(
        ran.stdout
            .contains("✗ no go · 1 lien is due and not kept, 1 passed"),
        "{ran}"
    );
    assert_eq!(
        ran.outcome()["run"]["due"].as_array().map(Vec::len),
        Some(1)
    );
    let markdown = project.call(&["run", "a", "--output", "markdown"]).exits(1);
    assert!(markdown.stdout.contains("❌ **lien**: "), "{markdown}");
    let junit = project.call(&["run", "a", "--output", "junit"]).exits(1);
    assert!(
        junit.stdout.contains("tests=\"2\" failures=\"1\""),
        "{junit}"
    );
    assert!(junit.stdout.contains("name=\"lien 1\""), "{junit}");
}

#[test]
fn a_gate_that_fails_is_told_once_before_the_criteria() {
    let project = Project::new(
        "gates: { a: { run: 'true' }, b: { run: 'false' } }\nphases: { alpha: { gates: [a, b] } }\n",
    )
    .committed();
    for (command, told) in [("decide", "✗ gates"), ("observe", "✓ recorded")] {
        let ran = project.phase(&[command, "alpha"]).exits(1);
        let before = ran.stdout.split(told).next().unwrap();
        // Its line as it ended, and then all that is to be known of it.
        let lines = before.lines().filter(|line| line.starts_with("✗ b"));
        assert_eq!(lines.count(), 2, "{ran}");
    }
}

#[test]
fn where_nothing_that_blocks_was_judged_the_first_line_says_so() {
    let project = Project::new(
        "gates:
  warns: { run: 'false', enforce: warn }
  elsewhere: { run: 'true', when: { env: NO_SUCH_VARIABLE } }
phases:
  alpha: { gates: [warns] }
  beta: { gates: [elsewhere], may-skip: [elsewhere] }
  gamma: { gates: [warns, elsewhere], may-skip: [elsewhere] }
",
    )
    .committed();
    for (phase, first, found) in [
        (
            "alpha",
            "no gate that blocks was judged",
            "1 only warns: warns fails",
        ),
        (
            "beta",
            "the one gate is not applicable here",
            "1 does not apply here",
        ),
        (
            "gamma",
            "no gate that blocks was judged",
            "1 does not apply here, 1 only warns",
        ),
    ] {
        let ran = project.phase(&["complete", phase]).exits(0);
        // Below the lines of the gates as they ended.
        assert!(
            ran.stdout.lines().any(|line| line.starts_with(first)),
            "{ran}"
        );
        assert!(ran.stdout.find(first) < ran.stdout.find("✓ tree"), "{ran}");
        let words: Vec<&str> = ran.stdout.split_whitespace().collect();
        let words = words.join(" ");
        assert!(
            words.contains("! gates nothing that blocks was judged"),
            "{ran}"
        );
        assert!(words.contains(found), "{ran}");
    }
}

/// A project whose one phase was completed and taken back.
fn reopened() -> Project {
    let project =
        Project::new("gates: { a: { run: 'true' } }\nphases: { alpha: { gates: [a] } }\n")
            .committed();
    project.phase(&["complete", "alpha"]).exits(0);
    project
        .phase(&["reopen", "alpha", "--why", "a bug"])
        .exits(0);
    project
}

#[test]
fn bad_news_of_an_earlier_completion_have_no_tick() {
    let project = reopened();
    let ran = project.phase(&["decide", "alpha"]).exits(0);
    let line = ran.stdout.lines().find(|line| line.contains("stale  "));
    let line = line.expect("it is told");
    assert!(line.starts_with("! stale"), "{ran}");
    assert!(
        line.contains("does not hold any more: Ada reopened it"),
        "{ran}"
    );
    assert!(!ran.stdout.contains("is told"), "{ran}");
}

#[test]
fn thirty_long_names_stay_apart_on_the_board_and_use_its_free_columns() {
    let board = |name: &str, gates: usize| {
        let mut file = "gates:\n".to_owned();
        for gate in 0..gates {
            file += &format!("  gate-number-{gate}: {{ run: 'true' }}\n");
        }
        file += "phases:\n";
        for phase in 1..=30 {
            // Each gate stands in other phases, so that none shares a column.
            let own: Vec<String> = (0..gates)
                .filter(|gate| phase >> (gate % 5) & 1 == 1 || phase == gate + 1)
                .map(|gate| format!("gate-number-{gate}"))
                .collect();
            let own = if own.is_empty() {
                "gate-number-0".to_owned()
            } else {
                own.join(", ")
            };
            file += &format!("  {name}-{phase}: {{ gates: [{own}] }}\n");
        }
        let project = Project::new(&file).committed().env("COLUMNS", "80");
        let shown = project.phase(&["status"]).exits(0).stdout;
        let rows = shown.lines().filter(|line| line.starts_with('○')).take(30);
        let names: Vec<String> = rows
            .map(|line| line.split_whitespace().nth(1).unwrap().to_owned())
            .collect();
        assert!(
            shown.lines().all(|line| line.chars().count() <= 80),
            "{shown}"
        );
        names
    };
    let whole = board("phase-with-long-name", 1);
    assert_eq!(whole[29], "phase-with-long-name-30");
    for (name, gates) in [
        (
            "phase-with-a-name-that-is-longer-than-a-board-has-room-for",
            1,
        ),
        (
            "phase-with-a-name-that-is-longer-than-a-board-has-room-for",
            30,
        ),
    ] {
        let mut names = board(name, gates);
        assert_eq!(names.len(), 30);
        assert!(
            names[29].contains('…') && names[29].ends_with("-30"),
            "{names:?}"
        );
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 30, "{names:?}");
    }
}

#[test]
fn a_waiver_stands_for_a_soak_until_its_last_day_and_never_for_people_or_predecessors() {
    let project = Project::new(
        "gates: { a: { run: 'true' } }
phases:
  alpha: { gates: [a], soak: 72h }
  beta: { after: alpha, gates: [a], sign-offs: 1 }
",
    );
    People::of(&project);
    let waiver = |phase: &str, criterion: &str| {
        format!(
            "  - {{ phase: {phase}, criterion: {criterion}, why: known, owner: ada, opened: {}, until: {} }}\n",
            in_days(-3),
            in_days(1)
        )
    };
    let waivers = [
        waiver("alpha", "soak"),
        waiver("beta", "sign-offs"),
        waiver("beta", "after"),
    ];
    project.write(
        ".tollgate/waivers.yaml",
        format!("version: 1\nwaivers:\n{}", waivers.concat()),
    );
    let project = project.committed();
    let checked = project.call(&["config", "check"]).exits(0);
    for criterion in ["sign-offs", "after"] {
        let words = format!("the criterion `{criterion}` cannot be waived");
        assert!(checked.stderr.contains(&words), "{checked}");
    }
    assert!(!checked.stderr.contains("`soak` cannot"), "{checked}");
    assert_eq!(project.outstanding("beta"), ["after", "sign-offs"]);
    project
        .phase(&["complete", "alpha"])
        .exits(0)
        .says("conditional go")
        .says("criterion `soak` is waived");
    project
        .phase(&["decide", "beta"])
        .exits(4)
        .says("the waiver of `sign-offs` does not count");
    project.call(&["verify"]).exits(0);
}

#[test]
fn a_promise_that_would_be_due_at_once_is_refused_with_what_to_name() {
    let project = Project::new(
        "gates: { a: { run: 'true' }, perf: { run: test -e fast } }
phases:
  alpha: { gates: [a] }
  beta: { after: alpha, gates: [a, perf], liens: { from: [leads], longest: 30d } }
  gamma: { after: beta, gates: [a] }
",
    );
    let people = People::of(&project);
    let project = project.committed();
    let key = people.bo.file.to_str().unwrap();
    let due = |day: &str| {
        let words = [
            "--owner",
            "cy",
            "--why",
            "new disks",
            "--due",
            day,
            "--key",
            key,
        ];
        let mut all = vec!["lien", "beta", "--on", "perf"];
        all.extend(words);
        project.phase(&all)
    };
    let tomorrow = in_days(1);
    for (day, words) in [
        (
            in_days(0),
            format!("the first day that it can be due is {tomorrow}"),
        ),
        (
            "beta".to_owned(),
            "is due as soon as `beta` is decided".to_owned(),
        ),
        (
            "alpha".to_owned(),
            "phase `alpha` is complete before `beta` is".to_owned(),
        ),
    ] {
        let ran = due(&day).exits(2);
        let said: Vec<&str> = ran.stderr.split_whitespace().collect();
        assert!(said.join(" ").contains(&words), "{ran}");
    }
    assert!(project.recorded().is_empty());
    for day in [tomorrow.as_str(), "gamma"] {
        due(day).exits(0);
    }
    project.phase(&["complete", "alpha"]).exits(0);
    project
        .phase(&["complete", "beta"])
        .exits(0)
        .says("conditional go");
}

#[test]
fn what_changes_by_itself_knows_the_promises_that_will_be_due() {
    let project = Project::new(LIENS);
    let people = People::of(&project);
    let project = project.committed();
    let (day, before) = (in_days(3), in_days(2));
    lien(&project, &people.bo, &day);
    lien(&project, &people.cy, &day); // signed by nobody who may: it does not count
    let words = format!("{day}  the lien of cy on `perf` of phase `alpha` is due");
    for command in [
        vec!["run", "--dry-run", "--at"],
        vec!["config", "check", "--at"],
        vec!["explain", "perf", "--at"],
    ] {
        let at = |day: &str| {
            let mut all = command.clone();
            all.push(day);
            project.call(&all)
        };
        let ran = at(&day);
        assert_eq!(ran.stdout.matches(&words).count(), 1, "{ran}");
        let ran = at(&before);
        assert!(ran.stdout.contains("nothing changes by itself"), "{ran}");
    }
    let other = project.call(&["explain", "a", "--at", &day]);
    assert!(other.stdout.contains("nothing changes"), "{other}");
}

#[test]
fn an_entry_signed_before_its_time_is_told_so_at_once() {
    let project = Project::new(
        "gates: { a: { run: 'true' } }
phases:
  alpha: { gates: [a] }
  beta: { after: alpha, entry: { sign-offs: 1 }, gates: [a] }
",
    );
    let people = People::of(&project);
    let project = project.committed();
    let key = people.bo.file.to_str().unwrap();
    let sign = || {
        project
            .phase(&["sign", "beta", "--entry", "--key", key])
            .exits(0)
    };
    let ran = sign();
    let said: Vec<&str> = ran.stderr.split_whitespace().collect();
    let words = "it does not count: bo signed before `alpha` was completed";
    assert!(said.join(" ").contains(words), "{ran}");
    project.phase(&["complete", "alpha"]).exits(0);
    assert_eq!(project.outstanding("beta"), ["entry"]);
    let ran = sign();
    assert!(!ran.stderr.contains("does not count"), "{ran}");
    assert!(project.outstanding("beta").is_empty());
}

#[test]
fn a_stale_phase_that_is_decided_well_can_be_completed_again() {
    let project = reopened();
    project
        .phase(&["decide", "alpha"])
        .exits(0)
        .says("✓ go · alpha can be completed again")
        .says("all pass (wanted 1 gate to pass)");
    let shown = project.phase(&["status"]).exits(0);
    assert!(
        shown.stdout.contains("do: tollgate phase complete alpha"),
        "{shown}"
    );
}

#[test]
fn gates_of_long_names_can_be_told_apart_where_they_are_judged() {
    let name = |end: &str| format!("gate-with-a-name-that-is-as-long-as-its-neighbours-{end}");
    let gate = |end: &str| format!("  {}: {{ run: 'true' }}\n", name(end));
    let project = Project::new(&format!(
        "gates:\n{}{}phases: {{ alpha: {{ gates: [{}, {}] }} }}\n",
        gate("a"),
        gate("b"),
        name("a"),
        name("b")
    ))
    .committed()
    .env("COLUMNS", "80");
    let ran = project.phase(&["decide", "alpha"]).exits(0);
    for end in ["a", "b"] {
        let told = |text: &str| {
            let mut lines = text.lines();
            lines.any(|line| line.contains(&format!("neighbours-{end}  pass")))
        };
        assert!(told(&ran.stdout), "{ran}");
    }
    let gate = name("a");
    let refs = project.call(&["run", &gate, "--ref", "HEAD", "--merged-into", "main", "-v"]);
    assert!(refs.stdout.contains("neighbours-a  pass"), "{refs}");
}
