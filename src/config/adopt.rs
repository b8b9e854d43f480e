//! The policy of a trusted revision with what the head adds to it: new gates, further conditions, tighter bounds.
//!
//! Only what the comparison calls a tightening, and says to be safe to take over, is taken. Afterwards the result is
//! compared with the trusted policy once more: it must not demand less anywhere.

use std::path::Path;

use super::compare::{Normal, compare};
use super::load::Loaded;
use super::{Plan, check};
use crate::model::{Effect, sha256_hex};
use crate::policy::{Adopt, Change};
use crate::problem::Problems;
use crate::source::{At, Key, Node, Sources, Value};

/// So many additions are tried one by one when they do not fit all together.
const TRIED: usize = 200;

/// A trusted policy, tightened.
#[derive(Debug)]
pub struct Adopted {
    /// What is judged by.
    pub plan: Plan,
    /// What the head adds and what does not fit beside the trusted policy, each with its reason.
    pub left_out: Vec<String>,
}

/// One side of the joining.
pub struct Party<'a> {
    /// As it was read.
    pub loaded: &'a Loaded,
    /// The plan that came of it.
    pub plan: &'a Plan,
    /// In normal form.
    pub normal: &'a Normal,
}

/// Joins what `head` adds to the trusted policy. `None` only if the trusted one cannot be planned by itself.
pub fn adopt(
    trusted: &Party<'_>,
    head: &Party<'_>,
    changes: &[Change],
    root: &Path,
) -> Option<Adopted> {
    let joining = Joining {
        trusted,
        head,
        root,
    };
    let wanted: Vec<&Change> = changes
        .iter()
        .filter(|change| change.effect == Effect::Tightening && change.adopt.is_some())
        .collect();
    let mut left_out = Vec::new();
    let taken = match joining.plan(&wanted) {
        Ok(_) => wanted,
        Err(words) if wanted.len() > TRIED => {
            left_out.push(format!("all of the head's additions: {words}"));
            Vec::new()
        }
        Err(_) => joining.one_by_one(wanted, &mut left_out),
    };
    let mut plan = joining.plan(&taken).ok()?;
    plan.digest =
        sha256_hex(format!("policy-ref\0{}\0{}", trusted.plan.digest, head.plan.digest).as_bytes());
    plan.bases.clone_from(&trusted.plan.bases);
    // The head cannot waive what it is judged by.
    plan.waivers.clone_from(&trusted.plan.waivers);
    for gate in &mut plan.gates {
        let known = trusted.plan.gates.iter().chain(&head.plan.gates);
        let known = known.into_iter().find(|known| known.id == gate.id);
        gate.added = !trusted.plan.gates.iter().any(|known| known.id == gate.id);
        gate.preset = known.and_then(|known| known.preset.clone());
    }
    Some(Adopted { plan, left_out })
}

struct Joining<'a> {
    trusted: &'a Party<'a>,
    head: &'a Party<'a>,
    root: &'a Path,
}

impl Joining<'_> {
    /// The plan with these additions, or why there is none.
    fn plan(&self, taken: &[&Change]) -> Result<Plan, String> {
        let mut node = self.trusted.normal.node.clone();
        for change in taken {
            if let Some(adopt) = &change.adopt {
                set(&mut node, &change.path, adopt, &self.head.normal.node);
            }
        }
        let joined = Normal::of(&node);
        if let Some(weaker) = compare(self.trusted.normal, &joined)
            .iter()
            .find(|change| matches!(change.effect, Effect::Weakening(_)))
        {
            return Err(weaker.message.clone());
        }
        self.checked(node)
    }

    fn checked(&self, mut node: Node) -> Result<Plan, String> {
        let version = self.trusted.loaded.node.as_ref().and_then(|node| {
            let Value::Map(entries) = &node.value else {
                return None;
            };
            entries
                .iter()
                .find(|(key, _)| key.name == "version")
                .cloned()
        });
        if let Value::Map(entries) = &mut node.value {
            entries.extend(version);
        }
        let mut sources = Sources::default();
        for source in self
            .trusted
            .loaded
            .sources
            .iter()
            .chain(self.head.loaded.sources.iter())
        {
            if sources.get(&source.name).is_none() {
                sources.add(source.clone());
            }
        }
        let mut problems = Problems::default();
        let plan = check::check(&node, self.root.to_path_buf(), &mut sources, &mut problems);
        let refused = problems.iter().find(|problem| !problem.warning);
        match (plan, refused) {
            (Some(plan), None) => Ok(Plan { sources, ..plan }),
            (_, Some(problem)) => Err(problem.message.clone()),
            (None, None) => Err("it cannot be planned".to_owned()),
        }
    }

    /// Those that fit, whatever their order: one may need another.
    fn one_by_one<'c>(
        &self,
        mut open: Vec<&'c Change>,
        left_out: &mut Vec<String>,
    ) -> Vec<&'c Change> {
        let mut taken: Vec<&Change> = Vec::new();
        loop {
            let mut refused = Vec::new();
            let before = open.len();
            for change in std::mem::take(&mut open) {
                taken.push(change);
                if let Err(words) = self.plan(&taken) {
                    taken.pop();
                    refused.push((change, words));
                }
            }
            if refused.len() == before || refused.is_empty() {
                left_out.extend(
                    refused
                        .iter()
                        .map(|(change, words)| format!("{}: {words}", change.message)),
                );
                return taken;
            }
            open = refused.into_iter().map(|(change, _)| change).collect();
        }
    }
}

/// Puts a value at a path, or takes it away. Keys get the places that they have in the head.
fn set(node: &mut Node, path: &[String], adopt: &Adopt, head: &Node) {
    let Some((name, below)) = path.split_first() else {
        if let Adopt::Set(value) = adopt {
            *node = value.clone();
        }
        return;
    };
    if !matches!(node.value, Value::Map(_)) {
        node.value = Value::Map(Vec::new());
    }
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    if below.is_empty() && *adopt == Adopt::Remove {
        entries.retain(|(key, _)| key.name != *name);
        return;
    }
    let (at, there) = place(head, name);
    let index = match entries.iter().position(|(key, _)| key.name == *name) {
        Some(index) => index,
        None => {
            let at = at.unwrap_or_else(|| node.at.clone());
            let empty = Node {
                at: at.clone(),
                value: Value::Map(Vec::new()),
            };
            let key = Key {
                at,
                name: name.clone(),
            };
            entries.push((key, empty));
            entries.len() - 1
        }
    };
    set(&mut entries[index].1, below, adopt, there.unwrap_or(head));
}

fn place<'a>(node: &'a Node, name: &str) -> (Option<At>, Option<&'a Node>) {
    let Value::Map(entries) = &node.value else {
        return (None, None);
    };
    let found = entries.iter().find(|(key, _)| key.name == name);
    (
        found.map(|(key, _)| key.at.clone()),
        found.map(|(_, node)| node),
    )
}
