"""Lists as people really have them: from Excel, from other tools, half broken.

It is about reading them: what each database makes of long ones is in test_lists_in_each_database.
"""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from digest.deliver import listfile, subscribers
from digest.deliver.csvtable import BadRow
from digest.deliver.listfile import ImportReport, export_csv, import_csv
from digest.errors import UsageError
from digest.store import schema
from tests.deliver.helpers import NOON, opened


def people(connection: Connection) -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    return [(p.address, p.name, p.language, p.topics) for p in subscribers.listing(connection, ["active"])]


def load(tmp_path: Path, data: str | bytes) -> tuple[ImportReport, list[tuple[str, str, str | None, tuple[str, ...]]]]:
    with opened(tmp_path) as store, store.write() as connection:
        report = import_csv(connection, data.encode() if isinstance(data, str) else data, now=NOON)
        return report, people(connection)


LATER = NOON + timedelta(days=3)
ANNA_AND_BO = [("anna@readers.example", "Anna Ågren", "sv", ("ports", "grain")), ("bo@readers.example", "Bo", None, ())]


A, B = "anna@readers.example", "bo@readers.example"


@pytest.mark.parametrize(
    ("lines", "encoding", "read_as"),
    [
        (["address,name,language,topics", f"{A},Anna Ågren,sv,ports; grain", f"{B},Bo,,"], "utf-8", "utf-8"),
        (["Name;E-Mail;Lang;Tags", f"Anna Ågren;{A};sv;ports|grain", f"Bo;{B};;"], "utf-8-sig", "utf-8-sig"),
        (["email\tname\tlanguage\ttopics", f"{A}\tAnna Ågren\tsv\tports,grain", f"{B}\tBo"], "utf-16", "utf-16"),
        (["email,name,lang,topics", f"{A},Anna Ågren,sv,ports|grain", f"{B},Bo,,"], "utf-16-be", "utf-16-be"),
        ([f"{A};Anna Ågren;sv;ports,grain", f"{B};Bo"], "cp1252", "windows-1252"),
        ([f"Anna Ågren,{A},sv,ports|grain", f"Bo,{B},,"], "utf-8", "utf-8"),
        (["sep=;", "Address;Name;Language;Topics", f"{A};Anna Ågren;sv;ports|grain", f"{B};Bo;;"], "utf-8", "utf-8"),
        (["E-Mail,First Name,Last Name,Lang,Tags", f"{A},Anna,Ågren,sv,ports|grain", f"{B},Bo"], "utf-8", "utf-8"),
        (["address,email,name,lang,tags", f"1 Quay,{A},Anna Ågren,sv,ports|grain", f",{B},Bo"], "utf-8", "utf-8"),
        (["Email,Name,Lang,Tags", f'"Anna Ågren <{A}>",,sv,"ports, grain"', f"mailto:{B},Bo,,"], "utf-8", "utf-8"),
    ],
    ids=["plain", "bom-semicolon", "utf-16-tab", "utf-16-no-bom", "no-heading", "name-first", "excel-sep", "other-tool",
         "postal-address-too", "mailbox-cells"],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_each_kind_of_file_gives_the_same_people(
    tmp_path: Path, lines: list[str], encoding: str, read_as: str, ending: str
) -> None:
    report, found = load(tmp_path, "".join(line + ending for line in lines).encode(encoding))

    assert found == ANNA_AND_BO
    assert (report.added, report.rows, report.bad, report.encoding) == (2, 2, (), read_as)


def test_bad_rows_are_listed_with_line_and_reason_and_the_rest_is_imported(tmp_path: Path) -> None:
    report, found = load(
        tmp_path,
        "address,name,language\n"
        "anna@readers.example,Anna,sv\n"
        "\n"
        "anna at readers,Anna,\n"
        "jörg@readers.example,Jörg,\n"
        ",Nobody,\n"
        "bo@readers.example,Bo,Swedish!\n"
        "cy@readers.example,Cy,en,and,more\n"
        "dee@readers.example,Dee\n"
        "ANNA@readers.example,Anna again,\n",
    )

    assert [(row.line, row.reason) for row in report.bad] == [
        (4, "the address has no @"),
        (5, "the address has letters outside ASCII before the @, which few mail servers take"),
        (6, "has no address"),
        (7, '"Swedish!" is no language tag such as "en" or "pt-BR"'),
        (8, "has more than the heading's 3 cells"),
    ]
    assert [person[0] for person in found] == ["anna@readers.example", "dee@readers.example"]
    assert (report.rows, report.added, report.duplicates) == (8, 2, 1)


def test_a_quotation_mark_that_is_never_closed_swallows_no_row_in_silence(tmp_path: Path) -> None:
    report, found = load(
        tmp_path,
        'address,name\nanna@readers.example,Anna\nbo@readers.example,"Bo\ncy@readers.example,Cy\ndee@readers.example,D\n',
    )

    assert [person[0] for person in found] == ["anna@readers.example"]
    assert report.bad == (BadRow(line=3, reason="a quotation mark is not closed; lines 3 to 5 were not read"),)


def test_rows_lost_to_a_quotation_mark_that_another_one_closes_are_named(tmp_path: Path) -> None:
    text = 'address,name\nanna@readers.example,"Anna\nbo@readers.example,"Bo"\ncy@readers.example,Cy\n'

    report, found = load(tmp_path, text)

    assert [person[0] for person in found] == ["cy@readers.example"]
    assert [bad.reason for bad in report.bad] == ["a quotation mark is not closed; lines 2 to 3 were not read"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_cell_may_run_over_lines(tmp_path: Path, ending: str) -> None:
    rows = (
        "address,name,home",
        'anna@readers.example,"Anna\nAhl","1 Quay\nMarlport"',
        "bo@readers.example,Bo,",
        "cy,,",
    )

    report, found = load(tmp_path, "\n".join(rows).replace("\n", ending))

    assert [person[:2] for person in found] == [("anna@readers.example", "Anna Ahl"), ("bo@readers.example", "Bo")]
    assert [bad.line for bad in report.bad] == [6]


def test_a_cell_over_lines_that_holds_an_address_is_listed(tmp_path: Path) -> None:
    report, found = load(
        tmp_path, 'address,name\nanna@readers.example,"An\ncy@readers.example,Cy\n"\nbo@readers.example,Bo'
    )

    assert [person[0] for person in found] == ["bo@readers.example"]
    assert (report.bad[0].line, report.rows) == (2, 2)


def test_who_has_left_stays_away_whatever_is_imported(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, "anna@readers.example", now=NOON)
        subscribers.remove(connection, "anna@readers.example", now=NOON)
        subscribers.remove(connection, "stranger@readers.example", now=NOON, state="complained")

        report = import_csv(
            connection, b"Anna@readers.example\nstranger@readers.example\nbo@readers.example\n", now=NOON
        )

        assert (report.added, report.suppressed) == (1, 2)
        assert [person[0] for person in people(connection)] == ["bo@readers.example"]


def test_a_file_that_says_who_has_left_is_believed(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        subscribers.add(connection, "bo@readers.example", now=NOON)
        text = f"email,status\n{A},unsubscribed\n{B},Cleaned\ncy@readers.example,subscribed\n"

        report = import_csv(connection, text.encode(), now=NOON)

        assert (report.added, report.suppressed) == (1, 2)
        assert subscribers.count(connection)["bounced"] == 1
        assert subscribers.left_because(connection, "anna@readers.example") == "unsubscribed"


def test_importing_again_updates_what_is_new_and_keeps_the_rest(tmp_path: Path) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        import_csv(connection, b"email,name\nanna@readers.example,Anna\nbo@readers.example,Bo\n", now=NOON)

        report = import_csv(connection, b"email,name,lang\nanna@readers.example,,sv\nbo@readers.example,,\n", now=NOON)

        assert (report.added, report.updated, report.already) == (0, 1, 1)
        assert people(connection)[0] == ("anna@readers.example", "Anna", "sv", ())


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"name,city\nAnna,Oslo\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3]
)
def test_a_file_without_addresses_is_refused(tmp_path: Path, data: bytes) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        try:
            report = import_csv(connection, data, now=NOON)
        except UsageError as error:
            assert "no mail addresses" in error.message
        else:
            assert report.added == 0
            assert report.bad


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=400) | st.text("@.,;\t\"'\r\n=abc\ufeff\x00", max_size=200).map(str.encode))
def test_no_file_whatever_makes_it_crash_and_every_row_is_accounted_for(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as store, store.write() as connection:
        try:
            report = import_csv(connection, data, now=NOON)
        except UsageError:
            return
        total = report.added + report.updated + report.already + report.duplicates + report.suppressed + len(report.bad)
        assert total == report.rows
        assert len(list(subscribers.listing(connection))) == report.added


some_people = st.tuples(
    st.sampled_from(["a@r.example", "B@r.example", "b@R.example", "c@r.example", "d@r.example", "e@r.example"]),
    st.sampled_from(["", "Anna", "Bo"]),
    st.sampled_from([None, "sv", "pt-BR"]),
    st.sampled_from([(), ("ports",), ("ports", "grain")]),
    st.sampled_from(["", "", "active", "unsubscribed", "cleaned", "complained"]),
)


@settings(max_examples=30, deadline=None)
@given(
    before=st.lists(some_people, max_size=5),
    pending=st.booleans(),
    told=st.lists(some_people, min_size=1, max_size=8),
    batch=st.integers(1, 4),
)
def test_a_file_leaves_what_adding_and_removing_one_by_one_would(
    before: list[Person], pending: bool, told: list[Person], batch: int
) -> None:
    rows = ["\t".join((who, name, lang or "", ";".join(topics), state)) for who, name, lang, topics, state in told]
    data = "\n".join(("address\tname\tlang\ttopics\tstate", *rows)).encode()
    after = []
    for in_one in (True, False):
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as store, store.write() as connection:
            one_by_one(connection, before)
            if pending:
                connection.execute(update(schema.subscriber).where(schema.subscriber.c.id == 1).values(state="pending"))
            if in_one:
                with pytest.MonkeyPatch.context() as changed:
                    changed.setattr(listfile, "BATCH", batch)
                    import_csv(connection, data, now=LATER)
            else:
                one_by_one(connection, told, now=LATER)
            after.append(everything(connection))

    assert after[0] == after[1]


Person = tuple[str, str, str | None, tuple[str, ...], str]


def one_by_one(connection: Connection, people: list[Person], now: datetime = NOON) -> None:
    """Each address once, as the first row that has it says."""
    seen: set[str] = set()
    for address, name, language, topics, state in people:
        if address.casefold() in seen:
            continue
        seen.add(address.casefold())
        known = subscribers.find(connection, address)
        if subscribers.left_because(connection, address) or (known and known.state not in subscribers.MAILABLE):
            continue
        if state in {"", "active"}:
            subscribers.add(connection, address, name=name, language=language, topics=topics, now=now)
        else:
            why = {"cleaned": "bounced"}.get(state, state)
            subscribers.remove(connection, address, now=now, state=why)  # type: ignore[arg-type]


def everything(connection: Connection) -> tuple[object, ...]:
    event = schema.subscriber_event.c
    happened = select(event.subscriber_id, event.at, event.event, event.detail)
    return (
        list(subscribers.listing(connection)),
        sorted(tuple(row) for row in connection.execute(happened)),
        sorted(tuple(row) for row in connection.execute(select(schema.suppression))),
    )


def test_the_export_runs_nothing_in_a_spreadsheet_and_reads_back(tmp_path: Path) -> None:
    names = ['=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", 'Anna, "the" first; really', "’Ågren", ""]
    with opened(tmp_path) as store, store.write() as connection:
        for number, name in enumerate(names):
            subscribers.add(
                connection, f"{'+=-'[number % 3]}r{number}@readers.example", name=name, language="sv",
                topics=("ports", "-grain"), now=NOON,
            )  # fmt: skip
        before = people(connection)
        subscribers.add(connection, "gone@readers.example", now=NOON)
        subscribers.remove(connection, "gone@readers.example", now=NOON)
        text = "".join(export_csv(connection))

    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["address", "name", "language", "topics", "state", "added"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    report, after = load(tmp_path / "elsewhere", text)
    assert after == before
    assert (report.added, report.suppressed, report.bad) == (7, 1, ())


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_long_list_is_imported_whole(tmp_path: Path, count: int) -> None:
    data = "email,name\n" + "".join(f"reader{number}@readers.example,Reader {number}\n" for number in range(count))
    with opened(tmp_path) as store, store.write() as connection:
        first = import_csv(connection, data.encode(), now=NOON)
        second = import_csv(connection, data.encode(), now=NOON)
        third = import_csv(connection, data.replace(",Reader", ",Dear").encode(), now=NOON)

    assert (first.added, second.already, third.updated) == (count, count, count)


@pytest.mark.parametrize(
    ("word", "state"),
    [("pending", "pending"), ("Unconfirmed", "pending"), ("blocklisted", None), ("false", None), ("", "active"),
     ("enabled", "active")],
)  # fmt: skip
def test_the_state_a_file_tells_is_kept_in_the_words_of_any_tool(tmp_path: Path, word: str, state: str | None) -> None:
    with opened(tmp_path) as store, store.write() as connection:
        import_csv(connection, f"email,status\n{A},{word}\n".encode(), now=NOON, origin="from list.csv")
        found = [person.state for person in subscribers.listing(connection)]

        assert found == ([state] if state else [])
        if found:
            (event,) = subscribers.history(connection, 1)
            assert (event.event, event.detail) == ("added", "from list.csv")


def test_a_state_nobody_knows_is_listed_and_not_mailed(tmp_path: Path) -> None:
    report, found = load(tmp_path, f"email,status\n{A},paused\n{B},active\n")

    assert [person[0] for person in found] == [B]
    assert report.bad[0].reason == '"paused" is no state: pending, active, unsubscribed, bounced, complained'


def test_who_asked_and_has_not_confirmed_stays_pending_through_export_and_import(tmp_path: Path) -> None:
    with opened(tmp_path / "one") as store, store.write() as connection:
        import_csv(connection, f"email,status\n{A},pending\n".encode(), now=NOON)
        text = "".join(export_csv(connection))
    with opened(tmp_path / "two") as store, store.write() as connection:
        import_csv(connection, text.encode(), now=NOON)
        assert [person.state for person in subscribers.listing(connection)] == ["pending"]


def test_bad_rows_without_number_are_counted_and_only_the_first_kept(tmp_path: Path) -> None:
    report, _ = load(tmp_path, f"email\n{A}\n" + "nonsense\n" * 10_500)

    assert (report.rows, report.bad_rows, len(report.bad)) == (10_501, 10_500, 10_000)


@pytest.mark.parametrize("name", ["'=1+1", "''=1", "'tis", "＝1+1", "'"])
def test_an_apostrophe_of_ones_own_comes_back(tmp_path: Path, name: str) -> None:
    with opened(tmp_path / "one") as store, store.write() as connection:
        subscribers.add(connection, A, name=name, now=NOON)
        text = "".join(export_csv(connection))
    with opened(tmp_path / "two") as store, store.write() as connection:
        import_csv(connection, text.encode(), now=NOON)
        assert [person.name for person in subscribers.listing(connection)] == [name]
