"""Which mail program shows what.

The table is that of caniemail.com (MIT, support-LICENSE.txt): support.json says of which commit and date; it is made by
``python -m tests.support.caniemail``. Its tests are of very different ages; what is not tested is taken as shown.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final

FAMILIES: Final = {
    "gmail": ("gmail.desktop-webmail", "gmail.ios", "gmail.android"),
    "outlook-windows": ("outlook.windows",),
    "outlook-com": ("outlook.outlook-com", "outlook.macos", "outlook.ios", "outlook.android"),
    "apple-mail": ("apple-mail.macos", "apple-mail.ios"),
    "yahoo": ("yahoo.desktop-webmail", "yahoo.ios", "yahoo.android"),
    "aol": ("aol.desktop-webmail", "aol.ios", "aol.android"),
    "fastmail": ("fastmail.desktop-webmail",),
    "free-fr": ("free-fr.desktop-webmail",),
    "gmx": ("gmx.desktop-webmail", "gmx.ios", "gmx.android"),
    "hey": ("hey.desktop-webmail",),
    "ionos": ("ionos-1and1.desktop-webmail", "ionos-1and1.android"),
    "laposte": ("laposte.desktop-webmail", "laposte.ios", "laposte.android"),
    "mail-ru": ("mail-ru.desktop-webmail",),
    "orange": ("orange.desktop-webmail", "orange.ios", "orange.android"),
    "proton": ("protonmail.desktop-webmail", "protonmail.ios", "protonmail.android"),
    "samsung": ("samsung-email.android",),
    "sfr": ("sfr.desktop-webmail", "sfr.ios", "sfr.android"),
    "t-online": ("t-online-de.desktop-webmail",),
    "thunderbird": ("thunderbird.macos", "thunderbird.windows"),
    "web-de": ("web-de.desktop-webmail", "web-de.ios", "web-de.android"),
    "wp-pl": ("wp-pl.desktop-webmail",),
}
"""The names that ``[check] clients`` may have → the programs of the table. Not the Gmail page on a phone, which drops
every style sheet (the rule on styles sees to that), nor the mail program of Windows 10, which is no more."""

_NAMES: Final = {
    "gmail.desktop-webmail": "Gmail",
    "gmail.ios": "Gmail (iOS)",
    "gmail.android": "Gmail (Android)",
    "outlook.windows": "Outlook for Windows",
    "outlook.outlook-com": "Outlook.com",
    "outlook.macos": "Outlook (Mac)",
    "outlook.ios": "Outlook (iOS)",
    "outlook.android": "Outlook (Android)",
    "apple-mail.macos": "Apple Mail",
    "apple-mail.ios": "Apple Mail (iOS)",
    "yahoo.desktop-webmail": "Yahoo",
    "yahoo.ios": "Yahoo (iOS)",
    "yahoo.android": "Yahoo (Android)",
}


def is_feature(slug: str) -> bool:
    """Whether the table knows of it: "css-float", "html-video", "image-webp"."""
    return slug in _table()[1]


def title(slug: str) -> str:
    """What people call it: "display:flex"."""
    return _table()[1][slug][0]


def lacking(slug: str, programs: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the programs that are known not to support something at all."""
    columns, features = _table()
    if slug not in features:
        return ()
    letters = features[slug][1]
    return tuple(one for one in programs if one in columns and letters[columns[one]] == "n")


def programs_of(clients: tuple[str, ...]) -> tuple[str, ...]:
    """The mail programs of families; unknown families have none."""
    return tuple(dict.fromkeys(program for family in clients for program in FAMILIES.get(family, ())))


def names(programs: tuple[str, ...]) -> str:
    """Them, for people: a family once where all of it is meant."""
    told: list[str] = []
    for family, members in FAMILIES.items():
        meant = [one for one in members if one in programs]
        if meant == list(members):
            told.append(
                _NAMES.get(members[0], family).partition(" (")[0] if len(members) < 4 else "Outlook.com and apps"
            )
        else:
            told += [_NAMES.get(one, one) for one in meant]
    return ", ".join(told)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, int], dict[str, tuple[str, str]]]:
    import msgspec  # noqa: PLC0415  not for reading a letter

    table = msgspec.json.decode(files("digest.check.style").joinpath("support.json").read_bytes())
    return {name: at for at, name in enumerate(table["programs"])}, {
        slug: (told[0], told[1]) for slug, told in table["features"].items()
    }
