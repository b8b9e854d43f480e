//! An entry of `extends:`: a file of the project, or one of another revision, pinned by the digest of its bytes.
//!
//! What comes from a revision must carry its digest: a branch moves, and with it the policy would.

use serde_json::{Value as Json, json};

use crate::problem::{Code, Fields, Problem, Problems, Shape, Text, options};
use crate::source::{At, Located, Node, Value};

options! {
    /// A file that is extended, pinned.
    pub struct BaseMap {
        /// Path of the file: beside the file that extends it, or from the top of the project in a revision.
        path("path"): Text,
        /// Revision that the file is read from.
        git("git"): Text,
        /// SHA-256 of the bytes of the file.
        sha256("sha256"): Text,
    }
}

/// A file that is extended.
#[derive(Clone, Debug)]
pub struct Base {
    /// Where it is written.
    pub at: At,
    /// Path as written.
    pub path: String,
    /// Revision that it is read from.
    pub git: Option<String>,
    /// Digest that its bytes must have.
    pub sha256: Option<String>,
}

const HELP: &str =
    "write `{ git: v1.2, path: policy/base.yaml, sha256: … }` or `policy/base.yaml@v1.2#sha256=…`";

impl Shape for Base {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let written = if let Value::Map(_) = &node.value {
            let mut fields = Fields::of(node, problems)?;
            let map = BaseMap::take(&mut fields, problems);
            fields.rest(problems);
            map
        } else {
            spelt(&<Text as Shape>::read(node, problems)?)
        };
        let Some(path) = written.path else {
            problems.push(
                Problem::new(
                    Code::MISSING_KEY,
                    &node.at,
                    "a file that is extended needs its `path`",
                )
                .help(HELP),
            );
            return None;
        };
        if written.git.is_some() && written.sha256.is_none() {
            problems.push(
                Problem::new(
                    Code::MISSING_KEY,
                    &node.at,
                    "a file of a revision needs its digest",
                )
                .label("not pinned")
                .help(HELP),
            );
            return None;
        }
        let plain = |text: Text| text.value.trim().to_owned();
        let sha256 = written
            .sha256
            .map(|text| text.map(|digest| digest.trim().to_ascii_lowercase()));
        if let Some(digest) = &sha256
            && (digest.value.len() != 64 || !digest.value.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            problems.push(
                Problem::new(
                    Code::WRONG_VALUE,
                    &digest.at,
                    "a digest has 64 hexadecimal digits",
                )
                .help("`sha256sum FILE` prints it"),
            );
            return None;
        }
        Some(Self {
            at: node.at.clone(),
            path: plain(path),
            git: written.git.map(plain),
            sha256: sha256.map(|digest| digest.value),
        })
    }

    fn schema() -> Json {
        json!({ "anyOf": [Text::schema(), BaseMap::schema()] })
    }
}

/// `path`, `path@ref#sha256=…` and `path#sha256=…` as a mapping. Without a digest an `@` is part of the path, unless
/// there can be no doubt that a revision is meant.
fn spelt(text: &Text) -> BaseMap {
    let at = &text.at;
    let part = |value: &str| Some(Located::new(value.trim().to_owned(), at.clone()));
    let (place, sha256) = match text.value.split_once("#sha256=") {
        Some((place, digest)) => (place, part(digest)),
        None => (text.value.as_str(), None),
    };
    let (path, git) = match place.rsplit_once('@') {
        Some((path, git))
            if sha256.is_some() || path.ends_with(".yaml") || path.ends_with(".yml") =>
        {
            (part(path), part(git))
        }
        _ => (part(place), None),
    };
    BaseMap {
        at: at.clone(),
        path,
        git,
        sha256,
    }
}
