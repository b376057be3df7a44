"""Check of a layer: every finding at once, those of the file alone and those against a city."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.layer.closure_findings import closure_findings
from dispatch.layer.datum_findings import datum_findings, read_as
from dispatch.layer.demand_findings import demand_findings
from dispatch.layer.difference import LayerDifference, Rezoned, difference, rezoned
from dispatch.layer.grid_code_findings import grid_code_findings
from dispatch.layer.kind import KindName
from dispatch.layer.nesting_findings import Cells, Nesting, nesting_findings
from dispatch.layer.officer_findings import officer_findings
from dispatch.layer.published import Published, beside, lowest_areas, published_values
from dispatch.layer.reference_findings import one_boundary, reference_findings
from dispatch.layer.row_findings import code_findings, column_findings, value_findings
from dispatch.layer.rows import LayerRows
from dispatch.layer.shape_findings import shape_findings
from dispatch.layer.street_findings import street_findings
from dispatch.layer.tiling_findings import tiling_findings
from dispatch.store.city_contents import PostedOfficer
from geo.finding import Finding, Severity, blocks
from geo.grid_code import BEFORE_SERIAL


@dataclass(frozen=True, slots=True, eq=False)
class CheckedLayer:
    """
    A layer with all that was found of it.

    Attributes
    ----------
    rows
        The layer.
    findings
        Errors before warnings before notes, else as they were found.
    usable
        Rows whose shape is sound, bool[n].
    values
        What rows became, by row; those that are not sound became nothing.
    difference
        What would be other than it is published; None without anything published.
    rezoned
        Open incidents that would lie in another zone.
    """

    rows: LayerRows
    findings: tuple[Finding, ...]
    usable: NDArray[np.bool_]
    values: Mapping[int, Any]
    difference: LayerDifference | None = None
    rezoned: tuple[Rezoned, ...] = ()

    @property
    def may_be_published(self) -> bool:
        """Whether nothing that was found stands against it."""
        return not blocks(self.findings)


def check_file(rows: LayerRows) -> CheckedLayer:
    """
    Check a layer by itself, with no city at hand.

    Parameters
    ----------
    rows
        The layer.

    Returns
    -------
    checked
        With every finding at once.
    """
    alone = _alone(rows)
    findings = [
        *alone.findings,
        *tiling_findings(rows, alone.usable),
        *grid_code_findings(rows),
    ]
    return replace(alone, findings=_in_order(findings))


def check_against(rows: LayerRows, published: Published, *, seed: int = 0) -> CheckedLayer:
    """
    Check a layer by itself and against the published city.

    Parameters
    ----------
    rows
        The layer.
    published
        What is published.
    seed
        Draws the places by which a datum is guessed.

    Returns
    -------
    checked
        With every finding at once, and the difference to what is published.
    """
    alone = _alone_in(published, rows)
    known = published.known_lines(rows.kind.dimension)
    of_datum = list(datum_findings(rows, alone.usable, known, seed=seed))
    likely = [change.becomes for finding in of_datum for change in finding.remedy]
    if likely:  # all else is told as it would be in the datum of which the finding is sure
        there = _in_place(_alone_in(published, read_as(rows, str(likely[0]))), published)
        return replace(there, rows=rows, findings=_in_order([*of_datum, *there.findings]))
    checked = _in_place(alone, published)
    return replace(checked, findings=_in_order([*of_datum, *checked.findings]))


def _alone_in(published: Published, rows: LayerRows) -> CheckedLayer:
    """What a layer says by itself, and where it is silent what is published."""
    return _with_what_it_is_silent_on(_alone(rows), published)


def _in_place(alone: CheckedLayer, published: Published) -> CheckedLayer:
    """Hold a layer that lies where it belongs against the published city."""
    rows = alone.rows
    before = published_values(published, rows.kind.name) or ()
    findings = [*alone.findings, *tiling_findings(rows, alone.usable, published.ground, before)]
    communities = nesting_findings(rows, alone.usable, _communities(published))
    zones = nesting_findings(rows, alone.usable, _zones(published))
    findings += [*communities.findings, *zones.findings]
    findings += grid_code_findings(rows, communities=_coded(communities))
    values = list(alone.values.values())
    findings += reference_findings(rows.kind, rows.file, values, published)
    findings += officer_findings(rows.kind, rows.file, values, published)
    findings += closure_findings(rows.kind, rows.file, values, published)
    findings += demand_findings(rows.kind, rows.file, values, published)
    return replace(
        alone,
        findings=_in_order(findings),
        difference=_difference(rows, values, published),
        rezoned=_rezoned(rows, values, published),
    )


def check_together(layers: Sequence[LayerRows], published: Published) -> list[CheckedLayer]:
    """
    Check layers that are to be published together, each against the city with all others in it.

    Parameters
    ----------
    layers
        No two of one kind.
    published
        What is published.

    Returns
    -------
    checked
        In their order.
    """
    alone = {rows.kind.name: _alone_in(published, rows) for rows in layers}
    values = {kind: list(one.values.values()) for kind, one in alone.items()}
    return [
        check_against(
            rows,
            beside(published, {kind: made for kind, made in values.items() if kind is not own}),
        )
        for own, rows in zip(alone, layers, strict=True)
    ]


def _alone(rows: LayerRows) -> CheckedLayer:
    """What a layer says of its rows one by one, and of its streets."""
    of_shapes, usable = shape_findings(rows)
    of_values, values = value_findings(rows, usable)
    findings = [
        *column_findings(rows),
        *of_shapes,
        *code_findings(rows),
        *of_values,
        *one_boundary(rows.kind, rows.file, list(values.values())),
        *street_findings(rows, usable),
    ]
    return CheckedLayer(rows, tuple(findings), usable, values)


def _with_what_it_is_silent_on(checked: CheckedLayer, published: Published) -> CheckedLayer:
    """Leave attributes as they are published of which the file has no column."""
    rows = checked.rows
    silent = {column.name for column in rows.columns.missing}
    if all(shape is None for shape in rows.shapes):
        silent.add("lon_lat")  # of a kind that may do without a place
    before = {
        getattr(one, rows.kind.key): one
        for one in published_values(published, rows.kind.name) or ()
    }
    values = {at: _kept(one, before, rows.kind.key, silent) for at, one in checked.values.items()}
    return replace(checked, values=values)


def _kept(value: Any, before: Mapping[str, Any], key: str, silent: Collection[str]) -> Any:  # noqa: ANN401 -- values of any kind
    """A value with the attributes that its file is silent on as they are published."""
    if isinstance(value, PostedOfficer):
        return replace(value, officer=_kept(value.officer, before, key, silent))
    old = before.get(getattr(value, key, ""))
    if old is None:
        return value
    names = [one.name for one in fields(value) if one.name in silent]
    return replace(value, **{name: getattr(old, name) for name in names})


def _communities(published: Published) -> Cells:
    """The published communities."""
    areas = lowest_areas(published.contents.areas)
    shapes = np.array([area.polygon for area in areas], dtype=object)
    return Cells([area.code for area in areas], shapes, "community", "社区", "community")


def _zones(published: Published) -> Cells:
    """The published zones."""
    zones = published.contents.zones
    shapes = np.array([zone.polygon for zone in zones], dtype=object)
    return Cells([zone.code for zone in zones], shapes, "zone", "责任区", "zone")


def _coded(communities: Nesting) -> Mapping[int, str]:
    """Communities whose codes a unit grid's may begin with."""
    return {row: code for row, code in communities.cell_of.items() if len(code) == BEFORE_SERIAL}


def _difference(
    rows: LayerRows, values: Sequence[Any], published: Published
) -> LayerDifference | None:
    """What would be other than it is published, of kinds of which the city keeps a list."""
    before = published_values(published, rows.kind.name)
    if before is None:
        return None
    if rows.kind.name is KindName.OFFICERS:
        values = [posted.officer for posted in values]
    return difference(before, values, rows.kind.key)


def _rezoned(rows: LayerRows, values: Sequence[Any], published: Published) -> tuple[Rezoned, ...]:
    """Open incidents that new zones would move."""
    if rows.kind.name is not KindName.ZONES:
        return ()
    return tuple(rezoned(published.incidents, published.city.zones, values))


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Errors first, then warnings, then notes."""
    weight = list(Severity)
    return tuple(sorted(findings, key=lambda finding: weight.index(finding.severity)))
