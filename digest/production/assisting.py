"""A briefing whose summaries a model has condensed, where digest.toml asks for that; and what it took.

Only what will be printed costs money: the summaries of placed stories, in sections that print them. The bench keeps
its extracts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.assist.asking import Line
from digest.assist.key import usable_key
from digest.assist.question import Article, Told
from digest.assist.summaries import write_summaries
from digest.curate.leaning import leans
from digest.curate.origin import language_of
from digest.errors import UsageError
from digest.model import Briefing, Reason
from digest.store.generated import GeneratedAnswers
from digest.text.provenance import find_source, source_name
from digest.text.sentences import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from yarl import URL

    from digest.assist.bill import Bill
    from digest.assist.gate import Written
    from digest.config.assist import AssistSettings
    from digest.model import Entry, Source, Story
    from digest.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Assisted:
    """A briefing, and what a model did to it."""

    briefing: Briefing
    bill: Bill
    notes: Mapping[str, str]  # by story: what was left out, or why it keeps its extract


def assist(
    project: Project,
    briefing: Briefing,
    settings: AssistSettings,
    *,
    sources: Mapping[str, Source],
    ask: bool,
    environ: Mapping[str, str],
    now: datetime,
    say: Callable[[str], object],
) -> Assisted:
    """The briefing with summaries by a model, each sentence of which a source of its story carries.

    Nothing of the endpoint's fails this: where it gives nothing of use, the extract stands, and the notes say why.

    Args:
        project: the newsletter.
        briefing: with extracts.
        settings: the endpoint and its limits.
        sources: by id.
        ask: whether the model may be asked; if not, only what it answered before is used, and no key is needed.
        environ: the variables that hold the key and name proxies.
        now: the time of the draft.
        say: is told who is asked, before that takes long.

    Raises:
        UsageError: the key is missing, or the proxy's address is none.
    """
    line = _line(project, settings, environ, now) if ask else None
    printed = [story for story in briefing.stories if story.sentences and _is_summarised(story, project)]
    told = [_told(story, sources, project.settings.newsletter.language) for story in printed]
    cache = GeneratedAnswers(project.store, now=now)
    words = project.settings.issue.summary_words
    written, bill = write_summaries(told, settings, words=words, cache=cache, line=line, leans=leans, say=say)
    by_id = {one.id: one for one in written}
    sections = tuple(
        replace(
            section,
            stories=tuple(
                _retold(story, by_id[story.id], sources, settings.model) if story.id in by_id else story
                for story in section.stories
            ),
        )
        for section in briefing.sections
    )
    return Assisted(
        briefing=replace(briefing, sections=sections),
        bill=bill,
        notes={one.id: one.note for one in written if one.note},
    )


def _line(project: Project, settings: AssistSettings, environ: Mapping[str, str], now: datetime) -> Line:
    return Line(key=usable_key(environ, settings), now=now, proxy=_proxy(project, settings, environ))


def _proxy(project: Project, settings: AssistSettings, environ: Mapping[str, str]) -> URL | None:
    """The proxy that feeds are asked through too; none for this machine itself, which it would not reach."""
    if settings.is_near:
        return None
    from yarl import URL  # noqa: PLC0415  a draft without a model needs none of this

    from digest.gather.web.answers import RefusalError  # noqa: PLC0415
    from digest.gather.web.proxies import Proxies  # noqa: PLC0415

    try:
        return Proxies.read(project.settings.gather.proxy, environ).proxy_for(URL(settings.url))
    except RefusalError as error:
        raise UsageError(f"the model cannot be asked: {error.problem}", hint=error.hint) from error


def _is_summarised(story: Story, project: Project) -> bool:
    """Whether its section prints summaries: of one that prints headlines or full texts none would be read."""
    return all(rule.style == "summary" for rule in project.settings.section if rule.title == story.section)


def _told(story: Story, sources: Mapping[str, Source], default: str) -> Told:
    """The story as a model is asked about it: what its entries in the lead's language say."""
    language = language_of(story.lead, sources, default)
    return Told(
        id=story.id,
        language=language,
        articles=tuple(
            Article(entry_id=entry.id, title=entry.title, text=_text(entry))
            for entry in story.entries
            if language_of(entry, sources, default) == language
        ),
        extract=tuple((sentence.shown, sentence.entry_id) for sentence in story.sentences),
    )


def _text(entry: Entry) -> str:
    """All that an entry says below its title, once."""
    if folded(entry.summary) in folded(entry.text):
        return entry.text
    return f"{entry.summary}\n\n{entry.text}".strip()


def _retold(story: Story, written: Written, sources: Mapping[str, Source], model: str) -> Story:
    """The story as it will stand in the file. The places of its sentences are those of what carries them."""
    if not written.generated:
        note = f"summary: {written.note}" if written.note else ""
        return replace(story, reasons=_with(story.reasons, note))
    carried = (find_source(line.source, story.entries) for line in written.lines)
    return replace(
        story,
        generated=True,
        summary=written.told({entry.id: source_name(entry, sources) for entry in story.entries}),
        sentences=tuple(sentence for sentence in carried if sentence),
        reasons=_with(story.reasons, f"summary: condensed by {model}{'; ' if written.note else ''}{written.note}"),
    )


def _with(reasons: Sequence[Reason], text: str) -> tuple[Reason, ...]:
    return (*reasons, Reason(points=0.0, text=text)) if text else tuple(reasons)
