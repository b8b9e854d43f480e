//! When a phase began: evidence that is older than the phase is none for it.

use std::time::SystemTime;

use super::View;
use crate::model::{Began, PhaseBegan, Unknown};
use crate::phase::{self, PlannedPhase, Standings};

impl View<'_> {
    /// The moment at which a phase began, as the records tell it.
    pub fn began(&self, phase: &PlannedPhase) -> PhaseBegan {
        let standings = Standings::of(&self.world(), &self.verdicts(None));
        let found = phase::began(phase, &self.ground.plan.phases, &standings);
        let (at, before) = found.map_err(|why| Unknown::new(why, help(phase)))?;
        Ok(Began {
            at: SystemTime::from(at),
            since: format!("`{before}` was completed"),
        })
    }
}

fn help(phase: &PlannedPhase) -> String {
    format!(
        "complete what comes before `{}`; where nothing does, write a span, such as `max-age: 168h`",
        phase.id
    )
}
