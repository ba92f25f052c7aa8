"""Issues of hostile stories, in every form they leave in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from digest.model import UNSUBSCRIBE_MARK, Entry, Html, Issue, IssueSection, Mail
from digest.render.mail import render_mail
from digest.render.page import render_content, render_page
from digest.render.templates import Templates
from digest.text.wrap import WIDTH, columns
from tests.render.mailed import TEMPLATES
from tests.support.sample import ON, SAMPLE, sample_settings

ALL_FORMS = ("mail", "page", "bare", "content")
SETTINGS = sample_settings()
LOOKS = {look: Templates(look, TEMPLATES.project) for look in ("brief", "magazine", "plain")}
_ROOM = 60_000  # characters of texts that surely fit in a mail whole
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_ADDRESS = re.compile(r"\S+://|\bmailto:\S+")


def mail_of(issue: Issue, entries: Mapping[str, Entry], look: str = "brief") -> Mail:
    return render_mail(issue, settings=SETTINGS, templates=LOOKS[look], entries=entries, number=12, on=ON)


def page_of(issue: Issue, entries: Mapping[str, Entry], look: str = "brief") -> str:
    return render_page(issue, settings=SETTINGS, templates=LOOKS[look], entries=entries, number=12, on=ON)


def content_of(issue: Issue, entries: Mapping[str, Entry]) -> Html:
    return render_content(issue, settings=SETTINGS, templates=TEMPLATES, entries=entries)


def joined(sections: Iterable[IssueSection]) -> Issue:
    """One issue of all these sections."""
    return replace(SAMPLE, intro="", sections=tuple(sections))


def packed(issues: Sequence[Issue], size: Mapping[str, int]) -> Iterator[tuple[Issue, ...]]:
    """The issues, so many together as fit a mail; ``size`` has the characters of what each story is filled with."""
    run: list[Issue] = []
    full = 0
    for issue in issues:
        own = 3_000 + size[issue.name]
        if run and full + own > _ROOM:
            yield tuple(run)
            run, full = [], 0
        run.append(issue)
        full += own
    if run:
        yield tuple(run)


def write_forms(
    folder: Path,
    issue: Issue,
    mail: str,
    entries: Mapping[str, Entry],
    forms: Sequence[str] = ALL_FORMS,
    look: str = "brief",
) -> dict[str, Path]:
    """The mail, the page, the mail as Gmail shows it to foreign accounts, and the entry of the feed as a page."""
    makers = {
        "mail": lambda: mail,
        "page": lambda: page_of(issue, entries, look),
        "bare": lambda: re.sub(r'<style>.*?</style>|<meta name="[^"]*color-scheme[^>]*>', "", mail, flags=re.DOTALL),
        "content": lambda: f"<!doctype html><title>x</title><h1>x</h1>{content_of(issue, entries)}",
    }
    for name in forms:
        (folder / f"{name}.html").write_text(makers[name](), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in forms}


def faults(mail: Mail) -> list[str]:
    """What is wrong with the letters and the lines of a mail."""
    lines = mail.text.split("\n")
    found = [
        f"{columns(line)} columns: {line[:90]}" for line in lines if columns(line) > WIDTH and not _ADDRESS.search(line)
    ]
    found += [f"U+{ord(one):04X}" for one in sorted(set(_CONTROL.findall(mail.html + mail.text + mail.subject)))]
    found += [
        f"{part.count(UNSUBSCRIBE_MARK)} ways out"
        for part in (mail.html, mail.text)
        if part.count(UNSUBSCRIBE_MARK) != 1
    ]
    found += ["a line of two dashes"] * ("-- " in lines) + ["blanks at an end"] * any(
        line != line.rstrip() for line in lines
    )
    found += ["no subject"] * (not mail.subject.strip()) + ["over 102,400 bytes"] * (len(mail.html.encode()) >= 102_400)
    return found
