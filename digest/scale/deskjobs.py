"""What one editor's machine does for all: drafts, pages, corrections, and what came back. They need the folder."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from digest import pipeline
from digest.production import mailout, schedule
from digest.production.correctionmail import send_corrections
from digest.production.inbox import look_into_inbox
from digest.production.schedule import Stop, correction_label
from digest.scale.mailjobs import publish_first
from digest.scale.workplace import fresh_secret

if TYPE_CHECKING:
    from digest.model import Tally
    from digest.scale.workplace import Workplace

logger = logging.getLogger(__name__)


def draft(place: Workplace, issue: str | None) -> None:
    """Write the issue file, or bring what is new into it; an approved one is left alone."""
    drafted = pipeline.draft(
        place.project, now=place.now(), name=issue, environ=place.environ, say=lambda said: logger.info("%s", said)
    )
    name = drafted.period.name
    logger.info("%s: %s", name, drafted.outcome, extra={"issue": name, "outcome": drafted.outcome})


def publish(place: Workplace, issue: str) -> None:
    """Write the pages of an approved issue, and of all that changes with it."""
    pages = pipeline.publish(place.project, now=place.now(), name=issue)
    logger.info("%s is published: %d files", issue, len(pages), extra={"issue": issue, "files": len(pages)})


def correct(place: Workplace, issue: str) -> None:
    """Mail the corrections of an issue to those who have it wrong. They are few, so it is one job.

    Raises:
        BusyError: somebody else is at it.
    """
    project, label = place.project, correction_label(issue)
    record = mailout.issue_to_send(project, now=place.now(), name=issue)
    mailout.refuse_after_restore(project)
    with place.carrier() as carrier, place.watching(label) as watch:
        carrier.check()
        record = publish_first(project, record, now=place.now())
        sent = send_corrections(
            project, carrier, record, clock=place.clock, fresh_secret=fresh_secret, watch=watch
        )  # fmt: skip
    for one in sent:
        schedule.note_stop(project, label, _stop(place, one.tally))
        logger.info(
            "%s: correction %d: %d sent, %d left", issue, one.correction.number, one.tally.sent, one.tally.left,
            extra={"issue": issue, "sent": one.tally.sent},
        )  # fmt: skip


def _stop(place: Workplace, tally: Tally) -> Stop | None:
    if not tally.stopped or place.stop.is_set():
        return None
    return Stop(at=place.now(), reason=tally.stopped, waits=schedule.waits_for_a_person(tally.stopped))


def read_inbox(place: Workplace) -> None:
    """Read bounces, complaints and wishes to leave, where digest.toml names a mailbox."""
    if place.project.settings.inbox is None:
        return
    readings = look_into_inbox(place.project, place.environ, now=place.now())
    if readings:
        kinds = Counter(one.kind for one in readings)
        logger.info("inbox: %s", ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items())))
    waiting = sum(one.waits_for_a_person for one in readings)
    if waiting:
        logger.warning("inbox: %d mails wait for a person: they stay unread", waiting, extra={"mails": waiting})
