"""The built web pages, with headers that keep everything on this machine."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from api.auth import COOKIE, host, page_person
from api.demo_people import DEMO_PAGE, is_demo
from api.service import service_of

DIST = Path(__file__).parent / "web" / "dist"

NOT_BUILT = (
    "网页尚未构建：请在源码目录运行 python hatch_build.py。\n"
    "The web pages are not built: run python hatch_build.py in the checkout.\n"
)

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
)
"""Content security policy: no script, style, font or picture from anywhere else."""


class _Assets(StaticFiles):
    """Files whose names change with their content: they may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI, dist: Path = DIST) -> None:
    """
    Serve the pages at the root.

    Parameters
    ----------
    app
        The application.
    dist
        Folder of the built pages; if it is missing the root says how to build them.
    """
    index = dist / "index.html"
    if not index.is_file():

        @app.get("/", include_in_schema=False)
        async def say_not_built() -> PlainTextResponse:
            return PlainTextResponse(NOT_BUILT, status_code=503)

        return

    app.mount("/assets", _Assets(directory=dist / "assets"), name="assets")

    @app.get("/", include_in_schema=False)
    def show_page(request: Request) -> FileResponse:
        headers = {"cache-control": "no-cache", "content-security-policy": POLICY}
        page = FileResponse(index, headers=headers)
        if page_person(request) is None and is_demo(service_of(request).city, host=host(request)):
            page.set_cookie(COOKIE, DEMO_PAGE, httponly=True, samesite="strict")
        return page
