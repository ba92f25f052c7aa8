"""What each page does when somebody comes: looking changes nothing, only a button does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from digest.deliver import keys, optin, subscribers
from digest.errors import StateError
from digest.serve.form import Fields, Filled, FormError, read_filled, read_form
from digest.serve.limits import Limits, Network, Purpose, client_of
from digest.serve.pages import Pages, masked, relative
from digest.text.topics import find_topic

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request

    from digest.deliver.tokens import Keyring, LinkPurpose
    from digest.model import Subscriber
    from digest.serve.outbox import Outbox
    from digest.serve.records import Records

ANSWER_AFTER_S = 0.25
"""A new address is more to write down than a known one, by some 4 ms (measured): the time of an answer would tell."""
MOST_WAITING = 2000  # mails that are owed; a queue that somebody floods would keep everyone waiting for days


class Reception:
    """The pages of one newsletter."""

    def __init__(
        self,
        records: Records,
        pages: Pages,
        outbox: Outbox,
        *,
        proxies: Sequence[Network],
        clock: Callable[[], datetime],
    ) -> None:
        self._records, self._pages, self._outbox = records, pages, outbox
        self._proxies, self._clock = proxies, clock
        self._limits = Limits()

    async def join(self, request: Request) -> Response:
        """The form to subscribe with."""
        if request.method != "POST":
            return self._pages.page("join")
        if refused := self._refused(request, "subscribe"):
            return refused
        form = await read_form(request)
        filled = self._filled(form, with_address=True)
        if filled.faults:
            return self._pages.page("join", status=400, form=filled)
        if self._outbox.waiting >= MOST_WAITING:
            return self._pages.page("later", status=503, headers={"Retry-After": "3600"})
        wish, address = filled.wish(self._pages.choices.sections), filled.address
        waited = asyncio.create_task(asyncio.sleep(ANSWER_AFTER_S))
        await self._records.write(lambda store: optin.ask(store, address, wish, now=self._clock()))
        self._outbox.wake()
        await waited
        return self._pages.page("sent")

    async def confirm(self, request: Request) -> Response:
        """What the mail leads to."""
        ring, subscriber_id = await self._proven(request, "confirm")
        if subscriber_id is None:
            return self._no_link(request)
        choose = relative("preferences", ring.sign("preferences", subscriber_id))
        if request.method != "POST":
            person = await self._person(subscriber_id)
            known = person is not None and person.state == "active"
            return self._pages.page("confirmed" if known else "confirm", choose=choose)
        await read_form(request)
        done = await self._records.write(partial(optin.confirm, subscriber_id=subscriber_id, now=self._clock()))
        return self._no_link(request) if done == "lapsed" else self._pages.page("confirmed", choose=choose)

    async def leave(self, request: Request) -> Response:
        """The page to leave by, and the address that mail providers post to (RFC 8058): 200, and no way on."""
        ring, subscriber_id = await self._proven(request, "unsubscribe")
        if subscriber_id is None:
            return self._no_link(request)
        if request.method != "POST":
            return self._pages.page("leave")
        try:
            form = await read_form(request)
        except FormError:  # whoever posts here wants to leave, in whatever form a provider says so
            form = {}
        if "undo" in form.get("do", ()):
            asked = await self._records.write(partial(optin.ask_back, subscriber_id=subscriber_id, now=self._clock()))
            self._outbox.wake()
            return self._pages.page("sent") if asked else self._no_link(request)
        return await self._left(ring, subscriber_id)

    async def choose(self, request: Request) -> Response:
        """What somebody gets, to be changed by whoever reads their mail."""
        ring, subscriber_id = await self._proven(request, "preferences")
        if subscriber_id is None:
            return self._no_link(request)
        person = await self._person(subscriber_id)
        if person is None or person.state != "active":
            return self._pages.page("nobody")
        show = partial(self._pages.page, "choice", masked=masked(person.address))
        if request.method != "POST":
            return show(form=self._pages.filled_for(person), saved=False)
        form = await read_form(request)
        if "leave" in form.get("do", ()):
            return await self._left(ring, subscriber_id)
        if wait_s := self._limits.wait_s("change", str(subscriber_id)):
            return self._too_often(wait_s)
        filled = self._filled(form, with_address=False)
        if filled.faults:
            return show(status=400, form=filled, saved=False)
        sections = self._pages.choices.sections
        wish = filled.wish(sections, kept=[topic for topic in person.topics if not find_topic(topic, sections)])
        saved = await self._records.write(partial(optin.choose, subscriber_id=subscriber_id, wish=wish,
                                                  now=self._clock()))  # fmt: skip
        return show(form=filled, saved=True) if saved else self._pages.page("nobody")

    # --- what they share -----------------------------------------------------------------------------------------

    async def _proven(self, request: Request, purpose: LinkPurpose) -> tuple[Keyring, int | None]:
        """Whose link it is; None: it does not hold."""
        ring = await self._keyring()
        return ring, ring.subscriber_of(request.path_params["token"], purpose, now=self._clock())

    async def _keyring(self) -> Keyring:
        """Asked for each time: a key may be made, or destroyed, while the server runs."""
        ring = await self._records.read(keys.known_keyring)
        if ring is None:
            raise StateError("the store has no keys for links")
        return ring

    async def _person(self, subscriber_id: int) -> Subscriber | None:
        return await self._records.read(lambda store: subscribers.of_id(store, subscriber_id))

    async def _left(self, ring: Keyring, subscriber_id: int) -> Response:
        def leave(store: Connection) -> None:
            optin.leave(store, subscriber_id, now=self._clock())

        await self._records.write(leave)
        return self._pages.page("left", undo=relative("unsubscribe", ring.sign("unsubscribe", subscriber_id)))

    def _filled(self, form: Fields, *, with_address: bool) -> Filled:
        choices = self._pages.choices
        return read_filled(form, sections=choices.sections, languages=choices.languages, with_address=with_address)

    def _no_link(self, request: Request) -> Response:
        """The same for whatever is wrong with a link. Only these are counted: a provider may post for thousands."""
        return self._refused(request, "forged") or self._pages.page("no_link", status=404)

    def _refused(self, request: Request, purpose: Purpose) -> Response | None:
        peer = request.client.host if request.client else ""
        client = client_of(peer, request.headers.getlist("x-forwarded-for"), self._proxies)
        wait_s = self._limits.wait_s(purpose, client)
        return self._too_often(wait_s) if wait_s else None

    def _too_often(self, wait_s: float) -> Response:
        return self._pages.page("often", status=429, headers={"Retry-After": str(int(wait_s) + 1)})
