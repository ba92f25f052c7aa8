"""What the tests of workers share: a server that may be killed, and a newsletter on it with an issue to mail."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.scale.cluster import Company, Printed, company, print_issue
from tests.support.postgres import Cluster, running


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    """A newsletter on a server of its own, which may be killed."""
    with running() as server:
        yield print_issue(server, tmp_path_factory.mktemp("printed"))


@pytest.fixture
def own_server(printed: Printed) -> Cluster:
    return printed.server


@pytest.fixture
def found_company(printed: Printed, tmp_path: Path) -> Iterator[Callable[..., Company]]:
    """Makes a copy of the newsletter with so many readers; everybody in it ends with the test."""
    with contextlib.ExitStack() as stack:

        def make(people: int, **how: float) -> Company:
            folder = tmp_path / re.sub(r"\W", "", f"{people}of{len(list(tmp_path.iterdir()))}")
            folder.mkdir()
            return stack.enter_context(company(printed, folder, people=people, **how))  # type: ignore[arg-type]

        yield make
