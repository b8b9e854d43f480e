//! The named patterns that ship: what switches a tool off for a place, hides lines from coverage, or leaves a test
//! out. Each is limited to the files in which it means that.

/// A pattern with a name.
#[derive(Debug)]
pub(super) struct Named {
    /// The set it belongs to.
    pub set: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Endings of the names of files it is looked for in; none means all files that are no prose.
    pub files: &'static [&'static str],
    /// What it looks for.
    pub regex: &'static str,
}

/// The sets, in the order in which they are told.
pub(super) static SETS: &[&str] = &[SUPPRESSIONS, PRAGMAS, SKIPS];

const SUPPRESSIONS: &str = "suppressions";
const PRAGMAS: &str = "coverage-pragmas";
const SKIPS: &str = "skipped-tests";

/// Files for people: what is written there switches nothing off.
pub(super) static PROSE: &[&str] = &[
    ".md",
    ".markdown",
    ".mdx",
    ".rst",
    ".adoc",
    ".txt",
    ".html",
    ".svg",
    ".lock",
];

const ANY: &[&str] = &[];
const JS: &[&str] = &[
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro",
];
const WEB: &[&str] = &[
    ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro",
    ".css", ".scss", ".less", ".json", ".jsonc", ".graphql", ".html",
];
const CSS: &[&str] = &[
    ".css", ".scss", ".sass", ".less", ".vue", ".svelte", ".html",
];
const RUST: &[&str] = &[".rs"];
const PYTHON: &[&str] = &[".py", ".pyi", ".ipynb"];
const GO: &[&str] = &[".go"];
const JAVA: &[&str] = &[".java", ".kt", ".kts", ".groovy", ".scala"];
const KOTLIN: &[&str] = &[".kt", ".kts"];
const SCALA: &[&str] = &[".scala", ".sc"];
const PHP: &[&str] = &[".php", ".phtml"];
const RUBY: &[&str] = &[".rb", ".rake", ".ru", ".gemspec", "Gemfile", "Rakefile"];
const SHELL: &[&str] = &[".sh", ".bash", ".ksh", ".bats", ".zsh"];
const C: &[&str] = &[
    ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inl", ".m", ".mm",
];
const DOTNET: &[&str] = &[".cs", ".fs", ".vb"];
const SWIFT: &[&str] = &[".swift"];
const DART: &[&str] = &[".dart"];
const ELIXIR: &[&str] = &[".ex", ".exs"];
const TERRAFORM: &[&str] = &[".tf", ".tfvars", ".hcl"];
const YAML: &[&str] = &[".yml", ".yaml"];

const fn one(
    set: &'static str,
    name: &'static str,
    files: &'static [&'static str],
    regex: &'static str,
) -> Named {
    Named {
        set,
        name,
        files,
        regex,
    }
}

/// Every pattern. A new one is one line.
#[rustfmt::skip]
pub(super) static PATTERNS: &[Named] = &[
    one(SUPPRESSIONS, "ts-ignore", JS, r"@ts-ignore\b"),
    one(SUPPRESSIONS, "ts-expect-error", JS, r"@ts-expect-error\b"),
    one(SUPPRESSIONS, "ts-nocheck", JS, r"@ts-nocheck\b"),
    one(SUPPRESSIONS, "eslint-disable", JS, r"\b(?:eslint|oxlint)-disable(?:-next-line|-line)?\b"),
    one(SUPPRESSIONS, "tslint-disable", JS, r"\btslint:disable"),
    one(SUPPRESSIONS, "biome-ignore", WEB, r"\bbiome-ignore(?:-all|-start)?\b"),
    one(SUPPRESSIONS, "deno-lint-ignore", JS, r"\bdeno-lint-ignore(?:-file)?\b"),
    one(SUPPRESSIONS, "svelte-ignore", JS, r"\bsvelte-ignore\b"),
    one(SUPPRESSIONS, "flow-suppress", JS, r"\$Flow(?:FixMe|Ignore|Issue|ExpectedError)\b"),
    one(SUPPRESSIONS, "stylelint-disable", CSS, r"\bstylelint-disable(?:-next-line|-line)?\b"),
    one(SUPPRESSIONS, "rust-allow", RUST, r"#!?\[\s*(?:cfg_attr\([^\]]*?,\s*)?allow\s*\("),
    one(SUPPRESSIONS, "rust-expect", RUST, r"#!?\[\s*(?:cfg_attr\([^\]]*?,\s*)?expect\s*\("),
    one(SUPPRESSIONS, "noqa", PYTHON, r"(?i)#\s*(?:(?:ruff|flake8)\s*:\s*)?noqa\b"),
    one(SUPPRESSIONS, "type-ignore", PYTHON, r"#\s*type:\s*ignore\b"),
    one(SUPPRESSIONS, "pyright-ignore", PYTHON, r"#\s*(?:pyright|basedpyright|ty|pyrefly)\s*:\s*ignore\b"),
    one(SUPPRESSIONS, "mypy-ignore", PYTHON, r"#\s*mypy\s*:\s*(?:ignore-errors|disable-error-code|allow-)"),
    one(SUPPRESSIONS, "pyre-ignore", PYTHON, r"#\s*pyre-(?:ignore|fixme)"),
    one(SUPPRESSIONS, "no-type-check", PYTHON, r"@(?:typing\.)?no_type_check\b"),
    one(SUPPRESSIONS, "pylint-disable", PYTHON, r"#.*\bpylint\s*:\s*(?:disable|skip-file)"),
    one(SUPPRESSIONS, "nosec", &[".py", ".pyi", ".ipynb", ".go"], r"#\s*nosec\b"),
    one(SUPPRESSIONS, "nolint", GO, r"//\s*nolint\b"),
    one(SUPPRESSIONS, "staticcheck-ignore", GO, r"//\s*lint:(?:file-)?ignore\b"),
    one(SUPPRESSIONS, "suppress-warnings", JAVA, r"@SuppressWarnings\b"),
    one(SUPPRESSIONS, "suppress-findbugs", JAVA, r"@SuppressFBWarnings\b"),
    one(SUPPRESSIONS, "suppress-lint", JAVA, r"@SuppressLint\b"),
    one(SUPPRESSIONS, "noinspection", JAVA, r"//\s*noinspection\b"),
    one(SUPPRESSIONS, "nopmd", JAVA, r"//\s*NOPMD\b"),
    one(SUPPRESSIONS, "checkstyle-off", JAVA, r"\bCHECKSTYLE(?:\.|:)\s*(?:OFF|SUPPRESS)"),
    one(SUPPRESSIONS, "kotlin-suppress", KOTLIN, r"@(?:file:)?Suppress\s*\("),
    one(SUPPRESSIONS, "ktlint-disable", KOTLIN, r"\bktlint-disable\b"),
    one(SUPPRESSIONS, "scala-nowarn", SCALA, r"@nowarn\b|\bscala(?:fix|style):off\b"),
    one(SUPPRESSIONS, "phpstan-ignore", PHP, r"@phpstan-ignore(?:-next-line|-line)?\b"),
    one(SUPPRESSIONS, "psalm-suppress", PHP, r"@psalm-suppress\b"),
    one(SUPPRESSIONS, "phan-suppress", PHP, r"@phan-(?:file-)?suppress"),
    one(SUPPRESSIONS, "phpcs-ignore", PHP, r"\bphpcs:(?:ignore|disable)|@codingStandardsIgnore(?:Start|Line|File)"),
    one(SUPPRESSIONS, "rubocop-disable", RUBY, r"\brubocop\s*:\s*(?:disable|todo)\b"),
    one(SUPPRESSIONS, "standard-disable", RUBY, r"\bstandard\s*:\s*disable\b"),
    one(SUPPRESSIONS, "steep-ignore", RUBY, r"#\s*(?:steep:ignore|typed:\s*ignore)\b"),
    one(SUPPRESSIONS, "shellcheck-disable", SHELL, r"#\s*shellcheck\s+.*\bdisable="),
    one(SUPPRESSIONS, "pragma-warning-disable", DOTNET, r"#pragma\s+warning\s+disable\b"),
    one(SUPPRESSIONS, "suppress-message", DOTNET, r"\[\s*(?:assembly:\s*)?(?:Unconditional)?SuppressMessage\b"),
    one(SUPPRESSIONS, "nullable-disable", DOTNET, r"#nullable\s+disable\b"),
    one(SUPPRESSIONS, "resharper-disable", DOTNET, r"\bReSharper\s+disable\b"),
    one(SUPPRESSIONS, "clang-tidy-nolint", C, r"\bNOLINT(?:NEXTLINE|BEGIN)?\b"),
    one(SUPPRESSIONS, "diagnostic-ignored", C, r#"\b(?:GCC|clang)\s+diagnostic\s+ignored\b|#pragma\s+warning\s*\(\s*(?:push\s*,\s*\d+|disable|suppress)"#),
    one(SUPPRESSIONS, "cppcheck-suppress", C, r"\bcppcheck-suppress\b"),
    one(SUPPRESSIONS, "coverity", C, r"/[/*]\s*coverity\["),
    one(SUPPRESSIONS, "swiftlint-disable", SWIFT, r"\bswiftlint:disable\b"),
    one(SUPPRESSIONS, "dart-ignore", DART, r"//\s*ignore(?:_for_file)?\s*:"),
    one(SUPPRESSIONS, "credo-disable", ELIXIR, r"#\s*credo:disable"),
    one(SUPPRESSIONS, "no-critic", &[".pl", ".pm", ".t"], r"##\s*no critic\b"),
    one(SUPPRESSIONS, "luacheck-ignore", &[".lua"], r"--\s*luacheck\s*:\s*(?:ignore|push|no)"),
    one(SUPPRESSIONS, "hlint-ignore", &[".hs", ".lhs"], r"\bHLINT\s+ignore\b"),
    one(SUPPRESSIONS, "sqlfluff-noqa", &[".sql"], r"(?i)--\s*noqa\b"),
    one(SUPPRESSIONS, "hadolint-ignore", &["Dockerfile", ".dockerfile", "Containerfile"], r"#\s*hadolint\s+.*\bignore="),
    one(SUPPRESSIONS, "yamllint-disable", YAML, r"#\s*yamllint\s+disable"),
    one(SUPPRESSIONS, "zizmor-ignore", YAML, r"#\s*zizmor:\s*ignore\["),
    one(SUPPRESSIONS, "tflint-ignore", TERRAFORM, r"\btflint-ignore(?:-file)?\s*:"),
    one(SUPPRESSIONS, "nosemgrep", ANY, r"\bnosemgrep\b"),
    one(SUPPRESSIONS, "nosonar", ANY, r"\bNOSONAR\b"),
    one(SUPPRESSIONS, "gitleaks-allow", ANY, r"\bgitleaks:allow\b"),
    one(SUPPRESSIONS, "trufflehog-ignore", ANY, r"\btrufflehog:ignore\b"),
    one(SUPPRESSIONS, "allowlist-secret", ANY, r"\bpragma:\s*(?:allow|white)list\s+secret\b"),
    one(SUPPRESSIONS, "trivy-ignore", ANY, r"\b(?:trivy|tfsec):ignore\b"),
    one(SUPPRESSIONS, "checkov-skip", ANY, r"\bcheckov:skip="),
    one(SUPPRESSIONS, "codeql-ignore", ANY, r"\b(?:codeql|lgtm)\s*\["),

    one(PRAGMAS, "pragma-no-cover", PYTHON, r"(?i)#\s*pragma:?\s*no\s*(?:cover|branch)\b"),
    one(PRAGMAS, "istanbul-ignore", JS, r"\bistanbul\s+ignore\b"),
    one(PRAGMAS, "c8-ignore", JS, r"\bc8\s+ignore\b"),
    one(PRAGMAS, "v8-ignore", JS, r"\bv8\s+ignore\b"),
    one(PRAGMAS, "node-coverage", JS, r"\bnode:coverage\s+(?:ignore|disable)\b"),
    one(PRAGMAS, "deno-coverage-ignore", JS, r"\bdeno-coverage-ignore\b"),
    one(PRAGMAS, "lcov-excl", ANY, r"\bLCOV_EXCL_(?:EXCEPTION_)?(?:BR_)?(?:LINE|START)\b"),
    one(PRAGMAS, "gcovr-excl", C, r"\bGCOVR?_EXCL_(?:BR_)?(?:LINE|START|SOURCE|FUNCTION)\b"),
    one(PRAGMAS, "nocov", RUBY, r"#\s*:nocov:"),
    one(PRAGMAS, "rust-coverage-off", RUST, r"\bcoverage\s*\(\s*off\s*\)|#!?\[\s*no_coverage\b"),
    one(PRAGMAS, "tarpaulin-skip", RUST, r"\btarpaulin::skip\b|\bnot\(\s*tarpaulin(?:_include)?\s*\)"),
    one(PRAGMAS, "code-coverage-ignore", PHP, r"@codeCoverageIgnore(?:Start)?\b"),
    one(PRAGMAS, "exclude-from-coverage", DOTNET, r"\bExcludeFromCodeCoverage\b"),
    one(PRAGMAS, "jacoco-generated", JAVA, r"@(?:\w*Jacoco\w*Generated\w*|\w*Exclude\w*(?:Coverage|Jacoco)\w*)\b"),
    one(PRAGMAS, "scala-coverage-off", SCALA, r"\$COVERAGE-OFF\$"),
    one(PRAGMAS, "go-coverage-ignore", GO, r"//\s*coverage[:-]ignore\b"),
    one(PRAGMAS, "dart-coverage-ignore", DART, r"//\s*coverage:ignore-"),
    one(PRAGMAS, "coveralls-ignore", ELIXIR, r"#\s*coveralls-ignore"),
    one(PRAGMAS, "uncoverable", &[".pl", ".pm", ".t"], r"#\s*uncoverable\b"),

    one(SKIPS, "js-only", JS, r"\b(?:it|test|describe|context|suite|specify|bench)(?:\.\w+)*\.only\b|\bf(?:it|describe|context|test)\s*\("),
    one(SKIPS, "js-skip", JS, r"\b(?:it|test|describe|context|suite|specify|bench)(?:\.\w+)*\.(?:skip|skipIf|todo|fixme)\b|\bx(?:it|describe|context|test|specify)\s*\(|\bt\.skip\s*\("),
    one(SKIPS, "js-skip-option", JS, r#"\{[^{}\n]*\b(?:skip|todo)\s*:\s*(?:true|['"`])"#),
    one(SKIPS, "rust-ignore", RUST, r"#\[\s*(?:cfg_attr\([^\]]*?,\s*)?ignore\b"),
    one(SKIPS, "python-skip", PYTHON, r"@(?:pytest\.)?mark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)\s*\(|@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b|\.skipTest\s*\(|\braise\s+(?:unittest\.)?SkipTest\b"),
    one(SKIPS, "go-skip", GO, r"\b[tbf]\.Skip(?:f|Now)?\s*\("),
    one(SKIPS, "junit-disabled", JAVA, r"@(?:Disabled|DisabledIf\w*|DisabledOn\w*|Ignore)\b"),
    one(SKIPS, "dotnet-skip", DOTNET, r#"\[\s*Ignore\b|\bSkip\s*=\s*""#),
    one(SKIPS, "php-skip", PHP, r"\bmarkTest(?:Skipped|Incomplete)\s*\(|->(?:skip|todo|only)\s*\("),
    one(SKIPS, "ruby-skip", RUBY, r"(?m)^\s*(?:x(?:it|describe|context|specify|example)|f(?:it|describe|context|specify|example)|skip|pending)\b"),
    one(SKIPS, "bats-skip", &[".bats"], r"(?m)^\s*skip\b"),
    one(SKIPS, "gtest-disabled", C, r"\bDISABLED_\w+|\bGTEST_SKIP\s*\("),
    one(SKIPS, "swift-skip", SWIFT, r"\bXCTSkip(?:If|Unless)?\b|\.disabled\s*\("),
    one(SKIPS, "dart-skip", DART, r#"\bskip\s*:\s*(?:true|['"])"#),
    one(SKIPS, "elixir-skip", ELIXIR, r"@(?:module)?tag\s+:?skip\b"),
];

/// Whether a path has one of the endings; without endings, whether it is no prose.
pub(super) fn is_for(endings: &[&str], path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ends = |list: &[&str]| list.iter().any(|end| name.ends_with(end));
    if endings.is_empty() {
        !ends(PROSE)
    } else {
        ends(endings)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use regex::Regex;

    use super::*;

    fn hits(name: &str, text: &str) -> usize {
        let one = PATTERNS.iter().find(|one| one.name == name).unwrap();
        Regex::new(one.regex).unwrap().find_iter(text).count()
    }

    #[test]
    fn names_are_unique_and_belong_to_a_set() {
        let mut seen = BTreeSet::new();
        for one in PATTERNS {
            assert!(
                seen.insert(one.name) && !SETS.contains(&one.name),
                "{}",
                one.name
            );
            assert!(SETS.contains(&one.set), "{}", one.set);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(one.name.chars().all(plain), "{}", one.name);
            Regex::new(one.regex).unwrap();
        }
    }

    #[test]
    fn suppressions_are_found() {
        let cases: &[(&str, &str)] = &[
            ("ts-ignore", "// @ts-ignore: later"),
            ("ts-expect-error", "// @ts-expect-error"),
            ("ts-nocheck", "// @ts-nocheck"),
            ("eslint-disable", "/* eslint-disable no-eval */"),
            ("eslint-disable", "// eslint-disable-next-line"),
            ("biome-ignore", "// biome-ignore lint/x: y"),
            ("rust-allow", "#![allow(dead_code)]"),
            ("rust-allow", "#[cfg_attr(not(test), allow(unused))]"),
            ("rust-expect", "#[expect(dead_code)]"),
            ("noqa", "import x  # NOQA: F401"),
            ("noqa", "# ruff: noqa"),
            ("type-ignore", "x = 1  # type: ignore[assignment]"),
            ("pylint-disable", "# pylint: disable=x"),
            ("nosec", "eval(x)  # nosec B307"),
            ("nosemgrep", "// nosemgrep: rule"),
            ("nolint", "//nolint:errcheck"),
            ("suppress-warnings", "@SuppressWarnings(\"x\")"),
            ("phpstan-ignore", "// @phpstan-ignore-next-line"),
            ("rubocop-disable", "# rubocop:disable Style/X"),
            ("shellcheck-disable", "# shellcheck disable=SC2086"),
            ("pragma-warning-disable", "#pragma warning disable CS0168"),
            ("nosonar", "// NOSONAR"),
            ("gitleaks-allow", "key # gitleaks:allow"),
            ("clang-tidy-nolint", "int x; // NOLINT(readability)"),
            (
                "diagnostic-ignored",
                "#pragma GCC diagnostic ignored \"-Wall\"",
            ),
        ];
        for (name, text) in cases {
            assert_eq!(hits(name, text), 1, "{name}: {text}");
        }
    }

    #[test]
    fn coverage_pragmas_are_found() {
        let cases: &[(&str, &str)] = &[
            ("pragma-no-cover", "if x:  # pragma: no cover"),
            ("istanbul-ignore", "/* istanbul ignore next */"),
            ("c8-ignore", "/* c8 ignore next 3 */"),
            ("v8-ignore", "/* v8 ignore start */"),
            ("node-coverage", "/* node:coverage ignore next */"),
            ("lcov-excl", "// LCOV_EXCL_LINE"),
            ("lcov-excl", "// LCOV_EXCL_BR_START"),
            ("gcovr-excl", "// GCOVR_EXCL_START"),
            ("nocov", "# :nocov:"),
            ("rust-coverage-off", "#[coverage(off)]"),
            (
                "rust-coverage-off",
                "#[cfg_attr(coverage_nightly, coverage(off))]",
            ),
            ("code-coverage-ignore", "// @codeCoverageIgnoreStart"),
            ("exclude-from-coverage", "[ExcludeFromCodeCoverage]"),
        ];
        for (name, text) in cases {
            assert_eq!(hits(name, text), 1, "{name}: {text}");
        }
    }

    #[test]
    fn tests_that_are_left_out_are_found() {
        let cases: &[(&str, &str)] = &[
            ("js-skip", "it.skip('x', () => {})"),
            ("js-skip", "test.concurrent.skip('x')"),
            ("js-skip", "xit('x')"),
            ("js-only", "describe.only('x')"),
            ("js-only", "fit('x')"),
            ("js-skip-option", "test('x', { skip: true }, () => {})"),
            ("rust-ignore", "#[ignore = \"slow\"]"),
            ("python-skip", "@pytest.mark.skip(reason='x')"),
            ("python-skip", "@unittest.skipIf(True, 'x')"),
            ("python-skip", "    self.skipTest('x')"),
            ("go-skip", "t.Skip(\"x\")"),
            ("go-skip", "t.SkipNow()"),
            ("junit-disabled", "@Disabled(\"x\")"),
            ("dotnet-skip", "[Fact(Skip = \"x\")]"),
            ("php-skip", "$this->markTestSkipped('x');"),
            ("ruby-skip", "  xit 'x' do"),
            ("gtest-disabled", "TEST(A, DISABLED_B)"),
        ];
        for (name, text) in cases {
            assert_eq!(hits(name, text), 1, "{name}: {text}");
        }
    }

    #[test]
    fn words_that_only_look_alike_are_not_found() {
        for (name, text) in [
            ("rust-allow", "fn allow() { deny(x) }"),
            ("noqa", "noqa = 1"),
            ("js-skip", "array.skip(1); unit('x')"),
            ("js-only", "benefit('x'); profit('y')"),
            ("go-skip", "list.Skip(3)"),
            ("type-ignore", "# type: int"),
            ("nosec", "# nosection"),
            ("ruby-skip", "list.skip; skipped = 1"),
            ("rust-coverage-off", "coverage(of)"),
        ] {
            assert_eq!(hits(name, text), 0, "{name}: {text}");
        }
        assert!(is_for(&[], "src/a.rs") && !is_for(&[], "docs/a.md"));
        assert!(is_for(&["Dockerfile"], "x/Dockerfile") && !is_for(&[".py"], "a.rs"));
    }
}
