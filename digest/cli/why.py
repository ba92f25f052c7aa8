"""``digest why``."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Final

import click

from digest.cli.accounts import account_data, account_lines, own_data, unseen_data, unseen_lines
from digest.cli.options import verb as make_verb
from digest.cli.output import count, entry_data
from digest.cli.search import index_new
from digest.cli.session import is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from digest.cli.accounts import Line
    from digest.cli.session import Session
    from digest.explain.account import EntryAccount
    from digest.explain.finding import Found
    from digest.explain.unseen import OwnStory
    from digest.model import Entry
    from digest.project import Project

MOST_LISTED: Final = 10  # two lines each: one screen
IN_DETAIL: Final = 5  # of several, with --json


@make_verb("why")
@click.argument("words", nargs=-1, required=True, metavar="WORDS|URL|ID")
def verb(session: Session, *, words: tuple[str, ...]) -> int:
    """Tell what became of an entry, and why.

    Takes words of its title or text, or of the headline you gave it; any address of it, as it was pasted; its id
    (e-…), a story's id (s-…), the path of a local file, or the subject of a mail. Says when and where it was first
    seen, what state it is in, what happened to it in which issue, its score with every reason, which other entries
    tell the same story, and how its source is doing. Several that answer are listed, the newest first. Of an address
    that no source has told it says which feeds might have, and how they are doing (exit code 1). Changes nothing.

    \b
    Example:
      digest why cable ships
      digest why "https://example.org/cable-ships?utm_source=mail"
      digest why e-1a2b3c4d5e6f
    """
    from digest.explain.finding import find

    query = " ".join(words)
    with session.project(create_store=False) as project:
        with project.store.read() as connection:
            by_words = find(connection, query, root=project.root).how == "words"
        if by_words:
            index_new(session, project)
        with project.store.read() as connection:
            found = find(connection, query, root=project.root)
            own: tuple[OwnStory, ...] = ()
            if found.how == "words":
                found, own = _with_headlines(project, connection, query, found)
            if not found.ids:
                return _not_seen(session, project, connection, query, own)
            _tell(session, project, connection, query, found, own)
    return 0


def _with_headlines(
    project: Project, connection: Connection, query: str, found: Found
) -> tuple[Found, tuple[OwnStory, ...]]:
    """Those whose story an editor gave a headline of these words come first."""
    from dataclasses import replace

    from digest.explain.unseen import own_stories

    own = own_stories(project, connection, query)
    headed = [entry_id for story in own for entry_id in story.entry_ids]
    return replace(found, ids=tuple(dict.fromkeys((*headed, *found.ids)))), own


def _tell(
    session: Session, project: Project, connection: Connection, query: str, found: Found, own: Sequence[OwnStory]
) -> None:
    from digest.explain.account import accounts, fates
    from digest.explain.standing import source_accounts

    first = next(accounts(project, connection, found.ids[:1], now=session.now))
    several = not {first.entry.id, *(one.id for one in first.beside)}.issuperset(found.ids)
    listed = fates(project, connection, found.ids[:MOST_LISTED], now=session.now) if several else ()
    whose = {entry.source_id for entry, _ in listed}
    names = {one.id: one.name for one in source_accounts(project, connection, now=session.now, only=whose)}
    told: list[EntryAccount] = []
    if session.options.as_json or not several:
        ids = [entry.id for entry, _ in listed[:IN_DETAIL]] or list(found.ids)
        told = list(accounts(project, connection, ids, now=session.now))
    if not several:  # the story's first source speaks for it
        told.sort(key=lambda one: not any(place.first for place in one.places))

    def show() -> None:
        if found.note:
            session.line(f"{query}: {found.note}")
        lines = _list_lines(listed, names, query, project.zone) if several else account_lines(told[0], project.zone)
        _print(session, (*lines, *_own_lines(own)))

    data = {
        "query": query,
        "how": found.how,
        "note": found.note,
        "found": len(found.ids),
        "listed": [entry_data(entry) | {"fate": said} for entry, said in listed],
        "by_hand": [own_data(story) for story in own if not story.entry_ids],
        "entries": [account_data(account) for account in told],
    }
    session.result(data, show)
    if several:
        more = len(found.ids) - len(listed)
        also = f"{count(more, 'more entry', 'more entries')}; " if more else ""
        session.say(f'{also}narrow it: more words, "words that stand together", or the id: digest why e-…')


def _list_lines(
    listed: Sequence[tuple[Entry, str]], names: Mapping[str, str], query: str, zone: ZoneInfo
) -> Iterator[Line]:
    """Several entries, two lines each."""
    from digest.explain.standing import local_time

    yield "", f"{query}: several entries, the newest first"
    for entry, said in listed:
        day = local_time(entry.published or entry.first_seen, zone)[:10]
        name = entry.organisation or names.get(entry.source_id, entry.source_id)
        yield f"  e-{entry.id}  ", f"{day}  {entry.title or '(no title)'} ({name})"
        yield "                  ", said


def _own_lines(own: Sequence[OwnStory]) -> Iterator[Line]:
    for story in own:
        if not story.entry_ids:
            yield "", f"{story.issue}, line {story.line}: “{story.title}”: written by hand, no entry"


def _print(session: Session, lines: Iterable[Line]) -> None:
    """Print lines, the first of them bold; wrapped on a terminal, where they go on below themselves."""
    wrapped = _wrapped if is_terminal(sys.stdout) else "".join
    for number, line in enumerate(lines):
        whole = wrapped(line)
        session.line(whole if number else click.style(whole, bold=True))


def _wrapped(line: Line) -> str:
    from digest.text.wrap import wrap

    lead, text = line
    return wrap(text, shutil.get_terminal_size().columns - 1, indent=" " * len(lead), first=lead)


def _not_seen(session: Session, project: Project, connection: Connection, query: str, own: Sequence[OwnStory]) -> int:
    """Say what can be said of what no entry answers to.

    Raises:
        DigestError: nothing can.
    """
    from digest.errors import DigestError
    from digest.explain.finding import file_path, web_address
    from digest.explain.unseen import unseen_address

    if own:
        data = {"query": query, "found": 0, "entries": [], "by_hand": [own_data(story) for story in own]}
        session.result(data, lambda: _print(session, _own_lines(own)))
        return 0
    file = file_path(query, project.root)
    if file and (project.root / file).is_file():
        raise DigestError(f"{file}: no entry was made of it", hint="`digest fetch` reads it, and says what is wrong")
    address = web_address(query)
    if address is None:
        raise DigestError(f"{query}: no entry is known by that", hint=_nearest(query))
    unseen = unseen_address(project, connection, address, now=session.now)
    data = {"query": query, "found": 0, "entries": [], "unseen": unseen_data(unseen)}
    session.result(data, lambda: _print(session, unseen_lines(unseen)))
    return 1


def _nearest(query: str) -> str:
    if query.lower().startswith(("e-", "s-")):
        return "ids are 12 hex digits after e-, 8 after s-; `digest search WORDS` finds an entry by its words"
    if "/" in query:
        return "a file is named by its path, as feeds/notes/note.md; an address begins with https://"
    return "try fewer words, the beginning of one (sanction*), or its address"
