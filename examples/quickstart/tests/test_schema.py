"""Databases of every age come to the newest schema; the check of the migrations checks."""

from pathlib import Path

import pytest

from roombook import schema
from roombook.store import Store
from tools.check_migrations import check_all


def test_upgrade_starts_where_the_database_is(tmp_path: Path) -> None:
    store = Store(tmp_path / "old.db")
    with store.connect() as database:
        schema.upgrade(database, schema.load()[:1])
    assert store.version() == 1
    store.upgrade()
    store.upgrade()
    assert store.version() == len(schema.load())


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "new.db")
    broken = schema.Migration(1, "0001_x", "CREATE TABLE x (y); CREATE TABLE x (y);", None)
    with store.connect() as database:
        with pytest.raises(Exception, match="already exists"):
            schema.upgrade(database, [broken])
        assert database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    assert store.version() == 0


def test_a_rollback_that_is_not_there_cannot_run(store: Store) -> None:
    with store.connect() as database, pytest.raises(ValueError, match="no rollback"):
        schema.downgrade(database, schema.Migration(9, "0009_x", "", None))


FIRST = "CREATE TABLE t (a TEXT NOT NULL, b INTEGER);"
INDEX = "CREATE INDEX t_b ON t (b);"


@pytest.mark.parametrize(
    ("up", "down", "failed"),
    [
        (INDEX, "DROP INDEX t_b;", {}),
        (INDEX, None, {"has a rollback": "0002_two.down.sql is missing"}),
        (
            "ALTER TABLE t ADD COLUMN c TEXT; " + INDEX,
            "ALTER TABLE t DROP COLUMN c;",
            {
                "rollback restores the schema exactly": "index t_b is left behind",
                "up again equals up once": "index t_b already exists",
            },
        ),
        (
            "DELETE FROM t; " + INDEX,
            "DROP INDEX t_b;",
            {"seeded rows survive up": "t had 2, has 0"},
        ),
        (INDEX, "DROP INDEX t_b; DELETE FROM t;", {"seeded rows survive rollback": "t had 2"}),
        ("CREATE TABLE", "", {"applies on an empty database": "syntax error"}),
    ],
)
def test_the_check_names_what_is_wrong(
    tmp_path: Path, up: str, down: str | None, failed: dict[str, str]
) -> None:
    files = {"0001_one.sql": FIRST, "0001_one.down.sql": "DROP TABLE t;", "0002_two.sql": up}
    if down is not None:
        files["0002_two.down.sql"] = down
    files["seeds/0001.sql"] = "INSERT INTO t VALUES ('x', 1), ('y', NULL);"
    (tmp_path / "seeds").mkdir()
    for name, sql in files.items():
        (tmp_path / name).write_text(sql)
    found = {
        result.check: result.reason for result in check_all(tmp_path) if result.outcome == "failed"
    }
    for check, reason in failed.items():
        assert reason in found[check]
    assert bool(found) == bool(failed)
