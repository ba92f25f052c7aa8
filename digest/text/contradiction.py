"""Whether a sentence turns round what its source says, in almost the same words.

The lists are of English, German, French and Spanish; what they lack is not found.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.text.facts import names, numbers
from digest.text.words import tokens

_GAP = 2  # words, at most, between those that a "not" stood between
_PLACES_MOST = 64  # pairs of the neighbours of a "not"

_NOT = frozenset(
    """
    not no never nor neither none nobody nothing without cannot t nicht kein keine keinen keiner keinem keines nie
    niemals ohne weder ne pas jamais aucun aucune sans ni nunca jamás sin ningún ninguna tampoco non mai senza
    nessun niet geen nooit zonder não sem nenhum
    """.split()  # noqa: SIM905  read by people
)
# Behind one of these and a "that" or an "if" stands what nobody says is so.
_UNSAID = frozenset(
    """
    if unless whether deny denies denied denying false falsely wrongly rumour rumours rumor rumors hoax allege
    alleges alleged allegation allegations doubt doubts doubted unlikely unclear hope hopes hoped fear fears feared
    want wants wanted demand demands demanded ask asks asked urge urges urged propose proposes proposed threaten
    threatens threatened suppose imagine pretend pretended write ignore instruct tell reply respond claim claims
    claimed would could wenn falls ob bestreitet bestritt dementiert fälschlich angeblich gerücht behauptet zweifelt
    hofft fordert si nie démenti prétend rumeur doute espère exige demande niega negó desmintió rumor duda espera
    exige pide
    """.split()  # noqa: SIM905  read by people
)
# Without one of these the word behind it says more than the source does: "the suspected thief", "may close".
_LESS = frozenset(
    """
    former formerly ex possible possibly potential potentially alleged allegedly reportedly apparent apparently
    supposed supposedly purported purportedly suspected attempted planned proposed nearly almost partly partially
    likely unlikely perhaps maybe probable probably presumably expected rumoured rumored unconfirmed may might could
    some few hardly barely scarcely
    ehemalige ehemaliger ehemaligen früherer früheren möglich mögliche möglicher möglichen möglicherweise mutmaßlich
    mutmaßliche mutmaßlicher mutmaßlichen angeblich angebliche angeblicher angeblichen vermeintliche vermeintlicher
    vermeintlichen vermutlich wahrscheinlich vielleicht offenbar geplant geplante geplanter geplanten versuchter
    versuchten fast beinahe teilweise könnte könnten dürfte dürften soll sollen kaum einige wenige
    ancien ancienne anciens anciennes possible possibles éventuel éventuelle éventuels éventuelles présumé présumée
    présumés présumées prétendu prétendue supposé supposée probable probablement peut pourrait pourraient serait
    seraient aurait auraient presque prévu prévue tentative quelques
    antiguo antigua exministro posible posibles posiblemente eventual presunto presunta presuntos presuntas
    presuntamente supuesto supuesta supuestos supuestas supuestamente probable probablemente quizá quizás casi podría
    podrían habría habrían sería serían previsto prevista algunos algunas
    """.casefold().split()
)
_HELPING = frozenset(["to", "be", "been", "being", "have", "has", "had", "être", "avoir", "zu", "ser", "haber"])
_CLAUSE = frozenset(["that", "if", "whether", "unless", "dass", "daß", "ob", "wenn", "falls", "que", "si"])
# A word for its opposite changes one word of twenty, and everything.
_OPPOSITES = (
    (
        "rise rises rose risen rising raise raises raised raising increase increases increased increasing grow "
        "grows grew up higher more gain gained gains climb climbed climbs jump jumped soar soared upgrade "
        "upgraded",
        "fall falls fell fallen falling lower lowers lowered lowering cut cuts cutting decrease decreases "
        "decreased drop drops dropped decline declined declines down less fewer loss losses slump slumped sink "
        "sank shrink shrank plunge plunged downgrade downgraded",
    ),
    (
        "approve approves approved accept accepts accepted back backs backed support supports supported agree "
        "agreed pass passed allow allows allowed permit permitted confirm confirms confirmed endorse endorsed "
        "uphold upheld",
        "reject rejects rejected refuse refuses refused oppose opposes opposed disagree disagreed veto vetoed ban "
        "bans banned forbid forbidden deny denies denied block blocked overturn overturned",
    ),
    (
        "win wins won beat beats succeed succeeded",
        "lose loses lost fail fails failed",
    ),
    (
        "guilty convicted",
        "innocent acquitted cleared",
    ),
    (
        "open opens opened opening start starts started begin begins began launch launched",
        "close closes closed closing stop stops stopped end ends ended halt halted cancel cancelled",
    ),
    (
        "before",
        "after",
    ),
    (
        "alive survive survived survives",
        "dead die dies died killed",
    ),
    (
        "buy buys bought",
        "sell sells sold",
    ),
    (
        "best",
        "worst",
    ),
    (
        "first",
        "last",
    ),
    (
        "all every",
        "few some",
    ),
    (
        "legal lawful",
        "illegal unlawful",
    ),
    (
        "hire hired",
        "fire fired",
    ),
    (
        "steigt stieg steigen gestiegen erhöht erhöhen mehr",
        "sinkt sank sinken gesunken senkt senken fällt gefallen weniger",
    ),
    (
        "hausse augmente augmenté augmentation plus",
        "baisse diminue diminué diminution moins",
    ),
    (
        "sube subió aumenta aumentó más",
        "baja bajó reduce redujo menos",
    ),
)


def contradictions(sentence: str, source: str) -> Iterator[str]:
    """In what a sentence goes against the one that carries it: a line for each.

    Args:
        sentence: what is stated.
        source: the sentence it was made of; one that has hardly a word of it says nothing about it.
    """
    ours, theirs = list(tokens(sentence)), list(tokens(source))
    if _negates(ours, theirs):
        yield "one of the two says “not”"
    if turned := _opposite(ours, theirs):
        yield f"“{turned[0]}” stands where the source has “{turned[1]}”"
    if unsaid := _lifted(ours, theirs):
        yield f"the source says it only after “{unsaid}”"
    if weaker := _strengthened(ours, theirs):
        yield f"the source says “{weaker}”"
    if _exchanged(sentence, source):
        yield "its names or numbers stand in another order than in the source"


def _negates(ours: list[str], theirs: list[str]) -> bool:
    """Whether the sentence has more "not" than the source, or one of the two lacks one between words that both have."""
    if sum(map(_NOT.__contains__, ours)) > sum(map(_NOT.__contains__, theirs)):
        return True
    return any(
        _left_out(without, within, at)
        for without, within in ((ours, theirs), (theirs, ours))
        for at, word in enumerate(within)
        if word in _NOT
    )


def _left_out(ours: list[str], theirs: list[str], at: int) -> bool:
    """Whether the words before and after a "not" of theirs follow each other in ours, or end it, without one."""
    before, after = at - (2 if theirs[at] == "t" else 1), at + 1  # "don't" is two words here
    if before < 0:
        return after < len(theirs) and ours[:1] == [theirs[after]]
    if ours[-1:] == [theirs[before]]:
        return True
    if after >= len(theirs):
        return False
    firsts = [place for place, word in enumerate(ours) if word == theirs[before]]
    seconds = [place for place, word in enumerate(ours) if word == theirs[after]]
    pairs = [(first, second) for first in firsts for second in seconds][:_PLACES_MOST]
    close = [(first, second) for first, second in pairs if 0 < second - first <= _GAP]
    return bool(close) and not any(_NOT & set(ours[first : second + 1]) for first, second in close)


def _opposite(ours: list[str], theirs: list[str]) -> tuple[str, str] | None:
    """A word of the sentence that the source lacks, where the source has a word for its opposite that it lacks."""
    new, gone = [word for word in ours if word not in theirs], [word for word in theirs if word not in ours]
    for word in new:
        wanted = {(pair, not side) for pair, side in _SIDES.get(word, ())}
        for other in gone:
            if wanted & set(_SIDES.get(other, ())):
                return word, other
    return None


def _lifted(ours: list[str], theirs: list[str]) -> str | None:
    """The word by which the source leaves open what the sentence states, if the sentence begins behind it."""
    begin = next((at for at in range(len(theirs) - 1) if theirs[at : at + 2] == ours[:2]), 0)
    head = theirs[:begin]
    if not _CLAUSE & set(head):
        return None
    return next((word for word in head if word in _UNSAID and word not in ours), None)


def _strengthened(ours: list[str], theirs: list[str]) -> str | None:
    """The word by which the source says less, if the sentence goes on without it or another of its kind."""
    if any(word in _LESS and word not in theirs for word in ours):
        return None
    for at, word in enumerate(theirs):
        if word not in _LESS or word in ours:
            continue
        about = next((other for other in theirs[at + 1 :] if other not in _HELPING), "")
        if not about.isdigit() and _follows(about, theirs[at - 1] if at else None, ours):
            return f"{word} {about}"
    return None


def _follows(word: str, before: str | None, ours: list[str]) -> bool:
    """Whether a word stands in the sentence close behind another, or begins it."""
    if word not in ours:
        return False
    at = ours.index(word)
    return at == 0 if before is None else at == 0 or before in ours[max(0, at - 1 - _GAP) : at]


def _exchanged(sentence: str, source: str) -> bool:
    """Whether names or numbers that both have, once each, stand in another order."""
    for facts in (names, numbers):
        ours, theirs = facts(sentence), facts(source)
        both = [word for word in ours if ours.count(word) == 1 and theirs.count(word) == 1]
        if both != [word for word in theirs if word in set(both)]:
            return True
    return False


def _sides() -> dict[str, list[tuple[int, bool]]]:
    """Each word with the pairs of opposites that it is in, and the side it is on."""
    found: dict[str, list[tuple[int, bool]]] = {}
    for number, (one, other) in enumerate(_OPPOSITES):
        for words, side in ((one, True), (other, False)):
            for word in words.split():
                found.setdefault(word, []).append((number, side))
    return found


_SIDES = _sides()
