"""A store on a server of PostgreSQL: made, migrated, refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, make_url, text

from digest.errors import StoreError
from digest.store import schema
from digest.store.database import get_meta, open_store, put_meta
from digest.store.migrate import alembic_config, upgrade
from digest.store.postgres import PostgresStore
from digest.store.transactions import migrate, revision_of
from tests.support.postgres import Cluster

SHAPE = (
    "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY table_name, column_name",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef",
    "SELECT relname, relpersistence FROM pg_class WHERE relkind = 'r' AND relname IN ('lease', 'delivery') ORDER BY 1",
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT conname, contype FROM pg_constraint JOIN pg_class ON conrelid = pg_class.oid ORDER BY 1",
)


def shape(connection: Connection) -> list[list[tuple[object, ...]]]:
    return [[tuple(row) for row in connection.exec_driver_sql(question)] for question in SHAPE]


def test_a_new_store_is_what_the_migrations_lead_to(cluster: Cluster, tmp_path: Path) -> None:
    engine = create_engine(make_url(cluster.empty()).set(drivername="postgresql+psycopg"))
    bare = PostgresStore(engine, name="bare")
    with bare.write() as connection:
        upgrade(connection)
        bare.finish(connection)
        migrated = shape(connection)
    bare.close()
    store = open_store(cluster.empty(), tmp_path)
    with store.read() as connection:
        made = shape(connection)
    store.close()

    for one, other in zip(made, migrated, strict=True):
        assert one == other
    assert ("lease", "u") in made[2]
    assert {row[4] for row in made[0]} == {None, "C"}


def test_an_older_store_is_migrated_whole_or_not_at_all(cluster: Cluster) -> None:
    engine = create_engine(make_url(cluster.empty()).set(drivername="postgresql+psycopg"))
    store = PostgresStore(engine, name="older")
    with store.write() as connection:
        command.upgrade(alembic_config(connection), "0007")
        connection.execute(text("CREATE TABLE schedule (x integer)"))

    with pytest.raises(Exception, match="already exists"):  # 0008 makes one
        migrate(store)
    with store.write() as connection:
        assert revision_of(connection) == "0007"
        connection.execute(text("DROP TABLE schedule"))
    migrate(store)

    with store.read() as connection:
        assert revision_of(connection) == schema.HEAD
        assert ("lease", "u") in shape(connection)[2]
    store.close()


def test_several_that_open_a_new_store_at_once_make_one(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.empty()
    code = "import sys; from pathlib import Path; from digest.store.database import open_store\n"
    code += "open_store(sys.argv[1], Path(sys.argv[2])).close()"
    opening = [subprocess.Popen([sys.executable, "-c", code, url, str(tmp_path)]) for _ in range(3)]
    assert [one.wait() for one in opening] == [0, 0, 0]


def test_a_store_that_is_not_there_can_be_asked_for_without_making_it(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.empty()
    with pytest.raises(StoreError, match="no store yet"):
        open_store(url, tmp_path, create=False)

    assert cluster.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database=url_name(url)) == []


def url_name(url: str) -> str:
    return make_url(url).database or ""


def test_a_database_of_something_else_is_left_alone(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.empty()
    cluster.execute("CREATE TABLE issue (id integer)", database=url_name(url))
    with pytest.raises(StoreError, match="tables of something else: issue") as caught:
        open_store(url, tmp_path)
    assert "database of its own" in (caught.value.hint or "")

    cluster.execute("CREATE TABLE alembic_version (version_num text)", database=url_name(url))
    cluster.execute("INSERT INTO alembic_version VALUES ('ae1027a6acf3')", database=url_name(url))
    with pytest.raises(StoreError, match="is no store of digest"):
        open_store(url, tmp_path)


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_name_is_refused(cluster: Cluster, tmp_path: Path, encoding: str) -> None:
    how = f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    cluster.execute(f"CREATE DATABASE narrow_{encoding} {how}")
    with pytest.raises(StoreError, match=f"as {encoding}"):
        open_store(cluster.url(f"narrow_{encoding.lower()}"), tmp_path)


def test_a_schema_of_its_own_is_used_and_a_missing_one_named(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.empty()
    elsewhere = f"{url}&options=-csearch_path%3Dletters"
    with pytest.raises(StoreError, match="no schema") as caught:
        open_store(elsewhere, tmp_path)
    assert "CREATE SCHEMA" in (caught.value.hint or "")

    cluster.execute("CREATE SCHEMA letters", database=url_name(url))
    open_store(elsewhere, tmp_path).close()
    open_store(elsewhere, tmp_path, create=False).close()


def test_a_server_that_is_not_there_is_named_and_no_password_shown(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no connection to the store") as caught:
        open_store(f"postgresql://desk:hunter2@/digest?host={tmp_path}", tmp_path)
    assert "hunter2" not in caught.value.message
    assert "is the server running" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("role", "rest", "said", "hint"),
    [
        ("desk", "", "password", "PGPASSWORD"),
        ("digest", "/nowhere", "nowhere", "createdb"),
        ("nobody", "", "nobody", "createuser"),
        ("digest", "&sslmoed=require", "sslmoed", "correct what follows"),
    ],
)
def test_a_server_that_refuses_us_is_told_with_the_next_step(
    cluster: Cluster, tmp_path: Path, role: str, rest: str, said: str, hint: str
) -> None:
    rules = cluster.data / "pg_hba.conf"
    if "desk" not in rules.read_text():
        cluster.execute("CREATE ROLE desk LOGIN PASSWORD 'secret'")
        rules.write_text(f"local all desk scram-sha-256\n{rules.read_text()}")
        cluster.execute("SELECT pg_reload_conf()")
    url = f"postgresql://{role}@{rest if rest.startswith('/') else '/postgres'}?host={cluster.folder}"

    with pytest.raises(StoreError, match=f"no connection to the store: .*{said}") as caught:
        open_store(url + (rest if rest.startswith("&") else ""), tmp_path)
    assert hint in (caught.value.hint or "")


def test_without_psycopg_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="needs psycopg") as caught:
        open_store("postgresql://desk@localhost/digest", tmp_path)
    assert "digest-desk[postgres]" in (caught.value.hint or "")


def test_a_connection_that_was_cut_is_named_and_the_next_one_works(cluster: Cluster, tmp_path: Path) -> None:
    store = open_store(cluster.fresh(), tmp_path)

    def cut_off() -> None:
        with store.write() as connection:
            put_meta(connection, "key", "value")
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            cluster.execute(f"SELECT pg_terminate_backend({pid})")
            put_meta(connection, "other", "value")

    with pytest.raises(StoreError, match="no connection to the store"):
        cut_off()
    with store.read() as connection:
        assert get_meta(connection, "key") is None
    store.close()


def test_a_reading_cannot_write(cluster: Cluster, tmp_path: Path) -> None:
    store = open_store(cluster.fresh(), tmp_path)
    with pytest.raises(StoreError, match="can only be read"), store.read() as connection:
        put_meta(connection, "key", "value")
    store.close()


def test_scrubbing_lets_the_server_clean_up(cluster: Cluster, tmp_path: Path) -> None:
    store = open_store(cluster.fresh(), tmp_path)
    assert store.scrub()
    store.close()
