//! What a work tree gets beside what is committed: links, copies, and a command that makes the rest (RULES 11).
//!
//! A link is a door into the work tree of whoever called, so it is made only where that can change no verdict: never
//! over what is committed, never where the way leads out of the new tree, and never to a folder that leads back to the
//! code of the other tree. A gate that writes through one is told of.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::known::{self, Fits};
use super::{Refusal, Trouble};
use crate::config::Worktree;
use crate::vcs::Repository;

/// What a work tree got.
#[derive(Debug, Default)]
pub struct Beside {
    /// Absolute paths in the new tree.
    pub paths: Vec<PathBuf>,
    /// Things to know.
    pub notes: Vec<String>,
    links: Vec<Link>,
}

/// A link and what the folder behind it was like.
#[derive(Debug)]
struct Link {
    name: String,
    original: PathBuf,
    before: Look,
}

/// The folder itself and what lies directly in it, by their last change.
type Look = BTreeMap<OsString, Option<SystemTime>>;

/// Both trees: that of whoever called, and the new one; each at the project's folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between<'a> {
    pub from: &'a Path,
    pub to: &'a Path,
}

impl Beside {
    /// Links and copies what is asked for.
    pub(super) fn make(between: Between<'_>, asked: &Worktree) -> Result<Self, Trouble> {
        let mut beside = Self::default();
        match &asked.link {
            Some(paths) => {
                for path in paths {
                    beside.declared(between, path)?;
                }
            }
            // A command that installs would empty the original through a link.
            None if asked.run.is_none() => beside.known(between, &asked.copy),
            None => {}
        }
        for path in &asked.copy {
            beside.copy(between, path)?;
        }
        Ok(beside)
    }

    /// Whether something was written through a link meanwhile, in words.
    pub fn written(&self) -> Vec<String> {
        let changed = self
            .links
            .iter()
            .filter(|link| look(&link.original) != link.before);
        changed
            .map(|link| {
                format!(
                    "`{}` is a link to the one of your work tree, and that changed while the gates ran: `worktree: {{ copy: [{}] }}` keeps them apart",
                    link.name, link.name
                )
            })
            .collect()
    }

    fn declared(&mut self, between: Between<'_>, path: &str) -> Result<(), Trouble> {
        let original = between.from.join(path);
        if !original.exists() {
            return Err(missing("link", path));
        }
        if let Some(back) = known::leads_back(&original, between.from) {
            let help = format!("write `copy: [{path}]`, or a `run:` that makes it anew");
            return Err(back_to("linked", path, &back, help));
        }
        self.link(between, path)
    }

    /// Links known folders that fit; says why one does not.
    fn known(&mut self, between: Between<'_>, copied: &[String]) {
        let Some(repository) = Repository::find(between.from) else {
            return;
        };
        let Ok(ignored) = repository.ignored_folders() else {
            return;
        };
        let folders = ignored.iter().filter_map(|folder| {
            let full = repository.top.join(&folder.0);
            let below = full.strip_prefix(between.from).ok()?;
            Some(below.to_str()?.to_owned())
        });
        for path in folders.filter(|path| !copied.contains(path)) {
            match known::fits(between, &path) {
                Fits::Unknown => {}
                Fits::Yes => {
                    if let Err(trouble) = self.link(between, &path) {
                        self.notes.push(trouble.why);
                    }
                }
                Fits::No(why) => self.notes.push(format!(
                    "`{path}` is not linked: {why}; `worktree:` in the file says what is wanted"
                )),
            }
        }
    }

    fn link(&mut self, between: Between<'_>, path: &str) -> Result<(), Trouble> {
        let Some(to) = self.room(between, path)? else {
            return Ok(());
        };
        let original = between.from.join(path);
        let original = fs::canonicalize(&original).unwrap_or(original);
        symlink(&original, &to).map_err(|error| not_made("linked", path, &error))?;
        self.links.push(Link {
            name: path.to_owned(),
            before: look(&original),
            original,
        });
        self.paths.push(to);
        Ok(())
    }

    fn copy(&mut self, between: Between<'_>, path: &str) -> Result<(), Trouble> {
        let original = between.from.join(path);
        if !original.exists() {
            return Err(missing("copy", path));
        }
        let Some(to) = self.room(between, path)? else {
            return Ok(());
        };
        copy(&original, &to, true).map_err(|error| not_made("copied", path, &error))?;
        if let Some(back) = known::leads_to(&to, between.from) {
            let help = "write a `run:` that makes it anew".to_owned();
            return Err(back_to("copied", path, &back, help));
        }
        self.paths.push(to);
        Ok(())
    }

    /// The place of a path in the new tree; none where something is there already, which is said.
    fn room(&mut self, between: Between<'_>, path: &str) -> Result<Option<PathBuf>, Trouble> {
        let to = between.to.join(path);
        if to.symlink_metadata().is_ok() {
            self.notes
                .push(format!("`{path}` is committed there, and stays as it is"));
            return Ok(None);
        }
        let folder = to.parent().unwrap_or(between.to);
        // As far as it exists: a committed link on the way would lead out of the tree.
        let there = folder.ancestors().find(|folder| folder.exists());
        let real = there.and_then(|folder| fs::canonicalize(folder).ok());
        let top = fs::canonicalize(between.to).unwrap_or_else(|_| between.to.to_path_buf());
        if !real.is_some_and(|real| real.starts_with(&top)) {
            return Err(Trouble::new(
                "worktree-leads-out",
                Refusal::Undecided,
                format!("`{path}` leads out of the work tree there, by a link that is committed"),
                "remove the link, or the path from `worktree:`".to_owned(),
            ));
        }
        fs::create_dir_all(folder).map_err(|error| not_made("made", path, &error))?;
        Ok(Some(to))
    }
}

fn missing(key: &str, path: &str) -> Trouble {
    Trouble::new(
        "worktree-missing",
        Refusal::Undecided,
        format!("`{path}` of `worktree.{key}` is not in your work tree"),
        "make it there first, or take it out of `worktree:`".to_owned(),
    )
}

fn back_to(what: &str, path: &str, back: &str, help: String) -> Trouble {
    let why = format!(
        "`{path}` cannot be {what}: {back}, so the gates would judge the code of your work tree"
    );
    Trouble::new("worktree-leads-back", Refusal::Undecided, why, help)
}

fn not_made(what: &str, path: &str, error: &std::io::Error) -> Trouble {
    Trouble::new(
        "worktree-not-made",
        Refusal::Undecided,
        format!("`{path}` could not be {what}: {error}"),
        "make room and rights in the folder for temporary files".to_owned(),
    )
}

#[cfg(unix)]
fn symlink(original: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(original, to)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other(
        "links are not made on this system; use `copy`",
    ))
}

/// Copies with modes; links stay links, only the path itself is followed.
fn copy(from: &Path, to: &Path, follow: bool) -> std::io::Result<()> {
    let meta = if follow {
        fs::metadata(from)?
    } else {
        fs::symlink_metadata(from)?
    };
    if meta.is_symlink() {
        return symlink(&fs::read_link(from)?, to);
    }
    if meta.is_file() {
        return fs::copy(from, to).map(drop);
    }
    if !meta.is_dir() {
        // Sockets and pipes belong to whoever made them.
        return Ok(());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()), false)?;
    }
    fs::set_permissions(to, meta.permissions())
}

fn look(folder: &Path) -> Look {
    let changed = |path: &Path| {
        fs::symlink_metadata(path)
            .and_then(|meta| meta.modified())
            .ok()
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut look: Look = entries
        .map(|entry| (entry.file_name(), changed(&entry.path())))
        .collect();
    look.insert(OsString::new(), changed(folder));
    look
}
