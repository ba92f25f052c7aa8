"""What became of an entry, in a sentence, and what would change it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from digest.explain.standing import local_time
from digest.explain.tale import CANDIDATES, NEXT_WEEK

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from digest.config.settings import IssueSettings
    from digest.explain.wording import Wording
    from digest.model import Entry, IssueRecord, IssueStory
    from digest.store.entries import Waiting
    from digest.store.issues import Placement

_LIMIT: Final = re.compile(r"\b(max_stories|max_per_source)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """Where an issue's text has an entry."""

    issue: str
    where: str  # a section's title, "Next week" or "Candidates"; "" if it is not there any more
    told: IssueStory | None = None
    line: int = 0
    first: bool = False  # whether it is the story's first source
    beside: tuple[str, ...] = ()  # ids of the story's other entries
    wording: tuple[Wording, ...] = ()  # the story's summary

    @property
    def story(self) -> str:
        """The story's headline."""
        return self.told.title if self.told else ""

    @property
    def story_id(self) -> str | None:
        return self.told.id if self.told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What an entry's fate is told from."""

    entry: Entry
    record: IssueRecord | None = None  # of the issue the entry names
    place: FilePlace | None = None  # in that issue's text, or in that of the issue in work
    placement: Placement | None = None  # by the last draft that had it
    unread: bool = False  # the issue's file is not there, or cannot be read
    was_there: bool = True  # whether a text of the issue ever had it

    @property
    def is_kept_out(self) -> bool:
        return self.placement is not None and self.placement.place in {"repeat", "dropped"}

    @property
    def grounds(self) -> str:
        return "; ".join(reason.text for reason in self.placement.reasons) if self.placement else ""


def fate(case: Case, *, now: datetime, zone: ZoneInfo) -> str:
    """An entry's state in a sentence."""
    entry = case.entry
    match entry.state:
        case "new":
            return _new(case)
        case "offered":
            return _offered(case)
        case "used":
            return f"used in {entry.issue}{_under(case)}"
        case "grouped":
            return _grouped(case)
        case "dropped":
            again = f"; kept out of {case.placement.issue}" if case.placement and case.is_kept_out else ""
            return f"dropped from {entry.issue} by the editor{again}"
        case "held":
            return _held(entry, now, zone)
        case "backlog":
            why = "it was older than the first issue" if entry.published else "it had no date"
            return f"backlog: {why} when its feed was first read"
        case "left":
            return f"left: passed over {times(entry.carried)}, last in {entry.issue}"
        case _:
            assert_never(entry.state)


def _new(case: Case) -> str:
    if case.placement and case.is_kept_out:
        place = case.place
        if place and place.where and place.where != CANDIDATES:
            return f"told again in {case.placement.issue}{_in_the_file(case)}: {case.grounds}"
        return f"kept out of {case.placement.issue}: {case.grounds}"
    return "new: no draft has had it yet"


def _under(case: Case) -> str:
    return f", under ## {case.place.where}" if case.place and case.place.where else ""


def _offered(case: Case) -> str:
    name = case.entry.issue
    if case.record and case.record.has_left:
        return f"offered in {name}, which passed it over; the next draft offers it again"
    before = f"; passed over {times(case.entry.carried)} before" if case.entry.carried else ""
    approved = ", which is approved" if case.record and case.record.state == "approved" else ""
    return f"offered in {name}{approved}{_in_the_file(case)}{before}"


def _in_the_file(case: Case) -> str:
    place, placement = case.place, case.placement
    if place and place.where:
        role = "" if place.first else f", as a further source of “{place.story}”"
        return f": stands under ## {place.where} in line {place.line}{role}"
    if place and not case.was_there:
        return "; not in the file, for you deleted its story: it counts as dropped when the issue goes out"
    if place:
        return "; not in the file any more: it counts as dropped when the issue goes out"
    if case.unread:
        return "; its file is not there, or cannot be read (`digest check` says more)"
    if placement and placement.place == "bench":
        return ", below what ## Candidates holds"
    return "; its file does not have it" if placement else ", not printed yet"


def _grouped(case: Case) -> str:
    if case.place and case.place.where and not case.place.first:
        return f"grouped: {case.entry.issue} told it as a further source of “{case.place.story}”{_under(case)}"
    if case.is_kept_out:
        return f"grouped: {case.grounds}"
    return f"grouped: {case.entry.issue} told it as a further source of a story, or had the same item"


def _held(entry: Entry, now: datetime, zone: ZoneInfo) -> str:
    if entry.hold_until is None:
        return f'held by the editor: stood under "Next week" in {entry.issue}; the next draft offers it'
    why = hold_reason(entry)
    until = local_time(entry.hold_until, zone)
    if entry.hold_until <= now:
        return f"held until {until} ({why}), which has passed: the next draft may take it"
    return f"held until {until}: {why}"


def hold_reason(entry: Entry | Waiting) -> str:
    """Why an entry waits."""
    if entry.hold_until is None:
        return "the editor keeps it for the next issue"
    return "embargo" if entry.embargo and entry.embargo >= entry.hold_until else "its own date lies ahead"


def times(number: int) -> str:
    """``once``, ``twice``, ``3 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def unplaced(placement: Placement, *, is_deleted: bool) -> str:
    """What a draft did with an entry that no text of the issue has, as it goes on after "the draft".

    Args:
        placement: by the last draft.
        is_deleted: whether the editor deleted its story.
    """
    grounds = "; ".join(reason.text for reason in placement.reasons)
    match placement.place:
        case "repeat" | "dropped":
            return f"kept it out: {grounds}"
        case "bench":
            return f"had no room for it under ## Candidates (score {placement.score:.2f})"
        case "story" | "also" | "candidate":
            return "left it out, for you deleted its story" if is_deleted else "did not put it into the file"
        case _:
            assert_never(placement.place)


def advice(case: Case, settings: IssueSettings, *, waiting_before: int = 0) -> str:
    """What the editor could do about it; "" if there is nothing to do.

    Args:
        case: the entry's.
        settings: the limits of an issue.
        waiting_before: how many stories that wait as well have a higher score.
    """
    entry = case.entry
    if case.is_kept_out and entry.state in {"new", "grouped", "dropped"}:
        return _again_advice(case.place)
    match entry.state:
        case "new" | "held" | "used" | "grouped":
            return ""
        case "offered":
            return _offered_advice(case, settings, waiting_before)
        case "backlog":
            return f"`digest clip {entry.url}` makes it news" if entry.url else ""
        case "dropped":
            return "it does not come back by itself; write a story with its address if you want it after all"
        case "left":
            again = f"`digest clip {entry.url}` offers it anew; " if entry.url else ""
            return f"{again}`carry` is {settings.carry} in digest.toml"
        case _:
            assert_never(entry.state)


def _again_advice(place: FilePlace | None) -> str:
    if place is None or not place.where:
        return "to print it all the same, write a story with its address and .update in the braces of the headline"
    if place.where == CANDIDATES:
        return f"to print it as an update, move it up from line {place.line} and write .update into its braces"
    return "" if place.told and "update" in place.told.options else "write .update into its braces"


def _offered_advice(case: Case, settings: IssueSettings, waiting_before: int) -> str:
    place, placement = case.place, case.placement
    if case.record and case.record.has_left:
        return ""
    if place and not place.where:
        return f"put its story back to keep it: `digest diff {place.issue}` shows it"
    if place and place.where == CANDIDATES:
        return f"move its story up to print it{_limit(placement)}"
    if place and place.where == NEXT_WEEK:
        return f"the draft after {place.issue} offers it again"
    if placement and place is None and placement.place == "bench":
        return (
            f"`digest candidates --paste` prints it for the file; {waiting_before} that wait have a higher score, and "
            f"`max_candidates` is {settings.max_candidates} in digest.toml"
        )
    return "`digest candidates` says what the file does not have" if placement and place is None else ""


def _limit(placement: Placement | None) -> str:
    """The limit that kept it from the issue, as the draft said."""
    reasons = placement.reasons if placement else ()
    ground = next((one.text for one in reasons if one.text.startswith("on the bench: ")), "")
    return f"; the draft did not: {ground.removeprefix('on the bench: ')}" if ground else ""
