//! The bytes of one report: counted, hashed and capped while a format reads them.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::limits::Limits;

const BLOCK: usize = 64 << 10;

/// A buffered reader over one report. Knows its size, digest and what the first bytes look like.
pub struct Input {
    from: Box<dyn Read + Send>,
    block: Vec<u8>,
    start: usize,
    end: usize,
    hash: Sha256,
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
            hash: Sha256::new(),
            read: 0,
            limit: Limits::DEFAULT.bytes,
            name: name.to_owned(),
        }
    }

    /// The name that people know it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Fills the first block as far as the input gives and shows it, consuming nothing.
    pub fn head(&mut self) -> io::Result<&[u8]> {
        while self.end < self.block.len() {
            let got = self.pull()?;
            if got == 0 {
                break;
            }
        }
        Ok(&self.block[self.start..self.end])
    }

    /// Reads what is left, so that the digest is that of the whole file, and gives it in hex.
    pub fn finish(&mut self) -> io::Result<String> {
        loop {
            let left = self.fill_buf()?.len();
            if left == 0 {
                break;
            }
            self.consume(left);
        }
        Ok(hex(&self.hash.clone().finalize()))
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.read
    }

    fn pull(&mut self) -> io::Result<usize> {
        let got = loop {
            match self.from.read(&mut self.block[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.hash.update(&self.block[self.end..self.end + got]);
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
            self.start = 0;
            self.end = 0;
            self.pull()?;
        }
        Ok(&self.block[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        self.start += count;
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
