//! How code reads variables of its environment, by language: what `files: { env: … }` looks for by itself.
//!
//! A reader is for files by the ending of their names. Reads whose name is computed at run time cannot be seen;
//! they are what `except` and `reads` are for.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;

/// How one language reads its environment.
struct Reader {
    /// Endings of names; one with a `*` is a glob on the name without its folder.
    files: &'static [&'static str],
    /// What begins a line that is all comment.
    comment: &'static [&'static str],
    /// Expressions whose first group is the name of a variable.
    names: &'static [&'static str],
    /// Expressions whose first group is a list of names, as in `const { A, B: b = 1 } = process.env`.
    lists: &'static [&'static str],
}

/// Every language. A new one is one entry.
static READERS: &[Reader] = &[
    Reader {
        files: &[
            ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte",
            ".astro",
        ],
        comment: &["//", "*", "/*"],
        names: &[
            r"\b(?:process|import\.meta|Bun)\??\.env\??\.([A-Za-z_]\w*)",
            r#"\b(?:process|import\.meta|Bun)\??\.env(?:\?\.)?\[\s*['"`]([A-Za-z_]\w*)['"`]\s*\]"#,
            r#"\bDeno\.env\.(?:get|has)\(\s*['"`]([A-Za-z_]\w*)['"`]"#,
        ],
        lists: &[r"\{([^{}]*)\}\s*=\s*(?:process|import\.meta|Bun)\.env\b"],
    },
    Reader {
        files: &[".py", ".pyi"],
        comment: &["#"],
        names: &[
            r#"\benviron\[\s*[bru]*['"]([A-Za-z_]\w*)['"]\s*\]"#,
            r#"\benviron\.(?:get|pop|setdefault)\(\s*['"]([A-Za-z_]\w*)['"]"#,
            r#"\bgetenv\(\s*['"]([A-Za-z_]\w*)['"]"#,
            r#"['"]([A-Za-z_]\w*)['"]\s+(?:not\s+)?in\s+(?:os\.)?environ\b"#,
            r#"\b(?:env(?:\.\w+)?|config)\(\s*['"]([A-Z][A-Z0-9_]*)['"]"#,
        ],
        lists: &[],
    },
    Reader {
        files: &[".rs"],
        comment: &["//"],
        names: &[
            r#"\benv::var(?:_os)?\(\s*"([A-Za-z_]\w*)""#,
            r#"\b(?:option_)?env!\(\s*"([A-Za-z_]\w*)""#,
            r#"\benv\s*=\s*"([A-Z][A-Z0-9_]*)""#,
        ],
        lists: &[],
    },
    Reader {
        files: &[".go"],
        comment: &["//", "*", "/*"],
        names: &[
            r#"\b(?:os|syscall)\.(?:Getenv|LookupEnv)\(\s*["`]([A-Za-z_]\w*)["`]"#,
            r#"\benv:"([A-Za-z_]\w*)[",]"#,
        ],
        lists: &[],
    },
    Reader {
        files: &[".java", ".kt", ".kts", ".scala", ".groovy", ".gradle"],
        comment: &["//", "*", "/*"],
        names: &[
            r#"\bSystem\.getenv\(\s*"([A-Za-z_]\w*)""#,
            r#"\bSystem\.getenv\(\)\s*(?:\.get(?:OrDefault)?\(|\[)\s*"([A-Za-z_]\w*)""#,
            r#"\bsys\.env(?:\.get|\.getOrElse)?\(\s*"([A-Za-z_]\w*)""#,
            r#"@Value\(\s*"\$\{([A-Z][A-Z0-9_]*)[:}]"#,
        ],
        lists: &[],
    },
    Reader {
        files: &[
            ".rb", ".erb", ".rake", ".ru", ".gemspec", "Gemfile", "Rakefile",
        ],
        comment: &["#"],
        names: &[
            r#"\bENV\[\s*['"]([A-Za-z_]\w*)['"]\s*\]"#,
            r#"\bENV\.(?:fetch|key\?|has_key\?|include\?|dig|delete)\(?\s*['"]([A-Za-z_]\w*)['"]"#,
        ],
        lists: &[],
    },
    Reader {
        files: &[".php", ".phtml"],
        comment: &["//", "#", "*", "/*"],
        names: &[
            r#"\bgetenv\(\s*['"]([A-Za-z_]\w*)['"]"#,
            r#"\$_ENV\[\s*['"]([A-Za-z_]\w*)['"]\s*\]"#,
            r#"\benv\(\s*['"]([A-Z][A-Z0-9_]*)['"]"#,
        ],
        lists: &[],
    },
    Reader {
        files: &[
            ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".m", ".mm", ".zig",
        ],
        comment: &["//", "*", "/*"],
        names: &[r#"\b(?:secure_)?getenv\(\s*"([A-Za-z_]\w*)""#],
        lists: &[],
    },
    Reader {
        files: &[".cs", ".fs", ".vb"],
        comment: &["//", "'"],
        names: &[r#"\bEnvironment\.GetEnvironmentVariable\(\s*"([A-Za-z_]\w*)""#],
        lists: &[],
    },
    Reader {
        files: &[".ex", ".exs"],
        comment: &["#"],
        names: &[r#"\bSystem\.(?:get_env|fetch_env!?)\(\s*"([A-Za-z_]\w*)""#],
        lists: &[],
    },
    Reader {
        files: &[".swift", ".dart"],
        comment: &["//", "*", "/*"],
        names: &[
            r#"\benvironment\[\s*['"]([A-Za-z_]\w*)['"]\s*\]"#,
            r#"\bfromEnvironment\(\s*['"]([A-Za-z_]\w*)['"]"#,
        ],
        lists: &[],
    },
    Reader {
        files: &[".pl", ".pm", ".t"],
        comment: &["#"],
        names: &[r#"\$ENV\{\s*['"]?([A-Za-z_]\w*)['"]?\s*\}"#],
        lists: &[],
    },
    Reader {
        files: &[".lua"],
        comment: &["--"],
        names: &[r#"\bos\.getenv\(\s*['"]([A-Za-z_]\w*)['"]"#],
        lists: &[],
    },
    Reader {
        files: &[
            "compose*.yml",
            "compose*.yaml",
            "docker-compose*.yml",
            "docker-compose*.yaml",
        ],
        comment: &["#"],
        names: &[
            r"(?:^|[^$])\$\{([A-Za-z_]\w*)",
            r"(?:^|[^$])\$([A-Za-z_]\w*)",
        ],
        lists: &[],
    },
];

/// Variables that the system, a shell or a build tool sets: no example has to name them. A `*` at the end stands
/// for anything.
pub(super) static SET_BY_OTHERS: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "PWD",
    "OLDPWD",
    "HOSTNAME",
    "LANG",
    "LC_*",
    "TZ",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "FORCE_COLOR",
    "EDITOR",
    "DISPLAY",
    "TMPDIR",
    "TMP",
    "TEMP",
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "PROGRAMFILES",
    "SYSTEMROOT",
    "XDG_*",
    "CI",
    "GITHUB_*",
    "GITLAB_*",
    "RUNNER_*",
    "NODE_ENV",
    "NODE_OPTIONS",
    "npm_*",
    "VITEST",
    "VITEST_*",
    "JEST_*",
    "MODE",
    "DEV",
    "PROD",
    "SSR",
    "BASE_URL",
    "CARGO",
    "CARGO_*",
    "OUT_DIR",
    "RUST_LOG",
    "RUST_BACKTRACE",
    "PROFILE",
    "TARGET",
    "GOPATH",
    "GOROOT",
    "GOOS",
    "GOARCH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PYTEST_*",
    "JAVA_HOME",
    "GEM_HOME",
    "BUNDLE_*",
];

/// A reader with its expressions compiled.
struct Compiled {
    reader: &'static Reader,
    names: Vec<Regex>,
    lists: Vec<Regex>,
}

fn compiled() -> &'static [Compiled] {
    static COMPILED: OnceLock<Vec<Compiled>> = OnceLock::new();
    let compile = |texts: &[&str]| -> Vec<Regex> {
        let read = |text: &&str| Regex::new(text).expect("an expression of the table");
        texts.iter().map(read).collect()
    };
    COMPILED.get_or_init(|| {
        let one = |reader: &'static Reader| Compiled {
            reader,
            names: compile(reader.names),
            lists: compile(reader.lists),
        };
        READERS.iter().map(one).collect()
    })
}

fn reader_of(path: &str) -> Option<&'static Compiled> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is = |end: &&str| match end.split_once('*') {
        Some((head, tail)) => name.starts_with(head) && name.ends_with(tail),
        None => name.ends_with(end),
    };
    compiled()
        .iter()
        .find(|one| one.reader.files.iter().any(&is))
}

/// Whether a language is known for that path.
pub(super) fn is_known(path: &str) -> bool {
    reader_of(path).is_some()
}

/// The variables that a file reads, each with the byte offset of its first place.
pub(super) fn read(path: &str, text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let Some(known) = reader_of(path) else {
        return found;
    };
    let mut add = |name: &str, at: usize| {
        let line = super::super::tree::line_around(text, at).trim_start();
        if !known
            .reader
            .comment
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            found.entry(name.to_owned()).or_insert(at);
        }
    };
    for hit in known
        .names
        .iter()
        .flat_map(|regex| regex.captures_iter(text))
    {
        let (Some(whole), Some(name)) = (hit.get(0), hit.get(1)) else {
            continue;
        };
        if !is_written(&text[whole.end()..]) {
            add(name.as_str(), name.start());
        }
    }
    for hit in known
        .lists
        .iter()
        .flat_map(|regex| regex.captures_iter(text))
    {
        let Some(list) = hit.get(1) else { continue };
        let mut at = list.start();
        for part in list.as_str().split(',') {
            let name = part.trim_start();
            let start = at + part.len() - name.len();
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
            let name = &name[..end.unwrap_or(name.len())];
            if !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) {
                add(name, start);
            }
            at += part.len() + 1;
        }
    }
    found
}

/// Whether what follows makes it an assignment: `process.env.X = …` sets a variable and reads none.
fn is_written(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    rest.strip_prefix('=')
        .is_some_and(|rest| !rest.starts_with(['=', '~', '>']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, text: &str) -> Vec<String> {
        read(path, text).into_keys().collect()
    }

    #[test]
    fn each_language_reads_its_environment() {
        let cases: &[(&str, &str, &[&str])] = &[
            (
                "a.ts",
                "process.env.A; process.env['B']; process?.env?.C; import.meta.env.D",
                &["A", "B", "C", "D"],
            ),
            (
                "a.mjs",
                "const { E, F: f, G = 'x' } = process.env;",
                &["E", "F", "G"],
            ),
            ("a.ts", "Deno.env.get(\"H\"); Bun.env.I", &["H", "I"]),
            (
                "a.py",
                "os.environ['A']; os.environ.get(\"B\", 1); os.getenv('C'); 'D' in os.environ; env.str('E')",
                &["A", "B", "C", "D", "E"],
            ),
            (
                "a.rs",
                "std::env::var(\"A\"); env::var_os(\"B\"); env!(\"C\"); option_env!(\"D\"); #[arg(long, env = \"E\")]",
                &["A", "B", "C", "D", "E"],
            ),
            (
                "a.go",
                "os.Getenv(\"A\"); os.LookupEnv(\"B\"); type c struct { D string `env:\"D,required\"` }",
                &["A", "B", "D"],
            ),
            (
                "A.java",
                "System.getenv(\"A\"); System.getenv().get(\"B\"); @Value(\"${C:none}\")",
                &["A", "B", "C"],
            ),
            (
                "a.rb",
                "ENV['A']; ENV.fetch(\"B\", nil); ENV.key?('C')",
                &["A", "B", "C"],
            ),
            ("Rakefile", "ENV['A']", &["A"]),
            (
                "a.php",
                "getenv('A'); $_ENV['B']; env('C', 1)",
                &["A", "B", "C"],
            ),
            ("a.c", "char *a = getenv(\"A\");", &["A"]),
            ("a.cs", "Environment.GetEnvironmentVariable(\"A\")", &["A"]),
            (
                "a.exs",
                "System.get_env(\"A\"); System.fetch_env!(\"B\")",
                &["A", "B"],
            ),
            ("a.dart", "Platform.environment['A']", &["A"]),
            ("a.pl", "$ENV{A}; $ENV{'B'}", &["A", "B"]),
            ("a.lua", "os.getenv('A')", &["A"]),
            (
                "compose.yml",
                "image: x:${A:-1}\npassword: $$B ${C}",
                &["A", "C"],
            ),
        ];
        for (path, text, wanted) in cases {
            assert_eq!(names(path, text), *wanted, "{path}: {text}");
        }
    }

    #[test]
    fn what_sets_a_variable_or_stands_in_a_comment_reads_none() {
        assert_eq!(
            names("a.ts", "process.env.A = '1'; if (process.env.B === '1') {}"),
            ["B"]
        );
        assert_eq!(
            names(
                "a.py",
                "os.environ['A'] = '1'\n# os.environ['B']\nos.environ['C'] == '1'"
            ),
            ["C"]
        );
        assert_eq!(names("a.rb", "ENV['A'] = '1'; ENV['B'] =~ /x/"), ["B"]);
        assert!(names("a.txt", "process.env.A").is_empty());
    }

    #[test]
    fn every_expression_has_one_group() {
        for one in compiled() {
            for regex in one.names.iter().chain(&one.lists) {
                assert_eq!(regex.captures_len(), 2, "{regex}");
            }
        }
    }
}
