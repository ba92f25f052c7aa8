"""How good the gate for generated sentences is: python tests/bench/support.py IN.jsonl [--json].

IN.jsonl: lines {sentence, source, supported}, the last by the majority of readers (1 or 0), such as QAGS. Prints
supported_share (of those that pass, how many readers found supported), passed_share and n.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from digest.text.support import supported


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.rows.read_text("utf-8").splitlines() if line.strip()]
    passed = [row for row in rows if supported(row["sentence"], [row["source"]], language=given.language).supported]
    told = {
        "supported_share": round(sum(row["supported"] for row in passed) / max(1, len(passed)), 4),
        "passed_share": round(len(passed) / max(1, len(rows)), 4),
        "supported_before": round(sum(row["supported"] for row in rows) / max(1, len(rows)), 4),
        "n": len(rows),
    }
    print(json.dumps(told) if given.json else "\n".join(f"{name:18}{value}" for name, value in told.items()))


if __name__ == "__main__":
    main()
