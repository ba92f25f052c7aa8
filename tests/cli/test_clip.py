"""One article clipped from a real server, read as a file, drafted; and what is no article refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Ran, digest
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, ITEMS, NOW, make_project, rss, snapshot

PAGE = """\
<!doctype html>
<html lang="en"><head><title>Six clauses | Lattice Lab</title>
<meta property="og:site_name" content="Lattice Lab">
<meta property="article:published_time" content="2026-11-16T09:30:00+00:00">%s</head>
<body><nav><a href="/">Home</a></nav>
<article><h1>Six clauses to strike before you buy an AI system</h1>
<p>A council that signs the seller's own contract signs away the right to look inside. Six clauses do most of the
harm, and each of them can be struck out without losing the sale.</p>
<p>The first forbids the buyer to publish what the system gets wrong. It is in nine contracts of ten.</p></article>
</body></html>
"""
HTML = "text/html; charset=utf-8"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "brief", config=CONFIG + "[gather]\nallow_private = true\n")


def page(*, head: str = "") -> Page:
    return Page((PAGE % head).encode(), content_type=HTML)


def clip(root: Path, *arguments: str, now: str = NOW) -> Ran:
    return digest("clip", *arguments, root=root, now=now)


def test_an_article_becomes_a_file_and_an_entry_that_the_next_draft_has(root: Path, site: Site) -> None:
    url = site.add("/writing/six", page(head='<link rel="canonical" href="https://latticelab.example/six">'))

    ran = clip(root, url)
    name = "feeds/clips/2026-11-18-six-clauses-to-strike-before-you-buy-an-ai-system.html"
    drafted = digest("draft", root=root, now=NOW)

    assert ran.code == 0, ran.err
    assert ran.lines == [
        name, "  Six clauses to strike before you buy an AI system", "  Lattice Lab, 2026-11-16, 53 words",
    ]  # fmt: skip
    assert "digest draft" in ran.err
    first, rest = (root / name).read_bytes().split(b"\n", 1)
    assert first.decode() == f"<!-- saved from url=({len(url):04d}){url} 2026-11-18T12:00:00Z -->"
    assert rest == (PAGE % '<link rel="canonical" href="https://latticelab.example/six">').encode()
    assert drafted.code == 0
    assert "(https://latticelab.example/six), 16 November 2026" in (root / "issues/2026-W47.md").read_text("utf-8")
    (request,) = site.requests
    assert request.headers["accept"].startswith("text/html")
    assert "cookie" not in request.headers


def test_a_clip_is_known_by_the_address_it_was_asked_at_it_came_from_and_it_says_it_has(root: Path, site: Site) -> None:
    canonical = '<link rel="canonical" href="https://latticelab.example/six">'
    long = site.add("/writing/six", page(head=canonical))
    short = site.add("/s", Page(status=302, headers={"Location": long}))
    printed = site.add("/print/six", page(head=canonical))
    first = clip(root, short, "--json")
    before = snapshot(root)

    told = [clip(root, url, "--json") for url in (short, long, f"{long}?utm_source=x", printed)]

    assert [one.json["outcome"] for one in [first, *told]] == ["clipped", "known", "known", "known", "known"]
    assert {one.json["path"] for one in told} == {first.json["path"]}
    assert {one.json["entry"] for one in told} == {first.json["entry"]}
    assert all("--again" in one.err for one in told)
    assert snapshot(root) == before
    assert len(site.asked("/s")) == 1
    assert len(site.asked("/writing/six")) == 1


def test_again_replaces_the_file_and_the_entry_stays_the_same_one(root: Path, site: Site) -> None:
    url = site.add("/six", page())
    first = clip(root, url, "--json").json
    site.add("/six", Page((PAGE % "").replace("nine contracts", "eight contracts").encode(), content_type=HTML))

    second = clip(root, url, "--again", "--json", now="2026-11-19T12:00Z").json

    assert (second["outcome"], second["path"], second["entry"]) == ("again", first["path"], first["entry"])
    assert "eight contracts" in (root / first["path"]).read_text("utf-8")
    assert "2026-11-19T12:00:00Z" in (root / first["path"]).read_text("utf-8")
    assert digest("status", "--json", root=root, now=NOW).json["totals"]["seen"] == 4


def test_a_title_that_is_given_is_the_title_for_good(root: Path, site: Site) -> None:
    url = site.add("/six", page(head='<meta property="og:title" content="Another">'))

    ran = clip(root, url, "--title", 'Six "bad" clauses → & why', "--json")
    digest("fetch", root=root, now="2026-11-19T12:00Z")

    assert ran.json["title"] == 'Six "bad" clauses → & why'
    assert ran.json["path"] == "feeds/clips/2026-11-18-six-bad-clauses-why.html"
    assert 'Six "bad" clauses → & why' in digest("why", url, root=root).out


def test_nothing_is_written_on_a_dry_run(root: Path, site: Site) -> None:
    digest("fetch", root=root, now=NOW)
    before = snapshot(root)

    ran = clip(root, site.add("/six", page()), "--dry-run", "--json")

    assert (ran.json["outcome"], ran.json["written"], ran.json["words"]) == ("shown", False, 53)
    assert snapshot(root) == before


def test_feeds_are_not_asked_and_feed_files_stay_what_they_are(root: Path, site: Site) -> None:
    feed = site.add("/feed", Page(rss(*ITEMS).encode()))
    (root / "feeds" / "feeds.toml").write_text(f'[[feed]]\nurl = "{feed}"\n[[feed]]\npath = "grid.xml"\nid = "grid"\n')

    assert clip(root, site.add("/six", page())).code == 0
    found = {one["id"]: one["entries"] for one in digest("feeds", "--json", root=root).json["sources"]}

    assert not site.asked("/feed")
    assert sorted(found.values()) == [0, 1, 3]
    assert found["grid"] == 3


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PAGE.replace("harm", "harm to Zürich’s “own” data").encode("cp1252"), "text/html; charset=windows-1252"),
        (PAGE.replace("harm", "harm to Zürich’s “own” data").encode("cp1252"), "text/html"),
        (PAGE.replace("harm", "harm to Zürich’s “own” data").encode("utf-16"), "text/html"),
        (PAGE.replace("harm", "harm to Zürich’s “own” data").encode("utf-16-le"), "text/html; charset=utf-16le"),
        (PAGE.replace("harm", "harm to Zürich’s “own” data").encode("utf-8-sig"), None),
        (PAGE.replace("harm", "harm to Zürich’s “own” data").encode(), "application/xhtml+xml"),
    ],
    ids=["told by the server", "told by nobody", "UTF-16", "UTF-16 without a mark", "UTF-8 with a mark", "XHTML"],
)
def test_the_letters_of_a_page_survive_whatever_encoding_it_came_in(
    root: Path, site: Site, body: bytes, content_type: str | None
) -> None:
    url = site.add(
        "/six", Page(body.replace(b"%s", b"").replace("%s".encode("utf-16-le"), b""), content_type=content_type)
    )

    ran = clip(root, url, "--json")
    again = clip(root, url, "--json")

    assert ran.code == 0, ran.err
    assert again.json["outcome"] == "known"
    assert "Zürich’s “own”" in digest("why", "six clauses", root=root).out + _text(root, ran.json["entry"])


def _text(root: Path, entry_id: str) -> str:
    from digest.store.entries import by_ids
    from tests.support.project import opened

    with opened(root) as project, project.store.read() as connection:
        (entry,) = by_ids(connection, [entry_id])
    return entry.text


def test_what_only_the_server_said_of_the_letters_goes_with_the_page(root: Path, site: Site) -> None:
    russian = (PAGE % "").replace("harm", "вреда").encode("cp1251")
    url = site.add("/six", Page(russian, content_type="text/html; charset=windows-1251"))

    ran = clip(root, url, "--json")
    kept = (root / ran.json["path"]).read_bytes()

    assert "вреда" in _text(root, ran.json["entry"])
    assert kept.split(b"\n", 1)[0].endswith(b'<meta charset="windows-1251">')
    assert kept.split(b"\n", 1)[1] == russian


LOGIN = """\
<title>Welcome</title><form><p>Please go on with your library card, your name and your password, as ever.</p>
<input type="password"></form>
"""
FEED = rss(*ITEMS).encode()


@pytest.mark.parametrize(
    ("answer", "said", "hint"),
    [
        (Page(LOGIN.encode(), content_type=HTML), "is a login page", "save the page"),
        (Page(b"", content_type=HTML), "is empty", ""),
        (Page(b"<html><body><p>Hello.</p></body></html>", content_type=HTML), "has no article on it", "save the page"),
        (Page(b"\x89PNG\r\n\x1a\n\0", content_type="image/png"), "is a picture", "web pages and PDFs"),
        (Page(b"PK\x03\x04\0\0", content_type="application/zip"), "is application/zip", "web pages and PDFs"),
        (Page(b"Just words, no page, however many of them there are.", content_type="text/plain"),
         "is text/plain", "save the text"),
        (Page(FEED), "is a feed", "`digest add http"),
        (Page(FEED, content_type=HTML), "is a feed", "`digest add http"),
        (Page(b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', content_type="application/json"),
         "is a feed", "`digest add http"),
        (Page(b"<title>Just a moment...</title><p>Checking the security of your connection before you proceed.",
              content_type=HTML), "asks for a person at a browser", "save the page"),
        (Page(b"<title>Page not found | The Lab</title><p>Sorry, what you were looking for is not here any more.",
              content_type=HTML), "there is no such page", "check the address"),
        (Page(b"<title>App</title><noscript>You need to enable JavaScript to run this app, so please do it.</noscript>",
              content_type=HTML), "run its scripts", "save the page"),
        (Page(b"gone", status=404, content_type=HTML), "404", ""),
        (Page(b"no", status=403, content_type=HTML), "403", ""),
    ],
    ids=["login", "empty", "nothing", "picture", "archive", "text", "feed", "feed as a page", "JSON feed", "robots",
         "soft 404", "scripts", "404", "403"],
)  # fmt: skip
def test_what_is_no_article_is_refused_with_the_reason(
    root: Path, site: Site, answer: Page, said: str, hint: str
) -> None:
    before = snapshot(root)

    ran = clip(root, site.add("/page", answer))

    assert ran.code == 1, ran.out
    assert said in ran.err
    assert hint in ran.err
    assert snapshot(root).keys() - before.keys() <= {"state/digest.db"}


def test_being_led_to_a_login_is_said(root: Path, site: Site) -> None:
    text = b"<title>Welcome</title><p>You can read two articles a month. Choose how you want to go on from here.</p>"
    to = site.add("/account/login", Page(text, content_type=HTML))

    assert "is a login page" in clip(root, site.add("/six", Page(status=302, headers={"Location": to}))).err


def test_an_article_with_a_login_in_its_margin_is_an_article(root: Path, site: Site) -> None:
    more = "<p>" + "A clause that nobody reads is a clause that nobody strikes out. " * 15 + "</p></article>"
    body = (PAGE % "").replace("</article>", more).replace("</nav>", '<input type="password"></nav>')

    assert clip(root, site.add("/six", Page(body.encode(), content_type=HTML))).code == 0


@pytest.mark.parametrize(
    ("url", "said"), [("example.org/six", "did you mean https://example.org/six"), ("ftp://a.example/", "web address")]
)
def test_what_is_no_web_address_is_wrong_usage(root: Path, url: str, said: str) -> None:
    ran = clip(root, url)

    assert ran.code == 2
    assert said in ran.err


def test_an_embargo_on_a_clipped_page_is_kept(root: Path, site: Site) -> None:
    body = (PAGE % "").replace("<h1>", "<p>EMBARGOED until 00:01 GMT 25 November 2026</p><h1>")

    ran = clip(root, site.add("/six", Page(body.encode(), content_type=HTML)), "--json")

    assert (ran.json["embargo"], ran.json["state"]) == ("2026-11-25T00:01:00Z", "held")


def test_two_articles_with_one_title_are_two_files(root: Path, site: Site) -> None:
    paths = [clip(root, site.add(f"/{name}", page()), "--json").json["path"] for name in ("one", "two")]

    assert paths[1] == paths[0].replace(".html", "-2.html")


def test_a_deleted_clip_can_be_clipped_again(root: Path, site: Site) -> None:
    url = site.add("/six", page())
    path = root / clip(root, url, "--json").json["path"]
    path.unlink()

    assert clip(root, url, "--json").json["outcome"] == "clipped"
    assert path.exists()


def pdf(text: str) -> bytes:
    """A PDF of one page and one line of text (PDF Reference 1.7, §3.4)."""
    stream = f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET".encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (A grid for the north) /CreationDate (D:20261116093000Z) >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 7\n0000000000 65535 f \n%strailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return data + end % (table, len(data))


def test_a_pdf_is_kept_as_one_and_notes_at_its_end_where_it_is_from(root: Path, site: Site) -> None:
    pytest.importorskip("pypdf", reason="the extra [pdf] is not installed")
    body = pdf("The northern grid needs four new cables and nobody has asked who is to pay for any of them. " * 2)
    url = site.add("/grid.pdf", Page(body, content_type="application/pdf"))

    ran = clip(root, url, "--json")

    assert ran.code == 0, ran.err
    assert ran.json["path"].startswith("feeds/clips/2026-11-18-")
    assert ran.json["path"].endswith(".pdf")
    kept = (root / ran.json["path"]).read_bytes()
    assert kept.startswith(body.rstrip())
    assert kept[len(body.rstrip()) :].decode() == f"\n% saved from url=({len(url):04d}){url} 2026-11-18T12:00:00Z\n"
    assert "four new cables" in ran.json["title"] + _text(root, ran.json["entry"])
    assert clip(root, url, "--json").json["outcome"] == "known"
