"""The house stays as it was designed: who may import whom, and no file that is too long to read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "digest"
MAX_LINES = 350
LONGER = {
    "model.py": 470,
    "store/schema.py": 400,
}  # the whole vocabulary, and all tables: what stands apart is not found

BASE = {"model", "errors"}
STAGES = {"gather", "curate", "edit", "render", "check", "deliver", "archive"}
MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "errors": {"model"},
    "disk": {"errors"},
    "config": {*BASE, "disk", "text"},
    "text": BASE,
    "gather": {*BASE, "disk", "config", "text", "digest"},
    "curate": {*BASE, "config", "text"},
    "edit": {*BASE, "config", "text"},
    "render": {*BASE, "disk", "config", "text"},
    "check": {*BASE, "config", "text"},
    "store": {*BASE, "disk", "text"},
    "assist": {*BASE, "config", "text", "digest"},
    "deliver": {*BASE, "disk", "config", "text", "store"},
    "archive": {*BASE, "disk", "config", "text", "store"},
    "preview": {*BASE, "disk"},
    "serve": {*BASE, "config", "text", "store", "deliver", "render", "production", "project", "scale"},
    "scale": {*BASE, "config", "disk", "store", "deliver", "production", "project", "pipeline"},
}
"""A folder or module of the package → what it may import of it. Stages never import each other; what is not listed
here (the pipeline and what belongs to it, the command line) joins them and may import everything below it."""

PURE = {"text", "curate", "edit", "render", "check"}
NO_EDGES = {
    "socket",
    "subprocess",
    "aiohttp",
    "smtplib",
    "sqlalchemy",
    "sqlite3",
    "urllib.request",
    "http.client",
    "random",
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_shipped" not in path.parts)


def place(path: Path) -> str:
    """The layer a file belongs to: its folder below the package, or its own name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0] if len(parts) > 1 or parts[0] != "__init__" else "digest"


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at its top or inside its functions, except for types only."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layers(names: set[str]) -> set[str]:
    """The layers of the package among imported modules."""
    own = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()}
    return {name.split(".")[1] for name in names if name.startswith("digest.") and name.split(".")[1] in own}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    layer = place(path)
    if layer not in MAY_IMPORT:
        return
    wrong = layers(imports(path)) - MAY_IMPORT[layer] - {layer}

    assert not wrong, f"{path.relative_to(ROOT)} must not import digest.{', digest.'.join(sorted(wrong))}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_pure_layers_touch_no_edge(path: Path) -> None:
    if place(path) in PURE:
        assert not imports(path) & NO_EDGES


def test_every_stage_is_in_the_table() -> None:
    assert set(MAY_IMPORT) >= STAGES
    assert not any(STAGES & allowed for layer, allowed in MAY_IMPORT.items() if layer in STAGES)


def test_only_the_command_line_and_the_joining_modules_know_the_stages() -> None:
    joining = {place(path) for path in modules()} - set(MAY_IMPORT) - {"cli", "digest", "__main__"}

    assert joining == {"pipeline", "project", "production", "explain", "setup"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_can_be_read_whole(path: Path) -> None:
    limit = LONGER.get(str(path.relative_to(PACKAGE)), MAX_LINES)

    assert len(path.read_text("utf-8").splitlines()) <= limit


def test_the_folder_for_rendered_files_holds_no_python() -> None:
    assert not list((ROOT / "build").rglob("*.py"))
