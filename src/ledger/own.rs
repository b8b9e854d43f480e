//! Which files in the folder of the ledger are the ledger's. Looks at names only.

use super::staged::UNFINISHED;
use super::store::{Name, classify};

/// Whether a file of the ledger's folder is one of the ledger: a record, a signature, what git is told of them, or one
/// that is being written. Whatever else lies there is content like any other file.
pub fn is_own(name: &str) -> bool {
    match classify(name) {
        Name::Other => false,
        Name::Unfinished => {
            let number = |c: char| c.is_ascii_digit() || c == '-';
            name[UNFINISHED.len()..].chars().all(number)
        }
        _ => true,
    }
}
