//! Which changed files a coverage report should know: those like the files that it does know.
//!
//! A report cannot name what it never saw, and that is how new code without any test stays out of sight. Kinds of
//! files are told by their endings; tests, declarations, and changes that hold blanks and comments only are left
//! out, because tools leave them out too.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::model::ChangedFile;

/// Endings that one tool measures together.
const KINDS: &[&[&str]] = &[
    &[
        "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte",
    ],
    &["c", "cc", "cpp", "cxx", "m", "mm"],
    &["kt", "java", "scala", "groovy"],
    &["cs", "vb", "fs"],
    &["ex", "exs"],
];
/// Files that declare and run nothing.
const DECLARE: &[&str] = &[
    ".d.ts", ".d.mts", ".d.cts", ".pyi", ".h", ".hh", ".hpp", ".hxx",
];
/// Folders of tests, and what test files are called.
const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "spec",
    "specs",
    "__tests__",
    "__mocks__",
    "testing",
    "testdata",
    "fixtures",
    "e2e",
    "benches",
    "examples",
];
/// Larger files are code without a look.
const READ: u64 = 16 << 20;

/// The files that reports know, by kind.
pub(super) struct Sources {
    kinds: BTreeSet<String>,
    /// Kind, and a folder that holds a file of it.
    folders: BTreeSet<(String, String)>,
}

impl Sources {
    pub(super) fn of<'f>(files: impl Iterator<Item = &'f String>) -> Self {
        let mut sources = Self {
            kinds: BTreeSet::new(),
            folders: BTreeSet::new(),
        };
        for path in files {
            if let Some(kind) = kind(path) {
                sources
                    .folders
                    .insert((kind.clone(), folder(path).to_owned()));
                sources.kinds.insert(kind);
            }
        }
        sources
    }

    /// Whether reports know a file of the same kind.
    pub(super) fn has_kind_of(&self, path: &str) -> bool {
        kind(path).is_some_and(|kind| self.kinds.contains(&kind))
    }

    /// Whether it is a file that reports know the like of: neither a test nor a declaration.
    pub(super) fn should_know(&self, path: &str) -> bool {
        self.has_kind_of(path) && !DECLARE.iter().any(|end| path.ends_with(end)) && !is_test(path)
    }

    /// Whether reports know files of that kind in its folder, or in one around it. The root is around everything,
    /// and does not count for the others.
    pub(super) fn knows_folder_of(&self, path: &str) -> bool {
        let Some(kind) = kind(path) else { return false };
        let mut around = folder(path);
        loop {
            if self.folders.contains(&(kind.clone(), around.to_owned())) {
                return true;
            }
            around = folder(around);
            if around.is_empty() {
                return false;
            }
        }
    }

    /// Whether any changed line is neither blank nor a comment. What cannot be read is taken for code.
    pub(super) fn holds_code(&self, root: &Path, path: &str, changed: &ChangedFile) -> bool {
        let file = root.join(path);
        if !fs::metadata(&file).is_ok_and(|meta| meta.len() <= READ) {
            return true;
        }
        let Ok(bytes) = fs::read(&file) else {
            return true;
        };
        let lines = bytes.split(|byte| *byte == b'\n').zip(1u32..);
        lines
            .filter(|(_, line)| changed.holds(*line))
            .any(|(text, _)| !is_blank(text.trim_ascii()))
    }
}

fn is_blank(line: &[u8]) -> bool {
    let comment = ["//", "/*", "* ", "*/", "# ", "#!", "-- ", "%%"];
    line.is_empty()
        || matches!(line, b"*" | b"#" | b"\xef\xbb\xbf")
        || comment
            .iter()
            .any(|start| line.starts_with(start.as_bytes()))
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn kind(path: &str) -> Option<String> {
    let name = path.rsplit('/').next()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let family = KINDS.iter().find(|kind| kind.contains(&ending.as_str()));
    (!stem.is_empty()).then(|| family.map_or(ending, |family| family[0].to_owned()))
}

fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let lower = stem.to_ascii_lowercase();
    let in_folder = folder(path)
        .split('/')
        .any(|part| TEST_FOLDERS.contains(&part.to_ascii_lowercase().as_str()));
    let named = lower.starts_with("test_")
        || ["_test", "_spec", ".test", ".spec", ".stories", ".cy"]
            .iter()
            .any(|end| lower.ends_with(end))
        || ["Test", "Tests", "Spec", "IT"]
            .iter()
            .any(|end| stem.ends_with(end))
        || matches!(lower.as_str(), "conftest" | "setup" | "build" | "tests");
    in_folder || named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let known = ["src/a.py", "web/app/a.js", "main.py"].map(str::to_owned);
        Sources::of(known.iter())
    }

    #[test]
    fn files_beside_and_below_measured_ones_are_known_of() {
        let sources = sources();
        for (path, kind, folder) in [
            ("src/b.py", true, true),
            ("src/deep/er/b.py", true, true),
            ("other.py", true, true),
            ("lib/b.py", true, false),
            ("web/app/b.tsx", true, true),
            ("web/b.js", true, false),
            ("src/b.rs", false, false),
            ("README", false, false),
        ] {
            assert_eq!(sources.should_know(path), kind, "{path}");
            assert_eq!(sources.knows_folder_of(path), folder, "{path}");
        }
    }

    #[test]
    fn tests_and_declarations_need_not_be_measured() {
        for path in [
            "tests/a.py",
            "src/test_a.py",
            "src/a_test.py",
            "web/app/a.test.js",
            "web/app/__tests__/a.js",
            "web/app/a.d.ts",
            "src/a.pyi",
            "conftest.py",
        ] {
            assert!(!sources().should_know(path), "{path}");
        }
        assert!(sources().should_know("src/contest.py"));
    }

    #[test]
    fn blanks_and_comments_are_no_code() {
        let folder = tempfile::TempDir::new().unwrap();
        let text = "# a\n\n#[derive]\nx = 1\n";
        fs::write(folder.path().join("a.py"), text).unwrap();
        let holds = |first, last| {
            let mut changed = ChangedFile::default();
            changed.push(first, last);
            sources().holds_code(folder.path(), "a.py", &changed)
        };
        assert!(!holds(1, 2));
        assert!(holds(1, 3));
        assert!(holds(4, 4));
        assert!(sources().holds_code(folder.path(), "gone.py", &ChangedFile::default()));
    }
}
