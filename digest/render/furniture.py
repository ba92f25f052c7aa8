"""The words digest itself puts on a page, and dates, in the newsletter's language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from digest.disk import shipped
from digest.errors import TemplateError
from digest.text.direction import direction

FALLBACK = "en"

_NO_CAPITALS = frozenset({"zh", "ja", "ko", "hi", "bn", "th", "mr", "ne"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What ``templates/words/<language>.toml`` says; ``{…}`` is for the template to fill with ``.format()``."""

    issue: str  # {number}
    glance: str
    also: str
    why: str
    update: str
    update_to: str  # {number}
    correction: str
    correction_to: str  # {number}
    mark_paywall: str
    mark_pdf: str
    mark_audio: str
    mark_video: str
    picture: str  # {alt}, in the text part
    generated: str
    in_language: str  # {language}
    rest: str
    more: str  # {count}
    left_out: str  # {count}, where there is no web page to read them on
    nothing_day: str
    nothing_week: str
    nothing_month: str
    view: str
    because: str  # {title}
    reply: str
    unsubscribe: str
    preferences: str
    edition: str  # {topics}, of a mail that has not all of the issue
    edition_general: str  # where it has none of the reader's topics
    whole: str  # leads from there to the web page
    contents: str
    skip: str
    permalink: str
    archive: str
    previous: str
    latest: str
    earlier: str
    feed: str
    subscribe: str
    none_yet: str
    other: str  # the section of what fits no other
    news: str  # the section where none are configured
    following: str
    site: str  # of the navigation
    you_are_here: str
    home: str
    search: str
    sections: str
    organisations: str
    people: str
    coverage: str
    corrections: str
    browse: str
    years: str
    issues_of: str  # {year}
    stories: str  # {count}
    issues: str  # {count}
    json_feed: str
    section_feed: str  # {title}
    story_page: str
    so_far: str  # the story across issues
    this_story: str
    sources: str
    names: str
    why_published: str  # of a name beside a story
    why_quoted: str
    why_named: str
    tally_published: str  # {count}
    tally_quoted: str  # {count}
    tally_named: str  # {count}
    own_site: str  # of an organisation or a person
    previous_story: str
    next_story: str
    corrected: str
    corrected_on: str  # {date}
    issue_corrected: str
    as_sent: str
    no_corrections: str
    lost_text: str  # of 404.html
    join_title: str  # {title}
    join_address: str
    join_name: str
    join_optional: str
    join_topics: str
    join_language: str
    join_next: str
    join_button: str
    join_again: str
    wrong_form: str
    wrong_address: str
    wrong_name: str
    wrong_topics: str
    sent_title: str
    sent_text: str
    confirm_title: str
    confirm_text: str  # {title}
    confirm_button: str
    confirmed_title: str
    confirmed_text: str  # {title}
    leave_title: str  # {title}
    leave_text: str
    leave_button: str
    left_title: str
    left_text: str  # {title}
    left_undo: str
    left_button: str
    choice_title: str
    choice_for: str  # {address}
    choice_button: str
    choice_saved: str
    choice_none: str  # {title}
    choice_link: str
    no_link_title: str
    no_link_text: str
    no_page_title: str
    later_title: str
    later_text: str
    often_text: str
    asked_subject: str  # {title}
    asked_text: str  # {title}
    asked_button: str
    asked_until: str  # {date}
    asked_ignore: str
    known_subject: str  # {title}
    known_text: str  # {title}
    correction_of: str  # {title}
    retracted: str
    error_text: str  # {number} and {date} of an issue that was corrected
    error_retracted: str  # likewise
    error_page: str
    chart_stories: str  # what numbers count
    chart_issue: str
    chart_month: str
    chart_quarter: str
    chart_year: str
    chart_sections: str
    chart_organisations: str
    chart_organisation: str
    chart_change: str
    chart_most: str  # {time} {names} {count} {total}
    chart_most_each: str  # likewise, where several share the place
    chart_lives: str
    chart_lives_said: str  # {count} {total} {days} {parts} {title}
    chart_days: str
    chart_week: str
    chart_one_month: str
    chart_three_months: str
    chart_half_year: str
    chart_one_year: str
    chart_longer: str
    chart_parts: str
    chart_part: str
    chart_parts_said: str  # {count} {total} {parts}
    chart_data: str
    chart_more: str  # {count}
    coverage_lead: str  # {title} {stories} {issues} {time}
    coverage_none: str
    search_label: str
    search_hint: str
    search_off: str
    search_section: str
    search_organisation: str
    search_year: str
    search_order: str
    search_all: str
    search_best: str
    search_newest: str
    search_busy: str
    search_found: str  # {count}
    search_nothing: str  # {words}
    search_more: str
    search_failed: str
    search_partly: str  # {years}


def words(language: str, project: Path) -> Words:
    """The words in a language: the newest wording of ``de-AT``, then ``de``, then English, word by word.

    Args:
        language: BCP 47.
        project: the newsletter's folder; its ``templates/words/`` wins over what comes with digest.

    Raises:
        TemplateError: a file is no TOML, holds a word that is not asked for, or loses one of its ``{…}``.
    """
    known = tuple(field.name for field in fields(Words))
    english = _read(shipped("templates") / "words" / f"{FALLBACK}.toml", known)
    found = dict(english)
    for tag in (FALLBACK, *reversed(_shorter(language))):
        for root in (shipped("templates"), project / "templates"):
            path = root / "words" / f"{tag}.toml"
            if path.is_file():
                found |= _filled(path, _read(path, known), english)
    return Words(**found)


def has_letters_apart(language: str) -> bool:
    """Whether capitals and wide spacing suit the script: not joined letters, not characters."""
    return direction(language) == "ltr" and language.partition("-")[0].lower() not in _NO_CAPITALS


def long_date(day: date, language: str) -> str:
    """A date as people write it: ``24 March 2025``, ``24. März 2025``. Plain ``en`` is the world's, not America's."""
    return format_date(day, "long", locale=locale_of(language))


def spoken(language: str) -> str:
    """The language digest has words in for a newsletter in ``language``: its own, if they were translated."""
    known = {path.stem for path in (shipped("templates") / "words").glob("*.toml")}
    return next((tag for tag in _shorter(language) if tag in known), FALLBACK)


def language_name(language: str, into: str) -> str:
    """What a language is called in another one: ``German``, ``Deutsch``; the tag itself if Babel has no name."""
    try:
        name = Locale.parse(language, sep="-").get_language_name(locale_of(into))
    except (UnknownLocaleError, ValueError):
        return language
    return name or language


def locale_of(language: str) -> Locale:
    """The nearest locale Babel has."""
    for tag in (*_shorter(language), FALLBACK):
        try:
            return Locale.parse("en_001" if tag == "en" else tag.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def _shorter(language: str) -> tuple[str, ...]:
    """``de-AT`` gives ``de-AT``, ``de``."""
    parts = language.split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def _read(path: Path, known: tuple[str, ...]) -> dict[str, str]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(str(error), template=str(path), hint="correct the file; nothing was written") from error
    wrong = [key for key, value in table.items() if key not in known or not isinstance(value, str)]
    if wrong:
        msg = f"{', '.join(wrong)}: no such word"
        raise TemplateError(msg, template=str(path), hint=f"the words are {', '.join(known)}")
    return table


def _filled(path: Path, table: dict[str, str], english: dict[str, str]) -> dict[str, str]:
    """The table, if every word can be filled as the English one can."""
    for key, value in table.items():
        if _places(value) != _places(english[key]):
            wanted = " and ".join(sorted(_places(english[key]))) or "no {…}"
            msg = f'{key}: "{value}" must hold {wanted}'
            raise TemplateError(msg, template=str(path), hint=f'as in English: "{english[key]}"')
    return table


def _places(value: str) -> set[str]:
    return {f"{{{part.partition('}')[0]}}}" for part in value.split("{")[1:]}
