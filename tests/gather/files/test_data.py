"""Documents of every format as they lie in ``data/<format>/``, each with the fields it must give beside it.

``name.ext`` is the document, ``name.ext.expected.toml`` what must come of it:

    problem = "is empty"              # words of the problem, if it must be one; and of its hint, if wanted
    hint = "save it as"

or fields of the entry, compared whole (quotes as [words, speaker] pairs), and besides:

    absent = ["url", "published"]     # fields that must be empty
    [has]                             # words that must stand in a field, and words that must not
    text = ["first words", "other words"]
    [lacks]
    body = ["script"]

A document of many entries has ``[[entries]]`` tables of such fields, in their order, and ``problems`` (words of each).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.gather.documents import Documents
from digest.gather.folder import LocalFile, is_feed_file
from digest.model import Entry, Quote, SourceProblem
from tests.gather.files.binaries import all_documents
from tests.gather.filing import entries_of_feed_file
from tests.gather.making import LONDON, NOW

DATA = Path(__file__).parent / "data"
SUFFIX = ".expected.toml"
SAVED = datetime(2026, 11, 18, 9, tzinfo=UTC)
DOCUMENTS = sorted(path for path in DATA.glob("*/*") if path.is_file() and not path.name.endswith(SUFFIX))


def read(path: Path) -> tuple[tuple[Entry, ...], tuple[SourceProblem, ...]]:
    """What a document gives when it lies in ``feeds/``."""
    file = LocalFile(path=f"feeds/{path.name}", data=path.read_bytes(), modified=SAVED)
    if is_feed_file(file):
        return entries_of_feed_file(file)
    documents = Documents(zone=LONDON, now=NOW)
    documents.take(file)
    return documents.entries(), tuple(documents.problems)


def told(entry: Entry, field: str) -> object:
    value = getattr(entry, field)
    if field == "quotes":
        return [[quote.text, quote.speaker] if quote.speaker else [quote.text] for quote in value]
    return list(value) if isinstance(value, tuple) else value


def compare(entry: Entry, expected: Mapping[str, Any]) -> None:
    """Every field that is expected of an entry."""
    fields = {key: value for key, value in expected.items() if key not in {"absent", "has", "lacks"}}
    assert {field: told(entry, field) for field in fields} == fields
    for field in expected.get("absent", ()):
        assert not getattr(entry, field), f"{field} is not empty: {getattr(entry, field)!r}"
    for field, words in expected.get("has", {}).items():
        for part in words:
            assert part in str(told(entry, field)), f"{part!r} is not in {field}: {told(entry, field)!r}"
    for field, words in expected.get("lacks", {}).items():
        for part in words:
            assert part not in str(told(entry, field)), f"{part!r} is in {field}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_document_gives_the_fields_that_are_written_beside_it(path: Path) -> None:
    expected = tomllib.loads(path.with_name(path.name + SUFFIX).read_text("utf-8"))
    entries, problems = read(path)
    if "problem" in expected:
        assert not entries
        assert len(problems) == 1
        assert expected["problem"] in problems[0].message
        assert "in its reader" not in problems[0].message
        assert expected.get("hint", "") in (problems[0].hint or "")
        return
    wanted = expected.get("entries", [] if "problems" in expected else [expected])
    words = expected.get("problems", [])
    assert [problem.message for problem in problems if not any(word in problem.message for word in words)] == []
    assert len(problems) == len(words)
    assert len(entries) == len(wanted), [entry.title for entry in entries]
    for entry, fields in zip(entries, wanted, strict=True):
        compare(entry, fields)


@pytest.mark.parametrize("folder", sorted(path for path in DATA.iterdir() if path.is_dir()), ids=lambda path: path.name)
def test_a_format_has_a_plain_a_hostile_a_foreign_and_a_broken_document(folder: Path) -> None:
    """By their names, which say no more than that; what they are is in the files."""
    names = {re.split("[-_.]", path.name)[0] for path in folder.iterdir()}
    assert {"plain", "hostile", "foreign", "broken"} <= names


def test_quotes_are_compared_with_their_speakers() -> None:
    entry = Entry(id="", source_id="files", title="x", first_seen=NOW, quotes=(Quote(text="a", speaker="b"),))
    compare(entry, {"quotes": [["a", "b"]]})
    with pytest.raises(AssertionError):
        compare(entry, {"quotes": [["a", "c"]]})
    with pytest.raises(AssertionError):
        compare(entry, {"absent": ["title"]})


def test_the_documents_that_no_editor_for_text_can_write_are_those_that_are_made_here() -> None:
    """Their sources are in ``binaries.py``; ``python -m tests.gather.files.binaries`` writes them anew.

    The two bombs are compressed, which another zlib does in another way.
    """
    made = {place: data for place, data in all_documents().items() if "bomb" not in place}
    assert [place for place, data in made.items() if (DATA / place).read_bytes() != data] == []
