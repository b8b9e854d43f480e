//! Background processes that gates need: ready before, watched between, gone after.

use std::net::TcpStream;

use crate::support::{Project, wait_for};

/// A service of which only its files tell: it is up when `up` is there, and ends when `stop` is.
const PLAIN: &str = "./serve";
const SERVE: &str =
    "echo $$ > pid; touch up; until [ -e stop ]; do sleep 0.01; done; echo last words; exit 3";

fn alive(project: &Project, file: &str) -> bool {
    let pid: i32 = project.read(file).trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::test_kill_process(pid).is_ok()
}

#[test]
fn a_service_answers_at_its_url_and_is_gone_after_the_run() {
    let yaml = "services:
  my-api: { run: python3 -u server.py $PORT, ready: \"http://127.0.0.1:${PORT}/health\" }
gates:
  asks:
    run: env > env.txt; python3 -c \"import os, urllib.request as r; print(r.urlopen(os.environ['MY_API_URL']).status)\"
    service: my-api
";
    let server = "import http.server as h, sys
class Handler(h.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
h.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
";
    let project = Project::new(yaml).file("server.py", server);
    project.run(&[]).exits(0).gate("asks").is("pass");
    let env = project.read("env.txt");
    let value = |name: &str| {
        let line = env
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no {name}\n{env}"))
            .to_owned()
    };
    let port: u16 = value("MY_API_PORT").parse().unwrap();
    assert_eq!(value("MY_API_URL"), format!("http://127.0.0.1:{port}"));
    assert!(!env.contains("MY_API_URLS="), "{env}");
    assert!(
        TcpStream::connect(("127.0.0.1", port)).is_err(),
        "still listening"
    );
}

#[test]
fn replicas_have_a_port_each() {
    let yaml = "services:
  api: { run: './serve', ready: 'test -e up-$PORT', replicas: 2 }
gates:
  asks: { run: 'echo \"$API_URLS\" > urls', service: api }
";
    let serve = "echo $$ > pid-$PORT; touch up-$PORT; exec sleep 300";
    let project = Project::new(yaml).script("serve", serve);
    project.run(&[]).exits(0);
    let urls = project.read("urls");
    let ports: Vec<&str> = urls
        .trim()
        .split(',')
        .filter_map(|url| url.rsplit(':').next())
        .collect();
    assert_eq!(ports.len(), 2, "{urls}");
    assert_ne!(ports[0], ports[1]);
    for port in ports {
        assert!(!alive(&project, &format!("pid-{port}")), "{port}");
    }
}

#[test]
fn a_service_that_dies_before_it_is_ready_is_quoted() {
    let yaml = "services:
  api: { run: 'echo no licence; exit 7', ready: 'false', within: 50s }
gates:
  asks: { run: touch ran, service: api }
  free: { run: 'true' }
";
    let project = Project::new(yaml);
    let ran = project.run(&[]).exits(3);
    let gate = ran.gate("asks").is("inconclusive").cause("environment");
    gate.reasons(&["service-not-ready"])
        .says("exit 7")
        .says("no licence");
    ran.gate("free").is("pass");
    assert!(!project.has("ran"));
}

#[test]
fn a_service_that_is_never_ready_is_undecided_and_stopped() {
    let yaml = "services:
  api: { run: ./serve, ready: 'false', within: 300ms }
gates:
  asks: { run: touch ran, service: api }
";
    let project = Project::new(yaml).script("serve", SERVE);
    let ran = project.run(&[]).exits(3);
    ran.gate("asks")
        .is("inconclusive")
        .reasons(&["service-not-ready"]);
    assert!(!project.has("ran") && !alive(&project, "pid"));
}

#[test]
fn what_is_said_of_a_service_that_is_not_ready_names_no_port_in_the_verdict() {
    let yaml = "services:
  api: { run: sleep 300, ready: \"http://127.0.0.1:${PORT}/\", within: 300ms }
gates:
  asks: { run: 'true', service: api }
";
    let ran = Project::new(yaml).run(&[]).exits(3);
    ran.gate("asks")
        .is("inconclusive")
        .reasons(&["service-not-ready"]);
    let verdict = ran.verdict().to_string();
    assert!(!verdict.contains("127.0.0.1"), "{verdict}");
    ran.says("127.0.0.1");
}

#[test]
fn a_service_that_dies_while_gates_run_decides_nothing() {
    let yaml = format!(
        "services:
  api: {{ run: {PLAIN}, ready: test -e up }}
gates:
  asks: {{ run: 'touch stop; while kill -0 $(cat pid); do sleep 0.01; done; sleep 0.3', service: api }}
"
    );
    let project = Project::new(&yaml).script("serve", SERVE);
    let ran = project.run(&[]).exits(3);
    let gate = ran
        .gate("asks")
        .is("inconclusive")
        .cause("environment")
        .reasons(&["service-died"]);
    gate.says("exit 3").says("last words");
}

#[test]
fn a_service_is_stopped_also_after_a_failure_and_an_interrupt() {
    let yaml = format!(
        "services:
  api: {{ run: {PLAIN}, ready: test -e up }}
gates:
  asks: {{ run: ./ask, service: api }}
"
    );
    let failed = Project::new(&yaml)
        .script("serve", SERVE)
        .script("ask", "exit 1");
    failed.run(&[]).exits(1);
    assert!(!alive(&failed, "pid"));
    let project = Project::new(&yaml)
        .script("serve", SERVE)
        .script("ask", "touch asks; sleep 300");
    let run = project.start(&[]);
    wait_for("the gate", || project.has("asks").then_some(()));
    run.signal(rustix::process::Signal::TERM);
    run.end().exits(143);
    assert!(!alive(&project, "pid"));
}

#[test]
fn a_gate_and_a_service_may_bear_one_name() {
    let yaml = format!(
        "services:
  api: {{ run: {PLAIN}, ready: test -e up }}
gates:
  api: {{ run: kill -0 $(cat pid), service: api }}
  service-api: {{ run: kill -0 $(cat pid) && echo fine, service: api, needs: api }}
"
    );
    let project = Project::new(&yaml).script("serve", SERVE);
    let ran = project.run(&[]).exits(0);
    ran.gate("api").is("pass").notes(&[]);
    ran.gate("service-api").is("pass").notes(&[]);
}

#[test]
fn a_service_and_a_gate_have_a_log_each() {
    let yaml = "services:
  api: { run: 'echo from-the-service; touch up; exec sleep 300', ready: test -e up }
gates:
  service-api: { run: echo from-the-gate, service: api }
";
    let project = Project::new(yaml);
    let ran = project.run(&[]).exits(0);
    let log = ran.outcome()["run"]["gates"][0]["log"]
        .as_str()
        .expect("a log")
        .to_owned();
    assert_eq!(project.read(&log).trim(), "from-the-gate");
    let of_service = log.replace("service-api", "service.api");
    assert_eq!(project.read(&of_service).trim(), "from-the-service");
}

#[test]
fn a_service_starts_once_for_all_that_need_it_and_not_for_others() {
    let yaml = "services:
  used: { run: 'echo x >> starts; touch up; exec sleep 300', ready: test -e up }
  unused: { run: touch unused-ran, ready: 'true' }
gates:
  a: { run: 'true', service: used }
  b: { run: 'true', service: used }
";
    let project = Project::new(yaml);
    project.run(&["-j", "2"]).exits(0);
    assert_eq!(project.read("starts"), "x\n");
    assert!(!project.has("unused-ran"));
}
