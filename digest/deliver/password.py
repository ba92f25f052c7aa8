"""The password of a mail server: from the environment, a file, or the system's keyring; never from digest.toml."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from digest.errors import LoginError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.config.settings import SendSettings


def password(send: SendSettings, root: Path, environ: Mapping[str, str]) -> str | None:
    """The password for ``[send] username``: from the environment, else a file's first line, else the keyring.

    None without a username.

    Raises:
        LoginError: there is a username but no password, or the file or the keyring cannot be read.
    """
    if not send.username:
        return None
    found = environ.get(send.password_env, "") if send.password_env else ""
    found = found or _from_file(send, root, environ) or _from_keyring(send)
    if found:
        return found
    asked = [
        f"{send.password_file}: its first line is empty" if send.password_file else "",
        f"the keyring has none under “{send.password_keyring}”" if send.password_keyring else "",
    ]
    where = "; ".join(filter(None, asked)) or send.host
    raise _no_login(send, f"{where}: there is no password for {send.username}")


def _from_file(send: SendSettings, root: Path, environ: Mapping[str, str]) -> str:
    if not send.password_file:
        return ""
    # systemd tells a service in CREDENTIALS_DIRECTORY where its copies of secrets are.
    path = root / Path(Template(send.password_file).safe_substitute(environ)).expanduser()
    try:
        return (path.read_text("utf-8").splitlines() or [""])[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise _no_login(send, f"{path}: the password cannot be read: {reason}") from error


def _from_keyring(send: SendSettings) -> str:
    if not send.password_keyring:
        return ""
    try:
        import keyring  # noqa: PLC0415  an extra
        from keyring.errors import KeyringError  # noqa: PLC0415  likewise
    except ModuleNotFoundError as error:
        raise _no_login(
            send, "[send] password_keyring needs the extra keyring", hint="pip install 'digest-desk[keyring]'"
        ) from error
    try:
        return keyring.get_password(send.password_keyring, send.username) or ""
    except KeyringError as error:
        raise _no_login(send, f"the keyring cannot be read: {error}") from error


def _no_login(send: SendSettings, message: str, *, hint: str | None = None) -> LoginError:
    ways = (
        f"set the environment variable {send.password_env}, name a file that only you can read in [send] "
        "password_file, or keep it in the system's keyring (`keyring set SERVICE USERNAME`) and name the service in "
        "[send] password_keyring; the password never stands in digest.toml"
    )
    return LoginError(message, host=send.host, username=send.username, hint=hint or ways)
