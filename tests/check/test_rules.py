"""Each rule finds its fault at its line, and a sound issue raises nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from digest.check.galley import Galley
from digest.check.gate import check_issue
from digest.config.settings import CheckSettings, IssueSettings, Settings
from digest.config.table import table_of
from digest.edit.issuefile import read_issue
from digest.model import UNSUBSCRIBE_MARK, Entry, Finding, Mail

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


def findings(text: str = FILE, *, settings: Settings = SETTINGS, entry: Entry = ENTRY, html: str = "", cut: str = "",
             ran: dict[str, str] | None = None) -> tuple[Finding, ...]:  # fmt: skip
    issue = read_issue(text, path="issues/2026-W47.md").issue
    mail = Mail(
        subject=issue.subject,
        preheader=issue.preheader,
        html=f"<p>{html}{'' if cut == 'html' else UNSUBSCRIBE_MARK}</p>",
        text="" if cut == "text" else UNSUBSCRIBE_MARK,
        language="en",
    )
    galley = Galley(
        issue=issue, mail=mail, settings=settings, entries={entry.id: entry}, ran=ran or {},
        path="issues/2026-W47.md", now=NOW,
    )  # fmt: skip
    return check_issue(galley)


def test_a_sound_issue_raises_nothing() -> None:
    assert findings() == ()


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "blocks"),
    [
        ("A week of water.", "A week of TODO.", "todo", 8, True),
        ("said Ada Quill.", "said TK.", "todo", 14, True),
        ("subject: Port fees rise", f"subject: {'x' * 71}", "subject", 4, False),
        ("preheader: And more", f"preheader: {'x' * 140}", "preheader", 5, False),
        ("absorb it,", "swallow it,", "quote", 12, True),
        ("![A crane at the quay]", "![]", "alt", 16, False),
        ("[the full table]", "[click here]", "link-text", 16, False),
        ("](https://harbour.example/fees)", "](javascript:alert)", "link", 20, False),
        ("](https://harbour.example/fees)", "](https://harbour.example/fees?utm_source=x)", "link", 20, False),
        ("{#e-1a2b3c4d5e6f}\n", "{#e-1a2b3c4d5e6f}\n\n### Again\n\nSources:\n\n- [X](https://www.harbour.example/fees/)\n",
         "repeat", 26, False),
        ("## Next week", "## Empty\n\n## Next week", "empty", 22, False),
    ],
)  # fmt: skip
def test_a_fault_is_found_where_it_stands(old: str, new: str, rule: str, line: int, blocks: bool) -> None:
    assert old in FILE

    found = findings(FILE.replace(old, new, 1))

    assert [(one.rule, one.line, one.blocks) for one in found] == [(rule, line, blocks)]
    assert found[0].path == "issues/2026-W47.md"


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
    (found,) = findings("---\nissue: 2026-W47\ntitle: T\n---\n\n<!-- nothing -->\n")

    assert (found.rule, found.blocks) == ("empty", True)
    assert findings("---\nissue: 2026-W47\ntitle: T\n---\n\nNothing significant this week.\n") == ()


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_mail_without_a_way_out_is_blocked(part: str) -> None:
    (found,) = findings(cut=part)

    assert (found.rule, found.blocks) == ("unsubscribe", True)


def test_the_size_blocks_at_what_gmail_clips_and_advises_before() -> None:
    assert [(one.rule, one.blocks) for one in findings(html="x" * 90_000)] == [("size", False)]
    assert [(one.rule, one.blocks) for one in findings(html="x" * 102_400)] == [("size", True)]


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
