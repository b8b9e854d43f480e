//! The past of HEAD as phases ask for it: which content each commit had, and whose hands were on it since.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::{GitTrouble, Repository, tree};
use crate::exec::{Stop, query};
use crate::model::{Termination, hex};

/// An answer on so many trees may be large.
const LIMIT: usize = 512 << 20;

/// A commit, and the subject of its content: its tree without the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// The commit.
    pub commit: String,
    /// Its subject.
    pub subject: String,
}

/// Name and address, as git has them.
pub type Named = (String, String);

/// Whose hands were on something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hands {
    /// Authors, and those whom `Co-authored-by` names, each once, sorted.
    pub authors: Vec<Named>,
    /// Committers, each once, sorted.
    pub committers: Vec<Named>,
}

impl Repository {
    /// Commits of HEAD's history with their subjects for a project (its folder from the top, with a slash), children
    /// before parents, at most so many. Three git processes, and two for each folder that leads to the project.
    pub fn past(&self, most: usize, prefix: &str) -> Result<Vec<Past>, GitTrouble> {
        let count = format!("--max-count={most}");
        let asked = self.ask(&[
            "log",
            "--topo-order",
            "--no-show-signature",
            &count,
            "--format=%H %T",
            "HEAD",
        ]);
        let answer = match asked {
            Ok(answer) => answer,
            Err(_) if self.is_unborn() => return Ok(Vec::new()),
            Err(trouble) => return Err(trouble),
        };
        let text = String::from_utf8_lossy(&answer).into_owned();
        let commits: Vec<(&str, &str)> = text
            .lines()
            .filter_map(|line| line.split_once(' '))
            .collect();
        let subjects = self.subjects_of(commits.iter().map(|(_, tree)| *tree), prefix)?;
        let each = commits.into_iter().map(|(commit, tree)| Past {
            commit: commit.to_owned(),
            subject: subjects.get(tree).cloned().unwrap_or_default(),
        });
        Ok(each.collect())
    }

    /// The subject of each tree.
    fn subjects_of<'a>(
        &self,
        trees: impl Iterator<Item = &'a str>,
        prefix: &str,
    ) -> Result<BTreeMap<String, String>, GitTrouble> {
        let path: Vec<&str> = prefix.split('/').filter(|name| !name.is_empty()).collect();
        let roots = self.trees(&trees.map(str::to_owned).collect::<Vec<_>>())?;
        let mut known: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut level = roots.clone();
        for name in path.iter().map(Some).chain([None]) {
            let inner = |name: &str| -> Vec<String> {
                let each = level.iter();
                each.filter_map(|(id, body)| tree::child(body, id.len() / 2, name.as_bytes()))
                    .map(|id| hex(&id))
                    .collect()
            };
            known.extend(self.trees(&inner(".tollgate"))?);
            let Some(name) = name else { break };
            level = self.trees(&inner(name))?;
            known.extend(level.clone());
        }
        let get = |id: &str| known.get(id).cloned();
        let mut subjects = BTreeMap::new();
        for (id, body) in &roots {
            let subject = tree::less_ledger(body, &path, id.len() / 2, &get);
            let subject = subject.ok_or_else(|| {
                GitTrouble("`git cat-file` gave a tree that cannot be read".to_owned())
            })?;
            subjects.insert(id.clone(), subject);
        }
        Ok(subjects)
    }

    /// The bytes of tree objects by id. One git process; none where nothing is asked.
    fn trees(&self, ids: &[String]) -> Result<BTreeMap<String, Vec<u8>>, GitTrouble> {
        self.objects(ids, "tree")
    }

    /// The bytes of objects of a kind by id. One git process; none where nothing is asked.
    pub(super) fn objects(
        &self,
        ids: &[String],
        kind: &str,
    ) -> Result<BTreeMap<String, Vec<u8>>, GitTrouble> {
        let mut ids: Vec<&String> = ids.iter().collect();
        ids.sort();
        ids.dedup();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let trouble = |error: std::io::Error| GitTrouble(format!("asking `git cat-file`: {error}"));
        let mut list = tempfile::NamedTempFile::new().map_err(trouble)?;
        for id in &ids {
            writeln!(list, "{id}").map_err(trouble)?;
        }
        list.flush().map_err(trouble)?;
        let mut command = self.command(&["cat-file", "--batch"]);
        command.input = Some(list.path().to_owned());
        let answer = query(&command, LIMIT, &Stop::new());
        if answer.how != Termination::Exit(0) || answer.cut {
            return Err(GitTrouble(format!("`git cat-file`: {}", answer.how)));
        }
        objects(&answer.stdout, kind)
            .ok_or_else(|| GitTrouble("`git cat-file` gave what cannot be read".to_owned()))
    }

    /// Whose hands were on the content since a commit, or ever. What only touched the ledger does not count: a record
    /// is about the content and no part of it.
    pub fn hands_since(&self, start: Option<&str>, prefix: &str) -> Result<Hands, GitTrouble> {
        let range = start.map_or_else(|| "HEAD".to_owned(), |start| format!("{start}..HEAD"));
        let ledgers = tree::levels(prefix).into_iter();
        let left_out: Vec<String> = ledgers
            .map(|level| format!(":(top,exclude,literal){level}.tollgate/ledger"))
            .collect();
        let mut arguments = vec![
            "log",
            "-z",
            "--full-history",
            "--no-show-signature",
            "--format=%an%x1f%ae%x1f%cn%x1f%ce%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1f)",
            &range,
            "--",
            ":(top)",
        ];
        arguments.extend(left_out.iter().map(String::as_str));
        match self.ask(&arguments) {
            Ok(answer) => Ok(hands(&String::from_utf8_lossy(&answer))),
            Err(_) if self.is_unborn() => Ok(Hands::default()),
            Err(trouble) => Err(trouble),
        }
    }
}

/// `<id> <kind> <size>\n<bytes>\n`, again and again.
fn objects(mut answer: &[u8], wanted: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    while !answer.is_empty() {
        let end = answer.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(&answer[..end]).ok()?;
        answer = &answer[end + 1..];
        let mut words = head.split(' ');
        let (id, kind) = (words.next()?, words.next()?);
        if kind != wanted {
            return None;
        }
        let size: usize = words.next()?.parse().ok()?;
        found.insert(id.to_owned(), answer.get(..size)?.to_vec());
        answer = answer.get(size + 1..)?;
    }
    Some(found)
}

fn hands(log: &str) -> Hands {
    let mut hands = Hands::default();
    for commit in log.split('\0').filter(|commit| !commit.is_empty()) {
        let mut parts = commit.split('\x1f').map(str::trim);
        let mut pair = || {
            let name = parts.next()?.to_owned();
            Some((name, parts.next()?.to_owned()))
        };
        hands.authors.extend(pair());
        hands.committers.extend(pair());
        hands.authors.extend(parts.filter_map(person));
    }
    for list in [&mut hands.authors, &mut hands.committers] {
        list.sort();
        list.dedup();
    }
    hands
}

/// `Name <address>`.
fn person(text: &str) -> Option<Named> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(match text.split_once('<') {
        Some((name, rest)) => {
            let address = rest.split('>').next().unwrap_or("");
            (name.trim().to_owned(), address.trim().to_owned())
        }
        None => (text.to_owned(), String::new()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn co_authors_are_authors() {
        let log = "Ada\x1fada@x\x1fBo\x1fbo@x\x1fCy <cy@x>\x1fDee <dee@x>\0Ada\x1fada@x\x1fAda\x1fada@x\x1f\0";
        let hands = hands(log);
        let names: Vec<&str> = hands
            .authors
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["Ada", "Cy", "Dee"]);
        assert_eq!(hands.committers.len(), 2);
    }

    #[test]
    fn cut_answers_are_no_trees() {
        assert!(objects(b"abc tree 4\nabcd\n", "tree").is_some());
        for cut in [
            "abc tree 9\nabcd\n",
            "abc missing\n",
            "abc blob 1\nx\n",
            "abc tree 4",
        ] {
            assert!(objects(cut.as_bytes(), "tree").is_none(), "{cut}");
        }
    }
}
