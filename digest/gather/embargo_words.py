"""The words in which people set an embargo, in English, German, French and Spanish."""

from __future__ import annotations

import re
from typing import Final

_STEMS: Final = (
    "embarg", "sperr", "hold", "releas", "publ", "broadc", "diffu", "difund", "divulg", "veröff", "verbr", "frei ",
    "freig",
)  # fmt: skip
"""One of them stands in every notice: looking for them costs a thousandth of what looking for a notice does."""
_MAYBE: Final = re.compile(
    r"embarg|sperrfrist|sperrvermerk|gesperrt|hold|for (?:release|publ|broadc)|be (?:publ|rel|broadc)|"
    r"(?:not?|pas|nicht|keine) (?:publi|broadc|diffu|difund|divulg|zur|vor|veröff|verbr)|frei(?:gabe)? (?:ab|zur|für)"
)

_MATTER: Final = (
    r"(?:(?:press|news|media|presse)[\s-]*)?(?:release|statement|report|study|paper|article|document|text|information|"
    r"material|content|announcement|briefing|copy|story|data|findings|results|mail|email|mitteilung|meldung|"
    r"information|studie|bericht|text|rede|communiqué|texte|document|étude|rapport|dossier|discours|nota|información|"
    r"comunicado|estudio|informe|texto|documento|discurso|the\s+following)"
)
"""What a notice can say of itself that it is under embargo."""
_LEAD: Final = (
    rf"(?P<this>(?:this|the\s+following|the\s+(?:enclosed|attached|information\s+in\s+this)|all|diese[rs]?|der\s+folgende|"
    rf"cet?(?:te)?|le\s+présent|est[ea]|la\s+presente|el\s+presente)\s+(?:[\w-]+\s+){{0,3}}?)?{_MATTER}"
    rf"(?:\s+(?:de\s+presse|de\s+prensa))?"
    rf"(?:\s+(?:is|are|remains?|may|must|should|ist|bleibt|darf|est|reste|está|es|queda))?\s+"
)
LABEL: Final = re.compile(
    rf"""(?:(?:strictly|please\ note|important|achtung|attention|atención|note|nb
       |bitte\ beachten(?:\ sie)?(?:\ die)?|bitte|es\ gilt\ das\ gesprochene\ wort)\b[\s:,.!]*)*(?P<lead>{_LEAD})?(?:
    (?P<release>for\s+(?:release|publication)(?=\s*(?::|at|on|after|from|\d|not\s+before))|frei(?:gabe)?\s+(?:
       zur\s+veröffentlichung\s+|für\s+\w+\s+)?ab)
    |(?P<alone>gesperrt\s+bis)
    |(?P<order>not\s+(?:(?:to\s+)?be\s+(?:published|released|broadcast|quoted)|for\s+(?:publication|release
       |broadcast|use|distribution|circulation|quotation))\b[^.!?\n]{{0,80}}?\b(?:before|until|till|prior\s+to)
      |hold\s+(?:for\s+(?:release|publication)\s+)?(?:until|till)|hold\s+for\s+(?:release|publication)
      |no\s+(?:publication|broadcast)(?:\s+or\s+\w+)?\s+(?:before|until|till)
      |do\s+not\s+(?:publish|broadcast)\b[^.!?\n]{{0,60}}?\b(?:before|until|till)
      |(?:nicht|keine)\s+(?:zur\s+)?ver(?:öffentlich|breit)\w+\b[^.!?\n]{{0,40}}?\b(?:vor|bis)
      |nicht\s+vor\b(?=[^.!?\n]{{0,20}}?\d[^!?\n]{{0,60}}\bver(?:öffentlich|breit))
      |(?:à\s+)?ne\s+pas\s+(?:publier|diffuser)\b[^.!?\n]{{0,40}}?\b(?:avant|jusqu)
      |no\s+(?:publicar|difundir|divulgar)\b[^.!?\n]{{0,40}}?\b(?:antes|hasta))
    |(?P<adjective>(?:(?:strictly|strikt|strictement|estrictamente)\s+)?(?:embarg(?:oed|ad[oa]s?)
      |(?:under|sous|bajo|unter)\s+(?:strict\w*\s+|a\s+strict\s+)?embargo(?:\s+stricto?|\s+estricto)?))
    |(?P<noun>(?:(?:press|media|news|reporting|publication|strict|presse)[\s-]*)*embargo|sperrfrist|sperrvermerk)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
UNTIL: Final = r"until|till?|before|prior\s+to|bis|jusqu['’]\s?(?:aux?|à|a)|hasta|antes|avant|vor"
HAS_UNTIL: Final = re.compile(rf"\b(?:{UNTIL})(?!\w)", re.IGNORECASE)
BRIDGE: Final = re.compile(
    rf"""(?:[\s:;,.!–—\-*_|([]+|(?:{UNTIL}|for|release|publication|broadcast|print|online|web|all|media|use|and|or|not
    |the|strictly|date|time|expires?|lifts?|ends?|between|zum|zur|für|alle|medien|veröffentlichung|beachten|zwischen|copy
    |news|press|presse|prensa|y|et|und|au|del?|du|entre|l['’](?=\w)|d['’](?=\w))(?!\w))*+""",
    re.IGNORECASE | re.VERBOSE,
)
NONE: Final = re.compile(
    r"[\W_]*(?:(?:embargo|sperrfrist)\s*:\s*(?:none|no|n/a|immediate|lifted|keine?|aucun|ningun[oa]|sin|aufgehoben"
    r"|lev[ée]|levantado)|no embargo|not embargoed|kein embargo|keine sperrfrist|sans embargo)[\W_]*",
    re.IGNORECASE,
)
LIFTED: Final = re.compile(
    r"[\W_]*(?:the )?(?:press |media )?embargo (?:has (?:now |already )?been |is now |now )?lifted[\W_]*|"
    r"[\W_]*(?:die )?sperrfrist (?:ist )?aufgehoben[\W_]*|[\W_]*embargo (?:est )?levé[\W_]*|"
    r"[\W_]*embargo levantado[\W_]*",
    re.IGNORECASE,
)


def mentions(text: str) -> bool:
    """Whether a text could hold a notice at all; quick."""
    small = text.lower()
    for stem in _STEMS:
        if stem in small:
            return _MAYBE.search(small) is not None
    return False
