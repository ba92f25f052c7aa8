"""Which of the letters that were found become issues: each once, sent by the newsletter, and free to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from digest.errors import UsageError
from digest.gather.embargo import EmbargoError, cut_html, until
from digest.gather.embargo_words import mentions
from digest.gather.past.furniture import Tidied, public_subject, tidy
from digest.gather.past.letter import Form, Found, NotTaken, PastLetter, Reading, sha256_of
from digest.gather.past.links import shared_with
from digest.model import Html
from digest.text.plain import plain
from digest.text.titles import title_key

MAILED: Final[frozenset[Form]] = frozenset({"mbox", "maildir", "eml"})
_ALIKE = 0.95  # of their words: copies of one letter differ in a name
_SHOWN_SENDERS = 12
_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which letters are asked for."""

    senders: tuple[str, ...] = ()  # addresses; empty: there must be one only
    list_id: str = ""
    since: date | None = None  # local days, both included
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """A letter that becomes an issue."""

    letter: PastLetter
    tidied: Tidied
    day: date  # local
    identity: str  # of its day, its subject and its words
    copies: int = 0  # that were found beside it: to other readers, or tests
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sieve:
    """What has been found so far."""

    kept: dict[tuple[date, str], list[Sifted]] = field(default_factory=dict)
    left_out: list[NotTaken] = field(default_factory=list)
    senders: Counter[str] = field(default_factory=Counter)
    others: int = 0  # mails of other senders or lists


def sift(found: Iterable[Found], wanted: Wanted, reading: Reading) -> tuple[list[Sifted], list[NotTaken]]:
    """The letters that become issues, the oldest first, and what there is none of and why.

    Raises:
        UsageError: mails of several senders are there, and it is not said whose are the newsletter's.
    """
    sieve = _Sieve()
    for one in found:
        if isinstance(one, NotTaken):
            sieve.left_out.append(one)
        else:
            _put(sieve, one, wanted, reading)
    _require_one_sender(sieve, wanted)
    if sieve.others:
        told = f"{sieve.others:,} mail{'' if sieve.others == 1 else 's'} of other senders or lists"
        sieve.left_out.append(NotTaken(origin="the mailbox", why=told, is_failure=False))
    letters = [_with_lost_links(one) for group in sieve.kept.values() for one in group]
    return sorted(letters, key=lambda one: (one.letter.date, one.letter.origin)), sieve.left_out


def _put(sieve: _Sieve, letter: PastLetter, wanted: Wanted, reading: Reading) -> None:
    if letter.form in MAILED and not _is_wanted(letter, wanted):
        sieve.others += 1
        return
    day = letter.date.astimezone(reading.zone).date()
    if (wanted.since and day < wanted.since) or (wanted.until and day > wanted.until):
        return
    if letter.date > reading.now:
        sieve.left_out.append(NotTaken(origin=letter.origin, why=f"is dated in the future: {day}", is_failure=False))
        return
    if letter.sender:
        sieve.senders[letter.sender] += 1
    mailed = letter.form in MAILED
    tidied = tidy(letter.html, readers=letter.readers, tokens=letter.tokens, base=letter.base, mailed=mailed)
    words = plain(tidied.html).split()
    if why := _embargo(letter, tidied, reading):
        sieve.left_out.append(NotTaken(origin=letter.origin, why=why, is_failure=False))
        return
    if not words:
        sieve.left_out.append(NotTaken(origin=letter.origin, why="holds no text"))
        return
    subject = public_subject(letter.subject, letter.readers)
    told = title_key(subject)
    identity = sha256_of(f"{day}\n{told}\n{' '.join(words)}")
    bare = replace(letter, html="", subject=subject)  # tidied it is held once more
    one = Sifted(letter=bare, tidied=tidied, day=day, identity=identity, doubts=_doubts(bare, words))
    group = sieve.kept.setdefault((day, told), [])
    for place, other in enumerate(group):
        same = other.identity == identity
        if same or (mailed and _are_copies(words, plain(other.tidied.html).split())):
            doubts = other.doubts if same else _differing(other, one)
            kept = _shared(other.tidied, tidied) if mailed else other.tidied
            group[place] = replace(other, tidied=kept, copies=other.copies + 1, doubts=tuple(dict.fromkeys(doubts)))
            return
    group.append(one)


def _is_wanted(letter: PastLetter, wanted: Wanted) -> bool:
    if wanted.list_id and wanted.list_id.lower().strip("<>") not in letter.list_id:
        return False
    return not wanted.senders or letter.sender in {one.lower() for one in wanted.senders}


def _require_one_sender(sieve: _Sieve, wanted: Wanted) -> None:
    if wanted.senders or wanted.list_id or len(sieve.senders) < 2:
        return
    listed = ", ".join(f"{sender} ({count:,})" for sender, count in sieve.senders.most_common(_SHOWN_SENDERS))
    more = f" and {len(sieve.senders) - _SHOWN_SENDERS} more" if len(sieve.senders) > _SHOWN_SENDERS else ""
    likeliest = sieve.senders.most_common(1)[0][0]
    raise UsageError(
        f"mails of {len(sieve.senders)} senders are there: {listed}{more}",
        hint=f"say which are the newsletter's: --from {likeliest} (may be given several times)",
    )


def _embargo(letter: PastLetter, tidied: Tidied, reading: Reading) -> str:
    """Why a letter must not be public yet; "" if it may."""
    if not mentions(tidied.html):
        return ""
    try:
        ends = until(cut_html(tidied.html, last=0)[1], near=letter.date, zone=reading.zone)
    except EmbargoError:
        return "" if (reading.now - letter.date).days > 90 else "has an embargo whose time cannot be read"
    return f"is under embargo until {ends:%Y-%m-%d %H:%M} UTC" if ends and ends > reading.now else ""


def _are_copies(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two letters of one day and subject are the same, but for a name or a forwarder's remark."""
    if abs(len(words) - len(others)) * 5 > max(len(words), len(others)):
        return False
    return SequenceMatcher(None, words, others, autojunk=False).quick_ratio() >= _ALIKE


def _differing(one: Sifted, other: Sifted) -> tuple[str, ...]:
    mine, theirs = (Counter(plain(letter.tidied.html).split()) for letter in (one, other))
    words = sorted((mine - theirs).keys())[:4]
    said = f"copies to other readers do not say: {' '.join(words)}" if words else ""
    return (*one.doubts, said) if said else one.doubts


def _shared(one: Tidied, other: Tidied) -> Tidied:
    """A letter without the links that only its reader got: those that another reader's copy does not have."""
    html, lost = shared_with(one.html, other.html)
    return replace(one, html=Html(html), lost_links=one.lost_links + lost)


def _with_lost_links(one: Sifted) -> Sifted:
    lost = one.tidied.lost_links
    links = "link" if lost == 1 else "links"
    said = f"{lost} {links} counted clicks or knew the reader: the words stay without them"
    return replace(one, doubts=(*one.doubts, said)) if lost else one


def _doubts(letter: PastLetter, words: Sequence[str]) -> tuple[str, ...]:
    found = [*letter.doubts]
    if not letter.subject:
        found.append("has no subject")
    text = f"{letter.subject} {' '.join(words)}".casefold()
    if named := next((one for one in letter.readers if len(one) > _SHORTEST_NAME and one.casefold() in text), None):
        found.append(f"names one to whom it was mailed: {named}")
    return tuple(found)
