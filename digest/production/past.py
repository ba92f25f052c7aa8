"""The issues that are out: what they printed, and from which addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.edit.fates import entry_ids
from digest.edit.issuefile import read_issue
from digest.model import Entry
from digest.store import entries, issues
from digest.store.corrections import current_text
from digest.store.imported import imported_links
from digest.text.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from digest.model import Issue, IssueRecord

_BY_HAND = re.compile(rb"^ {0,3}[-*+][ \t](?=.*https?://)(?!.*\{#e-[0-9a-f]+\}\s*$)", re.MULTILINE)


def past_issues(connection: Connection) -> Iterator[tuple[IssueRecord, Issue]]:
    """Every issue that is out, as it stands now, the newest first; each is read when it is asked for."""
    past = [record for record in issues.all_issues(connection) if record.has_left]
    for record in sorted(past, key=lambda one: (one.out or one.end, one.name), reverse=True):
        if (text := current_text(connection, record.name)) is not None:
            yield record, read_issue(text, path=f"{record.name} as it is out").issue


def written_by_hand(connection: Connection, wanted: Sequence[Entry]) -> tuple[Entry, ...]:
    """What past issues printed from an address that no entry brought, if one of these has that address.

    As entries that were used, each under the wanted one's own title: whoever prints a page's address means the page.
    """
    by_key = {entry.url_key: entry for entry in wanted if entry.url_key}
    ran = printed_by_hand(connection)
    return tuple(
        Entry(id=f"{place:012x}", source_id="", title=one.title, url=one.url, url_key=key, state="used",
              issue=ran[key], first_seen=one.first_seen)
        for place, (key, one) in enumerate(sorted(by_key.items()))
        if key in ran
    )  # fmt: skip


def printed_by_hand(connection: Connection) -> dict[str, str]:
    """The canonical addresses that past issues have from no entry, and the newest issue that has each."""
    found = imported_links(connection)
    for record in issues.all_issues(connection):  # the oldest first: the newest stays
        own = record.has_left and not record.is_imported
        text = issues.frozen_part(connection, record.name, "all", "issue.md") if own else None
        if text is None or not _BY_HAND.search(text):  # as nearly all: reading them whole would take too long
            continue
        issue = _approved(connection, record.name)
        refs = [ref for story in issue.stories for ref in story.sources] if issue else []
        found |= {url_key(ref.url): record.name for ref in refs if ref.url and not ref.entry_id}
    return found


def ran_before(connection: Connection, issue: Issue) -> dict[str, str]:
    """What of an issue an earlier one printed, and the earlier one's name.

    By canonical address; and by the id of an entry that was printed, or is kept out because another page told the same.
    """
    keys = {url_key(ref.url) for story in issue.stories for ref in story.sources if ref.url}
    by_hand = printed_by_hand(connection)
    found = {key: by_hand[key] for key in sorted(keys) if by_hand.get(key, issue.name) != issue.name}
    for entry in entries.with_url_keys(connection, keys):
        if entry.url_key and ran_elsewhere(entry, issue.name):
            found[entry.url_key] = entry.issue or ""
    for entry in entries.by_ids(connection, entry_ids(issue)):
        if ran_elsewhere(entry, issue.name):
            found[entry.id] = entry.issue or ""
    for placed in issues.placements(connection, issue=issue.name):
        if placed.place == "repeat" and placed.earlier:
            found[placed.entry_id] = placed.earlier
    return found


def ran_elsewhere(entry: Entry, name: str) -> bool:
    """Whether readers had an entry in another issue than this."""
    return entry.state in {"used", "grouped"} and entry.issue not in {None, name}


def _approved(connection: Connection, name: str) -> Issue | None:
    text = issues.frozen_part(connection, name, "all", "issue.md")
    return read_issue(text.decode("utf-8"), path=f"{name} as approved").issue if text else None
