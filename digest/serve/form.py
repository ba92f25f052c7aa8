"""What a form was filled with, or a one-click request says."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect

from digest.deliver.headers import one_line
from digest.deliver.optin import Wish
from digest.text.address import MAX_ADDRESS, address_problem, tidy

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_BYTES = 8 * 1024
MOST_FIELDS = 100
MOST_NAME = 100  # characters
READ_WITHIN_S = 10.0

Fields = Mapping[str, Sequence[str]]
Fault = Literal["address", "name", "topics"]


class FormError(Exception):
    """A body that is no form."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status  # of HTTP


async def read_form(request: Request) -> Fields:
    """The fields of the body; empty if it has none.

    Raises:
        FormError: it is too long (413), too slow (408), or no form (400).
    """
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            body = await _body(request)
    except TimeoutError as error:
        raise FormError(408) from error
    return parse_form(request.headers.get("content-type", ""), body)


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise FormError(413)
    except ClientDisconnect as error:  # the answer reaches nobody
        raise FormError(400) from error
    return bytes(body)


def parse_form(content_type: str, body: bytes) -> dict[str, list[str]]:
    """The fields of a body, as browsers (urlencoded) and mail providers (multipart too: RFC 8058 §3.2) send them.

    Raises:
        FormError: it has too many fields, or is no text.
    """
    if content_type.strip().lower().startswith("multipart/form-data"):
        return _parts(content_type, body)
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:  # too many fields; not UTF-8
        raise FormError(400) from error


def _parts(content_type: str, body: bytes) -> dict[str, list[str]]:
    head = f"Content-Type: {one_line(content_type)}\r\n\r\n".encode("utf-8", "replace")
    fields: dict[str, list[str]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and not part.is_multipart():
            payload = part.get_payload(decode=True)
            fields.setdefault(name, []).append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else "")
    return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was filled in, to be shown again."""

    address: str = ""
    name: str = ""
    language: str | None = None
    topics: tuple[str, ...] = ()  # that are ticked
    faults: tuple[Fault, ...] = ()  # the fields that cannot stay so

    def wish(self, sections: Sequence[str], *, kept: Sequence[str] = ()) -> Wish:
        """What is wanted; all sections is no choice among them, but whatever there will be.

        Args:
            sections: the titles there are to choose from.
            kept: topics that are no section's and stay as they are.
        """
        whole = set(self.topics) >= set(sections)
        topics = () if whole else (*self.topics, *kept)
        return Wish(name=one_line(self.name), language=self.language, topics=topics)


def read_filled(fields: Fields, *, sections: Sequence[str], languages: Sequence[str], with_address: bool) -> Filled:
    """What a form says, and what is wrong with it.

    Args:
        fields: as they came.
        sections: the titles there are to choose from; with fewer than two nobody was asked.
        languages: likewise.
        with_address: whether it asks for one.
    """
    address, name = _first(fields, "address"), _first(fields, "name")
    language = _first(fields, "language")
    chosen = set(fields.get("topic", ()))
    filled = Filled(
        address=address[: 2 * MAX_ADDRESS],
        name=name[: 2 * MOST_NAME],
        language=language if language in languages else None,
        topics=tuple(title for title in sections if title in chosen) if len(sections) > 1 else tuple(sections),
    )
    faults: list[Fault] = []
    if with_address and (_is_odd(address) or address_problem(tidy(address))):
        faults.append("address")
    if _is_odd(name) or len(name) > MOST_NAME:
        faults.append("name")
    if len(sections) > 1 and not filled.topics:
        faults.append("topics")
    return replace(filled, faults=tuple(faults))


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "").strip(" ")


def _is_odd(text: str) -> bool:
    """Line ends, NUL and other characters that nobody types into a field of one line."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)
