//! How long each gate took, as JSON lines: the scheduler starts the longest first.
//!
//! One write per run with `O_APPEND`, so that runs side by side do not tear each other's lines. A torn last
//! line, and whatever cannot be read, is passed over.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const FILE: &str = "durations.jsonl";
/// Only the newest part of the file is read.
const READ: u64 = 1 << 20;
/// A larger file is cut to its newest part.
const LARGEST: u64 = 8 << 20;

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
    known: HashMap<String, f64>,
}

impl Durations {
    /// Reads what is known; nothing when there is nothing.
    pub fn read(store: &Path) -> Self {
        let mut known: HashMap<String, f64> = HashMap::new();
        let Ok(mut file) = File::open(store.join(FILE)) else {
            return Self::default();
        };
        let size = file.metadata().map_or(0, |meta| meta.len());
        if size > READ && file.seek(SeekFrom::Start(size - READ)).is_err() {
            return Self::default();
        }
        for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
            let Ok(line) = serde_json::from_slice::<Line<'_>>(&line) else {
                continue;
            };
            let ms = line.ms as f64;
            // Newer runs count more: the machine and the tests change.
            known
                .entry(line.gate.into_owned())
                .and_modify(|mean| *mean += 0.5 * (ms - *mean))
                .or_insert(ms);
        }
        Self { known }
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

fn shorten(path: &PathBuf) -> io::Result<()> {
    let mut text = Vec::new();
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-i64::try_from(READ).unwrap_or(0)))?;
    io::Read::read_to_end(&mut file, &mut text)?;
    let start = text
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let whole = path.with_extension("new");
    fs::write(&whole, &text[start..])?;
    fs::rename(whole, path)
}
