"""Sentences that stand in an article without being of it: the one place that lists them.

Seen in feeds, press wires and saved pages; English, German, French and Spanish. A pattern must not be able to match
news: each names the reader, the page or the rights, or holds the whole sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CALLS = (  # what the reader is asked to do
    r"\b(subscribe|sign (up|in)|log in|register)\b.{0,60}\b(our|newsletters?|e-?mail (updates|alerts)|mailing list|"
    r"podcast|channel|to (read|continue|comment))\b",
    r"^(please )?(subscribe|sign up)\b",
    r"^become a (paid )?(subscriber|member|patron)\b",
    r"^(please )?find (below|attached|enclosed)\b",
    r"\b(your (readers|listeners|viewers)|you) (may|might|will) (also )?(be interested|find .{0,40}\binteresting)\b",
    r"^(veuillez trouver|vous trouverez) (ci-joint|ci-dessous)\b",
    r"^(anbei|im anhang|nachfolgend) (finden|erhalten|senden|übersenden)\b",
    r"^(adjuntamos|a continuación (encontrará|le enviamos))\b",
    r"^[^\W\d_][\w.'’ -]{2,40} (has more|reports)( on .{1,40})?\.$",
    r"^(please )?(follow|join|find|visit|like) us\b",
    r"^follow\b.{0,60}(@|\bon (twitter|x|facebook|instagram|linkedin|bluesky|mastodon|threads|youtube|telegram))\b",
    r"\b(click|tap) (here|the link|on the link|below)\b",
    r"^(to )?(read|see|learn|find out|view|listen to|watch) (more\b|on\b|(the|this) (full|rest|whole|complete|"
    r"original|article|story|report|page)\b|full\b)",
    r"^(to )?continue reading\b",
    r"\b(continue reading|read more|read the full (story|article))\W*$",
    r"^(read|see) (also|next)\b",
    r"^(this|the) (article|post|story|piece|essay|excerpt|interview|content)\b.{0,40}\b((first|originally) "
    r"(appeared|published|posted)|(syndicated|republished))\b",
    r"^the post\b.{1,300}\b(appeared|published) first (on|at)\b",
    r"^(a|an earlier|another|this) version of (this|the) (article|post|story|piece|essay|column)\b",
    r"^this is (another|the \w+|part \w+) (post|article|part|episode|entry)? ?(in|of) (our|a|my|the)\b.{0,60}"
    r"\bseries\b",
    r"\b(statement|chart|video|photo|picture|image|map|graph|graphic|table|clip|post|tweet|diagram)s? (above|below)\b|"
    r"\b(pictured|shown|seen) (above|below)\b|\bci-(dessus|dessous)\b",
    r"^you can (also )?(download|listen|watch|find|subscribe|sign up|follow|register|buy|order)\b",
    r"^(hallo|hi|hey|hello|welcome|willkommen|bonjour|bienvenue|hola|bienvenid[oa]s)\b.{0,40}\b(leute|zusammen|freunde|folge|"
    r"everyone|everybody|folks|guys|back|episode|edition|à tous|a todos)\b",
    r"^(thanks|thank you|cheers|enjoy|happy \w+ing)\b.{0,60}!$",
    r"^here(.s| is| are) (a (look|list|guide|rundown|round-?up|recap|summary)|what|how|where|why|who|everything|"
    r"all you)\b",
    r"\b(sembra essere il primo su|verscheen eerst op|apareceu primeiro em|dök först upp på|erschien zuerst auf|"
    r"est apparu en premier sur|se public[oó] primero en|появились сначала на|pojawił się poczatkowo)\b",
    r"^(share|tweet|pin|print|e-?mail|save|comment|copy link)( (this|on|via|to)\b.{0,50})?[:.!]?$",
    r"^((share|tweet|print|e-?mail|facebook|twitter|linkedin|whatsapp|reddit|x|pinterest)\b[\s|/·,]*)+$",
    r"^(see|watch|listen|read)\b.{0,60}\b(below|above|after the jump)\W*$",
    r"^(view|leave|add|post) (a |all )?(reply|comments?)\W*$",
    r"^(support|donate to|rate|review) (us|(our|the|this|my) (work|journalism|show|podcast|channel|site|blog))\b",
    r"\bwherever you (get|listen to|find) (your )?podcasts\b|\bpatreon\b",
    r"^(listen|watch|available|find us|follow us|out now)( to (us|it))?( now)? (on|in|at|via) (apple|spotify|itunes|"
    r"google|youtube|overcast|soundcloud|your favou?rite)\b",
    r"^(see|check( out)?|visit) (the|our|this|my)\b.{0,60}\b(page|website|site|link|section|archive)s? (for|to)\b",
    r"^(this|the) (article|post|story|piece|essay|interview|transcript|text) (was|is|has been|were) (adapted|excerpted|"
    r"translated|reprinted|taken|produced|written|cross-?posted|(lightly )?edited|part of)\b",
    r"^(please )?(e-?mail|write to|tweet|message|text|whatsapp|ping) (me|us)\b",
    r"^(please )?(send|leave) (me|us) (a|your)\b",
    r"^(let (me|us) know|tell us|leave a comment|comment below|have your say|share your)\b",
    r"^(have (a|any) (tip|story|question)s?\b.{0,60}\?|got (a|any) (tip|story|question)s?\b.{0,60}\?)$",
    r"^if you (like|liked|enjoy|enjoyed|want|would like|have|haven.t)\b.{0,80}\b(subscri|newsletter|patreon|follow|"
    r"rate us|review us|share (this|it)|donat|support us|contact us|get in touch)",
    r"^(listen|download|watch|stream|get) (to )?(the|this|our|it|now|here)\b.{0,60}\b(episode|podcast|itunes|spotify|"
    r"apple|youtube|here|app)\b",
    r"^(schick|schreib|sag|folg|abonnier|meld)(t|en sie) (uns|euch|mir)\b",
    r"\bwhats-?app[ -]?(nummer|number|numéro|gruppe|channel|kanal)\b",
    r"\b(leia|saiba|veja) mais\b.{0,40}!?$",
    r"^(abonnieren sie|melden sie sich .{0,40}an|folgen sie uns|jetzt (abonnieren|anmelden|lesen)|hier (klicken|"
    r"anmelden))\b",
    r"\b(klicken sie (hier|auf)|newsletter abonnieren|zum newsletter anmelden)\b",
    r"^(weiterlesen|mehr (lesen|dazu|zum thema)|lesen sie (auch|mehr|hier|weiter)|zum (artikel|beitrag))\b",
    r"^der (beitrag|artikel)\b.{1,300}\b(erschien|ist) zuerst\b",
    r"^(abonnez-vous|inscrivez-vous|suivez-nous|partagez|connectez-vous)\b",
    r"\bcliquez (ici|sur)\b",
    r"^(articles recommandés|les réponses dans ce|à (lire|voir|écouter)) ?:?",
    r"^(lire (la suite|aussi|l.article|également)|en savoir plus|voir aussi|à lire aussi)\b",
    r"^l.article\b.{1,300}\best apparu en premier\b",
    r"^(suscr[ií]b[ae]te|suscr[ií]base|reg[ií]str[ae]te|reg[ií]strese|s[ií]guenos|s[ií]ganos)\b",
    r"\b(haz|haga) clic\b",
    r"^(leer m[aá]s|lea tambi[eé]n|sigue leyendo|seguir leyendo|ver m[aá]s)\b",
    r"^((leia|saiba|veja) (mais|também)|leggi (anche|tutto|l.articolo)|lees (meer|ook|verder))\b",
    r"^la entrada\b.{1,300}\bse public[oó] primero\b",
)
RIGHTS = (  # whose the page is, and what it does
    r"©|\(c\) ?(19|20)\d\d|\bcopyright (by |\(c\) ?)?(19|20)\d\d|\ball rights reserved\b",
    r"\balle rechte vorbehalten\b|\btous droits réservés\b|\bderechos reservados\b",
    r"\b(we|this (web)?site|our (web)?site|diese (web)?seite|ce site|este sitio)\b.{0,40}\b(uses?|verwende[nt]|"
    r"nutz(en|t)|utilise|utiliza) (des |les )?cookies\b",
    r"^(cookie (policy|settings|notice)|privacy (policy|notice)|terms (of|and) (use|service|conditions)|"
    r"advertisement|anzeige|publicité|publicidad|sponsored( content)?|impressum|datenschutz(erklärung)?)\W*$",
    r"\bthis material may not be (published|reproduced|broadcast)\b",
    r"^(please enable (javascript|cookies)|your browser (does not|doesn.t))\b",
)
CONTACTS = (  # for the press, or for finding one's way
    r"^for (more|further|media|press|additional|all)\b.{0,50}\b(contact|visit|call|e-?mail|see|please)\b",
    r"^((media|press|editorial|news ?desk|general) )?(contacts?|enquir(y|ies)|inquir(y|ies))\b ?(us\b|details\b|"
    r"[:(]|$)",
    r"^(contact|call|phone|tel|telephone|fax|e-?mail|kontakt|pressekontakt|telefon|téléphone|tél|courriel|contacto|"
    r"teléfono|correo)\b ?[:.]",
    r"^(key ?words?|jel (codes?|classification)|schlüsselwörter|mots[- ]clés|palabras clave)\b ?[:.]",
    r"^(printable version\W*$|original article link\b)",
    r"^(share this (article|page|story)|related (articles?|stories|content|links?|topics?)|more from|recommended|tags?|"
    r"filed under|categories|posted in|topics?)\s?(:.*|\W*)$",
    r"^[\w.+-]+@[\w-]+(\.[\w-]+)+\W*$|^(https?://|www\.)\S+$|^\W*\+?\d[\d\s()./-]{6,}\W*$",
)
CREDITS = (  # beside a picture, above or below the text
    r"^\(?(photos?|foto|images?|picture|bild|bilder|video|graphic|grafik|illustration|infographic|imagen|fotografía|"
    r"photographie|credit|caption|source|quelle|fuente|crédit( photo)?|file photo|archivbild|symbolbild|read|listen|"
    r"watch|related|more|update|updated|correction|editor.s note)( (by|credit|courtesy|via|von|de|par|por)\b.{0,80})?"
    r"\s?([:/].*)?[.)]*$",
    r"/(getty images|afp|reuters)\)?\.?$",
    r"^(published|posted|updated|last (updated|modified)|veröffentlicht|aktualisiert|stand|publié|mis à jour|publicado|"
    r"actualizado)\b.{0,40}\d\W*\w{0,5}\W*$",
    r"^\d+ (min(ute)?s?\.? (read|ago|lesezeit)|(hours?|days?) ago|comments?|shares?|kommentare|commentaires|"
    r"comentarios)\W*$",
    r"^\d+ of \d+\.",
    r"^(breaking|live|exclusive|opinion|analysis|developing|first on \w+)\W*$",
)
# Anywhere in a paragraph: the whole of it describes a picture.
CAPTIONS = (
    r"\bphoto credit\b|(\bvia |/ ?)getty images\b|\bafp photo\b|\bfile photo\b|\(ap photo\b|"
    r"\((photo|picture|foto|bild)(:| by )"
)
# The same where nobody is named: what can be seen, in the present tense, and the day when it could.
SEEN = (
    r"^(?:(?:An?|The|Some|Two|Three|Four|Several) )?(?:[\w.,'’-]+ ){1,8}?(?:gestures?|poses?|walks?|stands?|waves?|"
    r"smiles?|carr(?:y|ies)|looks? on|listens?|shakes? hands|(?:is|are) (?:seen|pictured|shown))\b.{0,160}\bon "
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, )?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,2}\b"
)
# One of these stands in whatever is found by the patterns that may begin anywhere; to look for them is ten times as
# quick.
HINTS = (
    "subscribe", "sign up", "sign in", "log in", "register", "click", "tap ", "continue reading", "read more",
    "read the full", "klicken", "newsletter", "cliquez", " clic", "©", "(c)", "copyright", "rights reserved",
    "rechte vorbehalten", "droits réservés", "derechos reservados", "cookies", "this material", "getty", "/afp",
    "/reuters", "photo", "foto", "bild", "picture", "whatsapp", "whats-app", "podcasts", "patreon", "leia mais",
    "saiba mais", "veja mais", "il primo su", "eerst op", "primeiro em", "först upp", "zuerst auf", "en premier",
    "primero en", "сначала", "poczatkowo", " above", " below", "ci-dess",
)  # fmt: skip
# Told by its capitals, so the case counts: "By Ana Ruiz and Tom O'Neill, Brussels".
BYLINE = (
    r"^(By|BY|Von|Par|Por) [A-ZÄÖÜÉ][\w.'’-]*(,? ([A-ZÄÖÜÉ&][\w.'’-]*|and|und|et|y|van|von|de|der|la))*"
    r"( [|·-] .{0,60})?$"
)
# After one of these nothing is news any more.
ENDS = (
    r"^\W*(ends?|###|notes?|(media|press) (contacts?|enquiries|inquiries)|about the authors?|"
    r"hinweise? für (die )?redaktion(en)?|pressekontakt|contacts? presse|notes? aux rédactions|contacto de prensa)\W*$",
    r"^notes? (to|for) (the )?editors?\b",
)
# "LONDON (Reuters) - ", "BRUSSELS, March 3 — ", "Berlin (dpa) – ", "KHARTOUM: ": where and by whom it was told.
DATELINE = (
    r"(?:[A-ZÀ-Þ][A-ZÀ-Þ.'’ /-]{2,40}(?:, [A-Z][\w.]{1,20}(?: [\w.]{1,12})?){0,2}(?:/[A-Z .'’-]{3,30})?"
    r"(?: ?\([A-Za-z /]{2,20}\))?"
    r"|(?:[A-ZÀ-Þ][\w.'’-]+(?: [A-ZÀ-Þ][\w.'’-]+){0,2}(?:, [\w. ]{2,20}){0,2} ?)?\([A-Za-z/]{2,12}\))"
    r" ?(?:[—–] ?|--? )(?=[A-ZÀ-Þ0-9\"“„«'‘])|\((?:CNN|AP|AFP|Reuters|dpa|UPI)\) *(?:[—–-]+ *)?"
    r"|[A-ZÀ-Þ][A-ZÀ-Þ '’/-]{4,30}: (?=[A-ZÀ-Þ])"
    r"|[A-ZÀ-Þ][\w.'’-]+(?: [A-ZÀ-Þ][\w.'’-]+){0,2}, (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? "
    r"\d{1,2}(?:, \d{4})? ?(?:[:—–]|--?) ?(?=[A-ZÀ-Þ\"“„«'‘])"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, [A-Z][a-z]+ \d{1,2}, \d{4} +(?=[A-ZÀ-Þ])"
)
# "14:32", "10.15am BST": when it was written in a live blog.
_HOUR, _ZONE, _SEPARATOR = r"(?:[01]?\d|2[0-3])", r"(?: (?:GMT|UTC|[A-Z]{1,3}S?T))", r"(?: ?[-–—|:])"
CLOCK = (  # "10.15 Euro" and "16:30 Uhr Ortszeit" are none: a full stop and "Uhr" need more
    rf"(?:{_HOUR}[:h][0-5]\d(?: ?[ap]\.?m\.?)?{_ZONE}?{_SEPARATOR}?|{_HOUR}\.[0-5]\d ?[ap]\.?m\.?{_ZONE}?{_SEPARATOR}?"
    rf"|{_HOUR}\.[0-5]\d{_ZONE}{_SEPARATOR}?|{_HOUR}[:.][0-5]\d(?: Uhr)?{_SEPARATOR}) +(?=(?!Uhr )[\"“„«¿¡A-ZÀ-Þ])"
)
# A label before the first sentence that says nothing of it.
LABEL = r"(?:(?:FIRST ON [A-Z ]+|EXCLUSIVE|BREAKING(?: NEWS)?|UPDATED?|WATCH|OPINION|JUST IN)\s?[:—–-]+\s+)"


# "Ana Ruiz - BBC News Mundo", and the text goes on.
CREDIT = (
    r"(?:[A-ZÀ-Þ][\w.'’-]+ ){2,3}[-–—|] (?:BBC|AFP|AP|CNN|DW|RFI|Reuters)(?: (?:News|World|Sport))?"
    r"(?: (?:Mundo|Afrique|Africa|Brasil|Arabic|Business))? (?!News\b|World\b|Sport\b)(?=[A-ZÀ-Þ])"
)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_ALL = (*CALLS, *RIGHTS, *CONTACTS, *CREDITS)
_AT_START = _any(pattern for pattern in _ALL if pattern.startswith("^"))
_ANYWHERE = _any(pattern for pattern in _ALL if not pattern.startswith("^"))
_BYLINE = re.compile(BYLINE)
_CAPTION = re.compile(CAPTIONS, re.IGNORECASE)
_SEEN = re.compile(SEEN)
_END = _any(ENDS)
_BEFORE = re.compile(f"^(?:{LABEL}|{DATELINE}|{CLOCK}|{CREDIT})")
_NOTE_MARKS = re.compile(r"(?:\[\d{1,3}\]\s*)+(?=\S)")


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence belongs to the page and not to the article."""
    if _AT_START.match(sentence) or _BYLINE.match(sentence) or _SEEN.match(sentence):
        return True
    return _has_hint(sentence) and _ANYWHERE.search(sentence) is not None


def is_caption(paragraph: str) -> bool:
    """Whether a paragraph is about a picture: it names the agency or the photographer."""
    return _has_hint(paragraph) and _CAPTION.search(paragraph) is not None


def _has_hint(text: str) -> bool:
    lower = text.lower()
    return any(hint in lower for hint in HINTS)


def ends_the_text(line: str) -> bool:
    """Whether what follows is for the press only: "ENDS", "Notes to editors", "Media contact"."""
    return _END.match(line) is not None


def without_dateline(sentence: str) -> str:
    """The sentence from where it begins: without "LONDON (Reuters) - ". A slice of what was given."""
    return sentence[preface(sentence) :]


def note_marks(sentence: str) -> int:
    """How many characters before a sentence are marks of the notes to the one before: "[2] "."""
    match = _NOTE_MARKS.match(sentence)
    return match.end() if match else 0


def preface(paragraph: str) -> int:
    """How many characters stand before the first sentence: a dateline, a label, the time in a live blog."""
    match = _BEFORE.match(paragraph)
    return match.end() if match else 0
