"""In which folder the file of an issue is edited, where folders on several machines share a store.

The store has no words that nobody showed to digest yet. So a folder that has no file of an issue in work, or an older
text of it, begins nothing anew and approves nothing: somebody's words may be in another folder. With a store in SQLite
there is one folder, and nothing is asked.
"""

from __future__ import annotations

import platform
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import msgspec

from digest.disk import write_whole
from digest.errors import StateError
from digest.project import read_text
from digest.store import issues
from digest.store.database import get_meta, put_meta

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from digest.project import Project

FOLDER_ID = "state/folder"  # below the project folder: what it is known by, wherever it is moved to


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A folder in which the file of an issue was last written."""

    folder: str
    host: str
    root: str


def take_desk(project: Project, connection: Connection, name: str) -> None:
    """Note that the file of an issue is edited in this folder from now on."""
    if project.store.path is not None:
        return
    folder = _folder_id(project)
    if folder is None:
        folder = uuid.uuid4().hex
        write_whole(project.root / FOLDER_ID, folder)
    desk = Desk(folder=folder, host=platform.node(), root=str(project.root))
    put_meta(connection, _key(name), msgspec.json.encode(asdict(desk)).decode())


def other_desk(project: Project, connection: Connection, name: str) -> Desk | None:
    """The folder in which the file of an issue was last written, if it is not this one."""
    if project.store.path is not None:
        return None
    told = get_meta(connection, _key(name))
    desk = msgspec.json.decode(told, type=Desk) if told else None
    return None if desk is None or desk.folder == _folder_id(project) else desk


def require_desk(project: Project, connection: Connection, name: str) -> None:
    """Refuse to go on with the file of an issue that is edited in another folder, unless this one has the same or more.

    Raises:
        StateError: this folder has no file of it, or one whose text is known and was changed since.
    """
    desk = other_desk(project, connection, name)
    if desk is None:
        return
    shown = project.shown(project.issue_path(name))
    text = read_text(project.issue_path(name), shown)
    where = f"{desk.root} on {desk.host}"
    hint = f"copy it from there; or `digest restore {name}` brings here what the store has of it, which may be less"
    if text is None:
        raise StateError(f"{shown}: is not here: {name} is edited in {where}", hint=hint)
    kept = [one.sha256 for one in issues.versions(connection, name)]
    if kept and kept[-1] != issues.text_sha256(text) and issues.text_sha256(text) in kept:
        raise StateError(f"{shown}: is an older text: {name} was changed since, in {where}", hint=hint)


def _folder_id(project: Project) -> str | None:
    path = project.root / FOLDER_ID
    return path.read_text("utf-8") if path.is_file() else None


def _key(name: str) -> str:
    return f"desk {name}"
