"""Who is said to have said something: read from the words beside a quotation, never guessed.

English, German, French and Spanish. A verb of speaking must stand beside the quotation, and a name beside the verb.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

_ENGLISH: Final = (
    r"said|says|say|adds|added|comments|commented|explains|explained|notes|noted|warns|warned|argues|argued|told|tells|"
    r"concludes|concluded|states|stated|continues|continued|remarks|remarked|observes|observed|declares|declared|"
    r"announces|announced|insists|insisted|stresses|stressed|emphasi[sz]es|emphasi[sz]ed|writes|wrote|tweeted|posted|"
    r"recalls|recalled|acknowledges|acknowledged|admits|admitted|claims|claimed|suggests|suggested|urges|urged|"
    r"confirms|confirmed|replies|replied|reacts|reacted|points out|pointed out|goes on|went on|agrees|agreed"
)
_GERMAN: Final = (
    r"sagt|sagte|sagten|erklärt|erklärte|erklärten|betont|betonte|meint|meinte|ergänzt|ergänzte|kommentiert|"
    r"kommentierte|berichtet|berichtete|kritisiert|kritisierte|fordert|forderte|warnt|warnte|unterstreicht|unterstrich|"
    r"schreibt|schrieb|resümiert|resümierte|äußert|äußerte|teilt|teilte|mahnt|mahnte|hebt|hob|erläutert|erläuterte|"
    r"fasst|fügt|fügte|stellt|stellte|freut sich|freute sich|bestätigt|bestätigte|begrüßt|begrüßte|führt|führte"
)
_FRENCH_DONE: Final = (
    r"déclaré|dit|expliqué|ajouté|souligné|indiqué|affirmé|commenté|estimé|précisé|rappelé|conclu|assuré|annoncé|noté|"
    r"poursuivi|insisté|réagi|confié|martelé|regretté|prévenu|averti"
)
_FRENCH: Final = (
    rf"(?:a|ont|avait)\s+(?:{_FRENCH_DONE})|déclare|dit|explique|ajoute|souligne|indique|affirme|commente|estime|"
    r"précise|rappelle|conclut|assure|annonce|note|poursuit|insiste|réagit|confie|regrette|prévient|avertit"
)
_SPANISH: Final = (
    r"(?:ha|han|había)\s+(?:dicho|declarado|afirmado|señalado|explicado|añadido|indicado|asegurado|destacado|subrayado|"
    r"comentado|manifestado|apuntado|concluido|recordado|advertido|insistido)|dijo|dice|declaró|declara|afirmó|afirma|"
    r"señaló|señala|explicó|explica|añadió|añade|indicó|indica|aseguró|asegura|destacó|destaca|subrayó|subraya|comentó|"
    r"comenta|manifestó|manifiesta|apuntó|apunta|concluyó|concluye|recordó|recuerda|advirtió|advierte|insistió|insiste"
)
VERB: Final = rf"(?:{_ENGLISH}|{_GERMAN}|{_FRENCH}|{_SPANISH})(?!\w)"
_ACCORDING: Final = r"(?:according to|so|laut|selon|d['’]après|según|nach Ansicht von|nach Angaben von)(?!\w)"
_INVERTED: Final = re.compile(
    rf"[\s,–—-]*(?:(?:a|ont)-t-(?:il|elle|ils|elles|on)\s+(?:{_FRENCH_DONE})|\w+(?:-t)?-(?:il|elle|ils|elles))(?!\w)"
)
_SPEAKS: Final = re.compile(rf"[\s,–—-]*(?:{VERB}|{_ACCORDING})")
_PRONOUN: Final = re.compile(r"\s*(?:he|she|er|sie|il|elle|él|ella)(?!\w)", re.IGNORECASE)
_PRONOUN_LAST: Final = re.compile(r"(?:\A|[\s,])(?:he|she|er|sie|il|elle|él|ella)\s*\Z", re.IGNORECASE)
_PLURAL: Final = re.compile(
    r"\s*(?:they|it|we|you|i|wir|ihr|ich|ils|elles|nous|je|ellos|ellas|yo)(?!\w)", re.IGNORECASE
)

_CAPITAL: Final = r"[^\W\d_a-zß-öø-ÿ]"
_WORD: Final = (
    rf"(?:(?:Dr|Prof|Mr|Mrs|Ms|Mx|St|Sr|Sra|Mme|Mlle|Lt|Gen|Sen|Rep|Gov|Hon|Rev|Ing|Dipl\.-Ing|{_CAPITAL})\."
    rf"|{_CAPITAL}[\w'’-]*)"
)
_PARTICLE: Final = r"(?:de|du|des|di|da|dos|del|la|las|los|le|van|von|der|den|ter|ten|bin|ibn|al|el|zu|zur|y|e)"
_BLANK: Final = r"[ \t\u00a0\u202f\n]+"
NAME: Final = rf"{_WORD}(?:{_BLANK}(?:{_PARTICLE}{_BLANK}){{0,3}}{_WORD}){{0,6}}"
_NAME: Final = re.compile(NAME)
_NAME_LAST: Final = re.compile(rf"(?:\A|(?<=[\s'’(]))(?:{NAME})\s*\Z")
_OF: Final = re.compile(r"(?:of|for|at|from|with|the|in|des|der|von|vom|für|bei|du|de|d['’]|de la|del|en|l['’])\s*\Z")
_LEADS: Final = re.compile(
    r"\s*(?:\w+ing|[Ii]n|[Aa]t|[Oo]n|[Ff]or|[Ww]ith|[Aa]fter|[Bb]efore|[Aa]s|[Ww]hen|[Ww]hile|[Ii]f|[Bb]ut|[Aa]nd|[Zz]um|"
    r"[Zz]ur|[Aa]uf|[Bb]ei|[Nn]ach|[Aa]nlässlich|[Ll]ors|[Àà]|[Aa]près|[Aa]vec|[Ee]n|[Tt]ras|[Cc]on|[Dd]urante)\s"
)
_STRAYS: Final = frozenset(
    """
    He She They It We I You The A An This That These Those There Here But And Or So Yet Also However Meanwhile Still
    Then Now Today Yesterday Tomorrow Earlier Later In On At By For From With After Before When While If As Both All
    Mr Mrs Ms Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July
    August September October November December Er Sie Es Wir Ich Der Die Das Ein Eine Aber Und Auch Dazu Hierzu Dies
    Dieser Diese Zudem Heute Gestern Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Januar Februar März
    Mai Juni Juli Oktober Dezember Il Elle Ils Elles Nous Je Le La Les Un Une Mais Et Pour Selon Lundi Mardi Mercredi
    Jeudi Vendredi Samedi Dimanche Él Ella Ellos El Los Las Una Pero Y Según Lunes Martes Miércoles Jueves Viernes
    """.split()  # noqa: SIM905  read by people
)
_ROLES: Final = re.compile(
    r"(?:.*\b)?(?:CEO|CFO|CTO|COO|MP|MEP|Chief Executive(?: Officer)?|Director(?:[- ]General)?|"
    r"Chair(?:man|woman|person)?|Minister(?:in)?|Secretary|Spokes(?:person|man|woman)|Commissioner|Leader|Head|Manager|Direktorin?|Vorsitzende[r]?|"
    r"Sprecherin?|Geschäftsführerin?|Vorstand(?:svorsitzende[r]?)?)\s+"
)
_SPOKES: Final = re.compile(r"\b(?:spokes(?:person|man|woman)|sprecher(?:in)?|porte-parole|portavoz)\b", re.IGNORECASE)
_ARTICLE: Final = re.compile(r"\A\s*(?:a|an|the|ein|eine|der|die|un|une|le|la|el)\s+", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(
    r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSr)(?<!\bSt)(?<!\bMrs)(?<!\bMme)(?<!\bSra)(?<!\bProf)(?<!\b[A-Z])[.!?…]"
    r"[\"”’»)]*\s+(?=[^\W\d_a-zß-öø-ÿ“\"«„‘(\d])"
)
_AND: Final = r"(?:and|und|et|&)"
_AND_NAME: Final = re.compile(rf"(?:{NAME}\s+{_AND}|\A{_AND})\s+{_WORD}\s+{_WORD}\s*\Z")
_AND_ANOTHER: Final = re.compile(rf"\s+{_AND}\s+{_WORD}\s+{_WORD}")
_LOWER_LEAD: Final = re.compile(r"\s*((?:[a-zà-öø-ÿß][\w'’.-]*\s+|l['’]){0,8}?)(?=[^\W\d_a-zß-öø-ÿ])")
_THAT: Final = re.compile(r"\s*(?:that|dass|que|qu['’])?\s*")
_ONLY_AS: Final = re.compile(r"\s*(?:as|wie|comme|según|como|selon)\s*(?:l['’])?", re.IGNORECASE)
_OFFICE_FIRST: Final = re.compile(
    rf"\s*(?:the|la|le|el|die|der|its|their|su|sa|son|l['’])\s*(?:[a-zà-öø-ÿß][\w'’-]*\s*){{1,5}},\s+"
    rf"({_WORD}(?:\s+(?:{_PARTICLE}\s+){{0,3}}{_WORD}){{1,4}})(?=\s*(?:[,.;]|\Z))"
)
_NOT_BEFORE_NAME: Final = frozenset(
    """
    on in at during when while as that after before to by and but with it its today yesterday about if in this his her
    am im um auf dass weil als heute gestern weiter lors en que après hier dans el lunes durante al tras ayer hoy
    """.split()  # noqa: SIM905  read by people
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """That the words beside it were said: by a name, by somebody a pronoun stands for, or by somebody unnamed."""

    name: str | None = None
    kind: Literal["name", "pronoun", "unnamed"] = "unnamed"


UNNAMED: Final = Said()
_THEY: Final = Said(kind="pronoun")


def after(words: str, *, ended: bool) -> Said | None:
    """What the words that follow a quotation say of its speaker; None if they say nothing.

    Args:
        words: from the closing mark on, up to the next quotation.
        ended: whether the quotation was a whole sentence; then the next may speak of something else.
    """
    words = first_sentence(words[:_FAR])
    if _INVERTED.match(words):
        return _THEY
    speaks = _SPEAKS.match(words)
    if speaks:
        return _of_rest(words[speaks.end() :], pro_drop=True)
    found = re.match(rf"[\s,–—-]*([^:;]{{1,200}}?)\s+{VERB}(.*)", words, re.DOTALL)
    if found is None:
        return None
    tail = re.match(r"\s*(?:[.,;:]|\Z|(?:on|in|at|during|to|after|while|today|yesterday)\b)", found[2])
    return _of_subject(found[1]) if tail or not ended else None


def before(words: str) -> Said | None:
    """What the words that lead to a quotation say of its speaker; None if they say nothing."""
    words = last_sentence(words[-_FAR:])
    stripped = words.rstrip(" \t\n\u00a0\u202f:,–—-")
    colon = ":" in words[len(stripped) :]
    according = re.match(rf"(?:.*\s)?{_ACCORDING}(.*)", stripped, re.DOTALL | re.IGNORECASE)
    verbs = list(re.finditer(rf"(?<!\w){VERB}", stripped))
    if verbs:
        return _around_verb(stripped[: verbs[-1].start()], stripped[verbs[-1].end() :], colon=colon)
    if according:
        return _of_rest(according[1], pro_drop=False)
    return _label(stripped) if colon else None


def _around_verb(subject: str, rest: str, *, colon: bool) -> Said | None:
    """Who is named before the verb ("Jane Doe said:") or after it ("Dazu sagt Jane Doe:", "Según dijo Ana Ruiz,")."""
    inverted = _ONLY_AS.fullmatch(subject) is not None
    if not colon and not inverted and not _THAT.fullmatch(rest):
        return None
    said = _of_subject(subject) if subject.strip() and not inverted else None
    if (said is None or said.kind == "unnamed") and rest.strip():
        said = _of_rest(rest, pro_drop=False)
    return said or UNNAMED


def signature(line: str) -> Said | None:
    """Who signs a quotation that stands alone, on the line below: "– Jane Doe, head of the centre"."""
    found = re.fullmatch(rf"\s*[-–—]+\s*({NAME})(?:,[^\n]{{2,150}})?\s*|\s*({NAME}),[^.\n]{{3,120}}[^.\n:!?]\s*", line)
    name = _name(found[1] or found[2]) if found else None
    return Said(name=name, kind="name") if name and " " in name else None


def first_sentence(words: str) -> str:
    """The sentence with which some words begin."""
    end = _SENTENCE_END.search(words)
    return words[: end.end()] if end else words


def last_sentence(words: str) -> str:
    """The sentence that is still open at the end of some words."""
    ends = [end.end() for end in _SENTENCE_END.finditer(words)]
    return words[ends[-1] :] if ends else words


_FAR: Final = 400
"""Letters from a quotation within which its speaker is looked for."""


def _of_rest(rest: str, *, pro_drop: bool) -> Said:
    """Who is named right after a verb: "said the centre's director Jane Doe, who …"."""
    if _PRONOUN.match(rest) or (pro_drop and re.match(r"\s*(?:[.,;:]|\Z)", rest)):  # Spanish: "añadió."
        return _THEY
    if _PLURAL.match(rest):
        return UNNAMED
    apart = _OFFICE_FIRST.match(rest)
    if apart:  # "ha dicho la directora, Carmen Ortiz."
        return _named(apart[1])
    lead = _LOWER_LEAD.match(rest)
    found = _NAME.match(rest, lead.end()) if lead else None
    if lead is None or found is None or set(lead[1].split()) & _NOT_BEFORE_NAME:
        return UNNAMED
    if _SPOKES.search(f"{lead[1]}{found.group()}"):
        return _phrase(re.split(r"[,.;:]", rest, maxsplit=1)[0])
    if _OF.search(lead[1]):  # "said the head of the Centre, Jane Doe"
        later = re.match(rf"[^.;:]{{0,120}}?,\s*({NAME})(?=[,.;]|\s*\Z)", rest[found.end() :])
        if later and " " in later[1].strip():
            return _named(later[1])
        return _named(found.group()) if _is_body(lead[1]) else UNNAMED
    return UNNAMED if _AND_ANOTHER.match(rest, found.end()) else _named(found.group())


def _is_body(lead: str) -> bool:
    """Whether nothing but an article stands before the name: "said the European Commission"."""
    return lead.strip().lower() in {"the", "die", "der", "das", "la", "le", "el", "los", "l'", "l’", "les"}


def _of_subject(subject: str) -> Said | None:
    """Who is named right before a verb: "Speaking in Paris, Jane Doe, head of the Centre, said"."""
    if _PRONOUN_LAST.search(subject):
        return _THEY
    parts = [part.strip() for part in subject.split(",")]
    if any(_AND_NAME.search(part) for part in parts):  # two speak as one
        return UNNAMED
    if parts[-1] and _SPOKES.search(parts[-1]):
        return _phrase(parts[-1])
    if parts[-1]:
        last = _name_at_end(parts[-1])
        if last and not _LEADS.match(parts[-1].replace(last, "", 1) or "x"):
            return _named(last)
    for part in parts:
        name = None if _LEADS.match(f"{part} ") else _name_at_end(part)
        if name and (" " in name or name == part):
            return _named(name)
    return UNNAMED


def _name_at_end(part: str) -> str | None:
    found = _NAME_LAST.search(part)
    if found is None:
        return None
    lead = part[: found.start()]
    return None if lead.strip() and _OF.search(lead) and not _is_body(lead) else found.group().strip()


def _label(words: str) -> Said | None:
    """A name and what the person is, before a colon: "Jane Doe, head of the Centre:"; "Dazu Jane Doe:"."""
    found = re.fullmatch(rf"\s*(?:Dazu\s+|Hierzu\s+|\W*)({NAME})(,[^:]{{2,150}})?", words)
    if found is None or not (found[2] or re.match(r"\s*(?:Dazu|Hierzu)\s", words)):
        return None
    said = _named(found[1])
    return said if said.name and " " in said.name else None


def _phrase(words: str) -> Said:
    """Somebody who speaks for others, as the source puts it: "spokesperson for the Centre"."""
    short = re.split(rf"\s+(?:{VERB}|on|in|today|yesterday|am|ce|el)\s", words.strip(), maxsplit=1)[0]
    phrase = " ".join(_ARTICLE.sub("", short, count=1).split())
    return Said(name=phrase, kind="name") if 3 < len(phrase) <= 100 else UNNAMED


def _named(raw: str) -> Said:
    name = _name(raw)
    return Said(name=name, kind="name") if name else UNNAMED


def _name(raw: str) -> str | None:
    """The name alone: without "Yesterday" before it, or the office that a shorter form of it follows."""
    words = raw.strip(" \t\n\u00a0,’'").split(" ")
    while words and words[0].strip(".") in _STRAYS and words[0] not in {"Mr", "Mrs", "Ms", "Mr.", "Mrs.", "Ms."}:
        words = words[1:]
    while words and words[-1].strip(".") in _STRAYS:
        words = words[:-1]
    name = " ".join(words)
    office = _ROLES.match(name)
    if office and len(name[office.end() :].split()) > 1:
        name = name[office.end() :]
    name = " ".join(re.sub(r"[’']s\Z", "", name).rstrip("’',").split())
    name = name if re.search(r"(?:\b[A-Z]|Jr|Sr)\.\Z", name) else name.rstrip(".")
    return name if len(name) > 1 else None
