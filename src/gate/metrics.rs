//! `metrics`: bounds on named numbers of a report.
//!
//! A JSON report is asked with RFC 9535 paths; other formats by the dotted name that `inspect` shows. A path must
//! select exactly one number: none or several is inconclusive, never a guess. With `samples` several are wanted, from
//! one report or more, and their median is judged.

mod probes;

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use serde_json_path::JsonPath;

use super::bounds::Sample;
use super::wording::count;
use super::{Context, Gate, GateKind, Judging, Probe, Reports};
use crate::model::{Evidence, EvidenceKind, Judgement, Measure, MetricReport, Unread, Wants};
use crate::policy::{Bound, Plain, median_and_spread};
use crate::problem::{Code, Count, Fields, Problem, Problems, Text, object, options};
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
        /// Observations of one value, at least so many: the median is judged.
        samples("samples"): Count,
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
    /// So many observations at least; `None`: exactly one value.
    samples: Option<u64>,
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
        // Any JSON may hold metrics, so nothing can be sniffed: the name has to tell; where the patterns differ, or end
        // in none, that of each file.
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

/// The format that all patterns end as.
fn by_name(reports: &Reports) -> Option<&'static str> {
    let mut formats = reports
        .file_patterns()
        .iter()
        .map(|pattern| crate::report::by_ending(pattern.text()).map(|format| format.name()));
    // What the command prints has no name.
    let first = formats.next().unwrap_or(Some("json"))?;
    formats.all(|other| other == Some(first)).then_some(first)
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
    let samples = options.samples;
    if let Some(count) = samples.as_ref().filter(|count| count.value < 2) {
        problems.push(
            Problem::new(Code::WRONG_VALUE, &count.at, "`samples` is 2 or more")
                .label("one value has no spread")
                .help("leave it out for a value that is measured once"),
        );
    }
    Some(Metric {
        name: key.name,
        from,
        is,
        samples: samples.map(|count| count.value),
    })
}

impl Metric {
    fn of(&self, report: &MetricReport) -> Result<Vec<Decimal>, String> {
        match &self.from {
            From::Name(name) => match report.unread.get(name) {
                Some(why) => Err(format!("it is {why}")),
                None => Ok(report.values.get(name).copied().into_iter().collect()),
            },
            From::Path(path, text) => {
                let Some(document) = &report.document else {
                    return Err(format!("`{text}` needs a JSON report"));
                };
                let found = path.query_located(document).all();
                if found.len() > 1 && self.samples.is_none() {
                    return Err(format!("`{text}` selects {} values, not one", found.len()));
                }
                let numbers = found.into_iter().map(|one| {
                    let node = one.node();
                    let kept = || number(node).ok_or(Unread::TooLarge);
                    if !node.is_number() {
                        return Err(format!("`{text}` selects {}, not a number", what(node)));
                    }
                    // The document holds floats; what those would change is taken from the text.
                    let written = (!report.written.is_empty()).then(|| {
                        report
                            .written
                            .get(&one.location().to_json_pointer())
                            .copied()
                    });
                    written
                        .flatten()
                        .unwrap_or_else(kept)
                        .map_err(|why| format!("it is {why}"))
                });
                numbers.collect()
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
        Json::Number(_) => "a number",
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

    fn wants(&self) -> Wants {
        let mut values = self.values.iter();
        Wants::baseline_if(values.any(|metric| metric.is.condition.is_relative()))
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("metrics");
        if context.reports.is_empty() {
            return judging.done();
        }
        for metric in &self.values {
            metric.judge(context, &mut judging);
        }
        judging.done()
    }
}

impl Metric {
    fn judge(&self, context: &Context<'_>, judging: &mut Judging) {
        let mut found = Vec::new();
        let mut trouble = None;
        for evidence in context.evidence() {
            if let Evidence::Metrics(report) = evidence {
                match self.of(report) {
                    Ok(value) => found.extend(value),
                    Err(words) => trouble = Some(words),
                }
            }
        }
        let value = match trouble {
            Some(words) => Err(words),
            None => self.one(&found),
        };
        let sample = value.as_ref().ok().copied();
        if let Some(sample) = sample {
            judging.fact(&self.name, sample.value);
        }
        let missing = value.err().unwrap_or_default();
        judging.sampled(&self.name, &self.is.condition, sample, &missing);
    }

    /// The one value of what was found, or why there is none.
    fn one(&self, found: &[Decimal]) -> Result<Sample, String> {
        let sample = |value, spread| Sample {
            value: Measure::Number(value),
            volatile: false,
            spread,
        };
        match (self.samples, found) {
            (_, []) => Err("the reports do not hold it".to_owned()),
            (None, [one]) => Ok(sample(*one, None)),
            (None, many) => Err(format!("{} reports hold it, one was wanted", many.len())),
            (Some(wanted), few) if (few.len() as u64) < wanted => Err(format!(
                "{}, at least {wanted} wanted",
                count(few.len() as u64, "sample")
            )),
            (Some(_), many) => {
                let (median, spread) =
                    median_and_spread(many).ok_or("the samples are out of range")?;
                Ok(sample(median, Some(spread)))
            }
        }
    }
}
