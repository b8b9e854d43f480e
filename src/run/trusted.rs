//! The policy of a trusted revision: what a run is judged by when the judged may not judge themselves, and how the
//! policy of the head differs from it (RULES 7).
//!
//! From the revision come gates, commands, environment, services, conditions, presets, extended files and what lies
//! beside them; from the head come the tree, and what only adds or tightens. Scripts inside the head are the head's.

use std::path::{Path, PathBuf};

use super::accepted::{Acceptance, people_at};
use super::beside;
use crate::config::{
    Loaded, Normal, Origin, PEOPLE, Party, Plan, adopt, compare, load_from, names_somebody, told,
};
use crate::model::{People, PolicyDiff, WeakeningRule};
use crate::policy::Change;
use crate::problem::Problem;
use crate::source::{At, Node, Sources, Value};
use crate::vcs::{Repository, Revision, RevisionTrouble};

/// Names of files of a trusted revision begin with this where they differ from those of the head.
const MARK: &str = "base:";

/// Larger files are not read.
const MOST: u64 = 4 << 20;

/// A policy as it is in one place.
#[derive(Debug)]
pub struct PolicyAt {
    /// How people name the place.
    pub name: String,
    /// Where its files are read from.
    pub origin: Origin,
    /// What was read; `None` where there is no file.
    loaded: Option<Loaded>,
    normal: Normal,
}

/// Why a policy cannot be had.
#[derive(Debug)]
pub enum PolicyTrouble {
    /// There is no git here.
    NoGit,
    /// The clone does not hold the revision; the command that fetches it.
    Missing(String),
    /// The file is there and is refused: where, why, and the texts that this is about.
    Refused(String, Vec<Problem>, Sources),
    /// Git does not answer.
    Git(String),
}

/// Which file of which project.
#[derive(Clone, Debug)]
pub struct PolicyFile {
    /// Folder of the file.
    pub root: PathBuf,
    /// Its name in the folder.
    pub name: String,
}

impl PolicyFile {
    /// The policy of a revision.
    pub fn at(&self, reference: &str) -> Result<PolicyAt, PolicyTrouble> {
        let revision = self.revision(reference)?;
        self.read(revision.name.clone(), Origin::Rev(revision))
    }

    /// The policy of the work tree.
    pub fn here(&self) -> Result<PolicyAt, PolicyTrouble> {
        self.read("the work tree".to_owned(), Origin::Disk(self.root.clone()))
    }

    /// A revision of the repository around the file.
    pub fn revision(&self, reference: &str) -> Result<Revision, PolicyTrouble> {
        let repository = Repository::find(&self.root).ok_or(PolicyTrouble::NoGit)?;
        repository
            .revision(reference, &self.root)
            .map_err(|trouble| match trouble {
                RevisionTrouble::Missing => PolicyTrouble::Missing(fetch(reference)),
                RevisionTrouble::Git(trouble) => PolicyTrouble::Git(trouble.to_string()),
            })
    }

    fn read(&self, name: String, origin: Origin) -> Result<PolicyAt, PolicyTrouble> {
        // What is there and no file is refused below, with words.
        let there = !matches!(origin.find(&self.name, MOST), Ok(None));
        let loaded = there.then(|| self.load(&origin, ""));
        if let Some(loaded) = &loaded
            && loaded.plan.is_none()
        {
            return Err(PolicyTrouble::Refused(
                name,
                loaded.problems.clone(),
                loaded.sources.clone(),
            ));
        }
        let node = loaded.as_ref().and_then(|loaded| loaded.node.as_ref());
        let normal = match node {
            Some(node) => Normal::of(node),
            None => Normal::of(&Node {
                at: At::start_of(self.name.as_str()),
                value: Value::Map(Vec::new()),
            }),
        };
        Ok(PolicyAt {
            name,
            origin,
            loaded,
            normal,
        })
    }

    fn load(&self, origin: &Origin, mark: &str) -> Loaded {
        load_from(origin, &self.root, Path::new(&self.name), &self.name, mark)
    }
}

/// The command that brings a revision into the clone.
pub fn fetch(reference: &str) -> String {
    if reference.contains(['~', '^']) {
        return "git fetch --unshallow origin".to_owned();
    }
    let id = reference.len() >= 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    match reference.strip_prefix("origin/") {
        Some(branch) => {
            format!("git fetch origin +refs/heads/{branch}:refs/remotes/origin/{branch}")
        }
        None if id => format!("git fetch origin {reference}"),
        None => format!("git fetch origin {reference}:{reference}"),
    }
}

impl PolicyAt {
    /// The plan, where there is a file.
    pub fn plan(&self) -> Option<&Plan> {
        self.loaded.as_ref()?.plan.as_ref()
    }

    /// What becomes of a weakening by this policy.
    pub fn rule(&self) -> WeakeningRule {
        if let Some(rule) = self.plan().and_then(|plan| plan.weakening) {
            return rule;
        }
        let people = self.origin.find(PEOPLE, MOST);
        match people {
            Ok(Some(text)) if names_somebody(&text) => WeakeningRule::SignOff,
            Ok(_) => WeakeningRule::Warn,
            // There is a file and nobody can read it: somebody may be named in it.
            Err(_) => WeakeningRule::SignOff,
        }
    }

    fn digest(&self) -> Option<String> {
        self.plan().map(|plan| plan.digest.clone())
    }
}

/// How a newer policy differs from an older one; also what lies beside the files. The exact changes of the files
/// themselves come with it.
pub fn policy_diff(from: &PolicyAt, to: &PolicyAt) -> Result<(PolicyDiff, Vec<Change>), String> {
    let mut diff = PolicyDiff {
        from: from.name.clone(),
        to: to.name.clone(),
        from_policy: from.digest(),
        to_policy: to.digest(),
        tollgate: env!("CARGO_PKG_VERSION").to_owned(),
        ..PolicyDiff::default()
    };
    if from.loaded.is_none() && to.loaded.is_some() {
        diff.notes.push("policy introduced here".to_owned());
    }
    let changes = compare(&from.normal, &to.normal);
    told(&changes, &from.normal, &to.normal, &mut diff);
    if from.loaded.is_some() {
        beside::compare(from, to, &mut diff)?;
    }
    Ok((diff, changes))
}

/// What a run under a trusted revision is judged by.
#[derive(Debug)]
pub struct Trusted {
    /// The policy.
    pub plan: Plan,
    /// Where waivers, baseline and people are read from.
    pub origin: Origin,
    /// What becomes of a weakening.
    pub rule: WeakeningRule,
    /// How the head's policy differs.
    pub diff: PolicyDiff,
    /// The head is the first to have a policy.
    pub introduced: bool,
    /// Commit of the revision.
    pub commit: String,
    /// Who accepted the weakenings, where that is asked.
    pub acceptance: Acceptance,
    /// Whom the revision names, who alone may accept; or why nobody can tell.
    pub people: Result<People, String>,
}

/// The policy of a revision, tightened by what the head adds; that of the head, once its weakenings are accepted.
/// `reference` is resolved by git.
pub fn trusted(file: &PolicyFile, reference: &str) -> Result<Trusted, PolicyTrouble> {
    let base = file.at(reference)?;
    let head = file.here()?;
    let (mut diff, changes) = policy_diff(&base, &head).map_err(PolicyTrouble::Git)?;
    leave_out_what_is_older(file, &base, &head, &mut diff).map_err(PolicyTrouble::Git)?;
    let introduced = base.loaded.is_none();
    let rule = if introduced { head.rule() } else { base.rule() };
    let people = people_at(&base.origin, MOST);
    let acceptance = if rule == WeakeningRule::SignOff && !diff.weakenings.is_empty() {
        Acceptance::of(&file.root, &people, &diff.weakening_digest())
    } else {
        Acceptance::default()
    };
    let heads = introduced || acceptance.is_given();
    let plan = if heads || base.digest() == head.digest() {
        head.loaded.and_then(|loaded| loaded.plan)
    } else if head.loaded.is_none() {
        // The head has no policy to add anything.
        file.load(&base.origin, MARK).plan
    } else {
        joined(file, &base, &head, &changes, &mut diff)
    };
    let commit = match &base.origin {
        Origin::Rev(revision) => revision.commit.clone(),
        Origin::Disk(_) => String::new(),
    };
    let origin = if heads {
        Origin::Disk(file.root.clone())
    } else {
        base.origin
    };
    origin.close();
    let plan = plan.ok_or_else(|| PolicyTrouble::Git("the policy cannot be planned".to_owned()))?;
    Ok(Trusted {
        plan,
        origin,
        rule,
        diff,
        introduced,
        commit,
        acceptance,
        people,
    })
}

fn joined(
    file: &PolicyFile,
    base: &PolicyAt,
    head: &PolicyAt,
    changes: &[Change],
    diff: &mut PolicyDiff,
) -> Option<Plan> {
    let loaded = file.load(&base.origin, MARK);
    let normal = Normal::of(loaded.node.as_ref()?);
    let trusted = Party {
        loaded: &loaded,
        plan: loaded.plan.as_ref()?,
        normal: &normal,
    };
    let head = Party {
        loaded: head.loaded.as_ref()?,
        plan: head.plan()?,
        normal: &head.normal,
    };
    let adopted = adopt(&trusted, &head, changes, &file.root)?;
    for words in adopted.left_out {
        diff.notes.push(format!(
            "not judged, it does not fit beside the trusted policy: {words}"
        ));
    }
    Some(adopted.plan)
}

/// A weakening that the head did not make: the trusted revision went on since the head left it.
fn leave_out_what_is_older(
    file: &PolicyFile,
    base: &PolicyAt,
    head: &PolicyAt,
    diff: &mut PolicyDiff,
) -> Result<(), String> {
    let Origin::Rev(revision) = &base.origin else {
        return Ok(());
    };
    if diff.weakenings.is_empty() {
        return Ok(());
    }
    let meets = revision
        .meets("HEAD")
        .map_err(|trouble| trouble.to_string())?;
    let Some(left) = meets.filter(|left| left.commit != revision.commit) else {
        return Ok(());
    };
    // A common ancestor whose file is refused says nothing of what the head changed since.
    let Ok(older) = file.read(left.name.clone(), Origin::Rev(left)) else {
        return Ok(());
    };
    let (since, _) = policy_diff(&older, head)?;
    let touched: Vec<&str> = since
        .weakenings
        .iter()
        .chain(&since.tightenings)
        .chain(&since.neutral)
        .map(|change| change.path.as_str())
        .collect();
    let (made, older): (Vec<_>, Vec<_>) = std::mem::take(&mut diff.weakenings)
        .into_iter()
        .partition(|change| touched.contains(&change.path.as_str()));
    diff.weakenings = made;
    if !older.is_empty() {
        let paths: Vec<&str> = older.iter().map(|change| change.path.as_str()).collect();
        diff.notes.push(format!(
            "{} demands more since this branch left it: {}",
            base.name,
            paths.join(", ")
        ));
    }
    Ok(())
}
