//! Where the files of a policy are read from: the work tree, or a revision that git holds.
//!
//! Whatever else is part of a policy (waivers, baseline, people) is read through the same door, so that a run under
//! `--policy-ref` cannot take one of them from the tree that it judges.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::vcs::{Blob, Revision};

/// Where files are read from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A folder on the disk.
    Disk(PathBuf),
    /// The same folder in a commit.
    Rev(Revision),
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is not there, or may not be read; in words.
    Trouble(String),
    /// There is something else in its place.
    NotAFile,
    /// It has more bytes than are read.
    TooLarge,
}

impl fmt::Display for Unread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unread::Trouble(words) => out.write_str(words),
            Unread::NotAFile => out.write_str("it is not a file"),
            Unread::TooLarge => out.write_str("it is too large"),
        }
    }
}

impl Origin {
    /// The bytes of a file, relative to the folder, unless they are more than `most`.
    pub fn read(&self, path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
        match self {
            Origin::Disk(root) => from_disk(&root.join(path), most),
            Origin::Rev(revision) => {
                let name = path.to_string_lossy().replace('\\', "/");
                match revision.read(&name) {
                    Ok(Blob::File(bytes)) if bytes.len() as u64 > most => Err(Unread::TooLarge),
                    Ok(Blob::File(bytes)) => Ok(bytes),
                    Ok(Blob::TooLarge) => Err(Unread::TooLarge),
                    Ok(Blob::NoFile) => Err(Unread::NotAFile),
                    Ok(Blob::Absent) => {
                        Err(Unread::Trouble(format!("it is not in {}", revision.name)))
                    }
                    Err(trouble) => Err(Unread::Trouble(trouble.to_string())),
                }
            }
        }
    }

    /// The bytes of a file that need not be there.
    pub fn find(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Unread> {
        let there = match self {
            Origin::Disk(root) => root.join(path).symlink_metadata().is_ok(),
            Origin::Rev(revision) => match revision.read(path) {
                Ok(blob) => blob != Blob::Absent,
                Err(trouble) => return Err(Unread::Trouble(trouble.to_string())),
            },
        };
        if there {
            self.read(Path::new(path), most).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The files below a folder, from the top of the project, sorted. Links and what git ignores count as well.
    pub fn list(&self, folder: &str) -> Result<Vec<String>, Unread> {
        match self {
            Origin::Disk(root) => {
                let mut names = Vec::new();
                walk(root, Path::new(folder), &mut names);
                names.sort();
                Ok(names)
            }
            Origin::Rev(revision) => revision
                .list(folder)
                .map_err(|trouble| Unread::Trouble(trouble.to_string())),
        }
    }

    /// Lets go of the process that reads a revision.
    pub fn close(&self) {
        if let Origin::Rev(revision) = self {
            revision.close();
        }
    }
}

fn from_disk(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let trouble = |error: std::io::Error| Unread::Trouble(error.to_string());
    // Asked before it is opened: opening a pipe waits for somebody to write.
    let meta = fs::metadata(path).map_err(trouble)?;
    if !meta.is_file() {
        return Err(Unread::NotAFile);
    }
    if meta.len() > most {
        return Err(Unread::TooLarge);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(trouble)?;
    file.take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(trouble)?;
    if bytes.len() as u64 > most {
        return Err(Unread::TooLarge);
    }
    Ok(bytes)
}

/// A folder that is a link is not entered.
fn walk(root: &Path, folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(folder))
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = folder.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(root, &path, names),
            Ok(_) => names.push(path.to_string_lossy().replace('\\', "/")),
            Err(_) => {}
        }
    }
}
