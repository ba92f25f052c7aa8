"""The proof of the sieve: whichever items are cut out of a document, the others are read as if they were not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from random import Random
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.gather.feeds.parser import parse
from digest.gather.feeds.sieve import Sieve, split
from tests.gather.invented import odd, well_made
from tests.gather.making import rss
from tests.support.corpus import MADE, REAL, called, feeds
from tests.support.feedparser_reference import bare

URL = "https://feeds.example.org/all.xml"
NAMES = (
    "title",
    "link",
    "id",
    "guidislink",
    "published_parsed",
    "updated_parsed",
    "created_parsed",
    "feedburner_origlink",
)
"""What names and dates an item: what must be the same of one that was slimmed."""

REFUSED = {
    "codehollow-feedreader/AtomSpecialCharacters.xml": "not well-formed",
    "codehollow-feedreader/Rss20DailyMail.xml": "no items",
    "fastfeedparser-bench/b0e71155ca8a590c": "not well-formed",
    "miniflux/no_encoding_ISO-8859-1.xml": "not well-formed",
    "rbren-rss-parser/unrecognized.rss": "not well-formed",
    "rbren-rss-parser/uolNoticias.rss": "not well-formed",
}
"""The real documents that are not split, and why."""


def parsed(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = (
        bare(parse(body, url=URL, content_type=None)) if body.strip() else {"entries": [], "feed": {}}
    )
    return found


def prove(whole: dict[str, Any], sieve: Sieve, keep: Collection[int]) -> None:
    """With these items kept, they are read as in the whole document, and so is the feed itself."""
    part = parsed(sieve.reduced(keep))
    assert part["entries"] == [whole["entries"][place] for place in sorted(keep)]
    if keep:  # without any, a title that stands behind them may be taken for another's
        assert part["feed"].get("title") == whole["feed"].get("title")
        assert part["feed"].get("link") == whole["feed"].get("link")
        assert part["feed"].get("language") == whole["feed"].get("language")


def prove_slim(whole: dict[str, Any], sieve: Sieve) -> int:
    """Slimmed items have the names and dates they have in the whole document; how many they are."""
    slim = [place for place in range(len(sieve.items)) if sieve.can_be_slim(place)]
    part = parsed(sieve.reduced((), slim=slim)) if slim else {"entries": []}
    assert len(part["entries"]) == len(slim)
    for place, item in zip(slim, part["entries"], strict=True):
        found = whole["entries"][place]
        assert [item.get(name) for name in NAMES] == [found.get(name) for name in NAMES], place
    return len(slim)


@pytest.mark.corpora
@pytest.mark.parametrize("folder", [*REAL, *MADE])
def test_every_document_of_the_corpora_is_read_alike_with_some_with_no_and_with_all_items(folder: str) -> None:
    """Some are a third at random, and one alone; the feed's own fields are equal in full, not only its title."""
    found: Counter[str] = Counter()
    for path in feeds(folder):
        body = path.read_bytes().lstrip()
        sieve = split(body)
        if sieve is None:
            continue
        whole, places, dice = parsed(body), range(len(sieve.items)), Random(called(path))
        assert len(whole["entries"]) == len(places), called(path)
        assert sieve.reduced(places) == body
        third = tuple(place for place in places if dice.random() < 1 / 3)
        for keep in {third, (dice.choice(places),), ()} - {tuple(places)}:
            prove(whole, sieve, keep)
            if keep or len(sieve.reduced(())) > 1:  # more than the item: a document may be an entry and nothing else
                assert parsed(sieve.reduced(keep))["feed"] == whole["feed"], called(path)
        found.update(documents=1, items=len(places), slim=prove_slim(whole, sieve))
    print(folder, dict(found))
    assert found["documents"]


@pytest.mark.corpora
def test_of_the_real_documents_few_are_refused_and_it_is_known_why() -> None:
    paths = feeds(*REAL)
    refused = {
        called(path): reason(path.read_bytes().lstrip()) for path in paths if not split(path.read_bytes().lstrip())
    }
    assert refused == REFUSED
    assert len(refused) <= 0.06 * len(paths)


@pytest.mark.corpora
def test_of_the_conformance_cases_those_are_refused_that_expat_refuses_or_that_hold_no_item() -> None:
    """Or entities, names without a namespace, or items in namespaces that only feedparser may judge."""
    refused = Counter(reason(body) for path in feeds(*MADE) if not split(body := path.read_bytes().lstrip()))
    print(dict(refused))
    assert refused["unknown"] <= 0.01 * len(feeds(*MADE))


def reason(body: bytes) -> str:
    """Why a document is not split, found out by another way."""
    if b"<!ENTITY" in body[:4096]:
        return "declares entities"
    if body.startswith((b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0", b"+/v", b"\x4c\x6f\xa7\x94")):
        return "letters are not single bytes"
    try:
        ParserCreate(namespace_separator=" ").Parse(body, True)
    except (ExpatError, ValueError, LookupError):
        return "not well-formed"
    return "no items" if not parsed(body)["entries"] else "unknown"


FEW_AND_MANY = pytest.mark.parametrize("examples", [200, pytest.param(6000, marks=pytest.mark.long)])


@FEW_AND_MANY
def test_any_subset_of_the_items_of_an_invented_document_is_read_as_in_the_whole(examples: int) -> None:
    proven: Counter[str] = Counter()

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(well_made, st.data())
    def check(body: bytes, data: st.DataObject) -> None:
        sieve = split(body)
        proven["split" if sieve else "refused"] += 1
        if sieve is not None:
            whole = parsed(body)
            assert len(whole["entries"]) == len(sieve.items)
            prove(whole, sieve, data.draw(st.sets(st.sampled_from(range(len(sieve.items))))))
            prove_slim(whole, sieve)

    check()
    print(dict(proven))
    assert proven["split"] > proven["refused"]


@FEW_AND_MANY
def test_whatever_stands_in_whatever_splitting_gives_pieces_or_nothing(examples: int) -> None:
    """Pieces begin and end with a tag, in order and apart, and all of them make the document again."""

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(st.one_of(odd, st.binary(max_size=300)))
    def check(body: bytes) -> None:
        sieve = split(body)
        if sieve is None:
            return
        assert sieve.reduced(range(len(sieve.items))) == body
        edges = [edge for piece in sieve.items for edge in (piece.start, piece.end)]
        assert edges == sorted(edges)
        assert all(piece.start < piece.end for piece in sieve.items)
        for place, piece in enumerate(sieve.items):
            assert body[piece.start : piece.start + 1] == b"<"
            assert body[piece.end - 1 : piece.end] == b">"
            assert piece.fingerprint
            sieve.dates(place)
            sieve.can_be_slim(place)

    check()


@pytest.mark.parametrize(
    ("items", "what"),
    [
        ("<item><title>a</title></item ><item/><item  ></item\n>", "blanks in tags, and items with nothing in them"),
        ("<item t='>'/><item t='/>'><title>b/></title></item><item t='\"'/>", "ends of tags in attributes and texts"),
        (
            "<!-- <item> --><item/><![CDATA[<item>]]><item/><?pi <item/> ?><item/>",
            "items in comments, CDATA and the like",
        ),
        ("<item><x/></item><item><x t='/>'/></item><item><a><x/></a></item>", "a last child with nothing in it"),
    ],
)
def test_an_item_ends_where_it_ends(items: str, what: str) -> None:
    body = rss("<title>x</title>").replace(b"<item><title>x</title></item>", items.encode())
    sieve = split(body)
    assert sieve is not None, what
    assert len(sieve.items) == 3, what
    whole = parsed(body)
    for place in range(3):
        prove(whole, sieve, [place])
    assert b"item" not in sieve.reduced(()).replace(b"<!-- <item> -->", b"").replace(
        b"<![CDATA[<item>]]>", b""
    ).replace(b"<?pi <item/> ?>", b"")


def test_a_changed_letter_changes_the_fingerprint_of_its_item_alone() -> None:
    before, after = split(rss("a", "b", "c")), split(rss("a", "B", "c"))
    assert before is not None
    assert after is not None
    same = [old.fingerprint == new.fingerprint for old, new in zip(before.items, after.items, strict=True)]
    assert same == [True, False, True]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no feed", b"<rss>", b"<rss/>", b"{}", rss().replace(b"UTF-8", b"shift_jis"),
        rss("a").decode().encode("utf-16"),
        rss("a").replace(b"<rss", b'<!DOCTYPE rss [<!ENTITY e "e">]><rss'), rss("<x:y/>"), rss("&nbsp;"),
        rss("<item><title>inner</title></item>").replace(b"<item><item>", b"<item><x><item>").replace(
            b"</item></item>", b"</item></x></item>"),
    ],
)  # fmt: skip
def test_what_cannot_be_cut_safely_is_not_split(body: bytes) -> None:
    assert split(body) is None
