"""What of an issue those get who follow some topics only."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.edit.slices import ALL, NOTHING, Slice, narrowest, slice_issue, slice_of, topics_of
from digest.model import Issue, IssueSection, IssueStory
from tests.support.sample import sample_settings

KNOWN = ("World", "Economy & trade", "Énergie", "能源", "Technology")
TITLES = st.sampled_from([*KNOWN, "world", "Economy \\& Trade", "ENERGIE", "From the editor", "Other"])
STORY = st.builds(
    IssueStory, id=st.none(), title=st.text(max_size=3), options=st.frozensets(st.sampled_from(["pin", "correction"]))
)
SECTION = st.builds(
    IssueSection,
    title=TITLES,
    intro=st.sampled_from(["", " \n", "Words."]),
    stories=st.lists(STORY, max_size=3).map(tuple),
)
ISSUE = st.builds(
    Issue, name=st.just("2026-W47"), title=st.just(""), subject=st.just(""), preheader=st.just(""), base=st.none(),
    intro=st.just("Hello."), sections=st.lists(SECTION, max_size=6).map(tuple),
)  # fmt: skip
TOPICS = st.lists(st.sampled_from([*KNOWN, "WORLD", "economy-trade", "Gardening", ""]), max_size=6)


def variant_of(topics: tuple[str, ...], of: Issue, known: tuple[str, ...]) -> str:
    return slice_of(topics, of, known).id


def issue(*sections: IssueSection) -> Issue:
    return Issue(name="2026-W47", title="", subject="", preheader="", base=None, intro="", sections=sections)


def section(title: str, *stories: str, intro: str = "") -> IssueSection:
    made = tuple(IssueStory(id=None, title=one.strip("!"), options=options(one)) for one in stories)
    return IssueSection(title=title, intro=intro, stories=made)


def options(title: str) -> frozenset[str]:
    return frozenset({"correction"}) if title.endswith("!") else frozenset()


WEEK = issue(
    section("World", "a", "b"),
    section("Economy & trade", "c", intro="What moved."),
    section("Readers write", "d"),
    section("Technology", "e", "wrong last week!"),
)


def told(topics: tuple[str, ...], of: Issue = WEEK, known: tuple[str, ...] = KNOWN) -> list[str]:
    return [story.title for story in slice_issue(of, slice_of(topics, of, known)).stories]


def test_the_topics_are_the_sections_of_digest_toml() -> None:
    assert topics_of(sample_settings()) == ("World", "Energy & climate", "Technology")


def test_who_follows_a_topic_gets_its_stories_and_what_goes_to_everyone() -> None:
    assert told(("World",)) == ["a", "b", "d", "wrong last week"]


@pytest.mark.parametrize(
    "written", ["economy & trade", "ECONOMY & TRADE", "economy-trade", "Economy-Trade", " Economy  trade "]
)
def test_a_topic_is_known_in_any_case_and_by_its_slug(written: str) -> None:
    assert variant_of((written,), WEEK, KNOWN) == "economy-trade"


@pytest.mark.parametrize("topics", [(), ("Gardening",), ("",), KNOWN, ("World", "economy-trade", "technology")])
def test_who_chose_nothing_that_there_is_or_all_of_it_gets_the_whole(topics: tuple[str, ...]) -> None:
    assert variant_of(topics, WEEK, KNOWN) == ALL
    assert slice_issue(WEEK, slice_of(topics, WEEK, KNOWN)) is WEEK


def test_a_topic_that_digest_toml_dropped_takes_nothing_away_from_the_others() -> None:
    assert told(("World", "Gardening")) == told(("World",))


def test_a_section_left_out_takes_its_own_words_along() -> None:
    made = slice_issue(WEEK, slice_of(("World",), WEEK, KNOWN))
    assert [one.title for one in made.sections] == ["World", "Readers write", "Technology"]
    assert "What moved." in [one.intro for one in slice_issue(WEEK, slice_of(("economy-trade",), WEEK, KNOWN)).sections]


def test_a_week_without_a_word_on_somebodys_topics_is_no_mail_for_them() -> None:
    week = issue(section("World", "a"), section("Technology", intro="Nothing this week."))
    assert variant_of(("Économie", "énergie"), week, KNOWN) == NOTHING
    assert variant_of(("Technology",), week, KNOWN) == NOTHING


def test_a_note_that_is_printed_for_nobody_is_nothing_on_a_topic() -> None:
    note = section("Technology", intro="<!-- next week -->")
    week = issue(section("World", "a"), note, section("Readers write", "d"))
    assert variant_of(("World",), week, KNOWN) == ALL
    assert variant_of(("Technology",), week, KNOWN) == "general"


def test_an_issue_without_stories_goes_whole_to_everyone() -> None:
    week = issue(section("World", intro="A quiet week."))
    assert variant_of(("Technology",), week, KNOWN) == ALL


def test_topics_of_which_the_issue_has_nothing_make_no_slice_of_their_own() -> None:
    assert variant_of(("World", "Énergie"), WEEK, KNOWN) == variant_of(("World",), WEEK, KNOWN) == "world"
    assert variant_of(("Énergie",), WEEK, KNOWN) == "general"


@pytest.mark.parametrize(
    "title", ["All", "Nothing", "General", "con", "NUL", "C++", "能源", "A title of very many words, " * 5]
)
def test_an_id_can_be_the_name_of_a_folder_whatever_the_topic_is_called(title: str) -> None:
    known = (title, "C#", "Other")
    week = issue(*(section(one, "a") for one in known))
    made = variant_of((title,), week, known)
    assert re.fullmatch(r"[a-z0-9][a-z0-9+-]{0,47}", made)
    assert made not in {ALL, NOTHING, "general", "con", "nul", variant_of(("Other",), week, known)}


def test_somebody_who_came_late_gets_the_smallest_slice_that_has_all_they_chose() -> None:
    def cut(*topics: str) -> Slice:
        return slice_of(topics, WEEK, KNOWN)

    there = [cut("World"), cut("World", "Technology"), cut("economy-trade", "Technology", "Énergie")]
    assert narrowest(cut("World"), there) == "world"
    assert narrowest(cut("Technology"), there) in {"technology+world", "economy-trade+technology"}
    assert len({one.id for one in there}) == 3
    assert narrowest(cut("economy-trade", "World"), there) == ALL


@settings(max_examples=300, deadline=None)
@given(ISSUE, TOPICS, st.randoms())
def test_neither_order_nor_repetition_of_topics_matters(made: Issue, topics: list[str], random: object) -> None:
    shuffled = sorted([*topics, *topics], key=lambda _: random.random())  # type: ignore[attr-defined]
    assert slice_of(topics, made, KNOWN) == slice_of(shuffled, made, KNOWN)


@settings(max_examples=300, deadline=None)
@given(ISSUE, TOPICS)
def test_a_slice_is_a_part_of_the_whole_in_its_order(made: Issue, topics: list[str]) -> None:
    part = slice_of(topics, made, KNOWN)
    cut = slice_issue(made, part)
    rest = iter(made.stories)
    assert all(any(story is other for other in rest) for story in cut.stories)
    assert [id(story) for story in cut.stories] == [id(made.stories[n]) for n in sorted(part.stories)]
    assert (cut.intro, cut.subject) == (made.intro, made.subject)
    assert (part.id == NOTHING) == (bool(made.stories) and not cut.stories)
    assert (part.id == ALL) == (cut is made)


@settings(max_examples=300, deadline=None)
@given(ISSUE, TOPICS, TOPICS)
def test_slices_together_have_what_their_topics_together_have(made: Issue, one: list[str], other: list[str]) -> None:
    cuts = [slice_of(topics, made, KNOWN) for topics in (one, other, [*one, *other])]
    if all(any(topic in KNOWN or topic in {"WORLD", "economy-trade"} for topic in topics) for topics in (one, other)):
        assert cuts[0].stories | cuts[1].stories == cuts[2].stories
        assert cuts[0].texts | cuts[1].texts == cuts[2].texts


@settings(max_examples=100, deadline=None)
@given(ISSUE)
def test_different_slices_have_different_ids_and_the_same_slices_the_same(made: Issue) -> None:
    cuts = [slice_of(topics, made, KNOWN) for size in range(6) for topics in itertools.combinations(KNOWN, size)]
    by_id = {cut.id: cut for cut in cuts}
    assert all(by_id[cut.id] == cut for cut in cuts)
    printed = {cut.id: (cut.stories, cut.texts) for cut in cuts if cut.id != NOTHING}
    assert len(set(printed.values())) == len(printed)
