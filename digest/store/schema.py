"""The tables. What each column means is said in digest.model; here is only what the database adds.

The ledger (mailing, delivery) has the shape that makes a send resumable: its key is (mailing, subscriber), ranges of
subscriber ids are claimed along that key, and on SQLite it lies in key order without a rowid.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    true,
)

HEAD = "0010"
"""The newest migration. A test holds it against the migrations' folder; reading it here spares importing Alembic."""


class Utc(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps it without its zone, PostgreSQL with."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a datetime without a zone: {value!r}"
            raise ValueError(msg)
        moved = value.astimezone(UTC)
        return moved.replace(tzinfo=None) if dialect.name == "sqlite" else moved

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", Text, nullable=False))

source = Table(
    "source",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("location", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_sha256", String),
    Column("first_fetched", Utc),
    Column("last_fetched", Utc),
    Column("next_due", Utc),
    Column("retry_after", Utc),
    Column("asks_s", Integer, nullable=False, server_default="0"),
    Column("failing_since", Utc),
    Column("failures", Integer, nullable=False, default=0),
    Column("last_problem", Text),
    Column("last_new", Utc),
    Column("moved_to", Text),
    Column("moved_since", Utc),
    Column("gone_since", Utc),
    Column("title", Text),
    Column("listed", Boolean, nullable=False, server_default=true()),  # in feeds.toml, as the workers last saw it
    Column("host", Text),  # of a feed on the web: all feeds of a host are asked by one worker
    Column("claim", String),  # of the batch it was handed out in: digest.store.claims
    Column("claimed_until", Utc),
    Index("source_by_due", "next_due"),
)

entry = Table(
    "entry",
    metadata,
    Column("number", Integer, primary_key=True),  # the search index refers to it
    Column("id", String, nullable=False, unique=True),
    Column("source_id", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("url_key", Text),
    Column("title_key", Text),  # of digest.text.titles; for finding what ran before
    Column("body", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("organisation", Text),
    Column("kind", Text),
    Column("tags", JSON, nullable=False),
    Column("language", String),
    Column("image_url", Text),
    Column("image_alt", Text, nullable=False),
    Column("quotes", JSON, nullable=False),
    Column("contact", Text, nullable=False, server_default=""),
    Column("published", Utc),
    Column("updated", Utc),
    Column("embargo", Utc),
    Column("truncated", Boolean, nullable=False),
    Column("path", Text),
    Column("fingerprint", String, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("marks", JSON, nullable=False, server_default="[]"),
    Column("first_seen", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Column("state", String, nullable=False),
    Column("issue", String),
    Column("carried", Integer, nullable=False, default=0),
    Column("hold_until", Utc),
    Index("entry_by_state", "state"),
    Index("entry_by_source", "source_id", "fingerprint"),  # which items of a feed are known as they stand
    Index("entry_by_url_key", "url_key"),
    Index("entry_by_title_key", "title_key"),
)

entry_version = Table(
    "entry_version",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("entry_id", String, nullable=False, index=True),
    Column("fingerprint", String, nullable=False),
    Column("replaced", Utc, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
)

issue = Table(
    "issue",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("start", Utc, nullable=False),
    Column("end", Utc, nullable=False),
    Column("drafted", Utc, nullable=False),
    Column("base", String),
    Column("approved", Utc),
    Column("approved_by", Text),
    Column("out", Utc),
    Column("closed", Utc),
)

issue_version = Table(
    "issue_version",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("issue", String, nullable=False, index=True),
    Column("origin", String, nullable=False),  # generated, read, approved, restored
    Column("base", String),
    Column("at", Utc, nullable=False),
    Column("sha256", String, nullable=False),
    Column("text", Text, nullable=False),
)

story = Table(
    "story",
    metadata,
    Column("id", String, primary_key=True),
    Column("lead_entry_id", String, nullable=False, index=True),
    Column("minted", Utc, nullable=False),
)

placement = Table(  # what digest put where in an issue; the file says what became of it
    "placement",
    metadata,
    Column("issue", String, primary_key=True),
    Column("entry_id", String, primary_key=True),
    Column("story_id", String),
    Column("place", String, nullable=False),  # story, also, candidate, bench, repeat
    Column("earlier", String),  # of a repeat: the issue that had it
    Column("score", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("at", Utc, nullable=False),
    Index("placement_by_entry", "entry_id"),
)

printed = Table(  # the stories of issues that are out, as the archive lists, links and searches them
    "printed",
    metadata,
    Column("number", Integer, primary_key=True),  # the search index refers to it
    Column("issue", String, nullable=False),
    Column("place", Integer, nullable=False),
    Column("anchor", String, nullable=False),
    Column("slug", String, nullable=False),
    Column("story_id", String),
    Column("title", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("names", JSON, nullable=False),  # [kind, name, why]
    Column("entries", JSON, nullable=False),
    Column("earlier_issue", String),
    Column("earlier_place", Integer),
    UniqueConstraint("issue", "place"),
)

address = Table(  # the slug of each list of the archive, for ever: of sections, organisations and people
    "address",
    metadata,
    Column("kind", String, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("slug", String, nullable=False),
    UniqueConstraint("kind", "slug"),
)

correction = Table(
    "correction",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("issue", String, nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("printed_in", String),
    Column("mailing_id", String),
)

frozen = Table(  # the bytes that were approved
    "frozen",
    metadata,
    Column("issue", String, primary_key=True),
    Column("variant", String, primary_key=True),
    Column("part", String, primary_key=True),  # issue.md, email.html, index.html, …: digest.production.proof
    Column("sha256", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

frequencies = Table(  # of words in the entries of the weeks up to an issue: digest.curate.frequencies
    "frequencies",
    metadata,
    Column("issue", String, primary_key=True),
    Column("data", Text, nullable=False),
)

generated = Table(  # what a model answered, unchecked, by what it was asked: digest.assist
    "generated",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("answer", Text, nullable=False),
)

link_answer = Table(  # what an address in an issue answered, while that is believed: digest.check.online.answers
    "link_answer",
    metadata,
    Column("url", Text, primary_key=True),
    Column("asked", Utc, nullable=False),
    Column("answer", Text, nullable=False),  # JSON
)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False, unique=True),  # normalised
    Column("name", Text, nullable=False),
    Column("language", String),
    Column("topics", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("added", Utc, nullable=False),
    Column("changed", Utc, nullable=False),
)

subscriber_event = Table(
    "subscriber_event",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subscriber_id", Integer, nullable=False, index=True),
    Column("at", Utc, nullable=False),
    Column("event", String, nullable=False),
    Column("detail", Text, nullable=False, default=""),
)

suppression = Table(  # survives the subscriber's row and every import
    "suppression",
    metadata,
    Column("address_sha256", String, primary_key=True),
    Column("reason", String, nullable=False),
    Column("at", Utc, nullable=False),
)

signing_key = Table(  # of links: digest.deliver.keys
    "signing_key",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("made", Utc, nullable=False),
)

bounce = Table(  # what came back of a mailing to a subscriber, the worst of it: digest.deliver.settling
    "bounce",
    metadata,
    Column("subscriber_id", Integer, primary_key=True, autoincrement=False),
    Column("mailing_id", String, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("severity", String, nullable=False),
    Column("status", String, nullable=False),
    Column("detail", Text, nullable=False),
)

inbox_mail = Table(  # which mails of the inbox were looked at: a row by content, and one by place; nothing they say
    "inbox_mail",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("kind", String, nullable=False),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", String, primary_key=True),
    Column("issue", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("content_sha256", String, nullable=False),
    Column("variants", JSON, nullable=False),
    Column("frozen", Utc, nullable=False),
    Column("recipients", Integer, nullable=False),
    UniqueConstraint("issue", "kind", "content_sha256"),
)

schedule = Table(  # when an approved issue is to be sent: digest.store.schedule
    "schedule",
    metadata,
    Column("issue", String, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
    Column("made", Utc, nullable=False),
)

lease = Table(  # senders that share a store and are alive, each until it says so again: digest.deliver.leases
    "lease",
    metadata,
    Column("owner", String, primary_key=True),
    Column("until", Utc, nullable=False),
)

worker = Table(  # processes of `digest worker`, each until it says so again: digest.store.workers
    "worker",
    metadata,
    Column("name", String, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", String, nullable=False),
    Column("queues", JSON, nullable=False),
    Column("numbers", JSON, nullable=False),  # under which the queue knows it
    Column("started", Utc, nullable=False),
    Column("seen", Utc, nullable=False),
    Column("ending", Boolean, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("mailing_id", String, primary_key=True),
    Column("subscriber_id", Integer, primary_key=True, autoincrement=False),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("variant", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", Utc),
    Column("owner", String),  # who claimed it: boot id and process
    Column("code", Integer),
    Column("detail", Text, nullable=False),
    Column("changed", Utc, nullable=False),
    sqlite_with_rowid=False,
)
