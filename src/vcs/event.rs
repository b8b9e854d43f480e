//! What a CI engine says of a change, told from its environment: the branch it is of, and what it is to be merged into
//! (RULES 6).
//!
//! Only events that have a base tell one: pull and merge requests, merge queues. A push has none; it is compared
//! with the default branch like a laptop's. A branch that no engine names is not known, which is not the same as none.

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

/// What a CI job runs for, as its engine says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobRef {
    /// This branch; for a request that which it comes from.
    Branch(String),
    /// A tag, and so no branch.
    Tag,
    /// The engine does not say, or is none that is known.
    Unknown,
}

/// A variable, and what its value begins with where it says what is asked.
type Named = (&'static str, &'static str);

/// How an engine names things.
struct Engine {
    /// Variable that is set and not `false` in jobs of a request; with a value, it must begin so.
    of_request: (&'static str, Option<&'static str>),
    /// Variables of a commit that is better than the branch: HEAD was made on top of it.
    before: &'static [&'static str],
    /// Variable of the branch that a request goes into.
    branch: &'static str,
    /// Variables of a commit that stands in for a branch that is not in the clone.
    after: &'static [&'static str],
    /// Variable of the branch that a request comes from; empty where there is none.
    source: &'static str,
    /// Variable of the tag of a job that is for one.
    tag: Named,
    /// Variables of the branch of every other job.
    pushed: &'static [Named],
}

const BARE: Engine = Engine {
    of_request: ("", None),
    before: &[],
    branch: "",
    after: &[],
    source: "",
    tag: ("", ""),
    pushed: &[],
};

const ENGINES: &[Engine] = &[
    // GitHub, Gitea, Forgejo.
    Engine {
        of_request: ("GITHUB_BASE_REF", None),
        branch: "GITHUB_BASE_REF",
        source: "GITHUB_HEAD_REF",
        tag: ("GITHUB_REF", "refs/tags/"),
        pushed: &[("GITHUB_REF", "refs/heads/")],
        ..BARE
    },
    Engine {
        of_request: ("CI_MERGE_REQUEST_IID", None),
        before: &["CI_MERGE_REQUEST_TARGET_BRANCH_SHA"],
        branch: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
        after: &["CI_MERGE_REQUEST_DIFF_BASE_SHA"],
        source: "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
        tag: ("CI_COMMIT_TAG", ""),
        pushed: &[("CI_COMMIT_BRANCH", "")],
    },
    Engine {
        of_request: ("BUILDKITE_PULL_REQUEST", None),
        branch: "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
        source: "BUILDKITE_BRANCH",
        tag: ("BUILDKITE_TAG", ""),
        pushed: &[("BUILDKITE_BRANCH", "")],
        ..BARE
    },
    Engine {
        of_request: ("SYSTEM_PULLREQUEST_TARGETBRANCH", None),
        branch: "SYSTEM_PULLREQUEST_TARGETBRANCH",
        source: "SYSTEM_PULLREQUEST_SOURCEBRANCH",
        tag: ("BUILD_SOURCEBRANCH", "refs/tags/"),
        pushed: &[("BUILD_SOURCEBRANCH", "refs/heads/")],
        ..BARE
    },
    Engine {
        of_request: ("BITBUCKET_PR_ID", None),
        branch: "BITBUCKET_PR_DESTINATION_BRANCH",
        after: &["BITBUCKET_PR_DESTINATION_COMMIT"],
        source: "BITBUCKET_BRANCH",
        tag: ("BITBUCKET_TAG", ""),
        pushed: &[("BITBUCKET_BRANCH", "")],
        ..BARE
    },
    // Jenkins. A job that is for one branch has the name of a remote before it.
    Engine {
        of_request: ("CHANGE_ID", None),
        branch: "CHANGE_TARGET",
        source: "CHANGE_BRANCH",
        tag: ("TAG_NAME", ""),
        pushed: &[("BRANCH_NAME", ""), ("GIT_BRANCH", "origin/")],
        ..BARE
    },
    Engine {
        of_request: ("DRONE_BUILD_EVENT", Some("pull_request")),
        branch: "DRONE_TARGET_BRANCH",
        source: "DRONE_SOURCE_BRANCH",
        tag: ("DRONE_TAG", ""),
        pushed: &[("DRONE_BRANCH", "")],
        ..BARE
    },
    // Woodpecker. Its variables of tag and branch are those of GitLab.
    Engine {
        of_request: ("CI_PIPELINE_EVENT", Some("pull_request")),
        branch: "CI_COMMIT_TARGET_BRANCH",
        source: "CI_COMMIT_SOURCE_BRANCH",
        ..BARE
    },
    Engine {
        of_request: ("TRAVIS_PULL_REQUEST", None),
        branch: "TRAVIS_BRANCH",
        source: "TRAVIS_PULL_REQUEST_BRANCH",
        tag: ("TRAVIS_TAG", ""),
        pushed: &[("TRAVIS_BRANCH", "")],
        ..BARE
    },
    Engine {
        of_request: ("APPVEYOR_PULL_REQUEST_NUMBER", None),
        branch: "APPVEYOR_REPO_BRANCH",
        source: "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH",
        tag: ("APPVEYOR_REPO_TAG_NAME", ""),
        pushed: &[("APPVEYOR_REPO_BRANCH", "")],
        ..BARE
    },
    Engine {
        of_request: ("CIRRUS_PR", None),
        branch: "CIRRUS_BASE_BRANCH",
        after: &["CIRRUS_BASE_SHA"],
        tag: ("CIRRUS_TAG", ""),
        pushed: &[("CIRRUS_BRANCH", "")],
        ..BARE
    },
];

/// The value of a variable. One that begins like an option is no name of anything, and must never reach git.
fn value<'a>(env: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let (_, value) = env.iter().find(|(key, _)| key == name)?;
    Some(value.as_str()).filter(|value| !value.is_empty() && !value.starts_with('-'))
}

impl Engine {
    /// Whether this environment is that of a job of a request.
    fn has_request(&self, env: &[(String, String)]) -> bool {
        let (name, wanted) = self.of_request;
        value(env, name).is_some_and(|value| match wanted {
            Some(wanted) => value.starts_with(wanted),
            None => value != "false",
        })
    }
}

impl JobRef {
    /// What the job of this environment runs for.
    pub fn of(env: &[(String, String)]) -> Self {
        // Some engines name the target of a request where they name the branch of a push.
        if let Some(engine) = ENGINES.iter().find(|engine| engine.has_request(env)) {
            return Self::branch(value(env, engine.source));
        }
        let named = |(name, begins): Named| value(env, name)?.strip_prefix(begins);
        // For a tag some engines repeat its name as that of the branch.
        if ENGINES.iter().any(|engine| named(engine.tag).is_some()) {
            return Self::Tag;
        }
        let mut pushed = ENGINES.iter().flat_map(|engine| engine.pushed);
        Self::branch(pushed.find_map(|variable| named(*variable)))
    }

    fn branch(name: Option<&str>) -> Self {
        let name = name.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name));
        match name.filter(|name| *name != "HEAD") {
            Some(name) => Self::Branch(name.to_owned()),
            None => Self::Unknown,
        }
    }
}

impl EventBase {
    /// The base of the event that this environment tells of; `None` where it tells of none.
    pub fn of(env: &[(String, String)]) -> Option<Self> {
        let get = |name: &str| value(env, name);
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
        for engine in ENGINES.iter().filter(|engine| engine.has_request(env)) {
            if let Some(branch) = get(engine.branch) {
                let after = engine.after.iter().map(|name| get(name));
                let after = after.chain([pull.filter(|_| engine.branch == "GITHUB_BASE_REF")]);
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

    fn owned(env: &[(&str, &str)]) -> Vec<(String, String)> {
        env.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn of(env: &[(&str, &str)]) -> Vec<String> {
        EventBase::of(&owned(env)).map_or(Vec::new(), |base| base.candidates)
    }

    fn job(env: &[(&str, &str)]) -> JobRef {
        JobRef::of(&owned(env))
    }

    #[test]
    fn a_request_is_of_the_branch_that_it_comes_from() {
        for engine in ENGINES {
            let (name, wanted) = engine.of_request;
            let request = (name, wanted.unwrap_or("7"));
            let target = (
                engine.branch,
                if name == engine.branch {
                    request.1
                } else {
                    "main"
                },
            );
            let push = engine
                .pushed
                .first()
                .map_or("CI_COMMIT_BRANCH", |one| one.0);
            if engine.source.is_empty() {
                assert_eq!(
                    job(&[request, target, (push, "main")]),
                    JobRef::Unknown,
                    "{name}"
                );
                continue;
            }
            let env = [
                request,
                target,
                (engine.source, "refs/heads/work"),
                (push, "main"),
            ];
            assert_eq!(job(&env), JobRef::Branch("work".to_owned()), "{name}");
            // A request whose source is not told is of no known branch, and never of its target.
            if push != engine.source {
                assert_eq!(
                    job(&[request, target, (push, "main")]),
                    JobRef::Unknown,
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn a_push_is_of_its_branch_and_a_tag_of_none() {
        for engine in ENGINES {
            for (name, begins) in engine.pushed {
                let push = (*name, &*format!("{begins}release/1"));
                let branch = JobRef::Branch("release/1".to_owned());
                assert_eq!(job(&[push]), branch, "{name}");
                let no_request = (engine.of_request.0, "false");
                assert_eq!(job(&[no_request, push]), branch, "{name}");
                assert_eq!(job(&[(*name, "HEAD")]), JobRef::Unknown, "{name}");
            }
            let (tag, begins) = engine.tag;
            if tag.is_empty() {
                continue;
            }
            let tagged = (tag, &*format!("{begins}v1"));
            assert_eq!(job(&[tagged]), JobRef::Tag, "{tag}");
            if engine.pushed[0].0 != tag {
                assert_eq!(
                    job(&[tagged, (engine.pushed[0].0, "v1")]),
                    JobRef::Tag,
                    "{tag}"
                );
            }
        }
        assert_eq!(job(&[("GITHUB_REF", "refs/pull/7/merge")]), JobRef::Unknown);
        assert_eq!(job(&[("GIT_BRANCH", "detached")]), JobRef::Unknown);
        assert_eq!(job(&[]), JobRef::Unknown);
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
