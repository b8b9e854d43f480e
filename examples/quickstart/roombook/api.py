"""Requests in, answers out. Knows neither sockets nor SQL."""

import json
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs, urlsplit

from roombook import model
from roombook.model import Refusal
from roombook.store import Store

Answer = tuple[int, Any]


def answer(store: Store, method: str, target: str, body: bytes = b"") -> Answer:
    """The status and JSON value that a request gets. Never raises for what a client sent."""
    url = urlsplit(target)
    try:
        return _route(store, method, url.path.strip("/").split("/"), url.query, body)
    except Refusal as refusal:
        return refusal.status, {"error": refusal.reason}


def _route(store: Store, method: str, path: list[str], query: str, body: bytes) -> Answer:
    match method, path:
        case "GET", ["health"]:
            return 200, {"status": "ok", "schema": store.version()}
        case "GET", ["rooms"]:
            wanted = {name: values[-1] for name, values in parse_qs(query).items()}
            seats = _number(wanted.get("seats", "1"))
            return 200, [asdict(room) for room in store.rooms(wanted.get("name", ""), seats)]
        case "POST", ["rooms"]:
            fields = _fields(body)
            room = store.add_room(model.text(fields, "name"), model.count(fields, "seats"))
            return 201, asdict(room)
        case "GET", ["rooms", room_id, "bookings"]:
            return 200, [asdict(booking) for booking in store.bookings(_number(room_id))]
        case "POST", ["rooms", room_id, "bookings"]:
            fields = _fields(body)
            title, slot = model.text(fields, "title"), model.slot(fields)
            return 201, asdict(store.book(_number(room_id), title, slot))
        case "DELETE", ["bookings", booking_id]:
            store.cancel(_number(booking_id))
            return 204, None
    raise Refusal(404, "no such page")


def _number(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise Refusal(422, f"{written} is not a number")
    return int(written)


def _fields(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(value, dict):
        raise Refusal(400, "the body is not a JSON object")
    return value
