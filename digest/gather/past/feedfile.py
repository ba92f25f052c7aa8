"""A feed file with whole entries: an archive of past issues, an entry each."""

from __future__ import annotations

from collections.abc import Iterator

from digest.gather.feeds.feed import read_feed
from digest.gather.past.letter import Found, NotTaken, PastLetter, Reading, sha256_of
from digest.model import Source

_LEAST_WORDS = 40
"""Fewer words without a whole text beside them are an announcement of an issue, not the issue."""


def read_feed_file(data: bytes, title: str, reading: Reading) -> Iterator[Found]:
    """A letter for each entry that has its whole text and a date.

    Args:
        data: of an RSS, Atom or JSON feed.
        title: the file's name.
        reading: what readers need.
    """
    source = Source(id="past", kind="feed", location=title, name=title, max_entries=None)
    feed = read_feed(data, source=source, url=None, content_type=None, now=reading.now, zone=reading.zone)
    for problem in (*([feed.problem] if feed.problem else []), *feed.left_out):
        yield NotTaken(origin=title, why=problem.message, hint=problem.hint)
    for entry in feed.entries:
        origin = f"{title}: {entry.title or entry.url or entry.id}"
        if entry.published is None and entry.updated is None:
            yield NotTaken(origin=origin, why="says no date")
        elif not entry.body or entry.truncated or len(entry.text.split()) < _LEAST_WORDS:
            yield NotTaken(origin=origin, why="has only a summary in this feed, not the whole text")
        else:
            yield PastLetter(
                key=f"feed {entry.id} {entry.url or entry.title}",
                origin=origin,
                form="feed",
                subject=entry.title,
                date=entry.published or entry.updated or reading.now,
                html=str(entry.body),
                preheader=entry.summary if entry.summary and not entry.text.startswith(entry.summary[:60]) else "",
                base=entry.url,
                sha256=sha256_of(f"{entry.title}\n{entry.body}"),
            )
