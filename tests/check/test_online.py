"""What the rules make of answers from the network: what blocks, what advises, where it stands, and what is no news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from digest.check.galley import Galley, Remark
from digest.check.letter import letter_of
from digest.check.online.answers import DomainRecords, LinkAnswer, is_believed
from digest.check.online.askedlinks import asked_links
from digest.check.online.links import dead_link, redirect, sender_domain
from digest.check.online.shorteners import is_shortened
from digest.config.settings import Settings
from digest.config.table import table_of
from digest.edit.issuefile import read_issue
from digest.model import Entry, Html, Mail

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
SETTINGS = table_of(
    Settings,
    {
        "newsletter": {
            "title": "The Brief",
            "from": "brief@trial.example",
            "url": "https://trial.example/brief/",
            "description": "See https://charter.example/we.",
        }
    },
)
FILE = """\
---
issue: 2026-W47
title: The Brief
subject: Port fees rise
---

A week of water, says [the almanac](https://almanac.example/tides_(north)).

## World

### Port fees rise {#s-7f3a9c21}

![A crane](https://pictures.example/crane.png) and [the table](<https://harbour.example/table?a=1&b=2#rows>), see
https://bit.ly/3xYz. Our [last one](https://trial.example/brief/2026-W46/).

Sources:

- [Harbour Office](https://harbour.example/fees), 16 November 2026 {#e-1a2b3c4d5e6f}
- also [Port News](https://ports.example/2026/11/fees?id=7), 17 November 2026

## Candidates

### Perhaps

Sources:

- [Bench](https://bench.example/never-printed)
"""
HTML = """\
<a href="https://trial.example/brief/2026-W47/">In the browser</a>
<a href="https://almanac.example/tides_(north)">the almanac</a>
<a href="https://harbour.example/fees">Port fees rise</a>
<img src="https://pictures.example/crane.png" alt="A crane">
<a href="https://harbour.example/table?a=1&amp;b=2#rows">the table</a> <a href="https://bit.ly/3xYz">…</a>
<a href="https://trial.example/brief/2026-W46/">last one</a> <a href="https://ports.example/2026/11/fees?id=7">Port</a>
<a href="https://entry.example/inside">a source's own words</a> <a href="https://charter.example/we">charter</a>
<a href="https://trial.example/brief/">Home</a> <a href="https://furniture.example/x">Made with</a>
<a href="@@unsubscribe@@">Unsubscribe</a> <a href="mailto:desk@trial.example">Write</a> <a href="/about">About</a>
"""
ENTRY = Entry(
    id="1a2b3c4d5e6f",
    source_id="harbour",
    title="Port fees rise",
    body=Html('<p>See <a href="https://entry.example/inside">inside</a>.</p>'),
    image_url="https://pictures.example/quay.png",
    first_seen=NOW,
)
FEES = "https://harbour.example/fees"


def galley(
    answers: Mapping[str, LinkAnswer] | None = None, *, html: str = HTML, domain: DomainRecords | None = None
) -> Galley:
    issue = read_issue(FILE, path="issues/2026-W47.md").issue
    mail = Mail(subject="S", preheader="", html=html, text="", language="en")
    return Galley(
        issue=issue,
        mail=mail,
        letter=letter_of(mail, clients=()),
        settings=SETTINGS,
        entries={ENTRY.id: ENTRY},
        ran={},
        path="issues/2026-W47.md",
        now=NOW,
        answers=answers or {},
        domain=domain,
    )


def all_asked(html: str = HTML) -> tuple[str, ...]:
    looked_at = galley(html=html)
    return asked_links(looked_at.issue, looked_at.mail, own=SETTINGS.newsletter.url)


def answered(*answers: LinkAnswer, html: str = HTML) -> Galley:
    """All links are there, but these."""
    told = {url: LinkAnswer(url=url, kind="there", asked=NOW, status=200) for url in all_asked(html)}
    assert {answer.url for answer in answers} <= set(told)
    return galley(told | {answer.url: answer for answer in answers}, html=html)


def answer(url: str, kind: Any = "there", **rest: Any) -> LinkAnswer:
    return LinkAnswer(**{"url": url, "kind": kind, "asked": NOW, **rest})


def only(remarks: Any) -> Remark:
    (remark,) = remarks
    assert isinstance(remark, Remark)
    return remark


def test_every_address_a_reader_meets_is_asked_once_and_nobody_else() -> None:
    assert all_asked() == (
        "https://almanac.example/tides_(north)",
        "https://harbour.example/fees",
        "https://pictures.example/crane.png",
        "https://harbour.example/table?a=1&b=2",
        "https://bit.ly/3xYz",
        "https://trial.example/brief/2026-W46/",
        "https://ports.example/2026/11/fees?id=7",
        "https://entry.example/inside",
        "https://charter.example/we",
        "https://furniture.example/x",
    )


def test_the_sources_of_a_story_that_the_mail_had_no_room_for_are_asked_too() -> None:
    assert all_asked("") == (FEES, "https://ports.example/2026/11/fees?id=7")


@pytest.mark.parametrize(
    "address", ["https://", "https:///x", "http://[", "//harbour.example/", "ftp://a.example/", "x" * 9]
)
def test_what_is_no_web_address_is_not_asked(address: str) -> None:
    assert address not in all_asked(f'<a href="{address}">x</a>')


def test_nothing_is_said_where_nobody_asked() -> None:
    assert [*dead_link(galley()), *redirect(galley()), *sender_domain(galley())] == []


def test_nothing_is_said_where_all_is_well() -> None:
    assert [*dead_link(answered()), *redirect(answered())] == []


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (answer(FEES, "gone", status=404), f"{FEES}: it is not there (404 Not Found)"),
        (answer(FEES, "gone", status=410), f"{FEES}: it is gone (410 Gone)"),
        (answer(FEES, "no host"), f"{FEES}: there is no host harbour.example"),
        (answer(FEES, "gone", status=404, final="https://new.example/"),
         f"{FEES}: leads to https://new.example/; it is not there (404 Not Found)"),
        (answer(FEES, "no host", final="https://new.example/"),
         f"{FEES}: leads to https://new.example/; there is no host new.example"),
    ],
)  # fmt: skip
def test_a_dead_link_blocks(found: LinkAnswer, message: str) -> None:
    remark = only(dead_link(answered(found)))

    assert (remark.rule, remark.message, remark.line, remark.advice) == ("dead-link", message, 18, False)


@pytest.mark.parametrize(
    ("url", "part", "line", "advice"),
    [
        ("https://almanac.example/tides_(north)", "issue", 7, False),
        ("https://pictures.example/crane.png", "issue", 13, False),
        ("https://harbour.example/table?a=1&b=2", "issue", 13, False),
        ("https://bit.ly/3xYz", "issue", 14, False),
        ("https://trial.example/brief/2026-W46/", "issue", 14, False),
        ("https://ports.example/2026/11/fees?id=7", "issue", 19, False),
        ("https://entry.example/inside", "issue", 18, True),
        ("https://charter.example/we", "settings", None, False),
        ("https://furniture.example/x", "html", 8, False),
    ],
)
def test_a_dead_link_is_found_where_it_stands(url: str, part: str, line: int | None, advice: bool) -> None:
    remark = only(dead_link(answered(answer(url, "gone", status=404))))

    assert (remark.part, remark.line, remark.advice) == (part, line, advice)


def test_what_is_not_certain_advises_once_a_host() -> None:
    remarks = list(
        dead_link(
            answered(
                answer(FEES, "doubtful", status=403, trouble="answers 403 Forbidden"),
                answer(
                    "https://harbour.example/table?a=1&b=2", "doubtful", status=403, trouble="answers 403 Forbidden"
                ),
                answer("https://ports.example/2026/11/fees?id=7", "doubtful", trouble="does not answer"),
            )
        )
    )

    assert [(remark.message, remark.line, remark.advice) for remark in remarks] == [
        ("harbour.example: answers 403 Forbidden (2 addresses; lines 13, 18)", 13, True),
        ("https://ports.example/2026/11/fees?id=7: does not answer", 19, True),
    ]


def test_what_could_not_be_asked_is_said_once_for_all() -> None:
    nothing = {
        url: answer(url, "unasked", trouble="no host could be found; is there a network?") for url in all_asked()
    }

    remark = only(dead_link(galley(nothing)))

    assert remark.message == "10 of 10 links were not asked: no host could be found; is there a network?"
    assert (remark.advice, remark.line) == (True, None)


def test_a_link_that_came_in_after_the_asking_is_not_taken_for_asked() -> None:
    told = {url: answer(url) for url in all_asked() if url != FEES}

    assert only(dead_link(galley(told))).message == "1 of 10 links was not asked: it came in meanwhile"


def test_a_password_in_an_address_is_not_shown() -> None:
    html = '<a href="https://ada:secret@harbour.example/in">x</a>'

    remark = only(dead_link(answered(answer("https://ada:secret@harbour.example/in", "gone", status=404), html=html)))

    assert "secret" not in remark.message


@pytest.mark.parametrize(
    ("final", "permanent", "message", "hint"),
    [
        ("https://new.example/fees?utm_source=x", True, f"{FEES} has moved for good to https://new.example/fees",
         "use https://new.example/fees"),
        ("https://harbour.example/", True,
         f"{FEES} leads to the front page of harbour.example: what it named may be gone", "look for its new address"),
        ("https://www.harbour.example/en/", False,
         f"{FEES} leads to the front page of harbour.example: what it named may be gone", "look for its new address"),
    ],
)  # fmt: skip
def test_a_redirect_is_named_with_its_target(final: str, permanent: bool, message: str, hint: str) -> None:
    remark = only(redirect(answered(answer(FEES, status=200, final=final, permanent=permanent))))

    assert (remark.rule, remark.line, remark.message, remark.hint) == ("redirect", 18, message, hint)


@pytest.mark.parametrize(
    ("url", "final", "permanent"),
    [
        (FEES, "https://login.example/?next=fees", False),  # for now
        (FEES, "https://www.harbour.example/fees/", True),  # the same page
        (FEES, "https://harbour.example/fees?utm_source=feed", True),
        ("https://doi.org/10.1000/182", "https://journal.example/182", True),  # made to be cited
        ("https://harbour.example/", "https://harbour.example/en", False),  # a front page itself
    ],
)
def test_a_redirect_that_is_no_news_is_passed_over(url: str, final: str, permanent: bool) -> None:
    html = f'<a href="{url}">x</a>'

    assert list(redirect(answered(answer(url, final=final, permanent=permanent), html=html))) == []


def test_a_shortened_address_is_named_with_its_target_however_it_leads_there() -> None:
    for permanent in (True, False):
        found = answer("https://bit.ly/3xYz", final="https://harbour.example/plan?utm_medium=x", permanent=permanent)
        remark = only(redirect(answered(found)))

        assert remark.message == "https://bit.ly/3xYz hides where it leads: https://harbour.example/plan"
        assert (remark.line, remark.hint) == (14, "use https://harbour.example/plan")


@pytest.mark.parametrize(
    ("url", "shortened"),
    [
        ("https://bit.ly/3xYz", True),
        ("http://WWW.TinyURL.com/abc", True),
        ("https://t.co/a?b", True),
        ("https://bit.ly/", False),  # the service itself
        ("https://notbit.ly/3xYz", False),
        ("https://harbour.example/bit.ly/3xYz", False),
        ("http://[", False),
    ],
)
def test_shortened_addresses_are_known_by_their_host(url: str, shortened: bool) -> None:
    assert is_shortened(url) == shortened


def test_a_redirect_in_a_source_s_own_text_advises() -> None:
    found = answer("https://entry.example/inside", final="https://entry.example/new", permanent=True)

    assert only(redirect(answered(found))).advice


def records(**rest: Any) -> DomainRecords:
    return DomainRecords(
        **{
            "domain": "trial.example",
            "exists": True,
            "spf": ("v=spf1 include:mailer.example ~all",),
            "spf_lookups": 1,
            "dmarc": ("v=DMARC1; p=none",),
            "dmarc_at": "trial.example",
            "mx": ("mail.trial.example",),
            **rest,
        }
    )


@pytest.mark.parametrize(
    ("change", "message", "advice"),
    [
        ({"exists": False, "spf": None}, "the domain of the sender does not exist: trial.example", False),
        ({"spf": ()}, "trial.example does not say who may send its mail: no SPF record", False),
        ({"spf": ("v=spf1 a", "v=spf1 mx")}, "trial.example has 2 SPF records; then none is heeded", False),
        ({"spf": ("v=spf1 +all",)}, "the SPF record of trial.example lets everybody send (all)", True),
        ({"spf": ("v=spf1 mx ALL",)}, "the SPF record of trial.example lets everybody send (all)", True),
        ({"spf_lookups": 11},
         "the SPF record of trial.example takes more than 10 lookups; receivers give up then", True),
        ({"dmarc": ()}, "trial.example does not say what forged mail deserves: no DMARC record", False),
        ({"dmarc": ("v=DMARC1; p=none",) * 2}, "_dmarc.trial.example has 2 records; then none is heeded", False),
        ({"selectors": ("a", "b"), "dkim": ("b",)},
         "the key that mails are signed with is not there: a._domainkey.trial.example", False),
        ({"mx": ()}, "trial.example names no server that takes its mail (MX): replies to it are lost", True),
        ({"mx": (".",)}, "trial.example says that it takes no mail: replies to it are lost", True),
        ({"spf": None, "dmarc": None, "mx": None, "exists": None, "trouble": "the name server does not answer"},
         "trial.example: the name server does not answer", True),
    ],
)  # fmt: skip
def test_the_sender_s_domain_is_judged(change: dict[str, Any], message: str, advice: bool) -> None:
    remark = only(sender_domain(galley(domain=records(**change))))

    assert (remark.rule, remark.part, remark.message, remark.advice) == ("sender-domain", "settings", message, advice)


@pytest.mark.parametrize(
    "change", [{}, {"spf_lookups": 10}, {"spf": ("v=spf1 ip4:192.0.2.1 -all",)}, {"selectors": ("a",), "dkim": ("a",)},
               {"selectors": ("a",), "dkim": None}]
)  # fmt: skip
def test_a_well_kept_domain_raises_nothing(change: dict[str, Any]) -> None:
    assert list(sender_domain(galley(domain=records(**change)))) == []


@pytest.mark.parametrize(
    ("kind", "age", "believed"),
    [
        ("there", timedelta(0), True),
        ("there", timedelta(hours=6), False),
        ("gone", timedelta(minutes=9), True),
        ("no host", timedelta(minutes=10), False),
        ("doubtful", timedelta(0), False),
        ("unasked", timedelta(0), False),
        ("there", -timedelta(seconds=1), False),
    ],
)
def test_how_long_an_answer_holds(kind: Any, age: timedelta, believed: bool) -> None:
    assert is_believed(answer(FEES, kind), now=NOW + age) == believed
