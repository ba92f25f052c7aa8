"""Which stories a handful of entries make: the first week of a newsletter, and the quiet ones after it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from digest.curate.grouping import group_items
from digest.curate.same import same_items
from digest.model import Entry
from tests.curate.making import SOURCES, days_before, entry

RELEASE = """\
Harbour Office
Printable version
PRESS RELEASE
{title}
{title}, in one sentence, for those who read no further.
{own}
“This is one step of many,” said Ada Quill, who chairs the board of the Harbour Office. “We thank everybody.”
Click here to continue reading the full version of this Press Release on the Harbour Office website.
Notes to editors: the Harbour Office keeps forty miles of river open to ships. For pictures write to the press desk.
"""
MATTERS = (
    ("New quay opens a month early", "Cranes from Selby will unload timber there."),
    ("Dredging begins in the upper channel", "Two ships will take out gravel until spring."),
    ("Pilots to be trained on the estuary", "A class of nine starts in March at Corran."),
    ("Oil spill cleaned from the marina", "Booms held most of the eighty litres."),
    ("Lock keepers learn to swim", "Nine in ten passed, a coach from Harwick counted."),
    ("Seal pups return to the sandbanks", "Wardens saw fourteen, and ask dogs to stay away."),
    ("Ferry landing closes for repairs", "Buses run over the bridge until May."),
    ("Medal for a rescue in the fog", "Tom Hale pulled three sailors from the wreck."),
)

NOTICE = """\
Planning notice
Application {number}: {what} at {where}. The plans can be seen at the council office in Marlow on weekdays between nine
and noon. Whoever objects writes to the planning committee within three weeks. The committee decides in public.
"""
NOTICES = (("118", "a glass porch", "4 Quay Street"), ("121", "a bakery with ovens", "12 Mill Lane"))

NOTES = (
    (
        "On reading slowly",
        "I have been thinking about how I read. My shelves are full, and most of what stands there I have skimmed. "
        "This winter I want to read four novels, with a pencil, and nothing else.",
    ),
    (
        "The allotment in November",
        "I have been thinking about leeks. My neighbour says that most of what I sowed came up too late. This winter I "
        "want to mulch the beds, with straw, and leave them alone.",
    ),
)

STRIKE = (
    (
        "harbour",
        "Strike shuts Marlow harbour",
        "The Ofgate union began a strike over night shifts in Marlow on Monday.",
    ),
    (
        "courier",
        "Ofgate dockers walk out in Marlow",
        "Dockers of the Ofgate union in Marlow are on strike over night shifts; the harbour is shut.",
    ),
)
VARIED = (
    ("links", "Whales seen off the cape", "Two grey whales swam north past the lighthouse."),
    ("links", "A bakery sells bread of acorns", "Elm Street queues for loaves made of chestnuts and acorns."),
    ("courier", "Library gets a roof of glass", "Readers in Selby will sit under panes from a local glazier."),
    ("courier", "Chess champion loses to a pupil", "A girl of eleven won in forty moves at the town hall."),
    ("harbour", "Vaccine trial finds fewer fevers", "Doctors followed nine hundred children for a year."),
)


def release(place: int, *, day: float = 2.0) -> Entry:
    title, own = MATTERS[place]
    text = RELEASE.format(title=title, own=own)
    return entry(title, source_id="local", organisation="Harbour Office", text=text, published=days_before(day))


def told(source: str, title: str, text: str, day: float = 2.0) -> Entry:
    return entry(title, source_id=source, text=text, published=days_before(day))


def varied(number: int) -> list[Entry]:
    return [told(*one, day=place % 6 + 0.5) for place, one in enumerate(VARIED[:number])]


def stories(entries: Sequence[Entry]) -> set[frozenset[str]]:
    """The titles of each story."""
    items = same_items(entries, sources=SOURCES, language="en")
    groups, _ = group_items(items, sources=SOURCES, language="en", strictness="strict")
    return {frozenset(one.title for one in group.entries) for group in groups}


@pytest.mark.parametrize("number", range(2, len(MATTERS) + 1))
def test_releases_of_one_office_about_different_matters_are_as_many_stories(number: int) -> None:
    assert len(stories([release(place) for place in range(number)])) == number


@pytest.mark.parametrize("others", [0, 1, 3, 5])
def test_they_stay_apart_among_other_entries(others: int) -> None:
    batch = [release(0), release(1), *varied(others)]

    assert len(stories(batch)) == len(batch)


def test_they_stay_apart_without_dates() -> None:
    assert len(stories([replace(release(place), published=None) for place in range(4)])) == 4


def test_they_stay_apart_as_feed_items_of_one_source() -> None:
    feed = [replace(release(place), source_id="harbour", organisation=None) for place in range(4)]

    assert len(stories(feed)) == 4


def test_notices_of_one_pattern_are_as_many_stories_though_their_titles_begin_alike() -> None:
    notices = [
        told("harbour", f"Planning notice: {what} at {where}", NOTICE.format(number=number, what=what, where=where))
        for number, what, where in NOTICES
    ]

    assert len(stories(notices)) == 2


@pytest.mark.parametrize("others", [0, 2, 5])
def test_two_notes_of_one_writer_are_two_stories(others: int) -> None:
    notes = [told("links", *note) for note in NOTES]

    assert len(stories([*notes, *varied(others)])) == 2 + others


@pytest.mark.parametrize("others", [0, 1, 2, 5])
def test_one_event_told_by_two_sources_is_one_story(others: int) -> None:
    found = stories([*(told(*one) for one in STRIKE), *varied(others)])

    assert frozenset(title for _, title, _ in STRIKE) in found
    assert len(found) == 1 + others


@pytest.mark.parametrize("others", [0, 2, 5])
def test_an_update_by_the_same_source_is_the_same_story(others: int) -> None:
    first = told("harbour", *STRIKE[0][1:])
    update = told(
        "harbour",
        "Marlow harbour strike enters second day",
        "The strike of the Ofgate union over night shifts in Marlow goes on; talks failed on Tuesday.",
        1.0,
    )

    assert frozenset({first.title, update.title}) in stories([first, update, *varied(others)])


def test_a_report_of_another_source_joins_one_release_of_a_pattern_and_not_its_neighbours() -> None:
    report = told(
        "courier",
        "Quay opens early for Selby timber",
        "The new quay opens a month early: cranes from Selby unload timber.",
    )
    found = stories([*(release(place) for place in range(4)), report])

    assert frozenset({MATTERS[0][0], report.title}) in found
    assert len(found) == 4


def test_thirty_entries_of_ten_sources_make_the_stories_they_tell() -> None:
    batch = [*(release(place) for place in range(len(MATTERS))), *varied(5), *(told(*one) for one in STRIKE)]
    batch += [told("links", *note) for note in NOTES]
    found = stories(batch)

    assert {len(story) for story in found} == {1, 2}
    assert [story for story in found if len(story) == 2] == [frozenset(title for _, title, _ in STRIKE)]
