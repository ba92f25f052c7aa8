"""Makes digest/check/style/support.json of the table of caniemail.com.

    python -m tests.support.caniemail TABLE.json > digest/check/style/support.json

TABLE.json is ``{"commit": …, "features": [{"slug", "title", "latest": {"gmail.ios": ["y #1", "2022-02"], …}}, …]}``: of
each feature of https://github.com/hteumeuleu/caniemail the newest test in each mail program.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

KINDS = ("css-", "html-", "image-")


def condensed(table: dict[str, Any]) -> str:
    """A letter for each mail program: y yes, a partly, n no, u unknown, - never tested."""
    features = [one for one in table["features"] if one["slug"].startswith(KINDS)]
    programs = sorted({name for one in features for name in one["latest"]})
    lines = [
        f" {json.dumps(one['slug'])}: "
        + json.dumps([one["title"].strip(), "".join(one["latest"].get(name, "-")[0][0] for name in programs)])
        for one in sorted(features, key=lambda one: str(one["slug"]))
    ]
    newest = max(one["last_test_date"] for one in features)
    head = {"source": "https://github.com/hteumeuleu/caniemail", "commit": table["commit"],
            "licence": "MIT, (c) 2019 Rémi Parmentier", "newest": newest, "programs": programs}  # fmt: skip
    told = ",\n".join(f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in head.items())
    return "{" + told + ',\n"features": {\n' + ",\n".join(lines) + "\n}}\n"


if __name__ == "__main__":
    print(condensed(json.loads(Path(sys.argv[1]).read_text("utf-8"))), end="")
