"""The walk over a site finds each kind of dead link, so that a site in which it finds none has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sitelinks import SiteLinks

URL = "https://tide.example/log/"
PAGE = """<!doctype html>
<html lang="en"><head><title>Tides</title><link rel="stylesheet" href="{root}style/tide.css">
<link rel="canonical" href="https://tide.example/log/{place}"></head>
<body><h1 id="top-of-all">Tides</h1><h2 id="müll">Rents</h2>{body}</body></html>
"""
WELL = """<a href="2026-W47/quay%20rents/index.html#m%C3%BCll">Rents</a> <a href="#top-of-all">Up</a>
<a href="#top">Top</a>
<a href="https://port.example/gone">Port</a> <a href="mailto:ada@tide.example">Ada</a>
<img src="2026-W47/quay.png" srcset="2026-W47/quay.png 1x, 2026-W47/quay.png 2x" alt=""> <a href="feed.xml">Feed</a>"""
FEED = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
<link rel="self" href="https://tide.example/log/feed.xml"/><link rel="alternate" href="https://tide.example/log/"/>
<entry><link href="https://tide.example/log/2026-W47/quay%20rents/"/>
<content type="html">&lt;img src="https://tide.example/log/2026-W47/quay.png"&gt;</content></entry></feed>"""
JSON = """{"home_page_url": "https://tide.example/log/", "feed_url": "https://tide.example/log/feed.json",
"items": [{"url": "https://tide.example/log/2026-W47/quay%20rents/", "content_html": "<a href='https://tide.example/log/#müll'>x</a>"}]}"""
MAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://tide.example/log/</loc></url></urlset>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    story = tmp_path / "2026-W47" / "quay rents"
    story.mkdir(parents=True)
    (tmp_path / "style").mkdir()
    (tmp_path / "index.html").write_text(PAGE.format(root="", place="", body=WELL))
    back = '<a href="../../index.html">Home</a>'
    (story / "index.html").write_text(PAGE.format(root="../../", place="2026-W47/quay%20rents/", body=back))
    (tmp_path / "2026-W47" / "quay.png").write_bytes(b"\x89PNG")
    (tmp_path / "style" / "tide.css").write_text("body { background: url('../2026-W47/quay.png') }")
    (tmp_path / "feed.xml").write_text(FEED)
    (tmp_path / "feed.json").write_text(JSON)
    (tmp_path / "sitemap.xml").write_text(MAP)
    (tmp_path / "robots.txt").write_text("User-agent: *\nSitemap: https://tide.example/log/sitemap.xml\n")
    return tmp_path


def test_a_good_site_has_no_dead_link(site: Path) -> None:
    links = SiteLinks(site, url=URL)
    assert links.dead == []
    assert links.followed == 23


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        ("2026-W48/index.html", "is not there"),
        ("2026-w47/quay.png", "is not there"),
        ("2026-W47/", "is a folder"),
        (".", "is a folder"),
        ("2026-W47/..", "is a folder"),
        ("/index.html", "one address only"),
        ("../index.html", "leads out"),
        ("2026-W47/../../index.html", "leads out"),
        ("#nowhere", "no such place"),
        ("2026-W47/quay%20rents/index.html#nowhere", "no such place"),
        ("2026-W47/quay%2520rents/index.html", "is not there"),
        ("https://tide.example/log/2026-W48/", "is not there"),
        ("https://tide.example/log/#nowhere", "no such place"),
        ("", ""),
    ],
)
def test_a_dead_link_of_a_page_is_found(site: Path, way: str, fault: str) -> None:
    (site / "index.html").write_text(PAGE.format(root="", place="", body=f'<a href="{way}">x</a>'))
    dead = SiteLinks(site, url=URL).dead
    assert [one.startswith(f"index.html: {way}: ") and fault in one for one in dead] == ([True] if fault else [])


@pytest.mark.parametrize(
    "body",
    [
        '<img src="gone.png" alt="">',
        '<img src="2026-W47/quay.png" srcset="2026-W47/quay.png 1x, gone.png 2x" alt="">',
        '<script src="gone.js"></script>',
        '<p style="background: url(gone.png)">x</p>',
        "<style>p { background: url(gone.png) }</style>",
        '<form action="gone.html"></form>',
        '<a href=" gone.html">x</a>',
    ],
)
def test_whatever_a_page_loads_has_to_be_there(site: Path, body: str) -> None:
    (site / "index.html").write_text(PAGE.format(root="", place="", body=body))
    assert len(SiteLinks(site, url=URL).dead) == 1


@pytest.mark.parametrize(
    ("name", "there", "gone"),
    [
        ("feed.xml", "2026-W47/quay%20rents/", "2026-W48/"),
        ("feed.xml", "2026-W47/quay.png", "2026-W47/gone.png"),
        ("feed.json", "2026-W47/quay%20rents/", "2026-W48/"),
        ("feed.json", "#müll", "#abfall"),
        ("sitemap.xml", "log/", "log/2026-W48/"),
        ("robots.txt", "sitemap.xml", "map.xml"),
        ("style/tide.css", "quay.png", "gone.png"),
    ],
)
def test_a_dead_link_of_another_file_is_found(site: Path, name: str, there: str, gone: str) -> None:
    text = (site / name).read_text()
    assert there in text
    (site / name).write_text(text.replace(there, gone))
    assert [one.startswith(f"{name}: ") for one in SiteLinks(site, url=URL).dead] == [True]


def test_an_id_that_is_there_twice_is_found(site: Path) -> None:
    (site / "index.html").write_text(PAGE.format(root="", place="", body='<p id="top-of-all">x</p>'))
    assert SiteLinks(site, url=URL).dead == ["index.html: #top-of-all: twice"]
