from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from digest.cli.main import VERBS
from tests.support.cli import digest, digest_process

ALL = {name: said for verbs in VERBS.values() for name, said in verbs.items()}


def command(name: str) -> click.Command:
    found = import_module(f"digest.cli.{name.replace('-', '_')}").verb
    assert isinstance(found, click.Command)
    return found


def subcommands() -> list[str]:
    return [
        f"{name} {below}" for name in ALL if isinstance(found := command(name), click.Group) for below in found.commands
    ]


def test_the_help_lists_every_verb_under_its_heading_with_an_example_and_the_exit_codes() -> None:
    ran = digest("--help")

    assert ran.code == 0
    assert ran.err == ""
    for heading in VERBS:
        assert f"\n{heading}:\n" in ran.out
    for name in ALL:
        assert re.search(rf"^  {name} {{2,}}\S", ran.out, re.MULTILINE)
    assert "Example:\n  digest init" in ran.out
    assert "130 interrupted" in ran.out


@pytest.mark.parametrize("name", ALL)
def test_the_line_in_the_list_is_the_first_sentence_of_the_verbs_own_help(name: str) -> None:
    found = command(name)
    first = re.match(r".+?\.(?=\s|$)", " ".join((found.help or "").split()))

    assert found.name == name
    assert first is not None
    assert first.group() == ALL[name]


@pytest.mark.parametrize("name", [*ALL, *subcommands()])
def test_every_verb_explains_itself_with_an_example_that_names_it(name: str) -> None:
    ran = digest(*name.split(), "--help")

    assert ran.code == 0
    assert ran.out.startswith(f"Usage: digest {name} ")
    assert f"Example:\n    digest {name}" in ran.out
    assert "\b" not in ran.out
    for option in ("-C DIR", "--json", "--now TIME", "-v, --verbose", "-q, --quiet"):
        assert option in ran.out


@pytest.mark.parametrize("name", [*ALL, *subcommands()])
def test_every_argument_and_option_is_explained_and_fits_the_screen(name: str) -> None:
    found = command(name.split(maxsplit=1)[0])
    if isinstance(found, click.Group) and " " in name:
        found = found.commands[name.split()[1]]

    for parameter in found.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert not parameter.help[0].islower(), parameter.help
            assert parameter.help.endswith("."), parameter.help
    assert all(len(line) <= 100 for line in digest(*name.split(), "--help").lines)


def test_every_example_is_a_command_line_that_parses() -> None:
    for name in ALL:
        for line in re.findall(r"^\s+digest (.+)$", digest(name, "--help").out.partition("Example:")[2], re.MULTILINE):
            words = re.sub(r"[|>].*", "", line).replace("-C my-brief ", "").split()
            assert words[0] in ALL, line
            known = {option for parameter in command(words[0]).params for option in parameter.opts}
            if isinstance(found := command(words[0]), click.Group) and len(words) > 1:
                known |= {option for parameter in found.commands[words[1]].params for option in parameter.opts}
            assert {word for word in words if word.startswith("-") and word != "-"} <= known, line


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_no_verb_and_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from digest.cli.main import run; code = run(sys.argv[1:]); "
        "print(' '.join(sorted(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip

    loaded = set(done.stderr.split())
    verbs = {f"digest.cli.{name.replace('-', '_')}" for name in ALL}
    heavy = {"sqlalchemy", "rich", "aiohttp", "msgspec", "feedparser", "jinja2", "markdown", "babel", "nh3", "tomlkit"}
    assert done.returncode == 0
    assert loaded & (verbs | heavy) == set()
    assert "digest.cli.main" in loaded


def test_as_a_process_of_its_own_the_version_is_said(tmp_path: Path) -> None:
    from digest import __version__

    assert digest_process("--version", cwd=tmp_path).out == f"digest, version {__version__}\n"
