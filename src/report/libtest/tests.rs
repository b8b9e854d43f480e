//! What `cargo test` prints: whole, cut off, and mixed with other output.

use crate::model::{Evidence, TestReport};
use crate::report::{ReportError, find, read_bytes};

fn read(text: &str) -> Result<(TestReport, Vec<&'static str>), ReportError> {
    let read = read_bytes(text.as_bytes(), "stdout", find("libtest"))?;
    let codes = read.warnings.iter().map(|warning| warning.code).collect();
    let Evidence::Tests(tests) = read.evidence else {
        unreachable!("libtest gives tests")
    };
    Ok((tests, codes))
}

fn result(passed: u64, failed: u64, ignored: u64) -> String {
    let word = if failed > 0 { "FAILED" } else { "ok" };
    format!(
        "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out; finished in 0.00s\n"
    )
}

#[test]
fn several_binaries_are_added_and_named_by_cargo() {
    let text = format!(
        "     Running unittests src/lib.rs (target/debug/deps/foo-1a2b)\n\nrunning 1 test\ntest a::b ... FAILED\n{}\
         \u{1b}[1m     Running\u{1b}[0m tests/it.rs (target/debug/deps/it-1a2b)\n\nrunning 2 tests\ntest c ... ok\ntest d - should panic ... FAILED\n{}\
         \n   Doc-tests foo\n\nrunning 1 test\ntest src/lib.rs - x (line 3) ... FAILED\n{}",
        result(0, 1, 0),
        result(1, 1, 0),
        result(0, 1, 0)
    );
    let (tests, _) = read(&text).unwrap();
    assert_eq!((tests.passed, tests.failed, tests.broken.len()), (1, 3, 0));
    let ids: Vec<&str> = tests
        .failures
        .iter()
        .map(|failure| failure.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "foo::a::b",
            "tests/it.rs::d",
            "Doc-tests foo::src/lib.rs - x (line 3)"
        ]
    );
    assert_eq!(
        (tests.failures[2].file.as_deref(), tests.failures[2].line),
        (Some("src/lib.rs"), Some(3))
    );
}

#[test]
fn a_binary_without_result_line_is_broken() {
    for tail in [
        "",
        "\nrunning 1 test\ntest b ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n",
    ] {
        let (tests, _) = read(&format!("running 2 tests\ntest a ... ok\n{tail}")).unwrap();
        assert_eq!(tests.broken.len(), 1);
    }
}

#[test]
fn lines_and_result_that_disagree_are_broken() {
    assert_eq!(
        read(&format!(
            "running 1 test\ntest a ... ok\n{}",
            result(2, 0, 0)
        ))
        .unwrap()
        .0
        .broken
        .len(),
        1
    );
    assert_eq!(
        read(&format!(
            "running 2 tests\ntest a ... ok\ntest b ... ok\n{}",
            result(1, 0, 1)
        ))
        .unwrap()
        .0
        .broken
        .len(),
        1
    );
    assert_eq!(read("running 0 tests\n\ntest result: FAILED. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n").unwrap().0.broken.len(), 1);
}

#[test]
fn torn_lines_are_settled_by_the_result() {
    let text = format!(
        "running 3 tests\ntest a ... noise\nok\ntest b ... thread 'b' panicked\ntest c ... ignored, slow\n\nfailures:\n\nfailures:\n    b\n{}",
        result(1, 1, 1)
    );
    let (tests, _) = read(&text).unwrap();
    assert_eq!(
        (
            tests.passed,
            tests.failed,
            tests.skipped,
            tests.broken.len()
        ),
        (1, 1, 1, 0)
    );
    assert_eq!(tests.failures[0].id, "b");
}

#[test]
fn terse_runs_are_taken_from_the_result() {
    let (tests, codes) = read(&format!(
        "running 3 tests\n.Fi\nfailures:\n\nfailures:\n    m::b\n{}",
        result(1, 1, 1)
    ))
    .unwrap();
    assert_eq!((tests.passed, tests.failed, tests.skipped), (1, 1, 1));
    assert_eq!(
        (tests.failures[0].id.as_str(), codes),
        ("m::b", vec!["from-counters"])
    );
}

#[test]
fn output_of_a_failed_test_is_no_result() {
    let text = format!(
        "running 1 test\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\nrunning 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored;\n\
         thread 'a' panicked at src/x.rs:7:5:\nboom\nnote: run with `RUST_BACKTRACE=1` environment variable\n\n\nfailures:\n    a\n{}",
        result(0, 1, 0)
    );
    let (tests, _) = read(&text).unwrap();
    assert_eq!((tests.total(), tests.failed, tests.broken.len()), (1, 1, 0));
    let failure = &tests.failures[0];
    assert_eq!(
        (failure.file.as_deref(), failure.line),
        (Some("src/x.rs"), Some(7))
    );
    assert!(failure.message.ends_with("boom"));
}

#[test]
fn benches_and_times_are_read() {
    let text = "running 2 tests\ntest a ... bench:       1,234 ns/iter (+/- 5)\ntest b ... ok <0.250s>\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 1 measured; 3 filtered out; finished in 0.1s\n";
    let (tests, codes) = read(text).unwrap();
    assert_eq!((tests.passed, tests.broken.len(), codes.len()), (2, 0, 0));
    assert!((tests.seconds - 0.25).abs() < 1e-9);
}

#[test]
fn code_that_does_not_build_is_refused_or_broken() {
    assert_eq!(
        read("error: could not compile `x` (lib test) due to 1 previous error\n")
            .unwrap_err()
            .code(),
        "no-result"
    );
    let text = format!(
        "running 1 test\ntest a ... ok\n{}error: could not compile `y`\n",
        result(1, 0, 0)
    );
    assert_eq!(read(&text).unwrap().0.broken.len(), 1);
}

#[test]
fn output_that_ends_where_a_binary_was_started_is_refused() {
    let first = format!(
        "     Running unittests src/lib.rs (target/debug/deps/x-abc)\n\nrunning 1 test\ntest a ... ok\n{}",
        result(1, 0, 0)
    );
    assert!(read(&first).is_ok());
    for tail in [
        "\n     Running tests/it.rs (target/debug/deps/it-abc)\n",
        "\n     Running tests/it.rs (target/debug/deps/it-abc)\n\nrunni",
        "\n     Running tests/it.rs (tar",
        "\n     Runn",
        "\n   Doc-tests x\n\n",
    ] {
        let refused = read(&format!("{first}{tail}")).unwrap_err();
        assert_eq!(refused.code(), "truncated", "{tail}");
    }
    for tail in ["Running cleanup\n", "R\n", "done"] {
        assert!(read(&format!("{first}{tail}")).is_ok(), "{tail}");
    }
    let other = "\n     Running benches/b.rs (target/debug/deps/b-abc)\na harness of its own\n";
    let (tests, codes) = read(&format!("{first}{other}")).unwrap();
    assert_eq!((tests.passed, codes), (1, vec!["no-tests-shown"]));
}

#[test]
fn a_result_line_that_a_test_prints_ends_nothing() {
    let printed = result(9, 0, 0);
    for tests in [
        format!("{printed}test a ... ok\ntest b ... ok\n"),
        format!("test a ... ok\n{printed}test b ... ok\n"),
        format!("test a ... ok\ntest b ... ok\n{printed}{printed}"),
        format!("test a ... {}ok\ntest b ... ok\n", printed.trim_start()),
        format!("test a ... ok\n{}test b ... ok\n", result(1, 1, 0)),
    ] {
        let text = format!("running 2 tests\n{tests}{}", result(2, 0, 0));
        let (read, codes) = read(&text).unwrap();
        assert_eq!((read.passed, read.total()), (2, 2), "{text}");
        assert_eq!(
            (read.broken.len(), codes.len()),
            (0, 0),
            "{text}{:?}",
            read.broken
        );
    }
}

#[test]
fn a_result_line_of_other_tests_is_no_rival_in_a_terse_run() {
    let text = format!("running 2 tests\n.{}.{}", result(9, 0, 0), result(2, 0, 0));
    let (tests, codes) = read(&text).unwrap();
    assert_eq!((tests.passed, tests.broken.len()), (2, 0));
    assert_eq!(codes, ["from-counters"]);
}

#[test]
fn a_result_line_that_a_test_prints_stands_in_for_none() {
    let good = result(2, 0, 0);
    for text in [
        // The binary ended without a result of its own.
        format!("running 2 tests\n{good}test a ... ok\ntest b ... ok\n"),
        format!(
            "running 2 tests\ntest a ... ok\ntest b ... {}ok\n",
            good.trim_start()
        ),
        // Nor can its tests be told.
        format!("running 2 tests\n..{good}{}", result(1, 1, 0)),
        format!("running 2 tests\n.F{}{good}", result(1, 1, 0)),
        format!("running 2 tests\n{good}\nfailures:\n\nfailures:\n    b\n"),
    ] {
        let (read, _) = read(&text).unwrap();
        assert!(!read.broken.is_empty(), "{text}");
    }
}
