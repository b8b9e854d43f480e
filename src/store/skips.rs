//! Which gates people skipped by hand on this machine: when, who and why, until the phase is decided that they count for.
//!
//! One line of JSON for each, appended. Old ones go when the file is long; losing it costs only the mention.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const FILE: &str = "skips.jsonl";
/// A file of more bytes is cut to the newest half of its lines.
const MOST: u64 = 1 << 20;
/// What is larger was not written here.
const LARGEST: u64 = 8 << 20;

/// One gate that was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// When.
    pub at: Timestamp,
    /// Who, as git names them.
    pub who: String,
    /// The gate.
    pub gate: String,
    /// Why, in their words.
    pub why: String,
}

impl Skipped {
    /// In words.
    pub fn words(&self) -> String {
        let day = self.at.strftime("%Y-%m-%d");
        format!(
            "`{}` was skipped on {day} by {}: {}",
            self.gate, self.who, self.why
        )
    }

    /// Those since a moment, the oldest first, each said once. Lines that cannot be read are passed over.
    pub fn since(store: &Path, since: Option<Timestamp>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for one in read(store) {
            let told = found.iter().any(|other| other.words() == one.words());
            if !told && since.is_none_or(|since| one.at >= since) {
                found.push(one);
            }
        }
        found
    }

    /// Keeps them.
    pub fn append(store: &Path, skipped: &[Self]) -> io::Result<()> {
        let path = store.join(FILE);
        let mut lines = Vec::new();
        if fs::metadata(&path).is_ok_and(|meta| meta.len() > MOST) {
            let known = read(store);
            lines.extend_from_slice(&known[known.len() / 2..]);
            fs::remove_file(&path)?;
        }
        lines.extend_from_slice(skipped);
        let mut text = String::new();
        for line in &lines {
            text.push_str(&serde_json::to_string(line)?);
            text.push('\n');
        }
        fs::create_dir_all(store)?;
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)?;
        file.write_all(text.as_bytes())
    }
}

fn read(store: &Path) -> Vec<Skipped> {
    let path = store.join(FILE);
    let small = fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
    let bytes = if small {
        fs::read(&path).unwrap_or_default()
    } else {
        Vec::new()
    };
    let lines = bytes.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(at: &str, gate: &str) -> Skipped {
        Skipped {
            at: at.parse().unwrap(),
            who: "Ada".to_owned(),
            gate: gate.to_owned(),
            why: "the rig is down".to_owned(),
        }
    }

    #[test]
    fn only_what_was_skipped_since_is_told_and_once_a_day() {
        let store = tempfile::TempDir::new().unwrap();
        let all = [
            one("2026-03-01T10:00:00Z", "a"),
            one("2026-03-02T10:00:00Z", "b"),
            one("2026-03-02T11:00:00Z", "b"),
        ];
        Skipped::append(store.path(), &all[..1]).unwrap();
        Skipped::append(store.path(), &all[1..]).unwrap();
        let gates = |since: Option<&str>| -> Vec<String> {
            let since = since.map(|at| at.parse().unwrap());
            let found = Skipped::since(store.path(), since);
            found.into_iter().map(|one| one.gate).collect()
        };
        assert_eq!(gates(None), ["a", "b"]);
        assert_eq!(gates(Some("2026-03-02T10:30:00Z")), ["b"]);
        assert!(gates(Some("2026-03-03T00:00:00Z")).is_empty());
    }

    #[test]
    fn what_cannot_be_read_hides_nothing_else_and_the_file_stays_small() {
        let store = tempfile::TempDir::new().unwrap();
        Skipped::append(store.path(), &[one("2026-03-01T10:00:00Z", "a")]).unwrap();
        let path = store.path().join(FILE);
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"at\":\nnonsense\n\xff\n").unwrap();
        Skipped::append(store.path(), &[one("2026-03-02T10:00:00Z", "b")]).unwrap();
        assert_eq!(Skipped::since(store.path(), None).len(), 2);
        let many = vec![one("2026-03-03T10:00:00Z", "c"); 16_000];
        Skipped::append(store.path(), &many).unwrap();
        assert!(fs::metadata(&path).unwrap().len() > MOST);
        Skipped::append(store.path(), &[one("2026-03-04T10:00:00Z", "d")]).unwrap();
        assert!(fs::metadata(&path).unwrap().len() < MOST);
        let gates: Vec<String> = Skipped::since(store.path(), None)
            .into_iter()
            .map(|one| one.gate)
            .collect();
        assert_eq!(gates, ["c", "d"]);
    }
}
