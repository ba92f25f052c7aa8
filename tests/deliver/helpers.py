"""What the tests of the deliver stage share: a newsletter, a list, a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.config.settings import Settings
from digest.config.table import table_of
from digest.deliver import subscribers
from digest.deliver.delivery import Render, deliver
from digest.deliver.ledger import Ledger, OnUncertain
from digest.deliver.smtp import Transport
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient, Stamp
from digest.deliver.tokens import Key, Keyring
from digest.deliver.watch import Watch
from digest.model import Delivery, Mail, Mailing, Tally
from digest.store.database import Store, open_store
from tests.support.postgres import lend
from tests.support.stores import store_url

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SHA = "c0ffee" * 10
OWNER = "boot-1:4711"
MAIL = Mail(
    subject="Grid charges: the regulator’s answer",
    preheader="Two decisions, one dissent",
    html='<html><body><h1>The week</h1><p>Grüße.</p><a href="@@unsubscribe@@">Unsubscribe</a></body></html>\n',
    text="The week\n\n.A line that begins with a dot\nGrüße.\n\nUnsubscribe:\n@@unsubscribe@@\n",
    language="en",
)


def readers(count: int) -> list[str]:
    return [f"ok.{number}@readers.example" for number in range(count)]


def settings(**send: Any) -> Settings:
    newsletter = {"title": "The Harbour Brief", "from": "The Harbour Brief <brief@harbour.example>"}
    return table_of(Settings, {"newsletter": newsletter, "send": send})


@dataclass
class TickingClock:
    """A second later each time it is asked."""

    moment: datetime = NOON
    step: timedelta = field(default=timedelta(seconds=1))

    def now(self) -> datetime:
        self.moment += self.step
        return self.moment


@contextmanager
def opened(root: Path) -> Iterator[Store]:
    store = open_store(store_url(root), root)
    try:
        yield store
    finally:
        store.close()


def subscribe(store: Store, addresses: Iterable[str], *, now: datetime = NOON) -> None:
    with store.write() as connection:
        for address in addresses:
            subscribers.add(connection, address, now=now)


KEYRING = Keyring(list_id="harbour", keys=(Key(version=1, secret="a key"),))


def stamp(chosen: Settings, mailing_id: str = "m-1") -> Stamp:
    return Stamp(settings=chosen, mailing_id=mailing_id, secret="a secret", keyring=KEYRING)


def renderer(chosen: Settings, mailing_id: str, mail: Mail = MAIL) -> Render:
    splice = Splice(mail, stamp(chosen, mailing_id), date=NOON)

    def render(row: Delivery) -> bytes:
        return splice.message(Recipient(subscriber_id=row.subscriber_id, address=row.address, name=row.name))

    return render


@dataclass
class Sending:
    """A newsletter that can be sent, and sent again."""

    ledger: Ledger
    chosen: Settings
    root: Path
    clock: TickingClock = field(default_factory=TickingClock)
    seen: list[Delivery] = field(default_factory=list)

    def mailing(self, *, content: str = SHA, include_new: bool = False) -> Mailing:
        return self.ledger.open_mailing(
            "2026-W47", "issue", content, ("all",), now=self.clock.now(), include_new=include_new
        )

    def send(
        self,
        *,
        policy: OnUncertain = "hold",
        watch: Watch | None = None,
        on_delivery: Callable[[Delivery], None] | None = None,
        owner: str = OWNER,
    ) -> Tally:
        mailing = self.mailing()
        lend(self.ledger.store, owner)
        with Transport(self.chosen, root=self.root) as transport:
            return deliver(
                self.ledger,
                transport,
                renderer(self.chosen, mailing.id),
                mailing,
                owner=owner,
                clock=self.clock,
                on_uncertain=policy,
                on_delivery=on_delivery or self.seen.append,
                return_path=stamp(self.chosen, mailing.id).envelope_sender,
                watch=watch or Watch(patience_s=(0.0, 0.0, 0.0, 0.0)),
            )

    def states(self) -> dict[str, str]:
        """State by address."""
        return {row.address: row.state for row in self.ledger.rows(self.mailing().id)}

    def row(self, address: str) -> Delivery:
        return next(row for row in self.ledger.rows(self.mailing().id) if row.address == address)


@contextmanager
def sending(root: Path, addresses: Iterable[str], **send: Any) -> Iterator[Sending]:
    with opened(root) as store:
        subscribe(store, addresses)
        lend(store, OWNER)
        with Ledger(store) as ledger:
            yield Sending(ledger, settings(**send), root)
