"""The archive in lines: which stories go on with which, and what stands under which name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from digest.archive.catalogue import Catalogue, Place, make_catalogue, names_to_slug
from digest.model import ISSUE_ITSELF, IssueRecord, Named, Printed

BEGIN = datetime(2026, 1, 2, tzinfo=UTC)


def record(number: int) -> IssueRecord:
    end = BEGIN + timedelta(weeks=number)
    return IssueRecord(name=f"w{number}", number=number, state="out", start=end, end=end, drafted=end, out=end)


def story(
    issue: str, place: int, *, earlier: Place | None = None, section: str = "World", names: tuple[Named, ...] = ()
) -> Printed:
    return Printed(
        issue=issue, place=place, anchor=f"s-{place}", slug=f"{issue}-{place}", story_id=None, title="Grain",
        section=section, text="", names=names, entries=(), earlier=earlier,
    )  # fmt: skip


def catalogue(printed: list[Printed], *, issues: int) -> Catalogue:
    records: list[tuple[IssueRecord, date]] = [(one, one.end.date()) for one in map(record, range(1, issues + 1))]
    slugs = {kind: {name: name for name in written} for kind, written in names_to_slug(printed).items()}
    return make_catalogue(records, printed, (), slugs)


def organisation(name: str) -> Named:
    kind: Literal["organisation"] = "organisation"
    return Named(kind=kind, name=name, why="published it")


def test_a_thread_is_told_whole_from_each_of_its_stories() -> None:
    made = catalogue(
        [story("w1", 0), story("w2", 0, earlier=("w1", 0)), story("w3", 0, earlier=("w1", 0)), story("w3", 1)], issues=3
    )

    assert made.thread(("w1", 0)) == ((), (("w2", 0), ("w3", 0)))
    assert made.thread(("w2", 0)) == ((("w1", 0),), (("w3", 0),))
    assert made.thread(("w3", 1)) == ((), ())


def test_a_thread_breaks_off_at_an_issue_that_is_not_out() -> None:
    printed = [story("w1", 0), story("w2", 0, earlier=("w1", 0)), story("w3", 0, earlier=("w9", 4))]
    printed.append(story("w9", 4, earlier=("w1", 0), names=(organisation("Nobody yet"),)))
    made = catalogue(printed, issues=3)

    assert made.thread(("w1", 0)) == ((), (("w2", 0),))
    assert made.thread(("w3", 0)) == ((), ())
    assert made.lists["organisation"] == ()


@given(st.lists(st.integers(0, 7), min_size=8, max_size=8))
def test_whatever_leads_to_what_every_thread_ends_and_has_its_order(leads: list[int]) -> None:
    """Also in circles, which no issue makes but a store that was put together by hand may hold."""
    printed = [story(f"w{at + 1}", 0, earlier=(f"w{to + 1}", 0)) for at, to in enumerate(leads)]
    made = catalogue(printed, issues=8)

    for at in range(8):
        place = (f"w{at + 1}", 0)
        before, after = made.thread(place)
        assert [*before, place, *after] == sorted({*before, place, *after})


def test_a_list_has_the_name_as_the_newest_issue_writes_it_and_the_newest_story_first() -> None:
    printed = [story("w1", 0, section="ÉNERGIE", names=(organisation("COURT  of Audit"),))]
    printed += [story("w2", 0, section="Énergie", names=(organisation("Court of Audit"),)), story("w2", ISSUE_ITSELF)]
    made = catalogue(printed, issues=2)

    (section,), (court,) = made.lists["section"], made.lists["organisation"]
    assert (section.name, court.name) == ("Énergie", "Court of Audit")
    assert [place for place, _ in court.stories] == [("w2", 0), ("w1", 0)]
    assert made.of_section("energie") == section
    assert made.of_name(organisation("court of audit")) == court


def test_nothing_is_out_yet() -> None:
    made = catalogue([], issues=0)

    assert made.issues == ()
    assert all(not some for some in made.lists.values())
