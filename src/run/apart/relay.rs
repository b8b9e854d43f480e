//! Several runs in one story: events of each go to one watcher, with the revision before the gate.

use std::sync::{Mutex, PoisonError};

use crate::model::{Event, Progress};

/// What all runs tell together.
pub struct Story<'p> {
    told: Mutex<Told<'p>>,
    jobs: usize,
}

struct Told<'p> {
    watcher: &'p mut dyn Progress,
    gates: Vec<String>,
    expected: f64,
    interrupted: bool,
}

/// One run's part in it.
pub struct Relay<'s, 'p> {
    story: &'s Story<'p>,
    name: String,
}

impl<'p> Story<'p> {
    /// A story that one watcher hears.
    pub fn new(watcher: &'p mut dyn Progress, jobs: usize) -> Self {
        Self {
            told: Mutex::new(Told {
                watcher,
                gates: Vec::new(),
                expected: 0.0,
                interrupted: false,
            }),
            jobs,
        }
    }

    /// The part of one run.
    pub(super) fn of(&self, name: &str) -> Relay<'_, 'p> {
        Relay {
            story: self,
            name: name.to_owned(),
        }
    }

    fn with<T>(&self, tell: impl FnOnce(&mut Told<'p>) -> T) -> T {
        tell(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A signal: said once, whoever else says it.
    pub(super) fn interrupted(&self, signal: &'static str, running: usize) {
        self.with(|told| {
            if !std::mem::replace(&mut told.interrupted, true) {
                told.watcher.event(&Event::Interrupted { signal, running });
                told.watcher.settle();
            }
        });
    }

    /// Clocks go on while work trees are made.
    pub(super) fn tick(&self) {
        self.with(|told| {
            told.watcher.tick();
            told.watcher.settle();
        });
    }
}

impl Relay<'_, '_> {
    fn named(&self, gate: &str) -> String {
        format!("{} {gate}", self.name)
    }

    fn renamed(&self, event: &Event) -> Event {
        let mut event = event.clone();
        match &mut event {
            Event::Waiting { gate, .. }
            | Event::GateStarted { gate, .. }
            | Event::Output { gate, .. } => *gate = self.named(gate),
            Event::GateEnded { verdict, run } => {
                verdict.id = self.named(&verdict.id);
                run.id = self.named(&run.id);
            }
            Event::Service { name, .. } => *name = self.named(name),
            Event::RunStarted { .. } | Event::Interrupted { .. } => {}
        }
        event
    }
}

impl Progress for Relay<'_, '_> {
    fn event(&mut self, event: &Event) {
        let jobs = self.story.jobs;
        match event {
            Event::RunStarted {
                gates, expected_s, ..
            } => self.story.with(|told| {
                told.gates.extend(gates.iter().map(|gate| self.named(gate)));
                told.expected += expected_s;
                let all = Event::RunStarted {
                    gates: told.gates.clone(),
                    jobs,
                    expected_s: told.expected,
                };
                told.watcher.event(&all);
            }),
            // Told by whoever runs all of them.
            Event::Interrupted { .. } => {}
            other => {
                let event = self.renamed(other);
                self.story.with(|told| told.watcher.event(&event));
            }
        }
    }

    fn settle(&mut self) {
        self.story.with(|told| told.watcher.settle());
    }

    // One clock for all: whoever runs them ticks.
    fn tick(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Heard(Vec<String>);

    impl Progress for Heard {
        fn event(&mut self, event: &Event) {
            self.0.push(match event {
                Event::RunStarted { gates, .. } => gates.join(","),
                Event::Interrupted { signal, .. } => (*signal).to_owned(),
                Event::Waiting { gate, .. } => gate.clone(),
                _ => String::new(),
            });
        }
    }

    #[test]
    fn gates_carry_their_revision_and_a_signal_is_told_once() {
        let mut heard = Heard::default();
        let story = Story::new(&mut heard, 2);
        let started = |gate: &str| Event::RunStarted {
            gates: vec![gate.to_owned()],
            jobs: 2,
            expected_s: 1.0,
        };
        let (mut a, mut b) = (story.of("a"), story.of("b"));
        a.event(&started("unit"));
        b.event(&started("unit"));
        b.event(&Event::Waiting {
            gate: "unit".to_owned(),
            resource: "database".to_owned(),
        });
        for _ in 0..2 {
            story.interrupted("SIGINT", 1);
        }
        assert_eq!(heard.0, ["a unit", "a unit,b unit", "b unit", "SIGINT"]);
    }
}
