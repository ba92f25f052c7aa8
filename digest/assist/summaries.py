"""Stories → summaries by a model, each sentence of which one sentence of the story's own sources carries.

What the gate does not let through is replaced by what digest itself would print. A model that lies, breaks off, obeys
an entry or does not answer therefore costs time and money, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from digest.assist.asking import Answers, Asking, Line
from digest.assist.bill import Bill
from digest.assist.gate import Leans, Written, checked, extract_of
from digest.assist.question import Told
from digest.config.assist import AssistSettings


def write_summaries(
    stories: Sequence[Told],
    settings: AssistSettings,
    *,
    words: int,
    cache: Answers,
    line: Line | None,
    leans: Leans,
    say: Callable[[str], object],
) -> tuple[tuple[Written, ...], Bill]:
    """A summary for each story, in their order, and what that took. Trouble is told in the notes, never raised.

    Args:
        stories: each with the extractive summary that stands in where the model's does not hold.
        settings: the endpoint and its limits.
        words: that a summary may have.
        cache: answers by content; new ones are added as they come, as JSON lists of sentences that were not checked
            yet.
        line: how the endpoint is reached; None: nobody is asked, and only what was answered before is of use.
        leans: whether a sentence makes sense only after the one before.
        say: is told who is asked, before that takes long.
    """
    asking = Asking.begin(stories, settings, words=words, cache=cache)
    if line is None:
        asking.leave()
    elif asking.wanted:
        say(f"asking {settings.model} at {urlsplit(settings.url).hostname}; stories: {len(asking.wanted)}")
        asking.ask(line)
    written = tuple(_written(story, asking, words, leans) for story in stories)
    return written, replace(
        asking.bill,
        generated=sum(one.generated for one in written),
        kept=sum(one.kept for one in written),
        refused=sum(one.refused for one in written),
    )


def _written(story: Told, asking: Asking, words: int, leans: Leans) -> Written:
    if said := asking.said.get(story.id):
        return checked(story, said, words=words, leans=leans)
    why = asking.troubles.get(story.id, "")
    return Written(id=story.id, lines=extract_of(story), note=f"not generated: {why}" if why else "")
