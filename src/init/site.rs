//! One project of a stack, and all that can be asked about it.

use std::path::Path;

use super::tree::{Tree, folder_of, is_below, join, name_of};

/// What can be asked of the machine. The answers come from `cli`.
#[derive(Clone, Copy)]
pub struct Machine<'a> {
    /// Whether a program is on the PATH.
    pub has: &'a dyn Fn(&str) -> bool,
    /// Whether a command, started in a folder, ends with status 0 within seconds.
    pub answers: &'a dyn Fn(&Path, &[&str]) -> bool,
}

/// A project that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its folder below the top; empty for the top.
    pub dir: String,
    /// The file that shows it.
    pub evidence: String,
    /// The folder of the workspace that installs its dependencies, if that is another one.
    pub workspace: Option<String>,
}

impl Project {
    /// The project that a file heads.
    pub fn headed(evidence: &str) -> Self {
        Self {
            dir: folder_of(evidence).to_owned(),
            evidence: evidence.to_owned(),
            workspace: None,
        }
    }
}

/// A project in its tree, on this machine.
pub struct Site<'a> {
    /// All files.
    pub tree: &'a Tree,
    /// The machine.
    pub machine: Machine<'a>,
    /// The project.
    pub project: &'a Project,
    /// All projects of the stack.
    pub projects: &'a [Project],
    /// Whether no other stack was found.
    pub alone: bool,
}

impl<'a> Site<'a> {
    /// The folder of the project; empty for the top.
    pub fn dir(&self) -> &'a str {
        &self.project.dir
    }

    /// Files of the project, relative to it, without those of projects inside it.
    pub fn files(&self) -> impl Iterator<Item = &'a str> {
        let inner: Vec<&str> = self
            .projects
            .iter()
            .map(|other| other.dir.as_str())
            .filter(|dir| is_below(dir, self.dir()) && *dir != self.dir())
            .collect();
        self.all_files_at()
            .filter(move |(full, _)| !inner.iter().any(|dir| is_below(full, dir)))
            .map(|(_, path)| path)
    }

    /// Files of the project and of those inside it.
    pub fn all_files(&self) -> impl Iterator<Item = &'a str> {
        self.all_files_at().map(|(_, path)| path)
    }

    fn all_files_at(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let dir = self.dir();
        self.tree
            .files()
            .filter(move |path| is_below(path, dir))
            .map(move |path| {
                let cut = if dir.is_empty() { 0 } else { dir.len() + 1 };
                (path, &path[cut..])
            })
    }

    /// Whether a path is there, relative to the project.
    pub fn has(&self, path: &str) -> bool {
        self.tree.has(&join(self.dir(), path))
    }

    /// The first of some paths that is there.
    pub fn first(&self, paths: &[&'static str]) -> Option<&'static str> {
        paths.iter().copied().find(|path| self.has(path))
    }

    /// The text of a file, relative to the project.
    pub fn text(&self, path: &str) -> Option<String> {
        self.tree.text(&join(self.dir(), path))
    }

    /// Whether some file of the project has such a path and such a text.
    pub fn any(&self, path: impl Fn(&str) -> bool, text: impl Fn(&str) -> bool) -> bool {
        self.files()
            .filter(|file| path(file))
            .any(|file| self.text(file).is_some_and(|content| text(&content)))
    }

    /// Whether a program is on the PATH.
    pub fn installed(&self, program: &str) -> bool {
        (self.machine.has)(program)
    }

    /// Whether a command, started in the project, ends with status 0.
    pub fn answers(&self, words: &[&str]) -> bool {
        (self.machine.answers)(&self.tree.root().join(self.dir()), words)
    }

    /// The folders from the project up to the top, each with the way there (`../`).
    pub fn upwards(&self) -> Vec<(&'a str, String)> {
        let mut list = vec![(self.dir(), String::new())];
        let mut folder = self.dir();
        while !folder.is_empty() {
            folder = folder_of(folder);
            let way = format!("{}../", list.last().map_or("", |(_, way)| way));
            list.push((folder, way));
        }
        list
    }

    /// Top-level folders and files of the project that hold files of an extension, without ignored ones.
    pub fn places(&self, extension: &str) -> Vec<String> {
        let mut list: Vec<String> = self
            .files()
            .filter(|path| has_extension(path, &[extension]))
            .map(|path| path.split('/').next().unwrap_or(path).to_owned())
            .collect();
        list.dedup();
        list
    }
}

/// Whether a file has one of these extensions.
pub fn has_extension(path: &str, extensions: &[&str]) -> bool {
    name_of(path)
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension))
}
