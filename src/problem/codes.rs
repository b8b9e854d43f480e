//! Every code a problem can carry. Codes are stable: scripts and editors may rely on them.

use std::fmt;

/// A stable kebab-case name of a kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        impl Code {
            $($(#[doc = $doc])+ pub const $name: Code = Code($text);)+
        }
        /// Every code with what it means.
        pub static CODES: &[(Code, &str)] = &[$((Code::$name, concat!($($doc),+))),+];
    };
}

codes! {
    /// The file cannot be read.
    UNREADABLE = "unreadable",
    /// The file is larger than tollgate reads.
    TOO_LARGE = "too-large",
    /// The file is not UTF-8 text.
    NOT_TEXT = "not-text",
    /// The file is not well-formed YAML.
    SYNTAX = "syntax",
    /// The file nests, repeats or expands beyond what a person writes.
    HOSTILE = "hostile",
    /// The version of the file format is missing or not known.
    VERSION = "version",
    /// A key that does not exist here.
    UNKNOWN_KEY = "unknown-key",
    /// A key that is required and missing.
    MISSING_KEY = "missing-key",
    /// A value of the wrong kind.
    WRONG_KIND = "wrong-kind",
    /// A value that is not one of those allowed.
    WRONG_VALUE = "wrong-value",
    /// A condition that cannot be read.
    CONDITION = "condition",
    /// A condition in the wrong unit.
    UNIT = "unit",
    /// A condition that can never hold or never fail.
    POINTLESS_CONDITION = "pointless-condition",
    /// A condition that demands an exact number where a limit is usual.
    EXACT_BOUND = "exact-bound",
    /// A name that nothing carries.
    UNKNOWN_NAME = "unknown-name",
    /// A name that is not allowed.
    BAD_NAME = "bad-name",
    /// Gates or phases that wait for each other.
    CYCLE = "cycle",
    /// Specified, but not built in this version.
    NOT_IN_THIS_VERSION = "not-in-this-version",
    /// A preset that does not exist, or a wrong parameter of one.
    PRESET = "preset",
    /// A gate that asks nothing.
    EMPTY_GATE = "empty-gate",
    /// Two gates that write the same report.
    SHARED_REPORT = "shared-report",
    /// A command that cannot be read.
    COMMAND = "command",
    /// A pattern that cannot be read.
    PATTERN = "pattern",
    /// An expression that cannot be read or names unknown facts.
    EXPRESSION = "expression",
    /// A date or time that cannot be read.
    DATE = "date",
    /// A later file that loosens what an earlier one demands.
    LOOSENED = "loosened",
    /// A file that is not the one whose digest is pinned.
    PIN = "pin",
    /// Something declared that has no effect.
    NO_EFFECT = "no-effect",
    /// The command line asks for something that is not there.
    SELECTION = "selection",
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, about) in CODES {
            assert!(seen.insert(code.0), "{code} twice");
            assert!(
                code.0.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{code}"
            );
            assert!(!about.trim().is_empty(), "{code} says nothing");
        }
    }
}
