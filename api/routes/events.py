"""The live stream: server-sent events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from api.access import may
from api.live import frame
from api.schemas_position import positions_of
from api.schemas_suggestion import as_json
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
async def listen(service: ServiceDep, _: ListenDep) -> StreamingResponse:
    """
    Listen to what happens.

    ``beat`` carries the service's clock and comes first, then every ten seconds;
    ``positions`` carries ``{"complete", "items"}``, all of them first and then once a second
    those that changed; ``incident`` carries a new incident; ``closure`` one that was entered
    or lifted; ``weights`` the version of the road weights when travel times have changed.
    """
    whereabouts = service.live.present
    everybody = positions_of(whereabouts, sorted(whereabouts.positions.fixes))
    items = [as_json(position) for position in everybody]
    opening = [
        frame("beat", service.beat()),
        frame("positions", {"complete": True, "items": items}),
    ]
    return StreamingResponse(
        service.stream.listen(opening),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
