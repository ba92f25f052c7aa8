"""Exports of newsletter tools: a table of what was sent, and a file for each.

Mailchimp: ``campaigns.csv`` (Title, Subject, Send Date, Unique Id …; "May 19, 2019 06:00 pm") and beside it
``campaigns_content/12020101_title-in-signs-of-ascii.html``, both some folders deep; or the older layout with a folder
for each campaign. The number in a file's name is in no column. Buttondown: ``emails/SLUG.md`` and ``emails.csv`` (id,
secondary_id, subject, publish_date, source, slug), Markdown files with front matter, or a list of JSON with the texts
in it. Substack: ``posts.csv`` and ``posts/ID.SLUG.html``. Columns are found by their names, whatever their order and
case. The layouts are those that other importers read: Ghost's of Buttondown and Substack, small ones of Mailchimp.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from digest.gather.files.document import decoded
from digest.gather.past.cabinet import Cabinet, UnreadError
from digest.gather.past.letter import Form, Found, NotTaken, PastLetter, Reading, sha256_of
from digest.gather.past.meta import moment_of, one_of, why_not
from digest.gather.past.pages import HTML, MARKDOWN, as_html, read_page
from digest.text.clean import clean
from digest.text.plain import plain
from digest.text.titles import title_key
from digest.text.urls import clean_url

Row = Mapping[str, Any]

_SENT: Final = ("send_date", "send_time", "sent_date", "date_sent", "sent", "date")
_TABLE_NAMES: Final = re.compile(r"(?:^|/)(?:campaigns?|emails?|posts|archives?)\.(?:csv|json)$", re.IGNORECASE)
_LEAST_WORDS = 3


def table_of(cabinet: Cabinet, names: re.Pattern[str] = _TABLE_NAMES) -> list[Row]:
    """The rows of the export's table, each by its columns' names in lower case with ``_`` for blanks.

    Raises:
        UnreadError: it cannot be read.
    """
    name = next((one for one in cabinet.names if names.search(one)), None)
    if name is None:
        return []
    text = decoded(cabinet.read(name))
    if name.lower().endswith(".json"):
        return json_rows(text)
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), restkey="rest", restval="")
    try:
        return [{_column(key): value for key, value in row.items() if key} for row in rows]
    except csv.Error as error:
        raise UnreadError(f"is not CSV: {error}") from error


def json_rows(text: str) -> list[Row]:
    """The objects of a list of JSON, or of the list in an object such as ``{"results": […]}``.

    Raises:
        UnreadError: it is no JSON.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadError(f"is not JSON: {error}") from error
    if isinstance(data, dict):
        data = next((value for value in data.values() if isinstance(value, list)), [])
    return [{_column(str(key)): value for key, value in row.items()} for row in data if isinstance(row, dict)]


def _column(key: str) -> str:
    return re.sub(r"[\s-]+", "_", key.strip().lstrip("\ufeff").lower())


def read_mailchimp(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    """The campaigns of a Mailchimp export. The table says when each was sent; one that is not in it was not sent."""
    rows = table_of(cabinet)
    files = [one for one in cabinet.names if PurePosixPath(one).suffix.lower() in HTML]
    by_file, rest, guessed = _matched(files, rows, reading)
    for name in files:
        row = by_file.get(name, {})
        date = moment_of(row, reading.zone, _SENT)
        if rows and (date is None or one_of(row, "status").lower() not in {"", "sent"}):
            why = "was not sent, as far as the table says"
            yield NotTaken(origin=f"{cabinet.title}/{name}", why=why, is_failure=False)
            continue
        told = {key: value for key, value in row.items() if key in {"subject", "subject_line", "title", "preview_text"}}
        told = {"subject": one_of(row, "subject", "subject_line", "title")} | told if row else {}
        if guid := one_of(row, "unique_id", "campaign_id", "id"):
            told["guid"] = f"mailchimp {guid}"
        found = read_page(cabinet, name, told, reading, form="mailchimp", date=date)
        if isinstance(found, PastLetter) and name in guessed:
            found = replace(found, doubts=("others have its title: is this its day?",))
        yield found
    for row in rest:
        title = one_of(row, "subject", "title")
        if moment_of(row, reading.zone, _SENT) and title:
            yield NotTaken(origin=f"{cabinet.title}: {title}", why="its text is not in the export")


def _matched(
    files: Sequence[str], rows: Sequence[Row], reading: Reading
) -> tuple[dict[str, Row], list[Row], frozenset[str]]:
    """The row of each file, by the campaign's number or title in its name; the rows of no file; and what was guessed.

    Campaigns of one title are told apart by their order: their numbers and their days rise together.
    """
    found: dict[str, Row] = {}
    rest: list[Row] = []
    guessed: set[str] = set()
    left = sorted(files, key=lambda one: (_number(one), one))
    named = {one: _named(one) for one in files}
    for row in sorted(rows, key=lambda one: moment_of(one, reading.zone, _SENT) or reading.now):
        ids = [one_of(row, key) for key in ("unique_id", "campaign_id", "id", "web_id")]
        keys = {key for column in ("title", "subject", "subject_line") for key in _keys(one_of(row, column))}
        by_id = [one for one in left if any(part and part in re.split(r"[/_.-]", one) for part in ids)]
        fitting = by_id or [one for one in left if named[one] in keys]
        if not fitting:
            rest.append(row)
            continue
        if len(fitting) > 1:
            guessed |= {*fitting}
        found[fitting[0]] = row
        left.remove(fitting[0])
    return found, rest, frozenset(guessed)


def _number(name: str) -> int:
    found = re.match(r"\d{1,18}", PurePosixPath(name).name)
    return int(found.group()) if found else 0


def _named(name: str) -> str:
    """What a file's name says of its title: ``content/1234_spring-is-here.html``, ``spring is here/index.html``."""
    path = PurePosixPath(name)
    stem = path.parent.name if path.stem.lower() in {"index", "content", "campaign", "email"} else path.stem
    return next(iter(_keys(re.sub(r"^\d+[-_. ]+", "", stem))), "")


def _keys(title: str) -> list[str]:
    """How a file may be named for a title: with signs of ASCII, of which letters with accents are some or are none."""
    folded = unicodedata.normalize("NFKD", title.casefold())
    bare = "".join(sign if sign.isascii() else " " for sign in unicodedata.normalize("NFC", title.casefold()))
    spelled = (folded.encode("ascii", "ignore").decode(), bare, title_key(title))
    found = (" ".join(re.findall(r"\w+", re.sub(r"[-_]+", " ", one))) for one in spelled)
    return [key for key in dict.fromkeys(found) if key]


def read_buttondown(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    """The mails of a Buttondown export."""
    files = [one for one in cabinet.names if PurePosixPath(one).suffix.lower() in (*MARKDOWN, *HTML)]
    rows = table_of(cabinet)
    by_slug = {one_of(row, key): row for row in rows for key in ("id", "slug") if one_of(row, key)}
    if files:
        for name in files:
            stem = PurePosixPath(name).stem
            row = by_slug.get(stem) or by_slug.get(re.sub(r"^\d{4}-\d\d-\d\d-", "", stem)) or {}
            told = {key: value for key, value in row.items() if key not in {"body", ""}}
            yield read_page(cabinet, name, _as_sent(told), reading, form="buttondown")
        return
    for number, row in enumerate(rows, 1):
        yield read_row(row, f"{cabinet.title}: row {number}", reading, form="buttondown")


def _as_sent(row: Row) -> Row:
    """Columns that are empty say nothing."""
    return {key: value for key, value in row.items() if value not in {"", None}} if row else {}


def read_row(row: Row, origin: str, reading: Reading, *, form: Form) -> Found:
    """The letter that one row of an export holds, its text with it."""
    subject = one_of(row, "subject", "title")
    origin = f"{origin}, {subject}" if subject else origin
    if why := why_not(row):
        return NotTaken(origin=origin, why=why, is_failure=False)
    date = moment_of(row, reading.zone)
    if date is None:
        return NotTaken(origin=origin, why="says no date")
    body = next((value for key in ("html", "body_html", "body", "content", "text") if (value := row.get(key))), "")
    body = body if isinstance(body, str) else ""
    try:
        html = body if re.search(r"<(?:p|div|h[1-6]|table|br)\b", body, re.IGNORECASE) else as_html(body)
    except UnreadError as error:
        return NotTaken(origin=origin, why=error.message)
    if len(plain(clean(html)).split()) < _LEAST_WORDS:
        return NotTaken(origin=origin, why="holds no text")
    sha256 = sha256_of(json.dumps(row, sort_keys=True, default=str))
    return PastLetter(
        key=f"{form} {one_of(row, 'id', 'uuid', 'guid', 'slug') or sha256}",
        origin=origin,
        form=form,
        subject=subject,
        date=date,
        html=html,
        preheader=one_of(row, "custom_excerpt", "preview_text", "description", "subtitle", "excerpt"),
        base=clean_url(one_of(row, "canonical_url", "absolute_url", "url")),
        sha256=sha256,
    )


def read_substack(cabinet: Cabinet, reading: Reading) -> Iterator[Found]:
    """The posts of a Substack export: those that are published, and for everybody."""
    rows = {one_of(row, "post_id"): row for row in table_of(cabinet, re.compile(r"(?:^|/)posts\.csv$"))}
    for name in cabinet.names:
        path = PurePosixPath(name)
        if path.suffix.lower() not in HTML:
            continue
        row = rows.get(path.stem)
        if row is None:
            yield NotTaken(origin=f"{cabinet.title}/{name}", why="is not in posts.csv", is_failure=False)
            continue
        if one_of(row, "type").lower() == "page":  # "About", "Imprint": they are published and dated as posts are
            yield NotTaken(origin=f"{cabinet.title}/{name}", why="is a page of the site, no letter", is_failure=False)
            continue
        told: dict[str, Any] = {**row, "guid": f"substack {path.stem}", "published": "", "type": ""}
        date: datetime | None = moment_of(row, reading.zone, ("email_sent_at", "post_date"))
        yield read_page(cabinet, name, told, reading, form="substack", date=date)


def read_ghost(data: bytes, title: str, reading: Reading) -> Iterator[Found]:
    """The posts of a Ghost export: those that are published, and for everybody.

    Raises:
        UnreadError: it is no export of Ghost.
    """
    try:
        whole = json.loads(decoded(data))
        databases = whole["db"] if isinstance(whole, dict) and "db" in whole else [whole]
        posts = [post for one in databases for post in (one.get("data") or one)["posts"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadError("is no export of Ghost: it has no posts") from error
    for number, post in enumerate(posts, 1):
        if not isinstance(post, dict) or post.get("type") == "page":
            continue
        row = {_column(str(key)): value for key, value in post.items() if key != "type"}
        if not row.get("html") and one_of(row, "status") not in {"draft", "scheduled"}:
            yield NotTaken(origin=f"{title}: post {number}, {one_of(row, 'title')}", why="holds no text")
        else:
            yield read_row(row, f"{title}: post {number}", reading, form="ghost")
