from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from digest.curate.grouping import Group
from digest.curate.threads import PastStory, Thread, earlier_stories
from digest.model import Entry
from tests.curate.making import SOURCES, days_before, entry


def told(title: str, text: str, *, days: float = 1.0, source: str = "harbour") -> Entry:
    return entry(title, text=text, source_id=source, published=days_before(days))


def past(name: str, *entries: Entry, issue: str = "2026-W46") -> PastStory:
    return PastStory(id=f"s-{name}", issue=issue, title=entries[0].title, entries=entries)


STRIKE = past(
    "strike",
    told(
        "Strike shuts Marlow harbour",
        "The Ofgate union began a strike over night shifts in Marlow. The port authority lost £1,720 a day.",
        days=9,
    ),
    told(
        "Marlow dockers walk out",
        "Dockers of the Ofgate union stopped work at Marlow harbour over night shifts, and ferries waited.",
        days=8,
        source="courier",
    ),
)
WHALES = past("whales", told("Whales seen off the cape", "Two grey whales swam north past the lighthouse.", days=9))
BAKERY = past("bakery", told("A bakery sells bread of acorns", "Elm Street queues for loaves of chestnuts.", days=10))

SETTLED = told(
    "Marlow dockers vote to end harbour strike",
    "Members of the Ofgate union voted to end the strike over night shifts at Marlow harbour after two weeks.",
    source="links",
)
LIBRARY = told("Library gets a roof of glass", "Readers in Selby will sit under panes from a local glazier.")
OTHER_STRIKE = told("Teachers in Corran strike for smaller classes", "Schools stayed shut on Monday; talks begin soon.")


def threads(*entries: Entry, before: tuple[PastStory, ...] = (STRIKE, WHALES, BAKERY)) -> dict[str, Thread]:
    groups = [Group(entries=(one,)) for one in entries]
    found = earlier_stories(groups, before, sources=SOURCES, language="en")
    titles = {one.id: one.title for one in entries}
    return {titles[lead]: thread for lead, thread in found.items()}


def test_a_story_goes_on_with_the_one_that_it_followed() -> None:
    found = threads(SETTLED, LIBRARY, OTHER_STRIKE)

    assert set(found) == {SETTLED.title}
    assert (found[SETTLED.title].story_id, found[SETTLED.title].issue) == ("s-strike", "2026-W46")


def test_the_ground_says_what_both_speak_of_and_how_far_apart_they_are() -> None:
    thread = threads(SETTLED)[SETTLED.title]

    assert thread.ground.startswith("continues “Strike shuts Marlow harbour” of 2026-W46: shares ")
    assert all(shared in thread.ground for shared in ("Ofgate", "Marlow", "; 8 days apart ("))
    assert 0.8 <= thread.probability <= 1.0


def test_without_earlier_stories_there_are_no_threads() -> None:
    assert threads(SETTLED, before=()) == {}
    assert threads() == {}


def test_of_two_issues_the_newer_is_gone_on_with() -> None:
    newer = replace(STRIKE, id="s-again", issue="2026-W47")

    assert threads(SETTLED, before=(newer, STRIKE, WHALES))[SETTLED.title].story_id == "s-again"


def test_releases_of_one_pattern_do_not_go_on_with_each_other() -> None:
    pattern = (
        "PRESS RELEASE\n"
        "{} in one sentence, for those who read no further.\n“This is one step of many,” said Ada Quill, "
        "who chairs the board of the Harbour Office.\nClick here for the full version of this Press Release."
    )
    quay = told("New quay opens early", pattern.format("New quay opens early"), days=9)
    pilots = told("Pilots trained on the estuary", pattern.format("Pilots trained on the estuary"))

    assert threads(pilots, before=(past("quay", quay), WHALES)) == {}


def test_a_name_that_only_a_later_entry_holds_can_be_the_ground() -> None:
    stub = told("Harbour: work goes on", "Work at Marlow harbour goes on.")
    group = Group(entries=(stub, replace(SETTLED, id="f" * 12)))
    found = earlier_stories([group], [STRIKE, WHALES], sources=SOURCES, language="en")

    assert found[stub.id].story_id == "s-strike"
    assert "ofgate" in found[stub.id].ground


@given(st.randoms(use_true_random=False))
def test_the_order_does_not_matter(random: Random) -> None:
    groups = [Group(entries=(one,)) for one in (SETTLED, LIBRARY, OTHER_STRIKE)]
    before = [STRIKE, WHALES, BAKERY, replace(STRIKE, id="s-again", issue="2026-W45")]
    expected = earlier_stories(groups, before, sources=SOURCES, language="en")
    random.shuffle(groups)
    random.shuffle(before)

    assert earlier_stories(groups, before, sources=SOURCES, language="en") == expected


def test_of_many_entries_some_are_alike_by_chance() -> None:
    asked = told(
        "Dockers ask for day shifts", "Dockers asked the port authority for fewer night shifts.", source="links"
    )
    some, many = (
        earlier_stories([Group(entries=(asked,))], (STRIKE, WHALES), sources=SOURCES, language="en", of=of)
        for of in (0, 3000)
    )

    assert some[asked.id].probability > many[asked.id].probability
