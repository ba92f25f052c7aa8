"""Every entry an issue had to do with gets one fate when it goes out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.edit.fates import Fate, fates
from digest.edit.issuefile import read_issue
from digest.model import Issue

HEAD = "---\nissue: 2026-W47\ntitle: T\n---\n\n"


def issue(world: list[list[str]], next_week: list[list[str]] = (), bench: list[list[str]] = ()) -> Issue:  # type: ignore[assignment]
    text = HEAD
    for title, stories in (("World", world), ("Next week", next_week), ("Candidates", bench)):
        text += f"## {title}\n\n"
        for number, ids in enumerate(stories):
            text += f"### {title} {number}\n\nSources:\n\n"
            text += "".join(f"- [X](https://x.example/{one}) {{#e-{one}}}\n" for one in ids) + "\n"
    return read_issue(text, path="x.md").issue


def ids(*numbers: int) -> list[str]:
    return [f"{number:012x}" for number in numbers]


def test_printed_held_passed_over_and_deleted_entries_part_ways() -> None:
    base = issue([ids(1, 2), ids(3), ids(4)], [], [ids(5), ids(6)])
    final = issue([ids(1, 2)], [ids(3)], [ids(5)])

    found = {fate.entry_id[-1]: (fate.state, fate.carried) for fate in
             fates(final, base=base, bench=ids(7), carried={}, carry=1)}  # fmt: skip

    assert found == {
        "1": ("used", 0),
        "2": ("grouped", 0),
        "3": ("held", 0),
        "5": ("offered", 1),
        "7": ("offered", 1),
        "4": ("dropped", 0),
        "6": ("dropped", 0),
    }


def test_an_entry_passed_over_too_often_is_left() -> None:
    (fate,) = fates(issue([], [], [ids(1)]), base=None, carried={ids(1)[0]: 1}, carry=1)

    assert fate == Fate(entry_id=ids(1)[0], state="left", carried=2, issue="2026-W47")


def test_without_its_base_nothing_was_deleted() -> None:
    assert fates(issue([ids(1)]), base=None, carried={}, carry=1) == (
        Fate(entry_id=ids(1)[0], state="used", issue="2026-W47"),
    )


def test_a_repeat_belongs_to_the_issue_that_had_it() -> None:
    (fate,) = fates(issue([]), base=None, repeats={ids(1)[0]: "2026-W40"}, carried={}, carry=1)

    assert (fate.state, fate.issue) == ("grouped", "2026-W40")


def test_a_source_moved_under_another_story_is_still_told() -> None:
    base = issue([ids(1), ids(2)])

    states = {fate.entry_id[-1]: fate.state for fate in fates(issue([ids(1, 2)]), base=base, carried={}, carry=1)}

    assert states == {"1": "used", "2": "grouped"}


PLACES = st.lists(st.sampled_from(["story", "also", "next", "bench", "gone"]), max_size=12)


@given(PLACES, st.integers(0, 3))
def test_each_entry_has_exactly_one_fate(places: list[str], carry: int) -> None:
    all_ids = ids(*range(1, len(places) + 1))
    by_place = {p: [one for one, place in zip(all_ids, places, strict=True) if place == p] for p in set(places)}
    stories = [[one] for one in by_place.get("story", [])]
    if stories:
        stories[0] += by_place.get("also", [])
    elif by_place.get("also"):
        stories = [by_place["also"]]
    final = issue(stories, [[one] for one in by_place.get("next", [])], [[one] for one in by_place.get("bench", [])])
    base = issue([[one] for one in all_ids])

    found = fates(final, base=base, carried={}, carry=carry)

    assert sorted(fate.entry_id for fate in found) == sorted(all_ids)
    assert {fate.entry_id for fate in found if fate.state == "dropped"} == set(by_place.get("gone", []))
