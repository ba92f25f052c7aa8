"""What a refresh does to an edited file, rule by rule. Random editors are in test_refresh_machine.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.edit.draft import write_issue
from digest.edit.issuefile import PutOff, put_off, read_issue
from digest.edit.layout import blocks_of
from digest.edit.merge import Merged, merge
from digest.model import Briefing, Entry, Section, Source, Story
from tests.edit.test_draft import PERIOD, entry

PAPERS = {
    key: Source(id=key, kind="feed", location=f"https://{key}.example/f", name=f"Paper {key.upper()}") for key in "abc"
}
ONE, TWO, THREE, LATE = entry(1), entry(2), entry(3), entry(9, source_id="b")


def story(number: int, *entries: Entry, title: str = "", summary: str = "As it was.") -> Story:
    return Story(
        id=f"s-{number:08x}",
        title=title or f"Story {number}",
        summary=summary,
        entries=entries or (entry(number),),
        section="World",
        score=50.0 - number,
    )


def draft(*stories: Story, bench: tuple[Story, ...] = (), missing: tuple[str, ...] = ()) -> str:
    briefing = Briefing(period=PERIOD, sections=(Section(title="World", stories=stories),), candidates=bench)
    day = "{:%-d %B %Y}".format
    return write_issue(briefing, title="The Brief", sources=PAPERS, day=day, max_candidates=3, missing=missing)


def refresh(mine: str, base: str | None, theirs: str) -> Merged:
    before = read_issue(base, path="base") if base else None
    return merge(read_issue(mine, path="mine"), before, read_issue(theirs, path="theirs"), max_candidates=3)


def without(text: str, title: str) -> str:
    """The file without a story."""
    block = next(block for block in blocks_of(read_issue(text, path="x")) if block.story.title == title)
    return text.replace(block.text, "")


def titles(text: str) -> list[str]:
    return [block.story.title for block in blocks_of(read_issue(text, path="x"))]


def told(merged: Merged) -> list[str]:
    return [f"{change.kind} {change.title}: {change.text}" for change in merged.changes]


def body(text: str) -> str:
    """All but the line that names the base."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("base:"))


def test_with_nothing_new_the_bytes_stay() -> None:
    base = draft(story(1), story(2), bench=(story(3),))
    mine = without(base, "Story 2").replace("Story 1", "My story").replace("\n", "\r\n")

    merged = refresh(mine, base, base)

    assert merged == Merged(text=mine, base="", changes=())


def test_a_new_story_becomes_the_last_candidate_wherever_digest_would_put_it() -> None:
    base = draft(story(1), bench=(story(3),))
    mine = base.replace("Story 1", "My story")

    merged = refresh(mine, base, draft(story(1), story(2), bench=(story(3),)))

    assert titles(merged.text) == ["My story", "Story 3", "Story 2"]
    assert told(merged) == ["added Story 2: new since you edited the file: under Candidates (it would fit under World)"]
    assert body(merged.text).startswith(body(mine).rstrip("\n"))


def test_the_bench_grows_no_further_than_its_limit() -> None:
    base = draft(story(1), bench=(story(3), story(4)))
    mine = base.replace("Story 1", "My story")

    merged = refresh(mine, base, draft(story(1), bench=(story(3), story(4), story(5), story(6))))

    assert titles(merged.text) == ["My story", "Story 3", "Story 4", "Story 5"]
    assert "Story 6" not in merged.base, "what is in no file cannot be told to be deleted"


def test_a_late_entry_becomes_a_further_source() -> None:
    base = draft(story(1, ONE))
    mine = base.replace("As it was.", "In my words.")

    merged = refresh(mine, base, draft(story(1, ONE, LATE)))

    assert f"{{#e-{ONE.id}}}\n- also [Paper B]" in merged.text
    assert told(merged) == ["joined Story 1: also Paper B"]


def test_a_late_entry_follows_its_story_to_where_the_editor_merged_it() -> None:
    base = draft(story(1, ONE), story(2, TWO))
    line = next(line for line in base.splitlines() if ONE.id in line)
    other = next(line for line in base.splitlines() if TWO.id in line)
    mine = without(base, "Story 1").replace(other, f"{other}\n{line}")

    merged = refresh(mine, base, draft(story(1, ONE, LATE), story(2, TWO)))

    assert titles(merged.text) == ["Story 2"]
    assert f"{line}\n- also [Paper B]" in merged.text


def test_a_late_entry_of_a_deleted_story_stays_out_with_it_for_good() -> None:
    base = draft(story(1, ONE), story(2, TWO))
    mine = without(base, "Story 1")
    late = draft(story(1, ONE, LATE), story(2, TWO))

    merged = refresh(mine, base, late)

    assert body(merged.text) == body(mine)
    assert told(merged) == ["left Story 1: you deleted it, so Paper B is left out too"]
    alone = draft(story(7, LATE, title="The late one alone"), story(2, TWO))
    assert body(refresh(merged.text, merged.base, alone).text) == body(mine)


def test_a_source_that_was_taken_out_does_not_come_back_by_a_later_report() -> None:
    second, third = entry(5, source_id="b"), entry(6, source_id="b")
    base = draft(story(1, ONE, second))
    gone = next(line for line in base.splitlines() if second.id in line)
    mine = base.replace(f"{gone}\n", "")

    merged = refresh(mine, base, draft(story(1, ONE, second, third)))

    assert body(merged.text) == body(mine)
    assert told(merged) == ["left Story 1: Paper B tells of it again; you took it out of the story"]


def test_what_nobody_touched_follows_its_source() -> None:
    base = draft(story(1, ONE))
    mine = base.replace("## World", "## Everything").replace(" {#s-00000001}", " {#s-00000001 .pin}")
    now = story(1, replace(ONE, url="https://a.example/moved"), title="Put right", summary="First.\n\nSecond.")

    merged = refresh(mine, base, draft(now))

    assert "### Put right {#s-00000001 .pin}\n\nFirst.\n\nSecond.\n\nSources:\n" in merged.text
    assert "(https://a.example/moved)" in merged.text
    assert "## Everything" in merged.text
    assert told(merged) == ["changed Story 1: its sources changed: summary, headline, sources"]


def test_a_summary_that_was_edited_stays_and_a_note_says_what_the_source_says_now() -> None:
    base = draft(story(1))
    mine = base.replace("As it was.", "In my words.").replace("### Story 1", "### My story")

    merged = refresh(mine, base, draft(story(1, title="Put right", summary="As it is now.")))

    assert "### My story" in merged.text
    assert "In my words." in merged.text
    note = (
        "\n\n<!-- The sources have changed since you edited this (not printed):\n"
        "- headline: Put right\n- summary: As it is now.\n-->\n"
    )
    assert note in merged.text
    again = refresh(merged.text, merged.base, draft(story(1, title="Put right", summary="And again.")))
    assert again.text.count("<!-- The sources have changed") == 1
    assert "- summary: And again.\n-->" in again.text


def test_a_deleted_summary_stays_deleted() -> None:
    base = draft(story(1))
    mine = base.replace("As it was.\n\n", "")

    assert refresh(mine, base, base).text == mine
    assert "As it is." not in refresh(mine, base, draft(story(1, summary="As it is."))).text.partition("<!--")[0]


def test_with_an_unknown_base_stories_are_added_and_nothing_else_is_done() -> None:
    mine = without(draft(story(1, ONE), story(2)), "Story 2").replace("As it was.", "Mine.")

    merged = refresh(mine, None, draft(story(1, ONE, LATE, summary="Theirs."), story(2), story(3)))

    assert titles(merged.text) == ["Story 1", "Story 2", "Story 3"]
    assert merged.text.index("## Candidates") < merged.text.index("### Story 2")
    assert "Mine." in merged.text
    assert LATE.id not in merged.text
    again = refresh(merged.text, merged.base, draft(story(1, ONE, LATE, summary="Theirs."), story(2), story(3)))
    assert told(again) == ["joined Story 1: also Paper B"], "now that the base is known"


def test_a_story_that_its_sources_offer_no_more_stays_as_it_is() -> None:
    base = draft(story(1), story(2))
    mine = base.replace("Story 2", "My story")

    assert body(refresh(mine, base, draft(story(1))).text) == body(mine)


def test_what_was_deleted_and_went_off_the_offer_does_not_come_back_with_it() -> None:
    base = draft(story(1), story(2))
    mine = without(base, "Story 2")
    gone = refresh(mine, base, draft(story(1, summary="Changed.")))

    back = refresh(gone.text, gone.base or base, draft(story(1, summary="Changed."), story(2)))

    assert titles(back.text) == ["Story 1"]


def test_a_bench_that_the_editor_took_away_is_made_again_for_what_is_new() -> None:
    base = draft(story(1), missing=("a feed failed",))
    mine = base.partition("## Candidates")[0].rstrip()

    merged = refresh(mine, base, draft(story(1), story(2)))

    assert titles(merged.text) == ["Story 1", "Story 2"]
    assert merged.text.endswith(f"{blocks_of(read_issue(draft(story(2)), path='x'))[0].text}\n")


def test_the_note_of_what_did_not_report_is_renewed_unless_the_editor_touched_it() -> None:
    base = draft(story(1), missing=("A failed since Monday",))
    mine = base.replace("As it was.", "Mine.")
    now = draft(story(1), story(2), missing=("B failed since Tuesday",))

    merged = refresh(mine, base, now)

    assert "A failed" not in merged.text
    assert merged.text.endswith("<!-- Did not report (not printed):\n- B failed since Tuesday\n-->\n")
    own = refresh(mine.replace("A failed since", "A is down since"), base, now)
    assert "A is down since Monday" in own.text
    assert "B failed" not in own.text


def test_windows_line_ends_stay_windows_line_ends() -> None:
    base = draft(story(1, ONE))
    mine = base.replace("World", "Everything").replace("\n", "\r\n")

    merged = refresh(mine, base, draft(story(1, ONE, LATE, summary="New."), story(2)))

    assert merged.text.count("\n") == merged.text.count("\r\n") > mine.count("\r\n")
    assert "New." in merged.text
    assert titles(merged.text) == ["Story 1", "Story 2"]


def test_a_generated_summary_brings_its_mark_and_takes_it_away() -> None:
    base = draft(replace(story(1), generated=True))
    mine = base.replace("World", "Everything")

    merged = refresh(mine, base, draft(story(1, summary="Whole sentences.")))
    assert "### Story 1 {#s-00000001}\n\nWhole sentences." in merged.text

    back = refresh(merged.text, merged.base, base)
    assert "### Story 1 {#s-00000001 .generated}\n\nAs it was." in back.text


# What a reviewer found


def put_off_by(tail: str) -> tuple[PutOff, ...]:
    """What an issue that is out has put off: the stories in ``tail``."""
    text = draft(story(6)).partition("## Candidates")[0] + tail
    return put_off(read_issue(text, path="last"))


def draft_with(*stories: Story, waiting: tuple[PutOff, ...]) -> str:
    briefing = Briefing(period=PERIOD, sections=(Section(title="World", stories=stories),))
    day = "{:%-d %B %Y}".format
    return write_issue(briefing, title="The Brief", sources=PAPERS, day=day, max_candidates=3, waiting=waiting)


def test_an_own_story_that_was_put_off_is_kept_once_however_often_one_drafts() -> None:
    base = draft_with(story(1), waiting=put_off_by("### Jobs\n\nTwo, by hand."))
    mine = base.replace("As it was.", "Mine.")
    first = refresh(mine, base, draft_with(story(1, summary="New."), waiting=put_off_by("### Jobs\n\nTwo, by hand.")))

    again = refresh(
        first.text, first.base, draft_with(story(1, summary="New."), waiting=put_off_by("### Jobs\n\nTwo, by hand."))
    )

    assert again.text == first.text
    assert first.base.count("### Jobs") == 1


def test_other_words_under_the_headline_of_a_story_that_was_put_off_do_not_hide_it() -> None:
    base = draft(story(1))
    mine = base.replace("## Next week", "### Jobs\n\nThis week's.\n\n## Next week")

    merged = refresh(mine, base, draft_with(story(1), waiting=put_off_by("### Jobs\n\nLast week's.")))

    assert "Last week's." in merged.text


def test_stories_merged_and_put_off_come_back_as_one_and_with_what_came_late() -> None:
    block = f"### Both {{#s-0000000a}}\n\nMine.\n\nSources:\n\n- A {{#e-{ONE.id}}}\n- also B {{#e-{TWO.id}}}"

    text = draft_with(story(1, ONE, LATE), story(2, TWO), story(3), waiting=put_off_by(block))

    assert titles(text) == ["Both", "Story 3"]
    assert f"{{#e-{TWO.id}}}\n- also [Paper B]" in text


def test_a_text_that_ends_like_a_heading_is_parted_from_the_heading_that_is_added() -> None:
    base = draft(story(1))
    for end in ("Yours, Ann\n---", "# A foot"):
        mine = base.partition("## Candidates")[0].rstrip() + f"\n\n{end}"

        merged = refresh(mine, base, draft(story(1), story(2)))

        assert titles(merged.text) == ["Story 1", "Story 2"]
        assert end in merged.text
        assert titles(draft_with(story(2), waiting=put_off_by(f"### Own\n\n{end}"))) == ["Story 2", "Own"]


def test_what_the_editor_wrote_into_or_below_a_note_stays() -> None:
    base = draft(story(1))
    mine = base.replace("As it was.", "Mine.")
    noted = refresh(mine, base, draft(story(1, summary="Now.")))
    for old, new in (("- summary: Now.\n", "- summary: Now.\n- my remark\n"), ("Now.\n-->", "Now. -->\n\nMy text.")):
        edited = noted.text.replace(old, new)

        merged = refresh(edited, noted.base, draft(story(1, summary="And now.")))

        assert new.splitlines()[-1] in merged.text
        assert "- summary: And now." in merged.text


def test_what_stands_below_the_note_at_the_end_stays_where_it_is() -> None:
    base = draft(story(1), bench=(story(3),), missing=("a feed failed",))
    sourced = f"{base.rstrip()}\n- [Mine](https://mine.example/)\n"
    assert "also [Paper B]" in refresh(sourced, base, draft(story(1), bench=(story(3, entry(3), LATE),))).text

    own = base.partition("## Next week")[0] + "<!-- Did not report (not printed):\n- a feed failed\n-->\n\n### Own\n"
    merged = refresh(own, base, draft(story(1), story(2), bench=(story(3),)))
    assert [one.title for one in read_issue(merged.text, path="x").issue.stories] == ["Story 1", "Own"]


def test_a_new_story_with_an_entry_that_was_taken_out_elsewhere_comes_without_it() -> None:
    wrong = entry(5, source_id="b")
    base = draft(story(1, ONE, wrong))
    gone = next(line for line in base.splitlines() if wrong.id in line)
    mine = base.replace(f"{gone}\n", "")

    merged = refresh(mine, base, draft(story(1, ONE), story(8, THREE, wrong)))

    assert titles(merged.text) == ["Story 1", "Story 8"]
    assert wrong.id not in merged.text


def test_an_entry_that_digest_moves_to_another_story_takes_no_late_one_with_it() -> None:
    base = draft(story(1, ONE, THREE), story(2, TWO))
    mine = base.replace("World", "Everything")

    merged = refresh(mine, base, draft(story(1, ONE), story(2, THREE, TWO, LATE)))

    assert f"{{#e-{TWO.id}}}\n- also [Paper B]" in merged.text


def test_a_late_entry_stands_below_what_the_editor_wrote_under_the_last_source() -> None:
    base = draft(story(1, ONE))
    mine = base.replace(f"{{#e-{ONE.id}}}\n", f"{{#e-{ONE.id}}}\n  a remark on it\n")

    assert "  a remark on it\n- also [Paper B]" in refresh(mine, base, draft(story(1, ONE, LATE))).text


def test_a_generated_summary_whose_mark_was_deleted_is_the_editors() -> None:
    base = draft(replace(story(1), generated=True))
    mine = base.replace(" .generated", "")

    assert "As it was." in refresh(mine, base, draft(story(1, summary="Anew."))).text.partition("<!-- The")[0]


@pytest.mark.parametrize("text", ["||||||| Table", "\u200b## No heading", "\ufeff### Nor this", "A brace {.left open"])
def test_nothing_a_source_says_makes_the_file_unreadable(text: str) -> None:
    base = draft(story(1, summary=text), story(2, title=text))

    assert len(titles(base)) == 2
    mine = base.replace("## World", "## Mine")
    merged = refresh(mine, base, draft(story(2, title=text), story(3)))
    assert len(titles(merged.base)) == 3
