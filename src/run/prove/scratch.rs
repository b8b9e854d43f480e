//! The temporary tree that gates are proven in, emptied before each piece of evidence; and a look at the real one.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use ignore::WalkBuilder;
use tempfile::TempDir;

use crate::gate::Content;
use crate::policy::Glob;

/// A folder that goes away with it.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
}

impl Scratch {
    pub fn new() -> io::Result<Self> {
        let folder = TempDir::with_prefix("tollgate-prove-")?;
        Ok(Self { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes everything out.
    pub fn empty(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.path())? {
            let path = entry?.path();
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Puts a file in.
    pub fn put(&self, path: &str, content: &Content) -> io::Result<()> {
        let full = self.path().join(path);
        if let Some(folder) = full.parent() {
            fs::create_dir_all(folder)?;
        }
        match content {
            Content::Bytes(bytes) => fs::write(full, bytes),
            Content::Size(size) => File::create(full)?.set_len(*size),
        }
    }
}

/// Whether any file of the project that git would not ignore matches one of the globs.
pub(super) fn any_file_matches(root: &Path, globs: &[Glob]) -> bool {
    let not_git = |entry: &ignore::DirEntry| entry.file_name() != ".git";
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .filter_entry(not_git)
        .build();
    let mut files = walk
        .flatten()
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()));
    files.any(|entry| {
        let below = entry.path().strip_prefix(root);
        below.is_ok_and(|below| Glob::any(globs, below))
    })
}
