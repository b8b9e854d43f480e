//! Keeps the local store of raw evidence within its budget: what no record needs goes, the oldest first.
//!
//! A record may be on another branch or in another work tree of the repository, so all of them are asked before anything
//! is removed. What cannot be read may need anything: then nothing is removed.

use std::collections::BTreeSet;
use std::path::Path;

use rust_decimal::prelude::ToPrimitive;

use crate::ledger::{LEDGER, Ledger, evidence_of, parse_record};
use crate::policy::Unit;
use crate::store::{BUDGET, Bundles, Pruned, place};
use crate::vcs::Repository;

/// The setting of git that says how much raw evidence this machine keeps.
pub const BUDGET_SETTING: &str = "tollgate.evidenceBudget";

/// How many bytes of raw evidence may be kept: as git's settings say, else the usual number. A setting that is no size
/// is told.
pub fn budget(repository: Option<&Repository>) -> (u64, Option<String>) {
    let Some(text) = repository.and_then(|repository| repository.setting(BUDGET_SETTING)) else {
        return (BUDGET, None);
    };
    match size(&text) {
        Some(bytes) => (bytes, None),
        None => {
            let note = format!(
                "`git config {BUDGET_SETTING}` is `{text}`, which is no size such as `2GiB`: {} MiB count",
                BUDGET >> 20
            );
            (BUDGET, Some(note))
        }
    }
}

/// A size as people write it, in bytes.
pub fn size(text: &str) -> Option<u64> {
    Unit::Size.parse(text)?.to_u64()
}

/// Removes what no record needs and is over the budget. While all is within it, nobody is asked.
pub fn prune_evidence(
    root: &Path,
    repository: Option<&Repository>,
    budget: u64,
) -> Result<Pruned, String> {
    let common = repository.map(|repository| repository.common.as_path());
    let bundles = Bundles::of(&place(root, common));
    let trouble = |error: std::io::Error| format!("raw evidence cannot be pruned: {error}");
    let left = bundles.size().map_err(trouble)?;
    if left <= budget {
        return Ok(Pruned {
            left,
            ..Pruned::default()
        });
    }
    let needed = needed(root, repository)?;
    bundles.prune(&needed, budget).map_err(trouble)
}

/// The digests that any record speaks of, wherever it is.
fn needed(root: &Path, repository: Option<&Repository>) -> Result<BTreeSet<String>, String> {
    let mut needed = BTreeSet::new();
    let below = repository.and_then(|repository| repository.from_top(root, ""));
    let roots = match (repository, &below) {
        (Some(repository), Some(below)) => {
            let trees = repository.work_trees().into_iter();
            trees.map(|top| top.join(below)).collect()
        }
        _ => vec![root.to_path_buf()],
    };
    for root in roots {
        let unread = |why: String| format!("nothing is removed: {}: {why}", root.display());
        let ledger = Ledger::read(&root).map_err(|trouble| unread(trouble.to_string()))?;
        if let Some(broken) = ledger.broken().first() {
            return Err(unread(format!("{LEDGER}/{}: {}", broken.file, broken.why)));
        }
        needed.extend(
            ledger
                .entries()
                .flat_map(|entry| evidence_of(&entry.record)),
        );
    }
    if let (Some(repository), Some(folder)) = (
        repository,
        repository.and_then(|found| found.from_top(root, LEDGER)),
    ) {
        let unread = |why: String| format!("nothing is removed: a record in git's history: {why}");
        let kept = repository.ever_kept(&folder, ".json");
        for bytes in kept.map_err(|trouble| unread(trouble.to_string()))? {
            let record = parse_record(&bytes).map_err(unread)?;
            needed.extend(evidence_of(&record));
        }
    }
    Ok(needed)
}
