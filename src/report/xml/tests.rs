//! The XML reader: encodings, limits, and what is refused.

use crate::model::{Evidence, TestReport};
use crate::report::{ReportError, find, read_bytes};

fn read(bytes: &[u8]) -> Result<(TestReport, Vec<&'static str>), ReportError> {
    let read = read_bytes(bytes, "x.xml", find("junit"))?;
    let codes = read.warnings.iter().map(|warning| warning.code).collect();
    let Evidence::Tests(tests) = read.evidence else {
        unreachable!("junit gives tests")
    };
    Ok((tests, codes))
}

fn code(xml: &str) -> &'static str {
    read(xml.as_bytes())
        .map(|_| "ok")
        .unwrap_or_else(|error| error.code())
}

const ONE: &str = "<testsuite><testcase name='größe'><failure/></testcase></testsuite>";

#[test]
fn encodings_are_honoured() {
    let utf16 = |order: fn(u16) -> [u8; 2]| ONE.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
    let latin: Vec<u8> = format!("<?xml version='1.0' encoding='ISO-8859-1'?>{ONE}")
        .chars()
        .map(|c| c as u8)
        .collect();
    for (bytes, codes) in [
        (ONE.as_bytes().to_vec(), vec![]),
        (with(b"\xef\xbb\xbf", ONE.as_bytes()), vec![]),
        (with(b"\xff\xfe", &utf16(u16::to_le_bytes)), vec![]),
        (with(b"\xfe\xff", &utf16(u16::to_be_bytes)), vec![]),
        (utf16(u16::to_le_bytes), vec!["no-byte-order-mark"]),
        (utf16(u16::to_be_bytes), vec!["no-byte-order-mark"]),
        (latin, vec![]),
        (
            format!("<?xml version='1.0' encoding='utf-16'?>{ONE}").into_bytes(),
            vec!["unknown-encoding"],
        ),
        (
            format!("<?xml version='1.0' encoding='nonsense'?>{ONE}").into_bytes(),
            vec!["unknown-encoding"],
        ),
        (
            format!("\n<?xml version='1.0'?>{ONE}").into_bytes(),
            vec!["late-declaration"],
        ),
    ] {
        let (tests, got) = read(&bytes).unwrap();
        assert_eq!((tests.failures[0].id.as_str(), got), ("größe", codes));
    }
}

#[test]
fn damaged_text_is_replaced_and_told() {
    let latin: Vec<u8> = ONE.chars().map(|c| c as u8).collect();
    let (tests, codes) = read(&latin).unwrap();
    assert_eq!(
        (tests.failures[0].id.as_str(), codes),
        ("gr\u{fffd}\u{fffd}e", vec!["invalid-encoding"])
    );
}

#[test]
fn a_character_across_blocks_is_whole() {
    for shift in 0..4 {
        let pad = " ".repeat(shift);
        let many = "<testcase name='größe'/>".repeat(20_000);
        let xml =
            format!("{pad}<testsuite>{many}<testcase name='ö'><failure/></testcase></testsuite>");
        let (tests, codes) = read(xml.as_bytes()).unwrap();
        assert_eq!(
            (tests.total(), tests.failures[0].id.as_str(), codes),
            (20_001, "ö", vec![])
        );
    }
}

#[test]
fn character_data_may_lie_across_blocks() {
    for shift in 0..12 {
        let long = "]".repeat(200_000 + shift);
        let xml = format!(
            "<testsuite><testcase name='a'><system-out><![CDATA[{long}<testcase/>]]]></system-out>\
             <!--{long}<testcase/>--->{long}&lt;<failure>x</failure></testcase></testsuite>"
        );
        assert_eq!(read(xml.as_bytes()).unwrap().0.failed, 1);
    }
}

#[test]
fn a_cut_document_is_refused() {
    let xml = "<testsuite><testcase name='a'><failure><![CDATA[x]]></failure></testcase><!-- c --><testcase name='b'/></testsuite>";
    for end in 1..xml.len() {
        assert_eq!(code(&xml[..end]), "truncated", "{}", &xml[..end]);
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for (xml, wanted) in [
        ("<testsuite a='1' a='2'/>", "not-well-formed"),
        ("<testsuite a=1/>", "not-well-formed"),
        ("<testsuite a='1'b='2'/>", "not-well-formed"),
        ("<testsuite a='<'/>", "not-well-formed"),
        ("<testsuite><a></b></testsuite>", "not-well-formed"),
        (
            "<testsuite><testcase name='a' name='b'/></testsuite>",
            "not-well-formed",
        ),
        ("<testsuite><1/></testsuite>", "not-well-formed"),
        ("<testsuite/><testsuite/>", "second-root"),
        (
            "<testsuite/><?xml version='1.0'?><testsuite/>",
            "second-root",
        ),
        ("<testsuite/>log", "outside-root"),
        ("log <testsuite/>", "outside-root"),
        ("<testsuite/>\u{0}", "outside-root"),
        ("<testsuite>\u{0}</testsuite>", "nul"),
        ("<!-- only -->", "truncated"),
    ] {
        assert_eq!(code(xml), wanted, "{xml}");
    }
}

#[test]
fn nesting_is_capped_without_recursion() {
    let nested = |depth: usize| {
        format!(
            "<testsuite>{}{}</testsuite>",
            "<a>".repeat(depth),
            "</a>".repeat(depth)
        )
    };
    assert_eq!(code(&nested(500)), "ok");
    assert_eq!(code(&nested(100_000)), "too-deep");
}

#[test]
fn entities_of_a_document_are_never_expanded() {
    let with = |name: &str, text: &str| {
        format!(
            "<!DOCTYPE t [<!ENTITY e 'x'>]><testsuite><testcase name='{name}'/>{text}</testsuite>"
        )
    };
    assert_eq!(code(&with("&e;", "")), "entity-refused");
    assert_eq!(code(&with("", "&e;")), "entity-refused");
    assert_eq!(code(&with("&lt;", "&#65;")), "ok");
    let external =
        "<!DOCTYPE t SYSTEM 'http://invalid/x.dtd'><testsuite><testcase name='a'/></testsuite>";
    assert_eq!(read(external.as_bytes()).unwrap().1, Vec::<&str>::new());
}

#[test]
fn odd_references_are_told() {
    let told = |xml: &str| read(xml.as_bytes()).unwrap().1;
    let case = |text: &str| {
        format!("<testsuite><testcase name='a'><failure>{text}</failure></testcase></testsuite>")
    };
    assert_eq!(told(&case("&#27;[31m")), ["forbidden-reference"]);
    assert_eq!(told(&case("&nbsp;")), ["unknown-entity"]);
    assert_eq!(told(&case("a & b")), ["bare-ampersand"]);
    assert_eq!(told(&case("\u{1b}[31m")), ["control-character"]);
    assert_eq!(
        told("<testsuite><testcase name='&#0;'/></testsuite>"),
        ["forbidden-reference"]
    );
}

#[test]
fn text_with_references_is_put_together() {
    let xml = "<testsuite><testcase name='a&#x41;&quot;\nb'><failure>1 &lt; 2 <![CDATA[& <3>]]> &#8364;</failure></testcase></testsuite>";
    let (tests, _) = read(xml.as_bytes()).unwrap();
    assert_eq!(tests.failures[0].id, "aA\" b");
    assert_eq!(tests.failures[0].message, "1 < 2 & <3> €");
}

#[test]
fn errors_know_their_line() {
    let error = read(b"<testsuite>\n<a>\n</b>\n</testsuite>").unwrap_err();
    let refusal = error.refusal("x");
    assert_eq!((refusal.line, refusal.column), (Some(3), Some(5)));
}
