"""The benchmark runs and says what it is asked for. How fast anything is, no test says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import feedparser
import pytest

from tests.bench.ingesting.bodies import find_bodies, share_out, with_new_item
from tests.support.project import item, rss

ROOT = Path(__file__).parents[1]
PROMISED = {
    "poll_304_vs_reader", "poll_new_vs_reader", "first_run_vs_reader", "parse_vs_feedparser", "poll_304_s", "rss_mb",
    "reader_rss_mb",
}  # fmt: skip
LONG = "The council met on Tuesday and put off the tram line once more. " * 12

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Notes</title><id>urn:harbour</id>
<updated>2026-11-17T09:00:00Z</updated>
<entry><title type="html"><![CDATA[Dredging begins]]></title><id>urn:harbour:2</id>
<updated>2026-11-17T09:00:00Z</updated>
<link rel="alternate" href="https://harbour.example/2"/><content type="html">&lt;p&gt;{LONG}&lt;/p&gt;</content></entry>
<entry><title>Pilots wanted</title><id>urn:harbour:1</id>
<updated>2026-11-10T09:00:00Z</updated>
<link rel="alternate" href="https://harbour.example/1"/><content type="html">&lt;p&gt;{LONG}&lt;/p&gt;</content></entry>
</feed>"""
RDF = f"""<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel rdf:about="https://mill.example/"><title>Mill</title><link>https://mill.example/</link>
<items><rdf:Seq><rdf:li rdf:resource="https://mill.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://mill.example/1"><title>New wheel</title><link>https://mill.example/1</link>
<description>{LONG * 3}</description></item></rdf:RDF>"""
RSS = rss(
    item("Tram line put off", "https://tram.example/1", text=LONG),
    item("New depot", "https://tram.example/2", text=LONG),
)
BUILT = RSS.replace("<link>", "<lastBuildDate>Tue, 17 Nov 2026 09:00:00 GMT</lastBuildDate><link>", 1)
DOCUMENTS = {"atom": ATOM, "rdf": RDF, "rss": RSS, "built": BUILT}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_gets_one_new_item_before_the_others_which_stay(name: str) -> None:
    body = DOCUMENTS[name].encode()
    later = with_new_item(body)
    assert later is not None
    before, after = feedparser.parse(body).entries, feedparser.parse(later).entries

    assert not feedparser.parse(later).bozo
    assert after[1:] == before
    new, first = after[0], before[0]
    assert new.title == f"New: {first.title}"
    assert (new.link, new.get("id")) not in {(entry.link, entry.get("id")) for entry in before}
    assert new.get("id", new.link) not in {entry.get("id", entry.link) for entry in before}
    assert new.summary == first.summary


def test_the_date_of_the_document_moves() -> None:
    assert b"<lastBuildDate>Tue, 17 Nov 2026 09:00:59 GMT</lastBuildDate>" in (with_new_item(BUILT.encode()) or b"")
    assert b"<updated>2026-11-17T09:00:59Z</updated>" in (with_new_item(ATOM.encode()) or b"")


def test_a_document_without_items_to_copy_has_no_new_one() -> None:
    assert with_new_item(rss().encode()) is None
    assert with_new_item(b"<rss><channel><item><description>Nameless</description></item></channel></rss>") is None


def test_bodies_are_found_below_a_folder_once_and_small_ones_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "one.xml").write_text(ATOM, "utf-8")
    (tmp_path / "deep" / "er" / "again").write_text(ATOM, "utf-8")
    (tmp_path / "deep" / "two").write_text(RDF, "utf-8")
    (tmp_path / "small.xml").write_text(rss(), "utf-8")
    (tmp_path / "page.html").write_text(f"<html>{LONG * 9}</html>", "utf-8")

    assert {path.read_text("utf-8") for path in find_bodies([tmp_path])} == {ATOM, RDF}
    assert len(find_bodies([tmp_path, tmp_path])) == 2


def test_every_body_is_served_about_as_often(tmp_path: Path) -> None:
    bodies = [tmp_path / str(number) for number in range(4)]

    assert share_out(bodies, 10) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    assert share_out(bodies, 2) == [0, 2]


def run(*arguments: str, corpora: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DIGEST_CORPORA"}
    if corpora:
        environment["DIGEST_CORPORA"] = corpora
    command = [sys.executable, str(ROOT / "tests" / "bench" / "ingest.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)


def test_without_bodies_it_says_how_to_get_some(tmp_path: Path) -> None:
    done = run()
    assert (done.returncode, done.stdout) == (2, "")
    assert "DIGEST_CORPORA" in done.stderr
    assert "--bodies" in done.stderr

    done = run("--bodies", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert str(tmp_path) in done.stderr


@pytest.mark.long
def test_the_benchmark_runs_and_prints_the_numbers_that_were_promised(tmp_path: Path) -> None:
    pytest.importorskip("reader", reason="the benchmark's other side is not installed (group bench)")
    for name, text in DOCUMENTS.items():
        (tmp_path / name).write_text(text, "utf-8")
    done = run("--bodies", str(tmp_path), "--feeds", "20", "--rounds", "1", "--json")

    assert done.returncode == 0, done.stderr
    numbers = json.loads(done.stdout.splitlines()[-1])
    assert numbers.keys() >= PROMISED
    assert all(type(value) in {int, float} for value in numbers.values())
    assert all(numbers[name] > 0 for name in PROMISED)
    assert numbers["entries"] == numbers["reader_entries"] == numbers["feedparser_entries"] == 35
    assert numbers["new"] == numbers["reader_new"] == numbers["renewed"] == 20
    assert re.search(r"^all unchanged \(304\) +\d", done.stdout, re.MULTILINE)
