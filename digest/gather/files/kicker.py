"""The few words above a headline that say what kind of text follows: "EXPERT COMMENT", "Guide"."""

from __future__ import annotations

import re
from typing import Final

LONGEST_KICKER: Final = 40
KINDS: Final = frozenset(
    ["press release", "news release", "media release", "news", "news story", "world news story", "statement",
     "press statement", "joint statement", "ministerial statement", "written statement", "expert comment", "comment",
     "commentary", "opinion", "opinion piece", "op-ed", "analysis", "explainer", "insight", "speech", "report",
     "independent report", "research", "research paper", "research article", "policy paper", "policy brief",
     "briefing", "briefing note", "briefing paper", "white paper", "working paper", "discussion paper", "fact sheet",
     "factsheet", "blog", "blog post", "announcement", "guidance", "guide", "consultation", "consultation outcome",
     "open consultation", "closed consultation", "transcript", "authored article", "article", "letter",
     "open letter", "case study", "feature", "interview", "event", "podcast", "media advisory", "media alert",
     "press briefing", "daily news", "questions and answers", "question and answer", "q&a", "q & a",
     "pressemitteilung", "presseinformation", "pressemeldung", "medienmitteilung", "presseerklärung", "meldung",
     "nachricht", "stellungnahme", "gastbeitrag", "gastkommentar", "kommentar", "meinung", "analyse", "rede",
     "bericht", "studie", "communiqué de presse", "communiqué", "déclaration", "tribune", "discours", "rapport",
     "étude", "avis", "actualité", "nota de prensa", "comunicado de prensa", "comunicado", "declaración", "discurso",
     "informe", "estudio", "tribuna", "opinión", "noticia", "análisis"]
)  # fmt: skip
_NONE: Final = re.compile(
    r"home\b|menu\b|search\b|share\b|skip\b|back\b|close\b|log ?in\b|sign\b|by\b|von\b|par\b|por\b|zurück\b|"
    r"startseite\b|accueil\b|inicio\b|[^\w]*$|.*[>›»/|•·@\d]",
    re.IGNORECASE,
)


def is_kicker(line: str) -> bool:
    """Whether the line above a page's headline is one: no path of links, date, author, or button."""
    words = line.strip()
    return 0 < len(words) <= LONGEST_KICKER and words[-1] not in ".!?:," and _NONE.match(words) is None


def is_kind(line: str) -> bool:
    """Whether a line is one of the kinds that wires and press offices name."""
    return line.strip(" :*_#[]").casefold() in KINDS


def sentence_case(line: str) -> str:
    """The kicker as it stands in a sentence: "EXPERT COMMENT" becomes "Expert comment"."""
    words = " ".join(line.strip(" :*_#[]").split())
    return words[:1].upper() + words[1:].lower()
