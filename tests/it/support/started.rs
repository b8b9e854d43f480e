//! A tollgate under way: it is waited for with a bound, and never outlives its test.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::{Ran, wait_for};

/// What a stream gave so far.
type Said = Arc<Mutex<Vec<u8>>>;

/// A process under way.
pub struct Started {
    child: Child,
    json: Option<PathBuf>,
    streams: [(Said, Option<JoinHandle<()>>); 2],
}

impl Started {
    /// Starts it. `json` is where it will write its outcome.
    pub fn new(mut command: Command, json: Option<PathBuf>) -> Self {
        let mut child = command.spawn().unwrap();
        let streams = [follow(child.stdout.take()), follow(child.stderr.take())];
        Self {
            child,
            json,
            streams,
        }
    }

    /// Its process number.
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).unwrap()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits until it has said this, on either stream.
    pub fn wait_for(&self, text: &str) {
        wait_for(&format!("`{text}`"), || {
            let said = |(said, _): &(Said, _)| {
                String::from_utf8_lossy(&said.lock().unwrap()).contains(text)
            };
            self.streams.iter().any(said).then_some(())
        });
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ran {
        let status = self.wait();
        let [stdout, stderr] = &mut self.streams;
        let (stdout, stderr) = (whole(stdout), whole(stderr));
        let json = self.json.take().and_then(|path| std::fs::read(path).ok());
        Ran::new(status, stdout, stderr, json)
    }

    fn wait(&mut self) -> ExitStatus {
        wait_for("the end of tollgate", || self.child.try_wait().unwrap())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Reached with a living child only when a test has failed already; its guard then ends the gates.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow<R: Read + Send + 'static>(stream: Option<R>) -> (Said, Option<JoinHandle<()>>) {
    let said = Said::default();
    let hears = Arc::clone(&said);
    let thread = stream.map(|mut stream| {
        std::thread::spawn(move || {
            let mut block = [0; 8192];
            while let Ok(got @ 1..) = stream.read(&mut block) {
                hears.lock().unwrap().extend_from_slice(&block[..got]);
            }
        })
    });
    (said, thread)
}

fn whole((said, thread): &mut (Said, Option<JoinHandle<()>>)) -> Vec<u8> {
    if let Some(thread) = thread.take() {
        thread.join().unwrap();
    }
    std::mem::take(&mut said.lock().unwrap())
}
