//! Prometheus text exposition and OpenMetrics 1.0.
//!
//! A sample is named as it is written, labels sorted: `http_requests_total{code="200",method="get"}`. `NaN` and
//! infinities are no numbers to judge by and are told, timestamps and exemplars are passed over. Refused: a line that
//! is no sample, anything after `# EOF`, and a last line without its line feed, which the format demands: `12` may be
//! the start of `123`. <https://prometheus.io/docs/specs/om/open_metrics_spec/>

use std::collections::HashMap;

use super::lines::Lines;
use super::number::decimal;
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::{EvidenceKind, Unread};

/// The format `openmetrics`.
pub struct OpenMetrics;

impl ReportFormat for OpenMetrics {
    fn name(&self) -> &'static str {
        "openmetrics"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Metrics
    }

    fn about(&self) -> &'static str {
        "Prometheus text or OpenMetrics; https://prometheus.io/docs/specs/om/open_metrics_spec/"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let first = head.lines().find(|line| !line.trim().is_empty());
        first.is_some_and(|line| {
            let mut words = line.split_whitespace();
            let start = (words.next(), words.next(), words.next());
            matches!(start, (Some("#"), Some("HELP" | "TYPE" | "UNIT"), Some(name)) if is_name(name))
        })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing("# EOF\n"),
            bad: "# TYPE value gauge\nvalue 1\n# EOF\n",
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut seen = HashMap::new();
        let (mut samples, mut odd, mut again, mut over) = (0u64, 0u64, 0u64, false);
        let mut lines = Lines::new(input)?;
        loop {
            let number = lines.number() + 1;
            let Some((line, ended)) = lines.next()? else {
                break;
            };
            let line = line.trim();
            if line == "# EOF" {
                over = true;
                continue;
            }
            if !ended && !line.is_empty() {
                let message =
                    "ends without a line feed, so its last line may be cut off; write it again";
                return Err(ReportError::malformed_at(
                    "truncated",
                    message,
                    number,
                    None,
                ));
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if over {
                let message = "goes on after `# EOF`; one exposition a file";
                return Err(ReportError::malformed_at(
                    "trailing-data",
                    message,
                    number,
                    None,
                ));
            }
            let Some((name, value)) = sample(line) else {
                let message = "has a line that is no sample (`name{label=\"value\"} number`)";
                return Err(ReportError::malformed_at(
                    "not-a-sample",
                    message,
                    number,
                    None,
                ));
            };
            samples += 1;
            let value = decimal(value);
            match value {
                Some(value) => sink.metric(&name, value),
                None => odd += 1,
            }
            match seen.get(&name) {
                Some(earlier) => {
                    again += 1;
                    if *earlier != value {
                        sink.unread_metric(&name, Unread::Twice);
                    }
                }
                None => drop(seen.insert(name, value)),
            }
        }
        let tell = [
            (
                odd,
                "not-finite",
                "samples are NaN, infinite or too large to be compared",
            ),
            (
                again,
                "same-name",
                "samples have the name of an earlier one: only equal values count",
            ),
            (
                u64::from(samples == 0),
                "no-samples",
                "report without a sample",
            ),
        ];
        for (count, code, words) in tell.into_iter().filter(|(count, ..)| *count > 0) {
            sink.warn(code, format!("{count} {words}"));
        }
        Ok(())
    }
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    text.chars().all(fits) && text.starts_with(|c: char| !c.is_ascii_digit())
}

/// Canonical name and value of a sample line.
fn sample(line: &str) -> Option<(String, &str)> {
    let end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let (name, rest) = line.split_at(end);
    if !is_name(name) {
        return None;
    }
    let (labels, rest) = match rest.trim_start().strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let rest = rest.trim_start();
    let (value, behind) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
    if !may_follow(behind) {
        return None;
    }
    let known = ["NaN", "Inf", "+Inf", "-Inf"];
    let fine = value.parse::<f64>().is_ok() || known.contains(&value);
    let name = if labels.is_empty() {
        name.to_owned()
    } else {
        let mut labels = labels;
        labels.sort_unstable();
        format!("{name}{{{}}}", labels.join(","))
    };
    fine.then_some((name, value))
}

/// Whether it is what may stand behind a value: nothing, a timestamp, an exemplar.
fn may_follow(text: &str) -> bool {
    let number = |word: &str| word.parse::<f64>().is_ok_and(f64::is_finite);
    let (time, exemplar) = match text.split_once('#') {
        Some((time, exemplar)) => (time, Some(exemplar)),
        None => (text, None),
    };
    let mut words = time.split_whitespace();
    let timed = words.next().is_none_or(number) && words.next().is_none();
    let Some(exemplar) = exemplar else {
        return timed;
    };
    let open = exemplar.trim_start().strip_prefix('{');
    let Some((_, rest)) = open.and_then(labels) else {
        return false;
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    timed && matches!(words.len(), 1 | 2) && words.into_iter().all(number)
}

/// The labels up to the closing brace, each as written, and what follows it.
fn labels(mut rest: &str) -> Option<(Vec<String>, &str)> {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            return Some((all, after));
        }
        let (name, after) = rest.split_once('=')?;
        let value = after.trim_start().strip_prefix('"')?;
        let end = closing_quote(value)?;
        if !is_name(name.trim_end()) {
            return None;
        }
        all.push(format!("{}=\"{}\"", name.trim_end(), &value[..end]));
        rest = value[end + 1..].trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.starts_with('}') => {}
            None => return None,
        }
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        end
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    const TEXT: &str = "# HELP http_requests_total All requests.\n# TYPE http_requests_total counter\n\
        http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n\
        http_requests_total{ a=\"x, \\\"}\\\\\" , } 3.50\nup 1e-2 # {trace_id=\"a\"} 1\nbad NaN\n# EOF\n";

    #[test]
    fn samples_are_named_with_sorted_labels() {
        let (found, warnings) = testing::metrics(&OpenMetrics, TEXT);
        let all: Vec<_> = found
            .values
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let want = [
            "http_requests_total{a=\"x, \\\"}\\\\\"} 3.50",
            "http_requests_total{code=\"200\",method=\"post\"} 1027",
            "up 0.01",
        ];
        assert_eq!(all, want);
        assert_eq!(warnings, "not-finite");
    }

    #[test]
    fn blanks_times_and_exemplars_are_read() {
        for text in [
            "x {a=\"1\"} 1\n",
            "x\t{ a = \"1\" }\t1 1395066363000\n",
            "x{a=\"1\"} 1 # {t=\"# }\"} 0.5 12.5\n",
            "x{a=\"1\"} 1 12.5 # {} 1\n",
        ] {
            let (found, _) = testing::metrics(&OpenMetrics, text);
            assert_eq!(found.values["x{a=\"1\"}"].to_string(), "1", "{text}");
        }
    }

    #[test]
    fn last_line_without_its_end_is_refused() {
        assert_eq!(testing::refused(&OpenMetrics, "up 12"), "truncated");
        assert_eq!(testing::refused(&OpenMetrics, "up 12\n# EOF"), "ok");
    }

    #[test]
    fn lines_that_are_no_sample_are_refused() {
        for text in [
            "up\n",
            "up x\n",
            "9up 1\n",
            "up{a} 1\n",
            "up{a=\"1\" 1\n",
            "up{a=\"1\"b=\"2\"} 1\n",
            "up 1 junk\n",
            "up 1 1 1 1\n",
            "up 1 1 1\n",
            "up 1 # junk\n",
            "up 1 # {a=\"1\"} 1 2 3\n",
        ] {
            assert_eq!(
                testing::refused(&OpenMetrics, text),
                "not-a-sample",
                "{text}"
            );
        }
        assert_eq!(
            testing::refused(&OpenMetrics, "# EOF\nup 1\n"),
            "trailing-data"
        );
    }

    #[test]
    fn name_given_twice_and_no_sample_are_told() {
        for text in ["up 1\nup 2\n", "up 1\nup NaN\nup 1\n", "up NaN\nup 1\n"] {
            let (found, warnings) = testing::metrics(&OpenMetrics, text);
            assert!(warnings.contains("same-name"), "{text}");
            assert!(found.values.is_empty(), "{text}");
            assert_eq!(found.unread["up"], Unread::Twice, "{text}");
        }
        let (found, warnings) = testing::metrics(&OpenMetrics, "up 1\nup 1.0\n");
        assert_eq!((found.values.len(), warnings.as_str()), (1, "same-name"));
        assert_eq!(
            testing::metrics(&OpenMetrics, "# TYPE up gauge\n").1,
            "no-samples"
        );
    }

    #[test]
    fn sniff_takes_type_and_help_and_no_other_comment() {
        assert_eq!(testing::sniffed(TEXT), ["openmetrics"]);
        assert!(testing::sniffed("# Heading\nup 1\n").is_empty());
    }

    #[test]
    fn mutated_reports_are_survived() {
        testing::survives_mutation(&OpenMetrics, TEXT);
    }
}
