//! Makes the requests that judges want of services: variables filled in, every replica asked, the service watched.

use std::time::{Duration, Instant};

use super::gate::{Shared, services};
use crate::config::PlannedGate;
use crate::exec;
use crate::model::{HttpAnswer, HttpAsk, HttpGiven, HttpTrouble, HttpWants, Unknown, Whom};

/// A service that fell silent is watched so long for its end.
const WATCHED: Duration = Duration::from_secs(1);

/// The answers to all requests, in their order.
pub(super) fn ask(shared: &Shared, gate: &PlannedGate, wants: &HttpWants) -> HttpGiven {
    let variables = variables(shared, gate)?;
    let asks: Vec<HttpAsk> = wants
        .asks
        .iter()
        .map(|ask| filled(ask, &variables))
        .collect::<Result<_, _>>()?;
    let service = service(shared, gate, &wants.whom);
    let bases = match (&wants.whom, &service) {
        (Whom::Url(url), _) => vec![fill(url, &variables)?],
        (_, Some(id)) => shared.services.urls(id),
        (_, None) => Vec::new(),
    };
    if bases.is_empty() {
        return Err(Unknown::new(
            "the service that is to be asked did not start",
            "see the log of the service",
        ));
    }
    let mut answers: Vec<Vec<Result<HttpAnswer, HttpTrouble>>> = Vec::new();
    for ask in &asks {
        if shared.stop.asked() {
            return Err(Unknown::new("the run is being stopped", "run it again"));
        }
        answers.push(bases.iter().map(|base| exec::ask(base, ask)).collect());
    }
    let silent = answers.iter().flatten().any(Result::is_err);
    if let Some(id) = service {
        dead(shared, &id, silent)?;
    }
    Ok(answers)
}

/// Whether the service ended meanwhile: what a dead one did not answer says nothing about what it would have
/// answered. One that fell silent is watched for a while, because its end is seen later than its silence.
fn dead(shared: &Shared, id: &str, silent: bool) -> Result<(), Unknown> {
    let until = Instant::now() + if silent { WATCHED } else { Duration::ZERO };
    loop {
        if let Err(trouble) = shared.services.alive(id) {
            return Err(Unknown {
                why: trouble.message,
                help: "see the log of the service".to_owned(),
                detail: trouble.detail,
            });
        }
        if Instant::now() >= until || shared.stop.asked() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The name of the service that is asked.
fn service(shared: &Shared, gate: &PlannedGate, whom: &Whom) -> Option<String> {
    match whom {
        Whom::Url(_) => None,
        Whom::Service(name) => Some(name.clone()),
        Whom::OfGate => {
            let first = gate.services.first()?;
            Some(shared.plan.services[*first].id.clone())
        }
    }
}

/// The variables of the environment that a command of the gate would see, and those of its services.
fn variables(shared: &Shared, gate: &PlannedGate) -> Result<Vec<(String, String)>, Unknown> {
    let of_services = services(shared, gate).map_err(|trouble| Unknown {
        why: trouble.message,
        help: "see the log of the service".to_owned(),
        detail: trouble.detail,
    })?;
    let passed = gate.command.as_ref().map(|command| command.pass.as_slice());
    let is_withheld = |name: &String| {
        shared.withheld.contains(name) && !passed.is_some_and(|passed| passed.contains(name))
    };
    let inherited = shared
        .env
        .iter()
        .filter(|(name, _)| !is_withheld(name))
        .cloned();
    let set = gate
        .command
        .iter()
        .flat_map(|command| command.env.iter().cloned());
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    let of_services = of_services
        .into_iter()
        .map(|(name, value)| (text(name), text(value)));
    // The last of one name wins.
    Ok(inherited.chain(set).chain(of_services).collect())
}

fn filled(ask: &HttpAsk, variables: &[(String, String)]) -> Result<HttpAsk, Unknown> {
    let headers = ask.headers.iter();
    let headers = headers.map(|(name, value)| Ok((name.clone(), fill(value, variables)?)));
    Ok(HttpAsk {
        path: fill(&ask.path, variables)?,
        headers: headers.collect::<Result<_, Unknown>>()?,
        body: ask
            .body
            .as_ref()
            .map(|body| fill(body, variables))
            .transpose()?,
        ..ask.clone()
    })
}

/// The text with each `${NAME}` filled in. Anything else with a `$` stays as it is.
fn fill(text: &str, variables: &[(String, String)]) -> Result<String, Unknown> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, after) = rest.split_at(start);
        whole.push_str(before);
        let name = after[2..]
            .split_once('}')
            .map(|(name, _)| name)
            .filter(|name| is_name(name));
        let Some(name) = name else {
            whole.push_str("${");
            rest = &after[2..];
            continue;
        };
        let value = variables.iter().rev().find(|(known, _)| known == name);
        let Some((_, value)) = value.filter(|(_, value)| !value.is_empty()) else {
            return Err(Unknown::new(
                format!("`{name}` is not set, and a request needs it"),
                "set it in the environment; what is withheld from gates is not used here either",
            ));
        };
        whole.push_str(value);
        rest = &after[name.len() + 3..];
    }
    whole.push_str(rest);
    Ok(whole)
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn variables_are_filled_in_and_a_missing_one_is_told() {
        let known = [("A", "1"), ("A", "2"), ("EMPTY", "")];
        let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let fill = |text: &str| fill(text, &known).map_err(|unknown| unknown.why);
        assert_eq!(
            fill("x ${A}/${A} $A ${ ${a-b} $${A}").unwrap(),
            "x 2/2 $A ${ ${a-b} $2"
        );
        assert!(fill("${B}").unwrap_err().contains("`B` is not set"));
        assert!(fill("${EMPTY}").is_err());
    }
}
