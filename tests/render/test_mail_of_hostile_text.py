"""Nothing in an issue or an entry can become markup."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.model import UNSUBSCRIBE_MARK, Entry, Issue, IssueSection, IssueStory, SourceRef
from digest.text.clean import clean
from tests.render.mailed import FORBIDDEN, character_problems, told
from tests.render.outline import VOID, outline
from tests.support.sample import SEEN

NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onclick='alert(1)", "</style><script>",
        "[x](javascript:alert(1))", '](https://e.example" onmouseover="x)', "![x](x.png)",
        "<a href='https://e.example'>",
        "<!--", "-->", "<!--[if mso]>", "]]>", "{{ 7*7 }}", "{% raw %}", "&lt;script&gt;", "\x00\x1b\x85\u202e",
        "</td></tr></table>", "</div></body>", "<h1>", "<table><tr><td>", "| a |\n|---|\n", "```\n",
        "\n\n## H\n\n### T\n", "@@unsub", "plain", "能",
    ]
)  # fmt: skip
TEXT = st.lists(NASTY | st.text(max_size=12), max_size=5).map("".join)
URL = st.none() | TEXT | st.builds(lambda text: f"https://e.example/{text}", TEXT)
OPTIONS = st.frozensets(st.sampled_from(["headline", "full", "image", "no-image", "update"]))
REFS = st.lists(
    st.builds(
        SourceRef, label=TEXT, url=URL, note=TEXT, entry_id=st.none() | st.just("c00000000001"), also=st.booleans()
    ),
    max_size=3,
).map(tuple)
NASTY_STORY = st.builds(
    IssueStory, id=st.none() | TEXT, title=TEXT, summary=TEXT, why=TEXT, options=OPTIONS, sources=REFS
)
NASTY_SECTION = st.builds(IssueSection, title=TEXT, intro=TEXT, stories=st.lists(NASTY_STORY, max_size=2).map(tuple))
NASTY_ISSUE = st.builds(
    Issue, name=st.just("2026-W47"), title=TEXT, subject=TEXT, preheader=TEXT, base=st.none(), intro=TEXT,
    sections=st.lists(NASTY_SECTION, max_size=2).map(tuple),
)  # fmt: skip
NASTY_ENTRY = st.builds(
    Entry, id=st.just("c00000000001"), source_id=st.just("x"), title=TEXT, body=TEXT.map(clean), kind=st.none() | TEXT,
    language=st.none() | TEXT, image_url=URL, image_alt=TEXT, first_seen=st.just(SEEN),
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(NASTY_ISSUE, NASTY_ENTRY, st.sampled_from(["", "https://policyweek.example/"]))
def test_nothing_in_an_issue_or_an_entry_becomes_markup(issue: Issue, entry: Entry, url: str) -> None:
    made = told(issue, {entry.id: entry}, url=url)
    stripped = re.sub(r"<!--\[if mso\]>.*?<!\[endif\]-->", "", made.html, flags=re.DOTALL)
    page = outline(stripped)
    assert page.faults == []
    assert [one for one in page.elements if one.name in FORBIDDEN] == []
    assert [key for one in page.elements for key in one.attributes if key.startswith("on")] == []
    assert [one for one in page.addresses if one != UNSUBSCRIBE_MARK and not re.match("(https?://|mailto:)", one)] == []
    assert character_problems(made.html) == character_problems(made.text)[:-1] == []
    assert len(page.all("style")) == len(page.all("body")) == len(page.all("h1")) == 1
    assert made.html.count(UNSUBSCRIBE_MARK) == made.text.count(UNSUBSCRIBE_MARK) == 1
    assert "49" not in made.subject


def test_the_void_tags_of_the_mail_are_known_to_the_test() -> None:
    assert {"img", "br", "hr", "meta"} <= VOID
