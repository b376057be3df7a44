"""Classes of the standards of OGC API that the service conforms to, as `tests/ogc` holds it to."""

from __future__ import annotations

FEATURES_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
FEATURES_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf"
FEATURES_4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf"
TILES_1 = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"

CLASSES = (
    f"{FEATURES_1}/core",
    f"{FEATURES_1}/geojson",
    f"{FEATURES_1}/html",
    f"{FEATURES_1}/oas30",
    f"{FEATURES_2}/crs",
    f"{FEATURES_4}/create-replace-delete",
    f"{FEATURES_4}/update",
    f"{FEATURES_4}/optimistic-locking-etags",
    f"{FEATURES_4}/features",
    f"{TILES_1}/core",
    f"{TILES_1}/tileset",
    f"{TILES_1}/tilesets-list",
    f"{TILES_1}/dataset-tilesets",
    f"{TILES_1}/geodata-tilesets",
    f"{TILES_1}/collections-selection",
    f"{TILES_1}/oas30",
    f"{TILES_1}/mvt",
)
