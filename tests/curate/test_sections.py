import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from digest.config.settings import SectionRule
from digest.curate.labels import Example
from digest.curate.sections import said_section, sections_of
from digest.model import Entry, Source
from tests.curate.making import SOURCES, entry

RULES = (
    SectionRule(title="World", about="treaties, foreign policy, sanctions", sources=("courier", "quay-institute")),
    SectionRule(title="Energy", about="gas, price cap, electricity"),
    SectionRule(title="Sea & Coast", about="ports; ships, gas"),
)


def section(
    made: Entry, rules: tuple[SectionRule, ...] = RULES, sources: dict[str, Source] = SOURCES
) -> tuple[str, str]:
    ((title, reason),) = sections_of([[made]], rules=rules, sources=sources, languages=["en"])
    assert reason.points == 0.0
    return title, reason.text


def placed(*titles: str, rules: tuple[SectionRule, ...] = RULES, **given: Any) -> dict[str, tuple[str, str]]:
    groups = [[entry(title)] for title in titles]
    found = sections_of(groups, rules=rules, sources=SOURCES, languages=["en"] * len(groups), **given)
    return {title: (place, reason.text) for title, (place, reason) in zip(titles, found, strict=True)}


def test_the_feeds_own_section_comes_before_all() -> None:
    sources = {**SOURCES, "courier": replace(SOURCES["courier"], section="energy")}

    assert section(entry("Treaties", source_id="courier", tags=("World",)), sources=sources) == (
        "Energy", "section Energy: The Courier is set so in feeds.toml",
    )  # fmt: skip


@pytest.mark.parametrize(
    "given", [{"source_id": "courier"}, {"organisation": "Quay Institute"}, {"organisation": "QUAY  institute"}]
)
def test_then_a_rule_that_names_the_feed_or_the_organisation(given: dict[str, Any]) -> None:
    assert section(entry("Gas and electricity", tags=("Energy",), **given))[0] == "World"


def test_an_organisation_may_be_named_as_it_is_written() -> None:
    rules = (SectionRule(title="A"), SectionRule(title="B", sources=("Quay Institute",)))

    assert section(entry(organisation="Quay Institute"), rules) == ("B", "section B: its sources name “Quay Institute”")


def test_then_a_tag_that_is_a_sections_title() -> None:
    assert section(entry("Gas and electricity", tags=("x", "sea  & coast"))) == (
        "Sea & Coast", "section Sea & Coast: tagged “sea  & coast”",
    )  # fmt: skip
    tagged = {**SOURCES, "harbour": replace(SOURCES["harbour"], tags=("world",))}
    assert section(entry("Gas and electricity"), sources=tagged)[0] == "World"


def test_then_the_words_of_about_in_any_form() -> None:
    assert section(entry("Price caps fall as treaty talks stall", text="The price cap and electricity.")) == (
        "Energy", "section Energy: speaks of price cap, electricity",
    )  # fmt: skip


def test_the_title_counts_more() -> None:
    assert section(entry("A new port", text="Gas. Electricity prices."))[0] == "Sea & Coast"


def test_of_two_that_fit_as_well_the_first_wins_and_the_other_is_named() -> None:
    assert section(entry("Gas")) == ("Energy", "section Energy: speaks of gas; Sea & Coast is nearly as likely")
    assert section(entry("Gas"), RULES[::-1])[0] == "Sea & Coast"


def test_what_no_section_speaks_of_is_left_over() -> None:
    assert section(entry("A quiet week", text="There is nothing.")) == ("Other", "no section's words fit")
    assert placed("A quiet week", other="Sonstiges")["A quiet week"][0] == "Sonstiges"


def test_without_sections_all_is_news() -> None:
    assert section(entry(), ()) == ("News", "no sections are configured")


def test_without_any_seeds_what_nothing_names_is_left_over() -> None:
    assert section(entry("Gas"), (SectionRule(title="Energy"),)) == ("Other", "no section's words fit")


STORIES = (
    "Gas pipeline repaired in the Marlow field",
    "Gas pipeline opens near Marlow",
    "Electricity pipeline of projects near Marlow",
    "Ships wait outside the harbour at Dorn",
    "Ports and ships: the harbour at Dorn fills",
    "Ships leave the harbour at Dorn",
)


def test_a_story_without_any_seed_follows_the_words_that_stand_with_them() -> None:
    found = placed(*STORIES, "Marlow pipeline leaks", "The harbour at Dorn is closed", "Bakers bake bread")

    title, why = found["Marlow pipeline leaks"]
    assert (title, why.partition(";")[0]) == (
        "Energy",
        "section Energy: shares marlow, pipeline with its other stories",
    )
    assert found["The harbour at Dorn is closed"][0] == "Sea & Coast"
    assert found["Bakers bake bread"] == ("Other", "no section's words fit")


def test_what_the_configuration_says_of_a_story_teaches_its_words() -> None:
    named = {**SOURCES, "links": replace(SOURCES["links"], section="Sea & Coast")}
    groups = [[entry(f"Lighthouse {name} repaired", source_id="links")] for name in ("Ness", "Skerry", "Holm")]
    asked = [[entry("Lighthouse keepers retire")]]
    found = sections_of([*groups, *asked], rules=RULES, sources=named, languages=["en"] * 4)
    alone = sections_of(asked, rules=RULES, sources=named, languages=["en"])

    assert [title for title, _ in found] == ["Sea & Coast"] * 4
    assert alone[0][0] == "Other"


def test_where_the_editor_put_such_stories_teaches_too() -> None:
    past = [example(f"Lighthouse {name} repaired", "Energy") for name in ("Ness", "Skerry", "Holm")]

    assert placed("Lighthouse keepers retire", examples=past)["Lighthouse keepers retire"] == (
        "Energy", "section Energy: shares lighthouse with its other stories",
    )  # fmt: skip
    assert placed("Lighthouse keepers retire")["Lighthouse keepers retire"][0] == "Other"


def test_what_was_left_over_in_the_past_is_left_over_again() -> None:
    titles = [f"Gas balloons over {name}" for name in ("Ness", "Skerry", "Holm", "Dorn", "Marlow", "Quay")]
    past = [example(title, "Other") for title in titles]

    assert placed("Gas balloons over Skye")["Gas balloons over Skye"][0] == "Energy"
    assert placed("Gas balloons over Skye", examples=past)["Gas balloons over Skye"][0] == "Other"


def test_a_section_without_seeds_is_found_by_its_words_once_there_are_five_examples() -> None:
    rules = (*RULES, SectionRule(title="Books"))
    past = [example(f"New novel by {name} reviewed", "Books") for name in "Abcde"]

    assert placed("A novel reviewed", rules=rules, examples=past[:4])["A novel reviewed"][0] == "Other"
    assert placed("A novel reviewed", rules=rules, examples=past)["A novel reviewed"][0] == "Books"


def test_examples_of_sections_that_are_gone_teach_nothing() -> None:
    past = [example("Lighthouse Ness repaired", "Gone")] * 6

    assert placed("Lighthouse keepers retire", examples=past) == placed("Lighthouse keepers retire")


@pytest.mark.parametrize(
    ("language", "about", "title", "seeds"),
    [
        ("fr", "élection, coup d'État", "Les élections après le coup d’État", "coup d'État, élection"),
        ("de", "Sanktion; Außenpolitik", "Neue Sanktionen", "Sanktion"),
        ("ja", "原子力, 選挙", "原子力発電所が再稼働", "原子力"),
        ("ru", "санкция", "Новые санкции", "санкция"),
        ("xx", "zorp", "Zorp arrives", "zorp"),
    ],
)
def test_seeds_are_found_in_any_language_in_any_form(language: str, about: str, title: str, seeds: str) -> None:
    rules = (SectionRule(title="World", about=about), SectionRule(title="Sea", about="port, porto, Hafen, 港湾"))
    ((found, reason),) = sections_of([[entry(title)]], rules=rules, sources=SOURCES, languages=[language])

    assert (found, reason.text) == ("World", f"section World: speaks of {seeds}")


def test_the_section_that_the_configuration_names_can_be_asked_for_alone() -> None:
    assert said_section([entry("Gas")], rules=RULES, sources=SOURCES) is None
    found = said_section([entry("Gas", source_id="courier")], rules=RULES, sources=SOURCES)
    assert found is not None
    assert found[0] == "World"


def example(title: str, place: str, *, moved: bool = True) -> Example:
    return Example(entries=(entry(title),), language="en", section=place, moved=moved)


WORDS = ["gas", "ships", "treaty", "pipeline", "harbour", "electricity", "price", "cap", "bread", "novel", "whale"]
titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@run(max_examples=60, deadline=None)
@given(st.lists(titles, max_size=9), st.lists(titles, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_the_stories_does_not_matter(given_titles: list[str], past: list[str], random: Random) -> None:
    groups = [[entry(title, id=f"{number:012x}")] for number, title in enumerate(given_titles)]
    examples = [example(title, "Energy") for title in past]
    mixed = random.sample(range(len(groups)), len(groups))

    found = judged(groups, examples)
    assert judged([groups[place] for place in mixed], examples) == [found[place] for place in mixed]
    assert {title for title, _ in found} <= {"World", "Energy", "Sea & Coast", "Other"}


def judged(groups: Sequence[Sequence[Entry]], examples: Sequence[Example]) -> list[tuple[str, Any]]:
    languages = ["en"] * len(groups)
    return list(sections_of(groups, rules=RULES, sources=SOURCES, languages=languages, examples=examples))


PROGRAM = """
from tests.curate.test_sections import STORIES, example, placed
past = [example(f"Lighthouse {name} repaired", "Energy") for name in ("Ness", "Skerry", "Holm")]
print(placed(*STORIES, "Marlow pipeline leaks", "Lighthouse at Dorn", examples=past))
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
    assert b"Marlow" in outputs.pop()
