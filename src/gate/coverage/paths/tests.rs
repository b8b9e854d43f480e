//! Paths of reports in small trees.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Places, Stands};

struct Tree(TempDir);

impl Tree {
    fn of(files: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        for file in files {
            let path = folder.path().join("project").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        Self(folder)
    }

    fn root(&self) -> std::path::PathBuf {
        self.0.path().join("project")
    }

    fn shown(
        &self,
        paths: &[&str],
        roots: &[&str],
        dir: &str,
        map: &[(&str, &str)],
    ) -> Vec<String> {
        self.of_report("", paths, roots, dir, map)
    }

    /// With the folder of the report.
    fn of_report(
        &self,
        from: &str,
        paths: &[&str],
        roots: &[&str],
        dir: &str,
        map: &[(&str, &str)],
    ) -> Vec<String> {
        let root = self.root();
        let beside = |path: &str| path == "../shared/s.py";
        let places = Places::new(&root, Path::new(dir), map.iter().copied(), &beside);
        let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        let found = places.locate(paths.iter().copied(), &roots, from);
        let show = |path: &&str| match &found[path] {
            Stands::For(file) => file.clone(),
            Stands::ForOneOf(files) => format!("? {}", files.join(" ")),
            Stands::Outside => "-".to_owned(),
        };
        paths.iter().map(show).collect()
    }

    fn plain(&self, paths: &[&str]) -> Vec<String> {
        self.shown(paths, &[], "", &[])
    }
}

#[test]
fn paths_of_this_machine_are_taken_as_they_are() {
    let tree = Tree::of(&["src/a b.py", "../shared/s.py", "../shared/t.py"]);
    let root = tree.root();
    let full = |path: &str| root.join(path).to_string_lossy().into_owned();
    let absolute = full("src/a b.py");
    let gone = full("src/gone.py");
    let shared = tree.0.path().join("shared/s.py");
    let found = tree.plain(&[
        "src/a b.py",
        "./src/../src/a b.py",
        &absolute,
        &format!("file://{absolute}"),
        &gone,
        shared.to_str().unwrap(),
        "../shared/s.py",
        "../shared/t.py",
    ]);
    let own = "src/a b.py";
    assert_eq!(
        found,
        [
            own,
            own,
            own,
            own,
            "src/gone.py",
            "../shared/s.py",
            "../shared/s.py",
            "-"
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_project_is_found_by_its_real_name_and_by_that_of_a_link() {
    let tree = Tree::of(&["src/a.py"]);
    let link = tree.0.path().join("link");
    std::os::unix::fs::symlink(tree.root(), &link).unwrap();
    let real = fs::canonicalize(tree.root()).unwrap();
    let places = Places::new(&link, Path::new(""), std::iter::empty(), &|_| false);
    for root in [&real, &link] {
        let path = root.join("src/a.py").to_string_lossy().into_owned();
        let found = places.locate(std::iter::once(path.as_str()), &[], "");
        assert_eq!(found[path.as_str()], Stands::For("src/a.py".to_owned()));
    }
}

#[test]
fn windows_paths_are_read_and_a_backslash_in_a_name_stays() {
    let tree = Tree::of(&["src/a.py", "src/b.py"]);
    assert_eq!(tree.plain(&["src\\a.py"]), ["src/a.py"]);
    assert_eq!(
        tree.plain(&[
            "D:\\a\\repo\\repo\\src\\a.py",
            "D:\\a\\repo\\repo\\src\\b.py"
        ]),
        ["src/a.py", "src/b.py"]
    );
    let odd = Tree::of(&["odd\\name.py"]);
    assert_eq!(odd.plain(&["odd\\name.py"]), ["odd\\name.py"]);
}

#[test]
fn paths_of_another_machine_vote_on_what_was_put_before_them() {
    let tree = Tree::of(&["a.py", "src/a.py", "src/b.py", "version"]);
    // Of `/ci/src/a.py` two files are an end; the others say which.
    assert_eq!(
        tree.plain(&["/ci/src/a.py", "/ci/src/b.py", "/usr/include/version"]),
        ["src/a.py", "src/b.py", "-"]
    );
    assert_eq!(tree.plain(&["/ci/src/a.py"]), ["? a.py src/a.py"]);
    assert_eq!(
        tree.plain(&["/ci/src/b.py", "/other/src/b.py"]),
        ["? src/b.py", "? src/b.py"]
    );
}

#[test]
fn what_the_report_says_of_its_sources_comes_first() {
    let tree = Tree::of(&["a.py", "lib/a.py", "src/a.py", "src/b.py"]);
    let src = tree.root().join("src").to_string_lossy().into_owned();
    let lib = tree.root().join("lib").to_string_lossy().into_owned();
    assert_eq!(tree.shown(&["a.py"], &[&src], "", &[]), ["src/a.py"]);
    assert_eq!(tree.shown(&["a.py"], &["src"], "", &[]), ["src/a.py"]);
    assert_eq!(
        tree.shown(&["a.py"], &[&src, &lib], "", &[]),
        ["? lib/a.py src/a.py"]
    );
    assert_eq!(
        tree.shown(&["a.py", "b.py"], &["/builds/x/src"], "", &[]),
        ["src/a.py", "src/b.py"]
    );
}

#[test]
fn paths_begin_in_the_folder_of_the_command() {
    let tree = Tree::of(&["a.py", "part/a.py", "part/pkg/b.py"]);
    assert_eq!(tree.shown(&["a.py"], &[], "part", &[]), ["part/a.py"]);
    assert_eq!(
        tree.shown(&["/app/pkg/b.py"], &[], "part", &[]),
        ["part/pkg/b.py"]
    );
    assert_eq!(tree.shown(&["../a.py"], &[], "part", &[]), ["a.py"]);
}

#[test]
fn a_path_that_begins_deeper_is_found_where_only_one_file_ends_with_it() {
    let tree = Tree::of(&["one/src/x/A.java", "one/src/x/B.java", "two/src/x/A.java"]);
    assert_eq!(tree.plain(&["x/B.java"]), ["one/src/x/B.java"]);
    assert_eq!(
        tree.plain(&["x/A.java"]),
        ["? one/src/x/A.java two/src/x/A.java"]
    );
    assert_eq!(
        tree.plain(&["x/A.java", "x/B.java"]),
        ["one/src/x/A.java", "one/src/x/B.java"]
    );
    assert_eq!(tree.plain(&["x/C.java"]), ["-"]);
}

#[test]
fn the_map_of_the_gate_decides() {
    let tree = Tree::of(&["a.py", "src/a.py", "services/web/a.py"]);
    let map = [("/app", "services/web"), ("/app/src", "src"), ("C:/x", ".")];
    assert_eq!(
        tree.shown(
            &["/app/a.py", "/app/src/a.py", "C:\\x\\a.py"],
            &[],
            "",
            &map
        ),
        ["services/web/a.py", "src/a.py", "a.py"]
    );
    assert_eq!(
        tree.shown(&["a.py"], &["/app"], "", &map),
        ["services/web/a.py"]
    );
    assert_eq!(tree.shown(&["/application/a.py"], &[], "", &map), ["a.py"]);
}

#[test]
fn a_path_begins_in_the_folder_of_its_report_or_above() {
    let tree = Tree::of(&[
        "packages/a/src/i.js",
        "packages/b/src/i.js",
        "packages/b/src/own.js",
    ]);
    let of = |from: &str, paths: &[&str]| tree.of_report(from, paths, &[], "", &[]);
    assert_eq!(
        of("packages/a/coverage", &["src/i.js"]),
        ["packages/a/src/i.js"]
    );
    assert_eq!(of("packages/b", &["src/i.js"]), ["packages/b/src/i.js"]);
    assert_eq!(
        of("packages/a/coverage", &["/app/src/i.js"]),
        ["packages/a/src/i.js"]
    );
    let either = "? packages/a/src/i.js packages/b/src/i.js";
    assert_eq!(of("coverage", &["src/i.js"]), [either]);
}

#[test]
fn a_file_here_and_one_beside_the_report_are_told_apart_by_the_other_paths() {
    let tree = Tree::of(&["i.js", "a/i.js", "a/own.js", ".gitignore"]);
    fs::write(tree.root().join(".gitignore"), "/copy").unwrap();
    fs::create_dir(tree.root().join("copy")).unwrap();
    fs::write(tree.root().join("copy/i.js"), "").unwrap();
    let of = |from: &str, paths: &[&str]| tree.of_report(from, paths, &[], "", &[]);
    assert_eq!(of("a/out", &["i.js"]), ["? a/i.js i.js"]);
    assert_eq!(of("a/out", &["i.js", "own.js"]), ["a/i.js", "a/own.js"]);
    assert_eq!(of("out", &["i.js"]), ["i.js"]);
    // What git ignores is a copy.
    assert_eq!(of("copy", &["i.js"]), ["i.js"]);
}
