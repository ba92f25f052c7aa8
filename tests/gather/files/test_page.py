from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.files.document import UnreadableError
from digest.gather.files.outline import outline
from digest.gather.files.page import read
from tests.gather.making import document

PARAGRAPHS = [
    "The first paragraph of the article, which says what happened and to whom it happened, at some length.",
    "The second paragraph goes on for a while about the reasons, so that it is plainly a paragraph of text.",
    "The third paragraph ends it with a remark that nobody who was there will forget in a hurry, they say.",
]
TEXT = "".join(f"<p>{paragraph}</p>\n" for paragraph in PARAGRAPHS)
PAGE = f"""<!DOCTYPE html>
<!-- saved from url=(0031)https://www.example.org/saved -->
<html lang="en_gb"><head><meta charset="utf-8"><title>Clauses to strike | Example Lab</title>
<link rel="canonical" href="https://www.example.org/clauses?utm_source=x">
<meta property="og:title" content="Clauses to strike &amp; keep"><meta property="og:site_name" content="Example Lab">
<meta property="og:description" content="A short account of it."><meta name="author" content="Jane Roe">
<meta property="article:published_time" content="2026-11-16T09:00:00+00:00">
<meta property="og:image" content="/card.png"><meta property="og:image:alt" content="A page with red lines">
<script>var p = "<p>not text</p>";</script></head>
<body><nav><p>{"Menu entry, long enough to win. " * 30}</p></nav>
<article><header><p>Guide</p><h1>Clauses to strike &amp; keep</h1><p>By Jane Roe, 16 November 2026</p></header>
{TEXT}<aside><p>Subscribe to our letter, it is free.</p></aside><p>See <a href="more">more</a>.</p>
<footer><p>Share this article</p></footer></article>
<footer><p>Example Lab, 1 Example Street</p></footer></body></html>"""


@pytest.fixture(params=["standard library", "trafilatura"], autouse=True)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to find the article; what is not there cannot be imported."""
    if request.param == "trafilatura":
        try:
            import trafilatura  # noqa: F401
        except ImportError:
            pytest.skip("trafilatura (the extra html) is not installed whole")
    else:
        monkeypatch.setitem(sys.modules, "trafilatura", None)
    return str(request.param)


def test_a_saved_page_says_what_it_is() -> None:
    entry = read(document(PAGE, "feeds/page.html"))
    assert entry.title == "Clauses to strike & keep"
    assert entry.url == "https://www.example.org/clauses"
    assert entry.published == datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert (entry.organisation, entry.authors, entry.language) == ("Example Lab", ("Jane Roe",), "en-GB")
    assert entry.summary == "A short account of it."
    assert (entry.image_url, entry.image_alt) == ("https://www.example.org/card.png", "A page with red lines")
    assert entry.text.split("\n\n")[:3] == PARAGRAPHS
    for other in ("Menu entry", "Subscribe", "Share this", "Example Street", "not text", "Guide", "By Jane"):
        assert other not in entry.text


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("<p>Guide</p><h1>{}</h1>", "Guide"),
        ("<div class=k><a href=/c>EXPERT COMMENT</a></div><h1>{}</h1>", "Expert comment"),
        ("<header><span>Case study</span><h1>{}</h1></header>", "Case study"),
        ("<p>Guide</p><p>Now.</p><h1>{}</h1>", None),
        ("<nav>Home</nav><h1>{}</h1>", None),
        ("<p>Home › News</p><h1>{}</h1>", None),
        ("<p>16 November 2026</p><h1>{}</h1>", None),
        ("<p>Example Lab</p><h1>{}</h1>", None),
        ("<p>A line that is rather long for what stands above a headline</p><h1>{}</h1>", None),
        ("<h1>{}</h1><p>Guide</p>", None),
    ],
)
def test_the_words_directly_above_the_headline_are_the_kind(head: str, kind: str | None) -> None:
    html = (
        PAGE[: PAGE.index("<article>")] + f"<article>{head.format('Clauses to strike & keep')}{TEXT}</article></body>"
    )
    entry = read(document(html, "feeds/page.html"))
    assert entry.kind == kind
    assert "Clauses to strike" not in entry.text


def test_a_headline_that_differs_from_the_title_is_not_repeated_in_the_text() -> None:
    html = PAGE.replace("<h1>Clauses to strike &amp; keep</h1>", "<h1>Which clauses to strike, and which to keep</h1>")
    entry = read(document(html, "feeds/page.html"))
    assert entry.title == "Clauses to strike & keep"
    assert entry.text.split("\n\n")[:3] == PARAGRAPHS


def test_the_picture_of_the_head_is_described_as_in_the_text() -> None:
    image = '<img src="https://www.example.org/card.png?w=600" alt="Red lines">'
    html = PAGE.replace('<meta property="og:image:alt" content="A page with red lines">', "")
    entry = read(document(html.replace(TEXT, f"{TEXT}<figure>{image}</figure>"), "feeds/page.html"))
    assert entry.image_url == "https://www.example.org/card.png"
    assert entry.image_alt in {"Red lines", ""}  # trafilatura leaves pictures out


@pytest.mark.parametrize("place", ["<article>", "<body>", "<article><header>"])
def test_an_embargo_above_the_article_or_in_it_holds_the_page(place: str) -> None:
    line = "<p>Embargoed until 00:01 on Wednesday 25 November 2026</p>"
    html = PAGE.replace("<article><header>", "<article>") if place == "<article>" else PAGE
    html = html.replace("</header>", "") if place == "<article>" else html
    entry = read(document(html.replace(place, place + line), "feeds/page.html"))
    assert entry.embargo == datetime(2026, 11, 25, 0, 1, tzinfo=UTC)
    assert "Embargoed" not in entry.text + entry.body
    with pytest.raises(UnreadableError, match="embargo whose time cannot be read"):
        read(document(html.replace(place, f"{place}<p>EMBARGOED until Tuesday</p>"), "feeds/page.html"))


def test_linked_data_says_what_the_head_does_not() -> None:
    data = """{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["Report"],
        "headline": "The headline", "datePublished": "2026-11-16", "dateModified": "2026-11-17",
        "author": [{"@type": "Person", "name": "Jane Roe"}], "publisher": {"name": "Example Lab"}}]}"""
    html = (
        f"<html><head><script type='application/ld+json'>{data}</script></head><body><main>{TEXT}</main></body></html>"
    )
    entry = read(document(html, "feeds/page.html"))
    assert (entry.title, entry.organisation, entry.authors) == ("The headline", "Example Lab", ("Jane Roe",))
    assert (entry.published, entry.updated) == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC))
    assert entry.url is None


def test_a_page_that_says_nothing_is_known_by_what_it_shows() -> None:
    html = f"""<!-- saved from url=(0026)https://example.org/saved -->
        <title>The title</title><time datetime='2026-11-16'></time>
        <div id=menu><p>Short.</p></div><div id=text><h1>The heading</h1>{TEXT}</div>"""
    entry = read(document(html, "feeds/page.html"))
    assert (entry.title, entry.url) == ("The heading", "https://example.org/saved")
    assert entry.published == datetime(2026, 11, 16, tzinfo=UTC)
    assert entry.text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1251", "shift_jis"])
def test_the_encoding_a_page_declares_is_believed(encoding: str) -> None:
    word = {"iso-8859-1": "Überprüfung", "windows-1251": "Проверка", "shift_jis": "確認"}[encoding]
    html = f"<head><meta charset={encoding}><title>{word}</title></head><body><article>{TEXT}</article></body>"
    assert read(document(html.encode(encoding), "feeds/page.html")).title == word


@pytest.mark.parametrize("html", ["<html></html>", "<p>Log in</p>", "<form><p>" + "x " * 100 + "</p></form>"])
def test_a_page_without_an_article_says_so(html: str) -> None:
    with pytest.raises(UnreadableError, match="no article"):
        read(document(html, "feeds/page.html"))


def test_a_canonical_address_that_is_the_sites_is_not_the_articles() -> None:
    html = PAGE.replace("https://www.example.org/clauses?utm_source=x", "https://www.example.org/")
    assert read(document(html, "feeds/page.html")).url == "https://www.example.org/saved"
    alone = html.replace("saved from url", "copied from")
    assert read(document(alone, "feeds/page.html")).url == "https://www.example.org/"


def test_linked_data_gives_the_address_that_nothing_else_gives() -> None:
    for told in ('"url": "https://example.org/a"', '"mainEntityOfPage": {"@id": "https://example.org/a"}',
                 '"mainEntityOfPage": "https://example.org/a"'):  # fmt: skip
        data = f'<script type="application/ld+json">{{"@type": "NewsArticle", {told}}}</script>'
        assert read(document(f"{data}<h1>The heading</h1>{TEXT}", "feeds/page.html")).url == "https://example.org/a"


def test_a_script_in_a_heading_is_no_part_of_it() -> None:
    html = f"<article><h1>The heading<script>track('x')</script></h1>{TEXT}</article>"
    assert read(document(html, "feeds/page.html")).title == "The heading"


def test_open_paragraphs_and_crossed_tags_are_put_right() -> None:
    page = outline("<body><div><p>One two three<p>Four <b>five</div></b><div><p>Six</div>")
    assert page.article.startswith("<div><p>One two three")
    assert "Six" not in page.article


@pytest.mark.parametrize("piece", ["<div>", "<p>", "<article>", "<nav>", "<p></div>", "<b><p>"])
def test_deep_and_crossed_pages_take_no_long_time(piece: str) -> None:
    started = time.process_time()
    outline(piece * 30_000 + "text")
    assert time.process_time() - started < 4


PIECES = st.sampled_from(
    ["<article>", "</article>", "<p>", "</p>", "<main>", "</main>", "<nav>", "</nav>", "text ", "</script>", "[",
     "<h1>", "<script type=application/ld+json>", '{"@graph":[1]}', "</h1>", "<title>", "</title>", "\n", "<!--", "-->",
     "<meta name=date content=x>", "&lt;"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_any_page_is_outlined(html: str) -> None:
    outline(html)
