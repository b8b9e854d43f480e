//! Holds each answer against what is wanted of it.
//!
//! What a service answers may differ from run to run (a time, an id), so the verdict says that a header or body is
//! another than wanted, and what it was is shown beside it.

use std::time::Duration;

use serde_json::Value as Json;

use super::super::context::{Judging, Stated};
use super::options::measure;
use super::{Check, Context, HttpGate};
use crate::model::{
    Cause, HttpAnswer, HttpTrouble, Judgement, Measure, Reason, Unknown, Verdict, Whom,
};
use crate::source::{At, Place};

/// So much of an answer is shown.
const SHOWN: usize = 300;

/// What became of one question to an answer.
struct Finding<'a> {
    name: String,
    at: &'a At,
    wanted: String,
    /// What was found against it.
    against: Option<String>,
    /// It cannot be told: the body goes on beyond what was read.
    cut: bool,
}

type Answers = [Result<HttpAnswer, HttpTrouble>];

impl HttpGate {
    pub(super) fn judged(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("http");
        judging.fact("checks", Measure::Count(self.checks.len() as u64));
        let answers = match &context.given.http {
            Some(Ok(answers)) => answers,
            Some(Err(unknown)) => {
                undecided(unknown, &mut judging);
                return judging.done();
            }
            None => {
                let unknown = Unknown::new("no request was made", "run the gate itself");
                undecided(&unknown, &mut judging);
                return judging.done();
            }
        };
        let mut failed = 0;
        let mut slowest = Duration::ZERO;
        for (index, check) in self.checks.iter().enumerate() {
            let of_check = answers.get(index).map_or(&[][..], Vec::as_slice);
            let times = of_check.iter().flatten().map(|answer| answer.took);
            slowest = times.fold(slowest, Duration::max);
            failed += u64::from(!self.check(check, of_check, &mut judging));
        }
        judging.fact("failed", Measure::Count(failed));
        if answers.iter().flatten().any(Result::is_ok) {
            judging.volatile("slowest", measure(slowest));
        }
        judging.done()
    }

    /// Judges one check, and whether all replicas keep it. Of several that do not, the first is shown.
    fn check(&self, check: &Check, answers: &Answers, judging: &mut Judging) -> bool {
        if answers.is_empty() {
            let unknown = Unknown::new(
                format!("{} was not asked", check.name),
                "run the gate again",
            );
            undecided(&unknown, judging);
            return false;
        }
        let replica = |index: usize| match answers.len() {
            1 => String::new(),
            all => format!(" (replica {} of {all})", index + 1),
        };
        for (index, answer) in answers.iter().enumerate() {
            if let Err(trouble) = answer {
                self.silent(check, trouble, &replica(index), judging);
                return false;
            }
        }
        let whole: Vec<&HttpAnswer> = answers.iter().flatten().collect();
        let worst = whole.iter().position(|answer| {
            check
                .findings(answer)
                .iter()
                .any(|one| one.against.is_some() || one.cut)
        });
        let index = worst.unwrap_or(0);
        let findings = check.findings(whole[index]);
        let fine = findings.iter().all(|one| one.against.is_none() && !one.cut);
        let refused = findings.iter().any(|one| one.against.is_some());
        for finding in findings {
            state(finding, &replica(index), judging);
        }
        if refused {
            let message = format!(
                "{} is answered otherwise than wanted{}",
                check.name,
                replica(index)
            );
            reason(
                "unexpected-answer",
                Verdict::Fail,
                None,
                message,
                check,
                judging,
            );
            if let Some(reason) = judging.out().reasons.last_mut() {
                reason.detail = Some(shown(whole[index]));
            }
        }
        fine & check.in_time(&whole, judging)
    }

    /// Nothing came back.
    fn silent(&self, check: &Check, trouble: &HttpTrouble, replica: &str, judging: &mut Judging) {
        let nobody = trouble.unreachable && matches!(self.whom, Whom::Url(_));
        let (code, verdict, cause) = if nobody {
            (
                "not-reachable",
                Verdict::Inconclusive,
                Some(Cause::Environment),
            )
        } else {
            ("no-answer", Verdict::Fail, None)
        };
        let message = format!("{} has no answer{replica}: {}", check.name, trouble.why);
        reason(code, verdict, cause, message, check, judging);
        if let Some(reason) = judging.out().reasons.last_mut() {
            reason.detail = Some(trouble.detail.clone());
            if nobody {
                reason.help = Some("start what answers there, or correct `url`".to_owned());
            }
        }
    }
}

fn reason(
    code: &'static str,
    verdict: Verdict,
    cause: Option<Cause>,
    message: String,
    check: &Check,
    judging: &mut Judging,
) {
    judging.reason(code, verdict, cause, message, None);
    if let Some(reason) = judging.out().reasons.last_mut() {
        reason.evidence = vec![check.at.place()];
    }
}

fn undecided(unknown: &Unknown, judging: &mut Judging) {
    judging.out().reasons.push(Reason {
        code: "not-asked",
        verdict: Verdict::Inconclusive,
        cause: Some(Cause::Environment),
        message: unknown.why.clone(),
        detail: unknown.detail.clone(),
        help: Some(unknown.help.clone()),
        evidence: Vec::new(),
    });
}

fn state(finding: Finding<'_>, replica: &str, judging: &mut Judging) {
    let (verdict, cause, measured) = match (&finding.against, finding.cut) {
        (Some(against), _) => (Verdict::Fail, None, format!("{against}{replica}")),
        (None, true) => (
            Verdict::Inconclusive,
            Some(Cause::Evidence),
            format!("the body is longer than is read{replica}"),
        ),
        (None, false) => (Verdict::Pass, None, "as wanted".to_owned()),
    };
    judging.put(Stated {
        name: &finding.name,
        verdict,
        cause,
        measured: Some(measured),
        bound: finding.wanted,
        at: finding.at,
        evidence: Vec::<Place>::new(),
        note: None,
        volatile: false,
    });
}

/// Status, type and the first part of the body, for people.
fn shown(answer: &HttpAnswer) -> String {
    let kind = answer
        .headers
        .iter()
        .find(|(name, _)| name == "content-type");
    let kind = kind.map_or("no type", |(_, value)| value.as_str());
    let words: Vec<&str> = answer.body.split_whitespace().collect();
    let body: String = words.join(" ").chars().take(SHOWN).collect();
    if body.is_empty() {
        format!("it answered {} without a body", answer.status)
    } else {
        format!("it answered {} ({kind}): {body}", answer.status)
    }
}

impl Check {
    /// What it asks of any answer: names and words of its conditions.
    pub(super) fn stated(&self) -> Vec<(String, String)> {
        let any = HttpAnswer::default();
        let findings = self.findings(&any).into_iter();
        let mut all: Vec<_> = findings.map(|one| (one.name, one.wanted)).collect();
        let time = self.within.iter();
        all.extend(time.map(|bound| (self.time(), bound.text().to_owned())));
        all
    }

    fn time(&self) -> String {
        format!("time[{}]", self.name)
    }

    /// All questions but that of time.
    fn findings(&self, answer: &HttpAnswer) -> Vec<Finding<'_>> {
        let mut all = vec![self.of_status(answer)];
        self.of_headers(answer, &mut all);
        self.of_body(answer, &mut all);
        self.of_values(answer, &mut all);
        all
    }

    fn finding<'a>(
        &self,
        what: &str,
        at: &'a At,
        wanted: String,
        against: Option<String>,
    ) -> Finding<'a> {
        Finding {
            name: format!("{what}[{}]", self.name),
            at,
            wanted,
            against,
            cut: false,
        }
    }

    fn of_status(&self, answer: &HttpAnswer) -> Finding<'_> {
        let wanted: Vec<String> = self.status.iter().map(|status| status.text()).collect();
        let is_wanted = self.status.iter().any(|status| status.has(answer.status));
        let against = (!is_wanted).then(|| answer.status.to_string());
        self.finding("status", &self.at, wanted.join(" or "), against)
    }

    fn of_headers<'a>(&'a self, answer: &HttpAnswer, all: &mut Vec<Finding<'a>>) {
        let values = |wanted: &str| -> Vec<&str> {
            let same = answer
                .headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            same.map(|(_, value)| value.as_str()).collect()
        };
        for (name, regexes) in &self.headers {
            let found = values(name);
            for regex in regexes {
                let against = match () {
                    () if found.is_empty() => Some(format!("no {name}")),
                    () if found.iter().any(|value| regex.value.is_match(value)) => None,
                    () => Some("another value".to_owned()),
                };
                let wanted = format!("{name} matches {}", regex.value);
                all.push(self.finding("header", &regex.at, wanted, against));
            }
        }
        for text in &self.no_headers {
            let against = (!values(&text.value).is_empty()).then(|| "it is there".to_owned());
            let wanted = format!("no {}", text.value);
            all.push(self.finding("header", &text.at, wanted, against));
        }
    }

    fn of_body<'a>(&'a self, answer: &HttpAnswer, all: &mut Vec<Finding<'a>>) {
        for regex in &self.body {
            let found = regex.value.is_match(&answer.body);
            let against = (!found && !answer.cut).then(|| "another body".to_owned());
            let wanted = format!("matches {}", regex.value);
            all.push(Finding {
                cut: !found && answer.cut,
                ..self.finding("body", &regex.at, wanted, against)
            });
        }
        for regex in &self.no_body {
            let found = regex.value.is_match(&answer.body);
            let against = found.then(|| "it matches".to_owned());
            let wanted = format!("does not match {}", regex.value);
            all.push(Finding {
                cut: !found && answer.cut,
                ..self.finding("body", &regex.at, wanted, against)
            });
        }
    }

    fn of_values<'a>(&'a self, answer: &HttpAnswer, all: &mut Vec<Finding<'a>>) {
        if self.values.is_empty() {
            return;
        }
        let document: Option<Json> = serde_json::from_str(&answer.body).ok();
        for value in &self.values {
            let found = document.as_ref().map(|json| value.path.query(json).all());
            let against = match found.as_deref() {
                None => Some("no JSON".to_owned()),
                Some([]) => Some("nothing".to_owned()),
                Some([one]) if scalar(one).as_deref() == Some(value.wanted.value.as_str()) => None,
                Some([_]) => Some("another value".to_owned()),
                Some(several) => Some(format!("{} values", several.len())),
            };
            let wanted = format!("{} is {}", value.text, value.wanted.value);
            all.push(Finding {
                cut: answer.cut,
                ..self.finding(
                    "values",
                    &value.wanted.at,
                    wanted,
                    against.filter(|_| !answer.cut),
                )
            });
        }
    }

    /// Whether every replica answers in time; the slowest is shown.
    fn in_time(&self, answers: &[&HttpAnswer], judging: &mut Judging) -> bool {
        let (Some(condition), Some(slowest)) =
            (&self.within, answers.iter().map(|answer| answer.took).max())
        else {
            return true;
        };
        judging.measured(&self.time(), condition, Some((measure(slowest), true)), "");
        judging
            .out()
            .conditions
            .last()
            .is_some_and(|condition| condition.verdict == Verdict::Pass)
    }
}

fn scalar(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Null => Some("null".to_owned()),
        Json::Array(_) | Json::Object(_) => None,
    }
}
