"""Local files as the tests of this stage read them."""

from __future__ import annotations

from hashlib import sha256

from digest.gather.citations import is_citations, parse_citations
from digest.gather.feed import read_feed
from digest.gather.files.document import UnreadableError
from digest.gather.folder import LocalFile, problem
from digest.gather.identity import entry_ids
from digest.gather.item import Item
from digest.gather.tables import is_table, parse_csv
from digest.model import Entry, SourceProblem
from tests.gather.making import LONDON, NOW, source


def entries_of_feed_file(file: LocalFile) -> tuple[tuple[Entry, ...], tuple[SourceProblem, ...]]:
    """What a file of many entries gives, and what is wrong with it or some of them."""
    origin = source(file.path, id="file-example")
    try:
        if is_table(file.path):
            raw = parse_csv(file.data, zone=LONDON)
        elif is_citations(file.data):
            raw = parse_citations(file.data, zone=LONDON)
        else:
            feed = read_feed(file.data, source=origin, url=None, content_type=None, now=NOW, zone=LONDON)
            return feed.entries, (*((feed.problem,) if feed.problem else ()), *feed.left_out)
    except UnreadableError as error:
        return (), (problem(file.path, error.message, error.hint),)
    items = [Item(item, base="http://no-place.invalid/") for item in raw["entries"]]
    ids = entry_ids(origin.id, [item.marks for item in items])
    entries = tuple(
        item.entry(name, origin, None, zone=LONDON, now=NOW, fingerprint=sha256(repr(item.raw).encode()).hexdigest())
        for item, name in zip(items, ids, strict=True)
    )
    return entries, tuple(problem(file.path, trouble) for trouble in raw["problems"])
