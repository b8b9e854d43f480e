//! Which completions nobody signed where somebody could have: whoever writes in the folder could have written them.

use super::View;
use crate::model::Entry;

impl View<'_> {
    /// The phases whose standing completion nobody signed, in words. Where people.yaml has no keys, nobody could.
    pub(super) fn unsigned(&self) -> Option<String> {
        let phases = self.ground.plan.phases.iter();
        let standing = phases.filter(|phase| {
            let entry = self.history().phase(&phase.id).completion();
            entry.is_some_and(|entry| self.is_unsigned(entry))
        });
        let names: Vec<String> = standing.map(|phase| format!("`{}`", phase.id)).collect();
        let (these, are) = match names.len() {
            0 => return None,
            1 => ("the completion of", "is"),
            _ => ("the completions of", "are"),
        };
        let names = names.join(", ");
        Some(format!(
            "{these} {names} {are} unsigned: whoever can write in the ledger could have written that"
        ))
    }

    /// Whether nobody signed a record that somebody could have signed.
    pub(super) fn is_unsigned(&self, entry: &Entry) -> bool {
        let mut people = self.ground.people.by_name.values();
        entry.signatures.is_empty() && people.any(|person| !person.keys.is_empty())
    }
}
