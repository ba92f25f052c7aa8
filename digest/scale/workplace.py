"""What one worker process has for all its jobs: the newsletter, the mail server, the mailings it is at, and the end."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import structs

from digest.config.load import CONFIG_NAME, FEEDS_NAME, load_config
from digest.deliver.ledger import Ledger
from digest.deliver.watch import INTERRUPTED, Watch
from digest.errors import ConfigError, DigestError, StateError
from digest.production.frozen import Parts, content_sha256, frozen_parts
from digest.production.mailout import open_transport
from digest.production.outgoing import make_stamp, message_writer
from digest.scale.queue import Queue
from digest.store import issues

if TYPE_CHECKING:
    from digest.deliver.carrier import Carrier
    from digest.deliver.delivery import Clock, Render
    from digest.deliver.stamp import Stamp
    from digest.project import Project
    from digest.scale.timing import Timing

logger = logging.getLogger(__name__)

IDLE_S: Final = 30.0  # servers hang up on whoever says nothing
_KEPT: Final = 4  # mailings whose letters are at hand; few go out at once, and each is some megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """What writes the letters of a mailing."""

    stamp: Stamp
    write: Render


class Workplace:
    """Shared by the jobs of one process, which run in threads. Close it at the end."""

    def __init__(self, project: Project, *, environ: Mapping[str, str], clock: Clock, timing: Timing) -> None:
        self.queue = Queue(project.store)
        self.ledger = Ledger(project.store)
        self.environ = environ
        self.clock = clock
        self.timing = timing
        self.stop = threading.Event()
        self.failure: DigestError | None = None  # why it ends, if nobody asked it to
        self._lock = threading.Lock()
        self._project = project
        self._files = _stamps(project)
        self._carrier: Carrier | None = None
        self._users = 0  # of the carrier
        self._used = 0.0  # when it last was
        self._outdated = False  # digest.toml may name another
        self._letters: OrderedDict[str, Letters] = OrderedDict()
        self._watches: dict[str, Watch] = {}

    def now(self) -> datetime:
        return self.clock.now()

    @property
    def project(self) -> Project:
        """The newsletter as its files say now; as they said before, while they are wrong."""
        with self._lock:
            files = _stamps(self._project)
            if files != self._files:
                self._files = files
                try:
                    config = load_config(self._project.root)
                except ConfigError as error:
                    logger.error("%s; going on as before", error.message)  # noqa: TRY400  the file is wrong, not we
                else:
                    logger.info("digest.toml or feeds.toml has changed, and was read again")
                    self._project = replace(self._project, config=config)
                    self._outdated = True
                    self._letters.clear()
            return self._project

    # -- mailing

    @contextlib.contextmanager
    def carrier(self) -> Iterator[Carrier]:
        """What takes the messages; its lines stay open from one batch to the next, unless that is long in coming.

        The rate in digest.toml is of all workers together, so each takes as much of it as can be mailing at once.

        Raises:
            ConnectError, LoginError, DeliveryError: as digest.production.mailout.open_transport.
        """
        project = self.project
        with self._lock:
            if not self._users and (self._outdated or time.monotonic() - self._used > IDLE_S):
                self._close_carrier()
            if self._carrier is None:
                self._carrier, self._outdated = open_transport(_with_share_of_rate(project), self.environ), False
            carrier = self._carrier
            self._users += 1
        try:
            yield carrier
        finally:
            with self._lock:
                self._users -= 1
                self._used = time.monotonic()

    def letters(self, mailing_id: str) -> Letters:
        """A mailing of an issue, and its letters.

        Raises:
            StateError: it is not there, or what is frozen is not what it was begun with.
            DeliveryError: the key to sign with is of no use.
        """
        project = self.project
        with self._lock:
            found = self._letters.get(mailing_id)
            if found is None:
                found = self._letters[mailing_id] = _letters(project, self.ledger, mailing_id, now=self.now())
                while len(self._letters) > _KEPT:
                    self._letters.popitem(last=False)
            self._letters.move_to_end(mailing_id)
            return found

    @contextlib.contextmanager
    def watching(self, mailing_id: str) -> Iterator[Watch]:
        """What watches the sending of a mailing, batch after batch: refusals in a row may be of several.

        Once stopped it is over; the next batch begins with a new one.
        """
        with self._lock:
            watch = self._watches.setdefault(mailing_id, Watch())
            if self.stop.is_set():
                watch.halt(INTERRUPTED)
        try:
            yield watch
        finally:
            if watch.stop.is_set():
                with self._lock:
                    self._watches.pop(mailing_id, None)

    # -- the end

    def halt(self, failure: DigestError | None = None) -> None:
        """Begin nothing more; what is on its way is finished."""
        with self._lock:
            self.failure = self.failure or failure
            self.stop.set()
            watches = list(self._watches.values())
        for watch in watches:
            watch.halt(INTERRUPTED)

    def close(self) -> None:
        with self._lock:
            self._close_carrier()
        self.ledger.close()

    def _close_carrier(self) -> None:
        if self._carrier is not None:
            self._carrier.close()
            self._carrier = None


def fresh_secret() -> str:
    """A key that nobody can guess."""
    return secrets.token_hex(32)


def _letters(project: Project, ledger: Ledger, mailing_id: str, *, now: datetime) -> Letters:
    mailing = next((one for one in ledger.mailings() if one.id == mailing_id), None)
    if mailing is None:
        raise StateError(f"there is no mailing {mailing_id}")
    with project.store.read() as connection:
        record = issues.get_issue(connection, mailing.issue)
        parts: Parts = frozen_parts(connection, record) if record else {}
    if record is None or content_sha256(parts) != mailing.content_sha256:
        raise StateError(f"{mailing.issue}: what was approved is not what its mailing was begun with")
    stamp = make_stamp(project, parts, mailing.id, now=now, fresh=fresh_secret)
    write = message_writer(project, parts, stamp, date=record.approved or now)
    return Letters(stamp=stamp, write=write)


def _with_share_of_rate(project: Project) -> Project:
    settings = project.settings
    rate = settings.send.rate_per_second / settings.scale.mail_at_once
    mine = structs.replace(settings, send=structs.replace(settings.send, rate_per_second=rate))
    return replace(project, config=replace(project.config, settings=mine))


def _stamps(project: Project) -> tuple[tuple[int, int] | None, ...]:
    """By what it is seen that a file of the configuration was changed."""
    return tuple(_stamp(project, name) for name in (CONFIG_NAME, FEEDS_NAME))


def _stamp(project: Project, name: str) -> tuple[int, int] | None:
    try:
        found = (project.root / name).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
