"""The HTTP side: reads a request, asks `api`, writes the answer."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from roombook import api
from roombook.store import Store

LARGEST_BODY = 64 * 1024


class Server(ThreadingHTTPServer):
    """Serves one store, on this machine only."""

    def __init__(self, store: Store, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = store

    @property
    def url(self) -> str:
        """Where it listens; tells the port that port 0 became."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    timeout = 10

    def do_GET(self) -> None:
        """Read."""
        self.reply()

    def do_POST(self) -> None:
        """Add."""
        self.reply()

    def do_DELETE(self) -> None:
        """Take back."""
        self.reply()

    def reply(self) -> None:
        """Answer with JSON."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return self.send(413, {"error": f"more than {LARGEST_BODY} bytes"})
        body = self.rfile.read(int(length))
        self.send(*api.answer(self.server.store, self.command, self.path, body))

    def send(self, status: int, value: object) -> None:
        """Write a status and a JSON value; no body where there is no value."""
        content = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if content:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="roombook", description="books rooms over HTTP")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--database", type=Path, default=Path("roombook.db"))
    given = parser.parse_args()
    store = Store(given.database)
    store.upgrade()
    try:
        with Server(store, given.port) as server:
            print(f"listening on {server.url}", flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        print("stopped")
