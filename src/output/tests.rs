//! Every output draws every fixture; what it draws is reviewed as a snapshot.

use super::fixtures;
use super::*;

fn drawn(output: &str, fixture: &str, style: &Style) -> String {
    let mut text = Vec::new();
    find(output)
        .unwrap()
        .render(&fixtures::named(fixture), style, &mut text)
        .unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn every_output_draws_every_fixture() {
    for output in OUTPUTS {
        for (name, outcome) in fixtures::all() {
            let mut text = Vec::new();
            output
                .render(&outcome, &Style::default(), &mut text)
                .unwrap();
            let text = String::from_utf8(text).unwrap();
            // A thousand gates fill a file of machine text that nobody reviews.
            if name != "many" || matches!(output.name(), "terminal") {
                insta::assert_snapshot!(format!("{}_{name}", output.name()), text);
            }
        }
    }
}

#[test]
fn every_file_with_an_output_is_registered() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/output");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_rust = path.extension().is_some_and(|e| e == "rs");
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !is_rust
            || stem == "tests"
            || !std::fs::read_to_string(&path)
                .unwrap()
                .contains("impl Output for")
        {
            continue;
        }
        assert!(
            find(&stem).is_some(),
            "{stem}.rs holds an output that OUTPUTS does not have"
        );
        found += 1;
    }
    assert_eq!(found, OUTPUTS.len());
}

#[test]
fn variants_of_the_terminal() {
    let quiet = Style {
        quiet: true,
        ..Style::default()
    };
    let verbose = Style {
        verbose: 1,
        ..Style::default()
    };
    let ascii = Style {
        unicode: false,
        ..Style::default()
    };
    let narrow = Style {
        width: 44,
        ..Style::default()
    };
    let seen = Style {
        seen: true,
        ..Style::default()
    };
    let color = Style {
        color: true,
        ..Style::default()
    };
    for (name, fixture, style) in [
        ("quiet_no_go", "no_go", quiet),
        ("quiet_needs", "needs", quiet),
        ("quiet_green", "green", quiet),
        ("verbose_no_go", "no_go", verbose),
        ("verbose_green", "green", verbose),
        ("ascii_no_go", "no_go", ascii),
        ("ascii_hostile", "hostile", ascii),
        ("narrow_no_go", "no_go", narrow),
        ("narrow_hostile", "hostile", narrow),
        ("seen_green", "green", seen),
        ("seen_exceptions", "exceptions", seen),
        ("color_needs", "needs", color),
    ] {
        insta::assert_snapshot!(
            format!("terminal_{name}"),
            drawn("terminal", fixture, &style)
        );
    }
}

#[test]
fn no_terminal_line_is_wider_than_the_terminal() {
    for (name, _) in fixtures::all() {
        for width in [30, 44, 80, 132] {
            for (unicode, verbose) in [(true, 0), (false, 1)] {
                let style = Style {
                    width,
                    unicode,
                    verbose,
                    ..Style::default()
                };
                for line in drawn("terminal", name, &style).lines() {
                    assert!(layout::width(line) <= width, "{name} at {width}: {line}");
                    assert!(unicode || line.is_ascii(), "{line}");
                }
            }
        }
    }
}

#[test]
fn hostile_text_reaches_no_output_alive() {
    for output in OUTPUTS {
        for style in [
            Style::default(),
            Style {
                verbose: 1,
                width: 40,
                ..Style::default()
            },
        ] {
            let text = drawn(output.name(), "hostile", &style);
            for bad in [
                "##[",
                "##vso[",
                "::error",
                "::group",
                "::set-output",
                "\u{1b}",
                "\u{202e}",
                "\u{200b}",
                "\u{0}",
                "\r",
            ] {
                assert!(!text.contains(bad), "{}: {bad:?} in\n{text}", output.name());
            }
            for line in text.lines() {
                assert!(!line.trim_start().starts_with("::"), "{line}");
            }
        }
    }
}

/// A pipe whose reader is gone.
struct Closed;

impl io::Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    for output in OUTPUTS {
        let error = output
            .render(&fixtures::named("no_go"), &Style::default(), &mut Closed)
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
