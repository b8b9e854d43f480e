//! LCOV tracefiles (<https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1>).
//!
//! `DA` and `BRDA` are added per line and per branch, over all records of the same `SF`, as lcov does; `LF`,
//! `LH`, `BRF` and `BRH` stand only where there is nothing to add. Lines that cannot be read are left out with
//! a warning, and so is the end of a file that was cut; text that is no tracefile is refused.

mod functions;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::text::{Lines, text};
use super::{Combine, Empty, Examples, Head, Input, ReportError, ReportFormat, Sink, count};
use crate::model::{EvidenceKind, Marks, Tally};
use functions::Functions;

/// The format.
pub(crate) struct Lcov;

impl ReportFormat for Lcov {
    fn name(&self) -> &'static str {
        "lcov"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Coverage
    }

    fn about(&self) -> &'static str {
        "LCOV tracefiles of lcov, Istanbul, llvm-cov, coverage.py and others, https://github.com/linux-test-project/lcov"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        head.lines()
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'))
            .is_some_and(|line| {
                ["TN:", "SF:", "VER:"]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("TN:\n"),
            bad: "TN:\nSF:src/a.c\nDA:1,0\nLF:1\nLH:0\nend_of_record\n",
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut lines = Lines::new(input)?;
        let mut reader = Reader::default();
        while let Some(bytes) = lines.next_bytes()? {
            if reader.plain_line_data(bytes, sink) {
                continue;
            }
            let line = text(bytes)?;
            if !reader.line(line, sink) {
                // What it said may be a line that did not run.
                let line = super::limits::cut(line, 80);
                reader.bad += 1;
                sink.broken(&format!(
                    "line {} is no LCOV record: `{line}`",
                    lines.number()
                ));
            }
        }
        if reader.files.is_empty() && reader.bad > 0 {
            return Err(ReportError::malformed(
                "not-lcov",
                "has no `SF:` record: it is no LCOV tracefile",
            ));
        }
        reader.end_of_file(sink);
        lines.finish(sink);
        reader.finish(sink);
        Ok(())
    }
}

/// What is kept of a file beside its lines.
#[derive(Default)]
struct FileMarks {
    path: String,
    has_lines: bool,
    branches: Marks,
    functions: Marks,
    /// `LF`, `LH`, `BRF`, `BRH`, `FNF`, `FNH`: the largest stated.
    stated: [u64; 6],
}

/// What the current record says of itself, to compare with what it holds.
#[derive(Default)]
struct Record {
    last_line: u32,
    lines: u64,
    covered: u64,
    stated_lines: Option<u64>,
    stated_covered: Option<u64>,
}

#[derive(Default)]
struct Reader {
    files: Vec<FileMarks>,
    by_path: BTreeMap<String, usize>,
    open: Option<usize>,
    record: Record,
    /// Those of the open record.
    functions: Functions,
    unknown: BTreeSet<String>,
    bad: u64,
}

/// Records that hold nothing of lines, branches and functions: names, versions, and the two halves of MC/DC.
const UNREAD: [&str; 5] = ["TN", "VER", "MCDC", "MCF", "MCH"];
const STATED: [&str; 6] = ["LF", "LH", "BRF", "BRH", "FNF", "FNH"];

impl Reader {
    /// Takes one line. False when it is no record, or a record that cannot be read.
    fn line(&mut self, line: &str, sink: &mut dyn Sink) -> bool {
        if let Some(rest) = line.strip_prefix("DA:") {
            return self.line_data(rest, sink).is_some();
        }
        let line = line.trim_ascii();
        if line == "end_of_record" {
            return self.end_of_record(sink);
        }
        if line.is_empty() || line.starts_with('#') {
            return true;
        }
        let Some((word, rest)) = line.split_once(':') else {
            return false;
        };
        match word {
            "SF" => {
                self.end_of_file(sink);
                self.source_file(rest, sink);
                true
            }
            "BRDA" => self.branch(rest).is_some(),
            "FN" | "FNDA" | "FNL" | "FNA" => {
                self.open.is_some() && self.functions.take(word, rest).is_some()
            }
            _ => match STATED.iter().position(|known| *known == word) {
                Some(which) => self.stated(which, rest).is_some(),
                None => self.other(word, sink),
            },
        }
    }

    /// A record that is not read: one of those that hold no coverage, or one that a later version may have added, or
    /// another one damaged.
    fn other(&mut self, word: &str, sink: &mut dyn Sink) -> bool {
        let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
        if plain && !UNREAD.contains(&word) && self.unknown.insert(word.to_owned()) {
            let word = super::limits::cut(word, 40);
            let message = format!("records `{word}:` are not known and were left out");
            sink.warn("unknown-record", message);
        }
        plain
    }

    /// A file whose record is not ended was cut: what is missing may be what did not run.
    fn end_of_file(&mut self, sink: &mut dyn Sink) {
        let Some(at) = self.open else { return };
        self.functions.settle(&mut self.files[at].functions);
        let path = super::limits::cut(&self.files[at].path, 200);
        sink.broken(&format!(
            "`{path}` has no `end_of_record`: the report was cut"
        ));
    }

    fn source_file(&mut self, path: &str, sink: &mut dyn Sink) {
        self.record = Record::default();
        let at = match self.by_path.get(path) {
            Some(at) => *at,
            None => {
                self.files.push(FileMarks {
                    path: path.to_owned(),
                    ..FileMarks::default()
                });
                self.by_path.insert(path.to_owned(), self.files.len() - 1);
                self.files.len() - 1
            }
        };
        self.open = Some(at);
        sink.coverage_file(path);
    }

    fn file(&mut self) -> Option<&mut FileMarks> {
        self.open.map(|at| &mut self.files[at])
    }

    /// A line of nothing but `DA:`, digits, a comma and digits: most of a file. False leaves it to `line`.
    fn plain_line_data(&mut self, line: &[u8], sink: &mut dyn Sink) -> bool {
        let Some(rest) = line.strip_prefix(b"DA:") else {
            return false;
        };
        let Some((line, [b',', rest @ ..])) = count::digits(rest) else {
            return false;
        };
        let Some((hits, [])) = count::digits(rest) else {
            return false;
        };
        let (Ok(line), Some(file)) = (u32::try_from(line), self.open) else {
            return false;
        };
        self.files[file].has_lines = true;
        self.add_line(line, hits, sink);
        true
    }

    fn add_line(&mut self, line: u32, hits: u64, sink: &mut dyn Sink) {
        if self.record.last_line != line || self.record.lines == 0 {
            self.record.last_line = line;
            self.record.lines += 1;
            self.record.covered += u64::from(hits > 0);
        }
        sink.line(line, hits, Combine::Add);
    }

    /// `DA:line,hits[,checksum]`.
    fn line_data(&mut self, rest: &str, sink: &mut dyn Sink) -> Option<()> {
        let (line, hits) = rest.split_once(',')?;
        let hits = hits.split_once(',').map_or(hits, |(hits, _)| hits);
        let line: u32 = line.trim().parse().ok()?;
        let (hits, odd) = count::hits(hits)?;
        self.file()?.has_lines = true;
        if odd {
            sink.warn(
                "odd-hits",
                format!("line {line} has an odd hit count, read as {hits}"),
            );
        }
        self.add_line(line, hits, sink);
        Some(())
    }

    /// `BRDA:line,block,branch,taken`; the branch may be any text, the block may begin with `e`.
    fn branch(&mut self, rest: &str) -> Option<()> {
        let (line, rest) = rest.split_once(',')?;
        let (rest, taken) = rest.rsplit_once(',')?;
        let (block, branch) = rest.split_once(',')?;
        let line: u32 = line.trim().parse().ok()?;
        let taken = match taken.trim() {
            "-" => false,
            number => count::hits(number)?.0 > 0,
        };
        self.file()?.branches.branch(line, block, branch, taken);
        Some(())
    }

    fn stated(&mut self, which: usize, rest: &str) -> Option<()> {
        let total = count::total(rest)?;
        let stated = &mut self.file()?.stated[which];
        *stated = total.max(*stated);
        match which {
            0 => self.record.stated_lines = Some(total),
            1 => self.record.stated_covered = Some(total),
            _ => {}
        }
        Some(())
    }

    fn end_of_record(&mut self, sink: &mut dyn Sink) -> bool {
        let Some(at) = self.open.take() else {
            return false;
        };
        let record = std::mem::take(&mut self.record);
        let differ = |stated: Option<u64>, found: u64| stated.is_some_and(|stated| stated != found);
        if record.lines > 0
            && (differ(record.stated_lines, record.lines)
                || differ(record.stated_covered, record.covered))
        {
            let path = super::limits::cut(&self.files[at].path, 200);
            let message =
                format!("`LF`/`LH` of `{path}` differ from its lines, which were counted");
            sink.warn("declared-differs", message);
        }
        let file = &mut self.files[at];
        file.branches.settle();
        self.functions.settle(&mut file.functions);
        true
    }

    /// Hands on what had to wait for later records of the same file.
    fn finish(mut self, sink: &mut dyn Sink) {
        for file in &mut self.files {
            sink.coverage_file(&file.path);
            file.branches.settle();
            let stated = |total: usize| {
                let (total, covered) = (file.stated[total], file.stated[total + 1]);
                (total > 0 && covered <= total).then_some(Tally { total, covered })
            };
            let unless = |named: bool, at: usize| if named { None } else { stated(at) };
            let lines = unless(file.has_lines, 0);
            let branches = unless(!file.branches.is_empty(), 2);
            let functions = unless(!file.functions.is_empty(), 4);
            sink.file_totals(lines, branches, functions);
            let (branches, functions) = (&mut file.branches, &mut file.functions);
            sink.marks(std::mem::take(branches), std::mem::take(functions));
        }
    }
}
