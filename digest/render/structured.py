"""What pages say to machines: schema.org's words as JSON-LD (https://schema.org, https://www.w3.org/TR/json-ld11/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from digest.config.settings import Newsletter
    from digest.render.archived import Frame, Link, NameLine
    from digest.render.stories import PageSource

Data = dict[str, object]
"""An object of JSON-LD; what is None is left out."""


def written(data: Data) -> Markup:
    """The object as a ``<script type="application/ld+json">`` may hold it."""
    known = {name: value for name, value in data.items() if value is not None}
    said = json.dumps({"@context": "https://schema.org", **known}, ensure_ascii=True, separators=(",", ":"))
    # Inside <script> an HTML parser looks for "</script" and "<!--" only; escaped, JSON means the same.
    return Markup(said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def periodical(newsletter: Newsletter) -> Data:
    """The newsletter."""
    return _named("Periodical", newsletter.title, newsletter.url)


def publisher(newsletter: Newsletter) -> Data:
    """Who stands behind it."""
    return _named("Organization", newsletter.title, newsletter.url)


def citations(sources: Sequence[PageSource]) -> list[Data] | None:
    """Who told a story, each with its address."""
    return [_named("CreativeWork", one.label, one.url or "") for one in sources] or None


def mentions(names: Sequence[NameLine]) -> list[Data] | None:
    """Whom a story has to do with."""
    kinds = {"organisation": "Organization", "person": "Person"}
    return [_named(kinds[one.kind], one.name, "") for one in names] or None


def trail_of(links: Sequence[Link], *, frame: Frame) -> Markup | None:
    """Where a page stands; None without an address on the web, for it takes absolute ones.

    Args:
        links: from below the home page down to the page itself.
        frame: of the site.
    """
    newsletter = frame.settings.newsletter
    if not newsletter.url:
        return None
    steps = [(newsletter.title, newsletter.url), *((one.text, frame.address(one.href)) for one in links)]
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": url}
        for place, (name, url) in enumerate(steps, start=1)
    ]
    return written({"@type": "BreadcrumbList", "itemListElement": items})


def _named(kind: str, name: str, url: str) -> Data:
    return {"@type": kind, "name": name, **({"url": url} if url else {})}
