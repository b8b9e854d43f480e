//! What one report says, for people who ask `inspect`: what read it, its totals, the worst of it.
//!
//! The same for machines, one line of JSON a file, is written where reports are read.

use std::io;

use rust_decimal::Decimal;

use super::Style;
use super::detail::Sheet;
use super::layout::{Page, apart, cut, pad, width};
use super::style::Ink;
use super::words::{many, time};
use crate::model::{
    CoverageReport, Evidence, FileCoverage, FindingReport, Level, Measure, MetricReport,
    ReportEvidence, ReportRefusal, Tally, TestReport, Verdict,
};

/// What came of reading one file.
pub type Inspected<'a> = Result<&'a ReportEvidence, &'a ReportRefusal>;

/// Columns for the names at the left.
const NAMES: usize = 10;
/// Files, rules and values in a table, without `-v`.
const ROWS: usize = 10;

/// Draws what one report says, or why it says nothing.
pub fn inspect(what: Inspected<'_>, style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page { style, to };
    let report = match what {
        Ok(report) => report,
        Err(refusal) => return refused(&mut page, refusal),
    };
    page.line(&[
        (Ink::Strong, &style.line(&report.path)),
        (Ink::Plain, "  "),
        (Ink::Faint, report.evidence.kind().word()),
        (Ink::Faint, style.dot()),
        (Ink::Faint, report.format),
    ])?;
    match &report.evidence {
        Evidence::Tests(tests) => draw_tests(&mut page, tests)?,
        Evidence::Coverage(coverage) => draw_coverage(&mut page, coverage)?,
        Evidence::Findings(findings) => draw_findings(&mut page, findings)?,
        Evidence::Metrics(metrics) => draw_metrics(&mut page, metrics)?,
    }
    for warning in &report.warnings {
        let said = style.line(&format!("{} ({})", warning.message, warning.code));
        Sheet::new(&mut page, NAMES).entry("warning", Ink::Care, &said)?;
    }
    Ok(())
}

fn refused(page: &mut Page<'_>, refusal: &ReportRefusal) -> io::Result<()> {
    let style = page.style;
    let mut place = refusal.path.clone();
    for number in [refusal.line, refusal.column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    page.line(&[
        (Ink::Bad, style.sign(Verdict::Fail)),
        (Ink::Plain, " "),
        (Ink::Strong, &style.line(&place)),
        (Ink::Plain, "  "),
        (Ink::Bad, "cannot be read as evidence"),
    ])?;
    let columns = width(refusal.code).max(NAMES);
    Sheet::new(page, columns).entry(refusal.code, Ink::Plain, &style.line(&refusal.message))
}

fn entry(page: &mut Page<'_>, name: &str, text: &str) -> io::Result<()> {
    let text = page.style.line(text);
    Sheet::new(page, NAMES).entry(name, Ink::Plain, &text)
}

fn broken(page: &mut Page<'_>, broken: &[String]) -> io::Result<()> {
    for message in broken.iter().take(ROWS) {
        let text = page.style.line(message);
        Sheet::new(page, NAMES).entry("broken", Ink::Bad, &text)?;
    }
    match broken.len().saturating_sub(ROWS) {
        0 => Ok(()),
        rest => entry(page, "", &format!("and {rest} more")),
    }
}

fn draw_tests(page: &mut Page<'_>, tests: &TestReport) -> io::Result<()> {
    let mut parts = vec![format!("{} passed", tests.passed)];
    let others = [
        (tests.failed, "failed"),
        (tests.errored, "errored"),
        (tests.skipped, "skipped"),
        (tests.flaky, "flaky"),
    ];
    parts.extend(
        others
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}")),
    );
    entry(
        page,
        "tests",
        &format!("{}: {}", tests.total(), parts.join(", ")),
    )?;
    if tests.seconds > 0.0 {
        let slowest = match &tests.slowest {
            Some((id, seconds)) => format!(", the slowest {} in {id}", short_seconds(*seconds)),
            None => String::new(),
        };
        entry(
            page,
            "time",
            &format!("{}{slowest}", short_seconds(tests.seconds)),
        )?;
    }
    if tests.total() > 0 && tests.skipped == tests.total() {
        entry(page, "skipped", "every test of this report was skipped")?;
    }
    broken(page, &tests.broken)?;
    Sheet::new(page, NAMES).failures(&tests.failures, tests.failures_cut)
}

fn short_seconds(seconds: f64) -> String {
    time((seconds * 1_000.0).round() as u64)
}

fn share(tally: Tally) -> Measure {
    Measure::Share {
        part: tally.covered,
        whole: tally.total,
    }
}

fn draw_coverage(page: &mut Page<'_>, coverage: &CoverageReport) -> io::Result<()> {
    broken(page, &coverage.broken)?;
    let tallies = [
        ("lines", Some(coverage.lines())),
        ("branches", coverage.branches()),
        ("functions", coverage.functions()),
    ];
    for (name, tally) in tallies {
        match tally {
            Some(tally) if tally.total > 0 => {
                let share = pad(&share(tally).beside(Some(Decimal::ONE_HUNDRED)), 8);
                entry(
                    page,
                    name,
                    &format!("{share}{} of {}", tally.covered, tally.total),
                )?;
            }
            Some(_) => entry(page, name, "none")?,
            None => entry(page, name, "not in this report")?,
        }
    }
    let files = coverage.files.len() as u64;
    let mut worst: Vec<(&String, &FileCoverage)> = coverage.files.iter().collect();
    // Least covered first; files without lines have no share and come last.
    worst.sort_by_key(|(_, file)| {
        let share = share(file.line_tally).number();
        (
            share.is_none(),
            share,
            std::cmp::Reverse(file.line_tally.total),
        )
    });
    let open: Vec<_> = worst
        .into_iter()
        .filter(|(_, f)| f.line_tally.covered < f.line_tally.total)
        .collect();
    if open.is_empty() {
        return entry(
            page,
            "files",
            &format!("{}, every line covered", many(files, "file")),
        );
    }
    entry(
        page,
        "files",
        &format!("{}, the least covered first:", many(files, "file")),
    )?;
    let most = rows(page.style);
    let paths = open
        .iter()
        .take(most)
        .map(|(path, _)| width(&page.style.line(path)));
    let columns = paths.max().unwrap_or(0);
    for (path, file) in open.iter().take(most) {
        file_line(page, path, file, columns)?;
    }
    rest(page, open.len(), most, "file")
}

fn file_line(
    page: &mut Page<'_>,
    path: &str,
    file: &FileCoverage,
    columns: usize,
) -> io::Result<()> {
    let style = page.style;
    let tally = file.line_tally;
    // Beside 100, so that what is not whole never reads as whole.
    let share = share(tally).beside(Some(Decimal::ONE_HUNDRED));
    let share = format!("{share:>8}");
    let missing = many(tally.total - tally.covered, "line");
    let missing = format!("  {missing} not covered");
    let room = style.width.saturating_sub(2 + 8 + 2 + width(&missing));
    page.line(&[
        (Ink::Plain, "  "),
        (Ink::Care, &share),
        (Ink::Plain, "  "),
        (
            Ink::Plain,
            &pad(&cut(&style.line(path), room, style), columns.min(room)),
        ),
        (Ink::Faint, &missing),
    ])
}

fn rows(style: &Style) -> usize {
    if style.verbose > 0 { usize::MAX } else { ROWS }
}

fn rest(page: &mut Page<'_>, all: usize, most: usize, one: &str) -> io::Result<()> {
    match all.saturating_sub(most) {
        0 => Ok(()),
        rest => {
            let rest = many(rest as u64, &format!("more {one}"));
            Sheet::new(page, NAMES).faint(&format!("and {rest}, with `-v`"))
        }
    }
}

fn draw_findings(page: &mut Page<'_>, findings: &FindingReport) -> io::Result<()> {
    let levels = Level::ALL.iter().filter(|level| findings.at(**level) > 0);
    let levels: Vec<String> = levels
        .map(|level| format!("{} {}", findings.at(*level), level.word()))
        .collect();
    let mut text = findings.total.to_string();
    if !levels.is_empty() {
        text.push_str(&format!(": {}", levels.join(", ")));
    }
    if findings.suppressed > 0 {
        text.push_str(&format!("; {} more suppressed", findings.suppressed));
    }
    entry(page, "findings", &text)?;
    let own: Vec<String> = findings
        .by_severity
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    if !own.is_empty() && own != levels {
        entry(page, "severities", &own.join(", "))?;
    }
    let mut rules: Vec<(&String, &u64)> = findings
        .by_rule
        .iter()
        .filter(|(rule, _)| !rule.is_empty())
        .collect();
    rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), rule.as_str()));
    let most = if page.style.verbose > 0 {
        usize::MAX
    } else {
        5
    };
    let mut told: Vec<String> = rules
        .iter()
        .take(most)
        .map(|(rule, count)| format!("{count} {rule}"))
        .collect();
    if rules.len() > most {
        told.push(format!("{} more", rules.len() - most));
    }
    if !told.is_empty() {
        entry(page, "rules", &told.join(", "))?;
    }
    broken(page, &findings.broken)?;
    Sheet::new(page, NAMES).findings(&findings.items, findings.items_cut)
}

fn draw_metrics(page: &mut Page<'_>, metrics: &MetricReport) -> io::Result<()> {
    if let Some((total, failed)) = metrics.thresholds {
        entry(
            page,
            "thresholds",
            &format!("{failed} of {total} failed, as the tool itself judged"),
        )?;
    }
    let style = page.style;
    let most = rows(style);
    entry(page, "values", &metrics.values.len().to_string())?;
    let shown: Vec<(String, String)> = metrics
        .values
        .iter()
        .take(most)
        .map(|(name, value)| (style.line(name), value.normalize().to_string()))
        .collect();
    let names = shown
        .iter()
        .map(|(name, _)| width(name))
        .max()
        .unwrap_or(0)
        .min(style.width / 2);
    let each: Vec<String> = shown.iter().map(|(name, _)| name.clone()).collect();
    for ((_, value), name) in shown.iter().zip(apart(&each, names, style)) {
        let name = pad(&name, names);
        page.line(&[
            (Ink::Plain, "    "),
            (Ink::Plain, &name),
            (Ink::Plain, "  "),
            (Ink::Plain, value),
        ])?;
    }
    rest(page, metrics.values.len(), most, "value")
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;

    fn drawn(what: Inspected<'_>, style: &Style) -> String {
        let mut text = Vec::new();
        inspect(what, style, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    fn report(path: &str, format: &'static str, evidence: Evidence) -> ReportEvidence {
        ReportEvidence {
            path: path.to_owned(),
            format,
            evidence,
            warnings: vec![],
        }
    }

    fn reports() -> Vec<ReportEvidence> {
        let gate = |id: &str| {
            fixtures::named("no_go")
                .verdict
                .gates
                .into_iter()
                .find(|gate| gate.id == id)
                .unwrap()
        };
        let tests = TestReport {
            passed: 410,
            failed: 4,
            errored: 1,
            skipped: 3,
            seconds: 11.2,
            slowest: Some(("orders::case_3".to_owned(), 3.25)),
            failures: gate("unit").failures,
            failures_cut: 7,
            broken: vec!["suite `pay` did not load".to_owned()],
            ..TestReport::default()
        };
        let mut coverage = CoverageReport {
            has_branches: true,
            ..CoverageReport::default()
        };
        for (path, total, covered) in [
            ("src/a.ts", 40, 40),
            ("src/漢字.ts", 8, 1),
            ("src/b.ts", 200, 199),
            ("src/empty.ts", 0, 0),
        ] {
            let file = coverage.files.entry(path.to_owned()).or_default();
            file.line_tally = Tally { total, covered };
        }
        let mut findings = FindingReport {
            total: 3,
            suppressed: 1,
            items: gate("security").findings,
            ..FindingReport::default()
        };
        findings
            .by_level
            .extend([(Level::High, 1), (Level::Medium, 2)]);
        findings
            .by_severity
            .extend([("error".to_owned(), 1), ("warning".to_owned(), 2)]);
        findings.by_rule.extend([
            ("js.weak-hash".to_owned(), 1),
            ("js.sql-injection".to_owned(), 1),
            (String::new(), 1),
        ]);
        let mut metrics = MetricReport {
            thresholds: Some((3, 1)),
            ..MetricReport::default()
        };
        for n in 0..12 {
            metrics.values.insert(
                format!("http_req_duration.p{n}"),
                Decimal::new(1_234 * n, 2),
            );
        }
        let mut odd = report("reports/k6.json", "json", Evidence::Metrics(metrics));
        odd.warnings.push(crate::model::Warning {
            code: "duplicate-key",
            message: "`a::error::b` appears twice".to_owned(),
        });
        vec![
            report("reports/unit.xml", "junit", Evidence::Tests(tests)),
            report("coverage/lcov.info", "lcov", Evidence::Coverage(coverage)),
            report(
                "reports/semgrep.sarif",
                "sarif",
                Evidence::Findings(findings),
            ),
            odd,
        ]
    }

    #[test]
    fn each_kind_of_report() {
        for style in [
            Style::default(),
            Style {
                verbose: 1,
                width: 60,
                ..Style::default()
            },
        ] {
            let all: Vec<String> = reports()
                .iter()
                .map(|report| drawn(Ok(report), &style))
                .collect();
            insta::assert_snapshot!(format!("inspect_{}", style.width), all.join("\n"));
        }
    }

    #[test]
    fn a_refusal_says_where_and_why() {
        let refusal = ReportRefusal {
            path: "reports/unit.xml".to_owned(),
            code: "truncated",
            message: "the file ends inside `<testsuite>`".to_owned(),
            line: Some(12),
            column: Some(3),
        };
        insta::assert_snapshot!(drawn(Err(&refusal), &Style::default()));
    }
}
