"""The page of a story: what its issue said of it, who told it, and what came before and after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from markupsafe import Markup

from digest.model import Html
from digest.render.archived import Frame, Link, NameLine, Note, StoryLine
from digest.render.markup import demote
from digest.render.pagepicture import PagePicture, picture_of_story
from digest.render.stories import PageSource, PageStory
from digest.render.structured import citations, mentions, periodical, publisher, trail_of, written
from digest.render.templates import safe
from digest.text.plain import plain
from digest.text.wrap import wrap

_BESIDE = re.compile(r' (src|href)="(?![a-z][a-z0-9+.-]*:|/|#)(?:\./)?', re.IGNORECASE)
"""The start of an address that is relative to the page, as nh3 writes it."""
_DESCRIPTION_CHARS = 160
"""Search engines show about as many, https://developers.google.com/search/docs/appearance/snippet names no limit."""


def render_story(
    story: PageStory,
    *,
    path: str,
    frame: Frame,
    issue: Link,
    section: Link,
    number: int,
    on: date,
    notes: Sequence[Note] = (),
    names: Sequence[NameLine] = (),
    thread: Sequence[StoryLine] = (),
    previous: Link | None = None,
    following: Link | None = None,
) -> str:
    """The page of a story, which lies in a folder of its own below that of its issue.

    Args:
        story: as the page of its issue prints it.
        path: where the page goes.
        frame: of the site.
        issue: the issue's page, and what the issue is called here.
        section: the page of its section; without an href if that has none.
        number: of the issue; 0: it has none.
        on: the day the issue is dated.
        notes: what was put right in it, the oldest first.
        names: whom it has to do with.
        thread: the story across issues, the oldest first, with this one among them; empty if it stands alone.
        previous: the story before it in its issue. Likewise ``following``.

    Raises:
        TemplateError: a template is wrong.
    """
    url = frame.address(path)
    title = plain(str(story.title)).strip()
    picture = picture_of_story(story, frame.theme, base=frame.address(issue.href))
    sources = (*((story.source,) if story.source else ()), *story.also)
    description = _description(story, title)
    trail = trail_of([issue, Link(href=path, text=title)], frame=frame)
    data = _structured(title, description, url, on=on, notes=notes, sources=sources, names=names, picture=picture,
                       issue=issue, section=section, number=number, frame=frame)  # fmt: skip
    return frame.render(
        "story.html",
        path=path,
        title=title,
        description=description,
        kind="article",
        story=_below(story),
        sources=sources,
        issue=issue,
        section=section,
        number=number,
        on=on.isoformat(),
        year=on.year,
        date=frame.date(on),
        picture=picture,
        structured=(data, *((trail,) if trail else ())),
        notes=notes,
        names=names,
        thread=thread,
        previous=previous,
        following=following,
    )


def _description(story: PageStory, title: str) -> str:
    """What the story says in a line; where its first sentence is too long for that, how it begins."""
    if story.glance not in {"", title}:
        return story.glance
    told = " ".join(plain(str(story.summary)).split())
    return told if len(told) <= _DESCRIPTION_CHARS else wrap(told, _DESCRIPTION_CHARS - 1).partition("\n")[0] + "…"


def _below(story: PageStory) -> PageStory:
    """The story for a page of its own: it stands one folder deeper, and its headline is the page's."""
    return replace(
        story,
        summary=_deeper(story.summary),
        why=_deeper(story.why),
        earlier_url=f"../{story.earlier_url}" if story.earlier_url.startswith("../") else story.earlier_url,
    )


def _deeper(text: Markup) -> Markup:
    if "<" not in text:
        return text
    return safe(Html(_BESIDE.sub(r' \1="../', demote(Html(str(text)), below=1))))


def _structured(
    title: str,
    description: str,
    url: str,
    *,
    on: date,
    notes: Sequence[Note],
    sources: Sequence[PageSource],
    names: Sequence[NameLine],
    picture: PagePicture | None,
    issue: Link,
    section: Link,
    number: int,
    frame: Frame,
) -> Markup:
    """What the page is, for machines: schema.org's NewsArticle."""
    newsletter = frame.settings.newsletter
    part = {
        "@type": "PublicationIssue",
        **({"issueNumber": str(number)} if number else {}),
        "datePublished": on.isoformat(),
        **({"url": frame.address(issue.href)} if url else {}),
        "isPartOf": periodical(newsletter),
    }
    corrected = [
        {"@type": "CorrectionComment", "text": plain(note.html), "datePublished": note.on.isoformat()} for note in notes
    ]
    return written(
        {
            "@type": "NewsArticle",
            "headline": title,
            "description": description or None,
            "articleSection": section.text or None,
            "datePublished": on.isoformat(),
            "dateModified": max(note.on for note in notes).isoformat() if notes else None,
            "correction": corrected or None,
            "inLanguage": newsletter.language,
            "url": url or None,
            "image": picture.url if picture else None,
            "author": publisher(newsletter),
            "publisher": publisher(newsletter),
            "isPartOf": part,
            "citation": citations(sources),
            "mentions": mentions(names),
        }
    )
