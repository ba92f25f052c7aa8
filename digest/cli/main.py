"""The command `digest`: its verbs, and how their errors become messages and exit codes.

A verb's module is imported when the verb runs, so that ``digest --help`` stays quick; the one-line helps therefore
stand here, and a test holds them against the modules.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from digest import __version__
from digest.cli.options import common_options
from digest.cli.output import coloured
from digest.errors import BlockedError, ChangedError, ConfigError, DigestError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS: dict[str, dict[str, str]] = {
    "Start": {
        "init": "Make a new newsletter in a folder.",
        "add": "Add a feed to feeds.toml.",
        "clip": "Fetch one article from the web into feeds/clips.",
        "feeds": "Show the feeds, and how each is doing.",
        "templates": "List the looks, or copy one to change it.",
    },
    "Week": {
        "fetch": "Read feeds and local files; consumes nothing.",
        "draft": "Write the issue file, or bring what is new into an edited one.",
        "candidates": "Show what the issue file does not have yet.",
        "why": "Tell what became of an entry, and why.",
        "render": "Render the issue file into build/.",
        "chart": "Draw a picture for an issue: what was covered, or your own numbers.",
        "check": "Look for what must not go out.",
        "preview": "Render the issue and open it in a browser.",
        "build": "fetch + draft + render + check.",
    },
    "Out": {
        "approve": "Freeze the issue as it stands.",
        "reopen": "Undo an approval before anything left.",
        "publish": "Write the archive's pages; spends the entries.",
        "send": "Mail the issue to every subscriber, once.",
        "correct": "Put right a story of an issue that is out.",
    },
    "Past": {
        "import-issues": "Bring past issues from elsewhere into the archive.",
        "search": "Find stories and entries, used or not.",
        "status": "Show where everything stands.",
        "diff": "Show what changed in the issue file.",
        "restore": "Bring back an earlier text of the issue file.",
    },
    "People": {
        "subscribers": "Add, import, export, remove and show subscribers.",
        "inbox": "Read what came back: bounces, complaints, and who wants to leave.",
        "forget": "Remove everything personal about somebody.",
        "serve": "Show the pages on which people subscribe, choose, and leave; and the archive.",
    },
    "Machine": {
        "run": "Do what is due: read the inbox, send what is scheduled or left, fetch feeds.",
        "worker": "Take over mailing, fetching, drafting and publishing, beside other workers.",
        "migrate-store": "Move the whole store to another database, and verify it.",
        "backup": "Copy the store, safely, while in use.",
        "restore-backup": "Bring back a copy of the store.",
    },
}


class VerbGroup(click.Group):
    """Finds verbs by name, and lists them in the order of an editor's week."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for verbs in VERBS.values() for name in verbs]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"digest.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.verb
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not close:
                raise
            raise click.UsageError(f"{error.message} Did you mean {close[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        for title, verbs in VERBS.items():
            with formatter.section(title):
                formatter.write_dl(list(verbs.items()), col_max=18)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Example"):
            for line in ("digest init my-brief --example", "digest -C my-brief build", "digest -C my-brief preview"):
                formatter.write_text(line)
        with formatter.section("Exit codes"):
            formatter.write_text(
                "0 done or nothing to do, 1 failed, 2 wrong usage or configuration, 3 partly done, "
                "4 blocked by findings, 70 a bug, 130 interrupted (143 by SIGTERM)"
            )


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="digest")
@common_options
def cli(**_options: Any) -> None:
    """Turn feeds and files into an edited weekly brief, mail it once to each reader, archive it on the web."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line and give its exit code; the only place that prints errors."""
    as_json = "--json" in arguments
    try:
        code = cli.main(args=list(arguments), prog_name="digest", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        _say_json(as_json, "no verb was given", 2)
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        _say_json(as_json, error.format_message(), error.exit_code)
        _say_error(error.format_message())
        if isinstance(error, click.UsageError) and error.ctx:
            _say_hint(f"see `{error.ctx.command_path} --help`")
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say_json(as_json, "interrupted", 130)
        click.echo("interrupted: what was finished is kept; run the command again to go on", err=True)
        return 130
    except DigestError as error:
        return _report(error, as_json=as_json)
    except SystemExit:
        return 0  # click's way to say that the reader of a pipe has gone: there is nobody to tell
    except OSError as error:
        _say_error(f"{error.filename or 'standard output'}: {error.strerror or error}")
        return 1
    except Exception:  # noqa: BLE001  the last place that can say it is a bug
        _say_json(as_json, "a bug in digest", 70)
        traceback.print_exc()
        _say_error("this is a bug in digest", hint="please report it with the lines above")
        return 70
    return code if isinstance(code, int) else 0


def _say_json(as_json: bool, message: str, exit_code: int) -> None:
    if as_json:
        import json

        click.echo(json.dumps({"error": message, "hint": None, "exit_code": exit_code}))


def _report(error: DigestError, *, as_json: bool) -> int:
    if as_json:
        from digest.cli.output import error_json

        click.echo(error_json(error))
    if isinstance(error, BlockedError):
        from digest.cli.output import finding_lines

        for line in finding_lines(error.findings, rest="; `digest check --all` lists them"):
            click.echo(line, err=True)
    if isinstance(error, ChangedError):
        click.echo(error.diff, err=True)
    _say_error(error.message)
    if error.hint and not (isinstance(error, ConfigError) and as_json):
        _say_hint(error.hint)
    return error.exit_code


def _say_error(message: str, *, hint: str | None = None) -> None:
    click.echo(coloured("error: ", "red", bold=True) + message, err=True)
    if hint:
        _say_hint(hint)


def _say_hint(hint: str) -> None:
    click.echo(coloured("hint: ", "cyan") + hint, err=True)


def main() -> None:
    """The entry point of the installed command."""
    # A short life with many live objects: of 7 s over 10,000 entries the usual 700 cost half a second, this a fifth.
    gc.set_threshold(50_000, 10, 10)
    # A service manager or a closed terminal ends digest as Ctrl-C does: what is on its way is finished.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    code = run(sys.argv[1:])
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EPIPE:
            _say_error(f"standard output: {error.strerror}")
            code = code or 1
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python would complain again at its end
    sys.exit(code)
