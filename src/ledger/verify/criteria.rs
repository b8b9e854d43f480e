//! Criteria of a completion that can be counted again from its records: sign-offs by person, a soak by its observations.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::decision::counts;
use super::{Check, on, short};
use crate::model::{Completion, Criterion, Entry, Says};
use crate::policy::parse_duration;

impl Check<'_> {
    /// What does not follow, of those that are recorded as holding.
    pub(super) fn criteria(&mut self, entry: &Entry, done: &Completion) -> Vec<String> {
        let mut wrong = Vec::new();
        for criterion in done.criteria.iter().filter(|criterion| criterion.holds) {
            let again = match criterion.rule.as_str() {
                "sign-offs" => self.sign_offs(entry, done, criterion, false),
                "entry" => self.sign_offs(entry, done, criterion, true),
                "soak" => self.soak(entry, done, criterion),
                _ => Ok(()),
            };
            if let Err(why) = again {
                wrong.push(format!(
                    "`{}` is recorded as held, and it is not: {why}",
                    criterion.rule
                ));
            }
        }
        wrong
    }

    fn sign_offs(
        &mut self,
        entry: &Entry,
        done: &Completion,
        criterion: &Criterion,
        start: bool,
    ) -> Result<(), String> {
        let Some(count) = criterion.asks.get("count") else {
            return Ok(());
        };
        let wanted: usize = count
            .parse()
            .map_err(|_| format!("`{count}` is no number of sign-offs"))?;
        let evidence_asked = criterion.asks.contains_key("evidence");
        let mut people = BTreeSet::new();
        for digest in &done.sign_offs {
            let Some(other) = self.ledger.entry(digest) else {
                continue;
            };
            let Says::SignOff {
                entry: of_start,
                weakenings: None,
                ..
            } = &other.record.says
            else {
                continue;
            };
            if *of_start != start {
                continue;
            }
            if evidence_asked && !names_evidence(&other.record.says) {
                continue;
            }
            let signers = other.signatures.iter().filter(|one| counts(&one.state));
            let mut signers: Vec<&str> = signers.map(|one| one.person.as_str()).collect();
            if signers.is_empty() && done.unsigned {
                signers.push(&other.record.who.name);
            }
            people.extend(signers);
        }
        let roles = criterion.asks.get("from").map(String::as_str).unwrap_or("");
        self.roles(entry, &people, roles);
        if people.len() < wanted {
            return Err(format!("wanted {wanted} people, found {}", people.len()));
        }
        Ok(())
    }

    /// Roles may have changed since: that is to be known, and breaks nothing.
    fn roles(&mut self, entry: &Entry, signers: &BTreeSet<&str>, roles: &str) {
        let Some(people) = self.against.people.filter(|people| !people.is_empty()) else {
            return;
        };
        let wanted: Vec<&str> = roles
            .split([',', ' '])
            .filter(|role| !role.is_empty())
            .collect();
        let mut lacking: Vec<&str> = signers.iter().copied().collect();
        lacking.retain(|name| !wanted.iter().any(|role| people.has_role(name, role)));
        if !wanted.is_empty() && !lacking.is_empty() {
            let words = format!(
                "signed by {}, who today has no role of {roles}",
                lacking.join(", ")
            );
            self.found.notes.push(on(entry, words));
        }
    }

    /// RULES of a soak: an unbroken tail of passing observations, without a gap longer than `every`, that lasts.
    fn soak(&self, entry: &Entry, done: &Completion, criterion: &Criterion) -> Result<(), String> {
        let length = |key: &str| {
            let text = criterion.asks.get(key)?;
            Some(parse_duration(text).ok_or_else(|| format!("`{text}` is no length of time")))
        };
        let Some(wanted) = length("for").transpose()? else {
            return Ok(());
        };
        let every = length("every").transpose()?;
        let breaks = self.breaks(entry);
        let after = self.chain.after_all(&breaks);
        let mut times: Vec<Timestamp> = Vec::new();
        for digest in &done.observations {
            let Some(other) = self.ledger.entry(digest) else {
                continue;
            };
            if let Some(why) = self.breaks_a_soak(entry, other) {
                return Err(format!("the observation {} {why}", short(digest)));
            }
            // That it names such a one is told as what it rests on; here it counts for nothing.
            if !is_of(entry, other) {
                continue;
            }
            if !self.chain.place(digest).is_some_and(|place| after[place]) {
                return Err(self.beside(digest, &breaks));
            }
            times.extend(other.record.at.parse::<Timestamp>().ok());
        }
        times.sort();
        let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else {
            return Err("no observation is named".to_owned());
        };
        let done_at: Timestamp = entry.record.at.parse().unwrap_or(last);
        if let Some(every) = every {
            let ends = times.iter().skip(1).copied().chain([done_at]);
            for (from, to) in times.iter().zip(ends) {
                if between(*from, to) > every {
                    return Err(format!(
                        "between {from} and {to} lies more than {}",
                        criterion.asks["every"]
                    ));
                }
            }
        }
        if between(first, last) < wanted {
            return Err(format!(
                "wanted {}, and its observations reach from {first} to {last}",
                criterion.asks["for"]
            ));
        }
        Ok(())
    }
}

impl Check<'_> {
    /// Observations that break the soak of a completion and were there when it was written, whether it names them or
    /// not.
    fn breaks(&self, completion: &Entry) -> Vec<usize> {
        let Some(place) = self.chain.place(&completion.digest) else {
            return Vec::new();
        };
        let before = self.chain.before(place);
        let entries = self.chain.entries().iter().enumerate();
        let broken = entries.filter(|(place, other)| {
            before[*place]
                && is_of(completion, other)
                && self.breaks_a_soak(completion, other).is_some()
        });
        broken.map(|(place, _)| place).collect()
    }

    /// Why an observation breaks a soak: it does not pass, or its time cannot be true.
    fn breaks_a_soak(&self, completion: &Entry, other: &Entry) -> Option<String> {
        let Says::Observation { verdict, .. } = &other.record.says else {
            return Some("is none".to_owned());
        };
        if verdict != "pass" {
            return Some(format!("is `{verdict}`"));
        }
        let at: Option<Timestamp> = other.record.at.parse().ok();
        let end: Option<Timestamp> = completion.record.at.parse().ok();
        let parents = other.record.parents.iter();
        let mut parents = parents.filter_map(|parent| self.ledger.entry(parent));
        let set_back = parents.any(|parent| {
            let before: Option<Timestamp> = parent.record.at.parse().ok();
            before.is_some_and(|before| at.is_none_or(|at| at < before))
        });
        if set_back {
            return Some("is dated before a record that it names".to_owned());
        }
        let late = at.zip(end).is_some_and(|(at, end)| at > end);
        late.then(|| "is dated later than the completion".to_owned())
    }

    /// Says which observation breaks the soak beside one that was counted.
    fn beside(&self, counted: &str, breaks: &[usize]) -> String {
        let place = self.chain.place(counted);
        let before = |one: usize| place.is_some_and(|place| self.chain.comes_after(place, one));
        let first = breaks.iter().copied().find(|&one| !before(one));
        let first = first.map(|one| &self.chain.entries()[one]);
        let which = first.map_or_else(String::new, |one| {
            format!("{} of {}", short(&one.digest), one.record.at)
        });
        format!(
            "the observation {which} breaks it, and {} does not come after that",
            short(counted)
        )
    }
}

/// Whether an observation is of the phase, content and policy of a completion.
fn is_of(completion: &Entry, other: &Entry) -> bool {
    let (one, other) = (&completion.record, &other.record);
    matches!(other.says, Says::Observation { .. })
        && (&one.phase, &one.tree, &one.policy) == (&other.phase, &other.tree, &other.policy)
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

fn names_evidence(says: &Says) -> bool {
    matches!(says, Says::SignOff { evidence, .. } if evidence.iter().any(|link| !link.trim().is_empty()))
}
