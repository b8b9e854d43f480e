//! What the judge of answers says of right, wrong, late and missing ones.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::super::scene::{Said, Scene, build};
use super::Http;
use crate::model::{HttpAnswer, HttpTrouble, Unknown, Verdict, Whom};

fn answer(status: u16, body: &str) -> Result<HttpAnswer, HttpTrouble> {
    Ok(HttpAnswer {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_owned(),
        cut: false,
        took: Duration::from_millis(20),
    })
}

fn silence(unreachable: bool) -> Result<HttpAnswer, HttpTrouble> {
    Err(HttpTrouble {
        why: "the connection was refused".to_owned(),
        unreachable,
        detail: "127.0.0.1:4711".to_owned(),
    })
}

fn judged(check: Json, answers: Vec<Result<HttpAnswer, HttpTrouble>>) -> Said {
    let mut scene = Scene::new(&[]);
    scene.given.http = Some(Ok(vec![answers]));
    scene.judge(&Http, json!({ "service": "api", "checks": [check] }))
}

#[test]
fn right_answer_passes() {
    let check = json!({
        "get": "/x", "status": [200, 201], "header": { "Content-Type": "json$" }, "no-header": "server",
        "body": "\"status\"", "no-body": "error", "values": { "$.status": "ok", "$.count": 3 }, "within": "1s",
    });
    judged(check, vec![answer(200, r#"{"status":"ok","count":3}"#)])
        .is(Verdict::Pass)
        .fact("http.checks", "1")
        .fact("http.failed", "0");
}

#[test]
fn each_question_fails_by_itself() {
    let cases = [
        (json!({ "get": "/x" }), "status[GET /x]", "501"),
        (
            json!({ "get": "/x", "status": 501, "header": { "content-type": "html" } }),
            "header[GET /x]",
            "another value",
        ),
        (
            json!({ "get": "/x", "status": 501, "header": { "etag": "." } }),
            "header[GET /x]",
            "no etag",
        ),
        (
            json!({ "get": "/x", "status": 501, "no-header": "Content-Type" }),
            "header[GET /x]",
            "it is there",
        ),
        (
            json!({ "get": "/x", "status": "5xx", "body": "fine" }),
            "body[GET /x]",
            "another body",
        ),
        (
            json!({ "get": "/x", "status": 501, "no-body": "todo" }),
            "body[GET /x]",
            "it matches",
        ),
        (
            json!({ "get": "/x", "status": 501, "values": { "$.a": 2 } }),
            "values[GET /x]",
            "another value",
        ),
        (
            json!({ "get": "/x", "status": 501, "values": { "$.b": 2 } }),
            "values[GET /x]",
            "nothing",
        ),
        (
            json!({ "get": "/x", "status": 501, "within": "10ms" }),
            "time[GET /x]",
            "20 ms",
        ),
    ];
    for (check, name, found) in cases {
        let said = judged(check, vec![answer(501, r#"{"a": 1, "todo": 1}"#)]).is(Verdict::Fail);
        let failed: Vec<_> = said
            .0
            .conditions
            .iter()
            .filter(|one| one.verdict == Verdict::Fail)
            .collect();
        assert_eq!(failed.len(), 1, "{said:?}");
        assert_eq!(failed[0].fact, format!("g.http.{name}"));
        assert_eq!(failed[0].measured.as_deref(), Some(found));
        assert!(
            said.0
                .facts
                .iter()
                .any(|fact| fact.name == "http.failed" && fact.value.to_string() == "1")
        );
    }
}

#[test]
fn time_is_volatile_and_the_body_is_in_no_verdict() {
    let said = judged(
        json!({ "get": "/x", "body": "b", "within": "1s" }),
        vec![answer(200, "at 12:00")],
    );
    let said = said.is(Verdict::Fail).says("at 12:00");
    let time = said
        .0
        .conditions
        .iter()
        .find(|one| one.fact.contains("time["))
        .unwrap();
    assert!(time.volatile);
    let bytes = serde_json::to_string(&(&said.0.conditions, &said.0.reasons)).unwrap();
    assert!(
        !bytes.contains("12:00") && !bytes.contains("20 ms"),
        "{bytes}"
    );
}

#[test]
fn every_replica_is_held_to_it() {
    let answers = vec![answer(200, ""), answer(500, "oops"), answer(200, "")];
    judged(json!({ "get": "/x" }), answers)
        .is(Verdict::Fail)
        .says("500 (replica 2 of 3)");
}

#[test]
fn service_that_does_not_answer_fails_and_a_stranger_decides_nothing() {
    for unreachable in [true, false] {
        judged(json!({ "get": "/x" }), vec![silence(unreachable)])
            .is(Verdict::Fail)
            .says("no-answer");
    }
    let mut scene = Scene::new(&[]);
    let options = json!({ "url": "http://localhost:1", "checks": [{ "get": "/x" }] });
    scene.given.http = Some(Ok(vec![vec![silence(true)]]));
    scene
        .judge(&Http, options.clone())
        .is(Verdict::Inconclusive)
        .says("not-reachable");
    scene.given.http = Some(Ok(vec![vec![silence(false)]]));
    scene.judge(&Http, options).is(Verdict::Fail);
}

#[test]
fn who_was_not_asked_decides_nothing() {
    let options = json!({ "service": "api", "checks": [{ "get": "/x" }] });
    let mut scene = Scene::new(&[]);
    scene
        .judge(&Http, options.clone())
        .is(Verdict::Inconclusive)
        .says("not-asked");
    scene.given.http = Some(Err(Unknown::new("service `api` ended", "see its log")));
    scene
        .judge(&Http, options.clone())
        .is(Verdict::Inconclusive)
        .says("service `api` ended");
    scene.given.http = Some(Ok(Vec::new()));
    scene.judge(&Http, options).is(Verdict::Inconclusive);
}

#[test]
fn body_that_is_cut_proves_only_what_was_read() {
    let cut = |body: &str| {
        answer(200, body).map(|answer| HttpAnswer {
            cut: true,
            ..answer
        })
    };
    judged(json!({ "get": "/x", "body": "a" }), vec![cut("a")]).is(Verdict::Pass);
    judged(json!({ "get": "/x", "body": "b" }), vec![cut("a")]).is(Verdict::Inconclusive);
    judged(json!({ "get": "/x", "no-body": "b" }), vec![cut("a")]).is(Verdict::Inconclusive);
    judged(
        json!({ "get": "/x", "values": { "$.a": 1 } }),
        vec![cut("{\"a\":1}")],
    )
    .is(Verdict::Inconclusive);
}

#[test]
fn request_is_built_as_written() {
    let options = json!({
        "headers": { "authorization": "Bearer ${T}", "x-a": "1" }, "within": "2s",
        "checks": [
            { "post": "/x", "json": { "a": [1, "2", true, null] }, "headers": { "X-A": "2" } },
            { "post": "/x", "body-send": "a=1", "follow": true },
        ],
    });
    let wants = build(&Http, &options).unwrap().wants().http.unwrap();
    assert_eq!(wants.whom, Whom::OfGate);
    let ask = &wants.asks[0];
    assert_eq!(
        (ask.method, ask.body.as_deref()),
        ("POST", Some(r#"{"a":[1,"2",true,null]}"#))
    );
    let names: Vec<&str> = ask.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["authorization", "X-A", "content-type"]);
    assert_eq!(ask.limit, Duration::from_secs(5));
    assert!(!ask.follow && wants.asks[1].follow);
}

#[test]
fn equal_requests_have_names_of_their_own() {
    let mut scene = Scene::new(&[]);
    scene.given.http = Some(Ok(vec![vec![answer(200, "")], vec![answer(404, "")]]));
    let options = json!({ "service": "api", "checks": [{ "get": "/x" }, { "get": "/x" }] });
    scene
        .judge(&Http, options)
        .is(Verdict::Fail)
        .says("status[GET /x #2]");
}

#[test]
fn mistakes_are_problems() {
    for (options, says) in [
        (json!({ "service": "api" }), "asks for nothing"),
        (
            json!({ "service": "a", "url": "http://x", "checks": [{ "get": "/" }] }),
            "both say whom",
        ),
        (
            json!({ "url": "https://x", "checks": [{ "get": "/" }] }),
            "is not an `http://` address",
        ),
        (json!({ "checks": [{ "status": 200 }] }), "asks for no path"),
        (
            json!({ "checks": [{ "get": "/a", "post": "/b" }] }),
            "two methods",
        ),
        (json!({ "checks": [{ "get": "x" }] }), "is no path"),
        (
            json!({ "checks": [{ "get": "/", "status": 99 }] }),
            "is no status",
        ),
        (
            json!({ "checks": [{ "get": "/", "body-send": "x" }] }),
            "sends nothing",
        ),
        (
            json!({ "checks": [{ "post": "/", "body-send": "x", "json": 1 }] }),
            "both say what",
        ),
        (
            json!({ "checks": [{ "get": "/", "header": { "a b": "x" } }] }),
            "is no name of a header",
        ),
        (
            json!({ "checks": [{ "get": "/", "headers": { "a": "x\ny" } }] }),
            "is one line",
        ),
        (
            json!({ "checks": [{ "get": "/", "values": { "a": 1 } }] }),
            "is not a JSON path",
        ),
        (
            json!({ "checks": [{ "get": "/", "within": "2" }] }),
            "is not a length of time",
        ),
    ] {
        let said = build(&Http, &options).map(|_| ()).unwrap_err().join("\n");
        assert!(said.contains(says), "{options}: {said}");
    }
}
