//! Evidence that records speak of: raw reports and the like, compressed, named by the SHA-256 of what they hold.
//!
//! It is local and may be missing; what is there and does not fit its name is told, never used. Pruning keeps what a
//! record needs, and says what does not fit into the budget with that.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::model::{hex, sha256_hex};

/// What all bundles together may hold, compressed.
pub const BUDGET: u64 = 512 << 20;
/// Nothing that unpacks to more is kept or read: a small file can hold endless zeros.
const LARGEST: u64 = 256 << 20;
const ENDING: &str = "gz";
const UNFINISHED: &str = ".unfinished-";

/// The bundles of a store.
#[derive(Clone, Debug)]
pub struct Bundles {
    folder: PathBuf,
}

/// What pruning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Bundles removed.
    pub removed: usize,
    /// Bytes that are still there.
    pub left: u64,
    /// Bundles that records need and that are there.
    pub needed: usize,
    /// What those take.
    pub needed_bytes: u64,
}

impl Bundles {
    /// The bundles in a store ([`super::place`]).
    pub fn of(store: &Path) -> Self {
        Self {
            folder: store.join("evidence"),
        }
    }

    /// Keeps bytes and gives their name. What is there already is not written again, unless it is damaged.
    pub fn keep(&self, bytes: &[u8]) -> io::Result<String> {
        if bytes.len() as u64 > LARGEST {
            let most = LARGEST >> 20;
            return Err(io::Error::other(format!("larger than {most} MiB")));
        }
        let digest = sha256_hex(bytes);
        if matches!(self.read(&digest), Ok(Some(_))) {
            return Ok(digest);
        }
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.folder)?;
        let mut packed = GzEncoder::new(&mut file, Compression::default());
        packed.write_all(bytes)?;
        packed.finish()?;
        file.as_file().sync_all()?;
        file.persist(self.path(&digest))?;
        Ok(digest)
    }

    /// The bytes of that name: `None` where they are not here, words where they are damaged.
    pub fn read(&self, digest: &str) -> Result<Option<Vec<u8>>, String> {
        let mut bytes = Vec::new();
        let mut hash = Sha256::new();
        let whole = self.unpack(digest, &mut |block| {
            hash.update(block);
            bytes.extend_from_slice(block);
        })?;
        if !whole {
            return Ok(None);
        }
        fits(digest, &hex(&hash.finalize()))?;
        Ok(Some(bytes))
    }

    /// Whether the bytes of that name are here and are those; words where they are damaged. Keeps no more than a block
    /// in memory.
    pub fn check(&self, digest: &str) -> Result<bool, String> {
        let mut hash = Sha256::new();
        if !self.unpack(digest, &mut |block| hash.update(block))? {
            return Ok(false);
        }
        fits(digest, &hex(&hash.finalize())).map(|()| true)
    }

    fn unpack(&self, digest: &str, each: &mut dyn FnMut(&[u8])) -> Result<bool, String> {
        // A name comes out of a record, and must not lead anywhere else.
        let plain = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !plain {
            return Err(format!("`{digest}` is no digest"));
        }
        let file = match File::open(self.path(digest)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error.to_string()),
        };
        let mut packed = GzDecoder::new(file);
        let mut block = vec![0; 64 << 10];
        let mut total = 0;
        loop {
            match packed.read(&mut block) {
                Ok(0) => return Ok(true),
                Ok(got) => {
                    total += got as u64;
                    if total > LARGEST {
                        return Err(format!("it unpacks to more than {} MiB", LARGEST >> 20));
                    }
                    each(&block[..got]);
                }
                Err(error) => return Err(format!("it cannot be unpacked: {error}")),
            }
        }
    }

    /// Bytes that all bundles take on disk.
    pub fn size(&self) -> io::Result<u64> {
        Ok(self.files()?.iter().map(|(_, meta)| meta.len()).sum())
    }

    fn files(&self) -> io::Result<Vec<(String, fs::Metadata)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push((name, entry.metadata()?));
        }
        Ok(files)
    }

    /// Removes bundles that no record needs, the oldest first, until the rest is within the budget.
    pub fn prune(&self, needed: &BTreeSet<String>, budget: u64) -> io::Result<Pruned> {
        let mut pruned = Pruned::default();
        let mut spare = Vec::new();
        for (name, meta) in self.files()? {
            let digest = name.strip_suffix(&format!(".{ENDING}"));
            pruned.left += meta.len();
            if digest.is_some_and(|digest| needed.contains(digest)) {
                pruned.needed += 1;
                pruned.needed_bytes += meta.len();
            } else if meta.is_file() {
                spare.push((meta.modified()?, name, meta.len()));
            }
        }
        spare.sort();
        for (_, name, size) in spare {
            if pruned.left <= budget {
                break;
            }
            fs::remove_file(self.folder.join(name))?;
            pruned.left -= size;
            pruned.removed += 1;
        }
        Ok(pruned)
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.{ENDING}"))
    }
}

fn fits(wanted: &str, found: &str) -> Result<(), String> {
    if wanted == found {
        return Ok(());
    }
    Err(format!(
        "it holds other bytes than it is named after: {found}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundles() -> (tempfile::TempDir, Bundles) {
        let store = tempfile::tempdir().unwrap();
        let bundles = Bundles::of(store.path());
        (store, bundles)
    }

    #[test]
    fn what_is_kept_comes_back_and_is_smaller_on_disk() {
        let (_store, bundles) = bundles();
        let bytes = b"<testsuite/>".repeat(10_000);
        let digest = bundles.keep(&bytes).unwrap();
        assert_eq!(digest, sha256_hex(&bytes));
        assert_eq!(bundles.read(&digest), Ok(Some(bytes.clone())));
        assert_eq!(bundles.check(&digest), Ok(true));
        assert_eq!(bundles.check(&"0".repeat(64)), Ok(false));
        let size = fs::metadata(bundles.path(&digest)).unwrap().len();
        assert!(size < bytes.len() as u64 / 20, "{size}");
    }

    #[test]
    fn damage_is_told_and_mended_by_keeping_again() {
        let (_store, bundles) = bundles();
        let digest = bundles.keep(b"report").unwrap();
        let other = bundles.keep(b"another").unwrap();
        fs::copy(bundles.path(&other), bundles.path(&digest)).unwrap();
        assert!(bundles.check(&digest).unwrap_err().contains("other bytes"));
        fs::write(bundles.path(&digest), b"no gzip").unwrap();
        assert!(bundles.read(&digest).unwrap_err().contains("unpacked"));
        assert_eq!(bundles.keep(b"report").unwrap(), digest);
        assert_eq!(bundles.check(&digest), Ok(true));
        assert!(bundles.check("../../etc").is_err());
    }

    #[test]
    fn pruning_keeps_what_a_record_needs_whatever_the_budget() {
        let (_store, bundles) = bundles();
        let needed = bundles.keep(b"needed").unwrap();
        let spare = bundles.keep(b"spare").unwrap();
        let keep = BTreeSet::from([needed.clone()]);
        let all = bundles.prune(&keep, BUDGET).unwrap();
        assert_eq!((all.removed, all.needed), (0, 1));
        let pruned = bundles.prune(&keep, 0).unwrap();
        assert_eq!((pruned.removed, pruned.needed), (1, 1));
        assert!(pruned.left > 0);
        assert_eq!(bundles.check(&needed), Ok(true));
        assert_eq!(bundles.check(&spare), Ok(false));
    }
}
