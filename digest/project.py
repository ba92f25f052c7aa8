"""A newsletter's folder, opened: its configuration, its store, its paths, and which issue is in work."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from digest.config.load import Config, load_config
from digest.config.period import next_period, period_at
from digest.disk import locked
from digest.errors import IssueFileError, StateError, UsageError
from digest.model import IssueRecord, Period
from digest.store import issues
from digest.store.database import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from digest.config.settings import Settings
    from digest.edit.issuefile import IssueFile

OPEN_STATES = ("draft", "approved")
WAIT_S = 30.0  # for another digest to finish what it does to an issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An opened newsletter. Use as a context manager, so that the store is closed."""

    root: Path
    config: Config
    store: Store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.store.close()

    @property
    def settings(self) -> Settings:
        return self.config.settings

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.newsletter.timezone)

    @property
    def issues_dir(self) -> Path:
        return self.root / "issues"

    @property
    def site_dir(self) -> Path:
        return self.root / "build" / "site"

    @property
    def site_manifest(self) -> Path:
        """What of the site digest has made, and from what."""
        return self.root / "build" / "site.json"

    @property
    def search_manifest(self) -> Path:
        """What of the site's search digest has made, and from what."""
        return self.root / "build" / "search.json"

    @property
    def feeds_cache(self) -> Path:
        """What the feeds of the site say of each issue; made again where it is missing."""
        return self.root / "build" / "feeds.json"

    def issue_path(self, name: str) -> Path:
        return self.issues_dir / f"{name}.md"

    def shown(self, path: Path) -> str:
        """A path as messages give it: below the project folder."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    def build_dir(self, name: str) -> Path:
        return self.root / "build" / name

    @contextmanager
    def working(self) -> Iterator[None]:
        """Be the only digest that changes issues of this newsletter, in this folder and in others with the same store.

        The file and the store change together. On a server, should the connection that keeps the others away break,
        nothing is written to the store any more.

        Raises:
            BusyError: another one is at it, for longer than half a minute.
            StaleError: the store was migrated by a newer digest.
        """
        hint = "wait for it to finish and run this again; nothing was changed"
        here = f"{self.root}: another digest is at work on this newsletter"
        elsewhere = f"{self.store.name}: another digest is at work on this newsletter, from another folder or machine"
        with (
            locked(self.root / "state" / "work.lock", wait_s=WAIT_S, busy=here, hint=hint),
            self.store.alone("work", wait_s=WAIT_S, busy=elsewhere, hint=hint, guard=True),
        ):
            yield


def open_project(root: Path, *, create_store: bool = True) -> Project:
    """Open the newsletter in ``root``.

    Raises:
        ProjectError: there is no digest.toml.
        ConfigError: digest.toml or feeds.toml is wrong.
        StoreError: the store cannot be opened.
    """
    root = root.resolve()
    config = load_config(root)
    return Project(root=root, config=config, store=open_store(config.settings.store.url, root, create=create_store))


def current_period(project: Project, connection: Connection, *, now: datetime, name: str | None = None) -> Period:
    """The period of the issue in work, or of the next one to be made.

    A draft stays in work until one more period has passed; then it is only still there. An approved issue stays until
    it is out or reopened: its entries wait for it, and else nobody would see them again. Without one, it is the period
    ``now`` falls in, or the first after it whose issue is not out yet.

    Raises:
        UsageError: there is no issue and no period of that name.
    """
    records = issues.all_issues(connection)
    if name is not None:
        return _named_period(project, records, name, now)
    waiting = [
        record
        for record in records
        if record.state == "approved" or (record.state == "draft" and now < record.end + (record.end - record.start))
    ]
    if waiting:
        return period_of(waiting[-1])
    spent = {record.name for record in records if record.state not in OPEN_STATES}
    period = period_at(now, project.settings.issue, project.zone)
    while period.name in spent:
        period = next_period(period, project.settings.issue, project.zone)
    return period


def _named_period(project: Project, records: tuple[IssueRecord, ...], name: str, now: datetime) -> Period:
    for record in records:
        if record.name == name:
            return period_of(record)
    settings, zone = project.settings.issue, project.zone
    period = period_at(now, settings, zone)
    period = period_at(period.start - (period.end - period.start) / 2, settings, zone)
    for _ in range(10):
        if period.name == name:
            return period
        period = next_period(period, settings, zone)
    known = ", ".join(record.name for record in records[-5:]) or "none yet"
    example = period_at(now, settings, zone).name
    raise UsageError(f"there is no issue {name}", hint=f"issues: {known}; a new one would be {example}")


def news_from(project: Project, connection: Connection, *, now: datetime) -> datetime:
    """From when on entries of a feed's first fetch are news: the start of the period in work.

    In the first quarter of a period nearly everything would be old, so the period before counts as well.
    """
    period = current_period(project, connection, now=now)
    length = period.end - period.start
    if now - period.start < length / 4:
        return period_at(period.start - length / 2, project.settings.issue, project.zone).start
    return period.start


def require_issue(project: Project, connection: Connection, *, now: datetime, name: str | None) -> IssueRecord:
    """The issue a verb is about: the named one, the one in work, or else the newest.

    Raises:
        StateError: there is none yet.
        UsageError: there is none of that name.
    """
    if name is None:
        record = issues.get_issue(connection, current_period(project, connection, now=now).name)
        newest = issues.all_issues(connection)[::-1]
        record = record or next(iter(sorted(newest, key=lambda one: one.is_imported)), None)
        if record is None:
            raise StateError("there is no issue yet", hint="make one with `digest draft` (or `digest build`)")
        return record
    record = issues.get_issue(connection, name)
    if record is None:
        known = ", ".join(one.name for one in issues.all_issues(connection)[-5:]) or "none yet"
        raise UsageError(f"there is no issue {name}", hint=f"issues: {known}")
    return record


def read_issue_file(project: Project, name: str) -> IssueFile:
    """Read and parse ``issues/NAME.md``.

    Raises:
        StateError: the file is not there.
        IssueFileError: it cannot be read as an issue file, or is another issue's.
    """
    from digest.edit.issuefile import read_issue  # noqa: PLC0415  fetching has no use for the reader of issue files

    path = project.issue_path(name)
    shown = project.shown(path)
    text = read_text(path, shown)
    if text is None:
        raise StateError(f"{shown}: is not there", hint=f"`digest restore {name}` brings back its last text")
    file = read_issue(text, path=shown)
    if file.issue.name != name:
        number = next(i for i, line in enumerate(text.splitlines(), 1) if line.lower().startswith("issue"))
        raise IssueFileError(f"says it is issue {file.issue.name}, but the file is called {name}.md", path=shown,
                             line=number, hint="make the two agree")  # fmt: skip
    return file


def read_text(path: Path, shown: str) -> str | None:
    """The text of an issue file as it stands; None if there is none.

    Raises:
        IssueFileError: it is not UTF-8.
        StateError: it cannot be read.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{shown}: cannot be read: {error.strerror}", hint="may you read it?") from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise IssueFileError("is not UTF-8", path=shown, line=line, hint="save it as UTF-8 in your editor") from error


def period_of(record: IssueRecord) -> Period:
    """The period an issue is named for."""
    return Period(name=record.name, start=record.start, end=record.end)
