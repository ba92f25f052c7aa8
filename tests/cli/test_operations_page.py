"""docs/operations.md names what there is: every metric, and only verbs and options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from digest.cli.main import VERBS
from digest.serve.metrics import count
from tests.scale.scene import NOW, set_scene
from tests.support.cli import digest
from tests.support.postgres import Cluster

TEXT = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
NOT_SERIES = {"digest_desk"}


def metrics(cluster: Cluster, root: Path) -> set[str]:
    scene = set_scene(cluster, root)
    with scene.project:
        text = count(scene.project, now=NOW).decode()
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


def test_every_metric_is_explained_and_none_that_is_not(cluster: Cluster, tmp_path: Path) -> None:
    named = set(re.findall(r"\bdigest_[a-z_]+", TEXT)) - NOT_SERIES

    assert named == metrics(cluster, tmp_path / "n")


def test_the_alarms_are_rules_and_ask_for_metrics_and_states_there_are(cluster: Cluster, tmp_path: Path) -> None:
    (rules,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    told = yaml.safe_load(rules)["groups"][0]["rules"]
    known = metrics(cluster, tmp_path / "n")

    assert len({one["alert"] for one in told}) == len(told)
    for one in told:
        assert set(re.findall(r"\bdigest_[a-z_]+", one["expr"])) <= known


def test_every_command_and_its_options_exist() -> None:
    verbs = {one for group in VERBS.values() for one in group}
    commands = re.findall(r"(?:^ {4,}|`)digest ([a-z][^`#\n]*)", TEXT, re.MULTILINE)
    assert len(commands) > 15
    for command in commands:
        verb, *words = command.split()
        assert verb in verbs, command
        told = digest(verb, "--help").out
        for word in words:
            assert not word.startswith("--") or re.search(rf"{word}\b", told), f"digest {command}"


def test_its_contents_lead_to_its_headings() -> None:
    headings = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings]

    assert re.findall(r"^- \[.+\]\(#(.+)\)$", TEXT, re.MULTILINE) == anchors
