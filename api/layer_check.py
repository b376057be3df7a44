"""Check of a layer at the door: held against the city that is served, at its present."""

from __future__ import annotations

from api.service import Service
from dispatch.atlas import published_in
from dispatch.layer.check import CheckedLayer, check_against
from dispatch.layer.rows import LayerRows


def check_layer(service: Service, rows: LayerRows) -> CheckedLayer:
    """
    Hold a layer against the city that is served.

    Parameters
    ----------
    service
        The service.
    rows
        The layer.

    Returns
    -------
    checked
        With every finding, and the difference to what is published.
    """
    with service.store.reading() as session:
        published = published_in(session, service.city, now=service.clock())
    return check_against(rows, published)
