//! Attributes of files that no commit holds (`info/attributes` of this clone): with them git stores other bytes than
//! those that lie here, and says nothing of it. See `gitattributes(5)`. Those of commits are everybody's.

use std::fs;

use super::Repository;

/// Attributes that decide which bytes git stores for a file.
const CONVERTING: [&str; 7] = [
    "filter",
    "text",
    "eol",
    "crlf",
    "ident",
    "working-tree-encoding",
    "binary",
];

impl Repository {
    /// Lines of this clone's own attributes that change what git stores. No git process.
    pub fn own_conversions(&self) -> Vec<String> {
        let text = fs::read(self.common.join("info/attributes")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .filter(|line| converts(line))
            .map(str::to_owned)
            .collect()
    }
}

/// Whether a line sets, unsets or gives a value to one of those; a macro may stand for any.
fn converts(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_macro = words
        .next()
        .is_some_and(|first| first.starts_with("[attr]"));
    let sets = |word: &str| {
        let name = word.trim_start_matches(['-', '!']);
        let name = name.split_once('=').map_or(name, |(name, _)| name);
        CONVERTING.contains(&name)
    };
    is_macro || line.split_whitespace().any(sets)
}

#[cfg(test)]
mod tests {
    use super::converts;

    #[test]
    fn what_changes_bytes_is_told_from_what_only_shows_them() {
        for line in [
            "t.sh filter=hide",
            "* -text",
            "*.txt !eol",
            "\"a b\" ident",
            "[attr]quiet filter=x",
            "*.bin binary",
        ] {
            assert!(converts(line), "{line}");
        }
        for line in [
            "*.rs diff=rust",
            "docs/** linguist-documentation",
            "*.po merge=union",
        ] {
            assert!(!converts(line), "{line}");
        }
    }
}
