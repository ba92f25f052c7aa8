"""What a service writes down of itself: a line each, for people or as JSON, and never whom it is about.

A log is kept for long and read by many, so addresses are taken out of every line, and of links all but the machine.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TextIO

import click

from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

LogFormat = Literal["text", "json"]
FORMATS: tuple[LogFormat, ...] = ("text", "json")

_WORDS = frozenset({"action", "claim", "issue", "mailing", "mailing_id", "queue", "source", "state", "status", "task"})
"""Extra fields that are kept although they are text: names that digest itself gives. Numbers are kept in any case."""

_OF_EACH_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LINK = re.compile(r"\b([a-z][a-z0-9+.-]{0,30})://(?:[^\s/@\"'<>]*@)?([^\s/?#\"'<>]*)([^\s\"'<>]*)", re.IGNORECASE)
# A bounce address holds the reader's before a "=", so what stands before that is taken out as well. Each piece of text
# is gone through once (++), address or none: 10,000 letters in a row took four seconds when it was tried from each.
_PIECE = re.compile(
    r"(?:\"[^\"\n]*\"(?=@)|[^\s@\"'<>(),;:\[\]]|(?<=\w)'(?=\w))++(?:@(?:\[[^\s\]]*\]?|[^\s@\"'<>(),;:\[\]]+))?"
    r"|@(?:\[[^\s\]]*\]?|[^\s@\"'<>(),;:\[\]]+)"
)
_CALL = re.compile(r"(\w+\[\d+\])\(.*\)", re.DOTALL)  # a job of procrastinate, with its arguments
_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))  # of syslog: RFC 5424 §6.2.1


def set_up(log_format: LogFormat, level: int) -> None:
    """Write what is logged from now on to standard error, from this level on."""
    handler = _Steady(sys.stderr)
    formatter = JsonLines() if log_format == "json" else Discreet("%(message)s")
    handler.setFormatter(_ForJournal(formatter) if _is_journal() else formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)  # else Python writes them beside the log, in its own form


@contextlib.contextmanager
def last_words(log_format: LogFormat) -> Iterator[None]:
    """Say why a service ends as one more line of its log, where each line is JSON.

    Raises:
        click.exceptions.Exit: with the exit code of the error that was said.
        DigestError: the log is for people, to whom the error is told as by any verb.
    """
    try:
        yield
    except DigestError as error:
        if log_format != "json":
            raise
        hint = f" ({error.hint})" if error.hint else ""
        logging.getLogger(__name__).error("%s%s", error.message, hint)  # noqa: TRY400  not a bug
        raise click.exceptions.Exit(error.exit_code) from error


class _Steady(logging.StreamHandler[TextIO]):
    """Writes a line whose arguments do not fit without them; Python would write a traceback, arguments and all."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except (TypeError, ValueError, KeyError):
            return super().format(logging.makeLogRecord(vars(record) | {"args": None}))


class Discreet(logging.Formatter):
    """A line without addresses and links. It tells where a bug is, but not what that says: it may hold either."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  as logging calls it
        return discreet(super().formatMessage(record))

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  likewise
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{ei[0].__name__ if ei[0] else ''}".rstrip()


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, what is known of the job, and where a bug is."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told: dict[str, Any] = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": discreet(_without_arguments(record)),
        }
        for key, value in _fields(record):
            told.setdefault(key, value)  # nothing that is given takes the place of time and level
        if record.exc_info and record.exc_info[0]:
            told["exception"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            told["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(told)  # ASCII: no letter in it ends a line for anybody


class _ForJournal(logging.Formatter):
    """Puts before a line how urgent it is, for `journalctl -p`: sd-daemon(3)."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        mark = next((number for level, number in _PRIORITIES if record.levelno >= level), 7)
        return "\n".join(f"<{mark}>{line}" for line in self._inner.format(record).splitlines())


def discreet(text: str) -> str:
    """The text without mail addresses, without what follows the machine in links, and without names in them."""

    def told(link: re.Match[str]) -> str:
        rest = link[3]
        if rest not in {"", "/"}:  # the path of a database says which, and is no secret; a page's may be a key
            rest = "/…" if link[1].lower() in {"http", "https"} else re.split(r"[?#]", rest)[0]
        return f"{link[1]}://{link[2]}{rest}"

    text = _LINK.sub(told, text)
    return _PIECE.sub(lambda piece: "(address)" if "@" in piece[0] else piece[0], text) if "@" in text else text


def _without_arguments(record: logging.LogRecord) -> str:
    """The message; of a job of procrastinate its name and number, for in its arguments may be anything."""
    message = record.getMessage()
    return _CALL.sub(r"\1", message) if record.name.startswith("procrastinate") else message


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """What was given as ``extra``: numbers, names that digest gives, and what procrastinate tells of job and worker."""
    for key, value in vars(record).items():
        if key in _OF_EACH_RECORD:
            continue
        if isinstance(value, int | float) and not key.endswith("_timestamp"):
            yield key, value if math.isfinite(value) else None  # JSON has no word for what is endless
        elif isinstance(value, str) and key in _WORDS:
            yield key, discreet(value)
        elif key == "job" and isinstance(value, dict):
            yield key, {part: value.get(part) for part in ("id", "queue", "task_name", "attempts")}
        elif key == "worker" and isinstance(value, dict):
            yield key, {part: value.get(part) for part in ("name", "worker_id")}


def _is_journal() -> bool:
    """Whether standard error leads to systemd's journal, as systemd.exec(5) says how to find out."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # none, or no file
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
