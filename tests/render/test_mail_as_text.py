"""The text part of the mail, whole: what its lines are like whatever it says, and what it says besides the stories."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from digest.disk import shipped
from digest.model import Entry, Issue, IssueSection, IssueStory, SourceRef
from digest.render.furniture import words
from digest.text.wrap import columns
from tests.render.mailed import EMPTY, body, mail, one_story, told
from tests.render.test_mail_of_hostile_text import NASTY_ENTRY, NASTY_ISSUE
from tests.support.sample import SAMPLE, SEEN

LANGUAGES = ["en", "de", "fr", "es", "ar", "zh-Hans"]
LONG = "https://statistics.example/" + "a" * 300
TOKEN = re.compile(r"(?:\[\d+\] )?[^ ]+")  # an address, and its number


def faults(text: str) -> list[str]:
    """What is wrong with the lines of a text part, whatever they say."""
    lines = text.split("\n")
    found = [f"ends in a blank: {line!r}" for line in lines if line != line.rstrip()]
    found += [f"too wide: {line!r}" for line in lines if columns(line) > 72 and not is_address(line)]
    found += [f"a tab or control character: {line!r}" for line in lines if re.search("[\x00-\x1f\x7f-\x9f]", line)]
    found += [f"an unseen character: {line!r}" for line in lines
              if re.search("[\u00ad\u200b\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", line)]  # fmt: skip
    found += ["a signature begins"] * ("--" in lines)
    found += ["more than two blank lines"] * ("\n\n\n\n" in text)
    return found + ["does not end in one line end"] * (not text.endswith("\n") or text.endswith("\n\n"))


def is_address(line: str) -> bool:
    """Whether a line holds an address and, but for a bracket or a full stop against it, nothing else."""
    return "://" in line and bool(TOKEN.fullmatch(re.sub(r"^(?:[-|>] )+|^\d+\. ", "", line)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("issue", [SAMPLE, EMPTY], ids=["sample", "empty"])
def test_every_line_keeps_the_rules_in_every_language(issue: Issue, language: str) -> None:
    newsletter = {
        "title": "Wirtschaftspolitische Rundschau " * 4,
        "address": "Hafenstraße 12, " * 8,
        "description": "价格" * 60,
    }
    assert faults(mail(issue, language=language).text) == []
    assert faults(mail(replace(issue, title=""), language=language, **newsletter).text) == []


UNSEEN = Entry(id="c00000000001", source_id="x", title="\u00ad\u200b", first_seen=SEEN)
HYPHENS = IssueStory(id=None, title="-- ", summary="-- \n\n--\n\nFrom x\n\n.\n\n>x")
ENDLESS = IssueStory(id=None, title="x" * 10_000, summary="能" * 10_000 + "\n\n" + LONG * 9)


BLANKS = SourceRef(label="B", url='https://e.example/a "b" <c>\td')


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(NASTY_ISSUE, NASTY_ENTRY, st.sampled_from(LANGUAGES))
@example(one_story(HYPHENS), UNSEEN, "en")
@example(one_story(ENDLESS), UNSEEN, "fr")
@example(one_story(IssueStory(id=None, title="T", sources=(BLANKS, replace(BLANKS, also=True)))), UNSEEN, "en")
def test_every_line_keeps_the_rules_whatever_the_issue_says(issue: Issue, entry: Entry, language: str) -> None:
    assert faults(told(issue, {entry.id: entry}, language=language).text) == []


STORY = IssueStory(
    id="s-1f3a9c21",
    title="A window for repair ships",
    summary=f"Ships may enter on 40 days; see the [order]({LONG}) and https://e.example/annex.\n\n[Again]({LONG}).",
    why="It was [65 days](https://e.example/65).",
    options=frozenset({"generated"}),
    sources=(
        SourceRef(label="Northern Waters Commission", url="https://e.example/own", note="18 November 2026",
                  entry_id="a00000000009"),
        SourceRef(label="Harbour Review", url="https://e.example/also.pdf", also=True, note="19 November 2026"),
    ),
)  # fmt: skip
ENTRY = Entry(id="a00000000009", source_id="n", title="Fenêtre", language="fr", kind="Press release",
              url="https://e.example/own", marks=("paywall",), first_seen=SEEN)  # fmt: skip


def test_a_story_is_told_in_order_and_its_own_address_comes_last() -> None:
    stories = (STORY, replace(STORY, id="s-2f3a9c22"))
    section = IssueSection(title="World", intro="And [that](https://e.example/2).", stories=stories)
    issue = replace(SAMPLE, intro="See [this](https://e.example/1).", sections=(section,))
    text = told(issue, {ENTRY.id: ENTRY}).text

    block = f"""
Press release
A window for repair ships
Northern Waters Commission (subscribers only), 18 November 2026 · in
French

Ships may enter on 40 days; see the order\u00a0[1] and [2].

Again\u00a0[1].

(Summary written with the help of AI)

| Why it matters
| It was 65 days\u00a0[3].

Also in Harbour Review (PDF), 19 November 2026\u00a0[4]

[1] {LONG}
[2] https://e.example/annex
[3] https://e.example/65
[4] https://e.example/also.pdf

https://e.example/own
"""
    assert text.count(block) == 2  # the numbers begin anew with each story
    assert "\nSee this\u00a0[1].\n\n[1] https://e.example/1\n" in text
    assert "\nAnd that\u00a0[1].\n\n[1] https://e.example/2\n" in text


@pytest.mark.parametrize("language", ["en", "de", "es", "it"])
def test_every_mark_of_the_html_part_stands_in_the_text_too(language: str) -> None:
    said = words(language, shipped("templates").parent)
    for marks in (("paywall",), ("pdf",), ("audio",), ("video",)):
        for options in ({"update", "generated"}, {"correction", "generated"}):
            story = replace(STORY, options=frozenset(options))
            made = told(one_story(story), {ENTRY.id: replace(ENTRY, marks=marks)}, language=language, updates={})
            flat = " ".join(made.text.split())
            html = " ".join(re.sub("<[^>]*>", " ", body(made.html)).split())
            wanted = (getattr(said, f"mark_{marks[0]}"), said.generated, "Press release", said.why, said.also,
                      said.update if "update" in options else said.correction)  # fmt: skip
            assert [word for word in wanted if word not in flat] == []
            assert [word for word in wanted if word not in html] == []


@pytest.mark.parametrize(
    "title",
    ["اتفاق جديد بشأن الكابلات البحرية في الخليج", "הסכם חדש על כבלים תת־ימיים", "能源价格上限将于明年一月下调"],
)
def test_a_title_in_another_script_has_lines_of_its_own_and_no_marks(title: str) -> None:
    text = mail(one_story(replace(STORY, title=f"\u202e{title}\u2069", summary="\u2067" + title))).text
    assert f"\n{title}\n" in text
    assert re.search("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]", text) is None


def test_an_address_with_blanks_in_it_is_whole() -> None:
    also = replace(BLANKS, url="https://e.example/e f", also=True)
    text = mail(one_story(replace(STORY, sources=(BLANKS, also)))).text
    assert "\n\nhttps://e.example/a%20%22b%22%20%3Cc%3E%20d\n" in text
    assert "] https://e.example/e%20f\n" in text


def test_the_preheader_is_in_no_line_of_the_text() -> None:
    made = mail(replace(SAMPLE, preheader="Forty days a year"))
    assert made.preheader == "Forty days a year"
    assert made.preheader not in made.text
