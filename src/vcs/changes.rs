//! The lines that the work tree holds and its base does not (RULES 6): committed, staged, unstaged and untracked.
//!
//! One comparison of the base with the work tree, so that numbers are those of the files that the gates saw. What
//! git cannot tell is trouble, never "nothing changed". Submodules are not looked into.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::patch::{Found, Marks, PatchReader};
use super::{Base, GitTrouble, Repository, State};
use crate::model::ChangedFile;

/// Every option that could be set otherwise in somebody's configuration is given, so that equal trees have equal
/// changes. `--text`: an attribute such as `*.py -diff` must not hide a file.
const DIFF: &[&str] = &[
    "diff-index",
    "-p",
    "-U0",
    "-M50%",
    "-l1000",
    "--text",
    "--inter-hunk-context=0",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--ignore-submodules=all",
];

impl Repository {
    /// Changed lines by path from the top of the work tree. `marks` says which lines carry a mark that is counted.
    pub fn changed_lines(
        &self,
        base: &Base,
        state: &State,
        marks: Marks<'_>,
    ) -> Result<BTreeMap<String, ChangedFile>, GitTrouble> {
        let commit = match base {
            Base::Commit(commit) => commit.as_str(),
            Base::Head => "HEAD",
        };
        let mut reader = PatchReader::new(marks);
        let mut arguments = DIFF.to_vec();
        arguments.extend([commit, "--"]);
        self.listen(&arguments, &mut |piece| reader.push(piece))?;
        let mut found = reader.finish()?;
        for change in state.changes.iter().filter(|change| change.untracked) {
            whole(
                &self.top.join(&change.file),
                &change.path,
                marks,
                &mut found,
            )?;
        }
        Ok(found.settle())
    }
}

/// Adds every line of a file that git does not know. One that went away meanwhile, and what is no plain file, has
/// none.
fn whole(file: &Path, path: &str, marks: Marks<'_>, found: &mut Found) -> Result<(), GitTrouble> {
    if !file.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
        return Ok(());
    }
    let unreadable =
        |error: std::io::Error| GitTrouble(format!("`{path}` cannot be read: {error}"));
    let mut input = BufReader::new(File::open(file).map_err(unreadable)?);
    let (mut lines, mut marked, mut line) = (0u32, Vec::new(), Vec::new());
    loop {
        line.clear();
        // A line is as long as somebody made it: no more than this of it is kept.
        let got = Read::take(&mut input, 64 << 10)
            .read_until(b'\n', &mut line)
            .map_err(unreadable)?;
        if got == 0 {
            break;
        }
        lines = lines.saturating_add(1);
        if marks(&line) {
            marked.push((lines, line.trim_ascii().to_vec()));
        }
        if line.last() != Some(&b'\n') {
            input.skip_until(b'\n').map_err(unreadable)?;
        }
    }
    found.add_whole(path.to_owned(), lines, marked);
    Ok(())
}
