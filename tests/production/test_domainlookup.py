"""What a real name server says of the sender's domain, and what is made of a server that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.check.online.answers import DomainRecords
from digest.production.domainlookup import CONTROL_HOST, NameServer, look_up, look_up_domain
from tests.support.dns import Zone, answering
from tests.support.project import CONFIG, make_project, opened

ROOT = {CONTROL_HOST: {"A": ["198.41.0.4"]}}
WELL_KEPT = {
    "harbour.example": {
        "TXT": ['"v=spf1 mx include:mailer.example -all"', '"site-verification=1"'],
        "MX": ["20 second.harbour.example.", "10 first.harbour.example."],
    },
    "mailer.example": {"TXT": ['"v=spf1 ip4:192.0.2.0/24 " "a:out.mailer.example ~all"']},
    "_dmarc.harbour.example": {"TXT": ['"v=DMARC1; p=reject; rua=mailto:dmarc@harbour.example"']},
    "autumn._domainkey.harbour.example": {"TXT": ['"v=DKIM1; k=rsa; " "p=MIGfMA0GCSqGSIb3"']},
    "revoked._domainkey.harbour.example": {"TXT": ['"v=DKIM1"']},
}


def told(domain: str, zone: Zone, *, selectors: tuple[str, ...] = (), broken: str = "") -> DomainRecords:
    with answering({**ROOT, **zone}, broken=frozenset({broken})) as server:
        return look_up(domain, selectors=selectors, server=NameServer(address=server.address, port=server.port))


def test_a_well_kept_domain_is_told_whole() -> None:
    assert told("harbour.example", WELL_KEPT, selectors=("autumn", "revoked", "winter")) == DomainRecords(
        domain="harbour.example",
        exists=True,
        spf=("v=spf1 mx include:mailer.example -all",),
        spf_lookups=3,
        dmarc=("v=DMARC1; p=reject; rua=mailto:dmarc@harbour.example",),
        dmarc_at="harbour.example",
        selectors=("autumn", "revoked", "winter"),
        dkim=("autumn",),
        mx=("first.harbour.example", "second.harbour.example"),
    )


def test_no_key_is_guessed() -> None:
    with answering({**ROOT, **WELL_KEPT}) as server:
        records = look_up("harbour.example", server=NameServer(address=server.address, port=server.port))

    assert records.selectors == ()
    assert not [name for name, _ in server.asked if "_domainkey" in name]


def test_a_policy_is_found_above_the_domain() -> None:
    zone = WELL_KEPT | {"brief.news.harbour.example": {"MX": ["0 ."]}}

    records = told("brief.news.harbour.example", zone)

    assert (records.dmarc_at, len(records.dmarc or ())) == ("harbour.example", 1)
    assert (records.spf, records.mx) == ((), (".",))


def test_a_top_level_domain_is_not_asked_for_a_policy() -> None:
    with answering({**ROOT, "bare.example": {"A": ["192.0.2.1"]}}) as server:
        look_up("bare.example", server=NameServer(address=server.address, port=server.port))

    assert ("_dmarc.bare.example", "TXT") in server.asked
    assert ("_dmarc.example", "TXT") not in server.asked


def test_a_domain_with_an_address_alone_has_none_of_it() -> None:
    records = told("bare.example", {"bare.example": {"A": ["192.0.2.1"]}})

    assert records == DomainRecords(
        domain="bare.example", exists=True, spf=(), dmarc=(), dmarc_at="bare.example", dkim=(), mx=()
    )


def test_a_domain_that_does_not_exist_is_told_from_a_server_that_knows_nothing() -> None:
    with answering({}) as server:
        nothing = look_up("harbour.example", server=NameServer(address=server.address, port=server.port))

    assert told("no-such.example", WELL_KEPT).exists is False
    assert (nothing.exists, nothing.trouble) == (None, "it could not be looked up; is there a network?")


def test_a_server_that_fails_is_no_fault_of_the_domain() -> None:
    records = told("harbour.example", WELL_KEPT, broken="_dmarc.harbour.example")

    assert records.dmarc is None
    assert records.spf == ("v=spf1 mx include:mailer.example -all",)
    assert records.trouble == "the name server does not say what it knows of _dmarc.harbour.example"


def test_a_server_that_is_silent_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.production.domainlookup.QUESTION_S", 0.2)
    with answering(ROOT | WELL_KEPT, silent=frozenset({"harbour.example", "_dmarc.harbour.example"})) as server:
        records = look_up("harbour.example", server=NameServer(address=server.address, port=server.port))

    assert (records.exists, records.spf, records.dmarc, records.mx) == (None, None, None, None)
    assert records.trouble == "the name server does not answer"


@pytest.mark.parametrize(
    ("zone", "count"),
    [
        ({"a.example": ["v=spf1 -all"]}, 0),
        ({"a.example": ["v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 a mx/24 ptr exists:x.example all"]}, 4),
        ({"a.example": ["v=spf1 redirect=b.example"], "b.example": ["v=spf1 ?include:c.example"], "c.example": []}, 2),
        ({"a.example": ["v=spf1 include:a.example -all"]}, 1),  # a circle
        ({"a.example": ["v=spf1 include:%{i}.b.example -all"]}, 1),
        ({"a.example": ["v=spf1 include:missing.example -all"]}, 1),
        (
            {f"{n}.a.example" if n else "a.example": [f"v=spf1 a include:{n + 1}.a.example"] for n in range(9)},
            18,
        ),
        ({"a.example": ["v=spf1 a", "v=spf1 mx"]}, 0),  # counted only where there is one
    ],
)
def test_the_lookups_of_a_record_are_counted(zone: dict[str, list[str]], count: int) -> None:
    records = told(
        "a.example", {name: {"TXT": [f'"{text}"' for text in texts]} for name, texts in zone.items() if texts}
    )

    assert records.spf_lookups == count


def test_a_record_without_end_is_followed_only_as_far_as_receivers_do() -> None:
    zone = {f"{n}.a.example" if n else "a.example": {"TXT": [f'"v=spf1 include:{n + 1}.a.example"']} for n in range(60)}
    with answering({**ROOT, **zone}) as server:
        records = look_up("a.example", server=NameServer(address=server.address, port=server.port))

    assert records.spf_lookups > 10
    assert len([name for name, _ in server.asked if name[0].isdigit()]) < 15


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("The Trial <trial@Harbour.Example>", "harbour.example"),
        ("trial@straße.example", "xn--strae-oqa.example"),
    ],
)
def test_the_domain_is_the_one_that_mails_come_from(tmp_path: Path, sender: str, domain: str) -> None:
    root = make_project(tmp_path, config=CONFIG.replace("The Trial <trial@example.org>", sender))
    zone = {**ROOT, **WELL_KEPT, "xn--strae-oqa.example": {"A": ["192.0.2.1"]}}
    with answering(zone) as server, opened(root) as project:
        records = look_up_domain(project, server=NameServer(address=server.address, port=server.port))

    assert (records.domain, records.exists) == (domain, True)
