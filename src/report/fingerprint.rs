//! The identity of a finding across runs.
//!
//! It must survive code that moves: no line, no column, no number inside the message takes part. Two equal
//! findings in one file are told apart by their order (the collector adds `:2`, `:3` …), as SARIF's
//! `primaryLocationLineHash` does.

use sha2::{Digest, Sha256};

use crate::model::Finding;
use crate::model::hex;

/// Digest of rule, path and message, 16 bytes in hex.
pub(crate) fn of(finding: &Finding) -> String {
    let mut hash = Sha256::new();
    hash.update(finding.rule.as_deref().unwrap_or(""));
    hash.update([0]);
    hash.update(finding.file.as_deref().unwrap_or("").replace('\\', "/"));
    hash.update([0]);
    hash.update(without_numbers(&finding.message));
    hex(&hash.finalize()[..16])
}

/// The identity of a finding whose words were changed since it was made (an absolute path became a relative one).
/// One that the tool itself gave stays as it is.
pub fn moved(before: &Finding, after: &Finding) -> String {
    match before.fingerprint.strip_prefix(&of(before)) {
        Some(order) => format!("{}{order}", of(after)),
        None => before.fingerprint.clone(),
    }
}

/// Digest of parts that a tool itself takes for the identity, 16 bytes in hex.
pub(crate) fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hex(&hash.finalize()[..16])
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
    fn fingerprint_tells_messages_apart() {
        assert_ne!(of(&finding(3, "unused a")), of(&finding(3, "unused b")));
    }
}
