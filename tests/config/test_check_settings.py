"""``[check]`` names rules, mail programs and a name server that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError
from digest.production.domainlookup import NameServer, name_server

START = '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\n[check]\n'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('block = ["tood"]', "no such rule: tood (did you mean todo?)"),
        ('ignore = ["x"]', "no such rule: x;"),
        ('clients = ["outlook-window"]', "no such family of mail programs: outlook-window (did you mean"),
        ('name_server = "dns.example.org"', "is no address of a name server"),
        ('name_server = "9.9.9.9:70000"', "is no address of a name server"),
        ("candidate_score = -1", "candidate_score"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "digest.toml").write_text(f"{START}{line}\n", "utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("", None),
        ("9.9.9.9", NameServer(address="9.9.9.9")),
        ("9.9.9.9:5353", NameServer(address="9.9.9.9", port=5353)),
        ("2620:fe::fe", NameServer(address="2620:fe::fe")),
        ("[2620:fe::fe]:5353", NameServer(address="2620:fe::fe", port=5353)),
    ],
)
def test_a_name_server_has_an_address_and_perhaps_a_port(tmp_path: Path, said: str, wanted: NameServer | None) -> None:
    (tmp_path / "digest.toml").write_text(f'{START}name_server = "{said}"\n', "utf-8")

    assert name_server(load_config(tmp_path).settings.check.name_server) == wanted
