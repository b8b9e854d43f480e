"""One room, one booking at a time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from roombook.api import Answer
from tests.conftest import Ask


@pytest.fixture
def oak(ask: Ask) -> str:
    """The bookings of a room called Oak."""
    _, room = ask("POST", "/rooms", name="Oak", seats=8)
    return f"/rooms/{room['id']}/bookings"


def book(ask: Ask, bookings: str, start: str, end: str, title: str = "Planning") -> Answer:
    return ask(
        "POST", bookings, title=title, starts_at=f"2026-03-02T{start}", ends_at=f"2026-03-02T{end}"
    )


def test_a_booking_is_listed(ask: Ask, oak: str) -> None:
    status, booking = book(ask, oak, "09:00", "10:00")
    assert status == 201
    assert booking == {
        "id": 1,
        "room_id": 1,
        "title": "Planning",
        "starts_at": "2026-03-02T09:00",
        "ends_at": "2026-03-02T10:00",
    }
    assert ask("GET", oak) == (200, [booking])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("09:00", "10:00"),
        ("09:30", "09:45"),
        ("08:00", "12:00"),
        ("08:30", "09:01"),
        ("09:59", "11:00"),
    ],
)
def test_a_taken_room_is_refused(ask: Ask, oak: str, start: str, end: str) -> None:
    book(ask, oak, "09:00", "10:00")
    refusal = {"error": "taken by Planning until 2026-03-02T10:00"}
    assert book(ask, oak, start, end) == (409, refusal)


@pytest.mark.parametrize(("start", "end"), [("08:00", "09:00"), ("10:00", "11:00")])
def test_bookings_may_touch(ask: Ask, oak: str, start: str, end: str) -> None:
    book(ask, oak, "09:00", "10:00")
    assert book(ask, oak, start, end)[0] == 201


def test_bookings_are_listed_earliest_first(ask: Ask, oak: str) -> None:
    book(ask, oak, "14:00", "15:00", "Late")
    book(ask, oak, "08:00", "09:00", "Early")
    assert [booking["title"] for booking in ask("GET", oak)[1]] == ["Early", "Late"]


def test_another_room_is_free(ask: Ask, oak: str) -> None:
    book(ask, oak, "09:00", "10:00")
    ask("POST", "/rooms", name="Elm", seats=4)
    assert book(ask, "/rooms/2/bookings", "09:00", "10:00")[0] == 201


def test_a_cancelled_booking_frees_the_room(ask: Ask, oak: str) -> None:
    book(ask, oak, "09:00", "10:00")
    assert ask("DELETE", "/bookings/1") == (204, None)
    assert ask("GET", oak) == (200, [])
    assert book(ask, oak, "09:00", "10:00")[0] == 201


def test_a_booking_is_cancelled_once(ask: Ask, oak: str) -> None:
    book(ask, oak, "09:00", "10:00")
    ask("DELETE", "/bookings/1")
    assert ask("DELETE", "/bookings/1")[0] == 404


def test_a_room_that_is_not_there_cannot_be_booked(ask: Ask) -> None:
    assert book(ask, "/rooms/7/bookings", "09:00", "10:00") == (404, {"error": "no room 7"})
    assert ask("GET", "/rooms/7/bookings")[0] == 404


@pytest.mark.parametrize("room", ["oak", "-1", "1.0", "9" * 40, "%31"])
def test_a_room_has_a_number(ask: Ask, room: str) -> None:
    assert ask("GET", f"/rooms/{room}/bookings")[0] == 422


@pytest.mark.parametrize(
    ("start", "end"), [("10:00", "09:00"), ("09:00", "09:00"), ("9", "10:00"), ("09:00", "25:00")]
)
def test_a_booking_needs_a_span_of_time(ask: Ask, oak: str, start: str, end: str) -> None:
    assert book(ask, oak, start, end)[0] == 422


def test_times_are_kept_in_the_form_that_sorts(ask: Ask, oak: str) -> None:
    book(ask, oak, "9:5", "10:00")
    assert ask("GET", oak)[1][0]["starts_at"] == "2026-03-02T09:05"


def test_of_many_requests_for_one_slot_one_wins(ask: Ask, oak: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: book(ask, oak, "09:00", "10:00")[0], range(8))
        assert sorted(answers) == [201] + [409] * 7
