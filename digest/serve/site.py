"""The archive as files: what `digest publish` wrote, and nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import quote

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class Site(StaticFiles):
    """Files below a folder that need not be there yet; no listing, nothing hidden, nothing outside of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self.config_checked = True  # a folder that is not there yet is no mistake

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; of a folder its index.html. Without an archive the front page is the form to subscribe with."""
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD, OPTIONS"})
        if any(part.startswith(".") and part != "." for part in Path(path).parts):
            raise HTTPException(404)
        try:
            found, status = await anyio.to_thread.run_sync(self._find, path)
        except (OSError, ValueError) as error:  # a name too long, a NUL in it, a file nobody may read
            raise HTTPException(404) from error
        is_folder = status is not None and stat.S_ISDIR(status.st_mode)
        if is_folder:
            found, status = await anyio.to_thread.run_sync(self._find, os.path.join(path, "index.html"))  # noqa: PTH118
            if status is not None and not scope["path"].endswith("/"):
                # Relative, for the Host that was asked for is what the client says.
                return Response(status_code=308, headers={"Location": f"./{quote(Path(path).name)}/"})
        if status is None and path == ".":
            return Response(status_code=307, headers={"Location": "subscribe", "Cache-Control": "no-store"})
        if status is None or not stat.S_ISREG(status.st_mode) or scope["path"].endswith("/") != is_folder:
            raise HTTPException(404)
        response = self.file_response(found, status, scope)
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    def _find(self, path: str) -> tuple[str, os.stat_result | None]:
        """As the parent does, but a link is not followed even inside the folder."""
        found, status = self.lookup_path(path)
        plain = os.path.normpath(os.path.join(os.path.realpath(str(self.directory)), path))  # noqa: PTH118
        return (found, status) if found == plain else ("", None)
