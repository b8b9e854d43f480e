//! What may be recorded: from which evidence, and in the place of which accepted state.

use super::compare::{Change, Way, changes};
use super::text::{Loosened, Recorded};
use crate::model::{Baseline, Better, Cause, GateVerdict, Verdict};

/// More loosenings than this are kept as one line.
const LOOSENED_EACH: usize = 10;

/// Somebody answers for a loosening.
#[derive(Clone, Debug)]
pub struct Loosening {
    /// Day, ISO.
    pub day: String,
    /// Why.
    pub why: String,
}

/// Why a gate's evidence is no ground for a baseline; `None` when it is one. A fail is: its evidence was read.
pub fn unusable(verdict: &GateVerdict) -> Option<String> {
    match verdict.verdict {
        Verdict::NotApplicable => return Some("it does not apply here".to_owned()),
        Verdict::Cancelled => return Some("it was not run".to_owned()),
        _ => {}
    }
    let unknown = |verdict: Verdict, cause: Option<Cause>| {
        verdict == Verdict::Inconclusive && cause != Some(Cause::Judgement)
    };
    let reason = verdict
        .reasons
        .iter()
        .find(|reason| unknown(reason.verdict, reason.cause))
        .map(|reason| reason.message.clone());
    let condition = || {
        let one = verdict
            .conditions
            .iter()
            .find(|one| unknown(one.verdict, one.cause))?;
        let note = one.note.as_deref().unwrap_or("it could not be judged");
        Some(format!("{}: {note}", one.fact))
    };
    // What is accepted as absent was not measured either.
    let absent = || {
        let declared = verdict
            .notes
            .iter()
            .any(|note| note.code == "declared-absence");
        declared.then(|| "its evidence is absent, which is declared".to_owned())
    };
    reason.or_else(condition).or_else(absent)
}

/// The state to write in the place of an accepted one, with how it differs; or the loosenings that nobody answers for.
/// `gone`: history held a state that nobody can compare with.
pub fn record(
    old: Option<&Recorded>,
    gone: bool,
    mut new: Baseline,
    loosening: Option<&Loosening>,
) -> Result<(Recorded, Vec<Change>), Vec<Change>> {
    let nothing = Recorded::default();
    let known = old.unwrap_or(&nothing);
    if loosening.is_none() {
        keep_points(&known.baseline, &mut new);
    }
    let mut list = changes(&known.baseline, &new);
    if gone {
        list.insert(
            0,
            Change {
                way: Way::Looser,
                what: "the whole baseline".to_owned(),
                words: "it is in the history and was removed".to_owned(),
            },
        );
    }
    let looser: Vec<Change> = list
        .iter()
        .filter(|one| one.way == Way::Looser)
        .cloned()
        .collect();
    let Some(loosening) = loosening else {
        if !looser.is_empty() {
            return Err(looser);
        }
        return Ok((known.replaced_by(new), list));
    };
    let mut next = known.replaced_by(new);
    let lines = if looser.len() > LOOSENED_EACH {
        vec![format!("{} entries", looser.len())]
    } else {
        looser
            .iter()
            .map(|one| format!("{}: {}", one.what, one.words))
            .collect()
    };
    next.loosened.extend(lines.into_iter().map(|what| Loosened {
        day: loosening.day.clone(),
        what,
        why: loosening.why.clone(),
    }));
    Ok((next, list))
}

/// Fixed points stay where they are: moving one would demand the same progress again.
fn keep_points(old: &Baseline, new: &mut Baseline) {
    for (name, now) in &mut new.values {
        let Some(was) = old.values.get(name) else {
            continue;
        };
        if now.better == Better::Point && was.value.compare(&now.value).is_some() {
            (now.value, now.spread) = (was.value, was.spread);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::parse;

    fn of(lines: &str) -> Recorded {
        parse(format!("# tollgate baseline 1\n{lines}").as_bytes(), "b").expect("reads")
    }

    fn why() -> Loosening {
        Loosening {
            day: "2026-05-04".to_owned(),
            why: "the parser moved out".to_owned(),
        }
    }

    #[test]
    fn looser_state_needs_somebody_to_answer_for_it() {
        let old = of("value\ta\thigher\tshare 8/10\n");
        let new = of("value\ta\thigher\tshare 7/10\n");
        let refused = record(Some(&old), false, new.baseline.clone(), None).expect_err("looser");
        assert_eq!(refused[0].what, "a");
        let (next, _) =
            record(Some(&old), false, new.baseline.clone(), Some(&why())).expect("said");
        assert_eq!(next.baseline, new.baseline);
        let kept: Vec<&str> = next.loosened.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(kept, ["a: 80% → 70%"]);
        assert_eq!(
            next.loosened.first().expect("one").why,
            "the parser moved out"
        );
        // What was answered for once stays in the file.
        let (later, _) = record(Some(&next), false, new.baseline, None).expect("equal");
        assert_eq!(later.loosened, next.loosened);
    }

    #[test]
    fn baseline_that_is_gone_is_not_recorded_anew_in_silence() {
        let new = of("value\ta\thigher\tshare 7/10\n").baseline;
        assert!(record(None, true, new.clone(), None).is_err());
        let (next, _) = record(None, true, new.clone(), Some(&why())).expect("said");
        assert_eq!(next.loosened.len(), 1);
        assert!(record(None, false, new, None).is_ok());
    }

    #[test]
    fn fixed_point_stays_until_somebody_moves_it() {
        let old = of("value\ta\tpoint\tnumber 100\n");
        for now in ["number 60", "number 140"] {
            let new = of(&format!("value\ta\tpoint\t{now}\n")).baseline;
            let (next, list) = record(Some(&old), false, new.clone(), None).expect("keeps");
            assert_eq!((next, list), (old.clone(), Vec::new()));
            let (moved, _) = record(Some(&old), false, new.clone(), Some(&why())).expect("moves");
            assert_eq!(moved.baseline, new);
        }
    }

    #[test]
    fn many_loosenings_are_one_line() {
        let tests: String = (0..30).map(|n| format!("test\tt{n}\trun\t-\n")).collect();
        let old = of(&format!("holds\ttests\n{tests}"));
        let new = of("holds\ttests\n").baseline;
        let (next, _) = record(Some(&old), false, new, Some(&why())).expect("said");
        let kept: Vec<&str> = next.loosened.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(kept, ["30 entries"]);
    }
}
