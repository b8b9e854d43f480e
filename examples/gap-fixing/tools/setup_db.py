"""Sets up a database from nothing: all migrations in order, then all seeds, on an empty SQLite database.

    python3 tools/setup_db.py [--junit REPORT] [--export FILE]

With --junit each script is a test case of the report; with --export all rows are written as JSON, for the service.
Exits 1 when a script fails or a row refers to nothing; what comes after a script that failed is skipped.
"""

import argparse
import html
import json
import sqlite3
import sys
from pathlib import Path

Result = tuple[str, str, str]


def scripts() -> list[Path]:
    """Migrations and then seeds, each in the order of their numbers."""
    return [*sorted(Path("migrations").glob("*.sql")), *sorted(Path("seeds").glob("*.sql"))]


def set_up(database: sqlite3.Connection) -> list[Result]:
    """Name, outcome and reason of each script, and of the check that comes last."""
    results: list[Result] = []
    found = scripts()
    for place, path in enumerate(found):
        try:
            database.executescript(f"BEGIN;\n{path.read_text('utf-8')}\nCOMMIT;")
            results.append((str(path), "passed", ""))
        except sqlite3.Error as error:
            results.append((str(path), "failed", str(error)))
            rest = [*map(str, found[place + 1 :]), "keys"]
            return results + [(name, "skipped", f"{path} failed") for name in rest]
    orphans = database.execute("PRAGMA foreign_key_check").fetchall()
    wrong = "; ".join(f"row {row} of {table} refers to no row of {parent}" for table, row, parent, _ in orphans)
    return [*results, ("keys", "failed" if wrong else "passed", wrong)]


def export(database: sqlite3.Connection, path: Path) -> None:
    """All rows, by table."""
    database.row_factory = sqlite3.Row
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    rows = {name: [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')] for (name,) in tables.fetchall()}
    path.write_text(json.dumps(rows, indent=1), "utf-8")


def junit(results: list[Result]) -> str:
    """The results as a JUnit report."""

    def case(result: Result) -> str:
        name, outcome, why = result
        inside = "" if outcome == "passed" else f'<{outcome.replace("failed", "failure")} message="{html.escape(why)}"/>'
        return f'  <testcase classname="database" name="{name}">{inside}</testcase>'

    return "\n".join(["<testsuite>", *map(case, results), "</testsuite>", ""])


def main() -> int:
    """0 when everything could be set up."""
    parser = argparse.ArgumentParser(prog="setup_db")
    parser.add_argument("--junit", type=Path, metavar="REPORT")
    parser.add_argument("--export", type=Path, metavar="FILE")
    given = parser.parse_args()
    database = sqlite3.connect(":memory:", isolation_level=None)
    results = set_up(database)
    for name, outcome, why in results:
        print(f"{name}: {why or outcome}")
    if given.junit:
        given.junit.write_text(junit(results), "utf-8")
    whole = all(outcome == "passed" for _, outcome, _ in results)
    if given.export and whole:
        export(database, given.export)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
