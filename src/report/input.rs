//! The bytes of one report: counted and capped while a format reads them.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use super::limits::Limits;

/// Small enough that what was just read is still near when it is looked at.
const BLOCK: usize = 64 << 10;
/// As much as sniffing looks at.
pub(super) const HEAD: usize = 64 << 10;

/// A buffered reader over one report. Knows its size and what the first bytes look like.
pub struct Input {
    from: Box<dyn Read + Send>,
    block: Vec<u8>,
    start: usize,
    end: usize,
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
        self.make_room();
        Ok(self.pull()? > 0)
    }

    /// Reads what is left: a file that cannot be read to its end is no evidence.
    pub fn finish(mut self) -> io::Result<()> {
        loop {
            let left = self.fill_buf()?.len();
            if left == 0 {
                return Ok(());
            }
            self.consume(left);
        }
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.read
    }

    /// Moves what is not consumed to the front of the block.
    fn make_room(&mut self) {
        self.block.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
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
            self.make_room();
            self.pull()?;
        }
        Ok(&self.block[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
    }
}
