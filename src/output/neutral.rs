//! Text from outside, made harmless once and in one way.
//!
//! Names, messages, paths and logs come from programs that nobody vouches for, and they end up on terminals,
//! in logs that CI runners read for commands, in Markdown, HTML and XML. What is done to them:
//!
//! - **Escape sequences** are removed whole. One that has no end loses its introducer only, so it cannot
//!   swallow the text behind it.
//! - **Controls, bidirectional overrides and invisible characters** are shown as `\x07` or `\u{202e}`.
//!   A tab becomes four spaces. Of a line that a carriage return overwrote, the last writing counts.
//! - **Workflow commands** get a visible space inside, at any position of a line: `::error::` becomes
//!   `: :error::`, `##[error]` becomes `## [error]`, `##vso[` becomes `## vso[`. A `::` between two parts of a
//!   path (`cart::adds_tax`) cannot begin a command, because runners look at the start of a line, and stays;
//!   unless a command of GitHub follows it: then it is broken there too (`std: :error::Error`).
//!   [GitHub](https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs) reads `::` after
//!   leading blanks and `##[` anywhere, [Azure](https://github.com/microsoft/azure-pipelines-agent) `##vso[`
//!   anywhere.
//!
//! Each output adds its own escaping on top: [`markdown`], [`fence`], [`xml`], [`json`].

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar as _;

/// Marks that may follow one another on one character; more would paint over the lines around it.
const MARKS: usize = 3;

/// Commands of GitHub's runner.
const COMMANDS: &[&str] = &[
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// One harmless line: line breaks become spaces.
pub fn line(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let text = strip_escapes(text);
    let whole = text
        .split('\n')
        .map(overwritten)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    break_commands(&visible(&whole))
}

/// Harmless lines: line breaks stay, all else as in [`line()`].
pub fn block(text: &str) -> String {
    strip_escapes(text)
        .split('\n')
        .map(|part| break_commands(&visible(overwritten(part))))
        .collect::<Vec<_>>()
        .join("\n")
}

/// One harmless line out of bytes; what is not UTF-8 becomes U+FFFD.
pub fn bytes(bytes: &[u8]) -> String {
    line(&String::from_utf8_lossy(bytes))
}

/// Text for within a Markdown line or a table cell: as it is when it is plain prose, else in a code span.
///
/// In a code span no mention, link, reference or HTML is read, by GitHub nor by GitLab; escapes and entities
/// would not do, because mentions are looked for after rendering.
pub fn markdown(text: &str) -> String {
    let text = line(text);
    if text.is_empty() || is_prose(&text) {
        return text;
    }
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    // A bar would end a table cell even in a code span; its look-alike is one of the box-drawing lines.
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "│"))
}

/// Lines for a fenced Markdown block, with the fence around them, longer than any run of backticks inside.
pub fn fence(text: &str) -> String {
    let text = block(text);
    let fence = "`".repeat((longest_run(&text, '`') + 1).max(3));
    format!("{fence}text\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// Text for XML 1.0, in element or attribute: harmless lines, with markup escaped.
pub fn xml(text: &str) -> String {
    let text = block(text).replace("[[ATTACHMENT", "[ [ATTACHMENT");
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' => safe.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// JSON text in which nothing acts on a terminal or a runner: such characters become `\u` escapes, so the
/// value stays the same.
pub fn json(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mark = |pair: &[u8]| pair[0] == pair[1] && matches!(pair[0], b'#' | b':');
    if bytes.iter().all(is_shown) && !bytes.windows(2).any(mark) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut before = ' ';
    let mut unit = [0; 2];
    for c in text.chars() {
        // `##` and `::` stand in JSON only inside strings.
        if is_hidden(c) || (matches!(c, '#' | ':') && c == before) {
            for unit in c.encode_utf16(&mut unit) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
            before = ' ';
        } else {
            safe.push(c);
            before = c;
        }
    }
    Cow::Owned(safe)
}

/// Whether a text is harmless as it is: most names and words are.
fn is_plain(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.all(|byte| is_shown(&byte) && !matches!(byte, b'#' | b':'))
}

/// Whether a byte is a character that can be seen, or a blank.
fn is_shown(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Text for a terminal that shows ASCII only. Each other character becomes `?`, as wide as it was.
pub fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => plain.push(c),
            '…' => plain.push('.'),
            '·' => plain.push('-'),
            '│' => plain.push('|'),
            '—' | '–' | '−' => plain.push('-'),
            '‘' | '’' => plain.push('\''),
            '“' | '”' => plain.push('"'),
            '≥' => plain.push_str(">="),
            '≤' => plain.push_str("<="),
            '→' => plain.push_str("->"),
            '±' => plain.push_str("+-"),
            c => plain.extend(std::iter::repeat_n('?', c.width().unwrap_or(0))),
        }
    }
    plain
}

/// The last writing of a line that a progress bar overwrote.
fn overwritten(line: &str) -> &str {
    line.split('\r')
        .rev()
        .find(|part| !part.trim().is_empty())
        .unwrap_or("")
}

/// Removes ANSI escape sequences, 7-bit and 8-bit.
fn strip_escapes(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::with_capacity(text.len());
    while let Some(at) = rest.find([
        '\u{1b}', '\u{90}', '\u{98}', '\u{9b}', '\u{9d}', '\u{9e}', '\u{9f}',
    ]) {
        plain.push_str(&rest[..at]);
        rest = after_escape(&rest[at..]);
    }
    plain.push_str(rest);
    plain
}

/// What follows the escape sequence that `text` begins with.
fn after_escape(text: &str) -> &str {
    let mut chars = text.chars();
    let (kind, body) = match chars.next() {
        Some('\u{1b}') => match chars.next() {
            Some(c @ ('[' | ']' | 'P' | 'X' | '^' | '_')) => (c, chars.as_str()),
            // Two-character sequences, and those with one intermediate: `ESC ( B`.
            Some(' '..='/') => {
                let body = chars.as_str();
                return body
                    .strip_prefix(|c: char| ('0'..='~').contains(&c))
                    .unwrap_or(body);
            }
            Some('0'..='~') => return chars.as_str(),
            _ => return &text[1..],
        },
        Some('\u{9b}') => ('[', chars.as_str()),
        Some(_) => (']', chars.as_str()),
        None => return text,
    };
    if kind == '[' {
        let end = body.find(|c: char| !(' '..='?').contains(&c));
        return match end {
            Some(at) if ('@'..='~').contains(&body[at..].chars().next().unwrap_or(' ')) => {
                &body[at + 1..]
            }
            _ => body,
        };
    }
    let line_end = body.find('\n').unwrap_or(body.len());
    let ends = ["\u{7}", "\u{1b}\\", "\u{9c}"];
    ends.iter()
        .filter_map(|end| body[..line_end].find(end).map(|at| at + end.len()))
        .min()
        .map_or(body, |at| &body[at..])
}

/// Shows what would act or hide.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        let zero_wide = c.width() == Some(0);
        marks = if zero_wide { marks + 1 } else { 0 };
        match c {
            '\t' => shown.push_str("    "),
            // They choose between a coloured and a plain picture; nothing is lost.
            '\u{fe00}'..='\u{fe0f}' => {}
            c if c.is_ascii_control() => shown.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_hidden(c) || marks > MARKS => {
                shown.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a character acts on what shows it, or cannot be seen, or turns the direction of text.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
            | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Puts a space into whatever a CI runner could take for a command.
fn break_commands(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['#', ':']) {
        let mark = rest[at..].chars().next().unwrap_or(':');
        let end = rest[at..]
            .find(|c| c != mark)
            .map_or(rest.len(), |n| at + n);
        let (before, run, after) = (&rest[..at], &rest[at..end], &rest[end..]);
        safe.push_str(before);
        if mark == '#' {
            safe.push_str(run);
            if run.len() > 1 && after.starts_with(|c: char| c == '[' || c.is_ascii_alphabetic()) {
                safe.push(' ');
            }
        } else if run.len() == 1 || (run.len() == 2 && joins_a_path(&safe, after)) {
            safe.push_str(run);
        } else {
            safe.push_str(": ".repeat(run.len()).trim_end());
        }
        rest = after;
    }
    safe.push_str(rest);
    safe
}

/// Whether a `::` between these two is part of a path and no command.
fn joins_a_path(before: &str, after: &str) -> bool {
    let part = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}')
    };
    if !before.ends_with(part)
        || !after.starts_with(|c: char| part(c) || matches!(c, '*' | '~' | '\''))
    {
        return false;
    }
    !COMMANDS.iter().any(|command| {
        after
            .get(..command.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(command))
    })
}

/// Whether text has nothing in it that any Markdown could read.
fn is_prose(text: &str) -> bool {
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let plain = match c {
            // A picture is `:name:`, a reference `GH-1`.
            ':' => next == ' ',
            '-' => before.is_alphabetic() && next.is_alphabetic(),
            '>' => before == ' ' && next == '=',
            '%' => before.is_numeric(),
            ' ' | ',' | '.' | ';' | '(' | ')' | '/' | '\'' | '=' | '…' | '·' | '≥' | '≤' | '−' => {
                true
            }
            c => c.is_alphanumeric(),
        };
        if !plain {
            return false;
        }
        before = c;
    }
    let word_is_plain = |word: &str| {
        let hex = word.len() >= 7 && word.chars().all(|c| c.is_ascii_hexdigit());
        !hex && !word.to_ascii_lowercase().starts_with("www.")
    };
    let first = text.split(' ').next().unwrap_or_default();
    let is_item = first.starts_with(|c: char| c.is_ascii_digit()) && first.ends_with(['.', ')']);
    !text.starts_with(['=', '>', ' ', '/'])
        && !is_item
        && text.split([' ', '(', '/']).all(word_is_plain)
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
