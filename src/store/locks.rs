//! Named resources as locked files: shared by all work trees of a repository, freed by the system when the
//! holder dies.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The slots of one named resource.
#[derive(Clone, Debug)]
pub struct Slots {
    folder: PathBuf,
    name: String,
    count: u64,
}

/// A slot that is held; dropping it frees it.
#[derive(Debug)]
pub struct Held {
    _file: File,
}

impl Slots {
    /// The slots of a resource.
    pub fn new(store: &Path, name: &str, count: u64) -> Self {
        Self {
            folder: store.join("locks"),
            name: name.to_owned(),
            count,
        }
    }

    /// Takes a free slot, if there is one. Does not wait.
    pub fn take(&self) -> io::Result<Option<Held>> {
        fs::create_dir_all(&self.folder)?;
        for slot in 0..self.count {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(self.folder.join(format!("{}.{slot}", self.name)))?;
            match file.try_lock() {
                Ok(()) => return Ok(Some(Held { _file: file })),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;

    #[test]
    fn slots_are_given_until_none_is_left_and_again_when_freed() {
        let folder = tempfile::tempdir().expect("folder");
        let slots = Slots::new(folder.path(), "database", 2);
        let one = slots.take().expect("lock");
        let two = slots.take().expect("lock");
        assert!(one.is_some() && two.is_some());
        assert!(slots.take().expect("lock").is_none());
        drop(one);
        assert!(slots.take().expect("lock").is_some());
    }
}
