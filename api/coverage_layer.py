"""Coverage as a map layer: zones and unit grids with what is covered of each."""

from __future__ import annotations

import json
from typing import Any

from api.layers import LayerKind, Layers
from dispatch.coverage_gap import by_zone
from dispatch.seen_coverage import SeenCoverage

DECIMALS = 6
"""Shares to a millionth."""


def coverage_layer(seen: SeenCoverage, layers: Layers) -> bytes:
    """
    Write the layer.

    Parameters
    ----------
    seen
        What is covered, as far as it is seen.
    layers
        The layers of the city, whose polygons are taken.

    Returns
    -------
    geojson
        A feature collection, UTF-8.  Its features are zones, with ``share`` covered, and under
        them unit grids, with the number of ``crews`` that reach each, up to two, and whether
        it is ``covered``; ``part`` says which of the two a feature is.
    """
    zones = {zone.zone: round(zone.share, DECIMALS) for zone in by_zone(seen.held)}
    demand = seen.held.demand
    crews = dict(zip(demand.points, seen.held.count.tolist(), strict=True))
    weight = dict(zip(demand.points, demand.weight.tolist(), strict=True))
    features = [
        _feature(zone, part="zone", code=code, share=zones[code])
        for code, zone in _polygons(layers, LayerKind.ZONES).items()
        if code in zones
    ]
    features += [
        _feature(
            grid,
            part="unit_grid",
            code=code,
            zone=grid["properties"]["zone"],
            weight=weight[code],
            crews=crews[code],
            covered=crews[code] > 0,
        )
        for code, grid in _polygons(layers, LayerKind.GRIDS).items()
        if code in crews
    ]
    collection = {
        "type": "FeatureCollection",
        "now": seen.whole.now.isoformat(),
        "share": round(seen.held.share, DECIMALS),
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _polygons(layers: Layers, kind: LayerKind) -> dict[str, dict[str, Any]]:
    """Features of a published layer by code."""
    collection = json.loads(layers.geojson(kind))
    return {feature["properties"]["code"]: feature for feature in collection["features"]}


def _feature(published: dict[str, Any], **properties: object) -> dict[str, Any]:
    """The polygon of a published feature with other properties."""
    return {"type": "Feature", "geometry": published["geometry"], "properties": properties}
