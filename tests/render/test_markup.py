from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Html, IssueSection, IssueStory
from digest.render.markup import Tag, anchor, block, demote, inline, local_images, walk
from digest.text.clean import clean
from digest.text.plain import plain
from tests.support.sample import SAMPLE

PLACE = "https://news.example/brief/2026-W47/"

ADDRESSES = [
    ("![a](img/my%20c.png)", 'src="img/my%20c.png"', f'src="{PLACE}img/my%20c.png"'),
    ("![a](/r.png)", 'src="/r.png"', 'src="https://news.example/r.png"'),
    ("![a](https://e.example/x.png)", 'src="https://e.example/x.png"', 'src="https://e.example/x.png"'),
    ("[a](#s-1)", 'href="#s-1"', f'href="{PLACE}#s-1"'),
    ("[a](./javascript:alert(1))", 'href="./javascript:alert(1)"', f'href="{PLACE}javascript:alert(1)"'),
    ("[a](mailto:a@b.example)", 'href="mailto:a@b.example"', 'href="mailto:a@b.example"'),
]


@pytest.mark.parametrize(("text", "as_it_stands", "resolved"), ADDRESSES)
def test_addresses_stay_relative_or_are_resolved(text: str, as_it_stands: str, resolved: str) -> None:
    assert as_it_stands in block(text)
    assert resolved in block(text, base=PLACE)


HOSTILE = [
    "[x](javascript:alert(1))",
    "[x](JaVa\tScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1))",
    "![x](data:image/png;base64,AAAA)",
    "<a href='vbscript:x' onclick=alert(1)>x</a>",
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<div style='position:fixed' onmouseover=alert(1)>x",
    "<iframe src=https://e.example></iframe>",
    "<form action=https://e.example><input></form>",
    "`<script>` and ```\n<script>\n```",
    '<p title="<script>alert(1)</script>">x',
    "<!--<script>-->x",
    "<style>*{display:none}</style>",
    "<base href=https://e.example>",
    "&lt;script&gt;",
    "<<a href='https://e.example'>",
    '[x](<https://e.example/" onclick="alert(1)>)',
]


def active(html: str) -> list[str]:
    """The parts of HTML that do something."""
    tags = [part for part in walk(Html(html)) if isinstance(part, Tag)]
    found = [
        tag.name for tag in tags if tag.name in {"script", "style", "iframe", "form", "input", "svg", "base", "object"}
    ]
    found += [name for tag in tags for name in tag.attributes if name.startswith("on") or name == "style"]
    links = [tag.attributes[key] for tag in tags for key in ("href", "src") if key in tag.attributes]
    return found + [link for link in links if re.match(r"\s*(javascript|vbscript|data)\s*:", link, re.IGNORECASE)]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_does_nothing(text: str) -> None:
    for html in (block(text), block(text, base=PLACE), inline(text)):
        assert active(html) == []


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "- ", "> ", "# ", "*", "`", "|", "[", "](", ")", "<", "a"])))
def test_no_mixture_of_hostile_things_does_anything(parts: list[str]) -> None:
    text = "".join(parts)
    assert active(block(text)) == active(inline(text)) == []


def test_unclosed_tags_are_closed() -> None:
    assert block("<div><b>open") == "<div><b>open</b></div>"


def test_what_is_nested_too_deep_becomes_paragraphs_and_the_next_text_is_unharmed() -> None:
    deep = "\n".join(" " * 4 * level + "- x" for level in range(400))
    assert "- x" in plain(block(deep))
    assert block("*a*\n\n- b") == "<p><em>a</em></p>\n<ul>\n<li>b</li>\n</ul>"


HEADLINES = [
    ("2026. A *year* of it", "2026. A <em>year</em> of it"),
    ("# 1 in [the lists](https://e.example)", "# 1 in the lists"),
    ("- not a list", "- not a list"),
    ("> 5 % & < 10 %", "&gt; 5 % &amp; &lt; 10 %"),
    ("one\ntwo", "one two"),
    ("`a<b>` ![pic](https://e.example/x.png)", "<code>a&lt;b&gt;</code>"),
    ("    code?", "code?"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "wanted"), HEADLINES)
def test_a_headline_is_one_line_and_no_block(text: str, wanted: str) -> None:
    assert inline(text) == wanted


@pytest.mark.parametrize(
    ("levels", "below", "wanted"),
    [([4], 3, [4]), ([1, 2, 1], 3, [4, 5, 4]), ([2, 4, 3], 3, [4, 5, 5]), ([6, 5, 4], 3, [4, 4, 4]),
     ([1, 2, 3, 4, 5, 6], 3, [4, 5, 6, 6, 6, 6]), ([4, 6], 1, [2, 3])],
)  # fmt: skip
def test_headings_stand_below_the_storys_and_skip_no_level(levels: list[int], below: int, wanted: list[int]) -> None:
    html = clean("".join(f"<h{level}>x</h{level}>" for level in levels))
    tags = [part for part in walk(demote(html, below)) if isinstance(part, Tag)]
    assert [int(tag.name[1]) for tag in tags if not tag.closes] == wanted
    assert [int(tag.name[1]) for tag in tags if tag.closes] == wanted


def test_a_heading_named_in_an_attribute_is_no_heading() -> None:
    html = clean('<img src="https://e.example/x.png" alt="<h1>"><h2>x</h2>')
    assert demote(html).count("h4") == 2
    assert "h1" in demote(html)


@given(st.text())
def test_walking_gives_back_the_text_of_clean_html(text: str) -> None:
    html = clean(f"<p>{text}</p>")
    walked = "".join(part if isinstance(part, str) else " " for part in walk(html))
    assert "".join(plain(html).split()) == "".join(walked.split()) or "-" in plain(html)


def test_the_editors_local_pictures_are_found_once_in_order() -> None:
    story = IssueStory(id=None, title="x", summary="![a](b.png)\n\n<IMG src='c%20d.png'>", why="![a](sub/e.png?v=2)")
    bench = IssueStory(id=None, title="x", summary="![a](never.png)")
    issue = replace(
        SAMPLE,
        intro="![a](a.png) ![b](/root.png) ![c](https://e.example/f.png) ![d](../up.png) ![e](b.png)",
        sections=(IssueSection(title="S", intro="![f](f.png)", stories=(story,)),),
        candidates=(bench,),
    )
    assert local_images(issue) == ("a.png", "b.png", "f.png", "c d.png", "sub/e.png")


def test_a_story_has_an_anchor_also_if_written_by_hand() -> None:
    assert anchor(IssueStory(id="s-1f3a9c21", title="x"), 3) == "s-1f3a9c21"
    assert anchor(IssueStory(id=None, title="x"), 3) == "story-4"
