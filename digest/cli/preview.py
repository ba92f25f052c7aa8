"""``digest preview``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.cli.render import render_data, say_findings, show_files
from digest.cli.session import is_terminal
from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.cli.session import Session
    from digest.pipeline import Checked
    from digest.preview.shots import Picture
    from digest.project import Project


@make_verb("preview")
@click.argument("issue", required=False)
@click.option("--page", is_flag=True, help="Open the web page itself; take no pictures.")
@click.option("--looks", is_flag=True, help="Take the pictures in every look there is.")
@click.option("--remote-images", is_flag=True, help="Load pictures from the web too; their hosts see that you did.")
@click.option("--no-open", is_flag=True, help="Only say where the files are.")
def verb(session: Session, *, issue: str | None, page: bool, looks: bool, remote_images: bool, no_open: bool) -> int:
    """Render the issue and open it in a browser.

    Takes pictures of mail, text part and web page, by day and by night, as wide as a telephone and as a window, and
    opens one sheet that shows them all: build/ISSUE/preview/index.html. Editions for those who follow some topics come
    last. That needs a Chromium (Chrome, Edge, Brave);
    the variable DIGEST_CHROMIUM names one that is not on PATH. Without one the mail itself is opened. Consumes nothing.

    \b
    Example:
      digest preview
      digest preview --looks
      digest preview --page
    """
    from digest import pipeline
    from digest.preview.browser import find_browser

    if page and looks:
        raise UsageError("--page and --looks do not go together", hint="--looks shows the web page in every look too")
    with session.project() as project:
        checked, written = pipeline.render(project, now=session.now, name=issue)
        say_findings(session, checked)
        browser = None if page else find_browser(os.environ)
        data = render_data(project, checked, written)
        if browser:
            taken = _take(session, project, checked, browser=browser, looks=looks, remote=remote_images)
            wanted = _sheet(project, checked)
            data |= _data(project, taken, sheet=wanted)
            _say_taken(session, taken, remote=remote_images)
            _say_editions(session, checked)
            session.result(data, lambda: _show(session, project, written, taken, wanted))
        else:
            wanted = next(path for path in written if path.name == ("index.html" if page else "email.html"))
            data |= _data(project, [], sheet=None)
            if not page:
                session.warn(_none_found())
            session.result(data, lambda: show_files(session, project, written))
        if not no_open:
            _open(session, wanted)
        if checked.proof.record.state == "draft":
            session.next_step("digest approve --by NAME")
    return 0


def _take(
    session: Session, project: Project, checked: Checked, *, browser: str, looks: bool, remote: bool
) -> list[tuple[Picture, Path]]:
    """Take all pictures before the first is written."""
    from digest import pipeline
    from digest.preview.album import write_album
    from digest.preview.sheet import Heading
    from digest.preview.shots import take
    from digest.production.sitting import edition_sitters
    from digest.render.page import page_url

    newsletter, proof = project.settings.newsletter, checked.proof
    sitters = (*pipeline.sitters(project, checked, every_look=looks), *edition_sitters(project, proof))
    folder = project.build_dir(proof.record.name)
    with session.progress("taking pictures", sum(len(sitter.shots) for sitter in sitters)) as advance:
        pictures = []
        for picture in take(
            sitters,
            browser=browser,
            folder=folder,
            published=page_url(proof.record.name, newsletter),
            remote=remote,
        ):
            pictures.append(picture)
            advance(f"{picture.look} {picture.name}")
    heading = Heading(
        newsletter=newsletter.title,
        issue=proof.record.name,
        subject=proof.mail.subject,
        preheader=proof.mail.preheader,
        look=newsletter.look,
    )
    paths = write_album(_sheet(project, checked).parent, pictures, heading=heading, by_look=looks)
    return list(zip(pictures, paths, strict=True))


def _sheet(project: Project, checked: Checked) -> Path:
    from digest.preview.album import SHEET

    return project.build_dir(checked.proof.record.name) / "preview" / SHEET


def _say_taken(session: Session, taken: Sequence[tuple[Picture, Path]], *, remote: bool) -> None:
    """Name what the pictures do not show, or should not."""
    for picture, path in taken:
        if picture.too_wide_px:
            session.warn(f"{picture.look}, {path.name}: {picture.too_wide_px} pixels wider than the window")
    left_out = _not_loaded(taken)
    if left_out and not remote:
        session.say(f"{count(len(left_out), 'picture')} on the web not loaded; --remote-images does")
    for address in left_out if remote else ():
        session.warn(f"this picture did not load: {address}")


def _say_editions(session: Session, checked: Checked) -> None:
    from digest.production.sitting import MOST_SHOWN

    left_out = len(checked.proof.variants) - MOST_SHOWN
    if left_out > 0:
        session.say(
            f"of the editions for some topics, the {MOST_SHOWN} with the most readers; {left_out} more rendered"
        )


def _not_loaded(taken: Sequence[tuple[Picture, Path]]) -> list[str]:
    """The addresses of the pictures that are missing, each once; the shots with pictures off want none."""
    return list(dict.fromkeys(one for picture, _ in taken if picture.shot.pictures for one in picture.not_loaded))


def _show(
    session: Session, project: Project, written: tuple[Path, ...], taken: Sequence[tuple[Picture, Path]], sheet: Path
) -> None:
    show_files(session, project, written)
    session.line(f"{project.shown(sheet)}  {count(len(taken), 'picture')}")


def _data(project: Project, taken: Sequence[tuple[Picture, Path]], *, sheet: Path | None) -> dict[str, Any]:
    """What ``preview --json`` says beyond ``render --json``."""
    pictures = [
        {
            "look": picture.look,
            "name": picture.name,
            "file": project.shown(path),
            "too_wide_px": picture.too_wide_px,
        }
        for picture, path in taken
    ]
    return {
        "sheet": project.shown(sheet) if sheet else None,
        "pictures": pictures,
        "not_loaded": _not_loaded(taken),
    }


def _none_found() -> str:
    from digest.preview.browser import INSTALL
    from digest.preview.tab import VARIABLE

    if named := os.environ.get(VARIABLE):
        return f"{VARIABLE} names {named}, which is no program; the mail itself is shown, without pictures of it"
    if os.name == "nt":
        return "pictures of the mail are taken on Linux and macOS only; the mail itself is shown"
    return f"no Chromium found to take pictures with ({INSTALL}); the mail itself is shown"


def _open(session: Session, wanted: Path) -> None:
    """Open a file in the editor's browser: a script, or a server without a screen, has the path."""
    if not is_terminal(sys.stdout) or session.options.as_json:
        return
    # Without a screen xdg-open would look for a browser that runs inside the terminal.
    screen = sys.platform in {"darwin", "win32"} or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not screen or click.launch(str(wanted)) != 0:
        session.say(f"no browser could be opened; open {wanted} yourself")
