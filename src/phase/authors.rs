//! Who wrote what a phase changed, as git and people.yaml tell it together. Any name or address of a person leads to them;
//! whom people.yaml does not know is named, and nobody signs under such a name.

use std::collections::BTreeSet;

use super::{Asking, Situation};
use crate::model::{Who, told};

/// Authors of whom nobody knows who they are that are named.
const TOLD: usize = 3;

/// Short names of those authors who are known.
pub(super) fn known<'a>(situation: &Situation<'a>) -> BTreeSet<&'a str> {
    let people = situation.world.people;
    let list = situation.authors().unwrap_or_default().iter();
    list.flat_map(|who| people.all_of_git(&who.name, &who.email))
        .collect()
}

/// Authors whom people.yaml does not know.
fn strangers<'a>(situation: &Situation<'a>) -> impl Iterator<Item = &'a Who> {
    let people = situation.world.people;
    let list = situation.authors().unwrap_or_default().iter();
    list.filter(|who| people.all_of_git(&who.name, &who.email).next().is_none())
}

/// Nobody can tell whether somebody who is not listed is one of those who sign.
pub(super) fn note_strangers(asking: &mut Asking, situation: &Situation<'_>) {
    let names: Vec<String> = strangers(situation).map(Who::to_string).collect();
    if names.is_empty() {
        return;
    }
    let more = match names.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = names[..names.len().min(TOLD)].join(", ");
    asking.note(format!(
        "people.yaml does not know who wrote a part of the change: {shown}{more}. If one of them is somebody who \
         signs, add that address to theirs"
    ));
}

/// Whether a person wrote what changed, in words: by a name or address in people.yaml, or because they signed under the
/// name or address of an author whom nobody knows.
pub(super) fn wrote(situation: &Situation<'_>, person: &str, who: &Who) -> Option<String> {
    if known(situation).contains(person) {
        return Some("is an author".to_owned());
    }
    let same = |one: &str, other: &str| !one.trim().is_empty() && told(one) == told(other);
    let mut strangers = strangers(situation);
    let author = strangers
        .find(|author| same(&author.email, &who.email) || same(&author.name, &who.name))?;
    Some(format!(
        "cannot be told apart from the author {author}, whom people.yaml does not know"
    ))
}
