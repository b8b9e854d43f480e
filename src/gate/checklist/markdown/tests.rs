//! What is a box in Markdown, and what is none.

use super::*;

fn lines(text: &str) -> Vec<(u32, bool)> {
    read(text)
        .boxes
        .iter()
        .map(|one| (one.line, one.done))
        .collect()
}

#[test]
fn every_way_to_write_a_box_is_read() {
    let text = "- [ ] a\n* [x] b\n+ [X] c\n1. [ ] d\n2) [x] e\n   - [ ] nested\n";
    let wanted = [
        (1, false),
        (2, true),
        (3, true),
        (4, false),
        (5, true),
        (6, false),
    ];
    assert_eq!(lines(text), wanted);
    assert_eq!(lines("- [x] a\r\n- [ ] b\r\n"), [(1, true), (2, false)]);
    assert_eq!(lines("\u{feff}- [ ] a"), [(1, false)]);
    assert_eq!(lines("> - [ ] quoted\n"), [(1, false)]);
    assert_eq!(lines("- 1. [ ] within\n"), [(1, false)]);
    assert_eq!(lines("- [ ]\n"), [(1, false)]);
    assert_eq!(lines("\t- [ ] after a paragraph? no, code\n"), []);
}

#[test]
fn nesting_by_two_four_and_tabs_is_read() {
    assert_eq!(
        lines("- [ ] a\n  - [ ] b\n    - [ ] c\n      - [x] d\n").len(),
        4
    );
    assert_eq!(lines("- [ ] a\n    - [ ] b\n        - [ ] c\n").len(), 3);
    assert_eq!(lines("- [ ] a\n\t- [ ] b\n\t\t- [ ] c\n").len(), 3);
    assert_eq!(lines("- a\n\n  - [ ] b\n").len(), 1);
    let nested = read("- **P0**\n  - [ ] b\n");
    assert_eq!(nested.boxes[0].above, ["**P0**"]);
}

#[test]
fn code_and_comments_hold_no_boxes() {
    for text in [
        "```\n- [ ] a\n```\n",
        "~~~md\n- [ ] a\n```\n- [ ] b\n~~~\n",
        "````\n```\n- [ ] a\n````\n",
        "- item\n  ```\n  - [ ] a\n  ```\n",
        "text\n\n    - [ ] code\n",
        "- item\n\n      - [ ] code in it\n",
        "<!-- - [ ] a -->\n",
        "<!--\n- [ ] a\n\n- [ ] b\n-->\n",
        "a <!-- - [ ] x\nb -->\n",
        "[ ] no list\n- [link](x)\n- [1] note\n",
    ] {
        assert_eq!(lines(text), [], "{text}");
        assert!(read(text).doubts.is_empty(), "{text}");
    }
}

#[test]
fn code_and_comments_end() {
    assert_eq!(lines("```\nx\n```\n- [ ] a\n"), [(4, false)]);
    assert_eq!(lines("- item\n  ```\n  x\n- [ ] a\n"), [(4, false)]);
    assert_eq!(lines("> ```\n> x\n- [ ] a\n"), [(3, false)]);
    assert_eq!(lines("<!-- x -->\n- [ ] a <!-- y -->\n"), [(2, false)]);
    assert_eq!(lines("use `<!--` to hide\n- [ ] a\n"), [(2, false)]);
    assert_eq!(lines("a <!-- never closed\n\n- [ ] a\n"), [(3, false)]);
    assert_eq!(lines("    ```\n\n- [ ] a\n"), [(3, false)]);
}

#[test]
fn what_hides_a_box_is_a_doubt() {
    assert_eq!(read("```\n- [ ] a\n").doubts[0].0, 1);
    assert_eq!(read("\n<!--\n- [ ] a\n").doubts[0].0, 2);
    for odd in ["- [-] a", "- [~] a", "- [] a"] {
        assert_eq!(read(odd).doubts.len(), 1, "{odd}");
    }
    assert!(read("```\nno box\n").doubts.is_empty());
}

#[test]
fn boxes_know_their_headings() {
    let text = "# Top #\n- [ ] a\n## Sub\n- [ ] b\nSet\n---\n\n- [ ] c\n\nOne\n===\n- [ ] d\n";
    let document = read(text);
    let path = |index: usize| -> Vec<&str> {
        let headings = document.boxes[index].headings.iter();
        headings
            .map(|at| document.headings[*at].text.as_str())
            .collect()
    };
    assert_eq!(path(0), ["Top"]);
    assert_eq!(path(1), ["Top", "Sub"]);
    assert_eq!(path(3), ["One"]);
}

#[test]
fn no_text_makes_it_panic() {
    for text in [
        "",
        "\n",
        "-",
        "- [",
        "- [x",
        "#",
        "```",
        "<!--",
        ">",
        ">>>",
        "1.",
        "- [é] x",
        "\t\t- [ ] \u{0}",
    ] {
        let _ = read(text);
    }
}
#[test]
fn what_only_looks_like_the_beginning_of_code_hides_no_box() {
    for text in [
        "1. [ ] d\n    code\n10) [x] z\n  more text\n\n\t- [ ] t\n",
        "- ```\n    ```\n- [ ] a\n- [ ] b\n",
        "a <!-- b\n- [ ] c\n- [ ] d\nb -->\n",
        "| a |\n    ```\n- [ ] a\n- [ ] b\n",
        "-\n    - [ ] a\n- [ ] b\n",
        "</div>\n```js\n    ```\n\n- [ ] a\n- [ ] b\n",
        "   1. [x] f\n    ```\n- [ ] a\n- [ ] b\n",
        "* * *\n    code\n\n- [ ] a\n- [ ] b\n",
    ] {
        let open = lines(text).into_iter().filter(|(_, done)| !done).count();
        assert_eq!(open, 2, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_and_a_line_holds_one_box_at_most(text in "[-*+>#`~<!x\\[\\]0-9. \t\n]{0,80}") {
        let document = read(&text);
        let lines = text.split('\n').count();
        proptest::prop_assert!(document.boxes.len() <= lines);
        for tick in &document.boxes {
            proptest::prop_assert!(tick.line as usize <= lines);
            proptest::prop_assert!(tick.headings.iter().all(|at| *at < document.headings.len()));
        }
    }
}
