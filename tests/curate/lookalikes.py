"""Pairs of entries that look the same and are not: what a rule for "the same item" must leave apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from digest.model import Entry
from digest.text.urls import url_key

COLUMNS = (
    "Daily digest", "Weekly update", "Morning briefing", "The week in review", "Live: the latest from the chamber",
    "Live updates: parliament debates the budget", "What we learned from the week in the capital",
    "Letters to the editor", "Five things to know before the markets open today", "Your evening briefing",
    "Stocks making the biggest moves midday", "Weather forecast for the coming week in the region",
    "Press review: what the papers say this morning", "Open thread: what are you reading this weekend",
    "The weekly quiz: how closely did you follow the news", "Photos of the week from around the world",
    "Statement by the President of the Council", "Agenda of the week ahead",
    "This week in science and technology policy", "Statement from the Secretary of State on the negotiations",
    "Rückblick auf die Woche im Parlament und in den Ausschüssen",
    "L'essentiel de la semaine en images et en chiffres",
)  # fmt: skip
PLACES = (
    "Northport", "Vale of Kent", "Ostmark", "Lower Quay", "San Telmo", "Grimsay", "Port Adler", "Mill End", "Cardona",
    "Eastmere", "Brackwater", "Tolland", "Nieuwkerk", "Saint-Orin", "Hallam Bay", "Pinewood",
)  # fmt: skip
PEOPLE = (
    "Ada Quill", "Tomas Reyes", "Ingrid Falk", "Samuel Okoro", "Lena Brandt", "Marco Bellini", "Priya Nair",
    "Owen Hart", "Chloe Martin", "Yusuf Demir", "Hanna Kowal", "Diego Luna", "Ruth Abbot", "Peter Stahl", "Mei Tan",
    "Karl Ude",
)  # fmt: skip
FIRMS = (
    "Harbourline plc", "Kestrel Foods", "Oakfield Energy", "Tidewater Group", "Vantage Rail", "Lumen Pharma",
    "Orrery Bank", "Saffron Air", "Castell Mining", "Bluewell Water", "Northgate Homes", "Pallas Software",
)  # fmt: skip
TEMPLATES = (
    (
        "{firm} reports results for the {nth} quarter of {year}",
        "{firm} today announced its results for the {nth} quarter of {year}. Revenue came to {a}.{b} million euros, "
        "against {c}.{d} million in the same quarter of the year before. Operating profit before special items was "
        "{e}.{f} million euros. “We are pleased with the progress that the whole team has made in a demanding "
        "market,” said the chief executive. The company confirms its outlook for the full year. About the company: "
        "it employs several thousand people and is listed on the regulated market. This announcement contains "
        "forward-looking statements.",
    ),
    (
        "Transaction in own shares",
        "{firm} announces that on {day} {month} {year} it purchased {a},{c} of its ordinary shares from its broker "
        "as part of the buyback programme announced earlier. The highest price paid per share was {b}.{d}p and the "
        "lowest {e}.{f}p. The purchased shares will be held in treasury. Following the purchase the company has the "
        "remaining ordinary shares in issue, excluding treasury shares. This figure may be used by shareholders for "
        "the calculations by which they determine if they are required to notify their interest in the company.",
    ),
    (
        "Magnitude {b}.{d} earthquake strikes near {place}",
        "An earthquake of magnitude {b}.{d} struck {a} kilometres off {place} on {day} {month}, the geological "
        "service said. It was at a depth of {e} kilometres. There was no tsunami warning, and there were no "
        "immediate reports of damage or of people hurt. The region lies on a fault where such tremors are common. "
        "The service asks residents who felt the tremor to fill in the form on its site.",
    ),
    (
        "{firm} appoints {person} as chief financial officer",
        "{firm} today announced the appointment of {person} as chief financial officer with effect from {day} "
        "{month} {year}. {person} joins from {firm2} after {a} years there in senior positions in finance. “I am "
        "delighted to join at such an exciting time and look forward to working with the board and with colleagues "
        "across the business,” {person} said. The board thanks the outgoing officer for an outstanding contribution "
        "and wishes them well. Notes to editors follow.",
    ),
    (
        "Police appeal after collision in {place}",
        "Police are appealing for witnesses after a collision in {place} on {weekday} at about {hour}.{minute}. A "
        "{a}-year-old was taken to hospital, where their condition is described as stable. The road was closed for "
        "several hours while officers examined the scene. Anyone who saw what happened, or who has dashcam footage, "
        "is asked to call the non-emergency number and to quote reference {c}{e}. Information can also be given "
        "anonymously.",
    ),
    (
        "Yellow weather warning for {place}",
        "The weather service has issued a yellow warning of heavy rain for {place}, valid from {hour}:00 on "
        "{weekday}. Up to {a} millimetres may fall within six hours, and {e} over high ground. Spray and flooding "
        "could lead to difficult driving conditions and some road closures. Homes and businesses could be flooded. "
        "Travellers should check the conditions before they set out, and allow extra time. The warning will be "
        "reviewed as the situation develops.",
    ),
    (
        "Planning committee approves {a} homes at {place}",
        "The planning committee has approved an application for {a} homes at {place}, of which {e} will be "
        "affordable. The developer, {firm}, will pay {b}.{d} million towards schools and the bus service. Objectors "
        "had said that the roads could not take more traffic. Officers recommended approval subject to conditions. "
        "The decision will now be referred to the minister, who has three weeks to call the application in.",
    ),
    (
        "Episode {a}: a conversation with {person}",
        "In this episode of the policy podcast our hosts talk to {person} about work, chance and what comes next. "
        "The policy podcast is produced by the public desk and comes out each week. Listen wherever you get your "
        "podcasts, leave us a rating, and write to us with questions for our guests. Music by the house band. You "
        "can support the show and get episodes early, without advertising, by becoming a member. Show notes and a "
        "transcript are on our site.",
    ),
    (
        "Security advisory SA-{year}-{c}: update {e} packages",
        "A security update is available for the packages of release {e}.{b}. An attacker could use the flaw to "
        "cause a denial of service or possibly to execute code. The problem can be corrected by updating your "
        "system to the fixed package versions, {b}.{d}.{f} or later. In general a standard system update will make "
        "all the necessary changes. After the update you need to restart the affected services. References: "
        "advisory {c}, tracker {a}.",
    ),
    (
        "Statistics office: consumer prices in {place}, {month} {year}",
        "Consumer prices in {place} were {b}.{d} per cent higher in {month} {year} than a year before, the "
        "statistics office said. In a month they changed by 0.{f} per cent. Energy cost {e}.{b} per cent more and "
        "food {d}.{f} per cent more. The core rate, which leaves out energy and food, stood at {f}.{d} per cent. "
        "The next figures are due in a month. Methods and long series are found in the database of the office.",
    ),
    (
        "Fund grants {a}0,000 to {place} for the restoration of its library",
        "The heritage fund has awarded {a}0,000 to {place}, thanks to money raised by players of the lottery. The "
        "project will repair the roof, open the upper floor to visitors and train {e} volunteers. “We are thrilled "
        "to have received this support and cannot wait to get started,” said {person}, who leads the project. "
        "Thanks to the award, more people will be able to enjoy the building and to learn about the town's past. "
        "Work begins in {month}.",
    ),
    (
        "Gericht in {place}: Urteil im Fall {person}",
        "Das Gericht in {place} hat am {day}. {month} das Urteil im Fall {person} verkündet. Die Strafe beträgt {e} "
        "Monate und {a} Tagessätze. Die Verteidigung kündigte an, Rechtsmittel einzulegen. Das Urteil ist noch "
        "nicht rechtskräftig. Die Staatsanwaltschaft hatte eine höhere Strafe gefordert. Eine schriftliche "
        "Begründung soll in den kommenden Wochen vorliegen, wie eine Sprecherin mitteilte.",
    ),
)  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBER = re.compile(r"\d+")


def release(template: tuple[str, str], number: int, random: Random) -> tuple[str, str]:
    """The title and the text of one release of a series; ``number`` makes those of a series differ for certain."""
    firm, firm2 = random.sample(FIRMS, 2)
    slots = {
        "firm": firm, "firm2": firm2, "place": PLACES[number % len(PLACES)], "person": PEOPLE[number % len(PEOPLE)],
        "nth": ("first", "second", "third", "fourth")[number % 4], "year": 2022 + number // 4 % 5,
        "month": MONTHS[number % len(MONTHS)], "weekday": WEEKDAYS[number % 7], "day": 1 + number % 28,
        "hour": random.randint(0, 23), "minute": random.randint(10, 59), "a": 11 + number,
        "b": random.randint(1, 9), "c": random.randint(100, 999), "d": random.randint(0, 9),
        "e": random.randint(10, 99), "f": random.randint(0, 9),
    }  # fmt: skip
    return template[0].format(**slots), template[1].format(**slots)


def other_figures(text: str, random: Random) -> str:
    """The text with each number another."""
    return _NUMBER.sub(lambda found: str(int(found.group()) + random.randint(1, 9)), text)


def _as(entry: Entry, random: Random, **changes: object) -> Entry:
    """An entry of its own: another id and address."""
    number = random.randint(0, 16**12 - 1)
    address = f"https://{entry.source_id}.example/{number:012x}"
    return replace(entry, **{"id": f"{number:012x}", "url": address, "url_key": url_key(address), **changes})  # type: ignore[arg-type]


def column_again(entry: Entry, other: Entry, random: Random) -> tuple[Entry, Entry]:
    """One source, one title, two editions."""
    title, later = random.choice(COLUMNS), timedelta(days=random.choice((1, 1, 2, 3, 7)))
    assert entry.published
    one = _as(entry, random, title=title, source_id=f"columnist-{random.randint(0, 400)}")
    return one, _as(other, random, title=title, source_id=one.source_id, published=entry.published + later)


def column_elsewhere(entry: Entry, other: Entry, random: Random) -> tuple[Entry, Entry]:
    """Two sources, one title, a day: two different texts."""
    title = random.choice(COLUMNS)
    one = _as(entry, random, title=title, source_id=f"columnist-{random.randint(401, 600)}")
    two = _as(other, random, title=title, source_id=f"columnist-{random.randint(601, 800)}", published=entry.published)
    return one, two


def one_address(entry: Entry, other: Entry, random: Random) -> tuple[Entry, Entry]:
    """A feed of events or a status page, all of whose items link to one page."""
    page = f"https://town-{random.randint(0, 10**6)}.example/events"
    one = _as(entry, random, url=page, url_key=url_key(page))
    return one, _as(other, random, url=page, url_key=url_key(page), source_id=one.source_id)


def new_figures(entry: Entry, _other: Entry, random: Random) -> tuple[Entry, Entry]:
    """The next report on the same matter, hours or days later: the same words, other numbers."""
    assert entry.published
    later = entry.published + timedelta(hours=random.randint(5, 90))
    title, text = other_figures(entry.title, random), other_figures(entry.text, random)
    return entry, _as(entry, random, title=title, text=text, published=later)


def follow_up(entry: Entry, other: Entry, random: Random) -> tuple[Entry, Entry]:
    """New facts before the old background: less than half of the text is known."""
    words, news = entry.text.split(), other.text.split()
    background = words[-int(len(words) * random.uniform(0.3, 0.45)) :]
    assert entry.published
    title = f"{' '.join(entry.title.split()[:4])}: {' '.join(other.title.split()[:6])}"
    text = " ".join([*news[: len(words) - len(background) + 6], *background])
    return entry, _as(entry, random, title=title, text=text, published=entry.published + timedelta(hours=20))


def quoted(entry: Entry, other: Entry, random: Random) -> tuple[Entry, Entry]:
    """A comment that quotes a sentence or two of what it comments on."""
    words = entry.text.split()
    some = " ".join(words[: min(25, len(words) // 2)])
    return entry, _as(other, random, text=f"{other.text}\n\nAs the paper writes: “{some}”", source_id="blog")


PAIRS: dict[str, Callable[[Entry, Entry, Random], tuple[Entry, Entry]]] = {
    "column again": column_again,
    "column elsewhere": column_elsewhere,
    "one address": one_address,
    "new figures": new_figures,
    "follow-up": follow_up,
    "quoted": quoted,
}


def roundup(entries: Sequence[Entry], random: Random) -> Entry:
    """A digest that holds the openings of several entries, word for word."""
    parts = [f"{entry.title}\n\n{' '.join(entry.text.split()[:45])}" for entry in entries]
    return _as(entries[0], random, title=random.choice(COLUMNS[:10]), text="\n\n".join(parts), source_id="roundup")


def series(template: tuple[str, str], entry: Entry, number: int, random: Random) -> Entry:
    """A release of a series, by the day of another entry."""
    title, text = release(template, number, random)
    return _as(entry, random, title=title, text=text, source_id=f"wire-{TEMPLATES.index(template)}")
