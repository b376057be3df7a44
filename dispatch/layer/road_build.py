"""Road networks built of a layer of roads, one for each mode."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.layer.check import CheckedLayer
from dispatch.layer.street_findings import line_table
from geo.errors import BadValue, EmptyNetwork, FlawedData
from geo.finding import Finding
from geo.remark import Remark
from geo.road.network import RoadNetwork, assemble
from geo.road.read_lines import streets_of
from geo.road.road_class import Mode


def build_roads(checked: CheckedLayer, modes: Iterable[Mode]) -> dict[Mode, RoadNetwork]:
    """
    Build the networks of a layer of roads.

    Parameters
    ----------
    checked
        The layer; rows whose shape is not sound are left out.
    modes
        How crews of the city travel.

    Returns
    -------
    networks
        As `network build` makes them of the same file: lines meet where they share a point.

    Raises
    ------
    FlawedData
        A mode would have no road.
    """
    rows = checked.rows
    table = line_table(rows, checked.usable, ids=rows.cells["id"])
    networks = {}
    for mode in sorted(modes):
        try:
            networks[mode] = assemble(streets_of(table, rows.file, mode=mode), mode=mode)
        except (BadValue, EmptyNetwork) as error:
            remark = Remark(error.code, f"无法作为 {mode} 的路网：{error}", str(error))
            finding = Finding(rows.file, None, remark)
            raise FlawedData(f"{rows.file} makes no roads for {mode}.", [finding]) from error
    return networks
