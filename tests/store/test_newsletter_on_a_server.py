"""A whole newsletter whose store is a database of PostgreSQL: the verbs know no difference, but for copies of it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import make_url

from digest.errors import StoreError
from digest.store.database import open_store
from tests.support.cli import digest, digest_process
from tests.support.postgres import PASSWORD, Cluster, free_port, running
from tests.support.project import CONFIG, NEXT_WEEK, NOW, make_project


@pytest.fixture
def root(cluster: Cluster, tmp_path: Path) -> Path:
    return make_project(tmp_path, config=f'{CONFIG}\n[store]\nurl = "{cluster.empty()}"\n')


def test_a_week_from_fetching_to_the_pages_and_the_week_after(root: Path) -> None:
    for verb in (["fetch"], ["draft"], ["approve", "--by", "Ines"], ["publish"]):
        ran = digest(*verb, root=root, now=NOW)
        assert ran.code == 0, ran.err
    assert not (root / "state" / "digest.db").exists()

    found = digest("search", "wind", "cable", "--json", root=root).json
    assert [(hit["state"], hit["issue"]) for hit in found["hits"]] == [("printed", "2026-W47")]
    assert "2026-W47" in digest("why", "cable", root=root).out
    assert digest("status", "--json", root=root, now=NOW).code == 0
    again = digest("draft", root=root, now=NEXT_WEEK)
    assert again.code == 0, again.err
    assert "2026-W48" in again.out + again.err


def test_people_come_and_are_forgotten(root: Path) -> None:
    assert digest("subscribers", "add", "ada@readers.example", root=root, now=NOW).code == 0
    forgotten = digest("forget", "ada@readers.example", "--json", root=root, now=NOW)
    assert (forgotten.json["subscriber"], forgotten.json["scrubbed"]) == (True, True)


@pytest.mark.parametrize("verb", [["backup"], ["restore-backup", "copy.db", "--yes"]])
def test_copies_are_the_business_of_its_keeper(root: Path, verb: list[str]) -> None:
    assert digest("fetch", root=root, now=NOW).code == 0
    (root / "copy.db").write_bytes(b"")
    refused = digest(*verb, root=root, now=NOW)
    assert refused.code == 1
    assert "pg_dump" in refused.err


def test_by_tcp_a_password_is_needed_and_nobody_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from the environment; of digest.toml it is refused. Neither digest nor the server's log repeats one."""
    typed = "guess/ed: 8"
    with running(port=free_port()) as server:
        database = make_url(server.empty()).database or ""
        address = f"postgresql://digest@127.0.0.1:{server.port}/{database}"
        root = make_project(tmp_path, config=f'{CONFIG}\n[store]\nurl = "{address}"\n')
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        told = [digest_process(*verb, "--now", NOW, "-v", cwd=root) for verb in (["fetch"], ["status", "--json"])]
        assert [one.code for one in told] == [0, 0], told
        assert server.execute("SELECT count(*) FROM entry", database=database) == [(3,)]
        open_store(server.loopback(database), root).close()

        monkeypatch.setenv("PGPASSWORD", typed)
        told += [wrong := digest_process("status", "-v", cwd=root)]
        monkeypatch.delenv("PGPASSWORD")
        told += [none := digest_process("status", "-v", cwd=root)]
        for refused, said in ((wrong, "password authentication failed"), (none, "no password supplied")):
            assert refused.code == 1
            assert said in refused.err
            assert "PGPASSWORD" in refused.err
        with pytest.raises(StoreError, match=re.escape(f"digest:***@127.0.0.1:{server.port}/{database}")):
            open_store(server.loopback(database, password=typed), root)

        make_project(root, config=f'{CONFIG}\n[store]\nurl = "{server.loopback(database)}"\n')
        told += [written := digest_process("status", "-v", cwd=root)]
        assert (written.code, "holds a password" in written.err) == (2, True)
        logged = (server.folder / "log").read_text()
    secrets = {spelt for one in (PASSWORD, typed) for spelt in (one, quote(one), quote(one, safe=""))}
    everything = [logged, *(ran.out + ran.err for ran in told)]
    assert [one for one in secrets for text in everything if one in text] == []
