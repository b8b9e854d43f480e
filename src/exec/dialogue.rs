//! A helper program that answers one question after another on its standard input and output, such as
//! `git cat-file --batch`: one process however many questions there are.
//!
//! Answers are waited for with a bound. The program ends with its input, at the latest when this is dropped.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

#[cfg(unix)]
use super::leaders::{self, Kind};
use super::{Command, MARKER};

/// The longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes that are read ahead of being asked for: so many blocks of so many bytes.
const AHEAD: usize = 4;
const BLOCK: usize = 64 << 10;

/// A program that is asked.
#[derive(Debug)]
pub struct Dialogue {
    child: Child,
    questions: Option<ChildStdin>,
    answers: Receiver<Vec<u8>>,
    read: Vec<u8>,
}

impl Dialogue {
    /// Starts the program. Its complaints go nowhere: what matters is in its answers.
    pub fn start(command: &Command) -> std::io::Result<Self> {
        let mut prepared = prepare(command)?;
        let mut child = spawn(&mut prepared)?;
        let questions = child.stdin.take();
        let mut output = child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
        let (send, answers) = sync_channel(AHEAD);
        std::thread::spawn(move || {
            let mut block = vec![0; BLOCK];
            while let Ok(got @ 1..) = output.read(&mut block) {
                if send.send(block[..got].to_vec()).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            questions,
            answers,
            read: Vec::new(),
        })
    }

    /// Puts a question: one line.
    pub fn ask(&mut self, line: &str) -> std::io::Result<()> {
        let to = self
            .questions
            .as_mut()
            .ok_or(std::io::ErrorKind::BrokenPipe)?;
        to.write_all(line.as_bytes())?;
        to.write_all(b"\n")?;
        to.flush()
    }

    /// The next line of the answer, without its end.
    pub fn line(&mut self) -> std::io::Result<String> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.read) {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            self.more()?;
        }
    }

    /// The next bytes of the answer.
    pub fn bytes(&mut self, count: usize) -> std::io::Result<Vec<u8>> {
        while self.read.len() < count {
            self.more()?;
        }
        Ok(self.read.drain(..count).collect())
    }

    /// Passes over the next bytes of the answer, without keeping them.
    pub fn skip(&mut self, mut count: u64) -> std::io::Result<()> {
        loop {
            let here = count.min(self.read.len() as u64);
            self.read.drain(..usize::try_from(here).unwrap_or(0));
            count -= here;
            if count == 0 {
                return Ok(());
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> std::io::Result<()> {
        let block = self
            .answers
            .recv_timeout(PATIENCE)
            .map_err(|_| std::io::ErrorKind::UnexpectedEof)?;
        self.read.extend(block);
        Ok(())
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        self.questions = None;
        // It has nothing to write that anybody wants: nothing is lost by ending it.
        let _ = self.child.kill();
        let _ = self.child.wait();
        #[cfg(unix)]
        leaders::ended(self.child.id().cast_signed());
    }
}

fn prepare(command: &Command) -> std::io::Result<std::process::Command> {
    let argv = command.program.argv();
    let (word, arguments) = argv.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    #[cfg(unix)]
    let file = super::lookup::find(word, command)
        .map_err(|trouble| std::io::Error::other(trouble.to_string()))?;
    #[cfg(not(unix))]
    let file = std::path::PathBuf::from(word);
    let mut prepared = std::process::Command::new(file);
    prepared
        .args(arguments)
        .current_dir(&command.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for name in &command.env_remove {
        prepared.env_remove(name);
    }
    for (name, value) in &command.env {
        prepared.env(name, value);
    }
    prepared.env(MARKER, &command.marker);
    Ok(prepared)
}

#[cfg(unix)]
fn spawn(prepared: &mut std::process::Command) -> std::io::Result<Child> {
    use std::os::unix::process::CommandExt;
    prepared.process_group(0);
    leaders::start(Kind::Helper, || {
        let child = prepared.spawn()?;
        let pid = child.id().cast_signed();
        Ok((child, pid))
    })
}

#[cfg(not(unix))]
fn spawn(prepared: &mut std::process::Command) -> std::io::Result<Child> {
    prepared.spawn()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::exec::Program;

    fn program(text: &[&str]) -> Command {
        let argv = text.iter().map(Into::into).collect();
        Command::new(Program::Direct(argv), "/", "dialogue-test")
    }

    #[test]
    fn one_process_answers_many_questions() {
        let mut cat = Dialogue::start(&program(&["cat"])).unwrap();
        for question in ["first", "second"] {
            cat.ask(question).unwrap();
            assert_eq!(cat.line().unwrap(), question);
        }
        cat.ask("0123456789").unwrap();
        assert_eq!(cat.bytes(4).unwrap(), b"0123");
        cat.skip(3).unwrap();
        assert_eq!(cat.line().unwrap(), "789");
    }

    #[test]
    fn a_program_that_went_away_is_an_error() {
        let mut gone = Dialogue::start(&program(&["true"])).unwrap();
        let _ = gone.ask("anybody?");
        assert!(gone.line().is_err());
        assert!(Dialogue::start(&program(&["no-such-program-here"])).is_err());
    }
}
