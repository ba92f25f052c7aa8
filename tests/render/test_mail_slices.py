"""What those get who follow some topics, and what is filled in for each reader."""

from __future__ import annotations

import email
import email.policy
import html
import os
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.config.serve import ServeSettings
from digest.config.settings import Settings
from digest.deliver.body import body_of
from digest.deliver.splice import Splice
from digest.deliver.stamp import Recipient, Stamp
from digest.deliver.tokens import Key, Keyring
from digest.edit.slices import Slice, slice_issue, slice_of, topics_of
from digest.model import PREFERENCES_MARK, UNSUBSCRIBE_MARK, Entry, Issue, IssueSection, IssueStory, Mail, SourceRef
from digest.render.archived import make_frame
from digest.render.home import home_page
from digest.render.mail import render_mails
from digest.render.page import render_content, render_page
from digest.render.past import PastIssue
from digest.text.clean import clean
from tests.render.mailed import LOOKS, TEMPLATES, assert_alike, problems, templates, titles
from tests.support.sample import ON, SAMPLE, SEEN, UPDATES, sample_entries, sample_settings

GOLDEN = Path(__file__).parents[1] / "golden" / "mail"
PAGE = "https://policyweek.example/brief/2026-W47/"
NAMED = replace(SAMPLE, intro=f"Dear @@name|reader of *ours*@@,\n\n{SAMPLE.intro}")


def serving(*, serve: bool = True, **newsletter: str) -> Settings:
    made = sample_settings(**newsletter)
    return msgspec.structs.replace(made, serve=ServeSettings(url="https://news.policyweek.example/") if serve else None)


def mails(issue: Issue, *topics: tuple[str, ...], serve: bool = True, **newsletter: str) -> tuple[Mail, ...]:
    """The whole, and the slices of these topics."""
    chosen = serving(serve=serve, **newsletter)
    cuts = [slice_of(one, issue, topics_of(chosen)) for one in topics]
    return render_mails(
        issue, cuts, settings=chosen, templates=templates(chosen.newsletter.look), entries=sample_entries(),
        number=12, on=ON, updates=UPDATES,
    )  # fmt: skip


def unmarked(written: str) -> str:
    """The HTML as a reader gets it: an address for each link of one's own."""
    return written.replace(PREFERENCES_MARK, "https://news.policyweek.example/p")


@pytest.mark.parametrize("kind", ["html", "txt"])
def test_the_mail_of_a_slice_is_as_it_was_looked_at(kind: str) -> None:
    """DIGEST_UPDATE_GOLDEN=1 writes it anew."""
    made = mails(NAMED, ("World", "Technology"))[1]
    rendered, file = made.html if kind == "html" else made.text, GOLDEN / f"slice.{kind}"
    if os.environ.get("DIGEST_UPDATE_GOLDEN"):
        file.write_text(rendered, "utf-8")
    assert rendered == file.read_text("utf-8")


@pytest.mark.parametrize("look", LOOKS)
def test_a_slice_has_its_stories_alike_in_both_parts_and_says_what_it_is(look: str) -> None:
    whole, part = mails(SAMPLE, ("World",), look=look)
    wanted = titles(whole.html)[: len(SAMPLE.sections[0].stories)]
    assert_alike(part, wanted)
    assert part.variant == "world"
    assert "Your edition: World." in part.html
    assert "Your edition: World." in part.text
    assert f'<a href="{PAGE}"' in part.html.partition("Your edition")[2].partition("</p>")[0]
    assert PAGE in part.text.partition("Your edition")[2][:200]
    assert problems(unmarked(part.html)) == []
    assert (part.subject, part.preheader) == (whole.subject, whole.preheader)


@pytest.mark.parametrize("look", LOOKS)
def test_links_to_the_web_page_are_the_same_in_a_slice(look: str) -> None:
    handmade = replace(SAMPLE.sections[2].stories[0], id=None)
    issue = replace(SAMPLE, sections=(*SAMPLE.sections[:2], replace(SAMPLE.sections[2], stories=(handmade,) * 5)))
    part = mails(issue, ("Technology",), look=look)[1]
    page = render_page(issue, settings=serving(), templates=TEMPLATES, entries={}, number=12, on=ON)
    led = re.findall(rf"{PAGE}#(story-\d+)", part.html)
    assert led
    first = sum(len(section.stories) for section in SAMPLE.sections[:2])
    assert [one for one in led if f'id="{one}"' not in page or int(one.removeprefix("story-")) <= first] == []


@pytest.mark.parametrize("look", LOOKS)
def test_topics_can_be_chosen_where_there_is_a_server_and_only_there(look: str) -> None:
    for made, count in zip(mails(SAMPLE, ("World",), look=look), (1, 2), strict=True):
        assert made.html.count(f'href="{PREFERENCES_MARK}"') == made.html.count(PREFERENCES_MARK) == count
        assert made.text.count(f"Choose your topics\n{PREFERENCES_MARK}\n") == count
        assert made.html.count(UNSUBSCRIBE_MARK) == made.text.count(UNSUBSCRIBE_MARK) == 1
    for made in mails(SAMPLE, ("World",), serve=False, look=look):
        assert PREFERENCES_MARK not in made.html + made.text
        assert "Choose your topics" not in made.html + made.text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", ("Ihre Ausgabe: World.", "Themen wählen")),
        ("fr", ("Votre édition : World.", "Choisir vos thèmes")),
        ("es", ("Su edición: World.", "Elegir sus temas")),
    ],
)
def test_the_line_follows_the_newsletters_language(language: str, said: tuple[str, str]) -> None:
    part = mails(SAMPLE, ("World",), language=language)[1]
    assert [one for one in said if one not in part.html or one not in part.text] == []


def test_who_gets_only_what_goes_to_everyone_is_told_so() -> None:
    extra = IssueSection(title="From the desk", stories=(IssueStory(id=None, title="We moved"),))
    part = mails(replace(SAMPLE, sections=(SAMPLE.sections[0], extra)), ("Technology",))[1]
    assert part.variant == "general"
    assert titles(part.html) == ["We moved"]
    assert "nothing on your topics this time" in part.html
    assert "nothing on your topics this time" in part.text


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(["World", "Energy & climate", "Technology"])))
def test_every_slice_prints_the_stories_that_it_has(topics: set[str]) -> None:
    cut = slice_of(topics, SAMPLE, topics_of(sample_settings()))
    part = mails(SAMPLE, tuple(topics))[1]
    assert len(titles(part.html)) == len(slice_issue(SAMPLE, cut).stories)


def test_a_slice_is_shortened_for_itself_alone() -> None:
    long = IssueStory(id="s-00000001", title="Long", summary="\n\n".join(["Words of a long text. " * 60] * 90))
    crowd = tuple(replace(long, id=f"s-{n:08}", title=f"Long {n}") for n in range(12))
    short = IssueSection(title="Technology", stories=(SAMPLE.stories[0],))
    issue = replace(SAMPLE, sections=(IssueSection(title="World", stories=crowd), short))
    whole, part = mails(issue, ("Technology",))
    assert len(whole.cut) > 5
    assert part.cut == ()


# --- the reader's name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_a_reader_is_greeted_by_name_in_both_parts_of_every_mail(look: str) -> None:
    for made in mails(NAMED, ("World",), look=look):
        assert '>Dear <span dir="auto">@@name|reader of *ours*@@</span>,</p>' in made.html
        assert "\nDear @@name|reader of *ours*@@,\n" in made.text
        assert "@@" not in made.preheader + made.subject


NAMES = ["علي", "שרה “א”", '<b>R & D</b> "x"', "@@unsubscribe@@", "Ada " + "x" * 300, "a\u202eb", "名前"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_text_that_stands_apart_from_the_sentence(name: str) -> None:
    chosen = serving()
    keys = Keyring(list_id="a", keys=(Key(version=1, secret="s"),))
    stamp = Stamp(settings=chosen, mailing_id="m", secret="s", keyring=keys)
    who = Recipient(subscriber_id=7, address="a@r.example", name=name)
    mail = mails(replace(SAMPLE, intro="@@name|You@@, good morning."))[0]
    read = email.message_from_bytes(Splice(mail, stamp, date=SEEN).message(who), policy=email.policy.default)
    text, rich = (read.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert rich is not None
    shown = name.replace("\u202e", "")
    assert f"\n{shown}, good morning.\n" in text.get_content().replace("\r\n", "\n")
    assert f'<span dir="auto">{html.escape(shown)}</span>, good morning.' in rich.get_content()


def test_pages_and_the_feed_greet_everybody_alike() -> None:
    chosen = serving()
    page = render_page(NAMED, settings=chosen, templates=TEMPLATES, entries={}, number=12, on=ON)
    content = render_content(NAMED, settings=chosen, templates=TEMPLATES, entries={})
    home = home_page(frame=make_frame(chosen, TEMPLATES), latest=PastIssue(issue=NAMED, number=12, on=ON))
    assert "<p>Dear reader of *ours*,</p>" in page
    assert "<p>Dear reader of *ours*,</p>" in content
    assert "@@" not in page + content + home


def test_without_a_word_for_want_of_a_name_nothing_stands_there() -> None:
    issue = replace(SAMPLE, intro="Hello @@name@@!", preheader="")
    assert 'Hello <span dir="auto">@@name@@</span>!' in mails(issue)[0].html
    assert "Hello !" in render_content(issue, settings=serving(), templates=TEMPLATES, entries={})
    assert mails(issue)[0].preheader == "Hello !"


def test_what_stands_there_for_want_of_a_name_is_text() -> None:
    issue = replace(SAMPLE, intro="Hello @@name|<b>R&D</b>@@!")
    assert "Hello &lt;b&gt;R&amp;D&lt;/b&gt;!" in render_content(
        issue, settings=serving(), templates=TEMPLATES, entries={}
    )


def test_the_name_is_for_text_of_the_introduction_alone() -> None:
    story = replace(SAMPLE.stories[0], summary="For @@name|you@@.", title="For @@name|you@@", why="@@name|You@@.")
    section = IssueSection(title="World @@name@@", intro="To @@name|you@@.", stories=(story,))
    issue = replace(
        SAMPLE, sections=(section,), subject="@@name|You@@ first", preheader="@@name|You@@!", title="@@name@@ Week",
        intro='[x](https://a.example/@@name|a@@ "@@name@@") ![@@name@@](https://a.example/b.png)',
    )  # fmt: skip
    made = mails(issue)[0]
    assert "@@name" not in made.html + made.text + made.subject + made.preheader
    assert "For you." in made.html


MARKS = st.sampled_from(
    ["@@name|", "@@name@@", "@@", "@", "name", "|", "@@name|x@@", UNSUBSCRIBE_MARK, PREFERENCES_MARK, "@@unsub",
     "scribe@@", "@@na\u00adme@@", "@@na\u200bme|", "@@na\u202eme@@", "&#64;@name@@", "<b></b>", "@@na<wbr>me@@",
     "\x04", "\x00", " ", "a", "\x0400000a0\x04"]
)  # fmt: skip
TEXT = st.lists(MARKS, max_size=5).map("".join)
URL = st.none() | st.builds(lambda text: f"https://e.example/{text}", TEXT)
REFS = st.lists(st.builds(SourceRef, label=TEXT, url=URL, note=TEXT, entry_id=st.just("c00000000001")), max_size=2)
STORY = st.builds(
    IssueStory, id=st.none(), title=TEXT, summary=TEXT | st.builds(lambda text: f"[x](https://a.example/{text})", TEXT),
    why=TEXT, sources=REFS.map(tuple), options=st.frozensets(st.sampled_from(["full", "image", "update"])),
)  # fmt: skip
SECTION = st.builds(IssueSection, title=TEXT, intro=TEXT, stories=st.lists(STORY, min_size=1, max_size=2).map(tuple))
ENTRY = st.builds(
    Entry, id=st.just("c00000000001"), source_id=st.just("x"), title=TEXT, body=TEXT.map(clean), kind=st.none() | TEXT,
    image_url=URL, image_alt=TEXT, first_seen=st.just(SEEN),
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(SECTION, max_size=2).map(tuple), ENTRY, TEXT, TEXT, st.sampled_from(LOOKS),
    st.sampled_from(["", "Dear @@name|reader@@, good morning."]),
)  # fmt: skip
def test_no_text_brings_a_mark_into_a_mail(
    sections: tuple[IssueSection, ...], entry: Entry, subject: str, preheader: str, look: str, intro: str
) -> None:
    issue = replace(SAMPLE, sections=sections, intro=intro, subject=subject, preheader=preheader)
    chosen = serving(look=look)
    cut = Slice(id="some", topics=(subject,), stories=frozenset({0}), texts=frozenset({0}))
    for made in render_mails(
        issue, [cut], settings=chosen, templates=templates(look), entries={entry.id: entry}, number=12, on=ON
    ):
        own = [("@@name|reader@@", "reader")] * bool(intro)
        links = [(PREFERENCES_MARK, "")] * (2 if made.variant == "some" else 1) + [(UNSUBSCRIBE_MARK, "")]
        assert sorted(body_of(made.html, is_html=True).marks) == sorted(own + links)
        assert sorted(body_of(made.text, is_html=False).marks) == sorted(own + links)
        assert not body_of(made.subject, is_html=False).marks + body_of(made.preheader, is_html=False).marks
