"""Only what we signed is believed, for what it was signed for."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver.keys import keyring, rotate, void_before
from digest.deliver.tokens import Key, Keyring
from digest.store.database import open_store
from digest.store.sqlite import backup_sqlite
from tests.deliver.helpers import NOON, opened

RING = Keyring(list_id="harbour", keys=(Key(version=1, secret="11" * 32), Key(version=2, secret="22" * 32)))
DIGITS = "0123456789abcdef"


def fresh() -> str:
    return secrets.token_hex(32)


def test_a_token_says_whose_it_is_in_any_capitals() -> None:
    token = RING.sign("unsubscribe", 4711)

    assert RING.subscriber_of(token, "unsubscribe", now=NOON) == 4711
    assert RING.subscriber_of(token.upper(), "unsubscribe", now=NOON) == 4711
    assert token.startswith("2-4711-")
    assert token == RING.sign("unsubscribe", 4711)


@pytest.mark.parametrize("purpose", ["confirm", "preferences"])
def test_a_token_is_good_for_its_purpose_and_its_list_only(purpose: str) -> None:
    token = RING.sign("unsubscribe", 4711)
    other = Keyring(list_id="market", keys=RING.keys)

    assert RING.subscriber_of(token, purpose, now=NOON) is None  # type: ignore[arg-type]
    assert other.subscriber_of(token, "unsubscribe", now=NOON) is None


def test_a_token_is_bound_to_the_version_of_its_key() -> None:
    same = Keyring(list_id="harbour", keys=(Key(version=1, secret="11" * 32), Key(version=2, secret="11" * 32)))
    token = same.sign("unsubscribe", 4711)

    assert same.subscriber_of(token, "unsubscribe", now=NOON) == 4711
    assert same.subscriber_of("1" + token[1:], "unsubscribe", now=NOON) is None


def test_a_token_with_an_end_is_good_until_then_and_its_end_cannot_be_moved() -> None:
    end = NOON + timedelta(days=7)
    token = RING.sign("confirm", 4711, until=end)
    stamp = str(int(end.timestamp()))

    assert RING.subscriber_of(token, "confirm", now=end) == 4711
    assert RING.subscriber_of(token, "confirm", now=end + timedelta(seconds=1)) is None
    assert RING.subscriber_of(token.replace(stamp, str(int(stamp) + 9)), "confirm", now=NOON) is None
    assert RING.subscriber_of(token.replace(f"-u{stamp}", ""), "confirm", now=NOON) is None


def forgeries() -> Iterator[str]:
    """Each way to make a token of one's own, or of another's: 200,000 and more, of every kind."""
    dice = random.Random(8058)
    real = RING.sign("unsubscribe", 4711)
    head, _, digits = real.rpartition("-")
    others = [
        RING.sign("confirm", 4711),
        RING.sign("preferences", 4711),
        RING.sign("confirm", 4711, until=NOON + timedelta(days=7)),
        Keyring(list_id="market", keys=RING.keys).sign("unsubscribe", 4711),
        Keyring(list_id="", keys=RING.keys).sign("unsubscribe", 4711),
        Keyring(list_id="harbour", keys=(Key(version=2, secret="33" * 32),)).sign("unsubscribe", 4711),
        Keyring(list_id="harbour", keys=(Key(version=3, secret="22" * 32),)).sign("unsubscribe", 4711),
        Keyring(list_id="harbour", keys=(Key(version=2, secret=""),)).sign("unsubscribe", 4711),
    ]
    yield from others
    yield from (f"2-4711-{other.rpartition('-')[2]}" for other in others)
    yield from (f"{head}-{digits[:at]}{one}{digits[at + 1 :]}" for at in range(32) for one in DIGITS)
    yield from (f"{version}-{who}-{digits}" for version in range(10) for who in range(10_000))
    yield from (f"2-4711-u{end}-{digits}" for end in range(1_790_000_000, 1_790_020_000))
    yield from (real[:at] for at in range(len(real)))
    yield from (real[at:] for at in range(1, len(real)))
    yield from (f"{real}{more}" for more in ("=", "======", " ", "\n", "\0", "a", "-", "/", "%00", "\u200b", "\ufeff"))
    yield from (f"{more}{real}" for more in ("0", " ", "\n", "+", "-", "\u200b", "\ufeff"))
    for zero in "\u0660\u06f0\u0966\uff10\U0001d7ce":  # of other digits, some of which int() would read
        yield "".join(chr(ord(zero) + int(one)) if one.isdigit() else one for one in real)
    yield from (f"{head}-{digits.replace(one, other)}" for one, other in (("i", "ı"), ("k", "\u212a"), ("s", "ſ")))
    for at in range(len(real) * 8):  # every bit
        raw = bytearray(real.encode())
        raw[at // 8] ^= 1 << at % 8
        yield raw.decode("latin-1")
    for _ in range(90_000):
        yield f"{dice.choice((1, 2))}-{dice.randrange(1, 9999)}-{''.join(dice.choices(DIGITS, k=32))}"


def test_200_000_forgeries_are_refused() -> None:
    real = RING.sign("unsubscribe", 4711)
    forged = {token for token in forgeries() if token.lower() != real}  # capitals are no forgery

    assert len(forged) >= 200_000
    assert RING.subscriber_of(real, "unsubscribe", now=NOON) == 4711
    assert [token for token in forged if RING.subscriber_of(token, "unsubscribe", now=NOON) is not None] == []


@pytest.mark.parametrize("token", ["", "-", "2-4711", "2-0-" + "a" * 32, "02-4711-" + "a" * 32, "2-4711-" + "ａ" * 32,
                                   "2-4711-" + "a" * 32 + "\n", "9" * 10_000, "\0", "2-٤-" + "a" * 32])  # fmt: skip
def test_what_is_no_token_is_refused(token: str) -> None:
    assert RING.subscriber_of(token, "unsubscribe", now=NOON) is None


def test_links_already_mailed_outlive_a_new_key_and_a_backup_but_not_the_end_of_their_key(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with store.write() as connection:
            mailed = keyring(connection, now=NOON, fresh=fresh).sign("unsubscribe", 7)
            rotate(connection, now=NOON, fresh=fresh)
            newer = keyring(connection, now=NOON, fresh=fresh).sign("unsubscribe", 7)
        backup_sqlite(store, tmp_path / "copy.db")
        with store.write() as connection:
            void_before(connection, 2)
            after = keyring(connection, now=NOON, fresh=fresh)
    copied = open_store("sqlite:///copy.db", tmp_path)
    with copied.write() as connection:
        before = keyring(connection, now=NOON, fresh=fresh)
    copied.close()

    assert (mailed[:2], newer[:2]) == ("1-", "2-")
    assert [before.subscriber_of(token, "unsubscribe", now=NOON) for token in (mailed, newer)] == [7, 7]
    assert [after.subscriber_of(token, "unsubscribe", now=NOON) for token in (mailed, newer)] == [None, 7]
