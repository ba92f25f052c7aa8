"""Stories → the sentences a model gives for each, in batches and some at a time, until it fails too often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from digest.assist.answer import Answer, Trouble
from digest.assist.bill import Bill
from digest.assist.question import Told, addressed_to_models, answered, content_key, question
from digest.config.assist import AssistSettings

if TYPE_CHECKING:
    from yarl import URL

    from digest.assist.endpoint import Endpoint

_PATIENCE = 2  # questions that fail before no more are sent


class Answers(Protocol):
    """Answers by content. ``update`` keeps at once what was paid for: whoever stops a draft halfway loses nothing."""

    def get(self, key: str, /) -> str | None:
        """The answer to that question."""

    def update(self, found: Mapping[str, str], /) -> None:
        """Keep these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How the endpoint is reached."""

    key: str | None = field(repr=False)  # the bearer token, if there is one
    now: datetime  # for a server that names a date to be asked again
    proxy: URL | None = None
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep  # between attempts


@dataclass(slots=True, kw_only=True)
class Asking:
    """What is known of each story, what is still to be asked, and what came of it."""

    settings: AssistSettings
    words: int  # that a summary may have
    cache: Answers
    wanted: tuple[Told, ...]
    said: dict[str, tuple[str, ...]]  # sentences, unchecked, by story
    bill: Bill
    troubles: dict[str, str] = field(default_factory=dict)  # by story: why it has none
    _failures: list[Trouble] = field(default_factory=list)

    @classmethod
    def begin(cls, stories: Sequence[Told], settings: AssistSettings, *, words: int, cache: Answers) -> Asking:
        """Look up what was answered before. A story that speaks to models is never asked about."""
        held = {story.id for story in stories if addressed_to_models(story)}
        said = {
            story.id: lines
            for story in stories
            if story.id not in held and (lines := _kept(cache.get(_key(story, settings, words))))
        }
        return cls(
            settings=settings,
            words=words,
            cache=cache,
            wanted=tuple(story for story in stories if story.id not in held and story.id not in said),
            said=said,
            troubles=dict.fromkeys(sorted(held), "a text of it is addressed to models"),
            bill=Bill(stories=len(stories), cached=len(said), price_in=settings.price_in, price_out=settings.price_out),
        )

    def leave(self) -> None:
        """Ask nobody."""
        self.bill = replace(self.bill, unasked=len(self.wanted))

    def ask(self, line: Line) -> None:
        """Ask about all that is wanted."""
        asyncio.run(self._ask(line))

    async def _ask(self, line: Line) -> None:
        from digest.assist.endpoint import Endpoint  # noqa: PLC0415  aiohttp takes 0.2 s to import

        room = asyncio.Semaphore(self.settings.connections)
        async with Endpoint(self.settings, line) as endpoint:
            await asyncio.gather(*(self._ask_about(batch, endpoint, room) for batch in self._batches()))

    def _batches(self) -> Iterator[tuple[Told, ...]]:
        size = self.settings.batch
        return (self.wanted[start : start + size] for start in range(0, len(self.wanted), size))

    async def _ask_about(self, batch: Sequence[Told], endpoint: Endpoint, room: asyncio.Semaphore) -> None:
        async with room:
            if over := self._over():
                self.troubles |= {story.id: over.message for story in batch}
                return
            self._take(batch, await endpoint.ask(question(batch, words=self.words)))

    def _over(self) -> Trouble | None:
        """Why nothing more is asked: after a lasting trouble, or a second failure."""
        lasting = next((one for one in self._failures if one.kind == "lasting"), None)
        return lasting or (self._failures[0] if len(self._failures) >= _PATIENCE else None)

    def _take(self, batch: Sequence[Told], answer: Answer | Trouble) -> None:
        found: Mapping[str, tuple[str, ...]] = {}
        if isinstance(answer, Trouble):
            self._failures.append(answer)
            why, tokens = answer.message, (0, 0)
        else:
            found = answered(answer.text, batch)
            why, tokens = "the answer is not what was asked for", (answer.tokens_in, answer.tokens_out)
            self.cache.update(
                {
                    _key(story, self.settings, self.words): json.dumps(found[story.id], ensure_ascii=False)
                    for story in batch
                    if story.id in found
                }
            )
        self.said |= found
        self.troubles |= {story.id: why for story in batch if story.id not in found}
        bill = self.bill
        self.bill = replace(
            bill,
            requests=bill.requests + answer.sent,
            failed=bill.failed + (not found),
            tokens_in=bill.tokens_in + tokens[0],
            tokens_out=bill.tokens_out + tokens[1],
            troubles=bill.troubles if found else tuple(sorted({*bill.troubles, why})),
        )


def _key(story: Told, settings: AssistSettings, words: int) -> str:
    return content_key(story, model=settings.model, words=words)


def _kept(value: str | None) -> tuple[str, ...]:
    """The sentences that a cache had; none if it holds something else."""
    try:
        lines = json.loads(value) if value else []
    except (ValueError, RecursionError):
        return ()
    return tuple(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()
