"""Takes the newest migration up, down and up again on a throw-away SQLite database, and compares.

    python3 tools/check_migration.py --junit REPORT [FOLDER]

FOLDER holds `NNNN_name.sql` and `NNNN_name_ROLLBACK.sql`. Those before the newest make the database that it is tried
on, with the rows that they insert. Each check is a test case of the report; exits 1 when one fails.
"""

import argparse
import html
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

Schema = dict[str, str]


class Wrong(Exception):
    """What a check found."""


def schema(database: sqlite3.Connection) -> Schema:
    """Every object by its name, with its text; names in the text are without the quotes that a rename adds."""
    rows = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
    return {f"{kind} {name}": " ".join((sql or "").replace('"', "").split()) for kind, name, sql in rows}


def rows(database: sqlite3.Connection, tables: list[str]) -> dict[str, list[tuple[object, ...]]]:
    """All rows of some tables."""
    return {table: sorted(database.execute(f'SELECT * FROM "{table}"'), key=repr) for table in tables}


def same(before: Schema, after: Schema) -> None:
    """Raise with every object that is not as it was."""
    found = [f"{name} is missing" for name in before if name not in after]
    found += [f"{name} is left behind" for name in after if name not in before]
    found += [f"{name} differs" for name in before if name in after and before[name] != after[name]]
    if found:
        raise Wrong("; ".join(sorted(found)))


class Trial:
    """The database, and what is known of it after each step."""

    def __init__(self, folder: Path) -> None:
        ups = sorted(path for path in folder.glob("[0-9]*.sql") if not path.stem.endswith("_ROLLBACK"))
        self.up, self.down = ups[-1], ups[-1].with_name(f"{ups[-1].stem}_ROLLBACK.sql")
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.execute("PRAGMA foreign_keys = ON")
        for earlier in ups[:-1]:
            self.database.executescript(earlier.read_text("utf-8"))
        self.before = schema(self.database)
        self.tables = [name.removeprefix("table ") for name in self.before if name.startswith("table ")]
        self.rows = rows(self.database, self.tables)
        self.once: Schema = {}

    def run(self, script: Path) -> None:
        """One script in one transaction."""
        try:
            self.database.executescript(f"BEGIN;\n{script.read_text('utf-8')}\nCOMMIT;")
        except (OSError, sqlite3.Error) as error:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            raise Wrong(f"{script.name}: {error}") from None

    def applies(self) -> None:
        """It runs, changes something, and leaves the rows alone."""
        self.run(self.up)
        self.once = schema(self.database)
        if self.once == self.before:
            raise Wrong(f"{self.up.name} changes nothing")
        self.rows_are_there()

    def rolls_back(self) -> None:
        """The way back runs."""
        self.run(self.down)
        self.rows_are_there()

    def schema_is_as_before(self) -> None:
        """Object by object."""
        same(self.before, schema(self.database))

    def applies_again(self) -> None:
        """Nothing is left that it stumbles over."""
        self.run(self.up)
        same(self.once, schema(self.database))
        self.rows_are_there()

    def rows_are_there(self) -> None:
        """The rows from before, unchanged, and none that refers to nothing."""
        found = rows(self.database, self.tables)
        lost = [table for table in self.tables if found[table] != self.rows[table]]
        orphans = self.database.execute("PRAGMA foreign_key_check").fetchall()
        if lost or orphans:
            raise Wrong(f"rows changed in {', '.join(lost)}; {len(orphans)} refer to nothing")


CHECKS: list[tuple[str, Callable[[Trial], None]]] = [
    ("applies", Trial.applies),
    ("rolls back", Trial.rolls_back),
    ("schema is as before", Trial.schema_is_as_before),
    ("applies again", Trial.applies_again),
]


def check(folder: Path) -> list[tuple[str, str, str]]:
    """Name of the migration, check, and what is wrong; all checks, also after one that fails."""
    trial = Trial(folder)
    results = []
    for name, judge in CHECKS:
        try:
            judge(trial)
            results.append((trial.up.stem, name, ""))
        except Wrong as wrong:
            results.append((trial.up.stem, name, str(wrong)))
    return results


def junit(results: list[tuple[str, str, str]]) -> str:
    """The results as a JUnit report."""
    failed = sum(bool(wrong) for _, _, wrong in results)
    lines = [f'<testsuite name="migration" tests="{len(results)}" failures="{failed}" errors="0">']
    for migration, name, wrong in results:
        failure = f'<failure message="{html.escape(wrong)}"/>' if wrong else ""
        lines.append(f'  <testcase classname="{migration}" name="{name}">{failure}</testcase>')
    return "\n".join([*lines, "</testsuite>", ""])


def main() -> int:
    """0 when all checks pass."""
    parser = argparse.ArgumentParser(prog="check_migration")
    parser.add_argument("--junit", type=Path, required=True, metavar="REPORT")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("migrations"))
    given = parser.parse_args()
    results = check(given.folder)
    for migration, name, wrong in results:
        print(f"{migration}: {name}: {wrong or 'ok'}")
    given.junit.write_text(junit(results), "utf-8")
    return 1 if any(wrong for _, _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main())
