from digest.curate.diversity import Limits, place
from digest.model import Story
from tests.curate.making import SOURCES, entry


def story(title: str, *, section: str = "Sea", source: str = "harbour") -> Story:
    lead = entry(title, source_id=source)
    return Story(id=f"s-{lead.id[:8]}", title=title, summary="", entries=(lead,), section=section, score=1.0)


def split(*stories: Story, limits: Limits) -> tuple[list[str], dict[str, str]]:
    placed, bench = place(stories, limits, sources=SOURCES)
    return [one.title for one in placed], {one.title: one.reasons[-1].text for one in bench}


def test_what_a_full_section_leaves_out_makes_room_for_the_next() -> None:
    stories = (story("A"), story("B"), story("C", section="World"), story("D", section="World"))

    assert split(*stories, limits=Limits(stories=2, per_source=9, per_section={"Sea": 1})) == (
        ["A", "C"],
        {
            "B": "on the bench: section Sea is full at 1 (its max_stories)",
            "D": "on the bench: the issue is full at 2 (max_stories)",
        },
    )


def test_a_full_source_is_named() -> None:
    stories = (story("A"), story("B"), story("C", source="courier"))

    assert split(*stories, limits=Limits(stories=9, per_source=1)) == (
        ["A", "C"], {"B": "on the bench: Harbour Daily is full at 1 (max_per_source)"},
    )  # fmt: skip
