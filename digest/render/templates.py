"""Looks: where a template is found, and what it may do.

A look is a folder of templates. For every single file a project's ``templates/<look>/`` wins over the look that comes
with digest, and that over the shipped look ``brief``, so a project's look may hold one changed file and no more.
"""

from __future__ import annotations

import difflib
import hashlib
import traceback
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from digest.disk import shipped
from digest.errors import TemplateError
from digest.model import Html
from digest.render.mailnotes import escaped
from digest.text.wrap import columns, wrap

DEFAULT_LOOK = "brief"
TEMPLATE_KINDS = (".html", ".txt", ".xml")
ESCAPED_KINDS = (".html", ".xml")

_BY_TEMPLATE = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, OSError)
"""What the code of a template can raise beside Jinja's own errors: a wrong sum, a wrong type, a file in Latin-1."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's, which decides by an object's type and an attribute's name alone; each is decided once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._decided: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        key = type(obj), attr
        if key not in self._decided:
            self._decided[key] = super().is_safe_attribute(obj, attr, value)
        return self._decided[key]


@lru_cache(maxsize=4)
def _environment(folders: tuple[Path, ...], _state: tuple[tuple[str, int, int], ...]) -> _Sandbox:
    """Reads templates; one for all who ask while no file changes: to read thirty takes a fifth of a second."""
    environment = _Sandbox(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=lambda name: name is None or name.endswith(ESCAPED_KINDS),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {"wrap": wrap, "columns": columns, "escaped_url": escaped}
    return environment


def _state(folders: Sequence[Path]) -> tuple[tuple[str, int, int], ...]:
    """Every file there is, with its time and size."""
    found = {path: path.stat() for folder in folders for path in folder.rglob("*") if path.is_file()}
    return tuple((str(path), status.st_mtime_ns, status.st_size) for path, status in sorted(found.items()))


def safe(html: Html) -> Markup:
    """Clean HTML as a template may print it unescaped. Everything else a template prints is escaped."""
    return Markup(html)  # noqa: S704  Html is clean by its type


def looks(project: Path) -> tuple[str, ...]:
    """The looks there are for a project, sorted: its own and those that come with digest."""
    return tuple(sorted({look.name for root in _roots(project) for look in root.glob("*/") if _is_look(look)}))


class Templates:
    """The templates of one look."""

    def __init__(self, look: str, project: Path) -> None:
        """Find the look.

        Args:
            look: a folder's name under ``templates/``.
            project: the newsletter's folder.

        Raises:
            TemplateError: there is no such look.
        """
        known = looks(project)
        if look not in known:
            close = difflib.get_close_matches(look, known, n=1)
            guess = f'did you mean "{close[0]}"? ' if close else ""
            raise TemplateError(
                f'there is no look called "{look}"',
                template=f"templates/{look}",
                hint=f"{guess}the looks are {', '.join(known)}; newsletter.look in digest.toml chooses one",
            )
        self.look = look
        self.project = project
        self._folders = [root / look for root in _roots(project)] + [shipped("templates") / DEFAULT_LOOK]
        # Below the last one a shipped file is found as "magazine/email.html", even by one's own of the same name.
        folders = (*self._folders, shipped("templates"))
        self._environment = _environment(folders, _state(folders))

    def files(self, name: str) -> tuple[Path, ...]:
        """Every file of this name in the look, the one that wins first."""
        return tuple(path for folder in self._folders if (path := folder / name).is_file())

    def fingerprint(self) -> str:
        """Differs if any file of the look, or of the words, does; in hex."""
        words = [root / "words" for root in _roots(self.project)]
        files = sorted({path for folder in (*self._folders, *words) for path in folder.glob("*") if path.is_file()})
        found = hashlib.sha256()
        for path in files:
            found.update(f"{path}\0".encode(errors="surrogateescape") + path.read_bytes())
        return found.hexdigest()

    def render(self, name: str, **context: object) -> str:
        """The template ``name``, filled.

        Raises:
            TemplateError: it is missing, cannot be read, is written wrongly, or asks for what it is not given.
        """
        try:
            return self._environment.get_template(name).render(context)
        except jinja2.TemplateSyntaxError as error:
            place = self.shown(error.filename or error.name or name)
            raise TemplateError(
                _sentence(error.message),
                template=place,
                line=error.lineno,
                hint="correct this line; nothing was written",
            ) from error
        except jinja2.TemplateNotFound as error:
            self._missing(error, name)
        except (jinja2.TemplateError, *_BY_TEMPLATE) as error:
            self._failed(error, name, context)

    def _missing(self, error: jinja2.TemplateNotFound, name: str) -> NoReturn:
        place, line = self._place(error, name)
        missing = error.name or name
        here = sorted({path.name for folder in self._folders for path in folder.glob("*") if _is_template(path)})
        raise TemplateError(
            f"there is no template {missing}" if line else "there is no such template",
            template=place,
            line=line,
            hint=f'the look "{self.look}" has {", ".join(here)}',
        ) from error

    def _failed(self, error: Exception, name: str, context: dict[str, object]) -> NoReturn:
        place, line = self._place(error, name)
        what = _sentence(str(error)) or type(error).__name__
        hint = "templates/README.md lists what each template is given; nothing was written"
        if isinstance(error, jinja2.UndefinedError):
            unknown = what.partition("'")[2].partition("'")[0]
            close = difflib.get_close_matches(unknown, context, n=1)
            hint = f'did you mean "{close[0]}"? {hint}' if close else hint
        elif isinstance(error, UnicodeDecodeError):
            what, hint = f"is not UTF-8 ({what})", "save the file as UTF-8; nothing was written"
        raise TemplateError(what, template=place, line=line, hint=hint) from error

    def _place(self, error: Exception, name: str) -> tuple[str, int | None]:
        """The template and line where an error came up: the innermost frame that is a template's."""
        folders = {str(folder) for folder in (*self._folders, *shipped("templates").iterdir())}
        for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
            path = Path(frame.f_code.co_filename)
            if str(path.parent) in folders:
                return self.shown(str(path)), line
        found = next((folder / name for folder in self._folders if (folder / name).is_file()), None)
        return self.shown(str(found)) if found else f"templates/{self.look}/{name}", None

    def shown(self, path: str) -> str:
        """A path as people see it: from the newsletter's folder, if it lies below that."""
        place = Path(path)
        return str(place.relative_to(self.project)) if place.is_relative_to(self.project) else path


def _roots(project: Path) -> tuple[Path, ...]:
    """Where looks lie, the project's own first."""
    return (project / "templates", shipped("templates"))


def _is_look(folder: Path) -> bool:
    return folder.is_dir() and any(_is_template(path) for path in folder.iterdir())


def _is_template(path: Path) -> bool:
    return path.suffix in TEMPLATE_KINDS and not path.name.startswith(("_", "."))


def _sentence(message: str | None) -> str:
    """The first line of a message, without a full stop."""
    return (message or "").strip().partition("\n")[0].rstrip(".")
