//! Whether a completion is whole by itself: it answers what every phase asks, and holds every gate that it was asked for.

use crate::model::Completion;
use crate::phase::find;

/// What every completion answers: no phase is without it, and nothing stands in for it.
const ALWAYS: &str = "tree";
const GATES: &str = "gates";

/// What is missing, in words.
pub(super) fn lacks(done: &Completion) -> Vec<String> {
    let mut wrong = Vec::new();
    let answer = |rule: &str| done.criteria.iter().find(|one| one.rule == rule);
    if answer(ALWAYS).is_none() {
        wrong.push(format!(
            "it does not say whether `{ALWAYS}` held, which every phase asks"
        ));
    }
    let waived = done.criteria.iter().filter(|one| one.waived.is_some());
    for one in waived.filter(|one| find(&one.rule).is_some_and(|rule| !rule.may_be_waived())) {
        wrong.push(format!(
            "`{}` is recorded as waived, and cannot be",
            one.rule
        ));
    }
    let asked = answer(GATES).and_then(|one| one.asks.get(GATES));
    match asked {
        None if !done.gates.is_empty() || answer(GATES).is_some() => {
            wrong.push("it does not say which gates were asked for".to_owned());
        }
        None => {}
        Some(list) => {
            let asked = list.split(' ').filter(|id| !done.gates.contains_key(*id));
            wrong.extend(
                asked.map(|id| format!("gate `{id}` was asked for, and it does not hold it")),
            );
        }
    }
    wrong
}
