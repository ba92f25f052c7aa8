"""``digest why``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digest.cli.draft import points_cell
from digest.cli.options import verb as make_verb
from digest.cli.output import count, entry_data

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from digest.cli.session import Session
    from digest.explain.account import EntryAccount, FilePlace
    from digest.explain.wording import Wording
    from digest.store.issues import Placement

IN_DETAIL = 5  # entries explained at once: what one screen holds
MOST_REASONS = 16  # of one placement
MOST_BESIDE = 6  # other entries of a story

OWN = "no source has it: the editor's words"
GENERATED = "no source has it word for word: a model's words, or the editor's"

PLACES = {
    "story": "placed as a story",
    "also": "placed as a further source of a story",
    "candidate": "put among the candidates",
    "bench": "left out of the file: there were more candidates than it holds",
    "repeat": "kept out",
    "dropped": "kept out",
}


@make_verb("why")
@click.argument("words", nargs=-1, required=True, metavar="WORDS|URL|ID")
def verb(session: Session, *, words: tuple[str, ...]) -> int:
    """Tell what became of an entry, and why.

    Takes words of its title or text, any address of it, its id (e-…), a story's id (s-…) or the path of a local file.
    Says when and where it was first seen, what state it is in, where digest placed it in which issue with every
    reason, which other entries tell the same story, and how its source is doing. Changes nothing.

    \b
    Example:
      digest why cable ships
      digest why https://example.org/cable-ships
      digest why e-1a2b3c4d5e6f
    """
    from digest.errors import DigestError
    from digest.explain.account import accounts, find_entries

    query = " ".join(words)
    with session.project(create_store=False) as project:
        with project.store.read() as connection:
            found = find_entries(connection, query)
            if not found:
                raise DigestError(f"{query}: no entry is known by that", hint=_nearest(query))
            told = list(accounts(project, connection, found[:IN_DETAIL], now=session.now))
        zone = project.zone

        def show() -> None:
            for position, account in enumerate(told):
                if position:
                    session.line()
                for line in account_lines(account, zone):
                    session.line(line)

        data = {"query": query, "found": len(found), "entries": [account_data(account) for account in told]}
        session.result(data, show)
        if len(found) > len(told):
            session.say(f"{count(len(found) - len(told), 'more entry', 'more entries')}: `digest search {query}`")
    return 0


def _nearest(query: str) -> str:
    if "://" in query:
        return "no source has told of it, or its feed's include/exclude words keep it out; `digest fetch` asks again"
    if query.lower().startswith(("e-", "s-")):
        return "ids are 12 hex digits after e-, 8 after s-; `digest search WORDS` finds an entry by its words"
    return "try fewer words, the beginning of one (sanction*), or its address"


def account_lines(account: EntryAccount, zone: ZoneInfo) -> list[str]:
    """An account as people read it."""
    from digest.explain.standing import condition, local_time

    entry, source = account.entry, account.source
    name = entry.organisation or (source.name if source else entry.source_id)
    dated = f"published {local_time(entry.published, zone)}" if entry.published else "without a date"
    lines = [click.style(entry.title or "(no title)", bold=True)]
    lines += [f"  {entry.url}"] if entry.url else []
    lines.append(f"  e-{entry.id}, {name}, {dated}")
    where = entry.path or (source.location if source else entry.source_id)
    lines.append(f"  first seen {local_time(entry.first_seen, zone)} in {where}")
    lines.append(f"  {account.fate}")
    for placement in account.placements:
        lines += _placement_lines(placement)
    for place in account.places:
        lines += [f"  {_place_line(place)}", *_wording_lines(place, account)]
    if account.beside:
        lines.append("  told as the same story:")
        lines += [f"    e-{one.id}  {one.title} ({one.source_id})" for one in account.beside[:MOST_BESIDE]]
        if len(account.beside) > MOST_BESIDE:
            lines.append(f"    and {len(account.beside) - MOST_BESIDE} more")
    lines += [f"  changed by its source {local_time(at, zone)}; was: {title}" for at, title in account.changes]
    if entry.notes:
        lines.append(f"  read with doubt: {'; '.join(entry.notes)}")
    if source and (state := condition(source, zone)) != "ok":
        lines.append(f"  its source: {state}")
    return lines


def _placement_lines(placement: Placement) -> list[str]:
    what = PLACES[placement.place]
    if placement.place in {"repeat", "dropped"}:
        grounds = "; ".join(reason.text for reason in placement.reasons)
        return [f"  {placement.issue}: {what}: {placement.earlier or 'an earlier issue'} had it ({grounds})"]
    lines = [f"  {placement.issue}: {what} ({placement.story_id}, score {placement.score:.2f})"]
    lines += [f"    {points_cell(reason):>5}  {reason.text}" for reason in placement.reasons[:MOST_REASONS]]
    if len(placement.reasons) > MOST_REASONS:
        lines.append(f"           and {count(len(placement.reasons) - MOST_REASONS, 'more reason')}")
    return lines


def _place_line(place: FilePlace) -> str:
    if not place.where:
        return f"{place.issue}: not in the file any more: it counts as dropped when the issue goes out"
    role = "" if place.first else ", as a further source"
    return f"{place.issue}: stands under ## {place.where} in line {place.line}: {place.story}{role}"


def _wording_lines(place: FilePlace, account: EntryAccount) -> list[str]:
    """Where each sentence of the summary stands, by the entry it is from."""
    titles = {one.id: one.source_id for one in (account.entry, *account.beside)}
    lines = []
    for number, one in enumerate(place.wording, 1):
        found = one.source
        whose = f"{titles.get(found.entry_id, 'another entry')}, {found.place} (e-{found.entry_id})" if found else OWN
        whose = GENERATED if one.generated else whose
        lines.append(f"    sentence {number}: {whose}")
    return lines


def account_data(account: EntryAccount) -> dict[str, Any]:
    """An account for --json."""
    source = account.source
    return {
        **entry_data(account.entry),
        "fate": account.fate,
        "source_problem": source.problem if source else None,
        "placements": [
            {
                "issue": placement.issue,
                "place": placement.place,
                "story": placement.story_id,
                "earlier": placement.earlier,
                "score": round(placement.score, 3),
                "reasons": [{"points": round(reason.points, 3), "text": reason.text} for reason in placement.reasons],
            }
            for placement in account.placements
        ],
        "file": [
            {
                "issue": place.issue,
                "under": place.where or None,
                "story": place.story,
                "line": place.line or None,
                "summary": [_wording_data(one) for one in place.wording],
            }
            for place in account.places
        ],
        "same_story": [{"id": one.id, "title": one.title, "source": one.source_id} for one in account.beside],
        "changes": [{"at": at, "title": title} for at, title in account.changes],
    }


def _wording_data(one: Wording) -> dict[str, Any]:
    found = one.source
    place = {"entry": found.entry_id, "field": found.field, "start": found.start, "end": found.end} if found else {}
    return {"text": one.text, "generated": one.generated, **place}
