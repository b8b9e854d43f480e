//! Whether a gate concerns a run at all: its `when:`.

use globset::{GlobBuilder, GlobSetBuilder};

use crate::config::When;

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
        if !any_matches(&when.branch, [branch]) {
            let shown = if branch.is_empty() {
                "no branch"
            } else {
                branch
            };
            return Applies::No(format!(
                "branch is {shown}, wanted {}",
                when.branch.join(" or ")
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
        Ok(paths) if any_matches(&when.changed, paths.iter().map(String::as_str)) => {
            Applies::Yes(None)
        }
        Ok(_) => Applies::No(format!("nothing changed in {}", when.changed.join(", "))),
    }
}

fn has(env: &[(String, String)], wanted: &str) -> bool {
    let (name, value) = wanted
        .split_once('=')
        .map_or((wanted, None), |(name, value)| (name, Some(value)));
    env.iter()
        .any(|(key, found)| key == name && value.map_or(!found.is_empty(), |value| value == found))
}

fn any_matches<'a>(globs: &[String], paths: impl IntoIterator<Item = &'a str>) -> bool {
    let mut set = GlobSetBuilder::new();
    for glob in globs
        .iter()
        .filter_map(|text| GlobBuilder::new(text).literal_separator(true).build().ok())
    {
        set.add(glob);
    }
    let Ok(set) = set.build() else { return true };
    paths.into_iter().any(|path| set.is_match(path))
}
