"""What a room and a booking are, and which requests describe one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

LONGEST_TEXT = 80


class Refusal(Exception):
    """A request that is not carried out; becomes the status and text of the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Room:
    """A room that can be booked."""

    id: int
    name: str
    seats: int


@dataclass(frozen=True)
class Booking:
    """A room taken for a while. Times are the building's own, `2026-03-02T09:00`."""

    id: int
    room_id: int
    title: str
    starts_at: str
    ends_at: str


@dataclass(frozen=True)
class Slot:
    """A half-open span of time: the minute at which it ends is free again."""

    starts_at: str
    ends_at: str

    def overlaps(self, other: "Slot") -> bool:
        """Whether both need the room at the same minute."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def text(fields: dict[str, Any], name: str) -> str:
    """The text field `name`, trimmed, neither empty nor endless."""
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refusal(422, f"{name} must be a text")
    if len(value.strip()) > LONGEST_TEXT:
        raise Refusal(422, f"{name} is longer than {LONGEST_TEXT} characters")
    return value.strip()


def count(fields: dict[str, Any], name: str) -> int:
    """The field `name` as a number above zero."""
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Refusal(422, f"{name} must be a whole number above 0")
    return value


def moment(fields: dict[str, Any], name: str) -> str:
    """The field `name` as a time in the one form that sorts as text."""
    try:
        moment = datetime.strptime(text(fields, name), "%Y-%m-%dT%H:%M")
    except ValueError:
        raise Refusal(422, f"{name} must look like 2026-03-02T09:00") from None
    return moment.isoformat(timespec="minutes")


def slot(fields: dict[str, Any]) -> Slot:
    """The span of time that a request asks for."""
    wanted = Slot(moment(fields, "starts_at"), moment(fields, "ends_at"))
    if wanted.ends_at <= wanted.starts_at:
        raise Refusal(422, "ends_at must be later than starts_at")
    return wanted
