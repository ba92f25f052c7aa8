"""Where the stores of tests are: in SQLite, unless the test asks to run in each kind of database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest.store.database import Store, open_store
from tests.support.postgres import Cluster

SQLITE = "sqlite:///state/digest.db"
_server: Cluster | None = None  # where new stores are made; None: each in its folder
_made: dict[Path, str] = {}


def store_url(root: Path) -> str:
    """The address of the store of the newsletter in a folder; the same for as long as the kind of database is."""
    if _server is None:
        return SQLITE
    root = root.resolve()
    if root not in _made:
        _made[root] = _server.fresh()
    return _made[root]


def with_store(root: Path, config: str) -> str:
    """A digest.toml that names the store of its folder, unless it names one."""
    if _server is None or "\n[store]" in config:
        return config
    return f'{config}\n[store]\nurl = "{store_url(root)}"\n'


def copied(source: Path, target: Path) -> Path:
    """Copy a newsletter, with all that digest remembers of it."""
    shutil.copytree(source, target)
    if _server is not None:
        old = store_url(source)
        new = _made[target.resolve()] = _server.copy(old)
        config = target / "digest.toml"
        config.write_text(config.read_text("utf-8").replace(old, new), "utf-8")
    return target


def lose_store(root: Path) -> None:
    """Take away all that digest remembers of a newsletter."""
    shutil.rmtree(root / "state")
    if _server is not None:
        _server.clear(store_url(root))


@contextmanager
def stores_on(server: Cluster) -> Iterator[None]:
    """Make the stores on a server, until the end of the block; then they are gone."""
    global _server  # noqa: PLW0603  who makes a newsletter does not know for whom
    _server = server
    try:
        yield
    finally:
        _server = None
        for url in _made.values():
            server.drop(url)
        _made.clear()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of database; for fixtures of a module that make stores. Tests ask for ``in_each_database``.

    A test of one kind only: ``@pytest.mark.parametrize("database", ["sqlite"], indirect=True)``.
    """
    kind: str = request.param
    if kind == "sqlite":
        yield kind
    else:
        with stores_on(request.getfixturevalue("cluster")):
            yield kind


@pytest.fixture(autouse=True)
def in_sqlite_unless_asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind of database of a module holds for none of its tests that does not ask for it."""
    if "in_each_database" not in request.fixturenames:
        monkeypatch.setattr("tests.support.stores._server", None)


@pytest.fixture
def in_each_database(database: str, tmp_path: Path) -> Iterator[None]:
    """Run the test once in each kind of database: what ``make_project`` and ``store_url`` make is there."""
    yield
    if database != "sqlite":
        strays = [str(path) for path in tmp_path.rglob("digest.db")]
        assert not strays, "a test that is to run on a server wrote digest.toml without its store: see with_store"


@pytest.fixture
def store(in_each_database: None, tmp_path: Path) -> Iterator[Store]:  # noqa: ARG001  it says where stores are
    """A new store, once in each kind of database."""
    opened = open_store(store_url(tmp_path), tmp_path)
    yield opened
    opened.close()
