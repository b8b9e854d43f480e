//! Bytes of a file of ours as text: UTF-8 without NUL, or why it is not.

use crate::problem::{Code, Problem};
use crate::source::At;

/// The text, without a byte order mark.
pub(super) fn decode(bytes: Vec<u8>, name: &str, at: &At) -> Result<String, Box<Problem>> {
    let refuse = |message: String, help: &str| {
        Box::new(Problem::new(Code::NOT_TEXT, at, message).help(help))
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Err(refuse(format!("`{name}` is UTF-16"), "save it as UTF-8"));
        }
        _ => {}
    }
    if let Some(zero) = memchr::memchr(0, &bytes) {
        return Err(refuse(
            format!("`{name}` holds a NUL byte at byte {zero}"),
            "save it as UTF-8 text",
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        refuse(
            format!("`{name}` is not UTF-8: byte {at} begins no character"),
            "save it as UTF-8",
        )
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}
