//! What there is to say of waivers that does not follow from the tree alone: how often they were renewed, which are
//! not committed, which tests could leave quarantine. Notes of the run, never part of the verdict.

use std::path::Path;

use super::engine::Engine;
use crate::config::{Plan, WAIVERS, parse_waivers};
use crate::policy::renewals;
use crate::source::Source;
use crate::store::Quarantine;
use crate::vcs::{Repository, Versions};

/// Tests or waivers of one sort that are named.
const NAMED: usize = 5;

/// What git's history says of the waivers of a plan.
pub(super) async fn of_history(engine: &Engine) -> Vec<String> {
    if engine.shared.waivers.is_empty() {
        return Vec::new();
    }
    let shared = std::sync::Arc::clone(&engine.shared);
    let read = tokio::task::spawn_blocking(move || match &shared.repository {
        Some(repository) => history(&shared.plan, repository),
        None => vec!["there is no git here, so renewals of waivers cannot be counted".to_owned()],
    });
    read.await.unwrap_or_default()
}

fn history(plan: &Plan, repository: &Repository) -> Vec<String> {
    match repository.versions(&plan.root.join(WAIVERS)) {
        Ok(versions) => told(plan, &versions),
        Err(trouble) => vec![format!("renewals of waivers cannot be counted: {trouble}")],
    }
}

/// What the versions of the file tell.
pub(super) fn told(plan: &Plan, versions: &Versions) -> Vec<String> {
    let mut notes = Vec::new();
    let mut fresh = Vec::new();
    let mut past: Vec<_> = versions.texts.iter().map(|text| parsed(text)).collect();
    let committed = past.last().cloned().unwrap_or_default();
    past.push(plan.waivers.clone());
    let renewed = renewals(&past);
    let allowed = plan.waiver_rules.renewals;
    for waiver in &plan.waivers {
        let scope = waiver.scope.to_string();
        let (times, written) = (renewed.get(&scope).copied().unwrap_or(0), &waiver.written);
        if times > allowed {
            notes.push(format!(
                "the waiver at {written} ({scope}) was renewed {times} times, and {allowed} are called often enough"
            ));
        }
        let known = committed.iter().any(|old| {
            (&old.scope, &old.why, &old.owner, &old.opened, &old.until)
                == (
                    &waiver.scope,
                    &waiver.why,
                    &waiver.owner,
                    &waiver.opened,
                    &waiver.until,
                )
                && old.quarantine == waiver.quarantine
        });
        if !known {
            fresh.push(format!(
                "the waiver at {written} ({scope}, owner {}) is not committed as it stands here",
                waiver.owner
            ));
        }
    }
    let more = fresh.len().saturating_sub(NAMED);
    notes.extend(fresh.into_iter().take(NAMED));
    if more > 0 {
        notes.push(format!(
            "{more} more waivers are not committed as they stand here"
        ));
    }
    if versions.shallow {
        notes.push("the clone is shallow: renewals of waivers are counted in it only".to_owned());
    }
    notes
}

fn parsed(text: &str) -> Vec<crate::model::Waiver> {
    let source = Source {
        name: WAIVERS.into(),
        text: text.into(),
    };
    parse_waivers(&source).unwrap_or_default()
}

/// Counts passes of tests in quarantine, and says which could leave it.
pub(super) fn of_quarantine(
    store: &Path,
    passes: u64,
    ran: &[(String, Vec<(String, bool)>)],
) -> Vec<String> {
    if ran.iter().all(|(_, tests)| tests.is_empty()) {
        return Vec::new();
    }
    let mut quarantine = Quarantine::read(store);
    let mut notes = Vec::new();
    for (gate, tests) in ran.iter().filter(|(_, tests)| !tests.is_empty()) {
        quarantine.ran(gate, tests);
        let steady = quarantine.steady(gate, passes);
        let names: Vec<String> = steady
            .iter()
            .take(NAMED)
            .map(|(test, times)| format!("{test} ({times} times in a row)"))
            .collect();
        if !names.is_empty() {
            let more = match steady.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            notes.push(format!(
                "could leave quarantine in `{gate}`: {}{more} passed",
                names.join(", ")
            ));
        }
    }
    // Losing the count only delays a hint.
    let _ = quarantine.write(store);
    notes
}
