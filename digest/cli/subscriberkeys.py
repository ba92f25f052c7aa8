"""``digest subscribers keys``."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import click

from digest.cli.options import verb as make_verb
from digest.cli.output import count
from digest.errors import StateError, UsageError

if TYPE_CHECKING:
    from digest.cli.session import Session
    from digest.deliver.keys import KeyInfo


@make_verb("keys")
@click.option("--rotate", "make_new", is_flag=True, help="Sign with a new key from now on; old links keep working.")
@click.option("--void-before", type=click.IntRange(min=1), metavar="N",
              help="Destroy the keys older than version N: links signed with them stop working.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
def keys_verb(session: Session, *, make_new: bool, void_before: int | None, yes: bool) -> int:
    """Show and change the keys that sign the links in mails.

    Every unsubscribe, preferences and confirmation link is signed, so that nobody can make one for somebody else. The
    keys are in the store and in its backups. A new key signs what is mailed from then on, and the links of mails that
    are out keep working: rotate as often as you like. If a key has leaked, rotate and then void the old ones: whoever
    clicks a link of an older mail is then told that it is no longer good, and can leave by a newer mail, by answering,
    or by `digest subscribers remove`.

    \b
    Example:
      digest subscribers keys
      digest subscribers keys --rotate
      digest subscribers keys --rotate --void-before 3
    """
    from digest.deliver import keys
    from digest.deliver.keys import known_keys

    with session.project() as project:
        if not make_new and void_before is None:
            with project.store.read() as connection:
                _show(session, known_keys(connection), {})
            return 0
        with project.store.write() as connection:
            data: dict[str, Any] = {}
            if make_new:
                # The first time there was none, and what makes the ring makes a key.
                before = known_keys(connection)
                keys.keyring(connection, now=session.now, fresh=_fresh)
                data["made"] = keys.rotate(connection, now=session.now, fresh=_fresh) if before else 1
            if void_before is not None:
                data["voided"] = _void(session, known_keys(connection), void_before, yes=yes)
                keys.void_before(connection, void_before)
            left = known_keys(connection)
    _show(session, left, data)
    return 0


def _void(session: Session, known: tuple[KeyInfo, ...], before: int, *, yes: bool) -> int:
    """How many keys are to be destroyed, once somebody has said yes to it.

    Raises:
        UsageError: none would be left to sign with.
        StateError: nobody said yes.
    """
    if not any(key.version >= before for key in known):
        newest = max((key.version for key in known), default=0)
        raise UsageError(f"--void-before {before} would leave no key: the newest is version {newest}",
                         hint="make a new one in the same breath: --rotate --void-before N")  # fmt: skip
    gone = sum(key.version < before for key in known)
    links = "its links" if gone == 1 else "their links"
    question = (
        f"Destroy {count(gone, 'key')}? Readers who click {links} in mails that are out can no longer leave by them."
    )
    if gone and not session.confirm(question, yes=yes):
        raise StateError("no key was destroyed, because nobody said yes", hint="say --yes; nothing was changed")
    return gone


def _show(session: Session, known: tuple[KeyInfo, ...], data: dict[str, Any]) -> None:
    newest = max((key.version for key in known), default=0)

    def show() -> None:
        if "made" in data:
            session.line(f"version {data['made']} signs from now on; links of older versions keep working")
        if "voided" in data:
            session.line(f"{count(data['voided'], 'key')} destroyed; the links they signed work no more")
        if not known:
            session.line("there is no key yet; the first is made with the first mail")
            return
        rows = [(key.version, f"{key.made:%Y-%m-%d}", "signs" if key.version == newest else "proves old links")
                for key in known]  # fmt: skip
        session.table(("version", "made (UTC)", ""), rows, right=(0,))

    listed = [{"version": key.version, "made": key.made, "signs": key.version == newest} for key in known]
    session.result({**data, "keys": listed}, show)


def _fresh() -> str:
    return secrets.token_hex(32)
