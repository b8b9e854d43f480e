//! How often in a row each test in quarantine has held: what it needs to be let out.
//!
//! One small file, written whole. Two runs at once may lose a count; that only delays a hint.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

const FILE: &str = "quarantine.json";
/// A larger file was not written here.
const LARGEST: u64 = 8 << 20;

/// Passes in a row, by gate and test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantine {
    gates: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Quarantine {
    /// Reads what is known; nothing when there is nothing.
    pub fn read(store: &Path) -> Self {
        let path = store.join(FILE);
        let small = fs::metadata(&path).is_ok_and(|meta| meta.len() <= LARGEST);
        let bytes = if small { fs::read(&path).ok() } else { None };
        let gates = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self {
            gates: gates.unwrap_or_default(),
        }
    }

    /// Takes in what became of the tests in quarantine of a gate. Tests that are not among them left it.
    pub fn ran(&mut self, gate: &str, tests: &[(String, bool)]) {
        let before = self.gates.remove(gate).unwrap_or_default();
        let mut now: BTreeMap<String, u64> = BTreeMap::new();
        for (test, held) in tests {
            let streak = now
                .get(test)
                .or_else(|| before.get(test))
                .copied()
                .unwrap_or(0);
            now.insert(test.clone(), if *held { streak + 1 } else { 0 });
        }
        if !now.is_empty() {
            self.gates.insert(gate.to_owned(), now);
        }
    }

    /// Tests of a gate that held so often in a row, with how often.
    pub fn steady(&self, gate: &str, passes: u64) -> Vec<(&str, u64)> {
        let tests = self.gates.get(gate).into_iter().flatten();
        tests
            .filter(|(_, streak)| **streak >= passes.max(1))
            .map(|(test, streak)| (test.as_str(), *streak))
            .collect()
    }

    /// Keeps it.
    pub fn write(&self, store: &Path) -> io::Result<()> {
        let new = store.join(format!("{FILE}.{}", std::process::id()));
        fs::create_dir_all(store)?;
        fs::write(&new, serde_json::to_vec(&self.gates)?)?;
        fs::rename(&new, store.join(FILE))
    }
}

#[cfg(test)]
mod tests {
    use super::Quarantine;

    #[test]
    fn one_failure_begins_the_count_anew() {
        let folder = tempfile::tempdir().unwrap();
        let one = |held| [("a".to_owned(), held)];
        let mut quarantine = Quarantine::default();
        for held in [true, true, false, true, true, true] {
            quarantine.ran("unit", &one(held));
        }
        assert_eq!(quarantine.steady("unit", 3), [("a", 3)]);
        assert!(quarantine.steady("unit", 4).is_empty());
        assert!(quarantine.steady("other", 1).is_empty());
        quarantine.write(folder.path()).unwrap();
        assert_eq!(Quarantine::read(folder.path()), quarantine);
        quarantine.ran("unit", &[]);
        assert_eq!(quarantine, Quarantine::default());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_as_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("quarantine.json"), "{").unwrap();
        assert_eq!(Quarantine::read(folder.path()), Quarantine::default());
    }
}
