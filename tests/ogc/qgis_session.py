"""
What a person does in QGIS: sign in, open layers, tell what is there; for Debian's own Python.

``python3 qgis_session.py ORDERS SEEN`` reads ``{"token", "project", "features", "tiles", "store"}``
and writes what it saw, both as JSON.  It imports nothing of ours.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from qgis.core import (  # type: ignore[import-not-found] -- Debian's own Python has it
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateReferenceSystem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # type: ignore[import-not-found] -- the same
from qgis.PyQt.QtGui import QColor, QImage  # type: ignore[import-not-found] -- the same

AUTHCFG = "gridogc"


def main(orders: dict[str, Any]) -> dict[str, Any]:
    """Do what is ordered."""
    return {
        "project": project(orders["project"]),
        "features": {name: features(source) for name, source in orders["features"].items()},
        "tiles": {name: tile(source) for name, source in orders["tiles"].items()},
        "store": {name: features(source, "ogr") for name, source in orders["store"].items()},
    }


def sign_in(token: str) -> None:
    """Store the token as a person stores it: QGIS 3.22 knows no other way to send it."""
    manager = QgsApplication.authManager()
    assert manager.setMasterPassword("only for this run", verify=True)
    config = QgsAuthMethodConfig("Basic")
    config.setId(AUTHCFG)
    config.setName("grid-dispatch")
    config.setConfig("username", "key")
    config.setConfig("password", token)
    assert config.isValid()
    assert manager.storeAuthenticationConfig(config)


def features(source: str, provider: str = "OAPIF") -> dict[str, Any]:
    """Open a layer and read all of its features."""
    layer = QgsVectorLayer(source, "layer", provider)
    return {"valid": layer.isValid(), "error": layer.error().message(), **read(layer)}


def read(layer: QgsVectorLayer) -> dict[str, Any]:
    """What is in a layer of features."""
    found = list(layer.getFeatures()) if layer.isValid() else []
    names = [field.name() for field in layer.fields()]
    return {
        "count": len(found),
        "shapes": sum(feature.hasGeometry() for feature in found),
        "fields": names,
        "codes": sorted(str(feature["code"]) for feature in found if "code" in names),
    }


def tile(source: str) -> dict[str, Any]:
    """Open a layer of tiles and draw it."""
    layer = QgsVectorTileLayer(source, "layer")
    return {
        "valid": layer.isValid(),
        "painted": painted(layer),
        "deepest": layer.sourceMaxZoom(),
    }


def painted(layer: QgsVectorTileLayer) -> int:
    """Draw a layer in the town, and count the pixels that it paints."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(QgsRectangle(109.0985, -0.006, 109.1235, 0.006))
    settings.setOutputSize(QSize(1000, 480))
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage().convertToFormat(QImage.Format_ARGB32)
    bits = image.bits()
    bits.setsize(image.byteCount())
    return sum(alpha > 0 for alpha in bytes(bits)[3::4])


def project(path: str) -> dict[str, Any]:
    """Open a project file and look at all of its layers."""
    opened = QgsProject.instance()
    assert opened.read(path), opened.error()
    layers = opened.mapLayers().values()
    return {
        "title": opened.title(),
        "system": opened.crs().authid(),
        "layers": {
            layer.id(): {
                "valid": layer.isValid(),
                "system": layer.crs().authid(),
                "drawn": layer.renderer() is not None,
                "shown": opened.layerTreeRoot().findLayer(layer).isVisible(),
                **(read(layer) if isinstance(layer, QgsVectorLayer) else styles(layer)),
            }
            for layer in layers
        },
    }


def styles(layer: QgsVectorTileLayer) -> dict[str, Any]:
    """How a layer of tiles is drawn."""
    return {
        "styled": [style.layerName() for style in layer.renderer().styles()],
        "painted": painted(layer),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        QgsApplication.setPrefixPath("/usr", useDefaultPaths=True)
        application = QgsApplication([], GUIenabled=False, profileFolder=own)
        application.initQgis()
        orders = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
        said: list[str] = []
        QgsApplication.messageLog().messageReceived.connect(lambda *told: said.append(str(told)))
        sign_in(orders["token"])
        seen = main(orders) | {"said": said}
        Path(sys.argv[2]).write_text(json.dumps(seen), encoding="utf-8")
        QgsProject.instance().clear()
        application.exitQgis()
