"""The database: every statement of the service is in this file."""

import sqlite3
from contextlib import closing
from pathlib import Path

from roombook import schema
from roombook.model import Booking, Refusal, Room, Slot


class Store:
    """The rooms and bookings of one database file. Safe to share: each call connects anew."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def connect(self) -> "closing[sqlite3.Connection]":
        """A connection that closes itself; changes count at once, transactions are explicit."""
        database = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        database.execute("PRAGMA foreign_keys = ON")
        return closing(database)

    def upgrade(self) -> None:
        """Bring the database to the newest schema."""
        with self.connect() as database:
            schema.upgrade(database, schema.load())

    def version(self) -> int:
        """The schema's number."""
        with self.connect() as database:
            return schema.version(database)

    def rooms(self, name: str = "", seats: int = 1) -> list[Room]:
        """Rooms that hold `name` in their name and have at least `seats` seats."""
        with self.connect() as database:
            found = database.execute(
                "SELECT id, name, seats FROM rooms"
                " WHERE instr(lower(name), lower(?)) > 0 AND seats >= ? ORDER BY name",
                (name, seats),
            )
            return [Room(*row) for row in found]

    def add_room(self, name: str, seats: int) -> Room:
        """A new room; its name must be free."""
        with self.connect() as database:
            try:
                row = database.execute(
                    "INSERT INTO rooms (name, seats) VALUES (?, ?) RETURNING id, name, seats",
                    (name, seats),
                ).fetchone()
            except sqlite3.IntegrityError:
                raise Refusal(409, f"there is a room {name} already") from None
            return Room(*row)

    def bookings(self, room_id: int) -> list[Booking]:
        """The bookings of a room that are not cancelled, earliest first."""
        with self.connect() as database:
            _require_room(database, room_id)
            return _standing(database, room_id)

    def book(self, room_id: int, title: str, wanted: Slot) -> Booking:
        """Take the room, unless somebody else has it at that time."""
        with self.connect() as database:
            # Look and write in one go: of two requests for one slot, one must see the other.
            database.execute("BEGIN IMMEDIATE")
            _require_room(database, room_id)
            for other in _standing(database, room_id):
                if wanted.overlaps(Slot(other.starts_at, other.ends_at)):
                    raise Refusal(409, f"taken by {other.title} until {other.ends_at}")
            row = database.execute(
                "INSERT INTO bookings (room_id, title, starts_at, ends_at) VALUES (?, ?, ?, ?)"
                " RETURNING id, room_id, title, starts_at, ends_at",
                (room_id, title, wanted.starts_at, wanted.ends_at),
            ).fetchone()
            database.execute("COMMIT")
            return Booking(*row)

    def cancel(self, booking_id: int) -> None:
        """Give the room back; the booking stays on record."""
        with self.connect() as database:
            changed = database.execute(
                "UPDATE bookings SET cancelled_at = datetime('now')"
                " WHERE id = ? AND cancelled_at IS NULL",
                (booking_id,),
            )
            if changed.rowcount == 0:
                raise Refusal(404, f"no booking {booking_id}")


def _require_room(database: sqlite3.Connection, room_id: int) -> None:
    if database.execute("SELECT 1 FROM rooms WHERE id = ?", (room_id,)).fetchone() is None:
        raise Refusal(404, f"no room {room_id}")


def _standing(database: sqlite3.Connection, room_id: int) -> list[Booking]:
    found = database.execute(
        "SELECT id, room_id, title, starts_at, ends_at FROM standing_bookings"
        " WHERE room_id = ? ORDER BY starts_at",
        (room_id,),
    )
    return [Booking(*row) for row in found]
