"""Stories → summaries by a model, each sentence of which one sentence of the story's own sources carries.

What the gate does not let through is replaced by what digest itself would print. A model that lies, breaks off, obeys
an entry or does not answer therefore costs time and money, and nothing else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from digest.assist.endpoint import Answer, Endpoint, Trouble
from digest.assist.question import Told, addressed_to_models, answered, content_key, question
from digest.assist.settings import AssistSettings
from digest.errors import DigestError
from digest.text.support import Evidence
from digest.text.words import count_words, overlap, tokens

_MOST = 3  # sentences of a summary
_PATIENCE = 2  # requests that fail before no more are sent
_ALIKE = 0.6  # of the words of the shorter of two sentences: they say the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence of a summary and what carries it."""

    text: str
    entry_id: str
    source: str  # the sentence of that entry; the same as ``text`` where nothing was generated
    generated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The summary of a story."""

    id: str
    lines: tuple[Line, ...]
    note: str = ""  # for the editor: what was left out, or why nothing was generated

    @property
    def generated(self) -> bool:
        """Whether a sentence of it is a model's, so that it must be marked."""
        return any(line.generated for line in self.lines)

    @property
    def text(self) -> str:
        """The summary in one paragraph; scripts without blanks get none between sentences."""
        text = ""
        for line in self.lines:
            text += line.text if not text or line.text[0] >= "\u2e80" else f" {line.text}"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What it took."""

    requests: int = 0
    failed: int = 0  # requests without a usable answer
    cached: int = 0  # stories whose answer was kept from before
    tokens_in: int = 0
    tokens_out: int = 0
    price_in: float = 0.0  # per million
    price_out: float = 0.0
    kept: int = 0  # generated sentences that passed
    refused: int = 0  # and that did not
    troubles: tuple[str, ...] = ()  # each once

    @property
    def cost(self) -> float:
        """In the currency of the prices."""
        return (self.tokens_in * self.price_in + self.tokens_out * self.price_out) / 1_000_000

    @property
    def line(self) -> str:
        """The same in a line for people."""
        parts = [f"{self.requests} request{'' if self.requests == 1 else 's'}"]
        if self.failed:
            parts.append(f"{self.failed} failed ({'; '.join(self.troubles)})")
        if self.cached:
            parts.append(f"{self.cached} answered before")
        if self.tokens_in or self.tokens_out:
            parts.append(f"{self.tokens_in:,} tokens in, {self.tokens_out:,} out")
        if self.price_in or self.price_out:
            parts.append(f"cost {self.cost:.4f}")
        parts.append(f"{self.kept} sentences kept, {self.refused} refused")
        return "model summaries: " + ", ".join(parts)


def key_from(environment: Mapping[str, str], settings: AssistSettings) -> str | None:
    """The key that the settings name; None if they name none.

    Raises:
        DigestError: the variable is not set.
    """
    if not settings.key_env:
        return None
    if not (key := environment.get(settings.key_env, "").strip()):
        raise DigestError(
            f"[assist] key_env: {settings.key_env} is not set", hint="export it, or take [assist] out of digest.toml"
        )
    return key


def write_summaries(
    stories: Sequence[Told],
    settings: AssistSettings,
    *,
    key: str | None,
    cache: MutableMapping[str, str],
    now: datetime,
    sleep: Callable[[float], object] = time.sleep,
) -> tuple[tuple[Written, ...], Bill]:
    """A summary for each story, in their order, and what that took. Trouble is told in the notes, never raised.

    Args:
        stories: each with the extractive summary that stands in where the model's does not hold.
        settings: the endpoint and its limits.
        key: the bearer token, if there is one.
        cache: answers by content; new ones are added, as JSON lists of sentences that were not checked yet.
        now: for a server that names a date to be asked again.
        sleep: waits between attempts.

    Raises:
        DigestError: the settings name no web address, or would send the key over an open line.
    """
    endpoint = Endpoint(settings, key=key, now=now)
    keys = {story.id: content_key(story, model=settings.model, words=settings.max_words) for story in stories}
    held = frozenset(story.id for story in stories if addressed_to_models(story))
    said = {
        story.id: known for story in stories if story.id not in held and (known := _kept(cache.get(keys[story.id])))
    }
    cached = len(said)
    wanted = [story for story in stories if story.id not in said and story.id not in held]
    bill = Bill(cached=cached, price_in=settings.price_in, price_out=settings.price_out)
    troubles: dict[str, str] = {}
    for batch, answer in _asked(endpoint, _batches(wanted, settings.batch), settings, sleep):
        found = answered(answer.text, batch) if isinstance(answer, Answer) else {}
        said |= found
        cache.update({keys[name]: json.dumps(lines, ensure_ascii=False) for name, lines in found.items()})
        why = answer.message if isinstance(answer, Trouble) else "the answer is not what was asked for"
        troubles |= {story.id: why for story in batch if story.id not in found}
        bill = _billed(bill, answer, why=None if found else why)
    written = []
    for story in stories:
        why = "a text of it is addressed to models" if story.id in held else troubles.get(story.id, "")
        made, kept, refused = _checked(story, said.get(story.id, ()), settings.max_words, why)
        bill = replace(bill, kept=bill.kept + kept, refused=bill.refused + refused)
        written.append(made)
    return tuple(written), bill


def _kept(value: str | None) -> tuple[str, ...]:
    """The sentences that a cache had; none if it holds something else."""
    try:
        lines = json.loads(value) if value else []
    except ValueError:
        return ()
    return tuple(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()


def _batches(stories: Sequence[Told], size: int) -> list[tuple[Told, ...]]:
    size = max(1, size)
    return [tuple(stories[start : start + size]) for start in range(0, len(stories), size)]


def _asked(
    endpoint: Endpoint, batches: Sequence[tuple[Told, ...]], settings: AssistSettings, sleep: Callable[[float], object]
) -> Iterator[tuple[tuple[Told, ...], Answer | Trouble]]:
    """Each batch with its answer, in order; none is sent after a lasting trouble, nor after two failures."""
    failures: list[Trouble] = []

    def ask(batch: tuple[Told, ...]) -> Answer | Trouble:
        if len(failures) >= _PATIENCE or any(trouble.kind == "lasting" for trouble in failures):
            return replace(failures[0], asked=False)
        answer = endpoint.ask(question(batch, words=settings.max_words), sleep=sleep)
        if isinstance(answer, Trouble):
            failures.append(answer)
        return answer

    with ThreadPoolExecutor(max_workers=max(1, settings.requests)) as pool:
        yield from zip(batches, pool.map(ask, batches), strict=True)


def _billed(bill: Bill, answer: Answer | Trouble, *, why: str | None) -> Bill:
    if isinstance(answer, Trouble) and not answer.asked:
        return bill
    tokens_in, tokens_out = (answer.tokens_in, answer.tokens_out) if isinstance(answer, Answer) else (0, 0)
    return replace(
        bill,
        requests=bill.requests + 1,
        failed=bill.failed + (why is not None),
        tokens_in=bill.tokens_in + tokens_in,
        tokens_out=bill.tokens_out + tokens_out,
        troubles=tuple(dict.fromkeys((*bill.troubles, *([why] if why else ())))),
    )


def _checked(story: Told, said: Sequence[str], words: int, why: str) -> tuple[Written, int, int]:
    """The summary of a story, and how many generated sentences were kept and refused.

    A sentence that nothing carries gives its place to the next one of the extract that says something else. If half of
    them or more have to, the whole summary is the extract: a text of patches reads badly.
    """
    extract = tuple(Line(text=text, entry_id=entry_id, source=text) for text, entry_id in story.extract)
    if not said:
        return Written(id=story.id, lines=extract, note=f"not generated: {why}" if why else ""), 0, 0
    evidence, owners = _evidence(story)
    titles = {one.title for one in story.articles}
    found: list[Line | None] = []
    faults: list[str] = []
    for sentence in said[:_MOST]:
        verdict = evidence.verdict(sentence)
        if verdict.supported and verdict.source is not None and verdict.sentence not in titles:
            found.append(Line(text=sentence, entry_id=owners[verdict.source], source=verdict.sentence, generated=True))
        else:
            found.append(None)
            faults.append(f"“{sentence[:80]}”: {verdict.faults[0] if verdict.faults else 'it repeats a headline'}")
    kept = [line for line in found if line]
    if len(kept) * 2 <= len(found):
        return Written(id=story.id, lines=extract, note=f"not generated: {'; '.join(faults)}"), 0, len(found)
    lines = _fitted(_filled(found, extract), words)
    if not any(line.generated for line in lines):
        return Written(id=story.id, lines=extract, note="not generated: too long"), 0, len(found)
    note = f"replaced: {'; '.join(faults)}" if faults else ""
    return Written(id=story.id, lines=lines, note=note), sum(line.generated for line in lines), len(faults)


def _evidence(story: Told) -> tuple[Evidence, list[str]]:
    """The texts of a story, ready to be held against, and whose each is."""
    texts = [(text, one.entry_id) for one in story.articles for text in (one.title, one.text) if text.strip()]
    return Evidence([text for text, _ in texts], language=story.language), [owner for _, owner in texts]


def _filled(found: Iterable[Line | None], extract: Sequence[Line]) -> list[Line]:
    """The lines, with the gaps filled from the extract; nothing is said twice."""
    lines = list(found)
    said = [line for line in lines if line]
    spare = [line for line in extract if not any(_alike(line.source, other.source) for other in said)]
    filled: list[Line] = []
    for line in lines:
        chosen = line or (spare.pop(0) if spare else None)
        if chosen and not any(_alike(chosen.text, other.text) for other in filled):
            filled.append(chosen)
    return filled


def _fitted(lines: Iterable[Line], words: int) -> tuple[Line, ...]:
    """The lines from the first that fit."""
    fitted: list[Line] = []
    left = words
    for line in lines:
        left -= count_words(line.text)
        if left < 0:
            break
        fitted.append(line)
    return tuple(fitted)


def _alike(one: str, other: str) -> bool:
    return overlap(tokens(one), tokens(other)) >= _ALIKE
