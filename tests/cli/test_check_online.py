"""``digest check --online`` and ``approve``: dead links block, doubtful ones advise, and nobody is asked unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import digest
from tests.support.dns import Zone, answering
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, NOW, make_project, snapshot


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        running.add("/there", Page(b"x"))
        running.add("/old", Page(status=301, headers={"Location": "/there"}))
        running.add("/shy", Page(b"x", status=403))
        yield running


@pytest.fixture
def root(tmp_path: Path, site: Site) -> Path:
    config = CONFIG.replace('["embargo"]', '["embargo", "dead-link"]') + "[gather]\nallow_private = true\n"
    root = make_project(tmp_path / "brief", config=config, feeds=None)
    digest("draft", root=root, now=NOW)
    path = root / "issues" / "2026-W47.md"
    links = "\n".join(f"[{name}]({site.url}/{name})" for name in ("there", "old", "shy", "none"))
    path.write_text(f"{path.read_text('utf-8')}\n## World\n\n### Ours\n\n{links}\n", "utf-8")
    return root


@pytest.fixture(autouse=True)
def may_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGEST_OFFLINE")


def line_of(root: Path, words: str) -> int:
    lines = (root / "issues" / "2026-W47.md").read_text("utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_nobody_is_asked_without_online(root: Path, site: Site) -> None:
    ran = digest("check", root=root, now=NOW)

    assert ran.code == 0, ran.out
    assert site.requests == []


def test_what_is_dead_blocks_and_what_is_doubtful_advises(root: Path, site: Site) -> None:
    ran = digest("check", "--online", "--json", root=root, now=NOW)

    found = {(one["rule"], one["line"], one["blocks"]) for one in ran.json["findings"] if one["line"]}
    assert ran.code == 4
    assert found >= {
        ("dead-link", line_of(root, "/none"), True),
        ("dead-link", line_of(root, "/shy"), False),
    }
    assert [one["message"].partition(" ")[2] for one in ran.json["findings"] if one["rule"] == "redirect"] == [
        f"has moved for good to {site.url}/there"
    ]


def test_a_second_look_asks_only_what_is_not_believed(root: Path, site: Site) -> None:
    digest("check", "--online", root=root, now=NOW)
    count = len(site.asked("/there")), len(site.asked("/shy")), len(site.asked("/none"))
    digest("check", "--online", root=root, now=NOW)

    assert (len(site.asked("/there")), len(site.asked("/none"))) == (count[0], count[2])
    assert len(site.asked("/shy")) == 2 * count[1]


def test_approving_asks_unless_it_is_told_not_to(root: Path, site: Site) -> None:
    before = snapshot(root / "issues")
    refused = digest("approve", "--by", "Ada", root=root, now=NOW)
    count = len(site.requests)
    offline = digest("approve", "--by", "Ada", "--offline", root=root, now=NOW)

    assert refused.code == 4
    assert "/none: it is not there (404 Not Found)" in refused.err + refused.out
    assert count > 0
    assert (offline.code, len(site.requests)) == (0, count)
    assert snapshot(root / "issues") == before


def test_the_domain_of_the_sender_is_looked_up_with_its_keys(root: Path) -> None:
    zone: Zone = {
        "example.org": {"MX": ["10 mail.example.org."], "TXT": ['"v=spf1 mx -all"']},
        "_dmarc.example.org": {"TXT": ['"v=DMARC1; p=none"']},
        "mail2026._domainkey.example.org": {"TXT": ['"v=DKIM1; p=MIIB"']},
    }
    with answering(zone) as server:
        path = root / "digest.toml"
        asked = f'dkim_selectors = ["mail2026", "lost"]\nname_server = "{server.address}:{server.port}"'
        path.write_text(path.read_text("utf-8").replace("[check]", f"[check]\n{asked}"), "utf-8")
        ran = digest("check", "--online", "--json", root=root, now=NOW)

    told = [one["message"] for one in ran.json["findings"] if one["rule"] == "sender-domain"]
    assert any("lost" in message for message in told), told
    assert not any("mail2026" in message for message in told), told
