"""Each rule finds its fault at its line, and a sound issue raises nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from digest.check.galley import Galley, Part
from digest.check.gate import check_issue
from digest.check.issue.picturefile import read_picture
from digest.check.letter import letter_of
from digest.check.rules import rule_notes
from digest.check.style.support import FAMILIES
from digest.config.settings import BLOCKING, CLIENTS, RULES, CheckSettings, IssueSettings, SectionRule, Settings
from digest.config.table import table_of
from digest.disk import shipped
from digest.edit.issuefile import read_issue
from digest.model import UNSUBSCRIBE_MARK, Entry, Finding
from digest.render.mail import render_mail
from digest.render.templates import Templates

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
SETTINGS = table_of(
    Settings, {"newsletter": {"title": "The Brief", "from": "brief@example.org", "address": "1 Example Square"}}
)
ENTRY = Entry(
    id="1a2b3c4d5e6f",
    source_id="harbour",
    title="Port fees rise",
    url="https://harbour.example/fees",
    url_key="harbour.example/fees",
    text="Port fees rise by 12 per cent. “This is the last time we can absorb it,” said Ada Quill, the chair.",
    published=datetime(2026, 11, 16, 9, tzinfo=UTC),
    first_seen=NOW,
)
FILE = """\
---
issue: 2026-W47
title: The Brief
subject: Port fees rise
preheader: And more
---

A week of water.

## World

### Port fees rise {#s-7f3a9c21}

Port fees rise by 12 per cent. “This is the last time we can absorb it,” said Ada Quill.

![A crane at the quay](https://harbour.example/crane.png) and [the full table](https://harbour.example/table).

Sources:

- [Harbour Office](https://harbour.example/fees), 16 November 2026 {#e-1a2b3c4d5e6f}

## Next week

### TODO later

## Candidates

### TK perhaps
"""


TEMPLATES = Templates("brief", shipped("templates").parent)
PATHS: dict[Part, str] = {
    "issue": "issues/2026-W47.md", "html": "email.html", "text": "email.txt", "message": "email.eml",
    "settings": "digest.toml",
}  # fmt: skip


def findings(text: str = FILE, *, settings: Settings = SETTINGS, entry: Entry = ENTRY, html: str = "", cut: str = "",
             **known: Any) -> tuple[Finding, ...]:  # fmt: skip
    """What the gate says of an issue file and the mail that is rendered from it."""
    issue = read_issue(text, path="issues/2026-W47.md").issue
    entries = {entry.id: entry}
    made = render_mail(issue, settings=settings, templates=TEMPLATES, entries=entries, number=1, on=date(2026, 11, 20))
    made = replace(made, html=made.html.replace("</body>", f"{html}</body>"))
    if cut:
        made = replace(made, **{cut: getattr(made, cut).replace(UNSUBSCRIBE_MARK, "https://harbour.example/")})
    galley = Galley(
        issue=issue, mail=made, letter=letter_of(made, clients=settings.check.clients), settings=settings,
        entries=entries, path="issues/2026-W47.md", now=NOW, **{"ran": {}, **known},
    )  # fmt: skip
    return check_issue(galley, PATHS)


def test_a_sound_issue_raises_nothing() -> None:
    assert findings() == ()


AGAIN = "\n\n### Again\n\nMore of it.\n\nSources:\n\n- [X](https://www.harbour.example/fees/)\n"


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "blocks"),
    [
        ("A week of water.", "A week of TODO.", "todo", 8, True),
        ("said Ada Quill.", "said TK.", "todo", 14, True),
        ("A week of water.", "Water rose ?? per cent.", "todo", 8, True),
        ("A week of water.", "A week [citation needed] of water.", "todo", 8, True),
        ("A week of water.", "A week [link] of water.", "todo", 8, True),
        ("A week of water.", "Lorem ipsum dolor.", "todo", 8, True),
        ("preheader: And more", "preheader: TBC", "todo", 5, True),
        ("subject: Port fees rise", f"subject: {'x' * 71}", "subject", 4, False),
        ("subject: Port fees rise", "subject: PORT FEES RISE", "subject", 4, False),
        ("subject: Port fees rise", "subject: Re: Port fees", "subject", 4, True),
        ("subject: Port fees rise", "subject: ⚓🚢", "subject", 4, True),
        ("subject: Port fees rise", "subject: Port fees rise!!", "subject", 4, False),
        ("subject: Port fees rise", "subject: The Brief", "subject", 4, False),
        ("preheader: And more", f"preheader: {'x' * 140}", "preheader", 5, False),
        ("preheader: And more", "preheader: Port fees rise", "preheader", 5, False),
        ("absorb it,", "swallow it,", "quote", 14, True),
        ("by 12 per cent", "by 14 per cent", "quote", 14, False),
        ("said Ada Quill.", "said Ada Quill of Marlport.", "quote", 14, False),
        ("A week of water.", "“Nothing is as dear as water,” they say.", "quote", 8, False),
        ("A week of water.", "On Monday 17 November 2026 it rained.", "date", 8, True),
        ("A week of water.", "On Monday 17 November it rained.", "date", 8, False),
        ("A week of water.", "It ends on 31 November 2026.", "date", 8, True),
        (", 16 November 2026 {#e", ", 16 December 2026 {#e", "date", 20, True),
        (", 16 November 2026 {#e", ", 6 November 2026 {#e", "date", 20, False),
        ("A week of water.", "A week of of water.", "doubled-word", 8, False),
        ("A week of water.", "A **week of water.", "markdown", 8, False),
        ("A week of water.", "A [week] (https://x.example/) of water.", "markdown", 8, False),
        ("A week of water.", "Embargoed until Friday.", "embargo-note", 8, False),
        ("![A crane at the quay]", "![]", "alt", 16, False),
        ("![A crane at the quay]", "![IMG_2031.jpg]", "alt", 16, False),
        ("[the full table]", "[click here]", "link-text", 16, False),
        ("](https://harbour.example/fees)", "](javascript:alert)", "link", 20, True),
        ("](https://harbour.example/fees)", "](https://intranet.local/fees)", "link", 20, True),
        ("](https://harbour.example/fees)", "](http://harbour.example/fees)", "insecure-link", 20, False),
        ("](https://harbour.example/fees)", "](https://harbour.example/fees?utm_source=x)", "tracking", 20, False),
        ("(https://harbour.example/table)", "(https://harbour.example/table?fbclid=1)", "tracking", 16, False),
        ("(https://harbour.example/table)", "(https://bit.ly/3abc)", "shortener", 16, False),
        ("{#e-1a2b3c4d5e6f}\n", "{#e-1a2b3c4d5e6f}" + AGAIN, "repeat", 28, False),
        ("{#e-1a2b3c4d5e6f}\n", "{#e-1a2b3c4d5e6f}" + AGAIN.replace("Again", "Port fees rise").replace("www.h", "x"),
         "repeat", 22, True),
        ("{#e-1a2b3c4d5e6f}\n", "{#e-1a2b3c4d5e6f}" + AGAIN.replace("More of it.", "").replace("www.harbour", "x"),
         "thin-story", 22, False),
        ("{#e-1a2b3c4d5e6f}\n", "{#e-1a2b3c4d5e6f}\n\n### Ours\n\nWe say so.\n", "thin-story", 22, False),
        ("\nSources:", "\nWhy it matters:\n\nSources:", "empty", 18, False),
        ("## Next week", "## Empty\n\n## Next week", "empty", 22, False),
        ("### Port fees rise", "### PORT FEES ARE RISING", "headline", 12, False),
        ("### Port fees rise", "### Port fees rise.", "headline", 12, False),
    ],
)  # fmt: skip
def test_a_fault_is_found_where_it_stands(old: str, new: str, rule: str, line: int, blocks: bool) -> None:
    assert old in FILE

    found = findings(FILE.replace(old, new, 1))

    assert [(one.rule, one.line, one.blocks) for one in found] == [(rule, line, blocks)]
    assert found[0].path == "issues/2026-W47.md"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("by 12 per cent", "by twelve %"),
        ("by 12 per cent", "by 12%"),
        ("“This is the last time we can absorb it,” said", '"This is the last time we can absorb it", said'),
        ("A week of water.", "TK Maxx opens a shop, and we keep a todo list."),
        ("A week of water.", "On Tuesday 17 November 2026, and on Wednesday 18 November, it rained."),
        ("A week of water.", "Marked `TODO` and `**` in the code. 2 ** 3 is eight, and so is 2**3."),
        ("A week of water.", "The arms embargo until 2027 holds."),
        ("A week of water.", "Write to <mailto:ada@harbour.example>."),
        ("### Port fees rise", "### Port fees rise in the U.S."),
    ],
)
def test_what_only_looks_like_a_fault_is_none(old: str, new: str) -> None:
    assert old in FILE

    assert findings(FILE.replace(old, new, 1)) == ()


def test_numbers_are_the_same_however_they_are_written() -> None:
    told = replace(ENTRY, text=ENTRY.text + " It moved 1,200 boxes, 3.4m tonnes and half of the oil; 5 ships left.")
    said = "It moved 1 200 boxes, 3.4 million tonnes and 50 per cent of the oil; five ships left."

    assert findings(FILE.replace("![A crane", f"{said}\n\n![A crane"), entry=told) == ()


def test_the_subject_is_not_that_of_the_last_issue() -> None:
    (found,) = findings(last_subject="Port Fees rise")

    assert (found.rule, found.line, found.blocks) == ("subject", 4, True)


def test_a_candidate_that_weighs_more_than_what_is_printed_waits_for_a_decision() -> None:
    text = FILE.replace("### TK perhaps", "### Perhaps {#s-0b1c2d3e}")
    scores = {"s-7f3a9c21": 1.5, "s-0b1c2d3e": 1.8}
    barred = msgspec.structs.replace(SETTINGS, check=CheckSettings(block=("candidate",), candidate_score=1.7))

    assert [(one.rule, one.blocks) for one in findings(text, scores=scores)] == [("candidate", False)]
    assert [(one.rule, one.blocks) for one in findings(text, scores=scores, settings=barred)] == [("candidate", True)]
    assert findings(text, scores=scores | {"s-0b1c2d3e": 1.4}) == ()


def test_a_section_that_digest_toml_does_not_know_is_told() -> None:
    named = msgspec.structs.replace(SETTINGS, section=(SectionRule(title="Wordl"), SectionRule(title="Sea")))

    (found,) = findings(settings=named)

    assert (found.rule, found.line, found.hint) == ("section", 10, "did you mean “Wordl”?")
    assert findings(settings=named, other_sections=("World",)) == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + (4000).to_bytes(4, "big") * 2, "4000 pixels wide"),
        (b"GIF89a" + (40).to_bytes(2, "little") * 2, "40 pixels wide"),
        (b"RIFF\0\0\0\0WEBP", "is WEBP"),
        (b"\xff\xd8\xff\xe0\x00\x04ab", "is broken"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\x01\x90\x02\x58" + b"\0" * 1_000_000, "has 1,000,011 bytes"),
        (b"hello", "no picture"),
    ],
)
def test_a_picture_of_the_editor_is_looked_at(data: bytes, said: str) -> None:
    text = FILE.replace("https://harbour.example/crane.png", "crane.png")

    found = [one for one in findings(text, pictures={"crane.png": read_picture(data)}) if one.rule == "picture"]

    assert [one.line for one in found] == [16]
    assert said in found[0].message


def test_every_rule_is_known_to_digest_toml_and_says_what_it_is_about() -> None:
    notes = rule_notes()

    assert tuple(note.id for note in notes) == RULES
    assert all(note.about.endswith(".") and len(note.about) < 130 for note in notes)
    assert set(BLOCKING) <= set(RULES)
    assert tuple(FAMILIES) == CLIENTS or set(FAMILIES) == set(CLIENTS)


def test_what_is_not_printed_is_not_checked() -> None:
    assert findings(FILE.replace("A week of water.", "<!-- TODO: ask Ada -->\n<!--\nTK\n-->\nA week.")) == ()


def test_an_embargo_blocks_whatever_digest_toml_says() -> None:
    waiting = replace(ENTRY, embargo=NOW + timedelta(hours=1))
    lenient = msgspec.structs.replace(SETTINGS, check=CheckSettings(block=()))

    (found,) = findings(entry=waiting, settings=lenient)
    (pasted,) = findings(FILE.replace(" {#e-1a2b3c4d5e6f}", ""), entry=waiting, settings=lenient)

    assert (found.rule, found.line, found.blocks) == ("embargo", 20, True)
    assert pasted.rule == "embargo", "the address alone is enough"
    assert findings(entry=replace(ENTRY, embargo=NOW)) == (), "its time has come"


def test_an_issue_without_content_is_blocked() -> None:
    empty = "---\nissue: 2026-W47\ntitle: T\nsubject: A quiet week\n---\n\n<!-- nothing -->\n"

    assert [one.rule for one in findings(empty) if one.blocks] == ["empty"]
    assert findings(empty.replace("<!-- nothing -->", "Nothing significant this week.")) == ()


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_mail_without_a_way_out_is_blocked(part: str) -> None:
    (found,) = findings(cut=part)

    assert (found.rule, found.blocks) == ("unsubscribe", True)


def test_the_size_blocks_at_what_gmail_clips_and_advises_before() -> None:
    def sizes(count: int) -> list[bool]:
        return [one.blocks for one in findings(html=f"<!--{'x' * count}-->") if one.rule == "size"]

    assert (sizes(10), sizes(80_000), sizes(102_400)) == ([], [False], [True])


def test_what_ran_before_is_told_unless_it_is_an_update() -> None:
    ran = {"harbour.example/fees": "2026-W40"}

    (found,) = findings(ran=ran)

    assert found.rule == "repeat"
    assert "2026-W40" in found.message
    assert findings(FILE.replace("{#s-7f3a9c21}", "{#s-7f3a9c21 .update}"), ran=ran) == ()


def test_what_another_page_had_told_before_ran_too() -> None:
    ran = {"1a2b3c4d5e6f": "2026-W40"}

    (found,) = findings(ran=ran)

    assert (found.rule, found.line, found.blocks) == ("repeat", 20, True)
    assert findings(FILE.replace("{#s-7f3a9c21}", "{#s-7f3a9c21 .update}"), ran=ran) == ()


def test_a_standing_link_may_run_in_every_issue() -> None:
    standing = IssueSettings(standing_links=("https://harbour.example/fees",))
    settings = msgspec.structs.replace(SETTINGS, issue=standing)

    assert findings(ran={"harbour.example/fees": "2026-W40"}, settings=settings) == ()


def test_digest_toml_decides_what_blocks() -> None:
    strict = msgspec.structs.replace(SETTINGS, check=CheckSettings(block=("alt",)))
    text = FILE.replace("![A crane at the quay]", "![]").replace("A week of water.", "TODO")

    assert [(one.rule, one.blocks) for one in findings(text, settings=strict)] == [("alt", True), ("todo", False)]


def test_a_missing_postal_address_is_advice() -> None:
    bare = msgspec.structs.replace(SETTINGS, newsletter=msgspec.structs.replace(SETTINGS.newsletter, address=""))

    assert [(one.rule, one.blocks) for one in findings(settings=bare)] == [("address", False)]
