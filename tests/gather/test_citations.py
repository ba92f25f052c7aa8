from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.feeds.citations import is_citations, parse_citations
from digest.gather.files.document import UnreadableError
from tests.gather.making import LONDON

BASE: dict[str, Any] = {"id": "x", "type": "report", "title": "A report", "URL": "https://example.org/r", "author": []}


def entry(**changes: Any) -> dict[str, Any]:
    told = parse_citations(json.dumps([BASE | changes]).encode(), zone=LONDON)
    (found,) = told["entries"]
    return dict(found)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ([BASE], True),
        ({"items": [BASE]}, True),
        ([BASE, {"type": "x"}], True),
        ([BASE, {}, {}], False),
        ([], False),
        ({}, False),
        ([1, 2], False),
        ({"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "url": "https://example.org/"}]}, False),
        ([{"type": "report", "title": "x"}], False),
        ([{"itemType": "report", "URL": "x"}], False),
    ],
)
def test_a_list_of_references_is_known_by_what_they_have(data: Any, *, expected: bool) -> None:
    assert is_citations(json.dumps(data).encode()) is expected


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, b"nonsense", b"[1" + b"0" * 5_000 + b"]", b"\xff\xfe["])
def test_what_is_none_says_so(data: bytes) -> None:
    assert not is_citations(data)
    with pytest.raises(UnreadableError, match="neither a feed nor a list of references"):
        parse_citations(data, zone=LONDON)


@pytest.mark.parametrize(
    ("issued", "day"),
    [
        ({"date-parts": [[2026, 11, 3]]}, (2026, 11, 3)),
        ({"date-parts": [["2026", "11", "3"]]}, (2026, 11, 3)),
        ({"date-parts": [[2026, 11]]}, (2026, 11, 1)),
        ({"date-parts": [[2026, 11, 3], [2026, 11, 9]]}, (2026, 11, 3)),
        ({"raw": "3 November 2026"}, (2026, 11, 3)),
        ({"literal": "2026-11-03"}, (2026, 11, 3)),
        ("2026-11-03", (2026, 11, 3)),
        ({"date-parts": [[2026]]}, None),
        ({"date-parts": [[2026, 13, 3]]}, None),
        ({"date-parts": [[]]}, None),
        ({"date-parts": []}, None),
        ({"date-parts": "x"}, None),
        ({"date-parts": [[None, None, None]]}, None),
        (None, None),
        (7, None),
    ],
)
def test_a_date_is_a_day_or_a_month_and_a_year_alone_is_none(issued: Any, day: tuple[int, int, int] | None) -> None:
    found = entry(issued=issued)["published_parsed"]
    assert (tuple(found[:3]) if found else None) == day


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({}, "https://example.org/r"),
        ({"URL": "", "DOI": "10.1234/ab.c"}, "https://doi.org/10.1234/ab.c"),
        ({"URL": "", "DOI": "https://doi.org/10.1234/ab.c"}, "https://doi.org/10.1234/ab.c"),
        ({"URL": "doi:10.1234/ab.c"}, "https://doi.org/10.1234/ab.c"),
        ({"URL": "10.1234/ab.c"}, "https://doi.org/10.1234/ab.c"),
        ({"URL": "", "DOI": "none"}, ""),
    ],
)
def test_an_item_leads_to_its_address_or_its_doi(fields: dict[str, str], address: str) -> None:
    assert entry(**fields)["link"] == address


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"given": "Ines", "family": "Marrow"}, "Ines Marrow"),
        ({"given": "Ada", "non-dropping-particle": "van den", "family": "Berg"}, "Ada van den Berg"),
        ({"given": "Jean", "dropping-particle": "de", "family": "Roe", "suffix": "Jr."}, "Jean de Roe Jr."),
        ({"literal": "Example Trust"}, "Example Trust"),
    ],
)
def test_a_name_is_written_as_on_a_title_page(person: dict[str, str], name: str) -> None:
    assert entry(author=[person])["authors"] == [{"name": name}]


@pytest.mark.parametrize(
    ("kind", "shown"), [("report", "Report"), ("article-journal", "Journal article"), ("webpage", None)]
)
def test_what_an_item_is_has_a_name_people_know(kind: str, shown: str | None) -> None:
    assert entry(type=kind)["kind"] == shown


def test_an_abstract_is_a_summary_without_the_publishers_marks() -> None:
    found = entry(abstract="<jats:title>Abstract</jats:title><jats:p>One &amp; two.</jats:p>")
    assert found["summary"] == "<p>One &amp; two.</p>"
    assert found["summary_detail"]["type"] == "text/html"
    assert entry(abstract="p < 0.05")["summary_detail"]["type"] == "text/plain"


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["title", "URL", "DOI", "author", "issued", "abstract", "keyword", "container-title", "id", "language"]
)


@given(st.lists(st.dictionaries(KEYS, JSON), min_size=1, max_size=4))
def test_any_values_make_entries_or_problems(items: list[dict[str, Any]]) -> None:
    data = json.dumps([{"type": "report", "publisher": "x"} | item for item in items]).encode()
    told = parse_citations(data, zone=LONDON)
    assert len(told["entries"]) + len(told["problems"]) == len(items)
    for found in told["entries"]:
        assert all(isinstance(found[key], str) for key in ("id", "title", "link"))
        assert all(isinstance(author["name"], str) for author in found["authors"])
