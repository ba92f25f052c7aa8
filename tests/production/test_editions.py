"""The editions of an issue from approval to the ledger: what subscribers ask for, frozen, and given to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from digest import pipeline
from digest.config.serve import ServeSettings
from digest.deliver import subscribers
from digest.errors import ChangedError
from digest.model import IssueRecord
from digest.production import editions
from digest.production.editions import SLICES, Editions, frozen_editions, readers, variant_for
from digest.production.frozen import (
    VARIANT,
    Parts,
    content_sha256,
    frozen_issue,
    frozen_mail,
    frozen_parts,
    frozen_settings,
    frozen_variants,
    mail_parts,
    whole_parts,
)
from digest.production.proof import Proof, make_proof, require_unchanged, write_proof
from digest.project import Project
from tests.support.project import CONFIG, at, make_project, opened

pytestmark = pytest.mark.usefixtures("in_each_database")

ISSUE = """\
---
issue: 2026-W47
title: The Trial
subject: Cables and cranes
preheader: {preheader}
base:
---

Good morning.

## World

### Ships wait

Nine ships wait at the quay.

## Energy

### Wind waits

The wind farm waits for a cable.

### Heat moves

A harbour town heats itself.

## From the desk

### We moved

To the second floor.
"""
NOW = at(18, 12)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with opened(make_project(tmp_path / "brief", config=CONFIG)) as made:
        list(pipeline.fetch(made, now=NOW))
        drafted = pipeline.draft(made, now=NOW)
        write(made, ISSUE.format(preheader="Nine ships."))
        assert drafted.period.name == "2026-W47"
        yield made


def write(project: Project, text: str) -> None:
    project.issue_path("2026-W47").write_text(text, "utf-8")


def subscribe(project: Project, name: str, *topics: str) -> None:
    with project.store.write() as connection:
        subscribers.add(connection, f"{name}@readers.example", topics=topics, now=at(1))


def approved(project: Project) -> tuple[IssueRecord, Parts]:
    record = pipeline.approve(project, by="A. Editor", now=NOW).proof.record
    with project.store.read() as connection:
        return record, frozen_parts(connection, record)


def proof_of(project: Project, record: IssueRecord) -> Proof:
    with project.store.read() as connection:
        return make_proof(project, connection, record)


def test_each_choice_of_the_active_subscribers_is_approved_once(project: Project) -> None:
    for name, topics in (("a", ()), ("b", ("World",)), ("c", ("WORLD", "world")), ("d", ("Energy",)), ("e", ("Tea",))):
        subscribe(project, name, *topics)
    with project.store.write() as connection:
        subscribers.add(connection, "gone@readers.example", topics=("World", "Energy"), now=at(1))
        subscribers.remove(connection, "gone@readers.example", now=at(2))
    record, parts = approved(project)
    assert frozen_variants(parts) == ("all", "energy", "world")
    part = frozen_mail(parts, "energy")
    assert part.variant == "energy"
    assert "Wind waits" in part.text
    assert "We moved" in part.text
    assert "Ships wait" not in part.text + part.html
    assert part.subject == frozen_mail(parts).subject == "Cables and cranes"
    with project.store.read() as connection:
        whole = whole_parts(connection, record)
        assert whole == {key: data for key, data in parts.items() if key[0] == VARIANT}
        told = readers(connection, frozen_issue(parts, record.name), frozen_editions(parts))
    assert [(one.variant, one.topics, one.count) for one in told] == [
        ("all", (), 2), ("world", ("World",), 2), ("energy", ("Energy",), 1),
    ]  # fmt: skip


def test_who_chooses_after_the_approval_gets_the_narrowest_mail_with_all_they_chose(project: Project) -> None:
    subscribe(project, "a", "World")
    _, parts = approved(project)
    choose = variant_for(parts, "2026-W47")
    chosen = ((), ("world",), ("Energy",), ("World", "Energy"))
    assert [choose(topics) for topics in chosen] == ["all", "world", "all", "all"]


def test_who_follows_what_the_issue_has_nothing_of_gets_no_mail(project: Project) -> None:
    write(project, ISSUE.format(preheader="").partition("## From the desk")[0].replace("## World", "## Energy"))
    subscribe(project, "a", "World")
    _, parts = approved(project)
    assert frozen_variants(parts) == ("all",)
    assert variant_for(parts, "2026-W47")(("World",)) is None


def test_a_choice_made_since_changes_nothing_that_was_approved(project: Project) -> None:
    subscribe(project, "a", "World")
    record, parts = approved(project)
    subscribe(project, "b", "Energy")
    with project.store.write() as connection:
        subscribers.remove(connection, "a@readers.example", now=at(19))
    with project.store.read() as connection:
        require_unchanged(project, connection, record, parts)
    assert [mail.variant for mail in proof_of(project, record).variants] == ["world"]


def test_a_template_that_changes_only_slices_is_a_change(project: Project) -> None:
    subscribe(project, "a", "World")
    record, parts = approved(project)
    own = project.root / "templates" / "brief"
    own.mkdir(parents=True)
    block = "{% block edition %}{% if edition %}<tr><td>Mine.</td></tr>{% endif %}{% endblock %}"
    text = '{% extends "brief/email.html" %}\n' + block
    (own / "email.html").write_text(text, "utf-8")
    with project.store.read() as connection, pytest.raises(ChangedError, match=r"email\.html changed since"):
        require_unchanged(project, connection, record, parts)


def test_a_mailing_is_another_one_if_any_of_its_mails_is(project: Project) -> None:
    subscribe(project, "a", "World")
    _, parts = approved(project)
    known = content_sha256(parts)
    changes = [{**parts, key: data + b" "} for key, data in parts.items() if key[1] in {"email.html", "email.txt"}]
    less = {key: data for key, data in parts.items() if key[0] == VARIANT}
    assert len({known, content_sha256(less), *map(content_sha256, changes)}) == len(changes) + 2 == 6


def test_an_issue_approved_before_there_were_slices_goes_whole_to_everyone(project: Project) -> None:
    _, parts = approved(project)
    before = {key: data for key, data in parts.items() if key[1] != SLICES}
    assert frozen_editions(before) == Editions()
    assert variant_for(before, "2026-W47")(("World",)) == "all"


def test_a_newsletter_without_sections_freezes_nothing_of_slices(tmp_path: Path) -> None:
    with opened(make_project(tmp_path, config=CONFIG.replace("[[section]]", "[[x]]").partition("[[x]]")[0])) as made:
        list(pipeline.fetch(made, now=NOW))
        pipeline.draft(made, now=NOW)
        subscribe(made, "a", "World")
        _, parts = approved(made)
        assert (VARIANT, SLICES) not in parts
        assert frozen_variants(parts) == ("all",)


def test_what_is_frozen_of_editions_reads_back(project: Project) -> None:
    subscribe(project, "a", "World")
    record, parts = approved(project)
    assert Editions.load(frozen_editions(parts).dump()) == frozen_editions(parts) == proof_of(project, record).editions


def test_only_the_most_wanted_slices_are_made_and_the_others_get_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "MOST_SLICES", 1)
    for name, topic in (("a", "World"), ("b", "Energy"), ("c", "Energy")):
        subscribe(project, name, topic)
    _, parts = approved(project)
    assert frozen_variants(parts) == ("all", "energy")
    assert variant_for(parts, "2026-W47")(("World",)) == "all"


def test_links_lead_where_the_server_was_at_the_approval(project: Project) -> None:
    _, parts = approved(project)
    serving = structs.replace(project.settings, serve=ServeSettings(url="https://news.example.org/", port=9000))
    moved = structs.replace(project.settings, serve=ServeSettings(url="https://other.example.org/", port=9001))
    with_server = parts | mail_parts(frozen_mail(parts), serving)
    for now in (serving, moved, project.settings):
        found = frozen_settings(with_server, now).serve
        assert found is not None
        assert found.url == "https://news.example.org/"
        assert frozen_settings(parts, now).serve is None


def test_slices_are_written_beside_the_whole_and_old_ones_go(project: Project) -> None:
    subscribe(project, "a", "World")
    proof = pipeline.check(project, now=NOW).proof
    write_proof(project, proof, proof.mail, b"", [replace(proof.variants[0], variant="gone")])
    write_proof(project, proof, proof.mail, b"", proof.variants)
    folder = project.build_dir("2026-W47") / "variants"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*")) == [
        "world/email.html", "world/email.txt",
    ]  # fmt: skip
