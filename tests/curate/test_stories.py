import re
from dataclasses import replace

from digest.curate.grouping import Doubt, Group
from digest.curate.stories import StoryIds, stories, story_names, summarised
from digest.model import Entry, Reason
from digest.text.provenance import cut
from tests.curate.making import BODY, PERIOD, SOURCES, entry, settings

A, B, C = (entry(title, id=letter * 12, text=BODY) for title, letter in (("Fees", "a"), ("Whales", "b"), ("Gas", "c")))


def names(
    *groups: tuple[Entry, ...], by_entry: dict[str, str] | None = None, taken: tuple[str, ...] = ()
) -> dict[str, str]:
    return story_names(groups, period=PERIOD, ids=StoryIds(by_entry=by_entry or {}, taken=taken))


def test_a_new_id_follows_from_the_issue_and_the_lead() -> None:
    minted = names((A, B), (C,))

    assert minted == names((C,), (A,))
    assert len(set(minted.values())) == 2
    assert all(re.fullmatch(r"s-[0-9a-f]{8}", name) for name in minted.values())


def test_a_taken_id_is_not_minted_again() -> None:
    (first,) = names((A,)).values()
    (second,) = names((A,), taken=(first,)).values()
    (third,) = names((A,), taken=(first, second)).values()

    assert len({first, second, third}) == 3


def test_a_story_keeps_its_id_though_it_is_taken() -> None:
    assert names((A, B), by_entry={A.id: "s-00000001"}, taken=("s-00000001",)) == {A.id: "s-00000001"}


def test_a_story_keeps_its_id_when_a_fuller_source_takes_the_lead() -> None:
    assert names((B, A), by_entry={A.id: "s-00000001"}) == {B.id: "s-00000001"}


def test_of_a_story_that_fell_apart_one_part_keeps_the_id() -> None:
    made = names((A,), (B,), by_entry={A.id: "s-00000001", B.id: "s-00000001"})

    assert made[A.id] == "s-00000001" != made[B.id]


def test_a_lead_with_an_id_comes_before_a_member_with_it() -> None:
    made = names((A, C), (B,), by_entry={B.id: "s-00000001", C.id: "s-00000001"})

    assert made[B.id] == "s-00000001" != made[A.id]


def test_a_story_says_where_its_words_its_place_and_its_members_come_from() -> None:
    config = settings(issue={"summary_words": 13})
    ground = Reason(points=0.0, text="with The Courier: shares fees; 1 day apart (0.93)")
    (story,) = stories(
        [Group(entries=(A, entry("Fees", id="d" * 12, source_id="courier")), grounds=(ground,))],
        sources=SOURCES,
        settings=config,
        period=PERIOD,
        ids=StoryIds(by_entry={}, taken=()),
    )
    told = summarised(story, sources=SOURCES, settings=config)

    assert (story.title, story.summary) == ("Fees", "")
    words = "The port authority will raise its fees by four per cent in January."
    assert told == replace(story, summary=words, sentences=(cut(A, "text", 0, len(words)),))
    assert story.score == round(sum(reason.points for reason in story.reasons), 2)
    assert [reason.text for reason in story.reasons][-2:] == [
        "no sections are configured",
        ground.text,
    ]


def test_stories_that_may_be_one_name_each_other_the_likeliest_first() -> None:
    one, two, three = (Group(entries=(lead,)) for lead in (A, B, C))
    found = stories(
        [one, two, three],
        doubts=[
            Doubt(one=one, other=two, probability=0.46, ground="shares Quay; 1 day apart"),
            Doubt(one=one, other=three, probability=0.31, ground="shares fees; 1 day apart"),
        ],
        sources=SOURCES,
        settings=settings(),
        period=PERIOD,
        ids=StoryIds(by_entry={}, taken=()),
    )
    first, second, third = found

    assert first.like == ((second.id, "shares Quay; 1 day apart"), (third.id, "shares fees; 1 day apart"))
    assert second.like == ((first.id, "shares Quay; 1 day apart"),)
    assert third.like == ((first.id, "shares fees; 1 day apart"),)
    assert [reason.text for reason in second.reasons][-1] == (
        f"perhaps one with “Fees” ({first.id}): shares Quay; 1 day apart (0.46)"
    )
