"""An issue that is out, as the archive keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.model import Html, Issue, IssueRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedIssue:
    """An issue that is out: what was approved, and what of it goes on the web."""

    record: IssueRecord
    issue: Issue  # as approved
    page: bytes  # frozen at approval
    content: Html  # the stories without style, for the feed
    images: tuple[tuple[str, bytes], ...] = ()  # path below the page's folder → its bytes as approved

    @property
    def issued(self) -> datetime:
        """When the first page or message left; before that, the end of the period."""
        return self.record.out or self.record.end
