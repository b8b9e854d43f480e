//! What can be seen in a command itself: that it ends well whatever happened in it.
//!
//! Only what is certain from the text is told, quotes and comments left out; a script in a file is not looked into.

use crate::exec::Program;

/// Something in a command that hides failures.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Smell {
    /// The words that do it.
    pub text: String,
    /// What they do.
    pub why: &'static str,
    /// Whether the status of the whole command says nothing because of it.
    pub swallows: bool,
}

const ALWAYS: &str = "it ends with 0 whatever happened before";
const NEVER: &str = "it never fails: nothing is asked";
const HARMLESS: &[&str] = &["true", ":", "exit 0"];

/// What hides failures in a command.
pub(super) fn smells(program: &Program) -> Vec<Smell> {
    match program {
        Program::Shell { shell, script } => {
            let words: Vec<String> = shell
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect();
            of_script(
                script,
                errexit(&words),
                words.iter().any(|word| word == "pipefail"),
            )
        }
        Program::Direct(words) => {
            let words: Vec<String> = words
                .iter()
                .map(|word| word.to_string_lossy().into_owned())
                .collect();
            let first = words.first().map_or("", |word| name_of(word));
            let shell = matches!(first, "sh" | "bash" | "dash" | "zsh" | "ksh");
            let script = words
                .iter()
                .position(|word| word.starts_with('-') && word.ends_with('c'));
            match script.and_then(|at| words.get(at + 1)) {
                Some(script) if shell => of_script(
                    script,
                    errexit(&words),
                    words.iter().any(|word| word == "pipefail"),
                ),
                _ if matches!(first, "true" | "echo" | "printf") => vec![Smell {
                    text: words.join(" "),
                    why: NEVER,
                    swallows: true,
                }],
                _ => Vec::new(),
            }
        }
    }
}

/// Whether the options of a shell make it end at the first failure.
fn errexit(words: &[String]) -> bool {
    let options = words
        .iter()
        .filter(|word| word.starts_with('-') && !word.starts_with("--"));
    options.into_iter().any(|word| word.contains('e'))
}

fn name_of(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

fn of_script(script: &str, errexit: bool, pipefail: bool) -> Vec<Smell> {
    let plain = plain(script);
    let pipefail = pipefail || plain.contains("pipefail");
    let mut errexit = errexit;
    let mut found = Vec::new();
    let mut lists: Vec<(bool, bool)> = Vec::new();
    let written = lists_of(&plain);
    if let [only] = written.as_slice()
        && let [(_, step)] = only.as_slice()
        && ["echo", "printf"]
            .iter()
            .any(|name| step.split_whitespace().next() == Some(name))
    {
        return vec![Smell {
            swallows: true,
            ..Smell::new(script.trim(), NEVER)
        }];
    }
    for list in written {
        let words: Vec<&str> = list[0].1.split_whitespace().collect();
        let alone = list.len() == 1;
        match words.as_slice() {
            ["set", "+e", ..] if alone => {
                errexit = false;
                let why = "what fails after it no longer ends the command";
                found.push(Smell::new("set +e", why));
            }
            ["set", options, ..] if alone && options.starts_with('-') && options.contains('e') => {
                errexit = true;
            }
            _ => {}
        }
        let smell = of_list(&list, pipefail);
        let setup = alone && matches!(words[0], "set" | "cd" | "export" | "mkdir" | "umask");
        if !setup {
            lists.push((smell.is_some(), alone));
        }
        found.extend(smell);
    }
    // With `set -e` any step may end it badly; without, only the last one counts.
    let swallows = match lists.last() {
        None => false,
        Some(_) if errexit => lists.iter().all(|(mute, _)| *mute),
        Some((mute, _)) => *mute,
    };
    let found_one = lists.len() == 1;
    if swallows && let Some(last) = found.last_mut() {
        last.swallows = true;
        let only = found_one && HARMLESS.contains(&last.text.as_str());
        if only {
            last.why = NEVER;
        } else if !last.text.starts_with("| ") {
            last.why = ALWAYS;
        }
    }
    found
}

impl Smell {
    fn new(text: &str, why: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            why,
            swallows: false,
        }
    }
}

/// What makes one list of steps end well whatever happened in it.
fn of_list(list: &[(&'static str, &str)], pipefail: bool) -> Option<Smell> {
    let (joint, step) = list.last()?;
    let words = step.split_whitespace().collect::<Vec<_>>().join(" ");
    let harmless = HARMLESS.contains(&words.as_str());
    // `grep` and the like have a status of their own that may be the question.
    let name = words.split(' ').next().map_or("", name_of);
    let mute = ["tee", "cat", "tail", "head", "sort", "sed", "tr", "cut"].contains(&name);
    match *joint {
        "||" if harmless => {
            let why = "the failure of what stands before it is lost";
            Some(Smell::new(&format!("|| {words}"), why))
        }
        "" if harmless => Some(Smell::new(&words, "it cannot fail")),
        "|" if mute && !pipefail => {
            let why = "the status is that of the last program of the pipe: use `set -o pipefail` and `shell: bash`";
            Some(Smell::new(&format!("| {words}"), why))
        }
        _ => None,
    }
}

/// The lists of a script: steps joined by `&&`, `||` and `|`, parted by `;` and lines.
fn lists_of(plain: &str) -> Vec<Vec<(&'static str, &str)>> {
    let mut lists: Vec<Vec<(&'static str, &str)>> = Vec::new();
    for (joint, step) in steps(plain) {
        match lists.last_mut() {
            Some(list) if !matches!(joint, "" | ";") => list.push((joint, step)),
            _ => lists.push(vec![("", step)]),
        }
    }
    lists
}

/// The script with quoted text and comments blanked out, so that only the shell's own signs are left.
fn plain(script: &str) -> String {
    let mut text = String::with_capacity(script.len());
    let mut quote = None;
    let mut before = '\n';
    let mut chars = script.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('"') | None, '\\') => {
                chars.next();
                text.push('_');
            }
            (Some(end), _) if end == c => {
                quote = None;
                text.push('_');
            }
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') if before.is_whitespace() => {
                let rest = chars.by_ref().find(|c| *c == '\n');
                text.extend(rest);
            }
            (None, c) => text.push(c),
        }
        before = c;
    }
    text
}

/// The steps of a script with the sign that joins each to the one before. Empty steps are left out.
fn steps(plain: &str) -> Vec<(&'static str, &str)> {
    let mut steps = Vec::new();
    let (mut joint, mut start, mut at) = ("", 0, 0);
    let mut depth = 0_usize;
    let bytes = plain.as_bytes();
    while at < bytes.len() {
        let rest = &plain[at..];
        let sign = match bytes[at] {
            b'(' | b'{' => {
                depth += 1;
                None
            }
            b')' | b'}' => {
                depth = depth.saturating_sub(1);
                None
            }
            _ if depth > 0 => None,
            _ if rest.starts_with("||") => Some("||"),
            _ if rest.starts_with("&&") => Some("&&"),
            b'|' => Some("|"),
            b';' | b'\n' => Some(";"),
            _ => None,
        };
        match sign {
            Some(sign) => {
                push(&mut steps, joint, &plain[start..at]);
                // `;` after nothing, as in an empty line, joins nothing new.
                joint = sign;
                at += sign.len();
                start = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    push(&mut steps, joint, &plain[start..]);
    steps
}

fn push<'a>(steps: &mut Vec<(&'static str, &'a str)>, joint: &'static str, step: &'a str) {
    if !step.trim().is_empty() {
        steps.push((joint, step.trim()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::parse;

    fn of(run: &str) -> Vec<(String, bool)> {
        let found = smells(&parse(run, None).unwrap());
        found
            .into_iter()
            .map(|smell| (smell.text, smell.swallows))
            .collect()
    }

    #[test]
    fn commands_that_cannot_fail_are_seen() {
        for (run, text) in [
            ("make test || true", "|| true"),
            ("make test || :", "|| :"),
            ("make test || exit 0", "|| exit 0"),
            ("make test; exit 0", "exit 0"),
            ("make test || true\nmake lint || true", "|| true"),
            ("set +e\nmake test\ntrue", "true"),
            ("make test  ||  true # never red", "|| true"),
            ("sh -c 'make test || true'", "|| true"),
            ("bash -c \"make; exit 0\"", "exit 0"),
            ("true", "true"),
            ("echo fine", "echo fine"),
            ("make test | tee log", "| tee log"),
        ] {
            let found = of(run);
            assert_eq!(found.last(), Some(&(text.to_owned(), true)), "{run}");
        }
    }

    #[test]
    fn what_hides_one_failure_is_told_and_does_not_make_the_whole_worthless() {
        assert_eq!(
            of("rm x || true; make test"),
            [("|| true".to_owned(), false)]
        );
        assert_eq!(of("set +e; make test"), [("set +e".to_owned(), false)]);
        // Several lines end at the first that fails.
        assert_eq!(of("make test\ntrue"), [("true".to_owned(), false)]);
        assert_eq!(
            of("make || true\nmake test"),
            [("|| true".to_owned(), false)]
        );
    }

    #[test]
    fn honest_commands_are_left_alone() {
        for run in [
            "cargo test",
            "make && make test",
            "test -z \"$files\" || { printf '%s' \"$files\"; exit 1; }",
            "run 'a || true'",
            "grep -q x file || exit 1",
            "a | grep -c x",
            "set -o pipefail; make | tee log",
            "files=$(list || true); test -z \"$files\"",
            "# || true\nmake",
        ] {
            assert!(of(run).iter().all(|(_, swallows)| !swallows), "{run}");
        }
    }
}
