//! The kind `http`: a real service, started for the gate, asked by tollgate itself.

use crate::support::Project;

/// A small server: `/` says its port, `/fund/…` looks at the role, `/later` is slow, `/moved` leads elsewhere.
const SERVER: &str = r#"import http.server, json, os, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body, headers={}):
        data = body.encode()
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name, value)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        if self.command != 'HEAD': self.wfile.write(data)
    def log_message(self, *args): pass
    def do_GET(self):
        if self.path == '/health': return self.answer(200, '{"status": "ok", "replicas": 3}', {'Content-Type': 'application/json'})
        if self.path == '/fund/B':
            return self.answer(200 if self.headers.get('X-Role') == os.environ.get('ROLE', 'B') else 403, 'fund')
        if self.path == '/later': time.sleep(0.4); return self.answer(200, 'late')
        if self.path == '/moved': return self.answer(302, '', {'Location': '/health'})
        if self.path == '/stub': return self.answer(501, 'not implemented: sk-verysecretvalue')
        if self.path == '/die': os._exit(9)
        if self.path == '/odd' and os.path.exists('second-' + sys.argv[1]): return self.answer(500, 'odd')
        self.answer(200, 'port ' + sys.argv[1])
    do_HEAD = do_GET
    def do_POST(self):
        length = int(self.headers.get('Content-Length', 0))
        self.answer(201, self.rfile.read(length).decode(), {'X-Type': self.headers.get('Content-Type', 'none')})
http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
"#;

const SERVICE: &str = "services:
  api: { run: python3 -u server.py $PORT, ready: \"http://127.0.0.1:${PORT}/health\" }
";

fn asking(checks: &str) -> Project {
    let yaml =
        format!("{SERVICE}gates:\n  routes: {{ http: {{ service: api, checks: {checks} }} }}\n");
    Project::new(&yaml).file("server.py", SERVER)
}

#[test]
fn answers_as_wanted_pass_without_a_command() {
    let project = asking(
        "[
        { get: /health, status: 200, header: { Content-Type: json }, body: ok, values: { $.replicas: 3 }, within: 10s },
        { get: /fund/B, headers: { X-Role: A }, status: 403 },
        { post: /echo, json: { a: [1, b] }, status: [200, 201], header: { x-type: ^application/json$ }, body: '^\\{\"a\":\\[1,\"b\"\\]\\}$' },
        { post: /echo, body-send: plain, status: 2xx, body: ^plain$ },
        { head: /health },
        { get: /moved, status: 302 },
        { get: /moved, follow: true, body: ok } ]",
    );
    let ran = project.run(&[]).exits(0);
    ran.gate("routes")
        .is("pass")
        .fact("routes.http.checks", 7)
        .fact("routes.http.failed", 0);
}

#[test]
fn wrong_answer_is_no_go_and_shown() {
    let project = asking("[{ get: /stub, status: [200, 201] }, { get: /health, body: sick }]");
    let ran = project.run(&[]).exits(1);
    ran.gate("routes")
        .is("fail")
        .reasons(&["unexpected-answer", "unexpected-answer"])
        .fact("routes.http.failed", 2);
    ran.says("200 or 201").says("501").says("not implemented");
}

#[test]
fn late_answer_is_no_go_and_its_time_is_in_no_verdict() {
    let project = asking("[{ get: /later, within: 100ms }]");
    let ran = project.run(&[]).exits(1);
    ran.gate("routes").is("fail");
    let conditions = ran.gate("routes").verdict["conditions"].to_string();
    assert!(conditions.contains("(varies)"), "{conditions}");
    let again = project.run(&[]).exits(1);
    assert_eq!(ran.verdict(), again.verdict());
}

#[test]
fn secrets_go_out_and_are_masked_where_they_come_back() {
    let project = asking("[{ get: /fund/B, headers: { X-Role: '${ROLE}' } }, { get: /stub }]")
        .env("ROLE", "B")
        .env("API_KEY", "sk-verysecretvalue");
    let ran = project.run(&[]).exits(1);
    ran.gate("routes").fact("routes.http.failed", 1);
    assert!(!ran.to_string().contains("sk-verysecretvalue"), "{ran}");
    let unset = asking("[{ get: /fund/B, headers: { X-Role: '${ROLE_OF_NOBODY}' } }]");
    let ran = unset.run(&[]).exits(3);
    ran.gate("routes")
        .is("inconclusive")
        .cause("environment")
        .says("`ROLE_OF_NOBODY` is not set");
}

#[test]
fn every_replica_is_asked() {
    let yaml = format!(
        "{}gates:\n  odd: {{ service: api, http: {{ checks: [{{ get: /odd }}] }} }}\n",
        SERVICE
            .replace("within", "")
            .replace("health\" }", "health\", replicas: 2 }")
    );
    let project = Project::new(&yaml).file("server.py", SERVER);
    project.run(&[]).exits(0);
    // The second to come finds the first there.
    let odd = SERVER.replace(
        "http.server.Threading",
        "os.path.exists('first') and open('second-' + sys.argv[1], 'w').close()\nopen('first', 'w').close()\nhttp.server.Threading",
    );
    project.write("server.py", odd);
    let ran = project.run(&[]).exits(1);
    ran.says("of 2)");
}

#[test]
fn service_that_dies_or_is_never_ready_decides_nothing() {
    let ran = asking("[{ get: /die }]").run(&[]).exits(3);
    ran.gate("routes")
        .is("inconclusive")
        .cause("environment")
        .says("exit 9");
    let yaml = "services: { api: { run: sleep 300, ready: 'false', within: 300ms } }
gates: { routes: { http: { service: api, checks: [{ get: / }] } } }
";
    let ran = Project::new(yaml).run(&[]).exits(3);
    ran.gate("routes")
        .is("inconclusive")
        .reasons(&["service-not-ready"]);
}

#[test]
fn address_at_which_nobody_is_decides_nothing() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let yaml = "gates: { up: { http: { url: '${BASE}', checks: [{ get: / }] } } }\n";
    let project = Project::new(yaml).env("BASE", &url);
    let ran = project.run(&[]).exits(3);
    ran.gate("up")
        .is("inconclusive")
        .cause("environment")
        .reasons(&["not-reachable"]);
    assert!(!ran.verdict().to_string().contains(&url), "{ran}");
}

#[test]
fn port_is_in_no_verdict() {
    let project = asking("[{ get: /x, body: nonsense }]");
    let first = project.run(&[]).exits(1);
    let second = project.run(&[]).exits(1);
    assert_eq!(first.verdict(), second.verdict());
}

#[test]
fn need_that_failed_keeps_the_requests_back() {
    let yaml = format!(
        "{SERVICE}gates:
  before: {{ run: 'exit 1' }}
  routes: {{ needs: before, http: {{ service: api, checks: [{{ get: /health }}] }} }}
"
    );
    let ran = Project::new(&yaml)
        .file("server.py", SERVER)
        .run(&[])
        .exits(1);
    ran.gate("routes").is("cancelled");
}

#[test]
fn whom_to_ask_must_be_said() {
    let check = |http: &str| {
        let yaml = format!("{SERVICE}gates: {{ a: {{ http: {http} }} }}\n");
        Project::new(&yaml).call(&["config", "check"]).exits(2)
    };
    check("{ checks: [{ get: / }] }").complains("does not say whom it asks");
    check("{ service: apo, checks: [{ get: / }] }").complains("apo");
    check("{ url: 'https://x', checks: [{ get: / }] }").complains("plain HTTP");
}

#[test]
fn a_phase_that_relied_on_answers_is_stale_only_when_less_is_asked_of_them() {
    let check = "{ get: /health, status: [200, 201], header: { content-type: json }, body: [ok, status], no-body: never, values: { $.replicas: 3 }, within: 10s }";
    let yaml = |check: &str| {
        format!(
            "version: 1\n{SERVICE}gates:\n  routes: {{ http: {{ service: api, checks: [{check}] }}, git: {{ since: main, messages: [t, '^s'] }} }}\nphases:\n  alpha: {{ gates: [routes] }}\n"
        )
    };
    let project = Project::empty("project")
        .file("tollgate.yaml", yaml(check))
        .file("server.py", SERVER)
        .committed();
    project.git(&["checkout", "-q", "-b", "work"]);
    project.write("more.txt", "more");
    project.commit();
    project.phase(&["complete", "alpha"]).exits(0);
    assert_eq!(project.state("alpha"), "complete");
    for (from, to) in [
        ("[200, 201]", "2xx"),
        ("content-type: json", "content-type: j"),
        ("body: [ok, status]", "body: ok"),
        ("no-body: never", "no-body: nowhere"),
        ("$.replicas: 3", "$.replicas: 4"),
        ("within: 10s", "within: 20s"),
    ] {
        project.write("tollgate.yaml", yaml(&check.replace(from, to)));
        assert_eq!(project.state("alpha"), "stale", "{to}");
    }
    project.write("tollgate.yaml", yaml(&check.replace("10s", "5s")));
    assert_eq!(project.state("alpha"), "complete", "tighter");
}
