"""Answers of OGC API: in the format that is wanted, and not again where nothing has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from pydantic_core import to_json

from api.ogc.format import wanted_format
from api.ogc.html import POLICY
from api.ogc.links import HTML, JSON
from api.ogc.query import read_parameters

VARY = "accept, authorization, cookie"
"""Of what a caller sends, all that an answer may hang on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A request below ``/ogc``.

    Attributes
    ----------
    request
        The request.
    query
        Names and values of its parameters, in their order.
    written
        The format that is wanted: ``json`` or ``html``.
    """

    request: Request
    query: tuple[tuple[str, str], ...]
    written: str

    @classmethod
    def of(cls, request: Request, *names: str, more: frozenset[str] = frozenset()) -> Asked:
        """
        Read a request, and refuse parameters that mean nothing there.

        Parameters
        ----------
        request
            The request.
        *names
            Parameters that mean something there besides the format.
        more
            The same, where they are columns.

        Returns
        -------
        asked
            With the format that is wanted.

        Raises
        ------
        BadParameter
            A parameter is not known, or comes twice.
        """
        query = tuple(request.query_params.multi_items())
        given = read_parameters(query, {"f", *names, *more})
        accept = request.headers.get("accept", "")
        return cls(request, query, wanted_format(given.get("f"), accept))

    @property
    def given(self) -> Mapping[str, str]:
        """Values of its parameters by name."""
        return dict(self.query)

    def answer(
        self,
        html: Callable[[], bytes],
        json: Callable[[], bytes],
        *,
        media_type: str = JSON,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """
        Answer in the format that is wanted.

        Parameters
        ----------
        html, json
            Write it.
        media_type
            How the JSON is called.
        etag
            Names the answer, or None for one that nobody should keep.
        headers
            What else is said beside it.

        Returns
        -------
        response
            304 without a body where the caller has it already.
        """
        beside = {"vary": VARY, "cache-control": keeping(live=False), **(headers or {})}
        if etag is not None:
            beside["etag"] = etag
            if is_known(self.request, etag):
                return Response(status_code=304, headers=beside)
        if self.written == "html":
            beside["content-security-policy"] = POLICY
            return Response(html(), headers=beside, media_type=f"{HTML}; charset=utf-8")
        return Response(json(), headers=beside, media_type=media_type)

    def answer_dict(
        self, content: Mapping[str, object], html: Callable[[], bytes], *, media_type: str = JSON
    ) -> Response:
        """
        Answer with something that JSON says as it is.

        Parameters
        ----------
        content
            What JSON says.
        html
            Writes the page.
        media_type
            How the JSON is called.

        Returns
        -------
        response
            In the format that is wanted.
        """
        return self.answer(html, lambda: to_json(content), media_type=media_type)


def keeping(*, live: bool) -> str:
    """
    Say whether an answer may be kept, and asked for again by its ETag.

    Parameters
    ----------
    live
        Whether it is of what changes by itself.

    Returns
    -------
    cache_control
        Value of that header.
    """
    return "private, no-store" if live else "private, no-cache"


def is_known(request: Request, etag: str) -> bool:
    """
    Tell whether a caller has an answer already.

    Parameters
    ----------
    request
        The request.
    etag
        Names the answer; weak and strong tags are the same here.

    Returns
    -------
    known
        Whether ``If-None-Match`` names it.
    """
    if_none_match = request.headers.get("if-none-match", "")
    known = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return "*" in known or etag.removeprefix("W/") in known
