"""Check of a layer at the door: held against the city that is served, at its present."""

from __future__ import annotations

from api.service import Service
from dispatch.atlas import published_in
from dispatch.layer.check import CheckedLayer, check_against
from dispatch.layer.coverage_change import CHANGE_COVERAGE, CoverageChange, coverage_change
from dispatch.layer.published import Published
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
    return check_against(rows, _published(service))


def check_coverage(service: Service, checked: CheckedLayer) -> CoverageChange | None:
    """
    Tell what a layer would change of the coverage of the city that is served.

    Parameters
    ----------
    service
        The service.
    checked
        The layer.

    Returns
    -------
    change
        None for a kind that changes none.
    """
    if checked.rows.kind.name not in CHANGE_COVERAGE:
        return None
    return coverage_change(checked, _published(service))


def _published(service: Service) -> Published:
    """The city that is served, at its present."""
    with service.store.reading() as session:
        return published_in(session, service.city, now=service.clock())
