//! `tollgate doctor`: whether what the gates need is here, before anything runs.

use std::ffi::OsString;
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

/// What a gate starts first, and what its preset says it needs. What else a shell starts is not guessed.
fn programs(gate: &PlannedGate) -> Vec<String> {
    let command = gate.command.as_ref();
    let program =
        command.and_then(|command| exec::parse(&command.text, command.shell.as_deref()).ok());
    let (mut list, handed_on) = program.as_ref().map(started).unwrap_or_default();
    let needs = of_preset(gate).into_iter();
    // `uv run ruff` finds ruff where nobody else looks.
    list.extend(needs.filter(|need| !handed_on.contains(need)));
    list.sort();
    list.dedup();
    list
}

/// Programs that are started for sure, and the words handed to the first of them.
fn started(program: &Program) -> (Vec<String>, Vec<String>) {
    let texts = |words: &[OsString]| -> Vec<String> {
        let words = words.iter().map(|word| word.to_string_lossy().into_owned());
        words.collect()
    };
    match program {
        Program::Direct(words) => {
            let mut words = texts(words);
            let rest = words.split_off(words.len().min(1));
            (words, rest)
        }
        Program::Shell { shell, script } => {
            let first = script.split([' ', '\n', ';']).next().unwrap_or_default();
            let plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
            let mut list = texts(&shell[..shell.len().min(1)]);
            if !first.is_empty() && first.chars().all(plain) && !exec::OWN.contains(&first) {
                list.push(first.to_owned());
            }
            (list, Vec::new())
        }
    }
}

/// What the preset needs, unless the gate has a command of its own.
fn of_preset(gate: &PlannedGate) -> Vec<String> {
    let preset = PRESETS
        .iter()
        .find(|preset| gate.preset.as_deref() == Some(preset.name));
    let own = |name: &str| {
        gate.command
            .as_ref()
            .is_some_and(|command| *command.at.file != format!("gates/{name}.yaml"))
    };
    preset
        .filter(|preset| !own(preset.name))
        .map(|preset| preset.needs())
        .unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// Programs of the only gate of a project.
    fn wanted(gate: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tollgate.yaml");
        fs::write(&file, format!("version: 1\ngates: {{ g: {gate} }}\n")).unwrap();
        let plan = super::project::read(&file).plan.unwrap();
        programs(&plan.gates[0])
    }

    #[test]
    fn preset_names_what_it_needs_unless_something_else_starts_it() {
        assert_eq!(wanted("{ uses: python/ruff }"), ["ruff"]);
        assert_eq!(
            wanted("{ uses: python/ruff, with: { exec: uv run } }"),
            ["uv"]
        );
        assert_eq!(
            wanted("{ uses: node/vitest, with: { exec: pnpm exec } }"),
            ["node", "pnpm"]
        );
        assert_eq!(wanted("{ uses: rust/clippy }"), ["cargo", "cargo-clippy"]);
        assert_eq!(wanted("{ uses: rust/clippy, run: make lint }"), ["make"]);
    }

    #[test]
    fn first_word_of_a_script_is_started_unless_the_shell_does_it() {
        assert_eq!(wanted("{ run: \"tool a && b\" }"), ["sh", "tool"]);
        assert_eq!(wanted("{ run: \"cd a && b\" }"), ["sh"]);
        assert_eq!(wanted("{ run: \"A=$(b) c\" }"), ["sh"]);
        assert_eq!(wanted("{ uses: php/lint }"), ["php", "sh"]);
    }
}
