"""Charts as files: of what the archive covered, or of an editor's own numbers; and the numbers beside pictures."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from digest.disk import inside, write_changed
from digest.errors import DigestError, StateError, UsageError
from digest.render.charts.chart import Chart, Table, csv_of
from digest.render.charts.coverage import Coverage, by_section, lives, most_covered
from digest.render.charts.layout import Manner, lay_out
from digest.render.charts.reading import in_short, read_chart, read_table
from digest.render.charts.shapes import Label
from digest.render.furniture import words
from digest.render.templates import Templates
from digest.render.theme import make_theme
from digest.store import issues
from digest.store.printed import all_printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from digest.project import Project
    from digest.render.charts.chart import Kind
    from digest.render.charts.png import Face

Subject = Literal["sections", "organisations", "lives"]

_NOTHING: dict[Subject, str] = {
    "sections": "no story is out",
    "organisations": "no story that is out has to do with an organisation",
    "lives": "no story that is out went on in a later issue",
}

WIDTH = 400
"""Units, between the 335 pixels of a telephone and the 536 of a window: letters of 12 are of 10 there, of 16 here."""

_DRAWN = b"tEXtSoftware\0digest"  # https://www.w3.org/TR/png-3/#11tEXt
_MOST_BYTES = 1_000_000  # of a file of numbers
_FACES = (
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"),
    ("NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf"),
    ("NotoSansHebrew-Regular.ttf", "NotoSansHebrew-Bold.ttf"),
    ("NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf"),
    ("NotoSansThai-Regular.ttf", "NotoSansThai-Bold.ttf"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("PingFang.ttc", "PingFang.ttc"),
    ("Arial Unicode.ttf", "Arial Unicode.ttf"),
)
"""Files of fonts, the first choice first: letters as wide as those of most mails, then those of other scripts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFiles:
    """A chart, ready to be written."""

    png: bytes
    csv: str
    png_path: Path
    csv_path: Path | None  # None: the numbers lie there already, as the editor wrote them
    markdown: str  # shows it in the issue file


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers that lie beside a picture of an issue."""

    picture: str  # its path as the issue file has it
    name: str  # theirs, likewise
    path: Path
    table: Table


def coverage_chart(
    project: Project, connection: Connection, subject: Subject, *, since: date | None, until: date | None
) -> Chart:
    """A chart of what the issues that are out have printed.

    Args:
        project: the newsletter.
        connection: to its store.
        subject: what of it.
        since: the first day of an issue that counts; None: the subject's own beginning.
        until: the last; None: today's end.

    Raises:
        StateError: there is nothing to draw.
    """
    newsletter = project.settings.newsletter
    dates = {one.name: one.end.astimezone(project.zone).date() for one in issues.all_issues(connection) if one.has_left}
    said = words(newsletter.language, project.root)
    known = Coverage.of(all_printed(connection), dates, language=newsletter.language, said=said)
    if subject == "sections":
        chart = by_section(known.between(since, until))
    elif subject == "organisations":
        chart = most_covered(known, since=since, until=until)
    else:
        chart = lives(known, since=since, until=until)[0]
    if chart.is_empty:
        message = _NOTHING[subject] + (" in that time" if since or until else "")
        raise StateError(message, hint="`digest status` shows what is out; a chart is drawn of published issues only")
    return chart


def file_chart(project: Project, path: Path, *, title: str | None, kind: Kind | None) -> Chart:
    """A chart of an editor's own numbers.

    Args:
        project: the newsletter.
        path: a file of comma-, semicolon- or tab-separated values.
        title: of the chart; None: the name of the file.
        kind: see ``read_chart``.

    Raises:
        UsageError: the file cannot be read or drawn; says the line.
    """
    shown = project.shown(path)
    name = title or re.sub(r"[-_]+", " ", path.stem).strip() or path.stem
    chart = read_chart(_read(path, shown), title=name[:1].upper() + name[1:], kind=kind, shown=shown)
    if chart.is_empty:
        raise UsageError(f"{shown}: there is nothing to draw: every number is nothing", hint="is it the right file?")
    return replace(chart, note=in_short(chart, project.settings.newsletter.language))


def draw_chart(project: Project, chart: Chart, out: Path, *, of: Path | None = None) -> ChartFiles:
    """The files of a chart.

    Args:
        project: the newsletter.
        chart: what is drawn.
        out: the picture's file, below ``issues/``.
        of: the file its numbers are from; where that lies beside the picture under its name, it stays as it is.

    Raises:
        UsageError: ``out`` is no place for it, or other numbers or another picture lie there.
        DigestError: Pillow is not installed, or there is no font for a letter.
    """
    png_path, written = _place(project, out)
    csv_path: Path | None = png_path.with_suffix(".csv")
    if of is not None and csv_path == of.resolve():
        csv_path = None
    elif csv_path and csv_path.exists() and not png_path.exists():
        raise UsageError(
            f"{project.shown(csv_path)}: is there already, without a picture of it",
            hint="--out gives the chart another name; or draw that file: name it instead",
        )
    if png_path.exists() and not _is_drawn(png_path):
        raise UsageError(
            f"{project.shown(png_path)}: is there already, and digest did not draw it",
            hint="--out gives the chart another name",
        )
    alt = re.sub(r"([\\\[\]`*_<>!])", r"\\\1", " ".join(chart.alt.split()))
    return ChartFiles(
        png=_painted(project, chart),
        csv=csv_of(chart),
        png_path=png_path,
        csv_path=csv_path,
        markdown=f"![{alt}]({quote(written)})",
    )


def write_chart(files: ChartFiles) -> tuple[Path, ...]:
    """Write the picture and its numbers; the paths of both.

    Raises:
        DigestError: they cannot be written.
    """
    if files.csv_path:  # first: a picture without its numbers would go out without them
        write_changed(files.csv_path, files.csv)
    write_changed(files.png_path, files.png)
    return files.png_path, files.png_path.with_suffix(".csv")


def _is_drawn(path: Path) -> bool:
    """Whether a picture is one of ours, which may be drawn anew."""
    with path.open("rb") as file:
        return _DRAWN in file.read(1024)  # what tells of a picture stands before it


def numbers_beside(images: Sequence[tuple[str, Path]], *, shown: str) -> tuple[Numbers, ...]:
    """The numbers of those pictures that have a file of the same name that ends in ``.csv``.

    Args:
        images: the path of each as the issue file has it, and where it lies.
        shown: the issue file, for messages.

    Raises:
        StateError: such a file holds no table.
        ProjectError: it is a link that leads elsewhere.
    """
    found: dict[Path, Numbers] = {}
    for picture, place in images:
        path = place.with_suffix(".csv")
        if path.is_file() and path != place and path not in found:
            name = str(PurePosixPath(picture).with_suffix(".csv"))
            path = inside(place.parent, path.name)
            try:
                table = read_table(_read(path, name), shown=name)
            except UsageError as error:
                message = f"{shown}: the numbers beside the picture {picture}: {error.message}"
                raise StateError(message, hint=f"correct {name}, or give the picture another name") from error
            found[path] = Numbers(picture=picture, name=name, path=path, table=table)
    return tuple(found.values())


def _read(path: Path, shown: str) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{shown}: cannot be read: {error.strerror}", hint="is it the right name?") from error
    if len(raw) > _MOST_BYTES:
        raise UsageError(f"{shown}: is too long for a picture", hint="keep the rows that matter")
    return raw


def _place(project: Project, out: Path) -> tuple[Path, str]:
    """Where the picture goes, and what it is called from the issue file."""
    path = out if out.is_absolute() else project.root / out
    if path.suffix.lower() != ".png":
        raise UsageError(f"{out}: a chart is a PNG file", hint=f"--out {out.with_suffix('.png')}")
    path = path.resolve()
    if not path.is_relative_to(project.issues_dir.resolve()):
        raise UsageError(
            f"{out}: an issue shows pictures that lie below issues/ only", hint=f"--out issues/images/{path.name}"
        )
    return path, path.relative_to(project.issues_dir.resolve()).as_posix()


def _painted(project: Project, chart: Chart) -> bytes:
    try:
        from digest.render.charts.png import PADDING, Letters, paint  # noqa: PLC0415  Pillow is an extra
    except ImportError as error:
        message = "a chart as a picture needs Pillow, which is not installed"
        raise DigestError(message, hint="pip install 'digest-desk[charts]'") from error
    newsletter = project.settings.newsletter
    letters = Letters(tuple(_faces()))
    manner = Manner(width=WIDTH - 2 * PADDING, language=newsletter.language, measure=letters.measure, titled=True)
    drawing = lay_out(chart, manner)
    if missing := letters.missing(one.text for one in drawing.shapes if isinstance(one, Label)):
        raise DigestError(
            f"no font here has the letters {' '.join(missing[:20])}",
            hint="install one that has them, for instance Noto (Debian: fonts-noto-core, fonts-noto-cjk)",
        )
    theme = make_theme(Templates(newsletter.look, project.root), project.settings)
    return paint(drawing, palette=theme.light, letters=letters)


def _faces() -> Iterator[Face]:
    """The fonts there are, the first choice first, and Pillow's own last."""
    from digest.render.charts.png import Face  # noqa: PLC0415  Pillow is an extra

    wanted = {name for pair in _FACES for name in pair}
    found: dict[str, Path] = {}
    for folder in _font_folders():
        for root, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(wanted.intersection(names)):
                found.setdefault(name, Path(root) / name)
    for regular, bold in _FACES:
        if regular in found:
            yield Face(regular=found[regular], bold=found.get(bold, found[regular]))
    yield Face(regular=None, bold=None)


def _font_folders() -> tuple[Path, ...]:
    """Where systems keep fonts."""
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",)
    return home / ".local/share/fonts", home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts")
