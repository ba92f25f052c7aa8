"""How long long lists take: python tests/bench/people.py [--json].

A list of --people is imported, exported and frozen for a mailing, each by a process of its own. Prints

    import_s    seconds of `digest subscribers import` of a new list, from start to end of the command
    import_cpu_s  seconds of one processor in it
    import_mb   the most memory it had
    again_s     seconds of importing the same list once more: nobody is new
    export_s    seconds of `digest subscribers export --output`
    export_mb   the most memory it had
    freeze_s    seconds until a mailing has copied everybody: Ledger.open_mailing
    load        the machine's load average before it began
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from digest.deliver.ledger import Ledger
from digest.store.database import open_store
from tests.bench.sending.letters import open_mailing
from tests.support.project import make_project

ROOT = Path(__file__).parents[2]
STORE = "sqlite:///state/digest.db"
KILOBYTE = 1024 if sys.platform == "darwin" else 1  # of ru_maxrss


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took."""

    wall_s: float
    cpu_s: float
    megabytes: float


def write_list(path: Path, people: int) -> None:
    """A list as tools export it: half with a name, some with a language and topics, many domains."""
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,language,topics\n")
        for number in range(people):
            name = f"Reader Nº {number}" if number % 2 else ""
            topics = '"ports; heat"' if number % 5 == 0 else ""
            language = ("", "en", "de", "fr")[number % 4]
            file.write(
                f"reader.{number * 7919 % people}.{number}@mail{number % 977}.example,{name},{language},{topics}\n"
            )


def run(*arguments: object) -> Cost:
    """A process from its start to its end.

    Raises:
        RuntimeError: it failed.
    """
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, *map(str, arguments)], stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{arguments}: exit code {process.returncode}")
    return Cost(wall_s=wall, cpu_s=used.ru_utime + used.ru_stime, megabytes=used.ru_maxrss / 1024 / KILOBYTE)


def freeze(folder: Path, people: int) -> float:
    """Seconds until the list of a new mailing stands."""
    store = open_store(STORE, folder)
    with Ledger(store) as ledger:
        begin = time.perf_counter()
        mailing = open_mailing(ledger)
        took = time.perf_counter() - begin
    store.close()
    if mailing.recipients != people:
        raise RuntimeError(f"{mailing.recipients} on the list, not {people}")
    return took


def measure(people: int) -> dict[str, float]:
    """All figures."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        root, listed = make_project(Path(folder) / "brief"), Path(folder) / "list.csv"
        write_list(listed, people)
        verb = ("-m", "digest", "-q", "-C", root, "subscribers")
        first, again = (run(*verb, "import", listed) for _ in range(2))
        out = run(*verb, "export", "--output", Path(folder) / "out.csv")
        frozen_s = freeze(root, people)
    return {
        "import_s": round(first.wall_s, 1),
        "import_cpu_s": round(first.cpu_s, 1),
        "import_mb": round(first.megabytes, 1),
        "again_s": round(again.wall_s, 1),
        "export_s": round(out.wall_s, 1),
        "export_mb": round(out.megabytes, 1),
        "freeze_s": round(frozen_s, 2),
        "load": round(load, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told = measure(given.people)
    print(json.dumps(told) if given.json else "\n".join(f"{name:14}{value:>10,}" for name, value in told.items()))


if __name__ == "__main__":
    main()
