//! One file per rule of a phase; `decide.rs` folds their answers into a decision, `board.rs` draws them together.
//!
//! A rule is one criterion: who comes before, which gates, who signs, how long it held. It gets all that is known as
//! plain data ([`Situation`]) and says what it asks, what it found and everything that is outstanding. Nothing is read
//! here: no ledger, no git, no clock.

mod after;
mod answer;
mod authors;
mod board;
mod decide;
mod entry;
mod gates;
mod history;
mod liens;
mod owed;
mod parent;
mod plan;
mod readiness;
mod rulings;
mod sign_offs;
mod situation;
mod soak;
mod stale;
mod standing;
mod start;
mod targets;
#[cfg(test)]
mod testing;
mod tree;
mod trusted;

pub use answer::{Answer, Asking, Basis};
pub use board::{Newest, board};
pub use decide::{decide, worst};
pub use entry::Entry as EntryCriteria;
pub use history::{Held, History, PhaseHistory};
pub use liens::{
    Coming, Liens, coming as coming_liens, due as due_liens, due_at_once, refused_lien,
};
pub use owed::owed;
pub use plan::{GateNow, PlannedPhase, earlier, gates_of};
pub use sign_offs::{SignOffs, refused_sign_off};
pub use situation::{Situation, Work, World};
pub use soak::Soak;
pub use standing::{Standing, Standings};
pub use start::{SINCE, Start, began, start, tests_at_start};
pub use targets::{Target, aim, apply_targets};
pub use trusted::TrustedPolicy;

/// What a rule asks, by key.
pub type Asks = std::collections::BTreeMap<String, String>;

/// A rule of a phase.
pub trait PhaseRule: Sync {
    /// Its name: in outputs, in waivers, in records.
    fn name(&self) -> &'static str;
    /// Whether a waiver may excuse it: only what a signed promise may stand for too. Nobody signs a waiver, and so it
    /// never stands for predecessors, people, a clean tree, or for all gates at once.
    fn may_be_waived(&self) -> bool {
        liens::CRITERIA.contains(&self.name())
    }
    /// What it asks of a phase by the file alone, for programs. `None` where the phase does not ask it, or where that
    /// depends on what was recorded. A completion is held against it ever after, so no rule goes without saying.
    fn asks(&self, phase: &PlannedPhase, phases: &[PlannedPhase]) -> Option<Asks>;
    /// Judges it. `None` where the phase does not ask it.
    fn judge(&self, situation: &Situation<'_>) -> Option<Answer>;
}

/// Every rule, in the order in which their answers are told.
pub static RULES: &[&dyn PhaseRule] = &[
    &after::After,
    &parent::Parent,
    &entry::EntryRule,
    &tree::Tree,
    &trusted::PolicyRule,
    &gates::Gates,
    &readiness::Readiness,
    &sign_offs::SignOffRule,
    &soak::SoakRule,
    &liens::LienRule,
    &rulings::Rulings,
    &stale::Stale,
];

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static dyn PhaseRule> {
    RULES.iter().copied().find(|rule| rule.name() == name)
}
