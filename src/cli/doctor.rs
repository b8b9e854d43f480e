//! `tollgate doctor`: whether what the gates need is here, before anything runs.

use std::fmt::Write as _;
use std::path::Path;

use super::args::Global;
use super::exit::Exit;
use super::project;
use super::screen::Screen;
use super::world;
use crate::config::{PRESETS, Plan, PlannedGate};
use crate::exec::{self, Program};
use crate::output::neutral;
use crate::vcs::Repository;

/// Checks programs, git and the place for records. Anything missing is "could not decide".
pub fn doctor(global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let mut text = String::new();
    let mut missing = 0;
    let good = if screen.style().unicode { "✓" } else { "ok" };
    let bad = if screen.style().unicode {
        "✗"
    } else {
        "MISSING"
    };
    let repository = Repository::find(&plan.root);
    match &repository {
        Some(repository) => {
            let _ = writeln!(
                text,
                "{good} git repository at {}",
                repository.top.display()
            );
        }
        None => {
            let _ = writeln!(
                text,
                "{good} no git repository: gates run, verdicts name no tree"
            );
        }
    }
    let path = world::variable("PATH").unwrap_or_default();
    for gate in &plan.gates {
        for program in programs(gate) {
            let found = find(&program, &plan, gate, &path);
            missing += usize::from(!found);
            let mark = if found { good } else { bad };
            let _ = writeln!(
                text,
                "{mark} {} (gate {})",
                neutral::line(&program),
                gate.id
            );
        }
    }
    let verdict = if missing == 0 {
        "nothing is missing".to_owned()
    } else {
        format!("{missing} missing: install them, or correct the gates")
    };
    let _ = writeln!(text, "{verdict}");
    screen.print(&text)?;
    Ok(if missing == 0 {
        Exit::Go
    } else {
        Exit::Undecided
    })
}

/// What a gate starts directly, and what its preset says it needs. What a shell starts is not guessed.
fn programs(gate: &PlannedGate) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    if let Some(preset) = PRESETS
        .iter()
        .find(|preset| Some(preset.name) == gate.preset.as_deref())
    {
        list.extend(preset.needs());
    }
    let command = gate.command.as_ref();
    match command.map(|command| exec::parse(&command.text, command.shell.as_deref())) {
        Some(Ok(Program::Direct(words))) => list.extend(
            words
                .first()
                .map(|word| word.to_string_lossy().into_owned()),
        ),
        Some(Ok(Program::Shell { shell, .. })) => list.extend(
            shell
                .first()
                .map(|word| word.to_string_lossy().into_owned()),
        ),
        _ => {}
    }
    list.sort();
    list.dedup();
    list
}

fn find(program: &str, plan: &Plan, gate: &PlannedGate, path: &str) -> bool {
    if program.contains('/') {
        // A program that a gate before makes (a virtual environment, a build) cannot be there yet.
        let dir = gate
            .command
            .as_ref()
            .map(|command| plan.root.join(&command.dir))
            .unwrap_or_default();
        return dir.join(program).exists() || !gate.needs.is_empty();
    }
    std::env::split_paths(path).any(|folder| is_program(&folder.join(program)))
}

#[cfg(unix)]
pub(super) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
pub(super) fn is_program(path: &Path) -> bool {
    path.is_file() || path.with_extension("exe").is_file()
}
