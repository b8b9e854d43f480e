//! `sign-offs`: so many people signed for exactly this content under exactly this policy.
//!
//! A person counts once, only with a good signature (or unsigned where the file says so), only in a role that is asked,
//! and not as an author where authors are excluded. Who wrote what is told by git and people.yaml; where that is not
//! known, it cannot be decided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Answer, Asking, Asks, PhaseRule, PlannedPhase, Situation};
use crate::model::{Entry, Says, SignatureState, Sort, Who};
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

    fn about(&self) -> &'static str {
        "so many people, of these roles, signed for this content and policy"
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
    if let (Err(why), true) = (situation.authors, could_be >= wanted.count) {
        let people: Vec<&str> = tally.unknown.iter().map(String::as_str).collect();
        asking.lacks(
            Sort::Undecided,
            wanted.words(),
            format!(
                "whether {} wrote the change is not known: {why}",
                people.join(", ")
            ),
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
    let authors = authors(situation);
    let fits = |name: &&String| {
        has_role(situation, wanted, name)
            && !tally.counted.contains_key(*name)
            && !(wanted.not_author() && authors.contains(name.as_str()))
    };
    people.by_name.keys().filter(fits).cloned().collect()
}

/// Short names of those authors who are known.
fn authors<'a>(situation: &Situation<'a>) -> BTreeSet<&'a str> {
    let people = situation.world.people;
    let list = situation.authors.unwrap_or_default().iter();
    list.filter_map(|who| people.of_git(&who.name, &who.email))
        .collect()
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
    /// Who would count if only it were known that they are no authors.
    unknown: BTreeSet<String>,
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
            } else if wanted.not_author() && situation.authors.is_err() {
                self.unknown.insert(person);
            } else if wanted.not_author() && wrote(situation, &person, who) {
                self.refused.push(format!("{person} is an author"));
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

/// Whether a person wrote what changed: by name in people.yaml, or by the very address in git.
fn wrote(situation: &Situation<'_>, person: &str, who: &Who) -> bool {
    let mut list = situation.authors.unwrap_or_default().iter();
    let own = format!("{} <{}>", who.name, who.email);
    authors(situation).contains(person)
        || (person == own && list.any(|author| author.email.eq_ignore_ascii_case(&who.email)))
}

/// Why a sign-off does not count today, whoever gave it.
fn lapsed(situation: &Situation<'_>, entry: bool, record: &Entry) -> Option<String> {
    let world = situation.world;
    if let Some(fault) = world.history.fault(&record.digest) {
        return Some(format!("left a record that does not verify: {fault}"));
    }
    if entry {
        // The start is signed once; what is worked on since does not take that back.
        let mut before = situation.phase.after.iter();
        return before.find_map(|id| {
            let completion = situation.standings.phase(id).completion.as_ref()?;
            let after = world
                .history
                .comes_after(&record.digest, &completion.digest);
            (!after).then(|| format!("signed before `{id}` was completed"))
        });
    }
    if record.record.tree != world.subject.id {
        return Some("signed for another tree".to_owned());
    }
    (record.record.policy != world.policy).then(|| "signed under another policy".to_owned())
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
