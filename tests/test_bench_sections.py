"""The benchmark of sections labels any file of that shape, as a draft would."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from digest.config.settings import SectionRule
from digest.config.table import table_of
from digest.text.words import count_words
from tests.support.corpus import corpora

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "tests" / "bench" / "sections"
RULES = """
[[section]]
title = "sea"
about = "ship, harbour"

[[section]]
title = "sky"
about = "cloud, bird"
"""
ROWS = (
    ("a", "Ships leave the harbour", "sea"),
    ("b", "Birds above the clouds", "sky"),
    ("c", "Bread is baked", "Other"),
)


def run(rows: Path, rules: Path, *options: str) -> tuple[list[dict[str, str]], dict[str, float]]:
    out = rows.with_name("out.jsonl")
    script = ROOT / "tests" / "bench" / "sections.py"
    ran = subprocess.run(
        [sys.executable, str(script), str(rows), str(out), "--sections", str(rules), *options],
        check=True,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()], json.loads(ran.stdout)


@pytest.mark.parametrize("options", [(), ("--batch", "1")])
def test_every_line_gets_a_label_in_its_order(tmp_path: Path, options: tuple[str, ...]) -> None:
    rows, rules = tmp_path / "in.jsonl", tmp_path / "sections.toml"
    rules.write_text(RULES, "utf-8")
    lines = [{"id": id_, "title": title, "text": "", "label": label} for id_, title, label in ROWS]
    rows.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    labels, figures = run(rows, rules, *options)

    assert labels == [{"id": id_, "label": label} for id_, _, label in ROWS]
    assert (figures["stories"], figures["right"], figures["other"]) == (3, 1.0, 1)


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_seeds_are_sections_of_a_digest_toml_with_at_most_twenty_words_each(path: Path) -> None:
    rules = [table_of(SectionRule, table) for table in tomllib.loads(path.read_text("utf-8"))["section"]]

    assert len(rules) > 3
    assert all(count_words(rule.about.replace("/", " ")) <= 20 for rule in rules)


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("stories", "seeds", "least"),
    [
        ("bbc/dev", "bbc", 0.92),
        ("agnews-test/dev", "agnews", 0.81),
        ("masakhanews/eng.dev", "masakhanews-eng", 0.79),
        ("masakhanews/fra.dev", "masakhanews-fra", 0.69),
    ],
)
def test_enough_stories_find_their_section(tmp_path: Path, stories: str, seeds: str, least: float) -> None:
    rows = tmp_path / "in.jsonl"
    rows.write_bytes((corpora() / "briefing" / f"{stories}.topics.jsonl").read_bytes())

    assert run(rows, SEEDS / f"{seeds}.toml")[1]["right"] >= least
