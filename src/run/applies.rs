//! Whether a gate concerns a run at all: its `when:`.

use crate::config::When;
use crate::model::Note;
use crate::policy::Glob;

/// What `when:` may ask about.
pub(super) struct Here<'a> {
    /// The branch, none where there is none; the words of the trouble when it cannot be told.
    pub branch: Result<Option<&'a str>, String>,
    /// Changed paths relative to the project; the words of the trouble when they cannot be told.
    pub changed: Result<&'a [String], String>,
    pub env: &'a [(String, String)],
}

/// Whether a gate concerns this run.
pub(super) enum Applies {
    /// It does. With notes where that could not be told and it is run to be safe.
    Yes(Vec<Note>),
    /// It does not, because of this.
    No(String),
}

/// Judges `when:`. All keys must hold; a list means any of it. What cannot be told is run.
pub(super) fn applies(when: &When, here: &Here<'_>) -> Applies {
    let mut untold = Vec::new();
    if !when.branch.is_empty() {
        match &here.branch {
            Ok(branch) if Glob::any(&when.branch, branch.unwrap_or("")) => {}
            Ok(branch) => {
                return Applies::No(format!(
                    "branch is {}, wanted {}",
                    branch.unwrap_or("no branch"),
                    Glob::texts(&when.branch, " or ")
                ));
            }
            Err(words) => untold.push(note("branch-unknown", "the branch", words)),
        }
    }
    if !when.env.is_empty() && !when.env.iter().any(|wanted| has(here.env, wanted)) {
        return Applies::No(format!(
            "environment does not hold {}",
            when.env.join(" or ")
        ));
    }
    if !when.changed.is_empty() {
        match &here.changed {
            Ok(paths) if paths.iter().any(|path| Glob::any(&when.changed, path)) => {}
            Ok(_) => {
                let globs = Glob::texts(&when.changed, ", ");
                return Applies::No(format!("nothing changed in {globs}"));
            }
            Err(words) => untold.push(note("base-unknown", "what changed", words)),
        }
    }
    Applies::Yes(untold)
}

fn note(code: &'static str, what: &str, words: &str) -> Note {
    Note {
        code,
        message: format!("{what} cannot be told ({words}), so the gate runs"),
        detail: None,
    }
}

fn has(env: &[(String, String)], wanted: &str) -> bool {
    let (name, value) = wanted
        .split_once('=')
        .map_or((wanted, None), |(name, value)| (name, Some(value)));
    env.iter()
        .any(|(key, found)| key == name && value.map_or(!found.is_empty(), |value| value == found))
}
