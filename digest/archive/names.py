"""The organisations and people that a story certainly has to do with.

Certain is what a field or a list says: who published an entry, as the entry itself tells; whom digest.toml names under
[[organisation]] and [[person]]; and who is quoted in an entry, if it calls them by a title or tells what they are. A
capital letter makes no name. Better a page too few than one about somebody else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from digest.config.settings import NamedSettings, Settings
from digest.model import Entry, Named

Kind = Literal["organisation", "person"]

PUBLISHED, QUOTED, NAMED = "published it", "is quoted in it", "is named in it"
"""Why a name stands with a story: it published what is told, is quoted in it, or is named in the issue's own words."""

_TITLES = (
    r"Dr|Prof|Professor|Professorin|Sir|Dame|Lord|Lady|Baroness|Mr|Mrs|Ms|Mx|Mme|Monsieur|Madame|Frau|Herr|Sra|Sr|"
    r"Don|Doña|Minister|President|Präsident|Präsidentin|Président|Présidente|Senator|Senatorin|Judge|Justice|"
    r"Ambassador|Commissioner|Councillor|Mayor|Governor|Chancellor|Kanzler|Kanzlerin|General|Admiral|Colonel|"
    r"Captain"
)
# What people are, and organisations are not, in the languages of digest's furniture; cut to their stems.
_ROLES = (
    r"chair|president|vice-president|minister|secretary|director|professor|lecturer|researcher|fellow|economist|"
    r"analyst|scientist|engineer|lawyer|judge|senator|ambassador|commissioner|councillor|mayor|governor|chancellor|"
    r"spokes|manager|head|chief|leader|founder|co-founder|partner|editor|author|adviser|advisor|officer|ceo|cfo|"
    r"cto|coordinator|co-ordinator|rapporteur|who|mp|mep|vorsitzende|präsident|direktor|leiter|forscher|sprecher|"
    r"geschäftsführer|ökonom|wissenschaftler|autor|richter|botschafter|kommissar|bürgermeister|président|ministre|"
    r"directeur|directrice|professeur|chercheu|économiste|porte-parole|responsable|députée|député|maire|auteur|"
    r"juge|secrétaire|presidente|presidenta|ministro|ministra|directora|profesor|profesora|investigador|economista|"
    r"portavoz|diputado|diputada|alcalde|alcaldesa|autora|juez|secretario|secretaria|quien"
)
_ROLE = re.compile(
    r"\s*,\s+(?:the |an? |its |our |der |die |un |une |le |la |el )?(?:[\w’'-]+ ){0,3}?(?:" + _ROLES + ")",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:\A|(?<=[\s(“„«\"]))(?:" + _TITLES + r")\.?\s+\Z")
_NO_PERSON = re.compile(
    r"\b(?:agency|association|authority|bank|board|bureau|centre|center|charity|coalition|college|commission|committee|"
    r"company|confederation|council|court|department|directorate|federation|forum|foundation|fund|government|group|"
    r"house|inc|institute|institution|laboratory|league|limited|ltd|ministry|network|observatory|office|organi[sz]ation|"
    r"parliament|party|plc|police|press|project|review|secretariat|service|services|society|team|treasury|tribunal|"
    r"trust|union|university|watch|amt|bund|gmbh|gesellschaft|institut|kammer|ministerium|partei|stiftung|verband|"
    r"verein|conseil|fondation|ministère|syndicat|université|comisión|consejo|fundación|ministerio|universidad)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that digest.toml lists, and the organisations that published something before."""

    listed: tuple[tuple[Kind, NamedSettings], ...] = ()
    organisations: Mapping[str, str] = ()  # type: ignore[assignment]  # folded → as the archive writes it

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
        return cls(listed=listed, organisations=names)

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
    for kind, name, why in (*_published(entries), *_listed(text, known), *_quoted(entries, known)):
        written = known.called(kind, " ".join(name.split()))
        found.setdefault((kind, folded(written)), Named(kind=kind, name=written, why=why))
    return tuple(found.values())


def folded(name: str) -> str:
    """What two spellings of one name have in common: neither case nor accents nor the width of blanks."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(mark for mark in plain if not unicodedata.combining(mark)).split())


def _published(entries: Sequence[Entry]) -> Iterator[tuple[Kind, str, str]]:
    for entry in entries:
        if entry.organisation and entry.organisation.strip():
            yield "organisation", entry.organisation, PUBLISHED


def _listed(text: str, known: Known) -> Iterator[tuple[Kind, str, str]]:
    for kind, one in known.listed:
        if any(_stands_in(name, text) for name in (one.name, *one.also)):
            yield kind, one.name, NAMED


def _stands_in(name: str, text: str) -> bool:
    """Whether the text has the name, capitals and all, and not as a part of a longer word."""
    return bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


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
                yield "person", speaker, QUOTED


def is_person(speaker: str, text: str) -> bool:
    """Whether the text says of the one it quotes that this is a person: by a title, or by what they are."""
    if not 2 <= len(speaker.split()) <= _MOST_WORDS or _NO_PERSON.search(speaker) or any(map(str.isdigit, speaker)):
        return False
    at = text.find(speaker)
    while at != -1:
        end = at + len(speaker)
        if _TITLE.search(text[max(0, at - 40) : at]) or _ROLE.match(text, end, end + 80):
            return True
        at = text.find(speaker, end)
    return False
