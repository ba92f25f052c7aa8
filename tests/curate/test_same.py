from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.same import same_items, why_same
from digest.model import Entry
from tests.curate.making import BODY, SOURCES, days_before, entry

URL = "https://quay.example/news/fees"
TITLE = "Port fees rise in January for all ships"


def groups(*entries: Entry) -> list[list[str]]:
    return sorted(sorted(e.source_id for e in group) for group in same_items(entries, sources=SOURCES))


def lead(*entries: Entry) -> Entry:
    (group,) = same_items(entries, sources=SOURCES)
    return group[0]


def test_the_same_address_is_the_same_item() -> None:
    ours = entry("Port fees rise", url=URL, source_id="harbour")
    theirs = entry("Fees rise at the port, sources say", url=f"{URL}?utm_source=x", source_id="courier")

    assert groups(ours, theirs) == [["courier", "harbour"]]


def test_the_same_address_over_unlike_titles_and_texts_is_not() -> None:
    ours = entry("Museum opens", url="https://quay.example/events", source_id="harbour")
    theirs = entry("Lecture on whales", url="https://quay.example/events", source_id="courier")

    assert groups(ours, theirs) == [["courier"], ["harbour"]]


def test_the_same_address_over_unlike_titles_and_the_same_text_is() -> None:
    ours = entry("A blow to trade", url=URL, text=BODY, source_id="harbour")
    theirs = entry("Sea freight gets dearer", url=URL, text=BODY, source_id="courier")

    assert groups(ours, theirs) == [["courier", "harbour"]]


def test_a_sites_front_page_joins_nothing() -> None:
    ours = entry("Fees rise", url="https://quay.example/", source_id="harbour")
    theirs = entry("Fees rise", url="https://www.quay.example", source_id="courier")

    assert groups(ours, theirs) == [["courier"], ["harbour"]]


@pytest.mark.parametrize(("days", "together"), [(0.0, True), (2.9, True), (3.1, False)])
def test_the_same_telling_title_is_the_same_item_for_three_days(days: float, together: bool) -> None:
    ours = entry(TITLE, published=days_before(0), source_id="harbour")
    theirs = entry(f"{TITLE.upper()}.", published=days_before(days), source_id="courier")

    assert (len(groups(ours, theirs)) == 1) is together


def test_an_undated_entry_goes_with_the_newest_of_its_title() -> None:
    old = entry(TITLE, published=days_before(20), source_id="harbour")
    new = entry(TITLE, published=days_before(1), source_id="courier")
    undated = entry(TITLE, source_id="links")

    assert groups(old, new, undated) == [["courier", "links"], ["harbour"]]


def test_a_short_title_joins_nothing() -> None:
    assert len(groups(entry("Weekly update", source_id="harbour"), entry("Weekly update", source_id="courier"))) == 2


def test_a_title_that_one_source_uses_again_joins_nothing() -> None:
    title = "The week in shipping and trade"
    monday = entry(title, text="Fees rise at the port.", published=days_before(3), source_id="harbour")
    tuesday = entry(title, text="Two ships collide off the cape.", published=days_before(2), source_id="harbour")
    other = entry(title, published=days_before(2), source_id="courier")

    assert len(groups(monday, tuesday, other)) == 3


def test_the_release_leads_then_the_primary_source_then_the_fuller_text() -> None:
    release = entry(TITLE, source_id="local", organisation="Quay Port", path="feeds/a.txt", text="Fees rise.", url=URL)
    note = entry(TITLE, source_id="local", path="feeds/b.md", text="Fees rise.")
    primary = entry(TITLE, source_id="harbour", url="https://harbour.example/fees", text="Fees rise.")
    full = entry(TITLE, source_id="courier", url="https://elsewhere.example/fees", text=BODY)
    thin = entry(TITLE, source_id="links", url="https://elsewhere.example/other", text="Fees rise.")

    assert lead(thin, full, primary, note, release) == release
    assert lead(thin, full, primary, note) == primary
    assert lead(thin, full, note) == full


def test_of_equals_the_earlier_leads_and_then_the_lower_id() -> None:
    late = entry(TITLE, id="a" * 12, published=days_before(1), source_id="harbour")
    early = entry(TITLE, id="b" * 12, published=days_before(2), source_id="courier")
    undated = entry(TITLE, id="0" * 12, source_id="links")

    assert lead(late, early, undated) == early
    assert lead(undated, entry(TITLE, id="1" * 12, source_id="courier")) == undated


def test_an_organisation_is_known_by_its_own_host() -> None:
    own = entry(
        TITLE, source_id="links", organisation="Quay Port", url="https://www.quay-port.example/fees", text="Fees rise."
    )
    full = entry(TITLE, source_id="courier", url="https://elsewhere.example/fees", text=BODY)

    assert lead(full, own) == own


def test_the_ground_is_named() -> None:
    ours = entry(TITLE, url=URL, source_id="harbour")

    assert why_same(ours, entry("Fees rise in January", url=URL, source_id="courier")) == "same address"
    assert why_same(ours, entry(TITLE, source_id="courier")) == "same title"


some_entries = st.lists(
    st.builds(
        lambda title, url, text, source, days: entry(
            title, url=url, text=text, source_id=source, published=None if days is None else days_before(days)
        ),
        st.sampled_from([TITLE, "The week in shipping and trade", "Port fees rise", "Digest", ""]),
        st.sampled_from([None, URL, "https://quay.example/", "https://harbour.example/fees"]),
        st.sampled_from(["", BODY, "Fees rise.", "Two ships collide off the cape on a clear day in May."]),
        st.sampled_from(sorted(SOURCES)),
        st.sampled_from([None, 0, 2, 4, 9]),
    ),
    max_size=12,
    unique_by=lambda made: made.id,
)


@settings(deadline=None)
@given(some_entries, st.randoms(use_true_random=False))
def test_the_order_of_the_entries_does_not_matter(entries: list[Entry], random: Random) -> None:
    shuffled = entries[:]
    random.shuffle(shuffled)

    assert same_items(shuffled, sources=SOURCES) == same_items(entries, sources=SOURCES)


@settings(deadline=None)
@given(some_entries)
def test_every_entry_is_in_one_group(entries: list[Entry]) -> None:
    found = [e.id for group in same_items(entries, sources=SOURCES) for e in group]

    assert sorted(found) == sorted(e.id for e in entries)
