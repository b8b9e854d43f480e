//! Named semaphores, shared by all work trees of a repository.

use crate::support::{Project, wait_for};

#[test]
fn gates_of_one_run_take_turns() {
    let yaml = "resources: { database: 1 }
gates:
  a: { run: ./use, resource: database }
  b: { run: ./use, resource: database }
  c: { run: ./use, resource: database }
";
    let script = "mkdir taken || exit 9; sleep 0.05; rmdir taken";
    let ran = Project::new(yaml)
        .script("use", script)
        .run(&["-j", "3"])
        .exits(0);
    for gate in ["a", "b", "c"] {
        ran.gate(gate).is("pass");
    }
}

#[test]
fn a_resource_of_two_is_held_by_two() {
    let yaml = "resources: { slots: 2 }
gates:
  a: { run: 'touch a; until [ -e b ]; do sleep 0.01; done', resource: slots, timeout: 50s }
  b: { run: 'touch b; until [ -e a ]; do sleep 0.01; done', resource: slots, timeout: 50s }
";
    Project::new(yaml).run(&["-j", "2"]).exits(0);
}

#[test]
fn two_work_trees_share_a_resource_and_the_one_that_waits_says_so() {
    let yaml = "resources: { database: 1 }
gates:
  use: { run: ./use, resource: database }
";
    let project = Project::new(yaml)
        .script(
            "use",
            "touch holds; until [ -e ../release ]; do sleep 0.01; done",
        )
        .committed();
    let other = project.beside().join("other");
    project.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "other",
        other.to_str().unwrap(),
    ]);
    let first = project.start(&[]);
    wait_for("the first to hold it", || {
        project.has("holds").then_some(())
    });
    let second = project.start_in(&other, &[]);
    second.wait_for("waits for `database`");
    assert!(!other.join("holds").exists());
    std::fs::write(project.beside().join("release"), "").unwrap();
    first.end().exits(0);
    let second = second.end().exits(0);
    let gate = second.gate("use").is("pass");
    assert!(gate.run["waited_ms"].as_u64().unwrap() > 0, "{second}");
}

#[test]
fn an_interrupt_ends_the_waiting() {
    let yaml = "resources: { database: 1 }
gates:
  use: { run: ./use, resource: database }
";
    let project = Project::new(yaml)
        .script(
            "use",
            "touch holds; until [ -e ../release ]; do sleep 0.01; done",
        )
        .committed();
    let first = project.start(&[]);
    wait_for("the first to hold it", || {
        project.has("holds").then_some(())
    });
    let second = project.start(&[]);
    second.wait_for("waits for `database`");
    second.signal(rustix::process::Signal::INT);
    second.end().exits(130).gate("use").is("cancelled");
    std::fs::write(project.beside().join("release"), "").unwrap();
    first.end().exits(0);
}

#[test]
fn a_resource_that_cannot_be_locked_is_undecided_and_not_awaited() {
    let yaml = "resources: { database: 1 }
gates:
  use: { run: touch ran, resource: database }
  free: { run: 'true' }
";
    // A file where the folder of the locks would be: nobody can lock anything there.
    let project = Project::new(yaml).file(".tollgate/local/locks", "");
    let ran = project.run(&[]).exits(3);
    let gate = ran.gate("use").is("inconclusive").cause("environment");
    gate.says("`database`");
    ran.gate("free").is("pass");
    assert!(!project.has("ran"));
}

#[test]
fn resources_must_be_declared_and_have_units() {
    let yaml = "resources: { database: 0 }\ngates:\n  a: { run: 'true', resource: databse }\n";
    let ran = Project::new(yaml).call(&["config", "check"]).exits(2);
    ran.complains("has no unit")
        .complains("did you mean `database`?");
}
