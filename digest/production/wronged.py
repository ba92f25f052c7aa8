"""How far each correction of an issue is from those who have the wrong words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.deliver.wronged import Wronged, correction_mailing_id, count_wronged
from digest.edit.slices import ALL
from digest.production.editions import SLICES, Editions
from digest.production.frozen import VARIANT, content_sha256
from digest.store import issues
from digest.store.corrections import corrections, frozen_mail_parts

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from digest.model import Correction, IssueRecord
    from digest.production.frozen import Parts

NOBODY = ""
"""In place of a mailing's id: there is none, so nobody is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A correction, and who is to be told of it by mail."""

    correction: Correction
    wronged: Wronged
    parts: Parts  # of its mail, frozen; none: it has never been mailed
    waiting: int  # who are to get it, and stand in no list yet

    @property
    def mailing_id(self) -> str:
        """Of its mailing; NOBODY if there is none."""
        return correction_mailing_id(self.wronged.issue, content_sha256(self.parts)) if self.parts else NOBODY


def standing_corrections(
    connection: Connection, record: IssueRecord, *, asked: Collection[int] = ()
) -> tuple[Standing, ...]:
    """The corrections of an issue, oldest first.

    A correction that its editor had mailed goes to all who have the wrong words. Any other goes only to those whose
    copy left after it was made: they are not to get what is known to be wrong without a word.

    Args:
        connection: to the store.
        record: of the issue.
        asked: the numbers of corrections that are to be mailed to all from now on.
    """
    made = corrections(connection, issue=record.name)
    if not made:
        return ()
    text = issues.frozen_part(connection, record.name, VARIANT, SLICES)
    slices = Editions.load(text.decode("utf-8")).slices if text else ()
    found = []
    for one in made:
        variants = (ALL, *(cut.id for cut in slices if one.place in cut.stories))
        everybody = one.mailing_id is not None or one.number in asked
        wronged = Wronged(issue=record.name, variants=variants, since=None if everybody else one.at)
        parts = frozen_mail_parts(connection, one)
        standing = Standing(correction=one, wronged=wronged, parts=parts, waiting=0)
        waiting = count_wronged(connection, wronged, mailing_id=standing.mailing_id)
        found.append(Standing(correction=one, wronged=wronged, parts=parts, waiting=waiting))
    return tuple(found)
