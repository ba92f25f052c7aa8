"""Copies of entries as feeds, wires and aggregators make them: each is the same item as its original."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from digest.model import Entry
from digest.text.urls import clean_url, url_key

OUTLETS = (
    "The Courier", "Harbour Daily", "Quay Wire", "Northern Post", "Reuben News", "Kettle & Vale", "ferrylines.example",
    "Metro Ledger", "BayTV", "The Mill Times", "Yahoo Harbour", "Civic Desk",
)  # fmt: skip
HEADS = (
    "Listen to this article 4 min. This is a beta feature.",
    "Sign up for our free morning newsletter and never miss a story.",
    "Published by the news desk. Share this on your favourite network. Advertisement.",
    "LONDON (Quay Wire) —",
    "Updated at 14:05. Reading time: 3 minutes.",
)
FEET = (
    "The post appeared first on The Courier. Read more on our website.",
    "Subscribe to our newsletter to get the best stories of the week in your inbox. Follow us on all channels.",
    "© The Courier. All rights reserved. This material may not be published, broadcast, rewritten or redistributed.",
    "Click here to continue reading… Related articles: five more stories you may like.",
    "Our journalism is free because readers pay for it. Please consider a small gift today.",
    "Copyright 2026. Distributed by Quay Wire. To see the original, visit the publisher's website.",
)
TRACKING = (
    "utm_source=rss&utm_medium=feed",
    "fbclid=IwAR0abc",
    "at_medium=RSS&at_campaign=rss",
    "gclid=xyz",
    "mc_cid=1",
)
MARKS = ("UPDATE 1-", "UPDATE 2-", "UPDATE 3-", "CORRECTED-", "WRAPUP 1-", "Updated: ", "REFILE-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a copy may draw on."""

    titles: Sequence[str]  # of the same story elsewhere; may be empty
    other: Entry  # an unrelated entry


def first_words(text: str, count: int) -> str:
    return " ".join(text.split()[:count])


def suffixed(entry: Entry, _material: Material, random: Random) -> Entry:
    mark = random.choice((" - ", " | ", " – ", " — "))
    return replace(entry, title=f"{entry.title}{mark}{random.choice(OUTLETS)}")


def cut(entry: Entry, _material: Material, random: Random) -> Entry:
    words = entry.text.split()
    kept = max(12, int(len(words) * random.uniform(0.35, 0.75)))
    return replace(
        entry, text=f"{first_words(entry.text, kept)}{random.choice(('…', ' [...]', '...', ' [+2143 chars]'))}"
    )


def framed(entry: Entry, _material: Material, random: Random) -> Entry:
    head = random.choice((*HEADS, "", ""))
    return replace(entry, text=f"{head} {entry.text}\n\n{random.choice(FEET)}".strip())


def thinned(entry: Entry, _material: Material, random: Random) -> Entry:
    kept = [word for word in entry.text.split() if random.random() >= 0.04]
    return replace(entry, text=" ".join(kept))


def longer(entry: Entry, material: Material, random: Random) -> Entry:
    words = entry.text.split()
    added = first_words(material.other.text, random.randint(10, 22))
    place = random.randint(0, len(words))
    return replace(entry, text=" ".join([*words[:place], f"{added}.", *words[place:]]))


def upper(entry: Entry, _material: Material, random: Random) -> Entry:
    text = entry.text.upper() if random.random() < 0.4 else entry.text
    return replace(entry, title=entry.title.upper(), text=text)


def tracked(entry: Entry, _material: Material, random: Random) -> Entry:
    """The same page under another address, as an aggregator lists it: often without a text, the title cut short."""
    assert entry.url
    url = f"{entry.url}{'&' if '?' in entry.url else '?'}{random.choice(TRACKING)}"
    if random.random() < 0.3:
        url = url.replace("https://", "http://www.")
    words = entry.title.split()
    title = f"{' '.join(words[:7])}…" if len(words) > 8 and random.random() < 0.4 else entry.title
    text = random.choice(("", "Comments", entry.text, first_words(entry.text, 20)))
    return replace(entry, url=clean_url(url), url_key=url_key(url), title=title, text=text)


def retitled(entry: Entry, material: Material, random: Random) -> Entry:
    """A press agency's text under a headline of one's own."""
    return (
        replace(entry, title=random.choice(material.titles)) if material.titles else suffixed(entry, material, random)
    )


def untold(entry: Entry, material: Material, random: Random) -> Entry:
    """Nothing but the headline."""
    made = replace(entry, text=random.choice(("", "", "Comments", "Read more")))
    return suffixed(made, material, random) if random.random() < 0.5 else made


def typeset(entry: Entry, _material: Material, random: Random) -> Entry:
    table = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "—": "-", "–": "-"})
    if random.random() < 0.5:
        table = str.maketrans({'"': "”", "'": "’", "-": "–"})
    title = entry.title.translate(table)
    return replace(entry, title=f"{title.rstrip('.')}.", text=entry.text.translate(table).replace(". ", ".\u00a0"))


def marked(entry: Entry, material: Material, random: Random) -> Entry:
    """The agency's next version of its own piece: the same text with a paragraph more."""
    made = longer(entry, material, random)
    return replace(made, title=random.choice(MARKS) + entry.title)


def both(first: str, second: str) -> Callable[[Entry, Material, Random], Entry]:
    def make(entry: Entry, material: Material, random: Random) -> Entry:
        return COPIES[second](COPIES[first](entry, material, random), material, random)

    return make


COPIES: dict[str, Callable[[Entry, Material, Random], Entry]] = {
    "suffixed": suffixed,
    "cut": cut,
    "framed": framed,
    "thinned": thinned,
    "longer": longer,
    "upper": upper,
    "tracked": tracked,
    "retitled": retitled,
    "untold": untold,
    "typeset": typeset,
    "marked": marked,
}
COPIES |= {
    "suffixed+cut": both("suffixed", "cut"),
    "upper+framed": both("upper", "framed"),
    "thinned+framed": both("thinned", "framed"),
    "retitled+thinned": both("retitled", "thinned"),
    "longer+suffixed": both("longer", "suffixed"),
    "typeset+cut": both("typeset", "cut"),
}


def copied(kind: str, entry: Entry, material: Material, random: Random) -> Entry:
    """A copy of an entry from another source, up to two days later; one in ten has no date."""
    made = COPIES[kind](entry, material, random)
    number = random.randint(0, 16**12 - 1)
    address = f"https://{random.choice(('wire', 'mirror', 'planet'))}.example/{number:012x}"
    later = timedelta(hours=random.randint(0, 46))
    assert entry.published
    same_page = kind == "tracked"
    return replace(
        made,
        id=f"{number:012x}",
        source_id=f"copier-{random.randint(0, 60)}",
        url=made.url if same_page else address,
        url_key=made.url_key if same_page else url_key(address),
        published=None if random.random() < 0.1 else entry.published + later,
    )
