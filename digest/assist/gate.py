"""What a model wrote → what is printed: only sentences that one sentence of the story's own sources carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.assist.question import Told
from digest.text.support import Evidence
from digest.text.words import count_words, overlap, tokens

_MOST = 3  # sentences of a summary
_ALIKE = 0.6  # of the words of the shorter of two sentences: they say the same
_SHOWN = 80  # characters of a sentence that was refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A sentence of a summary and what carries it."""

    text: str
    entry_id: str
    source: str  # the sentence of that entry; the same as ``text`` where nothing was generated
    generated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The summary of a story."""

    id: str
    lines: tuple[Stated, ...]
    note: str = ""  # for the editor: what was left out, or why nothing was generated
    refused: int = 0  # sentences of the model that are not in it

    @property
    def kept(self) -> int:
        """How many sentences of it are the model's."""
        return sum(line.generated for line in self.lines)

    @property
    def generated(self) -> bool:
        """Whether a sentence of it is a model's, so that it must be marked."""
        return self.kept > 0

    def told(self, names: Mapping[str, str]) -> str:
        """The summary in one paragraph; scripts without blanks get none between sentences.

        Args:
            names: what the source of an entry is called, by the entry's id. Where the sentences are of several
                sources, each source's end with its name, as those of an extract do.
        """
        sources = [names.get(line.entry_id, "") for line in self.lines]
        several = len(set(sources)) > 1
        text = ""
        for line, name, following in zip(self.lines, sources, [*sources[1:], None], strict=True):
            close = not text or (line.text[0] >= "\u2e80" and not text.endswith(")"))
            text += line.text if close else f" {line.text}"
            if several and name and name != following:
                text += f" ({name})"
        return text


Leans = Callable[[str, str], bool]
"""Whether a sentence makes sense only after the one before ("He said so"); given it and its language."""


def checked(story: Told, said: Sequence[str], *, words: int, leans: Leans) -> Written:
    """The summary of a story.

    A sentence that nothing carries gives its place to the next one of the extract that says something else. One that
    leans on another than in its source goes: "She" would be somebody else. If half of them or more have to, the whole
    summary is the extract: a text of patches reads badly.

    Args:
        story: what the model was asked about.
        said: its sentences, not none.
        words: that the summary may have.
        leans: whether a sentence leans on the one before.
    """
    extract = extract_of(story)
    evidence, owners = _evidence(story)
    titles = {one.title for one in story.articles}
    found: list[Stated | None] = []
    faults: list[str] = []
    for sentence in said[:_MOST]:
        verdict = evidence.verdict(sentence)
        if verdict.supported and verdict.source is not None and verdict.sentence not in titles:
            owner = owners[verdict.source]
            found.append(Stated(text=sentence, entry_id=owner, source=verdict.sentence, generated=True))
        else:
            found.append(None)
            faults.append(_told(sentence, verdict.faults[0] if verdict.faults else "it repeats a headline"))
    lines, fallen = _standing(_filled(found, extract), evidence, lambda text: leans(text, story.language))
    faults += [_told(line.text, "it leans on another sentence than in its source") for line in fallen if line.generated]
    if (len(found) - len(faults)) * 2 <= len(found):
        note = f"not generated: {'; '.join(faults)}"
        return Written(id=story.id, lines=extract, note=note, refused=len(found))
    fitted = _fitted(lines, words)
    if not any(line.generated for line in fitted):
        return Written(id=story.id, lines=extract, note="not generated: too long", refused=len(found))
    note = f"replaced: {'; '.join(faults)}" if faults else ""
    return Written(id=story.id, lines=fitted, note=note, refused=len(faults))


def extract_of(story: Told) -> tuple[Stated, ...]:
    """The summary that the story has without a model."""
    return tuple(Stated(text=text, entry_id=entry_id, source=text) for text, entry_id in story.extract)


def _told(sentence: str, fault: str) -> str:
    return f"“{sentence[:_SHOWN]}”: {fault}"


def _evidence(story: Told) -> tuple[Evidence, list[str]]:
    """The texts of a story, ready to be held against, and whose each is."""
    texts = [(text, one.entry_id) for one in story.articles for text in (one.title, one.text) if text.strip()]
    return Evidence([text for text, _ in texts], language=story.language), [owner for _, owner in texts]


def _filled(found: Iterable[Stated | None], extract: Sequence[Stated]) -> list[Stated]:
    """The lines, with the gaps filled from the extract; nothing is said twice."""
    lines = list(found)
    said = [line for line in lines if line]
    spare = [line for line in extract if not any(_alike(line.source, other.source) for other in said)]
    filled: list[Stated] = []
    for line in lines:
        chosen = line or (spare.pop(0) if spare else None)
        if chosen and not any(_alike(chosen.text, other.text) for other in filled):
            filled.append(chosen)
    return filled


def _standing(
    lines: Iterable[Stated], evidence: Evidence, leans: Callable[[str], bool]
) -> tuple[list[Stated], list[Stated]]:
    """The lines that lean on nothing, or on the line before as in their source; and the others."""
    standing: list[Stated] = []
    fallen: list[Stated] = []
    before: tuple[int, int] | None = None
    for line in lines:
        place = evidence.place(line.source)
        follows = place is not None and before is not None and place == (before[0], before[1] + 1)
        if leans(line.text) and not follows:
            fallen.append(line)
            continue
        standing.append(line)
        before = place
    return standing, fallen


def _fitted(lines: Iterable[Stated], words: int) -> tuple[Stated, ...]:
    """The lines from the first that fit."""
    fitted: list[Stated] = []
    left = words
    for line in lines:
        left -= count_words(line.text)
        if left < 0:
            break
        fitted.append(line)
    return tuple(fitted)


def _alike(one: str, other: str) -> bool:
    return overlap(tokens(one), tokens(other)) >= _ALIKE
