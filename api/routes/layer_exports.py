"""Published layers as files to take away, of any version of the city."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.access import may
from api.errors import NotFound
from api.layer_export import write_published
from api.layer_file import CRS
from api.own_ground import require_whole_city
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.layer.kind import KindName
from geo.errors import UnknownName

router = APIRouter(prefix="/api/v1/layers", tags=["layers"])

LoadLayersDep = Annotated[Person, Depends(may(Act.LOAD_LAYERS))]


class Written(StrEnum):
    """Formats that are written, by their endings."""

    GPKG = "gpkg"
    GEOJSON = "geojson"
    FLATGEOBUF = "fgb"
    CSV = "csv"


MEDIA_TYPES = {
    Written.GPKG: "application/geopackage+sqlite3",
    Written.GEOJSON: "application/geo+json",
    Written.FLATGEOBUF: "application/vnd.flatgeobuf",
    Written.CSV: "text/csv",
}


@router.get(
    "/{kind}/export",
    responses={200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}}},
    response_class=FileResponse,
)
def export(  # noqa: PLR0913 -- what a file can be asked to be
    *,
    kind: KindName,
    service: ServiceDep,
    person: LoadLayersDep,
    written: Annotated[Written, Query(alias="format", description="Ending of the file.")],
    version: Annotated[
        int | None, Query(ge=1, le=10**9, description="Of the city; the published one without.")
    ] = None,
    crs: Annotated[
        str, Query(max_length=200, description="EPSG:n, wgs84, cgcs2000, gcj02 or bd09.")
    ] = CRS,
) -> FileResponse:
    """A published layer as a file; it is written on disk and sent from there, piece by piece."""
    require_whole_city(person, service.city)
    folder = TemporaryDirectory(prefix="grid-dispatch-export-")
    out = Path(folder.name) / f"{kind}.{written}"
    try:
        with service.store.reading() as session:
            write_published(session, kind, version, out, crs, now=service.clock())
    except UnknownName as error:
        folder.cleanup()
        raise NotFound(str(error)) from error
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        out,
        media_type=MEDIA_TYPES[written],
        filename=out.name,
        background=BackgroundTask(folder.cleanup),
    )
