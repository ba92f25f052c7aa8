from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.disk import shipped
from digest.errors import TemplateError
from digest.model import UNSUBSCRIBE_MARK, Entry, Issue, IssueSection, IssueStory, Mail, SourceRef
from digest.render.budget import MOST_BYTES, WANTED_BYTES, encoded_bytes
from digest.render.mail import render_mail
from digest.render.templates import Templates
from digest.text.clean import clean
from digest.text.plain import plain
from digest.text.wrap import columns
from tests.render.outline import VOID, Outline, outline
from tests.support.sample import LONG_URL, ON, SAMPLE, SEEN, sample_entries, sample_settings

GOLDEN = Path(__file__).parents[1] / "golden" / "mail"
TEMPLATES = Templates("brief", shipped("templates").parent)
EMPTY = replace(SAMPLE, intro="", preheader="", sections=())


def mail(issue: Issue = SAMPLE, **newsletter: str) -> Mail:
    return told(issue, sample_entries(), **newsletter)


def told(issue: Issue, entries: Mapping[str, Entry], **newsletter: str) -> Mail:
    return render_mail(
        issue, settings=sample_settings(**newsletter), templates=TEMPLATES, entries=entries, number=12, on=ON
    )


def one_story(story: IssueStory) -> Issue:
    return replace(SAMPLE, intro="", sections=(IssueSection(title="World", stories=(story,)),))


def body(html: str) -> str:
    return html.partition("<body")[2]


# --- golden files: open them in a browser; DIGEST_UPDATE_GOLDEN=1 writes them anew -----------------------------


@pytest.mark.parametrize(
    ("name", "issue", "newsletter"),
    [
        ("sample", SAMPLE, {}),
        ("empty", EMPTY, {}),
        ("german-without-a-site", SAMPLE, {"language": "de", "url": "", "address": "", "description": ""}),
        ("arabic", replace(SAMPLE, title="أسبوع السياسات"), {"language": "ar"}),
    ],
)
@pytest.mark.parametrize("kind", ["html", "txt"])
def test_the_mail_is_as_it_was_looked_at(name: str, issue: Issue, newsletter: dict[str, str], kind: str) -> None:
    made = mail(issue, **newsletter)
    said = made.html if kind == "html" else made.text
    path = GOLDEN / f"{name}.{kind}"
    if os.environ.get("DIGEST_UPDATE_GOLDEN"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8"), "look at the difference; DIGEST_UPDATE_GOLDEN=1 accepts it"


# --- what every HTML part must be (numbers are those of the rules for mails in Gmail, Outlook, Apple Mail) ------

FORBIDDEN = frozenset("script iframe object embed form input svg math video audio link base picture".split())  # noqa: SIM905
MEANINGLESS = frozenset("main nav header footer article section aside details summary figure".split())  # noqa: SIM905
ADDRESS = re.compile(r"(https?://|mailto:)\S+\Z")


def problems(html: str) -> list[str]:
    """What is wrong with an HTML part, whatever it says."""
    page = outline(re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))
    found = list(page.faults)
    found += [f"<{one.name}>" for one in page.elements if one.name in FORBIDDEN | MEANINGLESS]
    found += [f"{one.name} {key}" for one in page.elements for key in one.attributes if key.startswith("on")]
    found += [f"leads to {one}" for one in page.addresses if one != UNSUBSCRIBE_MARK and not ADDRESS.match(one)]
    if page.levels.count(1) != 1 or any(b > a + 1 for a, b in zip(page.levels, page.levels[1:], strict=False)):
        found.append(f"headings {page.levels}")
    found += ["id twice"] * (len(page.ids) != len(set(page.ids)))
    found += ["a link without a text" for one in page.all("a") if not one.text.strip()]
    found += [
        f"table {one.attributes}"
        for one in page.all("table")
        if not (_is_layout(one.attributes) or _is_data(one.text, page))
    ]
    found += _image_problems(page) + _character_problems(html) + _style_problems(html)
    found += re.findall(r"</(?:a|span|em|strong|b|i|code|small)><(?:a|span|em|strong|b|i|code|small)\b", html)
    return found


def _is_layout(attributes: dict[str, str]) -> bool:
    return attributes.get("role") == "presentation"


def _is_data(text: str, page: Outline) -> bool:
    return any(head.text in text for head in page.all("th"))


def _image_problems(page: Outline) -> list[str]:
    images = page.all("img")
    found = [f"img {one.attributes}" for one in images if "alt" not in one.attributes]
    return found + [f"img {one.attributes}" for one in images if not 0 < int(one.attributes.get("width", "0")) <= 600]


def _character_problems(html: str) -> list[str]:
    found = [
        f"U+{ord(one):04X}"
        for one in re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", html)
    ]
    return found + ["no charset"] * ('<meta charset="utf-8">' not in html[:1024])


def _style_problems(html: str) -> list[str]:
    head, _, rest = html.partition("</head>")
    sheets = re.findall(r"<style>(.*?)</style>", head, re.DOTALL)
    inline = re.findall(r'style="([^"]*)"', rest)
    found = ["a style sheet in the body"] * ("<style" in rest) + ["style too long"] * (sum(map(len, sheets)) > 16_384)
    found += ["an @ in an @"] * any(re.search(r"@media[^{]*\{[^@}]*(\{[^}]*\}[^@}]*)*@", sheet) for sheet in sheets)
    said = "\n".join((*sheets, *inline))
    found += re.findall(
        r"(?:rgb|rgba|hsl|oklch|lab|var|calc)\(|position:|float:|display:\s*(?:flex|grid)|margin[^;]*:-", said
    )
    return found + [colour for colour in re.findall(r"#[0-9a-zA-Z]+", said) if not re.fullmatch("#[0-9a-f]{6}", colour)]


MAILS = [SAMPLE, EMPTY, replace(SAMPLE, sections=SAMPLE.sections[1:2]), replace(EMPTY, intro="Only *this*.")]


@pytest.mark.parametrize("issue", MAILS, ids=["sample", "empty", "one section", "introduction"])
@pytest.mark.parametrize("newsletter", [{}, {"url": "", "address": ""}, {"language": "ar"}, {"language": "zh-Hans"}])
def test_the_html_part_keeps_the_rules(issue: Issue, newsletter: dict[str, str]) -> None:
    made = mail(issue, **newsletter)
    assert problems(made.html) == []
    assert problems(re.sub(r"<style>.*?</style>", "", made.html, flags=re.DOTALL)) == []
    assert made.cut == ()


def test_language_and_direction_stand_on_the_page_and_on_each_part_of_the_body() -> None:
    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        page = outline(mail(language=language).html)
        assert page.one("html").attributes["lang"] == language
        assert page.one("html").attributes["dir"] == direction
        hidden, shown = page.all("div", lang=language)[:2]
        assert "display:none" in hidden.attributes["style"]
        assert shown.attributes["dir"] == direction
        assert page.one("title").text == page.one("div", role="article").attributes["aria-label"] == SAMPLE.subject


def test_the_same_mail_is_the_same_bytes() -> None:
    assert mail() == mail()


# --- both parts say the same -----------------------------------------------------------------------------------


def titles(html: str) -> list[str]:
    return [
        " ".join(one.text.split()) for one in outline(html).all("h3") if "font-size:22px" in one.attributes["style"]
    ]


def assert_alike(made: Mail, wanted: list[str]) -> None:
    assert titles(made.html) == wanted
    flat = " ".join(made.text.split())
    flat = flat.rpartition("At a glance")[2]
    at = 0
    for title in wanted:
        place = flat.find(title, at)
        assert place >= at, title
        at = place + len(title)


def test_both_parts_have_the_same_stories_in_the_same_order() -> None:
    wanted = [" ".join(plain(story.title.replace("*", "")).split()) for story in SAMPLE.stories]
    made = mail(replace(SAMPLE, sections=tuple(reversed(SAMPLE.sections))), description="")
    assert_alike(made, [*wanted[6:], *wanted[3:6], *wanted[:3]])


def test_both_parts_have_every_address() -> None:
    made = mail()
    linked = {one.attributes["href"] for one in outline(made.html).all("a")}
    for address in linked - {f"https://policyweek.example/brief/2026-W47/#{one.id}" for one in SAMPLE.stories}:
        if not address.endswith("#story-6"):
            assert address.removeprefix("mailto:") in made.text
    assert made.html.count(UNSUBSCRIBE_MARK) == made.text.count(UNSUBSCRIBE_MARK) == 1


def test_the_text_part_keeps_to_its_columns() -> None:
    for language in ("en", "ar", "zh-Hans"):
        text = mail(language=language).text
        for line in text.split("\n"):
            assert columns(line) <= 72 or "://" in line
            assert line == line.rstrip()
            assert line != "-- "
        assert "\t" not in text
        assert "\n\n\n\n" not in text
        assert f"\n{LONG_URL}\n" in text
        assert text.endswith("\n")


def test_notes_are_counted_from_one_in_each_story() -> None:
    text = mail().text
    story = text.partition("A narrower window for repair ships in the northern strait\nNorthern")[2].partition("اتفاق")[
        0
    ]
    assert "draft order\u00a0[1] exempts" in story.replace("\n", " ")
    assert story.endswith(
        "[1] https://northernwaters.example/draft\n"
        "[2] https://harbour.example/strait?edition=weekly\n"
        "[3] https://publicchoices.example/2026/11/strait\n"
        "\n"
        "https://northernwaters.example/repair\n\n\n"
    )


# --- what a story may be ---------------------------------------------------------------------------------------


def test_entries_give_marks_only_and_may_be_missing() -> None:
    bare = told(SAMPLE, {})
    full = mail()
    assert "Press release" in full.text
    assert "in Arabic" in full.html
    assert "Press release" not in bare.text
    assert "in Arabic" not in bare.html
    assert titles(bare.html) == titles(full.html)


def test_a_pdf_is_said_to_be_one() -> None:
    assert "Lattice Lab (PDF), 14 November 2026" in mail().text
    assert "</a> (PDF), 14 November 2026" in mail().html


def test_a_headline_in_another_language_says_so_to_a_screen_reader() -> None:
    page = outline(mail().html)
    assert [one.attributes.get("lang") for one in page.all("h3", dir="auto")][:4] == [None, "ar", None, "zh-Hans"]
    assert any(one.attributes.get("lang") == "ar" for one in page.all("div", dir="auto"))


@pytest.mark.parametrize(
    ("options", "style", "shows"),
    [
        ((), "summary", "Short."),
        ((), "headline", ""),
        ((), "full", "Long."),
        (("headline",), "full", ""),
        (("full",), "headline", "Long."),
        (("summary",), "full", "Short."),
    ],
)
def test_the_section_decides_how_much_is_shown_and_the_story_overrules_it(
    options: tuple[str, ...], style: str, shows: str
) -> None:
    entry = Entry(id="b00000000001", source_id="x", title="T", body=clean("<p>Long.</p>"), first_seen=SEEN)
    story = IssueStory(
        id="s-00000001", title="T", summary="Short.", options=frozenset(options),
        sources=(SourceRef(label="X", url="https://x.example/", entry_id=entry.id),),
    )  # fmt: skip
    table = sample_settings().model_dump(by_alias=True) | {"section": [{"title": "World", "style": style}]}
    made = render_mail(
        one_story(story), settings=type(sample_settings()).model_validate(table), templates=TEMPLATES,
        entries={entry.id: entry}, number=1, on=ON,
    )  # fmt: skip
    assert [word for word in ("Short.", "Long.") if word in made.html and word in made.text] == (
        [shows] if shows else []
    )
    assert [word for word in ("Short.", "Long.") if word in made.html or word in made.text] == (
        [shows] if shows else []
    )


STORIES = {
    "without a link": IssueStory(
        id=None, title="T", summary="By hand.", sources=(SourceRef(label="A talk", url=None),)
    ),
    "with nothing but a title": IssueStory(id=None, title="T"),
    "without a title": IssueStory(id="s-1", title="", sources=(SourceRef(label="X", url="https://x.example/"),)),
    "with a second source that has the link": IssueStory(
        id="s-1", title="T", sources=(SourceRef(label="A", url=None), SourceRef(label="B", url="https://b.example/"))
    ),
    "only told elsewhere": IssueStory(
        id="s-1", title="T", sources=(SourceRef(label="B", url="https://b.example/", also=True),)
    ),
    "with an address that is none": IssueStory(
        id="s-1", title="T", sources=(SourceRef(label="B", url="javascript:alert(1)"),)
    ),
    "with an address that is broken": IssueStory(id="s-1", title="T", sources=(SourceRef(label="B", url="http://[x"),)),
    "with a reason only": IssueStory(id="s-1", title="T", why="Because."),
    "of one very long word": IssueStory(id="s-1", title="x" * 300, summary="y" * 400),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_a_story_may_be(story: IssueStory) -> None:
    made = mail(one_story(story))
    assert problems(made.html) == []
    assert titles(made.html) == [story.title or "…"]
    assert "javascript" not in made.html + made.text


def test_a_week_without_news_says_so_in_its_language() -> None:
    assert "Nothing significant this week." in mail(EMPTY).text
    assert "Diese Woche nichts Wesentliches." in mail(EMPTY, language="de").html
    assert "Nothing significant" not in mail(replace(EMPTY, intro="A word.")).html


def test_the_list_at_the_top_is_for_issues_that_need_one() -> None:
    few = replace(SAMPLE, sections=SAMPLE.sections[:1])
    assert "At a glance" not in mail(few).html + mail(few).text
    many = replace(
        SAMPLE,
        sections=tuple(
            IssueSection(title=f"S{n}", stories=tuple(IssueStory(id=None, title=f"T{n}{m}") for m in range(6)))
            for n in range(3)
        ),
    )
    listed = re.findall(r"- (T\d\d)", mail(many).text)
    assert listed == ["T00", "T01", "T02", "T10", "T11", "T12", "T20", "T21"]


def test_the_list_leads_to_the_web_page_and_nowhere_without_one() -> None:
    page = "https://policyweek.example/brief/2026-W47/#s-1f3a9c21"
    assert page in mail().html
    assert "#s-" not in mail(url="").html
    assert "2026-W47" not in mail(url="").html + mail(url="").text


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, SAMPLE.preheader),
        ({"preheader": ""}, "Good morning."),
        ({"preheader": "", "intro": "**Dr. Rask** resigned. More below."}, "Dr. Rask resigned."),
        ({"preheader": "", "intro": "", "sections": (IssueSection(title="S", stories=(IssueStory(id=None, title="*A*"),
          IssueStory(id=None, title="B"))),)}, "A; B"),
        ({"preheader": "", "intro": "word " * 60}, "word " * 25 + "word …"),
        ({"preheader": "", "intro": "", "sections": ()}, ""),
    ],
)  # fmt: skip
def test_the_preheader_is_the_editors_or_the_first_sentence_or_the_headlines(
    change: dict[str, object], wanted: str
) -> None:
    assert mail(replace(SAMPLE, **change)).preheader == wanted  # type: ignore[arg-type]


def test_relative_pictures_are_the_sites_and_gone_without_one() -> None:
    story = IssueStory(id="s-1", title="T", summary="![The queue](img/queue.png)\n\n[below](#x)")
    assert 'src="https://policyweek.example/brief/2026-W47/img/queue.png"' in mail(one_story(story)).html
    homeless = mail(one_story(story), url="")
    assert "<img" not in homeless.html
    assert "The queue" in homeless.html
    assert problems(homeless.html) == []


def test_a_template_that_is_wrong_is_named_and_nothing_comes_of_it(tmp_path: Path) -> None:
    (tmp_path / "templates" / "brief").mkdir(parents=True)
    (tmp_path / "templates/brief/email.txt").write_text("{{ title }}\n{{ sectoins }}", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"templates/brief/email\.txt:2: 'sectoins' is undefined"):
        render_mail(
            SAMPLE, settings=sample_settings(), templates=Templates("brief", tmp_path), entries={}, number=1, on=ON
        )


# --- nothing in an issue or an entry can become markup ---------------------------------------------------------

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
    assert _character_problems(made.html) == _character_problems(made.text)[:-1] == []
    assert len(page.all("style")) == len(page.all("body")) == len(page.all("h1")) == 1
    assert made.html.count(UNSUBSCRIBE_MARK) == made.text.count(UNSUBSCRIBE_MARK) == 1
    assert "49" not in made.subject


def test_the_void_tags_of_the_mail_are_known_to_the_test() -> None:
    assert {"img", "br", "hr", "meta"} <= VOID


# --- length ----------------------------------------------------------------------------------------------------


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
        (80, "A sentence of some length that says what happened and to whom" * 9, 1, "only the headline is printed"),
    ],
)
def test_a_long_issue_is_shortened_and_says_so(count: int, paragraph: str, paragraphs: int, wanted: str) -> None:
    made = mail(long_issue(count, paragraph, paragraphs))
    raw = made.html.encode()
    assert len(raw) <= WANTED_BYTES
    assert encoded_bytes(raw) < MOST_BYTES
    assert any(line.endswith(wanted) for line in made.cut)
    assert all(line.startswith("Story ") for line in made.cut)
    assert_alike(made, [f"Story {n} of the week" for n in range(count)])
    assert "https://policyweek.example/brief/2026-W47/#s-00000013" in made.html
    assert "The rest of this story is on the web page" in made.text
    assert problems(made.html) == []


def test_stories_that_cannot_even_be_named_are_counted() -> None:
    made = mail(long_issue(400, "One.", 1))
    left_out = [line for line in made.cut if line.endswith("left out of the mail")]
    assert len(made.html.encode()) < MOST_BYTES
    assert 200 < len(left_out) < 300
    assert f"More stories on the web page: {len(left_out)}" in made.text
    assert_alike(made, [f"Story {n} of the week" for n in range(400 - len(left_out))])


def test_an_issue_of_twenty_stories_is_never_shortened() -> None:
    summary = "A summary has sixty-five words or so, which are about four hundred characters. " * 5
    assert mail(long_issue(20, summary, 2)).cut == ()
