"""The application: which address leads to which page."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, ExceptionHandler

from digest.config.serve import ServeSettings
from digest.errors import BusyError, DigestError
from digest.serve.form import FormError
from digest.serve.guard import Guard, allowed
from digest.serve.health import Health
from digest.serve.metrics import Metrics
from digest.serve.pages import Pages
from digest.serve.reception import Reception
from digest.serve.site import Site

Endpoint = Callable[[Request], Awaitable[Response]]

logger = logging.getLogger(__name__)


def make_app(
    reception: Reception, pages: Pages, serve: ServeSettings, *, site: Path, health: Health, metrics: Metrics
) -> ASGIApp:
    """The pages and the archive, below the path of the public address.

    Args:
        reception: what the pages do.
        pages: how they look.
        serve: the public address.
        site: the folder of the archive.
        health: for whoever watches over this process.
        metrics: likewise.
    """
    path = serve.path
    routes = [
        _route(f"{path}unsubscribe/{{token:path}}", reception.leave, "GET", "POST"),
        _route(f"{path}subscribe", reception.join, "GET", "POST"),
        _route(f"{path}confirm/{{token:path}}", reception.confirm, "GET", "POST"),
        _route(f"{path}preferences/{{token:path}}", reception.choose, "GET", "POST"),
        _route(f"{path}health", health.page, "GET"),
        _route(f"{path}metrics", metrics.page, "GET"),
        Mount(path.rstrip("/"), app=Site(site)),
    ]
    app = Starlette(routes=routes, exception_handlers=_handlers(pages))
    app.router.redirect_slashes = False  # it would lead to whatever host the client named
    return Guard(app, path=path, is_https=serve.url.startswith("https:"))


def _route(path: str, endpoint: Endpoint, *methods: str) -> Route:
    known = (*methods, "HEAD", "OPTIONS")

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allowed(known))
        return await endpoint(request)

    return Route(path, answer, methods=list(known))


def _handlers(pages: Pages) -> dict[int | type[Exception], ExceptionHandler]:
    async def on_http(_request: Request, error: Exception) -> Response:
        status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (500, None)
        if status == 404:
            return pages.page("no_page", status=404)
        return PlainTextResponse(f"{status}\n", status, headers)

    async def on_form(_request: Request, error: Exception) -> Response:
        status = error.status if isinstance(error, FormError) else 400
        # Whatever is left of a body that is too long is not waited for.
        return pages.page("later", status=status, headers={"Connection": "close"})

    async def on_trouble(_request: Request, error: Exception) -> Response:
        if isinstance(error, DigestError) and not isinstance(error, BusyError):
            logger.error("%s", error.message)
        return pages.page("later", status=503, headers={"Retry-After": "10"})

    async def on_bug(_request: Request, _error: Exception) -> Response:
        return PlainTextResponse("500\n", 500)

    return {HTTPException: on_http, FormError: on_form, DigestError: on_trouble, Exception: on_bug}
