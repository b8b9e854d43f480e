//! Globs of paths, read once: what they match, and what is wrong with one that cannot be read.
//!
//! `*` stays within a folder and `**` does not. A pattern without any wildcard is the path itself. The one file that
//! names the crate of globs; a pattern that does not compile is a problem of the file, never a crash or an empty set.

use std::fmt;
use std::path::Path;

use globset::GlobBuilder;
use regex::bytes::{Regex, RegexBuilder};

use crate::problem::{Code, Problem, Problems, Text};
use crate::source::At;

/// The longest pattern, in bytes: far more than any path needs, far less than a matcher may cost.
const LONGEST: usize = 1024;

/// How much of a pattern is shown.
const SHOWN: usize = 60;

/// What to write.
const HELP: &str = "`*` matches within a folder, `**` across folders, `?` one letter, `[ab]` and `{a,b}` either; write `[*]` for the sign itself";

/// A glob, ready to be asked.
#[derive(Clone, Debug)]
pub struct Glob {
    text: String,
    literal: Option<String>,
    /// What matches beside the literal path.
    regexes: Vec<Regex>,
}

/// Why a text is no glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoGlob {
    message: String,
    label: String,
    help: &'static str,
}

impl fmt::Display for NoGlob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl Glob {
    /// Reads one. A leading `./` stands for nothing.
    pub fn new(text: &str) -> Result<Self, NoGlob> {
        let plain = text.strip_prefix("./").unwrap_or(text);
        let regex = compiled(plain, text)?;
        let literal = literal(plain);
        // Nothing that is escaped: the path itself says all.
        let plainly = literal.is_some() && !plain.contains('\\');
        Ok(Self {
            text: text.to_owned(),
            regexes: if plainly { Vec::new() } else { vec![regex()?] },
            literal,
        })
    }

    /// Reads one that also stands for all that is in a folder of its name.
    pub fn with_below(text: &str) -> Result<Self, NoGlob> {
        let mut glob = Self::new(text)?;
        let below = format!("{}/**", text.trim_start_matches("./").trim_end_matches('/'));
        glob.regexes.push(compiled(&below, text)?()?);
        Ok(glob)
    }

    /// Reads one from a file of the user.
    pub fn read(text: &str, at: &At, problems: &mut Problems) -> Option<Self> {
        told(Self::new(text), at, problems)
    }

    /// Reads several from a file of the user.
    pub fn read_all<'a>(
        texts: impl IntoIterator<Item = &'a Text>,
        problems: &mut Problems,
    ) -> Vec<Self> {
        let texts = texts.into_iter();
        texts
            .filter_map(|text| Self::read(&text.value, &text.at, problems))
            .collect()
    }

    /// Reads several from a file of the user, each with what is below it.
    pub fn read_all_with_below<'a>(
        texts: impl IntoIterator<Item = &'a Text>,
        problems: &mut Problems,
    ) -> Vec<Self> {
        let texts = texts.into_iter();
        texts
            .filter_map(|text| told(Self::with_below(&text.value), &text.at, problems))
            .collect()
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// As written, without a leading `./`.
    pub fn plain(&self) -> &str {
        self.text.strip_prefix("./").unwrap_or(&self.text)
    }

    /// The one path that it stands for, if it has no wildcard.
    pub fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// Whether it matches a path, with `/` between folders.
    pub fn is_match(&self, path: impl AsRef<Path>) -> bool {
        let path = path.as_ref().as_os_str().as_encoded_bytes();
        let swapped: Vec<u8>;
        let path = if cfg!(windows) {
            let slash = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
            swapped = path.iter().map(slash).collect();
            &swapped
        } else {
            path
        };
        let same = |literal: &String| literal.as_bytes() == path;
        self.literal.as_ref().is_some_and(same) || self.regexes.iter().any(|one| one.is_match(path))
    }

    /// Whether one of several matches a path.
    pub fn any(globs: &[Glob], path: impl AsRef<Path>) -> bool {
        let path = path.as_ref();
        globs.iter().any(|glob| glob.is_match(path))
    }

    /// Several as they are shown.
    pub fn texts(globs: &[Glob], between: &str) -> String {
        let texts: Vec<&str> = globs.iter().map(Glob::text).collect();
        texts.join(between)
    }

    /// A path written so that no sign of it is a wildcard.
    pub fn escaped(path: &str) -> String {
        globset::escape(path)
    }
}

fn told(read: Result<Glob, NoGlob>, at: &At, problems: &mut Problems) -> Option<Glob> {
    let trouble = match read {
        Ok(glob) => return Some(glob),
        Err(trouble) => trouble,
    };
    problems.push(
        Problem::new(Code::PATTERN, at, trouble.message)
            .label(trouble.label)
            .help(trouble.help),
    );
    None
}

/// Checks a pattern, and gives what makes its expression: that costs far more.
fn compiled(plain: &str, text: &str) -> Result<impl FnOnce() -> Result<Regex, NoGlob>, NoGlob> {
    let shown: String = text.chars().take(SHOWN).collect();
    let shown = match text.len() > shown.len() {
        true => format!("{shown}…"),
        false => shown,
    };
    if plain.len() > LONGEST {
        return Err(NoGlob {
            message: format!("`{shown}` is too long for a glob"),
            label: format!("{} bytes, {LONGEST} at most", plain.len()),
            help: "name a folder with `/**`, or write several shorter patterns",
        });
    }
    let refused = move |why: String| NoGlob {
        message: format!("`{shown}` is not a glob: {why}"),
        label: "no file can be told by it".to_owned(),
        help: HELP,
    };
    let glob = GlobBuilder::new(plain).literal_separator(true).build();
    let glob = match glob {
        Ok(glob) => glob,
        Err(error) => return Err(refused(error.kind().to_string())),
    };
    Ok(move || {
        let regex = RegexBuilder::new(glob.regex())
            .dot_matches_new_line(true)
            .build();
        regex.map_err(|_| refused("it is too large, or nested too deeply".to_owned()))
    })
}

/// The path that a pattern stands for when it matches nothing else: no wildcard, or only escaped ones as in `[[]x`.
pub fn literal(pattern: &str) -> Option<String> {
    let mut path = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let escaped = rest.strip_prefix('[').and_then(|inner| {
            let special = inner.chars().next()?;
            inner[special.len_utf8()..]
                .strip_prefix(']')
                .map(|after| (special, after))
        });
        match escaped {
            Some((special, after)) => {
                path.push(special);
                rest = after;
            }
            None if matches!(c, '*' | '?' | '[' | '{') => return None,
            None => {
                path.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_wildcards_are_literal() {
        assert_eq!(literal("a/b.xml").as_deref(), Some("a/b.xml"));
        assert_eq!(
            literal("my: app, [[]x[]]/r.xml").as_deref(),
            Some("my: app, [x]/r.xml")
        );
        assert_eq!(literal("a/*.xml"), None);
        assert_eq!(literal("a[0-9].xml"), None);
    }

    #[test]
    fn globs_match_as_the_crate_says() {
        for text in [
            "a.xml",
            "./a.xml",
            "*.xml",
            "**/*.xml",
            "a/**",
            "a/**/b",
            "[[]x",
            "a\\*",
            "{a,b}/?.c",
            "[!a]b",
            "**",
            "a[0-9].xml",
        ] {
            let own = Glob::new(text).unwrap();
            let plain = text.strip_prefix("./").unwrap_or(text);
            let other = GlobBuilder::new(plain).literal_separator(true).build();
            let other = other.unwrap().compile_matcher();
            for path in [
                "a.xml",
                "a/b.xml",
                "x/a/b.xml",
                "a",
                "a/b",
                "a/x/y/b",
                "[x",
                "a*",
                "b/q.c",
                "b/qq.c",
                "bb",
                "ab",
                ".xml",
                "a\nb.xml",
                "a7.xml",
            ] {
                assert_eq!(
                    own.is_match(path),
                    other.is_match(path),
                    "{text} on {path:?}"
                );
            }
        }
    }

    #[test]
    fn a_folder_stands_for_all_that_is_in_it_where_that_is_asked() {
        let glob = Glob::with_below("scripts/").unwrap();
        assert!(glob.is_match("scripts/a/b.sh") && !glob.is_match("scripts2/a"));
        assert!(!Glob::new("scripts").unwrap().is_match("scripts/a"));
    }

    #[test]
    fn what_cannot_be_compiled_is_refused_with_words() {
        let long = format!("x/{}", "?".repeat(600_000));
        let deep = "{".repeat(400) + &"}".repeat(400);
        for (text, words) in [
            (long.as_str(), "is too long for a glob"),
            ("[a", "is not a glob"),
            ("a{b", "is not a glob"),
            ("[z-a]", "is not a glob"),
            ("a\\", "is not a glob"),
        ] {
            let mut problems = Problems::default();
            assert!(Glob::read(text, &At::start_of("f"), &mut problems).is_none());
            let problem = problems.sorted().remove(0);
            assert!(problem.message.contains(words), "{}", problem.message);
            assert!(
                problem.message.len() < 200 && !problem.label.is_empty() && problem.help.is_some()
            );
        }
        // Whatever is short enough is read or refused.
        for text in [
            deep.as_str(),
            &"?".repeat(LONGEST),
            &"[a-z]".repeat(200),
            &"{a,b}".repeat(200),
            &"**/".repeat(300),
        ] {
            let _ = Glob::new(text).map(|glob| glob.is_match("a/b"));
        }
    }
}
