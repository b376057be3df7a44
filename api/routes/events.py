"""The live stream: server-sent events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse

from api.access import may
from api.earshot import Earshot
from api.event_feed import opening_for
from api.packed_stream import takes_gzip
from api.service import ServiceDep
from dispatch.access import Act, Person

router = APIRouter(prefix="/api/v1")

ListenDep = Annotated[Person, Depends(may(Act.LISTEN))]


@router.get(
    "/events",
    tags=["events"],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def listen(
    request: Request,
    service: ServiceDep,
    person: ListenDep,
    last_event_id: Annotated[
        str | None, Header(max_length=40, description="Number of the last event that was heard.")
    ] = None,
) -> StreamingResponse:
    """
    Listen to what happens, and hear first what was missed since ``Last-Event-ID``.

    ``beat``, ``weights``, ``coverage`` and ``positions`` say how it stands at this moment, first
    when a page connects and then when that changes.  All others carry a number and are sent again
    from ``Last-Event-ID`` on: ``incident``, ``assignment``, ``whistle`` and ``closure`` as a read
    would show them, ``incident_gone`` for one that is no longer the page's to see.  ``reset`` says
    that too much was missed: read again what is shown.  A page hears what its person may see, in
    their own areas and below; kinds that it does not know it passes over.
    """
    earshot = Earshot.of(person, service.city)
    frames = service.stream.listen(earshot, lambda: opening_for(service, earshot, last_event_id))
    headers = {"cache-control": "no-store", "x-accel-buffering": "no", "vary": "accept-encoding"}
    if not takes_gzip(request.headers.get("accept-encoding")):
        return StreamingResponse(frames, media_type="text/event-stream", headers=headers)
    return StreamingResponse(
        service.packing.frames(frames),
        media_type="text/event-stream",
        headers=headers | {"content-encoding": "gzip"},
    )
