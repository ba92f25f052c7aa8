"""Where the password of the mail server is looked for, and what is said when it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyrings.alt.file import PlaintextKeyring  # type: ignore[import-untyped]

from digest.deliver.password import password
from digest.errors import LoginError
from tests.deliver.helpers import settings


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[None]:
    """A real keyring, in a file, in place of this machine's."""
    before, ours = keyring.get_keyring(), PlaintextKeyring()
    ours.file_path = str(tmp_path / "keyring.cfg")
    keyring.set_keyring(ours)
    yield
    keyring.set_keyring(before)


def test_the_password_comes_from_the_environment_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("from the file \nsecond line\n", "utf-8")
    send = settings(host="h", username="brief", password_file="secret.txt").send

    assert password(send, tmp_path, {"DIGEST_SMTP_PASSWORD": "from the environment"}) == "from the environment"
    assert password(send, tmp_path, {}) == "from the file"


def test_the_file_may_be_where_a_variable_says(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "smtp-password").write_text("from systemd\n", "utf-8")
    send = settings(host="h", username="brief", password_file="$CREDENTIALS_DIRECTORY/smtp-password").send

    assert password(send, tmp_path, {"CREDENTIALS_DIRECTORY": str(tmp_path / "run")}) == "from systemd"
    with pytest.raises(LoginError, match="cannot be read"):
        password(send, tmp_path, {})


def test_without_a_username_no_password_is_looked_for(tmp_path: Path) -> None:
    assert password(settings(host="h", password_file="missing").send, tmp_path, {}) is None


@pytest.mark.parametrize("file", ["", "empty.txt", "missing.txt", "binary.txt"])
def test_a_missing_password_names_both_ways_to_give_one(tmp_path: Path, file: str) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\xfa")
    send = settings(host="mail.example", username="brief", password_file=file, password_env="TIDE").send

    with pytest.raises(LoginError, match=file or "no password for brief") as caught:
        password(send, tmp_path, {"OTHER": "x"})

    assert "TIDE" in str(caught.value.hint)
    assert "password_file" in str(caught.value.hint)


@pytest.mark.usefixtures("on_disk")
def test_the_keyring_is_asked_when_neither_environment_nor_file_has_it(tmp_path: Path) -> None:
    keyring.set_password("harbour mail", "brief", "from the keyring")
    send = settings(host="h", username="brief", password_keyring="harbour mail").send

    assert password(send, tmp_path, {}) == "from the keyring"
    assert password(send, tmp_path, {"DIGEST_SMTP_PASSWORD": "from the environment"}) == "from the environment"


@pytest.mark.usefixtures("on_disk")
def test_a_keyring_without_it_is_named(tmp_path: Path) -> None:
    keyring.set_password("harbour mail", "somebody else", "x")
    send = settings(host="h", username="brief", password_keyring="harbour mail").send

    with pytest.raises(LoginError, match="the keyring has none under “harbour mail”: there is no password for brief"):
        password(send, tmp_path, {})


def test_a_keyring_that_cannot_be_opened_is_an_error_with_its_words(tmp_path: Path) -> None:
    from keyring.backends.fail import Keyring as NoKeyring

    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    try:
        with pytest.raises(LoginError, match="the keyring cannot be read: "):
            password(settings(host="h", username="b", password_keyring="s").send, tmp_path, {})
    finally:
        keyring.set_keyring(before)
