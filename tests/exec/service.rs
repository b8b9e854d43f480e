//! Services: ready, alive, gone.

use super::*;

const SERVER: &str = "import http.server, os, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/die': print('dying', flush=True); os._exit(9)
        self.send_response(int(self.path[1:])); self.end_headers()
    def log_message(self, *a): pass
print('listening', flush=True)
http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), H).serve_forever()";

fn service(program: Program, dir: &Path, ready: &str) -> Service {
    Service {
        name: "api".to_owned(),
        command: command(program, dir),
        ready: (!ready.is_empty()).then(|| Ready::parse(ready, None).unwrap()),
        within: SOON,
        replicas: 1,
    }
}

fn server(dir: &Path, ready: &str) -> Service {
    service(direct(&["python3", "-c", SERVER]), dir, ready)
}

fn get(port: u16, path: &str) {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let _ = write!(stream, "GET {path} HTTP/1.0\r\n\r\n");
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

#[test]
fn is_ready_when_it_answers_and_gone_when_stopped() {
    let dir = TempDir::new().unwrap();
    for ready in [
        "http://127.0.0.1:${PORT}/204",
        "http://127.0.0.1:$PORT/302",
        "tcp",
        "localhost:${PORT}",
    ] {
        let service = server(dir.path(), ready);
        let mut running = service.start(&Stop::new()).unwrap();
        let port = running.ports()[0];
        assert_eq!(running.urls(), [format!("http://127.0.0.1:{port}")]);
        assert_eq!(running.alive(), Ok(()));
        get(port, "/200");
        assert!(!running.stop().is_empty());
        assert!(
            std::net::TcpStream::connect(("127.0.0.1", port)).is_err(),
            "{ready}"
        );
        assert!(carriers(&service.command.marker).is_empty());
    }
}

#[test]
fn may_be_asked_by_a_command() {
    let dir = TempDir::new().unwrap();
    let ready = "[ -e up ] && [ -n \"$PORT\" ]";
    let service = service(
        sh("sleep 0.2; touch up; sleep 1000", dir.path()).program,
        dir.path(),
        ready,
    );
    let running = service.start(&Stop::new()).unwrap();
    assert!(dir.path().join("up").exists());
    // Dropping stops as well.
    drop(running);
    assert!(carriers(&service.command.marker).is_empty());
}

#[test]
fn has_replicas_with_ports_and_logs_of_their_own() {
    let dir = TempDir::new().unwrap();
    let mut service = server(dir.path(), "tcp");
    service.replicas = 3;
    service.command.log = Some(dir.path().join("api.log"));
    let running = service.start(&Stop::new()).unwrap();
    let ports = running.ports();
    assert!(
        ports.len() == 3 && ports[0] != ports[1] && ports[1] != ports[2] && ports[0] != ports[2]
    );
    running.stop();
    for log in ["api.log", "api-2.log", "api-3.log"] {
        assert_eq!(
            std::fs::read_to_string(dir.path().join(log)).unwrap(),
            "listening\n"
        );
    }
}

#[test]
fn that_dies_early_quotes_its_last_words() {
    let dir = TempDir::new().unwrap();
    let service = service(
        sh("echo no database >&2; exit 5", dir.path()).program,
        dir.path(),
        "tcp",
    );
    let trouble = service.start(&Stop::new()).unwrap_err();
    assert_eq!(trouble.to_string(), "service `api` ended by itself: exit 5");
    assert_eq!(
        (trouble.last.as_str(), trouble.how),
        ("no database\n", Some(Termination::Exit(5)))
    );
    let missing = self::service(direct(&["no-such-server"]), dir.path(), "tcp");
    let trouble = missing.start(&Stop::new()).unwrap_err().to_string();
    assert_eq!(
        trouble,
        "service `api` did not run: `no-such-server` not found"
    );
}

#[test]
fn that_dies_later_is_noticed() {
    let dir = TempDir::new().unwrap();
    let service = server(dir.path(), "tcp");
    let mut running = service.start(&Stop::new()).unwrap();
    get(running.ports()[0], "/die");
    let trouble = wait_for("its death", || running.alive().err());
    assert_eq!(trouble.to_string(), "service `api` ended by itself: exit 9");
    assert_eq!(trouble.last, "listening\ndying\n");
}

#[test]
fn that_never_answers_is_stopped_and_says_what_was_wrong() {
    let dir = TempDir::new().unwrap();
    for (ready, wrong) in [
        ("http://127.0.0.1:${PORT}/503", "/503` answered 503"),
        ("tcp", "efused"),
        ("echo why; exit 1", "readiness command: exit 1: why"),
    ] {
        let program = match ready {
            "tcp" => sh("echo up; sleep 1000", dir.path()).program,
            _ => direct(&["python3", "-c", SERVER]),
        };
        let mut service = service(program, dir.path(), ready);
        service.within = Duration::from_millis(1500);
        let trouble = service.start(&Stop::new()).unwrap_err();
        assert!(
            trouble.why.starts_with("was not ready within 1.5s") && trouble.why.contains(wrong),
            "{trouble}"
        );
        assert!(!trouble.last.is_empty());
        assert!(carriers(&service.command.marker).is_empty());
    }
}

#[test]
fn is_not_awaited_after_a_cancel() {
    let dir = TempDir::new().unwrap();
    let service = service(sh("sleep 1000", dir.path()).program, dir.path(), "tcp");
    let stop = Stop::new();
    let later = stop.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        later.cancel();
    });
    let began = Instant::now();
    let trouble = service.start(&stop).unwrap_err();
    assert!(
        trouble.why.contains("being stopped") && began.elapsed() < SOON,
        "{trouble}"
    );
    assert!(carriers(&service.command.marker).is_empty());
}
