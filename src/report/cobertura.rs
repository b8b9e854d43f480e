//! Cobertura XML (<https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd>), as written by
//! coverage.py, gcovr, Istanbul, coverlet, PHPUnit, scoverage, grcov and many more.
//!
//! A file is a `filename`, whatever number of classes share it; lines are merged by number. `class/lines` is
//! read; `methods` repeats it and counts only where the class has no lines of its own. Rates and header totals
//! are never evidence beside lines. No file that the report names is opened; the folders of `sources` are handed on.

#[cfg(test)]
mod tests;

use super::xml::{Tag, Visitor, walk};
use super::{Combine, Empty, Examples, Head, Input, ReportError, ReportFormat, Sink, count};
use crate::model::{EvidenceKind, Tally};

/// The format.
pub(crate) struct Cobertura;

impl ReportFormat for Cobertura {
    fn name(&self) -> &'static str {
        "cobertura"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Coverage
    }

    fn about(&self) -> &'static str {
        "Cobertura XML of coverage.py, gcovr, Istanbul, coverlet and others, https://cobertura.github.io/cobertura/"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        if head.root.as_deref() != Some("coverage") {
            return false;
        }
        let text = head.text.as_str();
        let has = |name: &str| tag_at(text, name);
        let tag = has("coverage").map_or("", |at| &text[at..]);
        let tag = tag.find('>').map_or(tag, |end| &tag[..end]);
        let named = tag.contains("line-rate") || tag.contains("lines-valid");
        // Clover and SonarQube share the name of the root element.
        named || (has("project").is_none() && (has("packages").or(has("sources")).is_some()))
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing(
                r#"<coverage lines-valid="0" lines-covered="0" line-rate="0" branch-rate="0" version="1"><packages/></coverage>"#,
            ),
            bad: r#"<coverage lines-valid="1" lines-covered="0" line-rate="0" branch-rate="0" version="1"><packages><package name="p"><classes><class name="a" filename="src/a.c"><methods/><lines><line number="1" hits="0"/></lines></class></classes></package></packages></coverage>"#,
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        walk(input, &mut Reader::default(), sink)
    }
}

/// Where a tag begins whose name starts so, behind its prefix if it has one.
fn tag_at(text: &str, name: &str) -> Option<usize> {
    let tags = text.match_indices('<').map(|(at, _)| at);
    let starts = |at: &usize| {
        let tag = &text[at + 1..];
        let prefix = tag.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.')));
        let prefixed = prefix.and_then(|end| tag[end..].strip_prefix(':'));
        tag.starts_with(name) || prefixed.is_some_and(|rest| rest.starts_with(name))
    };
    tags.into_iter().find(starts)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Root,
    Class,
    Methods,
    Line,
    Source,
    Other,
}

/// A line of a method, kept until it is known whether the class has lines of its own.
struct MethodLine {
    number: u32,
    hits: u64,
    branches: Option<(u32, u32)>,
}

#[derive(Default)]
struct Reader {
    open: Vec<Element>,
    /// Depth of the open class and of the `methods` in it, 0 where there is none.
    class: usize,
    methods: usize,
    has_lines: bool,
    method_lines: Vec<MethodLine>,
    path: String,
    /// The folder that a `source` names.
    source: String,
}

impl Visitor for Reader {
    fn open(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) -> Result<bool, ReportError> {
        let depth = self.open.len() + 1;
        let element = match tag.name {
            name if depth == 1 => root(name, tag, sink)?,
            "class" if self.class == 0 => {
                self.class = depth;
                self.open_class(tag, sink);
                Element::Class
            }
            "methods" if self.class > 0 && self.methods == 0 => {
                self.methods = depth;
                Element::Methods
            }
            "line" if self.class > 0 => {
                self.line(tag, sink);
                Element::Line
            }
            "source" if self.class == 0 => {
                self.source.clear();
                Element::Source
            }
            _ => Element::Other,
        };
        self.open.push(element);
        Ok(element == Element::Source)
    }

    fn text(&mut self, text: &str) {
        self.source.push_str(text);
    }

    fn close(&mut self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        match self.open.pop() {
            Some(Element::Class) => {
                self.class = 0;
                self.close_class(sink);
            }
            Some(Element::Methods) => self.methods = 0,
            Some(Element::Source) if !self.source.trim().is_empty() => {
                sink.coverage_root(self.source.trim());
            }
            _ => {}
        }
        Ok(())
    }
}

fn root(name: &str, tag: &Tag<'_>, sink: &mut dyn Sink) -> Result<Element, ReportError> {
    if name != "coverage" {
        let name = super::limits::cut(name, 120);
        let message = format!("the root element is `{name}`, not `coverage`");
        return Err(ReportError::malformed("wrong-root", message));
    }
    let tally = |total: &str, covered: &str| {
        let total = count::total(tag.get(total)?)?;
        let covered = count::total(tag.get(covered)?)?;
        (covered <= total).then_some(Tally { total, covered })
    };
    let lines = tally("lines-valid", "lines-covered");
    let branches = tally("branches-valid", "branches-covered");
    sink.declared_totals(lines, branches.filter(|branches| branches.total > 0));
    Ok(Element::Root)
}

impl Reader {
    fn open_class(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) {
        self.has_lines = false;
        self.method_lines.clear();
        let filename = tag.get("filename").filter(|name| !name.trim().is_empty());
        let raw = filename.or(tag.get("name")).unwrap_or("");
        tag.put(raw, &mut self.path);
        if filename.is_none() {
            let message = format!("class `{}` has no `filename`", self.path);
            sink.warn("no-filename", message);
        }
        sink.coverage_file(&self.path);
    }

    fn line(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) {
        let (mut number, mut hits, mut is_branch, mut conditions) = (None, None, false, None);
        let mut impossible = None;
        for (name, value) in tag.attributes() {
            match name {
                "number" => number = value.trim().parse().ok(),
                "hits" => hits = Some(value),
                "branch" => is_branch = value.trim().eq_ignore_ascii_case("true"),
                "condition-coverage" => {
                    conditions = of_conditions(value);
                    impossible = conditions
                        .filter(|(total, taken)| taken > total)
                        .map(|_| value);
                }
                _ => {}
            }
        }
        let Some(number) = number else {
            let number = super::limits::cut(tag.get("number").unwrap_or(""), 40);
            sink.broken(&format!(
                "`{}` has a line without a usable number (`{number}`)",
                self.path
            ));
            return;
        };
        let (hits, odd) = count::hits(hits.unwrap_or("")).unwrap_or((0, true));
        if odd {
            let message = format!(
                "line {number} of `{}` has an odd hit count, read as {hits}",
                self.path
            );
            sink.warn("odd-hits", message);
        }
        if let Some(value) = impossible {
            let message = format!(
                "line {number} of `{}` has more conditions taken than there are (`{}`): read as none",
                self.path,
                super::limits::cut(value, 40)
            );
            sink.warn("odd-conditions", message);
        }
        let line = MethodLine {
            number,
            hits,
            // What cannot be so is no evidence that a branch was taken.
            branches: conditions
                .filter(|_| is_branch)
                .map(|(total, taken)| (total, if taken > total { 0 } else { taken })),
        };
        if self.methods > 0 {
            self.method_lines.push(line);
        } else {
            self.has_lines = true;
            give(&line, sink);
        }
    }

    fn close_class(&mut self, sink: &mut dyn Sink) {
        if !self.has_lines {
            for line in &self.method_lines {
                give(line, sink);
            }
        }
    }
}

fn give(line: &MethodLine, sink: &mut dyn Sink) {
    sink.line(line.number, line.hits, Combine::Max);
    if let Some((total, taken)) = line.branches {
        sink.line_branches(line.number, total, taken);
    }
}

/// `50% (1/2)` as (2, 1).
fn of_conditions(text: &str) -> Option<(u32, u32)> {
    let inside = text.split_once('(')?.1.split_once(')')?.0;
    let (taken, total) = inside.split_once('/')?;
    let total: u32 = total.trim().parse().ok()?;
    let taken: u32 = taken.trim().parse().ok()?;
    (total > 0).then_some((total, taken))
}
