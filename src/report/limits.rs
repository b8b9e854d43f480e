//! Caps that keep hostile reports harmless. All are far above what real tools write.

/// Caps for one report.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one report.
    pub bytes: u64,
    /// Nested elements or containers.
    pub depth: usize,
    /// Bytes of one name, attribute or message that is kept; longer ones are cut.
    pub text: usize,
    /// Bytes of one line, token or attribute that is looked at; longer ones are refused.
    pub token: usize,
    /// Warnings kept for one report; the rest is counted.
    pub warnings: usize,
    /// Files or distinct rules in one report.
    pub entries: usize,
}

impl Limits {
    /// The caps that are in force.
    pub const DEFAULT: Limits = Limits {
        bytes: 4 << 30,
        depth: 512,
        text: 4 << 10,
        token: 256 << 20,
        warnings: 20,
        entries: 2_000_000,
    };
}

/// Cuts text to a number of bytes at a character boundary, marking the cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}
