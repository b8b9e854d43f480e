"""Migrations: `NNNN_name.sql` goes up, `NNNN_name.down.sql` goes back.

The number of the last one applied is SQLite's own `user_version`, written in the same
transaction as the change: a migration is there as a whole or not at all.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "migrations"


@dataclass(frozen=True)
class Migration:
    """One step of the schema. `down` is None where nobody wrote the way back."""

    number: int
    name: str
    up: str
    down: str | None


def load(folder: Path = FOLDER) -> list[Migration]:
    """All migrations of a folder, in order."""
    found = []
    for path in sorted(folder.glob("[0-9]*_*.sql")):
        if path.name.endswith(".down.sql"):
            continue
        back = path.with_suffix(".down.sql")
        found.append(
            Migration(
                number=int(path.stem.partition("_")[0]),
                name=path.stem,
                up=path.read_text("utf-8"),
                down=back.read_text("utf-8") if back.exists() else None,
            )
        )
    return found


def version(database: sqlite3.Connection) -> int:
    """The number of the last migration applied; 0 for an empty database."""
    (number,) = database.execute("PRAGMA user_version").fetchone()
    return int(number)


def upgrade(database: sqlite3.Connection, migrations: list[Migration]) -> None:
    """Apply all that are newer than the database."""
    for migration in migrations:
        if migration.number > version(database):
            _run(database, migration.up, migration.number)


def downgrade(database: sqlite3.Connection, migration: Migration) -> None:
    """Take back `migration`, which must be the last one applied."""
    if migration.down is None:
        raise ValueError(f"{migration.name} has no rollback")
    _run(database, migration.down, migration.number - 1)


def _run(database: sqlite3.Connection, sql: str, number: int) -> None:
    try:
        database.executescript(
            f"BEGIN IMMEDIATE;\n{sql}\n; PRAGMA user_version = {number}; COMMIT;"
        )
    except sqlite3.Error:
        if database.in_transaction:
            database.rollback()
        raise
