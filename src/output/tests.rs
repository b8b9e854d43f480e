//! Every output draws every fixture; what it draws is reviewed as a snapshot.

use super::fixtures;
use super::*;

fn drawn(output: &str, fixture: &str, style: &Style) -> String {
    drawn_of(output, &fixtures::named(fixture), style)
}

fn drawn_of(output: &str, outcome: &Outcome, style: &Style) -> String {
    let mut text = Vec::new();
    find(output)
        .unwrap()
        .render(outcome, style, &mut text)
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
        ("quiet_exceptions", "exceptions", quiet),
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
    for (name, outcome) in fixtures::all() {
        for width in [30, 44, 80, 132] {
            for (unicode, verbose) in [(true, 0), (false, 1)] {
                let style = Style {
                    width,
                    unicode,
                    verbose,
                    ..Style::default()
                };
                for line in drawn_of("terminal", &outcome, &style).lines() {
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

#[test]
fn markdown_stays_short_and_says_what_it_left_out() {
    let mut outcome = fixtures::named("many");
    for gate in outcome.verdict.gates.iter_mut().take(30) {
        gate.verdict = crate::model::Verdict::Fail;
        let failure = crate::model::TestFailure {
            id: "`@team".repeat(2_000),
            name: String::new(),
            suite: None,
            file: Some("/".repeat(9_000)),
            line: Some(1),
            message: "漢".repeat(9_000),
            errored: false,
        };
        gate.failures = vec![failure; 40];
        gate.why = Some("w ".repeat(9_000));
    }
    outcome.run.notes = vec!["note".repeat(5_000); 400];
    let mut text = Vec::new();
    find("markdown")
        .unwrap()
        .render(&outcome, &Style::default(), &mut text)
        .unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.len() < 60_000, "{}", text.len());
    assert!(text.contains("Left out of the table: "));
    assert!(text.contains("Left out to keep this short: the details of "));
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
}

#[test]
fn junit_is_well_formed_and_its_counts_agree_with_its_elements() {
    use quick_xml::events::Event;
    for (name, outcome) in fixtures::all() {
        let mut text = Vec::new();
        find("junit")
            .unwrap()
            .render(&outcome, &Style::default(), &mut text)
            .unwrap();
        let text = String::from_utf8(text).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut seen = std::collections::BTreeMap::<String, usize>::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(e) | Event::Empty(e) => {
                    let name = e.name().as_ref().to_owned();
                    *seen.entry(name).or_default() += 1;
                    assert!(e.attributes().all(|attribute| attribute.is_ok()));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        for (element, attribute) in [
            ("testcase", "tests"),
            ("failure", "failures"),
            ("error", "errors"),
            ("skipped", "skipped"),
        ] {
            let count = seen.get(element).copied().unwrap_or(0);
            assert!(
                text.contains(&format!(" {attribute}=\"{count}\"")),
                "{name}: {element} {count}"
            );
        }
    }
}
