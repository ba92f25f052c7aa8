"""What a letter holds for the one who got it, or for the tool that sent it: taken out, for the archive is everybody's.

Taken out are the link to the browser, how to leave or change a subscription, why it was sent and to whom, the greeting
by name, marks that a tool fills in, footers of mailing lists, and pictures that count readers. All else stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from digest.gather.files.hidden import split_hidden
from digest.gather.past.links import without_readers
from digest.model import Html
from digest.text.clean import clean
from digest.text.plain import plain

HERE: Final = "https://here.invalid/"
"""Stands before the addresses of pictures that came with a letter until they are known to be there."""

_IN_BROWSER: Final = re.compile(
    r"(?:view|read|open|see)\b.{0,40}\b(?:browser|online|web\b|web ?page)|web ?version|having trouble viewing|"
    r"im browser|online (?:ansehen|lesen)|dans (?:votre|le) navigateur|version en ligne|"
    r"en (?:el|tu|su) navegador|versión web|ver en línea",
    re.IGNORECASE,
)
_SENT_TO: Final = re.compile(
    r"you(?:['’]re| are|['’]ve| have)?\s+(?:been\s+)?(?:receiv(?:e|ed|ing)|getting|got|sent)\s+this|"
    r"this (?:e-?mail|message|newsletter) was (?:sent|delivered) to|why did i get this|"
    r"you(?:['’]re| are) (?:on|subscribed to) (?:the|our|this)|(?:manage|update|change) (?:your )?(?:e-?mail )?"
    r"(?:preferences|subscription|profile|settings)|add us to your address ?book|sent with (?:mailchimp|love by)|"
    r"no longer wish to receive|don['’]t want to receive|(?:to )?stop receiving (?:these|this|our)|"
    r"change how you (?:receive|get)|update your (?:details|e-?mail)|"
    r"sie (?:erhalten|bekommen) diese|diese (?:e-?mail|nachricht) wurde an|nicht mehr (?:erhalten|empfangen|bekommen)|"
    r"(?:profil|einstellungen|daten|abo\w*) (?:\w+ )?(?:bearbeiten|ändern|aktualisieren|verwalten)|"
    r"vous recevez ce|ce (?:message|courriel|mail) a été envoyé à|(?:cet )?e-?mail a été envoyé à|"
    r"ne (?:plus|souhaitez plus) recevoir|(?:gérer|modifier|mettre à jour) (?:vos|mes|votre|mon) (?:préférences|"
    r"abonnement|profil|coordonnées)|reci(?:bes?|be usted) este (?:correo|mensaje|bolet)|"
    r"ha recibido este (?:correo|mensaje|bolet)|este (?:correo|mensaje) (?:fue|ha sido) enviado a|"
    r"no desea(?:s)? (?:seguir )?recib|dejar de recibir|(?:actualizar|gestionar|cambiar|modificar) "
    r"(?:(?:tus|sus|mis|las) )?(?:preferencias|suscripci|datos|perfil)",
    re.IGNORECASE,
)
_LEAVE: Final = re.compile(
    r"unsubscribe|leave (?:the|this) list|opt[- ]out|forward (?:this|to a friend)|sign up here if|abbestellen|"
    r"newsletter abmelden|abmelden\W*\Z|(?:zum|zur) ab(?:melden|meldung|bestell)|austragen|"
    r"(?:se|vous) désabonner|désinscri|désabonnement|dar(?:te|se|me) de baja|cancelar (?:la |mi |tu |su )?suscripción|"
    r"disiscri|cancella(?:re|ti)? (?:la |l['’])?iscrizione|uitschrijven|afmelden\W*\Z",
    re.IGNORECASE,
)
_HELLO: Final = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|day|evening|afternoon)|hallo|liebe[rs]?|guten (?:tag|morgen|abend)|"
    r"sehr geehrte[rs]?|moin|servus|bonjour|bonsoir|cher|chère|salut|hola|buenos días|estimad[oa]|querid[oa]|ciao)\b"
    r"[,!]?\s*(.{0,60}?)[\s,!.:–—-]*\Z",
    re.IGNORECASE | re.DOTALL,
)
_ANYBODY: Final = re.compile(
    r"\b(?:all|everyone|everybody|readers?|subscribers?|friends?|colleagues?|members?|folks|there|team|world|again|"
    r"leser\w*|freund\w*|kolleg\w*|alle|zusammen|damen|mitglieder\w*|abonnent\w*|lecteurs?|lectrices?|amis?|"
    r"tous|toutes|collègues|abonnés?|lector\w*|amig[oa]s?|tod[oa]s|colegas|suscriptor\w*|from|to)\b",
    re.IGNORECASE,
)
_FILLED_IN: Final = re.compile(
    r"\*\|[A-Z0-9_:. /-]{1,80}\|\*|\{\{[^{}]{0,120}\}\}|\{%[^{}%]{0,120}%\}|%%[A-Za-z_][\w .:-]{0,60}%%|"
    r"%recipient\.[\w.]{1,40}%|\[(?:FIRST ?NAME|NAME|EMAIL|UNSUBSCRIBE(?:_URL)?)\]"
)
_FILLED_LINK: Final = re.compile(r"""(\shref\s*=\s*["'])\s*(?:\*\||\{\{|\{%|%%|\[)[^"'<>]*""", re.IGNORECASE)
_COUNTER: Final = re.compile(
    r"<img\b[^<>]*?src\s*=\s*[\"']?[^\s\"'<>]*(?:/track/open|/wf/open|/open\.(?:php|gif|aspx)|/pixel[./?]|/beacon[./?]|"
    r"/o\.gif|\be2?\.gif\?|/ss/o/|open\.convertkit|/e/o/)[^<>]*>",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(
    r"<br>|</?(?:p|div|section|article|header|footer|main|aside|address|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|pre|"
    r"figure|figcaption|table|caption|tbody|thead|tfoot|tr|td|th|hr)(?:\s(?:\"[^\"]*+\"|[^<>\"])*+)?>"
)
_CID: Final = re.compile(r"""(<img\b[^<>]*?\ssrc\s*=\s*["']?\s*)cid:""", re.IGNORECASE)
_SCHEME_LESS: Final = re.compile(
    r"""(<img\b[^<>]*?\ssrc\s*=\s*["']\s*)(?![a-z][a-z0-9+.-]*:|//|\s*["'])""", re.IGNORECASE
)
_IMG: Final = re.compile(r'<img\b((?:[^<>"]|"[^"]*+")*+)>')
_FILLER: Final = re.compile("[\u034f\u00ad\u200b-\u200f\u2007\u2060\ufeff\u00a0\\s]+")
_LONGEST_FOOTER = 320
_FIRST_LINES = 12  # in which a letter greets
_FORWARDED: Final = re.compile(
    r"-*\s*(?:(?:begin )?forwarded message|original message|weitergeleitete nachricht|(?:ursprüngliche|original-?) ?"
    r"nachricht|message transféré|message d['’]origine|mensaje reenviado|mensaje original)\s*:?\s*-*",
    re.IGNORECASE,
)
_FORWARDED_HEAD: Final = re.compile(
    r"(?:from|to|cc|bcc|sent|date|subject|reply-to|von|an|gesendet|datum|betreff|antwort an|de|à|envoyé|objet|"
    r"para|enviado|fecha|asunto)\s*:",
    re.IGNORECASE,
)
_MAILMAN: Final = re.compile(r"_{20,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """A letter without what was for one reader."""

    html: Html
    preheader: str  # what it held for lists of mails, and did not show
    lost_links: int  # links that only the reader may follow
    left_out: tuple[str, ...]  # the lines that were taken out


def tidy(
    html: str,
    *,
    readers: Sequence[str] = (),
    tokens: Sequence[str] = (),
    base: str | None = None,
    mailed: bool = True,
) -> Tidied:
    """A letter as anybody may read it, as clean HTML.

    Args:
        html: as it came.
        readers: addresses and names of those to whom it was mailed.
        tokens: what else in its links only these have.
        base: where it stood on the web; relative addresses of links are resolved against it.
        mailed: whether this is what one reader got, and may greet by a name that is not among ``readers``.
    """
    shown, hidden = split_hidden(_COUNTER.sub("", html))
    marked = _SCHEME_LESS.sub(rf"\g<1>{HERE}", _CID.sub(rf"\1{HERE}cid:", _FILLED_LINK.sub(r"\1", shown)))
    body, left_out = _without_lines(clean(marked, base=base), readers, mailed=mailed)
    told, lost = without_readers(body, readers, tokens)
    body = clean(_without_names(_FILLED_IN.sub("", told), readers))
    return Tidied(html=body, preheader=_preheader(hidden, readers), lost_links=lost, left_out=tuple(left_out))


def _preheader(hidden: str, readers: Sequence[str]) -> str:
    text = " ".join(_FILLER.sub(" ", plain(clean(_FILLED_IN.sub("", hidden)))).split())
    named = any(one.lower() in text.lower() for one in readers if one)
    return text if 8 <= len(text) <= 300 and not named else ""


def _without_lines(body: Html, readers: Sequence[str], *, mailed: bool) -> tuple[Html, list[str]]:
    """The letter without the lines that are for its reader, and those lines."""
    edges = [0, *(edge for tag in _BREAK.finditer(body) for edge in tag.span()), len(body)]
    spans = list(zip(edges[::2], edges[1::2], strict=True))
    lines = [" ".join(plain(body[start:end]).split()) for start, end in spans]
    worded = [place for place, line in enumerate(lines) if line]
    gone = {
        place
        for number, place in enumerate(worded)
        if _is_furniture(lines[place], number, len(worded), linked="<a " in body[slice(*spans[place])])
        or (number < _FIRST_LINES and _is_greeting(lines[place], readers, mailed=mailed))
    }
    gone |= _list_footer(lines, worded) | _forwarding(lines, worded)
    if not gone:
        return body, []
    kept, at = [], 0
    for place in sorted(gone):
        start, end = spans[place]
        kept.append(body[at:start])
        at = end
    return clean("".join([*kept, body[at:]])), [lines[place] for place in sorted(gone)]


def _is_furniture(line: str, number: int, of: int, *, linked: bool) -> bool:
    late = number * 2 >= of
    edge = number < max(6, of // 10) or number >= of - max(12, of // 5)
    if len(line) > _LONGEST_FOOTER:
        return False
    if len(line) < 150 and _IN_BROWSER.search(line) and edge and (linked or len(line) < 60):
        return True
    if _SENT_TO.search(line) and edge:
        return True
    return bool(_LEAVE.search(line)) and (late or edge) and (len(line) < 60 or linked)


def _is_greeting(line: str, readers: Sequence[str], *, mailed: bool) -> bool:
    """Whether a line greets one reader by name: words to everybody stay."""
    found = _HELLO.fullmatch(line)
    if found is None:
        return False
    name = found[1].strip()
    if not name:
        return False
    if _FILLED_IN.search(name):
        return True
    if any(part and part.lower() in name.lower() for one in readers for part in _names_of(one)):
        return True
    if not mailed:
        return False
    words = name.split()
    named = 1 <= len(words) <= 4 and all(word[0].isupper() or not word[0].isalpha() for word in words)
    return named and line.rstrip()[-1:] in ",!:–—-" and not _ANYBODY.search(name)


def _names_of(reader: str) -> list[str]:
    """What of a reader's address or name is a name; two letters may be any word."""
    return [reader] if "@" in reader else [part for part in reader.split() if len(part) > 2]


def _list_footer(lines: Sequence[str], worded: Sequence[int]) -> set[int]:
    """The lines that a mailing list puts under every mail: a ruler of underscores, its name, its address."""
    for place in worded[-8:]:
        if _MAILMAN.fullmatch(lines[place].replace(" ", "")):
            below = [one for one in worded if one >= place]
            if any(re.search(r"list(?:info|s?\b)|@", lines[one]) for one in below):
                return set(below)
    return set()


def _forwarding(lines: Sequence[str], worded: Sequence[int]) -> set[int]:
    """The lines that a mail program puts above what is forwarded, whom it came to among them, and those before."""
    for number, place in enumerate(worded[:_FIRST_LINES]):
        if not _FORWARDED.fullmatch(lines[place]):
            continue
        after = number + 1
        while after < len(worded) and _FORWARDED_HEAD.match(lines[worded[after]]):
            after += 1
        return set(worded[:after]) if after > number + 1 else set()
    return set()


def public_subject(subject: str, readers: Iterable[str]) -> str:
    """A subject without the marks that a tool fills in, and without the name of the one whom it speaks to."""
    bare = " ".join(_FILLED_IN.sub("", subject).split())
    for name in sorted({part for one in readers for part in (one, *_names_of(one))}, key=len, reverse=True):
        bare = re.sub(
            rf"\A{re.escape(name)}\s*[,:!–—-]\s*|\s*,\s*{re.escape(name)}(?=\W*\Z)", "", bare, flags=re.IGNORECASE
        )
    bare = re.sub(r"\A\W*,\s*|\s+(?=[,!?.:])", "", bare) if bare != subject else bare
    return bare[:1].upper() + bare[1:] if bare != subject else bare


def _without_names(html: str, readers: Iterable[str]) -> str:
    """HTML in whose texts no reader's address stands."""
    for one in readers:
        if "@" in one and len(one) > 5:
            html = re.sub(rf"(?<![\w.+-]){re.escape(one)}(?![\w-])", "", html, flags=re.IGNORECASE)
    return html
