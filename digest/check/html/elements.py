"""The elements of HTML, sorted by what matters in a mail (HTML standard, section 4 and 16.2)."""

from __future__ import annotations

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
VOID = frozenset("area base basefont br col embed frame hr img input keygen link meta param source track wbr".split())  # noqa: SIM905
BLOCKS = HEADINGS | frozenset(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form header"  # noqa: SIM905
    " hgroup hr main menu nav ol p pre search section summary table ul".split()
)
INLINE = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup time"  # noqa: SIM905
    " tt u var".split()
)
HEAD_ONLY = frozenset("base link meta script style title noscript template".split())  # noqa: SIM905
TABLE_PARTS = frozenset("caption colgroup col thead tbody tfoot tr td th".split())  # noqa: SIM905
SECTIONING = frozenset("main nav header footer article aside section details summary figure figcaption hgroup".split())  # noqa: SIM905
"""What Word drops, and Gmail and Outlook.com in part, with all their attributes."""

SCRIPTS = frozenset({"script", "noscript"})
FRAMES = frozenset("iframe frame frameset object embed applet param portal".split())  # noqa: SIM905
FORMS = frozenset(
    "form input button select option optgroup textarea fieldset legend label datalist output meter progress".split()  # noqa: SIM905
)
DRAWINGS = frozenset({"svg", "math", "canvas"})
MEDIA = frozenset({"video", "audio", "track"})
REFUSED = frozenset("base template slot dialog marquee blink bgsound xml plaintext xmp".split())  # noqa: SIM905
OBSOLETE = frozenset("font center big strike tt basefont dir acronym nobr listing".split())  # noqa: SIM905
PICTURES = frozenset({"img", "picture", "source", "map", "area"})
KNOWN = (
    frozenset("html head body title meta link style br wbr li dt dd rp rt ruby keygen".split())  # noqa: SIM905
    | BLOCKS | INLINE | HEAD_ONLY | TABLE_PARTS | SECTIONING | SCRIPTS | FRAMES | FORMS | DRAWINGS | MEDIA
    | REFUSED | OBSOLETE | PICTURES
)  # fmt: skip
