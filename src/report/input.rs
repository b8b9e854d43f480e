//! The bytes of one report: counted, hashed and capped while a format reads them.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use super::digest::Digester;
use super::limits::Limits;
use crate::model::hex;

const BLOCK: usize = 128 << 10;
/// As much as sniffing looks at.
pub(super) const HEAD: usize = 64 << 10;

/// A buffered reader over one report. Knows its size, digest and what the first bytes look like.
pub struct Input {
    from: Box<dyn Read + Send>,
    block: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes of the block that are in the digest already.
    hashed: usize,
    digest: Digester,
    read: u64,
    limit: u64,
    name: String,
}

impl Input {
    /// Opens a file. `name` is how people know it.
    pub fn open(path: &Path, name: &str) -> io::Result<Self> {
        Ok(Self::new(Box::new(File::open(path)?), name))
    }

    /// Reads from memory.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Self {
        Self::new(Box::new(io::Cursor::new(bytes.to_vec())), name)
    }

    fn new(from: Box<dyn Read + Send>, name: &str) -> Self {
        Self {
            from,
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            hashed: 0,
            digest: Digester::new(),
            read: 0,
            limit: Limits::DEFAULT.bytes,
            name: name.to_owned(),
        }
    }

    /// The name that people know it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the first 64 KiB as far as the input gives and shows them, consuming nothing.
    pub fn head(&mut self) -> io::Result<&[u8]> {
        while self.end < HEAD && self.pull()? > 0 {}
        Ok(&self.block[self.start..self.end.min(HEAD)])
    }

    /// The bytes that are there and not consumed, without reading more.
    pub(super) fn window(&self) -> &[u8] {
        &self.block[self.start..self.end]
    }

    /// Reads more behind the bytes not yet consumed. False at the end of the input.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        self.retire()?;
        Ok(self.pull()? > 0)
    }

    /// Reads what is left, so that the digest is that of the whole file, and gives it in hex.
    pub fn finish(mut self) -> io::Result<String> {
        loop {
            let left = self.fill_buf()?.len();
            if left == 0 {
                break;
            }
            self.consume(left);
        }
        Ok(hex(&self.digest.finish()?))
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.read
    }

    /// Hands the block to the digest; what is not consumed moves to the front of the next.
    fn retire(&mut self) -> io::Result<()> {
        let (start, end) = (self.start, self.end);
        let left = end - start;
        if left == self.block.len() {
            return Err(io::Error::other(
                "a block is full and nothing of it was used",
            ));
        }
        let kept = self.block[start..end].to_vec();
        let old = std::mem::take(&mut self.block);
        self.block = self.digest.swap(old, self.hashed..end, self.read)?;
        self.block[..left].copy_from_slice(&kept);
        self.start = 0;
        self.end = left;
        self.hashed = left;
        Ok(())
    }

    fn pull(&mut self) -> io::Result<usize> {
        let got = loop {
            match self.from.read(&mut self.block[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += got;
        self.read += got as u64;
        if self.read > self.limit {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "report is larger than 4 GiB",
            ));
        }
        Ok(got)
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let have = self.fill_buf()?;
        let take = have.len().min(into.len());
        into[..take].copy_from_slice(&have[..take]);
        self.consume(take);
        Ok(take)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.retire()?;
            self.pull()?;
        }
        Ok(&self.block[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
    }
}
