from dataclasses import replace

import pytest

from digest.curate.repeats import MOST_STORIES, ran_stories, split_repeats
from digest.model import Entry
from tests.curate.making import BODY, PERIOD, SOURCES, entry, settings

URL = "https://quay.example/news/fees"
BEFORE = entry("Port fees rise", url=URL, text=BODY, state="used", issue="2026-W46")


def why(new: Entry, *earlier: Entry) -> str | None:
    eligible, repeats = split_repeats([new], earlier or [BEFORE])
    assert len(eligible) + len(repeats) == 1
    return repeats[0].why if repeats else None


def test_the_same_address_is_a_repeat() -> None:
    assert why(entry("Port fees to rise", url=f"{URL}/", source_id="courier")) == (
        "the same address as “Port fees rise” in 2026-W46"
    )


def test_the_same_title_over_the_same_text_is_a_repeat() -> None:
    assert why(entry("PORT FEES RISE", text=BODY + " More.", source_id="courier")) == (
        "the same title and text as “Port fees rise” in 2026-W46"
    )


def test_the_same_entry_is_a_repeat() -> None:
    assert why(replace(BEFORE, state="new", issue=None, url_key=None, text="")) == (
        "the same entry as “Port fees rise” in 2026-W46"
    )


def test_what_the_editor_dropped_does_not_come_back() -> None:
    dropped = replace(BEFORE, state="dropped")

    assert why(entry("Port fees rise", url=URL), dropped) == (
        "the same address as “Port fees rise” in 2026-W46, which the editor dropped"
    )


@pytest.mark.parametrize("key", [{"url": URL}, {"text": BODY}])
def test_what_one_issue_dropped_and_another_had_is_held_against_the_one_that_had_it(key: dict[str, str]) -> None:
    dropped = replace(BEFORE, id="a" * 12, issue="2026-W40", state="dropped")
    grouped = replace(BEFORE, id="b" * 12, issue="2026-W46", state="grouped")

    for earlier in ([dropped, grouped], [grouped, dropped]):
        (repeat,) = split_repeats([entry("Port fees rise", **key)], earlier)[1]
        assert repeat.earlier == grouped


@pytest.mark.parametrize(
    "new",
    [
        entry("Port fees rise", text="Quite another text about the fees that the port takes from ships."),
        entry("Port fees rise"),
        entry(
            "Whales seen off the cape", url=URL, text="Two whales were seen off the cape on Sunday by a ferry's crew."
        ),
        entry("Whales seen off the cape", text=BODY),
    ],
)
def test_what_only_looks_like_it_is_new(new: Entry) -> None:
    assert why(new) is None


def test_the_next_release_of_one_pattern_is_new() -> None:
    text = "Acme bought {} of its own shares at prices between {} and {} crowns. They will be held in treasury for now."
    before = entry("Transaction in own shares", text=text.format(410, 12, 13), state="used", issue="2026-W46")

    assert why(entry("Transaction in own shares", text=text.format(655, 14, 17)), before) is None
    assert why(entry("Transaction in own shares", text=f"{text.format(410, 12, 13)} Ends."), before) is not None


def test_a_sites_front_page_repeats_nothing() -> None:
    front = entry("Port fees rise", url="https://quay.example", issue="2026-W46", text="Fees.")

    assert why(entry("Port fees rise", url="https://quay.example/", text="Other."), front) is None


def test_the_order_does_not_matter() -> None:
    new = [entry("Port fees rise", url=URL), entry("Ferry crews strike"), entry("Whales seen off the cape")]
    earlier = [BEFORE, replace(BEFORE, id="f" * 12, issue="2026-W45")]

    assert split_repeats(new, earlier) == split_repeats(new[::-1], earlier[::-1])


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Port fees rise in January", "UPDATE 1-Port fees rise in January"),
        ("Port fees rise in January", "Port fees rise in January | Harbour Daily"),
        ("Port fees rise in January - The Courier", "Port fees rise in January | Harbour Daily"),
    ],
)
def test_the_publishers_name_in_a_title_hides_no_repeat(before: str, now: str) -> None:
    assert why(entry(now, text=BODY, source_id="courier"), replace(BEFORE, title=before)) == (
        f"the same title and text as “{before}” in 2026-W46"
    )


@pytest.mark.parametrize("title", ["Daily digest", "The week in shipping | Harbour Daily", "Port fees rise in January"])
def test_a_title_that_stands_over_another_text_is_no_repeat(title: str) -> None:
    other = "The pilots of Selby have a new boat. It was built in Marlow and can sail in any weather but fog."

    assert why(entry(title, text=other), replace(BEFORE, title=title, url=None, url_key=None)) is None


def ran(*new: Entry, earlier: tuple[Entry, ...] = (BEFORE,)) -> list[tuple[str, list[str], str]]:
    found = ran_stories(split_repeats(new, earlier)[1], sources=SOURCES, settings=settings(), period=PERIOD)
    return [(story.title, [one.source_id for one in story.entries], repeat.earlier.id) for story, repeat in found]


def test_what_repeats_one_item_is_one_story() -> None:
    twice = [entry("Port fees rise", url=f"{URL}/", source_id="courier"), entry("Port fees rise", text=BODY)]

    assert [(title, sorted(ids)) for title, ids, _ in ran(*twice)] == [("Port fees rise", ["courier", "harbour"])]


def test_a_story_of_what_ran_has_its_summary_and_says_what_it_repeats() -> None:
    again = entry("Port fees rise", url=f"{URL}/", text=BODY)
    ((story, repeat),) = ran_stories(
        split_repeats([again], [BEFORE])[1], sources=SOURCES, settings=settings(), period=PERIOD
    )

    assert story.summary.startswith("The port authority will raise its fees")
    assert repeat.why in [reason.text for reason in story.reasons]


def test_what_an_editor_dropped_is_not_recalled() -> None:
    assert ran(entry("Port fees rise", url=URL), earlier=(replace(BEFORE, state="dropped"),)) == []


def test_no_more_than_a_few_are_recalled_and_the_order_does_not_matter() -> None:
    earlier = tuple(
        entry(f"Port {n} opens", url=f"https://quay.example/{n}", state="used", issue="2026-W46") for n in range(15)
    )
    new = [entry(f"Port {n} opens", url=f"https://quay.example/{n}", text=BODY) for n in range(15)]

    assert len(ran(*new, earlier=earlier)) == MOST_STORIES
    assert ran(*new, earlier=earlier) == ran(*new[::-1], earlier=earlier[::-1])


def test_of_several_issues_the_newest_is_named() -> None:
    older = replace(BEFORE, id="0" * 12, issue="2026-W40")

    assert why(entry("Port fees rise", url=URL), older, BEFORE) == "the same address as “Port fees rise” in 2026-W46"
