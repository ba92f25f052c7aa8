"""What digest.toml may say, and what holds where it says nothing.

The models check and fill in; they read no files. Keys, types and defaults are documented in docs/guide.md.
"""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from digest.config.assist import AssistSettings
from digest.config.table import Table
from digest.text.address import address_problem

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RULES = (
    "todo", "size", "embargo", "empty", "subject", "preheader", "quote", "repeat", "alt", "link", "link-text",
    "unsubscribe", "address", "dead-link",
)  # fmt: skip


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
    if not value:
        return value
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError('is no web address; write one such as "https://example.org/brief/"')
    return value if value.endswith("/") else value + "/"


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


def _printed_section(value: str) -> str:
    if value.strip(" *_:").casefold() in {"next week", "candidates"}:
        raise ValueError("is a part of the issue file that is never printed; choose another name")
    return value


Address = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
Web = Annotated[str, AfterValidator(_web)]


class Newsletter(Table):
    """``[newsletter]``: what it is called, who sends it, how it looks."""

    title: str = Field(min_length=1)
    sender: Address = Field(alias="from")
    reply_to: Address | None = None
    language: Language = "en"
    timezone: Zone = "UTC"
    url: Web = ""  # where build/site is published; empty: nowhere, and mails carry no link to the page
    address: str = ""  # postal, for the footer
    look: str = "brief"
    description: str = ""  # one line under the title, and in the feed


class IssueSettings(Table):
    """``[issue]``: how often, and how much."""

    every: Literal["day", "week", "month"] = "week"
    closes: str = ""  # local time: "friday 07:00", "07:00" for a day, "28 07:00" or "last 07:00" for a month
    carry: int = Field(1, ge=0, le=20)
    max_stories: int = Field(20, ge=1, le=500)
    max_per_source: int = Field(4, ge=1, le=500)
    max_candidates: int = Field(40, ge=0, le=5000)
    summary_words: int = Field(65, ge=10, le=400)
    strictness: Literal["strict", "lenient"] = "strict"
    significant: float = Field(1.04, ge=0.0, le=100.0)  # points; a week without a story of more is a quiet one

    @model_validator(mode="after")
    def closes_fits(self) -> Self:
        if not self.closes:
            default = {"day": "07:00", "week": "friday 07:00", "month": "last 07:00"}[self.every]
            object.__setattr__(self, "closes", default)
        *day, time = self.closes.lower().split()
        wanted = {
            "day": '"07:00"',
            "week": '"friday 07:00"',
            "month": '"28 07:00" or "last 07:00"',
        }[self.every]
        fits = {
            "day": not day,
            "week": len(day) == 1 and day[0] in WEEKDAYS,
            "month": len(day) == 1 and (day[0] == "last" or (day[0].isdigit() and 1 <= int(day[0]) <= 28)),
        }[self.every]
        if not fits or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", time):
            msg = f'closes: does not fit every = "{self.every}"; write {wanted}'
            raise ValueError(msg)
        return self


class SectionRule(Table):
    """``[[section]]``: a heading, and which stories belong under it."""

    title: Annotated[str, AfterValidator(_printed_section)] = Field(min_length=1)
    about: str = ""  # seed words for stories that no source or tag places
    sources: tuple[str, ...] = ()  # ids of feeds, or names of organisations: they come first
    style: Literal["headline", "summary", "full"] = "summary"
    max_stories: int | None = Field(None, ge=1, le=500)  # in a new draft; None: as many as [issue] allows


class Interests(Table):
    """``[interests]``: what the readers care about; raises a story."""

    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class CheckSettings(Table):
    """``[check]``: the rules whose findings stop an issue; those of the others advise."""

    block: tuple[str, ...] = ("todo", "size", "embargo", "empty", "subject", "quote", "repeat", "dead-link")
    clients: tuple[str, ...] = ("gmail", "outlook-windows", "apple-mail")

    @model_validator(mode="after")
    def rules_exist(self) -> Self:
        unknown = [rule for rule in self.block if rule not in RULES]
        if unknown:
            msg = f"block: no such rule: {', '.join(unknown)}; the rules are {', '.join(RULES)}"
            raise ValueError(msg)
        return self


class SendSettings(Table):
    """``[send]``: the mail server that takes the messages. The password never stands here."""

    host: str = ""  # empty: no server yet, `digest send` says so
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_env: str = "DIGEST_SMTP_PASSWORD"  # noqa: S105  the name of a variable
    password_file: str = ""  # below the project folder or absolute; its first line
    ca_file: str = ""  # certificates to trust besides the system's
    connections: int = Field(4, ge=1, le=100)
    rate_per_second: float = Field(0.0, ge=0.0)  # 0: as fast as the server takes them
    timeout_s: float = Field(60.0, gt=0.0, le=600.0)
    on_uncertain: Literal["hold", "resend"] = "hold"
    unsubscribe: Address | None = None  # who reads "unsubscribe" mails; None: reply_to, or from
    list_id: str = ""  # "brief.example.org"; empty: made of from

    @model_validator(mode="after")
    def clear_text_stays_home(self) -> Self:
        if self.security == "none" and self.host and self.host not in {"localhost", "127.0.0.1", "::1", "[::1]"}:
            raise ValueError('security: "none" is for a server on this machine only; use "starttls" or "tls"')
        return self


class GatherSettings(Table):
    """``[gather]``: how feeds are asked."""

    contact: Annotated[str, AfterValidator(_contact)] = ""  # a URL or address for the User-Agent; empty: newsletter.url
    interval_minutes: int = Field(60, ge=0, le=10080)  # a feed is not asked more often
    connections: int = Field(20, ge=1, le=200)
    max_mb: float = Field(15.0, gt=0, le=500)  # of one inflated body
    total_timeout_s: float = Field(60.0, gt=0, le=600)
    allow_private: bool = False  # feeds on this network; needed for an intranet
    proxy: Annotated[str, AfterValidator(_proxy)] = (
        ""  # "http://proxy.example.org:3128"; empty: what the environment says
    )
    read_backlog: bool = False  # read old entries of a feed's first fetch whole, so that search finds their words


class PublishSettings(Table):
    """``[publish]``: what carries build/site/ to the web."""

    command: str = ""


class StoreSettings(Table):
    """``[store]``: where the store is."""

    url: str = Field("sqlite:///state/digest.db", pattern=r"^(sqlite:///.+|postgresql(\+psycopg)?://.+)$")


class Settings(Table):
    """The whole of digest.toml."""

    newsletter: Newsletter
    issue: IssueSettings = IssueSettings()
    section: tuple[SectionRule, ...] = ()
    interests: Interests = Interests()
    check: CheckSettings = CheckSettings()
    send: SendSettings = SendSettings()
    gather: GatherSettings = GatherSettings()
    publish: PublishSettings = PublishSettings()
    assist: AssistSettings | None = None  # None: no model is asked
    store: StoreSettings = StoreSettings()

    @model_validator(mode="after")
    def sections_differ(self) -> Self:
        titles = [section.title.casefold() for section in self.section]
        twice = sorted({title for title in titles if titles.count(title) > 1})
        if twice:
            msg = f"section: two sections are called {', '.join(twice)}"
            raise ValueError(msg)
        return self


class FeedSettings(Table):
    """``[[feed]]`` of feeds.toml."""

    url: str | None = None
    path: str | None = None  # of a feed file, below feeds/
    id: str | None = Field(None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)
    name: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    weight: float = Field(1.0, ge=0.0, le=10.0)
    language: Language | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_entries: int | None = Field(None, ge=1)
    full_text: bool = False
    username: str | None = None
    password_env: str | None = None  # the variable that holds the password; the password never stands here
    token_env: str | None = None  # the variable that holds a bearer token, instead
    verify: bool = True  # false: whoever answers is believed to be that server

    @model_validator(mode="after")
    def one_place(self) -> Self:
        if (self.url is None) == (self.path is None):
            raise ValueError("a feed has either url or path")
        if self.id is not None and (self.id == "files" or self.id.startswith("file-")):
            raise ValueError(f'id: "{self.id}" is kept for local files; choose another')
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError('url: is no web address; write one such as "https://example.org/feed.xml"')
        return self

    @model_validator(mode="after")
    def one_login(self) -> Self:
        if self.username is None and self.password_env is None and self.token_env is None:
            return self
        key = "token_env" if self.token_env is not None else "username" if self.username is not None else "password_env"
        if self.url is None:
            msg = f"{key}: a file needs no login"
        elif "@" in urlsplit(self.url).netloc:
            msg = f"{key}: the address has a login already; take it out of there"
        elif self.token_env is not None:
            other = self.username is not None or self.password_env is not None
            msg = "token_env: a feed has either a token or a username and a password" if other else ""
        elif self.username is None:
            msg = "password_env: needs username"
        elif self.password_env is None:
            msg = "username: needs password_env, the name of the variable that holds the password"
        else:  # RFC 7617 §2
            good = re.fullmatch(r"[^:\x00-\x1f\x7f]+", self.username)
            msg = "" if good else "username: must be one line without a colon"
        for key, name in (("password_env", self.password_env), ("token_env", self.token_env)):
            if not msg and name is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                msg = f"{key}: is not the name of an environment variable; the secret itself never stands here"
        if msg:
            raise ValueError(msg)
        return self


class FeedList(Table):
    """The whole of feeds.toml."""

    feed: tuple[FeedSettings, ...] = ()
