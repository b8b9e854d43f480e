//! Finds the file of the project and reads it, showing what is wrong with it.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::Global;
use super::screen::Screen;
use crate::config::{self, FILE_NAME, Loaded, Plan};
use crate::run::PolicyFile;
use crate::source::Node;

/// The file that applies: the one named, or tollgate.yaml here or in a folder above. Where the folder named is none,
/// that folder.
fn find(global: &Global) -> anyhow::Result<Result<PathBuf, PathBuf>> {
    let here = std::env::current_dir().context("finding the current folder")?;
    let start = global
        .dir
        .as_ref()
        .map_or(here.clone(), |dir| here.join(dir));
    if !start.is_dir() {
        return Ok(Err(start));
    }
    if let Some(named) = &global.config {
        return Ok(Ok(start.join(named)));
    }
    // With `-C` the folder is meant exactly; without it any folder of the project will do.
    let folders: Vec<&Path> = if global.dir.is_some() {
        vec![&start]
    } else {
        start.ancestors().collect()
    };
    for folder in folders {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Ok(Ok(file));
        }
        // The top of a work tree is the top of the project.
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(Ok(start.join(FILE_NAME)))
}

/// The file of a folder, where it is there and has no mistake. Nothing is drawn.
pub fn quietly(root: &Path) -> Option<Plan> {
    let file = root.join(FILE_NAME);
    file.is_file().then(|| read(&file).plan)?
}

/// Reads the file. Problems are drawn; without a plan the answer is `None`.
pub fn load(global: &Global, screen: &Screen) -> anyhow::Result<Option<(Plan, Node)>> {
    let loaded = load_and_count(global, screen)?;
    Ok(loaded.map(|(plan, node, _)| (plan, node)))
}

/// The same, with how many warnings were drawn.
pub fn load_and_count(
    global: &Global,
    screen: &Screen,
) -> anyhow::Result<Option<(Plan, Node, usize)>> {
    let file = match find(global)? {
        Ok(file) => file,
        Err(folder) => {
            screen.error(&format!("`{}` is not a folder", folder.display()));
            return Ok(None);
        }
    };
    if !file.exists() {
        screen.error(&format!(
            "there is no `{}` in {}",
            name_of(&file),
            folder_of(&file).display()
        ));
        screen.tell(
            "help",
            "`tollgate init` writes a first one; `-C DIR` looks elsewhere",
        );
        return Ok(None);
    }
    let loaded = read(&file);
    screen.problems(&loaded.problems, &loaded.sources);
    match (loaded.plan, loaded.node) {
        (Some(plan), Some(node)) => Ok(Some((plan, node, loaded.problems.iter().count()))),
        _ => {
            let problems = || loaded.problems.iter().filter(|problem| !problem.warning);
            let refused = problems().count();
            let mut files: Vec<&str> = problems()
                .filter_map(|problem| Some(&*problem.at.as_ref()?.file))
                .collect();
            files.dedup();
            let own = name_of(&file);
            let place = match files.as_slice() {
                [one] => one,
                _ => own.as_str(),
            };
            let plural = if refused == 1 { "" } else { "s" };
            screen.error(&format!(
                "{refused} problem{plural} in `{place}`; nothing was run"
            ));
            Ok(None)
        }
    }
}

/// The folder of the project, if there is one.
pub fn root(global: &Global) -> anyhow::Result<Option<PathBuf>> {
    Ok(find(global)?
        .ok()
        .map(|file| folder_of(&file).to_path_buf()))
}

/// The file that revisions are asked for. It need not be here: its absence is told where it matters.
pub fn policy_file(global: &Global, screen: &Screen) -> anyhow::Result<Option<PolicyFile>> {
    match find(global)? {
        Ok(file) => Ok(Some(PolicyFile {
            root: folder_of(&file).to_path_buf(),
            name: name_of(&file),
        })),
        Err(folder) => {
            screen.error(&format!("`{}` is not a folder", folder.display()));
            Ok(None)
        }
    }
}

/// Reads a file of which only problems or text are wanted.
pub fn read(file: &Path) -> Loaded {
    config::load(file, &name_of(file))
}

fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(
        || file.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new("."))
}
