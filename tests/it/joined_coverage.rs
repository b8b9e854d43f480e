//! Several coverage reports of one gate: what of them is joined, and what is not.

use crate::support::Project;

/// A gate on all tracefiles in `given`, copied where they say; each is a path and its text.
fn project(bounds: &str, reports: &[(&str, &str)]) -> Project {
    let yaml = format!(
        "gates:\n  cov:\n    run: cp given/*.info .\n    coverage: {{ reports: \"*.info\", {bounds} }}\n"
    );
    let mut project = Project::new(&yaml);
    for (path, text) in reports {
        project = project.file(&format!("given/{path}"), text);
    }
    project
}

fn lines(path: &str, hits: u8) -> String {
    let lines: String = (1..=10).map(|line| format!("DA:{line},{hits}\n")).collect();
    format!("TN:\nSF:{path}\n{lines}end_of_record\n")
}

fn yaml(project: &Project, bounds: &str) {
    let text = format!(
        "version: 1\ngates:\n  cov:\n    run: for p in a b; do cp given/$p.txt packages/$p/coverage/lcov.info; done\n    coverage: {{ reports: \"packages/*/coverage/lcov.info\", {bounds} }}\n"
    );
    project.write("tollgate.yaml", text);
}

/// Two packages, each with a report that names its files from the package.
fn packages(path: &str, bounds: &str) -> Project {
    let project = Project::new("");
    for (package, hits) in [("a", 1), ("b", 0)] {
        project.write(&format!("packages/{package}/src/index.js"), "x\n");
        project.write(&format!("packages/{package}/coverage/.keep"), "");
        project.write(&format!("given/{package}.txt"), lines(path, hits));
    }
    yaml(&project, bounds);
    project
}

#[test]
fn packages_of_one_tree_are_not_taken_for_each_other() {
    let project = packages("src/index.js", "lines: \">=90%\"");
    let ran = project.run(&[]).exits(1);
    ran.gate("cov").is("fail").fact("cov.coverage.files", 2);
    // A file that is in neither package: nobody knows whether it is one.
    let project = packages("gen/index.js", "lines: \">=90%\"");
    let ran = project.run(&[]).exits(1);
    ran.gate("cov")
        .is("fail")
        .notes(&["path-apart"])
        .fact("cov.coverage.files", 2);
    yaml(&project, "lines: \">=90%\", map: { gen: gen }");
    project.run(&[]).exits(0).gate("cov").is("pass");
}

#[test]
fn functions_and_branches_are_joined_one_by_one() {
    let functions = |total: u8, entered: u8| {
        let begin: String = (1..=total)
            .map(|n| format!("FN:{n},f{n}\nFNDA:{},f{n}\n", u8::from(n <= entered)))
            .collect();
        format!("SF:a\n{begin}DA:1,1\nend_of_record\n")
    };
    let bound = "functions: \">=90%\"";
    let reports = [("a.info", functions(10, 1)), ("b.info", functions(2, 2))];
    let reports = reports
        .each_ref()
        .map(|(path, text)| (*path, text.as_str()));
    project(bound, &reports).run(&[]).exits(1);
    let reports = [
        (
            "a.info",
            "SF:a\nDA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nend_of_record\n",
        ),
        (
            "b.info",
            "SF:a\nDA:1,1\nBRDA:1,0,0,0\nBRDA:1,0,1,1\nend_of_record\n",
        ),
    ];
    // One report for each file, in folders that hold the file: it is the same one.
    let shards = project("branches: \">=90%\"", &reports).file("a", "x");
    shards.run(&[]).exits(0);
}

#[test]
fn totals_that_cannot_be_joined_prove_nothing() {
    let reports = [
        ("a.info", "SF:a\nLF:10\nLH:9\nend_of_record\n"),
        ("b.info", "SF:a\nLF:9\nLH:9\nend_of_record\n"),
    ];
    let project = |bound: &str| project(bound, &reports).file("a", "x");
    let ran = project("lines: \">=90%\"").run(&[]).exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .reasons(&["totals-differ"]);
    project("lines: \">=95%\"").run(&[]).exits(1);
}

/// Cobertura reports given as root attributes and classes.
fn cobertura(bounds: &str, reports: &[(&str, &str)]) -> Project {
    let yaml = format!(
        "gates:\n  cov:\n    run: cp given/*.xml .\n    coverage: {{ reports: \"*.xml\", {bounds} }}\n"
    );
    let mut project = Project::new(&yaml);
    for (number, (root, inner)) in reports.iter().enumerate() {
        let xml = format!("<coverage {root}>{inner}</coverage>");
        project = project.file(&format!("given/{number}.xml"), xml);
    }
    project
}

fn class(path: &str) -> String {
    format!(
        "<packages><package><classes><class filename='{path}'><lines><line number='1' hits='1'/></lines></class></classes></package></packages>"
    )
}

#[test]
fn totals_of_whole_reports_are_added_only_where_their_files_differ() {
    let heads = [
        "line-rate='1' branches-valid='100' branches-covered='80'",
        "line-rate='1' branches-valid='20' branches-covered='20'",
    ];
    let run = |one: &str, other: &str| {
        let reports = [(heads[0], class(one)), (heads[1], class(other))];
        let reports = reports
            .each_ref()
            .map(|(root, inner)| (*root, inner.as_str()));
        cobertura("branches: \">=81%\"", &reports).run(&[])
    };
    run("a", "b").exits(0).gate("cov").is("pass");
    let ran = run("a", "a").exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .reasons(&["totals-overlap"]);
}

#[test]
fn one_path_in_two_sources_proves_nothing() {
    let sources = |path: &str| {
        format!(
            "<sources><source>one</source><source>two</source></sources>{}",
            class(path)
        )
    };
    let run = |path: &str| {
        let inner = sources(path);
        let project = cobertura("lines: \">=90%\"", &[("line-rate='1'", &inner)]);
        project
            .file("one/m.py", "x")
            .file("two/m.py", "x")
            .file("two/n.py", "x")
            .run(&[])
    };
    run("n.py").exits(0).gate("cov").is("pass");
    let ran = run("m.py").exits(3);
    ran.gate("cov")
        .is("inconclusive")
        .reasons(&["source-ambiguous"])
        .notes(&["path-ambiguous"]);
}

#[test]
fn globs_that_select_what_may_be_two_files_decide_nothing() {
    let one = lines("i.js", 1);
    let reports = [("a.info", one.as_str())];
    let run = |bounds: &str| {
        let project = project(bounds, &reports);
        project.file("a/i.js", "x").file("b/i.js", "x").run(&[])
    };
    run("lines: \">=90%\"")
        .exits(0)
        .gate("cov")
        .notes(&["path-ambiguous"]);
    let ran = run("lines: \">=90%\", exclude: \"a/**\"").exits(3);
    ran.gate("cov").reasons(&["path-ambiguous"]);
}
