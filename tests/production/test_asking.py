"""A whole issue, drafted, written on and rendered: its links asked of a web server, its domain of a name server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest import pipeline
from digest.production.asking import NOTHING, ask_network
from digest.production.domainlookup import NameServer
from tests.support.dns import answering
from tests.support.http import Page, Site, serving
from tests.support.project import CONFIG, make_project, opened

pytestmark = pytest.mark.usefixtures("in_each_database")

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    config = CONFIG.replace("[newsletter]", '[newsletter]\nurl = "https://trial.example/brief/"')
    return make_project(tmp_path, config=config + "[gather]\nallow_private = true\n", feeds=None)


def written(site: Site) -> str:
    """A section of an editor's own."""
    there = site.add("/there", Page(b"x"))
    old = site.add("/old", Page(status=301, headers={"Location": "/there"}))
    return (
        f"\n## World\n\nSee [the map]({there}#north).\n\n### Ours\n\nA [plan]({site.url}/none) and [more]({old}).\n\n"
        f"![A map]({site.url}/map.png)\n"
    )


def test_the_links_of_a_whole_issue_are_asked_and_its_sender_looked_up(root: Path) -> None:
    zone = {"example.org": {"TXT": ['"v=spf1 -all"']}}
    with serving() as site, answering(zone) as names, opened(root) as project:
        pipeline.draft(project, now=NOW)
        path = project.issue_path("2026-W47")
        path.write_text(path.read_text("utf-8") + written(site), "utf-8")
        proof = pipeline.check(project, now=NOW).proof
        before = list(site.requests)
        server = NameServer(address=names.address, port=names.port)
        heard = ask_network(project, proof.issue, proof.mail, now=NOW, server=server)

    assert "trial.example/brief/2026-W47" in proof.mail.html  # its own page, which is not there yet
    assert before == []
    assert {url.removeprefix(site.url): answer.kind for url, answer in heard.answers.items()} == {
        "/there": "there", "/none": "gone", "/old": "there", "/map.png": "gone",
    }  # fmt: skip
    assert heard.answers[f"{site.url}/old"].permanent
    assert heard.domain is not None
    assert (heard.domain.spf, heard.domain.dmarc) == (("v=spf1 -all",), ())


def test_nothing_heard_is_nothing_said() -> None:
    assert (dict(NOTHING.answers), NOTHING.domain) == ({}, None)
