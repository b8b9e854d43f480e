//! How checks of answers are written.

use serde_json::{Value as Json, json};

use crate::model::Measure;
use crate::policy::{Condition, Span, Unit};
use crate::problem::{Code, Flag, Many, Problem, Problems, Shape, Text, options};
use crate::source::{At, Key, Node, Value};

options! {
    /// Checks of what a service answers.
    pub struct HttpOptions {
        /// The service that is asked, every replica of it; the one of the gate when it names one alone.
        service("service"): Text,
        /// An address without a service, `http://host:port`; `${NAME}` stands for a variable.
        url("url"): Text,
        /// Headers that are sent with every request; `${NAME}` stands for a variable of the environment.
        headers("headers"): Vec<(Key, Text)>,
        /// Longest time of every answer that has no time of its own.
        within("within"): Within,
        /// Requests and what is wanted of their answers, in this order.
        checks("checks"): Many<CheckOptions>,
    }
}

options! {
    /// One request and what is wanted of its answer. Exactly one of the methods names the path.
    pub struct CheckOptions {
        /// What it is called; the method and the path when not given.
        name("name"): Text,
        /// Path of a GET request.
        get("get"): Text,
        /// Path of a POST request.
        post("post"): Text,
        /// Path of a PUT request.
        put("put"): Text,
        /// Path of a PATCH request.
        patch("patch"): Text,
        /// Path of a DELETE request.
        delete("delete"): Text,
        /// Path of a HEAD request.
        head("head"): Text,
        /// Path of an OPTIONS request.
        options("options"): Text,
        /// Headers to send; `${NAME}` stands for a variable of the environment.
        headers("headers"): Vec<(Key, Text)>,
        /// Text to send.
        body_send("body-send"): Text,
        /// What to send as JSON.
        json("json"): Node,
        /// Whether to go where a redirect leads; else the redirect is the answer.
        follow("follow"): Flag,
        /// Statuses, one of which is wanted, such as `200` or `2xx`; `2xx` when not given.
        status("status"): Many<Status>,
        /// Header of the answer → regular expressions that its value matches.
        header("header"): Vec<(Key, Many<Text>)>,
        /// Headers that the answer must not have.
        no_header("no-header"): Many<Text>,
        /// Regular expressions that the body matches.
        body("body"): Many<Text>,
        /// Regular expressions that the body must not match.
        no_body("no-body"): Many<Text>,
        /// RFC 9535 path into a JSON body → the value that it selects.
        values("values"): Vec<(Key, Text)>,
        /// Longest time to the last byte of the answer.
        within("within"): Within,
    }
}

/// A status that is wanted: one, or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// This one.
    One(u16),
    /// All that begin with this digit.
    Class(u16),
}

impl Status {
    /// Whether a status is meant.
    pub fn has(self, status: u16) -> bool {
        match self {
            Status::One(one) => one == status,
            Status::Class(class) => status / 100 == class,
        }
    }

    /// As it is written.
    pub fn text(self) -> String {
        match self {
            Status::One(one) => one.to_string(),
            Status::Class(class) => format!("{class}xx"),
        }
    }
}

impl Shape for Status {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let text = Text::read(node, problems)?.value;
        let class = text
            .strip_suffix("xx")
            .and_then(|digit| digit.parse::<u16>().ok())
            .filter(|class| (1..=5).contains(class));
        let one = text
            .parse::<u16>()
            .ok()
            .filter(|one| (100..=599).contains(one));
        let status = class.map(Status::Class).or(one.map(Status::One));
        if status.is_none() {
            problems.push(
                Problem::new(
                    Code::WRONG_VALUE,
                    &node.at,
                    format!("`{text}` is no status of HTTP"),
                )
                .help("such as `200`, `[200, 201]` or `2xx`"),
            );
        }
        status
    }

    fn schema() -> Json {
        json!({ "anyOf": [
            { "type": "integer", "minimum": 100, "maximum": 599 },
            { "type": "string", "pattern": "^[1-5](xx|[0-9]{2})$" },
        ] })
    }
}

/// The longest time of an answer, written as a bare length of time.
#[derive(Clone, Debug)]
pub struct Within {
    /// The time.
    pub span: Span,
    /// The bound that it means.
    pub condition: Condition,
}

impl Shape for Within {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let span = Span::read(node, problems)?;
        let bound = Node {
            at: node.at.clone(),
            value: Value::Text(format!("<={}", node.scalar()?)),
        };
        let condition = Condition::read(&bound, Unit::Duration, problems)?;
        Some(Self { span, condition })
    }

    fn schema() -> Json {
        Span::schema()
    }
}

/// What is written, as a JSON document to send.
pub(super) fn json_of(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(text) => {
            serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone()))
        }
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(json_of).collect()),
        Value::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, node)| (key.name.clone(), json_of(node)))
                .collect(),
        ),
    }
}

/// Whether header and value can be sent as they are.
pub(super) fn check_header(key: &Key, value: &Text, problems: &mut Problems) {
    check_header_name(&key.name, &key.at, problems);
    if value.value.chars().any(char::is_control) {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &value.at,
                "the value of a header is one line",
            )
            .label("a sign in it breaks the line")
            .help("write it without line breaks and other control signs"),
        );
    }
}

/// Whether it can be the name of a header.
pub(super) fn check_header_name(name: &str, at: &At, problems: &mut Problems) {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        problems.push(
            Problem::new(
                Code::BAD_NAME,
                at,
                format!("`{name}` is no name of a header"),
            )
            .help("such as `content-type`"),
        );
    }
}

/// A time as a measure.
pub(super) fn measure(duration: std::time::Duration) -> Measure {
    Measure::seconds(duration.as_secs_f64())
}
