"""How long an issue of fifty stories takes from the issue file's values to the bytes of the message.

    python tests/bench/render.py [--rounds 15] [--look brief] [--json]

CPU time, warm: templates and words are read already. The same mail is then made the other way: styles in a style sheet,
put on the tags by premailer (``pip install premailer``) or css-inline, in turn with ours in the same run. A ratio above
1 says how many times longer the whole of that takes than the whole of ours.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # this file is run as a script

from datetime import UTC, datetime  # noqa: E402  the path comes first

from digest.deliver.message import build_message  # noqa: E402
from digest.deliver.stamp import Recipient, Stamp  # noqa: E402
from digest.deliver.tokens import Key, Keyring  # noqa: E402
from digest.disk import shipped  # noqa: E402
from digest.model import Mail  # noqa: E402
from digest.render.mail import render_mail  # noqa: E402
from digest.render.templates import Templates  # noqa: E402
from tests.support.fifty import fifty_entries, fifty_stories  # noqa: E402
from tests.support.sample import ON, sample_settings  # noqa: E402

_STYLE = re.compile(r' style="([^"]+)"')


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print."""
    import css_inline  # a peer, for this measurement only
    import premailer  # type: ignore[import-untyped]

    wanted = _arguments(arguments)
    issue, entries, settings = fifty_stories(), fifty_entries(), sample_settings(look=wanted.look)
    templates = Templates(wanted.look, shipped("templates").parent)
    recipient = Recipient(subscriber_id=1, address="reader@example.org", name="A. Reader")
    date = datetime(2026, 11, 20, 7, tzinfo=UTC)
    keys = Keyring(list_id="bench", keys=(Key(version=1, secret="bench"),))
    stamp = Stamp(settings=settings, mailing_id="bench", secret="bench", keyring=keys)

    def rendered() -> Mail:
        return render_mail(issue, settings=settings, templates=templates, entries=entries, number=12, on=ON)

    def written(mail: Mail) -> bytes:
        return build_message(mail, stamp, recipient, date=date)

    mail = rendered()
    sheet = _with_sheet(mail.html)
    sides: dict[str, Callable[[], object]] = {
        "digest": lambda: written(rendered()),
        "premailer": lambda: (written(rendered()), premailer.transform(sheet, disable_validation=True)),
        "css_inline": lambda: (written(rendered()), css_inline.inline(sheet, load_remote_stylesheets=False)),
    }
    took = _in_turn(sides, wanted.rounds)
    result = {
        "issue_ms": round(1000 * took["digest"], 1),
        "html_bytes": len(mail.html.encode()),
        "text_bytes": len(mail.text.encode()),
        "message_bytes": len(written(mail)),
        "stories": len(issue.stories),
        "vs_premailer": round(took["premailer"] / took["digest"], 2),
        "vs_css_inline": round(took["css_inline"] / took["digest"], 2),
        "premailer_bytes": len(premailer.transform(sheet, disable_validation=True).encode()),
        "css_inline_bytes": len(css_inline.inline(sheet, load_remote_stylesheets=False).encode()),
    }
    if not wanted.json:
        for name, value in result.items():
            print(f"{name:18} {value:>10,}")
    print(json.dumps(result)) if wanted.json else None
    return 0


def _in_turn(sides: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median of the CPU seconds of each side, each round all sides; the first round warms up."""
    took: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds + 1):
        for name, run in sides.items():
            before = time.process_time()
            run()
            took[name].append(time.process_time() - before)
    return {name: statistics.median(seconds[1:]) for name, seconds in took.items()}


def _with_sheet(html: str) -> str:
    """The same mail as one with a style sheet would begin: each style a class of its own in the head."""
    classes: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        return f' class="{classes.setdefault(found[1], f"x{len(classes)}")}"'

    body = _STYLE.sub(named, re.sub(r' class="[^"]*"', "", html))
    rules = "\n".join(f".{name} {{ {style} }}" for style, name in classes.items())
    return body.replace("</head>", f"<style>\n{rules}\n</style>\n</head>", 1)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--look", default="brief")
    parser.add_argument("--json", action="store_true", help="print one object of numbers as the last line")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
