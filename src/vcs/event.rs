//! What a CI engine says that a change is to be merged into (RULES 6), told from its environment.
//!
//! Only events that have a base tell one: pull and merge requests, merge queues. A push has none; it is compared
//! with the default branch like a laptop's.

use std::fs::File;
use std::io::Read;

use serde_json::Value as Json;

/// The file that describes an event is no larger than this.
const EVENT_FILE: u64 = 4 << 20;

/// The base of the event that a CI job runs for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventBase {
    /// Refs and commits that may name it, best first.
    pub candidates: Vec<String>,
    /// The first of them that can be fetched, for the remedy.
    pub named: String,
}

/// How an engine names the base of a request.
struct Engine {
    /// Variable that is set and not `false` in jobs of a request; with a value, it must be that.
    of_request: (&'static str, Option<&'static str>),
    /// Variables of a commit that is better than the branch: HEAD was made on top of it.
    before: &'static [&'static str],
    /// Variable of the branch.
    branch: &'static str,
    /// Variables of a commit that stands in for a branch that is not in the clone.
    after: &'static [&'static str],
}

const ENGINES: &[Engine] = &[
    // GitHub, Gitea, Forgejo.
    engine("GITHUB_BASE_REF", None, "GITHUB_BASE_REF"),
    Engine {
        of_request: ("CI_MERGE_REQUEST_IID", None),
        before: &["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"],
        branch: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        after: &["CI_MERGE_REQUEST_DIFF_BASE_SHA"],
    },
    engine(
        "BUILDKITE_PULL_REQUEST",
        None,
        "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
    ),
    engine(
        "SYSTEM_PULLREQUEST_TARGETBRANCH",
        None,
        "SYSTEM_PULLREQUEST_TARGETBRANCH",
    ),
    Engine {
        of_request: ("BITBUCKET_PR_ID", None),
        before: &[],
        branch: "BITBUCKET_PR_DESTINATION_BRANCH",
        after: &["BITBUCKET_PR_DESTINATION_COMMIT"],
    },
    // Jenkins.
    engine("CHANGE_ID", None, "CHANGE_TARGET"),
    engine(
        "DRONE_BUILD_EVENT",
        Some("pull_request"),
        "DRONE_TARGET_BRANCH",
    ),
    // Woodpecker.
    engine(
        "CI_PIPELINE_EVENT",
        Some("pull_request"),
        "CI_COMMIT_TARGET_BRANCH",
    ),
    engine("TRAVIS_PULL_REQUEST", None, "TRAVIS_BRANCH"),
    engine("APPVEYOR_PULL_REQUEST_NUMBER", None, "APPVEYOR_REPO_BRANCH"),
    Engine {
        of_request: ("CIRRUS_PR", None),
        before: &[],
        branch: "CIRRUS_BASE_BRANCH",
        after: &["CIRRUS_BASE_SHA"],
    },
];

const fn engine(
    of_request: &'static str,
    value: Option<&'static str>,
    branch: &'static str,
) -> Engine {
    Engine {
        of_request: (of_request, value),
        before: &[],
        branch,
        after: &[],
    }
}

impl EventBase {
    /// The base of the event that this environment tells of; `None` where it tells of none.
    pub fn of(env: &[(String, String)]) -> Option<Self> {
        let get = |name: &str| {
            let found = env.iter().find(|(key, _)| key == name)?;
            // A name that begins like an option is none, and must never reach git.
            Some(found.1.as_str()).filter(|value| !value.is_empty() && !value.starts_with('-'))
        };
        let event = get("GITHUB_EVENT_PATH").and_then(read);
        if get("GITHUB_EVENT_NAME") == Some("merge_group") {
            let group = &event.as_ref()?["merge_group"];
            let branch = group["base_ref"].as_str().unwrap_or_default();
            return Self::from([group["base_sha"].as_str()], branch, [None]);
        }
        let pull = event.as_ref().and_then(|event| {
            let base = &event["pull_request"]["base"];
            base["sha"].as_str()
        });
        for engine in ENGINES {
            let (name, wanted) = engine.of_request;
            let of_request = get(name).filter(|value| match wanted {
                Some(wanted) => *value == wanted,
                None => *value != "false",
            });
            if let (Some(_), Some(branch)) = (of_request, get(engine.branch)) {
                let after = engine.after.iter().map(|name| get(name));
                let after = after.chain([pull.filter(|_| name == "GITHUB_BASE_REF")]);
                return Self::from(engine.before.iter().map(|name| get(name)), branch, after);
            }
        }
        None
    }

    fn from<'a>(
        before: impl IntoIterator<Item = Option<&'a str>>,
        branch: &str,
        after: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Option<Self> {
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let branch = (!branch.is_empty()).then(|| format!("origin/{branch}"));
        let commits = |list: &mut dyn Iterator<Item = Option<&'a str>>| -> Vec<String> {
            let hexadecimal =
                |text: &&str| text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
            list.flatten()
                .filter(hexadecimal)
                .map(str::to_owned)
                .collect()
        };
        let mut candidates = commits(&mut before.into_iter());
        candidates.extend(branch.clone());
        candidates.extend(commits(&mut after.into_iter()));
        let named = branch.or_else(|| candidates.first().cloned())?;
        Some(Self { candidates, named })
    }
}

fn read(path: &str) -> Option<Json> {
    let mut text = String::new();
    let file = File::open(path).ok()?;
    file.take(EVENT_FILE).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(env: &[(&str, &str)]) -> Vec<String> {
        let env: Vec<(String, String)> = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        EventBase::of(&env).map_or(Vec::new(), |base| base.candidates)
    }

    const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn requests_of_each_engine_have_their_target_as_base() {
        for engine in ENGINES {
            let (name, value) = engine.of_request;
            let branch = (engine.branch, "refs/heads/main");
            assert_eq!(
                of(&[branch, (name, value.unwrap_or("7"))]).first(),
                Some(&"origin/main".to_owned()),
                "{name}"
            );
            if name != engine.branch {
                assert!(of(&[branch, (name, "false")]).is_empty(), "{name}");
                assert!(of(&[branch]).is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn commits_come_before_or_after_the_branch_as_the_engine_means_them() {
        let request = [
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", SHA),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", SHA),
        ];
        assert_eq!(of(&request), [SHA, "origin/main", SHA]);
    }

    #[test]
    fn a_name_that_is_an_option_is_no_base() {
        assert!(of(&[("GITHUB_BASE_REF", "--output=x")]).is_empty());
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn the_file_of_an_event_names_the_commit() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("event.json");
        let path = file.to_str().unwrap();
        let pull = format!("{{\"pull_request\": {{\"base\": {{\"sha\": \"{SHA}\"}}}}}}");
        std::fs::write(&file, pull).unwrap();
        let env = [("GITHUB_BASE_REF", "main"), ("GITHUB_EVENT_PATH", path)];
        assert_eq!(of(&env), ["origin/main", SHA]);
        let group = format!(
            "{{\"merge_group\": {{\"base_sha\": \"{SHA}\", \"base_ref\": \"refs/heads/main\"}}}}"
        );
        std::fs::write(&file, group).unwrap();
        let env = [
            ("GITHUB_EVENT_NAME", "merge_group"),
            ("GITHUB_EVENT_PATH", path),
        ];
        assert_eq!(of(&env), [SHA, "origin/main"]);
        std::fs::write(&file, "{").unwrap();
        assert!(of(&env).is_empty());
    }
}
