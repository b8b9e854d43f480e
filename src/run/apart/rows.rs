//! Which revisions are judged: what each name points at, alone and merged, and which of them have one content.

use super::super::trusted::fetch;
use super::{Refusal, Trouble};
use crate::vcs::{GitTrouble, Pointed, Repository};

/// A revision that is asked for, alone or merged.
#[derive(Clone, Debug)]
pub struct Row {
    /// As it was typed.
    pub name: String,
    /// What it is merged into, as it was typed.
    pub merged_into: Option<String>,
    /// Things to know.
    pub notes: Vec<String>,
    content: Result<Content, Trouble>,
}

/// Where the content of a row comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// The commit that is checked out.
    pub commit: String,
    /// The commit that is merged into it there.
    pub merges: Option<String>,
    /// The branch that the result stands for.
    pub branch: Option<String>,
    /// What changes are counted from, where that follows from the row.
    pub base: Option<String>,
}

impl Row {
    /// What a person calls it: `topic`, `topic → main`.
    pub fn shown(&self) -> String {
        match &self.merged_into {
            Some(into) => format!("{} → {into}", self.name),
            None => self.name.clone(),
        }
    }

    /// The commit that is judged, where that is known before.
    pub(super) fn commit(&self) -> Option<&str> {
        let content = self.content.as_ref().ok()?;
        content.merges.is_none().then_some(content.commit.as_str())
    }

    pub(super) fn refused(&self) -> Result<&Content, Trouble> {
        self.content.as_ref().map_err(Clone::clone)
    }

    /// Whether name and base are the same to gates that ask for them.
    pub(super) fn alike(&self, other: &Row) -> bool {
        match (&self.content, &other.content) {
            (Ok(one), Ok(two)) => one.branch == two.branch && one.base == two.base,
            _ => false,
        }
    }
}

/// The rows: each name alone, and merged if that is asked for. A name that is typed twice is one.
pub fn rows(
    repository: &Repository,
    names: &[String],
    into: Option<&str>,
) -> Result<Vec<Row>, GitTrouble> {
    let mut once: Vec<&str> = Vec::new();
    for name in names {
        if !once.contains(&name.as_str()) {
            once.push(name);
        }
    }
    let all: Vec<&str> = once.iter().copied().chain(into).collect();
    let mut pointed = repository.pointed(&all)?;
    let target = into.map(|into| (into, pointed.pop().flatten()));
    let mut rows = Vec::new();
    for (name, pointed) in once.into_iter().zip(pointed) {
        rows.push(row(
            name,
            None,
            alone(repository, name, pointed.as_ref()),
            &pointed,
        ));
        if let Some((into, target)) = &target {
            let content = match (&pointed, target) {
                (_, None) => Err(missing(repository, into)),
                (None, _) => Err(missing(repository, name)),
                (Some(pointed), Some(target)) => Ok(merged(repository, pointed, target)?),
            };
            rows.push(row(name, Some(into), content, &pointed));
        }
    }
    Ok(rows)
}

fn row(
    name: &str,
    into: Option<&str>,
    content: Result<Content, Trouble>,
    pointed: &Option<Pointed>,
) -> Row {
    let taken = pointed.as_ref().and_then(|pointed| pointed.taken.as_ref());
    let notes = taken.map(|taken| format!("`{name}` is no branch here; `{taken}` was taken"));
    Row {
        name: name.to_owned(),
        merged_into: into.map(str::to_owned),
        notes: notes.into_iter().collect(),
        content,
    }
}

fn alone(
    repository: &Repository,
    name: &str,
    pointed: Option<&Pointed>,
) -> Result<Content, Trouble> {
    let pointed = pointed.ok_or_else(|| missing(repository, name))?;
    Ok(Content {
        commit: pointed.commit.clone(),
        merges: None,
        branch: pointed.branch.clone(),
        base: None,
    })
}

/// Where one side holds the other already, no merge is made: the result is there.
fn merged(
    repository: &Repository,
    pointed: &Pointed,
    target: &Pointed,
) -> Result<Content, GitTrouble> {
    let meets = repository.merge_base(&target.commit, &pointed.commit)?;
    let (commit, merges) = match meets {
        Some(meets) if meets == target.commit => (&pointed.commit, None),
        Some(meets) if meets == pointed.commit => (&target.commit, None),
        _ => (&target.commit, Some(pointed.commit.clone())),
    };
    Ok(Content {
        commit: commit.clone(),
        merges,
        branch: target.branch.clone(),
        base: Some(target.commit.clone()),
    })
}

fn missing(repository: &Repository, name: &str) -> Trouble {
    let help = match repository.setting("remote.origin.url") {
        Some(_) => format!("run `{}`", fetch(name)),
        None => "`git branch --all` and `git tag` list what is here; there is no remote `origin` to fetch it from".to_owned(),
    };
    Trouble::new(
        "ref-missing",
        Refusal::Undecided,
        format!("`{name}` is not in this clone"),
        help,
    )
}

/// Rows of one content together, in the order of their first.
pub(super) fn groups(rows: &[Row]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let same = |group: &&mut Vec<usize>| match (&rows[group[0]].content, &row.content) {
            (Ok(one), Ok(two)) => one.commit == two.commit && one.merges == two.merges,
            _ => false,
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}
