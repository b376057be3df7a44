"""A layer looked at before it becomes a draft: what it is, how it would be read, where it lies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, UploadFile

from api.access import may
from api.layer_preview import preview_layer
from api.layer_reading import read_layer_file
from api.layer_upload import uploaded
from api.name_pairs import read_pairs
from api.own_ground import require_whole_city
from api.schemas_layer_preview import LayerPreviewOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.layer.kind import KindName
from dispatch.layer.rows import SaidOfLayer
from geo.datum import SevenParameters
from geo.layer_place import SaidOfPlace

router = APIRouter(prefix="/api/v1/layers", tags=["layers"])

LoadLayersDep = Annotated[Person, Depends(may(Act.LOAD_LAYERS))]
ShortText = Annotated[str, Form(max_length=200)]
MaybeShortText = Annotated[str | None, Form(max_length=200)]
MaybeLongText = Annotated[str | None, Form(max_length=4000)]


@router.post("/preview")
def preview(  # noqa: PLR0913 -- the parts of the form
    *,
    file: Annotated[UploadFile, File(description="A layer file, or a zip archive with one.")],
    service: ServiceDep,
    person: LoadLayersDep,
    kind: Annotated[
        KindName | None, Form(description="What its rows are; guessed without.")
    ] = None,
    crs: MaybeLongText = None,
    seven: MaybeShortText = None,
    columns: Annotated[
        list[ShortText] | None, Form(alias="map", description="NAME=COLUMN, as often as needed.")
    ] = None,
    layer: MaybeShortText = None,
    source: Annotated[ShortText, Form(description="Whom it comes from.")] = "",
) -> LayerPreviewOut:
    """Look at a file before it is handed in: its kind, columns, encoding, system and datum."""
    require_whole_city(person, service.city)
    parameters = None if seven is None else SevenParameters.parse(seven)
    place = SaidOfPlace(crs or None, parameters)
    said = SaidOfLayer(columns=read_pairs(columns or []), place=place)
    with uploaded(file) as path:
        table, note = read_layer_file(path, layer=layer or None)
        seen = preview_layer(
            service, path.name, table, note, said, source=source or person.name, kind=kind
        )
    return LayerPreviewOut.of(seen)
