"""What feedparser's own conformance cases expect, judged by what digest reads of them.

Every case says in a comment what parsing it must give ("not bozo and entries[0]['title'] == …"). Those that digest does
not fulfil as parsed are listed with the reason; where the reason is that another part of digest does the work, the
entry is judged instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import feedparser
import pytest

from digest.gather.feeds.feed import Feed, read_feed
from digest.gather.feeds.parser import parse
from digest.text.clean import TAGS
from tests.gather.agreement import as_read
from tests.gather.making import NOW, source
from tests.support.corpus import corpora, feeds
from tests.support.expectation import Expectation, expectation

pytestmark = pytest.mark.corpora
SERVER = "http://127.0.0.1:8097/tests/"
"""Where feedparser's own test server has them."""

MANY = {"wellformed/sanitize": 452, "wellformed/base": 54}
"""Folders of cases about cleaning HTML and about addresses in it, which digest does later, in one pass of nh3: how many
do not hold before that. Their entries are judged below."""

NOT_HELD = {
    "the HTML is cleaned later": """
        encoding/bozo_linenoise encoding/demoronize-3 wellformed/atom10/missing_quote_in_attr wellformed/atom10/qna
        wellformed/atom10/tag_in_attr wellformed/namespace/atommathml wellformed/namespace/atomsvg
        wellformed/namespace/atomsvgdesc wellformed/namespace/atomsvgtitle wellformed/namespace/atomxlink
        wellformed/namespace/rss2.0mathml wellformed/namespace/rss2.0svg wellformed/namespace/rss2.0svg5
        wellformed/namespace/rss2.0svgtitle wellformed/namespace/rss2.0xlink wellformed/rss/item_description_br
        wellformed/rss/item_description_br_shorttag wellformed/rss/item_description_not_a_doctype
        wellformed/sgml/charref_uppercase_x
    """,
    "addresses in HTML are resolved later": """
        wellformed/atom/relative_uri wellformed/atom/relative_uri_inherit wellformed/atom/relative_uri_inherit_2
        wellformed/atom10/relative_uri wellformed/atom10/relative_uri_inherit wellformed/atom10/relative_uri_inherit_2
    """,
    "a caption is no summary": "wellformed/media-rss/media_group",
    "digest's own fetcher reads the headers": """
        wellformed/http/headers_content_location-relative wellformed/http/headers_content_location-unsafe
        wellformed/http/headers_etag wellformed/http/headers_foo wellformed/http/headers_last_modified-modified
        wellformed/http/headers_last_modified-modified_parsed
    """,
    "Content-Language speaks of the answer, and its default is mostly wrong": """
        wellformed/lang/http_content_language wellformed/lang/http_content_language_entry_title_inherit
        wellformed/lang/http_content_language_entry_title_inherit_2
    """,
    "the cases are newer than the released feedparser": """
        wellformed/atom/entry_link_no_href_link_priority wellformed/atom/entry_link_rel_enclosure_no_href
        wellformed/atom10/entry_id_no_normalization_4 wellformed/atom10/entry_id_with_attributes
        wellformed/atom10/entry_link_no_href_link_priority wellformed/atom10/entry_link_rel_enclosure_no_href
        wellformed/itunes/itunes_channel_explicit_false wellformed/itunes/itunes_channel_explicit_no
        wellformed/itunes/itunes_channel_explicit_true wellformed/itunes/itunes_item_explicit_false
        wellformed/itunes/itunes_item_explicit_no wellformed/itunes/itunes_item_explicit_true
        wellformed/node_precedence/atom10_id
    """,
    "chardet, which would guess an encoding that nobody names, is not installed": """
        illformed/chardet/big5 illformed/chardet/eucjp illformed/chardet/euckr illformed/chardet/gb2312
        illformed/chardet/koi8r illformed/chardet/shiftjis illformed/chardet/tis620 illformed/chardet/windows1255
    """,
}
"""Reason → the other cases that do not hold for it."""

WORDLESS = ("crazy", "nested_cdata", "_iframe", "_object", "entry_title_")
"""Cases whose entry is safe but has other words: whole pages in a title or text, HTML that is not closed, and titles,
where tags that HTML does not have in running text stay as the words they may be."""


class Case(NamedTuple):
    name: str
    body: bytes
    wanted: Expectation

    @property
    def url(self) -> str:
        return self.wanted.headers.get("content-location") or f"{SERVER}{self.name}.xml"

    def parsed(self) -> dict[str, Any]:
        """The names that the expectation speaks of."""
        content_type = self.wanted.headers.get("content-type")
        return {**parse(self.body.lstrip(), url=self.url, content_type=content_type), "feedparser": feedparser}

    def read(self) -> Feed:
        content_type = self.wanted.headers.get("content-type")
        return read_feed(self.body, source=source(self.url), url=self.url, content_type=content_type, now=NOW)


@cache
def cases() -> tuple[Case, ...]:
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    root = corpora() / "feeds" / "feedparser"
    for path in feeds("feedparser"):
        wanted = expectation(path.read_bytes())
        if wanted is not None:
            yield Case(path.relative_to(root).with_suffix("").as_posix(), path.read_bytes(), wanted)


def test_every_expectation_holds_but_for_those_listed_with_their_reason() -> None:
    not_held = [case.name for case in cases() if not case.wanted.holds(case.parsed())]
    others = {name for name in not_held if Path(name).parent.as_posix() not in MANY}
    counts = {folder: sum(Path(name).parent.as_posix() == folder for name in not_held) for folder in MANY}
    print(f"{len(cases())} expectations, {len(cases()) - len(not_held)} hold as parsed; not {counts}, "
          + ", ".join(f"{len(names.split())} because {reason}" for reason, names in NOT_HELD.items()))  # fmt: skip
    assert others == {name for names in NOT_HELD.values() for name in names.split()}
    assert counts == MANY
    assert len(cases()) == 2106


def test_whatever_a_case_holds_its_entries_are_safe_and_their_addresses_whole() -> None:
    """Every case of every folder, not only those about scripts."""
    entries = [(case.name, entry) for case in cases() for entry in case.read().entries]
    assert len(entries) > 1200
    for name, entry in entries:
        found = _Found()
        found.feed(entry.body)
        found.close()
        assert found.tags <= TAGS, (name, found.tags - TAGS)
        assert not found.handlers, (name, found.handlers)
        assert all(address.startswith(("http://", "https://", "mailto:")) for address in found.addresses), name
        assert entry.url is None or entry.url.startswith(("http://", "https://")), name


@pytest.mark.parametrize("folder", ["wellformed/sanitize", "wellformed/base", "wellformed/atom", "wellformed/atom10"])
def test_cleaning_keeps_the_words_and_the_addresses_that_feedparsers_cleaning_keeps(folder: str) -> None:
    """Where a case expects a text of its entry, the entry has that text, by its words and by its links."""
    judged = 0
    for case in cases():
        wanted = case.wanted.words()
        if Path(case.name).parent.as_posix() != folder or wanted is None or case.wanted.holds(case.parsed()):
            continue
        field, html = wanted
        if not field.startswith("entries[0]") or any(part in case.name for part in WORDLESS) or "['id']" in field:
            continue
        entry = case.read().entries[0]
        found = as_read(entry.title if "title" in field else entry.body)
        assert found == as_read(html), case.name
        if "title" not in field:
            assert _addresses(entry.body) == [quote(one, safe=":/?&=%#") for one in _addresses(html)], case.name
        judged += 1
    print(f"{folder}: {judged} texts")
    assert judged or folder in {"wellformed/atom", "wellformed/atom10"}


class _Found(HTMLParser):
    """The tags, handlers and addresses of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name in {"style", "srcdoc"}]
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]


def _addresses(html: str) -> list[str]:
    found = _Found()
    found.feed(html)
    found.close()
    return [address for address in found.addresses if address.startswith("http")]
