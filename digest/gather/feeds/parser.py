"""feedparser, called as a pure function and at about half its cost, with equal output.

Where its time goes was measured on 454 captured feeds (69 MB): half of it is cleaning and resolving HTML in Python,
which one pass of nh3 does later (digest.text.clean); the rest is bookkeeping for each element. What is changed here
changes no result, which a test holds against an untouched feedparser over every document of the corpora. Other
releases than those it was written for are called as they are: slower, and just as right.
"""

from __future__ import annotations

import copy
import io
import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Final
from xml.sax.expatreader import ExpatParser

import feedparser
from feedparser import api, mixin
from feedparser.datetimes import _parse_date
from feedparser.datetimes.rfc822 import _parse_date_rfc822
from feedparser.util import FeedParserDict

from digest.gather import repair
from digest.gather.feeds.strict import IN_LOWER_CASE, WITH_EFFECT, StrictParser

Raw = dict[str, Any]
"""A document, an item, a head or a text of feedparser's. Dates are got with ``dict.get``: its own gives one for
another."""

NO_PLACE: Final = "http://no-place.invalid/"
"""Where a feed file lies, for feedparser: without a base, one entry's xml:base leaks into the next (16 real feeds)."""

_BUFFER = 1 << 16
_MEMO = 4096  # addresses; a feed joins the same few again and again
_KNOWN_RELEASES: Final = ("6.0.",)
_USERLAND: Final = "http://backend.userland.com/rss"
_ABSOLUTE: Final = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9/._~%=,:@+-]*+(?:\?[A-Za-z0-9/._~%=&,:@+-]++)?+")
"""Addresses in which ``urljoin`` finds nothing to change: it drops empty parts, and white space."""
_LONGEST_AUTHOR: Final = 1000
"""Characters in which feedparser may look for a mail address: its pattern takes time that grows with their square."""
_NAMESPACED: Final = (" math", " svg")  # feedparser gives them their namespace as an attribute
_MAPPED: Final = frozenset(FeedParserDict.keymap) | {"category", "enclosures", "license", "updated", "updated_parsed"}
"""Keys that feedparser answers with something else than what is stored under them."""


def parse(body: bytes, *, url: str | None, content_type: str | None) -> Raw:
    """What feedparser makes of a document: ``feed``, ``entries``, ``version``, ``bozo_exception``.

    Args:
        body: begins with neither white space nor nothing; not decoded: the document says its encoding better than
            anyone.
        url: where it was found, after redirects; None for a file.
        content_type: the header, if there was one; it may name the encoding.
    """
    # From a BytesIO, because feedparser opens strings as files and addresses. With a place and a type, because
    # without them one entry's xml:base leaks into the next, and every document counts as malformed.
    headers = {"content-location": url or NO_PLACE, "content-type": content_type or "application/xml"}
    parsed: Raw = feedparser.parse(
        io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False, response_headers=headers
    )
    return parsed


def _worded_date(text: str) -> Any:
    """A date that begins with a letter, as RFC 822's do: feedparser would try it as one of W3C's first."""
    return _parse_date_rfc822(text) if text[:1].isalpha() else None


@lru_cache(_MEMO)
def date_of(text: str) -> datetime | None:
    """A date as feedparser reads it, and repaired where it misreads it."""
    return repair.date_of(text, _parse_date(text))


class _Driver(ExpatParser):
    """The standard library's driver, which hands text over in large pieces and resolves each name once."""

    _parser: Any
    _cont_handler: Any

    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True
        self._parser.buffer_size = _BUFFER
        self._names: dict[str, str] = {}
        self._attributes: dict[str, tuple[str, str]] = {}
        # Of attributes with one name each and no effect: these, if not the document's, and those in lower case.
        self._simple: dict[tuple[str, ...], tuple[tuple[str, ...] | None, tuple[str, ...]]] = {}
        self._bound: dict[str | None, str] = {}

    def start_namespace_decl(self, prefix: str | None, uri: str) -> None:
        if self._bound.get(prefix) != uri:  # what a name is called depends on the prefixes in use
            self._bound[prefix] = uri
            self._names.clear()
        super().start_namespace_decl(prefix, uri)
        if self._cont_handler.decls:  # the next element gets them as attributes
            self._names.clear()

    def start_element_ns(self, name: str, attrs: dict[str, str]) -> None:  # type: ignore[override]  # expat gives dicts
        called = self._names.get(name)
        if called is None:
            if self._cont_handler.decls or name.endswith(_NAMESPACED):
                super().start_element_ns(name, attrs)
                return
            called = self._called(name)
        if attrs:
            simple = self._simple.get(tuple(attrs))
            if simple is None:
                self._cont_handler.unknown_starttag(called, self._spelled(attrs))
                return
            others, in_lower_case = simple
            if others:
                attrs = dict(zip(others, attrs.values(), strict=True))
            for each in in_lower_case:
                attrs[each] = attrs[each].lower()
        self._cont_handler.begin(called, attrs)

    def end_element_ns(self, name: str) -> None:
        known = self._names.get(name)
        if known:
            self._cont_handler.unknown_endtag(known)
        else:
            super().end_element_ns(name)

    def _called(self, name: str) -> str:
        """What feedparser calls an element, remembered; ``name`` is "namespace local prefix"."""
        parts = name.split()
        namespace, local = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
        if _USERLAND in namespace.lower():
            namespace = _USERLAND
        prefix = self._cont_handler._matchnamespaces.get(namespace.lower())  # noqa: SLF001  feedparser's own table
        called = local.lower()
        if prefix:
            called = f"{prefix}:{called}".lower()
        elif namespace:
            in_use = self._cont_handler.namespaces_in_use.items()
            called = next((f"{name}:{called}" for name, value in in_use if name and value == namespace), called).lower()
        self._names[name] = called
        return called

    def _spelled(self, attrs: Mapping[str, str]) -> list[tuple[str, str]]:
        """Attributes under feedparser's names for them, then under the document's."""
        names = [(self._attributes.get(name) or self._attribute(name)) for name in attrs]
        spelled = {given: value for (given, _), value in zip(names, attrs.values(), strict=True)}
        spelled |= {own: value for (_, own), value in zip(names, attrs.values(), strict=True)}
        one_name_each = len(spelled) == len(attrs) and all(given == own for given, own in names)
        if one_name_each and WITH_EFFECT.isdisjoint(spelled):
            others = None if spelled.keys() == attrs.keys() else tuple(spelled)
            self._simple[tuple(attrs)] = (others, tuple(IN_LOWER_CASE.intersection(spelled)))
        return list(spelled.items())

    def _attribute(self, name: str) -> tuple[str, str]:
        parts = name.split()
        if len(parts) == 1:
            found = (name.lower(), name.lower())
        else:
            prefix = self._cont_handler._matchnamespaces.get(parts[0].lower(), "")  # noqa: SLF001
            given = f"{prefix}:{parts[1]}" if prefix else parts[1]
            found = (given.lower(), (f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[1]).lower())
        self._attributes[name] = found
        return found


def create_parser() -> _Driver:
    """What ``xml.sax.make_parser`` looks for in a module that it is given the name of."""
    return _Driver()


def _copy(value: Any) -> Any:
    """``copy.deepcopy``, at once for what it is nearly always asked for: a flat dictionary of texts."""
    if type(value) is FeedParserDict and all(one is None or type(one) in {str, int} for one in value.values()):
        return FeedParserDict(value)
    return copy.deepcopy(value)


def _quick_join(join: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """``join``, at once for what it is nearly always asked for: an address that is absolute already."""

    def quick_join(base: str, uri: str) -> str:
        return uri if _ABSOLUTE.fullmatch(uri) else join(base, uri)

    return quick_join


def _hasten() -> None:
    """Put the quick ways in the place of the slow ones."""
    given, item, has = FeedParserDict.get, FeedParserDict.__getitem__, FeedParserDict.__contains__
    put, default_to = FeedParserDict.__setitem__, FeedParserDict.setdefault

    def quick_get(self: FeedParserDict, key: Any, default: Any = None) -> Any:
        return given(self, key, default) if key in _MAPPED else dict.get(self, key, default)

    def quick_item(self: FeedParserDict, key: Any) -> Any:
        return item(self, key) if key in _MAPPED else dict.__getitem__(self, key)

    def quick_has(self: FeedParserDict, key: Any) -> bool:
        return has(self, key) if key in _MAPPED else dict.__contains__(self, key)

    def quick_put(self: FeedParserDict, key: Any, value: Any) -> None:
        (put if key in _MAPPED else dict.__setitem__)(self, key, value)

    def quick_default(self: FeedParserDict, key: Any, default: Any) -> Any:
        return (default_to if key in _MAPPED else dict.setdefault)(self, key, default)

    FeedParserDict.get = quick_get
    FeedParserDict.__getitem__ = quick_item
    FeedParserDict.__contains__ = quick_has
    FeedParserDict.__setitem__ = quick_put
    FeedParserDict.setdefault = quick_default
    sync = mixin._FeedParserMixin._sync_author_detail  # noqa: SLF001  there is no public way in

    def quick_sync(self: Any, key: str = "author") -> None:
        if len(str(self._get_context().get(key) or "")) <= _LONGEST_AUTHOR:
            sync(self, key)

    mixin._FeedParserMixin._sync_author_detail = quick_sync  # noqa: SLF001
    mixin.copy = SimpleNamespace(deepcopy=_copy, copy=copy.copy)
    mixin._urljoin = _quick_join(lru_cache(_MEMO)(mixin._urljoin))  # noqa: SLF001  there is no public way in
    mixin.make_safe_absolute_uri = lru_cache(_MEMO)(mixin.make_safe_absolute_uri)
    feedparser.registerDateHandler(_worded_date)
    api.PREFERRED_XML_PARSERS = [__name__]
    api.StrictFeedParser = StrictParser


repair.keep_captions_apart()
if feedparser.__version__.startswith(_KNOWN_RELEASES) and sys.implementation.name == "cpython":
    _hasten()
