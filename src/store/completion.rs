//! The lock on completing a phase: one at a time in all work trees of a repository. The holder is named; when it dies
//! the system frees the lock, and the next one takes it over.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

const FILE: &str = "ledger.lock";
/// A longer name of a holder is cut.
const LONGEST: u64 = 4096;

/// The lock, held. Dropping it frees it.
#[derive(Debug)]
pub struct CompletionLock {
    file: File,
}

/// Who has the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(pub String);

impl CompletionLock {
    /// Takes the lock for somebody, in words that others will read (`phase complete beta in /srv/app, process 12`), or
    /// says who has it. Does not wait.
    pub fn take(store: &Path, holder: &str) -> io::Result<Result<Self, Holder>> {
        let folder = store.join("locks");
        fs::create_dir_all(&folder)?;
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(folder.join(FILE))?;
        match file.try_lock() {
            Ok(()) => {
                // What a dead holder wrote would be read as the name of the living one.
                file.set_len(0)?;
                file.rewind()?;
                file.write_all(holder.as_bytes())?;
                Ok(Ok(Self { file }))
            }
            Err(TryLockError::WouldBlock) => {
                let mut bytes = Vec::new();
                file.take(LONGEST).read_to_end(&mut bytes)?;
                let name = String::from_utf8_lossy(&bytes).trim().to_owned();
                Ok(Err(Holder(if name.is_empty() {
                    "another tollgate".to_owned()
                } else {
                    name
                })))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for CompletionLock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_one_is_told_who_holds_it_and_gets_it_afterwards() {
        let store = tempfile::tempdir().unwrap();
        let first = CompletionLock::take(store.path(), "beta, process 1").unwrap();
        assert!(first.is_ok());
        let second = CompletionLock::take(store.path(), "beta, process 2").unwrap();
        assert_eq!(second.unwrap_err(), Holder("beta, process 1".to_owned()));
        drop(first);
        assert!(CompletionLock::take(store.path(), "x").unwrap().is_ok());
    }

    #[test]
    fn name_of_a_dead_holder_is_not_that_of_the_next() {
        let store = tempfile::tempdir().unwrap();
        fs::create_dir_all(store.path().join("locks")).unwrap();
        fs::write(store.path().join("locks").join(FILE), "somebody long dead").unwrap();
        let _held = CompletionLock::take(store.path(), "me").unwrap().unwrap();
        let other = CompletionLock::take(store.path(), "x").unwrap();
        assert_eq!(other.unwrap_err(), Holder("me".to_owned()));
    }
}
