//! `http`: what a running service answers: status, headers, body, time.
//!
//! The requests are made while the service runs, before this judges. A service that was ready and does not answer a
//! check fails it. A service that never was ready, or died, and an address at which nobody is, decide nothing.
//! Redirects are not followed unless that is asked for. Only `http://` is spoken.

mod judge;
mod options;
mod probes;

use std::time::Duration;

use regex::Regex;
use serde_json::Value as Json;
use serde_json_path::JsonPath;

use super::tree::regex;
use super::{Context, Gate, GateKind, Probe};
use crate::model::{HttpAsk, HttpWants, Judgement, Wants, Whom};
use crate::policy::Condition;
use crate::problem::{Code, Fields, Many, Problem, Problems, Text, object};
use crate::source::{At, Key, Located, Node};
use options::{
    CheckOptions, HttpOptions, Status, Within, check_header, check_header_name, json_of,
};

/// An answer without a bound on its time is awaited so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer that comes too late is still awaited so long, to tell how late.
const LATE: Duration = Duration::from_secs(3);

/// The kind `http`.
pub struct Http;

/// One request with what is wanted of its answer.
#[derive(Debug)]
struct Check {
    name: String,
    at: At,
    ask: HttpAsk,
    status: Vec<Status>,
    headers: Vec<(String, Vec<Located<Regex>>)>,
    no_headers: Vec<Text>,
    body: Vec<Located<Regex>>,
    no_body: Vec<Located<Regex>>,
    values: Vec<Value>,
    within: Option<Condition>,
}

/// A value of a JSON body.
#[derive(Debug)]
struct Value {
    text: String,
    path: JsonPath,
    wanted: Text,
}

#[derive(Debug)]
struct HttpGate {
    whom: Whom,
    service: Option<Text>,
    checks: Vec<Check>,
}

impl GateKind for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn about(&self) -> &'static str {
        "answers of a running service: status, header, body, values, within"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems)?;
        let mut options = HttpOptions::take(&mut fields, problems);
        fields.rest(problems);
        let whom = whom(&options, problems);
        let written = options.checks.take().unwrap_or_default().0;
        if written.is_empty() && problems.len() == before {
            problems.push(
                Problem::new(Code::EMPTY_GATE, &options.at, "`http` asks for nothing")
                    .help("add `checks: [{ get: /health, status: 200 }]`"),
            );
        }
        let mut checks: Vec<Check> = Vec::new();
        for one in written {
            let Some(mut check) = check(one, &options, problems) else {
                continue;
            };
            let same = |name: &str| checks.iter().any(|other| other.name == name);
            let number = (2..).find(|number| !same(&format!("{} #{number}", check.name)));
            if let Some(number) = number.filter(|_| same(&check.name)) {
                check.name = format!("{} #{number}", check.name);
            }
            checks.push(check);
        }
        Some(Box::new(HttpGate {
            whom,
            service: options.service,
            checks,
        }))
    }

    fn schema(&self) -> Json {
        let mut schema = object(HttpOptions::properties());
        schema["required"] = serde_json::json!(["checks"]);
        schema
    }
}

fn whom(options: &HttpOptions, problems: &mut Problems) -> Whom {
    match (&options.service, &options.url) {
        (Some(service), None) => Whom::Service(service.value.clone()),
        (None, None) => Whom::OfGate,
        (Some(_), Some(url)) => {
            problems.push(
                Problem::new(
                    Code::WRONG_VALUE,
                    &url.at,
                    "`service` and `url` both say whom to ask",
                )
                .help("keep one of the two"),
            );
            Whom::OfGate
        }
        (None, Some(url)) => {
            let text = &url.value;
            if !text.starts_with("http://") && !text.starts_with("${") {
                problems.push(
                    Problem::new(
                        Code::WRONG_VALUE,
                        &url.at,
                        format!("`{text}` is not an `http://` address"),
                    )
                    .help("only plain HTTP is spoken; ask an `https` address by a command, such as `run: curl -fsS …`"),
                );
            }
            Whom::Url(text.clone())
        }
    }
}

/// The method and the path of a check: exactly one.
fn method(options: &CheckOptions, problems: &mut Problems) -> Option<(&'static str, Text)> {
    let written = [
        ("GET", &options.get),
        ("POST", &options.post),
        ("PUT", &options.put),
        ("PATCH", &options.patch),
        ("DELETE", &options.delete),
        ("HEAD", &options.head),
        ("OPTIONS", &options.options),
    ];
    let mut found = written
        .into_iter()
        .filter_map(|(method, path)| Some((method, path.clone()?)));
    let Some((method, path)) = found.next() else {
        problems.push(
            Problem::new(Code::MISSING_KEY, &options.at, "the check asks for no path")
                .help("add `get: /path`, or `post`, `put`, `patch`, `delete`, `head`, `options`"),
        );
        return None;
    };
    if let Some((_, other)) = found.next() {
        problems.push(
            Problem::new(Code::WRONG_VALUE, &other.at, "the check has two methods")
                .also(&path.at, "the first")
                .help("write two checks"),
        );
    }
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if !path.value.starts_with('/') || path.value.contains(odd) || path.value.contains('#') {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &path.at,
                format!("`{}` is no path", path.value),
            )
            .help("begin it with `/`, and write blanks as `%20`"),
        );
        return None;
    }
    Some((method, path))
}

fn check(one: CheckOptions, all: &HttpOptions, problems: &mut Problems) -> Option<Check> {
    let (method, path) = method(&one, problems)?;
    let mut headers = headers(all, &one, problems);
    let body = sent(&one, method, problems);
    let has_type = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if one.json.is_some() && !has_type {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let within: Option<&Within> = one.within.as_ref().or(all.within.as_ref());
    let status = one
        .status
        .clone()
        .map_or(vec![Status::Class(2)], |many| many.0);
    let wanted = one.header.into_iter().flatten();
    let wanted = wanted.map(|(key, texts)| {
        check_header_name(&key.name, &key.at, problems);
        (
            key.name.to_ascii_lowercase(),
            regexes(&Some(texts), problems),
        )
    });
    let wanted: Vec<(String, Vec<Located<Regex>>)> = wanted.collect();
    let no_headers = one.no_header.unwrap_or_default().0;
    for text in &no_headers {
        check_header_name(&text.value, &text.at, problems);
    }
    let values = one.values.into_iter().flatten();
    let values = values
        .filter_map(|(key, text)| value(key, text, problems))
        .collect();
    let name = one.name.map(|text| text.value);
    Some(Check {
        name: name.unwrap_or_else(|| format!("{method} {}", path.value)),
        at: path.at,
        ask: HttpAsk {
            method,
            path: path.value,
            headers,
            body,
            limit: within.map_or(PATIENCE, |within| within.span.value.saturating_add(LATE)),
            follow: one.follow.is_some_and(|flag| flag.value),
        },
        status,
        headers: wanted,
        no_headers,
        body: regexes(&one.body, problems),
        no_body: regexes(&one.no_body, problems),
        values,
        within: within.map(|within| within.condition.clone()),
    })
}

/// The headers that are sent: those of the check win over those for all.
fn headers(
    all: &HttpOptions,
    one: &CheckOptions,
    problems: &mut Problems,
) -> Vec<(String, String)> {
    let mut sent: Vec<(String, String)> = Vec::new();
    for (key, value) in all.headers.iter().chain(&one.headers).flatten() {
        check_header(key, value, problems);
        sent.retain(|(name, _)| !name.eq_ignore_ascii_case(&key.name));
        sent.push((key.name.clone(), value.value.clone()));
    }
    sent
}

/// What is sent.
fn sent(one: &CheckOptions, method: &str, problems: &mut Problems) -> Option<String> {
    let body = match (&one.body_send, &one.json) {
        (Some(text), Some(_)) => {
            problems.push(
                Problem::new(
                    Code::WRONG_VALUE,
                    &text.at,
                    "`body-send` and `json` both say what to send",
                )
                .help("keep one of the two"),
            );
            None
        }
        (Some(text), None) => Some((text.value.clone(), &text.at)),
        (None, Some(node)) => Some((json_of(node).to_string(), &node.at)),
        (None, None) => None,
    };
    if let Some((_, at)) = body.as_ref().filter(|_| matches!(method, "GET" | "HEAD")) {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                at,
                format!("a {method} request sends nothing"),
            )
            .help("use `post`, `put`, `patch` or `delete`"),
        );
    }
    body.map(|(text, _)| text)
}

fn regexes(many: &Option<Many<Text>>, problems: &mut Problems) -> Vec<Located<Regex>> {
    let texts = many.iter().flat_map(|many| &many.0);
    texts.filter_map(|text| regex(text, problems)).collect()
}

fn value(key: Key, wanted: Text, problems: &mut Problems) -> Option<Value> {
    match JsonPath::parse(&key.name) {
        Ok(path) => Some(Value {
            text: key.name,
            path,
            wanted,
        }),
        Err(error) => {
            problems.push(
                Problem::new(
                    Code::PATTERN,
                    &key.at,
                    format!("`{}` is not a JSON path: {error}", key.name),
                )
                .help("RFC 9535 paths begin with `$`, such as `$.status`"),
            );
            None
        }
    }
}

impl Gate for HttpGate {
    fn kind(&self) -> &'static str {
        "http"
    }

    fn facts(&self) -> Vec<String> {
        ["checks", "failed", "slowest"].map(str::to_owned).to_vec()
    }

    fn stated(&self) -> Vec<(String, String)> {
        self.checks.iter().flat_map(Check::stated).collect()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        Wants {
            http: Some(HttpWants {
                whom: self.whom.clone(),
                asks: self.checks.iter().map(|check| check.ask.clone()).collect(),
            }),
            ..Wants::default()
        }
    }

    fn services(&self) -> Vec<Located<String>> {
        self.service.iter().cloned().collect()
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        self.judged(context)
    }
}

#[cfg(test)]
mod tests;
