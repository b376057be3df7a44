"""Open311 at the door: its two formats, its own refusals, its key in the address or the form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from xml.etree import ElementTree as ET

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.access import May
from api.auth import holder_for, person_of
from api.errors import Answered, Forbidden, NotFound, Unauthorized, finding, status_of
from api.schemas_open311 import Open311ErrorOut
from dispatch.access import Act, Person
from geo.errors import BadInput, Conflict, GridDispatchError, UnknownName

BAD_REQUEST, FORBIDDEN, NOT_FOUND = 400, 403, 404

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold."""


class Format(StrEnum):
    """How an answer is written; the ending of the address says it."""

    JSON = "json"
    XML = "xml"


MEDIA_TYPES = {Format.JSON: "application/json", Format.XML: "text/xml"}

SINGULAR = {
    "services": "service",
    "attributes": "attribute",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What each element of a list is called."""

Shown = BaseModel | Sequence[BaseModel]


def written(root: str, shown: Shown, form: Format, *, status: int = 200) -> Response:
    """
    Write an answer.

    Parameters
    ----------
    root
        Name of the root element, which JSON leaves out.
    shown
        One thing or a list.
    form
        How to write it.
    status
        Status of the answer.

    Returns
    -------
    response
        In UTF-8.
    """
    rows = [shown] if isinstance(shown, BaseModel) else list(shown)
    plain: list[dict[str, Any]] = [row.model_dump(mode="json") for row in rows]
    said = plain[0] if isinstance(shown, BaseModel) else plain
    if form is Format.JSON:
        content = json.dumps(said, ensure_ascii=False).encode()
    else:
        element = ET.Element(root)
        _fill(element, said)
        content = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    media_type = f"{MEDIA_TYPES[form]}; charset=utf-8"
    return Response(content, status, media_type=media_type)


def _fill(element: ET.Element, said: object) -> None:
    """Write a value into an element."""
    if isinstance(said, dict):
        for name, value in said.items():
            _fill(ET.SubElement(element, name), value)
    elif isinstance(said, list):
        for one in said:
            _fill(ET.SubElement(element, SINGULAR[element.tag]), one)
    elif isinstance(said, bool):
        element.text = "true" if said else "false"
    elif said is not None:
        element.text = _NO_XML.sub("", str(said))


class Open311Route(APIRoute):
    """A route whose refusals have Open311's shape, in the format that was asked for."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answer refusals where they arise."""
        handle = super().get_route_handler()

        async def handle_in_its_words(request: Request) -> Response:
            try:
                return await handle(request)
            except Answered as first:
                return _again(request, first)
            except RequestValidationError as error:
                flaw = error.errors()[0]
                flaw = finding({**flaw, "loc": flaw["loc"][1:]})
                return refused(request, BAD_REQUEST, f"{flaw['where']}: {flaw['message']}.")
            except HTTPException as error:  # a form that the framework cannot take apart
                sentence = f"{str(error.detail).rstrip('.')}."
                return refused(request, error.status_code, sentence)
            except GridDispatchError as error:
                response = refused(request, _status_of(error), str(error))
                if (wait_s := getattr(error, "retry_after_s", None)) is not None:
                    response.headers["retry-after"] = str(wait_s)
                return response

        return handle_in_its_words


def refused(request: Request, status: int, sentence: str) -> Response:
    """
    Write a refusal.

    Parameters
    ----------
    request
        What is refused.
    status
        Status, which is the code, too.
    sentence
        Why, and the way out.

    Returns
    -------
    response
        In the format that was asked for, XML where none was.
    """
    error = Open311ErrorOut(code=status, description=sentence)
    return written("errors", [error], format_of(request), status=status)


def format_of(request: Request) -> Format:
    """
    Tell in which format somebody asks.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    form
        By the ending of its address.
    """
    json_asked = request.url.path.endswith(f".{Format.JSON}")
    return Format.JSON if json_asked else Format.XML


async def maybe_person(request: Request) -> Person | None:
    """
    Recognise who asks by ``api_key``, in the address or the form, or by a token in the header.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    person
        None where nothing of the kind was sent.

    Raises
    ------
    Unauthorized
        The key is not known here.
    Forbidden
        What was sent as ``api_key`` is good for more than reports: addresses stand in the logs of
        proxies.
    """
    if request.headers.get("authorization"):
        return await person_of(request)
    key = request.query_params.get("api_key")
    if key is None and request.headers.get("content-type", "").startswith(FORMS):
        said = (await request.form()).get("api_key")
        key = said if isinstance(said, str) else None
    if not key:
        return None
    person = await holder_for(key, request, FOR_REPORTS)
    if person is None:
        raise Unauthorized("This api_key is not known here: an administrator gives keys out.")
    return person


FOR_REPORTS = frozenset({Act.REPORT_INCIDENT, Act.FOLLOW_REPORT})
"""All that an ``api_key`` may be good for."""

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def person_by_key(request: Request) -> Person:
    """
    Recognise who asks, as `maybe_person` does.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    person
        The holder of the key.

    Raises
    ------
    Unauthorized
        None was sent, or it is not known here.
    """
    person = await maybe_person(request)
    if person is None:
        raise Unauthorized("Send an api_key: an administrator gives keys out.")
    return person


class MayByKey(May):
    """Rule of a route that names an act, and whose callers are known by ``api_key``."""

    __slots__ = ()

    async def __call__(
        self, request: Request, person: Annotated[Person, Depends(person_by_key)]
    ) -> Person:
        """Let a person in, as `May` does."""
        return await May.__call__(self, request, person)


def instant(text: str | None, name: str) -> datetime | None:
    """
    Read an instant as Open311 writes it.

    Parameters
    ----------
    text
        ISO 8601 with offset, or None.
    name
        Which parameter it is.

    Returns
    -------
    instant
        None where nothing was said.

    Raises
    ------
    BadInput
        It is none, or has no offset.
    """
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None or not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise BadInput(f"{name} is no instant: write 2010-01-01T00:00:00Z.")
    return read


FIRST_YEAR, LAST_YEAR = 2000, 2199


def _again(request: Request, first: Answered) -> Response:
    """Give the answer of the first time again, in the format asked for now."""
    kept = json.loads(first.body)
    form = format_of(request)
    if form is Format.JSON:
        content = json.dumps(kept, ensure_ascii=False).encode()
    else:
        element = ET.Element("service_requests")
        _fill(element, kept)
        content = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    headers = {"idempotent-replayed": "true"}
    media_type = f"{MEDIA_TYPES[form]}; charset=utf-8"
    return Response(content, first.status, headers, media_type=media_type)


def _status_of(error: GridDispatchError) -> int:
    """Status as the specification has it: 400 what was sent, 403 the key, 404 the name."""
    if isinstance(error, Unauthorized | Forbidden):
        return FORBIDDEN
    if isinstance(error, NotFound | UnknownName):
        return NOT_FOUND
    if isinstance(error, BadInput | Conflict):
        return BAD_REQUEST
    return status_of(error)
