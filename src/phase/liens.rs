//! `liens`: promises of people who answer for a gate or criterion that does not hold yet, and what is due of them.
//!
//! A promise counts only if somebody in a role of the phase's `liens:` signed it, and never for what no promise can
//! mend: missing evidence, predecessors, sign-offs, a clean tree. When it is due it blocks every phase, until what was
//! promised held in a recorded run.

use jiff::SignedDuration;
use jiff::civil::Date;

use super::history::time;
use super::standing::completion;
use super::{Answer, Asking, Asks, Held, PhaseRule, PlannedPhase, Situation, World};
use crate::model::{
    BoardLien, Entry, LienState, Outstanding, Says, Sort, Verdict, VerdictDocument,
};
use crate::policy::{Bound, Condition, Keeps, Pieces, parse_duration};
use crate::problem::{Code, Many, Problem, Problems, Shape, Text, options};
use crate::source::{At, Node};

/// Criteria that may wait under a promise, beside gates.
pub(super) const CRITERIA: &[&str] = &["readiness", "soak"];

options! {
    /// Who may accept a promise, how many, and for how long.
    pub struct LienMap {
        /// Roles that may accept one.
        from("from"): Many<Text>,
        /// How many at once.
        most("most"): Bound<Pieces>,
        /// Longest time until one is due.
        longest("longest"): Text,
    }
}

/// Who may accept a promise, how many, and for how long.
#[derive(Clone, Debug)]
pub struct Liens {
    /// Where it stands.
    pub at: At,
    /// Roles that may accept one.
    pub from: Vec<Text>,
    /// How many at once.
    pub most: Option<Condition>,
    /// Longest time until one is due.
    pub longest: Option<SignedDuration>,
}

impl Shape for Liens {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let map = LienMap::read(node, problems)?;
        let from = map.from.map(|many| many.0).unwrap_or_default();
        if from.is_empty() {
            problems.push(
                Problem::new(
                    Code::MISSING_KEY,
                    &map.at,
                    "`liens` names no role that may accept one",
                )
                .help("add `from: [leads]`, or remove `liens`: without it none is accepted"),
            );
        }
        let longest = map.longest.and_then(|text| {
            let length = length(&text.value);
            if length.is_none() {
                let message = format!("`{}` is not a length of time", text.value);
                problems.push(
                    Problem::new(Code::UNIT, &text.at, message).help("write it as `30d` or `72h`"),
                );
            }
            length
        });
        Some(Self {
            at: map.at,
            from,
            most: map.most.map(|bound| bound.condition),
            longest,
        })
    }

    fn schema() -> serde_json::Value {
        LienMap::schema()
    }
}

/// A length of time that is more than none.
fn length(text: &str) -> Option<SignedDuration> {
    let length = SignedDuration::try_from(parse_duration(text)?).ok()?;
    length.is_positive().then_some(length)
}

/// A promise that counts.
#[derive(Clone, Debug)]
pub(super) struct Lien<'a> {
    held: &'a Held,
    on: &'a str,
    owner: &'a str,
    due: Due<'a>,
}

/// When a promise is due.
#[derive(Clone, Debug)]
struct Due<'a> {
    day: Option<Date>,
    phase: Option<&'a str>,
}

impl Lien<'_> {
    /// The digest of its record.
    pub fn digest(&self) -> &str {
        &self.held.entry.digest
    }

    /// In words, with owner and end.
    pub fn words(&self) -> String {
        let why = match &self.held.entry.record.says {
            Says::Lien { why, .. } => why.as_str(),
            _ => "",
        };
        format!(
            "`{}` under a lien of {}, due {}: {why}",
            self.on,
            self.owner,
            self.due.words()
        )
    }

    /// In few words: whose it is, and until when. The day that it is due on is none of its good ones.
    pub fn brief(&self) -> String {
        let due = match (self.due.day, self.due.phase) {
            (_, Some(phase)) => format!("with phase `{phase}`"),
            (Some(day), None) => match day.yesterday() {
                Ok(last) => format!("{day} (good through {last})"),
                Err(_) => day.to_string(),
            },
            (None, None) => "now".to_owned(),
        };
        format!("under the lien of {}, due {due}", self.owner)
    }

    fn open(&self) -> bool {
        self.held.kept_by.is_none()
    }
}

impl Due<'_> {
    fn words(&self) -> String {
        match (self.day, self.phase) {
            (Some(day), Some(phase)) => format!("with phase `{phase}`, at the latest on {day}"),
            (Some(day), None) => day.to_string(),
            (None, Some(phase)) => format!("with phase `{phase}`"),
            (None, None) => "now".to_owned(),
        }
    }

    /// Whether it is due: its day is here, its phase is being decided or complete, or is not in the file any more.
    fn has_come(&self, world: &World<'_>, deciding: Option<&str>) -> bool {
        let by_day = self.day.is_some_and(|day| day <= world.today);
        let by_phase = self.phase.is_some_and(|id| {
            let known = world.phases.iter().any(|phase| phase.id == id);
            !known || deciding == Some(id) || world.history.phase(id).completion().is_some()
        });
        by_day || by_phase || (self.day.is_none() && self.phase.is_none())
    }
}

/// The promises of a phase: those that count, and the others in words.
pub(super) fn of<'a>(world: &World<'a>, phase: &PlannedPhase) -> (Vec<Lien<'a>>, Vec<String>) {
    let mut counted: Vec<Lien<'a>> = Vec::new();
    let mut refused = Vec::new();
    let history: &'a super::PhaseHistory = world.history.phase(&phase.id);
    if history.liens.is_empty() {
        return (counted, refused);
    }
    let gates = super::gates_of(phase, world.phases);
    for held in &history.liens {
        let Some(lien) = read(held, phase.liens.as_ref()) else {
            continue;
        };
        match refusal(world, phase, &gates, &lien, &counted) {
            None => counted.push(lien),
            Some(why) => refused.push(format!(
                "the lien of {} on `{}` does not count: {why}",
                lien.owner, lien.on
            )),
        }
    }
    (counted, refused)
}

/// Every promise of a phase, and how it stands.
pub(super) fn told(world: &World<'_>, phase: &PlannedPhase) -> Vec<BoardLien> {
    let history = world.history.phase(&phase.id);
    let gates = super::gates_of(phase, world.phases);
    let mut counted: Vec<Lien<'_>> = Vec::new();
    let mut all = Vec::new();
    for held in &history.liens {
        let Some(lien) = read(held, phase.liens.as_ref()) else {
            continue;
        };
        // A completion stands under those that it names, whatever the file says of promises now.
        let refused = refusal(world, phase, &gates, &lien, &counted)
            .filter(|_| !relied_on(history, lien.digest()));
        let state = match &refused {
            Some(_) => LienState::Refused,
            None if !lien.open() => LienState::Kept,
            None if lien.due.has_come(world, None) => LienState::Due,
            None => LienState::Open,
        };
        all.push(BoardLien {
            record: lien.digest().to_owned(),
            on: lien.on.to_owned(),
            owner: lien.owner.to_owned(),
            due: lien.due.words(),
            state,
            refused: refused.clone(),
        });
        if refused.is_none() {
            counted.push(lien);
        }
    }
    all
}

/// Whether a completion that stands names a promise.
fn relied_on(history: &super::PhaseHistory, digest: &str) -> bool {
    let mut standing = history.standing.iter().filter_map(|one| completion(one));
    standing.any(|one| one.liens.iter().any(|lien| lien == digest))
}

/// Why a promise does not count today, in words; `None` where it does.
pub fn refused_lien(world: &World<'_>, phase: &PlannedPhase, digest: &str) -> Option<String> {
    let history = world.history.phase(&phase.id);
    let gates = super::gates_of(phase, world.phases);
    let mut counted: Vec<Lien<'_>> = Vec::new();
    for held in &history.liens {
        let lien = read(held, phase.liens.as_ref())?;
        let why = refusal(world, phase, &gates, &lien, &counted);
        if held.entry.digest == digest {
            return why;
        }
        if why.is_none() {
            counted.push(lien);
        }
    }
    None
}

fn read<'a>(held: &'a Held, rules: Option<&Liens>) -> Option<Lien<'a>> {
    let Says::Lien { on, owner, due, .. } = &held.entry.record.says else {
        return None;
    };
    let day: Option<Date> = due.parse().ok().filter(|_| due.len() == 10);
    let phase = day.is_none().then_some(due.as_str());
    // What waits for a phase waits no longer than any promise may.
    let latest = latest(&held.entry, rules);
    Some(Lien {
        held,
        on,
        owner,
        due: Due {
            day: day.or(latest),
            phase,
        },
    })
}

/// The last day until which a promise may wait.
fn latest(entry: &Entry, rules: Option<&Liens>) -> Option<Date> {
    let end = time(entry)?.checked_add(rules?.longest?).ok()?;
    Some(end.to_zoned(jiff::tz::TimeZone::UTC).date())
}

fn refusal(
    world: &World<'_>,
    phase: &PlannedPhase,
    gates: &[String],
    lien: &Lien<'_>,
    before: &[Lien<'_>],
) -> Option<String> {
    let Some(rules) = &phase.liens else {
        return Some(format!(
            "phase `{}` has no `liens:`, so it accepts none",
            phase.id
        ));
    };
    let entry = &lien.held.entry;
    if let Some(fault) = world.history.fault(&entry.digest) {
        return Some(format!("its record does not verify: {fault}"));
    }
    let gate = gates.iter().any(|gate| gate == lien.on);
    if !gate && !CRITERIA.contains(&lien.on) {
        return Some(match super::find(lien.on) {
            Some(_) => "no promise can stand for this criterion".to_owned(),
            None => format!("phase `{}` has no such gate or criterion", phase.id),
        });
    }
    let roles: Vec<&str> = rules.from.iter().map(|role| role.value.as_str()).collect();
    let mut signers = entry.signers().into_iter();
    if !signers.any(|name| roles.iter().any(|role| world.people.has_role(name, role))) {
        return Some(format!("nobody in {} signed it", roles.join(" or ")));
    }
    if let (Some(day), Some(latest), None) =
        (lien.due.day, latest(entry, Some(rules)), lien.due.phase)
        && day > latest
    {
        return Some(format!(
            "it is due on {day}, later than {latest}, the longest that is allowed"
        ));
    }
    let at_once = before.iter().filter(|other| other.open()).count() as u64 + 1;
    let most = rules.most.as_ref().filter(|_| lien.open())?;
    (most.keeps(&crate::model::Measure::Count(at_once)) != Keeps::Yes)
        .then(|| format!("it would be number {at_once}, and `most` is {most}"))
}

/// The promise that covers a gate or criterion today, if one does.
pub(super) fn covering<'a>(situation: &Situation<'a>, on: &str) -> Option<Lien<'a>> {
    let world = situation.world;
    let (counted, _) = of(world, situation.phase);
    let deciding = Some(situation.phase.id.as_str());
    counted
        .into_iter()
        .find(|lien| lien.on == on && lien.open() && !lien.due.has_come(world, deciding))
}

/// Promises that are not kept and not due yet, with the day on which they are, at the latest: the gate or criterion, its
/// phase, the owner, and the digest of the record.
pub fn coming(world: &World<'_>) -> Vec<(Date, Coming)> {
    let mut found = Vec::new();
    for phase in world.phases {
        let liens = open(world, phase).into_iter();
        let later = liens.filter(|lien| !lien.due.has_come(world, None));
        found.extend(later.filter_map(|lien| {
            let coming = Coming {
                on: lien.on.to_owned(),
                phase: phase.id.clone(),
                owner: lien.owner.to_owned(),
                record: lien.digest().to_owned(),
            };
            Some((lien.due.day?, coming))
        }));
    }
    found
}

/// A promise that will be due.
#[derive(Clone, Debug)]
pub struct Coming {
    /// The gate or criterion.
    pub on: String,
    /// Its phase.
    pub phase: String,
    /// Who answers for it.
    pub owner: String,
    /// Digest of its record.
    pub record: String,
}

/// The promises of a phase that are not kept: those that count, and those that a completion stands under, whatever the
/// file says of promises now.
fn open<'a>(world: &World<'a>, phase: &PlannedPhase) -> Vec<Lien<'a>> {
    let (mut liens, _) = of(world, phase);
    let history: &'a super::PhaseHistory = world.history.phase(&phase.id);
    let relied = |held: &&Held| relied_on(history, &held.entry.digest);
    for held in history.liens.iter().filter(relied) {
        if !liens.iter().any(|lien| lien.digest() == held.entry.digest) {
            liens.extend(read(held, phase.liens.as_ref()));
        }
    }
    liens.retain(Lien::open);
    liens
}

/// Why a promise that is given now would be due at once, in words: it would block from the moment it is recorded, or
/// stand for nothing. `today` and `now` are those of the record.
pub fn due_at_once(
    phase: &PlannedPhase,
    phases: &[PlannedPhase],
    history: &super::History,
    due: &str,
    (now, today): (jiff::Timestamp, Date),
) -> Option<String> {
    let first = || today.tomorrow().map_or(today, |day| day);
    if let Ok(day) = due.parse::<Date>() {
        return match day {
            day if day < today => Some(format!("{day} is in the past")),
            day if day == today => Some(format!(
                "a lien that is due on {day} is due at once: every run would fail from now on; the first day that it can be due is {}",
                first()
            )),
            _ => None,
        };
    }
    if due == phase.id {
        return Some(format!(
            "a lien that is due with phase `{due}` itself is due as soon as `{due}` is decided, and lets nothing wait; name a later phase, or a day such as {}",
            first()
        ));
    }
    if super::earlier(phase, phases)
        .iter()
        .any(|one| one.id == due)
    {
        return Some(format!(
            "phase `{due}` is complete before `{}` is: a lien that is due with it lets nothing wait; name a later phase, or a day",
            phase.id
        ));
    }
    if history.phase(due).completion().is_some() {
        return Some(format!(
            "phase `{due}` is complete already: a lien that is due with it is due at once"
        ));
    }
    let longest = phase.liens.as_ref()?.longest?;
    let last = now.checked_add(longest).ok()?;
    let last = last.to_zoned(jiff::tz::TimeZone::UTC).date();
    (last <= today).then(|| {
        format!(
            "no lien on `{}` may wait longer than its `longest`, and that ends today: it would be due at once",
            phase.id
        )
    })
}

/// Promises that are due and not kept, of all phases: each blocks every phase and every run. `deciding` is the phase
/// that is decided, if one is; in `verdict` what was promised may hold at last.
pub fn due(
    world: &World<'_>,
    deciding: Option<&str>,
    verdict: Option<&VerdictDocument>,
) -> Vec<Outstanding> {
    let mut found = Vec::new();
    for phase in world.phases {
        let holds_now = |on: &str| {
            let mut gates = verdict.into_iter().flat_map(|one| &one.gates);
            gates.any(|gate| gate.id == on && gate.verdict == Verdict::Pass)
        };
        let broken = open(world, phase).into_iter();
        let broken = broken.filter(|lien| !holds_now(lien.on));
        found.extend(
            broken
                .filter(|lien| lien.due.has_come(world, deciding))
                .map(|lien| overdue(phase, &lien)),
        );
    }
    found
}

fn overdue(phase: &PlannedPhase, lien: &Lien<'_>) -> Outstanding {
    Outstanding {
        rule: "liens",
        sort: Sort::Fails,
        wanted: format!("`{}` of phase `{}` holds, as promised", lien.on, phase.id),
        found: format!("due and not kept: {}", lien.words()),
        help: format!(
            "make `{}` hold and record it: tollgate phase observe {}",
            lien.on, phase.id
        ),
        written: Some(phase.written("liens")),
        who: vec![lien.owner.to_owned()],
    }
}

/// The rule `liens`.
pub struct LienRule;

impl PhaseRule for LienRule {
    fn name(&self) -> &'static str {
        "liens"
    }

    // Promises are made by records.
    fn asks(&self, _: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        None
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let world = situation.world;
        let own = world.history.phase(&situation.phase.id);
        let late = due(world, Some(&situation.phase.id), situation.verdict);
        if late.is_empty() && own.liens.is_empty() {
            return None;
        }
        let written = situation.phase.written("liens");
        let mut asking = Asking::new(self.name(), "no promise due", Some(written));
        for one in late {
            let lacks = asking.lacks(one.sort, one.wanted, one.found, one.help);
            (lacks.who, lacks.written) = (one.who, one.written);
        }
        let (counted, refused) = of(world, situation.phase);
        refused.into_iter().for_each(|words| asking.note(words));
        let open = counted.iter().filter(|lien| lien.open()).count();
        Some(asking.done(format!("none is due, {open} open")))
    }
}

#[cfg(test)]
mod tests;
