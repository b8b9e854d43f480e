//! What single lines of Markdown are, without knowing what stands above them.

/// Columns of the leading blanks, tabs to the next of four, and what follows.
pub(super) fn indent(line: &str) -> (usize, &str) {
    let mut columns = 0;
    for (at, c) in line.char_indices() {
        match c {
            ' ' => columns += 1,
            '\t' => columns += 4 - columns % 4,
            _ => return (columns, &line[at..]),
        }
    }
    (columns, "")
}

/// Takes the signs of block quotes away, and says how many there were.
pub(super) fn unquoted(mut line: &str) -> (usize, &str) {
    let mut depth = 0;
    loop {
        let (columns, rest) = indent(line);
        match rest.strip_prefix('>') {
            Some(inner) if columns < 4 => {
                depth += 1;
                line = inner.strip_prefix(' ').unwrap_or(inner);
            }
            _ => return (depth, line),
        }
    }
}

/// The sign and length of a fence, and what follows it.
pub(super) fn fence(rest: &str) -> Option<(char, usize, &str)> {
    let sign = rest.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let after = rest.trim_start_matches(sign);
    let length = rest.len() - after.len();
    // Backticks with a backtick behind them are a code span.
    let span = sign == '`' && after.contains('`');
    (length >= 3 && !span).then_some((sign, length, after))
}

/// The width of a list marker with one blank, and what follows it.
pub(super) fn marker(rest: &str) -> Option<(usize, &str)> {
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let after = match digits {
        0 => rest.strip_prefix(['-', '*', '+'])?,
        1..=9 => rest[digits..].strip_prefix(['.', ')'])?,
        _ => return None,
    };
    let width = rest.len() - after.len();
    if after.is_empty() {
        return Some((width + 1, ""));
    }
    let content = after.strip_prefix([' ', '\t'])?;
    Some((width + 1, content))
}

/// What a list item begins with.
pub(super) enum Sign<'a> {
    Box(bool, &'a str),
    Odd(&'a str),
}

/// The box that the content of a list item begins with.
pub(super) fn sign(content: &str) -> Option<Sign<'_>> {
    let rest = content.trim_start().strip_prefix('[')?;
    let (inside, after) = rest.split_once(']')?;
    if !(after.is_empty() || after.starts_with([' ', '\t'])) {
        return None;
    }
    match inside {
        " " | "\u{a0}" => Some(Sign::Box(false, after.trim())),
        "x" | "X" => Some(Sign::Box(true, after.trim())),
        // A letter, digit or word in brackets is a link or a footnote.
        _ if inside.chars().all(|c| !c.is_alphanumeric()) && inside.chars().count() <= 3 => {
            Some(Sign::Odd(inside))
        }
        _ => None,
    }
}

/// The level and text of a heading with `#`.
pub(super) fn heading(rest: &str) -> Option<(usize, &str)> {
    let after = rest.trim_start_matches('#');
    let level = rest.len() - after.len();
    let is_one = (1..=6).contains(&level) && (after.is_empty() || after.starts_with([' ', '\t']));
    is_one.then(|| {
        let text = after.trim();
        let bare = text.trim_end_matches('#');
        let closed = bare.is_empty() || bare.ends_with([' ', '\t']);
        (level, if closed { bare.trim_end() } else { text })
    })
}

/// Whether the line is a rule, `* * *` or `---`.
pub(super) fn is_rule(rest: &str) -> bool {
    let signs: Vec<char> = rest.chars().filter(|c| !matches!(c, ' ' | '\t')).collect();
    let first = signs.first().copied();
    signs.len() >= 3
        && first.is_some_and(|c| matches!(c, '-' | '*' | '_'))
        && signs.iter().all(|c| Some(*c) == first)
}

/// Whether the line begins something else than a paragraph.
pub(super) fn begins(rest: &str) -> bool {
    fence(rest).is_some() || heading(rest).is_some() || marker(rest).is_some() || is_rule(rest)
}

/// Tags that begin a block of HTML also within a paragraph, the frequent ones.
const BLOCKS: &[&str] = &[
    "blockquote",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Whether the line begins a block of HTML.
pub(super) fn begins_html(rest: &str, in_paragraph: bool) -> bool {
    let Some(tag) = rest.strip_prefix('<') else {
        return false;
    };
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric());
    let (name, after) = tag.split_at(end.unwrap_or(tag.len()));
    let ends = after.is_empty() || after.starts_with([' ', '\t', '>', '/']);
    let is_block = BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(name));
    let alone = !in_paragraph && rest.trim_end().ends_with('>');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && ends && (is_block || alone)
}

/// Whether a paragraph could go on with that line.
pub(super) fn goes_on(line: &str) -> bool {
    let (_, rest) = indent(line);
    !rest.is_empty() && !begins(rest)
}

/// The level of a line that makes the paragraph above it a heading.
pub(super) fn underline(rest: &str) -> Option<usize> {
    let text = rest.trim_end();
    let all = |sign: char| !text.is_empty() && text.chars().all(|c| c == sign);
    match () {
        () if all('=') => Some(1),
        () if all('-') => Some(2),
        () => None,
    }
}

/// Where a comment begins that is not within a code span.
pub(super) fn comment_start(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find("<!--") {
        let at = from + found;
        let before = text[..at].matches('`').count();
        if before.is_multiple_of(2) || !text[at..].contains('`') {
            return Some(at);
        }
        from = at + 4;
    }
    None
}
