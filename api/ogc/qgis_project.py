"""
A QGIS project of the layers that a person may see, styled, at this server's own addresses.

It holds no credentials: layers name an authentication configuration, which whoever opens the
project has in the own QGIS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from api.ogc.collection import Collection, Extent
from api.ogc.links import Addresses
from api.tile import MAX_ZOOM
from geo.shape_check import Dimension

MEDIA_TYPE: Final = "application/x-qgis-project"
VERSION: Final = "3.22.0"
"""Of QGIS, whose words are used."""

TILED: Final = ("areas", "zones", "grids", "no-fly", "roads")
"""Collections that are offered as tiles, too: those that are large."""

_HIDDEN: Final = frozenset({"grids", "roads"})
"""Collections whose features are not drawn until somebody wants them."""

_GEOMETRY: Final[Mapping[Dimension, int]] = {
    Dimension.POINT: 0,
    Dimension.LINE: 1,
    Dimension.POLYGON: 2,
}
_SYMBOL: Final[Mapping[Dimension, tuple[str, str]]] = {
    Dimension.POINT: ("marker", "SimpleMarker"),
    Dimension.LINE: ("line", "SimpleLine"),
    Dimension.POLYGON: ("fill", "SimpleFill"),
}


def _ground(line: str, fill: str, width: str = "0.4") -> dict[str, str]:
    return {
        "color": fill, "style": "solid", "outline_color": line, "outline_style": "solid",
        "outline_width": width, "outline_width_unit": "MM",
    }  # fmt: skip


def _dot(colour: str, name: str = "circle", size: str = "2.6") -> dict[str, str]:
    return {
        "name": name, "color": colour, "size": size, "size_unit": "MM",
        "outline_color": "255,255,255,255", "outline_width": "0.3", "outline_width_unit": "MM",
    }  # fmt: skip


STYLES: Final[Mapping[str, Mapping[str, str]]] = {
    "areas": _ground("96,96,96,255", "0,0,0,0", "0.5"),
    "zones": _ground("31,78,121,255", "46,117,182,28", "0.7"),
    "grids": _ground("150,150,150,255", "0,0,0,0", "0.15"),
    "no-fly": _ground("192,0,0,255", "192,0,0,40"),
    "closures": _ground("237,125,49,255", "237,125,49,60"),
    "units": _dot("31,78,121,255", "square"),
    "places": _dot("127,127,127,255", size="1.6"),
    "officers": _dot("0,150,80,255"),
    "incidents": _dot("214,0,108,255", "diamond", "3.2"),
    "roads": {"line_color": "120,120,120,255", "line_width": "0.3", "line_width_unit": "MM"},
}
"""Properties of symbols, in the words of QGIS, by collection."""

_PLAIN: Final[Mapping[Dimension, Mapping[str, str]]] = {
    Dimension.POINT: _dot("128,0,128,255"),
    Dimension.LINE: {"line_color": "128,0,128,255", "line_width": "0.4", "line_width_unit": "MM"},
    Dimension.POLYGON: _ground("128,0,128,255", "128,0,128,30"),
}
"""Of drafts."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """A layer of the project, as QGIS knows it."""

    id: str
    title: str
    provider: str
    source: str
    collection: Collection
    shown: bool


def qgis_project(
    title: str,
    collections: Iterable[Collection],
    addresses: Addresses,
    authcfg: str,
    extent: Extent | None,
) -> bytes:
    """
    Write a project.

    Parameters
    ----------
    title
        What it is called.
    collections
        What it shows; those without shapes are left out.
    addresses
        Addresses of the request.
    authcfg
        Name of the authentication configuration that layers are opened with.
    extent
        What is looked at first, or None.

    Returns
    -------
    qgs
        XML, UTF-8.
    """
    drawn = [one for one in collections if one.dimension is not None]
    features = [_features(one, addresses, authcfg) for one in reversed(drawn)]
    tiles = [_tiles(one, addresses, authcfg) for one in reversed(drawn) if one.name in TILED]
    root = ET.Element("qgis", version=VERSION, projectname=title)
    ET.SubElement(root, "title").text = title
    _system(ET.SubElement(root, "projectCrs"), "EPSG:4490")
    switches = ET.SubElement(ET.SubElement(root, "properties"), "SpatialRefSys")
    ET.SubElement(switches, "ProjectionsEnabled", type="int").text = "1"
    tree = ET.SubElement(root, "layer-tree-group")
    _group(tree, "要素 Features", features)
    _group(tree, "矢量切片 Vector tiles", tiles)
    if extent is not None:
        _view(root, extent)
    layers = ET.SubElement(root, "projectlayers")
    for layer in features:
        _feature_layer(layers, layer)
    for layer in tiles:
        _tile_layer(layers, layer)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return b"<!DOCTYPE qgis>\n" + written


def _features(collection: Collection, addresses: Addresses, authcfg: str) -> _Layer:
    """A collection, feature by feature; only what is looked at is fetched."""
    source = (
        f"authcfg={authcfg} pagingEnabled='true' pageSize='1000' restrictToRequestBBOX='1' "
        f"srsname='OGC:CRS84' typename='{collection.name}' url='{addresses.root}'"
    )
    name = f"oapif_{collection.name.replace('-', '_')}"
    shown = collection.name not in _HIDDEN and collection.draft is None
    return _Layer(name, collection.title, "OAPIF", source, collection, shown)


def _tiles(collection: Collection, addresses: Addresses, authcfg: str) -> _Layer:
    """A collection as tiles."""
    tiles = f"{addresses.collection(collection.name)}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    source = f"authcfg={authcfg}&type=xyz&url={quote(tiles, safe=':/{}')}&zmin=0&zmax={MAX_ZOOM}"
    name = f"tiles_{collection.name.replace('-', '_')}"
    shown = collection.name in _HIDDEN
    return _Layer(name, collection.title, "vectortile", source, collection, shown)


def _group(tree: ET.Element, name: str, layers: Iterable[_Layer]) -> None:
    """List layers in the tree, those above first."""
    group = ET.SubElement(tree, "layer-tree-group", name=name, checked="Qt::Checked", expanded="1")
    for layer in layers:
        ET.SubElement(
            group,
            "layer-tree-layer",
            id=layer.id,
            name=layer.title,
            providerKey=layer.provider,
            source=layer.source,
            checked="Qt::Checked" if layer.shown else "Qt::Unchecked",
            expanded="0",
        )


def _feature_layer(layers: ET.Element, layer: _Layer) -> None:
    """A layer of features with its symbol, and its names beside what is ground."""
    dimension, names = layer.collection.dimension, "name" in layer.collection.by_name
    labelled = names and dimension is Dimension.POLYGON and layer.shown
    element = ET.SubElement(
        layers, "maplayer", type="vector", labelsEnabled="1" if labelled else "0"
    )
    _head(element, layer, "OGC:CRS84")
    renderer = ET.SubElement(element, "renderer-v2", type="singleSymbol")
    _symbol(ET.SubElement(renderer, "symbols"), layer)
    if labelled:
        settings = ET.SubElement(
            ET.SubElement(element, "labeling", type="simple"), "settings", calloutType="simple"
        )
        ET.SubElement(
            settings, "text-style", fieldName="name", fontSize="9", fontSizeUnit="Point",
            textColor="50,50,50,255",
        )  # fmt: skip


def _tile_layer(layers: ET.Element, layer: _Layer) -> None:
    """A layer of tiles with its symbol."""
    element = ET.SubElement(layers, "maplayer", type="vector-tile")
    _head(element, layer, "EPSG:3857")
    styles = ET.SubElement(ET.SubElement(element, "renderer", type="basic"), "styles")
    dimension = layer.collection.dimension
    assert dimension is not None  # others are left out
    style = ET.SubElement(
        styles,
        "style",
        {
            "name": layer.title,
            "layer": layer.collection.name,
            "geometry": str(_GEOMETRY[dimension]),
            "enabled": "1",
            "expression": "",
            "min-zoom": "-1",
            "max-zoom": "-1",
        },
    )
    _symbol(ET.SubElement(style, "symbols"), layer)


def _head(element: ET.Element, layer: _Layer, system: str) -> None:
    """What is said of a layer of either kind."""
    ET.SubElement(element, "id").text = layer.id
    ET.SubElement(element, "datasource").text = layer.source
    ET.SubElement(element, "layername").text = layer.title
    _system(ET.SubElement(element, "srs"), system)
    ET.SubElement(element, "provider", encoding="UTF-8").text = layer.provider


def _symbol(symbols: ET.Element, layer: _Layer) -> None:
    """How the shapes of a layer are drawn."""
    dimension = layer.collection.dimension
    assert dimension is not None  # others are left out
    kind, drawn_as = _SYMBOL[dimension]
    symbol = ET.SubElement(symbols, "symbol", type=kind, name="0", alpha="1")
    drawn = ET.SubElement(symbol, "layer", {"class": drawn_as, "enabled": "1", "pass": "0"})
    options = ET.SubElement(drawn, "Option", type="Map")
    style = STYLES.get(layer.collection.name, _PLAIN[dimension])
    for name, value in style.items():
        ET.SubElement(options, "Option", name=name, value=value, type="QString")


def _system(element: ET.Element, authid: str) -> None:
    """Name a coordinate system; QGIS knows the rest of it, once it sees any number of its own."""
    system = ET.SubElement(element, "spatialrefsys")
    ET.SubElement(system, "srsid").text = "1"
    ET.SubElement(system, "authid").text = authid


def _view(root: ET.Element, extent: Extent) -> None:
    """What is looked at first."""
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas")
    ET.SubElement(canvas, "units").text = "degrees"
    box = ET.SubElement(canvas, "extent")
    for name, side in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        ET.SubElement(box, name).text = str(side)
    _system(ET.SubElement(canvas, "destinationsrs"), "EPSG:4490")
