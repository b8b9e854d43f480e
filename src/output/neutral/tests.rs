//! What wants to do harm, put through each way of making a text harmless.

use proptest::prelude::*;

use super::*;

#[test]
fn a_plain_text_stays_what_it_is_by_either_way() {
    for text in [
        "",
        " ",
        "unit tests",
        "a.b[c] 100% {x}",
        "~!@$^&*()_+`-=|\\;'\"<>?,./",
    ] {
        assert!(is_plain(text), "{text}");
        assert_eq!(line(text), text);
        assert_eq!(break_commands(&visible(&strip_escapes(text))), text);
    }
    for text in ["a:b", "#", "\u{7f}", "\t", "\n", "ä", "\u{1b}[1m"] {
        assert!(!is_plain(text), "{text:?}");
    }
}

#[test]
fn escape_sequences_go_and_the_text_stays() {
    for (raw, wanted) in [
        ("\u{1b}[31mred\u{1b}[0m", "red"),
        ("\u{1b}]0;title\u{7}text", "text"),
        ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
        ("\u{9b}2Jgone", "gone"),
        ("\u{1b}(Bascii", "ascii"),
        ("\u{1b}[", ""),
        ("\u{1b}", ""),
        (
            "\u{1b}]0;never ends: 3 failures",
            "0;never ends: 3 failures",
        ),
        ("a\u{0}b\u{7}", "a\\x00b\\x07"),
    ] {
        assert_eq!(line(raw), wanted, "{raw:?}");
    }
}

#[test]
fn what_hides_is_shown() {
    assert_eq!(line("a\u{202e}b\u{200b}c"), "a\\u{202e}b\\u{200b}c");
    assert_eq!(line("e\u{301}"), "e\u{301}");
    assert_eq!(line("10%\r50%\r100%\r\n"), "100%");
    assert_eq!(block("a\tb\r\nc"), "a    b\nc");
    assert_eq!(bytes(b"\xff\xfe"), "\u{fffd}\u{fffd}");
}

#[test]
fn commands_of_runners_are_broken_at_any_position() {
    for (raw, wanted) in [
        ("::error::boom", ": :error::boom"),
        ("  ::set-output name=a::b", "  : :set-output name=a::b"),
        ("said ::warning file=x::y", "said : :warning file=x::y"),
        ("x::error::y", "x: :error::y"),
        ("x::Error::y", "x: :Error::y"),
        ("cart::adds_tax", "cart::adds_tax"),
        ("a\n::group::b", "a : :group::b"),
        (":\u{1b}[0m:error::x", ": :error::x"),
        (":::error::", ": : :error: :"),
        ("##[error]x", "## [error]x"),
        ("a ##vso[task.complete]", "a ## vso[task.complete]"),
        ("##teamcity[x]", "## teamcity[x]"),
        ("# title", "# title"),
    ] {
        assert_eq!(line(raw), wanted, "{raw:?}");
    }
}

#[test]
fn markdown_is_prose_or_code() {
    for (raw, wanted) in [
        (
            "The services behave as agreed",
            "The services behave as agreed",
        ),
        ("lines 79.6%, wanted >=80%", "lines 79.6%, wanted >=80%"),
        ("well-known: it is", "well-known: it is"),
        ("see GH-12", "`see GH-12`"),
        (":tada: done", "`:tada: done`"),
        ("1. one", "`1. one`"),
        ("@team look", "`@team look`"),
        ("a|b", "`a│b`"),
        ("`x`", "`` `x` ``"),
        ("<img src=x>", "`<img src=x>`"),
        ("see https://evil.example", "`see https://evil.example`"),
        ("fixes deadbeef1", "`fixes deadbeef1`"),
        ("www.evil.example", "`www.evil.example`"),
    ] {
        assert_eq!(markdown(raw), wanted);
    }
    assert_eq!(fence("a\n````\nb"), "`````text\na\n````\nb\n`````\n");
}

#[test]
fn json_keeps_its_value() {
    let value = serde_json::json!({ "a::b": "##[error] \u{9b}2J \u{202e} ::: \u{e0001}" });
    let text = value.to_string();
    let safe = json(&text);
    assert!(!safe.contains("##[") && !safe.contains("::") && !safe.contains('\u{9b}'));
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
        value
    );
}

/// Text made of what does harm, joined at random.
fn hostile() -> impl Strategy<Value = String> {
    let bits = prop::sample::select(vec![
        ":",
        "::",
        "#",
        "##",
        "[",
        "vso[",
        "error",
        "::error::",
        "set-output",
        "\u{1b}",
        "\u{1b}[",
        "m",
        "\u{9b}",
        "\u{1b}]",
        "\u{7}",
        "\r",
        "\n",
        "\t",
        "\u{0}",
        "\u{202e}",
        "\u{200b}",
        "\u{301}",
        "`",
        "```",
        "@me",
        "|",
        "<b>",
        "&",
        "]]>",
        "\u{ffff}",
        "a",
        " ",
        "é",
        "漢",
    ]);
    prop_oneof![
        prop::collection::vec(bits, 0..24).prop_map(|bits| bits.concat()),
        any::<String>(),
    ]
}

fn harmless(text: &str) -> bool {
    let lower = text.to_lowercase();
    !text.contains(|c| c != '\n' && is_hidden(c))
        && !lower.contains("##[")
        && !lower.contains("##vso[")
        && !text.lines().any(|line| line.trim_start().starts_with("::"))
        && !COMMANDS
            .iter()
            .any(|name| lower.contains(&format!("::{name}")))
}

proptest! {
    #[test]
    fn nothing_harmful_comes_out(text in hostile()) {
        prop_assert!(harmless(&line(&text)), "{:?}", line(&text));
        prop_assert!(!line(&text).contains('\n'));
        prop_assert!(harmless(&block(&text)), "{:?}", block(&text));
        prop_assert!(ascii(&line(&text)).is_ascii());
    }

    #[test]
    fn neutral_text_stays_as_it_is(text in hostile()) {
        let once = block(&text);
        prop_assert_eq!(block(&once), once);
        let once = line(&text);
        prop_assert_eq!(line(&once), once);
    }

    #[test]
    fn xml_is_always_read_back_as_the_same_text(text in hostile()) {
        let document = format!("<a b=\"{}\"/>", xml(&text));
        let mut reader = quick_xml::Reader::from_str(&document);
        prop_assert!(reader.read_event().is_ok());
        prop_assert!(!xml(&text).contains(['<', '>', '"', '\n']));
    }

    #[test]
    fn a_code_span_never_ends_early(text in hostile()) {
        let span = markdown(&text);
        if span.starts_with('`') {
            let fence = span.chars().take_while(|c| *c == '`').count();
            let inner = &span[fence..span.len() - fence];
            prop_assert!(!inner.split(|c| c != '`').any(|run| run.len() == fence));
            prop_assert!(!span.contains('|'));
        }
    }

    #[test]
    fn json_is_always_the_same_value(text in hostile()) {
        let value = serde_json::Value::String(text);
        let text = value.to_string();
    let safe = json(&text);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
    }
}
