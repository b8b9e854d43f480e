//! Files that are no tollgate.yaml, by accident or by malice: refused with words, and nothing runs.

use std::fs::File;

use crate::support::Project;

/// Refused by `config check` and by `run`, with these words.
#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, words: &str) {
    let project = Project::empty("project").file("tollgate.yaml", bytes);
    for arguments in [&["config", "check"][..], &["run"]] {
        let ran = project.call(arguments).exits(2);
        assert!(ran.stderr.contains(words), "`{words}` is not said\n{ran}");
        assert!(
            ran.stderr.len() < 4096,
            "said at length: {} bytes\n{ran}",
            ran.stderr.len()
        );
    }
}

#[test]
fn an_alias_bomb() {
    let mut bomb = "version: 1\nx0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{},", level - 1).repeat(10);
        bomb += &format!("x{level}: &a{level} [{alias}]\n");
    }
    refused(bomb, "nests or repeats too much");
}

#[test]
fn deep_nesting() {
    refused("[".repeat(100_000), "nests or repeats too much");
    refused("{a: ".repeat(100_000), "nests or repeats too much");
    let mut block = String::new();
    for depth in 0..1000 {
        block += &format!("{}a:\n", " ".repeat(depth));
    }
    refused(block, "nests or repeats too much");
    refused("- ".repeat(100_000), "nests or repeats too much");
}

#[test]
fn a_file_larger_than_four_mebibytes() {
    refused(
        format!("version: 1\n# {}\n", "x".repeat(4 << 20)),
        "larger than 4 MiB",
    );
    // A sparse file of 100 MB costs nothing to make, and must cost nothing to refuse.
    let project = Project::empty("project").file("tollgate.yaml", "version: 1\n");
    let file = File::options()
        .write(true)
        .open(project.root.join("tollgate.yaml"))
        .unwrap();
    file.set_len(100_000_000).unwrap();
    project
        .call(&["run"])
        .exits(2)
        .complains("larger than 4 MiB");
}

#[test]
fn a_large_file_within_the_limit() {
    let many = "- a\n".repeat(1_000_000);
    refused(
        format!("version: 1\nx-many:\n{many}"),
        "nests or repeats too much",
    );
}

#[test]
fn bytes_that_are_no_text() {
    refused(b"version: 1\ngates:\0\n", "NUL byte at byte 17");
    refused(b"version: 1\n# \xff\xfe\n", "not UTF-8");
    let wide: Vec<u8> = "version: 1\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    refused([b"\xff\xfe".as_slice(), &wide].concat(), "UTF-16");
    let wide: Vec<u8> = "version: 1\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    refused([b"\xfe\xff".as_slice(), &wide].concat(), "UTF-16");
}

#[test]
fn a_byte_order_mark_of_utf8_is_no_mistake() {
    let text = "\u{feff}version: 1\ngates:\n  a: { run: 'true' }\n";
    Project::empty("project")
        .file("tollgate.yaml", text)
        .run(&[])
        .exits(0);
}

#[test]
fn duplicate_keys_tabs_and_other_mistakes_of_syntax() {
    refused(
        "version: 1\nversion: 1\n",
        "the key `version` is written twice",
    );
    refused(
        "version: 1\ngates:\n  a: { run: x, run: y }\n",
        "the key `run` is written twice",
    );
    refused("version: 1\ngates:\n\ta:\n", "tab");
    refused("version: 1\ngates: [\n", "tollgate.yaml:");
    refused("version: 1\n---\nversion: 1\n", "tollgate.yaml:");
    refused("version: 1\ngates: *nowhere\n", "tollgate.yaml:");
    refused("just words\n", "version: 1");
    refused("", "version");
}

#[test]
fn escape_sequences_in_the_file_reach_no_terminal() {
    let hostile = "\\e]0;owned\\a\\e[31mred";
    let yaml = format!(
        "version: 1\n\"{hostile}\": 1\ngates:\n  \"{hostile}\": {{ run: 'true', needs: \"{hostile}\" }}\n"
    );
    let ran = Project::empty("project")
        .file("tollgate.yaml", yaml)
        .call(&["run"])
        .exits(2);
    assert!(
        !ran.stderr.contains(['\u{1b}', '\u{7}']),
        "{:?}",
        ran.stderr
    );
    let raw = "version: 1\n# \u{1b}[31mred\ngats: 1\n";
    let ran = Project::empty("project")
        .file("tollgate.yaml", raw)
        .call(&["run"])
        .exits(2);
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}

#[test]
fn what_acts_on_a_terminal_or_a_runner_does_not_in_an_excerpt() {
    let yaml =
        "version: 1\n\"##[error]x \u{9b}31m \u{202e}over\": 1\n\"line\\n::error::x ##vso[y]\": 1\n";
    let ran = Project::empty("project")
        .file("tollgate.yaml", yaml)
        .call(&["run"])
        .exits(2);
    for acts in ["##[", "##vso[", "\u{9b}", "\u{202e}", "\n::"] {
        assert!(!ran.stderr.contains(acts), "{acts:?}\n{:?}", ran.stderr);
    }
}

#[test]
fn thousands_of_mistakes() {
    let mut yaml = "version: 1\ngates:\n".to_owned();
    for number in 0..5000 {
        yaml += &format!("  g{number}: {{ rnu: x }}\n");
    }
    let ran = Project::empty("project")
        .file("tollgate.yaml", yaml)
        .call(&["run"])
        .exits(2);
    assert!(ran.stderr.len() < 20_000, "{} bytes", ran.stderr.len());
    ran.complains("and 4970 more").complains("5000 problems");
}

#[test]
fn thousands_of_gates_in_a_row() {
    let mut yaml = "version: 1\ngates:\n  g0: { run: 'true' }\n".to_owned();
    for number in 1..2000 {
        yaml += &format!("  g{number}: {{ run: 'true', needs: g{} }}\n", number - 1);
    }
    let project = Project::empty("project").file("tollgate.yaml", yaml);
    project
        .call(&["config", "check"])
        .exits(0)
        .says("2000 gates");
    project
        .call(&["run", "--dry-run"])
        .exits(0)
        .says("2000 gates would run");
}

#[test]
fn a_folder_or_a_pipe_in_its_place() {
    let project = Project::empty("project").file("tollgate.yaml/x", "");
    project.call(&["run"]).exits(2);
    let project = Project::empty("project");
    let made = project
        .command("mkfifo", &project.root)
        .arg("tollgate.yaml")
        .status();
    assert!(made.unwrap().success());
    project.call(&["run"]).exits(2);
    project.call(&["--config", "tollgate.yaml", "run"]).exits(2);
}

#[test]
fn a_preset_of_depth_and_a_base_of_size_are_bounded_too() {
    let big = format!("version: 1\n# {}\n", "x".repeat(4 << 20));
    let project =
        Project::new("extends: base.yaml\ngates: { a: { run: 'true' } }\n").file("base.yaml", big);
    project
        .call(&["run"])
        .exits(2)
        .complains("larger than 4 MiB");
}

#[test]
fn a_glob_without_end_is_a_problem_wherever_it_stands() {
    let long = format!("x/{}", "?".repeat(600_000));
    let gate = "run: 'true', tests: { reports: r.xml }";
    for file in [
        format!("gates: {{ g: {{ files: {{ exist: ['{long}'] }} }} }}\n"),
        format!("gates: {{ g: {{ run: 'true', tests: {{ reports: '{long}' }} }} }}\n"),
        format!("gates: {{ g: {{ {gate}, when: {{ changed: '{long}' }} }} }}\n"),
        format!("gates: {{ g: {{ {gate}, when: {{ branch: '{long}' }} }} }}\n"),
        format!("protected: ['{long}']\ngates: {{ g: {{ {gate} }} }}\n"),
        format!(
            "gates: {{ g: {{ coverage: {{ reports: c.info, lines: '>=1%', exclude: '{long}' }} }} }}\n"
        ),
    ] {
        refused(format!("version: 1\n{file}"), "is too long for a glob");
    }
    let project = Project::empty("project")
        .file("tollgate.yaml", format!("version: 1\ngates: {{ g: {{ {gate} }} }}\n"))
        .file(
            ".tollgate/waivers.yaml",
            format!(
                "waivers:\n  - {{ gate: g, rule: R1, path: '{long}', why: w, owner: o, opened: 2026-01-01, until: 2026-02-01 }}\n"
            ),
        );
    let ran = project.call(&["config", "check"]).exits(2);
    ran.complains("is too long for a glob");
}

#[test]
fn a_list_of_protected_files_never_protects_less_than_it_says() {
    let list: Vec<String> = (0..60)
        .map(|one| format!("'{one}{}'", "*?".repeat(500)))
        .collect();
    let project = Project::empty("project")
        .file(
            "tollgate.yaml",
            format!(
                "version: 1\nprotected: [{}, tool.sh]\ngates: {{ g: {{ run: sh tool.sh }} }}\n",
                list.join(", ")
            ),
        )
        .file("tool.sh", "exit 0\n")
        .committed();
    project.write("tool.sh", "exit 0 # always\n");
    let ran = project.run(&["--policy-ref", "HEAD"]);
    ran.says("`tool.sh` is protected");
}
