"""The archive as an Atom feed, made of issues; stays until the plan of the archive makes the items itself."""

from __future__ import annotations

from collections.abc import Sequence

from digest.archive import atomfeed
from digest.archive.feeditems import ISSUES, issue_item, issues_head
from digest.archive.published import PublishedIssue
from digest.config.settings import Settings


def atom_feed(issues: Sequence[PublishedIssue], *, settings: Settings) -> bytes:
    """The newest issues, newest first, as Atom in UTF-8; well-formed whatever the issues hold."""
    newsletter = settings.newsletter
    items = [
        issue_item(newsletter, one.issue, name=one.record.name, issued=one.issued, content=one.content)
        for one in issues
    ]
    newest = sorted(items, key=lambda item: (item.published, item.id), reverse=True)[:ISSUES]
    return atomfeed.atom_feed(issues_head(newsletter), newest)
