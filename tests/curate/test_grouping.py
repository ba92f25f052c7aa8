from dataclasses import replace

from digest.curate.grouping import Group, count_entries, group_items
from digest.model import Entry
from tests.curate.making import SOURCES, days_before, entry

STRIKE = entry(
    "Strike closes Marlow harbour",
    id="b" * 12,
    text="The Ofgate union began a strike over night shifts. Fees of £1,720 a day are lost, it said.",
    published=days_before(2),
)
SAME_EVENT = entry(
    "Ofgate union strike shuts Marlow harbour over night shifts",
    id="a" * 12,
    source_id="courier",
    text="Night shifts are why the Ofgate union went on strike; the harbour loses £1,720 a day.",
    published=days_before(1),
)
WHALES = entry("Whales seen off the cape", id="c" * 12, text="Two grey whales swam north.", published=days_before(1))


def grouped(*items: Entry | tuple[Entry, ...]) -> dict[str, Group]:
    told = [one if isinstance(one, tuple) else (one,) for one in items]
    groups, _ = group_items(told, sources=SOURCES, language="en", strictness="strict")
    return {group.lead.id[0]: group for group in groups}


def test_each_entry_says_why_it_is_in_the_story() -> None:
    groups = grouped(STRIKE, SAME_EVENT, WHALES)

    assert {lead: len(group.entries) for lead, group in groups.items()} == {"b": 2, "c": 1}
    (ground,) = groups["b"].grounds
    assert ground.points == 0.0
    assert ground.text.startswith("with The Courier: shares ")
    assert all(shared in ground.text for shared in ("1,720", "Marlow", "Ofgate", "strike"))
    assert "; 1 day apart (0.99)" in ground.text


def test_copies_of_an_item_stand_behind_it_with_their_own_ground() -> None:
    copy = replace(STRIKE, id="d" * 12, source_id="links")
    group = grouped((STRIKE, copy), SAME_EVENT, WHALES)["b"]

    assert [one.id[0] for one in group.entries] == ["b", "d", "a"]
    assert group.grounds[0].text.startswith("the same item from Link List: same ")
    assert group.grounds[1].text.startswith("with The Courier: ")


def test_the_release_leads_over_the_report_and_a_heavy_feed_over_a_light_one() -> None:
    release = replace(SAME_EVENT, id="e" * 12, source_id="local", organisation="Ofgate union")
    heavy = SOURCES | {"courier": replace(SOURCES["courier"], weight=3.0)}

    assert set(grouped(STRIKE, release, WHALES)) == {"e", "c"}
    groups, _ = group_items([(STRIKE,), (SAME_EVENT,)], sources=heavy, language="en", strictness="strict")
    assert [group.lead.id[0] for group in groups] == ["a"]


def test_a_stub_does_not_lead_over_a_full_text() -> None:
    stub = replace(STRIKE, text="A strike over night shifts has closed Marlow harbour, Ofgate says.")
    full = replace(SAME_EVENT, text=f"{SAME_EVENT.text} {STRIKE.text}")

    assert set(grouped(stub, full, WHALES)) == {"a", "c"}


def test_without_dates_the_ground_says_so() -> None:
    groups = grouped(replace(STRIKE, published=None), replace(SAME_EVENT, published=None), WHALES)

    assert "no dates to compare" in groups["a"].grounds[0].text


def test_what_is_counted_is_carried_into_the_next_week() -> None:
    counted = count_entries([STRIKE, SAME_EVENT, WHALES], sources=SOURCES, language="en")

    assert (counted.entries, counted.names["marlow"], counted.terms["whales"]) == (3, 2, 1)
