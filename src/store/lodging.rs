//! A temporary folder for the work trees of one run: always removed, and if the run is killed, by the next one.
//!
//! A note in the store names the folder and is locked as long as its run lives: a note that can be locked is that of a
//! dead run. Only a folder that holds the same name as its note is ever removed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::vcs::{forget_work_trees, work_trees};

/// Where the notes are, below the store.
const NOTES: &str = "worktrees";
/// The file in the folder that names its note.
const OWN: &str = ".tollgate-lodging";
/// The lock on the list of work trees.
const TURN: &str = "worktrees.lock";
/// So many names are tried.
const TRIES: u32 = 100;

/// The folder. Dropping it removes it with all work trees in it.
#[derive(Debug)]
pub struct Lodging {
    folder: PathBuf,
    note: PathBuf,
    store: PathBuf,
    common: PathBuf,
    _lock: File,
}

impl Lodging {
    /// Makes a folder that only this user can read, below `temporary`. `name` is that of no other run.
    pub fn make(store: &Path, common: &Path, temporary: &Path, name: &str) -> io::Result<Self> {
        let notes = store.join(NOTES);
        fs::create_dir_all(&notes)?;
        let temporary = fs::canonicalize(temporary)?;
        for attempt in 0..TRIES {
            let name = format!("tollgate-{name}-{attempt}");
            let folder = temporary.join(&name);
            // Locked before anybody can find it by its name.
            let early = notes.join(format!(".{name}"));
            let mut lock = File::create(&early)?;
            lock.lock()?;
            lock.write_all(folder.as_os_str().as_encoded_bytes())?;
            let note = notes.join(&name);
            fs::rename(&early, &note)?;
            match private_folder(&folder) {
                Ok(()) => {
                    fs::write(folder.join(OWN), &name)?;
                    return Ok(Self {
                        folder,
                        note,
                        store: store.to_path_buf(),
                        common: common.to_path_buf(),
                        _lock: lock,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    fs::remove_file(&note)?;
                }
                Err(error) => {
                    let _ = fs::remove_file(&note);
                    return Err(error);
                }
            }
        }
        Err(io::Error::other("no free name for a folder"))
    }

    /// Where it is; absolute, without links.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Removes one folder of it and what git keeps of work trees there, before the run ends.
    pub fn vacate(&self, folder: &Path) {
        if folder.starts_with(&self.folder) && folder != self.folder {
            let _ = remove(folder);
            let _turn = Self::turn(&self.store);
            forget_work_trees(&self.common, folder);
        }
    }

    /// The right to change which work trees git knows of; waits for others, in all processes.
    pub fn turn(store: &Path) -> io::Result<File> {
        let folder = store.join("locks");
        fs::create_dir_all(&folder)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(TURN))?;
        file.lock()?;
        Ok(file)
    }

    /// Removes what killed runs left; says what could not be removed, in words.
    pub fn clean_up(store: &Path, common: &Path) -> Vec<String> {
        let entries = fs::read_dir(store.join(NOTES)).into_iter().flatten();
        let names = entries.flatten().filter(|entry| {
            let name = entry.file_name();
            !name.as_encoded_bytes().starts_with(b".")
        });
        let notes: Vec<PathBuf> = names.map(|entry| entry.path()).collect();
        let known = work_trees(common);
        if notes.is_empty() && known.is_empty() {
            return Vec::new();
        }
        let _turn = Self::turn(store);
        let told = notes.iter().filter_map(|note| clean(note, common));
        let told = told.collect();
        // A git that outlived its killed run may have made another one since.
        for (_, tree) in known {
            let lodging = tree.parent().filter(|folder| is_ours(folder));
            let noted = |folder: &&Path| {
                let name = folder.file_name().unwrap_or_default();
                store.join(NOTES).join(name).exists()
            };
            if let Some(folder) = lodging.filter(|folder| !noted(folder)) {
                let _ = remove(folder);
                forget_work_trees(common, folder);
            }
        }
        told
    }
}

impl Drop for Lodging {
    fn drop(&mut self) {
        let removed = vacated(&self.folder);
        let _turn = Self::turn(&self.store);
        forget_work_trees(&self.common, &self.folder);
        // The note stays where something stays, so that the next run tries again.
        if removed.is_ok() {
            let _ = fs::remove_file(&self.note);
        }
        // As git does with its last entry. Not before: another work tree may be about to be made.
        let _ = fs::remove_dir(self.common.join("worktrees"));
    }
}

/// Removes the folder of a note whose run is dead.
fn clean(note: &Path, common: &Path) -> Option<String> {
    let lock = File::options().read(true).write(true).open(note).ok()?;
    lock.try_lock().ok()?;
    let folder = PathBuf::from(fs::read_to_string(note).ok()?);
    let name = note.file_name()?;
    let own = fs::read(folder.join(OWN)).ok();
    let owned = own.is_some_and(|own| own == name.as_encoded_bytes());
    // One that was killed before it could write its name left an empty folder of that name.
    let empty = folder.file_name() == Some(name)
        && fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_none());
    if (owned || empty)
        && let Err(error) = vacated(&folder)
    {
        return Some(format!(
            "{} is left of a run that was killed and cannot be removed: {error}",
            folder.display()
        ));
    }
    if folder.file_name() == Some(name) {
        forget_work_trees(common, &folder);
    }
    let _ = fs::remove_file(note);
    None
}

#[cfg(unix)]
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// Whether a folder is named as those here are.
fn is_ours(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let parts = name
        .strip_prefix("tollgate-")
        .and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(hex, number)| {
        hex.len() == 12
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Removes the folder of a run. The file that says whose it is goes last: what is left half way must still be known.
fn vacated(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name() != OWN {
            remove(&entry.path())?;
        }
    }
    remove(folder)
}

/// Removes a folder with all in it, also what was made read-only. Links are removed, never followed.
fn remove(folder: &Path) -> io::Result<()> {
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    let is_folder = fs::symlink_metadata(folder).is_ok_and(|meta| meta.is_dir());
    if !is_folder {
        return gone(fs::remove_file(folder));
    }
    if gone(fs::remove_dir_all(folder)).is_ok() {
        return Ok(());
    }
    open_up(folder);
    gone(fs::remove_dir_all(folder))
}

/// Makes every folder writable again: tools keep caches read-only.
#[cfg(unix)]
fn open_up(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

#[cfg(not(unix))]
fn open_up(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (tempfile::TempDir, PathBuf, Lodging) {
        let base = tempfile::tempdir().unwrap();
        let store = base.path().join("store");
        let lodging = Lodging::make(&store, base.path(), base.path(), "one").unwrap();
        (base, store, lodging)
    }

    fn notes(store: &Path) -> usize {
        fs::read_dir(store.join(NOTES)).unwrap().count()
    }

    #[test]
    fn it_goes_with_all_in_it_and_links_are_not_followed() {
        let (base, store, lodging) = made();
        let kept = base.path().join("kept");
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("file"), "x").unwrap();
        let folder = lodging.path().to_path_buf();
        fs::create_dir(folder.join("tree")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::os::unix::fs::symlink(&kept, folder.join("tree/link")).unwrap();
            let closed = fs::Permissions::from_mode(0o500);
            fs::set_permissions(folder.join("tree"), closed).unwrap();
        }
        drop(lodging);
        assert!(!folder.exists());
        assert!(kept.join("file").exists());
        assert_eq!(notes(&store), 0);
    }

    #[test]
    fn the_folder_of_a_living_run_is_left_alone_and_that_of_a_dead_one_is_not() {
        let (base, store, lodging) = made();
        let folder = lodging.path().to_path_buf();
        assert!(Lodging::clean_up(&store, base.path()).is_empty());
        assert!(folder.exists());
        // What a killed run leaves: the folder and the note, and no lock.
        let name = folder.file_name().unwrap().to_owned();
        drop(lodging);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(OWN), name.as_encoded_bytes()).unwrap();
        fs::write(store.join(NOTES).join(&name), folder.to_str().unwrap()).unwrap();
        assert!(Lodging::clean_up(&store, base.path()).is_empty());
        assert!(!folder.exists());
        assert_eq!(notes(&store), 0);
    }

    #[test]
    fn a_folder_that_is_not_its_own_is_never_removed() {
        let (base, store, lodging) = made();
        drop(lodging);
        let foreign = base.path().join("tollgate-foreign");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("file"), "x").unwrap();
        for (note, text) in [
            ("tollgate-foreign", foreign.to_str().unwrap()),
            ("tollgate-b", base.path().to_str().unwrap()),
            ("tollgate-c", ""),
        ] {
            fs::write(store.join(NOTES).join(note), text).unwrap();
        }
        Lodging::clean_up(&store, base.path());
        assert!(foreign.join("file").exists());
        assert_eq!(notes(&store), 0);
    }
}
