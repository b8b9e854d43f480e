"""What the tests share: a store of its own for each test, in a folder that goes away."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from roombook.api import Answer, answer
from roombook.store import Store

Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema and no rows, made once and copied for each test."""
    path = tmp_path_factory.mktemp("empty") / "roombook.db"
    Store(path).upgrade()
    return path


@pytest.fixture
def store(empty: Path, tmp_path: Path) -> Store:
    """An empty store."""
    return Store(Path(shutil.copy(empty, tmp_path)))


@pytest.fixture
def ask(store: Store) -> Ask:
    """Puts a request to the service, no socket between: `ask("POST", "/rooms", name="Oak")`."""

    def ask(method: str, target: str, **fields: Any) -> Answer:
        return answer(store, method, target, json.dumps(fields).encode())

    return ask
