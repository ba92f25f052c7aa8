"""``digest templates``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.options import verb as make_verb
from digest.cli.options import verb_group

if TYPE_CHECKING:
    from digest.cli.session import Session


@verb_group("templates")
def verb(session: Session) -> int:
    """List the looks, or copy one to change it.

    A look is a folder of templates. digest comes with some; a file of the same name in your newsletter's
    templates/LOOK wins over the shipped one. `[newsletter] look` in digest.toml chooses the look.

    \b
    Example:
      digest templates
      digest templates eject brief
    """
    return show_looks(session)


@make_verb("list")
def list_verb(session: Session) -> int:
    """List the looks, and where each comes from.

    \b
    Example:
      digest templates list
    """
    return show_looks(session)


@make_verb("eject")
@click.argument("look")
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would be copied.")
def eject_verb(session: Session, *, look: str, dry_run: bool) -> int:
    """Copy a look that comes with digest, to change it.

    Its files are copied to templates/LOOK in your newsletter. Files that are there already stay as they are. Delete
    the copies you did not change: the shipped ones are used again, and get better with new versions of digest.

    \b
    Example:
      digest templates eject brief
    """
    from digest.setup.looks import eject

    root = session.options.root.resolve()
    done = eject(root, look, dry_run=dry_run)
    copied = [path.relative_to(root).as_posix() for path in done.copied]
    kept = [path.relative_to(root).as_posix() for path in done.kept]

    def show() -> None:
        for name in copied:
            session.line(name)

    session.result({"look": look, "copied": copied, "kept": kept, "written": bool(copied) and not dry_run}, show)
    if kept:
        session.say(f"left as they are: {', '.join(kept)}")
    if dry_run:
        session.say("nothing was written")
    elif copied:
        session.next_step(f"change templates/{look}/, then `digest preview`")
    return 0


def show_looks(session: Session) -> int:
    """Print every look there is for this newsletter."""
    from digest.config.load import load_config
    from digest.setup.looks import all_looks

    root = session.options.root.resolve()
    used = load_config(root).settings.newsletter.look
    found = all_looks(root)

    def show() -> None:
        rows = [(look.name, "used" if look.name == used else "", look.comes_from) for look in found]
        session.table(("look", "", "comes from"), rows)

    data = {
        "look": used,
        "looks": [{"name": look.name, "shipped": look.shipped, "own": list(look.own)} for look in found],
    }
    session.result(data, show)
    session.next_step("`digest templates eject LOOK` copies one, to change it")
    return 0


verb.add_command(list_verb)
verb.add_command(eject_verb)
