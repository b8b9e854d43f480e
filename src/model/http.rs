//! What a judge asks of a service that answers HTTP, and the answers: plain data, gathered before it judges.

use std::time::Duration;

use super::Unknown;

/// Requests that a judge wants to be made, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpWants {
    /// Whom.
    pub whom: Whom,
    /// What.
    pub asks: Vec<HttpAsk>,
}

/// Whom requests go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The one service that the gate needs.
    OfGate,
    /// The service of this name, every replica of it.
    Service(String),
    /// An address; `${NAME}` stands for a variable.
    Url(String),
}

/// One request. In all texts `${NAME}` stands for a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAsk {
    /// `GET` and so on.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// What to send.
    pub body: Option<String>,
    /// After this long it is given up.
    pub limit: Duration,
    /// Whether to go where a redirect leads.
    pub follow: bool,
}

/// The answers to each request, one for each replica; or why nobody was asked.
pub type HttpGiven = Result<Vec<Vec<Result<HttpAnswer, HttpTrouble>>>, Unknown>;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body, bytes that are no UTF-8 replaced.
    pub body: String,
    /// Whether the body goes on beyond what was read.
    pub cut: bool,
    /// Time to its last byte.
    pub took: Duration,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpTrouble {
    /// In words that are the same in every run.
    pub why: String,
    /// Nobody was there: no connection came about.
    pub unreachable: bool,
    /// In the words of the system, which may hold a port.
    pub detail: String,
}
