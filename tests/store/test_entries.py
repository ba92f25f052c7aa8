"""Filing entries: what is new, changed, backlog or held, and that nothing is ever lost from the sum."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, select

from digest.model import Entry, Html, Quote
from digest.store import entries, schema
from digest.store.database import Store
from digest.store.entries import Filed, file_entries
from digest.store.schema import entry as table

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def entry(number: int, **values: object) -> Entry:
    fields: dict[str, object] = {
        "id": f"{number:012x}",
        "source_id": "a",
        "title": f"Title {number}",
        "url": f"https://a.example/{number}",
        "url_key": f"a.example/{number}",
        "published": NOW - timedelta(days=1),
        "fingerprint": "1",
        "first_seen": NOW,
    }
    return Entry(**(fields | values))  # type: ignore[arg-type]


def file(store: Store, *found: Entry, now: datetime = NOW, news_from: datetime | None = None) -> Filed:
    with store.write() as connection:
        return file_entries(connection, found, now=now, news_from=news_from)


def eligible(store: Store, *, now: datetime = NOW, issue: str = "2026-W47") -> list[str]:
    with store.read() as connection:
        return [one.id[-1] for one in entries.eligible(connection, now=now, issue=issue)]


def totals(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {name: count for name, count in entries.totals(connection).items() if count}


def test_every_field_comes_back_as_it_was(store: Store) -> None:
    full = entry(
        1, body=Html("<p>Body</p>"), text="Body", summary="S", authors=("A", "B"), organisation="O", kind="Report",
        tags=("x",), language="de", image_url="https://a.example/i.png", image_alt="an i",
        quotes=(Quote(text="q", speaker="A"), Quote(text="r")), updated=NOW, truncated=True, path="feeds/a.txt",
        notes=("no date",),
    )  # fmt: skip
    file(store, full)

    with store.read() as connection:
        (found,) = entries.by_ids(connection, [full.id])

    assert found == full
    assert entries.load_entries(entries.dump_entries([found])) == (full,)


def test_a_first_fetch_files_what_is_old_or_undated_as_backlog(store: Store) -> None:
    filed = file(store, entry(1), entry(2, published=NOW - timedelta(days=9)), entry(3, published=None),
                 news_from=NOW - timedelta(days=6))  # fmt: skip

    assert filed == Filed(new=1, backlog=2)
    assert eligible(store) == ["1"]
    assert totals(store) == {"seen": 3, "backlog": 2, "eligible": 1}


def test_later_fetches_take_everything_new_whatever_its_date(store: Store) -> None:
    assert file(store, entry(1, published=NOW - timedelta(days=400)), entry(2, published=None)) == Filed(new=2)


@pytest.mark.parametrize("wait", [{"embargo": NOW + timedelta(days=2)}, {"published": NOW + timedelta(days=2)}])
def test_what_is_not_to_be_public_yet_waits_for_its_time(store: Store, wait: dict[str, datetime]) -> None:
    assert file(store, entry(1, **wait)) == Filed(held=1)
    assert eligible(store, now=NOW + timedelta(days=2) - timedelta(seconds=1)) == []
    assert eligible(store, now=NOW + timedelta(days=2)) == ["1"]


def test_a_changed_item_takes_the_new_text_and_keeps_the_old_one(store: Store) -> None:
    file(store, entry(1))
    filed = file(store, entry(1, title="Corrected", fingerprint="2"), now=NOW + timedelta(hours=1))

    with store.read() as connection:
        (found,) = entries.by_ids(connection, [entry(1).id])
        old = entries.versions(connection, found.id)

    assert filed == Filed(changed=1)
    assert (found.title, found.first_seen, found.state) == ("Corrected", NOW, "new")
    assert old == ((NOW + timedelta(hours=1), "Title 1"),)


@pytest.mark.parametrize(
    "again",
    [
        {"url": "https://a.example/1?session=2", "image_url": "https://a.example/2.png"},
        {"body": Html('<p class="x">Text 1</p>'), "updated": NOW, "tags": ("new",)},
    ],
)
def test_what_reads_as_before_is_no_change_though_the_row_follows_its_source(
    store: Store, again: dict[str, object]
) -> None:
    told: dict[str, object] = {"text": "Text 1", "summary": "S", "body": Html("<p>Text 1</p>")}
    file(store, entry(1, **told))
    new = entry(1, **(told | again), fingerprint="2")

    assert file(store, new, now=NOW + timedelta(hours=1)) == Filed()
    assert file(store, new, now=NOW + timedelta(hours=2)) == Filed()
    with store.read() as connection:
        assert entries.by_ids(connection, [new.id]) == (new,)
        assert entries.versions(connection, new.id) == ()


def test_an_entry_told_again_as_it_was_is_not_written(store: Store) -> None:
    many = [entry(number) for number in range(3)]
    file(store, *many)
    written: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _k, statement, *_: written.append(statement))

    assert file(store, *many, now=NOW + timedelta(hours=1)) == Filed()
    beginning, *asked = (statement.split()[0] for statement in written)
    assert (beginning, asked) == ("BEGIN" if store.path else "SELECT", ["SELECT"])  # a server is asked for its lock


def test_when_a_row_was_last_written_is_kept(store: Store) -> None:
    file(store, entry(1), entry(2))
    file(store, entry(1), entry(2, title="Corrected", fingerprint="2"), now=NOW + timedelta(hours=1))

    with store.read() as connection:
        times = connection.execute(select(table.c.last_seen).order_by(table.c.id)).scalars().all()
    assert times == [NOW, NOW + timedelta(hours=1)]


def test_a_correction_does_not_undo_what_was_decided(store: Store) -> None:
    file(store, entry(1))
    with store.write() as connection:
        connection.execute(table.update().values(state="used", issue="2026-W40"))

    file(store, entry(1, title="Corrected", fingerprint="2"))

    assert totals(store) == {"seen": 1, "used": 1}


def test_an_embargo_that_is_lifted_or_moved_is_followed(store: Store) -> None:
    file(store, entry(1, embargo=NOW + timedelta(days=2)))
    file(store, entry(1, embargo=NOW + timedelta(days=1), fingerprint="2"))
    assert eligible(store, now=NOW + timedelta(days=1)) == ["1"]

    file(store, entry(1, embargo=None, fingerprint="3"))
    assert eligible(store) == ["1"]


def test_an_entry_put_off_by_the_editor_comes_back_in_another_issue(store: Store) -> None:
    file(store, entry(1))
    with store.write() as connection:
        connection.execute(table.update().values(state="held", issue="2026-W47"))

    assert eligible(store, issue="2026-W47") == []
    assert eligible(store, issue="2026-W48") == ["1"]


def test_what_earlier_issues_had_is_found_by_address_or_title(store: Store) -> None:
    file(store, entry(1), entry(2), entry(3))
    with store.write() as connection:
        connection.execute(table.update().where(table.c.id != entry(3).id).values(state="used", issue="2026-W40"))
        found = entries.spent_like(
            connection, [entry(8, url_key="a.example/1", title="other"), entry(9, title="TITLE: 2!"), entry(3)]
        )

    assert [one.id[-1] for one in found] == ["1", "2"]


def test_ten_thousand_entries_can_be_asked_for_at_once(store: Store) -> None:
    many = [entry(number) for number in range(3000)]
    file(store, *many)

    with store.read() as connection:
        assert len(entries.by_ids(connection, [one.id for one in many])) == 3000
        assert len(entries.with_url_keys(connection, [f"a.example/{n}" for n in range(10_000)])) == 3000


class Filing(RuleBasedStateMachine):
    """Whatever is told, in whatever order, the sum of the states is the number of entries."""

    known = Bundle("known")

    def __init__(self, store: Store) -> None:
        super().__init__()
        with store.write() as connection:
            for one in (schema.entry_version, table):
                connection.execute(one.delete())
        self.store = store
        self.ids: set[str] = set()

    @rule(target=known, number=st.integers(0, 40), days=st.integers(-20, 5), first=st.booleans(), embargo=st.booleans())
    def tell(self, number: int, days: int, first: bool, embargo: bool) -> Entry:
        told = entry(
            number,
            published=NOW + timedelta(days=days) if days else None,
            embargo=NOW + timedelta(days=1) if embargo else None,
        )
        file(self.store, told, news_from=NOW - timedelta(days=7) if first else None)
        self.ids.add(told.id)
        return told

    @rule(told=known, version=st.integers(2, 4), words=st.integers(2, 3))
    def correct(self, told: Entry, version: int, words: int) -> None:
        with self.store.read() as connection:
            (old,) = entries.by_ids(connection, [told.id])
            before = len(entries.versions(connection, told.id))
        now = replace(
            told, fingerprint=f"{version}/{words}", title=f"Version {words}", url=f"https://a.example/{version}"
        )
        filed = file(self.store, now)
        with self.store.read() as connection:
            (new,) = entries.by_ids(connection, [told.id])
            after = len(entries.versions(connection, told.id))

        assert filed.new == 0
        assert filed.changed == after - before == int(old.title != now.title)
        assert (new.title, new.url, new.fingerprint) == (now.title, now.url, now.fingerprint)

    @rule(told=consumes(known))
    def spend(self, told: Entry) -> None:
        with self.store.write() as connection:
            connection.execute(table.update().where(table.c.id == told.id).values(state="used", issue="x"))

    @invariant()
    def adds_up(self) -> None:
        with self.store.read() as connection:
            found = entries.totals(connection)
        assert found["seen"] == len(self.ids) == sum(count for name, count in found.items() if name != "seen")


def test_in_any_order_it_adds_up(store: Store) -> None:
    chosen = settings(max_examples=25, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(lambda: Filing(store), settings=chosen)  # type: ignore[arg-type]  # it calls it
