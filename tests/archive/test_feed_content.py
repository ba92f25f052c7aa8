from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from digest.errors import TemplateError
from digest.model import IssueStory
from digest.render.feedcontent import dump_contents, feed_contents, load_contents
from digest.render.furniture import words
from digest.render.templates import Templates
from tests.archive.feedmaking import contents, correction
from tests.archive.newsletter import EMPTY, ENTRIES, SETTINGS, TEMPLATES, WEEK_46, WEEK_47


def test_every_story_has_its_own_content_in_the_order_of_the_issue() -> None:
    made = contents(WEEK_47)
    assert len(made.stories) == len(WEEK_47.stories)
    for story, told in zip(WEEK_47.stories, made.stories, strict=True):
        assert [one.url for one in told.sources] == [ref.url for ref in story.sources]
        for one in told.sources:
            assert f"<bdi>{one.label}</bdi></a>" in told.content or f">{one.label}</bdi></a>" in told.content


def test_the_headline_is_left_to_the_entry() -> None:
    made = contents(WEEK_47).stories[1]
    assert WEEK_47.stories[1].title not in made.content
    assert "<h3" not in made.content


def test_in_a_whole_issue_the_headline_leads_to_the_source_and_nothing_else_does() -> None:
    address = "https://wire.example/a00000000002"
    content = contents(WEEK_47).content
    assert f'<h3 dir="auto"><a href="{address}">{WEEK_47.stories[1].title}</a></h3>' in content
    assert content.count(address) == 1


def test_what_the_editor_says_of_it_is_there() -> None:
    grain, court = contents(WEEK_47).stories[0], contents(WEEK_47).stories[6]
    assert "<strong>Why it matters</strong>" in grain.content
    assert "which is what held up the gas facility in 2024" in grain.content
    assert "What is not contracted by then goes back." in court.content


def test_no_style_and_no_class_is_in_it() -> None:
    for issue in (WEEK_47, WEEK_46, EMPTY):
        made = contents(issue, corrections=[correction(issue.name)])
        for html in (made.content, *(story.content for story in made.stories)):
            assert not [mark for mark in ("<style", "style=", "class=", "<script") if mark in html]


def test_the_summary_is_the_first_paragraph_in_plain_text() -> None:
    made = contents(WEEK_47).stories
    assert made[0].summary == WEEK_47.stories[0].summary.partition("\n\n")[0]
    assert made[8].summary == ""


def test_of_a_story_in_full_the_summary_beside_it_is_told() -> None:
    story = IssueStory(
        id="s-0a0a0a0a",
        title="Third-quarter labour market overview",
        options=frozenset({"full"}),
        summary="Employment hardly moved.",
        sources=WEEK_47.stories[5].sources,
    )
    entries = {key: replace(one, text="All of it.", body=one.body) for key, one in ENTRIES.items()}
    sections = (replace(WEEK_47.sections[0], stories=(story,)),)
    made = feed_contents(replace(WEEK_47, sections=sections), settings=SETTINGS, templates=TEMPLATES, entries=entries)
    assert made.stories[0].summary == "Employment hardly moved."
    assert "Background" in made.stories[0].content


def test_a_look_of_ones_own_may_say_it_in_another_way(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "brief"
    folder.mkdir(parents=True)
    (folder / "feedstory.html").write_text("<p>{{ story.title }}: read it on our pages.</p>")
    made = feed_contents(WEEK_47, settings=SETTINGS, templates=Templates("brief", tmp_path), entries=ENTRIES)
    assert made.stories[1].content == "<p>Why the strait matters more than the pipeline: read it on our pages.</p>"
    (folder / "feedstory.html").write_text("{{ nonsense }}")
    with pytest.raises(TemplateError, match=r"feedstory\.html"):
        feed_contents(WEEK_47, settings=SETTINGS, templates=Templates("brief", tmp_path), entries=ENTRIES)


def test_words_at_hand_are_not_read_again() -> None:
    said = words("en", Path("no-project-of-its-own"))
    german = replace(said, why="Warum es wichtig ist")
    made = feed_contents(WEEK_47, settings=SETTINGS, templates=TEMPLATES, entries=ENTRIES, said=said)
    assert made == contents(WEEK_47)
    made = feed_contents(WEEK_47, settings=SETTINGS, templates=TEMPLATES, entries=ENTRIES, said=german)
    assert "Warum es wichtig ist" in made.stories[0].content


def test_what_was_kept_is_what_was_made() -> None:
    made = {issue.name: contents(issue) for issue in (WEEK_47, WEEK_46, EMPTY)}
    assert load_contents(dump_contents(made)) == made


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"a": 1}', b'{"a": {"content": "x"}}', b"\xff"])
def test_what_was_not_kept_so_is_made_again(data: bytes) -> None:
    assert load_contents(data) == {}
    assert json.loads(dump_contents({})) == {}
