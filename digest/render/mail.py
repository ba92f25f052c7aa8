"""An issue as a mail: the HTML part and the text part, from the one Issue that is the page too."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from functools import partial
from urllib.parse import quote

from markupsafe import Markup

from digest.config.settings import Newsletter, Settings
from digest.model import UNSUBSCRIBE_MARK, Entry, Html, Issue, Mail
from digest.render.budget import BARE, BRIEF, LEFT_OUT, SHORT, WHOLE, Piece, fit
from digest.render.furniture import has_letters_apart, long_date, words
from digest.render.glance import at_a_glance
from digest.render.mailbody import dressed, image
from digest.render.mailforms import Dress, Form, forms
from digest.render.mailstory import MailSection, MailSource, MailStory, MailText
from digest.render.mailtext import as_text, note
from digest.render.markup import block
from digest.render.page import headline, page_url
from digest.render.stories import PageSection, PageSource, PageStory, page_sections
from digest.render.templates import Templates, safe
from digest.render.theme import Theme, make_theme
from digest.render.updates import UNKNOWN, Updates
from digest.text.direction import direction
from digest.text.limits import PREHEADER_MOST_CHARS
from digest.text.plain import drop_controls, plain
from digest.text.sentences import sentences
from digest.text.wrap import squeezed, wrap

_WAY_OUT = "\x00unsubscribe\x00"  # stands for the mark while a template is filled: clean text holds no NUL
_STORY_BYTES = 1_000  # of a story's own markup; rather too many, for then none is left out that need not be
_REST_BYTES = 250  # of the link to the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What an issue says, before its length is decided: every text in all its forms."""

    sections: tuple[PageSection, ...]
    introductions: tuple[tuple[Form, ...], ...]  # of the issue, then of each section; in its five forms
    summaries: tuple[tuple[Form, ...], ...]  # of each story
    web: str
    dress: Dress
    picture: str  # how the text part writes one: "[Picture: {alt}]"
    rtl: bool

    def pieces(self) -> list[Piece]:
        """The introductions, then the stories."""
        introductions = [tuple(text.size for text in texts) for texts in self.introductions]
        stories = [
            (*(_STORY_BYTES + text.size + (text != texts[WHOLE]) * _REST_BYTES for text in texts[:LEFT_OUT]), 0)
            for texts in self.summaries
        ]
        return [Piece(sizes=sizes, is_story=False) for sizes in introductions] + [
            Piece(sizes=sizes) for sizes in stories
        ]


def render_mail(
    issue: Issue,
    *,
    settings: Settings,
    templates: Templates,
    entries: Mapping[str, Entry],
    number: int,
    on: date,
    updates: Updates = UNKNOWN,
) -> Mail:
    """Both parts of an issue's mail, the same stories in the same order and at the same length.

    The HTML part has less than 102,400 bytes, decoded and as it will be encoded: ``Mail.cut`` says what was shortened
    for that. Only a template that is longer by itself breaks this, which the rule ``size`` of the gate finds.

    Args:
        issue: what the issue file says.
        settings: of the newsletter.
        templates: the look; ``email.html`` and ``email.txt`` are used.
        entries: by id, those the issue's sources name; one that is missing costs its kicker and language mark.
        number: 1 for the first issue.
        on: the day the issue is dated, in the newsletter's time zone.
        updates: what its updates are about.

    Raises:
        TemplateError: a template is wrong.
    """
    newsletter = settings.newsletter
    theme = make_theme(templates, settings)
    told = _told(issue, settings, entries, updates, theme, words(newsletter.language, templates.project).picture)
    subject = headline(issue, newsletter)
    common = {
        **_furniture(newsletter, templates, number=number, on=on, every=settings.issue.every),
        "title": issue.title or newsletter.title,
        "subject": subject,
        "preheader": _preheader(issue, told, newsletter.language, subject),
        "view": told.web,
        "theme": theme,
        "footer": _text(Form(source=theme.footer, html=told.dress(theme.footer)), told.picture),
        "logo": theme.logo.address(told.web) if theme.logo and (told.web or not theme.logo.is_file) else "",
    }

    printed = functools.cache(partial(_printed, told))  # both parts print the same

    def rendered(name: str, chosen: tuple[int, ...]) -> str:
        return _marked(templates.render(name, **common, **printed(chosen)))

    fitted = fit(told.pieces(), lambda chosen: rendered("email.html", chosen))
    return Mail(
        subject=subject,
        preheader=str(common["preheader"]),
        html=fitted.html,
        text=squeezed(rendered("email.txt", fitted.forms)),
        language=newsletter.language,
        cut=tuple(_cut(told, fitted.forms)),
        left_out=fitted.forms[len(told.introductions) :].count(LEFT_OUT),
    )


def _marked(rendered: str) -> str:
    """A part with our mark where the template put the way out, and nowhere else, whatever an entry or a paste says."""
    pieces = [drop_controls(piece) for piece in rendered.split(_WAY_OUT)]
    for place in range(len(pieces)):
        while UNSUBSCRIBE_MARK in pieces[place]:  # again: taken out, it may come together
            pieces[place] = pieces[place].replace(UNSUBSCRIBE_MARK, "")
    return UNSUBSCRIBE_MARK.join(pieces)


def _furniture(newsletter: Newsletter, templates: Templates, *, number: int, on: date, every: str) -> dict[str, object]:
    """What is the same whatever the issue says."""
    language = newsletter.language
    said = words(language, templates.project)
    return {
        "newsletter": newsletter,
        "language": language,
        "direction": direction(language),
        "spaced": has_letters_apart(language),
        "words": said,
        "number": number,
        "date": long_date(on, language),
        "nothing": getattr(said, f"nothing_{every}"),
        "reply": parseaddr(newsletter.reply_to or newsletter.sender)[1],
        "unsubscribe": _WAY_OUT,
    }


def _told(
    issue: Issue, settings: Settings, entries: Mapping[str, Entry], updates: Updates, theme: Theme, picture: str
) -> _Told:
    newsletter = settings.newsletter
    web = page_url(issue.name, newsletter)
    rtl = direction(newsletter.language) == "rtl"
    sections = page_sections(issue, settings=settings, entries=entries, base=web or None, updates=updates)
    stories = [story for section in sections for story in section.stories]
    dress = partial(dressed, theme=theme, rtl=rtl)
    intros = (block(issue.intro, base=web or None, below=1), *(_html(section.intro) for section in sections))
    return _Told(
        sections=sections,
        introductions=tuple(forms(intro, dress) for intro in intros),
        summaries=tuple(
            forms(_html(story.summary), dress, summary=story.instead.html if story.instead else None)
            for story in stories
        ),
        web=web,
        dress=dress,
        picture=picture,
        rtl=rtl,
    )


def _printed(told: _Told, chosen: tuple[int, ...]) -> dict[str, object]:
    """The sections in these forms."""
    count = len(told.introductions)
    intros = [_text(texts[form], told.picture) for texts, form in zip(told.introductions, chosen[:count], strict=True)]
    left = iter(zip(told.summaries, chosen[count:], strict=True))
    sections = []
    for section, intro in zip(told.sections, intros[1:], strict=True):
        stories = [(story, *next(left)) for story in section.stories]
        kept = tuple(_story(story, texts, form, told) for story, texts, form in stories if form != LEFT_OUT)
        if kept or intro.text:
            title_text = _line(section.title)
            sections.append(MailSection(title=section.title, title_text=title_text, intro=intro, stories=kept))
    left_out = sum(form == LEFT_OUT for form in chosen[count:])
    return {
        "intro": intros[0],
        "sections": sections,
        "glance": at_a_glance([one.stories for one in sections]),
        "more": left_out,
    }


def _story(story: PageStory, texts: Sequence[Form], form: int, told: _Told) -> MailStory:
    text = texts[form]
    instead = story.instead if text.is_summary else None
    earlier_url = story.earlier_url if told.web else ""
    noted = as_text(text.source, notes=(earlier_url,) if earlier_url else (), picture=told.picture)
    why_noted = as_text(_html(story.why), notes=noted.urls, indent="| ", picture=told.picture)
    notes = why_noted.urls
    also = []
    for source in story.also:
        number = 0
        if source.url:
            number, notes = note(source.url, notes)
        also.append(_source(source, url=source.url or "", number=number))
    url = story.url or ""
    first = story.source
    picture = image(story.image_url, story.image_alt) if story.image_url and form <= SHORT else ""
    return MailStory(
        title=story.title or safe(Html("…")),
        title_text=_line(story.title) or "…",
        url=url,
        web=f"{told.web}#{quote(story.anchor)}" if told.web else "",
        kicker=story.kicker,
        update=story.update,
        correction=story.correction,
        earlier=story.earlier,
        earlier_url=earlier_url,
        earlier_note=1 if earlier_url else 0,
        source=_source(first, url=first.url or "") if first else None,
        also=tuple(also),
        language_name=story.language_name,
        title_language=story.title_language,
        summary_language=instead.language if instead else story.summary_language,
        side=_side(story.title_language, told.rtl),
        image=safe(Html(picture)),
        image_url=(story.image_url or "") if picture else "",
        image_alt=story.image_alt if picture else "",
        summary=safe(text.html),
        summary_text=noted.text,
        generated=(instead or story).generated and bool(noted.text),
        why=safe(told.dress(_html(story.why))),
        why_text=why_noted.text,
        notes=notes,
        shortened=text != texts[WHOLE],
        glance=_line(story.glance),
        glance_language=story.glance_language,
    )


def _source(source: PageSource, *, url: str, number: int = 0) -> MailSource:
    return MailSource(label=source.label, url=url, note=source.note, marks=source.marks, number=number)


def _side(language: str | None, rtl: bool) -> str:
    own = direction(language) == "rtl" if language else rtl
    return "" if own == rtl else "right" if own else "left"


def _text(text: Form, picture: str) -> MailText:
    noted = as_text(text.source, picture=picture)
    return MailText(html=safe(text.html), text=noted.text, notes=noted.urls)


def _preheader(issue: Issue, told: _Told, language: str, subject: str) -> str:
    """The editor's, or the introduction's first sentence, or the first headlines: not what the subject says already."""
    if said := _line(issue.preheader):
        return said
    first = next(iter(sentences(plain(told.introductions[0][WHOLE].source), language)), "")
    if (said := _line(first)) and said.casefold() != subject.casefold():
        return _clipped(said)
    titles = (_line(plain(story.title)) for section in told.sections for story in section.stories)
    return _clipped("; ".join(title for title in titles if title.casefold() != subject.casefold()))


def _clipped(text: str) -> str:
    """Whole words of a text, not more than are shown; what is written without blanks is cut between its letters."""
    line, _, more = wrap(text, PREHEADER_MOST_CHARS).partition("\n")
    return line.rstrip(" ,;:–-、，；：") + " …" if more else line


def _cut(told: _Told, chosen: tuple[int, ...]) -> Iterable[str]:
    """What was shortened, for the editor."""
    count = len(told.introductions)
    done = {SHORT: "cut after some paragraphs", BRIEF: "cut after a paragraph", BARE: "only the headline is printed"}
    done[LEFT_OUT] = "left out of the mail"
    if any(chosen[:count]):
        yield "introduction: shortened"
    stories = [story for section in told.sections for story in section.stories]
    for story, texts, form in zip(stories, told.summaries, chosen[count:], strict=True):
        if form == LEFT_OUT or texts[form] != texts[WHOLE]:
            what = "its summary is printed, not the full text" if texts[form].is_summary else done[form]
            yield f"{_line(plain(story.title))}: {what}"


def _html(markup: Markup) -> Html:
    return Html(str(markup))


def _line(text: str) -> str:
    """One line of plain text; markup becomes what it says."""
    return " ".join(drop_controls(plain(text) if isinstance(text, Markup) else text).split())
