from dataclasses import replace
from typing import Any

import pytest

from digest.config.settings import SectionRule
from digest.curate.sections import section_of
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
    title, reason = section_of([made], rules=rules, sources=sources, language="en")
    assert reason.points == 0.0
    return title, reason.text


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


def test_the_title_counts_three_times() -> None:
    assert section(entry("A new port", text="Gas. Electricity prices."))[0] == "Sea & Coast"


def test_of_two_that_fit_as_well_the_first_wins() -> None:
    assert section(entry("Gas"))[0] == "Energy"
    assert section(entry("Gas"), RULES[::-1])[0] == "Sea & Coast"


def test_one_word_somewhere_in_the_text_is_not_enough() -> None:
    assert section(entry("A quiet week", text="There is gas.")) == ("Other", "no section's words fit")


def test_without_sections_all_is_news() -> None:
    assert section(entry(), ()) == ("News", "no sections are configured")
