"""Who tells an entry: what its source is called, whether it is the primary one, in which language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from digest.model import Entry, Source
from digest.text.language import base_language, guess_language
from digest.text.words import tokens

_SPOKEN = ("en", "de", "fr", "es", "it", "nl", "pt")


def slug(name: str) -> str:
    """The name as ids are written: "Chatham House" → "chatham-house"."""
    return "-".join(tokens(name))


def is_local(entry: Entry, sources: Mapping[str, Source]) -> bool:
    """Whether an editor put the entry into the folder: a release, a note, a saved page."""
    source = sources.get(entry.source_id)
    return entry.path is not None if source is None else source.kind == "folder"


def origin_of(entry: Entry, sources: Mapping[str, Source]) -> str:
    """What counts as one source: the organisation of a local file (as a slug), else the feed's id."""
    if entry.organisation and is_local(entry, sources):
        return slug(entry.organisation) or entry.source_id
    return entry.source_id


def origin_name(entry: Entry, sources: Mapping[str, Source]) -> str:
    """The same for people: "Chatham House"."""
    if entry.organisation and is_local(entry, sources):
        return entry.organisation
    source = sources.get(entry.source_id)
    return source.name if source else entry.source_id


def primary_host(entry: Entry, sources: Mapping[str, Source]) -> str | None:
    """The host an entry links to if that is its source's or its organisation's own; None if not, or if it has none."""
    host = _host(entry.url)
    if not host:
        return None
    source = sources.get(entry.source_id)
    feed_host = _host(source.location) if source else ""
    if feed_host and (host == feed_host or host.endswith(f".{feed_host}") or feed_host.endswith(f".{host}")):
        return host
    labels = {label.replace("-", "") for label in host.split(".")[:-1]}
    names = (entry.organisation, source.name if source else None)
    return host if any(name and "".join(tokens(name)) in labels for name in names) else None


def language_of(entry: Entry, sources: Mapping[str, Source], default: str) -> str:
    """The language code of an entry: its own, its source's, what its words look like, else the default's."""
    source = sources.get(entry.source_id)
    said = entry.language or (source.language if source else None)
    default = base_language(default, "en")
    if said:
        return base_language(said, default)
    return guess_language(entry.text[:2000] or entry.summary, {default, *_SPOKEN}) or default


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:  # a bracket that begins no IPv6 address
        return ""
