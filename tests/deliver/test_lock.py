"""One sender at a time, and who it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digest.deliver.lock import LOCK, boot_id, owner, send_lock
from digest.errors import BusyError, StoreError


def test_the_lock_is_held_until_its_holder_is_gone(tmp_path: Path) -> None:
    with send_lock(tmp_path), pytest.raises(BusyError, match="another digest is sending"), send_lock(tmp_path):
        pytest.fail("two have it")
    with send_lock(tmp_path):
        pass


def test_the_owner_names_this_boot_and_this_process() -> None:
    assert owner(boot_id(), os.getpid()).rpartition(":")[2] == str(os.getpid())
    assert boot_id() == boot_id()
    assert ":" not in boot_id()


def test_a_lock_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / LOCK).mkdir(parents=True)

    with pytest.raises(StoreError, match="cannot be locked"), send_lock(tmp_path):
        pytest.fail("a folder was locked")
