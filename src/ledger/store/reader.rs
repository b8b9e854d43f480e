//! Reads the files of records, on a few threads, and says what is wrong with one that is no record.

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use rustix::fs::{Mode, OFlags, open, openat};
use rustix::io::read;

use super::Broken;
use crate::ledger::statement;
use crate::model::{Entry, Record};

/// Reading is waiting for the disk half of the time: there are more readers than two processors could keep busy.
const READERS: RangeInclusive<usize> = 4..=16;

/// Reads records, one after another, into the same memory.
pub(super) struct Reader<'f> {
    folder: &'f Path,
    /// The same, open: the way to it is not looked up ten thousand times.
    open: Option<OwnedFd>,
    strict: bool,
    bytes: Vec<u8>,
}

impl<'f> Reader<'f> {
    /// Nearly all records are smaller, and then one read gets them.
    const ROOM: usize = 64 << 10;

    /// For the records of a folder; strictly, it refuses those that are not written in the one way there is.
    pub fn of(folder: &'f Path, strict: bool) -> Self {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Self {
            folder,
            open: open(folder, flags, Mode::empty()).ok(),
            strict,
            bytes: vec![0; Self::ROOM],
        }
    }

    /// The record of a digest, or what its file is instead.
    pub fn entry(&mut self, digest: &str) -> Result<Arc<Entry>, Broken> {
        let file = format!("{digest}.json");
        let read = self.quickly(&file, digest);
        match read.unwrap_or_else(|| self.thoroughly(&file, digest)) {
            Ok(record) => Ok(Arc::new(Entry {
                digest: digest.to_owned(),
                record,
                signatures: Vec::new(),
            })),
            Err(why) => Err(Broken { file, why }),
        }
    }

    fn parse(&self, bytes: &[u8]) -> Result<Record, String> {
        if self.strict {
            statement::parse_strictly(bytes)
        } else {
            statement::parse(bytes)
        }
    }

    /// What the first read gets, if that is the record; `None` is no answer.
    fn quickly(&mut self, file: &str, digest: &str) -> Option<Result<Record, String>> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = openat(self.open.as_ref()?, file, flags, Mode::empty()).ok()?;
        let length = read(file, &mut self.bytes).ok()?;
        let bytes = &self.bytes[..length];
        (statement::digest(bytes) == digest).then(|| self.parse(bytes))
    }

    /// The whole file, and what is wrong with it.
    fn thoroughly(&self, file: &str, digest: &str) -> Result<Record, String> {
        let path = self.folder.join(file);
        let unreadable = |error: io::Error| format!("it cannot be read: {error}");
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(statement::LARGEST + 1).read_to_end(&mut bytes))
            .map_err(unreadable)?;
        // First what it says, then whether that is what was written: "truncated" says more than "another digest".
        let found = statement::digest(&bytes);
        if found == digest {
            return self.parse(&bytes);
        }
        Err(match self.parse(&bytes) {
            Ok(_) if path.with_file_name(format!("{found}.json")).exists() => {
                format!("a copy of the record {found} under another name")
            }
            Ok(_) => format!(
                "its bytes are not those it is named after: they changed since, to a record of digest {found}"
            ),
            Err(why) => format!("its bytes are not those it is named after: {why}"),
        })
    }
}

/// The answer for each item, in order, on a few threads; each makes itself what it needs for all its answers.
pub(super) fn in_parallel<T: Sync, S, R: Send>(
    items: &[T],
    make: impl Fn() -> S + Sync,
    answer: impl Fn(&mut S, &T) -> R + Sync,
) -> Vec<R> {
    let processors = available_parallelism().map_or(1, NonZero::get);
    let readers = processors.clamp(*READERS.start(), *READERS.end());
    let size = items.len().div_ceil(readers).max(1);
    std::thread::scope(|scope| {
        let (make, answer) = (&make, &answer);
        let work = move |part: &[T]| {
            let mut own = make();
            part.iter().map(|item| answer(&mut own, item)).collect()
        };
        let parts: Vec<_> = items
            .chunks(size)
            .map(|part| scope.spawn(move || -> Vec<R> { work(part) }))
            .collect();
        let done = parts.into_iter();
        done.flat_map(|part| part.join().expect("a reader does not panic"))
            .collect()
    })
}
