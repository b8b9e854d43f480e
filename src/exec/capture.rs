//! Takes output as it comes: masks it, writes log and spool, keeps its beginning and its end.
//!
//! Nothing here stops a command: a disk that is full is told, and output is still taken.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::command::Live;
use super::mask::{self, Mask};
use super::{Captured, Command, Spool};

const HEAD: usize = 16 * 1024;
const TAIL: usize = 48 * 1024;
const BLOCK: usize = 64 * 1024;

/// Everything that is kept of one command's output.
pub(super) struct Capture<'c, 'l> {
    mask: &'c Mask,
    streams: [Stream; 2],
    bytes: u64,
    kept: Kept<'c, 'l>,
}

/// One pipe of the command.
#[derive(Default)]
struct Stream {
    mask: mask::Stream,
    spool: Option<Written>,
    memory: Vec<u8>,
    limit: usize,
    /// Who listens live does not hear it.
    unheard: bool,
}

/// What both pipes share, in order of arrival.
struct Kept<'c, 'l> {
    log: Option<&'c Path>,
    written: Option<Written>,
    head: Vec<u8>,
    tail: Vec<u8>,
    masked: u64,
    live: Live<'l>,
    trouble: Vec<String>,
}

impl<'c, 'l> Capture<'c, 'l> {
    /// Makes the spool files; the log waits for output.
    pub(super) fn new(command: &'c Command, live: Live<'l>) -> Capture<'c, 'l> {
        let mut capture = Capture {
            mask: &command.mask,
            streams: Default::default(),
            bytes: 0,
            kept: Kept {
                log: command.log.as_deref(),
                written: None,
                head: Vec::new(),
                tail: Vec::new(),
                masked: 0,
                live,
                trouble: Vec::new(),
            },
        };
        match &command.spool {
            Spool::Merged => {}
            Spool::Memory { limit } => {
                for stream in &mut capture.streams {
                    stream.limit = *limit;
                }
                capture.streams[1].unheard = true;
            }
            Spool::Split { stdout, stderr } => {
                for (stream, path) in capture.streams.iter_mut().zip([stdout, stderr]) {
                    stream.spool = path.as_ref().and_then(|path| capture.kept.create(path));
                }
            }
        }
        capture
    }

    /// Takes what pipe `which` (0: stdout or both, 1: stderr) gave.
    pub(super) fn take(&mut self, which: usize, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        let Stream {
            mask,
            spool,
            memory,
            limit,
            unheard,
        } = &mut self.streams[which];
        let kept = &mut self.kept;
        mask.push(self.mask, piece, &mut |bytes| {
            kept.take(bytes, spool, (memory, *limit), *unheard);
        });
    }

    /// Pipe `which` is closed.
    pub(super) fn close(&mut self, which: usize) {
        let Stream {
            mask,
            spool,
            memory,
            limit,
            unheard,
        } = &mut self.streams[which];
        let kept = &mut self.kept;
        mask.finish(self.mask, &mut |bytes| {
            kept.take(bytes, spool, (memory, *limit), *unheard);
        });
    }

    /// Whether something waits to be written.
    pub(super) fn is_dirty(&self) -> bool {
        self.kept.written.as_ref().is_some_and(Written::is_dirty)
    }

    /// Writes what waits, so that a log can be followed.
    pub(super) fn flush(&mut self) {
        let kept = &mut self.kept;
        let spools = self
            .streams
            .iter_mut()
            .filter_map(|stream| stream.spool.as_mut());
        for written in kept.written.as_mut().into_iter().chain(spools) {
            written.flush(&mut kept.trouble);
        }
    }

    /// Adds to what could not be done.
    pub(super) fn trouble(&mut self, what: String) {
        self.kept.trouble.push(what);
    }

    /// All that was kept.
    pub(super) fn finish(mut self) -> Captured {
        self.close(0);
        self.close(1);
        self.flush();
        let kept = self.kept;
        let mut tail = kept.tail;
        tail.drain(..tail.len().saturating_sub(TAIL));
        let [stdout, stderr] = self.streams.map(|stream| stream.memory);
        Captured {
            bytes: self.bytes,
            cut: kept.masked - (kept.head.len() + tail.len()) as u64,
            log: kept.written.map(|written| written.path),
            head: kept.head,
            tail,
            stdout,
            stderr,
            trouble: (!kept.trouble.is_empty()).then(|| kept.trouble.join("; ")),
        }
    }
}

impl Kept<'_, '_> {
    fn take(
        &mut self,
        bytes: &[u8],
        spool: &mut Option<Written>,
        (memory, limit): (&mut Vec<u8>, usize),
        unheard: bool,
    ) {
        if let Some(spool) = spool {
            spool.write(bytes, &mut self.trouble);
        }
        let room = limit.saturating_sub(memory.len());
        memory.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if let Some(path) = self.log.take() {
            self.written = self.create(path);
        }
        if let Some(written) = &mut self.written {
            written.write(bytes, &mut self.trouble);
        }
        self.remember(bytes);
        if let Some(live) = self.live.as_mut().filter(|_| !unheard) {
            live(bytes);
        }
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.masked += bytes.len() as u64;
        let room = bytes.len().min(HEAD - self.head.len());
        self.head.extend_from_slice(&bytes[..room]);
        let rest = &bytes[room..];
        let last = &rest[rest.len().saturating_sub(TAIL)..];
        if self.tail.len() + last.len() > 2 * TAIL {
            // Dropping only now and then keeps this linear in the output.
            let surplus = (self.tail.len() + last.len())
                .saturating_sub(TAIL)
                .min(self.tail.len());
            self.tail.drain(..surplus);
        }
        self.tail.extend_from_slice(last);
    }

    fn create(&mut self, path: &Path) -> Option<Written> {
        match File::create(path) {
            Ok(file) => Some(Written::new(file, path.to_owned())),
            Err(error) => {
                self.trouble
                    .push(format!("`{}` could not be made: {error}", path.display()));
                None
            }
        }
    }
}

/// A file that is written in big blocks until it refuses.
struct Written {
    file: File,
    path: PathBuf,
    waiting: Vec<u8>,
    refused: bool,
}

impl Written {
    fn new(file: File, path: PathBuf) -> Written {
        Written {
            file,
            path,
            waiting: Vec::new(),
            refused: false,
        }
    }

    fn is_dirty(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn write(&mut self, bytes: &[u8], trouble: &mut Vec<String>) {
        let big = bytes.len() >= BLOCK / 2;
        if big || self.waiting.len() + bytes.len() > BLOCK {
            self.flush(trouble);
        }
        if big {
            self.put(bytes, trouble);
        } else if !self.refused {
            self.waiting.extend_from_slice(bytes);
        }
    }

    fn flush(&mut self, trouble: &mut Vec<String>) {
        let mut waiting = std::mem::take(&mut self.waiting);
        self.put(&waiting, trouble);
        waiting.clear();
        self.waiting = waiting;
    }

    fn put(&mut self, bytes: &[u8], trouble: &mut Vec<String>) {
        if bytes.is_empty() || self.refused {
            return;
        }
        if let Err(error) = self.file.write_all(bytes) {
            self.refused = true;
            let path = self.path.display();
            trouble.push(format!(
                "`{path}` is incomplete: {error}; make room and run again"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::Program;

    fn captured(pieces: &[Vec<u8>]) -> Captured {
        let command = Command::new(Program::Direct(Vec::new()), "/", "x");
        let mut capture = Capture::new(&command, None);
        pieces.iter().for_each(|piece| capture.take(0, piece));
        capture.finish()
    }

    #[test]
    fn head_tail_and_cut_add_up_for_every_size() {
        for size in [
            0,
            1,
            HEAD - 1,
            HEAD,
            HEAD + 1,
            HEAD + TAIL,
            HEAD + TAIL + 1,
            3 * BLOCK,
            1_000_000,
        ] {
            let whole: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
            for step in [1000, 4096, BLOCK] {
                let pieces: Vec<Vec<u8>> = whole.chunks(step).map(<[u8]>::to_vec).collect();
                let kept = captured(&pieces);
                assert_eq!(kept.bytes, size as u64);
                assert_eq!(kept.head, whole[..size.min(HEAD)]);
                assert_eq!(
                    kept.tail,
                    whole[size.saturating_sub(TAIL).max(kept.head.len())..]
                );
                assert_eq!(kept.cut as usize, size - kept.head.len() - kept.tail.len());
            }
        }
    }

    #[test]
    fn small_and_big_pieces_reach_the_log_in_order() {
        let dir = tempfile::TempDir::new().unwrap();
        let mut command = Command::new(Program::Direct(Vec::new()), "/", "x");
        command.log = Some(dir.path().join("log"));
        let mut capture = Capture::new(&command, None);
        let mut whole = Vec::new();
        for (round, size) in [10, BLOCK, 5, BLOCK / 2, 7, BLOCK - 3, 1]
            .into_iter()
            .enumerate()
        {
            let piece = vec![b'a' + round as u8; size];
            capture.take(0, &piece);
            whole.extend(piece);
        }
        let kept = capture.finish();
        assert!(std::fs::read(kept.log.unwrap()).unwrap() == whole);
    }
}
