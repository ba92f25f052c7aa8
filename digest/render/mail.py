"""An issue as mails: the HTML part and the text part, from the one Issue that is the page too."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import date
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING

from digest.config.settings import Settings
from digest.model import Entry, Issue, Mail
from digest.render.budget import LEFT_OUT, fit
from digest.render.furniture import Words, has_letters_apart, long_date, words
from digest.render.mailforms import Form
from digest.render.page import headline
from digest.render.signs import introduction
from digest.render.telling import Part, Told, line_of
from digest.render.templates import Templates
from digest.render.theme import make_theme
from digest.render.updates import UNKNOWN, Updates
from digest.text.direction import direction
from digest.text.limits import PREHEADER_MOST_CHARS
from digest.text.plain import plain
from digest.text.readermarks import without_marks
from digest.text.sentences import sentences
from digest.text.wrap import squeezed, wrap

if TYPE_CHECKING:
    from digest.edit.slices import Slice
    from digest.render.charts.chart import Table

NO_CHARTS: Mapping[str, Table] = {}


def render_mail(
    issue: Issue,
    *,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    number: int,
    on: date,
    updates: Updates = UNKNOWN,
    charts: Mapping[str, Table] = NO_CHARTS,
) -> Mail:
    """Both parts of an issue's mail; see render_mails."""
    return render_mails(
        issue, settings=settings, templates=templates, entries=entries, number=number, on=on, updates=updates,
        charts=charts,
    )[0]  # fmt: skip


def render_mails(
    issue: Issue,
    slices: Sequence[Slice] = (),
    *,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    number: int,
    on: date,
    updates: Updates = UNKNOWN,
    charts: Mapping[str, Table] = NO_CHARTS,
) -> tuple[Mail, ...]:
    """The mail of the whole issue, then those of its slices.

    Both parts of a mail have the same stories in the same order and at the same length. The HTML part has less than
    102,400 bytes, decoded and as it will be encoded: ``Mail.cut`` says what was shortened for that. Only a template
    that is longer by itself breaks this, which the rule ``size`` of the gate finds.

    Args:
        issue: what the issue file says.
        slices: what those subscribers get who follow some topics; texts are prepared once for all.
        settings: of the newsletter.
        templates: the look; ``email.html`` and ``email.txt`` are used.
        entries: by id, those the issue's sources name; one that is missing costs its kicker and language mark.
        number: 1 for the first issue.
        on: the day the issue is dated, in the newsletter's time zone.
        updates: what its updates are about.
        charts: the numbers of its pictures, by their path as the issue file has it: the text part tells them.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    theme = make_theme(templates, settings)
    said = words(newsletter.language, templates.project)
    told = Told(issue, settings, entries, updates, theme, said, charts)
    common = {
        **_furniture(settings, said, number=number, on=on),
        "title": issue.title or newsletter.title,
        "subject": headline(issue, newsletter),
        "view": told.web,
        "theme": theme,
        "footer": told.text(Form(source=theme.footer, html=told.dress(theme.footer))),
        "logo": theme.logo.address(told.web) if theme.logo and (told.web or not theme.logo.is_file) else "",
        "unsubscribe": told.signs.unsubscribe,
        "preferences": told.signs.preferences if settings.serve else "",
    }

    def mail(cut: Slice | None) -> Mail:
        parts = told.parts(cut)
        preheader = without_marks(_preheader(issue, told, parts, settings))
        own = {"preheader": preheader, "edition": _edition(cut, said)}
        return _mail(told, parts, common | own, templates, cut.id if cut else "all")

    return mail(None), *map(mail, slices)


def _mail(told: Told, parts: Sequence[Part], common: Mapping[str, object], templates: Templates, variant: str) -> Mail:
    printed = functools.cache(partial(told.printed, parts))  # both parts of the mail print the same

    def html(chosen: tuple[int, ...]) -> str:
        return told.signs.marked(templates.render("email.html", **common, **printed(chosen)), is_html=True)

    pieces = told.pieces(parts)
    fitted = fit(pieces, html)
    return Mail(
        subject=str(common["subject"]),
        preheader=str(common["preheader"]),
        html=fitted.html,
        text=told.signs.marked(
            templates.render("email.txt", **common, **printed(fitted.forms)), squeezed, is_html=False
        ),
        language=str(common["language"]),
        variant=variant,
        cut=tuple(told.shortened(parts, fitted.forms)),
        left_out=sum(piece.is_story and form == LEFT_OUT for piece, form in zip(pieces, fitted.forms, strict=True)),
    )


def _furniture(settings: Settings, said: Words, *, number: int, on: date) -> dict[str, object]:
    """What is the same whatever the issue says."""
    newsletter = settings.newsletter
    language = newsletter.language
    return {
        "newsletter": newsletter,
        "language": language,
        "direction": direction(language),
        "spaced": has_letters_apart(language),
        "words": said,
        "number": number,
        "date": long_date(on, language),
        "nothing": getattr(said, f"nothing_{settings.issue.every}"),
        "reply": parseaddr(newsletter.reply_to or newsletter.sender)[1],
    }


def _edition(cut: Slice | None, said: Words) -> str:
    """What tells readers that their mail is a part of the issue, and which."""
    if cut is None:
        return ""
    return said.edition.format(topics=", ".join(cut.topics)) if cut.topics else said.edition_general


def _preheader(issue: Issue, told: Told, parts: Sequence[Part], settings: Settings) -> str:
    """The editor's, or the introduction's first sentence, or the first headlines: not what the subject says already."""
    if said := line_of(issue.preheader):
        return said
    newsletter = settings.newsletter
    subject = headline(issue, newsletter).casefold()
    first = next(iter(sentences(plain(introduction(issue)), newsletter.language)), "")
    if (said := line_of(first)) and said.casefold() != subject:
        return _clipped(said)
    titles = (line_of(plain(told.stories[place].title)) for one in parts for place in one.stories)
    return _clipped("; ".join(title for title in titles if title.casefold() != subject))


def _clipped(text: str) -> str:
    """Whole words of a text, not more than are shown; what is written without blanks is cut between its letters."""
    line, _, more = wrap(text, PREHEADER_MOST_CHARS).partition("\n")
    return line.rstrip(" ,;:–-、，；：") + " …" if more else line
