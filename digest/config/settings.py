"""What digest.toml may say, and what holds where it says nothing.

The tables check and fill in; they read no files. Keys, types and defaults are documented in docs/guide.md.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from msgspec import Meta, field
from msgspec.structs import force_setattr

from digest.config.assist import AssistSettings
from digest.config.checks import (
    Address,
    Contact,
    FeedId,
    FeedUrl,
    Filled,
    Language,
    Login,
    NameServerAddress,
    Proxy,
    SectionTitle,
    StoreUrl,
    Variable,
    Web,
    Zone,
)
from digest.config.inbox import InboxSettings
from digest.config.scale import ScaleSettings
from digest.config.serve import ServeSettings
from digest.config.table import Table, WrongKeyError
from digest.config.theme import ThemeSettings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STANDING = re.compile(r"https?://[^\s*/?#]+(?:[/?#][^\s*]*\*?)?", re.IGNORECASE)
RULES = (
    "todo", "embargo-note", "quote", "date", "doubled-word", "markdown", "embargo", "empty", "thin-story", "correction",
    "repeat",
    "candidate", "section", "headline", "link", "insecure-link", "tracking", "shortener", "link-text", "alt",
    "picture", "subject", "preheader", "size", "unsubscribe", "address", "all-stories", "dead-link", "redirect",
    "sender-domain", "same-stories", "same-links", "text-part", "text-width", "text-blanks", "text-characters",
    "text-markup", "text-links", "text-notes", "structure", "attachment", "cid", "message-charset", "transfer",
    "line-ends", "flowed", "mime-version", "headers", "message-id", "sender", "list-headers", "header-text",
    "odd-headers", "controls", "charset", "doctype", "viewport", "title", "language", "direction", "nesting",
    "headings", "fake-heading", "inline-gap", "entities", "placeholder", "scripts", "foreign", "style-place",
    "obsolete", "semantics", "ids", "aria", "focus", "hidden-text", "table-role", "table-spacing", "table-depth",
    "table-heads", "outlook", "image-alt", "image-source", "image-format", "image-size", "image-choice",
    "tracking-pixel", "image-share", "link-name", "link-target", "link-attributes", "deceptive-link", "link-twins",
    "head-styles", "style-dependence", "mail-width", "layout-table", "long-words", "image-style", "font-size",
    "line-height", "font-family", "text-align", "link-underline", "colour-format", "negative-margin", "fixed-height",
    "word-layout", "text-contrast", "invisible-text", "dark-mode", "dark-override", "client-support", "one-click",
)  # fmt: skip
"""The ids of the gate's rules, in the order of ``digest check --rules``."""

BLOCKING = (
    "todo", "size", "embargo", "empty", "subject", "quote", "repeat", "date", "link", "unsubscribe", "dead-link",
    "all-stories", "same-stories", "text-part", "text-markup", "text-characters", "placeholder", "scripts", "foreign",
    "controls", "link-target", "deceptive-link", "image-source", "invisible-text", "structure", "cid",
    "message-charset", "transfer", "line-ends", "mime-version", "headers", "message-id", "sender", "list-headers",
    "header-text", "charset", "outlook", "image-alt",
)  # fmt: skip
"""What blocks where digest.toml does not say: what embarrasses, harms, or breaks the message. Taste advises."""

CLIENTS = (
    "gmail", "outlook-windows", "outlook-com", "apple-mail", "yahoo", "aol", "fastmail", "free-fr", "gmx", "hey",
    "ionos", "laposte", "mail-ru", "orange", "proton", "samsung", "sfr", "t-online", "thunderbird", "web-de", "wp-pl",
)  # fmt: skip
"""Families of mail programs, as the rule ``client-support`` knows them."""


class Newsletter(Table, frozen=True, kw_only=True):
    """``[newsletter]``: what it is called, who sends it, how it looks."""

    stand_in: ClassVar = {"title": "x", "from": "x@example.org"}

    title: Filled
    sender: Address = field(name="from")
    reply_to: Address | None = None
    language: Language = "en"
    timezone: Zone = "UTC"
    url: Web = ""  # where build/site is published; empty: nowhere, and mails carry no link to the page
    address: str = ""  # postal, for the footer
    look: str = "brief"
    description: str = ""  # one line under the title, and in the feed


class IssueSettings(Table, frozen=True, kw_only=True):
    """``[issue]``: how often, and how much."""

    every: Literal["day", "week", "month"] = "week"
    closes: str = ""  # local time: "friday 07:00", "07:00" for a day, "28 07:00" or "last 07:00" for a month
    carry: Annotated[int, Meta(ge=0, le=20)] = 1
    max_stories: Annotated[int, Meta(ge=1, le=500)] = 20
    max_per_source: Annotated[int, Meta(ge=1, le=500)] = 4
    max_candidates: Annotated[int, Meta(ge=0, le=5000)] = 40
    summary_words: Annotated[int, Meta(ge=10, le=400)] = 65
    strictness: Literal["strict", "lenient"] = "strict"
    images: Literal["none", "first", "all"] = "none"  # stories of a section with their source's picture
    standing_links: tuple[str, ...] = ()  # addresses that may stand in every issue; with "*" at the end all below
    significant: Annotated[float, Meta(ge=0, le=100)] = 1.04  # points; a week without a story of more is a quiet one

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.closes:
            force_setattr(self, "closes", {"day": "07:00", "week": "friday 07:00", "month": "last 07:00"}[self.every])
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
            raise WrongKeyError(f'does not fit every = "{self.every}"; write {wanted}', key="closes",
                                beside=("every",))  # fmt: skip
        if wrong := next((link for link in self.standing_links if not _STANDING.fullmatch(link)), None):
            msg = (
                f'{wrong!r} is no web address; write one such as "https://example.org/jobs", or "https://example.org/*"'
            )
            raise WrongKeyError(msg, key="standing_links")

    def may_stand_again(self, url_key: str) -> bool:
        """Whether the page with this canonical address (``digest.text.urls.url_key``) may be in every issue."""
        return any(_stands_for(link, url_key) for link in self.standing_links)


def _stands_for(link: str, key: str) -> bool:
    from digest.text.urls import url_key  # noqa: PLC0415  it takes yarl, which most verbs can do without

    place = url_key(link.removesuffix("*"))
    if not link.endswith("*"):
        return key == place
    return key.startswith(f"{place}/" if link.endswith("/*") else place)


class SectionRule(Table, frozen=True, kw_only=True):
    """``[[section]]``: a heading, and which stories belong under it."""

    stand_in: ClassVar = {"title": "x"}

    title: SectionTitle
    about: str = ""  # seed words for stories that no source or tag places
    sources: tuple[str, ...] = ()  # ids of feeds, or names of organisations: they come first
    style: Literal["headline", "summary", "full"] = "summary"
    max_stories: Annotated[int, Meta(ge=1, le=500)] | None = None  # in a new draft; None: as many as [issue] allows


class NamedSettings(Table, frozen=True, kw_only=True):
    """``[[organisation]]`` or ``[[person]]``: a name that the archive gathers stories under."""

    name: Filled
    also: tuple[str, ...] = ()  # other names of the same; each counts only as it stands here, capitals and all
    url: Web = ""


class Interests(Table, frozen=True, kw_only=True):
    """``[interests]``: what the readers care about; raises a story."""

    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class CheckSettings(Table, frozen=True, kw_only=True):
    """``[check]``: the rules whose findings stop an issue; those of the others advise."""

    block: tuple[str, ...] = BLOCKING
    ignore: tuple[str, ...] = ()  # rules that are not run
    clients: tuple[str, ...] = ("gmail", "outlook-windows", "outlook-com", "apple-mail", "yahoo")
    candidate_score: Annotated[float, Meta(ge=0, le=100)] = 0.0  # points; 0: that of the least story that is printed
    dkim_selectors: tuple[str, ...] = ()  # under which the sender's domain publishes its keys; they cannot be guessed
    name_server: NameServerAddress = ""  # asked for the sender's domain; empty: the system's

    def __post_init__(self) -> None:
        super().__post_init__()
        for key, named in (("block", self.block), ("ignore", self.ignore)):
            _require_known(named, RULES, key=key, what="rule")
        _require_known(self.clients, CLIENTS, key="clients", what="family of mail programs")


def _require_known(named: tuple[str, ...], known: tuple[str, ...], *, key: str, what: str) -> None:
    unknown = [one for one in named if one not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        guess = f" (did you mean {near[0]}?)" if near else ""
        raise WrongKeyError(f"no such {what}: {', '.join(unknown)}{guess}; there are {', '.join(known)}", key=key)


class SendSettings(Table, frozen=True, kw_only=True):
    """``[send]``: the mail server that takes the messages. The password never stands here."""

    transport: Literal["smtp", "folder", "sendmail"] = "smtp"
    folder: str = "build/outbox"  # of "folder", below the project folder or absolute; a maildir, or .eml files
    sendmail: str = "/usr/sbin/sendmail"  # of "sendmail"
    dkim_key: str = ""  # a private key in PEM, RSA or Ed25519; empty: the mail server signs, as most do
    dkim_selector: str = "digest"  # the key's record is SELECTOR._domainkey.DOMAIN
    host: str = ""  # empty: no server yet, `digest send` says so
    port: Annotated[int, Meta(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_env: str = "DIGEST_SMTP_PASSWORD"  # noqa: S105  the name of a variable
    password_file: str = ""  # below the project folder or absolute; its first line
    password_keyring: str = ""  # the service under which the system's keyring has it; needs the extra keyring
    ca_file: str = ""  # certificates to trust besides the system's
    connections: Annotated[int, Meta(ge=1, le=100)] = 4
    rate_per_second: Annotated[float, Meta(ge=0.0)] = 0.0  # 0: as fast as the server takes them
    timeout_s: Annotated[float, Meta(gt=0.0, le=600.0)] = 60.0
    on_uncertain: Literal["hold", "resend"] = "hold"
    stale_hours: Annotated[float, Meta(gt=0.0, le=168.0)] = 6.0  # what waited longer is not sent unasked
    unsubscribe: Address | None = None  # who reads "unsubscribe" mails; None: reply_to, or from
    list_id: str = ""  # "brief.example.org"; empty: made of from

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.security == "none" and self.host and self.host not in {"localhost", "127.0.0.1", "::1", "[::1]"}:
            msg = '"none" is for a server on this machine only; use "starttls" or "tls"'
            raise WrongKeyError(msg, key="security", beside=("host",))


class GatherSettings(Table, frozen=True, kw_only=True):
    """``[gather]``: how feeds are asked."""

    contact: Contact = ""  # a URL or address for the User-Agent; empty: newsletter.url
    interval_minutes: Annotated[int, Meta(ge=0, le=10080)] = 60  # a feed is not asked more often
    connections: Annotated[int, Meta(ge=1, le=200)] = 20
    max_mb: Annotated[float, Meta(gt=0, le=500)] = 15.0  # of one inflated body
    total_timeout_s: Annotated[float, Meta(gt=0, le=600)] = 60.0
    allow_private: bool = False  # feeds on this network; needed for an intranet
    proxy: Proxy = ""  # "http://proxy.example.org:3128"; empty: what the environment says
    read_backlog: bool = False  # read old entries of a feed's first fetch whole, so that search finds their words


class PublishSettings(Table, frozen=True, kw_only=True):
    """``[publish]``: what carries build/site/ to the web, and whether the site can be searched."""

    command: str = ""
    search: bool = True  # in the browser; needs the extra site


class StoreSettings(Table, frozen=True, kw_only=True):
    """``[store]``: where the store is."""

    url: StoreUrl = "sqlite:///state/digest.db"


class Settings(Table, frozen=True, kw_only=True):
    """The whole of digest.toml."""

    stand_in: ClassVar = {"newsletter": Newsletter.stand_in}

    newsletter: Newsletter
    theme: ThemeSettings = ThemeSettings()
    issue: IssueSettings = IssueSettings()
    section: tuple[SectionRule, ...] = ()
    organisation: tuple[NamedSettings, ...] = ()
    person: tuple[NamedSettings, ...] = ()
    interests: Interests = Interests()
    check: CheckSettings = CheckSettings()
    send: SendSettings = SendSettings()
    gather: GatherSettings = GatherSettings()
    publish: PublishSettings = PublishSettings()
    inbox: InboxSettings | None = None  # None: nobody reads what comes back
    serve: ServeSettings | None = None  # None: people leave by mail
    assist: AssistSettings | None = None  # None: no model is asked
    store: StoreSettings = StoreSettings()
    scale: ScaleSettings = ScaleSettings()

    def __post_init__(self) -> None:
        super().__post_init__()
        titles = [section.title.casefold() for section in self.section]
        twice = sorted({title for title in titles if titles.count(title) > 1})
        if twice:
            raise WrongKeyError(f"two sections are called {', '.join(twice)}", key="section", beside=("section",))


_LOGIN = ("token_env", "username", "password_env")


class FeedSettings(Table, frozen=True, kw_only=True):
    """``[[feed]]`` of feeds.toml."""

    url: FeedUrl | None = None
    path: str | None = None  # of a feed file, below feeds/
    id: FeedId | None = None
    name: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    weight: Annotated[float, Meta(ge=0.0, le=10.0)] = 1.0
    language: Language | None = None
    marks: tuple[Literal["paywall", "pdf", "audio", "video"], ...] = ()  # of everything it tells
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_entries: Annotated[int, Meta(ge=1)] | None = None
    full_text: bool = False
    username: Login | None = None
    password_env: Variable | None = None  # the variable that holds the password; the password never stands here
    token_env: Variable | None = None  # the variable that holds a bearer token, instead
    verify: bool = True  # false: whoever answers is believed to be that server

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.url is None) == (self.path is None):
            raise WrongKeyError("a feed has either url or path", beside=("url", "path"))
        given = [key for key in _LOGIN if getattr(self, key) is not None]
        if problem := self._login_problem() if given else "":
            raise WrongKeyError(problem, key=given[0], beside=("url", *_LOGIN))

    def _login_problem(self) -> str:
        if self.url is None:
            return "a file needs no login"
        if "@" in urlsplit(self.url).netloc:
            return "the address has a login already; take it out of there"
        if self.token_env is not None:
            other = self.username is not None or self.password_env is not None
            return "a feed has either a token or a username and a password" if other else ""
        if self.username is None:
            return "needs username"
        if self.password_env is None:
            return "needs password_env, the name of the variable that holds the password"
        return ""


class FeedList(Table, frozen=True, kw_only=True):
    """The whole of feeds.toml."""

    feed: tuple[FeedSettings, ...] = ()
