"""What the feeds of the archive tell, before one format or the other writes it down.

There is a feed of whole issues, and one a section with an entry a story. An entry's id is the address of its page. A
newsletter without an address on the web gets ids made of its title and the page's name, so it has to keep its title.
Either is for ever: a reader of feeds takes an entry of another id for a new one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import quote

from digest.config.settings import Newsletter
from digest.model import Html, Issue, Printed
from digest.text.plain import drop_controls
from digest.text.readermarks import without_marks

ISSUES = 50
"""Issues in their feed: nearly a year of weeks, for those who subscribe late or were away. At 20 stories each that is
two thirds of a megabyte; of a whole one JSON Feed 1.1 says that it is a burden ("Suggestions for publishers")."""
STORIES = 100
"""Stories in the feed of a section: half a year of one that has four a week, in less than the 100 KB that JSON Feed 1.1
calls ideal."""

NEVER = datetime(1990, 1, 1, tzinfo=UTC)
"""When a feed with nothing in it was updated: RFC 4287 §4.1.1 wants a date. One before 1990 is implausible to the
feed validator of the W3C."""

ATOM, JSON = "feed.xml", "feed.json"  # beside the page that they tell of
UNTITLED = "…"  # as on the page

_NO_ADDRESS = re.compile(r"""[\s<>"{}|\\^`]""")  # what RFC 3987 §2.2 lets stand in no address


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSource:
    """Who told a story."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """An entry: an issue, or a story."""

    id: str  # for ever
    url: str  # of its page; relative to the feed if the newsletter has no address
    base: str  # what relative addresses in the content are relative to
    title: str
    published: datetime
    updated: datetime
    content: Html
    summary: str  # plain text; may be empty
    language: str  # of title and summary, BCP 47; the content is in that of the feed, and marks what is in another
    tags: tuple[str, ...] = ()
    sources: tuple[FeedSource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHead:
    """What a feed says of itself."""

    id: str
    title: str
    description: str  # plain text; may be empty
    folder: str  # the address of the folder in which the feed lies beside its page; empty if there is none
    language: str  # BCP 47
    author: str
    logo: str = ""  # the absolute address of a picture

    @property
    def home(self) -> str:
        """The page of which the feed tells; relative to the feed if the newsletter has no address."""
        return self.folder or "index.html"


def issues_head(newsletter: Newsletter, *, logo: str = "") -> FeedHead:
    """The head of the feed of issues, ``feed.xml`` and ``feed.json`` beside the home page.

    Args:
        newsletter: its settings.
        logo: the absolute address of its logo; empty if there is none.
    """
    return FeedHead(
        id=_id(newsletter, ""),
        title=_line(newsletter.title),
        description=_line(newsletter.description),
        folder=newsletter.url,
        language=newsletter.language,
        author=_author(newsletter),
        logo=logo,
    )


def section_head(newsletter: Newsletter, section: str, slug: str, *, logo: str = "") -> FeedHead:
    """The head of a section's feed, beside the section's page ``sections/<slug>/index.html``.

    Args:
        newsletter: its settings.
        section: the section's title, plain text.
        slug: what the section is called in addresses.
        logo: as for the issues.
    """
    place = f"sections/{quote(slug)}/"
    return FeedHead(
        id=_id(newsletter, place),
        title=f"{_line(newsletter.title)} · {_line(section) or UNTITLED}",
        description=_line(newsletter.description),
        folder=f"{newsletter.url}{place}" if newsletter.url else "",
        language=newsletter.language,
        author=_author(newsletter),
        logo=logo,
    )


def issue_item(
    newsletter: Newsletter,
    issue: Issue,
    *,
    name: str,
    issued: datetime,
    content: Html,
    corrected: Sequence[datetime] = (),
) -> FeedItem:
    """An issue as an entry.

    Args:
        newsletter: its settings.
        issue: as it was approved, or as it was corrected.
        name: the issue's.
        issued: when it went out.
        content: its stories; addresses in it are absolute if the newsletter has one.
        corrected: when something of it was put right.
    """
    page = f"{newsletter.url}{quote(name)}/"
    published = issued.replace(microsecond=0)
    return FeedItem(
        id=_id(newsletter, name),
        url=page if newsletter.url else f"{page}index.html",
        base=page,
        title=_line(issue.subject) or _line(issue.title) or f"{_line(newsletter.title)} {name}",
        published=published,
        updated=max((published, *corrected)),
        content=_content(content),
        summary=_line(issue.preheader),
        language=newsletter.language,
    )


def story_item(
    newsletter: Newsletter,
    story: Printed,
    *,
    issued: datetime,
    content: Html,
    summary: str = "",
    language: str = "",
    sources: Sequence[FeedSource] = (),
    corrected: Sequence[datetime] = (),
) -> FeedItem:
    """A story as an entry of its section's feed.

    The stories of an issue come out together, and readers of feeds sort by time: so each is a thousandth of a second
    before the one that stands above it. All are still of the same second, and none is before it.

    Args:
        newsletter: its settings.
        story: as it was printed, or as it was corrected; its ``text`` is not asked for.
        issued: when its issue went out.
        content: what it says and who told it; addresses in it are absolute if the newsletter has one.
        summary: the same in a few sentences of plain text.
        language: of title and summary, BCP 47; empty: the newsletter's.
        sources: who told it.
        corrected: when something of it was put right.
    """
    root = newsletter.url or "../../"  # from sections/<slug>/
    issue = f"{root}{quote(story.issue)}/"
    page = f"{issue}{quote(story.slug)}/"
    published = issued.replace(microsecond=max(0, 999 - story.place) * 1000)
    return FeedItem(
        id=_id(newsletter, f"{quote(story.issue)}/{quote(story.slug)}/"),
        url=page if newsletter.url else f"{page}index.html",
        base=issue,
        title=_line(story.title) or UNTITLED,
        published=published,
        updated=max((published, *corrected)),
        content=_content(content),
        summary=_line(summary),
        language=language or newsletter.language,
        tags=(section,) if (section := _line(story.section)) else (),
        sources=_sources(sources),
    )


def last_updated(items: Sequence[FeedItem]) -> datetime:
    """When the feed was last updated: when the last of its entries was."""
    return max((item.updated for item in items), default=NEVER)


def moment(when: datetime) -> str:
    """A time as RFC 3339 writes it, in UTC; thousandths of a second only if there are any."""
    kept = "milliseconds" if when.microsecond >= 1000 else "seconds"
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=kept) + "Z"


def _line(text: str) -> str:
    """A line of plain text: no control characters, no marks of what is each reader's own."""
    return " ".join(without_marks(drop_controls(text)).split())


def _content(html: Html) -> Html:
    return Html(drop_controls(html).strip())


def _sources(sources: Sequence[FeedSource]) -> tuple[FeedSource, ...]:
    """Those with an address, each address once."""
    found: dict[str, FeedSource] = {}
    for one in sources:
        url = _NO_ADDRESS.sub(lambda mark: quote(mark[0]), drop_controls(one.url).strip())
        if url and url not in found:
            found[url] = FeedSource(label=_line(one.label), url=url)
    return tuple(found.values())


def _author(newsletter: Newsletter) -> str:
    return _line(parseaddr(newsletter.sender)[0]) or _line(newsletter.title)


def _id(newsletter: Newsletter, name: str) -> str:
    """Args: ``name``: of an issue, or the place of another page below the home page; empty for that itself."""
    if not newsletter.url:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{newsletter.title}\n{name}").urn
    place = name if not name or name.endswith("/") else f"{quote(name)}/"
    return f"{newsletter.url}{place}"
