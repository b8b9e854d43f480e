//! The identity of a finding across runs.
//!
//! It must survive code that moves: no line, no column, no number inside the message takes part. Two equal
//! findings in one file are told apart by their order (the collector adds `:2`, `:3` …), as SARIF's
//! `primaryLocationLineHash` does. The path is a part of its own, so that a judge can find the same content in a file
//! that was renamed; it is never left out of the identity, or a finding could move about unseen.

use sha2::{Digest, Sha256};

use crate::model::Finding;
use crate::model::hex;

/// Digest of rule and message, and of the path: `<content>-<path>`.
pub(crate) fn of(finding: &Finding) -> String {
    let rule = finding.rule.as_deref().unwrap_or("");
    let message = without_numbers(&finding.message);
    of_parts([rule, &message], finding.file.as_deref())
}

/// The identity of a finding whose words were changed since it was made (an absolute path became a relative one).
/// One that the tool itself gave stays as it is.
pub fn moved(before: &Finding, after: &Finding) -> String {
    if let Some(order) = before.fingerprint.strip_prefix(&of(before)) {
        return format!("{}{order}", of(after));
    }
    // What the tool gave stays; the path beside it is ours.
    let (base, order) = split_order(&before.fingerprint);
    match base.split_once('-') {
        Some((content, _)) if before.file != after.file => {
            let path = path_digest(after.file.as_deref().unwrap_or(""));
            format!("{content}-{path}{order}")
        }
        _ => before.fingerprint.clone(),
    }
}

/// Digest of the parts that are the identity, and of the path where that belongs to it. The path stands apart, so
/// that a finding can be known again in a file that got another name.
pub(crate) fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>, path: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    let content = hex(&hash.finalize()[..12]);
    match path {
        Some(path) => format!("{content}-{}", path_digest(path)),
        None => content,
    }
}

/// How a tool spells the path to a file (`./a`, `a`, `.\\a`) is not the file.
fn path_digest(path: &str) -> String {
    let plain = path.replace('\\', "/");
    let plain = plain.strip_prefix("./").unwrap_or(&plain);
    hex(&Sha256::digest(plain)[..6])
}

/// A fingerprint without the order that tells equal findings of one report apart.
pub(crate) fn plain(fingerprint: &str) -> &str {
    split_order(fingerprint).0
}

fn split_order(fingerprint: &str) -> (&str, &str) {
    let at = fingerprint.find(':').unwrap_or(fingerprint.len());
    fingerprint.split_at(at)
}

/// The part of a fingerprint that holds no path; `None` where the path cannot be told apart.
pub(crate) fn content(fingerprint: &str) -> Option<&str> {
    plain(fingerprint)
        .split_once('-')
        .map(|(content, _)| content)
}

/// The message with each run of digits as one `0` and white space folded.
fn without_numbers(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for character in message.trim().chars() {
        let plain = match character {
            c if c.is_ascii_digit() => '0',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if !(matches!(plain, '0' | ' ') && text.ends_with(plain)) {
            text.push(plain);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Level;

    fn finding(line: u32, message: &str) -> Finding {
        Finding {
            rule: Some("r".to_owned()),
            severity: "error".to_owned(),
            level: Level::High,
            message: message.to_owned(),
            file: Some("src/a.rs".to_owned()),
            line: Some(line),
            column: None,
            fingerprint: String::new(),
            suppressed: false,
            state: None,
        }
    }

    #[test]
    fn fingerprint_survives_moved_lines_and_counts_in_the_message() {
        assert_eq!(
            of(&finding(3, "unused since line 3")),
            of(&finding(90, "unused since  line 1190"))
        );
    }

    #[test]
    fn fingerprint_tells_paths_apart_and_shows_that_the_content_is_the_same() {
        let here = finding(3, "unused a");
        let mut there = here.clone();
        there.file = Some("src/b.rs".to_owned());
        assert_ne!(of(&here), of(&there));
        assert_eq!(content(&of(&here)), content(&of(&there)));
    }

    #[test]
    fn a_path_that_became_relative_keeps_the_order_and_what_the_tool_gave() {
        let mut before = finding(3, "unused a");
        before.file = Some("/x/src/a.rs".to_owned());
        let mut after = finding(3, "unused a");
        before.fingerprint = format!("{}:2", of(&before));
        assert_eq!(moved(&before, &after), format!("{}:2", of(&after)));
        before.fingerprint = of_parts(["r", "hash=1"], before.file.as_deref()) + ":3";
        let wanted = of_parts(["r", "hash=1"], after.file.as_deref()) + ":3";
        assert_eq!(moved(&before, &after), wanted);
        before.fingerprint = of_parts(["r", "hash=1"], None);
        after.fingerprint = before.fingerprint.clone();
        assert_eq!(moved(&before, &after), before.fingerprint);
    }

    #[test]
    fn fingerprint_tells_messages_apart() {
        assert_ne!(of(&finding(3, "unused a")), of(&finding(3, "unused b")));
    }
}
