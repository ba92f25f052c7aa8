import os
import subprocess
import sys
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from digest.config.settings import Settings
from digest.curate.briefing import brief
from digest.curate.stories import summarised, word_rarity
from digest.model import Briefing, Entry
from digest.text.provenance import is_verbatim
from tests.curate.making import BODY, PERIOD, SOURCES, days_before, entry, settings

SECTIONS = [{"title": "World", "about": "treaties"}, {"title": "Sea", "about": "ports, whales"}]


def made(*entries: Entry, config: Settings | None = None, **given: object) -> Briefing:
    return brief(entries, sources=SOURCES, settings=config or settings(section=SECTIONS), period=PERIOD, **given)  # type: ignore[arg-type]


def titles(briefing: Briefing) -> dict[str, list[str]]:
    return {section.title: [story.title for story in section.stories] for section in briefing.sections}


def test_sections_stand_in_the_order_of_the_file_with_other_last_and_none_empty() -> None:
    found = made(entry("Whales seen"), entry("A quiet week"), entry("Treaties signed"), entry("Treaties kept"))

    assert [section.title for section in found.sections] == ["World", "Sea", "Other"]
    assert [section.title for section in made(entry("Whales seen"), entry("A quiet week")).sections] == ["Sea", "Other"]


def test_a_configured_other_stands_where_the_file_has_it() -> None:
    config = settings(section=[{"title": "Other"}, {"title": "Sea", "about": "whales"}])

    assert list(titles(made(entry("Whales seen"), entry("A quiet week"), config=config))) == ["Other", "Sea"]


def test_the_callers_language_names_the_sections_that_nobody_configured() -> None:
    titled: dict[str, Any] = {"other": "Sonstiges", "news": "Nachrichten"}

    assert list(titles(made(entry("Whales seen"), entry("A quiet week"), **titled))) == ["Sea", "Sonstiges"]
    assert list(titles(made(entry("Whales seen"), config=settings(), **titled))) == ["Nachrichten"]
    (only,) = made(entry("A quiet week"), config=settings(section=[{"title": "Sonstiges"}]), **titled).sections
    assert (only.title, only.stories[0].section) == ("Sonstiges", "Sonstiges")


def test_only_what_stands_in_the_file_is_summed_up() -> None:
    config = settings(issue={"max_stories": 1, "max_candidates": 2})
    found = made(*(entry(f"Whales {n}", published=days_before(8 * n), text=BODY) for n in range(5)), config=config)

    assert all(story.summary.startswith("The port authority will") for story in (*found.stories, *found.candidates[:2]))
    assert [story.summary for story in found.candidates[2:]] == ["", ""]
    assert "enough text to summarise" in [reason.text for reason in found.candidates[-1].reasons]


def test_within_a_section_the_best_comes_first() -> None:
    old = entry("Whales left", published=days_before(6))
    new = entry("Whales seen", published=days_before(1))

    assert titles(made(old, new)) == {"Sea": ["Whales seen", "Whales left"]}


def test_of_equals_the_newer_then_the_lower_id_comes_first() -> None:
    older = entry("Whales a", published=days_before(40), id="a" * 12)
    newer = entry("Whales b", published=days_before(30), id="c" * 12)
    as_new = entry("Whales c", published=days_before(30), id="b" * 12)

    assert titles(made(older, newer, as_new)) == {"Sea": ["Whales c", "Whales b", "Whales a"]}


def test_what_does_not_fit_the_issue_waits_on_the_bench_with_the_reason() -> None:
    config = settings(issue={"max_stories": 2})
    found = made(*(entry(f"Whales {day}", published=days_before(day)) for day in range(4)), config=config)

    assert titles(found) == {"News": ["Whales 0", "Whales 1"]}
    assert [story.title for story in found.candidates] == ["Whales 2", "Whales 3"]
    assert found.candidates[0].reasons[-1].text == "on the bench: the issue is full at 2 (max_stories)"


def test_one_source_does_not_fill_the_issue() -> None:
    config = settings(issue={"max_per_source": 1})
    found = made(
        entry("Whales seen", published=days_before(0)),
        entry("Whales left", published=days_before(1)),
        entry("Whales back", published=days_before(2), source_id="courier"),
        entry("Whales A", published=days_before(3), source_id="local", organisation="Quay Port"),
        entry("Whales B", published=days_before(4), source_id="local", organisation="Sea Trust"),
        entry("Whales C", published=days_before(5), source_id="local", organisation="Sea Trust"),
        config=config,
    )

    assert titles(found) == {"News": ["Whales seen", "Whales back", "Whales A", "Whales B"]}
    assert [story.title for story in found.candidates] == ["Whales left", "Whales C"]
    assert found.candidates[1].reasons[-1].text == "on the bench: Sea Trust is full at 1 (max_per_source)"


def test_what_an_earlier_issue_had_is_a_repeat_and_no_story() -> None:
    url = "https://harbour.example/whales"
    earlier = entry("Whales seen", url=url, issue="2026-W46", state="used")
    found = made(entry("Whales seen off the cape", url=url), entry("Ferry strike"), earlier=[earlier])

    assert [story.title for story in found.stories] == ["Ferry strike"]
    assert [repeat.earlier for repeat in found.repeats] == [earlier]


def test_the_same_item_from_two_sources_is_one_story() -> None:
    title = "Whales seen off the northern cape"
    found = made(entry(title, text=BODY), entry(title, source_id="courier"))

    (story,) = found.stories
    assert [member.source_id for member in story.entries] == ["harbour", "courier"]


def test_nothing_makes_an_empty_briefing() -> None:
    assert made() == Briefing(period=PERIOD, sections=())


some_entries = st.lists(
    st.builds(
        lambda title, url, text, source, days, organisation: entry(
            title,
            url=url,
            text=text,
            source_id=source,
            organisation=organisation,
            published=None if days is None else days_before(days),
        ),
        st.sampled_from(
            ["Port fees rise in January for all", "The week in shipping and trade", "Whales", "Treaties", ""]
        ),
        st.sampled_from([None, "https://quay.example/fees", "https://quay.example/", "https://harbour.example/a"]),
        st.sampled_from(["", BODY, "Fees rise.", "Two ships collide off the cape on a clear day in May."]),
        st.sampled_from([*sorted(SOURCES), "gone"]),
        st.sampled_from([None, -1, 0, 2, 4, 9]),
        st.sampled_from([None, "Quay Port", "Sea Trust"]),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)
configs = st.builds(
    lambda stories, per_source, shown, sections: settings(
        issue={"max_stories": stories, "max_per_source": per_source, "max_candidates": shown},
        section=SECTIONS[:sections],
    ),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(0, 4),
    st.integers(0, 2),
)


@run(max_examples=60, deadline=None)
@given(some_entries, some_entries, configs, st.randoms(use_true_random=False))
def test_every_entry_stands_once_limits_hold_and_order_does_not_matter(
    entries: list[Entry], before: list[Entry], config: Settings, random: Random
) -> None:
    earlier = [replace(one, id=one.id[::-1], state="used", issue="2026-W46") for one in before[:3]]
    found = made(*entries, config=config, earlier=earlier)
    all_stories = (*found.stories, *found.candidates)

    places = [one.id for story in all_stories for one in story.entries] + [repeat.entry.id for repeat in found.repeats]
    assert sorted(places) == sorted(one.id for one in entries)
    assert len(found.stories) <= config.issue.max_stories
    assert len({story.id for story in all_stories}) == len(all_stories)
    assert all(section.stories for section in found.sections)
    shown = (*found.stories, *found.candidates[: config.issue.max_candidates])
    news = [one for story in all_stories for one in story.entries]
    weight = word_rarity(news, sources=SOURCES, settings=config)
    assert all(story == summarised(story, sources=SOURCES, settings=config, weight=weight) for story in shown)
    assert all(
        is_verbatim(one, story.entries) and one.shown in story.summary for story in shown for one in story.sentences
    )
    assert not any(story.summary for story in found.candidates[config.issue.max_candidates :])
    assert all(story.section == section.title for section in found.sections for story in section.stories)
    assert made(*_shuffled(entries, random), config=config, earlier=_shuffled(earlier, random)) == found


def _shuffled(entries: list[Entry], random: Random) -> list[Entry]:
    return random.sample(entries, len(entries))


@run(deadline=None)
@given(some_entries)
def test_drafting_again_keeps_every_id(entries: list[Entry]) -> None:
    first = (*made(*entries).stories, *made(*entries).candidates)
    ids = {member.id: story.id for story in first for member in story.entries}
    again = made(*entries, story_ids=ids, taken=set(ids.values()))

    assert {story.lead.id: story.id for story in (*again.stories, *again.candidates)} == {
        story.lead.id: story.id for story in first
    }


PROGRAM = """
from itertools import product
from digest.curate.briefing import brief
from tests.curate.making import BODY, PERIOD, SOURCES, days_before, entry, settings
config = settings(section=[{"title": "Sea", "about": "ports, whales"}], interests={"names": ["Quay"], "words": ["fee"]})
things = ("port fees of £1,720", "grey whales off Corran", "a strike of tugs in Marlow", "a ferry from Selby")
entries = [
    entry(f"{verb} {thing}", source_id=source, text=f"{thing} {said}. {BODY}", published=days_before(day))
    for thing, (verb, said, source, day) in product(things, zip(
        ("Council discusses", "Harbour Trust on", "What to know:"), ("cost Ofgate dearly", "worry Quay", "are new"),
        ("harbour", "courier", "links"), (0, 1, 2)))
]
print(repr(brief(entries, sources=SOURCES, settings=config, period=PERIOD)))
"""


def test_the_hash_seed_does_not_matter() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(outputs) == 1
    assert b"with The Courier: shares " in outputs.pop()


def test_the_only_section_takes_everything_if_it_says_nothing_of_what_belongs_to_it() -> None:
    walk = entry("A walk along the old canal", id="e" * 12, text="The walk begins at the lock and ends at the inn.")

    assert list(titles(made(walk, config=settings(section=[{"title": "Around us"}])))) == ["Around us"]
    assert list(titles(made(walk, config=settings(section=[{"title": "Energy", "about": "grid"}])))) == ["Other"]
    assert list(titles(made(walk, config=settings(section=[{"title": "A"}, {"title": "B"}])))) == ["Other"]
