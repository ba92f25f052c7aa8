"""feedparser's strict parser with its three busiest methods written anew, for equal results with less bookkeeping.

For each element of a feed, feedparser opens it, collects its text and closes it; nearly all elements have no
attributes, plain text and stand outside inline markup, and these take the short ways here. Every other goes
feedparser's own. A test holds the two against each other over every document of the corpora.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeGuard
from xml.sax.saxutils import escape

from feedparser import api, mixin
from feedparser.html import _cp1252
from feedparser.util import FeedParserDict

_ROOTS: Final = frozenset(["feed", "rss", "rdf:RDF"])
_OF_TEXTINPUT: Final = frozenset(["title", "link", "description", "name"])
_OF_IMAGE: Final = frozenset(["title", "link", "description", "url", "href", "width", "height"])
IN_LOWER_CASE: Final = frozenset(["rel", "type"])
"""Attributes whose values feedparser puts in lower case."""
WITH_EFFECT: Final = frozenset(["xml:base", "base", "xml:lang", "lang", "xmlns", "xmlns:xlink"])
"""Attributes that change what addresses, languages or prefixes mean."""
_ELSEWHERE: Final = frozenset(["category", "tags", "itunes_keywords"])
"""Elements whose text their own handlers put in place."""
_CONTROLS: Final = re.compile(b"\xc2[\x80-\x9f]")
"""What Windows-1252 has characters for and Unicode has not: typographic quotes of documents that say Latin-1."""
_MEANT: Final = {chr(code).encode(): char.encode() for code, char in _cp1252.items()}
_AMPERSAND: Final = re.compile("&([A-Za-z0-9_]+);")
_MARKUP: Final = "application/xhtml+xml"
_get: Final = dict.get
"""feedparser's own looks every key up in a table of synonyms first."""
_Opener = tuple[str, Callable[[dict[str, str]], Any] | None, bool, bool]
"""What an element is stored as, its own handler, and whether it shows that a textinput or an image has ended."""


class StrictParser(api.StrictFeedParser):  # type: ignore[misc]
    """A content handler for ``xml.sax`` that collects ``feeddata`` and ``entries``."""

    baseuri: str
    lang: str | None

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._starts: dict[str, _Opener] = {}
        self._settled = ""  # a base address that making it safe does not change
        self._bound: dict[str | None, str] = {}
        self._newest: tuple[FeedParserDict | None, dict[str, int]] = (None, {})
        self._ends: dict[str, tuple[str, Callable[[], Any] | None]] = {}

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        """A prefix means something else from now on, and so does every name with one."""
        if self._bound.get(prefix) != uri:  # some feeds say the same at every item
            self._bound[prefix] = uri
            self._starts.clear()
            self._ends.clear()
        super().track_namespace(prefix, uri)

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> Any:
        """An element begins."""
        given = {name: value.lower() if name in IN_LOWER_CASE else value for name, value in attrs}
        if WITH_EFFECT.isdisjoint(given):
            return self.begin(tag, given)
        return super().unknown_starttag(tag, attrs)

    def begin(self, tag: str, given: dict[str, str]) -> Any:
        """An element begins whose attributes change nothing but itself.

        Args:
            tag: as feedparser calls it.
            given: the attributes; the values of ``rel`` and ``type`` in lower case.
        """
        if self.incontent or tag in _ROOTS or not self.baseuri:
            return super().unknown_starttag(tag, list(given.items()))
        name, method, ends_textinput, ends_image = self._starts.get(tag) or self._opener(tag)
        self.depth += 1
        if self.baseuri != self._settled:
            self._settle_base()
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        if ends_textinput:
            self.intextinput = 0
        if ends_image:
            self.inimage = 0
        try:
            if method is not None:
                return method(given)
        except AttributeError:  # feedparser takes an error in a handler for the lack of one
            pass
        if given:
            self._get_context()[name] = given
            return None
        self.elementstack.append([name, 1, []])
        return None

    def characters(self, text: str) -> None:
        """Text between two tags."""
        if self.elementstack:
            params = self.contentparams
            if params and _get(params, "type") == _MARKUP:
                text = escape(text)
            self.elementstack[-1][2].append(text)

    def unknown_endtag(self, tag: str) -> None:
        """An element ends."""
        if self.svgOK:
            super().unknown_endtag(tag)
            return
        name, method = self._ends.get(tag) or self._closer(tag)
        try:
            if method is None:
                self.pop(name)
            else:
                method()
        except AttributeError:
            self.pop(name)
        if self.incontent and not self._goes_on(tag):
            return
        if self.basestack:
            self.basestack.pop()
            if self.basestack and self.basestack[-1]:
                self.baseuri = self.basestack[-1]
        if self.langstack:
            self.langstack.pop()
            if self.langstack:
                self.lang = self.langstack[-1]
        self.depth -= 1

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """Take an element off the stack and store its text where feedparser's users look for it."""
        stack, params = self.elementstack, self.contentparams
        if not stack or stack[-1][0] != element:
            return None
        odd = params and (_get(params, "type") == _MARKUP or _get(params, "base64"))
        if odd or self.sanitize_html or self.resolve_relative_uris:
            return super().pop(element, strip_whitespace)
        _, expects_text, pieces = stack.pop()
        output = "".join(pieces)
        if strip_whitespace:
            output = output.strip()
        if not expects_text:
            return output
        if output and element in self.can_be_relative_uri and (element != "id" or self.guidislink):
            output = self.resolve_uri(output)
        if params:
            self._settle(params, output)
        if not output.isascii():
            output = _mended(output)
        self._store(element, output)
        return output

    def push_content(
        self, tag: str, attrs_d: Mapping[str, str], default_content_type: str, expecting_text: Any
    ) -> None:
        """An element begins whose text may be of several kinds."""
        self.incontent += 1
        if self.lang:
            self.lang = self.lang.replace("_", "-")
        kind = self.map_content_type(attrs_d.get("type", default_content_type))
        self.contentparams = FeedParserDict(type=kind, language=self.lang, base=self.baseuri)
        if attrs_d.get("mode") == "base64" or not (kind.startswith("text/") or kind.endswith(("+xml", "/xml"))):
            self.contentparams["base64"] = 1
        self.elementstack.append([tag, expecting_text, []])

    def _settle_base(self) -> None:
        given = self.baseuri
        self.baseuri = mixin.make_safe_absolute_uri(given, given) or given
        if self.baseuri == given:
            self._settled = given

    def _settle(self, params: FeedParserDict, output: str) -> None:
        """What kind of text it is, where the document's word is not to be believed."""
        if "</" in output or "&" in output:  # else it cannot look like HTML
            is_plain = _get(params, "type") == "text/plain" and not self.version.startswith("atom")
            if is_plain and self.looks_like_html(output):
                params["type"] = "text/html"
        params.pop("mode", None)
        params.pop("base64", None)

    def _store(self, element: str, output: str) -> None:
        if element in _ELSEWHERE or (element == "title" and -1 < self.title_depth <= self.depth):
            return
        if self.inentry and not self.insource:
            self._store_in_entry(element, output)
        elif self.infeed or self.insource:
            self._store_in_head(element, output)

    def _store_in_entry(self, element: str, output: str) -> None:
        entry = self.entries[-1]
        if element == "content":
            entry.setdefault("content", []).append(self._with_params(output))
        elif element == "link":
            if not self.inimage:
                if "&" in output:
                    output = _AMPERSAND.sub(r"&\g<1>", output.replace("&amp;", "&"))
                entry["link"] = output
                if output:
                    entry["links"][-1]["href"] = output
        else:
            name = "summary" if element == "description" else element
            newest, depths = self._newest
            if newest is not entry:
                depths = self.property_depth_map.setdefault(entry, {})
                self._newest = (entry, depths)
            if self.depth <= depths.get(name, self.depth):
                depths[name] = self.depth
                entry[name] = output
            if self.incontent:
                entry[f"{name}_detail"] = self._with_params(output)

    def _store_in_head(self, element: str, output: str) -> None:
        context = self._get_context()
        name = "subtitle" if element == "description" else element
        context[name] = output
        if name == "link":
            context[name] = output = _AMPERSAND.sub(r"&\g<1>", output)
            context["links"][-1]["href"] = output
        elif self.incontent:
            context[f"{name}_detail"] = self._with_params(output)

    def _with_params(self, output: str) -> FeedParserDict:
        return FeedParserDict(self.contentparams, value=output)

    def _goes_on(self, tag: str) -> bool:
        """Note the end of an element of inline markup; False: it is a wrapper that is left out."""
        if not _get(self.contentparams, "type", "xml").endswith("xml"):
            if tag in {"xhtml:div", "div"}:
                return False
            self.contentparams["type"] = _MARKUP
        if _get(self.contentparams, "type") == _MARKUP:
            self.handle_data(f"</{tag.rpartition(':')[2]}>", escape=0)
        return True

    def _opener(self, tag: str) -> _Opener:
        prefix, suffix = self._mapped(tag)
        method = getattr(self, f"_start_{prefix}{suffix}", None)
        found = self._starts[tag] = (
            prefix + suffix,
            method if _is_handler(method) else None,
            not prefix and tag not in _OF_TEXTINPUT,
            not prefix and tag not in _OF_IMAGE,
        )
        return found

    def _closer(self, tag: str) -> tuple[str, Callable[[], Any] | None]:
        prefix, suffix = self._mapped(tag)
        method = getattr(self, f"_end_{prefix}{suffix}", None)
        found = self._ends[tag] = (prefix + suffix, method if _is_handler(method) else None)
        return found

    def _mapped(self, tag: str) -> tuple[str, str]:
        """The prefix that feedparser uses for the one in the document, with its underscore, and the local name."""
        before, colon, after = tag.partition(":")
        prefix, suffix = (before, after) if colon else ("", tag)
        prefix = self.namespacemap.get(prefix, prefix)
        return f"{prefix}_" if prefix else "", suffix


def _is_handler(value: object) -> TypeGuard[Callable[..., Any]]:
    return callable(value)


def _mended(text: str) -> str:
    """UTF-8 that was taken for Latin-1 and encoded again, and Windows-1252 that was, as feedparser mends them."""
    text = _decoded_again(text)
    raw = text.encode("utf-8", "surrogatepass")
    if _CONTROLS.search(raw):
        return _CONTROLS.sub(lambda found: _MEANT.get(found[0], found[0]), raw).decode("utf-8", "surrogatepass")
    return text


def _decoded_again(text: str) -> str:
    try:
        return text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text
