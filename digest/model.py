"""The values that flow through a digest, in the order they come to be.

Source → Entry → Story → Section → Briefing → Issue → Printed → Mail → Finding → Mailing → Delivery

Every value is frozen. Every datetime is aware and in UTC. Text is plain text unless its type says Html or its
comment says Markdown. Sizes are in bytes, times in seconds (``_s``), counts are whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NewType

if TYPE_CHECKING:
    from digest.text.provenance import Sourced

Html = NewType("Html", str)
"""Clean HTML. Only digest.text.clean makes one."""

# --- gather ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Somewhere entries come from: a feed on the network, a feed file, or the folder of local files."""

    id: str  # unique in a project; [a-z0-9-]+
    kind: Literal["feed", "folder"]
    location: str  # an http(s) URL, or a path below the project folder
    name: str  # what readers see: "Chatham House"
    section: str | None = None  # a section's title; None: the section rules decide
    tags: tuple[str, ...] = ()
    weight: float = 1.0  # 0.0 never leads … 10.0 nearly always does
    language: str | None = None  # BCP 47; None: the entry or the newsletter decides
    marks: tuple[Mark, ...] = ()  # of everything it tells
    include: tuple[str, ...] = ()  # keep only entries with one of these words; empty: all
    exclude: tuple[str, ...] = ()  # leave out entries with one of these words
    max_entries: int | None = None  # a count per fetch; None: no limit
    backlog: bool = True  # whether a first fetch files old entries as backlog; False for local files
    username: str | None = None  # of a basic login, whose password stands in the environment
    password_env: str | None = None  # the variable that holds it
    token_env: str | None = None  # the variable that holds a bearer token
    verify: bool = True  # whether the server's certificate must be good


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchState:
    """What is remembered of a feed between two fetches. ``etag`` and ``last_modified`` are opaque."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None  # of the last body that was parsed
    first_fetched: datetime | None = None  # None: never read with success
    last_fetched: datetime | None = None  # last answer of any kind
    next_due: datetime | None = None
    retry_after: datetime | None = None  # not even `--all` asks before this
    asks_s: int = 0  # how long the document wants to be left alone
    failing_since: datetime | None = None
    failures: int = 0  # in a row
    last_problem: str | None = None
    last_new: datetime | None = None  # when an entry was last new
    moved_to: str | None = None  # the target of a permanent redirect
    moved_since: datetime | None = None  # since when it has been the same one
    gone_since: datetime | None = None  # since when the publisher has said that it is gone (410)
    title: str | None = None  # the feed's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words somebody said, verbatim, and who said them."""

    text: str
    speaker: str | None = None


Mark = Literal["paywall", "pdf", "audio", "video"]
"""What waits behind a link, if it is not a page that everybody can read."""

EntryState = Literal["new", "offered", "used", "grouped", "dropped", "held", "backlog", "left"]
"""new: nobody has looked. offered: stands in a draft. used: went out. grouped: went out as "also in", or is the
same item as one that did. dropped: the editor deleted it. held: waits for a date or for next week. backlog: was old
when its feed was first read. left: offered and passed over more often than ``carry`` allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item, as one source told it, and what has become of it."""

    id: str  # 12 hex digits; the same item has the same id next week
    source_id: str
    title: str
    url: str | None = None  # absolute, as given less tracking parameters
    url_key: str | None = None  # canonical; for matching only, never shown
    body: Html = Html("")  # the full text, cleaned
    text: str = ""  # the body as plain text, paragraphs apart by a blank line
    summary: str = ""  # the source's own summary or standfirst, plain text
    authors: tuple[str, ...] = ()
    organisation: str | None = None  # who published it, where the entry itself says so
    kind: str | None = None  # "Expert comment", "Press release"
    tags: tuple[str, ...] = ()
    language: str | None = None  # BCP 47
    image_url: str | None = None
    image_alt: str = ""
    marks: tuple[Mark, ...] = ()  # what a reader should know before going there
    quotes: tuple[Quote, ...] = ()
    contact: str = ""  # whom journalists ask, as a release says; lines
    published: datetime | None = None  # None: the source did not say, or said nonsense
    updated: datetime | None = None
    embargo: datetime | None = None  # not to be public before this
    truncated: bool = False  # the source gives only a part
    path: str | None = None  # of a local file, below the project folder
    fingerprint: str = ""  # sha256 of the raw item: differs if the source changed it
    notes: tuple[str, ...] = ()  # what was repaired or is doubtful: "no date"
    first_seen: datetime

    state: EntryState = "new"
    issue: str | None = None  # the issue that used, grouped, dropped, offered or holds it
    carried: int = 0  # issues it was offered in without being placed
    hold_until: datetime | None = None  # None with state held: until the next draft


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblem:
    """A source, or one document of it, that could not be read. It costs its entries, never the issue."""

    source_id: str
    message: str
    path: str | None = None  # a local file, below the project folder
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What asking one source gave."""

    source: Source  # its name as the feed says, if the configuration gave none
    entries: tuple[Entry, ...] = ()  # those that are new or changed
    unchanged: int = 0  # entries that are there as they were
    problems: tuple[SourceProblem, ...] = ()
    notices: tuple[SourceProblem, ...] = ()  # worth telling, though nothing failed
    outcome: Literal["read", "unchanged", "not due", "failed"] = "read"
    fetched: FetchState | None = None  # to be remembered; None for folders
    seconds: float = 0.0
    body_bytes: int = 0  # transferred and inflated


# --- curate ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One summand of a story's score, or one ground for where it stands."""

    points: float  # 0.0: a ground that moves no score
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One thing that happened, told by one or more entries; the lead entry is first."""

    id: str  # "s-" and 8 hex digits; minted once and stored
    title: str
    summary: str  # whole sentences of the entries, verbatim; paragraphs apart by a blank line
    entries: tuple[Entry, ...]
    section: str
    score: float
    reasons: tuple[Reason, ...] = ()
    sentences: tuple[Sourced, ...] = ()  # of the summary, and where each stands
    generated: bool = False  # a model condensed the summary, out of these sentences
    like: tuple[tuple[str, str], ...] = ()  # ids of stories it may be one with, and the ground; the likeliest first

    @property
    def lead(self) -> Entry:
        return self.entries[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled run of stories."""

    title: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time an issue is named for: start ≤ t < end. Never decides whether an entry is in."""

    name: str  # "2026-W47", "2026-11-22", "2026-11"
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """An eligible entry that is the same item as one an earlier issue had."""

    entry: Entry
    earlier: Entry
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """What an issue would say, before an editor touched it."""

    period: Period
    sections: tuple[Section, ...]
    candidates: tuple[Story, ...] = ()  # on the bench, best first
    repeats: tuple[Repeat, ...] = ()

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every placed story, in reading order."""
        return tuple(story for section in self.sections for story in section.stories)


# --- edit ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """A line under ``Sources:``: ``- also [BBC](https://…), 25 March 2025 {#e-…}``."""

    label: str
    url: str | None
    note: str = ""  # what follows the comma, usually the date
    entry_id: str | None = None  # 12 hex digits; None: the editor's own line
    also: bool = False
    line: int = 0  # 1-based


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueStory:
    """A story as the issue file has it: the editor's words."""

    id: str | None  # None: hand-written
    title: str  # Markdown, one line
    options: frozenset[str] = frozenset()  # see digest.edit.story.OPTIONS
    summary: str = ""  # Markdown
    why: str = ""  # Markdown; the editor's "Why it matters"
    sources: tuple[SourceRef, ...] = ()
    line: int = 0

    @property
    def url(self) -> str | None:
        """Where the headline leads: the first source that has an address."""
        return next((ref.url for ref in self.sources if ref.url), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSection:
    """A section as the issue file has it."""

    title: str
    intro: str = ""  # Markdown between the heading and the first story
    stories: tuple[IssueStory, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What the issue file says. The mail, the page and the feed are rendered from this alone."""

    name: str  # "2026-W47": its key
    title: str
    subject: str
    preheader: str
    base: str | None  # the generated version the file started from
    intro: str  # Markdown
    sections: tuple[IssueSection, ...]
    next_week: tuple[IssueStory, ...] = ()
    candidates: tuple[IssueStory, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()  # front matter digest does not know, kept as it stands
    text: str = ""  # the whole file

    @property
    def stories(self) -> tuple[IssueStory, ...]:
        """Every story that is printed, in reading order."""
        return tuple(story for section in self.sections for story in section.stories)


IMPORTED_BY = "import"
"""Who approved an issue that came from elsewhere; no editor can be called so."""

IssueState = Literal["draft", "approved", "out", "closed"]
"""out: the first page or message has left. closed: every recipient is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """What the store knows of an issue; never written into the file."""

    name: str
    state: IssueState
    number: int  # provisional in a draft, fixed at approval
    start: datetime
    end: datetime
    drafted: datetime
    base: str | None = None  # id of the last generated version
    approved: datetime | None = None
    approved_by: str | None = None
    out: datetime | None = None
    closed: datetime | None = None

    @property
    def has_left(self) -> bool:
        """Whether a reader may have it: it is out, or closed."""
        return self.state in {"out", "closed"}

    @property
    def is_imported(self) -> bool:
        """Whether it came from elsewhere: it never had a draft here, and is mailed to nobody."""
        return self.approved_by == IMPORTED_BY


# --- archive ---------------------------------------------------------------------------------------------------

ISSUE_ITSELF = -1
"""The place of what an issue says beside its stories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An organisation or a person that a story certainly has to do with."""

    kind: Literal["organisation", "person"]
    name: str
    why: str  # "published it", "is quoted in it", "is named in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A story as an issue that is out printed it; at ISSUE_ITSELF, what the issue says beside its stories."""

    issue: str
    place: int  # among Issue.stories, or ISSUE_ITSELF
    anchor: str  # on the issue's page; "" at ISSUE_ITSELF
    slug: str  # its own page is ISSUE/SLUG/, for ever; "" at ISSUE_ITSELF
    story_id: str | None
    title: str  # plain text, as first printed or as corrected
    section: str  # plain text; "" at ISSUE_ITSELF
    text: str = ""  # its words, plain; empty where only lines are asked for
    names: tuple[Named, ...] = ()
    entries: tuple[str, ...] = ()  # ids of those that told it
    earlier: tuple[str, int] | None = None  # the issue and place of the story it goes on with


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was put right in an issue after it was out."""

    number: int  # 1 for the first ever
    issue: str
    place: int  # of the story
    at: datetime
    by: str
    note: str  # what was wrong, for readers: one paragraph of Markdown
    printed_in: str | None = None  # the issue that tells of it; "": its editor took it out of one
    mailing_id: str | None = None  # of the mailing that told those who had the wrong version


# --- render and check ------------------------------------------------------------------------------------------


UNSUBSCRIBE_MARK = "@@unsubscribe@@"
"""Stands in both parts of a Mail where each recipient's own unsubscribe address goes."""
PREFERENCES_MARK = "@@preferences@@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One variant of an issue as a mail, before it is addressed to anyone."""

    subject: str
    preheader: str
    html: str
    text: str
    language: str  # BCP 47
    variant: str = "all"  # the slice of the issue; "all" is the whole
    cut: tuple[str, ...] = ()  # what the size budget took out, for the editor
    left_out: int = 0  # stories there was no room for at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something the gate has to say about an issue."""

    rule: str  # "todo", "size"
    blocks: bool
    message: str
    path: str | None = None
    line: int | None = None
    hint: str | None = None


# --- deliver ---------------------------------------------------------------------------------------------------

SubscriberState = Literal["pending", "active", "unsubscribed", "bounced", "complained"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody the newsletter is mailed to."""

    id: int
    address: str
    name: str = ""
    language: str | None = None
    topics: tuple[str, ...] = ()  # empty: all
    state: SubscriberState = "active"
    added: datetime
    changed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One sending of one content to a frozen list. The ledger's key is (mailing, subscriber)."""

    id: str  # 16 hex digits of issue, kind, content hash and variants
    issue: str
    kind: Literal["issue", "correction", "test"]
    content_sha256: str
    variants: tuple[str, ...]
    frozen: datetime  # when the recipients were copied
    recipients: int


DeliveryState = Literal["queued", "claimed", "sending", "sent", "deferred", "failed", "uncertain", "suppressed"]
"""sending: on disk before the body leaves. sent: the server said 250. deferred: a 4xx, tried again. failed: a 5xx.
uncertain: the line dropped after the body; trying again could send it twice, so a person decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of one mailing for one subscriber."""

    mailing_id: str
    subscriber_id: int
    address: str
    name: str = ""
    variant: str = "all"
    state: DeliveryState = "queued"
    attempts: int = 0
    next_try: datetime | None = None
    code: int | None = None  # the SMTP reply code
    detail: str = ""
    changed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Recipients by state; they add up to the list."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    uncertain: int = 0
    suppressed: int = 0
    left: int = 0  # queued or claimed
    next_try: datetime | None = None  # the earliest retry of a deferred one
    stopped: str | None = None  # why the sending paused before its end; None: it did not

    @property
    def total(self) -> int:
        return self.sent + self.deferred + self.failed + self.uncertain + self.suppressed + self.left
