//! Replaces secrets by `***`, also where one is split across reads. It knows values, not where they are from.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};

const STARS: &[u8] = b"***";

/// The secrets of a run.
#[derive(Debug, Default)]
pub struct Mask {
    finder: Option<AhoCorasick>,
    values: Vec<Vec<u8>>,
    longest: usize,
    /// Which bytes begin a secret: spares most of the search for one that is cut off at the end.
    first: Vec<bool>,
}

impl Mask {
    /// No secrets: everything passes through untouched.
    pub fn none() -> Mask {
        Mask::default()
    }

    /// Masks these values; empty ones are ignored, the longest match wins.
    pub fn new(values: Vec<String>) -> Mask {
        let mut values: Vec<Vec<u8>> = values.into_iter().map(String::into_bytes).collect();
        values.retain(|value| !value.is_empty());
        values.sort();
        values.dedup();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&values);
        // Building fails only beyond gigabytes of patterns, which an environment cannot hold.
        let finder = finder.expect("secrets from an environment fit a search automaton");
        let mut first = vec![false; 256];
        for value in &values {
            first[usize::from(value[0])] = true;
        }
        Mask {
            finder: (!values.is_empty()).then_some(finder),
            longest: values.iter().map(Vec::len).max().unwrap_or(0),
            values,
            first,
        }
    }

    /// Whether there is nothing to mask.
    pub fn is_empty(&self) -> bool {
        self.finder.is_none()
    }

    /// The text without secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.finder {
            Some(finder) if finder.is_match(text) => {
                Cow::Owned(finder.replace_all(text, &vec!["***"; self.values.len()]))
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// Where the text's end may be the beginning of a secret, not before `from`.
    fn open_end(&self, text: &[u8], from: usize) -> usize {
        let earliest = from.max((text.len() + 1).saturating_sub(self.longest));
        (earliest..text.len())
            .find(|at| {
                let rest = &text[*at..];
                self.first[usize::from(rest[0])]
                    && self
                        .values
                        .iter()
                        .any(|value| value.len() > rest.len() && value.starts_with(rest))
            })
            .unwrap_or(text.len())
    }
}

/// Masks one stream piece by piece; holds back only what may yet become a secret.
#[derive(Debug, Default)]
pub(super) struct Stream {
    held: Vec<u8>,
}

impl Stream {
    /// Masks the next piece; `out` gets what is certain.
    pub(super) fn push(&mut self, mask: &Mask, piece: &[u8], out: &mut dyn FnMut(&[u8])) {
        let Some(finder) = &mask.finder else {
            return out(piece);
        };
        let joined;
        let text = if self.held.is_empty() {
            piece
        } else {
            self.held.extend_from_slice(piece);
            joined = std::mem::take(&mut self.held);
            joined.as_slice()
        };
        let mut done = 0;
        loop {
            let open = mask.open_end(text, done);
            let found = finder.find(aho_corasick::Input::new(text).range(done..));
            // A match that begins before the open end cannot grow any more: leftmost-longest is settled.
            match found.filter(|found| found.start() < open) {
                Some(found) => {
                    emit(&text[done..found.start()], out);
                    out(STARS);
                    done = found.end();
                }
                None => {
                    emit(&text[done..open], out);
                    self.held = text[open..].to_vec();
                    return;
                }
            }
        }
    }

    /// The stream is over: nothing more can complete what was held back.
    pub(super) fn finish(&mut self, mask: &Mask, out: &mut dyn FnMut(&[u8])) {
        let rest = std::mem::take(&mut self.held);
        let Some(finder) = &mask.finder else { return };
        let mut done = 0;
        for found in finder.find_iter(&rest) {
            emit(&rest[done..found.start()], out);
            out(STARS);
            done = found.end();
        }
        emit(&rest[done..], out);
    }
}

fn emit(bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
    if !bytes.is_empty() {
        out(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mask(values: &[&str]) -> Mask {
        Mask::new(values.iter().map(|value| (*value).to_owned()).collect())
    }

    fn streamed(mask: &Mask, pieces: &[&[u8]]) -> Vec<u8> {
        let (mut stream, mut out) = (Stream::default(), Vec::new());
        for piece in pieces {
            stream.push(mask, piece, &mut |bytes| out.extend_from_slice(bytes));
        }
        stream.finish(mask, &mut |bytes| out.extend_from_slice(bytes));
        out
    }

    #[test]
    fn the_longest_secret_wins_wherever_it_is_split() {
        let mask = mask(&["hunter", "hunter22", "", "22x"]);
        let text = b"a hunter22x hunter2 hunthunter22";
        for at in 0..=text.len() {
            let (left, right) = text.split_at(at);
            assert_eq!(
                streamed(&mask, &[left, right]),
                b"a ***x ***2 hunt***",
                "split at {at}"
            );
        }
        assert_eq!(mask.text("a hunter22x hunter2"), "a ***x ***2");
    }

    #[test]
    fn without_secrets_nothing_is_copied() {
        let mask = mask(&["", ""]);
        assert!(mask.is_empty());
        assert!(matches!(mask.text("x"), Cow::Borrowed("x")));
        let mut calls = 0;
        Stream::default().push(&mask, b"abc", &mut |bytes| {
            calls += 1;
            assert_eq!(bytes, b"abc");
        });
        assert_eq!(calls, 1);
    }

    #[test]
    fn only_what_may_become_a_secret_is_held_back() {
        let mask = mask(&["password"]);
        let (mut stream, mut out) = (Stream::default(), Vec::new());
        stream.push(&mask, b"enter pass", &mut |bytes| {
            out.extend_from_slice(bytes)
        });
        assert_eq!(out, b"enter ");
        stream.push(&mask, b"phrase: ", &mut |bytes| {
            out.extend_from_slice(bytes)
        });
        assert_eq!(out, b"enter passphrase: ");
    }

    proptest! {
        #[test]
        fn pieces_give_what_the_whole_gives(
            values in prop::collection::vec("[ab]{1,5}", 0..4),
            pieces in prop::collection::vec("[abc]{0,6}", 0..12),
        ) {
            let mask = Mask::new(values);
            let whole = pieces.concat();
            let pieces: Vec<&[u8]> = pieces.iter().map(String::as_bytes).collect();
            let masked = mask.text(&whole).into_owned();
            prop_assert_eq!(streamed(&mask, &pieces), masked.into_bytes());
        }
    }
}
