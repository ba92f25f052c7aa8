"""Whatever bytes a feed or a file holds, what comes out is entries and problems that the store can take, or our errors.

Most cases are documents that were right before something happened to them. ``make test`` runs some, ``make test-long``
30,000.
"""

from __future__ import annotations

import io
import json
import signal
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from digest.gather.documents import _read
from digest.gather.feeds.citations import parse_citations
from digest.gather.feeds.feed import Feed, read_feed
from digest.gather.feeds.parser import parse
from digest.gather.feeds.tables import parse_csv
from digest.gather.files.document import UnreadableError
from digest.gather.folder import is_table
from digest.model import Entry
from tests.gather.agreement import deep
from tests.gather.files.office import docx, paragraph
from tests.gather.invented import broken, odd, well_made
from tests.gather.making import LONDON, NOW, document, source
from tests.support.corpus import MADE, REAL, feeds
from tests.support.feedparser_reference import Reference, bare

URL = "https://feeds.example.org/all.xml"
HERE = Path(__file__).parent / "files" / "data"
JSON_KEYS = (
    "version", "title", "items", "id", "url", "external_url", "content_html", "content_text", "summary", "image",
    "authors", "author", "name", "tags", "date_published", "date_modified", "language", "attachments", "home_page_url",
)  # fmt: skip
LARGEST = 30_000
"""Bytes of a document that is broken again and again; the kinds of elements are the same in larger ones."""


class _StillReading(BaseException):
    """Not an Exception, so that nobody takes it for one."""


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    """A minute for one example is no measure of speed: whatever takes that long hangs."""

    def bark(*_: object) -> None:
        raise _StillReading

    before = signal.signal(signal.SIGALRM, bark)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def fuzz(strategy: st.SearchStrategy[Any], examples: int, check: Callable[[Any], object]) -> None:
    """Check so many cases, and count what they came to."""
    outcomes: Counter[object] = Counter()

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def each(case: Any) -> None:
        signal.alarm(60)
        outcomes[check(case)] += 1
        signal.alarm(0)

    each()
    print(f"{sum(outcomes.values())} cases: {dict(outcomes)}")


def cases(few: int, many: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.long)])


def read(body: bytes, content_type: str | None = None) -> str:
    """Read a feed, hold what comes of it against what the store needs, and say in a word what it was."""
    feed = read_feed(body, source=source(URL), url=URL, content_type=content_type, now=NOW)
    assert isinstance(feed, Feed)
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    for problem in (*((feed.problem,) if feed.problem else ()), *feed.left_out):
        assert_storable(problem.message + (problem.hint or ""))
    assert_storable(feed.title)
    for entry in feed.entries:
        assert_sound(entry)
    return "entries" if feed.entries else "problem" if feed.problem else "empty"


def assert_sound(entry: Entry) -> None:
    assert entry.title
    for text in (entry.title, entry.body, entry.text, entry.summary, entry.organisation or "", entry.url or "",
                 entry.url_key or "", entry.image_url or "", entry.image_alt, entry.language or "", entry.contact,
                 *entry.authors, *entry.tags, *entry.notes):  # fmt: skip
        assert_storable(text)
    assert entry.url is None or entry.url.startswith(("http://", "https://"))
    assert all(moment is None or moment.tzinfo for moment in (entry.published, entry.updated, entry.embargo))
    assert "<script" not in entry.body.lower()


def assert_storable(text: str) -> None:
    """PostgreSQL takes no NUL, no database a lone surrogate, no reader a text that runs the other way."""
    text.encode("utf-8")
    assert not set(text) & set("\0\u202a\u202b\u202d\u202e\u2066\u2067\u2068")


@cache
def captured() -> tuple[bytes, ...]:
    """The real documents that are small enough, and one in nine of the conformance cases."""
    paths = [*feeds(*REAL), *feeds(*MADE)[::9]]
    return tuple(body for path in paths if 0 < len(body := path.read_bytes()) < LARGEST)


def captionless() -> tuple[bytes, ...]:
    return tuple(body for body in captured() if b"media:description" not in body.lower())


@cases(150, 4_000)
def test_any_bytes_are_read_or_are_a_problem(examples: int) -> None:
    kinds = st.sampled_from([None, "text/xml; charset=utf-16", "text/html; charset=utf-7", "x; charset=hex", "\0"])
    starts = st.sampled_from(
        [b"", b"<rss", b"<?xml ", b"\xff\xfe", b"\xef\xbb\xbf<", b"{", b"\x1f\x8b", b"<feed><entry>"]
    )
    strategy = st.tuples(starts, st.binary(max_size=400), kinds)
    fuzz(strategy, examples, lambda case: read(case[0] + case[1], case[2]))


@pytest.mark.corpora
@cases(300, 10_000)
def test_documents_that_something_happened_to_are_read_or_are_a_problem(examples: int) -> None:
    fuzz(broken(captured()), examples, read)


@cases(100, 3_000)
def test_feeds_in_which_anything_stands_in_anything_are_read(examples: int) -> None:
    fuzz(odd, examples, read)


@cases(100, 3_000)
def test_json_feeds_with_anything_for_anything_are_read_or_are_a_problem(examples: int) -> None:
    texts = ["https://example.org/a", "2026-11-18T10:00:00Z", "9999-99-99", "<p>a</p>", "\ud800", "\0", "\u202ea"]
    leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(texts))
    keys = st.sampled_from(JSON_KEYS)
    value = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5))
    item = st.dictionaries(keys, value, min_size=2, max_size=8)
    items = st.lists(st.one_of(item, item, item, value), min_size=1, max_size=4)
    whole = st.builds(lambda head, inner: json.dumps({**head, "items": inner}), st.dictionaries(keys, value), items)
    fuzz(st.one_of(whole, st.builds(json.dumps, value)).map(str.encode), examples, read)


@cases(100, 3_000)
def test_the_quick_feedparser_finds_in_invented_documents_what_the_released_one_finds(examples: int) -> None:
    with Reference() as reference:
        fuzz(st.one_of(well_made, odd), examples, lambda body: same(reference, body))


@pytest.mark.corpora
@cases(100, 3_000)
def test_the_quick_feedparser_finds_in_broken_documents_what_the_released_one_finds(examples: int) -> None:
    with Reference() as reference:
        fuzz(broken(captionless()), examples, lambda body: same(reference, body))


def same(reference: Reference, body: bytes) -> str:
    """Equal results, or equal errors. Captions are set apart on purpose, so there must be none."""
    body = body.lstrip()
    assume(body and b"media:description" not in body.lower())
    theirs = reference.parse(body, url=URL)
    try:
        ours = bare(parse(body, url=URL, content_type=None))
    except Exception as error:  # noqa: BLE001  which one is what is compared
        ours = {"raised": type(error).__name__}
    assert not list(deep(theirs, ours))
    return str(theirs.get("raised") or ("malformed" if theirs["bozo"] else "well-formed"))


@cache
def files() -> dict[str, tuple[bytes, ...]]:
    """Documents of every kind that is read, by the ending of their names."""
    found: dict[str, list[bytes]] = {
        ".docx": [docx(paragraph("A harbour master"), paragraph("Ships wait."), title="T")]
    }
    found[".pdf"] = [PDF]
    for path in sorted(HERE.glob("*/*")):
        if path.is_file() and not path.name.endswith(".expected.toml"):
            found.setdefault(path.suffix.lower(), []).append(path.read_bytes())
    return {ending: tuple(bodies) for ending, bodies in found.items()}


PDF = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>> endobj
4 0 obj <</Length 55>> stream
BT /F1 18 Tf 20 150 Td (Ships wait for the tide.) Tj ET
endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
6 0 obj <</Title (Ships wait) /CreationDate (D:20261118090000Z)>> endobj
trailer <</Root 1 0 R /Info 6 0 R /Size 7>>
startxref
0
%%EOF
"""


@pytest.mark.parametrize("ending", [".txt", ".md", ".html", ".eml", ".mhtml", ".webarchive", ".docx", ".pdf", ".url",
                                    ".webloc", ".desktop", ".csv", ".json"])  # fmt: skip
@cases(15, 500)
def test_files_that_something_happened_to_are_read_or_are_a_problem(ending: str, examples: int) -> None:
    """By their readers, beneath the one place that would catch what they raise."""
    bodies = files()[ending]
    strategy = st.one_of(broken(bodies), broken(bodies), st.binary(max_size=200))
    if ending == ".docx":
        strategy = st.one_of(strategy, _repacked(bodies[0]))
    fuzz(strategy, examples, lambda body: read_file(body, f"feeds/a{ending}"))


@st.composite
def _repacked(draw: st.DrawFn, whole: bytes) -> bytes:
    """A package in one part of which something happened, and which is whole otherwise."""
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    name = draw(st.sampled_from(sorted(parts)))
    parts[name] = draw(broken([parts[name]]))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for each, data in parts.items():
            file.writestr(each, data)
    return made.getvalue()


def read_file(body: bytes, path: str) -> str:
    try:
        if is_table(path):
            return "rows" if parse_csv(body, zone=LONDON)["entries"] else "no rows"
        if PurePosixPath(path).suffix == ".json":
            return "references" if parse_citations(body, zone=LONDON)["entries"] else "no references"
        assert_sound(_read(document(body, path)))
    except UnreadableError as error:
        assert_storable(error.message + (error.hint or ""))
        return "problem"
    return "entry"


def test_a_case_that_hangs_is_noticed() -> None:
    """The watchdog itself, since nothing else makes it bark."""
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    with pytest.raises(_StillReading):
        signal.pause()
