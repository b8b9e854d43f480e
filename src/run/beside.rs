//! What lies beside the files of a policy and is compared with them: waivers, baseline, protected files.

use super::trusted::PolicyAt;
use crate::config::{BASELINE, Normal, Origin, Plan, WAIVERS, compare_waivers, protected, told};
use crate::ledger::{self, Way};
use crate::model::{PolicyChange, PolicyDiff, WeakeningCode, sha256_hex};
use crate::source::{At, Node, Place, Value};

/// Larger files are not read.
const MOST: u64 = 64 << 20;

/// Adds every difference beside the files.
pub(super) fn compare(from: &PolicyAt, to: &PolicyAt, diff: &mut PolicyDiff) -> Result<(), String> {
    let changed = changed(&from.origin, &to.origin)?;
    if changed.is_empty() {
        return Ok(());
    }
    if changed.iter().any(|path| path == WAIVERS) {
        waivers(from, to, diff);
    }
    for path in changed.iter().filter(|path| path.starts_with(BASELINE)) {
        baseline(from, to, path, diff);
    }
    if let Some(plan) = from.plan() {
        guarded(plan, from, to, &changed, diff);
    }
    Ok(())
}

fn changed(from: &Origin, to: &Origin) -> Result<Vec<String>, String> {
    let Origin::Rev(from) = from else {
        return Ok(Vec::new());
    };
    let to = match to {
        Origin::Rev(to) => Some(to),
        Origin::Disk(_) => None,
    };
    from.differs_from(to).map_err(|trouble| trouble.to_string())
}

/// The bytes on one side; what cannot be read is something else than nothing.
fn bytes(at: &PolicyAt, path: &str) -> Option<Vec<u8>> {
    at.origin
        .find(path, MOST)
        .unwrap_or_else(|_| Some(b"\0".to_vec()))
}

/// What a signature on a change of a whole file must hold: other bytes are another change.
fn content(at: &PolicyAt, path: &str) -> Option<String> {
    bytes(at, path).map(|bytes| sha256_hex(&bytes))
}

fn waivers(from: &PolicyAt, to: &PolicyAt, diff: &mut PolicyDiff) {
    let (old, new) = (bytes(from, WAIVERS), bytes(to, WAIVERS));
    let changes = compare_waivers(old.as_deref(), new.as_deref());
    let nowhere = Normal::of(&Node {
        at: At::start_of(WAIVERS),
        value: Value::Null,
    });
    told(&changes, &nowhere, &nowhere, diff);
}

/// Entries of a baseline that are named.
const NAMED: usize = 3;

/// A baseline entry by entry. The first recording of a gate accepts nothing that was refused.
fn baseline(from: &PolicyAt, to: &PolicyAt, path: &str, diff: &mut PolicyDiff) {
    let Some(old) = bytes(from, path) else {
        return;
    };
    if !path.ends_with(".txt") {
        let code = WeakeningCode::ChangedProducer;
        let words = format!("`{path}` lies beside the baselines, and changed");
        return add(code, path, words, [true, true], content(to, path), diff);
    }
    let code = WeakeningCode::BaselineLoosened;
    let new = bytes(to, path);
    let there = [true, new.is_some()];
    let Some(new) = new else {
        let words = format!("`{path}` is gone");
        return add(code, path, words, there, None, diff);
    };
    let (before, after) = match (ledger::parse(&old, path), ledger::parse(&new, path)) {
        (Ok(before), Ok(after)) => (before.baseline, after.baseline),
        (Err(words), _) | (_, Err(words)) => {
            let words = format!("`{path}` cannot be compared ({words})");
            return add(code, path, words, there, content(to, path), diff);
        }
    };
    let changes = ledger::changes(&before, &after);
    let looser: Vec<&ledger::Change> = changes
        .iter()
        .filter(|one| matches!(one.way, Way::Looser | Way::Unused))
        .collect();
    if !looser.is_empty() {
        let words = format!("`{path}` accepts more: {}", named(&looser));
        return add(code, path, words, there, content(to, path), diff);
    }
    let all: Vec<&ledger::Change> = changes.iter().collect();
    let (list, message) = match all.as_slice() {
        [] => (&mut diff.neutral, format!("`{path}` accepts the same")),
        all => (
            &mut diff.tightenings,
            format!("`{path}` accepts less: {}", named(all)),
        ),
    };
    list.push(PolicyChange {
        code: None,
        path: path.to_owned(),
        message,
        old: Some(Place::file(path)),
        new: Some(Place::file(path)),
        content: None,
    });
}

/// The first entries, and how many more there are.
fn named(changes: &[&ledger::Change]) -> String {
    let shown = changes.iter().take(NAMED).map(|one| match one.way {
        Way::Unused => format!("{} is no longer recorded", one.what),
        Way::New => format!("{} is recorded too", one.what),
        Way::Looser | Way::Tighter => format!("{} ({})", one.what, one.words),
    });
    let mut words: Vec<String> = shown.collect();
    if changes.len() > NAMED {
        words.push(format!("and {} more", changes.len() - NAMED));
    }
    words.join(", ")
}

fn guarded(plan: &Plan, from: &PolicyAt, to: &PolicyAt, changed: &[String], diff: &mut PolicyDiff) {
    for path in protected(plan, changed) {
        let there = |at: &PolicyAt| !matches!(at.origin.find(path, MOST), Ok(None));
        let there = [there(from), there(to)];
        let what = match there {
            [true, false] => "is gone",
            [false, true] => "is new",
            _ => "changed",
        };
        let words = format!("`{path}` is protected, and {what}");
        let code = WeakeningCode::ChangedProducer;
        add(code, path, words, there, content(to, path), diff);
    }
}

/// Adds a weakening of a whole file. `there`: on which sides it is.
fn add(
    code: WeakeningCode,
    path: &str,
    message: String,
    there: [bool; 2],
    content: Option<String>,
    diff: &mut PolicyDiff,
) {
    let [old, new] = there.map(|there| there.then(|| Place::file(path)));
    diff.weakenings.push(PolicyChange {
        code: Some(code),
        path: path.to_owned(),
        message,
        old,
        new,
        content,
    });
}
