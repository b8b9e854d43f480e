//! Gates that somebody skipped by hand since a phase began: shown where the phase is decided, and kept in its record.

use jiff::Timestamp;

use super::View;
use crate::model::Says;
use crate::phase::PlannedPhase;
use crate::store::Skipped;

/// How many are told.
const TOLD: usize = 20;

impl View<'_> {
    /// What was skipped since the phase was completed, or else since it began; all that is known where it has no
    /// beginning.
    pub fn skipped(&self, phase: &PlannedPhase) -> Vec<Skipped> {
        let completion = self.history().phase(&phase.id).completion();
        let completed = completion.and_then(|entry| entry.record.at.parse().ok());
        let began = || {
            let began = self.began(phase).ok()?;
            Timestamp::try_from(began.at).ok()
        };
        Skipped::since(&self.ground.store, completed.or_else(began))
    }

    /// What was skipped since the newest completion of any phase.
    pub(super) fn skipped_lately(&self) -> Vec<Skipped> {
        let entries = self.ground.ledger.entries();
        let completions = entries.filter(|entry| matches!(entry.record.says, Says::Completion(_)));
        let newest = completions.filter_map(|entry| entry.record.at.parse().ok());
        Skipped::since(&self.ground.store, newest.max())
    }
}

/// A line each, the newest first.
pub fn told(skipped: &[Skipped]) -> Vec<String> {
    let newest = skipped.iter().rev().take(TOLD);
    let mut words: Vec<String> = newest.map(Skipped::words).collect();
    if skipped.len() > TOLD {
        words.push(format!("and {} more were skipped", skipped.len() - TOLD));
    }
    words
}
