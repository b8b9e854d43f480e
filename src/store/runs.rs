//! The folder of one run: logs, captured streams, the record. Old ones are pruned by age, number and size.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Runs that are kept at most.
const MOST_RUNS: usize = 100;
/// Runs that may be there beyond them until the oldest are deleted: deleting a few at once is cheaper than one each
/// time.
const SLACK: usize = 20;
/// Bytes that all runs together may hold.
const MOST_BYTES: u64 = 2 << 30;
/// Only a run that wrote this much can have made all of them too large.
const MUCH: u64 = 1 << 20;

/// The outcome of a run, in its folder.
const RECORD: &str = "outcome.json";

/// The folder of one run.
#[derive(Clone, Debug)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder `runs/<id>` of a store.
    pub fn make(store: &Path, id: &str) -> io::Result<Self> {
        let path = store.join("runs").join(id);
        fs::create_dir(&path).or_else(|_| fs::create_dir_all(&path))?;
        Ok(Self { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The log of a gate.
    pub fn log(&self, gate: &str) -> PathBuf {
        self.path.join(format!("{gate}.log"))
    }

    /// Where a captured stream of a gate goes.
    pub fn stream(&self, gate: &str, stream: &str) -> PathBuf {
        self.path.join(format!("{gate}.{stream}"))
    }

    /// Opens the record of the run for writing.
    pub fn record(&self) -> io::Result<fs::File> {
        fs::File::create(self.path.join(RECORD))
    }
}

/// Records larger than this are not read.
const LARGEST: u64 = 256 << 20;

/// The record of one run, as it was written.
#[derive(Clone, Debug)]
pub struct Record {
    /// Id of the run.
    pub id: String,
    /// The outcome as JSON.
    pub outcome: Value,
}

impl Record {
    /// The newest record that passes the test. Those that cannot be read are passed over.
    pub fn newest(store: &Path, wanted: impl Fn(&Record) -> bool) -> Option<Self> {
        let mut ids = ids(store);
        ids.sort_unstable();
        // An id tells the second; of runs of one second the record itself tells which came last.
        let same = |a: &String, b: &String| a.split('-').next() == b.split('-').next();
        let mut seconds = ids.chunk_by(same).rev();
        seconds.find_map(|ids| {
            let records = ids.iter().filter_map(|id| Self::read(store, id));
            records
                .filter(|record| wanted(record))
                .max_by_key(Self::moment)
        })
    }

    /// When it began.
    fn moment(&self) -> Option<jiff::Timestamp> {
        self.outcome["run"]["started"].as_str()?.parse().ok()
    }

    /// The record of a run by its id, or by the start of it when only one run begins so.
    pub fn of(store: &Path, id: &str) -> Option<Self> {
        let ids = ids(store);
        let mut like = ids.iter().filter(|known| known.starts_with(id));
        let first = like.next()?;
        let exact = ids.iter().find(|known| *known == id);
        match (exact, like.next()) {
            (Some(exact), _) => Self::read(store, exact),
            (None, None) => Self::read(store, first),
            (None, Some(_)) => None,
        }
    }

    /// Whether it is of what was checked out, not of a revision that was judged apart.
    pub fn is_in_place(&self) -> bool {
        self.outcome["run"]["ref"].is_null()
    }

    /// The verdict on a gate.
    pub fn gate(&self, id: &str) -> Option<&Value> {
        let mut gates = self.outcome["verdict"]["gates"].as_array()?.iter();
        gates.find(|gate| gate["id"] == id)
    }

    fn read(store: &Path, id: &str) -> Option<Self> {
        let file = store.join("runs").join(id).join(RECORD);
        if fs::metadata(&file).ok()?.len() > LARGEST {
            return None;
        }
        let outcome = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        Some(Self {
            id: id.to_owned(),
            outcome,
        })
    }
}

/// The records of all runs of a store, the newest first.
pub fn run_records(store: &Path) -> Vec<PathBuf> {
    let runs = fs::read_dir(store.join("runs")).into_iter().flatten();
    let mut runs: Vec<PathBuf> = runs
        .flatten()
        .map(|entry| entry.path().join(RECORD))
        .collect();
    runs.sort();
    runs.reverse();
    runs
}

fn ids(store: &Path) -> Vec<String> {
    let entries = fs::read_dir(store.join("runs"))
        .into_iter()
        .flatten()
        .flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.collect()
}

/// Deletes the oldest runs beyond number and size, after a run that wrote so many bytes. Ids sort by time. What
/// cannot be deleted stays.
pub fn prune(store: &Path, keep: &str, wrote: u64) {
    let folder = store.join("runs");
    if wrote < MUCH && folders_in(&folder).is_some_and(|runs| runs <= MOST_RUNS + SLACK) {
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut runs: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    if runs.len() <= MOST_RUNS + SLACK && wrote < MUCH {
        return;
    }
    runs.sort();
    runs.reverse();
    let mut bytes = 0;
    for (index, run) in runs.iter().enumerate() {
        bytes += size(run);
        let own = run.file_name().is_some_and(|name| name == keep);
        if (index >= MOST_RUNS || bytes > MOST_BYTES) && !own {
            let _ = fs::remove_dir_all(run);
        }
    }
}

/// How many folders a folder holds, without reading it: most file systems count each as a link to it. The others
/// say 1.
#[cfg(unix)]
fn folders_in(folder: &Path) -> Option<usize> {
    use std::os::unix::fs::MetadataExt;
    let links = usize::try_from(fs::metadata(folder).ok()?.nlink()).ok()?;
    links.checked_sub(2)
}

#[cfg(not(unix))]
fn folders_in(_: &Path) -> Option<usize> {
    None
}

fn size(run: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(run) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .map(|meta| meta.len())
        .sum()
}
