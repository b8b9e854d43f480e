//! CSV as metrics: a header row, then numbers.
//!
//! With one data row a number is named by its column; with several, by the first column's value and its column
//! (`login.p95`). Cells that are no number are passed over. It never sniffs, because every text would fit. Refused: a
//! row with another number of fields than the header, a quote in the wrong place or never closed, other separators.
//! <https://www.rfc-editor.org/rfc/rfc4180>

use std::collections::{HashMap, HashSet};
use std::io::Read;

use super::number::decimal;
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink, json};
use crate::model::{EvidenceKind, Unread};

/// Bytes of a file; tables of metrics are small.
const MOST: u64 = 64 << 20;

/// The format `csv`.
pub struct Csv;

impl ReportFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Metrics
    }

    fn about(&self) -> &'static str {
        "comma-separated values with a header row, up to 64 MiB; https://www.rfc-editor.org/rfc/rfc4180"
    }

    fn sniff(&self, _: &Head<'_>) -> bool {
        false
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("value\n"),
            bad: "value\n1\n",
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        json::start(input)?;
        let mut bytes = Vec::new();
        input.take(MOST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST {
            let message = "is larger than 64 MiB; write a summary of the numbers that matter";
            return Err(ReportError::malformed("too-large", message));
        }
        let Ok(text) = String::from_utf8(bytes) else {
            let message = "is not UTF-8; write it in that encoding";
            return Err(ReportError::malformed("not-utf-8", message));
        };
        let mut rows = Rows::new(&text);
        let Some(header) = rows.next()? else {
            return Err(ReportError::malformed("no-header", "has no header row"));
        };
        check_header(&header)?;
        let mut table = Vec::new();
        while let Some(row) = rows.next()? {
            if row.len() != header.len() {
                let (has, want) = (row.len(), header.len());
                let message = format!("has a row with {has} fields where the header has {want}");
                return Err(ReportError::malformed_at(
                    "uneven-row",
                    message,
                    rows.start,
                    None,
                ));
            }
            table.push(row);
        }
        tell(&header, &table, sink);
        Ok(())
    }
}

fn check_header(header: &[String]) -> Result<(), ReportError> {
    if let [only] = header
        && only.contains([';', '\t'])
    {
        let message = "separates its columns by other than commas; write it with commas";
        return Err(ReportError::malformed_at("separator", message, 1, None));
    }
    let mut seen = HashSet::new();
    match header.iter().find(|name| !seen.insert(name.trim())) {
        Some(name) => {
            let message = format!("has two columns named `{}`; rename one", name.trim());
            Err(ReportError::malformed_at("same-column", message, 1, None))
        }
        None => Ok(()),
    }
}

fn tell(header: &[String], table: &[Vec<String>], sink: &mut dyn Sink) {
    let mut seen: HashMap<&str, &Vec<String>> = HashMap::new();
    let (mut again, mut values) = (0u64, 0u64);
    for row in table {
        let first = row.first().map_or("", |cell| cell.trim());
        let earlier = seen.insert(first, row).filter(|_| table.len() > 1);
        if let Some(earlier) = earlier {
            again += 1;
            contradict(header, first, earlier, row, sink);
        }
        let cells = header.iter().zip(row);
        let skipped = usize::from(table.len() > 1);
        for (column, cell) in cells.skip(skipped) {
            let Some(value) = decimal(cell) else {
                continue;
            };
            values += 1;
            match table.len() {
                1 => sink.metric(column.trim(), value),
                _ => sink.metric(&format!("{first}.{}", column.trim()), value),
            }
        }
    }
    if again > 0 {
        let message =
            format!("{again} rows have the first cell of an earlier one: only equal values count");
        sink.warn("same-name", message);
    }
    if values == 0 {
        sink.warn("no-numbers", "no cell is a number".to_owned());
    }
}

/// Of two rows of one name, the cells that are not the same are no evidence.
fn contradict(
    header: &[String],
    first: &str,
    earlier: &[String],
    row: &[String],
    sink: &mut dyn Sink,
) {
    let pairs = header.iter().zip(earlier.iter().zip(row));
    for (column, (one, other)) in pairs.skip(1) {
        let same = match (decimal(one), decimal(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one.trim() == other.trim(),
        };
        if !same {
            sink.unread_metric(&format!("{first}.{}", column.trim()), Unread::Twice);
        }
    }
}

/// The rows of a table by RFC 4180.
struct Rows<'a> {
    rest: &'a str,
    line: u64,
    /// Line on which the last row began.
    start: u64,
}

impl<'a> Rows<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 1,
            start: 1,
        }
    }

    /// The next row that is not an empty line.
    fn next(&mut self) -> Result<Option<Vec<String>>, ReportError> {
        while let Some(rest) = self
            .rest
            .strip_prefix("\r\n")
            .or(self.rest.strip_prefix('\n'))
        {
            self.rest = rest;
            self.line += 1;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.start = self.line;
        let mut row = Vec::new();
        loop {
            row.push(self.field()?);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            let end = self
                .rest
                .strip_prefix("\r\n")
                .or(self.rest.strip_prefix('\n'));
            self.line += u64::from(end.is_some());
            self.rest = end.unwrap_or("");
            return Ok(Some(row));
        }
    }

    fn field(&mut self) -> Result<String, ReportError> {
        if let Some(rest) = self.rest.strip_prefix('"') {
            return self.quoted(rest);
        }
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end);
        let ends_line = !rest.starts_with(',');
        let field = match field.strip_suffix('\r') {
            Some(field) if ends_line => field,
            _ => field,
        };
        if field.contains('"') {
            return Err(self.stray());
        }
        self.rest = rest;
        Ok(field.to_owned())
    }

    fn quoted(&mut self, mut rest: &'a str) -> Result<String, ReportError> {
        let mut field = String::new();
        loop {
            let Some((part, after)) = rest.split_once('"') else {
                let message = "ends inside a quoted field; write it again";
                return Err(ReportError::malformed_at(
                    "truncated",
                    message,
                    self.line,
                    None,
                ));
            };
            field.push_str(part);
            match after.strip_prefix('"') {
                Some(after) => {
                    field.push('"');
                    rest = after;
                }
                None => {
                    self.line += field.matches('\n').count() as u64;
                    self.rest = after;
                    let ends = [",", "\n", "\r\n"];
                    let over = after.is_empty() || ends.iter().any(|end| after.starts_with(end));
                    return if over { Ok(field) } else { Err(self.stray()) };
                }
            }
        }
    }

    fn stray(&self) -> ReportError {
        let message = "has a quote inside a field; quote the whole field and double the quote";
        ReportError::malformed_at("stray-quote", message, self.line, None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn read(text: &str) -> (String, String) {
        let (found, warnings) = testing::metrics(&Csv, text);
        let all: Vec<_> = found
            .values
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (all.join(" "), warnings)
    }

    #[test]
    fn one_row_is_named_by_its_columns() {
        let (values, warnings) = read("name, p95 ,rate\r\nlogin,1.50,99%\r\n");
        assert_eq!((values.as_str(), warnings.as_str()), ("p95=1.50", ""));
    }

    #[test]
    fn several_rows_are_named_by_their_first_cell() {
        let (values, warnings) = read("name,p95,n\n\"a,b\",1,2\nc,3e2,x\n\n");
        assert_eq!(
            (values.as_str(), warnings.as_str()),
            ("a,b.n=2 a,b.p95=1 c.p95=300", "")
        );
    }

    #[test]
    fn quotes_hold_commas_lines_and_doubled_quotes() {
        assert_eq!(read("\"a\"\"\nb,\",c\n1,2").0, "a\"\nb,=1 c=2");
        assert_eq!(testing::refused(&Csv, "a,b\n\"1,2\n"), "truncated");
        assert_eq!(testing::refused(&Csv, "a,b\n\"1\"x,2\n"), "stray-quote");
        assert_eq!(testing::refused(&Csv, "a,b\nx\"1\",2\n"), "stray-quote");
    }

    #[test]
    fn uneven_rows_and_other_tables_are_refused() {
        let error = super::super::read_bytes(b"a,\"b\nc\"\n1,2\n3\n", "r", Some(&Csv)).unwrap_err();
        assert_eq!(
            (error.code(), error.refusal("r").line),
            ("uneven-row", Some(4))
        );
        assert_eq!(testing::refused(&Csv, "a;b\n1;2\n"), "separator");
        assert_eq!(testing::refused(&Csv, "a,a\n1,2\n"), "same-column");
    }

    #[test]
    fn repeated_rows_and_no_numbers_are_told() {
        let same = |values: &str| (values.to_owned(), "same-name".to_owned());
        assert_eq!(read("n,v,w\na,1,2\na,1.0,2\n"), same("a.v=1 a.w=2"));
        assert_eq!(read("n,v,w\na,900,1\na,100,1\n"), same("a.w=1"));
        assert_eq!(read("n,v\na,900\na,-\na,900\n"), same(""));
        assert_eq!(read("n,v\na,-\na,900\n"), same(""));
        assert_eq!(read("n,v\n").1, "no-numbers");
    }

    #[test]
    fn it_never_sniffs_and_survives_mutation() {
        assert!(testing::sniffed("a,b\n1,2\n").is_empty());
        testing::survives_mutation(&Csv, "name,p95\n\"a,b\",1\nc,2\n");
    }
}
