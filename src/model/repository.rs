//! What a judge may ask of the repository, and the answers: plain data, gathered before it judges.

/// What a judge wants to know of the repository. Each question costs a git process, so it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitWants {
    /// The paths that differ from HEAD.
    pub changes: bool,
    /// Refs of which HEAD should hold every commit.
    pub contains: Vec<String>,
    /// Whether the commits of HEAD are on a remote.
    pub pushed: bool,
    /// The commits since the base.
    pub commits: bool,
    /// The ref that commits are counted from, in place of the base.
    pub since: Option<String>,
}

/// The answers, one for each question asked. `None` was not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitGiven {
    /// Paths that differ from HEAD, without reports and files of the run.
    pub changes: Option<Result<Vec<String>, Unknown>>,
    /// For each ref the number of its commits that HEAD lacks.
    pub behind: Vec<(String, Result<u64, Unknown>)>,
    /// Commits of HEAD that are on no remote.
    pub unpushed: Option<Result<u64, Unknown>>,
    /// The commits since the base, newest first.
    pub commits: Option<Result<Vec<Commit>, Unknown>>,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// How many parents it has.
    pub parents: usize,
    /// The first line of its message.
    pub subject: String,
}

/// Something that cannot be told, and what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why not, in words.
    pub why: String,
    /// What to do.
    pub help: String,
    /// What differs from run to run, for people.
    pub detail: Option<String>,
}

impl Unknown {
    /// Joins the two.
    pub fn new(why: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            help: help.into(),
            detail: None,
        }
    }
}

impl Commit {
    /// Whether it joins branches.
    pub fn is_merge(&self) -> bool {
        self.parents > 1
    }

    /// The short id and the subject.
    pub fn line(&self) -> String {
        let short: String = self.id.chars().take(8).collect();
        format!("{short} {}", self.subject)
    }
}
