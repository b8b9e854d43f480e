//! Progress of the gates of a phase as the phase takes them: with its targets. It changes what is shown, and nothing else.

use crate::model::{Event, Progress};
use crate::phase::{PlannedPhase, aim};

/// Shows each gate that ended under the targets of a phase.
pub struct Aimed<'a> {
    phase: &'a PlannedPhase,
    shown: &'a mut dyn Progress,
}

impl<'a> Aimed<'a> {
    /// Stands before what shows progress.
    pub fn new(phase: &'a PlannedPhase, shown: &'a mut dyn Progress) -> Self {
        Self { phase, shown }
    }
}

impl Progress for Aimed<'_> {
    fn event(&mut self, event: &Event) {
        let Event::GateEnded { verdict, run } = event else {
            return self.shown.event(event);
        };
        let mut verdict = verdict.clone();
        aim(self.phase, &mut verdict, &run.facts);
        let run = run.clone();
        self.shown.event(&Event::GateEnded { verdict, run });
    }

    fn settle(&mut self) {
        self.shown.settle();
    }

    fn tick(&mut self) {
        self.shown.tick();
    }

    fn finish(&mut self) {
        self.shown.finish();
    }
}
