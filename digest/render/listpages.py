"""The pages that list: the stories of a section, organisation or person; names; the issues of a year; corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

from markupsafe import Markup

from digest.render.archived import Frame, Link, NameLine, Note, StoryLine
from digest.render.past import IssueLine
from digest.render.structured import trail_of
from digest.text.spelling import folded

ListKind = Literal["section", "organisation", "person"]

LOST = "404.html"
_DESCRIBED = 3  # titles, in what machines are told of a list
_PARENTS: Mapping[ListKind, str] = {"organisation": "organisations", "person": "people"}


def list_page(
    kind: ListKind,
    name: str,
    lines: Sequence[StoryLine],
    *,
    path: str,
    frame: Frame,
    count: int,
    tally: Mapping[str, int] | None = None,
    years: Sequence[Link] = (),
    year: int | None = None,
    url: str = "",
    spark: Markup | None = None,
    has_feeds: bool = False,
) -> str:
    """The stories of a section, an organisation or a person.

    Args:
        kind: what is listed.
        name: what it is called; a section may have no title.
        lines: the stories, newest first; of a long list those that stand on this page.
        path: where the page goes.
        frame: of the site.
        count: of the stories on all its pages.
        tally: how many it published, is quoted in, is named in, by ``Named.why``.
        years: where a list has several pages, every one of them, newest first.
        year: the year of this page, if it is not the first of them.
        url: the name's own place on the web.
        spark: how often it came up, see ``digest.render.charts.sparkline``.
        has_feeds: whether ``feed.xml`` and ``feed.json`` lie beside the page.

    Raises:
        TemplateError: a template is wrong.
    """
    folder = path.rsplit("/", 1)[0] + "/"
    parent = _parent(kind, frame)
    called = name or frame.words.other
    shown = f"{called} · {year}" if year else called
    trail = trail_of([*([parent] if parent else []), Link(href=path, text=shown)], frame=frame)
    return frame.render(
        "list.html",
        path=path,
        title=shown,
        description="; ".join(one.title for one in lines[:_DESCRIBED]),
        structured=(trail,) if trail else (),
        list_kind=kind,
        first=years[0].href if years else path,
        parent=parent or Link(href="", text=frame.words.sections),
        heading=called,
        lines=lines,
        count=count,
        tally=[said for why, some in (tally or {}).items() if some and (said := frame.tallied(why, some))],
        years=years,
        year=year,
        name_url=url,
        spark=spark or Markup(),
        feed_xml=f"{folder}feed.xml" if has_feeds else "",
        feed_json=f"{folder}feed.json" if has_feeds else "",
    )


def names_page(kind: Literal["organisation", "person"], names: Sequence[NameLine], *, path: str, frame: Frame) -> str:
    """Every organisation, or every person, by the letter it begins with.

    Raises:
        TemplateError: a template is wrong.
    """
    title = getattr(frame.words, _PARENTS[kind])
    ordered = sorted(names, key=lambda one: (folded(one.name), one.name))
    letters = [(letter, list(some)) for letter, some in groupby(ordered, key=lambda one: _letter(one.name))]
    return frame.render("names.html", path=path, title=title, heading=title, letters=letters, count=len(names))


def year_page(year: int, issues: Sequence[IssueLine], *, path: str, frame: Frame, years: Sequence[Link] = ()) -> str:
    """The issues of a year, newest first.

    Args:
        year: of the dates of the issues.
        issues: as ``issue_line`` gives them without a root.
        path: where the page goes.
        frame: of the site.
        years: of every year there is, newest first.

    Raises:
        TemplateError: a template is wrong.
    """
    title = frame.words.issues_of.format(year=year)
    return frame.render("year.html", path=path, title=title, heading=title, issues=issues, years=years)


def corrections_page(notes: Sequence[Note], *, path: str, frame: Frame) -> str:
    """Everything that was put right after it was out.

    Args:
        notes: newest first.
        path: where the page goes.
        frame: of the site.

    Raises:
        TemplateError: a template is wrong.
    """
    title = frame.words.corrections
    return frame.render("corrections.html", path=path, title=title, heading=title, notes=notes)


def lost_page(*, frame: Frame) -> str:
    """``404.html``, which a server shows at whatever address there is nothing.

    So its addresses have to be absolute, and its style has to stay inside; without ``newsletter.url`` it leads nowhere.

    Raises:
        TemplateError: a template is wrong.
    """
    url = frame.settings.newsletter.url
    logo = frame.theme.logo
    bare = {} if url else {"places": (), "menu": {}, "on_site": False}
    values: dict[str, Any] = {**bare, "root": url, "feed": f"{url}feed.xml"}
    return frame.render(
        LOST,
        path=LOST,
        title=frame.words.no_page_title,
        noindex=True,
        logo=(logo.address(url) if url or not logo.is_file else "") if logo else "",
        **values,
    )


def _parent(kind: ListKind, frame: Frame) -> Link | None:
    """The page that lists all of a kind, if there is one."""
    return frame.menu.get(_PARENTS.get(kind, ""))


def _letter(name: str) -> str:
    """What a name stands under; "#" if it begins with none."""
    first = folded(name)[:1]
    return first.upper() if first.isalpha() else "#"
