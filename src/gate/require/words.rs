//! Words for what is wrong with an expression. The parser's own speak of its grammar; people need less.

use cel::ParseErrors;

use super::call::FUNCTIONS;
use super::nearest;

const EXAMPLE: &str =
    "write a comparison such as `unit.tests.failed == 0 && coverage.lines.percent >= 85.0`";

/// What the parser stumbled on, and what to do.
pub(super) fn of_parser(text: &str, errors: &ParseErrors) -> (String, String) {
    let mut errors = errors.errors.iter().collect::<Vec<_>>();
    // What the lexer could not read is the cause of what the parser missed behind it.
    errors.sort_by_key(|error| (!error.msg.contains("token recognition"), error.pos));
    let Some(error) = errors.first() else {
        return ("not a CEL expression".to_owned(), EXAMPLE.to_owned());
    };
    let quoted = quoted(&error.msg);
    let what = match (error.msg.as_str(), quoted) {
        (words, _) if text.trim().is_empty() || words.is_empty() => "it is empty".to_owned(),
        (words, Some(sign)) if words.contains("missing") => {
            let wanted = words.split('\'').nth(1).unwrap_or_default();
            match sign {
                "<EOF>" => format!("`{wanted}` is missing at the end"),
                _ => format!("`{wanted}` is missing before `{sign}`"),
            }
        }
        (_, Some("<EOF>")) => "it ends too early".to_owned(),
        (words, _) if words.contains("invalid argument to has()") => {
            "`has` takes a path such as `unit.tests.slowest`".to_owned()
        }
        (words, _) if words.contains("simple name") => {
            "a macro takes the name of a variable first, such as `list.all(x, x > 0)`".to_owned()
        }
        (words, _) if words.contains("invalid int literal") => "a number is too large".to_owned(),
        (words, _) if words.contains("_?_:_") => "`? :` has no second branch".to_owned(),
        (_, Some(sign)) => format!("`{}` cannot stand here", sign.trim()),
        _ => "it cannot be read".to_owned(),
    };
    let place = match error.pos {
        (line, column) if line > 1 => format!(" in line {line} at character {}", column.max(1)),
        (_, column) => format!(" at character {}", column.max(1)),
    };
    (
        format!("not a CEL expression{place}: {what}"),
        help(text, quoted),
    )
}

/// The text that the parser quotes: what it found.
fn quoted(message: &str) -> Option<&str> {
    let message = message.split(" expecting ").next()?;
    let starts = ["recognition error at: '", "input '", " at '"];
    let rest = starts
        .iter()
        .find_map(|start| Some(message.split_once(start)?.1))?;
    Some(rest.strip_suffix('\'').unwrap_or(rest))
}

fn help(text: &str, found: Option<&str>) -> String {
    let found = found.unwrap_or_default().trim();
    let spelt = |word: &str| {
        text.split_whitespace()
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    let help = match found {
        "=" => "compare with `==`",
        _ if spelt("and") => "write `&&` for and",
        _ if spelt("or") => "write `||` for or",
        _ if spelt("not") => "write `!` for not",
        _ if text.contains('%') => "a share is a number here: `coverage.lines.percent >= 85.0`",
        _ if text.contains('`') => "write `gates['a-b']` for a name with a hyphen",
        _ if found.starts_with(['\'', '"']) => {
            "close the text with the quote that opened it; write `\\\\` for a backslash"
        }
        _ => EXAMPLE,
    };
    help.to_owned()
}

/// Brackets and signs that may be open at once: the parser recurses, and a deep text would overrun its stack.
const OPEN: usize = 24;
/// Operators of one expression, dots among them.
const OPERATORS: usize = 300;

/// What is too deep for the parser, told from the characters alone.
pub(super) fn too_deep(text: &str) -> Option<String> {
    let (mut open, mut deepest, mut signs, mut operators) = (0_usize, 0, 0_usize, 0);
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(end) if end == c => quote = None,
            Some(_) => continue,
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => {}
        }
        match c {
            '(' | '[' | '{' | '?' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        match c {
            '!' | '-' => signs += 1,
            _ if !c.is_whitespace() && c != '(' => signs = 0,
            _ => {}
        }
        operators += usize::from("+-*/%&|<>=!?.".contains(c));
        deepest = deepest.max(open + signs);
    }
    if deepest > OPEN {
        return Some(format!(
            "brackets and signs nest {deepest} deep, {OPEN} are allowed"
        ));
    }
    (operators > OPERATORS).then(|| format!("{operators} operators, {OPERATORS} are allowed"))
}

/// Why a function cannot be called so, if it cannot.
pub(super) fn of_call(name: &str, count: usize) -> Option<(String, String)> {
    const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "map", "has"];
    if MACROS.contains(&name) {
        let message = format!("`{name}` is a macro and takes a variable and an expression");
        return Some((
            message,
            "such as `list.all(x, x > 0)`, `has(unit.tests.slowest)`".to_owned(),
        ));
    }
    let Some((_, wanted)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
        let names = || {
            FUNCTIONS
                .iter()
                .map(|(name, _)| *name)
                .chain(MACROS.iter().copied())
        };
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        return Some((format!("there is no function `{name}`"), help));
    };
    let fits = if *wanted == 0 {
        count > 0
    } else {
        count == *wanted
    };
    if fits {
        return None;
    }
    let help = match wanted {
        1 => format!("write `{name}(x)`"),
        2 => format!("write `text.{name}('part')`"),
        _ => format!("write `{name}(a, b)`"),
    };
    Some((format!("`{name}` is given {count} values"), help))
}
