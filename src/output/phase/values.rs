//! The values that phases ask for: what was measured last, what is wanted, and which way it went since the run before.

use std::collections::BTreeSet;
use std::io;

use super::super::Style;
use super::super::layout::{Page, apart, cut, pad, width};
use super::super::style::Ink;
use super::super::words;
use super::tasks::{LISTED, most};
use crate::model::{Board, BoardMetric, PhaseState, Verdict};

/// The widest columns of what was measured, and of what is wanted.
const NOW: usize = 12;
const TARGET: usize = 18;
/// The widest column of the phase, and the narrowest of the name of the value.
const PHASE: usize = 22;
const FACT: usize = 20;

/// A line for each value, under a head that names the columns.
pub(super) fn metrics(page: &mut Page<'_>, board: &Board) -> io::Result<()> {
    let style = page.style;
    if board.metrics.is_empty() {
        return Ok(());
    }
    let open: BTreeSet<&str> = board
        .phases
        .iter()
        .filter(|phase| phase.state != PhaseState::Complete)
        .map(|phase| phase.phase.as_str())
        .collect();
    let told = |metric: &&BoardMetric| {
        style.verbose > 0 || (metric.holds != Some(true) && open.contains(metric.phase.as_str()))
    };
    let wanted: Vec<&BoardMetric> = board.metrics.iter().filter(told).collect();
    let all = board.metrics.len() <= LISTED;
    let shown: Vec<&BoardMetric> = if all {
        board.metrics.iter().collect()
    } else {
        wanted.into_iter().take(most(style)).collect()
    };
    page.gap()?;
    let columns = Columns::of(&shown, style);
    head(page, &columns)?;
    for (metric, fact) in shown.iter().zip(&columns.facts) {
        value(page, metric, fact, &columns)?;
    }
    let rest = board.metrics.len() - shown.len();
    if rest > 0 {
        let hold = board.metrics.iter().filter(|one| one.holds == Some(true));
        let text = format!(
            "  and {}, with `-v`; {} of {} hold",
            words::many(rest as u64, "more value"),
            hold.count(),
            board.metrics.len()
        );
        page.line(&[(Ink::Faint, &text)])?;
    }
    Ok(())
}

/// The names of the values as they are shown, and the widths of all columns.
struct Columns {
    facts: Vec<String>,
    fact: usize,
    now: usize,
    /// No column where no value was measured twice.
    trend: usize,
    target: usize,
}

impl Columns {
    fn of(shown: &[&BoardMetric], style: &Style) -> Self {
        let widest = |name: &str, text: &dyn Fn(&BoardMetric) -> String, most: usize| {
            let all = shown.iter().map(|one| width(&style.line(&text(one))));
            all.max().unwrap_or(0).min(most).max(width(name))
        };
        let now = widest(
            "now",
            &|one| measured(one).to_owned(),
            NOW.min(style.width / 6),
        );
        let trend = match shown.iter().any(|one| one.trend.is_some()) {
            true => widest("trend", &|one| trend(one, style).1, usize::MAX),
            false => 0,
        };
        let target = widest(
            "target",
            &|one| one.target.clone(),
            TARGET.min(style.width / 5),
        );
        let phase = widest("phase", &|one| one.phase.clone(), PHASE);
        let gaps = LEAD + 3 * GAP + if trend > 0 { GAP } else { 0 };
        let room = style
            .width
            .saturating_sub(gaps + now + trend + target + phase)
            .max(FACT);
        let names: Vec<String> = shown.iter().map(|one| style.line(&one.fact)).collect();
        let facts = apart(&names, room, style);
        let fact = facts.iter().map(|fact| width(fact)).max().unwrap_or(0);
        Self {
            facts,
            fact: fact.max(width(HEAD) - LEAD),
            now,
            trend,
            target,
        }
    }
}

/// What stands above the names.
const HEAD: &str = "Values";
/// Columns before a name, with its sign; and between two columns.
const LEAD: usize = 4;
const GAP: usize = 2;

fn head(page: &mut Page<'_>, columns: &Columns) -> io::Result<()> {
    if columns.facts.is_empty() {
        return page.line(&[(Ink::Strong, HEAD)]);
    }
    let mut names = vec![("now", columns.now)];
    names.extend((columns.trend > 0).then_some(("trend", columns.trend)));
    names.extend([("target", columns.target), ("phase", 0)]);
    let names = names.into_iter();
    let names: String = names
        .map(|(name, wide)| format!("{}{}", " ".repeat(GAP), pad(name, wide)))
        .collect();
    let lead = pad(HEAD, LEAD + columns.fact);
    page.line(&[(Ink::Strong, &lead), (Ink::Faint, &names)])
}

fn measured(metric: &BoardMetric) -> &str {
    metric.current.as_deref().unwrap_or("-")
}

/// Which way a value went, as its bound sees it: the number of an error that is gone is lower, and better.
fn trend(metric: &BoardMetric, style: &Style) -> (Ink, String) {
    let (ink, sign, word) = match metric.trend {
        Some(1) => (Ink::Good, style.pick("↑", "^"), " better"),
        Some(-1) => (Ink::Bad, style.pick("↓", "v"), " worse"),
        Some(_) => (Ink::Faint, style.pick("·", "."), " same"),
        None => (Ink::Plain, "", ""),
    };
    (ink, format!("{sign}{word}"))
}

fn value(
    page: &mut Page<'_>,
    metric: &BoardMetric,
    fact: &str,
    columns: &Columns,
) -> io::Result<()> {
    let style = page.style;
    let (ink, sign) = match metric.holds {
        Some(true) => (Ink::Good, style.sign(Verdict::Pass)),
        Some(false) => (Ink::Bad, style.sign(Verdict::Fail)),
        None => (Ink::Faint, style.pick("·", ".")),
    };
    let gap = " ".repeat(GAP);
    let column = |text: &str, wide: usize| {
        let text = cut(&style.line(text), wide, style);
        format!("{gap}{}", pad(&text, wide))
    };
    let (trend_ink, trend) = trend(metric, style);
    let trend = match columns.trend {
        0 => String::new(),
        wide => column(&trend, wide),
    };
    page.line(&[
        (Ink::Plain, "  "),
        (ink, sign),
        (Ink::Plain, " "),
        (Ink::Plain, &pad(fact, columns.fact)),
        (ink, &column(measured(metric), columns.now)),
        (trend_ink, &trend),
        (Ink::Plain, &column(&metric.target, columns.target)),
        (Ink::Faint, &column(&metric.phase, PHASE)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(fact: &str, current: Option<&str>, target: &str, trend: Option<i8>) -> BoardMetric {
        BoardMetric {
            fact: fact.to_owned(),
            phase: "beta".to_owned(),
            current: current.map(str::to_owned),
            target: target.to_owned(),
            holds: current.map(|value| value == target),
            trend,
        }
    }

    fn drawn(list: Vec<BoardMetric>, columns: usize) -> Vec<String> {
        let style = Style {
            unicode: true,
            width: columns,
            ..Style::default()
        };
        let full = Board {
            metrics: list,
            ..Board::default()
        };
        let mut bytes = Vec::new();
        let mut page = Page {
            style: &style,
            to: &mut bytes,
        };
        metrics(&mut page, &full).expect("writes");
        let text = String::from_utf8(bytes).expect("text");
        let lines = text.lines().filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    #[test]
    fn columns_have_names_and_no_trend_reads_as_a_bound() {
        let lines = drawn(
            vec![
                metric("unit.tests.failed", Some("20"), "0", Some(0)),
                metric("unit.tests.passed", Some("18"), ">=38", Some(1)),
                metric("unit.tests.errored", Some("1"), "0", Some(-1)),
                metric("new.tests.failed", None, "0", None),
            ],
            80,
        );
        assert_eq!(
            lines,
            [
                "Values                  now  trend     target  phase",
                "  ✗ unit.tests.failed   20   · same    0       beta",
                "  ✗ unit.tests.passed   18   ↑ better  >=38    beta",
                "  ✗ unit.tests.errored  1    ↓ worse   0       beta",
                "  · new.tests.failed    -              0       beta",
            ]
        );
        let fresh = drawn(vec![metric("a.tests.failed", None, "0", None)], 80);
        assert_eq!(
            fresh,
            [
                "Values              now  target  phase",
                "  · a.tests.failed  -    0       beta"
            ]
        );
    }

    #[test]
    fn long_names_of_values_stay_apart_and_nothing_is_too_wide() {
        let check = |end: &str| {
            let fact = format!("routes.http.status[GET /funds/A/lots/of/paper/{end}]");
            metric(&fact, Some("another body"), "matches OAK and more", None)
        };
        for columns in [60, 80, 100] {
            let lines = drawn(vec![check("a"), check("b"), check("b")], columns);
            assert!(
                lines.iter().all(|line| width(line) <= columns),
                "{lines:#?}"
            );
            assert!(
                lines[1..].iter().all(|line| line.ends_with("beta")),
                "{lines:#?}"
            );
            assert_ne!(lines[1], lines[2]);
        }
    }
}
