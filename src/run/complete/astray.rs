//! What decides a phase and is in no commit: a file of the policy or of people that git does not track, whether it is
//! ignored or reached through a link that leads out of the tree. Whoever checks the tree out later would not have it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::super::record::file_of;
use super::super::subject::Start;
use crate::config::{PEOPLE, Plan, WAIVERS};
use crate::ledger::{LEDGER, path_of};

/// Links that are followed on the way to one file.
const MOST_LINKS: usize = 40;

/// Each in words.
pub(super) fn astray(plan: &Plan, start: &Start) -> Vec<String> {
    let Some(close) = &start.close else {
        return Vec::new();
    };
    let tracked: HashSet<Cow<'_, str>> = close.tracked.paths().collect();
    let top = &start.repository.top;
    let root = std::fs::canonicalize(&plan.root).unwrap_or_else(|_| plan.root.clone());
    let deciding = deciding(plan).into_iter();
    let mut words: Vec<String> = deciding
        .filter(|path| root.join(path).symlink_metadata().is_ok())
        .filter_map(|path| {
            let why = not_in(top, &root, &path, &start.content.files, &tracked)?;
            Some(format!("`{path}` decides here, and {why}"))
        })
        .collect();
    words.extend(start.repository.own_conversions().into_iter().map(|line| {
        format!(
            "`info/attributes` of this clone (`{line}`) has git store other bytes than those that are here: what all \
             need belongs in .gitattributes"
        )
    }));
    words.extend(start.in_the_ledger().iter().map(|path| {
        format!("`{path}` is no record, and `{LEDGER}` is no part of the content: move it out")
    }));
    words
}

/// The files that decide, relative to the project, each once.
fn deciding(plan: &Plan) -> BTreeSet<String> {
    let own = file_of(plan);
    // That of a trusted revision is told from that of the head by a mark.
    let own = own.rsplit(':').next().unwrap_or(own).to_owned();
    let beside = [WAIVERS, PEOPLE].map(str::to_owned);
    let baselines = plan.gates.iter().map(|gate| path_of(&gate.id));
    let bases = plan.bases.iter().cloned();
    let all = std::iter::once(own).chain(bases).chain(beside);
    all.chain(baselines).collect()
}

/// Why what is read at a path is not what git tracks there. What differs from what is committed is told elsewhere.
fn not_in(
    top: &Path,
    root: &Path,
    path: &str,
    differs: &std::collections::BTreeMap<String, String>,
    tracked: &HashSet<Cow<'_, str>>,
) -> Option<String> {
    let Some(way) = way(top, root, Path::new(path)) else {
        return Some("a link on the way to it leads out of the tree".to_owned());
    };
    let lacks = |step: &&String| !tracked.contains(step.as_str()) && !differs.contains_key(*step);
    let missing = way.iter().find(lacks)?;
    Some(if way.last() == Some(missing) {
        "git does not track it".to_owned()
    } else {
        format!("git does not track `{missing}`, the link that leads to it")
    })
}

/// Every link on the way to a file, and the file last, from the top; `None` where the way leaves the tree.
fn way(top: &Path, root: &Path, path: &Path) -> Option<Vec<String>> {
    let mut ahead: Vec<OsString> = parts(path);
    ahead.reverse();
    let (mut here, mut way) = (root.to_path_buf(), Vec::new());
    while let Some(part) = ahead.pop() {
        let next = match Path::new(&part).components().next()? {
            Component::ParentDir => {
                here.pop();
                continue;
            }
            Component::Normal(name) => here.join(name),
            Component::CurDir => continue,
            root @ (Component::RootDir | Component::Prefix(_)) => {
                here = PathBuf::from(root.as_os_str());
                continue;
            }
        };
        let Ok(target) = std::fs::read_link(&next) else {
            here = next;
            continue;
        };
        way.push(from_top(top, &next)?);
        if way.len() > MOST_LINKS {
            return None;
        }
        ahead.extend(parts(&target).into_iter().rev());
    }
    way.push(from_top(top, &here)?);
    Some(way)
}

fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components();
    parts.map(|part| part.as_os_str().to_owned()).collect()
}

fn from_top(top: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(top).ok()?;
    Some(below.to_string_lossy().replace('\\', "/"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::way;
    use std::os::unix::fs::symlink;

    #[test]
    fn each_link_on_the_way_counts_and_none_may_leave_the_tree() {
        let folder = tempfile::TempDir::new().unwrap();
        let top = std::fs::canonicalize(folder.path()).unwrap().join("top");
        std::fs::create_dir_all(top.join("conf/in")).unwrap();
        std::fs::create_dir_all(top.join("../out")).unwrap();
        std::fs::write(top.join("conf/in/people"), "").unwrap();
        symlink("conf/in", top.join("near")).unwrap();
        symlink("near", top.join("nearer")).unwrap();
        symlink("../out", top.join("away")).unwrap();
        symlink("../top/conf", top.join("back")).unwrap();
        symlink("round", top.join("round")).unwrap();
        let of = |path: &str| way(&top, &top, path.as_ref()).map(|way| way.join(" "));
        assert_eq!(of("conf/in/people").as_deref(), Some("conf/in/people"));
        assert_eq!(
            of("nearer/people").as_deref(),
            Some("nearer near conf/in/people")
        );
        assert_eq!(of("back/in/people").as_deref(), Some("back conf/in/people"));
        assert_eq!(of("away/people"), None);
        assert_eq!(of("round"), None);
    }
}
