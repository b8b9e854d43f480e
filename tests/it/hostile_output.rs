//! What a command prints and what its reports say never acts on a terminal, a CI runner, Markdown or XML.

use crate::support::{Project, Ran};

const PRINTED: &[u8] = b"plain\n\x1b]0;title\x07\x1b[31mred\x1b[0m \x00 nul \xff\xfe\n::error::first\n  ::set-output name=a::b\n\
before ##[error]mid\nbefore ##vso[task.setvariable]x\n\r::warning::after\n\xe2\x80\xaeover\nlast";

/// Nothing in the text can act where it is shown.
#[track_caller]
fn assert_harmless(what: &str, text: &str) {
    for c in ['\u{1b}', '\u{7}', '\0', '\r', '\u{202e}', '\u{9b}'] {
        assert!(!text.contains(c), "{what} holds {c:?}\n{text:?}");
    }
    for line in text.lines() {
        let begins = line.trim_start();
        assert!(!begins.starts_with("::"), "{what}: {line:?}");
    }
    for command in ["##[", "##vso[", "::error", "::set-output", "::warning"] {
        assert!(!text.contains(command), "{what} holds {command}\n{text}");
    }
}

fn assert_all_harmless(project: &Project, arguments: &[&str], said: &str) -> Ran {
    let mut all = vec![
        "-o",
        "markdown=../out.md",
        "-o",
        "junit=../out.xml",
        "-o",
        "terminal=../out.txt",
    ];
    all.extend(arguments);
    let ran = project.run(&all);
    assert!(ran.stdout.contains(said), "{ran}");
    assert_harmless("standard output", &ran.stdout);
    assert_harmless("standard error", &ran.stderr);
    for file in ["out.md", "out.xml", "out.txt", "outcome-0.json"] {
        let text = std::fs::read_to_string(project.beside().join(file)).unwrap();
        assert_harmless(file, &text);
    }
    ran
}

#[test]
fn what_a_command_prints() {
    let yaml = "gates:\n  a: { run: 'cat printed; exit 1' }\n  b: { run: 'true' }\n";
    for arguments in [&[][..], &["--stream"], &["-v"], &["a"], &["a", "-q"]] {
        let project = Project::new(yaml).file("printed", PRINTED);
        assert_all_harmless(&project, arguments, "last").exits(1);
    }
}

#[test]
fn the_log_holds_what_was_printed_as_it_was() {
    let project =
        Project::new("gates:\n  a: { run: 'cat printed; exit 1' }\n").file("printed", PRINTED);
    let ran = project.run(&[]).exits(1);
    let log = ran.gate("a").run["log"].as_str().unwrap().to_owned();
    assert_eq!(std::fs::read(project.root.join(log)).unwrap(), PRINTED);
}

#[test]
fn what_reports_say() {
    let yaml = "gates:
  unit: { run: cp given.xml unit.xml, tests: { reports: unit.xml } }
  scan: { run: cp given.sarif scan.sarif, findings: { reports: scan.sarif, total: 0 } }
  tap: { run: cat given.tap, tests: { reports: stdout, format: tap } }
";
    let words = "\u{1b}]0;t\u{7}\u{1b}[31m ::error::first ##[error]mid ##vso[x]y \r::warning::z \u{202e}over";
    let junit = "<testsuite name=\"::error::s\" tests=\"1\" failures=\"1\"><testcase classname=\"::error::c\" \
                 name=\"##[error]n\u{9b}31m\"><failure message=\"::warning::m\">&#13;::error::text\n::error::more</failure>\
                 </testcase></testsuite>";
    let project = Project::new(yaml)
        .file("given.xml", junit)
        .file("given.sarif", crate::support::sarif(&[words], &[]))
        .file(
            "given.tap",
            [
                b"1..1\nnot ok 1 - ".as_slice(),
                words.as_bytes(),
                b"\n  ---\n  message: '::error::x'\n  ...\n",
            ]
            .concat(),
        );
    assert_all_harmless(&project, &["-v"], "##").exits(1);
}

#[test]
fn what_the_file_says() {
    let yaml = "gates:
  a:
    why: \"::error::why \\e[31m\"
    fix: \"##[error]fix \\e]0;t\\a\"
    owner: \"::error::owner\"
    run: \"exit 1 # ::error::run ##[error]x \\e[31m\"
";
    assert_all_harmless(&Project::new(yaml), &["-v"], "exit 1").exits(1);
    let project = Project::new(yaml);
    for arguments in [&["explain", "a"][..], &["run", "--dry-run"]] {
        let ran = project.call(arguments).exits(0);
        assert_harmless("standard output", &ran.stdout);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_folders_and_files_are_called() {
    let yaml = "gates:\n  a: { run: ./make, tests: { reports: \"r/*\" } }\n";
    let script = "mkdir -p r; printf '<testsuite' > \"$(printf 'r/::error::\\033[31m\\nx')\"";
    let project = Project::named("::error:: \u{1b}[31m a\nb", yaml)
        .script("make", script)
        .committed();
    assert_all_harmless(&project, &["-v"], "a").exits(3);
    project.write("::warning:: moved \u{1b}[31m", "");
    let moves = Project::named(
        "x",
        "gates:\n  a: { run: './make', when: { branch: main } }\n",
    )
    .script("make", "touch \"$(printf '::error::\\033[31m')\"")
    .committed();
    assert_all_harmless(&moves, &[], "moved").exits(0);
}
