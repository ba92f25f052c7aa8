"""Whatever an issue says, its mail is short enough, and both parts name the same stories in the same order."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.config.settings import IssueSettings
from digest.model import Entry, Html, Issue, IssueSection, IssueStory, SourceRef
from digest.render.budget import encoded_bytes
from digest.render.mail import render_mail
from digest.text.limits import HTML_MOST_BYTES
from tests.render.mailed import LOOKS, problems, templates
from tests.render.outline import outline
from tests.support.sample import ON, SAMPLE, SEEN, sample_settings

TITLE = re.compile(r"\s*Headline \d+ of them\s*")
OPTIONS = ("pin", "update", "correction", "headline", "summary", "full", "image", "no-image", "generated", "paywall")
PIECES = (
    "A sentence of some length that says what happened, and to whom. ",
    "能源价格上限将于明年一月下调，约两千九百万户家庭受益。",
    "وقّعت خمس دول اتفاقاً لحماية الكابلات البحرية. ",
    "W" * 900 + " ",
    "- item\n",
    "> quotation\n",
    "| a | b |\n|---|--:|\n| 1 | 2 |\n",
    "| a | b | c | d | e | f |\n|---|:-:|--:|---|---|---|\n| 1 | 2 | 3 | 4 | 5 | 6 |\n",
    "<dl><dt>term</dt><dd>meaning</dd></dl>\n",
    "<table><tr><td align=right colspan=3>" + "t" * 60 + "</td><td>1</td></tr></table>\n",
    "[a link](https://example.org/" + "x" * 300 + ") ",
    "<b>bold</b> & <script>alert(1)</script> ",
    "```\ncode " + "c" * 200 + "\n```\n",
    "### \\# {x} ",
    "👩‍👩‍👧‍👦🏳️‍🌈 ",
    "@@unsubscribe@@ {{ 7 * 7 }} ",
)

words = st.builds(
    lambda parts, gap: gap.join(parts), st.lists(st.sampled_from(PIECES), max_size=6), st.sampled_from(["", "\n\n"])
)
long_words = st.builds(lambda text, times: text * times, words, st.sampled_from([1, 1, 1, 40, 400]))
texts = st.sampled_from(["One.", "能源价格" * 30, "x" * 5_000])
body = st.builds(lambda text, times: Html(f"<p>{text}</p>" * times), texts, st.sampled_from([1, 30, 400]))


@st.composite
def issues(draw: st.DrawFn) -> tuple[Issue, dict[str, Entry]]:
    """An issue whose headlines are numbered, so that they can be told apart, and the entries it names."""
    entries: dict[str, Entry] = {}
    sections = []
    number = 0
    for at in range(draw(st.integers(0, 4))):
        stories = []
        for _ in range(draw(st.sampled_from([0, 1, 3, 12, 60]))):
            key = f"c{number:011x}"
            if draw(st.booleans()):
                entries[key] = Entry(
                    id=key, source_id="x", title="t", body=draw(body), kind=draw(st.sampled_from([None, "Analysis"])),
                    language=draw(st.sampled_from([None, "en", "ar", "zh-Hans"])), image_url="https://example.org/p.png",
                    first_seen=SEEN,
                )  # fmt: skip
            refs = tuple(
                SourceRef(label=label, url=url, note=draw(st.sampled_from(["", "18 November 2026"])), entry_id=key,
                          also=index > 0)
                for index, (label, url) in enumerate(draw(st.lists(st.tuples(
                    st.sampled_from(["A paper", "新华社", "x" * 200]),
                    st.sampled_from([None, f"https://example.org/{number}", "javascript:alert(1)"])), max_size=3)))
            )  # fmt: skip
            stories.append(
                IssueStory(
                    id=draw(st.sampled_from([None, f"s-{number:08x}"])),
                    title=f"Headline {number} of them",
                    options=frozenset(draw(st.lists(st.sampled_from(OPTIONS), max_size=3))),
                    summary=draw(long_words),
                    why=draw(words),
                    sources=refs,
                )
            )
            number += 1
        sections.append(IssueSection(title=f"Section {at}", intro=draw(words), stories=tuple(stories)))
    return replace(SAMPLE, intro=draw(long_words), preheader=draw(words), sections=tuple(sections)), entries


@settings(max_examples=20, deadline=None)
@given(
    issues(),
    st.sampled_from(["en", "de", "ar", "zh-Hans"]),
    st.sampled_from(["https://policyweek.example/brief/", ""]),
    st.sampled_from(["none", "first", "all"]),
    st.sampled_from(LOOKS),
)
def test_it_fits_and_both_parts_tell_the_same(
    told: tuple[Issue, dict[str, Entry]],
    language: str,
    url: str,
    images: Literal["none", "first", "all"],
    look: str,
) -> None:
    issue, entries = told
    settings_ = sample_settings(language=language, url=url, look=look)
    settings_ = msgspec.structs.replace(settings_, issue=IssueSettings(images=images))
    made = render_mail(issue, settings=settings_, templates=templates(look), entries=entries, number=12, on=ON)
    raw = made.html.encode()
    assert len(raw) < HTML_MOST_BYTES
    assert encoded_bytes(raw) < HTML_MOST_BYTES
    titles = [story.title for story in issue.stories]
    wanted = titles[: len(titles) - made.left_out]
    assert [" ".join(one.text.split()) for one in outline(made.html).all("h3") if TITLE.match(one.text)] == wanted
    assert [line for line in made.text.split("\n") if TITLE.fullmatch(line)] == wanted
    assert problems(made.html) == []
