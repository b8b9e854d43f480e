//! Whether a gate concerns a run at all: its `when:`.

use crate::config::When;
use crate::policy::Glob;

/// What `when:` may ask about.
pub(super) struct Here<'a> {
    pub branch: Option<&'a str>,
    /// Changed paths relative to the project; the words of the trouble when they cannot be told.
    pub changed: Result<&'a [String], String>,
    pub env: &'a [(String, String)],
}

/// Whether a gate concerns this run.
pub(super) enum Applies {
    /// It does. With words when that could not be told and it is run to be safe.
    Yes(Option<String>),
    /// It does not, because of this.
    No(String),
}

/// Judges `when:`. All keys must hold; a list means any of it. What cannot be told is run.
pub(super) fn applies(when: &When, here: &Here<'_>) -> Applies {
    if !when.branch.is_empty() {
        let branch = here.branch.unwrap_or("");
        if !Glob::any(&when.branch, branch) {
            let shown = if branch.is_empty() {
                "no branch"
            } else {
                branch
            };
            return Applies::No(format!(
                "branch is {shown}, wanted {}",
                Glob::texts(&when.branch, " or ")
            ));
        }
    }
    if !when.env.is_empty() && !when.env.iter().any(|wanted| has(here.env, wanted)) {
        return Applies::No(format!(
            "environment does not hold {}",
            when.env.join(" or ")
        ));
    }
    if when.changed.is_empty() {
        return Applies::Yes(None);
    }
    match &here.changed {
        Err(words) => Applies::Yes(Some(format!(
            "what changed cannot be told ({words}), so the gate runs"
        ))),
        Ok(paths) if paths.iter().any(|path| Glob::any(&when.changed, path)) => Applies::Yes(None),
        Ok(_) => Applies::No(format!(
            "nothing changed in {}",
            Glob::texts(&when.changed, ", ")
        )),
    }
}

fn has(env: &[(String, String)], wanted: &str) -> bool {
    let (name, value) = wanted
        .split_once('=')
        .map_or((wanted, None), |(name, value)| (name, Some(value)));
    env.iter()
        .any(|(key, found)| key == name && value.map_or(!found.is_empty(), |value| value == found))
}
