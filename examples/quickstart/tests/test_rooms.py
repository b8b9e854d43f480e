"""Rooms are added, listed and found."""

import pytest

from roombook.api import answer
from roombook.store import Store
from tests.conftest import Ask


def test_health_names_the_schema(ask: Ask) -> None:
    status, health = ask("GET", "/health")
    assert status == 200
    assert health["status"] == "ok"
    assert health["schema"] >= 3


def test_a_new_room_is_listed(ask: Ask) -> None:
    oak = {"id": 1, "name": "Oak", "seats": 8}
    assert ask("POST", "/rooms", name=" Oak ", seats=8) == (201, oak)
    assert ask("GET", "/rooms") == (200, [oak])


def test_a_name_is_given_once(ask: Ask) -> None:
    ask("POST", "/rooms", name="Oak", seats=8)
    assert ask("POST", "/rooms", name="Oak", seats=2)[0] == 409


def test_rooms_are_found_by_name_and_seats(ask: Ask) -> None:
    for name, seats in [("Oak", 8), ("Soaking pool", 2), ("Elm", 20)]:
        ask("POST", "/rooms", name=name, seats=seats)

    def found(query: str) -> list[str]:
        return [room["name"] for room in ask("GET", f"/rooms?{query}")[1]]

    assert found("name=oak") == ["Oak", "Soaking pool"]
    assert found("seats=8") == ["Elm", "Oak"]
    assert found("name=oak&seats=8") == ["Oak"]
    assert found("name=birch") == []


@pytest.mark.parametrize(
    "fields",
    [{}, {"name": "", "seats": 1}, {"name": "x" * 81, "seats": 1}, {"name": 7, "seats": 1}],
)
def test_a_room_needs_a_name(ask: Ask, fields: dict[str, object]) -> None:
    assert ask("POST", "/rooms", **fields)[0] == 422


@pytest.mark.parametrize("seats", [0, -1, "8", True, 1.5, None])
def test_a_room_needs_seats(ask: Ask, seats: object) -> None:
    assert ask("POST", "/rooms", name="Oak", seats=seats)[0] == 422


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_body_must_be_a_json_object(store: Store, body: bytes) -> None:
    assert answer(store, "POST", "/rooms", body)[0] == 400


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/"), ("GET", "/room"), ("DELETE", "/rooms/1"), ("POST", "/health")],
)
def test_what_is_not_there_is_404(ask: Ask, method: str, target: str) -> None:
    assert ask(method, target)[0] == 404
