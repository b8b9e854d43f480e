//! `sign-offs`: so many people signed for exactly this content under exactly this policy.
//!
//! A person counts once, only with a good signature (or unsigned where the file says so), only in a role that is asked,
//! and not as an author where authors are excluded. Who wrote what is told by git and people.yaml: any name or address
//! of a person makes them an author. Authors whom people.yaml does not know are named. Where it is not known, it cannot
//! be decided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::start::comes_after;
use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation, authors};
use crate::model::{Entry, Says, SignatureState, Sort};
use crate::problem::{Code, Count, Flag, Many, Problem, Problems, Shape, Text, options};
use crate::source::{At, Node, Value};

options! {
    /// People who must sign.
    pub struct SignOffMap {
        /// How many.
        count("count"): Count,
        /// Roles, one of which they must have.
        from("from"): Many<Text>,
        /// `author`: who wrote the change does not count.
        not("not"): Many<Text>,
        /// `true`: a sign-off that nobody signed with a key counts too, and is shown as such.
        unsigned("unsigned"): Flag,
        /// `true`: a sign-off counts only with a link to evidence.
        evidence("evidence"): Flag,
    }
}

/// `sign-offs: 1` or a mapping.
#[derive(Clone, Debug)]
pub struct SignOffs {
    /// Where it stands.
    pub at: At,
    /// How many.
    pub count: u64,
    /// Roles; empty means anybody.
    pub from: Vec<Text>,
    /// Who does not count.
    pub not: Vec<Text>,
    /// Sign-offs without a key count too.
    pub unsigned: bool,
    /// Each must name evidence.
    pub evidence: bool,
}

impl Shape for SignOffs {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let whole = |count: u64| Self {
            at: node.at.clone(),
            count,
            from: Vec::new(),
            not: Vec::new(),
            unsigned: false,
            evidence: false,
        };
        if !matches!(node.value, Value::Map(_)) {
            return <Count as Shape>::read(node, problems).map(|count| whole(count.value));
        }
        let map = SignOffMap::read(node, problems)?;
        Some(Self {
            from: map.from.map(|many| many.0).unwrap_or_default(),
            not: map.not.map(|many| many.0).unwrap_or_default(),
            unsigned: map.unsigned.is_some_and(|flag| flag.value),
            evidence: map.evidence.is_some_and(|flag| flag.value),
            ..whole(map.count.map_or(1, |count| count.value))
        })
    }

    fn schema() -> Json {
        json!({ "anyOf": [Count::schema(), SignOffMap::schema()] })
    }
}

impl SignOffs {
    /// What is asked, in words: `2 sign-offs from leads, not from an author`.
    pub fn words(&self) -> String {
        let mut words = match self.count {
            1 => "1 sign-off".to_owned(),
            count => format!("{count} sign-offs"),
        };
        if !self.from.is_empty() {
            words += &format!(" from {}", self.roles());
        }
        if self.not_author() {
            words += if self.from.is_empty() {
                " not from an author"
            } else {
                ", not from an author"
            };
        }
        if self.evidence {
            words += ", with evidence";
        }
        words
    }

    /// Whether authors do not count.
    pub fn not_author(&self) -> bool {
        self.not.iter().any(|text| text.value == "author")
    }

    /// What is asked, for programs.
    pub(super) fn asks(&self) -> Asks {
        let mut asks = Asks::from([("count".to_owned(), self.count.to_string())]);
        if !self.from.is_empty() {
            asks.insert("from".to_owned(), self.roles().replace(" or ", ", "));
        }
        if self.not_author() {
            asks.insert("not".to_owned(), "author".to_owned());
        }
        if self.evidence {
            asks.insert("evidence".to_owned(), "required".to_owned());
        }
        asks
    }

    fn roles(&self) -> String {
        let roles: Vec<&str> = self.from.iter().map(|text| text.value.as_str()).collect();
        roles.join(" or ")
    }

    /// Mistakes that need no list of people.
    pub(crate) fn check(&self, problems: &mut Problems) {
        if self.count == 0 {
            problems.push(
                Problem::new(
                    Code::POINTLESS_CONDITION,
                    &self.at,
                    "no sign-off is asked for",
                )
                .help("write 1 or more, or remove it"),
            );
        }
        for text in self.not.iter().filter(|text| text.value != "author") {
            let message = format!("`not: {}` means nothing", text.value);
            problems.push(
                Problem::new(Code::WRONG_VALUE, &text.at, message).help("write `not: author`"),
            );
        }
    }
}

/// The rule `sign-offs`.
pub struct SignOffRule;

impl PhaseRule for SignOffRule {
    fn name(&self) -> &'static str {
        "sign-offs"
    }

    fn asks(&self, phase: &PlannedPhase, _: &[PlannedPhase]) -> Option<Asks> {
        Some(phase.sign_offs.as_ref()?.asks())
    }

    fn judge(&self, situation: &Situation<'_>) -> Option<Answer> {
        let wanted = situation.phase.sign_offs.as_ref()?;
        let mut asking = Asking::new(self.name(), wanted.words(), Some(wanted.at.place()));
        let found = ask(&mut asking, situation, wanted, false, Sort::People);
        Some(asking.done(found))
    }
}

/// Counts sign-offs, and says who signed, or what is missing and who can give it.
pub(super) fn ask(
    asking: &mut Asking,
    situation: &Situation<'_>,
    wanted: &SignOffs,
    entry: bool,
    missing: Sort,
) -> String {
    asking.asks(Some(wanted.asks()));
    let tally = Tally::of(situation, wanted, entry);
    for digest in tally.counted.values() {
        asking.basis().sign_offs.push(digest.clone());
    }
    if wanted.not_author() {
        authors::note_strangers(asking, situation);
    }
    for person in &tally.unsigned {
        asking.note(format!("{person} signed off without a key"));
    }
    let names: Vec<&str> = tally.counted.keys().map(String::as_str).collect();
    let have = names.len() as u64;
    let found = format!(
        "{have} of {}: {}",
        wanted.count,
        if names.is_empty() {
            "nobody".to_owned()
        } else {
            names.join(", ")
        }
    );
    if have >= wanted.count {
        return found;
    }
    let could_be = have + tally.unknown.len() as u64;
    if !tally.unknown.is_empty() && could_be >= wanted.count {
        asking.lacks(
            Sort::Undecided,
            wanted.words(),
            tally.not_known(),
            "fetch the whole history, or complete the phase before it first",
        );
        return found;
    }
    let who = candidates(situation, wanted, &tally);
    let refused = if tally.refused.is_empty() {
        String::new()
    } else {
        format!(" ({})", tally.refused.join("; "))
    };
    let mut help = format!("tollgate phase sign {}", situation.phase.id);
    if entry {
        help += " --entry";
    }
    if wanted.evidence {
        help += " --evidence URL";
    }
    if (who.len() as u64) < wanted.count - have && !wanted.unsigned {
        help += &format!(
            "; only {} in people.yaml can still sign: add people or roles",
            who.len()
        );
    }
    asking
        .lacks(missing, wanted.words(), format!("{found}{refused}"), help)
        .who = who;
    found
}

/// Who could still sign.
fn candidates(situation: &Situation<'_>, wanted: &SignOffs, tally: &Tally) -> Vec<String> {
    let people = situation.world.people;
    let authors = authors::known(situation);
    let fits = |name: &&String| {
        has_role(situation, wanted, name)
            && !tally.counted.contains_key(*name)
            && !(wanted.not_author() && authors.contains(name.as_str()))
    };
    people.by_name.keys().filter(fits).cloned().collect()
}

/// Why a sign-off does not count today, in words; empty where it does.
pub fn refused_sign_off(situation: &Situation<'_>, digest: &str, entry: bool) -> Vec<String> {
    let phase = situation.phase;
    let wanted = match entry {
        true => phase.entry.as_ref().and_then(|one| one.sign_offs.as_ref()),
        false => phase.sign_offs.as_ref(),
    };
    let history = situation.world.history.phase(&phase.id);
    let record = history.sign_offs.iter().find(|one| one.digest == digest);
    let (Some(wanted), Some(record)) = (wanted, record) else {
        return Vec::new();
    };
    let mut tally = Tally::default();
    tally.weigh(situation, wanted, entry, record);
    if !tally.counted.is_empty() {
        return Vec::new();
    }
    let unknown = (!tally.unknown.is_empty()).then(|| tally.not_known());
    tally.refused.extend(unknown);
    tally.refused
}

fn has_role(situation: &Situation<'_>, wanted: &SignOffs, name: &str) -> bool {
    let people = situation.world.people;
    wanted.from.is_empty()
        || wanted
            .from
            .iter()
            .any(|role| people.has_role(name, &role.value))
}

/// Who counts, and who does not and why.
#[derive(Debug, Default)]
struct Tally {
    /// Person and the digest of the sign-off.
    counted: BTreeMap<String, String>,
    /// Of those, who signed without a key.
    unsigned: BTreeSet<String>,
    /// Who would count if only something were known, with what that is.
    unknown: BTreeMap<String, String>,
    /// Who does not count, in words.
    refused: Vec<String>,
}

impl Tally {
    fn of(situation: &Situation<'_>, wanted: &SignOffs, entry: bool) -> Self {
        let mut tally = Self::default();
        let history = situation.world.history.phase(&situation.phase.id);
        for record in &history.sign_offs {
            let Says::SignOff { entry: start, .. } = &record.record.says else {
                continue;
            };
            if *start == entry {
                tally.weigh(situation, wanted, entry, record);
            }
        }
        // Somebody who signed twice counts by the one that does.
        let counted = tally.counted.clone();
        tally.refused.retain(|words| {
            !counted
                .keys()
                .any(|name| words.starts_with(&format!("{name} ")))
        });
        tally.refused.dedup();
        tally
    }

    /// What is not known of whom.
    fn not_known(&self) -> String {
        let mut people: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (person, why) in &self.unknown {
            people.entry(why).or_default().push(person);
        }
        let each = people.into_iter();
        let words = each.map(|(why, people)| format!("whether {} {why}", people.join(", ")));
        words.collect::<Vec<_>>().join("; ")
    }

    fn weigh(&mut self, situation: &Situation<'_>, wanted: &SignOffs, entry: bool, record: &Entry) {
        let people = situation.world.people;
        let mut signers: Vec<String> = record.signers().into_iter().map(str::to_owned).collect();
        let keyless = signers.is_empty();
        let who = &record.record.who;
        let known = people.of_git(&who.name, &who.email).map(str::to_owned);
        let listed = people
            .by_name
            .contains_key(&who.name)
            .then(|| who.name.clone());
        let name = known
            .or(listed)
            .unwrap_or_else(|| format!("{} <{}>", who.name, who.email));
        if let Some(why) = lapsed(situation, entry, record) {
            let first = signers.into_iter().next().unwrap_or(name);
            return self.refused.push(format!("{first} {why}"));
        }
        if wanted.evidence && !names_evidence(record) {
            let first = signers.into_iter().next().unwrap_or(name);
            return self.refused.push(format!("{first} names no evidence"));
        }
        let unseen = entry.then(|| unseen(situation, record)).flatten();
        if keyless {
            if !wanted.unsigned {
                return self.refused.push(format!("{name} {}", unsigned(record)));
            }
            signers.push(name);
        }
        for person in signers {
            if !has_role(situation, wanted, &person) {
                self.refused
                    .push(format!("{person} is not in {}", wanted.roles()));
            } else if let Some(why) = &unseen {
                self.unknown.insert(person, why.clone());
            } else if let (true, Err(why)) = (wanted.not_author(), situation.authors()) {
                let why = format!("wrote the change is not known: {why}");
                self.unknown.insert(person, why);
            } else if let Some(why) =
                authors::wrote(situation, &person, who).filter(|_| wanted.not_author())
            {
                self.refused.push(format!("{person} {why}"));
            } else {
                if keyless {
                    self.unsigned.insert(person.clone());
                }
                self.counted
                    .entry(person)
                    .or_insert_with(|| record.digest.clone());
            }
        }
    }
}

fn names_evidence(record: &Entry) -> bool {
    let Says::SignOff { evidence, .. } = &record.record.says else {
        return false;
    };
    evidence.iter().any(|link| !link.trim().is_empty())
}

/// Why a sign-off does not count today, whoever gave it.
fn lapsed(situation: &Situation<'_>, entry: bool, record: &Entry) -> Option<String> {
    let world = situation.world;
    if let Some(fault) = world.history.fault(&record.digest) {
        return Some(format!("left a record that does not verify: {fault}"));
    }
    if entry {
        return lapsed_entry(situation, record);
    }
    if record.record.tree != world.subject.id {
        return Some("signed for another tree".to_owned());
    }
    (record.record.policy != world.policy).then(|| "signed under another policy".to_owned())
}

/// The start is signed once; what is worked on since does not take that back, as long as it is work on what was signed,
/// and as the same is asked of the start.
fn lapsed_entry(situation: &Situation<'_>, record: &Entry) -> Option<String> {
    let world = situation.world;
    let mut before = comes_after(situation.phase, world.phases).into_iter();
    let early = before.find_map(|id| {
        let completion = situation.standings.phase(id).completion.as_ref();
        let after = completion.is_some_and(|completion| {
            let history = world.history;
            history.comes_after(&record.digest, &completion.digest)
        });
        (!after).then(|| format!("signed before `{id}` was completed"))
    });
    let asked = situation
        .phase
        .entry
        .as_ref()
        .map(super::EntryCriteria::asked);
    let Says::SignOff { asks, .. } = &record.record.says else {
        return early;
    };
    let changed = record.record.policy != world.policy && asked.as_ref() != Some(asks);
    early
        .or_else(|| changed.then(|| "signed when something else was asked of the entry".to_owned()))
        .or_else(|| {
            let seen = is_seen(situation, record) || situation.work().cut.is_some();
            (!seen).then(|| {
                "signed content that is not of this history since the phase began".to_owned()
            })
        })
}

/// Whether the content that was signed is that which is judged, or one of which it came since the phase began.
fn is_seen(situation: &Situation<'_>, record: &Entry) -> bool {
    let tree = &record.record.tree;
    *tree == situation.world.subject.id || situation.work().subjects.contains(tree)
}

/// What is not known of the content that a sign-off for the start names.
fn unseen(situation: &Situation<'_>, record: &Entry) -> Option<String> {
    let cut = situation.work().cut.as_ref()?;
    (!is_seen(situation, record))
        .then(|| format!("signed content of this history is not known: {cut}"))
}

/// Why nobody's signature counts.
fn unsigned(record: &Entry) -> String {
    let bad = record.signatures.iter().find_map(|one| match &one.state {
        SignatureState::Bad(words) | SignatureState::Unchecked(words) => Some(words.clone()),
        SignatureState::Unknown => Some("the key is nobody's in people.yaml".to_owned()),
        SignatureState::Unread => Some("the signature was not looked at".to_owned()),
        SignatureState::Good => None,
    });
    match bad {
        Some(words) => format!("has no good signature: {words}"),
        None => "signed off without a key".to_owned(),
    }
}

#[cfg(test)]
mod tests;
