"""The runner that groups any file of entries, and that its answer depends on nothing but the entries."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from tests.bench.stories import main, stories_of

ROOT = Path(__file__).resolve().parents[2]
STRIKE = {
    "id": "a",
    "title": "Strike shuts Marlow harbour",
    "text": "The Ofgate union began a strike over night shifts in Marlow.",
    "date": "2026-11-18",
}
STRIKE_TOO = {
    "id": "b",
    "title": "Ofgate dockers walk out in Marlow",
    "text": "Dockers of the Ofgate union in Marlow are on strike over night shifts; the harbour is shut.",
    "date": "2026-11-18T09:00:00+01:00",
}
WHALES = {"id": "c", "title": "Whales seen off the cape", "text": "Two grey whales swam north.", "date": "2026-11-17"}


def lines(*rows: Mapping[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def grouped(folder: Path, text: str, *options: str, expect: int = 0) -> list[dict[str, Any]]:
    (folder / "in.jsonl").write_text(text, "utf-8")
    assert main([str(folder / "in.jsonl"), str(folder / "out.jsonl"), *options]) == expect
    return [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]


def test_each_row_gets_its_cluster_in_the_same_order(tmp_path: Path) -> None:
    found = grouped(tmp_path, lines(STRIKE_TOO, WHALES, STRIKE))

    assert [row["id"] for row in found] == ["b", "c", "a"]
    assert found[0]["cluster"] == found[2]["cluster"] != found[1]["cluster"]


@pytest.mark.parametrize("strictness", ["strict", "lenient"])
def test_the_strictness_can_be_chosen(tmp_path: Path, strictness: str) -> None:
    assert len(grouped(tmp_path, lines(STRIKE, WHALES), "--strictness", strictness)) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"id": 1},
        {"id": "x", "title": None, "text": None, "date": None, "ts": None, "source": None},
        {"id": "x", "title": "", "text": ""},
        {"id": "x", "title": "A day", "date": "yesterday or so"},
        {"id": "x", "title": "A day", "date": "Wed, 18 Nov 2026 09:00:00 GMT"},
        {"id": "x", "title": "A day", "date": 1_795_000_000},
        {"id": "x", "title": "A day", "ts": "1795000000.5"},
        {"id": "x", "title": "A day", "ts": 1e30},
        {"id": "x", "title": "A day", "ts": -5},
        {"id": "x", "title": 12, "text": ["no", "text"], "source": 3},
        {"id": "x", "title": "Two\u2028lines", "text": "港湾料金の値上げ"},
    ],
)
def test_odd_rows_are_grouped_all_the_same(tmp_path: Path, odd: Mapping[str, Any]) -> None:
    found = grouped(tmp_path, lines(STRIKE, odd, STRIKE_TOO))

    assert [row["id"] for row in found] == ["a", odd["id"], "b"]
    assert found[0]["cluster"] == found[2]["cluster"] != found[1]["cluster"]


def test_blank_lines_a_mark_at_the_beginning_and_an_empty_file_are_no_trouble(tmp_path: Path) -> None:
    assert len(grouped(tmp_path, "\ufeff" + lines(STRIKE) + "\n  \n" + lines(WHALES))) == 2
    assert grouped(tmp_path, "") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lines(STRIKE, WHALES, STRIKE), "line 3 has the id of line 1: a"),
        (lines({"id": 1}, {"id": "1"}), "line 2 has the id of line 1: 1"),
        (lines(STRIKE) + "{oops\n", "line 2 is no JSON"),
        (lines({"title": "nobody"}), "line 1 is no object with an id"),
        ("[]\n", "line 1 is no object with an id"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    (tmp_path / "in.jsonl").write_text(text, "utf-8")

    assert main([str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.jsonl"), str(tmp_path / "out.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err


NAMES = ("Marlow", "Ofgate", "Selby", "Corran", "Harwick")
MATTERS = ("strike over night shifts", "harbour fees rise", "bridge closes for repairs", "whales seen", "bakery queue")
PLACES = (("harbour", "2026-11-16"), ("courier", "2026-11-17T08:00Z"), (None, None), ("links", "2026-11-25"))
some_rows = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(MATTERS), st.sampled_from(MATTERS), st.sampled_from(PLACES)),
    max_size=40,
)


def made(told: Sequence[tuple[str, str, str, tuple[str | None, str | None]]]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{place:03}",
            "title": f"{name}: {matter}",
            "text": f"In {name} a {matter} was in the news, and a {other}. The town of {name} waits.",
            "source": source,
            "date": date,
        }
        for place, (name, matter, other, (source, date)) in enumerate(told)
    ]


@run(max_examples=60, deadline=None)
@given(some_rows, st.sampled_from(["strict", "lenient"]), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(told: Any, strictness: Any, random: Any) -> None:
    rows = made(told)
    shuffled = random.sample(rows, len(rows))

    assert stories_of(rows, strictness=strictness) == stories_of(shuffled, strictness=strictness)


def test_the_hash_seed_does_not_matter(tmp_path: Path) -> None:
    told = [(name, one, MATTERS[(at + step) % 5], PLACES[(at * step) % 4])
            for step in (1, 2, 3) for name in NAMES for at, one in enumerate(MATTERS)]  # fmt: skip
    (tmp_path / "in.jsonl").write_text(lines(*made(told)), "utf-8")
    answers = set()
    for seed in ("0", "4711"):
        out = tmp_path / f"{seed}.jsonl"
        command = [sys.executable, str(ROOT / "tests/bench/stories.py"), str(tmp_path / "in.jsonl"), str(out)]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
        answers.add(out.read_bytes())

    assert len(answers) == 1
    assert answers.pop().count(b"\n") == len(told)
