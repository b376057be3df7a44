"""Every hostile layer by what it tries, with the right answer; see `hostile_files` for how."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
from faults.hostile_files import (
    ENDLESS_VIEW,
    EXTERNAL,
    GML,
    GML_POINT,
    HERE,
    KML,
    NOBODY,
    SQUARE_ZIP,
    VRT,
    Hostile,
    archive,
    collection,
    declaring,
    drawing_of_itself,
    feature,
    geopackage,
    laughing,
    link,
    markup,
    osm,
    shapefile,
    sound,
    star,
    swelling_blob,
    swelling_parquet,
    with_password,
    workbook,
)

DEEP = 100_000
SOMETHING_ELSE = "is called .* and is something else"
FELL = "fell over it|can't be read as|is not readable as|has no layer"
TOO_MUCH = "takes too (long|much memory)"

ELSEWHERE: Mapping[str, Hostile] = {
    "a recipe of GDAL called GeoJSON": Hostile(
        "x.geojson", markup(VRT.format("{secret}")), SOMETHING_ELSE
    ),
    "a recipe of GDAL in an archive": Hostile(
        "x.zip",
        lambda secret: archive({"x.geojson": VRT.format(secret).encode()}),
        "can't be read as GeoJSON",
    ),
    "a recipe of GDAL that passes for KML": Hostile(
        "x.kml", markup(f"<!--<kml-->{VRT.format(NOBODY)}"), SOMETHING_ELSE
    ),
    "a pipeline of GDAL": Hostile(
        "x.json",
        lambda _: json.dumps(
            {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {NOBODY}"}
        ).encode(),
        "can't be read as GeoJSON",
    ),
    "a service of maps called KML": Hostile(
        "x.kml",
        markup(f"<OGRWFSDataSource><URL>{NOBODY}/wfs</URL><!--<kml--></OGRWFSDataSource>"),
        FELL,
    ),
    "a system that is fetched": Hostile(
        "x.geojson",
        lambda _: collection(
            feature("[109.1,0]"),
            more=f'"crs":{{"type":"link","properties":{{"href":"{HERE}/crs"}}}},',
        ),
        "",
        taken=True,
    ),
    "a system with a grid that is fetched": Hostile(
        "x.zip",
        lambda _: shapefile(
            prj='BOUNDCRS[SOURCECRS[GEOGCRS["x",DATUM["x",ELLIPSOID["x",6378137,298.257]],'
            'CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174533]]],'
            'TARGETCRS[GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",'
            '6378137,298.257223563]],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],'
            'ANGLEUNIT["degree",0.0174532925199433]]],ABRIDGEDTRANSFORMATION["x",METHOD["NTv2",'
            f'ID["EPSG",9615]],PARAMETERFILE["Latitude and longitude difference file","{HERE}"]]]'
        ),
        "",
        taken=True,
    ),
    "GML with a schema that is fetched": Hostile(
        "x.gml",
        markup(
            GML.format(
                'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                f'xsi:schemaLocation="http://ogr.maptools.org/ {HERE}/x.xsd"',
                GML_POINT,
                "x",
            )
        ),
        "",
        taken=True,
    ),
    "GML with a shape that is fetched": Hostile(
        "x.gml",
        markup(GML.format("", f'<gml:Point xlink:href="{HERE}/p.xml#p"/>', "x")),
        "empty_file",
        taken=True,
    ),
    "KML with a link to the network": Hostile(
        "x.kml",
        markup(
            KML.format("x", f"<NetworkLink><Link><href>{NOBODY}/a.kml</href></Link></NetworkLink>")
        ),
        "missing_column|no_code",
        taken=True,
    ),
    "KML with a file of this machine": Hostile(
        "x.kml",
        markup(EXTERNAL.format("kml") + KML.format("&s;", "")),
        "missing_column",
        taken=True,
    ),
    "GML with a file of this machine": Hostile(
        "x.gml",
        markup(EXTERNAL.format("ogr:FeatureCollection") + GML.format("", GML_POINT, "&s;")),
        "missing_column",
        taken=True,
    ),
    "a link to a file of this machine in an archive": Hostile("x.zip", link, "holds a link"),
    "a name that leads up in an archive": Hostile(
        "x.zip",
        lambda _: archive({"../../x.geojson": collection(feature("[109.1,0]"))}),
        "leads out of it",
    ),
    "a name from the root in an archive": Hostile(
        "x.zip", lambda _: archive({"/etc/x.geojson": b"{}"}), "leads out of it"
    ),
    "a name of Windows that leads up in an archive": Hostile(
        "x.zip", lambda _: archive({"..\\..\\x.geojson": b"{}"}), "leads out of it"
    ),
}
"""Files that would have others read: of this machine, or of the network."""

SWELLING: Mapping[str, Hostile] = {
    "an archive of zeros": Hostile(
        "x.zip", lambda _: archive({"x.geojson": bytes(200 << 20)}), "grows .* times"
    ),
    "an archive that says nothing of its size": Hostile(
        "x.zip", lambda _: declaring(archive({"x.geojson": bytes(80 << 20)}), 10), FELL
    ),
    "an archive that says it is four gigabytes": Hostile(
        "x.zip", lambda _: declaring(archive(SQUARE_ZIP), 0xFFFFFFF0), "grows .* times"
    ),
    "an archive of too many files": Hostile(
        "x.zip", lambda _: archive({f"{at}.txt": b"" for at in range(2000)}), "are allowed"
    ),
    "an archive in an archive": Hostile(
        "x.zip", lambda _: archive({"x.zip": archive(SQUARE_ZIP)}), "must hold one layer file"
    ),
    "an archive with a password": Hostile(
        "x.zip", lambda _: with_password(archive(SQUARE_ZIP)), "password"
    ),
    "a workbook of blanks": Hostile(
        "x.xlsx", lambda _: workbook(" " * (300 << 20)), "grows .* times"
    ),
    "a workbook that laughs": Hostile(
        "x.xlsx",
        lambda secret: workbook(
            "<row><c t='inlineStr'><is><t>&l9;</t></is></c></row>",
            head=laughing("worksheet", "")(secret).decode(),
        ),
        FELL,
    ),
    "KML that laughs": Hostile("x.kml", laughing("kml", KML.format("&l9;", "")), FELL),
    "GML that laughs": Hostile(
        "x.gml",
        laughing("ogr:FeatureCollection", GML.format("", GML_POINT, "&l9;")),
        FELL,
    ),
    "columns of one value": Hostile(
        "x.parquet", lambda _: swelling_parquet(), f"{TOO_MUCH}|{FELL}"
    ),
    "a map that unpacks to gigabytes": Hostile(
        "x.osm.pbf", lambda _: osm(*[swelling_blob(64 << 20)] * 30), FELL, kind="roads"
    ),
    "a map whose next block never ends": Hostile(
        "x.osm.pbf", lambda _: osm(b"\x7f\xff\xff\xff"), FELL, kind="roads"
    ),
    "rows without end": Hostile(
        "x.gpkg", lambda _: geopackage("DROP TABLE x", ENDLESS_VIEW), TOO_MUCH
    ),
    "a border that crosses itself everywhere": Hostile(
        "x.csv", lambda _: f'code,name,wkt\nN1,a,"{star(60_001)}"\n'.encode(), TOO_MUCH, "no-fly"
    ),
    "columns without end": Hostile("x.csv", lambda _: b"a," * 2_000_000, "2000001 columns"),
}
"""Files that would have their reader use up memory, disk or time."""

BROKEN: Mapping[str, Hostile] = {
    "JSON nested too deep": Hostile(
        "x.geojson", lambda _: b'{"a":' + b"[" * DEEP, "nested .* levels deep"
    ),
    "JSON nested too deep in an archive": Hostile(
        "x.zip", lambda _: archive({"x.geojson": b'{"type":' + b"[" * DEEP}), FELL
    ),
    "well-known text nested too deep": Hostile(
        "x.csv",
        lambda _: f'code,name,wkt\n1,a,"{"GEOMETRYCOLLECTION (" * DEEP}"\n'.encode(),
        FELL,
    ),
    "KML nested too deep": Hostile(
        "x.kml",
        markup(
            KML.format("x", "<Placemark>" + "<MultiGeometry>" * DEEP + "</MultiGeometry>" * DEEP)
        ),
        FELL,
    ),
    "positions that are no numbers": Hostile(
        "x.geojson",
        lambda _: collection(feature("[NaN,0]"), feature("[Infinity,0]", '"P2"')),
        "shape_not_finite|no_shape",
        taken=True,
    ),
    "positions that are nowhere": Hostile(
        "x.geojson",
        lambda _: collection(feature("[500,0]"), feature("[109,1e308]", '"P2"')),
        "position_nowhere|shape_not_finite",
        taken=True,
    ),
    "positions that are no numbers in a table": Hostile(
        "x.csv", lambda _: b"code,name,lon,lat\nP1,a,nan,inf\n", "no_place", taken=True
    ),
    "texts that no store can hold": Hostile(
        "x.geojson",
        lambda _: collection(
            feature("[109.1,0]", name='"\\ud800"'), feature("[109.1,0]", '"\\u0000"')
        ),
        "no_code",
        taken=True,
    ),
    "a database cut off": Hostile("x.gpkg", lambda _: sound(".gpkg")[:5000], FELL),
    "a database of noise": Hostile(
        "x.gpkg",
        lambda _: b"SQLite format 3\0" + np.random.default_rng(1).bytes(100_000),
        FELL,
    ),
    "FlatGeobuf with a head of gigabytes": Hostile(
        "x.fgb", lambda _: sound(".fgb")[:8] + b"\xff\xff\xff\x7f" + sound(".fgb")[12:], FELL
    ),
    "FlatGeobuf cut off": Hostile("x.fgb", lambda _: sound(".fgb")[:200], FELL),
    "Parquet with a foot of gigabytes": Hostile(
        "x.parquet", lambda _: b"PAR1" + bytes(100) + b"\xff\xff\xff\x7fPAR1", FELL
    ),
    "a Shapefile with a head that lies": Hostile(
        "x.zip",
        lambda _: shapefile(hurt=lambda main: main[:24] + b"\x7f\xff\xff\xff" + main[28:]),
        "",
        taken=True,
    ),
    "a Shapefile cut off": Hostile(
        "x.zip", lambda _: shapefile(hurt=lambda main: main[:104]), "no_place", taken=True
    ),
    "a drawing whose block holds itself": Hostile(
        "x.dxf", lambda _: drawing_of_itself(), "missing_column", taken=True
    ),
    "a picture called GeoPackage": Hostile(
        "x.gpkg", lambda _: b"\x89PNG\r\n\x1a\n" + bytes(100), SOMETHING_ELSE
    ),
    "a program called a table": Hostile("x.csv", lambda _: b"\x7fELF" + bytes(100), SOMETHING_ELSE),
    "a page called a table": Hostile("x.csv", lambda _: b"<html></html>", SOMETHING_ELSE),
    "a database called GeoJSON": Hostile("x.geojson", lambda _: sound(".gpkg"), SOMETHING_ELSE),
    "an archive called a database": Hostile(
        "x.gpkg", lambda _: archive({"a": b"b"}), SOMETHING_ELSE
    ),
    "an archive that is none": Hostile(
        "x.zip", lambda _: b"PK\x03\x04" + bytes(50), "no zip archive"
    ),
    "nothing at all": Hostile("x.geojson", lambda _: b"", SOMETHING_ELSE),
    "an ending that nobody knows": Hostile("x.vrt", markup(VRT.format(NOBODY)), "not known"),
    "a workbook that is none": Hostile("x.xlsx", lambda _: archive({"a.txt": b"b"}), FELL),
    "text in no encoding": Hostile(
        "x.csv", lambda _: b"code,name\n1,\xff\xfe\xfd\n", "neither UTF-8"
    ),
}
"""Files that are not what they say, or that their parsers fall over."""

HOSTILE: Mapping[str, Hostile] = {**ELSEWHERE, **SWELLING, **BROKEN}
