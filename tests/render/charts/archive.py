"""An invented archive: what a weekly brief on harbours and power printed, the same each time it is made."""

from __future__ import annotations

import random
from datetime import date, timedelta

from digest.model import ISSUE_ITSELF, Named, Printed

SECTIONS = ("World", "Energy & climate", "Technology", "Economy")
ORGANISATIONS = (
    "Northern Waters Commission", "Harbour Review", "Delta Research Centre", "Statistics Northern Waters",
    "Institute for the Study of Very Long Supply Chains and What Comes Through Them", "Lattice Laboratory",
    "Marlport Grid Company", "Ministry of Slow Rivers", "Nether Quay Port Authority", "Public Choices",
    "Skerry Wind", "Tidewater Bank",
)  # fmt: skip


def archive(
    weeks: int, *, last: date = date(2026, 11, 20), stories: int = 12, seed: int = 7
) -> tuple[tuple[Printed, ...], dict[str, date]]:
    """So many issues up to a day: what they printed, and their dates."""
    chance = random.Random(seed)
    rows: list[Printed] = []
    dates: dict[str, date] = {}
    for week in range(weeks):
        day = last - timedelta(weeks=weeks - 1 - week)
        year, number, _ = day.isocalendar()
        name = f"{year}-W{number:02}"
        dates[name] = day
        rows.append(_row(name, ISSUE_ITSELF, "The week", ""))
        before = [one for one in rows[-4 * stories :] if one.issue != name and one.place != ISSUE_ITSELF]
        for place in range(chance.randint(stories - 4, stories)):
            section = chance.choices(SECTIONS, (5, 3, 2, 2))[0]
            names = chance.sample(ORGANISATIONS, chance.choice((0, 1, 1, 2)), counts=[12 - one for one in range(12)])
            goes_on = chance.choice(before) if before and chance.random() < 0.15 else None
            rows.append(_row(name, place, f"A story of {name}, the {place + 1}th", section, names, goes_on))
    return tuple(rows), dates


def _row(
    issue: str,
    place: int,
    title: str,
    section: str,
    names: list[str] | tuple[str, ...] = (),
    goes_on: Printed | None = None,
) -> Printed:
    return Printed(
        issue=issue,
        place=place,
        anchor=f"s-{place}",
        slug=f"story-{place}",
        story_id=None,
        title=title,
        section=section,
        names=tuple(Named(kind="organisation", name=name, why="published it") for name in dict.fromkeys(names)),
        earlier=(goes_on.issue, goes_on.place) if goes_on else None,
    )
