"""Signs messages (DKIM: RFC 6376; Ed25519: RFC 8463), where no mail server does it. Needs the extra ``dkim``.

The header is canonicalised "relaxed", because relays fold it anew; the body "simple", because it is ASCII in short
lines that nobody has a reason to change, and then its bytes are hashed as they are.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.config.settings import Settings
from digest.deliver.stamp import sender_address
from digest.errors import DeliveryError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

MIN_BITS = 1024  # of an RSA key; RFC 8301 §3.2 says that signers must not use less, and should use 2048
SIGNED = (
    "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive",
)  # fmt: skip
"""The fields a signature covers: those that people see (RFC 6376 §5.4.1) and, for RFC 8058 §4, those for leaving."""
SEALED = ("From", "Reply-To", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")
"""Named once more than they occur: adding another breaks the signature (RFC 6376 §5.4.2)."""
_FIELD = re.compile(rb"([!-9;-~]+):((?:[^\r]|\r\n[ \t])*)\r\n")
_B64_LINE = 72


class Signer:
    """One key of one domain. Threads may share it."""

    def __init__(self, key: Path, *, domain: str, selector: str) -> None:
        """Read the key.

        Raises:
            DeliveryError: it cannot be read, is of no use for this, or the extra is not installed.
        """
        self.domain = domain
        self.selector = selector
        self._key = _load(key)

    @property
    def algorithm(self) -> str:
        return "rsa-sha256" if _is_rsa(self._key) else "ed25519-sha256"

    def record(self) -> tuple[str, str]:
        """The name and the text of the TXT record that the domain must have (RFC 6376 §3.6.1, RFC 8463 §4)."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415  an extra

        public, rsa = self._key.public_key(), _is_rsa(self._key)
        raw = (
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            if rsa
            else public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        )
        text = f"v=DKIM1; k={'rsa' if rsa else 'ed25519'}; p={base64.b64encode(raw).decode('ascii')}"
        return f"{self.selector}._domainkey.{self.domain}", text

    def signed(self, message: bytes, *, when: datetime) -> bytes:
        """The message with its signature before it. The same message at the same time is the same to the byte.

        Args:
            message: complete, lines end in CRLF, no line begins with a dot.
            when: the time of signing that the signature tells.
        """
        head, _, body = message.partition(b"\r\n\r\n")
        fields = {found[1].lower(): found[2] for found in _FIELD.finditer(head + b"\r\n")}
        names = [name for name in SIGNED if name.lower().encode() in fields]
        body_hash = hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest()
        covered = _folded([*names, *SEALED])
        field = (
            f"v=1; a={self.algorithm}; c=relaxed/simple; d={self.domain};\r\n s={self.selector};"
            f" t={int(when.timestamp())};\r\n h={covered};\r\n bh={base64.b64encode(body_hash).decode('ascii')};\r\n b="
        )
        lines = [_relaxed(name.lower().encode(), fields[name.lower().encode()]) + b"\r\n" for name in names]
        text = b"".join(lines) + _relaxed(b"dkim-signature", field.encode("ascii"))
        signature = base64.b64encode(self._sign(text)).decode("ascii")
        rows = "\r\n ".join(signature[at : at + _B64_LINE] for at in range(0, len(signature), _B64_LINE))
        return f"DKIM-Signature: {field}{rows}\r\n".encode("ascii") + message

    def _sign(self, text: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415  an extra

        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(text, PKCS1v15(), SHA256())
        return self._key.sign(hashlib.sha256(text).digest())  # the hash is what is signed: RFC 8463 §3


def signer_of(settings: Settings, root: Path) -> Signer | None:
    """The signer that ``[send] dkim_key`` asks for; None: the mail server signs.

    Raises:
        DeliveryError: the key is of no use.
    """
    if not settings.send.dkim_key:
        return None
    domain = sender_address(settings).rpartition("@")[2]
    path = root / Path(settings.send.dkim_key).expanduser()
    return Signer(path, domain=domain, selector=settings.send.dkim_selector)


def _folded(names: list[str]) -> str:
    """Names with colons between, in lines."""
    rows = [names[at : at + 5] for at in range(0, len(names), 5)]
    return ":\r\n  ".join(":".join(row) for row in rows).lower()


def _relaxed(name: bytes, value: bytes) -> bytes:
    """RFC 6376 §3.4.2, without the line end."""
    return name + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")


def _is_rsa(key: RSAPrivateKey | Ed25519PrivateKey) -> bool:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  an extra

    return isinstance(key, RSAPrivateKey)


def _load(path: Path) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415  an extra
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415  an extra
    except ImportError as error:
        raise DeliveryError(
            f"{path}: messages cannot be signed: the package cryptography is not installed",
            hint='pip install "digest-desk[dkim]", or remove [send] dkim_key and let the mail server sign',
        ) from error
    ways = f"make one with `openssl genpkey -algorithm ed25519 -out {path.name}`, or rsa with rsa_keygen_bits:2048"
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise DeliveryError(f"{path}: the DKIM key cannot be read: {error.strerror}", hint=ways) from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise DeliveryError(f"{path}: is no private key in PEM without a password", hint=ways) from error
    if isinstance(key, RSAPrivateKey):
        if key.key_size >= MIN_BITS:
            return key
        raise DeliveryError(f"{path}: has {key.key_size} bits, which mail servers do not accept", hint=ways)
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise DeliveryError(f"{path}: is neither an RSA nor an Ed25519 key", hint=ways)
