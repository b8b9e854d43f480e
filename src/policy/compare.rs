//! Collects how one policy differs from another, path by path: the pen with which every room that owns a part of
//! the file writes down what its changes mean.
//!
//! Knows values and lists, and no key of the file. What a caller cannot explain it hands to [`Changes::other`],
//! which is a weakening: silence is not an answer.

use super::Condition;
use super::condition::Relation;
use crate::model::{Effect, WeakeningCode};
use crate::source::{At, Node, Value};

/// What more or fewer entries of a list or mapping mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Each entry asks for something: fewer is less.
    Demands,
    /// Each entry lets something off: more is less.
    Exceptions,
    /// Entries say what is looked at: fewer is less.
    Scope,
    /// A number or bound of what is let off; without it nothing is.
    Allowance,
}

/// What a tightening of the newer side does to the older policy when it is taken over.
#[derive(Clone, Debug, PartialEq)]
pub enum Adopt {
    /// The value at the path becomes this one.
    Set(Node),
    /// The value at the path goes away.
    Remove,
}

/// One difference, with exact places.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it does.
    pub effect: Effect,
    /// Where in the tree.
    pub path: Vec<String>,
    /// In words.
    pub message: String,
    /// Where it was, or where it would have been.
    pub old: At,
    /// Where it is, or where it would be.
    pub new: At,
    /// How to take it over, where that is safe.
    pub adopt: Option<Adopt>,
}

/// The same key on both sides, with what is around it for the side on which it is missing.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The older value.
    pub old: Option<&'a Node>,
    /// The newer value.
    pub new: Option<&'a Node>,
    /// Place of the mapping around the older one.
    pub around_old: &'a At,
    /// Place of the mapping around the newer one.
    pub around_new: &'a At,
    /// Places of the keys on both sides, where there are keys: a mapping begins where its key is.
    pub keys: [Option<&'a At>; 2],
}

impl<'a> Side<'a> {
    /// A value on both sides.
    pub fn both(old: &'a Node, new: &'a Node) -> Self {
        Self {
            old: Some(old),
            new: Some(new),
            around_old: &old.at,
            around_new: &new.at,
            keys: [None, None],
        }
    }

    /// An entry below this one.
    pub fn get(&self, key: &str) -> Side<'a> {
        let [old, new] = [self.old, self.new].map(|node| entry(node, key));
        Side {
            old: old.map(|(_, node)| node),
            new: new.map(|(_, node)| node),
            around_old: self.old_at(),
            around_new: self.new_at(),
            keys: [old.map(|(at, _)| at), new.map(|(at, _)| at)],
        }
    }

    /// Every key that one side has, the older side first.
    pub fn keys(&self) -> Vec<&'a str> {
        let mut keys: Vec<&str> = Vec::new();
        for node in [self.old, self.new].into_iter().flatten() {
            if let Value::Map(entries) = &node.value {
                for (key, _) in entries {
                    if !keys.contains(&key.name.as_str()) {
                        keys.push(&key.name);
                    }
                }
            }
        }
        keys
    }

    /// Where the older value is, or what is around it.
    pub fn old_at(&self) -> &'a At {
        place(self.old, self.keys[0], self.around_old)
    }

    /// Where the newer value is, or what is around it.
    pub fn new_at(&self) -> &'a At {
        place(self.new, self.keys[1], self.around_new)
    }

    /// Whether both sides say the same, wherever they say it.
    pub fn is_same(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => same(old, new),
            (None, None) => true,
            _ => false,
        }
    }
}

fn entry<'a>(node: Option<&'a Node>, name: &str) -> Option<(&'a At, &'a Node)> {
    let Value::Map(entries) = &node?.value else {
        return None;
    };
    let found = entries.iter().find(|(key, _)| key.name == name)?;
    Some((&found.0.at, &found.1))
}

fn place<'a>(node: Option<&'a Node>, key: Option<&'a At>, around: &'a At) -> &'a At {
    match node {
        Some(node) if matches!(node.value, Value::Map(_) | Value::List(_)) => {
            key.unwrap_or(&node.at)
        }
        Some(node) => &node.at,
        None => around,
    }
}

/// Whether two values are equal but for their places. The order of a mapping is no part of its value.
pub fn same(old: &Node, new: &Node) -> bool {
    match (&old.value, &new.value) {
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, node)| {
                    b.iter()
                        .any(|(other, value)| other.name == key.name && same(node, value))
                })
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        // One thing and a list of it are written alike everywhere.
        (Value::List(list), _) | (_, Value::List(list)) if list.len() == 1 => {
            let other = if matches!(old.value, Value::List(_)) {
                new
            } else {
                old
            };
            same(&list[0], other)
        }
        (a, b) => a == b || old.scalar().is_some_and(|text| Some(text) == new.scalar()),
    }
}

/// All differences found so far, and the path that is looked at.
#[derive(Debug, Default)]
pub struct Changes {
    path: Vec<String>,
    list: Vec<Change>,
}

impl Changes {
    /// All of them, in the order found.
    pub fn done(self) -> Vec<Change> {
        self.list
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether something since `from` demands less.
    pub fn weaker_since(&self, from: usize) -> bool {
        self.list[from..]
            .iter()
            .any(|change| matches!(change.effect, Effect::Weakening(_)))
    }

    /// Names what demands less since `from` with a code of its own.
    pub fn recode_since(&mut self, from: usize, code: WeakeningCode) {
        for change in &mut self.list[from..] {
            if let Effect::Weakening(old) = &mut change.effect {
                *old = code;
            }
        }
    }

    /// Tells what tightened since `from` as one change of the whole value, unless something of it demands less: a
    /// part cannot be taken over where the older side is written in another form.
    pub fn as_one_since(&mut self, from: usize, side: &Side<'_>, words: &str) {
        if self.list.len() > from && !self.weaker_since(from) {
            self.list.truncate(from);
            self.tighter(side, words);
        }
    }

    /// Leaves of what was told since `from` what demands less; nothing of the rest may be taken over. Where nothing is
    /// left, evidence comes about in another way.
    pub fn only_weaker_since(&mut self, from: usize, side: &Side<'_>) {
        let told = self.list.split_off(from);
        let weaker = told
            .into_iter()
            .filter(|change| matches!(change.effect, Effect::Weakening(_)));
        self.list.extend(weaker);
        if self.list.len() == from {
            self.other(side);
        }
    }

    /// Looks at an entry below.
    pub fn at(&mut self, key: &str, look: impl FnOnce(&mut Self)) {
        self.path.push(key.to_owned());
        look(self);
        self.path.pop();
    }

    /// The dotted path: how people name a key.
    fn name(&self) -> String {
        self.path.join(".")
    }

    /// Whether an entry of that key is looked at.
    pub fn is_below(&self, key: &str) -> bool {
        let above = self.path.len().saturating_sub(1);
        self.path[..above].iter().any(|part| part == key)
    }

    fn add(&mut self, effect: Effect, side: &Side<'_>, message: String, adopt: Option<Adopt>) {
        self.list.push(Change {
            effect,
            path: self.path.clone(),
            message,
            old: side.old_at().clone(),
            new: side.new_at().clone(),
            adopt,
        });
    }

    /// It demands less. The words follow the dotted path.
    pub fn weaker(&mut self, code: WeakeningCode, side: &Side<'_>, words: impl AsRef<str>) {
        let message = format!("`{}` {}", self.name(), words.as_ref());
        self.add(Effect::Weakening(code), side, message, None);
    }

    /// It demands more, and can be taken over as it is.
    pub fn tighter(&mut self, side: &Side<'_>, words: impl AsRef<str>) {
        let adopt = side
            .new
            .map_or(Adopt::Remove, |node| Adopt::Set(node.clone()));
        self.tighter_by(side, words, Some(adopt));
    }

    /// It demands more; how it is taken over, if at all.
    pub fn tighter_by(&mut self, side: &Side<'_>, words: impl AsRef<str>, adopt: Option<Adopt>) {
        let message = format!("`{}` {}", self.name(), words.as_ref());
        self.add(Effect::Tightening, side, message, adopt);
    }

    /// It demands the same.
    pub fn neutral(&mut self, side: &Side<'_>, words: impl AsRef<str>) {
        let message = format!("`{}` {}", self.name(), words.as_ref());
        self.add(Effect::Neutral, side, message, None);
    }

    /// A change that no rule explains: evidence may come about in another way.
    pub fn other(&mut self, side: &Side<'_>) {
        let words = match (side.old, side.new) {
            (Some(old), Some(new)) => format!("was {}, is {}", shown(old), shown(new)),
            (Some(old), None) => format!("was {}, is not set", shown(old)),
            (None, new) => format!("was not set, is {}", new.map(shown).unwrap_or_default()),
        };
        self.weaker(WeakeningCode::ChangedProducer, side, words);
    }

    /// A bound: gone, new, or another one. `skips`: it bounds how much may be left out.
    pub fn bound(&mut self, side: &Side<'_>, skips: bool) {
        match (side.old, side.new) {
            (Some(old), Some(new)) => match Condition::guess_both(old, new) {
                Some((before, after)) => self.two_bounds(side, &before, &after, skips),
                None => self.other(side),
            },
            (Some(old), None) => {
                let words = format!("was {}, is not asked any more", shown(old));
                self.weaker(WeakeningCode::ConditionRemoved, side, words);
            }
            (None, Some(new)) => {
                self.tighter(side, format!("was not asked, is {}", shown(new)));
            }
            (None, None) => {}
        }
    }

    fn two_bounds(&mut self, side: &Side<'_>, old: &Condition, new: &Condition, skips: bool) {
        let was = format!("was `{old}`, is `{new}`");
        match new.stands_to(old) {
            Relation::Same => self.neutral(side, format!("{was}: the same bound")),
            Relation::Tighter => self.tighter(side, was),
            Relation::Looser(WeakeningCode::BoundLooser) if skips => {
                self.weaker(WeakeningCode::SkipBudgetBigger, side, was);
            }
            Relation::Looser(code) => self.weaker(code, side, was),
        }
    }

    /// What is let off: more of it, or the first of it, is less.
    fn allowance(&mut self, side: &Side<'_>, gone: WeakeningCode) {
        let number = |node: &Node| node.scalar()?.trim().parse::<u64>().ok();
        let (Some(old), Some(new)) = (side.old, side.new) else {
            return match side.new {
                Some(new) => self.weaker(gone, side, format!("was nothing, is {}", shown(new))),
                None => self.tighter(side, "is nothing now"),
            };
        };
        let said = format!("was {}, is {}", shown(old), shown(new));
        match (number(old), number(new)) {
            (Some(old), Some(new)) if new < old => self.tighter(side, said),
            (Some(old), Some(new)) if new > old => self.weaker(gone, side, said),
            (Some(_), Some(_)) => self.neutral(side, said),
            _ => self.bound(side, false),
        }
    }

    /// A list, or a mapping of entries that each stand for themselves.
    pub fn weigh(&mut self, weight: Weight, side: &Side<'_>, gone: WeakeningCode) {
        if weight == Weight::Allowance {
            return self.allowance(side, gone);
        }
        let (old, new) = (listed(side.old), listed(side.new));
        let missing: Vec<&Entry> = old.iter().filter(|e| !new.contains(e)).collect();
        let added: Vec<&Entry> = new.iter().filter(|e| !old.contains(e)).collect();
        let (less, more) = match weight {
            Weight::Demands | Weight::Scope => (&missing, &added),
            Weight::Exceptions | Weight::Allowance => (&added, &missing),
        };
        // No scope at all means everything: the first entry narrows it, the last one that goes widens it.
        if weight == Weight::Scope && side.old.is_none() != side.new.is_none() {
            return match side.new {
                Some(new) => self.weaker(gone, side, format!("was everything, is {}", shown(new))),
                None => self.tighter_by(side, "is everything now", None),
            };
        }
        for entry in less {
            let words = match weight {
                Weight::Exceptions => format!("lets off {} too", entry.shown()),
                _ => format!("lost {}", entry.shown()),
            };
            self.weaker(gone, side, words);
        }
        for entry in more {
            let words = match weight {
                Weight::Exceptions => format!("no longer lets off {}", entry.shown()),
                _ => format!("gained {}", entry.shown()),
            };
            // More that is looked at may also be more that passes: a share or a lower bound could rise by it. Only
            // what asks for something is taken over.
            let adopt = match side.new {
                _ if weight != Weight::Demands => None,
                Some(node) if less.is_empty() => Some(Adopt::Set(node.clone())),
                _ => union(side),
            };
            self.tighter_by(side, words, adopt);
        }
        if less.is_empty() && more.is_empty() && !side.is_same() {
            self.neutral(side, "says the same in another way");
        }
    }
}

/// What two lists demand together, where the newer one also lost something.
fn union(side: &Side<'_>) -> Option<Adopt> {
    let (old, new) = (side.old?, side.new?);
    let items = |node: &Node| match &node.value {
        Value::List(items) => Some(items.clone()),
        Value::Map(_) => None,
        _ => Some(vec![node.clone()]),
    };
    let mut all = items(old)?;
    for item in items(new)? {
        if !all.iter().any(|known| same(known, &item)) {
            all.push(item);
        }
    }
    let value = Value::List(all);
    Some(Adopt::Set(Node {
        at: new.at.clone(),
        value,
    }))
}

/// One entry of a list or mapping, as it is compared.
#[derive(PartialEq)]
struct Entry(Option<String>, String);

impl Entry {
    fn shown(&self) -> String {
        match &self.0 {
            Some(key) => format!("`{key}: {}`", self.1),
            None => format!("`{}`", self.1),
        }
    }
}

fn listed(node: Option<&Node>) -> Vec<Entry> {
    match node.map(|node| &node.value) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(items)) => items.iter().map(|item| Entry(None, plain(item))).collect(),
        Some(Value::Map(map)) => map
            .iter()
            .flat_map(|(key, node)| match &node.value {
                Value::List(items) => items
                    .iter()
                    .map(|item| Entry(Some(key.name.clone()), plain(item)))
                    .collect(),
                _ => vec![Entry(Some(key.name.clone()), plain(node))],
            })
            .collect(),
        Some(_) => vec![Entry(None, node.map(plain).unwrap_or_default())],
    }
}

/// The longest that a value is shown.
const SHOWN: usize = 160;

/// A value as people read it, cut to a length.
fn shown(node: &Node) -> String {
    let mut text = plain(node);
    if let Some((cut, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(cut);
        text.push('…');
    }
    format!("`{text}`")
}

fn plain(node: &Node) -> String {
    match &node.value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, node)| format!("{}: {}", key.name, plain(node)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Null => "nothing".to_owned(),
        _ => node.scalar().unwrap_or_default().trim().to_owned(),
    }
}
