//! The ground that commands on phases stand on: the repository, the content that is checked out, records, people, and
//! who is asking. Gathered once; the rules are handed plain data.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::subject::{Ours, Start};
use crate::config::{Plan, read_people};
use crate::ledger::{Faults, Ledger};
use crate::model::{Entry, People, Says, Subject, SubjectState, Who};
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
    /// What is wrong with the records, where all were looked at.
    pub(super) faults: Option<Faults>,
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
        // Git looks at every file of a long ledger too: both at once.
        let (start, who, ledger) = std::thread::scope(|scope| {
            let ledger = scope.spawn(|| Ledger::read(&plan.root));
            let start = Start::read(repository.clone(), &plan.root, &ours);
            let who = who(&repository, &people);
            (start, who, ledger.join().expect("a reader does not panic"))
        });
        let start = start.map_err(trouble)?;
        let ledger = ledger
            .map_err(|error| NoGround::Trouble(format!("the ledger cannot be read: {error}")))?;
        Ok(Self {
            store: place(&plan.root, Some(&repository.common)),
            plan,
            repository,
            ledger,
            people,
            who,
            faults: None,
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

    /// The folder of the project as records name it.
    pub(super) fn project(&self) -> Option<String> {
        let folder = self.start.prefix.trim_end_matches('/');
        (!folder.is_empty()).then(|| folder.to_owned())
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

    /// Checks the signatures that count for the phases as they stand: sign-offs of this content, and promises.
    pub fn check_counting(&mut self) -> Result<(), String> {
        let tree = self.subject().id.clone();
        let signed = |entry: &&Entry| {
            matches!(entry.record.says, Says::Ruling { .. }) && !entry.signatures.is_empty()
        };
        let ruled = self.ledger.entries().filter(signed);
        let ruled: Vec<String> = ruled.map(|entry| entry.record.phase.clone()).collect();
        let ruled: Vec<&str> = ruled.iter().map(String::as_str).collect();
        self.check_signatures(|entry| super::sound::counts_now(entry, &tree, &ruled))
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
