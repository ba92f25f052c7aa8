"""What digest writes into a new issue file, it reads back as it meant it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from digest.edit.draft import base_of, write_issue
from digest.edit.fates import entry_ids
from digest.edit.issuefile import ALIKE_NOTE, put_off, read_issue
from digest.edit.notes import Before
from digest.model import Briefing, Entry, Period, Section, Source, Story
from digest.text.markdown import unescape, without_comments

SEEN = datetime(2026, 11, 19, 12, tzinfo=UTC)
PERIOD = Period(name="2026-W47", start=datetime(2026, 11, 13, 7, tzinfo=UTC), end=datetime(2026, 11, 20, 7, tzinfo=UTC))
SOURCES = {"a": Source(id="a", kind="feed", location="https://a.example/f", name="Harbour, Review [UK]")}
LINES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\x85"), min_size=1, max_size=60
).filter(lambda text: text.strip())


def entry(number: int, **values: object) -> Entry:
    fields: dict[str, object] = {
        "id": f"{number:012x}",
        "source_id": "a",
        "title": f"Title {number}",
        "url": f"https://a.example/{number}",
        "published": SEEN,
        "first_seen": SEEN,
    }
    return Entry(**(fields | values))  # type: ignore[arg-type]


def story(number: int, *entries: Entry, title: str = "", summary: str = "A sentence.", score: float = 1.0) -> Story:
    return Story(
        id=f"s-{number:08x}",
        title=title or f"Story {number}",
        summary=summary,
        entries=entries or (entry(number),),
        section="World",
        score=score,
    )


def written(briefing: Briefing, limit: int = 40, **more: Any) -> str:
    day = "{:%-d %B %Y}".format
    return write_issue(briefing, title="The Brief", sources=SOURCES, day=day, max_candidates=limit, **more)


def briefing(*stories: Story, candidates: tuple[Story, ...] = ()) -> Briefing:
    sections = (Section(title="World", stories=stories),) if stories else ()
    return Briefing(period=PERIOD, sections=sections, candidates=candidates)


def test_a_draft_has_the_form_an_editor_knows() -> None:
    text = written(briefing(story(1, entry(1), entry(2)), candidates=(story(3),)))

    assert text.splitlines()[:6] == [
        "---",
        "issue: 2026-W47",
        "title: The Brief",
        "subject: Story 1",
        "preheader: ",
        f"base: {base_of(text)}  # which generated version this file started from; leave it alone",
    ]
    assert "## World\n\n### Story 1 {#s-00000001}\n\nA sentence.\n\nSources:\n\n" in text
    label = r"[Harbour, Review \[UK\]]"
    assert f"- {label}(https://a.example/1), 19 November 2026 {{#e-000000000001}}\n" in text
    assert f"- also {label}(https://a.example/2), 19 November 2026 {{#e-000000000002}}\n" in text
    assert text.index("## Next week") < text.index("## Candidates") < text.index("### Story 3")


@given(st.lists(st.tuples(LINES, LINES, LINES), max_size=5))
def test_titles_and_summaries_of_any_kind_come_back(told: list[tuple[str, str, str]]) -> None:
    stories = [
        story(number, title=" ".join(title.split()), summary=f"{one}\n\n{two}")
        for number, (title, one, two) in enumerate(told, 1)
    ]

    issue = read_issue(written(briefing(*stories)), path="x.md").issue

    assert [unescape(back.title) for back in issue.stories] == [one.title for one in stories]
    assert [back.id for back in issue.stories] == [one.id for one in stories]
    assert [back.why for back in issue.stories] == [""] * len(stories)
    assert entry_ids(issue) == tuple(one.lead.id for one in stories)
    for back, one in zip(issue.stories, stories, strict=True):
        paragraphs = [" ".join(part.split()) for part in one.summary.split("\n\n")]
        assert [unescape(part) for part in back.summary.split("\n\n")] == paragraphs


def test_addresses_of_any_form_come_back() -> None:
    urls = ["https://a.example/x_(y)?a=1&b=[2]", "https://a.example/a b", "https://a.example/)(", None]
    stories = [story(number, entry(number, url=url)) for number, url in enumerate(urls, 1)]

    back = read_issue(written(briefing(*stories)), path="x.md").issue.stories

    assert [one.url for one in back] == [
        "https://a.example/x_%28y%29?a=1&b=[2]",
        "https://a.example/a%20b",
        "https://a.example/%29%28",
        None,
    ]


def test_the_base_names_the_text_and_not_itself() -> None:
    text = written(briefing(story(1)))

    assert read_issue(text, path="x.md").issue.base == base_of(text)
    assert base_of(text.replace("Story 1", "Story one")) != base_of(text)


def test_candidates_are_capped_and_the_rest_is_told() -> None:
    bench = tuple(story(number) for number in range(1, 6))

    text = written(briefing(candidates=bench), limit=2)

    assert text.count("### ") == 2
    assert "3 more: digest candidates" in text


def test_the_subject_is_short_and_the_preheader_goes_on() -> None:
    stories = [story(n, title=f"A headline of some forty characters no {n}", score=10.0 - n) for n in range(1, 6)]
    issue = read_issue(written(briefing(*stories)), path="x.md").issue

    assert issue.subject == "A headline of some forty characters no 1"
    assert issue.preheader.startswith("A headline of some forty characters no 2; A headline")
    long = read_issue(written(briefing(story(1, title="word " * 40))), path="x.md").issue
    assert len(long.subject) <= 70
    assert long.subject.endswith("word…")


def test_a_week_without_stories_is_an_issue_all_the_same() -> None:
    issue = read_issue(written(briefing()), path="x.md").issue

    assert issue.stories == ()
    assert issue.subject == "The Brief"


def test_a_story_that_may_be_another_says_so_once_beside_its_sources() -> None:
    one = replace(story(1), like=(("s-00000002", "shares Quay, fees; 1 day apart"), ("s-00000003", "shares Quay")))
    two = replace(story(2, title="A --> b <i>"), like=(("s-00000001", "shares Quay, fees; 1 day apart"),))
    text = written(briefing(one, candidates=(two, replace(story(3), like=(("s-00000001", "shares Quay"),)))), 1)

    assert text.count("shares Quay") == 1
    assert (
        f"<!-- {ALIKE_NOTE}\n- “A --› b ‹i›” (s-00000002, under World): shares Quay, fees; 1 day apart\n-->\n" in text
    )
    assert text.index("{#e-000000000001}") < text.index(ALIKE_NOTE) < text.index("## Next week")


def test_what_is_told_the_editor_is_read_by_nobody_else() -> None:
    one = replace(story(1), like=(("s-00000002", "shares Quay"),))
    told = briefing(one, candidates=(story(2),))
    text = written(told, quiet=("Nothing significant -->.", "## Say so:", "Nothing to see."))
    read, plain = read_issue(text, path="2026-W47.md"), read_issue(written(briefing(story(1), story(2))), path="x")

    assert read.joined() == text
    assert read.issue.stories[0].summary == "A sentence."
    assert [ref.entry_id for ref in read.issue.stories[0].sources] == ["000000000001"]
    assert without_comments(read.issue.intro).strip() == without_comments(plain.issue.intro).strip() == ""
    assert "Nothing significant --›." in text
    assert len(read.issue.sections) == 1


def test_a_story_put_off_leaves_the_suggestion_behind() -> None:
    text = written(briefing(replace(story(1), like=(("s-00000002", "shares Quay"),)), candidates=(story(2),)))
    heading, _, rest = text.partition("### Story 1")
    block, _, after = rest.partition("## Next week")
    moved = f"{heading}## Next week\n\n### Story 1{block}{after}"
    (waits,) = put_off(read_issue(moved, path="2026-W47.md"))

    assert ALIKE_NOTE in moved
    assert ALIKE_NOTE not in waits.text
    assert waits.text.endswith("{#e-000000000001}")


GOES_ON = Before(issue="2026-W45", title="Ends --> <b>", ground="shares Ofgate; 7 days apart (0.93)", again=False)
RAN = Before(issue="2026-W44", title="Story 4", ground="the same address as “Story 4” in 2026-W44", again=True)


def test_below_a_story_stands_what_it_goes_on_with() -> None:
    text = written(briefing(story(1), story(2)), before={story(1).id: GOES_ON})
    (first, second) = read_issue(text, path="x").issue.stories

    assert (
        "{#e-000000000001}\n\n"
        "<!-- Continues “Ends --› ‹b›” in 2026-W45 (not printed). Write .update into the braces to tell the readers:\n"
        "- shares Ofgate; 7 days apart (0.93)\n-->\n\n### Story 2" in text
    )
    assert (first.summary, second.summary) == ("A sentence.", "A sentence.")


def test_what_ran_stands_last_and_takes_no_candidates_place() -> None:
    text = written(
        briefing(story(1), candidates=(story(2), story(3))),
        limit=1,
        ran=(story(4),),
        before={story(4).id: RAN},
        missing=("Grid Watch: failing",),
    )
    issue = read_issue(text, path="x").issue

    assert [one.title for one in issue.candidates] == ["Story 2", "Story 4"]
    assert "1 more: digest candidates" in text
    note = (
        "<!-- Ran in 2026-W44 (not printed). To print it as an update, move it up and write .update into the braces:\n"
        "- the same address as “Story 4” in 2026-W44\n-->\n"
    )
    assert text.index("### Story 4") < text.index(note) < text.index("Did not report")


def test_what_the_editor_put_off_is_not_recalled_as_well() -> None:
    text = written(briefing(story(4, entry(4)))).replace("## Next week", "## Old").replace("## World", "## Next week")
    (waiting,) = put_off(read_issue(text, path="x"))
    again = written(briefing(), waiting=(waiting,), ran=(story(5, entry(4)),), before={story(5).id: RAN})

    assert [one.title for one in read_issue(again, path="x").stories] == ["Story 4"]
