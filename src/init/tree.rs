//! The files of a project, as far as they tell what it is made of: no ignored file, nothing installed or built.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// Folders whose files are made by tools or by other people.
const FOREIGN: &[&str] = &[
    "node_modules",
    "bower_components",
    "vendor",
    "third_party",
    "target",
    "build",
    "dist",
    "out",
    "coverage",
    "reports",
    "venv",
    "env",
    "site-packages",
    "__pycache__",
];
/// Folders whose projects are material of tests and documentation, not part of this project.
const MATERIAL: &[&str] = &[
    "test",
    "tests",
    "spec",
    "fixtures",
    "fixture",
    "testdata",
    "test-data",
    "examples",
    "example",
    "samples",
    "templates",
    "template",
    "docs",
    "doc",
    "fuzz",
    "benches",
    "benchmarks",
];
const MOST_FILES: usize = 50_000;
const MOST_DEPTH: usize = 12;
/// A project of its own does not lie deeper than this.
const PROJECT_DEPTH: usize = 3;
const MOST_BYTES: u64 = 512 << 10;

/// The files of a project.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    files: Vec<String>,
}

impl Tree {
    /// Lists the files below a folder. What cannot be read is not there.
    pub fn read(root: &Path) -> Self {
        let mut files: Vec<String> = WalkBuilder::new(root)
            .max_depth(Some(MOST_DEPTH))
            .require_git(false)
            .parents(false)
            .git_global(false)
            .git_exclude(false)
            .filter_entry(|entry| {
                let foreign = entry
                    .file_name()
                    .to_str()
                    .is_some_and(|name| FOREIGN.contains(&name));
                entry.depth() == 0
                    || !foreign
                    || !entry.file_type().is_some_and(|kind| kind.is_dir())
            })
            .build()
            .flatten()
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(root).ok()?.to_str()?;
                Some(path.replace('\\', "/"))
            })
            .take(MOST_FILES)
            .collect();
        files.sort();
        Self {
            root: root.to_path_buf(),
            files,
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every file, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Whether a path is there on disk, ignored or not.
    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// The beginning of a file as text; nothing if it cannot be read.
    pub fn text(&self, path: &str) -> Option<String> {
        let file = fs::File::open(self.root.join(path)).ok()?;
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
    }

    /// Files of that name that may head a project of their own, outer ones first.
    pub fn manifests(&self, names: &[&str]) -> Vec<&str> {
        let mut found: Vec<&str> = self
            .files()
            .filter(|path| names.contains(&name_of(path)))
            .filter(|path| path.matches('/').count() <= PROJECT_DEPTH)
            .filter(|path| {
                !path
                    .split('/')
                    .rev()
                    .skip(1)
                    .any(|part| MATERIAL.contains(&part))
            })
            .collect();
        found.sort_by_key(|path| {
            let rank = names.iter().position(|name| *name == name_of(path));
            (path.matches('/').count(), folder_of(path), rank)
        });
        found
    }
}

/// The name of a file without its folders.
pub fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a file; empty for the top.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path below a folder that may be the top.
pub fn join(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, path) => format!("{folder}/{path}"),
    }
}

/// The pattern of reports that matches exactly this path below a folder whose name may hold anything.
pub fn pattern(folder: &str, path: &str) -> String {
    let mut literal = String::with_capacity(folder.len());
    for c in folder.chars() {
        if matches!(c, '*' | '?' | '[' | '{' | '}') {
            literal.extend(['[', c, ']']);
        } else {
            literal.push(c);
        }
    }
    join(&literal, path)
}

/// Whether a path lies below a folder that may be the top.
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::testing::folder;

    #[test]
    fn ignored_and_installed_files_are_not_part_of_a_project() {
        let folder = folder(&[
            (".gitignore", "secret/\n"),
            ("a.py", ""),
            ("secret/b.py", ""),
            ("node_modules/x/c.py", ""),
            ("src/build.rs", ""),
        ]);
        let tree = Tree::read(folder.path());
        assert_eq!(tree.files().collect::<Vec<_>>(), ["a.py", "src/build.rs"]);
        assert!(tree.has("secret/b.py"));
    }

    #[test]
    fn manifests_of_fixtures_and_deep_ones_head_no_project() {
        let folder = folder(&[
            ("web/package.json", ""),
            ("tests/fixtures/a/package.json", ""),
            ("a/b/c/d/package.json", ""),
            ("package.json", ""),
        ]);
        let tree = Tree::read(folder.path());
        assert_eq!(
            tree.manifests(&["package.json"]),
            ["package.json", "web/package.json"]
        );
    }

    #[test]
    fn the_top_folder_may_have_any_name() {
        let outer = folder(&[("build/Cargo.toml", "")]);
        let tree = Tree::read(&outer.path().join("build"));
        assert_eq!(tree.files().count(), 1);
    }
}
