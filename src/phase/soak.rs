//! `soak`: the gates held for so long, as observations of exactly this content under this policy show.
//!
//! What counts is the last unbroken run of passes, without a gap longer than `every`, up to a last one that is not older
//! than `every`. A fail, an inconclusive or a clock that was set back breaks it: only what comes after all of these in the
//! chain of records counts, whatever the times say, because what was seen on a parallel branch was seen. Missing time is
//! a wait.

use std::fmt::Write as _;

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use serde_json::{Value as Json, json};

use super::history::time;
use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation};
use crate::model::{Entry, Says, Sort};
use crate::policy::Span;
use crate::problem::{Code, Problem, Problems, Shape, options};
use crate::source::{Node, Value};

/// Longest gap between two observations where the file does not say.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

options! {
    /// How long the gates of a phase must have held.
    pub struct SoakMap {
        /// How long.
        lasts("for"): Span,
        /// Longest gap between two observations; 24h when not set.
        every("every"): Span,
    }
}

/// `soak: 72h` or a mapping.
#[derive(Clone, Debug)]
pub struct Soak {
    /// How long.
    pub lasts: Span,
    /// Longest gap between two observations.
    pub every: Option<Span>,
}

impl Shape for Soak {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            let lasts = Span::read(node, problems)?;
            return Some(Self { lasts, every: None });
        }
        let map = SoakMap::read(node, problems)?;
        let Some(lasts) = map.lasts else {
            problems.push(
                Problem::new(Code::MISSING_KEY, &map.at, "`soak` needs `for`")
                    .help("such as `{ for: 72h, every: 24h }`"),
            );
            return None;
        };
        Some(Self {
            lasts,
            every: map.every,
        })
    }

    fn schema() -> Json {
        json!({ "anyOf": [Span::schema(), SoakMap::schema()] })
    }
}

impl Soak {
    /// Mistakes that show when the file is read.
    pub(crate) fn check(&self, problems: &mut Problems) {
        if self.lasts.value.as_secs() == 0 {
            problems.push(
                Problem::new(
                    Code::POINTLESS_CONDITION,
                    &self.lasts.at,
                    "a soak shorter than a second shows nothing",
                )
                .help("write how long the gates must have held, such as `72h`"),
            );
        }
        if let Some(every) = self
            .every
            .as_ref()
            .filter(|every| every.value > self.lasts.value)
        {
            let message = "the gap between observations is longer than the soak itself";
            problems.push(
                Problem::new(Code::POINTLESS_CONDITION, &every.at, message)
                    .help("make `every` shorter than `for`"),
            );
        }
        if let Some(every) = self
            .every
            .as_ref()
            .filter(|every| every.value.as_secs() == 0)
        {
            let message = "nobody observes more often than every second";
            problems.push(
                Problem::new(Code::POINTLESS_CONDITION, &every.at, message).help("such as `24h`"),
            );
        }
    }

    fn lasts(&self) -> SignedDuration {
        SignedDuration::try_from(self.lasts.value).unwrap_or(SignedDuration::MAX)
    }

    fn every(&self) -> SignedDuration {
        let every = self.every.as_ref();
        every.map_or(EVERY, |every| {
            SignedDuration::try_from(every.value).unwrap_or(SignedDuration::MAX)
        })
    }
}

/// The rule `soak`.
pub struct SoakRule;

impl PhaseRule for SoakRule {
    fn name(&self) -> &'static str {
        "soak"
    }

    fn asks(&self, phase: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        let soak = phase.soak.as_ref()?;
        let asks = [("for", soak.lasts()), ("every", soak.every())];
        Some(
            asks.map(|(key, length)| (key.to_owned(), words(length)))
                .into(),
        )
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let soak = situation.phase.soak.as_ref()?;
        let (lasts, every) = (soak.lasts(), soak.every());
        let wanted = format!(
            "its gates hold for {}, observed every {}",
            words(lasts),
            words(every)
        );
        let mut asking = Asking::new(self.name(), wanted, Some(soak.lasts.at.place()));
        asking.asks(self.asks(situation.phase, situation.world.phases));
        let tail = tail(situation, every);
        if tail.unsigned > 0 {
            asking.note(format!(
                "of the {} observations that count for the soak nobody signed {}: whoever can write in the ledger could have written that",
                tail.times.len(),
                tail.unsigned
            ));
        }
        let now = situation.world.now;
        let held = match (tail.times.first(), tail.times.last()) {
            (Some(first), Some(last)) => last.duration_since(*first),
            _ => SignedDuration::ZERO,
        };
        let found = format!("held for {}", words(held));
        if held >= lasts && !tail.times.is_empty() {
            for digest in &tail.digests {
                asking.basis().observations.push(digest.clone());
            }
            return Some(asking.done(found));
        }
        let broken = tail.why.map_or_else(String::new, |why| format!(" ({why})"));
        let begin = tail.times.first().copied().unwrap_or(now);
        // The end is seen by an observation, and none can lie in the past.
        let earliest = begin.checked_add(lasts).map_or(now, |end| end.max(now));
        asking.lacks(
            Sort::Time,
            format!("held for {}", words(lasts)),
            format!("{found} of {}{broken}", words(lasts)),
            format!(
                "can be met on {}, if it is observed at least every {} and passes: tollgate phase observe {}",
                moment(earliest),
                words(every),
                situation.phase.id
            ),
        );
        Some(asking.done(found))
    }
}

/// The last unbroken run of passes.
#[derive(Debug, Default)]
struct Tail {
    /// Times, earliest first.
    times: Vec<Timestamp>,
    digests: Vec<String>,
    /// How many of them nobody signed, where somebody could have.
    unsigned: usize,
    /// Why it does not reach further back, where something broke it.
    why: Option<String>,
}

fn tail(situation: &Situation<'_>, every: SignedDuration) -> Tail {
    let world = situation.world;
    let history = world.history.phase(&situation.phase.id);
    let all = history.observations.iter().map(AsRef::as_ref);
    let observations = all.filter(|entry: &&Entry| {
        entry.record.tree == world.subject.id && entry.record.policy == world.policy
    });
    let mut tail = Tail::default();
    let mut passes: Vec<(Timestamp, &Entry)> = Vec::new();
    let mut breaks: Vec<(&Entry, String)> = Vec::new();
    for entry in observations {
        match broken(situation, entry) {
            Some(why) => breaks.push((entry, why)),
            None => passes.extend(time(entry).map(|at| (at, entry))),
        }
    }
    let after = (world.history).after_all(breaks.iter().map(|(entry, _)| entry.digest.as_str()));
    passes.retain(|(_, entry)| after(entry));
    let newest = breaks
        .iter()
        .max_by_key(|(entry, _)| (time(entry), &entry.digest));
    tail.why = newest.map(|(_, why)| why.clone());
    // Observations of parallel branches follow each other in time, not in the chain.
    passes.sort_by(|one, other| (one.0, &one.1.digest).cmp(&(other.0, &other.1.digest)));
    let mut next = world.now;
    let mut kept = passes.len();
    for (place, (at, _)) in passes.iter().enumerate().rev() {
        let gap = next.duration_since(*at);
        if gap > every {
            let whence = if place + 1 == passes.len() {
                "the last observation is"
            } else {
                "a gap of"
            };
            let old = if place + 1 == passes.len() {
                " old"
            } else {
                ""
            };
            tail.why = Some(format!(
                "{whence} {}{old}, more than {}",
                words(gap),
                words(every)
            ));
            break;
        }
        (next, kept) = (*at, place);
    }
    let mut people = world.people.by_name.values();
    let somebody_could = people.any(|person| !person.keys.is_empty());
    for (at, entry) in passes.drain(kept..) {
        tail.unsigned += usize::from(somebody_could && entry.signatures.is_empty());
        tail.times.push(at);
        tail.digests.push(entry.digest.clone());
    }
    tail
}

/// Why an observation breaks what came before it; `None` where it is a pass.
fn broken(situation: &Situation<'_>, entry: &Entry) -> Option<String> {
    let world = situation.world;
    let verdict = match &entry.record.says {
        Says::Observation { verdict, .. } => verdict.as_str(),
        _ => "nothing",
    };
    let at = &entry.record.at;
    if let Some(fault) = world.history.fault(&entry.digest) {
        return Some(format!("an observation does not verify: {fault}"));
    }
    if world.history.is_set_back(entry) {
        return Some(format!(
            "the observation of {at} is dated before a record that it names"
        ));
    }
    if time(entry).is_some_and(|at| at > world.now) {
        return Some(format!("the observation of {at} is dated later than now"));
    }
    (verdict != "pass").then(|| format!("broken by {verdict} on {at}"))
}

/// A length of time as people write it: `72h`, `1h 30m`, `45s`.
fn words(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    let mut text = String::new();
    for (unit, size) in [("h", 3600), ("m", 60), ("s", 1)] {
        let amount = match unit {
            "h" => seconds / size,
            _ => seconds % (size * 60) / size,
        };
        if amount > 0 {
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}{amount}{unit}");
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// A moment to the second, in UTC: soaks of seconds are tried out too.
fn moment(at: Timestamp) -> String {
    let up = TimestampRound::new()
        .smallest(Unit::Second)
        .mode(RoundMode::Ceil);
    at.round(up).unwrap_or(at).to_string()
}

#[cfg(test)]
mod tests;
