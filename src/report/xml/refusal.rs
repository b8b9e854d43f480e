//! Why an XML document is refused, in words.

use std::io;

use quick_xml::errors::SyntaxError;

use super::ReportError;

/// A complaint of the reader. `at_end` says that there was nothing more to read.
pub(super) fn trouble(error: quick_xml::Error, at_end: bool) -> ReportError {
    match error {
        quick_xml::Error::Io(error) => io::Error::new(error.kind(), error.to_string()).into(),
        quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) if !at_end => {
            ill_formed("`<!` begins neither comment, CDATA nor document type".to_owned())
        }
        quick_xml::Error::Syntax(error) => ReportError::malformed(
            "truncated",
            format!("the file ends inside a token: {error}"),
        ),
        other => ill_formed(short(&other.to_string())),
    }
}

/// Whether an end tag closes the element that is open.
pub(super) fn closes(found: &str, open: Option<&str>) -> Result<(), ReportError> {
    match open {
        Some(open) if open == found => Ok(()),
        Some(open) => Err(ill_formed(format!(
            "`</{}>` closes `<{}>`",
            short(found),
            short(open)
        ))),
        None => Err(ill_formed(format!("`</{}>` closes nothing", short(found)))),
    }
}

pub(super) fn ill_formed(message: String) -> ReportError {
    ReportError::malformed("not-well-formed", message)
}

pub(super) fn own_entity() -> ReportError {
    ReportError::malformed(
        "entity-refused",
        "the document uses an entity of its own; such entities are never expanded",
    )
}

pub(super) fn outside_root(behind: bool) -> ReportError {
    ReportError::malformed(
        "outside-root",
        if behind {
            "text follows the end of the document; keep other output out of the report file"
        } else {
            "text stands before the document; keep other output out of the report file"
        },
    )
}

/// The first characters of what may be long.
pub(super) fn short(text: &str) -> String {
    super::super::limits::cut(text, 120)
}
