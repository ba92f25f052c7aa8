"""What feeds.toml and digest.toml may say of logins, proxies and who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config.load import load_config
from digest.errors import ConfigError

GOOD = '[newsletter]\ntitle = "The Brief"\nfrom = "Brief <brief@example.org>"\n'
URL = 'url = "https://example.org/feed"\n'


def project(root: Path, *, feed: str = URL, gather: str = "") -> Path:
    (root / "feeds").mkdir()
    (root / "digest.toml").write_text(f"{GOOD}[gather]\n{gather}\n", "utf-8")
    (root / "feeds/feeds.toml").write_text(f"[[feed]]\n{feed}\n", "utf-8")
    return root


def test_a_login_names_the_variable_and_never_the_secret(tmp_path: Path) -> None:
    feed = URL + 'username = "desk"\npassword_env = "WIRE_PASSWORD"\nverify = false'
    source = load_config(project(tmp_path, feed=feed)).sources[0]
    assert (source.username, source.password_env, source.token_env, source.verify) == (
        "desk", "WIRE_PASSWORD", None, False
    )  # fmt: skip


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (URL + 'username = "desk"', "username: needs password_env"),
        (URL + 'password_env = "P"', "password_env: needs username"),
        (URL + 'token_env = "T"\nusername = "desk"\npassword_env = "P"', "either a token or a username"),
        (URL + 'token_env = "s3cret token!"', "token_env: is not the name of an environment variable"),
        (URL + 'username = "d"\npassword_env = "hunter-2"', "password_env: is not the name of an environment variable"),
        (URL + 'username = "d:x"\npassword_env = "P"', "username: must be one line without a colon"),
        ('url = "https://u:p@example.org/feed"\ntoken_env = "T"', "the address has a login already"),
        ('path = "x.xml"\ntoken_env = "T"', "token_env: a file needs no login"),
    ],
)
def test_a_login_that_cannot_work_is_a_mistake(tmp_path: Path, feed: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(project(tmp_path, feed=feed))
    assert len(caught.value.problems) == 1
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "gather",
    [
        'proxy = "http://proxy.example.org:3128"',
        'proxy = "https://desk:pw@proxy.example.org"',
        'proxy = "http://[::1]:3128"',
        'contact = "desk@example.org"',
        'contact = "https://example.org/about"',
    ],
)
def test_a_proxy_and_a_contact_that_can_be_used(tmp_path: Path, gather: str) -> None:
    load_config(project(tmp_path, gather=gather))


@pytest.mark.parametrize(
    ("gather", "said"),
    [
        ('proxy = "proxy.example.org:3128"', "proxy: is no address of a proxy"),
        ('proxy = "socks5://proxy.example.org:1080"', "proxy: is no address of a proxy"),
        ('proxy = "http://"', "proxy: is no address of a proxy"),
        ('proxy = "http://proxy.example.org:port"', "proxy: is no address of a proxy"),
        ('contact = "the news desk"', "contact: is one word of ASCII"),
        ('contact = "x)\\r\\nEvil: 1"', "contact: is one word of ASCII"),
        ('contact = "(desk)"', "contact: is one word of ASCII"),
    ],
)
def test_a_proxy_and_a_contact_that_cannot(tmp_path: Path, gather: str, said: str) -> None:
    with pytest.raises(ConfigError, match="1 problem") as caught:
        load_config(project(tmp_path, gather=gather))
    assert said in str(caught.value)
