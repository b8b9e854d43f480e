//! The ground that commands on phases stand on: the repository, the content that is checked out, records, people, and
//! who is asking. Gathered once; the rules are handed plain data.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::subject::{Ours, Start};
use crate::config::{Plan, read_people};
use crate::ledger::Ledger;
use crate::model::{Entry, People, Subject, SubjectState, Who};
use crate::problem::{Problem, Problems};
use crate::source::Sources;
use crate::store::place;
use crate::vcs::Repository;

/// What commands on phases stand on.
#[derive(Debug)]
pub struct Ground {
    /// The file.
    pub plan: Arc<Plan>,
    /// The repository around it.
    pub repository: Repository,
    /// Where run records and locks are kept.
    pub store: PathBuf,
    /// All records.
    pub ledger: Ledger,
    /// Who is known.
    pub people: People,
    /// Who is asking.
    pub who: Who,
    start: Start,
}

/// Why there is no ground to stand on.
#[derive(Debug)]
pub enum NoGround {
    /// There is no repository.
    NoGit,
    /// Git or the ledger cannot be asked: in words.
    Trouble(String),
    /// The file of people has mistakes.
    People(Vec<Problem>, Box<Sources>),
}

impl Ground {
    /// Gathers everything. `own_files` are what this command itself writes.
    pub fn of(plan: Arc<Plan>, own_files: &[PathBuf]) -> Result<Self, NoGround> {
        let repository = Repository::find(&plan.root).ok_or(NoGround::NoGit)?;
        let (mut sources, mut problems) = (Sources::default(), Problems::default());
        let people = read_people(&plan.root, &mut sources, &mut problems).ok_or_else(|| {
            NoGround::People(problems.iter().cloned().collect(), Box::new(sources))
        })?;
        let ours = Ours::of(&plan, own_files);
        let trouble = |words: String| NoGround::Trouble(format!("git does not answer: {words}"));
        let start = Start::read(repository.clone(), &plan.root, &ours).map_err(trouble)?;
        let ledger = Ledger::read(&plan.root)
            .map_err(|error| NoGround::Trouble(format!("the ledger cannot be read: {error}")))?;
        let who = who(&repository, &people);
        Ok(Self {
            store: place(&plan.root, Some(&repository.common)),
            plan,
            repository,
            ledger,
            people,
            who,
            start,
        })
    }

    /// The content that is checked out, with what is not committed.
    pub fn subject(&self) -> &Subject {
        &self.start.content.subject
    }

    /// Whether everything is committed.
    pub fn is_clean(&self) -> bool {
        self.subject().state == SubjectState::Clean
    }

    /// The folder of the project from the top of the work tree, with a slash; empty at the top.
    pub(super) fn prefix(&self) -> &str {
        &self.start.prefix
    }

    /// The content that is committed, without the ledger.
    pub fn committed_tree(&self) -> &str {
        &self.start.head_tree
    }

    /// The commit that is checked out.
    pub fn commit(&self) -> Option<&str> {
        self.start.state.commit.as_deref()
    }

    /// Paths that differ from what is committed, sorted.
    pub fn differs(&self) -> Vec<String> {
        self.start.content.files.keys().cloned().collect()
    }

    /// What git says of the work tree.
    pub(super) fn state(&self) -> &crate::vcs::State {
        &self.start.state
    }

    /// What makes the ledger unfit to decide from, in words.
    pub fn broken(&self) -> Option<String> {
        let broken = self.ledger.broken();
        let first = broken.first()?;
        let more = match broken.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        Some(format!(
            "{}/{}: {}{more}; nothing is decided from a broken ledger: `tollgate verify` shows all that is wrong",
            crate::ledger::LEDGER,
            first.file,
            first.why
        ))
    }

    /// Checks the signatures that count for the phases as they stand: sign-offs of this content, and promises.
    pub fn check_counting(&mut self) -> Result<(), String> {
        let tree = self.subject().id.clone();
        self.check_signatures(|entry| super::view::counts_now(entry, &tree))
    }

    /// Checks the signatures of some records.
    pub fn check_signatures(&mut self, which: impl Fn(&Entry) -> bool) -> Result<(), String> {
        let people = self.people.clone();
        self.ledger
            .check_signatures(&people, which)
            .map_err(|error| format!("signatures cannot be checked: {error}"))
    }
}

/// Who is asking: the person of people.yaml that git's name and address belong to, else what git says.
fn who(repository: &Repository, people: &People) -> Who {
    let (name, email) = repository.person().unwrap_or_default();
    let known = people.of_git(&name, &email).map(str::to_owned);
    Who {
        name: known.unwrap_or(name),
        email,
    }
}
