"""feeds.toml with more feeds, or with one that has moved: every other byte stays, and what is written is valid."""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from digest.config.load import CONFIG_NAME, FEEDS_NAME, Config, load_config
from digest.errors import ConfigError, UsageError

Value = str | float | Sequence[str]

_MARK = "\ufeff"  # a byte order mark, which some editors of Windows write
_URL = re.compile(
    r"""(?P<indent>^\ufeff?[ \t]*|[{,][ \t]*)(?P<key>url|"url"|'url')(?P<gap>[ \t]*)=(?P<space>[ \t]*)"""
    r"""(?P<value>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')(?P<rest>[^\n]*\n?)""",
    re.MULTILINE,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def read_list(root: Path) -> str:
    """The text of feeds.toml as it stands; empty if there is none.

    Raises:
        UsageError: it cannot be read, or is not UTF-8.
    """
    try:
        return (root / FEEDS_NAME).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise UsageError(f"{FEEDS_NAME}: cannot be read: {why}") from error


def with_feed(text: str, feed: Mapping[str, Value]) -> str:
    """The text of feeds.toml with one feed appended. ``text`` is valid TOML."""
    return with_feeds(text, [feed])


def with_feeds(text: str, feeds: Sequence[Mapping[str, Value]]) -> str:
    """The text of feeds.toml with these feeds appended, in their order. ``text`` is valid TOML."""
    if not feeds:
        return text
    newline = "\r\n" if "\r\n" in text else "\n"
    blocks = (newline.join(["[[feed]]", *(f"{_key(key)} = {_toml(value)}" for key, value in feed.items())])
              for feed in feeds)  # fmt: skip
    block = (newline * 2).join(blocks)
    before = text.rstrip("\r\n")
    longer = (before + newline * 2 if before else "") + block + newline
    return longer if _says(longer) is not None else _in_its_line(text, feeds)


def with_address(text: str, index: int, url: str, *, source_id: str) -> str:
    """The text of feeds.toml with another address for one feed, which keeps its id.

    An id that was made of the old address is written down, because entries are known by it. No other byte changes:
    every place that may be the address is tried, and the one is taken that changes what the file says as it should.

    Args:
        text: valid TOML.
        index: of the feed, from 0.
        url: the new address.
        source_id: the feed's id.

    Raises:
        UsageError: the address stands there in a form that is not found, such as in a string of several lines.
    """
    wanted = tomllib.loads(text.removeprefix(_MARK))
    old = wanted["feed"][index]["url"]
    pin = "id" not in wanted["feed"][index]
    wanted["feed"][index] |= {"url": url, "id": source_id}
    for found in _URL.finditer(text):
        if tomllib.loads(f"x = {found['value']}")["x"].strip() != old.strip():
            continue
        changed = text[: found.start()] + _readdressed(found, url, source_id if pin else None) + text[found.end() :]
        if _says(changed) == wanted:
            return changed
    raise UsageError(f"{FEEDS_NAME}: the address of {source_id} is not found in it",
                     hint=f'write there: id = "{source_id}" and url = {_toml(url)}')  # fmt: skip


def check_feeds(root: Path, text: str) -> Config:
    """What the configuration would be with this text as feeds.toml. Nothing in the project is touched.

    Raises:
        UsageError: it would not load.
    """
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        (trial / CONFIG_NAME).write_bytes((root / CONFIG_NAME).read_bytes())
        (trial / FEEDS_NAME).parent.mkdir(parents=True)
        (trial / FEEDS_NAME).write_bytes(text.encode("utf-8"))
        try:
            return load_config(trial)
        except ConfigError as error:
            said = "; ".join(problem.message for problem in error.problems)
            hint = next((problem.hint for problem in error.problems if problem.hint), None)
            raise UsageError(f"{FEEDS_NAME} would not load: {said}", hint=hint or "nothing was changed") from error


def _in_its_line(text: str, feeds: Sequence[Mapping[str, Value]]) -> str:
    """Feeds appended where the list is written ``feed = [{url = "…"}]``, to which no [[feed]] can be added."""
    import tomlkit  # noqa: PLC0415  slow, and hardly anybody writes the list so
    from tomlkit.items import Array  # noqa: PLC0415

    document = tomlkit.parse(text.removeprefix(_MARK))
    listed = document.get("feed")
    if not isinstance(listed, Array):
        raise UsageError(f"{FEEDS_NAME}: how the feeds are listed there is not understood",
                         hint="write each as a table [[feed]]")  # fmt: skip
    for feed in feeds:
        table = tomlkit.inline_table()
        table.update(feed)
        listed.append(table)
    return (_MARK if text.startswith(_MARK) else "") + document.as_string()


def _readdressed(found: re.Match[str], url: str, new_id: str | None) -> str:
    """The line, or the part of one, with the new address; the new id follows in the manner of the old line."""
    start = f"{found['indent']}{found['key']}{found['gap']}={found['space']}{_toml(url)}"
    if new_id is None:
        return start + found["rest"]
    if found["indent"].strip():  # in a table that is written in one line
        return f'{start}, id = "{new_id}"{found["rest"]}'
    aligned = len(found["gap"]) > 1
    pad = " " * (len(found["key"]) + len(found["gap"]) - len("id")) if aligned else found["gap"]
    end = re.search(r"\r?\n\Z", found["rest"])
    newline = end[0] if end else "\n"
    line = f'{found["indent"]}id{pad}={found["space"]}"{new_id}"'
    return start + found["rest"] + (f"{line}{newline}" if end else f"{newline}{line}")


def _says(text: str) -> object:
    """What the file says; None if it is not valid."""
    try:
        return tomllib.loads(text.removeprefix(_MARK))
    except tomllib.TOMLDecodeError:
        return None


def _key(key: str) -> str:
    return key if _BARE.match(key) else _toml(key)


def _toml(value: Value) -> str:
    """A value as TOML 1.0 writes it; its basic strings are JSON's but for DEL, which must be escaped."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return repr(value)
