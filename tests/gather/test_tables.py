from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.feeds.tables import parse_csv
from digest.gather.files.document import UnreadableError
from digest.gather.folder import is_table
from digest.gather.repair import moment
from tests.gather.making import LONDON

CELLS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n\"',;|="), max_size=25)
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8)


def parsed(text: str | bytes) -> dict[str, Any]:
    return parse_csv(text.encode() if isinstance(text, str) else text, zone=LONDON)


def titles(text: str | bytes) -> list[str]:
    return [entry["title"] for entry in parsed(text)["entries"]]


def test_a_table_is_known_by_its_name() -> None:
    assert is_table("feeds/links.CSV")
    assert is_table("feeds/links.tsv")
    assert not is_table("feeds/csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_however_a_spreadsheet_writes_it(delimiter: str, encoding: str, end: str) -> None:
    rows = ["Titel{}URL{}Datum", "Größe; und, mehr{}https://example.org/1{}16.11.2026"]
    text = "".join(f"{row.replace('{}', delimiter)}{end}" for row in rows)
    if delimiter in ",;":
        text = text.replace("Größe; und, mehr", '"Größe; und, mehr"')
    (entry,) = parsed(text.encode(encoding))["entries"]
    assert (entry["title"], entry["link"]) == ("Größe; und, mehr", "https://example.org/1")
    assert moment(entry["published_parsed"]) == datetime(2026, 11, 16, tzinfo=UTC)


@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read_again(rows: list[tuple[str, str]], delimiter: str, end: str) -> None:
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=delimiter, lineterminator=end)
    writer.writerows([("title", "summary"), *rows])
    told = parsed(made.getvalue())
    expected = [(title.strip(), text.strip()) for title, text in rows if title.strip() or text.strip()]
    assert [(entry["title"], entry.get("summary", "")) for entry in told["entries"]] == expected
    assert told["problems"] == []


@pytest.mark.parametrize(
    ("head", "columns"),
    [
        ("Titel;Link;Datum;Quelle;Zusammenfassung", "title link published source summary"),
        ("Überschrift;Webadresse;Erschienen;Herausgeber;Beschreibung", "title link published source summary"),
        ("Titre;Adresse web;Date de publication;Éditeur;Résumé", "title link published source summary"),
        ("Título;Enlace;Fecha;Fuente;Resumen", "title link published source summary"),
        ("TITLE ;; published: ;Publisher;abstract", "title - published source summary"),
    ],
)
def test_columns_are_named_in_four_languages_and_stand_in_any_order(head: str, columns: str) -> None:
    cells = {"title": "A", "link": "https://example.org/1", "published": "2026-11-16", "source": "S", "summary": "T"}
    order = columns.split()
    told = parsed(f"{head}\n{';'.join(cells.get(name, '') for name in order)}\n")
    (entry,) = told["entries"]
    assert (entry["title"], entry["source"], entry["summary"]) == ("A", {"title": "S"}, "T")
    assert entry["published_parsed"] is not None
    assert (entry["link"] != "") == ("link" in order)


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (["16/11/2026", "03/04/2026"], ["2026-11-16", "2026-04-03"]),
        (["11/16/2026", "03/04/2026"], ["2026-11-16", "2026-03-04"]),
        (["16-11-26", "3-4-26 09:30"], ["2026-11-16", "2026-04-03"]),
        (["03/03/2026"], ["2026-03-03"]),
        (["03.04.2026"], ["2026-04-03"]),
        (["03/04/2026"], [None]),
        (["16/11/2026", "11/16/2026", "03/04/2026"], ["2026-11-16", "2026-11-16", None]),
    ],
)
def test_which_number_is_the_day_is_known_from_the_other_rows(dates: list[str], days: list[str | None]) -> None:
    told = parsed("title,date\n" + "".join(f"x,{date}\n" for date in dates))
    found = [moment(entry["published_parsed"]) for entry in told["entries"]]
    assert [f"{one.astimezone(LONDON):%Y-%m-%d}" if one else None for one in found] == days
    assert len(told["problems"]) == days.count(None)


def test_a_table_in_another_language_has_the_day_first() -> None:
    (entry,) = parsed("Titel;Datum\nx;03/04/2026\n")["entries"]
    assert entry["published_parsed"][:3] == (2026, 4, 2)  # 23:00 UTC
    assert parsed("Titel;Datum\nx;03/04/2026\n")["problems"] == []


def test_a_bad_row_is_named_with_its_line_and_the_others_are_read() -> None:
    text = 'title,url\n"Two\nlines",https://example.org/1\n"Open,https://example.org/2\nGood,https://example.org/3\na,b,c\n'
    told = parsed(text)
    assert [entry["title"] for entry in told["entries"]] == ["Two\nlines", "Good"]
    assert [problem.partition(";")[0] for problem in told["problems"]] == [
        "line 4: has a quotation mark that is never closed", "line 6: has 3 cells, not 2"
    ]  # fmt: skip


def test_many_problems_are_counted_and_endless_tables_end() -> None:
    told = parsed("title,url\n" + "a,b,c\n" * 100)
    assert len(told["problems"]) == 20
    assert told["problems"][-1] == "and 81 more lines like these"
    told = parsed("title,url\n" + "".join(f"{number},https://example.org/{number}\n" for number in range(5_100)))
    assert len(told["entries"]) == 5_000
    assert told["problems"] == ["line 5002: has more than 5,000 rows; those from here on were not read"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"a,b\n1,2\n", "columns are not named"),
        (b"date,source\n1,2\n", "columns are not named"),
        (b"\0\1\2\3" * 300, "is not text"),
    ],
)
def test_what_is_no_table_of_articles_says_so(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        parsed(data)


def test_lines_above_the_columns_are_passed_over() -> None:
    assert titles("Links of the week\n\nsep=;\ntitle;url\nx;https://example.org/1\n") == ["x"]
    assert titles("sep=|\ntitle|url\nx|https://example.org/1\n") == ["x"]


def test_a_row_without_an_address_is_known_by_its_title() -> None:
    one, two = parsed("title,url\nA,\nB,https://example.org/1\n")["entries"]
    assert (one["id"], two["id"]) == ("A", "")


@given(st.binary(max_size=300) | st.text(st.sampled_from('title,url;"\n\r\t|=sep\0é '), max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_none(data: bytes) -> None:
    try:
        told = parsed(b"title,url\n" + data if data[:1] > b"m" else data)
    except UnreadableError:
        return
    assert all(isinstance(entry["title"], str) for entry in told["entries"])
