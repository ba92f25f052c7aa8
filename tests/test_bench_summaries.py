"""The runner reads stories from a file and writes their summaries. How good they are, `docs` and the issue say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.summaries import main

ROWS = [
    {
        "id": "fees",
        "docs": [
            {
                "title": "Port fees rise",
                "text": "The port raises its fees by four per cent in January. Ships pay more.",
            },
            {"title": "Fees up", "text": "Shipping lines wanted the higher port fees put off for a year. “Late!"},
        ],
    },
    {"id": "empty", "docs": [{"title": None, "text": ""}]},
]


def test_each_story_becomes_a_line_of_whole_sentences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    given.write_text("".join(json.dumps(row) + "\n" for row in ROWS), "utf-8")

    assert main([str(given), str(out), "--words", "30", "--sentences", "2"]) == 0
    found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["id"] for row in found] == ["fees", "empty"]
    assert found[0]["summary"] == [
        "The port raises its fees by four per cent in January.",
        "Shipping lines wanted the higher port fees put off for a year.",
    ]
    assert found[1]["summary"] == []
    assert "2 summaries of 3 documents" in capsys.readouterr().err
