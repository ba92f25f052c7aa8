from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from digest.config.settings import SectionRule
from digest.config.table import table_of
from digest.errors import TemplateError
from digest.model import UNSUBSCRIBE_MARK, Entry, Issue, IssueSection, IssueStory, SourceRef
from digest.render.mail import render_mail
from digest.render.templates import Templates
from digest.text.clean import clean
from digest.text.plain import plain
from digest.text.wrap import columns
from tests.render.mailed import EMPTY, LOOKS, TEMPLATES, assert_alike, mail, one_story, problems, titles, told
from tests.render.outline import outline
from tests.support.sample import LONG_URL, ON, SAMPLE, SEEN, sample_settings

GOLDEN = Path(__file__).parents[1] / "golden" / "mail"


# --- golden files: open them in a browser; DIGEST_UPDATE_GOLDEN=1 writes them anew -----------------------------


@pytest.mark.parametrize(
    ("name", "issue", "newsletter"),
    [
        ("sample", SAMPLE, {}),
        ("empty", EMPTY, {}),
        ("german-without-a-site", SAMPLE, {"language": "de", "url": "", "address": "", "description": ""}),
        ("arabic", replace(SAMPLE, title="أسبوع السياسات"), {"language": "ar"}),
        ("magazine", SAMPLE, {"look": "magazine"}),
        ("plain", SAMPLE, {"look": "plain"}),
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


MAILS = [SAMPLE, EMPTY, replace(SAMPLE, sections=SAMPLE.sections[1:2]), replace(EMPTY, intro="Only *this*.")]


@pytest.mark.parametrize("issue", MAILS, ids=["sample", "empty", "one section", "introduction"])
@pytest.mark.parametrize("newsletter", [{}, {"url": "", "address": ""}, {"language": "ar"}, {"language": "zh-Hans"}])
@pytest.mark.parametrize("look", LOOKS)
def test_the_html_part_keeps_the_rules(issue: Issue, newsletter: dict[str, str], look: str) -> None:
    made = mail(issue, look=look, **newsletter)
    assert problems(made.html) == []
    assert problems(re.sub(r"<style>.*?</style>", "", made.html, flags=re.DOTALL)) == []
    assert made.cut == ()


@pytest.mark.parametrize("look", LOOKS)
def test_language_and_direction_stand_on_the_page_and_on_each_part_of_the_body(look: str) -> None:
    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        page = outline(mail(language=language, look=look).html)
        assert page.one("html").attributes["lang"] == language
        assert page.one("html").attributes["dir"] == direction
        hidden, shown = page.all("div", lang=language)[:2]
        assert "display:none" in hidden.attributes["style"]
        assert shown.attributes["dir"] == direction
        assert page.one("title").text == page.one("div", role="article").attributes["aria-label"] == SAMPLE.subject


def test_the_same_mail_is_the_same_bytes() -> None:
    assert mail() == mail()


# --- both parts say the same -----------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_both_parts_have_the_same_stories_in_the_same_order(look: str) -> None:
    wanted = [" ".join(plain(story.title.replace("*", "")).split()) for story in SAMPLE.stories]
    made = mail(replace(SAMPLE, sections=tuple(reversed(SAMPLE.sections))), description="", look=look)
    assert_alike(made, [*wanted[6:], *wanted[3:6], *wanted[:3]])


@pytest.mark.parametrize("look", LOOKS)
def test_both_parts_have_every_address(look: str) -> None:
    made = mail(look=look)
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
    assert "Lattice Lab (PDF), 14 November 2026" in mail().html


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
    section = table_of(SectionRule, {"title": "World", "style": style})
    made = render_mail(
        one_story(story), settings=msgspec.structs.replace(sample_settings(), section=(section,)), templates=TEMPLATES,
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
@pytest.mark.parametrize("look", LOOKS)
def test_a_story_may_be(story: IssueStory, look: str) -> None:
    made = mail(one_story(story), look=look)
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
    assert listed == ["T00", "T10", "T20"]


def test_the_list_says_what_stands_in_the_file() -> None:
    made = mail()
    listed = made.text.partition("At a glance")[2].partition("\n\n\n")[0]

    assert "- Public bodies that buy software with a model inside should ask for\n  four things." in listed
    assert made.html.index("should ask for four things.</a>") < made.html.index("<h3")


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


def test_the_preheader_does_not_say_the_subject_again() -> None:
    first = SAMPLE.sections[0].stories[0]
    plain_first = replace(first, title="Repair ships wait")
    section = replace(SAMPLE.sections[0], stories=(plain_first, *SAMPLE.sections[0].stories[1:]))
    issue = replace(SAMPLE, intro="", preheader="", subject="Repair ships wait", sections=(section,))
    assert mail(issue).preheader.startswith("اتفاق")
