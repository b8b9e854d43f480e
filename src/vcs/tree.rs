//! The id of the tree that a commit would have without the `.tollgate/ledger/` of a project and of the folders around it.
//!
//! Git hashes a tree object from its sorted entries (gitformat-pack, "tree objects"), so the id of a tree
//! with one folder left out can be computed from two listings, without writing an object.

use std::collections::BTreeMap;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::GitTrouble;
use crate::model::hex;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    mode: String,
    name: Vec<u8>,
    id: Vec<u8>,
}

impl Entry {
    fn is_tree(&self) -> bool {
        self.mode == "40000"
    }

    fn folder(name: &[u8], id: Vec<u8>) -> Self {
        Self {
            mode: "40000".to_owned(),
            name: name.to_vec(),
            id,
        }
    }

    /// The folder that it is listed in, with its slash, and itself under its own name.
    fn placed(mut self) -> (Vec<u8>, Self) {
        let slash = self.name.iter().rposition(|byte| *byte == b'/');
        let folder = self.name.drain(..slash.map_or(0, |at| at + 1)).collect();
        (folder, self)
    }

    /// Git sorts a folder as if its name ended with a slash.
    fn key(&self) -> Vec<u8> {
        let mut key = self.name.clone();
        if self.is_tree() {
            key.push(b'/');
        }
        key
    }
}

/// Name of the folder of a project in which the ledger lies.
const OWN: &str = ".tollgate";
/// Name of the ledger in it.
const LEDGER: &[u8] = b"ledger";

/// The folders in which a ledger may lie that is no part of the content: that of a project (from the top, ending with a
/// slash; empty at the top) and each around it, the top first.
pub(super) fn levels(prefix: &str) -> Vec<&str> {
    let ends = prefix.match_indices('/').map(|(at, _)| &prefix[..=at]);
    std::iter::once("").chain(ends).collect()
}

/// What git is asked to list for [`without_ledger`]: each level and its own folder, in place of themselves.
pub(super) fn listed(prefix: &str) -> Vec<String> {
    let each = levels(prefix).into_iter();
    each.flat_map(|level| [level.to_owned(), format!("{level}{OWN}/")])
        .map(|path| {
            if path.is_empty() {
                ".".to_owned()
            } else {
                path
            }
        })
        .collect()
}

/// The tree id, from `git ls-tree -z --full-tree HEAD -- …` with the paths of [`listed`].
pub(super) fn without_ledger(listing: &[u8], prefix: &str) -> Result<String, GitTrouble> {
    let mut folders: BTreeMap<Vec<u8>, Vec<Entry>> = BTreeMap::new();
    for line in listing
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
    {
        let entry = entry(line).ok_or_else(|| {
            GitTrouble("`git ls-tree` gave a line that cannot be read".to_owned())
        })?;
        let (folder, entry) = entry.placed();
        folders.entry(folder).or_default().push(entry);
    }
    let mut inner: Option<(Vec<u8>, Vec<u8>)> = None;
    let levels = levels(prefix);
    for level in levels.iter().rev() {
        let mut entries = folders.remove(level.as_bytes()).unwrap_or_default();
        let own = format!("{level}{OWN}/");
        let mut kept = folders.remove(own.as_bytes()).unwrap_or_default();
        kept.retain(|entry| entry.name != LEDGER);
        put(&mut entries, OWN.as_bytes(), kept);
        if let Some((name, id)) = inner.take() {
            entries.push(Entry::folder(&name, id));
        }
        let name = level.trim_end_matches('/').rsplit('/').next();
        let name = name.unwrap_or_default().as_bytes().to_vec();
        if level.is_empty() {
            return Ok(hex(&hash(entries)));
        }
        inner = (!entries.is_empty()).then(|| (name, hash(entries)));
    }
    Ok(hex(&hash(Vec::new())))
}

/// Puts a folder with these entries among others. Git knows no empty folder.
fn put(entries: &mut Vec<Entry>, name: &[u8], inside: Vec<Entry>) {
    if !inside.is_empty() {
        entries.push(Entry::folder(name, hash(inside)));
    }
}

fn entry(line: &[u8]) -> Option<Entry> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let head = std::str::from_utf8(&line[..tab]).ok()?;
    let mut words = head.split(' ');
    let mode = words.next()?.trim_start_matches('0').to_owned();
    let id = words.nth(1)?;
    let id = (0..id.len() / 2)
        .map(|i| u8::from_str_radix(&id[2 * i..2 * i + 2], 16).ok())
        .collect::<Option<Vec<u8>>>()?;
    Some(Entry {
        mode,
        name: line[tab + 1..].to_vec(),
        id,
    })
}

/// The id of a child folder, from the bytes of a tree object whose ids have so many bytes.
pub(super) fn child(body: &[u8], id_bytes: usize, name: &[u8]) -> Option<Vec<u8>> {
    let found = object(body, id_bytes)?.into_iter();
    let mut found = found.filter(|entry| entry.is_tree() && entry.name == name);
    found.next().map(|entry| entry.id)
}

/// The tree id without the ledgers, from the bytes of the tree object; `path` are the folders that lead to the project.
/// `get` gives the bytes of a tree by id: those of the folders of `path`, and of each their own.
pub(super) fn less_ledger(
    body: &[u8],
    path: &[&str],
    id_bytes: usize,
    get: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Option<String> {
    Some(hex(&hash(less(body, path, id_bytes, get)?)))
}

fn less(
    body: &[u8],
    path: &[&str],
    id_bytes: usize,
    get: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Option<Vec<Entry>> {
    let mut entries = object(body, id_bytes)?;
    let mut take = |name: &str| {
        let wanted = |one: &Entry| one.is_tree() && one.name == name.as_bytes();
        let at = entries.iter().position(wanted)?;
        let id = hex(&entries.swap_remove(at).id);
        Some(get(&id))
    };
    let own = match take(OWN) {
        None => Vec::new(),
        Some(body) => {
            let mut own = object(&body?, id_bytes)?;
            own.retain(|entry| entry.name != LEDGER);
            own
        }
    };
    let (inner, name) = match path.split_first() {
        None => (Vec::new(), ""),
        Some((name, rest)) => match take(name) {
            None => (Vec::new(), ""),
            Some(body) => (less(&body?, rest, id_bytes, get)?, *name),
        },
    };
    put(&mut entries, OWN.as_bytes(), own);
    put(&mut entries, name.as_bytes(), inner);
    Some(entries)
}

/// The entries of a tree object: mode, blank, name, NUL, the bytes of the id.
fn object(mut body: &[u8], id_bytes: usize) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    while !body.is_empty() {
        let nul = body.iter().position(|byte| *byte == 0)?;
        let blank = body[..nul].iter().position(|byte| *byte == b' ')?;
        let id = body.get(nul + 1..nul + 1 + id_bytes)?;
        entries.push(Entry {
            mode: String::from_utf8_lossy(&body[..blank]).into_owned(),
            name: body[blank + 1..nul].to_vec(),
            id: id.to_vec(),
        });
        body = &body[nul + 1 + id_bytes..];
    }
    Some(entries)
}

fn hash(mut entries: Vec<Entry>) -> Vec<u8> {
    entries.sort_by_key(Entry::key);
    let mut body = Vec::new();
    for entry in &entries {
        body.extend_from_slice(entry.mode.as_bytes());
        body.push(b' ');
        body.extend_from_slice(&entry.name);
        body.push(0);
        body.extend_from_slice(&entry.id);
    }
    let head = format!("tree {}\0", body.len());
    // A repository has one kind of id: 20 bytes of SHA-1 or 32 of SHA-256.
    if entries.first().is_some_and(|entry| entry.id.len() == 32) {
        Sha256::new()
            .chain_update(head)
            .chain_update(&body)
            .finalize()
            .to_vec()
    } else {
        Sha1::new()
            .chain_update(head)
            .chain_update(&body)
            .finalize()
            .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::{levels, listed, without_ledger};

    #[test]
    fn empty_tree_has_the_id_that_git_gives_it() {
        assert_eq!(
            without_ledger(b"", "a/b/").ok().as_deref(),
            Some("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
        );
    }

    #[test]
    fn levels_lead_from_the_top_to_the_project() {
        assert_eq!(levels(""), [""]);
        assert_eq!(levels("a/b/"), ["", "a/", "a/b/"]);
        assert_eq!(listed(""), [".", ".tollgate/"]);
        assert_eq!(listed("a/"), [".", ".tollgate/", "a/", "a/.tollgate/"]);
    }
}
