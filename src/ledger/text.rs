//! The text of a baseline: one entry a line, fields between tabs, sorted, so that parallel branches merge by lines.
//!
//! ```text
//! # tollgate baseline 1
//! count    ts-ignore    src/a.ts    3
//! finding    5f2a…    1    no-eval    src/a.js
//! holds    coverage
//! test    suite::name    run    tests/a.py
//! value    coverage.lines    higher    share 80/100
//! ```
//!
//! A merge may leave two lines of one entry: the stricter counts, and an entry with the count 0 was fixed and stays
//! fixed, whatever another branch still holds. Nothing that cannot be understood is passed over.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::escape::{escape, unescape};
use crate::model::{Baseline, Better, KnownFinding, KnownTest, KnownValue, Measure};

/// The first line of every file. The number is the version of the format.
const HEADER: &str = "# tollgate baseline 1";
/// What lines of a merge that git gave up begin with.
const CONFLICTS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// All that a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// What is accepted.
    pub baseline: Baseline,
    /// Findings that were accepted and are fixed.
    pub fixed: BTreeMap<String, KnownFinding>,
    /// Counts that were above 0 and are 0, by pattern and path.
    pub cleared: BTreeSet<(String, String)>,
    /// Where it was loosened on purpose, and why.
    pub loosened: BTreeSet<Loosened>,
}

/// One loosening that somebody answered for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loosened {
    /// Day, ISO.
    pub day: String,
    /// What was loosened.
    pub what: String,
    /// Why.
    pub why: String,
}

/// The text of a file: the same state gives the same bytes.
pub fn render(recorded: &Recorded) -> String {
    let known = &recorded.baseline;
    let mut lines = BTreeSet::new();
    for kind in &known.holds {
        lines.insert(format!("holds\t{}", escape(kind)));
    }
    for (name, value) in &known.values {
        let spread = value
            .spread
            .map(|spread| format!("\tspread {}", spread.normalize()));
        lines.insert(format!(
            "value\t{}\t{}\t{}{}",
            escape(name),
            value.better.word(),
            measure(&value.value),
            spread.unwrap_or_default()
        ));
    }
    for (id, test) in &known.tests {
        let mark = if test.skipped { "skipped" } else { "run" };
        let file = escape(test.file.as_deref().unwrap_or_default());
        lines.insert(format!("test\t{}\t{mark}\t{file}", escape(id)));
    }
    let fixed = recorded
        .fixed
        .iter()
        .filter(|(print, _)| !known.findings.contains_key(*print));
    let fixed = fixed.map(|(print, one)| (print, 0, one));
    let live = known
        .findings
        .iter()
        .map(|(print, one)| (print, one.count, one));
    for (print, count, one) in live.chain(fixed) {
        let (rule, path) = (escape(&one.rule), escape(&one.path));
        lines.insert(format!(
            "finding\t{}\t{count}\t{rule}\t{path}",
            escape(print)
        ));
    }
    let cleared = recorded
        .cleared
        .iter()
        .filter(|key| !known.counts.contains_key(*key));
    let live = known.counts.iter().map(|(key, count)| (key, *count));
    for ((pattern, path), count) in live.chain(cleared.map(|key| (key, 0))) {
        lines.insert(format!(
            "count\t{}\t{}\t{count}",
            escape(pattern),
            escape(path)
        ));
    }
    for one in &recorded.loosened {
        let (what, why) = (escape(&one.what), escape(&one.why));
        lines.insert(format!("loosened\t{}\t{what}\t{why}", escape(&one.day)));
    }
    let mut text = format!("{HEADER}\n");
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn measure(value: &Measure) -> String {
    match value {
        Measure::Count(count) => format!("count {count}"),
        Measure::Share { part, whole } => format!("share {part}/{whole}"),
        Measure::Duration(seconds) => format!("seconds {}", seconds.normalize()),
        Measure::Size(bytes) => format!("bytes {bytes}"),
        Measure::Number(number) => format!("number {}", number.normalize()),
    }
}

fn read_measure(field: &str) -> Option<Measure> {
    let (unit, amount) = field.split_once(' ')?;
    Some(match unit {
        "count" => Measure::Count(amount.parse().ok()?),
        "bytes" => Measure::Size(amount.parse().ok()?),
        "seconds" => Measure::Duration(amount.parse().ok().filter(is_time)?),
        "number" => Measure::Number(amount.parse().ok()?),
        "share" => {
            let (part, whole) = amount.split_once('/')?;
            let (part, whole) = (part.parse().ok()?, whole.parse().ok()?);
            (part <= whole && whole > 0).then_some(Measure::Share { part, whole })?
        }
        _ => return None,
    })
}

/// Seconds that a run can last: a longer time leaves the range of what is shown of it.
fn is_time(seconds: &Decimal) -> bool {
    seconds.is_sign_positive() && *seconds < Decimal::from(1_000_000_000_000_u64)
}

/// Reads a text. `name` is how messages call the file.
pub(super) fn read(bytes: &[u8], name: &str) -> Result<Recorded, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("{name}:{line}: not UTF-8 text; {RESTORE}")
    })?;
    let mut reading = Reading::default();
    let mut headed = false;
    for (index, line) in text.split('\n').enumerate() {
        // A checkout that turned line ends round; a CR of a name is escaped.
        let line = line.strip_suffix('\r').unwrap_or(line);
        let at = format!("{name}:{}", index + 1);
        if CONFLICTS.iter().any(|mark| line.starts_with(mark)) {
            return Err(format!(
                "{at}: a conflict marker; delete the markers and keep the lines of both sides, the stricter one counts"
            ));
        }
        if line.starts_with('#') {
            headed |= line == HEADER;
            if line.starts_with("# tollgate baseline ") && line != HEADER {
                return Err(format!(
                    "{at}: `{line}` is written by another version of tollgate"
                ));
            }
            continue;
        }
        if !headed {
            return Err(format!(
                "{at}: it does not begin with `{HEADER}`; {RESTORE}"
            ));
        }
        if !line.is_empty() {
            reading
                .entry(line)
                .map_err(|words| format!("{at}: {words}; {RESTORE}"))?;
        }
    }
    if !text.ends_with('\n') {
        let line = text.lines().count().max(1);
        return Err(format!(
            "{name}:{line}: it ends in the middle of a line; {RESTORE}"
        ));
    }
    Ok(reading.done())
}

/// What to do with a file that cannot be read.
const RESTORE: &str = "mend the line, or restore the file from git";

#[derive(Default)]
struct Reading {
    recorded: Recorded,
    findings: BTreeMap<String, KnownFinding>,
    counts: BTreeMap<(String, String), u64>,
}

impl Reading {
    fn entry(&mut self, line: &str) -> Result<(), String> {
        let fields: Vec<&str> = line.split('\t').collect();
        let known = &mut self.recorded.baseline;
        match fields.as_slice() {
            ["holds", kind] => {
                known.holds.insert(text(kind)?);
            }
            ["value", name, better, value, rest @ ..] if rest.len() < 2 => {
                let one = KnownValue {
                    value: read_measure(value).ok_or_else(|| format!("`{value}` is no value"))?,
                    better: way(better)?,
                    spread: rest.first().map(|field| spread(field)).transpose()?,
                };
                add_value(&mut known.values, text(name)?, one)?;
            }
            ["test", id, mark @ ("run" | "skipped"), file] => {
                let file = Some(text(file)?).filter(|file| !file.is_empty());
                let one = KnownTest {
                    skipped: *mark == "skipped",
                    file,
                };
                let old = known.tests.entry(text(id)?).or_insert_with(|| one.clone());
                // Not skipped is the stricter: such a test may not be skipped anew.
                old.skipped &= one.skipped;
                old.file = old.file.take().into_iter().chain(one.file).min();
            }
            ["finding", print, count, rule, path] => {
                let one = KnownFinding {
                    rule: text(rule)?,
                    path: text(path)?,
                    count: number(count)?,
                };
                let old = self
                    .findings
                    .entry(text(print)?)
                    .or_insert_with(|| one.clone());
                let key = |one: &KnownFinding| (one.count, one.rule.clone(), one.path.clone());
                if key(&one) < key(old) {
                    *old = one;
                }
            }
            ["count", pattern, path, count] => {
                let count = number(count)?;
                let key = (text(pattern)?, text(path)?);
                let old = self.counts.entry(key).or_insert(count);
                *old = count.min(*old);
            }
            ["loosened", day, what, why] => {
                let one = Loosened {
                    day: text(day)?,
                    what: text(what)?,
                    why: text(why)?,
                };
                self.recorded.loosened.insert(one);
            }
            [word, ..] => {
                let word: String = word.chars().take(40).collect();
                return Err(format!("`{}` is no entry", escape(&word)));
            }
            [] => {}
        }
        Ok(())
    }

    fn done(self) -> Recorded {
        let mut recorded = self.recorded;
        for (print, one) in self.findings {
            let into = if one.count == 0 {
                &mut recorded.fixed
            } else {
                &mut recorded.baseline.findings
            };
            into.insert(print, one);
        }
        for (key, count) in self.counts {
            if count == 0 {
                recorded.cleared.insert(key);
            } else {
                recorded.baseline.counts.insert(key, count);
            }
        }
        recorded
    }
}

fn text(field: &str) -> Result<String, String> {
    unescape(field).ok_or_else(|| format!("`{}` is no name", escape(field)))
}

fn number(field: &str) -> Result<u64, String> {
    let digits = !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| field.parse().ok()).flatten();
    number.ok_or_else(|| format!("`{}` is no count", escape(field)))
}

fn way(field: &str) -> Result<Better, String> {
    [Better::Higher, Better::Lower, Better::Point]
        .into_iter()
        .find(|way| way.word() == field)
        .ok_or_else(|| format!("`{}` is none of higher, lower, point", escape(field)))
}

fn spread(field: &str) -> Result<Decimal, String> {
    let amount = field
        .strip_prefix("spread ")
        .and_then(|text| text.parse().ok());
    amount
        .filter(Decimal::is_sign_positive)
        .ok_or_else(|| format!("`{}` is no spread", escape(field)))
}

/// Of two values of one name the stricter counts. Where neither is, somebody has to choose.
fn add_value(
    values: &mut BTreeMap<String, KnownValue>,
    name: String,
    one: KnownValue,
) -> Result<(), String> {
    let Some(old) = values.get(&name).copied() else {
        values.insert(name, one);
        return Ok(());
    };
    let order = one
        .value
        .compare(&old.value)
        .filter(|_| one.better == old.better);
    let stricter = match (order, one.better) {
        (Some(Ordering::Equal), _) => one.spread < old.spread,
        (Some(Ordering::Greater), Better::Higher) | (Some(Ordering::Less), Better::Lower) => true,
        (Some(_), Better::Higher | Better::Lower) => false,
        _ => {
            return Err(format!(
                "a second value of `{name}`, and neither is the stricter one: keep one of the two"
            ));
        }
    };
    if stricter {
        values.insert(name, one);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lines: &str) -> Result<Recorded, String> {
        read(format!("{HEADER}\n{lines}").as_bytes(), "b.txt")
    }

    fn all() -> Recorded {
        let lines = "holds\tcoverage\n\
            value\tcoverage.lines\thigher\tshare 80/100\n\
            value\tmetrics.p95\tlower\tnumber 120.5\tspread 3.1\n\
            value\ttests.duration\tlower\tseconds 1.25\n\
            value\tfiles.size[a\\tb]\tpoint\tbytes 1024\n\
            value\tfindings.total\tlower\tcount 7\n\
            test\ts::a\trun\ttests/a.py\ntest\ts::b\\n\tskipped\t-\n\
            finding\tabc\t2\tno-eval\tsrc/a.js\nfinding\tdef\t0\t-\tsrc/b.js\n\
            count\tts-ignore\tsrc/a.ts\t3\ncount\tts-ignore\tsrc/b.ts\t0\n\
            loosened\t2026-01-02\tcoverage.lines\tthe parser was deleted\n";
        file(lines).expect("reads")
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        let recorded = all();
        assert_eq!(recorded.baseline.values.len(), 5);
        assert_eq!(recorded.baseline.findings["abc"].count, 2);
        assert!(recorded.fixed.contains_key("def"));
        assert_eq!(recorded.baseline.counts.len(), 1);
        assert!(recorded.baseline.tests["s::b\n"].skipped);
        let text = render(&recorded);
        assert_eq!(read(text.as_bytes(), "b.txt"), Ok(recorded.clone()));
        assert_eq!(
            render(&read(text.as_bytes(), "b.txt").expect("reads")),
            text
        );
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, text.lines().collect::<Vec<_>>());
    }

    #[test]
    fn order_line_ends_and_repeated_lines_do_not_matter() {
        let text = render(&all());
        let mut lines: Vec<&str> = text.lines().skip(1).collect();
        lines.reverse();
        let turned = format!("{HEADER}\r\n{0}\r\n{HEADER}\r\n{0}\r\n", lines.join("\r\n"));
        assert_eq!(read(turned.as_bytes(), "b.txt"), Ok(all()));
    }

    #[test]
    fn stricter_of_two_lines_counts() {
        let read = file(
            "value\ta\thigher\tshare 80/100\nvalue\ta\thigher\tshare 9/10\nvalue\tb\tlower\tcount 3\nvalue\tb\tlower\tcount 2\n\
             test\tt\tskipped\tb.py\ntest\tt\trun\ta.py\nfinding\tf\t2\tr\tp\nfinding\tf\t0\tr\tp\ncount\tx\tp\t2\ncount\tx\tp\t1\n",
        )
        .expect("reads");
        let known = &read.baseline;
        assert_eq!(
            known.values["a"].value,
            Measure::Share { part: 9, whole: 10 }
        );
        assert_eq!(known.values["b"].value, Measure::Count(2));
        assert!(!known.tests["t"].skipped);
        assert!(known.findings.is_empty() && read.fixed.contains_key("f"));
        assert_eq!(known.counts.values().collect::<Vec<_>>(), [&1]);
    }

    #[test]
    fn what_cannot_be_understood_names_line_and_remedy() {
        for (lines, words) in [
            ("<<<<<<< HEAD\n", "b.txt:2: a conflict marker"),
            ("=======\n", "b.txt:2: a conflict marker"),
            ("holds\tx\n>>>>>>> side\n", "b.txt:3: a conflict marker"),
            ("||||||| base\n", "b.txt:2: a conflict marker"),
            ("tests\ta\n", "b.txt:2: `tests` is no entry"),
            ("test\ta\n", "b.txt:2: `test` is no entry"),
            ("count\ta\tb\t-1\n", "`-1` is no count"),
            ("count\ta\tb\t99999999999999999999\n", "is no count"),
            ("finding\ta\t+1\tb\tc\n", "`+1` is no count"),
            ("value\ta\thigher\tshare 3/2\n", "`share 3/2` is no value"),
            ("value\ta\thigher\tshare 0/0\n", "`share 0/0` is no value"),
            ("value\ta\thigher\t80\n", "`80` is no value"),
            ("value\ta\tlower\tseconds 9999999999999\n", "is no value"),
            ("value\ta\tup\tcount 1\n", "none of higher"),
            ("value\ta\tlower\tcount 1\tspread -1\n", "is no spread"),
            (
                "value\ta\tpoint\tcount 1\nvalue\ta\tpoint\tcount 2\n",
                "b.txt:3: a second value",
            ),
            (
                "value\ta\tlower\tcount 1\nvalue\ta\tlower\tbytes 1\n",
                "a second value",
            ),
            ("test\ta\\q\trun\t-\n", "is no name"),
            ("test\ta\trun\t-", "b.txt:2: it ends in the middle"),
            ("# tollgate baseline 2\n", "another version"),
        ] {
            let said = file(lines).expect_err(lines);
            assert!(said.contains(words), "{lines:?}: {said}");
        }
        let said = read(b"", "b.txt").expect_err("empty");
        assert!(said.contains("does not begin with"), "{said}");
        let said =
            read(b"# tollgate baseline 1\ntest\t\xff\trun\t-\n", "b.txt").expect_err("bytes");
        assert!(said.starts_with("b.txt:2: not UTF-8"), "{said}");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_end_it(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _ = read(&bytes, "b");
            let _ = read(&[HEADER.as_bytes(), b"\n", &bytes].concat(), "b");
        }

        #[test]
        fn every_line_order_reads_the_same(seed in 0_usize..720) {
            let text = render(&all());
            let mut lines: Vec<&str> = text.lines().skip(1).collect();
            let len = lines.len();
            for index in 0..len {
                lines.swap(index, (seed * 7 + index * 3) % len);
            }
            let mixed = format!("{HEADER}\n{}\n", lines.join("\n"));
            proptest::prop_assert_eq!(read(mixed.as_bytes(), "b"), Ok(all()));
        }
    }
}
