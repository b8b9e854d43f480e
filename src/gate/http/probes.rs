//! Answers that an `http` gate must not pass on.

use std::time::Duration;

use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value as Json};

use super::{Check, HttpGate};
use crate::gate::Probe;
use crate::gate::probe::{refused, short};
use crate::gate::sample::found_by;
use crate::model::{Given, HttpAnswer, HttpTrouble, Measure};

type Answer = Result<HttpAnswer, HttpTrouble>;

impl HttpGate {
    /// For each question of each check an answer that is wrong there, and none at all.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let mut probes = vec![Probe::new("no request is made").reason("not-asked", "")];
        for (index, check) in self.checks.iter().enumerate() {
            let silent = self.given(index, silence(), strict());
            let title = format!("no answer to {}", short(&check.name));
            let says = format!("{} has no answer", check.name);
            let probe = Probe::new(title).given(silent).reason("no-answer", says);
            probes.push(probe);
            let good = check.good();
            for (title, answer) in check.wrong(&good) {
                let title = format!("{}: {title}", short(&check.name));
                let says = format!("{} is answered otherwise", check.name);
                probes.push(match answer {
                    Some(answer) => Probe::new(title)
                        .given(self.given(index, Ok(answer), strict()))
                        .reason("unexpected-answer", says),
                    None => Probe::unproven(title, "no such answer is known"),
                });
            }
            probes.extend(self.late(index, check, &good));
        }
        probes
    }

    fn late(&self, index: usize, check: &Check, good: &HttpAnswer) -> Vec<Probe> {
        let Some(condition) = &check.within else {
            return Vec::new();
        };
        let fact = format!("http.time[{}]", check.name);
        let late = refused(&fact, &fact, condition)
            .into_iter()
            .filter_map(|bad| {
                let Measure::Duration(seconds) = bad.value else {
                    return None;
                };
                let took = Duration::try_from_secs_f64(seconds.to_f64()?).ok()?;
                let answer = HttpAnswer {
                    took,
                    ..good.clone()
                };
                let probe = Probe::new(bad.title).bound(&fact, condition);
                Some(probe.given(self.given(index, Ok(answer), bad.given)))
            });
        let late: Vec<Probe> = late.collect();
        if late.is_empty() {
            let why = format!("no time is known that `{}` refuses", condition.text());
            return vec![Probe::unproven(&fact, why).bound(&fact, condition)];
        }
        late
    }

    /// That answer to one check, and none to the others.
    fn given(&self, index: usize, answer: Answer, given: Given) -> Given {
        let mut answers: Vec<Vec<Answer>> = vec![vec![silence()]; self.checks.len()];
        answers[index] = vec![answer];
        Given {
            http: Some(Ok(answers)),
            ..given
        }
    }
}

impl Check {
    /// An answer as wanted, as far as one can be made.
    fn good(&self) -> HttpAnswer {
        let wanted = self.headers.iter();
        let headers = wanted.flat_map(|(name, regexes)| {
            let values = regexes.iter().filter_map(|regex| found_by(&regex.value));
            values.map(move |value| (name.clone(), value))
        });
        let samples = self.body.iter().filter_map(|regex| found_by(&regex.value));
        let sample = samples.collect::<Vec<_>>().join("\n");
        HttpAnswer {
            status: self.status(true).unwrap_or(200),
            headers: headers.collect(),
            body: if self.values.is_empty() {
                sample
            } else {
                self.document(&sample)
            },
            cut: false,
            took: Duration::ZERO,
        }
    }

    /// A JSON document that holds the wanted values of plain paths, such as `$.a.b`.
    fn document(&self, sample: &str) -> String {
        let mut whole = Json::Object(Map::new());
        for value in &self.values {
            let wanted = &value.wanted.value;
            let keys: Vec<&str> = value.text.split('.').skip(1).collect();
            let mut at = &mut whole;
            for key in keys {
                if !at.is_object() {
                    *at = Json::Object(Map::new());
                }
                at = &mut at[key];
            }
            *at = Json::String(wanted.clone());
        }
        if let (Json::Object(map), false) = (&mut whole, sample.is_empty()) {
            map.insert("probe".to_owned(), Json::String(sample.to_owned()));
        }
        whole.to_string()
    }

    fn status(&self, wanted: bool) -> Option<u16> {
        let is_wanted = |status: &u16| self.status.iter().any(|one| one.has(*status));
        let usual = [500, 200].into_iter().chain(100..=599);
        usual.into_iter().find(|status| is_wanted(status) == wanted)
    }

    /// Answers that are wrong in one thing, with what that is.
    fn wrong(&self, good: &HttpAnswer) -> Vec<(String, Option<HttpAnswer>)> {
        let mut wrong = Vec::new();
        let status = self.status(false);
        let title = match status {
            Some(status) => format!("status {status}"),
            None => "a status that is not wanted".to_owned(),
        };
        wrong.push((
            title,
            status.map(|status| HttpAnswer {
                status,
                ..good.clone()
            }),
        ));
        for (name, _) in &self.headers {
            let mut answer = good.clone();
            answer.headers.retain(|(known, _)| known != name);
            wrong.push((format!("no header {name}"), Some(answer)));
        }
        for name in &self.no_headers {
            let mut answer = good.clone();
            let name = name.value.to_ascii_lowercase();
            answer.headers.push((name.clone(), "x".to_owned()));
            wrong.push((format!("a header {name}"), Some(answer)));
        }
        let body = |body: String| HttpAnswer {
            body,
            ..good.clone()
        };
        for regex in &self.body {
            let mut tries = ["", "{}", "\u{1}", "x"].into_iter();
            let other = tries.find(|text| !regex.value.is_match(text));
            let title = format!("a body without `{}`", short(regex.value.as_str()));
            wrong.push((title, other.map(|text| body(text.to_owned()))));
        }
        for regex in &self.no_body {
            let sample = found_by(&regex.value);
            let title = format!("a body with `{}`", short(regex.value.as_str()));
            wrong.push((title, sample.map(body)));
        }
        for value in &self.values {
            let title = format!("a body without `{}`", short(&value.text));
            let answer = (value.wanted.value != "{}").then(|| body("{}".to_owned()));
            wrong.push((title, answer));
        }
        wrong
    }
}

fn strict() -> Given {
    Given {
        baseline_must_exist: true,
        ..Given::default()
    }
}

fn silence() -> Answer {
    Err(HttpTrouble {
        why: "the connection was refused".to_owned(),
        unreachable: false,
        detail: String::new(),
    })
}
