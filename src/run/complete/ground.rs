//! The ground that commands on phases stand on: the repository, the content that is checked out, records, people, and
//! who is asking. Gathered once; the rules are handed plain data.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::Finished;
use super::super::accepted::people_at;
use super::super::policy::{self, PolicyCheck};
use super::super::record;
use super::super::subject::{Look, Ours, Start};
use super::astray::astray;
use crate::config::{Origin, Plan, read_people};
use crate::exec::Mask;
use crate::ledger::{Faults, Ledger};
use crate::model::{Entry, People, Says, Subject, SubjectState, Who};
use crate::phase::TrustedPolicy;
use crate::problem::{Problem, Problems};
use crate::source::Sources;
use crate::store::place;
use crate::vcs::{EventBase, Repository};

/// A larger file of people is not read.
const MOST: u64 = 4 << 20;

/// By what phases are judged.
#[derive(Clone, Debug)]
pub struct By {
    /// The policy.
    pub plan: Arc<Plan>,
    /// How that of the head stands to it, where it is a trusted one.
    pub check: Option<PolicyCheck>,
    /// Where what lies beside the policy is read from: people too.
    pub origin: Origin,
}

impl By {
    /// The policy of what is checked out.
    pub fn itself(plan: Arc<Plan>) -> Self {
        Self {
            check: None,
            origin: Origin::Disk(plan.root.clone()),
            plan,
        }
    }
}

/// What commands on phases stand on.
#[derive(Debug)]
pub struct Ground {
    /// The file.
    pub plan: Arc<Plan>,
    /// How the policy of the head stands to it, where it is a trusted one.
    pub check: Option<PolicyCheck>,
    /// What the built-in gate says of that.
    pub trusted: Option<TrustedPolicy>,
    /// Where what lies beside the policy is read from.
    pub origin: Origin,
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
    astray: Vec<String>,
    /// What a closer look found to differ.
    closer: Vec<String>,
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
    pub fn of(by: By, own_files: &[PathBuf]) -> Result<Self, NoGround> {
        Self::gather(by, own_files, Look::Close)
    }

    /// As [`Ground::of`], where nothing of a phase is decided or recorded.
    pub fn at_a_glance(by: By, own_files: &[PathBuf]) -> Result<Self, NoGround> {
        Self::gather(by, own_files, Look::Plain)
    }

    fn gather(by: By, own_files: &[PathBuf], look: Look) -> Result<Self, NoGround> {
        let plan = by.plan;
        let repository = Repository::find(&plan.root).ok_or(NoGround::NoGit)?;
        let people = people_of(&by.origin, &plan)?;
        let ours = Ours::of(&plan, own_files);
        let trouble = |words: String| NoGround::Trouble(format!("git does not answer: {words}"));
        // Git looks at every file of a long ledger too: both at once.
        let (start, who, ledger) = std::thread::scope(|scope| {
            let ledger = scope.spawn(|| Ledger::read(&plan.root));
            let start = Start::read(repository.clone(), &plan.root, &ours, look);
            let start = start.map(|start| (astray(&plan, &start), start));
            let who = who(&repository, &people);
            (start, who, ledger.join().expect("a reader does not panic"))
        });
        let (astray, start) = start.map_err(trouble)?;
        let ledger = ledger
            .map_err(|error| NoGround::Trouble(format!("the ledger cannot be read: {error}")))?;
        Ok(Self {
            astray,
            closer: Vec::new(),
            trusted: by.check.as_ref().map(|check| trusted(check, &plan)),
            check: by.check,
            origin: by.origin,
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

    /// Whether everything is committed: the content, and what decides of it.
    pub fn is_clean(&self) -> bool {
        self.subject().state == SubjectState::Clean && self.astray.is_empty()
    }

    /// What decides and is in no commit, each in words.
    pub fn astray(&self) -> &[String] {
        &self.astray
    }

    /// Files that a sparse checkout leaves out.
    pub(super) fn left_out(&self) -> &[String] {
        let close = self.start.close.as_ref();
        close.map_or(&[], |close| &close.left_out)
    }

    /// Whether people and policy are those of a trusted revision.
    pub fn is_trusted(&self) -> bool {
        matches!(self.origin, Origin::Rev(_))
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

    /// Why a base that was named is refused: changes since the base that holds here would be judged by nobody.
    pub fn refuse_base(
        &self,
        named: Option<&str>,
        event: Option<&EventBase>,
    ) -> Result<(), String> {
        let later = named.and_then(|name| {
            let (default, asked) = self.repository.later_base(name, event, self.state())?;
            Some((name, default, asked))
        });
        let Some((name, default, asked)) = later else {
            return Ok(());
        };
        let short = |commit: &String| commit.get(..12).unwrap_or(commit).to_owned();
        Err(format!(
            "`--base {name}` is commit {}, later than {}, from which changes are counted here: what changed between the two would be judged by nothing",
            short(&asked),
            short(&default)
        ))
    }

    /// Paths that differ from what is committed, sorted; reports that are committed and that no run wrote since among
    /// them.
    pub fn differs(&self) -> Vec<String> {
        let files = self.start.content.files.keys().chain(&self.closer).cloned();
        let mut all: Vec<String> = files.chain(self.start.unwritten()).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Takes over what a run, which looks closer, found to differ from what is committed.
    pub fn saw(&mut self, finished: &Finished) {
        self.closer.clone_from(&finished.differs);
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

/// The people of the work tree, or of the trusted revision.
fn people_of(origin: &Origin, plan: &Plan) -> Result<People, NoGround> {
    if let Origin::Rev(_) = origin {
        let people = people_at(origin, MOST).map_err(NoGround::Trouble);
        origin.close();
        return people;
    }
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    read_people(&plan.root, &mut sources, &mut problems)
        .ok_or_else(|| NoGround::People(problems.iter().cloned().collect(), Box::new(sources)))
}

/// What the built-in gate says before any run.
fn trusted(check: &PolicyCheck, plan: &Plan) -> TrustedPolicy {
    let (file, again) = (record::file_of(plan), record::again_policy(check));
    let (gate, _) = policy::judge(check, file, again.clone(), &Mask::none());
    let by = policy::judged_by(check);
    TrustedPolicy {
        gate,
        again,
        by: by.unwrap_or_else(|| "the policy is introduced here".to_owned()),
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
