"""Sentences that lean on the one before ("He said so", "However, …", "This surprised nobody"), or on their writer.

Told by their first words, so it errs to the safe side: "It is raining" leans too. A language that is not listed here
gets no such check.
"""

from __future__ import annotations

import re

# Beginnings by language, alternatives of a regular expression. In languages with spaces a word ends after them, in the
# others anything follows.
_LEANING = {
    "en": r"""
        he|she|they|it|its|his|her|hers|their|him|them
        (?:this|these)(?! (?:week|weekend|month|year|morning|afternoon|evening|summer|winter|spring|autumn|season|time|
          paper|study|article|thesis|report|survey|review|chapter|post|episode|issue|edition|guide)\b)
        that|those|such|both|neither|either|another
        the (?:former|latter|same|two|three|other|others|move|pair|duo|trio)|one of (?:them|these|those)
        (?:some|most|many|all|none|each|few|several) of (?:them|these|those|which)|others|but|and|or|so|nor|yet
        still|then|also|too|instead|meanwhile|however|therefore|thus|hence|moreover|furthermore|nevertheless
        nonetheless|consequently|accordingly|similarly|likewise|otherwise|besides|conversely|rather|indeed
        afterwards|later(?! this)|earlier(?! this)|finally|lastly|second(?:ly)?,|third(?:ly)?,|next,|above all|after all
        after that|in addition|in other words|in contrast|by contrast|in turn|in response|in that
        in this (?:way|case|sense|context)|in short|for (?:example|instance|that reason|this reason)
        as (?:a result|such|well)|at the same time|on the (?:other hand|contrary)|that said|to that end|even so
        of course|what.s more|because of (?:this|that)|despite (?:this|that)|with (?:this|that)|yes|no,|well,
        here(?:.s| (?:is|are))|similar to|(?:un)?fortunately|there (?:is|are|was|were) also
        (?:in|on|at|by|during|since|until|prior to|within|under) (?:(?!sa[iy]|t[eo]ld?|that|announced)\S+ ){1,4}s?he
        (?:i|we)(?:['’]\w+)? (?:(?!sa[iy]|t[eo]ld?)\S+ ){1,3}s?he
        as (?:mentioned|noted|discussed|described|shown|seen|stated|explained)
    """,
    "de": r"""
        er|sie|es|ihm|ihn|ihnen|sein\w*|ihr(?:e[mnrs]?)?|dies\w*|jene\w*|solche\w*
        das (?:ist|war|sei|sind|hat|habe|wird|würde|heißt|bedeutet|zeigt|macht)|beide[rsn]?|aber|und|oder|doch
        jedoch|auch|zudem|dabei|dazu|damit|daher|dafür|dagegen|danach|darauf|daraus|darin|darüber|davon|deshalb
        deswegen|denn|außerdem|allerdings|trotzdem|dennoch|hingegen|stattdessen|anschließend|schließlich|ferner
        zugleich|gleichzeitig|ebenso|ebenfalls|vielmehr|somit|folglich|zum beispiel
        so (?:sagte|sagt|habe|heißt|soll|sei)
    """,
    "fr": r"""
        il|elle|ils|elles|lui|son|sa|ses|leur|leurs|ce|cet|cette|ces|cela|ça|c'est|c’est|celui\S*|celle\S*
        ceux\S*|mais|et|ou|donc|or|car|ni|cependant|toutefois|pourtant|néanmoins|ainsi|aussi|alors|puis|ensuite
        enfin|de plus|en outre|par ailleurs|en effet|en revanche|au contraire|par exemple|en conséquence|l.un
        l.une|les deux|tous deux|d.autres|pour sa part|de son côté
    """,
    "es": r"""
        él|ella|ellos|ellas|ello|su|sus|est[aeo]s?|es[aeo]s?|aquel\w*|ambos|ambas|pero|y|o|u|ni|sino|sin embargo
        no obstante|además|también|tampoco|así|asimismo|por eso|por ello|por lo tanto|por tanto|entonces|luego
        después|en cambio|por otra parte|por otro lado|de hecho|por ejemplo|en consecuencia|finalmente
    """,
    "it": r"""
        egli|ella|lui|lei|loro|essi|esse|quest[aeio]|quell[aeio]|il suo|la sua|i suoi|le sue|ma|e|ed|o|però
        tuttavia|inoltre|anche|così|quindi|dunque|poi|infine|invece|intanto|entrambi|per esempio|ad esempio
        per questo
    """,
    "pt": r"""
        ele|ela|eles|elas|seu|sua|seus|suas|est[ae]s?|ess[ae]s?|isto|isso|aquel\w*|mas|e|ou|porém|contudo
        todavia|no entanto|entretanto|além disso|também|assim|portanto|por isso|depois|então|ambos|por exemplo
        finalmente
    """,
    "nl": r"""
        hij|zij|ze|het is|het was|hun|haar|zijn|dit|dat|deze|die|maar|en|of|toch|ook|daarnaast|bovendien|daarom
        daarmee|daarna|daardoor|echter|verder|vervolgens|intussen|beide|bijvoorbeeld|want|dus
    """,
    "ru": r"""
        он|она|оно|они|его|её|ее|их|ему|ей|им|это|этот|эта|эти|этого|этому|этим|тот|та|те|такой|такая|такие|оба
        обе|но|а|и|или|однако|также|тоже|кроме того|при этом|поэтому|таким образом|тем не менее|затем|потом
        например|впрочем|зато
    """,
    "uk": r"""
        він|вона|воно|вони|його|її|їх|це|цей|ця|ці|той|та|ті|такий|такі|але|а|і|й|або|однак|проте|також
        крім того|при цьому|тому|отже|водночас|потім|наприклад|утім
    """,
    "sv": r"""
        han|hon|dess|deras|hans|hennes|detta|denna|dessa|men|och|eller|också|dessutom|därför|sedan|däremot
    """,
    "pl": r"""
        on|ona|oni|one|jego|jej|ich|to|ten|ta|te|ci|ale|i|a|oraz|lub|jednak|także|również|ponadto|dlatego|potem
        natomiast
    """,
}
_UNSPACED = {
    "ja": r"""
        彼女?[はがらのも]|これ|それ|あれ|この(?!ほど|たび|度|春|夏|秋|冬)|その|あの|こう|そう|しかし|だが|ただし
        ただ、|また|さらに|そして|それで|だから|従って|したがって|一方|なお|同氏|同社|同省|同日|両
    """,
    "zh": r"""
        他|她|它|这|這|那|此|该|該|其|但|然而|不过|不過|同时|同時|另外|此外|因此|所以|而且|并且|而|随后|隨後
        之后|之後|例如|两者|兩者
    """,
    "ko": r"""
        그는|그녀는|그들은|이는|이에|이를|이것은|그러나|하지만|그리고|또|또한|한편|따라서|그래서|이어
    """,
    "ar": r"""
        هو\b|هي\b|هم\b|هذا|هذه|ذلك|تلك|لكن|ولكن|كما|وقال|وأضاف|وأوضح|وأشار|وأكد|وذكر|وتابع|ومن جهته|ومن جانبه
        بينما|لذلك|أيضا
    """,
}
_SAYING = {
    "en": r"""
        (?:he|she|they|it) (?:also |then |later |further )?(?:said|says|added|adds|told|tells|explained|explains|
          continued|noted|notes|went on|replied|argued|argues|warned|warns|concluded|wrote|writes|insisted|stressed|
          admitted|claimed)
    """,
    "de": r"""
        (?:er|sie) (?:sagte|sagt|fügte|ergänzte|erklärte|betonte|warnte|meinte|schrieb)
    """,
    "fr": r"""
        (?:il|elle|ils|elles) (?:a |ont )?(?:dit|ajouté|ajoute|déclaré|expliqué|précisé|poursuivi|affirmé|souligné)
    """,
    "es": r"""
        (?:dijo|añadió|agregó|explicó|afirmó|señaló|indicó|aseguró|(?:él|ella) (?:dijo|añadió|explicó))
    """,
    "it": r"""
        (?:ha detto|ha aggiunto|ha spiegato|ha dichiarato)
    """,
    "ru": r"""
        (?:он|она) (?:сказал|добавил|отметил|заявил|пояснил)а?
    """,
}
# "…," he said: the same, told at the end.
_SAID_LATE = {
    "en": r"""
        [,.!?][\"”’]* (?:he|she|they) (?:said|says|added|explained|told|continued|noted|argued|warned|wrote)\b
        [,.!?][\"”’]* (?:said|says|added) (?:he|she|they)\b
        , (?:however|therefore|though|on the other hand|in turn|meanwhile|instead|moreover|for (?:example|instance)),
    """,
    "de": r"""
        (?:[“”\"»«],?|,) (?:sagt|sagte|so|ergänzte|erklärte|betonte|meinte|fügte|schrieb) (?:er|sie)\b
    """,
    "fr": r"""
        (?:a-t-|ajoute-t-|dit-|explique-t-|poursuit-|précise-t-|estime-t-|affirme-t-|souligne-t-)(?:ils?|elles?)\b
    """,
    "es": r"""
        [”\"»],? (?:dijo|añadió|agregó|explicó|afirmó|señaló|aseguró)(?: (?:él|ella))?\.
    """,
}
# Who writes, or who reads: not what happened. "We" is left out, in which every research abstract speaks.
_PERSONAL = {
    "en": r"I|I['’](?:m|ve|d|ll)|my|My|me|you|You|your|Your",
    "de": r"ich|Ich|mich|mir|mein\w*|Mein\w*|du|Du|dich|dir|dein\w*|Dich|Dir|Dein\w*|euch|Euch|eure?\w?",
    "fr": r"je|Je|j['’]\w+|J['’]\w+|moi|mon|ma|mes|vous|Vous|votre|vos|tu|Tu",
    "es": r"yo|Yo|mi|mí|mis|tú|Tú|tus|usted|ustedes",
}
_OPENING = r"\s*[\"“”„«»‘'(¿¡「『]*"


def _any(lines: str) -> str:
    """One alternative of them all; a line that ends with | goes on in the next."""
    return "|".join(line.strip() for line in lines.strip().splitlines()).replace("||", "|")


_LEANS = {
    **{
        code: re.compile(rf"{_OPENING}(?:{_any(words)})(?:(?<=,)|\b)", re.IGNORECASE)
        for code, words in _LEANING.items()
    },
    **{code: re.compile(rf"{_OPENING}(?:{_any(words)})") for code, words in _UNSPACED.items()},
}
_SAYS_LATE = {code: re.compile(_any(words), re.IGNORECASE) for code, words in _SAID_LATE.items()}
_SPEAKS = {code: re.compile(rf"\b(?:{words})\b") for code, words in _PERSONAL.items()}
_QUOTATION = re.compile(r"“[^”]*”|\"[^\"]*\"|„[^“”]*[“”]|«[^»]*»|»[^«]*«|‘[^’]*’(?!\w)")
_SAYS = {code: re.compile(rf"{_OPENING}(?:{_any(words)})\b", re.IGNORECASE) for code, words in _SAYING.items()}


def leans(sentence: str, language: str) -> bool:
    """Whether a sentence says who or what it means only together with the one before.

    Args:
        sentence: whole.
        language: a two-letter code.
    """
    first, late = _LEANS.get(language), _SAYS_LATE.get(language)
    return bool((first and first.match(sentence)) or (late and late.search(sentence)))


def reports_nobody(sentence: str, language: str) -> bool:
    """Whether it tells what "he" or "they" said, and so cannot even stand at the beginning of a text."""
    pattern = _SAYS.get(language)
    return pattern is not None and pattern.match(sentence) is not None


def is_personal(sentence: str, language: str) -> bool:
    """Whether its writer speaks of himself or to the reader; what is quoted is not the writer's."""
    pattern = _SPEAKS.get(language)
    return pattern is not None and pattern.search(_QUOTATION.sub("", sentence)) is not None
