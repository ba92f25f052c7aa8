"""The containers of docs/compose: they start what there is, are watched over, and are given the time to end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from digest.cli.main import VERBS
from digest.config.settings import Settings
from digest.config.table import table_of
from digest.scale.queue import QUEUES
from tests.support.cli import digest

FOLDER = Path(__file__).parents[2] / "docs" / "compose"
TEXT = (FOLDER / "compose.yaml").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: one for name, one in SERVICES.items() if name != "postgres"}


@pytest.mark.parametrize("name", OURS)
def test_what_a_container_does_is_a_verb_with_options_it_has(name: str) -> None:
    verb, *words = OURS[name]["command"]
    told = digest(verb, "--help").out

    assert verb in {one for verbs in VERBS.values() for one in verbs}
    for word in words:
        assert not word.startswith("-") or re.search(rf"{word}\b", told), f"digest {verb} has no {word}"


def test_every_queue_has_its_worker_and_only_the_desk_may_write_to_the_newsletter() -> None:
    queues = {one["command"][2]: name for name, one in OURS.items() if one["command"][0] == "worker"}
    writers = [name for name, one in OURS.items() if any(not place.endswith(":ro") for place in one["volumes"])]

    assert set(queues) == set(QUEUES)
    assert writers == [queues["desk"]]


def test_a_stop_waits_for_the_messages_on_their_way() -> None:
    send = table_of(Settings, {"newsletter": {"title": "A", "from": "A <a@a.example>"}}).send

    for one in OURS.values():
        assert int(one["stop_grace_period"].removesuffix("s")) > send.timeout_s
        assert one["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_store_and_pages_are_asked_how_they_are() -> None:
    assert SERVICES["postgres"]["healthcheck"]["test"][1] == "pg_isready"
    (asked,) = re.findall(r"http://[^\"]+", SERVICES["serve"]["healthcheck"]["test"][-1])
    (published,) = SERVICES["serve"]["ports"]

    assert asked == "http://127.0.0.1:8025/health"
    assert published == "127.0.0.1:8025:8025", "a web server with a certificate goes in front"


def test_no_password_stands_in_it() -> None:
    for one in SERVICES.values():
        for key, value in one.get("environment", {}).items():
            assert "PASSWORD" not in key or value.startswith("${"), key


def test_the_settings_it_asks_for_are_settings() -> None:
    comment = "\n".join(re.findall(r"^#   ?(\[.+\]|\w+ = .*)$", TEXT, re.MULTILINE))
    import tomllib

    told = tomllib.loads(comment) | {"newsletter": {"title": "A", "from": "A <a@a.example>"}}
    settings = table_of(Settings, told)

    assert settings.store.url.startswith("postgresql://digest@postgres/")
    assert settings.serve
    assert settings.serve.metrics == settings.serve.proxies


def test_the_image_starts_digest_as_nobody_in_particular() -> None:
    lines = (FOLDER / "Dockerfile").read_text("utf-8").splitlines()

    assert 'ENTRYPOINT ["digest"]' in lines
    assert "USER digest" in lines
    assert "WORKDIR /srv/brief" in lines
