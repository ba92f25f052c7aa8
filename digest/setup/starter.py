"""What `digest init` writes: a newsletter that builds at once, with one sample note and no feeds; or the example."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from digest.config.load import CONFIG_NAME, FEEDS_NAME
from digest.config.settings import Settings
from digest.config.table import TableError, table_of
from digest.disk import shipped, write_whole
from digest.errors import ProjectError, UsageError

PLACEHOLDER = "newsletter@example.org"
"""Stands for the sender until the editor writes one. example.org belongs to nobody (RFC 2606 §3)."""

GITIGNORE = """\
# The store holds what was seen and sent, and the subscribers: private. `digest backup` copies it.
/state/
# Rendered mails and pages: made anew at any time.
/build/
"""

FEEDS = """\
# The feeds that `digest fetch` reads. `digest add URL` writes here; so may you. One table a feed:
#
# [[feed]]
# url     = "https://www.chathamhouse.org/rss.xml"
# name    = "Chatham House"       # what readers see; without it: the feed's own title
# section = "News"                # the title of a [[section]] in digest.toml; without it: decided by words
# weight  = 1.5                   # 1.0 is ordinary; 0.0 never leads a story, 10.0 nearly always does
# exclude = ["podcast"]           # leave out entries with one of these words
#
# [[feed]]
# path = "saved-feed.xml"         # a feed file in this folder
#
# Other files in this folder need no line here: press releases, notes, saved pages and mails are found by themselves.
"""

SAMPLE_NOTE = """\
---
title: A sample note, to be deleted
organisation: digest
kind: Sample
---

This note came with the new newsletter, so that its first draft is not empty. Delete feeds/sample-note.md when you have
news of your own.

Every file in the folder feeds is news: a press release saved as text, a note in Markdown like this one, a saved web
page, a mail. Feeds on the web are listed in feeds/feeds.toml.
"""

_CONFIG = """\
# What this newsletter is. Only title and from must be given; a key after "# " shows its default, or an example.
# `digest init --example DIR` makes a newsletter in which every key is set and explained.

[newsletter]
title    = {title}
from     = {sender}{note}
# reply_to    = "editor@example.org"          # where answers go; without it: from
# language    = "en"                          # of the furniture and dates (BCP 47): en, de, fr, es, …
# timezone    = "UTC"                         # decides when an issue closes: "Europe/London"
# url         = "https://example.org/brief/"  # where build/site is published; without it: no web page
# address     = "1 Example Square, London"    # postal, for the footer; many countries ask for it
# look        = "brief"                       # `digest templates list` shows the looks
# description = "What happened this week."    # one line under the title

[issue]
# every          = "week"             # day, week, month
# closes         = "friday 07:00"     # local time; names the issue
# max_stories    = 20                 # in a new draft
# max_per_source = 4                  # stories of one source in a new draft
# summary_words  = 65                 # a summary stops at the last whole sentence within this

[[section]]
title = "News"
# about   = "energy, climate, grid"   # words that belong to this section
# sources = ["chatham-house"]         # ids of feeds, or names of organisations, that always stand here

# [interests]                         # raise a story that has one of these
# names = ["European Commission"]
# words = ["price cap"]

# The mail server. The password is read from the environment variable DIGEST_SMTP_PASSWORD, or from a file.
# [send]
# host     = "smtp.example.org"
# port     = 587                      # 587 goes with starttls, 465 with tls
# security = "starttls"               # starttls, tls
# username = "newsletter@example.org"

# What carries build/site to the web; run by `digest publish`.
# [publish]
# command = "rsync -a build/site/ www.example.org:/srv/brief/"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The files of a new newsletter, by their path below its folder."""

    folder: Path
    files: dict[str, bytes]
    kept: tuple[str, ...] = ()  # files that are there already and stay as they are


def plan(folder: Path, *, title: str | None, sender: str | None) -> Start:
    """A new newsletter in ``folder``: nothing is written yet.

    Raises:
        UsageError: the title or the sender's address cannot be.
        ProjectError: there is a newsletter already, or a file that would be overwritten.
    """
    config = starter_config(title or _title_of(folder), sender)
    files = {CONFIG_NAME: config, FEEDS_NAME: FEEDS, "feeds/sample-note.md": SAMPLE_NOTE, ".gitignore": GITIGNORE}
    return _refuse_overwriting(Start(folder=folder, files={name: text.encode() for name, text in files.items()}))


def plan_example(folder: Path) -> Start:
    """The whole example newsletter in ``folder``: nothing is written yet.

    Raises:
        ProjectError: there is a newsletter already, or a file that would be overwritten.
    """
    feeds = shipped("feeds")
    files = {CONFIG_NAME: shipped(CONFIG_NAME).read_bytes(), ".gitignore": GITIGNORE.encode()}
    for path in sorted(feeds.rglob("*")):
        below = path.relative_to(feeds)
        if path.is_file() and not any(part.startswith(".") for part in below.parts):
            files[f"feeds/{below.as_posix()}"] = path.read_bytes()
    return _refuse_overwriting(Start(folder=folder, files=files))


def write_start(start: Start) -> None:
    """Write the files; digest.toml last, so that a folder that has it is whole.

    Raises:
        DigestError: the folder cannot be written.
    """
    for name in sorted(start.files, key=lambda name: (name == CONFIG_NAME, name)):
        write_whole(start.folder / name, start.files[name])


def starter_config(title: str, sender: str | None) -> str:
    """The text of a new digest.toml.

    Raises:
        UsageError: the title or the sender's address cannot be.
    """
    text = _CONFIG.format(
        title=tomlkit.item(title).as_string(),
        sender=tomlkit.item(sender or PLACEHOLDER).as_string(),
        note="" if sender else '   # write your own: "Name <name@example.org>"',
    )
    try:
        table_of(Settings, tomllib.loads(text))
    except TableError as error:
        first = error.faults[0]
        option = "--from" if first.place[-1] == "from" else "--title"
        raise UsageError(f"{option}: {first.message}", hint="nothing was written") from error
    return text


def _title_of(folder: Path) -> str:
    """``my-brief`` → ``My brief``."""
    words = re.sub(r"[\s_-]+", " ", folder.resolve().name).strip()
    return words[:1].upper() + words[1:] or "Newsletter"


def _refuse_overwriting(start: Start) -> Start:
    """A .gitignore that is there stays; anything else that would be overwritten is a reason to stop."""
    folder = start.folder
    if (folder / CONFIG_NAME).exists():
        msg = f"{folder / CONFIG_NAME}: is there already: this is a newsletter"
        raise ProjectError(msg, hint="name another folder; nothing was changed")
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder}: is a file", hint="name a folder")
    there = sorted(name for name in start.files if (folder / name).exists() and name != ".gitignore")
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        msg = f"{folder}: would be overwritten: {', '.join(there[:3])}{more}"
        raise ProjectError(msg, hint="name another folder; nothing was changed")
    if (folder / ".gitignore").exists():
        files = {name: data for name, data in start.files.items() if name != ".gitignore"}
        return Start(folder=folder, files=files, kept=(".gitignore",))
    return start
