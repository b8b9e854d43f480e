//! What is started directly gets the words that `sh` would pass.

use super::*;

use proptest::prelude::*;

/// Pieces that a command line is made of, most of them harmless, some not.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[a-zA-Z0-9_.,:/@%+=^-]{1,6}",
        4 => Just(" ".to_owned()),
        2 => "'[^'\0]{0,6}'",
        2 => "\"[a-z $`!*~#\\\\'é]{0,6}\"",
        2 => "\\\\[ -~]",
        1 => "[ \t\u{e9}\u{a0}\u{7f}\u{80}\r\x0b\x0c]",
        1 => "[]\\[*?~$`|&;<>(){}#!\"'\\\\\n]",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn direct_words_are_those_that_sh_would_pass(pieces in prop::collection::vec(piece(), 0..8)) {
        let line = format!("/usr/bin/printf '<%s>' {} end", pieces.concat());
        if let Ok(Program::Direct(words)) = parse(&line, None) {
            let wanted: String = words[2..].iter().map(|word| format!("<{}>", word.to_str().unwrap())).collect();
            let dir = TempDir::new().unwrap();
            let out = std::process::Command::new("sh").args(["-c", &line]).current_dir(dir.path()).output().unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&out.stdout), wanted, "{:?}", line);
        }
    }
}
