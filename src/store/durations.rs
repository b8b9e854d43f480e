//! How long each gate took, as JSON lines: the scheduler starts the longest first.
//!
//! One write per run with `O_APPEND`, so that runs side by side do not tear each other's lines. A torn last
//! line, and whatever cannot be read, is passed over.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

const FILE: &str = "durations.jsonl";
/// Only the newest part of the file is read: this much, …
const READ: u64 = 64 << 10;
/// … and this much for each gate, which is five to ten lines; older ones would count for next to nothing.
const READ_EACH: u64 = 256;
/// A larger file is cut to its newest part.
const LARGEST: u64 = 8 << 20;
/// What stays of it.
const KEPT: i64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    /// Gate.
    #[serde(borrow)]
    gate: std::borrow::Cow<'a, str>,
    /// Milliseconds.
    ms: u64,
}

/// Durations by gate.
#[derive(Clone, Debug, Default)]
pub struct Durations {
    known: HashMap<String, f64, RandomState>,
}

impl Durations {
    /// Reads what is known of a file with so many gates; nothing when there is nothing.
    pub fn read(store: &Path, gates: usize) -> Self {
        let text = newest(&store.join(FILE), READ + READ_EACH * gates as u64);
        let mut durations = Self::default();
        for line in text.unwrap_or_default().split(|byte| *byte == b'\n') {
            if let Ok(line) = serde_json::from_slice::<Line<'_>>(line) {
                durations.note(&line.gate, line.ms as f64);
            }
        }
        durations
    }

    fn note(&mut self, gate: &str, ms: f64) {
        match self.known.get_mut(gate) {
            // Newer runs count more: the machine and the tests change.
            Some(mean) => *mean += 0.5 * (ms - *mean),
            None => {
                self.known.insert(gate.to_owned(), ms);
            }
        }
    }

    /// Expected seconds of a gate.
    pub fn expected(&self, gate: &str) -> Option<f64> {
        self.known.get(gate).map(|ms| ms / 1000.0)
    }

    /// Appends the durations of a run, in milliseconds.
    pub fn append<'a>(store: &Path, times: impl Iterator<Item = (&'a str, u64)>) -> io::Result<()> {
        let mut lines = Vec::new();
        for (gate, ms) in times {
            serde_json::to_writer(
                &mut lines,
                &Line {
                    gate: gate.into(),
                    ms,
                },
            )?;
            lines.push(b'\n');
        }
        if lines.is_empty() {
            return Ok(());
        }
        let path = store.join(FILE);
        let open = || OpenOptions::new().create(true).append(true).open(&path);
        let mut file = open().or_else(|_| fs::create_dir_all(store).and_then(|()| open()))?;
        file.write_all(&lines)?;
        if file.metadata()?.len() > LARGEST {
            shorten(&path)?;
        }
        Ok(())
    }
}

/// The last bytes of a file, at most so many.
fn newest(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(most)))?;
    let mut text = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or(0) + 1);
    file.read_to_end(&mut text)?;
    Ok(text)
}

fn shorten(path: &PathBuf) -> io::Result<()> {
    let mut text = Vec::new();
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-KEPT))?;
    file.read_to_end(&mut text)?;
    let start = text
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let whole = path.with_extension("new");
    fs::write(&whole, &text[start..])?;
    fs::rename(whole, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_lines_count_and_torn_ones_do_not() {
        let store = tempfile::tempdir().expect("a folder");
        assert_eq!(Durations::read(store.path(), 1).expected("a"), None);
        for ms in [8_000, 4_000] {
            Durations::append(store.path(), [("a", ms), ("b\\", 1)].into_iter()).expect("writes");
        }
        let path = store.path().join(FILE);
        let mut text = fs::read(&path).expect("reads");
        text.extend(b"{\"gate\":\"a\",\"ms\":9");
        fs::write(&path, &text).expect("writes");
        let durations = Durations::read(store.path(), 2);
        assert_eq!(
            (durations.expected("a"), durations.expected("b\\")),
            (Some(6.0), Some(0.001))
        );
    }

    #[test]
    fn a_long_history_is_read_from_its_end_and_cut() {
        let store = tempfile::tempdir().expect("a folder");
        let old = vec![("old", 1_000); 10_000];
        Durations::append(store.path(), old.into_iter()).expect("writes");
        Durations::append(store.path(), [("new", 2_000); 4_000].into_iter()).expect("writes");
        let expected = |gates, gate| Durations::read(store.path(), gates).expected(gate);
        assert_eq!((expected(1, "old"), expected(1, "new")), (None, Some(2.0)));
        assert_eq!(expected(1_000, "old"), Some(1.0));
        Durations::append(store.path(), vec![("last", 3_000); 400_000].into_iter())
            .expect("writes");
        let size = fs::metadata(store.path().join(FILE)).expect("there").len();
        assert!(size <= 1 << 20, "{size}");
        assert_eq!(expected(1_000, "last"), Some(3.0));
    }
}
