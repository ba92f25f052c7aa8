"""Sixty documents as real servers sent them, over HTTP: all are stored or named, and asked for politely."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import feedparser
import pytest

from digest.cli.main import run
from tests.support.http import Page, serving
from tests.support.stores import with_store

CORPORA = os.environ.get("DIGEST_CORPORA")
FEEDS = 60
SETTINGS = '[newsletter]\ntitle = "Real"\nfrom = "real@example.org"\n[gather]\nallow_private = true\n'

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not CORPORA, reason="DIGEST_CORPORA does not name the folder of real documents"),
    pytest.mark.usefixtures("in_each_database"),
]


def documents() -> list[bytes]:
    folder = Path(CORPORA or "") / "feeds" / "fastfeedparser-bench"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.read_bytes() for path in paths[:FEEDS]]


def test_sixty_real_feeds_become_an_issue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def digest(*words: str) -> dict[str, Any]:
        capsys.readouterr()
        code = run(["-C", str(tmp_path), "--json", *words])
        out, err = capsys.readouterr()
        assert code == 0, err
        found: dict[str, Any] = json.loads(out)
        return found

    bodies = documents()
    assert len(bodies) == FEEDS
    with serving() as site:
        feeds = ""
        for number, body in enumerate(bodies):
            url = site.add(f"/{number}", Page(body, etag=f'W/"{number}"' if number % 2 else None,
                                              last_modified="Tue, 17 Feb 2026 10:00:00 GMT"))  # fmt: skip
            feeds += f'[[feed]]\nid = "f{number}"\nurl = "{url}"\n'
        (tmp_path / "feeds").mkdir()
        (tmp_path / "feeds" / "feeds.toml").write_text(feeds)
        (tmp_path / "digest.toml").write_text(with_store(tmp_path, SETTINGS))

        built = digest("--now", "2026-02-18T12:00Z", "build")
        status = digest("--now", "2026-02-18T12:00Z", "status")
        first = len(site.requests)
        again = digest("--now", "2026-02-18T14:00Z", "fetch")

        told = {
            f"f{number}": len(feedparser.parse(io.BytesIO(body.lstrip())).entries) for number, body in enumerate(bodies)
        }
        named = {one["id"]: one for one in built["fetch"]["sources"]}
        for name, count in told.items():
            assert named[name]["problems"] or named[name]["entries"] == count, name
        stored = {one["id"]: one["entries"] for one in status["sources"]}
        assert sum(stored.values()) == status["totals"]["seen"]
        for name, count in told.items():
            assert stored.get(name, 0) or named[name]["problems"] or not count, name
        totals = status["totals"]
        assert totals["seen"] == sum(count for state, count in totals.items() if state != "seen")
        assert totals["eligible"] > 0
        assert totals["backlog"] > 0
        assert built["stories"] > 0

        later = site.requests[first:]
        assert first == FEEDS
        assert len(later) == FEEDS
        assert all({"if-none-match", "if-modified-since"} & set(request.headers) for request in later)
        assert [request.sent for request in later] == [0] * FEEDS
        assert {one["outcome"] for one in again["sources"]} <= {"unchanged", "failed"}
        assert again["new"] == again["changed"] == 0
