import io
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, cast

from hypothesis import given
from hypothesis import strategies as st

from digest.gather.past.mailbox import begins_mbox, messages
from tests.gather.past.letters import campaign, mail, mbox

LINES = st.lists(
    st.sampled_from(
        ["From the quay", "From: nobody", ">From here", ">>From there", "", "From a@b.example Thu Mar 14 09:00:00 2019",
         "Subject: no header", "words", "From ", "ünï", " indented"]
    ),
    max_size=12,
)  # fmt: skip


def split(data: bytes) -> list[bytes | None]:
    return list(messages(io.BytesIO(data)))


@given(st.lists(LINES, min_size=1, max_size=5))
def test_mails_come_out_of_a_mailbox_as_they_went_in(bodies: list[list[str]]) -> None:
    mails = [f"Subject: {n}\nFrom: a@b.example\n\n{chr(10).join(lines)}\n".encode() for n, lines in enumerate(bodies)]

    found = split(mbox(*mails))

    assert [one.rstrip(b"\n") for one in found if one is not None] == [one.rstrip(b"\n") for one in mails]


def test_a_line_that_begins_with_from_and_was_not_quoted_is_text_unless_a_header_follows() -> None:
    data = b"From a@b.example Thu Mar 14 09:00:00 2019\nSubject: one\n\nText.\n\nFrom the quay we report:\nall well.\n"

    assert len(split(data)) == 1
    assert b"From the quay we report" in (split(data)[0] or b"")


def test_mailboxes_of_windows_and_of_programs_that_write_no_date_are_read() -> None:
    data = b"From - Thu Mar 14 09:00:00 2019\r\nX-Mozilla-Status: 0001\r\nSubject: one\r\n\r\nText.\r\n\r\n"
    data += b"From nobody\r\nSubject: two\r\n\r\nText.\r\n"

    assert len(split(data)) == 2


def test_a_file_that_begins_like_a_sentence_is_no_mailbox() -> None:
    assert begins_mbox(b"From a@b.example Thu Mar 14 09:00:00 2019\nReceived: x\n")
    assert not begins_mbox(b"From the quay we report\nthat all is well\n")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_splitting(data: bytes) -> None:
    assert all(one is None or isinstance(one, bytes) for one in split(data))


class Endless(io.RawIOBase):
    """A mailbox of many mails that is never in memory."""

    def __init__(self, one: bytes, times: int) -> None:
        self._buffer = b""
        self._rest: Iterator[bytes] = iter([one] * times)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        while len(self._buffer) < len(view) and (more := next(self._rest, b"")):
            self._buffer += more
        count = min(len(view), len(self._buffer))
        view[:count] = self._buffer[:count]
        self._buffer = self._buffer[count:]
        return count


def test_of_a_mailbox_of_twenty_megabytes_one_mail_is_held_at_a_time() -> None:
    one = mbox(mail(campaign(1).replace("The harbour", "The harbour " * 8000), subject="Harbour Notes"))
    times = 20_000_000 // len(one) + 1
    file = io.BufferedReader(Endless(one, times))
    tracemalloc.start()

    count = sum(1 for _ in messages(cast("BinaryIO", file)))

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == times
    assert most < 12 * len(one) + 1_000_000


def test_words_that_look_like_the_line_before_a_message_and_a_header_are_text() -> None:
    data = mbox(b"Subject: one\n\nText.\n\nFrom now on\nSubject: is what matters.\n").replace(b">From now", b"From now")

    assert len(split(data)) == 1


def test_a_mailbox_whose_lines_say_no_time_is_read_all_the_same() -> None:
    assert len(split(b"From MAILER-DAEMON\nSubject: one\n\nText.\n\nFrom MAILER-DAEMON\nSubject: two\n\nText.\n")) == 2
