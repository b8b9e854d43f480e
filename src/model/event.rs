//! Events: what happens while a run goes on, for whoever watches.

use super::{GateRun, GateVerdict};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run begins with these gates, in the order of the file.
    RunStarted {
        /// Gates by name.
        gates: Vec<String>,
        /// Gates at once.
        jobs: usize,
        /// Expected seconds of the whole run, from history; 0 when unknown.
        expected_s: f64,
    },
    /// A gate is ready but a resource is taken.
    Waiting {
        /// The gate.
        gate: String,
        /// The resource.
        resource: String,
    },
    /// A gate's command begins.
    GateStarted {
        /// The gate.
        gate: String,
        /// 1 for the first.
        attempt: u32,
        /// Expected seconds, from history.
        expected_s: Option<f64>,
    },
    /// A gate's command printed something (whole lines, masked); sent only when output is streamed.
    Output {
        /// The gate.
        gate: String,
        /// Raw bytes; an output neutralises them.
        bytes: Vec<u8>,
    },
    /// A gate has its verdict.
    GateEnded {
        /// What was decided.
        verdict: Box<GateVerdict>,
        /// How it went.
        run: Box<GateRun>,
    },
    /// A service is starting, ready or stopped.
    Service {
        /// Its name.
        name: String,
        /// In words.
        what: String,
    },
    /// The run was interrupted and is ending what runs.
    Interrupted {
        /// `SIGINT`, `SIGTERM` or `SIGHUP`.
        signal: &'static str,
        /// Gates that were running.
        running: usize,
    },
}

/// Watches a run.
pub trait Progress: Send {
    /// Something happened.
    fn event(&mut self, event: &Event);
    /// Called after some events: what they said must be seen now.
    fn settle(&mut self) {}
    /// Called many times a second while gates run: for heartbeats and clocks.
    fn tick(&mut self) {}
    /// Nothing more will come; the screen must be left clean.
    fn finish(&mut self) {}
}
