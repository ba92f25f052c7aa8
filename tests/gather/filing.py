"""Local files as the tests of this stage read them."""

from __future__ import annotations

from digest.gather.feeds.feed import read_feed
from digest.gather.folder import LocalFile, problem
from digest.model import Entry, SourceProblem
from tests.gather.making import LONDON, NOW, source


def entries_of_feed_file(file: LocalFile) -> tuple[tuple[Entry, ...], tuple[SourceProblem, ...]]:
    """What a file of many entries gives, and what is wrong with it or some of them."""
    origin = source(file.path, id="file-example")
    feed = read_feed(file.data, source=origin, url=None, content_type=None, now=NOW, zone=LONDON)
    found = (*((feed.problem,) if feed.problem else ()), *feed.left_out)
    return feed.entries, tuple(problem(file.path, trouble.message, trouble.hint) for trouble in found)
