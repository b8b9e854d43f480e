//! With which key to sign, and who is known: what commands that write records ask before anything else.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::args::Global;
use super::screen::Screen;
use super::world;
use crate::config;
use crate::ledger::{LEDGER, Signer};
use crate::model::People;
use crate::problem::Problems;
use crate::source::Sources;
use crate::vcs::Repository;

/// The key to sign with: the one named, or the one that git signs with; `None` where there is neither.
pub(super) fn signer(
    key: Option<&Path>,
    here: &Path,
    repository: Option<&Repository>,
) -> Result<Option<Signer>, String> {
    let signer = match (key, repository) {
        (Some(key), _) => Some(Signer::file(key, here)),
        (None, Some(repository)) => Signer::of_git(repository)?,
        (None, None) => None,
    };
    Ok(signer.map(|signer| signer.askpass(askpass())))
}

/// The program that asks for passphrases. Without somebody before a terminal nobody answers.
pub(super) fn askpass() -> Option<OsString> {
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    let program = asks.then(|| world::variable("SSH_ASKPASS")).flatten();
    program.map(Into::into)
}

/// The people of a project. `None` where their file has a mistake, which is drawn.
pub(super) fn people(root: &Path, screen: &Screen) -> Option<People> {
    let mut sources = Sources::default();
    let mut problems = Problems::default();
    let people = config::read_people(root, &mut sources, &mut problems);
    screen.problems(&problems.sorted(), &sources);
    people
}

/// The folder that commands work in: the one named, or the current one.
pub(super) fn here(global: &Global) -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir()?;
    Ok(match &global.dir {
        Some(dir) => here.join(dir),
        None => here,
    })
}

/// The project whose ledger is meant: this folder, or without `-C` the nearest one above it that is a project.
pub(super) fn ledger_root(global: &Global) -> anyhow::Result<PathBuf> {
    let here = here(global)?;
    if global.dir.is_some() {
        return Ok(here);
    }
    for folder in here.ancestors() {
        let project = folder.join(LEDGER).is_dir() || folder.join(config::FILE_NAME).is_file();
        // The top of a work tree is the top of the project.
        if project || folder.join(".git").exists() {
            return Ok(folder.to_owned());
        }
    }
    Ok(here)
}
