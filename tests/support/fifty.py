"""A long issue: fifty stories of the usual kind, each with a summary of about 65 words, its source and a second one."""

from __future__ import annotations

from digest.model import Entry, Issue, IssueSection, IssueStory, SourceRef
from tests.support.sample import SEEN

SECTIONS = ("World", "Economy & trade", "Energy & climate", "Technology", "Public services")
_WHO = (
    "The harbour board",
    "The audit office",
    "The ministry of works",
    "A panel of eleven towns",
    "The grid operator",
)
_DID = ("published the figures it had kept since spring", "moved the deadline for objections to 15 January",
        "asked suppliers to name the data their models were trained on", "found that repairs took 14 months on average",
        "put off the vote on the heat plan for the second time")  # fmt: skip
_WHY = ("Those who wait longest pay most, because a place in the queue cannot be sold.",
        "Two of the three studies it rests on have not been printed yet.",
        "Smaller towns had asked for a right to try the exit before they sign.",
        "The sums for the island cables are counted apart and come to 41 million euros.",
        "Nobody could say who keeps a record when the supplier changes the model.")  # fmt: skip
_NEXT = ("A hearing is to follow in the first week of December, with the operators and the two unions at one table.",
         "Until then the old tariff holds, which costs a household of three about 70 euros a year.",
         "The draft order exempts emergencies, hospitals and ships that are already under way.")  # fmt: skip
_LABELS = ("Harbour Review", "Northern Waters Commission", "Institute for Public Choices", "Lattice Lab")


def fifty_stories(count: int = 50) -> Issue:
    """An issue of so many stories; the same every time."""
    stories = [_story(number) for number in range(count)]
    size = -(-count // len(SECTIONS))
    sections = tuple(
        IssueSection(title=title, stories=tuple(stories[size * at : size * (at + 1)]))
        for at, title in enumerate(SECTIONS)
    )
    return Issue(
        name="2026-W47", title="The Policy Week", subject="Fifty stories about waiting",
        preheader="Who waits, and why.", base=None,
        intro="Good morning. This week's paper is **long**, and most of it is about waiting.",
        sections=sections,
    )  # fmt: skip


def fifty_entries(count: int = 50) -> dict[str, Entry]:
    """What the store knows of the sources."""
    return {
        key: Entry(id=key, source_id="x", title=_title(number), url=_address(number), kind="Press release",
                   language="en", first_seen=SEEN)
        for number in range(count) for key in (_key(number),)
    }  # fmt: skip


def _story(number: int) -> IssueStory:
    who, did, why, then = (
        said[number // step % len(said)] for said, step in ((_WHO, 1), (_DID, 2), (_WHY, 3), (_NEXT, 5))
    )
    return IssueStory(
        id=f"s-{number:08x}",
        title=_title(number),
        summary=f"{who} {did} on Tuesday. {why} {_WHY[(number + 2) % len(_WHY)]} {then}",
        sources=(
            SourceRef(label=_LABELS[number % 4], url=_address(number), note="18 November 2026", entry_id=_key(number)),
            SourceRef(label=_LABELS[(number + 1) % 4], url=f"https://second.example/{number}", note="19 November 2026",
                      also=True),
        ),
    )  # fmt: skip


def _title(number: int) -> str:
    return f"{_WHO[number % len(_WHO)]}, no. {number + 1}: what the {('ships', 'towns', 'models')[number % 3]} wait for"


def _address(number: int) -> str:
    return f"https://source{number % 7}.example/2026/11/what-they-wait-for-{number}"


def _key(number: int) -> str:
    return f"b{number:011x}"
