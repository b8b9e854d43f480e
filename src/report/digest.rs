//! SHA-256 of a report's bytes. For a large file it is taken beside the parsing, because hashing costs about
//! as much as reading the markup does.
//!
//! The hashing thread reads the same open file by itself: handing blocks from core to core was measured to
//! cost more than reading the page cache twice. A file that changes meanwhile is refused.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use sha2::{Digest, Sha256};

/// From this many bytes on a thread is worth its start.
const LARGE: u64 = 1 << 20;
const BLOCK: usize = 128 << 10;

/// Takes bytes in order and gives the digest of them all.
pub(super) struct Digester {
    hash: Sha256,
    /// Bytes in `hash`.
    taken: u64,
    /// The open file, while it may still be hashed apart.
    file: Option<File>,
    apart: Option<Apart>,
}

struct Apart {
    thread: JoinHandle<io::Result<(Sha256, u64)>>,
    stop: Arc<AtomicBool>,
    file: File,
    before: Stamp,
}

/// What changes when somebody writes to a file.
type Stamp = (u64, Option<std::time::SystemTime>);

impl Digester {
    /// `file` is another handle of the file that the bytes come from, where they come from one.
    pub(super) fn new(file: Option<File>) -> Self {
        Self {
            hash: Sha256::new(),
            taken: 0,
            file,
            apart: None,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if self.apart.is_some() {
            return;
        }
        self.hash.update(bytes);
        self.taken += bytes.len() as u64;
        if self.taken >= LARGE
            && let Some(file) = self.file.take()
        {
            self.apart = move_apart(&self.hash, self.taken, file);
        }
    }

    /// The digest of all bytes; `read` is how many there were.
    pub(super) fn finish(mut self, read: u64) -> io::Result<[u8; 32]> {
        let Some(apart) = self.apart.take() else {
            return Ok(std::mem::take(&mut self.hash).finalize().into());
        };
        let ended = apart.thread.join();
        let (hash, hashed) =
            ended.map_err(|_| io::Error::other("the hashing thread ended early"))??;
        if hashed != read || stamp(&apart.file)? != apart.before {
            return Err(io::Error::other("it changed while it was read"));
        }
        Ok(hash.finalize().into())
    }
}

impl Drop for Digester {
    fn drop(&mut self) {
        if let Some(apart) = &self.apart {
            apart.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// Goes on hashing on another thread. `None` where that cannot be: it is then done here.
fn move_apart(hash: &Sha256, from: u64, file: File) -> Option<Apart> {
    if !cfg!(unix) || !file.metadata().ok()?.is_file() {
        return None;
    }
    let before = stamp(&file).ok()?;
    let (mut hash, mut at) = (hash.clone(), from);
    let own = file.try_clone().ok()?;
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let body = move || {
        let mut block = vec![0; BLOCK];
        while !stopped.load(Ordering::Relaxed) {
            match read_at(&own, &mut block, at) {
                Ok(0) => break,
                Ok(got) => {
                    hash.update(&block[..got]);
                    at += got as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok((hash, at))
    };
    let thread = Builder::new().name("digest".to_owned()).spawn(body).ok()?;
    Some(Apart {
        thread,
        stop,
        file,
        before,
    })
}

fn stamp(file: &File) -> io::Result<Stamp> {
    let metadata = file.metadata()?;
    Ok((metadata.len(), metadata.modified().ok()))
}

#[cfg(unix)]
fn read_at(file: &File, block: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, block, at)
}

/// Elsewhere a read at an offset moves the cursor that parsing reads from.
#[cfg(not(unix))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn digest_is_the_same_here_and_apart() {
        let bytes = vec![7u8; 3 << 20];
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let mut apart = Digester::new(Some(file));
        let mut here = Digester::new(None);
        for part in bytes.chunks(BLOCK) {
            apart.update(part);
            here.update(part);
        }
        assert!(apart.apart.is_some());
        let read = bytes.len() as u64;
        assert_eq!(apart.finish(read).unwrap(), here.finish(read).unwrap());
    }

    #[test]
    fn a_file_that_grows_meanwhile_is_refused() {
        let bytes = vec![7u8; 2 << 20];
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let mut digest = Digester::new(Some(file.try_clone().unwrap()));
        digest.update(&bytes);
        file.write_all(b"more").unwrap();
        assert!(digest.finish(bytes.len() as u64).is_err());
    }
}
