//! `metrics`: bounds on named numbers of a report.
//!
//! A JSON report is asked with RFC 9535 paths; other formats by the dotted name that `inspect` shows. A
//! path must select exactly one number: none or several is inconclusive, never a guess.

mod probes;

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use serde_json_path::JsonPath;

use super::{Context, Gate, GateKind, Probe, Reports};
use crate::model::{Evidence, EvidenceKind, Judgement, Measure, MetricReport};
use crate::policy::{Bound, Plain};
use crate::problem::{Code, Fields, Problem, Problems, Text, object, options};
use crate::source::{Key, Node};

options! {
    /// One metric.
    pub struct MetricOptions {
        /// RFC 9535 path into a JSON report, such as `$.metrics.p95`.
        path("path"): Text,
        /// Dotted name of the value, as `inspect` shows it.
        name("name"): Text,
        /// Bound of the value.
        is("is"): Bound<Plain>,
    }
}

options! {
    /// Conditions on metrics.
    pub struct MetricsOptions {
        /// Metrics by name.
        values("values"): Vec<(Key, MetricOptions)>,
    }
}

/// The kind `metrics`.
pub struct Metrics;

#[derive(Debug)]
struct MetricGate {
    reports: Reports,
    values: Vec<Metric>,
}

#[derive(Debug)]
struct Metric {
    name: String,
    from: From,
    is: Bound<Plain>,
}

#[derive(Debug)]
enum From {
    Path(JsonPath, String),
    Name(String),
}

impl GateKind for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn about(&self) -> &'static str {
        "numbers of JSON (RFC 9535 paths), CSV and OpenMetrics reports: values"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        let reports = Reports::take(&mut fields, EvidenceKind::Metrics, problems);
        let options = MetricsOptions::take(&mut fields, problems);
        fields.rest(problems);
        let entries = options.values.unwrap_or_default();
        if entries.is_empty() && problems.len() == before {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &options.at, "`metrics` asks for nothing")
                    .help("add `values: { p95: { path: \"$.p95\", is: \"<200\" } }`"),
            );
        }
        let values = entries
            .into_iter()
            .filter_map(|(key, one)| metric(key, one, problems))
            .collect();
        let mut reports = reports?;
        // Any JSON may hold metrics, so nothing can be sniffed: the name of the file has to tell.
        reports.format = reports.format.or_else(|| by_name(&reports));
        Some(Box::new(MetricGate { reports, values }))
    }

    fn schema(&self) -> Json {
        let mut properties = super::reports::ReportOptions::properties();
        properties.extend(MetricsOptions::properties());
        let mut schema = object(properties);
        schema["required"] = json!(["reports", "values"]);
        schema
    }
}

fn by_name(reports: &Reports) -> Option<&'static str> {
    let ends = |end: &str| {
        reports
            .file_patterns()
            .all(|pattern| pattern.ends_with(end))
    };
    let known = |name: &'static str| crate::report::find(name).map(|format| format.name());
    match () {
        () if ends(".json") => known("json"),
        () if ends(".csv") => known("csv"),
        () if ends(".prom") || ends(".txt") => known("openmetrics"),
        () => None,
    }
}

fn metric(key: Key, options: MetricOptions, problems: &mut Problems) -> Option<Metric> {
    let Some(is) = options.is else {
        problems.push(
            Problem::new(
                Code::MISSING_KEY,
                &key.at,
                format!("metric `{}` has no bound", key.name),
            )
            .help("add `is:` with a bound such as `\"<2000\"`"),
        );
        return None;
    };
    let from = match (options.path, options.name) {
        (Some(path), None) => match JsonPath::parse(&path.value) {
            Ok(parsed) => From::Path(parsed, path.value),
            Err(error) => {
                problems.push(
                    Problem::new(
                        Code::PATTERN,
                        &path.at,
                        format!("`{}` is not a JSON path: {error}", path.value),
                    )
                    .help("RFC 9535 paths begin with `$`, such as `$.metrics['p(95)']`"),
                );
                return None;
            }
        },
        (None, Some(name)) => From::Name(name.value),
        (None, None) => From::Name(key.name.clone()),
        (Some(path), Some(_)) => {
            problems.push(
                Problem::new(
                    Code::NO_EFFECT,
                    &path.at,
                    "`path` and `name` say the same thing",
                )
                .help("keep one"),
            );
            return None;
        }
    };
    Some(Metric {
        name: key.name,
        from,
        is,
    })
}

impl Metric {
    fn of(&self, report: &MetricReport) -> Result<Option<Decimal>, String> {
        match &self.from {
            From::Name(name) => Ok(report.values.get(name).copied()),
            From::Path(path, text) => {
                let Some(document) = &report.document else {
                    return Err(format!("`{text}` needs a JSON report"));
                };
                let found = path.query(document).all();
                match found.as_slice() {
                    [] => Ok(None),
                    [one] => number(one)
                        .map(Some)
                        .ok_or_else(|| format!("`{text}` selects {}, not a number", what(one))),
                    many => Err(format!("`{text}` selects {} values, not one", many.len())),
                }
            }
        }
    }
}

fn number(value: &Json) -> Option<Decimal> {
    let text = value.as_number()?.to_string();
    text.parse()
        .ok()
        .or_else(|| Decimal::from_scientific(&text).ok())
}

fn what(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number out of range",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

impl Gate for MetricGate {
    fn kind(&self) -> &'static str {
        "metrics"
    }

    fn reports(&self) -> Option<&Reports> {
        Some(&self.reports)
    }

    fn facts(&self) -> Vec<String> {
        self.values
            .iter()
            .map(|metric| metric.name.clone())
            .collect()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("metrics");
        if context.reports.is_empty() {
            return judging.done();
        }
        for metric in &self.values {
            let mut found = Vec::new();
            let mut trouble = None;
            for evidence in context.evidence() {
                if let Evidence::Metrics(report) = evidence {
                    match metric.of(report) {
                        Ok(value) => found.extend(value),
                        Err(words) => trouble = Some(words),
                    }
                }
            }
            let missing = match (&trouble, found.len()) {
                (Some(words), _) => words.clone(),
                (None, 0) => "the reports do not hold it".to_owned(),
                (None, many) => format!("{many} reports hold it, one was wanted"),
            };
            if trouble.is_none()
                && let [value] = found.as_slice()
            {
                judging.fact(&metric.name, Measure::Number(*value));
            }
            judging.condition(&metric.name, &metric.is.condition, &missing);
        }
        judging.done()
    }
}
