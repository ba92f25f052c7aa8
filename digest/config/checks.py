"""What the texts of the configuration files may be: each type checks, and says what to write instead.

A function here is given a text without blanks around it; it returns what is kept, or raises ValueError.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta

from digest.text.address import address_problem

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_USUAL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,4})?([/?#]|\Z)")  # spares a thousand feeds urlsplit


def _address(value: str) -> str:
    name, address = parseaddr(value)
    if "\r" in value or "\n" in value:
        raise ValueError("must be one line")
    if not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", address) or (
        name == "" and value.strip() not in {address, f"<{address}>"}
    ):
        raise ValueError('is not a mail address; write "Name <name@example.org>" or "name@example.org"')
    if problem := address_problem(address):
        raise ValueError(f"cannot be mailed: the address {problem}")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError('is no time zone; write one such as "Europe/London"') from error
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError('is no language tag (BCP 47); write one such as "en" or "pt-BR"')
    return value


def _web(value: str) -> str:
    if value and not is_web(value):
        raise ValueError('is no web address; write one such as "https://example.org/brief/"')
    return value if not value or value.endswith("/") else value + "/"


def _feed_url(value: str) -> str:
    if not is_web(value):
        raise ValueError('is no web address; write one such as "https://example.org/feed.xml"')
    return value


def _feed_id(value: str) -> str:
    if len(value) > 60 or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        msg = f'must be small letters, digits and single hyphens such as "harbour-news", at most 60, not {value!r}'
        raise ValueError(msg)
    if value == "files" or value.startswith("file-"):
        msg = f'"{value}" is kept for local files; choose another'
        raise ValueError(msg)
    return value


def _login(value: str) -> str:
    if not re.fullmatch(r"[^:\x00-\x1f\x7f]+", value):  # RFC 7617 §2
        raise ValueError("must be one line without a colon")
    return value


def _endpoint(value: str) -> str:
    problem = 'is no web address; write one such as "https://api.example.org/v1"'
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError as error:  # a port that is no number, a bracket that begins no IPv6 address
        raise ValueError(problem) from error
    if not good or parts.fragment or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise ValueError(problem)
    if "@" in parts.netloc:
        raise ValueError("holds a login; the key belongs into the variable that key_env names")
    return value


def _key_variable(value: str) -> str:
    if value and not _NAME.fullmatch(value):
        raise ValueError("is not the name of an environment variable; the key itself never stands here")
    return value


def _variable(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is not the name of an environment variable; the secret itself never stands here")
    return value


def _store_url(value: str) -> str:
    if not re.fullmatch(r"sqlite:///.+|postgresql(\+psycopg)?://.+", value):
        if value.startswith("postgres://"):
            raise ValueError('is no address of a store; write "postgresql://…"')
        raise ValueError('is no address of a store; write "sqlite:///state/digest.db" or "postgresql://…"')
    if re.match(r"\w+(\+\w+)?://[^/@]*:[^/@]*@", value) or re.search(r"[?&](ssl)?password=", value):
        raise ValueError(
            "holds a password, and digest.toml is no place for one; PostgreSQL reads it from ~/.pgpass, or from the "
            "environment as PGPASSWORD"
        )
    if re.match(r"[^?]*@[^/?@]*:(?!\d*(?:[/?]|$))", value):
        raise ValueError('has a port that is no number; write "postgresql://user@host:5432/name"')
    return value


def _contact(value: str) -> str:
    """It stands in parentheses in every request's User-Agent, where nothing but ASCII may (RFC 9110 §10.1.5)."""
    if value and not re.fullmatch(r"[!#-'*-\[\]-~]+", value):
        raise ValueError(
            'is one word of ASCII without parentheses; write a web or mail address such as "desk@example.org"'
        )
    return value


def _proxy(value: str) -> str:
    problem = 'is no address of a proxy; write one such as "http://proxy.example.org:3128"'
    try:
        parts = urlsplit(value)
        wrong = bool(value) and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0)
    except ValueError as error:  # a port that is no number
        raise ValueError(problem) from error
    if wrong:
        raise ValueError(problem)
    return value


def _name_server(value: str) -> str:
    host, colon, port = value.rpartition(":")
    host, port = (host, port) if colon and ("." in host or host.startswith("[")) else (value, "53")
    try:
        good = not value or (bool(ip_address(host.strip("[]"))) and 0 < int(port) < 65536)
    except ValueError:
        good = False
    if not good:
        raise ValueError('is no address of a name server; write one such as "9.9.9.9" or "[2620:fe::fe]:53"')
    return value


def _printed_section(value: str) -> str:
    if value.strip(" *_:").casefold() in {"next week", "candidates"}:
        raise ValueError("is a part of the issue file that is never printed; choose another name")
    return value


def is_web(value: str) -> bool:
    """Whether it is an address that begins with http:// or https:// and names a host."""
    if _USUAL.match(value):
        return True
    try:
        parts = urlsplit(value)
    except ValueError:  # brackets that hold no address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


Filled = Annotated[str, Meta(min_length=1)]
Address = Annotated[str, _address]
Zone = Annotated[str, _zone]
Language = Annotated[str, _language]
Web = Annotated[str, _web]
FeedUrl = Annotated[str, _feed_url]
FeedId = Annotated[str, _feed_id]
Login = Annotated[str, _login]
Variable = Annotated[str, _variable]
Endpoint = Annotated[str, _endpoint]
KeyVariable = Annotated[str, _key_variable]
StoreUrl = Annotated[str, _store_url]
Contact = Annotated[str, _contact]
Proxy = Annotated[str, _proxy]
NameServerAddress = Annotated[str, _name_server]
SectionTitle = Annotated[Filled, _printed_section]
