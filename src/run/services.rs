//! The services of a run: started before the first gate that needs them, stopped at the end, watched between.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::{PlannedService, Ready};
use crate::exec::{self, Command, Program, Running, Service, Stop};

/// The services of a run.
#[derive(Default)]
pub(super) struct Pool {
    started: Mutex<BTreeMap<String, Arc<Mutex<Slot>>>>,
}

#[derive(Default)]
enum Slot {
    #[default]
    New,
    Up(Running),
    Failed(Trouble),
}

/// Why a service is not there: what is the same in every run, and what is not (a port, its last words).
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub message: String,
    pub detail: Option<String>,
}

impl From<String> for Trouble {
    fn from(message: String) -> Self {
        Self {
            message,
            detail: None,
        }
    }
}

/// What a service's processes are started with.
pub(super) struct Setting {
    pub template: Command,
    pub log: Option<PathBuf>,
}

impl Pool {
    /// Starts a service unless it runs, and gives the variables that gates get. Blocks until it is ready.
    pub fn ensure(
        &self,
        service: &PlannedService,
        setting: impl FnOnce() -> Setting,
        stop: &Stop,
    ) -> Result<Vec<(OsString, OsString)>, Trouble> {
        let slot = {
            let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(started.entry(service.id.clone()).or_default())
        };
        // The lock of one service is held while it starts: other gates that need it wait here.
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Slot::New = *slot {
            *slot = match start(service, setting(), stop) {
                Ok(running) => Slot::Up(running),
                Err(trouble) => Slot::Failed(trouble),
            };
        }
        match &*slot {
            Slot::Up(running) => Ok(variables(&service.id, running)),
            Slot::Failed(trouble) => Err(trouble.clone()),
            Slot::New => Err(format!("service `{}` did not start", service.id).into()),
        }
    }

    /// Whether a service that was started still runs.
    pub fn alive(&self, id: &str) -> Result<(), Trouble> {
        let slot = self
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .map(Arc::clone);
        let Some(slot) = slot else { return Ok(()) };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *slot {
            Slot::Up(running) => running.alive().map_err(|trouble| tell(&trouble)),
            _ => Ok(()),
        }
    }

    /// The addresses of a service that runs, one a replica.
    pub fn urls(&self, id: &str) -> Vec<String> {
        let slot = self
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .map(Arc::clone);
        let Some(slot) = slot else { return Vec::new() };
        let slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match &*slot {
            Slot::Up(running) => running.urls(),
            _ => Vec::new(),
        }
    }

    /// Stops all of them and says what was ended by force.
    pub fn stop(&self) {
        let started =
            std::mem::take(&mut *self.started.lock().unwrap_or_else(PoisonError::into_inner));
        for slot in started.into_values() {
            let slot = std::mem::take(&mut *slot.lock().unwrap_or_else(PoisonError::into_inner));
            if let Slot::Up(running) = slot {
                let _ = running.stop();
            }
        }
    }
}

fn start(service: &PlannedService, setting: Setting, stop: &Stop) -> Result<Running, Trouble> {
    let program = |text: &str, shell: Option<&str>| -> Result<Program, Trouble> {
        exec::parse(text, shell)
            .map_err(|trouble| format!("service `{}`: {trouble}", service.id).into())
    };
    let ready = match &service.ready {
        Ready::Http(url) => exec::Ready::Http(url.clone()),
        Ready::Tcp => exec::Ready::Tcp("127.0.0.1:${PORT}".to_owned()),
        Ready::Command(text) => {
            exec::Ready::Command(program(text, service.command.shell.as_deref())?)
        }
    };
    let mut command = setting.template;
    command.program = program(&service.command.text, service.command.shell.as_deref())?;
    command.log = setting.log;
    let service = Service {
        name: service.id.clone(),
        command,
        ready: Some(ready),
        within: service.within,
        replicas: u16::try_from(service.replicas).unwrap_or(1),
    };
    service.start(stop).map_err(|trouble| tell(&trouble))
}

/// Parts what is the same in every run from what is not.
fn tell(trouble: &exec::ServiceTrouble) -> Trouble {
    let whole = trouble.to_string();
    // How it ended is the same in every run; what a readiness check met holds the port.
    let (message, met) = match (&trouble.how, whole.split_once(": ")) {
        (None, Some((message, met))) => (message.to_owned(), Some(met.to_owned())),
        _ => (whole, None),
    };
    let last: Vec<&str> = trouble.last.lines().rev().take(3).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    let said = (!last.is_empty()).then(|| format!("it said: {}", last.join(" / ")));
    let detail: Vec<String> = met.into_iter().chain(said).collect();
    Trouble {
        message,
        detail: (!detail.is_empty()).then(|| detail.join("; ")),
    }
}

/// `<NAME>_URL`, `<NAME>_PORT`, and with replicas `<NAME>_URLS`.
fn variables(id: &str, running: &Running) -> Vec<(OsString, OsString)> {
    let name = id.to_ascii_uppercase().replace('-', "_");
    let mut set: Vec<(OsString, OsString)> = Vec::new();
    if let Some(url) = running.urls().first() {
        set.push((format!("{name}_URL").into(), url.into()));
    }
    if let Some(port) = running.ports().first() {
        set.push((format!("{name}_PORT").into(), port.to_string().into()));
    }
    if running.urls().len() > 1 {
        set.push((
            format!("{name}_URLS").into(),
            running.urls().join(",").into(),
        ));
    }
    set
}
