"""The built web pages, with headers that keep everything on this machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from api.auth import host, page_person, set_cookie
from api.basemap import basemap_of
from api.demo_people import DEMO_PAGE, is_demo
from api.service import service_of

DIST = Path(__file__).parent / "web" / "dist"
SIGN_IN = Path(__file__).parent / "sign_in_page"

NOT_BUILT = (
    "网页尚未构建：请在源码目录运行 python hatch_build.py。\n"
    "The web pages are not built: run python hatch_build.py in the checkout.\n"
)


def policy(tiles_from: str | None = None) -> str:
    """
    Write the content security policy: no script, style, font or picture from anywhere else.

    Parameters
    ----------
    tiles_from
        Origin of the base map's tiles; None where they come from here.

    Returns
    -------
    policy
        Value of the header.
    """
    beside = "" if tiles_from is None else f" {tiles_from}"
    return (
        f"default-src 'self'; connect-src 'self'{beside}; img-src 'self' data: blob:{beside}; "
        "worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; "
        "base-uri 'none'"
    )


_HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": policy(),
    "referrer-policy": "no-referrer",
}

_BEFORE_THE_SCREEN = {
    "/sign-in": "page.html",
    "/sign-in.js": "page.js",
    "/sign-in.css": "page.css",
    "/sign-in.svg": "mark.svg",
    "/account": "account.html",
    "/account.js": "account.js",
    "/session.js": "session.js",
}

VIEWS = {
    "/": DEMO_PAGE,
    "/wall": DEMO_PAGE,
    "/planner": "demo-planner",
    "/leader": "demo-leader",
    "/layers": "demo-gis",
    "/officer": "demo-officer",
    "/report": None,
}
"""Addresses of the views, with whom each is opened by in the demo; None needs no account."""

KEEPER = "officer-keeper.js"
"""The service worker that keeps the officer's page on the phone."""

PROBLEM = '<p id="problem" role="alert"></p>'
"""Where the sign-in page says what went wrong."""


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
    _install_before_the_screen(app)
    index = dist / "index.html"
    if not index.is_file():

        async def say_not_built() -> PlainTextResponse:
            return PlainTextResponse(NOT_BUILT, status_code=503)

        for path in VIEWS:
            app.get(path, include_in_schema=False)(say_not_built)
        return

    app.mount("/assets", _Assets(directory=dist / "assets"), name="assets")
    app.get(f"/{KEEPER}", include_in_schema=False)(partial(_page, dist / KEEPER))
    for path, opener in VIEWS.items():
        app.get(path, include_in_schema=False)(partial(_show_view, index, opener))


def _show_view(index: Path, opener: str | None, request: Request) -> Response:
    """The page, which finds its view by its address; whoever is nobody yet signs in first."""
    page = _page(index)
    basemap = basemap_of(service_of(request).settings)
    if basemap is not None:
        page.headers["content-security-policy"] = policy(basemap.origin)
    if opener is None or page_person(request) is not None:
        return page
    if not is_demo(service_of(request).city, host=host(request)):
        to = "" if request.url.path == "/" else f"?to={request.url.path}"
        return RedirectResponse(f"/sign-in{to}", status_code=303)
    set_cookie(page, request, opener)
    return page


def _install_before_the_screen(app: FastAPI) -> None:
    """Serve the pages that ask who is there and say who one is, which need no build."""
    for address, name in _BEFORE_THE_SCREEN.items():
        app.get(address, include_in_schema=False)(partial(_page, SIGN_IN / name))


def sign_in_page(*, zh: str, en: str, status: int) -> Response:
    """
    Show the sign-in page with what went wrong.

    Parameters
    ----------
    zh, en
        The sentence in both languages, escaped for HTML.
    status
        Of the answer.

    Returns
    -------
    response
        The page.
    """
    text = (SIGN_IN / "page.html").read_text(encoding="utf-8")
    said = f'<p id="problem" role="alert" data-zh="{zh}" data-en="{en}">{zh}</p>'
    return HTMLResponse(text.replace(PROBLEM, said), status, _HEADERS)


def _page(path: Path) -> FileResponse:
    """A file that is asked for anew each time, and whose page reaches nobody else."""
    return FileResponse(path, headers=_HEADERS)
