"""A QGIS project to download: every layer that the person may see, on this server."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import may
from api.errors import BadParameter
from api.ogc.collections import city_of
from api.ogc.links import Addresses
from api.ogc.qgis_project import MEDIA_TYPE, qgis_project
from api.ogc.query import read_parameters
from api.ogc.tile_layers import bounds_of
from api.ogc.tileset import together
from api.service import ServiceDep
from dispatch.access import Act, Person

router = APIRouter(prefix="/ogc", tags=["ogc"])

SeeCityDep = Annotated[Person, Depends(may(Act.SEE_CITY))]

USUAL_AUTHCFG = "gridogc"
_AUTHCFG = re.compile(r"[A-Za-z0-9]{7}", re.ASCII)
"""What QGIS calls an authentication configuration."""


@router.get(
    "/qgis-project",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
def read_qgis_project(
    request: Request,
    service: ServiceDep,
    person: SeeCityDep,
    authcfg: Annotated[
        str, Query(description="Name of the authentication configuration in QGIS.")
    ] = USUAL_AUTHCFG,
) -> Response:
    """A project for QGIS with all layers, styled; without credentials."""
    read_parameters(request.query_params.multi_items(), {"authcfg"})
    if not _AUTHCFG.fullmatch(authcfg):
        raise BadParameter(
            f"authcfg={authcfg} names no authentication configuration of QGIS: seven letters or "
            "digits."
        )
    shown = list(city_of(service, person).values())
    published = [one for one in shown if not one.live]
    extent = together(bounds_of(one, service, person) for one in published)
    title = f"{service.city.name} {service.city.name_en}"
    written = qgis_project(title, shown, Addresses.of(request), authcfg, extent)
    return Response(
        written,
        media_type=MEDIA_TYPE,
        headers={
            "content-disposition": 'attachment; filename="grid-dispatch.qgs"',
            "cache-control": "private, no-cache",
            "vary": "authorization, cookie",
        },
    )
