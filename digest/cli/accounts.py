"""The account of an entry, and of an address that nobody has told, as people read it and as --json has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from digest.cli.draft import points_cell
from digest.cli.output import count, entry_data

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from digest.explain.account import EntryAccount
    from digest.explain.fate import FilePlace
    from digest.explain.tale import Event
    from digest.explain.unseen import OwnStory, Unseen
    from digest.explain.wording import Wording
    from digest.store.issues import Placement

Line = tuple[str, str]
"""What a line begins with, and its text: where that is wrapped, it goes on below itself."""

MOST_REASONS: Final = 16
MOST_BESIDE: Final = 5
MOST_EVENTS: Final = 8  # the newest of them

OWN: Final = "no source has it: the editor's words"
GENERATED: Final = "no source has it word for word: a model's words, or the editor's"


def account_lines(account: EntryAccount, zone: ZoneInfo) -> Iterator[Line]:
    """An account, the title first."""
    from digest.explain.standing import condition, local_time

    entry, source = account.entry, account.source
    name = entry.organisation or (source.name if source else entry.source_id)
    dated = f"published {local_time(entry.published, zone)}" if entry.published else "without a date"
    stories = [one.story_id for one in account.placements if one.story_id]
    stories += [one.story_id for one in account.places if one.story_id]
    yield "", entry.title or "(no title)"
    if entry.url:
        yield "  ", entry.url
    yield "  ", ", ".join([f"e-{entry.id}", *stories[-1:], name, dated])
    where = entry.path or (source.location if source else entry.source_id)
    yield "  ", f"first seen {local_time(entry.first_seen, zone)} in {where}"
    if entry.notes:
        yield "  ", f"read with doubt: {'; '.join(entry.notes)}"
    if source and (state := condition(source, zone)) != "ok":
        yield "  ", f"its source: {state}"
    yield "  ", account.fate
    if account.advice:
        yield "  → ", account.advice
    yield from _event_lines(account, zone)
    if account.placements:
        yield from _placement_lines(account.placements[-1])
    yield from _beside_lines(account)
    if printed := [place for place in account.places if place.where]:
        yield from _wording_lines(printed[-1], account)


def _event_lines(account: EntryAccount, zone: ZoneInfo) -> Iterator[Line]:
    from digest.explain.standing import local_time

    told = [(one.at, one.issue, f"{one.who} {one.text}") for one in account.events]
    told += [(at, "", f"its source changed it; was: {title}") for at, title in account.changes]
    told.sort(key=lambda one: (one[0] is None, one[0] or account.entry.first_seen))
    if len(told) > MOST_EVENTS:
        yield "  ", f"({count(len(told) - MOST_EVENTS, 'earlier event')}: --json has them all)"
    for at, issue, text in told[-MOST_EVENTS:]:
        moment = local_time(at, zone) if at else "since then"
        yield f"  {moment:<16}  ", f"{issue}: {text}" if issue else text


def _placement_lines(placement: Placement) -> Iterator[Line]:
    """The score that the last draft gave, with every summand, and the grounds."""
    if placement.place in {"repeat", "dropped"}:  # its ground was told
        return
    yield "  ", f"score {placement.score:.2f} in the draft of {placement.issue}:"
    for reason in placement.reasons[:MOST_REASONS]:
        yield f"    {points_cell(reason):>5}  ", reason.text
    if len(placement.reasons) > MOST_REASONS:
        yield "           ", f"and {count(len(placement.reasons) - MOST_REASONS, 'more reason')}"


def _beside_lines(account: EntryAccount) -> Iterator[Line]:
    if not account.beside:
        return
    yield "  ", "told as the same story:"
    for one in account.beside[:MOST_BESIDE]:
        ground = account.grounds.get(one.id)
        yield f"    e-{one.id}  ", f"{one.title} ({account.tellers[one.id]}){f': {ground}' if ground else ''}"
    if len(account.beside) > MOST_BESIDE:
        yield "    ", f"and {len(account.beside) - MOST_BESIDE} more"


def _wording_lines(place: FilePlace, account: EntryAccount) -> Iterator[Line]:
    """Where each sentence of the summary stands, by the entry it is from."""
    titles = account.tellers
    for number, one in enumerate(place.wording, 1):
        found = one.source
        former = "" if found is None or found.entry_id in titles else ", no source of the story any more"
        name = titles.get(found.entry_id, "an entry") if found else ""
        whose = f"{name}, {found.place} (e-{found.entry_id}){former}" if found else OWN
        yield f"    sentence {number}: ", GENERATED if one.generated else whose


def unseen_lines(unseen: Unseen) -> Iterator[Line]:
    """What can be said of an address that no source has told."""
    yield "", f"{unseen.address}: never seen"
    for issue, line in unseen.printed:
        yield "  ", f"stands in {issue}, line {line}, by hand"
    for chance in unseen.chances:
        source = chance.source
        name = f"{source.name or source.id} ({source.location})"
        yield "  ", f"{name}: {chance.why}"
        for text in chance.lines:
            yield "    ", text
    yield "  → ", unseen.advice


def account_data(account: EntryAccount) -> dict[str, Any]:
    """An account for --json."""
    source = account.source
    return {
        **entry_data(account.entry),
        "fate": account.fate,
        "advice": account.advice,
        "source_problem": source.problem if source else None,
        "placements": [_placement_data(placement) for placement in account.placements],
        "file": [_place_data(place) for place in account.places],
        "same_story": [
            {"id": one.id, "title": one.title, "source": one.source_id, "ground": account.grounds.get(one.id, "")}
            for one in account.beside
        ],
        "events": [_event_data(event) for event in account.events],
        "changes": [{"at": at, "title": title} for at, title in account.changes],
    }


def unseen_data(unseen: Unseen) -> dict[str, Any]:
    """An address nobody has told, for --json."""
    return {
        "address": unseen.address,
        "by_hand": [{"issue": issue, "line": line} for issue, line in unseen.printed],
        "sources": [
            {
                "id": chance.source.id,
                "location": chance.source.location,
                "listed": chance.source.listed,
                "why": chance.why,
                "hindrances": list(chance.lines),
            }
            for chance in unseen.chances
        ],
        "advice": unseen.advice,
    }


def own_data(story: OwnStory) -> dict[str, Any]:
    """A story written by hand, for --json."""
    return {"issue": story.issue, "title": story.title, "line": story.line}


def _placement_data(placement: Placement) -> dict[str, Any]:
    return {
        "issue": placement.issue,
        "place": placement.place,
        "story": placement.story_id,
        "earlier": placement.earlier,
        "score": round(placement.score, 3),
        "reasons": [{"points": round(reason.points, 3), "text": reason.text} for reason in placement.reasons],
    }


def _place_data(place: FilePlace) -> dict[str, Any]:
    return {
        "issue": place.issue,
        "under": place.where or None,
        "story": place.story,
        "story_id": place.story_id,
        "line": place.line or None,
        "first": place.first,
        "summary": [_wording_data(one) for one in place.wording],
    }


def _event_data(event: Event) -> dict[str, Any]:
    return {"at": event.at, "issue": event.issue, "who": event.who, "text": event.text}


def _wording_data(one: Wording) -> dict[str, Any]:
    found = one.source
    place = {"entry": found.entry_id, "field": found.field, "start": found.start, "end": found.end} if found else {}
    return {"text": one.text, "generated": one.generated, **place}
