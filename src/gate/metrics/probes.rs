//! Metrics that a `metrics` gate must not pass on.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::{From, Metric, MetricGate};
use crate::gate::Probe;
use crate::model::{Evidence, Measure, MetricReport};

impl MetricGate {
    /// A number just beyond each bound, and each number missing.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes = Vec::new();
        for metric in &self.values {
            let fact = format!("metrics.{}", metric.name);
            let condition = &metric.is.condition;
            let mut beyond = Probe::beyond(&fact, condition, |value| match *value {
                Measure::Number(number) => metric.with(number),
                _ => None,
            });
            metric.repeat(&mut beyond);
            probes.extend(beyond);
            let nothing = MetricReport {
                document: Some(json!({})),
                ..MetricReport::default()
            };
            let missing = Probe::new(format!("no `{}` in the report", metric.name));
            probes.push(
                missing
                    .bound(&fact, condition)
                    .evidence(Evidence::Metrics(nothing)),
            );
        }
        probes
    }
}

/// More samples than this are not made up.
const SAMPLES: u64 = 1_000;

impl Metric {
    /// As many equal reports as it wants samples.
    fn repeat(&self, probes: &mut [Probe]) {
        let Some(wanted) = self.samples else { return };
        for probe in probes {
            match probe.evidence.pop() {
                Some(one) if wanted <= SAMPLES => {
                    probe.evidence.extend((0..wanted).map(|_| one.clone()));
                }
                Some(_) => {
                    let why = format!("it wants more than {SAMPLES} samples");
                    probe.unproven = Some(why);
                }
                None => {}
            }
        }
    }

    /// A report in which it has this value; `None` where no document is known in which its path selects just that.
    fn with(&self, number: Decimal) -> Option<Evidence> {
        let mut report = MetricReport::default();
        match &self.from {
            From::Name(name) => {
                report.values.insert(name.clone(), number);
            }
            From::Path(_, text) => {
                let value: Json = serde_json::from_str(&number.to_string()).ok()?;
                report.document = Some(document(text, value)?);
            }
        }
        (self.of(&report) == Ok(vec![number])).then_some(Evidence::Metrics(report))
    }
}

/// A step of a path.
enum Step {
    /// A member of an object.
    Member(String),
    /// An entry of a list.
    Entry(usize),
    /// The entry of a list whose members are these.
    Like(Map<String, Json>),
}

/// The smallest document in which a path selects this value. Wildcards are its first entry, filters are read as far as
/// they compare members with values; whether it is right is for the caller to see.
fn document(path: &str, value: Json) -> Option<Json> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix('$')?;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let end = closing(inside)?;
            steps.push(bracket(inside[..end].trim())?);
            rest = &inside[end + 1..];
        } else {
            rest = rest.trim_start_matches('.');
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = &rest[..end];
            rest = &rest[end..];
            match name {
                // `..[…]`: what is in the brackets comes next.
                "" => continue,
                "*" => steps.push(Step::Member("x".to_owned())),
                name => steps.push(Step::Member(name.to_owned())),
            }
        }
    }
    Some(
        steps
            .into_iter()
            .rev()
            .fold(value, |inner, step| match step {
                Step::Member(name) => Json::Object(Map::from_iter([(name, inner)])),
                Step::Entry(at) => {
                    let mut list = vec![Json::Null; at];
                    list.push(inner);
                    Json::Array(list)
                }
                Step::Like(mut members) => {
                    if let Json::Object(inner) = inner {
                        members.extend(inner);
                    }
                    Json::Array(vec![Json::Object(members)])
                }
            }),
    )
}

/// Where a bracket ends, quotes and brackets within left out.
fn closing(text: &str) -> Option<usize> {
    let (mut quote, mut open) = (None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(end), _) if end == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => open += 1,
            (None, ']') if open == 0 => return Some(at),
            (None, ']') => open -= 1,
            (None, _) => {}
        }
    }
    None
}

fn bracket(inside: &str) -> Option<Step> {
    if let Some(filter) = inside.strip_prefix('?') {
        return Some(Step::Like(like(filter)?));
    }
    if let Some(name) = text(inside) {
        return Some(Step::Member(name.to_owned()));
    }
    match inside {
        "*" => Some(Step::Entry(0)),
        _ if inside.starts_with('-') => Some(Step::Entry(0)),
        _ => inside
            .parse()
            .ok()
            .filter(|at| *at <= 1_000)
            .map(Step::Entry),
    }
}

fn text(quoted: &str) -> Option<&str> {
    ['\'', '"']
        .into_iter()
        .find_map(|quote| quoted.strip_prefix(quote)?.strip_suffix(quote))
}

/// The members that `@.a == 'x' && @.b == 1` asks for.
fn like(filter: &str) -> Option<Map<String, Json>> {
    let filter = filter.trim().trim_start_matches('(').trim_end_matches(')');
    let mut members = Map::new();
    for part in filter.split("&&") {
        let (name, wanted) = part.split_once("==")?;
        let name = name.trim().strip_prefix("@.")?;
        let wanted = wanted.trim();
        let wanted = match text(wanted) {
            Some(text) => json!(text),
            None => serde_json::from_str(wanted).ok()?,
        };
        members.insert(name.to_owned(), wanted);
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json_path::JsonPath;

    #[test]
    fn a_document_is_found_for_the_usual_paths() {
        for path in [
            "$.a.b",
            "$.metrics.http_req_duration['p(95)']",
            "$['a']['b c'].d",
            "$.a[2].b",
            "$.a[*].b",
            "$.a.*.b",
            "$..score",
            "$.runs[-1].ms",
            "$.audits[?@.id == 'lcp'].score",
            "$.rows[?(@.name == 'x' && @.n == 1)].value",
        ] {
            let made = document(path, json!(7)).unwrap_or_else(|| panic!("{path}"));
            let found = JsonPath::parse(path).unwrap().query(&made).all();
            assert_eq!(found, [&json!(7)], "{path}: {made}");
        }
        assert_eq!(document("$.a[1:2]", json!(7)), None);
    }
}
