"""A real IMAP server on this machine, Dovecot, with one user and a mailbox in a maildir; Debian: dovecot-imapd."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

USER, PASSWORD = "harbour@example.org", "secret"
FOLDERS = {"INBOX": "", "Rück": ".R&APw-ck"}  # by name, where they lie below the maildir
PATIENCE_S = 20.0


def dovecot_command() -> str | None:
    """Where it is installed; it is in no ordinary user's search path."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    """Where it listens and keeps its mails."""

    port: int  # unencrypted until STARTTLS
    tls_port: int
    ca_file: Path
    maildir: Path
    owner: pwd.struct_passwd

    def put(self, raw: bytes, *, folder: str = "INBOX") -> None:
        """Deliver a mail, as an MTA does: whole in tmp, then moved to new."""
        place = self.maildir / FOLDERS[folder]
        number = sum(1 for _ in place.rglob("*.here*"))
        part = place / "tmp" / f"{1_790_000_000 + number}.M{number}.here"
        part.write_bytes(raw)
        os.chown(part, self.owner.pw_uid, self.owner.pw_gid)
        part.rename(place / "new" / part.name)

    def flags(self, *, folder: str = "INBOX") -> list[str]:
        """The flags of each mail as they stand in the names of its files: S for seen."""
        names = sorted(
            path.name for part in ("new", "cur") for path in (self.maildir / FOLDERS[folder] / part).iterdir()
        )
        return [name.partition(":2,")[2] for name in names]


@contextlib.contextmanager
def dovecot(*, certificate_for: str = "localhost") -> Iterator[Dovecot]:
    """A server with a certificate, for the length of a block."""
    command = dovecot_command()
    assert command is not None
    # As root it may not read mail itself; as anybody else it can be nobody but that user.
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    # The path of a socket has at most 107 characters, and the owner of the mail must come through.
    with tempfile.TemporaryDirectory(prefix="dovecot-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        authority = trustme.CA()
        certificate = authority.issue_cert(certificate_for)
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        maildir = folder / "mail"
        for place in FOLDERS.values():
            for part in ("new", "cur", "tmp"):
                (maildir / place / part).mkdir(parents=True, exist_ok=True)
        for path in (maildir, *maildir.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        port, tls_port = _free_ports()
        (folder / "dovecot.conf").write_text(_config(folder, owner, port, tls_port), "utf-8")
        process = subprocess.Popen([command, "-F", "-c", str(folder / "dovecot.conf")], stderr=subprocess.PIPE)
        try:
            _wait_until_it_listens(process, port, folder / "log")
            yield Dovecot(port=port, tls_port=tls_port, ca_file=folder / "ca.pem", maildir=maildir, owner=owner)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


def _config(folder: Path, owner: pwd.struct_passwd, port: int, tls_port: int) -> str:
    me = pwd.getpwuid(os.geteuid()).pw_name
    internal = "" if me == "root" else f"default_internal_user = {me}\ndefault_login_user = {me}\n"
    chroot = "" if me == "root" else "  chroot =\n"
    return f"""\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail
first_valid_uid = 1
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
{internal}passdb {{
  driver = static
  args = user={USER} password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={folder}
}}
service imap-login {{
{chroot}  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
{chroot}}}
service stats {{
{chroot}}}
namespace inbox {{
  inbox = yes
}}
"""


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        for listening in (one, two):
            listening.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            if line.recv(4):
                return
        time.sleep(0.05)
    said = log.read_text("utf-8", "replace") if log.exists() else ""
    raise RuntimeError(f"dovecot does not answer: {said}")
