"""Everything digest expects to go wrong.

DigestError                 exit 1   message, hint
├── ConfigError             exit 2   problems: every one at once
├── ProjectError            exit 2   no digest.toml here; the folder is not empty
├── UsageError              exit 2   an argument that cannot be meant
├── IssueFileError                   path, line, what was expected
├── TemplateError                    template, line
├── StateError                       the issue is not in a state that allows this
│   └── ChangedError                 the file or a template changed after the approval; diff
├── StoreError                       the database is damaged or newer than this digest
│   ├── BusyError                    another digest is at work on this project
│   └── StaleError                   a newer digest has migrated the store
├── BlockedError            exit 4   findings
└── DeliveryError
    ├── ConnectError                 host, port, security
    └── LoginError                   host, username

Trouble with one of many (a feed, a file, a recipient) is a value, not an error: SourceProblem, Delivery.
Exit code 3 (partly done) is not an error either: the verb finished and says what is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a configuration file."""

    path: str
    where: str  # the key: "issue.closes"
    message: str
    line: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"


class DigestError(Exception):
    """Expected trouble: a message that says what and where, and a hint that says what to do."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(DigestError):
    """A configuration file is wrong."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = [f"{count} problem{'' if count == 1 else 's'} in the configuration"]
        lines += [f"  {problem}" + (f" ({problem.hint})" if problem.hint else "") for problem in self.problems]
        super().__init__("\n".join(lines), hint="nothing was changed; correct these and run it again")


class ProjectError(DigestError):
    """There is no newsletter here, or one cannot be made here."""

    exit_code = 2


class UsageError(DigestError):
    """An argument that cannot be meant."""

    exit_code = 2


class IssueFileError(DigestError):
    """The issue file cannot be read as one. It is never overwritten."""

    def __init__(self, message: str, *, path: str, line: int, hint: str | None = None) -> None:
        super().__init__(f"{path}:{line}: {message}", hint=hint)
        self.path = path
        self.line = line


class TemplateError(DigestError):
    """A template is wrong."""

    def __init__(self, message: str, *, template: str, line: int | None = None, hint: str | None = None) -> None:
        place = f"{template}:{line}" if line else template
        super().__init__(f"{place}: {message}", hint=hint)
        self.template = template
        self.line = line


class StateError(DigestError):
    """The issue, or the project, is not in a state that allows this."""


class ChangedError(StateError):
    """What was approved is not what the file and the templates give now."""

    def __init__(self, message: str, *, diff: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.diff = diff


class StoreError(DigestError):
    """The store is damaged, missing or newer than this digest."""


class BusyError(StoreError):
    """Another digest is at work on this project."""


class StaleError(StoreError):
    """The store is not this digest's any more: a newer one has migrated it, or its contents were moved elsewhere."""


class BlockedError(DigestError):
    """The gate found something that must not go out."""

    exit_code = 4

    def __init__(self, message: str, *, findings: Sequence[Finding], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.findings = tuple(findings)


class DeliveryError(DigestError):
    """Mail cannot be handed over at all; no recipient is at fault."""


class ConnectError(DeliveryError):
    """The mail server cannot be reached, or not safely."""

    def __init__(self, message: str, *, host: str, port: int, security: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.host = host
        self.port = port
        self.security = security


class LoginError(DeliveryError):
    """The mail server does not accept the login."""

    def __init__(self, message: str, *, host: str, username: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.host = host
        self.username = username
