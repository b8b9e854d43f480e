//! Folders that tools fill and git ignores, and whether one of another work tree may stand in: only when the lock file
//! says that it holds the same, and nothing in it leads back to the code that lies beside it.

use std::fs;
use std::path::{Path, PathBuf};

use super::beside::Between;

/// A folder that tools fill.
struct Known {
    name: &'static str,
    /// Files that say what is in it, beside it or above.
    locks: &'static [&'static str],
    /// What is built from the code of one tree is no stand-in for another's.
    built: bool,
}

const KNOWN: &[Known] = &[
    Known {
        name: "node_modules",
        locks: &[
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "bun.lockb",
        ],
        built: false,
    },
    Known {
        name: ".venv",
        locks: &[
            "uv.lock",
            "poetry.lock",
            "pdm.lock",
            "Pipfile.lock",
            "pylock.toml",
            "requirements.txt",
        ],
        built: false,
    },
    Known {
        name: "vendor",
        locks: &["composer.lock", "Gemfile.lock", "go.sum"],
        built: false,
    },
    Known {
        name: "target",
        locks: &["Cargo.lock"],
        built: true,
    },
];

/// Entries that are looked at in one folder.
const MOST_ENTRIES: usize = 20_000;
/// Larger files of paths are not what they are taken for.
const MOST_BYTES: u64 = 1 << 20;

/// Whether a folder may be linked.
pub(super) enum Fits {
    /// It is none that is known.
    Unknown,
    Yes,
    /// Why not.
    No(String),
}

/// Whether the folder at this path, which git ignores, fits the new tree.
pub(super) fn fits(between: Between<'_>, path: &str) -> Fits {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
        return Fits::Unknown;
    };
    if !between.from.join(path).is_dir() {
        return Fits::Unknown;
    }
    if known.built {
        return Fits::No("it is built from the code of your work tree, and builds of several revisions in one folder replace each other".to_owned());
    }
    match same_locks(between, path, known.locks) {
        Err(why) => Fits::No(why),
        Ok(()) => match leads_back(&between.from.join(path), between.from) {
            Some(back) => Fits::No(format!("{back}, so the gates would judge that code")),
            None => Fits::Yes,
        },
    }
}

/// The lock files nearest to the folder must say the same in both trees.
fn same_locks(between: Between<'_>, path: &str, locks: &[&str]) -> Result<(), String> {
    let beside = Path::new(path).parent().unwrap_or(Path::new(""));
    for folder in beside.ancestors() {
        let names = locks.iter().map(|name| folder.join(name));
        let here = |path: &Path| between.from.join(path).exists() || between.to.join(path).exists();
        let found: Vec<PathBuf> = names.filter(|path| here(path)).collect();
        if found.is_empty() {
            continue;
        }
        return match found.iter().find(|path| !is_same(between, path)) {
            None => Ok(()),
            Some(path) => Err(format!("`{}` differs there", path.display())),
        };
    }
    Err("no lock file says that it would fit".to_owned())
}

fn is_same(between: Between<'_>, path: &Path) -> bool {
    let read = |root: &Path| fs::read(root.join(path)).ok();
    read(between.from).is_some() && read(between.from) == read(between.to)
}

/// Where a folder leads back to the tree that it lies in, in words: through such a place a tool would find the code of
/// that tree instead of the code that is judged.
pub(super) fn leads_back(folder: &Path, root: &Path) -> Option<String> {
    if folder.join("composer").join("autoload_real.php").exists() {
        return Some(format!(
            "its loader `{}` finds the code by its own place",
            shown(&folder.join("autoload.php"), root)
        ));
    }
    // It may be a link itself, to the folder of a third tree: that one's code is not what is judged either.
    let real = fs::canonicalize(folder).ok();
    let beside = real.as_deref().and_then(Path::parent);
    let third = || leads_to(folder, beside.filter(|beside| !beside.starts_with(root))?);
    leads_to(folder, root).or_else(third)
}

/// Where a folder, or a copy of it, leads out of itself into a tree.
pub(super) fn leads_to(folder: &Path, root: &Path) -> Option<String> {
    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    let out = |path: &Path| {
        let target = fs::canonicalize(path).ok()?;
        (target.starts_with(&root) && !target.starts_with(&real)).then(|| {
            format!(
                "`{}` leads to `{}`",
                shown(path, &root),
                shown(&target, &root)
            )
        })
    };
    linked(folder, 2)
        .iter()
        .find_map(|path| out(path))
        .or_else(|| {
            let text = root.to_string_lossy().into_owned();
            installed(folder)
                .into_iter()
                .find(|path| names(path, &text))
                .map(|path| format!("`{}` leads to the project itself", shown(&path, &root)))
        })
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Links in a folder, and in the folders in it: workspaces of npm and paths of composer.
fn linked(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in sorted(folder) {
        let Ok(meta) = fs::symlink_metadata(&entry) else {
            continue;
        };
        if meta.is_symlink() {
            found.push(entry);
        } else if meta.is_dir() && depth > 1 {
            found.extend(linked(&entry, depth - 1));
        }
    }
    found
}

/// Files by which Python finds what is installed in place.
fn installed(folder: &Path) -> Vec<PathBuf> {
    let packages = sorted(&folder.join("lib"))
        .into_iter()
        .map(|python| python.join("site-packages"));
    let files = packages.flat_map(|packages| sorted(&packages));
    files
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".pth")
                || name.ends_with(".egg-link")
                || name.starts_with("__editable__")
        })
        .collect()
}

fn names(path: &Path, root: &str) -> bool {
    let small = fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= MOST_BYTES);
    small
        && fs::read(path).is_ok_and(|bytes| memchr::memmem::find(&bytes, root.as_bytes()).is_some())
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .take(MOST_ENTRIES)
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn trees(files: &[&str]) -> (tempfile::TempDir, PathBuf, PathBuf) {
        let base = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(base.path()).unwrap();
        let (from, to) = (real.join("from"), real.join("to"));
        fs::create_dir_all(&to).unwrap();
        for file in files {
            let file = from.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "x").unwrap();
        }
        (base, from, to)
    }

    fn why(from: &Path, to: &Path, path: &str) -> String {
        match fits(Between { from, to }, path) {
            Fits::Yes => String::new(),
            Fits::Unknown => "unknown".to_owned(),
            Fits::No(why) => why,
        }
    }

    #[test]
    fn a_folder_fits_by_its_lock_file_alone() {
        let (_base, from, to) = trees(&["a/node_modules/x/index.js", "yarn.lock", "cache/x"]);
        assert!(why(&from, &to, "a/node_modules").contains("`yarn.lock` differs"));
        fs::write(to.join("yarn.lock"), "x").unwrap();
        assert_eq!(why(&from, &to, "a/node_modules"), "");
        fs::write(to.join("yarn.lock"), "y").unwrap();
        assert!(why(&from, &to, "a/node_modules").contains("`yarn.lock` differs"));
        fs::remove_file(from.join("yarn.lock")).unwrap();
        fs::remove_file(to.join("yarn.lock")).unwrap();
        assert!(why(&from, &to, "a/node_modules").contains("no lock file"));
        assert_eq!(why(&from, &to, "cache"), "unknown");
    }

    #[test]
    fn what_leads_back_to_the_other_tree_does_not_fit() {
        let (_base, from, to) = trees(&[
            "node_modules/.pnpm/x",
            "packages/a/index.js",
            "package-lock.json",
            ".venv/lib/python3.12/site-packages/_app.pth",
            "uv.lock",
            "vendor/composer/autoload_real.php",
            "composer.lock",
            "target/debug/app",
            "Cargo.lock",
        ]);
        for lock in [
            "package-lock.json",
            "uv.lock",
            "composer.lock",
            "Cargo.lock",
        ] {
            fs::write(to.join(lock), "x").unwrap();
        }
        symlink(".pnpm/x", from.join("node_modules/x")).unwrap();
        assert_eq!(why(&from, &to, "node_modules"), "");
        fs::create_dir(from.join("node_modules/@scope")).unwrap();
        symlink("../../packages/a", from.join("node_modules/@scope/a")).unwrap();
        assert!(why(&from, &to, "node_modules").contains("leads to `packages/a`"));
        assert_eq!(why(&from, &to, ".venv"), "");
        let editable = from.join(".venv/lib/python3.12/site-packages/_app.pth");
        fs::write(editable, from.join("src").to_str().unwrap()).unwrap();
        assert!(why(&from, &to, ".venv").contains("leads to the project itself"));
        assert!(why(&from, &to, "vendor").contains("by its own place"));
        assert!(why(&from, &to, "target").contains("built"));
    }

    #[test]
    fn a_link_to_the_folder_of_a_third_tree_leads_there() {
        let (_base, from, to) = trees(&["yarn.lock"]);
        let third = from.with_file_name("third");
        fs::create_dir_all(third.join("packages/a")).unwrap();
        fs::create_dir_all(third.join("node_modules")).unwrap();
        fs::write(to.join("yarn.lock"), "x").unwrap();
        symlink(third.join("node_modules"), from.join("node_modules")).unwrap();
        assert_eq!(why(&from, &to, "node_modules"), "");
        symlink("../packages/a", third.join("node_modules/a")).unwrap();
        assert!(why(&from, &to, "node_modules").contains("leads to `packages/a`"));
    }
}
