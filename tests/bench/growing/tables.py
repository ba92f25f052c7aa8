"""The tables of docs/scale.md that follow from its costs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt

from tests.bench.growing.forecast import Plant, Unit, connections_for, forecast, workers_for

Costs = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A mail server, and what it takes."""

    per_s: int
    per_day: int = 10**12
    whose: str

    def seconds(self, people: int) -> float:
        """Until so many messages are taken: each day's part at once, then it is the next day's turn."""
        days, rest = divmod(people - 1, self.per_day)
        return days * 86_400 + (rest + 1) / self.per_s

    @property
    def name(self) -> str:
        daily = f", {self.per_day:,} a day" if self.per_day < 10**12 else ""
        return f"{self.per_s:,}/s{daily} ({self.whose})"


PEOPLE = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
FEEDS = (1000, 10_000, 100_000, 1_000_000, 100_000_000)
ENTRIES = (1000, 10_000, 100_000, 1_000_000, 100_000_000)
STORIES = (1000, 10_000, 100_000, 1_000_000, 100_000_000)
REPLY_S = 0.02
"""A mail server in the same part of the world."""
ANSWER_S = 0.5
"""A website's, in the mean, connecting included: assumed."""
NEWS = 0.05
"""Of the feeds that are asked in an hour have something new: assumed; a weekly one has it in 1 of 168."""
ROOM = 0.7
"""Of a machine's time may be used if it is to keep up on a bad day."""
RELAYS = (
    Relay(per_s=14, per_day=50_000, whose="SES, a new account"),
    Relay(per_s=100, whose="listmonk's default"),
    Relay(per_s=500, whose="SES, raised"),
    Relay(per_s=2000, whose="assumed: your own, on several machines"),
)
WARMING = [round(20 * 1.4**day) for day in range(40)]
"""Messages an hour on the days of SendGrid's automatic warm-up of an address, which grow by 1.4 a day from 20 on."""


def sqlite(costs: Costs) -> Unit:
    """A message that one process sends, its ledger in a file."""
    return Unit(worker_us=costs["recipient_us_send"], log_bytes=costs["recipient_wal_bytes"],
                trips=costs["message_trips"])  # fmt: skip


def postgres(costs: Costs) -> Unit:
    """A message that a worker sends, its ledger on a server."""
    return Unit(worker_us=costs["recipient_pg_us_send"], database_us=costs["recipient_pg_us_send_server"],
                log_bytes=costs["recipient_pg_wal_bytes"], trips=costs["message_trips"])  # fmt: skip


def asked(costs: Costs, news: float = NEWS) -> Unit:
    """A feed that is asked, some of which have something new."""
    mean = costs["feed_us_304"] * (1 - news) + costs["feed_us_news"] * news
    return Unit(worker_us=mean, trips=1.0)


# --- recipients -------------------------------------------------------------------------------------------------


def mailing(costs: Costs) -> str:
    """How long a mailing takes, if the mail server takes whatever comes."""
    plants = (
        (sqlite(costs), Plant(workers=1, connections=8, reply_s=REPLY_S)),
        (sqlite(costs), Plant(workers=1, connections=32, reply_s=REPLY_S)),
        (postgres(costs), Plant(workers=4, connections=8, reply_s=REPLY_S)),
        (postgres(costs), Plant(workers=32, connections=32, reply_s=REPLY_S)),
    )
    rows = []
    for people in PEOPLE:
        freeze_s = (people * costs["recipient_us_freeze"] / 1e6, people * costs["recipient_pg_us_freeze"] / 1e6)
        times = [
            duration(forecast(people, unit, plant, before_s=freeze_s[unit.database_us > 0]).seconds)
            for unit, plant in plants
        ]
        rows.append([f"{people:,}", *times])
    rates = [forecast(1, unit, plant) for unit, plant in plants]
    rows.append(["messages a second", *(f"{one.per_s:,.0f}" for one in rates)])
    rows.append(["the narrowest place", *(one.bound for one in rates)])
    return table(
        ["recipients", "one process, SQLite, 8 connections", "one process, SQLite, 32",
         "4 workers × 8, PostgreSQL", "32 workers × 32, PostgreSQL"], rows)  # fmt: skip


def keeping(costs: Costs) -> str:
    """What a mailing leaves and writes."""
    rows = [
        [f"{people:,}", size(people * costs["recipient_list_bytes"]), size(people * costs["recipient_bytes"]),
         size(people * costs["recipient_pg_bytes"]), size(people * costs["recipient_wal_bytes"]),
         size(people * costs["recipient_pg_wal_bytes"]), size(people * costs["message_bytes"])]
        for people in PEOPLE
    ]  # fmt: skip
    return table(
        ["recipients", "list", "ledger, SQLite", "ledger, PostgreSQL", "written by SQLite", "PostgreSQL's log",
         "sent to the mail server"], rows)  # fmt: skip


def hour(costs: Costs) -> str:
    """What it takes to send a mailing within an hour."""
    unit, rows = postgres(costs), []
    for people in PEOPLE:
        rate = people / 3600
        cores = -int(-rate * unit.database_us // (ROOM * 1e6))
        rows.append([f"{people:,}", f"{rate:,.0f}", f"{workers_for(rate, unit, busy=ROOM):,}",
                     f"{connections_for(rate, unit, REPLY_S):,}", f"{cores:,}", size(rate * unit.log_bytes) + "/s",
                     f"{rate * costs['message_bytes'] * 8 / 1e6:,.0f} Mbit/s"])  # fmt: skip
    return table(
        ["recipients", "messages a second", "worker processes", "connections", "database cores", "log", "network"], rows
    )


def holding(costs: Costs) -> str:
    """What is done to all rows of a mailing at once."""
    rows = [
        [f"{people:,}", *(duration(people * costs[f"recipient_{name}"] / 1e6)
                          for name in ("us_freeze", "pg_us_freeze", "pg_us_sweep"))]
        for people in PEOPLE
    ]  # fmt: skip
    return table(["recipients", "freeze, SQLite", "freeze, PostgreSQL", "one look for whoever is due"], rows)


def relay(costs: Costs) -> str:  # noqa: ARG001  what the others take is not asked
    """How long a mailing takes, if the mail server is the narrowest place."""
    rows = [[f"{people:,}", *(duration(one.seconds(people)) for one in RELAYS), f"{_warm(people)} days"]
            for people in PEOPLE]  # fmt: skip
    return table(["recipients", *(one.name for one in RELAYS), "warming one address up"], rows)


def _warm(people: int) -> int:
    """The first day on which a new address may send so many within the day."""
    return next(day for day, hourly in enumerate(WARMING) if 24 * hourly >= people)


# --- feeds ------------------------------------------------------------------------------------------------------


def fetching(costs: Costs) -> str:
    """What it takes to ask every feed once an hour."""
    unit, rows = asked(costs), []
    for feeds in FEEDS:
        rate = feeds / 3600
        alone = forecast(feeds, unit, Plant(workers=1, connections=20, reply_s=ANSWER_S)).seconds
        rows.append([f"{feeds:,}", f"{rate:,.1f}", duration(alone), f"{workers_for(rate, unit, busy=ROOM):,}",
                     f"{connections_for(rate, unit, ANSWER_S):,}", size(feeds * costs["feed_pg_bytes"]),
                     size(rate * NEWS * costs["feed_document_bytes"]) + "/s"])  # fmt: skip
    return table(
        ["feeds", "feeds a second", "one process, 20 connections", "processes for an hourly round", "connections",
         "rows", "documents"], rows)  # fmt: skip


# --- entries ----------------------------------------------------------------------------------------------------


def drafting(costs: Costs) -> str:
    """What entries cost to keep, and to make one draft of."""
    rows = []
    for entries in ENTRIES:
        seconds, memory = _draft(costs, entries)
        filing = entries * (costs["entry_pg_us_file"] + costs["entry_pg_us_index"]) / 1e6
        kept = [entries * (costs[f"{kind}_bytes"] + costs[f"{kind}_index_bytes"]) for kind in ("entry", "entry_pg")]
        rows.append([f"{entries:,}", duration(filing), *map(size, kept), duration(seconds), size(memory)])
    return table(
        ["entries", "to file and index, PostgreSQL", "on disk, SQLite", "on disk, PostgreSQL", "to draft them all",
         "memory of that draft"], rows)  # fmt: skip


# --- stories ----------------------------------------------------------------------------------------------------


def publishing(costs: Costs) -> str:
    """What an archive costs, at 20 stories an issue."""
    rows = []
    for stories in STORIES:
        issues = stories / 20
        again = (costs["issue_s_publish_one"] * 1e6 + (issues - 104) * costs["issue_us_publish_one_more"]) / 1e6
        rows.append([f"{stories:,}", f"{issues:,.0f}", f"{stories * costs['story_pages']:,.0f}",
                     size(stories * costs["story_site_bytes"]), duration(stories * costs["story_us_publish"] / 1e6),
                     duration(again)])  # fmt: skip
    return table(["stories", "issues", "pages", "site", "to write it all", "to add one issue"], rows)


# --- all together ---------------------------------------------------------------------------------------------


def bounds(costs: Costs) -> str:
    """What gives first, at a million and at a hundred millions."""
    sizes = (1_000_000, 100_000_000)
    rows = [
        ["recipients of a mailing", *(_of_recipients(costs, count) for count in sizes), "the mail server"],
        ["feeds, asked hourly", *(_of_feeds(costs, count) for count in sizes), "feeds.toml, and the planning"],
        ["entries of one draft", *(_of_entries(costs, count) for count in sizes), "memory, and one core's time"],
        ["stories in the archive", *(_of_stories(costs, count) for count in sizes), "files on the disk"],
    ]
    head = ["", "1,000,000", "100,000,000", "what gives first"]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * 4, *rows))


def _of_recipients(costs: Costs, count: int) -> str:
    unit = postgres(costs)
    cpu_s = count * (unit.worker_us + unit.database_us + costs["recipient_pg_us_freeze"]) / 1e6
    slow, fast = (duration(one.seconds(count)) for one in (RELAYS[0], RELAYS[2]))
    return (
        f"{size(count * costs['recipient_pg_bytes'])} of ledger, {duration(cpu_s)} of a core; "
        f"{slow} over a new account of SES, {fast} at {RELAYS[2].per_s} a second"
    )


def _of_feeds(costs: Costs, count: int) -> str:
    unit, rate = asked(costs), count / 3600
    processes, connections = workers_for(rate, unit, busy=ROOM), connections_for(rate, unit, ANSWER_S)
    reading = duration(count * costs["feed_us_list"] / 1e6)
    return (
        f"{rate:,.0f} a second, {processes:,} × one core, {connections:,} connections, "
        f"{size(count * costs['feed_pg_bytes'])} of rows, {reading} to read feeds.toml"
    )


def _of_entries(costs: Costs, count: int) -> str:
    seconds, memory = _draft(costs, count)
    return f"{duration(seconds)}, {size(memory)} of memory"


def _of_stories(costs: Costs, count: int) -> str:
    return (
        f"{count * costs['story_pages']:,.0f} pages, {size(count * costs['story_site_bytes'])}, "
        f"{duration(count * costs['story_us_publish'] / 1e6)} of a core to write"
    )


def one_machine(costs: Costs) -> str:
    """How far one machine with SQLite goes, each for itself, at two cores and with room for a bad day."""
    unit = sqlite(costs)
    near, wide = (forecast(1, unit, Plant(workers=1, connections=many, reply_s=REPLY_S)) for many in (8, 32))
    feeds = forecast(1, asked(costs), Plant(workers=1, connections=20, reply_s=ANSWER_S))
    ledger = 52 * costs["recipient_bytes"]
    found = (
        ("readers mailed in an hour, 8 connections, 20 ms", ROOM * near.per_s * 3600, near.bound),
        ("the same, 32 connections", ROOM * wide.per_s * 3600, wide.bound),
        ("feeds asked in an hour, 20 connections", ROOM * feeds.per_s * 3600, feeds.bound),
        ("entries drafted in a minute", _drafted_in(costs, 60.0), "one core"),
        ("readers whose weekly mailings of a year make 100 GB", 100e9 / ledger, "the disk"),
        ("readers whose list is frozen while others wait for 10 s", 10e6 / costs["recipient_us_freeze"],
         "one writer at a time"),
    )  # fmt: skip
    rows = [[what, f"{float(f'{count:.2g}'):,.0f}", why] for what, count, why in found]
    return table(["what", "how many", "what is narrow"], rows)


def _drafted_in(costs: Costs, seconds: float) -> float:
    """The root of the parabola."""
    each, more = costs["entry_us_draft"] / 1e6, costs["entry_us_draft_million"] / 1e12
    return (sqrt(each * each + 4 * more * seconds) - each) / (2 * more)


def _draft(costs: Costs, entries: int) -> tuple[float, float]:
    """Seconds and bytes of memory of one draft: as measured, beyond that as the last measurements grew."""
    seconds = (costs["entry_us_draft"] + costs["entry_us_draft_million"] * entries / 1e6) * entries / 1e6
    each = (costs["draft_100000_mb"] - costs["draft_10000_mb"]) / 90_000
    memory = costs["draft_100000_mb"] + (entries - 100_000) * each
    return costs.get(f"draft_{entries}_s", seconds), costs.get(f"draft_{entries}_mb", memory) * 1e6


TABLES: Mapping[str, Callable[[Costs], str]] = {
    function.__name__: function
    for function in (one_machine, bounds, mailing, keeping, hour, holding, relay, fetching, drafting, publishing)
}


# --- how they are written ---------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """In Markdown; the first column is to the left, the others to the right."""
    rules = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rules, *rows))


def duration(seconds: float) -> str:
    """With one unit, as long as it is."""
    units = ((0.001, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"), (86_400.0, "days"), (365.25 * 86_400, "years"))
    factor, name = next(
        ((one, unit) for one, unit in reversed(units) if seconds >= (1.5 if one > 1 else 1) * one), units[0]
    )
    return f"{_figures(seconds / factor)} {name}"


def size(octets: float) -> str:
    """In powers of 1,000."""
    units = list(zip(accumulate([1.0] + [1000.0] * 5, lambda one, by: one * by), ("B", "kB", "MB", "GB", "TB", "PB"),
                     strict=True))  # fmt: skip
    factor, name = next(((one, unit) for one, unit in reversed(units) if octets >= one), units[0])
    return f"{_figures(octets / factor)} {name}"


def _figures(value: float) -> str:
    """Two figures: nobody knows the third."""
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 10 else f"{value:.1f}"
