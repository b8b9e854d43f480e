//! Decides whether a `run:` line needs a shell, and splits it into words when it does not.
//!
//! A line goes to `sh -c` when it holds, outside single quotes, one of the signs that mean something to a shell:
//!
//! - anywhere unquoted: `` $ ` | & ; < > ( ) { } * ? [ ] # ! ~ ``, a line break inside, a trailing backslash
//! - inside double quotes: `$` and `` ` ``, unless a backslash precedes them
//! - a first word `NAME=…`, or one that is a shell's own: `cd`, `export`, `.`, `if`, `test`, `echo` … ([`OWN`])
//!
//! Everything else is started directly, with the very words that `sh` would have passed. Several lines go to
//! `sh -e -c`: a failing first line must not hide behind a passing last one, which is what every CI does too.

use std::ffi::OsString;
use std::fmt;

use super::Program;

/// First words that a shell does itself, or that it understands differently from the program of that name.
pub const OWN: &[&str] = &[
    ".", ":", "alias", "bg", "break", "builtin", "case", "cd", "command", "continue", "declare",
    "do", "done", "echo", "elif", "else", "esac", "eval", "exec", "exit", "export", "fc", "fg",
    "fi", "for", "function", "getopts", "hash", "if", "in", "jobs", "let", "local", "popd",
    "pushd", "read", "readonly", "return", "select", "set", "shift", "shopt", "source", "test",
    "then", "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset",
    "until", "wait", "while",
];

const SIGNS: &[char] = &[
    '$', '`', '|', '&', ';', '<', '>', '(', ')', '{', '}', '*', '?', '[', ']', '#', '!', '~', '\n',
];

/// Why a `run:` line is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseTrouble {
    /// There is no word in it.
    Empty,
    /// It holds a NUL character.
    Nul,
    /// A quote is never closed.
    OpenQuote,
}

impl fmt::Display for ParseTrouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            ParseTrouble::Empty => "the command is empty: name a program",
            ParseTrouble::Nul => "the command holds a NUL character: remove it",
            ParseTrouble::OpenQuote => "a quote in the command is never closed: close it",
        })
    }
}

impl std::error::Error for ParseTrouble {}

/// Reads a `run:` line; a named `shell` (with options, as `bash -eu`) always gets the whole of it.
pub fn parse(run: &str, shell: Option<&str>) -> Result<Program, ParseTrouble> {
    let run = run.trim_matches([' ', '\t', '\n', '\r']);
    if run.is_empty() {
        return Err(ParseTrouble::Empty);
    }
    if run.contains('\0') || shell.is_some_and(|shell| shell.contains('\0')) {
        return Err(ParseTrouble::Nul);
    }
    let script = run.to_owned();
    if let Some(shell) = shell {
        let shell = words(shell)?;
        return Ok(Program::Shell { shell, script });
    }
    if needs_shell(run) {
        let mut shell: Vec<OsString> = vec!["sh".into()];
        if run.contains('\n') {
            shell.push("-e".into());
        }
        return Ok(Program::Shell { shell, script });
    }
    let words = words(run)?;
    // Quoting does not make a word less the shell's own: `"cd" x` is still `cd`.
    if words[0].to_str().is_some_and(|word| OWN.contains(&word)) {
        let shell = vec!["sh".into()];
        return Ok(Program::Shell { shell, script });
    }
    Ok(Program::Direct(words))
}

fn words(text: &str) -> Result<Vec<OsString>, ParseTrouble> {
    let words = shell_words::split(text).map_err(|_| ParseTrouble::OpenQuote)?;
    match words.first() {
        None => Err(ParseTrouble::Empty),
        Some(_) => Ok(words.into_iter().map(OsString::from).collect()),
    }
}

fn needs_shell(run: &str) -> bool {
    if assigns(run) {
        return true;
    }
    let mut quote = None;
    let mut chars = run.chars();
    while let Some(sign) = chars.next() {
        match (quote, sign) {
            (None, '\'' | '"') => quote = Some(sign),
            (Some(open), _) if open == sign => quote = None,
            (Some('\''), _) => {}
            // What follows a backslash is literal; nothing after it, or a continued line, is the shell's affair.
            (_, '\\') => {
                if matches!(chars.next(), None | Some('\n')) {
                    return true;
                }
            }
            (Some(_), '$' | '`') => return true,
            (None, sign) if SIGNS.contains(&sign) => return true,
            _ => {}
        }
    }
    false
}

/// Whether the first word is `NAME=…`.
fn assigns(run: &str) -> bool {
    let name = run
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count();
    let rest = &run[name..];
    name > 0
        && !run.starts_with(|c: char| c.is_ascii_digit())
        && (rest.starts_with('=') || rest.starts_with("+="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direct(run: &str) -> Option<Vec<String>> {
        match parse(run, None).unwrap() {
            Program::Direct(words) => Some(
                words
                    .into_iter()
                    .map(|word| word.into_string().unwrap())
                    .collect(),
            ),
            Program::Shell { script, .. } => {
                assert_eq!(script, run.trim());
                None
            }
        }
    }

    #[test]
    fn plain_and_quoted_words_are_started_directly() {
        let cases: [(&str, &[&str]); 7] = [
            ("cargo test", &["cargo", "test"]),
            (
                " npx vitest run --out=a.xml\n",
                &["npx", "vitest", "run", "--out=a.xml"],
            ),
            ("a 'b $c *' \"d e\"", &["a", "b $c *", "d e"]),
            (
                "a \"x\\$y\" \\*.rs '' b\"\"c",
                &["a", "x$y", "*.rs", "", "bc"],
            ),
            ("a X=1 -D'=2' it\\'s", &["a", "X=1", "-D=2", "it's"]),
            ("./cd.sh 1cd=2", &["./cd.sh", "1cd=2"]),
            ("a \"it's ~ # * { !\"", &["a", "it's ~ # * { !"]),
        ];
        for (run, words) in cases {
            assert_eq!(
                direct(run).as_deref(),
                Some(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>()[..]),
                "{run}"
            );
        }
    }

    #[test]
    fn what_means_something_to_a_shell_goes_to_one() {
        let runs = [
            "a $B",
            "a \"$B\"",
            "a \"`b`\"",
            "a | b",
            "a && b",
            "a; b",
            "a >f",
            "a <f",
            "(a)",
            "{ a; }",
            "a *.rs",
            "a f?",
            "a [b]",
            "a ~/x",
            "a # b",
            "! a",
            "A=1 b",
            "_A+=1 b",
            "cd x",
            "export A",
            ". f",
            "source f",
            "exit 3",
            "test -f x",
            "echo x",
            "\"cd\" x",
            "if",
            "a\\",
            "a b\\\nc",
            "a \"b\\\nc\"",
        ];
        for run in runs {
            assert_eq!(direct(run), None, "{run}");
        }
    }

    #[test]
    fn several_lines_stop_at_the_first_that_fails() {
        let Program::Shell { shell, script } = parse("false\ntrue\n", None).unwrap() else {
            panic!()
        };
        assert_eq!(
            (shell, script.as_str()),
            (vec!["sh".into(), "-e".into()], "false\ntrue")
        );
        let Program::Shell { shell, .. } = parse("false; true", None).unwrap() else {
            panic!()
        };
        assert_eq!(shell, ["sh"]);
    }

    #[test]
    fn a_named_shell_gets_everything() {
        let program = parse("cargo test", Some("bash -eu -o pipefail")).unwrap();
        let words = ["bash", "-eu", "-o", "pipefail", "-c", "cargo test"];
        assert_eq!(program.argv(), words.map(OsString::from));
    }

    #[test]
    fn what_is_no_command_is_refused() {
        let refused = |run: &str, shell| parse(run, shell).unwrap_err();
        assert_eq!(refused(" \n", None), ParseTrouble::Empty);
        assert_eq!(refused("a\0b", None), ParseTrouble::Nul);
        assert_eq!(refused("a 'b", None), ParseTrouble::OpenQuote);
        assert_eq!(refused("a \"b", None), ParseTrouble::OpenQuote);
        assert_eq!(refused("a", Some("")), ParseTrouble::Empty);
        assert_eq!(refused("a", Some("'")), ParseTrouble::OpenQuote);
    }
}
