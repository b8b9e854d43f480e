//! Services: commands that stay in the background while gates need them, each on a free port of its own.
//!
//! A service counts as started only when it answers; one that ends before, or while gates run, is trouble with its
//! last words. Speaks plain HTTP and TCP to this machine, never TLS, never through a proxy.

use std::fmt;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Command, Ended, Level, ParseTrouble, Program, Spool, Stop, Stopped, parse, run};
use crate::model::Termination;

/// Who accepts connections for longer than this serves.
const SURE: Duration = Duration::from_millis(10);
/// How much of its last output a trouble quotes.
const LAST_WORDS: usize = 4 * 1024;

/// When a service counts as started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// A GET of this URL is answered with 2xx or 3xx.
    Http(String),
    /// This `host:port` accepts a connection.
    Tcp(String),
    /// This command exits with 0.
    Command(Program),
}

impl Ready {
    /// Reads `ready:`: a `http://` URL, `tcp`, `host:port`, or else a command; `${PORT}` stands for the port.
    pub fn parse(text: &str, shell: Option<&str>) -> Result<Ready, ParseTrouble> {
        let text = text.trim();
        let is_address = || {
            let (host, port) = text.rsplit_once(':')?;
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-[]:".contains(c);
            let port_is_one = port == "$PORT" || port == "${PORT}" || port.parse::<u16>().is_ok();
            (!host.is_empty() && host.chars().all(plain) && port_is_one).then_some(())
        };
        if text.starts_with("http://") {
            Ok(Ready::Http(text.to_owned()))
        } else if text == "tcp" {
            Ok(Ready::Tcp("127.0.0.1:${PORT}".to_owned()))
        } else if is_address().is_some() {
            Ok(Ready::Tcp(text.to_owned()))
        } else {
            parse(text, shell).map(Ready::Command)
        }
    }
}

/// A service to start.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Its command; `PORT` is set for it, and a second replica's log is `name-2.log`.
    pub command: Command,
    /// When it counts as started; at once if not given.
    pub ready: Option<Ready>,
    /// How long that may take.
    pub within: Duration,
    /// How many of them.
    pub replicas: u16,
}

/// Why a service is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceTrouble {
    /// Its name.
    pub service: String,
    /// What happened.
    pub why: String,
    /// How its command ended, if it did.
    pub how: Option<Termination>,
    /// The last it printed, masked.
    pub last: String,
    /// Its log, if it printed anything.
    pub log: Option<PathBuf>,
}

impl fmt::Display for ServiceTrouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "service `{}` {}", self.service, self.why)
    }
}

impl std::error::Error for ServiceTrouble {}

/// A running service; dropping it stops it.
#[derive(Debug)]
pub struct Running {
    name: String,
    replicas: Vec<Replica>,
    stop: Stop,
}

#[derive(Debug)]
struct Replica {
    port: u16,
    stop: Stop,
    thread: Option<JoinHandle<Ended>>,
    ended: Option<Ended>,
}

impl Service {
    /// Starts all replicas and waits until every one is ready.
    pub fn start(&self, stop: &Stop) -> Result<Running, Box<ServiceTrouble>> {
        let count = usize::from(self.replicas.max(1));
        let ports = free_ports(count)
            .map_err(|error| self.trouble(format!("gets no free port: {error}")))?;
        let mut running = Running {
            name: self.name.clone(),
            replicas: Vec::new(),
            stop: stop.clone(),
        };
        for (index, port) in ports.into_iter().enumerate() {
            let replica = Replica::start(self.replica(index, port), port);
            running.replicas.push(
                replica.map_err(|error| self.trouble(format!("cannot be followed: {error}")))?,
            );
        }
        let until = Instant::now() + self.within;
        for index in 0..count {
            if let Err(trouble) = self.wait(&mut running, index, until, stop) {
                let ended = running.halt().into_iter().nth(index);
                // One that died quotes itself already.
                return Err(match ended.filter(|_| trouble.how.is_none()) {
                    Some(ended) => trouble.quoting(&ended),
                    None => trouble,
                });
            }
        }
        Ok(running)
    }

    fn replica(&self, index: usize, port: u16) -> Command {
        let mut command = self.command.clone();
        command.env.push(("PORT".into(), port.to_string().into()));
        command.timeout = None;
        if index > 0 {
            let number = index + 1;
            command.marker = format!("{}-{number}", command.marker);
            command.log = command.log.as_deref().map(|log| numbered(log, number));
            if let Spool::Split { stdout, stderr } = &mut command.spool {
                for path in [stdout, stderr].into_iter().flatten() {
                    *path = numbered(path, number);
                }
            }
        }
        command
    }

    fn wait(
        &self,
        running: &mut Running,
        index: usize,
        until: Instant,
        stop: &Stop,
    ) -> Result<(), Box<ServiceTrouble>> {
        let mut pause = Duration::from_millis(5);
        let probe = Probe::new(self, running.replicas[index].port);
        let mut wrong = None;
        loop {
            let answered = match &probe {
                Some(probe) => probe.ask(until, stop),
                None => Ok(()),
            };
            // Asked after the probe: a stranger may answer for a service that is dead.
            running.alive()?;
            let Err(last) = answered else { return Ok(()) };
            if stop.asked() {
                return Err(self.trouble("was not awaited: the run is being stopped".to_owned()));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                // The last attempt was cut short by us; an earlier one tells what is wrong.
                let (within, last) = (self.within, wrong.unwrap_or(last));
                return Err(self.trouble(format!("was not ready within {within:?}: {last}")));
            }
            wrong = Some(last);
            std::thread::sleep(pause.min(left));
            pause = (pause * 3 / 2).min(Duration::from_millis(250));
        }
    }

    fn trouble(&self, why: String) -> Box<ServiceTrouble> {
        Box::new(ServiceTrouble {
            service: self.name.clone(),
            why,
            how: None,
            last: String::new(),
            log: None,
        })
    }
}

impl ServiceTrouble {
    fn quoting(mut self: Box<Self>, ended: &Ended) -> Box<ServiceTrouble> {
        let output = [ended.output.head.as_slice(), ended.output.tail.as_slice()].concat();
        let last = &output[output.len().saturating_sub(LAST_WORDS)..];
        self.last = String::from_utf8_lossy(last).into_owned();
        self.log.clone_from(&ended.output.log);
        self
    }
}

impl Replica {
    fn start(command: Command, port: u16) -> std::io::Result<Replica> {
        let stop = Stop::new();
        let hears = stop.clone();
        let thread = std::thread::Builder::new().name("service".to_owned());
        let thread = thread.spawn(move || run(&command, &hears, None))?;
        Ok(Replica {
            port,
            stop,
            thread: Some(thread),
            ended: None,
        })
    }

    /// How it ended, if it did.
    fn ended(&mut self) -> Option<&Ended> {
        if self.thread.as_ref().is_some_and(JoinHandle::is_finished) {
            self.join();
        }
        self.ended.as_ref()
    }

    fn join(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        let lost = |_| Ended {
            how: Termination::Trouble("its thread was lost".to_owned()),
            duration: Duration::ZERO,
            output: Default::default(),
            stopped: Vec::new(),
        };
        self.ended = Some(thread.join().unwrap_or_else(lost));
    }
}

impl Running {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ports, one a replica.
    pub fn ports(&self) -> Vec<u16> {
        self.replicas.iter().map(|replica| replica.port).collect()
    }

    /// The addresses, one a replica, as `http://127.0.0.1:PORT`.
    pub fn urls(&self) -> Vec<String> {
        self.ports()
            .iter()
            .map(|port| format!("http://127.0.0.1:{port}"))
            .collect()
    }

    /// Whether all replicas still run; else how the first one that does not ended.
    pub fn alive(&mut self) -> Result<(), Box<ServiceTrouble>> {
        for replica in &mut self.replicas {
            if let Some(ended) = replica.ended() {
                let why = match &ended.how {
                    how @ (Termination::Exit(_) | Termination::Signal(_)) => {
                        format!("ended by itself: {how}")
                    }
                    how => format!("did not run: {how}"),
                };
                let (service, how) = (self.name.clone(), Some(ended.how.clone()));
                let trouble = Box::new(ServiceTrouble {
                    service,
                    why,
                    how,
                    last: String::new(),
                    log: None,
                });
                return Err(trouble.quoting(ended));
            }
        }
        Ok(())
    }

    /// Ends all replicas and whatever they started: TERM, grace, KILL.
    pub fn stop(mut self) -> Vec<Stopped> {
        self.halt()
            .into_iter()
            .flat_map(|ended| ended.stopped)
            .collect()
    }

    fn halt(&mut self) -> Vec<Ended> {
        let running = |replicas: &[Replica]| {
            replicas
                .iter()
                .any(|r| r.thread.as_ref().is_some_and(|t| !t.is_finished()))
        };
        self.replicas
            .iter()
            .for_each(|replica| replica.stop.cancel());
        while running(&self.replicas) {
            // A second Ctrl-C must not wait for a service that takes its time.
            if self.stop.level() == Level::Kill {
                self.replicas.iter().for_each(|replica| replica.stop.kill());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.replicas.iter_mut().for_each(Replica::join);
        self.replicas
            .iter_mut()
            .filter_map(|replica| replica.ended.take())
            .collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.halt();
    }
}

/// One way to ask one replica.
enum Probe {
    Http(ureq::Agent, String),
    Tcp(String),
    Command(Box<Command>),
}

impl Probe {
    fn new(service: &Service, port: u16) -> Option<Probe> {
        let port = port.to_string();
        let fill = |text: &str| text.replace("${PORT}", &port).replace("$PORT", &port);
        Some(match service.ready.as_ref()? {
            Ready::Http(url) => Probe::Http(agent(), fill(url)),
            Ready::Tcp(address) => Probe::Tcp(fill(address)),
            Ready::Command(program) => {
                let mut command = service.command.clone();
                command.program = program.clone();
                command.env.push(("PORT".into(), port.into()));
                command.marker = format!("{}-ready", command.marker);
                (command.log, command.spool) = (None, Spool::Merged);
                Probe::Command(Box::new(command))
            }
        })
    }

    /// Asks once; else what was wrong.
    fn ask(&self, until: Instant, stop: &Stop) -> Result<(), String> {
        let left = until
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        match self {
            Probe::Http(agent, url) => {
                let request = agent
                    .get(url)
                    .config()
                    .timeout_global(Some(left.min(Duration::from_secs(5))))
                    .build();
                let answer = request
                    .call()
                    .map_err(|error| format!("`{url}`: {error}"))?;
                let status = answer.status();
                let fine = status.is_success() || status.is_redirection();
                if fine {
                    Ok(())
                } else {
                    Err(format!("`{url}` answered {}", status.as_u16()))
                }
            }
            Probe::Tcp(address) => {
                let most = left.min(Duration::from_secs(1));
                connect(address, most)?;
                // Whoever looks for a free port holds it for an instant; who serves is still there afterwards.
                std::thread::sleep(SURE);
                connect(address, most)
            }
            Probe::Command(command) => {
                let command = Command {
                    timeout: Some(left),
                    ..Command::clone(command)
                };
                let ended = run(&command, stop, None);
                let said = String::from_utf8_lossy(&ended.output.head)
                    .trim()
                    .chars()
                    .take(300)
                    .collect::<String>();
                match ended.how {
                    Termination::Exit(0) => Ok(()),
                    how if said.is_empty() => Err(format!("its readiness command: {how}")),
                    how => Err(format!("its readiness command: {how}: {said}")),
                }
            }
        }
    }
}

/// Whether somebody accepts a connection.
fn connect(address: &str, most: Duration) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("`{address}`: {error}");
    let mut last = format!("`{address}` has no address");
    for found in address.to_socket_addrs().map_err(wrong)? {
        match TcpStream::connect_timeout(&found, most) {
            Ok(stream) if is_own_end(&stream) => last = format!("`{address}`: nobody listens"),
            Ok(_) => return Ok(()),
            Err(error) => last = wrong(error),
        }
    }
    Err(last)
}

/// Where nobody listens, a connection may be given the very port that it asks for, and is then connected with itself.
fn is_own_end(stream: &TcpStream) -> bool {
    let ends = stream.local_addr().ok().zip(stream.peer_addr().ok());
    ends.is_some_and(|(own, other)| own == other)
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .build()
        .into()
}

/// Ports that are free now, all different because all are held until the last is found.
fn free_ports(count: usize) -> std::io::Result<Vec<u16>> {
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)))
        .collect::<std::io::Result<_>>()?;
    held.iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect()
}

fn numbered(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(extension) => format!("{stem}-{number}.{}", extension.to_string_lossy()),
        None => format!("{stem}-{number}"),
    };
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_is_read_by_its_form() {
        let read = |text: &str| Ready::parse(text, None).unwrap();
        assert_eq!(read("http://x/y"), Ready::Http("http://x/y".to_owned()));
        assert_eq!(read("tcp"), Ready::Tcp("127.0.0.1:${PORT}".to_owned()));
        for address in ["localhost:8080", "[::1]:$PORT", "127.0.0.1:${PORT}"] {
            assert_eq!(read(address), Ready::Tcp(address.to_owned()));
        }
        for command in ["pg_isready -p $PORT", "curl localhost:80", "npm:test"] {
            assert!(matches!(read(command), Ready::Command(_)), "{command}");
        }
    }

    #[test]
    fn a_port_is_ready_only_while_somebody_else_listens() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stream = TcpStream::connect(address).unwrap();
        assert!(!is_own_end(&stream));
        let probe = Probe::Tcp(address.to_string());
        let ask = || probe.ask(Instant::now() + Duration::from_secs(5), &Stop::new());
        assert_eq!(ask(), Ok(()));
        drop((listener, stream));
        let wrong = ask().unwrap_err();
        assert!(wrong.contains(&address.to_string()), "{wrong}");
    }

    #[test]
    fn ports_differ_and_logs_are_numbered() {
        let mut ports = free_ports(5).unwrap();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 5);
        assert_eq!(
            numbered(Path::new("/l/api.log"), 2),
            Path::new("/l/api-2.log")
        );
        assert_eq!(numbered(Path::new("api"), 3), Path::new("api-3"));
    }
}
