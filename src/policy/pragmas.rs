//! Marks in the source that keep code out of coverage, of the tools of the main languages.
//!
//! A mark that opens a block counts, its end does not. Marks are looked for in lines, not in syntax: one inside a
//! string counts too, which errs on the side of telling.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// One line a tool. Case is ignored, as most tools do.
const PRAGMAS: &[&str] = &[
    // coverage.py
    r"#\s*pragma[:\s]\s*no\s*(?:cover|branch)",
    // Istanbul, c8, V8, Vitest
    r"\b(?:istanbul|c8|v8)\s+ignore\s+(?:next|if|else|file|start)\b",
    r"\bc8\s+ignore\s+\d",
    // node --test, Deno
    r"\bnode:coverage\s+(?:ignore\s+next|disable)\b",
    r"\bdeno-coverage-ignore(?:-start|-file)?\b",
    // lcov, gcovr
    r"\b(?:LCOV|GCOV|GCOVR)_EXCL_(?:BR_|EXCEPTION_BR_)?(?:LINE|START)\b",
    // Rust: the attribute, tarpaulin, cargo-llvm-cov, grcov
    r"\bcoverage\s*\(\s*off\s*\)",
    r"\btarpaulin(?:_include|::skip)\b",
    r"\bgrcov-excl-(?:br-)?(?:line|start)\b",
    // SimpleCov
    r"#\s*:nocov:",
    // PHPUnit
    r"@codeCoverageIgnore(?:Start)?\b",
    // .NET
    r"\bExcludeFromCodeCoverage\b",
    // JaCoCo, Kover
    r"@(?:\w+\.)*\w*(?:ExcludeFrom\w*Coverage\w*|ExcludeFromJacoco\w*|NoCoverage\w*)\b",
    // Go
    r"//\s*coverage[-:]ignore",
    // Dart
    r"//\s*coverage:ignore-(?:line|start|file)\b",
    // Scala
    r"\$COVERAGE-OFF\$",
    // Elixir
    r"\bcoveralls-ignore-(?:start|next-line)\b",
    // Perl
    r"#\s*uncoverable\s",
    // OCaml
    r"\[@+\s*coverage\s+(?:off|exclude_file)\s*\]",
];

/// Whether a line of source holds such a mark.
pub fn is_pragma(line: &[u8]) -> bool {
    static ANY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!("(?i-u:{})", PRAGMAS.join("|"))).expect("the patterns are constant")
    });
    ANY.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::is_pragma;

    #[test]
    fn the_marks_of_the_main_tools_are_known() {
        for line in [
            "if x:  # pragma: no cover",
            "while True:  # PRAGMA NO BRANCH",
            "/* istanbul ignore next */",
            "// istanbul ignore else -- never",
            "/* c8 ignore start */",
            "/* c8 ignore 3 */",
            "/* v8 ignore if -- @preserve */",
            "/* node:coverage disable */",
            "/* node:coverage ignore next 2 */",
            "// deno-coverage-ignore",
            "abort(); // LCOV_EXCL_LINE",
            "// GCOVR_EXCL_START",
            "// LCOV_EXCL_BR_LINE",
            "#[coverage(off)]",
            "#[cfg_attr(coverage_nightly, coverage(off))]",
            "#[cfg(not(tarpaulin_include))]",
            "# :nocov:",
            " * @codeCoverageIgnore",
            "[ExcludeFromCodeCoverage]",
            "@ExcludeFromJacocoGeneratedReport",
            "// coverage-ignore",
            "// coverage:ignore-line",
            "// $COVERAGE-OFF$",
            "# coveralls-ignore-start",
            "# uncoverable branch true",
            "let f () = () [@@coverage off]",
        ] {
            assert!(is_pragma(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn ends_of_blocks_and_other_words_are_none() {
        for line in [
            "/* c8 ignore stop */",
            "/* node:coverage enable */",
            "// LCOV_EXCL_STOP",
            "// @codeCoverageIgnoreEnd",
            "// $COVERAGE-ON$",
            "# pragma once",
            "coverage(on)",
            "we cover no pragma",
            "",
        ] {
            assert!(!is_pragma(line.as_bytes()), "{line}");
        }
        assert!(!is_pragma(&[0xff, 0, 0xfe]));
    }
}
