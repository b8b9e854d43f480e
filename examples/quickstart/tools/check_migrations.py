"""Takes each migration up, down and up again on throw-away SQLite databases.

    python -m tools.check_migrations [--junit REPORT] [FOLDER]

FOLDER holds `NNNN_name.sql`, `NNNN_name.down.sql` and, below `seeds/`, `NNNN.sql`: rows such as
the service holds once it has come to that number. Exits 1 when a check fails.
"""

import argparse
import html
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from roombook import schema
from roombook.schema import Migration

NAME = re.compile(r"\d{4}_[a-z0-9_]+")
TRANSACTION = re.compile(r"^\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT)\b[^;]*;", re.I | re.M)

Schema = dict[str, str]
Rows = dict[str, list[tuple[object, ...]]]
Columns = dict[str, list[str]]


class Wrong(Exception):
    """What a check found."""


@dataclass(frozen=True)
class Result:
    """One check of one migration: `passed`, `failed` or `skipped` and why."""

    migration: str
    check: str
    outcome: str
    reason: str = ""


def read_schema(database: sqlite3.Connection) -> Schema:
    """Every object by its name: tables, columns, keys, indexes, views, triggers."""
    found: Schema = {}
    objects = database.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    for kind, name, sql in objects:
        found[f"{kind} {name}"] = " ".join((sql or "").split())
        if kind not in ("table", "view"):
            continue
        for column in database.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)):
            found[f"column {name}.{column[1]}"] = repr(column)
        for key in database.execute("SELECT * FROM pragma_foreign_key_list(?)", (name,)):
            found[f"foreign key {name} #{key[0]}.{key[1]}"] = repr(key)
        for index in database.execute("SELECT * FROM pragma_index_list(?)", (name,)):
            parts = database.execute("SELECT * FROM pragma_index_xinfo(?)", (index[1],)).fetchall()
            found[f"index {index[1]} on {name}"] = repr((index[2:], parts))
    return found


def same_schema(before: Schema, after: Schema) -> None:
    """Raise with every object that is not as it was."""
    differences = [f"{name} is missing" for name in before if name not in after]
    differences += [f"{name} is left behind" for name in after if name not in before]
    differences += [
        f"{name} was {text} and is {after[name]}"
        for name, text in before.items()
        if after.get(name, text) != text
    ]
    if differences:
        raise Wrong("; ".join(sorted(differences)))


def read_columns(database: sqlite3.Connection) -> Columns:
    """The tables and the names of their columns."""
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    columns: Columns = {}
    for (table,) in tables:
        names = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
        columns[table] = [name for (name,) in names]
    return columns


def read_rows(database: sqlite3.Connection, columns: Columns) -> Rows:
    """All rows, in the columns given: a new column does not make an old row another one."""
    rows: Rows = {}
    for table, names in columns.items():
        chosen = ", ".join(quoted(name) for name in names)
        rows[table] = sorted(database.execute(f"SELECT {chosen} FROM {quoted(table)}"), key=repr)
    return rows


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def same_rows(database: sqlite3.Connection, before: Rows, columns: Columns) -> None:
    """Raise with every table whose rows are not as they were."""
    try:
        after = read_rows(database, columns)
    except sqlite3.OperationalError as error:
        raise Wrong(f"rows lost: {error}") from None
    changed = [
        f"{table} had {len(rows)}, has {len(after[table])}"
        for table, rows in before.items()
        if rows != after[table]
    ]
    if changed:
        raise Wrong(f"rows lost or changed: {'; '.join(changed)}")
    if orphans := database.execute("PRAGMA foreign_key_check").fetchall():
        raise Wrong(f"rows that refer to nothing: {orphans}")


class Round:
    """One migration, the ones before it, and the checks."""

    def __init__(self, folder: Path, migrations: list[Migration], place: int) -> None:
        self.folder = folder
        self.earlier = migrations[:place]
        self.migration = migrations[place]

    def before(self, *, seeded: bool = False) -> closing[sqlite3.Connection]:
        """A new database as the migrations before this one leave it."""
        database = sqlite3.connect(":memory:", isolation_level=None)
        for earlier in self.earlier:
            schema.upgrade(database, [earlier])
            if seeded:
                self.seed(database, earlier)
        return closing(database)

    def seed(self, database: sqlite3.Connection, migration: Migration) -> None:
        """Add the rows that belong to a migration."""
        seeds = self.folder / "seeds" / f"{migration.number:04}.sql"
        if seeds.exists():
            database.executescript(seeds.read_text("utf-8"))

    def up(self, database: sqlite3.Connection) -> None:
        """This migration."""
        schema.upgrade(database, [self.migration])

    def down(self, database: sqlite3.Connection) -> None:
        """This migration, taken back."""
        schema.downgrade(database, self.migration)

    def well_formed(self) -> None:
        """File names and contents that make an order."""
        if not NAME.fullmatch(self.migration.name):
            raise Wrong(f"{self.migration.name}.sql is not NNNN_name.sql")
        expected = len(self.earlier) + 1
        if self.migration.number != expected:
            raise Wrong(f"number {self.migration.number:04} where {expected:04} is next")
        for sql in filter(None, (self.migration.up, self.migration.down)):
            if not sqlite3.complete_statement(sql):
                raise Wrong("a file's last statement is not finished")
            if TRANSACTION.search(sql):
                raise Wrong("a file begins or ends a transaction; the service does that")

    def applies(self) -> None:
        """Nothing but this folder is needed."""
        with self.before() as database:
            before = read_schema(database)
            self.up(database)
            if read_schema(database) == before:
                raise Wrong("it changes nothing")

    def rows_survive_up(self) -> None:
        """Rows from before are the same after."""
        with self.before(seeded=True) as database:
            columns = read_columns(database)
            before = read_rows(database, columns)
            if self.earlier and not any(before.values()):
                raise Wrong("no rows to try it with: seed the migrations before it")
            self.up(database)
            same_rows(database, before, columns)

    def has_rollback(self) -> None:
        """The way back was written."""
        if self.migration.down is None:
            raise Wrong(f"{self.migration.name}.down.sql is missing")

    def rollback_restores_schema(self) -> None:
        """Object by object."""
        with self.before() as database:
            before = read_schema(database)
            self.up(database)
            self.down(database)
            same_schema(before, read_schema(database))

    def up_again_equals_up_once(self) -> None:
        """Down leaves nothing that up stumbles over."""
        with self.before() as database:
            self.up(database)
            once = read_schema(database)
            self.down(database)
            self.up(database)
            same_schema(once, read_schema(database))

    def rows_survive_rollback(self) -> None:
        """Rows from before are the same after up, new rows, and down."""
        with self.before(seeded=True) as database:
            columns = read_columns(database)
            self.up(database)
            self.seed(database, self.migration)
            before = read_rows(database, columns)
            self.down(database)
            same_rows(database, before, columns)


# Each check with the one that it rests on: what rests on a failed check is skipped, not guessed.
APPLIES, ROLLBACK = "applies on an empty database", "has a rollback"
CHECKS: list[tuple[str, Callable[[Round], None], str | None]] = [
    ("is well-formed and in order", Round.well_formed, None),
    (APPLIES, Round.applies, None),
    ("seeded rows survive up", Round.rows_survive_up, APPLIES),
    (ROLLBACK, Round.has_rollback, APPLIES),
    ("rollback restores the schema exactly", Round.rollback_restores_schema, ROLLBACK),
    ("up again equals up once", Round.up_again_equals_up_once, ROLLBACK),
    ("seeded rows survive rollback", Round.rows_survive_rollback, ROLLBACK),
]


def check_one(subject: Round) -> list[Result]:
    """All checks of one migration."""
    name = subject.migration.name
    results: list[Result] = []
    unmet: set[str] = set()
    for check, judge, rests_on in CHECKS:
        if rests_on in unmet:
            unmet.add(check)
            results.append(Result(name, check, "skipped", f"rests on `{rests_on}`"))
            continue
        try:
            judge(subject)
        except (Wrong, sqlite3.Error) as error:
            unmet.add(check)
            results.append(Result(name, check, "failed", str(error)))
        else:
            results.append(Result(name, check, "passed"))
    return results


def check_all(folder: Path) -> list[Result]:
    """The checks of all migrations of a folder, up to the first that does not apply."""
    migrations = schema.load(folder)
    results: list[Result] = []
    for place in range(len(migrations)):
        found = check_one(Round(folder, migrations, place))
        results += found
        if any(result.check == APPLIES and result.outcome == "failed" for result in found):
            break
    known = {migration.name for migration in migrations}
    for path in sorted(folder.glob("*.sql")):
        name = path.name.removesuffix(".down.sql").removesuffix(".sql")
        if name not in known:
            reason = f"{path.name} is no migration, nor the rollback of one"
            results.append(Result(name, "belongs to a migration", "failed", reason))
    return results


def junit(results: list[Result]) -> str:
    """The results as a JUnit report."""

    def case(result: Result) -> str:
        place = f'classname="{html.escape(result.migration)}" name="{html.escape(result.check)}"'
        reason = html.escape(result.reason)
        if result.outcome == "failed":
            return f'  <testcase {place}><failure message="{reason}"/></testcase>'
        if result.outcome == "skipped":
            return f'  <testcase {place}><skipped message="{reason}"/></testcase>'
        return f"  <testcase {place}/>"

    def count(outcome: str) -> int:
        return sum(result.outcome == outcome for result in results)

    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuite name="migrations" tests="{len(results)}" failures="{count("failed")}"'
        f' errors="0" skipped="{count("skipped")}">',
        *map(case, results),
        "</testsuite>",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """0 when all checks pass."""
    parser = argparse.ArgumentParser(prog="check_migrations")
    parser.add_argument("--junit", type=Path, metavar="REPORT")
    parser.add_argument("folder", type=Path, nargs="?", default=schema.FOLDER)
    given = parser.parse_args()
    results = check_all(given.folder)
    for result in results:
        mark = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip"}[result.outcome]
        reason = f": {result.reason}" if result.reason else ""
        print(f"{mark} {result.migration}: {result.check}{reason}")
    if given.junit:
        given.junit.parent.mkdir(parents=True, exist_ok=True)
        given.junit.write_text(junit(results), "utf-8")
    passed = sum(result.outcome == "passed" for result in results)
    print(f"{passed} of {len(results)} checks passed")
    return 0 if results and passed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
