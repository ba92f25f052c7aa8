"""``digest init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb

if TYPE_CHECKING:
    from digest.cli.session import Session


@make_verb("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path(), metavar="[DIR]")
@click.option("--title", metavar="TEXT", help="What the newsletter is called; else like its folder.")
@click.option("--from", "sender", metavar="ADDRESS", help='Who the mail is from: "Name <name@example.org>".')
@click.option("--example", is_flag=True, help="Copy the whole example newsletter, with its invented news.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be written.")
def verb(session: Session, *, folder: Path, title: str | None, sender: str | None, example: bool, dry_run: bool) -> int:
    """Make a new newsletter in a folder.

    Writes digest.toml, an empty list of feeds, one sample note and a .gitignore. What is there already is never
    overwritten. The templates are not copied: `digest templates eject` does that when you want to change them.

    \b
    Example:
      digest init my-brief --title "My Brief" --from "My Brief <brief@example.org>"
      digest init --example try-out
    """
    from digest.setup.starter import plan, plan_example, write_start

    if example and (title or sender):
        raise click.UsageError("--example is copied as it is; --title and --from do not go with it")
    target = session.options.root / folder
    start = plan_example(target) if example else plan(target, title=title, sender=sender)
    if not dry_run:
        write_start(start)
    names = sorted(start.files)
    data = {"folder": target.resolve(), "written": [] if dry_run else names, "would_write": names if dry_run else []}

    def show() -> None:
        for name in names:
            session.line(str(target / name))

    session.result(data, show)
    if dry_run:
        session.say("nothing was written")
        return 0
    if start.kept:
        session.warn(f"{target / '.gitignore'} is left as it is: add /state/ and /build/ to it; state/ is private")
    if not example and not sender:
        session.say(f"write who the mail is from into {target / 'digest.toml'}")
    session.next_step("digest build" if target == Path() else f"digest -C {target} build")
    return 0
