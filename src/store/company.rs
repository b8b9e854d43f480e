//! Which runs are under way in a work tree: runs of one tree write the same reports over each other.
//!
//! Each run that reads reports leaves a note, locked as long as it lives: the system frees the lock when it dies. The
//! note of a run that ended stays while another one is under way, which may not have looked in the meantime. Nothing here
//! waits, and nothing decides.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the notes are, below the store.
const NOTES: &str = "under-way";
/// Notes larger than this are of nobody.
const LARGEST: u64 = 16 << 20;

/// What a run tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Companion {
    /// Id of the run.
    pub run: String,
    /// Ids of the runs whose gates started it.
    pub within: Vec<String>,
    /// Its process.
    pub process: u32,
    /// When it began, for people.
    pub since: String,
    /// The reports that its commands may write, as patterns.
    pub reports: Vec<String>,
}

/// The note of this run. Dropping it takes it back.
#[derive(Debug)]
pub struct Company {
    folder: PathBuf,
    own: Companion,
    lock: Option<File>,
}

/// The runs that had ended at some moment: whoever looks later passes over them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gone(BTreeSet<OsString>);

impl Company {
    /// Leaves the note of a run. `tree` names the work tree among those of the store.
    pub fn join(store: &Path, tree: &str, own: Companion) -> io::Result<Self> {
        let folder = store.join(NOTES).join(tree);
        // Locked before anybody can find it by its name.
        let early = folder.join(format!(".{}", own.run));
        let mut lock = File::create(&early).or_else(|_| {
            fs::create_dir_all(&folder)?;
            File::create(&early)
        })?;
        lock.lock()?;
        let mut company = Self {
            folder,
            own,
            lock: None,
        };
        company.own.within = company.around();
        lock.write_all(&serde_json::to_vec(&company.own)?)?;
        fs::rename(&early, company.folder.join(&company.own.run))?;
        company.lock = Some(lock);
        Ok(company)
    }

    /// The runs around this one: the one that it names, and those around that.
    fn around(&self) -> Vec<String> {
        let mut around = self.own.within.clone();
        for run in &self.own.within {
            let outer = read(&self.folder.join(run));
            around.extend(outer.into_iter().flat_map(|outer| outer.within));
        }
        around
    }

    /// The runs that have ended by now.
    pub fn gone(&self) -> Gone {
        let ended = |name: &OsString| !is_alive(&self.folder.join(name));
        Gone(self.others().filter(ended).collect())
    }

    /// Other runs that are or were under way since. Those that a gate of this run started, and those that this one was
    /// started by, are no others: they take turns.
    pub fn since(&self, gone: &Gone) -> Vec<Companion> {
        let names = self.others().filter(|name| !gone.0.contains(name));
        let notes = names.filter_map(|name| read(&self.folder.join(name)));
        let mut others: Vec<Companion> = notes
            .filter(|other| !other.within.contains(&self.own.run))
            .filter(|other| !self.own.within.contains(&other.run))
            .collect();
        others.sort_by(|a, b| a.run.cmp(&b.run));
        others
    }

    /// The names of all notes but the own one.
    fn others(&self) -> impl Iterator<Item = OsString> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.file_name())
            .filter(|name| name != self.own.run.as_str())
            .filter(|name| !name.as_encoded_bytes().starts_with(b"."))
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        let others: Vec<PathBuf> = self.others().map(|name| self.folder.join(name)).collect();
        // Whoever is still under way has to know of this one; the last one clears up.
        if others.iter().any(|other| is_alive(other)) {
            return;
        }
        for ended in others {
            let _ = fs::remove_file(ended);
        }
        let _ = fs::remove_file(self.folder.join(&self.own.run));
    }
}

/// Whether the run of a note lives. Asked with a shared lock: who asks at the same time is not taken for the run.
fn is_alive(note: &Path) -> bool {
    let lock = File::open(note).map(|file| file.try_lock_shared());
    matches!(lock, Ok(Err(TryLockError::WouldBlock)))
}

fn read(note: &Path) -> Option<Companion> {
    if fs::metadata(note).ok()?.len() > LARGEST {
        return None;
    }
    serde_json::from_slice(&fs::read(note).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str, within: &[&str]) -> Companion {
        Companion {
            run: id.to_owned(),
            within: within.iter().map(|id| (*id).to_owned()).collect(),
            ..Companion::default()
        }
    }

    fn joined(store: &Path, id: &str, within: &[&str]) -> Company {
        Company::join(store, "tree", run(id, within)).expect("joined")
    }

    fn seen(company: &Company, gone: &Gone) -> Vec<String> {
        let others = company.since(gone).into_iter();
        others.map(|other| other.run).collect()
    }

    #[test]
    fn runs_are_seen_while_they_live_and_after_they_ended_in_between() {
        let store = tempfile::tempdir().expect("folder");
        let one = joined(store.path(), "one", &[]);
        let start = one.gone();
        assert!(seen(&one, &start).is_empty());
        let two = joined(store.path(), "two", &[]);
        assert_eq!(seen(&one, &start), ["two"]);
        drop(two);
        assert_eq!(seen(&one, &start), ["two"], "it was there in between");
        assert!(seen(&one, &one.gone()).is_empty(), "it is over");
        drop(one);
        let notes = fs::read_dir(store.path().join(NOTES).join("tree")).expect("folder");
        assert_eq!(notes.count(), 0);
    }

    #[test]
    fn a_note_of_a_dead_run_stands_for_nobody() {
        let store = tempfile::tempdir().expect("folder");
        let folder = store.path().join(NOTES).join("tree");
        fs::create_dir_all(&folder).expect("folder");
        let dead = serde_json::to_vec(&run("dead", &[])).expect("json");
        fs::write(folder.join("dead"), dead).expect("write");
        let one = joined(store.path(), "one", &[]);
        assert!(seen(&one, &one.gone()).is_empty());
        drop(one);
        assert!(!folder.join("dead").exists());
    }

    #[test]
    fn runs_that_gates_start_are_no_others() {
        let store = tempfile::tempdir().expect("folder");
        let outer = joined(store.path(), "outer", &[]);
        let inner = joined(store.path(), "inner", &["outer"]);
        let innermost = joined(store.path(), "innermost", &["inner"]);
        for one in [&outer, &inner, &innermost] {
            assert!(seen(one, &Gone::default()).is_empty());
        }
    }

    #[test]
    fn other_work_trees_are_of_no_concern() {
        let store = tempfile::tempdir().expect("folder");
        let one = joined(store.path(), "one", &[]);
        let _other = Company::join(store.path(), "other", run("two", &[])).expect("joined");
        assert!(seen(&one, &Gone::default()).is_empty());
    }
}
