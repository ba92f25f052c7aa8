"""The organisations and people that a story certainly has to do with.

Certain is what a field or a list says: who published an entry, as the entry itself tells; whom digest.toml names under
[[organisation]] and [[person]]; and who is quoted in an entry, if it calls them by a title or tells what they are. A
capital letter makes no name. Better a page too few than one about somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from digest.config.settings import NamedSettings, Settings
from digest.model import Entry, Named
from digest.text.spelling import folded, typed

Kind = Literal["organisation", "person"]

PUBLISHED, QUOTED, NAMED = "published it", "is quoted in it", "is named in it"
"""Why a name stands with a story: it published what is told, is quoted in it, or is named in the issue's own words."""

_ALWAYS_TITLES = (
    r"Dr|Prof|Professor|Professorin|Sir|Dame|Lord|Lady|Baroness|Mr|Mrs|Ms|Mx|Mme|Monsieur|Madame|Frau|Herr|Sra|Sr|"
    r"Minister|Senator|Senatorin|Ambassador|Commissioner|Councillor"
)
# Names of organisations begin with these too: General Motors, Justice Department.
_TITLES = _ALWAYS_TITLES + (
    r"|President|Präsident|Präsidentin|Président|Présidente|Judge|Justice|Mayor|Governor|Chancellor|Kanzler|"
    r"Kanzlerin|General|Admiral|Colonel|Captain"
)
# What people are, and organisations are not, in the languages of digest's furniture. A partner or leader may be a firm.
_ROLES = (
    r"(?:chair|(?:vice-)?president|minister|secretary|director|professor|lecturer|researcher|fellow|economist|analyst|"
    r"scientist|engineer|lawyer|judge|senator|ambassador|commissioner|councillor|mayor|governor|chancellor|spokes|"
    r"manager|head|chief|(?:co-)?founder|editor|author|advis[eo]r|officer|ceo|cfo|cto|co-?ordinator|rapporteur|mp|mep|"
    r"vorsitzende|präsident|direktor|leiter|forscher|sprecher|geschäftsführer|ökonom|wissenschaftler|autor|richter|"
    r"botschafter|kommissar|bürgermeister|président|ministre|directeur|directrice|professeur|chercheu|économiste|"
    r"porte-parole|responsable|députée?|maire|auteur|juge|secrétaire|presidente|ministro|profesor|investigador|"
    r"economista|portavoz|diputad[oa]|alcalde|juez|secretari[oa])(?:in|man|woman|person|ne|se|sa|te|a|e|r)?\b(?![’']s)"
)
# What stands between is what they are head of; a verb there, or an article, begins words about somebody else.
_BETWEEN = (
    r"(?!and\b)(?:(?!(?:according|said|says|told|adds|added|warns|warned|by|to|with|its|his|her|their|whose|where|which|"
    r"the|der|die|la|le|el)\b)[\w’'-]+ ){0,3}?"
)
# "X, the president has …" speaks of another than X; "X, the president of …" does not.
_GOES_ON = (
    r"(?=[,.;:)”\"–—]|\s+(?:of|for|at|in|to|and|with|from|on|de|du|des|d[’']|del|von|des|der|für|beim?|im)\b|\s*\Z)"
)
_ROLE = re.compile(
    rf"\s*,\s+(?:(?:an? |its |our |une? )?{_BETWEEN}{_ROLES}|"
    rf"(?:the |der |die |le |la |el |l[’']){_BETWEEN}{_ROLES}{_GOES_ON}|"
    # Of organisations people say "who have", of one person "who has".
    r"who (?:is|was|has|[a-z]{3,}s)\b|quien )",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:\A|(?<=[\s(“„«\"]))(?:Don|Doña|" + _TITLES + r")\.?\s+\Z")  # Don is a first name, too
_TITLES_FIRST = re.compile(r"(?:(?:" + _ALWAYS_TITLES + r")\.?\s+)+")
_NO_PERSON = re.compile(
    r"\b(?:agency|association|authority|bank|board|bureau|centre|center|charity|coalition|college|commission|committee|"
    r"company|confederation|council|court|department|directorate|federation|forum|foundation|fund|government|group|"
    r"house|inc|institute|institution|laboratory|league|limited|ltd|ministry|network|observatory|office|organi[sz]ation|"
    r"parliament|party|plc|police|press|project|review|secretariat|service|services|society|team|treasury|tribunal|"
    r"trust|union|university|watch|amt|bund|gmbh|gesellschaft|institut|kammer|ministerium|partei|stiftung|verband|"
    r"verein|conseil|fondation|ministère|syndicat|université|comisión|consejo|fundación|ministerio|universidad|"
    r"airlines|airways|campaign|campaigners|children|electric|energy|frontières|friends|gazette|herald|holdings|"
    r"industries|international|mail|media|members|motors|nations|news|officials|post|power|radio|residents|states|"
    r"systems|technologies|telegraph|television|times|tribune|workers|"
    # Offices that stand where a name should: "Oregon Attorney General Ellen Rosen" is no name, nor "Prime Minister".
    r"actor|actress|attorney|deputy|prime|representative|shadow|" + _TITLES + "|" + _ROLES + r")\b|[’']s\b",
    re.IGNORECASE,
)
_PARTICLE = re.compile(
    r"af|al|av|bin|bint|da|das|de|del|della|den|der|di|do|dos|du|e|el|ibn|la|las|le|los|ten|ter|van|vom|von|y|zu|zur"
)
_MOST_WORDS = 5
_ADDRESS = re.compile(r"@|://|\A[\w-]+(?:\.[\w-]+)+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that digest.toml lists, and the organisations that published something before."""

    listed: tuple[tuple[Kind, NamedSettings], ...] = ()
    organisations: Mapping[str, str] = field(default_factory=dict)  # folded → as the archive writes it
    newsletter: str = ""  # folded; what it says in its own name makes it no subject of its archive

    @classmethod
    def of(cls, settings: Settings, organisations: Collection[str]) -> Known:
        """Args: ``organisations``: names under which the archive has stories already."""
        kinds: tuple[tuple[Kind, Sequence[NamedSettings]], ...] = (
            ("organisation", settings.organisation),
            ("person", settings.person),
        )
        listed = tuple((kind, one) for kind, some in kinds for one in some)
        names = {folded(name): name for name in sorted(organisations)}
        for kind, one in listed:
            if kind == "organisation":
                names |= {folded(name): one.name for name in (*one.also, one.name)}
        return cls(listed=listed, organisations=names, newsletter=folded(settings.newsletter.title))

    def called(self, kind: Kind, name: str) -> str:
        """The name as the archive writes it: as digest.toml has it, where it is listed there."""
        wanted = folded(name)
        for own, one in self.listed:
            if own == kind and wanted in {folded(each) for each in (one.name, *one.also)}:
                return one.name
        if kind == "organisation":
            return self.organisations.get(wanted, name)
        return name


def names_of(entries: Sequence[Entry], text: str, known: Known) -> tuple[Named, ...]:
    """Whom a story has to do with, each once: who published it first, then who is named in it, then who is quoted.

    Args:
        entries: those that tell the story.
        text: the issue's own words on it, headline and all, plain.
        known: what names are known.
    """
    found: dict[tuple[Kind, str], Named] = {}
    for kind, name, why in (*_published(entries, known), *_listed(text, known), *_quoted(entries, known)):
        written = known.called(kind, " ".join(name.split()))
        found.setdefault((kind, folded(written)), Named(kind=kind, name=written, why=why))
    return tuple(found.values())


def _published(entries: Sequence[Entry], known: Known) -> Iterator[tuple[Kind, str, str]]:
    for entry in entries:
        named = entry.organisation or ""
        if folded(named) == known.newsletter:
            continue
        if folded(named) in known.organisations or _is_organisation(named, entry):
            yield "organisation", named, PUBLISHED


def _is_organisation(named: str, entry: Entry) -> bool:
    """Whether what an entry calls its publisher can be no more than that: no address, and no person's own name."""
    if not re.search(r"[^\W\d_]{2}", named) or _ADDRESS.search(named):
        return False
    if folded(named) in {folded(author) for author in entry.authors}:
        return False
    # Of a mail it is who sent it, which may be a person; a release among mails says what it is, or whom to ask.
    return not (entry.path or "").casefold().endswith(".eml") or bool(entry.kind or entry.contact)


def _listed(text: str, known: Known) -> Iterator[tuple[Kind, str, str]]:
    written = typed(text)
    for kind, one in known.listed:
        if any(_stands_in(name, written) for name in (one.name, *one.also)):
            yield kind, one.name, NAMED


def _stands_in(name: str, text: str) -> bool:
    """Whether a text as ``typed`` gives it has the name, capitals and all, and not as a part of a longer word."""
    return bool(name) and _whole(name).search(text) is not None


@lru_cache(maxsize=1 << 12)  # re itself keeps 512
def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(typed(name))}(?!\w)")


def _quoted(entries: Sequence[Entry], known: Known) -> Iterator[tuple[Kind, str, str]]:
    people = {
        folded(name): one.name for kind, one in known.listed if kind == "person" for name in (one.name, *one.also)
    }
    for entry in entries:
        for quote in entry.quotes:
            speaker = " ".join((quote.speaker or "").split())
            if folded(speaker) in known.organisations:
                yield "organisation", speaker, QUOTED
            elif folded(speaker) in people or is_person(speaker, entry.text):
                yield "person", untitled(speaker), QUOTED


def is_person(speaker: str, text: str) -> bool:
    """Whether the text says of the one it quotes that this is a person: by a title, or by what they are.

    A surname alone is nobody's in particular, whatever title it has: there are many a "Mr Smith".
    """
    name = untitled(speaker)
    if not _may_be_a_person(name):
        return False
    if name != speaker:
        return True
    for found in re.finditer(rf"(?<!\w){re.escape(speaker)}(?!\w)", text):
        before = text[max(0, found.start() - 40) : found.start()]
        if _TITLE.search(before):
            return True
        if _ROLE.match(text, found.end(), found.end() + 100) and not before.casefold().endswith("the "):
            return True
    return False


def untitled(speaker: str) -> str:
    """The name without the titles before it, so that one person has one page."""
    first = _TITLES_FIRST.match(speaker)
    return speaker[first.end() :] if first else speaker


def _may_be_a_person(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= _MOST_WORDS or _NO_PERSON.search(name) or any(map(str.isdigit, name)):
        return False
    if len(words[0]) > 2 and words[0].isupper() and words[0].isalpha():
        return False  # "BBC Mundo Mira Milo": who asked, and who spoke
    return not any(word[0].islower() and not _PARTICLE.fullmatch(word) for word in words)
