from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.same import same_items, why_same
from digest.model import Entry
from tests.curate.making import BODY, SOURCES, days_before, entry

WHALES = (
    "Two whales were seen off the cape on Sunday morning by the crew of a ferry, who slowed down to let them pass. "
    "Biologists believe that a mother and her calf have lost their way while they followed herring into the bay."
)
FILLER = (
    "A museum of lamps opens next month in the old customs house, after nine years of work by volunteers. Schools on "
    "the island stay closed until Thursday because of a burst pipe, and the town band looks for a second trumpet."
)

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
    assert why_same(ours, entry(f"{TITLE} - The Courier", source_id="courier")) == "same title"
    told = entry("A blow to trade on every route", text=BODY, source_id="courier")
    assert why_same(replace(ours, text=f"{BODY} More."), told) == "same text (100% of the shorter one)"


def test_the_same_text_under_another_headline_is_the_same_item() -> None:
    ours = entry(TITLE, text=BODY, source_id="harbour")
    theirs = entry("A blow to trade on every route", text=f"Reading time: 2 minutes. {BODY}", source_id="courier")

    assert groups(ours, theirs) == [["courier", "harbour"]]


def test_an_excerpt_under_a_like_headline_is_the_same_item() -> None:
    ours = entry(TITLE, text=BODY, source_id="harbour")
    theirs = entry(f"{TITLE} | The Courier", text=f"{BODY[:90]}…", source_id="courier")

    assert groups(ours, theirs) == [["courier", "harbour"]]


def test_a_digest_of_many_things_is_none_of_them() -> None:
    ours = entry(TITLE, text=BODY, source_id="harbour")
    other = entry("Whales seen off the cape", text=WHALES, source_id="courier")
    digest = entry("Your morning briefing", text=f"{BODY[:160]}\n\n{WHALES}\n\n{FILLER}", source_id="links")

    assert groups(ours, other, digest) == [["courier"], ["harbour"], ["links"]]


def test_a_sentence_of_the_house_joins_nothing() -> None:
    house = "Read the whole story on our site, where you also find pictures and a podcast."
    ours, theirs = (
        entry(title, text=house, source_id=name)
        for title, name in ((TITLE, "harbour"), ("Whales seen off the cape", "links"))
    )

    assert len(groups(ours, theirs)) == 2


RESULTS = (
    "{} today announced its results for the {} quarter. Revenue came to {} million crowns, profit to {} million. "
    "“We are pleased with the progress that the whole team has made in a demanding market,” said the chief executive. "
    "The company confirms its outlook for the year. It employs several thousand people in six harbours."
)


@pytest.mark.parametrize("sources", [("harbour", "harbour"), ("harbour", "courier")])
def test_releases_of_one_pattern_are_different_items(sources: tuple[str, str]) -> None:
    first = entry(
        "Acme reports for the first quarter", text=RESULTS.format("Acme", "first", "41.2", "3.9"), source_id=sources[0]
    )
    second = entry(
        "Acme reports for the second quarter",
        text=RESULTS.format("Acme", "second", "47.8", "5.1"),
        source_id=sources[1],
    )

    assert len(groups(first, second)) == 2


def test_a_copy_of_a_release_goes_with_its_own() -> None:
    made = [
        entry(
            f"{firm} reports its results",
            text=RESULTS.format(firm, "first", figure, "3.9"),
            source_id="harbour",
            url=f"https://x.example/{firm}",
        )
        for firm, figure in (("Acme", "41.2"), ("Bolt", "18.4"), ("Crest", "77.0"))
    ]
    copy = entry(
        "Bolt reports its results - The Courier",
        text=RESULTS.format("Bolt", "first", "18.4", "3.9"),
        source_id="courier",
    )

    assert groups(*made, copy) == [["courier", "harbour"], ["harbour"], ["harbour"]]


def test_the_next_report_with_other_figures_is_another_item() -> None:
    text = (
        "At least {} people were hurt when two ferries met off the cape on Tuesday, the coast guard said. "
        "{} boats took part in the search, which goes on."
    )
    first = entry("Ferries collide off the cape", text=text.format(12, 4), source_id="harbour")
    later = entry("Ferries collide off the cape, many hurt", text=text.format(31, 9), source_id="courier")

    assert len(groups(first, later)) == 2


def test_the_marked_next_version_is_the_same_item_and_leads() -> None:
    first = entry(TITLE, text=BODY, published=days_before(1), source_id="courier")
    update = entry(f"UPDATE 2-{TITLE}", text=BODY.replace("four", "4.5"), published=days_before(0.9), source_id="links")
    corrected = entry(f"CORRECTED-{TITLE}", text=BODY, published=days_before(0.95), source_id="harbour")

    assert lead(first, update) == update
    assert lead(first, update, corrected) == corrected


@pytest.mark.parametrize(
    "title",
    [
        "Live: the latest from the council chamber",
        "The week ahead in shipping and trade",
        "Five things to know this Tuesday",
    ],
)
def test_a_column_is_another_thing_each_time(title: str) -> None:
    ours = entry(title, text=BODY, published=days_before(1), source_id="harbour")
    theirs = entry(title, text=WHALES, published=days_before(1), source_id="courier")

    assert len(groups(ours, theirs)) == 2
    assert len(groups(replace(ours, text=""), replace(theirs, text=""))) == 2


def test_one_headline_over_two_long_texts_of_other_matter_joins_nothing() -> None:
    title = "A long night at the northern quay"
    ours, theirs = entry(title, text=BODY, source_id="harbour"), entry(title, text=WHALES, source_id="courier")

    assert len(groups(ours, theirs)) == 2


@pytest.mark.parametrize("suffix", [" - The Courier", " | Courier", " — courier.example", " – The Evening Courier"])
def test_a_publishers_name_behind_a_title_does_not_matter(suffix: str) -> None:
    assert len(groups(entry(TITLE, source_id="harbour"), entry(f"{TITLE}{suffix}", source_id="courier"))) == 1


@pytest.mark.parametrize("suffix", [" - Part 2", " | Live", " - what we know so far", " – Video"])
def test_what_a_piece_is_behind_a_title_does(suffix: str) -> None:
    assert len(groups(entry(TITLE, source_id="harbour"), entry(f"{TITLE}{suffix}", source_id="courier"))) == 2


def test_copies_without_blanks_between_words_are_found() -> None:
    text = (
        "港湾当局は来年一月から使用料を四パーセント引き上げると発表した。"
        "船会社は一年の延期を求めていたが、当局は応じなかった。"
    )
    ours = entry("港の使用料、一月に引き上げ", text=text, source_id="harbour")
    theirs = entry("港の使用料、一月に引き上げ | 毎港新聞", text=f"{text[:45]}…", source_id="courier")
    other = entry(
        "北の航路、運休へ",
        text="フェリー会社は荒天のため明日の北航路を全便運休すると発表した。再開は未定である。",
        source_id="links",
    )

    assert groups(ours, theirs, other) == [["courier", "harbour"], ["links"]]


def test_a_translation_under_the_same_address_is_the_same_item_and_ones_own_language_leads() -> None:
    english = entry(TITLE, url="https://quay.example/en/news/12", text=BODY, language="en", published=days_before(1))
    german = entry(
        "Hafengebühren steigen im Januar für alle Schiffe", url="https://quay.example/de/news/12",
        text=f"Die Hafenbehörde erhöht ihre Gebühren im Januar um vier Prozent. {'Sie nennt keine Gründe. ' * 15}",
        language="de", published=days_before(1),
    )  # fmt: skip

    for language, wanted in (("en", english), ("de", german)):
        (group,) = same_items([english, german], sources=SOURCES, language=language)
        assert group[0] == wanted
    assert len(same_items([english, replace(german, url_key="quay.example/de/news/13")], sources=SOURCES)) == 2
    assert len(same_items([english, replace(german, published=days_before(9))], sources=SOURCES)) == 2


def test_a_furnished_copy_does_not_lead_before_its_original() -> None:
    ours = entry(TITLE, text=BODY, published=days_before(2), source_id="courier", url="https://elsewhere.example/a")
    theirs = entry(TITLE, text=f"{BODY} Subscribe to our letter.", published=days_before(1), source_id="links")

    assert lead(theirs, ours) == ours


def test_many_under_one_title_are_a_pattern() -> None:
    few = [entry(TITLE, source_id=f"feed-{number}", published=days_before(1)) for number in range(60)]
    many = [*few, entry(TITLE, source_id="feed-60", published=days_before(1))]

    assert len(same_items(few, sources={})) == 1
    assert len(same_items(many, sources={})) == 61


def test_a_thousand_releases_of_one_pattern_are_told_apart() -> None:
    made = [
        entry(
            f"Acme buys own shares ({number})",
            text=RESULTS.format("Acme", "first", number, number + 7),
            source_id=f"s{number}",
        )
        for number in range(100, 1100)
    ]

    assert len(same_items(made, sources={})) == 1000


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
