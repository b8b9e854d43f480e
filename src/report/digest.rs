//! SHA-256 of a report's bytes, taken beside the parsing: large inputs are hashed on a thread of their own,
//! because hashing costs about as much as reading the markup does.
//!
//! Blocks change owner instead of being copied, and only a few exist, so memory stays bounded.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use sha2::{Digest, Sha256};

/// From this many bytes on a thread is worth its start.
const LARGE: u64 = 1 << 20;
/// Blocks that may wait for the hashing thread.
const QUEUE: usize = 4;

/// A block with the range of it that is to be hashed.
type Work = (Vec<u8>, std::ops::Range<usize>);

/// Takes blocks in order and gives the digest of them all.
pub(super) enum Digester {
    /// On the caller's thread.
    Here(Sha256),
    /// On a thread of its own.
    Apart {
        work: SyncSender<Work>,
        used: Receiver<Vec<u8>>,
        blocks: usize,
        thread: JoinHandle<Sha256>,
    },
}

impl Digester {
    pub(super) fn new() -> Self {
        Self::Here(Sha256::new())
    }

    /// Takes the bytes of `range` and gives a block of the same size in exchange.
    /// `so_far` counts the bytes read up to now.
    pub(super) fn swap(
        &mut self,
        block: Vec<u8>,
        range: std::ops::Range<usize>,
        so_far: u64,
    ) -> io::Result<Vec<u8>> {
        if so_far >= LARGE {
            self.move_apart();
        }
        let size = block.len();
        match self {
            Self::Here(hash) => {
                hash.update(&block[range]);
                Ok(block)
            }
            Self::Apart {
                work, used, blocks, ..
            } => {
                work.send((block, range)).map_err(|_| gone())?;
                if let Ok(block) = used.try_recv() {
                    return Ok(block);
                }
                if *blocks <= QUEUE {
                    *blocks += 1;
                    return Ok(vec![0; size]);
                }
                used.recv().map_err(|_| gone())
            }
        }
    }

    /// The digest of all bytes taken.
    pub(super) fn finish(self) -> io::Result<[u8; 32]> {
        let hash = match self {
            Self::Here(hash) => hash,
            Self::Apart { work, thread, .. } => {
                drop(work);
                thread.join().map_err(|_| gone())?
            }
        };
        Ok(hash.finalize().into())
    }

    /// Goes on hashing on another thread. Where none can be started, it stays here.
    fn move_apart(&mut self) {
        let Self::Here(hash) = self else { return };
        let mut hash = hash.clone();
        let (work, to_do) = sync_channel::<Work>(QUEUE);
        let (done, used) = sync_channel::<Vec<u8>>(QUEUE + 2);
        let body = move || {
            for (block, range) in to_do {
                hash.update(&block[range]);
                // The reader may be gone already: then nobody wants the block back.
                let _ = done.try_send(block);
            }
            hash
        };
        if let Ok(thread) = Builder::new().name("digest".to_owned()).spawn(body) {
            *self = Self::Apart {
                work,
                used,
                blocks: 1,
                thread,
            };
        }
    }
}

fn gone() -> io::Error {
    io::Error::other("the hashing thread ended early")
}
