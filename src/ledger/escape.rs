//! Names of others in a file of lines and tabs: what would break a line, or deceive its reader, is written as an
//! escape. Lossless: every text comes back as it was.

/// What stands for an empty text.
const NOTHING: &str = "-";

/// The text as one field.
pub(super) fn escape(text: &str) -> String {
    if text.is_empty() {
        return NOTHING.to_owned();
    }
    if text == NOTHING {
        return "\\-".to_owned();
    }
    let mut field = String::with_capacity(text.len());
    let last = text.chars().count() - 1;
    for (index, c) in text.chars().enumerate() {
        match c {
            '\\' => field.push_str("\\\\"),
            '\t' => field.push_str("\\t"),
            '\n' => field.push_str("\\n"),
            '\r' => field.push_str("\\r"),
            // Editors and mail take blanks off the ends of lines.
            ' ' if index == 0 || index == last => field.push_str("\\u{20}"),
            c if c.is_control() || deceives(c) => {
                field.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => field.push(c),
        }
    }
    field
}

/// Characters that are not seen, break lines elsewhere, or turn the direction of what follows.
fn deceives(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{00ad}'
    )
}

/// The text of a field; `None` when it holds an escape that there is not.
pub(super) fn unescape(field: &str) -> Option<String> {
    match field {
        NOTHING => return Some(String::new()),
        "\\-" => return Some(NOTHING.to_owned()),
        "" => return None,
        _ => {}
    }
    let mut text = String::with_capacity(field.len());
    let mut rest = field.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next()? {
            '\\' => text.push('\\'),
            't' => text.push('\t'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            'u' => {
                if rest.next()? != '{' {
                    return None;
                }
                let digits: String = rest.by_ref().take_while(|c| *c != '}').collect();
                text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            _ => return None,
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_stay_on_one_line_and_in_one_field() {
        for (text, field) in [
            ("", "-"),
            ("-", "\\-"),
            ("a b", "a b"),
            (" a ", "\\u{20}a\\u{20}"),
            ("a\tb\nc\\", "a\\tb\\nc\\\\"),
            ("\u{1b}[31m\u{202e}x", "\\u{1b}[31m\\u{202e}x"),
        ] {
            assert_eq!(escape(text), field);
            assert_eq!(unescape(field).as_deref(), Some(text));
        }
    }

    #[test]
    fn unknown_escapes_are_refused() {
        for field in [
            "",
            "\\",
            "\\x",
            "\\u",
            "\\u{",
            "\\u{110000}",
            "\\u{zz}",
            "a\\-",
        ] {
            assert_eq!(unescape(field), None, "{field}");
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "\\PC*|(?s).{0,40}") {
            let field = escape(&text);
            prop_assert!(!field.contains(['\t', '\n', '\r']));
            prop_assert_eq!(unescape(&field), Some(text));
        }
    }
}
