"""The same over HTTP: loopback only, on a port that the system picks."""

import http.client
import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from roombook.server import LARGEST_BODY, Server
from roombook.store import Store


@pytest.fixture
def server(store: Store) -> Iterator[Server]:
    """A running server; stopped, with its thread, when the test ends."""
    with Server(store, port=0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(server: Server, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None
    finally:
        connection.close()


def test_it_listens_on_this_machine_only(server: Server) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert fetch(server, "GET", "/health")[0] == 200


def test_a_room_is_booked_and_cancelled(server: Server) -> None:
    assert fetch(server, "POST", "/rooms", b'{"name": "S\xc3\xb6ller", "seats": 4}')[0] == 201
    times = {"starts_at": "2026-03-02T09:00", "ends_at": "2026-03-02T10:00"}
    body = json.dumps({"title": "Review", **times}).encode()
    assert fetch(server, "POST", "/rooms/1/bookings", body)[0] == 201
    assert fetch(server, "POST", "/rooms/1/bookings", body)[0] == 409
    assert fetch(server, "DELETE", "/bookings/1") == (204, None)


def test_a_large_body_is_refused_unread(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest("POST", "/rooms")
    connection.putheader("Content-Length", str(LARGEST_BODY + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
