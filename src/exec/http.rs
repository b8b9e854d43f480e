//! Requests to services: plain HTTP, one connection each, never through a proxy, within a bound of time and size.
//!
//! It asks and hands on what came back; it judges no answer. TLS is not spoken here.

use std::io::{self, Read};
use std::time::Instant;

use crate::model::{HttpAnswer, HttpAsk, HttpTrouble};

/// A body is read up to here.
const MOST: u64 = 4 << 20;
/// So many redirects are followed.
const REDIRECTS: u32 = 5;

/// Makes one request to `base` and the path of `ask`. Texts are sent as they are.
pub fn ask(base: &str, ask: &HttpAsk) -> Result<HttpAnswer, HttpTrouble> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(if ask.follow { REDIRECTS } else { 0 })
        .max_redirects_will_error(ask.follow)
        .timeout_global(Some(ask.limit))
        .user_agent(concat!("tollgate/", env!("CARGO_PKG_VERSION")))
        .accept("*/*")
        .allow_non_standard_methods(true)
        .max_idle_connections(0)
        .proxy(None)
        .build()
        .into();
    let url = format!("{}{}", base.trim_end_matches('/'), ask.path);
    let mut request = ureq::http::Request::builder().method(ask.method).uri(url);
    for (name, value) in &ask.headers {
        request = request.header(name, value);
    }
    let began = Instant::now();
    let answer = match &ask.body {
        Some(body) => {
            let request = request.body(body.as_bytes()).map_err(unsendable)?;
            agent.run(request)
        }
        None => agent.run(request.body(()).map_err(unsendable)?),
    };
    let mut answer = answer.map_err(|error| trouble(&error, ask))?;
    let mut body = Vec::new();
    let reader = answer.body_mut().as_reader();
    let read = reader.take(MOST + 1).read_to_end(&mut body);
    read.map_err(|error| trouble(&ureq::Error::from(error), ask))?;
    let took = began.elapsed();
    let cut = body.len() as u64 > MOST;
    body.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    let headers = answer.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_ascii_lowercase(), value)
    });
    Ok(HttpAnswer {
        status: answer.status().as_u16(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        cut,
        took,
    })
}

fn unsendable(error: ureq::http::Error) -> HttpTrouble {
    HttpTrouble {
        why: "the request cannot be sent as it is written".to_owned(),
        unreachable: false,
        detail: error.to_string(),
    }
}

/// Sorts what went wrong: words of the system differ, and may hold a port.
fn trouble(error: &ureq::Error, ask: &HttpAsk) -> HttpTrouble {
    let (why, unreachable) = match error {
        ureq::Error::Timeout(_) => (format!("nothing within {:?}", ask.limit), false),
        ureq::Error::HostNotFound => ("there is no such host".to_owned(), true),
        ureq::Error::ConnectionFailed => ("the connection was refused".to_owned(), true),
        ureq::Error::TooManyRedirects => (format!("more than {REDIRECTS} redirects"), false),
        ureq::Error::TlsRequired => (
            "it leads to `https`, which is not spoken here".to_owned(),
            false,
        ),
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => ("the connection was refused".to_owned(), true),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                (format!("nothing within {:?}", ask.limit), false)
            }
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => (
                "the connection was closed before the answer was whole".to_owned(),
                false,
            ),
            _ => ("the connection broke".to_owned(), false),
        },
        _ => ("what came back is no HTTP answer".to_owned(), false),
    };
    HttpTrouble {
        why,
        unreachable,
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    fn get() -> HttpAsk {
        HttpAsk {
            method: "GET",
            path: "/x".to_owned(),
            headers: vec![("x-a".to_owned(), "1".to_owned())],
            body: None,
            limit: Duration::from_secs(5),
            follow: false,
        }
    }

    /// Answers one connection with these bytes; gives what was asked.
    fn serving(bytes: &'static [u8]) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = vec![0; 64 << 10];
            let got = stream.read(&mut asked).unwrap();
            let _ = stream.write_all(bytes);
            String::from_utf8_lossy(&asked[..got]).into_owned()
        });
        (base, thread)
    }

    #[test]
    fn answer_is_handed_on_whole() {
        let (base, thread) =
            serving(b"HTTP/1.1 418 Teapot\r\nX-B: 2\r\nContent-Length: 5\r\n\r\nhello");
        let answer = ask(&base, &get()).unwrap();
        assert_eq!(
            (answer.status, answer.body.as_str(), answer.cut),
            (418, "hello", false)
        );
        assert!(answer.headers.contains(&("x-b".to_owned(), "2".to_owned())));
        let asked = thread.join().unwrap().to_lowercase();
        assert!(
            asked.starts_with("get /x http/1.1\r\n") && asked.contains("x-a: 1"),
            "{asked}"
        );
    }

    #[test]
    fn body_is_sent_with_any_method() {
        let (base, thread) = serving(b"HTTP/1.1 204 No Content\r\n\r\n");
        let delete = HttpAsk {
            method: "DELETE",
            body: Some("gone".to_owned()),
            ..get()
        };
        assert_eq!(ask(&base, &delete).unwrap().status, 204);
        assert!(thread.join().unwrap().starts_with("DELETE /x"));
    }

    #[test]
    fn redirects_are_not_followed_unasked() {
        let (base, thread) =
            serving(b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(ask(&base, &get()).unwrap().status, 302);
        thread.join().unwrap();
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        let (base, thread) = serving(b"nonsense\r\n\r\n");
        assert_eq!(
            ask(&base, &get()).unwrap_err().why,
            "what came back is no HTTP answer"
        );
        thread.join().unwrap();
        let (base, thread) = serving(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf");
        assert!(!ask(&base, &get()).unwrap_err().unreachable);
        thread.join().unwrap();
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(
            ask(&format!("http://{free}"), &get())
                .unwrap_err()
                .unreachable
        );
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = format!("http://{}", listener.local_addr().unwrap());
        let short = HttpAsk {
            limit: Duration::from_millis(200),
            ..get()
        };
        assert_eq!(
            ask(&silent, &short).unwrap_err().why,
            "nothing within 200ms"
        );
    }

    #[test]
    fn endless_body_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b'x'; 64 << 10]).is_ok() {}
        });
        let answer = ask(&base, &get()).unwrap();
        assert!(answer.cut && answer.body.len() as u64 == MOST);
        thread.join().unwrap();
    }
}
