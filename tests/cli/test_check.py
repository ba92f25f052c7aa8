"""``digest check``: an issue, a mail of somebody else's, and the list of rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.cli.output import folded
from digest.config.settings import RULES
from digest.model import Finding
from tests.check.letters import HTML, TEXT, message
from tests.support.cli import digest
from tests.support.project import NOW, make_project


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "mail.eml"
    path.write_bytes(message().replace("\n", "\r\n").encode())
    return path


def test_a_mail_is_looked_at_where_there_is_no_newsletter(mail: Path) -> None:
    ran = digest("check", mail, "--json", root=mail.parent)

    assert ran.code == 0, ran.out + ran.err
    assert ran.json["file"] == str(mail)
    assert ran.json["counts"]["blocking"] == 0
    assert all(not one["blocks"] for one in ran.json["findings"])


def test_what_blocks_in_a_mail_is_told_with_its_place(mail: Path) -> None:
    mail.write_bytes(mail.read_bytes().replace(b"Message-ID", b"X-ID").replace(b"Nobody needs", b"TODO Nobody"))

    ran = digest("check", mail.name, root=mail.parent)

    assert ran.code == 4
    assert "mail.eml:33: todo: “TODO” is still in the text" in ran.out
    assert "mail.eml: headers: there is no Message-ID" in ran.out
    assert ran.lines[-1].startswith("mail.eml: ")


@pytest.mark.parametrize(("name", "text"), [("a.html", HTML), ("a.txt", TEXT)])
def test_a_part_is_looked_at_alone(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")

    assert digest("check", name, root=tmp_path).code == 0


def test_a_mail_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    ran = digest("check", "none.eml", root=tmp_path)

    assert ran.code == 2
    assert "none.eml: cannot be read" in ran.err


def test_the_rules_are_listed_as_digest_toml_has_them(tmp_path: Path) -> None:
    config = '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\n'
    config += '[check]\nblock = ["headline"]\nignore = ["alt", "embargo"]\n'
    (tmp_path / "digest.toml").write_text(config, "utf-8")

    ran = digest("check", "--rules", "--json", root=tmp_path)
    severity = {one["id"]: one["severity"] for one in ran.json["rules"]}

    assert tuple(severity) == RULES
    assert (severity["headline"], severity["todo"], severity["alt"]) == ("blocks", "advises", "ignored")
    assert severity["embargo"] == "always blocks"
    assert digest("check", "--rules", root=tmp_path).lines[0].split()[0] == "Rule"


def test_an_issue_is_counted_by_rule(tmp_path: Path) -> None:
    root = make_project(tmp_path / "brief")
    digest("draft", root=root, now=NOW)
    path = root / "issues" / "2026-W47.md"
    path.write_text(path.read_text("utf-8").replace("## ", "A TODO here.\n\n## ", 1), "utf-8")

    ran = digest("check", "--json", root=root, now=NOW)

    assert ran.json["counts"]["by_rule"]["todo"] == 1
    assert json.loads(ran.out)["issue"] == "2026-W47"


def test_what_is_alike_is_folded_by_file() -> None:
    def found(path: str, *, blocks: bool = False, count: int = 1, rule: str = "alt") -> list[Finding]:
        return [Finding(rule=rule, blocks=blocks, message="m", path=path, line=line) for line in range(count)]

    every = [*found("b", blocks=True), *found("a", count=8), *found("b", count=6, rule="link")]
    listed = folded(every, most=5)

    assert [(one.path, one.rule, more) for one, more in listed if more] == [("b", "link", 1), ("a", "alt", 3)]
    assert [one.path for one, _ in listed] == ["b"] * 6 + ["a"] * 5
    assert len(folded(every, most=len(every))) == len(every)
