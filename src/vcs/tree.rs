//! The id of the tree that a commit would have without `.tollgate/ledger/`.
//!
//! Git hashes a tree object from its sorted entries (gitformat-pack, "tree objects"), so the id of a tree
//! with one folder left out can be computed from two listings, without writing an object.

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

    /// Git sorts a folder as if its name ended with a slash.
    fn key(&self) -> Vec<u8> {
        let mut key = self.name.clone();
        if self.is_tree() {
            key.push(b'/');
        }
        key
    }
}

/// The tree id, from `git ls-tree -z --full-tree HEAD -- . .tollgate/`: the entries of the root, and those
/// of `.tollgate` in place of itself.
pub(super) fn without_ledger(listing: &[u8]) -> Result<String, GitTrouble> {
    let mut root = Vec::new();
    let mut own = Vec::new();
    for line in listing
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
    {
        let entry = entry(line).ok_or_else(|| {
            GitTrouble("`git ls-tree` gave a line that cannot be read".to_owned())
        })?;
        match entry.name.strip_prefix(b".tollgate/") {
            Some(b"ledger") => {}
            Some(name) => own.push(Entry {
                name: name.to_vec(),
                ..entry.clone()
            }),
            None => root.push(entry),
        }
    }
    if !own.is_empty() {
        root.push(Entry {
            mode: "40000".to_owned(),
            name: b".tollgate".to_vec(),
            id: hash(own),
        });
    }
    Ok(hex(&hash(root)))
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

/// The tree id without the ledger, from the bytes of the tree object and of its `.tollgate`.
pub(super) fn less_ledger(body: &[u8], own: Option<&[u8]>, id_bytes: usize) -> Option<String> {
    let mut root = object(body, id_bytes)?;
    if let Some(own) = own {
        let mut own = object(own, id_bytes)?;
        own.retain(|entry| entry.name != b"ledger");
        root.retain(|entry| entry.name != b".tollgate");
        if !own.is_empty() {
            root.push(Entry {
                mode: "40000".to_owned(),
                name: b".tollgate".to_vec(),
                id: hash(own),
            });
        }
    }
    Some(hex(&hash(root)))
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
    use super::without_ledger;

    #[test]
    fn empty_tree_has_the_id_that_git_gives_it() {
        assert_eq!(
            without_ledger(b"").ok().as_deref(),
            Some("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
        );
    }
}
