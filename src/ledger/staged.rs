//! How a file of the ledger comes to be: written under a name that nobody looks at, synced, renamed, and the folder
//! synced. Whenever the writer dies there is a whole file or none, and the next writer removes what is left of it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How names of files begin that are being written.
pub(super) const UNFINISHED: &str = ".unfinished-";
/// How git shall treat the files: as they are.
const ATTRIBUTES: &str = "* -text\n";

/// A file whose bytes are on disk under a name that nobody looks at. Locked while its writer lives.
pub(super) struct Staged {
    /// Where it is.
    pub(super) path: PathBuf,
    file: Option<File>,
}

impl Staged {
    /// Writes the bytes and waits until they are on disk.
    pub(super) fn write(folder: &Path, bytes: &[u8]) -> io::Result<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("{UNFINISHED}{}-{number}", std::process::id());
            let path = folder.join(name);
            let mut file = match File::options().write(true).create_new(true).open(&path) {
                Ok(file) => file,
                // Of a process that had our number and died.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            // Whoever cleans up between these two steps takes it for a leftover: then another one is made.
            if file.try_lock().is_err() || !path.exists() {
                continue;
            }
            let mut staged = Self { path, file: None };
            file.write_all(bytes)?;
            file.sync_all()?;
            staged.file = Some(file);
            return Ok(staged);
        }
    }

    fn into_path(mut self) -> PathBuf {
        std::mem::take(&mut self.path)
    }

    /// Gives it the name that others look for, and waits until that is on disk too.
    pub(super) fn publish(self, name: &str) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("/")).to_owned();
        fs::rename(&self.path, folder.join(name))?;
        // The name is on disk only when the folder is.
        #[cfg(unix)]
        File::open(&folder)?.sync_all()?;
        let _ = self.into_path();
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.path);
        }
        drop(self.file.take());
    }
}

/// Writes a file, whole or not at all.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    Staged::write(folder, bytes)?.publish(name)
}

/// Makes the folder, and sees to it that git leaves its files as they are.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let attributes = folder.join(".gitattributes");
    if attributes.symlink_metadata().is_err() {
        put(folder, ".gitattributes", ATTRIBUTES.as_bytes())?;
    }
    Ok(())
}

/// Removes what dead writers left. What cannot be removed harms nobody.
pub(super) fn clean(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            continue;
        }
        let free = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if free {
            let _ = fs::remove_file(entry.path());
        }
    }
}
