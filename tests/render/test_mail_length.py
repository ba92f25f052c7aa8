"""However long an issue is, its mail is shown whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.model import Entry, Html, Issue, IssueSection, IssueStory, SourceRef
from digest.render.budget import encoded_bytes
from digest.text.limits import HTML_MOST_BYTES, HTML_WANTED_BYTES
from tests.render.mailed import LOOKS, assert_alike, mail, one_story, problems, told
from tests.support.example import example_mails
from tests.support.fifty import fifty_entries, fifty_stories
from tests.support.sample import SAMPLE, SEEN


def long_issue(count: int, paragraph: str, paragraphs: int) -> Issue:
    stories = tuple(
        IssueStory(
            id=f"s-{n:08x}", title=f"Story {n} of the week", summary="\n\n".join([f"{paragraph} {n}."] * paragraphs),
            sources=(SourceRef(label="A paper", url=f"https://paper.example/{n}", note="1 November 2026"),),
        )
        for n in range(count)
    )  # fmt: skip
    return replace(SAMPLE, intro="", sections=(IssueSection(title="World", stories=stories),))


@pytest.mark.parametrize(
    ("count", "paragraph", "paragraphs", "wanted"),
    [
        (20, "A sentence of some length that says what happened and to whom" * 2, 40, "cut after some paragraphs"),
        (60, "A sentence of some length that says what happened and to whom" * 3, 12, "cut after a paragraph"),
        (20, "能源价格上限将于明年一月下调，约两千九百万户家庭受益" * 8, 20, "cut after some paragraphs"),
        (120, "A sentence of some length that says what happened and to whom" * 9, 1, "only the headline is printed"),
    ],
)
def test_a_long_issue_is_shortened_and_says_so(count: int, paragraph: str, paragraphs: int, wanted: str) -> None:
    made = mail(long_issue(count, paragraph, paragraphs))
    raw = made.html.encode()
    assert len(raw) <= HTML_WANTED_BYTES
    assert encoded_bytes(raw) < HTML_MOST_BYTES
    assert any(line.endswith(wanted) for line in made.cut)
    assert all(line.startswith("Story ") for line in made.cut)
    assert_alike(made, [f"Story {n} of the week" for n in range(count)])
    assert "https://policyweek.example/brief/2026-W47/#s-00000013" in made.html
    assert "The rest of this story is on the web page" in made.text
    assert problems(made.html) == []


def test_stories_that_cannot_even_be_named_are_counted() -> None:
    made = mail(long_issue(500, "One.", 1))
    left_out = [line for line in made.cut if line.endswith("left out of the mail")]
    assert len(made.html.encode()) < HTML_MOST_BYTES
    assert 200 < len(left_out) < 300
    assert f"More stories on the web page: {len(left_out)}" in made.text
    assert_alike(made, [f"Story {n} of the week" for n in range(500 - len(left_out))])


def test_without_a_web_page_nothing_is_said_to_be_there() -> None:
    for look in LOOKS:
        made = mail(long_issue(500, "One.", 1), url="", look=look)
        left_out = [line for line in made.cut if line.endswith("left out of the mail")]
        for part in (made.html, made.text):
            assert f"Stories left out to keep this mail short: {len(left_out)}" in part
            assert "web page" not in part
        cut = mail(
            long_issue(20, "A sentence of some length that says what happened and to whom" * 2, 40), url="", look=look
        )
        assert cut.cut
        for part in (cut.html, cut.text):
            assert part.count("[…]") == len(cut.cut)
            assert "web page" not in part


def test_a_full_text_without_paragraphs_gives_way_to_the_summary_with_the_summarys_marks() -> None:
    entries = {
        f"a{n:011x}": Entry(id=f"a{n:011x}", source_id="x", title="t", body=Html(f"<p>{'Wort für Wort ' * 600}</p>"),
                            language="de", first_seen=SEEN)
        for n in range(20)
    }  # fmt: skip
    stories = tuple(
        IssueStory(id=f"s-{n:08x}", title=f"Story {n}", summary=f"What number {n} says.",
                   options=frozenset({"full", "generated"}),
                   sources=(SourceRef(label="A paper", url=f"https://paper.example/{n}", entry_id=f"a{n:011x}"),))
        for n in range(20)
    )  # fmt: skip
    made = told(replace(SAMPLE, intro="", sections=(IssueSection(title="World", stories=stories),)), entries)
    summarised = [line for line in made.cut if line.endswith("its summary is printed, not the full text")]
    assert len(summarised) == len(made.cut) > 0
    for part in (made.html, made.text):
        assert part.count("What number") == part.count("Summary written with the help of AI") == len(summarised)


def test_a_table_too_wide_for_the_html_part_keeps_its_columns_in_the_text_part() -> None:
    heads = "| a | b | c | d | e | f |\n|---|---|---|---|---|---|\n| g | h | i | j | k | l |"
    made = mail(one_story(IssueStory(id="s-1", title="Six", summary=heads)))
    assert "a  b  c  d  e  f\n-  -  -  -  -  -\ng  h  i  j  k  l" in made.text
    assert "<b>a:</b> g" in made.html


def test_an_issue_of_twenty_stories_is_never_shortened() -> None:
    summary = "A summary has sixty-five words or so, which are about four hundred characters. " * 5
    assert mail(long_issue(20, summary, 2)).cut == ()


# --- how lean a mail is that nobody shortens ---------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_fifty_stories_with_their_summaries_have_sixty_kilobytes(look: str) -> None:
    made = told(fifty_stories(), fifty_entries(), look=look)
    assert made.cut == ()
    assert len(made.html.encode()) <= 60 * 1024


def test_the_example_issue_has_forty_kilobytes_in_every_look() -> None:
    mails = example_mails()
    assert set(mails) == set(LOOKS)
    assert [look for look, html in mails.items() if len(html.encode()) > 40 * 1024] == []
